"""The sigmoid σ and its derivative σ′."""

import numpy as np

from . import checks


@checks.underflow_is_zero
def sigmoid(z):
    """Return the activation a = σ(z) = 1 / (1 + e^{-z}), elementwise (F2, F5).

    >>> activations.sigmoid(np.log([1.0, 3.0, 1 / 3]))
    array([0.5 , 0.75, 0.25])

    Args:
        z: weighted inputs, of any shape, float32 or float64.

    Returns:
        Activations in [0, 1], with z's shape and dtype.

    Raises:
        ValueError: if z is not an array of floats.
    """
    z = checks.floats("z", z)
    # e^{-|z|} never overflows, and both forms of the fraction are σ.
    e = np.exp(-np.abs(z))
    return np.where(z >= 0, 1, e) / (1 + e)


@checks.underflow_is_zero
def sigmoid_prime(z):
    """Return σ′(z) = σ(z)(1 - σ(z)), elementwise: the slope that F2 and F5 give to BP1 and BP2.

    >>> activations.sigmoid_prime(np.log([1.0, 3.0]))
    array([0.25  , 0.1875])

    Args:
        z: weighted inputs (not activations), of any shape, float32 or float64.

    Returns:
        Slopes from 0 to 1/4, with z's shape and dtype.

    Raises:
        ValueError: if z is not an array of floats.
    """
    z = checks.floats("z", z)
    # σ′ is even, so |z| will do; σ(z)(1 - σ(z)) itself would lose its digits where σ is near 1.
    e = np.exp(-np.abs(z))
    return e / (1 + e) ** 2
