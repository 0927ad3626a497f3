"""The step with compiled passes, held against the plain one and the fast one.

The passes are for any size, so that all of this is compiled once, for float32 and for float64.
"""

import re
from dataclasses import replace

import numpy as np
import pytest
from oracles import random
from steps import COSTS, DIGITS, TOLERANCE, Y, assert_same, network

from convnet_lib import ConvNet, fast, training
from convnet_lib.gradient_check import relative_error

pytest.importorskip("numba", reason="needs the extra `compiled`")

from convnet_lib.training import compiled_passes
from convnet_lib.training.compiled_passes import RUN, Stepper


def assert_gradients(net, a0, y, cost, stepper=None):
    """Against the plain step, and against the fast one."""
    stepper = Stepper(net, cost) if stepper is None else stepper
    tolerance = TOLERANCE[net.w3.dtype.type]
    found = stepper.gradients(a0, y)
    assert_same(found, net.backprop(a0, y, cost), tolerance)
    assert_same(found, fast.Stepper(net, cost).gradients(a0, y), tolerance)
    assert relative_error(stepper.z3(a0), net.feedforward(a0).z3) <= tolerance


def halved(net, cost="cross_entropy", chunk=64):
    """A stepper that halves every mini-batch of 2 or more, and works in small chunks."""
    stepper = Stepper(net, cost)
    stepper.two_from, stepper.chunk = 2, chunk
    return stepper


# --- By hand ----------------------------------------------------------------------------------


def test_a_step_by_hand():
    """One filter of 1 by 1, one window, one output; the slip of paper of test_network.py."""
    net = ConvNet(np.array([[2.0]]), np.array(0.5), np.array([[[4.0]]]), np.array([-2.0]))
    a0, y = np.array([[[0.0, 0.0], [0.0, (np.log(3) - 0.5) / 2]]]), np.array([[0.0]])
    stepper = Stepper(net, "cross_entropy")
    stepper.step(a0, y, learning_rate=0.5)
    delta3 = 1 / (1 + np.exp(-1))  # a³ - y, with z³ = 4 · 3/4 - 2
    delta1 = delta3 * 4 * 3 / 16  # through w³ and σ′(ln 3)
    after, close = stepper.net, {"rtol": 1e-14}
    np.testing.assert_allclose(after.w1, [[2 - 0.5 * delta1 * a0.max()]], **close)
    np.testing.assert_allclose(after.b1, 0.5 - 0.5 * delta1, **close)
    np.testing.assert_allclose(after.w3, [[[4 - 0.5 * 0.75 * delta3]]], **close)
    np.testing.assert_allclose(after.b3, [-2 - 0.5 * delta3], **close)


@pytest.mark.parametrize("place", range(4))
def test_a_winner_gets_all_and_the_sum_is_that_of_a_map(place):
    """Two maps of two windows; the other window of each map is won by its first neuron."""
    z = np.zeros((2, 2, 2, 2))
    r, s = divmod(place, 2)
    z[s, :, r, 1] = 1, 2
    a2, delta = np.full((2, 2), 0.5), np.array([[4.0, 8.0], [12.0, 16.0]])
    sums = np.zeros((2, 1))
    compiled_passes.route(z, a2, delta, sums)
    expected = np.zeros((2, 2, 2, 2))
    expected[0, :, 0, 0], expected[s, :, r, 1] = (1, 3), (2, 4)  # δ · ½ · ½
    assert z.tolist() == expected.tolist()
    assert delta.tolist() == [[1, 2], [3, 4]]
    assert sums.tolist() == [[3], [7]]


TIES = [(0, 1), (0, 2), (0, 3), (1, 2), (1, 3), (2, 3), (0, 1, 2), (1, 2, 3), (0, 1, 2, 3)]


@pytest.mark.parametrize("tied", TIES)
def test_of_tied_neurons_the_first_in_row_major_order_wins_alone(tied):
    """Equal z¹ from unequal pixels, as in test_fast.py."""
    net = ConvNet(np.ones((1, 2, 1, 1)), np.zeros(1), np.array([[[[2.0]]]]), np.zeros(1))
    first = np.array([0.125, 0.0625, 0.1875, 0.25])
    a0 = np.stack([first, np.full(4, 0.25)])
    a0[1, list(tied)] = 1 - first[list(tied)]
    g = Stepper(net).gradients(a0.reshape(1, 2, 2, 2), np.array([[0.0]]))
    np.testing.assert_allclose(g.w1.ravel(), a0[:, tied[0]] * g.b1, rtol=1e-14)


# --- The passes against those of `fast` ---------------------------------------------------------


