"""The numbers in the sentences of chapter 10."""

import inspect
import re
from dataclasses import replace

import numpy as np

from convnet_lib import ConvNet, broken, by_definition, conv, data, gradient_check, pool, training
from convnet_lib.activations import sigmoid_prime
from prose import near, shown
from prose.book import A0, DIGITS, LAYERS, NET, TEST, Y

FOUND = NET.backprop(A0, Y)
SIZES = {p: getattr(NET, p).size for p in NET.parameters}


def measured(h):
    """How far central differences with the step h are from ∂C/∂w¹, a relative error."""
    slopes = gradient_check.central_differences(
        lambda w1: ConvNet(w1, NET.b1, NET.w3, NET.b3).cost(A0, Y), NET.w1, h=h
    )
    return gradient_check.relative_error(slopes, FOUND.w1)


def tied_windows_of_noise():
    """How many windows of the three images of noise have two equal maxima."""
    noise = np.random.default_rng(0).random((3, 28, 28))
    windows = pool.windows(NET.feedforward(noise).a1)
    return int(((windows == windows.max(axis=-1, keepdims=True)).sum(axis=-1) > 1).sum())


def turned(w1):
    """How far z¹ is from what it was if F1 rotates a filter, and if it transposes it."""
    z1 = conv.forward(A0, w1, 0.0)
    ways = (w1[::-1, ::-1], w1.T)
    return [gradient_check.relative_error(conv.forward(A0, way, 0.0), z1) for way in ways]


def one_epoch(times, change):
    """The accuracy and the network of the chapter's first experiment, the filter so much larger."""
    net = replace(NET, w1=times * NET.w1)
    for n in range(0, 4000, 10):
        wanted = data.one_hot(DIGITS.labels[n : n + 10])
        found = net.backprop(DIGITS.images[n : n + 10], wanted, "cross_entropy")
        found = found._replace(w1=change(found.w1))
        net = replace(net, **{p: getattr(net, p) - 0.03 * getattr(found, p) for p in SIZES})
    return training.accuracy(net, TEST), net


def rotated(w1):
    """A filter, or its gradient, rotated by half a turn."""
    return w1[::-1, ::-1]


def cosine(one, other):
    """The cosine of the angle between two filters, taken as lists of numbers."""
    return (one * other).sum() / np.linalg.norm(one) / np.linalg.norm(other)


def of_three_digits():
    """The gradients of a network of four maps, summed over three digits."""
    return ConvNet.random(4, seed=7).backprop(DIGITS.images[:3], data.one_hot(DIGITS.labels[:3]))


def lines_of(tag):
    """How many lines of the backward pass are said to belong to an equation, as BP3a to BP3."""
    return len(re.findall(rf"# .*{tag}", inspect.getsource(ConvNet.backprop)))


def fault_in_bp1(cost):
    """Whether the loops and central differences see that the slope is left out of BP1."""
    found = broken.break_it(NET, "BP1 without σ′").backprop(A0, Y, cost)
    loops = by_definition.backprop(NET, A0, Y, cost)
    slopes = gradient_check.central_differences(
        lambda w1: ConvNet(w1, NET.b1, NET.w3, NET.b3).cost(A0, Y, cost), NET.w1
    )
    apart = (gradient_check.relative_error(found.w1, judge) for judge in (loops.w1, slopes))
    return tuple(error > 1e-6 for error in apart)


CLAIMS = {
    "# lines of code that are all of them": lambda: len(
        inspect.getsource(ConvNet.backprop).split('"""')[2].strip().splitlines()
    ),
    "number # is the #.)": lambda: (2, DIGITS.labels[2]),
    "none in a test of $z^1$, even if F1 rotates or transposes the filter": lambda: (
        max(turned(np.ones((5, 5)))) < 1e-12
    ),
    "a trained filter is not the same afterwards": lambda: min(turned(NET.w1)) > 0.1,
    "the gradient of a parameter sums over the digits": lambda: (
        [len(part) for part in of_three_digits()] == [3, 3, 4, 4, 10, 10]
    ),
    "The network with the mistake recognises about #00": shown(
        "nb10-006", "rotated gradient  0.#0"
    ),
    "left as it was drawn, it gives about #50": shown("nb10-006", "filter left alone 0.#5"),
    "the other # slopes, which are right": lambda: sum(SIZES.values()) - SIZES["w1"],
    "# times as large, and left alone, it gives about #": lambda: (
        5,
        near(1000 * one_epoch(5, lambda w1: 0 * w1)[0], 0.03),
    ),
    "With the rotated gradient it grows": lambda: (
        np.linalg.norm(one_epoch(1, rotated)[1].w1) > 5 * np.linalg.norm(NET.w1)
    ),
    "if not in quite the right pattern": lambda: (
        0.8 < cosine(*(one_epoch(1, change)[1].w1 for change in (np.array, rotated))) < 0.9
    ),
    "used in # places has # ways to the cost, of which the switch leaves # open": lambda: (
        LAYERS.a1.size,
        FOUND.delta1.size,
        np.count_nonzero(FOUND.delta1),
    ),
    "Where it changes a gradient, both see it": lambda: (
        fault_in_bp1("quadratic") == (True, True)
        and fault_in_bp1("cross_entropy") == (False, False)
    ),
    "All # parameters are asked here": shown("nb10-022", "asked: # parameters"),
    "Of the ten bars of δ³ # are the same": lambda: int(
        (NET.backprop(A0, data.one_hot(9)).delta3 == FOUND.delta3).sum()
    ),
    "None of its windows is tied": lambda: tied_windows_of_noise() == 0,
    "Their own error is near": lambda: 1e-11 < measured(1e-5) < 1e-9,
    "A much smaller $h$ makes it worse": lambda: measured(1e-8) > 100 * measured(1e-5),
    "The code has a line for BP1": lambda: lines_of("BP1") == 1,
    "# for BP2, and # each": lambda: (lines_of("BP2"), lines_of("BP3")),
    "each for BP3 and BP4": lambda: lines_of("BP3") == lines_of("BP4"),
    "the darkest is #, the steepest there is": lambda: sigmoid_prime(LAYERS.z1).max(),
    "each entry of δ3 is at least four times too large": lambda: bool(
        (sigmoid_prime(np.linspace(-9, 9, 91)) <= 1 / 4).all()
    ),
}
PLAIN = {
    "rotated by 180°": "half a turn",
    "recognise: 100, which is chance, or 500, or 800?": "the answers to choose from",
    "Asking for 1e-12 from": "a tolerance",
}
