"""The figure of F3 and BP2a: max-pooling and its switch, under the three rules for ties."""

import traitlets

from .. import checks, figures, pool
from .base import Array, GridFigure, Index, images, strongest, written


def pooling(a1):
    """Return the interactive figure of max-pooling: a¹, a² and the switch (F3, BP2a).

    Point at a neuron of any map for the four candidates of its window, the winner, and what
    ∂a²/∂a¹ is there under each rule for ties. Tied windows have a dashed outline.

    >>> from convnet_lib import widgets
    >>> widgets.pooling(np.zeros((4, 6)))
    pooling(a1 (4, 6))

    Args:
        a1: activations, shape (H, W), H and W even, or up to 24 such maps, shape (N, H, W).

    Returns:
        A `Pooling`, which a notebook shows.

    Raises:
        ValueError: if a1 is not made of floats or 2×2 windows do not tile it.
    """
    text = written("pooling", a1=a1)
    a1 = images("a1", a1)
    if a1.shape[1] % pool.SIZE or a1.shape[2] % pool.SIZE:
        checks.refuse("a1", "H and W even, so that 2×2 windows fit", checks.written(a1.shape[1:]))
    return Pooling(text, a1=a1)


class Pooling(GridFigure):
    """What `pooling` returns. Assign to a1, and the page follows.

    >>> from convnet_lib import widgets
    >>> figure = widgets.pooling(np.array([[0.2, 0.7, 0.5, 0.5], [0.4, 0.1, 0.5, 0.9]]))
    >>> figure.a1.shape, figure.pinned
    ((1, 2, 4), {'grid': 'a1', 'row': 1, 'column': 3})

    Attributes:
        a1: activations, shape (N, H, W).
        index: which map is shown.
    """

    _figure = traitlets.Unicode("pooling.js").tag(sync=True)
    a1 = Array()
    index = Index("a1")

    @traitlets.default("pinned")
    def _pin(self):
        return strongest("a1", self.a1[self.index])

    def twin(self):
        """Return the static twin of the map that is shown.

        >>> from convnet_lib import widgets
        >>> figure = widgets.pooling(np.array([[0.2, 0.7, 0.5, 0.5], [0.4, 0.1, 0.5, 0.2]]))
        >>> figure.twin().alt.split(". ")[1]
        '50% of the windows are tied'
        """
        return figures.pooling(self.a1[self.index])
