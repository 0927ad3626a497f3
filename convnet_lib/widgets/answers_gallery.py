"""The gallery of the digits: what a network takes them for, how sure it is, which it gets wrong."""

import numpy as np
import traitlets

from .. import figures
from .. import networks as any_kind
from ..data import Digits, one_hot
from ..deep import Network
from . import networks
from .base import Array, GridFigure, Index, strongest, style, written

# More digits than this no saved page should carry: as float32 they take 400 kB of it.
MOST_DIGITS = 120
# So many at a time go through the network, whose maps take room.
AT_A_TIME = 100
SHOWS = ("all", "wrong", "right")
SORTS = ("cost", "unsure", "sure", "number")


def answers_gallery(net, images, labels=None, cost=None):
    """Return the gallery of the digits, of a network of either kind (F5, C, D1, Cl).

    Of more digits than 120 those are kept that matter most: whose cost is highest or, without
    labels, of which the network is least sure. How sure it is of an answer is the difference of
    its two largest outputs.

    >>> from convnet_lib import deep, widgets
    >>> net = deep.Network.random("conv2x5 relu dense3 softmax", image=(6, 8))
    >>> figure = widgets.gallery(net, np.zeros((2, 6, 8)), [0, 2])
    >>> figure
    gallery(outputs (2, 3), images (2, 6, 8))

    Args:
        net: a ConvNet, a mapping as for `gallery`, or a deep.Network.
        images: one image that the network takes, or many, with an axis for them first.
        labels: the digits that they show, N integers, or None.
        cost: its name; None for a deep network's own, else "cross_entropy".

    Returns:
        An `AnswersGallery`, which a notebook shows.

    Raises:
        ValueError: if net is no network with a row of outputs, or the others do not fit it.
    """
    net = net if isinstance(net, Network) else networks.network("net", net)
    cost = any_kind.cost_name(net, cost)
    images = networks.images_of_any(net, images)
    outputs = any_kind.classes(net, images[0])
    labels = networks.labels(labels, len(images), outputs)
    text = written("gallery", outputs=np.zeros((len(images), outputs)), images=images)
    return AnswersGallery(text, digits=Digits(images, labels), cost=cost, net=net)


