"""Wrong backward passes, made on purpose, and the checks that may or may not notice them.

A backward pass is put together here from ten functions, its `Parts`; the tenth is for pooling
windows that overlap. A bug of the menu `BUGS` is another function in the place of one of them (of
several, where the same mistake is made in several), with the same arguments, written as people
write it by mistake; `break_it` returns a network with a bug, and nothing else
changes. Five of the six `CHECKS` look at a gradient, the adjoint at its parts, and `train` looks at
what it does. This room is for the notebook on broken gradients, and for the tests; nothing else in
the library imports it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import combinations
from math import prod
from typing import NamedTuple

import numpy as np

from . import batches, by_definition, conv, costs, data, dense, gradient_check, pool, training
from .activations import sigmoid, sigmoid_prime
from .network import Activations, ConvNet, Gradients

# What rounding may do to a number, and what central differences may be wrong by.
ROUNDING = 1e-9
MEASURED = 1e-6


class Parts(NamedTuple):
    """The functions that a backward pass is made of; each default is the library's own."""

    delta: Callable = costs.delta
    dense_backward: Callable = dense.backward
    winners: Callable = pool.winners
    pool_backward: Callable = pool.backward
    pool_scatter: Callable = pool.scatter
    sigmoid_prime: Callable = sigmoid_prime
    conv_nabla_w: Callable = conv.nabla_w
    conv_nabla_b: Callable = conv.nabla_b
    dense_nabla_w: Callable = dense.nabla_w
    dense_nabla_b: Callable = dense.nabla_b


RIGHT = Parts()


@dataclass(frozen=True, eq=False)
class BrokenNet(ConvNet):
    """A ConvNet whose backward pass is made of `parts`, so that one of them can be wrong.

    A `window`, (size, stride), gives it other pooling windows than the book's, see `overlapping`.

    >>> from convnet_lib import broken
    >>> net = ConvNet.random(image=(6, 8), seed=0)
    >>> parts = broken.RIGHT._replace(conv_nabla_b=lambda delta, w: np.array(7.0))
    >>> wrong = broken.BrokenNet(net.w1, net.b1, net.w3, net.b3, parts)
    >>> wrong.backprop(np.zeros((6, 8)), np.eye(10)[3]).b1
    array(7.)
    """

    parts: Parts = RIGHT
    window: tuple | None = None

    def feedforward(self, a0):
        """Return z¹, a¹, a², z³, a³ (F1–F5); with a `window` F3 is F3s.

        >>> from convnet_lib import broken
        >>> net = broken.overlapping(ConvNet.random(image=(8, 10), kernel=(3, 3), seed=0))
        >>> net.feedforward(np.ones((8, 10))).a2.shape
        (2, 3)
        """
        if self.window is None:
            return super().feedforward(a0)
        z1 = conv.forward(a0, self.w1, self.b1)
        a1 = sigmoid(z1)
        a2 = pool.forward(a1, *self.window)
        z3 = dense.forward(a2, self.w3, self.b3)
        return Activations(z1, a1, a2, z3, sigmoid(z3))

    def unpool(self, grad, a1, ties="first"):
        """Return ∂C/∂a¹ from ∂C/∂a² as the parts compute it (BP2a, BP2s).

        >>> from convnet_lib import broken
        >>> net = broken.overlapping(ConvNet.random(image=(8, 10), kernel=(3, 3), seed=0))
        >>> a1 = np.zeros((6, 8))
        >>> a1[2, 2] = 1  # in all windows of 3 by 3, two apart, but the two on the right
        >>> float(net.unpool(np.ones((2, 3)), a1)[2, 2])
        4.0
        """
        if self.window is None:
            return self.parts.pool_backward(grad, self.parts.winners(a1, ties))
        switches = pool.switches(a1, ties, *self.window)
        return self.parts.pool_scatter(grad, switches, a1.shape[-2:], *self.window)

    def backprop(self, a0, y, cost="quadratic", ties="first"):
        """Return δ³, δ¹ and the gradients as the parts compute them; see `ConvNet.backprop`.

        >>> from convnet_lib import broken
        >>> net = broken.break_it(ConvNet.random(image=(6, 8), seed=0), "BP3 with the mean")
        >>> g = net.backprop(np.ones((6, 8)), np.eye(10)[3])
        >>> bool(np.isclose(g.b1, g.delta1.sum())), bool(np.isclose(g.b1, g.delta1.mean()))
        (False, True)
        """
        z1, a1, a2, z3, a3 = self.feedforward(a0)
        delta3 = self.parts.delta(z3, a3, y, cost)
        nabla_a2 = self.parts.dense_backward(delta3, self.w3)
        nabla_a1 = self.unpool(nabla_a2, a1, ties)
        delta1 = nabla_a1 * self.parts.sigmoid_prime(z1)
        return Gradients(
            delta3,
            delta1,
            b3=self.parts.dense_nabla_b(delta3, self.w3),
            b1=self.parts.conv_nabla_b(delta1, self.w1),
            w3=self.parts.dense_nabla_w(delta3, a2, self.w3),
            w1=self.parts.conv_nabla_w(delta1, a0, self.w1),
        )


