"""The pooling layer, window by window: F3, BP2, the switches, and the mean."""

from math import isnan

import numpy as np

from .. import checks, pool
from .batches import examples_of


@checks.underflow_is_zero
def pool_forward(a, size=None, stride=None):
    """Return the largest a_{Dj+r,Ek+s} of each window (F3, F3s), as `pool.forward`.

    In F3 the windows are 2×2 and begin every 2 rows and columns, so that the four of window j, k
    are a_{2j,2k}, a_{2j,2k+1}, a_{2j+1,2k} and a_{2j+1,2k+1}.

    >>> by_definition.pool_forward(np.array([[0.2, 0.7, 0.5, 0.5], [0.4, 0.1, 0.5, 0.3]]))
    array([[0.7, 0.5]])
    """
    return _each_window(lambda a, window: _max(*(a[p] for p in window)), a, size, stride)


@checks.underflow_is_zero
def pool_mean(a, size=None, stride=None):
    """Return 1/RS Σ_{r,s} a_{Dj+r,Ek+s} of each window (F3m), as `pool.mean`.

    >>> a1 = np.array([[0.2, 0.7, 0.5, 0.5], [0.4, 0.1, 0.5, 0.3]])
    >>> by_definition.pool_mean(a1).round(2)
    array([[0.35, 0.45]])
    """
    return _each_window(lambda a, window: sum(a[p] for p in window) / len(window), a, size, stride)


def _each_window(function, a, size, stride):
    pool.windows(a, size, stride)  # refuses what the windows do not fit
    a = np.asarray(a)
    if a.ndim > 2:
        examples = (a[n] for n in examples_of("a", a))
        return np.stack([_each_window(function, each, size, stride) for each in examples])
    (rows, columns), (down, right) = pool.steps(size, stride)
    a2 = np.empty(((a.shape[0] - rows) // down + 1, (a.shape[1] - columns) // right + 1), a.dtype)
    for j in range(a2.shape[0]):
        for k in range(a2.shape[1]):
            a2[j, k] = function(a, _window(j, k, size, stride))
    return a2


def _window(j, k, size, stride):
    """The neurons of window j, k, in row-major order."""
    (rows, columns), (down, right) = pool.steps(size, stride)
    return [(down * j + r, right * k + s) for r in range(rows) for s in range(columns)]


@checks.underflow_is_zero
def pool_winners(a, ties="first"):
    """Return the pooling mask ∂a²_{j',k'}/∂a¹_{j,k} (BP2a), as `pool.winners`.

    >>> by_definition.pool_winners(np.array([[0.2, 0.7, 0.5, 0.5], [0.4, 0.1, 0.5, 0.3]]))
    array([[False,  True,  True, False],
           [False, False, False, False]])
    """
    marks = pool_switches(a, ties)
    winners = np.empty(np.shape(a), marks.dtype)
    for *n, j, k in np.ndindex(winners.shape):
        winners[*n, j, k] = marks[*n, j // 2, k // 2, 2 * (j % 2) + k % 2]
    return winners


@checks.underflow_is_zero
def pool_switches(a, ties="first", size=None, stride=None):
    """Return the switch of each window, which marks its winner (BP2a), as `pool.switches`.

    >>> by_definition.pool_switches(np.array([[0.2, 0.7, 0.5, 0.5], [0.4, 0.1, 0.5, 0.3]]))
    array([[[False,  True, False, False],
            [ True, False, False, False]]])
    """
    checks.one_of("ties", ties, pool.TIES)
    a2 = pool_forward(a, size, stride)
    a = np.asarray(a)
    neurons = len(_window(0, 0, size, stride))
    switches = np.zeros((*a2.shape, neurons), a.dtype if ties == "split" else bool)
    for *n, j, k in np.ndindex(a2.shape):
        window = [a[*n, *p] for p in _window(j, k, size, stride)]
        tied = [i for i in range(neurons) if window[i] == a2[*n, j, k] or isnan(window[i])]
        for i in tied[:1] if ties == "first" else tied:
            switches[*n, j, k, i] = 1 / len(tied) if ties == "split" else True
    return switches


@checks.underflow_is_zero
def pool_backward(grad, winners):
    """Return ∂C/∂a¹_{j,k} = ∂C/∂a²_{⌊j/2⌋,⌊k/2⌋} · mask_{j,k} (BP2a), as `pool.backward`.

    >>> winners = np.array([[False, True, True, False], [False, False, False, False]])
    >>> by_definition.pool_backward(np.array([[3.0, 2.0]]), winners)
    array([[0., 3., 2., 0.],
           [0., 0., 0., 0.]])
    """
    grad, winners = pool.mask(grad, winners)
    if grad.ndim > 2:
        return np.stack([pool_backward(grad[n], winners[n]) for n in examples_of("grad", grad)])
    nabla_a = np.empty(winners.shape, np.result_type(grad, winners))
    for j in range(winners.shape[0]):
        for k in range(winners.shape[1]):
            nabla_a[j, k] = grad[j // 2, k // 2] * winners[j, k]
    return nabla_a


@checks.underflow_is_zero
def pool_scatter(grad, switches, shape, size=None, stride=None):
    """Return ∂C/∂a_{p,q}, which collects from each window that p, q wins (BP2s), as `pool.scatter`.

    >>> switches = np.array([[[False, True, False, False], [True, False, False, False]]])
    >>> by_definition.pool_scatter(np.array([[3.0, 2.0]]), switches, (2, 3), size=2, stride=1)
    array([[0., 5., 0.],
           [0., 0., 0.]])
    """
    grad, switches, shape = pool.marks(grad, switches, shape, size, stride)
    nabla_a = np.zeros((*grad.shape[:-2], *shape), grad.dtype)
    for *n, j, k in np.ndindex(grad.shape):
        for i, p in enumerate(_window(j, k, size, stride)):
            nabla_a[*n, *p] += grad[*n, j, k] * switches[*n, j, k, i]
    return nabla_a


@checks.underflow_is_zero
def pool_mean_backward(grad, shape, size=None, stride=None):
    """Return ∂C/∂a_{p,q}: 1/RS of what each window of p, q got (BP2m), as `pool.mean_backward`.

    >>> by_definition.pool_mean_backward(np.array([[4.0, 8.0]]), (2, 3), size=2, stride=1)
    array([[1., 3., 2.],
           [1., 3., 2.]])
    """
    grad, neurons = checks.floats("grad", grad), len(_window(0, 0, size, stride))
    pool.marks(grad, np.ones((*grad.shape, neurons), bool), shape, size, stride)
    nabla_a = np.zeros((*grad.shape[:-2], *shape), grad.dtype)
    for *n, j, k in np.ndindex(grad.shape):
        for p in _window(j, k, size, stride):
            nabla_a[*n, *p] += grad[*n, j, k] / neurons
    return nabla_a


def _max(*numbers):
    """The largest number; a not-a-number is larger than all, as for NumPy."""
    return next((number for number in numbers if isnan(number)), max(numbers))
