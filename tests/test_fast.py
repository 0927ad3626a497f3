"""The fast step, held against the plain one: the same gradients, whatever the shape and the data.

The plain network is the judge here; its own judges are in test_network.py.
"""

import os
import re
import threading
from concurrent.futures import Future
from dataclasses import replace

import numpy as np
import pytest
from oracles import random
from steps import COSTS, DIGITS, TOLERANCE, Y, assert_same, network

from convnet_lib import ConvNet, fast, training
from convnet_lib.gradient_check import relative_error

DTYPES = list(TOLERANCE)


def assert_gradients(net, a0, y, cost, stepper=None):
    stepper = fast.Stepper(net, cost) if stepper is None else stepper
    dtype = net.w3.dtype.type
    expected = net.backprop(a0, y, cost)
    assert_same(stepper.gradients(a0, y), expected, TOLERANCE[dtype])
    z3 = net.feedforward(a0).z3
    assert relative_error(stepper.z3(a0), z3) <= TOLERANCE[dtype]


def halved(net, cost, chunk):
    """A stepper that halves every mini-batch of 2 or more, and works in small chunks."""
    stepper = fast.Stepper(net, cost)
    stepper.two_from, stepper.chunk = 2, chunk
    return stepper


# --- By hand ----------------------------------------------------------------------------------


def test_a_step_by_hand():
    """One filter of 1 by 1, one window, one output; the slip of paper of test_network.py."""
    net = ConvNet(np.array([[2.0]]), np.array(0.0), np.array([[[4.0]]]), np.array([-2.0]))
    a0, y = np.array([[[0.0, 0.0], [0.0, np.log(3) / 2]]]), np.array([[0.0]])
    stepper = fast.Stepper(net, "cross_entropy")
    stepper.step(a0, y, learning_rate=0.5)
    delta3 = 1 / (1 + np.exp(-1))  # a³ - y, with z³ = 4 · 3/4 - 2
    delta1 = delta3 * 4 * 3 / 16  # through w³ and σ′(ln 3)
    after, close = stepper.net, {"rtol": 1e-14}
    np.testing.assert_allclose(after.w1, [[2 - 0.5 * delta1 * np.log(3) / 2]], **close)
    np.testing.assert_allclose(after.b1, -0.5 * delta1, **close)
    np.testing.assert_allclose(after.w3, [[[4 - 0.5 * 0.75 * delta3]]], **close)
    np.testing.assert_allclose(after.b3, [-2 - 0.5 * delta3], **close)


@pytest.mark.parametrize("winner", range(4))
def test_each_corner_of_a_window_can_win(winner):
    """∂C/∂w¹ is the pixel under the winner times δ¹: four pixels, four gradients."""
    net = ConvNet(np.array([[1.0]]), np.array(0.0), np.array([[[2.0]]]), np.array([0.0]))
    a0 = np.array([0.1, 0.2, 0.3, 0.4])
    a0[winner] = 0.9
    g = fast.Stepper(net).gradients(a0.reshape(1, 2, 2), np.array([[0.0]]))
    assert g.w1.item() == pytest.approx(0.9 * g.b1.item(), rel=1e-14)
    assert g.b1.item() > 0.1


@pytest.mark.parametrize(
    "tied", [(0, 1), (0, 2), (0, 3), (1, 2), (1, 3), (2, 3), (0, 1, 2), (1, 2, 3), (0, 1, 2, 3)]
)
def test_of_tied_neurons_the_first_in_row_major_order_wins_alone(tied):
    """Equal z¹ from unequal pixels: a filter of 1 by 2 sums two pixels, 0.5 + 0.5 = 0.25 + 0.75."""
    w1 = np.ones((1, 2, 1, 1))  # two channels, so that a neuron can have the sum in two ways
    net = ConvNet(w1, np.zeros(1), np.array([[[[2.0]]]]), np.zeros(1))
    first = np.array([0.125, 0.0625, 0.1875, 0.25])
    a0 = np.stack([first, np.full(4, 0.25)])
    a0[1, list(tied)] = 1 - first[list(tied)]
    g = fast.Stepper(net).gradients(a0.reshape(1, 2, 2, 2), np.array([[0.0]]))
    expected = a0[:, tied[0]] * g.b1
    np.testing.assert_allclose(g.w1.ravel(), expected, rtol=1e-14)


