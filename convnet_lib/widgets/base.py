"""What all interactive figures share: arrays as traits, the page's modules, the static twin."""

import io
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
    """Return {path: text} of a module in `static/` and of all that it imports.

    >>> from convnet_lib.widgets import base
    >>> sorted(base.modules("pooling.js"))[0]
    'parts/activations.js'
    """
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
    """Return the style sheets of a figure, one after the other.

    >>> from convnet_lib.widgets import base
    >>> both = base.style("parts/figure.css", "parts/maps.css")
    >>> both.startswith(base.style("parts/figure.css")), both.endswith(base.style("parts/maps.css"))
    (True, True)
    """
    return "\n".join((STATIC / path).read_text("utf-8") for path in paths)


class Array(traitlets.TraitType):
    """An array of floats, sent to the page as its shape, its dtype and its bytes.

    It is the figure's own: what is written into an array that was handed in is not seen. Nor can
    its entries be written, as the page would not hear of that; it is set as a whole.

    >>> from convnet_lib.widgets import base
    >>> class Owner(traitlets.HasTraits):
    ...     a = base.Array(np.float32)
    >>> owner = Owner(a=[[2, 3, 5]])
    >>> owner.a.dtype.name, owner.a.shape, owner.a.flags.writeable
    ('float32', (1, 3), False)

    Args:
        dtype: what it is kept and sent as. The page computes in float64 whatever comes.
        grows: whether its shape may change; else the first one that it has stays.
    """

    info_text = "an array of floats"

    def __init__(self, dtype=np.float64, grows=False, **kwargs):
        self.dtype, self.grows = dtype, grows
        super().__init__(np.zeros(0, dtype), **kwargs)
        self.tag(sync=True, to_json=_to_json, from_json=_from_json)

    def validate(self, obj, value):
        """Return the value in the dtype of the trait; once there is one, its shape stays.

        >>> from convnet_lib.widgets import base
        >>> class Owner(traitlets.HasTraits):
        ...     a = base.Array()
        >>> owner = Owner(a=[2, 3])
        >>> owner.a = [1, 2, 3]
        Traceback (most recent call last):
            ...
        ValueError: a: expected shape (2,), got (3,)
        """
        value = _own(value, self.dtype)
        if self.name in obj._trait_values and not self.grows:
            checks.shape(self.name, value, getattr(obj, self.name).shape)
        return value


class Arrays(traitlets.Dict):
    """Arrays by name, as `Array` is one.

    >>> from convnet_lib.widgets import base
    >>> class Owner(traitlets.HasTraits):
    ...     filters = base.Arrays()
    >>> Owner(filters={"edge": np.array([-1.0, 1.0])}).filters["edge"].shape
    (2,)
    """

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.tag(sync=True, to_json=_each_to_json, from_json=_each_from_json)


class Number(traitlets.Float):
    """A finite float: no other can be written into the state that a page is sent.

    >>> from convnet_lib.widgets import base
    >>> class Owner(traitlets.HasTraits):
    ...     rate = base.Number(0.5)
    >>> Owner(rate=float("nan"))
    Traceback (most recent call last):
        ...
    ValueError: rate: expected a finite number, got nan
    """

    info_text = "a finite number"

    def validate(self, obj, value):
        """Return the value as a float.

        >>> from convnet_lib.widgets import base
        >>> class Owner(traitlets.HasTraits):
        ...     rate = base.Number(0.5)
        >>> Owner(rate=2).rate
        2.0
        """
        return checks.number(self.name, value)


