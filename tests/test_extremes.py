"""The value at the extremes: exact to rounding, held against arithmetic of 360 digits.

No number is rounded before it is used: not σ near 1, not a sum of millions of float32, not the
exponential of a large z.
"""

from dataclasses import replace
from decimal import Context, Decimal, localcontext

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from convnet_lib import (
    ConvNet,
    activations,
    by_definition,
    conv,
    costs,
    data,
    dense,
    maps,
    pool,
    training,
)

# As many digits as ln(1 + e^z) needs for the smallest e^z that a float can be.
EXACTLY = Context(prec=360, Emax=10**9, Emin=-(10**9))
DTYPES = {32: np.float32, 64: np.float64}

widths = st.sampled_from(sorted(DTYPES))


def floats(width, low=None, high=None):
    return st.floats(low, high, width=width, allow_nan=False, allow_infinity=False)


def sigma(z):
    return 1 / (1 + (-z).exp())


def softplus(z):
    return (1 + z.exp()).ln()


def assert_exact(found, expected, dtype, ulps=8, scale=0):
    """That `found` is the exact number to a few units in the last place, or below the smallest."""
    info = np.finfo(dtype)
    allowed = Decimal(float(info.eps)) * ulps * max(abs(expected), Decimal(scale))
    allowed += Decimal(float(info.smallest_subnormal)) * ulps
    assert abs(Decimal(float(found)) - expected) <= allowed, (found, expected)


@given(st.data(), widths)
def test_sigmoid_and_its_slope(drawn, width):
    z = drawn.draw(floats(width, -1e4 if width == 64 else -1024, 1e4 if width == 64 else 1024))
    dtype = DTYPES[width]
    with localcontext(EXACTLY):
        a = sigma(Decimal(z))
        for room in (activations, by_definition):
            assert_exact(room.sigmoid(np.array(z, dtype)), a, dtype)
            slope = a * sigma(-Decimal(z))
            assert_exact(room.sigmoid_prime(np.array(z, dtype)), slope, dtype)


@pytest.mark.parametrize("z", [np.inf, -np.inf, 1e308, -1e308, 5e-324, -0.0])
@pytest.mark.parametrize("room", [activations, by_definition])
def test_sigmoid_at_the_ends(room, z):
    expected = 0.5 if abs(z) < 1 else float(z > 0)
    assert room.sigmoid(np.array(z)) == expected
    assert room.sigmoid_prime(np.array(z)) == (0.25 if abs(z) < 1 else 0)


@given(st.data(), widths)
def test_C_of_any_weighted_input(drawn, width):
    bound, dtype = 1e4 if width == 64 else 1024, DTYPES[width]
    z = drawn.draw(st.lists(floats(width, -bound, bound), min_size=1, max_size=4))
    y = drawn.draw(st.lists(st.sampled_from([0.0, 1.0]), min_size=len(z), max_size=len(z)))
    z3, desired = np.array(z, dtype), np.array(y, dtype)
    with localcontext(EXACTLY):
        terms = [softplus(-Decimal(a) if b else Decimal(a)) for a, b in zip(z, y, strict=True)]
        found = costs.of_weighted_input(z3, desired, "cross_entropy")
        assert_exact(found, sum(terms), dtype, 16)
        errors = [sigma(-Decimal(a) if b else Decimal(a)) for a, b in zip(z, y, strict=True)]
        found = costs.of_weighted_input(z3, desired)
        assert_exact(found, sum(e * e for e in errors) / 2, dtype, 16)


@given(st.data(), widths)
def test_BP1_of_any_weighted_input(drawn, width):
    bound, dtype = 1e4 if width == 64 else 1024, DTYPES[width]
    z, y = drawn.draw(floats(width, -bound, bound)), drawn.draw(st.sampled_from([0.0, 1.0]))
    z3, desired = np.array([z], dtype), np.array([y], dtype)
    with localcontext(EXACTLY):
        error = -sigma(-Decimal(z)) if y else sigma(Decimal(z))
        slope = sigma(Decimal(z)) * sigma(-Decimal(z))
        a3 = activations.sigmoid(z3)
        assert_exact(costs.delta(z3, a3, desired, "cross_entropy")[0], error, dtype)
        assert_exact(costs.delta(z3, a3, desired)[0], error * slope, dtype, 16)


@given(floats(64, 1e-30, 1), st.sampled_from([0.0, 1.0]))
def test_C_and_its_slope_of_any_activation(a, y):
    a3, desired = np.array([a]), np.array([y])
    with localcontext(EXACTLY):
        exact = Decimal(a) if y else 1 - Decimal(a)  # the share of certainty that was right
        tiny = Decimal(float(np.finfo(float).tiny))
        for room in (costs, by_definition):
            assert_exact(room.cross_entropy(a3, desired), -max(exact, tiny).ln(), float)
        prime = costs.cross_entropy_prime(a3, desired)[0]
        if exact < tiny:
            assert not np.isfinite(prime) or abs(prime) > 1e300
        else:
            assert_exact(prime, (-1 if y else 1) / exact, float)


