"""The exercises of chapter 18, on windows that overlap, leave gaps, or take the mean."""

import numpy as np

from ... import by_definition, pool
from ..asking import Case, Exercise, Function, Letter, Mistake, Values

RNG = np.random.default_rng(18)

# --- 18.1 --------------------------------------------------------------------------------------


def four_windows():
    nabla = np.zeros((4, 4))
    nabla[1, 0] = 1 + 3
    nabla[1, 3] = -2 + 4
    return nabla


def _at(left, right, *others):
    nabla = np.zeros((4, 4))
    nabla[1, 0], nabla[1, 3] = left, right
    for place, value in others:
        nabla[place] = value
    return nabla


FOUR_WINDOWS = Exercise(
    id="18.1",
    title="Four windows",
    asks="by hand",
    starter="answer = [\n" + "    [..., ..., ..., ...],\n" * 4 + "]",
    answer=Values(_at(4, 2)),
    mistakes={
        "= where += is needed": Mistake(
            "The winners are right. Each of them has won two windows, and you have kept what the "
            "last one gave: add both.",
            _at(3, 4),
        ),
        "the first window alone": Mistake(
            "The winners are right. Each of them has won two windows, and you have kept what the "
            "first one gave: add both.",
            _at(1, -2),
        ),
        "the mean": Mistake(
            "The two contributions have been averaged. Each window passes on its gradient whole.",
            _at(2, 1),
        ),
        "the sign": Mistake("The -2 has lost its sign.", _at(4, 6)),
        "rows and columns": Mistake(
            "The windows on the left are those with 1 and 3, one below the other: in the array of "
            "∂C/∂a2 the first index is the row.",
            _at(-1, 7),
        ),
        "2 by 2": Mistake(
            "That is the answer for windows of 2 by 2 that do not overlap. These are 3 by 3, one "
            "apart.",
            [[0, 0, 0, 0], [1, 0, 0, -2], [3, 0, 0, 0], [0, 0, 4, 0]],
        ),
    },
    hints=(
        "The first window has the rows 0 to 2 and the columns 0 to 2. The one to its right begins "
        "one column further.",
        "The 0.9 is in the two windows on the left, the 0.8 in the two on the right, and each of "
        "them wins both.",
    ),
    why="Sixteen numbers, two of them not 0, and their sum is that of ∂C/∂a2: 1 - 2 + 3 + 4. What "
    "the windows hand out arrives somewhere, and nothing is lost.",
    solution=four_windows,
)

# --- 18.2 --------------------------------------------------------------------------------------


def how_many():
    rows = sum(2 * j <= 4 <= 2 * j + 2 for j in range(4))
    columns = sum(2 * k <= 5 <= 2 * k + 2 for k in range(5))
    return rows * columns


HOW_MANY = Exercise(
    id="18.2",
    title="In how many windows?",
    asks="by hand",
    starter="answer = None",
    answer=Values(2),
    mistakes={
        "both even": Mistake(
            "Row 4 is shared by two windows. Is column 5 too? Which columns do the windows begin "
            "at?",
            4,
        ),
        "both odd": Mistake(
            "Column 5 is in the middle of one window. Row 4 is the last of one and the first of "
            "the next.",
            1,
        ),
        "one apart": Mistake("That would be so if the windows lay one apart.", 9),
        "added": Mistake("Rows and columns are chosen independently: multiply.", 3),
        "all windows": Mistake("That is the number of all windows, 4 by 5.", 20),
    },
    hints=(
        "Windows begin at the rows 0, 2, 4 and 6, and at the columns 0, 2, 4, 6 and 8.",
        "Row 4 lies in those that begin at 2 and at 4, column 5 in the one that begins at 4.",
    ),
    why="With 3 by 3 and two apart there are neurons in one window, in two and in four. A test "
    "with these sizes has all three kinds in it.",
    solution=how_many,
)

# --- 18.3 --------------------------------------------------------------------------------------


