"""The same step as `network.ConvNet.backprop`, fast: what changes is the order of the work.

Six ideas, each with the function that holds it:

- The bias is shared and σ rises, so the largest z¹ of a window makes the largest a¹: pool first,
  and bias and σ run on a quarter of the numbers (`pool`, `activate`).
- Overlapping rows of patches need no copy: with the images of a chunk along the last axis, every
  receptive field of a row of neurons is a block of one small array (`lay_tiles`).
- A filter beside itself, moved by one column, gives two neurons of a window in one matrix
  product (`twin_filters`), and BLAS has all the equations with a sum of products in them.
- A comparison made on the way forward is the pooling switch on the way back (`route`).
- δ³ is scaled by η/B at once, so that every gradient emerges as the step itself (`errors`).
- Buffers are laid out once, small enough to stay in the cache (`Buffers`), and two Python threads
  work on the halves of a large mini-batch: NumPy lets go of the interpreter (`Stepper`). BLAS then
  has one thread for each of them, as its own would wait for each other at every small product;
  and the second one has a core of its own (`halves.py`).

The letters of the shapes: n an image of the chunk; f of F a feature map, c of C a channel;
KH, KW the size of the filter; P, Q that of a pooled map; r, s ∈ {0, 1} a neuron's row and column
in its window, so that z¹ at j = 2p + r, k = 2q + s is ``z[s, f, r, p, q, n]``.
"""

from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.lib.stride_tricks import as_strided

from .. import checks, costs, network
from ..network import Gradients
from . import halves

# The images of a chunk: many enough for quick matrix products, few enough for the cache, so that
# there are no more than so many z¹ of them, in float32 1.5 MB. A row of 16 begins and ends with a
# cache line, and is gone over in less time.
CHUNK = 256
CHUNK_Z1 = 370_000
LINE = 16
# How many z¹ a mini-batch has from which a second thread is worth its start. Many: both wait for
# the interpreter between any two calls, and that must be little beside the calls themselves.
TWO_THREADS_FROM = 300_000

# ½ and 1 as arrays: on a number of Python's own NumPy spends longer than on 100 of these.
CONSTANTS = {char: (np.array(0.5, char), np.array(1, char)) for char in "fd"}


class Parameters(NamedTuple):
    """Views of one vector that holds all the parameters, or all the gradients, of a network.

    Attributes:
        all: the vector, so that one subtraction is a whole step.
        w1: (F, KH, C, KW): the axes in the order of a receptive field in `Buffers.fields`.
        b1: (F, 1).
        w3: (F·P·Q, 10), the weights to an output neuron a column: so BLAS is quickest at BP4a.
        b3: (10, 1).
    """

    all: np.ndarray
    w1: np.ndarray
    b1: np.ndarray
    w3: np.ndarray
    b3: np.ndarray


class Sizes(NamedTuple):
    """The sizes of a network; the letters are the module's."""

    F: int
    C: int
    KH: int
    KW: int
    P: int
    Q: int
    outputs: int

    @classmethod
    def of(cls, net):
        """Return the sizes of a ConvNet; without an axis of maps or channels there is one."""
        maps = net.w1.shape[0] if net.w1.ndim > 2 else 1
        channels = net.w1.shape[1] if net.w1.ndim > 3 else 1
        return cls(maps, channels, *net.w1.shape[-2:], *net.w3.shape[-2:], len(net.b3))

    @property
    def image(self):
        """The shape of an image with its channels, (C, H, W)."""
        return self.C, 2 * self.P + self.KH - 1, 2 * self.Q + self.KW - 1

    def parameters(self, dtype):
        """Return zeros as `Parameters`."""
        F, C, KH, KW, P, Q, outputs = self
        shapes = (F, KH, C, KW), (F, 1), (F * P * Q, outputs), (outputs, 1)
        ends = np.cumsum([np.prod(shape) for shape in shapes])
        everything = np.zeros(ends[-1], dtype)
        parts = np.split(everything, ends[:-1])
        views = (part.reshape(shape) for part, shape in zip(parts, shapes, strict=True))
        return Parameters(everything, *views)


