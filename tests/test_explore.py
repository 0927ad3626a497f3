"""Controls over pictures: what a moved control draws, and every control of every notebook."""

import ast
import base64
import gc
import io
import json
import re
import sys
from pathlib import Path

import explored
import ipywidgets
import numpy as np
import pytest
from matplotlib import pyplot
from matplotlib.figure import Figure
from PIL import Image

from convnet_lib import ConvNet, figures, widgets
from convnet_lib.widgets import explore, recipes
from convnet_lib.widgets.explore import (
    ALL_ROWS,
    ALL_STATES,
    DRAW_AHEAD,
    Explorer,
    control_states,
    shown,
)

NOTEBOOKS = sorted((Path(__file__).parents[1] / "notebooks").glob("*.ipynb"))


def draw(n, turned=False, kind="signed"):
    """A picture whose only array says which values it was drawn with."""
    return figures.cells(np.array([[n, 10.0 * turned]]), "a", kind)


def curve(z=0.5):
    """A picture that is no row of grids."""
    return figures.sigmoid_curve(z)


def test_a_moved_control_draws_again_with_its_value():
    explorer = explore(draw, n=(1, 5), turned=False, kind=["signed", "activation"])
    explorer.controls["n"].value = 4
    explorer.controls["turned"].value = True
    explorer.controls["kind"].value = "activation"
    assert explorer._shown == shown(draw(4, True, "activation"))
    assert explorer._shown["alt"] == explorer.picture.alt


def test_each_kind_of_control():
    own = ipywidgets.IntText(value=3, description="mine")
    explorer = explore(
        lambda **_: draw(1.0), a=(0, 9), b=(0.0, 1.0, 0.1), c={"x": 1}, d=True, e=own
    )
    kinds = [type(control).__name__ for control in explorer.controls.values()]
    assert kinds == ["IntSlider", "FloatSlider", "Dropdown", "Checkbox", "IntText"]
    assert explorer.controls["b"].step == 0.1
    assert [c.description for c in explorer.controls.values()] == ["a", "b", "c", "d", "mine"]


def test_a_hundred_fast_moves_end_on_the_last_value():
    explorer = explore(draw, n=(0, 100))
    for n in range(101):
        explorer.controls["n"].value = n
    assert explorer._shown == shown(draw(100))


def test_a_default_of_None_leaves_the_control_where_it_is():
    explorer = explore(lambda n=None: draw(n), n=(1, 5))
    assert explorer.controls["n"].value == 1


def test_a_control_begins_at_the_default_of_its_argument():
    explorer = explore(lambda n, m=4: draw(n + m), n=(1, 5), m=(1, 5))
    assert [control.value for control in explorer.controls.values()] == [1, 4]
    assert explorer._shown == shown(draw(5))


def frame(explorer):
    """The text in the place of the picture, or what is said of the picture."""
    return explorer._shown.get("failed") or explorer._shown["alt"]


