"""Every equation again, its sums as index loops: what the library is held against.

`by_definition.conv_forward` is `conv.forward` with the same arguments, and so on for each
function of each layer. The loops work on one example, one map, one channel; the lines before them
deal out the batch, the maps and the channels.
Nothing here is fast. The doors are those of the library: what it refuses is refused.
"""

from math import exp, isnan, log, log1p

import numpy as np

from . import checks, conv, costs, dense, network, pool
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


# --- the convolutional layer ----------------------------------------------------------------


@checks.underflow_is_zero
def conv_forward(a, w, b):
    """Return z_{j,k} = b + Σ_{l,m} w_{l,m} a_{j+l,k+m} (F1), as `conv.forward`.

    >>> a = np.array([[1.0, 2.0, 0.0, 1.0], [0.0, 3.0, 1.0, 0.0], [2.0, 0.0, 0.0, 1.0]])
    >>> w = np.array([[1.0, 0.0, 2.0], [0.0, -1.0, 1.0]])
    >>> by_definition.conv_forward(a, w, 0.5)
    array([[-0.5,  3.5],
           [ 2.5,  4.5]])
    """
    w = conv.filters(w)
    a, b = conv.images(a, w), conv.bias(b, w)
    if a.ndim > _input_axes(w):
        return np.stack([conv_forward(a[n], w, b) for n in _examples("a", a)])
    if w.ndim > 2:
        return np.stack([_one_map_forward(a, w[f], b[f]) for f in range(len(w))])
    return _one_map_forward(a, w, b)


def _one_map_forward(a, w, b):
    if w.ndim == 3:
        zero = np.zeros((), w.dtype)
        return b + sum(_one_map_forward(a[c], w[c], zero) for c in range(len(w)))
    rows, columns = w.shape
    z = np.empty((a.shape[0] - rows + 1, a.shape[1] - columns + 1), _dtype(a, w, b))
    for j in range(z.shape[0]):
        for k in range(z.shape[1]):
            z[j, k] = b
            for l in range(rows):
                for m in range(columns):
                    z[j, k] += w[l, m] * a[j + l, k + m]
    return z


@checks.underflow_is_zero
def conv_backward(delta, w):
    """Return ∂C/∂a_{u,v} = Σ_{j,k} δ_{j,k} w_{u-j,v-k}, as `conv.backward`.

    Of all w_{l,m} only those with 0 ≤ l, m < 5 exist, so the loop runs over j, k, l, m and adds
    to u = j + l, v = k + m.

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
        return np.stack([conv_backward(delta[n], w) for n in _examples("delta", delta)])
    if w.ndim > 2:
        return sum(_one_map_backward(delta[f], w[f]) for f in range(len(w)))
    return _one_map_backward(delta, w)


def _one_map_backward(delta, w):
    if w.ndim == 3:
        return np.stack([_one_map_backward(delta, w[c]) for c in range(len(w))])
    rows, columns = w.shape
    shape = delta.shape[0] + rows - 1, delta.shape[1] + columns - 1
    nabla_a = np.zeros(shape, _dtype(delta, w))
    for j in range(delta.shape[0]):
        for k in range(delta.shape[1]):
            for l in range(rows):
                for m in range(columns):
                    nabla_a[j + l, k + m] += delta[j, k] * w[l, m]
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
def conv_nabla_w(delta, a, w):
    """Return ∂C/∂w_{l,m} = Σ_{j,k} δ_{j,k} a_{j+l,k+m} (BP4), as `conv.nabla_w`.

    >>> a = np.array([[1.0, 2.0, 0.0, 1.0], [0.0, 3.0, 1.0, 0.0], [2.0, 0.0, 0.0, 1.0]])
    >>> delta = np.array([[1.0, 0.0], [3.0, -2.0]])
    >>> by_definition.conv_nabla_w(delta, a, np.ones((2, 3)))
    array([[-5.,  9.,  3.],
           [ 6.,  3., -1.]])
    """
    w = conv.filters(w)
    a, delta = conv.images(a, w), conv.deltas(delta, w)
    conv.same_layer(delta, a, w)
    if a.ndim > _input_axes(w):
        return sum(conv_nabla_w(delta[n], a[n], w) for n in _examples("a", a))
    if w.ndim > 2:
        return np.stack([_one_map_nabla_w(delta[f], a, w[f]) for f in range(len(w))])
    return _one_map_nabla_w(delta, a, w)


def _one_map_nabla_w(delta, a, w):
    if w.ndim == 3:
        return np.stack([_one_map_nabla_w(delta, a[c], w[c]) for c in range(len(w))])
    nabla = np.zeros(w.shape, _dtype(delta, a))
    for l in range(w.shape[0]):
        for m in range(w.shape[1]):
            for j in range(delta.shape[0]):
                for k in range(delta.shape[1]):
                    nabla[l, m] += delta[j, k] * a[j + l, k + m]
    return nabla


def _input_axes(w):
    """How many axes one example of the input has: rows and columns, and channels before them."""
    return 3 if w.ndim == 4 else 2


# --- the max-pooling layer ------------------------------------------------------------------


@checks.underflow_is_zero
def pool_forward(a):
    """Return a²_{j,k} = max(a¹_{2j,2k}, a¹_{2j,2k+1}, a¹_{2j+1,2k}, a¹_{2j+1,2k+1}) (F3).

    >>> by_definition.pool_forward(np.array([[0.2, 0.7, 0.5, 0.5], [0.4, 0.1, 0.5, 0.3]]))
    array([[0.7, 0.5]])
    """
    a = _tiled(a)
    if a.ndim > 2:
        return np.stack([pool_forward(a[n]) for n in _examples("a", a)])
    a2 = np.empty((a.shape[0] // 2, a.shape[1] // 2), a.dtype)
    for j in range(a2.shape[0]):
        for k in range(a2.shape[1]):
            a2[j, k] = _max(
                a[2 * j, 2 * k], a[2 * j, 2 * k + 1], a[2 * j + 1, 2 * k], a[2 * j + 1, 2 * k + 1]
            )
    return a2


@checks.underflow_is_zero
def pool_winners(a, ties="first"):
    """Return the pooling mask ∂a²_{j',k'}/∂a¹_{j,k} (BP2a), as `pool.winners`.

    >>> by_definition.pool_winners(np.array([[0.2, 0.7, 0.5, 0.5], [0.4, 0.1, 0.5, 0.3]]))
    array([[False,  True,  True, False],
           [False, False, False, False]])
    """
    checks.one_of("ties", ties, pool.TIES)
    a = _tiled(a)
    if a.ndim > 2:
        return np.stack([pool_winners(a[n], ties) for n in _examples("a", a)])
    switch = np.zeros(a.shape, a.dtype if ties == "split" else bool)
    for j in range(0, a.shape[0], 2):
        for k in range(0, a.shape[1], 2):
            window = [(j, k), (j, k + 1), (j + 1, k), (j + 1, k + 1)]
            largest = _max(*(a[p] for p in window))
            tied = [p for p in window if a[p] == largest or isnan(a[p])]
            for p in tied[:1] if ties == "first" else tied:
                switch[p] = 1 / len(tied) if ties == "split" else True
    return switch


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


def _tiled(a):
    pool.windows(a)  # refuses what 2×2 windows do not tile
    return np.asarray(a)


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


# --- what several of them need --------------------------------------------------------------


def _examples(name, batch):
    """The places of the examples of a batch; of none there is nothing to stack or to add up."""
    if not len(batch):
        checks.refuse(name, "at least one example", checks.written(batch.shape))
    return range(len(batch))


def _dtype(*arrays):
    return np.result_type(*arrays)
