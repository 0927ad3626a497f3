"""Mini-batch stochastic gradient descent, and how good a network is."""

import logging
from dataclasses import dataclass
from functools import partial
from math import prod

import numpy as np

from .. import checks, networks
from ..data import Digits, Split, one_hot, taken
from ..network import ConvNet
from . import checkpoints
from .engines import engine_for, stepper
from .progress import Silent, show

LOG = logging.getLogger(__name__)
#: Images that compiled steps take in one call: some hundredths of a second.
IN_ONE_CALL = 2_000


@dataclass(frozen=True, eq=False)
class Run:
    """What a training run leaves: every curve can be drawn, and every network looked into.

    >>> net = ConvNet(np.zeros((1, 2)), np.array(0.0), np.zeros((3, 1, 1)), np.array([0.0, 3, 1]))
    >>> digits = data.Digits(np.zeros((4, 2, 3)), np.array([1, 2, 1, 1]))
    >>> run = training.measured([net], digits)
    >>> run.train_accuracy, run.test_accuracy, run.ended
    (array([0.75]), array([nan]), 'epochs')

    Attributes:
        nets: the network before training and after each epoch, epochs + 1 of them.
        costs: mean cost of a training example at each of these nets, shape (epochs + 1,).
        train_accuracy: share of the training digits that each recognises.
        test_accuracy: the same of the digits held out, not a number if there are none.
        validation_accuracy: the same of the validation digits.
        ended: why it ended: "epochs" when all were done, "early" when the validation accuracy
            rose no more, "interrupted" by the keyboard; then the last net is one in mid-epoch.
    """

    nets: tuple
    costs: np.ndarray
    train_accuracy: np.ndarray
    test_accuracy: np.ndarray
    validation_accuracy: np.ndarray
    ended: str = "epochs"

    @property
    def net(self):
        """The network at the end of the run.

        >>> nets = [ConvNet.random(image=(6, 8), seed=seed) for seed in (0, 1)]
        >>> run = training.measured(nets, data.Digits(np.zeros((1, 6, 8)), np.array([3])))
        >>> run.net is nets[1]
        True
        """
        return self.nets[-1]

    @property
    def best(self):
        """The first of the networks that do best on the validation digits, else the last.

        >>> nothing = np.zeros((1, 2)), np.array(0.0), np.zeros((3, 1, 1))
        >>> nets = [ConvNet(*nothing, b3) for b3 in np.array([[1.0, 0, 0], [0, 1, 0], [0, 0, 1]])]
        >>> ones = data.Digits(np.zeros((2, 2, 3)), np.array([1, 1]))
        >>> training.measured(nets, ones, validation=ones).best is nets[1]
        True
        """
        if np.isnan(self.validation_accuracy).all():
            return self.net
        return self.nets[int(np.nanargmax(self.validation_accuracy))]


class DivergedError(ArithmeticError):
    """The cost of a run, or a parameter, is no finite number any more."""


def step(net, a0, y, learning_rate, cost=None):
    """Return the network after one step down the gradient, p - η · (1/B) Σ ∂C/∂p.

    >>> net = ConvNet(np.zeros((1, 2)), np.array(0.0), np.zeros((3, 1, 1)), np.zeros(3))
    >>> a0, y = np.zeros((1, 2, 3)), np.array([[0.0, 1.0, 0.0]])
    >>> training.step(net, a0, y, learning_rate=2.0).b3  # 0 - 2 (½ - y)
    array([-1.,  1., -1.])

    Args:
        net: a ConvNet or a deep.Network.
        a0: the B images of a mini-batch, shape (B, 28, 28), or any batch axes before (28, 28).
        y: desired activations, shape (B, 10), with the same batch axes.
        learning_rate: η, in units of p² over the cost; a negative one goes up.
        cost: "quadratic" or "cross_entropy"; None for a deep network's own, else "cross_entropy".

    Returns:
        A new network; the old one is not changed.

    Raises:
        ValueError: as `ConvNet.backprop`, or if there is no image or learning_rate is no number.
        DivergedError: if a parameter is no finite number after the step.
    """
    rate = checks.number("learning_rate", learning_rate)
    gradients = networks.gradients(networks.given("net", net), a0, y, cost)
    B = prod(np.shape(y)[:-1])  # of one image without a batch axis it is 1
    if not B:
        checks.refuse("a0", "at least one image", "none")
    return moved(net, gradients, rate / B)


