"""The exercises of chapter 12, on looking inside."""

import numpy as np

from ... import conv
from ..asking import Case, Exercise, Function, Letter, Made, Mistake

RNG = np.random.default_rng(12)

# --- 12.1 --------------------------------------------------------------------------------------

UPPER_END = np.array([[0, 0, 0], [0, 1, 0], [0, 1, 0]], dtype=bool)
COLUMN = np.array([[0, 1, 0], [0, 1, 0], [0, 1, 0]], dtype=bool)
LIKED = {
    "the lower end": UPPER_END[::-1],
    "the middle too": COLUMN,
    "lying": UPPER_END.T,
    "full ink": np.ones((3, 3), bool),
    "nothing": np.zeros((3, 3), bool),
    "what it should not": ~UPPER_END,
}


def upper_end():
    return np.array([[-1.0, -1, -1], [-1, 1, -1], [-1, 1, -1]])


def _fault(w):
    liked = w > 0  # of all patches of ink this has the largest sum
    if (liked == UPPER_END).all():
        return "does not mind" if (w[~UPPER_END] == 0).any() else None
    known = [name for name, patch in LIKED.items() if (liked == patch).all()]
    if known:
        return known[0]
    j, k = np.argwhere(liked != UPPER_END)[0]
    if liked[j, k]:
        return "ink", j, k
    return "no ink", j, k


def _filter(patch):
    return np.where(patch, 1.0, -1.0)


END = Exercise(
    id="12.1",
    title="The upper end of a stroke",
    asks="by hand",
    starter="answer = [\n    [..., ..., ...],\n    [..., ..., ...],\n    [..., ..., ...],\n]",
    answer=Made(
        (3, 3),
        _fault,
        says={
            "ink": "Ink at ({}, {}) makes the sum larger, and the upper end has none there.",
            "no ink": "The upper end has ink at ({}, {}), and there the weight does not make it "
            "count.",
        },
    ),
    mistakes={
        "does not mind": Mistake(
            "Ink and paper are the same to a weight of 0. So a patch that has ink there too is "
            "answered as strongly as the upper end, and the upper end alone should be answered "
            "most strongly.",
            UPPER_END.astype(float),
        ),
        "the lower end": Mistake(
            "Top and bottom are exchanged: this likes the lower end of a stroke. F1 lays the "
            "filter upright on the page, and row 0 is the upper one.",
            _filter(UPPER_END[::-1]),
        ),
        "the middle too": Mistake(
            "This likes the middle of a stroke better than its end: there is more ink in it. "
            "What has to be said of the paper above the end?",
            _filter(COLUMN),
        ),
        "lying": Mistake(
            "This likes the end of a horizontal stroke. Rows and columns are exchanged.",
            _filter(UPPER_END.T),
        ),
        "full ink": Mistake(
            "All weights are positive, so this likes a patch full of ink best. Where should there "
            "be paper?",
            np.ones((3, 3)),
        ),
        "nothing": Mistake(
            "No weight is positive, so no patch is liked better than blank paper.",
            -np.ones((3, 3)),
        ),
        "what it should not": Mistake(
            "The signs are exchanged: this likes ink wherever the upper end has paper.",
            -_filter(UPPER_END),
        ),
    },
    hints=(
        "Draw the patch: which of its nine pixels are ink, if the end of the stroke is in the "
        "middle and the stroke comes from below?",
        "A filter likes best the patch with ink where its weights are positive and paper where "
        "they are negative.",
        "Positive at (1, 1) and (2, 1), negative in the seven other places.",
    ),
    why="The middle of a stroke gets less by the size of the weight above the end. So the paper in "
    "a patch counts as well as the ink: a filter without negative weights can look for nothing but "
    "ink.",
    solution=upper_end,
)

# --- 12.2 --------------------------------------------------------------------------------------


def strongest(images, w):
    sums = conv.forward(images, w, 0.0)
    return np.unravel_index(sums.argmax(), sums.shape)


def _place(sums, choose=np.argmax):
    return tuple(int(i) for i in np.unravel_index(choose(sums), sums.shape))


def _centre(images, w):
    n, j, k = _place(conv.forward(images, w, 0.0))
    return n, j + w.shape[0] // 2, k + w.shape[1] // 2


def _exchanged(images, w):
    n, j, k = _place(conv.forward(images, w, 0.0))
    return n, k, j


def _first_image(images, w):
    return 0, *_place(conv.forward(images[0], w, 0.0))


PAGES = np.zeros((2, 4, 5))
PAGES[0, 1:3, 1:4] = 0.5
PAGES[1, 2:, 4] = 1, 0.5
STROKES = [
    Case("two images of 4×5 and a filter of 2×2", PAGES, np.array([[-1.0, 2], [-1.5, 1]])),
    Case("five images and a filter of 3×2", RNG.random((5, 7, 9)), RNG.standard_normal((3, 2))),
    Case(
        "four images and a filter with most weights below 0",
        RNG.random((4, 9, 8)),
        RNG.standard_normal((3, 5)) - 1,
    ),
]

