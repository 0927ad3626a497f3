"""The compiled loops of a deep step, held against the network's own backward pass."""

import math
import re
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from convnet_lib import costs, data, deep, networks, training
from convnet_lib.training import deep_step

pytest.importorskip("numba", reason="needs the extra `compiled`")

from convnet_lib.training import compiled_deep, deep_loops, deep_work, vectors

TRAIN, TEST = data.load_digits()
FEW = data.Digits(TRAIN.images[:150], TRAIN.labels[:150])
SPEC = "conv4x5 relu pool2 conv6x5 relu pool2 dense10 softmax"
TOLERANCE = {np.dtype(np.float64): 1e-12, np.dtype(np.float32): 1e-5}


def digits(net, image, count=7, seed=0):
    """Images with ties in them, and what they should give."""
    rng, dtype = np.random.default_rng(seed), networks.dtype(net)
    a0 = np.round(2 * rng.random((count, *image))) / 2
    return a0.astype(dtype), np.eye(4, dtype=dtype)[rng.integers(0, 4, count)]


def agree(found, wanted, dtype=np.float64):
    assert list(found) == list(wanted)
    for name, nabla in wanted.items():
        assert found[name].dtype == dtype
        most = TOLERANCE[np.dtype(dtype)] * np.abs(nabla).max()
        assert_allclose(found[name], nabla, rtol=0, atol=most, err_msg=name)


def assert_steps_of(net, a0, y, stepper=None):
    """Hold the gradients and the outputs against the network's own."""
    stepper, dtype = stepper or compiled_deep.Stepper(net), networks.dtype(net)
    wide = net.with_parameters({n: x.astype(float) for n, x in net.parameters.items()})
    agree(stepper.gradients(a0, y), networks.gradients(wide, a0.astype(float), y), dtype)
    z = wide.weighted_outputs(a0.astype(float))
    assert_allclose(stepper.z3(a0), z, rtol=0, atol=TOLERANCE[np.dtype(dtype)] * np.abs(z).max())


def names(layers):
    """Who does the work of layers."""
    stepper = compiled_deep.Stepper(deep.Network(layers))
    return [type(work).__name__ for work in stepper.halves[0].work]


# --- By hand ----------------------------------------------------------------------------------


def pair(w, b=0.0):
    """A convolution with one map, two columns or so, and no axis of maps."""
    return deep.Conv(np.array([w], float), b)


@pytest.mark.parametrize(
    ("image", "seen"),
    [([3.0, 1, 4], [3, 1]), ([4.0, 5, 3], [5, 3]), ([3.0, 1, -1], [3, 1])],
    ids=["first", "second", "tied"],
)
def test_a_pooled_layer_by_hand(image, seen):
    """z is 2 and -3, or -1 and 2, or 2 twice; a = 2 + 5; the output 2·7 + 1, desired 14: δ = 1."""
    last = deep.Dense(np.array([[[2.0]]]), np.array([1.0]))
    net = deep.Network([pair([1, -1], 5.0), deep.ReLU(), deep.MaxPool((1, 2)), last], "quadratic")
    stepper = compiled_deep.Stepper(net)
    found = stepper.gradients(np.array([[image]]), np.array([[14.0]]))
    assert_array_equal(found["3.w"], [[[7]]])
    assert_array_equal(found["0.b"], 2)
    assert_array_equal(found["0.w"], [2 * np.array(seen)])
    assert_array_equal(stepper.z3(np.array([[image]])), [[15]])


def test_a_neuron_that_is_not_active_passes_nothing_on():
    last = deep.Dense(np.array([[[2.0]]]), np.array([1.0]))
    net = deep.Network([pair([1, -1], -2.5), deep.ReLU(), deep.MaxPool((1, 2)), last], "quadratic")
    found = compiled_deep.Stepper(net).gradients(np.array([[[3.0, 1, 4]]]), np.array([[0.0]]))
    assert_array_equal(found["0.w"], [[0, 0]])
    assert_array_equal(found["0.b"], 0)


def pooled(w, size):
    """Such a convolution, with what makes loops of it."""
    return [pair(w), deep.ReLU(), deep.MaxPool(size)]


