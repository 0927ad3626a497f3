"""Round trips through JupyterLab and a kernel: what the page changes, NumPy computes."""

import json
import re

import driver
import named_cells
import nbformat
import numpy as np
import pytest
import run_notebooks

from convnet_lib import ConvNet, conv, data, figures, pool

expect = pytest.importorskip("playwright.sync_api", reason="needs a browser").expect

A0 = data.load_digits().test.images[3]
W1 = np.random.default_rng(0).normal(size=(5, 5)) / 2
SETUP = """
import numpy as np
from convnet_lib import ConvNet, data, widgets
a0 = data.load_digits().test.images[3]
w1 = np.random.default_rng(0).normal(size=(5, 5)) / 2
figure = widgets.convolution(a0, w1, -0.3)
"""
ROUNDS = """
import time
from IPython.display import clear_output, display
for _ in range(50):
    figure = FIGURE
    figure._twin = {"png": b"", "alt": ""}  # drawing fifty of them would take the test's time
    display(figure)
    time.sleep(0.1)
    figure.close()
    clear_output(wait=True)
print("done")
"""


@pytest.fixture
def notebook(lab, new_page):
    """notebook(*cells) runs a notebook of these cells in JupyterLab and returns its page."""
    folder, address = lab

    def notebook(*cells):
        driver.write_notebook(folder / "figure.ipynb", *cells)
        page = new_page(width=1500, height=1200)
        driver.run_all(page, address("figure.ipynb"))
        return page

    return notebook


def live_figures(page, n=1):
    page.locator(".cn-figure").nth(n - 1).wait_for(timeout=60_000)
    return [driver.Live(page, page.locator(".cn-figure").nth(i)) for i in range(n)]


def until(live, expected):
    """Wait until the formulas end in these numbers."""
    for _ in range(300):
        if live.results() == pytest.approx(expected, abs=6e-4):
            return
        live.page.wait_for_timeout(100)
    assert live.results() == pytest.approx(expected, abs=6e-4)


def test_the_page_changes_and_numpy_computes(notebook):
    (live,) = live_figures(notebook(SETUP + "figure"))
    live.click("z1", 9, 8)
    live.page.mouse.move(0, 0)

    w1 = W1.copy()
    live.grid("w1").focus()
    for key in ("Control+Home", "ArrowDown", "+", "+", "-", "+"):
        live.page.keyboard.press(key)
    w1[1, 0] = np.round(np.round(W1[1, 0] + 0.1, 3) + 0.1, 3)
    live.page.keyboard.press("Escape")
    z1 = conv.forward(A0, w1, -0.3)[9, 8]
    until(live, [z1, 1 / (1 + np.exp(-z1))])

    live.root.get_by_role("combobox", name="Filter").select_option("blur")
    z1 = conv.forward(A0, np.full((5, 5), 1 / 25), -0.3)[9, 8]
    until(live, [z1, 1 / (1 + np.exp(-z1))])

    # A hundred moves, faster than they can be computed: what counts is the last.
    live.root.get_by_label("Bias b 1").evaluate(
        """(slider) => {
            for (let i = 0; i < 100; i++) {
                slider.value = -3 + 0.1 * (i % 50);
                slider.dispatchEvent(new Event("input", { bubbles: true }));
            }
        }"""
    )
    z1 = conv.forward(A0, np.full((5, 5), 1 / 25), -3 + 4.9)[9, 8]
    until(live, [z1, 1 / (1 + np.exp(-z1))])


def test_drawing_on_the_input(notebook):
    (live,) = live_figures(notebook(SETUP + "figure"))
    live.root.get_by_role("button", name="Blank input").click()
    live.root.get_by_role("button", name="Draw on the input").click()
    live.page.mouse.move(*live.place("a0", 10, 10))
    live.page.mouse.down()
    live.page.mouse.move(*live.place("a0", 10, 11))
    live.page.mouse.up()
    live.click("z1", 8, 8)
    live.page.mouse.move(0, 0)
    a0 = driver.drawn(np.zeros((28, 28)), (10, 10), (10, 11))
    z1 = conv.forward(a0, W1, -0.3)[8, 8]
    until(live, [z1, 1 / (1 + np.exp(-z1))])


