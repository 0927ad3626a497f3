"""The numbers in the sentences of chapter 15."""

import functools

import numpy as np

from convnet_lib import ConvNet, broken, conv, pool, training
from prose import near, shown
from prose.book import DIGITS, NET, TEST

IMAGES, WANTED = DIGITS.images[2:5], np.eye(10)[DIGITS.labels[2:5]]
RIGHT = NET.backprop(IMAGES, WANTED)
LAST = broken.break_it(NET, "BP2a with the last tied maximum").backprop(IMAGES, WANTED)
OBLONG, CUT = ConvNet.random(seed=7, image=(28, 24), kernel=(5, 3)), IMAGES[:, :, 2:26]
WITHOUT = broken.break_it(NET, "BP1 without σ′").backprop(IMAGES, WANTED)


def notices(check):
    return shown("nb15-020", f"{check} notices # of")


def tied_on_ink():
    """{digit: how many windows of its image are tied between neurons that see ink}."""
    a1, ink = NET.feedforward(IMAGES).a1, conv.receptive_fields(IMAGES, NET.w1).max(axis=(-2, -1))
    windows, inked = pool.windows(a1), pool.windows(ink) > 0
    largest = windows == windows.max(axis=-1, keepdims=True)
    counts = ((largest & inked).sum(axis=-1) > 1).sum(axis=(-2, -1))
    return dict(zip(DIGITS.labels[2:5].tolist(), counts, strict=True))


def longer(wrong):
    """By what factors the lengths of the wrong gradients are those of the right: from, to."""
    found = [
        np.linalg.norm(getattr(wrong, p)) / np.linalg.norm(getattr(RIGHT, p))
        for p in NET.parameters
    ]
    return min(found), max(found)


def reaches(bug):
    """The accuracy after one pass, as the picture's text has it."""
    return shown("nb15-023", f"{bug} #")()[0]


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


def right_in_the_last_layer():
    """How many of the bugs leave both gradients of the last layer as they are."""
    found = [broken.break_it(NET, bug).backprop(IMAGES, WANTED) for bug in broken.BUGS]
    return sum(np.array_equal(g.w3, RIGHT.w3) and np.array_equal(g.b3, RIGHT.b3) for g in found)


@functools.cache
def filter_left_alone(passes=1):
    """What some passes reach that change all but the filter."""
    still = broken.RIGHT._replace(conv_nabla_w=lambda delta, a, w: np.zeros_like(w))
    net = broken.BrokenNet(NET.w1, NET.b1, NET.w3, NET.b3, still)
    for _ in range(passes):
        net = broken.train(net, DIGITS)
    return training.accuracy(net, TEST)


@functools.cache
def downhill(bug):
    """In how many steps of a pass the wrong ∂C/∂w¹ points to the side of the right one, in %."""
    net, same, y = broken.break_it(NET, bug), [], np.eye(10)[DIGITS.labels]
    for start in range(0, len(y), 10):
        batch = DIGITS.images[start : start + 10], y[start : start + 10]
        right = broken.break_it(net, None).backprop(*batch).w1
        same.append(np.vdot(net.backprop(*batch).w1, right) > 0)
        net = training.step(net, *batch, 1.0, "quadratic")
    return 100 * np.mean(same)


def of_five_seeds(name):
    """The accuracies of a row, as far as they are printed."""
    return np.array(shown("nb15-025", f"{name} # # # # #")())


def moved(bug):
    """By how much a bug moves the accuracy of each seed."""
    return of_five_seeds(bug) - of_five_seeds("nothing broken")


