"""A network of any layers: forward one after the other (D1), backward the same way back (D2, D3).

>>> net = deep.Network.random("conv20x5 relu pool2 conv40x5 relu pool2 dense10 softmax")
>>> nablas, grad = net.backprop(np.zeros((28, 28)), np.eye(10)[3])
>>> nablas[3]["w"].shape, grad[3].shape
((40, 20, 5, 5), (20, 12, 12))

What a layer computes stands in `layers`; here is how they are joined. Layer i is given the
activations a[i] and makes a[i + 1].
"""

import json
from contextlib import contextmanager
from dataclasses import dataclass, fields, replace
from typing import NamedTuple

import numpy as np

from . import archives, checks, costs
from .layers import (
    Conv,
    Dense,
    Layer,
    MaxPool,
    MeanPool,
    ReLU,
    Sigmoid,
    Softmax,
    from_word,
    kinds,
)

__all__ = [
    "Backward",
    "Conv",
    "Dense",
    "MaxPool",
    "MeanPool",
    "Network",
    "ReLU",
    "Sigmoid",
    "Softmax",
]

#: What BP1 is for a last layer and a cost whose product needs no division: (z, a, y) -> ∂C/∂z.
COLLAPSES = {
    (Sigmoid, "quadratic"): costs.delta,
    (Sigmoid, "cross_entropy"): lambda z, a, y: costs.delta(z, a, y, "cross_entropy"),
    (Softmax, "log_likelihood"): lambda z, a, y: costs.softmax_delta(z, y),
}


class Backward(NamedTuple):
    """What the backward pass computes.

    Attributes:
        nablas: a dict for each layer, {"w": ∂C/∂w, "b": ∂C/∂b} summed over the batch, {} where
            nothing is learned.
        grad: for each layer i, ∂C/∂ of what it is given, an example each; grad[0] is ∂C/∂a⁰.
    """

    nablas: tuple
    grad: tuple