def test_two_views_keep_in_step(notebook):
    first, second = live_figures(notebook(SETUP + "figure", "figure"), 2)
    second.click("z1", 4, 5)
    second.page.mouse.move(0, 0)
    second.root.get_by_label("Bias b 1").focus()
    for _ in range(3):
        second.page.keyboard.press("ArrowRight")
    z1 = conv.forward(A0, W1, 0.0)[4, 5]
    for live in (first, second):
        until(live, [z1, 1 / (1 + np.exp(-z1))])
        assert live.root.get_by_label("Bias b 1").input_value() == "0"


WHOLE = """
from convnet_lib import ConvNet, data, widgets
test = data.load_digits().test
figure = widgets.backpropagation(ConvNet.random(seed=1), test.images[3], data.one_hot([4])[0])
"""


def test_two_views_of_the_whole_network_are_about_the_same_cell(notebook):
    first, second = live_figures(notebook(WHOLE + "figure", "figure"), 2)
    nabla = ConvNet.random(seed=1).backprop(A0, data.one_hot([4])[0])
    second.click("nabla_w1", 4, 1)
    second.page.mouse.move(0, 0)
    for live in (first, second):
        until(live, [nabla.w1[4, 1]])
        assert "from row 4, column 1" in live.grid("products").get_attribute("aria-label")
    second.click("delta3", 7, 0)
    second.page.mouse.move(0, 0)
    for live in (first, second):
        until(live, [nabla.delta3[7]])
        assert "output 7" in live.grid("w3").get_attribute("aria-label")


NETS = """
from convnet_lib import ConvNet, data, training, widgets
images = data.load_digits().test.images[[3, 205]]
nets = [ConvNet.random(2, seed=seed) for seed in range(5)]
film = widgets.training_film(training.measured(nets, data.Digits(images, [4, 0])), images, [4, 0])
gallery = widgets.gallery(nets[0], images)
"""


def test_two_films_keep_in_step_and_a_hundred_moves_end_on_the_last(notebook):
    page = notebook(NETS + "film", "film")
    page.locator(".cn-figure").nth(1).wait_for(timeout=60_000)
    first, second = (driver.Live(page, page.locator(".cn-figure").nth(i)) for i in range(2))
    second.click("a1", 4, 5)
    page.mouse.move(0, 0)
    second.root.get_by_label("Epoch", exact=True).evaluate(
        """(slider) => {
            for (let i = 0; i <= 100; i++) {
                slider.value = (i + 3) % 5;
                slider.dispatchEvent(new Event("input", { bubbles: true }));
            }
        }"""
    )
    a1 = ConvNet.random(2, seed=3).feedforward(data.load_digits().test.images[3]).a1[0]
    for live in (first, second):
        for _ in range(300):
            if live.results()[:1] == pytest.approx(a1[4:5, 5], abs=6e-4):
                break
            page.wait_for_timeout(100)
        assert live.results()[0] == pytest.approx(a1[4, 5], abs=6e-4)
        assert live.root.get_by_label("Epoch", exact=True).input_value() == "3"


def test_the_gallery_follows_the_network_that_it_is_given(notebook):
    page = notebook(NETS + "gallery", "gallery.net = nets[4]")
    page.locator(".cn-figure").wait_for(timeout=60_000)
    live = driver.Live(page, page.locator(".cn-figure"))
    live.click("map 1", 4, 5)
    page.mouse.move(0, 0)
    z1 = ConvNet.random(2, seed=4).feedforward(data.load_digits().test.images[3]).z1[1]
    for _ in range(300):
        if live.results()[:1] == pytest.approx(z1[4:5, 5], abs=6e-4):
            break
        page.wait_for_timeout(100)
    assert live.results()[0] == pytest.approx(z1[4, 5], abs=6e-4)


def number_of(page, cell):
    """How many cells had run when this one had, which 'Run all' may have yet to do."""
    prompt = page.locator(".jp-CodeCell").nth(cell).locator(".jp-InputPrompt")
    expect(prompt).to_have_text(re.compile(r"\[\d+\]:"), timeout=60_000)
    return prompt.inner_text()


