"""The work that a layer of a deep network is in a fast step: what `deep_step` plans and runs.

Each kind has `forward(x)` and `backward(grad, wanted)`, on arrays with the images along the last
axis, and remembers between the two what the second needs. In the shapes n is an image; f a feature
map, c a channel; l, m an offset in the filter; j, k a neuron.
"""

from dataclasses import replace

import numpy as np
from numpy.lib.stride_tricks import as_strided

from .. import checks, deep
from ..layers import Layer


class Buffers:
    """Arrays by name and shape, made when first asked for and kept.

    >>> buffers = training.deep_work.Buffers(np.float32)
    >>> buffers.get("z", (2, 3)) is buffers.get("z", (2, 3))
    True
    """

    def __init__(self, dtype):
        """Begin without any."""
        self.dtype, self.kept = dtype, {}

    def get(self, name, shape, dtype=None):
        """Return the array of this name and shape; what is in it is left from last time.

        >>> training.deep_work.Buffers(np.float32).get("z", (2, 3)).shape
        (2, 3)
        """
        if (name, shape) not in self.kept:
            self.kept[name, shape] = np.empty(shape, dtype or self.dtype)
        return self.kept[name, shape]


class _ConvWork:
    """F1s without the bias, BP4s and BP5s, as products of matrices, a row of neurons each.

    Only columns are copied, into `tiles`, (H, C, KW, W', n): pixel k·stride + m for each m. The
    receptive fields of a row of neurons are then KH·C·KW rows of numbers that lie together, and
    those of the next row of neurons begin a row of tiles further on: `fields` overlap.
    """

    def __init__(self, layer, nabla, buffers):
        """Take a deep.Conv whose w moves, and where its gradients go."""
        self.layer, self.nabla, self.buffers = layer, nabla, buffers
        self.kernel, self.maps = layer.w.shape[-2:], len(layer.w) if layer.w.ndim > 2 else 1
        self.w = layer.w.reshape(self.maps, -1, *self.kernel).transpose(0, 2, 1, 3)
        self.stride = checks.one_or_two("stride", layer.stride, 1)
        self.padding = checks.one_or_two("padding", layer.padding)

    def forward(self, x):
        """Return z without the bias, (F, H', W', n), of x, (C, H, W, n); both as in `conv`."""
        self.shape, self.given = x.shape, x.reshape(-1, *x.shape[-3:])
        self._lay()
        w = self.buffers.get("w", self.w.shape)
        w[...] = self.w
        self.rows = w.reshape(self.maps, -1)
        high, _, runs = self.fields.shape
        z = self.buffers.get("z", (self.maps, high, runs))
        np.matmul(self.rows, self.fields, out=z.transpose(1, 0, 2))
        return z.reshape(*self.layer.b.shape, high, -1, x.shape[-1])

    def backward(self, grad, wanted):
        """Return ∂C/∂x if it is wanted, and lay ∂C/∂w where it goes."""
        high, rows, runs = self.fields.shape
        delta = grad.reshape(self.maps, high, runs).transpose(1, 0, 2)
        each = self.buffers.get("each", (high, self.maps, rows))
        np.matmul(delta, self.fields.swapaxes(1, 2), out=each)
        nabla = np.add.reduce(each, axis=0).reshape(self.w.shape)
        self.nabla["w"].reshape(self.maps, -1, *self.kernel)[...] = nabla.transpose(0, 2, 1, 3)
        return self._back(delta) if wanted else None

    def _lay(self):
        """Copy the columns into tiles; fields are a view of them."""
        padded, (KH, KW), (down, right) = self._padded(), self.kernel, self.stride
        (C, H, W, n), (channel, row, column, number) = padded.shape, padded.strides
        high, wide = (H - KH) // down + 1, (W - KW) // right + 1
        tiles = self.buffers.get("tiles", (H, C, KW, wide, n))
        strides = row, channel, column, right * column, number
        tiles[...] = as_strided(padded, tiles.shape, strides, writeable=False)
        row, number = tiles.strides[0], tiles.itemsize
        shape, strides = (high, KH * C * KW, wide * n), (down * row, wide * n * number, number)
        self.tiles, self.fields = tiles, as_strided(tiles, shape, strides, writeable=False)

    def _back(self, delta):
        """Return ∂C/∂x: each row of the filter gives to tiles, and those to the pixels (BP5s)."""
        (KH, KW), (down, right), (P, Q) = self.kernel, self.stride, self.padding
        (H, C, _, wide, n), high = self.tiles.shape, len(delta)
        tiles = self.buffers.get("tiles back", (H, C * KW, wide * n))
        given = self.buffers.get("given", (high, C * KW, wide * n))
        tiles[...] = 0
        for l in range(KH):
            np.matmul(self.rows[:, l * C * KW : (l + 1) * C * KW].T, delta, out=given)
            tiles[l : l + down * high : down] += given
        tiles = tiles.reshape(self.tiles.shape)
        back = self.buffers.get("back", (C, H, self.given.shape[2] + 2 * Q, n))
        back[...] = 0
        for m in range(KW):
            back[:, :, m : m + right * wide : right] += tiles[:, :, m].swapaxes(0, 1)
        return back[:, P : H - P, Q : back.shape[2] - Q].reshape(self.shape)

    def _padded(self):
        (P, Q), (C, H, W, n) = self.padding, self.given.shape
        if not (P or Q):
            return self.given
        padded = self.buffers.get("padded", (C, H + 2 * P, W + 2 * Q, n))
        padded[...] = 0
        padded[:, P : P + H, Q : Q + W] = self.given
        return padded


