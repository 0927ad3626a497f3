"""The step of a deep network with its pooled convolutional layers as compiled loops.

Needs the extra `compiled` (Numba), and nothing imports it before it is asked for. `Stepper` is a
`DeepStepper` in which other hands do the work of those layers that `deep_loops` is for: a loop has
no tiles to copy, and lets go of the interpreter once and for long, where NumPy does at each of its
eighty calls. All other layers are `deep_work`'s.
"""

from math import prod

import numpy as np

from .. import checks, deep
from . import deep_loops, deep_work, halves, vectors
from .deep_step import DeepStepper, _Half
from .deep_work import _ConvWork

#: Products that a mini-batch has from which a second thread is worth its start. With 1.6 million an
#: image, one thread takes 1.0 ms for 10 images, and half of it for a half; but a quarter of that is
#: Python's, in which one thread waits for the other.
TWO_THREADS_FROM = 20_000_000


class _PooledConvWork(_ConvWork):
    """A layer with all that follows until the next: F1s, F3s and F2r or F2, and back.

    To other layers images stand along the last axis, as to those of `deep_work`. In memory they
    are the first one and maps the last, and so nothing is moved between two such layers.
    """

    def __init__(self, layers, nabla, buffers):
        """Take a deep.Conv, an activation that rises, and a deep.MaxPool with ties 'first'."""
        conv, activation, pool = layers
        super().__init__(conv, nabla, buffers)
        self.pool = deep_work._MaxPoolWork(pool, nabla, buffers)
        self.filters, self.nabla_w = self._rows(conv.w), self._rows(nabla["w"])
        rectified, row = type(activation) is deep.ReLU, self.filters[0, 0].size
        vector, self.maps_padded = vectors.widths(self.maps, sums=4)
        self.there = deep_loops.pooling(*self.pool.size, rectified, vector)
        vector, self.row_padded = vectors.widths(row, sums=1)
        self.back = deep_loops.following(rectified, vector)

    def forward(self, x):
        """Return the activations of the windows, (F, P, Q, n), of x, (C, H, W, n)."""
        self._lay(x)
        (R, S), (down, right), lay = self.pool.size, self.pool.stride, self.lay
        P, Q = (lay.high - R) // down + 1, (lay.wide - S) // right + 1
        shape, maps = (len(self.images), P, Q, self.maps), self.maps_padded
        w = self._padded_with_zeros("w", self.filters.transpose(1, 2, 3, 0), maps)
        b = self._padded_with_zeros("b", self.layer.b.reshape(-1), maps)
        (a, self.a), (won, self.won) = self._room("a", shape), self._room("won", shape, np.int32)
        z, _ = self._room("z", (lay.high, lay.wide, maps))
        self.there(w.reshape(-1), self.x, b, z, a, won, shape, lay, self.pool.stride)
        return _images_last(self.a, self.layer.b.shape)

    def backward(self, grad, wanted):
        """Return ∂C/∂x if it is wanted, and lay the gradients where they go."""
        F, KH, KW, C = self.filters.shape
        w = self._padded_with_zeros("rows", self.filters.reshape(F, KH, -1), self.row_padded)
        nabla, nabla_b = self.buffers.get("nabla", w.shape), self.nabla["b"].reshape(-1)
        flat, back = self._room("back", self.images.shape)
        given = self._together(_images_first(grad)), self.a, self.won, w, self.x, flat
        windows = self.pool.size, self.pool.stride
        self.back(*given, nabla, nabla_b, self.lay, *windows, wanted)
        self.nabla_w[...] = nabla[..., : KW * C].reshape(F, KH, KW, C)
        (P, Q), (H, W) = self.padding, back.shape[1:3]
        return _images_last(back[:, P : H - P, Q : W - Q], self.shape[:-3]) if wanted else None

    def _lay(self, x):
        """Copy the images, with their padding, to where there is slack behind."""
        self.shape, images = x.shape, _images_first(x)
        (n, H, W, C), (P, Q), (KH, KW) = images.shape, self.padding, self.kernel
        self.x, self.images = self._room("x", (n, H + 2 * P, W + 2 * Q, C))
        if P or Q:
            self.images[...] = 0
        self.images[:, P : P + H, Q : Q + W] = images
        H, W = H + 2 * P, W + 2 * Q
        self.lay = deep_loops.Lay(W, C, H * W * C, KH, KW, H - KH + 1, W - KW + 1)

    def _room(self, name, shape, dtype=None):
        """Return an array with slack behind, and the view of it that has such a shape."""
        size = prod(shape)
        flat = self.buffers.get(name, (size + deep_loops.slack(shape[-1]),), dtype)
        return flat, flat[:size].reshape(shape)

    def _padded_with_zeros(self, name, x, length):
        """Return a copy of x whose last axis has such a length."""
        copy = self.buffers.get(name, (*x.shape[:-1], length))
        copy[..., : x.shape[-1]], copy[..., x.shape[-1] :] = x, 0
        return copy

    def _together(self, grad):
        """Return grad, or a copy of it whose numbers lie together."""
        if grad.flags.c_contiguous:
            return grad
        together = self.buffers.get("grad", grad.shape)
        together[...] = grad
        return together

    def _rows(self, w):
        """Return the view of filters, or of their gradients, with their channels last."""
        return w.reshape(self.maps, -1, *self.kernel).transpose(0, 2, 3, 1)


