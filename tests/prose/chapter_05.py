"""The numbers in the sentences of chapter 5."""

from fractions import Fraction

import numpy as np

from convnet_lib.activations import sigmoid_prime
from prose import shown

W1, W2 = np.array([[1.0, -2, 5], [2, -4, 1]]), np.array([[4.0, -4], [3, -2]])
A1, A2, Y = np.array([0.5, 0.75]), np.array([0.5, 0.25]), np.array([1.0, 0.0])
SLOPES = W1.size + 2 + W2.size + 2


def largest_slopes():
    """The steepest slope of w1, b1, w2, b2, as the check prints them."""
    return [shown("nb05-031", f"{name} agrees, steepest slope #")()[0] for name in NAMES]


def cost(w1, b1, w2, b2):
    """The quadratic cost of the small network, without the library."""
    a1 = 1 / (1 + np.exp(-(w1 @ [1, 0.5, 0] + b1)))
    return ((1 / (1 + np.exp(-(w2 @ a1 + b2))) - Y) ** 2).sum() / 2


def after_a_step():
    """By how much the cost changes at most if one number is moved by STEP; b2[0] the most."""
    parameters = [W1, np.array([0, np.log(3)]), W2, np.array([1, -np.log(3)])]
    changes = {}
    for n, name in enumerate(NAMES):
        for place in np.ndindex(parameters[n].shape):
            moved = [[x.copy() for x in parameters] for _ in range(2)]
            for network, step in zip(moved, (STEP, -STEP), strict=True):
                network[n][place] += step
            changes[name, place] = max(abs(cost(*x) - cost(*parameters)) for x in moved)
    assert max(changes, key=changes.get) == ("b2", (0,))
    return changes


def with_the_line_cut(slope1=0.25, slope2=0.25):
    """δ¹₀ once hidden neuron 0 has the line to output 0 alone; the slopes of the two neurons."""
    return (A2[0] - Y[0]) * slope2 * W2[0, 0] * slope1


STEP = 0.1
NAMES = ("w1", "b1", "w2", "b2")
CLAIMS = {
    "The outputs are # and # and ought to be 1 and 0": lambda: tuple(A2),
    "this network has # numbers that can be changed": lambda: SLOPES,
    "the one that says #?": lambda: W1.max(),
    "Measuring all # slopes, with": lambda: SLOPES,
    "takes # forward passes": lambda: 2 * SLOPES,
    "there are # numbers to measure": lambda: 26 + 1450,
    "all # slopes follow from them": lambda: SLOPES,
    "from # up to #, and on to #:": shown(
        "nb05-008", "w1[0, 2] = #: cost 0.15625\nw1[0, 2] = #: cost 0.15625\nw1[0, 2] = #:"
    ),
    "The first of them, $#$, is the slope": shown("nb05-011", "measured slope #,"),
    "The steepest of the # is not on a line": lambda: SLOPES,
    "changes the cost by up to #, and no other number by more than #.": lambda: tuple(
        sorted(after_a_step().values())[:-3:-1]
    ),
    "The steps of # that the question asked for": lambda: STEP,
    "moved up or down by #,": lambda: STEP,
    r"it is $b^2_0$, with $-\tfrac18$": lambda: (
        max(largest_slopes()) == largest_slopes()[3] == Fraction(1, 8)
    ),
    "each of the # numbers is nudged": lambda: SLOPES,
    "Of the # slopes, # have changed": lambda: (SLOPES, len(W1)),
    "Output 1 says # in place of #, and is less wrong": lambda: (
        1 / (1 + np.exp(-(W2[1, 1] * A1[1] - np.log(3)))),
        A2[1],
    ),
    "Which of the # slopes change?": lambda: SLOPES,
    "No activation is above # here, not even an input": lambda: max(1.0, *A1, *A2),
    "# times too large: one slope is missing. There are # of # in it": lambda: (
        with_the_line_cut(slope1=1) / with_the_line_cut(),
        2 if with_the_line_cut(slope1=1) == with_the_line_cut(slope2=1) else 0,
        0.25,
    ),
    "That is a # of it. The line that is left has a weight of #": lambda: (
        with_the_line_cut() / W2[0, 0] / with_the_line_cut(),
        W2[0, 0],
    ),
    "(Or is a slope of # in it once too often?)": lambda: (
        with_the_line_cut() / W2[0, 0] / with_the_line_cut()
    ),
    "# times 30 is #.": lambda: (
        *shown("nb05-034", "of them are 0\n# of the 784")(),
        *shown("nb05-034", "errors; # of them")(),
    ),
    "a number between # and # whatever the neuron does": lambda: tuple(
        sigmoid_prime(np.array([1.0, 0.0]))
    ),
    "$b^1$ is in # of them": lambda: 24 * 24,
    "each weight of the filter is in # of them": lambda: 24 * 24,
}
PLAIN = {
    "With the pencil, in 64ths": "a denominator",
    "You may change one of them, by 0.1": "chosen for the question",
    "it has 30 hidden neurons": "chosen for the example",
    "silences the 30 lines": "chosen for the example",
}
