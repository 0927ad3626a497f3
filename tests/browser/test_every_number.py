"""Every number of every grid, after controls were moved, a digit drawn and steps taken.

Each story is told twice: on a page without a kernel, and in JupyterLab, where Python is asked as
well for what the reader has changed. NumPy is the judge.
"""

from pathlib import Path

import driver
import numpy as np
import pytest
from test_controls import choose, pick, press, stepped, with_more
from test_everyone import A0, A1, A2, B3, DEEP, DEEP_RUN, FIGURES, NET, NETS, RUN, W1, W3
from test_kernel import live_figures, told
from test_kernel import notebook as notebook  # the fixture

from convnet_lib import ConvNet, conv, costs, data, dense, maps, pool
from convnet_lib.activations import sigmoid

Y = data.one_hot([4, 0])
NEAR = {"rtol": 6e-3, "atol": 6e-4}  # three decimals are written, or three significant digits
FOLDERS = [str(Path(__file__).parents[n]) for n in (0, 1, 2)]


def column(x):
    return np.reshape(x, (-1, 1))


def draw(live, *buttons):
    """Blank the pad and draw on it by key; returns the drawing."""
    press(live, *buttons)
    live.grid("a0").focus()
    for key in ("Control+Home", *["ArrowDown"] * 5, *["ArrowRight"] * 9, " "):
        live.page.keyboard.press(key)
    cells = [(5, 9)]
    for key, by, times in (("Right", (0, 1), 6), ("Down", (1, 0), 9), ("Left", (0, -1), 4)):
        for _ in range(times):
            live.page.keyboard.press(f"Shift+Arrow{key}")
            cells.append(tuple(np.add(cells[-1], by)))
    live.frame()
    return driver.drawn(np.zeros((28, 28)), *cells)


def click(live, name, row, col):
    live.click(name, row, col)
    live.page.mouse.move(0, 0)
    live.frame()


# --- the stories: each yields what the grids show by then, and at last what Python has -----------


def convolution(live):
    def grids(a0, w1, b1):
        z1 = conv.forward(a0, w1, b1)
        return {"a0": a0, "w1": w1, "z1": z1, "a1": sigmoid(z1)}

    def the_sum(a0, w1):
        field = a0[9:14, 8:13]
        return {"left": field, "right": w1, "products": w1 * field}

    choose(live, "Image", 1)
    live.root.get_by_label("Bias b 1").press("ArrowRight")
    live.grid("w1").focus()
    for key in ("Control+Home", "ArrowDown", "+", "+"):
        live.page.keyboard.press(key)
    w1, b1 = W1.copy(), -0.2
    w1[1, 0] = np.round(np.round(W1[1, 0] + 0.1, 3) + 0.1, 3)
    yield grids(A0[1], w1, b1)
    a0 = draw(live, "Blank input", "Draw on the input")
    press(live, "Draw on the input")
    yield grids(a0, w1, b1)
    click(live, "z1", 9, 8)
    yield the_sum(a0, w1)
    choose(live, "Filter", "blur")
    w1 = np.full((5, 5), 1 / 25)
    yield grids(a0, w1, b1)
    click(live, "a1", 9, 8)
    yield the_sum(a0, w1)
    yield {"figure.a0": np.stack([A0[0], a0]), "figure.w1": w1, "figure.b1": b1}


def pooling(live):
    choose(live, "Image", 1)
    switches = {rule: pool.winners(A1[1], rule).astype(float) for rule in pool.TIES}
    yield {"a1": A1[1], "a2": A2[1], **switches}
    click(live, "a1", 11, 14)
    yield {"window": A1[1, 10:12, 14:16]}
    yield {"figure.index": 1}


def output(live):
    for index, label, cost in ((1, 7, "cross_entropy"), (0, 2, "quadratic")):
        choose(live, "Image", index)
        choose(live, "Label", label)
        choose(live, "Cost", cost)
        products = W3 * A2[index]
        yield {f"neuron {q}": products[q] for q in range(10)}
        click(live, "neuron 6", 3, 4)
        yield {"w3": W3[6], "a2": A2[index], "products": products[6]}
        z3 = dense.forward(A2[index], W3, B3)
        a3, y = sigmoid(z3), data.one_hot([label])[0]
        shares = [costs.COSTS[cost](a3[q : q + 1], y[q : q + 1]) for q in range(10)]
        expected = np.transpose([products.sum(axis=(1, 2)), B3, z3, a3, y, shares])
        cells = live.root.locator("tbody td").all_inner_texts()
        shown = [driver.numbers(cell)[0] for cell in cells if cell]
        np.testing.assert_allclose(np.reshape(shown, (10, 6)), expected, **NEAR)
        assert live.results()[-1] == pytest.approx(costs.COSTS[cost](a3, y), abs=6e-4)
    yield {"figure.index": 0, "figure.label": 2}


