"""The pages as a student on a telephone has them: from the disk, no kernel, 390 pixels wide.

Every control of every figure is moved, and the picture or the words must answer; nothing may be
asked of the network, nothing go wrong, nothing stand out of the page. Runs with the other tests of
the site, by `make test-site`.
"""

import os
from functools import partial
from pathlib import Path

import pytest
import run_notebooks
from browsing import rest, settle

BUILT = os.environ.get("CONVNET_SITE")
pytestmark = pytest.mark.skipif(not BUILT, reason="needs the built site: make test-site")
SITE = Path(BUILT or "site").resolve()
PAGES = [path.stem for path in run_notebooks.in_order(run_notebooks.NOTEBOOKS)]
# Those that a change is tried on: the playground, a figure of one layer, the whole network, films.
OFTEN = ("00_start_here", "02_convolution", "10_whole_backward_pass", "12_looking_inside")
each_page = pytest.mark.parametrize(
    "name",
    [pytest.param(name, marks=[] if name in OFTEN else pytest.mark.nightly) for name in PAGES],
)
WIDTH = 390
PAUSE = 280  # ms: a sentence is spoken after 200
FIGURE = ".cn-figure"
CONTROLS = ":is(select, input, button, summary)"
# What a figure shows and says, apart from the numbers beside its sliders and from its menus.
SHOWN = """figure => {
  const own = (element) => element.closest(".cn-controls");
  const seen = (element) => element.checkVisibility() && !own(element);
  const all = (kind) => [...figure.querySelectorAll(kind)].filter(seen);
  const texts = all(".cn-live > :not(.cn-controls), .cn-controls ~ *").map((e) => e.innerText);
  const pressed = [...figure.querySelectorAll("[aria-pressed=true]")].map((b) => b.innerText);
  return JSON.stringify([
    texts,
    figure.querySelector("[role=status]").textContent,
    all("canvas").map((canvas) => canvas.toDataURL()),
    all("img").map((image) => image.src),
    all("svg").map((drawing) => drawing.innerHTML),
    pressed,
    [...figure.querySelectorAll("details.bp-more")].map((more) => more.open),
  ]);
}"""
STANDS_OUT = """figure => [...figure.querySelectorAll("*")].filter((element) => {
  const box = element.getBoundingClientRect();
  if (!box.width || !box.height || box.right <= innerWidth + 1 || element.closest(".cn-unseen"))
    return false;
  if (!element.checkVisibility()) return false; // what is folded away has a box all the same
  for (let a = element; a !== document.body; a = a.parentElement)
    if (getComputedStyle(a).overflowX !== "visible") return false;
  return true;
}).map((element) => element.outerHTML.slice(0, 100))"""


@pytest.fixture
def telephone(open_file):
    """telephone(name) opens a page as a telephone does, its figures in their places."""

    def telephone(name):
        page = open_file(SITE, f"{name}.html", WIDTH, 844, has_touch=True)
        settle(page)
        rest(page, PAUSE)
        return page

    return telephone


def shown(figure):
    rest(figure.page, PAUSE)
    return figure.evaluate(SHOWN)


def name_of(control):
    return control.evaluate(
        """c => c.ariaLabel ?? c.closest("label")?.firstChild.textContent.trim() ?? c.innerText"""
    )


def moves(control):
    """Ways to move a control, each a function: up to six choices of a menu, keys of a slider."""
    page, kind = control.page, control.evaluate("c => c.type ?? c.localName")
    if kind == "select-one":
        # By their places: a value of Playwright's may be the label of another choice.
        chosen, places = control.evaluate(
            """menu => [menu.selectedIndex, [...menu.options].filter((o) => !o.disabled)
                .map((o) => o.index)]"""
        )
        others = [place for place in places if place != chosen][:6]
        # And back, since what is chosen here may leave nothing to choose there.
        return [lambda n=n: control.select_option(index=n) for n in [*others, chosen]]
    if kind == "range":
        return [lambda key=key: control.press(key) for key in ("End", "Home", "ArrowRight")]
    if kind == "radio":
        return [lambda: control.locator("xpath=..").tap()]
    # Where there is nothing to do, as at the first step for "Back", a tap does nothing.
    return [lambda: control.tap(force=True), lambda: page.wait_for_timeout(PAUSE)]


