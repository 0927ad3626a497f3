"""The network of the book: convolution, max-pooling, ten sigmoid outputs (the reading page).

`ConvNet.feedforward` and `ConvNet.backprop` are the forward and the backward pass in the order
of the text, with the equation of each line beside it.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from . import archives, checks, conv, costs, dense, pool
from .activations import sigmoid, sigmoid_prime


class Activations(NamedTuple):
    """What the forward pass computes, in its order: z¹, a¹, a², z³, a³."""

    z1: np.ndarray
    a1: np.ndarray
    a2: np.ndarray
    z3: np.ndarray
    a3: np.ndarray


class Gradients(NamedTuple):
    """What the backward pass computes: δ³, δ¹ an example, and ∂C/∂w¹ … summed over the batch."""

    delta3: np.ndarray
    delta1: np.ndarray
    w1: np.ndarray
    b1: np.ndarray
    w3: np.ndarray
    b3: np.ndarray


@dataclass(frozen=True, eq=False)
class ConvNet:
    """The weights and biases of the network.

    Without feature maps w1 is (5, 5), b1 is () and w3 is (10, 12, 12). With F of them w1 is
    (F, 5, 5), over C channels (F, C, 5, 5), b1 is (F,) and w3 is (10, F, 12, 12). Other sizes
    work too: an image has 2·w3.shape[-2] + w1.shape[-2] - 1 rows, and columns likewise.

    >>> w1, b1 = np.array([[2.0, -1.0]]), np.array(0.0)
    >>> net = ConvNet(w1, b1, np.ones((3, 1, 2)), np.zeros(3))
    >>> net.image_shape
    (2, 5)

    Raises:
        ValueError: if the shapes do not belong together or an array is not made of finite floats.
    """

    w1: np.ndarray
    b1: np.ndarray
    w3: np.ndarray
    b3: np.ndarray

    def __post_init__(self):
        """Refuse parameters that make no network."""
        arrays = {name: checks.finite(name, getattr(self, name)) for name in self.parameters}
        w1, w3 = arrays["w1"], arrays["w3"]
        if w1.ndim not in conv.FORWARD or 0 in w1.shape:
            expected = "shape (5, 5), (F, 5, 5) or (F, C, 5, 5)"
            checks.refuse("w1", expected, w1.shape)
        conv.maps_first("w1", w1, arrays["b1"])
        maps = w1.shape[:1] if w1.ndim > 2 else ()
        checks.shape("b1", arrays["b1"], maps)
        if w3.ndim != 3 + len(maps) or w3.shape[1:-2] != maps or 0 in w3.shape:
            expected = checks.written((10, *maps, 12, 12))
            checks.refuse("w3", f"shape {expected}, or other sizes than 10 and 12", w3.shape)
        checks.shape("b3", arrays["b3"], w3.shape[:1])
        for name, array in arrays.items():
            object.__setattr__(self, name, array)

    #: The names of the four parameters, in the order of the constructor.
    parameters = ("w1", "b1", "w3", "b3")

    @classmethod
    def random(
        cls,
        maps=None,
        seed=0,
        *,
        image=(28, 28),
        kernel=(5, 5),
        outputs=10,
        channels=None,
        dtype=float,
    ):
        """Return a network with random weights and zero biases.

        The weights are drawn from normal distributions of mean 0, and of standard deviation 1/√n
        where n is the number of weights that lead to a neuron (Nielsen, Neural Networks and Deep
        Learning, ch. 3), so that z¹ and z³ begin in the steep part of σ.

        >>> net = ConvNet.random(maps=20, seed=0)
        >>> net.w1.shape, net.b1.shape, net.w3.shape, net.b3.shape
        ((20, 5, 5), (20,), (10, 20, 12, 12), (10,))

        Args:
            maps: number of feature maps F, or None for one filter without an axis of maps.
            seed: of the random numbers; an integer from 0 on or a numpy Generator.
            image: rows and columns of an image; what the filter leaves must be even.
            kernel: rows and columns of the filter.
            outputs: number of output neurons.
            channels: number of channels C of an image, for which maps must be given too; or None
                for images without an axis of channels.
            dtype: float32 or float64.

        Returns:
            A ConvNet.

        Raises:
            ValueError: if a number is not a positive whole one or the sizes do not fit together.

        >>> ConvNet.random(20, channels=3, image=(32, 32)).image_shape
        (3, 32, 32)
        """
        dtype, rng = checks.float_dtype("dtype", dtype), checks.seed("seed", seed)
        axis, deep = _axes(maps, channels)
        kernel = checks.pair("kernel", kernel)
        outputs = checks.whole("outputs", outputs, 1)
        pooled = (*axis, *_pooled(image, kernel))
        w1 = rng.standard_normal((*axis, *deep, *kernel)) / np.sqrt(np.prod((*deep, *kernel)))
        w3 = rng.standard_normal((outputs, *pooled)) / np.sqrt(np.prod(pooled))
        return cls(*(x.astype(dtype) for x in (w1, np.zeros(axis), w3, np.zeros(outputs))))

    @classmethod
    def load(cls, path):
        """Return the network of a file that `save` wrote.

        A training checkpoint holds networks too: of one, this is the last that it holds.

        >>> import os, tempfile
        >>> net = ConvNet.random(seed=0)
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     net.save(os.path.join(folder, "net.npz"))
        ...     again = ConvNet.load(os.path.join(folder, "net.npz"))
        >>> bool((again.w1 == net.w1).all())
        True

        Args:
            path: of the file.

        Returns:
            A ConvNet, with the bits and the dtype of the one that was saved.

        Raises:
            ValueError: if the file holds no network; nothing in it is run (no pickle).
            FileNotFoundError: if there is no file.
        """
        return from_arrays(archives.read(path, cls.parameters, "a network"), cls)

    def save(self, path):
        """Write the network to a file, whole or not at all: a crash leaves what was there.

        The file is a NumPy archive of the four parameters by their names. Its folder is made if
        need be, and its name is taken as it is, without an ending added.

        >>> import os, tempfile
        >>> net = ConvNet.random(seed=0)
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     net.save(os.path.join(folder, "net.npz"))
        ...     again = ConvNet.load(os.path.join(folder, "net.npz"))
        >>> bool((again.w1 == net.w1).all())
        True

        Args:
            path: of the file, by custom ending in .npz.

        Raises:
            OSError: if the file cannot be written there.
        """
        archives.write(path, {name: getattr(self, name) for name in self.parameters})

    def feedforward(self, a0):
        """Return z1, a1, a2, z3, a3 for input activations a0 (F1–F5).

        >>> w1, b1 = np.array([[2.0, -1.0]]), np.array(0.0)
        >>> net = ConvNet(w1, b1, np.ones((3, 1, 1)), np.zeros(3))
        >>> z1, a1, a2, z3, a3 = net.feedforward(np.array([[0.5, 1.0, 0.0], [0.0, 0.0, 1.0]]))
        >>> z1
        array([[ 0.,  2.],
               [ 0., -1.]])
        >>> a2.shape, z3.shape
        ((1, 1), (3,))

        Args:
            a0: images, shape (..., 28, 28), with channels (..., C, 28, 28), floats in [0, 1].

        Returns:
            Activations, a named tuple; each field begins with the batch axes of a0.

        Raises:
            ValueError: if a0 does not fit the network.
        """
        a0 = self._images(a0)
        z1 = conv.forward(a0, self.w1, self.b1)  # F1
        a1 = sigmoid(z1)  # F2
        a2 = pool.forward(a1)  # F3
        z3 = dense.forward(a2, self.w3, self.b3)  # F4
        a3 = sigmoid(z3)  # F5
        return Activations(z1, a1, a2, z3, a3)

    @checks.underflow_is_zero
    def backprop(self, a0, y, cost="quadratic", ties="first"):
        """Return δ³, δ¹ and the gradients of all four parameters (BP1–BP4).

        >>> net = ConvNet.random(seed=0)
        >>> gradients = net.backprop(np.full((28, 28), 0.5), np.eye(10)[3])
        >>> gradients.delta1.shape, gradients.w1.shape
        ((24, 24), (5, 5))
        >>> bool(np.isclose(gradients.b1, gradients.delta1.sum()))
        True

        Args:
            a0: images, shape (..., 28, 28), with channels (..., C, 28, 28).
            y: desired activations, shape (..., 10).
            cost: "quadratic" or "cross_entropy".
            ties: the pooling switch where several neurons share a maximum; see `pool.winners`.

        Returns:
            Gradients, a named tuple: delta3 and delta1 for each example, w1, b1, w3 and b3
            summed over the batch.

        Raises:
            ValueError: if a0 or y does not fit the network, or cost or ties is unknown.
        """
        z1, a1, a2, z3, a3 = self.feedforward(a0)
        delta3 = costs.delta(z3, a3, y, cost)  # BP1
        nabla_a2 = dense.backward(delta3, self.w3)  # the sum in BP2
        nabla_a1 = pool.backward(nabla_a2, pool.winners(a1, ties))  # BP2a
        delta1 = nabla_a1 * sigmoid_prime(z1)  # BP2
        return Gradients(
            delta3,
            delta1,
            b3=dense.nabla_b(delta3, self.w3),  # BP3a
            b1=conv.nabla_b(delta1, self.w1),  # BP3
            w3=dense.nabla_w(delta3, a2, self.w3),  # BP4a
            w1=conv.nabla_w(delta1, a0, self.w1),  # BP4
        )

    def cost(self, a0, y, cost="quadratic"):
        """Return the cost of each example, shape (...); arguments and errors as `backprop` (C).

        >>> net = ConvNet(np.zeros((1, 2)), np.array(0.0), np.zeros((3, 1, 1)), np.zeros(3))
        >>> float(net.cost(np.zeros((2, 3)), np.array([0.0, 1.0, 0.0])))
        0.375
        """
        return costs.of_weighted_input(self.feedforward(a0).z3, y, cost)

    @property
    def image_shape(self):
        """The shape of one image: (28, 28), with channels (C, 28, 28).

        >>> ConvNet.random(image=(28, 30)).image_shape
        (28, 30)
        """
        sizes = [2 * n + k - 1 for n, k in zip(self.w3.shape[-2:], self.w1.shape[-2:], strict=True)]
        return (*self.w1.shape[1:-2], *sizes)

    def _images(self, a0):
        return checks.images("a0", a0, self.image_shape)


def given(name, net):
    """Return the ConvNet that came as an argument; anything else is refused by that name.

    >>> network.given("net", 5)
    Traceback (most recent call last):
        ...
    ValueError: net: expected a ConvNet, got an int
    """
    if not isinstance(net, ConvNet):
        checks.refuse(name, "a ConvNet", checks.kind(net))
    return net


def from_arrays(arrays, kind=ConvNet):
    """Return the network of a mapping with its parameters, of a training checkpoint the last one.

    Args:
        arrays: such as `numpy.load` of an .npz file.
        kind: ConvNet, or a class made from it.

    Raises:
        ValueError: as ConvNet.

    >>> net = ConvNet.random()
    >>> from_arrays({name: getattr(net, name) for name in net.parameters}).image_shape
    (28, 28)
    """
    found = {name: np.asarray(arrays[name]) for name in kind.parameters}
    if "about" in arrays and found["b3"].ndim == 2:  # a checkpoint: a network an epoch
        found = {name: array[-1] for name, array in found.items()}
    return kind(**found)


def _axes(maps, channels):
    """The axes of feature maps and of channels of w1, (F,) and (C,), or () for one without."""
    if maps is not None:
        checks.whole("maps", maps, 1, "None or a whole number, at least 1")
    if channels is None:
        return (() if maps is None else (int(maps),)), ()
    if maps is None:
        checks.refuse("maps", "a number of feature maps, as there are channels", None)
    return (int(maps),), (checks.whole("channels", channels, 1),)


def _pooled(image, kernel):
    """Rows and columns of a pooled map of an image."""
    image = checks.pair("image", image, "(rows, columns), and channels= for channels")
    left = [n - k + 1 for n, k in zip(image, kernel, strict=True)]
    if min(left) < 2 or left[0] % 2 or left[1] % 2:
        checks.refuse("image", f"a size that leaves even maps after a {kernel} filter", image)
    return left[0] // 2, left[1] // 2