def backpropagation(live):
    def grids(net, a0, y, cost, ties):
        z1, a1, a2, z3, a3 = net.feedforward(a0)
        g = net.backprop(a0, y, cost, ties)
        back = dense.backward(g.delta3, net.w3)
        return {
            "a0": a0, "z1": z1, "a1": a1, "a2": a2, "nabla_a2": back,
            "nabla_a1": pool.backward(back, pool.winners(a1, ties)), "delta1": g.delta1,
            "b1": [[net.b1]], "nabla_b1": [[g.b1]], "C": [[net.cost(a0, y, cost)]],
            "w1": net.w1, "nabla_w1": g.w1,
            **{name: column(x) for name, x in (
                ("b3", net.b3), ("z3", z3), ("a3", a3), ("y", y),
                ("nabla_b3", g.b3), ("delta3", g.delta3))},
        }  # fmt: skip

    def chosen(net, a0, y, cost, ties):
        """What depends on the weight and on the output that were clicked."""
        g = net.backprop(a0, y, cost, ties)
        click(live, "nabla_w1", 1, 3)
        click(live, "delta3", 7, 0)
        return {
            "products": g.delta1 * a0[1:25, 3:27], "w3": net.w3[7], "nabla_w3": g.w3[7]
        }  # fmt: skip

    def step(button):
        with_more(live, lambda: press(live, button))
        live.frame()

    cost, ties, rate, y, net = "cross_entropy", "split", 0.07, data.one_hot([7])[0], NET
    pick(live, "Image", 1)
    pick(live, "Cost", cost)
    pick(live, "Ties", ties)
    with_more(live, lambda: live.root.get_by_role("checkbox").check())  # b³ and its gradient
    pick(live, "Label", 7)
    for _ in range(2):
        live.root.get_by_label("Learning rate").press("ArrowRight")
    yield grids(net, A0[1], y, cost, ties)
    yield chosen(net, A0[1], y, cost, ties)
    step("One step")
    step("10 steps")
    for _ in range(11):
        net = stepped(net, A0[1], y, cost, ties, rate)
    yield grids(net, A0[1], y, cost, ties)
    a0 = draw(live, "Draw on the input", "Blank")
    press(live, "Draw on the input")
    pick(live, "Label", 3)
    y = data.one_hot([3])[0]
    yield grids(net, a0, y, cost, ties)
    step("One step")
    past, net = net, stepped(net, a0, y, cost, ties, rate)
    yield grids(net, a0, y, cost, ties)
    yield chosen(net, a0, y, cost, ties)
    shown = driver.numbers(live.root.locator(".bp-history").inner_text())
    before, after = (one.cost(a0, y, cost) for one in (past, net))
    assert shown[:2] == pytest.approx([before, after], rel=6e-3)
    assert shown[-1] == 1  # the costs before were those of another image
    yield {
        "figure.a0": np.stack([A0[0], a0]), "figure.y": np.stack([Y[0], y]), "figure.rate": rate,
        **{f"figure.net.{name}": getattr(net, name) for name in net.parameters},
        "figure.past": past.feedforward(np.stack([A0[0], a0])).a3[None],
    }  # fmt: skip


def playground(live):
    def saved():
        with live.page.expect_download() as download:
            press(live, "Save as net.npz")
        return ConvNet.load(download.value.path())

    def grids(net, a0, ink, label, ties):
        a1 = net.feedforward(a0).a1[1]
        delta1 = net.backprop(a0, data.one_hot([label])[0], "quadratic", ties).delta1[1]
        mask = pool.winners(a1, ties).astype(float)
        return {"a0": ink, "w1": net.w1[1], "a1": a1, "mask": mask, "delta1": delta1}

    def outputs(net, a0):
        shown = live.root.locator(".pg-answers .pg-number").all_inner_texts()
        assert [float(text) for text in shown] == pytest.approx(net.feedforward(a0).a3, abs=6e-3)

    seen = live.root.locator('[data-value="seen"]')
    live.root.locator("summary").click()
    choose(live, "Cost", "quadratic")
    choose(live, "Tied maxima", "split")
    live.page.keyboard.press("Escape")
    press(live, "map 1")
    for count in (10, 20):
        press(live, "One step")
        live.page.wait_for_function(
            "([e, n]) => e.textContent === n", arg=[seen.element_handle(), f"{count}"]
        )
    press(live, "Show a 3")
    live.frame()
    live.root.locator("summary").click()
    net = saved()
    live.page.keyboard.press("Escape")
    ink = draw(live, "Clear")
    press(live, "4")
    live.frame()
    rows, columns = (np.flatnonzero(ink.any(axis)) for axis in (1, 0))
    box = ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    centred = data.centred(data.boxed(box))
    yield grids(net, centred, ink, 4, "split")
    outputs(net, centred)
    live.root.locator(".pg-switch button").nth(0).click()  # as drawn
    live.frame()
    yield grids(net, ink, ink, 4, "split")
    outputs(net, ink)
    yield {f"figure.net.{name}": getattr(net, name) for name in net.parameters}