def test_what_draw_raises_stands_in_the_place_of_the_picture():
    def divide(n):
        return draw(1 // n, 0)

    explorer = explore(divide, n=(0, 3))
    assert "draw(n=0) failed:\nZeroDivisionError: " in frame(explorer)
    assert explorer.picture is None
    explorer.controls["n"].value = 1
    assert explorer._shown == shown(draw(1, 0))
    explorer.controls["n"].value = 0
    assert "ZeroDivisionError" in frame(explorer)
    assert set(explorer._shown) == {"alt", "failed"}


@pytest.mark.parametrize("failure", [ValueError("<b>"), SystemExit(3), RecursionError("deep")])
def test_a_function_that_ends_ends_nothing_but_its_picture(failure):
    def end(n):
        raise failure

    explorer = explore(end, n=(1, 5))
    assert type(failure).__name__ in frame(explorer)
    assert set(explorer._shown) == {"alt", "failed"}  # a text: the page sets it as one


def test_an_interrupt_is_for_the_reader():
    def interrupted(n):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        explore(interrupted, n=(1, 5))


@pytest.mark.parametrize("make", [Figure, lambda: pyplot.figure()], ids=["Figure", "pyplot"])
def test_an_ordinary_Figure_is_shown(make):
    def plain(n):
        figure = make()
        figure.subplots().set_title(f"n is {n}")
        return figure

    pyplot.close("all")
    explorer = explore(plain, n=(1, 5))
    one = explorer._shown["png"]
    assert frame(explorer).startswith("A figure: n is 1")
    explorer.controls["n"].value = 5
    assert "n is 5" in frame(explorer)
    assert explorer._shown["png"] != one
    assert pyplot.get_fignums() == []  # pyplot would keep them all, and show them once more


@pytest.mark.parametrize("value", [None, 3, "a picture", np.zeros((2, 2))])
def test_what_is_no_picture_is_refused_by_name(value):
    expected = "ValueError: draw: expected a figures.Picture or another matplotlib Figure"
    assert expected in frame(explore(lambda n: value, n=(1, 5)))


def test_its_text_holds_no_address():
    assert repr(explore(draw, n=(1, 5))) == "Controls: n. Run this cell to move them."


CONTROL = "n: expected a control, (low, high), a list, a dict or a bool, got "
DRAW_WITH = "controls: expected those that draw can be called with, got "


@pytest.mark.parametrize(
    ("controls", "message"),
    [
        ({}, "controls: expected at least one, got none"),
        ({"n": 3}, "n: expected a control, (low, high), a list, a dict or a bool, got 3"),
        ({"n": (1,)}, "n: expected a control, (low, high), a list, a dict or a bool, got (1,)"),
        *(
            (
                {"n": value},
                CONTROL + repr(value),
            )
            for value in (
                (5, 1),
                (1, 1),
                ("a", "b"),
                (0.0, float("nan")),
                (0.0, float("inf")),
                (1, 5, 0),
                (1, 5, -1),
                (True, 3),
                (1, 2, 3, 4),
                [],
                {},
                None,
                "abc",
            )
        ),
        # None is 'nothing chosen' to ipywidgets, whichever place of the menu it stands at.
        ({"n": [None, 1]}, "n: expected choices other than None, got (None, 1)"),
        ({"n": {"a": None}}, "n: expected choices other than None, got {'a': None}"),
        (
            {"n": ipywidgets.Dropdown(options=[("a", None), ("b", 1)])},
            "n: expected choices other than None, got (('a', None), ('b', 1))",
        ),
        (
            {"m": (1, 5)},
            DRAW_WITH + "missing a required argument: 'n'",
        ),
        (
            {"n": (1, 5), "m": (1, 5)},
            DRAW_WITH + "an unexpected keyword argument 'm'",
        ),
    ],
)
def test_bad_input(controls, message):
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        explore(draw, **controls)


# --- What the page gets -----------------------------------------------------------------------


def test_a_row_of_grids_is_sent_as_its_arrays():
    x = np.array([[0.5, -2.0, 0.25], [1.0, 0.0, 3.0]])
    mask = np.array([[0, 1, 0], [0, 0, 1]])
    picture = figures.row(("$w^1$ <", x, "signed", mask, (0, 1, 2, 2)), ("b", x), limit=4)
    first, second = shown(picture)["panels"]
    assert first["title"] == "<i>w</i><sup>1</sup> &lt;"
    assert np.frombuffer(base64.b64decode(first["data"]), np.float32).tolist() == [*x[0], *x[1]]
    assert (first["shape"], first["kind"], first["limit"]) == ([2, 3], "diverging", 4.0)
    assert (first["outline"], first["mark"]) == ([[0, 1], [1, 2]], [0, 1, 2, 2])
    assert (second["outline"], second["mark"]) == ([], None)


@pytest.mark.parametrize(
    ("title", "written"),
    [
        ("$a^1$, switched on", "<i>a</i><sup>1</sup>, switched on"),
        (r"$1000\,\partial C/\partial w^1$", "1000 ∂<i>C</i>/∂<i>w</i><sup>1</sup>"),
        ("$z^{12}_k$ & more", "<i>z</i><sup>12</sup><sub>k</sub> &amp; more"),
        ("a digit", "a digit"),
        ("sum -0.5, 3-4", "sum −0.5, 3-4"),
    ],
)
def test_titles_are_written_in_html(title, written):
    assert shown(figures.cells(np.eye(2), title))["panels"][0]["title"] == written


def test_what_is_never_negative_is_sent_with_its_own_largest():
    sent = shown(figures.row(("a", np.eye(2), "activation"), ("n", 25 * np.eye(3), "positive")))
    assert [panel["kind"] for panel in sent["panels"]] == ["sequential", "sequential"]
    assert [panel["limit"] for panel in sent["panels"]] == [1, 25]
    assert not {"caption", "pairs"} & set(sent)


def test_a_title_over_all_and_pairs_are_sent():
    picture = figures.row(("right", np.eye(2)), ("broken", -np.eye(2)))
    picture.suptitle("$b^1$: -1 & more")
    picture.pairs = [(1, 0)]
    sent = shown(picture)
    assert sent["caption"] == "<i>b</i><sup>1</sup>: −1 &amp; more"
    assert sent["pairs"] == [[1, 0]]


def test_another_picture_is_sent_as_it_is():
    sent = shown(curve(), kept=True)
    assert base64.b64decode(sent["png"]) == curve().png()
    assert sent["alt"] == curve().alt


def test_a_picture_that_a_reader_waits_for_has_the_same_pixels():
    quick, kept = (base64.b64decode(shown(curve(), kept)["png"]) for kept in (False, True))
    assert len(kept) < len(quick) < 1.5 * len(kept)
    colours = [np.asarray(Image.open(io.BytesIO(png)).convert("RGBA")) for png in (quick, kept)]
    np.testing.assert_array_equal(*colours)


def test_a_picture_is_drawn_as_sharp_as_the_screen_and_no_sharper():
    """Twice as many pixels are twice as many to draw, to send and to unpack."""
    sizes = {}
    for sharpness in (1, 1.25, 2, 3):
        explorer = explore(curve, z=(-4.0, 4.0))
        explorer._sharpness = sharpness
        explorer.controls["z"].value = 1.0
        sizes[sharpness] = sent_pixels(explorer).shape[1] / explorer._shown["width"]
        assert explorer.picture.dpi == figures.DOTS_PER_INCH  # for whoever saves it
    assert sizes == {1: 1, 1.25: 2, 2: 2, 3: 2}


def test_what_is_kept_is_sharp_on_every_screen():
    sent = shown(curve(), kept=True, sharpness=1.0)
    assert base64.b64decode(sent["png"]) == curve().png()


def sent_pixels(explorer):
    """The pixels that a page gets of the picture that is shown."""
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(explorer._shown["png"]))))


