"""The numbers in the sentences of chapter 3."""

from dataclasses import replace

import numpy as np

from convnet_lib import pool
from prose import near, shown
from prose.book import DIGITS, LAYERS, NET

PENCIL = np.array(
    [[0.1, 0.2, 0.8, 0.3], [0.6, 0.4, 0.1, 0.5], [0.3, 0.7, 0.2, 0.2], [0.0, 0.5, 0.9, 0.1]]
)


def less(name):
    """By what share the mean change is smaller than that of the upper left."""
    (one,), (other,) = (
        shown("nb03-027", f"our filter {rule} mean change #")() for rule in (name, "upper left")
    )
    return near(1 - one / other)


def mean_as_before():
    """The mean change by the rule of the mean: one number for the filter and for the negated."""
    ours, negated = (
        shown("nb03-027", f"{name} mean mean change #")()[0] for name in ("our filter", "negated")
    )
    assert ours == negated
    return ours


def the_mask_knows_no_bias():
    """Whether 200 digits have the same winners whatever the bias is."""
    biases = np.array([-3.0, 0.0, 0.5, 3.0])
    nets = [replace(NET, b1=bias) for bias in biases]
    first, *others = (pool.winners(net.feedforward(DIGITS.images[:200]).a1) for net in nets)
    return all(np.array_equal(first, other) for other in others)


def misplaced_within_rows():
    """Whether what `a1[mask]` lists of the digit has, once reshaped, the right rows, disordered."""
    listed = LAYERS.a1[pool.winners(LAYERS.a1)].reshape(12, 12)
    in_order = np.sort(listed), np.sort(LAYERS.a2)
    return np.array_equal(*in_order) and not np.array_equal(listed, LAYERS.a2)


CLAIMS = {
    "and numbers have changed places within their rows": misplaced_within_rows,
    "(Not to one bias: that moves": the_mask_knows_no_bias,
    "and for row # a pooled row #, which does not exist": lambda: (23, round(23 / 2)),
    "Of the # pooled activations": lambda: LAYERS.a2.size,
    "Fewer than half. And many": lambda: shown("nb03-023", "# of 144 pooled")()[0] < 72,
    "fewer than half of the pooled activations outlive": lambda: (
        shown("nb03-023", "# of 144 pooled")()[0] < 72
    ),
    "a pooled activation changes by #, on average": shown(
        "nb03-027", "our filter upper left mean change #"
    ),
    "Taking the largest instead makes that #,": shown(
        "nb03-027", "our filter largest mean change #"
    ),
    "Taking the mean makes it #,": shown("nb03-027", "our filter mean mean change #"),
    "the mean is at # as before": mean_as_before,
    "and the largest at #.": shown("nb03-027", "negated largest mean change #"),
    "Where the filter answers to ink with *more* than #": lambda: LAYERS.a1[0, 0],
    "makes that 0.032, a # less": lambda: less("largest"),
    "makes it 0.034, a # less": lambda: less("mean"),
    "In every tied window of this digit the shared maximum is #,": lambda: float(
        np.unique(LAYERS.a2[pool.tied(LAYERS.a1)]).item()
    ),
    "Blank paper is # in both maps": lambda: LAYERS.a1[0, 0],
    "have the same mean, #.": lambda: np.mean([0.8, 0, 0, 0]),
    "Their maxima are # and #.": lambda: (max(0.8, 0, 0, 0), max(4 * [0.2])),
    "In the 4 by 4 example it gives #, #, #, #.": lambda: tuple(PENCIL[pool.winners(PENCIL)]),
    "With `round`, row 5 goes to # and row 7 to #,": lambda: (round(5 / 2), round(7 / 2)),
    "nearly a # of its windows are tied": lambda: near(pool.tied(LAYERS.a1).mean(), 0.05),
    "and σ(4) = # is #, and σ of the mean is σ(2) = #": lambda: (
        1 / (1 + np.exp(-4)),
        (0.5 + 1 / (1 + np.exp(-4))) / 2,
        1 / (1 + np.exp(-2)),
    ),
}
PLAIN = {
    "about 140, about 70, or about 5": "three guesses",
    "section 9.3": "a section of another book",
    "`5 / 2` is 2.5": "a division",
    "rounds 2.5 and 3.5": "a division",
}
