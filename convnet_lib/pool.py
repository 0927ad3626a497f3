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
    mask = field == field.max(axis=-1, keepdims=True)
    if ties == "split":
        mask = mask / mask.sum(axis=-1, keepdims=True, dtype=field.dtype)
    return _unwindow(mask)


def backward(grad, winners):
    """Return ∂C/∂a¹_{j,k} = ∂C/∂a²_{j',k'} · switch_{j,k}, with j' = ⌊j/2⌋, k' = ⌊k/2⌋ (BP2a).

    Args:
        grad: ∂C/∂a², shape (..., H/2, W/2).
        winners: the pooling mask, shape (..., H, W), from `winners`.

    Returns:
        ∂C/∂a¹, shape (..., H, W), with grad's dtype.

    Raises:
        ValueError: if grad is not made of floats or the shapes do not belong together.
    """
    grad, winners = checks.floats("grad", grad), np.asarray(winners)
    if winners.dtype != bool:
        winners = checks.floats("winners", winners)
    if winners.ndim < 2 or winners.shape[-2] % SIZE or winners.shape[-1] % SIZE:
        checks.refuse("winners", "shape (..., H, W) with H and W even", winners.shape)
    rows, columns = winners.shape[-2] // SIZE, winners.shape[-1] // SIZE
    checks.shape("grad", grad, (*winners.shape[:-2], rows, columns))
    return grad.repeat(SIZE, axis=-2).repeat(SIZE, axis=-1) * winners


def tied(a):
    """Return which windows are tied: several neurons share the maximum, and BP2a does not hold.

    Args:
        a: activations, shape (..., H, W), H and W even.

    Returns:
        Booleans, shape (..., H/2, W/2).

    Raises:
        ValueError: if a is not made of floats or 2×2 windows do not tile it.
    """
    field = windows(a)
    return (field == field.max(axis=-1, keepdims=True)).sum(axis=-1) > 1


def windows(a):
    """Return the four activations of each window, in row-major order, as a last axis.

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


def _unwindow(field):
    """The inverse of `windows`."""
    *batch, rows, columns, _ = field.shape
    grid = field.reshape(*batch, rows, columns, SIZE, SIZE).swapaxes(-3, -2)
    return grid.reshape(*batch, rows * SIZE, columns * SIZE)