def mean_backward(grad, shape, size, stride):
    nabla = np.zeros(shape)
    for j, k in np.ndindex(grad.shape):
        rows = slice(stride * j, stride * j + size)
        columns = slice(stride * k, stride * k + size)
        nabla[rows, columns] += grad[j, k] / size**2
    return nabla


def _mean(step="+=", share=lambda size: 1 / size**2):
    """The way back through the mean with one thing wrong."""

    def wrong(grad, shape, size, stride):
        nabla = np.zeros(shape)
        for j, k in np.ndindex(grad.shape):
            window = tuple(slice(stride * i, stride * i + size) for i in (j, k))
            before = nabla[window] if step == "+=" else 0
            nabla[window] = before + grad[j, k] * share(size)
        return nabla

    return wrong


def _averaged(grad, shape, size, stride):
    everyone = np.ones((*grad.shape, size * size))
    count = pool.scatter(np.ones(grad.shape), everyone, shape, size, stride)
    return mean_backward(grad, shape, size, stride) / np.maximum(count, 1)


def _map(label, shape, size, stride):
    there = [(n - size) // stride + 1 for n in shape]
    return Case(label, RNG.standard_normal(there), shape, size, stride)


MEAN = Exercise(
    id="18.3",
    title="Back through the mean",
    asks="implement",
    starter="def mean_backward(grad, shape, size, stride):\n    # your lines\n    ...",
    answer=Function(
        by_definition.pool_mean_backward,
        [
            _map("windows of 2 by 2, two apart, on 4 by 6", (4, 6), 2, 2),
            _map("windows of 3 by 3, two apart, on 7 by 10", (7, 10), 3, 2),
            _map("windows of 2 by 2, three apart, on 8 by 7", (8, 7), 2, 3),
        ],
    ),
    mistakes={
        "= where += is needed": Mistake(
            "Where windows overlap each of them has wiped out what was there: a neuron collects "
            "from all its windows, +=.",
            _mean(step="="),
        ),
        "not shared": Mistake(
            "Every neuron has got the whole gradient of its window. In the mean it has the factor "
            "one over the number of neurons.",
            _mean(share=lambda size: 1.0),
        ),
        "divided by the size": Mistake(
            "The share is one over the size. A window has size times size neurons.",
            _mean(share=lambda size: 1 / size),
        ),
        "a quarter": Mistake(
            "The share is a quarter, whatever the size. In a window of 3 by 3 it is a ninth.",
            _mean(share=lambda size: 0.25),
        ),
        "averaged over windows": Mistake(
            "A neuron that lies in several windows has got the mean of their shares. It moves each "
            "of these windows: the sum.",
            _averaged,
        ),
    },
    hints=(
        "Begin with np.zeros(shape), and go through the windows with j and k over grad.shape.",
        "The window (j, k) has the rows from stride * j on, size of them, and the columns from "
        "stride * k on.",
        "In it: += grad[j, k] / size**2.",
    ),
    why="The activations are not among the arguments: what the image was makes no difference on "
    "the way back through a mean.",
    solution=mean_backward,
)

# --- 18.4 --------------------------------------------------------------------------------------


def max_backward(grad, a1, size, stride):
    nabla = np.zeros(a1.shape)
    for j, k in np.ndindex(grad.shape):
        window = a1[stride * j : stride * j + size, stride * k : stride * k + size]
        r, s = np.unravel_index(window.argmax(), window.shape)
        nabla[stride * j + r, stride * k + s] += grad[j, k]
    return nabla


def _right(grad, a1, size, stride):
    on = pool.switches(a1, "first", size, stride)
    return pool.scatter(grad, on, a1.shape, size, stride)


def _every(grad, a1, size, stride):
    on = pool.switches(a1, "all", size, stride)
    return pool.scatter(grad, on, a1.shape, size, stride)


def _once(grad, a1, size, stride):
    # The starter in other words: as it stands, it is 'not attempted'.
    nabla = np.zeros_like(a1)
    for (j, k), error in np.ndenumerate(grad):
        window = a1[stride * j : stride * j + size, stride * k : stride * k + size]
        r, s = np.unravel_index(window.argmax(), window.shape)
        nabla[stride * j + r, stride * k + s] = error
    return nabla


def _whole_window(grad, a1, size, stride):
    on = np.ones((*grad.shape, size * size))
    return pool.scatter(grad, on, a1.shape, size, stride)


def _one_mask(grad, a1, size, stride):
    return _whole_window(grad, a1, size, stride) * (
        _right(np.ones(grad.shape), a1, size, stride) > 0
    )


def _pooled(label, a1, size, stride):
    return Case(label, RNG.standard_normal(pool.forward(a1, size, stride).shape), a1, size, stride)


CHARACTER = Exercise(
    id="18.4",
    title="One character",
    asks="debug",
    starter="def max_backward(grad, a1, size, stride):\n"
    "    nabla = np.zeros(a1.shape)\n"
    "    for j, k in np.ndindex(grad.shape):\n"
    "        window = a1[stride * j : stride * j + size, stride * k : stride * k + size]\n"
    "        r, s = np.unravel_index(window.argmax(), window.shape)\n"
    "        nabla[stride * j + r, stride * k + s] = grad[j, k]\n"
    "    return nabla",
    answer=Function(
        _right,
        [
            _pooled("windows of 2 by 2, two apart", RNG.random((6, 4)), 2, 2),
            _pooled("windows of 3 by 3, two apart", RNG.random((7, 9)), 3, 2),
            _pooled("ties, windows of 2 by 2, one apart", RNG.integers(0, 2, (5, 6)) * 1.0, 2, 1),
        ],
    ),
    mistakes={
        "= where += is needed": Mistake(
            "Where windows overlap a neuron may win in two of them, and the second wipes out what "
            "the first gave. One character is missing.",
            _once,
        ),
        "every maximum": Mistake(
            "Where maxima are tied, each of them has got the gradient. One winner a window: argmax "
            "finds the first.",
            _every,
        ),
        "no switch": Mistake(
            "Every neuron of a window has got its gradient. The winner alone moved the maximum.",
            _whole_window,
        ),
        "one mask": Mistake(
            "A neuron that has won somewhere has got the gradients of all the windows that it lies "
            "in. It gets those of the windows that it wins.",
            _one_mask,
        ),
    },
    hints=(
        "Take the row 1, 4, 3 of the question by hand, line by line. What happens to the 4 in the "
        "second turn?",
        "A neuron collects from each window that it wins: add to what is there.",
    ),
    why="The line was right for the book's network, and no test with that network can find it.",
    solution=max_backward,
)

# --- 18.5 --------------------------------------------------------------------------------------

WHICH_TEST = Exercise(
    id="18.5",
    title="Which test?",
    asks="explain",
    starter="answer = None",
    answer=Letter("b"),
    mistakes={
        "many maps": Mistake(
            "A thousand maps, and in none of them does a neuron lie in two windows. Then there is "
            "nothing to add.",
            "a",
        ),
        "ties": Mistake(
            "Ties are another matter. Three apart, windows of 3 by 3 share no neuron.", "c"
        ),
        "gaps": Mistake(
            "Three apart, windows of 2 by 2 do not even touch. No neuron is written to twice.", "d"
        ),
    },
    hints=(
        "The mistake shows where a neuron is written to a second time.",
        "In which of the four do windows overlap?",
    ),
    why="It is not the judge that decides here, nor how often it is asked, but what it is shown.",
    solution="b. Only there do two windows share neurons. In a), c) and d) each neuron lies in at "
    "most one window, is written to at most once, and = does what += does. The strictest judge "
    "sees no difference where there is none.",
)

EXERCISES = [FOUR_WINDOWS, HOW_MANY, MEAN, CHARACTER, WHICH_TEST]