class Buffers:
    """The arrays that a chunk of `count` images is worked out in, from pixels to gradients.

    Nothing in them outlives a chunk; they are kept so that no step asks for them again.

    >>> sizes = fast.Sizes(F=2, C=1, KH=5, KW=5, P=3, Q=4, outputs=10)
    >>> buffers = fast.Buffers(sizes, 6, np.float32)
    >>> buffers.z.shape, buffers.a2.shape, buffers.a3.shape
    ((2, 2, 2, 72), (24, 6), (10, 6))

    Attributes:
        x: pixels, (H, C, 2, W/2, n), the even columns and then the odd ones.
        even, odd: (H, C, ⌈W/2⌉, n) and (H, C, ⌊W/2⌋, n), views of x.
        columns: (H, C, M, Q, n) with M as M/2 times 2, a view of x: pixel 2q + m of each row,
            which the neuron at k = 2q sees for m < KW and its neighbour for 0 < m ≤ KW; M is
            KW + 1, made even.
        tiles: a copy of columns.
        fields: (P, 2, KH·C·M, Q·n), a view of tiles: the receptive fields of row 2p + r.
        twins: (2, F, KH, C, M), the filter and the filter moved by one column.
        z: (2, F, 2, P·Q·n), the four z¹ of every window, without the bias.
        z_rows: (P, 2, 2·F, Q·n), a view of z: the two neurons s of row r of the windows, as the
            matrix product writes and reads them.
        left, right: (F, 2, P·Q·n), views of z: s = 0 and s = 1.
        row: (F, 2, P·Q·n), the larger z¹ of each row of a window; later its share of δ.
        top, bottom: (F, P·Q·n), views of row: r = 0 and r = 1.
        left_wins, top_wins: booleans, in the shapes of left and top.
        a2: (F·P·Q, n).
        delta: (F·P·Q, n), δ¹ of the winners.
        a2_maps, delta_maps: (F, P·Q·n), views of a2 and delta.
        spare: (F·P·Q, n), between two steps of a calculation.
        a3, delta3: (10, n).
        delta3_rows: (n, 10), a copy of delta3: an image a row.
        nabla_rows: (P, 2, 2·F, KH·C·M), ∂C/∂twins, a row of neurons each.
        nabla: `Parameters`, the gradients.
    """

    def __init__(self, sizes, count, dtype):
        F, C, KH, KW, P, Q, outputs = sizes
        H, half = sizes.image[1], KW // 2 + 1
        shapes = {
            "x": (H, C, 2, Q + half - 1, count),
            "tiles": (H, C, half, 2, Q, count),
            "z": (2, F, 2, P * Q * count),
            "row": (F, 2, P * Q * count),
            **dict.fromkeys(("a2", "delta", "spare"), (F * P * Q, count)),
            **dict.fromkeys(("a3", "delta3"), (outputs, count)),
            "delta3_rows": (count, outputs),
            "nabla_rows": (P, 2, 2 * F, KH * C * 2 * half),
            "twins": (2, F, KH, C, 2 * half),
        }
        # Where KW is even the last odd column is missing: it stays 0, and so do its weights.
        for name, array in _side_by_side(shapes, dtype).items():
            setattr(self, name, array)
        _, _, W = sizes.image
        self.even, self.odd = self.x[:, :, 0, : (W + 1) // 2], self.x[:, :, 1, : W // 2]
        self.columns = _columns(self.x, half, Q)
        self.fields = _fields(self.tiles, KH, P)
        self.z_rows = self.z.reshape(2 * F, 2, P, Q * count).transpose(2, 1, 0, 3)
        self.left, self.right = self.z
        self.top, self.bottom = self.row[:, 0], self.row[:, 1]
        self.a2_maps, self.delta_maps = self.a2.reshape(F, -1), self.delta.reshape(F, -1)
        self.left_wins = np.empty(self.left.shape, bool)
        self.top_wins = np.empty(self.top.shape, bool)
        self.nabla = sizes.parameters(dtype)


def _side_by_side(shapes, dtype, line=64, least=2**22):
    """Return {name: zeros of that shape}, each from a new cache line on, in one block of memory.

    From 4 MiB on NumPy asks Linux for large pages, which saves looking up many small ones.
    """
    item = np.dtype(dtype).itemsize
    lengths = [-(-int(np.prod(shape)) * item // line) * line // item for shape in shapes.values()]
    block = np.empty(max(least, sum(lengths) * item + line) // item, dtype)
    block[...] = 0
    start = -block.ctypes.data % line // item
    arrays = {}
    for (name, shape), length in zip(shapes.items(), lengths, strict=True):
        arrays[name] = block[start : start + int(np.prod(shape))].reshape(shape)
        start += length
    return arrays


def _columns(x, half, Q):
    # m = 2·(m // 2) + m % 2: even and odd m see even and odd columns, from m // 2 on.
    H, C, _, _, count = x.shape
    row, channel, odd, column, number = x.strides
    shape, strides = (H, C, half, 2, Q, count), (row, channel, column, odd, column, number)
    return as_strided(x, shape, strides, writeable=False)


def _fields(tiles, KH, P):
    # Row 2p + r of neurons sees the KH rows of tiles from there on: blocks that overlap.
    _, C, half, _, Q, count = tiles.shape
    row, number = tiles.strides[0], tiles.itemsize
    shape = (P, 2, KH * C * 2 * half, Q * count)
    return as_strided(tiles, shape, (2 * row, row, Q * count * number, number), writeable=False)


def lay_tiles(images, buffers):
    """Write the receptive fields of a chunk of images, (n, C, H, W), into buffers.tiles.

    The images go along the last axis, and even columns come before odd ones, so that what is
    copied next lies together. Rows are not repeated: `Buffers.fields` overlap.

    >>> buffers = fast.Buffers(fast.Sizes(F=1, C=1, KH=1, KW=1, P=1, Q=1, outputs=2), 1, float)
    >>> fast.lay_tiles(np.array([[[[1.0, 2.0], [3.0, 4.0]]]]), buffers)
    >>> buffers.fields[0, :, :, 0]  # of r = 0 and r = 1, for both neurons of the row
    array([[1., 2.],
           [3., 4.]])
    """
    pixels = images.transpose(2, 1, 3, 0)
    np.copyto(buffers.even, pixels[:, :, 0::2])
    np.copyto(buffers.odd, pixels[:, :, 1::2])
    np.copyto(buffers.tiles, buffers.columns)


def twin_filters(w1, buffers):
    """Return the matrix (2·F, KH·C·M) whose rows are w¹ for s = 0 and, a column on, s = 1.

    >>> buffers = fast.Buffers(fast.Sizes(F=1, C=1, KH=1, KW=3, P=1, Q=1, outputs=2), 1, float)
    >>> fast.twin_filters(np.array([[[[5.0, 6.0, 7.0]]]]), buffers)
    array([[5., 6., 7., 0.],
           [0., 5., 6., 7.]])
    """
    twins, KW = buffers.twins, w1.shape[-1]
    twins[0, ..., :KW] = w1
    twins[1, ..., 1 : KW + 1] = w1
    return twins.reshape(buffers.z_rows.shape[-2], -1)


def pool(buffers):
    """Return the largest z¹ of each window (F3 before F2), written over buffers.a2.

    >>> buffers = fast.Buffers(fast.Sizes(F=1, C=1, KH=1, KW=1, P=1, Q=1, outputs=2), 1, float)
    >>> buffers.left[0, :, 0], buffers.right[0, :, 0] = (1.0, 3.0), (2.0, 0.0)
    >>> fast.pool(buffers)
    array([[3.]])
    """
    np.maximum(buffers.left, buffers.right, out=buffers.row)
    np.maximum(buffers.top, buffers.bottom, out=buffers.a2_maps)
    return buffers.a2


def activate(z):
    """Return σ(z) = ½ + ½ tanh(z/2), written over z (F2, F5).

    >>> fast.activate(np.array([0.0, 2.0, -2.0])).round(4)
    array([0.5   , 0.8808, 0.1192])
    """
    half, one = CONSTANTS[z.dtype.char]
    np.multiply(z, half, out=z)
    np.tanh(z, out=z)
    np.add(z, one, out=z)
    return np.multiply(z, half, out=z)


def feedforward(parameters, images, buffers):
    """Return z³, (10, n), of a chunk of images, and leave a² in buffers (F1–F4).

    >>> sizes = fast.Sizes(F=1, C=1, KH=1, KW=1, P=1, Q=1, outputs=2)
    >>> parameters = sizes.parameters(float)  # w1 and b1 are 0, so that a² is ½
    >>> parameters.w3[...], parameters.b3[...] = [[4.0, 6.0]], [[0.0], [1.0]]
    >>> fast.feedforward(parameters, np.ones((1, 1, 2, 2)), fast.Buffers(sizes, 1, float))
    array([[2.],
           [4.]])
    """
    lay_tiles(images, buffers)
    w1 = twin_filters(parameters.w1, buffers)
    np.matmul(w1, buffers.fields, out=buffers.z_rows)  # F1 without b¹
    a2 = pool(buffers)  # F3
    np.add(buffers.a2_maps, parameters.b1, out=buffers.a2_maps)  # the b¹ of F1
    activate(a2)  # F2
    z3 = np.matmul(parameters.w3.T, a2, out=buffers.a3)  # F4
    z3 += parameters.b3
    return z3


def errors(z3, y, cost, scale, buffers):
    """Return δ³ times `scale`, (10, n) (BP1), and leave it as (n, 10) in buffers as well.

    z3 is overwritten with a³; y is (n, 10).

    >>> buffers = fast.Buffers(fast.Sizes(F=1, C=1, KH=1, KW=1, P=1, Q=1, outputs=2), 1, float)
    >>> z3, y = np.array([[0.0], [0.0]]), np.array([[0.0, 1.0]])
    >>> fast.errors(z3, y, "quadratic", 8, buffers)  # 8 (½ - y) ¼
    array([[ 1.],
           [-1.]])
    """
    a3 = activate(z3)  # F5
    delta3 = np.subtract(a3, y.T, out=buffers.delta3)
    if cost == "quadratic":
        delta3 *= a3 * (1 - a3)
    delta3 *= scale
    np.copyto(buffers.delta3_rows, delta3.T)
    return delta3


def route(delta, buffers):
    """Write δ¹ of all four neurons of each window over buffers.z (BP2a); delta is (F, P·Q·n).

    The first in row-major order wins: the top row unless the one below it has a larger z¹, the
    left one of a row unless the right one is larger. The winner gets all of δ, and the loser what
    the winner left: exactly 0.

    >>> buffers = fast.Buffers(fast.Sizes(F=1, C=1, KH=1, KW=1, P=1, Q=1, outputs=2), 1, float)
    >>> buffers.left[0, :, 0], buffers.right[0, :, 0] = (1.0, 3.0), (2.0, 0.0)
    >>> a2 = fast.pool(buffers)
    >>> fast.route(np.array([[7.0]]), buffers)
    >>> buffers.left[0, :, 0], buffers.right[0, :, 0]
    (array([0., 7.]), array([0., 0.]))
    """
    left, right, row, left_wins = buffers.left, buffers.right, buffers.row, buffers.left_wins
    top, bottom, top_wins = buffers.top, buffers.bottom, buffers.top_wins
    np.greater_equal(left, right, out=left_wins)
    np.greater_equal(top, bottom, out=top_wins)
    np.multiply(delta, top_wins, out=top)
    np.subtract(delta, top, out=bottom)
    np.multiply(row, left_wins, out=left)
    np.subtract(row, left, out=right)


def correlate(buffers):
    """Return ∂C/∂w¹ of a chunk, (F, KH, C, KW), from δ¹ in buffers.z (BP4).

    Both filters that `twin_filters` made of one have their own sum, of each row of neurons; what
    they have in common is added up.

    >>> buffers = fast.Buffers(fast.Sizes(F=1, C=1, KH=1, KW=1, P=1, Q=1, outputs=2), 1, float)
    >>> fast.lay_tiles(np.array([[[[1.0, 2.0], [3.0, 4.0]]]]), buffers)
    >>> buffers.left[0, :, 0], buffers.right[0, :, 0] = (0.0, 0.0), (0.0, 0.5)
    >>> fast.correlate(buffers)  # of the winner's δ¹ and its pixel
    array([[[[2.]]]])
    """
    np.matmul(buffers.z_rows, buffers.fields.swapaxes(-1, -2), out=buffers.nabla_rows)
    twins = np.add.reduce(buffers.nabla_rows, axis=(0, 1)).reshape(buffers.twins.shape)
    KW = buffers.nabla.w1.shape[-1]
    return np.add(twins[0, ..., :KW], twins[1, ..., 1 : KW + 1], out=buffers.nabla.w1)


def backprop(parameters, images, y, cost, scale, buffers):
    """Return the gradients of a chunk, times `scale`, summed over it: `Parameters` in buffers.

    >>> sizes = fast.Sizes(F=1, C=1, KH=1, KW=1, P=1, Q=1, outputs=2)
    >>> zeros, buffers = sizes.parameters(float), fast.Buffers(sizes, 1, float)
    >>> a0, y = np.ones((1, 1, 2, 2)), np.array([[0.0, 1.0]])
    >>> nabla = fast.backprop(zeros, a0, y, "cross_entropy", 1, buffers)
    >>> nabla.b3, nabla.w3
    (array([[ 0.5],
           [-0.5]]), array([[ 0.25, -0.25]]))

    Args:
        parameters: of the network, `Parameters`.
        images: (n, C, H, W).
        y: desired activations, (n, 10).
        cost: "quadratic" or "cross_entropy".
        scale: η/B in a step; 1 for the gradients themselves.
        buffers: `Buffers` for n images.
    """
    nabla, a2, delta, spare = buffers.nabla, buffers.a2, buffers.delta, buffers.spare
    z3 = feedforward(parameters, images, buffers)  # F1–F4
    delta3 = errors(z3, y, cost, scale, buffers)  # BP1
    np.add.reduce(delta3, axis=1, keepdims=True, out=nabla.b3)  # BP3a
    # Not np.matmul, which does not leave it to BLAS if there is one image, and nothing to sum.
    np.dot(a2, buffers.delta3_rows, out=nabla.w3)  # BP4a
    np.matmul(parameters.w3, delta3, out=delta)  # the sum in BP2
    np.subtract(CONSTANTS[a2.dtype.char][1], a2, out=spare)
    np.multiply(spare, a2, out=spare)  # σ′ = σ(1 - σ), of the winners alone
    np.multiply(delta, spare, out=delta)  # BP2
    np.add.reduce(buffers.delta_maps, axis=1, keepdims=True, out=nabla.b1)  # BP3
    route(buffers.delta_maps, buffers)  # BP2a
    correlate(buffers)  # BP4
    return nabla


class Stepper:
    """A network that is being trained: its parameters, and the buffers of a step.

    This is the library's one object with a state: `step` moves the parameters in place. `net`
    gives them as a ConvNet, a copy that does not move any more.

    What a step computes does not depend on how many threads worked on it: a large mini-batch is
    always summed up in two halves, each in chunks, in one order.

    >>> net = ConvNet(np.zeros((1, 2)), np.array(0.0), np.zeros((3, 1, 1)), np.zeros(3))
    >>> stepper = training.Stepper(net)
    >>> stepper.step(np.zeros((1, 2, 3)), np.array([[0.0, 1.0, 0.0]]), learning_rate=2.0)
    >>> stepper.net.b3, net.b3
    (array([-1.,  1., -1.]), array([0., 0., 0.]))
    """

    # What a chunk of images goes through, and from where a second thread works: here, so that
    # other steps can have their own.
    _feedforward, _backprop = staticmethod(feedforward), staticmethod(backprop)
    two_threads_from = TWO_THREADS_FROM

    def __init__(self, net, cost="cross_entropy"):
        """Copy the parameters of a network.

        Args:
            net: a ConvNet whose parameters all have one dtype, float32 or float64, in which
                everything is then computed.
            cost: "quadratic" or "cross_entropy".

        Raises:
            ValueError: if the parameters have two dtypes or the cost is unknown.
        """
        checks.one_of("cost", cost, costs.COSTS)
        network.given("net", net)
        dtypes = {name: getattr(net, name).dtype.name for name in net.parameters}
        if len(set(dtypes.values())) > 1:
            checks.refuse("net", "parameters of one dtype", dtypes)
        self.like, self.cost, self.sizes, self.dtype = net, cost, Sizes.of(net), net.w3.dtype
        self.second_thread = halves.second_thread()
        self._prepare()

    @property
    def net(self):
        """The network as it is now.

        >>> net = ConvNet.random(image=(6, 8), seed=0)
        >>> stepper = training.Stepper(net)
        >>> bool((stepper.net.w1 == net.w1).all()), stepper.net is net
        (True, False)
        """
        return replace(self.like, **self._named(self.parameters))

    @property
    def finite(self):
        """Whether all parameters are finite numbers.

        >>> training.Stepper(ConvNet.random(image=(6, 8))).finite
        True
        """
        return bool(np.isfinite(self.parameters.all).all())

    @checks.underflow_is_zero
    def step(self, images, y, learning_rate, rows=None, checked=False):
        """Move every parameter down its gradient, p ← p - η · (1/B) Σ ∂C/∂p.

        >>> net = ConvNet(np.zeros((1, 2)), np.array(0.0), np.zeros((2, 1, 1)), np.zeros(2))
        >>> stepper = training.Stepper(net, "cross_entropy")
        >>> stepper.step(np.zeros((3, 2, 3)), np.eye(2)[[0, 0, 1]], learning_rate=2.0, rows=[2])
        >>> stepper.net.b3  # 0 - 2 (½ - y)
        array([-1.,  1.])

        Args:
            images: (N, 28, 28), with channels (N, C, 28, 28), floats in [0, 1].
            y: desired activations, (N, 10).
            learning_rate: η, a finite number.
            rows: integers from 0 on, which B of the N are the mini-batch; all of them when None.
            checked: whether the caller has looked at all this before, as a loop of many steps has.

        Raises:
            ValueError: if the images or y do not fit the network or are not finite, there are
                none, or a row is no image's.
        """
        if not checked:
            learning_rate = checks.number("learning_rate", learning_rate)
            images, y, rows = self._mini_batch(images, y, rows)
        moves = self._sum(images, y, rows, learning_rate / len(rows))
        np.subtract(self.parameters.all, moves.all, out=self.parameters.all)

    def steps(self, images, y, learning_rate, rows, batch_size, checked=False):
        """Take a step for each `batch_size` of the rows, the last one maybe for fewer.

        The other arguments and the errors are those of `step`.

        >>> net = ConvNet(np.zeros((1, 2)), np.array(0.0), np.zeros((2, 1, 1)), np.zeros(2))
        >>> one, other = training.Stepper(net), training.Stepper(net)
        >>> given = np.zeros((3, 2, 3)), np.eye(2)[[0, 0, 1]], 2.0
        >>> one.steps(*given, [0, 1, 2], batch_size=2)
        >>> other.step(*given, [0, 1])
        >>> other.step(*given, [2])
        >>> bool((one.net.b3 == other.net.b3).all())
        True
        """
        if not checked:
            learning_rate = checks.number("learning_rate", learning_rate)
            batch_size = checks.whole("batch_size", batch_size, 1)
            images, y, rows = self._mini_batch(images, y, rows)
        self._steps(images, y, learning_rate, rows, batch_size)

    def _steps(self, images, y, learning_rate, rows, batch_size):
        """Take the steps of `steps`, whose arguments have been looked at."""
        for start in range(0, len(rows), batch_size):
            self.step(images, y, learning_rate, rows[start : start + batch_size], True)

    @checks.underflow_is_zero
    def gradients(self, images, y, rows=None):
        """Return the gradients summed over a mini-batch; arguments and errors as `step`.

        >>> net = ConvNet(np.zeros((1, 2)), np.array(0.0), np.zeros((2, 1, 1)), np.zeros(2))
        >>> y = np.eye(2)[[0, 0, 1]]
        >>> training.Stepper(net).gradients(np.zeros((3, 2, 3)), y).b3  # (½ - y), summed
        array([-0.5,  0.5])

        Returns:
            `network.Gradients`, whose delta3 and delta1 are None: nobody laid them out.
        """
        images, y, rows = self._mini_batch(images, y, rows)
        nabla = self._sum(images, y, rows, scale=1)
        return Gradients(None, None, **self._named(nabla))

    @checks.underflow_is_zero
    def z3(self, images):
        """Return the weighted inputs of the output layer, (N, 10), the forward pass alone (F1–F4).

        Arguments and errors as `step`.

        >>> w3 = np.array([[[2.0]], [[4.0]]])
        >>> net = ConvNet(np.zeros((1, 2)), np.array(0.0), w3, np.array([0.0, 1.0]))  # a² is ½
        >>> training.Stepper(net).z3(np.ones((1, 2, 3)))
        array([[1., 3.]])
        """
        return self.forward(checks.finite("images", self._images(images)))

    def forward(self, images, rows=None):
        """Return what `z3` does, of these rows alone if given, of images looked at before.

        >>> w3 = np.array([[[2.0]], [[4.0]]])
        >>> net = ConvNet(np.zeros((1, 2)), np.array(0.0), w3, np.array([0.0, 1.0]))  # a² is ½
        >>> training.Stepper(net).forward(np.ones((1, 2, 3)))
        array([[1., 3.]])
        """
        images, rows = self._laid(images), np.arange(len(images)) if rows is None else rows
        z3 = np.empty((len(rows), self.sizes.outputs), self.dtype)

        def forward(half, places):
            for part in self._chunks(places):
                given = images.take(rows[part], axis=0), self._buffers(half, len(part))
                z3[part] = self._feedforward(self.parameters, *given).T

        if len(rows):
            self._in_halves(forward, np.arange(len(rows)))
        return z3

    def _prepare(self):
        """Lay out the parameters, and choose how many images are worked out at once."""
        self.parameters = _parameters(self.like, self.sizes, self.dtype)
        z1 = 4 * self.sizes.F * self.sizes.P * self.sizes.Q
        chunk = max(1, min(CHUNK, CHUNK_Z1 // z1))
        self.chunk = chunk - chunk % LINE or chunk
        self.two_from = max(2, self.two_threads_from // z1)
        self.sums = [self.sizes.parameters(self.dtype) for _ in range(2)]
        self.buffers = {}

    def _named(self, parameters):
        """Return copies of the four by their names, in the shapes of the network."""
        return _by_name(parameters, self.like)

    def _sum(self, images, y, rows, scale):
        """Return the gradients summed over the rows, times `scale`, as `Parameters`."""
        images = self._laid(images)

        def half_sum(half, rows):
            total = self.sums[half]
            for number, part in enumerate(self._chunks(rows)):
                buffers = self._buffers(half, len(part))
                given = images.take(part, axis=0), y.take(part, axis=0)
                nabla = self._backprop(self.parameters, *given, self.cost, scale, buffers)
                if len(part) == len(rows):
                    return nabla
                np.add(nabla.all, total.all if number else 0, out=total.all)
            return total

        total, *second = self._in_halves(half_sum, rows)
        for other in second:
            np.add(total.all, other.all, out=total.all)
        return total

    def _in_halves(self, work, rows):
        """Return [work(0, rows)], of many rows [work(0, first half), work(1, second half)]."""
        if len(rows) < self.two_from // 2:  # too few for BLAS to start threads of its own
            return [work(0, rows)]
        with halves.blas().limit(limits=1):
            if len(rows) < self.two_from:
                return [work(0, rows)]
            return halves.both(self.second_thread, work, rows)

    def _chunks(self, rows):
        """Return the rows in chunks of nearly equal length that fit the cache.

        More than two are whole cache lines long, all but the last. Of two that would leave one
        much shorter, and the buffers of both lengths in the cache.
        """
        if len(rows) <= self.chunk:
            return [rows]
        chunks = -(-len(rows) // self.chunk)
        length = -(-len(rows) // chunks)
        if chunks > 2 and self.chunk >= LINE:
            length = -(-length // LINE) * LINE
        return [rows[start : start + length] for start in range(0, len(rows), length)]

    def _buffers(self, half, count):
        """Return the buffers of one half for `count` images, made when first asked for."""
        key = half, count
        if key not in self.buffers:
            self.buffers[key] = Buffers(self.sizes, count, self.dtype)
        return self.buffers[key]

    def _images(self, images):
        images = checks.floats("images", images)
        expected = self.like.image_shape
        if images.shape[1:] != expected or not images.ndim:
            expected = checks.written(("N", *expected))
            checks.refuse("images", f"shape {expected}", checks.written(images.shape))
        return images

    def _laid(self, images):
        """Return the images with an axis of channels, which one without them lacks."""
        return images if self.like.w1.ndim > 3 else images[:, None]

    def _mini_batch(self, images, y, rows):
        images, y = self._images(images), checks.floats("y", y)
        checks.shape("y", y, (len(images), self.sizes.outputs))
        rows = np.arange(len(images)) if rows is None else some_rows(rows, len(images))
        if not len(rows):
            checks.refuse("images", "at least one", "none")
        checks.finite("images", images.take(rows, axis=0))
        checks.finite("y", y.take(rows, axis=0))
        return images, y, rows


def some_rows(rows, count):
    """Return the rows of a mini-batch as an array, refused unless they are rows of `count`.

    >>> fast.some_rows([2, 0], 3)
    array([2, 0])
    >>> fast.some_rows([1, 3], 3)
    Traceback (most recent call last):
        ...
    ValueError: rows: expected numbers from 0 to 2, got 1 to 3
    """
    rows = checks.array("rows", rows)
    if rows.ndim != 1 or not len(rows) or rows.dtype.kind not in "iu":
        came = f"{rows.dtype} of shape {rows.shape}"
        checks.refuse("rows", "at least one integer, shape (B,)", came)
    if rows.min() < 0 or rows.max() >= count:
        checks.refuse("rows", f"numbers from 0 to {count - 1}", f"{rows.min()} to {rows.max()}")
    return rows


def _parameters(net, sizes, dtype):
    parameters = sizes.parameters(dtype)
    F, C, KH, KW, _, _, outputs = sizes
    parameters.w1[...] = net.w1.reshape(F, C, KH, KW).swapaxes(1, 2)
    parameters.w3[...] = net.w3.reshape(outputs, -1).T
    for name in ("b1", "b3"):
        into = getattr(parameters, name)
        into[...] = getattr(net, name).reshape(into.shape)
    return parameters


def _by_name(parameters, like):
    """Return copies of the four parameters by their names, in the shapes of the ConvNet `like`."""
    arrays = parameters._replace(w1=parameters.w1.swapaxes(1, 2), w3=parameters.w3.T)
    shapes = {name: getattr(like, name).shape for name in like.parameters}
    return {name: getattr(arrays, name).reshape(shape).copy() for name, shape in shapes.items()}
