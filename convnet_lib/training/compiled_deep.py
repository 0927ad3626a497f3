"""The step of a deep network with its convolutional layers as compiled loops.

Needs the extra `compiled` (Numba), and nothing imports it before it is asked for. `Stepper` is a
`DeepStepper` in which other hands do the work of those layers that `deep_loops` is for: a loop has
no tiles to copy, and lets go of the interpreter once and for long, where NumPy does at each of its
eighty calls. Dense layers, and what else there is, are `deep_work`'s.
"""

import numpy as np

from .. import checks, deep
from . import deep_loops, deep_work, halves
from .deep_step import DeepStepper
from .deep_work import COLUMNS, _ConvWork

#: Products that a mini-batch has from which a second thread is worth its start. It is less than
#: for NumPy, as there are a dozen calls to hand over between.
TWO_THREADS_FROM = 10_000_000
#: Numbers in a row of neurons, all images together, from which it is long enough for a run.
RUN_FROM = 64

#: Numbers in a row of a filter, with all its channels, from which winners are followed.
FOLLOWED_FROM = 32


class _LoopedConvWork(_ConvWork):
    """F1s without the bias, BP4s and BP5s of a layer whose stride is 1."""

    def forward(self, x):
        """Return z without the bias, (F, H', W', n), of x, (C, H, W, n)."""
        self.shape, self.given = x.shape, x.reshape(-1, *x.shape[-3:])
        self.x = self._together("x", self._padded())
        (C, H, W, n), (KH, KW) = self.x.shape, self.kernel
        high, wide, front = H - KH + 1, W - KW + 1, (KW - 1) * n
        whole = wide * n < RUN_FROM
        run, band = (((high - 1) * W + wide) * n, high) if whole else (wide * n, 1)
        self.lay = deep_loops.Lay(n, W * n, run, band, H, 0, front)
        self.w5 = self.buffers.get("w", (self.maps, C, KH, COLUMNS))
        self.w5[..., :KW] = self._of_the_layer(self.layer.w)
        self.z = self.buffers.get("z", (self.maps, front + high * W * n))
        deep_loops.convolve(KW)(self.w5, self.x.reshape(C, -1), self.z, high, self.lay)
        self.neurons = self.z[:, front:].reshape(self.maps, high, W, n)[:, :, :wide]
        return self.neurons.reshape(*self.layer.b.shape, high, wide, n)

    def backward(self, grad, wanted):
        """Return ∂C/∂x if it is wanted, and lay ∂C/∂w where it goes."""
        self.z[...] = 0
        self.neurons[...] = grad.reshape(self.neurons.shape)
        return self._gradients(wanted)

    def _gradients(self, wanted):
        """Do what `backward` does, with the errors where z was, and zeros around them."""
        C, KW, lay = len(self.x), self.kernel[1], self.lay
        nabla, high = self.buffers.get("nabla", self.w5.shape), self.neurons.shape[1]
        deep_loops.nabla_w(KW)(self.z, self.x.reshape(C, -1), nabla, high, lay)
        self._of_the_layer(self.nabla["w"])[...] = nabla[..., :KW]
        return self._back(high) if wanted else None

    def _back(self, high):
        """Return ∂C/∂x: what filters rotated by 180° see of the errors (BP5s)."""
        (C, H, W, n), (KH, KW), (P, Q) = self.x.shape, self.kernel, self.padding
        w = self.buffers.get("rotated", (C, self.maps, KH, COLUMNS))
        w[..., :KW] = self.w5[..., ::-1, KW - 1 :: -1].swapaxes(0, 1)
        back = self.buffers.get("back", (C, H, W, n))
        run, band = (high * W * n, H) if self.lay.band > 1 else (W * n, 1)
        lay = self.lay._replace(run=run, band=band, rows=high, above=KH - 1, start=0)
        deep_loops.convolve(KW)(w, self.z, back.reshape(C, -1), H, lay)
        return back[:, P : H - P, Q : W - Q].reshape(self.shape)

    def _of_the_layer(self, w):
        return w.reshape(self.maps, -1, *self.kernel)

    def _together(self, name, x):
        """Return x, or a copy of it whose numbers lie together."""
        if x.flags.c_contiguous:
            return x
        together = self.buffers.get(name, x.shape)
        together[...] = x
        return together


