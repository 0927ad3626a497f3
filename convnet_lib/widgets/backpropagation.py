"""The figure of the whole network, forward and backward: F1–F5, C, BP1–BP4."""

import itertools

import numpy as np
import traitlets

from .. import checks, costs, dense, figures, pool
from ..activations import sigmoid, sigmoid_prime
from ..network import ConvNet
from .base import Array, Arrays, GridFigure, images, strongest, style, written

STAGES = 11
STEEPEST = 8.0  # σ is flat beyond


def backpropagation(net, a0, y, cost="quadratic", ties="first"):
    """Return the interactive figure of the whole network and its backward pass (F1–F5, C, BP1–BP4).

    Point at any cell for its equation with its numbers and for all that it was made from; go
    through the backward pass equation by equation; take gradient steps and watch the cost.

    Args:
        net: a ConvNet with one filter, w1 of shape (KH, KW).
        a0: an image, shape (28, 28) or what the network takes, or up to 24 of them, (N, 28, 28).
        y: desired activations in [0, 1], shape (10,), for several images (N, 10).
        cost: "quadratic" or "cross_entropy", to begin with.
        ties: the rule for ties to begin with: "first", "split" or "all", as in `pool.winners`.

    Returns:
        A `Backpropagation`, which a notebook shows.

    Raises:
        ValueError: if a shape, a dtype or a name is wrong, or the network has feature maps.
    """
    text = written("backpropagation", a0=a0, y=y)
    _one_filter(net)
    a0 = images("a0", a0)
    checks.last_axes("a0", a0, net.image_shape)
    y = _desired(y, len(a0), len(net.b3))
    checks.one_of("cost", cost, costs.COSTS)
    checks.one_of("ties", ties, pool.TIES)
    return Backpropagation(text, net, a0=a0, y=y, cost=cost, ties=ties)


