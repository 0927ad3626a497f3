"""Pictures of the backward pass: errors, shared parameters, slopes of the cost."""

import numpy as np
from matplotlib.patches import Ellipse

from .. import activations, checks, dense, network, pool
from .grids import BAR, LEFT, RIM, draw_cells, framed, grid, places, row, written_words
from .picture import (
    ACCENT,
    FULL_WIDTH,
    NARROW,
    OUTLINE,
    SLOPES,
    SMALL,
    TWO_PANELS,
    Picture,
    minus,
    plain,
    short,
    with_own_settings,
)


@with_own_settings
def backward(net, a0, y, cost="quadratic", ties="first", map=0):
    """Return a picture of BP1–BP4 on one image; of several feature maps it shows one.

    >>> from convnet_lib import figures
    >>> w3, b3 = np.array([[[6.0]], [[-2.0]]]), np.array([-3.0, 1.0])  # a² is ½, and so is a³
    >>> net = ConvNet(np.zeros((1, 2)), np.array(0.0), w3, b3)
    >>> picture = figures.backward(net, np.zeros((2, 3)), np.array([0.0, 1.0]))
    >>> picture.alt.split(". ")[-1]
    'The gradient of the bias is 0.250.'

    Args:
        net: a ConvNet for images without channels.
        a0: an image, shape (H, W).
        y: desired activations, shape (Q,).
        cost: "quadratic" or "cross_entropy".
        ties: as in `pool.winners`.
        map: the feature map that is shown, 0 to F - 1; all of them are computed.

    Returns:
        A Picture: δ³ as bars, then w³ᵀδ³, the pooling mask, σ′(z¹), δ¹ and ∂C/∂w¹ as grids.
    """
    if network.given("net", net).w1.ndim > 3:
        expected = "a network for images without channels, w1 (5, 5) or (F, 5, 5)"
        checks.refuse("net", expected, f"w1 {checks.written(net.w1.shape)}")
    map = checks.below("map", map, net.b1.size)
    checks.shape("a0", checks.finite("a0", a0), net.image_shape)
    z1, a1, *_ = net.feedforward(a0)
    g = net.backprop(a0, y, cost, ties)
    mask = pool.winners(a1, ties)
    nabla_b1 = np.ravel(g.b1)[map]
    of_map = f", map {map} of {net.b1.size} counted from 0" if net.b1.size > 1 else ""
    alt = (
        f"The backward pass{of_map}: the output errors, the sum over the output neurons, the "
        "pooling mask, the slope, delta 1, and the gradient of the filter. "
        f"The gradient of the bias is {nabla_b1:.3f}."
    )
    panels = [
        (r"$\Sigma_l\, δ^3_l\, w^3_{l,j',k'}$", dense.backward(g.delta3, net.w3), "signed"),
        ("pooling mask (BP2a)", mask.astype(float), "activation"),
        ("$σ'(z^1)$", activations.sigmoid_prime(z1), "activation"),
        ("$δ^1$ (BP2)", g.delta1, "signed"),
        (r"$\partial C/\partial w^1$ (BP4)", g.w1, "signed"),
    ]
    size, frames = places([(1.46, 1.46)] * 6, [BAR] * 6, [0] * 6, 3, below=0.5 if of_map else 0.3)
    picture = Picture(*size, alt, layout="none")
    bars, beside = framed(picture, frames[0])
    beside.remove()
    bars.barh(range(len(g.delta3)), g.delta3, color=np.where(g.delta3 > 0, "#b2182b", "#2166ac"))
    bars.axvline(0, color="k", linewidth=0.8)
    bars.set(title="$δ^3$ (BP1)", ylabel="output neuron $l$", yticks=range(len(g.delta3)))
    bars.invert_yaxis()
    bars.locator_params(axis="x", nbins=4)
    for frame, (name, array, kind) in zip(frames[1:], panels, strict=True):
        shown = array[map] if array.ndim > 2 else array
        ax, bar = framed(picture, frame)
        image = draw_cells(ax, shown, name, kind, numbers=False, bar=bar)
        if "σ" in name:  # not the colours of activations: to be steep is not to be bright
            image.set(clim=_slopes(shown), cmap=SLOPES)
    said = rf"sum of $δ^1$ = $\partial C/\partial b^1$ (BP3) = {nabla_b1:.3f}"
    if of_map:
        said += f"\nmap {map} of {net.b1.size}, counted from 0"
    picture.text(LEFT / size[0], 0.1 / size[1], said, fontsize=10, linespacing=1.4)
    return picture


