"""The exercises of chapter 16, on BP5 and the error of the layer below."""

import itertools

import numpy as np

from ... import by_definition, conv
from ..asking import Case, Exercise, Function, Letter, Mistake, Values

RNG = np.random.default_rng(16)

# --- 16.1 --------------------------------------------------------------------------------------


def three_errors():
    w2 = np.array([[1.0, 2], [3, -1]])
    grad = np.zeros((3, 3))
    grad[0:2, 0:2] += 2 * w2
    grad[1:3, 0:2] += 1 * w2
    grad[1:3, 1:3] += -3 * w2
    return grad


THREE_ERRORS = Exercise(
    id="16.1",
    title="Three errors",
    asks="by hand",
    starter="answer = [\n" + "    [..., ..., ...],\n" * 3 + "]",
    answer=Values([[2, 4, 0], [7, -3, -6], [3, -10, 3]]),
    mistakes={
        "a rotated filter laid down": Mistake(
            "Each error has laid down the filter rotated by 180°. Neuron (0, 0) sees (0, 0) "
            "through the weight (0, 0): laid down, the filter stays as it is.",
            [[-2, 6, 0], [3, 8, -9], [2, -5, -3]],
        ),
        "= where += is needed": Mistake(
            "Where two filters lie on each other, the later one has wiped out the earlier. Such "
            "a place is seen by both neurons: add up.",
            [[2, 4, 0], [1, -3, -6], [3, -9, 3]],
        ),
        "transposed": Mistake(
            "The right numbers with rows and columns exchanged. The first index counts rows.",
            [[2, 7, 3], [4, -3, -10], [0, -6, 3]],
        ),
        "the filter transposed": Mistake(
            "The filter has been laid down with its rows and columns exchanged: the weight (0, 1) "
            "is the 2 and lies to the right of the 1.",
            [[2, 6, 0], [5, -2, -9], [2, -7, 3]],
        ),
        "without the sign": Mistake(
            "The sign of the -3 is lost: it lays down the filter -3 times.",
            [[2, 4, 0], [7, 3, 6], [3, 8, -3]],
        ),
        "the errors rotated": Mistake(
            "The errors have been rotated. Neuron (0, 0) has the error 2, and the 2 by 2 numbers "
            "that it sees begin at (0, 0).",
            [[-3, -5, 2], [-9, 8, 3], [0, 6, -2]],
        ),
        "the mean": Mistake(
            "Something has been divided by the number of neurons that see a place. Each of them "
            "passes on its word in full.",
            [[2, 2, 0], [3.5, -0.75, -3], [3, -5, 3]],
        ),
    },
    hints=(
        "Take the errors one by one. An error at neuron (j, k) lays the filter, times itself, on "
        "the rows j, j+1 and the columns k, k+1.",
        "Twice the filter in the upper left corner, once in the lower left one, -3 times in the "
        "lower right one. The 0 lays down nothing.",
        "In the middle three of them meet: 2 · (-1) from the first, 1 · 2 from the second, "
        "-3 · 1 from the third.",
    ),
    why="The sum of the nine numbers is 0, as it must be: the errors add up to 0, and each of them "
    "meets each weight once. A check of the sum alone would pass many wrong answers.",
    solution=three_errors,
)

# --- 16.2 --------------------------------------------------------------------------------------


def grad_a(delta, w):
    grad = np.zeros(np.add(delta.shape, w.shape) - 1)
    for j, k in np.ndindex(delta.shape):
        for l, m in np.ndindex(w.shape):
            grad[j + l, k + m] += delta[j, k] * w[l, m]
    return grad


def _added(place, mean=False):
    """BP5 with another place of the layer below, given j, k, l, m."""

    def wrong(delta, w):
        grad = np.zeros(np.add(delta.shape, w.shape) - 1)
        for j, k in np.ndindex(delta.shape):
            for l, m in np.ndindex(w.shape):
                grad[place(j, k, l, m)] += delta[j, k] * w[l, m]
        return grad / w.size if mean else grad

    return wrong


def _wiped(delta, w):
    grad = np.zeros(np.add(delta.shape, w.shape) - 1)
    for j, k in np.ndindex(delta.shape):
        grad[j : j + w.shape[0], k : k + w.shape[1]] = delta[j, k] * w
    return grad


def _from_the_far_edge(delta, w):
    """BP5 as it stands, its indices left to Python below 0 and caught above."""
    grad = np.zeros(np.add(delta.shape, w.shape) - 1)
    rows, columns = delta.shape
    for (p, q), (l, m) in itertools.product(np.ndindex(grad.shape), np.ndindex(w.shape)):
        if -rows <= p - l < rows and -columns <= q - m < columns:
            grad[p, q] += w[l, m] * delta[p - l, q - m]
    return grad


def _turned(delta, w):
    return conv.backward(delta, w[::-1, ::-1])


