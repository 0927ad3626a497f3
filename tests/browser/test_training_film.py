from dataclasses import replace

import driver
import numpy as np
import pytest
from browsing import assert_no_barrier
from matplotlib import colormaps

from convnet_lib import ConvNet, data, pool, training, widgets

DIGITS = data.load_digits().test
IMAGES, LABELS = DIGITS.images[[3, 205, 610]], DIGITS.labels[[3, 205, 610]]


def run_of(n, maps):
    """A run of networks that were not trained: each is drawn anew, so each frame is another."""
    nets = tuple(ConvNet.random(maps, seed=seed) for seed in range(n))
    curve = np.linspace(0.1, 0.9, n)
    return training.Run(nets, 3 - curve, curve, curve - 0.05, np.full(n, np.nan))


RUN = run_of(5, 3)
A1 = np.stack([net.feedforward(IMAGES).a1 for net in RUN.nets])
ERRORS = [net.backprop(IMAGES, data.one_hot(LABELS), "cross_entropy") for net in RUN.nets]


@pytest.fixture
def figure():
    return widgets.training_film(RUN, IMAGES, LABELS)


def scrub(live, frame):
    slider = live.root.get_by_label("Epoch", exact=True)
    slider.focus()
    live.page.keyboard.press("Home")
    for _ in range(frame):
        live.page.keyboard.press("ArrowRight")
    live.outlined("a1")  # the next frame is drawn


def chart(live, name):
    bold = live.root.locator(f'[data-chart="{name}"] b')
    return [driver.number(text) for text in bold.all_inner_texts()]


def coloured(name, x, largest=None):
    share = x if largest is None else (x / largest + 1) / 2
    return colormaps[name](share, bytes=True)[..., :3]


@pytest.mark.parametrize(("index", "f"), [(0, 0), (2, 2)])
def test_every_frame_has_the_colours_of_its_numbers(show, figure, index, f):
    live = show(figure)
    live.root.get_by_label("Image").select_option(str(index))
    live.root.get_by_role("combobox", name="Map", exact=True).select_option(str(f))
    largest = max(np.abs(errors.delta1[index]).max() for errors in ERRORS)
    for frame in (0, 3, 4):
        scrub(live, frame)
        expected = coloured("Greys", A1[frame, index, f])
        inside = pool.winners(A1[frame, index, f])  # outlines may touch their neighbours
        difference = np.abs(live.colours("a1").astype(int) - expected)
        assert difference[inside].max() <= 8
        delta1 = ERRORS[frame].delta1[index, f]
        expected = coloured("RdBu_r", delta1, largest)
        assert np.abs(live.colours("delta1").astype(int) - expected).max() <= 8


@pytest.mark.parametrize("frame", range(5))
def test_the_curves_stand_at_the_frame(show, figure, frame):
    live = show(figure)
    scrub(live, frame)
    assert f"{frame} of 4" in live.root.locator("output").inner_text()
    assert chart(live, "cost") == pytest.approx([RUN.costs[frame]], abs=6e-4)
    expected = [RUN.train_accuracy[frame], RUN.test_accuracy[frame]]
    assert chart(live, "accuracy") == pytest.approx(expected, abs=6e-4)
    sizes = [np.abs(ERRORS[frame].delta3).mean(), np.abs(ERRORS[frame].delta1).mean()]
    assert chart(live, "errors") == pytest.approx(sizes, rel=0.3, abs=6e-4)
    cursor = live.root.locator('[data-chart="cost"] circle')
    places = np.interp([frame], [0, 4], [46, 290])
    assert float(cursor.get_attribute("cx")) == pytest.approx(places[0])
    label = live.root.locator('[data-chart="cost"] svg').get_attribute("aria-label")
    assert f"at epoch {frame}: mean cost" in label


def test_the_curve_is_drawn_through_all_epochs(show):
    run = run_of(31, None)
    live = show(widgets.training_film(run, IMAGES))
    path = live.root.locator('[data-chart="cost"] .cn-chart-curve').get_attribute("d")
    points = np.array([pair.split() for pair in path[1:].split("L")], float)
    np.testing.assert_allclose(points[:, 0], np.linspace(46, 290, 31), atol=0.01)
    np.testing.assert_allclose(points[:, 1], 128 - 120 * run.costs / run.costs.max(), atol=0.01)
    assert "Of 31 networks 21 are kept" in live.root.inner_text()
    live.root.get_by_label("Epoch", exact=True).press("End")
    assert "30 of 30" in live.root.locator("output").inner_text()


