"""Mini-batch gradient descent on several processes or machines, with Dask.

∂C/∂p is a sum over the examples of a mini-batch, so it may be summed up in parts, wherever the
examples are. A worker holds a shard of the digits: parameters go to the workers, and sums of
gradients come back. (Now and then Dask copies a shard to another worker.) What is lost with a
worker, Dask computes again on another one from the same call, so that on processors of one kind
the result has the same bits.

Needs the extra `distributed`. Every worker needs this library, and a way to the digits.
"""

import ast
import logging
import sys
from pathlib import Path
from typing import NamedTuple

import numpy as np

from .. import checks, costs, network
from ..data import Digits, one_hot, taken
from ..network import Gradients
from .descent import moved
from .fast import Stepper, some_rows


class Shards(NamedTuple):
    """Digits that lie on workers.

    Attributes:
        parts: a Dask future of each shard, a `data.Digits`.
        ends: shape (len(parts) + 1,); shard s holds the digits from ends[s] up to ends[s + 1].
    """

    parts: tuple
    ends: np.ndarray


def connect(address=None, workers=2, security=None):
    """Return a Dask client of a cluster: one on this machine, or the one at an address.

    Whoever reaches a scheduler can have code run by it, and on a shared machine all users share
    127.0.0.1. So the cluster on this machine speaks TLS, with certificates that are made for this
    call, stay in the memory of its own processes and are asked of both sides: another process
    that knows the address is refused.

    >>> with connect(workers=1) as client:
    ...     client.scheduler.address.partition("://")[0], client.submit(max, 2, 3).result()
    ('tls', 3)

    Args:
        address: of a scheduler that runs already, such as "tls://192.0.2.1:8786", or None.
        workers: processes to start on this machine when there is no address.
        security: a `distributed.Security` with the certificates of the scheduler at `address`.

    Returns:
        A `distributed.Client`; use it in a `with` block, or close it.

    Raises:
        ValueError: if workers is not at least 1, or security is given without an address; or if a
            script calls it without the guard that chapter 14 shows, as each worker that starts
            imports the script, and would call it again before it has started itself.
    """
    if address is not None and not isinstance(address, str):
        checks.refuse("address", "None or the address of a scheduler", repr(address))
    workers = checks.whole("workers", workers, 1)
    import dask
    from distributed import Client

    if address is not None:
        return Client(address, security=security)
    if security is not None:
        checks.refuse("security", "None without an address: it is made here", security)
    _refuse_a_script_without_a_guard()
    # One thread each, which is what a gradient takes; all on loopback, at ports that are free.
    local = {
        "host": "127.0.0.1",
        "dashboard_address": "127.0.0.1:0",
        "security": True,  # Dask then makes the certificates
        "silence_logs": logging.CRITICAL,
    }
    # Dask's pages about a cluster know of no certificate: none is served.
    pages = {f"distributed.{who}.http.routes": [] for who in ("scheduler", "worker", "nanny")}
    with dask.config.set(pages):
        return Client(n_workers=workers, threads_per_worker=1, processes=True, **local)


def hold(client, load, count=None):
    """Return the Shards of the digits that `load` returns, laid on the workers of a client.

    >>> hold(None, load="mnist.npz")
    Traceback (most recent call last):
        ...
    ValueError: load: expected a function, got 'mnist.npz'

    Args:
        client: a `distributed.Client`.
        load: a function without arguments that returns a `data.Digits`, the same at each call.
            The workers call it, so the client sends no digits, and a lost shard is loaded again.
        count: number of shards; as many as there are workers when None.

    Returns:
        Shards of nearly equal length, in the order of the digits.

    Raises:
        ValueError: if count is not at least 1, or larger than the number of digits, or `load`
            returns no digits.
    """
    checks.function("load", load)
    # Not `scheduler_info`: its answer is now and then replaced, before it is returned, by one
    # without workers, for which the client asks every two seconds on its own.
    count = len(client.nthreads()) if count is None else count
    count = checks.whole("count", count, 1)
    total = client.submit(_length, load, pure=False).result()
    if count > total:
        checks.refuse("count", f"at most the number of digits, {total}", count)
    ends = np.linspace(0, total, count + 1).astype(int)
    cuts = zip(ends[:-1].tolist(), ends[1:].tolist(), strict=True)
    parts = [client.submit(_shard, load, start, stop, pure=False) for start, stop in cuts]
    return Shards(tuple(parts), ends)


