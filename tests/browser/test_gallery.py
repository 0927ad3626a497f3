import driver
import numpy as np
import pytest
from browsing import assert_no_barrier
from matplotlib import colormaps

from convnet_lib import ConvNet, data, maps, pool, widgets

DIGITS = data.load_digits().test
IMAGES, LABELS = DIGITS.images[[3, 205, 610]], DIGITS.labels[[3, 205, 610]]
NET = ConvNet.random(5, seed=6)
Z1, A1, *_ = NET.feedforward(IMAGES)
WINNERS, TIED = pool.winners(A1), pool.tied(A1)
PEAKS = NET.b1 + np.linalg.norm(np.maximum(NET.w1, 0), axis=(1, 2))
ORDERS = ["number", "importance", "pleased"]


@pytest.fixture
def figure():
    return widgets.gallery(NET, IMAGES, LABELS)


def shown_maps(live):
    return [int(card.get_attribute("data-map")) for card in live.root.locator(".cn-card").all()]


def caption(live):
    return live.root.locator(".cn-caption").inner_text()


def test_every_map_has_the_colours_of_its_numbers(show, figure):
    live = show(figure)
    for index in range(3):
        live.root.get_by_label("Image").select_option(str(index))
        largest = np.abs(Z1[index]).max()
        for kind in ("activations", "weighted inputs", "pooling masks"):
            live.root.get_by_label("Maps show").select_option(kind)
            live.outlined("map 0")  # the next frame is drawn
            for f in (0, 4):
                z1, a1 = Z1[index, f], A1[index, f]
                expected = {
                    "activations": colormaps["Greys"](a1, bytes=True),
                    "weighted inputs": colormaps["RdBu_r"]((z1 / largest + 1) / 2, bytes=True),
                    "pooling masks": colormaps["Greys"](
                        WINNERS[index, f].astype(float), bytes=True
                    ),
                }[kind]
                assert np.abs(live.colours(f"map {f}") - expected[..., :3]).max() <= 8


def test_a_thumbnail_is_the_filter_and_the_patch_that_pleases_it(show, figure):
    live = show(figure)
    largest = np.abs(NET.w1).max()
    for f in range(5):
        card = live.root.locator(f'[data-map="{f}"]')
        for name, expected in {
            "filter": colormaps["RdBu_r"]((NET.w1[f] / largest + 1) / 2, bytes=True),
            "patch": colormaps["Greys"](maps.pleasing(NET.w1[f]), bytes=True),
        }.items():
            pixels = card.locator(f'[data-thumbnail="{name}"]').evaluate(
                "(c) => [...c.getContext('2d').getImageData(0, 0, c.width, c.height).data]"
            )
            assert np.abs(np.reshape(pixels, (5, 5, 4)) - expected.astype(int)).max() <= 8


