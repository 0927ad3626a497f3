"""The fast step of a deep network: the same gradients as its own backward pass, in any halves."""

import json
import re
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from convnet_lib import ConvNet, data, deep, layers, networks, training
from convnet_lib.training import deep_step

SPECS = [
    ("conv20x5 relu pool2 conv40x5 relu pool2 dense30 relu dense4 softmax", (28, 28), None),
    ("conv3x3x2s2p1 relu mean2x3s1 dense4 softmax", (9, 8), "log_likelihood"),
    ("conv2x3 sigmoid pool3s2 conv3x2p1 relu mean2 dense5 relu dense4 softmax", (13, 11), None),
    ("conv2x2x3 relu conv4x3s2 sigmoid pool2s1 dense4 sigmoid", (10, 12), "quadratic"),
    ("conv2x3s3p2 relu pool1x2 dense4 sigmoid", (3, 8, 9), "cross_entropy"),
    ("conv2x3 pool2s3 relu conv2x2 dense4", (8, 8), "quadratic"),
    ("pool2 conv3x2 sigmoid pool3x2 relu dense4 softmax", (2, 14, 9), None),
    ("pool2 relu conv3x2 sigmoid mean2 dense4 softmax", (9, 12), None),
    ("dense6 sigmoid dense4 softmax", (2, 5), "quadratic"),
    ("dense4 sigmoid", (4, 3), "log_likelihood"),
]


def digits(image, count=7, seed=0, dtype=float):
    """Images with ties in them, and what they should give."""
    rng = np.random.default_rng(seed)
    a0 = np.round(3 * rng.random((count, *image))) / 3
    return a0.astype(dtype), np.eye(4, dtype=dtype)[rng.integers(0, 4, count)]


def agree(found, wanted, tolerance=1e-12):
    assert list(found) == list(wanted)
    for name, nabla in wanted.items():
        assert_allclose(
            found[name], nabla, rtol=0, atol=tolerance * np.abs(nabla).max(), err_msg=name
        )


