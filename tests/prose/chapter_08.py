"""The numbers in the sentences of chapter 8."""

import functools

import numpy as np

from convnet_lib import costs, dense, pool
from convnet_lib.activations import sigmoid
from prose import near, shown
from prose.book import A0, LAYERS, NET, Y

DELTA1 = NET.backprop(A0, Y).delta1
PENCIL = np.array([[0, 0, 0.2, 0], [-0.1, 0, 0, 0], [0, 0.4, 0, 0], [0, 0, -0.3, 0]])


def tied():
    """How many windows have one neuron at their maximum, two, three, four."""
    windows = pool.windows(LAYERS.a1)
    counts = (windows == windows.max(axis=-1, keepdims=True)).sum(axis=-1)
    return tuple((counts == n).sum() for n in (1, 2, 3, 4))


def lost_alone():
    """How many neurons lose by more than nothing: to these a small change makes no difference."""
    windows = pool.windows(LAYERS.a1)
    return (windows < windows.max(axis=-1, keepdims=True)).sum()


@functools.cache
def one_by_one(up, down):
    """The slopes of the cost between z¹ + up and z¹ - down, for each neuron nudged alone."""

    def cost(place, step):
        z1 = LAYERS.z1.copy()
        z1[place] += step
        return costs.quadratic(sigmoid(dense.forward(pool.forward(sigmoid(z1)), NET.w3, NET.b3)), Y)

    slopes = np.empty(LAYERS.z1.shape)
    for place in np.ndindex(slopes.shape):
        slopes[place] = (cost(place, up) - cost(place, -down)) / (up + down)
    return slopes


def in_a_blank_window():
    """Whether a window of four tied neurons has half of its slope in each of them."""
    windows = pool.windows(LAYERS.a1)
    tied = (windows == windows.max(axis=-1, keepdims=True)).all(axis=-1)
    ours, nudged = (pool.windows(x)[tied] for x in (DELTA1, one_by_one(STEP, STEP)))
    return np.allclose(nudged, ours.sum(axis=-1, keepdims=True) / 2, rtol=0, atol=1e-7)


def as_many():
    """Whether no pair of chapter 15's networks, b¹ by the sum and by the mean, is far apart."""
    right, mean = (
        shown("nb15-025", f"{name} # # # # #")() for name in ("nothing broken", "BP3 with the mean")
    )
    return max(abs(one - other) for one, other in zip(right, mean, strict=True)) < 0.035


STEP = 1e-5
CLAIMS = {
    "most it makes no difference": lambda: lost_alone() > DELTA1.size / 2,
    "The average is # times too small": lambda: DELTA1.sum() / DELTA1.mean(),
    "the measured slope is 576 times the computed one": lambda: bool(
        np.isclose(DELTA1.sum() / DELTA1.mean(), 576)
    ),
    "here none of the four that won has": lambda: np.count_nonzero(PENCIL) == 4,
    "recognises about as many digits as one whose gradient is right": as_many,
    "tie the # knobs": lambda: PENCIL.size,
    "The string with the # knobs": lambda: PENCIL.size,
    "which is # for each unit of the pull: the sum of the # errors. The average, #,": lambda: (
        PENCIL.sum(),
        PENCIL.size,
        PENCIL.mean(),
    ),
    "if a pull of # were shared out among the neurons, # for each": lambda: (0.01, 0.01 / 16),
    "leaves # that can differ from 0": lambda: np.count_nonzero(DELTA1),
    "The # windows without a tie agree": lambda: tied()[0],
    "The factors for two, three and four are #, ## and #": lambda: (1, 1, 0.5, 2),
    "a) $#$, what all 576 give together": shown("nb08-018", "together        #"),
    "b) $#$, what the central differences gave": shown("nb08-018", "then added  #"),
    "c) $#$, the share of the windows": shown("nb08-021", "windows: 98   BP3 #"),
    'd) $#$, what `ties="all"` gives': lambda: NET.backprop(A0, Y, ties="all").b1,
    "each blank window has four neurons at half strength": in_a_blank_window,
    "lowering gives c, both give the mean of c and d, which is b": lambda: np.allclose(
        [one_by_one(0, STEP).sum(), one_by_one(STEP, 0).sum(), one_by_one(STEP, STEP).sum()],
        [-0.10856, 0.02517, -0.04170],
        rtol=0,
        atol=6e-6,
    ),
    "its sum is #.": lambda: NET.backprop(A0, Y, ties="all").b1,
    "it is # times too small, while": lambda: near(DELTA1.size, 0.001),
}
PLAIN = {
    "raise $b_{1,0}$ by 0.01": "chosen for the example",
    "raises all of them by 0.01": "chosen for the example",
}
