"""The numbers in the sentences of chapter 4."""

import numpy as np

from convnet_lib import costs, data, training
from convnet_lib.activations import sigmoid
from prose import near, shown
from prose.book import DIGITS, LAYERS, NET, Y, thousand

HESITANT = np.where(Y == 1, 0.55, 0.45)
SURE = np.where(np.arange(10) == 9, 0.97, 0.02)
THREE = sigmoid(np.array([0.8, -0.4, 0.2]))
THREE_COST = costs.quadratic(THREE, np.array([0.0, 1.0, 0.0]))


def halved():
    """Whether ten steps have more than halved the cost, and left the share recognised at 10 %."""
    cost, share = shown("nb04-029", "quadratic #, recognised #%\n")()
    after, still = shown("nb04-029", "later mean output 0.10, quadratic #, recognised #%")()
    return after < cost / 2 and share == still == 10


def nearly_all(label):
    """The two neurons that pay nearly all of the wrong answer's cost."""
    return np.sort((SURE - data.one_hot(label)) ** 2 / 2)[-2:].min() > 0.47


CLAIMS = {
    "activations # and #, desired": lambda: tuple(sigmoid(np.array([0.8, -0.4]))),
    "and # without rounding on the way, as": shown("nb04-023", "cross-entropy #"),
    "as the 0.128 above is #.": shown("nb04-023", "quadratic #"),
    "the sure and wrong answer is the *cheaper* one": lambda: bool(
        costs.quadratic(SURE, Y) < costs.quadratic(HESITANT, Y)
    ),
    "the wrong answer pays nearly that for two neurons": lambda: bool(nearly_all(4)),
    "the hesitant one pays # for each of ten": lambda: 0.45**2 / 2,
    "Blank paper has $a^2 = \\sigma(b^1) = #$": lambda: LAYERS.a2[0, 0],
    "It takes nearly everything for an 8": lambda: shown("nb04-019", "an 8: # of 1,000")()[0] > 950,
    "a blank page too": lambda: shown("nb04-019", "a blank page: #")()[0] == 8,
    "most pooled activations are near that": lambda: (
        shown("nb04-019", "between 0.4 and 0.6: #%")()[0] > 75
    ),
    "on these digits # away from it on average": lambda: np.abs(
        thousand().z3 - NET.w3.sum(axis=(1, 2)) / 2
    ).mean(),
    "answers 0.1 to everything, without a look at the page, has less than half": lambda: bool(
        costs.quadratic(np.full(10, 0.1), Y) < shown("nb04-029", "0.44, quadratic #")()[0] / 2
    ),
    "the cost is more than halved by it, while the share": halved,
    "stays at a #.": lambda: near(shown("nb04-029", "recognised #%")()[0] / 100),
    "Its weighted input is $-8$, so its activation is #,": lambda: sigmoid(np.array([-8.0])).item(),
    "The cross-entropy falls by nearly # there": lambda: near(
        shown("nb04-031", "-7.0: quadratic -0.0006, cross-entropy #")()[0] * -1, 0.01
    ),
    "In 64 bits it is 0 from about $z = -746$ down, and 1 from $z = 37$ up": lambda: bool(
        (sigmoid(np.array([-746.0, -745.0, 36.0, 37.0])) == [0, 5e-324, 1 - 2**-52, 1]).all()
    ),
    "at # for the 4 and # for the 9": lambda: shown(
        "nb04-013", "#, 0.00, 0.11, 0.00, 0.00, #; marked"
    )(),
    "recognises the image with the number 7, which is a #": lambda: DIGITS.labels[7],
    "from # at a loudness of 1 to # at 5": lambda: (
        loud(1),
        shown("nb04-039", "The quadratic cost is #.")()[0],
    ),
    "after ten steps the cost is less than # of what it was": lambda: 1 / 2 if halved() else 1,
    "Symptom: a cost between # and #.": lambda: (10 * (1 - 4) ** 2 / 2, 10 * (0 - 4) ** 2 / 2),
    "as the mean output of # after ten steps showed": shown("nb04-029", "later mean output #,"),
    "The third activation is σ(z), near #": lambda: THREE[2],
    "C = ½ ((# - 0)² + (# - 1)² + (# - 0)²)": lambda: tuple(THREE),
    "half as much again as the 3/8": lambda: bool(1.45 < THREE_COST / (3 / 8) < 1.55),
    "The squares of a2 add up to #.": lambda: 0.5**2 + 0.2**2 + 0.1**2 + 0.4**2,
}
PLAIN = {}


def loud(loudness):
    """The cost of digit 7 for the trained network, with its z³ multiplied."""
    trained = training.sgd(NET, DIGITS, epochs=1, learning_rate=0.5).net
    z3 = trained.feedforward(DIGITS.images[7]).z3
    return costs.quadratic(sigmoid(loudness * z3), data.one_hot(DIGITS.labels[7]))