class Index(traitlets.Int):
    """Which part of an array is shown, counted from 0.

    >>> from convnet_lib.widgets import base
    >>> class Owner(traitlets.HasTraits):
    ...     a0 = base.Array()
    ...     index = base.Index("a0")
    >>> owner = Owner(a0=np.zeros((3, 2, 5)))
    >>> owner.index = 3
    Traceback (most recent call last):
        ...
    ValueError: index: expected a number from 0 to 2, got 3

    Args:
        of: the name of the array's trait.
        axis: the axis that is counted along.
    """

    def __init__(self, of, axis=0, **kwargs):
        self.of, self.axis = of, axis
        super().__init__(0, **kwargs)
        self.tag(sync=True)

    def validate(self, obj, value):
        """Return the value, if the array has such a part.

        >>> from convnet_lib.widgets import base
        >>> class Owner(traitlets.HasTraits):
        ...     a0 = base.Array()
        ...     index = base.Index("a0")
        >>> owner = Owner(a0=np.zeros((3, 2, 5)))
        >>> owner.index = 2
        >>> owner.index
        2
        """
        value = super().validate(obj, value)
        array = getattr(obj, self.of)
        # While a figure is made there may be no array yet. One without axes is all of its parts.
        last = (array.shape[self.axis] if array.ndim else 1) - 1
        if array.size and not 0 <= value <= last:
            checks.refuse(self.name, f"a number from 0 to {last}", f"{value}")
        return value


class Cell(traitlets.Dict):
    """A cell of a grid: {"grid", "row", "column"}, counted from 0.

    The page knows which grids there are: of a cell that it has not, it takes the nearest or stays
    with the one before.

    >>> from convnet_lib.widgets import base
    >>> class Owner(traitlets.HasTraits):
    ...     pinned = base.Cell()
    >>> Owner(pinned={"grid": "z1", "row": np.int64(8), "column": 14}).pinned
    {'grid': 'z1', 'row': 8, 'column': 14}
    """

    info_text = "a cell of a grid"

    def __init__(self, grid="", row=0, column=0):
        super().__init__({"grid": grid, "row": row, "column": column})
        self.tag(sync=True)

    def validate(self, obj, value):
        """Return the value with whole numbers that can be sent.

        >>> from convnet_lib.widgets import base
        >>> class Owner(traitlets.HasTraits):
        ...     pinned = base.Cell()
        >>> Owner(pinned={"grid": "z1", "row": 8})
        Traceback (most recent call last):
            ...
        ValueError: pinned: expected a dict of grid, row and column, got {'grid': 'z1', 'row': 8}
        """
        whole = isinstance(value, dict) and value.keys() == {"grid", "row", "column"}
        if not whole or not isinstance(value["grid"], str):
            checks.refuse(self.name, "a dict of grid, row and column", repr(value))
        row, column = (checks.whole(name, value[name]) for name in ("row", "column"))
        return {"grid": value["grid"], "row": row, "column": column}


