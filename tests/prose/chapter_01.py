"""The numbers in the sentences of chapter 1."""

import numpy as np

from convnet_lib import ConvNet, conv, data, deep, training
from prose import shown
from prose.book import A0, DIGITS, LAYERS, NET, TEST


def size(net, *names):
    return sum(getattr(net, name).size for name in names)


def inked():
    """Which neurons see ink in the 4."""
    return conv.forward(A0, np.ones((5, 5)), 0.0) > 0


def between():
    """How many of them are further than 0.01 from both ends, if pixels go up to 255."""
    a1 = 1 / (1 + np.exp(-255 * LAYERS.z1[inked()]))
    return int(((a1 > 0.01) & (a1 < 0.99)).sum())


def fewest():
    """The odd size of a filter with which the network has the fewest numbers."""
    nets = {n: ConvNet.random(kernel=(n, n)) for n in range(1, 28, 2)}
    return min(nets, key=lambda n: size(nets[n], *nets[n].parameters))


def lost_by_shuffling(maps, rate, seed=0):
    """How many of 100 test digits fewer a network recognises when all pixels are shuffled.

    Three epochs and one at a tenth of the rate. The sentence is about seeds 0, 1 and 2, at the
    rates 0.5 for one filter and 0.2 for five; the quickest of the six is tried here.
    """
    order, found = np.random.default_rng(seed).permutation(784), []
    for places in (np.arange(784), order):
        train, test = (
            data.Digits(part.images.reshape(-1, 784)[:, places].reshape(-1, 28, 28), part.labels)
            for part in (DIGITS, TEST)
        )
        first = training.sgd(ConvNet.random(maps, seed=seed), train, 3, rate, seed=seed)
        last = training.sgd(first.net, train, 1, rate / 10, seed=seed, test=test)
        found.append(100 * last.test_accuracy[-1])
    return found[0] - found[1]


def seen(i):
    """Rows and columns of pixels that a neuron of a^i of chapter 20's network sees."""
    net = deep.Network.random("conv10x5 relu pool2 conv20x5 relu pool2 dense10 softmax")
    return tuple(len(pixels) for pixels in net.receptive_field(i, (1, 1)))


TWENTY = ConvNet.random(20, seed=7)


def refused(size):
    """Whether the book's network refuses a filter of this size on a digit."""
    try:
        ConvNet.random(kernel=(size, size))
    except ValueError as error:
        return "even maps" in str(error)
    return False


CLAIMS = {
    "number # is a #.)": lambda: (8, DIGITS.labels[8]),
    "the book's network refuses the map": lambda: refused(4) and not refused(5),
    "to learn: #, or #, or #?": shown(
        "nb01-007", "fully connected #\na 5 by 5 square each #\none shared filter #"
    ),
    "each has # weights and a bias.\n- If every neuron": lambda: A0.size,
    "then # numbers serve the whole layer": lambda: size(NET, "w1", "b1"),
    "(# of the # neurons that see ink are)": lambda: (
        (LAYERS.a1[inked()] < 0.5).sum(),
        inked().sum(),
    ),
    "the 25 weights of this filter add up to less than 0": lambda: bool(NET.w1.sum() < 0),
    "A pixel in the middle lies in # receptive fields": shown(
        "nb01-035", "pixel (14, 14) is noticed by #,"
    ),
    "The corner lies in #.": shown("nb01-035", "pixel (0, 0) is noticed by #,"),
    "the middle of the top row lies in #;": shown("nb01-035", "pixel (0, 14) is noticed by #,"),
    "along that row the numbers are #, #, #, #, #, #, …": lambda: tuple(
        sum(0 <= column - m <= 23 for m in range(5)) for column in range(6)
    ),
    "at the other end, #, #, #, #.": lambda: tuple(
        sum(0 <= column - m <= 23 for m in range(5)) for column in range(24, 28)
    ),
    r"have $20\cdot 26 = #$ numbers": lambda: size(TWENTY, "w1", "b1"),
    r"\,(20\cdot 144 + 1) = #$": lambda: size(TWENTY, "w3", "b3"),
    "Together that is #,": lambda: size(TWENTY, *TWENTY.parameters),
    "still less than a fifteenth of the fully connected layer": lambda: bool(
        size(TWENTY, *TWENTY.parameters) < 24 * 24 * (28 * 28 + 1) / 15
    ),
    "$z^1$ of several hundred": lambda: bool(300 < 255 * np.abs(LAYERS.z1).max() < 700),
    "several hundred in size, in the 4 from # to #.": lambda: (
        255 * LAYERS.z1.min(),
        255 * LAYERS.z1.max(),
    ),
    "Of the # neurons that see ink": lambda: inked().sum(),
    "the activations of all but # are then within 0.01 of 0 or of 1": between,
    "A pooled neuron sees # by # pixels": lambda: seen(3),
    "in chapter 20, after # of each, it sees # by #": lambda: (2, *seen(6)),
    "from 1 up to #: the ten outputs": fewest,
    "with # pooled neurons little is left": lambda: ((29 - fewest()) // 2) ** 2,
    "shuffling cost two or three of a hundred digits with one filter": lambda: (
        1.5 <= lost_by_shuffling(None, 0.5) < 3.5
    ),
    "In all, # numbers": lambda: size(NET, *NET.parameters),
    "with # numbers each name the digit": lambda: size(NET, "w3", "b3") / 10,
    "Of the numbers of the book's network, # % are in the output layer": shown(
        "nb01-018", "in the output layer: #%"
    ),
}
PLAIN = {
    "| BP5 | [16]": "a chapter",
    "| F1s | [17]": "a chapter",
    "| F3m, BP2m | [18]": "a chapter",
    "Chapters 5 and 16 have all three": "chapters",
    "$28 - 5 = 23$": "a mistake that is looked at",
    "$28 - 4 + 1 = 25$": "a mistake that is looked at",
    "Whole numbers from 0 to 255": "what a byte holds",
    "a filter of 15 by 15": "chosen for the reader",
    "An image of 32 by 32": "chosen for the exercise",
    "odd $n$ from 1 to 27": "chosen for the exercise",
    "[13](": "the number of a chapter",
    "[14](": "the number of a chapter",
    "[15](": "the number of a chapter",
    "[19](": "the number of a chapter",
}
