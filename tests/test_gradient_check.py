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
        def feedforward(self, a0):
            calls.append(a0)
            return super().feedforward(a0)

    counted = Counted(net.w1, net.b1, net.w3, net.b3)
    gradient_check.check(counted, random(8, 8), np.eye(10)[1], entries=3)
    assert len(calls) == 2 * (3 + 1 + 3 + 3) + 1  # and one for the backward pass
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


@pytest.mark.parametrize("found", [[np.nan, 1.0], [np.inf, 1.0]])
def test_what_is_no_number_is_never_right(found):
    """Only where nothing was measured it is not judged."""
    with pytest.raises(ValueError, match=r"^found: expected finite numbers"):
        relative_error(found, [1.0, 1.0])
    with pytest.raises(ValueError, match=r"^expected: expected finite numbers, got inf"):
        relative_error([1.0, 1.0], [np.inf, 1.0])
    assert relative_error(found, [np.nan, 1.0]) == 0


@pytest.mark.parametrize("value", [np.nan, np.inf, None, "1", 1j, True, [1.0], np.zeros((1,))])
def test_a_function_that_gives_no_number_is_refused(value):
    """Its slope would be not-a-number, which means 'not asked'."""
    with pytest.raises(ValueError, match=r"^f: expected a function that returns "):
        central_differences(lambda x: value, X)


@pytest.mark.parametrize("entries", [[(3,)], [(-1,)], [(0, 0)], [()], [0], [(0.0,)], [slice(3)]])
def test_a_place_that_is_none_is_refused(entries):
    """() would move all of x at once, and the slope be that of the sum."""
    with pytest.raises(ValueError, match=r"^entries: expected a place in an array of shape \(3,\)"):
        central_differences(np.sum, X, entries=entries)


def test_the_largest_and_the_smallest_floats_have_a_relative_error():
    assert relative_error([1e308], [-1e308]) == 2
    assert relative_error([5e-324], [1e-323]) == 0.5


def test_bytes_do_not_wrap():
    assert relative_error(np.array([1], np.uint8), np.array([2], np.uint8)) == 0.5


def test_the_slope_is_divided_by_the_step_that_was_taken():
    """At 1e6 the step 1e-5 is rounded by a part in 100,000."""
    assert central_differences(lambda x: x.sum(), np.array([1e6]))[0] == pytest.approx(1, abs=2e-6)


def test_a_student_who_fills_what_is_not_his_own_fills_a_copy():
    x = np.array([1.0, 2.0])

    def cost(x):
        value = (x**2).sum()
        x[:] = 7
        return value

    np.testing.assert_allclose(central_differences(cost, x), [2, 4], rtol=1e-9)
    assert x.tolist() == [1, 2]


def dark(depth):
    """A network whose first layer answers so little that nothing of it reaches the cost."""
    net = ConvNet.random(seed=2, image=(8, 8))
    return replace(net, b1=np.array(-depth))


@pytest.mark.parametrize("depth", [16.0, 20.0, 25.0, 30.0, 40.0, 100.0, 700.0])
@pytest.mark.parametrize("cost", ["quadratic", "cross_entropy"])
def test_a_dark_network_is_too_small_to_be_measured(depth, cost):
    message = (
        r"^net: expected ∂C/∂\w+ well above the noise of the measurement, \de-\d+, "
        r"got .* at most: too small to be measured$"
    )
    with pytest.raises(ValueError, match=message):
        gradient_check.check(dark(depth), np.abs(random(8, 8)), np.eye(10)[1], cost)


@pytest.mark.parametrize("depth", [0.0, 3.0, 6.0])
def test_a_dim_network_is_measured(depth):
    errors = gradient_check.check(dark(depth), np.abs(random(8, 8)), np.eye(10)[1])
    assert max(errors.values()) < 1e-5


def test_a_network_whose_gradient_is_0_is_right():
    net = replace(dark(0.0), w3=np.zeros((10, 2, 2)))
    errors = gradient_check.check(net, np.abs(random(8, 8)), np.eye(10)[1])
    assert errors["w1"] == errors["b1"] == 0


def test_a_wrong_gradient_of_a_dark_network_is_noticed():
    class Wrong(ConvNet):
        def backprop(self, *arguments):
            return super().backprop(*arguments)._replace(w1=np.full((5, 5), 0.1))

    net = dark(40.0)
    errors = None
    with pytest.raises(ValueError, match=r"^net: expected ∂C/∂b1"):
        errors = gradient_check.check(
            Wrong(net.w1, net.b1, net.w3, net.b3), np.abs(random(8, 8)), np.eye(10)[1]
        )
    assert errors is None  # ∂C/∂w1 was judged first, and is far above the noise