CLAIMS = {
    "made of # functions; a tenth is": lambda: len(broken.RIGHT) - 1,
    "(# bugs of the menu replace several)": lambda: sum(len(b) > 1 for b in broken.BUGS.values()),
    "The mean is # in each": lambda: np.mean([1, 2, 3, 4]),
    "of the # on our digits?": lambda: NET.w1.size,
    "all # bugs, all # checks": lambda: (len(broken.BUGS), len(broken.CHECKS) + 1),
    "**shape** notices none of the #": lambda: len(broken.BUGS),
    "**shape** notices none": lambda: notices("shape")()[0] == 0,
    "**adjoint** misses the # in which": lambda: len(broken.BUGS) - notices("adjoint")()[0] - 2,
    "**differences** sees # and **loops** #": lambda: (
        *notices("differences")(),
        *notices("loops")(),
    ),
    "**training** notices #": lambda: notices("training")(),
    "# of the # learn: they": lambda: (learn(), len(broken.BUGS)),
    "Here are all #, beside": lambda: len(broken.BUGS),
    "Its gradients, # of the": lambda: NET.w3.size + NET.b3.size,
    "are right under # of the #, and": lambda: (right_in_the_last_layer(), len(broken.BUGS)),
    "left as it was drawn, six passes reach more than 0.7": lambda: filter_left_alone(6) > 0.7,
    "one pass is too short for that; it ends at #": lambda: filter_left_alone(),
    "to the same side as the right one in about # % of the # steps": lambda: (
        near(downhill("BP2a with the smallest")),
        len(DIGITS.labels) // 10,
    ),
    "of one output neuron in about # %": lambda: near(downhill("BP2 with = for +=")),
    "five seeds lie within # of each other": lambda: np.ptp(of_five_seeds("nothing broken")),
    "no seed is moved by more than # by": lambda: max(
        np.abs(moved(bug)).max() for bug in ("BP3 with the mean", "BP4 off by one")
    ),
    "by the first two bugs, now up and now down": lambda: all(
        moved(bug).min() < 0 < moved(bug).max() for bug in ("BP3 with the mean", "BP4 off by one")
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
    "and the gradients of our mini-batch # to # times as long": lambda: longer(WITHOUT),
    "a #, a # and a #, two windows": lambda: tuple(tied_on_ink()),
    "# windows of the 1 and # of the 0 are tied on ink": lambda: (
        tied_on_ink()[1],
        tied_on_ink()[0],
    ),
    "so that no image, filter or map is square any more": lambda: all(
        x.shape[-2] != x.shape[-1] for x in (CUT, OBLONG.w1, *OBLONG.feedforward(CUT)[1:3])
    ),
    "changes δ¹ and, but for rounding, not one of the gradients": lambda: (
        not np.array_equal(LAST.delta1, RIGHT.delta1)
        and all(
            np.allclose(getattr(LAST, p), getattr(RIGHT, p), rtol=1e-12, atol=0)
            for p in NET.parameters
        )
    ),
    "the shape, which saw none, now sees #": shown("nb15-029", "three oblong #"),
    "see the same #:": notices("differences"),
    "Of the # bugs that are bugs here # learn": lambda: (len(broken.BUGS) - 2, learn() - 2),
    "passes all #, with good digits": lambda: len(broken.CHECKS) + 1,
    "# of the # bugs come out above 0.7": lambda: (
        sum(agreement(bug) > 0.7 for bug in broken.BUGS),
        len(broken.BUGS),
    ),
    "is among them, at #, and it hardly learns": lambda: agreement("BP4a with j and k swapped"),
    "j and k swapped' is among them, at 0.997, and it hardly learns": lambda: (
        reaches("BP4a with j and k swapped") < 0.25
    ),
    "comes out lowest of the 18, at #, and learns": lambda: min(
        agreement(bug) for bug in broken.BUGS if agreement(bug) > 0
    ),
    "'BP3 once for each weight' comes out lowest": lambda: (
        min((agreement(bug), bug) for bug in broken.BUGS if agreement(bug) > 0)[1]
        == "BP3 once for each weight"
        and reaches("BP3 once for each weight") > 0.5
    ),
}
PLAIN = {
    "rotated by 180°": "half a turn",
    "the accuracy is 80 %": "as good as any",
    "Where it becomes −1": "an index",
    "up to 60 entries": "as broken.differences has it",
    "one of the 18 slipped": "what happened when it was written",
}