@checks.underflow_is_zero
def moved(net, nabla, rate):
    """Return the network with every parameter p moved to p - rate · ∂C/∂p.

    >>> net = ConvNet(np.ones((1, 2)), np.array(3.0), np.ones((2, 1, 1)), np.zeros(2))
    >>> training.descent.moved(net, {"b1": 2.0}, 0.25).b1
    array(2.5)

    Args:
        net: a ConvNet or a deep.Network.
        nabla: the gradients by the names of the parameters.
        rate: η/B where they are sums over B images.

    Raises:
        DivergedError: if a parameter is no finite number any more.
    """
    with np.errstate(over="ignore", invalid="ignore"):
        at = networks.parameters(net)
        to = {name: at[name] - rate * nabla[name] for name in nabla}
    lost = [name for name in to if not np.isfinite(to[name]).all()]
    if lost:
        raise DivergedError(f"{lost[0]} is not finite after the step: try a smaller learning_rate")
    return networks.with_parameters(net, to)


def sgd(
    net,
    digits,
    epochs,
    learning_rate,
    batch_size=10,
    cost=None,
    seed=0,
    test=None,
    progress=False,
    validation=None,
    patience=None,
    checkpoint=None,
    engine="numpy",
):
    """Return the Run of `epochs` passes over the digits, in mini-batches drawn anew each time.

    Control-C ends a run early and loses nothing: the Run so far is returned.

    >>> net = ConvNet(np.zeros((1, 2)), np.array(0.0), np.zeros((3, 1, 1)), np.zeros(3))
    >>> digits = data.Digits(np.zeros((2, 2, 3)), np.array([1, 1]))
    >>> run = training.sgd(net, digits, epochs=1, learning_rate=2.0)
    >>> run.net.b3, run.train_accuracy, bool(run.costs[1] < run.costs[0])
    (array([-1.,  1., -1.]), array([0., 1.]), True)

    Args:
        net: the ConvNet or deep.Network to begin with; it is not changed. All is computed in its
            dtype.
        digits: what to learn from, `data.Digits` (images, labels).
        epochs: number of passes, a whole number.
        learning_rate: η. The more feature maps, the smaller: with 20 maps an output neuron sums
            20 times as many inputs, and a step moves it some 20 times as far.
        batch_size: images a step; the last mini-batch of an epoch may be smaller.
        cost: "quadratic" or "cross_entropy"; None for a deep network's own, else "cross_entropy".
        seed: of the order of the digits, a whole number or a numpy Generator.
        test: digits to measure the accuracy on after each epoch, or None.
        progress: whether to show a progress bar (tqdm); in a file it is a line an epoch.
        validation: digits to choose by, or None; see `hold_out`.
        patience: stop after so many epochs without a better accuracy on `validation`; with None,
            never. `Run.best` is the network to keep.
        checkpoint: path of a file (.npz) that is written after each epoch and, if it is there
            at the start, gone on from; the result has the bits of a run never stopped. The place
            is tried before the first step, its folder made if need be. A disk that is full later
            does not end the run: that is said on stderr, and the next epoch tries again. None for
            no file.
        engine: who takes the steps: "numpy"; "compiled", what Numba compiles (seconds, when such a
            network is first met; the extra `compiled`); "auto", the quicker of the two, see
            `engine_for`. They agree to rounding, and so, for a while, do the runs.

    Returns:
        A Run.

    Raises:
        ValueError: if a number is not positive or not whole where it must be, there are no digits,
            they (or those to test on) do not fit net, net is of a class with passes of its own
            (`step` takes them), the checkpoint is not one of this run, or engine is unknown.
        ImportError: if engine is "compiled" and Numba is not installed.
        DivergedError: if the cost or a weight is no finite number after an epoch.
    """
    epochs, batch_size = checks.whole("epochs", epochs), checks.whole("batch_size", batch_size, 1)
    learning_rate, rng = checks.positive("learning_rate", learning_rate), checks.seed("seed", seed)
    digits, *others = _taken(net, digits, test, validation)
    progress = checks.truth("progress", progress)
    patience = _patience(patience, validation)
    _go_by_the_library(net)
    course = _Course(net, digits, *others, cost, batch_size, engine_for(engine, net))
    checkpoint = None if checkpoint is None else checkpoints.place(checkpoint)
    settings = _settings(course, learning_rate, batch_size, seed) if checkpoint else None
    rng = course.begin(checkpoint, settings, rng)
    y, ended = course.y(), None
    display = _display(progress, epochs, course)
    try:
        while not (ended := course.ended(epochs, patience)):
            order = rng.permutation(len(y))
            for rows in course.parts(order, batch_size):
                course.step(digits.images, y, learning_rate, rows, batch_size)
                display.images(len(rows))
            course.measure(learning_rate)
            display.epoch(course.text())
            course.save(checkpoint, rng, settings)
    except KeyboardInterrupt:
        course.measure(learning_rate)
        ended = "interrupted"
    finally:
        display.close()
    return course.run(ended)


