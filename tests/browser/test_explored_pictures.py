"""A picture under controls on a telephone: in its tiles, or moved sideways, and always readable."""

import io
from functools import partial

import driver
import explored as explored_by_recipe
import ipywidgets
import numpy as np
import pytest
from browsing import assert_no_barrier
from PIL import Image

from convnet_lib import ConvNet, figures, widgets
from convnet_lib.widgets.explore import DRAW_AHEAD

LETTERS = """figure => {
  const shown = figure.querySelector(".cn-picture:not([hidden]), .cn-tiles:not([hidden])");
  const picture = figure.querySelector(".cn-picture");
  if (shown === picture) return picture.clientWidth / parseFloat(picture.style.width);
  const tile = shown.firstElementChild;
  return parseFloat(tile.style.backgroundSize) / parseFloat(picture.style.width);
}"""
CURVES = figures.cost_curves(z=1.0, y=1)
LADDER = figures.ladder({"a": 1.0, "b": 2.0}, 0.5)


@pytest.fixture
def explored(show, monkeypatch):
    """explored(draw, width, **controls) shows what a page has of a picture under controls."""
    monkeypatch.setenv(DRAW_AHEAD, "1")

    def explored(draw, width, **controls):
        return show(widgets.explore(draw, **controls), width=width, height=844)

    return explored


def tiles(live):
    return live.root.locator(".cn-tiles:visible > span")


def test_the_tiles_stand_below_each_other_and_show_their_part(explored):
    live = explored(figures.cost_curves, 390, z=(0.0, 1.0, 1.0), y=[1, 0])
    boxes = [tile.bounding_box() for tile in tiles(live).all()]
    assert len(boxes) == 2
    assert boxes[0]["y"] + boxes[0]["height"] <= boxes[1]["y"]
    whole = Image.open(io.BytesIO(figures.cost_curves(z=0.0, y=1).png())).convert("RGB")
    for n, tile in enumerate(tiles(live).all()):
        seen = Image.open(io.BytesIO(tile.screenshot())).convert("RGB")
        away = []
        for x, y, width, height in CURVES.boxes():
            part = whole.crop([2 * n for n in (x, y, x + width, y + height)]).resize(seen.size)
            away.append(np.abs(np.asarray(seen, float) - np.asarray(part, float)).mean())
        # A browser does not shrink a picture as Pillow does, to a few of 255.
        assert away[n] < 10, away
        assert away[n] < away[1 - n] / 2, away


def test_there_is_room_for_them_in_the_column_of_a_page(explored):
    live = explored(figures.cost_curves, 390, z=(0.0, 1.0, 1.0), y=[1, 0])
    live.page.add_style_tag(content="body { margin: 0 16px }")  # as site/static/book.css
    live.page.wait_for_timeout(200)
    assert live.root.bounding_box()["width"] == 358
    assert tiles(live).count() == 2


def test_they_follow_the_controls(explored):
    live = explored(figures.cost_curves, 390, z=(0.0, 1.0, 1.0), y=[1, 0])
    before = tiles(live).first.screenshot()
    live.root.get_by_role("slider").press("End")
    live.page.wait_for_timeout(200)
    assert tiles(live).first.screenshot() != before
    named = live.root.get_by_role("img", name=figures.cost_curves(z=1.0, y=1).alt)
    assert named.is_visible()


def test_a_picture_in_one_piece_moves_sideways_and_by_the_keyboard(explored):
    live = explored(lambda n: LADDER, 390, n=(0, 1))
    assert not tiles(live).count()
    row = live.root.locator(".cn-row")
    assert row.evaluate("row => [row.scrollWidth > row.clientWidth, row.tabIndex]") == [True, 0]
    assert live.page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize("picture", [CURVES, LADDER])
@pytest.mark.parametrize("width", [390, 600, 720, 1000])
def test_no_lettering_is_under_eleven_pixels(explored, picture, width):
    live = explored(lambda n: picture, width, n=(0, 1))
    live.page.wait_for_timeout(200)
    assert live.root.evaluate(LETTERS) * picture.smallest() >= 10.95


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("picture", [CURVES, LADDER])
def test_axe_finds_nothing(explored, picture, theme):
    live = explored(lambda n: picture, 390, n=(0, 1))
    live.page.emulate_media(color_scheme=theme)
    assert_no_barrier(live.page, context=".cn-figure")


def test_a_control_that_goes_back_is_named(explored):
    """Of too many states those are drawn in which one control alone has left where it began."""

    def draw(first=0, second=0, third=0):
        return figures.cells(np.array([[first, second, third]], float), "a")

    live = explored(draw, 1200, first=(0, 9), second=(0, 9), third=(0, 9))
    reading = live.root.locator(".cn-reading")
    live.root.get_by_label("first", exact=True).press("End")
    live.frame()
    assert reading.inner_text() == ""
    live.root.get_by_label("second", exact=True).press("End")
    words = "first is back where it began: without Python one control moves at a time."
    live.root.get_by_text(words, exact=True).first.wait_for()
    for name, value in (("first", 0), ("second", 9), ("third", 0)):
        assert live.root.get_by_label(name, exact=True).input_value() == str(value)
    live.root.get_by_label("second", exact=True).press("Home")
    reading.filter(has_not_text="back").wait_for(state="attached")


