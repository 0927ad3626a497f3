"""Controls over a picture of `figures`: whatever a function of some numbers draws, to be moved.

A row of grids is sent as its arrays, and the page draws it; any other picture is sent as it is.
A page without a kernel has what was drawn ahead, see `Explorer.ahead`, or a recipe by which it
computes the row itself, see `in_page`.
"""

import gc
import inspect
import itertools
import math
import os
import re
import sys
import time
from collections.abc import Mapping
from contextlib import contextmanager, nullcontext, suppress

import ipywidgets
import numpy as np
import traitlets
from matplotlib.figure import Figure

from .. import checks, figures
from ..figures import PIXELS_PER_INCH
from . import recipes
from .base import GridFigure, style

# Up to so many states are all drawn ahead; of more, each control by itself from where it begins.
# A row of grids is drawn sooner, and is smaller, than a picture.
ALL_STATES, ALL_ROWS = 64, 128
DRAW_AHEAD = "CONVNET_DRAW_AHEAD"  # set by what builds pages
MATHTEXT = re.compile(r"(?P<mark>[\^_])(?:\{(?P<several>.*?)\}|(?P<one>.))|(?P<letter>[^\W\d_])")
SENDING = 0.002  # s
KINDS = {"activation": "sequential", "signed": "diverging", "positive": "sequential"}


class Explorer(GridFigure):
    """A row of controls, and below it the picture that `draw` makes of their values.

    Where `draw` fails, what it failed with stands in the place of the picture, so that no picture
    is taken for one of other values.

    >>> from convnet_lib import figures, widgets
    >>> figure = widgets.explore(lambda b: figures.cells(np.array([[b, 2.0]]), "z"), b=(-3, 3))
    >>> figure.controls["b"].value = 1
    >>> figure.picture.panels[0]["array"]
    array([[1., 2.]])

    Attributes:
        controls: the ipywidgets controls by their names; a `value` may be assigned to.
        picture: the Picture or Figure now shown, None where `draw` has failed.
    """

    _css = style("parts/figure.css", "explore.css")
    _figure = traitlets.Unicode("explore.js").tag(sync=True)
    _controls = traitlets.List().tag(sync=True, **ipywidgets.widget_serialization)
    _shown = traitlets.Dict().tag(sync=True)
    _ahead = traitlets.Dict().tag(sync=True)
    _sharpness = traitlets.Float(2.0).tag(sync=True)  # the screen's pixels to one of the page

    def __init__(self, draw, controls):
        """Show draw(**values of the controls), and draw again when one of them moves."""
        self._draw, self.controls, self._how, self._frames = draw, controls, None, None
        # With a kernel Python answers, and need not send what computes the same.
        self._recipe = recipes.of(draw) if os.environ.get(DRAW_AHEAD) else None
        module = {"_figure": self._recipe.module} if self._recipe else {}
        super().__init__("", _controls=list(controls.values()), **module)
        for control in controls.values():
            control.observe(self._redraw, names="value")
        self._redraw()
        if os.environ.get(DRAW_AHEAD):
            self._ahead = self.ahead()

    def _redraw(self, change=None):
        values = {name: control.value for name, control in self.controls.items()}
        how = {"kept": bool(os.environ.get(DRAW_AHEAD)), "sharpness": self._sharpness}
        if how != self._how:  # other pixels, other places of what is written
            self._how, self._frames = how, None
        with _collector_off():
            self.picture, self._shown = _drawn(self._draw, values, frames=self._frames, **how)
            if change:
                _let_it_be_sent()
        if "png" in self._shown and isinstance(self.picture, figures.Picture):
            self._keep_frames()

    def _keep_frames(self):
        """Once a picture is sent, see whether it stands as it should; if not, lay it out."""
        frames, picture = self._frames, self.picture
        if picture.get_layout_engine() is None:  # it has frames of its own
            return
        if frames is not None and frames.suit(picture):
            if frames.hold(picture):
                return
            with _collector_off():
                self._shown = shown(picture, **self._how)
                _let_it_be_sent()
        self._frames = figures.Frames(picture)

    def ahead(self):
        """Return what a page without a kernel shows: {"start", "moves", "frames"}, or its recipe.

        >>> from convnet_lib import figures, widgets
        >>> figure = widgets.explore(lambda b: figures.cells(np.array([[b, 2.0]]), "z"), b=(1, 3))
        >>> ahead = figure.ahead()
        >>> ahead["start"], ahead["moves"], list(ahead["frames"])
        ([0], [True], ['0', '1', '2'])

        Returns:
            A dict: `start`, the index of each control's value among its states; `moves`, whether
            each moves anything there; `frames`, what is shown at "3,0", where the controls stand
            at their states 3 and 0. There are frames of all states, where there are no more than
            ALL_STATES, or ALL_ROWS if they are rows of grids; else of those in which one control
            alone has left its start. Where the page computes them there are no frames, but
            `names` and `states` of the controls and the `arrays` of the recipe.
        """
        controls = list(self.controls.values())
        # What cannot be counted has the one state that it is in.
        states = [control_states(control) or [control.value] for control in controls]
        start = [_index(*pair) for pair in zip(controls, states, strict=True)]
        begin = {"start": start, "moves": [len(s) > 1 for s in states]}
        if self._recipe:
            return begin | self._recipe.sent(list(self.controls), states)
        counts, frames = [len(s) for s in states], {}
        for at in _places(start, counts, ALL_ROWS if "panels" in self._shown else ALL_STATES):
            values = [s[n] for s, n in zip(states, at, strict=True)]
            _, frame = _drawn(self._draw, dict(zip(self.controls, values, strict=True)), kept=True)
            frames[",".join(map(str, at))] = frame
        return begin | {"frames": frames}

    def __repr__(self):
        """Return what stands on a page that shows no controls; it holds no address."""
        return f"Controls: {', '.join(self.controls)}. Run this cell to move them."

    def _repr_mimebundle_(self, **kwargs):
        # Its picture is its own twin: GridFigure's is for figures that the page alone draws.
        return super(GridFigure, self)._repr_mimebundle_(**kwargs)

    def close(self):
        """Close it with its controls.

        >>> from convnet_lib import figures, widgets
        >>> figure = widgets.explore(lambda b: figures.cells(np.array([[b, 2.0]]), "z"), b=(1, 3))
        >>> figure.close()
        >>> figure.comm is None, figure.controls["b"].comm is None
        (True, True)
        """
        for control in self.controls.values():
            control.close()
        super().close()


