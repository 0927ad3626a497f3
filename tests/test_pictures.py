"""What all pictures share: lettering, signs, frames, tiles, and no reader's style in them."""

import base64
import functools
import io
import itertools
import json
import re
from pathlib import Path

import matplotlib
import numpy as np
import pytest
from matplotlib import style
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.text import Text
from PIL import Image

from convnet_lib import ConvNet, broken, data, figures, training

ROOT = Path(__file__).parents[1]
DIGITS = data.load_digits().train
NET = ConvNet.random(seed=7)
A0, Y = DIGITS.images[2], data.one_hot(DIGITS.labels[2])
Z, G = NET.feedforward(A0), NET.backprop(A0, Y)
NETS = tuple(ConvNet.random(2, seed=seed) for seed in range(8))
CURVE = np.linspace(0.2, 0.9, 8)
RUN = training.Run(NETS, 2 - CURVE, CURVE, CURVE - 0.1, CURVE)
X = np.linspace(-2, 2, 21)
SHEET = np.pad(np.full((40, 8), 0.2), ((10, 10), (20, 62)), constant_values=0.9)
CHECKS = ("shape", "loops", "mean", "whole", "batch", "train", "eye")
NOTICED = {bug: dict.fromkeys(CHECKS, True) for bug in list(broken.BUGS)[:4]}
WRONG = broken.break_it(NET, "BP2a with the smallest").backprop(A0, Y)

PICTURES = {
    "cells": lambda: figures.cells(np.array([[-0.25, 1.0], [-2.0, 0.5]]), "$w^1$ times -2"),
    "counts": lambda: figures.cells(np.arange(64.0).reshape(8, 8), "counts"),
    "row": lambda: figures.row(("$a^0$", A0, "activation"), ("$z^1$", Z.z1), ("$a^2$", Z.a2)),
    "seven": lambda: figures.row(*[(f"map {n}", Z.a2, "activation") for n in range(7)]),
    "maps": lambda: figures.maps(ConvNet.random(20).w1, [f"map {n}" for n in range(20)]),
    "maps with long names": lambda: figures.maps(
        ConvNet.random(20).w1, [f"0.92 without {n}" for n in range(20)]
    ),
    "digits": lambda: figures.digits(DIGITS.images[:13], DIGITS.labels[:13]),
    "sigmoid_curve": lambda: figures.sigmoid_curve(1.0),
    "convolution": lambda: figures.convolution(A0, NET.w1, NET.b1),
    "pooling": lambda: figures.pooling(Z.a1),
    "output": lambda: figures.output(Z.a2, NET.w3, NET.b3, Y),
    "network": lambda: figures.network(NETS[0], A0),
    "floor_map": lambda: figures.floor_map(6, 8),
    "answers": lambda: figures.answers([("right", Y), ("half", np.full(10, 0.5))], Y),
    "cost_curves": lambda: figures.cost_curves(1.0, -2.0),
    "backward": lambda: figures.backward(NET, A0, Y),
    "a map of two": lambda: figures.backward(NETS[0], A0, Y, map=1),
    "shared_bias": lambda: figures.shared_bias(G.delta1, X, X**2, 0.5),
    "shared_weight": lambda: figures.shared_weight(G.delta1, A0, (1, 4)),
    "neurons": lambda: figures.neurons([[1.0, -0.5], [-0.125]], [[[2.0, -3.5]]], "ab"),
    "tangents": lambda: figures.tangents(X, [("w", X**2, 2.0), ("b", -1e-5 * X, -1e-5)], 1, "z"),
    "three tangents": lambda: figures.tangents(
        X / 800, [(n, 2.3185 + abs(X) / 800, 1.0) for n in "abc"], 0, "z"
    ),
    "output_errors": lambda: figures.output_errors(Z.a3, Y, {"a": G.delta3, "b": Z.a3 - Y}),
    "learning_curves": lambda: figures.learning_curves(RUN),
    "several_runs": lambda: figures.several_runs({f"η = {n}": RUN for n in (0.1, 1, 3)}),
    "confusion": lambda: figures.confusion(np.arange(100).reshape(10, 10)),
    "gallery": lambda: figures.gallery(ConvNet.random(8, seed=1), A0),
    "training_film": lambda: figures.training_film(RUN, A0, 4),
    "noticed": lambda: figures.noticed(NOTICED),
    "accuracies": lambda: figures.accuracies(dict.fromkeys(broken.BUGS, 0.8125), 0.9, 0.5),
    "wrong_gradient": lambda: figures.wrong_gradient(G, WRONG, {"mean": True}),
    "ladder": lambda: figures.ladder({"loops": 25_000, "einsum": 120}, 4),
    "roofline": lambda: figures.roofline({"a core": (4e10, 1e10)}, {"BP4": (2.0, 1.5e10)}),
    "shared_work": lambda: figures.shared_work(np.array([1, 10]), np.ones(2), np.array([9, 0.5])),
    "from_image_steps": lambda: figures.from_image_steps(data.steps_from_image(SHEET)),
}
# Pictures in one piece, which a telephone moves sideways.
WIDE = {"network", "neurons", "noticed", "accuracies", "ladder", "roofline"}
each_picture = pytest.mark.parametrize("name", PICTURES)


