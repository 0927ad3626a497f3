"""The numbers in the sentences of chapter 12."""

import functools

import numpy as np

from convnet_lib import ConvNet, conv, dense, training
from prose import near, shown
from prose.book import DIGITS, TEST

E0, E1, E3 = (
    shown("nb12-015", f"epoch {e}: sum of |delta3| #, of |delta1| #, mean |w3| #")
    for e in (0, 1, 3)
)
SHARE = "worst tenth of the digits hold #% of delta1"


@functools.cache
def run(maps, rate):
    """The run of the chapter with so many maps."""
    return training.sgd(ConvNet.random(maps, seed=7), DIGITS, epochs=3, learning_rate=rate)


def awake(f):
    """Whether some patch of 100 digits raises map f of twenty by more than 1, after each epoch."""
    images, nets = TEST.images[:100], run(20, 0.3).nets
    return [bool(conv.forward(images, n.w1[f], np.zeros(())).max() > 1) for n in nets]


def without(share, f):
    """The accuracy without map f, of two maps alike of which the first has that share of w³."""
    net = run(None, 0.5).net
    w1, b1, w3 = (np.stack([x, x], axis=n) for n, x in ((0, net.w1), (0, net.b1), (1, net.w3)))
    w3 = w3 * np.reshape([share, 1 - share], (2, 1, 1))
    a2 = ConvNet(w1, b1, w3, net.b3).feedforward(TEST.images).a2
    a2[:, f] = a2[:, f].mean(axis=0)
    return (dense.forward(a2, w3, net.b3).argmax(axis=-1) == TEST.labels).mean()


CLAIMS = {
    "number # is a #.)": lambda: (2, TEST.labels[2]),
    # two maps alike, of which one is missed all the same: it is loud, or half of what is heard
    "measures what a part adds *while all the others are there*": lambda: (
        without(1, 0) < 0.2 and without(1, 1) > 0.8 and without(0.5, 0) < 0.75
    ),
    "likes nothing better than blank paper": lambda: run(20, 0.3).net.w1[0].max() < 0,
    "20 of the 25 weights are negative": lambda: (run(None, 0.5).net.w1 < 0).sum() == 20,
    "map 8, then with map 7": lambda: (awake(8), awake(7)) == ([0, 1, 1, 1], [1, 0, 0, 0]),
    "and these eighteen still are": lambda: sum(awake(f)[-1] for f in range(20)) == 2,
    "With them, the accuracy on the digits held out is #": shown("nb12-005", "twenty maps #"),
    "Of # real patches": lambda: 500 * 576,
    "in the third the filter still moves by a # of its length": lambda: near(
        shown("nb12-013", "epoch 3: 9 of them change their winner, the filter #%")()[0] / 100
    ),
    "in # of ten windows that see ink": lambda: round(
        10 * shown("nb12-013", "epoch 3: # of")()[0] / shown("nb12-013", "a digit, # see ink")()[0]
    ),
    "δ³ falls to about an #": lambda: near(E3()[0] / E0()[0], 0.15),
    "δ¹ falls by less than a third in the first epoch": lambda: 0.6 < E1()[1] / E0()[1] < 0.72,
    "after the third it is back where it began": lambda: abs(E3()[1] - E0()[1]) < 0.2,
    "grown about as much as δ³ has shrunk": lambda: (
        0.7 < (E3()[2] / E0()[2]) / (E0()[0] / E3()[0]) < 1.25
    ),
    "holds about a third of δ¹, or more": lambda: (
        min(
            shown("nb12-017", f"one map, epoch 3: the {SHARE}")()[0],
            shown("nb12-017", f"twenty maps, epoch 3: the {SHARE}")()[0],
        )
        >= 32
    ),
    "recognise # digits of 100": shown("nb12-022", "the other 18    0.#"),
    "fell from # to #": lambda: (
        *shown("nb12-022", "all twenty      #")(),
        *shown("nb12-022", "1 and 8 alone   #")(),
    ),
}
PLAIN = {
    "train the twenty maps at 0.1 instead of 0.3": "rates to try",
    "of three maps recognises 0.92": "given in an exercise",
    "it is 0.80, without map 1 it is 0.92, and without map 2 it is 0.92": "given in an exercise",
    "together, and 0.92 will be left": "an answer to choose from",
    "Map 0 contributes 0.12, and the other 0.80 are": "an answer to choose from",
}
