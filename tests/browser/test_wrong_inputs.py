"""What no figure was made for: a blank digit, not-a-number, weights of 10⁹ and beyond.

A figure then shows what there is to see, says 'not a number' where there is none, and every control
goes on answering. Nothing fails on the page: `new_page` asserts it.
"""

import re
from dataclasses import replace

import driver
import numpy as np
import pytest
from test_everyone import A0, CURVE, DEEP, FIGURES, MAPS

from convnet_lib import deep, figures, training, widgets

# The images of each figure and its weights; of several, an entry of the first is spoiled.
IMAGES = {"pooling": "a1", "output": "a2"}
WEIGHTS = {"pooling": None, "output": "w3"}
OF_DEEP = ("gallery of digits", "deep film")
NIGHTLY = pytest.mark.nightly
NO_WORDS = re.compile(r"undefined|Infinity|\bnull\b|\[object|e[+-]\d")
CONTROLS = "select, input:not([type=radio]), button"


def spoiled(figure, name, value, whole=False):
    """The figure with another entry in an array, or with that in all of its places."""
    array = getattr(figure, name).copy()
    array[...] = value if whole else array
    array[(0,) * (array.ndim - 2) + (array.shape[-2] // 2, array.shape[-1] // 2)] = value
    setattr(figure, name, array)
    return figure


def of_deep_networks(name, value, whole):
    """The figure `name` of networks whose first filters are spoiled: it has no trait of them."""
    nets = []
    for net in DEEP:
        first, *others = net.layers
        w = np.full_like(first.w, value) if whole else first.w.copy()
        w[0, 2, 2] = value
        nets.append(deep.Network([replace(first, w=w), *others], net.cost))
    if name == "deep film":
        run = training.Run(tuple(nets), 3 - CURVE, CURVE, CURVE, CURVE)
        return widgets.training_film(run, A0, [4, 0])
    return widgets.gallery(nets[0], A0, [4, 0])


WRONG = {
    "blank": (IMAGES, "a0", 0, True),
    "grey": (IMAGES, "a0", 0.5, True),
    "a pixel that is no number": (IMAGES, "a0", np.nan, False),
    "no number anywhere": (IMAGES, "a0", np.nan, True),
    "an infinite pixel": (IMAGES, "a0", np.inf, False),
    "a weight of 1e9": (WEIGHTS, "w1", 1e9, False),
    "weights of -1e9": (WEIGHTS, "w1", -1e9, True),
    "weights of 1e308": (WEIGHTS, "w1", 1e308, True),
    "weights of 0": (WEIGHTS, "w1", 0, True),
    "weights of 5e-324": (WEIGHTS, "w1", 5e-324, True),
    "a weight that is no number": (WEIGHTS, "w1", np.nan, False),
}


def assert_speaks(live):
    """Whether words and formulas are such as a reader can read."""
    said = live.root.inner_text() + live.words()
    assert not NO_WORDS.search(said), NO_WORDS.search(said)
    for grid in live.root.locator(".cn-field:visible").all():
        assert not NO_WORDS.search(grid.text_content())


def move_all(live):
    """Every control once, and the pointer over a map."""
    for control in live.root.locator(CONTROLS).all():
        if not control.is_visible():
            continue
        kind = control.evaluate("c => c.type ?? c.localName")
        if kind == "select-one":
            control.select_option(index=1)
        elif kind == "range":
            control.press("ArrowRight")
        else:
            control.click(force=True)  # which is as good as none where there is nothing to do


# A change is tried with these, and with every fourth of the others, so that each figure and each
# wrong input has its turn; the heart, which computes the most, with all.
ALWAYS = ("blank", "a pixel that is no number", "a weight of 1e9")


def by_day(n, name, m, wrong):
    return wrong in ALWAYS or (n + m) % 4 == 0 or name == "backpropagation"


CASES = [
    pytest.param(name, wrong, marks=[] if by_day(n, name, m, wrong) else NIGHTLY)
    for n, name in enumerate(FIGURES)
    for m, wrong in enumerate(WRONG)
]


@pytest.mark.parametrize(("name", "wrong"), CASES)
def test_a_figure_bears_it(show, name, wrong):
    names, usual, value, whole = WRONG[wrong]
    array = names.get(name, usual)
    if array is None:
        pytest.skip("this figure has no weights")
    if array == "w1" and name in OF_DEEP and np.isnan(value):
        pytest.skip("a layer of a deep network refuses such weights")
    with np.errstate(all="ignore"):  # the film's weights are float32
        if array == "w1" and name in OF_DEEP:
            figure = of_deep_networks(name, value, whole)
        else:
            figure = spoiled(FIGURES[name](), array, value, whole)
    live = show(figure, width=1400)
    live.hover(MAPS[name], 3, 4)
    assert_speaks(live)
    move_all(live)
    live.hover(MAPS[name], 5, 2)
    assert_speaks(live)
    assert live.root.locator("canvas").first.evaluate("canvas => canvas.width > 0")


OTHERS = [
    *(("backpropagation", array) for array in ("b1", "w3", "b3", "y")),
    *(("playground", array) for array in ("b1", "w3", "b3")),
    *(("output", "b3"), ("gallery", "b1")),
]


@pytest.mark.parametrize("value", [1e9, pytest.param(np.nan, marks=NIGHTLY)])
@pytest.mark.parametrize(("name", "array"), OTHERS)
def test_a_figure_bears_it_in_its_other_parameters(show, name, array, value):
    figure = FIGURES[name]()
    wrong = getattr(figure, array).copy()
    wrong[(0,) * wrong.ndim] = value
    setattr(figure, array, wrong)
    live = show(figure, width=1400)
    move_all(live)
    live.hover(MAPS[name], 5, 2)
    assert_speaks(live)
    assert live.root.locator("canvas").first.evaluate("canvas => canvas.width > 0")


def test_a_weight_near_the_largest_number_stays_finite_under_its_keys(show):
    figure = FIGURES["convolution"]()
    figure.w1 = np.full_like(figure.w1, 1e308)
    live = show(figure, width=1400)
    live.grid("w1").focus()
    for key in ("Control+Home", "+", "-"):
        live.page.keyboard.press(key)
    live.told()
    assert "∞" not in live.cursor("w1")
    assert_speaks(live)


@pytest.mark.parametrize("rate", [0, -1, 1e9, 1e308])
def test_a_rate_that_no_slider_has(show, rate):
    figure = FIGURES["backpropagation"]()
    figure.rate = rate
    live = show(figure, width=1400)
    for button in ("One step", "10 steps"):
        live.root.locator(".bp-more").evaluate("details => { details.open = true; }")
        live.root.get_by_role("button", name=button, exact=True).click()
        assert_speaks(live)
    live.hover("w1", 2, 2)
    assert_speaks(live)


# Cells that no figure has, and one that most have: of the first the page takes what comes nearest.
NO_CELLS = [("nowhere", 0, 0), (None, 99, 3), (None, 3, 10**9), ("left", 1, 1), ("z1", 2, 3)]


@pytest.mark.parametrize("name", FIGURES)
def test_a_cell_that_there_is_not(show, name):
    for grid, row, column in NO_CELLS:
        figure = FIGURES[name]()
        figure.pinned = {"grid": grid or figure.pinned["grid"], "row": row, "column": column}
        live = show(figure, width=1400)
        assert_speaks(live)
        assert "NaN" not in live.words() + live.root.inner_text()
        live.hover(MAPS[name], 1, 2)
        live.page.mouse.move(1, 1)
        live.told()
        assert_speaks(live)


def test_a_page_may_move_beneath_a_pointer_that_points_at_nothing(show):
    live = show(widgets.explore(lambda b: figures.row(("$z^1$", np.full((4, 4), b))), b=(0, 3)))
    live.page.evaluate("document.body.style.paddingBottom = '2000px'")
    box = live.root.locator(".cn-field").first.bounding_box()
    live.page.mouse.move(box["x"] + 5, box["y"] + 5)
    live.page.keyboard.press("Escape")
    live.page.evaluate("scrollTo(0, 1500)")
    live.page.wait_for_timeout(200)
    live.page.mouse.move(box["x"] + 40, box["y"] + 40)
    live.page.wait_for_timeout(200)
    assert live.page.evaluate("scrollY") > 1000


@pytest.mark.parametrize("value", [0, 1e9, np.nan, np.inf])
def test_an_explored_picture_bears_it(show, value):
    def draw(b):
        return figures.row(("$z^1$", np.array([[b, value], [1.0, -2.0]])))

    live = show(widgets.explore(draw, b=(0, 3)))
    live.hover("panel0", 0, 1)
    assert_speaks(live)
    said = driver.numbers(live.words())
    assert ("not a number" in live.words()) == bool(np.isnan(value))
    assert said[:2] == [0, 1]
