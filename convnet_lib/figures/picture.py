"""What all pictures share: their style, their size, their alternative text."""

import functools
import io
import re
from contextlib import contextmanager

import matplotlib
import numpy as np
from matplotlib.axis import Axis
from matplotlib.backends.backend_agg import FigureCanvasAgg, RendererAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import fontManager, get_font
from matplotlib.mathtext import MathTextParser
from matplotlib.text import Text
from matplotlib.transforms import Bbox

# Colours mean the same everywhere: activations run from white (0) to black (1), weights, weighted
# inputs and errors from blue (negative) over white (0) to red (positive), slopes from pale (flat)
# to orange (steep).
SEQUENTIAL = "Greys"
DIVERGING = "RdBu_r"
SLOPES = "Oranges"
OUTLINE = "#b35900"
ACCENT = "#1b6ca8"
DOTS_PER_INCH = 200
PIXELS_PER_INCH = 100
# A page shows 680 pixels of its column at least. So wide, 9 points are more than 11 pixels there.
FULL_WIDTH = 7.6
# A telephone shows 340: what is no wider than this stands on it in one piece.
NARROW = 3.85
# Of two panels side by side each stands in one piece on a telephone 360 pixels wide.
TWO_PANELS = 6.7
SMALL = 9
# Pixels around what is drawn: lines are drawn half beside their place.
RIM = 2
# How an axis of matplotlib finds its ticks, and makes one as the first is.
TICKS = ("_update_ticks", "_copy_tick_props")
# What pictures are drawn with, whatever style a reader has set: matplotlib's own defaults, without
# what says where pictures go, and the book's own lettering. Its mathematics has the face of TeX,
# as in the text around it.
PLACES = ("backend", "date.epoch", "docstring", "interactive", "macosx", "savefig.directory")
PLACES += ("timezone", "tk.", "toolbar", "webagg")
STYLE = {
    key: dict.__getitem__(matplotlib.rcParamsDefault, key)
    for key in matplotlib.rcParamsDefault
    if not key.startswith(PLACES)
}
STYLE |= {
    "axes.formatter.use_mathtext": True,
    "axes.labelsize": 9.5,
    "axes.titlesize": 11,
    "figure.titlesize": 11,
    "legend.fontsize": SMALL,
    "legend.frameon": False,
    "mathtext.fontset": "cm",
    "xtick.labelsize": SMALL,
    "ytick.labelsize": SMALL,
}


@contextmanager
def own_settings():
    """Draw with the settings of the book, and leave the reader's as they were.

    >>> import matplotlib
    >>> from convnet_lib import figures
    >>> with matplotlib.rc_context({"lines.linewidth": 9.0}), figures.picture.own_settings():
    ...     matplotlib.rcParams["lines.linewidth"]
    1.5
    """
    # Set and put back as they are: to have matplotlib look at three hundred settings takes as
    # long as a small picture.
    theirs = {key: dict.__getitem__(matplotlib.rcParams, key) for key in STYLE}
    dict.update(matplotlib.rcParams, STYLE)
    try:
        with np.errstate(all="ignore"):  # what is no number is drawn as none
            yield
    finally:
        dict.update(matplotlib.rcParams, theirs)


def with_own_settings(function):
    """Return the function, drawing under `own_settings`.

    >>> import matplotlib
    >>> from convnet_lib import figures
    >>> width = figures.picture.with_own_settings(lambda: matplotlib.rcParams["lines.linewidth"])
    >>> with matplotlib.rc_context({"lines.linewidth": 9.0}):
    ...     width()
    1.5
    """

    @functools.wraps(function)
    def drawn(*args, **kwargs):
        with own_settings():
            return function(*args, **kwargs)

    return drawn


class _Canvas(FigureCanvasAgg):
    """A canvas of a Picture. Those of one size share what draws them, and what it has measured.

    matplotlib's own begins anew with each figure: it parses formulas, measures words and reads the
    heights of the same letters again, which is half of the time that a picture takes. All pictures
    are drawn with the same settings. Who draws the next one draws over the last.
    """

    def get_renderer(self):
        """Return what draws pictures of this size."""
        self.renderer = _renderer(*self.get_width_height(physical=True), self.figure.dpi)
        return self.renderer


@functools.lru_cache(8)
def _renderer(width, height, dpi):
    renderer = RendererAgg(width, height, dpi)
    renderer.mathtext_parser = _formulas()
    # From 3.11 on matplotlib asks for this name before it reads the font's tables for each text.
    renderer._get_font_height_metrics = lambda font: _heights(font.copy(), dpi)
    return renderer


