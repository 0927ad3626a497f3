"""What a pair of panels is for: the right one in the place of the broken one, and back."""

import numpy as np
import pytest

from convnet_lib import ConvNet, broken, data, figures, widgets

NET, DIGITS = ConvNet.random(seed=7), data.load_digits().train
A0, Y = DIGITS.images[2], data.one_hot(DIGITS.labels[2])
RIGHT = NET.backprop(A0, Y)
WRONG = broken.break_it(NET, "BP4 rotated by 180°").backprop(A0, Y)
TITLE = '[data-grid="panel4"] .cn-title'


@pytest.fixture
def figure():
    return widgets.explore(
        lambda bug: figures.wrong_gradient(RIGHT, WRONG, {"loops": True}), bug=["rotated"]
    )


def test_the_difference_stands_beside_them_on_one_scale(show, figure):
    live = show(figure)
    difference = WRONG.w1 - RIGHT.w1
    live.hover("panel5", 0, 1)
    said = live.words().replace("−", "-")
    assert f"{difference[0, 1]:.3f}" in said
    assert f"{RIGHT.w1[0, 1]:.3f}" in said
    ends = [
        live.root.locator(f'[data-grid="panel{n}"] .cn-legend span').last.inner_text()
        for n in (3, 4, 5)
    ]
    assert len(set(ends)) == 1
    assert float(ends[0]) == pytest.approx(np.abs(RIGHT.w1).max(), rel=5e-3)
    assert "noticed by: loops" in live.root.locator(".cn-caption").inner_text()


def test_it_flickers_on_request_and_stops(show, figure):
    live = show(figure)
    live.page.wait_for_timeout(600)
    assert live.root.locator(TITLE).inner_text().endswith("broken")
    live.root.get_by_role("button", name="Flicker").click()
    for word in ("right", "broken", "right"):
        live.page.wait_for_function(
            f"document.querySelector('{TITLE}').textContent.endsWith('{word}')"
        )
    live.root.get_by_role("button", name="Stop").click()
    live.frame()
    assert live.root.locator(TITLE).inner_text().endswith("broken")
    before = live.colours("panel4").copy()
    live.page.wait_for_timeout(600)
    assert (live.colours("panel4") == before).all()


def test_where_less_motion_is_wished_for_each_press_is_one_change(show, figure):
    live = show(figure, reduced_motion="reduce")
    button = live.root.get_by_role("button", name="Flicker")
    for word in ("right", "broken", "right"):
        button.click()
        live.page.wait_for_timeout(600)
        assert live.root.locator(TITLE).inner_text().endswith(word)


def test_what_a_cell_says_is_of_the_panel_that_it_names(show, figure):
    live = show(figure, reduced_motion="reduce")
    live.root.get_by_role("button", name="Flicker").click()
    live.page.wait_for_function(f"document.querySelector('{TITLE}').textContent.endsWith('right')")
    live.hover("panel4", 0, 1)
    said = live.words().replace("−", "-")
    assert f"right: {RIGHT.w1[0, 1]:.3f}" in said
    assert f"broken: {WRONG.w1[0, 1]:.3f}" in said


def test_a_picture_without_pairs_has_no_such_button(show):
    live = show(widgets.explore(lambda b: figures.row(("$z^1$", np.eye(2))), b=(0, 3)))
    assert not live.root.get_by_role("button", name="Flicker").count()
