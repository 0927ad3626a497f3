"""The film of a deep network's training run: filters and maps of its convolutions."""

import json

import numpy as np
import traitlets

from .. import checks, deep, figures
from .. import networks as any_kind
from . import networks
from .base import MOST_IMAGES, Array, Arrays, GridFigure, Index, strongest, style, written

# A layer with more weights than this is not put into a page for each frame.
MOST_WEIGHTS = 60_000
# Weights and biases of all frames, as float32 at most 2.5 MB of a saved page.
MANY_NUMBERS = 630_000
MOST_FRAMES = 21
# What the page can compute (`parts/layers.js`), and what a convolution is shown together with.
KNOWN = (deep.Conv, deep.ReLU, deep.Sigmoid, deep.MaxPool, deep.MeanPool)
ACTIVATIONS = (deep.ReLU, deep.Sigmoid)


def deep_film(run, images, labels=None, cost=None):
    """Return the film of the training run of a deep network (D1), to be scrubbed through.

    For each epoch: a filter of the first convolution, or of the second if it is small, the map
    that it makes of a digit, all maps of its layer, and how the cost, the accuracy and the size of
    the gradients have developed: the mean of |∂C/∂a| over the images and all that the convolution
    makes. A convolution followed by a ReLU or a sigmoid is shown with it.

    >>> from convnet_lib import deep, widgets
    >>> net = deep.Network.random("conv2x3 relu pool2 dense10 softmax", image=(6, 8))
    >>> digits = data.Digits(np.zeros((1, 6, 8)), np.array([3]))
    >>> widgets.training_film(training.measured([net, net], digits), digits.images[0])
    training_film(nets (2,), w (2, 3, 3), images (1, 6, 8))

    Args:
        run: a `training.Run` of deep networks.
        images: an image that they take, or up to 24, with an axis for them first.
        labels: the digits that they show, N integers; None for a film without gradients.
        cost: None, or the network's own.

    Returns:
        A `DeepFilm`, which a notebook shows.

    Raises:
        ValueError: if the networks differ, their first layers are none that the page can compute,
            or the others do not fit.
    """
    nets = run.nets
    _same(nets)
    refuse_short_curves(run)
    any_kind.cost_name(nets[0], cost)
    images = networks.images_of_any(nets[0], images)
    if len(images) > MOST_IMAGES:
        expected = f"at most {MOST_IMAGES}, as in images[:{MOST_IMAGES}]"
        checks.refuse("images", expected, f"{len(images)}")
    outputs = any_kind.classes(nets[0], images[0])
    labels = networks.labels(labels, len(images), outputs)
    shown = _shown(nets[0])
    text = written("training_film", nets=nets, w=nets[0].layers[shown[0]["conv"]].w, images=images)
    return DeepFilm(
        text,
        run=run,
        shown=shown,
        layers=json.loads(nets[0].about)["layers"][: shown[-1]["at"]],
        labels=[] if labels is None else labels.tolist(),
        a0=np.asarray(images, np.float64),
        **_frames(nets, shown, images),
        **_sizes(nets, shown, images, labels, outputs),
        **{name: getattr(run, name) for name in ("costs", "train_accuracy", "test_accuracy")},
    )


class DeepFilm(GridFigure):
    """What `training_film` returns of deep networks. T frames of E networks, N images.

    >>> from convnet_lib import deep, widgets
    >>> spec = "conv2x3 relu pool2 conv3x2 relu dense10 softmax"
    >>> net = deep.Network.random(spec, image=(8, 8))
    >>> digits = data.Digits(np.zeros((1, 8, 8)), np.array([3]))
    >>> film = widgets.training_film(training.measured([net, net], digits), *digits)
    >>> [(one["conv"], one["at"]) for one in film.shown], film.parameters["3.w"].shape
    ([(0, 2), (3, 5)], (2, 3, 2, 2, 2))

    Attributes:
        run: as handed in.
        shown: the convolutions that can be looked at: conv is the layer, at which activations are
            its maps, kind how they are coloured, and largest the largest of each image in all
            frames.
        layers: the layers up to the last of these, as `deep.Network.about` tells them.
        parameters: of these layers, by their names, with an axis of frames first, float32.
        epochs: which epochs the frames are, shape (T,).
        a0: the images, shape (N, H, W) or (N, C, H, W).
        outputs: the activations of the output neurons, shape (T, N, Q).
        taken: which of them has the largest weighted input, shape (T, N).
        sizes: the mean |∂C/∂a| of the shown convolutions, (len(shown), E), or empty.
        costs, train_accuracy, test_accuracy: of the run, shape (E,).
        labels: of the images, or an empty list.
        frame, index, layer, map, channel, shade: what is chosen; layer counts in `shown`.
    """

    _figure = traitlets.Unicode("training_film/deep.js").tag(sync=True)
    _css = style("parts/figure.css", "parts/maps.css")
    run = traitlets.Any()
    shown, layers = traitlets.List().tag(sync=True), traitlets.List().tag(sync=True)
    parameters = Arrays()
    epochs, a0, outputs, taken, sizes = (Array() for _ in range(5))
    costs, train_accuracy, test_accuracy = (Array() for _ in range(3))
    labels = traitlets.List().tag(sync=True)
    frame = Index("epochs")
    index = Index("a0")
    layer, map, channel = (traitlets.Int(0, min=0).tag(sync=True) for _ in range(3))
    shade = traitlets.Enum(("each by itself", "all alike"), "each by itself").tag(sync=True)

    @traitlets.default("pinned")
    def _pin(self):
        """The strongest neuron of the map at the end."""
        return strongest("map", self._maps(-1)[self.map])

    @traitlets.validate("layer")
    def _check_layer(self, proposal):
        last = len(self.shown) - 1
        if self.shown and proposal["value"] > last:
            checks.refuse("layer", f"a number from 0 to {last}", proposal["value"])
        return proposal["value"]

    def _maps(self, epoch):
        """The maps that are shown, of the network of an epoch."""
        a = self.run.nets[epoch].feedforward(self.a0[self.index])[self.shown[self.layer]["at"]]
        return a if a.ndim == 3 else a[None]

    def twin(self):
        """Return the static twin: the same map of the same image, in up to six of the frames.

        >>> from convnet_lib import deep, widgets
        >>> net = deep.Network.random("conv2x3 relu pool2 dense10 softmax", image=(6, 8))
        >>> digits = data.Digits(np.zeros((1, 6, 8)), np.array([3]))
        >>> run = training.measured([net, net], digits)
        >>> widgets.training_film(run, digits.images[0]).twin().alt
        'Side by side: epoch 0, 4 by 6 cells, all 0. epoch 1, 4 by 6 cells, all 0.'
        """
        kept = self.epochs[spread(len(self.epochs), figures.STRIP)].astype(int)
        shown = self.shown[self.layer]
        signed = shown["kind"] == "diverging"
        limit = max(shown["largest"][self.index], np.finfo(float).tiny)
        maps = [(f"epoch {epoch}", self._maps(epoch)[self.map]) for epoch in kept]
        panels = (
            (name, x, "signed") if signed else (name, x / limit, "activation") for name, x in maps
        )
        return figures.row(*panels, numbers=False, limit=limit if signed else None)


