"""A step of a deep network: its own backward pass, in chunks that fit the memory.

It has the face of `fast.Stepper`, so that a run takes either.
"""

import numpy as np

from .. import checks, network, networks
from . import fast

#: Numbers that the activations of a chunk may hold, all layers together.
CHUNK = 20_000_000


class DeepStepper:
    """A deep network that is being trained; `step` moves its parameters in place.

    >>> net = deep.Network([deep.Dense(np.zeros((2, 1)), np.zeros(2)), deep.Softmax()],
    ...                    "log_likelihood")
    >>> stepper = training.stepper(net)
    >>> stepper.step(np.ones((1, 1)), np.array([[0.0, 1.0]]), learning_rate=2.0)
    >>> stepper.net.layers[0].b, net.layers[0].b
    (array([-1.,  1.]), array([0., 0.]))
    """

    def __init__(self, net, cost=None):
        """Copy the parameters of a network.

        Args:
            net: a deep.Network whose parameters all have one dtype, in which all is computed.
            cost: None, or the network's own.

        Raises:
            ValueError: if the parameters have two dtypes or the cost is another.
        """
        self.cost, self.dtype = networks.cost_name(net, cost), networks.dtype(net)
        shapes = {name: array.shape for name, array in net.parameters.items()}
        ends = np.cumsum([np.prod(shape, dtype=int) for shape in shapes.values()])
        #: All parameters as one vector, so that one subtraction is a whole step.
        self.all = np.zeros(ends[-1], self.dtype)
        parts = np.split(self.all, ends[:-1])
        self.views = {n: x.reshape(s) for (n, s), x in zip(shapes.items(), parts, strict=True)}
        for name, array in net.parameters.items():
            self.views[name][...] = array
        self._moving = net.with_parameters(self.views)  # its arrays are the views themselves

    @property
    def net(self):
        """The network as it is now, a copy that does not move any more.

        >>> net = deep.Network([deep.Dense(np.zeros((2, 1)), np.zeros(2))])
        >>> training.stepper(net).net.layers[0].w.shape
        (2, 1)
        """
        return self._moving.with_parameters({n: x.copy() for n, x in self.views.items()})

    @property
    def finite(self):
        """Whether all parameters are finite numbers.

        >>> net = deep.Network([deep.Dense(np.zeros((2, 1)), np.zeros(2))])
        >>> training.stepper(net).finite
        True
        """
        return bool(np.isfinite(self.all).all())

    @checks.underflow_is_zero
    def step(self, images, y, learning_rate, rows=None, checked=False):
        """Move every parameter down its gradient, p ← p - η · (1/B) Σ ∂C/∂p.

        Arguments and errors as `fast.Stepper.step`.

        >>> net = deep.Network([deep.Dense(np.zeros((1, 1)), np.zeros(1))])
        >>> stepper = training.stepper(net)
        >>> stepper.step(np.array([[2.0], [0.0]]), np.ones((2, 1)), learning_rate=0.5)
        >>> stepper.net.layers[0].w, stepper.net.layers[0].b  # 0 - ½ · ½ · (-2), and of both -1
        (array([[0.5]]), array([0.5]))
        """
        if not checked:
            learning_rate = checks.number("learning_rate", learning_rate)
            rows = np.arange(len(images)) if rows is None else fast.some_rows(rows, len(images))
        if not len(rows):
            checks.refuse("images", "at least one", "none")
        moves = self._gradients(images, y, rows)
        for name, nabla in moves.items():
            self.views[name] -= self.dtype.type(learning_rate / len(rows)) * nabla

    def _gradients(self, images, y, rows):
        """Return the gradients summed over the rows, chunk by chunk."""
        total = {}
        for part in np.array_split(rows, -(-len(rows) // self._chunk(images))):
            given = images[part].astype(self.dtype, copy=False), y[part]
            nablas = self._moving.backprop(*given, pixels=False).nablas
            for i, layer in enumerate(nablas):
                for letter, nabla in layer.items():
                    name = f"{i}.{letter}"
                    total[name] = total[name] + nabla if name in total else nabla
        return total

    def z3(self, images):
        """Return what the output neurons are given, (N, outputs), the forward pass alone.

        >>> net = deep.Network([deep.Dense(np.ones((1, 2)), np.zeros(1)), deep.Sigmoid()])
        >>> training.stepper(net).z3(np.array([[1.0, 2.0], [3.0, 4.0]]))
        array([[3.],
               [7.]])
        """
        return self.forward(checks.finite("images", images))

    @checks.underflow_is_zero
    def forward(self, images):
        """Return what `z3` does, for a loop that has looked at the images before.

        >>> net = deep.Network([deep.Dense(np.ones((1, 2)), np.zeros(1)), deep.Sigmoid()])
        >>> training.stepper(net).forward(np.array([[1.0, 2.0]]))
        array([[3.]])
        """
        chunk = self._chunk(images)
        parts = [
            self._moving.weighted_outputs(images[start : start + chunk].astype(self.dtype))
            for start in range(0, len(images), chunk)
        ]
        return np.concatenate(parts) if parts else np.empty((0, 0), self.dtype)

    def _chunk(self, images):
        """How many images are worked out at once."""
        if not len(images):
            return 1
        one = self._moving.feedforward(images[0].astype(self.dtype))
        return max(1, CHUNK // (25 * sum(a.size for a in one)))


def stepper(net, cost=None):
    """Return the object that takes the steps of a network: `Stepper` or `DeepStepper`.

    >>> type(training.stepper(ConvNet.random())).__name__
    'Stepper'

    Raises:
        ValueError: if net is none, its parameters have two dtypes, or the cost is unknown.
    """
    networks.given("net", net)
    if isinstance(net, network.ConvNet):
        return fast.Stepper(net, networks.cost_name(net, cost))
    return DeepStepper(net, cost)
