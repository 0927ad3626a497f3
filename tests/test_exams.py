"""Exams of other people: what their courses and frameworks publish as the answers.

Each test names where its numbers stand, as repository and path. Numbers are facts; the code that
asks for them is ours. Where a source keeps channels last, `first` moves them.
"""

import numpy as np
import pytest

from convnet_lib import by_definition, conv, pool

#: Both the library and the loops sit each exam.
CANDIDATES = ("library", "loops")
each = pytest.mark.parametrize("candidate", CANDIDATES)


def room(candidate, name):
    """Return a layer's functions by one name, from the library or from the loops."""
    if candidate == "loops":
        return getattr(by_definition, name.replace(".", "_"))
    layer, function = name.split(".")
    return getattr({"conv": conv, "pool": pool}[layer], function)


def counted(*shape):
    """Return 1, 2, 3, … in a shape."""
    return np.arange(1.0, np.prod(shape) + 1).reshape(shape)


def first(x):
    """Return images (N, H, W, C) as (N, C, H, W)."""
    return np.moveaxis(x, -1, -3)


def last(x):
    """Return images (N, C, H, W) as one row of numbers, the channels running fastest."""
    return np.moveaxis(x, -3, -1).ravel()


def maps_first(w):
    """Return filters (KH, KW, C, F) as (F, C, KH, KW)."""
    return w.transpose(3, 2, 0, 1)


def maps_last(w):
    """Return filters (F, C, KH, KW) as one row of numbers, in the order (KH, KW, C, F)."""
    return w.transpose(2, 3, 1, 0).ravel()


# --- CS231n, assignment 2: published to 8 digits -----------------------------------------------


@each
def test_F1s_cs231n_the_naive_convolution(candidate):
    """CS231n, assignment 2, part 'Convolution: naive forward pass', stride 2 and padding 1.

    As in CS231n-Study/CS231n-Assignments, assignment2/ConvolutionalNetworks.ipynb.
    """
    x = np.linspace(-0.1, 0.5, 2 * 3 * 4 * 4).reshape(2, 3, 4, 4)
    w = np.linspace(-0.2, 0.3, 3 * 3 * 4 * 4).reshape(3, 3, 4, 4)
    z = room(candidate, "conv.forward")(x, w, np.linspace(-0.1, 0.2, 3), stride=2, padding=1)
    expected = [
        [[-0.08759809, -0.10987781], [-0.18387192, -0.2109216]],
        [[0.21027089, 0.21661097], [0.22847626, 0.23004637]],
        [[0.50813986, 0.54309974], [0.64082444, 0.67101435]],
        [[-0.98053589, -1.03143541], [-1.19128892, -1.24695841]],
        [[0.69108355, 0.66880383], [0.59480972, 0.56776003]],
        [[2.36270298, 2.36904306], [2.38090835, 2.38247847]],
    ]
    np.testing.assert_allclose(z.reshape(6, 2, 2), expected, rtol=0, atol=5.1e-9)


@each
@pytest.mark.parametrize("asked", [{}, {"size": 2, "stride": 2}])
def test_F3s_cs231n_the_naive_max_pooling(candidate, asked):
    """CS231n, assignment 2, part 'Max-Pooling: Naive Forward Pass'.

    As in CS231n-Study/CS231n-Assignments, assignment2/ConvolutionalNetworks.ipynb.
    """
    x = np.linspace(-0.3, 0.4, 2 * 3 * 4 * 4).reshape(2, 3, 4, 4)
    expected = [
        [-0.26315789, -0.24842105, -0.20421053, -0.18947368],
        [-0.14526316, -0.13052632, -0.08631579, -0.07157895],
        [-0.02736842, -0.01263158, 0.03157895, 0.04631579],
        [0.09052632, 0.10526316, 0.14947368, 0.16421053],
        [0.20842105, 0.22315789, 0.26736842, 0.28210526],
        [0.32631579, 0.34105263, 0.38526316, 0.4],
    ]
    found = room(candidate, "pool.forward")(x, **asked).reshape(6, 4)
    np.testing.assert_allclose(found, expected, rtol=0, atol=5.1e-9)


