"""Pictures of a network that learns: its curves, its maps, what it takes for what."""

import numpy as np
from matplotlib.patches import Rectangle

from .. import checks, pool
from .. import maps as feature_maps
from ..costs import COSTS
from ..data import labels as some_labels
from .grids import color_range, draw_mark, draw_outline
from .picture import (
    DIVERGING,
    FULL_WIDTH,
    NARROW,
    OUTLINE,
    SEQUENTIAL,
    SMALL,
    Picture,
    minus,
    with_own_settings,
)

# Frames of a training run that stand side by side.
STRIP = 6


@with_own_settings
def learning_curves(run):
    """Return a picture of a `training.Run`: cost and accuracy after each epoch.

    >>> from convnet_lib import figures
    >>> curves = np.array([2.5, 1.5, 1.0]), np.array([0.2, 0.5, 0.8]), np.array([0.2, 0.4, 0.7])
    >>> figures.learning_curves(training.Run((), *curves, curves[2])).alt.split("; ")[0]
    'Over 2 epochs the cost goes from 2.50 to 1.00'
    """
    _a_run("run", run)
    epochs = np.arange(len(run.costs))
    held_out = run.test_accuracy[-1]
    alt = (
        f"Over {epochs[-1]} {'epoch' if epochs[-1] == 1 else 'epochs'} the cost goes from "
        f"{run.costs[0]:.2f} to {run.costs[-1]:.2f}; "
        f"the accuracy ends at {run.train_accuracy[-1]:.2f} in training"
        + ("." if np.isnan(held_out) else f" and {held_out:.2f} on the digits held out.")
    )
    picture = Picture(FULL_WIDTH, 2.8, alt)
    left, right = picture.subplots(1, 2)
    left.plot(epochs, run.costs, "k.-")
    left.set(xlabel="epoch", ylabel="mean cost of a training digit", ylim=(0, None))
    right.plot(epochs, run.train_accuracy, "k.-", label="training digits")
    right.plot(epochs, run.test_accuracy, ".--", color=OUTLINE, label="digits held out")
    right.set(xlabel="epoch", ylabel="accuracy", ylim=(0, 1.02))
    right.legend()
    for ax in (left, right):
        ax.xaxis.get_major_locator().set_params(integer=True)
    return picture


@with_own_settings
def several_runs(runs):
    """Return a picture of several `training.Run`s: the accuracy on the digits held out, by name.

    >>> from convnet_lib import figures
    >>> one, two = (training.Run((), *[np.array([0.25, end])] * 4) for end in (0.5, 0.75))
    >>> figures.several_runs({"η = 1": one, "η = 3": two}).alt
    'Accuracy on the digits held out after each epoch. η = 1: 0.50; η = 3: 0.75.'

    Args:
        runs: a dict of Runs by the name that the legend gives them.

    Returns:
        A Picture.
    """
    if not runs:
        checks.refuse("runs", "at least one training.Run", "none")
    for name, run in runs.items():
        _a_run(f"runs[{name!r}]", run)
    reached = "; ".join(f"{name}: {run.test_accuracy[-1]:.2f}" for name, run in runs.items())
    picture = Picture(
        NARROW,
        2.9 + 0.1 * len(runs),
        f"Accuracy on the digits held out after each epoch. {reached}.",
    )
    ax = picture.subplots()
    for (name, run), marker in zip(runs.items(), "osv^Dx*P" * len(runs), strict=False):
        ax.plot(run.test_accuracy, f"{marker}-", label=name, markersize=5)
    ax.set(xlabel="epoch", ylabel="accuracy", ylim=(0, 1.02))
    ax.xaxis.get_major_locator().set_params(integer=True)
    picture.legend(loc="outside lower center", ncols=2)
    return picture


@with_own_settings
def confusion(counts):
    """Return a picture of how often digit i (row) was taken for digit j (column).

    >>> from convnet_lib import figures
    >>> figures.confusion(np.array([[5, 0, 0], [0, 3, 1], [0, 2, 4]])).alt
    '12 of 15 digits are recognised. The commonest mistake: a 2 taken for a 1, 2 times.'

    Args:
        counts: integers, shape (10, 10), from `training.confusion`.

    Returns:
        A Picture; only the mistakes are coloured.
    """
    counts = checks.array("counts", counts)
    square = counts.ndim == 2 and len(counts) == counts.shape[1] and len(counts)
    if counts.dtype.kind not in "iu" or not square or (counts < 0).any():
        came = f"{counts.dtype} of shape {counts.shape}"
        checks.refuse("counts", "whole numbers from 0 on, shape (10, 10)", came)
    mistakes = counts - np.diag(np.diag(counts))
    alt = f"{np.trace(counts)} of {counts.sum()} digits are recognised. {_commonest(mistakes)}"
    picture = Picture(3.8, 3.7, alt)
    ax = picture.subplots()
    ax.imshow(mistakes, cmap=SEQUENTIAL, vmin=0, vmax=max(1, 1.6 * mistakes.max()))
    for (row_, column), count in np.ndenumerate(counts):
        weight = "bold" if row_ == column else "normal"
        ax.text(column, row_, count, ha="center", va="center", fontsize=SMALL, fontweight=weight)
    ax.set(xlabel="taken for", ylabel="is", xticks=range(len(counts)), yticks=range(len(counts)))
    return picture


