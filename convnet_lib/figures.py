"""Pictures of the network: arrays in, a matplotlib Figure out.

Every figure says what it shows in its alternative text (`.alt`), which a notebook stores beside
the picture. Colours mean the same everywhere: activations run from white (0) to black (1),
weights, weighted inputs and errors from blue (negative) over white (0) to red (positive), and
the winners of the pooling windows are outlined.
"""

import io

import numpy as np
from matplotlib.collections import PatchCollection
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from . import activations, checks, conv, costs, dense, pool

SEQUENTIAL = "Greys"
DIVERGING = "RdBu_r"
OUTLINE = "#b35900"
ACCENT = "#1b6ca8"
DOTS_PER_INCH = 160
PIXELS_PER_INCH = 100


class Picture(Figure):
    """A Figure that shows itself in a notebook, with its alternative text `alt`."""

    def __init__(self, width, height, alt):
        """Make an empty figure of width × height inches that `alt` describes."""
        super().__init__(figsize=(width, height), layout="constrained", facecolor="white")
        self.alt = alt

    def png(self):
        """Return the picture as the bytes of a PNG file, the same for the same arrays."""
        file = io.BytesIO()
        # The name and version of the software would change the file with every release.
        self.savefig(file, format="png", dpi=DOTS_PER_INCH, metadata={"Software": None})
        return file.getvalue()

    def _repr_mimebundle_(self, include=None, exclude=None):
        width, _ = self.get_size_inches() * PIXELS_PER_INCH
        described = {"alt": self.alt, "width": int(width)}
        # The description stands in for the picture where there is only text, and is compared.
        return {"image/png": self.png(), "text/plain": self.alt}, {"image/png": described}


# --- grids of cells -------------------------------------------------------------------------


def cells(array, name, kind="signed", outline=None, mark=None, numbers=None, limit=None):
    """Return a picture of one array as a grid of cells.

    Args:
        array: shape (rows, columns).
        name: what it is called, as a title; mathtext such as "$z^1$" is understood.
        kind: "activation" for numbers in [0, 1], "signed" for numbers about 0.
        outline: a mask of the cells to outline, or None.
        mark: (row, column, rows, columns) of a rectangle to outline, or None.
        numbers: whether to write the numbers in the cells; None writes them where they fit.
        limit: the number that gets the full colour; None takes the largest of the array.

    Returns:
        A Picture.
    """
    return row((name, array, kind, outline, mark), numbers=numbers, limit=limit)


def row(*panels, numbers=None, limit=None, signs=None, alt=None):
    """Return a picture of several arrays as grids of cells side by side.

    Args:
        panels: (name, array, kind, outline, mark) each, the last three optional; see `cells`.
        numbers: as in `cells`.
        limit: as in `cells`; None gives every signed panel its own.
        signs: what to write between the panels, such as ["⊙", "="], or None.
        alt: alternative text; None makes one of the names and shapes.

    Returns:
        A Picture.
    """
    panels = [(*panel, *("signed", None, None)[len(panel) - 2 :]) for panel in panels]
    ratios = [_panel_width(name, array) for name, array, *_ in panels]
    picture = Picture(sum(ratios), _panel_height(panels, ratios), alt or _describe(panels))
    axes = picture.subplots(1, len(panels), width_ratios=ratios, squeeze=False)[0]
    for ax, (name, array, kind, outline, mark) in zip(axes, panels, strict=True):
        draw_cells(ax, array, name, kind, numbers, limit)
        draw_outline(ax, outline)
        draw_mark(ax, mark)
    for ax, sign in zip(axes[1:], signs or (), strict=False):
        ax.text(-0.16, 0.5, sign, transform=ax.transAxes, fontsize=16, ha="center", va="center")
    return picture


