"""What all interactive figures share: arrays as traits, the page's modules, the static twin."""

import posixpath
import re
from importlib import resources

import anywidget
import matplotlib
import numpy as np
import traitlets

from .. import checks, figures

STATIC = resources.files(__package__) / "static"
# A figure holds all its images in the page, so that it can be leafed through without a kernel.
MOST_IMAGES = 24


def modules(path):
    """Return {path: text} of a module in `static/` and of all that it imports."""
    texts, wanted = {}, [path]
    while wanted:
        path = wanted.pop()
        if path not in texts:
            texts[path] = (STATIC / path).read_text("utf-8")
            imported = re.findall(r'from "(\.[\w./]+)"', texts[path])
            folder = posixpath.dirname(path)
            wanted += [posixpath.normpath(posixpath.join(folder, other)) for other in imported]
    return texts


def style(*paths):
    """Return the style sheets of a figure, one after the other."""
    return "\n".join((STATIC / path).read_text("utf-8") for path in paths)


class Array(traitlets.TraitType):
    """A float32 array, sent to the page as its shape and its bytes."""

    info_text = "an array of float32"

    def __init__(self, **kwargs):
        super().__init__(np.zeros(0, np.float32), **kwargs)
        self.tag(sync=True, to_json=self._to_json, from_json=self._from_json)

    def validate(self, obj, value):
        """Return the value as float32; once there is one, its shape stays."""
        value = np.asarray(value, np.float32)
        if self.name in obj._trait_values:
            checks.shape(self.name, value, getattr(obj, self.name).shape)
        return value

    def _to_json(self, value, widget):
        return _sent(value)

    def _from_json(self, value, widget):
        return _received(value)


class Arrays(traitlets.Dict):
    """Arrays by name, as `Array` is one."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.tag(sync=True, to_json=self._to_json, from_json=self._from_json)

    def _to_json(self, value, widget):
        return {name: _sent(array) for name, array in value.items()}

    def _from_json(self, value, widget):
        return {name: _received(array) for name, array in value.items()}


class GridFigure(anywidget.AnyWidget):
    """A figure of grids of cells. NumPy computes the arrays, the page draws them.

    A subclass names its module in `static/` as `_figure`, declares its arrays as `Array` traits,
    recomputes what depends on them with `traitlets.observe`, and says what its `twin` is.

    Attributes:
        pinned: the cell that the figure is about while none is pointed at: grid, row, column.
    """

    _esm = (STATIC / "parts" / "loader.js").read_text("utf-8")
    _css = style("parts/figure.css")
    _figure = traitlets.Unicode().tag(sync=True)
    _modules = traitlets.Dict().tag(sync=True)
    _palettes = traitlets.Dict().tag(sync=True)
    _arrays = traitlets.List().tag(sync=True)
    _twin = traitlets.Dict().tag(sync=True)
    pinned = traitlets.Dict(allow_none=True).tag(sync=True)

    def __init__(self, text, **traits):
        self._text = text
        super().__init__(**traits)
        self.on_msg(_answer)

    def __repr__(self):
        return self._text

    def close(self):
        """Close the figure, and its layout, which in the page would keep hold of its views."""
        layout = self.layout
        super().close()
        layout.close()

    def twin(self):
        """Return the static twin, a `figures.Picture` of the same data."""
        raise NotImplementedError

    @traitlets.default("_modules")
    def _read_modules(self):
        return modules(self._figure)

    @traitlets.default("_arrays")
    def _name_arrays(self):
        return [n for n, trait in self.traits().items() if isinstance(trait, Array | Arrays)]

    @traitlets.default("_palettes")
    def _read_palettes(self):
        # The static twin's own colours, so that picture and figure cannot drift apart.
        return {
            "sequential": palette(figures.SEQUENTIAL),
            "diverging": palette(figures.DIVERGING),
            "accent": figures.ACCENT,
            "outline": figures.OUTLINE,
        }

    def _repr_mimebundle_(self, **kwargs):
        # Drawn when the figure is first displayed and not before: most of the time that a figure
        # takes is its twin's, and a figure that is only computed with has no page to print.
        if not self._twin:
            twin = self.twin()
            self._twin = {"png": twin.png(), "alt": twin.alt}
        return super()._repr_mimebundle_(**kwargs)


def palette(name):
    """Return the 256 colours of a matplotlib colormap, three bytes each."""
    return matplotlib.colormaps[name](np.arange(256), bytes=True)[:, :3].tobytes()


def images(name, x, axes=2):
    """Return x as float32 images with one batch axis, (N, …), which one image is given.

    Args:
        name: the argument, for the error.
        x: one image, or up to `MOST_IMAGES` of them.
        axes: number of axes of one image.

    Raises:
        ValueError: if x is not made of floats, has another number of axes, or is empty.
    """
    x = checks.floats(name, x)
    one = ("H", "W")[:axes]
    if x.ndim not in (axes, axes + 1) or 0 in x.shape:
        checks.refuse(
            name, f"shape {checks.written(one)} or {checks.written(('N', *one))}", x.shape
        )
    if x.ndim > axes and len(x) > MOST_IMAGES:
        checks.refuse(name, f"at most {MOST_IMAGES} images, as in {name}[:12]", f"{len(x)}")
    return np.asarray(x if x.ndim > axes else x[None], np.float32)


def strongest(name, a):
    """Return the pin of the largest number of a map, the first of them; NaN counts as smallest."""
    row, column = np.unravel_index(np.nan_to_num(a, nan=-np.inf).argmax(), a.shape)
    return {"grid": name, "row": int(row), "column": int(column)}


def written(name, **arrays):
    """Return the text of a figure in a notebook: `convolution(a0 (28, 28), w1 (5, 5))`."""
    shapes = ", ".join(f"{key} {checks.written(np.shape(x))}" for key, x in arrays.items())
    return f"{name}({shapes})"


def _sent(array):
    array = np.asarray(array, np.float32)
    return {"shape": list(array.shape), "data": memoryview(array.tobytes())}


def _received(value):
    return np.frombuffer(value["data"], np.float32).reshape(value["shape"])


def _answer(widget, content, buffers):
    if content.get("kind") == "are you there":
        widget.send({"kind": "here"})
