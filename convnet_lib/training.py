"""Mini-batch stochastic gradient descent, and how good a network is."""

from dataclasses import dataclass, replace

import numpy as np

from . import checks
from .costs import COSTS
from .data import one_hot

# Images a forward pass takes at once: enough to be quick, few enough to stay in memory.
CHUNK = 500


@dataclass(frozen=True, eq=False)
class Run:
    """What a training run leaves: every curve can be drawn, and every network looked into.

    Attributes:
        nets: the network before training and after each epoch, epochs + 1 of them.
        costs: mean cost of a training example at each of these nets, shape (epochs + 1,).
        train_accuracy: share of the training digits that each recognises.
        test_accuracy: the same of the digits held out, not a number if there are none.
    """

    nets: tuple
    costs: np.ndarray
    train_accuracy: np.ndarray
    test_accuracy: np.ndarray

    @property
    def net(self):
        """The network at the end of the run."""
        return self.nets[-1]


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
):
    """Return the Run of `epochs` passes over the digits, in mini-batches drawn anew each time.

    Args:
        net: the ConvNet to begin with; it is not changed.
        digits: what to learn from, `data.Digits` (images, labels).
        epochs: number of passes.
        learning_rate: η. The more feature maps, the smaller: with 20 maps an output neuron sums
            20 times as many inputs, and a step moves it 20 times as far.
        batch_size: images a step; the last mini-batch of an epoch may be smaller.
        cost: "quadratic" or "cross_entropy".
        seed: of the order of the digits.
        test: digits to measure the accuracy on after each epoch, or None.
        progress: whether to show a progress bar (tqdm).

    Returns:
        A Run.

    Raises:
        ValueError: if a number is not positive, there are no digits, or they do not fit net.
    """
    _check(digits, epochs, learning_rate, batch_size, cost)
    images, labels = digits
    y = one_hot(labels, len(net.b3), net.w3.dtype)
    rng = np.random.default_rng(seed)
    nets = [net]
    for _ in _bar(epochs, progress):
        order = rng.permutation(len(images))
        for batch in np.split(order, range(batch_size, len(order), batch_size)):
            net = step(net, images[batch], y[batch], learning_rate, cost)
        nets.append(net)
    return measured(nets, digits, test, cost)


def measured(nets, digits, test=None, cost="cross_entropy"):
    """Return the Run of networks that are already there: their costs and accuracies."""
    return Run(
        tuple(nets),
        np.array([mean_cost(net, digits, cost) for net in nets]),
        np.array([accuracy(net, digits) for net in nets]),
        np.array([accuracy(net, test) if test is not None else np.nan for net in nets]),
    )


def predict(net, images):
    """Return the digit that each image is taken for: the output neuron with the largest z³.

    Args:
        net: a ConvNet.
        images: shape (N, 28, 28).

    Returns:
        Integers, shape (N,).
    """
    # z³ and not a³, whose largest two may both have rounded to 1.
    return np.concatenate([net.feedforward(part).z3.argmax(axis=-1) for part in _chunks(images)])


def accuracy(net, digits):
    """Return the share of the digits that the network recognises, between 0 and 1."""
    return float(np.mean(predict(net, digits.images) == digits.labels))


def mean_cost(net, digits, cost="cross_entropy"):
    """Return the mean cost of a digit."""
    y = one_hot(digits.labels, len(net.b3), net.w3.dtype)
    pairs = zip(_chunks(digits.images), _chunks(y), strict=True)
    return float(np.concatenate([net.cost(a0, part, cost) for a0, part in pairs]).mean())


def confusion(net, digits):
    """Return how often digit i was taken for digit j, integers of shape (10, 10), indexed [i, j]."""
    counts = np.zeros((len(net.b3), len(net.b3)), int)
    np.add.at(counts, (digits.labels, predict(net, digits.images)), 1)
    return counts


def _chunks(x):
    return np.split(x, range(CHUNK, len(x), CHUNK))


def _bar(epochs, progress):
    if not progress:
        return range(epochs)
    from tqdm.auto import trange

    return trange(epochs, desc="training", unit="epoch")


def _check(digits, epochs, learning_rate, batch_size, cost):
    checks.one_of("cost", cost, COSTS)
    if not len(digits.images) or len(digits.images) != len(digits.labels):
        came = f"{len(digits.images)} and {len(digits.labels)}"
        checks.refuse("digits", "as many images as labels, and at least one", came)
    if epochs < 0:
        checks.refuse("epochs", "a number that is not negative", epochs)
    if batch_size < 1:
        checks.refuse("batch_size", "at least 1", batch_size)
    if not learning_rate > 0:
        checks.refuse("learning_rate", "a positive number", learning_rate)
