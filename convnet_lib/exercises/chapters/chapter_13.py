"""The exercises of chapter 13, on doing the same in less time."""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from ... import pool
from ...activations import sigmoid, sigmoid_prime
from ..asking import Case, Exercise, Function, Letter, Mistake, Values

RNG = np.random.default_rng(13)

# --- 13.1 --------------------------------------------------------------------------------------


def flops_of_three():
    neurons, pooled = 26 * 26, 13 * 13
    products = 2 * neurons * 9 + 3 * 10 * pooled  # F1, BP4, and three times every w3
    return 2 * products


FLOPS = Exercise(
    id="13.1",
    title="The flops of a smaller filter",
    asks="by hand",
    starter="answer = None",
    answer=Values(34_476),
    mistakes={
        "products alone": Mistake(
            "Those are the products. A flop is a product or an addition, and every product here "
            "is added to something.",
            17_238,
        ),
        "5 by 5": Mistake(
            "That is the count of the chapter, for 5 by 5. What changes with the filter: its "
            "weights, the map, the pooled map and with it w3.",
            66_240,
        ),
        "w3 left out": Mistake(
            "That is F1 and BP4. Three equations go over the weights w3, which are more now.",
            24_336,
        ),
        "F1 alone": Mistake(
            "Those are the products of F1. There are additions, and there are four equations more.",
            6_084,
        ),
        "off by one": Mistake(
            "The map was taken as 25 by 25. A filter of 3 by 3 can begin in the columns 0 to 25.",
            31_140,
        ),
        "BP4 left out": Mistake(
            "The pairs of pixel and neuron were counted once. F1 goes over them, and on the way "
            "back BP4 does so again.",
            22_308,
        ),
        "forward alone": Mistake(
            "That is the way forward, F1 and F4. A step goes back as well.", 15_548
        ),
        "w3 twice": Mistake(
            "The weights w3 were counted twice. F4, the sum in BP2 and BP4a each have a product "
            "for every one of them.",
            31_096,
        ),
        "w3 once": Mistake(
            "The weights w3 were counted once. Two equations of the way back have a product for "
            "every one of them too.",
            27_716,
        ),
        "the map of 5 by 5": Mistake(
            "That is a filter of 3 by 3 on a map of 24 by 24. A smaller filter fits into more "
            "places: how many are there along a row of 28 pixels?",
            29_376,
        ),
        "w3 of 5 by 5": Mistake(
            "The map is right, the pooled map is not: 26 by 26 is pooled to 13 by 13, so w3 is "
            "larger than the 1,440 of the book.",
            32_976,
        ),
        "padded": Mistake(
            "That is a map as large as the image, as if there were a border around it. The filter "
            "has to fit in whole.",
            39_984,
        ),
        "w3 not pooled": Mistake(
            "w3 was counted as if there were no pooling. An output neuron has a weight for each "
            "pooled neuron, a quarter of the map.",
            64_896,
        ),
    },
    hints=(
        "How many places are there for 3 by 3 on 28 by 28, and how many are left after pooling?",
        "26·26 neurons with 9 products each, in F1 and in BP4; 10·13·13 weights w3, three times.",
        "2·(2·676·9 + 3·1,690)",
    ),
    why="About half of the flops, for a filter with 9 weights of 25. And the pixels to be "
    "fetched are the same 784: a small filter makes less of each byte, so memory limits it sooner.",
    solution=flops_of_three,
)

# --- 13.2 --------------------------------------------------------------------------------------

RISING = Exercise(
    id="13.2",
    title="Pool before which activation?",
    asks="derive",
    starter="answer = None",
    answer=Letter("b"),
    mistakes={
        "must rise": Mistake(
            "ReLU stays level for a while, but does it ever fall? Try four numbers, of which some "
            "or all are negative, in both orders.",
            "a",
        ),
        "the maximum of the same four": Mistake(
            "The same four go in, but the largest z need not have the largest sin z. Try it with "
            "the numbers 0, 1.5, 3 and 0.",
            "c",
        ),
        "ties": Mistake(
            "ReLU makes ties, true; but tied activations have the same maximum, whichever wins. "
            "And sin: is the largest z the one with the largest sin z?",
            "d",
        ),
    },
    hints=(
        "What is needed is max(f(z), f(z')) = f(max(z, z')). Which property of f gives that?",
        "It is enough that f never falls. It may stay level.",
    ),
    why="And the gradients? Where all four z of a window are negative, ReLU ties them, and the "
    "two orders may choose different winners. But there its slope is 0, so nothing comes of it.",
    solution="b. If f never falls, the largest z has the largest f(z), or one that is equal to "
    "it: max(f(z), f(z')) = f(max(z, z')). ReLU never falls; to the left of 0 it is "
    "level. sin z falls between π/2 and 3π/2: of 0, 1.5, 3 and 0 the largest is 3, with "
    "sin 3 = 0.14, while the maximum of the four sines is sin 1.5 = 1.00.",
)