class _BiasWork:
    """The bias of a convolutional layer, by itself: it may wait until after the pooling."""

    def __init__(self, layer, nabla, buffers):
        """Take a deep.Conv whose b moves, and where its gradients go."""
        self.b, self.nabla = layer.b[..., None, None, None], nabla["b"].reshape(-1)

    def forward(self, x):
        """Return x + b; x itself is changed."""
        x += self.b
        return x

    def backward(self, grad, wanted):
        """Return grad, and lay its sum where it goes (BP3)."""
        np.add.reduce(grad.reshape(len(self.nabla), -1), axis=1, out=self.nabla)
        return grad


class _DenseWork:
    """F4, BP3a, BP4a and FC2."""

    def __init__(self, layer, nabla, buffers):
        """Take a deep.Dense whose parameters move, and where its gradients go."""
        self.w, self.b = layer.w.reshape(len(layer.w), -1), layer.b[:, None]
        self.nabla, self.buffers = nabla, buffers

    def forward(self, x):
        """Return z, (Q, n), of x, (…, n)."""
        self.shape, self.x = x.shape, x.reshape(-1, x.shape[-1])
        z = self.buffers.get("z", (len(self.w), x.shape[-1]))
        np.matmul(self.w, self.x, out=z)
        z += self.b
        return z

    def backward(self, grad, wanted):
        """Return ∂C/∂x if it is wanted, and lay the gradients where they go."""
        np.add.reduce(grad, axis=1, out=self.nabla["b"])
        np.dot(grad, self.x.T, out=self.nabla["w"].reshape(self.w.shape))
        if not wanted:
            return None
        back = self.buffers.get("back", self.x.shape)
        np.matmul(self.w.T, grad, out=back)
        return back.reshape(self.shape)


