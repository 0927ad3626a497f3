"""A picture of your own on its way to a digit."""

from .. import checks
from .grids import draw_mark
from .picture import OUTLINE, SEQUENTIAL, Picture, with_own_settings


@with_own_settings
def from_image_steps(steps):
    """Return a picture of what `data.from_image` did: grey, paper removed, ink, box, centred.

    >>> from convnet_lib import data, figures
    >>> sheet = np.full((60, 90), 0.9)
    >>> sheet[10:50, 20:28] = 0.2
    >>> figures.from_image_steps(data.steps_from_image(sheet)).alt[:46]
    'A picture of 60 by 90 grey levels, step by ste'

    Args:
        steps: `data.Steps`, as `data.steps_from_image` returns them.

    Returns:
        A Picture.

    Raises:
        ValueError: if steps is something else.
    """
    if not hasattr(steps, "_fields") or "digit" not in steps._fields:
        checks.refuse("steps", "data.Steps", checks.kind(steps))
    picture = Picture(10.5, 2.6, _alt(steps))
    axes = picture.subplots(1, 5)
    names = ("1. grey", "2. paper removed", "3. ink", "4. box of 20", "5. centred in 28")
    shown = (1 - steps.grey, steps.flat, steps.ink, steps.box, steps.digit)
    for ax, name, array in zip(axes, names, shown, strict=True):
        ax.imshow(array, cmap=SEQUENTIAL, vmin=0, vmax=1)
        ax.set_title(name, fontsize=11)
        ax.set_xlabel(f"{array.shape[0]} × {array.shape[1]}", fontsize=9)
        ax.set_xticks([])
        ax.set_yticks([])
    draw_mark(axes[2], steps.place)
    middle = len(steps.digit) // 2
    axes[4].plot(middle, middle, "+", color=OUTLINE, markersize=9, markeredgewidth=1.6)
    return picture


def _alt(steps):
    h, w = steps.grey.shape
    row, column, rows, columns = steps.place
    return (
        f"A picture of {h} by {w} grey levels, step by step: as it was read; with its paper "
        f"removed; only the ink of the figure, which fills {rows} by {columns} pixels from row "
        f"{row} and column {column}; that part as {steps.box.shape[0]} by {steps.box.shape[1]} "
        f"pixels; and these on a field of {len(steps.digit)} by {len(steps.digit)}, the figure's "
        "centre of mass in the middle, which a cross marks."
    )