def draw_cells(ax, array, name, kind="signed", numbers=None, limit=None):
    """Draw an array on axes as a grid of cells: colours, row and column numbers, a colour bar."""
    array = np.asarray(array)
    if array.ndim != 2:
        checks.refuse("array", "shape (rows, columns)", array.shape)
    low, high = color_range(array, kind, limit)
    palette = SEQUENTIAL if kind == "activation" else DIVERGING
    image = ax.imshow(array, cmap=palette, vmin=low, vmax=high)
    ax.set_title(name, fontsize=11)
    for axis, n in ((ax.xaxis, array.shape[1]), (ax.yaxis, array.shape[0])):
        axis.set_ticks(range(0, n, 1 if n < 8 else 4))
        axis.set_tick_params(labelsize=7, length=2)
    ax.set_xlabel("column", fontsize=8)
    ax.set_ylabel("row", fontsize=8)
    if numbers or (numbers is None and array.shape[1] <= 6):
        _write_numbers(ax, array, image)
    else:
        bar = ax.figure.colorbar(image, ax=ax, shrink=0.75, pad=0.03, aspect=25)
        bar.ax.tick_params(labelsize=7, length=2)
    return image


def draw_outline(ax, mask, color=OUTLINE):
    """Outline the cells of a grid where the mask is true (where it is not 0)."""
    if mask is not None:
        squares = [Rectangle((k - 0.5, j - 0.5), 1, 1) for j, k in np.argwhere(np.asarray(mask))]
        ax.add_collection(
            PatchCollection(squares, facecolor="none", edgecolor=color, linewidth=1.1)
        )


def draw_mark(ax, mark, color=ACCENT):
    """Outline one rectangle (row, column, rows, columns) of a grid, heavily."""
    if mark is not None:
        j, k, rows, columns = mark
        corner = (k - 0.5, j - 0.5)
        ax.add_patch(Rectangle(corner, columns, rows, fill=False, edgecolor=color, linewidth=2.2))


def color_range(array, kind, limit=None):
    """Return the numbers that get the first and the last colour: (0, 1), or symmetric about 0."""
    checks.one_of("kind", kind, ("activation", "signed"))
    if kind == "activation":
        return 0.0, 1.0
    finite = np.abs(array)[np.isfinite(array)]
    largest = limit or (finite.max() if finite.size else 0.0) or 1.0
    return -float(largest), float(largest)


def _write_numbers(ax, array, image):
    for (j, k), value in np.ndenumerate(array):
        red, green, blue, _ = image.cmap(image.norm(value))
        dark = 0.299 * red + 0.587 * green + 0.114 * blue < 0.5
        # Adding 0.0 turns the -0.0 that rounding leaves into 0.0.
        text = f"{round(float(value), 2) + 0.0:.2f}".rstrip("0").rstrip(".")
        ax.text(k, j, text, ha="center", va="center", fontsize=8, color="w" if dark else "k")


def _panel_width(name, array):
    # Wide enough for the cells, and for a title of 11 points.
    return max(2.1 if np.shape(array)[1] <= 6 else 2.7, 0.5 + 0.085 * len(_plain(name)))


def _panel_height(panels, ratios):
    shapes = [np.shape(array) for _, array, *_ in panels]
    tallest = max(w * rows / columns for w, (rows, columns) in zip(ratios, shapes, strict=True))
    return 0.45 + 0.88 * tallest


def _describe(panels):
    named = [f"{_plain(name)}, {np.shape(a)[0]} by {np.shape(a)[1]} cells" for name, a, *_ in panels]
    outlined = any(outline is not None for *_, outline, _ in panels)
    return "Side by side: " + "; ".join(named) + (". Winners outlined." if outlined else ".")


def _plain(name):
    """A title without its mathtext marks, to be read aloud."""
    for mark, word in (("$", ""), ("\\", ""), ("{", ""), ("}", ""), ("^", ""), ("_", " ")):
        name = name.replace(mark, word)
    return name


# --- the forward pass -----------------------------------------------------------------------