@pytest.mark.parametrize("count", [1, 2, 7])
@pytest.mark.parametrize(("spec", "image", "cost"), SPECS)
def test_the_gradients_are_those_of_the_backward_pass(spec, image, cost, count):
    net = deep.Network.random(spec, image, 1, cost)
    a0, y = digits(image, count)
    stepper = training.stepper(net)
    agree(stepper.gradients(a0, y), networks.gradients(net, a0, y))
    assert_allclose(stepper.z3(a0), net.weighted_outputs(a0), rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize("spec", ["conv3x2x3 relu pool2 dense4", "conv3x2x3 pool3s1 relu dense4"])
def test_ties_of_different_patches_go_to_the_first(spec):
    """Small whole weights and pixels of ½: sums that are equal, of patches that are not."""
    net = deep.Network.random(spec + " softmax", (9, 8), 4)
    net = net.with_parameters({"0.w": np.round(2 * net.layers[0].w), "0.b": np.ones(3)})
    a0, y = np.round(2 * np.random.default_rng(4).random((5, 9, 8))) / 2, np.eye(4)[[0, 1, 2, 3, 0]]
    agree(training.stepper(net).gradients(a0, y), networks.gradients(net, a0, y))
    last = [replace(x, ties="split") if isinstance(x, deep.MaxPool) else x for x in net.layers]
    other = networks.gradients(deep.Network(last, net.cost), a0, y)  # so there are such ties
    assert not np.allclose(other["0.w"], networks.gradients(net, a0, y)["0.w"])


@pytest.mark.parametrize("threads_from", [0, 10**12])
@pytest.mark.parametrize("chunk", [1, 3000, 10**9])
def test_halves_and_chunks_of_any_length_give_the_same(monkeypatch, chunk, threads_from):
    monkeypatch.setattr(deep_step, "CHUNK", chunk)
    monkeypatch.setattr(training.DeepStepper, "two_threads_from", threads_from)
    net = deep.Network.random("conv3x3 relu pool2 conv4x3 sigmoid dense4 softmax", (12, 11), 2)
    a0, y = digits((12, 11), 9)
    stepper = training.stepper(net)
    for rows in ([0], [8, 3], [5, 1, 7], list(range(9)), [2, 2, 4, 0, 1]):  # buffers are kept
        agree(stepper.gradients(a0, y, rows), networks.gradients(net, a0[rows], y[rows]))
        assert_allclose(
            stepper.z3(a0[rows]), net.weighted_outputs(a0[rows]), rtol=1e-12, atol=1e-13
        )


@pytest.mark.parametrize("between", [deep.MeanPool((1, 2)), deep.MaxPool((2, 1)), deep.ReLU()])
def test_filters_without_an_axis_of_maps(between):
    rng = np.random.default_rng(1)
    first, second = rng.normal(size=(2, 3)), rng.normal(size=(2, 1))
    conv1, conv2 = deep.Conv(first, 0.5, padding=(0, 1)), deep.Conv(second, -0.5, stride=(2, 1))
    shape = deep.Network([conv1, between, conv2]).feedforward(np.zeros((7, 6)))[-1].shape
    last = deep.Dense(rng.normal(size=(4, *shape)), np.zeros(4))
    net = deep.Network([conv1, between, conv2, deep.Sigmoid(), last], "quadratic")
    a0, y = digits((7, 6))
    agree(training.stepper(net).gradients(a0, y), networks.gradients(net, a0, y))


@dataclass(frozen=True, eq=False, repr=False)
class Scale(layers.Layer):
    """A layer that the fast step has never heard of, and that learns."""

    s: np.ndarray
    learned = ("s",)

    def forward(self, a):
        return a * self.s

    def backward(self, grad, a):
        return grad * self.s

    def nabla(self, grad, a):
        return {"s": (grad * a).sum()}


def test_a_layer_that_has_no_fast_twin_is_asked_itself():
    drawn = deep.Network.random("conv2x3 relu dense4 softmax", (6, 7), 3).layers
    some = [Scale(np.array(0.7)), drawn[0], deep.MaxPool((1, 2), 1, "split"), *drawn[1:2]]
    w = np.random.default_rng(0).normal(size=(4, 2, 4, 4))
    net = deep.Network([*some, deep.Dense(w, np.zeros(4)), drawn[3]])
    a0, y = digits((6, 7))
    agree(training.stepper(net).gradients(a0, y), networks.gradients(net, a0, y))


@dataclass(frozen=True, eq=False, repr=False)
class Copying(Scale):
    """It keeps a copy of what it is given, and what follows from it."""

    def __post_init__(self):
        object.__setattr__(self, "s", np.array(self.s))
        object.__setattr__(self, "twice", 2 * self.s)

    def forward(self, a):
        return a * self.twice

    def backward(self, grad, a):
        return grad * self.twice

    def nabla(self, grad, a):
        return {"s": 2 * (grad * a).sum()}


@dataclass(frozen=True, eq=False, repr=False)
class Louder(deep.Dense):
    """A layer of the book's with other equations."""

    def forward(self, a):
        return 2 * super().forward(a)

    def backward(self, grad, a):
        return 2 * super().backward(grad, a)

    def nabla(self, grad, a):
        return {name: 2 * nabla for name, nabla in super().nabla(grad, a).items()}


@pytest.mark.parametrize("engine", ["numpy", "auto"])
def test_steps_move_a_layer_of_ones_own_that_copies_its_parameters(engine):
    drawn = deep.Network.random("conv2x3 relu dense4 softmax", (6, 7), 3).layers
    rng = np.random.default_rng(0)
    louder = Louder(rng.normal(size=(5, 2, 4, 5)) / 9, np.zeros(5))
    last = deep.Dense(rng.normal(size=(4, 5)) / 9, np.zeros(4))
    net = by_hand = deep.Network([drawn[0], Copying(np.array(0.7)), louder, last, drawn[3]])
    a0, y = digits((6, 7))
    stepper = training.stepper(net, engine=engine)
    for learning_rate in (0.5, 0.25, 0.125):
        stepper.step(a0, y, learning_rate)
        by_hand = training.step(by_hand, a0, y, learning_rate)
    agree(networks.parameters(stepper.net), networks.parameters(by_hand))
    agree(stepper.gradients(a0, y), networks.gradients(by_hand, a0, y))


def test_a_step_is_that_of_training_step():
    net = deep.Network.random("conv3x3 relu pool2 dense4 softmax", (8, 10), 5)
    a0, y = digits((8, 10))
    stepper = training.stepper(net)
    stepper.step(a0, y, 0.5)
    stepper.step(a0, y, 0.25, rows=[3, 1])
    by_hand = training.step(training.step(net, a0, y, 0.5), a0[[3, 1]], y[[3, 1]], 0.25)
    agree(networks.parameters(stepper.net), networks.parameters(by_hand))
    assert_array_equal(net.layers[0].b, 0)  # the network that was handed over has not moved


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_dtype_is_the_network_s(dtype):
    net = deep.Network.random("conv3x3 relu pool2 dense4 softmax", (8, 10), 5, dtype=dtype)
    a0, y = digits((8, 10))
    found = training.stepper(net).gradients(a0, y)
    assert {nabla.dtype for nabla in found.values()} == {np.dtype(dtype)}
    agree(found, networks.gradients(net, a0, y), 1e-5 if dtype == np.float32 else 1e-12)


def test_a_last_layer_that_learns_has_its_gradient_too():
    net = deep.Network.random("dense4", (3, 2), 5)
    a0, y = digits((3, 2))
    agree(training.stepper(net).gradients(a0, y), networks.gradients(net, a0, y))


# --- what is refused ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("a0", "y", "rows", "message"),
    [
        (np.ones((2, 8, 9)), np.ones((2, 4)), None, "images: expected images that fit the network"),
        (np.ones((2, 8, 10)), np.ones((2, 5)), None, "y: expected shape (2, 4), got (2, 5)"),
        (
            np.ones((2, 8, 10)),
            np.ones((2, 4)),
            [2],
            "rows: expected numbers from 0 to 1, got 2 to 2",
        ),
        (np.ones((0, 8, 10)), np.ones((0, 4)), None, "images: expected at least one, got none"),
        (np.full((2, 8, 10), np.nan), np.ones((2, 4)), [1], "images: expected images that fit"),
        (np.ones((2, 8, 10), int), np.ones((2, 4)), None, "images: expected an array of float32"),
    ],
)
def test_bad_input_is_refused_before_anything_moves(a0, y, rows, message):
    stepper = training.stepper(deep.Network.random("conv3x3 relu dense4 softmax", (8, 10)))
    before = stepper.all.copy()
    with pytest.raises(ValueError) as caught:
        stepper.step(a0, y, 0.1, rows)
    assert str(caught.value).startswith(message)
    assert_array_equal(stepper.all, before)


