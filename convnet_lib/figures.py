"""Pictures of the network: arrays in, a matplotlib Figure out.

Every figure says what it shows in its alternative text (`.alt`), which a notebook stores beside
the picture. Colours mean the same everywhere: activations run from white (0) to black (1),
weights, weighted inputs and errors from blue (negative) over white (0) to red (positive), and
the winners of the pooling windows are outlined.
"""

import io

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import PatchCollection
from matplotlib.figure import Figure
from matplotlib.patches import Ellipse, Rectangle

from . import activations, checks, conv, costs, dense, pool
from . import maps as feature_maps

SEQUENTIAL = "Greys"
DIVERGING = "RdBu_r"
OUTLINE = "#b35900"
ACCENT = "#1b6ca8"
DOTS_PER_INCH = 160
PIXELS_PER_INCH = 100
# Frames of a training run that stand side by side.
STRIP = 6


class Picture(Figure):
    """A Figure that shows itself in a notebook, with its alternative text `alt`."""

    def __init__(self, width, height, alt, layout="constrained"):
        """Make an empty figure of width × height inches that `alt` describes."""
        size, dpi = (width, height), DOTS_PER_INCH
        super().__init__(figsize=size, dpi=dpi, layout=layout, facecolor="white")
        self.alt = alt

    def png(self):
        """Return the picture as the bytes of a PNG file, the same for the same arrays."""
        file = io.BytesIO()
        # The name and version of the software would change the file with every release. The
        # canvas is asked directly, since savefig draws everything twice.
        FigureCanvasAgg(self).print_png(file, metadata={"Software": None})
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


def row(*panels, numbers=None, limit=None, alt=None, columns=None):
    """Return a picture of several arrays as grids of cells side by side.

    Args:
        panels: (name, array, kind, outline, mark) each, the last three optional; see `cells`.
        numbers: as in `cells`.
        limit: as in `cells`; None gives every signed panel its own.
        alt: alternative text; None makes one of the names and shapes.
        columns: how many panels stand side by side before the next row begins; None for all.

    Returns:
        A Picture.
    """
    panels = [(*panel, *("signed", None, None)[len(panel) - 2 :]) for panel in panels]
    panels = [(name, _grid(array), *rest) for name, array, *rest in panels]
    (width, height), places = _places(panels, numbers, columns or len(panels))
    picture = Picture(width, height, alt or _describe(panels), layout="none")
    for (name, array, kind, outline, mark), (x, y, w, h) in zip(panels, places, strict=True):
        ax = picture.add_axes((x / width, y / height, w / width, h / height))
        place = ((x + w + 0.06) / width, y / height, 0.07 / width, h / height)
        bar = picture.add_axes(place, label="<colorbar>")
        draw_cells(ax, array, name, kind, numbers, limit, bar)
        draw_outline(ax, outline)
        draw_mark(ax, mark)
    return picture


def draw_cells(ax, array, name, kind="signed", numbers=None, limit=None, bar=None):
    """Draw an array on axes as a grid of cells: colours, row and column numbers, a colour bar.

    Where the numbers are written in the cells there is no colour bar, and the axes `bar` that
    were given for it are taken away.
    """
    low, high = color_range(array, kind, limit)
    palette = SEQUENTIAL if kind == "activation" else DIVERGING
    image = ax.imshow(_grid(array), cmap=palette, vmin=low, vmax=high)
    ax.set_title(name, fontsize=11)
    for axis, n in ((ax.xaxis, array.shape[1]), (ax.yaxis, array.shape[0])):
        axis.set_ticks(range(0, n, 1 if n < 8 else 4))
        axis.set_tick_params(labelsize=7, length=2)
    ax.set_xlabel("column", fontsize=8, labelpad=1)
    ax.set_ylabel("row", fontsize=8, labelpad=1)
    if _has_numbers(array, numbers):
        _write_numbers(ax, array, image)
        if bar:
            bar.remove()
    else:
        place = {"cax": bar} if bar else {"ax": ax, "shrink": 0.75, "pad": 0.03, "aspect": 25}
        ax.figure.colorbar(image, **place).ax.tick_params(labelsize=7, length=2)
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


def _grid(array):
    array = np.asarray(array)
    if array.ndim != 2:
        checks.refuse("array", "shape (rows, columns)", array.shape)
    return array


def _has_numbers(array, numbers):
    return array.shape[1] <= 6 if numbers is None else numbers


