"""The doors of the library: what every entrance refuses, by name, and what it takes for the same.

A table a kind. An entrance is a function with one argument left open; what holds for an argument
of one function holds for that of its brothers, the index loops among them.
"""

import re
from dataclasses import replace
from functools import partial

import matplotlib
import numpy as np
import pytest
from oracles import random

from convnet_lib import (
    ConvNet,
    activations,
    by_definition,
    conv,
    costs,
    data,
    dense,
    exercises,
    fast,
    figures,
    gradient_check,
    maps,
    pool,
    training,
    widgets,
)

NET = ConvNet.random(seed=1, image=(8, 10))
MAPS = ConvNet.random(2, seed=2, image=(8, 10))
COLOURS = ConvNet.random(2, seed=3, image=(8, 10), channels=3)
IMAGES = np.abs(random(6, 8, 10)) / 4
LABELS = np.array([3, 0, 9, 1, 3, 7])
Y = data.one_hot(LABELS)
DIGITS = data.Digits(IMAGES, LABELS)
A, W, B = random(6, 7), random(2, 3, 4), random(2)
DELTA = random(2, 4, 4)
A1, GRAD = activations.sigmoid(random(4, 6)), random(2, 3)
SWITCHES, SMALL = pool.switches(A1, "split", 2, 1), random(3, 5)
A2, W3, B3 = random(3, 4), random(5, 3, 4), random(5)
A3 = activations.sigmoid(random(3, 5))
Y3 = np.eye(5)[[1, 4, 0]]
RUN = training.measured([NET, NET], DIGITS)


def loops(name):
    return getattr(by_definition, name)


