"""What many chapters' tables need: the book's digits and its network, made once."""

import functools

from convnet_lib import ConvNet, data

DIGITS, TEST = data.load_digits()
NET = ConvNet.random(seed=7)
A0, Y = DIGITS.images[2], data.one_hot(DIGITS.labels[2])
LAYERS = NET.feedforward(A0)


@functools.cache
def thousand():
    """Return the activations of the first 1,000 digits to train on."""
    return NET.feedforward(DIGITS.images[:1000])
