import driver
import numpy as np
import pytest
from browsing import assert_no_barrier
from matplotlib import colormaps

from convnet_lib import data, deep, maps, training, widgets

DIGITS = data.load_digits().test
IMAGES, LABELS = DIGITS.images[[3, 205]], DIGITS.labels[[3, 205]]
WORDS = "conv3x5 relu pool2 conv4x5 relu pool2 dense10 softmax"
NETS = tuple(deep.Network.random(WORDS, seed=seed) for seed in range(4))
CURVE = np.linspace(0.1, 0.9, 4)
RUN = training.Run(NETS, 3 - CURVE, CURVE, CURVE - 0.05, np.full(4, np.nan))
A = [net.feedforward(IMAGES) for net in NETS]
AT = (2, 5)  # the activations that the two convolutions are shown by


@pytest.fixture
def figure():
    return widgets.training_film(RUN, IMAGES, LABELS)


def largest(layer, index):
    return max(a[AT[layer]][index].max() for a in A)


def greys(x):
    return colormaps["Greys"](x, bytes=True)[..., :3].astype(int)


def scrub(live, frame):
    slider = live.root.get_by_label("Epoch", exact=True)
    slider.focus()
    live.page.keyboard.press("Home")
    for _ in range(frame):
        live.page.keyboard.press("ArrowRight")
    live.outlined("map")


def test_the_maps_of_every_frame_have_the_colours_of_their_numbers(show, figure):
    live = show(figure)
    live.root.get_by_label("Image").select_option("1")
    live.root.get_by_role("combobox", name="Map", exact=True).select_option("2")
    for frame in (0, 3):
        scrub(live, frame)
        expected = greys(A[frame][2][1, 2] / largest(0, 1))
        assert np.abs(live.colours("map").astype(int) - expected).max() <= 8


@pytest.mark.parametrize("frame", [0, 2])
def test_a_neuron_of_either_convolution_is_told_with_what_it_sees(show, figure, frame):
    figure.frame, figure.map = frame, 1
    live = show(figure)
    for layer, (j, k) in ((0, (9, 20)), (1, (3, 7))):
        if layer:
            live.root.get_by_label("Convolution").select_option("1")
            live.root.get_by_role("combobox", name="Map", exact=True).select_option("1")
        live.hover("map", j, k)
        a = A[frame][AT[layer]][0, 1]
        assert live.shape("map") == a.shape
        assert live.results() == pytest.approx([a[j, k]], abs=6e-4)
        rows, columns = NETS[0].receptive_field(AT[layer], (j, k))
        text = live.formulas()
        assert f"rows {rows[0]} to {rows[-1]} and columns {columns[0]} to {columns[-1]}" in text
        assert f"{len(rows)} by {len(columns)} pixels" in text


def test_a_weight_of_the_second_convolution_comes_from_one_map(show, figure):
    figure.frame, figure.layer, figure.map, figure.channel = 3, 1, 2, 1
    live = show(figure)
    live.hover("w", 2, 4)
    expected = [net.layers[3].w[2, 1, 2, 4] for net in (NETS[3], NETS[0])]
    assert live.results() == pytest.approx(expected, abs=6e-4)
    assert "w 3 at 2, 1, 2, 4 is" in live.words()


def test_a_kept_cell_that_the_other_maps_have_not(show, figure):
    live = show(figure)
    live.click("map", 22, 21)
    live.page.mouse.move(0, 0)
    live.root.get_by_label("Convolution").select_option("1")
    live.frame()
    assert live.results() == pytest.approx([A[0][5][0, 0, 7, 7]], abs=6e-4)


