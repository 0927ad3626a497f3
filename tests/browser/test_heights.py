"""No figure is taller than the window, and what is pointed at is explained in sight."""

import pytest
from test_everyone import A0, A2, B3, CURVE, FIGURES, W3

from convnet_lib import ConvNet, broken, data, deep, figures, training, widgets

WINDOWS = [(390, 844), (1280, 720), (1440, 900), (1600, 1000)]
# How wide a figure is in them on the pages of the book, which have margins and contents.
COLUMNS = {(390, 844): 358, (1280, 720): 1204, (1440, 900): 1124, (1600, 1000): 1284}
DIGITS = data.load_digits().test


def run(*nets):
    return training.Run(nets, 3 - CURVE, CURVE, CURVE, CURVE)


def deep_nets(maps):
    words = f"conv{maps}x5 relu pool2 conv{maps}x5 relu pool2 dense10 softmax"
    return [deep.Network.random(words, seed=seed) for seed in range(3)]


def with_maps(maps):
    return [ConvNet.random(maps, seed=seed) for seed in range(3)]


def difference(bug="BP4 rotated by 180°"):
    """What chapter 15 shows of a wrong gradient: the right one, it, and the difference."""
    net, images, wanted = ConvNet.random(seed=7), A0, data.one_hot([4, 0])
    wrong = broken.break_it(net, bug)
    gradients = net.backprop(images, wanted), wrong.backprop(images, wanted)
    return figures.wrong_gradient(*gradients, broken.noticed(wrong, images, wanted))


# Of one map, and of as many as the book has anywhere.
MANY = {
    **{name: FIGURES[name] for name in ("convolution", "pooling", "output")},
    "playground with one map": lambda: widgets.playground(ConvNet.random(1, seed=1)),
    "playground with eight": lambda: widgets.playground(ConvNet.random(8, seed=1)),
    "gallery of one": lambda: widgets.gallery(with_maps(1)[0], A0, [4, 0]),
    "gallery of twenty": lambda: widgets.gallery(with_maps(20)[0], A0, [4, 0]),
    "gallery of 130 digits": lambda: widgets.gallery(
        deep_nets(2)[0], DIGITS.images[:130], DIGITS.labels[:130]
    ),
    "film of one": lambda: widgets.training_film(run(*with_maps(1)), A0, [4, 0]),
    "film of twenty": lambda: widgets.training_film(run(*with_maps(20)), A0, [4, 0]),
    "deep film of one": lambda: widgets.training_film(run(*deep_nets(1)), A0, [4, 0]),
    "deep film of twenty": lambda: widgets.training_film(run(*deep_nets(20)), A0, [4, 0]),
    "difference": lambda: widgets.explore(difference, bug=list(broken.BUGS)),
}
EXPLAINED = ".cn-formulas:visible, .cn-reading:visible"
WHOLE = """card => card.getBoundingClientRect().bottom <=
  card.closest(".cn-shelf").getBoundingClientRect().bottom"""
TALL = "([figure, height]) => figure.getBoundingClientRect().height <= height"
# Whether all of an explanation is in the window, none of it in a part of a sheet that scrolls.
IN_SIGHT = """element => {
  const sheet = element.closest(".cn-sheet");
  const { top, bottom, height } = element.getBoundingClientRect();
  return top >= 0 && bottom <= innerHeight + 1 && height > 0 &&
    (!sheet || sheet.scrollHeight <= sheet.clientHeight + 1);
}"""
NO_SMALL = """figure => [...figure.querySelectorAll("*")].filter((element) =>
  [...element.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim()) &&
  element.checkVisibility() && !element.closest(".cn-unseen, sub, sup, option, svg") &&
  parseFloat(getComputedStyle(element).fontSize) < 11
).map((element) => element.outerHTML.slice(0, 80))"""