def test_two_layers_by_hand():
    """a = 2, 4, 6; z = 2 + 10·4, 4 + 10·6; δ = 1, 100, and one layer down 1, 10 + 100, 1000."""
    last = deep.Dense(np.array([[[1.0, 100.0]]]), np.array([0.0]))
    layers = [*pooled([2.0], 1), *pooled([1, 10], 1), last]
    y = np.array([[42 + 6400 - 1.0]])
    stepper = compiled_deep.Stepper(deep.Network(layers, "quadratic"))
    found = stepper.gradients(np.array([[[1.0, 2, 3]]]), y)
    assert_array_equal(found["3.w"], [[2 + 100 * 4, 4 + 100 * 6]])
    assert_array_equal(found["0.w"], [[1 + 110 * 2 + 1000 * 3]])
    assert_array_equal(found["3.b"], 101)


def test_a_pixel_hears_of_each_winner_that_sees_it_by_hand():
    """z = 12, 24, 18: the second wins both windows that overlap; δ = 1 + 10, to pixels 1 and 2."""
    last = deep.Dense(np.array([[[1.0, 10.0]]]), np.array([0.0]))
    second = [pair([2.0, 4.0]), deep.ReLU(), deep.MaxPool((1, 2), (1, 1))]
    net = deep.Network([*pooled([1.0], 1), *second, last], "quadratic")
    image, y = np.array([[[2.0, 2, 5, 2]]]), np.array([[24 + 240 - 1.0]])
    found = compiled_deep.Stepper(net).gradients(image, y)
    assert_array_equal(found["3.w"], [[11 * 2, 11 * 5]])
    assert_array_equal(found["3.b"], 11)
    assert_array_equal(found["0.w"], [[22 * 2 + 44 * 5]])
    assert_array_equal(found["0.b"], 22 + 44)


# --- Drawn ------------------------------------------------------------------------------------


def convolution(draw, shape, rng):
    """A layer with loops for maps of such a shape, (C, H, W) or (H, W), and the shape it makes."""
    maps, (*channels, H, W) = draw(st.sampled_from([1, 2, 3, 5, 8, 11])), shape
    P, Q = draw(st.integers(0, 3)), draw(st.integers(0, 3))
    KH = draw(st.integers(1, min(4, H + 2 * P)))
    KW = draw(st.integers(1, min(7, W + 2 * Q)))
    w, b = rng.normal(size=(maps, *channels, KH, KW)), rng.normal(size=maps)
    # Small whole weights, and pixels of ½: sums that are equal, and exact, of patches that are not.
    whole = np.round(2 * w) if draw(st.booleans()) and len(shape) == 2 else w
    layer = deep.Conv(whole, b, padding=(P, Q))
    return layer, (maps, H + 2 * P - KH + 1, W + 2 * Q - KW + 1)


@st.composite
def deep_networks(draw):
    """A network of two convolutions, some of them pooled, and the shape of its images."""
    rng = np.random.default_rng(draw(st.integers(0, 999)))
    image = draw(st.sampled_from([(7, 5), (5, 8), (1, 6, 7), (3, 6, 4)]))
    layers, shape = [], image
    for _ in range(draw(st.integers(1, 2))):
        conv, (maps, H, W) = convolution(draw, shape, rng)
        layers += [conv, draw(st.sampled_from([deep.ReLU(), deep.Sigmoid()]))]
        pool = draw(st.sampled_from([None, (2, 2), (2, 2), (3, 1)]))
        if pool and all(np.less_equal(pool, (H, W))):
            stride = draw(st.sampled_from([None, (1, 2), (1, 1), (3, 2)]))
            down, right = stride or pool
            layers.append(deep.MaxPool(pool, stride))
            H, W = (H - pool[0]) // down + 1, (W - pool[1]) // right + 1
        shape = maps, H, W
    last = deep.Dense(rng.normal(size=(4, *shape)) / 3, np.zeros(4))
    return deep.Network([*layers, last, deep.Softmax()], "log_likelihood"), image


@given(deep_networks(), st.integers(1, 5))
def test_F1s_BP4s_BP5s_are_those_of_the_backward_pass(drawn, count):
    net, image = drawn
    assert_steps_of(net, *digits(net, image, count))


def test_ties_of_different_patches_go_to_the_first():
    net = deep.Network.random("conv3x2x3 relu pool2 dense4 softmax", (9, 8), 4)
    net = net.with_parameters({"0.w": np.round(2 * net.layers[0].w), "0.b": np.ones(3)})
    a0, y = digits(net, (9, 8))
    assert_steps_of(net, a0, y)
    split = [replace(x, ties="split") if isinstance(x, deep.MaxPool) else x for x in net.layers]
    other = networks.gradients(deep.Network(split, net.cost), a0, y)
    assert not np.allclose(other["0.w"], networks.gradients(net, a0, y)["0.w"])


