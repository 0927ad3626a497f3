"""The figure of the whole network, forward and backward: F1–F5, C, BP1–BP4."""

import numpy as np
import traitlets

from .. import checks, costs, figures, pool
from ..network import ConvNet
from . import networks
from .base import Array, Arrays, GridFigure, Index, Number, images, strongest, style, written

STAGES = 9


def backpropagation(net, a0, y, cost="quadratic", ties="first", map=0):
    """Return the interactive figure of the whole network and its backward pass (F1–F5, C, BP1–BP4).

    Point at any cell for its equation with its numbers and for all that it was made from; go
    through the backward pass equation by equation; drag a weight and compare what its gradient
    promises with what the cost does; draw a digit; take gradient steps and watch the errors fade.
    Of a network with feature maps it shows one, which can be chosen; all are computed.

    >>> from convnet_lib import widgets
    >>> net = ConvNet(np.ones((1, 2)), np.array(0.0), np.ones((3, 1, 2)), np.zeros(3))
    >>> widgets.backpropagation(net, np.zeros((2, 5)), np.array([0.0, 1.0, 0.0]))
    backpropagation(a0 (2, 5), y (3,))

    Args:
        net: a ConvNet for images without channels, w1 of shape (KH, KW) or (F, KH, KW).
        a0: an image, shape (28, 28) or what the network takes, or up to 24 of them, (N, 28, 28).
        y: desired activations in [0, 1], shape (10,), for several images (N, 10).
        cost: "quadratic" or "cross_entropy", to begin with.
        ties: the rule for ties to begin with: "first", "split" or "all", as in `pool.winners`.
        map: the feature map to begin with, 0 to F - 1.

    Returns:
        A `Backpropagation`, which a notebook shows.

    Raises:
        ValueError: if a shape, a dtype or a name is wrong, there is no such map, or the images of
            the network have channels.
    """
    text = written("backpropagation", a0=a0, y=y)
    _without_channels(net)
    a0 = images("a0", a0)
    checks.last_axes("a0", a0, net.image_shape)
    y = _desired(y, len(a0), len(net.b3))
    checks.one_of("cost", cost, costs.COSTS)
    checks.one_of("ties", ties, pool.TIES)
    map = checks.below("map", map, net.b1.size)
    return Backpropagation(text, net, a0=a0, y=y, cost=cost, ties=ties, map=map)