@dataclass(frozen=True, eq=False)
class Network:
    """Layers, one after the other, and the cost of what the last one makes.

    >>> net = deep.Network([deep.Dense(np.array([[1.0], [-1.0]]), np.zeros(2)), deep.Softmax()],
    ...                    cost="log_likelihood")
    >>> net.feedforward(np.log([2.0]))[-1]
    array([0.8, 0.2])

    Attributes:
        layers: a tuple of layers.
        cost: the name of the cost, "quadratic", "cross_entropy" or "log_likelihood".

    Raises:
        ValueError: if there is no layer, one of them is none, or the cost is unknown.
    """

    layers: tuple
    cost: str = "quadratic"

    def __post_init__(self):
        """Refuse what is no network."""
        given = self.layers if isinstance(self.layers, list | tuple) else [self.layers]
        for i, layer in enumerate(given):
            if not isinstance(layer, Layer):
                checks.refuse(f"layers[{i}]", "a layer, as deep.ReLU()", checks.kind(layer))
        if not given:
            checks.refuse("layers", "at least one", "none")
        checks.one_of("cost", self.cost, costs.PRIMES)
        object.__setattr__(self, "layers", tuple(given))
        _refuse_softmax_of_maps(self.layers)

    def feedforward(self, a0):
        """Return every activation, from a0 to the output: a[i + 1] is layer i's of a[i] (D1).

        >>> net = deep.Network([deep.ReLU(), deep.MeanPool(size=(1, 2))])
        >>> net.feedforward(np.array([[4.0, -1.0]]))
        (array([[ 4., -1.]]), array([[4., 0.]]), array([[2.]]))

        Args:
            a0: images, with any batch axes first, as the first layer takes them.

        Returns:
            A tuple of one array more than there are layers.

        Raises:
            ValueError: if a0 is not finite or a layer cannot take what it is given; it names the
                layer.
        """
        a = [checks.finite("a0", a0)]
        for i, layer in enumerate(self.layers):
            with _naming(i, type(layer).__name__):
                a.append(layer.forward(a[-1]))
        return tuple(a)

    def backprop(self, a0, y):
        """Return the gradients of the parameters and of every activation (D2, D3).

        >>> net = deep.Network([deep.Dense(np.array([[1.0], [-1.0]]), np.zeros(2)), deep.Softmax()],
        ...                    cost="log_likelihood")
        >>> nablas, grad = net.backprop(np.log([2.0]), np.array([0.0, 1.0]))
        >>> grad[1], grad[0]  # a - y, and the difference of the two
        (array([ 0.8, -0.8]), array([1.6]))

        Args:
            a0: images, as for `feedforward`.
            y: desired activations, with the shape of the output.

        Returns:
            Backward, the named fields nablas and grad.

        Raises:
            ValueError: as `feedforward`, if y does not fit the output, or if a layer of your own
                hands back gradients with other names or shapes than what they are gradients of.
        """
        a, layers = self.feedforward(a0), self.layers
        grad, nablas = [], []  # from the last layer to the first
        if self.collapses:
            *layers, last = layers
            grad, nablas = [COLLAPSES[type(last), self.cost](a[-2], a[-1], y)], [{}]  # BP1
        above = grad[0] if grad else costs.PRIMES[self.cost](a[-1], y)
        for i, layer in reversed(list(enumerate(layers))):
            with _naming(i, type(layer).__name__):
                nablas.append(layer.nabla(above, a[i]))  # D3
                above = layer.backward(above, a[i])  # D2
                _fits(layer, nablas[-1], above, a[i])
            grad.append(above)
        return Backward(tuple(reversed(nablas)), tuple(reversed(grad)))

    def receptive_field(self, i, place):
        """Return the rows and the columns of a0 that a neuron of a[i] sees, as two ranges.

        Each layer between widens them: a neuron at j of a layer with a filter or a window of K
        rows, stride S and padding P sees the rows from S·j - P to S·j - P + K - 1 below.

        >>> net = deep.Network.random("conv2x5 relu pool2 conv3x5 relu pool2 dense10 softmax")
        >>> net.receptive_field(1, (3, 4)), net.receptive_field(6, (0, 1))
        ((range(3, 8), range(4, 9)), (range(0, 16), range(4, 20)))

        Args:
            i: which activations, from 0 (a pixel, which sees itself) on.
            place: row and column of the neuron.

        Returns:
            Two ranges, each from the first that is seen to the last; rows and columns of the
            padding, which are no pixels, and those between that a stride passes over count too.

        Raises:
            ValueError: if i is no number of activations, or there is a Dense layer or a softmax
                below, of which each neuron sees all, or a layer of your own.
        """
        i = checks.whole("i", i)
        if i > len(self.layers):
            checks.refuse("i", f"0 to {len(self.layers)}", i)
        rows, columns = (range(n, n + 1) for n in checks.position("place", place, (10**9,) * 2))
        for number, layer in reversed(list(enumerate(self.layers[:i]))):
            if isinstance(layer, Dense | Softmax):
                expected = "activations of maps, below any Dense layer or softmax"
                checks.refuse("i", expected, f"{i}, above layers[{number}]")
            rows, columns = (
                range(stride * seen[0] - zeros, stride * seen[-1] - zeros + size)
                for seen, size, stride, zeros in zip((rows, columns), *_reach(layer), strict=True)
            )
        return rows, columns

    def cost_of(self, a0, y):
        """Return the cost of each example, shape (...); arguments and errors as `backprop` (C, Cl).

        It is exact for confident answers too, whose activations have rounded to 0 or 1.

        >>> net = deep.Network([deep.Softmax()], cost="log_likelihood")
        >>> float(net.cost_of(np.array([1000.0, 0.0]), np.array([0.0, 1.0])))
        1000.0
        """
        return self.cost_of_outputs(self.weighted_outputs(a0), y)

    def weighted_outputs(self, a0):
        """Return what a last sigmoid or softmax is given, z; of another last layer, the output.

        >>> net = deep.Network([deep.Sigmoid(), deep.Softmax()], "log_likelihood")
        >>> net.weighted_outputs(np.log([3.0, 1.0]))
        array([0.75, 0.5 ])
        """
        *_, z, a = self.feedforward(a0)
        return z if self.collapses else a

    def cost_of_outputs(self, z, y):
        """Return the cost of each example from its `weighted_outputs` (C, Cl).

        >>> net = deep.Network([deep.Sigmoid()], "cross_entropy")
        >>> float(net.cost_of_outputs(np.array([40.0]), np.array([0.0])))
        40.0
        """
        if not self.collapses:
            return costs.BY_NAME[self.cost](z, y)
        if self.cost == "log_likelihood":
            return costs.of_softmax_input(z, y)
        return costs.of_weighted_input(z, y, self.cost)

    @property
    def collapses(self):
        """Whether BP1 of this cost and the last layer is taken in one step, by `COLLAPSES`.

        >>> net = deep.Network([deep.Softmax()], "log_likelihood")
        >>> net.collapses, deep.Network([deep.Softmax()], "quadratic").collapses
        (True, False)
        """
        return (type(self.layers[-1]), self.cost) in COLLAPSES

    @property
    def parameters(self):
        """The parameters by their names, "0.w", "0.b", …: the number of the layer and its letter.

        >>> net = deep.Network.random("conv2x3 relu dense3 softmax", image=(6, 8))
        >>> [(name, array.shape) for name, array in net.parameters.items()]
        [('0.w', (2, 3, 3)), ('0.b', (2,)), ('2.w', (3, 2, 4, 6)), ('2.b', (3,))]
        """
        return {
            f"{i}.{name}": getattr(layer, name)
            for i, layer in enumerate(self.layers)
            for name in layer.learned
        }

    def with_parameters(self, parameters):
        """Return the network with other parameters, by the names of `parameters`; it is new.

        >>> net = deep.Network([deep.Dense(np.ones((1, 2)), np.zeros(1))])
        >>> net.with_parameters({"0.b": np.array([3.0])}).layers[0].b
        array([3.])

        Raises:
            ValueError: if a name or a shape is none of this network.
        """
        layers = list(self.layers)
        for name, array in parameters.items():
            checks.one_of("parameters", name, self.parameters)
            checks.shape(name, np.asarray(array), self.parameters[name].shape)
            i, letter = name.split(".")
            layers[int(i)] = replace(layers[int(i)], **{letter: array})
        return replace(self, layers=layers)

    @property
    def about(self):
        """What the network is besides its parameters, as JSON: its cost, and layer by layer.

        >>> deep.Network([deep.MaxPool(3), deep.ReLU()]).about  # doctest: +NORMALIZE_WHITESPACE
        '{"cost": "quadratic", "layers":
        [{"kind": "MaxPool", "size": 3, "stride": null, "ties": "first"}, {"kind": "ReLU"}]}'
        """
        layers = [
            {"kind": type(layer).__name__}
            | {f.name: getattr(layer, f.name) for f in fields(layer) if f.name not in layer.learned}
            for layer in self.layers
        ]
        # A stride that NumPy computed is a number of NumPy's.
        return json.dumps({"cost": self.cost, "layers": layers}, default=lambda n: n.item())

    @classmethod
    def random(cls, spec, image=(28, 28), seed=0, cost=None, dtype=float):
        """Return a network with random weights and zero biases, from its layers in words.

        The words are those of `layers.from_word`: conv20x5, conv20x5s2p1, pool2, pool3s2, mean2,
        dense100, sigmoid, relu, softmax.

        The weights are drawn from normal distributions of mean 0, and of standard deviation 1/√n
        where n is the number of weighted inputs of a neuron, as in `ConvNet.random`; √(2/n) if a
        ReLU follows, which lets half of them through (He et al., 2015, Delving deep into
        rectifiers).

        >>> net = deep.Network.random("conv20x5 relu pool2 conv40x5 relu pool2 dense10 softmax")
        >>> net.layers[3].w.shape, net.layers[6].w.shape, net.cost
        ((40, 20, 5, 5), (10, 40, 4, 4), 'log_likelihood')

        Args:
            spec: the layers, a text with a word for each.
            image: shape of an image, (rows, columns) or (channels, rows, columns).
            seed: of the random numbers; an integer from 0 on or a numpy Generator.
            cost: its name; None for "log_likelihood" after a softmax, "cross_entropy" after a
                sigmoid, and "quadratic" after any other layer.
            dtype: float32 or float64.

        Raises:
            ValueError: if a word is none of a layer, or a layer does not fit on the one before.
        """
        made = _drawn(spec, image, checks.seed("seed", seed), checks.float_dtype("dtype", dtype))
        natural = {Softmax: "log_likelihood", Sigmoid: "cross_entropy"}
        return cls(made, natural.get(type(made[-1]), "quadratic") if cost is None else cost)

    def save(self, path):
        """Write the network to a file, whole or not at all, as `ConvNet.save`.

        >>> import os, tempfile
        >>> net = deep.Network.random("conv2x3 relu dense3 softmax", image=(6, 8))
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     net.save(os.path.join(folder, "net.npz"))
        ...     again = deep.Network.load(os.path.join(folder, "net.npz"))
        >>> bool((again.layers[0].w == net.layers[0].w).all()), again.cost
        (True, 'log_likelihood')

        Args:
            path: of the file, by custom ending in .npz.

        Raises:
            ValueError: if a layer has the name of another kind, which `load` would make of it.
            OSError: if the file cannot be written there.
        """
        for i, layer in enumerate(self.layers):
            name = type(layer).__name__
            if (known := kinds()[name]).__module__ != type(layer).__module__:
                theirs = f"that of {known.__module__}.{name}"
                checks.refuse(f"layers[{i}]", "a kind with a name of its own", theirs)
        archives.write(path, {"layers": np.array(self.about), **self.parameters})

    @classmethod
    def load(cls, path):
        """Return the network of a file that `save` wrote; nothing in it is run (no pickle).

        >>> import os, tempfile
        >>> net = deep.Network([deep.Dense(np.array([[2.0, 1.0]]), np.zeros(1)), deep.Sigmoid()])
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     net.save(os.path.join(folder, "net.npz"))
        ...     deep.Network.load(os.path.join(folder, "net.npz")).layers
        (Dense(w=(1, 2), b=(1,)), Sigmoid())

        Raises:
            ValueError: if the file holds no such network.
            FileNotFoundError: if there is no file.
        """
        arrays = archives.read(path, ["layers"], "a deep network")
        return cls(*_read(path, arrays))


