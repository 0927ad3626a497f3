"""The equations of a small convolutional network, forward and backward, in NumPy.

The file is the layer, the function is the direction:

=========  =============  =====================  ==============  ==============
room       forward        backward (∂C/∂ input)  gradient of b   gradient of w
=========  =============  =====================  ==============  ==============
conv.py    F1             through a convolution  BP3             BP4
pool.py    F3             BP2a                   –               –
dense.py   F4             the sum in BP2         BP3a            BP4a
=========  =============  =====================  ==============  ==============

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
