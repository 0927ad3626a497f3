"""The figure of the whole network: its arrays are the network's, before and after every choice."""

import numpy as np
import pytest

from convnet_lib import ConvNet, data, dense, pool, widgets
from convnet_lib.activations import sigmoid_prime
from convnet_lib.costs import COSTS
from convnet_lib.widgets.base import MOST_IMAGES

TEST = data.load_digits().test
WHICH = [3, 205, 610]
A0, Y = TEST.images[WHICH], data.one_hot(TEST.labels[WHICH])
NET = ConvNet.random(seed=1)
SMALL = ConvNet.random(image=(6, 8), kernel=(3, 3), outputs=2, seed=2)
BOTH = [(cost, ties) for cost in COSTS for ties in pool.TIES]
CLOSE = {"rtol": 2e-6, "atol": 1e-7}  # what is sent is float32


@pytest.fixture
def figure():
    return widgets.backpropagation(NET, A0, Y)


def check_arrays(figure, net, a0, y):
    """Hold every array of a figure against the network itself."""
    a0, y = a0.astype(np.float32), y.astype(np.float32)
    forward = net.feedforward(a0)
    for name in ("w1", "b1", "w3", "b3"):
        np.testing.assert_allclose(getattr(figure, name), getattr(net, name), **CLOSE)
    for name, expected in forward._asdict().items():
        np.testing.assert_allclose(getattr(figure, name), expected, **CLOSE)
    np.testing.assert_allclose(figure.slope1, sigmoid_prime(forward.z1), **CLOSE)
    np.testing.assert_allclose(figure.slope3, sigmoid_prime(forward.z3), **CLOSE)
    np.testing.assert_array_equal(figure.tied, pool.tied(forward.a1))
    for ties in pool.TIES:
        np.testing.assert_allclose(figure.switch[ties], pool.winners(forward.a1, ties), **CLOSE)
    for cost, ties in BOTH:
        for n in range(len(a0)):
            g = net.backprop(a0[n], y[n], cost, ties)
            both = f"{cost} {ties}"
            np.testing.assert_allclose(figure.C[cost][n], net.cost(a0[n], y[n], cost), **CLOSE)
            np.testing.assert_allclose(figure.delta3[cost][n], g.delta3, **CLOSE)
            np.testing.assert_allclose(figure.delta3[cost][n], g.b3, **CLOSE)
            np.testing.assert_allclose(
                figure.nabla_a2[cost][n], dense.backward(g.delta3, net.w3), **CLOSE
            )
            np.testing.assert_allclose(figure.nabla_w3[cost][n], g.w3, **CLOSE)
            np.testing.assert_allclose(figure.delta1[both][n], g.delta1, **CLOSE)
            np.testing.assert_allclose(figure.nabla_w1[both][n], g.w1, **CLOSE)
            np.testing.assert_allclose(figure.nabla_b1[both][n], g.b1, **CLOSE)


def test_the_arrays_are_the_networks(figure):
    check_arrays(figure, NET, A0, Y)
    assert figure.tied.any()  # ties are among them


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_one_image_of_a_small_network(dtype):
    net = ConvNet(**{name: getattr(SMALL, name).astype(dtype) for name in SMALL.parameters})
    a0 = np.random.default_rng(0).random((6, 8)).astype(dtype)
    figure = widgets.backpropagation(net, a0, np.array([0.25, 1.0]), "cross_entropy", "split")
    check_arrays(figure, net, a0[None], np.array([[0.25, 1.0]]))
    assert (figure.cost, figure.ties, figure.index) == ("cross_entropy", "split", 0)


def test_another_label(figure):
    labels = np.eye(10, dtype=np.float32)[[7, 7, 7]]
    figure.y = labels
    check_arrays(figure, NET, A0, labels)


def test_another_image(figure):
    figure.a0 = A0[::-1]
    check_arrays(figure, NET, A0[::-1], Y)


def test_another_network(figure):
    figure.take_step()
    other = ConvNet.random(seed=5)
    figure.net = other
    assert figure.net is other
    check_arrays(figure, other, A0, Y)
    assert len(figure.history["quadratic"]) == 1


@pytest.mark.parametrize(("cost", "ties"), BOTH)
def test_a_step_moves_every_parameter_against_its_gradient(figure, cost, ties):
    figure.index, figure.rate, figure.cost, figure.ties = 1, 0.03, cost, ties
    g = NET.backprop(figure.a0[1], figure.y[1], cost, ties)
    figure.take_step()
    for name in NET.parameters:
        expected = getattr(NET, name) - 0.03 * getattr(g, name)
        np.testing.assert_allclose(getattr(figure.net, name), expected, rtol=1e-12)
    check_arrays(figure, figure.net, A0, Y)