#: {entrance: (what it calls the argument, a function of it, a good value)}
ARRAYS = {
    "sigmoid": ("z", activations.sigmoid, A),
    "sigmoid_prime": ("z", activations.sigmoid_prime, A),
    "quadratic a3": ("a3", lambda x: costs.quadratic(x, Y3), A3),
    "quadratic y": ("y", lambda x: costs.quadratic(A3, x), Y3),
    "quadratic_prime": ("y", lambda x: costs.quadratic_prime(A3, x), Y3),
    "cross_entropy a3": ("a3", lambda x: costs.cross_entropy(x, Y3), A3),
    "cross_entropy y": ("y", lambda x: costs.cross_entropy(A3, x), Y3),
    "cross_entropy_prime": ("a3", lambda x: costs.cross_entropy_prime(x, Y3), A3),
    "delta z3": ("z3", lambda x: costs.delta(x, A3, Y3), A3),
    "of_weighted_input": ("z3", lambda x: costs.of_weighted_input(x, Y3), A3),
    "receptive_fields": ("a", lambda x: conv.receptive_fields(x, W), A),
    "conv.forward a": ("a", lambda x: conv.forward(x, W, B), A),
    "conv.forward w": ("w", lambda x: conv.forward(A, x, B), W),
    "conv.forward b": ("b", lambda x: conv.forward(A, W, x), B),
    "conv.backward": ("delta", lambda x: conv.backward(x, W), DELTA),
    "conv.nabla_b": ("delta", lambda x: conv.nabla_b(x, W), DELTA),
    "conv.nabla_w a": ("a", lambda x: conv.nabla_w(DELTA, x, W), A),
    "conv.nabla_w delta": ("delta", lambda x: conv.nabla_w(x, A, W), DELTA),
    "moved fields": ("a", lambda x: conv.receptive_fields(x, W, 2, 1), A),
    "moved conv.forward": ("a", lambda x: conv.forward(x, W, B, 2, 1), A),
    "moved conv.backward": ("delta", lambda x: conv.backward(x, W, 2, 1), DELTA),
    "moved conv.nabla_w": ("a", lambda x: conv.nabla_w(DELTA, x, W, 1, (0, 0)), A),
    "pool.forward": ("a", pool.forward, A1),
    "pool.mean": ("a", pool.mean, A1),
    "pool.switches": ("a", pool.switches, A1),
    "pool.windows 3x2": ("a", lambda x: pool.windows(x, (3, 2)), A1),
    "pool.forward 3x2": ("a", lambda x: pool.forward(x, (3, 2), 1), A1),
    "pool.mean 3x2": ("a", lambda x: pool.mean(x, (3, 2), 1), A1),
    "pool.tied 3x2": ("a", lambda x: pool.tied(x, (3, 2), 1), A1),
    "pool.scatter grad": ("grad", lambda x: pool.scatter(x, SWITCHES, (4, 6), 2, 1), SMALL),
    "pool.mean_backward": ("grad", lambda x: pool.mean_backward(x, (4, 6), 2, 1), SMALL),
    "pool.winners": ("a", pool.winners, A1),
    "pool.tied": ("a", pool.tied, A1),
    "pool.backward": ("grad", lambda x: pool.backward(x, pool.winners(A1)), GRAD),
    "dense.forward a": ("a", lambda x: dense.forward(x, W3, B3), A2),
    "dense.forward w": ("w", lambda x: dense.forward(A2, x, B3), W3),
    "dense.forward b": ("b", lambda x: dense.forward(A2, W3, x), B3),
    "dense.backward": ("delta", lambda x: dense.backward(x, W3), B3),
    "dense.nabla_b": ("delta", dense.nabla_b, B3),
    "dense.nabla_w": ("a", lambda x: dense.nabla_w(B3, x), A2),
    "ConvNet w1": ("w1", lambda x: ConvNet(x, NET.b1, NET.w3, NET.b3).w1, NET.w1),
    "ConvNet b3": ("b3", lambda x: ConvNet(NET.w1, NET.b1, NET.w3, x).b3, NET.b3),
    "feedforward": ("a0", lambda x: NET.feedforward(x).a3, IMAGES),
    "backprop a0": ("a0", lambda x: NET.backprop(x, Y).w1, IMAGES),
    "backprop y": ("y", lambda x: NET.backprop(IMAGES, x).w1, Y),
    "cost a0": ("a0", lambda x: NET.cost(x, Y), IMAGES),
    "cost y": ("y", lambda x: NET.cost(IMAGES, x), Y),
    "step a0": ("a0", lambda x: training.step(NET, x, Y, 0.1).w1, IMAGES),
    "step y": ("y", lambda x: training.step(NET, IMAGES, x, 0.1).w1, Y),
    "predict": ("images", lambda x: training.predict(NET, x), IMAGES),
    "accuracy": (
        "digits.images",
        lambda x: training.accuracy(NET, DIGITS._replace(images=x)),
        IMAGES,
    ),
    "Stepper.z3": ("images", lambda x: fast.Stepper(NET).z3(x), IMAGES),
    "Stepper.gradients": ("images", lambda x: fast.Stepper(NET).gradients(x, Y).w1, IMAGES),
    "Stepper.gradients y": ("y", lambda x: fast.Stepper(NET).gradients(IMAGES, x).w1, Y),
    "check a0": ("a0", lambda x: gradient_check.check(NET, x, Y, entries=2)["b3"], IMAGES),
    "pleasing": ("w1", maps.pleasing, W),
    "strongest": ("z1", maps.strongest, A),
    "maps.winner": ("a1", maps.winner, A1),
    "figures.digits": ("images", lambda x: figures.digits(x, LABELS).alt, IMAGES),
    "figures.network": ("image", lambda x: figures.network(NET, x, (0, 0)).alt, IMAGES[0]),
    "figures.convolution": ("a0", lambda x: figures.convolution(x, A2[:2, :2], 0.5, (0, 0)).alt, A),
    "widgets.convolution": ("a0", lambda x: widgets.convolution(x, A2[:2, :2], 0.5).a0, IMAGES),
    "by_definition.sigmoid": ("z", loops("sigmoid"), A),
    "by_definition.sigmoid_prime": ("z", loops("sigmoid_prime"), A),
    "by_definition.quadratic": ("a3", lambda x: loops("quadratic")(x, Y3), A3),
    "by_definition.cross_entropy": ("y", lambda x: loops("cross_entropy")(A3, x), Y3),
    "by_definition.delta": ("z3", lambda x: loops("delta")(x, A3, Y3), A3),
    "by_definition.conv_forward a": ("a", lambda x: loops("conv_forward")(x, W, B), A),
    "by_definition.conv_forward w": ("w", lambda x: loops("conv_forward")(A, x, B), W),
    "by_definition.conv_backward": ("delta", lambda x: loops("conv_backward")(x, W), DELTA),
    "by_definition.conv_nabla_b": ("delta", lambda x: loops("conv_nabla_b")(x, W), DELTA),
    "by_definition.conv_nabla_w": ("a", lambda x: loops("conv_nabla_w")(DELTA, x, W), A),
    "by_definition.pool_forward": ("a", loops("pool_forward"), A1),
    "by_definition.pool_mean": ("a", lambda x: loops("pool_mean")(x, (3, 2), 1), A1),
    "by_definition.pool_switches": ("a", lambda x: loops("pool_switches")(x, "first", 3), A1),
    "by_definition.pool_scatter": (
        "grad",
        lambda x: loops("pool_scatter")(x, SWITCHES, (4, 6), 2, 1),
        SMALL,
    ),
    "by_definition.pool_mean_backward": (
        "grad",
        lambda x: loops("pool_mean_backward")(x, (4, 6), 2, 1),
        SMALL,
    ),
    "by_definition.pool_winners": ("a", loops("pool_winners"), A1),
    "by_definition.pool_backward": (
        "grad",
        lambda x: loops("pool_backward")(x, pool.winners(A1)),
        GRAD,
    ),
    "by_definition.dense_forward": ("a", lambda x: loops("dense_forward")(x, W3, B3), A2),
    "by_definition.dense_backward": ("delta", lambda x: loops("dense_backward")(x, W3), B3),
    "by_definition.dense_nabla_b": ("delta", loops("dense_nabla_b"), B3),
    "by_definition.dense_nabla_w": ("a", lambda x: loops("dense_nabla_w")(B3, x), A2),
    "by_definition.feedforward": ("a0", lambda x: loops("feedforward")(NET, x).a3, IMAGES[:1]),
    "by_definition.backprop": ("y", lambda x: loops("backprop")(NET, IMAGES[:1], x).w1, Y[:1]),
}
each_array = pytest.mark.parametrize(("name", "call", "good"), ARRAYS.values(), ids=list(ARRAYS))

NO_FLOATS = {
    "integers": lambda x: np.ones(x.shape, int),
    "bytes": lambda x: np.full(x.shape, 255, np.uint8),
    "truths": lambda x: x > 0,
    "complex": lambda x: x + 0j,
    "objects": lambda x: x.astype(object),
    "words": lambda x: x.astype(str),
    "float16": lambda x: x.astype(np.float16),
    "long double": lambda x: np.longdouble(x),
    "big-endian": lambda x: x.astype(">f8"),
    "dates": lambda x: np.full(x.shape, np.datetime64("2020")),
    "records": lambda x: np.zeros(x.shape, [("x", float)]),
    "masked": lambda x: np.ma.masked_array(x, x == x.max()),
    "ragged": lambda x: [[1.0], [1.0, 2.0]],
    "None": lambda x: None,
    "a dict": lambda x: {"x": x},
    "a word": lambda x: "0.5",
}


@each_array
@pytest.mark.parametrize("spoil", NO_FLOATS.values(), ids=list(NO_FLOATS))
def test_what_is_no_array_of_floats_is_refused_by_name(name, call, good, spoil):
    with pytest.raises(ValueError, match=f"^{re.escape(name)}: expected "):
        call(spoil(good))


