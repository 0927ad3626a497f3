"""What the pictures of speed show."""

import numpy as np
import pytest

from convnet_lib import figures


def test_ladder_draws_a_bar_a_time_and_the_limit():
    picture = figures.ladder({"loops": 13_000.0, "fast": 2.345}, 0.6)
    (ax,) = picture.axes
    assert [bar.get_width() for bar in ax.patches] == [13_000.0, 2.345]
    assert [label.get_text() for label in ax.get_yticklabels()] == ["loops", "fast"]
    assert [text.get_text() for text in ax.texts] == ["13,000", "2.35"]
    assert ax.yaxis_inverted()
    assert ax.get_xscale() == "log"
    assert ax.lines[0].get_xdata()[0] == 0.6
    assert "loops 13,000; fast 2.35. The limit is 0.6." in picture.alt


def test_roofline_is_memory_on_the_left_and_arithmetic_on_the_right():
    roofs = {"one": (50e9, 10e9), "two": (100e9, 20e9)}
    points = {"copying": (0.5, 3e9), "product": (20.0, 40e9)}
    picture = figures.roofline(roofs, points)
    one, two, *marks = picture.axes[0].lines
    x, y = one.get_data()
    assert y[0] == pytest.approx(10 * x[0])
    assert y[-1] == 50
    assert y == pytest.approx(np.minimum(50, 10 * x))
    assert two.get_ydata() == pytest.approx(2 * y)
    assert [mark.get_xdata()[0] for mark in marks] == [0.5, 20.0]
    assert [mark.get_ydata()[0] for mark in marks] == [3.0, 40.0]
    assert [text.get_text() for text in picture.axes[0].texts] == ["copying", "product"]
    assert "one 50 Gflop/s, 10 GB/s; two" in picture.alt
    assert "product 40 Gflop/s at 20 flops a byte" in picture.alt


def test_roofline_tells_its_marks_apart_without_colour():
    points = {str(n): (n + 1.0, 1e9) for n in range(9)}
    marks = figures.roofline({"one": (50e9, 10e9)}, points).axes[0].lines[1:]
    assert len({mark.get_marker() for mark in marks[:8]}) == 8


def test_shared_work_marks_where_it_becomes_quicker():
    sizes, alone = np.array([1.0, 10.0, 100.0]), np.array([3.0, 3.0, 3.0])
    picture = figures.shared_work(sizes, alone, np.array([900.0, 9.0, 2.0]))
    one, several, mark = picture.axes[0].lines
    assert one.get_ydata().tolist() == [3, 3, 3]
    assert several.get_ydata().tolist() == [900, 9, 2]
    assert mark.get_xdata()[0] == 100
    assert "shared out is quicker from 100 digits on" in picture.alt


def test_shared_work_marks_nothing_where_it_never_is():
    picture = figures.shared_work(np.array([1.0, 10.0]), np.ones(2), np.array([9.0, 2.0]))
    assert len(picture.axes[0].lines) == 2
    assert "quicker at no size shown" in picture.alt
