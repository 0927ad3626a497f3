"""What the tests of the quick steps share: networks, digits, and how two gradients are compared."""

import numpy as np
from oracles import random

from convnet_lib import ConvNet, data
from convnet_lib.gradient_check import relative_error

TOLERANCE = {np.float64: 1e-12, np.float32: 1e-5}
COSTS = ["quadratic", "cross_entropy"]
DIGITS = data.load_digits().train
Y = data.one_hot(DIGITS.labels)


def network(maps, dtype=np.float64, seed=1, **sizes):
    """A network whose biases are not 0."""
    net = ConvNet.random(maps, seed, **sizes)
    arrays = (net.w1, random(*net.b1.shape, seed=seed) / 5, net.w3, random(*net.b3.shape) / 3)
    return ConvNet(*(array.astype(dtype) for array in arrays))


def assert_same(found, expected, tolerance):
    """Compare what belongs to the four parameters, each by its own largest entry."""
    for name in ConvNet.parameters:
        one, other = getattr(found, name), getattr(expected, name)
        assert one.shape == other.shape, name
        assert one.dtype == other.dtype, name
        assert relative_error(one, other) <= tolerance, name