class _MaxPoolWork:
    """F3s and BP2s for the first of the largest: a comparison for each place in the window."""

    def __init__(self, layer, nabla, buffers):
        """Take a deep.MaxPool whose ties are 'first'."""
        self.size = checks.one_or_two("size", layer.size, 1)
        step = layer.size if layer.stride is None else layer.stride
        self.stride, self.buffers = checks.one_or_two("stride", step, 1), buffers
        self.apart = all(s >= n for s, n in zip(self.stride, self.size, strict=True))

    def forward(self, x):
        """Return the largest of each window, (F, H', W', n)."""
        self.shape, shape = x.shape, x.shape[-3:-1]
        # Whether each number is in one window, so that each is written on the way back.
        self.covers = self.stride == self.size and not any(np.mod(shape, self.size))
        first, *others = self._places(x)
        largest, self.won = self.buffers.get("largest", first.shape), []
        before = first
        for n, place in enumerate(others):
            won = self.buffers.get(f"won {n}", first.shape, bool)
            self.won.append(np.greater(place, before, out=won))
            before = np.maximum(place, before, out=largest)
        if not others:
            largest[...] = first
        return largest

    def backward(self, grad, wanted):
        """Return ∂C/∂x: from the last place to the first, each takes what is left to win."""
        back = self.buffers.get("back", self.shape)
        if not self.covers:
            back[...] = 0
        left = self.buffers.get("left", grad.shape)
        left[...] = grad
        part = self.buffers.get("part", grad.shape)
        first, *others = self._places(back)
        for place, won in zip(reversed(others), reversed(self.won), strict=True):
            if self.apart:
                np.multiply(left, won, out=place)
                left -= place
            else:
                np.multiply(left, won, out=part)
                place += part
                left -= part
        if self.apart:
            first[...] = left
        else:
            first += left
        return back

    def _places(self, x):
        """Return for each place in the window, in row-major order, where it is in all windows."""
        (R, S), (down, right) = self.size, self.stride
        high, wide = (x.shape[-3] - R) // down + 1, (x.shape[-2] - S) // right + 1
        tall, broad = down * (high - 1) + 1, right * (wide - 1) + 1
        return [x[..., r : r + tall : down, s : s + broad : right, :] for r, s in np.ndindex(R, S)]


class _ReLUWork:
    """F2r, and its slope from what it made."""

    def __init__(self, layer, nabla, buffers):
        """Take a deep.ReLU."""

    def forward(self, x):
        """Return max(0, x); x itself is changed."""
        self.a = np.maximum(x, 0, out=x)
        return x

    def backward(self, grad, wanted):
        """Return grad where the neuron is active; grad itself is changed."""
        return np.multiply(grad, self.a > 0, out=grad)


class _SigmoidWork:
    """F2, and its slope σ(1 - σ) from what it made."""

    def __init__(self, layer, nabla, buffers):
        """Take a deep.Sigmoid."""
        self.buffers = buffers

    def forward(self, x):
        """Return σ(x) as ½ + ½ tanh(½x); x itself is changed."""
        x *= 0.5
        np.tanh(x, out=x)
        x += 1
        x *= 0.5
        self.a = x
        return x

    def backward(self, grad, wanted):
        """Return grad · σ′; grad itself is changed."""
        slope = self.buffers.get("slope", self.a.shape)
        np.subtract(1, self.a, out=slope)
        slope *= self.a
        return np.multiply(grad, slope, out=grad)


class _PlainWork:
    """Any other layer: its own functions, with the images moved to the first axis and back."""

    def __init__(self, layer, nabla, buffers):
        """Take any layer."""
        self.layer, self.nabla = layer, nabla

    def forward(self, x):
        """Return what the layer makes of x."""
        self.x = np.moveaxis(x, -1, 0).copy()
        return np.moveaxis(self.layer.forward(self.x), 0, -1).copy()

    def backward(self, grad, wanted):
        """Return ∂C/∂x, and lay the gradients where they go."""
        grad = np.moveaxis(grad, -1, 0).copy()
        for name, nabla in self.layer.nabla(grad, self.x).items():
            self.nabla[name][...] = nabla
        return np.moveaxis(self.layer.backward(grad, self.x), 0, -1).copy() if wanted else None


class _Moving(Layer):
    """A learning layer of a reader's own, made anew from the parameters as they are now.

    What it makes of them when it is made, a copy or a matrix that follows from them, moves too.
    """

    def __init__(self, layer, parameters):
        """Take any layer, and the arrays that move, by their names."""
        self.now = lambda: replace(layer, **parameters)

    def forward(self, a):
        """Return what the layer makes of a."""
        return self.now().forward(a)

    def backward(self, grad, a):
        """Return ∂C/∂a."""
        return self.now().backward(grad, a)

    def nabla(self, grad, a):
        """Return the gradients of the parameters."""
        return self.now().nabla(grad, a)


