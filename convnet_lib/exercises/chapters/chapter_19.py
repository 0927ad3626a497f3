"""The exercises of chapter 19, on ReLU and softmax."""

import numpy as np

from ...activations import softmax, softmax_jacobian
from ..asking import Case, Exercise, Function, Letter, Mistake, Values

RNG = np.random.default_rng(19)

# --- 19.1 --------------------------------------------------------------------------------------


def nine_entries():
    a = np.array([2, 2, 1]) / 5
    return np.diag(a) - np.outer(a, a)


_A = np.array([2, 2, 1]) / 5

NINE = Exercise(
    id="19.1",
    title="Nine entries",
    asks="by hand",
    starter="answer = [\n" + "    [..., ..., ...],\n" * 3 + "]",
    answer=Values(np.diag(_A) - np.outer(_A, _A)),
    mistakes={
        "the diagonal alone": Mistake(
            "The diagonal is right. Beside it stand slopes too: every output takes its share from "
            "the others.",
            np.diag(_A * (1 - _A)),
        ),
        "the sign": Mistake(
            "The entries beside the diagonal have the wrong sign: what one output gains the "
            "others lose. Each row adds up to 0.",
            np.diag(_A * (1 - _A)) + np.outer(_A, _A) * (1 - np.eye(3)),
        ),
        "the shares on the diagonal": Mistake(
            "Beside the diagonal all is right. On it, something is missing: a_l grows with the "
            "power above the line, and its own power is in the sum below it as well.",
            np.diag(_A) - np.outer(_A, _A) * (1 - np.eye(3)),
        ),
        "outer product": Mistake(
            "Those are the products a_l a_m. They stand beside the diagonal with a minus, and on "
            "it there is a_l (1 - a_l).",
            np.outer(_A, _A),
        ),
        "all signs": Mistake(
            "All nine have the wrong sign. Raise z_0: a_0 rises.",
            np.outer(_A, _A) - np.diag(_A),
        ),
        "not divided": Mistake(
            "These are 25 times too large: the shares are 2/5, 2/5 and 1/5.",
            25 * (np.diag(_A) - np.outer(_A, _A)),
        ),
    },
    hints=(
        "The powers are 2, 2 and 1. What are the three shares?",
        "On the diagonal stands a_l (1 - a_l), beside it -a_l a_m, all with the denominator 25.",
        "The first row is 6/25, -4/25, -2/25.",
    ),
    why="Each row adds up to 0, each column too, and row l is column l. A slip in one of the nine "
    "shows in one of these three.",
    solution=nine_entries,
)

# --- 19.2 --------------------------------------------------------------------------------------


def error(z, slopes):
    a = softmax(z)
    mean = (a * slopes).sum(axis=-1, keepdims=True)
    return a * (slopes - mean)


def _sum(z, slopes):
    return np.einsum("...l,...lm->...m", slopes, softmax_jacobian(z))


def _outputs(label, *shape):
    return Case(label, RNG.standard_normal(shape), RNG.standard_normal(shape))