@pytest.mark.parametrize("shade", ["each by itself", "all alike"])
def test_small_maps_those_that_live_first(show, figure, shade):
    live = show(figure)
    live.root.get_by_label("Shaded").select_option(shade)
    last = A[-1][2][0]
    widths = last.max(axis=(1, 2)) - last.min(axis=(1, 2))
    lives = widths >= widths.max() / 2
    cards = live.root.locator(".cn-card:visible").all()
    found = [int(card.get_attribute("data-map")) for card in cards]
    assert found == [*np.flatnonzero(lives), *np.flatnonzero(~lives)]
    assert [card.get_attribute("data-living") is not None for card in cards] == [
        bool(lives[f]) for f in found
    ]
    for card, f in zip(cards, found, strict=True):
        map_ = A[0][2][0, f]
        pixels = card.locator('[data-thumbnail="map"]').evaluate(
            "(c) => [...c.getContext('2d').getImageData(0, 0, c.width, c.height).data]"
        )
        low, high = (map_.min(), map_.max()) if shade == "each by itself" else (0, largest(0, 0))
        expected = greys((map_ - low) / (high - low))
        assert np.abs(np.reshape(pixels, (24, 24, 4))[..., :3] - expected).max() <= 8
        extent = card.locator(".cn-extent").inner_text()
        if shade == "all alike":
            assert extent == ""
        else:
            assert driver.numbers(extent) == pytest.approx([low, high], abs=6e-3)


def test_the_curves_and_the_answer_stand_at_the_frame(show, figure):
    live = show(figure)
    for frame in (0, 2):
        scrub(live, frame)
        bold = live.root.locator('[data-chart="gradients"] b').all_inner_texts()
        sizes = [np.abs(NETS[frame].backprop(IMAGES, data.one_hot(LABELS)).grad[i]) for i in (1, 4)]
        found = [driver.number(text) for text in bold]
        assert found == pytest.approx([x.mean() for x in sizes], rel=0.01, abs=6e-4)
        taken = A[frame][-1][0].argmax()
        text = live.root.locator(".cn-caption").first.inner_text()
        assert f"for {'an' if taken == 8 else 'a'} {taken}" in text
        assert driver.numbers(text)[-1] == pytest.approx(A[frame][-1][0].max(), abs=6e-4)


def test_it_plays_smoothly_and_stops_at_the_end(show, figure):
    live = show(figure)
    scrub(live, 2)
    # The neuron that changes most between the two networks.
    j, k = maps.strongest(np.abs(A[3][2] - A[2][2])[0, 0])
    live.click("map", j, k)
    live.page.mouse.move(0, 0)
    live.page.evaluate(driver.EVEN_FRAMES)
    live.root.get_by_role("button", name="Play").click()
    seen = live.page.evaluate(
        """async () => {
            const seen = new Set();
            while (document.querySelector("output").textContent !== "3 of 3") {
                await new Promise(requestAnimationFrame);
                seen.add(document.querySelector(".cn-formulas b").textContent);
            }
            return [...seen].length;
        }"""
    )
    # Between the two networks the numbers pass through others.
    assert seen >= 3
    live.root.get_by_role("button", name="Play").wait_for()
    assert live.root.get_by_label("Epoch", exact=True).input_value() == "3"
    live.frame()
    assert live.results() == pytest.approx([A[3][2][0, 0, j, k]], abs=6e-4)


def test_page_keys_scrub_and_dragging_along_a_curve(show, figure):
    live = show(figure)
    live.grid("map").focus()
    for keys, frame in (("PageUp", 0), ("PageDown", 1), ("PageDown", 2)):
        live.page.keyboard.press(keys)
        assert live.root.get_by_label("Epoch", exact=True).input_value() == str(frame)
    box = live.root.locator('[data-chart="accuracy"] svg').bounding_box()
    live.page.mouse.click(box["x"] + box["width"] * 290 / 300, box["y"] + 50)
    assert live.root.get_by_label("Epoch", exact=True).input_value() == "3"


def test_it_fits_into_the_window(show, figure):
    live = show(figure, width=1280, height=720)
    bottom = live.root.locator(".cn-cards:visible").bounding_box()
    assert bottom["y"] + bottom["height"] - live.root.bounding_box()["y"] <= 720


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1000])
def test_axe_finds_nothing_and_the_page_is_not_too_wide(show, figure, theme, width):
    live = show(figure, width=width, color_scheme=theme)
    assert_no_barrier(live.page, context=".cn-figure")
    assert live.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
