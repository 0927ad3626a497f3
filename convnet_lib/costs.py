"""The cost of an output, and the error of the output layer (C, BP1; Cl, BP1l for the softmax)."""

import numpy as np

from . import checks
from .activations import outputs, sigmoid, sigmoid_prime, softmax


@checks.underflow_is_zero
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
    a3, y = pair(a3, y)
    return ((a3 - y) ** 2).sum(axis=-1) / 2


def quadratic_prime(a3, y):
    """Return ∂C/∂a³_l = a³_l - y_l of the quadratic cost; shapes and errors as `quadratic`.

    >>> costs.quadratic_prime(np.array([0.5, 0.75]), np.array([0.0, 1.0]))
    array([ 0.5 , -0.25])
    """
    a3, y = pair(a3, y)
    return a3 - y


@checks.underflow_is_zero
def cross_entropy(a3, y):
    """Return the cross-entropy C = -Σ_l [y_l ln a³_l + (1 - y_l) ln(1 - a³_l)] (C), in nats.

    No logarithm counts as less than that of the smallest normal number of the dtype, so that the
    cost of a confident mistake is large and not infinite where a³_l has rounded to 0 or to 1.

    >>> float(costs.cross_entropy(np.array([0.5, 0.75]), np.array([0.0, 1.0])).round(6))
    0.980829

    Args:
        a3: output activations in [0, 1], shape (..., 10) or any other number of neurons.
        y: desired activations in [0, 1], same shape.

    Returns:
        Costs, shape (...).

    Raises:
        ValueError: if the shapes differ, an argument is not made of floats, or an activation is
            outside [0, 1].
    """
    a3, y = probabilities(a3, y)
    tiny = np.finfo(a3.dtype).tiny
    with np.errstate(divide="ignore"):  # of an a³ that has rounded to 1
        log_on, log_off = np.log(np.maximum(a3, tiny)), np.log1p(-a3)  # log1p(x) = ln(1 + x)
    log_off = np.maximum(log_off, np.log(tiny))
    return -(y * log_on + (1 - y) * log_off).sum(axis=-1)


@checks.underflow_is_zero
def cross_entropy_prime(a3, y):
    """Return ∂C/∂a³_l = (a³_l - y_l) / (a³_l (1 - a³_l)) of the cross-entropy.

    Where a³_l is exactly 0 or 1 it is infinite if y_l is another number, and 1 - 2y_l, which the
    fraction tends to, if y_l is the same. `delta` does without it. Shapes and errors as
    `cross_entropy`.

    >>> costs.cross_entropy_prime(np.array([0.5, 0.75]), np.array([1.0, 0.0]))
    array([-2.,  4.])
    """
    a3, y = probabilities(a3, y)
    slope = a3 * (1 - a3)
    with np.errstate(all="ignore"):
        return np.where((slope == 0) & (a3 == y), 1 - 2 * y, (a3 - y) / slope)


