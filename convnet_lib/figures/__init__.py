"""Pictures of the network: arrays in, a matplotlib Figure out.

Every figure says what it shows in its alternative text (`.alt`), which a notebook stores beside
the picture: the numbers of a small grid too, row by row, and which cells are outlined. Colours
mean the same everywhere: activations run from white (0) to black (1), weights, weighted inputs,
errors and gradients from blue (negative) over white (0) to red, and the winners of the pooling
windows are outlined. σ′ runs from pale (flat) to orange (steep).
The style is the book's own, whatever a reader has set: no lettering is under nine points, a minus
is a minus sign, and frames of one row share their upper edge.

============  ===================================================================================
room          what is in it
============  ===================================================================================
picture.py    what all pictures share: style, size, alternative text
grids.py      arrays as grids of cells
words.py      a grid in words, for who does not see it
forward.py    the digits, the layers, the answers and their cost
backward.py   errors, shared parameters, slopes of the cost
learning.py   curves, confusions, the gallery, the film
speed.py      how fast a step is, and what holds it back
images.py     a picture of your own on its way to a digit
broken.py     wrong gradients, and who notices them
============  ===================================================================================
"""

from .backward import (
    backward,
    draw_tangent,
    neurons,
    output_errors,
    shared_bias,
    shared_weight,
    tangents,
)
from .broken import accuracies, noticed, wrong_gradient
from .forward import (
    answers,
    convolution,
    cost_curves,
    digits,
    floor_map,
    network,
    output,
    pooling,
    sigmoid_curve,
)
from .grids import cells, color_range, draw_cells, draw_mark, draw_outline, maps, row
from .images import from_image_steps
from .learning import STRIP, confusion, gallery, learning_curves, several_runs, training_film
from .picture import (
    ACCENT,
    DIVERGING,
    DOTS_PER_INCH,
    OUTLINE,
    PIXELS_PER_INCH,
    SEQUENTIAL,
    Frames,
    Picture,
    description,
    png,
)
from .speed import ladder, roofline, shared_work

__all__ = [
    "ACCENT",
    "DIVERGING",
    "DOTS_PER_INCH",
    "OUTLINE",
    "PIXELS_PER_INCH",
    "SEQUENTIAL",
    "STRIP",
    "Frames",
    "Picture",
    "accuracies",
    "answers",
    "backward",
    "cells",
    "color_range",
    "confusion",
    "convolution",
    "cost_curves",
    "description",
    "digits",
    "draw_cells",
    "draw_mark",
    "draw_outline",
    "draw_tangent",
    "floor_map",
    "from_image_steps",
    "gallery",
    "ladder",
    "learning_curves",
    "maps",
    "network",
    "neurons",
    "noticed",
    "output",
    "output_errors",
    "png",
    "pooling",
    "roofline",
    "row",
    "several_runs",
    "shared_bias",
    "shared_weight",
    "shared_work",
    "sigmoid_curve",
    "tangents",
    "training_film",
    "wrong_gradient",
]
