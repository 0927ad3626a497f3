"""From grey levels to ink: the level of the paper, what differs from it, and the one figure on it.

Nothing here knows what a digit looks like; it knows that strokes are narrow, that ink is the
smaller part of a sheet, and that one figure stays together.
"""

from typing import NamedTuple

import numpy as np

from .. import checks

# Of the longer side of a picture: what is narrower is a stroke, what is wider is paper.
STROKE = 0.25
# Ink differs from its paper by so much of the paper's level at least …
FAINTEST = 0.25
# … and by so many times as much as the grain of the paper does.
GRAINS = 8.0
# No paper counts as blacker than this: else the noise of a black one is divided by nothing.
BLACKEST = 0.05
# Of full ink: less than this is no ink, in a picture with grain and in one without.
EDGE = (0.15, 0.04)
# Parts that are nearer than this, of the longer side of the largest, are one figure.
GAP = 0.25
# Of the ink of the largest: a part with less is dust, a figure with less is no second one.
DUST, SECOND = 0.005, 0.1
# Of the longer side of the picture: what is shorter is no figure beside one that the edge cuts.
SHORTEST = 0.05


class Sheet(NamedTuple):
    """What stands on a sheet: `flat`, 0 the paper and about 1 full ink, (H, W), and two numbers.

    `cut` lies half-way between the paper and the ink, and what is below `edge` is no ink. `soft`
    is `flat` without its finest grain: (H, W) too.
    """

    flat: np.ndarray
    soft: np.ndarray
    cut: float
    edge: float