ERROR = Exercise(
    id="19.2",
    title="Any cost",
    asks="implement",
    starter="def error(z, slopes):\n    # your lines\n    ...",
    answer=Function(
        _sum,
        [
            Case("the pencil case", np.log([1.0, 3, 4]), np.array([1.0, 3, -4]) / 8),
            _outputs("ten outputs", 10),
            _outputs("a batch of three, ten outputs each", 3, 10),
        ],
    ),
    mistakes={
        "the diagonal alone": Mistake(
            "That is one term of the sum, the one with the slope a (1 - a). z_m moves all the "
            "other activations too.",
            lambda z, slopes: slopes * softmax(z) * (1 - softmax(z)),
        ),
        "without the mean": Mistake(
            "That is a_m times its own slope. What the sum takes away is missing.",
            lambda z, slopes: softmax(z) * slopes,
        ),
        "a plain mean": Mistake(
            "The mean that is taken away is the plain one. In the sum each slope is multiplied by "
            "a_l: the mean is weighted with the shares, and there is no division.",
            lambda z, slopes: softmax(z) * (slopes - slopes.mean(axis=-1, keepdims=True)),
        ),
        "the factor left out": Mistake(
            "The difference is right, and its factor a_m is missing.",
            lambda z, slopes: slopes - (softmax(z) * slopes).sum(axis=-1, keepdims=True),
        ),
        "log-likelihood": Mistake(
            "A difference of a and something is left only with the log-likelihood. Here the "
            "slopes are those of any cost.",
            lambda z, slopes: softmax(z) - slopes,
        ),
        "batch mixed": Mistake(
            "Right for one example. In a batch the sum has run over the examples as well: it "
            "belongs to the last axis, with keepdims=True.",
            lambda z, slopes: softmax(z) * (slopes - (softmax(z) * slopes).sum()),
        ),
    },
    hints=(
        "The chapter has the sum in a form without a matrix: a_m times a difference.",
        "The difference is slopes_m less the sum of a_l slopes_l over l, one number an example.",
        "(a * slopes).sum(axis=-1, keepdims=True) is that number.",
    ),
    why="No matrix is made: with 1,000 outputs it would have a million entries for each example. "
    "Add a constant to all slopes, and the error stays: what all outputs have in common does "
    "not count.",
    solution=error,
)

# --- 19.3 --------------------------------------------------------------------------------------


def near_the_kink():
    h = 1e-5
    z = h / 2
    return (max(0, z + h) - max(0, z - h)) / (2 * h)


NEAR = Exercise(
    id="19.3",
    title="Near the kink",
    asks="by hand",
    starter="answer = None",
    answer=Values(3 / 4),
    mistakes={
        "at the kink": Mistake(
            "That is what it says at 0 itself. Here z is h/2: how far above 0 is z + h?", 1 / 2
        ),
        "the slope": Mistake(
            "That is the slope of the ReLU at this place. But the lower of the two points, z - h, "
            "lies on the other side of the kink.",
            1,
        ),
        "divided by h": Mistake("The two values lie 2h apart: divide by 2h.", 3 / 2),
        "the other side": Mistake("That is what it says at z = -h/2.", 1 / 4),
        "closed": Mistake("Only z - h is closed. z + h is open.", 0),
    },
    hints=(
        "The upper point is z + h = 3h/2, the lower one z - h = -h/2.",
        "The ReLU of the first is 3h/2, that of the second 0. Divide the difference by 2h.",
    ),
    why="Between -h and h the measured slope rises from 0 to 1 in a straight line, whatever h is. "
    "A smaller h makes this strip narrower, and does not help a neuron that lies on 0 itself.",
    solution=near_the_kink,
)

# --- 19.4 --------------------------------------------------------------------------------------


def through_relu(grad, z):
    return np.where(z > 0, grad, 0.0)


THROUGH = Exercise(
    id="19.4",
    title="Through a ReLU",
    asks="debug",
    starter="def through_relu(grad, z):\n    return np.maximum(grad, 0.0)",
    answer=Function(
        lambda grad, z: grad * (z > 0),
        [
            Case(
                "one window, two neurons at the kink",
                np.array([[1.5, -2.0], [0.5, 3.0]]),
                np.array([[0.0, 0.0], [-1.0, 2.0]]),
            ),
            Case("a map of 4 by 6", RNG.standard_normal((4, 6)), RNG.standard_normal((4, 6))),
            Case("three maps", RNG.standard_normal((3, 2, 5)), RNG.standard_normal((3, 2, 5))),
        ],
    ),
    mistakes={
        "the ReLU of the gradient": Mistake(
            "This takes the ReLU of what comes from above. A gradient may be negative and pass; "
            "the switch asks for the sign of z.",
            lambda grad, z: grad * (grad > 0),  # np.maximum is the starter: 'not attempted'
        ),
        "both signs": Mistake(
            "Negative gradients are lost where z is positive. The switch asks for the sign of z "
            "and for nothing else.",
            lambda grad, z: np.maximum(grad, 0.0) * (z > 0),
        ),
        "open at 0": Mistake(
            "At z = 0 the gradient has come through. This book's slope at the kink is 0.",
            lambda grad, z: grad * (z >= 0),
        ),
        "a half at 0": Mistake(
            "At z = 0 half of the gradient has come through, as a central difference would say. "
            "This book's slope at the kink is 0.",
            lambda grad, z: grad * np.heaviside(z, 0.5),
        ),
        "times the activation": Mistake(
            "The gradient has been multiplied by the activation. The slope of an open ReLU is 1.",
            lambda grad, z: grad * np.maximum(z, 0),
        ),
        "the sign of z": Mistake(
            "Where z is negative, the gradient comes through with a minus. The slope is 0 there.",
            lambda grad, z: grad * np.sign(z),
        ),
        "no switch": Mistake("Everything has come through. What does z say?", lambda grad, z: grad),
    },
    hints=(
        "Compute the line for z = 1 and a gradient of -1, and say what should come out.",
        "The gradient passes where z > 0, with its own sign, and is 0 elsewhere.",
        "np.where(z > 0, …, 0.0), or the product with z > 0.",
    ),
    why="The line that was here is a known method all the same, to draw pictures of what a network "
    "looks at (Zeiler and Fergus, 2014). As a gradient it is wrong.",
    solution=through_relu,
)

