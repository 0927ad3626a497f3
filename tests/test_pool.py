"""The pooling layer: F3 and the pooling switch BP2a, ties included; windows of any size; means."""

import inspect
import re

import autograd.numpy as anp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from oracles import EXACT, autograd_slope, random, slid_over

from convnet_lib import by_definition, pool
from convnet_lib.gradient_check import central_differences, relative_error

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


# --- Windows that overlap, or leave gaps -------------------------------------------------------

MAP = np.array([[1.0, 5, 2, 0], [4, 3, 6, 1], [0, 2, 7, 2]])
GRAD = np.array([[1.0, 2, 3], [4, 5, 6]])
OVERLAP = {"size": 2, "stride": 1}


def test_F3s_by_hand():
    np.testing.assert_array_equal(pool.forward(MAP, **OVERLAP), [[5, 6, 6], [4, 7, 7]])
    np.testing.assert_array_equal(pool.forward(MAP, size=(2, 3), stride=(1, 2)), [[6], [7]])
    np.testing.assert_array_equal(pool.forward(MAP, size=1, stride=2), [[1, 2], [0, 7]])
    np.testing.assert_array_equal(pool.forward(MAP, size=2), [[5, 6]])  # a row left out
    np.testing.assert_array_equal(pool.forward(MAP, size=(3, 1)), [[4, 5, 7, 2]])
    np.testing.assert_array_equal(pool.forward(MAP, stride=1), pool.forward(MAP, **OVERLAP))


def test_F3s_windows_are_in_row_major_order():
    windows = pool.windows(MAP, size=(2, 3), stride=(1, 2))
    np.testing.assert_array_equal(windows, [[[1, 5, 2, 4, 3, 6]], [[4, 3, 6, 0, 2, 7]]])


def test_F3m_by_hand():
    np.testing.assert_array_equal(pool.mean(MAP, **OVERLAP), [[3.25, 4, 2.25], [2.25, 4.5, 4]])
    np.testing.assert_array_equal(pool.mean(MAP, size=(3, 2)), [[2.5, 3]])
    np.testing.assert_array_equal(pool.mean(np.array([[1.0, 2], [3, 6]])), [[3]])


def test_BP2s_by_hand():
    switches = pool.switches(MAP, **OVERLAP)
    np.testing.assert_array_equal(switches.argmax(axis=-1), [[1, 3, 2], [0, 3, 2]])
    np.testing.assert_array_equal(switches.sum(axis=-1), 1)
    back = pool.scatter(GRAD, switches, MAP.shape, **OVERLAP)
    # the 6 has won in two windows, 2 + 3, and so has the 7, 5 + 6
    np.testing.assert_array_equal(back, [[0, 1, 0, 0], [4, 0, 5, 0], [0, 0, 11, 0]])


def test_BP2s_ties_by_hand():
    a, grad = np.array([[1.0, 1, 0], [1, 0, 1]]), np.array([[6.0, 12]])
    back = {}
    for ties in pool.TIES:
        switches = pool.switches(a, ties, **OVERLAP)
        back[ties] = pool.scatter(grad, switches, a.shape, **OVERLAP).tolist()
    assert back["first"] == [[6, 12, 0], [0, 0, 0]]
    assert back["split"] == [[2, 8, 0], [2, 0, 6]]
    assert back["all"] == [[6, 18, 0], [6, 0, 12]]
    np.testing.assert_array_equal(pool.tied(a, **OVERLAP), [[True, True]])
    np.testing.assert_array_equal(pool.tied(MAP, **OVERLAP), np.zeros((2, 3)))


def test_BP2s_BP2m_what_is_in_no_window_gets_0():
    asked = {"size": 1, "stride": 2}
    grad = np.array([[1.0, 2], [3, 4]])
    expected = [[1, 0, 2, 0], [0, 0, 0, 0], [3, 0, 4, 0]]
    back = pool.scatter(grad, pool.switches(MAP, **asked), MAP.shape, **asked)
    np.testing.assert_array_equal(back, expected)
    np.testing.assert_array_equal(pool.mean_backward(grad, MAP.shape, **asked), expected)
    back = pool.mean_backward(np.array([[6.0], [12.0]]), MAP.shape, (2, 3), (1, 2))
    np.testing.assert_array_equal(back, [[1, 1, 1, 0], [3, 3, 3, 0], [2, 2, 2, 0]])


