"""The step of many feature maps: the matrix products by NumPy, and what lies between them compiled.

Needs the extra `compiled` (Numba), and nothing imports it before it is asked for. With many maps
BLAS does F1 and BP4 at nearly the rate of large matrices, quicker than the loops of `compiled`.
What takes as long again is the work between, with little arithmetic in it: seventeen operations of
`fast`, each of which fetches its numbers anew. Here it is two passes:

- `pool`, on the way forward: σ of the largest z¹ of each window and its bias.
- `route`, on the way back: σ′, the sum of BP3, and δ¹ of all four neurons. It compares once more
  who won, as that takes less time than to keep the answer.

Both let go of the interpreter, and the second goes over its windows in runs that stay in the
fastest cache. Nothing in them is for one size of network: Numba compiles them once for each dtype.

The letters of the shapes are those of `fast`: z is (2, F, 2, P·Q·n), and i a window of one of the
images.
"""

import numpy as np
from numba import njit

from . import fast
from .compiled import FUSED, part, summed
from .exponential import exponential

#: How many z¹ a mini-batch has from which a second thread is worth its start. Fewer than in `fast`,
#: as there are a dozen calls between which both wait for the interpreter, and not forty.
TWO_THREADS_FROM = 150_000
#: The windows of a run: in float32 their z¹, a², δ and winners are 28 KB.
RUN = 1024


@part
def _largest(top_left, top_right, bottom_left, bottom_right, bias, a2):
    """Write σ of the largest of the four and the bias into a2 (F3, the b¹ of F1, F2)."""
    one = a2.dtype.type(1)
    for i in range(len(a2)):
        top, bottom = max(top_left[i], top_right[i]), max(bottom_left[i], bottom_right[i])
        a2[i] = one / (one + exponential(-(max(top, bottom) + bias)))


@njit(cache=True, nogil=True, fastmath=FUSED)
def pool(z, b1, a2):
    """Write a² of each window into a2: σ of the largest z¹ (F3, the b¹ of F1, F2).

    >>> from convnet_lib.training import compiled_passes
    >>> z = np.array([1.0, 2, 3, 1, 5, 2, 0, 1]).reshape(2, 1, 2, 2)  # of two windows
    >>> a2 = np.zeros((1, 2))
    >>> compiled_passes.pool(z, np.array([[-5.0]]), a2)
    >>> a2.round(3)  # σ(5 - 5) and σ(2 - 5)
    array([[0.5  , 0.047]])

    Args:
        z: (2, F, 2, P·Q·n), without the bias.
        b1: (F, 1).
        a2: (F, P·Q·n).
    """
    for f in range(len(a2)):
        left, right = z[0, f], z[1, f]
        _largest(left[0], right[0], left[1], right[1], b1[f, 0], a2[f])


@summed
def _through(a2, delta):
    """Multiply δ by σ′, which is a²(1 - a²) of the winners (BP2), and return its sum (BP3)."""
    total, one = delta.dtype.type(0), delta.dtype.type(1)
    for i in range(len(delta)):
        delta[i] *= a2[i] * (one - a2[i])
        total += delta[i]
    return total


@part
def _winners(top_left, top_right, bottom_left, bottom_right, winner):
    """Write the place of each window's winner, 2r + s, into winner: the first of the largest."""
    for i in range(len(winner)):
        top, bottom = max(top_left[i], top_right[i]), max(bottom_left[i], bottom_right[i])
        right, below_right = top_right[i] > top_left[i], bottom_right[i] > bottom_left[i]
        winner[i] = (3 if below_right else 2) if bottom > top else (1 if right else 0)


@part
def _give(delta, winner, place, z):
    """Write δ over z where the winner stands at this place of its window, and else 0 (BP2a)."""
    for i in range(len(z)):
        z[i] = delta[i] if winner[i] == place else 0


@part
def _route_run(left, right, delta, winner, start):
    """Write δ¹ of a run of windows over left and right, (2, P·Q·n), from `start` on (BP2a)."""
    stop = start + len(delta)
    top_left, bottom_left = left[0, start:stop], left[1, start:stop]
    top_right, bottom_right = right[0, start:stop], right[1, start:stop]
    _winners(top_left, top_right, bottom_left, bottom_right, winner)
    _give(delta, winner, 0, top_left)
    _give(delta, winner, 1, top_right)
    _give(delta, winner, 2, bottom_left)
    _give(delta, winner, 3, bottom_right)