def run_anew(page, cell, before):
    """Wait until a cell has run once more."""
    prompt = page.locator(".jp-CodeCell").nth(cell).locator(".jp-InputPrompt")
    expect(prompt).not_to_have_text(before, timeout=60_000)
    expect(prompt).to_have_text(re.compile(r"\[\d+\]:"), timeout=60_000)


@pytest.mark.parametrize(
    ("figure", "most"),
    [
        ("widgets.convolution(a0, w1, -0.3)", 4e6),
        # It has four times as many traits, and 43 kB of each such figure were measured to stay.
        pytest.param(
            "widgets.backpropagation(ConvNet.random(seed=1), a0, data.one_hot([4])[0])",
            6e6,
            marks=pytest.mark.nightly,
        ),
    ],
    ids=["convolution", "backpropagation"],
)
def test_a_hundred_figures_opened_and_closed_leave_nothing(notebook, figure, most):
    page = notebook(SETUP, ROUNDS.replace("FIGURE", figure))
    tools = page.context.new_cdp_session(page)
    tools.send("Performance.enable")

    def grown_to():
        page.locator(".jp-OutputArea-output", has_text="done").wait_for(timeout=60_000)
        tools.send("HeapProfiler.collectGarbage")
        metrics = {m["name"]: m["value"] for m in tools.send("Performance.getMetrics")["metrics"]}
        return np.array([metrics[name] for name in ("JSHeapUsedSize", "Nodes", "JSEventListeners")])

    def fifty_more():
        before = number_of(page, -1)
        page.keyboard.press("Control+Enter")  # the last cell again
        run_anew(page, -1, before)
        return grown_to()

    grown_to()
    before = fifty_more()  # JupyterLab itself grows when a cell is first run anew
    fifty_more()
    heap, nodes, listeners = fifty_more() - before
    assert page.locator(".cn-figure").count() == 0
    # JupyterLab keeps something of every widget: 2 MB and 300 nodes for a hundred of the emptiest.
    assert heap < most
    assert nodes < 400
    assert listeners < 50


# --- what the page changed, in Python -------------------------------------------------------

TELL = "import json; print(json.dumps([float(x) for x in np.ravel({})]))"
# 'Run all' runs it as well, and then it is to do nothing. (One kernel serves all of these tests.)
LATER = "if figure is globals().get('ready'): {}\nready = figure\nprint([1])"


def told(page, cell):
    """Run a cell that prints numbers, and return them."""
    shown = page.locator(".jp-CodeCell").nth(cell).locator(".jp-OutputArea-output")
    before = number_of(page, cell)
    page.evaluate("document.activeElement.blur()")
    page.locator(".jp-CodeCell").nth(cell).locator(".cm-content").click()
    page.keyboard.press("Control+Enter")
    run_anew(page, cell, before)
    # What it had printed when all were run is gone by now.
    shown.filter(has_text=re.compile(r"^\s*\[.*\]\s*$", re.DOTALL)).last.wait_for()
    return np.array(json.loads(shown.last.inner_text()))


def test_python_has_the_weight_that_was_dragged_and_the_page_what_python_sets(notebook):
    page = notebook(
        SETUP + "figure",
        TELL.format("figure.w1"),
        TELL.format("figure.a0"),
        LATER.format("figure.w1, figure.b1 = -w1, 0.5"),
    )
    (live,) = live_figures(page)
    x, y = live.place("w1", 3, 1)
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x, y - 30)
    page.mouse.move(x, y - 50)
    page.mouse.up()
    live.root.get_by_role("button", name="Blank input").click()
    w1 = W1.copy()
    w1[3, 1] += 1
    np.testing.assert_allclose(told(page, 1), w1.ravel(), rtol=1e-14)
    assert (told(page, 2) == 0).all()
    live.root.get_by_role("button", name="Given input").click()
    told(page, 3)
    live.click("z1", 9, 8)
    page.mouse.move(0, 0)
    z1 = conv.forward(A0, -W1, 0.5)[9, 8]
    until(live, [z1, 1 / (1 + np.exp(-z1))])


