import driver
import numpy as np
import pytest
from matplotlib import colormaps

from convnet_lib import activations, conv, data, widgets

DIGITS = data.load_digits().test.images[[3, 205, 610]]
W1 = np.random.default_rng(0).normal(size=(5, 5)) / 2
B1 = -0.3
Z1 = conv.forward(DIGITS, W1, B1)
A1 = activations.sigmoid(Z1)


@pytest.fixture
def figure():
    return widgets.convolution(DIGITS, W1, B1)


def palette(name, x, low, high):
    return colormaps[name]((x - low) / (high - low), bytes=True)[..., :3]


def test_every_cell_has_the_colour_of_its_number(show, figure):
    live = show(figure)
    for index in range(len(DIGITS)):
        live.root.get_by_label("Image").select_option(str(index))
        live.outlined("a1")  # the next frame is drawn
        z1 = Z1[index]
        largest = np.abs(z1).max()
        expected = {
            "a0": palette("Greys", figure.a0[index], 0, 1),
            "z1": palette("RdBu_r", z1, -largest, largest),
            "a1": palette("Greys", A1[index], 0, 1),
        }
        for name, colours in expected.items():
            # One step of 256 for the float32 that falls on the border of two colours.
            assert np.abs(live.colours(name) - colours).max() <= 8


@pytest.mark.parametrize("index", [0, 2])
def test_a_neuron_is_written_out(show, figure, index):
    figure.index = index
    live = show(figure)
    live.root.get_by_text("All 25 products").click()
    for j, k in [(0, 0), (9, 8), (23, 23), (12, 0)]:
        live.hover("z1", j, k)
        expected = [Z1[index, j, k], A1[index, j, k]]
        assert live.results() == pytest.approx(expected, abs=6e-4)
        lines = live.root.locator(".cn-products").inner_text().strip().splitlines()
        shown = [driver.number(line.split("=")[-1].strip()) for line in lines]
        field = figure.a0[index, j : j + 5, k : k + 5]
        assert shown == pytest.approx(list((W1 * field).ravel()), abs=6e-4)
        assert f"z 1 at {j}, {k} is the bias −0.300" in live.words()


def test_a_pixel_shows_the_outputs_that_it_reaches(show, figure):
    live = show(figure)
    live.hover("a0", 14, 14)
    assert "enters 25 outputs" in live.formulas()
    assert live.shape("right") == (5, 5)
    live.grid("right").focus()
    live.page.keyboard.press("Control+Home")
    # The first of the outputs reached sees the pixel through the filter's last weight.
    assert driver.numbers(live.cursor("right"))[-1] == pytest.approx(W1[4, 4], abs=6e-4)
    live.hover("a0", 0, 1)
    assert "enters 2 outputs" in live.formulas()


def test_a_weight_is_shared_and_its_products_take_the_place_of_the_sum(show, figure):
    live = show(figure)
    live.hover("z1", 4, 4)
    places = [live.grid(name).bounding_box() for name in ("left", "products")]
    live.hover("w1", 1, 3)
    for name, before in zip(("left", "products"), places, strict=True):
        assert live.shape(name) == (24, 24)
        assert live.grid(name).bounding_box()["height"] == pytest.approx(before["height"], abs=2)
    products = W1[1, 3] * DIGITS[0][1:25, 3:27]
    expected = palette("RdBu_r", products, -np.abs(W1).max(), np.abs(W1).max())
    live.outlined("products")
    assert np.abs(live.colours("products") - expected).max() <= 8
    assert "all 576 outputs" in live.formulas()
    assert live.results() == pytest.approx([W1[1, 3]], abs=6e-4)


def test_the_keyboard_walks_and_escape_leaves(show, figure):
    live = show(figure)
    live.grid("z1").focus()
    for key in ("Control+Home", "ArrowDown", "ArrowDown", "ArrowRight", "ArrowLeft", "End"):
        live.page.keyboard.press(key)
    assert driver.numbers(live.cursor("z1")) == pytest.approx([2, 23, Z1[0, 2, 23]], abs=6e-4)
    assert live.results()[0] == pytest.approx(Z1[0, 2, 23], abs=6e-4)
    live.page.keyboard.press("Tab")
    assert live.page.evaluate("document.activeElement.closest('[data-grid]').dataset.grid") == "a1"
    live.page.keyboard.press("Escape")
    assert live.page.evaluate("document.activeElement.className") == "cn-hint"


def test_enter_keeps_a_cell(show, figure):
    live = show(figure)
    live.click("a1", 5, 6)
    live.page.mouse.move(0, 0)
    live.page.evaluate("document.activeElement.blur()")
    assert live.results()[1] == pytest.approx(A1[0, 5, 6], abs=6e-4)


def test_what_is_linked_is_outlined(show, figure):
    live = show(figure)
    live.hover("z1", 3, 3)
    first = live.outlined("a0")
    live.hover("z1", 3, 4)
    assert None not in (first, live.outlined("a0"))
    assert first != live.outlined("a0")
    live.hover("w1", 0, 0)
    assert live.outlined("a1") is None


def test_a_weight_that_is_dragged_stays_the_one_that_is_told(show, figure):
    live = show(figure)
    live.hover("w1", 2, 2)
    outlined, below = live.outlined("w1"), live.root.bounding_box()["height"]
    x, y = live.place("w1", 2, 2)
    live.page.mouse.down()
    for up in (10, 35, 60):  # over the weights above it
        live.page.mouse.move(x, y - up)
        live.frame()
        assert live.outlined("w1") == outlined
        assert "w 1 at 2, 2 is" in live.words()
        assert live.root.bounding_box()["height"] == below
    live.page.mouse.up()


