"""The numbers in the sentences of the start page."""

import inspect

import numpy as np

from convnet_lib import broken, gradient_check
from convnet_lib.widgets.playground import HELD_OUT, TRAIN
from prose import NOTEBOOKS
from prose.book import DIGITS, TEST

CLAIMS = {
    "learns from # digits": lambda: TRAIN,
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