def _images_first(x):
    """Return the view of x, (F, H, W, n) or (H, W, n), with the images first, (n, H, W, F)."""
    return x.reshape(-1, *x.shape[-3:]).transpose(3, 1, 2, 0)


def _images_last(x, maps):
    """Return the view of x, (n, H, W, F), with the images last, and F axes as in the shape maps."""
    x = x.transpose(3, 1, 2, 0)
    return x.reshape(*maps, *x.shape[1:])


def works(layers, nablas, buffers):
    """Return the work of layers in its order, as `deep_work.works` does.

    >>> from convnet_lib.training import compiled_deep
    >>> layers = deep.Network.random("conv2x3 relu pool2 dense10 softmax").layers[:4]
    >>> nablas = [{"w": x.w, "b": x.b} if hasattr(x, "w") else {} for x in layers]
    >>> made = compiled_deep.works(layers, nablas, [training.deep_work.Buffers(float)] * 4)
    >>> [type(work).__name__ for work in made]
    ['_PooledConvWork', '_DenseWork']
    """
    made, plan = [], deep_work.plan(layers)
    while plan:
        work, i = plan.pop(0)
        if deep_work.has_loops(layers[i : i + 3]):
            del plan[:3]  # pooling, bias and activation: all of them are one work
            made.append(_PooledConvWork(layers[i : i + 3], nablas[i], buffers[i]))
        else:
            made.append(work(layers[i], nablas[i], buffers[i]))
    return made


class _LoopedHalf(_Half):
    """What one thread needs; its images stay where they are, and one loop has the output error."""

    def lay(self, images):
        """Return the view of images, (n, …), with the last axis for n."""
        return np.moveaxis(images, 0, -1).astype(self.total.dtype, copy=False)

    def error(self, z, y):
        """Return what `_Half.error` does."""
        if type(self.net.layers[-1]) is not deep.Softmax or not self.net.collapses:
            return super().error(z, y)
        delta = np.empty_like(z)
        deep_loops.softmax_delta(z, y, delta)
        return delta


class Stepper(DeepStepper):
    """A `DeepStepper` with compiled loops, wherever there are some for a layer.

    >>> from convnet_lib.training import compiled_deep
    >>> conv, pool = deep.Conv(np.array([[1.0, -1.0]]), 0.5), deep.MaxPool((1, 2))
    >>> last = deep.Dense(np.ones((1, 1, 1)), np.zeros(1))
    >>> net = deep.Network([conv, deep.ReLU(), pool, last])
    >>> compiled_deep.Stepper(net).z3(np.array([[[3.0, 1.0, 4.0]]]))  # of 3 - 1 and 1 - 4
    array([[2.5]])
    """

    _works, _half = staticmethod(works), _LoopedHalf
    two_threads_from = TWO_THREADS_FROM

    def _view(self, name, numbers, shape):
        """Return the view with a parameter's shape of numbers that lie as the loops take them."""
        if type(self.like.layers[int(name.split(".")[0])]) is not deep.Conv or len(shape) < 4:
            return super()._view(name, numbers, shape)
        F, C, KH, KW = shape
        return numbers.reshape(F, KH, KW, C).transpose(0, 3, 1, 2)

    def steps(self, images, y, learning_rate, rows, batch_size, checked=False):
        """Take a step for each `batch_size` of the rows, the last one maybe for fewer.

        The other arguments and the errors are those of `step`.

        >>> from convnet_lib.training import compiled_deep
        >>> net = deep.Network([deep.Dense(np.zeros((1, 1)), np.zeros(1))])
        >>> stepper = compiled_deep.Stepper(net)
        >>> stepper.steps(np.ones((3, 1)), np.ones((3, 1)), 0.5, [0, 1, 2], batch_size=2)
        >>> stepper.net.layers[0].b  # ½, and ½ · (1 - 2 · ½)
        array([0.5])
        """
        if not checked:
            learning_rate = checks.number("learning_rate", learning_rate)
            batch_size = checks.whole("batch_size", batch_size, 1)
            images, y, rows = self._mini_batch(images, y, rows)
        # BLAS's own threads would wait for a core at each small product, if others need one.
        with halves.blas().limit(limits=1):
            for start in range(0, len(rows), batch_size):
                self.step(images, y, learning_rate, rows[start : start + batch_size], checked=True)