def test_networks_that_cannot_be_trained_are_refused():
    mixed = deep.Network.random("dense3 relu dense4 softmax", (2, 2))
    mixed = mixed.with_parameters({"0.b": np.zeros(3, np.float32)})
    with pytest.raises(ValueError, match=r"^net: expected parameters of one dtype, got"):
        training.stepper(mixed)
    with pytest.raises(
        ValueError, match=r"^net: expected parameters of one dtype, got no parameters"
    ):
        training.stepper(deep.Network([deep.ReLU()]))
    with pytest.raises(
        ValueError, match=r"^cost: expected None or 'log_likelihood', the network's own"
    ):
        training.stepper(deep.Network.random("dense3 softmax", (2, 2)), "quadratic")


# --- a run -------------------------------------------------------------------------------------

SPEC = "conv4x5 relu pool2 conv6x5 relu pool2 dense10 softmax"
TRAIN, TEST = data.load_digits()
FEW = data.Digits(TRAIN.images[:150], TRAIN.labels[:150])


def test_a_run_learns_measures_and_keeps_its_networks():
    net = deep.Network.random(SPEC, seed=0, dtype=np.float32)
    run = training.sgd(net, FEW, epochs=6, learning_rate=0.1, test=TEST, seed=1)
    assert run.costs[-1] < run.costs[0] / 2
    assert run.train_accuracy[-1] > 0.7
    assert [type(one) for one in run.nets] == [deep.Network] * 7
    assert training.accuracy(run.net, TEST) == run.test_accuracy[-1]
    assert_allclose(training.mean_cost(run.net, FEW), run.costs[-1], rtol=1e-6)
    counts = training.confusion(run.net, TEST)
    assert counts.sum() == 1000
    assert counts.trace() / 1000 == run.test_accuracy[-1]
    again = training.measured(run.nets, FEW, TEST)
    assert_allclose(again.costs, run.costs, rtol=1e-6)


