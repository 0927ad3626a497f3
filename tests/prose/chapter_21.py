"""The numbers in the sentences of chapter 21."""

import json
import struct
from importlib import resources

import numpy as np

from convnet_lib import deep, pool

INK = np.array([[1.0, 0], [1, 2]])


def centre():
    """Return the ink, that of each row and the mean row; that of column 1 and the mean column."""
    rows, columns = INK.sum(axis=1), INK.sum(axis=0)
    mean = [part @ np.arange(2) / INK.sum() for part in (rows, columns)]
    return INK.sum(), rows[1], 1, rows[0], 0, mean[0], columns[1], 1, mean[1]


def in_a_row():
    """Return two maps of one row and two columns in PyTorch's order, and with the maps last."""
    maps = np.array([[[1, 2]], [[3, 4]]])
    return (*maps.ravel(), *maps.transpose(1, 2, 0).ravel())


def header():
    """Return the bytes that are not 0 of a file of 10,000 images of 28 by 20, as MNIST has them."""
    return tuple(struct.pack(">HBBIII", 0, 8, 3, 10_000, 28, 20).replace(b"\0", b""))


def heaps():
    """Whether a network takes a picture that was reshaped, and says something else of it."""
    picture = np.random.default_rng(0).random((28, 28, 3))
    right, wrong = np.moveaxis(picture, -1, 0), picture.reshape(3, 28, 28)
    net = deep.Network.random("conv2x5 sigmoid pool2 dense10 softmax", image=right.shape, seed=1)
    return not np.allclose(net.feedforward(right)[-1], net.feedforward(wrong)[-1])


def asked():
    """Return what the two frameworks were given, what each said, and the book's network."""
    kept = json.loads((resources.files("convnet_lib") / "frameworks.json").read_text("utf-8"))
    kept = {who: {n: np.array(x) for n, x in said.items()} for who, said in kept.items()}
    given = kept["given"]
    conv1, conv2, dense = ([given[f"{n}.{p}"] for p in "wb"] for n in ("conv1", "conv2", "dense"))
    layers = [deep.Conv(*conv1), deep.ReLU(), deep.MaxPool(2), deep.Conv(*conv2), deep.ReLU()]
    layers += [deep.MaxPool(2), deep.Dense(*dense), deep.Softmax()]
    return given, kept, deep.Network(layers, "log_likelihood")


def tied():
    """Return in how many windows of that network a positive maximum is tied, in how many a 0."""
    given, _, net = asked()
    maps = [net.feedforward(given["image"])[i] for i in (2, 5)]
    maxima = np.concatenate([pool.forward(a, 2)[pool.tied(a, 2)] for a in maps])
    return (maxima > 0).sum(), (maxima == 0).sum()


def compared():
    """Return which entries are the frameworks' to the last bit, and in how many digits the worst.

    The digits are an entry's own; of both frameworks, the gradients of the pixels and the filters.
    """
    given, kept, net = asked()
    found = net.backprop(given["image"], given["wish"])
    same, apart = [], []
    for mine, name in ((found.grad[0], "image"), (found.nablas[0]["w"], "conv1.w")):
        for who in ("torch", "jax"):
            its = kept[who][name]
            if who == "jax":
                its = its.transpose((3, 2, 0, 1) if its.ndim == 4 else (2, 0, 1))
            same.append(mine == its)
            apart.append((np.abs(mine - its) / np.where(mine == 0, 1, np.abs(mine))).max())
    return np.concatenate([each.ravel() for each in same]), np.floor(-np.log10(max(apart)))


def light():
    """Return the light of the paper, from the darkest to the brightest, and of ink beside it."""
    down, across = np.mgrid[0:1:280j, 0:1:280j]
    paper = 0.9 - 0.3 * (down + across / 2)
    ink = paper * (1 - 0.8)
    return paper.min(), paper.max(), (ink / paper).max()


CLAIMS = {
    "where no positive numbers are tied, as here": lambda: bool(tied()[0] == 0),
    "The zeros of the ReLU are tied here too": lambda: bool(tied()[1] > 0),
    "the paper is # to #, full ink a # of that": light,
    "some are the same to the last bit, and the smallest": lambda: 0 < compared()[0].mean() < 1,
    "sums that nearly cancel, agree in # digits of their own": lambda: compared()[1],
    "Of the ink of #, # lie in row # and # in row #, so the mean row is #; # lie in column #, "
    "so the mean column is #": centre,
    "PyTorch's row is #, #, #, #. Keras's is #, #, #, #": in_a_row,
    "a file of # bytes and their grey levels; its labels are another, of # bytes": lambda: (
        4 + 3 * 4,
        4 + 1 * 4,
    ),
    "# for bytes; a byte for the number of axes": lambda: 8,
    "its longer side was # pixels": lambda: 20,
    "begins with the bytes 0, 0, #, #, 0, 0, #, #, 0, 0, 0, #, 0, 0, 0, #": header,
    "`reshape` for `moveaxis`.** Symptom: no error message": heaps,
}
PLAIN = {
    "Grey levels from 0 to 255 are 255 times too large": "a byte goes so far",
    "bytes from 0 to 255": "a byte goes so far",
    "learned from the 4,000 digits": "the digits that load_digits gives to train on",
    "it recognises 96 of 100 or so": "asserted to be above 93 of 100 in nb21-005",
    "a colour image of 14 by 11": "SHAPES of tools/frameworks.py",
    "a box of 20": "the rule of MNIST's makers, in data.from_image",
    "0.10000000000000003 and PyTorch 0.09999999999999998": "a supposition of the exercise",
}
