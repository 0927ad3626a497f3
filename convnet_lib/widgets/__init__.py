"""Interactive figures for the notebooks: thin over arrays and over `figures`."""

from .convolution import convolution
from .explore import explore
from .output import output
from .pooling import pooling

__all__ = ["convolution", "explore", "output", "pooling"]