def sends(live, name, *events):
    """Send a grid events of a pointer, each (type, row, column); where its keyboard then is."""
    for type, row, column in events:
        x, y = live.place(name, row, column)
        at = {"clientX": x, "clientY": y, "screenX": x, "screenY": y}
        live.grid(name).dispatch_event(type, at | {"pointerId": 1, "button": 0})
    return live.cursor(name)


def test_the_click_after_a_drag_that_had_none_picks_its_cell(show, figure):
    live = show(figure)
    live.hover("w1", 1, 1)  # a pointer with the id 1 is there
    first, last = (sends(live, "w1", ("click", j, 3)) for j in (0, 4))
    assert first != last
    drag = [("pointerdown", 1, 1), ("pointermove", 2, 1), ("pointermove", 3, 1)]
    assert sends(live, "w1", *drag, ("pointerup", 3, 1), ("click", 0, 3)) == last
    assert sends(live, "w1", *drag, ("pointercancel", 3, 1), ("click", 0, 3)) == first
    # Let go outside of the page; the next press begins no drag.
    sends(live, "w1", *drag, ("pointerup", 3, 1))
    live.grid("w1").dispatch_event("pointerdown", {"pointerId": 1, "button": 2})
    assert sends(live, "w1", ("click", 4, 3)) == last


@pytest.mark.parametrize(("width", "height"), [(1280, 720), (1440, 900), (1600, 1000)])
def test_it_fits_the_window_with_the_explanation(show, figure, width, height):
    live = show(figure, width=width, height=height)
    live.hover("z1", 3, 9)
    assert live.root.bounding_box()["height"] <= height
    assert live.page.evaluate("document.documentElement.scrollWidth <= innerWidth")


# How often each canvas of a grid has been drawn: a grid's own clears it first.
DRAWN = """async grids => {
    for (let i = 0; i < 4; i++) await new Promise(requestAnimationFrame); // what is due is drawn
    window.drawn = {};
    for (const name of grids) {
        document.querySelectorAll(`[data-grid="${name}"] canvas`).forEach((canvas, layer) => {
            const pen = canvas.getContext("2d");
            const clear = pen.clearRect.bind(pen);
            pen.clearRect = (...box) => {
                clear(...box);
                drawn[`${name} ${layer}`] = (drawn[`${name} ${layer}`] ?? 0) + 1;
            };
        });
    }
}"""


def painted(live, name):
    """Wait until a layer has been painted and some more, and return how often each has been."""
    live.page.wait_for_function("name => drawn[name]", arg=name)
    live.page.wait_for_timeout(200)
    return live.page.evaluate("drawn")


FORGET = "Object.keys(drawn).forEach((name) => delete drawn[name])"


def test_only_what_has_changed_is_painted(show, figure):
    live = show(figure, width=1400)
    live.page.evaluate(DRAWN, ["a0", "w1", "z1", "a1"])
    live.hover("w1", 2, 2)
    painted(live, "w1 1")
    live.page.evaluate(FORGET)
    x, y = live.place("w1", 2, 2)
    live.page.mouse.down()
    live.page.mouse.move(x, y - 10)
    assert painted(live, "a1 0") == {"w1 0": 1, "z1 0": 1, "a1 0": 1}
    live.page.mouse.up()
    live.frame()
    live.page.wait_for_timeout(100)
    live.page.evaluate(FORGET)
    live.hover("z1", 3, 3)
    assert painted(live, "z1 1") == {"a0 1": 1, "w1 1": 1, "z1 1": 1, "a1 1": 1}


def test_a_stroke_paints_what_it_changes_and_the_explanation_stays(show, figure):
    live = show(figure, width=1400)
    live.root.get_by_role("button", name="Draw on the input").click()
    live.hover("a0", 2, 2)
    live.page.mouse.down()
    live.page.mouse.move(*live.place("a0", 2, 5))
    live.page.wait_for_timeout(150)
    said = live.formulas()
    live.page.evaluate(DRAWN, ["a0", "w1", "z1", "a1", "left", "right", "products"])
    live.page.mouse.move(*live.place("a0", 2, 9))
    live.frame()
    live.page.wait_for_timeout(200)
    assert live.page.evaluate("drawn") == {"a0 0": 1, "z1 0": 1, "a1 0": 1}
    assert live.formulas() == said
    live.page.mouse.up()
    live.hover("a0", 3, 9)
    assert live.formulas() != said


def test_another_resolution_draws_all_of_it(show, figure):
    live = show(figure)
    before = live.colours("z1")
    live.page.context.new_cdp_session(live.page).send(
        "Emulation.setDeviceMetricsOverride",
        {"width": 1000, "height": 900, "deviceScaleFactor": 2, "mobile": False},
    )
    live.page.wait_for_function("() => devicePixelRatio === 2")
    live.hover("z1", 3, 3)  # which asks for the outlines alone
    live.frame()
    assert live.grid("z1").locator("canvas").first.evaluate("c => c.width / c.clientWidth") > 1.9
    assert (live.colours("z1") == before).all()
    assert live.outlined("a0")


def test_not_a_number_is_drawn_and_said(show):
    live = show(driver.without_number(widgets.convolution(DIGITS[0], W1, B1), "a0", 4, 4))
    live.hover("z1", 2, 2)
    assert "not a number" in live.words()
    live.grid("z1").focus()
    live.page.keyboard.press("Control+Home")
    assert "not a number" in live.cursor("z1")
