"""Every control of every figure on a page without a kernel: what it does, held against NumPy."""

import driver
import numpy as np
import pytest
from matplotlib import colormaps
from test_everyone import FIGURES, every_figure

from convnet_lib import ConvNet, conv, costs, data, dense, pool, training, widgets
from convnet_lib.activations import sigmoid
from convnet_lib.widgets.convolution import presets

TEST = data.load_digits().test
WHICH = [3, 205, 610, 12]
A0, LABELS = TEST.images[WHICH], TEST.labels[WHICH]
Y = data.one_hot(LABELS)
W1 = np.random.default_rng(0).normal(size=(5, 5)) / 2
B1 = -0.3
NET = ConvNet.random(seed=1)
ROOM = 6e-4  # three decimals are written
NEAR = {"rel": 6e-3, "abs": ROOM}  # or three significant digits


def coloured(name, x, low, high):
    return colormaps[name]((x - low) / (high - low), bytes=True)[..., :3].astype(int)


def signed(x):
    largest = np.abs(x).max()
    return coloured("RdBu_r", x, -largest, largest)


def shows(live, **expected):
    """Hold the colours of grids against those of their numbers, once they are drawn."""
    live.page.wait_for_timeout(60)  # two frames at least
    for name, colours in expected.items():
        for _ in range(300):  # on a busy machine a frame comes late
            off = np.abs(live.colours(name) - colours).max()
            # One step of 256 where a number falls on the border of two colours.
            if off <= 8:
                break
            live.page.wait_for_timeout(100)
        assert off <= 8, name


def number_in(live, name, row, column):
    """The number that the keyboard finds in a cell."""
    live.grid(name).focus()
    live.page.keyboard.press("Control+Home")
    for key, times in (("ArrowDown", row), ("ArrowRight", column)):
        for _ in range(times):
            live.page.keyboard.press(key)
    return driver.numbers(live.cursor(name))[-1]


def choose(live, label, value):
    live.root.get_by_role("combobox", name=label, exact=True).select_option(str(value))


@every_figure
def test_nothing_is_switched_off_and_nothing_speaks_of_python(show, name):
    live = show(FIGURES[name]())
    live.page.wait_for_timeout(1200)
    assert not live.root.locator(":disabled:not(option)").count()
    assert "Python" not in live.root.inner_text()


# --- convolution ----------------------------------------------------------------------------


def check_convolution(live, a0, w1, b1):
    """Hold all four maps, and two neurons written out, against NumPy."""
    z1 = conv.forward(a0, w1, b1)
    shows(
        live,
        a0=coloured("Greys", a0, 0, 1),
        z1=signed(z1),
        a1=coloured("Greys", sigmoid(z1), 0, 1),
    )
    for j, k in ((9, 8), (z1.shape[0] - 1, 3)):
        live.hover("z1", j, k)
        assert live.results() == pytest.approx([z1[j, k], sigmoid(z1)[j, k]], abs=ROOM)


@pytest.fixture
def convolution(show):
    return show(widgets.convolution(A0, W1, B1, {"mine": 2 * W1.T}), width=1300)


@pytest.mark.parametrize("index", range(4))
def test_filters_and_bias(convolution, index):
    live = convolution
    choose(live, "Image", index)
    check_convolution(live, A0[index], W1, B1)
    for name, w1 in {**presets(5, 5), "mine": 2 * W1.T, "as given": W1}.items():
        choose(live, "Filter", name)
        check_convolution(live, A0[index], w1, B1)
    for key, bias in (("ArrowRight", B1 + 0.1), ("ArrowRight", B1 + 0.2)):
        live.root.get_by_label("Bias b 1").press(key)
        check_convolution(live, A0[index], W1, bias)


def test_the_legend_has_the_ends_of_the_scale(convolution):
    live = convolution
    for name, w1 in {"as given": W1, "mine": 2 * W1.T}.items():
        choose(live, "Filter", name)
        live.frame()
        largest = np.abs(conv.forward(A0[0], w1, B1)).max()
        ends = live.root.locator('[data-grid="z1"] .cn-legend span').all_inner_texts()
        assert [driver.number(end) for end in ends] == pytest.approx([-largest, largest], abs=0.051)


def test_a_canvas_is_as_large_as_its_grid(convolution):
    live = convolution
    for width in (390, 1300, 700):
        live.resize(width)
        sizes = live.root.evaluate(
            """figure => [...figure.querySelectorAll(".cn-field canvas")]
              .filter((canvas) => canvas.checkVisibility())
              .map((canvas) => [
                canvas.width - Math.round(canvas.clientWidth * devicePixelRatio),
                canvas.height - Math.round(canvas.clientHeight * devicePixelRatio)])"""
        )
        # A telephone does not show the filter of the sum once more.
        assert len(sizes) == (12 if width == 390 else 14)
        assert np.abs(sizes).max() <= 1, width


