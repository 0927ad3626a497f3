"""Recipes: rows of grids that a page without Python computes of the values of their controls.

Each is a module of `static/recipes/`, a pure function that makes with the engine of the page what a
function in a notebook makes with NumPy. A test holds the two against each other.
"""

import base64
import functools
import json
from dataclasses import dataclass, fields
from typing import NamedTuple

import numpy as np

from .. import checks
from ..network import ConvNet


class Needs(NamedTuple):
    """What a recipe computes with, by their names: arrays, and the values of controls.

    >>> from convnet_lib.widgets import recipes
    >>> recipes.RECIPES["strides"].arrays
    ('image',)
    """

    arrays: tuple
    controls: tuple


RECIPES = {
    "inside": Needs(("images", "y", "one", "twenty"), ("digit", "epoch", "map")),
    "moved": Needs(("net", "images"), ("digit", "down", "right", "rule")),
    "spread": Needs(("nine", "weights"), ("kernel", "stride", "padding", "pixel", "left_over")),
    "strides": Needs(("image",), ("size", "kernel", "stride", "padding", "neuron")),
    "weight_sees": Needs(("net", "images", "y"), ("l", "m", "digit")),
}


@dataclass(frozen=True)
class Recipe:
    """The name of a recipe, and the arrays that it is sent.

    >>> from convnet_lib.widgets import recipes
    >>> recipes.Recipe("strides", {"image": np.eye(2)}).name
    'strides'
    """

    name: str
    arrays: dict

    @property
    def module(self):
        """The module of the page, in `static/`.

        >>> from convnet_lib.widgets import recipes
        >>> recipes.Recipe("strides", {"image": np.eye(2)}).module
        'recipes/strides.js'
        """
        return f"recipes/{self.name}.js"

    def sent(self, names, states):
        """Return what the page is sent of it: names and states of the controls, and the arrays.

        >>> from convnet_lib.widgets import recipes
        >>> recipe = recipes.Recipe("strides", {"image": np.eye(2)})
        >>> recipe.sent(["size"], [[4, 5]])["arrays"]["image"]["dtype"]
        'grey'

        Raises:
            ValueError: if a value is none that a page could have: no number, truth or word.
        """
        for name, values in zip(names, states, strict=True):
            try:
                json.dumps(values, allow_nan=False)
            except (TypeError, ValueError):
                checks.refuse(name, "numbers, truths or words for the page", f"{values!r}")
        arrays = {name: packed(name, one) for name, one in self.arrays.items()}
        return {"names": names, "states": states, "arrays": arrays}


def in_page(draw, recipe, **arrays):
    """Return `draw` with a recipe, by which a page without Python computes the same picture.

    Python calls `draw` as ever; the recipe and its arrays are sent where pages are built.

    >>> from convnet_lib import figures, widgets
    >>> image = np.eye(10)
    >>> def draw(size, kernel, stride, padding, neuron):
    ...     return figures.cells(image[:size, :size], "image")
    >>> here = widgets.in_page(draw, "strides", image=image)
    >>> here(2, 1, 1, 0, 0).alt
    'A grid: image, 2 by 2 cells, row 0: 1, 0; row 1: 0, 1.'

    Args:
        draw: a function for `explore` that returns a row of grids.
        recipe: a name in `RECIPES`, of a module in `static/recipes/`.
        arrays: name=value, what the recipe computes with: an array, a ConvNet, or a list of them.

    Returns:
        A function, to be given to `explore` in the place of `draw`.

    Raises:
        ValueError: if there is no such recipe, an array that it needs is missing, or one is given
            that it does not know.
    """
    checks.function("draw", draw)
    checks.one_of("recipe", recipe, tuple(RECIPES))
    needed = RECIPES[recipe].arrays
    if set(arrays) != set(needed):
        checks.refuse("arrays", f"{_listed(needed)} for {recipe!r}", _listed(arrays))
    for name, one in arrays.items():
        packed(name, one)

    @functools.wraps(draw)
    def drawn(*args, **kwargs):
        return draw(*args, **kwargs)

    drawn.recipe = Recipe(recipe, arrays)
    return drawn


def of(draw):
    """Return the Recipe of a function that `in_page` has made, or None.

    >>> from convnet_lib.widgets import recipes
    >>> recipes.of(max) is None
    True
    """
    found = getattr(draw, "recipe", None)
    return found if isinstance(found, Recipe) else None


def refuse_controls(draw, controls):
    """Refuse controls that are not those of the recipe that `draw` has.

    >>> from convnet_lib.widgets import recipes
    >>> def draw(size): pass
    >>> here = recipes.in_page(draw, "strides", image=np.eye(2))
    >>> recipes.refuse_controls(here, ["size"])
    Traceback (most recent call last):
        ...
    ValueError: controls: expected size, kernel, stride, padding, neuron for 'strides', got size
    """
    recipe = of(draw)
    if recipe and set(controls) != set(RECIPES[recipe.name].controls):
        needed = RECIPES[recipe.name].controls
        checks.refuse("controls", f"{_listed(needed)} for {recipe.name!r}", _listed(controls))


def packed(name, x):
    """Return arrays as the page unpacks them; grey levels of eight bits are sent as such.

    >>> from convnet_lib.widgets import recipes
    >>> recipes.packed("w", [np.array([[-1.0]])])
    [{'shape': [1, 1], 'dtype': 'float64', 'data': 'AAAAAAAA8L8='}]
    """
    if isinstance(x, ConvNet):
        return {one.name: packed(name, getattr(x, one.name)) for one in fields(x)}
    if isinstance(x, (list, tuple)) and any(isinstance(one, ConvNet | np.ndarray) for one in x):
        return [packed(name, one) for one in x]
    x = np.asarray(checks.finite(name, x), np.float64)
    with np.errstate(invalid="ignore", over="ignore"):
        levels = (255 * x).round().clip(0, 255).astype(np.uint8)
    grey = x.size > 0 and np.array_equal(levels / 255, x)
    data = levels if grey else x
    dtype = "grey" if grey else "float64"
    return {"shape": list(x.shape), "dtype": dtype, "data": text(data.tobytes())}


def text(data):
    """Return bytes as base64.

    >>> from convnet_lib.widgets import recipes
    >>> recipes.text(b"abc")
    'YWJj'
    """
    return base64.b64encode(data).decode()


def _listed(names):
    return ", ".join(names) or "none"
