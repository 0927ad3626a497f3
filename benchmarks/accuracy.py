"""How many digits the trained network recognises: mean and spread over seeds.

Run as `.venv/bin/python benchmarks/accuracy.py digits` (the 5,000 digits of the book, a minute or
two) or `… mnist` (all of MNIST, see `data.load_mnist`, a quarter of an hour). A seed draws the
first weights and the order of the digits. On MNIST the learning rate is the one that does best on
5,000 validation digits, held out of the 60,000; the test digits are looked at once, at the end.
"""

import argparse
import sys
import time
from functools import partial
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from convnet_lib import ConvNet, data, training

RATES = {1: (0.1, 0.3, 1.0), 20: (0.03, 0.1, 0.3)}
FIXED = {1: 0.5, 20: 0.1}
HELD_OUT = 5_000


def train(maps, seed, digits, learning_rate, epochs, **others):
    """Return the Run of one seed, float32, mini-batches of 10, cross-entropy."""
    net = ConvNet.random(maps, seed, dtype=np.float32)
    return training.sgd(net, digits, epochs, learning_rate, seed=seed, **others)


def chosen_rate(maps, split, epochs):
    """Return the rate with the best accuracy on the validation digits, and all that were tried."""
    tried = {}
    for rate in RATES[maps]:
        run = train(maps, 0, split.train, rate, epochs, validation=split.test)
        tried[rate] = float(run.validation_accuracy[-1])
        print(f"  {maps} map(s), rate {rate}: validation {tried[rate]:.2%}", flush=True)
    return max(tried, key=tried.get)


def of_digits(maps, seeds, epochs):
    """Return the accuracies on the 1,000 test digits of the book."""
    split = data.load_digits(dtype=np.float32)
    run = partial(train, maps, digits=split.train, learning_rate=FIXED[maps], epochs=epochs)
    return [training.accuracy(run(seed=seed).net, split.test) for seed in range(seeds)]


def of_mnist(maps, seeds, epochs):
    """Return the accuracies on the 10,000 test digits of MNIST.

    Of each run the network is taken that did best on the validation digits.
    """
    split = data.load_mnist(dtype=np.float32)
    part = training.hold_out(split.train, HELD_OUT)
    rate, found = chosen_rate(maps, part, max(1, epochs // 4)), []
    for seed in range(seeds):
        run = train(maps, seed, part.train, rate, epochs, validation=part.test)
        found.append(training.accuracy(run.best, split.test))
        text = f"validation {run.validation_accuracy.max():.2%}, test {found[-1]:.2%}"
        print(f"  rate {rate}, seed {seed}: {text}", flush=True)
    return found


def main():
    """Print a line for each number of maps."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", choices=["digits", "mnist"])
    parser.add_argument("--maps", type=int, nargs="+", default=[1, 20], choices=[1, 20])
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--epochs", type=int, default=20)
    options = parser.parse_args()
    for maps in options.maps:
        start = time.perf_counter()
        measure = of_digits if options.what == "digits" else of_mnist
        found = 100 * np.array(measure(maps, options.seeds, options.epochs))
        print(
            f"{options.what}, {maps} map(s), {options.epochs} epochs: {found.mean():.2f} % "
            f"± {found.std(ddof=1) if len(found) > 1 else 0:.2f} over {len(found)} seeds "
            f"({found.min():.2f} to {found.max():.2f}), {time.perf_counter() - start:.0f} s",
            flush=True,
        )


if __name__ == "__main__":
    main()