#: Who does the work of a layer; _PlainWork that of all others.
WORK = {
    deep.Dense: _DenseWork,
    deep.ReLU: _ReLUWork,
    deep.Sigmoid: _SigmoidWork,
}


#: The kinds that have gradients of their own, and so want to be given one.
LEARNING = (_ConvWork, _DenseWork, _PlainWork)


def moving(net, views):
    """Return the network on parameters that move in place.

    >>> net = deep.Network([deep.Dense(np.ones((1, 2)), np.zeros(1))])
    >>> b = np.zeros(1)
    >>> moved = training.deep_work.moving(net, {"0.b": b})
    >>> b += 3
    >>> moved.layers[0].b
    array([3.])

    Args:
        net: a deep.Network.
        views: arrays by the names of its `parameters`.
    """
    net = net.with_parameters(views)  # a Conv and a Dense keep the arrays that they are given
    layers = list(net.layers)
    for i, layer in enumerate(layers):
        if layer.learned and type(layer) not in (deep.Conv, deep.Dense):
            layers[i] = _Moving(layer, {name: views[f"{i}.{name}"] for name in layer.learned})
    return replace(net, layers=layers)


def plan(layers):
    """Return the work in its order: for each piece its class and the number of its layer.

    >>> layers = deep.Network.random("conv2x3 relu pool2 dense10 softmax").layers[:4]
    >>> [(work.__name__, i) for work, i in training.deep_work.plan(layers)]
    [('_ConvWork', 0), ('_MaxPoolWork', 2), ('_BiasWork', 0), ('_ReLUWork', 1), ('_DenseWork', 3)]

    Args:
        layers: deep layers; a max-pooling after an activation that rises goes before it, and
            before the bias.
    """
    work, i = [], 0
    while i < len(layers):
        first, *after = layers[i : i + 3]
        if type(first) is deep.Conv:
            work.append((_ConvWork, i))
            if _rises_to_first(after):
                work += [(_MaxPoolWork, i + 2), (_BiasWork, i), (WORK[type(after[0])], i + 1)]
                i += 2
            else:
                work.append((_BiasWork, i))
        else:
            work.append((_MaxPoolWork if _first(first) else WORK.get(type(first), _PlainWork), i))
        i += 1
    return work


def works(layers, nablas, buffers):
    """Return the work of layers in its order.

    >>> layers = deep.Network.random("relu dense10 softmax").layers[:2]
    >>> nablas = [{}, {"w": np.zeros_like(layers[1].w), "b": np.zeros(10)}]
    >>> made = training.deep_work.works(layers, nablas, [training.deep_work.Buffers(float)] * 2)
    >>> [type(work).__name__ for work in made]
    ['_ReLUWork', '_DenseWork']

    Args:
        layers: deep layers, whose parameters move.
        nablas: for each {name: where its gradient goes}.
        buffers: for each its `Buffers`.
    """
    return [work(layers[i], nablas[i], buffers[i]) for work, i in plan(layers)]


def has_loops(layers):
    """Return whether `deep_loops` has compiled loops for three layers, taken together.

    >>> one = deep.Network.random("conv2x5 relu pool2 dense10").layers[:3]
    >>> other = deep.Network.random("conv2x5 relu conv2x5 dense10").layers[:3]
    >>> training.deep_work.has_loops(one), training.deep_work.has_loops(other)
    (True, False)

    Args:
        layers: those that follow each other in a network; at its end there may be fewer. There are
            loops for a convolution whose stride is 1, an activation that rises, and a max-pooling
            whose ties are 'first'. Without pooling BLAS was as quick.
    """
    conv, *after = layers
    if type(conv) is not deep.Conv or not _rises_to_first(after):
        return False
    return checks.one_or_two("stride", conv.stride, 1) == (1, 1)


def _rises_to_first(layers):
    """Return whether two layers are an activation that rises and a pooling that may go before."""
    return len(layers) == 2 and type(layers[0]) in (deep.ReLU, deep.Sigmoid) and _first(layers[1])


def _first(layer):
    return type(layer) is deep.MaxPool and layer.ties == "first"