def two_axes(high, words="cost", title="", ticks=None, turned=0):
    """A picture that has to be laid out: what is written beside its left axes has some width."""
    picture = figures.Picture(6, 2, "Two axes.")
    left, right = picture.subplots(1, 2)
    left.set_ylim(0, 3)  # which has fewer ticks than any here
    for label in left.get_yticklabels() if turned else ():
        label.set_rotation(turned)
    left.set(ylim=(0, high), ylabel=words, title=title)
    left.tick_params(**(ticks or {}))
    right.plot([0, 1], [0, 1])
    return picture


@pytest.mark.parametrize("sharpness", [1, 2])
@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"high": 1}, {"high": 2}),  # its numbers are as wide: it may stay where it is
        ({"high": 1}, {"high": 100_000}),  # wider numbers
        ({"high": 100_000}, {"high": 1}),
        ({"high": 1}, {"high": 1, "words": "a cost\nin two lines"}),
        ({"high": 1}, {"high": 1, "title": "A title"}),
        ({"high": 1}, {"high": 1, "ticks": {"colors": "r", "labelsize": 6, "length": 9}}),
        ({"high": 1, "turned": 90}, {"high": 5, "turned": 90}),
    ],
)
def test_a_moved_picture_ends_as_if_it_were_the_first(sharpness, before, after):
    explorer = explore(lambda moved: two_axes(**(after if moved else before)), moved=False)
    explorer._sharpness = sharpness
    for moved, values in ((True, after), (False, before)):
        explorer.controls["moved"].value = moved
        dpi = sharpness * figures.PIXELS_PER_INCH
        alone = Image.open(io.BytesIO(figures.png(two_axes(**values), dpi)))
        np.testing.assert_array_equal(sent_pixels(explorer), np.asarray(alone))


def test_a_picture_that_stands_as_the_last_is_not_laid_out_again():
    explorer, sent = explore(figures.cost_curves, z=(-8.0, 8.0, 0.25)), []
    explorer.controls["z"].value = 1.0
    explorer.observe(lambda change: sent.append(change), "_shown")
    laid_out = []
    engine = type(explorer.picture.get_layout_engine())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(engine, "execute", lambda self, figure: laid_out.append(figure))
        explorer.controls["z"].value = 2.0
    assert (len(sent), laid_out) == (1, [])
    assert explorer.picture.get_layout_engine() is not None  # for whoever saves it


def test_frames_may_stand_in_frames():
    picture, other = figures.cost_curves(z=1.0), figures.cost_curves(z=2.0)
    other.png()
    frames = figures.Frames(other)
    with picture.standing(frames.frames):
        assert frames.hold(picture)
        picture.axes[0].set_ylim(0, 4000)
        assert not frames.hold(picture)
    axes = [axis for ax in picture.axes for axis in (ax.xaxis, ax.yaxis)]
    assert not any({*figures.picture.TICKS} & {*vars(axis)} for axis in axes)