def _slopes(array):
    """The slopes that are palest and fullest: with 0 to 1/4, those that are alike are all full."""
    known = array[np.isfinite(array) & (array < 0.25)]
    return known.min() if known.size else 0.0, 0.25


@with_own_settings
def shared_bias(delta1, biases, values, at):
    """Return a picture of BP3: δ¹, and beside it the cost as a curve over the shared bias.

    >>> from convnet_lib import figures
    >>> delta1 = np.array([[1.0, 0.0], [3.0, -2.0]])
    >>> biases, values = np.array([-1.0, 0.0, 2.0]), np.array([3.0, 1.0, 4.0])
    >>> figures.shared_bias(delta1, biases, values, at=0.5).alt.split(", ")[1]
    'whose sum is 2.0000'

    Args:
        delta1: errors at the bias `at`, shape (H', W').
        biases: where the cost was computed, shape (N,), rising.
        values: the costs, shape (N,).
        at: the bias of the network.

    Returns:
        A Picture; the tangent at `at` has the slope Σ δ¹.
    """
    delta1 = checks.finite("delta1", grid("delta1", delta1))
    slope = delta1.sum()
    alt = (
        f"The errors delta 1, whose sum is {slope:.4f}, and the cost over the shared bias with "
        f"a tangent of that slope at {at:.2g}.{written_words('$δ^1$', delta1)}"
    )
    cell = 2.2 / max(delta1.shape)
    sizes = [(cell * delta1.shape[1], cell * delta1.shape[0]), (2.95, 2.2)]
    size, frames = places(sizes, [BAR + 0.1, 2 * RIM], [0, 0], 2)
    picture = Picture(*size, alt, layout="none")
    left, bar = framed(picture, frames[0])
    draw_cells(left, delta1, f"$δ^1$, sum {slope:.4f}", bar=bar)
    right, beside = framed(picture, frames[1])
    beside.remove()
    draw_tangent(right, biases, values, at, slope)
    right.set(xlabel="$b^1$", ylabel="cost", title=f"cost, slope {slope:.4f} at {at:.2g}")
    return picture


@with_own_settings
def shared_weight(delta1, a0, offset):
    """Return a picture of BP4 for one weight: δ¹ ⊙ the digit seen through offset (l, m).

    >>> from convnet_lib import figures
    >>> delta1, a0 = np.array([[2.0, -1.0]]), np.array([[1.0, 0.0, 3.0], [4.0, 5.0, 6.0]])
    >>> figures.shared_weight(delta1, a0, offset=(1, 0)).alt.split(". ")[-1]  # 2 · 4 - 1 · 5
    'products, sum 3.0000, 1 by 2 cells: 8, -5.'

    Args:
        delta1: errors, shape (H', W').
        a0: the image, shape (H, W).
        offset: (l, m) of the weight.

    Returns:
        A Picture: the image with the seen part outlined, δ¹, and their products, whose sum is
        ∂C/∂w¹_{l,m}.
    """
    delta1, a0 = grid("delta1", delta1), grid("a0", a0)
    rows, columns = delta1.shape
    offsets = [n - k + 1 for n, k in zip(a0.shape, delta1.shape, strict=True)]
    l, m = checks.position("offset", offset, offsets)
    products = delta1 * a0[l : l + rows, m : m + columns]
    alt = (
        f"The image from row {l} and column {m} on, times delta 1, cell by cell; the sum of the "
        f"products is the gradient of weight ({l}, {m}), {products.sum():.4f}."
    )
    return row(
        (f"$a^0$ from ({l}, {m}) on", a0, "activation", None, (l, m, rows, columns)),
        ("$δ^1$", delta1),
        (f"products, sum {products.sum():.4f}", products),
        alt=alt,
    )


