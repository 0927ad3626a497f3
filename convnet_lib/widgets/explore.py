"""Controls over a picture of `figures`: the interactive figure that needs no JavaScript."""

import base64
import html
import inspect
import sys
from contextlib import suppress

import ipywidgets
import numpy as np
import traitlets
from matplotlib.figure import Figure

from .. import checks, figures
from ..figures import PIXELS_PER_INCH

SHOWN = (
    '<img alt="{alt}" src="data:image/png;base64,{png}" style="width: {width}px; max-width: 100%">'
)
FAILED = '<pre role="alert" style="color: #b2182b; white-space: pre-wrap">{text}</pre>'


class Explorer(ipywidgets.VBox):
    """A column of controls, and below it the picture that `draw` makes of their values.

    Where `draw` fails, what it failed with stands in the place of the picture, so that no picture
    is taken for one of other values.

    Attributes:
        controls: the controls by name.
        picture: the Picture or Figure now shown, None where `draw` has failed.
    """

    def __init__(self, draw, controls):
        """Show draw(**values of the controls), and draw again when one of them moves."""
        self._draw, self.controls = draw, controls
        self._frame = ipywidgets.HTML()
        super().__init__([ipywidgets.HBox(list(controls.values()), layout=WRAP), self._frame])
        for control in controls.values():
            control.observe(self._redraw, names="value")
        self._redraw()

    def _redraw(self, change=None):
        values = {name: control.value for name, control in self.controls.items()}
        self.picture = None
        try:
            self._frame.value, self.picture = _shown(self._draw(**values))
        except (Exception, SystemExit) as error:  # a reader's function: it may do anything
            called = ", ".join(f"{name}={value!r}" for name, value in values.items())
            text = f"draw({called}) failed:\n{type(error).__name__}: {error}"
            self._frame.value = FAILED.format(text=html.escape(text))

    def __repr__(self):
        """Return what stands on a page that shows no controls; it holds no address."""
        return f"Controls: {', '.join(self.controls)}. Run this cell to move them."


def _shown(picture):
    """Return the HTML of a picture, and the picture."""
    if not isinstance(picture, Figure):
        expected = "a figures.Picture or another matplotlib Figure to be returned"
        checks.refuse("draw", expected, f"a {type(picture).__name__}")
    shown = SHOWN.format(
        alt=html.escape(figures.description(picture), quote=True),
        png=base64.b64encode(figures.png(picture)).decode(),
        width=int(picture.get_size_inches()[0] * PIXELS_PER_INCH),
    )
    if "matplotlib.pyplot" in sys.modules:  # which would keep a figure of each move, and show it
        sys.modules["matplotlib.pyplot"].close(picture)
    return shown, picture


WRAP = ipywidgets.Layout(flex_flow="row wrap", grid_gap="0 12px")


def explore(draw, **controls):
    """Return a widget: one control for each argument of `draw`, and the picture that it makes.

    Args:
        draw: a function of the controls' values that returns a `figures.Picture`, or any Figure of
            matplotlib. What it raises is shown in the picture's place.
        controls: name=value; an ipywidgets control is taken as it is, (low, high) or
            (low, high, step) becomes a slider, a list or a dict a menu, a bool a box to tick.
            A control begins at the default value of its argument, if `draw` has one but None.

    Returns:
        An Explorer. Moving a control calls `draw` once for each value that it takes.

    Raises:
        ValueError: if there is no control, a value makes none, a default is no value of its
            control, or `draw` cannot be called with the controls.
    """
    checks.function("draw", draw)
    if not controls:
        raise ValueError("controls: expected at least one, got none")
    _refuse_others(draw, controls)
    controls = {name: _control(name, value) for name, value in controls.items()}
    for name, argument in _arguments(draw).items():
        begins = argument.default is not argument.empty and argument.default is not None
        if name in controls and begins:
            _begin(name, controls[name], argument.default)
    return Explorer(draw, controls)


def _arguments(draw):
    try:
        return inspect.signature(draw).parameters
    except ValueError:  # written in C, some say nothing of their arguments
        return {}


def _refuse_others(draw, controls):
    """Refuse controls that are no arguments of `draw`, and arguments without a control."""
    if _arguments(draw):
        try:
            inspect.signature(draw).bind(**controls)
        except TypeError as error:
            came = str(error).removeprefix("got ")
            checks.refuse("controls", "those that draw can be called with", came)


def _begin(name, control, default):
    """Let a control begin at a default value, refused if it is none of the control's values."""
    with suppress(traitlets.TraitError):  # a menu refuses, a slider takes the nearest
        control.value = default
    if control.value != default:
        checks.refuse(name, "a default that the control can have", repr(default))


def _control(name, value):
    if isinstance(value, ipywidgets.Widget):
        control = value
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
    control.description = control.description or name
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
