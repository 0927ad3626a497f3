"""The exercises of chapter 3, on max-pooling (F3)."""

import numpy as np

from ... import by_definition, pool
from ..asking import Case, Exercise, Function, Letter, Made, Mistake, Values

RNG = np.random.default_rng(3)

# --- 3.1 ---------------------------------------------------------------------------------------


def mask_by_hand():
    a1 = np.array([[0.2, 0.9, 0.4, 0.4], [0.3, 0.1, 0.4, 0.4]])
    return pool.winners(a1)


MASK = Exercise(
    id="3.1",
    title="Pooled, and the mask",
    asks="by hand",
    starter="answer = [\n    [..., ..., ..., ...],\n    [..., ..., ..., ...],\n]",
    answer=Values([[0, 1, 1, 0], [0, 0, 0, 0]]),
    mistakes={
        "every tied maximum switched on": Mistake(
            "All four of the right window are marked. The mask marks one neuron a window; where "
            "several share the maximum, the library takes the first in reading order.",
            [[0, 1, 1, 1], [0, 0, 1, 1]],
        ),
        "the last of the tied": Mistake(
            "One a window, as it should be. But among equals the library takes the first in "
            "reading order, and this is the last.",
            [[0, 1, 0, 0], [0, 0, 0, 1]],
        ),
        "a tie has no winner": Mistake(
            "The right window is empty. The mask marks one neuron in each window, also where four "
            "are equal: the first in reading order.",
            [[0, 1, 0, 0], [0, 0, 0, 0]],
        ),
        "the largest of each row": Mistake(
            "That may be the largest of each row. A window has two rows, and in the right window "
            "both have the maximum: the library takes the first in reading order.",
            [[0, 1, 0, 0], [0, 0, 1, 0]],
        ),
        "the pooled map": Mistake(
            "That is the pooled map, and it is right. The mask has the shape of the map below: 1 "
            "where a winner stands.",
            [[0.9, 0.4]],
        ),
        "values instead of marks": Mistake(
            "These are the activations of the winners. The mask holds 1 where a winner stands and "
            "0 elsewhere.",
            [[0, 0.9, 0.4, 0], [0, 0, 0, 0]],
        ),
    },
    hints=(
        "There are two windows: columns 0 and 1, and columns 2 and 3.",
        "In the left window 0.9 wins. In the right one all four are equal, and one of them has to "
        "be chosen.",
        "The library takes the first in reading order, the one in row 0 and column 2.",
    ),
    why="The pooled map is (0.9, 0.4) whichever of the four is marked. F3 does not need the "
    "choice; whether anything else does is the question of the chapter on BP2.",
    solution=mask_by_hand,
)

# --- 3.2 ---------------------------------------------------------------------------------------


def pooled(a1):
    rows, columns = a1.shape[0] // 2, a1.shape[1] // 2
    a2 = np.empty((rows, columns))
    for j, k in np.ndindex(rows, columns):
        a2[j, k] = a1[2 * j : 2 * j + 2, 2 * k : 2 * k + 2].max()
    return a2


def _overlapping(a1):
    return np.lib.stride_tricks.sliding_window_view(a1, (2, 2)).max(axis=(2, 3))