# --- Sizes ------------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("count", [1, 2, 7])
def test_the_network_of_part_three(count, dtype):
    spec = "conv20x5 relu pool2 conv40x5 relu pool2 dense30 relu dense4 softmax"
    net = deep.Network.random(spec, seed=1, dtype=dtype)
    assert_steps_of(net, *digits(net, (28, 28), count))


@pytest.mark.parametrize("registers", [4, 12, 20])
def test_maps_and_rows_may_take_several_vectors(monkeypatch, registers):
    """As with fewer registers, or many more maps: 11 maps in two vectors, rows of 33 in two."""
    monkeypatch.setattr(vectors, "REGISTERS", registers)
    net = deep.Network.random("conv11x3 relu pool2 conv9x2x3 relu pool2 dense4 softmax", (13, 12))
    assert_steps_of(net, *digits(net, (13, 12)))


@pytest.mark.parametrize("threads_from", [0, 10**12])
@pytest.mark.parametrize("chunk", [1, 3000, 10**9])
def test_halves_and_chunks_of_any_length_give_the_same(monkeypatch, chunk, threads_from):
    monkeypatch.setattr(deep_step, "CHUNK", chunk)
    net = deep.Network.random("conv3x3 relu pool2 conv4x3 sigmoid dense4 softmax", (12, 11), 2)
    a0, y = digits(net, (12, 11), 9)
    stepper = compiled_deep.Stepper(net)
    stepper.two_threads_from = threads_from
    # Buffers are kept, and those of a larger mini-batch are not those of a smaller one.
    for rows in ([0], [8, 3], [5, 1, 7], list(range(9)), [2, 2, 4, 0, 1], [6]):
        agree(stepper.gradients(a0, y, rows), networks.gradients(net, a0[rows], y[rows]))
        assert_allclose(
            stepper.z3(a0[rows]), net.weighted_outputs(a0[rows]), rtol=1e-12, atol=1e-13
        )


@pytest.mark.parametrize(
    "spec",
    [
        "conv3x3p1 relu conv5x3x2 conv2x3 relu pool2 dense4 softmax",
        # What one of them makes lies in memory as the next one, of NumPy, does not ask for.
        "conv2x3 relu pool1 conv2x1 relu conv2x3p1 relu pool1 dense4 softmax",
        "conv9x3 relu pool1x2 conv3x2s2 sigmoid pool2x1 dense4 softmax",
    ],
)
def test_convolutions_one_after_the_other(spec):
    net = deep.Network.random(spec, (9, 7), 3)
    assert_steps_of(net, *digits(net, (9, 7)))


@pytest.mark.parametrize("ending", ["sigmoid", "softmax"])
@pytest.mark.parametrize("cost", ["quadratic", "cross_entropy", "log_likelihood"])
def test_any_ending(ending, cost):
    net = deep.Network.random(f"conv2x3 relu pool2 dense4 {ending}", (9, 7), 3)
    net = deep.Network(net.layers, cost)
    assert_steps_of(net, *digits(net, (9, 7)))


@pytest.mark.parametrize("between", [deep.MeanPool((1, 2)), deep.MaxPool((2, 1)), deep.ReLU()])
def test_filters_without_an_axis_of_maps(between):
    rng = np.random.default_rng(1)
    first, second = rng.normal(size=(2, 3)), rng.normal(size=(2, 1))
    conv1 = [deep.Conv(first, 0.5, padding=(0, 1)), deep.Sigmoid(), deep.MaxPool((1, 2), 1)]
    conv2 = [deep.Conv(second, 2.5), deep.ReLU(), deep.MaxPool((2, 1), 1)]
    shape = deep.Network([*conv1, between, *conv2]).feedforward(np.zeros((9, 7)))[-1].shape
    last = deep.Dense(rng.normal(size=(4, *shape)), np.zeros(4))
    net = deep.Network([*conv1, between, *conv2, last], "quadratic")
    assert_steps_of(net, *digits(net, (9, 7)))
    assert networks.gradients(net, *digits(net, (9, 7)))["0.w"].any()  # no neuron is in the way