def test_a_weight_that_is_dragged_is_the_one_that_is_told_of(convolution):
    live = convolution
    heights = set()
    x, y = live.place("w1", 2, 2)
    live.page.mouse.move(x, y)
    live.page.mouse.down()
    for up in range(0, 101, 20):
        live.page.mouse.move(x, y - up)
        live.frame()
        value = W1[2, 2] + 0.02 * up
        assert live.results() == pytest.approx([value], abs=ROOM)
        assert "w 1 at 2, 2" in live.words()
        heights.add(live.root.bounding_box()["height"])
    live.page.mouse.up()
    assert len(heights) == 1  # and nothing jumps
    w1 = W1.copy()
    w1[2, 2] += 2
    check_convolution(live, A0[0], w1, B1)


def test_a_weight_is_moved_by_keys(convolution):
    live = convolution
    live.grid("w1").focus()
    for key in ("Control+Home", "ArrowDown", "ArrowRight", "+", "+", "-", "=", "-", "-", "-"):
        live.page.keyboard.press(key)
    w1 = W1.copy()
    w1[1, 1] = np.round(W1[1, 1] - 0.1, 3)
    check_convolution(live, A0[0], w1, B1)


def press(live, *names):
    for name in names:
        live.root.get_by_role("button", name=name, exact=True).click()


def test_the_pad_by_keyboard(convolution):
    live = convolution
    choose(live, "Image", 1)
    press(live, "Blank input")
    blank = np.zeros((28, 28))
    check_convolution(live, blank, W1, B1)
    press(live, "Draw on the input")
    live.grid("a0").focus()
    for key in ("Control+Home", *["ArrowDown"] * 10, *["ArrowRight"] * 9, " "):
        live.page.keyboard.press(key)
    for key in ("Right", "Right", "Right", "Down", "Down"):
        live.page.keyboard.press(f"Shift+Arrow{key}")
    stroke = [(10, 9), (10, 10), (10, 11), (10, 12), (11, 12), (12, 12)]
    check_convolution(live, driver.drawn(blank, *stroke), W1, B1)
    live.grid("a0").focus()
    live.page.keyboard.press("Backspace")
    live.page.keyboard.press("Control+z")
    check_convolution(live, driver.drawn(blank, *stroke[:4]), W1, B1)
    press(live, "Undo")
    choose(live, "Image", 0)
    check_convolution(live, A0[0], W1, B1)
    press(live, "Undo")  # of the other image, and so that one is shown
    check_convolution(live, driver.drawn(blank, *stroke[:2]), W1, B1)
    press(live, "Given input")
    check_convolution(live, A0[1], W1, B1)


def test_the_pad_by_pointer(convolution):
    live = convolution
    press(live, "Blank input", "Draw on the input")
    live.page.mouse.move(*live.place("a0", 10, 10))
    live.page.mouse.down()
    live.page.mouse.move(*live.place("a0", 10, 20))  # in one leap, and there are no gaps
    live.page.mouse.move(*live.place("a0", 15, 20))
    live.page.mouse.up()
    live.page.mouse.move(0, 0)
    live.frame()
    expected = driver.drawn(np.zeros((28, 28)), (10, 10), (10, 20), (15, 20))
    # The page knows of the pointer by whole pixels, a tenth of a cell.
    assert np.abs(live.colours("a0") - coloured("Greys", expected, 0, 1)).max() <= 48
    assert (live.colours("a0")[10, 10:21] == 0).all()
    press(live, "Undo")
    check_convolution(live, np.zeros((28, 28)), W1, B1)


def test_the_drawing_is_centred_as_those_of_mnist_are(show):
    aside = np.roll(A0[1], (4, -6), axis=(0, 1))
    live = show(widgets.convolution([aside, A0[0]], W1, B1))
    ways = live.root.locator(".cn-ways button")

    def pressed():
        return [way.get_attribute("aria-pressed") for way in ways.all()]

    assert pressed() == ["true", "false"]
    press(live, "centred")
    assert "a box of 20 pixels" in live.words()
    assert pressed() == ["false", "true"]
    check_convolution(live, A0[1], W1, B1)  # a digit of MNIST is as it would have it
    press(live, "as drawn")
    check_convolution(live, aside, W1, B1)
    # The pen goes over the drawing as it is.
    press(live, "centred", "Draw on the input")
    assert pressed() == ["true", "false"]
    live.grid("a0").focus()
    live.page.keyboard.press("Control+Home")
    live.page.keyboard.press(" ")
    inked = driver.drawn(aside, (0, 0))
    check_convolution(live, inked, W1, B1)
    press(live, "centred")
    check_convolution(live, data.centred(data.boxed(_box(inked))), W1, B1)
    live.grid("a0").focus()
    live.page.keyboard.press(" ")  # the pen rests: nothing is drawn
    press(live, "Undo", "Undo")
    check_convolution(live, aside, W1, B1)