# --- DeepLearning.AI, Convolutional Neural Networks, week 1 ------------------------------------
# The exercise 'Convolution Model - Step by Step', as in bowsplinter/deep-learning-specialization,
# Convolutional Neural Networks/Week1/Convolution+model+-+Step+by+Step+-+v2.ipynb.


def step_by_step():
    """Draw what the exercise 'Convolution Model - Step by Step' draws, channels first."""
    draw = np.random.RandomState(1).randn
    a, w, b = draw(10, 4, 4, 3), draw(2, 2, 3, 8), draw(1, 1, 1, 8)
    return first(a), maps_first(w), b.ravel()


@each
def test_F1s_deeplearning_ai_forward(candidate):
    """The mean of Z and one place of it, stride 2 and padding 2."""
    z = room(candidate, "conv.forward")(*step_by_step(), stride=2, padding=2)
    assert z.mean() == pytest.approx(0.0489952035289, abs=5e-14)
    expected = [-0.61490741, -6.7439236, -2.55153897, 1.75698377]
    expected += [3.56208902, 0.53036437, 5.18531798, 8.75898442]
    np.testing.assert_allclose(z[3, :, 2, 1], expected, rtol=0, atol=5.1e-9)


@each
def test_BP4s_BP5s_deeplearning_ai_backward(candidate):
    """The means of dA, dW and db, with Z itself for the error, stride 2 and padding 2."""
    a, w, b = step_by_step()
    delta = conv.forward(a, w, b, stride=2, padding=2)
    nabla_a = room(candidate, "conv.backward")(delta, w, stride=2, padding=2, shape=(4, 4))
    nabla_w = room(candidate, "conv.nabla_w")(delta, a, w, stride=2, padding=2)
    assert nabla_a.mean() == pytest.approx(1.45243777754, abs=5e-12)
    assert nabla_w.mean() == pytest.approx(1.72699145831, abs=5e-12)
    nabla_b = room(candidate, "conv.nabla_b")(delta, w)
    assert nabla_b.mean() == pytest.approx(7.83923256462, abs=5e-12)


@each
def test_F3s_F3m_deeplearning_ai_forward(candidate):
    """Windows of 3 by 3 with stride 2 on maps of 4 by 4: one fits, and it leaves an edge out."""
    a = first(np.random.RandomState(1).randn(2, 4, 4, 3))
    largest = room(candidate, "pool.forward")(a, size=3, stride=2)
    expected = [1.74481176, 0.86540763, 1.13376944, 1.13162939, 1.51981682, 2.18557541]
    np.testing.assert_allclose(last(largest), expected, rtol=0, atol=5.1e-9)
    mean = room(candidate, "pool.mean")(a, size=3, stride=2)
    expected = [0.02105773, -0.20328806, -0.40389855, -0.22154621, 0.51716526, 0.48155844]
    np.testing.assert_allclose(last(mean), expected, rtol=0, atol=5.1e-9)


@each
def test_BP2s_BP2m_deeplearning_ai_backward(candidate):
    """Windows of 2 by 2 with stride 1, on maps of 5 by 3; the exercise prints dA_prev[1, 1].

    dA has one row and one column of windows fewer than its A_prev, (5, 4, 2, 2) for (5, 5, 3, 2).
    """
    draw = np.random.RandomState(1).randn
    a, grad = first(draw(5, 5, 3, 2)), first(draw(5, 4, 2, 2))
    assert grad.mean() == pytest.approx(0.145713902729, abs=5e-13)
    asked = {"size": 2, "stride": 1}
    switches = room(candidate, "pool.switches")(a, **asked)
    back = room(candidate, "pool.scatter")(grad, switches, (5, 3), **asked)
    expected = [[0, 0], [5.05844394, -1.68282702], [0, 0]]
    np.testing.assert_allclose(back[1, :, 1].T, expected, rtol=0, atol=5.1e-9)
    back = room(candidate, "pool.mean_backward")(grad, (5, 3), **asked)
    expected = [[0.08485462, 0.2787552], [1.26461098, -0.25749373], [1.17975636, -0.53624893]]
    np.testing.assert_allclose(back[1, :, 1].T, expected, rtol=0, atol=5.1e-9)


# --- TensorFlow: tensorflow/tensorflow, tensorflow/python/kernel_tests/conv_ops_test.py --------

