"""The network: feedforward and backprop as a whole, held against three judges.

The loops of `by_definition` know the equations; central differences know only the cost;
autograd knows the cost and the chain rule, and none of our derivations.
"""

import re
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from oracles import EXACT, autograd_gradients, random

from convnet_lib import ConvNet, by_definition, costs, data, gradient_check
from convnet_lib.network import Activations, Gradients

COSTS = list(costs.COSTS)
DIGITS = data.load_digits().train


def small_net(maps=None, seed=0, channels=None):
    """A network for images of 8 by 7 with a filter of 3 by 2, and biases that are not 0."""
    net = ConvNet.random(maps, seed, image=(8, 7), kernel=(3, 2), outputs=4)
    w1 = net.w1 if channels is None else random(maps, channels, 3, 2, seed=seed)
    return replace(net, w1=w1, b1=random(*net.b1.shape) / 5, b3=random(4) / 3)


def test_F1_to_F5_and_BP1_to_BP4_by_hand():
    """One filter of 1 by 1, one window, one output: all of it fits on a slip of paper."""
    net = ConvNet(np.array([[2.0]]), np.array(0.0), np.array([[[4.0]]]), np.array([-2.0]))
    a0 = np.array([[0.0, 0.0], [0.0, np.log(3) / 2]])
    z = net.feedforward(a0)
    np.testing.assert_allclose(z.z1, [[0, 0], [0, np.log(3)]], **EXACT)
    np.testing.assert_allclose(z.a1, [[0.5, 0.5], [0.5, 0.75]], **EXACT)
    np.testing.assert_allclose(z.a2, [[0.75]], **EXACT)
    np.testing.assert_allclose(z.z3, [1], **EXACT)
    a3 = 1 / (1 + np.exp(-1))
    np.testing.assert_allclose(z.a3, [a3], **EXACT)
    g = net.backprop(a0, np.array([0.0]))
    delta3 = a3 * a3 * (1 - a3)
    np.testing.assert_allclose(g.delta3, [delta3], **EXACT)
    # through w³ = 4, the switch of the lower right neuron, and σ′(ln 3) = 3/16
    delta1 = delta3 * 4 * 3 / 16
    np.testing.assert_allclose(g.delta1, [[0, 0], [0, delta1]], **EXACT)
    np.testing.assert_allclose(g.b1, delta1, **EXACT)
    np.testing.assert_allclose(g.w1, [[delta1 * np.log(3) / 2]], **EXACT)
    np.testing.assert_allclose(g.b3, [delta3], **EXACT)
    np.testing.assert_allclose(g.w3, [[[0.75 * delta3]]], **EXACT)


@pytest.mark.parametrize("cost", COSTS)
@pytest.mark.parametrize(("maps", "channels"), [(None, None), (1, None), (3, None), (2, 3)])
@pytest.mark.parametrize("batch", [(), (2,), (2, 2)])
def test_loops_agree(cost, maps, channels, batch):
    net = small_net(maps, channels=channels)
    a0, y = random(*batch, *net.image_shape), np.abs(random(*batch, 4)) % 1
    for ties in ("first", "split", "all"):
        found = net.backprop(a0, y, cost, ties)
        for name, loops in by_definition.backprop(net, a0, y, cost, ties)._asdict().items():
            np.testing.assert_allclose(getattr(found, name), loops, **EXACT, err_msg=name)
    for name, loops in by_definition.feedforward(net, a0)._asdict().items():
        np.testing.assert_allclose(getattr(net.feedforward(a0), name), loops, **EXACT)


@given(st.integers(0, 10**6), st.sampled_from([None, 2]), st.sampled_from(COSTS))
def test_loops_agree_on_any_network(seed, maps, cost):
    net = small_net(maps, seed)
    a0, y = random(8, 7, seed=seed), np.eye(4)[seed % 4]
    loops = by_definition.backprop(net, a0, y, cost)
    for found, expected in zip(net.backprop(a0, y, cost), loops, strict=True):
        np.testing.assert_allclose(found, expected, **EXACT)


def test_loops_agree_on_a_real_digit_with_its_ties():
    """δ¹ too, of which central differences and autograd have no opinion where neurons are tied."""
    net, a0, y = ConvNet.random(seed=7), DIGITS.images[2], data.one_hot(DIGITS.labels[2])
    loops = by_definition.backprop(net, a0, y)
    for found, expected in zip(net.backprop(a0, y), loops, strict=True):
        np.testing.assert_allclose(found, expected, **EXACT)


