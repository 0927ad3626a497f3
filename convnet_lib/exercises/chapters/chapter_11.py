"""The exercises of chapter 11, on training."""

import numpy as np

from ..asking import Case, Exercise, Function, Letter, Mistake, Values

# --- 11.1 --------------------------------------------------------------------------------------


def second_step():
    bias, z, a = 0.25, 0.28, 0.57
    step = -0.5 * (a - 1)  # minus the rate times δ, which is a - y
    bias, z = bias + step, z + step
    return [bias, z, 1 / (1 + np.exp(-z))]


SECOND_STEP = Exercise(
    id="11.1",
    title="The second step",
    asks="by hand",
    starter="answer = [..., ..., ...]",
    answer=Values([0.465, 0.495, 0.621], within=0.0051),
    mistakes={
        "the first step again": Mistake(
            "That is the first step, taken twice. The gradient has to be measured anew: the "
            "activation is 0.57 now, so δ is no longer -0.49.",
            [0.5, 0.53, 0.629],
        ),
        "uphill": Mistake(
            "The activation has come down, and 1 is desired. δ is negative here, and it is taken "
            "off: minus times minus.",
            [0.035, 0.065, 0.516],
        ),
        "rate left out": Mistake(
            "The bias has moved by all of δ. A step is δ times the learning rate, which is 0.5.",
            [0.68, 0.71, 0.67],
        ),
        "from the beginning": Mistake(
            "The step has the right length, but it begins at the old bias and the old z. The "
            "second begins where the first has ended.",
            [0.215, 0.245, 0.561],
        ),
        "quadratic": Mistake(
            "There is a factor σ′ in your δ. That is the quadratic cost; with the cross-entropy δ "
            "is a - y and nothing else.",
            [0.303, 0.333, 0.582],
        ),
        "0 desired": Mistake(
            "That is the step for a desired activation of 0. The digit is a 4, and this is the "
            "output neuron number 4: y is 1.",
            [-0.035, -0.005, 0.499],
        ),
        "z is not the bias": Mistake(
            "The bias is right. z is not the bias: it is the old z, moved by as much as the bias.",
            [0.465, 0.465, 0.614],
        ),
    },
    hints=(
        "Begin with the column 'after' of the table: which δ belongs to an activation of 0.57?",
        "δ is 0.57 - 1 = -0.43, so bias and z both rise by 0.5·0.43.",
        "0.25 + 0.215, then 0.28 + 0.215, then σ of that.",
    ),
    why="The first step moved the bias by 0.25, the second by 0.215: the nearer the activation "
    "comes to 1, the shorter the steps. Nobody had to change the rate for that.",
    solution=second_step,
)

# --- 11.2 --------------------------------------------------------------------------------------


def epoch(p, x, rate, size):
    for n in range(0, len(x), size):
        batch = x[n : n + size]
        p = p - rate * (p - batch).mean()
    return p


def _epoch(p, x, rate, size, gradient, whole_only=False):
    """An epoch with another step: gradient(start, p, batch)."""
    start = p
    for n in range(0, len(x) - (len(x) % size if whole_only else 0), size):
        p = p - rate * gradient(start, p, x[n : n + size])
    return p


def _nothing_of_p(p, x, rate, size):
    for n in range(0, len(x), size):
        p = rate * np.mean(p - x[n : n + size])
    return p


BROKEN = """
def epoch(p, x, rate, size):
    start = p
    for n in range(0, len(x), size):
        batch = x[n : n + size]
        p = p - rate * (start - batch).sum() / size
    return p
""".strip()

