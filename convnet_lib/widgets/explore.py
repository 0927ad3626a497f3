"""Controls over a picture of `figures`: the interactive figure that needs no JavaScript."""

import base64
import html
import inspect

import ipywidgets

from ..figures import PIXELS_PER_INCH

SHOWN = (
    '<img alt="{alt}" src="data:image/png;base64,{png}" style="width: {width}px; max-width: 100%">'
)


class Explorer(ipywidgets.VBox):
    """A column of controls, and below it the picture that `draw` makes of their values.

    Attributes:
        controls: the controls by name.
        picture: the Picture now shown.
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
        self.picture = self._draw(**{name: c.value for name, c in self.controls.items()})
        self._frame.value = SHOWN.format(
            alt=html.escape(self.picture.alt, quote=True),
            png=base64.b64encode(self.picture.png()).decode(),
            width=int(self.picture.get_size_inches()[0] * PIXELS_PER_INCH),
        )

    def __repr__(self):
        """Return what stands on a page that shows no controls; it holds no address."""
        return f"Controls: {', '.join(self.controls)}. Run this cell to move them."


WRAP = ipywidgets.Layout(flex_flow="row wrap", grid_gap="0 12px")


def explore(draw, **controls):
    """Return a widget: one control for each argument of `draw`, and the picture that it makes.

    Args:
        draw: a function of the controls' values that returns a `figures.Picture`.
        controls: name=value; an ipywidgets control is taken as it is, (low, high) or
            (low, high, step) becomes a slider, a list or a dict a menu, a bool a box to tick.
            A control begins at the default value of its argument, if `draw` has one but None.

    Returns:
        An Explorer. Moving a control calls `draw` once for each value that it takes.

    Raises:
        ValueError: if there is no control, or a value makes none.
    """
    if not controls:
        raise ValueError("controls: expected at least one, got none")
    controls = {name: _control(name, value) for name, value in controls.items()}
    for name, argument in inspect.signature(draw).parameters.items():
        begins = argument.default is not argument.empty and argument.default is not None
        if name in controls and begins:
            controls[name].value = argument.default
    return Explorer(draw, controls)


def _control(name, value):
    if isinstance(value, ipywidgets.Widget):
        control = value
    elif isinstance(value, bool):
        control = ipywidgets.Checkbox(value, indent=False)
    elif isinstance(value, (list, dict)):
        control = ipywidgets.Dropdown(options=value)
    elif isinstance(value, tuple) and len(value) in (2, 3):
        whole = all(isinstance(n, int) for n in value)
        slider = ipywidgets.IntSlider if whole else ipywidgets.FloatSlider
        low, high, *step = value
        control = slider(min=low, max=high, value=low, **({"step": step[0]} if step else {}))
    else:
        expected = "a control, (low, high), a list, a dict or a bool"
        raise ValueError(f"{name}: expected {expected}, got {value!r}")
    control.description = control.description or name
    return control