def pointed_at(live):
    """The names of the grids whose cells the figure can be about."""
    names = live.root.locator("[data-grid]:visible").evaluate_all("a => a.map(e => e.dataset.grid)")
    return names[:: max(1, len(names) // 4)]


@pytest.mark.parametrize("name", MANY)
def test_it_fits_the_window_with_the_explanation_of_what_is_pointed_at(show, name):
    live = show(MANY[name]())
    root = live.root.element_handle()
    for width, height in WINDOWS:
        live.resize(width, height)
        for grid in pointed_at(live):
            live.hover(grid, 3, 2)
            live.page.wait_for_function(TALL, arg=[root, height])
            live.root.evaluate("figure => figure.scrollIntoView({block: 'start'})")
            live.page.wait_for_timeout(100)
            live.frame()
            live.frame()  # a sheet comes with the frame after that in which its figure is seen
            assert live.root.locator(EXPLAINED).first.evaluate(IN_SIGHT), (width, grid)
        assert live.root.evaluate(NO_SMALL) == [], width


@pytest.mark.parametrize("name", MANY)
def test_it_fits_the_window_in_the_column_of_a_page_of_the_book(show, name):
    live = show(MANY[name]())
    live.page.evaluate("document.querySelector('main').style.marginInline = 'auto'")
    for (width, height), column in COLUMNS.items():
        live.page.evaluate("w => (document.querySelector('main').style.width = `${w}px`)", column)
        live.resize(width, height)
        assert live.root.bounding_box()["width"] == column
        assert live.page.evaluate(TALL, [live.root.element_handle(), height]), (width, height)


def test_the_table_of_outputs_is_not_cut_off_on_a_telephone(show):
    # As after training: activations near 0, whose shares of the cost are powers of ten.
    sure = widgets.output(A2, 25 * W3, B3 - 2, data.one_hot([4, 0]))
    live = show(sure, width=358, height=844)
    assert "×10⁻" in live.root.locator(".cn-table").inner_text()
    live.page.evaluate("document.body.style.marginInline = '0'")
    table = live.root.locator(".cn-table")
    for _ in range(2):
        assert table.evaluate("table => table.scrollWidth <= table.clientWidth")
        live.root.get_by_label("Cost").select_option(index=1)
        live.frame()


@pytest.mark.parametrize(
    "name", ["gallery of one", "gallery of twenty", "film of twenty", "deep film of twenty"]
)
def test_the_first_row_of_a_shelf_of_maps_is_whole(show, name):
    live = show(MANY[name]())
    first = live.root.locator(".cn-shelf .cn-card").first
    for width, height in [*WINDOWS[1:], (1600, 900), (1920, 1080)]:
        live.resize(width, height)
        assert first.evaluate(WHOLE), (width, height)
        assert live.page.evaluate(TALL, [live.root.element_handle(), height]), (width, height)


def test_what_is_rare_is_behind_more_and_the_keyboard_gets_there(show):
    live = show(MANY["film of twenty"](), width=1280, height=900)
    more, shaded = live.root.get_by_role("button", name="More"), live.root.get_by_label("Shaded")
    assert shaded.is_visible()
    assert not more.is_visible()
    live.resize(390, 844)
    assert not shaded.is_visible()
    more.press("Enter")
    assert shaded.is_visible()
    assert more.get_attribute("aria-expanded") == "true"
    more.press("Enter")
    assert not shaded.is_visible()


@pytest.mark.parametrize("name", ["film of one", "film of twenty", "deep film of twenty"])
def test_curves_and_maps_take_turns_on_a_telephone_only(show, name):
    live = show(MANY[name](), width=390, height=844)
    parts = live.root.locator(".cn-chart, .cn-maps, .cn-cards:not(.cn-maps *)")
    buttons = live.root.locator(".cn-turns button")
    assert buttons.count() == parts.count() >= 3
    for turn, button in enumerate(buttons.all()):
        if turn:
            button.press("Enter")
        seen = [part.is_visible() for part in parts.all()]
        assert seen == [part == turn for part in range(len(seen))]
        row = live.root.locator(".cn-shelf:has(> .cn-chart)")
        assert row.evaluate("row => row.scrollWidth <= row.clientWidth"), turn
    live.resize(1280)
    assert all(part.is_visible() for part in parts.all())
    assert not buttons.first.is_visible()


@pytest.mark.parametrize("name", ["film of twenty", "deep film of twenty"])
def test_the_letters_of_curves_are_no_smaller_than_eleven_pixels(show, name):
    live = show(MANY[name]())
    letters = live.root.locator(".cn-chart:visible text")
    for width, height in [*WINDOWS, (500, 844), (800, 900)]:
        live.resize(width, height)
        sizes = letters.evaluate_all(
            "all => all.map((e) => e.getScreenCTM().a * parseFloat(getComputedStyle(e).fontSize))"
        )
        assert len(sizes) >= 5
        assert 11 <= min(sizes) <= max(sizes) <= 18, width


def test_the_sheet_is_there_while_the_figure_is_in_view(show):
    live = show(MANY["pooling"](), width=390, height=844)
    live.page.evaluate("document.body.style.paddingBlock = '2000px'")
    sheet = live.root.locator(".cn-sheet")
    live.root.evaluate("figure => figure.scrollIntoView({block: 'center'})")
    sheet.wait_for(state="visible")
    box = sheet.bounding_box()
    assert box["y"] + box["height"] == pytest.approx(844, abs=1)
    assert box["width"] == 390
    live.page.evaluate("scrollTo(0, 0)")
    sheet.wait_for(state="hidden")
    live.resize(1280)
    # In its place in the figure.
    live.page.wait_for_function(
        "() => !document.querySelector('.cn-sheet').hasAttribute('popover')"
    )


def test_of_a_sum_what_stands_above_is_not_shown_again_on_a_telephone(show):
    live = show(MANY["convolution"](), width=390, height=844)
    there = {"left", "right", "products"}
    for grid, hidden in (("z1", "right"), ("a0", "left"), ("w1", None)):
        live.click(grid, 3, 2)
        shown = {name for name in there if live.grid(name).is_visible()}
        assert shown == there - {hidden}, grid
    live.resize(1280)
    assert all(live.grid(name).is_visible() for name in there)
