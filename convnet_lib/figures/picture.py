"""What all pictures share: their style, their size, their alternative text."""

import io

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


class Picture(Figure):
    """A Figure that shows itself in a notebook, with its alternative text `alt`."""

    def __init__(self, width, height, alt, layout="constrained"):
        """Make an empty figure of width × height inches that `alt` describes."""
        size, dpi = (width, height), DOTS_PER_INCH
        super().__init__(figsize=size, dpi=dpi, layout=layout, facecolor="white")
        self.alt = alt

    def png(self):
        """Return the picture as the bytes of a PNG file, the same for the same arrays."""
        file = io.BytesIO()
        # The name and version of the software would change the file with every release. The
        # canvas is asked directly, since savefig draws everything twice.
        FigureCanvasAgg(self).print_png(file, metadata={"Software": None})
        return file.getvalue()

    def _repr_mimebundle_(self, include=None, exclude=None):
        width, _ = self.get_size_inches() * PIXELS_PER_INCH
        described = {"alt": self.alt, "width": int(width)}
        # The description stands in for the picture where there is only text, and is compared.
        return {"image/png": self.png(), "text/plain": self.alt}, {"image/png": described}


def plain(name):
    """A title without its mathtext marks, to be read aloud."""
    for mark, word in (("$", ""), ("\\", ""), ("{", ""), ("}", ""), ("^", ""), ("_", " ")):
        name = name.replace(mark, word)
    return name


def short(value):
    """A number with up to three digits after the point, without a minus before 0."""
    return f"{round(float(value), 3) + 0.0:.3f}".rstrip("0").rstrip(".")