def gradients(client, shards, net, rows, cost="cross_entropy"):
    """Return the gradients summed over a mini-batch that lies on several workers (BP3, BP4).

    >>> shards = Shards((None,), np.array([0, 3]))  # three digits
    >>> gradients(None, shards, ConvNet.random(seed=0), rows=[1, 3])
    Traceback (most recent call last):
        ...
    ValueError: rows: expected numbers from 0 to 2, got 1 to 3

    Args:
        client: the client of `hold`.
        shards: `Shards`.
        net: a ConvNet.
        rows: integers, which of the digits are the mini-batch.
        cost: "quadratic" or "cross_entropy".

    Returns:
        `network.Gradients` without deltas. The sums of the shards are added up in their order,
        whichever came first: the bits do not depend on who was quicker.

    Raises:
        ValueError: if there are no rows or one of them is no digit's.
    """
    network.given("net", net)
    checks.one_of("cost", cost, costs.COSTS)
    rows = some_rows(rows, int(shards.ends[-1]))
    sums = []
    for part, start, stop in zip(shards.parts, shards.ends[:-1], shards.ends[1:], strict=True):
        mine = rows[(start <= rows) & (rows < stop)] - start
        if len(mine):
            sums.append(client.submit(_gradient_sum, part, net, mine, cost, pure=False))
    found = client.gather(sums)
    totals = {name: sum(getattr(part, name) for part in found) for name in net.parameters}
    return Gradients(None, None, **totals)


def sgd(client, shards, net, epochs, learning_rate, batch_size=1000, cost="cross_entropy", seed=0):
    """Return the networks before training and after each epoch, a tuple of epochs + 1.

    The mini-batches are those of `training.sgd` with the same seed, and so are the networks, to
    rounding; `training.measured` makes a Run of them.

    >>> net, shards = ConvNet.random(seed=0), Shards((None,), np.array([0, 3]))
    >>> sgd(None, shards, net, epochs=0, learning_rate=0.5) == (net,)
    True

    Args:
        client: the client of `hold`.
        shards: `Shards`, what to learn from.
        net: the ConvNet to begin with; it is not changed.
        epochs: number of passes.
        learning_rate: η.
        batch_size: images a step, of all workers together.
        cost: "quadratic" or "cross_entropy".
        seed: of the order of the digits.

    Raises:
        ValueError: if a number is not positive, or not whole where it must be.
        DivergedError: if a parameter is no finite number any more.
    """
    epochs, batch_size = checks.whole("epochs", epochs), checks.whole("batch_size", batch_size, 1)
    learning_rate, rng = checks.positive("learning_rate", learning_rate), checks.seed("seed", seed)
    nets = [network.given("net", net)]
    for _ in range(epochs):
        order = rng.permutation(int(shards.ends[-1]))
        for start in range(0, len(order), batch_size):
            rows = order[start : start + batch_size]
            nabla = gradients(client, shards, net, rows, cost)
            by_name = {name: getattr(nabla, name) for name in net.parameters}
            net = moved(net, by_name, learning_rate / len(rows))
        nets.append(net)
    return tuple(nets)


def _refuse_a_script_without_a_guard():
    """Refuse to start workers that would run the script from its first line on."""
    script = sys.modules["__main__"]
    path = getattr(script, "__file__", None)
    if path is None or script.__spec__ is not None:  # a notebook; a module run by its name
        return
    if not _guarded(Path(path).read_bytes()):
        expected = 'a script to call it below `if __name__ == "__main__":`, since workers import it'
        checks.refuse("connect", expected, f"{path} without")


def _guarded(source):
    """Return whether a script compares its `__name__` with something, as the guard does."""
    try:
        nodes = list(ast.walk(ast.parse(source)))
    except (SyntaxError, ValueError):  # no Python text: nothing to be read from it
        return True
    compared = [(node.left, *node.comparators) for node in nodes if isinstance(node, ast.Compare)]
    return any(getattr(side, "id", None) == "__name__" for sides in compared for side in sides)


# What runs on a worker.


def _length(load):
    return len(taken("load()", load()).labels)


def _shard(load, start, stop):
    images, labels = taken("load()", load())
    return Digits(images[start:stop].copy(), labels[start:stop].copy())


def _gradient_sum(shard, net, rows, cost):
    y = one_hot(shard.labels, len(net.b3), net.w3.dtype)
    return Stepper(net, cost).gradients(shard.images.astype(net.w3.dtype, copy=False), y, rows)
