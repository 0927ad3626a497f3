"""The numbers in the sentences of the start page."""

import inspect
import json

import numpy as np

from convnet_lib import ConvNet, broken, costs, data, gradient_check, training
from convnet_lib.widgets.playground import BUGS, HELD_OUT, TRAIN, playground
from convnet_lib.widgets.playground import digits as playground_digits
from prose import NOTEBOOKS
from prose.book import DIGITS, TEST
from prose.book import NET as NET7


def markdown_and_widgets(path):
    """Of each cell of a notebook: its text, and whether it shows a figure that moves."""
    for cell in json.loads(path.read_text("utf-8"))["cells"]:
        outputs = cell.get("outputs", ())
        yield "".join(cell["source"]), any(x.get("metadata", {}).get("widget") for x in outputs)


def moves_and_ends_with_a_list():
    """Whether each chapter but the first has a figure that moves, and pitfalls near its end."""
    for path in NOTEBOOKS.glob("[012][0-9]_*.ipynb"):
        texts, moves = zip(*markdown_and_widgets(path), strict=True)
        lists = [n for n, text in enumerate(texts) if text.startswith("## Pitfalls")]
        first = [n for n, text in enumerate(texts) if text.startswith("## Exercises")]
        if path.name[:2] != "00" and not (any(moves) and len(texts) / 2 < lists[0] < first[0]):
            return False
    return True


def fades_where_it_is_recognised():
    """Whether δ¹ is smaller than at first for most of those that are recognised, but not for all.

    After 2,000 digits, and after 10,000; of the others there are fewer each time.
    """
    train, held_out = playground_digits()
    begins = learns = ConvNet.random(seed=0)
    found = []
    for epochs in (1, 4):
        learns = training.sgd(learns, train, epochs=epochs, learning_rate=0.25).net
        right = learns.feedforward(held_out.images).z3.argmax(axis=-1) == held_out.labels
        sizes = [
            np.square(net.backprop(held_out.images, data.one_hot(held_out.labels), COST).delta1)
            for net in (begins, learns)
        ]
        fades = sizes[1].sum(axis=(1, 2)) < sizes[0].sum(axis=(1, 2))
        found += [right.sum() > 300, fades[right].mean() > 0.8, fades[~right].mean() < 0.8]
    return all(found) and not fades[right].all()


def shows_another_digit_than_it_learns():
    """Whether the digit on the playground's pad is none of those that it learns from."""
    begins, train = playground(), playground_digits().train
    return not (train.images == begins.image).all(axis=(1, 2)).any()


def one_bar_is_negative():
    """Whether δ³ is below 0 at the digit alone, for all digits and costs that can be chosen."""
    y = data.one_hot(DIGITS.labels[:21])
    return all(
        ((NET7.backprop(DIGITS.images[:21], y, cost).delta3 < 0) == (y == 1)).all()
        for cost in costs.COSTS
    )


COST = "cross_entropy"
NET = ConvNet.random()
CLAIMS = {
    "# numbers, of which # are weights drawn at random, and # are biases": lambda: (
        sum(getattr(NET, name).size for name in NET.parameters),
        np.count_nonzero(NET.w1) + np.count_nonzero(NET.w3),
        (NET.b1 == 0).sum() + (NET.b3 == 0).sum(),
    ),
    "For most digits they fade when the digit is recognised.": fades_where_it_is_recognised,
    "# of the # bugs of [chapter 15]": lambda: (len(BUGS), len(broken.BUGS)),
    "one bar is negative, that of the neuron whose digit is shown": one_bar_is_negative,
    "Each has a figure that you can move, and near its end a list": moves_and_ends_with_a_list,
    "learns from # digits": lambda: TRAIN,
    "From such errors of the # digits the # weights of the filter learn": lambda: (
        TRAIN,
        NET.w1.size,
    ),
    "they are the errors of your digit, come back through": shows_another_digit_than_it_learns,
    "how many of # others": lambda: HELD_OUT,
    "changes the backward pass in # ways": lambda: len(broken.BUGS),
    "Every chapter but this one begins with a question": lambda: all(
        '"## A question' in path.read_text("utf-8")
        for path in NOTEBOOKS.glob("*.ipynb")
        if path.name[:2] != "00"
    ),
    "number 5 is a #": lambda: DIGITS.labels[5],
    "at most # numbers of each": lambda: (
        inspect.signature(gradient_check.check).parameters["entries"].default
    ),
    "(Y. LeCun, C. Cortes, C. Burges), # of each": lambda: int(
        np.bincount([*DIGITS.labels, *TEST.labels]).max()
    ),
}
PLAIN = {"Determination Press, 2015": "the year of the book"}
