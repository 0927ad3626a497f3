"""Pictures of wrong gradients, and of who notices them (chapter 15)."""

import functools

import numpy as np

from .. import checks as check_input
from .grids import BAR, LEFT, RIM, color_range, draw_cells, draw_mark, framed, places
from .picture import (
    ACCENT,
    FULL_WIDTH,
    OUTLINE,
    SEQUENTIAL,
    SMALL,
    Picture,
    minus,
    with_own_settings,
)


@with_own_settings
def noticed(table, predictions=None, written=None):
    """Return a picture of which checks notice which bugs, and where a prediction was wrong.

    >>> from convnet_lib import figures
    >>> table = {"sign": {"shape": False, "loops": True}, "sum": {"shape": True, "loops": True}}
    >>> figures.noticed(table, {"sign": {"shape": True}}).alt
    'Which checks notice which bug. sign: loops; sum: shape, loops. 0 of 1 predictions were right.'
    >>> figures.noticed(table, written={("sign", "loops"): "0.3"}).alt
    'Which checks notice which bug. sign: loops (loops 0.3); sum: shape, loops.'

    Args:
        table: {bug: {check: whether it notices}}; every bug has the same checks.
        predictions: the same with True, False or None for no prediction; bugs may be left out.
        written: {(bug, check): text} to write after the mark, such as an accuracy.

    Returns:
        A Picture: dark cells with a tick where a check notices, light ones with a dash where it
        does not, and a heavy frame with a question mark where the prediction was another.
    """
    predictions, written = predictions or {}, written or {}
    checks, bugs = list(next(iter(table.values()))), list(table)
    grid = np.array([[table[bug][check] for check in checks] for bug in bugs])
    guesses = [[predictions.get(bug, {}).get(check) for check in checks] for bug in bugs]
    score = _score(grid, guesses)
    picture = Picture(FULL_WIDTH, 0.75 + 0.285 * len(bugs), _who_notices(table, written, score))
    ax = picture.subplots()
    ax.imshow(grid, cmap=SEQUENTIAL, vmin=0, vmax=1.6, aspect="auto")
    for (j, k), notices in np.ndenumerate(grid):
        missed = guesses[j][k] is not None and guesses[j][k] != notices
        mark = ("✓" if notices else "–") + (" ?" if missed else "")
        text = f"{mark} {written.get((bugs[j], checks[k]), '')}".strip()
        color = "w" if notices else "k"
        ax.text(k, j, text, ha="center", va="center", color=color, fontsize=SMALL)
        if missed:
            draw_mark(ax, (j + 0.06, k + 0.04, 0.88, 0.92), OUTLINE)
    ax.set_xticks(range(len(checks)), checks)
    ax.set_yticks(range(len(bugs)), bugs)
    ax.tick_params(top=True, labeltop=True, bottom=False, labelbottom=False, length=0)
    ax.set_xticks(np.arange(len(checks) - 1) + 0.5, minor=True)
    ax.set_yticks(np.arange(len(bugs) - 1) + 0.5, minor=True)
    ax.grid(which="minor", color="0.75", linewidth=0.6)
    ax.tick_params(which="minor", length=0)
    if score:
        ax.set_xlabel(score)
    return picture


def _score(grid, guesses):
    pairs = zip((guess for row_ in guesses for guess in row_), grid.flat, strict=True)
    made = [guess == truth for guess, truth in pairs if guess is not None]
    return f"{sum(made)} of {len(made)} predictions were right" if made else ""


def _who_notices(table, written, score):
    rows = [
        f"{bug}: {', '.join(check for check, notices in row_.items() if notices) or 'none'}"
        + "".join(f" ({check} {written[bug, check]})" for check in row_ if (bug, check) in written)
        for bug, row_ in table.items()
    ]
    return f"Which checks notice which bug. {'; '.join(rows)}.{f' {score}.' if score else ''}"


