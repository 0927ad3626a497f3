"""What the interactive figures hold and compute; what they show is for tests/browser."""

import io
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import traitlets
from PIL import Image

from convnet_lib import ConvNet, activations, conv, data, dense, figures, pool, widgets
from convnet_lib.widgets import base

RNG = np.random.default_rng(0)
A0 = data.load_digits().test.images[[3, 205, 610]]
W1 = RNG.normal(size=(5, 5)) / 2
B1 = -0.3
A1 = activations.sigmoid(conv.forward(A0, W1, B1))
A2 = pool.forward(A1)
W3, B3 = RNG.normal(size=(10, 12, 12)) / 12, RNG.normal(size=10)
Y = data.one_hot([4, 0, 9])


def sent(figure):
    """What the page is sent when the figure is opened."""
    return figure.get_state()


def received(figure, name, array):
    """Let the page set an array."""
    data = memoryview(array.astype(float).tobytes())
    figure.set_state({name: {"shape": list(array.shape), "dtype": "float64", "data": data}})


def convolution():
    return widgets.convolution(A0, W1, B1)


def pooling():
    return widgets.pooling(A1)


def output():
    return widgets.output(A2, W3, B3, Y)


PARTS = ("grid", "figure", "arrays", "colours", "text")
every_figure = pytest.mark.parametrize("make", [convolution, pooling, output])


@pytest.mark.parametrize(
    ("name", "value"),
    [("w1", -2 * W1), ("b1", np.array(1.5)), ("a0", A0[::-1]), ("w1", W1 * np.nan)],
)
def test_a_change_in_the_page_is_in_python(name, value):
    figure = convolution()
    received(figure, name, value)
    np.testing.assert_array_equal(getattr(figure, name), value)
    assert sent(figure)[name]["shape"] == list(value.shape)


@pytest.mark.parametrize("make", [convolution, pooling, output])
def test_only_data_and_parameters_are_sent(make):
    arrays = {
        "convolution": {"a0", "given", "w1", "b1", "filters"},
        "pooling": {"a1"},
        "output": {"a2", "w3", "b3"},
    }
    assert set(sent(make())["_arrays"]) == arrays[make.__name__]


def test_it_begins_at_the_strongest():
    z1 = conv.forward(A0, W1, B1)[0]
    pinned = convolution().pinned
    assert z1[pinned["row"], pinned["column"]] == z1.max()
    pinned = output().pinned
    q = dense.forward(A2, W3, B3)[0].argmax()
    assert pinned["grid"] == f"neuron {q}"
    products = np.abs(W3[q] * A2[0])
    assert products[pinned["row"], pinned["column"]] == products.max()


def test_output_without_a_label():
    figure = widgets.output(A2[0], W3, B3)
    assert figure.label == -1
    assert figure.twin().alt


def test_one_image_is_as_several():
    assert widgets.convolution(A0[0], W1, B1).a0.shape == (1, 28, 28)
    assert widgets.pooling(A1[0]).a1.shape == (1, 24, 24)
    assert widgets.output(A2[0], W3, B3, Y[0]).a2.shape == (1, 12, 12)


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (convolution, "convolution(a0 (3, 28, 28), w1 (5, 5))"),
        (pooling, "pooling(a1 (3, 24, 24))"),
        (output, "output(a2 (3, 12, 12), w3 (10, 12, 12))"),
    ],
)
def test_the_text_of_a_figure(make, text):
    assert repr(make()) == text


@every_figure
def test_arrays_are_sent_as_they_are(make):
    figure = make()
    arrays = [name for name, trait in figure.traits().items() if isinstance(trait, base.Array)]
    for name in arrays:
        state = sent(figure)[name]
        array = getattr(figure, name)
        assert tuple(state["shape"]) == array.shape
        assert state["dtype"] == "float64"
        assert (np.frombuffer(state["data"], float).reshape(array.shape) == array).all()


@every_figure
def test_what_is_written_into_an_array_would_not_be_shown_and_is_refused(make):
    figure = make()
    for name, trait in figure.traits().items():
        if isinstance(trait, base.Array):
            for array in (getattr(figure, name), getattr(figure, name) + 0):
                setattr(figure, name, array)
                assert not np.shares_memory(getattr(figure, name), array), name
                with pytest.raises(ValueError, match="read-only"):
                    getattr(figure, name)[...] = 0


@every_figure
def test_all_modules_that_the_page_imports_are_sent(make):
    sources = sent(make())["_modules"]
    assert {f"parts/{part}.js" for part in PARTS} < set(sources)
    for text in sources.values():
        code = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)  # types may say it in comments
        assert "import(" not in code
        assert "http" not in text.replace("http://www.w3.org", "")


@every_figure
def test_the_twin_is_drawn_when_the_figure_is_shown(make):
    figure = make()
    assert not figure._twin
    figure._repr_mimebundle_()
    assert figure._twin["png"].startswith(b"\x89PNG")
    assert figure._twin["alt"]


