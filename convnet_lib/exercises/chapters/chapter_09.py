"""The exercises of chapter 9, on BP4 and the shared weights."""

import numpy as np

from ... import by_definition, conv, dense
from ..asking import Case, Exercise, Function, Made, Mistake, Values

RNG = np.random.default_rng(9)

# --- 9.1 ---------------------------------------------------------------------------------------


def two_errors():
    a0 = np.array([[0.0, 1, 1, 0], [1, 1, 0, 0], [0, 1, 1, 0], [0, 0, 0, 1]])
    return a0[0:2, 1:3] - 2 * a0[2:4, 0:2]


TWO_ERRORS = Exercise(
    id="9.1",
    title="Two errors",
    asks="by hand",
    starter="answer = [\n    [..., ...],\n    [..., ...],\n]",
    answer=Values([[1, -1], [1, 0]]),
    mistakes={
        "the gradient rotated": Mistake(
            "The four numbers are right, and rotated by 180°. Weight (0, 0) sees the upper left "
            "pixel of each field, (j, k) itself: nothing is rotated in BP4.",
            [[0, 1], [-1, 1]],
        ),
        "the errors rotated": Mistake(
            "That is what the errors rotated by 180° would give. Neuron (0, 1) looks at the rows "
            "0, 1 and the columns 1, 2.",
            [[-1, 1], [0, 0]],
        ),
        "l and m swapped": Mistake(
            "The four numbers are right, and transposed: l counts rows and m columns.",
            [[1, 1], [-1, 0]],
        ),
        "j and k swapped": Mistake(
            "That is what j and k exchanged would give: neuron (0, 1) is in row 0 and column 1, "
            "neuron (2, 0) in row 2 and column 0.",
            [[-1, 1], [0, 1]],
        ),
        "without the sign": Mistake(
            "The sign of the second error is lost: its field is counted -2 times.",
            [[1, 3], [1, 0]],
        ),
        "the fields alone": Mistake(
            "The two fields have been added as they are. Each has to be multiplied by the error "
            "of its neuron first.",
            [[1, 2], [1, 0]],
        ),
        "the first error alone": Mistake(
            "That is what the neuron (0, 1) contributes. Neuron (2, 0) uses the same four "
            "weights: add its share.",
            [[1, 1], [1, 0]],
        ),
        "= where += is needed": Mistake(
            "That is what neuron (2, 0) contributes, alone. The weights are shared: add up.",
            [[0, -2], [0, 0]],
        ),
        "mean instead of sum": Mistake(
            "The sum has been divided by nine, the number of neurons. Each of them uses the whole "
            "weight; nothing is shared out.",
            [[1 / 9, -1 / 9], [1 / 9, 0]],
        ),
        "mean of two": Mistake(
            "The sum has been halved. Two neurons contribute, and each in full.",
            [[0.5, -0.5], [0.5, 0]],
        ),
    },
    hints=(
        "A lone error of 1 at neuron (j, k) leaves one term of each sum, the pixel a0[j+l, k+m]. "
        "The four slopes are a picture of what this neuron sees.",
        "Neuron (0, 1) sees the rows 0, 1 and the columns 1, 2; neuron (2, 0) sees the rows 2, 3 "
        "and the columns 0, 1.",
        "The first piece, minus twice the second.",
    ),
    why="So the gradient of the filter is a sum of pieces of the image, each weighted by the error "
    "of the neuron that sees it. A step against it takes from the filter some of what the neurons "
    "with positive errors saw, and adds to it some of what those with negative errors saw.",
    solution=two_errors,
)

# --- 9.2 ---------------------------------------------------------------------------------------


def nabla_w1(delta1, a0, w1):
    nabla = np.zeros(w1.shape)
    for l, m in np.ndindex(w1.shape):
        for j, k in np.ndindex(delta1.shape):
            nabla[l, m] += delta1[j, k] * a0[j + l, k + m]
    return nabla


def _summed(pixel, neurons=lambda rows, columns: (rows, columns)):
    """BP4 with another pixel, given j, k, l, m, or over fewer neurons."""

    def wrong(delta1, a0, w1):
        nabla = np.zeros(w1.shape)
        for l, m in np.ndindex(w1.shape):
            for j, k in np.ndindex(neurons(*delta1.shape)):
                nabla[l, m] += delta1[j, k] * a0[pixel(j, k, l, m)]
        return nabla

    return wrong


def _image(label, pixels, kernel):
    neurons = [p - n + 1 for p, n in zip(pixels, kernel, strict=True)]
    delta1, w1 = RNG.standard_normal(neurons), RNG.standard_normal(kernel)
    return Case(label, delta1, RNG.random(pixels), w1)


