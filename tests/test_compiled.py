"""The compiled step, held against the plain one and the fast one: the same gradients.

The book's network is compiled here; odd sizes run through the same loops as Python runs them, with
nothing compiled, since each size takes the compiler seconds.
"""

import importlib.util
import re
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
from oracles import random
from steps import COSTS, DIGITS, TOLERANCE, Y, assert_same, network

from convnet_lib import ConvNet, fast
from convnet_lib import training as rooms
from convnet_lib.gradient_check import relative_error

pytest.importorskip("numba", reason="needs the extra `compiled`")
import numba

from convnet_lib.training import compiled


@pytest.fixture(scope="module")
def loops():
    """The room with nothing compiled in it: Python runs the same loops, with NumPy's vectors."""
    spec = importlib.util.find_spec(compiled.__name__)
    module = importlib.util.module_from_spec(spec)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(numba, "njit", _as_it_is)
        spec.loader.exec_module(module)
    for function in (load, load_every_other, load_runs, same, store, add):
        assert hasattr(module, function.__name__)
        setattr(module, function.__name__, function)
    return module


def load(x, at, count):
    return _within(x, range(at, at + count))


def load_every_other(x, at, count):
    return _within(x, range(at, at + 2 * count))[::2]


def load_runs(x, at, leap, count):
    starts = range(at, at + count // 8 * leap, leap)
    return np.concatenate([load(x, start, 8) for start in starts])


def same(number, count):
    return np.full(count, number)


def store(x, at, vector):
    _within(x, range(at, at + len(vector)))
    x[at : at + len(vector)] = vector


def add(total, number, vector):
    return total + number * vector


def _within(x, numbers):
    """These numbers of x, of which none may lie outside: compiled code would not notice."""
    assert numbers[0] >= 0
    assert numbers[-1] < len(x)
    return x[numbers[0] : numbers[-1] + 1].copy()


def _as_it_is(function=None, **options):
    return function if function else lambda function: function


def assert_gradients(net, a0, y, cost, stepper=None):
    """Against the plain step, and against the fast one."""
    stepper = compiled.Stepper(net, cost) if stepper is None else stepper
    tolerance = TOLERANCE[net.w3.dtype.type]
    found = stepper.gradients(a0, y)
    assert_same(found, net.backprop(a0, y, cost), tolerance)
    assert_same(found, fast.Stepper(net, cost).gradients(a0, y), tolerance)
    assert relative_error(stepper.z3(a0), net.feedforward(a0).z3) <= tolerance


# --- By hand ----------------------------------------------------------------------------------


def test_a_step_by_hand(loops):
    """One filter of 1 by 1, one window, one output; the slip of paper of test_network.py."""
    net = ConvNet(np.array([[2.0]]), np.array(0.0), np.array([[[4.0]]]), np.array([-2.0]))
    a0, y = np.array([[[0.0, 0.0], [0.0, np.log(3) / 2]]]), np.array([[0.0]])
    stepper = loops.Stepper(net, "cross_entropy")
    stepper.step(a0, y, learning_rate=0.5)
    delta3 = 1 / (1 + np.exp(-1))  # a³ - y, with z³ = 4 · 3/4 - 2
    delta1 = delta3 * 4 * 3 / 16  # through w³ and σ′(ln 3)
    after, close = stepper.net, {"rtol": 1e-14}
    np.testing.assert_allclose(after.w1, [[2 - 0.5 * delta1 * np.log(3) / 2]], **close)
    np.testing.assert_allclose(after.b1, -0.5 * delta1, **close)
    np.testing.assert_allclose(after.w3, [[[4 - 0.5 * 0.75 * delta3]]], **close)
    np.testing.assert_allclose(after.b3, [-2 - 0.5 * delta3], **close)


@pytest.mark.parametrize(
    "tied", [(0, 1), (0, 2), (0, 3), (1, 2), (1, 3), (2, 3), (0, 1, 2), (1, 2, 3), (0, 1, 2, 3)]
)
def test_of_tied_neurons_the_first_in_row_major_order_wins_alone(loops, tied):
    """Equal z¹ from unequal pixels, as in test_fast.py."""
    net = ConvNet(np.ones((1, 2, 1, 1)), np.zeros(1), np.array([[[[2.0]]]]), np.zeros(1))
    first = np.array([0.125, 0.0625, 0.1875, 0.25])
    a0 = np.stack([first, np.full(4, 0.25)])
    a0[1, list(tied)] = 1 - first[list(tied)]
    g = loops.Stepper(net).gradients(a0.reshape(1, 2, 2, 2), np.array([[0.0]]))
    np.testing.assert_allclose(g.w1.ravel(), a0[:, tied[0]] * g.b1, rtol=1e-14)


@pytest.mark.parametrize("winner", range(4))
def test_each_corner_of_a_window_can_win(loops, winner):
    net = ConvNet(np.array([[1.0]]), np.array(0.0), np.array([[[2.0]]]), np.array([0.0]))
    a0 = np.array([0.1, 0.2, 0.3, 0.4])
    a0[winner] = 0.9
    g = loops.Stepper(net).gradients(a0.reshape(1, 2, 2), np.array([[0.0]]))
    assert g.w1.item() == pytest.approx(0.9 * g.b1.item(), rel=1e-14)
    assert g.b1.item() > 0.1


# --- Against the plain step and the fast one --------------------------------------------------

SIZES = [
    ((8, 7), (3, 2), 4),
    ((9, 14), (4, 3), 7),
    ((9, 13), (2, 4), 3),
    ((4, 6), (1, 1), 10),
    ((5, 7), (2, 6), 2),
    ((2, 2), (1, 1), 1),
    ((6, 8), (3, 5), 2),
    ((11, 12), (6, 7), 3),
    ((4, 12), (3, 9), 2),  # more columns than a vector has
    ((5, 24), (2, 17), 2),
]


@pytest.mark.parametrize(("image", "kernel", "outputs"), SIZES, ids=str)
@pytest.mark.parametrize("maps", [None, 2])
@pytest.mark.parametrize("cost", COSTS)
def test_other_sizes_than_the_books(loops, image, kernel, outputs, maps, cost):
    net = network(maps, image=image, kernel=kernel, outputs=outputs)
    rng = np.random.default_rng(0)
    a0, y = rng.random((3, *image)), rng.random((3, outputs))
    assert_gradients(net, a0, y, cost, loops.Stepper(net, cost))


@pytest.mark.parametrize("channels", [1, 3])
def test_channels(loops, channels):
    net = replace(network(2, image=(8, 7), kernel=(3, 2)), w1=random(2, channels, 3, 2))
    rng = np.random.default_rng(0)
    a0, y = rng.random((3, channels, 8, 7)), rng.random((3, 10))
    assert_gradients(net, a0, y, "quadratic", loops.Stepper(net, "quadratic"))


def test_channels_and_a_filter_with_five_columns(loops):
    net = replace(network(2, image=(6, 8), kernel=(3, 5)), w1=random(2, 3, 3, 5))
    rng = np.random.default_rng(0)
    a0, y = rng.random((3, 3, 6, 8)), rng.random((3, 10))
    assert_gradients(net, a0, y, "quadratic", loops.Stepper(net, "quadratic"))


@pytest.mark.parametrize("dtype", TOLERANCE)
@pytest.mark.parametrize("cost", COSTS)
@pytest.mark.parametrize("batch", [1, 2, 7, 101])
def test_gradients_of_real_digits_with_their_ties(dtype, cost, batch):
    a0, y = DIGITS.images[:batch].astype(dtype), Y[:batch].astype(dtype)
    assert_gradients(network(None, dtype), a0, y, cost)


@pytest.mark.parametrize("batch", [1, 33])
def test_gradients_of_several_maps(batch):
    assert_gradients(network(3), DIGITS.images[:batch], Y[:batch], "cross_entropy")


def test_gradients_of_digits_in_black_and_white():
    """Where ink is full, too, whole windows are tied, and their receptive fields are not 0."""
    assert_gradients(network(3), (DIGITS.images[:60] > 0.5).astype(float), Y[:60], "cross_entropy")


@pytest.mark.parametrize("value", [0.0, 0.3, 1.0])
def test_gradients_of_blank_images(value):
    assert_gradients(network(3), np.full((5, 28, 28), value), Y[:5], "quadratic")


def test_the_loops_of_the_definition_are_those_of_by_definition():
    net = network(None)
    for a0, y in zip(DIGITS.images[:20], Y[:20], strict=True):
        found = compiled.by_loops(net.w1, float(net.b1), net.w3, net.b3, a0, y)
        expected = net.backprop(a0, y, "cross_entropy")[2:]
        for one, other in zip(found, expected, strict=True):
            assert relative_error(np.asarray(one), other) <= 1e-12


# --- Halves, steps, and what lies in another way ------------------------------------------------


def halved(net, cost="cross_entropy", two_from=2):
    """A stepper that halves every mini-batch of 2 or more."""
    stepper = compiled.Stepper(net, cost)
    stepper.two_from = stepper.forward_two_from = two_from
    return stepper


@pytest.mark.parametrize("batch", [2, 3, 5, 33])
def test_halves_of_odd_batches(batch):
    net = network(None)
    a0, y = DIGITS.images[:batch], Y[:batch]
    assert_gradients(net, a0, y, "cross_entropy", halved(net))


def test_two_threads_give_the_bits_of_one():
    steppers = [halved(network(None)) for _ in range(2)]
    at_first = numba.get_num_threads()
    for threads, stepper in zip((1, at_first), steppers, strict=True):
        numba.set_num_threads(threads)
        for start in range(0, 200, 50):
            stepper.step(DIGITS.images, Y, 0.1, np.arange(start, start + 50))
    numba.set_num_threads(at_first)
    assert_same(steppers[0].net, steppers[1].net, 0)


@pytest.mark.parametrize("net", [network(None), network(3, np.float32)], ids=["one map", "three"])
def test_the_threads_write_to_no_common_cache_line(net):
    """Both would wait for it at every number; 128 bytes are two lines, which come together."""
    stepper = compiled.Stepper(net)
    lanes = stepper.lanes
    for vectors, views in (
        (stepper.sums, compiled.parameters_in),
        (stepper.spaces, compiled.space_in),
    ):
        ends = [np.lib.array_utils.byte_bounds(views(v, lanes)[-1])[1] for v in vectors]
        starts = [vector.ctypes.data for vector in vectors]
        assert starts[1] - ends[0] >= 128


@pytest.mark.parametrize(("seconds", "threads"), [({1: 3.0, 2: 2.0}, 2), ({1: 3.0, 2: 50.0}, 1)])
def test_two_threads_work_where_both_have_a_core(seconds, threads):
    pace, chosen = compiled.Pace(), []
    for _ in range(2 * compiled.AGAIN_AFTER):
        chosen.append(pace.threads())
        pace.note(chosen[-1], seconds[chosen[-1]])
    other = 3 - threads
    assert chosen[:3] == [2, 2, 1]
    assert chosen[3 : compiled.AGAIN_AFTER] == [threads] * (compiled.AGAIN_AFTER - 3)
    assert chosen[compiled.AGAIN_AFTER :].count(other) == 1  # the machine may have become quiet


def test_what_a_first_call_takes_to_compile_does_not_count():
    pace = compiled.Pace()
    pace.note(2, 9.0)
    for _ in range(2):
        threads = pace.threads()
        pace.note(threads, {1: 3.0, 2: 2.0}[threads])
    assert pace.threads() == 2


def test_numbas_own_number_of_threads_stays_as_it_was():
    before = numba.get_num_threads()
    numba.set_num_threads(1)
    halved(network(None)).step(DIGITS.images[:20], Y[:20], 0.1)
    assert numba.get_num_threads() == 1
    numba.set_num_threads(before)


@pytest.mark.parametrize("threads", [1, 2])
def test_a_call_has_the_threads_of_its_pace_and_puts_them_back(monkeypatch, threads):
    pace, before, seen = compiled.Pace(), numba.get_num_threads(), []
    monkeypatch.setattr(pace, "threads", lambda: threads)
    pace.call(lambda: seen.append(numba.get_num_threads()), 1)
    assert seen == [min(threads, before)]
    assert numba.get_num_threads() == before


def test_a_mini_batch_goes_to_two_threads_from_where_they_are_quicker(monkeypatch):
    stepper, called = compiled.Stepper(network(None)), []
    monkeypatch.setattr(compiled.Pace, "call", lambda *given: called.append(given))
    for batch in (stepper.two_from - 1, stepper.two_from):
        stepper.step(DIGITS.images[:batch], Y[:batch], 0.1)
    assert len(called) == 1
    for batch in (stepper.forward_two_from - 1, stepper.forward_two_from):
        stepper.z3(DIGITS.images[:batch])
    assert len(called) == 2


def test_a_forward_pass_has_fewer_flops_and_waits_for_more_images():
    stepper = compiled.Stepper(network(None))
    assert compiled.flops(stepper.sizes) == 66_240
    assert compiled.forward_flops(stepper.sizes) == 31_680  # 14,400 and 1,440 products
    assert (stepper.two_from, stepper.forward_two_from) == (5, 11)


def test_a_large_batch_takes_two_threads_as_it_comes():
    net = network(None)
    stepper = compiled.Stepper(net)
    assert 2 < stepper.two_from < 32
    assert compiled.Stepper(network(3)).two_from == max(2, stepper.two_from // 3)
    assert_gradients(net, DIGITS.images[:301], Y[:301], "cross_entropy", stepper)


@pytest.mark.parametrize("batch", [1, 7, 16])
@pytest.mark.parametrize("two_from", [2, 16, 100])
def test_many_steps_are_those_of_the_plain_network(batch, two_from):
    """40 images, so that mini-batches of 7 or 16 leave a short one; in one call, and one by one."""
    net, order = network(None), np.random.default_rng(0).permutation(DIGITS.labels.size)[:40]
    at_once, singly, plain = halved(net, two_from=two_from), halved(net, two_from=two_from), net
    at_once.steps(DIGITS.images, Y, 0.5, order, batch)
    for start in range(0, 40, batch):
        rows = order[start : start + batch]
        singly.step(DIGITS.images, Y, 0.5, rows)
        plain = rooms.step(plain, DIGITS.images[rows], Y[rows], 0.5)
    assert_same(at_once.net, singly.net, 0)
    assert_same(at_once.net, plain, 1e-11)


def test_a_second_mini_batch_has_nothing_of_the_first():
    net, stepper = network(None), compiled.Stepper(network(None))
    stepper.gradients(DIGITS.images[:13], Y[:13])
    assert_gradients(net, DIGITS.images[20:33], Y[20:33], "cross_entropy", stepper)


def test_what_was_taken_out_does_not_move():
    net = network(None)
    stepper = compiled.Stepper(net)
    before, first = stepper.net, stepper.gradients(DIGITS.images[:5], Y[:5])
    w1 = first.w1.copy()
    stepper.step(DIGITS.images[:5], Y[:5], 1.0)
    assert_same(before, net, 0)
    assert stepper.net.w1.tolist() != net.w1.tolist()
    assert first.w1.tolist() == w1.tolist()
    assert stepper.finite


LAID = {
    "transposed": lambda: np.asfortranarray(DIGITS.images[:9]),
    "strided": lambda: DIGITS.images[:18:2],
    "reversed": lambda: DIGITS.images[:9][::-1, ::-1],
    "single precision": lambda: DIGITS.images[:9].astype(np.float32),
}


@pytest.mark.parametrize("lay", LAID.values(), ids=LAID.keys())
def test_images_need_not_lie_as_they_were_compiled_for(lay):
    net, a0 = network(None), lay()
    found = compiled.Stepper(net).gradients(a0, Y[:9])
    assert_same(found, net.backprop(a0.astype(float), Y[:9], "cross_entropy"), 1e-12)


def test_images_that_may_not_be_written_need_no_second_compilation():
    net, a0 = network(None), DIGITS.images[:9].copy()
    stepper = compiled.Stepper(net)
    stepper.gradients(DIGITS.images[:2].copy(), Y[:2])
    before = [len(function.signatures) for function in stepper._compiled]
    a0.flags.writeable = False
    assert_gradients(net, a0, Y[:9], "cross_entropy", stepper)
    assert [len(function.signatures) for function in stepper._compiled] == before


def test_rows_of_a_forward_pass():
    net, rows = network(None), np.array([5, 0, 5, 700])
    found = compiled.Stepper(net).forward(DIGITS.images, rows)
    assert relative_error(found, net.feedforward(DIGITS.images[rows]).z3) < 1e-12
    assert compiled.Stepper(net).z3(np.empty((0, 28, 28))).shape == (0, 10)


def test_saturated_outputs_give_no_nan():
    net = replace(network(None), b3=np.full(10, 800.0))
    g = compiled.Stepper(net).gradients(DIGITS.images[:3], Y[:3])
    assert all(np.isfinite(getattr(g, name)).all() for name in net.parameters)


# --- Bad input --------------------------------------------------------------------------------

A0, ONE = DIGITS.images[:4], Y[:4]
BAD = {
    "cost": (
        lambda: compiled.Stepper(network(None), "hinge"),
        "cost: expected 'quadratic' or 'cross_entropy', got 'hinge'",
    ),
    "two dtypes": (
        lambda: compiled.Stepper(replace(network(None), b3=np.zeros(10, np.float32))),
        "net: expected parameters of one dtype, got {'w1': 'float64'",
    ),
    "image size": (
        lambda: compiled.Stepper(network(None)).step(A0[:, 1:], ONE, 1.0),
        "images: expected shape (N, 28, 28), got (4, 27, 28)",
    ),
    "integers": (
        lambda: compiled.Stepper(network(None)).z3(np.zeros((4, 28, 28), np.uint8)),
        "images: expected an array of float32 or float64, got uint8",
    ),
    "labels for y": (
        lambda: compiled.Stepper(network(None)).steps(A0, np.arange(4), 1.0, [0], 1),
        "y: expected an array of float32 or float64, got int64",
    ),
    "rows beyond the last": (
        lambda: compiled.Stepper(network(None)).step(A0, ONE, 1.0, [4]),
        "rows: expected numbers from 0 to 3, got 4 to 4",
    ),
    "rows before the first": (
        lambda: compiled.Stepper(network(None)).steps(A0, ONE, 1.0, [-1], 1),
        "rows: expected numbers from 0 to 3, got -1 to -1",
    ),
    "not a number": (
        lambda: compiled.Stepper(network(None)).step(np.full((1, 28, 28), np.nan), ONE[:1], 1.0),
        "images: expected finite numbers, got nan at (0, 0, 0)",
    ),
    "a mini-batch of none": (
        lambda: compiled.Stepper(network(None)).steps(A0, ONE, 1.0, [0], 0),
        "batch_size: expected a whole number, at least 1, got 0",
    ),
    "rate": (
        lambda: compiled.Stepper(network(None)).step(A0, ONE, "fast"),
        "learning_rate: expected a",
    ),
    "no images": (
        lambda: compiled.Stepper(network(None)).gradients(A0[:0], ONE[:0]),
        "images: expected at least one, got none",
    ),
}


@pytest.mark.parametrize(("call", "message"), BAD.values(), ids=BAD.keys())
def test_bad_input_is_refused_by_name(call, message):
    with pytest.raises(ValueError, match="^" + re.escape(message)):
        call()


# --- With and without Numba ---------------------------------------------------------------------


def python(code):
    """Run some code in a new interpreter; return what it prints."""
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout


def test_without_numba_the_error_names_the_extra():
    code = "import sys; sys.modules['numba'] = None\nimport convnet_lib\n"
    code += "try:\n    from convnet_lib.training import compiled\n"
    code += "except ImportError as error:\n    print(error)"
    assert 'the extra `compiled`: pip install "convnet_lib[compiled]"' in python(code)


def test_the_library_does_not_import_numba():
    code = "import sys, convnet_lib; print('numba' in sys.modules)"
    assert python(code) == "False\n"
