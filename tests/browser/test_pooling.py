import driver
import numpy as np
import pytest
from matplotlib import colormaps

from convnet_lib import activations, conv, data, pool, widgets

DIGITS = data.load_digits().test.images[[3, 205, 610]]
W1 = np.random.default_rng(0).normal(size=(5, 5)) / 2
A1 = activations.sigmoid(conv.forward(DIGITS, W1, -0.3)).astype(np.float32)
RULES = ["first", "split", "all"]


def test_the_switches_are_numpys(show):
    live = show(widgets.pooling(A1[1]), width=1400)
    for rule in RULES:
        switch = pool.winners(A1[1], rule).astype(float)
        expected = colormaps["Greys"](switch, bytes=True)[..., :3]
        assert np.abs(live.colours(rule) - expected).max() <= 8


@pytest.mark.parametrize("index", range(3))
def test_a_neuron_of_a_window(show, index):
    a1 = A1[index]
    live = show(widgets.pooling(a1))
    tied = pool.tied(a1)
    switches = [pool.winners(a1, rule) for rule in RULES]
    # Some windows that are tied, and some that are not.
    for j, k in [*np.argwhere(tied)[::20], *np.argwhere(~tied)[::20]]:
        for row, column in ((2 * j, 2 * k), (2 * j + 1, 2 * k)):
            live.hover("a1", row, column)
            shown = [
                float(switch[row, column]) for switch in (switches if tied[j, k] else switches[:1])
            ]
            assert live.results() == pytest.approx(
                [a1[2 * j :, 2 * k :][:2, :2].max(), *shown], abs=6e-3
            )
            text = live.formulas()
            assert f"⌊{row}/2⌋ = {j}" in text
            assert f"⌊{column}/2⌋ = {k}" in text
            assert ("A tie" in text) == tied[j, k]
            four = driver.numbers(text.split("= max(")[2].split(")")[0])
            assert four == pytest.approx(list(pool.windows(a1)[j, k]), abs=6e-4)


def test_the_number_of_ties(show):
    live = show(widgets.pooling(A1))
    for index, a1 in enumerate(A1):
        live.root.get_by_label("Image").select_option(str(index))
        summary = live.root.locator(".cn-formulas").last.inner_text()
        assert summary.startswith(f"{pool.tied(a1).sum()} of 144 windows are tied")
        # The gradient may come out too small, or with the other sign: errors have both signs.
        assert "each tied window counts more than once" in " ".join(summary.split())


def test_two_that_are_not_numbers_are_a_tie_of_two(show):
    figure = widgets.pooling(A1[0])
    a1 = figure.a1.copy()
    a1[0, 2:4, 4:6] = [[np.nan, 0.25], [np.nan, 0.5]]
    figure.a1 = a1
    live = show(figure)
    live.hover("a1", 3, 4)
    assert "A tie: 2 of the four share the maximum." in live.formulas()


def test_a_pooled_neuron_leads_to_its_window(show):
    live = show(widgets.pooling(A1[0]))
    live.grid("a2").focus()
    live.page.keyboard.press("Control+End")
    assert live.results()[0] == pytest.approx(pool.forward(A1[0])[11, 11], abs=6e-4)
    assert "a 2 at 11, 11" in live.words()
    assert live.outlined("a1") is not None


def test_maps_have_the_tenths_around_their_own_numbers_for_a_scale(show):
    """On a scale from 0 to 1 the map of an untrained filter would be grey throughout."""
    a1 = (0.41 + 0.33 * A1[0] / A1[0].max()).astype(np.float32)
    low, high = np.floor(10 * a1.min()) / 10, np.ceil(10 * a1.max()) / 10
    assert (low, high) == (0.4, 0.8)
    live = show(widgets.pooling(a1), width=1400)
    expected = colormaps["Greys"]((a1 - low) / (high - low), bytes=True)[..., :3].astype(int)
    assert np.abs(live.colours("a1") - expected).max() <= 8
    for name in ("a1", "a2"):
        ends = live.root.locator(f'[data-grid="{name}"] .cn-legend span').all_inner_texts()
        assert [driver.number(end) for end in ends] == [low, high]
