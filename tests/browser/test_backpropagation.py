"""What the figure of the whole network shows, held against the network itself."""

import itertools
from dataclasses import replace

import driver
import numpy as np
import pytest
from browsing import assert_no_barrier

from convnet_lib import ConvNet, conv, data, dense, pool, widgets

TEST = data.load_digits().test
WHICH = [3, 205, 610]
A0, Y = TEST.images[WHICH], data.one_hot(TEST.labels[WHICH])
NET = ConvNet.random(seed=1)
G = NET.backprop(A0[0], Y[0])  # of the first image, as the figure opens
BACK = dense.backward(G.delta3, NET.w3)
TIED = pool.tied(NET.feedforward(A0[0]).a1)
ROOM = 6e-4  # three decimals are written
NEAR = {"rel": 6e-3, "abs": ROOM}  # or three significant digits
# Three maps, and no number of one is another's.
MAPS = replace(
    ConvNet.random(3, seed=4), b1=np.array([0.4, -0.3, 0.7]), b3=np.linspace(-0.45, 0.45, 10)
)


@pytest.fixture
def figure():
    return widgets.backpropagation(NET, A0, Y)


def more(live):
    """Open what is rare, behind 'more'."""
    live.root.locator(".bp-more").evaluate("details => { details.open = true; }")


def choose(live, index=0, cost="quadratic", ties="first"):
    live.root.get_by_role("radio", name=f"Image {index}", exact=True).check(force=True)
    more(live)
    for label, value in (("Cost", cost), ("Ties", ties)):
        live.root.get_by_role("combobox", name=label).select_option(value)
    live.root.get_by_role("checkbox").check()  # b³ and its gradient
    live.root.locator(".bp-more").evaluate("details => { details.open = false; }")
    live.frame()


def value(live, name, *cell):
    """The number that the keyboard finds in a cell."""
    live.grid(name).focus()
    live.page.keyboard.press("Control+Home")
    for key, times in zip(("ArrowDown", "ArrowRight"), cell, strict=True):
        for _ in range(times):
            live.page.keyboard.press(key)
    return driver.numbers(live.cursor(name))[-1]


def sums(text):
    """The sums in square brackets of a formula, worked out."""
    inside = text[text.index("[") + 1 : text.index("]")].replace("(", "").replace(")", "")
    products = [part.split("·") for part in inside.split("+")]
    return sum(np.prod([driver.number(x.strip()) for x in factors]) for factors in products)


@pytest.mark.parametrize(
    ("index", "cost", "ties"),
    [
        (0, "quadratic", "first"),
        (1, "cross_entropy", "split"),
        (2, "quadratic", "all"),
        (2, "cross_entropy", "first"),
    ],
)
def test_every_quantity_is_numpys(show, figure, index, cost, ties):
    live = show(figure, width=1600)
    choose(live, index, cost, ties)
    z1, a1, a2, z3, a3 = NET.feedforward(A0[index])
    g = NET.backprop(A0[index], Y[index], cost, ties)
    l, (j, k) = int(np.abs(g.delta3).argmax()), (9, 12)
    back = dense.backward(g.delta3, NET.w3)
    expected = {
        ("a0", 14, 14): A0[index, 14, 14], ("w1", 2, 3): NET.w1[2, 3], ("b1", 0, 0): NET.b1,
        ("z1", j, k): z1[j, k], ("a1", j, k): a1[j, k], ("a2", 4, 6): a2[4, 6],
        ("b3", 5, 0): NET.b3[5], ("z3", 5, 0): z3[5], ("a3", 7, 0): a3[7], ("y", 4, 0): Y[index, 4],
        ("C", 0, 0): NET.cost(A0[index], Y[index], cost),
        ("nabla_a2", 4, 6): back[4, 6], ("nabla_a1", j, k): gated(back, a1, ties)[j, k],
        ("delta1", j, k): g.delta1[j, k],
        ("nabla_w1", 1, 4): g.w1[1, 4], ("nabla_b1", 0, 0): g.b1,
        ("delta3", l, 0): g.delta3[l], ("nabla_b3", l, 0): g.b3[l],
        ("w3", 3, 7): NET.w3[l, 3, 7], ("nabla_w3", 3, 7): g.w3[l, 3, 7],
        ("products", 8, 9): g.delta1[8, 9] * A0[index, 9, 13],
    }  # fmt: skip
    for (name, *cell), number in expected.items():
        assert value(live, name, *cell) == pytest.approx(number, abs=ROOM), name
        if name not in ("w1", "w3", "b1", "b3"):  # which tell of their gradient
            assert live.results() == pytest.approx([number], **NEAR), name
    for name, number in (("w1", g.w1[1, 4]), ("b1", g.b1)):
        live.hover(name, *((1, 4) if name == "w1" else (0, 0)))
        assert live.results() == pytest.approx([number], **NEAR)