def hold_out(digits, count):
    """Return the digits in two: all but the last `count` to train on, and those to choose by.

    >>> digits = data.Digits(np.zeros((5, 28, 28)), np.array([3, 1, 4, 1, 5]))
    >>> split = training.hold_out(digits, 2)
    >>> split.train.labels, split.test.labels
    (array([3, 1, 4]), array([1, 5]))

    Args:
        digits: `data.Digits`, in an order that does not matter.
        count: of those held out, the `test` of the Split.

    Returns:
        A `data.Split` of views; nothing is copied.

    Raises:
        ValueError: if either part would be empty.
    """
    digits = taken("digits", digits)
    if not 0 < checks.whole("count", count, -np.inf) < len(digits.labels):
        checks.refuse("count", f"1 to {len(digits.labels) - 1}", count)
    first, last = slice(None, -count), slice(-count, None)
    return Split(*(Digits(digits.images[part], digits.labels[part]) for part in (first, last)))


def measured(nets, digits, test=None, cost=None, validation=None):
    """Return the Run of networks that are already there: their costs and accuracies.

    >>> net = ConvNet(np.zeros((1, 2)), np.array(0.0), np.zeros((3, 1, 1)), np.zeros(3))
    >>> digits = data.Digits(np.zeros((2, 2, 3)), np.array([1, 0]))
    >>> training.measured([net, net], digits, cost="quadratic").costs  # 3 · ½ (½)²
    array([0.375, 0.375])
    """
    nets = list(nets)
    if not nets:
        checks.refuse("nets", "at least one network", "none")
    rows = []
    for net in nets:
        row = _measure(net, *_taken(net, digits, test, validation), cost)
        if not np.isfinite(row[1]):
            checks.refuse("nets", "networks with finite costs", row[1])
        rows.append(row)
    return _run(rows, "epochs")


def predict(net, images, engine="numpy"):
    """Return the digit that each image is taken for: the output neuron with the largest z³.

    >>> net = ConvNet(np.zeros((1, 2)), np.array(0.0), np.zeros((3, 1, 1)), np.array([0.0, 3, 1]))
    >>> training.predict(net, np.zeros((2, 2, 3)))
    array([1, 1])

    Args:
        net: a ConvNet or a deep.Network.
        images: shape (N, 28, 28).
        engine: as in `sgd`.

    Returns:
        Integers, shape (N,).

    Raises:
        ValueError: if the images do not fit the network or are not finite, or engine is unknown.
    """
    # z³ and not a³, whose largest two may both have rounded to 1.
    return _outputs(net, images, engine).argmax(axis=-1)


def accuracy(net, digits):
    """Return the share of the digits that the network recognises, between 0 and 1.

    >>> net = ConvNet(np.zeros((1, 2)), np.array(0.0), np.zeros((3, 1, 1)), np.array([0.0, 3, 1]))
    >>> training.accuracy(net, data.Digits(np.zeros((4, 2, 3)), np.array([1, 2, 1, 1])))
    0.75

    Args:
        net: a ConvNet or a deep.Network.
        digits: `data.Digits` (images, labels).

    Raises:
        ValueError: if there are no digits, or they do not fit the network.
    """
    (digits,) = _taken(net, digits)
    return float(np.mean(predict(net, digits.images) == digits.labels))


def mean_cost(net, digits, cost=None):
    """Return the mean cost of a digit; arguments and errors as `accuracy`, and the cost's name.

    >>> net = ConvNet(np.zeros((1, 2)), np.array(0.0), np.zeros((3, 1, 1)), np.zeros(3))
    >>> digits = data.Digits(np.zeros((2, 2, 3)), np.array([1, 0]))
    >>> training.mean_cost(net, digits, "quadratic"), round(training.mean_cost(net, digits), 4)
    (0.375, 2.0794)
    """
    (digits,) = _taken(net, digits)
    return _cost(net, _outputs(net, digits.images), digits.labels, cost)


