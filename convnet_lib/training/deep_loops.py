"""The loops of `compiled_deep`: a convolutional layer, and what is pooled behind it.

Needs Numba. Images stand along the last axis, as in `deep_work`, and a map is one run of numbers,
row after row: what a neuron sees at l, m of its filter stands l rows and m columns further on, and
nothing is copied. What the measurements asked for:

- The columns of a filter's row are written out, so that their sum stays in the processor's
  registers, and each pixel that was fetched serves four maps (`_four`), or two (`_nabla_two`).
- With many images a row of neurons is a run that is long enough. With few, all rows are one run,
  and what is computed between two rows is nobody's (`Lay.band`).
- BP5s is F1s once more, with the filters rotated by 180°. The margins of zeros that it needs stand
  between the rows of errors, the right one of a row being the left one of the next.
- Pooling, bias and activation are one loop, and so is the way back, on which each winner's error is
  written to where its z was (`pooling`).
- Behind max-pooling of 2 by 2 three errors of four are 0, and with ReLU more. Where there are
  channels enough for runs of them, winners are followed back one by one (`following`).

In the shapes n is an image; f a feature map, c a channel; l, m an offset in the filter; r a place
in a run; p, q a window.
"""

from functools import cache
from math import exp
from typing import NamedTuple

import numpy as np

from .compiled import FUSED, add_five, njit, part, summed


class Lay(NamedTuple):
    """How two arrays of maps lie, of which the one is seen through filters, and gives to the other.

    Attributes:
        n: images, and so numbers in a column.
        step: numbers from one row to the next, of both.
        run: numbers that are worked out at once.
        band: rows of the other that these belong to: one, or all there are.
        rows: of the one that is seen.
        above: rows by which the filter stands out at the top: none in F1s, KH - 1 in BP5s.
        start: numbers before the first of the other's rows.
    """

    n: int
    step: int
    run: int
    band: int
    rows: int
    above: int
    start: int


# --- F1s and BP5s ------------------------------------------------------------------------------


@part
def _columns(x, at, n, run):
    """Return five runs of x, each a column further on; those beyond the end are shorter."""
    one, two, three, four = at + n, at + 2 * n, at + 3 * n, at + 4 * n
    return (
        x[at : at + run],
        x[one : one + run],
        x[two : two + run],
        x[three : three + run],
        x[four : four + run],
    )


@part
def _pixels(x, r, KW):
    """Return what stands at r in five runs; of those that a filter has not, something else."""
    return (
        x[0][r],
        x[1][r] if KW > 1 else x[0][r],
        x[2][r] if KW > 2 else x[0][r],
        x[3][r] if KW > 3 else x[0][r],
        x[4][r] if KW > 4 else x[0][r],
    )


@part
def _weights(w):
    """Return the weights of a filter's row one by one; those that it has not are not used."""
    return w[0], w[1], w[2], w[3], w[4]


@part
def _sum(w, x, KW):
    """Return Σₘ wₘ xₘ for m < KW, which the compiler knows."""
    total = w[0] * x[0]
    if KW > 1:
        total += w[1] * x[1]
    if KW > 2:
        total += w[2] * x[2]
    if KW > 3:
        total += w[3] * x[3]
    if KW > 4:
        total += w[4] * x[4]
    return total


@part
def _one(w, f, c, l, x, z, to, run, KW):
    """Add to a run of map f what row l of its filter sees in channel c."""
    w0, z0 = _weights(w[f, c, l]), z[f, to : to + run]
    for r in range(run):
        z0[r] += _sum(w0, _pixels(x, r, KW), KW)


@part
def _four(w, f, c, l, x, z, to, run, KW):
    """Do what `_one` does for maps f to f + 3: a pixel is fetched once for all."""
    w0, w1 = _weights(w[f, c, l]), _weights(w[f + 1, c, l])
    w2, w3 = _weights(w[f + 2, c, l]), _weights(w[f + 3, c, l])
    z0, z1 = z[f, to : to + run], z[f + 1, to : to + run]
    z2, z3 = z[f + 2, to : to + run], z[f + 3, to : to + run]
    for r in range(run):
        seen = _pixels(x, r, KW)
        z0[r] += _sum(w0, seen, KW)
        z1[r] += _sum(w1, seen, KW)
        z2[r] += _sum(w2, seen, KW)
        z3[r] += _sum(w3, seen, KW)