def answers(figure, control):
    """Whether a control changed what the figure shows or says: a slider at two of three keys.

    Once alone would not do: a picture that was drawn ahead has fewer colours than the first one.
    """
    changed = []
    for move in moves(control):
        before = shown(figure)
        move()
        changed.append(differs(figure, before))
    return sum(changed) >= (2 if len(changed) > 2 else 1)


def answers_now(figure, control):
    """Whether it does once it is in reach."""
    control.evaluate(REACH)
    return answers(figure, control)


def answers_after_another(figure, control):
    """Whether it does once another of its group was chosen, which 'Back', say, may have undone."""
    control.evaluate(ANOTHER)
    return answers_now(figure, control)


def differs(figure, before):
    """Whether a figure shows or says something else before long."""
    figure.page.wait_for_timeout(PAUSE / 4)
    return figure.evaluate(SHOWN) != before or shown(figure) != before


# What stands behind 'more', and covers a part of the figure while it is open.
OPEN = """(figure, open) => {
  figure.querySelectorAll('.bp-more').forEach((d) => (d.open = open));
  figure.querySelectorAll('.cn-live').forEach((live) => live.classList.toggle('cn-open', open));
}"""
# In the middle of the window nothing lies over a control, no sheet at its foot either, and no box
# behind 'more' that is open for another control.
REACH = """c => {
  const d = c.closest('.bp-more');
  for (const other of document.querySelectorAll('.bp-more'))
    other.open = other === d && (other.open || c.localName !== 'summary');
  if (c.closest('.cn-rare')) c.closest('.cn-live').classList.add('cn-open');
  c.scrollIntoView({block: 'center'});
}"""

# Of radio buttons the one that is chosen answers once another was.
ANOTHER = """c => c.type === "radio" && [...document.getElementsByName(c.name)]
    .find((other) => other !== c).click()"""


def controls(figure):
    """All controls that there are to be seen, those behind 'more' too."""
    figure.evaluate(OPEN, True)
    found = visible(figure, CONTROLS)
    figure.evaluate(OPEN, False)
    return found


def visible(figure, kind):
    return [element for element in figure.locator(kind).all() if element.is_visible()]


def assert_fits(page, figure):
    assert page.evaluate("document.documentElement.scrollWidth") <= WIDTH
    assert figure.evaluate(STANDS_OUT) == []


# What a control does is seen only once another has been used: for each, that other one.
LATER = {"Learning rate eta": "One step"}


def later(figure, control, other):
    """Whether two places of a control make a difference to what another one does."""
    results = []
    for key in ("End", "Home"):
        figure.get_by_role("button", name="Start again").tap()
        control.press(key)
        figure.get_by_role("button", name=other).tap()
        results.append(shown(figure))
    figure.get_by_role("button", name="Start again").tap()
    return results[0] != results[1]


@each_page
def test_every_control_of_a_page_answers(telephone, name):
    page = telephone(name)
    for figure in page.locator(FIGURE).all():
        figure.scroll_into_view_if_needed()
        silent = []
        for control in controls(figure):
            label = name_of(control)
            control.evaluate(REACH)
            works = later(figure, control, LATER[label]) if label in LATER else None
            if not (works if works is not None else answers_now(figure, control)):
                silent.append((label, control))
            assert_fits(page, figure)
        # 'Back' and 'Given input' have something to do once others were used.
        for _, control in silent:
            control.evaluate(ANOTHER)
        silent = [label for label, control in silent if not answers_after_another(figure, control)]
        assert silent == [], f"{name}: nothing answers to {silent}"


# How a page is touched at least: one control of each kind of every figure, once.
KINDS = ("select", "input[type=range]", "input[type=checkbox]", "input[type=radio]", "button")


def one_of_each_kind(figure):
    """The first control of each kind that is to be seen and would do something."""
    for kind in KINDS:
        seen = [e for e in visible(figure, kind) if e.get_attribute("aria-pressed") != "true"]
        if kind.endswith("radio]"):
            seen = [e for e in seen if not e.is_checked()]
        if seen:
            yield seen[0]


