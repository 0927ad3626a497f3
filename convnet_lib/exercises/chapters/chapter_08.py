"""The exercises of chapter 8, on BP3 and the shared bias."""

import numpy as np

from ... import by_definition
from ..asking import Case, Exercise, Function, Letter, Mistake, Values

RNG = np.random.default_rng(8)

# --- 8.1 ---------------------------------------------------------------------------------------


def two_strings():
    delta1 = np.array([[0, 0, 0.2, 0], [-0.1, 0, 0, 0], [0, 0.4, 0, 0], [0, 0, -0.3, 0]])
    return [delta1[:, :2].sum(), delta1[:, 2:].sum()]


TWO_STRINGS = Exercise(
    id="8.1",
    title="Two strings",
    asks="by hand",
    starter="answer = [..., ...]",
    answer=Values([0.3, -0.1]),
    mistakes={
        "mean instead of sum": Mistake(
            "Those are the averages over eight neurons. A bias is not shared out among its "
            "neurons: each of the eight gets the whole change, and what each does to the cost adds "
            "up.",
            [0.0375, -0.0125],
        ),
        "mean of the winners": Mistake(
            "Those are the averages of the errors that are not 0. No average: when the string is "
            "pulled, both neurons move by the whole of it, and both count in full.",
            [0.15, -0.05],
        ),
        "upper and lower": Mistake(
            "That is for the upper and the lower half. Here one bias belongs to the two columns "
            "on the left and the other to the two on the right.",
            [0.1, 0.1],
        ),
        "left and right exchanged": Mistake(
            "Both numbers are there, in the wrong order: the left half comes first.",
            [-0.1, 0.3],
        ),
        "the whole sum twice": Mistake(
            "Each of the two is the sum over the whole map. A bias reaches the cost only through "
            "the neurons that use it, and here that is half of them.",
            [0.2, 0.2],
        ),
        "without the signs": Mistake(
            "The signs are lost. Errors of opposite sign work against each other: what counts is "
            "what remains.",
            [0.5, 0.5],
        ),
        "the largest error": Mistake(
            "Those are the errors of one neuron in each half, the one that is largest in size. "
            "All of a half are pulled at once; add them up.",
            [0.4, -0.3],
        ),
        "the step": Mistake(
            "Both signs are wrong. A step goes against the gradient; the gradient itself is "
            "asked for here.",
            [-0.3, 0.1],
        ),
    },
    hints=(
        "Which of the 16 weighted inputs contain the left bias?",
        "Two errors that are not 0 stand on the left, two on the right. Add them, with their "
        "signs.",
    ),
    why="Together they are 0.2, the gradient of the one bias: tie the two strings together and "
    "the slopes add up. Had every neuron a bias of its own, each sum would have one term, and "
    "that is FC3.",
    solution=two_strings,
)

# --- 8.2 ---------------------------------------------------------------------------------------

AVERAGE = Exercise(
    id="8.2",
    title="A question from a forum",
    asks="explain",
    starter="answer = None",
    answer=Letter("c"),
    mistakes={
        "shared out": Mistake(
            "Sharing the bias does not share it out. Raise b1 by 0.01, and how much does the "
            "weighted input of each of the 576 neurons rise?",
            "a",
        ),
        "as in a batch": Mistake(
            "The average over examples divides the gradients of all parameters by the same "
            "number. Which gradients are divided here, and which are not?",
            "b",
        ),
        "a matter of the rate": Mistake(
            "A larger rate would make up for it if b1 were the only parameter. But the same "
            "rate multiplies the gradients of the weights, and they are sums.",
            "d",
        ),
    },
    hints=(
        "Raise b1 by h. What does each neuron's weighted input do, and what do 576 of them do to "
        "the cost?",
        "Two numbers have to be compared: the slope of b1 and the slopes of its neighbours, the "
        "25 weights of the filter. By which factor is each of the two off?",
    ),
    why="A gradient check shows it: the measured slope is 576 times the computed one, and 576 is "
    "the number of neurons in the map. Where a ratio is a count of something, look first for "
    "a mean that should be a sum.",
    solution="c. Every neuron gets the whole change of b1, so the chain rule has 576 terms, each "
    "with the factor 1, and nothing divides their sum. The average has the right sign, but it is "
    "576 times too small, while the weights of the filter keep their sums: the step is not along "
    "the gradient, and no rate that suits both can mend it.",
)

