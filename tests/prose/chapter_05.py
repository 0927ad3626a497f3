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


NAMES = ("w1", "b1", "w2", "b2")
CLAIMS = {
    "The outputs are # and # and ought to be 1 and 0": lambda: tuple(A2),
    "this network has # numbers that can be changed": lambda: SLOPES,
    "the one that says #?": lambda: W1.max(),
    "each of the # slopes takes # forward passes": lambda: (SLOPES, 2 * SLOPES),
    "there are # numbers to measure": lambda: 26 + 1450,
    "all # slopes follow from them": lambda: SLOPES,
    "from # up to #, and on to #:": shown(
        "nb05-008", "w1[0, 2] = #: cost 0.15625\nw1[0, 2] = #: cost 0.15625\nw1[0, 2] = #:"
    ),
    "The first of them, $#$, is the slope": shown("nb05-011", "measured slope #,"),
    "The steepest of the # is not on a line": lambda: SLOPES,
    r"it is $b^2_0$, with $-\tfrac18$": lambda: (
        max(largest_slopes()) == largest_slopes()[3] == Fraction(1, 8)
    ),
    "each of the # numbers is nudged": lambda: SLOPES,
    "Of the # slopes, # have changed": lambda: (SLOPES, len(W1)),
    "Which of the # slopes change?": lambda: SLOPES,
    "# times 30 is #.": lambda: (
        *shown("nb05-034", "of them are 0\n# of the 784")(),
        *shown("nb05-034", "errors; # of them")(),
    ),
    "a number between # and # whatever the neuron does": lambda: tuple(
        sigmoid_prime(np.array([1.0, 0.0]))
    ),
    "$b^1$ is in # of them": lambda: 24 * 24,
    "$w^1_{l,m}$ is in # of them": lambda: 24 * 24,
}
PLAIN = {
    "With the pencil, in 64ths": "a denominator",
    "You may change one of them, by 0.1": "chosen for the question",
    "it has 30 hidden neurons": "chosen for the example",
    "silences the 30 lines": "chosen for the example",
}
