"""The numbers in the sentences of chapter 17."""

import numpy as np

from convnet_lib import conv

QUESTION = conv.backward(np.ones((3, 3)), np.ones((2, 2)), stride=3, shape=(8, 8))


def row(length, kernel, stride, padding):
    """Return H, K, S, P, (H + 2P − K) / S, H′ and R, as a line of the table."""
    space = length + 2 * padding - kernel
    places = conv.size(length, kernel, stride, padding)
    left_over = space - stride * (places - 1)
    return length, kernel, stride, padding, space / stride, places, left_over


def seen(kernel, size, **steps):
    """Return by how many neurons each pixel is seen."""
    places = conv.size(size, kernel, **steps)
    ones = np.ones((places, places))
    return conv.backward(ones, np.ones((kernel, kernel)), **steps, shape=(size, size))


def every_pixel_is_seen(kernel, size, **steps):
    return bool(np.all(seen(kernel, size, **steps) > 0))


def last_is_seen(size):
    """Return whether the last of some rows is seen by a filter of 3 with stride 2."""
    return bool(seen(3, size, stride=2)[-1].any())


def heard(kernel, stride, padding, left_over=0):
    """Return the numbers of errors in the frame, from pixel to pixel: nine errors, spread out."""
    errors = np.zeros((2 * stride + 1 + left_over,) * 2)
    errors[: 2 * stride + 1 : stride, : 2 * stride + 1 : stride] = 1
    around = np.pad(errors, kernel - 1 - padding)
    return set(np.unique(conv.forward(around, np.ones((kernel, kernel)), 0.0)))


def hears_where_it_is_seen():
    """Whether a filter of 2 with stride 3 has one error in the frame or none, as it is seen."""
    settings = [(padding, left_over) for padding in (0, 1) for left_over in (0, 1, 2)]
    return all(heard(2, 3, *setting) == {0, 1} for setting in settings)


def passed_over(kernel, stride):
    """Return the rows of 8 by 8 pixels that nobody sees; the columns must be the same."""
    unseen = seen(kernel, 8, stride=stride) == 0
    rows, columns = (np.flatnonzero(unseen.all(axis=axis)) for axis in (1, 0))
    return tuple(rows) if np.array_equal(rows, columns) else None


def past_the_last_row():
    """Whether Sj + l leaves the image where 2P > R and nowhere else; both kinds occur."""
    found = []
    for size, kernel, stride, padding in np.ndindex(15, 6, 5, 3):
        if 0 < kernel <= size + 2 * padding and size and stride and padding:
            *_, places, left_over = row(size, kernel, stride, padding)
            past = stride * (places - 1) + kernel - 1 > size - 1
            found.append((past, 2 * padding > left_over))
    return set(found) == {(True, True), (False, False)}


def uneven_weights_leave_a_grid():
    """Whether rows differ where all errors are 1: a filter of 4, stride 2, drawn weights."""
    w = np.random.default_rng(0).standard_normal((4, 4))
    back = conv.backward(np.ones((13, 13)), w, stride=2)[8:12, 8:12]
    return bool(np.allclose(back[:2], back[2:]) and not np.allclose(back[0], back[1]))


CLAIMS = {
    "How many of the # pixels does no neuron ever see: none, 16, # or 40": lambda: (
        QUESTION.size,
        np.count_nonzero(QUESTION == 0),
    ),
    "of the # pixels # are seen and # are not": lambda: (
        QUESTION.size,
        np.count_nonzero(QUESTION),
        np.count_nonzero(QUESTION == 0),
    ),
    "| # | # | # | # | 23 | # | # |": lambda: (28, 5, 1, 0, 24, 0),
    "| 28 | 5 | 1 | 0 | # | 24 | 0 |": lambda: row(28, 5, 1, 0)[4],
    "| # | # | 1 | 2 | # | # | # |": lambda: tuple(np.delete(row(28, 5, 1, 2), [2, 3])),
    "| # | # | 2 | 0 | # | # | # |": lambda: tuple(np.delete(row(28, 5, 2, 0), [2, 3])),
    "| # | # | 2 | 1 | # | # | # |": lambda: tuple(np.delete(row(28, 3, 2, 1), [2, 3])),
    "| # | # | 3 | 0 | # | # | # |": lambda: tuple(np.delete(row(8, 2, 3, 0), [2, 3])),
    "| # | # | 4 | 0 | # | # | # |": lambda: tuple(np.delete(row(28, 5, 4, 0), [2, 3])),
    "In the third line row 27 and column 27 of a digit are never seen": lambda: bool(
        not seen(5, 28, stride=2)[27].any() and seen(5, 28, stride=2)[:27, :27].all()
    ),
    "and every pixel is seen": lambda: every_pixel_is_seen(3, 28, stride=2, padding=1),
    "nothing is left over, and rows # and # are passed over": lambda: passed_over(2, 3),
    "$R$ counts the lower end alone": lambda: row(8, 2, 3, 0)[-1] == 0 < len(passed_over(2, 3)),
    "with stride 3 a filter of 2 passes over rows and columns # and #": lambda: passed_over(2, 3),
    "with stride 2 a filter of 3 does not reach row and column #": lambda: passed_over(3, 2)[0],
    "As the controls start, #, # or #, from pixel to pixel": lambda: tuple(sorted(heard(3, 2, 1))),
    "With a filter of 2 and stride 3, one or none": hears_where_it_is_seen,
    "A filter of 3 with stride 2 has # places on 9 rows, and # on 10": lambda: (
        conv.size(9, 3, 2),
        conv.size(10, 3, 2),
    ),
    "the tenth row is seen by nobody": lambda: last_is_seen(9) and not last_is_seen(10),
    "are seen by # neurons, those in odd rows and columns by #, the others by #": lambda: (
        seen(3, 28, stride=2)[2, 2],
        seen(3, 28, stride=2)[3, 3],
        seen(3, 28, stride=2)[2, 3],
    ),
    "with 4 by 4, every pixel in the middle is seen by #": lambda: seen(4, 28, stride=2)[13, 13],
    "which is # if the bias is 0": lambda: 1 / (1 + np.exp(0)),
    "With 9 rows, a filter of 4, stride 3 and padding 2 nothing is left over": lambda: bool(
        row(9, 4, 3, 2)[-1] == 0 and row(10, 4, 3, 2)[5:] == (4, 1)
    ),
    "with P = 1 it asks rows #, #, #, # and # of D, so # rows of zeros": lambda: (
        *(0 + 1 - l for l in range(5)),
        5 - 1 - 1,
    ),
    "an index past the last row, wherever $2P$ is more than $R$": past_the_last_row,
    "With others a grid can be there all the same": uneven_weights_leave_a_grid,
    "Both have # places": lambda: conv.size(9, 4, 3, 2),
}
PLAIN = {
    "none, 16, 28 or 40": "guesses",
    "back to chapters 9 and 16": "chapters",
    "the ways of chapters 9 and 16": "chapters",
    "rotated by 180°": "half a turn",
}
