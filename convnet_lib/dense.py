"""The fully connected layer (F4, the sum in BP2, BP3a, BP4a; FC2–FC4 where it is all there is).

The first axis of w is the output neuron; its other axes are those of the input: (Q, K) for a
column of neurons, (Q, H, W) for a map, (Q, F, H, W) for feature maps. The letters: q an output
neuron; f, j, k an input neuron; n an example of the batch.
"""

import numpy as np

from . import batches, checks

FORWARD = {
    2: "...k,qk->...q",
    3: "...jk,qjk->...q",
    4: "...fjk,qfjk->...q",
}
BACKWARD = {
    2: "...q,qk->...k",
    3: "...q,qjk->...jk",
    4: "...q,qfjk->...fjk",
}
NABLA_W = {
    2: "nq,nk->qk",
    3: "nq,njk->qjk",
    4: "nq,nfjk->qfjk",
}


@checks.underflow_is_zero
def forward(a, w, b):
    """Return the weighted input z_q = b_q + Σ_{j,k} w_{q,j,k} a_{j,k} (F4).

    >>> w = np.array([[1.0, 2.0, 0.0], [0.0, -1.0, 3.0]])
    >>> dense.forward(np.array([2.0, 1.0, 4.0]), w, np.array([0.5, -1.0]))
    array([ 4.5, 10. ])

    Args:
        a: activations of the layer below, shape (..., *w.shape[1:]).
        w: weights, shape (Q, K), (Q, H, W) or (Q, F, H, W).
        b: biases, shape (Q,).

    Returns:
        z, shape (..., Q).

    Raises:
        ValueError: if a shape or a dtype is wrong.
    """
    w = weights(w)
    a, b = inputs(a, w), bias(b, w)
    return np.einsum(FORWARD[w.ndim], a, w, optimize=True) + b


@checks.underflow_is_zero
def backward(delta, w):
    """Return ∂C/∂a_{j,k} = Σ_q δ_q w_{q,j,k}, without the factor σ′ (the sum in BP2; FC2).

    >>> w = np.array([[1.0, 2.0, 0.0], [0.0, -1.0, 3.0]])
    >>> dense.backward(np.array([2.0, -1.0]), w)
    array([ 2.,  5., -3.])

    Args:
        delta: ∂C/∂z, shape (..., Q).
        w: weights, shape (Q, K), (Q, H, W) or (Q, F, H, W).

    Returns:
        ∂C/∂a, shape (..., *w.shape[1:]).

    Raises:
        ValueError: if a shape or a dtype is wrong.
    """
    w = weights(w)
    delta = checks.floats("delta", delta)
    checks.last_axes("delta", delta, w.shape[:1])
    return np.einsum(BACKWARD[w.ndim], delta, w, optimize=True)


def nabla_b(delta, w=None):
    """Return the gradient of the biases, ∂C/∂b_q = δ_q, summed over a batch (BP3a, FC3).

    >>> dense.nabla_b(np.array([[2.0, -1.0], [0.5, 3.0]]))
    array([2.5, 2. ])

    Args:
        delta: ∂C/∂z, shape (..., Q).
        w: the weights; not needed, and taken (and checked) so that this call reads as `conv`'s.

    Returns:
        ∂C/∂b, shape (Q,).

    Raises:
        ValueError: if a shape or a dtype is wrong.
    """
    delta = batches.as_one_axis(deltas(delta, w), 1)
    return np.einsum("nq->q", delta, dtype=np.float64).astype(delta.dtype)  # as in conv.nabla_b


@checks.underflow_is_zero
def nabla_w(delta, a, w=None):
    """Return the gradient of the weights, ∂C/∂w_{q,j,k} = a_{j,k} δ_q (BP4a; FC4).

    A batch is summed over.

    >>> dense.nabla_w(np.array([2.0, -1.0]), np.array([2.0, 1.0, 4.0]))
    array([[ 4.,  2.,  8.],
           [-2., -1., -4.]])

    Args:
        delta: ∂C/∂z, shape (..., Q).
        a: activations of the layer below, shape (..., K), (..., H, W) or (..., F, H, W), with the
            batch axes of delta.
        w: the weights; not needed, and taken (and checked) so that this call reads as `conv`'s.

    Returns:
        ∂C/∂w, shape (Q, K), (Q, H, W) or (Q, F, H, W).

    Raises:
        ValueError: if a shape or a dtype is wrong.
    """
    delta = deltas(delta, w)
    a = same_batch(a, delta, w)
    axes = a.ndim - (delta.ndim - 1)
    delta, a = batches.as_one_axis(delta, 1), batches.as_one_axis(a, axes)
    return np.einsum(NABLA_W[axes + 1], delta, a, optimize=True)


def weights(w):
    """Return w as an array, refused unless it has an axis of outputs and axes of inputs.

    >>> dense.weights(np.ones((10, 12, 12))).shape
    (10, 12, 12)
    >>> dense.weights(np.ones(10))
    Traceback (most recent call last):
        ...
    ValueError: w: expected shape (Q, K), (Q, H, W) or (Q, F, H, W), got (10,)
    """
    w = checks.floats("w", w)
    if w.ndim not in FORWARD or 0 in w.shape:
        checks.refuse("w", "shape (Q, K), (Q, H, W) or (Q, F, H, W)", w.shape)
    return w


def deltas(delta, w=None):
    """Return delta as an array, refused unless it has the outputs of w, where there is one.

    >>> dense.deltas(np.ones((7, 9)), np.ones((10, 12, 12)))
    Traceback (most recent call last):
        ...
    ValueError: delta: expected shape (..., 10), got (7, 9)
    """
    delta = checks.floats("delta", delta)
    outputs = ("Q",) if w is None else weights(w).shape[:1]
    if delta.ndim == 0 or (w is not None and delta.shape[-1:] != outputs):
        checks.refuse("delta", f"shape {checks.written(('...', *outputs))}", delta.shape)
    return delta


def inputs(a, w):
    """Return a as an array, refused unless it has the inputs of w.

    >>> dense.inputs(np.ones((12, 11)), np.ones((10, 12, 12)))
    Traceback (most recent call last):
        ...
    ValueError: a: expected shape (..., 12, 12), got (12, 11)
    """
    a = checks.floats("a", a)
    checks.last_axes("a", a, w.shape[1:])
    return a


def bias(b, w):
    """Return b as an array, refused unless it has a bias for each output of w.

    >>> dense.bias(np.zeros(9), np.ones((10, 12, 12)))
    Traceback (most recent call last):
        ...
    ValueError: b: expected shape (10,), got (9,)
    """
    b = checks.floats("b", b)
    checks.shape("b", b, w.shape[:1])
    return b


def same_batch(a, delta, w=None):
    """Return a as an array, refused unless it has the batch axes of delta and the inputs of w.

    >>> dense.same_batch(np.ones((6, 12, 12)), np.ones((7, 10)))
    Traceback (most recent call last):
        ...
    ValueError: a: expected shape (7, K or H, W or F, H, W) for delta of shape (7, 10), got ...
    """
    a = checks.floats("a", a)
    axes = a.ndim - (delta.ndim - 1)
    if axes + 1 not in NABLA_W or a.shape[: a.ndim - axes] != delta.shape[:-1]:
        batch = checks.written((*delta.shape[:-1], "K or H, W or F, H, W"))
        checks.refuse("a", f"shape {batch} for delta of shape {delta.shape}", a.shape)
    return a if w is None else inputs(a, weights(w))
