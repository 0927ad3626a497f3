"""Interactive figures for the notebooks: thin over arrays and over `figures`."""

from .convolution import convolution
from .explore import explore

__all__ = ["convolution", "explore"]