STRONGEST = Exercise(
    id="12.2",
    title="What it likes of what there is",
    asks="implement",
    starter="def strongest(images, w):\n    # your lines\n    ...",
    answer=Function(strongest, STROKES, parts=("the image", "the row", "the column")),
    mistakes={
        "largest without its sign": Mistake(
            "The sign was dropped: a firm no is not a yes. The strongest answer is the largest "
            "sum, not the one that is furthest from 0.",
            lambda images, w: _place(abs(conv.forward(images, w, 0.0))),
        ),
        "the weakest": Mistake(
            "That is the patch that the filter hates most. The largest sum is asked for.",
            lambda images, w: _place(conv.forward(images, w, 0.0), np.argmin),
        ),
        "kernel rotated": Mistake(
            "The filter was rotated by 180° before it was laid on. F1 lays it on upright.",
            lambda images, w: _place(conv.forward(images, w[::-1, ::-1], 0.0)),
        ),
        "row and column exchanged": Mistake(
            "The right patch, with row and column exchanged: the row comes first.", _exchanged
        ),
        "the centre of the field": Mistake(
            "The right patch, but this is its middle. A neuron is named after its field's upper "
            "left pixel.",
            _centre,
        ),
        "the first image alone": Mistake(
            "Right for the first image. The largest sum of all images is asked for, and the "
            "number of the image is the first result.",
            _first_image,
        ),
        "the last places left out": Mistake(
            "The last row and the last column of places were left out. A filter of 2 columns fits "
            "on 5 columns in 5 - 2 + 1 = 4 places.",
            lambda images, w: _place(conv.forward(images[:, :-1, :-1], w, 0.0)),
        ),
        "counted from 1": Mistake(
            "The right patch, but counted from 1. Images, rows and columns count from 0.",
            lambda images, w: tuple(i + 1 for i in _place(conv.forward(images, w, 0.0))),
        ),
        "the most ink": Mistake(
            "That is the patch with the most ink, whatever the filter. The pixels have to be "
            "multiplied by the weights first.",
            lambda images, w: _place(conv.forward(images, np.ones_like(w), 0.0)),
        ),
        "the sign of the weights": Mistake(
            "The weights were used as ink yes or no. The patch that fits the drawing best need "
            "not have the largest sum, since some weights are larger than others.",
            lambda images, w: _place(conv.forward(images, (w > 0).astype(float), 0.0)),
        ),
    },
    hints=(
        "One number for each place of each image: an array [n, j, k]. conv.forward makes it, with "
        "the bias 0.",
        "argmax gives the place of the largest number as one number, counted through the whole "
        "array.",
        "np.unravel_index(sums.argmax(), sums.shape) makes three numbers of it.",
    ),
    why="images[n, j : j + rows, k : k + columns] cuts the patch out. Try it with filters 8 "
    "and 0 of the twenty maps. Filter 0 has no positive weight, so it likes nothing better than "
    "blank paper.",
    solution=strongest,
)

# --- 12.3 --------------------------------------------------------------------------------------

UPPER_LEFT = Exercise(
    id="12.3",
    title="Read the outlines",
    asks="explain",
    starter="answer = None",
    answer=Letter("c"),
    mistakes={
        "a liking": Mistake(
            "Then the untrained filter has the same liking, and every other one too. What is z1 "
            "in a place where the whole field is blank?",
            "a",
        ),
        "a little larger": Mistake(
            "Not even by a little: where all 25 pixels of the field are 0, z1 is b1 to the last "
            "bit, in all four neurons of the window.",
            "b",
        ),
        "no blame": Mistake(
            "What reaches the pooled neuron is passed on to the winner, as in any other window, "
            "and b1 gets it. Why is the upper left one the winner?",
            "d",
        ),
    },
    hints=(
        "What is z1 where the 25 pixels of the field are blank?",
        "All four neurons of such a window are equal. Which of them does the rule of this book "
        "let win?",
    ),
    why="So a picture of the winners says something about the filter only where there is ink. "
    "That is why this chapter counts among the windows that see ink.",
    solution="c. In a corner of the page the 25 pixels of every field are 0, so z1 is b1 in all "
    "four neurons of a window: they are tied, exactly. Of tied neurons the first in reading order "
    "wins, which is the upper left one, whatever the filter. What reaches the pooled neuron, "
    "∂C/∂a2, is passed on to it all the same: of its error w1 gets nothing, since the pixels are "
    "0, and b1 gets all.",
)

# --- 12.4 --------------------------------------------------------------------------------------


def held_at_mean(a2, f):
    held = a2.copy()
    held[:, f] = a2[:, f].mean(axis=0)
    return held