IMAGES = [
    _image("4 by 4 pixels and a filter of 2 by 2", (4, 4), (2, 2)),
    _image("9 by 9 pixels and a filter of 3 by 3", (9, 9), (3, 3)),
    _image("7 by 9 pixels and a filter of 2 by 3", (7, 9), (2, 3)),
]

LOOPS = Exercise(
    id="9.2",
    title="BP4 in loops",
    asks="implement",
    starter="def nabla_w1(delta1, a0, w1):\n    # your lines\n    ...",
    answer=Function(by_definition.conv_nabla_w, IMAGES),
    mistakes={
        "the errors rotated": Mistake(
            "That is BP4 of δ1 rotated by 180°. In BP4 neuron and pixel move in the same "
            "direction: a larger j means a larger j + l. SciPy's convolve2d rotates unasked; "
            "correlate2d does not.",
            lambda d, a, w: conv.nabla_w(d[::-1, ::-1].copy(), a, w),
        ),
        "the gradient rotated": Mistake(
            "The right numbers, rotated by 180°. A test on their mean or sum would have passed. "
            "Weight (0, 0) sees the pixel (j, k) itself.",
            lambda d, a, w: conv.nabla_w(d, a, w)[::-1, ::-1],
        ),
        "l and m swapped": Mistake(
            "l and m are swapped. l is a row of the filter and moves along the rows of the image: "
            "it belongs to j, and m to k.",
            _summed(lambda j, k, l, m: (j + m, k + l)),
        ),
        "j and k swapped": Mistake(
            "j and k are swapped in one of the factors. j is a row in delta1 and in a0.",
            _summed(lambda j, k, l, m: (k + l, j + m)),
        ),
        "minus for plus": Mistake(
            "The pixel is at j - l, k - m. The minus belongs to the way to the layer below; here "
            "it makes negative indices, which Python counts from the far edge.",
            _summed(lambda j, k, l, m: (j - l, k - m)),
        ),
        "offset left out": Mistake(
            "All weights have got the same slope: the pixel does not depend on l and m. Each "
            "weight looks at the image from an offset of its own.",
            _summed(lambda j, k, l, m: (j, k)),
        ),
        "neuron left out": Mistake(
            "The pixel is that of the filter in the upper left corner. The filter has moved on to "
            "(j, k), and the pixel with it.",
            _summed(lambda j, k, l, m: (l, m)),
        ),
        "one row and column short": Mistake(
            "The last row and the last column of neurons are left out. range(n) ends at n - 1 "
            "already.",
            _summed(lambda j, k, l, m: (j + l, k + m), lambda r, c: (r - 1, c - 1)),
        ),
        "= where += is needed": Mistake(
            "Each slope is the product of the last neuron alone. All neurons use the weight: +=, "
            "not =.",
            lambda d, a, w: d[-1, -1] * a[-w.shape[0] :, -w.shape[1] :],
        ),
        "mean instead of sum": Mistake(
            "That is the average over the neurons. Every neuron uses the whole weight, so what "
            "each does to the cost adds up: the sum.",
            lambda d, a, w: conv.nabla_w(d, a, w) / d.size,
        ),
        "times the weight": Mistake(
            "The weight itself is a factor. z1 is linear in it, so its slope is the pixel alone, "
            "whatever the weight is.",
            lambda d, a, w: conv.nabla_w(d, a, w) * w,
        ),
        "pixels left out": Mistake(
            "The errors have been added up without their pixels. That is BP3; BP4 has a pixel "
            "where BP3 has a 1.",
            lambda d, a, w: np.full(w.shape, d.sum()),
        ),
    },
    hints=(
        "Begin with np.zeros(w1.shape): one sum for each weight (l, m).",
        "For each (l, m) two more loops, j and k over the neurons, as far as delta1.shape says.",
        "In the innermost line: nabla[l, m] += an error times the pixel on which the weight lies "
        "when the filter is at (j, k).",
    ),
    why="w1 gave its shape and nothing else. Exchange the loops, (j, k) outside, and the inner two "
    "add a whole piece of the image at a time, times one error: exercise 9.1.",
    solution=nabla_w1,
)

# --- 9.3 ---------------------------------------------------------------------------------------


def both_weights(delta3, a2, delta1, a0, w1):
    fields = conv.receptive_fields(a0, w1)
    return np.einsum("nq,njk->qjk", delta3, a2), np.einsum("njk,njklm->lm", delta1, fields)


