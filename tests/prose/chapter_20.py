"""The numbers in the sentences of chapter 20."""

import ast
import inspect
import re
import textwrap
from pathlib import Path

import numpy as np

from convnet_lib import ConvNet, deep, dense, training
from convnet_lib.training import deep_work
from prose import output, shown

SPEC = "conv10x5 relu pool2 conv20x5 relu pool2 dense10 softmax"
NET = deep.Network.random(SPEC)
PENCIL = deep.Network(
    [
        *[deep.Conv(np.array([[1.0, 2]]), -3.0), deep.ReLU(), deep.MaxPool((1, 2))],
        *[deep.Conv(np.array([[2.0, -1]]), 0.0), deep.MaxPool((1, 2))],
        deep.Dense(np.array([[[3.0]]]), np.array([-9.0])),
    ]
)
TWENTY_MAPS = sum(x.size for x in (ConvNet.random(20).w1, ConvNet.random(20).b1))
TWENTY_MAPS += sum(x.size for x in (ConvNet.random(20).w3, ConvNet.random(20).b3))
SEVEN = np.array([[0.0, 1, 2, 0, 3, 1, 0]])


def sizes():
    """Return the number of activations of each a^i."""
    return [a.size for a in NET.feedforward(np.zeros((28, 28)))]


def seen(i):
    """Return how many rows of pixels a neuron of a^i sees."""
    return len(NET.receptive_field(i, (1, 1))[0])


def benchmarks():
    """Return the page of the benchmarks."""
    return (Path(__file__).parents[2] / "benchmarks" / "README.md").read_text("utf-8")


def measured(maps):
    """Return the mean accuracy that benchmarks/README.md has for so many maps, in percent."""
    row = rf"\| the 5,000 of the book \| {maps} \|.*?\| ([\d.]+) %"
    return float(re.search(row, benchmarks())[1])


def deep_measured():
    """Return the mean accuracy that the same page has for a deep one, the seeds and the epochs."""
    found = re.search(r"--epochs (\d+) --seeds (\d+)`: ([\d.]+) %", benchmarks())
    return float(found[3]), int(found[2]), int(found[1])


def mnist_measured():
    """Return the mean accuracy that it has on all of MNIST, the seeds and the epochs."""
    line = r"`--still --epochs (\d+)` \(no digit moved, (\w+) seeds\): ([\d.]+) %"
    found = re.search(line, benchmarks())
    return float(found[3]), {"five": 5}[found[2]], int(found[1])


def pixel(p):
    """Return the ink and the slope of a pixel of the pencil case."""
    return SEVEN[0, p], PENCIL.backprop(SEVEN, np.ones(1)).grad[0][0, p]


def another_row():
    """Return the pixels of exercise 20.1, and their slopes."""
    a0 = np.array([[0.0, 0, 3, 1, 0, 2, 0]])
    return a0[0], PENCIL.backprop(a0, np.array([4.0])).grad[0][0]


def shapes_with_both_bugs(*widths):
    """Return the shapes of the gradients of exercise 20.4 as they come, and those of the weights.

    Its loop, with layers of any width: they are not put into one array here.
    """
    ws = [np.ones(shape) for shape in zip(widths[1:], widths, strict=False)]
    found, grad = [], np.ones(widths[-1])
    for w in reversed(ws):
        grad = dense.backward(grad, w)
        found.append(dense.nabla_w(grad, np.ones(w.shape[1])).shape)
    return found, [w.shape for w in ws]


def lines_of(function):
    """Return how many lines of code a function has below its docstring."""
    source = textwrap.dedent(inspect.getsource(function))
    (tree,) = ast.parse(source).body
    return tree.end_lineno - tree.body[0].end_lineno


