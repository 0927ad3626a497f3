"""What all pictures share: their style, their size, their alternative text."""

import functools
import io
from contextlib import contextmanager

import matplotlib
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

# Colours mean the same everywhere: activations run from white (0) to black (1), weights, weighted
# inputs and errors from blue (negative) over white (0) to red (positive).
SEQUENTIAL = "Greys"
DIVERGING = "RdBu_r"
OUTLINE = "#b35900"
ACCENT = "#1b6ca8"
DOTS_PER_INCH = 160
PIXELS_PER_INCH = 100
# What pictures are drawn with, whatever style a reader has set: matplotlib's own defaults, without
# what says where pictures go.
PLACES = ("backend", "date.epoch", "docstring", "interactive", "macosx", "savefig.directory")
PLACES += ("timezone", "tk.", "toolbar", "webagg")
STYLE = {
    key: dict.__getitem__(matplotlib.rcParamsDefault, key)
    for key in matplotlib.rcParamsDefault
    if not key.startswith(PLACES)
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
    theirs = matplotlib.rcParams
    same = all(dict.__getitem__(theirs, key) == value for key, value in STYLE.items())
    with np.errstate(all="ignore"):  # what is no number is drawn as none
        if same:  # to set three hundred of them takes as long as a small picture
            yield
        else:
            with matplotlib.rc_context(STYLE):
                yield


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


class Picture(Figure):
    """A Figure that shows itself in a notebook, with its alternative text `alt`.

    >>> from convnet_lib import figures
    >>> picture = figures.Picture(4, 3, "Nothing.")
    >>> picture.alt, picture.get_size_inches()
    ('Nothing.', array([4., 3.]))
    """

    def __init__(self, width, height, alt, layout="constrained"):
        """Make an empty figure of width × height inches that `alt` describes."""
        size, dpi = (width, height), DOTS_PER_INCH
        super().__init__(figsize=size, dpi=dpi, layout=layout, facecolor="white")
        self.alt = alt

    @with_own_settings
    def png(self):
        """Return the picture as the bytes of a PNG file, the same for the same arrays.

        >>> from convnet_lib import figures
        >>> figures.Picture(1, 1, "Nothing.").png()[1:4]
        b'PNG'
        """
        return png(self)

    def _repr_mimebundle_(self, include=None, exclude=None):
        width, _ = self.get_size_inches() * PIXELS_PER_INCH
        described = {"alt": self.alt, "width": int(width)}
        # The description stands in for the picture where there is only text, and is compared.
        return {"image/png": self.png(), "text/plain": self.alt}, {"image/png": described}


def png(figure):
    """Return a Figure of matplotlib as the bytes of a PNG file.

    >>> from convnet_lib import figures
    >>> figures.png(figures.Picture(1, 1, "Nothing."))[1:4]
    b'PNG'
    """
    file = io.BytesIO()
    # The name and version of the software would change the file with every release. The canvas is
    # asked directly, since savefig draws everything twice.
    FigureCanvasAgg(figure).print_png(file, metadata={"Software": None})
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
    titles = [figure.get_suptitle(), *(ax.get_title() for ax in figure.axes)]
    said = "; ".join(plain(title) for title in titles if title)
    return getattr(figure, "alt", "") or (f"A figure: {said}." if said else "A figure.")


def plain(name):
    """A title without its mathtext marks, to be read aloud.

    >>> from convnet_lib import figures
    >>> figures.picture.plain("$w^3_{q}$ times")
    'w3 q times'
    """
    for mark, word in (("$", ""), ("\\", ""), ("{", ""), ("}", ""), ("^", ""), ("_", " ")):
        name = name.replace(mark, word)
    return name


def short(value):
    """A number with up to three digits after the point, without a minus before 0.

    >>> from convnet_lib import figures
    >>> figures.picture.short(-0.00001), figures.picture.short(2.50049)
    ('0', '2.5')
    """
    return f"{round(float(value), 3) + 0.0:.3f}".rstrip("0").rstrip(".")
