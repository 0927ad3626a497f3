"""The figures: what is drawn is what was handed in, and it is described in words."""

import io
import re

import matplotlib
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from matplotlib.collections import PatchCollection
from matplotlib.patches import Rectangle
from oracles import random
from PIL import Image

from convnet_lib import ConvNet, activations, conv, data, figures, pool, training

DIGITS = data.load_digits().train
NET = ConvNet.random(seed=7)
A0, Y = DIGITS.images[2], data.one_hot(DIGITS.labels[2])


def drawn(picture):
    """Return the arrays of the grids of cells of a picture, by their titles."""
    axes = [ax for ax in picture.axes if ax.images]
    return {ax.get_title(): np.asarray(ax.images[0].get_array()) for ax in axes}


def outlined(ax):
    """Return the set of cells (row, column) that are outlined on axes."""
    cells = set()
    for collection in ax.collections:
        if isinstance(collection, PatchCollection):
            for path in collection.get_paths():
                column, row = path.vertices[:4].mean(axis=0)
                cells.add((round(row), round(column)))
    return cells


def test_cells_draws_the_array_with_its_numbers():
    array = np.array([[0.25, -1.0, 0.0], [2.0, 0.5, -0.001]])
    picture = figures.cells(array, "w")
    np.testing.assert_array_equal(drawn(picture)["w"], array)
    numbers = [text.get_text() for text in picture.axes[0].texts]
    assert numbers == ["0.25", "−1", "0", "2", "0.5", "0"]


def test_signed_colours_are_symmetric_about_0_and_activations_run_from_0_to_1():
    assert figures.color_range(np.array([[-3.0, 1.0]]), "signed") == (-3, 3)
    assert figures.color_range(np.array([[-3.0, 1.0]]), "signed", limit=5) == (-5, 5)
    assert figures.color_range(np.zeros((2, 2)), "signed") == (-1, 1)
    assert figures.color_range(np.array([[np.nan, 2.0]]), "signed") == (-2, 2)
    assert figures.color_range(np.array([[0.2]]), "activation") == (0, 1)
    assert figures.color_range(np.array([[0, 25]]), "positive") == (0, 25)
    assert figures.color_range(np.zeros((2, 2)), "positive") == (0, 1)
    assert figures.color_range(np.array([[3.0]]), "positive", limit=5) == (0, 5)
    image = figures.cells(np.array([[-3.0, 1.0]]), "w").axes[0].images[0]
    assert image.norm(0.0) == 0.5


@pytest.mark.parametrize("name", [figures.SEQUENTIAL, figures.DIVERGING])
def test_the_palettes_tell_less_from_more_by_lightness_alone(name):
    """Readers who see no colours still see an order: lightness is monotonic from the middle out."""
    red, green, blue, _ = matplotlib.colormaps[name](np.linspace(0, 1, 101)).T
    lightness = 0.299 * red + 0.587 * green + 0.114 * blue
    half = lightness[50:] if name == figures.DIVERGING else lightness
    assert (np.diff(half) < 0.005).all()


def test_the_winners_are_outlined():
    a1 = NET.feedforward(A0).a1
    picture = figures.pooling(a1)
    winners = {(int(j), int(k)) for j, k in np.argwhere(pool.winners(a1))}
    assert outlined(picture.axes[0]) == winners
    assert len(winners) == 144


def test_a_mark_lies_on_the_cells_that_it_marks():
    picture = figures.cells(np.zeros((9, 9)), "a", mark=(2, 3, 4, 5))
    (mark,) = [p for p in picture.axes[0].patches if isinstance(p, Rectangle)]
    assert (mark.get_y(), mark.get_x()) == (1.5, 2.5)
    assert (mark.get_height(), mark.get_width()) == (4, 5)


def test_the_text_of_a_row_says_where_its_marks_are():
    panels = ("$a^0$", np.zeros((9, 9)), "signed", None, (2, 3, 4, 1)), ("$z^1$", np.ones((5, 5)))
    assert figures.row(*panels).alt == (
        "Side by side: a0, 9 by 9 cells, all 0, framed: rows 2 to 5, column 3. "
        "z1, 5 by 5 cells, all 1."
    )


@pytest.mark.parametrize("columns", [1, 2, 3, None])
def test_the_text_of_a_row_says_in_how_many_rows_its_panels_stand(columns):
    panels = [(f"panel {n}", np.zeros((4 + n, 9)), "activation") for n in range(3)]
    picture = figures.row(*panels, columns=columns, numbers=False)
    grids = [ax.get_position() for ax in picture.axes if ax.images]
    rows = len({round(grid.y1, 3) for grid in grids})
    begins = "Side by side" if rows == 1 else f"In {rows} rows"
    assert rows == {1: 3, 2: 2, 3: 1, None: 1}[columns]
    assert picture.alt.startswith(f"{begins}: panel 0, 4 by 9 cells, all 0. ")