def _reach(layer):
    """Size, stride and padding of a layer, each for rows and columns."""
    match layer:
        case Conv():
            sizes = layer.w.shape[-2:], layer.stride, layer.padding
        case MaxPool() | MeanPool():
            sizes = layer.size, layer.size if layer.stride is None else layer.stride, 0
        case ReLU() | Sigmoid():
            sizes = 1, 1, 0
        case _:
            checks.refuse("i", "activations above layers that this book has", f"above {layer}")
    return [checks.one_or_two("size", n) for n in sizes]


def _fits(layer, nabla, grad, a):
    """Refuse what a layer hands back unless it has the names and the shapes that it is to have.

    A missing gradient would leave a parameter as it is for ever, and one of another shape might be
    spread over it, both without a word.
    """
    if set(nabla) != set(layer.learned):
        checks.refuse("nabla", f"gradients of {sorted(layer.learned)}", sorted(nabla))
    for name, x in nabla.items():
        checks.shape(f"nabla of {name}", np.asarray(x), np.shape(getattr(layer, name)))
    checks.shape("backward", np.asarray(grad), np.shape(a))


def _refuse_softmax_of_maps(layers):
    """Refuse a softmax that would run along the rows of a map, and not over all outputs."""
    maps = False
    for i, layer in enumerate(layers):
        maps = isinstance(layer, Conv | MaxPool | MeanPool) or (maps and type(layer) is not Dense)
        if maps and isinstance(layer, Softmax):
            checks.refuse(f"layers[{i}]", "a Dense layer between maps and a softmax", "none")