def break_it(net, bug):
    """Return the network with a bug in its backward pass; what it answers stays as it is.

    >>> from convnet_lib import broken
    >>> wrong = broken.break_it(ConvNet.random(seed=0), "BP4 transposed")
    >>> wrong.parts.conv_nabla_w is broken.nabla_w_transposed
    True

    Args:
        net: a ConvNet.
        bug: a name of `BUGS`, or None for a BrokenNet in which nothing is broken.

    Returns:
        A BrokenNet with the same parameters.

    Raises:
        ValueError: if there is no such bug.
    """
    if bug is not None and bug not in BUGS:
        raise ValueError(f"bug: expected None or one of {', '.join(BUGS)}, got {bug!r}")
    parts, window = RIGHT._replace(**BUGS.get(bug, {})), getattr(net, "window", None)
    return BrokenNet(*(getattr(net, name) for name in net.parameters), parts, window)


def overlapping(net):
    """Return the network with pooling windows of 3×3, two apart, and nothing broken.

    The weights of the output layer are those of net, without the last row and the last column: of
    windows that overlap there is room for one less.

    >>> from convnet_lib import broken
    >>> net = broken.overlapping(ConvNet.random(seed=0))
    >>> net.window, net.w3.shape
    ((3, 2), (10, 11, 11))

    Args:
        net: a ConvNet that pools more than one row and one column of windows.

    Returns:
        A BrokenNet, which `break_it` can break. The four bugs of BP2a change nothing in it: they
        are about the winners of windows of 2×2.
    """
    w3 = net.w3[..., :-1, :-1]
    return BrokenNet(net.w1, net.b1, w3, net.b3, RIGHT, (3, 2))


# --- the bugs ---------------------------------------------------------------------------------


def delta_without_slope(z3, a3, y, cost="quadratic"):
    """BP1 that forgets σ′: right for the cross-entropy, where it cancels, and for that alone.

    >>> from convnet_lib import broken
    >>> z3, a3, y = np.zeros(2), np.array([0.5, 0.5]), np.array([0.0, 1.0])
    >>> broken.delta_without_slope(z3, a3, y), costs.delta(z3, a3, y, "quadratic")
    (array([ 0.5, -0.5]), array([ 0.125, -0.125]))
    """
    return costs.quadratic_prime(a3, y)


def delta_with_the_wrong_sign(z3, a3, y, cost="quadratic"):
    """BP1 with y - a³ for a³ - y: uphill.

    >>> from convnet_lib import broken
    >>> z3, a3, y = np.zeros(2), np.array([0.5, 0.5]), np.array([0.0, 1.0])
    >>> broken.delta_with_the_wrong_sign(z3, a3, y, "cross_entropy")
    array([-0.5,  0.5])
    """
    return -RIGHT.delta(z3, a3, y, cost)


def slope_left_out(z):
    """BP2 that forgets σ′.

    >>> from convnet_lib import broken
    >>> broken.slope_left_out(np.array([0.0, 4.0])), activations.sigmoid_prime(np.array([0.0]))
    (array([1., 1.]), array([0.25]))
    """
    return np.ones_like(z)


def slope_of_the_activation(z):
    """BP2 with σ′(a¹) for σ′(z¹).

    >>> from convnet_lib import broken
    >>> z = np.array([0.0, 2.0])
    >>> broken.slope_of_the_activation(z).round(3), activations.sigmoid_prime(z).round(3)
    (array([0.235, 0.207]), array([0.25 , 0.105]))
    """
    return sigmoid_prime(sigmoid(z))