@with_own_settings
def neurons(layers, weights, names):
    """Return a picture of a small fully connected network with its numbers.

    >>> from convnet_lib import figures
    >>> layers, w3 = [np.array([1.0, 0.5, 0.0]), np.array([0.25])], np.array([[2.0, -1.0, 3.0]])
    >>> figures.neurons(layers, [w3], ["$a^2$", "$a^3$"]).alt.split(". ", 1)[1]
    'a2: 1, 0.5, 0. a3: 0.25. Weights to a3: 2, -1, 3.'

    Args:
        layers: one array a layer, shape (K,), then (Q,) …: the numbers written in the neurons.
        weights: one array a gap, shape (Q, K) …: the numbers written on the connections.
        names: titles of the layers.

    Returns:
        A Picture, the input on the left.
    """
    layers_said = [f"{plain(name)}: {_listed(x)}." for name, x in zip(names, layers, strict=True)]
    weights_said = [
        f"Weights to {plain(name)}: {'; '.join(_listed(row) for row in w)}."
        for name, w in zip(names[1:], weights, strict=True)
    ]
    alt = " ".join(["A fully connected network, from left to right.", *layers_said, *weights_said])
    tallest = max(len(layer) for layer in layers)
    width = min(2.6, FULL_WIDTH / len(layers)) * len(layers)
    picture, top = Picture(width, 0.5 + 0.8 * tallest, alt), 0.55 * (tallest - 1)
    ax = picture.subplots()
    ax.set(xlim=(-0.6, 2.5 * len(layers) - 1.9), ylim=(-top - 0.4, top + 0.85))
    ax.axis("off")
    places = [
        [(2.5 * n, 1.1 * ((len(layer) - 1) / 2 - j)) for j in range(len(layer))]
        for n, layer in enumerate(layers)
    ]
    # One scale for all the lines: what is equal is equally thick, whatever its layer.
    largest = max((np.abs(w).max() for w in weights), default=0) or 1.0
    for n, w in enumerate(weights):
        _draw_connections(ax, places[n], places[n + 1], np.asarray(w), largest)
    for n, layer in enumerate(layers):
        ax.text(2.5 * n, top + 0.45, names[n], ha="center", fontsize=11)
        _draw_neurons(ax, places[n], layer)
    return picture


@with_own_settings
def tangents(x, panels, at, xlabel):
    """Return a picture of costs as curves, each with the tangent at one point.

    >>> from convnet_lib import figures
    >>> x = np.array([0.0, 1.0, 2.0])
    >>> figures.tangents(x, [("$w^1$", x**2, 2.0), ("$b^1$", 3 * x, 3.0)], at=1.0, xlabel="x").alt
    'The cost as a curve with its tangent: w1, slope 2; b1, slope 3.'

    Args:
        x: where the costs were computed, shape (N,), rising.
        panels: (title, costs, slope) each: costs of shape (N,), and the slope at `at`.
        at: the point of the tangent.
        xlabel: what x is.

    Returns:
        A Picture.
    """
    slopes = "; ".join(f"{plain(title)}, slope {slope:.2g}" for title, _, slope in panels)
    width = min(NARROW, FULL_WIDTH / len(panels)) * len(panels)
    picture = Picture(width, 2.9, f"The cost as a curve with its tangent: {slopes}.")
    axes = picture.subplots(1, len(panels), squeeze=False)[0]
    for ax, (title, values, slope) in zip(axes, panels, strict=True):
        draw_tangent(ax, x, values, at, slope)
        ax.set(title=title, xlabel=xlabel, ylabel="cost")
        ax.locator_params(axis="x", nbins=6 if len(panels) < 3 else 3)  # long numbers do not touch
        ax.ticklabel_format(useOffset=False)
    return picture