@functools.cache
def _formulas():
    """The parser of formulas, which keeps what it has parsed."""
    return MathTextParser("path")


@functools.lru_cache(256)
def _heights(properties, dpi):
    """The height above and below the line of a font, and the gap between lines, in pixels.

    They are those that `matplotlib.text.Text` has by itself.
    """
    font = get_font(fontManager._find_fonts_by_props(properties))
    letters, table = font.get_sfnt_table("head"), font.get_sfnt_table("OS/2")
    if table is None:
        return None, None, None
    scale = 1 / letters["unitsPerEm"] * properties.get_size_in_points() * dpi / 72
    above, below, gap = (table[f"sTypo{n}"] for n in ("Ascender", "Descender", "LineGap"))
    return above * scale, -below * scale, gap * scale


def _after_drawing(method):
    """A method of Figure for a Picture: what was put off is drawn before, all of it in style."""

    @functools.wraps(method)
    def called(self, *args, **kwargs):
        self._draw_now()
        return method(self, *args, **kwargs)

    return with_own_settings(called)


class Picture(Figure):
    """A Figure that shows itself in a notebook, with its alternative text `alt`.

    What it is made of may be shown apart, one below the other on a telephone: its `tiles`.
    Its axes may be `put_off` until they are looked at.

    >>> from convnet_lib import figures
    >>> picture = figures.Picture(4, 3, "Nothing.")
    >>> picture.alt, picture.get_size_inches()
    ('Nothing.', array([4., 3.]))

    Attributes:
        alt: what it shows, in words.
        tiles: lists of axes and texts that stay together when it is cut; None for one list for
            all axes, their colour bar with them, and for each text beside the axes.
    """

    _drawing = None

    @with_own_settings
    def __init__(self, width, height, alt, layout="constrained"):
        """Make an empty figure of width × height inches that `alt` describes."""
        # Whole pixels, so that a place on it is the same at each scale.
        size = [round(n * PIXELS_PER_INCH) / PIXELS_PER_INCH for n in (width, height)]
        super().__init__(figsize=size, dpi=DOTS_PER_INCH, layout=layout, facecolor="white")
        self.alt, self._bars, self.tiles = alt, {}, None

    def put_off(self, draw):
        """Have draw(picture) draw the axes, once they are asked for.

        To make axes takes longer than to draw them, and a page that draws grids by itself needs
        none.

        >>> from convnet_lib import figures
        >>> picture = figures.Picture(2, 1, "A frame.")
        >>> picture.put_off(lambda picture: print("drawn", picture.add_axes((0, 0, 1, 1)) and 1))
        >>> len(picture.axes), len(picture.axes)
        drawn 1
        (1, 1)
        """
        self._drawing = draw

    @with_own_settings
    def _draw_now(self):
        draw, self._drawing = self._drawing, None
        if draw:
            draw(self)

    @property
    def axes(self):
        """The axes, which are drawn now if they were put off.

        >>> from convnet_lib import figures
        >>> len(figures.row(("$z^1$", np.ones((24, 24)), "signed")).axes)  # its colour bar too
        2
        """
        self._draw_now()
        return super().axes

    @property
    def bars(self):
        """A dict, the axes of colour bars by the axes that they belong to.

        >>> from convnet_lib import figures
        >>> picture = figures.row(("$z^1$", np.ones((24, 24)), "signed"))
        >>> [bar in picture.axes for bar in picture.bars.values()]
        [True]
        """
        self._draw_now()
        return self._bars

    add_axes = _after_drawing(Figure.add_axes)
    add_subplot = _after_drawing(Figure.add_subplot)
    gca = _after_drawing(Figure.gca)
    get_axes = _after_drawing(Figure.get_axes)
    get_children = _after_drawing(Figure.get_children)
    legend = with_own_settings(Figure.legend)
    text = with_own_settings(Figure.text)

    @property
    def frames(self):
        """Where its axes stand: [(left, bottom, width, height), …] in parts of the picture.

        >>> from convnet_lib import figures
        >>> picture = figures.Picture(2, 1, "A frame.", layout="none")
        >>> ax = picture.add_axes((0.25, 0.5, 0.5, 0.25))
        >>> picture.frames
        [(0.25, 0.5, 0.5, 0.25)]
        """
        places = (ax.get_position(original=True) for ax in self.axes)
        return [tuple(float(n) for n in place.bounds) for place in places]

    @contextmanager
    def standing(self, frames):
        """Have its axes stand at `frames` for a while, and not where they would be laid out.

        >>> from convnet_lib import figures
        >>> picture = figures.cost_curves()
        >>> with picture.standing([(0, 0, 0.5, 1), (0.5, 0, 0.5, 1)]):
        ...     picture.frames == [(0, 0, 0.5, 1), (0.5, 0, 0.5, 1)]
        True
        """
        engine, own = self.get_layout_engine(), self.frames
        self.set_layout_engine("none")
        try:
            self._stand(frames)
            with self._ticks_found_once():
                yield
        finally:
            self._stand(own)
            self.set_layout_engine(engine)

    @contextmanager
    def _ticks_found_once(self):
        """Let an axis that nothing moves keep the ticks that it has found, which look alike.

        matplotlib has it look for them three times a drawing, and copies onto each the looks of the
        first: a sixth of the time that a picture takes. Unless somebody has asked for the ticks,
        and may have changed their looks, it was made with the same.
        """
        axes = [axis for ax in self.axes for axis in (ax.xaxis, ax.yaxis)]
        before = [{name: vars(axis).get(name) for name in TICKS} for axis in axes]
        for axis in axes:
            axis._update_ticks = functools.cache(functools.partial(type(axis)._update_ticks, axis))
            if len(axis.majorTicks) == 1:
                axis._copy_tick_props = lambda first, other: None
        try:
            yield
        finally:
            for axis, kept in zip(axes, before, strict=True):
                for name in TICKS:
                    vars(axis).pop(name, None)
                vars(axis).update({name: own for name, own in kept.items() if own})

    def _stand(self, frames):
        for ax, frame in zip(self.axes, frames, strict=True):
            ax._set_position(Bbox.from_bounds(*frame))  # `set_position` takes it out of the layout

    @with_own_settings
    def rims(self):
        """Return how far what is written at its axes stands out: (axes, 4), in inches.

        A layout follows from these and from the size.

        >>> from convnet_lib import figures
        >>> picture = figures.Picture(2, 1, "A frame.", layout="none")
        >>> ax = picture.add_axes((0.25, 0.5, 0.5, 0.25), xticks=[], yticks=[])
        >>> bool(abs(picture.rims()).max() < 0.02)  # half a line
        True
        """
        renderer, rims = _Canvas(self).get_renderer(), []
        for ax in self.axes:
            around = ax.get_tightbbox(renderer, for_layout_only=True) or ax.bbox
            rims.append(around.extents - ax.bbox.extents)
        return np.reshape(rims, (-1, 4)) / self.dpi

    @with_own_settings
    def draw(self, renderer):
        """Draw it, with true minus signs in all that is written on it.

        >>> from convnet_lib import figures
        >>> picture = figures.Picture(2, 1, "A number.")
        >>> number = picture.text(0, 0, "-1")
        >>> picture.png()[1:4], number.get_text()
        (b'PNG', '−1')
        """
        for text in _own_texts(self):
            text.set_text(minus(text.get_text()))
        super().draw(renderer)
        if _titles_moved_inside(self, renderer):
            super().draw(renderer)  # its white ground covers what was drawn before

    def png(self):
        """Return the picture as the bytes of a PNG file, the same for the same arrays.

        >>> from convnet_lib import figures
        >>> figures.Picture(1, 1, "Nothing.").png()[1:4]
        b'PNG'
        """
        return png(self)

    @with_own_settings
    def smallest(self):
        """Return the height of its smallest lettering in pixels, as wide as a notebook shows it.

        Indices and exponents are a part of the symbol that carries them.

        >>> from convnet_lib import figures
        >>> picture = figures.Picture(1, 1, "A word.")
        >>> words = [picture.text(0, 0, text, fontsize=size) for text, size in (("a", 9), ("", 1))]
        >>> picture.smallest(), 9 * 100 / 72
        (12.5, 12.5)
        """
        points = min((text.get_fontsize() for text in _written(self)), default=SMALL)
        return round(points * PIXELS_PER_INCH / 72, 2)

    @with_own_settings
    def boxes(self):
        """Return where its tiles are: [[x, y, width, height], …] from the upper left, in pixels.

        >>> from convnet_lib import figures
        >>> picture = figures.Picture(2, 1, "A word on the right.")
        >>> word = picture.text(0.5, 0.5, "word")
        >>> [[x, y, width, height]] = picture.boxes()
        >>> 96 <= x <= 100, y + height > 50
        (True, True)
        """
        if self.stale or not isinstance(self.canvas, FigureCanvasAgg):
            _Canvas(self).draw()  # which gives all their places
        tiles = self._own_tiles() if self.tiles is None else self.tiles
        return [self._box(tile) for tile in tiles]

    def _own_tiles(self):
        bars = set(self.bars.values())
        panels = [[ax, self.bars.get(ax, ax)] for ax in self.axes if ax not in bars]
        title = [self._suptitle] if self.get_suptitle() else []
        rest = [text for text in self.texts if text not in title]
        return [*([text] for text in title), *panels, *([text] for text in rest)]

    def _box(self, artists):
        renderer, scale = self.canvas.get_renderer(), PIXELS_PER_INCH / self.dpi
        found = Bbox.union([artist.get_tightbbox(renderer) for artist in artists])
        width, height = np.rint(self.get_size_inches() * PIXELS_PER_INCH)
        rim = RIM
        left, right = found.x0 * scale - rim, found.x1 * scale + rim
        top, bottom = height - found.y1 * scale - rim, height - found.y0 * scale + rim
        left, top = max(0, np.floor(left)), max(0, np.floor(top))
        right, bottom = min(width, np.ceil(right)), min(height, np.ceil(bottom))
        return [int(n) for n in (left, top, right - left, bottom - top)]

    def described(self):
        """Return how it is to be shown: the metadata that a notebook keeps beside its PNG.

        >>> from convnet_lib import figures
        >>> figures.Picture(1, 1, "Nothing.").described()
        {'alt': 'Nothing.', 'width': 100, 'smallest': 12.5}

        Returns:
            A dict: its `alt`; its `width`, the height of its `smallest` lettering and the `boxes`
            of its tiles, in pixels.
        """
        width, _ = self.get_size_inches() * PIXELS_PER_INCH
        said = {"alt": self.alt, "width": round(width), "smallest": self.smallest()}
        return said | ({"tiles": boxes} if len(boxes := self.boxes()) > 1 else {})

    def _repr_mimebundle_(self, include=None, exclude=None):
        said = self.described()
        # The description stands in for the picture where there is only text, and is compared.
        return {"image/png": self.png(), "text/plain": self.alt}, {"image/png": said}


