"""The worlds: networks on a digit and on drawn images, and the examples for a pencil."""

from functools import cache

import numpy as np

from convnet_lib import data
from formulas.worlds import World, convolutional, dense, pooled

LN3 = np.log(3)


def drawn(seed, *shape):
    return np.random.default_rng(seed).normal(size=shape)


def one(number, outputs=10):
    return (np.arange(outputs) == number).astype(float)


@cache
def digit():
    """Return an image of a 4: most of it is blank, so many of its windows are tied."""
    return data.load_digits().train.images[2]


def network(name, image, cost, seed, filter_shape=(5, 5), **options):
    """Return the book's network on an image, its parameters drawn."""
    rows, columns = (n - m + 1 for n, m in zip(image.shape, filter_shape, strict=True))
    w3 = drawn(seed + 1, 10, rows // 2, columns // 2) / 6
    parameters = drawn(seed, *filter_shape) / 3, -0.3, w3, drawn(seed + 2, 10)
    return convolutional(name, image, *parameters, one(4), cost=cost, **options)


@cache
def networks(cost=None, output="sigmoid"):
    """Return the networks of one map: a digit, a drawn image, an oblong one with an oblong filter."""
    costs = [cost] if cost else ["quadratic", "cross-entropy"]
    oblong = {"ends": {27: 19, 23: 17, 11: 8, 4: 2}}
    return [
        world
        for kind in costs
        for world in (
            network(f"a digit, {kind}", digit(), kind, 10, output=output),
            network(f"drawn, {kind}", drawn(20, 28, 28) / 2, kind, 21, output=output),
            network(f"oblong, {kind}", drawn(30, 28, 20) / 2, kind, 31, (5, 3), **oblong, output=output),
        )
    ]


@cache
def maps(cost=None):
    """Return networks of three filters on two channels."""
    w1, b1 = drawn(40, 3, 2, 5, 5) / 4, drawn(41, 3) / 3
    w3, b3 = drawn(42, 10, 3, 12, 12) / 9, drawn(43, 10)
    image = np.stack([digit(), digit()[::-1].T])
    return [
        convolutional(f"{name}, three maps", a0, w1, b1, w3, b3, one(4), cost=cost or "quadratic",
                      letters={"F": 3, "eta": 0.5} | {})
        for name, a0 in (("two digits", image), ("drawn", drawn(44, 2, 28, 28) / 2))
    ]


@cache
def fully_connected(cost=None):
    """Return fully connected networks of three and four layers, one with equally wide layers."""
    return [
        dense(f"layers of {sizes}, {kind}", drawn(50, sizes[0]), layers(sizes), one(1, sizes[-1]), kind)
        for kind in ([cost] if cost else ["quadratic", "cross-entropy"])
        for sizes in ((3, 4, 2, 5), (4, 4, 4, 4, 4))
    ]


def layers(sizes):
    return [
        (drawn(60 + l, sizes[l], sizes[l - 1]), drawn(70 + l, sizes[l]))
        for l in range(1, len(sizes))
    ]


NUMBERS = World("numbers alone", {})


def numbers():
    return [NUMBERS]