class Frame:
    """What pandas and the like hand in: no array, and something that can become one."""

    def __init__(self, array):
        self.array = array

    def __array__(self, dtype=None, copy=None):
        return np.array(self.array, dtype)


def readonly(x):
    x = x.copy()
    x.flags.writeable = False
    return x


SAME = {
    "a list": lambda x: x.tolist(),
    "a frame": Frame,
    "read-only": readonly,
    "backwards in memory": lambda x: x[::-1].copy()[::-1],
    "with gaps": lambda x: np.repeat(x, 2, axis=-1)[..., ::2],
    "columns first in memory": np.asfortranarray,
    "nothing masked": np.ma.masked_array,
}


@each_array
@pytest.mark.parametrize("clothe", SAME.values(), ids=list(SAME))
def test_the_same_numbers_in_other_clothes_give_the_same(name, call, good, clothe):
    np.testing.assert_allclose(
        *([0, 0] if isinstance(call(good), str) else (call(clothe(good)), call(good))), rtol=1e-13
    )


@each_array
def test_float32_stays(name, call, good):
    found = call(good.astype(np.float32))
    assert not isinstance(found, np.ndarray) or found.dtype != np.float16


# --- Not a number, at every entrance of a network ----------------------------------------------

FINITE = [
    "quadratic y", "cross_entropy y", "ConvNet w1", "ConvNet b3", "feedforward", "backprop a0",
    "backprop y", "cost a0", "cost y", "step a0", "step y", "predict", "accuracy", "Stepper.z3",
    "Stepper.gradients", "Stepper.gradients y", "check a0", "pleasing", "figures.digits",
    "figures.network", "figures.convolution", "widgets.convolution",
    "by_definition.cross_entropy", "by_definition.feedforward", "by_definition.backprop",
]  # fmt: skip


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("entrance", FINITE)
def test_what_is_not_finite_is_named_at_every_entrance(entrance, bad):
    name, call, good = ARRAYS[entrance]
    spoilt = good.copy()
    spoilt[(0,) * good.ndim] = bad
    with pytest.raises(
        ValueError, match=f"^{re.escape(name)}: expected finite numbers, got .*{bad}"
    ):
        call(spoilt)


def test_standardised_pixels_with_a_division_by_0():
    """A pixel that is blank in every digit has the spread 0, and 0/0 is not a number."""
    with np.errstate(all="ignore"):
        images = (IMAGES - IMAGES.mean(axis=0)) / np.where(IMAGES.std(axis=0) > 0.2, 1.0, 0.0)
    digits = data.Digits(images, LABELS)
    for call in (
        lambda: training.sgd(NET, digits, 1, 0.1),
        lambda: training.sgd(NET, DIGITS, 1, 0.1, test=digits),
        lambda: training.sgd(NET, DIGITS, 1, 0.1, validation=digits),
        lambda: training.accuracy(NET, digits),
        lambda: training.confusion(NET, digits),
        lambda: training.mean_cost(NET, digits),
        lambda: training.measured([NET], digits),
        lambda: training.predict(NET, images),
        lambda: training.hold_out(digits, 2),
        lambda: maps.importance(NET, digits),
        lambda: widgets.gallery(NET, images),
        lambda: figures.gallery(NET, images[0]),
        lambda: widgets.training_film(RUN, images),
        lambda: figures.training_film(RUN, images[0]),
        lambda: widgets.backpropagation(NET, images[0], Y[0]),
        lambda: figures.backward(NET, images[0], Y[0]),
    ):
        with pytest.raises(ValueError, match=r"(images|image|a0): expected finite numbers, got "):
            call()


# --- Digits, where they are taken in ------------------------------------------------------------

BAD_DIGITS = {
    "labels as a column": (
        DIGITS._replace(labels=LABELS[:, None]),
        "labels: expected shape (6,), ",
    ),
    "labels as words": (DIGITS._replace(labels=LABELS.astype(str)), "labels: expected integers, "),
    "one label": (DIGITS._replace(labels=LABELS[:1]), "labels: expected shape (6,), got (1,)"),
    "a single number": (DIGITS._replace(labels=3), "labels: expected shape (6,), got ()"),
    "-1": (DIGITS._replace(labels=LABELS - 4), "labels: expected integers from 0 to 9, got -1"),
    "10": (DIGITS._replace(labels=LABELS + 1), "labels: expected integers from 0 to 9, got 10"),
    "one-hot": (DIGITS._replace(labels=Y), "labels: expected integers, "),
    "one-hot integers": (DIGITS._replace(labels=Y.astype(int)), "labels: expected shape (6,), "),
    "whole floats": (DIGITS._replace(labels=LABELS + 0.0), "labels: expected integers, "),
    "truths": (DIGITS._replace(labels=LABELS > 3), "labels: expected integers, "),
    "masked": (
        DIGITS._replace(labels=np.ma.masked_array(LABELS, LABELS > 3)),
        "labels: expected integers, all",
    ),
    "no labels": (DIGITS._replace(labels=None), "labels: expected integers, "),
    "too few": (DIGITS._replace(labels=LABELS[1:]), "labels: expected shape (6,), got (5,)"),
    "bytes": (
        DIGITS._replace(images=np.uint8(IMAGES)),
        "images: expected an array of float32 or float64, got uint8",
    ),
    "channels": (DIGITS._replace(images=IMAGES[..., None]), "images: expected shape (N, 8, 10), "),
    "one image": (data.Digits(IMAGES[0], LABELS[0]), "images: expected shape (N, 8, 10), got (8"),
}
NONE = data.Digits(IMAGES[:0], LABELS[:0])
TAKERS = {
    "accuracy": ("digits", lambda x: training.accuracy(NET, x)),
    "confusion": ("digits", lambda x: training.confusion(NET, x)),
    "mean_cost": ("digits", lambda x: training.mean_cost(NET, x)),
    "measured": ("digits", lambda x: training.measured([NET], x)),
    "measured test": ("test", lambda x: training.measured([NET], DIGITS, x)),
    "sgd": ("digits", lambda x: training.sgd(NET, x, 1, 0.1)),
    "sgd test": ("test", lambda x: training.sgd(NET, DIGITS, 1, 0.1, test=x)),
    "sgd validation": ("validation", lambda x: training.sgd(NET, DIGITS, 1, 0.1, validation=x)),
    "importance": ("digits", lambda x: maps.importance(NET, x)),
}
each_taker = pytest.mark.parametrize(("name", "take"), TAKERS.values(), ids=list(TAKERS))


