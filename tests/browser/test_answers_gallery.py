import driver
import numpy as np
import pytest
from browsing import assert_no_barrier
from matplotlib import colormaps

from convnet_lib import data, deep, widgets

DIGITS = data.load_digits().test
IMAGES, LABELS = DIGITS.images[3:1000:100], DIGITS.labels[3:1000:100]
# Weights that are large enough for some answers to be right and some sure.
NET = deep.Network.random("conv3x5 relu pool2 conv4x5 relu pool2 dense10 softmax", seed=4)
A = NET.feedforward(IMAGES)[-1]
TAKEN = A.argmax(axis=1)
COSTS = NET.cost_of(IMAGES, data.one_hot(LABELS))
MARGIN = np.sort(A)[:, -1] - np.sort(A)[:, -2]


@pytest.fixture
def figure():
    return widgets.gallery(NET, IMAGES, LABELS)


def hung(live):
    """Which images hang there, in their order."""
    names = live.root.locator(".ga-card:visible").all()
    return [int(card.get_attribute("aria-label").split()[1].rstrip(":")) for card in names]


def pressed(live):
    return live.root.locator('.ga-card[aria-pressed="true"]').get_attribute("aria-label")


def bars(live):
    return [driver.number(text) for text in live.root.locator(".ga-bars b").all_inner_texts()]


def test_each_card_says_what_it_is_taken_for(show, figure):
    live = show(figure)
    for place, n in enumerate(figure.numbers.astype(int)):
        card = live.root.locator(".ga-card").nth(place)
        wrong = TAKEN[n] != LABELS[n]
        words = f"{LABELS[n]} → {TAKEN[n]}" if wrong else f"{TAKEN[n]}"
        said, sure = card.locator("span").all_inner_texts()
        assert said == words
        assert driver.number(sure) == pytest.approx(A[n].max(), abs=6e-3)
        assert (card.get_attribute("data-wrong") is not None) == wrong
        pixels = card.locator("canvas").evaluate(
            "(c) => [...c.getContext('2d').getImageData(0, 0, c.width, c.height).data]"
        )
        expected = colormaps["Greys"](IMAGES[n], bytes=True)
        assert np.abs(np.reshape(pixels, (28, 28, 4)) - expected.astype(int)).max() <= 8


@pytest.mark.parametrize("sort", ["cost", "unsure", "sure", "number"])
@pytest.mark.parametrize("shows", ["all", "wrong", "right"])
def test_digits_are_sorted_and_chosen(show, figure, shows, sort):
    live = show(figure)
    live.root.get_by_label("Show").select_option(shows)
    live.root.get_by_label("Sort").select_option(sort)
    key = {"cost": -COSTS, "unsure": MARGIN, "sure": -MARGIN, "number": np.arange(10)}[sort]
    wrong = TAKEN != LABELS
    there = {"all": wrong | True, "wrong": wrong, "right": ~wrong}[shows]
    assert hung(live) == [n for n in np.argsort(key, kind="stable") if there[n]]
    if there.any():
        assert int(pressed(live).split()[1].rstrip(":")) in hung(live)


def test_a_digit_is_taken_apart(show, figure):
    live = show(figure)
    for place in (4, 0):
        live.root.locator(".ga-card").nth(place).click()
        live.told()
        n = int(figure.numbers[place])
        assert bars(live) == pytest.approx(A[n], abs=6e-4)
        text = live.root.locator(".cn-caption").first.inner_text()
        assert f"Taken for {'an' if TAKEN[n] == 8 else 'a'} {TAKEN[n]}" in text
        assert ("which is right" in text) == (TAKEN[n] == LABELS[n])
        assert driver.numbers(text)[-1] == pytest.approx(COSTS[n], abs=6e-4)
        marked = live.root.locator(".ga-bars tr", has_text="it is").locator("th").inner_text()
        assert marked == f"{LABELS[n]}"
        expected = colormaps["Greys"](IMAGES[n], bytes=True)[..., :3].astype(int)
        assert np.abs(live.colours("a0") - expected).max() <= 8
        live.hover("a0", 14, 13)
        assert live.results() == pytest.approx([IMAGES[n, 14, 13]], abs=6e-4)


def test_the_keyboard_leads_along_the_wall(show, figure):
    live = show(figure)
    first, second = (live.root.locator(".ga-card").nth(n) for n in (0, 1))
    first.focus()
    live.page.keyboard.press("ArrowRight")
    assert second.evaluate("(card) => card === document.activeElement")
    assert second.get_attribute("aria-pressed") == "true"
    live.page.keyboard.press("ArrowLeft")
    live.page.keyboard.press("ArrowLeft")  # there is none before the first
    assert first.evaluate("(card) => card === document.activeElement")
    live.grid("a0").focus()
    live.page.keyboard.press("PageDown")
    assert second.get_attribute("aria-pressed") == "true"


def test_without_labels_there_is_no_right_and_wrong(show):
    live = show(widgets.gallery(NET, IMAGES))
    assert not live.root.get_by_label("Show").count()
    assert hung(live) == np.argsort(MARGIN, kind="stable").tolist()
    assert "Next comes" in live.root.locator(".cn-caption").first.inner_text()


@pytest.mark.parametrize("size", [(1280, 720), (390, 844)])
def test_it_fits_into_the_window(show, size):
    width, height = size
    many = data.Digits(DIGITS.images[:130], DIGITS.labels[:130])
    live = show(widgets.gallery(NET, *many), width=width, height=height)
    shown = live.root.locator(".cn-live").evaluate(
        "(live) => live.lastElementChild.previousElementSibling.getBoundingClientRect().top"
        " - live.getBoundingClientRect().top"
    )
    assert shown <= height
    assert live.page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1000])
def test_axe_finds_nothing(show, figure, theme, width):
    live = show(figure, width=width, color_scheme=theme)
    assert_no_barrier(live.page, context=".cn-figure")
