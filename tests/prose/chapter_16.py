"""The numbers in the sentences of chapter 16."""

import itertools

import numpy as np

from convnet_lib import conv, gradient_check

LETTER = np.array([[1.0, 1, 1], [1, 0, 0], [1, 1, 0], [1, 0, 0], [1, 0, 0]])
W2, DELTA2 = np.array([[1.0, 2], [3, -1]]), np.array([[32.0, -16]])


def arrived():
    """Return where an error at neuron (3, 2) of 7 by 7 lays down the letter, if it is upright."""
    lone = np.zeros((7, 7))
    lone[3, 2] = 1
    back = conv.backward(lone, LETTER)
    rows, columns = np.nonzero(back)
    box = rows.min(), rows.max(), columns.min(), columns.max()
    upright = np.array_equal(back[3:8, 2:5], LETTER)
    return (*box, LETTER.size) if upright else None


def of_the_matrix():
    """Return rows, columns, size, and how many entries can be other than 0, of 24 by 24 below."""
    w = np.random.default_rng(0).standard_normal((5, 5))
    below = np.eye(576).reshape(576, 24, 24)
    big = conv.forward(below, w, 0.0).reshape(576, -1).T
    return (*big.shape, big.size, np.count_nonzero(big), len(np.unique(big[big != 0])))


def wrong_sums():
    """Return the sum of ∂C/∂a¹ with the filter gathered as it is, and the right one."""
    padded = np.pad(DELTA2, 1)
    return conv.forward(padded, W2, 0.0).sum(), conv.backward(DELTA2, W2).sum()


def turned():
    """Return the map of the last figure, gathered with the filter rotated and as it is."""
    w, delta = np.array([[1.0, 2], [0, -1], [3, 0]]), np.array([[2.0, 0, 1, -1], [0, 3, -2, 1]])
    return conv.backward(delta, w), conv.backward(delta, w[::-1, ::-1])


def unchanged():
    """Return how many places stay in the last figure; at how many all errors are 0, or not."""
    delta = np.array([[2.0, 0, 1, -1], [0, 3, -2, 1]])
    hears = conv.backward(np.abs(delta), np.ones((3, 2))) > 0
    stays = turned()[0] == turned()[1]
    return stays.sum(), (stays & ~hears).sum(), (stays & hears).sum()


def collected():
    """Return whether BP5 as it stands, p collecting from p - l, gives ∂C/∂a¹ with no rotation."""
    found, (rows, columns) = np.zeros((2, 3)), DELTA2.shape
    for (p, q), (l, m) in itertools.product(np.ndindex(2, 3), np.ndindex(2, 2)):
        if 0 <= p - l < rows and 0 <= q - m < columns:
            found[p, q] += W2[l, m] * DELTA2[p - l, q - m]
    return bool(np.array_equal(found, conv.backward(DELTA2, W2)))


def wrong_rows():
    """Return how many rows and columns are wrong if BP5's indices are left to Python."""
    rng = np.random.default_rng(0)
    w, delta = rng.standard_normal((5, 5)), rng.standard_normal((20, 20))
    found = np.zeros((24, 24))
    for (p, q), (l, m) in itertools.product(np.ndindex(24, 24), np.ndindex(5, 5)):
        if p - l < 20 and q - m < 20:
            found[p, q] += w[l, m] * delta[p - l, q - m]
    wrong = ~np.isclose(found, conv.backward(delta, w))
    rows, columns = wrong.all(axis=1).sum(), wrong.all(axis=0).sum()
    return rows if rows == columns and not wrong[rows:, columns:].any() else None


def published_means(turn):
    """Return ∂C/∂a's mean in DeepLearning.AI's assignment, see test_exams, with filters turned."""
    draw = np.random.RandomState(1).randn
    a, w, b = draw(10, 4, 4, 3), draw(2, 2, 3, 8), draw(1, 1, 1, 8)
    a, w = a.transpose(0, 3, 1, 2), w.transpose(3, 2, 0, 1)
    delta = conv.forward(a, w, b.ravel(), stride=2, padding=2)
    return conv.backward(delta, w[..., ::turn, ::turn], 2, 2, shape=(4, 4)).mean()


CLAIMS = {
    "(its three means do not notice)": lambda: bool(
        np.allclose([published_means(1), published_means(-1)], 1.45243777754, rtol=0, atol=5e-12)
    ),
    "BP5 as it stands collects too, and rotates nothing": collected,
    "the first # rows and columns are wrong, and no others": wrong_rows,
    "All but # of the # numbers change": lambda: (
        np.count_nonzero(turned()[0] == turned()[1]),
        turned()[0].size,
    ),
    "Of the #, # hears zeros only, and # stay by chance": unchanged,
    "The sum of the map does not change": lambda: bool(turned()[0].sum() == turned()[1].sum()),
    "Here the sum of each of its rows stays too": lambda: bool(
        np.array_equal(*(found.sum(axis=1) for found in turned()))
    ),
    "the rows of this filter add up to #, # and #": lambda: (1 + 2, 0 - 1, 3 + 0),
    "at rows # to # and columns # to #": lambda: arrived()[:4],
    "a block of # equal numbers": lambda: arrived()[4],
    "Of the # terms, at most # are not 0": lambda: (20 * 20, 5 * 5),
    "the matrix has # rows and # columns, and of its # numbers #": lambda: of_the_matrix()[:4],
    "To compute with it would be a waste, # products with 0": lambda: (
        of_the_matrix()[2] - of_the_matrix()[3]
    ),
    "all of them copies of #": lambda: of_the_matrix()[4],
    "lies on an error, the #": lambda: DELTA2[0, 0],
    "The sums agree for every filter": lambda: bool(np.isclose(*wrong_sums())),
    "the index begins at #": lambda: -4,
    "at # numbers at most of each parameter": lambda: gradient_check.check.__defaults__[3],
    "σ′ is nowhere above #": lambda: 0.25,
    "at most a # is left in δ¹": lambda: 0.25,
    "In the middle #; in a corner #": lambda: (
        conv.backward(np.ones((20, 20)), np.ones((5, 5))).max(),
        conv.backward(np.ones((20, 20)), np.ones((5, 5)))[0, 0],
    ),
}
PLAIN = {
    "multiples of 16, so that": "chosen for the example",
    "rotated by 180°": "half a turn",
    "the 28 by 28 pixels become 24 by 24 neurons of layer 1 and 20 by 20": "20 = 24 - 5 + 1",
    "outside of its 20 by 20 neurons": "20 = 24 - 5 + 1",
}
