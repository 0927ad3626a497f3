"""The activations, number by number: F2, F5, F2r, F5s and F5j."""

from math import exp, inf, isnan

import numpy as np

from .. import activations, checks
from .batches import examples_of


@checks.underflow_is_zero
def sigmoid(z):
    """Return σ(z) = 1 / (1 + e^{-z}) (F2, F5), as `activations.sigmoid`.

    >>> by_definition.sigmoid(np.log([1.0, 3.0, 1 / 3]))
    array([0.5 , 0.75, 0.25])
    """
    z = checks.floats("z", z)
    a = np.empty_like(z)
    for i in np.ndindex(z.shape):
        # The same fraction twice: e^{-z} is too large to be written where z is below -709.
        a[i] = 1 / (1 + exp(-z[i])) if z[i] > 0 else exp(z[i]) / (1 + exp(z[i]))
    return a


@checks.underflow_is_zero
def sigmoid_prime(z):
    """Return σ′(z) = σ(z)(1 - σ(z)), as `activations.sigmoid_prime`.

    >>> by_definition.sigmoid_prime(np.log([1.0, 3.0]))
    array([0.25  , 0.1875])
    """
    z = checks.floats("z", z)
    return sigmoid(z) * sigmoid(-z)  # 1 - σ(z) = σ(-z), which has not rounded to 0


def relu(z):
    """Return a = max(0, z) (F2r), as `activations.relu`.

    >>> by_definition.relu(np.array([-1.5, 0.0, 2.5]))
    array([0. , 0. , 2.5])
    """
    z = checks.floats("z", z)
    a = np.empty_like(z)
    for i in np.ndindex(z.shape):
        a[i] = 0.0 if z[i] < 0 else z[i]
    return a


def relu_prime(z):
    """Return the slope of the ReLU, 0 at the kink (F2r), as `activations.relu_prime`.

    >>> by_definition.relu_prime(np.array([-1.5, 0.0, 2.5]))
    array([0., 0., 1.])
    """
    z = checks.floats("z", z)
    slope = np.empty_like(z)
    for i in np.ndindex(z.shape):
        slope[i] = z[i] if isnan(z[i]) else z[i] > 0
    return slope


@checks.underflow_is_zero
def softmax(z):
    """Return a_l = e^{z_l} / Σ_m e^{z_m} (F5s), as `activations.softmax`.

    >>> by_definition.softmax(np.log([1.0, 3.0, 4.0]))
    array([0.125, 0.375, 0.5  ])
    """
    z = activations.outputs("z", z)
    if z.ndim > 1:
        return np.stack([softmax(z[n]) for n in examples_of("z", z)])
    # The fraction turned over, Σ_m e^{z_m - z_l}; e to more than 700 is too large to be written.
    n = [float(number) for number in z]
    a = [sum(exp(min(z_m - z_l, 700)) for z_m in n) ** -1 if z_l != -inf else 0 for z_l in n]
    return np.array(a, z.dtype)


def softmax_jacobian(z):
    """Return ∂a_l/∂z_m of the softmax (F5j), as `activations.softmax_jacobian`.

    >>> by_definition.softmax_jacobian(np.log([1.0, 3.0]))
    array([[ 0.1875, -0.1875],
           [-0.1875,  0.1875]])
    """
    a = softmax(z)
    if a.ndim > 1:
        return np.stack([softmax_jacobian(z[n]) for n in examples_of("z", a)])
    slopes = np.empty((len(a), len(a)), a.dtype)
    for q, m in np.ndindex(slopes.shape):
        slopes[q, m] = a[q] * (1 - a[q]) if q == m else -a[q] * a[m]
    return slopes
