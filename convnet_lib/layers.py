"""Layers as objects: a layer is its parameters, and three functions from the rooms of equations.

- ``layer.forward(a)`` returns what it makes of its input a: F1s, F3s, F3m, F4, F2r, F5s.
- ``layer.backward(grad, a)`` returns ∂C/∂a from grad = ∂C/∂(what it made): BP5s, BP2s, BP2m, FC2.
- ``layer.nabla(grad, a)`` returns the gradients of its parameters by their letters, a dict with w
  and b, or with nothing: BP4s, BP3, BP4a, BP3a.

None of them remembers anything: what the backward pass needs of the forward pass is the input a,
and it is handed over. Each takes any batch axes in front.
"""

import re
from dataclasses import dataclass, fields

import numpy as np

from . import activations, checks, conv, dense, pool


class Layer:
    """What all layers share: the names of what they learn, and how they are shown.

    A layer of your own is a frozen dataclass made from it, with `forward` and `backward`, and with
    `learned` and `nabla` if it learns; `deep.Network` asks for no more. It has no state, and makes
    of each example what it would make of it alone: a run cuts its mini-batches into parts.

    >>> @dataclass(frozen=True, eq=False, repr=False)
    ... class Double(layers.Layer):
    ...     def forward(self, a):
    ...         return 2 * a
    ...     def backward(self, grad, a):
    ...         return 2 * grad
    >>> net = deep.Network([Double(), deep.ReLU()])
    >>> net.backprop(np.array([3.0]), np.array([5.0])).grad[0]  # 2 (6 - 5)
    array([2.])
    """

    #: The names of the layer's parameters, () where nothing is learned.
    learned = ()

    def nabla(self, grad, a):
        """Return the gradients of the parameters by their names, here none.

        >>> deep.ReLU().nabla(np.ones(3), np.ones(3))
        {}
        """
        return {}

    def __repr__(self):
        """Return the layer with the shapes of its arrays in their place."""
        values = ((field.name, getattr(self, field.name)) for field in fields(self))
        shown = (f"{k}={v.shape if isinstance(v, np.ndarray) else v!r}" for k, v in values)
        return f"{type(self).__name__}({', '.join(shown)})"


@dataclass(frozen=True, eq=False, repr=False)
class Conv(Layer):
    """A convolutional layer: shared weights and biases, a stride, zeros around the input.

    >>> layer = deep.Conv(np.ones((20, 5, 5)), np.zeros(20), stride=2, padding=1)
    >>> layer.forward(np.ones((28, 26))).shape
    (20, 13, 12)

    Raises:
        ValueError: if w is no filter, b does not fit it, or stride or padding is no number or pair.
    """

    w: np.ndarray
    b: np.ndarray
    stride: int = 1
    padding: int = 0
    learned = ("w", "b")

    def __post_init__(self):
        """Refuse parameters that make no layer."""
        w = conv.filters(checks.finite("w", self.w))
        _set(self, w=w, b=conv.bias(checks.finite("b", np.asarray(self.b, w.dtype)), w))
        checks.one_or_two("stride", self.stride, least=1)
        checks.one_or_two("padding", self.padding)

    def forward(self, a):
        """Return z, the maps of a (F1s).

        >>> layer = deep.Conv(np.array([[2.0, 1.0]]), 0.0)
        >>> layer.forward(np.array([[1.0, 0.0, 3.0]]))
        array([[2., 3.]])
        """
        return conv.forward(a, self.w, self.b, self.stride, self.padding)

    def backward(self, grad, a):
        """Return ∂C/∂a from grad = ∂C/∂z (BP5s).

        >>> layer = deep.Conv(np.array([[2.0, 1.0]]), 0.0)
        >>> layer.backward(np.array([[1.0, 10.0]]), np.array([[1.0, 0.0, 3.0]]))
        array([[ 2., 21., 10.]])
        """
        return conv.backward(grad, self.w, self.stride, self.padding, np.shape(a)[-2:])

    def nabla(self, grad, a):
        """Return {"w": ∂C/∂w, "b": ∂C/∂b}, summed over a batch (BP4s, BP3).

        >>> layer = deep.Conv(np.array([[2.0, 1.0]]), 0.0)
        >>> layer.nabla(np.array([[1.0, 10.0]]), np.array([[1.0, 0.0, 3.0]]))
        {'w': array([[ 1., 30.]]), 'b': array(11.)}
        """
        nabla_w = conv.nabla_w(grad, a, self.w, self.stride, self.padding)
        return {"w": nabla_w, "b": np.asarray(conv.nabla_b(grad, self.w))}