class Frames:
    """Where the axes of a picture stand, for the next picture of its make.

    To lay a picture out takes as long as to draw it, and one that moves should stand still. Its
    layout follows from its make and its rims: where both are the same, the frames are.

    >>> from convnet_lib import figures
    >>> picture = figures.cost_curves(z=1.0)
    >>> png = picture.png()
    >>> frames, moved = figures.Frames(picture), figures.cost_curves(z=2.0)
    >>> frames.suit(moved) and frames.hold(moved)
    True

    Attributes:
        frames: as `Picture.frames`.
        rims: as `Picture.rims`.
    """

    def __init__(self, picture):
        """Keep the frames of a Picture that has been drawn."""
        self.frames, self.rims, self._make = picture.frames, picture.rims(), _make(picture)

    def suit(self, picture):
        """Tell whether a Picture may stand in these frames, as far as is known without drawing.

        >>> from convnet_lib import figures
        >>> frames = figures.Frames(figures.cost_curves(z=1.0))
        >>> frames.suit(figures.cost_curves(z=2.0)), frames.suit(figures.sigmoid_curve(2.0))
        (True, False)
        """
        return picture.get_layout_engine() is not None and _make(picture) == self._make

    def hold(self, picture):
        """Tell whether a Picture in these frames is as if it had been laid out.

        >>> from convnet_lib import figures
        >>> frames = figures.Frames(figures.cost_curves(z=1.0))
        >>> wider = figures.cost_curves(z=1.0)
        >>> limits = wider.axes[0].set_ylim(0, 100_000)  # longer numbers
        >>> frames.hold(figures.cost_curves(z=2.0)), frames.hold(wider)
        (True, False)
        """
        with picture.standing(self.frames):
            return bool(np.allclose(picture.rims(), self.rims, atol=1 / PIXELS_PER_INCH))


