"""Arrays for the symbols, and a judge for every ∂ that knows no derivation.

A world is a list of givens and of steps, each step computing one array from those before it. Only
the forward pass of the book is in the steps, written here once more with nothing of the library.
The judge moves an array by an imaginary 1e-20 and looks at what that does further on: the imaginary
part is the derivative, to the last digit. At a tie it moves the winner that `pooled` has chosen.
"""

from functools import cached_property

import numpy as np

STEP = 1e-20


class Missing(LookupError):
    """A world that does not have the symbol that was asked for."""


class World:
    """Givens and steps: {key: array} and {key: function of the arrays so far}, in order.

    A key is (letter, layer), the layer None for a letter that has none. `letters` are numbers and
    arrays that are no part of the network; `ranges` say how far an index letter runs that stands in
    no array; `primes` say which j' belongs to each j. `outside` are the keys of the arrays of which
    the text says that they count as 0 outside. `functions` are those of layers counted from 0:
    layer i makes a^{i+1} of a^i.
    """

    def __init__(self, name, givens, steps=(), **more):
        self.name, self.steps = name, dict(steps)
        self.givens = {key: np.asarray(value, float) for key, value in givens.items()}
        self.letters = more.pop("letters", {})
        self.ranges = more.pop("ranges", {})
        self.primes = more.pop("primes", {})
        self.layers = more.pop("layers", 0)  # how many there are for a letter l that counts them
        self.ends = more.pop("ends", {})  # an oblong world's end for a column's printed one
        self.tied = more.pop("tied", False)
        self.outside = more.pop("outside", ())
        self.functions = more.pop("functions", ())  # what f_i does, layer by layer
        assert not more, more
        self._slopes = {}

    @cached_property
    def arrays(self):
        """The arrays of all givens and steps."""
        found = dict(self.givens)
        for key, step in self.steps.items():
            found[key] = step(found)
        return found

    def value(self, key):
        """Return the array of a symbol; δ is ∂C/∂z."""
        if key in self.arrays:
            return self.arrays[key]
        letter, layer = key
        if letter == "delta" and ("z", layer) in self.arrays and ("C", None) in self.arrays:
            return self.slope(("C", None), ("z", layer))
        raise Missing(f"{letter}{'' if layer is None else f'^{layer}'} is not in '{self.name}'")

    def slope(self, of, by):
        """Return the array of ∂of/∂by, the indices of `of` before those of `by`."""
        if (of, by) not in self._slopes:
            self._slopes[of, by] = self._measured(of, by)
        return self._slopes[of, by]

    def _measured(self, of, by):
        start, end = self.value(by), self.value(of)
        order = list(self.arrays)
        moved = dict(self.arrays)
        moved[by] = start + 1j * STEP * np.eye(start.size).reshape(start.size, *start.shape)
        for key in order[order.index(by) + 1 : order.index(of) + 1]:
            if key in self.steps:
                moved[key] = self.steps[key](moved)
        found = np.imag(np.broadcast_to(moved[of], (start.size, *end.shape))) / STEP
        return np.moveaxis(found, 0, -1).reshape(end.shape + start.shape)


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def relu(z):
    return np.where(np.real(z) > 0, z, 0)


def softmax(z):
    power = np.exp(z - np.max(np.real(z), axis=-1, keepdims=True))
    return power / np.sum(power, axis=-1, keepdims=True)


def correlated(a0, w1, b1):
    """Return z1 of images (…, rows, columns) and a filter (…, 5, 5)."""
    height, width = w1.shape[-2:]
    rows, columns = a0.shape[-2] - height + 1, a0.shape[-1] - width + 1
    z1 = b1[..., None, None]
    for l in range(height):
        for m in range(width):
            z1 = z1 + w1[..., l, m, None, None] * a0[..., l : l + rows, m : m + columns]
    return z1


def correlated_maps(a0, w1, b1):
    """Return z1 of images (…, C, rows, columns) and filters (…, F, C, 5, 5)."""
    per_channel = correlated(a0[..., None, :, :, :], w1, np.zeros(1))
    return b1[..., None, None] + per_channel.sum(axis=-3)


def pooled(a1):
    """Return the largest of each window of 2 by 2, the first of them in reading order at a tie."""
    corners = [a1[..., row::2, column::2] for row in (0, 1) for column in (0, 1)]
    four = np.stack(corners, axis=-1)
    winner = np.argmax(np.real(four), axis=-1)[..., None]
    return np.take_along_axis(four, winner, axis=-1)[..., 0]


