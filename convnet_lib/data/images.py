"""A picture of your own as a digit such as MNIST's: in a box of 20 by 20, its centre in the middle.

`centred` is the rule of MNIST's makers, measured on their files.
"""

from typing import NamedTuple

import numpy as np

from .. import checks
from . import paper, pictures

#: The sides of a digit's picture, and of the box that the figure fits into.
SIDE, BOX = 28, 20
#: What rounding in float32 leaves of a half, in pixels.
SHORT = 1e-5


class Steps(NamedTuple):
    """What became of a picture, step by step; ink is 1 and paper 0 from the second one on.

    `grey` (H, W) is the picture itself, 0 black and 1 white; `flat` (H, W) without its paper;
    `ink` (H, W) only the figure; `box` (rows, columns), the larger of them 20, what stands in
    `place` (row, column, rows, columns) of the ink; `digit` (28, 28) with its centre in the middle.
    """

    grey: np.ndarray
    flat: np.ndarray
    ink: np.ndarray
    place: tuple[int, int, int, int]
    box: np.ndarray
    digit: np.ndarray


def from_image(source, dtype=np.float64):
    """Return a picture of your own as a digit such as MNIST's: ink 1, paper 0, 28 by 28.

    The picture may be a photograph on uneven paper, in a shadow, dark on light or light on dark,
    the figure anywhere and of any size. It should stand upright, alone, darker than the lines of
    the paper, and with some paper around it. `steps_from_image` says what was done.

    >>> sheet = np.full((60, 90), 0.9)  # light paper, a dark stroke
    >>> sheet[10:50, 20:28] = 0.2
    >>> digit = from_image(sheet)
    >>> digit.shape, digit.max(), [len(set(np.flatnonzero(digit) // 28)), digit[14].nonzero()[0]]
    ((28, 28), np.float64(1.0), [20, array([12, 13, 14, 15])])
    >>> from_image(np.full((60, 90), 0.9))
    Traceback (most recent call last):
        ...
    ValueError: source: expected ink that differs by 25% from its paper, got a blank sheet, or ...

    Args:
        source: a path of a JPEG, PNG, GIF, BMP, TIFF, WebP or PPM file; or an array of bools, of
            bytes (uint8), or of floats from 0 to 1, shape (H, W), (H, W, 3) or (H, W, 4).
        dtype: of the result, float32 or float64.

    Returns:
        The digit, shape (28, 28), from 0 to 1, with a 1 in it.

    Raises:
        ValueError: if dtype is no float type, the source no picture, the sheet blank, or if two
            figures stand far apart on it.
        OSError: if the file cannot be read; FileNotFoundError if there is none.
    """
    dtype = checks.float_dtype("dtype", dtype)
    return steps_from_image(source).digit.astype(dtype)


def steps_from_image(source):
    """Return what `from_image` does with a picture, step by step: `figures.from_image_steps`.

    >>> sheet = np.full((60, 90), 0.9)
    >>> sheet[10:50, 20:28] = 0.2
    >>> steps = steps_from_image(sheet)
    >>> steps.place, steps.box.shape, steps.digit.shape
    ((10, 20, 40, 8), (20, 4), (28, 28))

    Args:
        source: as for `from_image`.

    Returns:
        The Steps.

    Raises:
        ValueError: as `from_image`.
        OSError: if the file cannot be read.
    """
    grey = pictures.grey(source)
    sheet = paper.sheet(grey)
    flat = sheet.flat.clip(0, 1)
    figure = paper.figure(sheet)
    ink = ((flat - sheet.edge) / (1 - sheet.edge)).clip(0, 1) * figure
    place = paper.extent(figure & (flat > 2 * sheet.edge))
    box = boxed(_part(ink, place))
    return Steps(grey, flat, ink, place, box, centred(box))


def boxed(ink):
    """Return a figure drawn smaller or larger so that its longer side is 20, its largest ink 1.

    Its aspect is kept. Each new pixel is the mean of what it covers, so that edges are grey.

    >>> boxed(np.ones((40, 8))).shape
    (20, 4)
    >>> boxed(np.array([[0.0, 0.5]])).shape
    (10, 20)

    Args:
        ink: the figure with nothing around it, shape (H, W), from 0 to 1, not all of it 0.

    Returns:
        The figure, shape (20, columns) or (rows, 20).

    Raises:
        ValueError: if the ink is no such array.
    """
    ink = _ink(ink)
    size = [max(1, round(BOX * side / max(ink.shape))) for side in ink.shape]
    box = pictures.resized(ink, size).clip(0, None)
    return box / box.max()


def centred(ink):
    """Return ink on a field of 28 by 28, its centre of mass in the middle, as MNIST has it.

    The figure is moved by whole pixels. With rows and columns counted from 0, its centre of mass,
    the mean row Σ row · ink / Σ ink and the mean column alike, is rounded to a whole number (a half
    goes up, and so does one that rounding left 1e-5 short), and that pixel of the figure comes to
    (14, 14). Ink that would leave the field is not cut off: the figure then stays at the border.

    This is what the makers of MNIST did: cut out of its picture and put back by this rule, 69,999
    of the 70,000 digits come back bit for bit (their page speaks only of the centre of mass
    and of the centre of the field). With the centre at (13.5, 13.5), which is that of 28 pixels
    counted from 0, half of them are a pixel away.

    >>> field = centred(np.array([[1.0, 1.0], [0.0, 1.0], [0.0, 1.0]]))
    >>> np.argwhere(field).tolist()  # mean row 0.75, mean column 0.75
    [[13, 13], [13, 14], [14, 14], [15, 14]]

    Args:
        ink: the figure with nothing around it, shape (H, W), each at most 28, from 0 to 1.

    Returns:
        The field, shape (28, 28), float64.

    Raises:
        ValueError: if the ink is larger, or no such array.
    """
    ink = _ink(ink)
    if max(ink.shape) > SIDE:
        checks.refuse("ink", f"at most {SIDE} rows and columns", checks.written(ink.shape))
    field = np.zeros((SIDE, SIDE))
    corner = []
    for axis, size in enumerate(ink.shape):
        mean = ink.sum(axis=1 - axis) @ np.arange(size) / ink.sum()
        corner.append(min(max(SIDE // 2 - int(np.floor(mean + 0.5 + SHORT)), 0), SIDE - size))
    _part(field, (*corner, *ink.shape))[:] = ink
    return field


def _part(x, place):
    """Return a view of the rectangle (row, column, rows, columns) of an array."""
    row, column, rows, columns = place
    return x[row : row + rows, column : column + columns]


def _ink(ink):
    """Return ink as floats (H, W) from 0 to 1, refused otherwise or if all of it is 0."""
    ink = checks.finite("ink", ink)
    if ink.ndim != 2 or not ink.size:
        checks.refuse("ink", "shape (H, W)", checks.written(ink.shape) if ink.ndim else "()")
    if ink.min() < 0 or ink.max() > 1 or not ink.any():
        checks.refuse("ink", "numbers from 0 to 1, one above 0", f"{ink.min()} to {ink.max()}")
    return ink