def only_the_last_neuron(delta, w):
    """The sum in BP2 with `=` for `+=`: each output neuron overwrites the one before.

    >>> from convnet_lib import broken
    >>> delta, w = np.array([1.0, 3.0]), np.array([[[2.0, 5.0]], [[1.0, 0.0]]])
    >>> broken.only_the_last_neuron(delta, w), dense.backward(delta, w)
    (array([[3., 0.]]), array([[5., 5.]]))
    """
    return RIGHT.dense_backward(delta[..., -1:], w[-1:])


def backward_transposed(delta, w):
    """The sum in BP2 with w_{q,k,j} for w_{q,j,k}.

    >>> from convnet_lib import broken
    >>> broken.backward_transposed(np.array([1.0]), np.array([[[1.0, 2.0], [3.0, 4.0]]]))
    array([[1., 3.],
           [2., 4.]])
    """
    back = RIGHT.dense_backward(delta, w)
    return back if w.ndim < 3 else back.swapaxes(-1, -2)


def every_tied_winner(a, ties="first"):
    """BP2a read literally: whoever equals the maximum of the window is switched on.

    >>> from convnet_lib import broken
    >>> a = np.array([[0.2, 0.7, 0.5, 0.5], [0.4, 0.1, 0.5, 0.2]])
    >>> broken.every_tied_winner(a).astype(int)
    array([[0, 1, 1, 1],
           [0, 0, 1, 0]])
    """
    return RIGHT.winners(a, "all" if ties == "first" else ties)


def last_tied_winner(a, ties="first"):
    """BP2a with the last of the tied for the first.

    >>> from convnet_lib import broken
    >>> a = np.array([[0.2, 0.7, 0.5, 0.5], [0.4, 0.1, 0.5, 0.2]])
    >>> broken.last_tied_winner(a).astype(int)
    array([[0, 1, 0, 0],
           [0, 0, 1, 0]])
    """
    return RIGHT.winners(a[..., ::-1, ::-1], ties)[..., ::-1, ::-1]


def smallest_wins(a, ties="first"):
    """BP2a with argmin for argmax.

    >>> from convnet_lib import broken
    >>> a = np.array([[0.2, 0.7, 0.5, 0.5], [0.4, 0.1, 0.5, 0.2]])
    >>> broken.smallest_wins(a).astype(int)
    array([[0, 0, 0, 0],
           [0, 1, 0, 1]])
    """
    return RIGHT.winners(-a, ties)


def a_quarter_each(grad, winners):
    """BP2a of a layer that takes the mean of its windows, and ours takes the maximum.

    >>> from convnet_lib import broken
    >>> winners = pool.winners(np.array([[0.2, 0.7, 0.5, 0.5], [0.4, 0.1, 0.5, 0.2]]))
    >>> broken.a_quarter_each(np.array([[4.0, 8.0]]), winners)
    array([[1., 1., 2., 2.],
           [1., 1., 2., 2.]])
    """
    return RIGHT.pool_backward(grad, np.full(winners.shape, 0.25, grad.dtype))


def overwritten(grad, switches, shape, size=None, stride=None):
    """BP2s with `=` for `+=`: each window writes over what the one before it has written.

    >>> from convnet_lib import broken
    >>> a1, grad = np.array([[1.0, 4.0, 3.0]]), np.array([[1.0, 10.0]])
    >>> switches = pool.switches(a1, size=(1, 2), stride=1)
    >>> broken.overwritten(grad, switches, (1, 3), (1, 2), 1)  # += makes [0, 11, 0] of it
    array([[ 0., 10.,  0.]])
    """
    grad, switches, shape = pool.marks(grad, switches, shape, size, stride)
    (rows, columns), (down, right) = pool.steps(size, stride)
    nabla_a = np.zeros((*grad.shape[:-2], *shape), grad.dtype)
    for j, k in np.ndindex(grad.shape[-2:]):
        window = grad[..., j, k, None] * switches[..., j, k, :]
        window = window.reshape(*grad.shape[:-2], rows, columns)
        j, k = down * j, right * k
        nabla_a[..., j : j + rows, k : k + columns] = window
    return nabla_a