def _make(picture):
    """What a layout depends on beside the rims: size, places in a grid, what stands outside."""
    places = [str(ax.get_subplotspec()) for ax in picture.axes]
    outside = [text.get_text() for text in (picture._suptitle, *picture.texts) if text]
    return tuple(picture.get_size_inches()), places, outside, len(picture.legends)


def _own_texts(artist):
    """All texts of a picture but those at ticks: they have true minus signs by themselves."""
    if isinstance(artist, Text):
        yield artist
    # An axis that is asked for its children makes ticks, before it is known which are needed.
    axis = isinstance(artist, Axis)
    parts = (artist.label, artist.get_offset_text()) if axis else artist.get_children()
    for part in parts:
        yield from _own_texts(part)


def _titles_moved_inside(picture, renderer):
    """Move titles that stand out of the picture, being wider than their axes; tell if any did."""
    rim, right, moved = RIM * picture.dpi / PIXELS_PER_INCH, picture.bbox.x1, False
    for ax in picture.axes:
        box = ax.title.get_window_extent(renderer)
        if (box.x0 < 0 or box.x1 > right) and box.width + 2 * rim <= right:
            by = max(rim - box.x0, 0) + min(right - rim - box.x1, 0)
            ax.title.set_x(ax.title.get_position()[0] + by / ax.bbox.width)
            moved = True
    return moved