# --- 8.3 ---------------------------------------------------------------------------------------


def nabla_b1(delta1, w1):
    nabla = 0.0
    for j in range(delta1.shape[0]):
        for k in range(delta1.shape[1]):
            nabla += delta1[j, k]
    return nabla


def _map(label, neurons, kernel):
    return Case(label, RNG.standard_normal(neurons), RNG.standard_normal(kernel))


MAPS = [
    _map("a map of 2 by 2", (2, 2), (2, 2)),
    _map("a map of 4 by 6 and a filter of 3 by 2", (4, 6), (3, 2)),
    _map("a map of 24 by 24 and a filter of 5 by 5", (24, 24), (5, 5)),
]

LOOPS = Exercise(
    id="8.3",
    title="BP3 in loops",
    asks="implement",
    starter="def nabla_b1(delta1, w1):\n    # your lines\n    ...",
    answer=Function(by_definition.conv_nabla_b, MAPS),
    mistakes={
        "mean instead of sum": Mistake(
            "That is the average of the errors. Each neuron gets the whole change of b1, not a "
            "share of it, so what each does to the cost adds up: the sum.",
            lambda delta1, w1: delta1.mean(),
        ),
        "divided by 576": Mistake(
            "The sum was divided by 576. That is the number of neurons of the book's map, and "
            "other maps have other sizes; but nothing is to be divided at all. Each neuron that "
            "uses the bias counts in full.",
            lambda delta1, w1: delta1.sum() / 576,
        ),
        "once a kernel element": Mistake(
            "The bias has been counted once for each weight of the filter. In F1 it stands before "
            "the double sum over l and m: once a neuron.",
            lambda delta1, w1: delta1.sum() * w1.size,
        ),
        "times the weights": Mistake(
            "The errors have been multiplied by the weights. In F1 the bias stands alone, without "
            "a factor: its slope is 1, whatever the filter is.",
            lambda delta1, w1: delta1.sum() * w1.sum(),
        ),
        "= where += is needed": Mistake(
            "Only the last neuron's error is left. Each turn of the loop has to add to what is "
            "there: +=, not =.",
            lambda delta1, w1: delta1[-1, -1],
        ),
        "the first neuron alone": Mistake(
            "Only the error of neuron (0, 0) is in it. Is there a return inside of the loops?",
            lambda delta1, w1: delta1[0, 0],
        ),
        "the first row alone": Mistake(
            "Only the first row of the map is in it. Is there a return inside of the outer loop?",
            lambda delta1, w1: delta1[0].sum(),
        ),
        "the last row alone": Mistake(
            "Only the last row of the map is in it. Is the sum set to 0 inside of the outer loop?",
            lambda delta1, w1: delta1[-1].sum(),
        ),
        "one row and column short": Mistake(
            "The last row and the last column are left out. range(n) ends at n - 1 already; there "
            "is nothing to subtract.",
            lambda delta1, w1: delta1[:-1, :-1].sum(),
        ),
        "as far as the filter": Mistake(
            "The loops end where the filter ends. They run over the neurons, all that use the "
            "bias; the size of the filter plays no part.",
            lambda delta1, w1: delta1[: w1.shape[0], : w1.shape[1]].sum(),
        ),
        "without the signs": Mistake(
            "The signs are lost. Errors of opposite sign work against each other: add them as "
            "they are.",
            lambda delta1, w1: np.abs(delta1).sum(),
        ),
        "the largest error": Mistake(
            "That is the error that is largest in size. The other neurons move with b1 as well; "
            "none of them may be left out.",
            lambda delta1, w1: delta1.flat[np.abs(delta1).argmax()],
        ),
        "the diagonal": Mistake(
            "Only the neurons with j = k are in it. It takes two loops, one inside of the other.",
            lambda delta1, w1: np.trace(delta1),
        ),
    },
    hints=(
        "BP3 is a double sum over j and k, which run over the neurons of the map.",
        "Begin with 0.0. Two loops, one inside of the other, as far as delta1.shape says; in the "
        "inner one a single line, with +=.",
        "w1 is not needed: ∂z1/∂b1 is 1 for each neuron. In one line it is delta1.sum().",
    ),
    why="w1 was not needed. The library's function takes it too, for its shape alone, which tells "
    "maps from examples and says how many maps there are.",
    solution=nabla_b1,
)