# --- Against the plain step -------------------------------------------------------------------


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("cost", COSTS)
@pytest.mark.parametrize("maps", [None, 1, 3, 20])
@pytest.mark.parametrize("batch", [1, 2, 7, 33])
def test_gradients_of_random_images(dtype, cost, maps, batch):
    a0 = np.random.default_rng(batch).random((batch, 28, 28)).astype(dtype)
    y = np.random.default_rng(batch).random((batch, 10)).astype(dtype)
    assert_gradients(network(maps, dtype), a0, y, cost)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("cost", COSTS)
@pytest.mark.parametrize("maps", [None, 1, 3, 20])
def test_gradients_of_real_digits_with_their_ties(dtype, cost, maps):
    a0, y = DIGITS.images[:101].astype(dtype), Y[:101].astype(dtype)
    assert_gradients(network(maps, dtype), a0, y, cost)


@pytest.mark.parametrize("dtype", DTYPES)
def test_gradients_of_digits_in_black_and_white(dtype):
    """Where ink is full, too, whole windows are tied, and their receptive fields are not 0."""
    a0, y = (DIGITS.images[:60] > 0.5).astype(dtype), Y[:60].astype(dtype)
    assert_gradients(network(3, dtype), a0, y, "cross_entropy")


@pytest.mark.parametrize("value", [0.0, 0.3, 1.0])
def test_gradients_of_blank_images(value):
    a0 = np.full((5, 28, 28), value)
    assert_gradients(network(3), a0, Y[:5], "quadratic")


@pytest.mark.parametrize("batch", [2, 3, 5, 8, 33, 101])
@pytest.mark.parametrize("chunk", [1, 2, 7, 64])
def test_halves_of_odd_batches_and_last_short_chunks(batch, chunk):
    net = network(2)
    a0, y = DIGITS.images[:batch], Y[:batch]
    assert_gradients(net, a0, y, "cross_entropy", halved(net, "cross_entropy", chunk))


@pytest.mark.parametrize(
    ("maps", "rows", "lengths"),
    [
        (None, 256, [256]),
        (None, 257, [129, 128]),
        (None, 1000, [256, 256, 256, 232]),
        (3, 209, [105, 104]),  # 214 would have fewer z¹ than CHUNK_Z1, and 208 are whole lines
        (3, 512, [176, 176, 160]),
        (20, 50, [25, 25]),
        (20, 100, [32, 32, 32, 4]),
        (40, 48, [16, 16, 16]),
        (50, 30, [10, 10, 10]),  # less than a line
        (700, 3, [1, 1, 1]),
    ],
)
def test_many_chunks_are_whole_cache_lines_and_two_are_alike(maps, rows, lengths):
    stepper, rows = fast.Stepper(network(maps)), np.arange(rows)
    chunks = stepper._chunks(rows)
    assert [len(chunk) for chunk in chunks] == lengths
    assert np.array_equal(np.concatenate(chunks), rows)


@pytest.mark.parametrize("maps", [None, 20])
def test_a_large_batch_as_it_comes(maps):
    net = network(maps)
    assert_gradients(net, DIGITS.images[:301], Y[:301], "cross_entropy")


SIZES = [
    ((8, 7), (3, 2), 4),
    ((9, 14), (4, 3), 7),
    ((9, 13), (2, 4), 3),
    ((4, 6), (1, 1), 10),
    ((5, 7), (2, 6), 2),
    ((2, 2), (1, 1), 1),
    ((31, 32), (6, 7), 10),
]


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


def test_saturated_outputs_give_no_nan():
    net = replace(network(None), b3=np.full(10, 800.0))
    with np.errstate(all="raise", under="ignore"):
        g = fast.Stepper(net).gradients(DIGITS.images[:3], Y[:3])
    assert all(np.isfinite(getattr(g, name)).all() for name in net.parameters)


