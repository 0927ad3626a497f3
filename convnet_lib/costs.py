"""The cost of an output, and the error of the output layer (C, BP1)."""

import numpy as np

from . import checks
from .activations import sigmoid_prime


def quadratic(a3, y):
    """Return the quadratic cost C = ½ Σ_l (a³_l - y_l)², one number an example (C).

    >>> float(costs.quadratic(np.array([0.5, 0.75]), np.array([0.0, 1.0])))
    0.15625

    Args:
        a3: output activations, shape (..., 10) or any other number of neurons.
        y: desired activations, same shape.

    Returns:
        Costs, shape (...).

    Raises:
        ValueError: if the shapes differ or an argument is not made of floats.
    """
    a3, y = _pair(a3, y)
    return ((a3 - y) ** 2).sum(axis=-1) / 2


def quadratic_prime(a3, y):
    """Return ∂C/∂a³_l = a³_l - y_l of the quadratic cost; shapes and errors as `quadratic`.

    >>> costs.quadratic_prime(np.array([0.5, 0.75]), np.array([0.0, 1.0]))
    array([ 0.5 , -0.25])
    """
    a3, y = _pair(a3, y)
    return a3 - y


def cross_entropy(a3, y):
    """Return the cross-entropy C = -Σ_l [y_l ln a³_l + (1 - y_l) ln(1 - a³_l)] (C), in nats.

    An activation that has rounded to exactly 0 or 1 counts as the smallest positive number of
    its dtype instead, so that the cost of a confident mistake is large and not infinite.

    >>> float(costs.cross_entropy(np.array([0.5, 0.75]), np.array([0.0, 1.0])).round(6))
    0.980829

    Args:
        a3: output activations in [0, 1], shape (..., 10) or any other number of neurons.
        y: desired activations in [0, 1], same shape.

    Returns:
        Costs, shape (...).

    Raises:
        ValueError: if the shapes differ or an argument is not made of floats.
    """
    a3, y = _pair(a3, y)
    tiny = np.finfo(a3.dtype).tiny
    log_on, log_off = np.log(np.maximum(a3, tiny)), np.log(np.maximum(1 - a3, tiny))
    return -(y * log_on + (1 - y) * log_off).sum(axis=-1)


def cross_entropy_prime(a3, y):
    """Return ∂C/∂a³_l = (a³_l - y_l) / (a³_l (1 - a³_l)) of the cross-entropy.

    It is infinite (or 0/0, not a number) where a³_l is exactly 0 or 1: `delta` does without it.
    Shapes and errors as `cross_entropy`.

    >>> costs.cross_entropy_prime(np.array([0.5, 0.75]), np.array([1.0, 0.0]))
    array([-2.,  4.])
    """
    a3, y = _pair(a3, y)
    with np.errstate(divide="ignore", invalid="ignore"):
        return (a3 - y) / (a3 * (1 - a3))


def delta(z3, a3, y, cost="quadratic"):
    """Return the output error δ³_l = ∂C/∂a³_l · σ′(z³_l) (BP1, FC1).

    For the cross-entropy, σ′(z³_l) = a³_l(1 - a³_l) cancels the denominator of ∂C/∂a³_l, and
    δ³_l = a³_l - y_l is what is computed.

    >>> z3, a3, y = np.log([1.0, 3.0]), np.array([0.5, 0.75]), np.array([0.0, 1.0])
    >>> costs.delta(z3, a3, y)
    array([ 0.125   , -0.046875])
    >>> costs.delta(z3, a3, y, cost="cross_entropy")
    array([ 0.5 , -0.25])

    Args:
        z3: weighted inputs of the output layer, shape (..., 10).
        a3: their activations σ(z³), same shape.
        y: desired activations, same shape.
        cost: "quadratic" or "cross_entropy".

    Returns:
        δ³, shape (..., 10).

    Raises:
        ValueError: if a shape or a dtype is wrong or the cost is unknown.
    """
    checks.one_of("cost", cost, COSTS)
    z3 = checks.floats("z3", z3)
    a3, y = _pair(a3, y)
    checks.shape("z3", z3, a3.shape)
    return a3 - y if cost == "cross_entropy" else quadratic_prime(a3, y) * sigmoid_prime(z3)


#: The costs by name, each (a3, y) -> C.
COSTS = {"quadratic": quadratic, "cross_entropy": cross_entropy}


def _pair(a3, y):
    a3, y = checks.floats("a3", a3), checks.floats("y", y)
    if a3.ndim == 0:
        checks.refuse("a3", "shape (..., outputs)", "()")
    checks.shape("y", y, a3.shape)
    return a3, y
