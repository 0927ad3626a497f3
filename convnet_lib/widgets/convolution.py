"""The figure of F1 and F2: a filter on an image."""

import numpy as np
import traitlets

from .. import checks, conv, figures
from .base import Array, Arrays, GridFigure, Index, images, strongest, written


def convolution(a0, w1, b1, filters=None):
    """Return the interactive figure of the convolution: a⁰, w¹, z¹ and a¹ (F1, F2).

    Point at an output neuron for its receptive field, the products, their sum and its
    activation; at a pixel for the outputs that it reaches; at a weight for the pixels that it
    multiplies. Drag a weight, move the bias, choose another filter, or draw on the image: with
    pointer, pen, finger or keyboard, stroke by stroke back again, as drawn or centred as a digit
    of MNIST is.

    >>> from convnet_lib import widgets
    >>> widgets.convolution(np.zeros((4, 6)), np.array([[2.0, -1.0]]), 0.5)
    convolution(a0 (4, 6), w1 (1, 2))

    Args:
        a0: an image, shape (28, 28) or any other, or up to 24 of them, shape (N, H, W).
        w1: one filter, shape (5, 5) or any other.
        b1: its bias, a number.
        filters: further filters for the menu, {name: array of w1's shape}, a trained one say.

    Returns:
        A `Convolution`, which a notebook shows.

    Raises:
        ValueError: if a shape or a dtype is wrong, or the filter is larger than the image.
    """
    text = written("convolution", a0=a0, w1=w1)
    a0, w1 = images("a0", a0), _filter(w1)
    b1 = checks.finite("b1", b1)
    checks.shape("b1", b1, ())
    if w1.shape[0] > a0.shape[1] or w1.shape[1] > a0.shape[2]:
        expected = f"a filter no larger than the image {checks.written(a0.shape[1:])}"
        checks.refuse("w1", expected, checks.written(w1.shape))
    menu = {"as given": w1, **presets(*w1.shape)}
    for name, w in (filters or {}).items():
        menu[name] = checks.finite(f"filters[{name!r}]", w)
        checks.shape(f"filters[{name!r}]", menu[name], w1.shape)
    return Convolution(text, a0=a0, given=a0, w1=w1, b1=b1, filters=menu)


class Convolution(GridFigure):
    """What `convolution` returns. `figure.w1` is what was dragged; assign, and the page follows.

    >>> from convnet_lib import widgets
    >>> figure = widgets.convolution(np.zeros((4, 6)), np.array([[2.0, -1.0]]), 0.5)
    >>> figure.w1 = figure.filters["blur"]
    >>> figure.w1
    array([[0.5, 0.5]])

    Attributes:
        a0: images, shape (N, H, W).
        w1: the filter, shape (KH, KW).
        b1: the bias, shape ().
        given: the images as they were handed in.
        index: which image is shown.
        filters: the menu, filters by name.
    """

    _figure = traitlets.Unicode("convolution.js").tag(sync=True)
    a0, w1, b1, given = (Array() for _ in range(4))
    index = Index("a0")
    filters = Arrays().tag(sync=True)

    @traitlets.default("pinned")
    def _pin(self):
        # A pixel or a weight that is not a number makes outputs that are none, and they are drawn.
        with np.errstate(all="ignore"):
            return strongest("z1", conv.forward(self.a0[self.index], self.w1, self.b1))

    def twin(self):
        """Return the static twin: the same neuron of the same image.

        >>> from convnet_lib import widgets
        >>> a0 = np.array([[0.5, 1.0, 0.0], [0.0, 0.0, 1.0]])
        >>> figure = widgets.convolution(a0, np.array([[2.0, -1.0]]), 0.5)
        >>> figure.twin().alt.split("; ")[1][:37]  # of the largest z¹, 2 · 1 - 1 · 0 + ½
        'their sum plus the bias is z1 = 2.50.'
        """
        at = self.pinned["row"], self.pinned["column"]
        if self.pinned["grid"] not in ("z1", "a1"):
            at = (0, 0)
        return figures.convolution(self.a0[self.index], self.w1, self.b1, at)


def _filter(w1):
    w1 = checks.finite("w1", w1)
    if w1.ndim != 2 or 0 in w1.shape:
        checks.refuse(
            "w1", "one filter, shape (KH, KW)", checks.written(w1.shape) if w1.ndim else "()"
        )
    return w1


def presets(rows, columns):
    """Return the filters of the menu, of any size: {name: array}.

    >>> from convnet_lib.widgets.convolution import presets
    >>> presets(1, 3)["vertical edge"], presets(1, 4)["blur"]
    (array([[-1.,  0.,  1.]]), array([[0.25, 0.25, 0.25, 0.25]]))
    """
    l, m = np.mgrid[:rows, :columns].astype(float)
    l, m = l - (rows - 1) / 2, m - (columns - 1) / 2
    # As bright paper makes as much of the negative half as ink of the positive, edges sum to 0.
    across, down = np.sign(m) / max(rows, 1), np.sign(l) / max(columns, 1)
    identity = np.zeros((rows, columns))
    identity[rows // 2, columns // 2] = 1
    return {
        "vertical edge": across,
        "horizontal edge": down,
        "blur": np.full((rows, columns), 1 / (rows * columns)),
        "identity": identity,
    }
