"""Batch axes: the axes of an array before those that its equation names."""

from math import prod


def as_one_axis(x, axes):
    """Return x with all axes before the last `axes` made one, n; einsum cannot sum over '...'.

    >>> batches.as_one_axis(np.zeros((2, 3, 28, 28)), axes=2).shape
    (6, 28, 28)
    """
    batch, rest = x.shape[: x.ndim - axes], x.shape[x.ndim - axes :]
    return x.reshape(prod(batch), *rest)
