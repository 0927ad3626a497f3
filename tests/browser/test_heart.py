"""How the figure of the whole network behaves: it fits the window, holds still, pins, and what is
drawn over it is as large as its numbers."""

import time

import driver
import numpy as np
import pytest

from convnet_lib import ConvNet, activations, data, dense, pool, widgets

TEST = data.load_digits().test
WHICH = [3, 205, 610]
A0, Y = TEST.images[WHICH], data.one_hot(TEST.labels[WHICH])
NET = ConvNet.random(seed=1)
MAPS = ConvNet.random(3, seed=4)
G = NET.backprop(A0[0], Y[0])
BACK = dense.backward(G.delta3, NET.w3)
SLOPE = activations.sigmoid_prime(NET.feedforward(A0[0]).z3)
OPEN = np.argwhere(pool.winners(NET.feedforward(A0[0]).a1) * np.abs(G.delta1) > 0.005)
NEAR = {"rel": 6e-3, "abs": 6e-4}  # three significant digits are written
WINDOWS = [(1280, 720), (1440, 900), (1600, 1000), (390, 844)]
CELLS = [("delta1", 8, 9), ("w1", 2, 2), ("z1", 9, 12), ("delta3", 4, 0), ("C", 0, 0), ("a0", 9, 9)]
# Where everything of the figure stands, but for what the lens and the paths over it are about.
PLACES = """figure => [...figure.querySelectorAll("*")]
    .filter((e) => !e.closest(".bp-said, .bp-views, .bp-paths, [role=row], [role=status]"))
    .map((e) => JSON.stringify(e.getBoundingClientRect()))"""


@pytest.fixture
def figure():
    return widgets.backpropagation(NET, A0, Y)


def turn_to(live, name):
    """On a telephone: show the piece of the network in which a panel stands."""
    if live.grid(name).is_visible():
        return
    for button in live.root.locator(".bp-strip button").all():
        button.click()
        if live.grid(name).is_visible():
            return


@pytest.mark.parametrize(("width", "height"), WINDOWS)
@pytest.mark.parametrize("net", [NET, MAPS], ids=["one map", "three maps"])
def test_it_fits_the_window_with_the_explanation_of_what_is_pointed_at(show, net, width, height):
    live = show(widgets.backpropagation(net, A0, Y), width=width, height=height)
    live.page.evaluate("document.querySelector('h1').remove(); document.body.style.margin = '0'")
    live.frame()
    room = {720: 610, 900: 680, 1000: 680, 844: 844}[height]
    assert live.root.bounding_box()["height"] <= room
    assert live.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    for name, *cell in CELLS:
        turn_to(live, name)
        live.hover(name, *cell)
        lens = live.root.locator(".bp-lens").bounding_box()
        assert lens["y"] + lens["height"] <= height, name
        _, y = live.place(name, *cell)
        assert 0 < y < lens["y"], name  # and it does not lie over what is pointed at
        said = live.root.locator(".bp-said")
        assert said.evaluate("e => e.scrollWidth <= e.clientWidth + 1"), name
        if width > 1000:
            views = live.root.locator(".bp-views")
            assert views.evaluate("e => e.scrollWidth <= e.clientWidth + 1"), name
    assert live.page.evaluate("scrollY") == 0


@pytest.mark.parametrize("width", [1000, 1440])
def test_nothing_moves_when_one_points(show, figure, width):
    live = show(figure, width=width)
    before = live.root.evaluate(PLACES)
    for name, *cell in [*CELLS, ("delta1", *OPEN[0]), ("a2", 3, 4), ("nabla_w3", 5, 5)]:
        live.hover(name, *cell)
        assert live.root.evaluate(PLACES) == before, name
    live.click("w1", 1, 1)
    assert live.root.evaluate(PLACES) == before


def test_panels_stay_where_they_are_through_all_stages_and_steps(show, figure):
    live = show(figure, width=1280, height=720)
    fields = live.root.locator(".bp-network .cn-field")
    where = "all => all.map((e) => [e.offsetLeft, e.offsetTop, e.offsetWidth, e.offsetHeight])"
    before = fields.evaluate_all(where)
    for _ in range(8):
        live.root.get_by_role("button", name="Next").click()
        live.frame()
        assert fields.evaluate_all(where) == before
    for _ in range(3):
        live.root.get_by_role("button", name="One step").click()
        live.frame()
        assert fields.evaluate_all(where) == before


