"""The lab of wrong gradients: its bugs are bugs, they stay where they are put, and who sees them.

That the tests of the library notice every one of them is for test_mutants.py to say.
"""

import inspect
import re

import numpy as np
import pytest
from oracles import EXACT, random

from convnet_lib import ConvNet, broken, conv, costs, data, deep, network, pool, training
from convnet_lib.activations import sigmoid

DIGITS, HELD_OUT = data.load_digits()
NET = ConvNet.random(seed=7)
A0, Y = DIGITS.images[2:5], data.one_hot(DIGITS.labels[2:5])
NOISE = np.random.default_rng(0).random((3, 28, 28))
OBLONG = ConvNet.random(seed=7, image=(28, 24), kernel=(5, 3))

# δ and a of two images, 1 by 2 neurons, under a filter of 2 by 2 that lies in two places.
DELTA = np.array([[[1.0, 10]], [[2.0, -1]]])
A = np.array([[[1.0, 2, 3], [4, 5, 6]], [[0.0, 1, 0], [2, 0, 3]]])
W = np.array([[1.0, 2], [3, 4]])
WINDOW = np.array([[0.5, 0.7], [0.7, 0.1]])
# What is no mistake where each neuron lies in one window, and so is noticed by no check there.
OVERLAP = {"BP2s with = for +="}
BUGS = [(bug, part) for bug in broken.BUGS for part in broken.BUGS[bug]]


def test_with_nothing_broken_it_is_the_library():
    for net, a0 in ((NET, A0), (ConvNet.random(3), A0), (OBLONG, A0[:, :, 2:26])):
        for cost in costs.COSTS:
            pairs = zip(
                broken.break_it(net, None).backprop(a0, Y, cost, "split"),
                net.backprop(a0, Y, cost, "split"),
                strict=True,
            )
            assert all(np.array_equal(found, expected) for found, expected in pairs)


@pytest.mark.parametrize("bug", broken.BUGS)
def test_a_bug_changes_the_way_back_of_its_own_network_and_nothing_else(bug):
    before = NET.backprop(A0, Y)
    wrong = broken.break_it(NET, bug)
    assert wrong.w1 is NET.w1
    np.testing.assert_array_equal(wrong.feedforward(A0).a3, NET.feedforward(A0).a3)
    found = wrong.backprop(A0, Y)
    changed = [n for n in found._fields if not np.allclose(getattr(found, n), getattr(before, n))]
    assert bool(changed) == (bug not in OVERLAP)
    for again, expected in zip(NET.backprop(A0, Y), before, strict=True):
        np.testing.assert_array_equal(again, expected)
    assert network.conv.nabla_w is broken.RIGHT.conv_nabla_w


@pytest.mark.parametrize(("bug", "part"), BUGS)
def test_a_bug_takes_the_arguments_of_what_it_replaces(bug, part):
    """Those that the network of the book hands over: what it leaves out has a default."""
    right = list(inspect.signature(getattr(broken.RIGHT, part)).parameters.values())
    taken = list(inspect.signature(broken.BUGS[bug][part]).parameters.values())
    assert right[: len(taken)] == taken
    assert all(left.default is not left.empty for left in right[len(taken) :])


@pytest.mark.parametrize("bug", broken.BUGS)
@pytest.mark.parametrize(("maps", "channels"), [(None, None), (2, None), (2, 3)])
@pytest.mark.parametrize("batch", [(), (2,), (2, 2)])
def test_a_bug_fits_any_square_network(bug, maps, channels, batch):
    net = ConvNet.random(maps, image=(8, 8), kernel=(3, 3))
    w1 = net.w1 if channels is None else random(maps, channels, 3, 3)
    net = broken.break_it(ConvNet(w1, net.b1, net.w3, net.b3), bug)
    gradients = net.backprop(random(*batch, *net.image_shape), random(*batch, 10))
    assert not broken.shape(net, random(*batch, *net.image_shape), random(*batch, 10))
    assert gradients.delta3.shape == (*batch, 10)


def test_no_bug_beside_the_menu():
    message = f"bug: expected None or one of {', '.join(broken.BUGS)}, got 'BP5'"
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        broken.break_it(NET, "BP5")


# --- each bug by hand -------------------------------------------------------------------------


def test_BP1_by_hand():
    z3, a3, y = np.array([0.0]), np.array([0.5]), np.array([1.0])
    for cost, right in (("quadratic", -0.125), ("cross_entropy", -0.5)):
        assert costs.delta(z3, a3, y, cost) == right
        assert broken.delta_without_slope(z3, a3, y, cost) == -0.5
        assert broken.delta_with_the_wrong_sign(z3, a3, y, cost) == -right