FORWARD = {
    "1x2": (
        (2, 3, 3),
        (1, 2, 3, 3),
        1,
        [231, 252, 273, 384, 423, 462, 690, 765, 840, 843, 936, 1029],
    ),
    "2x2": ((2, 3, 3), (2, 2, 3, 3), 1, [2271, 2367, 2463, 2901, 3033, 3165]),
    "2x2 stride 2": ((2, 3, 3), (2, 2, 3, 3), 2, [2271, 2367, 2463]),
    "2x2 stride 1x2": ((3, 6, 1), (2, 2, 1, 1), (1, 2), [58, 78, 98, 118, 138, 158]),
    "smaller than the stride": ((7, 7, 1), (2, 2, 1, 1), 3, [65, 95, 275, 305]),
    "1x1 stride 2 on 3x3": ((3, 3, 1), (1, 1, 1, 1), 2, [1, 3, 7, 9]),
    "1x1 stride 2 on 4x4": ((4, 4, 1), (1, 1, 1, 1), 2, [1, 3, 9, 11]),
}


@each
@pytest.mark.parametrize(("image", "filters", "stride", "expected"), FORWARD.values(), ids=FORWARD)
def test_F1s_tensorflow_conv2d(candidate, image, filters, stride, expected):
    """testConv2D1x2Filter, 2x2Filter, …Stride2, …Stride1x2, KernelSmallerThanStride…"""
    a, w = first(counted(1, *image)), maps_first(counted(*filters))
    z = room(candidate, "conv.forward")(a, w, np.zeros(len(w)), stride)
    np.testing.assert_array_equal(last(z), expected)


BACKWARD = {
    "depth 1": ((2, 3), (2, 2, 1, 1), (1, 2, 1), 1, [1, 4, 4, 3, 10, 8]),
    "depth 3": (
        (2, 3),
        (2, 2, 3, 3),
        (1, 2, 3),
        1,
        [14, 32, 50, 100, 163, 226, 167, 212, 257, 122, 140, 158, 478, 541, 604, 437, 482, 527],
    ),
    "stride 1x2": (
        (3, 6),
        (2, 2, 1, 1),
        (2, 3, 1),
        (1, 2),
        [1, 2, 2, 4, 3, 6, 7, 12, 11, 18, 15, 24, 12, 16, 15, 20, 18, 24],
    ),
    "1x1 stride 2": (
        (4, 4),
        (1, 1, 1, 1),
        (2, 2, 1),
        2,
        [1, 0, 2, 0, 0, 0, 0, 0, 3, 0, 4, 0, 0, 0, 0, 0],
    ),
    "as large as the image": ((2, 2), (2, 2, 1, 2), (1, 1, 2), 1, [5, 11, 17, 23]),
}


@each
@pytest.mark.parametrize(
    ("shape", "filters", "error", "stride", "expected"), BACKWARD.values(), ids=BACKWARD
)
def test_BP5s_tensorflow_conv2d_backprop_input(candidate, shape, filters, error, stride, expected):
    """testConv2D2x2Depth1ValidBackpropInput and its brothers; the fourth needs the shape of a."""
    delta, w = first(counted(1, *error)), maps_first(counted(*filters))
    back = room(candidate, "conv.backward")(delta, w, stride, shape=shape)
    np.testing.assert_array_equal(last(back), expected)


DEPTH_3 = [17, 22, 27, 22, 29, 36, 27, 36, 45, 32, 43, 54, 37, 50, 63, 42, 57, 72]
DEPTH_3 += [62, 85, 108, 67, 92, 117, 72, 99, 126, 77, 106, 135, 82, 113, 144, 87, 120, 153]
NABLA_W = {
    "depth 1": ((2, 3, 1), (2, 2, 1, 1), (1, 2, 1), 1, [5, 8, 14, 17]),
    "depth 3": ((2, 3, 3), (2, 2, 3, 3), (1, 2, 3), 1, DEPTH_3),
    "stride 1x2": ((3, 6, 1), (2, 2, 1, 1), (2, 3, 1), (1, 2), [161, 182, 287, 308]),
    "1x1 stride 2": ((4, 4, 1), (1, 1, 1, 1), (2, 2, 1), 2, [78]),
}