def _let_it_be_sent():
    """Give the thread with which a kernel sends its turn, which else comes some 20 ms later."""
    time.sleep(SENDING)


@contextmanager
def _collector_off():
    """Keep the garbage collector off: it would look at all objects before a picture is sent."""
    collects = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collects:
            gc.enable()


def explore(draw, **controls):
    """Return a widget: one control for each argument of `draw`, and the picture that it makes.

    >>> from convnet_lib import figures, widgets
    >>> def draw(b, name="z"):
    ...     return figures.cells(np.array([[b, 2.0]]), name)
    >>> widgets.explore(draw, b=(0.0, 1.0), name=["a", "z"])
    Controls: b, name. Run this cell to move them.

    Args:
        draw: a function of the controls' values that returns a `figures.Picture`, or any Figure of
            matplotlib. What it raises is shown in the picture's place. If it has very many states
            and is a row of grids, `in_page` lets a page without Python compute it.
        controls: name=value; an ipywidgets control of one value is taken as it is, (low, high) or
            (low, high, step) becomes a slider, a list or a dict a menu, a bool a box to tick.
            A control begins at the default value of its argument, if `draw` has one but None.

    Returns:
        An Explorer. Moving a control calls `draw` once for each value that it takes.

    Raises:
        ValueError: if there is no control, a value makes none, a control has several values or
            none, a menu has None among its choices, a default is no value of its control, or `draw`
            cannot be called with the controls.
    """
    checks.function("draw", draw)
    if not controls:
        raise ValueError("controls: expected at least one, got none")
    _refuse_others(draw, controls)
    recipes.refuse_controls(draw, controls)
    controls = {name: _control(name, value) for name, value in controls.items()}
    for name, argument in _arguments(draw).items():
        begins = argument.default is not argument.empty and argument.default is not None
        if name in controls and begins:
            _begin(name, controls[name], argument.default)
    return Explorer(draw, controls)


