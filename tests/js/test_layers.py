"""The layers of the page against NumPy, over rows of layers of every kind that it knows."""

import json
from pathlib import Path

import numpy as np
import pytest

from convnet_lib import conv, deep
from convnet_lib.widgets.base import STATIC, modules
from convnet_lib.widgets.deep_film import KNOWN

LAYERS = Path(str(STATIC)) / "parts" / "layers.js"
CLOSE = 1e-11


def plain(x):
    return {"shape": list(np.shape(x)), "values": np.ravel(x).tolist()}


def drawn_network(rng, channels):
    """Up to five layers, oblong everywhere; strides, padding, channels and overlaps differ."""

    def pair(low, high):
        return (int(rng.integers(low, high)), int(rng.integers(low, high)))

    layers = []
    for kind in rng.choice(KNOWN, int(rng.integers(1, 6))):
        if kind is deep.Conv:
            maps = rng.choice([None, 1, 2, 3])
            # A single filter without an axis of maps is possible where there are no channels.
            maps = 1 if channels and maps is None else maps
            axes = [] if maps is None else [int(maps)] + ([channels] if channels else [])
            w = rng.standard_normal((*axes, *pair(1, 4)))
            b = rng.standard_normal(() if maps is None else int(maps))
            layers.append(deep.Conv(w, np.asarray(b), stride=pair(1, 3), padding=pair(0, 3)))
            channels = None if maps is None else int(maps)
        elif kind in (deep.MaxPool, deep.MeanPool):
            layers.append(kind(pair(1, 4), rng.choice([None, 1]) and 1))
        else:
            layers.append(kind())
    return deep.Network(layers)


def cases(n, seed):
    rng, found = np.random.default_rng(seed), []
    while len(found) < n:
        channels = rng.choice([None, 1, 3])
        axis = () if channels is None else (int(channels),)
        a0 = rng.standard_normal((*axis, *rng.integers(6, 14, 2)))
        net = drawn_network(rng, None if channels is None else int(channels))
        try:
            a = net.feedforward(a0)
        except ValueError:
            continue  # a layer for which too few rows are left
        told = json.loads(net.about)["layers"]
        for layer, one in zip(net.layers, told, strict=True):
            one |= {name: plain(getattr(layer, name)) for name in layer.learned}
        found.append({"layers": told, "a": [plain(x) for x in a]})
    return found


@pytest.fixture(scope="module")
def judge(node, tmp_path_factory):
    """judge(script, cases) is a function worst(text): what a module with this text makes wrong."""

    def judge(script, cases):
        folder = tmp_path_factory.mktemp("layers")
        (folder / "package.json").write_text('{"type": "module"}')
        for path, text in modules("parts/layers.js").items():
            (folder / Path(path).name).write_text(text, "utf-8")
        (folder / "cases.json").write_text(json.dumps(cases))

        def worst(text):
            (folder / "layers.js").write_text(text, "utf-8")
            program = Path(__file__).with_name(script)
            return float(node(program, folder / "cases.json", folder / "layers.js"))

        return worst

    return judge


@pytest.fixture(scope="module")
def worst(judge):
    """worst(text) is the largest difference that the layers of a module with this text make."""
    return judge("layers_against_numpy.js", cases(600, seed=0))


def test_the_layers_are_numpys(worst):
    assert worst(LAYERS.read_text("utf-8")) <= CLOSE


def test_the_cases_have_every_kind_and_all_that_can_go_wrong():
    told = [layer for case in cases(600, seed=0) for layer in case["layers"]]
    assert {layer["kind"] for layer in told} == {kind.__name__ for kind in KNOWN}
    assert {len(layer["w"]["shape"]) for layer in told if "w" in layer} == {2, 3, 4}
    assert {layer["stride"] for layer in told if "size" in layer} == {None, 1}


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("const row = S * j + l - P", "const row = S * j + l"),
        ("const column = T * k + m - Q", "const column = T * k + m - P"),
        ("values[j * columns + k] +=", "values[j * columns + k] ="),
        ("values.fill(b.values[f])", "values.fill(b.values[0])"),
        ("w.part(f).part(c)", "w.part(f).part(0)"),
        ("pair(layer.stride ?? layer.size), largest", "pair(layer.size), largest"),
        ("Math.max(0, x)", "Math.abs(x)"),
        ("/ window.length", "/ 4"),
        ("a.at(S * j + m, T * k + n)", "a.at(S * j + n, T * k + m)"),
    ],
)
def test_a_mistake_is_noticed(worst, right, wrong):
    text = LAYERS.read_text("utf-8")
    assert text.count(right) == 1
    assert worst(text.replace(right, wrong)) > 1e6 * CLOSE


# --- on the way down ------------------------------------------------------------------------


def cases_backwards(n):
    """Errors of oblong images under strides and paddings of each axis, with rows left over."""
    rng, found = np.random.default_rng(2), []
    while len(found) < n:
        shape, kernel = rng.integers(1, 9, 2), rng.integers(1, 5, 2)
        stride, padding = rng.integers(1, 4, 2), rng.integers(0, 3, 2)
        places = (shape + 2 * padding - kernel) // stride + 1
        if (shape + 2 * padding < kernel).any():
            continue
        delta, w = rng.standard_normal(places), rng.standard_normal(kernel)
        moved = [tuple(map(int, pair)) for pair in (stride, padding)]
        try:
            nabla_a = conv.backward(delta, w, *moved, shape=tuple(map(int, shape)))
        except ValueError:
            continue  # a padding that no image has
        keys = ("delta", "w", "stride", "padding", "nabla_a")
        found.append(dict(zip(keys, (plain(delta), plain(w), *moved, plain(nabla_a)), strict=True)))
    return found


@pytest.fixture(scope="module")
def worst_backwards(judge):
    """worst_backwards(text) is the largest difference of a convolution on its way back."""
    return judge("backwards_against_numpy.js", cases_backwards(500))


def test_a_stride_on_the_way_back_is_numpys(worst_backwards):
    assert worst_backwards(LAYERS.read_text("utf-8")) <= CLOSE


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("[S * j + l - P, T * k + m - Q]", "[S * j + l, T * k + m]"),
        ("[S * j + l - P, T * k + m - Q]", "[T * j + l - P, S * k + m - Q]"),
        ("[S * j + l - P, T * k + m - Q]", "[S * j - l + P, T * k - m + Q]"),
        ("delta.at(j, k) * w.at(l, m)", "delta.at(j, k) * w.at(w.rows - 1 - l, m)"),
        ("nabla_a.values[p * W + q] +=", "nabla_a.values[p * W + q] ="),
        ("q < W)", "q < W - 1)"),
    ],
)
def test_a_mistake_on_the_way_back_is_noticed(worst_backwards, right, wrong):
    text = LAYERS.read_text("utf-8")
    assert text.count(right) == 1
    assert worst_backwards(text.replace(right, wrong)) > 1e6 * CLOSE
