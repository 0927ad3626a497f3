"""The equations of a small convolutional network, forward and backward, in NumPy.

The file is the layer, the function is the direction:

=========  =============  =====================  ==============  ==============
room       forward        backward (∂C/∂ input)  gradient of b   gradient of w
=========  =============  =====================  ==============  ==============
conv.py    F1, F1s        BP5, BP5s              BP3             BP4, BP4s
pool.py    F3, F3s, F3m   BP2a, BP2s, BP2m       –               –
dense.py   F4             the sum in BP2         BP3a            BP4a
=========  =============  =====================  ==============  ==============

An s is the same with stride and padding, or with windows of any size; an m is for means.

``activations`` holds F2 and F5, ``costs`` holds C and BP1, ``network`` joins them, and
``by_definition`` writes all of it again as index loops, to be checked against. ``maps`` looks at
feature maps one by one, and ``training`` lets a network learn.
"""

from . import (
    activations,
    by_definition,
    conv,
    costs,
    data,
    deep,
    dense,
    gradient_check,
    layers,
    maps,
    network,
    networks,
    pool,
    training,
)
from .network import ConvNet
from .training import checkpoints, fast

__all__ = [
    "ConvNet",
    "activations",
    "by_definition",
    "checkpoints",
    "conv",
    "costs",
    "data",
    "deep",
    "dense",
    "fast",
    "gradient_check",
    "layers",
    "maps",
    "network",
    "networks",
    "pool",
    "training",
]