def test_BP2m_by_hand():
    back = pool.mean_backward(4 * GRAD, MAP.shape, **OVERLAP)
    np.testing.assert_array_equal(back, [[1, 3, 5, 3], [5, 12, 16, 9], [4, 9, 11, 6]])


@st.composite
def pooled_maps(draw):
    """Draw maps with many ties, a window and a stride: it overlaps, tiles, or leaves gaps."""
    size = draw(st.integers(1, 4)), draw(st.integers(1, 4))
    stride = draw(st.integers(1, 3)), draw(st.integers(1, 3))
    image = [n + draw(st.integers(0, 3)) for n in size]
    batch = draw(st.sampled_from([(), (2,), (2, 3)]))
    few = st.sampled_from([0.25, 0.5, 0.75])
    return draw(arrays(np.float64, (*batch, *image), elements=few)), size, stride


@given(pooled_maps())
def test_F3s_F3m_BP2s_BP2m_loops_agree(drawn):
    a, *asked = drawn
    pooled, shape = pool.forward(a, *asked), a.shape[-2:]
    np.testing.assert_array_equal(pooled, by_definition.pool_forward(a, *asked))
    mean = by_definition.pool_mean(a, *asked)
    np.testing.assert_allclose(pool.mean(a, *asked), mean, **EXACT)
    grad = random(*pooled.shape)
    for ties in pool.TIES:
        switches = pool.switches(a, ties, *asked)
        np.testing.assert_array_equal(switches, by_definition.pool_switches(a, ties, *asked))
        back = by_definition.pool_scatter(grad, switches, shape, *asked)
        np.testing.assert_allclose(pool.scatter(grad, switches, shape, *asked), back, **EXACT)
    back = by_definition.pool_mean_backward(grad, shape, *asked)
    np.testing.assert_allclose(pool.mean_backward(grad, shape, *asked), back, **EXACT)


@given(pooled_maps())
def test_BP2s_BP2m_are_adjoint(drawn):
    """The chosen neurons are a linear function of the map as long as the switches stay."""
    a, *asked = drawn
    grad, x = random(*pool.forward(a, *asked).shape), random(*a.shape, seed=1)
    for ties in pool.TIES:
        switches = pool.switches(a, ties, *asked)
        forward = np.vdot((pool.windows(x, *asked) * switches).sum(axis=-1), grad)
        back = np.vdot(x, pool.scatter(grad, switches, a.shape[-2:], *asked))
        assert abs(forward - back) <= 1e-12 * max(1, abs(forward))
    forward = np.vdot(pool.mean(x, *asked), grad)
    back = np.vdot(x, pool.mean_backward(grad, a.shape[-2:], *asked))
    assert abs(forward - back) <= 1e-12 * max(1, abs(forward))


@given(pooled_maps())
def test_BP2s_BP2m_autograd_agrees(drawn):
    """Of neurons that are tied autograd's maximum gives each the same share, as "split" does."""
    a, *asked = drawn
    grad, shape = random(*pool.forward(a, *asked).shape), a.shape[-2:]

    def largest(x):
        return anp.sum(grad * anp.max(anp.stack([*slid_over(x, *asked).values()]), axis=0))

    def mean(x):
        return anp.sum(grad * anp.mean(anp.stack([*slid_over(x, *asked).values()]), axis=0))

    back = pool.scatter(grad, pool.switches(a, "split", *asked), shape, *asked)
    np.testing.assert_allclose(back, autograd_slope(largest, a), **EXACT)
    back = pool.mean_backward(grad, shape, *asked)
    np.testing.assert_allclose(back, autograd_slope(mean, a), **EXACT)


@pytest.mark.parametrize("asked", [(2, 1), ((3, 2), (1, 2)), ((1, 3), 2), (2, 3), (3, None)])
def test_BP2s_BP2m_are_the_measured_slopes(asked):
    a = random(2, 5, 7)
    grad = random(*pool.forward(a, *asked).shape, seed=1)
    measured = central_differences(lambda x: np.vdot(grad, pool.forward(x, *asked)), a)
    back = pool.scatter(grad, pool.switches(a, "first", *asked), (5, 7), *asked)
    assert relative_error(back, measured) < 1e-6
    measured = central_differences(lambda x: np.vdot(grad, pool.mean(x, *asked)), a)
    assert relative_error(pool.mean_backward(grad, (5, 7), *asked), measured) < 1e-6


