"""Arrays as grids of cells, one or several side by side."""

import numpy as np
from matplotlib.collections import PatchCollection
from matplotlib.patches import Rectangle

from .. import checks
from .picture import ACCENT, DIVERGING, OUTLINE, SEQUENTIAL, Picture, plain, with_own_settings


@with_own_settings
def cells(array, name, kind="signed", outline=None, mark=None, numbers=None, limit=None):
    """Return a picture of one array as a grid of cells.

    >>> from convnet_lib import figures
    >>> figures.cells(np.array([[1.0, -2.0, 0.5], [0.0, 3.0, 1.0]]), "$z^1$").alt
    'A grid: z1, 2 by 3 cells.'

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
    'Side by side: a0, 1 by 2 cells; z1, 2 by 1 cells.'

    Args:
        panels: (name, array, kind, outline, mark) each, the last three optional; see `cells`.
        numbers: as in `cells`.
        limit: as in `cells`; None gives every signed panel its own.
        alt: alternative text; None makes one of the names and shapes.
        columns: how many panels stand side by side before the next row begins; None for all.

    Returns:
        A Picture. Its `panels` are what it was made of, for a page that draws grids by itself.
    """
    panels = [(*panel, *("signed", None, None)[len(panel) - 2 :]) for panel in panels]
    panels = [(name, grid("array", array), *rest) for name, array, *rest in panels]
    columns = len(panels) if columns is None else checks.whole("columns", columns, 1)
    (width, height), places = _places(panels, numbers, columns)
    picture = Picture(width, height, alt or _describe(panels), layout="none")
    keys = ("name", "array", "kind", "outline", "mark")
    picture.panels = [dict(zip(keys, panel, strict=True), limit=limit) for panel in panels]
    for (name, array, kind, outline, mark), (x, y, w, h) in zip(panels, places, strict=True):
        ax = picture.add_axes((x / width, y / height, w / width, h / height))
        place = ((x + w + 0.06) / width, y / height, 0.07 / width, h / height)
        bar = picture.add_axes(place, label="<colorbar>")
        draw_cells(ax, array, name, kind, numbers, limit, bar)
        draw_outline(ax, _outline(outline, array))
        draw_mark(ax, mark)
    return picture


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
    ax.set_title(name, fontsize=11)
    for axis, n in ((ax.xaxis, array.shape[1]), (ax.yaxis, array.shape[0])):
        axis.set_ticks(range(0, n, 1 if n < 8 else 4))
        axis.set_tick_params(labelsize=7, length=2)
    ax.set_xlabel("column", fontsize=8, labelpad=1)
    ax.set_ylabel("row", fontsize=8, labelpad=1)
    if _has_numbers(array, numbers):
        _write_numbers(ax, array, image)
        if bar:
            bar.remove()
    else:
        place = {"cax": bar} if bar else {"ax": ax, "shrink": 0.75, "pad": 0.03, "aspect": 25}
        ax.figure.colorbar(image, **place).ax.tick_params(labelsize=7, length=2)
    return image


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
        ax.add_collection(
            PatchCollection(squares, facecolor="none", edgecolor=color, linewidth=1.1)
        )


def draw_mark(ax, mark, color=ACCENT):
    """Outline one rectangle (row, column, rows, columns) of a grid, heavily.

    >>> from convnet_lib import figures
    >>> ax = figures.Picture(3, 2, "A rectangle.").subplots()
    >>> figures.draw_mark(ax, (1, 2, 3, 5))
    >>> ax.patches[0].get_xy(), ax.patches[0].get_width(), ax.patches[0].get_height()
    ((1.5, 0.5), 5, 3)
    """
    if mark is not None:
        if len(mark) != 4:
            checks.refuse("mark", "(row, column, rows, columns)", mark)
        j, k, rows, columns = mark
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
        # Adding 0.0 turns the -0.0 that rounding leaves into 0.0.
        text = f"{round(float(value), 2) + 0.0:.2f}".rstrip("0").rstrip(".").replace("-", "−")
        ax.text(k, j, text, ha="center", va="center", fontsize=8, color="w" if dark else "k")


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
    """The size of a picture, and the place (x, y, width, height) of each grid on it, in inches.

    The places are computed here, since matplotlib's own layout takes longer than the drawing.
    """
    left, bottom, top = 0.45, 0.42, 0.33
    sizes = []
    for _, array, *_ in panels:
        cell = (1.6 if array.shape[1] <= 6 else 2.0) / max(array.shape)
        sizes.append((cell * array.shape[1], cell * array.shape[0]))
    wide = [
        left + max(w + (0.1 if _has_numbers(array, numbers) else 0.66), 0.085 * len(plain(name)))
        for (name, array, *_), (w, _) in zip(panels, sizes, strict=True)
    ]
    widths = [max(wide[n::columns]) for n in range(columns)]
    height = bottom + max(h for _, h in sizes) + top
    rows = -(-len(panels) // columns)
    places = []
    for n, (w, h) in enumerate(sizes):
        x = sum(widths[: n % columns]) + left
        middle = (rows - 1 - n // columns) * height + bottom + (height - bottom - top) / 2
        places.append((x, middle - h / 2, w, h))
    return (sum(widths), rows * height), places


def _describe(panels):
    named = [f"{plain(name)}, {a.shape[0]} by {a.shape[1]} cells" for name, a, *_ in panels]
    outlined = any(outline is not None for *_, outline, _ in panels)
    begin = "Side by side" if len(named) > 1 else "A grid"
    return f"{begin}: " + "; ".join(named) + (". Winners outlined." if outlined else ".")


@with_own_settings
def maps(arrays, names, kind="signed", outlines=None, columns=10, limit=None):
    """Return a picture of many small arrays, such as twenty filters or their feature maps.

    >>> from convnet_lib import figures
    >>> figures.maps(np.zeros((3, 2, 4)), ["map 0", "map 1", "map 2"]).alt
    '3 grids of 2 by 4 cells, drawn on one scale.'

    Args:
        arrays: shape (N, rows, columns).
        names: N titles.
        kind: as in `cells`; all arrays share one scale of colours.
        outlines: N masks of cells to outline, or None.
        columns: arrays a row.
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
    rows = -(-len(arrays) // columns)
    low, high = color_range(arrays, kind, limit)
    alt = (
        f"{len(arrays)} grids of {arrays.shape[1]} by {arrays.shape[2]} cells, drawn on one scale."
    )
    picture = Picture(columns * 1.15 + 0.5, rows * 1.35, alt)
    axes = picture.subplots(rows, columns, squeeze=False)
    palette = DIVERGING if kind == "signed" else SEQUENTIAL
    for ax in axes.flat:
        ax.axis("off")
    for n, ax in zip(range(len(arrays)), axes.flat, strict=False):
        image = ax.imshow(arrays[n], cmap=palette, vmin=low, vmax=high)
        ax.set_title(names[n], fontsize=8)
        draw_outline(ax, None if outlines is None else _outline(outlines[n], arrays[n]))
    picture.colorbar(image, ax=axes, shrink=0.8, aspect=30).ax.tick_params(labelsize=7)
    return picture
