"""Central differences, and how two gradients are compared."""

import re
from dataclasses import replace

import numpy as np
import pytest
from oracles import random

from convnet_lib import ConvNet, gradient_check
from convnet_lib.gradient_check import central_differences, relative_error


def test_central_differences_by_hand():
    x = np.array([[1.0, 2.0, 3.0]])
    slopes = central_differences(lambda x: (x**2).sum(), x)
    np.testing.assert_allclose(slopes, [[2, 4, 6]], rtol=1e-9)
    np.testing.assert_array_equal(x, [[1, 2, 3]])


def test_of_a_number():
    assert central_differences(np.sin, np.array(0.0)) == pytest.approx(1)


def test_only_some_entries():
    slopes = central_differences(lambda x: (x**2).sum(), np.array([1.0, 2.0, 3.0]), entries=[(1,)])
    np.testing.assert_array_equal(np.isnan(slopes), [True, False, True])


def test_relative_error_by_hand():
    assert relative_error([1.0, 4.5], [1.0, 5.0]) == pytest.approx(0.1)
    assert relative_error([7.0, 5.0], [np.nan, 5.0]) == 0
    assert relative_error([0.0], [0.0]) == 0
    assert relative_error([1.0], [0.0]) == np.inf


def test_a_wrong_gradient_is_noticed():
    class Wrong(ConvNet):
        def backprop(self, *arguments):
            g = super().backprop(*arguments)
            return g._replace(w1=g.w1[::-1, ::-1], b1=g.b1 / 16)

    net = ConvNet.random(image=(8, 8))
    a0, y = random(8, 8), np.eye(10)[1]
    assert max(gradient_check.check(net, a0, y).values()) < 1e-6
    errors = gradient_check.check(Wrong(net.w1, net.b1, net.w3, net.b3), a0, y)
    assert errors["w1"] > 0.1
    assert errors["b1"] == pytest.approx(15 / 16)
    assert max(errors["w3"], errors["b3"]) < 1e-6


def test_the_number_of_entries_is_kept_to():
    net = ConvNet.random(image=(8, 8))
    calls = []

    class Counted(ConvNet):
        def cost(self, *arguments):
            calls.append(arguments)
            return super().cost(*arguments)

    counted = Counted(net.w1, net.b1, net.w3, net.b3)
    gradient_check.check(counted, random(8, 8), np.eye(10)[1], entries=3)
    assert len(calls) == 2 * (3 + 1 + 3 + 3)
    assert replace(counted, b1=net.b1).w1 is counted.w1


X = np.zeros(3)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            (np.sum, X.astype(np.float32)),
            "x: expected float64 (float32 has too few digits to subtract), got float32",
        ),
        ((np.sum, X, 0), "h: expected a positive number, got 0"),
        ((np.sum, X, -1e-5), "h: expected a positive number, got -1e-05"),
        ((np.sin, X), "f: expected a function that returns one number, got shape (3,)"),
    ],
)
def test_bad_input(arguments, message):
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        central_differences(*arguments)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((X, X[:2]), "found: expected shape (2,), got (3,)"),
        ((X, np.full(3, np.nan)), "expected: expected at least one number, got none"),
    ],
)
def test_bad_comparisons(arguments, message):
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        relative_error(*arguments)
