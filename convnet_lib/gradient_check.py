"""Central differences: a judge of gradients that knows the cost and no derivative."""

from dataclasses import replace

import numpy as np

from . import checks


def central_differences(f, x, h=1e-5, entries=None):
    """Return ∂f/∂x measured entry by entry as (f(x + h) - f(x - h)) / 2h.

    The error is of the order h² plus ε/h, with ε the rounding error of f: about 1e-10 in float64
    at the default h. The measurement means nothing where f has a kink nearer than h, as it has
    where two neurons of a pooling window are about to change places.

    >>> slopes = gradient_check.central_differences(lambda x: x[0] ** 2 * x[1], [3.0, 2.0])
    >>> slopes.round(6)
    array([12.,  9.])

    Args:
        f: a function of one array, returning a number.
        x: where to measure, an array of float64 of any shape; it is not changed.
        h: the step, a positive number, in the units of x.
        entries: the index tuples to measure; all of them when None.

    Returns:
        An array of x's shape, not a number where nothing was measured.

    Raises:
        ValueError: if x is not float64, h is not positive, or f does not return a number.
    """
    x = np.array(x)
    if x.dtype != np.float64:
        checks.refuse("x", "float64 (float32 has too few digits to subtract)", x.dtype)
    if not h > 0:
        checks.refuse("h", "a positive number", h)
    slopes = np.full(x.shape, np.nan)
    for entry in np.ndindex(x.shape) if entries is None else entries:
        slopes[entry] = (_moved(f, x, entry, h) - _moved(f, x, entry, -h)) / (2 * h)
    return slopes


def relative_error(found, expected):
    """Return the largest difference of two arrays, as a share of the largest entry of `expected`.

    Entries of `expected` that are not a number (not measured) are left out.

    >>> gradient_check.relative_error([1.0, 3.0], [1.0, 4.0])
    0.25

    Args:
        found: the array to judge.
        expected: the array that it is judged by, same shape.

    Returns:
        A number; 0 if both arrays are 0 everywhere, infinite if only `expected` is.

    Raises:
        ValueError: if the shapes differ, or nothing was measured.
    """
    found, expected = np.asarray(found), np.asarray(expected)
    checks.shape("found", found, expected.shape)
    measured = ~np.isnan(expected)
    if not measured.any():
        checks.refuse("expected", "at least one number", "none")
    difference = np.abs(found - expected)[measured].max()
    largest = np.abs(expected[measured]).max()
    return float(difference / largest) if largest else (float("inf") if difference else 0.0)


def check(net, a0, y, cost="quadratic", ties="first", h=1e-5, entries=200, seed=0):
    """Return how far `net.backprop` is from central differences, a relative error a parameter.

    >>> net, a0 = ConvNet.random(seed=0), np.random.default_rng(0).random((28, 28))
    >>> errors = gradient_check.check(net, a0, np.eye(10)[3], entries=5)
    >>> sorted(errors), max(errors.values()) < 1e-6
    (['b1', 'b3', 'w1', 'w3'], True)

    Args:
        net: a ConvNet of float64.
        a0: images, shape (..., 28, 28).
        y: desired activations, shape (..., 10).
        cost: "quadratic" or "cross_entropy".
        ties: as in `ConvNet.backprop`.
        h: the step of the central differences.
        entries: how many entries of a parameter to measure at most, drawn at random.
        seed: of that draw.

    Returns:
        A dict with the keys "w1", "b1", "w3", "b3".

    Raises:
        ValueError: as `ConvNet.backprop` and `central_differences`.
    """
    gradients, errors = net.backprop(a0, y, cost, ties), {}
    for name in net.parameters:
        x = getattr(net, name)

        def total_cost(value, name=name):
            return replace(net, **{name: value}).cost(a0, y, cost).sum()

        measured = central_differences(total_cost, x, h, _some_entries(x.shape, entries, seed))
        errors[name] = relative_error(getattr(gradients, name), measured)
    return errors


def _moved(f, x, entry, step):
    moved = x.copy()
    moved[entry] += step
    value = np.asarray(f(moved))
    if value.shape != ():
        checks.refuse("f", "a function that returns one number", f"shape {value.shape}")
    return value


def _some_entries(shape, most, seed):
    size = int(np.prod(shape))
    drawn = np.random.default_rng(seed).permutation(size)[:most]
    return [tuple(int(i) for i in np.unravel_index(n, shape)) for n in drawn] if shape else [()]
