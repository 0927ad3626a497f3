"""The numbers in the sentences of chapter 13.

The times are those of one machine: the page says so, and keeps them with its outputs.
"""

import tracemalloc
from functools import partial

import numpy as np

from convnet_lib import ConvNet, conv, fast, training
from convnet_lib.training import engines
from prose import near, shown
from prose.book import DIGITS, NET

F1 = 2 * 576 * 25
W3 = 10 * 12 * 12
FLOPS = 2 * F1 + 3 * 2 * W3
PARTS = ("F1", "F2", "F3", "F4", "BP2a", "σ′(z1)", "BP4")


def times():
    """What the parts of `backprop` take, in µs a digit."""
    return {part: shown("nb13-012", f"{part} # µs")()[0] for part in PARTS}


def race(cell, name):
    return shown(cell, f"{name} # µs a digit")()[0]


def one_digit(way):
    """What a digit alone takes by one way of the table of compiled loops."""
    return shown("nb13-047", f"{way} first # s, then # µs")()[1]


def at(digits):
    """The row of the table of mini-batches: plain, blocks, Stepper, float32."""
    return shown("nb13-028", f"{digits} # # # #")()


def asked_for(digits=64):
    """How many numbers a digit a step of `fast` asks memory for, when it has its buffers."""
    stepper, y = fast.Stepper(NET), np.zeros((digits, 10))
    given = DIGITS.images[:digits], y, 0.0, np.arange(digits), True
    stepper.step(*given)
    tracemalloc.start()
    stepper.step(*given)
    asked = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return asked / 8 / digits


def copied_by_plain(digits=64):
    """How many numbers a digit F1 and BP4 of the plain step ask memory for, each by itself."""
    a0, delta1, asked = DIGITS.images[:digits], np.ones((digits, 24, 24)), []
    for call in (
        partial(conv.forward, a0, NET.w1, NET.b1),
        partial(conv.nabla_w, delta1, a0, NET.w1),
    ):
        tracemalloc.start()
        call()
        asked.append(tracemalloc.get_traced_memory()[1] / 8 / digits)
        tracemalloc.stop()
    return asked


def loops_for_one_map():
    """Whether "auto" takes the loops in every mini-batch, where it can have two threads."""
    if not (engines._is_installed() and engines._has_two_threads()):
        return True
    net, sizes = ConvNet.random(), (1, 10, 128, 1024)
    by_products = any(engines._by_products(net, size) for size in sizes)
    return training.engine_for("auto", net) == "compiled" and not by_products


CLAIMS = {
    # the pixels of the mini-batch, which are copied each time, and hardly more
    "Nearly all large arrays of a step are made once": lambda: 784 < asked_for() < 1100,
    "for one map, where Numba has OpenMP for a second thread, these loops": loops_for_one_map,
    "# products, and as many additions": lambda: 576 * 25,
    "so F1 is # flops": lambda: F1,
    "for every one of the # weights $w^3_{l,j,k}$, and": lambda: W3,
    "to the sum over the mini-batch): # flops each": lambda: 2 * W3,
    "how many of the # products each pixel is in": lambda: 576 * 25,
    "it is a factor of several hundred": lambda: (
        200 < shown("nb13-010", "loops # µs")()[0] / race("nb13-010", "plain") < 900
    ),
    "But a factor of more than twenty is left": lambda: (
        shown("nb13-010", "plain # µs a digit, # times")()[1] > 20
    ),
    "Here are # parts of `backprop`": lambda: len(times()),
    "F1 and BP4 have # % of the flops": lambda: 100 * 2 * F1 / FLOPS,
    "and about # of the time in this table": lambda: near(
        (times()["F1"] + times()["BP4"]) / sum(times().values())
    ),
    "Yet together they take nearly as long": lambda: (
        0.7 < (times()["F3"] + times()["BP2a"]) / (times()["F1"] + times()["BP4"]) < 1
    ),
    "it takes about # as long": lambda: near(
        race("nb13-016", "im2col_index") / race("nb13-016", "im2col")
    ),
    "ask for room for # numbers a digit": lambda: 576 * 25,
    "(in `plain` each writes its own)": lambda: min(copied_by_plain()) >= 576 * 25,
    "copy as im2col does, `plain` #, and could": lambda: round(sum(copied_by_plain()) / 576 / 25),
    "Second, the # pixels become # numbers": lambda: (784, 576 * 25),
    "About # fifths of the time are gone": lambda: near(
        5 * (1 - race("nb13-021", "pool_first") / race("nb13-021", "plain"))
    ),
    "# numbers have become": lambda: 576 * 25,
    "# products for #.": lambda: (2 * 30, 2 * 25),
    "More than three times as fast as `pool_first`": lambda: (
        race("nb13-026", "pool_first") > 3 * race("nb13-026", "blocks")
    ),
    "`plain` takes # as long for each of": lambda: near(at("1024")[0] / at("64")[0]),
    "F1 does # flops, with those in vain": lambda: 2 * 576 * 30,
    "in about # µs.": lambda: near(shown("nb13-036", "F1 # µs")()[0]),
    "about # fifths of the rate of the two large matrices": lambda: near(
        5
        * (2 * 576 * 30 / shown("nb13-036", "F1 # µs")()[0] / 1e3)
        / shown("nb13-007", "float32: # Gflop")()[0]
    ),
    "more than ten times what it takes among 64": lambda: at("1")[2] > 10 * at("64")[2],
    "compiled, take less time for one digit than NumPy's best step": lambda: (
        one_digit("by_loops") < one_digit("fast.Stepper")
    ),
    "The first call takes seconds": lambda: shown("nb13-047", "by_loops first # s")()[0] > 1,
    "σ of the # windows": lambda: 12 * 12,
    "The # errors that are not 0": lambda: 12 * 12,
    "Calls cost more than steps": lambda: (
        one_digit("compiled.Stepper") > 2 * one_digit("100 in a call")
    ),
    "computes # flops for a digit and moves # kB": lambda: (
        FLOPS,
        shown("nb13-032", "im2col # kB")()[0],
    ),
}
PLAIN = {
    "in a mini-batch of 64: about": "how many are timed",
    "The matrix for 64 digits": "how many are timed",
    "a window has −1 and 0 in its upper row, −3 and −1 in its lower one, and an error of 0.3": (
        "chosen for the example"
    ),
    "is 0, that of the lower row is −1. So the upper row gets 0.3": "comparing by hand",
    "gets 0 and the right one what is left, 0.3": "comparing by hand",
    "a run of 64 numbers": "how many are timed",
    "better than 64 do": "how many are timed",
    "from 64 to 1,024": "the sizes of the table",
    "for each of 1,024 digits as for each of 64": "the sizes of the table",
    "at most 256 images": "fast.CHUNK",
    "on the 1,024 digits of the table": "the sizes of the table",
    "set to 8 or to 2,000": "a task",
    "a mini-batch of 1,024 (make": "a task",
    "with 50 Gflop/s and 15 GB/s": "given in an exercise",
    "leave its 100 Gflop/s": "given in an exercise",
}
