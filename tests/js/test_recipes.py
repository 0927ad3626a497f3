"""The recipes of the page against the functions of the notebooks that they stand for."""

import base64
import itertools
import json
import math
import shutil
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from convnet_lib import ConvNet, data, training
from convnet_lib.widgets import recipes
from convnet_lib.widgets.base import STATIC
from convnet_lib.widgets.explore import DRAW_AHEAD, shown

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).parent
CLOSE = 1e-6  # of the largest number of a grid: they are sent as float32
MOST, SOME = 500, 60  # states that are compared, and for each recipe with a mistake


def cells(chapter, *ids):
    """The sources of cells of a notebook, in the order of their ids here."""
    (path,) = (ROOT / "notebooks").glob(f"{chapter}_*.ipynb")
    found = {c["id"]: "".join(c["source"]) for c in json.loads(path.read_text("utf-8"))["cells"]}
    return [found[one] for one in ids]


def a_few_epochs(maps):
    """Networks as the two runs of chapter 12 have them, of a few steps and not of minutes."""
    digits = data.load_digits().train
    nets = [ConvNet.random(maps, seed=7)]
    for n in range(3):
        some = data.Digits(digits.images[20 * n : 20 * n + 20], digits.labels[20 * n : 20 * n + 20])
        nets.append(training.sgd(nets[-1], some, epochs=1, learning_rate=0.5).nets[-1])
    return SimpleNamespace(nets=tuple(nets))


def chapter_12():
    train, test = data.load_digits()
    wanted = data.one_hot(test.labels)
    return {
        "train": train,
        "test": test,
        "wanted": wanted,
        "one": a_few_epochs(None),
        "twenty": a_few_epochs(20),
    }


# The cells that make what is explored, the last one the one that shows it; what is given to them.
CHAPTERS = {
    "moved": ("03", ["nb03-003", "nb03-005", "nb03-027", "nb03-039", "nb03-040"], dict),
    "weight_sees": ("09", ["nb09-003", "nb09-037", "nb09-039"], dict),
    "inside": ("12", ["nb12-030", "nb12-032"], chapter_12),
    "strides": ("17", ["nb17-003", "nb17-036", "nb17-038"], dict),
    "spread": ("17", ["nb17-040", "nb17-041", "nb17-042"], dict),
}


def ran(name):
    """The Explorer of a notebook, made as for a page."""
    chapter, ids, given = CHAPTERS[name]
    *before, last = cells(chapter, *ids)
    if name == "moved":  # all but what is measured on a thousand digits
        before[2] = before[2].split("images = ")[0]
    names = {}
    exec("import numpy as np\nfrom convnet_lib import conv, data, figures, pool, widgets", names)
    names |= given()
    exec("\n".join(before), names)
    lines = last.replace("widgets.explore(", "explorer = widgets.explore(")
    exec(lines, names)
    return names["explorer"]


@pytest.fixture(scope="module")
def explorers():
    """explorers(name): the Explorer of a recipe with what a page is sent of it."""
    made = {}

    def explorer(name):
        if name not in made:
            with pytest.MonkeyPatch.context() as patch:
                patch.setenv(DRAW_AHEAD, "1")
                made[name] = ran(name)
        return made[name]

    return explorer


def places(sent, most, seed=0):
    """All states, or the corners and as many drawn ones as there may be."""
    counts = [len(states) for states in sent["states"]]
    if math.prod(counts) <= most:
        return [list(at) for at in itertools.product(*map(range, counts))]
    corners = itertools.product(*({0, count - 1} for count in counts))
    rng = np.random.default_rng(seed)
    drawn = ([int(rng.integers(count)) for count in counts] for _ in itertools.count())
    return list(itertools.islice(itertools.chain(map(list, corners), drawn), most))


def expected(explorer, places):
    """What Python sends of each state."""
    sent, frames = explorer._ahead, []
    for at in places:
        values = {
            name: states[n]
            for name, states, n in zip(sent["names"], sent["states"], at, strict=True)
        }
        frames.append(shown(explorer._draw(**values), kept=True))
    return frames


def apart(python, page):
    """What differs between two frames, in words; nothing if they are the same."""
    if page.get("alt") != python["alt"]:
        yield f"alt: {python['alt']!r}, got {page.get('alt')!r}"
    if page.keys() - {"panels"} != python.keys() - {"panels"}:
        yield f"{sorted(python)}, got {sorted(page)}"
    panels = page.get("panels") or []
    if len(panels) != len(python["panels"]):
        yield "another number of panels"
        return
    for n, (right, made) in enumerate(zip(python["panels"], panels, strict=True)):
        for key in right.keys() | made.keys():
            if key != "data" and right.get(key) != made.get(key):
                yield f"panel {n}, {key}: {right.get(key)!r}, got {made.get(key)!r}"
        x, y = (np.frombuffer(base64.b64decode(p["data"]), np.float32) for p in (right, made))
        far = np.inf if x.shape != y.shape else np.abs(x - y).max()
        if not far <= CLOSE * np.abs(x).max():
            yield f"panel {n}: {far} apart"


