"""The network of the book: convolution, max-pooling, ten sigmoid outputs (the reading page).

`ConvNet.feedforward` and `ConvNet.backprop` are the forward and the backward pass in the order
of the text, an equation a line.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from . import checks, conv, costs, dense, pool
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

    Raises:
        ValueError: if the shapes do not belong together or an array is not made of floats.
    """

    w1: np.ndarray
    b1: np.ndarray
    w3: np.ndarray
    b3: np.ndarray

    def __post_init__(self):
        """Refuse parameters that make no network."""
        arrays = {name: checks.floats(name, getattr(self, name)) for name in self.parameters}
        w1, w3 = arrays["w1"], arrays["w3"]
        if w1.ndim not in conv.FORWARD or 0 in w1.shape:
            expected = "shape (5, 5), (F, 5, 5) or (F, C, 5, 5)"
            checks.refuse("w1", expected, w1.shape)
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
    def random(cls, maps=None, seed=0, *, image=(28, 28), kernel=(5, 5), outputs=10, dtype=float):
        """Return a network with random weights and zero biases.

        The weights are drawn from normal distributions of mean 0, and of standard deviation 1/√n
        where n is the number of weighted inputs of a neuron (Nielsen, Neural Networks and Deep
        Learning, ch. 3), so that z¹ and z³ begin in the steep part of σ.

        Args:
            maps: number of feature maps F, or None for one filter without an axis of maps.
            seed: of the random numbers; an integer or a numpy Generator.
            image: rows and columns of an image; what the filter leaves must be even.
            kernel: rows and columns of the filter.
            outputs: number of output neurons.
            dtype: float32 or float64.

        Returns:
            A ConvNet.

        Raises:
            ValueError: if maps is not a positive number or the sizes do not fit together.
        """
        if maps is not None and maps < 1:
            checks.refuse("maps", "None or at least 1", maps)
        left = [n - k + 1 for n, k in zip(image, kernel, strict=True)]
        if min(left) < 2 or left[0] % 2 or left[1] % 2:
            checks.refuse("image", f"a size that leaves even maps after a {kernel} filter", image)
        axis = () if maps is None else (maps,)
        pooled = (*axis, left[0] // 2, left[1] // 2)
        rng = np.random.default_rng(seed)
        w1 = rng.standard_normal((*axis, *kernel)) / np.sqrt(np.prod(kernel))
        w3 = rng.standard_normal((outputs, *pooled)) / np.sqrt(np.prod(pooled))
        return cls(*(x.astype(dtype) for x in (w1, np.zeros(axis), w3, np.zeros(outputs))))

    def feedforward(self, a0):
        """Return z1, a1, a2, z3, a3 for input activations a0 (F1–F5).

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

    def backprop(self, a0, y, cost="quadratic", ties="first"):
        """Return δ³, δ¹ and the gradients of all four parameters (BP1–BP4).

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
        """Return the cost of each example, shape (...); arguments and errors as `backprop` (C)."""
        checks.one_of("cost", cost, costs.COSTS)
        return costs.COSTS[cost](self.feedforward(a0).a3, y)

    @property
    def image_shape(self):
        """The shape of one image: (28, 28), with channels (C, 28, 28)."""
        sizes = [2 * n + k - 1 for n, k in zip(self.w3.shape[-2:], self.w1.shape[-2:], strict=True)]
        return (*self.w1.shape[1:-2], *sizes)

    def _images(self, a0):
        a0 = checks.floats("a0", a0)
        checks.last_axes("a0", a0, self.image_shape)
        return a0
