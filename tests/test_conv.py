"""The convolutional layer: F1, BP3, BP4, and the way back through it.

Filters and images are asymmetric and not square throughout: a filter that is rotated, mirrored
or transposed must not pass.
"""

import inspect
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from oracles import EXACT, numbers, random

from convnet_lib import by_definition, conv
from convnet_lib.gradient_check import central_differences, relative_error

A = np.array([[1.0, 2, 0], [4, 7, 6], [3, 5, 9]])
W = np.array([[1.0, 2], [0, -1]])


def test_F1_by_hand():
    # z_{0,0} = 0.5 + 1·1 + 2·2 + 0·4 - 1·7, and so on
    np.testing.assert_array_equal(conv.forward(A, W, 0.5), [[-1.5, -3.5], [13.5, 10.5]])


def test_F1_by_hand_not_square():
    w = np.array([[1.0, 10, 100]])
    np.testing.assert_array_equal(conv.forward(A, w, 0.0), [[21], [674], [953]])


def test_F1_a_lone_pixel_shows_the_filter_rotated():
    a = np.zeros((3, 3))
    a[1, 1] = 1
    np.testing.assert_array_equal(conv.forward(a, W, 0.0), [[-1, 0], [2, 1]])


def test_F1_by_hand_with_maps_and_channels():
    w, b = np.stack([W, -W]), np.array([0.5, 0.0])
    z = conv.forward(A, w, b)
    np.testing.assert_array_equal(z, [[[-1.5, -3.5], [13.5, 10.5]], [[2, 4], [-13, -10]]])
    # two channels into one map: their sums add up, the bias counts once
    z = conv.forward(np.stack([A, 10 * A]), np.stack([W, W])[None], np.array([0.5]))
    np.testing.assert_array_equal(z, [[[-21.5, -43.5], [143.5, 110.5]]])


def test_BP3_by_hand():
    delta = np.array([[1.0, -2], [3, 4]])
    assert conv.nabla_b(delta, W) == 6
    maps = conv.nabla_b(np.stack([delta, 10 * delta]), np.stack([W, W]))
    np.testing.assert_array_equal(maps, [6, 60])


def test_BP3_is_a_sum_over_the_batch_too():
    delta = random(3, 2, 4, 5, 3)
    maps = conv.nabla_b(delta.reshape(6, 4, 5, 3), random(4, 2, 2))
    np.testing.assert_allclose(maps, delta.sum(axis=(0, 1, 3, 4)), **EXACT)
    np.testing.assert_allclose(conv.nabla_b(delta, W), delta.sum(), **EXACT)


def test_BP4_by_hand():
    delta = np.array([[1.0, 0], [0, 3]])
    # ∂C/∂w_{l,m} = 1·a_{l,m} + 3·a_{1+l,1+m}
    np.testing.assert_array_equal(conv.nabla_w(delta, A, W), [[22, 20], [19, 34]])


def test_BP4_by_hand_not_square():
    delta = np.array([[1.0], [0], [-1]])
    w = np.zeros((1, 3))
    np.testing.assert_array_equal(conv.nabla_w(delta, A, w), [[-2, -3, -9]])


def test_the_way_back_by_hand():
    # a single error sends the filter, as it is, back into the image
    delta = np.array([[0.0, 0], [0, 1]])
    expected = [[0, 0, 0], [0, 1, 2], [0, 0, -1]]
    np.testing.assert_array_equal(conv.backward(delta, W), expected)


@st.composite
def layers(draw):
    """Draw an image, a filter, a bias and an error that belong together, with any axes."""
    size = st.integers(1, 3)
    kernel, grown = (draw(size), draw(size)), (draw(size), draw(size))
    image = tuple(k + n - 1 for k, n in zip(kernel, grown, strict=True))
    batch = draw(st.sampled_from([(), (1,), (2,), (2, 3)]))
    maps, channels = draw(st.sampled_from([((), ()), ((1,), ()), ((3,), ()), ((2,), (3,))]))
    a, w = draw(numbers((*batch, *channels, *image))), draw(numbers((*maps, *channels, *kernel)))
    return a, w, draw(numbers(maps)), draw(numbers((*batch, *maps, *grown)))


