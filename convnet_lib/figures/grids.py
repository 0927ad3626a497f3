"""Arrays as grids of cells, one or several side by side."""

import functools

import numpy as np
from matplotlib.collections import PatchCollection
from matplotlib.patches import Rectangle
from matplotlib.textpath import TextPath
from matplotlib.ticker import MaxNLocator, ScalarFormatter

from .. import checks
from .picture import (
    ACCENT,
    DIVERGING,
    FULL_WIDTH,
    OUTLINE,
    SEQUENTIAL,
    SMALL,
    Picture,
    minus,
    plain,
    with_own_settings,
)
from .words import SMALL_GRID, in_words, number, reach, rectangle

# What stands around the frame of a grid, in inches: row numbers, column numbers, title, and a
# colour bar or else the rim.
LEFT, BOTTOM, TOP, BAR, RIM = 0.44, 0.42, 0.34, 0.62, 0.08
# Of many grids: the width of the place of one at most, and the share of it that is the grid.
SLOT, GRID = 1.15, 0.88


@with_own_settings
def cells(array, name, kind="signed", outline=None, mark=None, numbers=None, limit=None):
    """Return a picture of one array as a grid of cells.

    >>> from convnet_lib import figures
    >>> figures.cells(np.array([[1.0, -2.0, 0.5], [0.0, 3.0, 1.0]]), "$z^1$").alt
    'A grid: z1, 2 by 3 cells, row 0: 1, -2, 0.5; row 1: 0, 3, 1.'

    Args:
        array: shape (rows, columns).
        name: what it is called, as a title; mathtext such as "$z^1$" is understood.
        kind: "activation" for numbers in [0, 1], "signed" for numbers about 0, "positive" for
            numbers from 0 on, such as counts or what a ReLU lets pass.
        outline: a mask of the cells to outline, or None.
        mark: (row, column, rows, columns) of a rectangle to outline, or None.
        numbers: whether to write the numbers in the cells; None writes them where they fit.
        limit: the number that gets the full colour; None takes the largest of the array.

    Returns:
        A Picture.
    """
    return row((name, array, kind, outline, mark), numbers=numbers, limit=limit)


@with_own_settings
def row(*panels, numbers=None, limit=None, alt=None, columns=None):
    """Return a picture of several arrays as grids of cells side by side.

    >>> from convnet_lib import figures
    >>> a, z = np.array([[0.5, 1.0]]), np.array([[2.0], [-1.0]])
    >>> figures.row(("$a^0$", a, "activation"), ("$z^1$", z)).alt
    'Side by side: a0, 1 by 2 cells: 0.5, 1. z1, 2 by 1 cells: 2, -1.'
    >>> figures.row(("$a^0$", a, "activation"), ("$z^1$", z), columns=1, alt="Two layers.").alt
    'Two layers. a0, 1 by 2 cells: 0.5, 1. z1, 2 by 1 cells: 2, -1.'

    Args:
        panels: (name, array, kind, outline, mark) each, the last three optional; see `cells`.
        numbers: as in `cells`.
        limit: as in `cells`; None gives every signed panel its own.
        alt: what the alternative text says of the picture; None for what `in_words` says of each
            panel. The numbers that are written in the cells of small grids follow in any case.
        columns: how many panels stand side by side before the next row begins, if there is room
            for so many; None for as many as there is room for.

    Returns:
        A Picture. Its `panels` are what it was made of, for a page that draws grids by itself.
    """
    panels = [(*panel, *("signed", None, None)[len(panel) - 2 :]) for panel in panels]
    panels = [_checked(*panel, limit) for panel in panels]
    columns = len(panels) if columns is None else checks.whole("columns", columns, 1)
    size, frames = _places(panels, numbers, columns)
    rows = len({round(y + height, 6) for _, y, _, height in frames})
    picture = Picture(*size, _describe(panels, numbers, rows, alt), layout="none")
    keys = ("name", "array", "kind", "outline", "mark")
    picture.panels = [dict(zip(keys, panel, strict=True), limit=limit) for panel in panels]
    picture.put_off(functools.partial(_draw_row, frames=frames, numbers=numbers))
    return picture