def _drawn(draw, values, **how):
    """Return what `draw` makes of the values, and what is shown of it: an error, if it fails."""
    try:
        picture = draw(**values)
        return picture, shown(picture, **how)
    except (Exception, SystemExit) as error:  # a reader's function: it may do anything
        called = ", ".join(f"{name}={value!r}" for name, value in values.items())
        text = f"draw({called}) failed:\n{type(error).__name__}: {error}"
        return None, {"alt": text, "failed": text}


def shown(picture, kept=False, sharpness=2.0, frames=None):
    """Return a picture as the page gets it: its text, and its grids' arrays or else its PNG.

    With a PNG comes the height of its `smallest` lettering and, if it is `kept` in a page that a
    telephone may show, the boxes of its `tiles`. One that answers a reader who waits has none, is
    compressed in a hurry, and if it is of `figures` drawn as sharp as the screen shows it, in the
    `frames` of the one before it if they suit it.

    >>> from convnet_lib import figures
    >>> from convnet_lib.widgets.explore import shown
    >>> sent = shown(figures.cells(np.array([[1.0, 2.0, 4.0]]), "$z^1$"))
    >>> sent["alt"], sent["panels"][0]["title"]
    ('A grid: z1, 1 by 3 cells: 1, 2, 4.', '<i>z</i><sup>1</sup>')
    """
    if not isinstance(picture, Figure):
        expected = "a figures.Picture or another matplotlib Figure to be returned"
        checks.refuse("draw", expected, checks.kind(picture))
    alt = figures.description(picture)
    panels = getattr(picture, "panels", None)
    if panels is not None:
        sent = {"alt": alt, "panels": [_panel(**panel) for panel in panels]}
        caption = getattr(picture, "caption", picture.get_suptitle())
        pairs = getattr(picture, "pairs", None)
        return (
            sent
            | ({"caption": _html(caption)} if caption else {})
            | ({"pairs": [list(pair) for pair in pairs]} if pairs else {})
        )
    width = int(picture.get_size_inches()[0] * PIXELS_PER_INCH)
    own = isinstance(picture, figures.Picture)
    dpi = PIXELS_PER_INCH if own and sharpness <= 1 and not kept else None
    standing = own and not kept and frames is not None and frames.suit(picture)
    with picture.standing(frames.frames) if standing else nullcontext():
        png = figures.png(picture, dpi, quick=not kept)
        sent = {"alt": alt, "png": recipes.text(png), "width": width} | _parts(picture, kept)
    if "matplotlib.pyplot" in sys.modules:  # which would keep a figure of each move, and show it
        sys.modules["matplotlib.pyplot"].close(picture)
    return sent


def _parts(picture, kept):
    """What a telephone needs to show a picture of `figures`: its smallest lettering, its tiles."""
    if not isinstance(picture, figures.Picture):
        return {}
    tiles = picture.boxes() if kept else []
    return {"smallest": picture.smallest()} | ({"tiles": tiles} if len(tiles) > 1 else {})


def control_states(control):
    """Return the values that a control can take, in order; none if they cannot be counted.

    >>> from convnet_lib.widgets.explore import control_states
    >>> control_states(ipywidgets.IntSlider(min=2, max=8, step=3))
    [2, 5, 8]
    """
    if isinstance(getattr(control, "value", None), bool):
        return [False, True]
    if hasattr(control, "options"):
        options = control.options
        pairs = options.items() if isinstance(options, Mapping) else options
        return [pair[1] if isinstance(pair, tuple) else pair for pair in pairs]
    if all(hasattr(control, name) for name in ("min", "max", "step")) and control.step:
        count = math.floor((control.max - control.min) / control.step + 1e-9) + 1
        kind = type(control.value)
        states = [kind(round(control.min + n * control.step, 12)) for n in range(count)]
        # A logarithmic slider slides over the exponents.
        return [control.base**n for n in states] if hasattr(control, "base") else states
    return []


def _index(control, states):
    """Where the value of a control stands among its states."""
    if hasattr(control, "options"):
        return control.index
    if len(states) == 1:
        return 0
    return int(np.argmin([abs(state - control.value) for state in states]))


