"""A network of any layers from these loops: D1, D2 and D3."""

import numpy as np

from .. import checks, costs, deep
from .activations import relu, relu_prime, sigmoid, sigmoid_prime, softmax, softmax_jacobian
from .batches import examples_of
from .conv import conv_backward, conv_forward, conv_nabla_b, conv_nabla_w
from .dense import dense_backward, dense_forward, dense_nabla_b, dense_nabla_w
from .pool import pool_forward, pool_mean, pool_mean_backward, pool_scatter, pool_switches

ACTIVATIONS = {deep.Sigmoid: sigmoid, deep.ReLU: relu}
PRIMES = {deep.Sigmoid: sigmoid_prime, deep.ReLU: relu_prime}


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
    match _known(layer):
        case deep.Conv():
            return conv_forward(a, layer.w, layer.b, layer.stride, layer.padding)
        case deep.Dense():
            return dense_forward(a, layer.w, layer.b)
        case deep.MaxPool():
            return pool_forward(a, layer.size, layer.stride)
        case deep.MeanPool():
            return pool_mean(a, layer.size, layer.stride)
        case deep.Softmax():
            return softmax(a)
    return ACTIVATIONS[type(layer)](a)


def layer_backward(layer, grad, a):
    """Return ∂C/∂a from grad = ∂C/∂(what it made), as `layer.backward` (BP5s, BP2s, BP2m, FC2).

    >>> by_definition.layer_backward(deep.ReLU(), np.array([5.0, 7.0]), np.array([-1.0, 2.0]))
    array([0., 7.])
    """
    shape = np.shape(a)[-2:]
    match _known(layer):
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
    return grad * PRIMES[type(layer)](a)


def layer_nabla(layer, grad, a):
    """Return the gradients of a layer's parameters, as `layer.nabla` (BP4s, BP3, BP4a, BP3a).

    >>> layer = deep.Dense(np.array([[2.0, 1.0]]), np.array([0.5]))
    >>> by_definition.layer_nabla(layer, np.array([10.0]), np.array([1.0, 3.0]))
    {'w': array([[10., 30.]]), 'b': array([10.])}
    """
    match _known(layer):
        case deep.Conv():
            nabla_w = conv_nabla_w(grad, a, layer.w, layer.stride, layer.padding)
            return {"w": nabla_w, "b": conv_nabla_b(grad, layer.w)}
        case deep.Dense():
            return {"w": dense_nabla_w(grad, a, layer.w), "b": dense_nabla_b(grad, layer.w)}
    return {}


def _known(layer):
    """Return a layer, refused unless it is one of those that there are loops for, and no other."""
    known = (deep.Conv, deep.Dense, deep.MaxPool, deep.MeanPool, *PRIMES, deep.Softmax)
    if type(layer) not in known:
        names = ", ".join(kind.__name__ for kind in known)
        checks.refuse("layer", f"one that has loops ({names})", checks.kind(layer))
    return layer


def _softmax_backward(grad, a):
    if np.ndim(a) > 1:
        return np.stack([_softmax_backward(grad[n], a[n]) for n in examples_of("a", a)])
    slopes, nabla_a = softmax_jacobian(a), np.zeros_like(a)
    for m in range(len(a)):
        for q in range(len(a)):
            nabla_a[m] += grad[q] * slopes[q, m]
    return nabla_a
