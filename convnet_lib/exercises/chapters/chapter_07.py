"""The exercises of chapter 7, on BP2 and the pooling switch."""

import numpy as np

from ... import dense, pool
from ...activations import sigmoid, sigmoid_prime
from ..asking import Case, Exercise, Function, Letter, Mistake, Values

RNG = np.random.default_rng(7)

# --- 7.1 ---------------------------------------------------------------------------------------

MAP = np.array(
    [[0.1, 0.3, 0.5, 0.2], [0.9, 0.4, 0.6, 0.8], [0.7, 0.6, 0.2, 0.3], [0.5, 0.1, 0.4, 0]]
)
NABLA_A2 = np.array([[1.0, -2], [3, 4]])
SPREAD = NABLA_A2.repeat(2, axis=0).repeat(2, axis=1)


def passed_on():
    a1 = np.array(
        [[0.1, 0.3, 0.5, 0.2], [0.9, 0.4, 0.6, 0.8], [0.7, 0.6, 0.2, 0.3], [0.5, 0.1, 0.4, 0.0]]
    )
    return pool.backward(np.array([[1.0, -2], [3, 4]]), pool.winners(a1))


def _corners():
    grad = np.zeros((4, 4))
    grad[::2, ::2] = NABLA_A2
    return grad


PASSED_ON = Exercise(
    id="7.1",
    title="Passed on",
    asks="by hand",
    starter="answer = [\n" + "    [..., ..., ..., ...],\n" * 4 + "]",
    answer=Values([[0, 0, 0, 0], [1, 0, 0, -2], [3, 0, 0, 0], [0, 0, 4, 0]]),
    mistakes={
        "to all four": Mistake(
            "Every neuron of a window got all of ∂C/∂a2. The losers' switch is off: when one of "
            "them is raised a little, the maximum stays what it was.",
            SPREAD,
        ),
        "a quarter each": Mistake(
            "A quarter for each of the four would be right for the mean of the window. The "
            "maximum listens to one of them only.",
            SPREAD / 4,
        ),
        "times the activation": Mistake(
            "∂C/∂a2 has been multiplied by the winner's activation. The switch is 1, not 0.9: "
            "raise the winner by 0.01, and the maximum rises by 0.01.",
            pool.winners(MAP) * SPREAD * MAP,
        ),
        "in proportion": Mistake(
            "Each got a share in proportion to its activation. How large a loser is does not "
            "matter as long as it loses: its switch is 0.",
            SPREAD * MAP / pool.windows(MAP).sum(axis=-1).repeat(2, axis=0).repeat(2, axis=1),
        ),
        "without the sign": Mistake(
            "The sign of one entry is lost. ∂C/∂a2 may be negative, and is passed on as it is.",
            np.abs(pool.winners(MAP) * SPREAD),
        ),
        "rows and columns": Mistake(
            "The winners are right, and two of them have got each other's number: the -2 stands in "
            "row 0 and column 1 of ∂C/∂a2, so it belongs to the window on the upper right.",
            pool.winners(MAP) * NABLA_A2.T.repeat(2, axis=0).repeat(2, axis=1),
        ),
        "always the upper left": Mistake(
            "One a window, and always the upper left one. ∂C/∂a2 goes to the neuron that won.",
            _corners(),
        ),
        "the switch alone": Mistake(
            "That is the pooling mask. Each 1 is still to be multiplied by its window's ∂C/∂a2.",
            pool.winners(MAP),
        ),
    },
    hints=(
        "Mark the winner of each window first. There are four of them.",
        "The winners are 0.9, 0.8, 0.7 and 0.4. Everything else is 0.",
        "The winner of each window gets its window's ∂C/∂a2, whole and with its sign.",
    ),
    why="Twelve of the 16 are 0: of a window's four neurons three hear nothing on the way back, as "
    "on the way there three were not heard. No number is changed, only its address is looked up.",
    solution=passed_on,
)

# --- 7.2 ---------------------------------------------------------------------------------------


def too_much():
    z1, nabla_a2 = np.zeros((24, 24)), np.ones((12, 12))
    sums = [
        (pool.backward(nabla_a2, pool.winners(sigmoid(z1), ties)) * sigmoid_prime(z1)).sum()
        for ties in ("all", "first")
    ]
    return sums[0] / sums[1]