@part
def _maps(add, many, w, f, x, z, j, lay, KW):
    """Write the band from row j on of the maps f to f + many - 1."""
    _, C, KH, _ = w.shape
    for g in range(f, f + many):
        z[g, lay.start + j * lay.step : lay.start + (j + lay.band) * lay.step] = 0
    for c in range(C):
        for l in range(KH):
            row = max(j, lay.above - l)  # the first of the band that row l of the filter gives to
            seen = row + l - lay.above
            if row < j + lay.band and seen < lay.rows:
                some = _columns(x[c], seen * lay.step, lay.n, lay.run)
                add(w, f, c, l, some, z, lay.start + row * lay.step, lay.run, KW)


@cache
def convolve(KW):
    """Return the function that writes what filters of KW columns see.

    >>> from convnet_lib.training import deep_loops
    >>> lay = deep_loops.Lay(n=1, step=3, run=2, band=1, rows=2, above=0, start=0)
    >>> w, z = np.array([[[[1.0, -1, 0, 0, 0]]]]), np.ones((1, 6))
    >>> x = np.array([[3.0, 1, 4, 1, 5, 9]])
    >>> deep_loops.convolve(2)(w, x, z, 2, lay)
    >>> z
    array([[ 2., -3.,  0., -4., -4.,  0.]])

    Args:
        KW: 1 to 5.

    Returns:
        A function of the filters, (F, C, KH, 5), of which KW columns count; the maps they see,
        (C, …); those that are written, (F, …); how many rows these have; and how both lie.
    """

    @njit(cache=True, nogil=True, fastmath=FUSED)
    def compiled(w, x, z, rows, lay):
        fours = len(w) - len(w) % 4
        for j in range(0, rows, lay.band):
            for f in range(0, fours, 4):
                _maps(_four, 4, w, f, x, z, j, lay, KW)
            for f in range(fours, len(w)):
                _maps(_one, 1, w, f, x, z, j, lay, KW)

    return compiled


# --- BP4s --------------------------------------------------------------------------------------


@summed
def _nabla_one(delta, x, nabla, run, KW):
    """Add to the gradient of a filter's row, (5,), what a run of errors and its pixels give."""
    n0 = n1 = n2 = n3 = n4 = delta.dtype.type(0)
    for r in range(run):
        x0, x1, x2, x3, x4 = _pixels(x, r, KW)
        n0 += delta[r] * x0
        n1 += delta[r] * x1
        n2 += delta[r] * x2
        n3 += delta[r] * x3
        n4 += delta[r] * x4
    add_five(nabla, n0, n1, n2, n3, n4)


@summed
def _nabla_two(delta, other, x, nabla, nabla_other, run, KW):
    """Do what `_nabla_one` does for two maps: a pixel is fetched once for both."""
    n0 = n1 = n2 = n3 = n4 = m0 = m1 = m2 = m3 = m4 = delta.dtype.type(0)
    for r in range(run):
        x0, x1, x2, x3, x4 = _pixels(x, r, KW)
        n0 += delta[r] * x0
        n1 += delta[r] * x1
        n2 += delta[r] * x2
        n3 += delta[r] * x3
        n4 += delta[r] * x4
        m0 += other[r] * x0
        m1 += other[r] * x1
        m2 += other[r] * x2
        m3 += other[r] * x3
        m4 += other[r] * x4
    add_five(nabla, n0, n1, n2, n3, n4)
    add_five(nabla_other, m0, m1, m2, m3, m4)


@part
def _filters(two, f, delta, x, nabla, rows, lay, KW):
    """Write the gradients of filter f, or of f and f + 1."""
    _, C, KH, _ = nabla.shape
    for c in range(C):
        for l in range(KH):
            for j in range(0, rows, lay.band):
                some = _columns(x[c], (j + l) * lay.step, lay.n, lay.run)
                at = lay.start + j * lay.step
                one = delta[f, at : at + lay.run]
                if two:
                    other = delta[f + 1, at : at + lay.run]
                    _nabla_two(one, other, some, nabla[f, c, l], nabla[f + 1, c, l], lay.run, KW)
                else:
                    _nabla_one(one, some, nabla[f, c, l], lay.run, KW)