@pytest.mark.parametrize("cost", COSTS)
def test_the_cost_falls_and_its_history_is_kept(figure, cost):
    figure.cost, figure.rate = cost, 0.01
    nets = [figure.net]
    for _ in range(3):
        figure.take_step()
        nets.append(figure.net)
    history = figure.history[cost]
    expected = [net.cost(figure.a0, figure.y, cost) for net in nets]
    np.testing.assert_allclose(history, expected, **CLOSE)
    assert (np.diff(history[:, 0]) < 0).all()
    np.testing.assert_allclose(history[-1], figure.C[cost], **CLOSE)


def test_ten_steps_at_once_are_ten_steps(figure):
    other = widgets.backpropagation(NET, A0, Y)
    figure.take_step(10)
    for _ in range(10):
        other.take_step()
    np.testing.assert_array_equal(figure.history["quadratic"], other.history["quadratic"])
    np.testing.assert_array_equal(figure.net.w3, other.net.w3)


def test_the_history_is_measured_against_the_new_label(figure):
    figure.take_step(2)
    figure.y = np.eye(10, dtype=np.float32)[[1, 1, 1]]
    assert figure.history["quadratic"].shape == (3, 3)
    np.testing.assert_allclose(
        figure.history["quadratic"][-1], figure.net.cost(figure.a0, figure.y), **CLOSE
    )


def test_start_again(figure):
    figure.take_step(3)
    figure.start_again()
    assert figure.net is NET
    assert figure.history["quadratic"].shape == (1, 3)
    check_arrays(figure, NET, A0, Y)


def test_the_page_asks_for_steps(figure):
    figure._asked(figure, {"kind": "take steps", "times": 2}, [])
    assert len(figure.history["quadratic"]) == 3
    figure._asked(figure, {"kind": "start again"}, [])
    assert len(figure.history["quadratic"]) == 1
    figure._asked(figure, {"kind": "are you there"}, [])


def test_not_a_number_is_refused():
    a0 = A0[0].copy()
    a0[4, 4] = np.nan
    with pytest.raises(ValueError, match=r"a0: expected finite numbers, got nan at \(4, 4\)$"):
        widgets.backpropagation(NET, a0, Y[0])


def test_a_full_load_of_images_stays_small():
    figure = widgets.backpropagation(
        NET, TEST.images[:MOST_IMAGES], data.one_hot(TEST.labels[:MOST_IMAGES])
    )
    sent = sum(array.nbytes for array in _arrays(figure.get_state()))
    assert sent < 1.2e6


def _arrays(state):
    for value in state.values():
        if isinstance(value, dict):
            yield from ([value["data"]] if "data" in value else _arrays(value))


def test_it_says_what_it_is(figure):
    assert repr(figure) == "backpropagation(a0 (3, 28, 28), y (3, 10))"


def test_the_twin_is_of_the_image_that_is_shown(figure):
    figure.index, figure.cost = 2, "cross_entropy"
    g = NET.backprop(A0[2], Y[2], "cross_entropy")
    assert f"{g.b1:.3f}" in figure.twin().alt


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((None, A0, Y), "net: expected a ConvNet, got NoneType"),
        ((ConvNet.random(2), A0, Y), r"net: expected a network with one filter.*\(2, 5, 5\)"),
        ((NET, A0[0, :20], Y[0]), r"a0: expected shape \(..., 28, 28\), got \(1, 20, 28\)"),
        ((NET, A0[0, 0], Y[0]), r"a0: expected shape \(H, W\) or \(N, H, W\)"),
        ((NET, A0[:0], Y[:0]), "a0: expected shape"),
        ((NET, (255 * A0).astype(int), Y), "a0: expected an array of float32 or float64"),
        ((NET, np.zeros((25, 28, 28)), np.zeros((25, 10))), "a0: expected at most 24 images"),
        ((NET, A0, Y[0]), r"y: expected shape \(3, 10\), got \(10,\)"),
        ((NET, A0[0], Y[0, :9]), r"y: expected shape \(10,\), got \(9,\)"),
        ((NET, A0[0], np.array(4.0)), r"y: expected shape \(1, 10\), got \(\)"),
        ((NET, A0, TEST.labels[WHICH]), "y: expected an array of float32 or float64"),
        ((NET, A0, Y + 1), "y: expected numbers between 0 and 1, got 1.0 to 2.0"),
        ((NET, A0, Y * np.nan), "y: expected numbers between 0 and 1"),
        ((NET, A0, Y, "mean"), "cost: expected 'quadratic' or 'cross_entropy', got 'mean'"),
        ((NET, A0, Y, "quadratic", "last"), "ties: expected 'first' or 'split' or 'all'"),
    ],
)
def test_bad_input_is_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        widgets.backpropagation(*arguments)


def test_a_network_of_another_shape_is_refused(figure):
    with pytest.raises(ValueError, match=r"w1: expected shape \(5, 5\), got \(3, 3\)"):
        figure.net = SMALL
    with pytest.raises(ValueError, match="net: expected a ConvNet"):
        figure.net = None
