"""Who takes part in the benchmark: the same step of one network, by different hands.

Each contender is made from a `Problem` and one of its `settings`. `run` takes the steps of an
order, an integer array (steps, B) of rows of the images, from the pixels on; `forward` is the
forward pass alone over the same mini-batches; `parameters` gives the parameters back as NumPy
arrays, in the order of the network's. The book's network has the cross-entropy, the deep one the
log-likelihood of its softmax.
"""

import contextlib
import os
from typing import NamedTuple

import numpy as np
from threadpoolctl import ThreadpoolController

from convnet_lib import ConvNet, by_definition, networks, training

CORES = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
THREADS = tuple({"threads": count} for count in dict.fromkeys((1, CORES)))


class Problem(NamedTuple):
    """What every contender is given: a network, pixels, what is desired, and η.

    Attributes:
        net: a ConvNet with an axis of maps, or a deep.Network; all is computed in its dtype.
        images: (N, 28, 28).
        y: (N, 10).
        batch: B, images a step.
        learning_rate: η.
    """

    net: object
    images: np.ndarray
    y: np.ndarray
    batch: int
    learning_rate: float = 0.1

    @property
    def maps(self):
        """The feature maps of the book's network; None for the deep one."""
        return len(self.net.w1) if isinstance(self.net, ConvNet) else None


class Contender:
    """A contender with NumPy alone, which limits nobody's threads."""

    name = ""
    settings = ({},)
    all_at_once = False  # whether an order must be handed over whole
    # The largest mini-batch times maps that it is asked for: beyond, a step takes too long.
    most = np.inf

    def __init__(self, problem):
        self.problem = problem
        self.net = problem.net

    def run(self, order):
        """Take the steps of an order."""
        images, y, rate = self.problem.images, self.problem.y, self.problem.learning_rate
        for rows in order:
            self.net = self.step(images[rows], y[rows], rate)

    def forward(self, order):
        """Work out z³ or a³ of each mini-batch of an order."""
        for rows in order:
            self.outputs(self.problem.images[rows])

    def parameters(self):
        """Return them in the order of the network's; w¹ (F, 5, 5), b¹, w³ (10, F, 12, 12), b³."""
        return list(networks.parameters(self.net).values())


class Loops(Contender):
    """The sums of the equations as index loops."""

    name = "index loops"
    most = 20

    def step(self, a0, y, rate):
        g = by_definition.backprop(self.net, a0, y, "cross_entropy")
        moved = {
            name: getattr(self.net, name) - rate / len(a0) * getattr(g, name)
            for name in self.net.parameters
        }
        return type(self.net)(**moved)

    def outputs(self, a0):
        return by_definition.feedforward(self.net, a0).a3


class Plain(Contender):
    """The reading page, `ConvNet.backprop`, or that of a deep network."""

    name = "plain"
    most = 20 * 128

    def step(self, a0, y, rate):
        return training.step(self.net, a0, y, rate)

    def outputs(self, a0):
        return networks.weighted_outputs(self.net, a0)


