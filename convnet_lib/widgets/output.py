"""The figure of F4, F5 and C: what each output neuron sees, and what it costs."""

import numpy as np
import traitlets

from .. import checks, dense, figures
from ..costs import COSTS
from .base import Array, GridFigure, Index, images, written


def output(a2, w3, b3, y=None):
    """Return the interactive figure of the output layer: w³ ⊙ a², z³, a³ and the cost (F4, F5, C).

    Point at an output neuron for its weights, the products and their sum, its activation and
    its share of the cost; pick the label that the cost is measured against.

    >>> from convnet_lib import widgets
    >>> widgets.output(np.ones((2, 3)), np.zeros((4, 2, 3)), np.zeros(4), np.eye(4)[1])
    output(a2 (2, 3), w3 (4, 2, 3))

    Args:
        a2: pooled activations, shape (H, W), or up to 24 maps, shape (N, H, W).
        w3: weights, shape (Q, H, W).
        b3: biases, shape (Q,).
        y: desired activations, one-hot, shape (Q,), for several maps (N, Q); None for no label.

    Returns:
        An `Output`, which a notebook shows.

    Raises:
        ValueError: if a shape or a dtype is wrong or y is not one-hot.
    """
    text = written("output", a2=a2, w3=w3)
    a2, w3, b3 = images("a2", a2), checks.finite("w3", w3), checks.finite("b3", b3)
    if w3.ndim != 3 or not len(w3) or w3.shape[1:] != a2.shape[1:]:
        checks.refuse("w3", f"shape {checks.written(('Q', *a2.shape[1:]))}", f"{w3.shape}")
    checks.shape("b3", b3, w3.shape[:1])
    labels = _labels(y, len(a2), len(w3))
    return Output(text, a2=a2, w3=w3, b3=b3, labels=labels, label=labels[0])


class Output(GridFigure):
    """What `output` returns. Assign to an array, and the page follows.

    >>> from convnet_lib import widgets
    >>> figure = widgets.output(np.ones((2, 3)), np.zeros((4, 2, 3)), np.zeros(4), np.eye(4)[1])
    >>> figure.label, figure.labels, figure.cost
    (1, [1], 'quadratic')

    Attributes:
        a2: pooled activations, shape (N, H, W).
        w3, b3: weights and biases, shapes (Q, H, W) and (Q,).
        labels: the label of each map, -1 for none.
        index, label, cost: the map that is shown, the label and the cost that are chosen.
    """

    _figure = traitlets.Unicode("output.js").tag(sync=True)
    a2, w3, b3 = (Array() for _ in range(3))
    labels = traitlets.List().tag(sync=True)
    index = Index("a2")
    label = traitlets.Int(-1).tag(sync=True)
    cost = traitlets.Enum(list(COSTS), "quadratic").tag(sync=True)

    @traitlets.default("pinned")
    def _pin(self):
        """The most active neuron, and its largest product."""
        a2 = self.a2[self.index]
        with np.errstate(all="ignore"):
            q = int(np.nan_to_num(dense.forward(a2, self.w3, self.b3)).argmax())
            products = np.nan_to_num(np.abs(self.w3[q] * a2))
        row, column = np.unravel_index(products.argmax(), products.shape)
        return {"grid": f"neuron {q}", "row": int(row), "column": int(column)}

    def twin(self):
        """Return the static twin of the map that is shown; without a label, y is 0 throughout.

        >>> from convnet_lib import widgets
        >>> figure = widgets.output(np.ones((2, 3)), np.zeros((4, 2, 3)), np.zeros(4), np.eye(4)[1])
        >>> figure.twin().alt.split(". ")[-2]  # 4 · ½ (½)²
        'The quadratic cost is 0.500'
        """
        y = np.eye(len(self.w3))[self.label] * (self.label >= 0)
        return figures.output(self.a2[self.index], self.w3, self.b3, y)


def _labels(y, n, outputs):
    if y is None:
        return [-1] * n
    y = checks.floats("y", y)
    checks.shape("y", y, (outputs,) if n == 1 and y.ndim == 1 else (n, outputs))
    y = y.reshape(n, outputs)
    if not ((y == 0) | (y == 1)).all() or (y.sum(axis=-1) != 1).any():
        checks.refuse("y", "one-hot vectors, a single 1 among zeros", f"{y.tolist()}")
    return [int(label) for label in y.argmax(axis=-1)]
