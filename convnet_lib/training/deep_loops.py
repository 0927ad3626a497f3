"""The loops of `compiled_deep`: a convolutional layer, and the pooling behind it.

Needs Numba. Images are worked out one after the other, with the maps of a pixel side by side in
memory, (H, W, C): what a neuron sees of a row is one run of numbers, KW·C of them, and what the
neuron beside it sees begins a pixel further on. Nothing is copied. What the measurements asked for:

- The maps of a neuron are a vector, and its sums stay in registers until they are whole. Four
  neurons side by side take turns: weights that were fetched serve four times, and no sum waits for
  its own last product (`_four`).
- A row that is no multiple of four neurons, or maps that are none of eight, are worked out as if
  they were; what is too much is written over by what comes next, or stands in the `slack` behind.
- An image is pooled as soon as it is convolved, while its z are in the cache (`pooling`).
- Behind max-pooling of 2 by 2 three errors of four are 0, and with ReLU more. So the others are
  listed, by their map for BP4s and by their neuron for BP5s, and one sum runs over a list
  (`following`). A branch for each, which nobody can foresee, would cost more than its products.

In the shapes n is an image; f a feature map, c a channel; l, m an offset in the filter, and t one
in a row of it, m and c together; p, q a window.
"""

from functools import cache
from typing import NamedTuple

import numpy as np

from .compiled import FUSED, njit, part
from .exponential import exponential
from .vectors import AT_ONCE, REGISTERS, add, load, same, store, where_greater


class Lay(NamedTuple):
    """How the neurons of an image see its pixels.

    Attributes:
        W: pixels in a row, with what there is of padding.
        C: numbers in a pixel.
        size: numbers from one image to the next.
        KH: rows of a filter.
        KW: columns of a filter.
        high: rows of neurons.
        wide: neurons in a row.
    """

    W: int
    C: int
    size: int
    KH: int
    KW: int
    high: int
    wide: int


def slack(maps):
    """Return how many numbers have to stand behind an array whose pixels have so many.

    >>> from convnet_lib.training import deep_loops
    >>> deep_loops.slack(20) >= 3 * 20  # three neurons that there are not
    True
    """
    return 3 * maps + REGISTERS * AT_ONCE


# --- F1s ---------------------------------------------------------------------------------------


@part
def _four(w, x, at, f, z, to, maps, lay, N):
    """Write what four neurons side by side are given in maps f to f + N - 1 (F1s)."""
    row = lay.KW * lay.C
    z0 = z1 = z2 = z3 = same(z.dtype.type(0), N)
    for l in range(lay.KH):
        for t in range(row):
            weights, pixel = load(w, (l * row + t) * maps + f, N), at + l * lay.W * lay.C + t
            z0 = add(z0, x[pixel], weights)
            z1 = add(z1, x[pixel + lay.C], weights)
            z2 = add(z2, x[pixel + 2 * lay.C], weights)
            z3 = add(z3, x[pixel + 3 * lay.C], weights)
    store(z, to + f, z0)
    store(z, to + maps + f, z1)
    store(z, to + 2 * maps + f, z2)
    store(z, to + 3 * maps + f, z3)


@part
def _convolve(w, x, at, z, to, maps, lay, N):
    """Write what all neurons of an image are given, row by row (F1s)."""
    for j in range(lay.high):
        for k in range(0, lay.wide, 4):
            pixel, neuron = at + (j * lay.W + k) * lay.C, to + (j * lay.wide + k) * maps
            for f in range(0, maps, N):
                _four(w, x, pixel, f, z, neuron, maps, lay, N)


# --- F3s, F2r or F2 ----------------------------------------------------------------------------


@part
def _pool(z, b, f, at, a, won, to, lay, R, S, rectified, N):
    """Write what the window at `at` makes of its neurons, and who won, in maps f to f + N - 1.

    It is the first in row-major order, if they are several. The bias comes later: with it, two sums
    that are the same might be rounded apart. R and S are known to the compiler.
    """
    maps, one = len(b), z.dtype.type(1)
    largest, who = load(z, at + f, N), same(np.int32(0), N)
    for r in range(R):
        for s in range(S):
            there = load(z, at + (r * lay.wide + s) * maps + f, N)
            who = where_greater(there, largest, same(np.int32(r * lay.W + s), N), who)
            largest = where_greater(there, largest, there, largest)
    store(won, to + f, who)  # F3s
    z1 = add(largest, one, load(b, f, N))  # the bias of F1s
    zero = same(z.dtype.type(0), N)
    store(a, to + f, where_greater(zero, z1, zero, z1) if rectified else z1)  # F2r; of nan, nan