def overwritten_tiles(grad, winners):
    """The same on the windows of the book, of which none overlaps another: there it is right.

    >>> from convnet_lib import broken
    >>> winners = np.array([[False, True, True, False], [False, False, False, False]])
    >>> broken.overwritten_tiles(np.array([[3.0, 2.0]]), winners)
    array([[0., 3., 2., 0.],
           [0., 0., 0., 0.]])
    """
    grad, winners = pool.mask(grad, winners)
    switches = pool.windows(winners.astype(grad.dtype))
    return overwritten(grad, switches, winners.shape[-2:])


def mean_of_the_errors(delta, w):
    """BP3 with a mean over the neurons for the sum.

    >>> from convnet_lib import broken
    >>> delta, w = np.array([[1.0, 0.0], [3.0, -2.0]]), np.ones((2, 3))
    >>> float(broken.mean_of_the_errors(delta, w)), float(conv.nabla_b(delta, w))
    (0.5, 2.0)
    """
    return RIGHT.conv_nabla_b(delta, w) / (delta.shape[-2] * delta.shape[-1])


def once_a_weight(delta, w):
    """BP3 with the bias counted once for each weight of the filter: b inside of Σ_{l,m}.

    >>> from convnet_lib import broken
    >>> delta, w = np.array([[1.0, 0.0], [3.0, -2.0]]), np.ones((2, 3))
    >>> float(broken.once_a_weight(delta, w)), float(conv.nabla_b(delta, w))
    (12.0, 2.0)
    """
    return RIGHT.conv_nabla_b(delta, w) * (w.shape[-2] * w.shape[-1])


def nabla_w_rotated(delta, a, w):
    """BP4 rotated by 180°: for a filter of 5 by 5, a_{j+4-l,k+4-m} for a_{j+l,k+m}.

    >>> from convnet_lib import broken
    >>> delta, a = np.array([[2.0]]), np.array([[1.0, 0.0, 3.0], [4.0, 5.0, 6.0]])
    >>> broken.nabla_w_rotated(delta, a, np.ones((2, 3)))
    array([[12., 10.,  8.],
           [ 6.,  0.,  2.]])
    """
    return RIGHT.conv_nabla_w(delta, a, w)[..., ::-1, ::-1]


def nabla_w_transposed(delta, a, w):
    """BP4 with l and m swapped.

    >>> from convnet_lib import broken
    >>> delta, a, w = np.array([[2.0]]), np.array([[1.0, 0.0], [4.0, 5.0]]), np.ones((2, 2))
    >>> broken.nabla_w_transposed(delta, a, w)
    array([[ 2.,  8.],
           [ 0., 10.]])
    """
    return RIGHT.conv_nabla_w(delta, a, w).swapaxes(-1, -2)


def nabla_w_off_by_one(delta, a, w):
    """BP4 with a_{j+l-1,k+m-1}; where an index is -1, NumPy takes the last row or column.

    >>> from convnet_lib import broken
    >>> delta, a = np.array([[2.0]]), np.array([[1.0, 0.0, 3.0], [4.0, 5.0, 6.0]])
    >>> broken.nabla_w_off_by_one(delta, a, np.ones((2, 3)))
    array([[12.,  8., 10.],
           [ 6.,  2.,  0.]])
    """
    return RIGHT.conv_nabla_w(delta, np.roll(a, (1, 1), axis=(-2, -1)), w)


def nabla_w_of_the_last_image(delta, a, w, stride=1, padding=0):
    """BP4 with `=` where `+=` is needed: each image of the batch overwrites the one before.

    >>> from convnet_lib import broken
    >>> delta, a = np.array([[[2.0]], [[3.0]]]), np.array([[[1.0, 5.0]], [[4.0, 0.0]]])
    >>> w = np.ones((1, 2))
    >>> broken.nabla_w_of_the_last_image(delta, a, w), conv.nabla_w(delta, a, w)
    (array([[12.,  0.]]), array([[14., 10.]]))
    """
    nabla = np.zeros_like(w)
    images = batches.as_one_axis(a, max(w.ndim - 1, 2))
    for image, error in zip(images, batches.as_one_axis(delta, min(w.ndim, 3)), strict=True):
        nabla = RIGHT.conv_nabla_w(error, image, w, stride, padding)
    return nabla