def test_a_click_pins_and_the_pin_is_seen(show, figure):
    live = show(figure, width=1300)
    assert live.root.locator(".bp-pin").count() == 0
    live.click("z1", 9, 12)
    live.page.mouse.move(5, 5)
    live.frame()
    assert live.results() == pytest.approx([NET.feedforward(A0[0]).z1[9, 12]], **NEAR)
    pin = live.root.locator(".bp-pin").bounding_box()
    x, y = live.place("z1", 9, 12)
    assert abs(pin["x"] - x) < 12
    assert abs(pin["y"] + pin["height"] - y) < 12


def test_the_wheel_changes_nothing(show, figure):
    live = show(figure, width=1300, height=500)
    live.hover("z1", 9, 12)
    told = live.formulas()
    for by in (40, 60, 300):
        live.page.mouse.wheel(0, by)
        live.page.wait_for_timeout(250)
        assert live.formulas() == told
    live.page.wait_for_function("() => scrollY > 0")
    live.page.mouse.wheel(0, -400)
    live.page.wait_for_function("() => scrollY === 0")
    live.hover("a0", 3, 3)  # and a move counts again
    assert live.formulas() != told


def test_ribbons_are_as_wide_as_their_products(show, figure):
    live = show(figure, width=1440)
    (j, k), places = OPEN[3], []
    live.hover("delta1", j, k)
    products = G.delta3 * NET.w3[:, j // 2, k // 2]
    order = np.argsort(-np.abs(products))
    drawn = live.root.locator(".bp-ribbon").evaluate_all(
        "all => all.map(e => [parseFloat(e.style.strokeWidth), e.classList.contains('bp-plus'),"
        " parseFloat(e.getAttribute('d').match(/M([^,]+),([^C]+)/)[2])])"
    )
    assert len(drawn) == 10
    widest = drawn[0][0]
    rows = live.grid("delta3").bounding_box()
    top = live.root.locator(".bp-network").bounding_box()["y"]
    for (width, plus, y), l in zip(drawn, order, strict=True):
        share = abs(products[l]) / np.abs(products).max()
        assert width == pytest.approx(max(0.7, widest * share), abs=0.1)
        assert plus == (products[l] > 0)
        places.append(round((y + top - rows["y"]) / rows["height"] * 10 - 0.5))
    assert places == list(order)


@pytest.mark.parametrize("width", [1000, 1140, 1600])
def test_the_slope_of_an_output_is_drawn_whatever_was_pointed_at_before(show, figure, width):
    live = show(figure, width=width)
    curve = live.root.locator(".bp-curve")
    for before in ("delta1", "nabla_a2", "w1", "C"):  # ten bars need the room of the curve
        live.hover(before, *(OPEN[0] if before == "delta1" else (0, 0)))
        for name in ("delta3", "a3"):
            live.hover(name, 4, 0)
            assert curve.is_visible(), before
            slope = driver.numbers(curve.inner_text().split("slope")[1])[0]
            assert slope == pytest.approx(SLOPE[4], **NEAR)


def test_what_is_not_on_the_path_is_dimmed(show, figure):
    live = show(figure, width=1440)
    dim = "all => all.map(e => e.closest('[data-grid]').dataset.grid)"
    assert live.root.locator(".bp-dim").count() == 0
    live.hover("z1", 9, 12)
    dimmed = set(live.root.locator(".bp-dim").evaluate_all(dim))
    assert {"delta1", "w3", "a3", "C", "a1"} <= dimmed
    assert not {"a0", "w1", "z1", "b1"} & dimmed


def trained(net, steps, index=0, rate=0.05):
    nets = [net]
    for _ in range(steps):
        g = nets[-1].backprop(A0[index], Y[index])
        moved = {n: getattr(nets[-1], n) - rate * getattr(g, n) for n in net.parameters}
        nets.append(ConvNet(**moved))
    return nets


def test_scales_are_kept_while_it_learns_so_that_errors_fade(show, figure):
    live = show(figure, width=1440)
    titles = '[data-grid="{}"] .cn-title small'
    kept = ("delta1", "nabla_a2", "nabla_w1", "delta3")
    before = {name: live.root.locator(titles.format(name)).inner_text() for name in kept}
    strength = lambda: np.abs(live.colours("delta1") - 247).mean()  # noqa: E731
    strong = strength()
    live.root.locator(".bp-more").evaluate("details => { details.open = true; }")
    for _ in range(6):
        live.root.get_by_role("button", name="10 steps").click()
    live.root.get_by_text("after 60 steps").wait_for()
    live.frame()
    for name, title in before.items():
        assert live.root.locator(titles.format(name)).inner_text() == title, name
    delta1 = trained(NET, 60)[-1].backprop(A0[0], Y[0]).delta1
    assert np.abs(delta1).max() < 0.1 * np.abs(G.delta1).max()
    live.page.mouse.move(5, 5)
    live.page.wait_for_timeout(200)
    assert strength() < 0.3 * strong
    j, k = np.argwhere(delta1)[0]
    live.hover("delta1", j, k)
    assert "times as large as in the panels" in live.root.locator(".bp-bars").inner_text()
    # With another label they begin anew.
    live.root.get_by_role("radio", name="Label 7").check(force=True)
    live.frame()
    assert live.root.locator(titles.format("delta1")).inner_text() != before["delta1"]


def shown(live, what):
    return driver.number(live.root.locator(f'[data-value="{what}"]').inner_text())


def what_if(name, cell, l, by):
    """What the gradient promises of a weight that is moved, and what the cost does."""
    place = {"w1": cell, "b1": (), "w3": (l, *cell), "b3": (cell[0],)}[name]
    moved = {n: getattr(NET, n).copy() for n in NET.parameters}
    if place:
        moved[name][place] += by
    else:
        moved[name] = moved[name] + by
    truth = ConvNet(**moved).cost(A0[0], Y[0]) - NET.cost(A0[0], Y[0])
    return getattr(G, name)[place] * by, truth


@pytest.mark.parametrize(
    ("name", "cell"), [("w1", (1, 1)), ("w1", (4, 4)), ("w3", (5, 6)), ("b1", (0, 0))]
)
def test_a_weight_that_is_dragged_shows_what_was_promised_and_what_came(show, figure, name, cell):
    live = show(figure, width=1440)
    before, l = live.formulas(), int(np.abs(G.delta3).argmax())
    x, y = live.place(name, *cell)
    live.page.mouse.move(x, y)
    asks = live.root.locator(".bp-what-label")
    assert "were not" in asks.inner_text()  # no question what if it were what it is
    live.page.mouse.down()
    for up in (10, 30, 55):
        live.page.mouse.move(x, y - up, steps=2)
        live.frame()
        text = live.root.locator(".bp-what-reading").inner_text()
        by = driver.numbers(text.split("Δ =")[1])[0]
        assert by > 0
        promised, truth = what_if(name, cell, l, by)
        room = {"rel": 2e-2, "abs": 1e-5}  # Δ is written with three digits itself
        assert shown(live, "promised") == pytest.approx(promised, **room)
        assert shown(live, "true") == pytest.approx(truth, **room)
    assert "were not" not in asks.inner_text()
    live.page.mouse.up()
    live.page.mouse.move(5, 5)
    live.frame()
    assert shown(live, "true") == pytest.approx(truth, **room)  # it stays, until
    assert "after 0 steps" in live.root.locator(".bp-history").inner_text()
    live.root.get_by_role("button", name="Put it back").click()
    live.frame()
    assert live.root.locator('[data-value="true"]').count() == 0
    live.hover("C", 0, 0)
    assert live.results() == pytest.approx([NET.cost(A0[0], Y[0])], **NEAR)
    assert before != live.formulas()


def test_a_weight_is_moved_by_key_and_by_slider(show, figure):
    live = show(figure, width=1440)
    live.grid("w1").focus()
    live.page.keyboard.press("Control+Home")
    for _ in range(4):
        live.page.keyboard.press("+")
    live.frame()
    first = np.array([shown(live, "promised"), shown(live, "true")])
    by = 4 / 20 * np.abs(NET.w1).max()
    assert first == pytest.approx(what_if("w1", (0, 0), 0, by), **NEAR)
    live.page.keyboard.press("-")
    live.frame()
    by = 3 / 20 * np.abs(NET.w1).max()
    now = np.array([shown(live, "promised"), shown(live, "true")])
    assert now == pytest.approx(what_if("w1", (0, 0), 0, by), **NEAR)
    slider = live.root.get_by_label("What if this weight were another")
    assert slider.input_value() == "3"
    slider.press("ArrowRight")
    live.frame()
    assert [shown(live, "promised"), shown(live, "true")] == pytest.approx(list(first), **NEAR)
    assert "promised" in slider.get_attribute("aria-valuetext")
    live.grid("w1").focus()
    live.page.keyboard.press("-")
    said = driver.numbers(live.words().split("What if it were")[1])
    assert said[1:] == pytest.approx(list(now), **NEAR)


def test_what_if_leaves_the_network_alone_and_a_step_ends_it(show, figure):
    live = show(figure, width=1440)
    live.grid("w1").focus()
    live.page.keyboard.press("+")
    live.root.get_by_role("button", name="One step").click()
    live.root.get_by_text("after 1 step").wait_for()
    costs = [net.cost(A0[0], Y[0]) for net in trained(NET, 1)]
    written = driver.numbers(live.root.locator(".bp-history").inner_text())
    assert written[:2] == pytest.approx(costs, **NEAR)
    assert written[2] == pytest.approx(costs[1] - costs[0], rel=0.05)


def line_of(live):
    """Return the heights of the costs after 0, 1, 2 … steps as they are drawn, from 0 to 1."""
    points = live.root.locator(".bp-history polyline").get_attribute("points").split()
    return [(24 - float(point.split(",")[1])) / 21 for point in points]


@pytest.mark.parametrize("at_once", [True, False], ids=["in one task", "by hand"])
def test_the_history_of_an_image_that_was_not_shown_is_numpys(show, figure, at_once):
    """It is computed after the frame that shows the steps, or before the reader's next turn."""
    live = show(figure, width=1440)
    ten = live.root.get_by_role("button", name="10 steps", include_hidden=True)
    other = live.root.get_by_role("radio", name="Image 1")
    if at_once:
        live.page.evaluate(
            "elements => elements.forEach((element) => element.click())",
            [button.element_handle() for button in (ten, ten, other)],
        )
    else:
        ten.evaluate("element => element.click()")
        live.frame()
        ten.evaluate("element => element.click()")
        other.check(force=True)
    costs = [net.cost(A0[1], Y[1]) for net in trained(NET, 20)]
    live.root.locator(".bp-history strong", has_text=f"{costs[-1]:.3g}").wait_for()
    live.told()  # the history of the other image is computed
    live.told()  # and drawn
    np.testing.assert_allclose(line_of(live), np.array(costs) / max(costs), atol=3e-3)


def test_to_start_again_forgets_what_was_still_to_be_computed(show, figure):
    live = show(figure, width=1440)
    buttons = [
        live.root.get_by_role("button", name=name, include_hidden=True, exact=True)
        for name in ("10 steps", "Start again")
    ]
    live.page.evaluate(
        "elements => elements.forEach((element) => element.click())",
        [button.element_handle() for button in buttons],
    )
    for _ in range(3):
        live.frame()
    assert "after 0 steps" in live.root.locator(".bp-history").inner_text()
    assert len(line_of(live)) == 1


def test_the_first_key_on_a_weight_moves_it_after_a_button_too(show, figure):
    live = show(figure, width=1440)
    live.root.get_by_role("button", name="One step").click()
    live.frame()
    live.grid("w1").focus()
    live.page.keyboard.press("+")
    live.frame()
    assert "What if it were" in live.words()


def test_train_takes_steps_until_it_is_told_to_stop(show, figure):
    live = show(figure, width=1440)
    train = live.root.get_by_role("button", name="Train")
    train.click()
    assert train.get_attribute("aria-pressed") == "true"
    live.page.wait_for_function(
        "Number(document.querySelector('.bp-history').innerText.match(/after (\\d+)/)[1]) >= 8"
    )
    train.click()
    live.page.wait_for_timeout(300)
    text = live.root.locator(".bp-history").inner_text()
    steps = int(text.split("after ")[1].split()[0])
    net = trained(NET, steps)[-1]
    assert driver.numbers(text)[1] == pytest.approx(net.cost(A0[0], Y[0]), **NEAR)
    live.page.wait_for_timeout(400)
    assert live.root.locator(".bp-history").inner_text() == text


def test_the_running_sum_and_the_largest_products_are_numpys(show, figure):
    live = show(figure, width=1440)
    live.hover("nabla_w1", 1, 1)
    products = G.delta1 * A0[0, 1:25, 1:25]
    order = np.argsort(-np.abs(products), axis=None)[:3]
    lines = live.root.locator(".bp-largest > span").all_inner_texts()
    for line, place in zip(lines, order, strict=True):
        error, pixel, product = driver.numbers(line.split("=", 1)[1])
        j, k = np.unravel_index(place, products.shape)
        assert f"{j},{k}" in line
        assert f"{j + 1},{k + 1}" in line
        assert error == pytest.approx(G.delta1[j, k], **NEAR)
        assert pixel == pytest.approx(A0[0, j + 1, k + 1], **NEAR)
        assert product == pytest.approx(products[j, k], **NEAR)
    running = live.root.locator(".bp-running polyline").get_attribute("points").split()
    heights = np.array([float(point.split(",")[1]) for point in running])
    sums = np.concatenate([[0], np.cumsum(products)])
    scale = np.polyfit(sums, heights, 1)
    np.testing.assert_allclose(np.polyval(scale, sums), heights, atol=0.1)


def press(live, name):
    live.root.get_by_role("button", name=name, exact=True).click()


def test_a_digit_is_drawn_by_pen_and_by_key(show, figure):
    live = show(figure, width=1440)
    press(live, "One step")
    live.told()
    assert "after 1 step" in live.root.locator(".bp-history").inner_text()
    blank = live.root.get_by_role("button", name="Blank", exact=True)
    assert not blank.is_visible()
    press(live, "Draw on the input")
    press(live, "Blank")
    live.grid("a0").focus()
    live.page.keyboard.press("Control+Home")
    live.page.keyboard.press(" ")
    live.frame()
    # The costs before were those of another image.
    assert "after 0 steps" in live.root.locator(".bp-history").inner_text()
    live.hover("a0", 0, 0)
    assert live.results() == [1]
    live.hover("a0", 0, 1)
    assert live.results() == [0.7]  # its edge is soft
    x, y = live.place("a0", 20, 3)
    live.page.mouse.move(x, y)
    live.page.mouse.down()
    live.page.mouse.move(*live.place("a0", 20, 8), steps=4)
    live.page.mouse.up()
    live.frame()
    live.hover("a0", 20, 6)
    assert live.results() == [1]
    press(live, "Undo")
    live.hover("a0", 20, 6)
    assert live.results() == [0]
    press(live, "centred")  # one pixel and its edge become a box of 20
    live.hover("a0", 14, 14)
    assert live.results() == [1]
    assert blank.is_visible()
    assert (
        live.root.get_by_role("button", name="Draw on the input").get_attribute("aria-pressed")
        == "false"
    )
    press(live, "as drawn")
    live.hover("a0", 14, 14)
    assert live.results() == [0]


# --- a telephone ----------------------------------------------------------------------------


def test_a_telephone_shows_one_piece_and_the_strip_leads_to_each(show, figure):
    live = show(figure, width=390, height=844, has_touch=True)
    pairs = [
        ("a0", "products"), ("w1", "nabla_w1"), ("z1", "delta1"), ("a1", "nabla_a1"),
        ("a2", "nabla_a2"), ("w3", "nabla_w3"), ("z3", "delta3"),
    ]  # fmt: skip
    assert live.grid("delta1").is_visible()  # which the figure opens with
    for button, pair in zip(live.root.locator(".bp-strip button").all(), pairs, strict=True):
        button.tap()
        assert button.get_attribute("aria-pressed") == "true"
        for name in {name for both in pairs for name in both}:
            assert live.grid(name).is_visible() == (name in pair), (pair, name)
        above, below = (live.grid(name).bounding_box() for name in pair)
        joined = live.root.locator(".bp-paths polygon, .bp-ribbon").count()
        assert not joined or pair in (("z1", "delta1"), ("a1", "nabla_a1"), ("a2", "nabla_a2"))
        assert above["y"] + above["height"] <= below["y"]


def finger(live, kind, name, cell, **options):
    """A finger on a cell, as the browser tells of it."""
    x, y = live.place(name, *cell)
    options = {"pointerType": "touch", "bubbles": True, **options}
    live.grid(name).dispatch_event(kind, {"clientX": x, "clientY": y, **options})


def test_a_telephone_has_maps_as_wide_as_it_is(show, figure):
    live = show(figure, width=390, height=844, has_touch=True)
    live.page.evaluate("document.querySelector('h1').remove(); document.body.style.margin = '0'")
    for n, (above, below, columns) in {
        0: ("a0", "products", 28), 2: ("z1", "delta1", 24), 3: ("a1", "nabla_a1", 24)
    }.items():  # fmt: skip
        button = live.root.locator(".bp-strip button").nth(n)
        button.tap()
        for large, small in ((above, below), (below, above)):
            boxes = [live.grid(name).bounding_box() for name in (large, small)]
            assert boxes[0]["width"] > 360
            assert boxes[0]["width"] / columns >= 12.9 or large == "products"
            assert 50 < boxes[1]["width"] < 100
            sheet = live.root.locator(".bp-lens").bounding_box()
            assert all(box["y"] + box["height"] <= sheet["y"] for box in boxes)
            button.tap()  # once more: the other one
    # So does a tap on the small one, which takes a cell of it.
    live.root.locator(".bp-strip button").nth(2).tap()
    live.page.touchscreen.tap(*live.place("delta1", 12, 12))
    live.frame()
    assert live.grid("delta1").bounding_box()["width"] > 360
    assert "δ1" in live.formulas()
    for n, name in ((1, "w1"), (4, "a2"), (4, "nabla_a2"), (5, "w3")):
        live.root.locator(".bp-strip button").nth(n).tap()
        assert live.grid(name).bounding_box()["width"] / live.shape(name)[1] >= 15


def test_the_sheet_of_a_telephone_shows_all_but_the_long_sums(show, figure):
    live = show(figure, width=390, height=844)
    live.page.evaluate("document.querySelector('main').style.paddingInline = '8px'")
    live.frame()
    sheet = live.root.locator(".bp-lens")
    cells = [("delta1", *OPEN[0]), ("nabla_a2", 5, 4), ("a1", 3, 3), ("nabla_w3", 5, 4), *CELLS]
    for name, *cell in cells:
        turn_to(live, name)
        live.hover(name, *cell)
        size = sheet.evaluate(
            "e => [e.scrollWidth - e.clientWidth, e.scrollHeight, e.clientHeight]"
        )
        assert size[0] == 0, name
        if name == "w1":  # its running sum stands below what if it were another
            box = live.root.get_by_role("button", name="Put it back").bounding_box()
            assert box["y"] + box["height"] <= 844
        else:
            assert size[1] <= size[2] + 1, name


def test_of_larger_text_around_it_the_sheet_of_a_telephone_becomes_no_wider(show, figure):
    live = show(figure, width=390, height=844)
    live.page.add_style_tag(content="html { font-size: 32px } body { margin: 0 32px }")
    live.frame()
    sheet = live.root.locator(".bp-lens")
    for name, *cell in [("delta1", *OPEN[0]), ("nabla_a2", 5, 4), *CELLS]:
        turn_to(live, name)
        live.hover(name, *cell)
        live.frame()
        assert sheet.evaluate("e => e.scrollWidth - e.clientWidth") == 0, name
    assert live.page.evaluate("document.documentElement.scrollWidth") <= 390


# How far letters stand out from the colour below them, and from their rim, as WCAG has it.
CONTRASTS = """([text, paper]) => {
  const light = (colour) => {
    const parts = colour.match(/[\\d.]+/g).slice(0, 3).map((part) => part / 255);
    const [r, g, b] = parts.map((x) => (x <= 0.04045 ? x / 12.92 : ((x + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b + 0.05;
  };
  const { fill, stroke } = getComputedStyle(text);
  const contrast = (a, b) => Math.max(a, b) / Math.min(a, b);
  return [paper, stroke].map((other) => contrast(light(fill), light(other)));
}"""


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_what_is_written_on_a_map_is_dark_on_light_in_both_themes(show, figure, theme):
    live = show(figure, width=390, height=844, color_scheme=theme)
    turn_to(live, "delta1")
    live.hover("delta1", *OPEN[0])
    live.frame()
    text = live.root.locator(".bp-paths text").first
    assert text.text_content().startswith("σ′")
    zero = "rgb(247, 247, 247)"  # of the map
    assert min(text.evaluate(f"text => ({CONTRASTS})([text, '{zero}'])")) > 7


def test_digits_and_labels_can_be_hit_with_a_finger(show, figure):
    live = show(figure, width=390, height=844)
    live.page.evaluate("document.querySelector('main').style.paddingInline = '8px'")
    live.frame()
    for kind, many in ((".bp-labels", 10), (".bp-digits", 3)):
        boxes = [box.bounding_box() for box in live.root.locator(f"{kind} .bp-choice").all()]
        assert len(boxes) == many
        assert min(box["height"] for box in boxes) >= 34
        assert min(box["width"] for box in boxes) >= 24
    assert live.root.get_by_text("label", exact=True).is_visible()


def test_the_strip_of_maps_scrolls_sideways(show):
    live = show(widgets.backpropagation(ConvNet.random(12, seed=4), A0, Y), width=390, height=844)
    strip = live.root.locator(".bp-maps")
    inside, outside = strip.evaluate("e => [e.scrollWidth, e.clientWidth]")
    assert inside > outside > 340
    last = live.root.get_by_role("radio", name="Map 11", exact=True)
    last.focus()
    live.page.keyboard.press(" ")
    box, around = last.bounding_box(), strip.bounding_box()
    assert box["x"] + box["width"] <= around["x"] + around["width"] + 1


def test_a_telephone_has_a_loupe_under_the_finger_and_a_sheet_at_the_foot(show, figure):
    live = show(figure, width=390, height=844, has_touch=True)
    sheet, loupe = live.root.locator(".bp-lens"), live.root.locator(".bp-loupe")
    (j, k), (to, aside) = OPEN[0], OPEN[5]
    finger(live, "pointerdown", "delta1", (j, k))
    assert loupe.is_visible()
    assert driver.numbers(loupe.inner_text()) == pytest.approx([G.delta1[j, k]], **NEAR)
    finger(live, "pointermove", "delta1", (to, aside))
    assert driver.numbers(loupe.inner_text()) == pytest.approx([G.delta1[to, aside]], **NEAR)
    box, (_, y) = loupe.bounding_box(), live.place("delta1", to, aside)
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 390 - 8
    assert 0 <= box["y"] < box["y"] + box["height"] < y  # above the finger
    finger(live, "pointerup", "delta1", (to, aside))  # takes the cell that it leaves
    assert not loupe.is_visible()
    live.frame()
    assert live.results() == pytest.approx([G.delta1[to, aside]], **NEAR)
    live.root.locator(".bp-strip button").nth(1).tap()
    finger(live, "pointerdown", "w1", (2, 2))
    assert not loupe.is_visible()  # a finger does not cover such a cell
    live.root.locator(".bp-strip button").nth(2).tap()
    finger(live, "pointerdown", "z1", (2, 2), pointerType="mouse")
    assert not loupe.is_visible()
    live.root.locator(".bp-strip button").nth(2).tap()
    live.page.touchscreen.tap(*live.place("delta1", j, k))
    live.frame()
    assert live.results() == pytest.approx([G.delta1[j, k]], **NEAR)
    box = sheet.bounding_box()
    assert box["y"] + box["height"] == pytest.approx(844)
    live.page.evaluate("document.body.style.paddingBottom = '3000px'")
    live.page.evaluate("scrollTo(0, 2500)")
    sheet.wait_for(state="hidden")  # where the figure is not, its sheet is not
    live.page.evaluate("scrollTo(0, 0)")
    sheet.wait_for(state="visible")


@pytest.mark.parametrize(("rests", "scrolls"), [(0, True), (300, False)])
def test_a_finger_that_rests_moves_over_the_map_and_one_that_does_not_scrolls(
    show, figure, rests, scrolls
):
    live = show(figure, width=390, height=844, has_touch=True)
    live.page.evaluate("document.body.style.paddingBottom = '3000px'")
    (j, k) = next((j, k) for j, k in OPEN if j < 14)
    (x, y), (_, end) = (live.place("delta1", row, k) for row in (j + 6, j))
    touch = live.page.context.new_cdp_session(live.page)

    # All of it was in the second before now, when the page was there already.
    live.page.wait_for_function("() => performance.now() > 1000")
    began = time.time() - 1

    def send(kind, *points, ms=0):
        """The browser is told when it was: how busy the machine is does not matter."""
        event = {"type": kind, "touchPoints": [{"x": x, "y": y} for x, y in points]}
        touch.send("Input.dispatchTouchEvent", {**event, "timestamp": began + ms / 1000})

    before = live.page.evaluate("scrollY")
    send("touchStart", (x, y))
    for part in range(1, 9):
        send("touchMove", (x, y + (end - y) * part / 8), ms=rests + 10 * part)
        live.frame()
    assert live.root.locator(".bp-loupe").is_visible() != scrolls
    send("touchEnd", ms=rests + 100)
    if scrolls:
        live.page.wait_for_function("before => scrollY > before", arg=before)
    live.page.wait_for_timeout(200)
    assert (live.page.evaluate("scrollY") > before) == scrolls
    assert not live.root.locator(".bp-loupe").is_visible()
    if not scrolls:  # the cell that it has left is taken, and stays
        live.page.mouse.move(1, 1)
        live.page.mouse.move(2, 2)
        live.frame()
        assert live.results() == pytest.approx([G.delta1[j, k]], **NEAR)


def test_no_letters_are_smaller_than_eleven_pixels(show, figure):
    least = """figure => Math.min(...[...figure.querySelectorAll("*")]
        .filter((e) => e.checkVisibility() && !e.closest(".cn-unseen, [role=row], sub, sup"))
        .filter((e) => [...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim()))
        .map((e) => parseFloat(getComputedStyle(e).fontSize)))"""
    for width in (390, 1000, 1440):
        live = show(figure, width=width)
        for name, *cell in CELLS:
            turn_to(live, name)
            live.hover(name, *cell)
            assert live.root.evaluate(least) >= 11, (width, name)


def test_a_pulse_stays_in_the_figure(show, figure):
    """Its light is wider than the margin of a page on a telephone."""
    live = show(figure, width=390, height=844)
    live.root.get_by_role("button", name="Send a pulse through it").click()
    live.page.wait_for_function("() => !document.querySelector('.bp-light').hidden", polling="raf")
    outside = live.root.evaluate(
        """async (figure) => {
          const { left, right } = figure.getBoundingClientRect();
          const found = [];
          for (let i = 0; i < 120; i++) {
            const light = figure.querySelector(".bp-light").getBoundingClientRect();
            if (light.width && (light.left < left || light.right > right)) found.push(light.right);
            await new Promise(requestAnimationFrame);
          }
          return found;
        }"""
    )
    assert outside == []


# Of each grid whose colours fade: what lies over it, which is marked, and how it fades.
FADING = """(root) => Object.fromEntries([...root.querySelectorAll(".bp-old")].map((old) => {
  const marked = old.dataset.marked === "yes";
  old.dataset.marked = "yes";
  const grid = old.closest("[data-grid]").dataset.grid;
  return [grid, [marked, old.getAnimations().length, old.width, old.height]];
}))"""


def fading(live):
    return live.root.evaluate(FADING)


def fading_at_a_click(live, button):
    """What fades as a button is pressed: a moment later it may have faded."""
    note = f"() => (window.fading = ({FADING})(root))"
    live.root.evaluate(f"root => addEventListener('click', {note}, {{ once: true }})")
    button.click()
    return live.page.evaluate("fading")


def test_the_colours_of_a_step_fade_over_what_was_laid_there_once(show, figure):
    live = show(figure)
    assert fading(live) == {}
    step = live.root.get_by_role("button", name="One step", exact=True)
    for marked in (False, True):
        over = fading_at_a_click(live, step)
        assert set(over) == {"w1", "z1", "w3", "delta1", "nabla_w1"}
        assert all(old[:2] == [marked, 1] for old in over.values()), over
    live.page.wait_for_function("() => !document.getAnimations().length")
    assert all(old[:2] == [True, 0] for old in fading(live).values())
    old = live.root.locator('[data-grid="z1"] .bp-old')
    assert old.evaluate("(old) => getComputedStyle(old).opacity") == "0"


def test_what_fades_is_as_large_as_its_cells_in_another_window(show, figure):
    live = show(figure)
    step = live.root.get_by_role("button", name="One step", exact=True)
    step.click()
    live.resize(1100)
    step.click()
    sizes = live.root.evaluate(
        """(root) => [...root.querySelectorAll(".bp-old")].map((old) => {
          const cells = old.closest("[data-grid]").querySelector("canvas");
          return [old.width - cells.width, old.height - cells.height];
        })"""
    )
    assert sizes == [[0, 0]] * 5


def test_with_reduced_motion_colours_fade_and_nothing_runs(show, figure):
    live = show(figure, reduced_motion="reduce")
    step = live.root.get_by_role("button", name="One step", exact=True)
    assert all(old[1] == 1 for old in fading_at_a_click(live, step).values())
    live.root.get_by_role("button", name="Send a pulse through it").click()
    live.frame()
    assert live.root.locator(".bp-light").is_hidden()


def test_the_small_map_of_a_telephone_stands_beside_its_name(show, figure):
    live = show(figure, width=390, height=844)
    title = live.root.locator(".bp-aside .cn-title:visible")
    words = title.locator("span").first.bounding_box()
    box, block = title.bounding_box(), title.locator("xpath=..").bounding_box()
    assert box["width"] >= words["width"] > 0
    assert block["x"] + block["width"] / 2 == pytest.approx(195, abs=4)