FREE = partial(ipywidgets.FloatText, 0.5)
WRITTEN = {
    "text": lambda: ipywidgets.Text("words"),
    "number": FREE,
    "one choice": lambda: ipywidgets.Dropdown(options=["words"]),
    "one place": lambda: ipywidgets.IntSlider(min=3, max=3),
}


@pytest.mark.parametrize("kind", WRITTEN)
def test_a_control_that_cannot_move_without_python_is_not_there(show, explored, monkeypatch, kind):
    """Neither for the eye nor for the ear nor for the keyboard; beside it the others move."""

    def draw(free, n=0):
        return figures.cells(np.array([[n, 10.0]]), f"{free}")

    live = explored(draw, 1000, n=(0, 2), free=WRITTEN[kind]())
    assert live.root.get_by_label("n", exact=True).is_visible()
    assert live.root.locator(".cn-controls :is(input, select, textarea)").count() == 2
    assert live.root.locator(".cn-controls :is(input, select, textarea):visible").count() == 1
    assert "free" not in live.root.locator(".cn-controls").inner_text()
    controls = live.root.locator(".cn-controls")
    assert "free" not in controls.aria_snapshot()
    live.page.keyboard.press("Tab")
    assert live.page.evaluate("document.activeElement.ariaLabel") == "n"
    live.page.keyboard.press("End")
    live.frame()
    live.hover("panel0", 0, 0)
    assert live.root.locator(".cn-reading b").inner_text() == "2.000"
    live.page.keyboard.press("Tab")
    assert not controls.evaluate("controls => controls.contains(document.activeElement)")
    # Where there is a kernel it is there.
    monkeypatch.delenv(DRAW_AHEAD)
    live = show(widgets.explore(draw, n=(0, 2), free=WRITTEN[kind]()))
    assert live.root.locator(".cn-controls :is(input, select, textarea):visible").count() == 2


def test_a_number_without_ends_is_written(show):
    """Where there is a kernel; a slider has two ends."""
    live = show(widgets.explore(lambda n: figures.cells(np.array([[n]]), "a"), n=FREE()))
    field = live.root.get_by_label("n", exact=True)
    assert (field.get_attribute("type"), field.input_value()) == ("number", "0.5")
    for written, taken in (("2.25", "2.25"), ("", "2.25"), ("-1e3", "-1000")):
        field.fill(written)
        field.press("Tab")
        assert field.input_value() == taken


def test_the_states_of_a_slider_can_be_told_apart(explored):
    def draw(exponent, share, name="<b>"):
        return figures.cells(np.array([[exponent, share]]), "a")

    power = ipywidgets.FloatLogSlider(value=1, min=-4, max=2, step=0.5, description="<b>")
    live = explored(draw, 1000, exponent=power, share=(0.5, 0.52, 0.005))
    sliders = live.root.get_by_role("slider")
    assert "<b>" in live.root.locator(".cn-controls").inner_text()
    for n, keys, written in (
        (0, [], "1"),
        (0, ["ArrowRight"], "3.16"),
        (0, ["Home"], "1.00×10⁻⁴"),
        (1, [], "0.500"),
        (1, ["ArrowRight"], "0.505"),
        (1, ["ArrowRight"], "0.510"),
    ):
        for key in keys:
            sliders.nth(n).press(key)
        live.frame()
        assert sliders.nth(n).evaluate("input => input.nextElementSibling.value") == written
        assert sliders.nth(n).evaluate("input => input.ariaValueText") == written
    live.hover("panel0", 0, 0)
    assert live.root.locator(".cn-reading b").inner_text() == "1.00×10⁻⁴"


def test_a_button_that_is_pressed_begins_as_it_is(explored):
    def draw(n=0, on=True):
        return figures.cells(np.array([[n, on]], float), "a")

    live = explored(draw, 1000, n=(0, 2), on=ipywidgets.ToggleButton(True))
    live.root.get_by_label("n", exact=True).press("End")
    live.frame()
    assert live.root.locator(".cn-reading").inner_text() == ""
    live.root.get_by_role("checkbox", name="on").uncheck()
    live.hover("panel0", 0, 1)
    assert live.root.locator(".cn-reading b").inner_text() == "0.000"


