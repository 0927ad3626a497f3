"""The exponential function of compiled loops, held against NumPy's in numbers of more digits."""

import numpy as np
import pytest
from numpy.testing import assert_array_equal

pytest.importorskip("numba", reason="needs the extra `compiled`")

from convnet_lib.training.compiled import FUSED, njit
from convnet_lib.training.exponential import exponential

#: The dtype, and where its e⁻ˣ and eˣ leave the numbers that have all their digits.
KINDS = [(np.float32, -87.3, 88.3), (np.float64, -708.3, 709.4)]


@njit(fastmath=FUSED)
def powers(x):
    """As loops have it done, many at once."""
    found = np.empty_like(x)
    for i in range(len(x)):
        found[i] = exponential(x[i])
    return found


@njit(fastmath=FUSED)
def power(x):
    return exponential(x)


def test_by_hand():
    found = powers(np.array([0.0, -0.0, 1.0, np.log(2), -np.log(2)]))
    assert_array_equal(found, [1, 1, np.e, 2, 0.5])


@pytest.mark.parametrize(("dtype", "least", "most"), KINDS)
def test_it_is_right_to_one_unit_in_the_last_place(dtype, least, most):
    wide, near = np.linspace(least, most, 300_001), np.linspace(-2, 2, 100_001)
    x = np.concatenate([wide, near, -np.logspace(-12, 0, 999)]).astype(dtype)
    found, right = powers(x), np.exp(x.astype(np.longdouble))
    assert np.finfo(np.longdouble).eps < np.finfo(dtype).eps / 100
    assert abs(found - right).max() > 0
    assert (abs(found - right) <= np.spacing(right.astype(dtype))).all()


@pytest.mark.parametrize(("dtype", "least", "most"), KINDS)
def test_one_number_alone_is_what_it_is_among_others(dtype, least, most):
    x = np.random.default_rng(0).uniform(least, most, 99).astype(dtype)
    assert_array_equal([power(number) for number in x], powers(x))


@pytest.mark.parametrize(("dtype", "least", "most"), KINDS)
def test_it_rises(dtype, least, most):
    x = np.linspace(least - 3, most + 3, 10_001).astype(dtype)
    found = powers(x)
    assert (np.diff(found[np.isfinite(found)]) >= 0).all()
    assert found[0] == 0
    assert found[-1] == np.inf


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_beyond_its_range_it_is_0_or_infinite_and_nan_stays_nan(dtype):
    x = np.array([-np.inf, -1e30, -1e4, 1e4, 1e30, np.inf, np.nan], dtype)
    assert_array_equal(powers(x), [0, 0, 0, np.inf, np.inf, np.inf, np.nan])


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_sigmoid_of_it_lies_between_0_and_1_and_adds_up(dtype):
    z = np.linspace(-1000, 1000, 4001).astype(dtype)
    up, down = (1 / (1 + powers(sign * z)) for sign in (-1, 1))
    assert ((up >= 0) & (up <= 1)).all()
    assert abs(up + down - 1).max() <= 2 * np.finfo(dtype).eps


def test_a_loop_over_it_has_no_call_and_works_on_vectors():
    powers(np.zeros(1, np.float32))
    (signature,) = [s for s in powers.signatures if s[0].dtype.bitwidth == 32]
    code = powers.inspect_llvm(signature)
    assert "x float> @llvm.rint" in code  # a vector is rounded, and not a number
    assert "@expf" not in code
