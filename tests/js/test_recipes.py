"""The recipes of the page against the functions of the notebooks that they stand for."""

import base64
import json
import shutil
from pathlib import Path

import explored
import numpy as np
import pytest

from convnet_lib.widgets import recipes
from convnet_lib.widgets.base import STATIC
from convnet_lib.widgets.explore import DRAW_AHEAD, shown

HERE = Path(__file__).parent
CLOSE = 1e-6  # of the largest number of a grid: they are sent as float32
MOST, SOME = 500, 60  # states that are compared, and for each recipe with a mistake


@pytest.fixture(scope="module")
def explorers():
    """explorers(name): the Explorer of a recipe with what a page is sent of it."""
    made = {}

    def explorer(name):
        if name not in made:
            with pytest.MonkeyPatch.context() as patch:
                patch.setenv(DRAW_AHEAD, "1")
                made[name], _ = explored.ran(name)
        return made[name]

    return explorer


def expected(explorer, places):
    """What Python sends of each state."""
    told = (explored.values(explorer._ahead, at) for at in places)
    return [shown(explorer._draw(**values), kept=True) for values in told]


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
        at = explored.places(explorer._ahead, most)
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
    assert modules == set(recipes.RECIPES) == set(explored.CHAPTERS)


@pytest.mark.parametrize("name", explored.CHAPTERS)
def test_a_recipe_makes_what_the_notebook_makes(differences, name):
    assert differences(name, MOST) == {}


@pytest.mark.parametrize(
    ("name", "right", "wrong"),
    [
        ("moved", "moved(still, down, right)", "moved(still, right, down)"),
        ("moved", "moved(still, down, right)", "moved(still, down, 0)"),
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
        ("spread", "nine.rows - 1) + 1", "nine.rows - 1) + 2"),
        ("spread", "nine.at(j, k)", "nine.at(k, j)"),
        ("spread", "[p, q, kernel, kernel]", "[q, p, kernel, kernel]"),
    ],
)
def test_a_mistake_in_a_recipe_is_noticed(differences, name, right, wrong):
    assert differences(name, SOME, (right, wrong))
