"""The numbers in the sentences of chapter 15."""

import functools

import numpy as np

from convnet_lib import ConvNet, broken, conv, pool, training
from prose import near, shown
from prose.book import DIGITS, NET, TEST

IMAGES, WANTED = DIGITS.images[2:5], np.eye(10)[DIGITS.labels[2:5]]
RIGHT = NET.backprop(IMAGES, WANTED)
WITHOUT = broken.break_it(NET, "BP1 without σ′").backprop(IMAGES, WANTED)


def notices(check):
    return shown("nb15-020", f"{check} notices # of")


def tied_on_ink():
    """How many windows of each image are tied between neurons that see ink."""
    a1, ink = NET.feedforward(IMAGES).a1, conv.receptive_fields(IMAGES, NET.w1).max(axis=(-2, -1))
    windows, inked = pool.windows(a1), pool.windows(ink) > 0
    largest = windows == windows.max(axis=-1, keepdims=True)
    return ((largest & inked).sum(axis=-1) > 1).sum(axis=(-2, -1))


def learn():
    """How many of the bugs recognise half of the digits or more."""
    return len(broken.BUGS) - notices("training")()[0]


@functools.cache
def agreement(bug):
    """The cosine between a wrong gradient of 100 digits and the right one, all laid end to end."""
    images, wanted = DIGITS.images[:100], np.eye(10)[DIGITS.labels[:100]]
    nets = NET, broken.break_it(NET, bug)
    found = [net.backprop(images, wanted) for net in nets]
    right, wrong = (
        np.concatenate([np.ravel(getattr(g, p)) for p in NET.parameters]) for g in found
    )
    return right @ wrong / np.linalg.norm(right) / np.linalg.norm(wrong)


def accuracy_at_a_quarter(seed):
    """What a pass with BP1 without σ′ reaches at a learning rate of ¼."""
    net = broken.break_it(ConvNet.random(seed=seed), "BP1 without σ′")
    return training.accuracy(broken.train(net, DIGITS, learning_rate=0.25), TEST)


CLAIMS = {
    "made of # functions": lambda: len(broken.RIGHT),
    "(the last of the menu replaces #)": lambda: len([*broken.BUGS.values()][-1]),
    "The mean is # in each": lambda: np.mean([1, 2, 3, 4]),
    "of the 25 on a digit?": lambda: NET.w1.size == 25,
    "all # bugs, all # checks": lambda: (len(broken.BUGS), len(broken.CHECKS) + 1),
    "**shape** notices none of the #": lambda: len(broken.BUGS),
    "**shape** notices none": lambda: notices("shape")()[0] == 0,
    "**adjoint** misses the # in which": lambda: len(broken.BUGS) - notices("adjoint")()[0] - 1,
    "**differences** sees # and **loops** all #": lambda: (
        *notices("differences")(),
        *notices("loops")(),
    ),
    "**training** notices #": lambda: notices("training")(),
    "# of the # learn. Here": lambda: (learn(), len(broken.BUGS)),
    "Its gradients, # of the": lambda: NET.w3.size + NET.b3.size,
    "with the filter left as it was drawn it still recognises a #": lambda: near(
        shown("nb10-006", "filter left alone #")()[0]
    ),
    "and # runs of # end at chance": lambda: (
        sum(x < 0.15 for x in shown("nb15-025", "BP1 without σ′ # # # # #")()),
        len(shown("nb15-025", "BP1 without σ′ # # # # #")()),
    ),
    "At a quarter of the learning rate all five learn": lambda: all(
        accuracy_at_a_quarter(seed) > 0.5 for seed in (5, 6, 7, 8, 9)
    ),
    "every entry of δ³ at least four times as large": lambda: (
        (WITHOUT.delta3 / RIGHT.delta3).min() >= 4
    ),
    "and the gradients about four times too large": lambda: all(
        3.5 < np.linalg.norm(getattr(WITHOUT, p)) / np.linalg.norm(getattr(RIGHT, p)) < 5.5
        for p in NET.parameters
    ),
    "# windows of the 3 and # of the 4 are tied on ink": lambda: tuple(tied_on_ink()[1:]),
    "the shape, which saw none, now sees #": shown("nb15-029", "three oblong #"),
    "see the same #:": notices("differences"),
    "Of the # bugs that are bugs # learn": lambda: (len(broken.BUGS) - 1, learn() - 1),
    "# of the # bugs come out above 0.7": lambda: (
        sum(agreement(bug) > 0.7 for bug in broken.BUGS),
        len(broken.BUGS),
    ),
}
PLAIN = {
    "rotated by 180°": "half a turn",
    "the accuracy is 80 %": "as good as any",
    "Where it becomes −1": "an index",
    "up to 60 entries": "as broken.differences has it",
    "one of the 18 slipped": "what happened when it was written",
}