@pytest.mark.parametrize("cell", [(0, 0), (11, 12), (23, 23), (9, 14)])
@pytest.mark.parametrize(("index", "f"), [(0, 0), (2, 4)])
def test_a_neuron_is_written_out(show, figure, cell, index, f):
    figure.index = index
    live = show(figure)
    live.hover(f"map {f}", *cell)
    j, k = cell
    window = WINNERS[index, f, j // 2 * 2 :, k // 2 * 2 :][:2, :2]
    (row, column) = np.argwhere(window)[0] + (j // 2 * 2, k // 2 * 2)
    z1, a1 = Z1[index, f], A1[index, f]
    expected = [z1[cell], a1[cell], a1[row, column], PEAKS[f], z1.max()]
    assert live.results() == pytest.approx(expected, abs=6e-4)
    wins = "This neuron wins" if (row, column) == cell else "Another neuron wins"
    assert wins in live.formulas()
    assert ("A tie" in live.formulas()) == TIED[index, f, j // 2, k // 2]
    words = live.words()
    assert f"z 1 at {f}, {j}, {k} is" in words
    assert "wins its window" in words or f"won by row {row}, column {column}" in words


@pytest.mark.parametrize("name", ["a0", "z1", "a1"])
def test_a_neuron_is_found_again_on_the_digit_and_the_large_maps(show, figure, name):
    live = show(figure)
    live.hover("map 2", 7, 8)
    first = live.outlined(name)
    live.hover("map 2", 7, 10)
    assert None not in (first, live.outlined(name))
    assert first != live.outlined(name)


def test_the_large_maps_are_walked_as_the_small_ones(show, figure):
    live = show(figure)
    live.click("map 1", 3, 3)
    live.hover("z1", 5, 6)
    assert live.results()[0] == pytest.approx(Z1[0, 1, 5, 6], abs=6e-4)
    live.click("a1", 8, 9)
    live.page.mouse.move(0, 0)
    assert live.results()[0] == pytest.approx(Z1[0, 1, 8, 9], abs=6e-4)


@pytest.mark.parametrize("sort", ORDERS)
@pytest.mark.parametrize("index", [0, 1])
def test_the_maps_are_sorted(show, figure, sort, index):
    live = show(figure)
    live.root.get_by_label("Image").select_option(str(index))
    live.root.get_by_label("Sort").select_option(sort)
    by = {
        "number": -np.arange(5),
        "importance": figure.importance,
        "pleased": Z1[index].max(axis=(1, 2)),
    }[sort]
    assert shown_maps(live) == list(np.argsort(-by, kind="stable"))
    for f, text in enumerate(figure.importance):
        title = live.root.locator(f'[data-map="{f}"] .cn-quiet').inner_text()
        assert driver.number(title.replace("+", "")) == pytest.approx(text, abs=6e-4)


def test_the_maps_that_matter_most_come_first(show, figure):
    assert shown_maps(show(figure)) == figure.order.astype(int).tolist()


def test_a_long_number_does_not_widen_its_card(show, figure):
    figure.importance = np.array([0.5, -8.24e-4, 0.25, -1.25e-5, 0.125])
    live = show(figure)
    widths = [card.bounding_box()["width"] for card in live.root.locator(".cn-card").all()]
    assert max(widths) - min(widths) < 1
    for title in live.root.locator(".cn-card .cn-title .cn-quiet").all():
        assert title.evaluate("(e) => e.scrollWidth <= e.closest('.cn-block').clientWidth + 1")


def test_the_keyboard_leads_from_map_to_map(show, figure):
    live = show(figure)
    live.root.get_by_label("Sort").select_option("importance")
    first, second = figure.order[:2].astype(int)
    live.grid(f"map {first}").focus()
    for key in ("Control+Home", "ArrowDown", "ArrowRight", "PageDown"):
        live.page.keyboard.press(key)
    assert live.results()[0] == pytest.approx(Z1[0, second, 1, 1], abs=6e-4)
    live.page.keyboard.press("PageUp")
    live.page.keyboard.press("PageUp")  # there is none before the first
    assert live.results()[0] == pytest.approx(Z1[0, first, 1, 1], abs=6e-4)
    live.page.keyboard.press("Escape")
    assert live.page.evaluate("document.activeElement.className") == "cn-hint"


def test_weights_patch_and_pixels_are_told(show, figure):
    live = show(figure)
    live.click("map 3", 10, 11)
    live.hover("w1", 1, 4)
    expected = [NET.w1[3, 1, 4], figure.a0[0, 11, 15]]
    assert live.results() == pytest.approx(expected, abs=6e-4)
    assert "w 1 at 3, 1, 4 is" in live.words()
    live.hover("patch", 2, 2)
    expected = [NET.w1[3, 2, 2], maps.pleasing(NET.w1[3])[2, 2]]
    assert live.results() == pytest.approx(expected, abs=6e-4)
    live.hover("a0", 0, 1)
    assert "is seen by 2 neurons" in live.formulas()
    live.hover("a0", 27, 14)
    assert "is seen by 5 neurons" in live.formulas()
    live.page.mouse.move(0, 0)
    assert live.results()[0] == pytest.approx(Z1[0, 3, 10, 11], abs=6e-4)


def test_a_single_filter_goes_without_the_index_of_its_map(show):
    net = ConvNet.random(seed=6)
    figure = widgets.gallery(net, IMAGES)
    live = show(figure)
    assert not live.root.get_by_label("Sort").count()
    live.hover("map 0", 4, 5)
    assert live.results()[0] == pytest.approx(Z1[0, 0, 4, 5], abs=6e-4)
    assert "z 1 at 4, 5 is" in live.words()
    assert "norm of the map's weights" in caption(live)


def test_a_filter_without_a_positive_weight_and_pixels_that_are_no_numbers(show):
    net = ConvNet(-np.abs(NET.w1), NET.b1, NET.w3, NET.b3)
    live = show(driver.without_number(widgets.gallery(net, IMAGES[0]), "a0", 2, 2))
    live.hover("map 0", 1, 1)
    assert "no weight is positive" in live.formulas()
    assert "not a number" in live.words()


def test_it_says_what_it_left_out(show):
    live = show(widgets.gallery(NET, DIGITS.images[:30], DIGITS.labels[:30]))
    assert "The first 24 of 30 images are shown." in caption(live)
    assert "of 30 images rises" in caption(live)
    assert live.root.get_by_label("Image").locator("option").count() == 24


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1000])
def test_axe_finds_nothing_and_the_page_is_not_too_wide(show, figure, theme, width):
    live = show(figure, width=width, color_scheme=theme)
    assert_no_barrier(live.page, context=".cn-figure")
    assert live.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