def _checked(name, array, kind, outline, mark, limit):
    """A panel of arrays that stay as they are; what cannot be drawn is refused."""
    array = grid("array", array).copy()
    color_range(array, kind, limit)
    outline = None if outline is None else _outline(outline, array).copy()
    return name, array, kind, outline, None if mark is None else tuple(rectangle(mark))


def _draw_row(picture, frames, numbers):
    for panel, frame in zip(picture.panels, frames, strict=True):
        ax, bar = framed(picture, frame)
        name, array, kind, outline, mark, limit = panel.values()
        draw_cells(ax, array, name, kind, numbers, limit, bar)
        draw_outline(ax, outline)
        draw_mark(ax, mark)


def framed(picture, frame):
    """Return axes in a frame (x, y, width, height) in inches, and axes for a colour bar beside it.

    >>> from convnet_lib import figures
    >>> picture = figures.Picture(4, 2, "Two frames.", layout="none")
    >>> ax, bar = figures.grids.framed(picture, (1, 0.5, 2, 1))
    >>> [float(n) for n in ax.get_position().bounds]
    [0.25, 0.25, 0.5, 0.5]
    """
    (width, height), (x, y, w, h) = picture.get_size_inches(), frame
    ax = picture.add_axes((x / width, y / height, w / width, h / height))
    place = ((x + w + 0.07) / width, y / height, 0.08 / width, h / height)
    return ax, picture.add_axes(place, label="<colorbar>")


@with_own_settings
def draw_cells(ax, array, name, kind="signed", numbers=None, limit=None, bar=None):
    """Draw an array on axes as a grid of cells: colours, row and column numbers, a colour bar.

    Where the numbers are written in the cells there is no colour bar, and the axes `bar` that
    were given for it are taken away.

    >>> from convnet_lib import figures
    >>> ax = figures.Picture(3, 2, "Two numbers.").subplots()
    >>> image = figures.draw_cells(ax, np.array([[2.0, -5.0]]), "$z^1$")
    >>> [text.get_text() for text in ax.texts], image.get_clim()
    (['2', '−5'], (-5.0, 5.0))
    """
    array = grid("array", array)
    low, high = color_range(array, kind, limit)
    palette = DIVERGING if kind == "signed" else SEQUENTIAL
    image = ax.imshow(array, cmap=palette, vmin=low, vmax=high)
    ax.set_title(name)
    for axis, n in ((ax.xaxis, array.shape[1]), (ax.yaxis, array.shape[0])):
        axis.set_ticks(range(0, n, 1 if n < 8 else 4 if n < 18 else 8))
        axis.set_tick_params(length=2)
    ax.set_xlabel("column", fontsize=SMALL, labelpad=1)
    ax.set_ylabel("row", fontsize=SMALL, labelpad=1)
    if _has_numbers(array, numbers):
        _write_numbers(ax, array, image)
        if bar:
            bar.remove()
    else:
        draw_bar(ax, image, bar)
    return image


def draw_bar(ax, image, bar=None, least=None):
    r"""Draw the scale of an image's colours, on the axes `bar` or else beside the image's `ax`.

    A scale that several images share belongs to none of them: its `ax` is None, and `least` is
    the smallest number in any of them.

    >>> from convnet_lib import figures
    >>> ax = figures.Picture(3, 2, "Two small numbers.").subplots()
    >>> bar = figures.grids.draw_bar(ax, ax.imshow([[1e-5, 3e-5]]))
    >>> bar.ax.figure.draw_without_rendering()
    >>> bar.formatter.get_offset()
    '$\\times\\mathdefault{10^{−5}}\\mathdefault{}$'
    """
    place = {"cax": bar} if bar else {"ax": ax, "shrink": 0.75, "pad": 0.03, "aspect": 25}
    look = ScalarFormatter(useMathText=True)
    look.set_powerlimits((-3, 4))  # one power of ten for all numbers of a bar, above it
    scale = image.figure.colorbar(
        image, **place, format=look, ticks=MaxNLocator(4, steps=[1, 2, 5, 10])
    )
    scale.ax.tick_params(length=2)
    low, high = image.get_clim()
    least = np.min(image.get_array()) if least is None else least
    if low < 0 <= least:  # counts, say: there is no less than none of them
        scale.ax.set_ylim(0, high)
    if ax and isinstance(ax.figure, Picture):
        ax.figure.bars[ax] = scale.ax
    return scale


