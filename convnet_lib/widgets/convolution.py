"""The figure of F1 and F2: a filter on an image."""

import numpy as np
import traitlets

from .. import checks, conv
from ..activations import sigmoid
from .base import Array, GridFigure, images, strongest, written


def convolution(a0, w1, b1, presets=None):
    """Return the interactive figure of the convolution: a⁰, w¹, z¹ and a¹ (F1, F2).

    Point at an output neuron for its receptive field, the products, their sum and its
    activation; at a pixel for the outputs that it reaches; at a weight for the pixels that it
    multiplies. With Python running the filter, the bias and the image can be changed.

    Args:
        a0: an image, shape (28, 28) or any other, or up to 24 of them, shape (N, H, W).
        w1: one filter, shape (5, 5) or any other.
        b1: its bias, a number.
        presets: further filters for the menu, {name: array of w1's shape}.

    Returns:
        A `Convolution`, which a notebook shows.

    Raises:
        ValueError: if a shape or a dtype is wrong, or the filter is larger than the image.
    """
    text = written("convolution", a0=a0, w1=w1)
    a0, w1 = images("a0", a0), _filter("w1", w1)
    b1 = checks.floats("b1", b1)
    checks.shape("b1", b1, ())
    if w1.shape[0] > a0.shape[1] or w1.shape[1] > a0.shape[2]:
        expected = f"a filter no larger than the image {checks.written(a0.shape[1:])}"
        checks.refuse("w1", expected, checks.written(w1.shape))
    return Convolution(a0, w1, b1, _presets(w1, presets or {}), text)


class Convolution(GridFigure):
    """What `convolution` returns. Its traits are the arrays; assign to one and the page follows.

    Attributes:
        a0: images, shape (N, H, W).
        w1: the filter, shape (KH, KW).
        b1: the bias, shape ().
        z1: weighted inputs, shape (N, H', W'), computed.
        a1: activations, shape (N, H', W'), computed.
        given: the images as they were handed in.
        index: which image is shown.
        presets: filters by name.
    """

    _figure = traitlets.Unicode("convolution.js").tag(sync=True)
    a0, w1, b1, z1, a1 = Array(), Array(), Array(), Array(), Array()
    given = Array()
    index = traitlets.Int(0).tag(sync=True)
    presets = traitlets.Dict().tag(sync=True)

    def __init__(self, a0, w1, b1, presets, text):
        self._text = text
        z1 = conv.forward(a0, w1, np.float32(b1))
        a1 = sigmoid(z1)
        super().__init__(
            a0=a0,
            w1=w1,
            b1=b1,
            z1=z1,
            a1=a1,
            given=a0,
            presets={name: _wire(w) for name, w in presets.items()},
            pinned=strongest("z1", a1[0]),
        )

    def __repr__(self):
        return self._text

    @traitlets.observe("a0", "w1", "b1")
    def _forward(self, change):
        z1 = conv.forward(self.a0, self.w1, self.b1)
        with self.hold_sync():
            self.z1, self.a1 = z1, sigmoid(z1)