def _places(panels, numbers, columns):
    """The size of a picture, and the place (x, y, width, height) of each grid on it, in inches.

    The places are computed here, since matplotlib's own layout takes longer than the drawing.
    """
    left, bottom, top = 0.45, 0.42, 0.33
    sizes = []
    for _, array, *_ in panels:
        cell = (1.6 if array.shape[1] <= 6 else 2.0) / max(array.shape)
        sizes.append((cell * array.shape[1], cell * array.shape[0]))
    wide = [
        left + max(w + (0.1 if _has_numbers(array, numbers) else 0.66), 0.085 * len(_plain(name)))
        for (name, array, *_), (w, _) in zip(panels, sizes, strict=True)
    ]
    widths = [max(wide[n::columns]) for n in range(columns)]
    height = bottom + max(h for _, h in sizes) + top
    rows = -(-len(panels) // columns)
    places = []
    for n, (w, h) in enumerate(sizes):
        x = sum(widths[: n % columns]) + left
        middle = (rows - 1 - n // columns) * height + bottom + (height - bottom - top) / 2
        places.append((x, middle - h / 2, w, h))
    return (sum(widths), rows * height), places


def _describe(panels):
    named = [f"{_plain(name)}, {a.shape[0]} by {a.shape[1]} cells" for name, a, *_ in panels]
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
        columns=3,
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
        columns=2,
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
    bars.set(xlabel=f"output neuron{_both_costs(a3, y)}", ylabel="activation", xticks=places)
    bars.set(ylim=(-0.05, 1.35), yticks=[0, 0.5, 1])
    bars.legend(frameon=False, ncols=2, loc="upper center", fontsize=9)
    return picture


# --- the network as a whole, its windows, its answers ---------------------------------------


def network(net, a0, at=(12, 12)):
    """Return a picture of the layers with an image going through them, and of their connections.

    Args:
        net: a ConvNet for images without channels.
        a0: an image, shape (H, W).
        at: (j, k) of the neuron of the convolutional layer whose connections are drawn.

    Returns:
        A Picture: a⁰, a¹, a², a³ from left to right with their shapes, and under each gap how
        many weights and biases it holds. Of many feature maps the first four are drawn.
    """
    _, a1, a2, _, a3 = net.feedforward(a0)
    layers = [("$a^0$, image", a0), ("$a^1$, convolution", a1), ("$a^2$, pooling", a2)]
    layers.append(("$a^3$, output", a3))
    shapes = ", ".join(f"{_plain(name)} {checks.written(array.shape)}" for name, array in layers)
    first, last = net.w1.size + net.b1.size, net.w3.size + net.b3.size
    alt = f"The layers from left to right: {shapes}; {first} + 0 + {last} weights and biases."
    picture = Picture(9, 3.4, alt)
    ax = picture.subplots()
    size, places, left = a0.shape[0], [], 0
    for name, array in layers:
        places.append(_draw_layer(ax, left, size, array, name))
        left = places[-1][-1] + 0.6 * size
    _draw_connections_of(ax, places, at, net.w1.shape[-2:], len(a3))
    said = ("F1, F2", f"{first:,}"), ("F3", "no"), ("F4, F5", f"{last:,}")
    for (*_, end), (begin, *_), (tags, count) in zip(places, places[1:], said, strict=False):
        text = f"{tags}:\n{count} numbers\nto learn"
        ax.text((end + begin) / 2, 1.12 * size, text, ha="center", va="top", fontsize=10)
    ax.set(xlim=(-0.05 * size, places[-1][-1] + 0.3 * size), ylim=(1.42 * size, -0.3 * size))
    ax.axis("off")
    return picture


def _draw_layer(ax, left, size, array, name):
    """Draw a layer from x = `left` on, in the middle of `size`; return left, top, cell, right."""
    cell, behind = 1, 0.05 * size
    if array.ndim == 1:
        cell, array = min(size / len(array), size / 8), array[:, None]
    maps = array.reshape(-1, *array.shape[-2:])[:4]
    height, width = cell * maps.shape[1], cell * maps.shape[2]
    top = size / 2 - height / 2
    for n in range(len(maps))[::-1]:
        x, y = left + n * behind, top - n * behind
        extent = (x, x + width, y + height, y)
        ax.imshow(maps[n], cmap=SEQUENTIAL, vmin=0, vmax=1, extent=extent, zorder=1 - n / 8)
        ax.add_patch(Rectangle((x, y), width, height, fill=False, zorder=1 - n / 8))
    ax.text(left + width / 2, -0.12 * size, name, ha="center", va="bottom", fontsize=11)
    shape = "×".join(str(n) for n in array.shape if array.shape[-1] > 1 or n > 1)
    ax.text(left + width / 2, top + height + 0.03 * size, shape, ha="center", va="top", fontsize=10)
    return left, top, cell, left + width + behind * (len(maps) - 1)


def _draw_connections_of(ax, places, at, field, outputs):
    """Draw the receptive field of neuron `at`, its window, and the ways on to the outputs."""
    (j, k), window = at, (at[0] // 2, at[1] // 2)
    _draw_wire(ax, places[0], (j, k, *field), places[1], (j, k, 1, 1))
    _draw_wire(ax, places[1], (2 * window[0], 2 * window[1], 2, 2), places[2], (*window, 1, 1))
    for q in range(outputs):
        _draw_wire(ax, places[2], (*window, 1, 1), places[3], (q, 0, 1, 1), outlined=False)
        _, top, cell, right = places[3]
        ax.text(right + 0.4 * cell, top + (q + 0.5) * cell, q, va="center", fontsize=9)


def _draw_wire(ax, source, box, target, into, outlined=True):
    """Join a box (row, column, rows, columns) of one drawn layer to a box of the next."""
    corners = []
    for (left, top, cell, _), (row_, column, rows, columns) in ((source, box), (target, into)):
        x, y, height = left + cell * column, top + cell * row_, cell * rows
        if outlined:
            square = Rectangle((x, y), cell * columns, height, fill=False, edgecolor=ACCENT)
            ax.add_patch(square).set(linewidth=1.6, zorder=3)
        corners.append((x, x + cell * columns, y, height))
    (_, x, y, height), (x_to, _, y_to, height_to) = corners
    for share in (0, 1) if outlined else (0.5,):
        ends = [y + share * height, y_to + share * height_to]
        ax.plot([x, x_to], ends, color=ACCENT, linewidth=0.8, zorder=2)


def floor_map(rows, columns):
    """Return a picture of j' = ⌊j/2⌋, k' = ⌊k/2⌋: which pooled neuron each neuron feeds (F3).

    Args:
        rows: rows of the convolutional layer, even.
        columns: its columns, even.

    Returns:
        A Picture: the layer with its 2×2 windows, (j', k') in every cell, and the pooled layer.
    """
    alt = (
        f"A layer of {rows} by {columns} neurons in windows of 2 by 2; every neuron (j, k) carries "
        "the number of its pooled neuron, j and k halved and rounded down."
    )
    picture = Picture(7.6, 0.9 + 0.48 * rows, alt)
    left, right = picture.subplots(1, 2, width_ratios=[2, 1])
    for ax, shape, halved in ((left, (rows, columns), 2), (right, (rows // 2, columns // 2), 1)):
        window = np.add.outer(np.arange(shape[0]) // halved, np.arange(shape[1]) // halved) % 2
        ax.imshow(0.15 * window, cmap=SEQUENTIAL, vmin=0, vmax=1)
        for j, k in np.ndindex(shape):
            ax.text(k, j, f"{j // halved}, {k // halved}", ha="center", va="center", fontsize=9)
            if j % halved == k % halved == 0:
                draw_mark(ax, (j, k, halved, halved))
        ax.set(xticks=range(shape[1]), yticks=range(shape[0]))
    left.set(title="neuron $(j, k)$ feeds …", xlabel="column $k$", ylabel="row $j$")
    right.set(title="… pooled neuron $(j', k')$", xlabel="column $k'$", ylabel="row $j'$")
    return picture


def answers(named, y, with_costs=True):
    """Return a picture of several answers of the output layer to one image, and of their costs.

    Args:
        named: (name, a3) each, with a3 of shape (Q,): the activations to draw as bars.
        y: the desired activations, shape (Q,).
        with_costs: whether to write both costs (C) below each answer.

    Returns:
        A Picture: a panel an answer, with y marked.
    """
    said = [f"{_plain(name)}{_both_costs(a3, y) if with_costs else ''}" for name, a3 in named]
    alt = "Answers as bars, the desired activations marked. " + "; ".join(said) + "."
    picture = Picture(3.6 * len(named), 2.8, alt)
    axes = picture.subplots(1, len(named), squeeze=False, sharey=True)[0]
    for ax, (name, a3) in zip(axes, named, strict=True):
        places = np.arange(len(a3))
        ax.bar(places, a3, 0.6, color="0.55", label="$a^3$")
        ax.plot(places, y, "_", color=OUTLINE, markersize=16, markeredgewidth=2.5, label="$y$")
        ax.set_title(name, fontsize=11)
        ax.set(xticks=places, ylim=(-0.05, 1.25), yticks=[0, 0.5, 1])
        ax.set_xlabel("output neuron" + (_both_costs(a3, y) if with_costs else ""), fontsize=9)
    axes[0].set_ylabel("activation")
    axes[0].legend(frameon=False, ncols=2, loc="upper left", fontsize=9)
    return picture


def _both_costs(a3, y):
    return (
        f": quadratic {costs.quadratic(a3, y):.3g}, cross-entropy {costs.cross_entropy(a3, y):.3g}"
    )


def cost_curves(y=1.0, z=None):
    """Return a picture of what one output neuron costs, against its a³ and against its z³ (C).

    Args:
        y: the activation that it should have, 0 or 1.
        z: the weighted input to mark, or None.

    Returns:
        A Picture of both costs; with a mark, its costs are in the legend.
    """
    picture = Picture(8.4, 3.1, f"Both costs of one neuron that should be {y:g}{_at(z)}.")
    left, right = picture.subplots(1, 2)
    weighted, styles = np.linspace(-8, 8, 201), {"quadratic": "-", "cross_entropy": "--"}
    for name, cost in costs.COSTS.items():

        def of_one(a, cost=cost):
            return cost(a[:, None], np.full((len(a), 1), float(y)))

        label = name.replace("_", "-")
        a = activations.sigmoid(weighted)
        left.plot(a, of_one(a), styles[name], color="k", label=label)
        right.plot(weighted, of_one(a), styles[name], color="k", label=label)
        if z is not None:
            here = activations.sigmoid(np.array([float(z)]))
            left.plot(here, of_one(here), "o", color=OUTLINE)
            right.plot(z, of_one(here), "o", color=OUTLINE, label=f"here {of_one(here)[0]:.3g}")
    left.set(xlabel="activation $a$", ylabel=f"cost, $y = {y:g}$", ylim=(-0.3, 8.4))
    right.set(xlabel="weighted input $z$", ylim=(-0.3, 8.4))
    right.legend(frameon=False, fontsize=9)
    return picture


def _at(z):
    return "" if z is None else f", marked at z = {z:g}"


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
        "the slope, delta 1, and the gradient of the filter. "
        f"The gradient of the bias is {g.b1:.3f}."
    )
    panels = [
        (r"$\sum_l δ^3_l\, w^3_{l,j',k'}$", dense.backward(g.delta3, net.w3), "signed"),
        ("the switch (BP2a)", switch.astype(float), "activation"),
        ("$σ'(z^1)$", activations.sigmoid_prime(z1), "activation"),
        ("$δ^1$ (BP2)", g.delta1, "signed"),
        (r"$\partial C/\partial w^1$ (BP4)", g.w1, "signed"),
    ]
    picture = Picture(8.4, 5.4, alt)
    bars, *axes = picture.subplots(2, 3).flat
    bars.barh(range(len(g.delta3)), g.delta3, color=np.where(g.delta3 > 0, "#b2182b", "#2166ac"))
    bars.axvline(0, color="k", linewidth=0.8)
    bars.set(title="$δ^3$ (BP1)", ylabel="output neuron $l$", yticks=range(len(g.delta3)))
    bars.invert_yaxis()
    for ax, (name, array, kind) in zip(axes, panels, strict=True):
        image = draw_cells(ax, array, name, kind)
        if "σ" in name:
            image.set_clim(_slopes(array))
    axes[-1].set_xlabel(rf"column;  $\partial C/\partial b^1$ (BP3) = {g.b1:.3f}", fontsize=9)
    return picture


def _slopes(array):
    """The slopes that are white and black: with 0 to 1/4, slopes that are alike are all black."""
    known = array[np.isfinite(array) & (array < 0.25)]
    return known.min() if known.size else 0.0, 0.25


def shared_bias(delta1, biases, values, at):
    """Return a picture of BP3: δ¹, and beside it the cost as a curve over the shared bias.

    Args:
        delta1: errors at the bias `at`, shape (H', W').
        biases: where the cost was computed, shape (N,), rising.
        values: the costs, shape (N,).
        at: the bias of the network.

    Returns:
        A Picture; the tangent at `at` has the slope Σ δ¹.
    """
    slope = delta1.sum()
    alt = (
        f"The errors delta 1, whose sum is {slope:.3g}, and the cost over the shared bias with "
        f"a tangent of that slope at {at:.3g}."
    )
    picture = Picture(8.2, 3.2, alt)
    left, right = picture.subplots(1, 2, width_ratios=[1, 1.25])
    draw_cells(left, delta1, f"$δ^1$, sum {slope:.4f}")
    draw_tangent(right, biases, values, at, slope)
    right.set(xlabel="$b^1$", ylabel="cost", title=f"cost, with slope {slope:.4f} at {at:.2g}")
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


# --- small networks, costs as curves, output errors -----------------------------------------


def neurons(layers, weights, names):
    """Return a picture of a small fully connected network with its numbers.

    Args:
        layers: one array a layer, shape (K,), then (Q,) …: the numbers written in the neurons.
        weights: one array a gap, shape (Q, K) …: the numbers written on the connections.
        names: titles of the layers.

    Returns:
        A Picture, the input on the left.
    """
    alt = "A fully connected network, from left to right. " + " ".join(
        f"{_plain(name)}: {', '.join(_short(value) for value in layer)}."
        for name, layer in zip(names, layers, strict=True)
    )
    tallest = max(len(layer) for layer in layers)
    picture, top = Picture(2.6 * len(layers), 0.5 + 0.8 * tallest, alt), 0.55 * (tallest - 1)
    ax = picture.subplots()
    ax.set(xlim=(-0.6, 2.5 * len(layers) - 1.9), ylim=(-top - 0.4, top + 0.85))
    ax.axis("off")
    places = [
        [(2.5 * n, 1.1 * ((len(layer) - 1) / 2 - j)) for j in range(len(layer))]
        for n, layer in enumerate(layers)
    ]
    for n, w in enumerate(weights):
        _draw_connections(ax, places[n], places[n + 1], np.asarray(w))
    for n, layer in enumerate(layers):
        ax.text(2.5 * n, top + 0.45, names[n], ha="center", fontsize=11)
        _draw_neurons(ax, places[n], layer)
    return picture


def tangents(x, panels, at, xlabel):
    """Return a picture of costs as curves, each with the tangent at one point.

    Args:
        x: where the costs were computed, shape (N,), rising.
        panels: (title, costs, slope) each: costs of shape (N,), and the slope at `at`.
        at: the point of the tangent.
        xlabel: what x is.

    Returns:
        A Picture.
    """
    slopes = "; ".join(f"{_plain(title)}, slope {slope:.2g}" for title, _, slope in panels)
    picture = Picture(4.4 * len(panels), 3.0, f"The cost as a curve with its tangent: {slopes}.")
    axes = picture.subplots(1, len(panels), squeeze=False)[0]
    for ax, (title, values, slope) in zip(axes, panels, strict=True):
        draw_tangent(ax, x, values, at, slope)
        ax.set_title(title, fontsize=11)
        ax.set(xlabel=xlabel, ylabel="cost")
    return picture


def draw_tangent(ax, x, values, at, slope):
    """Draw a curve on axes, with its tangent of a given slope at x = `at`."""
    here, room = np.interp(at, x, values), 0.08 * np.ptp(values) or 0.1
    ax.plot(x, values, color="k")
    ax.plot(x, here + slope * (np.asarray(x) - at), "--", color=OUTLINE)
    ax.plot(at, here, "o", color=OUTLINE)
    ax.set(xlim=(x[0], x[-1]), ylim=(np.min(values) - room, np.max(values) + room))


def output_errors(a3, y, errors):
    """Return a picture of the output: activations beside the desired ones, and errors δ³ as bars.

    Args:
        a3: activations, shape (Q,).
        y: desired activations, shape (Q,).
        errors: name=δ³ of shape (Q,), at most three of them, as a dict.

    Returns:
        A Picture.
    """
    named = (f"{name}: {', '.join(_short(d) for d in delta)}" for name, delta in errors.items())
    picture = Picture(9.6, 3.0, f"Bars of the output errors. {'; '.join(named)}.")
    left, right = picture.subplots(1, 2, width_ratios=[1, 1.3])
    places = np.arange(len(a3))
    left.bar(places, a3, 0.6, color="0.55", label="$a^3$")
    left.plot(places, y, "_", color=OUTLINE, markersize=16, markeredgewidth=2.5, label="$y$")
    left.set(xlabel="output neuron", ylabel="activation", xticks=places, ylim=(-0.05, 1.3))
    width = 0.8 / len(errors)
    for n, (name, delta) in enumerate(errors.items()):
        shift, hatch = (n + 0.5) * width - 0.4, ("", "///", "...")[n]
        color = (ACCENT, "#f3c9a3", "0.8")[n]
        style = {"color": color, "hatch": hatch, "edgecolor": "k", "label": _plain(name)}
        right.bar(places + shift, delta, width, **style)
    right.axhline(0, color="k", linewidth=0.8)
    low, high = right.get_ylim()
    right.set(xlabel="output neuron", ylabel="$δ^3$", xticks=places)
    right.set_ylim(low, high + 0.15 * (high - low))  # room for the legend
    for ax in (left, right):
        ax.legend(frameon=False, fontsize=9, ncols=3, loc="upper right")
    return picture


def _draw_connections(ax, inputs, outputs, w):
    largest = np.abs(w).max() or 1.0
    for (q, k), value in np.ndenumerate(w):
        (x, y), (to_x, to_y) = inputs[k], outputs[q]
        color = "#b2182b" if value > 0 else "#2166ac" if value < 0 else "0.6"
        width = 0.6 + 2.4 * abs(value) / largest
        ax.plot([x, to_x], [y, to_y], color=color, linewidth=width, zorder=1)
        # Near the input, where the connections of one output are still apart.
        along = 0.33 if k % 2 else 0.27
        place = (x + along * (to_x - x), y + along * (to_y - y))
        box = {"facecolor": "white", "edgecolor": "none", "pad": 1}
        ax.text(*place, _short(value), ha="center", va="center", fontsize=8, bbox=box, zorder=2)


def _draw_neurons(ax, places, layer):
    for place, value in zip(places, layer, strict=True):
        ax.add_patch(Ellipse(place, 0.8, 0.56, facecolor="white", edgecolor="k", zorder=3))
        ax.text(*place, _short(value), ha="center", va="center", fontsize=9, zorder=4)


def _short(value):
    """A number with up to three digits after the point, without a minus before 0."""
    return f"{round(float(value), 3) + 0.0:.3f}".rstrip("0").rstrip(".")


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


def several_runs(runs):
    """Return a picture of several `training.Run`s: the accuracy on the digits held out, by name.

    Args:
        runs: a dict of Runs by the name that the legend gives them.

    Returns:
        A Picture.
    """
    reached = "; ".join(f"{name}: {run.test_accuracy[-1]:.2f}" for name, run in runs.items())
    picture = Picture(6.2, 3.0, f"Accuracy on the digits held out after each epoch. {reached}.")
    ax = picture.subplots()
    for (name, run), marker in zip(runs.items(), "osv^Dx*P" * len(runs), strict=False):
        ax.plot(run.test_accuracy, f"{marker}-", label=name, markersize=5)
    ax.set(xlabel="epoch", ylabel="accuracy", ylim=(0, 1.02))
    ax.xaxis.get_major_locator().set_params(integer=True)
    ax.legend(frameon=False, loc="center left", bbox_to_anchor=(1.01, 0.5))
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
    alt = (
        f"{len(arrays)} grids of {arrays.shape[1]} by {arrays.shape[2]} cells, drawn on one scale."
    )
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


def gallery(net, image, order=None, columns=5):
    """Return a picture of all filters of a network and the maps that they make of a digit.

    Beside each map are its filter, above, and the patch that pleases it most, below. The winners
    of the windows are outlined, and so is the neuron that this digit pleases most.

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
    z1, a1, *_ = net.feedforward(image)
    places, patches = feature_maps.strongest(z1), feature_maps.pleasing(net.w1)
    order = list(range(len(net.w1)) if order is None else order)
    low, high = color_range(net.w1, "signed")
    columns = min(columns, 1 + len(order))
    rows = -(-(1 + len(order)) // columns)
    best = max(order, key=lambda f: z1[f].max())
    alt = (
        f"{len(order)} filters, the patch that pleases each, and the map that it makes of a digit, "
        f"winners outlined. This digit pleases filter {best} most: z1 = {z1[best].max():.2f}."
    )
    picture = Picture(1.9 * columns, 1.5 * rows + 0.55, alt, layout="none")
    axes = _cards(picture, rows, columns, 0.55, 1 + len(order))
    axes[0].imshow(image, cmap=SEQUENTIAL, vmin=0, vmax=1)
    axes[0].set_title("$a^0$", fontsize=9, pad=3)
    for ax, f in zip(axes[1:], order, strict=True):
        _draw_card(ax, a1[f], net.w1[f], high, patches[f])
        draw_mark(ax, (*places[f], 1, 1))
        ax.set_title(f"map {f}", fontsize=9, pad=3)
    text = (
        f"Left of a map: its filter $w^1$ (blue {low:.2f} to red {high:.2f}), and the patch that\n"
        "pleases it. Outlined: winners of the windows; heavier, the neuron pleased most."
    )
    picture.text(0.02, 0.03, text, fontsize=8, va="bottom", linespacing=1.4)
    return picture


def training_film(run, image, label=None, map=0, epochs=None, cost="cross_entropy"):
    """Return a picture of a training run as a strip of frames, and its curves.

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
    nets = [feature_maps.with_maps(net) for net in run.nets]
    if epochs is None:
        epochs = np.linspace(0, len(nets) - 1, min(len(nets), STRIP)).round().astype(int)
    passes = _passes(nets, image, label, cost)
    limits = np.abs([net.w1 for net in nets]).max(), 0
    if label is not None:
        limits = limits[0], np.abs([passes[epoch][2] for epoch in epochs]).max() or 1
    rows, columns = (2 if label is None else 3), len(epochs) + 1
    alt = (
        f"Filter {map} and its map of a digit, winners outlined, after epochs "
        f"{', '.join(str(epoch) for epoch in epochs)}. The mean cost goes from {run.costs[0]:.3f} "
        f"to {run.costs[-1]:.3f}, the accuracy in training from {run.train_accuracy[0]:.2f} to "
        f"{run.train_accuracy[-1]:.2f}."
    )
    width, height = max(1.45 * columns, 8.7), 1.45 * rows + 2.5
    picture = Picture(width, height, alt, layout="none")
    _draw_curves(picture, run, [p[1:3] for p in passes] if label is not None else None, epochs)
    side = 1.25 / width, 1.25 / height
    for n, epoch in enumerate(epochs):
        w1, a1 = nets[epoch].w1[map], passes[epoch][0][map]
        panels = [("$w^1$", w1, limits[0]), ("$a^1$", a1, None)]
        if label is not None:
            panels.append(("$δ^1$", passes[epoch][2][map], limits[1]))
        for row_, (name, array, limit) in enumerate(panels):
            corner = ((1.45 * (n + 1) + 0.1) / width, (1.45 * (rows - 1 - row_) + 0.12) / height)
            ax = picture.add_axes((*corner, *side), label=f"{name} {epoch}")
            kind = "activation" if limit is None else "signed"
            _draw_frame(ax, array, kind, limit)
            if row_ == 0:
                ax.set_title(f"epoch {epoch}", fontsize=9, pad=4)
            if name == "$a^1$":
                draw_outline(ax, pool.winners(a1))
            if n == 0:
                extent = "0 to 1" if limit is None else f"±{limit:.2g}"
                x, y = corner[0] - 0.1 / width, corner[1] + side[1] / 2
                picture.text(x, y, f"{name}\n{extent}", ha="right", va="center", fontsize=9)
    place = 0.05 / width, (1.45 * (rows - 2) + 0.32) / height, 0.75 / width, 0.75 / height
    digit = picture.add_axes(place, label="$a^0$")
    _draw_frame(digit, image, "activation")
    digit.set_title("$a^0$", fontsize=9, pad=4)
    return picture


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
        place = (wide * n + 0.55) / width, (height - 1.75) / height, (wide - 0.7) / width
        ax = picture.add_axes((*place, 1.45 / height), label=name)
        for (label, values), line in zip(curves, ("k-", "--"), strict=False):
            ax.plot(values, line, marker=".", markersize=3, label=label, **_second(line))
            ax.plot(epochs, np.asarray(values)[epochs], "s", markersize=4, **_second(line, "k"))
        ax.set_xlabel("epoch", fontsize=8, labelpad=1)
        ax.set_title(name, fontsize=9, pad=4)
        ax.tick_params(labelsize=7, length=2)
        ax.xaxis.get_major_locator().set_params(integer=True)
        if name.startswith("mean error"):
            ax.set_yscale("log")
        else:
            ax.set_ylim(0, 1.02 if name == "accuracy" else None)
        if len(curves) > 1:
            ax.legend(frameon=False, fontsize=7)


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
    draw_outline(ax, pool.winners(a1))
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


# --- how fast, and what holds it back -------------------------------------------------------


def ladder(times, limit):
    """Return a picture of what each of several ways to do the same work takes, on a log scale.

    Args:
        times: {name: microseconds}, the first at the top.
        limit: the microseconds below which none can come.

    Returns:
        A Picture: a bar a name, and the limit as a line.
    """
    said = "; ".join(f"{name} {time:.3g}" for name, time in times.items())
    alt = f"Bars of the time that each way takes, in µs: {said}. The limit is {limit:.2g}."
    picture = Picture(7.4, 0.9 + 0.34 * len(times), alt)
    ax = picture.subplots()
    places = np.arange(len(times))
    ax.barh(places, list(times.values()), 0.62, color="0.55")
    for place, time in zip(places, times.values(), strict=True):
        ax.text(1.12 * time, place, f"{time:,.3g}" if time < 100 else f"{time:,.0f}", va="center")
    ax.axvline(limit, color=OUTLINE, linestyle="--", label=f"limit {limit:.2g}")
    ax.set(xscale="log", xlabel="µs a digit", yticks=places, yticklabels=list(times))
    ax.set_xlim(0.6 * limit, 4 * max(times.values()))
    ax.invert_yaxis()
    ax.legend(frameon=False, loc="lower right")
    return picture


def roofline(roofs, points):
    """Return a picture of how much a machine can compute, and where pieces of work stand below.

    Work that computes little with each byte is held back by the memory (the slope on the left),
    other work by the arithmetic (the flat roof on the right).

    Args:
        roofs: {name: (flops a second, bytes a second)}, the two rates of a machine.
        points: {name: (flops a byte, flops a second)}, a piece of work each.

    Returns:
        A Picture on log scales, in Gflop/s.
    """
    machines = (
        f"{name} {f / 1e9:.3g} Gflop/s, {b / 1e9:.3g} GB/s" for name, (f, b) in roofs.items()
    )
    works = (
        f"{name} {y / 1e9:.3g} Gflop/s at {x:.2g} flops a byte" for name, (x, y) in points.items()
    )
    picture = Picture(8.2, 4.0, f"Roofs: {'; '.join(machines)}. Below them: {'; '.join(works)}.")
    ax = picture.subplots()
    x = np.geomspace(0.03, 300, 200)
    for (name, (flops, memory)), style in zip(roofs.items(), ("-", "--", ":"), strict=False):
        ax.plot(x, np.minimum(flops, memory * x) / 1e9, style, color="k", label=name)
    for n, (name, (across, up)) in enumerate(points.items()):
        ax.plot(across, up / 1e9, "osv^Dx*P"[n % 8], color=OUTLINE, markersize=7)
        ax.annotate(name, (across, up / 1e9), (9, -10), textcoords="offset points", fontsize=9)
    ax.set(xscale="log", yscale="log", xlabel="flops a byte", ylabel="Gflop/s")
    ax.legend(frameon=False, loc="upper left", fontsize=9)
    return picture


def shared_work(sizes, alone, shared, names=("one machine", "shared out")):
    """Return a picture of what a digit takes alone and shared out, against the mini-batch.

    Args:
        sizes: of mini-batches, shape (N,), rising.
        alone: microseconds a digit on one machine, shape (N,).
        shared: microseconds a digit on several, shape (N,).
        names: of the two.

    Returns:
        A Picture on log scales; a line marks the size from which sharing is quicker, if any is.
    """
    quicker = np.flatnonzero(np.asarray(shared) < alone)
    first = float(f"{sizes[quicker[0]]:.2g}") if quicker.size else np.nan
    said = f"from {first:,.0f} digits on" if quicker.size else "at no size shown"
    alt = f"Time a digit against the size of the mini-batch; {names[1]} is quicker {said}."
    picture = Picture(6.6, 3.2, alt)
    ax = picture.subplots()
    ax.plot(sizes, alone, color="k", label=names[0])
    ax.plot(sizes, shared, "--", color=OUTLINE, label=names[1])
    if quicker.size:
        ax.axvline(sizes[quicker[0]], color=ACCENT, linestyle=":", label=said)
    ax.set(xscale="log", yscale="log", xlabel="digits in a mini-batch", ylabel="µs a digit")
    ax.legend(frameon=False)
    return picture


# --- wrong gradients, and who notices -------------------------------------------------------


def noticed(table, predictions=None, written=None):
    """Return a picture of which checks notice which bugs, and where a prediction was wrong.

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
    picture = Picture(
        3.3 + 0.88 * len(checks), 0.75 + 0.285 * len(bugs), _who_notices(table, score)
    )
    ax = picture.subplots()
    ax.imshow(grid, cmap=SEQUENTIAL, vmin=0, vmax=1.6, aspect="auto")
    for (j, k), notices in np.ndenumerate(grid):
        missed = guesses[j][k] is not None and guesses[j][k] != notices
        mark = ("✓" if notices else "–") + (" ?" if missed else "")
        text = f"{mark} {written.get((bugs[j], checks[k]), '')}".strip()
        ax.text(k, j, text, ha="center", va="center", color="w" if notices else "k")
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


def _who_notices(table, score):
    rows = [
        f"{bug}: {', '.join(check for check, notices in row_.items() if notices) or 'none'}"
        for bug, row_ in table.items()
    ]
    return f"Which checks notice which bug. {'; '.join(rows)}.{f' {score}.' if score else ''}"


def accuracies(values, right, enough=None):
    """Return a picture of accuracies as bars, beside the one that the right gradient reaches.

    Args:
        values: {name: accuracy}, the first at the top.
        right: the accuracy to compare with, drawn as a line, or None.
        enough: an accuracy below which something would be thought wrong, or None.

    Returns:
        A Picture.
    """
    said = "; ".join(f"{name} {value:.2f}" for name, value in values.items())
    against = "" if right is None else f" The right gradient reaches {right:.2f}."
    picture = Picture(7.4, 0.8 + 0.29 * len(values), f"Bars of accuracies: {said}.{against}")
    ax = picture.subplots()
    places = np.arange(len(values))
    ax.barh(places, list(values.values()), 0.66, color="0.6")
    for place, value in zip(places, values.values(), strict=True):
        ax.text(max(value, 0.1) - 0.01, place, f"{value:.3f}", ha="right", va="center", fontsize=9)
    if right is not None:
        ax.axvline(right, color=OUTLINE, label=f"right gradient {right:.3f}")
    if enough is not None:
        ax.axvline(enough, color=ACCENT, linestyle=":", label=f"{enough:g}: noticed below")
    ax.set(xlabel="accuracy on digits held out", xlim=(0, 1.02), yticks=places)
    ax.set_yticklabels(list(values))
    ax.invert_yaxis()
    if right is not None or enough is not None:
        ax.legend(frameon=False, fontsize=9, ncols=2, loc="lower center", bbox_to_anchor=(0.5, 1))
    return picture


def wrong_gradient(right, wrong, notices):
    """Return a picture of a right and a wrong gradient of one filter, and who notices.

    Args:
        right: `network.Gradients` of a network without an axis of maps; the first image of a
            batch is drawn.
        wrong: the same from a broken backward pass.
        notices: {check: whether it notices the difference}.

    Returns:
        A Picture: δ¹ and ∂C/∂w¹ above as they should be, below as they are, on the same scales,
        with the gradient of the bias and the checks that notice in the titles.
    """
    who = ", ".join(check for check, seen in notices.items() if seen) or "none"
    alt = (
        "The errors delta 1 and the gradient of the filter, as they should be and as they are. "
        f"The gradient of the bias should be {right.b1:.3g} and is {wrong.b1:.3g}. "
        f"Noticed by: {who}."
    )
    picture = Picture(6.6, 6.2, alt)
    axes = picture.subplots(2, 2)
    both = {
        "$δ^1$": (right.delta1, wrong.delta1),
        r"$\partial C/\partial w^1$": (right.w1, wrong.w1),
    }
    for column, (name, arrays) in enumerate(both.items()):
        arrays = [array.reshape(-1, *array.shape[-2:])[0] for array in arrays]
        limit = np.abs(arrays[0]).max()
        for row_, (array, word) in enumerate(zip(arrays, ("right", "broken"), strict=True)):
            draw_cells(axes[row_, column], array, f"{name}, {word}", limit=limit)
    for ax, g in zip(axes[:, 1], (right, wrong), strict=True):
        ax.set_xlabel(rf"column;  $\partial C/\partial b^1$ = {g.b1:.3g}", fontsize=9)
    picture.suptitle(f"noticed by: {who}", fontsize=11)
    return picture
