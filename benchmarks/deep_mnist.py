"""How many digits a deep network recognises: two convolutions, ReLU and softmax, over seeds.

Run as `.venv/bin/python benchmarks/deep_mnist.py digits` (the 5,000 digits of the book, some
minutes) or `… mnist` (all of MNIST, see `data.load_mnist`, a few hours of one core). In each epoch
every digit is moved by up to a pixel in each direction, drawn anew, unless `--still` is given. The
learning rate falls in stages. Of the candidates in STAGES that one is taken which does best, with
the first seed, on validation digits held out of those to train on; of each run, the epoch that
does best on them. The test digits are looked at once, at the end. A seed draws the first weights,
the moves and the order of the digits.
"""

import argparse
import sys
import time
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from convnet_lib import data, deep, training

SPEC = "conv20x5 relu pool2 conv40x5 relu pool2 dense100 relu dense10 softmax"
#: Pairs (learning rate, share of the epochs), one after the other.
STAGES = {
    "digits": [[(0.05, 0.6), (0.01, 0.4)], [(0.03, 0.6), (0.006, 0.4)]],
    "mnist": [
        [(0.03, 0.5), (0.01, 0.25), (0.002, 0.25)],
        [(0.02, 0.5), (0.005, 0.25), (0.001, 0.25)],
    ],
}
HELD_OUT = {"digits": 500, "mnist": 5_000}


def moved(digits, rng):
    """Return the digits, each moved by up to one pixel in each direction; blank paper comes in."""
    rows, columns = digits.images.shape[1:]
    wide = np.pad(digits.images, [(0, 0), (1, 1), (1, 1)])
    corners = rng.integers(0, 3, (len(wide), 2))
    images = [a[r : r + rows, c : c + columns] for a, (r, c) in zip(wide, corners, strict=True)]
    return data.Digits(np.array(images), digits.labels)


def rates(stages, epochs):
    """Return the learning rate of each epoch; the last stage takes what rounding leaves over."""
    found = [rate for rate, share in stages for _ in range(round(share * epochs))]
    return (found + [stages[-1][0]] * epochs)[:epochs]


def train(spec, seed, split, stages, epochs, still):
    """Return the network of the best epoch and its accuracy on the validation digits, split.test.

    An epoch is a run of its own, since each has other digits and maybe another rate.
    """
    rng = np.random.default_rng(seed)
    net = deep.Network.random(spec, seed=seed, dtype=np.float32)
    best, most = net, 0.0
    for rate in rates(stages, epochs):
        digits = split.train if still else moved(split.train, rng)
        net = training.sgd(net, digits, 1, rate, seed=rng).net
        reached = training.accuracy(net, split.test)
        if reached >= most:
            best, most = net, reached
    return best, most


def chosen(what, spec, split, epochs, still):
    """Return the stages with the best accuracy on the validation digits; a shorter run tells."""
    tried = []
    for stages in STAGES[what]:
        tried.append(train(spec, 0, split, stages, max(2, epochs // 2), still)[1])
        print(f"  stages {stages}: validation {tried[-1]:.2%}", flush=True)
    return STAGES[what][int(np.argmax(tried))]


def measure(what, options):
    """Return the accuracies on the test digits, one a seed."""
    load = data.load_digits if what == "digits" else data.load_mnist
    whole = load(dtype=np.float32)
    split = training.hold_out(whole.train, HELD_OUT[what])
    stages, found = chosen(what, options.spec, split, options.epochs, options.still), []
    for seed in range(options.seeds):
        net, reached = train(options.spec, seed, split, stages, options.epochs, options.still)
        found.append(training.accuracy(net, whole.test))
        print(f"  seed {seed}: validation {reached:.2%}, test {found[-1]:.2%}", flush=True)
    return 100 * np.array(found)


def main():
    """Print the mean and the spread of the accuracy over the seeds."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", choices=["digits", "mnist"])
    parser.add_argument("--spec", default=SPEC, help="the layers, as deep.Network.random has them")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--epochs", type=int, default=20)
    parser.add_argument("--still", action="store_true", help="do not move the digits")
    options = parser.parse_args()
    start = time.perf_counter()
    found = measure(options.what, options)
    spread = found.std(ddof=1) if len(found) > 1 else 0.0
    print(
        f"{options.what}, {options.spec}, {options.epochs} epochs: {found.mean():.2f} % "
        f"± {spread:.2f} over {len(found)} seeds ({found.min():.2f} to {found.max():.2f}), "
        f"{time.perf_counter() - start:.0f} s",
        flush=True,
    )


if __name__ == "__main__":
    main()