TIED = np.array([[0.5, -2.0, 0.125], [-1.0, 0.5, 0.0]])
LARGE = np.arange(-20.0, 29).reshape(7, 7)
SAID = {
    "numbers": (TIED, None, None, "2 by 3 cells, row 0: 0.5, -2, 0.12; row 1: -1, 0.5, 0"),
    "outlined": (
        TIED,
        [[True, False, False], [False, True, False]],
        None,
        "2 by 3 cells, row 0: 0.5 outlined, -2, 0.12; row 1: -1, 0.5 outlined, 0",
    ),
    "framed": (
        TIED,
        None,
        (0, 1, 2, 2),
        "2 by 3 cells, row 0: 0.5, -2, 0.12; row 1: -1, 0.5, 0; "
        "framed: rows 0 to 1, columns 1 to 2",
    ),
    "one row": (TIED[:1], None, None, "1 by 3 cells: 0.5, -2, 0.12"),
    "one column": (TIED[:, 1:2], None, None, "2 by 1 cells: -2, 0.5"),
    "one cell": (TIED[:1, 1:2], None, None, "1 by 1 cells: -2"),
    "mostly 0": (
        [[0, 0, 1], [0, -0.5, 0], [1, 0, 0.001]],
        None,
        None,
        "3 by 3 cells: 0 but 1 at (0, 2), (2, 0), -0.5 at (1, 1)",
    ),
    "mostly 0, outlined": (
        [[0, 0, 0, 0], [0, 0.25, 0, 0]],
        [[0, 0, 1, 0], [0, 1, 0, 0]],
        None,
        "2 by 4 cells: 0 but 0 outlined at (0, 2), 0.25 outlined at (1, 1)",
    ),
    "alike": (np.full((3, 2), 0.5), None, None, "3 by 2 cells, all 0.5"),
    "truths": (np.array([[True, False]]), None, None, "1 by 2 cells: 1, 0"),
    "no number": ([[np.nan, -np.inf]], None, None, "1 by 2 cells: nan, -inf"),
    "large": (LARGE, None, None, "7 by 7 cells, from -20 at (0, 0) to 28 at (6, 6)"),
    "large, tied": (
        np.minimum(LARGE, 20),
        LARGE > 0,
        (1, 2, 1, 3),
        "7 by 7 cells, from -20 at (0, 0) to 20, 28 cells outlined, framed: row 1, columns 2 to 4",
    ),
    "large, tied but for rounding": (
        np.minimum(LARGE, 20) + 1e-9 * LARGE,
        None,
        None,
        "7 by 7 cells, from -20 at (0, 0) to 20",
    ),
    "large, mostly 0": (1500 * (LARGE == 9), None, None, "7 by 7 cells: 0 but 1500 at (4, 1)"),
    "large, alike": (np.full((7, 7), -1 / 3), None, None, "7 by 7 cells, all -0.333"),
    "large, 0": (np.zeros((37, 1)), None, None, "37 by 1 cells, all 0"),
    "large, one no number": (
        np.where(LARGE == 28, np.nan, LARGE),
        None,
        None,
        "7 by 7 cells, from -20 at (0, 0) to 27 at (6, 5), 1 not finite",
    ),
    "large, no number": (
        np.full((7, 7), np.nan),
        None,
        None,
        "7 by 7 cells, none of them a number",
    ),
}


@pytest.mark.parametrize("name", SAID)
def test_a_grid_in_words(name):
    array, outline, mark, said = SAID[name]
    assert figures.cells(array, "$z^1$", outline=outline, mark=mark).alt == f"A grid: z1, {said}."


def told(words):
    """The numbers of a small grid and whether each is outlined, as its words have them."""
    shape, said = re.fullmatch(r"(\d+ by \d+) cells[:,] (.*?)(?:; framed.*)?", words).groups()
    texts = np.full([int(n) for n in shape.split(" by ")], "0", object)
    if said.startswith("all "):
        texts[:] = said[4:]
    elif said.startswith("0 but "):
        for text, places in re.findall(
            r"(-?[\d.]+(?: outlined)?) at ((?:\(\d+, \d+\)(?:, )?)+)", said
        ):
            for j, k in re.findall(r"\((\d+), (\d+)\)", places):
                texts[int(j), int(k)] = text
    else:
        rows = re.split(r"; ", re.sub(r"row \d+: ", "", said))
        texts[:] = np.reshape([row.split(", ") for row in rows], texts.shape)
    return texts