@pytest.mark.parametrize("cell", [(0, 0), (11, 12), (22, 5)])
@pytest.mark.parametrize(("frame", "index", "f"), [(0, 0, 1), (4, 2, 2)])
def test_a_neuron_is_written_out(show, figure, cell, frame, index, f):
    figure.frame, figure.index, figure.map = frame, index, f
    live = show(figure)
    live.hover("a1", *cell)
    a1, (j, k) = A1[frame, index, f], cell
    window = np.s_[j // 2 * 2 : j // 2 * 2 + 2, k // 2 * 2 : k // 2 * 2 + 2]
    wins = pool.winners(RUN.nets[frame].feedforward(figure.a0).a1)[index, f][cell]
    delta1 = ERRORS[frame].delta1[index, f][cell]
    expected = [a1[cell], delta1] if wins else [a1[cell], a1[window].max(), 0]
    assert live.results() == pytest.approx(expected, abs=6e-4)
    assert ("since it does not win" in live.formulas()) == (not wins)
    when = f"after {frame} epochs" if frame else "before training"
    assert f"{when}, a 1 at {f}, {j}, {k} is" in live.words()


def test_a_cell_is_kept_while_the_film_goes_on(show, figure):
    live = show(figure)
    live.click("a1", 7, 8)
    live.page.mouse.move(0, 0)
    for frame in (1, 4):
        scrub(live, frame)
        assert live.results()[0] == pytest.approx(A1[frame, 0, 0, 7, 8], abs=6e-4)


def test_page_keys_scrub_from_a_grid_and_stop_at_the_ends(show, figure):
    live = show(figure)
    live.grid("a1").focus()
    live.page.keyboard.press("Control+Home")
    for keys, frame in (("PageUp", 0), ("PageDown", 1), ("PageDown", 2), ("PageUp", 1)):
        live.page.keyboard.press(keys)
        value = live.root.get_by_label("Epoch", exact=True).input_value()
        assert value == str(frame)
        assert live.results()[0] == pytest.approx(A1[frame, 0, 0, 0, 0], abs=6e-4)
    live.page.keyboard.press("Escape")
    assert live.page.evaluate("document.activeElement.className") == "cn-hint"


def test_a_weight_is_told_with_what_it_was(show, figure):
    figure.frame, figure.map = 3, 1
    live = show(figure)
    live.hover("w1", 2, 4)
    expected = [RUN.nets[3].w1[1, 2, 4], RUN.nets[0].w1[1, 2, 4], 0]
    assert live.results() == pytest.approx(expected, abs=6e-4)
    live.hover("a0", 9, 9)
    assert live.results() == pytest.approx([figure.a0[0, 9, 9]], abs=6e-4)


def test_it_says_what_the_network_takes_the_digit_for(show, figure):
    live = show(figure)
    for frame in range(5):
        scrub(live, frame)
        taken = int(RUN.nets[frame].feedforward(IMAGES[0]).z3.argmax())
        text = live.root.locator(".cn-caption").first.inner_text()
        assert f"for {'an' if taken == 8 else 'a'} {taken}" in text
        assert ("which is right" in text) == (taken == LABELS[0])


@pytest.mark.parametrize("kind", ["activations", "pooling masks", "errors"])
@pytest.mark.parametrize("shade", ["each by itself", "all alike"])
def test_small_maps_are_buttons_that_pick_a_map(show, figure, kind, shade):
    live = show(figure)
    scrub(live, 2)
    live.root.get_by_label("Shaded").select_option(shade)
    live.root.get_by_label("Small maps show").select_option(kind)
    button = live.root.get_by_role("button", name="map 2")
    button.press("Enter")
    assert button.get_attribute("aria-pressed") == "true"
    assert live.root.get_by_role("combobox", name="Map", exact=True).input_value() == "2"
    largest = max(np.abs(errors.delta1[0]).max() for errors in ERRORS)
    a1 = RUN.nets[2].feedforward(figure.a0[0]).a1[2]
    low, high = (a1.min(), a1.max()) if shade == "each by itself" else (0, 1)
    expected = {
        "activations": coloured("Greys", (a1 - low) / (high - low)),
        "pooling masks": coloured("Greys", pool.winners(a1).astype(float)),
        "errors": coloured("RdBu_r", ERRORS[2].delta1[0, 2], largest),
    }[kind]
    pixels = button.locator('[data-thumbnail="map"]').evaluate(
        "(c) => [...c.getContext('2d').getImageData(0, 0, c.width, c.height).data]"
    )
    drawn = np.reshape(pixels, (24, 24, 4))[..., :3]
    assert np.abs(drawn - expected.astype(int)).max() <= 8


def test_dragging_along_a_curve_scrubs(show, figure):
    live = show(figure)
    box = live.root.locator('[data-chart="accuracy"] svg').bounding_box()
    live.page.mouse.move(box["x"] + box["width"] * 46 / 300, box["y"] + 50)
    live.page.mouse.down()
    live.page.mouse.move(box["x"] + box["width"] * 168 / 300, box["y"] + 60)
    assert live.root.get_by_label("Epoch", exact=True).input_value() == "2"
    live.page.mouse.up()
    live.page.mouse.move(box["x"] + box["width"] * 290 / 300, box["y"] + 60)
    assert live.root.get_by_label("Epoch", exact=True).input_value() == "2"


# What a button says, one after the other: for less than a second it says that it can pause.
NOTE_WORDS = """button => {
    window.words = [];
    const note = () => window.words.push(button.textContent);
    new MutationObserver(note).observe(button, { childList: true });
}"""


def test_it_plays_only_when_asked_and_stops_at_the_end(show, figure):
    live = show(figure)
    slider = live.root.get_by_label("Epoch", exact=True)
    live.page.wait_for_timeout(900)
    assert slider.input_value() == "0"
    scrub(live, 3)
    play = live.root.get_by_role("button", name="Play")
    play.evaluate(NOTE_WORDS)
    play.click()
    live.page.wait_for_function("() => words.join() === 'Pause,Play'")
    assert slider.input_value() == "4"


def test_where_less_motion_is_wished_for_it_does_not_play(show, figure):
    live = show(figure, reduced_motion="reduce")
    assert not live.root.get_by_role("button", name="Play").count()


def test_without_labels_and_held_out_digits_it_shows_what_there_is(show):
    run = run_of(2, None)
    run = replace(run, test_accuracy=np.full(2, np.nan))
    live = show(widgets.training_film(run, IMAGES[0]))
    assert "Errors need labels" in live.root.inner_text()
    assert not live.root.locator('[data-chart="errors"], [data-grid="delta1"]').count()
    assert chart(live, "accuracy") == pytest.approx([0.1])
    assert not live.root.get_by_label("Image").count()


def test_a_run_of_one_network_and_pixels_that_are_no_numbers(show):
    film = widgets.training_film(run_of(1, None), IMAGES[0], LABELS[0])
    live = show(driver.without_number(film, "a0", 2, 2))
    assert not live.root.get_by_label("Epoch", exact=True).count()
    live.hover("a1", 1, 1)
    assert "not a number" in live.words()


def test_maps_that_live_are_large_and_come_first(show, figure):
    live = show(figure)
    widths = np.ptp(A1[-1, 0], axis=(1, 2))
    lives = widths >= widths.max() / 2
    cards = live.root.locator(".cn-card").all()
    found = [int(card.get_attribute("data-map")) for card in cards]
    assert found == [*np.flatnonzero(lives), *np.flatnonzero(~lives)]
    sizes = [
        card.locator('[data-thumbnail="map"]').evaluate("(c) => c.clientWidth") for card in cards
    ]
    assert [size > 90 for size in sizes] == [bool(lives[f]) for f in found]


def test_between_two_networks_the_weights_slide(show, figure):
    live = show(figure)
    scrub(live, 3)
    live.hover("w1", 2, 2)
    live.page.evaluate(driver.EVEN_FRAMES)
    live.root.get_by_role("button", name="Play").focus()
    live.page.keyboard.press("Enter")
    seen = live.page.evaluate(
        """async () => {
            const seen = [];
            while (document.querySelector("output").textContent !== "4 of 4") {
                await new Promise(requestAnimationFrame);
                seen.push(document.querySelector(".cn-formulas b").textContent);
            }
            return seen;
        }"""
    )
    first, last = (RUN.nets[n].w1[0, 2, 2] for n in (3, 4))
    way = np.array([driver.number(text) for text in seen[:-1]])
    assert ((way >= min(first, last) - 1e-3) & (way <= max(first, last) + 1e-3)).all()
    assert (np.diff(way) * np.sign(last - first) >= 0).all()
    assert len(set(way)) >= 3


def test_it_fits_into_the_window(show, figure):
    live = show(figure, width=1280, height=720)
    bottom = live.root.locator(".cn-cards").bounding_box()
    assert bottom["y"] + bottom["height"] - live.root.bounding_box()["y"] <= 720


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1000])
def test_axe_finds_nothing_and_the_page_is_not_too_wide(show, figure, theme, width):
    live = show(figure, width=width, color_scheme=theme)
    assert_no_barrier(live.page, context=".cn-figure")
    assert live.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
