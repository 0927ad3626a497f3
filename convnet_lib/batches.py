"""Batch axes: the axes of an array before those that its equation names."""

from math import prod

import numpy as np


def as_one_axis(x, axes):
    """Return x with all axes before the last `axes` made one, n; einsum cannot sum over '...'.

    >>> batches.as_one_axis(np.zeros((2, 3, 28, 28)), axes=2).shape
    (6, 28, 28)
    """
    batch, rest = x.shape[: x.ndim - axes], x.shape[x.ndim - axes :]
    # Laid out anew where it has gaps: BLAS sums in blocks, and what cannot be given to it is added
    # up one by one, where a float32 that has reached 2^24 grows by no further 1.
    return np.ascontiguousarray(x).reshape(prod(batch), *rest)