BLANK_PAGE = Exercise(
    id="7.2",
    title="A blank page",
    asks="predict",
    starter="answer = None",
    answer=Values(4, within=1e-3),
    mistakes={
        "not at all": Mistake(
            "Then ties would do no harm. Count the neurons of one window that are equal to its "
            "maximum when all of z1 is b1.",
            1,
        ),
        "four in both directions": Mistake(
            "Too often. Each of the four counts its window's ∂C/∂a2 once: four times in all, not "
            "four times four.",
            16,
        ),
        "once a pooled neuron": Mistake(
            "There are 144 windows, but both sums run over all of them. How much larger is the "
            "share of one window?",
            144,
        ),
        "once a neuron": Mistake(
            "576 neurons get a share, but with one winner a window there are 144 shares already. "
            "How much larger is the sum?",
            576,
        ),
        "once a weight": Mistake(
            "25 is the size of the filter. The filter plays no part here: on a blank page z1 is "
            "b1 everywhere. What is counted too often is inside of the pooling windows.",
            25,
        ),
        "a pair": Mistake(
            "Two of a window would be tied if it had two neurons. How many has it?", 2
        ),
        "too small": Mistake(
            "The other way round: with every maximum switched on the sum gets larger, not smaller.",
            0.25,
        ),
    },
    hints=(
        "On a blank page all of z1 is b1. How many neurons of a window are equal to its maximum?",
        "Each of them gets all of the window's ∂C/∂a2, and all have the same slope.",
        "Compare the sum over one window: n times ∂C/∂a2 times the slope, and once.",
    ),
    why="Most digits have windows with one, two, three and four winners, and ∂C/∂a2 has both "
    "signs, so there the factor can be any number. Even the sign of the sum can change, as it did "
    "above.",
    solution=too_much,
)

# --- 7.3 ---------------------------------------------------------------------------------------


def error(delta3, w3, z1):
    delta1 = np.zeros(z1.shape)
    for jp, kp in np.ndindex(w3.shape[1:]):  # one window, one sum, one winner
        window = z1[2 * jp : 2 * jp + 2, 2 * kp : 2 * kp + 2]
        r, s = np.unravel_index(window.argmax(), (2, 2))
        nabla_a2 = (delta3 * w3[:, jp, kp]).sum()
        delta1[2 * jp + r, 2 * kp + s] = nabla_a2 * sigmoid_prime(window[r, s])
    return delta1


def _back(delta3, w3, z1, ties="first"):
    return pool.backward(dense.backward(delta3, w3), pool.winners(sigmoid(z1), ties))


def _last(z1):
    return pool.winners(z1[::-1, ::-1])[::-1, ::-1]


def _everywhere(delta3, w3):
    return dense.backward(delta3, w3).repeat(2, axis=0).repeat(2, axis=1)