@pytest.mark.parametrize("name", [name for name in PAGES if name not in OFTEN])
def test_a_page_answers_when_it_is_touched(telephone, name):
    """With every change, where the tests of every control are for the night."""
    page = telephone(name)
    figures = page.locator(FIGURE).all()
    for figure in figures:
        figure.scroll_into_view_if_needed()
        silent = []
        for control in one_of_each_kind(figure):
            control.evaluate(REACH)
            before = figure.evaluate(SHOWN)
            moves(control)[0]()
            rest(page)
            if figure.evaluate(SHOWN) == before and not differs(figure, before):
                silent.append(name_of(control))
        # A button, 'Back' or 'Undo' say, may have nothing to do yet.
        assert len(silent) <= 1, f"{name}: nothing answers to {silent}"
        assert_fits(page, figure)
    assert figures


ARROWS = ("Right", "Down", "Left", "Up")


def any_changes(figure, ways):
    """Whether one of several ways to move it, tried in turn, changes what a figure shows."""
    before = shown(figure)
    for move in ways:
        move()
        if shown(figure) != before:
            return True
    return False


@each_page
def test_every_grid_of_a_page_answers_to_a_finger_and_to_the_arrows(telephone, name):
    page = telephone(name)
    for figure in page.locator(FIGURE).all():
        # The last first: the terms of a sum are there for the cell that the figure begins with.
        for field in reversed(visible(figure, ".cn-field")):
            if not field.is_visible():
                continue
            grid = field.locator("xpath=..").get_attribute("data-grid")
            if field.get_attribute("aria-rowcount") == field.get_attribute("aria-colcount") == "1":
                continue  # a single number: it is tapped below, and has no neighbour
            field.evaluate("field => field.scrollIntoView({block: 'center'})")
            box = field.bounding_box()
            places = [{"x": p * box["width"], "y": p * box["height"]} for p in (0.2, 0.7)]
            fingers = [partial(field.tap, position=at) for at in places]
            assert any_changes(figure, fingers), f"{name}: no finger moves {grid}"
            field.focus()
            keys = [partial(page.keyboard.press, f"Arrow{key}") for key in ARROWS]
            assert any_changes(figure, keys), f"{name}: no key moves {grid}"
        assert_fits(page, figure)


DRAWN_ON = [
    name
    for name in PAGES
    if "widgets.convolution("
    in "".join((run_notebooks.NOTEBOOKS / f"{name}.ipynb").read_text("utf-8"))
]


@pytest.mark.parametrize("name", DRAWN_ON)
def test_a_finger_draws(telephone, name):
    page = telephone(name)
    figure = page.locator(FIGURE).first
    figure.get_by_role("button", name="Blank input").tap()
    figure.get_by_role("button", name="Draw on the input").tap()
    before = shown(figure)
    figure.locator('[data-grid="a0"] .cn-field').tap()
    assert shown(figure) != before


STANDS = "drawer => document.querySelector(drawer).getAnimations().length === 0"


@each_page
def test_what_the_theme_brings_answers(telephone, name):
    """The two drawers and the button for light and dark."""
    page = telephone(name)
    theme = "document.body.dataset.theme"
    before = page.evaluate(theme)
    page.locator(".theme-toggle:visible").first.tap()
    assert page.evaluate(theme) != before
    for opener, drawer in (
        (".nav-overlay-icon", ".sidebar-drawer"),
        (".toc-overlay-icon", ".toc-drawer"),
    ):
        if not page.locator(f"{opener}:visible").count():
            continue
        page.locator(f"{opener}:visible").first.tap()
        page.wait_for_function(STANDS, arg=drawer)
        box = page.locator(drawer).bounding_box()
        assert 0 <= box["x"] < WIDTH
        page.mouse.click(*((WIDTH - 5, 400) if box["x"] == 0 else (5, 400)))
        page.wait_for_function(STANDS, arg=drawer)
    assert page.evaluate("document.documentElement.scrollWidth") <= WIDTH