@pytest.mark.parametrize("cost", costs.COSTS)
@pytest.mark.parametrize("z", [20.0, 40.0, 700.0, 5000.0])
def test_the_cost_of_a_confident_mistake(cost, z):
    """An output of 40 that should be off costs 40: σ(40) is 1 in floats, and ln(1 - 1) none."""
    net = ConvNet(np.zeros((1, 1)), np.zeros(()), np.zeros((2, 1, 1)), np.array([z, -z]))
    a0, digits = np.zeros((1, 2, 2)), data.Digits(np.zeros((1, 2, 2)), [1])
    expected = 2 * z if cost == "cross_entropy" else 1.0
    for found in (
        net.cost(a0, np.array([[0.0, 1.0]]), cost)[0],
        training.mean_cost(net, digits, cost),
        training.measured([net], digits, cost=cost).costs[0],
        training.sgd(net, digits, 0, 0.1, cost=cost).costs[0],
    ):
        assert found == pytest.approx(expected, rel=1e-8)


def test_how_much_a_map_of_a_confident_network_matters():
    """Without the map z³ falls from 100 to 50, and the cost of the mistake from 100 to 50."""
    net = ConvNet(np.zeros((1, 1, 1)), np.zeros(1), np.full((2, 1, 1, 1), 100.0), np.full(2, 50.0))
    digits = data.Digits(np.zeros((1, 2, 2)), [1])
    assert maps.importance(net, digits)[0] == pytest.approx(-50, rel=1e-12)


def test_sums_of_millions_of_float32_go_on_beyond_2_to_the_24():
    ones, w = np.broadcast_to(np.float32(1), (2, 3000, 3000)), np.ones((1, 2), np.float32)
    assert conv.nabla_b(ones, w) == 18_000_000
    assert conv.nabla_b(ones, w).dtype == np.float32
    column = np.broadcast_to(np.float32(1), (2**24 + 1000, 1))
    assert dense.nabla_b(column).tolist() == [2**24 + 1000]
    images = np.broadcast_to(np.float32(1), (2, 3000, 3001))
    np.testing.assert_allclose(conv.nabla_w(ones, images, w), 18_000_000, rtol=1e-5)


@given(st.integers(-300, 300))
def test_the_norm_of_very_large_and_very_small_weights(exponent):
    net = ConvNet.random(2, image=(8, 8))
    scale = 10.0**exponent
    expected = maps.norms(net) * scale
    np.testing.assert_allclose(maps.norms(replace(net, w3=net.w3 * scale)), expected, rtol=1e-12)


@given(st.integers(-300, 300))
def test_the_patch_does_not_depend_on_the_size_of_the_filter(exponent):
    w1 = ConvNet.random(3, image=(8, 8)).w1
    found = maps.pleasing(w1 * 10.0**exponent)
    np.testing.assert_allclose(found, maps.pleasing(w1), rtol=0, atol=1e-12)


@given(st.lists(floats(64), min_size=4, max_size=4), st.sampled_from(pool.TIES))
def test_F3_and_BP2a_of_any_numbers(numbers, ties):
    a = np.array(numbers).reshape(2, 2)
    assert pool.forward(a) == by_definition.pool_forward(a) == max(numbers)
    mask = pool.winners(a, ties)
    np.testing.assert_array_equal(mask, by_definition.pool_winners(a, ties))
    assert (a[mask > 0] == max(numbers)).all()


@pytest.mark.parametrize("ties", pool.TIES)
def test_a_number_that_is_none_wins_in_the_loops_as_well(ties):
    for place in range(4):
        a = np.array([0.1, 0.9, 0.4, 0.2])
        a[place] = np.nan
        a = a.reshape(2, 2)
        assert np.isnan(pool.forward(a)).all()
        assert np.isnan(by_definition.pool_forward(a)).all()
        expected = np.isnan(a)
        np.testing.assert_array_equal(pool.winners(a, ties), expected)
        np.testing.assert_array_equal(by_definition.pool_winners(a, ties), expected)
        assert not pool.tied(a).any()


def test_a_map_of_not_a_numbers_has_no_strongest_place():
    with pytest.raises(ValueError, match=r"^z1: expected a number in every map"):
        maps.strongest(np.full((2, 3, 3), np.nan))
    z1 = np.array([[np.nan, -np.inf], [-np.inf, np.nan]])
    assert maps.strongest(z1).tolist() in ([0, 1], [1, 0], [0, 0])
    assert maps.strongest(np.array([[np.nan, -1e308], [np.inf, 1e308]])).tolist() == [1, 0]


def test_the_best_of_networks_is_never_one_that_was_not_measured():
    run = training.Run(("a", "b", "c"), None, None, None, np.array([np.nan, 0.2, 0.7]))
    assert run.best == "c"
    assert replace(run, validation_accuracy=np.full(3, np.nan)).best == "c"


def test_outputs_too_large_to_be_told_apart_are_not_digit_0():
    net = ConvNet.random(image=(8, 8))
    net = replace(net, w3=np.full_like(net.w3, 1.7e308))
    images = np.ones((3, 8, 8))
    with np.errstate(all="ignore"), pytest.raises(ValueError, match=r"^net: expected .* finite"):
        training.predict(net, images)
