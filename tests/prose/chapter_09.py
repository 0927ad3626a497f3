"""The numbers in the sentences of chapter 9."""

import numpy as np

from convnet_lib import conv, pool
from prose.book import A0, LAYERS, NET, Y

FOUND = NET.backprop(A0, Y)
INKED = np.argwhere(A0 > 0)


def seen():
    """How many pixels with ink each weight comes to lie on."""
    return np.array([[(A0[l : l + 24, m : m + 24] > 0).sum() for m in range(5)] for l in range(5)])


def tied_on_blank_paper():
    """How many windows are tied, if no tied neuron has ink in its field."""
    ink = conv.receptive_fields(A0, NET.w1).max(axis=(-2, -1))
    tied, winners = pool.tied(LAYERS.a1), pool.windows(pool.winners(LAYERS.a1, "all") * 1.0) > 0
    blank = (pool.windows(ink) == 0) | ~winners
    return tied.sum() if blank[tied].all() else -1


CLAIMS = {
    "The # weights $w^3_{l,j,k}$": lambda: NET.w3.size,
    "# filters of # weights, # in all": lambda: (576, 25, 576 * 25),
    "shifted by up to # rows and up to # columns": lambda: (4, 4),
    "In all # tied windows of this digit the tied neurons see blank paper": lambda: (
        tied_on_blank_paper()
    ),
    "a piece of # by #, # pixels, each of them once": lambda: (24, 24, 24 * 24),
    "ink from row # to row # and from column # to column #": lambda: (
        INKED[:, 0].min(),
        INKED[:, 0].max(),
        INKED[:, 1].min(),
        INKED[:, 1].max(),
    ),
    "the whole 4, or all but # of its pixels": lambda: len(INKED) - seen().min(),
    "for 100 weights drawn from the #": lambda: NET.w3.size,
    "did not show in $\\partial C/\\partial w^1$ in [chapter 7]": lambda: bool(
        np.array_equal(NET.backprop(A0, Y, ties="all").w1, FOUND.w1)
        and pool.winners(LAYERS.a1, "all").sum() > 144
    ),
}
PLAIN = {
    "for 100 weights drawn": "how many the cell draws",
    "rotates $\\delta^1$ by 180°": "half a turn",
}
