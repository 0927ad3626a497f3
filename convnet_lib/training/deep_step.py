"""The same step as `deep.Network.backprop`, fast: what changes is the order of the work.

Five ideas, each with the place in `deep_work`, or here, that holds it:

- The images of a chunk stand along the last axis, so that a row of neurons is one long row of
  numbers, and every equation with a sum in it is one product of matrices (`_ConvWork`,
  `_DenseWork`).
- Receptive fields are overlapping views of columns that are copied once, for F1s, and serve BP4s
  as well. BP5s is that copy backwards: what each pixel gave, it gets (`_ConvWork`).
- The activation rises, so the largest z of a window makes the largest a: pool first, and bias and
  activation run on what is left (`plan`).
- Nobody asks for ∂C/∂a⁰ in a step, and it is not computed (`_Half`).
- Buffers are kept from step to step (`Buffers`), and two threads work on the halves of a large
  mini-batch, as in `fast` (`DeepStepper`).
"""

import numpy as np

from .. import checks, costs, deep, networks
from ..deep import COLLAPSES
from . import deep_work, fast, halves
from .deep_work import LEARNING, Buffers, works

#: Numbers that the largest matrix of a chunk may hold: few enough for the cache.
CHUNK = 1_100_000
#: Products that a mini-batch has from which two threads are quicker: some eighty calls a half hand
#: the interpreter to and fro, 20 to 50 µs each. With 1.6 million products an image one thread took
#: 2.3 ms for 10 images, and two took 3.4; for 32, one takes 3.1 a half, and two took 5 for both.
TWO_THREADS_FROM = 25_000_000