@pytest.mark.parametrize("order", ["transposed", "strided", "reversed"])
def test_images_need_not_lie_together(order):
    a0 = {
        "transposed": np.asfortranarray(DIGITS.images[:9]),
        "strided": DIGITS.images[:18:2],
        "reversed": DIGITS.images[:9][::-1, ::-1],
    }[order]
    assert_gradients(network(3), a0, Y[:9], "cross_entropy")


# --- Steps ------------------------------------------------------------------------------------


@pytest.mark.parametrize("maps", [None, 3])
def test_many_steps_are_those_of_the_plain_network(maps):
    """Mini-batches of 7 out of 40, so that the last one is of 5, and the rows are shuffled."""
    net, order = network(maps), np.random.default_rng(0).permutation(40)
    stepper, plain = fast.Stepper(net), net
    for start in range(0, 40, 7):
        rows = order[start : start + 7]
        stepper.step(DIGITS.images, Y, 0.5, rows)
        plain = training.step(plain, DIGITS.images[rows], Y[rows], 0.5)
    assert_same(stepper.net, plain, 1e-12)


def test_a_network_that_was_taken_out_does_not_move():
    net = network(None)
    stepper = fast.Stepper(net)
    before = stepper.net
    stepper.step(DIGITS.images[:5], Y[:5], 1.0)
    assert_same(before, net, 0)
    assert stepper.net.w1.tolist() != net.w1.tolist()


def test_gradients_that_were_taken_out_stay_as_they_are():
    stepper = fast.Stepper(network(None))
    first = stepper.gradients(DIGITS.images[:5], Y[:5])
    w1 = first.w1.copy()
    stepper.gradients(DIGITS.images[5:10], Y[5:10])
    assert first.w1.tolist() == w1.tolist()


def test_a_second_mini_batch_has_nothing_of_the_first():
    net = network(2)
    stepper = halved(net, "cross_entropy", 3)
    for start in (0, 20):
        a0, y = DIGITS.images[start : start + 13], Y[start : start + 13]
        assert_same(stepper.gradients(a0, y), net.backprop(a0, y, "cross_entropy"), 1e-12)


def test_two_threads_give_the_bits_of_one():
    """The halves are the same whoever works on them, in whatever order they end."""
    steppers = [halved(network(3, np.float32), "cross_entropy", 8) for _ in range(2)]
    steppers[1].second_thread = _AtOnce()
    a0, y = DIGITS.images.astype(np.float32), Y.astype(np.float32)
    for start in range(0, 500, 50):
        for stepper in steppers:
            stepper.step(a0, y, 0.1, np.arange(start, start + 50))
    assert_same(steppers[0].net, steppers[1].net, 0)


def test_blas_has_one_thread_for_each_half_and_then_its_own_again():
    stepper, blas = halved(network(None), "cross_entropy", 64), training.halves.blas()

    def threads(half=None, rows=None):
        blas = training.halves.ThreadpoolController().select(user_api="blas")
        return [library.num_threads for library in blas.lib_controllers]

    with blas.limit(limits=2):
        before = threads()
        for rows, halves in ((1, 1), (2, 2)):
            during = stepper._in_halves(threads, np.arange(rows))
            assert during == [[1] * len(before)] * halves
        assert threads() == before


@pytest.mark.skipif(not hasattr(os, "sched_getaffinity"), reason="no cores to choose here")
def test_the_second_thread_has_one_core_and_the_first_keeps_its_own():
    before = os.sched_getaffinity(0)  # of the calling thread
    stepper = halved(network(None), "cross_entropy", 64)
    first, second = stepper._in_halves(lambda *_: os.sched_getaffinity(0), np.arange(2))
    assert first == before
    assert len(second) == 1
    assert second <= before


def test_where_no_thread_may_have_a_core_the_step_is_right_all_the_same(monkeypatch):
    def refuse(*_):
        raise PermissionError

    monkeypatch.setattr(os, "sched_setaffinity", refuse, raising=False)
    net = network(None)
    assert_gradients(net, DIGITS.images[:9], Y[:9], "quadratic", halved(net, "quadratic", 64))


