"""The convolutional layer: F1, BP3, BP4, and the way back through it, BP5; stride and padding.

Filters and images are asymmetric and not square throughout: a filter that is rotated, mirrored
or transposed must not pass.
"""

import inspect
import re

import autograd.numpy as anp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from oracles import EXACT, autograd_slope, numbers, random, slid_over

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


def test_BP5_by_hand():
    # a single error sends the filter, as it is, back into the image
    delta = np.array([[0.0, 0], [0, 1]])
    expected = [[0, 0, 0], [0, 1, 2], [0, 0, -1]]
    np.testing.assert_array_equal(conv.backward(delta, W), expected)


def test_BP5_by_hand_with_maps_and_channels():
    # ∂C/∂a_{0,1} of the first channel = 1·2 of the first map, and 10·1 + 100·2 of the second
    delta = np.array([[[1.0, 0]], [[10.0, 100]]])
    w = np.array([[[[1.0, 2]], [[3.0, 4]]], [[[2.0, 1]], [[5.0, 6]]]])
    expected = [[[21, 212, 100]], [[53, 564, 600]]]
    np.testing.assert_array_equal(conv.backward(delta, w), expected)


# --- Stride and padding: every two rows, and a row of zeros above and below --------------------

EVERY_TWO_ROWS = {"stride": (2, 1), "padding": (1, 0)}
ERRORS = np.array([[1.0, 2], [3, 4]])


def test_F1s_by_hand():
    # z_{0,0} = 0.5 + 1·0 + 2·0 + 0·1 - 1·2, and z_{1,0} = 0.5 + 1·4 + 2·7 + 0·3 - 1·5
    z = conv.forward(A, W, 0.5, **EVERY_TWO_ROWS)
    np.testing.assert_array_equal(z, [[-1.5, 0.5], [13.5, 10.5]])
    # the zeros left and right: z_{0,0} = 0.5 + 2·1 - 1·4, and z_{0,1} = 0.5 + 1·0 + 0·6
    z = conv.forward(A, W, 0.5, stride=(1, 3), padding=(0, 1))
    np.testing.assert_array_equal(z, [[-1.5, 0.5], [5.5, 6.5]])


def test_BP4s_by_hand():
    # ∂C/∂w_{0,0} = 3·4 + 4·7, since of the first row of fields the upper half is padding
    found = conv.nabla_w(ERRORS, A, W, **EVERY_TWO_ROWS)
    np.testing.assert_array_equal(found, [[40, 45], [34, 53]])


def test_BP5s_by_hand():
    found = conv.backward(ERRORS, W, **EVERY_TWO_ROWS, shape=(3, 3))
    expected = [[0, -1, -2], [3, 10, 8], [0, -3, -4]]
    np.testing.assert_array_equal(found, expected)
    # an image of two rows leaves as many places: its third row is padding, and cut off
    found = conv.backward(ERRORS, W, **EVERY_TWO_ROWS)
    np.testing.assert_array_equal(found, expected[:2])


def test_BP5s_what_no_field_reaches_gets_0():
    back = conv.backward(ERRORS, W, stride=3, shape=(7, 6))
    reached = [[1, 2, 0, 2, 4, 0], [0, -1, 0, 0, -2, 0], [0] * 6]
    reached += [[3, 6, 0, 4, 8, 0], [0, -3, 0, 0, -4, 0], [0] * 6, [0] * 6]
    np.testing.assert_array_equal(back, reached)


def test_BP5s_an_error_that_lies_in_the_padding_goes_nowhere():
    # the filter has one weight, so the errors at the edge have seen nothing but zeros
    delta, w = np.arange(1.0, 26).reshape(5, 5), np.array([[2.0]])
    np.testing.assert_array_equal(conv.backward(delta, w, padding=2), [[26.0]])
    np.testing.assert_array_equal(conv.nabla_w(delta, np.array([[3.0]]), w, padding=2), [[39.0]])


def test_the_sizes_by_hand():
    assert [conv.size(n, 3, stride=2) for n in (3, 4, 5, 6, 7)] == [1, 1, 2, 2, 3]
    assert conv.size(28, 5) == 24
    assert conv.size(28, 5, padding=2) == 28
    assert conv.size(227, 11, stride=4) == 55  # the first layer of AlexNet
    assert conv.size(1, 3, stride=3, padding=1) == 1


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


