"""A grid in words: what the alternative text of a picture says of its cells."""

import numpy as np

from .. import checks

# An alternative text says the numbers of a grid of so many cells, and of a larger one those that
# are not 0, where they are so few. What is nearer than sums are sure, times the largest, is equal.
SMALL_GRID, FEW, EQUAL = 36, 9, 1e-6


def number(value):
    """Return a number as it is written in a cell.

    >>> from convnet_lib.figures import words
    >>> words.number(-0.5), words.number(2.0), words.number(-0.001)
    ('-0.5', '2', '0')
    """
    # Adding 0.0 turns the -0.0 that rounding leaves into 0.0.
    return f"{round(float(value), 2) + 0.0:.2f}".rstrip("0").rstrip(".")


def in_words(array, outline=None, mark=None):
    """Return a grid in words: the numbers of a small one, from where to where a larger one goes.

    Numbers are rounded as in cells. An extreme has its place if no other cell has the same number.

    >>> from convnet_lib.figures import words
    >>> words.in_words(np.array([[0.2, 0.7], [0.4, 0.1]]), outline=[[0, 1], [0, 0]])
    '2 by 2 cells, row 0: 0.2, 0.7 outlined; row 1: 0.4, 0.1'
    >>> words.in_words(np.eye(4, 3), mark=(1, 0, 2, 2))
    '4 by 3 cells: 0 but 1 at (0, 0), (1, 1), (2, 2); framed: rows 1 to 2, columns 0 to 1'
    >>> words.in_words(np.arange(49.0).reshape(7, 7) % 48)
    '7 by 7 cells, from 0 to 47 at (6, 5)'
    """
    array, mask = np.asarray(array), None if outline is None else np.asarray(outline) != 0
    small = array.size <= SMALL_GRID
    said = _small_grid(array, mask) if small else _large_grid(array)
    if not small and mask is not None:
        said += f", {np.count_nonzero(mask)} cells outlined"
    return (
        f"{array.shape[0]} by {array.shape[1]} cells{said}{_framed(mark, '; ' if small else ', ')}"
    )


def _small_grid(array, mask):
    """The numbers row by row, or else those that are not 0, if that is shorter."""
    texts = np.array([[number(value) for value in row_] for row_ in array], object)
    if mask is not None:
        texts += np.where(mask, " outlined", "").astype(object)
    if texts.size > 1 and (texts == texts[0, 0]).all():
        return f", all {texts[0, 0]}"
    if 1 in texts.shape:
        rows = ": " + ", ".join(texts.flat)
    else:
        rows = ", " + "; ".join(f"row {j}: {', '.join(row_)}" for j, row_ in enumerate(texts))
    other = texts != "0"
    few = ": " + _but(texts, other)
    return few if 3 * other.sum() <= other.size and len(few) < len(rows) else rows


def _large_grid(array):
    known = np.isfinite(array)
    if not known.any():
        return ", none of them a number"
    values = array[known].astype(float)
    low, high = values.min(), values.max()
    near = EQUAL * max(abs(low), abs(high))
    other = np.abs(np.where(known, array, np.inf).astype(float)) > near
    if high - low <= near:
        said = f", all {_rounded(high, near)}"
    elif np.count_nonzero(other) <= FEW:
        texts = np.array([[_rounded(value, near) for value in row_] for row_ in array], object)
        return ": " + _but(texts, other)
    else:
        ends = (_end(array, end, near) for end in (low, high))
        said = f", from {' to '.join(ends)}"
    return said if known.all() else f"{said}, {np.count_nonzero(~known)} not finite"


def _end(array, value, near):
    """The smallest or the largest number, and its place if it has one of its own."""
    cells = np.argwhere(np.abs(array.astype(float) - value) <= near)
    return _rounded(value, near) + (f" at {_place(cells[0])}" if len(cells) == 1 else "")


def reach(arrays):
    """Return from where to where the numbers of several grids go.

    >>> from convnet_lib.figures import words
    >>> words.reach(np.array([[0.5, -1.0], [2.0, np.nan]])), words.reach(np.zeros((2, 3)))
    (', from -1 to 2', ', all 0')
    """
    values = arrays[np.isfinite(arrays)].astype(float)
    if not values.size:
        return ", none of them a number"
    ends = list(dict.fromkeys(_rounded(end) for end in (values.min(), values.max())))
    return f", from {' to '.join(ends)}" if len(ends) > 1 else f", all {ends[0]}"


def _but(texts, cells):
    """0 but for what these cells hold, equal ones together."""
    places = {}
    for cell in np.argwhere(cells):
        places.setdefault(texts[tuple(cell)], []).append(_place(cell))
    return "0 but " + ", ".join(f"{text} at {', '.join(at)}" for text, at in places.items())


def _place(cell):
    return f"({cell[0]}, {cell[1]})"


def _rounded(value, near=0.0):
    """A number with three significant digits, without the noise of a sum that ought to be 0."""
    value = 0.0 if abs(value) <= near else float(value)
    return f"{value:.0f}" if 999.5 <= abs(value) < 1e7 else f"{value:.3g}"


def _framed(mark, after):
    """Where a rectangle is, in the words of an alternative text."""
    if mark is None:
        return ""
    j, k, rows, columns = rectangle(mark)
    return f"{after}framed: {_lines('row', j, rows)}, {_lines('column', k, columns)}"


def _lines(what, first, count):
    return f"{what} {first:g}" if count == 1 else f"{what}s {first:g} to {first + count - 1:g}"


def rectangle(mark):
    """Return a rectangle (row, column, rows, columns), or refuse what is none.

    >>> from convnet_lib.figures import words
    >>> words.rectangle((1, 2, 5, 5))
    (1, 2, 5, 5)
    """
    if len(mark) != 4:
        checks.refuse("mark", "(row, column, rows, columns)", mark)
    return mark
