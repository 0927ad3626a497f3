"""The costs, output by output: C, Cl, and BP1 for each of them."""

from math import log, log1p

import numpy as np

from .. import checks, costs
from .activations import sigmoid_prime, softmax
from .batches import examples_of


@checks.underflow_is_zero
def quadratic(a3, y):
    """Return C = ½ Σ_l (a³_l - y_l)² (C), as `costs.quadratic`.

    >>> float(by_definition.quadratic(np.array([0.5, 0.75]), np.array([0.0, 1.0])))
    0.15625
    """
    a3, y = costs.pair(a3, y)
    if a3.ndim > 1:
        return np.array([quadratic(a3[n], y[n]) for n in examples_of("a3", a3)])
    return sum((a3[q] - y[q]) ** 2 for q in range(len(a3))) / 2


@checks.underflow_is_zero
def cross_entropy(a3, y):
    """Return C = -Σ_l [y_l ln a³_l + (1 - y_l) ln(1 - a³_l)] (C), as `costs.cross_entropy`.

    >>> float(by_definition.cross_entropy(np.array([0.5, 0.75]), np.array([0.0, 1.0])).round(6))
    0.980829
    """
    a3, y = costs.probabilities(a3, y)
    if a3.ndim > 1:
        return np.array([cross_entropy(a3[n], y[n]) for n in examples_of("a3", a3)])
    tiny = np.finfo(a3.dtype).tiny  # as in costs.cross_entropy
    log_on = [log(max(a3[q], tiny)) for q in range(len(a3))]
    log_off = [log1p(-a3[q]) if a3[q] < 1 else log(tiny) for q in range(len(a3))]
    return -sum(y[q] * log_on[q] + (1 - y[q]) * log_off[q] for q in range(len(a3)))


@checks.underflow_is_zero
def log_likelihood(a, y):
    """Return C = -Σ_l y_l ln a_l (Cl), as `costs.log_likelihood`.

    >>> a, y = np.array([0.125, 0.375, 0.5]), np.array([0.0, 0.0, 1.0])
    >>> float(by_definition.log_likelihood(a, y).round(6))
    0.693147
    """
    a, y = costs.probabilities(a, y, "a")
    if a.ndim > 1:
        return np.array([log_likelihood(a[n], y[n]) for n in examples_of("a", a)])
    tiny = np.finfo(a.dtype).tiny  # as in costs.log_likelihood
    return -sum(y[q] * log(max(a[q], tiny)) for q in range(len(a)))


@checks.underflow_is_zero
def delta(z3, a3, y, cost="quadratic"):
    """Return δ³_l = ∂C/∂a³_l · σ′(z³_l) (BP1, FC1), as `costs.delta`.

    >>> z3, a3, y = np.log([1.0, 3.0]), np.array([0.5, 0.75]), np.array([0.0, 1.0])
    >>> by_definition.delta(z3, a3, y)
    array([ 0.125   , -0.046875])
    """
    checks.one_of("cost", cost, costs.COSTS)
    z3, (a3, y) = checks.floats("z3", z3), costs.pair(a3, y)
    checks.shape("z3", z3, a3.shape)
    if z3.ndim > 1:
        return np.stack([delta(z3[n], a3[n], y[n], cost) for n in examples_of("z3", z3)])
    delta3, slope = np.empty_like(z3), sigmoid_prime(z3)
    for q in range(len(z3)):
        nabla_a = a3[q] - y[q]
        if cost == "cross_entropy" and 0 < a3[q] < 1:
            nabla_a = nabla_a / (a3[q] * (1 - a3[q])) * slope[q]
        elif cost == "quadratic":
            nabla_a = nabla_a * slope[q]
        delta3[q] = nabla_a  # where a³ has rounded to 0 or 1, what the fraction above tends to
    return delta3


@checks.underflow_is_zero
def softmax_delta(z, y):
    """Return δ_m = Σ_l ∂C/∂a_l ∂a_l/∂z_m, term by term (BP1l), as `costs.softmax_delta`.

    >>> by_definition.softmax_delta(np.log([1.0, 3.0, 4.0]), np.array([0.0, 0.0, 1.0]))
    array([ 0.125,  0.375, -0.5  ])
    """
    z, y = costs.pair(z, y, "z")
    if z.ndim > 1:
        return np.stack([softmax_delta(z[n], y[n]) for n in examples_of("z", z)])
    a, n = softmax(z), range(len(z))
    # The a_l of F5j has cancelled that of ∂C/∂a_l = -y_l / a_l, which may have rounded to 0.
    terms = [[-y[q] * ((q == m) - a[m]) for q in n] for m in n]
    return np.array([sum(row) for row in terms], z.dtype)