def _a(digit):
    return f"an {digit}" if digit == 8 else f"a {digit}"


def _commonest(mistakes):
    """A sentence with the mistake that was made most often, or with all that share first place."""
    most = mistakes.max()
    pairs = [f"{_a(i)} taken for {_a(j)}" for i, j in np.argwhere(mistakes == most)]
    if not most:
        return "No digit is taken for another."
    if len(pairs) == 1:
        return f"The commonest mistake: {pairs[0]}, {most} times."
    return f"The commonest mistakes, {most} times each: {', '.join(pairs)}."


@with_own_settings
def gallery(net, image, order=None, columns=5):
    """Return a picture of all filters of a network and the maps that they make of a digit.

    Beside each map are its filter, above, and the patch that pleases it most, below. The winners
    of the windows are outlined, and so is the neuron that this digit pleases most.

    >>> from convnet_lib import figures
    >>> w1 = np.array([[[1.0, 0.0]], [[3.0, -1.0]]])
    >>> net = ConvNet(w1, np.zeros(2), np.zeros((2, 2, 2, 1)), np.zeros(2))
    >>> image = np.zeros((4, 3))
    >>> image[2, 1] = 0.5
    >>> figures.gallery(net, image).alt.split(". ")[1]  # 3 · ½ - 1 · 0
    'This digit pleases filter 1 most: z1 = 1.50'

    Args:
        net: a ConvNet for images without channels.
        image: shape (H, W), activations in [0, 1].
        order: the numbers of the maps to draw, in their order; None for all by number.
        columns: cards a row; the digit takes the first.

    Returns:
        A Picture: the axes of the digit, then for each map axes with three images, the map, the
        filter and the patch.
    """
    net = feature_maps.with_maps(net)
    checks.shape("image", checks.finite("image", image), net.image_shape)
    z1, a1, *_ = net.feedforward(image)
    places, patches = feature_maps.strongest(z1), feature_maps.pleasing(net.w1)
    order = _numbers_of("order", order, len(net.w1))
    columns = checks.whole("columns", columns, 1)
    low, high = color_range(net.w1, "signed")
    columns = min(columns, 1 + len(order))
    rows = -(-(1 + len(order)) // columns)
    best = max(order, key=lambda f: z1[f].max())
    alt = (
        f"{len(order)} filters, the patch that pleases each, and the map that it makes of a digit, "
        f"winners outlined. This digit pleases filter {best} most: z1 = {z1[best].max():.2f}. "
        f"The colours of the filters go from {low:.2f} to {high:.2f}."
    )
    wide = min(1.9, FULL_WIDTH / columns)
    below = 0.85
    picture = Picture(wide * columns, 0.8 * wide * rows + below, alt, layout="none")
    axes = _cards(picture, rows, columns, below, 1 + len(order))
    axes[0].imshow(image, cmap=SEQUENTIAL, vmin=0, vmax=1)
    axes[0].set_title("$a^0$", fontsize=10, pad=3)
    for ax, f in zip(axes[1:], order, strict=True):
        _draw_card(ax, a1[f], net.w1[f], high, patches[f])
        draw_mark(ax, (*places[f], 1, 1))
        ax.set_title(f"map {f}", fontsize=SMALL, pad=3)
    text = (
        f"Left of a map: its filter $w^1$, blue {minus(f'{low:.2f}')} to red {high:.2f},\n"
        "and below it the patch that pleases it. Outlined: the winners\n"
        "of the windows; heavier, the neuron that is pleased most."
    )
    picture.text(0.02, 0.1 / picture.get_size_inches()[1], text, fontsize=SMALL, linespacing=1.4)
    return picture


@with_own_settings
def training_film(run, image, label=None, map=0, epochs=None, cost="cross_entropy"):
    """Return a picture of a training run as a strip of frames, and its curves.

    >>> from convnet_lib import figures
    >>> net = ConvNet.random(image=(6, 8), seed=0)
    >>> run = training.measured([net, net, net], data.Digits(np.zeros((1, 6, 8)), np.array([3])))
    >>> figures.training_film(run, np.zeros((6, 8)), epochs=[0, 2]).alt.split(". ")[0]
    'Filter 0 and its map of a digit, winners outlined, after epochs 0, 2'

    Args:
        run: a `training.Run` of networks for images without channels.
        image: shape (H, W), activations in [0, 1].
        label: the digit that it shows, for the errors; None leaves them out.
        map: the number of the map that is drawn.
        epochs: which networks of the run to draw; None for six or fewer, spread over the run.
        cost: "quadratic" or "cross_entropy", for the errors.

    Returns:
        A Picture: above the cost, the accuracy and, with a label, the mean |δ¹| and |δ³| of this
        image; below, a column for each epoch, the filter, a¹ with its winners outlined, and δ¹.
    """
    _a_run("run", run)
    nets = [feature_maps.with_maps(net) for net in run.nets]
    checks.shape("image", checks.finite("image", image), nets[0].image_shape)
    checks.one_of("cost", cost, COSTS)
    map = _numbers_of("map", [map], len(nets[0].w1))[0]
    if label is not None:
        label = some_labels("label", [label], 1, len(nets[0].b3))[0]
    if epochs is None:
        epochs = np.linspace(0, len(nets) - 1, min(len(nets), STRIP)).round().astype(int)
    epochs = _numbers_of("epochs", epochs, len(nets))
    passes = _passes(nets, image, label, cost)
    limits = np.abs([net.w1 for net in nets]).max() or 1, 0
    if label is not None:
        limits = limits[0], np.abs([passes[epoch][2] for epoch in epochs]).max() or 1
    rows, columns = (2 if label is None else 3), len(epochs) + 1
    alt = (
        f"Filter {map} and its map of a digit, winners outlined, after epochs "
        f"{', '.join(str(epoch) for epoch in epochs)}. The mean cost goes from {run.costs[0]:.3f} "
        f"to {run.costs[-1]:.3f}, the accuracy in training from {run.train_accuracy[0]:.2f} to "
        f"{run.train_accuracy[-1]:.2f}. The colours of w1 go to ±{limits[0]:.2g}"
        + ("." if label is None else f", those of δ1 to ±{limits[1]:.2g}.")
    )
    wide = FULL_WIDTH / max(columns, 6)
    width, height = FULL_WIDTH, wide * rows + 2.5
    picture = Picture(width, height, alt, layout="none")
    _draw_curves(picture, run, [p[1:3] for p in passes] if label is not None else None, epochs)
    picture.tiles = [[ax] for ax in picture.axes] + [[] for _ in range(1 + len(epochs))]
    side = 0.88 * wide / width, 0.88 * wide / height
    for n, epoch in enumerate(epochs):
        w1, a1 = nets[epoch].w1[map], passes[epoch][0][map]
        panels = [("$w^1$", w1, limits[0]), ("$a^1$", a1, None)]
        if label is not None:
            panels.append(("$δ^1$", passes[epoch][2][map], limits[1]))
        for row_, (name, array, limit) in enumerate(panels):
            left, bottom = wide * (n + 1.1), wide * (rows - 0.95 - row_)
            corner = left / width, bottom / height
            ax = picture.add_axes((*corner, *side), label=f"{name} {epoch}")
            kind = "activation" if limit is None else "signed"
            _draw_frame(ax, array, kind, limit)
            picture.tiles[n - len(epochs)].append(ax)
            if row_ == 0:
                ax.set_title(f"epoch {epoch}", fontsize=SMALL, pad=4)
            if name == "$a^1$":
                draw_outline(ax, pool.winners(a1))
            if n == 0:
                extent = "0 to 1" if limit is None else f"±{limit:.2g}"
                x, y = corner[0] - 0.08 / width, corner[1] + side[1] / 2
                look = {"ha": "right", "va": "center", "fontsize": SMALL}
                said = picture.text(x, y, f"{name}\n{extent}", **look)
                picture.tiles[-len(epochs)].append(said)
    bottom = wide * (rows - 2.15) + 0.3
    place = 0.05 / width, bottom / height, 0.5 * wide / width, 0.5 * wide / height
    digit = picture.add_axes(place, label="$a^0$")
    _draw_frame(digit, image, "activation")
    digit.set_title("$a^0$", fontsize=10, pad=4)
    picture.tiles[-len(epochs)].append(digit)
    picture.tiles = [tile for tile in picture.tiles if tile]
    return picture


def _a_run(name, run):
    if not hasattr(run, "test_accuracy"):
        checks.refuse(name, "a training.Run", checks.kind(run))


def _numbers_of(name, chosen, count):
    """Return chosen numbers from 0 to count - 1 as a list, all of them if None."""
    if chosen is None:
        return list(range(count))
    chosen = list(chosen)
    for n in chosen:
        if checks.whole(name, n, 0, f"numbers from 0 to {count - 1}") >= count:
            checks.refuse(name, f"numbers from 0 to {count - 1}", n)
    if not chosen:
        checks.refuse(name, "at least one number", "none")
    return [int(n) for n in chosen]


def _passes(nets, image, label, cost):
    """(a¹, mean |δ³|, δ¹) of an image in each network, without label (a¹,)."""
    if label is None:
        return [(net.feedforward(image).a1,) for net in nets]
    y = np.zeros(len(nets[0].b3), nets[0].w3.dtype)
    y[label] = 1
    passes = []
    for net in nets:
        g = net.backprop(image, y, cost)
        passes.append((net.feedforward(image).a1, np.abs(g.delta3).mean(), g.delta1))
    return passes


def _draw_frame(ax, array, kind, limit=None):
    low, high = color_range(array, kind, limit)
    ax.imshow(array, cmap=SEQUENTIAL if kind == "activation" else DIVERGING, vmin=low, vmax=high)
    ax.set(xticks=[], yticks=[])


def _draw_curves(picture, run, errors, epochs):
    """Draw cost, accuracy and mean errors, [(mean |δ³|, δ¹)] a network, along the upper edge."""
    width, height = picture.get_size_inches()
    panels = [
        ("mean cost", [("", run.costs)]),
        ("accuracy", [("training", run.train_accuracy), ("held out", run.test_accuracy)]),
    ]
    if errors is not None:
        sizes = [np.abs(delta1).mean() for _, delta1 in errors]
        panels.append(
            ("mean error of this digit", [("|$δ^3$|", [e for e, _ in errors]), ("|$δ^1$|", sizes)])
        )
    for n, (name, curves) in enumerate(panels):
        wide = width / len(panels)
        place = (wide * n + 0.55) / width, (height - 1.78) / height, (wide - 0.7) / width
        ax = picture.add_axes((*place, 1.45 / height), label=name)
        for (label, values), line in zip(curves, ("k-", "--"), strict=False):
            ax.plot(values, line, marker=".", markersize=3, label=label, **_second(line))
            ax.plot(epochs, np.asarray(values)[epochs], "s", markersize=4, **_second(line, "k"))
        ax.set_xlabel("epoch", fontsize=SMALL, labelpad=1)
        ax.set_title(name, fontsize=10, pad=4)
        ax.tick_params(length=2)
        ax.xaxis.get_major_locator().set_params(integer=True)
        if name.startswith("mean error"):
            ax.set_yscale("log")
        else:
            ax.set_ylim(0, 1.02 if name == "accuracy" else None)
        if len(curves) > 1:
            ax.legend()


def _second(line, first=None):
    """The colour of a curve: the second, dashed, has that of outlines."""
    if line == "--":
        return {"color": OUTLINE}
    return {"color": first} if first else {}


def _cards(picture, rows, columns, bottom, n):
    """Axes without ticks in rows, n of them, above `bottom` inches."""
    height = picture.get_size_inches()[1]
    tall, wide = (height - bottom) / height / rows, 1 / columns
    axes = []
    for i in range(n):
        x, y = wide * (i % columns), 1 - tall * (1 + i // columns)
        axes.append(picture.add_axes((x + 0.03 * wide, y, 0.94 * wide, 0.84 * tall)))
        axes[-1].axis("off")
    return axes


def _draw_card(ax, a1, w1, limit, *patches):
    """Draw a map with its winners, and left of it, one below the other, its filter and patches."""
    rows, columns = a1.shape
    ax.imshow(a1, cmap=SEQUENTIAL, vmin=0, vmax=1)
    frame = {"fill": False, "edgecolor": "0.5", "linewidth": 0.6}
    size = (rows - 2) / 2
    width = size * w1.shape[1] / w1.shape[0]
    for n, small in enumerate((w1, *patches)):
        signed, top = n == 0, -0.5 + n * (size + 2)
        extent = (-2.5 - width, -2.5, top + size, top)
        look = {"cmap": DIVERGING if signed else SEQUENTIAL, "vmin": -limit if signed else 0}
        ax.imshow(small, extent=extent, vmax=limit if signed else 1, **look)
        ax.add_patch(Rectangle((extent[0], top), width, size, **frame))
    ax.add_patch(Rectangle((-0.5, -0.5), columns, rows, **frame))
    ax.set(xlim=(-3.5 - width, columns), ylim=(rows, -1))
    draw_outline(ax, pool.winners(a1))