@contextmanager
def _naming(i, name):
    """Say of an error which layer of the network it comes from."""
    try:
        yield
    except ValueError as error:
        raise ValueError(f"layers[{i}], {name}: {error}") from None


def _drawn(spec, image, rng, dtype):
    """Return the layers of a spec, with random weights."""
    if not isinstance(spec, str) or not spec.split():
        checks.refuse("spec", "layers in words, as 'conv20x5 relu pool2 dense10'", repr(spec))
    words, made = spec.split(), []
    a = np.zeros(checks.image_shape("image", image), dtype)
    for i, (word, following) in enumerate(zip(words, [*words[1:], ""], strict=True)):
        with _naming(i, word):
            made.append(from_word(word, a.shape, rng, 2 if following == "relu" else 1, dtype))
            a = made[-1].forward(a)
    return made


def _read(path, arrays):
    """Return the layers and the cost of what `save` wrote, refused if they are none."""
    try:
        about = json.loads(str(arrays["layers"]))
        made, known = [], kinds()
        for i, told in enumerate(about["layers"]):
            name = told.pop("kind")
            if name not in known:
                raise ValueError(f"layers[{i}] is of no kind that is known here, {name!r}")
            kind = known[name]
            told = {name: tuple(n) if isinstance(n, list) else n for name, n in told.items()}
            made.append(kind(**{name: arrays[f"{i}.{name}"] for name in kind.learned}, **told))
        return made, about["cost"]
    except Exception as error:  # JSON may hold anything
        why = f"another file, {str(path)!r}: {str(error)[:200]}"
        return checks.refuse("path", "a deep network in a NumPy archive", why)