def parts(rows, most):
    """Return (start, rows from there on) of chunks, as long as each other but for the last.

    >>> training.deep_step.parts([3, 1, 4, 1, 5], 2)
    [(0, [3, 1]), (2, [4, 1]), (4, [5])]
    >>> training.deep_step.parts([3, 1, 4, 1, 5], 4)
    [(0, [3, 1, 4]), (3, [1, 5])]
    """
    length = -(-len(rows) // -(-len(rows) // most))
    return [(start, rows[start : start + length]) for start in range(0, len(rows), length)]


class _Half:
    """All that one thread needs: the work, its buffers, and the gradients that it sums up."""

    def __init__(self, net, vectors, works):
        """Take a network that moves, two vectors for its gradients, with views, and who works."""
        (self.total, _), (self.nabla, views) = vectors
        layers = net.layers[:-1] if net.collapses else net.layers
        by_layer = [{} for _ in layers]
        for name, view in views.items():
            i, letter = name.split(".")
            by_layer[int(i)][letter] = view
        self.net, dtype = net, self.total.dtype
        self.work = works(layers, by_layer, [Buffers(dtype) for _ in layers])
        # Nobody asks for a gradient below the first work that learns.
        self.first = next(n for n, work in enumerate(self.work) if isinstance(work, LEARNING))

    def lay(self, images):
        """Return images, (n, …), with the last axis for n, as the work takes them."""
        return np.moveaxis(images, 0, -1).astype(self.total.dtype, order="C")

    def forward(self, images):
        """Return the weighted outputs, (outputs, n), of images, (n, …)."""
        x = self.lay(images)
        for work in self.work:
            x = work.forward(x)
        return x

    def gradients(self, images, y):
        """Lay the gradients of a chunk into the vector `nabla`, and return it."""
        grad = self.error(self.forward(images), y)
        for number in reversed(range(self.first, len(self.work))):
            grad = self.work[number].backward(grad, number > self.first)
        return self.nabla

    def error(self, z, y):
        """Return ∂C/∂z, (outputs, n), of the weighted outputs z, alike, and of y, (n, outputs)."""
        z, last = z.T, self.net.layers[-1]
        if self.net.collapses:
            a = last.forward(z) if type(last) is deep.Sigmoid else None  # of softmax, z is enough
            grad = COLLAPSES[type(last), self.net.cost](z, a, y)
        else:
            grad = costs.PRIMES[self.net.cost](z, y)
        return grad.T.astype(self.total.dtype, order="C")

    def sum(self, images, y, rows, chunk):
        """Return the gradients summed over the rows, chunk by chunk."""
        for start, part in parts(rows, chunk):
            nabla = self.gradients(images.take(part, axis=0), y.take(part, axis=0))
            if len(part) == len(rows):
                return nabla
            np.add(nabla, self.total if start else 0, out=self.total)
        return self.total


class DeepStepper:
    """A deep network that is being trained; `step` moves its parameters in place.

    It has the face of `fast.Stepper`, so that a run takes either.

    Attributes:
        two_threads_from: products of a mini-batch from which it has two threads.

    >>> net = deep.Network([deep.Dense(np.zeros((2, 1)), np.zeros(2)), deep.Softmax()],
    ...                    "log_likelihood")
    >>> stepper = training.stepper(net)
    >>> stepper.step(np.ones((1, 1)), np.array([[0.0, 1.0]]), learning_rate=2.0)
    >>> stepper.net.layers[0].b, net.layers[0].b
    (array([-1.,  1.]), array([0., 0.]))
    """

    _works, _half = staticmethod(works), _Half
    two_threads_from = TWO_THREADS_FROM

    def __init__(self, net, cost=None):
        """Copy the parameters of a network.

        Args:
            net: a deep.Network whose parameters all have one dtype, in which all is computed.
            cost: None, or the network's own.

        Raises:
            ValueError: if the parameters have two dtypes or the cost is another.
        """
        self.cost, self.dtype = networks.cost_name(net, cost), networks.dtype(net)
        self.like = net
        self.all, self.views = self._vector()
        for name, array in net.parameters.items():
            self.views[name][...] = array
        moving = deep_work.moving(net, self.views)
        self.halves = [
            self._half(moving, [self._vector(), self._vector()], self._works) for _ in range(2)
        ]
        self.second_thread = halves.second_thread()
        self.sizes = {}

    @property
    def net(self):
        """The network as it is now, a copy that does not move any more.

        >>> net = deep.Network([deep.Dense(np.zeros((2, 1)), np.zeros(2))])
        >>> training.stepper(net).net.layers[0].w.shape
        (2, 1)
        """
        return self.like.with_parameters({n: x.copy() for n, x in self.views.items()})

    @property
    def finite(self):
        """Whether all parameters are finite numbers.

        >>> net = deep.Network([deep.Dense(np.zeros((2, 1)), np.zeros(2))])
        >>> training.stepper(net).finite
        True
        """
        return bool(np.isfinite(self.all).all())

    @checks.underflow_is_zero
    def step(self, images, y, learning_rate, rows=None, checked=False):
        """Move every parameter down its gradient, p ← p - η · (1/B) Σ ∂C/∂p.

        Arguments and errors as `fast.Stepper.step`.

        >>> net = deep.Network([deep.Dense(np.zeros((1, 1)), np.zeros(1))])
        >>> stepper = training.stepper(net)
        >>> stepper.step(np.array([[2.0], [0.0]]), np.ones((2, 1)), learning_rate=0.5)
        >>> stepper.net.layers[0].w, stepper.net.layers[0].b  # 0 - ½ · ½ · (-2), and of both -1
        (array([[0.5]]), array([0.5]))
        """
        if not checked:
            learning_rate = checks.number("learning_rate", learning_rate)
            images, y, rows = self._mini_batch(images, y, rows)
        moves = self._sum(images, y, rows)
        moves *= self.dtype.type(learning_rate / len(rows))
        np.subtract(self.all, moves, out=self.all)

    @checks.underflow_is_zero
    def gradients(self, images, y, rows=None):
        """Return the gradients summed over a mini-batch by their names; arguments as `step`.

        >>> net = deep.Network([deep.Dense(np.zeros((1, 1)), np.zeros(1))])
        >>> training.stepper(net).gradients(np.array([[2.0], [0.0]]), np.ones((2, 1)))
        {'0.w': array([[-2.]]), '0.b': array([-2.])}
        """
        images, y, rows = self._mini_batch(images, y, rows)
        return self._named(self._sum(images, y, rows).copy())

    @checks.underflow_is_zero
    def z3(self, images):
        """Return what the output neurons are given, (N, outputs), the forward pass alone.

        >>> net = deep.Network([deep.Dense(np.ones((1, 2)), np.zeros(1)), deep.Sigmoid()],
        ...                    "cross_entropy")
        >>> training.stepper(net).z3(np.array([[1.0, 2.0], [3.0, 4.0]]))
        array([[3.],
               [7.]])
        """
        images = checks.finite("images", images)
        if len(images):
            networks.classes(self.like, images[0], "images")
        return self.forward(images)

    def forward(self, images):
        """Return what `z3` does, for a loop that has looked at the images before.

        >>> net = deep.Network([deep.Dense(np.ones((1, 2)), np.zeros(1)), deep.Sigmoid()],
        ...                    "cross_entropy")
        >>> training.stepper(net).forward(np.array([[1.0, 2.0]]))
        array([[3.]])
        """
        if not len(images):
            return np.empty((0, networks.classes(self.like, np.zeros(images.shape[1:]))))
        outputs = [None] * 2

        def forward(half, rows):
            chunk = self._size(images)[0]
            outputs[half] = [
                self.halves[half].forward(images[part]).T.copy() for _, part in parts(rows, chunk)
            ]

        self._in_halves(forward, np.arange(len(images)), images)
        return np.concatenate([part for half in outputs if half for part in half])

    def _sum(self, images, y, rows):
        """Return the gradients summed over the rows, as one vector."""
        chunk = self._size(images)[0]
        total, *second = self._in_halves(
            lambda half, part: self.halves[half].sum(images, y, part, chunk), rows, images
        )
        for other in second:
            total += other
        return total

    def _in_halves(self, work, rows, images):
        """Return [work(0, rows)], of many rows [work(0, first half), work(1, second half)]."""
        if len(rows) * self._size(images)[1] < self.two_threads_from or len(rows) < 2:
            return [work(0, rows)]
        with halves.blas().limit(limits=1):
            return halves.both(self.second_thread, work, rows)

    def _size(self, images):
        """Return how many such images make a chunk, and how many products one asks for."""
        shape = images.shape[1:]
        if shape not in self.sizes:
            made = self.like.feedforward(np.zeros(shape))[1:]
            # A neuron has as many products as there are weights to it; of one map they make a
            # matrix, and it is the largest there is.
            work = [
                (layer.w.size // layer.b.size, layer.b.size, z.size)
                for layer, z in zip(self.like.layers, made, strict=True)
                if isinstance(layer, deep.Conv | deep.Dense)
            ]
            largest = max([1, *(weights * n // maps for weights, maps, n in work)])
            products = sum(weights * n for weights, _, n in work)
            self.sizes[shape] = max(1, CHUNK // largest), products
        return self.sizes[shape]

    def _vector(self):
        """Return zeros for all parameters as one vector, and the views of it by their names."""
        vector = np.zeros(sum(x.size for x in self.like.parameters.values()), self.dtype)
        return vector, self._named(vector)

    def _named(self, vector):
        shapes = {name: x.shape for name, x in self.like.parameters.items()}
        ends = np.cumsum([np.prod(shape, dtype=int) for shape in shapes.values()])
        parts = np.split(vector, ends[:-1])
        return {n: self._view(n, x, s) for (n, s), x in zip(shapes.items(), parts, strict=True)}

    def _view(self, _name, numbers, shape):
        """Return the view of a part of the vector that has a parameter's shape."""
        return numbers.reshape(shape)

    def _mini_batch(self, images, y, rows):
        images, y = checks.floats("images", images), checks.floats("y", y)
        rows = np.arange(len(images)) if rows is None else fast.some_rows(rows, len(images))
        if not len(rows):
            checks.refuse("images", "at least one", "none")
        outputs = networks.classes(self.like, images[0], "images")
        checks.shape("y", y, (len(images), outputs))
        checks.finite("images", images.take(rows, axis=0))
        checks.finite("y", y.take(rows, axis=0))
        return images, y, rows
