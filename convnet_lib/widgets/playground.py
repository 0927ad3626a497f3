"""The playground: draw a digit, and a network learns to read it in the page."""

import io
import re

import numpy as np
import traitlets

from .. import checks, costs, data, figures, pool
from ..network import ConvNet, from_arrays
from . import networks
from .base import STATIC, Array, Arrays, Cell, GridFigure, Number, style, written

#: The digits as one picture (tools/digits_picture.py): how many are learned from and held out.
PICTURE, TRAIN, HELD_OUT, ACROSS = "playground/digits.png", 2000, 500, 50
MOST_MAPS, SPEEDS, MOST_BATCH = 8, 10, TRAIN
#: The bugs of chapter 15 that this network can have, as the page names them; a test holds them to
#: those of `broken`, which nothing here needs else.
BUGS = tuple(
    re.findall(r'^  "(.+)": \S*[{(]', (STATIC / "playground/bugs.js").read_text("utf-8"), re.M)
)


def playground(net=None, maps=1, seed=0):
    """Return the playground: a drawing pad over a network that learns in the page (F1–F5, BP1–BP4).

    It needs no kernel: the page has 2,000 digits to learn from and 500 that it is measured on.
    Draw a digit or take one of these, say which it is, and press Play; the filter, the feature
    map, the pooling mask and δ¹ of the digit follow. The settings have the number of maps, the
    mini-batch, η, both costs, the three rules for ties and eighteen of the nineteen bugs of
    chapter 15.

    >>> from convnet_lib import widgets
    >>> figure = widgets.playground(maps=4)
    >>> figure
    playground(w1 (4, 5, 5), w3 (10, 4, 12, 12))
    >>> figure.rate, figure.net.b1
    (0.25, array([0., 0., 0., 0.]))

    Args:
        net: a ConvNet to begin with, or a mapping with w1, b1, w3 and b3, such as an .npz file
            has; for images of 28 by 28, with ten outputs and at most 8 maps. None for random
            weights.
        maps: number of feature maps of a random network, 1 to 8.
        seed: of the random weights and of the order of the digits, an integer from 0 on.

    Returns:
        A `Playground`, which a notebook shows.

    Raises:
        ValueError: if net is no such network, or a number is out of range.
    """
    maps = checks.whole("maps", maps, 1, f"a whole number from 1 to {MOST_MAPS}")
    if maps > MOST_MAPS:
        checks.refuse("maps", f"a whole number from 1 to {MOST_MAPS}", maps)
    seed = checks.whole("seed", seed, 0)
    if net is None:
        net = ConvNet.random(None if maps == 1 else maps, seed=seed)
    net = _fitting(net)
    shown = digits().test
    first = int(np.flatnonzero(shown.labels == 5)[0])
    text = written("playground", w1=net.w1, w3=net.w3)
    return Playground(text, net, seed=seed, a0=shown.images[first : first + 1], label=5)