def test_axes_look_for_their_ticks_again_once_a_picture_stood():
    picture = figures.cost_curves(z=1.0)
    frames = figures.Frames(figures.cost_curves(z=2.0))
    shown(picture, frames=frames)
    ax = picture.axes[0]
    ax.set_ylim(0, 4000)
    picture.png()
    assert any("4000" in label.get_text() for label in ax.get_yticklabels())


@pytest.mark.parametrize("collects", [True, False])
def test_unused_objects_are_looked_for_again_whatever_became_of_a_picture(collects):
    """A collection looks at all objects there are, and is put off until the picture is sent."""
    while_drawing = []

    def draw(n):
        while_drawing.append(gc.isenabled())
        return figures.cost_curves(z=1 / n)

    (gc.enable if collects else gc.disable)()
    try:
        explorer = explore(draw, n=(0, 2))
        for n in (1, 0, 2):
            explorer.controls["n"].value = n
            assert gc.isenabled() is collects
    finally:
        gc.enable()
    assert not any(while_drawing)


@pytest.mark.parametrize("holds", [True, False])
def test_a_picture_is_sent_before_anything_else_is_computed(monkeypatch, holds):
    """A kernel sends from another thread: it is let in first, and nothing is tidied up before."""
    explorer = explore(figures.cost_curves, z=(-4.0, 4.0), y=[1, 0])
    order = []

    def told(word, result=None):
        return lambda *args: order.append((word, gc.isenabled())) or result

    monkeypatch.setattr(sys.modules[Explorer.__module__].time, "sleep", told("let in"))
    monkeypatch.setattr(figures.Frames, "hold", told("looked at", holds))
    explorer.observe(told("sent"), names="_shown")
    explorer.controls["z"].value = 1.0
    sent = [("sent", False), ("let in", False)]
    # Laid out it is the same picture here, and the same is not sent again.
    assert order == [*sent, ("looked at", True), *([] if holds else sent[1:])]


def test_matplotlib_draws_no_grids_that_the_page_draws(monkeypatch):
    def refuse(*args, **kwargs):
        raise AssertionError("drawn by matplotlib")

    monkeypatch.setattr(figures.grids, "framed", refuse)
    explorer = explore(draw, n=(1, 5))
    explorer.controls["n"].value = 3
    assert "panels" in explorer._shown
    with pytest.raises(AssertionError, match="drawn by matplotlib"):
        explorer.picture.axes  # noqa: B018


def test_a_picture_that_is_kept_is_sent_with_its_tiles():
    picture = figures.cost_curves(z=1.0, y=1)
    assert "tiles" not in shown(picture)
    sent = shown(picture, kept=True)
    assert (sent["smallest"], sent["tiles"]) == (picture.smallest(), picture.boxes())
    assert len(sent["tiles"]) == 2
    frames = explore(figures.cost_curves, z=(0.0, 1.0, 1.0), y=[1]).ahead()["frames"]
    assert all(frame["tiles"] == sent["tiles"] for frame in frames.values())


def test_where_tiles_are_does_not_hang_on_when_it_was_drawn():
    before, after = figures.cost_curves(z=1.0, y=1), figures.cost_curves(z=1.0, y=1)
    after.png()
    assert before.boxes() == after.boxes()
    after.axes[0].set_title("a title of three words", fontsize=30)
    assert after.boxes() != before.boxes()


# --- Drawn ahead ------------------------------------------------------------------------------


def test_all_states_are_drawn_where_they_are_few():
    explorer = explore(draw, n=(1, 5, 2), turned=True, kind=["signed", "activation"])
    ahead = explorer.ahead()
    assert ahead["start"] == [0, 0, 0]
    assert ahead["moves"] == [True, True, True]
    assert len(ahead["frames"]) == 3 * 2 * 2
    assert ahead["frames"]["2,1,1"] == shown(draw(5, True, "activation"))


def test_of_many_states_each_control_is_moved_from_the_start():
    explorer = explore(lambda n, m=7: draw(n + 100 * m), n=(0, 20), m=(0, 9))
    frames = explorer.ahead()["frames"]
    assert ALL_ROWS < 21 * 10
    assert set(frames) == {f"{n},7" for n in range(21)} | {f"0,{m}" for m in range(10)}
    assert frames["13,7"] == shown(draw(713))