def draw_outline(ax, mask, color=OUTLINE):
    """Outline the cells of a grid where the mask is true (where it is not 0).

    >>> from convnet_lib import figures
    >>> ax = figures.Picture(3, 2, "A mask.").subplots()
    >>> figures.draw_outline(ax, np.array([[1, 0, 0], [0, 0, 1]]))
    >>> len(ax.collections[0].get_paths())
    2
    """
    if mask is not None:
        squares = [Rectangle((k - 0.5, j - 0.5), 1, 1) for j, k in np.argwhere(np.asarray(mask))]
        cell = np.ptp(ax.transData.transform([(0, 0), (1, 0)])[:, 0]) * 72 / ax.figure.dpi
        look = {"facecolor": "none", "edgecolor": color, "linewidth": min(1.1, 0.18 * cell)}
        ax.add_collection(PatchCollection(squares, **look))


def draw_mark(ax, mark, color=ACCENT):
    """Outline one rectangle (row, column, rows, columns) of a grid, heavily.

    >>> from convnet_lib import figures
    >>> ax = figures.Picture(3, 2, "A rectangle.").subplots()
    >>> figures.draw_mark(ax, (1, 2, 3, 5))
    >>> ax.patches[0].get_xy(), ax.patches[0].get_width(), ax.patches[0].get_height()
    ((1.5, 0.5), 5, 3)
    """
    if mark is not None:
        j, k, rows, columns = rectangle(mark)
        corner = (k - 0.5, j - 0.5)
        ax.add_patch(Rectangle(corner, columns, rows, fill=False, edgecolor=color, linewidth=2.2))


def color_range(array, kind, limit=None):
    """Return the numbers that get the first and the last colour: from 0, or symmetric about 0.

    >>> from convnet_lib import figures
    >>> figures.color_range(np.array([[2.0, -5.0]]), "signed")
    (-5.0, 5.0)
    >>> figures.color_range(np.array([[2.0, -5.0]]), "activation")
    (0.0, 1.0)
    >>> figures.color_range(np.array([[0, 25]]), "positive")
    (0.0, 25.0)
    """
    checks.one_of("kind", kind, ("activation", "signed", "positive"))
    if kind == "activation":
        return 0.0, 1.0
    if limit is None:
        array = _numbers("array", array).astype(float)  # the smallest int8 has no absolute value
        finite = np.abs(array)[np.isfinite(array)]
        limit = float((finite.max() if finite.size else 0.0) or 1.0)
    limit = checks.positive("limit", limit)
    return (0.0 if kind == "positive" else -limit), limit


def _write_numbers(ax, array, image):
    for (j, k), value in np.ndenumerate(array):
        red, green, blue, _ = image.cmap(image.norm(value))
        dark = 0.299 * red + 0.587 * green + 0.114 * blue < 0.5
        text, color = _in_cell(value), "w" if dark else "k"
        ax.text(k, j, text, ha="center", va="center", fontsize=SMALL, color=color)


def _in_cell(value):
    return minus(number(value))


def grid(name, array):
    """Return what is to be drawn as cells as an array of numbers, shape (rows, columns).

    >>> from convnet_lib import figures
    >>> figures.grids.grid("mask", [[True, False, True]]).shape
    (1, 3)
    >>> figures.grids.grid("mask", [0.5, 2.0])
    Traceback (most recent call last):
        ...
    ValueError: mask: expected shape (rows, columns), got (2,)
    """
    array = _numbers(name, array)
    if array.ndim != 2 or 0 in array.shape:
        checks.refuse(name, "shape (rows, columns)", array.shape)
    return array


def _numbers(name, array):
    array = checks.array(name, array, "an array of numbers")
    if array.dtype.kind not in "biuf":
        checks.refuse(name, "an array of numbers", f"{array.dtype}")
    return array


def _outline(mask, array):
    """Return a mask of cells to outline, refused unless it has a truth for each cell."""
    if mask is not None:
        mask = grid("outline", mask)
        checks.shape("outline", mask, array.shape)
        if np.isnan(mask).any():
            checks.refuse("outline", "a truth for each cell", "not-a-numbers")
    return mask