def gated(back, a1, ties):
    """∂C/∂a¹: what the gates let through."""
    return pool.backward(back, pool.winners(a1, ties))


def row(live, name):
    """The numbers in a row of the lens, by keyboard."""
    return [value(live, name, 0, l) for l in range(live.shape(name)[1])]


@pytest.mark.parametrize("ties", pool.TIES)
def test_an_error_is_written_with_its_sum_and_its_gate(show, figure, ties):
    live = show(figure, width=1600)
    tied = np.argwhere(TIED * (np.abs(BACK) > 0.01))
    cells = [(2 * tied[0][0] + r, 2 * tied[0][1] + s) for r in (0, 1) for s in (0, 1)]
    choose(live, 0, "quadratic", ties)
    a1 = NET.feedforward(A0[0]).a1
    switch, delta1 = pool.winners(a1, ties), NET.backprop(A0[0], Y[0], ties=ties).delta1
    for j, k in [*cells, (12, 13), (8, 18)]:
        live.hover("delta1", j, k)
        text = live.formulas()
        assert live.results() == pytest.approx([delta1[j, k]], **NEAR)
        assert "(BP2)" in text
        assert live.root.locator(".bp-gate").get_attribute("data-open") == (
            "true" if switch[j, k] else "false"
        )
        assert live.outlined("a1")
        assert live.outlined("y") is None
        if not switch[j, k]:
            assert "another comes first" in text or "lost its window" in text
            assert "σ" not in text  # where a factor is 0, the rest is not written out
            continue
        gate, back = driver.numbers(text.split("=")[2])[:2]
        assert gate == pytest.approx(float(switch[j, k]), abs=6e-3)
        assert back == pytest.approx(BACK[j // 2, k // 2], **NEAR)
        for name in ("nabla_a1", "z1", "nabla_a2", "w3", "delta3"):
            assert live.outlined(name), name


def test_a_shut_gate_says_to_whom_the_window_was_lost(show, figure):
    live = show(figure, width=1300)
    a1 = NET.feedforward(A0[0]).a1
    switch = pool.winners(a1)
    shut = np.argwhere(
        (switch[8:16, 8:16] == 0) & (pool.tied(a1).repeat(2, 0).repeat(2, 1)[8:16, 8:16] == 0)
    )
    j, k = shut[0] + 8
    rows, columns = slice(j // 2 * 2, j // 2 * 2 + 2), slice(k // 2 * 2, k // 2 * 2 + 2)
    row, column = np.argwhere(switch[rows, columns])[0] + (rows.start, columns.start)
    live.hover("delta1", j, k)
    said = live.formulas().split("(BP2)")[1].replace("\n", "")
    assert f"a1{row},{column}: {a1[row, column]:.3f} against {a1[j, k]:.3f}" in said
    assert f"{a1[row, column]:.3f} against {a1[j, k]:.3f}" in live.words()


def of_map(net, f, cost, ties):
    """What the panels show of map f for the first image: {(grid, row, column): number}."""
    z1, a1, a2, z3, a3 = net.feedforward(A0[0])
    g = net.backprop(A0[0], Y[0], cost, ties)
    l, (j, k) = int(np.abs(g.delta3).argmax()), (9, 12)
    return {
        ("w1", 2, 3): net.w1[f, 2, 3], ("b1", 0, 0): net.b1[f], ("z1", j, k): z1[f, j, k],
        ("a1", j, k): a1[f, j, k], ("a2", 4, 6): a2[f, 4, 6], ("b3", 5, 0): net.b3[5],
        ("z3", 5, 0): z3[5], ("a3", 7, 0): a3[7], ("C", 0, 0): net.cost(A0[0], Y[0], cost),
        ("nabla_a2", 4, 6): dense.backward(g.delta3, net.w3)[f, 4, 6],
        ("nabla_a1", j, k): gated(dense.backward(g.delta3, net.w3), a1, ties)[f, j, k],
        ("delta1", j, k): g.delta1[f, j, k],
        ("nabla_w1", 1, 4): g.w1[f, 1, 4], ("nabla_b1", 0, 0): g.b1[f],
        ("delta3", l, 0): g.delta3[l], ("nabla_b3", l, 0): g.b3[l],
        ("w3", 3, 7): net.w3[l, f, 3, 7], ("nabla_w3", 3, 7): g.w3[l, f, 3, 7],
        ("products", 8, 9): g.delta1[f, 8, 9] * A0[0, 9, 13],
    }  # fmt: skip


def test_of_several_maps_the_panels_show_the_chosen_one(show):
    figure = widgets.backpropagation(MAPS, A0[:1], Y[:1], "cross_entropy", "split", map=2)
    live = show(figure, width=1600)
    more(live)
    live.root.get_by_role("checkbox").check()
    net, menu = MAPS, live.root.get_by_role("combobox", name="Map")
    assert menu.input_value() == "2"
    assert menu.locator("option").all_inner_texts() == ["0", "1", "2"]
    for f in (2, 0, 1):
        more(live)
        menu.select_option(f"{f}")
        live.root.locator(".bp-more").evaluate("details => { details.open = false; }")
        if f == 1:  # which is shown after a step of the whole network
            live.root.get_by_role("button", name="One step").click()
            live.root.get_by_text("after 1 step").wait_for()
            g = net.backprop(A0[0], Y[0], "cross_entropy", "split")
            net = ConvNet(**{n: getattr(net, n) - 0.05 * getattr(g, n) for n in net.parameters})
        assert f"map {f} is shown" in live.root.locator(".bp-tale").inner_text()
        for (name, *cell), number in of_map(net, f, "cross_entropy", "split").items():
            assert value(live, name, *cell) == pytest.approx(number, abs=ROOM), (f, name)
            if name not in ("w1", "w3", "b1", "b3"):  # which tell of their gradient
                assert live.results() == pytest.approx([number], **NEAR), (f, name)
        for name in ("z1", "w3", "nabla_w1", "products"):
            assert f"of map {f}, " in live.grid(name).get_attribute("aria-label")


@pytest.mark.parametrize(
    ("maps", "others"), [(2, "the other map adds"), (3, "the other 2 maps add")]
)
def test_what_the_other_maps_add_makes_the_sum_of_an_output_whole(show, maps, others):
    net = replace(MAPS, w1=MAPS.w1[:maps], b1=MAPS.b1[:maps], w3=MAPS.w3[:, :maps])
    live = show(widgets.backpropagation(net, A0, Y, map=1), width=1600)
    z = net.feedforward(A0[0])
    for l in (2, 7):
        live.hover("z3", l, 0)
        shares = (net.w3[l] * z.a2).sum(axis=(-2, -1))
        expected = [net.b3[l], shares[1], shares.sum() - shares[1], z.z3[l]]
        assert live.results() == pytest.approx([z.z3[l]], **NEAR)
        line, sentence = live.formulas().split("(F4)")
        assert driver.numbers(line)[-2:] == pytest.approx(expected[-2:], **NEAR)
        assert f", {others} " in sentence
        shown = driver.numbers(sentence.split(":")[1])
        assert shown == pytest.approx(expected, **NEAR)
        assert sum(shown[:3]) == pytest.approx(shown[3], abs=1e-2)  # as the reader adds them
        words = live.words()
        assert "products of map 1, " in words
        assert driver.numbers(words)[-2:] == pytest.approx(expected[2:], **NEAR)


def test_letters_carry_the_map_only_where_there_are_several(show):
    asked = {"z1": (8, 9), "delta1": (8, 9), "w3": (3, 4)}
    letters = {"z1": "z1{}8,9 =", "delta1": "δ1{}8,9 =", "w3": "w3{}{}3,4 ="}
    for net in (MAPS, NET, ConvNet.random(1, seed=1)):
        live = show(widgets.backpropagation(net, A0, Y), width=1600)
        several = net is MAPS
        assert live.root.locator(".bp-more select").count() == 2 + several
        l = int(np.abs(net.backprop(A0[0], Y[0]).delta3).argmax())
        for name, cell in asked.items():
            live.hover(name, *cell)
            map = "0," if several else ""
            indices = (f"{l},", map) if name == "w3" else (map,)
            assert letters[name].format(*indices) in live.formulas()
        live.hover("z3", 3, 0)
        assert ("the other 2 maps" in live.formulas()) == several
        assert ("map" in live.formulas() + live.root.locator(".bp-tale").inner_text()) == several


def test_terms_nearly_cancel_where_a_tenth_of_the_larger_half_is_left(show, figure):
    live = show(figure, width=1600)
    terms = G.delta3[:, None, None] * NET.w3
    halves = np.maximum(terms, 0).sum(axis=0), np.maximum(-terms, 0).sum(axis=0)
    ratio = np.minimum(*halves) / np.maximum(*halves)
    for low, high, nearly in ((0.92, 1, True), (0.5, 0.88, False), (0, 0.5, False)):
        for cell in np.argwhere((low < ratio) & (ratio < high))[:3]:
            live.hover("nabla_a2", *cell)
            assert ("nearly cancel" in live.formulas()) == nearly


def test_a_tie_is_told(show, figure):
    live = show(figure, width=1600)
    window = np.argwhere(TIED * (np.abs(BACK) > 0.01))[0]
    (j, k), back = 2 * window, BACK[tuple(window)]
    live.hover("nabla_a1", j, k)
    assert "not alone: a tie" in live.formulas()
    assert live.results() == pytest.approx([back], **NEAR)
    live.hover("nabla_a1", j, k + 1)
    assert "another comes first" in live.formulas()
    assert live.results() == [0]
    choose(live, ties="split")
    live.hover("nabla_a1", j, k)
    shares = [back / n for n in (2, 3, 4)]
    assert any(live.results() == pytest.approx([share], **NEAR) for share in shares)


def test_a_weight_shows_delta1_times_the_shifted_digit(show, figure):
    live = show(figure, width=1600)
    delta1 = G.delta1
    fields = conv.receptive_fields(A0[0], NET.w1)
    outlines = set()
    for l, m in [(0, 0), (4, 4), (2, 3)]:
        live.hover("nabla_w1", l, m)
        products = delta1 * fields[:, :, l, m]
        assert live.results() == pytest.approx([products.sum()], **NEAR)
        assert f"{np.count_nonzero(products)} of them not 0" in live.formulas()
        outlines.add(live.outlined("a0"))
        live.outlined("products")
        blank = np.abs(live.colours("products") - 247).max(axis=-1) <= 1
        strong = np.abs(products) > 0.1 * np.abs(products).max()
        assert not (blank & strong).any()
        assert blank[products == 0].all()
    assert len(outlines) == 3
    live.click("nabla_w1", l, m)  # and the pointer may go
    live.root.get_by_text("All terms that are not 0").click()
    live.root.locator(".cn-products br").first.wait_for(state="attached")
    lines = live.root.locator(".cn-products").inner_text().strip().splitlines()
    shown = [driver.number(line.split("=")[-1].strip()) for line in lines]
    assert shown == pytest.approx(list(products[products != 0]), **NEAR)


def test_a_weighted_input_is_taken_apart(show, figure):
    live = show(figure, width=1600)
    field = A0[0, 9:14, 12:17]
    live.click("z1", 9, 12)
    live.grid("z1").focus()
    live.page.keyboard.press("ArrowRight")
    live.page.keyboard.press("ArrowLeft")
    live.page.keyboard.press("t")
    assert (
        live.page.evaluate("document.activeElement.closest('[data-grid]').dataset.grid") == "left"
    )
    assert live.shape("parts") == (5, 5)
    assert value(live, "parts", 3, 2) == pytest.approx(NET.w1[3, 2] * field[3, 2], abs=ROOM)
    live.page.keyboard.press("Escape")
    assert live.page.evaluate("document.activeElement.closest('[data-grid]').dataset.grid") == "z1"


def test_the_terms_of_the_sum_in_bp2(show, figure):
    live = show(figure, width=1600)
    live.click("nabla_a2", 5, 6)
    live.grid("nabla_a2").focus()
    live.page.keyboard.press("Home")
    live.page.keyboard.press("t")
    delta3 = G.delta3
    for l in (0, 4, 9):
        assert value(live, "left", 0, l) == pytest.approx(delta3[l], abs=ROOM)
        assert value(live, "right", 0, l) == pytest.approx(NET.w3[l, 5, 0], abs=ROOM)
        assert value(live, "parts", 0, l) == pytest.approx(delta3[l] * NET.w3[l, 5, 0], abs=ROOM)


def test_an_output_shows_its_weights(show, figure):
    live = show(figure, width=1600)
    for l in (2, 9):
        live.hover("a3", l, 0)
        assert f"output {l}" in live.grid("w3").get_attribute("aria-label")
        live.hover("w3", 3, 4)
        g = NET.backprop(A0[0], Y[0])
        assert live.results() == pytest.approx([g.w3[l, 3, 4]], **NEAR)


STEPS = ["Whole", "F1–F5", "C", "BP1", "Σ", "switch", "BP2", "BP3, BP4", "step"]
RESULTS = {
    "F1–F5": "z1", "C": "C", "BP1": "delta3", "Σ": "nabla_a2", "switch": "nabla_a1",
    "BP2": "delta1", "BP3, BP4": "nabla_w1", "step": "w1",
}  # fmt: skip
TAGS = {"BP1": "BP1", "Σ": "Σ in BP2", "switch": "BP2a", "BP2": "BP2", "BP3, BP4": "BP4"}


def stage(live):
    return live.root.locator(".bp-rail input:checked")


def test_the_keyboard_steps_through_the_backward_pass(show, figure):
    live = show(figure, width=1600)
    live.root.get_by_role("radio", name="Whole").focus()
    for before, step in itertools.pairwise(STEPS):
        live.page.keyboard.press("ArrowRight")
        live.frame()
        assert stage(live).get_attribute("aria-label").startswith(step), before
        made = live.root.locator(".bp-made").evaluate_all("all => all.map(e => e.dataset.grid)")
        assert RESULTS[step] in made
        assert live.outlined(RESULTS[step])
        assert live.root.locator(".bp-from").count()
        if step in TAGS:
            assert f"({TAGS[step]})" in live.formulas()
        later = STEPS[STEPS.index(step) + 1 : -1]
        for name, grid in RESULTS.items():
            assert live.grid(grid).is_visible() == (name not in later), (step, grid)
    live.page.keyboard.press("ArrowRight")  # round to the whole picture, as radio buttons do
    assert live.root.locator(".bp-made").count() == 0
    live.root.get_by_role("button", name="Next").focus()
    for _ in range(3):
        live.page.keyboard.press("Enter")
    assert stage(live).get_attribute("value") == "3"
    assert "The error of an output" in live.root.locator(".bp-tale").inner_text()
    for _ in range(12):
        live.page.keyboard.press("Enter")
    assert stage(live).get_attribute("value") == "8"
    assert live.page.evaluate("document.activeElement.ariaLabel") == "Next"
    live.root.get_by_role("radio", name="BP1:").check(force=True)
    live.root.get_by_role("button", name="Back").press("Enter")
    assert stage(live).get_attribute("value") == "2"


def test_a_step_tells_of_the_cost_that_is_chosen(show, figure):
    figure.stage = 3
    live = show(figure, width=1600)
    tale = live.root.locator(".bp-tale")
    assert "cancels" not in tale.inner_text()
    choose(live, 0, "cross_entropy")
    assert "cancels" in tale.inner_text()


@pytest.mark.parametrize("cost", ["quadratic", "cross_entropy"])
def test_the_cost_is_written_out(show, figure, cost):
    live = show(figure, width=1600)
    choose(live, 1, cost)
    live.hover("C", 0, 0)
    assert live.results() == pytest.approx([NET.cost(A0[1], Y[1], cost)], **NEAR)
    history = driver.numbers(live.root.locator(".bp-history").inner_text())
    assert history == pytest.approx([NET.cost(A0[1], Y[1], cost), 0], **NEAR)


def test_the_keyboard_reaches_every_quantity(show, figure):
    live = show(figure, width=1600)
    reached = set()
    for _ in range(60):
        live.page.keyboard.press("Tab")
        reached.add(
            live.page.evaluate("document.activeElement.closest('[data-grid]')?.dataset.grid")
        )
    assert set(RESULTS.values()) | {"a0", "z1", "products", "y", "w3", "nabla_b1"} <= reached


def test_what_is_not_a_number_is_told(show):
    figure = driver.without_number(widgets.backpropagation(NET, A0[0], Y[0]), "a0", 10, 10)
    live = show(figure, width=1600)
    live.hover("delta1", 8, 8)
    assert "not a number" in live.words()
    live.hover("nabla_w1", 2, 2)
    assert "not a number" in live.words()


@pytest.mark.parametrize("width", [390, 740, 900, 1300, 1600])
def test_a_small_network_and_a_large_one_fit(show, figure, width):
    small = ConvNet.random(image=(6, 8), kernel=(3, 3), outputs=2, seed=2)
    a0 = np.random.default_rng(0).random((6, 8))
    for each in (figure, widgets.backpropagation(small, a0, np.array([0.0, 1.0]))):
        live = show(each, width=width)
        assert live.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        live.hover("delta1", 1, 2)
        assert "(BP2)" in live.formulas()


def test_another_figure_on_the_page_leaves_its_cells_as_they_are(new_page, figure, tmp_path):
    path = tmp_path / "page.html"
    sizes = []
    for figures in ([figure], [figure, widgets.pooling(A0)]):
        driver.write_page(path, figures)
        page = new_page(width=1600)
        page.goto(path.as_uri())
        page.locator(".cn-figure").nth(len(figures) - 1).wait_for()
        sizes.append(page.locator('.bp [data-grid="a0"] .cn-field').bounding_box()["width"])
    assert sizes[0] == sizes[1]


@pytest.mark.parametrize(
    ("theme", "width", "stage"),
    [("light", 390, 5), ("dark", 390, 0), ("light", 1600, 0), ("dark", 1600, 7)],
)
def test_axe_finds_nothing(show, figure, theme, width, stage):
    figure.stage = stage
    live = show(figure, width=width, color_scheme=theme)
    live.page.wait_for_timeout(1200)
    assert_no_barrier(live.page, context=".cn-figure")


LAB = """
import numpy as np
from convnet_lib import ConvNet, data, widgets
test = data.load_digits().test
which = [3, 205, 610]
net = ConvNet.random(seed=1)
widgets.backpropagation(net, test.images[which], data.one_hot(test.labels[which]))
"""


def test_steps_are_taken_in_jupyterlab(new_page, lab):
    folder, address = lab
    driver.write_notebook(folder / "backpropagation.ipynb", LAB)
    page = new_page(width=1700, height=1300)
    driver.run_all(page, address("backpropagation.ipynb"))
    page.wait_for_selector(".cn-figure", timeout=60_000)
    live = driver.Live(page, page.locator(".cn-figure"))
    history = live.root.locator(".bp-history")
    net, costs = NET, [NET.cost(A0[0], Y[0])]
    for _ in range(3):
        live.root.get_by_role("button", name="One step").click()
        g = net.backprop(A0[0], Y[0])
        net = ConvNet(**{n: getattr(net, n) - 0.05 * getattr(g, n) for n in net.parameters})
        costs.append(net.cost(A0[0], Y[0]))
        history.get_by_text(f"after {len(costs) - 1} step").wait_for()
        assert driver.numbers(history.inner_text())[:2] == pytest.approx(costs[-2:], **NEAR)
    live.hover("nabla_w1", 2, 2)
    assert live.results() == pytest.approx([net.backprop(A0[0], Y[0]).w1[2, 2]], **NEAR)
    live.root.get_by_role("radio", name="Label 9").check(force=True)
    y = data.one_hot([9])[0]
    page.wait_for_function(
        "wanted => document.querySelector('.bp-history strong').textContent === wanted",
        arg=f"{net.cost(A0[0], y):.3g}",
    )
    live.hover("delta3", 9, 0)
    assert live.results() == pytest.approx([net.backprop(A0[0], y).delta3[9]], **NEAR)
    more(live)
    live.root.get_by_role("button", name="10 steps").click()
    history.get_by_text("after 13 steps").wait_for()
    live.root.get_by_role("button", name="Start again").click()
    history.get_by_text("after 0 steps").wait_for()
    live.root.get_by_label("Learning rate").focus()
    for _ in range(5):
        page.keyboard.press("ArrowRight")
    assert live.root.locator("output").inner_text() == "0.10"
    live.root.get_by_role("radio", name="Whole").focus()
    for _ in range(4):
        page.keyboard.press("ArrowRight")
    assert stage(live).get_attribute("value") == "4"