# --- 8.4 ---------------------------------------------------------------------------------------


def both_biases(delta3, delta1):
    return delta3.sum(axis=0), np.einsum("nfjk->f", delta1)


def _batch(label, digits, outputs, maps, rows, columns):
    delta1 = RNG.standard_normal((digits, maps, rows, columns))
    return Case(label, RNG.standard_normal((digits, outputs)), delta1)


def _biases(change3=lambda d: d.sum(axis=0), change1=lambda d: d.sum(axis=(0, 2, 3))):
    return lambda delta3, delta1: (change3(delta3), change1(delta1))


BATCHES = [
    _batch("one digit and 2 maps", 1, 3, 2, 2, 2),
    _batch("5 digits and 3 maps of 4 by 6", 5, 10, 3, 4, 6),
    _batch("3 digits and 3 maps of 2 by 4", 3, 4, 3, 2, 4),
]

ONE_LINE = Exercise(
    id="8.4",
    title="BP3a and BP3, a line each",
    asks="implement",
    starter="def both_biases(delta3, delta1):\n    # nabla_b3, nabla_b1\n    return ..., ...",
    answer=Function(
        lambda delta3, delta1: (
            by_definition.dense_nabla_b(delta3),
            by_definition.conv_nabla_b(delta1, np.empty((delta1.shape[1], 1, 1))),
        ),
        BATCHES,
        parts=("nabla_b3", "nabla_b1"),
    ),
    mistakes={
        "batch averaged": Mistake(
            "Both have been divided by the number of examples. The gradient of a batch is a sum "
            "here, as everywhere in the library; training.step divides, and it would then be done "
            "twice.",
            lambda delta3, delta1: (delta3.mean(axis=0), delta1.sum(axis=(2, 3)).mean(axis=0)),
        ),
        "batch averaged in b1": Mistake(
            "nabla_b3 is right. nabla_b1 is an average over the examples: the axis of the batch "
            "is summed over, as rows and columns are.",
            _biases(change1=lambda d: d.sum(axis=(2, 3)).mean(axis=0)),
        ),
        "mean instead of sum": Mistake(
            "nabla_b1 is an average over the examples and over all the neurons of a map. Each "
            "example counts in full, and every neuron gets the whole of the bias: the errors add "
            "up.",
            _biases(change1=lambda d: d.mean(axis=(0, 2, 3))),
        ),
        "mean of the map": Mistake(
            "The batch is summed over, but within a map nabla_b1 is an average. Every neuron gets "
            "the whole of the bias; the errors add up.",
            _biases(change1=lambda d: d.mean(axis=(2, 3)).sum(axis=0)),
        ),
        "all averages": Mistake(
            "Both are averages over everything that should be summed. Each example and each "
            "neuron counts in full.",
            lambda delta3, delta1: (delta3.mean(axis=0), delta1.mean(axis=(0, 2, 3))),
        ),
        "divided by 576": Mistake(
            "nabla_b3 is right. nabla_b1 was divided by 576, the number of neurons of the book's "
            "map. BP3 adds up and does not divide.",
            _biases(change1=lambda d: d.sum(axis=(0, 2, 3)) / 576),
        ),
        "rows for the batch": Mistake(
            "nabla_b3 is right. In nabla_b1 the axes 1 and 2 were summed, which are the maps and "
            "the rows. Those to be summed are the batch (0), the rows (2) and the columns (3).",
            _biases(change1=lambda d: d.sum(axis=(1, 2))),
        ),
        "summed over the maps": Mistake(
            "nabla_b1 has been summed over the maps as well. Each map has a bias of its own, and "
            "its gradient is made from its own errors.",
            _biases(change1=lambda d: d.sum()),
        ),
        "maps for examples": Mistake(
            "nabla_b1 has kept the axis of the examples, the first one, and summed over the maps. "
            "It is the other way round: a number for each map.",
            _biases(change1=lambda d: d.sum(axis=(1, 2, 3))),
        ),
        "batch left apart": Mistake(
            "nabla_b1 has a row for each example. The cost of a batch is a sum over the examples, "
            "and so is its gradient: one more axis to sum over.",
            _biases(change1=lambda d: d.sum(axis=(2, 3))),
        ),
        "b3 left apart": Mistake(
            "nabla_b1 is right. nabla_b3 still has a row for each example: BP3a holds for each of "
            "them, and the batch adds them up.",
            _biases(change3=lambda d: d),
        ),
        "both left apart": Mistake(
            "Both have a row for each example. That is right for each of them; the gradient of "
            "the batch is their sum.",
            _biases(lambda d: d, lambda d: d.sum(axis=(2, 3))),
        ),
        "b3 a single number": Mistake(
            "nabla_b3 has been summed over the output neurons too. They share nothing: each has a "
            "bias of its own.",
            _biases(change3=lambda d: d.sum()),
        ),
        "b3 summed over the outputs": Mistake(
            "nabla_b3 has been summed over the wrong axis: the output neurons are gone and the "
            "examples are still there.",
            _biases(change3=lambda d: d.sum(axis=1)),
        ),
        "exchanged": Mistake(
            "Both are there, in the wrong order: nabla_b3 comes first.",
            lambda delta3, delta1: (delta1.sum(axis=(0, 2, 3)), delta3.sum(axis=0)),
        ),
        "the first example alone": Mistake(
            "Only the first example is in both of them. The cost of a batch is a sum over the "
            "examples, and so is its gradient.",
            lambda delta3, delta1: (delta3[0], delta1[0].sum(axis=(1, 2))),
        ),
        "rows and columns left": Mistake(
            "nabla_b1 is still a map for each filter. The batch is summed over; rows and columns "
            "have yet to be.",
            _biases(change1=lambda d: d.sum(axis=0)),
        ),
    },
    hints=(
        "Ask of each axis: do those who stand along it share the bias (sum), or has each its own "
        "(keep)? The examples share everything.",
        "delta3 has the axes (example, output), delta1 (example, map, row, column). One axis of "
        "each stays.",
        "sum(axis=…) takes several axes in brackets; in einsum, the letters missing on the right "
        "of the arrow are summed over.",
    ),
    why="The axis that stays is the axis along which the bias differs, and the result has the "
    "shape of the bias. It is worth an assert in any network of your own.",
    solution=both_biases,
)