def digits(images, labels, columns=10):
    """Return a picture of images with their labels over them.

    Args:
        images: shape (N, H, W), activations in [0, 1].
        labels: N words or numbers.
        columns: images a row.

    Returns:
        A Picture.
    """
    rows = -(-len(images) // columns)
    alt = f"{len(images)} images, labelled " + ", ".join(str(label) for label in labels) + "."
    picture = Picture(columns * 0.95, rows * 1.2, alt)
    axes = picture.subplots(rows, columns, squeeze=False)
    for ax in axes.flat:
        ax.axis("off")
    for ax, image, label in zip(axes.flat, images, labels, strict=False):
        ax.imshow(image, cmap=SEQUENTIAL, vmin=0, vmax=1)
        ax.set_title(str(label), fontsize=10)
    return picture


def sigmoid_curve(at=None):
    """Return a picture of σ and σ′ between -8 and 8, with a mark at z = `at`."""
    alt = "The sigmoid rises from 0 to 1; its derivative is a bump of height 1/4 at z = 0."
    picture = Picture(5.2, 2.9, alt)
    ax = picture.subplots()
    z = np.linspace(-8, 8, 201)
    ax.plot(z, activations.sigmoid(z), color="k", label="σ(z)")
    ax.plot(z, activations.sigmoid_prime(z), color=OUTLINE, linestyle="--", label="σ′(z)")
    if at is not None:
        z, here = float(at), np.array(float(at))
        ax.plot([z, z], [activations.sigmoid_prime(here), activations.sigmoid(here)], "o:k")
    ax.set(xlabel="weighted input z", ylabel="activation, slope", ylim=(-0.05, 1.05))
    ax.legend(frameon=False)
    return picture


def convolution(a0, w1, b1, at=(12, 12)):
    """Return a picture of F1 and F2 at one neuron: receptive field, filter, products, z¹, a¹.

    Args:
        a0: an image, shape (H, W).
        w1: a filter, shape (KH, KW).
        b1: its bias, shape ().
        at: (j, k) of the neuron to look at.

    Returns:
        A Picture.
    """
    j, k = at
    z1 = conv.forward(a0, w1, b1)
    field = a0[j : j + w1.shape[0], k : k + w1.shape[1]]
    alt = (
        f"The receptive field of neuron ({j}, {k}) on the image, times the filter, gives "
        f"{w1.size} products; their sum plus the bias is z1 = {z1[j, k]:.2f}."
    )
    return row(
        ("$a^0$", a0, "activation", None, (j, k, *w1.shape)),
        ("receptive field", field, "activation"),
        ("$w^1$", w1),
        ("products", field * w1),
        (f"$z^1$, here {z1[j, k]:.2f}", z1, "signed", None, (j, k, 1, 1)),
        ("$a^1 = σ(z^1)$", activations.sigmoid(z1), "activation", None, (j, k, 1, 1)),
        alt=alt,
    )


def pooling(a1, ties="first"):
    """Return a picture of F3 and BP2a: a¹ with the winners outlined, a², the tied windows.

    Args:
        a1: activations, shape (H, W), H and W even.
        ties: the rule for ties, as in `pool.winners`.

    Returns:
        A Picture.
    """
    switch = pool.winners(a1, ties)
    tied = pool.tied(a1)
    share = tied.mean()
    alt = (
        f"A map of {a1.shape[0]} by {a1.shape[1]} activations with the winners of its windows "
        f"outlined, the pooled map, and the switch. {share:.0%} of the windows are tied."
    )
    return row(
        ("$a^1$, winners outlined", a1, "activation", switch),
        ("$a^2$", pool.forward(a1), "activation"),
        ("the switch (BP2a)", switch.astype(float), "activation"),
        ("neurons of tied windows", np.kron(tied, np.ones((2, 2))), "activation"),
        alt=alt,
    )


def output(a2, w3, b3, y):
    """Return a picture of F4, F5 and C: what each output neuron sees, and what it costs.

    Args:
        a2: pooled activations, shape (H, W).
        w3: weights, shape (Q, H, W).
        b3: biases, shape (Q,).
        y: desired activations, shape (Q,).

    Returns:
        A Picture: w³ ⊙ a² of every neuron above, activations and desired activations below.
    """
    products = w3 * a2
    a3 = activations.sigmoid(dense.forward(a2, w3, b3))
    cost = costs.quadratic(a3, y)
    alt = (
        "For each output neuron its weights times the pooled map, and a bar of its activation: "
        + ", ".join(f"{a:.2f}" for a in a3)
        + f". The quadratic cost is {cost:.3f}."
    )
    picture = Picture(10, 3.6, alt)
    grid = picture.add_gridspec(2, len(w3), height_ratios=[1, 1.1])
    limit = np.abs(products).max()
    for q in range(len(w3)):
        ax = picture.add_subplot(grid[0, q])
        ax.imshow(products[q], cmap=DIVERGING, vmin=-limit, vmax=limit)
        ax.set(xticks=[], yticks=[])
        ax.set_title(f"$w^3_{{{q}}} ⊙ a^2$", fontsize=10)
    bars = picture.add_subplot(grid[1, :])
    places = np.arange(len(w3))
    bars.bar(places, a3, 0.6, color="0.55", label="$a^3$")
    bars.plot(places, y, "_", color=OUTLINE, markersize=26, markeredgewidth=2.5, label="$y$")
    bars.set(xlabel=f"output neuron; C = {cost:.3f}", ylabel="activation", xticks=places)
    bars.set_ylim(-0.05, 1.1)
    bars.legend(frameon=False, ncols=2, loc="upper center", fontsize=9)
    return picture


# --- the backward pass ----------------------------------------------------------------------


def backward(net, a0, y, cost="quadratic", ties="first"):
    """Return a picture of BP1–BP4 on one image, for a network with one filter.

    Args:
        net: a ConvNet without an axis of feature maps.
        a0: an image, shape (H, W).
        y: desired activations, shape (Q,).
        cost: "quadratic" or "cross_entropy".
        ties: as in `pool.winners`.

    Returns:
        A Picture: δ³ as bars, then w³ᵀδ³, the switch, σ′(z¹), δ¹ and ∂C/∂w¹ as grids.
    """
    z1, a1, *_ = net.feedforward(a0)
    g = net.backprop(a0, y, cost, ties)
    switch = pool.winners(a1, ties)
    alt = (
        "The backward pass: the output errors, the sum over the output neurons, the switch, "
        f"the slope, delta 1, and the gradient of the filter. The gradient of the bias is {g.b1:.3f}."
    )
    panels = [
        (r"$\sum_l δ^3_l\, w^3_{l,j',k'}$", dense.backward(g.delta3, net.w3), "signed"),
        ("the switch (BP2a)", switch.astype(float), "activation"),
        ("$σ'(z^1)$, times 4", 4 * activations.sigmoid_prime(z1), "activation"),
        ("$δ^1$ (BP2)", g.delta1, "signed"),
        (r"$\partial C/\partial w^1$ (BP4)", g.w1, "signed"),
    ]
    picture = Picture(14.6, 2.9, alt)
    bars, *axes = picture.subplots(1, 6, width_ratios=[1.7, 2.7, 2.7, 2.7, 2.7, 2.1])
    bars.barh(range(len(g.delta3)), g.delta3, color=np.where(g.delta3 > 0, "#b2182b", "#2166ac"))
    bars.axvline(0, color="k", linewidth=0.8)
    bars.set(title="$δ^3$ (BP1)", ylabel="output neuron $l$", yticks=range(len(g.delta3)))
    bars.invert_yaxis()
    for ax, (name, array, kind) in zip(axes, panels, strict=True):
        draw_cells(ax, array, name, kind)
    axes[-1].set_xlabel(rf"column;  $\partial C/\partial b^1$ (BP3) = {g.b1:.3f}", fontsize=9)
    return picture


def shared_weight(delta1, a0, offset):
    """Return a picture of BP4 for one weight: δ¹ ⊙ the digit seen through offset (l, m).

    Args:
        delta1: errors, shape (H', W').
        a0: the image, shape (H, W).
        offset: (l, m) of the weight.

    Returns:
        A Picture: the image with the seen part outlined, δ¹, and their products, whose sum is
        ∂C/∂w¹_{l,m}.
    """
    (l, m), (rows, columns) = offset, delta1.shape
    products = delta1 * a0[l : l + rows, m : m + columns]
    alt = (
        f"The image from row {l} and column {m} on, times delta 1, cell by cell; the sum of the "
        f"products is the gradient of weight ({l}, {m}), {products.sum():.4f}."
    )
    return row(
        (f"$a^0$, from row {l}, column {m}", a0, "activation", None, (l, m, rows, columns)),
        ("$δ^1$", delta1),
        (f"products, sum {products.sum():.4f}", products),
        alt=alt,
    )


# --- training, and looking inside -----------------------------------------------------------


def learning_curves(run):
    """Return a picture of a `training.Run`: cost and accuracy after each epoch."""
    epochs = np.arange(len(run.costs))
    alt = (
        f"Over {epochs[-1]} epochs the cost falls from {run.costs[0]:.2f} to {run.costs[-1]:.2f}; "
        f"the accuracy reaches {run.train_accuracy[-1]:.2f} in training and "
        f"{run.test_accuracy[-1]:.2f} on the digits held out."
    )
    picture = Picture(8.4, 2.9, alt)
    left, right = picture.subplots(1, 2)
    left.plot(epochs, run.costs, "k.-")
    left.set(xlabel="epoch", ylabel="mean cost of a training digit", ylim=(0, None))
    right.plot(epochs, run.train_accuracy, "k.-", label="training digits")
    right.plot(epochs, run.test_accuracy, ".--", color=OUTLINE, label="digits held out")
    right.set(xlabel="epoch", ylabel="accuracy", ylim=(0, 1.02))
    right.legend(frameon=False)
    for ax in (left, right):
        ax.xaxis.get_major_locator().set_params(integer=True)
    return picture


def confusion(counts):
    """Return a picture of how often digit i (row) was taken for digit j (column).

    Args:
        counts: integers, shape (10, 10), from `training.confusion`.

    Returns:
        A Picture; only the mistakes are coloured.
    """
    counts = np.asarray(counts)
    mistakes = counts - np.diag(np.diag(counts))
    i, j = np.unravel_index(mistakes.argmax(), mistakes.shape)
    alt = (
        f"{np.trace(counts)} of {counts.sum()} digits are recognised. The commonest mistake: a {i} "
        f"taken for a {j}, {mistakes[i, j]} times."
    )
    picture = Picture(4.6, 4.4, alt)
    ax = picture.subplots()
    ax.imshow(mistakes, cmap=SEQUENTIAL, vmin=0, vmax=max(1, 1.6 * mistakes.max()))
    for (row_, column), count in np.ndenumerate(counts):
        weight = "bold" if row_ == column else "normal"
        ax.text(column, row_, count, ha="center", va="center", fontsize=8, fontweight=weight)
    ax.set(xlabel="taken for", ylabel="is", xticks=range(len(counts)), yticks=range(len(counts)))
    return picture


def maps(arrays, names, kind="signed", outlines=None, columns=10, limit=None):
    """Return a picture of many small arrays, such as twenty filters or their feature maps.

    Args:
        arrays: shape (N, rows, columns).
        names: N titles.
        kind: "signed" or "activation"; signed arrays share one scale of colours.
        outlines: N masks of cells to outline, or None.
        columns: arrays a row.
        limit: as in `cells`.

    Returns:
        A Picture.
    """
    arrays = np.asarray(arrays)
    columns = min(columns, len(arrays))
    rows = -(-len(arrays) // columns)
    low, high = color_range(arrays, kind, limit)
    alt = f"{len(arrays)} grids of {arrays.shape[1]} by {arrays.shape[2]} cells, drawn on one scale."
    picture = Picture(columns * 1.15 + 0.5, rows * 1.35, alt)
    axes = picture.subplots(rows, columns, squeeze=False)
    palette = SEQUENTIAL if kind == "activation" else DIVERGING
    for ax in axes.flat:
        ax.axis("off")
    for n, ax in zip(range(len(arrays)), axes.flat, strict=False):
        image = ax.imshow(arrays[n], cmap=palette, vmin=low, vmax=high)
        ax.set_title(names[n], fontsize=8)
        draw_outline(ax, None if outlines is None else outlines[n])
    picture.colorbar(image, ax=axes, shrink=0.8, aspect=30).ax.tick_params(labelsize=7)
    return picture


