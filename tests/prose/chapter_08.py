"""The numbers in the sentences of chapter 8."""

import numpy as np

from convnet_lib import pool
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


CLAIMS = {
    "most it makes no difference": lambda: lost_alone() > DELTA1.size / 2,
    "The average is # times too small": lambda: DELTA1.sum() / DELTA1.mean(),
    "the measured slope is 576 times the computed one": lambda: bool(
        np.isclose(DELTA1.sum() / DELTA1.mean(), 576)
    ),
    "here none of the four that won has": lambda: np.count_nonzero(PENCIL) == 4,
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
    "its sum is #.": lambda: NET.backprop(A0, Y, ties="all").b1,
    "it is # times too small, while": lambda: near(DELTA1.size, 0.001),
}
PLAIN = {
    "raise $b_{1,0}$ by 0.01": "chosen for the example",
    "raises all of them by 0.01": "chosen for the example",
}