def test_a_loser_has_a_derivative_and_it_is_0():
    """Of a tied window too: what BP2a leaves open is the share of the tied neurons alone."""
    a = np.array([[0.5, 0.5], [0.5, 0.1]])
    measured = central_differences(lambda x: pool.forward(x)[0, 0], a)
    assert measured[1, 1] == 0
    np.testing.assert_allclose(measured[:1], 0.5, atol=1e-9)  # 1 on the right, 0 on the left


# --- The book's windows ------------------------------------------------------------------------


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
def test_the_books_windows_are_those_of_size_2(a):
    np.testing.assert_array_equal(pool.forward(a), pool.forward(a, size=2, stride=2))
    np.testing.assert_array_equal(pool.mean(a), pool.mean(a, size=(2, 2)))
    np.testing.assert_array_equal(pool.tied(a), pool.tied(a, stride=2))
    grad = random(*pool.forward(a).shape)
    for ties in pool.TIES:
        switches = pool.switches(a, ties)
        np.testing.assert_array_equal(switches, pool.switches(a, ties, size=2))
        back = pool.backward(grad, pool.winners(a, ties))
        np.testing.assert_array_equal(pool.scatter(grad, switches, a.shape[-2:]), back)
        again = pool.scatter(grad, switches, a.shape[-2:], size=2)
        np.testing.assert_array_equal(again, back)


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
        grad, switches = pool.forward(a, 3, 1), pool.switches(a, ties, 3, 1)
        assert switches.dtype == (np.float32 if ties == "split" else bool)
        assert pool.scatter(grad, switches, (4, 4), 3, 1).dtype == np.float32
    assert pool.mean(a, 3, 1).dtype == np.float32
    assert pool.mean_backward(grad, (4, 4), 3, 1).dtype == np.float32


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
        ("switches", (np.zeros((3, 3)),), EVEN + "(3, 3)"),
        ("switches", (A1, "last"), "ties: expected 'first' or 'split' or 'all', got 'last'"),
        ("mean", (np.zeros((3, 3)),), EVEN + "(3, 3)"),
        ("forward", (A1[0], 2), "a: expected shape (..., H, W), got (4,)"),
        ("forward", (A1, 3), "size: expected a window no larger than the map (2, 4), got (3, 3)"),
        ("mean", (A1, (1, 5)), "size: expected a window no larger than the map (2, 4), got (1, 5)"),
        ("scatter", (A1 > 0, A1 > 0, (4, 8)), f"grad: {FLOATS} bool"),
        (
            "scatter",
            (A1, np.ones((2, 4, 9), bool), (4, 8)),
            "switches: expected shape (2, 4, 4), got (2, 4, 9)",
        ),
        (
            "scatter",
            (A1, 2.0 * np.ones((2, 4, 4)), (4, 8)),
            "switches: expected truths, or shares from 0 to 1, got 2 to 2",
        ),
        (
            "scatter",
            (A1, np.ones((2, 4, 4), bool), (5, 8)),
            "shape: expected (H, W), both even, so that 2×2 windows fit, got (5, 8)",
        ),
        (
            "scatter",
            (A1, np.ones((2, 4, 4), bool), (4, 6)),
            "grad: expected shape (..., 2, 3), a number for each window of a map (4, 6), "
            "got (2, 4)",
        ),
        (
            "mean_backward",
            (A1, (3, 4), 2, 1),
            "grad: expected shape (..., 2, 3), a number for each window of a map (3, 4), "
            "got (2, 4)",
        ),
        (
            "mean_backward",
            (A1, (3, 4), 5),
            "size: expected a window no larger than the map (3, 4), got (5, 5)",
        ),
    ],
)
def test_bad_input(function, arguments, message):
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        getattr(pool, function)(*arguments)


@pytest.mark.parametrize(
    "name",
    ["forward", "winners", "backward", "mean", "switches", "scatter", "mean_backward"],
)
def test_the_loops_have_the_same_signature(name):
    loops = getattr(by_definition, f"pool_{name}")
    assert inspect.signature(loops) == inspect.signature(getattr(pool, name))
