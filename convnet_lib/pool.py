"""Pooling: the largest of each window (F3, BP2a), or the mean.

The layer has no weights, no bias and no weighted input. What max-pooling has is a switch: which of
the neurons of a window passes its activation on.

The book's windows are 2×2 and tile the map. With `size` or `stride`, each a whole number or a pair
(rows, columns), they are R×S and begin every D rows and E columns, so that they may overlap or
leave gaps; a stride that is not given is the size. There are H' = ⌊(H - R) / D⌋ + 1 of them in a
column and W' = ⌊(W - S) / E⌋ + 1 in a row. What does not fill a window is left out.
"""

from math import prod

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from . import checks

SIZE = 2
TIES = ("first", "split", "all")


def forward(a, size=None, stride=None):
    """Return the pooled activations: the largest of each window, 2×2 in the book (F3, F3s).

    In the book's letters, a²_{j,k} = max(a¹_{2j,2k}, a¹_{2j,2k+1}, a¹_{2j+1,2k}, a¹_{2j+1,2k+1}).
    With windows of R×S that begin every D rows and E columns it is the largest of all
    a¹_{Dj+r,Ek+s}, with 0 ≤ r < R and 0 ≤ s < S (F3s).

    >>> a1 = np.array([[0.2, 0.7, 0.5, 0.5], [0.4, 0.1, 0.5, 0.3]])
    >>> pool.forward(a1)
    array([[0.7, 0.5]])
    >>> pool.forward(a1, size=2, stride=1)
    array([[0.7, 0.7, 0.5]])

    Args:
        a: activations, shape (..., H, W); without size and stride, H and W even.
        size: rows and columns of a window, a whole number or a pair; 2 if there is none.
        stride: from one window to the next, a whole number or a pair; the size if there is none.

    Returns:
        Pooled activations, shape (..., H', W'), in the book (..., H/2, W/2).

    Raises:
        ValueError: if a is not made of floats, a window is larger than the map, size or stride is
            not what it can be, or, without both, 2×2 windows do not tile a.
    """
    return windows(a, size, stride).max(axis=-1)


@checks.underflow_is_zero
def mean(a, size=None, stride=None):
    """Return the mean of each window, 1/RS Σ_{r,s} a_{Dj+r,Ek+s} (F3m).

    >>> a1 = np.array([[0.2, 0.7, 0.5, 0.5], [0.4, 0.1, 0.5, 0.3]])
    >>> pool.mean(a1).round(2)
    array([[0.35, 0.45]])
    >>> pool.mean(a1, size=(2, 3), stride=1).round(2)
    array([[0.4 , 0.43]])

    Args:
        a: activations, shape (..., H, W); without size and stride, H and W even.
        size: as in `forward`.
        stride: as in `forward`.

    Returns:
        Pooled activations, shape (..., H', W').

    Raises:
        ValueError: as in `forward`.
    """
    return windows(a, size, stride).mean(axis=-1)


@checks.underflow_is_zero
def mean_backward(grad, shape, size=None, stride=None):
    """Return ∂C/∂a of `mean`: each window gives each of its neurons the same share, 1/RS (BP2m).

    ∂C/∂a_{p,q} is 1/RS times the sum of ∂C/∂a²_{j,k} over all windows j, k that p, q lies in.

    >>> pool.mean_backward(np.array([[4.0, 8.0]]), shape=(2, 4))
    array([[1., 1., 2., 2.],
           [1., 1., 2., 2.]])
    >>> pool.mean_backward(np.array([[4.0, 8.0]]), shape=(2, 3), size=2, stride=1)
    array([[1., 3., 2.],
           [1., 3., 2.]])

    Args:
        grad: ∂C/∂ of the means, shape (..., H', W').
        shape: (H, W) of a.
        size: as in `forward`.
        stride: as in `forward`.

    Returns:
        ∂C/∂a, shape (..., H, W), with grad's dtype; 0 where no window reaches.

    Raises:
        ValueError: as in `scatter`.
    """
    grad, neurons = checks.floats("grad", grad), prod(steps(size, stride)[0])
    shares = np.broadcast_to(grad.dtype.type(1 / neurons), (*grad.shape, neurons))
    return scatter(grad, shares, shape, size, stride)