# --- 19.5 --------------------------------------------------------------------------------------

WINDOWS = Exercise(
    id="19.5",
    title="Four windows",
    asks="predict",
    starter="answer = None",
    answer=Letter("c"),
    mistakes={
        "all closed": Mistake(
            "After the ReLU that window is tied four ways, at 0. But what is the slope of a ReLU "
            "at -0.3?",
            "a",
        ),
        "on the kink": Mistake(
            "That window is tied four ways before and after the ReLU. But the slope at 0 is 0 in "
            "this book, whichever of the four is switched on.",
            "b",
        ),
        "one winner": Mistake(
            "That window has one winner, 0.4. The three others are tied with each other, and they "
            "have lost.",
            "d",
        ),
    },
    hints=(
        "Put the ReLU over each window, and mark what is switched on by either rule.",
        "Then multiply by the slopes of the ReLU. In which window is there a difference left?",
    ),
    why="A positive tie, then: of equal patches, or of blank paper under a positive bias.",
    solution="c. In a) and b) all four slopes are 0, so nothing of what the pooling hands out "
    "comes through. In d) there is one winner. In c) two neurons are switched on by 'all' and one "
    "by 'first', and both are open: ∂C/∂b gets the gradient of the window twice or once.",
)

# --- 19.6 --------------------------------------------------------------------------------------


def just_dead():
    w = np.array([[0.5, -1.0], [0.25, -0.25]])
    return -np.maximum(w, 0).sum()


DEAD = Exercise(
    id="19.6",
    title="Just dead",
    asks="by hand",
    starter="answer = None",
    answer=Values(-3 / 4),
    mistakes={
        "all weights": Mistake(
            "That is minus the sum of all four weights: right for a patch of ink everywhere. "
            "Another patch makes z larger.",
            1 / 2,
        ),
        "the largest weight": Mistake(
            "That holds down ink under the largest weight alone (and is, by chance, the sum of all "
            "four as well). Which patch makes z as large as it can be?",
            -1 / 2,
        ),
        "the sign": Mistake(
            "The number is right, and its sign is not: the bias has to hold z down.", 3 / 4
        ),
        "the negative weights": Mistake(
            "Those are the negative weights. No pixel is below 0, so they only make z smaller.",
            -5 / 4,
        ),
        "the positive part of the other sign": Mistake(
            "That would be the bias above which no patch can close the neuron.", 5 / 4
        ),
    },
    hints=(
        "Which patch of four pixels between 0 and 1 makes z as large as possible?",
        "Ink under the positive weights, blank paper under the negative ones. What is z then, "
        "with the bias b?",
    ),
    why="z = 0.75 + b at most. A bias of -0.75 or less kills the map, whatever the digits are. On "
    "real digits it may die at a larger one: the worst patch may not occur in them.",
    solution=just_dead,
)

EXERCISES = [NINE, ERROR, NEAR, THROUGH, WINDOWS, DEAD]