def confusion(net, digits):
    """Return how often digit i was taken for digit j, integers of shape (10, 10), at [i, j].

    Arguments and errors as `accuracy`.

    >>> net = ConvNet(np.zeros((1, 2)), np.array(0.0), np.zeros((3, 1, 1)), np.array([0.0, 3, 1]))
    >>> training.confusion(net, data.Digits(np.zeros((4, 2, 3)), np.array([1, 2, 1, 1])))
    array([[0, 0, 0],
           [0, 3, 0],
           [0, 1, 0]])
    """
    (digits,) = _taken(net, digits)
    z3 = _outputs(net, digits.images)
    counts = np.zeros((z3.shape[-1],) * 2, int)
    np.add.at(counts, (digits.labels, z3.argmax(axis=-1)), 1)
    return counts


def _taken(net, *sets):
    """Return sets of digits as `networks.taken` does; one that is None stays None."""
    networks.given("net", net)
    names = ("digits", "test", "validation")[: len(sets)]
    return [
        part if part is None else networks.taken(name, part, net)
        for name, part in zip(names, sets, strict=True)
    ]


def _go_by_the_library(net):
    """Refuse a network whose own passes the quick steps would not take."""
    own = " and a ".join(networks.own_passes(net))
    if own:
        kind = f"a {type(net).__name__} with a {own} of its own (training.step takes them)"
        checks.refuse("net", "a network with the passes of its library", kind)


def _by_its_own(net, images):
    """Return z³ of images by the forward pass of a ConvNet's own class, 1,000 at a time."""
    if not isinstance(net, ConvNet):
        _go_by_the_library(net)
    parts = range(0, len(images), 1000)
    return np.concatenate([net.feedforward(images[i : i + 1000]).z3 for i in parts])


def _outputs(net, images, engine="numpy"):
    """Return z³ of images; the largest of numbers that are none would always be the first."""
    images = checks.array("images", images)
    many = len(images) if images.ndim else 1
    if "feedforward" in networks.own_passes(net):
        z3 = _by_its_own(net, checks.finite("images", images))
    else:
        z3 = stepper(net, None, engine_for(engine, net), many).z3(images)
    if not np.isfinite(z3).all():
        checks.refuse("net", "a network with finite outputs", "weights too large for them")
    return z3


def _cost(net, z3, labels, cost):
    costs = networks.cost_of_outputs(net, z3, one_hot(labels, z3.shape[-1], z3.dtype), cost)
    return float(costs.mean(dtype=np.float64))


def _measure(net, digits, test, validation, cost):
    """Return the row of a network in a Run: itself, its cost and its three accuracies.

    The cost is not finite if an output is not, be it of digits to test on.
    """
    own, sets = "feedforward" in networks.own_passes(net), (digits, test, validation)
    forward = partial(_by_its_own, net) if own else stepper(net, cost).forward
    z3 = [None if part is None else forward(part.images) for part in sets]
    finite = all(part is None or np.isfinite(part).all() for part in z3)
    paired = zip(z3, sets, strict=True)
    shares = [np.nan if z is None else np.mean(z.argmax(-1) == part.labels) for z, part in paired]
    return net, _cost(net, z3[0], digits.labels, cost) if finite else np.nan, *map(float, shares)


def _run(rows, ended):
    nets, *curves = zip(*rows, strict=True)
    return Run(nets, *(np.array(curve) for curve in curves), ended)


