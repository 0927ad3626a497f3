"""The figures of the network as a whole, of its windows and of its answers."""

import numpy as np
import pytest

from convnet_lib import ConvNet, activations, costs, data, figures

DIGITS = data.load_digits().train
NET = ConvNet.random(seed=7)
A0, Y = DIGITS.images[2], data.one_hot(DIGITS.labels[2])


def boxes(ax):
    """Return (x, y, width, height) of the outlined boxes of axes, without the frames of layers."""
    accent = [patch for patch in ax.patches if patch.get_edgecolor()[:3] != (0, 0, 0)]
    return [(*patch.get_xy(), patch.get_width(), patch.get_height()) for patch in accent]


def words(ax):
    return [text.get_text() for text in ax.texts]


def test_network_draws_all_layers_of_an_image_with_their_numbers():
    picture = figures.network(NET, A0)
    (ax,) = picture.axes
    layers = NET.feedforward(A0)
    for image, array in zip(ax.images, (A0, layers.a1, layers.a2, layers.a3[:, None]), strict=True):
        np.testing.assert_array_equal(image.get_array(), array)
        assert image.get_clim() == (0, 1)
    assert {"28×28", "24×24", "12×12", "10"} <= set(words(ax))
    assert "F1, F2:\n26 numbers\nto learn" in words(ax)
    assert "F3:\nno numbers\nto learn" in words(ax)
    assert "F4, F5:\n1,450 numbers\nto learn" in words(ax)
    assert "26 + 0 + 1450" in picture.alt


@pytest.mark.parametrize("at", [(0, 0), (7, 10), (23, 22)])
def test_network_outlines_the_receptive_field_and_the_window_of_a_neuron(at):
    (ax,) = figures.network(NET, A0, at).axes
    (j, k), lefts = at, [image.get_extent()[0] for image in ax.images]
    tops = [image.get_extent()[3] for image in ax.images]
    field, neuron, window, pooled = boxes(ax)
    assert field == (k, j, 5, 5)
    assert neuron == (lefts[1] + k, tops[1] + j, 1, 1)
    assert window == (lefts[1] + k // 2 * 2, tops[1] + j // 2 * 2, 2, 2)
    assert pooled == (lefts[2] + k // 2, tops[2] + j // 2, 1, 1)


def test_network_draws_the_first_four_of_many_maps_and_says_how_many_there_are():
    (ax,) = figures.network(ConvNet.random(20, seed=7), A0).axes
    assert len(ax.images) == 1 + 4 + 4 + 1
    assert {"20×24×24", "20×12×12"} <= set(words(ax))
    assert "F4, F5:\n28,810 numbers\nto learn" in words(ax)


def test_network_draws_other_sizes():
    tiny = ConvNet.random(seed=7, image=(6, 8), kernel=(3, 3), outputs=3)
    (ax,) = figures.network(tiny, A0[8:14, 8:16], at=(2, 1)).axes
    assert {"6×8", "4×6", "2×3", "3"} <= set(words(ax))


def test_network_writes_the_shape_of_a_single_pooled_neuron():
    (ax,) = figures.network(ConvNet.random(seed=7, kernel=(27, 27)), A0, at=(0, 0)).axes
    assert {"28×28", "2×2", "1×1", "10"} <= set(words(ax))
    (ax,) = figures.network(ConvNet.random(4, seed=7, kernel=(27, 27)), A0, at=(0, 0)).axes
    assert {"28×28", "4×2×2", "4×1×1", "10"} <= set(words(ax))


def test_floor_map_writes_the_pooled_neuron_into_every_neuron():
    left, right = figures.floor_map(4, 6).axes
    at = {text.get_position(): text.get_text() for text in left.texts}
    assert at == {(k, j): f"{j // 2}, {k // 2}" for j in range(4) for k in range(6)}
    assert words(right) == ["0, 0", "0, 1", "0, 2", "1, 0", "1, 1", "1, 2"]
    assert {patch.get_xy() for patch in left.patches} == {
        (k - 0.5, j - 0.5) for j in (0, 2) for k in (0, 2, 4)
    }


def test_answers_are_bars_with_the_desired_activations_and_both_costs():
    a3 = NET.feedforward(A0).a3
    named = [("ours", a3), ("half", np.full(10, 0.5))]
    picture = figures.answers(named, Y)
    for ax, (_, answer) in zip(picture.axes, named, strict=True):
        assert [bar.get_height() for bar in ax.patches] == pytest.approx(list(answer))
        np.testing.assert_array_equal(ax.lines[0].get_ydata(), Y)
    assert "half, 0.50" in picture.alt
    assert "0.50: quadratic 1.25, cross-entropy 6.93" in picture.alt
    assert "quadratic 1.25, cross-entropy 6.93" in picture.axes[1].get_xlabel()
    hidden = figures.answers(named, Y, with_costs=False)
    assert "quadratic" not in hidden.alt + hidden.axes[0].get_xlabel()


@pytest.mark.parametrize("y", [0, 1])
def test_cost_curves_are_the_costs_of_one_neuron(y):
    left, right = figures.cost_curves(y, z=-3).axes
    for ax, x in ((left, activations.sigmoid(np.array(-3.0))), (right, -3.0)):
        curves, marks = ax.lines[::2], ax.lines[1::2]
        for curve, mark, cost in zip(curves, marks, costs.COSTS.values(), strict=True):
            here = cost(activations.sigmoid(np.array([-3.0])), np.array([float(y)]))
            assert mark.get_xdata() == pytest.approx(x)
            assert mark.get_ydata() == pytest.approx(here)
            z = curve.get_xdata() if ax is right else np.linspace(-8, 8, 201)
            expected = cost(activations.sigmoid(z)[:, None], np.full((201, 1), float(y)))
            np.testing.assert_allclose(curve.get_ydata(), expected)
    said = {0: "quadratic 0.00112, cross-entropy 0.0486", 1: "quadratic 0.454, cross-entropy 3.05"}
    assert figures.cost_curves(y, z=-3).alt.endswith(f"; at z = -3: {said[y]}.")


def test_cost_curves_need_no_mark():
    picture = figures.cost_curves()
    assert [len(ax.lines) for ax in picture.axes] == [2, 2]
    assert picture.alt == "Both costs of one neuron that should be 1."