def _inputs(label, outputs, rows, columns, blank=False):
    z1 = 2 * RNG.standard_normal((rows, columns))
    if blank:
        z1[:, 2:] = -0.5
    w3 = RNG.standard_normal((outputs, rows // 2, columns // 2))
    return Case(label, RNG.standard_normal(outputs), w3, z1)


ERRORS = [
    _inputs("a map of 4 by 4 and 3 output neurons", 3, 4, 4),
    _inputs("a map of 4 by 10 and 10 output neurons", 10, 4, 10),
    _inputs("a map of 6 by 8, mostly blank paper", 10, 6, 8, blank=True),
]

ERROR = Exercise(
    id="7.3",
    title="BP2 in code",
    asks="implement",
    starter="def error(delta3, w3, z1):\n    # your lines\n    ...",
    answer=Function(lambda d, w, z: _back(d, w, z) * sigmoid_prime(z), ERRORS),
    mistakes={
        "every tied maximum switched on": Mistake(
            "Right where one neuron wins. On blank paper all four of a window are equal to its "
            "maximum, and all four were switched on. Choose one: the first in reading order.",
            lambda d, w, z: _back(d, w, z, "all") * sigmoid_prime(z),
        ),
        "split among the tied": Mistake(
            "Split evenly among the tied: on blank paper w1 and b1 get the same gradients as with "
            "one winner. Here δ1 is asked for with one winner a window, the first in reading "
            "order.",
            lambda d, w, z: _back(d, w, z, "split") * sigmoid_prime(z),
        ),
        "the last of the tied": Mistake(
            "One winner a window, as it should be, and for w1 and b1 on blank paper it comes to "
            "the same. But among equals this takes the last, the library the first.",
            lambda d, w, z: _everywhere(d, w) * _last(z) * sigmoid_prime(z),
        ),
        "σ′ left out": Mistake(
            "The slope is missing: this is ∂C/∂a1. From a1 to z1 there is one step more, and its "
            "derivative is σ′(z1).",
            _back,
        ),
        "σ′ of the activation": Mistake(
            "σ′ was taken of the activation. It wants the weighted input: σ′(z1) = a1 (1 - a1), "
            "while σ′(a1) never gets below 0.1966.",
            lambda d, w, z: _back(d, w, z) * sigmoid_prime(sigmoid(z)),
        ),
        "the slope is σ": Mistake(
            "The last factor is σ(z1). It has to be its slope, σ′(z1).",
            lambda d, w, z: _back(d, w, z) * sigmoid(z),
        ),
        "z instead of the slope": Mistake(
            "The last factor is z1 itself. It has to be the slope, σ′(z1).",
            lambda d, w, z: _back(d, w, z) * z,
        ),
        "σ′ left out, all tied": Mistake(
            "Two things at once: the slope σ′(z1) is missing, and every tied maximum is switched "
            "on. Mend the slope first.",
            lambda d, w, z: _back(d, w, z, "all"),
        ),
        "windows laid side by side": Mistake(
            "Switch and slope are right, but the sums have gone to the wrong neurons. (j, k) "
            "takes the sum of (j // 2, k // 2), and here it takes that of j modulo the number of "
            "rows of sums, and k likewise. np.tile does that, and np.kron with its arguments "
            "exchanged; take repeat.",
            lambda d, w, z: (
                np.tile(dense.backward(d, w), (2, 2)) * pool.winners(z) * sigmoid_prime(z)
            ),
        ),
        "switch left out": Mistake(
            "Every neuron of a window got the sum. The switch is missing: three of the four have "
            "to be 0.",
            lambda d, w, z: _everywhere(d, w) * sigmoid_prime(z),
        ),
        "mean instead of maximum": Mistake(
            "Each of the four got a quarter. That is the derivative of the mean of a window; the "
            "maximum passes all of it to one.",
            lambda d, w, z: _everywhere(d, w) / 4 * sigmoid_prime(z),
        ),
        "= where += is needed": Mistake(
            "Only the last output neuron is in it. The sum over l wants += (or sum) over all "
            "output neurons.",
            lambda d, w, z: _back(d[-1:], w[-1:], z) * sigmoid_prime(z),
        ),
        "mean over the outputs": Mistake(
            "The sum over the output neurons has been divided by their number. BP2 adds up ways "
            "to the cost, and each way counts in full.",
            lambda d, w, z: _back(d, w, z) * sigmoid_prime(z) / len(d),
        ),
        "weights left out": Mistake(
            "The δ3 were added up without their weights. Each δ3[l] comes down over its own "
            "w3[l, j', k'].",
            lambda d, w, z: _back(d, np.ones_like(w), z) * sigmoid_prime(z),
        ),
    },
    hints=(
        "Three factors, one after the other: the sum over the output neurons (one number for each "
        "pooled neuron), the switch, the slope.",
        "The sum for the pooled neuron (j', k') is (delta3 * w3[:, j', k']).sum(). The neuron "
        "(j, k) wants j' = j // 2 and k' = k // 2.",
        "The winner of a window of z1 is the winner of the same window of a1, since σ is "
        "increasing; argmax finds the first. With the library: dense.backward, pool.winners, "
        "pool.backward, sigmoid_prime.",
    ),
    why="That was the longest derivation of the four. Your function was called with tied windows "
    "too; on drawn numbers without ties 'every maximum wins' would have passed.",
    solution=error,
)

# --- 7.4 ---------------------------------------------------------------------------------------


def one_winner(a1):
    mask = np.zeros(a1.shape)
    for j, k in np.ndindex(a1.shape[0] // 2, a1.shape[1] // 2):
        window = a1[2 * j : 2 * j + 2, 2 * k : 2 * k + 2]
        r, s = divmod(window.argmax(), 2)  # argmax gives the first of several
        mask[2 * j + r, 2 * k + s] = 1
    return mask


def _first_in_columns(a1):
    return pool.winners(a1.T).T


def _exchanged(a1):
    field = pool.windows(pool.winners(a1).astype(float))[..., [0, 2, 1, 3]]
    mask = np.zeros(a1.shape)
    for n in range(4):
        mask[n // 2 :: 2, n % 2 :: 2] = field[..., n]
    return mask


def _row_winners(a1):
    """A 1 for the first maximum in each of the two rows of a window."""
    mask = pool.winners(a1, "all")
    mask[:, 1::2] &= ~mask[:, ::2]
    return mask


def _argmax_of_all(a1):
    mask = np.zeros(a1.shape)
    mask.flat[a1.argmax()] = 1
    return mask


TIED = np.array([[0.5, 0.5, 0.2, 0.7], [0.5, 0.5, 0.7, 0.1]])
SWITCHES = [
    Case("the map of the chapter's pencil case", MAP),
    Case("the map ((0.5, 0.5, 0.2, 0.7), (0.5, 0.5, 0.7, 0.1))", TIED),
    Case("a map of 6 by 4 with many ties", RNG.integers(0, 3, (6, 4)) / 4),
    Case("a map of 2 by 8 with ties", RNG.integers(0, 2, (2, 8)) / 2),
]

BROKEN = """
def one_winner(a1):
    mask = np.zeros(a1.shape)
    for j, k in np.ndindex(a1.shape[0] // 2, a1.shape[1] // 2):
        window = a1[2 * j : 2 * j + 2, 2 * k : 2 * k + 2]
        mask[2 * j : 2 * j + 2, 2 * k : 2 * k + 2] = window == window.max()
    return mask
""".strip()

ONE_WINNER = Exercise(
    id="7.4",
    title="Every maximum wins",
    asks="debug",
    starter=BROKEN,
    answer=Function(pool.winners, SWITCHES),
    mistakes={
        "every tied maximum switched on": Mistake(
            "Something has changed, but every maximum is still switched on: a window of equal "
            "numbers has four winners. It should have one.",
            lambda a1: pool.winners(a1, "all"),
        ),
        "split among the tied": Mistake(
            "The 1 has been split among the tied. On blank paper the gradients would be right; but "
            "a mask with one winner is asked for, the first in reading order.",
            lambda a1: pool.winners(a1, "split"),
        ),
        "the last of the tied": Mistake(
            "One winner a window: on blank paper the gradients would be right. But it is the last "
            "of the tied in reading order, and the first is asked for.",
            lambda a1: _last(a1),
        ),
        "the first in columns": Mistake(
            "One winner a window. But ties are decided column by column; reading order goes along "
            "the rows.",
            _first_in_columns,
        ),
        "row and column of the winner exchanged": Mistake(
            "One winner a window, but row and column are exchanged inside of it: argmax counts "
            "along the rows, so its half is the row and its remainder the column.",
            _exchanged,
        ),
        "values instead of marks": Mistake(
            "The winners stand in the right places, with their activations. The mask is 1 there.",
            lambda a1: pool.winners(a1) * a1,
        ),
        "one a row": Mistake(
            "One winner in each row that has the maximum, so two in a window whose rows share the "
            "maximum. A window has one winner in all.",
            _row_winners,
        ),
        "one in the whole map": Mistake(
            "There is one winner in the whole map. argmax has to look at one window at a time.",
            _argmax_of_all,
        ),
        "a tie has no winner": Mistake(
            "Tied windows have no winner at all now. Then their ∂C/∂a2 is lost: one of the tied "
            "has to take it.",
            lambda a1: pool.winners(a1, "split") == 1,
        ),
    },
    hints=(
        "What does window == window.max() give for a window of four equal numbers?",
        "window.argmax() is one number from 0 to 3, in reading order; of several maxima it is the "
        "first.",
        "r, s = divmod(window.argmax(), 2) are its row and column in the window. One entry of "
        "mask becomes 1.",
    ),
    why="Two of the maps here were drawn from a few numbers, so that they are tied. Numbers drawn "
    "with all their digits hardly ever are, and a check on those does not find this bug. Blank "
    "paper finds it at once, and b1 is the first to notice.",
    solution=one_winner,
)

# --- 7.5 ---------------------------------------------------------------------------------------

LAST = Exercise(
    id="7.5",
    title="The last instead of the first",
    asks="explain",
    starter="answer = None",
    answer=Letter("b"),
    mistakes={
        "nothing changes": Mistake(
            "The sums stay. But δ1 is a map: look at the place in it where the ∂C/∂a2 of "
            "the window arrives.",
            "a",
        ),
        "all change": Mistake(
            "δ1 does. For the others, follow it into the sums: the slope is the same in "
            "all four places, and what do these neurons see of the page?",
            "c",
        ),
        "only the bias": Mistake(
            "The bias sums δ1 over the whole map. Does a sum mind in which of four places of a "
            "window its number stands, when the slope is the same in all four?",
            "d",
        ),
    },
    hints=(
        "Write down δ1 in a blank window for both rules: four numbers each.",
        "∂C/∂b1 is the sum of all δ1. ∂C/∂w1 multiplies each δ1 by a pixel; which pixels does a "
        "neuron of a blank window see?",
    ),
    why="So on blank paper δ1 is a matter of convention, and the gradients are not. It is the "
    "gradients that a network learns with.",
    solution="b. In a blank window all four z1 are b1, so all four slopes are the same, and the "
    "one δ1 that is not 0 moves from the upper left to the lower right place with the same value. "
    "The sum over the map is the same, and with it ∂C/∂b1. In ∂C/∂w1 each δ1 of that window is "
    "multiplied by pixels of blank paper, which are 0, wherever it stands.",
)

EXERCISES = [PASSED_ON, BLANK_PAGE, ERROR, ONE_WINNER, LAST]