def winners(a, ties="first"):
    """Return the pooling mask ∂a²_{j',k'}/∂a¹_{j,k}, which marks each window's winner (BP2a).

    Where several neurons share the maximum the derivative does not exist for them, and for the
    others it is 0. What the mask says of the tied neurons has to be chosen, and `ties` does so:

    - "first": the first of them in row-major order wins, and no other;
    - "split": each of the n gets 1/n;
    - "all": every one of them counts in full. This is BP2a as it stands, and at a tie it is not
      the derivative; it is here to be looked at.

    >>> a1 = np.array([[0.2, 0.7, 0.5, 0.5], [0.4, 0.1, 0.5, 0.3]])
    >>> pool.winners(a1)
    array([[False,  True,  True, False],
           [False, False, False, False]])
    >>> pool.winners(a1, ties="split").round(2)
    array([[0.  , 1.  , 0.33, 0.33],
           [0.  , 0.  , 0.33, 0.  ]])

    Args:
        a: activations, shape (..., H, W), H and W even.
        ties: "first", "split" or "all".

    Returns:
        The mask, shape of a: booleans, for "split" numbers of a's dtype.

    Raises:
        ValueError: if a is not made of floats, 2×2 windows do not tile it, or ties is unknown.
    """
    return _unwindow(switches(a, ties))


def switches(a, ties="first", size=None, stride=None):
    """Return the switch of each window, which marks the winner among its neurons (BP2a).

    What `winners` says of a whole map this says window by window, since a neuron of windows that
    overlap can win in one and lose in another. `ties` is the same.

    >>> a1 = np.array([[0.2, 0.7, 0.5, 0.5], [0.4, 0.1, 0.5, 0.3]])
    >>> pool.switches(a1)
    array([[[False,  True, False, False],
            [ True, False, False, False]]])
    >>> pool.switches(a1, "split", size=2, stride=(1, 2)).round(2)
    array([[[0.  , 1.  , 0.  , 0.  ],
            [0.33, 0.33, 0.33, 0.  ]]])

    Args:
        a: activations, shape (..., H, W); without size and stride, H and W even.
        ties: "first", "split" or "all".
        size: as in `forward`.
        stride: as in `forward`.

    Returns:
        The switches, shape (..., H', W', R·S), each window in row-major order: booleans, for
        "split" numbers of a's dtype.

    Raises:
        ValueError: as in `forward`, or if ties is unknown.
    """
    checks.one_of("ties", ties, TIES)
    field = windows(a, size, stride)
    if ties == "first":
        return field.argmax(axis=-1)[..., None] == np.arange(field.shape[-1])
    largest = _largest(field)
    if ties == "split":
        largest = largest / largest.sum(axis=-1, keepdims=True, dtype=field.dtype)
    return largest


@checks.underflow_is_zero
def backward(grad, winners):
    """Return ∂C/∂a¹_{j,k} = ∂C/∂a²_{j',k'} · mask_{j,k}, with j' = ⌊j/2⌋, k' = ⌊k/2⌋ (BP2a).

    >>> winners = np.array([[False, True, True, False], [False, False, False, False]])
    >>> pool.backward(np.array([[3.0, 2.0]]), winners)
    array([[0., 3., 2., 0.],
           [0., 0., 0., 0.]])

    Args:
        grad: ∂C/∂a², shape (..., H/2, W/2).
        winners: the pooling mask, shape (..., H, W), from `winners`.

    Returns:
        ∂C/∂a¹, shape (..., H, W), with grad's dtype.

    Raises:
        ValueError: if grad is not made of floats or the shapes do not belong together.
    """
    grad, winners = mask(grad, winners)
    return grad.repeat(SIZE, axis=-2).repeat(SIZE, axis=-1) * winners