def _in_rows(a1):
    return a1.reshape(a1.shape[0] // 2, a1.shape[1] // 2, 4).max(axis=-1)


def _not_doubled(a1):
    rows, columns = a1.shape[0] // 2, a1.shape[1] // 2
    return _overlapping(a1)[:rows, :columns]


MAPS = [
    Case(
        "the map of the chapter's pencil case",
        np.array(
            [[0.1, 0.2, 0.8, 0.3], [0.6, 0.4, 0.1, 0.5], [0.3, 0.7, 0.2, 0.2], [0.0, 0.5, 0.9, 0.1]]
        ),
    ),
    Case("a map of 24 by 24", RNG.random((24, 24))),
    Case("a map of 4 by 10", RNG.random((4, 10))),
    Case("a map of 6 by 2 with equal and with negative numbers", RNG.integers(-3, 0, (6, 2)) / 2),
]

POOLED = Exercise(
    id="3.2",
    title="F3 in code",
    asks="implement",
    starter="def pooled(a1):\n    # your lines\n    ...",
    answer=Function(by_definition.pool_forward, MAPS),
    mistakes={
        "mean instead of maximum": Mistake(
            "That is the mean of each window. The mean says how much there is in a window, the "
            "maximum whether there is something anywhere in it.",
            lambda a1: pool.windows(a1).mean(axis=-1),
        ),
        "minimum": Mistake(
            "That is the smallest of each window.",
            lambda a1: -pool.forward(-a1),
        ),
        "four in a row": Mistake(
            "Each 'window' is the next four numbers in reading order. That is what reshape gives "
            "with the axes (rows, columns, 2, 2): take (rows, 2, columns, 2), and the maximum over "
            "axes 1 and 3.",
            _in_rows,
        ),
        "windows overlap": Mistake(
            "The windows overlap: each begins one row or column after the one before. In F3 the "
            "window of (j, k) begins in row 2j and column 2k.",
            _overlapping,
        ),
        "2j not doubled": Mistake(
            "The shape is right, but the windows begin at j and k, not at 2j and 2k. Most of a "
            "large map is never looked at.",
            _not_doubled,
        ),
        "upper left of each window": Mistake(
            "That takes the upper left of each window and ignores the three others.",
            lambda a1: a1[::2, ::2],
        ),
        "rows only": Mistake(
            "The maximum was taken over the two rows of each window, but of one column only.",
            lambda a1: np.maximum(a1[::2, ::2], a1[1::2, ::2]),
        ),
        "columns only": Mistake(
            "The maximum was taken over the two columns of each window, but of one row only.",
            lambda a1: np.maximum(a1[::2, ::2], a1[::2, 1::2]),
        ),
        "begins at 0": Mistake(
            "Right as long as nothing is below 0. A maximum that starts from 0 never gets below "
            "it: start from the first of the four.",
            lambda a1: np.maximum(pool.forward(a1), 0),
        ),
    },
    hints=(
        "How many rows and columns does the result have? One for every two.",
        "The window of pooled neuron (j, k) has rows 2j and 2j + 1, columns 2k and 2k + 1.",
        "Inside of the two loops: a2[j, k] = a1[2 * j : 2 * j + 2, 2 * k : 2 * k + 2].max()",
    ),
    why="In one line it is a1.reshape(rows, 2, columns, 2).max(axis=(1, 3)). Look at the order of "
    "the four axes: the wrong one has the same shape at the end.",
    solution=pooled,
)

# --- 3.3 ---------------------------------------------------------------------------------------


def feeds(j, k, size):
    return j // size, k // size


PLACES = [(5, 2, 2), (0, 1, 2), (7, 3, 2), (23, 22, 2), (5, 2, 3), (11, 13, 3), (8, 21, 4)]

FEEDS = Exercise(
    id="3.3",
    title="The way up",
    asks="derive",
    starter="def feeds(j, k, size):\n    return ..., ...",
    answer=Function(
        lambda j, k, size: (j // size, k // size),
        [Case(f"j = {j}, k = {k} and windows of {n} by {n}", j, k, n) for j, k, n in PLACES],
        parts=("the row", "the column"),
    ),
    mistakes={
        "not rounded down": Mistake(
            "There are no half neurons. Divide and round down: 5 // 2 is 2.",
            lambda j, k, size: (j / size, k / size),
        ),
        "rounded to the nearest": Mistake(
            "This rounds to the nearest number. Of windows of 2, the one with row 7 has rows 6 and "
            "7, and feeds row 3; but round(7 / 2) is 4.",
            lambda j, k, size: (round(j / size), round(k / size)),
        ),
        "rounded up": Mistake(
            "This rounds up. Row 0 feeds row 0, and so does row 1.",
            lambda j, k, size: (-(-j // size), -(-k // size)),
        ),
        "the remainder": Mistake(
            "That is the place inside of the window. % gives what is left over; the window itself "
            "is what // gives.",
            lambda j, k, size: (j % size, k % size),
        ),
        "j and k swapped": Mistake(
            "Row and column are exchanged: j, the row, comes first.",
            lambda j, k, size: (k // size, j // size),
        ),
        "the corner of the window": Mistake(
            "That is where the window begins on the map below. The pooled neuron is counted in "
            "windows: 0, 1, 2, …",
            lambda j, k, size: (j - j % size, k - k % size),
        ),
        "counted from 1": Mistake(
            "One too large in both directions. Indices count from 0: neuron (0, 0) feeds (0, 0).",
            lambda j, k, size: (j // size + 1, k // size + 1),
        ),
        "2 whatever the size": Mistake(
            "Right for windows of 2 by 2. The windows here have `size` rows and columns.",
            lambda j, k, size: (j // 2, k // 2),
        ),
    },
    hints=(
        "With windows of 2, rows 0 and 1 feed row 0, rows 2 and 3 feed row 1. What is done to j?",
        "With windows of 3, rows 0, 1 and 2 feed row 0. Divide and round down.",
        "In Python, division with rounding down is //.",
    ),
    why="F3 goes from a pooled neuron to its four, this goes from each of the four to the pooled "
    "one. The way back will need it, in the chapter on BP2.",
    solution=feeds,
)

# --- 3.4 ---------------------------------------------------------------------------------------

BEFORE_OR_AFTER = Exercise(
    id="3.4",
    title="Before or after",
    asks="explain",
    starter="answer = None",
    answer=Letter("c"),
    mistakes={
        "σ is not linear": Mistake(
            "That σ is curved spoils sums and means, but a maximum is none of these. Which of the "
            "four has the largest σ?",
            "a",
        ),
        "only for positive z": Mistake(
            "σ is steeper in some places than in others, but does it ever fall? Take z = -3 and "
            "z = -1 and compare their σ.",
            "b",
        ),
        "the mean as well": Mistake(
            "The maximum, yes. The mean, no: take z = 0 and z = 4, and compare σ(2) with the mean "
            "of σ(0) and σ(4).",
            "d",
        ),
    },
    hints=(
        "Try it: pool.forward(sigmoid(z1)) and sigmoid(pool.forward(z1)). Then put means in place "
        "of the maxima.",
        "The largest of the four z wins. Can another of them have the largest σ(z)?",
    ),
    why="So σ could be taken of 144 numbers instead of 576. For the same reason the mask may be "
    "made from z1 as well as from a1, as long as no two different z1 of a window have rounded to "
    "one and the same a1.",
    solution="c. σ is increasing: if z is the largest of four, σ(z) is the largest of their four "
    "σ, so σ(max z) = max σ(z). For the mean this needs a straight line: the mean of σ(0) = 0.5 "
    "and σ(4) = 0.982 is 0.741, and σ of the mean is σ(2) = 0.881.",
)

# --- 3.5 ---------------------------------------------------------------------------------------


def unmoved():
    a1 = np.zeros((4, 4))
    a1[0, 0] = a1[3, 2] = 0.9  # the left column of a window: there is room on its right
    return a1


def _moves(a1):
    moved = np.pad(a1, [(0, 0), (1, 0)])[:, :4]
    before, after = pool.forward(a1), pool.forward(moved)
    if a1.min() < 0 or a1.max() > 1:
        return "no activations"
    if a1.max() == 0:
        return "blank"
    if a1.min() == a1.max():
        return "all the same"
    if np.array_equal(before, after):
        return None
    peak = np.argwhere(before != after)[0]
    if not after.any():
        return "off the map"
    return "crosses", *peak, f"{before[tuple(peak)]:g}", f"{after[tuple(peak)]:g}"


def _peak(j, k, height=1.0):
    a1 = np.zeros((4, 4))
    a1[j, k] = height
    return a1


UNMOVED = Exercise(
    id="3.5",
    title="Moved, and nothing happens",
    asks="predict",
    starter="answer = None",
    answer=Made(
        (4, 4),
        _moves,
        says={
            "crosses": "The pooled activation ({}, {}) is {} before and {} after. Which of the "
            "windows does its peak leave, or enter?"
        },
    ),
    mistakes={
        "blank": Mistake(
            "All is 0. Nothing happens, but nothing is there: draw something.", np.zeros((4, 4))
        ),
        "all the same": Mistake(
            "All entries are equal, and the exercise rules that out. Draw at least one peak.",
            np.ones((4, 4)),
        ),
        "off the map": Mistake(
            "What is not 0 stands in the last column: moved to the right, it leaves the map. Where "
            "in a window does a peak have room on its right?",
            _peak(1, 3),
        ),
        "no activations": Mistake(
            "Activations are σ of something: no entry can be below 0 or above 1.",
            _peak(0, 0, height=-2.0),
        ),
    },
    hints=(
        "A peak may move inside of its window. Which two columns does the first window have?",
        "A peak in column 0 moves to column 1, in the same window. One in column 1 crosses a "
        "border.",
        "Peaks in columns 0 and 2 only, and 0 everywhere else.",
    ),
    why="Move the map of the solution once more: one peak crosses a border, the other leaves the "
    "map. What pooling forgives depends on where the borders are, and these do not move with the "
    "digit.",
    solution=unmoved,
)

EXERCISES = [MASK, POOLED, FEEDS, BEFORE_OR_AFTER, UNMOVED]