def draw_tangent(ax, x, values, at, slope):
    """Draw a curve on axes, with its tangent of a given slope at x = `at`.

    >>> from convnet_lib import figures
    >>> ax = figures.Picture(3, 2, "A parabola and its tangent.").subplots()
    >>> x = np.array([0.0, 1.0, 2.0])
    >>> figures.draw_tangent(ax, x, x**2, at=1.0, slope=2.0)
    >>> curve, tangent, point = ax.lines
    >>> tangent.get_ydata()
    array([-1.,  1.,  3.])
    """
    x, values = checks.finite("x", x), checks.finite("values", values)
    checks.shape("values", values, x.shape)
    if x.ndim != 1 or len(x) < 2 or not (np.diff(x) > 0).all():
        checks.refuse("x", "rising numbers, shape (N,)", checks.written(x.shape))
    if not x[0] <= checks.number("at", at) <= x[-1]:
        checks.refuse("at", f"a number from {x[0]:g} to {x[-1]:g}", at)
    here, room = np.interp(at, x, values), 0.08 * np.ptp(values) or 0.1
    ax.plot(x, values, color="k")
    ax.plot(x, here + slope * (np.asarray(x) - at), "--", color=OUTLINE)
    ax.plot(at, here, "o", color=OUTLINE)
    ax.set(xlim=(x[0], x[-1]), ylim=(np.min(values) - room, np.max(values) + room))


@with_own_settings
def output_errors(a3, y, errors):
    """Return a picture of the output: activations beside the desired ones, and errors δ³ as bars.

    >>> from convnet_lib import figures
    >>> a3, y = np.array([0.5, 0.75]), np.array([0.0, 1.0])
    >>> figures.output_errors(a3, y, {"cross_entropy": a3 - y}).alt.split(". ")[1]
    'Bars of the output errors; cross-entropy: 0.5, -0.25.'

    Args:
        a3: activations, shape (Q,).
        y: desired activations, shape (Q,).
        errors: {name: δ³ of shape (Q,)}, at most three of them; for _ a name gets a hyphen.

    Returns:
        A Picture.
    """
    errors = {plain(name.replace("_", "-")): delta for name, delta in errors.items()}
    named = (f"{name}: {', '.join(short(d) for d in delta)}" for name, delta in errors.items())
    alt = f"Activations, the desired ones marked. Bars of the output errors; {'; '.join(named)}."
    picture = Picture(TWO_PANELS, 3.0, alt)
    left, right = picture.subplots(1, 2)
    places = np.arange(len(a3))
    left.bar(places, a3, 0.6, color="0.55", label="$a^3$")
    left.plot(places, y, "_", color=OUTLINE, markersize=16, markeredgewidth=2.5, label="$y$")
    left.set(xlabel="output neuron", ylabel="activation", xticks=places, ylim=(-0.05, 1.3))
    width = 0.8 / len(errors)
    for n, (name, delta) in enumerate(errors.items()):
        shift, hatch = (n + 0.5) * width - 0.4, ("", "///", "...")[n]
        color = (ACCENT, "#f3c9a3", "0.8")[n]
        style = {"color": color, "hatch": hatch, "edgecolor": "k", "label": name}
        right.bar(places + shift, delta, width, **style)
    right.axhline(0, color="k", linewidth=0.8)
    low, high = right.get_ylim()
    right.set(xlabel="output neuron", ylabel="$δ^3$", xticks=places)
    right.set_ylim(low, high + 0.15 * (high - low))  # room for the legend
    for ax in (left, right):
        ax.legend(ncols=3, loc="upper right")
    return picture


def _listed(values):
    return ", ".join(short(value) for value in values)


def _draw_connections(ax, inputs, outputs, w, largest):
    for (q, k), value in np.ndenumerate(w):
        (x, y), (to_x, to_y) = inputs[k], outputs[q]
        color = "#b2182b" if value > 0 else "#2166ac" if value < 0 else "0.6"
        width = 0.6 + 2.4 * abs(value) / largest
        ax.plot([x, to_x], [y, to_y], color=color, linewidth=width, zorder=1)
        # Near the input, where the connections of one output are still apart.
        along = 0.33 if k % 2 else 0.27
        place = (x + along * (to_x - x), y + along * (to_y - y))
        box = {"facecolor": "white", "edgecolor": "none", "pad": 1}
        look = {"ha": "center", "va": "center", "fontsize": SMALL}
        ax.text(*place, minus(short(value)), **look, bbox=box, zorder=2)


def _draw_neurons(ax, places, layer):
    for place, value in zip(places, layer, strict=True):
        ax.add_patch(Ellipse(place, 0.8, 0.56, facecolor="white", edgecolor="k", zorder=3))
        look = {"ha": "center", "va": "center", "fontsize": SMALL}
        ax.text(*place, minus(short(value)), **look, zorder=4)