@dataclass(frozen=True, eq=False, repr=False)
class Dense(Layer):
    """A fully connected layer; w's axes after the first are those of its input.

    >>> deep.Dense(np.ones((10, 40, 4, 4)), np.zeros(10)).forward(np.ones((40, 4, 4))).shape
    (10,)

    Raises:
        ValueError: if w is no matrix of weights or b does not fit it.
    """

    w: np.ndarray
    b: np.ndarray
    learned = ("w", "b")

    def __post_init__(self):
        """Refuse parameters that make no layer."""
        w = dense.weights(checks.finite("w", self.w))
        _set(self, w=w, b=dense.bias(checks.finite("b", self.b), w))

    def forward(self, a):
        """Return z (F4).

        >>> deep.Dense(np.array([[2.0, 1.0]]), np.array([0.5])).forward(np.array([1.0, 3.0]))
        array([5.5])
        """
        return dense.forward(a, self.w, self.b)

    def backward(self, grad, a):
        """Return ∂C/∂a from grad = ∂C/∂z (the sum in BP2; FC2).

        >>> layer = deep.Dense(np.array([[2.0, 1.0]]), np.array([0.5]))
        >>> layer.backward(np.array([10.0]), np.array([1.0, 3.0]))
        array([20., 10.])
        """
        return dense.backward(grad, self.w)

    def nabla(self, grad, a):
        """Return {"w": ∂C/∂w, "b": ∂C/∂b}, summed over a batch (BP4a, BP3a).

        >>> layer = deep.Dense(np.array([[2.0, 1.0]]), np.array([0.5]))
        >>> layer.nabla(np.array([10.0]), np.array([1.0, 3.0]))
        {'w': array([[10., 30.]]), 'b': array([10.])}
        """
        return {"w": dense.nabla_w(grad, a, self.w), "b": dense.nabla_b(grad, self.w)}


@dataclass(frozen=True, eq=False, repr=False)
class MaxPool(Layer):
    """Max-pooling: windows of `size`, one every `stride` rows and columns (every `size`, if None).

    Rows and columns that fill no window are left out, and ties are as in `pool.winners`.

    >>> deep.MaxPool(size=3, stride=2).forward(np.ones((20, 7, 9))).shape
    (20, 3, 4)
    """

    size: int = 2
    stride: int | None = None
    ties: str = "first"

    def __post_init__(self):
        """Refuse what is no window."""
        _refuse_no_window(self)
        checks.one_of("ties", self.ties, pool.TIES)

    def forward(self, a):
        """Return the largest of each window (F3s).

        >>> deep.MaxPool(size=(1, 2), stride=1).forward(np.array([[1.0, 4.0, 3.0]]))
        array([[4., 4.]])
        """
        return pool.forward(a, self.size, self.stride)

    def backward(self, grad, a):
        """Return ∂C/∂a: a neuron collects from each window that it wins (BP2s).

        >>> layer = deep.MaxPool(size=(1, 2), stride=1)
        >>> layer.backward(np.array([[1.0, 10.0]]), np.array([[1.0, 4.0, 3.0]]))
        array([[ 0., 11.,  0.]])
        """
        switches = pool.switches(a, self.ties, self.size, self.stride)
        return pool.scatter(grad, switches, np.shape(a)[-2:], self.size, self.stride)


@dataclass(frozen=True, eq=False, repr=False)
class MeanPool(Layer):
    """Mean-pooling: windows as those of MaxPool, of which each passes on its mean.

    >>> deep.MeanPool().forward(np.array([[1.0, 4.0], [0.0, 3.0]]))
    array([[2.]])
    """

    size: int = 2
    stride: int | None = None

    def __post_init__(self):
        """Refuse what is no window."""
        _refuse_no_window(self)

    def forward(self, a):
        """Return the mean of each window (F3m).

        >>> deep.MeanPool(size=(1, 2), stride=1).forward(np.array([[1.0, 4.0, 3.0]]))
        array([[2.5, 3.5]])
        """
        return pool.mean(a, self.size, self.stride)

    def backward(self, grad, a):
        """Return ∂C/∂a: each window shares what it is given evenly (BP2m).

        >>> layer = deep.MeanPool(size=(1, 2), stride=1)
        >>> layer.backward(np.array([[1.0, 10.0]]), np.array([[1.0, 4.0, 3.0]]))
        array([[0.5, 5.5, 5. ]])
        """
        return pool.mean_backward(grad, np.shape(a)[-2:], self.size, self.stride)


@dataclass(frozen=True, eq=False, repr=False)
class Sigmoid(Layer):
    """The sigmoid of each neuron.

    >>> deep.Sigmoid().forward(np.zeros(2))
    array([0.5, 0.5])
    """

    def forward(self, a):
        """Return σ(a) (F2, F5).

        >>> deep.Sigmoid().forward(np.log([3.0]))
        array([0.75])
        """
        return activations.sigmoid(a)

    @checks.underflow_is_zero
    def backward(self, grad, a):
        """Return grad · σ′(a), the factor of BP1 and BP2.

        >>> deep.Sigmoid().backward(np.array([2.0]), np.log([3.0]))
        array([0.375])
        """
        return _same_shape(grad, a) * activations.sigmoid_prime(a)


@dataclass(frozen=True, eq=False, repr=False)
class ReLU(Layer):
    """The rectified linear unit of each neuron.

    >>> deep.ReLU().forward(np.array([-1.0, 2.0]))
    array([0., 2.])
    """

    def forward(self, a):
        """Return max(0, a) (F2r).

        >>> deep.ReLU().forward(np.array([-1.0, 2.0]))
        array([0., 2.])
        """
        return activations.relu(a)

    def backward(self, grad, a):
        """Return grad where a > 0, and 0 elsewhere (F2r).

        >>> deep.ReLU().backward(np.array([5.0, 7.0]), np.array([-1.0, 2.0]))
        array([0., 7.])
        """
        return _same_shape(grad, a) * activations.relu_prime(a)