@pytest.mark.parametrize("spec", ["conv11x3 relu pool2 dense4 softmax", "conv41x3p1 sigmoid pool2"])
def test_what_buffers_held_before_does_not_count(spec):
    """What is nobody's is written beside what counts, and read, and must not be seen."""
    spec = spec if spec.endswith("softmax") else f"{spec} conv9x2x3 relu pool3s2 dense4 softmax"
    net = deep.Network.random(spec, (12, 11), 2)
    a0, y = digits(net, (12, 11), 5)
    stepper = compiled_deep.Stepper(net)
    before, z = stepper.gradients(a0, y), stepper.z3(a0)
    for work in stepper.halves[0].work:
        for name, kept in work.buffers.kept.items():
            kept.fill(np.nan if kept.dtype == float else 99)
            assert name
    after = stepper.gradients(a0, y)
    for name, nabla in before.items():
        assert_array_equal(after[name], nabla)
    assert_array_equal(stepper.z3(a0), z)


class Fenced(deep_work.Buffers):
    """Buffers with numbers before and behind each that nobody may change."""

    every = ()

    def get(self, name, shape, dtype=None):
        if (name, shape) not in self.kept:
            whole = np.full(math.prod(shape) + 400, 77, dtype or self.dtype)
            self.kept[name, shape] = whole[200:-200].reshape(shape)
            Fenced.every = *Fenced.every, whole[:200], whole[-200:]
        return self.kept[name, shape]


@pytest.mark.parametrize("spec", ["conv11x3 relu pool2", "conv1x2x7p2 sigmoid pool1x2", "conv70x4"])
def test_nothing_is_written_but_to_the_slack(monkeypatch, spec):
    """Rows that are none of four neurons, maps and rows of filters that are none of eight."""
    monkeypatch.setattr(deep_step, "Buffers", Fenced)
    monkeypatch.setattr(Fenced, "every", ())
    spec += " relu pool2" if spec.endswith("x4") else ""
    net = deep.Network.random(f"{spec} conv9x2x3 relu pool2 dense4 softmax", (13, 12))
    assert_steps_of(net, *digits(net, (13, 12)))
    assert len(Fenced.every) > 30
    assert all((fence == 77).all() for fence in Fenced.every)


@pytest.mark.parametrize("count", [2, 3, 9])
def test_two_threads_compute_what_one_does(count):
    """Each image's part is the same to the bit; the halves are added up once."""
    net = deep.Network.random("conv9x3 relu pool2 conv3x2 relu pool2 dense4 softmax", (12, 11), 2)
    a0, y = digits(net, (12, 11), count)
    stepper, middle = compiled_deep.Stepper(net), count // 2
    stepper.two_threads_from = 0
    found = stepper.gradients(a0, y)
    stepper.two_threads_from = np.inf
    one, other = (
        stepper.gradients(a0[:middle], y[:middle]),
        stepper.gradients(a0[middle:], y[middle:]),
    )
    for name, nabla in found.items():
        assert_array_equal(nabla, one[name] + other[name])


def test_a_step_is_that_of_training_step_and_steps_are_so_many():
    net = deep.Network.random("conv3x3 relu pool2 dense4 softmax", (8, 10), 5)
    a0, y = digits(net, (8, 10))
    stepper = compiled_deep.Stepper(net)
    stepper.steps(a0, y, 0.5, [4, 0, 6, 3], batch_size=3)
    by_hand = training.step(net, a0[[4, 0, 6]], y[[4, 0, 6]], 0.5)
    by_hand = training.step(by_hand, a0[[3]], y[[3]], 0.5)
    agree(networks.parameters(stepper.net), networks.parameters(by_hand))
    assert_array_equal(net.layers[0].b, 0)  # the network that was handed over has not moved


# --- Whose work it is -------------------------------------------------------------------------


def drawn(spec, image=(12, 12)):
    return deep.Network.random(spec, image).layers


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        ("conv2x5 relu pool2 dense4", ["_PooledConvWork", "_DenseWork"]),
        ("conv2x5 sigmoid pool3s2 dense4", ["_PooledConvWork", "_DenseWork"]),
        ("conv2x3x7 relu pool2 dense4", ["_PooledConvWork", "_DenseWork"]),
        ("conv2x5p2 relu dense4", ["_ConvWork", "_BiasWork", "_ReLUWork", "_DenseWork"]),
        ("conv2x5 pool2 dense4", ["_ConvWork", "_BiasWork", "_MaxPoolWork", "_DenseWork"]),
        (
            "conv2x3s2 relu pool2 dense4",
            ["_ConvWork", "_MaxPoolWork", "_BiasWork", "_ReLUWork", "_DenseWork"],
        ),
    ],
)
def test_what_has_no_loops_is_numpys(spec, expected):
    assert names(drawn(spec)) == expected


