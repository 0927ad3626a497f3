"""Pictures of the forward pass: the digits, the layers, the answers and their cost."""

import numpy as np
from matplotlib.patches import Rectangle

from .. import activations, checks, conv, costs, dense, pool
from .. import network as the_network
from .grids import LEFT, RIM, TOP, draw_mark, framed, row, title_width
from .grids import places as placed
from .picture import (
    ACCENT,
    DIVERGING,
    FULL_WIDTH,
    NARROW,
    OUTLINE,
    SEQUENTIAL,
    SMALL,
    TWO_PANELS,
    Picture,
    plain,
    with_own_settings,
)


@with_own_settings
def digits(images, labels, columns=10):
    """Return a picture of images with their labels over them.

    >>> from convnet_lib import figures
    >>> figures.digits(np.zeros((3, 2, 4)), [7, 0, 4], columns=3).alt
    '3 images, labelled 7, 0, 4.'

    Args:
        images: shape (N, H, W), activations in [0, 1].
        labels: N words or numbers.
        columns: images a row.

    Returns:
        A Picture.
    """
    images = checks.finite("images", images)
    if images.ndim != 3 or 0 in images.shape:
        checks.refuse("images", "shape (N, H, W)", checks.written(images.shape))
    checks.channels_not_last("images", images)
    labels = list(labels)
    if len(labels) != len(images):
        checks.refuse("labels", f"one for each of the {len(images)} images", len(labels))
    columns = checks.whole("columns", columns, 1)
    rows = -(-len(images) // columns)
    alt = f"{len(images)} images, labelled " + ", ".join(str(label) for label in labels) + "."
    wide = min(0.95, FULL_WIDTH / columns)
    tall = wide * images.shape[1] / images.shape[2] + 0.25
    picture = Picture(columns * wide, rows * tall, alt)
    for n, (image, label) in enumerate(zip(images, labels, strict=True)):
        ax = picture.add_subplot(rows, columns, n + 1)
        ax.axis("off")
        ax.imshow(image, cmap=SEQUENTIAL, vmin=0, vmax=1)
        ax.set_title(str(label), fontsize=10)
    return picture


@with_own_settings
def sigmoid_curve(at=None):
    """Return a picture of σ and σ′ between -8 and 8, with a mark at z = `at`.

    >>> from convnet_lib import figures
    >>> figures.sigmoid_curve(at=2.0).alt.split("; ")[-1]
    'both are marked at z = 2.'
    """
    alt = "The sigmoid rises from 0 to 1; its derivative is a bump of height 1/4 at z = 0"
    at = None if at is None else checks.number("at", at)
    picture = Picture(
        NARROW, 2.6, f"{alt}." if at is None else f"{alt}; both are marked at z = {at:.3g}."
    )
    ax = picture.subplots()
    z = np.linspace(-8, 8, 201)
    ax.plot(z, activations.sigmoid(z), color="k", label="σ(z)")
    ax.plot(z, activations.sigmoid_prime(z), color=OUTLINE, linestyle="--", label="σ′(z)")
    if at is not None:
        here = np.array(at)
        ax.plot([at, at], [activations.sigmoid_prime(here), activations.sigmoid(here)], "o:k")
    ax.set(xlabel="weighted input z", ylabel="activation, slope", ylim=(-0.05, 1.05))
    ax.legend()
    return picture


@with_own_settings
def convolution(a0, w1, b1, at=(12, 12)):
    """Return a picture of F1 and F2 at one neuron: receptive field, filter, products, z¹, a¹.

    >>> from convnet_lib import figures
    >>> a0, w1 = np.array([[0.5, 1.0, 0.0], [0.0, 0.0, 1.0]]), np.array([[2.0, -1.0]])
    >>> figures.convolution(a0, w1, 0.5, at=(0, 1)).alt.split("; ")[1][:41]  # 2 · 1 - 1 · 0 + ½
    'their sum plus the bias is z1 = 2.50. a0,'

    Args:
        a0: an image, shape (H, W).
        w1: a filter, shape (KH, KW).
        b1: its bias, shape ().
        at: (j, k) of the neuron to look at.

    Returns:
        A Picture.
    """
    a0, w1 = _image("a0", a0), _image("w1", w1)
    z1 = conv.forward(a0, w1, b1)
    j, k = checks.position("at", at, z1.shape)
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


@with_own_settings
def pooling(a1, ties="first"):
    """Return a picture of F3 and BP2a: a¹ with the winners outlined, a², the mask, the ties.

    >>> from convnet_lib import figures
    >>> a1 = np.array([[0.2, 0.7, 0.5, 0.5], [0.4, 0.1, 0.5, 0.2]])
    >>> figures.pooling(a1).alt.split(". ")[1]
    '50% of the windows are tied'

    Args:
        a1: activations, shape (H, W), H and W even.
        ties: the rule for ties, as in `pool.winners`.

    Returns:
        A Picture.
    """
    a1 = _image("a1", a1)
    mask = pool.winners(a1, ties)
    tied = pool.tied(a1)
    share = tied.mean()
    alt = (
        f"A map of {a1.shape[0]} by {a1.shape[1]} activations with the winners of its windows "
        "outlined, the pooled map, the pooling mask, and the neurons of the tied windows. "
        f"{share:.0%} of the windows are tied."
    )
    return row(
        ("$a^1$, winners outlined", a1, "activation", mask),
        ("$a^2$", pool.forward(a1), "activation"),
        ("pooling mask (BP2a)", mask.astype(float), "activation"),
        ("neurons of tied windows", np.kron(tied, np.ones((2, 2))), "activation"),
        alt=alt,
        columns=2,
    )


@with_own_settings
def output(a2, w3, b3, y):
    """Return a picture of F4, F5 and C: what each output neuron sees, and what it costs.

    >>> from convnet_lib import figures
    >>> w3, b3, y = np.zeros((2, 1, 3)), np.zeros(2), np.array([0.0, 1.0])
    >>> figures.output(np.ones((1, 3)), w3, b3, y).alt.split(". ", 1)[1]
    'The quadratic cost is 0.250. The cross-entropy is 1.386.'

    Args:
        a2: pooled activations, shape (H, W).
        w3: weights, shape (Q, H, W).
        b3: biases, shape (Q,).
        y: desired activations, shape (Q,).

    Returns:
        A Picture: w³ ⊙ a² of every neuron on the left, activations and desired ones on the right.
    """
    a2, w3 = _image("a2", a2), checks.finite("w3", w3)
    a3 = activations.sigmoid(dense.forward(a2, w3, b3))
    products = w3 * a2
    quadratic, cross_entropy = costs.quadratic(a3, y), costs.cross_entropy(a3, y) + 0.0
    alt = (
        "For each output neuron its weights times the pooled map, and a bar of its activation: "
        + f"{_bars(a3)}; marked are the desired ones, {_marks(y)}. "
        + f"The quadratic cost is {quadratic:.3f}. The cross-entropy is {cross_entropy:.3f}."
    )
    columns, half = min(5, len(w3)), FULL_WIDTH / 2
    wide = (half - RIM) / columns  # a map with the gap to the next
    rows, side = -(-len(w3) // columns), 0.9 * wide
    tall = side * a2.shape[0] / a2.shape[1]
    height = rows * (TOP + tall) + 0.6
    picture = Picture(FULL_WIDTH, height, alt, layout="none")
    limit = np.abs(products).max()
    for q in range(len(w3)):
        left, top = RIM + q % columns * wide, height - (q // columns + 1) * (TOP + tall)
        place = left / FULL_WIDTH, top / height, side / FULL_WIDTH, tall / height
        ax = picture.add_axes(place)
        ax.imshow(products[q], cmap=DIVERGING, vmin=-limit, vmax=limit)
        ax.set(xticks=[], yticks=[])
        ax.set_title(f"$w^3_{{{q}}}{{⊙}}a^2$", fontsize=10)
    place = half + LEFT + 0.25, 0.6, half - LEFT - 0.25 - RIM, height - 0.6 - TOP
    bars, beside = framed(picture, place)
    beside.remove()
    places = np.arange(len(w3))
    bars.bar(places, a3, 0.6, color="0.55", label="$a^3$")
    bars.plot(places, y, "_", color=OUTLINE, markersize=14, markeredgewidth=2.5, label="$y$")
    said = _both_costs(a3, y, ":\n")
    bars.set(xlabel=f"output neuron{said}", ylabel="activation", xticks=places)
    bars.set(ylim=(-0.05, 1.35), yticks=[0, 0.5, 1])
    bars.legend(ncols=2, loc="upper center")
    return picture


@with_own_settings
def network(net, a0, at=(12, 12)):
    """Return a picture of the layers with an image going through them, and of their connections.

    >>> from convnet_lib import figures
    >>> net = ConvNet(np.zeros((1, 2)), np.array(0.0), np.zeros((4, 1, 2)), np.zeros(4))
    >>> figures.network(net, np.zeros((2, 5)), at=(1, 2)).alt.split("; ")[1]  # 2 + 1; 4 · 2 + 4
    '3 + 0 + 12 weights and biases.'

    Args:
        net: a ConvNet for images without channels.
        a0: an image, shape (H, W).
        at: (j, k) of the neuron of the convolutional layer whose connections are drawn.

    Returns:
        A Picture: a⁰, a¹, a², a³ from left to right with their shapes, and under each gap how
        many weights and biases it holds. Of many feature maps the first four are drawn.
    """
    of_one_image("net", net, a0)
    _, a1, a2, _, a3 = net.feedforward(a0)
    at = checks.position("at", at, a1.shape[-2:])
    layers = [("$a^0$, image", a0), ("$a^1$, convolution", a1), ("$a^2$, pooling", a2)]
    layers.append(("$a^3$, output", a3))
    shapes = ", ".join(f"{plain(name)} {checks.written(array.shape)}" for name, array in layers)
    first, last = net.w1.size + net.b1.size, net.w3.size + net.b3.size
    alt = f"The layers from left to right: {shapes}; {first} + 0 + {last} weights and biases."
    picture = Picture(FULL_WIDTH, 3.1, alt)
    ax = picture.subplots()
    size, places, left = a0.shape[0], [], 0
    for name, array in layers:
        places.append(_draw_layer(ax, left, size, array, name))
        left = places[-1][-1] + 0.6 * size
    _draw_connections_of(ax, places, at, net.w1.shape[-2:], len(a3))
    said = ("F1, F2", f"{first:,}"), ("F3", "no"), ("F4, F5", f"{last:,}")
    for (*_, end), (begin, *_), (tags, count) in zip(places, places[1:], said, strict=False):
        text = f"{tags}:\n{count} numbers\nto learn"
        ax.text((end + begin) / 2, 1.12 * size, text, ha="center", va="top", fontsize=SMALL)
    ax.set(xlim=(-0.05 * size, places[-1][-1] + 0.3 * size), ylim=(1.42 * size, -0.3 * size))
    ax.axis("off")
    return picture


def _draw_layer(ax, left, size, array, name):
    """Draw a layer from x = `left` on, in the middle of `size`; return left, top, cell, right."""
    cell, behind, shape = 1, 0.05 * size, "×".join(map(str, array.shape))
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
    ax.text(left + width / 2, -0.12 * size, name, ha="center", va="bottom", fontsize=10)
    ax.text(
        left + width / 2, top + height + 0.03 * size, shape, ha="center", va="top", fontsize=SMALL
    )
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


@with_own_settings
def floor_map(rows, columns):
    """Return a picture of j' = ⌊j/2⌋, k' = ⌊k/2⌋: which pooled neuron each neuron feeds (F3).

    >>> from convnet_lib import figures
    >>> left, right = figures.floor_map(2, 4).axes
    >>> [text.get_text() for text in left.texts]
    ['0, 0', '0, 0', '0, 1', '0, 1', '0, 0', '0, 0', '0, 1', '0, 1']

    Args:
        rows: rows of the convolutional layer, even.
        columns: its columns, even.

    Returns:
        A Picture: the layer with its 2×2 windows, (j', k') in every cell, and the pooled layer.
    """
    for name, n in (("rows", rows), ("columns", columns)):
        if checks.whole(name, n, 2, "an even number, at least 2") % 2:
            checks.refuse(name, "an even number, at least 2", n)
    alt = (
        f"A layer of {rows} by {columns} neurons in windows of 2 by 2; every neuron (j, k) carries "
        "the number of its pooled neuron, j and k halved and rounded down."
    )
    cell = min(0.4, (FULL_WIDTH - 2 * (LEFT + RIM)) / (1.5 * columns))
    sizes = [(cell * columns, cell * rows), (cell * columns / 2, cell * rows / 2)]
    titles = "neuron $(j, k)$ feeds …", "… pooled neuron $(j', k')$"
    size, frames = placed(sizes, [RIM, RIM], [title_width(title) for title in titles], 2)
    picture = Picture(*size, alt, layout="none")
    (left, _), (right, _) = pairs = [framed(picture, frame) for frame in frames]
    for _, beside in pairs:
        beside.remove()
    for ax, shape, halved in ((left, (rows, columns), 2), (right, (rows // 2, columns // 2), 1)):
        window = np.add.outer(np.arange(shape[0]) // halved, np.arange(shape[1]) // halved) % 2
        ax.imshow(0.15 * window, cmap=SEQUENTIAL, vmin=0, vmax=1)
        for j, k in np.ndindex(shape):
            ax.text(k, j, f"{j // halved}, {k // halved}", ha="center", va="center", fontsize=9)
            if j % halved == k % halved == 0:
                draw_mark(ax, (j, k, halved, halved))
        ax.set(xticks=range(shape[1]), yticks=range(shape[0]))
    left.set(title=titles[0], xlabel="column $k$", ylabel="row $j$")
    right.set(title=titles[1], xlabel="column $k'$", ylabel="row $j'$")
    return picture


@with_own_settings
def answers(named, y, with_costs=True):
    """Return a picture of several answers of the output layer to one image, and of their costs.

    >>> from convnet_lib import figures
    >>> answers = [("before", np.array([0.5, 0.5]))]
    >>> figures.answers(answers, np.array([0.0, 1.0])).alt.split(". ", 1)[1]
    'before, 0.50, 0.50: quadratic 0.25, cross-entropy 1.39.'

    Args:
        named: (name, a3) each, with a3 of shape (Q,): the activations to draw as bars.
        y: the desired activations, shape (Q,).
        with_costs: whether to write both costs (C) below each answer.

    Returns:
        A Picture: a panel an answer, with y marked.
    """
    said = [
        f"{plain(name)}, {_bars(a3)}{_both_costs(a3, y) if with_costs else ''}"
        for name, a3 in named
    ]
    alt = f"Answers as bars, the desired activations marked: {_marks(y)}. {'; '.join(said)}."
    picture = Picture(min(3.6, FULL_WIDTH / len(named)) * len(named), 2.9, alt)
    axes = picture.subplots(1, len(named), squeeze=False)[0]
    for ax, (name, a3) in zip(axes, named, strict=True):
        places = np.arange(len(a3))
        ax.bar(places, a3, 0.6, color="0.55", label="$a^3$")
        ax.plot(places, y, "_", color=OUTLINE, markersize=16, markeredgewidth=2.5, label="$y$")
        ax.set(title=name, ylabel="activation")
        ax.set(xticks=places, ylim=(-0.05, 1.25), yticks=[0, 0.5, 1])
        ax.set_xlabel("output neuron" + (_both_costs(a3, y, ":\n") if with_costs else ""))
        ax.legend(ncols=2, loc="upper left")
    return picture


def _bars(a3):
    return ", ".join(f"{a:.2f}" for a in a3)


def _marks(y):
    if np.count_nonzero(y) == 1 and np.max(y) == 1:
        return f"1 for neuron {np.argmax(y)}, 0 for the others"
    return ", ".join(f"{wanted:g}" for wanted in y)


def _both_costs(a3, y, after=": "):
    # Adding 0.0 turns the -0.0 of a right answer into 0.0.
    quadratic, cross_entropy = costs.quadratic(a3, y) + 0.0, costs.cross_entropy(a3, y) + 0.0
    return f"{after}quadratic {quadratic:.3g}, cross-entropy {cross_entropy:.3g}"


@with_own_settings
def cost_curves(y=1.0, z=None):
    """Return a picture of what one output neuron costs, against its a³ and against its z³ (C).

    >>> from convnet_lib import figures
    >>> figures.cost_curves(y=0.0, z=2.0).alt
    'Both costs of one neuron that should be 0; at z = 2: quadratic 0.388, cross-entropy 2.13.'

    Args:
        y: the activation that it should have, 0 or 1.
        z: the weighted input to mark, or None.

    Returns:
        A Picture of both costs; with a mark, its costs are in the legend.
    """
    y = checks.number("y", y)
    if not 0 <= y <= 1:
        checks.refuse("y", "a number from 0 to 1", y)
    z = z if z is None else checks.number("z", z)
    picture = Picture(TWO_PANELS, 3.0, "")
    left, right = picture.subplots(1, 2)
    weighted, styles = np.linspace(-8, 8, 201), {"quadratic": "-", "cross_entropy": "--"}
    marked = []
    for name in costs.COSTS:

        def of_one(z, name=name):
            return costs.of_weighted_input(z[:, None], np.full((len(z), 1), y), name)

        label = name.replace("_", "-")
        a = activations.sigmoid(weighted)
        left.plot(a, of_one(weighted), styles[name], color="k", label=label)
        right.plot(weighted, of_one(weighted), styles[name], color="k", label=label)
        if z is not None:
            here = np.array([z])
            left.plot(activations.sigmoid(here), of_one(here), "o", color=OUTLINE)
            cost = f"{of_one(here)[0]:.3g}"
            right.plot(z, of_one(here), "o", color=OUTLINE, label=f"here {cost}")
            marked.append(f"{label} {cost}")
    left.set(xlabel="activation $a$", ylabel=f"cost, $y = {y:g}$", ylim=(-0.3, 8.4))
    right.set(xlabel="weighted input $z$", ylim=(-0.3, 8.4))
    right.legend()
    at = f"; at z = {z:g}: {', '.join(marked)}" if marked else ""
    picture.alt = f"Both costs of one neuron that should be {y:g}{at}."
    return picture


def _image(name, x):
    """Return one map of finite floats, shape (H, W)."""
    x = checks.finite(name, x)
    if x.ndim != 2 or 0 in x.shape:
        checks.refuse(name, "shape (H, W)", checks.written(x.shape) if x.ndim else "()")
    return x


def of_one_image(name, net, image):
    """Refuse all but a ConvNet for images without channels, and one image of its size.

    >>> from convnet_lib import figures
    >>> figures.forward.of_one_image("net", ConvNet.random(image=(6, 8)), np.zeros((8, 6)))
    Traceback (most recent call last):
        ...
    ValueError: image: expected shape (6, 8), got (8, 6)
    """
    if the_network.given(name, net).w1.ndim > 3:
        checks.refuse(name, "a network for images without channels", f"w1 {net.w1.shape}")
    checks.shape("image", checks.finite("image", image), net.image_shape)
