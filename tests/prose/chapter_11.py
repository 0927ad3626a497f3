"""The numbers in the sentences of chapter 11."""

import functools
import re

import numpy as np

from convnet_lib import ConvNet, conv, data, training
from convnet_lib.activations import sigmoid
from prose import near, notebook, shown
from prose.book import A0, DIGITS, NET, TEST, Y

WANTED = data.one_hot(DIGITS.labels)


@functools.cache
def after(steps, rate, maps=None):
    """The network after so many steps at a rate, ten digits each."""
    net, order = ConvNet.random(maps, seed=7), np.random.default_rng(0).permutation(4000)
    for rows in order[: 10 * steps].reshape(steps, 10):
        net = training.step(net, DIGITS.images[rows], WANTED[rows], rate)
    return net


def code(cell):
    """The source of a cell."""
    return "".join(next(c for c in notebook(11) if c["id"] == cell)["source"])


def awake(net):
    """How many maps some patch of 100 digits raises by more than 1."""
    products = conv.forward(TEST.images[:100], net.w1, np.zeros_like(net.b1))
    return int((products.max(axis=(0, 2, 3)) > 1).sum())


@functools.cache
def at_rate_one():
    return training.sgd(NET, DIGITS, epochs=2, learning_rate=1.0, test=TEST)


def third_epoch():
    """Whether twenty maps at 1.0 are dark after two epochs, and all but one after the third."""
    run = training.sgd(ConvNet.random(20, seed=7), DIGITS, 3, learning_rate=1.0, test=TEST)
    answers = [net.feedforward(TEST.images[:100]).a1.max(axis=(0, 2, 3)) for net in run.nets]
    there = [(answer > 0.1).sum() for answer in answers]
    return there == [20, 0, 0, 1] and run.test_accuracy[2] == 0.1 and run.test_accuracy[3] > 0.7


def past_one_map():
    """Whether twenty maps at 0.5 are behind one map after two epochs, and past its best in five."""
    one = training.sgd(NET, DIGITS, 8, learning_rate=0.5, test=TEST).test_accuracy
    wide = ConvNet.random(20, seed=7)
    twenty = training.sgd(wide, DIGITS, 5, learning_rate=0.5, test=TEST).test_accuracy
    return twenty[2] < one[2] and twenty[5] > one.max()


def epoch_with_both_bugs(rate, count):
    """Mean costs: before, after an epoch of full mini-batches of two with both bugs, and of none.

    All its slopes are those of the place where it began, so it is one long step.
    """
    x, p, begun = np.arange(count) % 7.0, -1.0, -1.0
    frozen = begun - rate * sum((begun - x[n : n + 2]).sum() / 2 for n in range(0, count, 2))
    for n in range(0, count, 2):
        p -= rate * (p - x[n : n + 2]).mean()
    return [((place - x) ** 2).mean() / 2 for place in (begun, frozen, p)]


def few_steps_learn_and_many_do_not():
    """Three steps at 0.02 are nearly right with both bugs; 400 make the cost rise."""
    few, many = epoch_with_both_bugs(0.02, 6), epoch_with_both_bugs(0.02, 800)
    nearly = abs(few[1] - few[2]) < 0.05 * (few[0] - few[2])
    return few[1] < few[0] and nearly and many[2] < many[0] < many[1]


STEP = [NET.feedforward(A0), NET.backprop(A0, Y, "cross_entropy").delta3[4]]
Z = STEP[0].z3[4], STEP[0].z3[4] - 0.5 * STEP[1]