def test_only_the_first_of_the_largest_has_a_loop():
    conv, relu, pool, last = drawn("conv2x5 relu pool2 dense4")
    assert names([conv, relu, replace(pool, ties="split"), last])[:1] == ["_ConvWork"]


# --- The output error -------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_BP1l_is_that_of_the_costs(dtype):
    rng = np.random.default_rng(0)
    z = (30 * rng.normal(size=(50, 4))).astype(dtype)
    y = np.eye(4, dtype=dtype)[z.argmax(1)]
    y[:9], y[9:12], y[12:15] = 0.25 * y[:9], 1 - y[9:12], [0.5, 0.25, 0, 0]
    delta, wanted = np.empty((4, 50), dtype), costs.softmax_delta(z, y)
    deep_loops.softmax_delta(z.T.copy(), y, delta)
    assert (np.abs(wanted) < 1e-12).any()  # of an answer so confident, a - y would be 0 or 1e-17
    assert_allclose(delta.T, wanted, rtol=4 * np.finfo(dtype).eps * 4, atol=0)


# --- A run ------------------------------------------------------------------------------------


def runs(epochs=2, **settings):
    net = deep.Network.random(SPEC, seed=0)
    given = {"learning_rate": 0.05, "seed": 2, "batch_size": 20, **settings}
    return training.sgd(net, FEW, epochs, **given)


def test_a_run_is_the_same_whoever_takes_the_steps():
    plain, other = runs(engine="numpy"), runs(engine="compiled")
    agree(networks.parameters(other.net), networks.parameters(plain.net))
    assert_allclose(other.costs, plain.costs, rtol=1e-12)
    predicted = training.predict(other.net, TEST.images, engine="compiled")
    assert_array_equal(predicted, training.predict(other.net, TEST.images))


def test_a_compiled_run_goes_on_from_its_checkpoint_to_the_same_bits(tmp_path):
    whole = runs(3, engine="compiled")
    runs(1, engine="compiled", checkpoint=tmp_path / "run.npz")
    parts = runs(3, engine="compiled", checkpoint=tmp_path / "run.npz")
    for name, array in whole.net.parameters.items():
        assert_array_equal(parts.net.parameters[name], array)
    with pytest.raises(ValueError, match=r"^checkpoint: expected a run with engine numpy at .*got"):
        runs(3, checkpoint=tmp_path / "run.npz")


@pytest.mark.parametrize("engine", ["numpy", "compiled"])
def test_a_run_that_diverges_says_so(engine):
    with pytest.raises(training.DivergedError, match="try a smaller learning_rate"):
        runs(3, engine=engine, learning_rate=1e308)


# --- What is refused --------------------------------------------------------------------------

NET = deep.Network.random("conv3x3 relu dense4 softmax", (8, 10))
A0, ONE = np.ones((2, 8, 10)), np.eye(4)[[0, 1]]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda s: s.step(A0[:, 1:], ONE, 0.1), "images: expected images that fit the network"),
        (lambda s: s.step(A0, ONE, "fast"), "learning_rate: expected a"),
        (lambda s: s.steps(A0, ONE, "fast", [0], 1), "learning_rate: expected a"),
        (lambda s: s.steps(A0, ONE, 0.1, [2], 1), "rows: expected numbers from 0 to 1, got 2 to 2"),
        (lambda s: s.steps(A0, ONE, 0.1, [0], 0), "batch_size: expected a whole number"),
        (lambda s: s.steps(A0, ONE[:, 1:], 0.1, [0], 1), "y: expected shape (2, 4), got (2, 3)"),
    ],
)
def test_bad_input_is_refused_before_anything_moves(call, message):
    stepper = compiled_deep.Stepper(NET)
    before = stepper.all.copy()
    with pytest.raises(ValueError, match="^" + re.escape(message)):
        call(stepper)
    assert_array_equal(stepper.all, before)
