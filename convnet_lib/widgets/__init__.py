"""Interactive figures for the notebooks: thin over arrays and over `figures`."""

from .backpropagation import backpropagation
from .convolution import convolution
from .explore import explore
from .gallery import gallery
from .output import output
from .playground import playground
from .pooling import pooling
from .recipes import in_page
from .training_film import training_film

__all__ = [
    "backpropagation",
    "convolution",
    "explore",
    "gallery",
    "in_page",
    "output",
    "playground",
    "pooling",
    "training_film",
]