EPOCH = Exercise(
    id="11.2",
    title="Two bugs in an epoch",
    asks="debug",
    starter=BROKEN,
    answer=Function(
        lambda p, x, rate, size: _epoch(p, x, rate, size, lambda s, p, b: np.mean(p - b)),
        [
            Case("x = (1, 3, 6, 9) in mini-batches of 2", 1.0, np.array([1.0, 3, 6, 9]), 0.5, 2),
            Case("x = (2, 4, 9) in mini-batches of 2", 1.0, np.array([2.0, 4, 9]), 0.5, 2),
            Case("seven numbers in mini-batches of 3", -1.0, np.arange(7.0) ** 2, 0.1, 3),
        ],
    ),
    mistakes={
        "divided by size": Mistake(
            "The gradient is measured anew at each step now. One bug is left, in the last "
            "mini-batch: how many numbers has it?",
            lambda p, x, rate, size: _epoch(p, x, rate, size, lambda s, p, b: (p - b).sum() / size),
        ),
        "measured at the beginning": Mistake(
            "The mean is right now, in the last mini-batch too. One bug is left: all steps use "
            "the slope at the place where the epoch began.",
            lambda p, x, rate, size: _epoch(p, x, rate, size, lambda s, p, b: np.mean(s - b)),
        ),
        "sum instead of mean": Mistake(
            "The gradients of a mini-batch are added up and not divided. Then the step grows with "
            "the mini-batch, and a rate that was good for 10 digits fails with 100.",
            lambda p, x, rate, size: _epoch(p, x, rate, size, lambda s, p, b: np.sum(p - b)),
        ),
        "the mean taken twice": Mistake(
            "The mean has been divided by the length of the mini-batch once more. mean() has done "
            "that already, and the steps are too short by that factor.",
            lambda p, x, rate, size: _epoch(
                p, x, rate, size, lambda s, p, b: np.mean(p - b) / len(b)
            ),
        ),
        "the mean taken twice, by size": Mistake(
            "The mean has been divided by size once more. The steps are too short by that factor: "
            "take the mean, or divide the sum, but not both.",
            lambda p, x, rate, size: _epoch(
                p, x, rate, size, lambda s, p, b: np.mean(p - b) / size
            ),
        ),
        "uphill": Mistake(
            "The steps go uphill: the cost is lowest where p is the mean of x, and p runs away "
            "from there. The gradient is taken off.",
            lambda p, x, rate, size: _epoch(p, x, rate, size, lambda s, p, b: np.mean(b - p)),
        ),
        "p left out": Mistake(
            "p has become the rate times the gradient. That is what has to be taken off p.",
            _nothing_of_p,
        ),
        "the last mini-batch left out": Mistake(
            "The last mini-batch is left out where it is smaller than the others. Its numbers "
            "would never be learned from.",
            lambda p, x, rate, size: _epoch(
                p, x, rate, size, lambda s, p, b: np.mean(p - b), whole_only=True
            ),
        ),
        "one step": Mistake(
            "That comes to one step with the mean of all numbers. An epoch takes one for each "
            "mini-batch, with the slope measured anew.",
            lambda p, x, rate, size: p - rate * np.mean(p - x),
        ),
        "not averaged": Mistake(
            "p is one number, and has become an array: the gradients of a mini-batch were neither "
            "added up nor averaged.",
            lambda p, x, rate, size: _epoch(p, x, rate, size, lambda s, p, b: p - b),
        ),
        "the first mini-batch alone": Mistake(
            "Only the first mini-batch is in it. Is the return inside of the loop?",
            lambda p, x, rate, size: _epoch(
                p, x[:size], rate, size, lambda s, p, b: np.mean(p - b)
            ),
        ),
        "the last mini-batch alone": Mistake(
            "What is left is one step from where the epoch began, with the last mini-batch alone. "
            "Each mini-batch has a step, and it begins where the one before it ended.",
            lambda p, x, rate, size: p - rate * np.mean(p - x[(len(x) - 1) // size * size :]),
        ),
        "divided by all": Mistake(
            "The sum of a mini-batch was divided by the length of all of x. The mean is that of "
            "the mini-batch.",
            lambda p, x, rate, size: _epoch(
                p, x, rate, size, lambda s, p, b: np.sum(p - b) / len(x)
            ),
        ),
        "a step a number": Mistake(
            "That takes a step for each number. It should be one for each mini-batch, with the "
            "mean of its gradients.",
            lambda p, x, rate, size: _epoch(p, x, rate, 1, lambda s, p, b: np.mean(p - b)),
        ),
    },
    hints=(
        "Go through x = (2, 4, 9) with a pencil, in mini-batches of 2, from p = 1. What does the "
        "second step know of the first?",
        "The slope is that of the place where p is now, and the last mini-batch holds one number.",
        "In the line of the step p takes the place of start, and len(batch) that of size.",
    ),
    why="With mini-batches that are all full the second bug does nothing, and with a few steps at "
    "a small rate the first does next to nothing. Then an epoch with both still learns, and no "
    "curve says what is wrong with it.",
    solution=epoch,
)

# --- 11.3 --------------------------------------------------------------------------------------


def two_rates():
    of_the_mean = 0.05 * 10  # 0.05 times a sum of 10 is 0.5 times their mean
    of_the_sum = of_the_mean / 100
    return [of_the_mean, of_the_sum]


TWO_RATES = Exercise(
    id="11.3",
    title="A rate for the sum",
    asks="derive",
    starter="answer = [..., ...]",
    answer=Values([0.5, 0.005]),
    mistakes={
        "divided instead of multiplied": Mistake(
            "In the first, you have divided where you should multiply. A mean is 10 times smaller "
            "than the sum: is the rate that makes up for it larger or smaller?",
            [0.005, 0.005],
        ),
        "in the other order": Mistake(
            "Both numbers are right, in the other order: first the rate of training.step, then "
            "that of the program.",
            [0.005, 0.5],
        ),
        "the rate does not mind": Mistake(
            "The rate has stayed the same in both. Then with 10 digits a program that adds up "
            "takes a step 10 times as long as one that averages.",
            [0.05, 0.05],
        ),
        "not changed for 100": Mistake(
            "The first is right. But in the program the second cannot stay at 0.05: of 100 "
            "gradients the sum is ten times that of 10.",
            [0.5, 0.05],
        ),
        "the first left": Mistake(
            "The second is right. The first was left at 0.05: training.step divides by 10, and "
            "its rate has to make up for that.",
            [0.05, 0.005],
        ),
        "by 100": Mistake(
            "The first is right. The second was divided by 100, but the program never divided by "
            "10 before: from 10 digits to 100, by how much has the sum grown?",
            [0.5, 0.0005],
        ),
        "longer with more": Mistake(
            "The first is right. The second has gone the wrong way: the sum has grown, so the "
            "rate has to shrink.",
            [0.5, 0.5],
        ),
        "longer by the batch": Mistake(
            "The first is right. The second is that of training.step if a larger mini-batch "
            "wanted a longer step. The same step is asked for, and the program adds up.",
            [0.5, 5.0],
        ),
    },
    hints=(
        "Write both rules down for one parameter: 0.05 times a sum of 10 numbers, and a rate "
        "times their mean.",
        "The sum is B times the mean. So the rate of the mean is B times that of the sum.",
        "0.05·10, and what has to be multiplied by 100 to give the same.",
    ),
    why="A learning rate says nothing until one knows what it is multiplied by. When a rate "
    "from a paper fails, ask first whether theirs was of the sum or of the mean.",
    solution=two_rates,
)

# --- 11.4 --------------------------------------------------------------------------------------


def how_good():
    always_no = 900 / 1000
    spread = np.sqrt(0.9 * (1 - 0.9) / 1000)
    return [always_no, spread, 4 * 1000]  # n stands under a root: half the spread, 4 times n


HOW_GOOD = Exercise(
    id="11.4",
    title="Is it a 4?",
    asks="predict",
    starter="answer = [..., ..., ...]",
    answer=Values([0.9, 0.009487, 4000], within=0.0005),
    mistakes={
        "a coin": Mistake(
            "The first is no coin. The program says no to each of the 1,000 digits: for how many "
            "of them is that right?",
            [0.5, 0.009487, 4000],
        ),
        "chance of ten": Mistake(
            "0.1 is the share of the 4s, for which the program is wrong. The accuracy counts "
            "those for which it is right.",
            [0.1, 0.009487, 4000],
        ),
        "nothing found": Mistake(
            "It finds none of the 4s; but accuracy counts all answers that are right, and 'no' is "
            "often right.",
            [0.0, 0.009487, 4000],
        ),
        "the root left out": Mistake(
            "The second is too small: the spread is the root of all of s(1 - s)/n.",
            [0.9, 0.00009, 4000],
        ),
        "the root of n left out": Mistake(
            "The second is the root of s(1 - s): n, the number of digits, is missing.",
            [0.9, 0.3, 4000],
        ),
        "fewer": Mistake(
            "With fewer digits the spread is larger. How many digits halve it?",
            [0.9, 0.009487, 250],
        ),
        "the digits to be added": Mistake(
            "So many have to be added to the 1,000. Asked for is how many there are then.",
            [0.9, 0.009487, 3000],
        ),
        "twice as many": Mistake(
            "Twice as many digits do not halve the spread: n stands under a root.",
            [0.9, 0.009487, 2000],
        ),
    },
    hints=(
        "Of 1,000 digits 100 are 4s. The program says 'no' each time.",
        "The spread of a share s of n digits is the root of s(1 - s)/n.",
        "0.9, the root of 0.09/1000, and the n for which the root is half as large.",
    ),
    why="0.9 sounds good and knows nothing. Set beside each accuracy that of the best constant "
    "answer: for ten kinds in equal numbers it is 0.1, for 'is it a 4?' it is 0.9.",
    solution=how_good,
)

# --- 11.5 --------------------------------------------------------------------------------------

BEST_OF_TWENTY = Exercise(
    id="11.5",
    title="The best of twenty",
    asks="explain",
    starter="answer = None",
    answer=Letter("b"),
    mistakes={
        "no test digit in a step": Mistake(
            "No step used them, but the choice did, and a choice is a way of learning too. If "
            "twenty equal networks are measured, is the largest number a fair one?",
            "a",
        ),
        "by the training digits": Mistake(
            "The test digits would stay untouched, true. But the rate that does best on the "
            "digits learned from need not be best on new ones: it may have learned them by heart.",
            "c",
        ),
        "within the spread": Mistake(
            "The spread is that of one measurement, which is too high about as often as too low. "
            "Is the largest of twenty such numbers as likely too low as too high?",
            "d",
        ),
    },
    hints=(
        "Suppose that all twenty rates are equally good, and that chance spreads the twenty "
        "numbers by 0.01 around 0.88. What do they look like? Which of them is reported?",
        "The digits that one chooses by should be neither those one learns from nor those one "
        "reports.",
    ),
    why="training.hold_out cuts such digits off the training digits, and Run.best is the network "
    "chosen by them. The test digits are for the very end, once.",
    solution="b. The largest of twenty measurements is partly merit and partly luck. If all "
    "twenty rates were equally good, and chance spread the numbers by 0.01 around 0.88, each "
    "independently of the others, the best of the twenty would still come out near 0.90. On "
    "digits that come later the luck is gone. So keep some of the training digits back, choose "
    "the rate by them, and measure the chosen network once on the test digits. (A choice by the "
    "training accuracy leaves the test digits clean, but prefers what has learned by heart.)",
)

EXERCISES = [SECOND_STEP, EPOCH, TWO_RATES, HOW_GOOD, BEST_OF_TWENTY]