def test_python_has_the_network_that_the_page_has_trained(notebook):
    page = notebook(
        "import numpy as np" + WHOLE + "figure",
        TELL.format("figure.net.w1"),
        TELL.format("figure.net.w3"),
        TELL.format("figure.past"),
        LATER.format("figure.take_step(2)"),
    )
    (live,) = live_figures(page)
    live.root.locator(".bp-more").evaluate("details => { details.open = true; }")
    for label, value in (("Cost", "cross_entropy"), ("Ties", "split")):
        live.root.get_by_role("combobox", name=label).select_option(value)
    live.root.get_by_role("radio", name="Label 7").check(force=True)
    for button in ("One step", "10 steps"):
        live.root.locator(".bp-more").evaluate("details => { details.open = true; }")
        live.root.get_by_role("button", name=button).click()
    nets, y = [ConvNet.random(seed=1)], data.one_hot([7])[0]
    for _ in range(13):
        net = nets[-1]
        g = net.backprop(A0, y, "cross_entropy", "split")
        moved = {name: getattr(net, name) - 0.05 * getattr(g, name) for name in net.parameters}
        nets.append(ConvNet(**moved))
    np.testing.assert_allclose(told(page, 1), nets[11].w1.ravel(), rtol=1e-10)
    np.testing.assert_allclose(told(page, 2), nets[11].w3.ravel(), rtol=1e-10)
    past = [net.feedforward(A0).a3 for net in nets[:11]]
    np.testing.assert_allclose(told(page, 3), np.ravel(past), rtol=1e-10)
    told(page, 4)
    history = live.root.locator(".bp-history")
    history.get_by_text("after 13 steps").wait_for()
    cost = nets[13].cost(A0, y, "cross_entropy")
    # The last cell was run, and JupyterLab may have put the first out of sight.
    assert driver.numbers(history.text_content())[1] == pytest.approx(cost, rel=6e-3)


SEVERAL = """
import numpy as np
from convnet_lib import ConvNet, data, pool, widgets
test = data.load_digits().test
images, y = test.images[[3, 205, 610]], data.one_hot(test.labels[[3, 205, 610]])
net = ConvNet.random(seed=1)
forward = net.feedforward(images)
"""
IMAGES, LABELS = (part[[3, 205, 610]] for part in data.load_digits().test)


def test_python_has_the_history_of_the_images_that_were_not_shown(notebook):
    page = notebook(
        SEVERAL + "figure = widgets.backpropagation(net, images, y)\nfigure",
        TELL.format("figure.past"),
    )
    (live,) = live_figures(page)
    live.root.get_by_role("radio", name="Image 1").check(force=True)
    for button in ("10 steps", "One step"):
        live.root.locator(".bp-more").evaluate("details => { details.open = true; }")
        live.root.get_by_role("button", name=button).click()
    nets, y = [ConvNet.random(seed=1)], data.one_hot(LABELS)[1]
    for _ in range(10):
        net = nets[-1]
        g = net.backprop(IMAGES[1], y)
        moved = {name: getattr(net, name) - 0.05 * getattr(g, name) for name in net.parameters}
        nets.append(ConvNet(**moved))
    past = [net.feedforward(IMAGES).a3 for net in nets]
    np.testing.assert_allclose(told(page, 1), np.ravel(past), rtol=1e-10)


def test_pooling_and_output_leaf_through_several_digits(notebook):
    page = notebook(
        SEVERAL + "figure = widgets.pooling(forward.a1)\nfigure",
        "whole = widgets.output(forward.a2, net.w3, net.b3, y)\nwhole",
        TELL.format("[figure.index, whole.index]"),
    )
    pooling, output = live_figures(page, 2)
    net = ConvNet.random(seed=1)
    forward = net.feedforward(IMAGES)
    for index in (2, 1):
        for live in (pooling, output):
            live.root.get_by_role("combobox", name="Image").select_option(str(index))
        for j, k in np.argwhere(~pool.tied(forward.a1[index]))[[0, -1]]:
            pooling.click("a1", 2 * j + 1, 2 * k)
            page.mouse.move(0, 0)
            window = forward.a1[index, 2 * j :, 2 * k :][:2, :2]
            until(pooling, [window.max(), float(window[1, 0] == window.max())])
        output.click("neuron 6", 3, 4)
        page.mouse.move(0, 0)
        product = forward.a2[index, 3, 4] * net.w3[6, 3, 4]
        z3, a3 = forward.z3[index, 6], forward.a3[index, 6]
        y = data.one_hot(LABELS)[index]
        share, cost = (a3 - y[6]) ** 2 / 2, net.cost(IMAGES[index], y)
        until(output, [product, z3, a3, share, cost])
    assert told(page, 2).tolist() == [1, 1]


