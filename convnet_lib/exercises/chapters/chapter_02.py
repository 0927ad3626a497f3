"""The exercises of chapter 2, on convolution (F1, F2)."""

import numpy as np

from ... import by_definition, conv
from ...activations import sigmoid
from ..asking import Case, Exercise, Function, Mistake, Values

RNG = np.random.default_rng(2)

# --- 2.1 ---------------------------------------------------------------------------------------


def one_neuron():
    field = np.array([[3, 1], [0, 2]])  # rows 1 and 2, columns 0 and 1 of the image
    filter = np.array([[1, -1], [2, 5]])
    return 0.5 + (filter * field).sum()


ONE_NEURON = Exercise(
    id="2.1",
    title="One neuron",
    asks="by hand",
    starter="answer = None",
    answer=Values(12.5),
    mistakes={
        "kernel rotated": Mistake(
            "That comes out when the filter is rotated by 180° first. F1 lays it on the image as "
            "it is: its upper left weight lies on the field's upper left pixel.",
            19.5,
        ),
        "kernel transposed": Mistake(
            "Rows and columns are exchanged, of the filter or of the field. The weight -1 stands "
            "in row 0 and column 1, so it lies on the pixel to the right of the upper left one.",
            15.5,
        ),
        "j and k swapped": Mistake(
            "That is the neuron in row 0 and column 1, or the filter with its two rows exchanged. "
            "The first index is the row, and rows are counted downwards.",
            9.5,
        ),
        "the filter of the chapter": Mistake(
            "That is with the filter of the chapter. Here the last weight is 5.", 2.5
        ),
        "bias left out": Mistake("The four products add up to that. The bias is missing.", 12.0),
        "bias counted once a weight": Mistake(
            "The bias was counted four times. In F1 it stands before the sum: once a neuron, "
            "however many weights the filter has.",
            14.0,
        ),
        "mean instead of sum": Mistake(
            "That is the bias and the mean of the four products. F1 adds them up and does not "
            "divide.",
            3.5,
        ),
    },
    hints=(
        "Which four pixels does the neuron see? Its field begins in row 1 and column 0.",
        "The field is ((3, 1), (0, 2)). Multiply each pixel by the weight that lies on it.",
        "0.5 + 1·3 + (-1)·1 + 2·0 + 5·2",
    ),
    why="Whoever can do one neuron can do all nine: the others see other pixels, with the same "
    "four weights and the same bias.",
    solution=one_neuron,
)

# --- 2.2 ---------------------------------------------------------------------------------------


def lone_pixel():
    image = np.array([[0.0, 0, 0], [0, 1, 0], [0, 0, 0]])
    filter = np.array([[1.0, 2], [3, 4]])
    return conv.forward(image, filter, 0.0)


LONE_PIXEL = Exercise(
    id="2.2",
    title="A lone pixel",
    asks="predict",
    starter="answer = [\n    [..., ...],\n    [..., ...],\n]",
    answer=Values([[4.0, 3], [2, 1]]),
    mistakes={
        "upright": Mistake(
            "That is the filter as it is. Try one neuron: (0, 0) lays the filter's upper left "
            "corner on the image's, and then which weight lies on the pixel in the middle?",
            [[1.0, 2], [3, 4]],
        ),
        "transposed": Mistake(
            "After the half turn rows and columns have been exchanged. Going one step to the right "
            "in the map means one step to the left in the filter: 3 stands to the right of 4.",
            [[4.0, 2], [3, 1]],
        ),
        "up and down only": Mistake(
            "Rows and columns both run backwards; here the rows do, and the columns do not.",
            [[3.0, 4], [1, 2]],
        ),
        "left and right only": Mistake(
            "Rows and columns both run backwards; here the columns do, and the rows do not.",
            [[2.0, 1], [4, 3]],
        ),
        "the sum everywhere": Mistake(
            "At each place only one of the four weights lies on the lone pixel. The three "
            "others are multiplied by 0.",
            [[10.0, 10], [10, 10]],
        ),
    },
    hints=(
        "At each of the four places exactly one weight lies on the lone pixel. Which?",
        "At (0, 0) the filter covers rows 0 and 1, columns 0 and 1. The lone pixel is in its "
        "lower right corner, so z is 4.",
        "At (0, 1) the lone pixel is in the filter's lower left corner.",
    ),
    why="Filter and image move against each other, so a lone pixel draws the filter rotated by "
    "180°. Whether a lone error draws it rotated too, in the layer below, is asked in chapter 16.",
    solution=lone_pixel,
)