@cache
def nabla_w(KW):
    """Return the function that writes the gradients of filters of KW columns.

    >>> from convnet_lib.training import deep_loops
    >>> lay = deep_loops.Lay(n=1, step=3, run=2, band=1, rows=1, above=0, start=0)
    >>> delta, x, nabla = np.array([[1.0, -1, 0]]), np.array([[3.0, 1, 4]]), np.ones((1, 1, 1, 5))
    >>> deep_loops.nabla_w(2)(delta, x, nabla, 1, lay)
    >>> nabla[0, 0, 0, :2]  # 3 - 1 and 1 - 4
    array([ 2., -3.])

    Args:
        KW: 1 to 5.

    Returns:
        A function of the errors, (F, …); the maps that were seen, (C, …); where the gradients go,
        (F, C, KH, 5), of which KW columns count; the rows of errors; and how these and the maps
        lie.
    """

    @njit(cache=True, nogil=True, fastmath=FUSED)
    def compiled(delta, x, nabla, rows, lay):
        nabla[:] = 0
        for f in range(0, len(nabla) - 1, 2):
            _filters(True, f, delta, x, nabla, rows, lay, KW)
        if len(nabla) % 2:
            _filters(False, len(nabla) - 1, delta, x, nabla, rows, lay, KW)

    return compiled


# --- F3s, F2r or F2, and back ------------------------------------------------------------------


