"""Mini-batch stochastic gradient descent, and how good a network is."""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from .. import checks
from ..activations import sigmoid
from ..costs import COSTS
from ..data import Digits, Split, one_hot
from . import checkpoints
from .fast import Stepper
from .progress import Silent, show


@dataclass(frozen=True, eq=False)
class Run:
    """What a training run leaves: every curve can be drawn, and every network looked into.

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
        """The network at the end of the run."""
        return self.nets[-1]

    @property
    def best(self):
        """The first of the networks that do best on the validation digits, else the last."""
        if np.isnan(self.validation_accuracy).all():
            return self.net
        return self.nets[int(self.validation_accuracy.argmax())]


class DivergedError(ArithmeticError):
    """The cost of a run is no finite number any more."""


def step(net, a0, y, learning_rate, cost="cross_entropy"):
    """Return the network after one step down the gradient, p - η · (1/B) Σ ∂C/∂p.

    Args:
        net: a ConvNet.
        a0: the B images of a mini-batch, shape (B, 28, 28).
        y: desired activations, shape (B, 10).
        learning_rate: η, in units of p² over the cost.
        cost: "quadratic" or "cross_entropy".

    Returns:
        A new ConvNet; the old one is not changed.

    Raises:
        ValueError: as `ConvNet.backprop`.
    """
    gradients = net.backprop(a0, y, cost)
    rate = learning_rate / len(a0)
    moved = {name: getattr(net, name) - rate * getattr(gradients, name) for name in net.parameters}
    return replace(net, **moved)


def sgd(
    net,
    digits,
    epochs,
    learning_rate,
    batch_size=10,
    cost="cross_entropy",
    seed=0,
    test=None,
    progress=False,
    validation=None,
    patience=None,
    checkpoint=None,
):
    """Return the Run of `epochs` passes over the digits, in mini-batches drawn anew each time.

    Control-C ends a run early and loses nothing: the Run so far is returned.

    Args:
        net: the ConvNet to begin with; it is not changed. All is computed in its dtype.
        digits: what to learn from, `data.Digits` (images, labels).
        epochs: number of passes.
        learning_rate: η. The more feature maps, the smaller: with 20 maps an output neuron sums
            20 times as many inputs, and a step moves it 20 times as far.
        batch_size: images a step; the last mini-batch of an epoch may be smaller.
        cost: "quadratic" or "cross_entropy".
        seed: of the order of the digits.
        test: digits to measure the accuracy on after each epoch, or None.
        progress: whether to show a progress bar (tqdm); in a file it is a line an epoch.
        validation: digits to choose by, or None; see `hold_out`.
        patience: stop after so many epochs without a better accuracy on `validation`; with None,
            never. `Run.best` is the network to keep.
        checkpoint: path of a file (.npz) that is written after each epoch and, if it is there
            at the start, gone on from; the result has the bits of a run never stopped. None for
            no file.

    Returns:
        A Run.

    Raises:
        ValueError: if a number is not positive, there are no digits, they do not fit net, or the
            checkpoint is not one of this run.
        DivergedError: if the cost or a weight is no finite number after an epoch.
    """
    _check(digits, epochs, learning_rate, batch_size, cost, validation, patience)
    course = _Course(net, digits, test, validation, cost)
    settings = _settings(course, learning_rate, batch_size, seed) if checkpoint else None
    rng = course.begin(checkpoint, settings, seed)
    y, ended = one_hot(digits.labels, len(net.b3), net.w3.dtype), None
    display = _display(progress, epochs, course)
    try:
        while not (ended := course.ended(epochs, patience)):
            order = rng.permutation(len(y))
            for start in range(0, len(order), batch_size):
                rows = order[start : start + batch_size]
                course.step(digits.images, y, learning_rate, rows)
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

    Args:
        digits: `data.Digits`, in an order that does not matter.
        count: of those held out, the `test` of the Split.

    Returns:
        A `data.Split` of views; nothing is copied.

    Raises:
        ValueError: if either part would be empty.
    """
    if not 0 < count < len(digits.labels):
        checks.refuse("count", f"1 to {len(digits.labels) - 1}", count)
    first, last = slice(None, -count), slice(-count, None)
    return Split(*(Digits(digits.images[part], digits.labels[part]) for part in (first, last)))


def measured(nets, digits, test=None, cost="cross_entropy", validation=None):
    """Return the Run of networks that are already there: their costs and accuracies."""
    return _run([_measure(net, digits, test, validation, cost) for net in nets], "epochs")


def predict(net, images):
    """Return the digit that each image is taken for: the output neuron with the largest z³.

    Args:
        net: a ConvNet.
        images: shape (N, 28, 28).

    Returns:
        Integers, shape (N,).
    """
    # z³ and not a³, whose largest two may both have rounded to 1.
    return Stepper(net).z3(images).argmax(axis=-1)


