"""What holds for every figure: no barrier that axe-core finds, no page that is too wide."""

import numpy as np
import pytest
from browsing import assert_no_barrier

from convnet_lib import ConvNet, activations, conv, data, deep, pool, training, widgets

expect = pytest.importorskip("playwright.sync_api", reason="needs a browser").expect

A0 = data.load_digits().test.images[[3, 205]]
W1 = np.random.default_rng(0).normal(size=(5, 5)) / 2
W3 = np.random.default_rng(1).normal(size=(10, 12, 12)) / 12
B3 = np.zeros(10)
A1 = activations.sigmoid(conv.forward(A0, W1, -0.3))
A2 = pool.forward(A1)
NET = ConvNet.random(seed=1)
NETS = tuple(ConvNet.random(2, seed=seed) for seed in range(3))
CURVE = np.array([0.1, 0.5, 0.9])
RUN = training.Run(NETS, 3 - CURVE, CURVE, CURVE, CURVE)
WORDS = "conv3x5 relu pool2 conv4x5 relu pool2 dense10 softmax"
DEEP = tuple(deep.Network.random(WORDS, seed=seed) for seed in range(3))
DEEP_RUN = training.Run(DEEP, 3 - CURVE, CURVE, CURVE, CURVE)
FIGURES = {
    "convolution": lambda: widgets.convolution(A0, W1, -0.3),
    "pooling": lambda: widgets.pooling(A1),
    "output": lambda: widgets.output(A2, W3, B3, data.one_hot([4, 0])),
    "backpropagation": lambda: widgets.backpropagation(NET, A0, data.one_hot([4, 0])),
    "playground": lambda: widgets.playground(NETS[0]),
    "gallery": lambda: widgets.gallery(NETS[0], A0),
    "gallery of digits": lambda: widgets.gallery(DEEP[0], A0, [4, 0]),
    "training film": lambda: widgets.training_film(RUN, A0, [4, 0]),
    "deep film": lambda: widgets.training_film(DEEP_RUN, A0, [4, 0]),
}
MAPS = {  # a grid of each figure whose cells it can be about
    "convolution": "z1",
    "pooling": "a1",
    "output": "neuron 3",
    "backpropagation": "nabla_a2",
    "playground": "a1",
    "gallery": "map 1",
    "gallery of digits": "a0",
    "training film": "a1",
    "deep film": "map",
}
every_figure = pytest.mark.parametrize("name", FIGURES)


@every_figure
def test_axe_finds_nothing(show, name):
    live = show(FIGURES[name]())
    for theme in ("light", "dark"):
        for width in (390, 1000):
            live.page.emulate_media(color_scheme=theme)
            live.resize(width)
            assert_no_barrier(live.page, context=".cn-figure")


@every_figure
def test_no_page_is_too_wide(show, name):
    live = show(FIGURES[name]())
    for width in (390, 600, 900, 1600):
        live.resize(width)
        assert live.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), width


@every_figure
def test_the_keyboard_reaches_every_grid(show, name):
    live = show(FIGURES[name]())
    # The terms of a sum are there for some cells only, and a key of their own leads to them.
    grids = live.root.locator(":not(.bp-detail) > .cn-block .cn-field:visible").count()
    reached = set()
    for _ in range(3 * grids + 20):
        live.page.keyboard.press("Tab")
        reached.add(
            live.page.evaluate("document.activeElement.closest('[data-grid]')?.dataset.grid")
        )
    assert len(reached - {None}) == grids


@every_figure
def test_the_page_says_dark_or_light(show, name):
    live = show(FIGURES[name](), color_scheme="light")
    paper = "getComputedStyle(document.querySelector('.cn-figure')).backgroundColor"
    light = live.page.evaluate(paper)
    live.page.evaluate("document.body.setAttribute('data-jp-theme-light', 'false')")
    assert live.page.evaluate(paper) != light
    live.page.emulate_media(color_scheme="dark")
    live.page.evaluate("document.body.setAttribute('data-jp-theme-light', 'true')")
    assert live.page.evaluate(paper) == light


@every_figure
def test_nothing_moves_by_itself(show, name):
    live = show(FIGURES[name]())
    if name == "playground":  # it measures its network first
        expect(live.root.locator("[data-value=accuracy]")).not_to_have_text("–")
        live.words()
    where = "all => all.map((e) => JSON.stringify(e.getBoundingClientRect()))"
    picture = live.root.screenshot()  # which scrolls as well
    places = live.root.locator("*").evaluate_all(where)
    live.page.wait_for_timeout(1500)
    assert live.root.locator("*").evaluate_all(where) == places
    assert live.root.screenshot() == picture
    assert live.page.evaluate("document.getAnimations().length") == 0


@every_figure
def test_whichever_of_pointer_and_keyboard_moved_last_counts(show, name):
    live = show(FIGURES[name](), width=1600)
    grid = MAPS[name]
    told = {}
    for cell in ((5, 6), (5, 0)):
        live.hover(grid, *cell)
        told[cell] = live.formulas()
    assert told[5, 6] != told[5, 0]
    live.click(grid, 5, 6)  # and there the pointer rests
    live.page.keyboard.press("Home")
    assert live.formulas() == told[5, 0]
    live.page.mouse.wheel(0, 40)
    live.page.wait_for_timeout(300)
    assert live.formulas() == told[5, 0]
    live.page.mouse.move(*(x + 1 for x in live.place(grid, 5, 6)))
    live.frame()
    assert live.formulas() == told[5, 6]


# What a picture on the page has for pixels, and how large it stands there.
PIXELS = """async (image) => {
  await image.decode();
  const bytes = await (await fetch(image.src)).arrayBuffer();
  const { left, right, height } = image.getBoundingClientRect();
  return [[...new Uint8Array(bytes)], image.naturalWidth, left, right, height];
}"""
A4 = 718  # its width without margins of 1 cm, in CSS pixels


@every_figure
def test_print_shows_the_static_twin_on_white(show, name):
    figure = FIGURES[name]()
    figure._repr_mimebundle_()  # as a notebook does, which draws the twin
    live = show(figure, width=A4, color_scheme="dark")
    live.page.evaluate("document.body.setAttribute('data-theme', 'dark')")
    twin = live.root.locator(".cn-twin")
    assert not twin.is_visible()
    live.page.emulate_media(media="print")
    assert twin.is_visible()
    assert not live.root.locator(":is(.cn-live, .cn-field, button, select):visible").count()
    png, width, left, right, height = twin.evaluate(PIXELS)
    assert {"png": bytes(png), "alt": twin.get_attribute("alt")} == figure._twin
    assert left >= 0
    assert right <= A4
    assert right - left <= width
    assert height > 60
    assert live.root.evaluate("e => getComputedStyle(e).backgroundColor") == "rgb(255, 255, 255)"