class Backpropagation(GridFigure):
    """What `backpropagation` returns. `figure.net` is the network as the last step left it.

    The page takes the steps, and its parameters are here; `take_step` takes one from Python, and
    the page follows. It follows what is assigned to `net`, to a parameter, to `a0` or to `y` too.

    >>> from convnet_lib import widgets
    >>> net = ConvNet(np.ones((1, 2)), np.array(0.0), np.ones((3, 1, 2)), np.zeros(3))
    >>> figure = widgets.backpropagation(net, np.zeros((2, 5)), np.array([0.0, 1.0, 0.0]))
    >>> figure.b1 = 0.5
    >>> figure.net.b1, figure.a0.shape
    (array(0.5), (1, 2, 5))

    Attributes:
        a0: images, shape (N, H, W).
        y: desired activations, shape (N, Q).
        w1, b1, w3, b3: the parameters.
        given: the parameters that the figure was made with, by name.
        past: a³ of the networks before this one, after 0, 1, 2 … steps, shape (T, N, Q).
        index, map: the image and the feature map that are shown.
        cost, ties, rate: what else has been chosen.
        stage: 0 for the whole picture, else a step of the walk through the backward pass.
    """

    _figure = traitlets.Unicode("backpropagation/figure.js").tag(sync=True)
    _css = style("parts/figure.css", "backpropagation/figure.css")
    a0, y, w1, b1, w3, b3 = (Array() for _ in range(6))
    past = Array(grows=True)
    given = Arrays()
    index = Index("a0")
    map = Index("b1")
    cost = traitlets.Enum(list(costs.COSTS), "quadratic").tag(sync=True)
    ties = traitlets.Enum(list(pool.TIES), "first").tag(sync=True)
    rate = Number(0.05).tag(sync=True)
    stage = traitlets.Int(0, min=0, max=STAGES - 1).tag(sync=True)

    def __init__(self, text, net, **traits):
        parameters = _parameters(net)
        nothing = np.zeros((0, *traits["y"].shape))
        super().__init__(text, given=parameters, past=nothing, **parameters, **traits)

    @property
    def net(self):
        """The network; a network that is assigned to it begins a new history of costs.

        >>> from convnet_lib import widgets
        >>> net = ConvNet(np.ones((1, 2)), np.array(0.0), np.ones((3, 1, 2)), np.zeros(3))
        >>> figure = widgets.backpropagation(net, np.zeros((2, 5)), np.array([0.0, 1.0, 0.0]))
        >>> figure.net = ConvNet(np.ones((1, 2)), np.array(2.0), np.ones((3, 1, 2)), np.zeros(3))
        >>> figure.net.b1, figure.past.shape
        (array(2.), (0, 1, 3))
        """
        return ConvNet(self.w1, self.b1, self.w3, self.b3)

    @net.setter
    def net(self, net):
        _without_channels(net)
        self._show(net, self.past[:0])

    def take_step(self, times=1):
        """Take steps net − η∇C, each with the gradient of the image that is shown.

        >>> from convnet_lib import widgets
        >>> net = ConvNet(np.zeros((1, 2)), np.array(0.0), np.zeros((2, 1, 1)), np.zeros(2))
        >>> figure = widgets.backpropagation(net, np.zeros((2, 3)), np.array([0.0, 1.0]))
        >>> figure.cost, figure.rate = "cross_entropy", 2.0
        >>> figure.take_step()
        >>> figure.net.b3, figure.past  # 0 - 2 (½ - y), and a³ before
        (array([-1.,  1.]), array([[[0.5, 0.5]]]))
        """
        net, past = self.net, list(self.past)
        with np.errstate(all="ignore"):
            for _ in range(times):
                past.append(net.feedforward(self.a0).a3)
                nabla = net.backprop(self.a0[self.index], self.y[self.index], self.cost, self.ties)
                moved = {
                    name: getattr(net, name) - self.rate * getattr(nabla, name)
                    for name in net.parameters
                }
                net = ConvNet(**moved)
        self._show(net, past)

    def start_again(self):
        """Go back to the network that the figure was made with.

        >>> from convnet_lib import widgets
        >>> net = ConvNet(np.zeros((1, 2)), np.array(0.0), np.zeros((2, 1, 1)), np.zeros(2))
        >>> figure = widgets.backpropagation(net, np.zeros((2, 3)), np.array([0.0, 1.0]))
        >>> figure.take_step(3)
        >>> len(figure.past), bool((figure.net.b3 == net.b3).all())
        (3, False)
        >>> figure.start_again()
        >>> len(figure.past), bool((figure.net.b3 == net.b3).all())
        (0, True)
        """
        self.net = ConvNet(**self.given)

    def twin(self):
        """Return the static twin: the backward pass of the image and the map that are shown.

        >>> from convnet_lib import widgets
        >>> w3, b3 = np.array([[[6.0]], [[-2.0]]]), np.array([-3.0, 1.0])  # a² is ½, and so is a³
        >>> net = ConvNet(np.zeros((1, 2)), np.array(0.0), w3, b3)
        >>> figure = widgets.backpropagation(net, np.zeros((2, 3)), np.array([0.0, 1.0]))
        >>> figure.twin().alt.split(". ")[-1]
        'The gradient of the bias is 0.250.'
        """
        one = self.a0[self.index], self.y[self.index]
        return figures.backward(self.net, *one, self.cost, self.ties, self.map)

    @traitlets.default("pinned")
    def _pin(self):
        # A pixel that is not a number makes errors that are none, and they are drawn.
        with np.errstate(all="ignore"):
            one = self.a0[self.index], self.y[self.index]
            delta1 = self.net.backprop(*one, self.cost, self.ties).delta1
            return strongest("delta1", np.abs(delta1[self.map] if self.b1.ndim else delta1))

    @traitlets.observe("a0")
    def _begin(self, change):
        if isinstance(change.old, np.ndarray) and change.old.size:
            self.past = self.past[:0]

    def _show(self, net, past):
        with self.hold_sync():
            for name, array in _parameters(net).items():
                setattr(self, name, array)
            self.past = past


def _parameters(net):
    return {name: np.asarray(getattr(net, name), float) for name in net.parameters}


def _without_channels(net):
    if not isinstance(net, ConvNet):
        checks.refuse("net", "a ConvNet", networks.came(net))
    if net.w1.ndim > 3:
        expected = "a network for images without channels, w1 of shape (KH, KW) or (F, KH, KW)"
        checks.refuse("net", expected, f"w1 of shape {checks.written(net.w1.shape)}")


def _desired(y, n, outputs):
    y = checks.floats("y", y)
    checks.shape("y", y, (outputs,) if n == 1 and y.ndim == 1 else (n, outputs))
    if not ((y >= 0) & (y <= 1)).all():
        checks.refuse("y", "numbers between 0 and 1", f"{y.min()} to {y.max()}")
    return y.reshape(n, outputs)