@checks.underflow_is_zero
def scatter(grad, switches, shape, size=None, stride=None):
    """Return ∂C/∂a_{p,q}, the sum of ∂C/∂a²_{j,k} over all windows j, k in which p, q wins (BP2s).

    A window gives its gradient to the neuron that its switch marks, and a neuron that wins in
    several windows collects from each.

    >>> a1 = np.array([[0.2, 0.7, 0.5, 0.5], [0.4, 0.1, 0.5, 0.3]])
    >>> switches = pool.switches(a1, size=2, stride=1)
    >>> pool.scatter(np.array([[3.0, 2.0, 1.0]]), switches, a1.shape, size=2, stride=1)
    array([[0., 5., 1., 0.],
           [0., 0., 0., 0.]])

    Args:
        grad: ∂C/∂a², shape (..., H', W').
        switches: the switch of each window, shape (..., H', W', R·S), from `switches`.
        shape: (H, W) of a.
        size: as in `forward`.
        stride: as in `forward`.

    Returns:
        ∂C/∂a, shape (..., H, W), with grad's dtype; 0 where no window reaches.

    Raises:
        ValueError: if grad is not made of floats or the shapes do not belong together.
    """
    grad, switches, shape = marks(grad, switches, shape, size, stride)
    (rows, columns), (down, right) = steps(size, stride)
    nabla_a = np.zeros((*grad.shape[:-2], *shape), grad.dtype)
    j, k = grad.shape[-2] * down, grad.shape[-1] * right
    # Two windows share neurons, but never in the same place within both: no += meets another.
    for place, (r, s) in enumerate(np.ndindex(rows, columns)):
        nabla_a[..., r : r + j : down, s : s + k : right] += grad * switches[..., place]
    return nabla_a


def tied(a, size=None, stride=None):
    """Return which windows are tied: several neurons share the maximum, and BP2a leaves them open.

    >>> a1 = np.array([[0.2, 0.7, 0.5, 0.5], [0.4, 0.1, 0.5, 0.3]])
    >>> pool.tied(a1)
    array([[False,  True]])
    >>> pool.tied(a1, size=(1, 2), stride=1)
    array([[False, False,  True],
           [False, False, False]])

    Args:
        a: activations, shape (..., H, W); without size and stride, H and W even.
        size: as in `forward`.
        stride: as in `forward`.

    Returns:
        Booleans, shape (..., H', W').

    Raises:
        ValueError: as in `forward`.
    """
    field = windows(a, size, stride)
    return _largest(field).sum(axis=-1) > 1


