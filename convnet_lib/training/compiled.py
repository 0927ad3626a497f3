"""The same step once more, as loops that a compiler has made into one piece of machine code.

Needs the extra `compiled` (Numba), and nothing imports it before it is asked for. It begins with
`by_loops`, the equations as they stand in `by_definition`, and ends with `Stepper`, which has the
face of `fast.Stepper`. (With many maps it is quicker to compile less: `compiled_passes`.) What the
measurements of chapter 13 asked for in between:

- A processor does the same to eight numbers or sixteen at once if they lie side by side. So the
  pixels lie in four planes, by even and odd rows and columns: what one neuron of a window sees is a
  run of them for all windows at once, and the loops go over the windows (`place`, `lay`).
- The four neurons of a window stand in four such runs. Their sums stay in registers until they are
  whole, and each pixel is fetched once for all of them (`_convolve`). F3 and its switch are
  comparisons between the four, and no window is searched twice (`pool`).
- σ took longer than the whole convolution, since exp is a call for each number. It is a polynomial
  now, for many at once (`exponential`).
- Of the 576 errors of δ¹ 432 are 0. The others are followed back, and what each of them gives to
  the filter is one product with all the pixels that the winner sees, in registers (`_nabla_w1`).
- The sizes of the network are constants for the compiler, so that it can write the loops over the
  filter out (`_compiled`). It compiles once for each size and dtype and keeps the result in a file.
- A whole run of mini-batches is one call (`Stepper.steps`). A call costs more than one image does.
- Two threads take a half of a mini-batch each, and none of what they write lies within 128 bytes of
  what the other does: a processor would carry such memory to and fro between its cores (`apart`).
  Where another program has one of the cores, one thread alone is quicker (`Pace`).

The letters of the shapes are those of `fast`; i is a window, of n lanes: P rows of S, of which
the last S - Q belong to none.
"""

from functools import cache
from importlib.util import find_spec
from math import exp, inf
from time import perf_counter
from typing import NamedTuple

import numpy as np

try:
    from numba import get_num_threads, njit, prange, set_num_threads
except ImportError as error:
    # The quotes are for shells that take [] for a pattern, the double ones for Windows.
    text = (
        'training.compiled needs Numba, the extra `compiled`: pip install "convnet_lib[compiled]"'
    )
    raise ImportError(text) from error

from .. import checks
from . import fast
from .exponential import exponential
from .vectors import AT_ONCE, FUSED, add, load, load_every_other, load_runs, same, store

#: The lanes that are convolved at a time; their four z¹ stay in registers.
RUN = 16
#: What stands behind an image: no vector that begins in it ends further on.
SLACK = 2 * RUN + AT_ONCE
#: Where one sum runs over all lanes, it may be taken in another order, eight at a time.
SUMMED = {"contract", "reassoc", "nsz"}
#: The flops from which a mini-batch is halved, and two threads are quicker.
TWO_THREADS_FROM = 350_000
#: How many calls go by until the number of threads that was slower is tried again.
AGAIN_AFTER = 50
#: Whether there is OpenMP, by which two threads meet after every mini-batch within microseconds.
#: Numba's own pool takes longer than a step, and may not be used by two threads at once.
#: Only found, and not yet loaded: with OpenMP in it a process can no longer be copied.
OPENMP = find_spec("numba.np.ufunc.omppool") is not None

# Python stops at a division by 0, and would ask at each; NumPy, and this code, go on with inf.
part = njit(fastmath=FUSED, forceinline=True, nogil=True, error_model="numpy")
summed = njit(fastmath=SUMMED, forceinline=True, nogil=True, error_model="numpy")


