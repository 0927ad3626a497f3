"""Feature maps one by one: what pleases a filter, and how much its map matters to the network."""

from dataclasses import replace

import numpy as np

from . import checks, network, pool
from .costs import COSTS, of_weighted_input
from .data import one_hot, taken

# Images a forward pass takes at once: enough to be quick, few enough to stay in memory.
CHUNK = 500


def with_maps(net):
    """Return the network with an axis of feature maps, which one with a single filter lacks.

    >>> maps.with_maps(ConvNet.random(seed=0)).w1.shape
    (1, 5, 5)

    Args:
        net: a ConvNet, w1 (5, 5) or (F, 5, 5).

    Returns:
        A ConvNet, w1 (F, 5, 5); for a single filter F is 1.

    Raises:
        ValueError: if it is no ConvNet or its images have channels.
    """
    network.given("net", net)
    if net.w1.ndim > 3:
        expected = "a network for images without channels, w1 (5, 5) or (F, 5, 5)"
        checks.refuse("net", expected, checks.written(net.w1.shape))
    if net.w1.ndim == 3:
        return net
    return replace(net, w1=net.w1[None], b1=net.b1[None], w3=net.w3[:, None])


@checks.underflow_is_zero
def pleasing(w1):
    """Return the patch that pleases a filter most: the one with the largest z¹ (F1).

    Of all patches without negative pixels and of norm 1, Σ w¹_{l,m} a⁰_{l,m} is largest for the
    one in proportion to the positive part of w¹ (by the inequality of Cauchy and Schwarz). A
    filter without a positive weight is hurt least by a single pixel under its largest weight.

    >>> maps.pleasing(np.array([[3.0, -1.0, 0.0], [0.0, 4.0, -2.0]]))
    array([[0.6, 0. , 0. ],
           [0. , 0.8, 0. ]])

    Args:
        w1: filters, shape (..., 5, 5) or any other size.

    Returns:
        Patches, shape of w1, entries in [0, 1].

    Raises:
        ValueError: if w1 is not made of finite floats or has fewer than two axes.
    """
    w1 = checks.finite("w1", w1)
    if w1.ndim < 2 or 0 in w1.shape[-2:]:
        checks.refuse("w1", "shape (..., KH, KW)", checks.written(w1.shape) if w1.ndim else "()")
    flat = w1.reshape(*w1.shape[:-2], -1)
    single = (flat.argmax(axis=-1)[..., None] == np.arange(flat.shape[-1])).astype(w1.dtype)
    patch = np.where((flat > 0).any(axis=-1, keepdims=True), np.maximum(flat, 0), single)
    # Divided by the largest first, for the square of a very small weight would be 0.
    patch = patch / patch.max(axis=-1, keepdims=True)
    return (patch / np.linalg.norm(patch, axis=-1, keepdims=True)).reshape(w1.shape)


def strongest(z1):
    """Return where a map is largest, the first place in row-major order: integers (..., 2).

    >>> maps.strongest(np.array([[0.5, -1.0, 2.0], [1.0, 2.0, 0.0]]))
    array([0, 2])

    Args:
        z1: maps, shape (..., H, W); not-a-number is never the largest.

    Returns:
        Row and column, shape (..., 2).

    Raises:
        ValueError: if z1 is not made of floats, or a map of it has no number.
    """
    z1 = checks.floats("z1", z1)
    if z1.ndim < 2 or 0 in z1.shape[-2:]:
        checks.refuse("z1", "shape (..., H, W)", checks.written(z1.shape) if z1.ndim else "()")
    known = ~np.isnan(z1)
    if not known.any(axis=(-2, -1)).all():
        checks.refuse("z1", "a number in every map", "a map of not-a-numbers")
    flat = np.where(known, z1, -np.inf).reshape(*z1.shape[:-2], z1.shape[-2] * z1.shape[-1])
    return np.stack(np.unravel_index(flat.argmax(axis=-1), z1.shape[-2:]), axis=-1)


def winner(a1):
    """Return which neuron of each window wins, 0 to 3 in row-major order (BP2a).

    >>> maps.winner(np.array([[0.2, 0.7, 0.5, 0.5], [0.4, 0.1, 0.5, 0.9]]))
    array([[1, 3]])

    Args:
        a1: activations, shape (..., H, W), H and W even.

    Returns:
        Integers, shape (..., H/2, W/2): winner 2r+s of window (j, k) is neuron (2j+r, 2k+s).
    """
    a1 = checks.floats("a1", a1)
    return pool.windows(pool.winners(a1).astype(a1.dtype)).argmax(axis=-1)


@checks.underflow_is_zero
def norms(net):
    """Return how much each map can matter: the norm of its weights in w³, shape (F,).

    >>> w3 = np.array([[[[3.0]], [[0.0]]], [[[4.0]], [[1.0]]]])
    >>> net = ConvNet(np.ones((2, 1, 2)), np.zeros(2), w3, np.zeros(2))
    >>> maps.norms(net)
    array([5., 1.])
    """
    w3 = with_maps(net).w3
    # Divided by the largest first, for the square of a very large or very small one is none.
    largest = np.abs(w3).max(axis=(0, 2, 3), keepdims=True)
    shares = w3 / np.where(largest > 0, largest, 1)
    return largest[0, :, 0, 0] * np.sqrt((shares**2).sum(axis=(0, 2, 3)))


@checks.underflow_is_zero
def importance(net, digits, cost="cross_entropy"):
    """Return by how much the mean cost rises without each map (F4, C), negative where it falls.

    Without a map means: its weights in w³ are 0 and nothing else changes. The network is not
    trained again.

    >>> train, _ = data.load_digits()
    >>> net = ConvNet.random(maps=2, seed=0)
    >>> maps.importance(net, data.Digits(train.images[:20], train.labels[:20])).shape
    (2,)

    Args:
        net: a ConvNet, w1 (5, 5) or (F, 5, 5).
        digits: `data.Digits` (images, labels) to measure on.
        cost: "quadratic" or "cross_entropy".

    Returns:
        Rises of the mean cost, shape (F,); for a single filter F is 1.

    Raises:
        ValueError: if the digits do not fit the network or cost is unknown.
    """
    checks.one_of("cost", cost, COSTS)
    net = with_maps(net)
    digits = taken("digits", digits, net)
    y = one_hot(digits.labels, len(net.b3), net.w3.dtype)
    total = np.zeros(len(net.w1))
    for start in range(0, len(y), CHUNK):
        part = slice(start, start + CHUNK)
        _, _, a2, z3, _ = net.feedforward(digits.images[part])
        shares = np.einsum("qfjk,nfjk->nfq", net.w3, a2)
        desired = np.broadcast_to(y[part, None], shares.shape)
        rise = of_weighted_input(z3[:, None] - shares, desired, cost)
        rise -= of_weighted_input(z3, y[part], cost)[:, None]
        total += rise.sum(axis=0)
    return total / len(y)