def test_the_slopes_of_BP2_by_hand():
    z = np.array([0.0, np.log(3)])
    np.testing.assert_array_equal(broken.slope_left_out(z), [1, 1])
    a = sigmoid(z)  # 1/2 and 3/4
    slope = sigmoid(a) * (1 - sigmoid(a))
    np.testing.assert_allclose(broken.slope_of_the_activation(z), slope, **EXACT)


def test_the_sum_of_BP2_by_hand():
    w = np.stack([W, 10 * W])
    np.testing.assert_array_equal(broken.only_the_last_neuron(np.array([5.0, 2]), w), 20 * W)
    back = broken.backward_transposed(np.array([5.0, 2]), w)
    np.testing.assert_array_equal(back, [[25, 75], [50, 100]])


def test_BP2a_by_hand():
    every, last = broken.every_tied_winner(WINDOW), broken.last_tied_winner(WINDOW)
    np.testing.assert_array_equal(every, [[0, 1], [1, 0]])
    np.testing.assert_array_equal(last, [[0, 0], [1, 0]])
    np.testing.assert_array_equal(broken.smallest_wins(WINDOW), [[0, 0], [0, 1]])
    back = broken.a_quarter_each(np.array([[8.0]]), last)
    np.testing.assert_array_equal(back, [[2, 2], [2, 2]])


def test_BP2s_by_hand():
    a1, grad = np.array([[1.0, 4, 3]]), np.array([[1.0, 10]])
    switches = pool.switches(a1, size=(1, 2), stride=1)
    wrong = broken.overwritten(grad, switches, (1, 3), (1, 2), 1)
    np.testing.assert_array_equal(wrong, [[0, 10, 0]])
    # 3 by 3, two apart: the winner in the middle of both windows, and a loser's 0 over a winner
    a1 = np.array([[0.0, 0, 5, 0, 9], [0, 0, 0, 0, 0], [0, 0, 0, 0, 0]])
    switches, grad = pool.switches(a1, size=3, stride=2), np.array([[3.0, 7]])
    np.testing.assert_array_equal(
        broken.overwritten(grad, switches, a1.shape, 3, 2)[0, 2:5:2], [0, 7]
    )
    np.testing.assert_array_equal(pool.scatter(grad, switches, a1.shape, 3, 2)[0, 2:5:2], [3, 7])


@pytest.mark.parametrize("ties", pool.TIES)
def test_where_windows_tile_the_map_there_is_no_difference(ties):
    a1, grad = NET.feedforward(A0).a1, random(3, 12, 12)
    winners = pool.winners(a1, ties)
    right = pool.backward(grad, winners)
    np.testing.assert_array_equal(broken.overwritten_tiles(grad, winners), right)


@pytest.mark.parametrize("maps", [None, 2])
def test_with_windows_that_overlap_the_same_bug_is_noticed(maps):
    net = broken.overlapping(ConvNet.random(maps, seed=7))
    assert not any(broken.noticed(net, A0, Y).values())
    found = broken.noticed(broken.break_it(net, *OVERLAP), A0, Y)
    assert found == {name: name != "shape" for name in broken.CHECKS}
    g = net.backprop(A0, Y)
    deep_one = deep.Network(
        [
            deep.Conv(net.w1, net.b1),
            deep.Sigmoid(),
            deep.MaxPool(3, 2),
            deep.Dense(net.w3, net.b3),
            deep.Sigmoid(),
        ]
    )
    nablas, grad = deep_one.backprop(A0, Y)
    for mine, theirs in (
        (g.w1, nablas[0]["w"]),
        (g.b1, nablas[0]["b"]),
        (g.w3, nablas[3]["w"]),
        (g.b3, nablas[3]["b"]),
        (g.delta1, grad[1]),
        (g.delta3, grad[4]),
    ):
        np.testing.assert_allclose(mine, theirs, **EXACT)


def test_BP3_by_hand():
    assert broken.mean_of_the_errors(DELTA, W) == 12 / 2
    assert broken.once_a_weight(DELTA, W) == 12 * 4


