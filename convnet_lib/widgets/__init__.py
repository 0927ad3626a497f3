"""Interactive figures for the notebooks: thin over arrays and over `figures`."""

from .backpropagation import backpropagation
from .convolution import convolution
from .explore import explore
from .output import output
from .pooling import pooling

__all__ = ["backpropagation", "convolution", "explore", "output", "pooling"]