def dense_nabla_w_transposed(delta, a, w=None):
    """BP4a with a²_{k,j} for a²_{j,k}.

    >>> from convnet_lib import broken
    >>> broken.dense_nabla_w_transposed(np.array([2.0]), np.array([[1.0, 0.0], [4.0, 5.0]]))
    array([[[ 2.,  8.],
            [ 0., 10.]]])
    """
    nabla = RIGHT.dense_nabla_w(delta, a, w)
    return nabla if nabla.ndim < 3 else nabla.swapaxes(-1, -2)


def conv_nabla_w_averaged(delta, a, w):
    """BP4 divided by the number of images, as the step of the training will do again.

    >>> from convnet_lib import broken
    >>> delta, a = np.array([[[2.0]], [[3.0]]]), np.array([[[1.0, 5.0]], [[4.0, 0.0]]])
    >>> broken.conv_nabla_w_averaged(delta, a, np.ones((1, 2)))  # of [[14, 10]], half
    array([[7., 5.]])
    """
    return RIGHT.conv_nabla_w(delta, a, w) / _images(delta, min(w.ndim, 3))


def conv_nabla_b_averaged(delta, w):
    """BP3 divided by the number of images.

    >>> from convnet_lib import broken
    >>> delta = np.array([[[2.0, 1.0]], [[3.0, 0.0]]])
    >>> float(broken.conv_nabla_b_averaged(delta, np.ones((1, 2))))  # of 6, half
    3.0
    """
    return RIGHT.conv_nabla_b(delta, w) / _images(delta, min(w.ndim, 3))


def dense_nabla_w_averaged(delta, a, w=None):
    """BP4a divided by the number of images.

    >>> from convnet_lib import broken
    >>> delta, a = np.array([[2.0], [3.0]]), np.array([[[1.0, 5.0]], [[4.0, 0.0]]])
    >>> broken.dense_nabla_w_averaged(delta, a)  # of [[[14, 10]]], half
    array([[[7., 5.]]])
    """
    return RIGHT.dense_nabla_w(delta, a, w) / _images(delta, 1)


def dense_nabla_b_averaged(delta, w=None):
    """BP3a divided by the number of images.

    >>> from convnet_lib import broken
    >>> broken.dense_nabla_b_averaged(np.array([[2.0, 0.0], [3.0, 1.0]]))  # of [5, 1], half
    array([2.5, 0.5])
    """
    return RIGHT.dense_nabla_b(delta, w) / _images(delta, 1)


def _images(delta, axes):
    """The number of images of a batch, of which each has an error with so many axes."""
    return max(1, prod(delta.shape[: delta.ndim - axes]))


#: The menu: the name of each bug, and what it puts in the place of which parts.
BUGS = {
    "BP1 without σ′": {"delta": delta_without_slope},
    "BP1 with the wrong sign": {"delta": delta_with_the_wrong_sign},
    "BP2 without σ′": {"sigmoid_prime": slope_left_out},
    "BP2 with σ′(a¹)": {"sigmoid_prime": slope_of_the_activation},
    "BP2 with = for +=": {"dense_backward": only_the_last_neuron},
    "BP2 with j′ and k′ swapped": {"dense_backward": backward_transposed},
    "BP2a with every tied maximum": {"winners": every_tied_winner},
    "BP2a with the last tied maximum": {"winners": last_tied_winner},
    "BP2a with the smallest": {"winners": smallest_wins},
    "BP2a with a quarter each": {"pool_backward": a_quarter_each},
    "BP3 with the mean": {"conv_nabla_b": mean_of_the_errors},
    "BP3 once for each weight": {"conv_nabla_b": once_a_weight},
    "BP4 rotated by 180°": {"conv_nabla_w": nabla_w_rotated},
    "BP4 transposed": {"conv_nabla_w": nabla_w_transposed},
    "BP4 off by one": {"conv_nabla_w": nabla_w_off_by_one},
    "BP4 with = for +=": {"conv_nabla_w": nabla_w_of_the_last_image},
    "BP4a with j and k swapped": {"dense_nabla_w": dense_nabla_w_transposed},
    "BP2s with = for +=": {"pool_backward": overwritten_tiles, "pool_scatter": overwritten},
    "the batch averaged twice": {
        "conv_nabla_w": conv_nabla_w_averaged,
        "conv_nabla_b": conv_nabla_b_averaged,
        "dense_nabla_w": dense_nabla_w_averaged,
        "dense_nabla_b": dense_nabla_b_averaged,
    },
}