@each_taker
@pytest.mark.parametrize(("digits", "message"), BAD_DIGITS.values(), ids=list(BAD_DIGITS))
def test_digits_are_refused_where_they_are_taken_in(name, take, digits, message):
    with pytest.raises(ValueError, match=f"^{name}." + re.escape(message)):
        take(digits)


@each_taker
@pytest.mark.parametrize("digits", [NONE, IMAGES, (IMAGES, LABELS), data.Split(DIGITS, DIGITS)])
def test_what_is_no_digits_is_refused(name, take, digits):
    with pytest.raises(ValueError, match=f"^{name}: expected "):
        take(digits)


@pytest.mark.parametrize("labels", [LABELS.tolist(), LABELS.astype(np.uint8), LABELS.astype(">i4")])
def test_labels_in_other_clothes_count_the_same(labels):
    digits = DIGITS._replace(labels=labels)
    assert training.accuracy(NET, digits) == training.accuracy(NET, DIGITS)
    np.testing.assert_array_equal(training.confusion(NET, digits), training.confusion(NET, DIGITS))
    ours, theirs = (training.sgd(NET, each, 1, 0.1).net.w1 for each in (digits, DIGITS))
    np.testing.assert_array_equal(ours, theirs)


# --- The number of examples, which is no length -------------------------------------------------


def mean_gradient(net, images, y):
    parts = [
        net.backprop(a0, desired, "cross_entropy").w1 for a0, desired in zip(images, y, strict=True)
    ]
    return sum(parts) / len(parts)


@pytest.mark.parametrize("net", [NET, MAPS, COLOURS], ids=["one filter", "maps", "channels"])
@pytest.mark.parametrize("batch", [(), (1,), (6,), (2, 3), (3, 1, 2)])
def test_a_step_divides_by_the_number_of_examples(net, batch):
    count = int(np.prod(batch))
    images, y = np.abs(random(count, *net.image_shape)), Y[:count]
    shaped = images.reshape(*batch, *net.image_shape), y.reshape(*batch, 10)
    expected = net.w1 - 0.5 * mean_gradient(net, images, y)
    found = training.step(net, *shaped, 0.5).w1
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-14)


def test_a_step_on_no_example_is_refused():
    with pytest.raises(ValueError, match=r"^a0: expected at least one image, got none$"):
        training.step(NET, IMAGES[:0], Y[:0], 0.5)


EMPTY = {
    "conv.forward": (lambda: conv.forward(np.zeros((0, 6, 7)), W, B), (0, 2, 4, 4)),
    "conv.backward": (lambda: conv.backward(np.zeros((0, 2, 4, 4)), W), (0, 6, 7)),
    "conv.nabla_w": (
        lambda: conv.nabla_w(np.zeros((0, 2, 4, 4)), np.zeros((0, 6, 7)), W),
        (2, 3, 4),
    ),
    "conv.nabla_b": (lambda: conv.nabla_b(np.zeros((0, 2, 4, 4)), W), (2,)),
    "pool.forward": (lambda: pool.forward(np.zeros((0, 4, 6))), (0, 2, 3)),
    "pool.winners": (lambda: pool.winners(np.zeros((0, 4, 6)), "split"), (0, 4, 6)),
    "moved conv.forward": (lambda: conv.forward(np.zeros((0, 6, 7)), W, 0 * B, 2, 1), (0, 2, 3, 3)),
    "moved conv.backward": (
        lambda: conv.backward(np.zeros((0, 2, 3, 3)), W, 2, 1, (6, 7)),
        (0, 6, 7),
    ),
    "moved conv.nabla_w": (
        lambda: conv.nabla_w(np.zeros((0, 2, 3, 3)), np.zeros((0, 6, 7)), W, 2, 1),
        (2, 3, 4),
    ),
    "pool.mean": (lambda: pool.mean(np.zeros((0, 4, 6)), 3, 1), (0, 2, 4)),
    "pool.switches": (lambda: pool.switches(np.zeros((0, 4, 6)), "split", 3, 1), (0, 2, 4, 9)),
    "pool.scatter": (
        lambda: pool.scatter(np.zeros((0, 2, 4)), np.zeros((0, 2, 4, 9)), (4, 6), 3, 1),
        (0, 4, 6),
    ),
    "pool.mean_backward": (
        lambda: pool.mean_backward(np.zeros((0, 2, 4)), (4, 6), 3, 1),
        (0, 4, 6),
    ),
    "dense.forward": (lambda: dense.forward(np.zeros((0, 3, 4)), W3, B3), (0, 5)),
    "dense.nabla_w": (lambda: dense.nabla_w(np.zeros((0, 5)), np.zeros((0, 3, 4))), (5, 3, 4)),
    "dense.nabla_b": (lambda: dense.nabla_b(np.zeros((0, 5))), (5,)),
    "costs.quadratic": (lambda: costs.quadratic(np.zeros((0, 5)), np.zeros((0, 5))), (0,)),
    "feedforward": (lambda: NET.feedforward(IMAGES[:0]).a3, (0, 10)),
    "backprop": (lambda: NET.backprop(IMAGES[:0], Y[:0]).w1, (5, 5)),
    "predict": (lambda: training.predict(NET, IMAGES[:0]), (0,)),
    "one_hot": (lambda: data.one_hot(LABELS[:0]), (0, 10)),
}