def test_a_figure_goes_on_after_its_kernel_is_gone(notebook):
    page = notebook(SETUP + "figure")
    (live,) = live_figures(page)
    page.get_by_role("menuitem", name="Kernel", exact=True).click()
    page.get_by_role("menuitem", name="Shut Down Kernel", exact=True).click()
    page.get_by_text("No Kernel").first.wait_for(timeout=30_000)
    live.root.get_by_role("combobox", name="Filter").select_option("blur")
    live.root.get_by_label("Bias b 1").press("ArrowRight")
    live.click("z1", 9, 8)
    page.mouse.move(0, 0)
    z1 = conv.forward(A0, np.full((5, 5), 1 / 25), -0.2)[9, 8]
    until(live, [z1, 1 / (1 + np.exp(-z1))])


def test_a_still_picture_stands_where_no_figure_lives_and_nowhere_else(notebook, lab, new_page):
    page = notebook(SETUP + "figure")
    live_figures(page)
    pictures = ".jp-OutputArea-output img:visible"
    assert page.locator(pictures).count() == 0
    page.keyboard.press("Control+s")
    folder, address = lab
    path = folder / "figure.ipynb"
    for _ in range(300):
        text = path.read_text("utf-8")
        if '"image/png"' in text and text.rstrip().endswith("}"):  # it is written bit by bit
            break
        page.wait_for_timeout(100)
    saved = run_notebooks.serialise(run_notebooks.normalise(run_notebooks.parse(text)))
    (folder / "saved.ipynb").write_text(saved, "utf-8")
    page = new_page(width=1500, height=1200)
    page.goto(address("saved.ipynb"))
    page.locator(pictures).first.wait_for(timeout=60_000)
    assert page.locator(pictures).count() == 1
    assert page.locator(".cn-figure").count() == 0


def test_a_cell_that_a_chapter_names_stays_words(lab, new_page):
    """On the pages of the site it is a link; here there would be nothing that it could lead to."""
    folder, address = lab
    texts = [
        cell.source
        for path in run_notebooks.in_order(run_notebooks.NOTEBOOKS)
        for cell in nbformat.read(path, 4).cells
        if cell.cell_type == "markdown" and named_cells.CELL.search(cell.source)
    ]
    words = [found for text in texts for _, found in named_cells.CELL.findall(text)]
    cells = [nbformat.v4.new_markdown_cell(text) for text in texts]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), folder / "words.ipynb")
    page = new_page(width=1200, height=6000)
    page.goto(address("words.ipynb"))
    shown = page.locator(".jp-RenderedMarkdown")
    assert len(words) >= 14
    for word in words:
        shown.filter(has_text=word).first.wait_for(timeout=60_000)
    assert "data-cell" not in " ".join(shown.all_inner_texts())
    assert shown.locator("a", has_text=re.compile("|".join(map(re.escape, words)))).count() == 0


def test_python_draws_a_picture_as_sharp_as_the_screen(notebook):
    explored = "widgets.explore(figures.cost_curves, z=(-8.0, 8.0, 0.25), y=[1, 0])"
    page = notebook(f"from convnet_lib import figures, widgets\n{explored}")
    (live,) = live_figures(page)
    live.root.get_by_label("z", exact=True).focus()
    page.keyboard.press("ArrowRight")
    picture = figures.cost_curves(z=-7.75)
    width, height = np.rint(picture.get_size_inches() * figures.PIXELS_PER_INCH)
    assert page.evaluate("devicePixelRatio") == 1
    page.wait_for_function(
        """([image, alt, width, height]) => image.alt === alt && image.complete
            && image.naturalWidth === width && image.naturalHeight === height""",
        arg=[live.root.locator("img.cn-picture").element_handle(), picture.alt, width, height],
    )
