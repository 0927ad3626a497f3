"""What the notebooks explore with a recipe, made of their own cells."""

import base64
import itertools
import json
import math
from pathlib import Path
from types import SimpleNamespace

import numpy as np

from convnet_lib import ConvNet, conv, data, figures, pool, training, widgets

NOTEBOOKS = Path(__file__).resolve().parents[1] / "notebooks"
# Of each recipe the cells that make what is explored; the last one shows it.
CHAPTERS = {
    "moved": ["nb03-003", "nb03-005", "nb03-027", "nb03-039", "nb03-040"],
    "weight_sees": ["nb09-003", "nb09-037", "nb09-039"],
    "inside": ["nb12-030", "nb12-032"],
    "strides": ["nb17-003", "nb17-036", "nb17-038"],
    "spread": ["nb17-040", "nb17-041", "nb17-042"],
}


def notebook(name):
    """The notebook of a recipe."""
    (path,) = NOTEBOOKS.glob(f"{CHAPTERS[name][0][2:4]}_*.ipynb")
    return path


def ran(name, **given):
    """The Explorer that a notebook shows, and the names of its cells, which may be given."""
    found = json.loads(notebook(name).read_text("utf-8"))["cells"]
    sources = {cell["id"]: "".join(cell["source"]) for cell in found}
    *before, last = (sources[one] for one in CHAPTERS[name])
    names = {"np": np, "conv": conv, "data": data, "figures": figures, "pool": pool}
    names |= {"widgets": widgets} | (deep_run() if name == "inside" else {}) | given
    for source in before:
        # Of the rules of chapter 3 not what they make of a thousand digits.
        exec(source.split("\nimages = ")[0], names)
    names |= given
    exec(last.replace("widgets.explore(", "explorer = widgets.explore("), names)
    return names["explorer"], names


def deep_run():
    """What chapter 12 has before it explores, of a few steps and not of minutes."""
    train, test = data.load_digits()
    begun = {"test": test, "wanted": data.one_hot(test.labels)}
    for name, maps in (("one", None), ("twenty", 20)):
        nets = [ConvNet.random(maps, seed=7)]
        for n in range(0, 60, 20):
            some = data.Digits(train.images[n : n + 20], train.labels[n : n + 20])
            nets.append(training.sgd(nets[-1], some, epochs=1, learning_rate=0.5).nets[-1])
        begun[name] = SimpleNamespace(nets=tuple(nets))
    return begun


def unpacked(sent):
    """Arrays as Python packed them for the page; four of the names of a network are a network."""
    if isinstance(sent, list):
        return [unpacked(one) for one in sent]
    if isinstance(sent.get("data"), str):
        kind = np.uint8 if sent["dtype"] == "grey" else sent["dtype"]
        x = np.frombuffer(base64.b64decode(sent["data"]), kind).reshape(sent["shape"])
        return x / 255 if sent["dtype"] == "grey" else x
    found = {name: unpacked(one) for name, one in sent.items()}
    return ConvNet(**found) if "w1" in found else found


def places(sent, most, seed=0):
    """All states of the controls, or their corners and drawn ones, as many as there may be."""
    counts = [len(states) for states in sent["states"]]
    if math.prod(counts) <= most:
        return [list(at) for at in itertools.product(*map(range, counts))]
    corners = itertools.product(*((0, count - 1) for count in counts))
    rng = np.random.default_rng(seed)
    drawn = ([int(rng.integers(count)) for count in counts] for _ in itertools.count())
    return list(itertools.islice(itertools.chain(map(list, corners), drawn), most))


def values(sent, at):
    """The values of the controls at these places among their states."""
    trio = zip(sent["names"], sent["states"], at, strict=True)
    return {name: states[n] for name, states, n in trio}