# --- the checks -------------------------------------------------------------------------------
# Each takes a network, images and desired activations, and returns whether it notices that the
# network's gradients are wrong.


def shape(net, a0, y):
    """Whether a gradient has another shape than its parameter.

    >>> from convnet_lib import broken
    >>> net, y = ConvNet.random(image=(6, 8), seed=0), np.eye(10)[3]
    >>> wrong = broken.break_it(net, "BP4a with j and k swapped")  # (10, 2, 1) for (10, 1, 2)
    >>> broken.shape(net, np.ones((6, 8)), y), broken.shape(wrong, np.ones((6, 8)), y)
    (False, True)
    """
    g = net.backprop(a0, y)
    return any(getattr(g, name).shape != getattr(net, name).shape for name in net.parameters)


def mean(net, a0, y):
    """Whether the mean of a gradient differs from the mean of the right one, a number known.

    >>> from convnet_lib import broken
    >>> net, y = ConvNet.random(image=(6, 8), seed=0), np.eye(10)[3]
    >>> a0 = np.random.default_rng(0).random((6, 8))
    >>> wrong = (broken.break_it(net, bug) for bug in ("BP4 rotated by 180°", "BP3 with the mean"))
    >>> [broken.mean(each, a0, y) for each in wrong]
    [False, True]
    """
    return _differ(net, a0, y, np.mean)


def one_entry(net, a0, y):
    """Whether the first entry of a gradient differs from that of the right one, a number known.

    >>> from convnet_lib import broken
    >>> net, y = ConvNet.random(image=(6, 8), seed=0), np.eye(10)[3]
    >>> a0 = np.random.default_rng(0).random((6, 8))
    >>> wrong = (broken.break_it(net, bug) for bug in ("BP4 rotated by 180°", "BP4 transposed"))
    >>> [broken.one_entry(each, a0, y) for each in wrong]
    [True, False]
    """
    return _differ(net, a0, y, lambda nabla: nabla.flat[0])


def loops(net, a0, y):
    """Whether any entry of δ³, δ¹ or a gradient differs from the index loops of `by_definition`.

    >>> from convnet_lib import broken
    >>> net, y = ConvNet.random(image=(6, 8), seed=0), np.eye(10)[3]
    >>> a0 = np.random.default_rng(0).random((6, 8))
    >>> broken.loops(net, a0, y), broken.loops(broken.break_it(net, "BP4 transposed"), a0, y)
    (False, True)
    """
    found, expected = net.backprop(a0, y), _by_loops(net, a0, y)
    pairs = zip(found, expected, strict=True)
    return any(_apart(f, e) for f, e in pairs)


def _by_loops(net, a0, y):
    """The gradients by index loops, of a network with windows that overlap too."""
    if getattr(net, "window", None) is None:
        return by_definition.backprop(net, a0, y)
    z1, a1, a2, z3, a3 = net.feedforward(a0)
    delta3 = by_definition.delta(z3, a3, y)
    nabla_a2 = by_definition.dense_backward(delta3, net.w3)
    switches = by_definition.pool_switches(a1, "first", *net.window)
    nabla_a1 = by_definition.pool_scatter(nabla_a2, switches, a1.shape[-2:], *net.window)
    delta1 = nabla_a1 * by_definition.sigmoid_prime(z1)
    return Gradients(
        delta3,
        delta1,
        b3=by_definition.dense_nabla_b(delta3, net.w3),
        b1=by_definition.conv_nabla_b(delta1, net.w1),
        w3=by_definition.dense_nabla_w(delta3, a2, net.w3),
        w1=by_definition.conv_nabla_w(delta1, a0, net.w1),
    )


def differences(net, a0, y):
    """Whether one of up to 60 entries of a gradient differs from central differences.

    >>> from convnet_lib import broken
    >>> net, y = ConvNet.random(image=(6, 8), seed=0), np.eye(10)[3]
    >>> a0 = np.random.default_rng(0).random((6, 8))
    >>> wrong = broken.break_it(net, "BP2 without σ′")
    >>> broken.differences(net, a0, y), broken.differences(wrong, a0, y)
    (False, True)
    """
    errors = gradient_check.check(net, a0, y, entries=60)
    return not all(error <= MEASURED for error in errors.values())


