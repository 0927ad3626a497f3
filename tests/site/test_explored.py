"""Rows of grids that a page computes by a recipe: several controls moved at once, against NumPy."""

import json
import os
import re

import explored
import numpy as np
import pytest
from browsing import rest
from test_site import SITE, open_page  # noqa: F401

from convnet_lib.widgets.explore import shown

pytestmark = pytest.mark.skipif(
    not os.environ.get("CONVNET_SITE"), reason="needs the built site: make test-site"
)
RECIPES = [(explored.notebook(recipe).stem, recipe) for recipe in explored.CHAPTERS]
WHICH = {"spread": 1}  # the second of its page
DRAWN, CELLS = 4, 2  # states beside the corners, and cells of each grid that are pointed at
STATUS = """explorer => new Promise((done) => setTimeout(
    () => done(explorer.querySelector("[role=status]").textContent), 250))"""


def sent(name, number):
    """What a page has of its explorer: its state, and the arrays of the script beside it."""
    state = re.search(
        r'<script type="application/vnd.jupyter.widget-state\+json">(.*?)</script>',
        (SITE / f"{name}.html").read_text("utf-8"),
        re.DOTALL,
    )
    models = json.loads(state[1])["state"].values()
    ahead = [m["state"]["_ahead"] for m in models if m["state"].get("_ahead")]
    script = f"frames/{name}-{number}-0.js"
    (found,) = [one for one in ahead if one["scripts"] == [script]]
    arrays = (SITE / script).read_text("utf-8").split(" = ", 1)[1].rstrip(";\n")
    return found, explored.unpacked(json.loads(arrays))


def drawn(recipe, arrays):
    """What Python draws of the numbers that the page has: its digits, its trained networks."""
    given = {name: arrays[name] for name in ("image", "nine", "weights") if name in arrays}
    if recipe == "inside":
        given = {key: type("Run", (), {"nets": arrays[key]}) for key in ("one", "twenty")}
    explorer, _ = explored.ran(recipe, **given)
    return explorer._draw


def move(explorer, names, at, before):
    """Move the controls that stand elsewhere, by what a reader moves them with."""
    for name, here, old in zip(names, at, before, strict=True):
        if here == old:
            continue
        menu = explorer.get_by_role("combobox", name=name, exact=True)
        if menu.count():
            menu.select_option(str(here))
        else:
            slider = explorer.get_by_role("slider", name=name, exact=True)
            slider.focus()
            slider.fill(str(here))


def number(text):
    """A number as the page writes it: −1.25, 3.10×10⁻⁴."""
    plain = text.translate(str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻−", "0123456789--"))
    return float(plain.replace("×10", "e"))


def compare(page, explorer, picture, rng):
    """Titles, words and some numbers of what is shown, with what Python draws."""
    wanted = shown(picture)
    assert explorer.evaluate(STATUS) == wanted["alt"]
    for n, (told, panel) in enumerate(zip(wanted["panels"], picture.panels, strict=True)):
        grid = explorer.locator(f"[data-grid=panel{n}]")
        title = grid.locator(".cn-title").evaluate("title => title.innerHTML")
        assert title == told["title"]
        field, array = grid.locator(".cn-field"), np.asarray(panel["array"], float)
        size = tuple(int(field.get_attribute(f"aria-{axis}count")) for axis in ("row", "col"))
        assert size == array.shape
        field.scroll_into_view_if_needed()
        box = field.bounding_box()
        for row, column in zip(*(rng.integers(0, n, CELLS) for n in size), strict=True):
            x = box["x"] + (column + 0.5) * box["width"] / size[1]
            y = box["y"] + (row + 0.5) * box["height"] / size[0]
            page.mouse.move(x, y)
            rest(page)
            reading = explorer.locator(".cn-reading")
            assert reading.inner_text().startswith(f"row {row}, column {column} — ")
            # Of the grids of its size this one's, in their order.
            alike = [m for m, one in enumerate(picture.panels) if one["array"].shape == size]
            text = reading.locator("b").nth(alike.index(n)).inner_text()
            assert number(text) == pytest.approx(array[row, column], rel=6e-3, abs=5.01e-4)
    page.mouse.move(0, 0)


@pytest.mark.parametrize(("name", "recipe"), RECIPES)
def test_controls_that_are_moved_together_show_what_python_draws(open_page, name, recipe):  # noqa: F811
    number = WHICH.get(recipe, 0)
    ahead, arrays = sent(name, number)
    draw = drawn(recipe, arrays)
    page = open_page(f"{name}.html")
    explorer = page.locator(".cn-explore").nth(number)
    rng, before = np.random.default_rng(1), ahead["start"]
    last = [len(states) - 1 for states in ahead["states"]]
    states = [[*last[:n], *before[n:]] for n in (2, 3)]  # two, and three of them moved
    states += [[0] * len(last), last]
    states += [[int(rng.integers(n + 1)) for n in last] for _ in range(DRAWN)]
    for at in states:
        if at == before:
            continue
        move(explorer, ahead["names"], at, before)
        rest(page)
        compare(page, explorer, draw(**explored.values(ahead, at)), rng)
        before = at


def test_no_recipe_stands_in_the_page_with_its_arrays():
    for name, recipe in RECIPES:
        ahead, arrays = sent(name, WHICH.get(recipe, 0))
        assert arrays
        assert "arrays" not in ahead
        assert "frames" not in ahead