def test_of_rows_of_grids_more_states_are_drawn_than_of_pictures():
    count = ALL_STATES // 2 + 1
    assert ALL_STATES < 2 * count <= ALL_ROWS
    controls = {"n": (1, count), "turned": False}
    row = explore(lambda n, turned: draw(n, turned), **controls).ahead()["frames"]
    assert len(row) == 2 * count
    picture = figures.cost_curves(z=1.0, y=1)
    frames = explore(lambda n, turned: picture, **controls).ahead()["frames"]
    assert len(frames) == count + 1


def test_a_recipe_is_sent_where_pages_are_built_and_nowhere_else(monkeypatch):
    image = np.round(255 * np.random.default_rng(0).random((10, 10))) / 255

    def forwards(size, kernel, stride, padding, neuron):
        return figures.cells(image[:size, :size], "image")

    here = widgets.in_page(forwards, "strides", image=image)
    controls = {name: (1, 9) for name in ("size", "kernel", "stride", "padding", "neuron")}
    explorer = explore(here, **controls)
    assert (explorer._figure, explorer._ahead) == ("explore.js", {})
    assert explorer.picture.alt == forwards(1, 1, 1, 1, 1).alt
    monkeypatch.setenv(DRAW_AHEAD, "1")
    explorer = explore(here, **controls)
    assert explorer._figure == "recipes/strides.js"
    assert {"recipes/strides.js", "explore.js", "parts/layers.js"} <= set(explorer._modules)
    sent = explorer._ahead
    assert "frames" not in sent
    assert sent["names"] == list(controls)
    assert sent["states"] == [list(range(1, 10))] * 5
    assert np.array_equal(explored.unpacked(sent["arrays"])["image"], image)


def test_what_is_sent_of_arrays_is_what_they_were():
    rng = np.random.default_rng(0)
    net = ConvNet.random(2, seed=1)
    grey, signed = rng.integers(0, 256, (3, 2)) / 255, rng.standard_normal((2, 3))
    for x in (grey, signed, grey[:, ::-1].T, 255 * grey, grey + 1e-12, np.zeros((0, 2)), 1e300):
        assert np.array_equal(explored.unpacked(recipes.packed("x", x)), x)
    assert recipes.packed("x", grey)["dtype"] == "grey"
    for one in explored.unpacked(recipes.packed("nets", (net, net))):
        for name in net.parameters:
            assert np.array_equal(getattr(one, name), getattr(net, name))


def test_a_wrong_recipe_is_refused():
    image = np.zeros((4, 4))
    with pytest.raises(ValueError, match=r"^recipe: expected .*strides.*, got 'stride'$"):
        widgets.in_page(draw, "stride", image=image)
    for arrays, got in (({}, "none"), ({"image": image, "net": image}, "image, net")):
        words = rf"^arrays: expected image for 'strides', got {got}$"
        with pytest.raises(ValueError, match=words):
            widgets.in_page(draw, "strides", **arrays)
    with pytest.raises(ValueError, match=r"^image: "):
        widgets.in_page(draw, "strides", image=[np.nan])
    with pytest.raises(ValueError, match=r"^draw: expected a function"):
        widgets.in_page(3, "strides", image=image)
    here = widgets.in_page(lambda size: draw(size), "strides", image=image)
    words = r"^controls: expected size, kernel, stride, padding, neuron for 'strides', got size$"
    with pytest.raises(ValueError, match=words):
        explore(here, size=(1, 4))


def test_a_value_that_a_page_cannot_have_is_refused(monkeypatch):
    monkeypatch.setenv(DRAW_AHEAD, "1")
    names = ("kernel", "stride", "padding", "neuron")
    here = widgets.in_page(lambda size, **more: draw(1), "strides", image=np.zeros((2, 2)))
    with pytest.raises(ValueError, match=r"^size: expected numbers, truths or words for the page"):
        explore(here, size=[draw], **{name: (1, 2) for name in names})


def test_a_control_without_states_stays_where_it_is():
    own = ipywidgets.IntText(value=3)
    ahead = explore(lambda n, own: draw(n + own), n=(0, 1), own=own).ahead()
    assert ahead["moves"] == [True, False]
    assert ahead["frames"]["1,0"] == shown(draw(4))