def test_a_run_goes_on_from_its_checkpoint_to_the_same_bits(tmp_path):
    net = deep.Network.random(SPEC, seed=0)
    settings = {"learning_rate": 0.05, "seed": 2, "batch_size": 20}
    whole = training.sgd(net, FEW, epochs=3, **settings)
    training.sgd(net, FEW, epochs=1, **settings, checkpoint=tmp_path / "run.npz")
    parts = training.sgd(net, FEW, epochs=3, **settings, checkpoint=tmp_path / "run.npz")
    assert_array_equal(parts.costs, whole.costs)
    for name, array in whole.net.parameters.items():
        assert_array_equal(parts.net.parameters[name], array)
    other = deep.Network.random(SPEC.replace("conv6", "conv7"), seed=0)
    with pytest.raises(ValueError, match=r"^checkpoint: expected"):
        training.sgd(other, FEW, epochs=3, **settings, checkpoint=tmp_path / "run.npz")
    with pytest.raises(ValueError, match=r"^checkpoint: expected"):
        training.sgd(ConvNet.random(), FEW, 3, **settings, checkpoint=tmp_path / "run.npz")


def test_a_run_that_diverges_says_so():
    net = deep.Network.random(SPEC, seed=0)
    with pytest.raises(training.DivergedError, match="try a smaller learning_rate"):
        training.sgd(net, FEW, epochs=3, learning_rate=1e200)


def test_digits_that_do_not_fit_are_refused_by_name():
    net = deep.Network.random(SPEC, image=(28, 27))
    with pytest.raises(ValueError, match=r"^digits\.images: expected images that fit the network"):
        training.sgd(net, FEW, epochs=1, learning_rate=0.1)
    few = deep.Network.random("dense3 softmax")
    with pytest.raises(ValueError, match=r"^digits\.labels: expected"):
        training.accuracy(few, FEW)


def test_two_deep_networks_that_differ_in_their_cost_have_two_checkpoints(tmp_path):
    settings = {"epochs": 1, "learning_rate": 0.05, "checkpoint": tmp_path / "run.npz"}
    net = deep.Network.random("dense10 sigmoid", seed=0)
    training.sgd(net, FEW, **settings)
    with pytest.raises(ValueError, match=r"^checkpoint: expected a run with cost quadratic"):
        training.sgd(deep.Network(net.layers, "quadratic"), FEW, **settings)


def test_layers_without_parameters_are_part_of_a_run_s_settings(tmp_path):
    settings = {"epochs": 1, "learning_rate": 0.05, "checkpoint": tmp_path / "run.npz"}
    net = deep.Network.random("conv4x5 relu dense10 softmax", seed=0)
    training.sgd(net, FEW, **settings)
    first, _, *others = net.layers
    with pytest.raises(ValueError, match=r"^checkpoint: expected a run with"):
        training.sgd(deep.Network([first, deep.Sigmoid(), *others], net.cost), FEW, **settings)


# --- the lines that chapter 20 quotes ----------------------------------------------------------


def test_each_line_that_chapter_20_gives_for_an_idea_is_there():
    folder = Path(training.__file__).parent
    lines = {
        line.strip()
        for name in ("deep_step.py", "deep_work.py")
        for line in (folder / name).read_text("utf-8").splitlines()
    }
    text = (folder.parents[1] / "notebooks" / "20_a_deep_network.ipynb").read_text("utf-8")
    cells = ["".join(cell["source"]) for cell in json.loads(text)["cells"]]
    (section,) = (cell.split("## The loop, quicker")[1] for cell in cells if "The loop, q" in cell)
    quoted = re.findall(r"^\|.*\| `(.+)` \|$", section.split("## Looking")[0], re.MULTILINE)
    assert len(quoted) == 8
    assert set(quoted) <= lines