@checks.underflow_is_zero
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
        ValueError: if a shape or a dtype is wrong, y is not finite or the cost is unknown.
    """
    checks.one_of("cost", cost, COSTS)
    z3 = checks.floats("z3", z3)
    a3, y = pair(a3, y)
    checks.shape("z3", z3, a3.shape)
    # Near 1, a³ has lost the digits that 1 - σ(z) = σ(-z) still has.
    error = np.where((y == 1) & (a3 > 0.5), -sigmoid(-z3), a3 - y)
    return error if cost == "cross_entropy" else error * sigmoid_prime(z3)


@checks.underflow_is_zero
def of_weighted_input(z3, y, cost="quadratic"):
    """Return the cost of the outputs σ(z³), one number an example (C).

    It is `quadratic` or `cross_entropy` of a³ = σ(z³), but exact for confident answers too, whose
    a³ has rounded to 0 or 1: -ln σ(z) = ln(1 + e^{-z}), and 1 - σ(z) = σ(-z).

    Args:
        z3: weighted inputs of the output layer, shape (..., 10).
        y: desired activations, same shape.
        cost: "quadratic" or "cross_entropy".

    Returns:
        Costs, shape (...).

    Raises:
        ValueError: if the shapes differ, an argument is not made of floats or the cost is unknown.

    >>> float(of_weighted_input(np.array([40.0]), np.array([0.0]), "cross_entropy"))
    40.0
    """
    checks.one_of("cost", cost, COSTS)
    z3, y = pair(z3, y, "z3")
    if cost == "quadratic":
        return (((1 - y) * sigmoid(z3) - y * sigmoid(-z3)) ** 2).sum(axis=-1) / 2
    log_on, log_off = -_softplus(-z3), -_softplus(z3)
    return -(y * log_on + (1 - y) * log_off).sum(axis=-1)


@checks.underflow_is_zero
def log_likelihood(a, y):
    """Return the cost C = -Σ_l y_l ln a_l of outputs that are probabilities (Cl), in nats.

    For a label it is -ln of the probability that its output gives to it. As in `cross_entropy` no
    logarithm is taken of less than the smallest normal number of the dtype.

    >>> float(costs.log_likelihood(np.array([0.125, 0.375, 0.5]), np.array([0.0, 0.0, 1.0])))
    0.6931471805599453

    Args:
        a: output activations in [0, 1], shape (..., 10) or any other number of neurons.
        y: desired activations in [0, 1], same shape.

    Returns:
        Costs, shape (...).

    Raises:
        ValueError: if the shapes differ, an argument is not made of floats, or an activation is
            outside [0, 1].
    """
    a, y = probabilities(a, y, "a")
    return -(y * np.log(np.maximum(a, np.finfo(a.dtype).tiny))).sum(axis=-1)


@checks.underflow_is_zero
def log_likelihood_prime(a, y):
    """Return ∂C/∂a_l = -y_l / a_l of the log-likelihood; 0 where y_l is 0, whatever a_l is.

    Where a_l is 0 and y_l is not, it is infinite. `softmax_delta` does without it. Shapes and
    errors as `log_likelihood`.

    >>> costs.log_likelihood_prime(np.array([0.125, 0.375, 0.5]), np.array([0.0, 0.0, 1.0]))
    array([-0., -0., -2.])
    """
    a, y = probabilities(a, y, "a")
    with np.errstate(all="ignore"):
        return np.where(y == 0, -y, -y / a)


@checks.underflow_is_zero
def softmax_delta(z, y):
    """Return the error δ_l = a_l - y_l of softmax outputs under the log-likelihood (BP1l).

    The sum of FC1, Σ_m ∂C/∂a_m · ∂a_m/∂z_l, collapses to it if the y_l add up to 1; where they do
    not, it is a_l Σ_m y_m - y_l, which is what is computed.

    >>> costs.softmax_delta(np.log([1.0, 3.0, 4.0]), np.array([0.0, 0.0, 1.0]))
    array([ 0.125,  0.375, -0.5  ])

    Args:
        z: weighted inputs of the output layer, shape (..., 10) or any other number of neurons.
        y: desired activations, same shape.

    Returns:
        δ, shape (..., 10).

    Raises:
        ValueError: if the shapes differ, an argument is not made of floats or y is not finite.
    """
    z, y = pair(z, y, "z")
    a = softmax(z)
    # Near 1, a has lost the digits that the sum of the others, 1 - a, still has.
    others = np.where(np.eye(a.shape[-1], dtype=bool), 0, a[..., None, :]).sum(axis=-1)
    total = y.sum(axis=-1, keepdims=True)
    return np.where((y == total) & (a > 0.5), -y * others, a * total - y)


@checks.underflow_is_zero
def of_softmax_input(z, y):
    """Return the log-likelihood cost of the outputs softmax(z), one number an example (Cl).

    It is `log_likelihood` of a = softmax(z), but exact for confident answers too, whose a has
    rounded to 0 or 1: -ln a_l = ln Σ_m e^{z_m} - z_l.

    >>> float(costs.of_softmax_input(np.array([1000.0, 0.0]), np.array([0.0, 1.0])))
    1000.0

    Args:
        z: weighted inputs of the output layer, shape (..., 10) or any other number of neurons.
        y: desired activations, same shape.

    Returns:
        Costs, shape (...).

    Raises:
        ValueError: if the shapes differ, an argument is not made of floats or y is not finite.
    """
    z, y = pair(z, y, "z")
    z = outputs("z", z)
    with np.errstate(over="ignore"):  # of a difference of numbers that are almost the largest
        below = z - z.max(axis=-1, keepdims=True)
    minus_log_a = np.log(np.exp(below).sum(axis=-1, keepdims=True)) - below
    # An output that is not asked for costs nothing, also where its a is 0.
    return (y * np.where(y == 0, 0, minus_log_a)).sum(axis=-1)


#: The costs of the book's network by name, each (a3, y) -> C.
COSTS = {"quadratic": quadratic, "cross_entropy": cross_entropy}

#: Those of Part III too.
BY_NAME = COSTS | {"log_likelihood": log_likelihood}

#: The derivatives ∂C/∂a by the cost's name, those of Part III too.
PRIMES = {
    "quadratic": quadratic_prime,
    "cross_entropy": cross_entropy_prime,
    "log_likelihood": log_likelihood_prime,
}


def _softplus(z):
    """ln(1 + e^z), for any z."""
    return np.maximum(z, 0) + np.log1p(np.exp(-np.abs(z)))


def pair(a3, y, name="a3"):
    """Return activations and what they should be as arrays of one shape; y is finite.

    >>> costs.pair(np.ones((2, 10)), np.ones(10))
    Traceback (most recent call last):
        ...
    ValueError: y: expected shape (2, 10), got (10,)
    """
    a3, y = checks.floats(name, a3), checks.finite("y", y)
    if a3.ndim == 0:
        checks.refuse(name, "shape (..., outputs)", "()")
    checks.shape("y", y, a3.shape)
    return a3, y


def probabilities(a3, y, name="a3"):
    """Return the `pair`, refused unless the activations are from 0 to 1.

    >>> costs.probabilities(np.array([0.5, 1.5]), np.array([0.0, 1.0]))
    Traceback (most recent call last):
        ...
    ValueError: a3: expected activations from 0 to 1, got 1.5
    """
    a3, y = pair(a3, y, name)
    outside = a3[~((a3 >= 0) & (a3 <= 1))]
    if outside.size:
        checks.refuse(name, "activations from 0 to 1", outside.flat[0])
    return a3, y
