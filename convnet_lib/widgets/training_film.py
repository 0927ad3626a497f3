"""The film of a training run: filters, feature maps, pooling masks and errors, epoch by epoch."""

import numpy as np
import traitlets

from .. import checks, deep, figures, maps
from .. import networks as any_kind
from ..data import one_hot
from ..network import ConvNet
from ..training import Run
from . import networks
from .base import MOST_IMAGES, Array, GridFigure, Index, style, written
from .deep_film import MOST_FRAMES, deep_film, refuse_short_curves, spread

FEWEST_FRAMES = 6
# Weights and biases of all frames. As float32 the first many take 2.5 MB of a saved page.
MANY_NUMBERS, MOST_NUMBERS = 630_000, 2_000_000
MAPS = ("activations", "pooling masks", "errors")
SHADES = ("each by itself", "all alike")


def training_film(run, images, labels=None, cost=None):
    """Return the film of a training run, to be scrubbed through (F1–F3, BP1, BP2a, BP2).

    That is the film of the book's network; of a deep one it shows the first convolution and, if it
    is small, the second: filters, maps and the size of the gradients.

    For each epoch: a filter, the map that it makes of a digit with its winners outlined, the
    errors δ¹ of this digit, and how cost, accuracy and the size of the errors have developed.
    The size of an error is the mean of |δ| over the images and all neurons of the layer.

    The networks of all frames are in the page, which computes the rest, so their number is
    limited: of a run of more than 21 networks 21 are kept, evenly spread, with the first and the
    last; and fewer, but not fewer than 6, of very large networks. The curves have all epochs.

    >>> from convnet_lib import widgets
    >>> net, image = ConvNet.random(image=(6, 8), seed=0), np.zeros((6, 8))
    >>> run = training.measured([net, net, net], data.Digits(image[None], np.array([3])))
    >>> widgets.training_film(run, image)
    training_film(nets (3,), w1 (1, 5, 5), images (1, 6, 8))

    Args:
        run: a `training.Run`, of networks with one filter or many, or of deep networks.
        images: an image, shape (28, 28) or what the networks take, or up to 24, (N, 28, 28).
        labels: the digits that they show, N integers; None for a film without errors.
        cost: "quadratic" or "cross_entropy", for the errors; None for a deep network's own, else
            "cross_entropy".

    Returns:
        A `TrainingFilm` or a `DeepFilm`, which a notebook shows.

    Raises:
        ValueError: if run is no Run, its networks differ in shape, or the others do not fit it; of
            deep networks, if their first layers are none that a page can compute.
    """
    _refuse_no_run(run)
    if isinstance(run.nets[0], deep.Network):
        return deep_film(run, images, labels, cost)
    nets = _networks(run)
    cost = any_kind.cost_name(nets[0], cost)
    images = networks.images(nets[0], images)
    labels = networks.labels(labels, len(images), len(nets[0].b3))
    text = written("training_film", nets=nets, w1=nets[0].w1, images=images)
    if len(images) > MOST_IMAGES:
        expected = f"at most {MOST_IMAGES}, as in images[:{MOST_IMAGES}]"
        checks.refuse("images", expected, f"{len(images)}")
    arrays = _frames(nets, _kept(nets), np.asarray(images, np.float64), labels, cost)
    measured = {name: getattr(run, name) for name in ("costs", "train_accuracy", "test_accuracy")}
    labels = [] if labels is None else labels.tolist()
    return TrainingFilm(text, run=run, cost=cost, labels=labels, **arrays, **measured)