@njit(nogil=True, cache=True)
def by_loops(w1, b1, w3, b3, a0, y):
    """Return ∂C/∂w¹, ∂C/∂b¹, ∂C/∂w³ and ∂C/∂b³ of one digit, by the loops of the definition.

    One feature map without an axis, and the cross-entropy: `by_definition.backprop` in one
    function, so that the compiler sees all of it.

    >>> from convnet_lib.training import compiled
    >>> w1, b1, w3, b3 = np.array([[2.0]]), 0.0, np.array([[[4.0]]]), np.array([-2.0])
    >>> a0 = np.array([[0.0, 0.0], [0.0, np.log(3) / 2]])
    >>> nabla = compiled.by_loops(w1, b1, w3, b3, a0, np.array([0.0]))
    >>> nabla[3].round(4)  # σ(4 · 3/4 - 2)
    array([0.7311])
    """
    (KH, KW), (outputs, P, Q) = w1.shape, w3.shape
    a1, a2 = np.empty((2 * P, 2 * Q), a0.dtype), np.zeros((P, Q), a0.dtype)
    delta1, delta3 = np.zeros_like(a1), np.empty_like(b3)
    nabla_w1, nabla_w3 = np.zeros_like(w1), np.empty_like(w3)
    for j in range(2 * P):
        for k in range(2 * Q):
            z = b1
            for l in range(KH):
                for m in range(KW):
                    z += w1[l, m] * a0[j + l, k + m]  # F1
            a1[j, k] = 1 / (1 + exp(-z))  # F2
            a2[j // 2, k // 2] = max(a2[j // 2, k // 2], a1[j, k])  # F3
    for q in range(outputs):
        z = b3[q]
        for j in range(P):
            for k in range(Q):
                z += w3[q, j, k] * a2[j, k]  # F4
        delta3[q] = 1 / (1 + exp(-z)) - y[q]  # F5, BP1
    for j in range(P):
        for k in range(Q):
            for q in range(outputs):
                nabla_w3[q, j, k] = a2[j, k] * delta3[q]  # BP4a
            for n in range(4):
                r, s = 2 * j + n // 2, 2 * k + n % 2
                if a1[r, s] == a2[j, k]:  # BP2a: the first that is the maximum
                    for q in range(outputs):
                        delta1[r, s] += delta3[q] * w3[q, j, k]
                    delta1[r, s] *= a1[r, s] * (1 - a1[r, s])  # BP2
                    break
    for l in range(KH):
        for m in range(KW):
            for j in range(2 * P):
                for k in range(2 * Q):
                    nabla_w1[l, m] += delta1[j, k] * a0[j + l, k + m]  # BP4
    return nabla_w1, delta1.sum(), nabla_w3, delta3  # BP3, BP3a


class Lanes(NamedTuple):
    """The sizes of a network, and of the arrays that one image is worked out in.

    Attributes:
        F, C, KH, KW, P, Q, outputs: as in `fast.Sizes`.
        H: rows of pixels.
        W: pixels in a row.
        S: lanes of a row of windows: Q, and what the filter sees beyond, or one that is no window.
        L: pixels of a plane.
        n: lanes of a map: P·S, made a multiple of `RUN`.
    """

    F: int
    C: int
    KH: int
    KW: int
    P: int
    Q: int
    outputs: int
    H: int
    W: int
    S: int
    L: int
    n: int

    @classmethod
    def of(cls, sizes):
        """Return the lanes for `fast.Sizes`.

        >>> from convnet_lib.training import compiled
        >>> lanes = compiled.Lanes.of(fast.Sizes.of(ConvNet.random()))
        >>> lanes.S, lanes.n, lanes.L
        (14, 176, 234)
        """
        S = sizes.Q + max(1, sizes.KW // 2)
        n = -(-sizes.P * S // RUN) * RUN
        H, W = 2 * sizes.P + sizes.KH - 1, 2 * sizes.Q + sizes.KW - 1
        return cls(*sizes, H, W, S, n + (sizes.KH // 2 + 1) * S + RUN, n)


@part
def place(c, j, k, lanes):
    """Return where in the planes pixel (j, k) of channel c lies, for the window of lane 0.

    The neuron at r, s of window i sees it there, i numbers on.

    >>> from convnet_lib.training import compiled
    >>> lanes = compiled.Lanes.of(fast.Sizes.of(ConvNet.random()))
    >>> [compiled.place.py_func(0, 0, k, lanes) for k in range(5)]  # even, odd, even, …
    [0, 234, 1, 235, 2]
    """
    return ((2 * c + j % 2) * 2 + k % 2) * lanes.L + j // 2 * lanes.S + k // 2


@part
def lay(image, pixels, x, lanes):
    """Write an image, (C, H, W), into pixels, (C·H·W and `SLACK`,), and its planes into x.

    What a row of 16 numbers has too much, the next row writes over.

    >>> from convnet_lib.training import compiled
    >>> lanes = compiled.Lanes(F=1, C=1, KH=1, KW=1, P=1, Q=2, outputs=1, H=2, W=4, S=2, L=18, n=2)
    >>> pixels, x = np.zeros(8 + compiled.SLACK), np.zeros(4 * 18)
    >>> compiled.lay(np.arange(8.0).reshape(1, 2, 4), pixels, x, lanes)
    >>> x.reshape(2, 2, 18)[..., :2].tolist()  # by even and odd rows, by even and odd columns
    [[[0.0, 2.0], [1.0, 3.0]], [[4.0, 6.0], [5.0, 7.0]]]
    """
    flat = image.reshape(-1)
    for i in range(len(flat)):
        pixels[i] = flat[i]
    for c in range(lanes.C):
        for j in range(lanes.H):
            row = (c * lanes.H + j) * lanes.W
            for k in range(0, lanes.S, RUN):
                even = load_every_other(pixels, row + 2 * k, RUN)
                odd = load_every_other(pixels, row + 2 * k + 1, RUN)
                store(x, place(c, j, 0, lanes) + k, even)
                store(x, place(c, j, 1, lanes) + k, odd)


@part
def _convolve(x, w1, z, lanes):
    """Write the four z¹ of every window without the bias into z, (4·n,) (F1).

    Each pixel that a window sees is fetched once, for up to four neurons.

    Args:
        x: planes of pixels, as `lay` leaves them.
        w1: (C, KH, KW), the filter of one map.
        z: (4·n,).
        lanes: the sizes.
    """
    n, KH, KW = lanes.n, lanes.KH, lanes.KW
    for i in range(0, n, RUN):
        z00 = z01 = z10 = z11 = same(x.dtype.type(0), RUN)
        for c in range(lanes.C):
            for l in range(KH + 1):
                for m in range(KW + 1):
                    pixels = load(x, place(c, l, m, lanes) + i, RUN)
                    if l < KH and m < KW:
                        z00 = add(z00, w1[c, l, m], pixels)
                    if l < KH and m > 0:
                        z01 = add(z01, w1[c, l, m - 1], pixels)
                    if l > 0 and m < KW:
                        z10 = add(z10, w1[c, l - 1, m], pixels)
                    if l > 0 and m > 0:
                        z11 = add(z11, w1[c, l - 1, m - 1], pixels)
        store(z, i, z00)
        store(z, n + i, z01)
        store(z, 2 * n + i, z10)
        store(z, 3 * n + i, z11)


@part
def pool(z, a2, winner, lanes):
    """Write the largest z¹ of each window into a2, (n,), and its place 0 to 3 into winner (F3).

    The first in row-major order wins. Places are floats, as long as what stands beside them.

    >>> from convnet_lib.training import compiled
    >>> lanes = compiled.Lanes(F=1, C=1, KH=1, KW=1, P=1, Q=3, outputs=1, H=2, W=6, S=3, L=3, n=3)
    >>> z = np.array([1.0, 2, 5, 3, 2, 5, 0, 4, 5, 3, 1, 5])  # three each of the four neurons
    >>> a2, winner = np.zeros((2, 3))
    >>> compiled.pool.py_func(z, a2, winner, lanes)
    >>> a2, winner
    (array([3., 4., 5.]), array([1., 2., 0.]))
    """
    n = lanes.n
    top_left, top_right, bottom_left, bottom_right = z[:n], z[n:], z[2 * n :], z[3 * n :]
    for i in range(n):
        top, bottom = max(top_left[i], top_right[i]), max(bottom_left[i], bottom_right[i])
        right, below_right = top_right[i] > top_left[i], bottom_right[i] > bottom_left[i]
        a2[i] = max(top, bottom)
        winner[i] = (3 if below_right else 2) if bottom > top else (1 if right else 0)


@part
def _activate(a2, b1, real, lanes):
    """Write σ(a2 + b1) over a2, (n,), and 0 where the lane is no window's (F2)."""
    one = a2.dtype.type(1)
    for i in range(lanes.n):
        a2[i] = real[i] / (one + exponential(-(a2[i] + b1)))


@summed
def _outputs(w3, b3, a2, z3, lanes):
    """Write z³, (outputs,), for a2, (F, n), and w3, (F, outputs, n) (F4)."""
    for q in range(lanes.outputs):
        total = b3[q]
        for f in range(lanes.F):
            for i in range(lanes.n):
                total += w3[f, q, i] * a2[f, i]
        z3[q] = total


@part
def _feedforward(image, p, space, lanes):
    """Leave z³ of one image in space.z3, and planes, a² and winners beside it (F1–F4)."""
    lay(image, space.pixels, space.x, lanes)
    for f in range(lanes.F):
        _convolve(space.x, p.w1[f], space.z, lanes)  # F1 without b¹
        pool(space.z, space.a2[f], space.winner[f], lanes)  # F3
        _activate(space.a2[f], p.b1[f], space.real, lanes)  # the b¹ of F1, F2
    _outputs(p.w3, p.b3, space.a2, space.z3, lanes)  # F4


@part
def _errors(z3, y, quadratic, scale, delta3, lanes):
    """Write δ³ times `scale`, (outputs,), into delta3 (F5, BP1)."""
    one = z3.dtype.type(1)
    for q in range(lanes.outputs):
        a3 = one / (one + exponential(-z3[q]))
        delta3[q] = (a3 - y[q]) * scale
        if quadratic:
            delta3[q] *= a3 * (one - a3)


@part
def _through(w3, delta3, a2, delta, lanes):
    """Write δ¹ of a map's winners, (n,), into delta (BP2)."""
    zero, one = a2.dtype.type(0), a2.dtype.type(1)
    for i in range(lanes.n):
        delta[i] = zero
    for q in range(lanes.outputs):
        for i in range(lanes.n):
            delta[i] += w3[q, i] * delta3[q]
    for i in range(lanes.n):
        delta[i] *= a2[i] * (one - a2[i])


@summed
def _total(x, lanes):
    """Return the sum of x, (n,)."""
    found = x.dtype.type(0)
    for i in range(lanes.n):
        found += x[i]
    return found


@part
def _nabla_w3(a2, delta3, nabla, lanes):
    """Add ∂C/∂w³ of one map to nabla, (outputs, n) (BP4a)."""
    for q in range(lanes.outputs):
        for i in range(lanes.n):
            nabla[q, i] += a2[i] * delta3[q]


@part
def _seen_first(winner, W):
    """Return the pixel that a winner at place 0 to 3 sees first, from the first of its window."""
    place = int(winner)
    return place // 2 * W + place % 2


@part
def _nabla_w1(delta, winner, pixels, sums, nabla, lanes, N):
    """Add ∂C/∂w¹ of one map to nabla, (C, KH, KW): each winner's δ¹ times what it sees (BP4).

    All rows of its receptive field are a vector, N long: eight numbers each, of which those beyond
    the filter are nobody's. Two sums take turns, so that neither waits for its own last product.
    """
    (C, KH, KW), W, size = nabla.shape, lanes.W, lanes.H * lanes.W
    for c in range(C):
        for m in range(0, KW, AT_ONCE):
            even = odd = same(delta.dtype.type(0), N)
            for p in range(lanes.P):
                for q in range(0, lanes.Q, 2):
                    i, at = p * lanes.S + q, c * size + m + 2 * (p * W + q)
                    one = at + _seen_first(winner[i], W)
                    other = at + 2 + _seen_first(winner[i + 1], W)
                    even = add(even, delta[i], load_runs(pixels, one, W, N))
                    odd = add(odd, delta[i + 1], load_runs(pixels, other, W, N))
            store(sums, 0, even)
            store(sums, N, odd)
            for l in range(KH):
                for k in range(min(AT_ONCE, KW - m)):
                    nabla[c, l, m + k] += sums[l * AT_ONCE + k] + sums[N + l * AT_ONCE + k]


@part
def _backprop(image, y, p, nabla, space, quadratic, scale, lanes, N):
    """Add the gradients of one image, times `scale`, to nabla (BP1–BP4).

    `nabla` may be `p` itself: each weight is read for the last time before it moves.
    """
    _feedforward(image, p, space, lanes)
    _errors(space.z3, y, quadratic, scale, space.delta3, lanes)  # BP1
    for f in range(lanes.F):
        _through(p.w3[f], space.delta3, space.a2[f], space.delta, lanes)  # BP2
        _nabla_w3(space.a2[f], space.delta3, nabla.w3[f], lanes)  # BP4a
        nabla.b1[f] += _total(space.delta, lanes)  # BP3
        winner, sums = space.winner[f], space.sums  # BP2a: no other neuron has an error
        _nabla_w1(space.delta, winner, space.pixels, sums, nabla.w1[f], lanes, N)  # BP4
    for q in range(lanes.outputs):
        nabla.b3[q] += space.delta3[q]  # BP3a


class Parameters(NamedTuple):
    """Views of one vector that holds all the parameters, or all the gradients, of a network.

    Attributes:
        all: the vector.
        w1: (F, C, KH, KW).
        b1: (F,).
        w3: (F, outputs, n), 0 where the lane is no window's.
        b3: (outputs,).
    """

    all: np.ndarray
    w1: np.ndarray
    b1: np.ndarray
    w3: np.ndarray
    b3: np.ndarray


class Space(NamedTuple):
    """Views of one vector that an image is worked out in; one for each thread.

    Attributes:
        pixels: the image as it is, (C·H·W and `SLACK`,).
        x: the planes of pixels, (4·C·L,), 0 where there is no pixel.
        z: (4·n,), z¹ of one map without the bias.
        a2: (F, n).
        winner: (F, n), the place of each window's winner, 0 to 3.
        delta: (n,), δ¹ of the winners of one map.
        real: (n,), 1 where the lane is a window's, else 0.
        sums: (2·KH·8,), ∂C/∂w¹ of a channel and a map.
        z3, delta3: (outputs,).
    """

    pixels: np.ndarray
    x: np.ndarray
    z: np.ndarray
    a2: np.ndarray
    winner: np.ndarray
    delta: np.ndarray
    real: np.ndarray
    sums: np.ndarray
    z3: np.ndarray
    delta3: np.ndarray


def parameters_in(vector, lanes):
    """Return a vector as `Parameters`.

    >>> from convnet_lib.training import compiled
    >>> lanes = compiled.Lanes(F=1, C=1, KH=1, KW=2, P=1, Q=1, outputs=3, H=2, W=3, S=2, L=8, n=8)
    >>> p = compiled.parameters_in(np.arange(30.0), lanes)
    >>> p.w1, p.b1, p.w3.shape, p.b3
    (array([[[[0., 1.]]]]), array([2.]), (1, 3, 8), array([27., 28., 29.]))
    """
    F, C, KH, KW = lanes.F, lanes.C, lanes.KH, lanes.KW
    b1 = F * C * KH * KW
    w3 = b1 + F
    b3 = w3 + F * lanes.outputs * lanes.n
    return Parameters(
        vector,
        vector[:b1].reshape((F, C, KH, KW)),
        vector[b1:w3],
        vector[w3:b3].reshape((F, lanes.outputs, lanes.n)),
        vector[b3 : b3 + lanes.outputs],
    )


def space_in(vector, lanes):
    """Return a vector as a `Space`.

    >>> from convnet_lib.training import compiled
    >>> lanes = compiled.Lanes(F=1, C=1, KH=1, KW=2, P=1, Q=1, outputs=3, H=2, W=3, S=2, L=8, n=8)
    >>> compiled.space_in(np.arange(164.0), lanes).delta3
    array([161., 162., 163.])
    """
    F, n, outputs = lanes.F, lanes.n, lanes.outputs
    x = lanes.C * lanes.H * lanes.W + SLACK
    z = x + 4 * lanes.C * lanes.L
    a2 = z + 4 * n
    winner = a2 + F * n
    delta = winner + F * n
    real = delta + n
    sums = real + n
    z3 = sums + 2 * lanes.KH * AT_ONCE
    delta3 = z3 + outputs
    return Space(
        vector[:x],
        vector[x:z],
        vector[z:a2],
        vector[a2:winner].reshape((F, n)),
        vector[winner:delta].reshape((F, n)),
        vector[delta:real],
        vector[real:sums],
        vector[sums:z3],
        vector[z3:delta3],
        vector[delta3 : delta3 + outputs],
    )


_parameters, _space = part(parameters_in), part(space_in)


def apart(length, dtype):
    """Return two vectors of zeros, (2, length or more), with 128 bytes between their numbers.

    >>> from convnet_lib.training import compiled
    >>> compiled.apart(3, np.float32).shape
    (2, 64)
    """
    line = 128 // np.dtype(dtype).itemsize
    return np.zeros((2, (-(-length // line) + 1) * line), dtype)


def _length(lanes, of):
    """Return how many numbers the `Parameters` or the `Space` of such sizes hold."""
    F, C, n = lanes.F, lanes.C, lanes.n
    if of is Parameters:
        return F * C * lanes.KH * lanes.KW + F + (F * n + 1) * lanes.outputs
    pixels = C * lanes.H * lanes.W + SLACK
    last = 2 * lanes.KH * AT_ONCE + 2 * lanes.outputs
    return pixels + 4 * C * lanes.L + (6 + 2 * F) * n + last


@cache
def _compiled(lanes):
    """Return the functions compiled for a network of such sizes: its steps, and z³ alone.

    Each there is for one thread and, by the same arguments, for two. Numba compiles each when it is
    first called, which takes seconds, and keeps the machine code in a file for the next time.
    """
    N = lanes.KH * AT_ONCE

    @njit(cache=True, nogil=True, fastmath=FUSED)
    def add(images, y, rows, p, nabla, space, quadratic, scale):
        """Leave `scale` · Σ ∂C/∂p of the rows in nabla; all three vectors."""
        nabla[:] = 0
        now, slopes, seen = _parameters(p, lanes), _parameters(nabla, lanes), _space(space, lanes)
        for row in rows:
            _backprop(images[row], y[row], now, slopes, seen, quadratic, scale, lanes, N)

    @njit(cache=True, nogil=True, fastmath=FUSED)
    def move(p, sums):
        """Add sums to p."""
        for i in range(len(p)):
            p[i] += sums[i]

    @njit(cache=True, nogil=True, fastmath=FUSED)
    def steps(images, y, rows, batch, rate, p, sums, spaces, quadratic, moving):
        """Take a step for each `batch` of the rows, or leave rate · Σ ∂C/∂p of all in sums[0]."""
        views, space = _parameters(p, lanes), _space(spaces[0], lanes)
        for start in range(0, len(rows), batch):
            some = rows[start : start + batch]
            scale = p.dtype.type(-rate / len(some) if moving else rate)
            if moving and len(some) == 1:  # then the gradient moves p as it emerges
                row = some[0]
                _backprop(images[row], y[row], views, views, space, quadratic, scale, lanes, N)
                continue
            add(images, y, some, p, sums[0], spaces[0], quadratic, scale)
            if moving:
                move(p, sums[0])

    @njit(cache=True, nogil=True, fastmath=FUSED, parallel=OPENMP)
    def steps_in_halves(images, y, rows, batch, rate, p, sums, spaces, quadratic, moving):
        """Do what `steps` does, a half of each mini-batch a thread."""
        for start in range(0, len(rows), batch):
            some = rows[start : start + batch]
            scale = p.dtype.type(-rate / len(some) if moving else rate)
            for half in prange(2):
                mine = some[len(some) // 2 :] if half else some[: len(some) // 2]
                add(images, y, mine, p, sums[half], spaces[half], quadratic, scale)
            move(sums[0], sums[1])
            if moving:
                move(p, sums[0])

    @njit(cache=True, nogil=True, fastmath=FUSED)
    def forward(images, rows, p, space, z3):
        """Write z³ of the rows into z3."""
        views, seen = _parameters(p, lanes), _space(space, lanes)
        for n in range(len(rows)):
            _feedforward(images[rows[n]], views, seen, lanes)
            z3[n] = seen.z3

    @njit(cache=True, nogil=True, fastmath=FUSED, parallel=OPENMP)
    def forward_in_halves(images, rows, p, spaces, z3):
        """Do what `forward` does, a half of the rows a thread."""
        middle = len(rows) // 2
        for half in prange(2):
            if half:
                forward(images, rows[middle:], p, spaces[1], z3[middle:])
            else:
                forward(images, rows[:middle], p, spaces[0], z3[:middle])

    return steps, steps_in_halves, forward, forward_in_halves


class Pace:
    """How many threads took less time of late: two, or one if there is no core for the second.

    Two threads wait for each other after every mini-batch. If another program keeps one of them
    waiting for a core, that takes a hundred times as long as the work. The bits are the same.

    >>> from convnet_lib.training import compiled
    >>> pace = compiled.Pace()
    >>> for _ in range(4):  # the first call, which may compile, does not count
    ...     threads = pace.threads()
    ...     pace.note(threads, seconds=0.3 / threads)
    >>> pace.threads()
    2
    """

    def __init__(self):
        """Nothing has been measured."""
        self.seconds, self.calls = {2: -1.0, 1: -inf}, 0

    def threads(self):
        """Return how many threads the next call is to have.

        >>> from convnet_lib.training import compiled
        >>> compiled.Pace().threads()
        2
        """
        quicker, slower = sorted((1, 2), key=self.seconds.get)
        if self.calls < 2:  # the first one may compile, and the second takes its place
            return 2
        return quicker if self.calls % AGAIN_AFTER else slower

    def note(self, threads, seconds):
        """Note how long a call took for an image.

        >>> from convnet_lib.training import compiled
        >>> pace = compiled.Pace()
        >>> pace.note(2, seconds=9.0)  # the first one does not count
        >>> pace.note(2, seconds=0.2)
        >>> pace.note(1, seconds=0.1)
        >>> pace.threads()
        1
        """
        self.seconds[threads] = seconds
        self.calls += 1

    def call(self, function, images, *arguments):
        """Call a compiled function, which works on so many images, by so many threads.

        >>> from convnet_lib.training import compiled
        >>> pace = compiled.Pace()
        >>> pace.call(print, 2, "a half", "and a half")
        a half and a half
        >>> pace.calls
        1
        """
        allowed, threads = get_num_threads(), self.threads()
        set_num_threads(min(threads, allowed))
        started = perf_counter()
        try:
            function(*arguments)
        finally:
            set_num_threads(allowed)
        self.note(threads, (perf_counter() - started) / images)


class Stepper(fast.Stepper):
    """A network that is being trained, by compiled loops; it has the face of `fast.Stepper`.

    What a step computes depends neither on how many threads worked on it nor on whether its
    mini-batch was handed over alone (`step`) or with others (`steps`).

    >>> from convnet_lib.training import compiled
    >>> net = ConvNet(np.zeros((1, 2)), np.array(0.0), np.zeros((3, 1, 1)), np.zeros(3))
    >>> stepper = compiled.Stepper(net)
    >>> stepper.step(np.zeros((1, 2, 3)), np.array([[0.0, 1.0, 0.0]]), learning_rate=2.0)
    >>> stepper.net.b3, net.b3
    (array([-1.,  1., -1.]), array([0., 0., 0.]))
    """

    def _prepare(self):
        """Lay the parameters out in lanes, and two spaces to work in."""
        self.lanes = lanes = Lanes.of(self.sizes)
        self.spaces = apart(_length(lanes, Space), self.dtype)
        self.sums = apart(_length(lanes, Parameters), self.dtype)
        p, q = np.divmod(np.arange(lanes.n), lanes.S)
        self.real = (q < lanes.Q) & (p < lanes.P)
        for space in self.spaces:
            space_in(space, lanes).real[:] = self.real
        self.parameters = parameters_in(np.zeros_like(self.sums[0]), lanes)
        self._take(self.like)
        self.two_from = max(2, TWO_THREADS_FROM // flops(self.sizes))
        self.forward_two_from = max(2, TWO_THREADS_FROM // forward_flops(self.sizes))
        self._compiled = _compiled(lanes)
        self.pace = {function: Pace() for function in self._compiled}

    @checks.underflow_is_zero
    def step(self, images, y, learning_rate, rows=None, checked=False):
        """Move every parameter down its gradient; arguments and errors as `fast.Stepper.step`.

        >>> from convnet_lib.training import compiled
        >>> net = ConvNet(np.zeros((1, 2)), np.array(0.0), np.zeros((2, 1, 1)), np.zeros(2))
        >>> stepper = compiled.Stepper(net, "cross_entropy")
        >>> stepper.step(np.zeros((3, 2, 3)), np.eye(2)[[0, 0, 1]], learning_rate=2.0, rows=[2])
        >>> stepper.net.b3  # 0 - 2 (½ - y)
        array([-1.,  1.])
        """
        if not checked:
            learning_rate = checks.number("learning_rate", learning_rate)
            images, y, rows = self._mini_batch(images, y, rows)
        self._run(images, y, learning_rate, rows, len(rows))

    def _steps(self, images, y, learning_rate, rows, batch_size):
        """Take the steps of `steps` in one call, or two: the last mini-batch may be short."""
        full = len(rows) - len(rows) % batch_size
        for some, batch in ((rows[:full], batch_size), (rows[full:], len(rows) - full)):
            if len(some):
                self._run(images, y, learning_rate, some, batch)

    def forward(self, images, rows=None):
        """Return what `z3` does, of these rows alone if given, of images looked at before.

        >>> from convnet_lib.training import compiled
        >>> w3 = np.array([[[2.0]], [[4.0]]])
        >>> net = ConvNet(np.zeros((1, 2)), np.array(0.0), w3, np.array([0.0, 1.0]))  # a² is ½
        >>> compiled.Stepper(net).forward(np.ones((1, 2, 3)))
        array([[1., 3.]])
        """
        rows = np.arange(len(images)) if rows is None else rows
        rows, images = self._plain(rows, self._laid(images))
        z3 = np.empty((len(rows), self.sizes.outputs), self.dtype)
        _, _, forward, in_halves = self._compiled
        if len(rows) < self.forward_two_from:
            forward(images, rows, self.parameters.all, self.spaces[0], z3)
        else:
            given = images, rows, self.parameters.all, self.spaces, z3
            self.pace[in_halves].call(in_halves, len(rows), *given)
        return z3

    def _run(self, images, y, rate, rows, batch, moving=True):
        """Take any number of steps; or leave the gradients, times rate, in sums[0]."""
        rows, images, y = self._plain(rows, self._laid(images), y)
        where = self.parameters.all, self.sums, self.spaces
        given = images, y, rows, batch, float(rate), *where, self.cost == "quadratic", moving
        steps, in_halves, *_ = self._compiled
        if batch < self.two_from:
            steps(*given)
        else:
            self.pace[in_halves].call(in_halves, len(rows), *given)

    def _sum(self, images, y, rows, scale):
        """Return the gradients summed over the rows, times `scale`, as `Parameters`."""
        self._run(images, y, scale, rows, len(rows), moving=False)
        return parameters_in(self.sums[0], self.lanes)

    def _plain(self, rows, *arrays):
        """Return rows and arrays as they were compiled for; what lies otherwise is copied."""
        rows = rows.astype(np.int64)
        if not all(x.dtype == self.dtype and x.flags.carray for x in arrays):
            arrays = [np.ascontiguousarray(x.take(rows, axis=0), self.dtype) for x in arrays]
            rows = np.arange(len(rows))
        return rows, *arrays

    def _take(self, net):
        """Write the parameters of a network into the lanes."""
        p, maps = self.parameters, self.sizes.F
        p.w1[...], p.b1[...], p.b3[...] = net.w1.reshape(p.w1.shape), net.b1, net.b3
        w3 = net.w3.reshape(self.sizes.outputs, maps, -1)
        p.w3[..., self.real] = w3.swapaxes(0, 1)

    def _named(self, parameters):
        """Return copies of the four by their names, in the shapes of the network."""
        w3 = parameters.w3[..., self.real].swapaxes(0, 1)
        arrays = parameters._replace(w3=w3)
        shapes = {name: getattr(self.like, name).shape for name in self.like.parameters}
        return {name: getattr(arrays, name).reshape(s).copy() for name, s in shapes.items()}


def flops(sizes):
    """Return the additions and multiplications of a step for one image, as chapter 13 counts them.

    >>> from convnet_lib.training import compiled
    >>> compiled.flops(fast.Sizes.of(ConvNet.random()))
    66240
    """
    return 2 * forward_flops(sizes) + 2 * sizes.F * sizes.P * sizes.Q * sizes.outputs


def forward_flops(sizes):
    """Return how many of them the forward pass has.

    >>> from convnet_lib.training import compiled
    >>> compiled.forward_flops(fast.Sizes.of(ConvNet.random()))
    31680
    """
    windows = sizes.F * sizes.P * sizes.Q
    return 2 * windows * (4 * sizes.C * sizes.KH * sizes.KW + sizes.outputs)
