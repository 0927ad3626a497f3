"""The fully connected layer as loops: F4, FC2, BP3a and BP4a."""

import numpy as np

from .. import checks, dense
from .batches import examples_of


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
        return np.stack([dense_forward(a[n], w, b) for n in examples_of("a", a)])
    z = np.empty(len(w), np.result_type(a, w, b))
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
        return np.stack([dense_backward(delta[n], w) for n in examples_of("delta", delta)])
    nabla_a = np.zeros(w.shape[1:], np.result_type(delta, w))
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
        return sum(dense_nabla_b(delta[n]) for n in examples_of("delta", delta))
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
        return sum(dense_nabla_w(delta[n], a[n]) for n in examples_of("delta", delta))
    nabla = np.empty((len(delta), *a.shape), np.result_type(delta, a))
    for q in range(len(delta)):
        for jk in np.ndindex(a.shape):
            nabla[q][jk] = a[jk] * delta[q]
    return nabla