def adjoint(net, a0, y):
    """Whether a linear step back is not the adjoint of its step forward: ⟨Wx, δ⟩ ≠ ⟨x, Wᵀδ⟩.

    Every step that has a W is asked: both convolutional gradients, the three functions of the
    dense layer, and the pooling, which is linear for as long as its switches stay. The errors δ
    are drawn at random, so that no derivative and no cost is needed.

    >>> from convnet_lib import broken
    >>> net, y = ConvNet.random(image=(6, 8), seed=0), np.eye(10)[3]
    >>> a0 = np.random.default_rng(0).random((6, 8))
    >>> wrong = (broken.break_it(net, bug) for bug in ("BP4 transposed", "BP2 without σ′"))
    >>> [broken.adjoint(each, a0, y) for each in wrong]
    [True, False]
    """
    net = net if isinstance(net, BrokenNet) else break_it(net, None)
    parts, rng = net.parts, np.random.default_rng(0)
    z1, a1, a2, z3, _ = net.feedforward(a0)
    delta1, delta2, delta3 = (rng.standard_normal(x.shape) for x in (z1, a2, z3))
    forward1 = np.vdot(conv.forward(a0, net.w1, np.zeros_like(net.b1)), delta1)
    forward3 = np.vdot(dense.forward(a2, net.w3, np.zeros_like(net.b3)), delta3)
    pairs = (
        (forward1, np.vdot(net.w1, parts.conv_nabla_w(delta1, a0, net.w1))),
        (delta1.sum(), np.sum(parts.conv_nabla_b(delta1, net.w1))),  # x is a bias of 1
        (np.vdot(a2, delta2), np.vdot(a1, net.unpool(delta2, a1))),
        (forward3, np.vdot(a2, parts.dense_backward(delta3, net.w3))),
        (forward3, np.vdot(net.w3, parts.dense_nabla_w(delta3, a2, net.w3))),
        (delta3.sum(), np.sum(parts.dense_nabla_b(delta3, net.w3))),
    )
    return any(_apart(back, there) for there, back in pairs)


def _apart(found, expected):
    """Whether two arrays differ by more than rounding; what is not a number always does."""
    return not gradient_check.relative_error(found, expected) <= ROUNDING


def _differ(net, a0, y, look):
    """Whether what `look` makes of a gradient is not what it makes of the right one."""
    found, right = (n.backprop(a0, y) for n in (net, break_it(net, None)))
    pairs = ((getattr(found, name), getattr(right, name)) for name in net.parameters)
    return any(_apart(look(f), look(r)) for f, r in pairs)


#: The checks of a gradient by name, in the order of the columns of a table.
CHECKS = {
    "shape": shape,
    "mean": mean,
    "one entry": one_entry,
    "loops": loops,
    "differences": differences,
    "adjoint": adjoint,
}


def noticed(net, a0, y):
    """Return which of the six checks notice that the gradients of a network are wrong.

    >>> from convnet_lib import broken
    >>> wrong = broken.break_it(ConvNet.random(image=(6, 8), seed=0), "BP4 transposed")
    >>> a0 = np.random.default_rng(0).random((6, 8))
    >>> found = broken.noticed(wrong, a0, np.eye(10)[3])
    >>> [check for check, notices in found.items() if notices]
    ['loops', 'differences', 'adjoint']

    Args:
        net: a ConvNet of float64, from `break_it` or with a `backprop` of its own, of which the
            adjoint knows nothing: it asks the parts of a BrokenNet.
        a0: images, shape (..., 28, 28).
        y: desired activations, shape (..., 10).

    Returns:
        {name of the check: whether it notices}. A backward pass that stops with an error because
        two shapes do not fit is noticed by any check that runs it.
    """
    return {name: _notices(check, net, a0, y) for name, check in CHECKS.items()}


def _notices(check, net, a0, y):
    try:
        return bool(check(net, a0, y))
    except (IndexError, ValueError):  # two shapes that do not fit, found by the one or the other
        return True


