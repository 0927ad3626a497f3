"""Several figures on one page: none looks another way for what stands beside it."""

import driver
import numpy as np
import pytest
from test_everyone import FIGURES

from convnet_lib import figures, widgets

LAYOUT = """figure => [...figure.querySelectorAll("*")].map((element) => {
    const [box, whole] = [element, figure].map((one) => one.getBoundingClientRect());
    const { display, color, padding } = getComputedStyle(element);
    const places = [box.x - whole.x, box.y - whole.y, box.width, box.height].map(Math.round);
    return [element.tagName, element.getAttribute("class"), places, display, color, padding];
})"""


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("name", [*FIGURES, "explored"])
def test_a_figure_looks_the_same_whatever_else_is_on_its_page(new_page, tmp_path, name, width):
    """Each brings its style sheet, and the one that comes last counts where two are as strong."""
    first = FIGURES[name]() if name in FIGURES else explored()
    other = FIGURES["pooling" if name != "pooling" else "output"]()
    layouts = []
    for figures_of_page in ([first], [first, other]):
        path = tmp_path / f"{len(figures_of_page)}.html"
        driver.write_page(path, figures_of_page)
        page = new_page(width=width)
        page.goto(path.as_uri())
        page.locator(".cn-figure").nth(len(figures_of_page) - 1).wait_for()
        page.wait_for_timeout(500)
        layouts.append(page.locator(".cn-figure").first.evaluate(LAYOUT))
    assert layouts[0] == layouts[1]


def explored():
    return widgets.explore(lambda b: figures.row(("a", np.full((24, 24), b))), b=(0.0, 1.0))
