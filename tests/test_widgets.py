"""What the interactive figures hold and compute; what they show is for tests/browser."""

import subprocess
import sys

import numpy as np
import pytest
import traitlets

from convnet_lib import activations, conv, costs, data, dense, pool, widgets
from convnet_lib.widgets import base

RNG = np.random.default_rng(0)
A0 = data.load_digits().test.images[[3, 205, 610]]
W1 = RNG.normal(size=(5, 5)) / 2
B1 = -0.3
A1 = activations.sigmoid(conv.forward(A0, W1, B1))
A2 = pool.forward(A1)
W3, B3 = RNG.normal(size=(10, 12, 12)) / 12, RNG.normal(size=10)
Y = data.one_hot([4, 0, 9])

close = pytest.approx


def sent(figure):
    """What the page is sent when the figure is opened."""
    return figure.get_state()


def received(figure, name, array):
    """Let the page set an array."""
    data = {"shape": list(array.shape), "data": memoryview(array.astype(np.float32).tobytes())}
    figure.set_state({name: data})


def convolution():
    return widgets.convolution(A0, W1, B1)


def pooling():
    return widgets.pooling(A1)


def output():
    return widgets.output(A2, W3, B3, Y)


PARTS = ("grid", "figure", "arrays", "colours", "text")
every_figure = pytest.mark.parametrize("make", [convolution, pooling, output])


def test_convolution_is_numpys():
    figure = convolution()
    assert figure.z1 == close(conv.forward(A0, W1, B1), abs=1e-5)
    assert figure.a1 == close(A1, abs=1e-5)


@pytest.mark.parametrize(
    ("name", "value"),
    [("w1", -2 * W1), ("b1", np.array(1.5)), ("a0", A0[::-1])],
)
def test_a_change_in_the_page_is_computed_with(name, value):
    figure = convolution()
    received(figure, name, value)
    now = {"a0": A0, "w1": W1, "b1": np.array(B1)} | {name: value}
    assert figure.z1 == close(conv.forward(now["a0"], now["w1"], now["b1"]), abs=1e-5)
    assert figure.a1 == close(activations.sigmoid(figure.z1), abs=1e-6)


def test_pooling_is_numpys():
    figure = pooling()
    a1 = A1.astype(np.float32)
    assert (figure.a2 == pool.forward(a1)).all()
    assert (figure.tied == pool.tied(a1)).all()
    for rule in pool.TIES:
        assert (getattr(figure, rule) == pool.winners(a1, rule)).all()


def test_pooling_follows_another_map():
    figure = pooling()
    figure.a1 = A1[::-1]
    assert figure.a2 == close(pool.forward(A1[::-1]), abs=1e-6)


def test_output_is_numpys():
    figure = output()
    assert figure.products == close(W3 * A2[:, None], abs=1e-6)
    assert figure.z3 == close(dense.forward(A2, W3, B3), abs=1e-4)
    assert figure.sums + B3 == close(figure.z3, abs=1e-4)
    assert figure.a3 == close(activations.sigmoid(figure.z3), abs=1e-6)


@pytest.mark.parametrize("cost", costs.COSTS)
def test_shares_add_up_to_the_cost(cost):
    figure = output()
    for label in range(10):
        y = data.one_hot([label] * 3)
        expected = costs.COSTS[cost](figure.a3.astype(float), y)
        assert figure.costs[cost][:, label] == close(expected, rel=1e-4)
        shares = np.where(y == 1, figure.shares[cost][:, 1], figure.shares[cost][:, 0])
        assert shares.sum(axis=1) == close(expected, rel=1e-4)


def test_output_without_a_label():
    figure = widgets.output(A2[0], W3, B3)
    assert figure.label == -1
    assert figure.twin().alt


def test_one_image_is_as_several():
    assert widgets.convolution(A0[0], W1, B1).z1.shape == (1, 24, 24)
    assert widgets.pooling(A1[0]).a2.shape == (1, 12, 12)
    assert widgets.output(A2[0], W3, B3, Y[0]).z3.shape == (1, 10)


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
def test_arrays_are_sent_as_float32(make):
    figure = make()
    arrays = [name for name, trait in figure.traits().items() if isinstance(trait, base.Array)]
    for name in arrays:
        state = sent(figure)[name]
        array = getattr(figure, name)
        assert tuple(state["shape"]) == array.shape
        assert (np.frombuffer(state["data"], np.float32).reshape(array.shape) == array).all()


@every_figure
def test_all_modules_that_the_page_imports_are_sent(make):
    sources = sent(make())["_modules"]
    assert {f"parts/{part}.js" for part in PARTS} < set(sources)
    for text in sources.values():
        assert "import(" not in text
        assert "http" not in text.replace("http://www.w3.org", "")


@every_figure
def test_the_twin_is_drawn_when_the_figure_is_shown(make):
    figure = make()
    assert not figure._twin
    figure._repr_mimebundle_()
    assert figure._twin["png"].startswith(b"\x89PNG")
    assert figure._twin["alt"]


@every_figure
def test_it_answers_the_page(make):
    figure, answers = make(), []
    figure.send = answers.append
    figure._handle_custom_msg({"kind": "are you there"}, [])
    figure._handle_custom_msg({"kind": "something else"}, [])
    assert answers == [{"kind": "here"}]


@every_figure
def test_another_shape_is_refused(make):
    figure = make()
    name = "b3" if hasattr(figure, "b3") else "a1"
    with pytest.raises(ValueError, match=f"{name}: expected shape"):
        setattr(figure, name, np.zeros(3))


def test_not_a_number_is_a_picture():
    a0 = A0.copy()
    a0[0, 3, 3] = np.nan
    a0[1, 3, 3] = np.inf
    figure = widgets.convolution(a0, W1, B1)
    assert np.isnan(figure.z1[0]).any()
    assert np.isfinite(figure.z1[2]).all()
    assert widgets.pooling(figure.a1).a2.shape == (3, 12, 12)
    assert widgets.output(np.where(A2 > 0.5, np.nan, A2), W3, B3, Y).pinned["grid"] == "neuron 0"


BAD = {
    "no image": (lambda: widgets.convolution(np.zeros((0, 28, 28)), W1, B1), "a0: expected shape"),
    "a row": (lambda: widgets.convolution(np.zeros(28), W1, B1), "a0: expected shape"),
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