@part
def _winner(z, at, n, step, R, S):
    """Return the largest z of the window that begins at `at`, and which neuron from there it is.

    The first in row-major order, if they are several, and counted in row-major order of the map.
    R and S are known to the compiler.
    """
    largest, won = z[at], np.int32(0)
    for r in range(R):
        for s in range(S):
            there = z[at + r * step + s * n]
            if there > largest:
                largest, won = there, np.int32(r * (step // n) + s)
    return largest, won


@part
def _activation(z, zero, rectified):
    """Return max(0, z), or σ(z); of nan, nan."""
    if rectified:
        return zero if z < 0 else z
    return 1 / (1 + exp(-z))


@part
def _through(grad, a, rectified):
    """Return grad times the slope of the activation at the a that it made."""
    return grad * (a > 0) if rectified else grad * a * (1 - a)


@cache
def pooling(R, S, rectified):
    """Return the functions for max-pooling in windows of R by S, bias and activation, and back.

    >>> from convnet_lib.training import deep_loops
    >>> lay = deep_loops.Lay(n=1, step=4, run=4, band=2, rows=2, above=0, start=0)
    >>> forward, backward = deep_loops.pooling(2, 2, True)
    >>> z, a = np.array([[3.0, 1, 4, 1, 5, 9, 2, 6]]), np.ones((1, 1, 2))
    >>> won = np.ones((1, 1, 2), np.int32)
    >>> forward(z, np.array([-7.0]), a, won, lay, (2, 2))
    >>> a, won  # 9 - 7; 6 - 7 is less than 0
    (array([[[2., 0.]]]), array([[[5, 5]]], dtype=int32))
    >>> nabla = np.array([0.0])
    >>> backward(np.array([[[0.5, 0.5]]]), a, won, z, nabla, lay, (2, 2))
    >>> z, nabla
    (array([[0. , 0. , 0. , 0. , 0. , 0.5, 0. , 0. ]]), array([0.5]))

    Args:
        R: rows of a window.
        S: columns of a window.
        rectified: whether the activation is ReLU; else it is the sigmoid.

    Returns:
        A function of z without the bias, (F, …); the biases, (F,); where the activations go,
        (F, P, Q·n), and the winners, alike; how z lies; and the stride.
        And one of ∂C/∂a; the activations; the winners; where δ goes, (F, …); where ∂C/∂b goes,
        (F,); how δ lies; and the stride.
    """

    @njit(cache=True, nogil=True, fastmath=FUSED)
    def forward(z, b, a, won, lay, stride):
        (F, P, long), zero = a.shape, a.dtype.type(0)
        for f in range(F):
            for p in range(P):
                for q in range(long // lay.n):
                    at = lay.start + p * stride[0] * lay.step + q * stride[1] * lay.n
                    for i in range(lay.n):
                        largest, who = _winner(z[f], at + i, lay.n, lay.step, R, S)
                        won[f, p, q * lay.n + i] = who
                        a[f, p, q * lay.n + i] = _activation(largest + b[f], zero, rectified)

    @njit(cache=True, nogil=True, fastmath=FUSED)
    def backward(grad, a, won, delta, nabla_b, lay, stride):
        F, P, long = a.shape
        for f in range(F):
            delta[f] = 0
            total = a.dtype.type(0)
            for p in range(P):
                for q in range(long // lay.n):
                    at = lay.start + p * stride[0] * lay.step + q * stride[1] * lay.n
                    for i in range(q * lay.n, (q + 1) * lay.n):
                        error = _through(grad[f, p, i], a[f, p, i], rectified)
                        delta[f, at + i - q * lay.n + lay.n * won[f, p, i]] += error
                        total += error
            nabla_b[f] = total

    return forward, backward


# --- F3s, and from its winners alone BP4s and BP5s ----------------------------------------------


@part
def _of_weights(error, x, at, step, nabla):
    """Add to the gradients of a filter, (KH, KW·C), what one neuron gives that sees x at `at`."""
    KH, long = nabla.shape
    for l in range(KH):
        seen, to = x[at + l * step : at + l * step + long], nabla[l]
        for t in range(long):
            to[t] += error * seen[t]


@part
def _of_pixels(error, w, back, at, step):
    """Add to ∂C/∂x what one neuron gives to all the pixels that it sees."""
    KH, long = w.shape
    for l in range(KH):
        to, weights = back[at + l * step : at + l * step + long], w[l]
        for t in range(long):
            to[t] += error * weights[t]


@cache
def following(rectified):
    """Return the function that follows winners back to weights and pixels, one by one.

    >>> from convnet_lib.training import deep_loops
    >>> a, won, w = np.array([[[2.0, 0.0]]]), np.array([[[1, 0]]]), np.array([[[10.0, 100.0]]])
    >>> x, back, nabla, nabla_b = np.array([[3.0, 1, 4, 1]]), np.ones((1, 4)), w + 0, np.ones(1)
    >>> follow = deep_loops.following(True)
    >>> follow(np.array([[[0.5, 0.5]]]), a, won, w, x, back, nabla, nabla_b, 4, 1, (1, 2), True)
    >>> nabla, nabla_b, back  # the neuron that sees 1 and 4; the other one is not active
    (array([[[0.5, 2. ]]]), array([0.5]), array([[ 0.,  5., 50.,  0.]]))

    Args:
        rectified: whether the activation is ReLU; else it is the sigmoid.

    Returns:
        A function of ∂C/∂a, (F, P, Q·n); the activations and the winners, alike; the filters, (F,
        KH, KW·C); the pixels, (n, H·W·C); where ∂C/∂x goes, alike; where ∂C/∂w and ∂C/∂b go; W; C;
        the stride of the windows; and whether ∂C/∂x is wanted.
    """

    @njit(cache=True, nogil=True, fastmath=FUSED)
    def compiled(grad, a, won, w, x, back, nabla, nabla_b, W, C, stride, wanted):
        (F, P, long), n = a.shape, len(x)
        nabla[:], nabla_b[:] = 0, 0
        if wanted:
            back[:] = 0
        for i in range(n):
            for f in range(F):
                for p in range(P):
                    for q in range(long // n):
                        error = _through(grad[f, p, q * n + i], a[f, p, q * n + i], rectified)
                        if error != 0:
                            neuron = p * stride[0] * W + q * stride[1] + won[f, p, q * n + i]
                            nabla_b[f] += error
                            _of_weights(error, x[i], neuron * C, W * C, nabla[f])
                            if wanted:
                                _of_pixels(error, w[f], back[i], neuron * C, W * C)

    return compiled