@st.composite
def moved_layers(draw):
    """Draw a layer with stride and padding, and a δ; the fields may leave an edge unseen."""
    kernel, stride, padding = (
        (draw(st.integers(least, most)), draw(st.integers(least, most)))
        for least, most in ((1, 4), (1, 3), (0, 3))
    )
    more = draw(st.integers(0, 3)), draw(st.integers(0, 3))
    axes = list(zip(kernel, stride, padding, strict=True))
    image = [max(1, k - 2 * p + n) for (k, _, p), n in zip(axes, more, strict=True)]
    places = [(n + 2 * p - k) // s + 1 for n, (k, s, p) in zip(image, axes, strict=True)]
    batch = draw(st.sampled_from([(), (2,), (2, 1)]))
    maps, channels = draw(st.sampled_from([((), ()), ((1,), ()), ((3,), ()), ((2,), (3,))]))
    a, w = draw(numbers((*batch, *channels, *image))), draw(numbers((*maps, *channels, *kernel)))
    return a, w, draw(numbers(maps)), draw(numbers((*batch, *maps, *places))), stride, padding


@given(moved_layers())
def test_F1s_BP4s_BP5s_loops_agree(layer):
    a, w, b, delta, *moved = layer
    z, shape = conv.forward(a, w, b, *moved), a.shape[-2:]
    np.testing.assert_allclose(z, by_definition.conv_forward(a, w, b, *moved), **EXACT)
    back = conv.backward(delta, w, *moved, shape)
    np.testing.assert_allclose(back, by_definition.conv_backward(delta, w, *moved, shape), **EXACT)
    nabla_w = conv.nabla_w(delta, a, w, *moved)
    np.testing.assert_allclose(nabla_w, by_definition.conv_nabla_w(delta, a, w, *moved), **EXACT)
    back = conv.backward(delta, w, *moved)
    np.testing.assert_allclose(back, by_definition.conv_backward(delta, w, *moved), **EXACT)


@given(moved_layers())
def test_F1s_BP4s_BP5s_are_adjoint(layer):
    a, w, b, delta, *moved = layer
    forward = np.vdot(conv.forward(a, w, np.zeros_like(b), *moved), delta)
    back = conv.backward(delta, w, *moved, a.shape[-2:])
    assert back.shape == a.shape
    assert abs(forward - np.vdot(a, back)) <= 1e-12 * max(1, abs(forward))
    nabla_w = conv.nabla_w(delta, a, w, *moved)
    assert abs(forward - np.vdot(w, nabla_w)) <= 1e-12 * max(1, abs(forward))


@given(moved_layers())
def test_the_sizes_are_those_of_the_fields_that_are_there(layer):
    a, w, _, delta, stride, padding = layer
    sizes = map(conv.size, a.shape[-2:], w.shape[-2:], stride, padding)
    assert tuple(sizes) == delta.shape[-2:]
    fields = conv.receptive_fields(a, w, stride, padding)
    assert fields.shape[-4:] == (*delta.shape[-2:], *w.shape[-2:])
    smallest = conv.image_shape(delta, w, stride, padding)
    assert all(found <= there for found, there in zip(smallest, a.shape[-2:], strict=True))


@given(moved_layers())
def test_F1s_BP4s_BP5s_autograd_agrees(layer):
    a, w, b, delta, *moved = layer

    def cost(a=a, w=w):
        seen = slid_over(a, w.shape[-2:], *moved)
        sums = 0.0
        for (l, m), pixels in seen.items():
            if w.ndim == 2:
                sums = sums + w[l, m] * pixels
            elif w.ndim == 3:
                sums = sums + w[:, l, m][:, None, None] * pixels[..., None, :, :]
            else:
                product = w[:, :, l, m][:, :, None, None] * pixels[..., None, :, :, :]
                sums = sums + anp.sum(product, axis=-3)
        return anp.sum(sums * delta)

    assert cost() == pytest.approx(np.vdot(conv.forward(a, w, 0 * b, *moved), delta), abs=1e-12)
    back = conv.backward(delta, w, *moved, a.shape[-2:])
    np.testing.assert_allclose(back, autograd_slope(lambda x: cost(a=x), a), **EXACT)
    nabla_w = conv.nabla_w(delta, a, w, *moved)
    np.testing.assert_allclose(nabla_w, autograd_slope(lambda x: cost(w=x), w), **EXACT)


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
@pytest.mark.parametrize("moved", [(1, 0), (2, 1), ((3, 2), (0, 2)), ((1, 3), (3, 1))])
def test_central_differences(a, w, moved):
    b = random(*w.shape[:1]) if w.ndim > 2 else np.array(0.3)
    z = conv.forward(a, w, b, *moved)
    weights = random(*z.shape, seed=9)  # f = Σ weights ⊙ z, so δ = weights

    def f(a=a, w=w, b=b):
        return np.vdot(weights, conv.forward(a, w, b, *moved))

    back = conv.backward(weights, w, *moved, a.shape[-2:])
    for found, measured in (
        (back, central_differences(lambda x: f(a=x), a)),
        (conv.nabla_w(weights, a, w, *moved), central_differences(lambda x: f(w=x), w)),
        (conv.nabla_b(weights, w), central_differences(lambda x: f(b=x), b)),
    ):
        assert relative_error(found, measured) < 1e-6


@pytest.mark.parametrize("wrong", [np.rot90(W, 2), W.T, W[::-1], W[:, ::-1], np.rot90(W)])
def test_a_turned_filter_would_be_noticed(wrong):
    assert not np.allclose(conv.forward(A, wrong, 0.5), conv.forward(A, W, 0.5))
    asked = {**EVERY_TWO_ROWS, "shape": (3, 3)}
    assert not np.allclose(conv.backward(ERRORS, wrong, **asked), conv.backward(ERRORS, W, **asked))


def test_float32_stays():
    a, w = random(2, 6, 6, dtype=np.float32), random(3, 2, dtype=np.float32)
    z = conv.forward(a, w, 0.5)
    results = [z, conv.backward(z, w), conv.nabla_w(z, a, w), conv.nabla_b(z, w)]
    z = conv.forward(a, w, 0.5, 2, 1)
    results += [z, conv.backward(z, w, 2, 1), conv.nabla_w(z, a, w, 2, 1)]
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
    fields = conv.receptive_fields(A, W, stride=(1, 2))
    np.testing.assert_array_equal(fields[1, 0], [[4, 7], [3, 5]])
    assert np.shares_memory(fields, A)
    fields = conv.receptive_fields(A, W, stride=2, padding=1)
    np.testing.assert_array_equal(fields[0, 1], [[0, 0], [2, 0]])


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
        (
            "forward",
            (IMAGE[:2], FILTER, 0.0, 1, 1),
            "w: expected a filter no larger than the padded image (4, 30), got (5, 5)",
        ),
        ("nabla_w", (ERROR, IMAGE, FILTER, 2), "delta: expected shape (12, 12), got (24, 24)"),
        (
            "nabla_w",
            (ERROR, IMAGE, FILTER, (1, 2), (0, 2)),
            "delta: expected shape (24, 14), got (24, 24)",
        ),
        (
            "backward",
            (ERROR, FILTER, 2, 0, (28, 28)),
            "shape: expected (H, W) that leaves (24, 24) places to the filter, got (28, 28), "
            "which leaves (12, 12)",
        ),
        (
            "backward",
            (ERROR, FILTER, 1, 0, (3, 28)),
            "shape: expected (H, W) that leaves (24, 24) places to the filter, got (3, 28), "
            "which leaves (-1, 24)",
        ),
        (
            "backward",
            (ERROR[:1], FILTER[:1], 1, 2),
            "delta: expected as many places as an image leaves to a filter (1, 5), got (1, 24)",
        ),
        ("size", (28, 29), "kernel: expected a whole number, at most 28, got 29"),
        ("size", (1, 4, 1, 1), "kernel: expected a whole number, at most 3, got 4"),
    ],
)
def test_bad_input(function, arguments, message):
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        getattr(conv, function)(*arguments)


@pytest.mark.parametrize("name", ["forward", "backward", "nabla_b", "nabla_w"])
def test_the_loops_have_the_same_signature(name):
    loops = getattr(by_definition, f"conv_{name}")
    assert inspect.signature(loops) == inspect.signature(getattr(conv, name))
