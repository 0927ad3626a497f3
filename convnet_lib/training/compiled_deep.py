"""The step of a deep network with its convolutional layers as compiled loops.

Needs the extra `compiled` (Numba), and nothing imports it before it is asked for. `Stepper` is a
`DeepStepper` in which other hands do the work of those layers that `deep_loops` is for: a loop has
no tiles to copy, and lets go of the interpreter once and for long, where NumPy does at each of its
eighty calls. Dense layers, and what else there is, are `deep_work`'s.
"""

from math import prod

import numpy as np

from .. import checks, deep
from . import deep_loops, deep_work, halves, vectors
from .deep_step import DeepStepper, _Half
from .deep_work import _ConvWork

#: Products that a mini-batch has from which a second thread is worth its start. It is less than
#: for NumPy, as there are a dozen calls to hand over between.
TWO_THREADS_FROM = 10_000_000
#: Numbers in a row of neurons, all images together, from which it is long enough for a run.
RUN_FROM = 64

#: Numbers in a row of a filter, with all its channels, from which winners are followed.
FOLLOWED_FROM = 32


class _LoopedConvWork(_ConvWork):
    """F1s without the bias, BP4s and BP5s of a layer whose stride is 1.

    To other layers images stand along the last axis, as to those of `deep_work`. In memory they
    are the first one and maps the last, and so nothing is moved between two such layers.
    """

    def __init__(self, layer, nabla, buffers):
        """Take a deep.Conv whose w moves, and where its gradients go."""
        super().__init__(layer, nabla, buffers)
        self.kernels = self._of_the_layer(layer.w)
        self.vector, self.padded = vectors.widths(self.maps, sums=4)

    def forward(self, x):
        """Return z without the bias, (F, H', W', n), of x, (C, H, W, n)."""
        self._lay(x)
        z = self._seen(self.kernels, self.x, self.lay, len(self.images))
        return _images_last(z, self.layer.b.shape)

    def backward(self, grad, wanted):
        """Return ∂C/∂x if it is wanted, and lay ∂C/∂w where it goes."""
        (KH, KW), lay, C = self.kernel, self.lay, self.lay.C
        delta, seen = self._errors(_images_first(grad))
        nabla = self.buffers.get("nabla", (KH, -(-KW * C // 4) * 4, self.padded))
        given = delta, seen, self.x, nabla, len(self.images), lay
        deep_loops.nabla_w(self.vector)(*given)
        nabla = nabla[:, : KW * C, : self.maps].reshape(KH, KW, C, self.maps)
        self._of_the_layer(self.nabla["w"])[...] = nabla.transpose(3, 2, 0, 1)
        if not wanted:
            return None
        rotated = self.kernels[..., ::-1, ::-1].swapaxes(0, 1)
        return self._back(self._seen(rotated, delta, seen, len(self.images)))  # BP5s

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

    def _errors(self, grad):
        """Return errors, (n, H', W', F), with the zeros around them that BP5s asks for."""
        (n, H, W, F), (KH, KW) = grad.shape, self.kernel
        high, wide = H + KH - 1, W + KW - 1
        flat, delta = self._room("delta", (n, high + KH - 1, wide + KW - 1, F))
        delta[...] = 0
        delta[:, KH - 1 : high, KW - 1 : wide] = grad
        size = delta[0].size
        return flat, deep_loops.Lay(wide + KW - 1, F, size, KH, KW, high, wide)

    def _seen(self, kernels, x, lay, n):
        """Return what filters, (F, C, KH, KW), see of n images, (n, high, wide, F)."""
        F, C, KH, KW = kernels.shape
        vector, padded = vectors.widths(F, sums=4)
        flat, z = self._room("seen", (n, lay.high, lay.wide, padded))
        deep_loops.convolve(vector)(self._filters(kernels), x, flat, padded, n, lay)
        return z[..., :F]

    def _filters(self, kernels):
        """Return filters, (F, C, KH, KW), as `convolve` takes them."""
        F, C, KH, KW = kernels.shape
        w = self.buffers.get("w", (KH, KW, C, vectors.widths(F, sums=4)[1]))
        w[..., :F], w[..., F:] = kernels.transpose(2, 3, 1, 0), 0
        return w.reshape(-1)

    def _back(self, back):
        """Return ∂C/∂x of ∂C/∂x with its padding, (n, H, W, C)."""
        (P, Q), (H, W) = self.padding, back.shape[1:3]
        return _images_last(back[:, P : H - P, Q : W - Q], self.shape[:-3])

    def _room(self, name, shape, dtype=None):
        """Return an array with slack behind, and the view of it that has such a shape."""
        size = prod(shape)
        flat = self.buffers.get(name, (size + deep_loops.slack(shape[-1]),), dtype)
        return flat, flat[:size].reshape(shape)

    def _of_the_layer(self, w):
        return w.reshape(self.maps, -1, *self.kernel)


class _PooledConvWork(_LoopedConvWork):
    """Such a layer with all that follows until the next: its bias, F3s and F2r or F2, and back."""

    def __init__(self, layers, nabla, buffers):
        """Take a deep.Conv, an activation that rises, and a deep.MaxPool with ties 'first'."""
        conv, activation, pool = layers
        super().__init__(conv, nabla, buffers)
        self.pool = deep_work._MaxPoolWork(pool, nabla, buffers)
        rectified, row = type(activation) is deep.ReLU, self.kernels[0, :, 0].size
        vector, self.row = vectors.widths(row, sums=1)
        self.there = deep_loops.pooling(*self.pool.size, rectified, self.vector)
        self.follow = deep_loops.following(rectified, vector)

    def forward(self, x):
        """Return the activations of the windows, (F, P, Q, n), of x, (C, H, W, n)."""
        self._lay(x)
        (R, S), (down, right), lay = self.pool.size, self.pool.stride, self.lay
        P, Q = (lay.high - R) // down + 1, (lay.wide - S) // right + 1
        shape = len(self.images), P, Q, self.maps
        a, self.a = self._room("a", shape)
        won, self.won = self._room("won", shape, np.int32)
        z, _ = self._room("z", (lay.high, lay.wide, self.padded))
        b = self.buffers.get("b", (self.padded,))
        b[: self.maps], b[self.maps :] = self.layer.b, 0
        given = self._filters(self.kernels), self.x, b, z, a, won, shape
        self.there(*given, lay, self.pool.stride)
        return _images_last(self.a, self.layer.b.shape)

    def backward(self, grad, wanted):
        """Return ∂C/∂x if it is wanted, and lay the gradients where they go."""
        (KH, KW), C = self.kernel, self.lay.C
        w, nabla = (self.buffers.get(name, (self.maps, KH, self.row)) for name in ("rows", "nabla"))
        w[..., KW * C :] = 0
        w[..., : KW * C].reshape(self.maps, KH, KW, C)[...] = self.kernels.transpose(0, 2, 3, 1)
        flat, back = self._room("back", self.images.shape)
        given = self._together(_images_first(grad)), self.a, self.won, w, self.x, flat
        given = *given, nabla, self.nabla["b"].reshape(-1), self.lay
        self.follow(*given, self.pool.size, self.pool.stride, wanted)
        nabla = nabla[..., : KW * C].reshape(self.maps, KH, KW, C)
        self._of_the_layer(self.nabla["w"])[...] = nabla.transpose(0, 3, 1, 2)
        return self._back(back) if wanted else None

    def _together(self, grad):
        """Return grad, or a copy of it whose numbers lie together."""
        if grad.flags.c_contiguous:
            return grad
        together = self.buffers.get("grad", grad.shape)
        together[...] = grad
        return together


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
        if work is not _ConvWork or not deep_work.has_loops(layers[i]):
            made.append(work(layers[i], nablas[i], buffers[i]))
        elif plan[0][0] is deep_work._BiasWork:
            made.append(_LoopedConvWork(layers[i], nablas[i], buffers[i]))
        else:  # the pooling goes before bias and activation, and all of them are one work
            del plan[:3]
            made.append(_PooledConvWork(layers[i : i + 3], nablas[i], buffers[i]))
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
    >>> last = deep.Dense(np.ones((1, 1, 2)), np.zeros(1))
    >>> net = deep.Network([deep.Conv(np.array([[1.0, -1.0]]), 0.0), last])
    >>> stepper = compiled_deep.Stepper(net)
    >>> stepper.z3(np.array([[[3.0, 1.0, 4.0]]]))  # (3 - 1) + (1 - 4)
    array([[-1.]])
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
