"""The pooling layer: F3 and the switch BP2a, ties included; F3s, F3m and their ways back."""

import inspect
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from oracles import EXACT, random

from convnet_lib import by_definition, pool
from convnet_lib.gradient_check import central_differences

A1 = np.array([[0.1, 0.3, 0.5, 0.2], [0.9, 0.4, 0.6, 0.8]])
TIED = np.array([[0.5, 0.5, 0.2, 0.7], [0.5, 0.5, 0.7, 0.1]])


def test_F3_by_hand():
    np.testing.assert_array_equal(pool.forward(A1), [[0.9, 0.8]])


def test_F3_windows_are_in_row_major_order():
    np.testing.assert_array_equal(pool.windows(A1), [[[0.1, 0.3, 0.9, 0.4], [0.5, 0.2, 0.6, 0.8]]])


def test_BP2a_by_hand():
    np.testing.assert_array_equal(pool.winners(A1), [[0, 0, 0, 0], [1, 0, 0, 1]])
    back = pool.backward(np.array([[3.0, -2.0]]), pool.winners(A1))
    np.testing.assert_array_equal(back, [[0, 0, 0, 0], [3, 0, 0, -2]])


def test_BP2a_ties_by_hand():
    np.testing.assert_array_equal(pool.winners(TIED), [[1, 0, 0, 1], [0, 0, 0, 0]])
    np.testing.assert_array_equal(pool.winners(TIED, "all"), [[1, 1, 0, 1], [1, 1, 1, 0]])
    split = [[0.25, 0.25, 0, 0.5], [0.25, 0.25, 0.5, 0]]
    np.testing.assert_array_equal(pool.winners(TIED, "split"), split)
    np.testing.assert_array_equal(pool.tied(TIED), [[True, True]])
    np.testing.assert_array_equal(pool.tied(A1), [[False, False]])


@st.composite
def maps(draw):
    """Draw maps with many ties: a window draws its four from three numbers."""
    rows, columns = draw(st.integers(1, 3)), draw(st.integers(1, 3))
    batch = draw(st.sampled_from([(), (2,), (2, 3)]))
    few = st.sampled_from([0.25, 0.5, 0.75])
    return draw(arrays(np.float64, (*batch, 2 * rows, 2 * columns), elements=few))


@given(maps())
def test_loops_agree(a):
    np.testing.assert_array_equal(pool.forward(a), by_definition.pool_forward(a))
    grad = random(*pool.forward(a).shape)
    for ties in pool.TIES:
        switch = pool.winners(a, ties)
        np.testing.assert_array_equal(switch, by_definition.pool_winners(a, ties))
        back = by_definition.pool_backward(grad, switch)
        np.testing.assert_allclose(pool.backward(grad, switch), back, **EXACT)


@given(maps())
def test_exactly_one_wins_a_window(a):
    winners = pool.winners(a)
    assert winners.dtype == bool
    np.testing.assert_array_equal(pool.windows(winners.astype(float)).sum(axis=-1), 1)
    np.testing.assert_array_equal(pool.windows(np.where(winners, a, -1.0)).max(-1), pool.forward(a))


@given(maps())
def test_a_window_passes_on_all_of_its_gradient(a):
    grad = random(*pool.forward(a).shape)
    for ties in ("first", "split"):
        back = pool.backward(grad, pool.winners(a, ties))
        np.testing.assert_allclose(pool.windows(back).sum(axis=-1), grad, **EXACT)


@given(maps())
def test_the_shares_of_split_are_equal_and_only_the_tied_have_one(a):
    split, every = pool.winners(a, "split"), pool.winners(a, "all")
    np.testing.assert_array_equal(split > 0, every)
    shares, tied = pool.windows(split), pool.windows(every.astype(float))
    np.testing.assert_allclose(shares, tied / tied.sum(axis=-1, keepdims=True), **EXACT)


def test_BP2a_is_the_measured_slope_where_nothing_is_tied():
    a, grad = random(2, 4, 6), random(2, 2, 3, seed=1)
    measured = central_differences(lambda x: np.vdot(grad, pool.forward(x)), a)
    np.testing.assert_allclose(pool.backward(grad, pool.winners(a)), measured, atol=1e-9)


def test_float32_stays():
    a = random(4, 4, dtype=np.float32)
    assert pool.forward(a).dtype == np.float32
    assert pool.winners(a, "split").dtype == np.float32
    for ties in pool.TIES:
        assert pool.backward(pool.forward(a), pool.winners(a, ties)).dtype == np.float32


def test_a_number_that_is_none_wins_and_is_passed_on():
    a = np.array([[0.1, np.nan], [0.9, 0.4]])
    assert np.isnan(pool.forward(a)).all()
    np.testing.assert_array_equal(pool.winners(a), [[0, 1], [0, 0]])


FLOATS = "expected an array of float32 or float64, got"
EVEN = "a: expected shape (..., H, W) with H and W even, so that 2×2 windows fit, got "


