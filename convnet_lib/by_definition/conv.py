"""The convolutional layer as loops over places, filters and channels: F1, BP3, BP4, BP5."""

import numpy as np

from .. import checks, conv
from .batches import examples_of


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
        return np.stack([conv_forward(a[n], w, b, stride, padding) for n in examples_of("a", a)])
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
    z = np.empty(_places(a.shape, w, stride, padding), np.result_type(a, w, b))
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
        examples = (delta[n] for n in examples_of("delta", delta))
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
    nabla_a = np.zeros(shape, np.result_type(delta, w))
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
        return sum(conv_nabla_b(delta[n], w) for n in examples_of("delta", delta))
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
        examples = examples_of("a", a)
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
    nabla = np.zeros(w.shape, np.result_type(delta, a))
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