def _held(value, own=True):
    """A function that puts something in the place of map f, or of all the others."""

    def function(a2, f):
        held, chosen = a2.copy(), np.arange(a2.shape[1]) == f
        chosen = chosen if own else ~chosen
        held[:, chosen] = np.broadcast_to(value(a2, f), a2.shape)[:, chosen]
        return held

    return function


def _digit(value):
    def function(a2, f):
        held = a2.copy()
        held[f] = value(a2)
        return held

    return function


BROKEN = """
def held_at_mean(a2, f):
    held = a2.copy()
    held[f] = 0
    return held
""".strip()

HELD = Exercise(
    id="12.4",
    title="Take a map away",
    asks="debug",
    starter=BROKEN,
    answer=Function(
        lambda a2, f: np.where(np.arange(a2.shape[1])[:, None, None] == f, a2.mean(axis=0), a2),
        [
            Case("three digits, two maps of 2×2, f = 1", RNG.random((3, 2, 2, 2)), 1),
            Case("six digits, five maps of 3×4, f = 0", RNG.random((6, 5, 3, 4)), 0),
            Case("four digits, four maps of 2×3, f = 3", RNG.random((4, 4, 2, 3)), 3),
        ],
    ),
    mistakes={
        "0 left": Mistake(
            "It is the map now, for every digit. One bug is left: at 0 the map's mean is gone "
            "too, and the biases of the output layer have grown used to that mean.",
            _held(lambda a2, f: 0),
        ),
        "digit left": Mistake(
            "It is a mean now. But the first axis of a2 is the digit: this has put the mean digit "
            "in the place of digit f.",
            _digit(lambda a2: a2.mean(axis=0)),
        ),
        "one number for the map": Mistake(
            "Map f is held at one number. Each of its pooled neurons has a mean of its own: the "
            "middle of the page sees more ink than the corners.",
            _held(lambda a2, f: a2[:, f].mean()),
        ),
        "each digit's own mean": Mistake(
            "Each digit has been given the mean of its own map. Then the map still knows how much "
            "ink the digit has. The mean is one over the digits.",
            _held(lambda a2, f: a2[:, f].mean(axis=(1, 2))[:, None, None, None]),
        ),
        "mean over the maps": Mistake(
            "That is the mean over the maps, axis 1, and differs from digit to digit: what the "
            "other maps know has come in. Take it over the digits, axis 0.",
            _held(lambda a2, f: a2.mean(axis=1, keepdims=True)),
        ),
        "the other maps": Mistake(
            "Map f is the only one left: all the others are held at their means.",
            _held(lambda a2, f: a2.mean(axis=0), own=False),
        ),
        "all maps": Mistake(
            "All maps are held at their means, so that every digit looks the same. Only map f "
            "should be.",
            lambda a2, f: np.broadcast_to(a2.mean(axis=0), a2.shape),
        ),
        "the map cut out": Mistake(
            "The map has been cut out, so that there is one less. w3 still expects all of them: "
            "put the mean in its place.",
            lambda a2, f: np.delete(a2, f, axis=1),
        ),
    },
    hints=(
        "a2 has the axes digit, map, row, column. Which of them does held[f] choose?",
        "held[:, f] is map f of every digit. What should stand there is the same for all digits, "
        "and different from place to place.",
        "held[:, f] = a2[:, f].mean(axis=0)",
    ),
    why="Held at its mean the map is a constant, which the biases b3 could take over: it can tell "
    "no digit from another, and nothing else has been changed.",
    solution=held_at_mean,
)

# --- 12.5 --------------------------------------------------------------------------------------

NOT_MISSED = Exercise(
    id="12.5",
    title="Not missed",
    asks="explain",
    starter="answer = None",
    answer=Letter("d"),
    mistakes={
        "both at once": Mistake(
            "Each was taken away while the other was there. It may be that the two say the same, "
            "and that one is enough; what was measured about both being silent?",
            "a",
        ),
        "nothing learned": Mistake(
            "A map that has learned a great deal need not be missed, if another has learned the "
            "same. The eighteen of this chapter recognise 83 digits of 100.",
            "b",
        ),
        "shares": Mistake(
            "Losses do not add up to what there is to lose. They say what a map adds while "
            "all the others are there, and that need not be its share of the whole.",
            "c",
        ),
    },
    hints=(
        "Imagine that maps 1 and 2 have the same filter and the same weights w3. What can the "
        "three numbers be then?",
        "'Without it' always means: with all the others.",
    ),
    why="The same holds for the features in a table, for the players of a team and for lines of "
    "code: taking one away measures it among the others, and not by itself.",
    solution="d. Maps 1 and 2 may be two of a kind, of which one is enough here. Without both, "
    "the accuracy may fall by anything, or not at all; the three numbers do not say. In "
    "the chapter each of eighteen maps could be spared, and with all eighteen gone the accuracy "
    "fell from 0.92 to 0.71.",
)

EXERCISES = [END, STRONGEST, UPPER_LEFT, HELD, NOT_MISSED]