def test_there_is_one_picture_of_each_kind():
    kinds = {name for name in figures.__all__ if name[0].islower() and not name.startswith("draw_")}
    kinds -= {"color_range", "description", "png"}
    assert kinds <= set(PICTURES)


@functools.cache
def shown(name):
    """A picture, and its PNG and metadata as a notebook gets them."""
    picture = PICTURES[name]()
    bundle, said = picture._repr_mimebundle_()
    return picture, bundle["image/png"], said["image/png"]


@functools.cache
def lettering(name):
    """What is drawn with letters, as (text, points): asked of the renderer, not of the Picture."""
    picture, drawn = PICTURES[name](), []

    def keep(self, renderer, *args, **kwargs):
        x, y = self.get_window_extent(renderer).get_points().mean(axis=0)
        inside = picture.bbox.contains(x, y)
        if self.get_visible() and self.get_text().strip() and inside:
            drawn.append((self.get_text(), self.get_fontsize()))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Text, "draw", keep)
        picture.png()
    return drawn


# What is written with numbers that the words have in another form or leave out.
UNSAID = {
    "network": "the numbers of the outputs",
    "floor_map": "the words say the rule by which the cells are numbered",
    "confusion": "a hundred counts: the words say the commonest mistakes",
    "gallery": "the numbers of the maps",
    "from_image_steps": "the numbers of the steps",
}


def numbers_in(text):
    """The numbers in a text and its mathtext's titles, but for those that are part of a name."""
    text = re.sub(r"\$[^$]*\$", "", text).replace("−", "-")
    text = re.sub(r"(?<=\d),(?=\d{3})", "", text)
    return re.findall(r"(?<![\w.^(-])-?\d+(?:\.\d+)?(?:e[+-]\d+)?|(?<=\()\d+", text)


def rounds_to(number, text):
    """Whether a number in words is the one that is written, or that with more digits."""
    digits = len(text.partition(".")[2])
    return abs(float(number) - float(text)) <= (0.5001 * 10**-digits if digits else 0)


@each_picture
def test_every_number_that_is_written_is_in_the_words(name):
    picture = PICTURES[name]()
    written = list(picture.texts)
    for ax in picture.axes:
        written += [ax.title, ax.xaxis.label, ax.yaxis.label, *ax.texts]
        written += ax.get_legend().get_texts() if ax.get_legend() else []
    numbers = [number for text in written for number in numbers_in(text.get_text())]
    said = numbers_in(picture.alt)
    missing = [text for text in numbers if not any(rounds_to(each, text) for each in said)]
    assert (missing != []) == (name in UNSAID), missing


@each_picture
def test_no_number_of_an_axis_lies_on_its_neighbour(name):
    picture = PICTURES[name]()
    picture.png()
    for ax in picture.axes:
        for axis in (ax.xaxis, ax.yaxis):
            labels = [label for label in axis.get_ticklabels() if label.get_text()]
            boxes = [label.get_window_extent() for label in labels if label.get_visible()]
            assert not any(one.overlaps(other) for one, other in itertools.pairwise(boxes))


