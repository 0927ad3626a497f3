"""The numbers in the sentences of chapter 6."""

import numpy as np

from convnet_lib import costs
from convnet_lib.activations import sigmoid, sigmoid_prime
from prose import Span, near, shown
from prose.book import LAYERS

SLOPES = sigmoid_prime(LAYERS.z3)


def steps_to_half(z, cost):
    """How many steps of size δ lead from z to the first activation of 0.5 or less."""
    z, n = np.array([z]), 0
    while sigmoid(z)[0] > 0.5:
        z, n = z - costs.delta(z, sigmoid(z), np.zeros(1), cost), n + 1
    return n


def steps_until(below, z=6.0):
    """How many steps of the quadratic cost a neuron at z needs to come down to `below`."""
    z, n = np.array([z]), 0
    while z[0] > below:
        z, n = z - costs.delta(z, sigmoid(z), np.zeros(1)), n + 1
    return n


def table(z):
    return shown("nb06-022", f"from z = {z}: # steps")()[0]


def smallest_bar():
    """Whether neuron 3, made sure of a 3, has the smallest quadratic error of all in size."""
    after = shown("nb06-026", "quadratic: #, #, #, #, #, #, #, #, #, #;")()
    return min(range(10), key=lambda q: abs(after[q])) == 3


CLAIMS = {
    "about a # of the other": lambda: near(1 / shown("nb06-010", "0.0098: # to 1")()[0]),
    "The two neurons now get # and #,": shown("nb06-016", "[# , #]"),
    "at $z = #$, where it says #.": lambda: (4.6, sigmoid(np.array([4.6])).item()),
    "where it says #, and ought to say 0. Each": lambda: sigmoid(np.array([6.0])).item(),
    "# steps, since the first of them are nearly 1 long": shown(
        "nb06-020", "cross_entropy # steps"
    ),
    "And #, of which # are spent before it has come down to 4.": lambda: (
        *shown("nb06-020", "quadratic # steps")(),
        steps_until(4.0),
    ),
    "which is # for neuron 3 and lies between # and #": lambda: (
        SLOPES[3],
        np.delete(SLOPES, 3).min(),
        SLOPES.max(),
    ),
    "Only neuron 4 has a negative error": lambda: bool(
        (shown("nb06-024", "quadratic: #, #, #, #, #, #, #, #, #, #;")() < np.zeros(10)).sum() == 1
    ),
    "the worst mistake of the ten has the smallest bar": smallest_bar,
    "has a # of its size or less": lambda: SLOPES.dtype.type(0.25),
    "σ′(a3) is # or more for every neuron": lambda: sigmoid_prime(np.ones(1)).item(),
    "reports a relative error of #": lambda: 2 * np.abs(SLOPES).max() / np.abs(SLOPES).max(),
    "The ratios are #, #, #, #,": lambda: tuple(table(z + 1) / table(z) for z in range(4, 8)),
    "# times 2.7, and times # again": lambda: (table(8), Span(2.65, 2.75)),
    "it is #, and with the cross-entropy #.": lambda: (
        steps_to_half(10.0, "quadratic"),
        steps_to_half(10.0, "cross_entropy"),
    ),
    "twice as many, and it is # times as many": lambda: table(8) / table(4),
}
PLAIN = {
    "The first says 0.6": "chosen for the question",
    "The second says 0.99": "chosen for the question",
    "At an activation of 0.99": "chosen for the question",
    "until it is in doubt, at 0.5": "a name for an activation",
    "within 5 % will do": "the tolerance of the exercise",
}
