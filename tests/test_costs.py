"""The costs (C) and the output error (BP1, FC1)."""

import re

import numpy as np
import pytest
from hypothesis import given
from oracles import EXACT, numbers, random

from convnet_lib import by_definition, costs
from convnet_lib.activations import sigmoid, softmax
from convnet_lib.gradient_check import central_differences


def test_C_quadratic_by_hand():
    # ½ (0.2² + 0.5²) = ½ · 0.29
    assert costs.quadratic(np.array([0.2, 0.5]), np.array([0.0, 1.0])) == pytest.approx(0.145)


def test_C_cross_entropy_by_hand():
    # -ln 0.8 - ln 0.5
    cost = costs.cross_entropy(np.array([0.2, 0.5]), np.array([0.0, 1.0]))
    assert cost == pytest.approx(0.22314355131 + 0.69314718056)


def test_BP1_FC1_quadratic_by_hand():
    # σ′(0) = 1/4 and a³ - y = 1/2 - 1
    delta = costs.delta(np.array([0.0]), np.array([0.5]), np.array([1.0]))
    np.testing.assert_allclose(delta, [-0.125], **EXACT)


def test_BP1_FC1_cross_entropy_by_hand():
    delta = costs.delta(np.array([0.0]), np.array([0.5]), np.array([1.0]), "cross_entropy")
    np.testing.assert_allclose(delta, [-0.5], **EXACT)


@given(numbers((2, 3, 4)), numbers((2, 3, 4)))
def test_loops_agree_over_batches(z3, y):
    a3 = sigmoid(z3)
    for cost, function in costs.COSTS.items():
        loops = getattr(by_definition, cost)(a3, y)
        np.testing.assert_allclose(function(a3, y), loops, **EXACT)
        loops = by_definition.delta(z3, a3, y, cost)
        np.testing.assert_allclose(costs.delta(z3, a3, y, cost), loops, **EXACT)


@given(numbers((2, 3, 4)), numbers((2, 3, 4)))
def test_Cl_BP1l_loops_agree_over_batches(z, y):
    a = softmax(z)
    for name, first in (("log_likelihood", a), ("softmax_delta", z)):
        loops = getattr(by_definition, name)(first, y)
        np.testing.assert_allclose(getattr(costs, name)(first, y), loops, **EXACT)


@pytest.mark.parametrize("cost", costs.COSTS)
def test_BP1_is_the_measured_slope(cost):
    z3, y = random(10), np.eye(10)[3]
    measured = central_differences(lambda z: costs.COSTS[cost](sigmoid(z), y), z3)
    np.testing.assert_allclose(costs.delta(z3, sigmoid(z3), y, cost), measured, rtol=0, atol=1e-9)


@pytest.mark.parametrize("cost", costs.COSTS)
def test_the_prime_is_the_measured_slope(cost):
    a3, y = sigmoid(random(10)), np.eye(10)[3]
    measured = central_differences(lambda a: costs.COSTS[cost](a, y), a3)
    prime = getattr(costs, f"{cost}_prime")(a3, y)
    np.testing.assert_allclose(prime, measured, rtol=1e-7, atol=1e-9)


def test_a_saturated_output_costs_much_and_not_infinitely():
    a3, y = np.array([1.0, 0.0]), np.array([0.0, 1.0])
    assert 1000 < costs.cross_entropy(a3, y) < 2000
    np.testing.assert_array_equal(costs.cross_entropy(a3, a3), 0)
    np.testing.assert_array_equal(costs.delta(a3, a3, y, "cross_entropy"), [1, -1])


@pytest.mark.parametrize("cost", costs.COSTS)
def test_float32_stays(cost):
    a3, y = sigmoid(random(2, 10, dtype=np.float32)), np.eye(10, dtype=np.float32)[[1, 2]]
    assert costs.COSTS[cost](a3, y).dtype == np.float32
    assert costs.delta(a3, a3, y, cost).dtype == np.float32


A3 = np.full((2, 10), 0.5)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((A3, A3, A3, "cubic"), "cost: expected 'quadratic' or 'cross_entropy', got 'cubic'"),
        ((A3, A3, A3, None), "cost: expected 'quadratic' or 'cross_entropy', got None"),
        ((A3[0], A3, A3), "z3: expected shape (2, 10), got (10,)"),
        ((A3, A3, A3[:, :9]), "y: expected shape (2, 10), got (2, 9)"),
        ((A3, A3, np.array([3, 1])), "y: expected an array of float32 or float64, got int64"),
        ((A3, A3, A3[0]), "y: expected shape (2, 10), got (10,)"),
        ((A3, A3 > 0, A3), "a3: expected an array of float32 or float64, got bool"),
        ((0.5, 0.5, 0.5), "a3: expected shape (..., outputs), got ()"),
    ],
)
def test_bad_input(arguments, message):
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        costs.delta(*arguments)


@pytest.mark.parametrize("name", ["quadratic", "quadratic_prime", "cross_entropy_prime"])
def test_bad_pairs(name):
    with pytest.raises(ValueError, match=r"^y: expected shape \(2, 10\), got \(10, 2\)$"):
        getattr(costs, name)(A3, A3.T)