def windows(a, size=None, stride=None):
    """Return the activations of each window, in row-major order, as a last axis.

    >>> a1 = np.array([[0.2, 0.7, 0.5, 0.5], [0.4, 0.1, 0.5, 0.3]])
    >>> pool.windows(a1)
    array([[[0.2, 0.7, 0.4, 0.1],
            [0.5, 0.5, 0.5, 0.3]]])
    >>> pool.windows(a1, size=(2, 1), stride=3)
    array([[[0.2, 0.4],
            [0.5, 0.3]]])

    Args:
        a: activations, shape (..., H, W); without size and stride, H and W even.
        size: as in `forward`.
        stride: as in `forward`.

    Returns:
        The windows, shape (..., H', W', R·S): [..., j, k, S·r+s] is a_{Dj+r,Ek+s}; in the book
        (..., H/2, W/2, 4), and [..., j, k, 2r+s] is a_{2j+r,2k+s}.

    Raises:
        ValueError: as in `forward`.
    """
    a = checks.floats("a", a)
    if size is not None or stride is not None:
        return _windows(a, *steps(size, stride))
    if a.ndim < 2 or a.shape[-2] % SIZE or a.shape[-1] % SIZE or 0 in a.shape[-2:]:
        checks.refuse("a", "shape (..., H, W) with H and W even, so that 2×2 windows fit", a.shape)
    *batch, rows, columns = a.shape
    field = a.reshape(*batch, rows // SIZE, SIZE, columns // SIZE, SIZE).swapaxes(-3, -2)
    return field.reshape(*batch, rows // SIZE, columns // SIZE, SIZE * SIZE)


def mask(grad, winners):
    """Return grad and a pooling mask as arrays, refused unless they belong together.

    >>> pool.mask(np.ones((2, 3)), np.ones((4, 5), dtype=bool))
    Traceback (most recent call last):
        ...
    ValueError: winners: expected shape (..., H, W) with H and W even, got (4, 5)
    """
    grad, winners = checks.floats("grad", grad), _shares("winners", winners)
    if winners.ndim < 2 or any(n % SIZE or not n for n in winners.shape[-2:]):
        checks.refuse("winners", "shape (..., H, W) with H and W even", winners.shape)
    rows, columns = winners.shape[-2] // SIZE, winners.shape[-1] // SIZE
    checks.shape("grad", grad, (*winners.shape[:-2], rows, columns))
    return grad, winners


def steps(size, stride):
    """Return size and stride as pairs (rows, columns), refused unless they can be that.

    Without a size it is the book's, without a stride the stride is the size.

    >>> pool.steps(3, (1, 2)), pool.steps(None, None)
    (((3, 3), (1, 2)), ((2, 2), (2, 2)))
    >>> pool.steps(0, None)
    Traceback (most recent call last):
        ...
    ValueError: size: expected a whole number, at least 1, or a pair of such, got 0
    """
    size = checks.one_or_two("size", SIZE if size is None else size, least=1)
    return size, size if stride is None else checks.one_or_two("stride", stride, least=1)


def marks(grad, switches, shape, size=None, stride=None):
    """Return grad, switches and (H, W) of a map, refused unless they belong together.

    >>> pool.marks(np.ones((1, 2)), np.ones((1, 2, 4), dtype=bool), (2, 5), size=2, stride=1)
    Traceback (most recent call last):
        ...
    ValueError: grad: expected shape (..., 1, 4), a number for each window of a map (2, 5), got ...
    """
    grad, switches = checks.floats("grad", grad), _shares("switches", switches)
    shape = checks.pair("shape", shape, "(H, W)")
    if size is None and stride is None and any(n % SIZE for n in shape):
        checks.refuse("shape", "(H, W), both even, so that 2×2 windows fit", shape)
    size, stride = steps(size, stride)
    if size[0] > shape[0] or size[1] > shape[1]:
        checks.refuse("size", f"a window no larger than the map {shape}", size)
    axes = zip(shape, size, stride, strict=True)
    there = tuple((n - length) // step + 1 for n, length, step in axes)
    if grad.shape[-2:] != there:
        expected = f"{checks.written(('...', *there))}, a number for each window of a map {shape}"
        checks.refuse("grad", f"shape {expected}", grad.shape)
    checks.shape("switches", switches, (*grad.shape, prod(size)))
    return grad, switches, shape


def _windows(a, size, stride):
    """The windows of any size and stride, which may share neurons or leave some out."""
    if a.ndim < 2 or 0 in a.shape[-2:]:
        checks.refuse("a", "shape (..., H, W)", a.shape)
    if size[0] > a.shape[-2] or size[1] > a.shape[-1]:
        checks.refuse("size", f"a window no larger than the map {a.shape[-2:]}", size)
    field = sliding_window_view(a, size, axis=(-2, -1))[..., :: stride[0], :: stride[1], :, :]
    return field.reshape(*field.shape[:-2], prod(size))


def _shares(name, x):
    """A mask, or switches, as an array of truths, or of shares from 0 to 1."""
    x = checks.array(name, x)
    if x.dtype != bool:
        x = checks.finite(name, x)
        if (x < 0).any() or (x > 1).any():
            checks.refuse(name, "truths, or shares from 0 to 1", f"{x.min():g} to {x.max():g}")
    return x


def _largest(field):
    """Where the largest of each window are; a not-a-number is, as for `max`, the largest of all."""
    return (field == field.max(axis=-1, keepdims=True)) | np.isnan(field)


def _unwindow(field):
    """The inverse of `windows`."""
    *batch, rows, columns, _ = field.shape
    grid = field.reshape(*batch, rows, columns, SIZE, SIZE).swapaxes(-3, -2)
    return grid.reshape(*batch, rows * SIZE, columns * SIZE)
