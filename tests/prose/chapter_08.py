"""The numbers in the sentences of chapter 8."""

import functools
from dataclasses import replace

import numpy as np

from convnet_lib import broken, costs, data, dense, pool
from convnet_lib.activations import sigmoid
from prose import near, shown
from prose.book import A0, DIGITS, LAYERS, NET, Y

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


def slopes_of(digit):
    """∂C/∂b¹ of a digit at the biases of the figure, and the sum of |δ¹| at each."""
    y = data.one_hot(DIGITS.labels[digit])
    found = [
        replace(NET, b1=np.float64(b)).backprop(DIGITS.images[digit], y)
        for b in np.linspace(-6, 6, 61)
    ]
    return np.array([x.b1 for x in found]), np.array([np.abs(x.delta1).sum() for x in found])


def cancels_where_it_is_lowest():
    """Whether digit 0 has one lowest place between the ends, at which its errors are far from 0."""
    slopes, sizes = slopes_of(0)
    (place,) = np.flatnonzero(np.diff(np.sign(slopes)))
    return slopes[place] < 0 and sizes[place] > 0.5


def stands_still():
    """Whether b¹ moves little where its gradient is the average, and the filter as ever."""
    digits = data.Digits(DIGITS.images[:1000], DIGITS.labels[:1000])
    right, mean = (
        broken.train(net, digits, 0.5) for net in (NET, broken.break_it(NET, "BP3 with the mean"))
    )
    moved = [np.abs(net.w1 - NET.w1).max() for net in (right, mean)]
    return abs(mean.b1) < 0.05 * abs(right.b1) and moved[1] > 0.5 * moved[0]


STEP = 1e-5
CLAIMS = {
    "most it makes no difference": lambda: lost_alone() > DELTA1.size / 2,
    "The average is # times too small": lambda: DELTA1.sum() / DELTA1.mean(),
    "the measured slope is 576 times the computed one": lambda: bool(
        np.isclose(DELTA1.sum() / DELTA1.mean(), 576)
    ),
    "here none of the four that won has": lambda: np.count_nonzero(PENCIL) == 4,
    "recognises about as many digits as one whose gradient is right": as_many,
    "For the 4 the curve falls all the way.": lambda: (slopes_of(2)[0] < 0).all(),
    "the digit with the number #, which is a #: where is its curve lowest": lambda: (
        (0, DIGITS.labels[0]) if cancels_where_it_is_lowest() else (-1, -1)
    ),
    "the bias all but stands still": stands_still,
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