def passed(dtype, images, draw):
    """What both leave of the same z¹: a², δ¹ of the windows, of all neurons, and their sums."""
    sizes = fast.Sizes(F=3, C=1, KH=1, KW=1, P=1, Q=1, outputs=1)
    rng = np.random.default_rng(images)
    z, b1, delta = draw(rng, (2, 3, 2, images)), rng.random((3, 1)), rng.random((3, images))
    z, b1, delta = (array.astype(dtype) for array in (z, b1, delta))
    buffers, a2, found = fast.Buffers(sizes, images, dtype), np.empty_like(delta), z.copy()
    buffers.z[...] = z
    compiled_passes.pool(found, b1, a2)
    fast.pool(buffers)
    np.add(buffers.a2_maps, b1, out=buffers.a2_maps)
    fast.activate(buffers.a2)
    largest = buffers.a2_maps
    sums, delta1 = np.empty_like(b1), delta.copy()
    compiled_passes.route(found, a2, delta1, sums)
    expected = delta * largest * (1 - largest)
    fast.route(expected, buffers)
    yield from ((a2, largest), (delta1, expected), (found, buffers.z))
    yield sums, expected.sum(axis=1, keepdims=True)


DRAWN = {
    "all different": lambda rng, shape: rng.standard_normal(shape),
    "many ties": lambda rng, shape: rng.integers(-1, 2, shape) / 2,
    "all tied": lambda rng, shape: np.zeros(shape),
}


@pytest.mark.parametrize("dtype", TOLERANCE)
@pytest.mark.parametrize("draw", DRAWN.values(), ids=DRAWN.keys())
@pytest.mark.parametrize("images", [1, 7, RUN - 1, RUN, RUN + 1, 2 * RUN + 13])
def test_passes_leave_what_those_of_fast_leave(dtype, draw, images):
    """Runs that end with the images, before them, and one short of them."""
    for found, expected in passed(dtype, images, draw):
        assert found.dtype == expected.dtype
        assert relative_error(found, expected) <= TOLERANCE[dtype]
        assert np.array_equal(found == 0, expected == 0)


# --- Against the plain step and the fast one ----------------------------------------------------


@pytest.mark.parametrize("dtype", TOLERANCE)
@pytest.mark.parametrize("cost", COSTS)
@pytest.mark.parametrize("maps", [None, 1, 3, 20])
@pytest.mark.parametrize("batch", [1, 7, 101])
def test_gradients_of_real_digits_with_their_ties(dtype, cost, maps, batch):
    a0, y = DIGITS.images[:batch].astype(dtype), Y[:batch].astype(dtype)
    assert_gradients(network(maps, dtype), a0, y, cost)


@pytest.mark.parametrize("dtype", TOLERANCE)
def test_gradients_of_digits_in_black_and_white(dtype):
    """Where ink is full, too, whole windows are tied, and their receptive fields are not 0."""
    a0, y = (DIGITS.images[:60] > 0.5).astype(dtype), Y[:60].astype(dtype)
    assert_gradients(network(3, dtype), a0, y, "cross_entropy")


@pytest.mark.parametrize("value", [0.0, 0.3, 1.0])
def test_gradients_of_blank_images(value):
    assert_gradients(network(3), np.full((5, 28, 28), value), Y[:5], "quadratic")


@pytest.mark.parametrize("batch", [2, 3, 5, 33])
@pytest.mark.parametrize("chunk", [1, 2, 7, 64])
def test_halves_of_odd_batches_and_last_short_chunks(batch, chunk):
    net = network(2)
    assert_gradients(
        net, DIGITS.images[:batch], Y[:batch], "cross_entropy", halved(net, chunk=chunk)
    )


@pytest.mark.parametrize("maps", [None, 20])
def test_a_large_batch_as_it_comes(maps):
    net = network(maps)
    stepper = Stepper(net)
    assert_gradients(net, DIGITS.images[:301], Y[:301], "cross_entropy", stepper)
    assert {half for half, _ in stepper.buffers} == {0, 1}


def test_a_second_thread_is_worth_its_start_sooner_than_in_fast():
    for net in (network(20), network(4)):
        assert 2 < Stepper(net).two_from < fast.Stepper(net).two_from


SIZES = [((8, 7), (3, 2), 4), ((9, 14), (4, 3), 7), ((2, 2), (1, 1), 1), ((31, 32), (6, 7), 10)]


@pytest.mark.parametrize(("image", "kernel", "outputs"), SIZES, ids=str)
@pytest.mark.parametrize("maps", [None, 2])
def test_other_sizes_than_the_books(image, kernel, outputs, maps):
    net = network(maps, image=image, kernel=kernel, outputs=outputs)
    rng = np.random.default_rng(0)
    assert_gradients(net, rng.random((6, *image)), rng.random((6, outputs)), "quadratic")


@pytest.mark.parametrize("channels", [1, 3])
def test_channels(channels):
    net = replace(network(2, image=(8, 7), kernel=(3, 2)), w1=random(2, channels, 3, 2))
    rng = np.random.default_rng(0)
    assert_gradients(net, rng.random((6, channels, 8, 7)), rng.random((6, 10)), "quadratic")