def gallery(live):
    z1, a1, *_ = NETS[0].feedforward(A0[1])
    choose(live, "Image", 1)
    for kind, shown in (
        ("weighted inputs", z1), ("pooling masks", pool.winners(a1).astype(float)),
        ("activations", a1),
    ):  # fmt: skip
        choose(live, "Maps show", kind)
        yield {f"map {f}": shown[f] for f in (0, 1)}
    for f in (1, 0):
        click(live, f"map {f}", 5, 2)
        w1 = NETS[0].w1[f]
        yield {"a0": A0[1], "z1": z1[f], "a1": a1[f], "w1": w1, "patch": maps.pleasing(w1)}
    yield {"figure.index": 1}


def digits(live):
    shown = live.root.locator(".ga-card[aria-pressed=true]")
    for place in (1, 0):
        live.root.locator(".ga-card").nth(place).click()
        live.frame()
        n = int(shown.get_attribute("aria-label").split()[1].rstrip(":"))
        yield {"a0": A0[n]}
        bars = [driver.number(b) for b in live.root.locator(".ga-bars b").all_inner_texts()]
        assert bars == pytest.approx(DEEP[0].feedforward(A0)[-1][n], abs=6e-4)


def scrub(live, frame):
    slider = live.root.get_by_label("Epoch", exact=True)
    slider.press("Home")
    for _ in range(frame):
        slider.press("ArrowRight")
    live.frame()


def film(live):
    choose(live, "Image", 1)
    choose(live, "Map", 1)
    for frame in (2, 0):
        scrub(live, frame)
        net = RUN.nets[frame]
        a1, delta1 = net.feedforward(A0).a1, net.backprop(A0, Y, "cross_entropy").delta1
        yield {"a0": A0[1], "w1": net.w1[1], "a1": a1[1, 1], "delta1": delta1[1, 1]}
    yield {"figure.index": 1, "figure.map": 1, "figure.frame": 0}


def deep_film(live):
    choose(live, "Image", 1)
    for layer, at in ((0, 2), (1, 5)):
        choose(live, "Convolution", layer)
        choose(live, "Map", 2)
        for frame in (2, 1):
            scrub(live, frame)
            net = DEEP_RUN.nets[frame]
            w = net.layers[3 * layer].w[2]  # of the second convolution, for each map before it
            w = w[0] if layer else w
            yield {"a0": A0[1], "map": net.feedforward(A0)[at][1, 2], "w": w}
    yield {"figure.index": 1, "figure.layer": 1, "figure.map": 2, "figure.frame": 1}


STORIES = {
    "convolution": convolution,
    "pooling": pooling,
    "output": output,
    "backpropagation": backpropagation,
    "playground": playground,
    "gallery": gallery,
    "gallery of digits": digits,
    "training film": film,
    "deep film": deep_film,
}
assert list(STORIES) == list(FIGURES)
NET_OF = ", ".join(f"figure.net.{name}" for name in NET.parameters)
# What Python is asked for at the end of a story.
TRAITS = {
    "convolution": "figure.a0, figure.w1, figure.b1",
    "pooling": "figure.index",
    "output": "figure.index, figure.label",
    "backpropagation": f"figure.a0, figure.y, figure.rate, {NET_OF}, figure.past",
    "playground": NET_OF,
    "gallery": "figure.index",
    "training film": "figure.index, figure.map, figure.frame",
    "deep film": "figure.index, figure.layer, figure.map, figure.frame",
}


def hold(live, story, whole):
    """Hold what the grids show against the story; returns what it says of Python."""
    for expected in story(live):
        if any(name.startswith("figure.") for name in expected):
            return expected
        live.frame()
        for name, array in expected.items():
            shown, array = live.numbers(name, whole), np.asarray(array, float)
            assert shown.shape == array.shape, name
            seen = ~np.isnan(shown)
            assert seen.sum() >= (shown.size if whole else max(shown.shape)), name
            np.testing.assert_allclose(shown[seen], array[seen], err_msg=name, **NEAR)
    return {}


@pytest.mark.parametrize("name", STORIES)
def test_on_a_page_without_a_kernel(show, name):
    live = show(FIGURES[name](), width=1400, height=1000)
    hold(live, STORIES[name], whole=name != "backpropagation")


@pytest.mark.parametrize("name", STORIES)
def test_with_a_kernel(notebook, name):
    source = f"""
import sys
import numpy as np
sys.path[:0] = {FOLDERS}
from test_everyone import FIGURES
figure = FIGURES[{name!r}]()
figure._twin = {{"png": b"", "alt": ""}}
figure"""
    traits = TRAITS.get(name, "figure.pinned['row']")
    page = notebook(source, f"print([float(x) for trait in ({traits},) for x in np.ravel(trait)])")
    (live,) = live_figures(page)
    changed = hold(live, STORIES[name], whole=False)
    if changed:
        assert ", ".join(changed) == traits
        expected = np.concatenate([np.ravel(array).astype(float) for array in changed.values()])
        np.testing.assert_allclose(told(page, 1), expected, rtol=1e-9, atol=1e-12)