@pytest.mark.parametrize("cost", COSTS)
@pytest.mark.parametrize(("maps", "channels"), [(None, None), (3, None), (2, 3)])
def test_central_differences_on_every_parameter(cost, maps, channels):
    net = small_net(maps, channels=channels)
    a0, y = random(3, *net.image_shape), np.eye(4)[[2, 0, 3]]
    errors = gradient_check.check(net, a0, y, cost, entries=10**6)
    assert max(errors.values()) < 1e-6, errors


@pytest.mark.parametrize("cost", COSTS)
@pytest.mark.parametrize("maps", [None, 3])
@pytest.mark.parametrize("bias", [0.0, -0.4])
def test_central_differences_on_real_digits_with_their_ties(cost, maps, bias):
    net = ConvNet.random(maps, seed=1)
    net = replace(net, b1=net.b1 + bias)
    for n in range(3):
        a0, y = DIGITS.images[n], data.one_hot(DIGITS.labels[n])
        errors = gradient_check.check(net, a0, y, cost, entries=60)
        assert max(errors.values()) < 1e-6, errors


def test_switching_on_every_tied_maximum_is_noticed_at_the_bias():
    net = ConvNet.random(seed=7)
    a0, y = DIGITS.images[2], data.one_hot(DIGITS.labels[2])
    for ties in ("first", "split"):
        assert max(gradient_check.check(net, a0, y, ties=ties).values()) < 1e-6
    errors = gradient_check.check(net, a0, y, ties="all")
    assert errors["b1"] > 1
    assert errors["w1"] < 1e-6


@pytest.mark.parametrize("cost", COSTS)
@pytest.mark.parametrize("maps", [None, 3])
@pytest.mark.parametrize("n", range(4))
def test_autograd_agrees_on_real_digits(cost, maps, n):
    net = ConvNet.random(maps, seed=3)
    a0, y = DIGITS.images[n], data.one_hot(DIGITS.labels[n])
    expected = autograd_gradients(net, a0, y, cost)
    for ties in ("first", "split"):
        found = net.backprop(a0, y, cost, ties)
        for name, oracle in zip(net.parameters, expected, strict=True):
            oracle = np.reshape(oracle, getattr(net, name).shape)
            np.testing.assert_allclose(getattr(found, name), oracle, **EXACT, err_msg=name)


@pytest.mark.parametrize("maps", [None, 3])
def test_a_batch_is_its_examples(maps):
    net = ConvNet.random(maps)
    a0, y = DIGITS.images[:6], data.one_hot(DIGITS.labels[:6])
    batch, ones = net.backprop(a0, y), [net.backprop(a, b) for a, b in zip(a0, y, strict=True)]
    for name in ("delta3", "delta1"):
        np.testing.assert_allclose(getattr(batch, name), [getattr(g, name) for g in ones], **EXACT)
    for name in net.parameters:
        total = sum(getattr(g, name) for g in ones)
        np.testing.assert_allclose(getattr(batch, name), total, **EXACT)
    two_axes = net.backprop(a0.reshape(2, 3, 28, 28), y.reshape(2, 3, 10))
    np.testing.assert_allclose(two_axes.w1, batch.w1, **EXACT)
    one_by_one = [net.cost(a, b) for a, b in zip(a0, y, strict=True)]
    np.testing.assert_allclose(net.cost(a0, y), one_by_one, **EXACT)


def test_one_map_is_the_network_without_maps():
    net = ConvNet.random()
    maps = ConvNet(net.w1[None], net.b1[None], net.w3[:, None], net.b3)
    a0, y = DIGITS.images[:3], data.one_hot(DIGITS.labels[:3])
    found, expected = maps.backprop(a0, y), net.backprop(a0, y)
    np.testing.assert_allclose(found.w1[0], expected.w1, **EXACT)
    np.testing.assert_allclose(found.w3[:, 0], expected.w3, **EXACT)


def test_the_shapes_of_the_book():
    net = ConvNet.random()
    z = net.feedforward(DIGITS.images[0])
    assert [x.shape for x in z] == [(24, 24), (24, 24), (12, 12), (10,), (10,)]
    assert Activations._fields == ("z1", "a1", "a2", "z3", "a3")
    g = net.backprop(DIGITS.images[0], np.eye(10)[0])
    assert [x.shape for x in g] == [(10,), (24, 24), (5, 5), (), (10, 12, 12), (10,)]
    assert Gradients._fields == ("delta3", "delta1", "w1", "b1", "w3", "b3")
    twenty = ConvNet.random(20)
    assert [getattr(twenty, p).shape for p in twenty.parameters] == [
        (20, 5, 5),
        (20,),
        (10, 20, 12, 12),
        (10,),
    ]