@given(layers())
def test_loops_agree(layer):
    a, w, b, delta = layer
    z = conv.forward(a, w, b)
    np.testing.assert_allclose(z, by_definition.conv_forward(a, w, b), **EXACT)
    back = conv.backward(delta, w)
    np.testing.assert_allclose(back, by_definition.conv_backward(delta, w), **EXACT)
    nabla_w = conv.nabla_w(delta, a, w)
    np.testing.assert_allclose(nabla_w, by_definition.conv_nabla_w(delta, a, w), **EXACT)
    nabla_b = conv.nabla_b(delta, w)
    np.testing.assert_allclose(nabla_b, by_definition.conv_nabla_b(delta, w), **EXACT)


@given(layers())
def test_shapes(layer):
    a, w, b, delta = layer
    assert conv.forward(a, w, b).shape == delta.shape
    assert conv.backward(delta, w).shape == a.shape
    assert conv.nabla_w(delta, a, w).shape == w.shape
    assert conv.nabla_b(delta, w).shape == b.shape


@given(layers())
def test_the_way_back_is_the_adjoint(layer):
    """⟨conv(x), y⟩ = ⟨x, convᵀ(y)⟩, for the input and, the sum being linear in w too, for w."""
    a, w, b, delta = layer
    forward = np.vdot(conv.forward(a, w, np.zeros_like(b)), delta)
    assert abs(forward - np.vdot(a, conv.backward(delta, w))) <= 1e-12 * max(1, abs(forward))
    assert abs(forward - np.vdot(w, conv.nabla_w(delta, a, w))) <= 1e-12 * max(1, abs(forward))


@given(layers())
def test_a_batch_is_its_examples(layer):
    a, w, b, delta = layer
    examples = a.shape[: a.ndim - (3 if w.ndim == 4 else 2)]
    one_by_one = [conv.forward(a[n], w, b) for n in np.ndindex(examples)]
    z = conv.forward(a, w, b)
    np.testing.assert_allclose(z.reshape(-1, *z.shape[len(examples) :]), one_by_one, **EXACT)
    total = sum(conv.nabla_w(delta[n], a[n], w) for n in np.ndindex(examples))
    np.testing.assert_allclose(conv.nabla_w(delta, a, w), total, **EXACT)


@pytest.mark.parametrize(
    ("a", "w"),
    [
        (random(2, 6, 7), random(3, 2)),
        (random(2, 6, 7), random(4, 3, 2)),
        (random(2, 3, 6, 7), random(4, 3, 3, 2)),
    ],
    ids=["filter", "maps", "channels"],
)
def test_central_differences(a, w):
    b = random(*w.shape[:1]) if w.ndim > 2 else np.array(0.3)
    weights = random(*conv.forward(a, w, b).shape, seed=9)  # f = Σ weights ⊙ z, so δ = weights

    def f(a=a, w=w, b=b):
        return np.vdot(weights, conv.forward(a, w, b))

    for found, measured in (
        (conv.backward(weights, w), central_differences(lambda x: f(a=x), a)),
        (conv.nabla_w(weights, a, w), central_differences(lambda x: f(w=x), w)),
        (conv.nabla_b(weights, w), central_differences(lambda x: f(b=x), b)),
    ):
        assert relative_error(found, measured) < 1e-6


@pytest.mark.parametrize("wrong", [np.rot90(W, 2), W.T, W[::-1], W[:, ::-1], np.rot90(W)])
def test_a_turned_filter_would_be_noticed(wrong):
    assert not np.allclose(conv.forward(A, wrong, 0.5), conv.forward(A, W, 0.5))


def test_float32_stays():
    a, w = random(2, 6, 6, dtype=np.float32), random(3, 2, dtype=np.float32)
    z = conv.forward(a, w, 0.5)
    results = [z, conv.backward(z, w), conv.nabla_w(z, a, w), conv.nabla_b(z, w)]
    assert {r.dtype for r in results} == {np.dtype(np.float32)}


def test_nothing_is_changed():
    arguments = [random(2, 6, 7), random(3, 2), np.array(0.3), random(2, 4, 6)]
    copies = [x.copy() for x in arguments]
    a, w, b, delta = arguments
    conv.forward(a, w, b), conv.backward(delta, w), conv.nabla_w(delta, a, w)
    for x, copy in zip(arguments, copies, strict=True):
        np.testing.assert_array_equal(x, copy)