def is_dark_on_light(grey):
    """Return whether the ink is darker than its paper.

    Ink is the smaller part of a picture, so what differs most from the mean around it is ink, and
    the cubes of all differences add up to the sign of the ink's.

    >>> sheet = np.ones((9, 9))
    >>> sheet[2:7, 4] = 0.0
    >>> is_dark_on_light(sheet), is_dark_on_light(1 - sheet)
    (True, False)
    """
    difference = grey - _mean(grey, 2 * (max(grey.shape) // 4) + 1)
    return bool((difference * difference * difference).sum() <= 0)


def paper_level(grey, dark=True):
    """Return the level of the paper at each pixel, as if nothing was written on it.

    The lightest within a window wider than any stroke, then the darkest of these: dark strokes
    vanish, and the edge of a shadow stays where it is (a morphological closing). For light ink,
    lightest and darkest change places.

    >>> grey = np.array([[0.8, 0.8, 0.2, 0.8, 0.8, 0.4, 0.4, 0.4, 0.4]])
    >>> paper_level(grey)
    array([[0.8, 0.8, 0.8, 0.8, 0.8, 0.4, 0.4, 0.4, 0.4]])

    Args:
        grey: levels, shape (H, W), 0 black and 1 white.
        dark: whether the ink is darker than the paper.

    Returns:
        The levels, shape (H, W).
    """
    if not dark:
        return -paper_level(-grey)
    half = 1 + round(STROKE * max(grey.shape) / 2)
    # Twice as far as a window reaches, so that some windows see nothing but the border itself.
    wide = np.pad(grey, 2 * half, mode="edge")
    size = 2 * half + 1
    return -_largest(-_largest(wide, size), size)


def sheet(grey):
    """Return the `Sheet` of a picture: how far each pixel is from paper to full ink.

    What counts is the difference from the paper as a part of the paper's level: in a shadow both
    become smaller alike.

    >>> grey = np.full((9, 9), 0.8)
    >>> grey[2:7, 4] = 0.2
    >>> found = sheet(grey)
    >>> (found.flat[4] > found.cut).tolist()
    [False, False, False, False, True, False, False, False, False]

    Args:
        grey: levels, shape (H, W), 0 black and 1 white.

    Returns:
        A Sheet.

    Raises:
        ValueError: if nothing is written on the sheet.
    """
    smooth, dark = _mean(grey, 3), is_dark_on_light(grey)
    level = paper_level(smooth, dark)
    sign = np.where(dark, -1, 1) / np.maximum(level, BLACKEST)
    flat, soft = sign * (grey - level), sign * (smooth - level)
    middle = np.median(soft)  # the lightest of many grains is lighter than the paper
    flat, soft = flat - middle, soft - middle
    grain, cut = 1.4826 * np.median(np.abs(soft)), _half_way(soft)
    full = np.quantile(flat[soft > cut], 0.9) if (soft > cut).any() else 0.0
    if full < max(FAINTEST, GRAINS * grain):
        expected = f"ink that differs by {FAINTEST:.0%} from its paper"
        checks.refuse("source", expected, "a blank sheet, or fainter ink")
    edge = np.clip(GRAINS * grain / full, *EDGE[::-1])
    return Sheet(flat / full, soft / full, cut / full, edge)


def figure(sheet):
    """Return where the one figure of a sheet is, with the fringe of its strokes.

    Dust is left out, and what the border of the picture cuts if something else stands whole. Parts
    near to each other, such as the two strokes of a 5, are one figure.

    >>> flat = np.zeros((9, 9))
    >>> flat[2:7, 4] = 1.0
    >>> figure(Sheet(flat, flat, cut=0.5, edge=0.1)).sum()
    np.int64(21)

    Args:
        sheet: a Sheet.

    Returns:
        The mask, shape (H, W).

    Raises:
        ValueError: if there are two figures far apart.
    """
    mask = sheet.soft > sheet.cut
    parts = components(mask)
    weight = _weights(parts, sheet.soft)
    mask &= (weight >= DUST * weight.max())[parts]
    main = parts == weight.argmax()
    groups = components(_grown(mask, GAP / 2 * max(extent(main)[2:]))) * mask
    weight = _weights(groups, sheet.soft)
    for whole in _whole(groups):
        weight[whole] *= -1
    # Those that stand whole now weigh less than nothing.
    chosen = np.abs(np.minimum(weight, 0)) if (weight < 0).any() else weight
    others = (chosen >= SECOND * chosen.max()).sum() - 1
    if others:
        checks.refuse("source", "one figure on a sheet", f"{others + 1} far apart")
    fringe = 0.02 * max(mask.shape)
    return _grown(groups == chosen.argmax(), fringe)


def components(mask):
    """Return the number of the connected part at each pixel of a mask, from 1; elsewhere 0.

    Pixels that touch at a corner are connected.

    >>> components(np.array([[True, False, False, True], [False, True, False, True]]))
    array([[1, 0, 0, 2],
           [0, 1, 0, 2]])
    """
    first, end = _runs(mask)
    one, other = _touching(first, end, mask.shape[1] + 1)
    number = np.arange(len(first))
    while (number[one] != number[other]).any():
        least = np.minimum(number[one], number[other])
        for side in (one, other):
            # Not only the run but what it stands for learns of the smaller number.
            np.minimum.at(number, number[side], least)
        while (number != number[number]).any():
            number = number[number]
    found = np.zeros(mask.shape, int)
    found[mask] = np.repeat(np.unique(number, return_inverse=True)[1] + 1, end - first)
    return found


def _runs(mask):
    """Return where each run along a row begins and ends, counted in rows longer by one pixel."""
    wide = np.zeros((mask.shape[0], mask.shape[1] + 1), bool)
    wide[:, :-1] = mask
    changes = np.flatnonzero(np.diff(wide.ravel(), prepend=False))
    return changes[::2], changes[1::2]


def _touching(first, end, wide):
    """Return two rows, each two runs that touch, the one in the row below the other's."""
    low, high = np.searchsorted(end, first + wide), np.searchsorted(first, end + wide, "right")
    counts = np.maximum(high - low, 0)
    place = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
    return np.repeat(np.arange(len(first)), counts), np.repeat(low, counts) + place


def extent(mask):
    """Return the box (row, column, rows, columns) around what is true in a mask.

    >>> extent(np.array([[False, False, False], [False, True, True]]))
    (1, 1, 1, 2)
    """
    rows, columns = (np.flatnonzero(mask.any(axis=axis)) for axis in (1, 0))
    sizes = (int(found[-1] - found[0]) + 1 for found in (rows, columns))
    return int(rows[0]), int(columns[0]), *sizes


def _whole(groups):
    """Return the numbers of the groups that the border does not cut and that are no mere dots."""
    edge = np.concatenate([groups[0], groups[-1], groups[:, 0], groups[:, -1]])
    least = SHORTEST * max(groups.shape)
    inside = set(range(1, groups.max() + 1)) - set(edge.tolist())
    return [n for n in inside if max(extent(groups == n)[2:]) >= least]


def _weights(parts, soft):
    """Return the ink of each part; number 0 is none."""
    weight = np.bincount(parts.ravel(), soft.ravel())
    weight[0] = 0
    return weight


def _half_way(soft):
    """Return the cut that lies half-way between the means of what is below and above it."""
    cut, before, total = soft.max() / 2, None, soft.sum()
    while cut != before and (soft > cut).any():
        before, above = cut, soft[soft > cut]
        below = (total - above.sum()) / (soft.size - above.size)
        cut = (above.mean() + below) / 2
    return float(cut)


def _grown(mask, distance):
    """Return the mask with all that is within a distance of it, at least one pixel."""
    half = max(1, round(distance))
    return _largest(np.pad(mask, half), 2 * half + 1)


def _largest(x, size):
    """Return the largest entry of each window of size × size, shape (H − size + 1, …)."""
    for _ in range(2):
        have, x = 1, x.T
        while have < size:
            step = min(have, size - have)
            x = np.maximum(x[:-step], x[step:])
            have += step
    return x


def _mean(x, size):
    """Return the mean of the window of size × size around each pixel, mirrored at the border."""
    half = size // 2
    for _ in range(2):
        total = np.cumsum(np.pad(x, ((half + 1, half), (0, 0)), mode="symmetric"), axis=0)
        x = ((total[size:] - total[:-size]) / size).T
    return x