def _box(ink):
    """The ink without the blank rows and columns around it."""
    rows, columns = (np.flatnonzero(ink.any(axis)) for axis in (1, 0))
    return ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def test_what_is_no_picture_of_mnist_is_not_centred(show):
    live = show(widgets.convolution(np.ones((6, 8)), W1, B1))
    assert live.root.locator(".cn-ways").count() == 0


# --- pooling, output ------------------------------------------------------------------------


def test_pooling_of_every_image(show):
    a1 = sigmoid(conv.forward(A0, W1, B1))
    live = show(widgets.pooling(a1), width=1400)
    for index in range(4):
        choose(live, "Image", index)
        switches = {rule: pool.winners(a1[index], rule).astype(float) for rule in pool.TIES}
        shows(live, **{rule: coloured("Greys", x, 0, 1) for rule, x in switches.items()})
        assert number_in(live, "a2", 5, 6) == pytest.approx(pool.forward(a1[index])[5, 6], abs=ROOM)


def test_output_under_every_label_and_both_costs(show):
    a2 = pool.forward(sigmoid(conv.forward(A0, W1, B1)))
    live = show(widgets.output(a2, NET.w3, NET.b3, Y), width=1300)
    for index in (0, 3):
        choose(live, "Image", index)
        a3 = sigmoid(dense.forward(a2[index], NET.w3, NET.b3))
        for label in range(10):
            choose(live, "Label", label)
            for cost, measure in costs.COSTS.items():
                choose(live, "Cost", cost)
                expected = measure(a3, data.one_hot([label])[0])
                assert live.results()[-1] == pytest.approx(expected, abs=ROOM)


# --- the whole network ----------------------------------------------------------------------


class Kept:
    """The scales of the panels: they are kept while one learns, and only grow."""

    def __init__(self):
        self.ends = {}

    def signed(self, name, x):
        largest = self.ends[name] = max(self.ends.get(name, 0), np.abs(x).max())
        return coloured("RdBu_r", x, -largest, largest)

    def activations(self, a1, x):
        low, high = np.floor(10 * a1.min()) / 10, np.ceil(10 * a1.max()) / 10
        before = self.ends.get("a1", (low, high))
        low, high = self.ends["a1"] = min(low, before[0]), max(high, before[1])
        return coloured("Greys", x, low, high)


def check_network(live, net, a0, y, cost, ties, kept):
    """Hold the panels against the network's own backward pass."""
    z1, a1, a2, _, a3 = net.feedforward(a0)
    g = net.backprop(a0, y, cost, ties)
    back = dense.backward(g.delta3, net.w3)
    gated = pool.backward(back, pool.winners(a1, ties))
    shows(
        live,
        z1=kept.signed("z1", z1),
        a1=kept.activations(a1, a1),
        a2=kept.activations(a1, a2),
        delta1=kept.signed("delta1", g.delta1),
        nabla_a2=kept.signed("nabla_a2", back),
        nabla_a1=kept.signed("nabla_a2", gated),
    )
    for l in (0, 7):
        live.hover("delta3", l, 0)
        assert live.results() == pytest.approx([g.delta3[l]], **NEAR)
        live.hover("a3", l, 0)
        assert live.results() == pytest.approx([a3[l]], **NEAR)
    for l, m in ((0, 3), (4, 1)):
        live.hover("nabla_w1", l, m)
        assert live.results() == pytest.approx([g.w1[l, m]], **NEAR)
    live.hover("nabla_b1", 0, 0)
    assert live.results() == pytest.approx([g.b1], **NEAR)
    live.page.mouse.move(0, 0)


def history(live):
    """The number of steps; the cost before the last one, if there was one, and after it."""
    live.told()
    *values, steps = driver.numbers(live.root.locator(".bp-history").inner_text())
    return int(steps), values


def stepped(net, a0, y, cost, ties, rate):
    g = net.backprop(a0, y, cost, ties)
    return ConvNet(
        **{name: getattr(net, name) - rate * getattr(g, name) for name in net.parameters}
    )