def test_an_empty_batch_has_no_gradient():
    a, delta = np.zeros((0, 6, 7)), np.zeros((0, 4, 6))
    assert conv.forward(a, np.ones((3, 2)), 0.0).shape == (0, 4, 6)
    np.testing.assert_array_equal(conv.nabla_w(delta, a, np.ones((3, 2))), np.zeros((3, 2)))


def test_a_receptive_field_is_a_window_of_the_image():
    fields = conv.receptive_fields(A, W)
    np.testing.assert_array_equal(fields[0, 1], [[2, 0], [7, 6]])
    assert np.shares_memory(fields, A)


IMAGE, FILTER = np.zeros((28, 28)), np.zeros((5, 5))
ERROR = np.zeros((24, 24))
W_SHAPES = "w: expected shape (KH, KW), (F, KH, KW) or (F, C, KH, KW), got "
FLOATS = "expected an array of float32 or float64, got"


@pytest.mark.parametrize(
    ("function", "arguments", "message"),
    [
        ("forward", (IMAGE.astype("uint8"), FILTER, 0.0), f"a: {FLOATS} uint8"),
        ("forward", (IMAGE, FILTER.astype(int), 0.0), f"w: {FLOATS} int64"),
        ("forward", (IMAGE, FILTER, 0), f"b: {FLOATS} int64"),
        ("forward", (IMAGE, FILTER, None), f"b: {FLOATS} object"),
        ("forward", (IMAGE[0], FILTER, 0.0), "a: expected shape (..., H, W), got (28,)"),
        ("forward", (IMAGE, FILTER[0], 0.0), W_SHAPES + "(5,)"),
        ("forward", (IMAGE, 1.0, 0.0), W_SHAPES + "()"),
        ("forward", (IMAGE, np.zeros((1,) * 5), 0.0), W_SHAPES + "(1, 1, 1, 1, 1)"),
        ("forward", (IMAGE, FILTER[:0], 0.0), W_SHAPES + "(0, 5)"),
        ("forward", (IMAGE, FILTER, np.zeros(1)), "b: expected shape (), got (1,)"),
        ("forward", (IMAGE, FILTER[None], 0.0), "b: expected shape (1,), got ()"),
        (
            "forward",
            (IMAGE[:4], FILTER, 0.0),
            "w: expected a filter no larger than the image (4, 28), got (5, 5)",
        ),
        (
            "forward",
            (IMAGE, np.zeros((2, 3, 5, 5)), np.zeros(2)),
            "a: expected shape (..., 3, H, W) for w of shape (2, 3, 5, 5), got (28, 28)",
        ),
        ("backward", (ERROR[0], FILTER), "delta: expected shape (..., H', W'), got (24,)"),
        (
            "backward",
            (ERROR, np.zeros((2, 5, 5))),
            "delta: expected shape (..., 2, H', W') for w of shape (2, 5, 5), got (24, 24)",
        ),
        ("backward", (ERROR > 0, FILTER), f"delta: {FLOATS} bool"),
        ("nabla_b", (ERROR, FILTER[0]), W_SHAPES + "(5,)"),
        (
            "nabla_b",
            (np.zeros((3, 24, 24)), np.zeros((2, 5, 5))),
            "delta: expected shape (..., 2, H', W') for w of shape (2, 5, 5), got (3, 24, 24)",
        ),
        ("nabla_w", (ERROR[1:], IMAGE, FILTER), "delta: expected shape (24, 24), got (23, 24)"),
        (
            "nabla_w",
            (ERROR, IMAGE[None], FILTER),
            "delta: expected shape (1, 24, 24), got (24, 24)",
        ),
        ("nabla_w", (ERROR, IMAGE[0], FILTER), "a: expected shape (..., H, W), got (28,)"),
    ],
)
def test_bad_input(function, arguments, message):
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        getattr(conv, function)(*arguments)


@pytest.mark.parametrize("name", ["forward", "backward", "nabla_b", "nabla_w"])
def test_the_loops_have_the_same_signature(name):
    loops = getattr(by_definition, f"conv_{name}")
    assert inspect.signature(loops) == inspect.signature(getattr(conv, name))