@each
@pytest.mark.parametrize(
    ("image", "filters", "error", "stride", "expected"), NABLA_W.values(), ids=NABLA_W
)
def test_BP4s_tensorflow_conv2d_backprop_filter(candidate, image, filters, error, stride, expected):
    """testConv2D2x2Depth1ValidBackpropFilter and its brothers."""
    a, delta = first(counted(1, *image)), first(counted(1, *error))
    w = maps_first(np.zeros(filters))
    found = room(candidate, "conv.nabla_w")(delta, a, w, stride)
    np.testing.assert_array_equal(maps_last(found), expected)


# --- TensorFlow: tensorflow/python/kernel_tests/pooling_ops_test.py ----------------------------

POOLED = {
    "max 2x2": ("forward", (3, 3, 3), (2, 2), (2, 2), [13, 14, 15]),
    "max stride 1x2": ("forward", (4, 4, 1), (2, 2), (1, 2), [6, 8, 10, 12, 14, 16]),
    "max stride 2x1": ("forward", (4, 4, 1), (2, 2), (2, 1), [6, 7, 8, 14, 15, 16]),
    "mean stride 1x2": ("mean", (3, 3, 3), (2, 2), (1, 2), [7, 8, 9, 16, 17, 18]),
    "mean stride 2x1": ("mean", (3, 3, 3), (2, 2), (2, 1), [7, 8, 9, 10, 11, 12]),
}


@each
@pytest.mark.parametrize(
    ("function", "image", "size", "stride", "expected"), POOLED.values(), ids=POOLED
)
def test_F3s_F3m_tensorflow_pooling(candidate, function, image, size, stride, expected):
    """testMaxPoolValidPadding, testMaxPoolValidPaddingUnevenStride, testAvgPool…UnevenStride."""
    found = room(candidate, f"pool.{function}")(first(counted(1, *image)), size, stride)
    np.testing.assert_array_equal(last(found), expected)


CHESS = [[1.0, 0, 1, 0], [0, 1, 0, 1], [1, 0, 1, 0], [0, 1, 0, 1]]
EVEN = [[11.0, 12, 13, 0], [15, 16, 17, 0], [19, 20, 21, 0], [0, 0, 0, 0]]
TIED = {
    "all the same": (np.ones((4, 4)), EVEN),
    "no number": (np.full((4, 4), np.nan), EVEN),
    "every other": (CHESS, [[11, 0, 25, 0], [0, 31, 0, 17], [19, 0, 41, 0], [0, 0, 0, 0]]),
}


@each
@pytest.mark.parametrize(("a", "expected"), TIED.values(), ids=TIED)
def test_BP2s_tensorflow_ties_in_windows_that_overlap(candidate, a, expected):
    """testMaxPoolGradDirect 1_1, 1_2 and WithNans2_1: the first of the tied gets it all."""
    grad = np.array([[11.0, 12, 13], [15, 16, 17], [19, 20, 21]])
    switches = room(candidate, "pool.switches")(np.array(a), size=2, stride=1)
    back = room(candidate, "pool.scatter")(grad, switches, (4, 4), size=2, stride=1)
    np.testing.assert_array_equal(back, expected)


# --- PyTorch: pytorch/pytorch, test/nn/test_pooling.py -----------------------------------------


@each
@pytest.mark.parametrize("asked", [{}, {"size": 2}])
def test_F3s_BP2s_pytorch_the_winners_places(candidate, asked):
    """_test_maxpool_indices, two images of two channels, 4 by 4."""
    a = counted(2, 2, 4, 4)
    found = room(candidate, "pool.forward")(a, **asked)
    expected = [
        [[[6, 8], [14, 16]], [[22, 24], [30, 32]]],
        [[[38, 40], [46, 48]], [[54, 56], [62, 64]]],
    ]
    np.testing.assert_array_equal(found, expected)
    switches = room(candidate, "pool.switches")(a, **asked)
    back = room(candidate, "pool.scatter")(np.ones((2, 2, 2, 2)), switches, (4, 4), **asked)
    ones = np.array([[0, 0, 0, 0], [0, 1, 0, 1], [0, 0, 0, 0], [0, 1, 0, 1]])
    np.testing.assert_array_equal(back, np.broadcast_to(ones, a.shape))


