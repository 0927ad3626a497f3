"""Pages on the narrowest telephones, and with letters twice as large, as many readers have them.

They run with the other tests of the site, by `make test-site`.
"""

import os
from pathlib import Path

import pytest
import run_notebooks
from browsing import rest, settle
from test_phone import FIGURE, STANDS_OUT

BUILT = os.environ.get("CONVNET_SITE")
pytestmark = pytest.mark.skipif(not BUILT, reason="needs the built site: make test-site")
SITE = Path(BUILT or "site").resolve()
PAGES = [path.stem for path in run_notebooks.in_order(run_notebooks.NOTEBOOKS)]
# Those that a change is tried on: the playground, and formulas in lines of text.
OFTEN = ("00_start_here", "05_backprop_fully_connected", "10_whole_backward_pass")
LARGE = "document.documentElement.style.fontSize = '32px'"
FIRST = f"addEventListener('readystatechange', () => {{ {LARGE}; }}, true);"
# The buttons of the line above a page that are not wholly in the window.
CUT = """() => [...document.querySelectorAll(
    ".mobile-header :is(.nav-overlay-icon, .theme-toggle, .toc-overlay-icon)")]
  .filter((e) => e.checkVisibility())
  .map((e) => e.getBoundingClientRect())
  .filter(({ left, right, width }) => left < 0 || right > innerWidth || !width).length"""
# Fields that do not show all that is in them.
SHORT = "fields => fields.filter((e) => e.scrollWidth > e.clientWidth).length"


def there(page, name):
    """Wait until the figures of a page are."""
    if name == "playground":  # not a page of cells
        page.wait_for_function("document.querySelectorAll('.cn-figure canvas').length > 20")
    else:
        settle(page)
    rest(page)


def wide(page):
    return page.evaluate("document.documentElement.scrollWidth")


@pytest.mark.parametrize("width", [320, 344])
@pytest.mark.parametrize("name", ["00_start_here", "playground"])
def test_the_playground_fits_the_narrowest_telephones(open_file, name, width):
    page = open_file(SITE, f"{name}.html", width, 844, has_touch=True)
    there(page, name)
    assert wide(page) <= width
    assert page.locator(FIGURE).first.evaluate(STANDS_OUT) == []


@pytest.mark.parametrize(
    "name",
    [
        *(pytest.param(name, marks=[] if name in OFTEN else pytest.mark.nightly) for name in PAGES),
        "playground",
    ],
)
def test_a_page_with_letters_twice_as_large_fits_a_telephone(open_file, name):
    page = open_file(SITE, f"{name}.html", 390, 844, before=FIRST, has_touch=True)
    there(page, name)
    assert page.evaluate("getComputedStyle(document.documentElement).fontSize") == "32px"
    assert wide(page) <= 390
    assert page.evaluate(CUT) == 0
    for figure in page.locator(FIGURE).all():
        assert figure.evaluate(STANDS_OUT) == []


def test_what_is_too_wide_once_the_letters_are_larger_scrolls_by_itself(open_file):
    page = open_file(SITE, "10_whole_backward_pass.html", 390, 844, has_touch=True)
    settle(page)
    assert wide(page) == 390
    page.evaluate(LARGE)
    page.wait_for_function("document.documentElement.scrollWidth <= 390")


@pytest.mark.parametrize(
    ("name", "exercise", "text", "large"),
    [
        ("20_a_deep_network", "20.1", "-0.0449218", False),
        ("20_a_deep_network", "20.1", "-0.0449218", True),
        ("07_bp2_pooling_switch", "7.1", "-12.5", False),
        ("07_bp2_pooling_switch", "7.1", "-12.5", True),
    ],
)
def test_a_field_shows_the_whole_number(open_file, name, exercise, text, large):
    page = open_file(SITE, f"{name}.html", 390, 844, has_touch=True)
    if large:
        page.evaluate(LARGE)
    fields = page.locator(f'[data-exercise="{exercise}"] input[type="text"]')
    for field in fields.all():
        field.fill(text)
    assert fields.count() >= 7
    assert fields.evaluate_all(SHORT) == 0
    # Rows of an array stay rows.
    rows = fields.evaluate_all("a => new Set(a.map((e) => e.getBoundingClientRect().y)).size")
    assert exercise != "7.1" or rows == 4