class TrainingFilm(GridFigure):
    """What `training_film` returns. T frames of E networks, N images, F maps.

    >>> from convnet_lib import widgets
    >>> net, image = ConvNet.random(image=(6, 8), seed=0), np.zeros((6, 8))
    >>> run = training.measured([net] * 30, data.Digits(image[None], np.array([3])))
    >>> figure = widgets.training_film(run, image, labels=[3])
    >>> figure.costs.shape, figure.epochs.shape, figure.epochs[[0, -1]]
    ((30,), (21,), array([ 0., 29.]))

    Attributes:
        run, cost: as handed in.
        epochs: which epochs the frames are, shape (T,).
        a0: the images, shape (N, H, W).
        w1, b1, w3, b3: the parameters of each frame, with an axis of frames first, float32.
        largest: the largest |δ¹| of each image in all frames, for their scale, (N,), or empty.
        costs, train_accuracy, test_accuracy: of the run, shape (E,).
        delta1_size, delta3_size: mean |δ¹| and |δ³| over the images, shape (E,), or empty.
        labels: of the images, or an empty list.
        frame, index, map, shows: the frame, the image, the map and the kind of small maps.
        shade: whether each small map of activations has a scale of its own.
    """

    _figure = traitlets.Unicode("training_film/figure.js").tag(sync=True)
    _css = style("parts/figure.css", "parts/maps.css")
    run = traitlets.Any()
    cost = traitlets.Unicode().tag(sync=True)
    epochs, a0, largest = (Array() for _ in range(3))
    w1, b1, w3, b3 = (Array(np.float32) for _ in range(4))
    costs, train_accuracy, test_accuracy, delta1_size, delta3_size = (Array() for _ in range(5))
    labels = traitlets.List().tag(sync=True)
    frame = Index("w1")
    index = Index("a0")
    map = Index("w1", axis=1)
    shows = traitlets.Enum(MAPS, MAPS[0]).tag(sync=True)
    shade = traitlets.Enum(SHADES, SHADES[0]).tag(sync=True)

    @traitlets.default("pinned")
    def _pin(self):
        """The neuron that is pleased most at the end."""
        last = networks.network("run", self.run.nets[-1])
        with np.errstate(all="ignore"):
            row, column = maps.strongest(last.feedforward(self.a0[self.index]).z1[self.map])
        return {"grid": "a1", "row": int(row), "column": int(column)}

    def twin(self):
        """Return the static twin: the same map on the same image, in up to six of the frames.

        >>> from convnet_lib import widgets
        >>> net, image = ConvNet.random(image=(6, 8), seed=0), np.zeros((6, 8))
        >>> run = training.measured([net, net, net], data.Digits(image[None], np.array([3])))
        >>> widgets.training_film(run, image).twin().alt.split(". ")[0]
        'Filter 0 and its map of a digit, winners outlined, after epochs 0, 1, 2'
        """
        kept = self.epochs[spread(len(self.epochs), figures.STRIP)].astype(int)
        label = self.labels[self.index] if self.labels else None
        image = self.a0[self.index]
        return figures.training_film(self.run, image, label, self.map, kept.tolist(), self.cost)


def _refuse_no_run(run):
    if not isinstance(run, Run):
        checks.refuse("run", "a training.Run", f"a {type(run).__name__}")
    if not run.nets:
        checks.refuse("run", "at least one network", "none")


def _networks(run):
    nets = [networks.network(f"run.nets[{n}]", net) for n, net in enumerate(run.nets)]
    for n, net in enumerate(nets):
        for name in net.parameters:
            expected = getattr(nets[0], name).shape
            checks.shape(f"run.nets[{n}].{name}", getattr(net, name), expected)
    refuse_short_curves(run)
    return nets


def _kept(nets):
    """Which networks are kept as frames: spread over the run, the first and the last included."""
    numbers = sum(getattr(nets[0], name).size for name in nets[0].parameters)
    fewest = min(FEWEST_FRAMES, len(nets))
    if fewest * numbers > MOST_NUMBERS:
        expected = f"networks of at most {MOST_NUMBERS // fewest:,} weights and biases"
        checks.refuse("run", expected, f"{numbers:,}")
    most = min(MOST_FRAMES, max(fewest, MANY_NUMBERS // numbers))
    return spread(len(nets), most)


def _frames(nets, epochs, a0, labels, cost):
    """The arrays of the film, by name."""
    kept = [nets[epoch] for epoch in epochs]
    arrays = {name: np.stack([getattr(net, name) for net in kept]) for name in ConvNet.parameters}
    if labels is not None:
        arrays |= _sizes(nets, epochs, a0, labels, cost)
    return {"epochs": epochs, "a0": a0, **arrays}


def _sizes(nets, epochs, a0, labels, cost):
    """How large the errors are: the mean of each epoch, and the largest of each image."""
    y = one_hot(labels, len(nets[0].b3), nets[0].w3.dtype)
    means, largest = [], np.zeros(len(a0))
    with np.errstate(all="ignore"):
        for epoch, net in enumerate(nets):
            g = net.backprop(a0, y, cost)
            means.append((np.abs(g.delta1).mean(), np.abs(g.delta3).mean()))
            if epoch in epochs:
                largest = np.fmax(largest, np.abs(g.delta1).max(axis=(1, 2, 3)))
    delta1_size, delta3_size = np.transpose(means)
    return {"delta1_size": delta1_size, "delta3_size": delta3_size, "largest": largest}
