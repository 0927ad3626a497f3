"""Every equation again, its sums as index loops: what the library is held against.

`by_definition.conv_forward` is `conv.forward` with the same arguments, and so on for each
function of each layer. The loops work on one example, one map, one channel; the lines before them
deal out the batch, the maps and the channels.
Nothing here is fast. The doors are those of the library: what it refuses is refused.
"""

from math import exp, isnan, log, log1p

import numpy as np

from . import activations, checks, conv, costs, deep, dense, network, pool
from .network import Activations, Gradients

# --- F2, F5 and C ---------------------------------------------------------------------------


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


@checks.underflow_is_zero
def quadratic(a3, y):
    """Return C = ½ Σ_l (a³_l - y_l)² (C), as `costs.quadratic`.

    >>> float(by_definition.quadratic(np.array([0.5, 0.75]), np.array([0.0, 1.0])))
    0.15625
    """
    a3, y = costs.pair(a3, y)
    if a3.ndim > 1:
        return np.array([quadratic(a3[n], y[n]) for n in _examples("a3", a3)])
    return sum((a3[q] - y[q]) ** 2 for q in range(len(a3))) / 2


@checks.underflow_is_zero
def cross_entropy(a3, y):
    """Return C = -Σ_l [y_l ln a³_l + (1 - y_l) ln(1 - a³_l)] (C), as `costs.cross_entropy`.

    >>> float(by_definition.cross_entropy(np.array([0.5, 0.75]), np.array([0.0, 1.0])).round(6))
    0.980829
    """
    a3, y = costs.probabilities(a3, y)
    if a3.ndim > 1:
        return np.array([cross_entropy(a3[n], y[n]) for n in _examples("a3", a3)])
    tiny = np.finfo(a3.dtype).tiny  # as in costs.cross_entropy
    log_on = [log(max(a3[q], tiny)) for q in range(len(a3))]
    log_off = [log1p(-a3[q]) if a3[q] < 1 else log(tiny) for q in range(len(a3))]
    return -sum(y[q] * log_on[q] + (1 - y[q]) * log_off[q] for q in range(len(a3)))


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
        return np.stack([delta(z3[n], a3[n], y[n], cost) for n in _examples("z3", z3)])
    delta3, slope = np.empty_like(z3), sigmoid_prime(z3)
    for q in range(len(z3)):
        nabla_a = a3[q] - y[q]
        if cost == "cross_entropy" and 0 < a3[q] < 1:
            nabla_a = nabla_a / (a3[q] * (1 - a3[q])) * slope[q]
        elif cost == "quadratic":
            nabla_a = nabla_a * slope[q]
        delta3[q] = nabla_a  # where a³ has rounded to 0 or 1, what the fraction above tends to
    return delta3


# --- F2r, F5s and Cl ------------------------------------------------------------------------


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
        return np.stack([softmax(z[n]) for n in _examples("z", z)])
    # The fraction turned over, Σ_m e^{z_m - z_l}; e to more than 700 is too large to be written.
    powers = [[exp(min(z[m] - z[q], 700)) for m in range(len(z))] for q in range(len(z))]
    return np.array([1 / sum(row) for row in powers], z.dtype)


def softmax_jacobian(z):
    """Return ∂a_l/∂z_m of the softmax (F5j), as `activations.softmax_jacobian`.

    >>> by_definition.softmax_jacobian(np.log([1.0, 3.0]))
    array([[ 0.1875, -0.1875],
           [-0.1875,  0.1875]])
    """
    a = softmax(z)
    if a.ndim > 1:
        return np.stack([softmax_jacobian(z[n]) for n in _examples("z", a)])
    slopes = np.empty((len(a), len(a)), a.dtype)
    for q, m in np.ndindex(slopes.shape):
        slopes[q, m] = a[q] * (1 - a[q]) if q == m else -a[q] * a[m]
    return slopes