CLAIMS = {
    "number # is an #.)": lambda: (0, TEST.labels[0]),
    "so # is chance": lambda: 1 / 10,
    "- 1) = 0.25$ |\n| $z^3_4$ | # |": lambda: Z[0],
    "| $a^3_4 = \\sigma(z^3_4)$ | # | # |": lambda: tuple(sigmoid(np.array(Z))),
    "its part of the cost | # | # |": lambda: tuple(-np.log(sigmoid(np.array(Z)))),
    "answers to any of the # digits": lambda: 100,
    "blank paper is at # again": shown("nb11-030", "back to 0: largest a1 #"),
    "and # is the best that it can do": shown("nb11-028", "rate 2.0: #"),
    "An output neuron sees # times as many inputs": lambda: 20,
    "and the rough ones recognise #6 of 100 digits": shown("nb11-007", "accuracy 0.#6"),
    "#00 short ones measure anew": shown("nb11-007", "#00 steps"),
    "about nine digits of ten": lambda: 0.895 <= shown("nb11-025", "# of 1000")()[0] / 1000 < 0.905,
    "The second step has taken $b^1$ down to $#$": lambda: round(float(after(2, 2.0).b1)),
    "The second step has": lambda: after(1, 2.0).b1 > 0,
    "$\\sigma(-5)$ is # and $\\sigma(5)$ is #": lambda: tuple(sigmoid(np.array([-5.0, 5.0]))),
    "as a mean of # draws": shown("nb11-018", "below 0: 0 of #"),
    "nearly half of the single digits send the network uphill": lambda: (
        20
        <= shown("nb11-018", "after an epoch    1 digits: mean cosine 0.04, below 0: # of")()[0]
        < 25
    ),
    "Ten are right more often than wrong": lambda: (
        shown("nb11-018", "after an epoch   10 digits: mean cosine 0.21, below 0: # of")()[0] < 25
    ),
    "is dark at the end of the first epoch, with $b^1 = #$": lambda: at_rate_one().nets[1].b1,
    "and comes back in the second": lambda: at_rate_one().test_accuracy[2] > 0.5,
    "In a third epoch one of them comes back, and the accuracy with it": third_epoch,
    "than the one that began beside them (more epochs take them past it)": past_one_map,
    "with a few steps at a small rate the first does next to nothing": (
        few_steps_learn_and_many_do_not
    ),
    "moves $z^3_4$ by more than 100 in this one step": lambda: (
        shown("nb11-032", "maps=20, bracket 726, rate 0.5: z3[4] moves by #")()[0] > 100
    ),
    "Even at #, # of the # maps are asleep": lambda: (
        0.3,
        20 - shown("nb11-035", "20 maps, 0.3: accuracy 0.96, maps awake: #")()[0],
        20,
    ),
    "some patch of the first # digits held out": lambda: int(
        re.search(r"test\.images\[:(\d+)\]", code("nb11-035"))[1]
    ),
    "# of the twenty were awake before the first step": lambda: awake(after(0, 0.3, 20)),
    "after # of them no map was awake": lambda: min(
        steps for steps in range(6) if awake(after(steps, 0.3, 20)) == 0
    ),
    "The # small maps show the weights": lambda: len(NET.w3),
    "Of these 1,000 test digits # were recognised": shown("nb11-023", "8 epochs at 0.5: #"),
    "each of these # digits": lambda: sum(shown("nb11-068", ": # digits lost, # gained")()),
    "coins fall: # lost": lambda: sum(shown("nb11-068", ": # digits lost, # gained")()) / 2,
    "# is nearly four such spreads away": shown("nb11-068", ": # digits lost"),
    "Five is nearly # such spreads away": lambda: near((16 - 5) / (np.sqrt(32) / 2), 0.05),
}
PLAIN = {
    "400 steps, each on a rough guess": "4,000 digits, ten at a time",
    "The first 400 steps": "4,000 digits, ten at a time",
    "At 0.02 it learns": "a rate of the cell above",
    "At 2.0 the accuracy": "a rate of the cell above",
    "At a rate of 1.0": "a rate to try",
    "is the rate of 0.5 good again": "a rate",
    "For twenty maps a rate of 0.5": "a rate",
    "Two epochs at 1.0 and at 0.5, and sixteen at 0.3": "rates and epochs of the cell below",
    "At 1.0 the accuracy is still": "a rate",
    "At 0.5 the twenty maps": "a rate",
    "at 0.3 they get further": "a rate",
    "So an accuracy of 0.88": "the one of the sentence before",
    "the two epochs at 0.1": "a rate",
    "good for 10 digits fails with 100": "an example",
    "a rate that reaches 0.85": "a task",
    "train ten maps for 16 epochs": "a task",
    "It does well with 0.05 and 10 digits": "given in an exercise",
    "mini-batches are to be of 100 digits": "given in an exercise",
    "a true accuracy of 0.9": "given in an exercise",
    "within its spread of 0.01": "an answer to choose from",
    "one of 0.89 that somebody": "another number, made up",
}