@pytest.mark.parametrize("maps", [None, 2])
def test_float32_stays(maps):
    net = ConvNet.random(maps, dtype=np.float32)
    a0, y = DIGITS.images[:2].astype(np.float32), np.eye(10, dtype=np.float32)[:2]
    results = [*net.feedforward(a0), *net.backprop(a0, y), *net.backprop(a0, y, "cross_entropy")]
    assert {x.dtype for x in results} == {np.dtype(np.float32)}


def test_random_is_fixed_by_its_seed():
    np.testing.assert_array_equal(ConvNet.random(3, seed=5).w3, ConvNet.random(3, seed=5).w3)
    assert not np.array_equal(ConvNet.random(3, seed=5).w3, ConvNet.random(3, seed=6).w3)


def test_a_network_cannot_be_changed_in_place():
    with pytest.raises(AttributeError):
        ConvNet.random().w1 = np.zeros((5, 5))


W1, W3 = np.zeros((5, 5)), np.zeros((10, 12, 12))
B1, B3 = np.zeros(()), np.zeros(10)
W1_SHAPES = "w1: expected shape (5, 5), (F, 5, 5) or (F, C, 5, 5), got "
W3_SHAPE = "w3: expected shape (10, 12, 12), or other sizes than 10 and 12, got "
W3_MAPS = "w3: expected shape (10, 2, 12, 12), or other sizes than 10 and 12, got "


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ((W1[0], B1, W3, B3), W1_SHAPES + "(5,)"),
        ((W1[:0], B1, W3, B3), W1_SHAPES + "(0, 5)"),
        ((W1.astype(int), B1, W3, B3), "w1: expected an array of float32 or float64, got int64"),
        ((W1, np.zeros(1), W3, B3), "b1: expected shape (), got (1,)"),
        ((W1[None], B1, W3, B3), "b1: expected shape (1,), got ()"),
        ((W1, B1, W3[0], B3), W3_SHAPE + "(12, 12)"),
        ((W1, B1, W3[:, None], B3), W3_SHAPE + "(10, 1, 12, 12)"),
        (
            (np.zeros((2, 5, 5)), np.zeros(2), np.zeros((10, 3, 12, 12)), B3),
            W3_MAPS + "(10, 3, 12, 12)",
        ),
        ((W1, B1, W3, B3[1:]), "b3: expected shape (10,), got (9,)"),
        ((W1, B1, W3, None), "b3: expected an array of float32 or float64, got object"),
    ],
)
def test_bad_parameters(parameters, message):
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        ConvNet(*parameters)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"maps": 0}, "maps: expected None or a whole number, at least 1, got 0"),
        (
            {"image": (27, 28)},
            "image: expected a size that leaves even maps after a (5, 5) filter, got (27, 28)",
        ),
        (
            {"image": (4, 4)},
            "image: expected a size that leaves even maps after a (5, 5) filter, got (4, 4)",
        ),
        ({"dtype": int}, "dtype: expected float32 or float64, got <class 'int'>"),
    ],
)
def test_bad_random_networks(arguments, message):
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        ConvNet.random(**arguments)


IMAGE, Y = np.zeros((28, 28)), np.zeros(10)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((IMAGE.T[:24], Y), "a0: expected shape (..., 28, 28), got (24, 28)"),
        ((IMAGE.astype("uint8"), Y), "a0: expected an array of float32 or float64, got uint8"),
        ((IMAGE.ravel(), Y), "a0: expected shape (..., 28, 28), got (784,)"),
        ((IMAGE, Y[:9]), "y: expected shape (10,), got (9,)"),
        ((IMAGE, 3), "y: expected an array of float32 or float64, got int64"),
        ((np.stack([IMAGE] * 2), Y), "y: expected shape (2, 10), got (10,)"),
        ((IMAGE, Y, "mse"), "cost: expected 'quadratic' or 'cross_entropy', got 'mse'"),
        (
            (IMAGE, Y, "quadratic", "last"),
            "ties: expected 'first' or 'split' or 'all', got 'last'",
        ),
    ],
)
def test_bad_input_to_backprop(arguments, message):
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        ConvNet.random().backprop(*arguments)


def test_a_network_over_channels_wants_them():
    net = small_net(2, channels=3)
    with pytest.raises(ValueError, match=r"^a0: expected shape \(..., 3, 8, 7\), got \(2, 8, 7\)$"):
        net.feedforward(np.zeros((2, 8, 7)))
