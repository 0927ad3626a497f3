"""The numbers in the sentences of chapter 18."""

import numpy as np

from convnet_lib import conv, deep, pool
from prose import shown
from prose.book import A0

PENCIL = np.array(
    [[1, 5, 2, 0, 3], [4, 2, 1, 6, 1], [0, 3, 8, 2, 4], [7, 1, 3, 5, 2], [2, 0, 9, 1, 6]]
)
ROW = np.array([[1.0, 4.0, 3.0]])


def wins():
    """How many windows of the pencil case each neuron wins."""
    on = pool.switches(PENCIL / 10, "first", 3, 2)
    return pool.scatter(np.ones((2, 2)), on, (5, 5), 3, 2)


def wrong(size, stride):
    return shown("nb18-034", f"size {size}, stride {stride}: wrong on # of 100")()[0]


def slopes(page):
    return [shown("nb18-022", f"{page} ties='{ties}' dC/db = #")()[0] for ties in pool.TIES]


def seen_by(size, stride):
    """In how many windows the neurons of the book's map lie: the numbers that occur."""
    there = (24 - size) // stride + 1
    everyone = np.ones((there, there, size * size))
    return np.unique(pool.scatter(np.ones((there, there)), everyone, (24, 24), size, stride))


def unseen(size, stride):
    """How many neurons of the book's map no window sees, and how many pixels none of the others."""
    there = (24 - size) // stride + 1
    everyone = np.ones((there, there, size * size))
    seen = pool.scatter(np.ones((there, there)), everyone, (24, 24), size, stride) > 0
    return (~seen).sum(), (conv.backward(seen * 1.0, np.ones((5, 5))) == 0).sum()


def tied_see_the_same_pixels():
    """Whether they do in each window of 3 by 3, two apart, of the 4; and whether any is tied."""
    net = deep.Network.random("conv1x5 sigmoid", seed=7)
    windows = pool.windows(net.feedforward(A0)[-1][0], 3, 2)
    fields = conv.receptive_fields(A0, np.ones((5, 5))).reshape(24, 24, 25)
    seen = np.moveaxis(pool.windows(np.moveaxis(fields, -1, 0), 3, 2), 0, -1)
    tied = windows == windows.max(axis=-1, keepdims=True)
    alike = [bool(np.ptp(seen[at][tied[at]], axis=0).max() == 0) for at in np.ndindex(11, 11)]
    return all(alike) and bool((tied.sum(axis=-1) > 1).any())


CLAIMS = {
    "the tied neurons see the same pixels": tied_see_the_same_pixels,
    # 2 by 2, three apart: all pixels but those of the last row and column, under no other neuron
    "other neurons may see them too": lambda: unseen(2, 3) == (24**2 - 16**2, 28**2 - 27**2),
    "It is #: raise the 4": shown("nb18-005", "0. #."),
    "Both maxima are #": lambda: pool.forward(ROW, (1, 2), 1).max(),
    "and every two columns): there are #": lambda: pool.forward(PENCIL / 10, 3, 2).size,
    "It wins the # upper ones": lambda: wins()[2, 2],
    "in the # lower ones it loses to the 0.9": lambda: wins()[4, 2],
    "# neurons are left of #": lambda: ((wins() > 0).sum(), wins().size),
    "With a stride that is the size, or larger, the two give the same numbers": lambda: (
        [wrong(2, 2), wrong(3, 3), wrong(2, 3), wrong(3, 2), wrong(2, 1)] == [0, 0, 0, 100, 100]
    ),
    "½ for the first neuron, ½ and # for the second, # for the third": lambda: (5, 5),
    "# times. The ∂C/∂a² of each *window*": lambda: round(
        slopes("blank page")[2] / slopes("blank page")[0], 1
    ),
    "the rule `all` makes the slope # times too large": lambda: (
        slopes("the 4")[2] / slopes("the 4")[0]
    ),
    "as often as there are of them, # times on blank paper": lambda: round(
        slopes("blank page")[2] / slopes("blank page")[0], 1
    ),
    "with one winner a window, or equal shares, it is counted once": lambda: (
        slopes("blank page")[0] == slopes("blank page")[1]
    ),
    "The two other rules agree": lambda: slopes("the 4")[0] == slopes("the 4")[1],
    "a neuron in four windows collects # such shares": lambda: seen_by(3, 2).max(),
    "there are neurons in one window, in two and in four": lambda: (
        set(seen_by(3, 2)) == {0, 1, 2, 4}
    ),
    "in the book's network all four are #": lambda: pool.SIZE,
    "has a loop over the places within a window, # for 3 by 3": lambda: 9,
    "the number of all windows, # by #": lambda: ((9 - 3) // 2 + 1, (11 - 3) // 2 + 1),
}
PLAIN = {
    "Take the row 1, 4, 3": "the row of the question",
    "The 0.8 in the middle lies": "an entry of the pencil case",
    "it loses to the 0.9": "an entry of the pencil case",
    "What arrives at the 0.8, and what at the 0.9": "entries of the pencil case",
    "The 0.8 has won the two upper": "an entry of the pencil case",
    "What is the slope in the 4: 1, 10, 11, or 5.5": "answers to choose from",
    "let ∂C/∂a² be 1, −2, 3 and 5": "chosen for the pencil",
    "the 0.9 has won the two lower": "an entry of the pencil case",
    "on 1,000 random maps": "chosen for the exercise",
}
