"""What the library is judged by: the network in autograd, and arrays drawn by hypothesis."""

import autograd.numpy as anp
import numpy as np
from autograd import grad
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

#: No tolerance is needed beyond the rounding of sums of a few thousand terms.
EXACT = {"rtol": 0, "atol": 1e-12}


def numbers(shape, dtype=np.float64):
    """Draw arrays of moderate numbers: no two draws alike, none so large that σ saturates."""
    return arrays(dtype, shape, elements=st.floats(-2, 2, width=32).map(lambda x: round(x, 3)))


def random(*shape, seed=0, dtype=np.float64):
    """Return normal random numbers, the same for the same shape and seed."""
    return np.random.default_rng([seed, *shape]).standard_normal(shape).astype(dtype)


def autograd_slope(f, x):
    """Return ∂f/∂x by autograd, f being made of `slid_over`."""
    return grad(f)(x)


def slid_over(a, size, stride=(1, 1), padding=(0, 0)):
    """Return {(r, s): the pixels that lie r, s from the corners of all windows}, for autograd.

    Nothing of convnet_lib is called, and no window is cut out: each entry is the padded image
    moved by r and s, every `stride` rows and columns of it.
    """
    around = [(0, 0)] * (a.ndim - 2) + [(zeros, zeros) for zeros in padding]
    a = anp.pad(a, around, "constant")
    ends = [a.shape[i - 2] - size[i] + 1 for i in (0, 1)]
    return {
        (r, s): a[..., r : r + ends[0] : stride[0], s : s + ends[1] : stride[1]]
        for r in range(size[0])
        for s in range(size[1])
    }


def autograd_gradients(net, a0, y, cost):
    """Return ∂C/∂ of w1, b1, w3, b3 of one image, by autograd through a forward pass of its own.

    Nothing of convnet_lib is called. Where neurons of a window are tied, autograd's maximum
    shares the gradient evenly among them.
    """

    def total_cost(parameters):
        w1, b1, w3, b3 = parameters
        if net.w1.ndim == 2:
            w1, b1, w3 = w1[None], anp.reshape(b1, (1,)), w3[:, None]
        rows, columns = a0.shape[0] - w1.shape[1] + 1, a0.shape[1] - w1.shape[2] + 1
        z1 = b1[:, None, None]
        for l in range(w1.shape[1]):
            for m in range(w1.shape[2]):
                z1 = z1 + w1[:, l, m][:, None, None] * a0[l : l + rows, m : m + columns]
        a1 = 1 / (1 + anp.exp(-z1))
        window = [a1[:, r::2, s::2] for r in (0, 1) for s in (0, 1)]
        a2 = anp.max(anp.stack(window), axis=0)
        a3 = 1 / (1 + anp.exp(-(anp.sum(w3 * a2, axis=(1, 2, 3)) + b3)))
        if cost == "quadratic":
            return anp.sum((a3 - y) ** 2) / 2
        return -anp.sum(y * anp.log(a3) + (1 - y) * anp.log(1 - a3))

    return grad(total_cost)((net.w1, net.b1, net.w3, net.b3))