@pytest.mark.parametrize(
    ("function", "arguments", "message"),
    [
        ("forward", (np.zeros((4, 5)),), EVEN + "(4, 5)"),
        ("forward", (np.zeros((23, 24)),), EVEN + "(23, 24)"),
        ("forward", (np.zeros(4),), EVEN + "(4,)"),
        ("forward", (np.zeros((0, 4)),), EVEN + "(0, 4)"),
        ("forward", (np.zeros((4, 4), int),), f"a: {FLOATS} int64"),
        ("winners", (np.zeros((3, 3)),), EVEN + "(3, 3)"),
        ("winners", (A1, "last"), "ties: expected 'first' or 'split' or 'all', got 'last'"),
        ("winners", (A1, True), "ties: expected 'first' or 'split' or 'all', got True"),
        ("tied", (np.zeros((2, 3)),), EVEN + "(2, 3)"),
        ("backward", (A1, A1 > 0), "grad: expected shape (1, 2), got (2, 4)"),
        ("backward", (A1 > 0, A1 > 0), f"grad: {FLOATS} bool"),
        ("backward", (A1[:1, :2], (A1 > 0).astype(int)), f"winners: {FLOATS} int64"),
        (
            "backward",
            (A1, np.zeros((3, 4), bool)),
            "winners: expected shape (..., H, W) with H and W even, got (3, 4)",
        ),
        (
            "backward",
            (np.zeros((2, 2, 2)), np.zeros((3, 4, 4), bool)),
            "grad: expected shape (3, 2, 2), got (2, 2, 2)",
        ),
    ],
)
def test_bad_input(function, arguments, message):
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        getattr(pool, function)(*arguments)


@pytest.mark.parametrize("name", ["forward", "winners", "backward"])
def test_the_loops_have_the_same_signature(name):
    loops = getattr(by_definition, f"pool_{name}")
    assert inspect.signature(loops) == inspect.signature(getattr(pool, name))


# --- windows of any size and stride -----------------------------------------------------------

ROW = np.array([[1.0, 4.0, 3.0]])


def test_F3s_by_hand():
    np.testing.assert_array_equal(pool.forward(ROW, (1, 2), 1), [[4, 4]])
    np.testing.assert_array_equal(pool.forward(A1, (2, 3), 1), [[0.9, 0.8]])
    np.testing.assert_array_equal(pool.forward(A1, (1, 1), (1, 3)), [[0.1, 0.2], [0.9, 0.8]])


def test_BP2s_a_neuron_that_wins_twice_collects_twice():
    on = pool.switches(ROW, "first", (1, 2), 1)
    back = pool.scatter(np.array([[1.0, 10.0]]), on, (1, 3), (1, 2), 1)
    np.testing.assert_array_equal(back, [[0, 11, 0]])


def test_F3m_BP2m_by_hand():
    np.testing.assert_array_equal(pool.mean(ROW, (1, 2), 1), [[2.5, 3.5]])
    back = pool.mean_backward(np.array([[1.0, 10.0]]), (1, 3), (1, 2), 1)
    np.testing.assert_array_equal(back, [[0.5, 5.5, 5]])


def test_in_a_gap_and_beyond_the_last_window_nothing_comes_back():
    a = random(5, 7)
    on = pool.switches(a, "all", 2, 3)
    back = pool.scatter(np.ones(on.shape[:2]), np.ones(on.shape), a.shape, 2, 3)
    seen = np.zeros((5, 7))
    for rows, columns in np.ndindex(2, 2):
        seen[3 * rows : 3 * rows + 2, 3 * columns : 3 * columns + 2] = 1
    np.testing.assert_array_equal(back, seen)


@st.composite
def windowed(draw):
    """Draw a map with ties, oblong as a rule, with a size and a stride of windows on it."""
    shape = draw(st.integers(3, 7)), draw(st.integers(3, 8))
    batch = draw(st.sampled_from([(), (2,), (2, 3)]))
    a = draw(arrays(np.float64, (*batch, *shape), elements=st.sampled_from([0.25, 0.5, 0.75])))
    size, stride = ((draw(st.integers(1, 3)), draw(st.integers(1, 3))) for _ in ("size", "stride"))
    return a, size, stride


@given(windowed())
def test_F3s_F3m_BP2s_BP2m_loops_agree(case):
    a, size, stride = case
    shape = a.shape[-2:]
    for name in ("forward", "mean"):
        loops = getattr(by_definition, f"pool_{name}")(a, size, stride)
        np.testing.assert_allclose(getattr(pool, name)(a, size, stride), loops, **EXACT)
    grad = random(*pool.forward(a, size, stride).shape)
    loops = by_definition.pool_mean_backward(grad, shape, size, stride)
    np.testing.assert_allclose(pool.mean_backward(grad, shape, size, stride), loops, **EXACT)
    for ties in pool.TIES:
        on = pool.switches(a, ties, size, stride)
        np.testing.assert_array_equal(on, by_definition.pool_switches(a, ties, size, stride))
        loops = by_definition.pool_scatter(grad, on, shape, size, stride)
        np.testing.assert_allclose(pool.scatter(grad, on, shape, size, stride), loops, **EXACT)


@pytest.mark.parametrize(("size", "stride"), [(3, 2), ((2, 3), 1), (2, (3, 1))])
def test_BP2s_BP2m_are_the_measured_slopes(size, stride):
    a = random(6, 7)
    grad = random(*pool.forward(a, size, stride).shape)
    on = pool.switches(a, "first", size, stride)
    for found, function in (
        (pool.scatter(grad, on, a.shape, size, stride), pool.forward),
        (pool.mean_backward(grad, a.shape, size, stride), pool.mean),
    ):
        slopes = central_differences(lambda x, f=function: np.vdot(f(x, size, stride), grad), a)
        np.testing.assert_allclose(found, slopes, rtol=0, atol=1e-8)
