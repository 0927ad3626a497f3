"""The figure of F4, F5 and C: what each output neuron sees, and what it costs."""

import numpy as np
import traitlets

from .. import checks, dense, figures
from ..activations import sigmoid
from ..costs import COSTS
from .base import Array, Arrays, GridFigure, images, written


def output(a2, w3, b3, y=None):
    """Return the interactive figure of the output layer: w³ ⊙ a², z³, a³ and the cost (F4, F5, C).

    Point at an output neuron for its weights, the products and their sum, its activation and
    its share of the cost; pick the label that the cost is measured against.

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

    Attributes:
        a2: pooled activations, shape (N, H, W).
        w3, b3: weights and biases, shapes (Q, H, W) and (Q,).
        products: w³ ⊙ a², shape (N, Q, H, W), computed.
        sums: their sums, shape (N, Q), computed.
        z3, a3: weighted inputs and activations, shape (N, Q), computed.
        shares: by cost, what a neuron adds to it, shape (N, 2, Q): for y = 0 and for y = 1.
        costs: by cost, the cost for each label, shape (N, Q).
        labels: the label of each map, -1 for none.
        index, label, cost: the map that is shown, the label and the cost that are chosen.
    """

    _figure = traitlets.Unicode("output.js").tag(sync=True)
    a2, w3, b3, products, sums, z3, a3 = (Array() for _ in range(7))
    shares, costs = Arrays(), Arrays()
    labels = traitlets.List().tag(sync=True)
    index = traitlets.Int(0).tag(sync=True)
    label = traitlets.Int(-1).tag(sync=True)
    cost = traitlets.Enum(list(COSTS), "quadratic").tag(sync=True)

    @traitlets.default("pinned")
    def _pin(self):
        """The most active neuron, and its largest product."""
        q = int(np.nan_to_num(self.a3[self.index]).argmax())
        products = np.nan_to_num(np.abs(self.products[self.index, q]))
        row, column = np.unravel_index(products.argmax(), products.shape)
        return {"grid": f"neuron {q}", "row": int(row), "column": int(column)}

    @traitlets.observe("a2", "w3", "b3")
    def _forward(self, change):
        with np.errstate(all="ignore"), self.hold_sync():
            self.products = self.w3 * self.a2[:, None]
            self.sums = self.products.sum(axis=(-2, -1))
            self.z3 = dense.forward(self.a2, self.w3, self.b3)
            self.a3 = sigmoid(self.z3)
            self.shares = {name: _shares(cost, self.a3) for name, cost in COSTS.items()}
            self.costs = {name: _by_label(cost, self.a3) for name, cost in COSTS.items()}

    def twin(self):
        """Return the static twin of the map that is shown; without a label, y is 0 throughout."""
        y = np.eye(len(self.w3), dtype=np.float32)[self.label] * (self.label >= 0)
        return figures.output(self.a2[self.index], self.w3, self.b3, y)


def _shares(cost, a3):
    """What each neuron adds to the cost, for y = 0 and for y = 1: shape (N, 2, Q)."""
    alone = a3[:, None, :, None]
    y = np.broadcast_to(np.array([0, 1], a3.dtype)[:, None, None], (2, a3.shape[-1], 1))
    return cost(
        np.broadcast_to(alone, (len(a3), *y.shape)), np.broadcast_to(y, (len(a3), *y.shape))
    )


def _by_label(cost, a3):
    """The cost for each label: shape (N, Q)."""
    y = np.broadcast_to(np.eye(a3.shape[-1], dtype=a3.dtype), (len(a3), *2 * a3.shape[-1:]))
    return cost(np.broadcast_to(a3[:, None], y.shape), y)


def _labels(y, n, outputs):
    if y is None:
        return [-1] * n
    y = checks.floats("y", y)
    checks.shape("y", y, (outputs,) if n == 1 and y.ndim == 1 else (n, outputs))
    y = y.reshape(n, outputs)
    if not ((y == 0) | (y == 1)).all() or (y.sum(axis=-1) != 1).any():
        checks.refuse("y", "one-hot vectors, a single 1 among zeros", f"{y.tolist()}")
    return [int(label) for label in y.argmax(axis=-1)]
