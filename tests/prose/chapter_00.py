"""The numbers in the sentences of the start page."""

import inspect

import numpy as np

from convnet_lib import broken, gradient_check
from prose.book import DIGITS, TEST

CLAIMS = {
    "changes the backward pass in # ways": lambda: len(broken.BUGS),
    "as many as # numbers of each": lambda: (
        inspect.signature(gradient_check.check).parameters["entries"].default
    ),
    "(Y. LeCun, C. Cortes, C. Burges), # of each": lambda: int(
        np.bincount([*DIGITS.labels, *TEST.labels]).max()
    ),
}
PLAIN = {"Determination Press, 2015": "the year of the book"}