@dataclass(frozen=True, eq=False, repr=False)
class Softmax(Layer):
    """The softmax of all outputs together.

    >>> deep.Softmax().forward(np.log([1.0, 3.0]))
    array([0.25, 0.75])
    """

    def forward(self, a):
        """Return softmax(a), which adds up to 1 (F5s).

        >>> deep.Softmax().forward(np.log([1.0, 3.0]))
        array([0.25, 0.75])
        """
        return activations.softmax(a)

    @checks.underflow_is_zero
    def backward(self, grad, a):
        """Return ∂C/∂a_m = Σ_l grad_l ∂(softmax a)_l/∂a_m: the sum of FC1, and F5j.

        >>> deep.Softmax().backward(np.array([1.0, 0.0]), np.log([1.0, 3.0]))
        array([ 0.1875, -0.1875])
        """
        grad = _same_shape(grad, a)
        return np.einsum("...l,...lm->...m", grad, activations.softmax_jacobian(a))


def kinds():
    """Return the kinds of layer by their names, those of other modules too, once they are loaded.

    Of two kinds of one name it is this book's, or else the one that was made last.

    >>> layers.kinds()["ReLU"]
    <class 'convnet_lib.layers.ReLU'>
    """
    made = sorted(_below(Layer), key=lambda kind: kind.__module__ == __name__)
    return {kind.__name__: kind for kind in made}


def _below(kind):
    """Return all that is made from a kind, at whatever remove."""
    return [one for direct in kind.__subclasses__() for one in (direct, *_below(direct))]


# A word: a kind, sizes as 20x5, s and a stride, p and a padding.
WORD = re.compile(r"([a-z]+?)(\d+(?:x\d+)*)?(?:s(\d+))?(?:p(\d+))?")


def from_word(word, shape, rng, gain=1, dtype=float):
    """Return the layer that a word stands for, with random weights and zero biases.

    `conv20x5` is twenty filters of 5×5, `conv20x5x3` of 5 rows and 3 columns; `s2` after it is
    the stride and `p1` the padding, as in `conv20x5s2p1`. `pool2` and `mean2` have windows of
    2×2, `pool3s2` of 3×3, two apart. `dense100` has a hundred neurons. `sigmoid`, `relu` and
    `softmax` stand for themselves.

    >>> layers.from_word("conv20x5s2", (28, 28), np.random.default_rng(0))
    Conv(w=(20, 5, 5), b=(20,), stride=2, padding=0)
    >>> layers.from_word("pool3s2", (20, 12, 12), np.random.default_rng(0))
    MaxPool(size=3, stride=2, ties='first')

    Args:
        word: the layer.
        shape: of one example of its input.
        rng: a numpy Generator, for the weights: of mean 0 and variance gain / n, where n is the
            number of weighted inputs of a neuron.
        gain: that factor.
        dtype: float32 or float64.

    Raises:
        ValueError: if the word is none of a layer.
    """
    found = WORD.fullmatch(word)
    kind, sizes, stride, padding = found.groups() if found else (None, None, None, None)
    sizes = [int(size) for size in (sizes or "").split("x") if size]
    stride, padding = (None if n is None else int(n) for n in (stride, padding))

    def drawn(*axes):
        w = rng.standard_normal(axes) * np.sqrt(gain / max(np.prod(axes[1:]), 1))
        return w.astype(dtype), np.zeros(axes[0], dtype)

    match kind, sizes, stride, padding:
        case "conv", [maps, rows] | [maps, rows, _], _, _:
            w, b = drawn(maps, *shape[:-2], rows, sizes[-1])
            return Conv(w, b, 1 if stride is None else stride, padding or 0)
        case "pool" | "mean", [_] | [_, _], _, None:
            window = sizes[0] if len(sizes) == 1 else tuple(sizes)
            return {"pool": MaxPool, "mean": MeanPool}[kind](window, stride)
        case "dense", [outputs], None, None:
            return Dense(*drawn(outputs, *shape))
        case "sigmoid" | "relu" | "softmax", [], None, None:
            return {"sigmoid": Sigmoid, "relu": ReLU, "softmax": Softmax}[kind]()
    expected = "a layer as conv20x5, conv20x5s2p1, pool2, mean3s2, dense100, sigmoid, relu, softmax"
    return checks.refuse("spec", expected, repr(word))


def _set(layer, **values):
    """Set fields of a frozen dataclass, which only its making may do."""
    for name, value in values.items():
        object.__setattr__(layer, name, value)


def _refuse_no_window(layer):
    checks.one_or_two("size", layer.size, least=1)
    if layer.stride is not None:
        checks.one_or_two("stride", layer.stride, least=1)


def _same_shape(grad, a):
    grad, a = checks.floats("grad", grad), checks.floats("a", a)
    checks.shape("grad", grad, a.shape)
    return grad