LOOPS = Exercise(
    id="16.2",
    title="BP5 in loops",
    asks="implement",
    starter="def grad_a(delta, w):\n    # your lines\n    ...",
    answer=Function(
        by_definition.conv_backward,
        [
            Case("one error and a filter of 2 by 3", np.array([[2.0]]), RNG.normal(size=(2, 3))),
            Case("errors of 4 by 5", RNG.normal(size=(4, 5)), RNG.normal(size=(3, 2))),
            Case("errors of 2 by 6", RNG.normal(size=(2, 6)), RNG.normal(size=(4, 5))),
        ],
    ),
    mistakes={
        "the filter rotated": Mistake(
            "An error at one neuron lays down the filter rotated by 180°. A loop over the neurons, "
            "with +=, must not rotate it; a cross-correlation of the errors must.",
            _turned,
        ),
        "= where += is needed": Mistake(
            "A place that several neurons see has the word of the last of them alone. +=, not =.",
            _wiped,
        ),
        "errors from the far edge": Mistake(
            "Where p - l is below 0 there is no neuron, and no error. Python takes one from the "
            "far edge, without a complaint: leave such terms out.",
            _from_the_far_edge,
        ),
        "minus for plus": Mistake(
            "The place is at j - l, k - m. That is who is *heard* in BP5; who sees whom is j + l, "
            "k + m. Negative indices count from the far edge in Python, without a complaint.",
            _added(lambda j, k, l, m: (j - l, k - m)),
        ),
        "the mean": Mistake(
            "The sum has been divided by the number of weights. Every neuron passes on its error "
            "in full.",
            _added(lambda j, k, l, m: (j + l, k + m), mean=True),
        ),
        "only where the filter fits": Mistake(
            "The filter has been slid over the errors as F1 does, without zeros around: what comes "
            "out is smaller than δ. The layer below is larger, by the filter less one row and one "
            "column.",
            lambda delta, w: (
                conv.forward(delta, w[::-1, ::-1], 0.0)
                if all(np.greater_equal(delta.shape, w.shape))
                else np.zeros((0, 0))
            ),
        ),
        "a weight left out": Mistake(
            "Each error has been spread out evenly, without the weights. It goes down a line "
            "through the weight of this line.",
            lambda delta, w: conv.backward(delta, np.ones(w.shape)),
        ),
    },
    hints=(
        "Begin with np.zeros. How many rows has the layer below, if the filter of w.shape[0] rows "
        "has delta.shape[0] places?",
        "np.add(delta.shape, w.shape) - 1 are the rows and columns. Two loops over the neurons "
        "(j, k), two over the weights (l, m).",
        "In the innermost line grad[j + l, k + m] += an error times a weight.",
    ),
    why="A loop that lays the filter down needs no rotation, and no zeros around the errors. "
    "Both belong to the cross-correlation, by which each place of the layer below collects what "
    "it gets.",
    solution=grad_a,
)

# --- 16.3 --------------------------------------------------------------------------------------

TURNED = """
def grad_a(delta, w):
    channels, height, width = w.shape[1:]
    rows, columns = delta.shape[1:]
    grad = np.zeros((channels, rows + height - 1, columns + width - 1))
    for f, j, k in np.ndindex(delta.shape):
        for c in range(channels):
            grad[c, j : j + height, k : k + width] += delta[f, j, k] * w[f, c, ::-1, ::-1]
    return grad
""".strip()


def grad_of_channels(delta, w):
    channels, height, width = w.shape[1:]
    rows, columns = delta.shape[1:]
    grad = np.zeros((channels, rows + height - 1, columns + width - 1))
    for f, j, k in np.ndindex(delta.shape):
        for c in range(channels):
            grad[c, j : j + height, k : k + width] += delta[f, j, k] * w[f, c]
    return grad


def _maps(label, delta, w):
    return Case(label, RNG.normal(size=delta), RNG.normal(size=w))


def _last_map(delta, w):
    grad = np.zeros(conv.backward(delta, w).shape)
    for f, j, k in np.ndindex(delta.shape):
        grad[:, j : j + w.shape[2], k : k + w.shape[3]] = delta[f, j, k] * w[f]
    return grad