def digits():
    """Return the digits of the playground: 2,000 to train on and 500 that are held out.

    They are the first of `data.load_digits()`, byte for byte, read from the picture that the
    figure sends to the page.

    >>> from convnet_lib.widgets.playground import digits
    >>> train, test = digits()
    >>> train.images.shape, test.labels[:5]
    ((2000, 28, 28), array([8, 8, 7, 4, 9]))

    Returns:
        A `data.Split`, as of `data.load_digits`.
    """
    from PIL import Image

    levels = np.asarray(Image.open(io.BytesIO(_picture())))
    count = TRAIN + HELD_OUT
    rows = -(-count // ACROSS) * 28
    images = levels[:rows].reshape(-1, 28, ACROSS, 28).swapaxes(1, 2).reshape(-1, 28, 28)
    images, labels = images[:count] / 255, levels[rows:].ravel()[:count].astype(np.int64)
    return data.Split(
        data.Digits(images[:TRAIN], labels[:TRAIN]), data.Digits(images[TRAIN:], labels[TRAIN:])
    )


class Playground(GridFigure):
    """What `playground` returns. `figure.net` is the network as far as it has learned.

    The page learns, and hands the network over twice a second and whenever it stops. It follows
    what is assigned to `net` or to a setting.

    >>> from convnet_lib import widgets
    >>> figure = widgets.playground()
    >>> figure.cost = "quadratic"
    >>> figure.net = ConvNet.random(maps=2, seed=1)
    >>> figure.w1.shape, figure.seen, figure.accuracy
    ((2, 5, 5), 0, None)

    Attributes:
        w1, b1, w3, b3: the parameters; with one map w1 may be (5, 5) and b1 ().
        given: the parameters that it began with, by name; *Again* goes back to them.
        a0: what is drawn on the pad, shape (1, 28, 28).
        label: the digit that it is, or -1.
        centred: whether the network is shown it centred as MNIST's digits are: `image`.
        cost, ties: as in `ConvNet.backprop`.
        rate, batch: η, for the mean gradient of a mini-batch, and the digits of one.
        bug: a name of `broken.BUGS` for a gradient that is wrong on purpose, or "".
        speed: 1 to 10; 1 is one digit a second, 10 as fast as the page can.
        map: the feature map that is shown large.
        seed: of the order of the digits, and of the weights that the page draws.
        seen: how many digits have been learned from.
        accuracy: share of the digits held out that it recognised when last measured, or None.
    """

    _figure = traitlets.Unicode("playground/figure.js").tag(sync=True)
    _css = style("parts/figure.css", "parts/maps.css", "playground/figure.css")
    _picture = traitlets.Bytes().tag(sync=True)
    _train, _held = traitlets.Int(TRAIN).tag(sync=True), traitlets.Int(HELD_OUT).tag(sync=True)
    w1, b1, w3, b3 = (Array(grows=True) for _ in range(4))
    given = Arrays()
    a0 = Array()
    label = traitlets.Int(-1, min=-1, max=9).tag(sync=True)
    centred = traitlets.Bool(True).tag(sync=True)
    cost = traitlets.Enum(list(costs.COSTS), "cross_entropy").tag(sync=True)
    ties = traitlets.Enum(list(pool.TIES), "first").tag(sync=True)
    rate = Number(0.25).tag(sync=True)
    batch = traitlets.Int(10, min=1, max=MOST_BATCH).tag(sync=True)
    bug = traitlets.Enum(["", *BUGS], "").tag(sync=True)
    speed = traitlets.Int(SPEEDS, min=1, max=SPEEDS).tag(sync=True)
    map = traitlets.Int(0, min=0, max=MOST_MAPS - 1).tag(sync=True)
    seed = traitlets.Int(0, min=0).tag(sync=True)
    seen = traitlets.Int(0, min=0).tag(sync=True)
    accuracy = traitlets.Float(None, allow_none=True).tag(sync=True)
    pinned = Cell("delta1", 8, 11)

    def __init__(self, text, net, **traits):
        parameters = _parameters(net)
        super().__init__(text, given=parameters, **parameters, **traits)

    @property
    def net(self):
        """The network; one that is assigned to it is learned from there on.

        >>> from convnet_lib import widgets
        >>> figure = widgets.playground(seed=3)
        >>> bool((figure.net.w1 == ConvNet.random(seed=3).w1).all())
        True
        """
        return ConvNet(self.w1, self.b1, self.w3, self.b3)

    @net.setter
    def net(self, net):
        parameters = _parameters(_fitting(net))
        with self.hold_sync():
            for name, array in parameters.items():
                setattr(self, name, array)
            self.given, self.seen, self.accuracy, self.map = parameters, 0, None, 0

    @property
    def image(self):
        """What the network is shown, (28, 28): the drawing, centred unless `centred` is False.

        >>> from convnet_lib import widgets
        >>> figure = widgets.playground()
        >>> stroke = np.zeros((1, 28, 28))
        >>> stroke[0, 2:12, 3] = 1.0
        >>> figure.a0 = stroke
        >>> np.flatnonzero(figure.image.any(axis=1))[[0, -1]]  # twice as high, around row 14
        array([ 4, 23])
        """
        drawn = self.a0[0]
        rows, columns = (np.flatnonzero((drawn > 0).any(axis=axis)) for axis in (1, 0))
        if not self.centred or not rows.size:
            return drawn
        ink = drawn[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
        return data.centred(data.boxed(ink))

    def twin(self):
        """Return the static twin: the backward pass of the digit that is shown.

        >>> from convnet_lib import widgets
        >>> widgets.playground().twin().alt.split(":")[0]
        'The backward pass'
        """
        y = np.eye(10)[self.label] * (self.label >= 0)
        net = self.net
        chosen = min(self.map, net.b1.size - 1)
        return figures.backward(net, self.image, y, self.cost, self.ties, chosen)

    @traitlets.default("_picture")
    def _read_picture(self):
        return _picture()


def _picture():
    return (STATIC / PICTURE).read_bytes()


def _parameters(net):
    return {name: np.array(getattr(net, name), np.float64) for name in net.parameters}


def _fitting(net):
    """The network, if the page can learn it."""
    networks.network("net", net)
    if not isinstance(net, ConvNet):
        net = from_arrays(net)
    expected = "a network for images of 28 by 28, w1 (5, 5) or (F, 5, 5), ten outputs, F at most 8"
    shapes = [checks.written(net.w1.shape), checks.written(net.w3.shape)]
    fits = net.w1.ndim < 4 and net.w1.shape[-2:] == (5, 5) and net.w3.shape[-2:] == (12, 12)
    if not fits or len(net.b3) != 10 or net.b1.size > MOST_MAPS:
        checks.refuse("net", expected, f"w1 {shapes[0]}, w3 {shapes[1]}")
    return net
