"""Epochs of the whole of MNIST with the deep network of Part III: seconds, and what is recognised.

Run as `.venv-bench/bin/python benchmarks/epoch.py` with MNIST where `data.load_mnist` finds it.
Ours, as `engine="auto"` chooses it, and PyTorch begin with the same weights and take the same
mini-batches, an epoch in turn; PyTorch in the form, and with the threads, that were quickest in a
trial. With `--alone` ours trains by itself, and the peak of the memory is told.
"""

import argparse
import resource
import sys
import time

import bench
import contenders
import numpy as np
from contenders import Problem

from convnet_lib import data, deep, networks, training

MB = 2**20 if sys.platform == "darwin" else 2**10  # ru_maxrss has bytes there, else kilobytes


def orders(images, batch, seed=0):
    """Yield the mini-batches of each epoch, (steps, batch); what is left over is left out."""
    rng = np.random.default_rng(seed)
    while True:
        yield rng.permutation(images)[: images - images % batch].reshape(-1, batch)


def taking_part(problem, alone):
    """Return ours and, unless it is alone, the quickest PyTorch; none has taken a step yet."""
    kinds, missing = contenders.everyone(["Numba"] if alone else contenders.OTHERS)
    name = bench.ENGINES[training.engine_for("auto", problem.net)]
    ours = next(kind for kind in kinds["deep"] if kind.name == name)
    rivals = [kind for kind in kinds["deep"] if kind.name.startswith("PyTorch") and not alone]
    for line in missing:
        print(line)
    order = bench.shuffled(len(problem.images), problem.batch)
    judge = bench.Judge(problem, "float32")
    bench.choose(ours, problem, order, judge)
    tried = [bench.choose(kind, problem, order, judge) for kind in rivals]
    turns = [bench.Turns(rival.run, order, rival.all_at_once) for rival, _ in tried]
    bench.interleave(turns, 0, least=6)
    medians = [np.median(turn.times) for turn in turns]
    quickest = [(rivals[i], tried[i][1]) for i in np.argsort(medians)[:1]]
    return [kind(problem, **setting) for kind, setting in [(ours, {}), *quickest]]


def main(arguments=None):
    """Print the seconds and the accuracy of each epoch."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--rate", type=float, default=0.1)
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--alone", action="store_true", help="ours, and the peak of its memory")
    options = parser.parse_args(arguments)
    mnist = data.load_mnist(dtype=np.float32)
    net = deep.Network.random(bench.DEEP, seed=0, dtype=np.dtype("float32"))
    y = data.one_hot(mnist.train.labels, dtype="float32")
    problem = Problem(net, mnist.train.images, y, options.batch, options.rate)
    found = taking_part(problem, options.alone)
    for epoch, order in zip(range(options.epochs), orders(len(y), options.batch), strict=False):
        for one in found:
            start = time.perf_counter()
            one.run(order)
            took = time.perf_counter() - start
            arrays = dict(zip(net.parameters, one.parameters(), strict=True))
            reached = training.accuracy(networks.with_parameters(net, arrays), mnist.test)
            print(f"epoch {epoch + 1}: {one.name}: {took:.1f} s, test {reached:.2%}", flush=True)
    if options.alone:
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / MB
        print(f"peak of the memory: {peak:.0f} MB")


if __name__ == "__main__":
    bench.settle()
    main()