class AnswersGallery(GridFigure):
    """What `gallery` returns of digits. Assign another network to net, and it follows.

    >>> from convnet_lib import deep, widgets
    >>> net = deep.Network([deep.Dense(np.eye(2)[:, None], np.zeros(2)), deep.Softmax()],
    ...                    "log_likelihood")
    >>> figure = widgets.gallery(net, np.log([[[3.0, 1.0]], [[1.0, 9.0]]]), [0, 0])
    >>> figure.numbers, figure.outputs.round(2).tolist()  # image 1 costs most, and is wrong
    (array([1., 0.]), [[0.1, 0.9], [0.75, 0.25]])
    >>> figure.note
    '1 of 2 images is recognised.'

    Attributes:
        net: the network.
        digits: all images and labels that were handed in.
        cost: the name of the cost.
        numbers: which of the images are kept, those that matter most first, shape (N,).
        a0: these images, the mean of their channels if they have some, shape (N, H, W), float32.
        outputs: the activations of the output neurons, shape (N, Q).
        costs: of each image, shape (N,), or empty without labels.
        labels: of these images, or an empty list.
        taken: what each is taken for, as by `training.predict`: N places of the largest z.
        layer: the upper index of the outputs, 3 for a³.
        index, shows, sort: the image that is shown large, which ones hang there, in which order.
        note: how many are recognised, and what was left out.
    """

    _figure = traitlets.Unicode("gallery/answers.js").tag(sync=True)
    _css = style("parts/figure.css", "parts/maps.css", "gallery/answers.css")
    net, digits = traitlets.Any(), traitlets.Any()
    cost = traitlets.Unicode().tag(sync=True)
    a0 = Array(np.float32)
    numbers, outputs, costs = (Array() for _ in range(3))
    labels, taken = (traitlets.List().tag(sync=True) for _ in range(2))
    layer = traitlets.Int(3).tag(sync=True)
    note = traitlets.Unicode().tag(sync=True)
    index = Index("a0")
    shows = traitlets.Enum(SHOWS, SHOWS[0]).tag(sync=True)
    sort = traitlets.Enum(SORTS).tag(sync=True)

    @traitlets.default("sort")
    def _sort(self):
        return "cost" if self.labels else "unsure"

    @traitlets.default("pinned")
    def _pin(self):
        """The darkest pixel."""
        return strongest("a0", self.a0[self.index])

    @traitlets.validate("net")
    def _check(self, proposal):
        net = proposal["value"]
        net = net if isinstance(net, Network) else networks.network("net", net)
        any_kind.classes(net, self.digits.images[0], "images")
        return net

    @traitlets.observe("net")
    def _compute(self, change):
        images, labels = self.digits
        outputs, taken, costs = _asked(self.net, images, labels, self.cost)
        unsure = -_margin(outputs)
        order = np.argsort(-(unsure if labels is None else costs), kind="stable")
        kept = order[:MOST_DIGITS]
        with self.hold_sync():
            self.numbers, self.outputs, self.taken = kept, outputs[kept], taken[kept].tolist()
            self.a0 = _flat(images[kept], len(self.digits.images.shape))
            self.layer = 3 if not isinstance(self.net, Network) else len(self.net.layers)
            if labels is not None:
                self.costs, self.labels = costs[kept], labels[kept].tolist()
            self.note = _note(taken, labels, len(kept))

    def twin(self):
        """Return the static twin: the first thirty in the order chosen, with what was answered.

        >>> from convnet_lib import deep, widgets
        >>> net = deep.Network.random("conv2x5 relu dense3 softmax", image=(6, 8))
        >>> widgets.gallery(net, np.zeros((2, 6, 8)), [0, 2]).twin().alt.split(".")[0]
        '2 images, labelled 0, 2 → 0'
        """
        order = self._order()[:30]
        words = [_word(self.taken[n], self.labels[n : n + 1]) for n in order]
        return figures.digits(self.a0[order], words)

    def _order(self):
        """Which of the kept images hang there, in their order, as the page has them."""
        taken, labels = np.array(self.taken), np.array(self.labels, int)
        all_of_them = np.arange(len(taken))
        if labels.size and self.shows != "all":
            hung = all_of_them[(taken == labels) == (self.shows == "right")]
            all_of_them = hung if hung.size else all_of_them
        by = {
            "cost": -self.costs if self.costs.size else all_of_them,
            "unsure": _margin(self.outputs),
            "sure": -_margin(self.outputs),
            "number": self.numbers,
        }[self.sort]
        return all_of_them[np.argsort(by[all_of_them], kind="stable")]


def _asked(net, images, labels, cost):
    """The outputs for all images, what they are taken for and, with labels, their costs."""
    outputs, taken, costs = [], [], []
    for start in range(0, len(images), AT_A_TIME):
        some = images[start : start + AT_A_TIME]
        outputs.append(any_kind.answers(net, some))
        # By the weighted inputs: two activations may both have rounded to 1.
        z = any_kind.weighted_outputs(net, some)
        taken.append(z.argmax(axis=-1))
        if labels is not None:
            y = one_hot(labels[start : start + AT_A_TIME], z.shape[-1], z.dtype)
            costs.append(any_kind.cost_of_outputs(net, z, y, cost))
    costs = np.concatenate(costs) if costs else np.zeros(0)
    return np.concatenate(outputs), np.concatenate(taken), costs


def _margin(outputs):
    """How far the largest output is above the second; a single one is above 0."""
    if outputs.shape[1] == 1:
        return outputs[:, 0]
    *_, second, first = np.partition(outputs, -2, axis=1).T
    return first - second


def _flat(images, axes):
    """Images without channels, which are averaged."""
    return images.mean(axis=1) if axes == 4 else images


def _note(taken, labels, kept):
    n, notes = len(taken), []
    images = "1 image" if n == 1 else f"{n:,} images"
    if labels is not None:
        right = int((taken == labels).sum())
        notes.append(f"{right:,} of {images} {'is' if right == 1 else 'are'} recognised.")
    if kept < n:
        what = "of which it is least sure" if labels is None else "with the highest cost"
        notes.append(f"Of {images} the {kept} {what} hang here.")
    return " ".join(notes)


def _word(taken, label):
    """What a digit is taken for: 4, or 4 → 9 for a 4 taken for a 9."""
    return f"{label[0]} → {taken}" if label and label[0] != taken else f"{taken}"
