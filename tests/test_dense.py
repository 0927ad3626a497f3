"""The fully connected layer: F4, the sum in BP2, BP3a, BP4a; FC2, FC3, FC4."""

import inspect
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from oracles import EXACT, numbers, random

from convnet_lib import by_definition, dense
from convnet_lib.gradient_check import central_differences, relative_error

A = np.array([[1.0, 2, 3], [4, 5, 6]])
W = np.stack([np.eye(2, 3), 10 * np.ones((2, 3))])


def test_F4_by_hand():
    # neuron 0 sees a_{0,0} + a_{1,1}, neuron 1 ten times the sum of all
    np.testing.assert_array_equal(dense.forward(A, W, np.array([0.5, -1.0])), [6.5, 209])


def test_FC2_by_hand():
    w = np.array([[1.0, 2, 3], [4, 5, 6]])
    np.testing.assert_array_equal(dense.backward(np.array([1.0, -1.0]), w), [-3, -3, -3])


def test_BP2_the_sum_by_hand():
    back = dense.backward(np.array([2.0, 0.1]), W)
    np.testing.assert_array_equal(back, [[3, 1, 1], [1, 3, 1]])


def test_BP3a_FC3_by_hand():
    delta = np.array([[1.0, 2], [10, 20]])
    np.testing.assert_array_equal(dense.nabla_b(delta[0]), [1, 2])
    np.testing.assert_array_equal(dense.nabla_b(delta), [11, 22])


def test_BP4a_by_hand():
    np.testing.assert_array_equal(dense.nabla_w(np.array([2.0, -1]), A), [2 * A, -A])


def test_FC4_by_hand():
    delta, a = np.array([2.0, -1]), np.array([1.0, 0, 3])
    np.testing.assert_array_equal(dense.nabla_w(delta, a), [[2, 0, 6], [-1, 0, -3]])


@st.composite
def layers(draw):
    """Draw an input, weights, biases and an error that belong together, with any axes."""
    size = st.integers(1, 3)
    inputs = tuple(draw(st.lists(size, min_size=1, max_size=3)))
    batch, outputs = draw(st.sampled_from([(), (1,), (2,), (2, 3)])), draw(size)
    a, w = draw(numbers((*batch, *inputs))), draw(numbers((outputs, *inputs)))
    return a, w, draw(numbers((outputs,))), draw(numbers((*batch, outputs)))


@given(layers())
def test_loops_agree(layer):
    a, w, b, delta = layer
    z = dense.forward(a, w, b)
    np.testing.assert_allclose(z, by_definition.dense_forward(a, w, b), **EXACT)
    back = dense.backward(delta, w)
    np.testing.assert_allclose(back, by_definition.dense_backward(delta, w), **EXACT)
    nabla_w = dense.nabla_w(delta, a, w)
    np.testing.assert_allclose(nabla_w, by_definition.dense_nabla_w(delta, a, w), **EXACT)
    nabla_b = dense.nabla_b(delta, w)
    np.testing.assert_allclose(nabla_b, by_definition.dense_nabla_b(delta, w), **EXACT)


@given(layers())
def test_the_way_back_is_the_adjoint(layer):
    a, w, b, delta = layer
    forward = np.vdot(dense.forward(a, w, np.zeros_like(b)), delta)
    assert abs(forward - np.vdot(a, dense.backward(delta, w))) <= 1e-12 * max(1, abs(forward))
    assert abs(forward - np.vdot(w, dense.nabla_w(delta, a))) <= 1e-12 * max(1, abs(forward))


@pytest.mark.parametrize("inputs", [(5,), (3, 4), (2, 3, 4)], ids=["column", "map", "maps"])
def test_central_differences(inputs):
    a, w, b, weights = random(2, *inputs), random(4, *inputs), random(4), random(2, 4)

    def f(a=a, w=w, b=b):
        return np.vdot(weights, dense.forward(a, w, b))

    for found, measured in (
        (dense.backward(weights, w), central_differences(lambda x: f(a=x), a)),
        (dense.nabla_w(weights, a), central_differences(lambda x: f(w=x), w)),
        (dense.nabla_b(weights), central_differences(lambda x: f(b=x), b)),
    ):
        assert relative_error(found, measured) < 1e-6


def test_float32_stays():
    a, w, b = (random(*s, dtype=np.float32) for s in ((2, 3), (4, 3), (4,)))
    z = dense.forward(a, w, b)
    results = [z, dense.backward(z, w), dense.nabla_w(z, a), dense.nabla_b(z)]
    assert {r.dtype for r in results} == {np.dtype(np.float32)}


FLOATS = "expected an array of float32 or float64, got"
SHAPES = "w: expected shape (Q, K), (Q, H, W) or (Q, F, H, W), got "


@pytest.mark.parametrize(
    ("function", "arguments", "message"),
    [
        ("forward", (A.T, W, np.zeros(2)), "a: expected shape (..., 2, 3), got (3, 2)"),
        ("forward", (A, W, np.zeros(3)), "b: expected shape (2,), got (3,)"),
        ("forward", (A, W, 0.0), "b: expected shape (2,), got ()"),
        ("forward", (A, W[0, 0], np.zeros(3)), SHAPES + "(3,)"),
        ("forward", (A, W[:0], np.zeros(0)), SHAPES + "(0, 2, 3)"),
        ("forward", (A.astype(int), W, np.zeros(2)), f"a: {FLOATS} int64"),
        ("backward", (np.zeros(3), W), "delta: expected shape (..., 2), got (3,)"),
        ("backward", (np.zeros(2, bool), W), f"delta: {FLOATS} bool"),
        ("nabla_b", (1.0,), "delta: expected shape (..., Q), got ()"),
        ("nabla_b", (np.zeros(3), W), "delta: expected shape (..., 2), got (3,)"),
        (
            "nabla_w",
            (np.zeros((5, 2)), A),
            "a: expected shape (5, K or H, W or F, H, W) for delta of shape (5, 2), got (2, 3)",
        ),
        ("nabla_w", (np.zeros(2), A.T, W), "a: expected shape (..., 2, 3), got (3, 2)"),
        ("nabla_w", (np.zeros(3), A, W), "delta: expected shape (..., 2), got (3,)"),
    ],
)
def test_bad_input(function, arguments, message):
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        getattr(dense, function)(*arguments)


@pytest.mark.parametrize("name", ["forward", "backward", "nabla_b", "nabla_w"])
def test_the_loops_have_the_same_signature(name):
    loops = getattr(by_definition, f"dense_{name}")
    assert inspect.signature(loops) == inspect.signature(getattr(dense, name))