CLAIMS = {
    "a way back of # lines": lambda: lines_of(deep.Network.backprop),
    "Below its docstring it has # lines": lambda: lines_of(deep.Network.backprop),
    "its `backprop` is # lines of code": lambda: lines_of(ConvNet.backprop),
    "loops do the pooled convolutions": lambda: (
        deep_work.has_loops(NET.layers[:3]) and not deep_work.has_loops(NET.layers[3:5])
    ),
    "some gradient would not have the shape of its weights": lambda: all(
        found != shapes
        for found, shapes in map(
            lambda widths: shapes_with_both_bugs(*widths),
            [(2, 3, 4), (2, 3, 2), (3, 3, 2), (2, 3, 3), (2, 3, 2, 3)],
        )
    ),
    "in steps of # digits most of the time": lambda: (
        inspect.signature(training.sgd).parameters["batch_size"].default
    ),
    "The steepest slope, #, is that of the pixel with the most ink": lambda: another_row()[1][
        another_row()[0].argmax()
    ],
    "both errors of the lower layer reach it, -6 · 2 + 3 · 1": lambda: (
        another_row()[1][np.abs(another_row()[1]).argmax()] == -6 * 2 + 3 * 1
    ),
    "Pixel # has ink too, and its slope is #": lambda: (5, another_row()[1][5]),
    "a ReLU does not mind, since what it makes is positive where its input is": lambda: bool(
        np.array_equal(
            deep.ReLU().backward(np.array([3.0, 5.0]), np.array([-1.0, 2.0])),
            deep.ReLU().backward(np.array([3.0, 5.0]), np.array([0.0, 2.0])),
        )
    ),
    "the strokes are more than twice as steep": lambda: (
        "more than twice as steep" in output("nb20-034")
    ),
    "more than half of the slopes lie on blank paper": lambda: (
        "more than half of the slopes" in output("nb20-034")
    ),
    "It has # parameters": lambda: sum(x.size for x in NET.parameters.values()),
    "would have #, most of them 0": lambda: sizes()[3] * sizes()[4],
    "Pixel # has no ink at all, and the cost is steep in it: #": lambda: (3, pixel(3)[1]),
    "Pixel # has an ink of #, and its slope is #": lambda: (2, *pixel(2)),
    "had no ink and a slope of #": lambda: pixel(3)[1],
    "whose digits were not moved, # % (mean of #, of #)": mnist_measured,
    "that epoch counts which did best on validation digits": lambda: (
        "and which epoch, is chosen on validation digits" in benchmarks()
    ),
    "the # of [chapter 11]": lambda: 4_000,
    "The learning rate is # for seven epochs and # for three more": lambda: (0.05, 0.01),
    "That one has # parameters": lambda: TWENTY_MAPS,
    "more than three times as many": lambda: (
        3 * sum(x.size for x in NET.parameters.values()) < TWENTY_MAPS
    ),
    "stops at # %": lambda: measured(1),
    "with twenty maps at # %": lambda: measured(20),
    "recognises # % (mean of # seeds, of # epochs each)": deep_measured,
    "A neuron sees more pixels after each convolution and pooling": lambda: (
        [seen(i) > seen(i - 1) for i in range(1, 7)] == [True, False, True, True, False, True]
    ),
    "# by # pixels for the first convolution": lambda: (seen(1), seen(1)),
    "# by # after its pooling": lambda: (seen(3), seen(3)),
    "The first of them sees # rows": lambda: seen(3),
    "# by # after the second pooling": lambda: (seen(6), seen(6)),
    "Fewer than a # of the neurons are left": lambda: (
        shown("nb20-031", "less than # of 100")()[0] / 100
    ),
}
PLAIN = {
    "chosen on 500 of the 4,000": "a choice of how many to hold out",
    "of the first 200": "as many digits as the cell below takes",
    "of the 200 ratios the median": "as many digits as the cells take",
    "Among the 200": "as many digits as the cells before take",
    "of our 200": "as many digits as the cells before take",
    "gives 0.9999 to the right class": "a supposition of the exercise",
}