@njit(cache=True, nogil=True, fastmath=FUSED)
def route(z, a2, delta, nabla_b1):
    """Write δ¹ of all four neurons of each window over z, and its sum into nabla_b1 (BP2–BP3).

    >>> from convnet_lib.training import compiled_passes
    >>> z = np.array([1.0, 3.0, 2.0, 3.0]).reshape(2, 1, 2, 1)  # r = 1: 3 and, beside it, 3
    >>> a2, delta, nabla_b1 = np.array([[0.5]]), np.array([[8.0]]), np.zeros((1, 1))
    >>> compiled_passes.route.py_func(z, a2, delta, nabla_b1)
    >>> z.ravel(), nabla_b1  # the first of the two gets 8 · ½ · ½
    (array([0., 2., 0., 0.]), array([[2.]]))

    Args:
        z: (2, F, 2, P·Q·n), z¹ without the bias; then δ¹.
        a2: (F, P·Q·n).
        delta: (F, P·Q·n), what comes back through w³; then δ¹ of the winners.
        nabla_b1: (F, 1).
    """
    F, windows = a2.shape
    winner = np.empty(RUN, a2.dtype)  # a number as long as what stands beside it
    for f in range(F):
        total = a2.dtype.type(0)
        for start in range(0, windows, RUN):
            run = delta[f, start : start + RUN]
            total += _through(a2[f, start : start + RUN], run)
            _route_run(z[0, f], z[1, f], run, winner[: len(run)], start)
        nabla_b1[f, 0] = total


def feedforward(parameters, images, buffers):
    """Do what `fast.feedforward` does: return z³, (10, n), and leave a² in buffers (F1–F4).

    >>> from convnet_lib.training import compiled_passes
    >>> sizes = fast.Sizes(F=1, C=1, KH=1, KW=1, P=1, Q=1, outputs=2)
    >>> parameters = sizes.parameters(float)  # w1 and b1 are 0, so that a² is ½
    >>> parameters.w3[...], parameters.b3[...] = [[4.0, 6.0]], [[0.0], [1.0]]
    >>> buffers = fast.Buffers(sizes, 1, float)
    >>> compiled_passes.feedforward(parameters, np.ones((1, 1, 2, 2)), buffers)
    array([[2.],
           [4.]])
    """
    fast.lay_tiles(images, buffers)
    w1 = fast.twin_filters(parameters.w1, buffers)
    np.matmul(w1, buffers.fields, out=buffers.z_rows)  # F1 without b¹
    pool(buffers.z, parameters.b1, buffers.a2_maps)  # F3, the b¹ of F1, F2
    z3 = np.matmul(parameters.w3.T, buffers.a2, out=buffers.a3)  # F4
    z3 += parameters.b3
    return z3


def backprop(parameters, images, y, cost, scale, buffers):
    """Do what `fast.backprop` does: return the gradients of a chunk, times `scale`, summed.

    >>> from convnet_lib.training import compiled_passes
    >>> sizes = fast.Sizes(F=1, C=1, KH=1, KW=1, P=1, Q=1, outputs=2)
    >>> given = sizes.parameters(float), np.ones((1, 1, 2, 2)), np.array([[0.0, 1.0]])
    >>> buffers = fast.Buffers(sizes, 1, float)
    >>> compiled_passes.backprop(*given, "cross_entropy", 1, buffers).b3
    array([[ 0.5],
           [-0.5]])
    """
    nabla = buffers.nabla
    z3 = feedforward(parameters, images, buffers)  # F1–F4
    delta3 = fast.errors(z3, y, cost, scale, buffers)  # BP1
    np.add.reduce(delta3, axis=1, keepdims=True, out=nabla.b3)  # BP3a
    np.dot(buffers.a2, buffers.delta3_rows, out=nabla.w3)  # BP4a
    np.matmul(parameters.w3, delta3, out=buffers.delta)  # the sum in BP2
    route(buffers.z, buffers.a2_maps, buffers.delta_maps, nabla.b1)  # BP2, BP3, BP2a
    fast.correlate(buffers)  # BP4
    return nabla


class Stepper(fast.Stepper):
    """A network that is being trained, with two compiled passes in each step of `fast.Stepper`.

    >>> from convnet_lib.training import compiled_passes
    >>> net = ConvNet(np.zeros((1, 2)), np.array(0.0), np.zeros((3, 1, 1)), np.zeros(3))
    >>> stepper = compiled_passes.Stepper(net)
    >>> stepper.step(np.zeros((1, 2, 3)), np.array([[0.0, 1.0, 0.0]]), learning_rate=2.0)
    >>> stepper.net.b3, net.b3
    (array([-1.,  1., -1.]), array([0., 0., 0.]))
    """

    _feedforward, _backprop = staticmethod(feedforward), staticmethod(backprop)
    two_threads_from = TWO_THREADS_FROM
