"""The book's network from these loops: its forward pass, and BP1 to BP4."""

from .. import checks, network
from ..network import Activations, Gradients
from .activations import sigmoid, sigmoid_prime
from .conv import conv_forward, conv_nabla_b, conv_nabla_w
from .costs import delta
from .dense import dense_backward, dense_forward, dense_nabla_b, dense_nabla_w
from .pool import pool_backward, pool_forward, pool_winners


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