@checks.underflow_is_zero
def log_likelihood(a, y):
    """Return C = -Σ_l y_l ln a_l (Cl), as `costs.log_likelihood`.

    >>> a, y = np.array([0.125, 0.375, 0.5]), np.array([0.0, 0.0, 1.0])
    >>> float(by_definition.log_likelihood(a, y).round(6))
    0.693147
    """
    a, y = costs.probabilities(a, y, "a")
    if a.ndim > 1:
        return np.array([log_likelihood(a[n], y[n]) for n in _examples("a", a)])
    tiny = np.finfo(a.dtype).tiny  # as in costs.log_likelihood
    return -sum(y[q] * log(max(a[q], tiny)) for q in range(len(a)))


@checks.underflow_is_zero
def softmax_delta(z, y):
    """Return δ_m = Σ_l ∂C/∂a_l ∂a_l/∂z_m, term by term (BP1l), as `costs.softmax_delta`.

    >>> by_definition.softmax_delta(np.log([1.0, 3.0, 4.0]), np.array([0.0, 0.0, 1.0]))
    array([ 0.125,  0.375, -0.5  ])
    """
    z, y = costs.pair(z, y, "z")
    if z.ndim > 1:
        return np.stack([softmax_delta(z[n], y[n]) for n in _examples("z", z)])
    a, n = softmax(z), range(len(z))
    # The a_l of F5j has cancelled that of ∂C/∂a_l = -y_l / a_l, which may have rounded to 0.
    terms = [[-y[q] * ((q == m) - a[m]) for q in n] for m in n]
    return np.array([sum(row) for row in terms], z.dtype)


# --- the convolutional layer ----------------------------------------------------------------


@checks.underflow_is_zero
def conv_forward(a, w, b, stride=1, padding=0):
    """Return z_{j,k} = b + Σ_{l,m} w_{l,m} a_{Sj+l-P,Sk+m-P} (F1, F1s), as `conv.forward`.

    Outside of the image a is 0. In F1 the stride S is 1 and the padding P is 0.

    >>> a = np.array([[1.0, 2.0, 0.0, 1.0], [0.0, 3.0, 1.0, 0.0], [2.0, 0.0, 0.0, 1.0]])
    >>> w = np.array([[1.0, 0.0, 2.0], [0.0, -1.0, 1.0]])
    >>> by_definition.conv_forward(a, w, 0.5)
    array([[-0.5,  3.5],
           [ 2.5,  4.5]])
    """
    w = conv.filters(w)
    a, b = conv.images(a, w, padding), conv.bias(b, w)
    if a.ndim > _input_axes(w):
        return np.stack([conv_forward(a[n], w, b, stride, padding) for n in _examples("a", a)])
    moved = conv.steps(stride, padding)
    if w.ndim > 2:
        return np.stack([_one_map_forward(a, w[f], b[f], *moved) for f in range(len(w))])
    return _one_map_forward(a, w, b, *moved)


def _one_map_forward(a, w, b, stride, padding):
    if w.ndim == 3:
        zero = np.zeros((), w.dtype)
        channels = range(len(w))
        return b + sum(_one_map_forward(a[c], w[c], zero, stride, padding) for c in channels)
    (down, right), (above, left) = stride, padding
    z = np.empty(_places(a.shape, w, stride, padding), _dtype(a, w, b))
    for j in range(z.shape[0]):
        for k in range(z.shape[1]):
            z[j, k] = b
            for l in range(w.shape[0]):
                for m in range(w.shape[1]):
                    z[j, k] += w[l, m] * _at(a, down * j + l - above, right * k + m - left)
    return z