# --- 2.3 ---------------------------------------------------------------------------------------


def weighted_input(a0, w1, b1):
    rows, columns = a0.shape[0] - w1.shape[0] + 1, a0.shape[1] - w1.shape[1] + 1
    z1 = np.full((rows, columns), b1, dtype=float)
    for j, k in np.ndindex(rows, columns):
        for l, m in np.ndindex(w1.shape):
            z1[j, k] += w1[l, m] * a0[j + l, k + m]
    return z1


def _overwritten(a0, w1, b1):
    return b1 + w1[-1, -1] * a0[w1.shape[0] - 1 :, w1.shape[1] - 1 :]


def _one_short(a0, w1, b1):
    return conv.forward(a0, w1, b1)[:-1, :-1]


def _padded(a0, w1, b1):
    rows, columns = w1.shape[0] - 1, w1.shape[1] - 1
    before = (rows // 2, rows - rows // 2), (columns // 2, columns - columns // 2)
    return conv.forward(np.pad(a0, before), w1, b1)


def _mean(a0, w1, b1):
    return conv.forward(a0, w1 / w1.size, b1)


def _ended_early(a0, w1, b1, rows, columns):
    """F1 for the neurons of the first rows and columns, and no more than the bias in the others."""
    z1 = conv.forward(a0, w1, b1)
    ended = np.full(z1.shape, b1)
    ended[:rows, :columns] = z1[:rows, :columns]
    return ended


def _minus(a0, w1, b1):
    z1 = np.full(conv.forward(a0, w1, b1).shape, b1)
    for j, k in np.ndindex(z1.shape):
        for l, m in np.ndindex(w1.shape):
            z1[j, k] += w1[l, m] * a0[j - l, k - m]
    return z1


FILTERS = [
    Case(
        "the image and the filter of the chapter's pencil case",
        np.array([[1.0, 2, 0, 1], [3, 1, 1, 0], [0, 2, 4, 1], [1, 0, 2, 3]]),
        np.array([[1.0, -1], [2, 0]]),
        0.5,
    ),
    Case("a 5×5 filter on 9×9 pixels", RNG.random((9, 9)), RNG.standard_normal((5, 5)), -0.3),
    Case("a 2×3 filter on 7×5 pixels", RNG.random((7, 5)), RNG.standard_normal((2, 3)), 0.1),
]

WEIGHTED_INPUT = Exercise(
    id="2.3",
    title="F1 in loops",
    asks="implement",
    starter="def weighted_input(a0, w1, b1):\n    # your lines\n    ...",
    answer=Function(by_definition.conv_forward, FILTERS),
    mistakes={
        "kernel rotated": Mistake(
            "The filter is rotated by 180°: w1[l, m] has to meet a0[j + l, k + m], with plus "
            "signs. (On a filter that is the same after half a turn nobody would have noticed.)",
            lambda a0, w1, b1: conv.forward(a0, w1[::-1, ::-1], b1),
        ),
        "kernel transposed": Mistake(
            "Rows and columns of the filter are exchanged: w1[l, m] has to meet a0[j + l, k + m]. "
            "(On a filter that is not square this runs out of the array, or gives a map of another "
            "shape.)",
            lambda a0, w1, b1: conv.forward(a0, w1.T, b1),
        ),
        "= where += is needed": Mistake(
            "Each product overwrites the one before it, so only the filter's last weight is left. "
            "The sum in F1 wants += inside the loops over l and m.",
            _overwritten,
        ),
        "bias overwritten": Mistake(
            "Each product overwrites what was there, the bias too, so only the filter's last "
            "weight is left. It has to be added: +=.",
            lambda a0, w1, b1: _overwritten(a0, w1, 0.0),
        ),
        "bias counted once a weight": Mistake(
            "The bias is added inside of the sum over l and m, once a weight. Blank paper should "
            "give b1, and gives b1 times the number of weights.",
            lambda a0, w1, b1: conv.forward(a0, w1, b1 * w1.size),
        ),
        "minus instead of plus": Mistake(
            "The pixels are a0[j - l, k - m]. F1 has plus signs: the field begins at (j, k) and "
            "goes down and to the right. (Below 0 Python counts from the other end.)",
            _minus,
        ),
        "activation": Mistake(
            "That is the activation, σ(z1) of F2. F1 ends before σ.",
            lambda a0, w1, b1: sigmoid(conv.forward(a0, w1, b1)),
        ),
        "bias left out": Mistake(
            "All is there but the bias: b1 is missing in every entry.",
            lambda a0, w1, b1: conv.forward(a0, w1, 0.0),
        ),
        "off by one": Mistake(
            "The last row and the last column of places are missing. A filter of 2 rows fits on "
            "4 rows in 4 - 2 + 1 = 3 places.",
            _one_short,
        ),
        "return after the first neuron": Mistake(
            "z1[0, 0] is right, and all others are the bias alone: the return stands inside of "
            "the loop over the places.",
            lambda a0, w1, b1: _ended_early(a0, w1, b1, 1, 1),
        ),
        "return after the first row": Mistake(
            "Row 0 is right, and all below it is the bias alone: the return stands inside of the "
            "loop over j.",
            lambda a0, w1, b1: _ended_early(a0, w1, b1, 1, None),
        ),
        "places one short": Mistake(
            "The last row and the last column of z1 are the bias alone: the loops over j and k end "
            "one place too early. range(n) ends at n - 1 by itself.",
            lambda a0, w1, b1: _ended_early(a0, w1, b1, -1, -1),
        ),
        "places one short of zeros": Mistake(
            "The last row and the last column of z1 are still 0: the loops over j and k end one "
            "place too early. range(n) ends at n - 1 by itself.",
            lambda a0, w1, b1: np.pad(_one_short(a0, w1, b1), (0, 1)),
        ),
        "weights one short": Mistake(
            "The last row and the last column of the filter are left out: the loops over l and m "
            "end one weight too early. range(n) ends at n - 1 by itself.",
            lambda a0, w1, b1: _one_short(a0, w1[:-1, :-1], b1),
        ),
        "padded": Mistake(
            "The image has been given a border of zeros, so the map is as large as the image. F1 "
            "has no border: only the places count where the whole filter fits.",
            _padded,
        ),
        "mean instead of sum": Mistake(
            "The products are averaged. F1 adds them up and does not divide by their number.",
            _mean,
        ),
    },
    hints=(
        "Begin with the result: how many rows and columns of places are there? Make z1 of that "
        "shape, filled with b1.",
        "Four loops: over j, k (the places) and inside of them over l, m (the weights).",
        "The line in the middle is F1 read aloud: z1[j, k] += w1[l, m] * a0[j + l, k + m].",
    ),
    why="Four loops are all of F1. They were called with filters that look different after "
    "half a turn, one of them not square; a check with a filter that looks the same would let a "
    "rotated one pass.",
    solution=weighted_input,
)

# --- 2.4 ---------------------------------------------------------------------------------------


def seen_by(u, v):
    rows = min(u, 23) - max(u - 4, 0) + 1  # j + l = u with 0 ≤ j ≤ 23 and 0 ≤ l ≤ 4
    columns = min(v, 23) - max(v - 4, 0) + 1
    return rows * columns


def _count(u, v):
    return sum(0 <= u - l <= 23 and 0 <= v - m <= 23 for l in range(5) for m in range(5))


def _near_the_first_edges(u, v):
    return min(u + 1, 5) * min(v + 1, 5)


PIXELS = [(0, 0), (13, 13), (0, 13), (2, 1), (27, 27), (26, 3), (23, 24), (4, 5)]

SEEN_BY = Exercise(
    id="2.4",
    title="Who sees a pixel?",
    asks="derive",
    starter="def seen_by(u, v):\n    # your lines\n    ...",
    answer=Function(_count, [Case(f"the pixel ({u}, {v})", u, v) for u, v in PIXELS]),
    mistakes={
        "25 everywhere": Mistake(
            "25 is right in the middle. In a corner the filter can be laid on the pixel in fewer "
            "ways: which neurons see pixel (0, 0)?",
            lambda u, v: 25,
        ),
        "one edge only": Mistake(
            "Right at the upper and the left edge, too large at the lower and the right one: the "
            "last neuron is (23, 23), so j cannot go up to 27.",
            _near_the_first_edges,
        ),
        "off by one": Mistake(
            "Too small by one row and one column. From 9 to 13 there are five numbers, not four: "
            "13 - 9 + 1.",
            lambda u, v: (min(u, 23) - max(u - 4, 0)) * (min(v, 23) - max(v - 4, 0)),
        ),
        "added": Mistake(
            "Rows and columns are chosen independently of each other, so their numbers are "
            "multiplied, not added.",
            lambda u, v: min(u, 23) - max(u - 4, 0) + min(v, 23) - max(v - 4, 0) + 2,
        ),
    },
    hints=(
        "One direction first. Which j have u = j + l for some l from 0 to 4?",
        "j runs from u - 4 to u, but never below 0 and never above 23. Count them.",
        "min(u, 23) - max(u - 4, 0) + 1 rows, and columns likewise. Multiply.",
    ),
    why="Over all pixels the numbers add up to 24·24·25 = 14,400, the number of connections. A "
    "pixel in a corner is seen by one neuron, one in the middle by 25. Digits are centred, so the "
    "corners have little to tell.",
    solution=seen_by,
)

# --- 2.5 ---------------------------------------------------------------------------------------


def one_line(a0, w1, b1):
    fields = conv.receptive_fields(a0, w1)
    return np.einsum("jklm,lm->jk", fields, w1) + b1


BROKEN = """
def one_line(a0, w1, b1):
    fields = conv.receptive_fields(a0, w1[::-1, ::-1])
    return np.einsum("jklm,lm->jk", fields, w1[::-1, ::-1] + b1)
""".strip()

ONE_LINE = Exercise(
    id="2.5",
    title="Two bugs in one line",
    asks="debug",
    starter=BROKEN,
    answer=Function(by_definition.conv_forward, FILTERS),
    mistakes={
        "rotation left": Mistake(
            "The bias is right now. One bug is left: a lone pixel would draw the filter upright.",
            lambda a0, w1, b1: conv.forward(a0, w1[::-1, ::-1], b1),
        ),
        "bias in the sum": Mistake(
            "The filter is right now. One bug is left: what is z1 on blank paper? It should be b1.",
            lambda a0, w1, b1: np.einsum("jklm,lm->jk", conv.receptive_fields(a0, w1), w1 + b1),
        ),
        "bias gone": Mistake(
            "The filter is right now, and the bias is gone altogether. It has to be added, once, "
            "after the sum.",
            lambda a0, w1, b1: conv.forward(a0, w1, 0.0),
        ),
        "kernel transposed": Mistake(
            "Rows and columns of the filter are exchanged now: w1[l, m] lies on the pixel [j, k, "
            "l, m] of fields. The string of einsum was right.",
            lambda a0, w1, b1: conv.forward(a0, w1.T, b1),
        ),
        "one of the two": Mistake(
            "Half mended: one of the two ::-1 is left, and the filter's rows still run backwards.",
            lambda a0, w1, b1: conv.forward(a0, w1[::-1], b1),
        ),
        "the other of the two": Mistake(
            "Half mended: one of the two ::-1 is left, and the filter's columns still run "
            "backwards.",
            lambda a0, w1, b1: conv.forward(a0, w1[:, ::-1], b1),
        ),
        "the first line alone": Mistake(
            "Nothing has changed: receptive_fields takes only the shape of its second argument. "
            "Both bugs are in the line below.",
            lambda a0, w1, b1: conv.forward(a0, w1[::-1, ::-1] + b1, 0.0),
        ),
        "rotation left and the bias gone": Mistake(
            "The bias is gone altogether, and the filter is still rotated. The bias has to be "
            "added, once, after the sum.",
            lambda a0, w1, b1: conv.forward(a0, w1[::-1, ::-1], 0.0),
        ),
    },
    hints=(
        "Two questions that find them: what is z1 where a0 is 0? What does a lone pixel draw?",
        "receptive_fields uses the shape of its second argument, not its numbers; the bugs are in "
        "the last line.",
        "The filter goes in as it is, and + b1 belongs behind the bracket of einsum.",
    ),
    why="With b1 = 0 and a filter that looks the same after half a turn, both bugs are invisible. "
    "That is why the chapter's first check takes neither.",
    solution=one_line,
)

EXERCISES = [ONE_NEURON, LONE_PIXEL, WEIGHTED_INPUT, SEEN_BY, ONE_LINE]