@pytest.mark.parametrize(("call", "shape"), EMPTY.values(), ids=list(EMPTY))
def test_an_empty_batch_gives_an_empty_result_or_a_sum_of_0(call, shape):
    found = call()
    assert found.shape == shape
    assert not found.any()


@pytest.mark.parametrize(
    "call",
    [
        lambda: by_definition.conv_forward(np.zeros((0, 6, 7)), W, B),
        lambda: by_definition.pool_forward(np.zeros((0, 4, 6))),
        lambda: by_definition.pool_mean(np.zeros((0, 4, 6)), 3, 1),
        lambda: by_definition.dense_nabla_b(np.zeros((0, 5))),
        lambda: by_definition.backprop(NET, IMAGES[:0], Y[:0]),
        lambda: fast.Stepper(NET).gradients(IMAGES[:0], Y[:0]),
        lambda: training.measured([], DIGITS),
        lambda: figures.digits(IMAGES[:0], []),
        lambda: maps.strongest(np.zeros((0, 0))),
    ],
)
def test_where_nothing_is_nothing_the_rest_refuse_it(call):
    with pytest.raises(ValueError, match=r"^[\w ]+: expected "):
        call()


# --- Numbers ------------------------------------------------------------------------------------

NO_WHOLE_NUMBER = [2.0, 2.5, -1, True, np.True_, "2", None, np.nan, 2j, [2], np.array([2]), 1e300]
NO_POSITIVE = [0, -1, np.nan, np.inf, -np.inf, "0.5", True, 0.5j, None, [0.5], np.array([0.5])]
NO_SEED = [-1, 0.0, 1.5, True, "0", None, [1, 2], np.nan, np.random]


def sgd(**change):
    asked = {"net": NET, "digits": DIGITS, "epochs": 1, "learning_rate": 0.1}
    return training.sgd(**{**asked, **change})


def drawn(**change):
    return ConvNet.random(**{"image": (8, 10), **change})


def checked(**change):
    return gradient_check.check(NET, IMAGES[0], Y[0], **{"entries": 2, **change})


NO_STRIDE = [
    *(x for x in NO_WHOLE_NUMBER if x is not None),
    *((1, 2, 3), (1,), (), (1.0, 2), (2, True), (-1, 1), (1, None), "12", {1, 2}),
]

CONV = {"forward": (A, W, B), "backward": (DELTA, W), "nabla_w": (DELTA, A, W)}
MOVED = {
    **{f"conv.{name}": partial(getattr(conv, name), *given) for name, given in CONV.items()},
    **{f"conv_{name}": partial(loops(f"conv_{name}"), *given) for name, given in CONV.items()},
    "receptive_fields": partial(conv.receptive_fields, A, W),
}
POOL = {name: (A1,) for name in ("forward", "mean", "switches")}
POOL |= {"scatter": (SMALL, SWITCHES, (4, 6)), "mean_backward": (SMALL, (4, 6))}
POOLED = {
    **{f"pool.{name}": partial(getattr(pool, name), *given) for name, given in POOL.items()},
    **{f"pool_{name}": partial(loops(f"pool_{name}"), *given) for name, given in POOL.items()},
    "windows": partial(pool.windows, A1),
    "tied": partial(pool.tied, A1),
}


@pytest.mark.parametrize("bad", [0, (0, 1), None, *NO_STRIDE], ids=repr)
@pytest.mark.parametrize("call", MOVED.values(), ids=list(MOVED))
def test_no_stride_of_a_filter(call, bad):
    with pytest.raises(ValueError, match=r"^stride: expected a whole number, at least 1, or a p"):
        call(stride=bad)


@pytest.mark.parametrize("bad", [None, *NO_STRIDE], ids=repr)
@pytest.mark.parametrize("call", MOVED.values(), ids=list(MOVED))
def test_no_padding(call, bad):
    with pytest.raises(ValueError, match=r"^padding: expected a whole number, at least 0, or a p"):
        call(padding=bad)


@pytest.mark.parametrize("bad", [0, (0, 1), *NO_STRIDE], ids=repr)
@pytest.mark.parametrize("name", ["size", "stride"])
@pytest.mark.parametrize("call", POOLED.values(), ids=list(POOLED))
def test_no_size_and_no_stride_of_a_window(call, name, bad):
    with pytest.raises(ValueError, match=rf"^{name}: expected a whole number, at least 1, or a p"):
        call(**{name: bad})


NO_SHAPE = [4, 4.0, None, (4,), (4, 6, 1), (4.0, 6), (0, 6), (-4, 6), (True, 6), "46"]


@pytest.mark.parametrize("bad", NO_SHAPE, ids=repr)
@pytest.mark.parametrize(
    "call",
    [
        lambda x: pool.scatter(SMALL, SWITCHES, x, 2, 1),
        lambda x: pool.mean_backward(SMALL, x, 2, 1),
        lambda x: by_definition.pool_scatter(SMALL, SWITCHES, x, 2, 1),
        lambda x: by_definition.pool_mean_backward(SMALL, x, 2, 1),
        lambda x: conv.backward(DELTA, W, shape=0 if x is None else x),
        lambda x: by_definition.conv_backward(DELTA, W, shape=0 if x is None else x),
    ],
)
def test_no_shape(call, bad):
    with pytest.raises(ValueError, match=r"^shape: expected \(H, W\), got "):
        call(bad)