@pytest.fixture(scope="module")
def differences(node, explorers, tmp_path_factory):
    """differences(name, most, change): where recipe and function differ, {place: words}."""
    folder = tmp_path_factory.mktemp("recipes")
    (folder / "package.json").write_text('{"type": "module"}')
    static = folder / "static"
    shutil.copytree(str(STATIC), static, ignore=shutil.ignore_patterns("*.png", "*.css"))
    known = {}

    def differences(name, most, change=None):
        explorer = explorers(name)
        at = places(explorer._ahead, most)
        if (name, most) not in known:
            known[name, most] = expected(explorer, at)
        path = static / "recipes" / f"{name}.js"
        text = path.read_text("utf-8")
        if change:
            right, wrong = change
            assert text.count(right) == 1, right
            path.write_text(text.replace(right, wrong), "utf-8")
        cases, made = folder / "cases.json", folder / "made.json"
        cases.write_text(json.dumps({"sent": explorer._ahead, "places": at}))
        try:
            node(HERE / "recipes_against_numpy.js", path, cases, made)
        finally:
            path.write_text(text, "utf-8")
        frames = json.loads(made.read_text("utf-8"))
        pairs = zip(at, known[name, most], frames, strict=True)
        found = {str(one): list(apart(right, wrong)) for one, right, wrong in pairs}
        return {one: words for one, words in found.items() if words}

    return differences


def test_every_recipe_has_its_module_and_its_chapter():
    modules = {path.stem for path in Path(str(STATIC)).joinpath("recipes").glob("*.js")}
    assert modules == set(recipes.RECIPES) == set(CHAPTERS)


@pytest.mark.parametrize("name", CHAPTERS)
def test_a_recipe_makes_what_the_notebook_makes(differences, name):
    assert differences(name, MOST) == {}


@pytest.mark.parametrize(
    ("name", "right", "wrong"),
    [
        ("moved", "still.at(j - down, k - right)", "still.at(j - right, k - down)"),
        ("moved", "k - right) : 0", "k - right) : 1"),
        ("moved", "x - before.values[i]", "before.values[i] - x"),
        ("moved", "< 1e-12", "<= 0.001"),
        ("moved", "limit: 0.45", "limit: 0.5"),
        ("moved", "of(2 * j, 2 * k)", "of(2 * j, 2 * k + 1)"),
        ("moved", "a.at(j + 1, k + 1)) / 4", "a.at(j + 1, k)) / 4"),
        ("moved", "poolWinners(a1)", 'poolWinners(a1, "all")'),
        ("weight_sees", "image.at(j + l, k + m)", "image.at(j + m, k + l)"),
        ("weight_sees", "image.at(j + l, k + m)", "image.at(j - l + 4, k - m + 4)"),
        ("weight_sees", "Number(j === l && k === m)", "Number(j === m && k === l)"),
        ("weight_sees", "[l, m, rows, columns]", "[l, m, rows + 1, columns]"),
        ("weight_sees", "fixed(total, 4)", "fixed(-total, 4)"),
        ("weight_sees", "y.part(digit)", "y.part(0)"),
        ("inside", '"cross_entropy"', '"quadratic"'),
        ("inside", "[epoch];", "[0];"),
        ("inside", "Math.max(most, Math.abs(x))", "Math.max(most, x)"),
        ("inside", "x.part(map)", "x.part(19 - map)"),
        ("strides", "[stride * j, stride * k, kernel, kernel]", "[j, k, kernel, kernel]"),
        ("strides", "Number(a === j && b === k)", "Number(a === k && b === j)"),
        ("strides", "2 * padding - kernel) / stride) + 1", "2 * padding - kernel) / stride + 0.5)"),
        ("strides", "rows ** 2 - 1", "rows ** 2 - 2"),
        ("strides", "n === 0", "n === 1"),
        ("spread", "weights.at(last - l, last - m)", "weights.at(l, m)"),
        ("spread", "last - padding;", "last;"),
        ("spread", "stride - 1)", "stride)"),
        ("spread", "nine.at(j, k)", "nine.at(k, j)"),
        ("spread", "[p, q, kernel, kernel]", "[q, p, kernel, kernel]"),
    ],
)
def test_a_mistake_in_a_recipe_is_noticed(differences, name, right, wrong):
    assert differences(name, SOME, (right, wrong))