def train(net, digits, learning_rate=1.0, batch_size=10, cost="quadratic"):
    """Return the network after one pass over the digits, in their order, down its own gradient.

    >>> from convnet_lib import broken
    >>> net = ConvNet(np.zeros((1, 2)), np.array(0.0), np.zeros((3, 1, 1)), np.zeros(3))
    >>> wrong = broken.break_it(net, "BP1 with the wrong sign")
    >>> digits = data.Digits(np.zeros((2, 2, 3)), np.array([1, 1]))
    >>> broken.train(wrong, digits, learning_rate=2.0, cost="cross_entropy").b3  # away from y
    array([ 1., -1.,  1.])

    Args:
        net: a ConvNet, from `break_it` or with a `backprop` of its own.
        digits: `data.Digits`.
        learning_rate: η, for the mean gradient of a mini-batch.
        batch_size: images a step.
        cost: "quadratic" or "cross_entropy".

    Returns:
        A network of the kind of net; its gradients are as wrong as before.
    """
    y = data.one_hot(digits.labels, len(net.b3))
    for start in range(0, len(y), batch_size):
        batch = slice(start, start + batch_size)
        net = training.step(net, digits.images[batch], y[batch], learning_rate, cost)
    return net


# --- the table --------------------------------------------------------------------------------


def table(net, a0, y):
    """Return {bug: {check: whether it notices}} for each bug of the menu; arguments as `noticed`.

    >>> from convnet_lib import broken
    >>> w1, w3 = np.array([[2.0, -1.0], [0.0, 3.0]]), np.array([[[3.0]], [[-1.0]]])
    >>> net = ConvNet(w1, np.array(0.5), w3, np.zeros(2))
    >>> a0 = np.array([[0.5, 1.0, 0.0], [0.0, 0.25, 0.75], [1.0, 0.0, 0.5]])
    >>> found = broken.table(net, a0, np.array([0.0, 1.0]))
    >>> len(found), found["BP3 with the mean"]["shape"], found["BP3 with the mean"]["mean"]
    (19, False, True)

    Args:
        net: a ConvNet, in which nothing is broken yet.
        a0: images, shape (..., 28, 28).
        y: desired activations, shape (..., 10).
    """
    return {bug: noticed(break_it(net, bug), a0, y) for bug in BUGS}


def smallest_sets(found, checks):
    """Return the smallest sets of checks that together notice every bug that any of them notices.

    >>> from convnet_lib import broken
    >>> found = {"one": {"x": True, "y": False, "z": True}}
    >>> found["two"] = {"x": False, "y": True, "z": True}
    >>> broken.smallest_sets(found, ["x", "y", "z"]), broken.smallest_sets(found, ["x", "y"])
    ([('z',)], [('x', 'y')])

    Args:
        found: a table, {bug: {check: whether it notices}}.
        checks: the checks that may be used.

    Returns:
        Tuples of names, all of one length, in the order of `checks`; [()] if nothing is noticed.
    """
    bugs = [bug for bug, row in found.items() if any(row[check] for check in checks)]
    for size in range(len(checks) + 1):
        sets = [
            chosen
            for chosen in combinations(checks, size)
            if all(any(found[bug][check] for check in chosen) for bug in bugs)
        ]
        if sets:
            return sets


def read_predictions(text, checks):
    """Return {bug: {check: True, False or None}} from a table written as text.

    >>> from convnet_lib import broken
    >>> broken.read_predictions("BP4 transposed  x - ?", ["loops", "shape", "mean"])
    {'BP4 transposed': {'loops': True, 'shape': False, 'mean': None}}

    Args:
        text: a line a bug: its name, then for each check `x` (it will notice), `-` (it will not)
            or `?` (no prediction), with spaces between them. A line that begins with # is left out.
        checks: the names of the checks, in the order of the columns.

    Raises:
        ValueError: if a line has no bug's name, or not one mark for each check.
    """
    marks, predictions = {"x": True, "-": False, "?": None}, {}
    for line in text.splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        bug, *row = line.strip().rsplit(maxsplit=len(checks))
        if bug not in BUGS or len(row) != len(checks) or not set(row) <= set(marks):
            expected = f"the name of a bug, then {len(checks)} marks, each x, - or ?"
            raise ValueError(f"text: expected {expected}, got {line.strip()!r}")
        predictions[bug] = {c: marks[mark] for c, mark in zip(checks, row, strict=True)}
    return predictions