@pytest.mark.parametrize("pair", [(2, 1), [2, 1], (np.int64(2), np.uint8(1))])
def test_a_stride_in_other_clothes(pair):
    expected = conv.forward(A, W, B, (2, 1), (2, 1))
    np.testing.assert_array_equal(conv.forward(A, W, B, pair, pair), expected)
    np.testing.assert_array_equal(pool.mean(A1, pair, pair), pool.mean(A1, (2, 1), (2, 1)))
    assert conv.size(np.int64(28), np.uint8(5), np.array(2)) == 12


COUNTS = {
    "size length": ("length", lambda x: conv.size(x, 1), [0, *NO_WHOLE_NUMBER[:-1]]),
    "size kernel": ("kernel", lambda x: conv.size(28, x), [0, 29, *NO_WHOLE_NUMBER]),
    "size stride": ("stride", lambda x: conv.size(28, 5, x), [0, *NO_WHOLE_NUMBER]),
    "size padding": ("padding", lambda x: conv.size(28, 5, 1, x), NO_WHOLE_NUMBER),
    "switches ties": ("ties", lambda x: pool.switches(A1, x, 3), ["First", "last", None, 1]),
    "loops' switches": ("ties", lambda x: by_definition.pool_switches(A1, x), ["First", None]),
    "sgd epochs": ("epochs", lambda x: sgd(epochs=x), NO_WHOLE_NUMBER),
    "sgd batch_size": ("batch_size", lambda x: sgd(batch_size=x), [0, *NO_WHOLE_NUMBER]),
    "sgd patience": (
        "patience",
        lambda x: sgd(patience=x, validation=DIGITS),
        [0, *(n for n in NO_WHOLE_NUMBER if n is not None)],
    ),
    "sgd learning_rate": ("learning_rate", lambda x: sgd(learning_rate=x), NO_POSITIVE),
    "sgd seed": ("seed", lambda x: sgd(seed=x), NO_SEED),
    "sgd net": ("net", lambda x: sgd(net=x), [None, RUN, "net", ConvNet]),
    "sgd cost": ("cost", lambda x: sgd(cost=x), ["mse", "Quadratic", "", costs.quadratic]),
    "step learning_rate": (
        "learning_rate",
        lambda x: training.step(NET, IMAGES, Y, x),
        [np.nan, np.inf, "0.5", True, None, 0.5j, [0.5]],
    ),
    "Stepper.step learning_rate": (
        "learning_rate",
        lambda x: fast.Stepper(NET).step(IMAGES, Y, x),
        [np.nan, np.inf, "0.5", True, None, 0.5j],
    ),
    "Stepper.step rows": (
        "rows",
        lambda x: fast.Stepper(NET).step(IMAGES, Y, 0.1, x),
        [[], [-1], [6], [0.0], [True], 3, [[0]], "0", [None]],
    ),
    "hold_out": ("count", lambda x: training.hold_out(DIGITS, x), [0, 6, 7, *NO_WHOLE_NUMBER]),
    "random maps": ("maps", lambda x: drawn(maps=x), [0, 2.0, -1, True, "2", [2], np.nan]),
    "random seed": ("seed", lambda x: drawn(seed=x), NO_SEED),
    "random outputs": ("outputs", lambda x: drawn(outputs=x), [0, *NO_WHOLE_NUMBER]),
    "random channels": (
        "channels",
        lambda x: drawn(maps=2, channels=x),
        [0, *(n for n in NO_WHOLE_NUMBER if n is not None)],
    ),
    "random image": (
        "image",
        lambda x: drawn(image=x),
        [(3, 32, 32), (32, 32, 3), (28,), 28, (28.0, 28.0), "28", None, (0, 28), (28, -28), (4, 4)],
    ),
    "random kernel": (
        "kernel",
        lambda x: drawn(kernel=x),
        [(5, 5, 1), 5, (0, 5), (5.0, 5.0), None],
    ),
    "random dtype": (
        "dtype",
        lambda x: drawn(dtype=x),
        [int, None, "f2", np.float16, np.longdouble, ">f8", complex, "float31", 3],
    ),
    "check h": ("h", lambda x: checked(h=x), [*NO_POSITIVE, 1e-30]),
    "check entries": ("entries", lambda x: checked(entries=x), [0, *NO_WHOLE_NUMBER]),
    "check seed": ("seed", lambda x: checked(seed=x), NO_SEED),
    "check ties": ("ties", lambda x: checked(ties=x), ["First", "", None, 1, True]),
    "winners ties": ("ties", lambda x: pool.winners(A1, x), ["First", "last", None, 1]),
    "loops ties": ("ties", lambda x: by_definition.pool_winners(A1, x), ["First", "last", None]),
    "loops cost": ("cost", lambda x: by_definition.delta(A3, A3, Y3, x), ["mse", None]),
    "one_hot classes": ("classes", lambda x: data.one_hot([0], x), [0, *NO_WHOLE_NUMBER[:-1]]),
    "figures.network at": (
        "at",
        lambda x: figures.network(NET, IMAGES[0], x),
        [(-1, 0), (4, 0), (0, 6), (0.0, 1.0), (0,), (0, 0, 0), 3, None, "00", (True, 0)],
    ),
    "figures.convolution at": (
        "at",
        lambda x: figures.convolution(A, A2, 0.5, x),
        [(-1, 0), (4, 0), (0.5, 0), None],
    ),
    "figures.digits columns": (
        "columns",
        lambda x: figures.digits(IMAGES, LABELS, x),
        [0, *NO_WHOLE_NUMBER],
    ),
    "figures.digits labels": (
        "labels",
        lambda x: figures.digits(IMAGES, x),
        [LABELS[:1], [], LABELS[1:]],
    ),
    "figures.cells limit": (
        "limit",
        lambda x: figures.cells(A, "a", limit=x),
        [x for x in NO_POSITIVE if x is not None],
    ),
    "figures.cells outline": (
        "outline",
        lambda x: figures.cells(A, "a", outline=x),
        [A[1:] > 0, A[0] > 0, np.full(A.shape, np.nan)],
    ),
    "figures.cells array": (
        "array",
        lambda x: figures.cells(x, "a"),
        [A[0], A[None], A + 0j, A.astype(str), A[:0], None, np.ma.masked_array(A, A > 0)],
    ),
    "figures.floor_map": ("rows", lambda x: figures.floor_map(x, 4), [0, 3, *NO_WHOLE_NUMBER]),
    "figures.confusion": (
        "counts",
        figures.confusion,
        [np.eye(3), [[1, -1], [0, 1]], [[1, 2, 3]], np.zeros((0, 0), int), None],
    ),
    "figures.gallery order": (
        "order",
        lambda x: figures.gallery(MAPS, IMAGES[0], x),
        [[], [2], [-1], [0.0], [True]],
    ),
    "figures.shared_weight": (
        "offset",
        lambda x: figures.shared_weight(A1, A, x),
        [(-1, 0), (3, 0), (0, 2), (0.0, 0)],
    ),
    "connect workers": (
        "workers",
        lambda x: distributed().connect(workers=x),
        [0, *NO_WHOLE_NUMBER],
    ),
    "connect address": ("address", lambda x: distributed().connect(x), [8786, b"tcp://", True]),
    "training_film map": (
        "map",
        lambda x: figures.training_film(RUN, IMAGES[0], map=x),
        [1, -1, 0.0, True],
    ),
    "training_film label": (
        "label",
        lambda x: figures.training_film(RUN, IMAGES[0], x),
        [10, -1, 3.0, "3", True],
    ),
}
COUNTS |= {
    "hint step": (
        "step",
        lambda x: exercises.hint("7.1", x),
        [0, *(n for n in NO_WHOLE_NUMBER if n is not None)],
    ),
    "sgd progress": ("progress", lambda x: sgd(progress=x), ["no", 1, None]),
    "sgd checkpoint": ("checkpoint", lambda x: sgd(checkpoint=x), [3, True, "", b"run.npz"]),
    "load_mnist download": ("download", lambda x: data.load_mnist(download=x), ["no", 0, None]),
    "load_mnist folder": ("folder", lambda x: data.load_mnist(folder=x), ["", 3, b"x"]),
    "pool.backward": (
        "winners",
        lambda x: pool.backward(GRAD, x),
        [np.full((4, 6), 2.0), np.full((4, 6), -0.5), np.full((4, 6), np.nan), np.ones((4, 5))],
    ),
    "differences h": (
        "h",
        lambda x: gradient_check.central_differences(np.sum, np.array([1.0, 2.0]), x),
        [1e-30, 1e308, 1.7e308],
    ),
    "differences entries": (
        "entries",
        lambda x: gradient_check.central_differences(np.sum, A, entries=x),
        [3, [3], "00", [(6, 0)], [(0, -1)]],
    ),
    "figures.cells mark": ("mark", lambda x: figures.cells(A, "a", mark=x), [(1, 2), ()]),
    "figures.learning_curves": ("run", figures.learning_curves, [None, NET]),
    "figures.several_runs": ("runs", figures.several_runs, [{}]),
    "figures.shared_work": (
        "alone",
        lambda x: figures.shared_work([1, 2], x, [1, 2]),
        [[1.0, np.nan], [np.inf, 1.0]],
    ),
    "figures.tangents": (
        "at",
        lambda x: figures.tangents([0.0, 1.0], [("a", [1.0, 2.0], 1.0)], x, "x"),
        [5, -1, np.nan, "0"],
    ),
    "check strict": (
        "strict",
        lambda x: exercises.check("7.1", "a", x),
        ["no", 0, 1, None, [True]],
    ),
}
ASKED = [(*rest[:2], bad) for rest in COUNTS.values() for bad in rest[2]]