TURNS = Exercise(
    id="16.3",
    title="Too many turns",
    asks="debug",
    starter=TURNED,
    answer=Function(
        by_definition.conv_backward,
        [
            _maps("one map, one channel", (1, 2, 3), (1, 1, 2, 2)),
            _maps("three maps, two channels", (3, 4, 2), (3, 2, 3, 2)),
        ],
    ),
    mistakes={
        "still rotated": Mistake(
            "The filter is still rotated, or rotated anew. The loop lays it down where the neuron "
            "looks, and there it lies as it lay on the way forward.",
            lambda delta, w: conv.backward(delta, w[..., ::-1, ::-1]),
        ),
        "one axis rotated": Mistake(
            "One of the two axes is still reversed: that is a filter seen in a mirror. Neither is "
            "to be reversed here.",
            lambda delta, w: conv.backward(delta, w[..., ::-1]),
        ),
        "the rows reversed": Mistake(
            "The rows of the filter are still in reverse order, the columns are right.",
            lambda delta, w: conv.backward(delta, w[..., ::-1, :]),
        ),
        "transposed": Mistake(
            "Rows and columns of the filter have been exchanged. Transposed is the large matrix "
            "that the filter makes, not the filter.",
            lambda delta, w: (
                conv.backward(delta, w.swapaxes(-1, -2))
                if w.shape[-1] == w.shape[-2]
                else np.zeros((0, 0, 0))
            ),
        ),
        "= where += is needed": Mistake(
            "The rotation is gone, and so is the +: the word of the last neuron wipes out that of "
            "the others.",
            _last_map,
        ),
        "the errors rotated": Mistake(
            "The errors have been rotated instead of the filter. Rotate nothing.",
            lambda delta, w: conv.backward(delta[:, ::-1, ::-1], w),
        ),
    },
    hints=(
        "Let one error be 1 and all others 0. What should arrive below, and what does?",
        "The loop visits the neurons and lays something down: that is the scattering of this "
        "chapter. Only a cross-correlation of the errors rotates.",
        "Look at the last two indices of w in the innermost line.",
    ),
    why="The sum of all numbers was right before, and the mean with it. DeepLearning.AI's "
    "assignment on convolutions gives means as the expected output; this bug passes it.",
    solution=grad_of_channels,
)

# --- 16.4 --------------------------------------------------------------------------------------


def reach(sizes):
    return 1 + sum(size - 1 for size in sizes)


REACH = Exercise(
    id="16.4",
    title="How far a neuron sees",
    asks="derive",
    starter="def reach(sizes):\n    # your lines\n    ...",
    answer=Function(
        reach,
        [
            Case("one layer, [5]", [5]),
            Case("two layers, [5, 5]", [5, 5]),
            Case("three layers, [5, 3, 3]", [5, 3, 3]),
            Case("filters of one weight, [1, 1, 4]", [1, 1, 4]),
        ],
    ),
    mistakes={
        "added up": Mistake(
            "The sizes have been added up. Neurons next to each other see some of the same pixels: "
            "a filter of 5 adds 4 to what is there.",
            lambda sizes: sum(sizes),
        ),
        "multiplied": Mistake(
            "The sizes have been multiplied. The receptive fields of neighbouring neurons overlap; "
            "they would have to lie side by side for that.",
            lambda sizes: int(np.prod(sizes)),
        ),
        "one missing": Mistake(
            "One pixel is missing: a neuron without any filter below it would see 1 pixel, itself.",
            lambda sizes: sum(size - 1 for size in sizes),
        ),
        "the largest": Mistake(
            "That is the largest filter. The neuron above sees several neurons, and each of them "
            "sees a whole field of its own.",
            lambda sizes: max(sizes),
        ),
        "the last alone": Mistake(
            "That is what the neuron sees of the layer below it. Go on, down to the image.",
            lambda sizes: sizes[-1],
        ),
    },
    hints=(
        "For two filters of 5: the upper neuron sees 5 neurons side by side. The first of them "
        "sees the pixels 0 to 4. Which does the last of them see?",
        "The pixels 4 to 8. So 9 in all: 5, and 4 more.",
        "Each filter of size n adds n - 1. What do you begin with?",
    ),
    why="The same number says how far an error travels. One δ in the third layer of [5, 3, 3] "
    "reaches 9 by 9 pixels, and the middle of them by many ways.",
    solution=reach,
)

# --- 16.5 --------------------------------------------------------------------------------------

WHICH_TEST = Exercise(
    id="16.5",
    title="Which test notices?",
    asks="explain",
    starter="answer = None",
    answer=Letter("c"),
    mistakes={
        "the mean": Mistake(
            "Every error meets every weight once, whichever way the filter lies, and the mean is "
            "the same. This test notices the rotation for no filter at all.",
            "a",
        ),
        "in the middle": Mistake(
            "In the middle all weights lie on errors, and all of these are 1: the sum of the "
            "weights comes out, in any order. At the edge it would show.",
            "b",
        ),
        "weights of one": Mistake(
            "A filter of ones is the same after half a turn. The errors may be drawn as you like; "
            "it is the filter that must not look the same.",
            "d",
        ),
    },
    hints=(
        "What does a filter look like that hides the rotation? Is one of the tests made with it?",
        "A mean, and a place at which all errors are equal, lose the order of the weights.",
    ),
    why="The test with a lone error is also the one that a reader can check by eye: the filter "
    "itself comes out. Move the error about, and every place is tested.",
    solution="c. A lone error lays the filter down, and what comes out is the filter, or the "
    "filter rotated. The mean is the same in both. With errors of 1 everywhere, a place in the "
    "middle gets the sum of all weights. And weights of 1 look the same after half a turn.",
)

EXERCISES = [THREE_ERRORS, LOOPS, TURNS, REACH, WHICH_TEST]