def pick(live, name, value):
    """Choose an image or a label by its picture or number, and what is rare behind 'more'."""
    if name in ("Image", "Label"):
        live.root.get_by_role("radio", name=f"{name} {value}", exact=True).check(force=True)
    else:
        with_more(live, lambda: choose(live, name, value))


def with_more(live, act):
    """Do something with what stands behind 'more', which covers a part of the network."""
    details = live.root.locator(".bp-more")
    details.evaluate("details => { details.open = true; }")
    act()
    details.evaluate("details => { details.open = false; }")
    live.frame()


@pytest.mark.parametrize(
    ("index", "cost", "ties"),
    [(0, "quadratic", "first"), (1, "cross_entropy", "split"), (3, "cross_entropy", "all")],
)
def test_steps_labels_and_the_learning_rate(show, index, cost, ties):
    live = show(widgets.backpropagation(NET, A0, Y), width=1600, height=1200)
    pick(live, "Image", index)
    pick(live, "Cost", cost)
    pick(live, "Ties", ties)
    net, y, past, kept = NET, Y[index], [], Kept()
    check_network(live, net, A0[index], y, cost, ties, kept)

    rate = 0.05
    for times, button, more in ((1, "One step", 0), (1, "One step", 3), (10, "10 steps", 0)):
        for _ in range(more):
            live.root.get_by_label("Learning rate").press("ArrowRight")
        rate = round(rate + 0.01 * more, 2)
        with_more(live, live.root.get_by_role("button", name=button).click)
        for _ in range(times):
            past.append(net)
            net = stepped(net, A0[index], y, cost, ties, rate)
        steps, values = history(live)
        assert steps == len(past)
        shown = [one.cost(A0[index], y, cost) for one in (past[-1], net)]
        assert values[:2] == pytest.approx(shown, **NEAR)
        assert values[2] == pytest.approx(shown[1] - shown[0], **NEAR)
        check_network(live, net, A0[index], y, cost, ties, kept)

    label = (LABELS[index] + 2) % 10
    y = data.one_hot([label])[0]
    pick(live, "Label", label)
    assert history(live)[1][:2] == pytest.approx(
        [one.cost(A0[index], y, cost) for one in (past[-1], net)], **NEAR
    )
    check_network(live, net, A0[index], y, cost, ties, Kept())
    other = (index + 1) % 4
    pick(live, "Image", other)
    check_network(live, net, A0[other], Y[other], cost, ties, Kept())
    pick(live, "Image", index)

    live.root.get_by_role("button", name="Start again").click()
    assert history(live)[0] == 0
    check_network(live, NET, A0[index], y, cost, ties, Kept())


def test_a_network_that_is_not_a_number_is_drawn_and_started_again(show):
    live = show(widgets.backpropagation(NET, A0[0] * 1e9, Y[0]), width=1600)
    for _ in range(10):
        live.root.get_by_role("button", name="One step").click()
    figure = driver.without_number(widgets.backpropagation(NET, A0[0], Y[0]), "a0", 5, 5)
    live = show(figure, width=1600)
    live.root.get_by_role("button", name="One step").click()
    live.hover("w1", 2, 2)
    assert "not a number" in live.words()
    live.root.get_by_role("button", name="Start again").click()
    live.hover("z1", 20, 20)
    assert live.results() == pytest.approx([NET.feedforward(A0[0]).z1[20, 20]], **NEAR)


# --- trained networks -----------------------------------------------------------------------


def test_the_film_of_trained_networks(show):
    """Not networks drawn at random: those of a run, whose errors fade."""
    many = data.load_digits().train
    some = data.Digits(many.images[::50], many.labels[::50])
    run = training.sgd(ConvNet.random(3, seed=2), some, 3, learning_rate=0.5, test=TEST)
    live = show(widgets.training_film(run, A0, LABELS), width=1400)
    errors = [net.backprop(A0, Y, "cross_entropy").delta1 for net in run.nets]
    for index, f in ((0, 0), (2, 1), (3, 2)):
        choose(live, "Image", index)
        choose(live, "Map", f)
        largest = max(np.abs(delta1[index]).max() for delta1 in errors)
        for frame, net in enumerate(run.nets):
            live.root.get_by_label("Epoch", exact=True).press("Home")
            for _ in range(frame):
                live.root.get_by_label("Epoch", exact=True).press("ArrowRight")
            expected = coloured("RdBu_r", errors[frame][index, f], -largest, largest)
            shows(live, delta1=expected)
            live.hover("a1", 13, 11)
            a1 = net.feedforward(A0[index]).a1[f]
            assert live.results()[0] == pytest.approx(a1[13, 11], abs=ROOM)
            live.page.mouse.move(0, 0)