@part
def _activate(a, length):
    """Write σ over so many numbers of a (F2)."""
    one = a.dtype.type(1)
    for k in range(length):
        a[k] = one / (one + exponential(-a[k]))


@cache
def pooling(R, S, rectified, N):
    """Return the function for a convolution, max-pooling in windows of R by S, and activation.

    >>> from convnet_lib.training import deep_loops
    >>> lay = deep_loops.Lay(W=4, C=1, size=8, KH=1, KW=1, high=2, wide=4)
    >>> w, x, b = np.ones(8), np.zeros(8 + deep_loops.slack(1)), np.full(8, -7.0)
    >>> x[:8], z, a = [3, 1, 4, 1, 5, 9, 2, 6], np.empty(64), np.empty(2 + deep_loops.slack(1))
    >>> won = np.empty(len(a), np.int32)
    >>> deep_loops.pooling(2, 2, True, 8)(w, x, b, z, a, won, (1, 1, 2, 1), lay, (2, 2))
    >>> a[:2], won[:2]  # 9 - 7; 6 - 7 is less than 0
    (array([2., 0.]), array([5, 5], dtype=int32))

    Args:
        R: rows of a window.
        S: columns of a window.
        rectified: whether the activation is ReLU; else it is the sigmoid.
        N: the length of a vector.

    Returns:
        A function of the filters, (KH·KW·C·F,), with F padded to a multiple of N; the images, one
        after the other, with `slack` behind; the biases, (F,), padded alike; room for the z of one
        image, with slack; where the activations go, (n·P·Q·F,), and the winners, alike, as
        pixels from the first that the window sees, both with slack; n, P, Q and F; how the images
        lie; and the stride.
    """

    @njit(cache=True, nogil=True, fastmath=FUSED)
    def compiled(w, x, b, z, a, won, shape, lay, stride):
        (n, P, Q, F), maps = shape, len(b)
        for i in range(n):
            _convolve(w, x, i * lay.size, z, 0, maps, lay, N)
            for p in range(P):
                for q in range(Q):
                    at = (p * stride[0] * lay.wide + q * stride[1]) * maps
                    to = ((i * P + p) * Q + q) * F
                    for f in range(0, maps, N):
                        _pool(z, b, f, at, a, won, to, lay, R, S, rectified, N)
        if not rectified:
            _activate(a, n * P * Q * F)  # F2

    return compiled


# --- F3s, and from its winners alone BP4s and BP5s ----------------------------------------------


@part
def _through(grad, a, delta, rectified):
    """Write grad times the slope of the activation at the a that it made; all (P·Q·F,)."""
    one = a.dtype.type(1)
    for k in range(len(a)):
        delta[k] = grad[k] * (a[k] > 0) if rectified else grad[k] * a[k] * (one - a[k])


@part
def _of_a_map(delta, won, f, errors, starts, at, lay, stride):
    """List the errors of map f, and where what their neurons see begins; return how many."""
    (P, Q, _), many = delta.shape, 0
    for p in range(P):
        for q in range(Q):
            error, pixel = delta[p, q, f], p * stride[0] * lay.W + q * stride[1] + won[p, q, f]
            errors[many], starts[many] = error, at + pixel * lay.C
            many += error != 0
    return many


@part
def _of_a_neuron(delta, won, place, errors, starts, size):
    """List the errors of the maps in which `place` won, and where their filters begin."""
    many = 0
    for f in range(len(delta)):
        error = delta[f]
        errors[many], starts[many] = error, f * size
        many += (error != 0) & (won[f] == place)
    return many


@part
def _gather(errors, starts, many, given, step, x, to, leap, rows, long, N):
    """Add to rows of x, from `to` on, Σ_k error_k times those of `given` from start_k on.

    The rows have `long` numbers, and begin `leap`, and there `step`, numbers after each other.
    """
    for l in range(rows if many else 0):
        for t in range(0, long, N):
            total = load(x, to + l * leap + t, N)
            for k in range(many):
                total = add(total, errors[k], load(given, starts[k] + l * step + t, N))
            store(x, to + l * leap + t, total)


@part
def _to_weights(delta, won, x, at, nabla, nabla_b, lay, stride, errors, starts, N):
    """Add what the winners of an image give to the weights (BP4s), and to the biases (BP3s)."""
    (F, KH, long), row, flat = nabla.shape, lay.W * lay.C, nabla.reshape(-1)
    for f in range(F):
        many, to = _of_a_map(delta, won, f, errors, starts, at, lay, stride), f * KH * long
        for k in range(many):
            nabla_b[f] += errors[k]
        _gather(errors, starts, many, x, row, flat, to, long, KH, long, N)