def test_BP4_by_hand():
    # image 0: a_{l,m} + 10 a_{l,m+1}; image 1: 2 a_{l,m} - a_{l,m+1}
    right = np.array([[21 - 1, 32 + 2], [54 + 4, 65 - 3]])
    np.testing.assert_array_equal(conv.nabla_w(DELTA, A, W), right)
    np.testing.assert_array_equal(broken.nabla_w_rotated(DELTA, A, W), [[62, 58], [34, 20]])
    np.testing.assert_array_equal(broken.nabla_w_transposed(DELTA, A, W), [[20, 58], [34, 62]])
    last = broken.nabla_w_of_the_last_image(DELTA, A, W)
    np.testing.assert_array_equal(last, [[-1, 2], [4, -3]])
    # the image moved by one row and column, the last ones coming back in front
    moved = np.array([[[6.0, 4, 5], [3, 1, 2]], [[3.0, 2, 0], [0, 0, 1]]])
    off = broken.nabla_w_off_by_one(DELTA, A, W)
    np.testing.assert_array_equal(off, conv.nabla_w(DELTA, moved, W))


def test_BP4a_by_hand():
    nabla = broken.dense_nabla_w_transposed(np.array([1.0, 2]), W)
    np.testing.assert_array_equal(nabla, [W.T, 2 * W.T])


def test_the_batch_averaged_twice_by_hand():
    wrong, right = broken.break_it(NET, "the batch averaged twice"), NET.backprop(A0, Y)
    for name in NET.parameters:
        found, expected = getattr(wrong.backprop(A0, Y), name), getattr(right, name)
        np.testing.assert_allclose(found, expected / 3, **EXACT)


# --- the checks -------------------------------------------------------------------------------

THREE, ONE = (NET, A0, Y), (NET, A0[0], Y[0])
NOISY, NOT_SQUARE = (NET, NOISE, Y), (OBLONG, A0[:, :, 2:26], Y)
QUESTIONS = {"three": THREE, "one": ONE, "noise": NOISY, "oblong": NOT_SQUARE}

BATCH = {"BP4 with = for +=", "the batch averaged twice"}
TIES = {"BP2a with every tied maximum", "BP2a with the last tied maximum"}
LAST = {"BP2a with the last tied maximum"}
CURVED = {"BP1 without σ′", "BP1 with the wrong sign", "BP2 without σ′", "BP2 with σ′(a¹)"}
SWAPPED = {"BP2 with j′ and k′ swapped", "BP4 transposed", "BP4a with j and k swapped"}
MOVED = {"BP4 rotated by 180°", "BP4 transposed", "BP4a with j and k swapped"}
UNSEEN = {
    "shape": set(broken.BUGS),
    "mean": MOVED | LAST,
    "one entry": MOVED - {"BP4 rotated by 180°"} | LAST,
    "loops": set(),
    "differences": LAST,
    "adjoint": CURVED | LAST,
}
BLIND = {"three": set(), "one": BATCH, "noise": TIES, "oblong": set()}


@pytest.mark.parametrize("question", QUESTIONS)
def test_what_is_right_passes_every_check(question):
    found = broken.noticed(*QUESTIONS[question])
    assert list(found) == list(broken.CHECKS)
    assert not any(found.values())


@pytest.mark.parametrize("question", QUESTIONS)
def test_who_notices_what(question):
    found = broken.table(*QUESTIONS[question])
    assert list(found) == list(broken.BUGS)
    for check in broken.CHECKS:
        unseen = UNSEEN[check] | BLIND[question] | OVERLAP
        if question == "oblong" and check == "shape":
            unseen = unseen - SWAPPED
        assert {bug for bug in found if not found[bug][check]} == unseen, check


def test_one_entry_is_the_first_and_the_mean_is_of_all():
    for entry, by_entry in (((0, 0), True), ((4, 4), False), ((2, 2), False)):

        def off_at_one(delta, a, w, entry=entry):
            nabla = conv.nabla_w(delta, a, w)
            nabla[entry] *= 1.001
            return nabla

        parts = broken.RIGHT._replace(conv_nabla_w=off_at_one)
        found = broken.noticed(broken.BrokenNet(NET.w1, NET.b1, NET.w3, NET.b3, parts), A0, Y)
        everyone = {"mean": True, "loops": True, "differences": True, "adjoint": True}
        assert found == {"shape": False, "one entry": by_entry, **everyone}


@pytest.mark.parametrize("check", ["mean", "one entry", "loops", "differences", "adjoint"])
def test_a_gradient_that_is_no_number_is_noticed(check):
    parts = broken.RIGHT._replace(conv_nabla_w=lambda delta, a, w: np.full(w.shape, np.nan))
    net = broken.BrokenNet(NET.w1, NET.b1, NET.w3, NET.b3, parts)
    assert broken.noticed(net, A0, Y)[check]