WIDE_TITLES = {
    "alone": lambda: figures.row(("a title that is wider than this", CURVE[:, None])),
    "in a row of its own": lambda: figures.row(
        *[(name, A0) for name in "abc"], ("wider than its column", CURVE[:, None])
    ),
    "a curve": lambda: figures.tangents(X, [("a slope that is near to -0.0898", X, 1.0)], 1, "z"),
}


@pytest.mark.parametrize("name", WIDE_TITLES)
def test_a_title_wider_than_its_panel_stands_in_the_picture(name):
    picture = WIDE_TITLES[name]()
    picture.png()
    boxes = [ax.title.get_window_extent() for ax in picture.axes if ax.get_title()]
    assert all(0 < box.x0 < box.x1 < picture.bbox.x1 for box in boxes)


def test_a_title_wider_than_the_picture_stays_in_its_middle():
    picture = figures.tangents(X, [("a title without room " * 4, X, 1.0)], 1, "z")
    picture.png()
    assert picture.axes[0].title.get_position()[0] == 0.5


def test_no_title_of_a_notebook_is_cut():
    cut = []
    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        for cell in json.loads(path.read_text("utf-8"))["cells"]:
            for output in cell.get("outputs", []):
                if shown_ := output.get("data", {}).get("image/png"):
                    png = Image.open(io.BytesIO(base64.b64decode("".join(shown_)))).convert("L")
                    sides = np.asarray(png)[:, [0, -1]]
                    cut += [cell["id"]] if (sides < 200).any() else []
    assert cut == []


@each_picture
def test_no_lettering_is_under_eleven_pixels_in_the_column_of_a_page(name):
    _, _, said = shown(name)
    smallest = min(points for _, points in lettering(name)) * figures.PIXELS_PER_INCH / 72
    assert said["smallest"] == pytest.approx(smallest, abs=0.01)
    assert said["smallest"] * min(1, 680 / said["width"]) >= 11
    # On a telephone the panels stand below each other, 340 pixels wide.
    parts = [width for _, _, width, _ in said.get("tiles", [])] or [said["width"]]
    assert (said["smallest"] * min(1, 340 / max(parts)) >= 11) == (name not in WIDE)


@each_picture
def test_minus_signs_are_minus_signs(name):
    words = [text for text, _ in lettering(name)]
    plain = [re.sub(r"\$[^$]*\$", "", text) for text in words]
    assert not [text for text in plain if re.search(r"(?<!\w)-\d|\de[+-]\d", text)]


def test_minus_knows_numbers_from_hyphens():
    for text, expected in {
        "-1": "−1",
        "at (-2, -0.5)": "at (−2, −0.5)",
        "cross-entropy -0.0": "cross-entropy −0.0",
        "3-day, map-2": "3-day, map-2",
        "$z^1 -1$ is -1": "$z^1 -1$ is −1",
        "-2e-05": "−2·10⁻⁵",
        "1e-05": "10⁻⁵",
        "2.5e+04 µs": "2.5·10⁴ µs",
        "the1e5": "the1e5",
    }.items():
        assert figures.picture.minus(text) == expected


@each_picture
def test_tiles_hold_all_ink_and_none_twice(name):
    _, png, said = shown(name)
    tiles = said.get("tiles", [])
    pixels = np.array(Image.open(io.BytesIO(png)).convert("L")).astype(int)
    assert pixels.shape[1] == 2 * said["width"]
    covered = np.zeros(pixels.shape, int)
    for x, y, width, height in tiles:
        covered[2 * y : 2 * (y + height), 2 * x : 2 * (x + width)] += 1
    assert covered.max() <= 1
    if tiles:
        assert pixels[covered == 0].min() > 250
        assert len(tiles) > 1


@each_picture
def test_a_readers_style_changes_nothing(name):
    """Neither a dark style, nor settings as odd as they come, change a byte."""
    _, plain, _ = shown(name)
    odd = {"font.size": 30, "axes.unicode_minus": False, "font.family": "serif"}
    odd |= {"lines.linewidth": 9, "image.interpolation": "bicubic", "image.origin": "lower"}
    odd |= {"axes.grid": True, "xtick.top": True, "figure.dpi": 33, "savefig.dpi": 40}
    odd |= {"mathtext.fontset": "stix", "axes.formatter.limits": (-1, 1), "legend.fontsize": 30}
    with matplotlib.rc_context():
        style.use("dark_background")
        matplotlib.rcParams.update(odd)
        before = dict(matplotlib.rcParams)
        bundle, _ = PICTURES[name]()._repr_mimebundle_()
        assert bundle["image/png"] == plain
        assert dict(matplotlib.rcParams) == before