def distributed():
    from convnet_lib.training import distributed as module

    return module


@pytest.mark.parametrize(("name", "call", "bad"), ASKED, ids=lambda x: repr(x)[:40])
def test_an_argument_out_of_bounds_is_refused_by_name(name, call, bad):
    with pytest.raises(ValueError, match=f"^{name}: expected "):
        call(bad)


def test_numbers_in_other_clothes_are_the_same():
    plain = sgd(epochs=2, learning_rate=0.5, batch_size=4, seed=3)
    other = sgd(
        epochs=np.int8(2), learning_rate=np.array(0.5), batch_size=np.uint8(4), seed=np.int64(3)
    )
    np.testing.assert_array_equal(plain.net.w1, other.net.w1)
    np.testing.assert_array_equal(drawn(seed=3).w1, drawn(seed=np.random.default_rng(3)).w1)


def test_a_mini_batch_larger_than_the_digits_is_all_of_them():
    np.testing.assert_array_equal(sgd(batch_size=6).net.w1, sgd(batch_size=10**9).net.w1)


def test_a_rate_of_0_leaves_the_network_and_a_negative_one_goes_up():
    assert training.step(NET, IMAGES, Y, 0).w1.tolist() == NET.w1.tolist()
    up, down = (training.step(NET, IMAGES, Y, rate) for rate in (-0.1, 0.1))
    np.testing.assert_allclose(up.w1 + down.w1, 2 * NET.w1, rtol=1e-12)
    assert up.cost(IMAGES, Y, "cross_entropy").mean() > NET.cost(IMAGES, Y, "cross_entropy").mean()


def test_a_step_out_of_all_bounds_says_so():
    with pytest.raises(training.DivergedError, match=r"^w1 is not finite after the step"):
        training.step(replace(NET, w3=NET.w3 * 1e3), IMAGES, Y, 1.7e308)


# --- Networks whose axes lie elsewhere ----------------------------------------------------------