def test_a_pass_that_stops_because_of_a_shape_is_noticed_and_other_errors_are_not_hidden():
    def stops(delta, a, w):
        raise error

    net = broken.BrokenNet(
        NET.w1, NET.b1, NET.w3, NET.b3, broken.RIGHT._replace(conv_nabla_w=stops)
    )
    error = ValueError("delta: expected another shape")
    assert all(broken.noticed(net, A0, Y).values())
    error = TypeError("a mistake of another kind")
    with pytest.raises(TypeError, match="another kind"):
        broken.noticed(net, A0, Y)


# --- training ---------------------------------------------------------------------------------


def test_a_pass_is_a_step_for_each_mini_batch_in_order():
    few = data.Digits(DIGITS.images[:25], DIGITS.labels[:25])
    net, y = NET, data.one_hot(few.labels)
    for start in (0, 10, 20):
        rows = slice(start, start + 10)
        net = training.step(net, few.images[rows], y[rows], 0.5, "quadratic")
    trained = broken.train(broken.break_it(NET, None), few, learning_rate=0.5)
    assert isinstance(trained, broken.BrokenNet)
    for name in net.parameters:
        np.testing.assert_array_equal(getattr(trained, name), getattr(net, name))


def test_it_goes_down_its_own_gradient():
    few = data.Digits(DIGITS.images[:10], DIGITS.labels[:10])
    wrong = broken.break_it(NET, "BP3 once for each weight")
    moved, right = broken.train(wrong, few), broken.train(NET, few)
    np.testing.assert_allclose(moved.b1 - NET.b1, 25 * (right.b1 - NET.b1), rtol=1e-9)
    np.testing.assert_array_equal(moved.w1, right.w1)


def test_averaged_twice_is_a_learning_rate_ten_times_too_small():
    few = data.Digits(DIGITS.images[:100], DIGITS.labels[:100])
    wrong = broken.break_it(NET, "the batch averaged twice")
    ten_times, right = broken.train(wrong, few, learning_rate=10.0), broken.train(NET, few)
    np.testing.assert_allclose(ten_times.w3, right.w3, rtol=1e-9)


def test_a_turned_gradient_still_learns_and_a_turned_sign_does_not():
    for bug, low, high in (("BP4 rotated by 180°", 0.7, 1), ("BP1 with the wrong sign", 0, 0.3)):
        trained = broken.train(broken.break_it(NET, bug), DIGITS)
        assert low < training.accuracy(trained, HELD_OUT) < high


# --- the table --------------------------------------------------------------------------------


def test_the_smallest_sets_by_hand():
    found = {
        "one": {"a": True, "b": False, "c": True},
        "two": {"a": False, "b": True, "c": True},
        "none": {"a": False, "b": False, "c": False},
    }
    assert broken.smallest_sets(found, ["a", "b", "c"]) == [("c",)]
    assert broken.smallest_sets(found, ["a", "b"]) == [("a", "b")]
    assert broken.smallest_sets(found, ["a"]) == [("a",)]
    assert broken.smallest_sets({"none": found["none"]}, ["a", "b"]) == [()]


def test_a_table_of_predictions_is_read():
    text = "\n#   shape mean\nBP4 transposed  x  -\n\n  BP2 with = for +=   ?   x\n"
    assert broken.read_predictions(text, ["shape", "mean"]) == {
        "BP4 transposed": {"shape": True, "mean": False},
        "BP2 with = for +=": {"shape": None, "mean": True},
    }
    assert broken.read_predictions("", ["shape"]) == {}


@pytest.mark.parametrize("line", ["BP5  x  -", "BP4 transposed  x", "BP4 transposed  x  y", "x -"])
def test_bad_predictions(line):
    message = f"text: expected the name of a bug, then 2 marks, each x, - or ?, got {line!r}"
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        broken.read_predictions(line, ["shape", "mean"])


def test_a_backward_pass_that_stops_is_noticed():
    """On oblong maps an exchanged row and column stop central differences with an IndexError."""
    net = ConvNet.random(image=(6, 8), kernel=(3, 3), outputs=3, seed=1)
    images = np.random.default_rng(1).random((2, 6, 8))
    wrong = broken.break_it(net, "BP4a with j and k swapped")
    assert broken.noticed(wrong, images, np.eye(3)[:2])["differences"]