def test_grids_and_pictures_take_turns(explored):
    """In whatever order: one of them stands there, and it is the right one."""

    def draw(n=0):
        if n % 2:
            return figures.ladder({"a": 1.0, "b": 2.0 + n}, 0.5)
        return figures.cells(np.array([[n, 10.0]]), f"{n}")

    live = explored(draw, 390, n=(0, 3))
    slider = live.root.get_by_label("n", exact=True)
    row = live.root.locator(".cn-row:has(> *)").last
    for n in (1, 0, 1, 2, 3, 2, 0):
        slider.fill(f"{n}")
        live.frame()
        pictures = live.root.locator(":is(.cn-picture, .cn-tiles):visible").count()
        grids = live.root.locator(".cn-field:visible").count()
        assert (pictures, grids) == (n % 2, 1 - n % 2)
        assert live.words() == draw(n).alt
        if n % 2:
            continue
        assert not row.evaluate("row => row.matches('.cn-sideways, [tabindex]')")
        live.page.mouse.move(0, 0)  # a pointer that rests points at nothing new
        live.hover("panel0", 0, 0)
        assert driver.number(live.root.locator(".cn-reading b").inner_text()) == n


def test_states_that_are_missing_leave_the_control_as_the_picture(show, monkeypatch):
    """They stand in files beside a page, which may have been moved without them."""
    monkeypatch.setenv(DRAW_AHEAD, "1")

    def draw(n=0):
        return figures.cells(np.array([[n, 10.0]]), "a")

    figure = widgets.explore(draw, n=(0, 9))
    figure._ahead = figure._ahead | {
        "frames": {key: figure._ahead["frames"][key] for key in "0"},
        "scripts": ["gone.js"],
    }
    live = show(figure)
    control = live.root.get_by_label("n", exact=True)
    for press in ("ArrowRight", "End"):
        control.press(press)
        reading = live.root.locator(".cn-reading", has_text="gone.js is not beside this page")
        reading.wait_for()
        assert control.input_value() == "0"
        live.hover("panel0", 0, 0)
        assert live.root.locator(".cn-reading b").inner_text() == "0.000"
        live.page.mouse.move(0, 0)


@pytest.mark.parametrize(("width", "lines"), [(832, 1), (1200, 1), (390, 2)])
def test_four_grids_stand_in_one_line_where_there_is_room(show, width, lines):
    """Those of the page's column are drawn smaller, but no cell below seven pixels."""
    shapes = (28, 28), (24, 24), (5, 5), (12, 12)
    panels = [(f"{n}", np.ones(shape)) for n, shape in enumerate(shapes)]
    live = show(widgets.explore(lambda b: figures.row(*panels), b=(0, 1)), width=width)
    blocks = [block.bounding_box() for block in live.root.locator(".cn-block:visible").all()]
    assert len({block["y"] + (0 if lines == 1 else block["height"]) for block in blocks}) == lines
    for n, (_, columns) in enumerate(shapes):
        cell = live.grid(f"panel{n}").bounding_box()["width"] / columns
        assert cell >= (7 if width > 390 else 5)


def test_a_recipe_answers_whatever_the_controls_stand_at(show, monkeypatch):
    """Two and more of them moved; the grids take other sizes, and the words are Python's."""
    monkeypatch.setenv(DRAW_AHEAD, "1")
    explorer, _ = explored_by_recipe.ran("strides")
    live = show(explorer, width=1200)
    where = dict(zip(explorer._ahead["names"], explorer._ahead["start"], strict=True))
    for moves in ({"size": 6, "stride": 2}, {"kernel": 3, "padding": 3, "neuron": 5}, {"size": 0}):
        where |= moves
        for name, index in moves.items():
            live.root.get_by_role("slider", name=name, exact=True).fill(str(index))
        live.frame()
        values = explored_by_recipe.values(explorer._ahead, list(where.values()))
        picture = explorer._draw(**values)
        assert live.words() == picture.alt
        for n, panel in enumerate(picture.panels):
            assert live.shape(f"panel{n}") == panel["array"].shape
    assert not live.root.locator(".cn-failed:visible").count()


def test_a_recipe_that_fails_says_so_in_the_place_of_the_picture(show, monkeypatch):
    monkeypatch.setenv(DRAW_AHEAD, "1")

    def draw(digit, down, right, rule):
        return figures.cells(np.array([[digit, down, right]], float), rule)

    net = ConvNet.random(seed=1)
    here = widgets.in_page(draw, "moved", net=net, images=np.zeros((2, 28, 28)))
    controls = {name: (0, 1) for name in ("digit", "down", "right")}
    live = show(widgets.explore(here, **controls, rule=["largest", "none"]))
    menu = live.root.get_by_role("combobox", name="rule", exact=True)
    menu.select_option("none")
    live.root.locator(".cn-failed:visible").wait_for()
    assert not live.root.locator("[data-grid=panel0]:visible").count()
    menu.select_option("largest")
    live.root.locator("[data-grid=panel3]:visible").wait_for()
    assert not live.root.locator(".cn-failed:visible").count()