def test_filters_as_keras_lays_them_out_are_named():
    w1 = random(5, 5, 1, 20)
    message = r"w1?: expected shape \(F, C, KH, KW\), the feature maps first, got \(5, 5, 1, 20\) "
    with pytest.raises(ValueError, match=f"^{message}"):
        ConvNet(w1, np.zeros(20), np.zeros((10, 20, 12, 12)), np.zeros(10))
    with pytest.raises(ValueError, match=f"^{message}"):
        conv.forward(random(28, 28), w1, np.zeros(20))
    net = ConvNet(w1.transpose(3, 2, 0, 1), np.zeros(20), np.zeros((10, 20, 12, 12)), np.zeros(10))
    assert net.image_shape == (1, 28, 28)


def test_channels_where_they_work():
    net = ConvNet.random(4, image=(32, 32), channels=3)
    assert (net.w1.shape, net.image_shape) == ((4, 3, 5, 5), (3, 32, 32))
    # Of 75 weighted inputs each: the spread of w¹ is 1/√75.
    assert ConvNet.random(400, image=(6, 6), channels=3).w1.std() == pytest.approx(
        75**-0.5, rel=0.01
    )
    with pytest.raises(ValueError, match=r"^image: expected \(rows, columns\), and channels="):
        ConvNet.random(image=(3, 32, 32))
    with pytest.raises(ValueError, match=r"^maps: expected a number of feature maps, as there are"):
        ConvNet.random(channels=3)


@pytest.mark.parametrize(
    ("call", "name"),
    [
        (lambda x: figures.digits(x, [0] * len(x)), "images"),
        (lambda x: figures.convolution(x, W[0], 0.5), "a0"),
        (lambda x: figures.network(ConvNet.random(), x), "image"),
        (lambda x: figures.backward(ConvNet.random(), x, Y[0]), "a0"),
        (lambda x: figures.gallery(ConvNet.random(), x), "image"),
        (lambda x: widgets.convolution(x, W[0], 0.5), "a0"),
        (lambda x: widgets.gallery(ConvNet.random(), x), "images"),
        (lambda x: widgets.backpropagation(ConvNet.random(), x, Y[0]), "a0"),
        (lambda x: widgets.pooling(x), "a1"),
        (lambda x: training.predict(ConvNet.random(), x), "images"),
        (lambda x: ConvNet.random().feedforward(x), "a0"),
    ],
)
@pytest.mark.parametrize("channels", [1, 3])
def test_channels_last_are_refused_by_their_shape(call, name, channels):
    with pytest.raises(ValueError, match=rf"^{name}: expected .*\(28, 28, {channels}\)"):
        call(np.zeros((28, 28, channels)))


# --- What a reader has set ----------------------------------------------------------------------


def everything():
    """Return numbers from every room, some of them as small as a float can be."""
    with np.errstate(all="ignore"):
        tiny, images = np.array([1e-200, -800.0, 0.5]), IMAGES * 1e-160
        net, least = replace(NET, w1=NET.w1 * 1e-160, w3=NET.w3 * 1e-160), np.array([5e-324])
    run = training.sgd(NET, DIGITS, 2, 0.1, test=DIGITS)
    return [
        activations.sigmoid(tiny),
        activations.sigmoid_prime(tiny),
        costs.quadratic(tiny[None, 2:], tiny[None, :1]),
        costs.quadratic(tiny[:1], least),
        costs.cross_entropy(tiny[:1], least),
        costs.cross_entropy_prime(np.array([0.0, 1.0]), np.array([0.0, 0.0])),
        costs.of_weighted_input(tiny, tiny),
        *net.feedforward(images),
        *net.backprop(images, Y),
        *by_definition.backprop(net, images[:1], Y[:1]),
        maps.pleasing(net.w1),
        maps.norms(MAPS),
        maps.importance(MAPS, DIGITS),
        training.step(net, images, Y, 1e-200).w1,
        fast.Stepper(net).gradients(images, Y).w1,
        fast.Stepper(net).z3(images),
        run.costs,
        run.net.w1,
        gradient_check.central_differences(lambda x: (x**2).sum(), A),
    ]


def test_numbers_do_not_depend_on_what_a_reader_has_set():
    expected = everything()
    with np.errstate(all="raise"), np.printoptions(precision=1, threshold=1, legacy="1.13"):
        found = everything()
        state = np.geterr()
    assert set(state.values()) == {"raise"}
    for ours, theirs in zip(found, expected, strict=True):
        np.testing.assert_array_equal(ours, theirs)


def pictures():
    return [
        figures.digits(IMAGES[:2], LABELS[:2]),
        figures.cells(A, "a"),
        figures.sigmoid_curve(1.0),
        figures.cost_curves(1.0, 2.0),
        figures.learning_curves(training.measured([NET, NET], DIGITS, DIGITS)),
        figures.noticed({"bug": {"a check": True}}),
    ]


def test_pictures_do_not_depend_on_what_a_reader_has_set():
    expected = [picture.png() for picture in pictures()]
    theirs = {
        "font.size": 24, "axes.grid": True, "lines.linewidth": 7, "image.origin": "lower",
        "axes.facecolor": "black", "text.color": "red", "image.cmap": "jet", "figure.dpi": 30,
        "axes.formatter.use_locale": True, "axes.unicode_minus": False,
    }  # fmt: skip
    with matplotlib.rc_context(theirs):
        found = [picture.png() for picture in pictures()]
        assert matplotlib.rcParams["font.size"] == 24
    assert found == expected


def test_random_numbers_are_nobody_elses():
    before = np.random.get_state()[1].tolist()  # noqa: NPY002 - it is a reader's
    _ = sgd(seed=5), drawn(seed=5), checked(seed=5)
    assert np.random.get_state()[1].tolist() == before  # noqa: NPY002
