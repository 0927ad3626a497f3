"""The numbers in the sentences of chapter 2."""

import numpy as np

from convnet_lib import conv
from prose import shown

LONE, LETTER = (
    np.zeros((11, 9)),
    np.array([[1.0, 1, 1], [1, 0, 0], [1, 1, 0], [1, 0, 0], [1, 0, 0]]),
)
LONE[5, 4] = 1


def first_place_of_a_convolution():
    """The first (j, k) at which all of Σ w_{l,m} a_{j-l,k-m} lies on the image."""
    rows, columns = LETTER.shape
    return (rows - 1, columns - 1)


def size(mode):
    """How many sums a filter of 5 gives along 28 pixels, by NumPy's names for the padding."""
    return len(np.convolve(np.ones(28), np.ones(5), mode))


def written_by_hand():
    """The chapter's four filters."""
    up = np.outer([1, 1, 0, -1, -1], np.ones(5)) / 10
    slant = np.sign(np.subtract.outer(np.arange(5), np.arange(5))) / 10
    return np.stack([up, up.T, slant, -up.T])


def bias_alone(grey, b=0.3):
    """Whether each of the four gives b on 25 pixels of one grey."""
    z = conv.forward(np.full((5, 5), grey), written_by_hand(), np.full(4, b))
    return np.allclose(z, b, rtol=0, atol=1e-12)


def seen(u, v):
    return sum(0 <= u - l <= 23 and 0 <= v - m <= 23 for l in range(5) for m in range(5))


CLAIMS = {
    "an image with a single pixel of ink, and a filter of # by #": lambda: LETTER.shape,
    "the # pixels under it are multiplied": lambda: LETTER.size,
    "It lies in row # and column #.": lambda: tuple(np.argwhere(LONE)[0]),
    "so for the letter the first place is $(#,#)$": first_place_of_a_convolution,
    '<span data-cell="a0-0-0">pixel (0, 0)</span> is seen by # neuron': lambda: seen(0, 0),
    '<span data-cell="a0-13-13">pixel (13, 13)</span> by # of them': lambda: seen(13, 13),
    "Over all pixels the numbers add up to 24·24·25 = #,": lambda: sum(
        seen(u, v) for u in range(28) for v in range(28)
    ),
    "one in the middle by #.": lambda: seen(13, 13),
    "gives # by # sums, and": lambda: 2 * (size("full"),),
    '`"same"` gives # by #:': lambda: 2 * (size("same"),),
    "and gives # by #, as": lambda: 2 * (size("valid"),),
    r"z_{0,0} = 0.5 + 1\cdot 1 + (-1)\cdot 2 + 2\cdot 3 + 0\cdot 1 = #": shown("nb02-010", "[[ #,"),
    r"z_{1,2} = 0.5 + 1\cdot 1 + (-1)\cdot 0 + 2\cdot 4 + 0\cdot 1 = #": shown(
        "nb02-010", "2.5, 4.5, #]"
    ),
    "where the pixels of a field are all alike, as on blank paper, they give": lambda: (
        bias_alone(0.0) and bias_alone(0.7)
    ),
    "Both directions run backwards, and that is half a turn": lambda: bool(
        np.array_equal(conv.forward(LONE, LETTER, 0.0)[1:6, 2:5], LETTER[::-1, ::-1])
    ),
}
PLAIN = {
    "180°": "half a turn",
    "Pixels above 1 are no activations": "the range of an activation",
    "the bias 0.5 and the filter": "chosen for the exercise",
}
