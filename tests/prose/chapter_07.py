"""The numbers in the sentences of chapter 7."""

import numpy as np

from convnet_lib import pool
from convnet_lib.activations import sigmoid_prime
from prose import shown
from prose.book import A0, DIGITS, LAYERS, NET, thousand


def moves(digit):
    """By how much ties='all' moves ∂C/∂w¹ on a digit, as the chapter prints it."""
    return shown("nb07-032", f"digit {digit}: ties='all' moves dC/dw1 by #")()[0]


def same_fields(digit, first, second):
    """Whether two neurons are tied, the same pixels under both, ink among them."""
    image, a1 = DIGITS.images[digit], NET.feedforward(DIGITS.images[digit]).a1
    one, other = (image[j : j + 5, k : k + 5] for j, k in (first, second))
    return bool(a1[first] == a1[second] and np.array_equal(one, other) and one.max() > 0)


def ranks(a1):
    """How many neurons of each window are equal to its maximum."""
    four = pool.windows(a1)
    return (four == four.max(axis=-1, keepdims=True)).sum(axis=-1)


def inks():
    """The darkest pixel under each tied neuron of the chapter's digit."""
    tied = pool.winners(LAYERS.a1, "all") & pool.tied(LAYERS.a1).repeat(2, 0).repeat(2, 1)
    return [A0[j : j + 5, k : k + 5].max() for j, k in np.argwhere(tied)]


CLAIMS = {
    "Raise the 0.4 to 0.41: the maximum is # as before": lambda: max(0.2, 0.7, 0.41, 0.1),
    "Raise the 0.7 to #: the maximum is #.": lambda: (0.71, max(0.2, 0.71, 0.4, 0.1)),
    "upper right window is the # in its second row": lambda: max(0.5, 0.2, 0.6, 0.8),
    "The sign is wrong.": lambda: bool(
        np.prod([shown("nb07-020", f"{n} #")()[0] for n in ("difference", "delta1")]) < 0
    ),
    "On a page that is mostly blank, that is no rare case": lambda: (
        shown("nb07-027", "1,000 digits: #%")()[0] == round(100 * pool.tied(thousand().a1).mean())
    ),
    "on the digit with # tied windows": lambda: pool.tied(LAYERS.a1).sum(),
    "number 2 is the #.": lambda: DIGITS.labels[2],
    "On this digit all the tied neurons see blank paper": lambda: max(inks()) == 0,
    "Most digits have windows with one, two, three and four winners": lambda: (
        sum(set(ranks(a1).flat) == {1, 2, 3, 4} for a1 in thousand().a1) > 500
    ),
    "An upright stroke repeats itself from row to row (digit 3, a #)": lambda: (
        DIGITS.labels[3] if same_fields(3, (10, 15), (11, 15)) else "no such tie"
    ),
    "along a diagonal (digit 4, a #)": lambda: (
        DIGITS.labels[4] if same_fields(4, (18, 19), (19, 18)) else "no such tie"
    ),
    "On some digits it does notice": lambda: (
        [moves(n) > 0 for n in range(5)] == [False, False, False, True, True]
    ),
    "lies between # and # for every activation": lambda: tuple(sigmoid_prime(np.array([1.0, 0.0]))),
    "never gets below #.": lambda: sigmoid_prime(np.array([1.0])).item(),
    "has up to # numbers that are not 0, instead of # at most": lambda: (
        LAYERS.a1.size,
        LAYERS.a2.size,
    ),
    "all # numbers.": lambda: 4 * 4,
    "# of the 16 are 0: of a window's four": lambda: 16 - 4,
}
PLAIN = {
    "up and down by 0.00001": "the step of a cell",
    "an issue of 2016": "a year",
}