class _Course:
    """A run under way: the network in training, and a row for each epoch that is over."""

    def __init__(self, net, digits, test, validation, cost, batch_size, engine):
        self.digits, self.sets, self.engine = digits, (digits, test, validation), engine
        self.by = engine, batch_size
        self.stepper, self.moved, self.rows = stepper(net, cost, *self.by), False, []
        self.cost = self.stepper.cost

    def begin(self, checkpoint, settings, rng):
        """Measure the network, or take up what the checkpoint holds; return the generator."""
        if checkpoint and checkpoint.exists():
            self.rows, rng = checkpoints.load(checkpoint, settings, self.stepper.net)
            self.stepper = stepper(self.rows[-1][0], self.cost, *self.by)
            return rng
        with np.errstate(all="ignore"):
            self.rows.append(_measure(self.stepper.net, *self.sets, self.cost))
        if not np.isfinite(self.rows[0][1]):
            checks.refuse("net", "a network with a finite cost", self.rows[0][1])
        return rng

    def y(self):
        """The desired activations of the digits."""
        net, (images, labels) = self.stepper.net, self.digits
        return one_hot(labels, networks.classes(net, images[0]), self.stepper.dtype)

    def parts(self, order, batch_size):
        """Return the order in parts: mini-batches, or for compiled steps many of them in one.

        Not all in one: between two parts a bar moves, and Control-C is heard.
        """
        many = max(1, IN_ONE_CALL // batch_size) if self.engine == "compiled" else 1
        length = many * batch_size
        return [order[start : start + length] for start in range(0, len(order), length)]

    def step(self, images, y, learning_rate, rows, batch_size):
        """The steps of the network in training for a part of the order."""
        self.moved = True
        with np.errstate(all="ignore"):  # what diverges, `measure` tells
            if self.engine == "compiled":
                self.stepper.steps(images, y, learning_rate, rows, batch_size, True)
            else:
                self.stepper.step(images, y, learning_rate, rows, True)

    def measure(self, learning_rate):
        """Write the row of a network that has moved, unless it has moved out of all bounds."""
        if not self.moved:
            return
        epoch, row = len(self.rows), (None, np.nan)
        if self.stepper.finite:
            with np.errstate(all="ignore"):
                row = _measure(self.stepper.net, *self.sets, self.cost)
        if not np.isfinite(row[1]):
            raise DivergedError(
                f"epoch {epoch}: the cost is {row[1]}, and the network is lost: try a smaller "
                f"learning_rate than {learning_rate}, such as {learning_rate / 10:g}"
            )
        self.rows.append(row)
        self.moved = False

    def ended(self, epochs, patience):
        """Return why no epoch follows, or None."""
        accuracies = [row[-1] for row in self.rows]
        if patience and len(accuracies) - 1 - int(np.argmax(accuracies)) >= patience:
            return "early"
        return "epochs" if len(self.rows) > epochs else None

    def text(self):
        """Return the last row in words."""
        _, cost, *accuracies = self.rows[-1]
        named = zip(("train", "test", "validation"), accuracies, strict=True)
        known = [f"{name} {value:.1%}" for name, value in named if not np.isnan(value)]
        return ", ".join([f"epoch {len(self.rows) - 1}", f"cost {cost:.4f}", *known])

    def save(self, checkpoint, rng, settings):
        """Write the checkpoint, if there is to be one; say it if the disk does not take it."""
        if not checkpoint:
            return
        try:
            checkpoints.save(checkpoint, self.rows, rng, settings)
        except OSError as error:
            # Logged, on stderr unless told otherwise: a warning may be made an exception, and then
            # the run would be lost with the disk.
            text = "checkpoint: epoch %d could not be written to %r: %s. The run goes on, and what "
            text += "was written before is there; the next epoch tries again."
            reason = error.strerror or error
            LOG.warning(text, len(self.rows) - 1, str(checkpoint), reason)

    def run(self, ended):
        """Return what is over as a Run."""
        return _run(self.rows, ended)


def _settings(course, learning_rate, batch_size, seed):
    """Return all that the bits of a run depend on, but the number of its epochs."""
    net = course.stepper.net
    sets = zip(("digits", "test", "validation"), course.sets, strict=True)
    prints = {name: part and checkpoints.fingerprint(*part) for name, part in sets}
    prints["net"] = checkpoints.fingerprint(*networks.parameters(net).values())
    if not isinstance(net, ConvNet):
        prints["layers"] = net.about
    return {
        "learning_rate": learning_rate,
        "batch_size": batch_size,
        "cost": course.cost,
        "engine": course.engine,
        "seed": None if isinstance(seed, np.random.Generator) else int(seed),
        **prints,
    }


def _display(progress, epochs, course):
    if not progress:
        return Silent()
    images = len(course.digits.labels)
    return show(epochs * images, (len(course.rows) - 1) * images)


def _patience(patience, validation):
    expected = "None, or at least 1 with digits for validation"
    if patience is not None and validation is None:
        checks.refuse("patience", expected, f"{patience}, validation None")
    return None if patience is None else checks.whole("patience", patience, 1, expected)