def test_no_second_size_is_compiled_anew():
    for maps, dtype in ((2, float), (3, np.float32)):
        Stepper(network(maps, dtype)).gradients(DIGITS.images[:2], Y[:2])
    passes = compiled_passes.pool, compiled_passes.route
    before = [len(function.signatures) for function in passes]
    net = network(5, image=(9, 8), kernel=(2, 3))
    assert_gradients(net, np.full((3, 9, 8), 0.5), Y[:3], "quadratic")
    assert [len(function.signatures) for function in passes] == before


# --- Steps --------------------------------------------------------------------------------------


@pytest.mark.parametrize("batch", [1, 7, 16, 40, 100])
@pytest.mark.parametrize("two_from", [2, 100])
def test_many_steps_are_those_of_the_plain_network(batch, two_from):
    """40 images, so that mini-batches of 7 or 16 leave a short one; in one call, and one by one."""
    net, order = network(3), np.random.default_rng(0).permutation(DIGITS.labels.size)[:40]
    (at_once, singly), plain = (Stepper(net) for _ in range(2)), net
    at_once.two_from = singly.two_from = two_from
    at_once.steps(DIGITS.images, Y, 0.5, order, batch)
    for start in range(0, 40, batch):
        rows = order[start : start + batch]
        singly.step(DIGITS.images, Y, 0.5, rows)
        plain = training.step(plain, DIGITS.images[rows], Y[rows], 0.5)
    assert_same(at_once.net, singly.net, 0)
    assert_same(at_once.net, plain, 1e-11)


def one_after_the_other(_thread, work, rows):
    """What `halves.both` returns, without a second thread."""
    middle = len(rows) // 2
    return [work(0, rows[:middle]), work(1, rows[middle:])]


def test_two_threads_give_the_bits_of_one(monkeypatch):
    two, one = (halved(network(3, np.float32), chunk=8) for _ in range(2))
    a0, y = DIGITS.images.astype(np.float32), Y.astype(np.float32)
    given = 0.1, np.arange(300), 50
    two.steps(a0, y, *given)
    monkeypatch.setattr(training.halves, "both", one_after_the_other)
    one.steps(a0, y, *given)
    assert_same(two.net, one.net, 0)


def test_a_second_mini_batch_has_nothing_of_the_first():
    net = network(2)
    stepper = halved(net, chunk=3)
    stepper.gradients(DIGITS.images[:13], Y[:13])
    assert_gradients(net, DIGITS.images[20:33], Y[20:33], "cross_entropy", stepper)


@pytest.mark.parametrize("stepper", [Stepper(network(3)), fast.Stepper(network(3))])
def test_rows_of_a_forward_pass(stepper):
    rows = np.array([5, 0, 5, 700])
    found = stepper.forward(DIGITS.images, rows)
    assert relative_error(found, network(3).feedforward(DIGITS.images[rows]).z3) < 1e-12
    assert stepper.z3(np.empty((0, 28, 28))).shape == (0, 10)


def test_saturated_outputs_give_no_nan():
    net = replace(network(3), b3=np.full(10, 800.0))
    g = Stepper(net).gradients(DIGITS.images[:3], Y[:3])
    assert all(np.isfinite(getattr(g, name)).all() for name in net.parameters)


# --- Bad input ----------------------------------------------------------------------------------

A0, ONE = DIGITS.images[:4], Y[:4]
BAD = {
    "cost": (
        lambda: Stepper(network(3), "hinge"),
        "cost: expected 'quadratic' or 'cross_entropy', got 'hinge'",
    ),
    "image size": (
        lambda: Stepper(network(3)).steps(A0[:, 1:], ONE, 1.0, [0], 1),
        "images: expected shape (N, 28, 28), got (4, 27, 28)",
    ),
    "labels for y": (
        lambda: Stepper(network(3)).steps(A0, np.arange(4), 1.0, [0], 1),
        "y: expected an array of float32 or float64, got int64",
    ),
    "rows before the first": (
        lambda: Stepper(network(3)).steps(A0, ONE, 1.0, [-1], 1),
        "rows: expected numbers from 0 to 3, got -1 to -1",
    ),
    "a mini-batch of none": (
        lambda: Stepper(network(3)).steps(A0, ONE, 1.0, [0], 0),
        "batch_size: expected a whole number, at least 1, got 0",
    ),
    "rate": (
        lambda: Stepper(network(3)).steps(A0, ONE, "fast", [0], 1),
        "learning_rate: expected a",
    ),
}


@pytest.mark.parametrize(("call", "message"), BAD.values(), ids=BAD.keys())
def test_bad_input_is_refused_by_name(call, message):
    with pytest.raises(ValueError, match="^" + re.escape(message)):
        call()
