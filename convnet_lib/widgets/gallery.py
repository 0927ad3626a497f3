"""The gallery: every filter of a network, its feature map, its pooling mask, what pleases it.

Of a deep network, or on request, the digits hang there instead: what they are taken for
(`answers_gallery`).
"""

import numpy as np
import traitlets

from .. import checks, deep, figures, maps
from .. import networks as any_kind
from ..data import Digits
from . import networks
from .answers_gallery import answers_gallery
from .base import Array, GridFigure, Index, style, written

# More cards than this no page should draw.
MOST_MAPS = 1024
SORTS = ("number", "importance", "pleased")
MAPS = ("activations", "weighted inputs", "pooling masks")


def gallery(net, images, labels=None, cost=None, of=None):
    """Return the gallery of a network: filters, feature maps, pooling masks (F1–F3, BP2a).

    That is the gallery of its maps. The gallery of its digits shows, for a network of either kind,
    what each digit is taken for, how sure the network is, and which it gets wrong; a deep network
    has this one alone.

    For each filter it shows the map that it makes of a digit, what a patch must look like to
    please the filter most, and where on this digit it is pleased most. Point at a neuron of any
    map for its receptive field and the winner of its window. The maps can be sorted by how much
    they matter: with labels, that is by how much the mean cost rises when a map's weights in w³
    are set to 0 (`maps.importance`, over all images handed in); without, the norm of these
    weights (`maps.norms`).

    >>> from convnet_lib import widgets
    >>> widgets.gallery(ConvNet.random(maps=3, image=(6, 8), seed=0), np.zeros((2, 6, 8)))
    gallery(w1 (3, 5, 5), images (2, 6, 8))

    Args:
        net: a ConvNet with one filter or many, w1 (5, 5) or (F, 5, 5), or a mapping with w1, b1,
            w3 and b3, such as `numpy.load` of an .npz file, be it of one network or a training
            checkpoint, whose last network is shown; or a deep.Network that ends in a row of
            outputs.
        images: an image, shape (28, 28) or what the network takes, or many, shape (N, 28, 28);
            the first 24 are shown, of the digits the 120 that matter most.
        labels: the digits that they show, N integers, or None.
        cost: "quadratic" or "cross_entropy", for how much a map or a digit matters; None for a
            deep network's own, else "cross_entropy".
        of: "maps" or "digits"; None for the maps of a ConvNet and the digits of a deep network.

    Returns:
        A `Gallery` or an `AnswersGallery`, which a notebook shows.

    Raises:
        ValueError: if net is no such network, if it is a deep one and the maps are asked for, or if
            the others do not fit it. The maps are of a network for images without channels.
    """
    if of is not None:
        checks.one_of("of", of, ("maps", "digits"))
    if of == "digits" or (of is None and isinstance(net, deep.Network)):
        return answers_gallery(net, images, labels, cost)
    net = networks.network("net", net)
    cost = any_kind.cost_name(net, cost)
    images = networks.images(net, images)
    labels = networks.labels(labels, len(images), len(net.b3))
    if len(net.w1) > MOST_MAPS:
        checks.refuse("net", f"at most {MOST_MAPS} feature maps", f"{len(net.w1)}")
    a0, note = networks.first(images)
    return Gallery(
        written("gallery", w1=net.w1, images=images),
        digits=Digits(images, labels),
        cost=cost,
        a0=a0,
        note=note,
        labels=[] if labels is None else labels[: len(a0)].tolist(),
        net=net,
    )


class Gallery(GridFigure):
    """What `gallery` returns. Assign another network of the same shape to net, and it follows.

    >>> from convnet_lib import widgets
    >>> w3 = np.array([[[[3.0]], [[0.0]]], [[[4.0]], [[6.0]]]])
    >>> net = ConvNet(np.ones((2, 1, 2)), np.zeros(2), w3, np.zeros(2))
    >>> figure = widgets.gallery(net, np.zeros((2, 3)))
    >>> figure.measure, figure.importance, figure.order
    ('norm', array([5., 6.]), array([1., 0.]))

    Attributes:
        net: the network, with an axis of feature maps.
        digits: all images and labels that were handed in.
        cost: the cost that importance is measured by.
        a0: the images shown, shape (N, H, W).
        w1, b1: filters and biases, shapes (F, KH, KW) and (F,).
        importance: how much each map matters, shape (F,).
        order: the maps from the most important on, shape (F,).
        labels: of the images shown, or an empty list.
        measure: what importance is: a cost, or "norm".
        index, sort, shows: the image, the order and the kind of maps that are chosen.
        note: what was left out.
    """

    _figure = traitlets.Unicode("gallery/figure.js").tag(sync=True)
    _css = style("parts/figure.css", "parts/maps.css")
    net, digits, cost = traitlets.Any(), traitlets.Any(), traitlets.Unicode()
    a0, w1, b1, importance, order = (Array() for _ in range(5))
    labels = traitlets.List().tag(sync=True)
    measure = traitlets.Unicode().tag(sync=True)
    measured_on = traitlets.Int(0).tag(sync=True)
    note = traitlets.Unicode().tag(sync=True)
    index = Index("a0")
    sort = traitlets.Enum(SORTS, "importance").tag(sync=True)
    shows = traitlets.Enum(MAPS, MAPS[0]).tag(sync=True)

    @traitlets.default("pinned")
    def _pin(self):
        """The map that matters most, where it is pleased most."""
        f = int(self.order[0])
        row, column = maps.strongest(self._weighted()[f])
        return {"grid": f"map {f}", "row": int(row), "column": int(column)}

    @traitlets.validate("net")
    def _check(self, proposal):
        return networks.network("net", proposal["value"])

    @traitlets.observe("net")
    def _compute(self, change):
        net = self.net
        # An image that is not a number makes costs that are none.
        with np.errstate(all="ignore"), self.hold_sync():
            self.w1, self.b1 = net.w1, net.b1
            if self.digits.labels is None:
                self.measure, self.importance = "norm", maps.norms(net)
            else:
                self.measure = self.cost
                self.importance = maps.importance(net, self.digits, self.cost)
                self.measured_on = len(self.digits.images)
            self.order = _descending(self.importance)

    def _weighted(self):
        """z¹ of all maps on the image that is shown."""
        with np.errstate(all="ignore"):
            return self.net.feedforward(self.a0[self.index]).z1

    def twin(self):
        """Return the static twin of the image that is shown, its maps in the order chosen.

        >>> from convnet_lib import widgets
        >>> net = ConvNet.random(maps=3, image=(8, 10), seed=0)
        >>> widgets.gallery(net, np.zeros((8, 10))).twin().alt.split(", ")[0]
        '3 filters'
        """
        order = range(len(self.w1))
        if self.sort == "importance":
            order = self.order
        elif self.sort == "pleased":
            order = _descending(np.nan_to_num(self._weighted(), nan=-np.inf).max(axis=(1, 2)))
        return figures.gallery(self.net, self.a0[self.index], [int(f) for f in order])


def _descending(x):
    """Places from the largest number on; of equal numbers the first comes first."""
    return np.argsort(-np.nan_to_num(x, nan=-np.inf), axis=-1, kind="stable")