def _batch(label, digits, outputs, pixels, kernel):
    neurons = [p - n + 1 for p, n in zip(pixels, kernel, strict=True)]
    pooled = [n // 2 for n in neurons]
    delta3, a2 = RNG.standard_normal((digits, outputs)), RNG.random((digits, *pooled))
    delta1, a0 = RNG.standard_normal((digits, *neurons)), RNG.random((digits, *pixels))
    return Case(label, delta3, a2, delta1, a0, RNG.standard_normal(kernel))


def _right(d3, a2, d1, a0, w1):
    return dense.nabla_w(d3, a2), conv.nabla_w(d1, a0, w1)


ONE_LINE = Exercise(
    id="9.3",
    title="BP4a and BP4, a line each",
    asks="implement",
    starter="def both_weights(delta3, a2, delta1, a0, w1):\n"
    "    # nabla_w3, nabla_w1\n    return ..., ...",
    answer=Function(
        lambda d3, a2, d1, a0, w1: (
            by_definition.dense_nabla_w(d3, a2),
            by_definition.conv_nabla_w(d1, a0, w1),
        ),
        [
            _batch("one digit of 5 by 5 pixels", 1, 3, (5, 5), (2, 2)),
            _batch("3 digits of 7 by 6 pixels", 3, 10, (7, 6), (2, 3)),
        ],
        parts=("nabla_w3", "nabla_w1"),
    ),
    mistakes={
        "batch averaged": Mistake(
            "Both have been divided by the number of examples. The gradient of a batch is a sum "
            "here; training.step divides, and it would then be done twice.",
            lambda d3, a2, d1, a0, w1: tuple(x / len(d3) for x in _right(d3, a2, d1, a0, w1)),
        ),
        "exchanged": Mistake(
            "Both are there, in the wrong order: nabla_w3 comes first.",
            lambda d3, a2, d1, a0, w1: _right(d3, a2, d1, a0, w1)[::-1],
        ),
        "summed too early": Mistake(
            "nabla_w3 multiplies a sum over the batch by another, which mixes the errors of one "
            "digit with the activations of another. Sum the products.",
            lambda d3, a2, d1, a0, w1: (
                np.multiply.outer(d3.sum(axis=0), a2.sum(axis=0)),
                conv.nabla_w(d1, a0, w1),
            ),
        ),
        "both summed too early": Mistake(
            "Both multiply sums over the batch; they should sum products. The errors of one digit "
            "belong to its own activations: n stands in both factors of the einsum.",
            lambda d3, a2, d1, a0, w1: (
                np.multiply.outer(d3.sum(axis=0), a2.sum(axis=0)),
                conv.nabla_w(d1.sum(axis=0), a0.sum(axis=0), w1),
            ),
        ),
        "the errors rotated": Mistake(
            "nabla_w3 is right. nabla_w1 is that of the errors rotated by 180°; BP4 takes them as "
            "they are.",
            lambda d3, a2, d1, a0, w1: (
                dense.nabla_w(d3, a2),
                conv.nabla_w(d1[:, ::-1, ::-1].copy(), a0, w1),
            ),
        ),
        "batch left apart": Mistake(
            "Both have still an axis of examples. The batch is summed over: leave the n out on "
            "the right of the arrow.",
            lambda d3, a2, d1, a0, w1: (
                np.einsum("nq,njk->nqjk", d3, a2),
                np.einsum("njk,njklm->nlm", d1, conv.receptive_fields(a0, w1)),
            ),
        ),
        "mean instead of sum": Mistake(
            "nabla_w3 is right, nabla_w1 is an average over the neurons. Each of them uses the "
            "whole weight: the sum.",
            lambda d3, a2, d1, a0, w1: (
                dense.nabla_w(d3, a2),
                conv.nabla_w(d1, a0, w1) / d1[0].size,
            ),
        ),
    },
    hints=(
        "Write the two equations with an n at each error and each activation: the batch is one "
        "sum more.",
        "With q for the output neuron l: letters nq and njk go into BP4a, qjk comes out. For BP4, "
        "receptive_fields(a0, w1) has the letters njklm.",
        'np.einsum("nq,njk->qjk", …) is the first. In the second, which two letters are left on '
        "the right of the arrow?",
    ),
    why="The letters tell the two apart: BP4a keeps j and k, since every place has a weight of its "
    "own; BP4 sums over them, since the weight is shared.",
    solution=both_weights,
)

# --- 9.4 ---------------------------------------------------------------------------------------


def hiding():
    return np.array([[1.0, 2, 3], [4, 5, 4], [3, 2, 1]])


def _fault(delta1):
    if np.ptp(delta1) == 0:
        return "all the same"
    if not np.array_equal(delta1, delta1[::-1, ::-1]):
        turned = (delta1.T, delta1[::-1], delta1[:, ::-1])
        return "mirrored" if any(np.array_equal(delta1, x) for x in turned) else "it shows"
    return "transposed hides too" if np.array_equal(delta1, delta1.T) else None


HIDING = Exercise(
    id="9.4",
    title="Where a rotation hides",
    asks="explain",
    starter="answer = [\n" + "    [..., ..., ...],\n" * 3 + "]",
    answer=Made((3, 3), _fault),
    mistakes={
        "all the same": Mistake(
            "All nine are the same: then neither mistake shows. The transposed errors should "
            "still give something else.",
            np.ones((3, 3)),
        ),
        "mirrored": Mistake(
            "These errors look the same in a mirror, but not after half a turn: the rotation "
            "shows. Which entry comes to lie where (0, 0) was?",
            [[1, 2, 1], [3, 4, 3], [5, 6, 5]],
        ),
        "it shows": Mistake(
            "With these errors the rotation shows: rotated by 180°, they are not what they were. "
            "Entry (j, k) goes to (2 - j, 2 - k).",
            [[1, 2, 3], [4, 5, 6], [7, 8, 9]],
        ),
        "transposed hides too": Mistake(
            "The rotation hides, and so do exchanged rows and columns: these errors are the same "
            "when transposed. Make (0, 1) and (1, 0) differ, say.",
            [[1, 2, 3], [2, 4, 2], [3, 2, 1]],
        ),
    },
    hints=(
        "After half a turn entry (j, k) is at (2 - j, 2 - k). Which pairs have to be equal?",
        "Four pairs, and the middle is free. After transposing, (j, k) is at (k, j); at least one "
        "such pair has to differ.",
    ),
    why="Ones, and any other errors that half a turn leaves as they are, are poor tests of BP4. So "
    "is a mean: a gradient that comes out rotated by 180° has the mean of the right one.",
    solution=hiding,
)

# --- 9.5 ---------------------------------------------------------------------------------------


def seen():
    counts = []
    for row, column in [(1, 2), (27, 0), (13, 25)]:
        rows = [l for l in range(5) if 0 <= row - l <= 23]
        columns = [m for m in range(5) if 0 <= column - m <= 23]
        counts.append(len(rows) * len(columns))
    return counts


SEEN = Exercise(
    id="9.5",
    title="Which weights see a pixel?",
    asks="predict",
    starter="answer = [..., ..., ...]",
    answer=Values([6, 1, 15]),
    mistakes={
        "all of them": Mistake(
            "All 25 see a pixel in the middle. A weight of row l sees the rows l to l + 23.",
            [25, 25, 25],
        ),
        "the far edge forgotten": Mistake(
            "The upper left edge is right, the far one is not: weight (0, 0) never comes to lie "
            "on row 27. The last row that it sees is 23.",
            [6, 5, 25],
        ),
        "the far columns forgotten": Mistake(
            "The third is not right yet: (13, 25) is not seen by weights of column 0 or "
            "1. The last column that a weight of column m sees is m + 23.",
            [6, 1, 25],
        ),
        "off by one at the near edge": Mistake(
            "Off by one at row 0 and column 0: weight (0, 0) does see pixel (0, 0).",
            [2, 0, 15],
        ),
        "off by one at the far edge": Mistake(
            "Off by one at the far edge: there are 24 rows of neurons, the last is row 23, not 24.",
            [6, 2, 20],
        ),
        "short by one at the far edge": Mistake(
            "Off by one at the far edge: the last row of neurons is row 23, and weight (l, m) "
            "sees row l + 23 too.",
            [6, 0, 10],
        ),
        "added": Mistake(
            "Rows and columns have been added. Each row of weights that sees the pixel goes with "
            "each column: multiply.",
            [5, 2, 8],
        ),
    },
    hints=(
        "Weight (l, m) lies on pixel (1, 2) when the filter is at neuron (1 - l, 2 - m). Is there "
        "such a neuron?",
        "For a pixel in row p, l counts if 0 ≤ p - l ≤ 23; likewise m for its column. Count the l, "
        "count the m, multiply.",
    ),
    why="It is the number of neurons that see the pixel, each with another weight: what "
    "conv.backward(np.ones((24, 24)), np.ones((5, 5))) has in that place.",
    solution=seen,
)

EXERCISES = [TWO_ERRORS, LOOPS, ONE_LINE, HIDING, SEEN]
