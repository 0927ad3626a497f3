"""What the pictures of small networks, of costs as curves and of output errors show."""

import numpy as np
import pytest

from convnet_lib import figures


def written(ax):
    return [text.get_text() for text in ax.texts if text.get_text()]


def test_neurons_writes_every_weight_and_every_activation():
    w1, w2 = np.array([[1.0, -2.0, 5.0], [2.0, -4.0, 1.0]]), np.array([[4.0, -3.5]])
    picture = figures.neurons([[1.0, 0.5, 0.0], [0.25, 0.75], [-0.125]], [w1, w2], ["x", "h", "y"])
    words = written(picture.axes[0])
    assert sorted(words[:8]) == sorted(["1", "−2", "5", "2", "−4", "1", "4", "−3.5"])
    assert words[8:] == ["x", "1", "0.5", "0", "h", "0.25", "0.75", "y", "−0.125"]
    assert "h: 0.25, 0.75." in picture.alt
    assert picture.alt.endswith("Weights to h: 1, -2, 5; 2, -4, 1. Weights to y: 4, -3.5.")


def test_neurons_joins_input_k_to_output_q():
    picture = figures.neurons([[1.0, 2.0], [3.0, 4.0]], [np.array([[0.0, 7.0], [0.0, 0.0]])], "ab")
    ax = picture.axes[0]
    thickest = max(ax.lines, key=lambda line: line.get_linewidth())
    ends = list(zip(*thickest.get_data(), strict=True))
    circles = {text.get_text(): text.get_position() for text in ax.texts[-6:]}
    assert ends == [circles["2"], circles["3"]]  # w[0, 1] leads from input 1 to output 0


def test_neurons_draws_equal_weights_equally_thick_whatever_the_layer():
    w1, w2 = np.array([[5.0, -4.0]]), np.array([[4.0]])
    picture = figures.neurons([[1.0, 0.0], [0.5], [0.25]], [w1, w2], ["x", "h", "y"])
    five, four, next_four = (line.get_linewidth() for line in picture.axes[0].lines)
    assert five > four == next_four


def test_tangents_touches_the_curve_with_the_slope_it_was_given():
    x = np.linspace(-2, 2, 41)
    picture = figures.tangents(x, [("square", x**2, 2.0), ("cube", x**3, 3.0)], 1.0, "z")
    for ax, value, slope in zip(picture.axes, (1.0, 1.0), (2.0, 3.0), strict=True):
        curve, tangent, point = ax.lines
        assert curve.get_ydata()[30] == pytest.approx(value)
        np.testing.assert_allclose(np.gradient(tangent.get_ydata(), x), slope)
        assert point.get_data() == (1.0, pytest.approx(value))
    assert "cube, slope 3" in picture.alt


def test_tangents_of_a_flat_curve():
    picture = figures.tangents(np.array([0.0, 1.0]), [("flat", np.zeros(2), 0.0)], 0.5, "z")
    assert picture.axes[0].get_ylim() == (-0.1, 0.1)


def test_output_errors_draws_one_bar_a_neuron_and_an_error():
    a3, y = np.array([0.3, 0.5]), np.array([0.0, 1.0])
    errors = {"quadratic": np.array([0.1, -0.2]), "cross-entropy": np.array([0.3, -0.5])}
    picture = figures.output_errors(a3, y, errors)
    left, right = picture.axes
    assert [bar.get_height() for bar in left.patches] == [0.3, 0.5]
    assert [bar.get_height() for bar in right.patches] == [0.1, -0.2, 0.3, -0.5]
    assert "cross-entropy: 0.3, -0.5" in picture.alt


def test_shared_bias_draws_the_tangent_with_the_sum_of_the_errors():
    delta1, biases = np.array([[1.0, 0.0], [-0.5, 0.25]]), np.linspace(-1, 1, 21)
    picture = figures.shared_bias(delta1, biases, biases**2, 0.5)
    left, right = picture.axes[:2]
    np.testing.assert_array_equal(left.images[0].get_array(), delta1)
    tangent = right.lines[1].get_ydata()
    np.testing.assert_allclose(np.gradient(tangent, biases), 0.75)
    assert "sum is 0.75" in picture.alt