def _places(start, counts, most):
    """The states to draw: all, or those in which one control alone has left its start."""
    if math.prod(counts) <= most:
        return list(itertools.product(*map(range, counts)))
    moved = [
        (*start[:axis], n, *start[axis + 1 :])
        for axis, count in enumerate(counts)
        for n in range(count)
    ]
    return list(dict.fromkeys(moved))


def _panel(name, array, kind, outline, mark, limit):
    array = np.asarray(array, np.float32)
    outlined = [] if outline is None else np.argwhere(np.asarray(outline)).tolist()
    if kind != "signed":
        # A limit is one of signed panels; what is positive has its own largest.
        limit = figures.color_range(array, kind)[1]
    return {
        "title": _html(name),
        "kind": KINDS[kind],
        "shape": list(array.shape),
        "data": recipes.text(array.tobytes()),
        "limit": limit and float(limit),
        "outline": outlined,
        "mark": mark and [int(n) for n in mark],
    }


def _html(title):
    """A title of a panel, its mathtext as HTML: $w^1$ is <i>w</i><sup>1</sup>."""
    for mark, sign in (("&", "&amp;"), ("<", "&lt;"), (r"\partial ", "∂"), (r"\,", " ")):
        title = title.replace(mark, sign)
    title = re.sub(r"(?<![\w-])-(?=\d)", "−", title)
    return re.sub(r"\$(.*?)\$", lambda formula: MATHTEXT.sub(_sign, formula[1]), title)


def _sign(found):
    tag = {"^": "sup", "_": "sub", None: "i"}[found["mark"]]
    return f"<{tag}>{found['several'] or found['one'] or found['letter']}</{tag}>"


def _refuse_others(draw, controls):
    """Refuse controls that are no arguments of `draw`, and arguments without a control."""
    if _arguments(draw):
        try:
            inspect.signature(draw).bind(**controls)
        except TypeError as error:
            came = str(error).removeprefix("got ")
            checks.refuse("controls", "those that draw can be called with", came)


def _arguments(draw):
    try:
        return inspect.signature(draw).parameters
    except ValueError:  # written in C, some say nothing of their arguments
        return {}


def _begin(name, control, default):
    """Let a control begin at a default value, refused if it is none of the control's values."""
    with suppress(traitlets.TraitError):  # a menu refuses, a slider takes the nearest
        control.value = default
    if control.value != default:
        checks.refuse(name, "a default that the control can have", repr(default))


def _control(name, value):
    if isinstance(value, ipywidgets.Widget):
        control = _of_one_value(name, value)
    elif isinstance(value, bool):
        control = ipywidgets.Checkbox(value, indent=False)
    elif isinstance(value, (list, dict)) and value:
        control = ipywidgets.Dropdown(options=value)
    elif isinstance(value, tuple) and _is_range(*value):
        whole = all(isinstance(n, int | np.integer) for n in value)
        slider = ipywidgets.IntSlider if whole else ipywidgets.FloatSlider
        low, high, *step = (n.item() if isinstance(n, np.generic) else n for n in value)
        control = slider(min=low, max=high, value=low, **({"step": step[0]} if step else {}))
    else:
        expected = "a control, (low, high), a list, a dict or a bool"
        raise ValueError(f"{name}: expected {expected}, got {value!r}")
    # To ipywidgets the value None is 'nothing chosen': such a menu would now and then stand empty.
    if hasattr(control, "options") and any(choice is None for choice in control_states(control)):
        checks.refuse(name, "choices other than None", f"{control.options!r}")
    control.description = control.description or name
    return control


def _of_one_value(name, control):
    """Refuse a control of several values at once, or of none: the page would not move it."""
    one = hasattr(control, "options") and not isinstance(control.index, tuple)
    if not one and not isinstance(getattr(control, "value", None), bool | int | float | str):
        expected = "a control of one choice, one number, one text or yes and no"
        checks.refuse(name, expected, type(control).__name__)
    return control


def _is_range(*value):
    """Whether these are low, high and perhaps a step: finite numbers, low below high."""
    if len(value) not in (2, 3):
        return False
    try:
        low, high, *step = (checks.number("value", n) for n in value)
    except ValueError:
        return False
    return low < high and all(n > 0 for n in step)
