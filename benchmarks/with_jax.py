"""JAX's step: compiled a step at a time (jit) or an order at a time (scan).

Each is given the plain convolution, and the tiles that `training.fast` lays. JAX's own thread
pool has a thread a core; how many a step uses is left to XLA.
"""

import jax
import jax.numpy as jnp
import numpy as np
from contenders import Contender, for_frameworks, in_shapes_of
from jax import lax

jax.config.update("jax_enable_x64", True)  # so that float64 stays float64; float32 stays, too


def plain_maxima(w1, x):
    """Return the largest z¹ of each window without b¹, (B, F, 12, 12)."""
    z1 = lax.conv_general_dilated(x[:, None], w1[:, None], (1, 1), "VALID")
    # reduce_window would say the same; its gradient is several times as slow.
    return z1.reshape(*z1.shape[:2], 12, 2, 12, 2).max((3, 5))


def tiled_maxima(w1, x):
    """Return the same by way of `fast.lay_tiles` and `fast.twin_filters`."""
    F, B = len(w1), len(x)
    pixels = x.transpose(1, 2, 0)
    tiles = jnp.stack([pixels[:, m : m + 24 : 2] for m in range(6)], 1)
    fields = jnp.stack([tiles[l : l + 24] for l in range(5)], 1).reshape(24, 30, 12 * B)
    twins = jnp.zeros((2, F, 5, 6), w1.dtype)
    twins = twins.at[0, :, :, :5].set(w1).at[1, :, :, 1:].set(w1).reshape(2 * F, 30)
    z1 = jnp.einsum("fi,jin->jfn", twins, fields).reshape(12, 2, 2, F, 12, B)
    return z1.max((1, 2)).transpose(3, 1, 0, 2)


class Jit(Contender):
    """A step a call."""

    name = "JAX jit"
    maxima = staticmethod(plain_maxima)

    def __init__(self, problem):
        super().__init__(problem)
        images, y = jnp.asarray(problem.images), jnp.asarray(problem.y)
        rate = problem.learning_rate / problem.batch
        self.data = images, y
        self.p = [jnp.asarray(p) for p in self.arrays()]
        z3, of_outputs = self.weighted, self.of_outputs

        def cost(p, a0, y):
            return of_outputs(z3(p, a0), y)

        def step(p, data, rows):
            images, y = data
            gradients = jax.grad(cost)(p, images[rows], y[rows])
            return [a - rate * g for a, g in zip(p, gradients, strict=True)]

        self.step, self.z3 = step, z3
        self.prepare()

    def arrays(self):
        return super().parameters()

    def weighted(self, p, a0):
        w1, b1, w3, b3 = p
        a2 = jax.nn.sigmoid(self.maxima(w1, a0) + b1[:, None, None])
        return a2.reshape(len(a0), -1) @ w3.reshape(10, -1).T + b3

    def of_outputs(self, z, y):
        return jnp.sum(jnp.maximum(z, 0) - z * y + jnp.log1p(jnp.exp(-jnp.abs(z))))

    def prepare(self):
        self.one = jax.jit(self.step)
        self.outputs = jax.jit(lambda p, images, rows: self.z3(p, images[rows]))

    def run(self, order):
        for rows in order:
            self.p = self.one(self.p, self.data, rows)
        jax.block_until_ready(self.p)

    def forward(self, order):
        for rows in order:
            jax.block_until_ready(self.outputs(self.p, self.data[0], rows))

    def parameters(self):
        return [np.asarray(p) for p in self.p]


class Scan(Jit):
    """An order a call."""

    name = "JAX scan"
    all_at_once = True

    def prepare(self):
        def many(p, data, order):
            return lax.scan(lambda p, rows: (self.step(p, data, rows), None), p, order)[0]

        def outputs(p, images, order):
            return lax.map(lambda rows: self.z3(p, images[rows]), order)

        self.many, self.outputs = jax.jit(many), jax.jit(outputs)

    def run(self, order):
        self.p = jax.block_until_ready(self.many(self.p, self.data, order))

    def forward(self, order):
        jax.block_until_ready(self.outputs(self.p, self.data[0], order))


class JitTiles(Jit):
    """A step a call, given our tiles."""

    name = "JAX jit, our tiles"
    maxima = staticmethod(tiled_maxima)


class ScanTiles(Scan):
    """An order a call, given our tiles."""

    name = "JAX scan, our tiles"
    maxima = staticmethod(tiled_maxima)


class Deep:
    """What differs for the deep network."""

    def arrays(self):
        return for_frameworks(self.net)

    def parameters(self):
        return in_shapes_of(self.net, [np.asarray(p) for p in self.p])

    def weighted(self, p, a0):
        w1, b1, w2, b2, w3, b3, w4, b4 = p
        a = a0[:, None]
        for w, b in ((w1, b1), (w2, b2)):
            z = lax.conv_general_dilated(a, w, (1, 1), "VALID")
            _, _, high, wide = z.shape
            z = z.reshape(*z.shape[:2], high // 2, 2, wide // 2, 2).max((3, 5))
            a = jax.nn.relu(z + b[:, None, None])
        a = jax.nn.relu(a.reshape(len(a0), -1) @ w3.T + b3)
        return a @ w4.T + b4

    def of_outputs(self, z, y):
        return -jnp.sum(y * jax.nn.log_softmax(z))


class DeepJit(Deep, Jit):
    """The deep network, a step a call."""


class DeepScan(Deep, Scan):
    """The deep network, an order a call."""


CONTENDERS = {"book": (Jit, Scan, JitTiles, ScanTiles), "deep": (DeepJit, DeepScan)}
