"""σ and σ′ (F2, F5); ReLU and softmax as loops (F2r, F5s, F5j)."""

import warnings

import numpy as np
import pytest
from hypothesis import given
from oracles import EXACT, numbers, random

from convnet_lib import activations, by_definition
from convnet_lib.gradient_check import central_differences


def test_F2_F5_by_hand():
    z = np.array([0.0, np.log(3), -np.log(3)])
    np.testing.assert_allclose(activations.sigmoid(z), [1 / 2, 3 / 4, 1 / 4], **EXACT)
    np.testing.assert_allclose(activations.sigmoid_prime(z), [1 / 4, 3 / 16, 3 / 16], **EXACT)


@given(numbers((3, 2)))
def test_loops_agree(z):
    np.testing.assert_allclose(activations.sigmoid(z), by_definition.sigmoid(z), **EXACT)
    slope = by_definition.sigmoid_prime(z)
    np.testing.assert_allclose(activations.sigmoid_prime(z), slope, **EXACT)


@given(numbers((3, 2)))
def test_F2r_F5s_F5j_loops_agree(z):
    for name in ("relu", "relu_prime", "softmax", "softmax_jacobian"):
        loops = getattr(by_definition, name)(z)
        np.testing.assert_allclose(getattr(activations, name)(z), loops, **EXACT)


def test_loops_of_the_kink_and_far_out():
    z = np.array([-2.0, 0.0, -0.0, 3.0, np.inf, -np.inf, np.nan])
    for name in ("relu", "relu_prime"):
        found = getattr(by_definition, name)(z)
        np.testing.assert_array_equal(found, getattr(activations, name)(z))
    np.testing.assert_allclose(by_definition.softmax(np.array([1e9, 0.0])), [1, 0], atol=1e-300)


SOFTMAX = {
    "softmax": (activations.softmax, by_definition.softmax),
    "softmax_jacobian": (activations.softmax_jacobian, by_definition.softmax_jacobian),
}


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", SOFTMAX)
def test_softmax_of_numbers_whose_difference_cannot_be_written(name, dtype):
    """The largest gets all, the others nothing, and nobody is warned of an overflow."""
    top = float(np.finfo(dtype).max)
    for first in (-top, -np.inf):
        z = np.array([first, top, 0.5 * top], dtype)
        right = [0, 1, 0] if name == "softmax" else np.zeros((3, 3))
        for function in SOFTMAX[name]:
            with warnings.catch_warnings():
                warnings.simplefilter("error")
                np.testing.assert_allclose(function(z), right, atol=1e-300)


@pytest.mark.parametrize("z", [[np.inf, 0.0], [-np.inf, -np.inf], [np.inf, np.inf]])
def test_softmax_of_what_infinities_share_is_refused(z):
    for functions in SOFTMAX.values():
        for function in functions:
            with pytest.raises(
                ValueError, match=r"z: expected a largest number that is finite, got"
            ):
                function(np.array(z))


@given(numbers((3, 2)))
def test_sigmoid_of_minus_z_is_the_rest_to_1(z):
    np.testing.assert_allclose(activations.sigmoid(-z), 1 - activations.sigmoid(z), **EXACT)


def test_the_slope_is_the_measured_one():
    z = random(6)
    for i in range(len(z)):
        measured = central_differences(lambda x, i=i: activations.sigmoid(x)[i], z)[i]
        assert activations.sigmoid_prime(z)[i] == pytest.approx(measured, rel=1e-6)


def test_far_out_nothing_overflows_and_the_tail_keeps_its_digits():
    z = np.array([-800.0, -50.0, 50.0, 800.0])
    np.testing.assert_array_equal(activations.sigmoid(z)[[0, 3]], [0, 1])
    assert activations.sigmoid(z)[1] == pytest.approx(np.exp(-50), rel=1e-12)
    assert activations.sigmoid_prime(z)[2] == pytest.approx(np.exp(-50), rel=1e-12)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_dtype_and_the_shape_stay(dtype):
    z = random(2, 3, 4, dtype=dtype)
    for function in (activations.sigmoid, activations.sigmoid_prime):
        assert function(z).dtype == dtype
        assert function(z).shape == z.shape


@pytest.mark.parametrize("function", [activations.sigmoid, activations.sigmoid_prime])
@pytest.mark.parametrize(
    ("z", "came"),
    [
        (np.array([1, 2]), "got int64"),
        (np.array([True]), "got bool"),
        ("1.0", "got <U3"),
        ([[1.0], [1.0, 2.0]], "got a ragged list"),
        (np.array([1j]), "got complex128"),
        (np.array([1.0], np.float16), "got float16"),
    ],
)
def test_bad_input(function, z, came):
    with pytest.raises(ValueError, match=f"^z: expected an array of float32 or float64, {came}$"):
        function(z)
