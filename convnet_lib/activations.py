"""Activation functions and their derivatives: the sigmoid, the ReLU, and the softmax.

The sigmoid and the ReLU work on each neuron by itself, and their derivative is a slope a neuron.
The softmax works on all outputs together, and its derivative is a matrix.
"""

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


def relu(z):
    """Return the activation a = max(0, z), elementwise (F2r).

    >>> activations.relu(np.array([-1.5, 0.0, 2.5]))
    array([0. , 0. , 2.5])

    Args:
        z: weighted inputs, of any shape, float32 or float64.

    Returns:
        Activations from 0 on, with z's shape and dtype.

    Raises:
        ValueError: if z is not an array of floats.
    """
    z = checks.floats("z", z)
    return np.maximum(z, np.zeros((), z.dtype))


def relu_prime(z):
    """Return the slope of the ReLU, elementwise: 1 where z > 0, else 0 (F2r).

    At z = 0 there is a kink and no derivative; 0 is taken there, the slope of the left side.

    >>> activations.relu_prime(np.array([-1.5, 0.0, 2.5]))
    array([0., 0., 1.])

    Args:
        z: weighted inputs (not activations), of any shape, float32 or float64.

    Returns:
        Slopes, with z's shape and dtype; where z is not a number, neither is the slope.

    Raises:
        ValueError: if z is not an array of floats.
    """
    z = checks.floats("z", z)
    return np.heaviside(z, np.zeros((), z.dtype))


@checks.underflow_is_zero
def softmax(z):
    """Return the activations a_l = e^{z_l} / Σ_m e^{z_m} of each row of outputs (F5s).

    >>> activations.softmax(np.log([1.0, 3.0, 4.0]))
    array([0.125, 0.375, 0.5  ])

    Args:
        z: weighted inputs, shape (..., 10) or any other number of outputs, float32 or float64.

    Returns:
        Activations in [0, 1] with z's shape and dtype; over the last axis they add up to 1.

    Raises:
        ValueError: if z is not an array of floats or has no axis of outputs.
    """
    z = outputs("z", z)
    # The largest is taken away from all: a factor of the fraction's two sides, and no overflow.
    with np.errstate(over="ignore"):  # of a difference: too large to be written, and e^{-∞} is 0
        e = np.exp(z - z.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


@checks.underflow_is_zero
def softmax_jacobian(z):
    """Return the derivatives ∂a_l/∂z_m = a_l (1[l = m] - a_m) of the softmax (F5j).

    >>> activations.softmax_jacobian(np.log([1.0, 3.0]))
    array([[ 0.1875, -0.1875],
           [-0.1875,  0.1875]])

    Args:
        z: weighted inputs, shape (..., 10) or any other number of outputs, float32 or float64.

    Returns:
        A symmetric matrix for each row of z, shape (..., 10, 10): [..., l, m] is ∂a_l/∂z_m.

    Raises:
        ValueError: if z is not an array of floats or has no axis of outputs.
    """
    a = softmax(z)
    return np.einsum("...l,lm->...lm", a, np.eye(a.shape[-1], dtype=a.dtype)) - np.einsum(
        "...l,...m->...lm", a, a
    )


def outputs(name, z):
    """Return z as an array of floats, refused if it has no axis of outputs, or none of them.

    So is a row whose largest number is infinite: what infinities share among them is not known.

    >>> activations.outputs("z", np.array(0.5))
    Traceback (most recent call last):
        ...
    ValueError: z: expected shape (..., outputs), got ()
    """
    z = checks.floats(name, z)
    if z.ndim == 0 or z.shape[-1] == 0:
        checks.refuse(name, "shape (..., outputs)", checks.written(z.shape))
    if np.isinf(top := z.max(axis=-1)).any():
        checks.refuse(name, "a largest number that is finite", f"{top[np.isinf(top)][0]}")
    return z
