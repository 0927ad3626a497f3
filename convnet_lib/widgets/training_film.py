"""The film of a training run: filters, feature maps, pooling masks and errors, epoch by epoch."""

import numpy as np
import traitlets

from .. import checks, figures, maps, pool
from ..costs import COSTS
from ..data import one_hot
from ..training import Run
from . import networks
from .base import MOST_IMAGES, Array, GridFigure, style, written

MOST_FRAMES, FEWEST_FRAMES = 21, 6
# Maps of all images in all frames. As float32 they take 6 MB of a saved page.
MOST_MAPS = 1260
MAPS = ("activations", "pooling masks", "errors")


def training_film(run, images, labels=None, cost="cross_entropy"):
    """Return the film of a training run, to be scrubbed through (F1–F3, BP1, BP2a, BP2).

    For each epoch: a filter, the map that it makes of a digit with its winners outlined, the
    errors δ¹ of this digit, and how cost, accuracy and the size of the errors have developed.
    The size of an error is the mean of |δ| over the images and all neurons of the layer.

    All frames are in the page and need no kernel, so their number is limited: of a run of more
    than 21 networks 21 are kept, evenly spread, with the first and the last; and fewer, but not
    fewer than 6, if images times maps are many. The curves have all epochs.

    Args:
        run: a `training.Run`, of networks with one filter or many.
        images: an image, shape (28, 28) or what the networks take, or several, (N, 28, 28): at
            most 24, with 20 feature maps at most 10.
        labels: the digits that they show, N integers; None for a film without errors.
        cost: "quadratic" or "cross_entropy", for the errors.

    Returns:
        A `TrainingFilm`, which a notebook shows.

    Raises:
        ValueError: if run is no Run, its networks differ in shape, or the others do not fit it.
    """
    nets = _networks(run)
    checks.one_of("cost", cost, COSTS)
    images = networks.images(nets[0], images)
    labels = networks.labels(labels, len(images), len(nets[0].b3))
    text = written("training_film", nets=nets, w1=nets[0].w1, images=images)
    epochs = _kept(len(nets), len(images), len(nets[0].w1))
    arrays = _frames(nets, epochs, np.asarray(images, np.float32), labels, cost)
    measured = {name: getattr(run, name) for name in ("costs", "train_accuracy", "test_accuracy")}
    labels = [] if labels is None else labels.tolist()
    return TrainingFilm(text, run=run, cost=cost, labels=labels, **arrays, **measured)


class TrainingFilm(GridFigure):
    """What `training_film` returns. T frames of E networks, N images, F maps.

    Attributes:
        run, cost: as handed in.
        epochs: which epochs the frames are, shape (T,).
        a0: the images, shape (N, H, W).
        w1, b1: filters and biases, shapes (T, F, KH, KW) and (T, F).
        a1: activations, shape (T, N, F, H', W').
        winner: which neuron of a window wins, 0 to 3 in row-major order, (T, N, F, H'/2, W'/2).
        delta1: the error δ¹ of each window's winner (that of the others is 0), shape of winner;
            empty without labels.
        a3: output activations, shape (T, N, Q).
        taken: the digit that each image is taken for, shape (T, N).
        costs, train_accuracy, test_accuracy: of the run, shape (E,).
        delta1_size, delta3_size: mean |δ¹| and |δ³| over the images, shape (E,), or empty.
        labels: of the images, or an empty list.
        frame, index, map, shows: the frame, the image, the map and the kind of small maps.
    """

    _figure = traitlets.Unicode("training_film.js").tag(sync=True)
    _css = style("parts/figure.css", "parts/maps.css")
    run, cost = traitlets.Any(), traitlets.Unicode()
    epochs, a0, w1, b1, a1, winner, delta1, a3, taken = (Array() for _ in range(9))
    costs, train_accuracy, test_accuracy, delta1_size, delta3_size = (Array() for _ in range(5))
    labels = traitlets.List().tag(sync=True)
    frame = traitlets.Int(0).tag(sync=True)
    index = traitlets.Int(0).tag(sync=True)
    map = traitlets.Int(0).tag(sync=True)
    shows = traitlets.Enum(MAPS, MAPS[0]).tag(sync=True)

    @traitlets.default("pinned")
    def _pin(self):
        """The neuron that is pleased most at the end."""
        row, column = maps.strongest(self.a1[-1, self.index, self.map])
        return {"grid": "a1", "row": int(row), "column": int(column)}

    def twin(self):
        """Return the static twin: the same map on the same image, in up to six of the frames."""
        kept = self.epochs[_spread(len(self.epochs), figures.STRIP)].astype(int)
        label = self.labels[self.index] if self.labels else None
        image = self.a0[self.index]
        return figures.training_film(self.run, image, label, self.map, kept.tolist(), self.cost)


def _networks(run):
    if not isinstance(run, Run):
        checks.refuse("run", "a training.Run", f"a {type(run).__name__}")
    if not run.nets:
        checks.refuse("run", "at least one network", "none")
    nets = [networks.network(f"run.nets[{n}]", net) for n, net in enumerate(run.nets)]
    for n, net in enumerate(nets):
        for name in net.parameters:
            expected = getattr(nets[0], name).shape
            checks.shape(f"run.nets[{n}].{name}", getattr(net, name), expected)
    for name in ("costs", "train_accuracy", "test_accuracy"):
        checks.shape(f"run.{name}", np.asarray(getattr(run, name)), (len(nets),))
    return nets


def _kept(nets, images, maps):
    """Which networks are kept as frames: spread over the run, the first and the last included."""
    fewest = min(FEWEST_FRAMES, nets)
    most = min(MOST_IMAGES, MOST_MAPS // (fewest * maps))
    if not most:
        checks.refuse("run", f"at most {MOST_MAPS // fewest} feature maps", f"{maps}")
    if images > most:
        expected = f"at most {most} for {maps} feature map{'s'[: maps > 1]}, as in images[:{most}]"
        checks.refuse("images", expected, f"{images}")
    return _spread(nets, min(MOST_FRAMES, MOST_MAPS // (images * maps)))


def _spread(n, most):
    """Up to `most` of the numbers 0 to n - 1, evenly spread."""
    return np.linspace(0, n - 1, min(n, most)).round().astype(int)


def _frames(nets, epochs, a0, labels, cost):
    """The arrays of the film, by name."""
    frames, sizes = [], []
    y = None if labels is None else one_hot(labels, len(nets[0].b3), nets[0].w3.dtype)
    with np.errstate(all="ignore"):
        for epoch, net in enumerate(nets):
            if y is not None:
                g = net.backprop(a0, y, cost)
                sizes.append((np.abs(g.delta1).mean(), np.abs(g.delta3).mean()))
            if epoch in epochs:
                frames.append(_frame(net, a0, None if y is None else g.delta1))
    arrays = {name: np.stack([frame[name] for frame in frames]) for name in frames[0]}
    if y is not None:
        arrays["delta1_size"], arrays["delta3_size"] = np.transpose(sizes)
    return {"epochs": epochs, "a0": a0, **arrays}


def _frame(net, a0, delta1):
    _, a1, _, z3, a3 = net.feedforward(a0)
    winner = maps.winner(a1)
    frame = {"w1": net.w1, "b1": net.b1, "a1": a1, "winner": winner, "a3": a3}
    frame["taken"] = z3.argmax(axis=-1)
    if delta1 is not None:
        field = pool.windows(delta1)
        frame["delta1"] = np.take_along_axis(field, winner[..., None], -1)[..., 0]
    return frame
