"""What the pictures of training show."""

import numpy as np

from convnet_lib import figures
from convnet_lib.training import Run


def a_run(*accuracies):
    half = np.array(accuracies) / 2
    return Run((), 1 - half, half, np.array(accuracies))


def test_several_runs_draws_the_accuracy_on_the_digits_held_out():
    picture = figures.several_runs({"slow": a_run(0.1, 0.2, 0.3), "quick": a_run(0.1, 0.8)})
    slow, quick = picture.axes[0].lines
    assert slow.get_xdata().tolist() == [0, 1, 2]
    assert slow.get_ydata().tolist() == [0.1, 0.2, 0.3]
    assert quick.get_ydata().tolist() == [0.1, 0.8]
    assert [slow.get_label(), quick.get_label()] == ["slow", "quick"]
    assert "slow: 0.30; quick: 0.80" in picture.alt


def test_several_runs_tells_curves_apart_without_colour():
    runs = {str(n): a_run(0.1, n / 10) for n in range(9)}
    markers = [line.get_marker() for line in figures.several_runs(runs).axes[0].lines]
    assert len(markers) == 9
    assert len(set(markers[:8])) == 8