class _PooledConvWork(_LoopedConvWork):
    """Such a layer with all that follows until the next: F3s, its bias and F2r or F2, and back."""

    def __init__(self, layers, nabla, buffers):
        """Take a deep.Conv, an activation that rises, and a deep.MaxPool with ties 'first'."""
        conv, activation, pool = layers
        super().__init__(conv, nabla, buffers)
        self.pool = deep_work._MaxPoolWork(pool, nabla, buffers)
        self.rectified = type(activation) is deep.ReLU
        self.there, self.back = deep_loops.pooling(*self.pool.size, self.rectified)
        # One neuron of four wins, or fewer, and what it sees is rows of many numbers.
        self.follows = np.prod(self.pool.stride) >= 4 and self.w[0, 0].size >= FOLLOWED_FROM

    def forward(self, x):
        """Return the activations of the windows, (F, P, Q, n), of x, (C, H, W, n)."""
        high, wide, n = super().forward(x).shape[-3:]
        (R, S), (down, right) = self.pool.size, self.pool.stride
        shape = self.maps, (high - R) // down + 1, ((wide - S) // right + 1) * n
        self.a = self.buffers.get("a", shape)
        self.won = self.buffers.get("won", shape, np.int32)
        b = self.layer.b.reshape(-1)
        self.there(self.z, b, self.a, self.won, self.lay, self.pool.stride)
        return self.a.reshape(*self.layer.b.shape, shape[1], -1, n)

    def backward(self, grad, wanted):
        """Return ∂C/∂x if it is wanted, and lay the gradients where they go."""
        grad, nabla_b = self._together("grad", grad), self.nabla["b"].reshape(-1)
        given = grad.reshape(self.a.shape), self.a, self.won
        if self.follows:
            return self._follow(given, nabla_b, wanted)
        self.back(*given, self.z, nabla_b, self.lay, self.pool.stride)
        return self._gradients(wanted)

    def _follow(self, given, nabla_b, wanted):
        """Do what `backward` does, an image after the other, with the channels side by side."""
        (C, H, W, n), (KH, KW), (P, Q) = self.x.shape, self.kernel, self.padding
        w = self.buffers.get("w last", (self.maps, KH, KW * C))
        w.reshape(-1, KH, KW, C)[...] = self._of_the_layer(self.layer.w).transpose(0, 2, 3, 1)
        x, back = (self.buffers.get(name, (n, H, W, C)) for name in ("x last", "back last"))
        x[...] = self.x.transpose(3, 1, 2, 0)
        nabla, flat = self.buffers.get("nabla last", w.shape), (n, -1)
        pixels = x.reshape(flat), back.reshape(flat)
        follow = deep_loops.following(self.rectified)
        follow(*given, w, *pixels, nabla, nabla_b, W, C, self.pool.stride, wanted)
        nabla = nabla.reshape(-1, KH, KW, C).transpose(0, 3, 1, 2)
        self._of_the_layer(self.nabla["w"])[...] = nabla
        if not wanted:
            return None
        together = self.buffers.get("back", self.given.shape)
        together[...] = back[:, P : H - P, Q : W - Q].transpose(3, 1, 2, 0)
        return together.reshape(self.shape)


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


class Stepper(DeepStepper):
    """A `DeepStepper` with compiled loops, wherever there are some for a layer.

    >>> from convnet_lib.training import compiled_deep
    >>> last = deep.Dense(np.ones((1, 1, 2)), np.zeros(1))
    >>> net = deep.Network([deep.Conv(np.array([[1.0, -1.0]]), 0.0), last])
    >>> stepper = compiled_deep.Stepper(net)
    >>> stepper.z3(np.array([[[3.0, 1.0, 4.0]]]))  # (3 - 1) + (1 - 4)
    array([[-1.]])
    """

    _works = staticmethod(works)
    two_threads_from = TWO_THREADS_FROM

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