@every_figure
def test_the_still_picture_goes_along_for_where_no_script_runs(make):
    figure = make()
    shown, about = figure._repr_mimebundle_()
    assert shown["text/plain"] == repr(figure)
    twin = figure.twin()
    png = twin.png()
    assert about["image/png"] == twin.described()
    assert len(shown["image/png"]) < len(png) / 2
    ours, whole = (
        np.asarray(Image.open(io.BytesIO(data)).convert("RGB"), int)
        for data in (shown["image/png"], png)
    )
    assert np.abs(ours - whole).mean() < 0.5  # of 255: 256 colours, and no other picture
    assert make()._repr_mimebundle_()[0]["image/png"] == shown["image/png"]


def test_an_explored_picture_stands_before_its_controls():
    figure = widgets.explore(lambda b: figures.cells(np.array([[b, 2.0]]), "z"), b=(0, 1))
    shown, _ = figure._repr_mimebundle_()
    assert "image/png" not in shown


@every_figure
def test_another_shape_is_refused(make):
    figure = make()
    name = next(name for name in ("b3", "w1", "a1") if hasattr(figure, name))
    with pytest.raises(ValueError, match=f"{name}: expected shape"):
        setattr(figure, name, np.zeros(3))


NO_CELLS = {
    "nothing": (None, "pinned: expected a dict of grid, row and column, got None"),
    "empty": ({}, "pinned: expected a dict of grid, row and column, got {}"),
    "no column": ({"grid": "z1", "row": 0}, "pinned: expected a dict of grid, row and column"),
    "a number for a name": ({"grid": 1, "row": 0, "column": 0}, "pinned: expected a dict"),
    "a half": ({"grid": "z1", "row": 0.5, "column": 0}, "row: expected a whole number, at least 0"),
    "below 0": ({"grid": "z1", "row": 0, "column": -1}, "column: expected a whole number"),
    "a text": ({"grid": "z1", "row": "0", "column": 0}, "row: expected a whole number"),
}


@pytest.mark.parametrize("wrong", NO_CELLS)
@every_figure
def test_what_is_no_cell_is_refused(make, wrong):
    figure, (cell, message) = make(), NO_CELLS[wrong]
    before = figure.pinned
    with pytest.raises(ValueError, match=message):
        figure.pinned = cell
    assert figure.pinned == before


def test_a_cell_that_numpy_has_found_can_be_sent():
    figure = widgets.convolution(A0, W1, B1)
    row, column = np.unravel_index(77, (24, 24))
    figure.pinned = {"grid": "z1", "row": row, "column": column}
    assert json.loads(json.dumps(figure.pinned)) == {"grid": "z1", "row": 3, "column": 5}


def test_not_a_number_is_a_picture():
    """What is handed in is finite; what becomes of it under a reader's hands is drawn."""
    figure = widgets.convolution(A0, W1, B1)
    a0 = A0.copy()
    a0[0, 3, 3] = np.nan
    a0[1, 3, 3] = np.inf
    figure.a0 = a0
    assert figure.pinned["grid"] == "z1"