@each_picture
def test_what_pictures_share_to_be_drawn_sooner_changes_no_pixel(name):
    ours = PICTURES[name]().png()
    canvas = FigureCanvasAgg(PICTURES[name]())
    canvas.draw()
    assert np.array_equal(np.array(Image.open(io.BytesIO(ours))), canvas.buffer_rgba())


def test_arrays_stay_as_they_were_when_the_picture_was_made():
    array, outline = np.array([[1.0, 2.0]]), np.array([[True, False]])
    picture = figures.row(("a", array, "positive", outline))
    array[:], outline[:] = 0, False
    (ax,) = [ax for ax in picture.axes if ax.get_title()]
    assert ax.images[0].get_array().tolist() == [[1, 2]]
    assert len(ax.collections[0].get_paths()) == 1


def test_what_is_added_to_a_picture_whose_axes_were_put_off_comes_after_them():
    for add in ("add_subplot", "gca", "get_axes", "get_children"):
        picture = figures.cells(np.eye(2), "one")
        getattr(picture, add)()
        assert picture.axes[0].get_title() == "one"


def test_what_a_reader_draws_on_a_picture_has_its_style_too():
    def drawn():
        picture = figures.Picture(3, 2, "A parabola.")
        figures.draw_cells(picture.subplots(), np.array([[-1.0, 2.0]]), "$z^1$")
        return picture.png()

    plain = drawn()
    with style.context("dark_background"):
        assert drawn() == plain


def edges(picture):
    """Left, lower, right and upper edge of each frame of a picture, in inches."""
    frames = [ax for ax in picture.axes if ax not in picture.bars.values()]
    return [ax.get_position().extents * np.tile(picture.get_size_inches(), 2) for ax in frames]


def test_frames_of_one_row_share_their_edges():
    first, second, third = edges(PICTURES["row"]())
    for a, b in ((first, second), (second, third)):
        assert (a[1], a[3]) == pytest.approx((b[1], b[3]))
    for name in ("backward", "shared_bias", "wrong_gradient", "pooling"):
        rows = {}
        for _, low, _, high in edges(PICTURES[name]()):
            rows.setdefault(round(high, 6), set()).add(round(low, 3))
        assert {len(lows) for lows in rows.values()} == {1}, name


def test_frames_of_other_shapes_share_their_upper_edge():
    wide, tall = edges(figures.row(("a", np.zeros((8, 16))), ("b", np.zeros((16, 8)))))
    assert wide[3] == pytest.approx(tall[3])
    assert wide[1] > tall[1] + 0.5


def test_a_row_goes_on_below_where_the_page_ends():
    picture = PICTURES["seven"]()
    lefts = [round(left, 6) for left, *_ in edges(picture)]
    assert lefts == [*lefts[:3], *lefts[:3], lefts[0]]
    assert picture.get_size_inches()[0] <= figures.picture.FULL_WIDTH


def test_a_scale_of_counts_begins_at_0_with_the_colour_of_0():
    picture = PICTURES["counts"]()
    (bar,) = picture.bars.values()
    assert bar.get_ylim() == (0, 63)
    assert picture.axes[0].images[0].get_clim() == (-63, 63)
    assert next(iter(PICTURES["shared_weight"]().bars.values())).get_ylim() == (0, 1)
    # Of many grids on one scale, any may go below 0, and not the last of them alone.
    last_above = figures.maps([[[-3.0, 1.0]], [[1.0, 2.0]]], ["a", "b"])
    assert last_above.axes[-1].get_ylim() == (-3, 3)
    none_below = figures.maps([[[0.0, 1.0]], [[1.0, 2.0]]], ["a", "b"])
    assert none_below.axes[-1].get_ylim() == (0, 2)
    signed = figures.cells(np.linspace(-1, 2, 64).reshape(8, 8), "z")
    assert next(iter(signed.bars.values())).get_ylim() == (-2, 2)