def _has_numbers(array, numbers):
    return array.shape[1] <= 6 if numbers is None else numbers


def _places(panels, numbers, columns):
    """The size of a picture, and the frame (x, y, width, height) of each grid on it, in inches.

    The places are computed here, since matplotlib's own layout takes longer than the drawing.
    The grids get as large as there is room for, and a row less where there is none.
    """
    written = [_has_numbers(array, numbers) for _, array, *_ in panels]
    rights = [RIM if each else BAR for each in written]
    titles = [title_width(name) for name, *_ in panels]
    for count, size in _tried(min(columns, len(panels))):
        pairs = zip(panels, written, strict=True)
        least = min(size, 1.6) if all(written) else size
        sizes = [_size(array, each, least) for (_, array, *_), each in pairs]
        if count == 1 or slots(sizes, rights, titles, count).sum() <= FULL_WIDTH:
            break
    return places(sizes, rights, titles, count)


def _tried(columns):
    """How many columns, and how large a grid, in the order in which they are tried."""
    sizes = (2.0, 1.9, 1.8, 1.7, 1.6, 1.5, 1.4, 1.3)
    return [(n, size) for n in range(columns, 0, -1) for size in sizes]


def _size(array, written, size):
    """The width and height of a grid; numbers that are written in cells need their room."""
    rows, columns = array.shape
    cell = size / max(rows, columns)
    if written:
        longest = max(len(_in_cell(value)) for value in array.flat)
        cell = max(cell, 0.03 + 0.076 * longest, 0.2)
    return cell * columns, cell * rows


def title_width(name):
    """Return about how wide a title is, in inches.

    >>> from convnet_lib import figures
    >>> figures.grids.title_width("pooling") > figures.grids.title_width("$z^1$") > 0
    True
    """
    return max(0.09 * len(plain(line)) for line in name.splitlines() or [""])


def slots(sizes, rights, titles, columns):
    """Return how wide each column of a picture is: its widest grid with what is around it.

    >>> from convnet_lib import figures
    >>> figures.grids.slots([(2, 1), (1, 1)], rights=[0.5, 0.5], titles=[1, 3], columns=2)
    array([2.94, 3.44])
    """
    needed = [
        LEFT + max(w + right, (w + title) / 2, title)
        for (w, _), right, title in zip(sizes, rights, titles, strict=True)
    ]
    return np.array([max(needed[n::columns]) for n in range(columns)])


