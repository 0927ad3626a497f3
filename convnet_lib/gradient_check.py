"""Central differences: a judge of gradients that knows the cost and no derivative."""

from collections.abc import Iterable

import numpy as np

from . import checks, networks

# How much of a cost rounding may take, as a share of it: some ε, as it is a sum of many numbers.
ROUNDING = 16 * np.finfo(np.float64).eps
# Two places further apart than twice this have no difference.
FURTHEST = np.finfo(np.float64).max / 2
# A slope below so many times the noise has too few digits for a difference within the noise.
TOO_NOISY = 1000


def central_differences(f, x, h=1e-5, entries=None):
    """Return ∂f/∂x measured entry by entry as (f(x + h) - f(x - h)) / 2h.

    The error is of the order h² plus ε/h, with ε the rounding error of f: about 1e-10 in float64
    at the default h. Where f has a kink nearer than h, as it has where two neurons of a pooling
    window are about to change places, what is measured is no derivative: at the kink itself it is
    the mean of the slopes on its two sides.

    >>> slopes = gradient_check.central_differences(lambda x: x[0] ** 2 * x[1], [3.0, 2.0])
    >>> slopes.round(6)
    array([12.,  9.])

    Args:
        f: a function of one array, returning a number.
        x: where to measure, an array of float64 of any shape; it is not changed.
        h: the step, a positive number, in the units of x.
        entries: the places to measure, tuples of whole numbers from 0 on; all when None.

    Returns:
        An array of x's shape, not a number where nothing was measured.

    Raises:
        ValueError: if x is not finite float64, h is not positive or too small to move x, an entry
            is no place in x, or f does not return a finite number.
    """
    f, x, h = checks.function("f", f), _measurable(x), checks.positive("h", h)
    slopes = np.full(x.shape, np.nan)
    for entry in _places(x.shape, entries):
        (above, up), (below, down) = _moved(f, x, entry, h), _moved(f, x, entry, -h)
        # By how much x has moved, which rounding has made a little more or less than 2h.
        slopes[entry] = (up - down) / (above - below)
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
        ValueError: if the shapes differ, nothing was measured, or a number to be judged is not
            finite.
    """
    found, expected = _real("found", found), _real("expected", expected)
    checks.shape("found", found, expected.shape)
    measured = ~np.isnan(expected)
    if not measured.any():
        checks.refuse("expected", "at least one number", "none")
    found, expected = checks.finite("found", found[measured]), expected[measured]
    expected = checks.finite("expected", expected)
    with np.errstate(over="ignore", under="ignore"):
        difference, largest = _largest(found - expected), _largest(expected)
    if not np.isfinite(difference):  # of halves, the difference of the largest floats is one too
        return relative_error(found / 2, expected / 2)
    return float(difference / largest) if largest else (float("inf") if difference else 0.0)


def check(net, a0, y, cost=None, ties="first", h=1e-5, entries=200, seed=0):
    """Return how far `net.backprop` is from central differences, a relative error a parameter.

    >>> net, a0 = ConvNet.random(seed=0), np.random.default_rng(0).random((28, 28))
    >>> errors = gradient_check.check(net, a0, np.eye(10)[3], entries=5)
    >>> sorted(errors), max(errors.values()) < 1e-6
    (['b1', 'b3', 'w1', 'w3'], True)

    Args:
        net: a ConvNet or a deep.Network, of float64.
        a0: images, shape (..., 28, 28).
        y: desired activations, shape (..., 10).
        cost: "quadratic" or "cross_entropy"; None for a deep network's own, else "quadratic".
        ties: as in `ConvNet.backprop`.
        h: the step of the central differences.
        entries: how many entries of a parameter to measure at most, drawn at random.
        seed: of that draw.

    Returns:
        A dict with the keys "w1", "b1", "w3", "b3"; of a deep network "0.w", "0.b", ….

    Raises:
        ValueError: as `ConvNet.backprop` and `central_differences`; or if a gradient is too small
            to be measured, as where a network has gone dark: when all that the two differ by is
            what the cost has been rounded by.
    """
    cost = networks.cost_name(networks.given("net", net), cost, "quadratic")
    gradients, errors = networks.gradients(net, a0, y, cost, ties), {}
    entries = checks.whole("entries", entries, 1)
    for name, x in networks.parameters(net).items():
        costs = []

        def total_cost(value, name=name, costs=costs):
            moved = networks.with_parameters(net, {name: value})
            z = networks.weighted_outputs(moved, a0)
            costs.append(networks.cost_of_outputs(moved, z, y, cost).sum())
            return costs[-1]

        places = _some_entries(x.shape, entries, checks.seed("seed", seed))
        measured = central_differences(total_cost, x, h, places)
        found = gradients[name]
        _refuse_too_small(name, found, measured, ROUNDING * _largest(np.array(costs)) / h)
        errors[name] = relative_error(found, measured)
    return errors


def _refuse_too_small(name, found, measured, noise):
    """Refuse a comparison of which nothing is left but the noise of the measurement."""
    there = ~np.isnan(measured)
    difference, largest = _largest((found - measured)[there]), _largest(measured[there])
    if 0 < difference <= noise and largest < TOO_NOISY * noise:
        expected = f"∂C/∂{name} well above the noise of the measurement, {noise:.0e}"
        checks.refuse("net", expected, f"{largest:.0e} at most: too small to be measured")


def _largest(x):
    return np.abs(x).max()


def _real(name, x):
    x = checks.array(name, x, "an array of numbers")
    if x.dtype.kind not in "iuf":
        checks.refuse(name, "an array of numbers", f"{x.dtype}")
    return x.astype(np.float64)


def _measurable(x):
    x = checks.array("x", x)
    if x.dtype != np.float64:
        checks.refuse("x", "float64 (float32 has too few digits to subtract)", x.dtype)
    return checks.finite("x", x)


def _places(shape, entries):
    if entries is None:
        return np.ndindex(shape)
    if not isinstance(entries, Iterable):
        checks.refuse("entries", "None or tuples of whole numbers", repr(entries))
    return [checks.position("entries", entry, shape) for entry in entries]


def _moved(f, x, entry, step):
    """Return where x is after a step at one entry, and what f is there."""
    moved = x.copy()
    with np.errstate(over="ignore"):
        moved[entry] += step
    there = moved[entry]
    if not np.isfinite(there) or abs(there) > FURTHEST:
        checks.refuse(
            "h", f"a step from {x[entry]:g} that is no further than floats go", f"{abs(step):g}"
        )
    if there == x[entry]:
        checks.refuse("h", f"a step that moves {x[entry]:g}", f"{abs(step):g}, which is lost in it")
    value = checks.array("f", f(moved), "a function that returns one number")
    if value.shape != ():
        checks.refuse("f", "a function that returns one number", f"shape {value.shape}")
    if value.dtype.kind not in "iuf" or not np.isfinite(value):
        checks.refuse("f", "a function that returns a finite number", repr(value[()]))
    return there, value.astype(np.float64)


def _some_entries(shape, most, rng):
    size = int(np.prod(shape))
    drawn = rng.permutation(size)[:most]
    return [tuple(int(i) for i in np.unravel_index(n, shape)) for n in drawn] if shape else [()]