def test_states_of_controls():
    slider = ipywidgets.FloatSlider(min=-0.2, max=0.3, step=0.1)
    assert control_states(slider) == [-0.2, -0.1, 0.0, 0.1, 0.2, 0.3]
    assert control_states(ipywidgets.IntSlider(min=1, max=8, step=3)) == [1, 4, 7]
    assert control_states(ipywidgets.Dropdown(options={"a": None, "b": 2})) == [None, 2]
    assert control_states(ipywidgets.Text()) == []
    assert control_states(ipywidgets.ToggleButton(True)) == [False, True]
    slider = ipywidgets.FloatLogSlider(value=1, min=-2, max=1, step=0.5)
    assert control_states(slider) == pytest.approx([0.01, 0.1**1.5, 0.1, 0.1**0.5, 1, 10**0.5, 10])
    assert explore(lambda n: draw(n), n=slider).ahead()["start"] == [4]


@pytest.mark.parametrize(
    "control",
    [
        ipywidgets.SelectMultiple(options=[1, 2]),
        ipywidgets.SelectionRangeSlider(options=[1, 2]),
        ipywidgets.IntRangeSlider(),
        ipywidgets.DatePicker(),
        ipywidgets.Button(),
    ],
)
def test_a_control_of_several_values_or_of_none_is_refused(control):
    """The page has controls of its own: of these it has none, and would send what is no value."""
    named = rf"^n: expected a control of one choice, .*, got {type(control).__name__}$"
    with pytest.raises(ValueError, match=named):
        explore(lambda n: draw(1), n=control)


def test_nothing_is_drawn_ahead_unless_a_page_is_built(monkeypatch):
    assert explore(draw, n=(1, 3))._ahead == {}
    monkeypatch.setenv(DRAW_AHEAD, "1")
    assert len(explore(draw, n=(1, 3))._ahead["frames"]) == 3


@pytest.mark.parametrize("control", [(5, 9), [1, 2], {"one": 1}])
def test_a_default_that_the_control_cannot_have_is_refused(control):
    """A slider would begin at its nearest value, and the picture be one of other arguments."""
    with pytest.raises(
        ValueError, match=r"^n: expected a default that the control can have, got 3"
    ):
        explore(lambda n=3: draw(n), n=control)


@pytest.mark.parametrize("value", [None, 3, "draw"])
def test_what_cannot_be_called_is_refused(value):
    with pytest.raises(ValueError, match=r"^draw: expected a function, got "):
        explore(value, n=(1, 5))


def some_values(control):
    """Return the values to move a control through: both ends and the middle, or every choice."""
    if isinstance(control, (ipywidgets.IntSlider, ipywidgets.FloatSlider)):
        middle = (control.min + control.max) / 2
        return [control.min, type(control.value)(middle), control.max]
    if isinstance(control, (ipywidgets.Dropdown, ipywidgets.ToggleButtons)):
        return [value for _, value in control._options_full]
    if isinstance(control, ipywidgets.SelectionSlider):
        options = control._options_full
        return [options[n][1] for n in (0, len(options) // 2, -1)]
    if isinstance(control, ipywidgets.Checkbox):
        return [True, False]
    raise AssertionError(f"no values are known for a {type(control).__name__}")


# These train for minutes before they show anything; the pages' builder moves their controls too.
LONG = ("11_training", "14_many_machines", "15_break_it", "20_a_deep_network")


@pytest.mark.parametrize(
    "path",
    [
        pytest.param(path, id=path.stem, marks=pytest.mark.nightly if path.stem in LONG else [])
        for path in NOTEBOOKS
    ],
)
def test_every_control_of_the_notebook_moves_its_picture(path):
    """The cells are run here, and then each control is moved through its values.

    That the picture is the one of the values is tested above; here, that each value draws.
    """
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    namespace, explorers, moving = {}, [], 0
    for cell in cells:
        if cell["cell_type"] == "code":
            *statements, last = _split("".join(cell["source"]))
            exec("\n".join(statements), namespace)
            value = eval(last, namespace) if last else None
            explorers += [value] if isinstance(value, Explorer) else []
            moving += isinstance(value, ipywidgets.DOMWidget)
    assert moving
    for explorer in explorers:
        for name, control in explorer.controls.items():
            seen = set()
            for value in some_values(control):
                control.value = value
                seen.add(json.dumps(explorer._shown))
            assert len(seen) > 1, f"{name} changes nothing"


def _split(source):
    """A cell's statements, and its last expression if it ends in one."""
    tree = ast.parse(source)
    if tree.body and isinstance(tree.body[-1], ast.Expr):
        return [ast.unparse(node) for node in tree.body[:-1]] + [ast.unparse(tree.body[-1])]
    return [ast.unparse(node) for node in tree.body] + [""]