class Backpropagation(GridFigure):
    """What `backpropagation` returns. Assign to `net`, `a0` or `y`, and the page follows.

    What depends on the cost is kept by its name, and what depends on the rule for ties as well by
    both: `figure.delta1["quadratic first"]`. So the page can choose without Python.

    Attributes:
        net: the network, as the last gradient step left it.
        a0: images, shape (N, H, W).
        y: desired activations, shape (N, Q).
        w1, b1, w3, b3: the parameters of `net`.
        z1, a1, a2, z3, a3: what the forward pass computes, for each image.
        slope1, slope3: σ′(z¹) and σ′(z³), for each image.
        tied: 1 for a window with more than one winner, shape (N, H/2, W/2).
        C: by cost, shape (N,).
        delta3, nabla_a2, nabla_w3: by cost, for each image; δ³ is ∂C/∂b³ as well.
        switch: by rule for ties, for each image.
        delta1, nabla_w1, nabla_b1: by cost and rule for ties, for each image.
        history: by cost, the cost of each image after 0, 1, 2 … steps, shape (T, N).
        curve: z, σ(z) and σ′(z) to be drawn, shape (3, 65).
        index, cost, ties, rate: the image that is shown, and what else has been chosen.
        stage: 0 for the whole picture, else a step of the walk through the backward pass.
    """

    _figure = traitlets.Unicode("backpropagation/figure.js").tag(sync=True)
    _css = style("parts/figure.css", "backpropagation/figure.css")
    a0, y, w1, b1, w3, b3 = (Array() for _ in range(6))
    z1, a1, a2, z3, a3, slope1, slope3, tied, curve = (Array() for _ in range(9))
    C, delta3, nabla_a2, nabla_w3 = (Arrays() for _ in range(4))
    switch, delta1, nabla_w1, nabla_b1, history = (Arrays() for _ in range(5))
    index = traitlets.Int(0).tag(sync=True)
    cost = traitlets.Enum(list(costs.COSTS), "quadratic").tag(sync=True)
    ties = traitlets.Enum(list(pool.TIES), "first").tag(sync=True)
    rate = traitlets.Float(0.05).tag(sync=True)
    stage = traitlets.Int(0, min=0, max=STAGES - 1).tag(sync=True)

    def __init__(self, text, net, **traits):
        self._net, self.given, self._past = net, net, []
        super().__init__(text, **traits)
        self.on_msg(self._asked)

    @property
    def net(self):
        """The network; a network that is assigned to it begins a new history of costs."""
        return self._net

    @net.setter
    def net(self, net):
        _one_filter(net)
        checks.shape("w1", net.w1, self._net.w1.shape)
        checks.shape("w3", net.w3, self._net.w3.shape)
        self._show(net, past=[])

    def take_step(self, times=1):
        """Take steps net − η∇C, each with the gradient of the image that is shown."""
        net, past = self._net, list(self._past)
        with np.errstate(all="ignore"):
            for _ in range(times):
                nabla = net.backprop(self.a0[self.index], self.y[self.index], self.cost, self.ties)
                parameters = {
                    name: getattr(net, name) - self.rate * getattr(nabla, name)
                    for name in net.parameters
                }
                net = ConvNet(**parameters)
                past.append(net.feedforward(self.a0).a3)
        self._show(net, past[:-1])

    def start_again(self):
        """Go back to the network that the figure was made with."""
        self.net = self.given

    def twin(self):
        """Return the static twin: the backward pass of the image that is shown."""
        return figures.backward(
            self._net, self.a0[self.index], self.y[self.index], self.cost, self.ties
        )

    @traitlets.default("pinned")
    def _pin(self):
        delta1 = self.delta1[f"{self.cost} {self.ties}"][self.index]
        return strongest("delta1", np.abs(delta1))

    @traitlets.default("curve")
    def _draw_sigmoid(self):
        z = np.linspace(-STEEPEST, STEEPEST, 65)
        return np.stack([z, sigmoid(z), sigmoid_prime(z)])

    @traitlets.observe("a0")
    def _begin(self, change):
        self._show(self._net, past=[])

    @traitlets.observe("y")
    def _measure(self, change):
        self._show(self._net, self._past[:-1])

    def _show(self, net, past):
        """Compute all arrays of a network; `past` are the outputs of those before it."""
        # A pixel or a weight that is not a number makes cells that are none, and they are drawn.
        with np.errstate(all="ignore"), self.hold_sync():
            self._net = net
            for name in net.parameters:
                setattr(self, name, getattr(net, name))
            self.z1, self.a1, self.a2, self.z3, self.a3 = forward = net.feedforward(self.a0)
            self.slope1, self.slope3 = sigmoid_prime(forward.z1), sigmoid_prime(forward.z3)
            self.tied = pool.tied(forward.a1)
            self.switch = {ties: pool.winners(forward.a1, ties) for ties in pool.TIES}
            self._past = [*past, forward.a3]
            y = self.y.astype(forward.a3.dtype)
            self.C = {name: cost(forward.a3, y) for name, cost in costs.COSTS.items()}
            self.history = {
                name: np.stack([cost(a3, y) for a3 in self._past])
                for name, cost in costs.COSTS.items()
            }
            self._show_gradients(net)

    def _show_gradients(self, net):
        every = {
            (cost, ties): [
                net.backprop(*one, cost, ties) for one in zip(self.a0, self.y, strict=True)
            ]
            for cost, ties in itertools.product(costs.COSTS, pool.TIES)
        }
        by_cost = {cost: nablas for (cost, ties), nablas in every.items() if ties == "first"}
        by_both = {" ".join(names): nablas for names, nablas in every.items()}
        self.delta3 = _field("delta3", by_cost)
        self.nabla_w3 = _field("w3", by_cost)
        self.nabla_a2 = {cost: dense.backward(d, net.w3) for cost, d in self.delta3.items()}
        self.delta1 = _field("delta1", by_both)
        self.nabla_w1 = _field("w1", by_both)
        self.nabla_b1 = _field("b1", by_both)

    def _asked(self, widget, content, buffers):
        if content.get("kind") == "take steps":
            self.take_step(max(1, min(100, int(content.get("times", 1)))))
        elif content.get("kind") == "start again":
            self.start_again()


def _field(name, nablas):
    """One field of `network.Gradients` for each image, under the names of `nablas`."""
    return {key: np.stack([getattr(g, name) for g in images]) for key, images in nablas.items()}


def _one_filter(net):
    if not isinstance(net, ConvNet):
        checks.refuse("net", "a ConvNet", type(net).__name__)
    if net.w1.ndim != 2:
        expected = "a network with one filter, w1 of shape (KH, KW)"
        checks.refuse("net", expected, f"w1 of shape {checks.written(net.w1.shape)}")


def _desired(y, n, outputs):
    y = checks.floats("y", y)
    checks.shape("y", y, (outputs,) if n == 1 and y.ndim == 1 else (n, outputs))
    if not ((y >= 0) & (y <= 1)).all():
        checks.refuse("y", "numbers between 0 and 1", f"{y.min()} to {y.max()}")
    return y.reshape(n, outputs)