BAD = {
    "no image": (lambda: widgets.convolution(np.zeros((0, 28, 28)), W1, B1), "a0: expected shape"),
    "a row": (lambda: widgets.convolution(np.zeros(28), W1, B1), "a0: expected shape"),
    "standardised": (
        lambda: widgets.convolution(np.where(A0 > 0, A0, np.nan), W1, B1),
        r"a0: expected finite numbers, got nan at \(0, 0, 0\), and",
    ),
    "infinite maps": (
        lambda: widgets.pooling(np.full((4, 4), np.inf)),
        "a1: expected finite numbers, got inf",
    ),
    "not a weight": (
        lambda: widgets.output(A2, np.where(W3 > 0, W3, np.nan), B3, Y),
        "w3: expected finite numbers, got nan",
    ),
    "channels last": (
        lambda: widgets.convolution(np.zeros((28, 28, 1)), W1, B1),
        r"a0: expected rows and columns as the last axes, got \(28, 28, 1\), which has channels",
    ),
    "bytes": (
        lambda: widgets.convolution(np.zeros((28, 28), np.uint8), W1, B1),
        "a0: .* got uint8",
    ),
    "a list of words": (lambda: widgets.pooling(["a"]), "a1: expected an array of float"),
    "nothing": (lambda: widgets.pooling([]), "a1: expected shape"),
    "10,000": (
        lambda: widgets.convolution(np.zeros((10_000, 9, 9)), W1, B1),
        "a0: expected at most",
    ),
    "maps": (lambda: widgets.convolution(A0, np.zeros((3, 5, 5)), np.zeros(3)), "w1: expected one"),
    "large": (lambda: widgets.convolution(A0[0, :4], W1, B1), "w1: expected a filter no larger"),
    "b1": (lambda: widgets.convolution(A0, W1, np.zeros(2)), r"b1: expected shape \(\)"),
    "filters": (
        lambda: widgets.convolution(A0, W1, B1, {"mine": W1[:4]}),
        "filters.*mine.*: expected",
    ),
    "odd": (lambda: widgets.pooling(np.zeros((23, 24))), "a1: expected H and W even"),
    "w3": (lambda: widgets.output(A2, W3[:, :11], B3), r"w3: expected shape \(Q, 12, 12\)"),
    "b3": (lambda: widgets.output(A2, W3, B3[:9]), r"b3: expected shape \(10,\)"),
    "y": (lambda: widgets.output(A2, W3, B3, Y[:2]), r"y: expected shape \(3, 10\)"),
    "two labels": (lambda: widgets.output(A2[0], W3, B3, np.ones(10)), "y: expected one-hot"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_input_is_named(name):
    call, message = BAD[name]
    with pytest.raises(ValueError, match=message):
        call()


def test_an_unknown_cost_is_refused():
    with pytest.raises(traitlets.TraitError):
        output().cost = "absolute"


def test_the_library_does_without_widgets():
    code = "import sys, convnet_lib; sys.exit(bool({'matplotlib', 'anywidget'} & set(sys.modules)))"
    assert not subprocess.run([sys.executable, "-c", code]).returncode


@pytest.mark.parametrize("rate", [float("nan"), float("inf"), None, "0.1"])
def test_a_rate_that_is_no_finite_number_is_refused(rate):
    net = ConvNet.random(seed=1)
    figure = widgets.backpropagation(net, np.zeros((28, 28)), np.eye(10)[3])
    with pytest.raises(ValueError, match="rate: expected a finite number, got"):
        figure.rate = rate
    assert figure.rate == 0.05


@pytest.mark.parametrize(
    ("make", "name", "n"),
    [
        (lambda: widgets.convolution(np.zeros((3, 6, 7)), np.ones((3, 2)), 0.5), "index", 3),
        (lambda: widgets.pooling(np.zeros((2, 4, 6))), "index", 2),
        (lambda: widgets.output(np.zeros((2, 3, 5)), np.ones((4, 3, 5)), np.ones(4)), "index", 2),
        (lambda: widgets.gallery(ConvNet.random(2, seed=0), np.zeros((5, 28, 28))), "index", 5),
    ],
)
def test_a_place_that_an_array_has_not_is_refused(make, name, n):
    figure = make()
    for value in (0, n - 1):
        setattr(figure, name, value)
    for value in (-1, n):
        with pytest.raises(ValueError, match=f"{name}: expected a number from 0 to {n - 1}, got"):
            setattr(figure, name, value)
    assert getattr(figure, name) == n - 1


STATES = """
import hashlib, json
import numpy as np
from convnet_lib import ConvNet, data, figures, training, widgets

def draw(size=1, which="b", wide=False, step=0.5):
    return figures.cells(np.full((1, 2 + wide), size * step), which)

def shape(value):
    if isinstance(value, (bytes, memoryview)):
        return hashlib.sha256(value).hexdigest()
    if isinstance(value, dict):
        return {key: shape(part) for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [shape(part) for part in value]
    return value

test = data.load_digits().test
images, y = test.images[:2], data.one_hot(test.labels[:2])
nets = [ConvNet.random(2, seed=seed) for seed in range(2)]
curve = np.array([0.5, 0.7])
net = ConvNet.random(seed=1)
forward = net.feedforward(images)
all_of_them = [
    widgets.convolution(images, net.w1, net.b1),
    widgets.pooling(forward.a1),
    widgets.output(forward.a2, net.w3, net.b3, y),
    widgets.backpropagation(net, images, y),
    widgets.gallery(nets[0], images, test.labels[:2]),
    widgets.playground(maps=2, seed=1),
    widgets.training_film(training.Run(tuple(nets), curve, curve, curve, curve), images),
    widgets.explore(draw, size=[3, 1, 2], which={"first": "a", "second": "b"}, wide=True,
                    step=(0.0, 1.0)),
]
states = []
for figure in all_of_them:
    figure._repr_mimebundle_()
    states.append(figure.get_state())
    states += [c.get_state() for c in getattr(figure, "controls", {}).values()]
own = ("layout", "style", "_controls")
kept = [{key: shape(v) for key, v in state.items() if key not in own} for state in states]
print(json.dumps(kept))
"""


@pytest.fixture(scope="module")
def state_of():
    """state_of(seed): what pages are sent of each figure, from a process with this hash seed."""

    def state_of(seed):
        env = {**os.environ, "PYTHONHASHSEED": str(seed), "CONVNET_DRAW_AHEAD": "1"}
        run = subprocess.run(
            [sys.executable, "-c", STATES], env=env, capture_output=True, text=True
        )
        assert run.returncode == 0, run.stderr
        return json.loads(run.stdout)

    return state_of


def test_what_a_page_is_sent_does_not_hang_on_the_order_of_sets(state_of):
    """Python orders a set of words anew in each process, and ipywidgets keeps names in sets."""
    first, *others = (state_of(seed) for seed in (0, 1, 2))
    assert len(first) == 12
    for other in others:
        assert other == first


SHEETS = sorted(Path(widgets.__file__).parent.rglob("*.css"))


@pytest.mark.parametrize("path", SHEETS, ids=lambda path: f"{path.parent.name}-{path.name}")
def test_a_style_sheet_has_a_byte_for_each_letter(path):
    """JupyterLab keeps it for each closed figure, with two bytes a letter if one needs two."""
    path.read_text("utf-8").encode("latin-1")