@with_own_settings
def accuracies(values, right, enough=None):
    """Return a picture of accuracies as bars, beside the one that the right gradient reaches.

    >>> from convnet_lib import figures
    >>> figures.accuracies({"wrong sign": 0.1, "no slope": 0.75}, right=0.9).alt
    'Bars of accuracies: wrong sign 0.100; no slope 0.750. The right gradient reaches 0.900.'

    Args:
        values: {name: accuracy}, the first at the top.
        right: the accuracy to compare with, drawn as a line, or None.
        enough: an accuracy below which something would be thought wrong, or None.

    Returns:
        A Picture.
    """
    for name, value in values.items():
        check_input.number(f"values[{name!r}]", value)
    said = "; ".join(f"{name} {value:.3f}" for name, value in values.items())
    against = "" if right is None else f" The right gradient reaches {right:.3f}."
    against += "" if enough is None else f" What stays below {enough:g} is noticed."
    picture = Picture(7.4, 0.8 + 0.29 * len(values), f"Bars of accuracies: {said}.{against}")
    ax = picture.subplots()
    places = np.arange(len(values))
    ax.barh(places, list(values.values()), 0.66, color="0.6")
    for place, value in zip(places, values.values(), strict=True):
        ax.text(
            max(value, 0.1) - 0.01, place, f"{value:.3f}", ha="right", va="center", fontsize=SMALL
        )
    if right is not None:
        ax.axvline(right, color=OUTLINE, label=f"right gradient {right:.3f}")
    if enough is not None:
        ax.axvline(enough, color=ACCENT, linestyle=":", label=f"{enough:g}: noticed below")
    ax.set(xlabel="accuracy on digits held out", xlim=(0, 1.02), yticks=places)
    ax.set_yticklabels(list(values))
    ax.invert_yaxis()
    if right is not None or enough is not None:
        ax.legend(ncols=2, loc="lower center", bbox_to_anchor=(0.5, 1))
    return picture


@with_own_settings
def wrong_gradient(right, wrong, notices):
    """Return a picture of a right and a wrong gradient of one filter, and who notices.

    >>> from convnet_lib import figures
    >>> delta1, w1 = np.array([[2.0, 1.0]]), np.array([[1.0, -3.0]])
    >>> right = network.Gradients(None, delta1, b3=None, b1=3.0, w3=None, w1=w1)
    >>> wrong = network.Gradients(None, delta1, b3=None, b1=1.5, w3=None, w1=2 * w1)
    >>> figures.wrong_gradient(right, wrong, {"shape": False, "loops": True}).alt.split("ce. ")[1]
    'The gradient of the bias should be 3 and is 1.5. Noticed by: loops.'

    Args:
        right: `network.Gradients` of a network without an axis of maps; the first image of a
            batch is drawn.
        wrong: the same from a broken backward pass.
        notices: {check: whether it notices the difference}.

    Returns:
        A Picture: δ¹ above and ∂C/∂w¹ below, as they should be, as they are, and the difference,
        each row on one scale; below them the gradient of the bias and the checks that notice.
        Its `panels` are what it was made of, its `caption` the text below; of its `pairs` the
        second can take the place of the first, so that the eye sees what moves.
    """
    who = ", ".join(check for check, seen in notices.items() if seen) or "none"
    alt = (
        "The errors delta 1 and the gradient of the filter, as they should be, as they are, and "
        f"the difference. The gradient of the bias should be {right.b1:.3g} and is "
        f"{wrong.b1:.3g}. Noticed by: {who}."
    )
    size, frames = places([(1.65, 1.65)] * 6, [BAR, BAR, RIM] * 2, [0] * 6, 3, below=0.55)
    picture = Picture(*size, alt, layout="none")
    picture.panels, picture.pairs = [], [(1, 0), (4, 3)]
    rows = {
        "$δ^1$": (right.delta1, wrong.delta1),
        r"$\partial C/\partial w^1$": (right.w1, wrong.w1),
    }
    for name, arrays in rows.items():
        one, other = (array.reshape(-1, *array.shape[-2:])[0].copy() for array in arrays)
        limit = float(np.abs(one).max()) or None
        words = (f"{name}, right", f"{name}, broken", "broken − right")
        for array, word in zip((one, other, other - one), words, strict=True):
            color_range(array, "signed", limit)  # refuses what has no colours
            panel = {"name": word, "array": array, "kind": "signed", "limit": limit}
            picture.panels.append(panel | {"outline": None, "mark": None})
    picture.put_off(functools.partial(_draw_gradients, frames=frames))
    bias = f"{right.b1:.3g} right, {wrong.b1:.3g} broken"
    said = rf"$\partial C/\partial b^1$: {minus(bias)}"
    picture.caption = f"{said}; noticed by: {who}"
    lines = picture.caption.replace("; ", "\n")
    picture.text(LEFT / size[0], 0.14 / size[1], lines, linespacing=1.5)
    return picture


def _draw_gradients(picture, frames):
    for n, (panel, frame) in enumerate(zip(picture.panels, frames, strict=True)):
        ax, bar = framed(picture, frame)
        limit = panel["limit"]
        draw_cells(ax, panel["array"], panel["name"], numbers=False, limit=limit, bar=bar)
        if n % 3 == 2:  # the last of a row has the scale of its neighbour
            picture.bars.pop(ax).remove()