def spread(n, most):
    """Return up to `most` of the numbers 0 to n - 1, evenly spread.

    >>> from convnet_lib.widgets.deep_film import spread
    >>> spread(7, 3)
    array([0, 3, 6])
    """
    return np.linspace(0, n - 1, min(n, most)).round().astype(int)


def _same(nets):
    """Refuse networks that are not of the same layers."""
    for n, net in enumerate(nets):
        if not isinstance(net, deep.Network):
            checks.refuse(f"run.nets[{n}]", "a deep.Network, as run.nets[0]", networks.came(net))
        if net.about != nets[0].about:
            checks.refuse(f"run.nets[{n}]", "the layers of run.nets[0]", "others")
        for name, array in net.parameters.items():
            checks.shape(f"run.nets[{n}], {name}", array, nets[0].parameters[name].shape)


def refuse_short_curves(run):
    """Refuse a run whose curves have not a number for each network.

    >>> from convnet_lib.widgets.deep_film import refuse_short_curves
    >>> refuse_short_curves(training.Run((), *[np.zeros(0)] * 4)) is None
    True
    """
    for name in ("costs", "train_accuracy", "test_accuracy"):
        checks.shape(f"run.{name}", np.asarray(getattr(run, name)), (len(run.nets),))


def _shown(net):
    """The first convolution, and the second one if it is small and the page gets there."""
    found = []
    for i, layer in enumerate(net.layers):
        if type(layer) not in KNOWN:
            break
        if not isinstance(layer, deep.Conv):
            continue
        if found and layer.w.size > MOST_WEIGHTS:
            break
        after = net.layers[i + 1] if i + 1 < len(net.layers) else None
        active = type(after) if isinstance(after, ACTIVATIONS) else None
        found.append({"conv": i, "at": i + 1 + bool(active)})
        found[-1]["kind"] = "sequential" if active else "diverging"
        found[-1]["is_share"] = active is deep.Sigmoid
        if len(found) == 2:
            break
    if not found:
        known = ", ".join(kind.__name__ for kind in KNOWN)
        expected = f"networks that begin with layers such as {known}, one of them a Conv"
        checks.refuse("run", expected, f"{type(net.layers[0]).__name__} first")
    return found


def _frames(nets, shown, images):
    """The parameters of the frames that are kept, and what these networks make of the images."""
    below = range(shown[-1]["at"])
    names = [name for name in nets[0].parameters if int(name.split(".")[0]) in below]
    numbers = sum(nets[0].parameters[name].size for name in names)
    epochs = spread(len(nets), min(MOST_FRAMES, max(2, MANY_NUMBERS // numbers)))
    with np.errstate(all="ignore"):  # what is no number is drawn as none
        passes = [nets[epoch].feedforward(images) for epoch in epochs]
        z = np.stack([nets[epoch].weighted_outputs(images) for epoch in epochs])
    for one in shown:
        sizes = [_largest(a[one["at"]]) for a in passes]
        largest = np.ones(len(images)) if one.pop("is_share") else np.max(sizes, axis=0)
        one["largest"] = [float(x) for x in largest]
    kept = {name: np.stack([nets[e].parameters[name] for e in epochs]) for name in names}
    with np.errstate(over="ignore"):
        kept = {name: arrays.astype(np.float32) for name, arrays in kept.items()}
    return {
        "epochs": epochs,
        "parameters": kept,
        "outputs": np.stack([a[-1] for a in passes]),
        "taken": z.argmax(axis=-1),
    }


def _largest(maps):
    """The largest finite |number| of each image's maps, (N, F, H, W)."""
    return np.abs(maps).max(axis=(1, 2, 3), initial=0, where=np.isfinite(maps))


def _sizes(nets, shown, images, labels, outputs):
    """How large the gradients of what the convolutions make are, in each epoch."""
    if labels is None:
        return {}
    y = np.eye(outputs, dtype=images.dtype)[labels]
    with np.errstate(all="ignore"):
        grads = [net.backprop(images, y).grad for net in nets]
    return {"sizes": [[np.abs(g[one["conv"] + 1]).mean() for g in grads] for one in shown]}