@part
def _to_pixels(delta, won, w, back, at, lay, size, stride, errors, starts, N):
    """Add what the winners of an image give to the pixels that they see (BP5s)."""
    (_, KH, long), (P, Q, _), row, flat = w.shape, delta.shape, lay.W * lay.C, w.reshape(-1)
    for p in range(P):
        for q in range(Q):
            for r in range(size[0]):
                for s in range(size[1]):
                    place, first = r * lay.W + s, p * stride[0] * lay.W + q * stride[1]
                    mine, to = (delta[p, q], won[p, q], place), at + (first + place) * lay.C
                    many = _of_a_neuron(*mine, errors, starts, KH * long)
                    _gather(errors, starts, many, flat, long, back, to, row, KH, long, N)


@cache
def following(rectified, N):
    """Return the function that follows winners back to weights and pixels.

    >>> from convnet_lib.training import deep_loops
    >>> lay = deep_loops.Lay(W=4, C=1, size=4, KH=1, KW=2, high=1, wide=3)
    >>> a, won = np.array([[[[2.0], [0.0]]]]), np.array([[[[1], [0]]]], np.int32)
    >>> w, nabla, nabla_b, back = np.zeros((1, 1, 8)), np.ones((1, 1, 8)), np.ones(1), np.ones(12)
    >>> w[0, 0, :2], x = [10, 100], np.array([3.0, 1, 4, 1, *[0] * 8])
    >>> follow, grad = deep_loops.following(True, 8), np.full((1, 1, 2, 1), 0.5)
    >>> follow(grad, a, won, w, x, back, nabla, nabla_b, lay, (1, 2), (1, 2), True)
    >>> nabla[0, 0, :2], nabla_b, back[:4]  # the neuron that sees 1 and 4; the other is not active
    (array([0.5, 2. ]), array([0.5]), array([ 0.,  5., 50.,  0.]))

    Args:
        rectified: whether the activation is ReLU; else it is the sigmoid.
        N: the length of a vector.

    Returns:
        A function of ∂C/∂a, (n, P, Q, F); the activations and the winners, alike; the filters, (F,
        KH, KW·C), their rows padded with zeros to a multiple of N; the pixels, (n·H·W·C,), and
        where ∂C/∂x goes, alike, both with `slack` behind; where ∂C/∂w goes, padded as the filters,
        and ∂C/∂b, (F,); how the pixels lie; the windows' size and stride; and whether ∂C/∂x is
        wanted.
    """

    @njit(cache=True, nogil=True, fastmath=FUSED)
    def compiled(grad, a, won, w, x, back, nabla, nabla_b, lay, size, stride, wanted):
        n, P, Q, F = a.shape
        delta = np.empty((P, Q, F), a.dtype)
        errors, starts = np.empty(P * Q + F, a.dtype), np.empty(P * Q + F, np.int64)
        nabla[:], nabla_b[:] = 0, 0
        if wanted:
            back[:] = 0
        for i in range(n):
            _through(grad[i].reshape(-1), a[i].reshape(-1), delta.reshape(-1), rectified)
            at = i * lay.size
            _to_weights(delta, won[i], x, at, nabla, nabla_b, lay, stride, errors, starts, N)
            if wanted:
                _to_pixels(delta, won[i], w, back, at, lay, size, stride, errors, starts, N)

    return compiled


# --- BP1l --------------------------------------------------------------------------------------


@njit(cache=True, nogil=True, fastmath=FUSED)
def softmax_delta(z, y, delta):
    """Write the error of softmax outputs under the log-likelihood, as `costs.softmax_delta` (BP1l).

    >>> from convnet_lib.training import deep_loops
    >>> delta = np.empty((3, 1))
    >>> deep_loops.softmax_delta(np.log([[1.0], [3.0], [4.0]]), np.array([[0.0, 0.0, 1.0]]), delta)
    >>> delta.round(6).T
    array([[ 0.125,  0.375, -0.5  ]])

    Args:
        z: weighted outputs, (outputs, n).
        y: desired activations, (n, outputs).
        delta: where δ goes, (outputs, n).
    """
    for i in range(len(y)):
        top, total, others = z[:, i].argmax(), y[i].sum(), z.dtype.type(0)
        for l in range(len(z)):
            delta[l, i] = np.exp(z[l, i] - z[top, i])
            others += delta[l, i] if l != top else 0
        for l in range(len(z)):
            delta[l, i] = delta[l, i] / (1 + others) * total - y[i, l]
        # Near 1, a has lost the digits that the sum of the others, 1 - a, still has.
        if y[i, top] == total and others < 1:
            delta[top, i] = -total * others / (1 + others)