def places(sizes, rights, titles, columns, top=TOP, bottom=BOTTOM, below=0.0):
    """Return the size of a picture, and where the frame of each grid stands on it, in inches.

    Frames of one row have the same upper edge, as their titles stand in one line. `top` and
    `bottom` are above and below each of them, `below` once at the foot of the picture.

    >>> from convnet_lib import figures
    >>> size, frames = figures.grids.places([(2, 1), (1, 2)], [0.5, 0.5], [0, 0], columns=2)
    >>> [[round(float(n), 2) for n in frame] for frame in (size, *frames)]
    [[4.88, 2.76], [0.44, 1.42, 2.0, 1.0], [3.38, 0.42, 1.0, 2.0]]
    """
    widths, rows = slots(sizes, rights, titles, columns), -(-len(sizes) // columns)
    heights = [max(h for _, h in sizes[n * columns : (n + 1) * columns]) for n in range(rows)]
    frames = []
    for n, (w, h) in enumerate(sizes):
        under = heights[n // columns + 1 :]
        edge = below + sum(under) + len(under) * (bottom + top) + bottom + heights[n // columns]
        frames.append((widths[: n % columns].sum() + LEFT, edge - h, w, h))
    return (widths.sum(), sum(heights) + rows * (bottom + top) + below), frames


def _describe(panels, numbers, rows, alt):
    begin = "A grid" if len(panels) == 1 else "Side by side" if rows == 1 else f"In {rows} rows"
    told = [(name, array, *rest) for name, array, _, *rest in panels]
    if alt:
        return alt + "".join(written_words(*panel, numbers=numbers) for panel in told)
    return f"{begin}: {' '.join(_panel_words(*panel) for panel in told)}"


def written_words(name, array, outline=None, mark=None, numbers=None):
    """Return a sentence with the numbers that are written in the cells of a small grid, or "".

    >>> from convnet_lib import figures
    >>> figures.grids.written_words("$w^1$", np.array([[2.0, -1.0]]))
    ' w1, 1 by 2 cells: 2, -1.'
    >>> figures.grids.written_words("$w^1$", np.array([[2.0, -1.0]]), numbers=False)
    ''
    """
    array = np.asarray(array)
    said = _has_numbers(array, numbers) and array.size <= SMALL_GRID
    return f" {_panel_words(name, array, outline, mark)}" if said else ""


def _panel_words(name, array, outline=None, mark=None):
    return f"{plain(name)}, {in_words(array, outline, mark)}."


@with_own_settings
def maps(arrays, names, kind="signed", outlines=None, columns=10, limit=None):
    """Return a picture of many small arrays, such as twenty filters or their feature maps.

    >>> from convnet_lib import figures
    >>> figures.maps(np.zeros((3, 2, 4)), ["map 0", "map 1", "map 2"]).alt
    '3 grids of 2 by 4 cells on one scale, all 0: map 0; map 1; map 2.'

    Args:
        arrays: shape (N, rows, columns).
        names: N titles.
        kind: as in `cells`; all arrays share one scale of colours.
        outlines: N masks of cells to outline, or None.
        columns: arrays a row, fewer where the names need more room.
        limit: as in `cells`.

    Returns:
        A Picture.
    """
    arrays = _numbers("arrays", arrays)
    if arrays.ndim != 3 or 0 in arrays.shape:
        checks.refuse("arrays", "shape (N, rows, columns)", arrays.shape)
    for name, each in (("names", names), ("outlines", outlines)):
        if each is not None and len(each) != len(arrays):
            checks.refuse(name, f"one for each of {len(arrays)} arrays", len(each))
    columns = min(checks.whole("columns", columns, 1), len(arrays))
    columns, wide = _slots(names, columns)
    rows = -(-len(arrays) // columns)
    low, high = color_range(arrays, kind, limit)
    alt = (
        f"{len(arrays)} grids of {arrays.shape[1]} by {arrays.shape[2]} cells on one scale"
        f"{reach(arrays)}: {'; '.join(plain(str(name)) for name in names)}."
    )
    cell = GRID * min(SLOT, wide) / max(arrays.shape[1:])
    # A title that is wider than its grid begins on the picture too.
    shift = max(0.0, (max(map(_inches, names)) - cell * arrays.shape[2]) / 2 - RIM)
    tall = cell * arrays.shape[1] + 0.32
    width, height = wide * columns + BAR + RIM, tall * rows + RIM
    picture = Picture(width, height, alt, layout="none")
    palette = DIVERGING if kind == "signed" else SEQUENTIAL
    for n, array in enumerate(arrays):
        w, h = cell * array.shape[1], cell * array.shape[0]
        x, y = RIM + shift + n % columns * wide, (rows - 1 - n // columns) * tall + RIM
        ax = picture.add_axes((x / width, y / height, w / width, h / height))
        ax.axis("off")
        image = ax.imshow(array, cmap=palette, vmin=low, vmax=high)
        ax.set_title(names[n], fontsize=SMALL, pad=4)
        draw_outline(ax, None if outlines is None else _outline(outlines[n], array))
    place = ((width - BAR) / width, RIM / height, 0.08 / width, 1 - (0.32 + RIM) / height)
    draw_bar(None, image, picture.add_axes(place, label="<colorbar>"), least=arrays.min())
    return picture


def _slots(names, columns):
    """How many grids stand in a row, and how wide the place of one is: no title meets the next."""
    room = FULL_WIDTH - BAR - RIM
    apart = min(max(map(_inches, names)) + 0.06, room)
    columns = max(1, min(columns, int(room / apart)))
    return columns, max(min(SLOT, room / columns), apart)


def _inches(name):
    path = TextPath((0, 0), minus(str(name)), size=SMALL)
    return np.ptp(path.vertices[:, 0]) / 72 if len(path.vertices) else 0.0