@given(st.data())
def test_every_number_in_a_cell_stands_in_the_words_at_its_place(data):
    shape = data.draw(st.tuples(st.integers(1, 6), st.integers(1, 6)))
    numbers = st.sampled_from([0.0, -0.0, 0.001, 1.0, -0.5, 2.25]) | st.floats(-20, 20)
    array = data.draw(arrays(float, shape, elements=numbers))
    outline = data.draw(st.none() | arrays(bool, shape))
    picture = figures.cells(array, "z", outline=outline)
    written = [text.get_text().replace("−", "-") for text in picture.axes[0].texts]
    marked = np.zeros(shape, bool) if outline is None else outline
    wanted = [
        text + " outlined" * int(mark) for text, mark in zip(written, marked.flat, strict=True)
    ]
    assert list(told(picture.alt[len("A grid: z, ") : -1]).flat) == wanted


def test_what_is_said_of_a_picture_stands_before_the_numbers_that_are_written():
    panels = ("$w^1$", np.eye(2)), ("$z^1$", LARGE), ("$a^1$", LARGE[:, :6])
    assert (
        figures.row(*panels, alt="An eye.").alt
        == "An eye. w1, 2 by 2 cells, row 0: 1, 0; row 1: 0, 1."
    )
    assert figures.row(*panels, alt="An eye.", numbers=False).alt == "An eye."


def test_many_grids_are_named_and_share_a_range():
    arrays = np.array([[[0.25, -1.0]], [[0.5, np.nan]]])
    said = "2 grids of 1 by 2 cells on one scale, from -1 to 0.5: w1, δ = 0.100; 7."
    assert figures.maps(arrays, ["$w^1$, δ = 0.100", 7]).alt == said
    assert "none of them a number: a." in figures.maps(np.full((1, 2, 2), np.nan), ["a"]).alt


def test_convolution_shows_the_products_of_one_neuron():
    shown = drawn(figures.convolution(A0, NET.w1, NET.b1, at=(8, 14)))
    products = shown["products"]
    z1 = NET.feedforward(A0).z1
    np.testing.assert_array_equal(products, A0[8:13, 14:19] * NET.w1)
    assert products.sum() + NET.b1 == pytest.approx(z1[8, 14])
    np.testing.assert_array_equal(shown["$a^1 = σ(z^1)$"], activations.sigmoid(z1))


def test_pooling_shows_the_rule_for_ties_that_it_is_asked_for():
    a1 = NET.feedforward(A0).a1
    for ties in pool.TIES:
        shown = drawn(figures.pooling(a1, ties))
        np.testing.assert_array_equal(shown["pooling mask (BP2a)"], pool.winners(a1, ties))
        np.testing.assert_array_equal(shown["$a^2$"], pool.forward(a1))


def test_output_shows_what_each_neuron_sees():
    z = NET.feedforward(A0)
    picture = figures.output(z.a2, NET.w3, NET.b3, Y)
    arrays = list(drawn(picture).values())
    np.testing.assert_array_equal(arrays, NET.w3 * z.a2)
    heights = [bar.get_height() for bar in picture.axes[-1].patches]
    np.testing.assert_allclose(heights, z.a3, atol=1e-12)


@pytest.mark.parametrize("ties", pool.TIES)
def test_backward_shows_the_gradients(ties):
    picture = figures.backward(NET, A0, Y, ties=ties)
    shown, g = drawn(picture), NET.backprop(A0, Y, ties=ties)
    np.testing.assert_array_equal(shown["$δ^1$ (BP2)"], g.delta1)
    np.testing.assert_array_equal(shown[r"$\partial C/\partial w^1$ (BP4)"], g.w1)
    widths = [bar.get_width() for bar in picture.axes[0].patches]
    np.testing.assert_array_equal(widths, g.delta3)
    assert f"{g.b1:.3f}" in picture.alt
    (slopes,) = [ax.images[0] for ax in picture.axes if "σ" in ax.get_title()]
    assert slopes.get_clim() == (pytest.approx(slopes.get_array().min()), 0.25)


def test_backward_shows_one_map_of_several():
    net = ConvNet.random(3, seed=2)
    g = net.backprop(A0, Y)
    for f in range(3):
        picture = figures.backward(net, A0, Y, map=f)
        _, back, mask, slopes, delta1, nabla_w1 = [
            ax.images[0].get_array() if ax.images else None
            for ax in picture.axes
            if ax not in picture.bars.values()
        ]
        z = net.feedforward(A0)
        np.testing.assert_allclose(back, np.einsum("q,qfjk->fjk", g.delta3, net.w3)[f])
        np.testing.assert_array_equal(mask, pool.winners(z.a1)[f])
        np.testing.assert_array_equal(slopes, activations.sigmoid_prime(z.z1)[f])
        np.testing.assert_array_equal(delta1, g.delta1[f])
        np.testing.assert_array_equal(nabla_w1, g.w1[f])
        assert f"map {f} of 3 counted from 0" in picture.alt
        assert f"bias is {g.b1[f]:.3f}" in picture.alt
    with pytest.raises(ValueError, match="map: expected a whole number from 0 to 2, got 3"):
        figures.backward(net, A0, Y, map=3)
    with pytest.raises(ValueError, match="net: expected a network for images without channels"):
        figures.backward(ConvNet.random(3, channels=1), A0, Y)