class GridFigure(anywidget.AnyWidget):
    """A figure of grids of cells. Python hands over data and parameters; the page computes.

    A subclass names its module in `static/` as `_figure`, declares data and parameters as `Array`
    traits, and says what its `twin` is. What the reader changes in the page is in the traits, and
    what is assigned to them is shown. All that depends on them the page computes with
    `static/parts/engine.js`, so that a figure needs no Python to be moved.

    >>> from convnet_lib import widgets
    >>> from convnet_lib.widgets import base
    >>> figure = widgets.pooling(np.array([[0.2, 0.7], [0.4, 0.1]]))
    >>> isinstance(figure, base.GridFigure), figure.pinned
    (True, {'grid': 'a1', 'row': 0, 'column': 1})

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
    pinned = Cell()

    def __init__(self, text, **traits):
        self._text, self._said = text, {}  # of itself; of its still picture, once that is drawn
        super().__init__(**traits)

    def __repr__(self):
        return self._text

    def close(self):
        """Close the figure, and its layout, which in the page would keep hold of its views.

        >>> from convnet_lib import widgets
        >>> figure = widgets.pooling(np.array([[0.2, 0.7], [0.4, 0.1]]))
        >>> figure.close()
        >>> figure.comm is None, figure.layout.comm is None
        (True, True)
        """
        layout = self.layout
        super().close()
        layout.close()

    def twin(self):
        """Return the static twin, a `figures.Picture` of the same data.

        >>> from convnet_lib import widgets
        >>> figure = widgets.pooling(np.array([[0.2, 0.7], [0.4, 0.1]]))
        >>> type(figure.twin()).__name__
        'Picture'
        """
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
            self._twin = {"png": _in_few_colours(twin.png()), "alt": twin.alt}
            self._said = twin.described()
        # It goes along as a picture too, for a saved notebook in which no figure is live.
        shown, about = super()._repr_mimebundle_(**kwargs)
        return shown | {"image/png": self._twin["png"]}, about | {"image/png": self._said}


def palette(name):
    """Return the 256 colours of a matplotlib colormap, three bytes each.

    >>> from convnet_lib.widgets import base
    >>> colours = base.palette("Greys")
    >>> len(colours), list(colours[:3])
    (768, [255, 255, 255])
    """
    return matplotlib.colormaps[name](np.arange(256), bytes=True)[:, :3].tobytes()


def images(name, x, axes=2):
    """Return x as float64 images with one batch axis, (N, …), which one image is given.

    >>> from convnet_lib.widgets import base
    >>> base.images("a0", np.zeros((2, 5))).shape, base.images("a0", np.zeros((3, 2, 5))).shape
    ((1, 2, 5), (3, 2, 5))

    Args:
        name: the argument, for the error.
        x: one image, or up to `MOST_IMAGES` of them.
        axes: number of axes of one image.

    Raises:
        ValueError: if x is not made of finite floats, has another number of axes, or is empty.
    """
    x = checks.finite(name, x)
    one = ("H", "W")[:axes]
    if x.ndim not in (axes, axes + 1) or 0 in x.shape:
        checks.refuse(
            name, f"shape {checks.written(one)} or {checks.written(('N', *one))}", x.shape
        )
    checks.channels_not_last(name, x)
    if x.ndim > axes and len(x) > MOST_IMAGES:
        checks.refuse(name, f"at most {MOST_IMAGES} images, as in {name}[:12]", f"{len(x)}")
    return np.asarray(x if x.ndim > axes else x[None], np.float64)


def strongest(name, a):
    """Return the pin of the largest number of a map, the first of them; NaN counts as smallest.

    >>> from convnet_lib.widgets import base
    >>> base.strongest("z1", np.array([[0.5, -1.0, 2.0], [1.0, 2.0, np.nan]]))
    {'grid': 'z1', 'row': 0, 'column': 2}
    """
    row, column = np.unravel_index(np.nan_to_num(a, nan=-np.inf).argmax(), a.shape)
    return {"grid": name, "row": int(row), "column": int(column)}


def written(name, **arrays):
    """Return the text of a figure in a notebook: `convolution(a0 (28, 28), w1 (5, 5))`.

    >>> from convnet_lib.widgets import base
    >>> base.written("convolution", a0=np.zeros((28, 28)), w1=np.zeros((5, 3)))
    'convolution(a0 (28, 28), w1 (5, 3))'
    """
    shapes = ", ".join(
        f"{key} {checks.written(checks.array(key, x).shape)}" for key, x in arrays.items()
    )
    return f"{name}({shapes})"


def _in_few_colours(png):
    """A PNG in 256 colours, which makes a third of it; what is often in it keeps its own."""
    from PIL import Image

    picture, file = Image.open(io.BytesIO(png)).convert("RGB"), io.BytesIO()
    picture.quantize(256).save(file, "PNG", optimize=True)
    return file.getvalue()


def _to_json(array, widget=None):
    return {
        "shape": list(array.shape),
        "dtype": array.dtype.name,
        "data": memoryview(array.tobytes()),
    }


def _own(value, dtype=np.float64):
    """Return a copy that cannot be written into."""
    array = np.array(value, dtype)
    array.flags.writeable = False
    return array


def _from_json(value, widget=None):
    return np.frombuffer(value["data"], value["dtype"]).reshape(value["shape"])


def _each_to_json(arrays, widget):
    return {name: _to_json(array) for name, array in arrays.items()}


def _each_from_json(values, widget):
    return {name: _from_json(value) for name, value in values.items()}