def test_overflow_is_for_the_callers_errstate_in_either_thread(recwarn):
    net = network(None)
    net = replace(net, w3=np.full_like(net.w3, 1e308))
    with np.errstate(all="ignore"):
        halved(net, "quadratic", 64).gradients(DIGITS.images[:8], Y[:8])
    assert not recwarn.list
    with pytest.warns(RuntimeWarning, match="overflow"):
        halved(net, "quadratic", 64).gradients(DIGITS.images[:8], Y[:8])


def test_a_half_that_fails_does_not_leave_the_other_at_work():
    stepper = halved(network(None), "cross_entropy", 64)
    done = threading.Event()

    def work(half, rows):
        if half == 0:
            raise KeyboardInterrupt
        done.wait(0.05)
        done.set()

    with pytest.raises(KeyboardInterrupt):
        stepper._in_halves(work, np.arange(2))
    assert done.is_set()


def test_images_of_another_dtype_are_computed_in_that_of_the_network():
    net = network(None, np.float64)
    a0 = DIGITS.images[:5].astype(np.float32)
    found = fast.Stepper(net).gradients(a0, Y[:5])
    assert_same(found, net.backprop(a0.astype(float), Y[:5], "cross_entropy"), 1e-12)


def test_z3_of_no_images_is_empty():
    assert fast.Stepper(network(None)).z3(np.empty((0, 28, 28))).shape == (0, 10)


class _AtOnce:
    """A thread pool without a thread."""

    def submit(self, work, *arguments):
        future = Future()
        future.set_result(work(*arguments))
        return future


# --- Bad input --------------------------------------------------------------------------------

A0, ONE = DIGITS.images[:4], Y[:4]
RGB = replace(network(2, image=(8, 7), kernel=(3, 2)), w1=random(2, 3, 3, 2))
MIXED = replace(network(None), b3=np.zeros(10, np.float32))
BAD = {
    "cost": (
        lambda: fast.Stepper(network(None), "hinge"),
        "cost: expected 'quadratic' or 'cross_entropy', got 'hinge'",
    ),
    "two dtypes": (
        lambda: fast.Stepper(MIXED),
        "net: expected parameters of one dtype, got {'w1': 'float64'",
    ),
    "image size": (
        lambda: fast.Stepper(network(None)).step(A0[:, 1:], ONE, 1.0),
        "images: expected shape (N, 28, 28), got (4, 27, 28)",
    ),
    "a single image": (
        lambda: fast.Stepper(network(None)).step(A0[0], ONE, 1.0),
        "images: expected shape (N, 28, 28), got (28, 28)",
    ),
    "a number for images": (
        lambda: fast.Stepper(network(None)).z3(0.5),
        "images: expected shape (N, 28, 28), got ()",
    ),
    "no channels": (
        lambda: fast.Stepper(RGB).z3(np.zeros((4, 8, 7))),
        "images: expected shape (N, 3, 8, 7), got (4, 8, 7)",
    ),
    "integers": (
        lambda: fast.Stepper(network(None)).z3(np.zeros((4, 28, 28), np.uint8)),
        "images: expected an array of float32 or float64, got uint8",
    ),
    "y of other images": (
        lambda: fast.Stepper(network(None)).step(A0, ONE[:3], 1.0),
        "y: expected shape (4, 10), got (3, 10)",
    ),
    "labels for y": (
        lambda: fast.Stepper(network(None)).step(A0, np.arange(4), 1.0),
        "y: expected an array of float32 or float64, got int64",
    ),
    "no rows": (
        lambda: fast.Stepper(network(None)).step(A0, ONE, 1.0, np.array([], int)),
        "rows: expected at least one integer, shape (B,), got int64 of shape (0,)",
    ),
    "rows as a mask": (
        lambda: fast.Stepper(network(None)).gradients(A0, ONE, [True, False, True, True]),
        "rows: expected at least one integer, shape (B,), got bool of shape (4,)",
    ),
    "no images": (
        lambda: fast.Stepper(network(None)).gradients(A0[:0], ONE[:0]),
        "images: expected at least one, got none",
    ),
}


@pytest.mark.parametrize(("call", "message"), BAD.values(), ids=BAD.keys())
def test_bad_input_is_refused_by_name(call, message):
    with pytest.raises(ValueError, match="^" + re.escape(message)):
        call()