def _written(picture):
    """All that is written on a picture and can be seen."""
    texts = [*picture.texts, *(text for legend in picture.legends for text in legend.get_texts())]
    for ax in picture.axes:
        texts += [ax.title, *ax.texts, *(ax.get_legend().get_texts() if ax.get_legend() else [])]
        for axis in (ax.xaxis, ax.yaxis) if ax.axison else ():
            texts += [axis.label, axis.get_offset_text(), *axis.get_ticklabels()]
    return [text for text in texts if text.get_visible() and text.get_text().strip()]


def png(figure, dpi=None, quick=False):
    """Return a Figure of matplotlib as the bytes of a PNG file.

    >>> from convnet_lib import figures
    >>> figures.png(figures.Picture(1, 1, "Nothing."))[1:4]
    b'PNG'

    Args:
        figure: a Figure.
        dpi: pixels an inch, None for the figure's own.
        quick: whether it is to be looked at once and not stored: the same pixels
            sooner, in a larger file.
    """
    canvas = (_Canvas if isinstance(figure, Picture) else FigureCanvasAgg)(figure)
    hurried = {"compress_level": 1} if quick else None
    file, own = io.BytesIO(), figure.dpi
    figure.dpi = own if dpi is None else dpi
    try:
        # The name and version of the software would change the file with every release. The canvas
        # is asked directly, since savefig draws everything twice.
        canvas.print_png(file, metadata={"Software": None}, pil_kwargs=hurried)
    finally:
        figure.dpi = own
    return file.getvalue()


def description(figure):
    """Return the alternative text of a Figure: its own, else what its titles say.

    >>> from convnet_lib import figures
    >>> from matplotlib.figure import Figure
    >>> figure = Figure()
    >>> title = figure.suptitle("$z^1$ after a step")
    >>> figures.description(figure)
    'A figure: z1 after a step.'
    """
    if alt := getattr(figure, "alt", ""):
        return alt
    titles = [figure.get_suptitle(), *(ax.get_title() for ax in figure.axes)]
    said = "; ".join(plain(title) for title in titles if title)
    return f"A figure: {said}." if said else "A figure."


def plain(name):
    r"""A title without its mathtext marks, to be read aloud.

    >>> from convnet_lib import figures
    >>> figures.picture.plain("$w^3_{q}$ times"), figures.picture.plain(r"$1000\,w$")
    ('w3 q times', '1000 w')
    """
    for mark, word in (
        ("$", ""),
        (r"\,", " "),
        ("\\", ""),
        ("{", ""),
        ("}", ""),
        ("^", ""),
        ("_", " "),
    ):
        name = name.replace(mark, word)
    return name


def short(value):
    """A number with up to three digits after the point, without a minus before 0.

    >>> from convnet_lib import figures
    >>> figures.picture.short(-0.00001), figures.picture.short(2.50049)
    ('0', '2.5')
    """
    return f"{round(float(value), 3) + 0.0:.3f}".rstrip("0").rstrip(".")


def minus(text):
    """A text with true minus signs before its numbers, and powers of ten as they are written.

    >>> from convnet_lib import figures
    >>> figures.picture.minus("cross-entropy -0.5, from -1 to 2e-05, a 3-day week, 1e+12")
    'cross-entropy −0.5, from −1 to 2·10⁻⁵, a 3-day week, 10¹²'
    """
    if "$" in text:  # mathtext knows a minus
        parts = re.split(r"(\$[^$]*\$)", text)
        return "".join(part if part.startswith("$") else minus(part) for part in parts)
    text = re.sub(r"(?<![\w.])([\d.]+)e([+-]\d+)\b", _power, text)
    return re.sub(r"(?<![\w-])-(?=\.?\d)", "−", text)


def _power(found):
    exponent = str(int(found[2])).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
    return f"10{exponent}" if found[1] == "1" else f"{found[1]}·10{exponent}"
