"""Interactive figures for the notebooks: thin over arrays and over `figures`."""

from .explore import explore

__all__ = ["explore"]