# --- 8.5 ---------------------------------------------------------------------------------------

UPWARDS = Exercise(
    id="8.5",
    title="Upwards only",
    asks="predict",
    starter="answer = None",
    answer=Letter("d"),
    mistakes={
        "all together": Mistake(
            "That is what all of them do together. One by one, each tied neuron is asked by "
            "itself. What does each of the four of a blank window answer when it is raised alone?",
            "a",
        ),
        "central": Mistake(
            "That is the central difference, the mean of what happens upwards and what happens "
            "downwards. The forward difference never looks down.",
            "b",
        ),
        "backward": Mistake(
            "That is the share of the windows without a tie. Tied windows would drop out if each "
            "neuron in turn were lowered alone; here each is raised.",
            "c",
        ),
    },
    hints=(
        "In a window of four tied neurons, raise one of them. Does the maximum rise?",
        "It does, by as much as the neuron, for each of the four in turn. So the window is "
        "counted four times, one with n tied neurons n times.",
        "Which way to deal with ties gives each of them the whole error?",
    ),
    why="Three judges that differ in nothing but the direction of the nudge, and three answers: "
    "lowering gives c, both give the mean of c and d, which is b. Where there is no derivative, "
    "the question decides. All together is the question that learning asks.",
    solution="d. Raising any one of n tied neurons raises the maximum, so each of them has the "
    "whole slope of the window, and the window is counted n times. That is what ties='all' does, "
    "and its sum is 0.02517. (Lowering one of several tied neurons changes nothing, so the "
    "backward difference gives c, the windows without a tie.)",
)

EXERCISES = [TWO_STRINGS, AVERAGE, LOOPS, ONE_LINE, UPWARDS]