def accuracy(net, digits):
    """Return the share of the digits that the network recognises, between 0 and 1."""
    return float(np.mean(predict(net, digits.images) == digits.labels))


def mean_cost(net, digits, cost="cross_entropy"):
    """Return the mean cost of a digit."""
    return _cost(Stepper(net, cost).z3(digits.images), digits.labels, cost)


def confusion(net, digits):
    """Return how often digit i was taken for digit j, integers of shape (10, 10), at [i, j]."""
    counts = np.zeros((len(net.b3), len(net.b3)), int)
    np.add.at(counts, (digits.labels, predict(net, digits.images)), 1)
    return counts


def _cost(z3, labels, cost):
    return float(COSTS[cost](sigmoid(z3), one_hot(labels, z3.shape[-1], z3.dtype)).mean())


def _measure(net, digits, test, validation, cost):
    """Return the row of a network in a Run: itself, its cost and its three accuracies."""
    z3 = Stepper(net, cost).z3(digits.images)  # once, for the cost and the accuracy
    trained = float(np.mean(z3.argmax(axis=-1) == digits.labels))
    others = [np.nan if other is None else accuracy(net, other) for other in (test, validation)]
    return net, _cost(z3, digits.labels, cost), trained, *others


def _run(rows, ended):
    nets, *curves = zip(*rows, strict=True)
    return Run(nets, *(np.array(curve) for curve in curves), ended)


class _Course:
    """A run under way: the network in training, and a row for each epoch that is over."""

    def __init__(self, net, digits, test, validation, cost):
        self.digits, self.sets, self.cost = digits, (digits, test, validation), cost
        self.stepper, self.moved, self.rows = Stepper(net, cost), False, []

    def begin(self, checkpoint, settings, seed):
        """Measure the network, or take up what the checkpoint holds; return the generator."""
        if checkpoint and Path(checkpoint).exists():
            self.rows, rng = checkpoints.load(checkpoint, settings)
            self.stepper = Stepper(self.rows[-1][0], self.cost)
            return rng
        self.rows.append(_measure(self.stepper.net, *self.sets, self.cost))
        if not np.isfinite(self.rows[0][1]):
            checks.refuse("net", "a network with a finite cost", self.rows[0][1])
        return np.random.default_rng(seed)

    def step(self, images, y, learning_rate, rows):
        """One step of the network in training."""
        self.moved = True
        with np.errstate(over="ignore", invalid="ignore"):  # what diverges, `measure` tells
            self.stepper.step(images, y, learning_rate, rows)

    def measure(self, learning_rate):
        """Write the row of a network that has moved, unless it has moved out of all bounds."""
        if not self.moved:
            return
        net, epoch = self.stepper.net, len(self.rows)
        with np.errstate(over="ignore", invalid="ignore"):
            row = _measure(net, *self.sets, self.cost)
        if not (np.isfinite(row[1]) and np.isfinite(self.stepper.parameters.all).all()):
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
        """Write the checkpoint, if there is to be one."""
        if checkpoint:
            checkpoints.save(checkpoint, self.rows, rng, settings)

    def run(self, ended):
        """Return what is over as a Run."""
        return _run(self.rows, ended)


def _settings(course, learning_rate, batch_size, seed):
    """Return all that the bits of a run depend on, but the number of its epochs."""
    net = course.stepper.net
    sets = zip(("digits", "test", "validation"), course.sets, strict=True)
    prints = {name: part and checkpoints.fingerprint(*part) for name, part in sets}
    prints["net"] = checkpoints.fingerprint(*(getattr(net, name) for name in net.parameters))
    return {
        "learning_rate": learning_rate,
        "batch_size": batch_size,
        "cost": course.cost,
        "seed": seed if isinstance(seed, int) else None,
        **prints,
    }


def _display(progress, epochs, course):
    if not progress:
        return Silent()
    images = len(course.digits.labels)
    return show(epochs * images, (len(course.rows) - 1) * images)


def _check(digits, epochs, learning_rate, batch_size, cost, validation, patience):
    checks.one_of("cost", cost, COSTS)
    if not len(digits.images) or len(digits.images) != len(digits.labels):
        came = f"{len(digits.images)} and {len(digits.labels)}"
        checks.refuse("digits", "as many images as labels, and at least one", came)
    if epochs < 0:
        checks.refuse("epochs", "a number that is not negative", epochs)
    if batch_size < 1:
        checks.refuse("batch_size", "at least 1", batch_size)
    if not 0 < learning_rate < np.inf:
        checks.refuse("learning_rate", "a positive number", learning_rate)
    if patience is not None and (patience < 1 or validation is None):
        expected = "None, or at least 1 with digits for validation"
        checks.refuse("patience", expected, f"{patience}, validation {validation}")