@checks.underflow_is_zero
def conv_backward(delta, w, stride=1, padding=0, shape=None):
    """Return ∂C/∂a_{p,q} = Σ_{j,k} δ_{j,k} w_{p+P-Sj,q+P-Sk} (BP5, BP5s), as `conv.backward`.

    Of all w_{l,m} only those within the filter exist, so the loop runs over j, k, l, m and adds
    to p = Sj + l - P, q = Sk + m - P. In BP5 the stride S is 1 and the padding P is 0.

    >>> delta = np.array([[1.0, 0.0], [3.0, -2.0]])
    >>> w = np.array([[1.0, 0.0, 2.0], [0.0, -1.0, 1.0]])
    >>> by_definition.conv_backward(delta, w)
    array([[ 1.,  0.,  2.,  0.],
           [ 3., -3.,  7., -4.],
           [ 0., -3.,  5., -2.]])
    """
    w = conv.filters(w)
    delta = conv.deltas(delta, w)
    if delta.ndim > min(w.ndim, 3):
        examples = (delta[n] for n in _examples("delta", delta))
        return np.stack([conv_backward(each, w, stride, padding, shape) for each in examples])
    shape = conv.image_shape(delta, w, stride, padding, shape)
    moved = conv.steps(stride, padding)
    if w.ndim > 2:
        return sum(_one_map_backward(delta[f], w[f], shape, *moved) for f in range(len(w)))
    return _one_map_backward(delta, w, shape, *moved)


def _one_map_backward(delta, w, shape, stride, padding):
    if w.ndim == 3:
        channels = range(len(w))
        return np.stack([_one_map_backward(delta, w[c], shape, stride, padding) for c in channels])
    (down, right), (above, left) = stride, padding
    nabla_a = np.zeros(shape, _dtype(delta, w))
    for j in range(delta.shape[0]):
        for k in range(delta.shape[1]):
            for l in range(w.shape[0]):
                for m in range(w.shape[1]):
                    p, q = down * j + l - above, right * k + m - left
                    if 0 <= p < shape[0] and 0 <= q < shape[1]:
                        nabla_a[p, q] += delta[j, k] * w[l, m]
    return nabla_a


@checks.underflow_is_zero
def conv_nabla_b(delta, w):
    """Return ∂C/∂b = Σ_{j,k} δ_{j,k} (BP3), as `conv.nabla_b`.

    >>> delta = np.array([[1.0, 0.0], [3.0, -2.0]])
    >>> float(by_definition.conv_nabla_b(delta, np.ones((2, 3))))
    2.0
    """
    w = conv.filters(w)
    delta = conv.deltas(delta, w)
    if delta.ndim > min(w.ndim, 3):
        return sum(conv_nabla_b(delta[n], w) for n in _examples("delta", delta))
    if w.ndim > 2:
        return np.array([_one_map_nabla_b(delta[f]) for f in range(len(w))])
    return _one_map_nabla_b(delta)


def _one_map_nabla_b(delta):
    nabla = delta.dtype.type(0)
    for j in range(delta.shape[0]):
        for k in range(delta.shape[1]):
            nabla += delta[j, k]
    return nabla


@checks.underflow_is_zero
def conv_nabla_w(delta, a, w, stride=1, padding=0):
    """Return ∂C/∂w_{l,m} = Σ_{j,k} δ_{j,k} a_{Sj+l-P,Sk+m-P} (BP4, BP4s), as `conv.nabla_w`.

    Outside of the image a is 0. In BP4 the stride S is 1 and the padding P is 0.

    >>> a = np.array([[1.0, 2.0, 0.0, 1.0], [0.0, 3.0, 1.0, 0.0], [2.0, 0.0, 0.0, 1.0]])
    >>> delta = np.array([[1.0, 0.0], [3.0, -2.0]])
    >>> by_definition.conv_nabla_w(delta, a, np.ones((2, 3)))
    array([[-5.,  9.,  3.],
           [ 6.,  3., -1.]])
    """
    w = conv.filters(w)
    a, delta = conv.images(a, w, padding), conv.deltas(delta, w)
    conv.same_layer(delta, a, w, stride, padding)
    if a.ndim > _input_axes(w):
        examples = _examples("a", a)
        return sum(conv_nabla_w(delta[n], a[n], w, stride, padding) for n in examples)
    moved = conv.steps(stride, padding)
    if w.ndim > 2:
        return np.stack([_one_map_nabla_w(delta[f], a, w[f], *moved) for f in range(len(w))])
    return _one_map_nabla_w(delta, a, w, *moved)


