"""Interactive figures for the notebooks: thin over arrays and over `figures`."""

from .convolution import convolution
from .explore import explore
from .gallery import gallery
from .output import output
from .pooling import pooling

__all__ = ["convolution", "explore", "gallery", "output", "pooling"]