class Im2col(Contender):
    """As most tutorials have it: patches copied into columns by index arrays, σ, then pooling.

    What they compute besides, the gradient of the pixels, is left out.
    """

    name = "im2col"
    most = 20 * 128
    settings = THREADS

    def __init__(self, problem, threads):
        super().__init__(problem)
        self.w1, self.b1, self.w3, self.b3 = (p.copy() for p in super().parameters())
        j, k = np.divmod(np.arange(576), 24)
        offset_j, offset_k = np.divmod(np.arange(25), 5)
        self.j, self.k = offset_j[:, None] + j, offset_k[:, None] + k
        self.blas = limited(threads)

    def outputs(self, a0):
        F = len(self.w1)
        columns = a0[:, self.j, self.k]
        z1 = self.w1.reshape(F, 25) @ columns + self.b1[:, None]
        a1 = 1 / (1 + np.exp(-z1))
        windows = a1.reshape(-1, F, 12, 2, 12, 2).transpose(0, 1, 2, 4, 3, 5)
        windows = windows.reshape(-1, F, 144, 4)
        winners = windows.argmax(-1)[..., None]
        a2 = np.take_along_axis(windows, winners, -1).reshape(len(a0), -1)
        a3 = 1 / (1 + np.exp(-(a2 @ self.w3.reshape(10, -1).T + self.b3)))
        return columns, a1, windows, winners, a2, a3

    def run(self, order):
        with self.blas():
            for rows in order:
                self.step(self.problem.images[rows], self.problem.y[rows])

    def forward(self, order):
        with self.blas():
            super().forward(order)

    def step(self, a0, y):
        F, rate = len(self.w1), self.problem.learning_rate / len(a0)
        columns, a1, windows, winners, a2, a3 = self.outputs(a0)
        delta3 = a3 - y
        nabla_a1 = np.zeros_like(windows)
        nabla_a2 = (delta3 @ self.w3.reshape(10, -1)).reshape(-1, F, 144, 1)
        np.put_along_axis(nabla_a1, winners, nabla_a2, -1)
        nabla_a1 = nabla_a1.reshape(-1, F, 12, 12, 2, 2).transpose(0, 1, 2, 4, 3, 5)
        delta1 = nabla_a1.reshape(-1, F, 576) * a1 * (1 - a1)
        nabla_w1 = (delta1 @ columns.transpose(0, 2, 1)).sum(0)
        self.w1 -= rate * nabla_w1.reshape(F, 5, 5)
        self.b1 -= rate * delta1.sum((0, 2))
        self.w3 -= rate * (delta3.T @ a2).reshape(self.w3.shape)
        self.b3 -= rate * delta3.sum(0)

    def parameters(self):
        return [self.w1, self.b1, self.w3, self.b3]


class Fast(Contender):
    """NumPy's quick step, `fast.Stepper` or a `DeepStepper`, as `training.sgd` uses it."""

    name = "fast"

    def __init__(self, problem):
        super().__init__(problem)
        self.stepper = training.stepper(problem.net)

    def run(self, order):
        problem = self.problem
        for rows in order:
            self.stepper.step(problem.images, problem.y, problem.learning_rate, rows, checked=True)

    def outputs(self, a0):
        return self.stepper.forward(a0)

    def parameters(self):
        return list(networks.parameters(self.stepper.net).values())


def for_frameworks(net):
    """Return copies of a deep network's parameters in the shapes that frameworks take.

    That is an axis of channels for the first filters, and one axis of inputs for dense weights.
    """
    w1, b1, w2, b2, w3, b3, w4, b4 = (p.copy() for p in net.parameters.values())
    return [w1[:, None], b1, w2, b2, w3.reshape(len(w3), -1), b3, w4, b4]


def in_shapes_of(net, arrays):
    """Return arrays in the shapes of a deep network's parameters."""
    pairs = zip(arrays, net.parameters.values(), strict=True)
    return [np.reshape(array, like.shape) for array, like in pairs]


def limited(threads):
    """Return a function that opens a block in which NumPy's BLAS has so many threads."""
    blas = ThreadpoolController().select(user_api="blas")
    return lambda: blas.limit(limits=threads) if blas.lib_controllers else contextlib.nullcontext()


NUMPY = {"book": (Loops, Plain, Im2col, Fast), "deep": (Plain, Fast)}
#: What takes part where it can be imported, and the room that holds its contenders.
OTHERS = {"Numba": "with_numba", "PyTorch": "with_torch", "JAX": "with_jax"}


def everyone(others=tuple(OTHERS)):
    """Return the contenders for each network, and a line on each package that is not there.

    What is not among `others` is not imported: PyTorch and JAX take hundreds of MB.
    """
    found, missing = {net: list(kinds) for net, kinds in NUMPY.items()}, []
    for name, module in OTHERS.items():
        if name not in others:
            continue
        try:
            for net, kinds in __import__(module).CONTENDERS.items():
                found[net] += kinds
        except ImportError as error:
            missing.append(f"{name} is left out: {error}")
    return found, missing