def windowed(a, size, stride):
    """Return the neurons of each window in reading order, on a last axis."""
    (rows, columns), (down, right) = size, stride
    last = [n - length for n, length in zip(a.shape[-2:], size, strict=True)]
    each = [
        a[..., r : r + last[0] + 1 : down, s : s + last[1] + 1 : right]
        for r in range(rows)
        for s in range(columns)
    ]
    return np.stack(each, axis=-1)


def largest(windows):
    """Return the largest of each window, the first of them in reading order at a tie."""
    winner = np.argmax(np.real(windows), axis=-1)[..., None]
    return np.take_along_axis(windows, winner, axis=-1)[..., 0]


COSTS = {
    "quadratic": lambda a, y: np.sum((a - y) ** 2, axis=-1) / 2,
    "cross-entropy": lambda a, y: -np.sum(y * np.log(a) + (1 - y) * np.log(1 - a), axis=-1),
    "logarithm": lambda a, y: -np.sum(y * np.log(a), axis=-1),
}
OUTPUTS = {"sigmoid": sigmoid, "softmax": softmax, "linear": lambda z: z}


def convolutional(name, a0, w1, b1, w3, b3, y, **options):
    """Return the world of the book's network; w1 of (F, C, 5, 5) makes it one of maps."""
    output, cost = OUTPUTS[options.pop("output", "sigmoid")], COSTS[options.pop("cost")]
    hidden = options.pop("hidden", sigmoid)
    convolved, axes = (correlated, 2) if np.ndim(w1) == 2 else (correlated_maps, 3)
    steps = {
        ("z", 1): lambda v: convolved(v["a", 0], v["w", 1], v["b", 1]),
        ("a", 1): lambda v: hidden(v["z", 1]),
        ("a", 2): lambda v: pooled(v["a", 1]),
        ("z", 3): lambda v: weighted(v["a", 2], v["w", 3], v["b", 3], axes),
        ("a", 3): lambda v: output(v["z", 3]),
        ("C", None): lambda v: cost(v["a", 3], v["y", None]),
    }
    givens = {("a", 0): a0, ("w", 1): w1, ("b", 1): b1, ("w", 3): w3, ("b", 3): b3}
    world = World(name, {**givens, ("y", None): y}, steps, **options)
    world.primes |= {"j'": ("j", fed(world, -2)), "k'": ("k", fed(world, -1))}
    world.tied = has_ties(world)
    return world


def weighted(a2, w3, b3, axes):
    """Return z3: the weights of each output times all that is pooled, added up, and its bias."""
    expanded = np.expand_dims(a2, -axes - 1)
    return b3 + np.sum(w3 * expanded, axis=tuple(range(-axes, 0)))


def fed(world, axis):
    """Return for each row (axis −2) or column (−1) of a1 that of the pooled neuron it feeds.

    No floor is taken: one neuron is raised above all others, and the pooled map is looked at.
    """
    a1 = world.arrays["a", 1]
    found = []
    for place in range(a1.shape[axis]):
        raised = np.zeros(a1.shape)
        raised[(..., place, 0) if axis == -2 else (..., 0, place)] = 1
        found.append(int(np.unravel_index(np.argmax(pooled(raised)), pooled(raised).shape)[axis]))
    return np.array(found)


def has_ties(world):
    a1 = world.arrays["a", 1]
    corners = [a1[..., row::2, column::2] for row in (0, 1) for column in (0, 1)]
    return bool((np.stack(corners) == world.arrays["a", 2]).sum(axis=0).max() > 1)


def dense(name, a0, weights, y, cost, **options):
    """Return the world of a fully connected network; weights are pairs (w, b), layer by layer."""
    givens, steps = {("a", 0): a0, ("y", None): y}, {}
    for l, (w, b) in enumerate(weights, start=1):
        givens |= {("w", l): w, ("b", l): b}
        steps["z", l] = lambda v, l=l: (
            v["b", l] + np.sum(v["w", l] * v["a", l - 1][..., None, :], axis=-1)
        )
        steps["a", l] = lambda v, l=l: sigmoid(v["z", l])
    last = len(weights)
    steps["C", None] = lambda v: COSTS[cost](v["a", last], v["y", None])
    sizes = np.array([len(a0), *(len(b) for _, b in weights)])
    letters = {"L": last, "n": sizes} | options.pop("letters", {})
    return World(name, givens, steps, letters=letters, layers=last, **options)