# --- 13.3 --------------------------------------------------------------------------------------


def pooled(products, b1):
    a2 = sigmoid(pool.forward(products) + b1)
    return a2, a2 * (1 - a2)


def _plainly(products, b1):
    z1 = products + b1
    slope = np.where(pool.winners(sigmoid(z1)), sigmoid_prime(z1), 0)
    return pool.forward(sigmoid(z1)), pool.windows(slope).sum(axis=-1)


def _both(z):
    return sigmoid(z), sigmoid_prime(z)


def _mean(z):
    return pool.windows(z).mean(axis=-1)


def _overlapping(z):
    rows, columns = z.shape
    largest = sliding_window_view(z, (2, 2)).max(axis=(2, 3))
    return largest[: rows // 2, : columns // 2]


def _quarters(z):
    rows, columns = z.shape
    return z.reshape(2, rows // 2, 2, columns // 2).max(axis=(0, 2))


PENCIL = np.array([[-1.0, 0, 2, 1], [-3, -1, 1, -2], [0, 0, -4, -2], [0, 0, -3, -5]])
MAPS = [
    Case("a map of 4×4", PENCIL, 1.0),
    Case("a map of 6×10", 2 * RNG.standard_normal((6, 10)), -0.7),
    Case("a map of 8×4", 2 * RNG.standard_normal((8, 4)), 0.4),
]

POOLED = Exercise(
    id="13.3",
    title="Pool first",
    asks="implement",
    starter="def pooled(products, b1):\n    # your lines\n    ...",
    answer=Function(_plainly, MAPS, parts=("a2", "the slope")),
    mistakes={
        "bias left out": Mistake(
            "The bias is missing. It may come after the pooling, but it has to come before σ.",
            lambda products, b1: _both(pool.forward(products)),
        ),
        "bias after σ": Mistake(
            "The bias was added after σ. It is a part of z1: pool, add the bias, then take σ.",
            lambda products, b1: (
                sigmoid(pool.forward(products)) + b1,
                sigmoid_prime(pool.forward(products)),
            ),
        ),
        "bias four times": Mistake(
            "The bias was counted four times. Each of the four neurons has it, and the largest of "
            "them has it once.",
            lambda products, b1: _both(pool.forward(products) + 4 * b1),
        ),
        "bias left out of the slope": Mistake(
            "a2 is right. The slope was taken without the bias: it is that of the winner's z1.",
            lambda products, b1: (
                sigmoid(pool.forward(products) + b1),
                sigmoid_prime(pool.forward(products)),
            ),
        ),
        "σ′ of the activation": Mistake(
            "a2 is right. σ′ was taken of a2: it wants the weighted input, or a2 in the form "
            "that needs no exponential.",
            lambda products, b1: (
                sigmoid(pool.forward(products) + b1),
                sigmoid_prime(sigmoid(pool.forward(products) + b1)),
            ),
        ),
        "the largest slope": Mistake(
            "a2 is right. For the slope, the largest σ′ of each window was taken. It has to be "
            "that of the winner, and σ′ is largest where z1 is near 0, whoever wins.",
            lambda products, b1: (
                sigmoid(pool.forward(products) + b1),
                pool.forward(sigmoid_prime(products + b1)),
            ),
        ),
        "the slope's first factor": Mistake(
            "a2 is right, and the slope is 1 - a2: one factor of it is missing.",
            lambda products, b1: (
                sigmoid(pool.forward(products) + b1),
                1 - sigmoid(pool.forward(products) + b1),
            ),
        ),
        "σ left out": Mistake(
            "σ is missing: that is the pooled z1, and the slope was made of it in place of a2.",
            lambda products, b1: (
                pool.forward(products) + b1,
                (pool.forward(products) + b1) * (1 - pool.forward(products) - b1),
            ),
        ),
        "σ left out of a2": Mistake(
            "The slope is right. In place of a2 stands the pooled z1: σ is missing there.",
            lambda products, b1: (
                pool.forward(products) + b1,
                sigmoid_prime(pool.forward(products) + b1),
            ),
        ),
        "mean instead of maximum": Mistake(
            "The windows were averaged. The mean of four does not change places with σ, and F3 "
            "takes the largest.",
            lambda products, b1: _both(_mean(products) + b1),
        ),
        "windows that overlap": Mistake(
            "The windows overlap: they begin at (j', k') instead of (2j', 2k').",
            lambda products, b1: _both(_overlapping(products) + b1),
        ),
        "windows across the map": Mistake(
            "The four of a window are not neighbours here. After reshape the window's own row and "
            "column come last in each pair of axes: (rows/2, 2, columns/2, 2).",
            lambda products, b1: _both(_quarters(products) + b1),
        ),
    },
    hints=(
        "F3 on the products as they are; pool.forward does it. Four neurons of a window have the "
        "same bias.",
        "The bias and σ are for the pooled map alone. Which formula gives the slope from a2?",
        "a2 = sigmoid(pool.forward(products) + b1), and the slope is a2 * (1 - a2).",
    ),
    why="The exponential is taken of a quarter of the numbers, and σ′ needs none at all. Your "
    "function was compared with the long way: bias, σ, pooling, and σ′ of each window's "
    "winner.",
    solution=pooled,
)

# --- 13.4 --------------------------------------------------------------------------------------


def three_limits():
    times = []
    for rate, bytes_moved in ((50e9, 378e3), (100e9, 378e3), (100e9, 189e3)):
        times.append(1e6 * max(66_240 / rate, bytes_moved / 15e9))
    return times


LIMITS = Exercise(
    id="13.4",
    title="The longer of two times",
    asks="predict",
    starter="answer = [..., ..., ...]",
    answer=Values([25.2, 25.2, 12.6], within=0.051),
    mistakes={
        "flops alone": Mistake(
            "Those are the times of the flops. How long do the bytes take? The longer of the two "
            "is the limit.",
            [1.3248, 0.6624, 0.6624],
        ),
        "flops alone, float32": Mistake(
            "Those are the times of the flops; in float32 their rate was to be left as it is. How "
            "long do the bytes take? The longer of the two is the limit.",
            [1.3248, 0.6624, 0.3312],
        ),
        "the same as before": Mistake(
            "The first is right. The second waits for the bytes, which come no faster than "
            "before; and in the third they are half as many.",
            [25.2, 12.6, 25.2],
        ),
        "added": Mistake(
            "The two times were added. A machine computes with one number while it fetches the "
            "next: at best the longer time is all that one waits for.",
            [26.5248, 25.8624, 13.2624],
        ),
        "twice the rate, half the time": Mistake(
            "The first is right. In the second the arithmetic has become twice as fast; which of "
            "the two times is one waiting for?",
            [25.2, 12.6, 6.3],
        ),
        "twice the rate, half the time, once": Mistake(
            "The first is right. In the second it is the bytes that one waits for, and they come "
            "no faster than before.",
            [25.2, 12.6, 12.6],
        ),
        "float32 does not mind": Mistake(
            "The first two are right. In float32 a number is half as long, so half as many bytes "
            "have to be fetched.",
            [25.2, 25.2, 25.2],
        ),
        "float32 counted twice": Mistake(
            "The first two are right. The third is a quarter of them; half as long is each "
            "number, and the rate at which bytes come is the same.",
            [25.2, 25.2, 6.3],
        ),
        "bits": Mistake(
            "The bytes were taken for bits, or the other way round: there is a factor of 8.",
            [3.15, 3.15, 1.575],
        ),
        "numbers for bytes": Mistake(
            "378 kB are bytes already. They were multiplied by 8 once more.",
            [201.6, 201.6, 100.8],
        ),
        "milliseconds": Mistake(
            "Those are milliseconds. 15 GB a second are 15 kB in a millionth of a second.",
            [0.0252, 0.0252, 0.0126],
        ),
    },
    hints=(
        "Two times for each: flops by the first rate, bytes by the second.",
        "50 Gflop/s are 50,000 flops in a microsecond, 15 GB/s are 15,000 bytes. Which of the two "
        "times is longer?",
        "378/15, which twice the arithmetic does not change, and which half the bytes halve.",
    ),
    why="Twice as fast a processor, and nothing gained. Before one buys, counts or writes "
    "anything it pays to know which of the two times one is waiting for.",
    solution=three_limits,
)

EXERCISES = [FLOPS, RISING, POOLED, LIMITS]
