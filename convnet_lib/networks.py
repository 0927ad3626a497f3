"""Networks of either kind, the book's ConvNet and deep.Network, asked in one way.

Training, checkpoints and central differences need of a network its parameters by name, their
gradients, and the cost; how it is built is no business of theirs.
"""

from dataclasses import replace

import numpy as np

from . import checks, costs, data, deep
from .network import ConvNet


def given(name, net):
    """Return the network that came as an argument; anything else is refused by that name.

    >>> networks.given("net", 5)
    Traceback (most recent call last):
        ...
    ValueError: net: expected a ConvNet or a deep.Network, got an int
    """
    if not isinstance(net, ConvNet | deep.Network):
        checks.refuse(name, "a ConvNet or a deep.Network", checks.kind(net))
    return net


def own_passes(net):
    """Return which passes the class of a network has written anew: the library's go past them.

    >>> class Dreamer(ConvNet):
    ...     def feedforward(self, a0):
    ...         return super().feedforward(1 - a0)
    >>> networks.own_passes(ConvNet.random()), networks.own_passes(Dreamer.random())
    ([], ['feedforward'])
    """
    library = ConvNet if isinstance(net, ConvNet) else deep.Network
    names = "feedforward", "backprop"
    return [name for name in names if getattr(type(net), name) is not getattr(library, name)]


def cost_name(net, cost, default="cross_entropy"):
    """Return the name of the cost; None stands for a deep network's own, or for the default.

    >>> net = deep.Network([deep.Softmax()], "log_likelihood")
    >>> networks.cost_name(net, None), networks.cost_name(ConvNet.random(), None)
    ('log_likelihood', 'cross_entropy')

    Raises:
        ValueError: if the cost is unknown, or not the one that a deep network has.
    """
    if isinstance(net, ConvNet):
        cost = default if cost is None else cost
        checks.one_of("cost", cost, costs.COSTS)
    elif cost not in (None, net.cost):
        checks.refuse("cost", f"None or {net.cost!r}, the network's own", repr(cost))
    return cost or net.cost


def parameters(net):
    """Return the parameters by their names.

    >>> list(networks.parameters(ConvNet.random()))
    ['w1', 'b1', 'w3', 'b3']
    >>> list(networks.parameters(deep.Network.random("conv2x5 relu dense10 softmax")))
    ['0.w', '0.b', '2.w', '2.b']
    """
    if isinstance(net, ConvNet):
        return {name: getattr(net, name) for name in net.parameters}
    return net.parameters


def with_parameters(net, arrays):
    """Return the network with other parameters, by their names; it is new.

    >>> net = networks.with_parameters(ConvNet.random(), {"b1": np.array(3.0)})
    >>> net.b1
    array(3.)
    """
    if isinstance(net, ConvNet):
        return replace(net, **arrays)
    return net.with_parameters(arrays)


def gradients(net, a0, y, cost=None, ties="first"):
    """Return ∂C/∂ of each parameter by its name, summed over the batch.

    >>> net = deep.Network([deep.Dense(np.ones((1, 2)), np.zeros(1))])
    >>> networks.gradients(net, np.array([1.0, 2.0]), np.array([0.0]))
    {'0.w': array([[3., 6.]]), '0.b': array([3.])}

    Args:
        net: a ConvNet or a deep.Network.
        a0: images, with any batch axes first.
        y: desired activations.
        cost: its name, as `cost_name` takes it.
        ties: as in `ConvNet.backprop`; a deep network's layers have their own.

    Raises:
        ValueError: as `backprop` of the network.
    """
    cost = cost_name(net, cost)
    if isinstance(net, ConvNet):
        nabla = net.backprop(a0, y, cost, ties)
        return {name: getattr(nabla, name) for name in net.parameters}
    if ties != "first":
        checks.refuse("ties", "'first', as each deep.MaxPool has its own", repr(ties))
    nablas = net.backprop(a0, y).nablas
    return {f"{i}.{name}": nabla for i, layer in enumerate(nablas) for name, nabla in layer.items()}


def answers(net, a0):
    """Return the activations of the output neurons (F5, D1).

    >>> net = deep.Network([deep.ReLU(), deep.Softmax()], "log_likelihood")
    >>> networks.answers(net, np.log([3.0, 1.0]))
    array([0.75, 0.25])
    """
    return net.feedforward(a0).a3 if isinstance(net, ConvNet) else net.feedforward(a0)[-1]


def weighted_outputs(net, a0):
    """Return what the output neurons are given, z³ of a ConvNet; the largest is the answer (F4).

    >>> net = deep.Network([deep.Sigmoid(), deep.Softmax()], "log_likelihood")
    >>> networks.weighted_outputs(net, np.log([3.0, 1.0]))
    array([0.75, 0.5 ])
    """
    return net.feedforward(a0).z3 if isinstance(net, ConvNet) else net.weighted_outputs(a0)


def cost_of_outputs(net, z, y, cost=None):
    """Return the cost of each example from what its output neurons are given (C, Cl).

    >>> net = deep.Network([deep.Softmax()], "log_likelihood")
    >>> float(networks.cost_of_outputs(net, np.array([1000.0, 0.0]), np.array([0.0, 1.0])))
    1000.0
    """
    cost = cost_name(net, cost)
    if isinstance(net, ConvNet):
        return costs.of_weighted_input(z, y, cost)
    return net.cost_of_outputs(z, y)


def taken(name, digits, net):
    """Return digits as `data.taken` does, refused unless they fit the network.

    >>> net = deep.Network.random("conv2x5 relu dense3 softmax", image=(6, 8))
    >>> networks.taken("digits", data.Digits(np.zeros((2, 6, 8)), [0, 2]), net).labels
    array([0, 2])
    >>> networks.taken("digits", data.Digits(np.zeros((2, 6, 9)), [0, 2]), net)
    Traceback (most recent call last):
        ...
    ValueError: digits.images: expected images that fit the network, got (6, 9): layers[2], ...
    """
    if isinstance(net, ConvNet):
        return data.taken(name, digits, net)
    digits = data.taken(name, digits)
    outputs = classes(net, digits.images[0], f"{name}.images")
    labels = data.labels(f"{name}.labels", digits.labels, len(digits.images), outputs)
    return data.Digits(digits.images, labels)


def classes(net, a0, name="a0"):
    """Return how many output neurons a network has, for images such as a0; `name` is for errors.

    >>> networks.classes(ConvNet.random(outputs=7), np.zeros((28, 28)))
    7
    """
    if isinstance(net, ConvNet):
        return len(net.b3)
    try:
        z = net.weighted_outputs(a0)
    except ValueError as error:
        came = f"{checks.written(np.shape(a0))}: {error}"
        checks.refuse(name, "images that fit the network", came)
    if z.ndim != 1:
        checks.refuse("net", "a row of outputs for each image", checks.written(z.shape))
    return len(z)


def dtype(net):
    """Return the float type of a network's parameters.

    >>> networks.dtype(ConvNet.random(dtype=np.float32))
    dtype('float32')

    Raises:
        ValueError: if they have two, or there are none.
    """
    found = {name: array.dtype.name for name, array in parameters(net).items()}
    if len(set(found.values())) != 1:
        checks.refuse("net", "parameters of one dtype", found or "no parameters")
    return np.dtype(next(iter(found.values())))