# --- Caffe: BVLC/caffe, src/caffe/test/test_pooling_layer.cpp ----------------------------------

MAGIC = [
    [35.0, 1, 6, 26, 19, 24],
    [3, 32, 7, 21, 23, 25],
    [31, 9, 2, 22, 27, 20],
    [8, 28, 33, 17, 10, 15],
    [30, 5, 34, 12, 14, 16],
    [4, 36, 29, 13, 18, 11],
]
HIGH = [[35, 32, 26, 27, 27], [32, 33, 33, 27, 27], [31, 34, 34, 27, 27], [36, 36, 34, 18, 18]]
HIGH_AT = [[0, 7, 3, 16, 16], [7, 20, 20, 16, 16], [12, 26, 26, 16, 16], [31, 31, 26, 34, 34]]
WIDE = [[35, 32, 26, 26], [32, 32, 27, 27], [33, 33, 33, 27], [34, 34, 34, 17], [36, 36, 34, 18]]
WIDE_AT = [[0, 7, 3, 3], [7, 7, 16, 16], [20, 20, 20, 16], [26, 26, 26, 21], [31, 31, 26, 34]]
SQUARE = [[1.0, 2, 5, 2, 3], [9, 4, 1, 4, 8], [1, 2, 5, 2, 3]]
CAFFE = {
    "square": (SQUARE, (2, 2), [[9, 5, 5, 8], [9, 5, 5, 8]], [[5, 2, 2, 9], [5, 12, 12, 9]]),
    "high": (MAGIC, (3, 2), HIGH, HIGH_AT),
    "wide": (MAGIC, (2, 3), WIDE, WIDE_AT),
}


@each
@pytest.mark.parametrize(("a", "size", "expected", "at"), CAFFE.values(), ids=CAFFE)
def test_F3s_BP2s_caffe_windows_that_are_not_square(candidate, a, size, expected, at):
    """TestForwardSquare, TestForwardRectHigh and TestForwardRectWide, with stride 1.

    The winners' places, which Caffe counts through the map, are had from where 1 comes back to.
    """
    a = np.array(a)
    found = room(candidate, "pool.forward")(a, size, stride=1)
    np.testing.assert_array_equal(found, expected)
    switches = room(candidate, "pool.switches")(a, size=size, stride=1)
    for place in np.ndindex(found.shape):
        one = np.zeros(found.shape)
        one[place] = 1
        back = room(candidate, "pool.scatter")(one, switches, a.shape, size, stride=1)
        assert back.sum() == 1
        assert back.argmax() == np.array(at)[place]


# --- ONNX: onnx/onnx, onnx/backend/test/case/node/conv.py and convtranspose.py -----------------

ONNX = {
    "padding": (1, [[12, 27, 24], [63, 108, 81], [123, 198, 141], [112, 177, 124]]),
    "no padding": (0, [[54, 72], [144, 162], [234, 252]]),
    "padding above and below": ((1, 0), [[21, 33], [99, 117], [189, 207], [171, 183]]),
}


@each
@pytest.mark.parametrize(("padding", "expected"), ONNX.values(), ids=ONNX)
def test_F1s_onnx_convolution_with_strides(candidate, padding, expected):
    """test_conv_with_strides_padding, …_no_padding and …_and_asymmetric_padding."""
    a, w = np.arange(35.0).reshape(7, 5), np.ones((3, 3))
    found = room(candidate, "conv.forward")(a, w, 0.0, stride=2, padding=padding)
    np.testing.assert_array_equal(found, expected)


@each
def test_BP5s_onnx_transposed_convolution(candidate):
    """test_convtranspose_pads, strides (3, 2) and padding (1, 2): ∂C/∂a under another name."""
    delta, w = np.arange(9.0).reshape(3, 3), np.ones((3, 3))
    found = room(candidate, "conv.backward")(delta, w, stride=(3, 2), padding=(1, 2))
    expected = [[1, 1, 3]] * 2 + [[7, 4, 9]] * 3 + [[13, 7, 15]] * 2
    np.testing.assert_array_equal(found, expected)
