"""Max-pooling over 2×2 windows that do not overlap (F3, BP2a).

The layer has no weights, no bias and no weighted input. What it has is a switch: which of the
four neurons of a window passes its activation on.
"""

import numpy as np

from . import checks

SIZE = 2
TIES = ("first", "split", "all")


def forward(a):
    """Return the pooled activations: the largest of each 2×2 window (F3).

    In the book's letters, a²_{j,k} = max(a¹_{2j,2k}, a¹_{2j,2k+1}, a¹_{2j+1,2k}, a¹_{2j+1,2k+1}).

    >>> pool.forward(np.array([[0.2, 0.7, 0.5, 0.5], [0.4, 0.1, 0.5, 0.3]]))
    array([[0.7, 0.5]])

    Args:
        a: activations, shape (..., H, W), H and W even.

    Returns:
        Pooled activations, shape (..., H/2, W/2).

    Raises:
        ValueError: if a is not made of floats or 2×2 windows do not tile it.
    """
    return windows(a).max(axis=-1)


def winners(a, ties="first"):
    """Return the pooling mask ∂a²_{j',k'}/∂a¹_{j,k}, which marks each window's winner (BP2a).

    Where several neurons share the maximum there is no derivative, and `ties` decides:

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
    checks.one_of("ties", ties, TIES)
    field = windows(a)
    if ties == "first":
        return _unwindow(field.argmax(axis=-1)[..., None] == np.arange(SIZE * SIZE))
    largest = _largest(field)
    if ties == "split":
        largest = largest / largest.sum(axis=-1, keepdims=True, dtype=field.dtype)
    return _unwindow(largest)


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


def tied(a):
    """Return which windows are tied: several neurons share the maximum, and BP2a does not hold.

    >>> pool.tied(np.array([[0.2, 0.7, 0.5, 0.5], [0.4, 0.1, 0.5, 0.3]]))
    array([[False,  True]])

    Args:
        a: activations, shape (..., H, W), H and W even.

    Returns:
        Booleans, shape (..., H/2, W/2).

    Raises:
        ValueError: if a is not made of floats or 2×2 windows do not tile it.
    """
    field = windows(a)
    return _largest(field).sum(axis=-1) > 1


def windows(a):
    """Return the four activations of each window, in row-major order, as a last axis.

    >>> pool.windows(np.array([[0.2, 0.7, 0.5, 0.5], [0.4, 0.1, 0.5, 0.3]]))
    array([[[0.2, 0.7, 0.4, 0.1],
            [0.5, 0.5, 0.5, 0.3]]])

    Args:
        a: activations, shape (..., H, W), H and W even.

    Returns:
        The windows, shape (..., H/2, W/2, 4): [..., j, k, 2r+s] is a_{2j+r,2k+s}.

    Raises:
        ValueError: if a is not made of floats or 2×2 windows do not tile it.
    """
    a = checks.floats("a", a)
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
    grad, winners = checks.floats("grad", grad), checks.array("winners", winners)
    if winners.dtype != bool:
        winners = checks.finite("winners", winners)
        if (winners < 0).any() or (winners > 1).any():
            came = f"{winners.min():g} to {winners.max():g}"
            checks.refuse("winners", "truths, or shares from 0 to 1", came)
    if winners.ndim < 2 or any(n % SIZE or not n for n in winners.shape[-2:]):
        checks.refuse("winners", "shape (..., H, W) with H and W even", winners.shape)
    rows, columns = winners.shape[-2] // SIZE, winners.shape[-1] // SIZE
    checks.shape("grad", grad, (*winners.shape[:-2], rows, columns))
    return grad, winners


def _largest(field):
    """Where the largest of each window are; a not-a-number is, as for `max`, the largest of all."""
    return (field == field.max(axis=-1, keepdims=True)) | np.isnan(field)


def _unwindow(field):
    """The inverse of `windows`."""
    *batch, rows, columns, _ = field.shape
    grid = field.reshape(*batch, rows, columns, SIZE, SIZE).swapaxes(-3, -2)
    return grid.reshape(*batch, rows * SIZE, columns * SIZE)