def test_the_products_of_a_shared_weight_add_up_to_its_gradient():
    g = NET.backprop(A0, Y)
    for l, m in [(0, 0), (1, 4), (4, 2)]:
        *_, products = drawn(figures.shared_weight(g.delta1, A0, (l, m))).values()
        assert products.sum() == pytest.approx(g.w1[l, m])


def test_learning_curves_and_confusion():
    few = data.Digits(DIGITS.images[:40], DIGITS.labels[:40])
    run = training.sgd(NET, few, 2, 0.5, test=few)
    left, right = figures.learning_curves(run).axes
    np.testing.assert_array_equal(left.lines[0].get_ydata(), run.costs)
    np.testing.assert_array_equal(right.lines[1].get_ydata(), run.test_accuracy)
    counts = np.array([[5, 2], [1, 7]])
    picture = figures.confusion(counts)
    assert "12 of 15 digits" in picture.alt
    assert "a 0 taken for a 1, 2 times" in picture.alt
    np.testing.assert_array_equal(drawn(picture)[""], [[0, 2], [1, 0]])


def test_maps_and_digits_draw_all_that_they_are_given():
    w1 = ConvNet.random(3).w1
    np.testing.assert_array_equal(list(drawn(figures.maps(w1, ["a", "b", "c"])).values()), w1)
    shown = [ax.images[0].get_array() for ax in figures.digits(A0[None], [4]).axes if ax.images]
    np.testing.assert_array_equal(shown, [A0])


def pictures():
    """Return one picture of each kind."""
    z = NET.feedforward(A0)
    return {
        "cells": figures.cells(random(4, 4), "$w^1$"),
        "convolution": figures.convolution(A0, NET.w1, NET.b1),
        "pooling": figures.pooling(z.a1),
        "output": figures.output(z.a2, NET.w3, NET.b3, Y),
        "backward": figures.backward(NET, A0, Y),
        "maps": figures.maps(conv.forward(A0, random(3, 5, 5), np.zeros(3)), "abc"),
        "sigmoid_curve": figures.sigmoid_curve(1.0),
    }


@pytest.mark.parametrize("name", pictures())
def test_a_picture_is_a_png_that_is_the_same_each_time_and_is_described(name):
    picture, again = pictures()[name], pictures()[name]
    assert picture.png() == again.png()
    image = Image.open(io.BytesIO(picture.png())).convert("RGB")
    assert image.getpixel((0, 0)) == (255, 255, 255)
    assert len(np.unique(np.asarray(image))) > 20
    bundle, metadata = picture._repr_mimebundle_()
    assert bundle["text/plain"] == metadata["image/png"]["alt"] == picture.alt
    assert re.fullmatch(r"[A-Z0-9].{20,}\.", picture.alt)


def test_axes_are_labelled():
    for name, picture in pictures().items():
        for ax in picture.axes:
            is_bar = ax.get_label() == "<colorbar>"
            assert is_bar or ax.get_title() or (ax.get_xlabel() and ax.get_ylabel()), name


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: figures.cells(np.zeros(3), "a"),
            "array: expected shape (rows, columns), got (3,)",
        ),
        (
            lambda: figures.cells(np.zeros((2, 2)), "a", "heat"),
            "kind: expected 'activation' or 'signed' or 'positive', got 'heat'",
        ),
        (
            lambda: figures.pooling(np.zeros((3, 4))),
            "a: expected shape (..., H, W) with H and W even, so that 2×2 windows fit, got (3, 4)",
        ),
    ],
)
def test_bad_input(call, message):
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        call()


@pytest.mark.parametrize(
    ("y", "said"),
    [([0.0, 1.0, 0.0], "1 for neuron 1, 0 for the others"), ([0.5, 0.25, 0.0], "0.5, 0.25, 0")],
)
def test_the_alternative_text_says_what_each_bar_is_and_should_be(y, said):
    a3, w3 = np.array([0.5, 0.5, 0.5]), np.zeros((3, 1, 2))
    assert f"0.50, 0.50, 0.50; marked are the desired ones, {said}. " in (
        figures.output(np.ones((1, 2)), w3, np.zeros(3), np.array(y)).alt
    )
    assert f"marked: {said}. now, 0.50, 0.50, 0.50: " in (
        figures.answers([("now", a3)], np.array(y)).alt
    )