def _one_map_nabla_w(delta, a, w, stride, padding):
    if w.ndim == 3:
        channels = range(len(w))
        return np.stack([_one_map_nabla_w(delta, a[c], w[c], stride, padding) for c in channels])
    (down, right), (above, left) = stride, padding
    nabla = np.zeros(w.shape, _dtype(delta, a))
    for l in range(w.shape[0]):
        for m in range(w.shape[1]):
            for j in range(delta.shape[0]):
                for k in range(delta.shape[1]):
                    pixel = _at(a, down * j + l - above, right * k + m - left)
                    nabla[l, m] += delta[j, k] * pixel
    return nabla


def _places(shape, w, stride, padding):
    """Rows and columns of a filter's places on an image: ⌊(H + 2P - K) / S⌋ + 1 of each."""
    axes = zip(shape, w.shape, stride, padding, strict=True)
    return tuple((n + 2 * zeros - k) // step + 1 for n, k, step, zeros in axes)


def _at(a, p, q):
    """a_{p,q}, which is 0 outside of the image."""
    inside = 0 <= p < a.shape[0] and 0 <= q < a.shape[1]
    return a[p, q] if inside else a.dtype.type(0)


def _input_axes(w):
    """How many axes one example of the input has: rows and columns, and channels before them."""
    return 3 if w.ndim == 4 else 2


# --- the pooling layer ----------------------------------------------------------------------


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
        examples = (a[n] for n in _examples("a", a))
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
        return np.stack([pool_backward(grad[n], winners[n]) for n in _examples("grad", grad)])
    nabla_a = np.empty(winners.shape, _dtype(grad, winners))
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


# --- the fully connected layer --------------------------------------------------------------


@checks.underflow_is_zero
def dense_forward(a, w, b):
    """Return z_q = b_q + Σ_{j,k} w_{q,j,k} a_{j,k} (F4), as `dense.forward`.

    >>> w = np.array([[1.0, 2.0, 0.0], [0.0, -1.0, 3.0]])
    >>> by_definition.dense_forward(np.array([2.0, 1.0, 4.0]), w, np.array([0.5, -1.0]))
    array([ 4.5, 10. ])
    """
    w = dense.weights(w)
    a, b = dense.inputs(a, w), dense.bias(b, w)
    if a.ndim > w.ndim - 1:
        return np.stack([dense_forward(a[n], w, b) for n in _examples("a", a)])
    z = np.empty(len(w), _dtype(a, w, b))
    for q in range(len(w)):
        z[q] = b[q]
        for jk in np.ndindex(a.shape):
            z[q] += w[q][jk] * a[jk]
    return z


@checks.underflow_is_zero
def dense_backward(delta, w):
    """Return ∂C/∂a_{j,k} = Σ_q δ_q w_{q,j,k} (the sum in BP2, FC2), as `dense.backward`.

    >>> w = np.array([[1.0, 2.0, 0.0], [0.0, -1.0, 3.0]])
    >>> by_definition.dense_backward(np.array([2.0, -1.0]), w)
    array([ 2.,  5., -3.])
    """
    w = dense.weights(w)
    delta = dense.deltas(delta, w)
    if delta.ndim > 1:
        return np.stack([dense_backward(delta[n], w) for n in _examples("delta", delta)])
    nabla_a = np.zeros(w.shape[1:], _dtype(delta, w))
    for jk in np.ndindex(nabla_a.shape):
        for q in range(len(w)):
            nabla_a[jk] += delta[q] * w[q][jk]
    return nabla_a


@checks.underflow_is_zero
def dense_nabla_b(delta, w=None):
    """Return ∂C/∂b_q = δ_q (BP3a, FC3), as `dense.nabla_b`.

    >>> by_definition.dense_nabla_b(np.array([[2.0, -1.0], [0.5, 3.0]]))
    array([2.5, 2. ])
    """
    delta = dense.deltas(delta, w)
    if delta.ndim > 1:
        return sum(dense_nabla_b(delta[n]) for n in _examples("delta", delta))
    nabla = np.empty_like(delta)
    for q in range(len(delta)):
        nabla[q] = delta[q]
    return nabla


@checks.underflow_is_zero
def dense_nabla_w(delta, a, w=None):
    """Return ∂C/∂w_{q,j,k} = a_{j,k} δ_q (BP4a, FC4), as `dense.nabla_w`.

    >>> by_definition.dense_nabla_w(np.array([2.0, -1.0]), np.array([2.0, 1.0, 4.0]))
    array([[ 4.,  2.,  8.],
           [-2., -1., -4.]])
    """
    delta = dense.deltas(delta, w)
    a = dense.same_batch(a, delta, w)
    if delta.ndim > 1:
        return sum(dense_nabla_w(delta[n], a[n]) for n in _examples("delta", delta))
    nabla = np.empty((len(delta), *a.shape), _dtype(delta, a))
    for q in range(len(delta)):
        for jk in np.ndindex(a.shape):
            nabla[q][jk] = a[jk] * delta[q]
    return nabla


# --- the network ----------------------------------------------------------------------------


@checks.underflow_is_zero
def feedforward(net, a0):
    """Return z1, a1, a2, z3, a3 (F1–F5), as `net.feedforward(a0)`.

    >>> net, a0 = ConvNet.random(image=(6, 8), kernel=(3, 3)), np.full((6, 8), 0.5)
    >>> loops, library = by_definition.feedforward(net, a0), net.feedforward(a0)
    >>> all(np.allclose(a, b) for a, b in zip(loops, library))
    True
    """
    a0 = checks.images("a0", a0, network.given("net", net).image_shape)
    z1 = conv_forward(a0, net.w1, net.b1)
    a1 = sigmoid(z1)
    a2 = pool_forward(a1)
    z3 = dense_forward(a2, net.w3, net.b3)
    return Activations(z1, a1, a2, z3, sigmoid(z3))


@checks.underflow_is_zero
def backprop(net, a0, y, cost="quadratic", ties="first"):
    """Return δ³, δ¹ and the four gradients (BP1–BP4), as `net.backprop(a0, y, cost, ties)`.

    >>> net, a0 = ConvNet.random(image=(6, 8), kernel=(3, 3)), np.full((6, 8), 0.5)
    >>> y = np.eye(10)[3]
    >>> loops, library = by_definition.backprop(net, a0, y), net.backprop(a0, y)
    >>> all(np.allclose(a, b) for a, b in zip(loops, library))
    True
    """
    z1, a1, a2, z3, a3 = feedforward(net, a0)
    delta3 = delta(z3, a3, y, cost)
    nabla_a1 = pool_backward(dense_backward(delta3, net.w3), pool_winners(a1, ties))
    delta1 = nabla_a1 * sigmoid_prime(z1)
    return Gradients(
        delta3,
        delta1,
        b3=dense_nabla_b(delta3),
        b1=conv_nabla_b(delta1, net.w1),
        w3=dense_nabla_w(delta3, a2),
        w1=conv_nabla_w(delta1, a0, net.w1),
    )


# --- a network of any layers -----------------------------------------------------------------


def deep_feedforward(net, a0):
    """Return every activation, from a0 to the output (D1), as `deep.Network.feedforward`.

    >>> net = deep.Network([deep.ReLU(), deep.MeanPool(size=(1, 2))])
    >>> by_definition.deep_feedforward(net, np.array([[4.0, -1.0]]))[2]
    array([[2.]])
    """
    a = [checks.finite("a0", a0)]
    for layer in net.layers:
        a.append(layer_forward(layer, a[-1]))
    return tuple(a)


def deep_backprop(net, a0, y):
    """Return the gradients of the parameters and of all activations, as `deep.Network.backprop`.

    The sum of FC1 is taken term by term, for every cost and every last layer (D2, D3).

    >>> net = deep.Network([deep.Dense(np.array([[1.0], [-1.0]]), np.zeros(2)), deep.Softmax()],
    ...                    cost="log_likelihood")
    >>> by_definition.deep_backprop(net, np.log([2.0]), np.array([0.0, 1.0])).grad[1].round(6)
    array([ 0.8, -0.8])
    """
    a = deep_feedforward(net, a0)
    nablas, grad = [], [costs.PRIMES[net.cost](a[-1], y)]
    for layer, given in zip(reversed(net.layers), reversed(a[:-1]), strict=True):
        nablas.append(layer_nabla(layer, grad[-1], given))
        grad.append(layer_backward(layer, grad[-1], given))
    return deep.Backward(tuple(reversed(nablas)), tuple(reversed(grad[1:])))


def layer_forward(layer, a):
    """Return what a layer makes of its input, as `layer.forward` (F1s, F3s, F3m, F4, F2r, F5s).

    >>> by_definition.layer_forward(deep.ReLU(), np.array([-1.0, 2.0]))
    array([0., 2.])
    """
    match layer:
        case deep.Conv():
            return conv_forward(a, layer.w, layer.b, layer.stride, layer.padding)
        case deep.Dense():
            return dense_forward(a, layer.w, layer.b)
        case deep.MaxPool():
            return pool_forward(a, layer.size, layer.stride)
        case deep.MeanPool():
            return pool_mean(a, layer.size, layer.stride)
    return {deep.Sigmoid: sigmoid, deep.ReLU: relu, deep.Softmax: softmax}[type(layer)](a)


def layer_backward(layer, grad, a):
    """Return ∂C/∂a from grad = ∂C/∂(what it made), as `layer.backward` (BP5s, BP2s, BP2m, FC2).

    >>> by_definition.layer_backward(deep.ReLU(), np.array([5.0, 7.0]), np.array([-1.0, 2.0]))
    array([0., 7.])
    """
    shape = np.shape(a)[-2:]
    match layer:
        case deep.Conv():
            return conv_backward(grad, layer.w, layer.stride, layer.padding, shape)
        case deep.Dense():
            return dense_backward(grad, layer.w)
        case deep.MaxPool():
            switches = pool_switches(a, layer.ties, layer.size, layer.stride)
            return pool_scatter(grad, switches, shape, layer.size, layer.stride)
        case deep.MeanPool():
            return pool_mean_backward(grad, shape, layer.size, layer.stride)
        case deep.Softmax():
            return _softmax_backward(grad, a)
    return grad * {deep.Sigmoid: sigmoid_prime, deep.ReLU: relu_prime}[type(layer)](a)


def layer_nabla(layer, grad, a):
    """Return the gradients of a layer's parameters, as `layer.nabla` (BP4s, BP3, BP4a, BP3a).

    >>> layer = deep.Dense(np.array([[2.0, 1.0]]), np.array([0.5]))
    >>> by_definition.layer_nabla(layer, np.array([10.0]), np.array([1.0, 3.0]))
    {'w': array([[10., 30.]]), 'b': array([10.])}
    """
    match layer:
        case deep.Conv():
            nabla_w = conv_nabla_w(grad, a, layer.w, layer.stride, layer.padding)
            return {"w": nabla_w, "b": conv_nabla_b(grad, layer.w)}
        case deep.Dense():
            return {"w": dense_nabla_w(grad, a, layer.w), "b": dense_nabla_b(grad, layer.w)}
    return {}


def _softmax_backward(grad, a):
    if np.ndim(a) > 1:
        return np.stack([_softmax_backward(grad[n], a[n]) for n in _examples("a", a)])
    slopes, nabla_a = softmax_jacobian(a), np.zeros_like(a)
    for m in range(len(a)):
        for q in range(len(a)):
            nabla_a[m] += grad[q] * slopes[q, m]
    return nabla_a


# --- what several of them need --------------------------------------------------------------


def _examples(name, batch):
    """The places of the examples of a batch; of none there is nothing to stack or to add up."""
    if not len(batch):
        checks.refuse(name, "at least one example", checks.written(batch.shape))
    return range(len(batch))


def _dtype(*arrays):
    return np.result_type(*arrays)
