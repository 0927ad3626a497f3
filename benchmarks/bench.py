"""Time the contenders on the steps of two networks, one after the other in one process.

Run by `make bench` and, for float32 and a few mini-batches alone, `make bench-quick`.
First the contenders' steps are checked to agree; then each is timed in turn, in many rounds, so
that whatever else the machine does meets all of them alike.
"""

import argparse
import itertools
import json
import os
import sys
import time
from pathlib import Path

# Without these glibc gives large arrays back to the system after each step and asks for them
# anew: the frameworks' large mini-batches would take up to four times as long.
MALLOC = {
    "MALLOC_MMAP_THRESHOLD_": str(2**32),
    "MALLOC_TRIM_THRESHOLD_": str(2**32),
}
# OpenBLAS's threads spin for 2²⁶ ticks after their work, which is in the next one's turn.
OTHERS = {"OPENBLAS_THREAD_TIMEOUT": "16"}
HERE = Path(__file__).resolve().parent
ROOT = HERE.parent


def settle():
    """Begin again with these settings if there are others: they are read at the start alone."""
    if any(os.environ.get(name) != MALLOC[name] for name in MALLOC):
        places = {"TORCHINDUCTOR_CACHE_DIR": "inductor", "NUMBA_CACHE_DIR": "numba"}
        cache = {name: str(ROOT / ".cache" / folder) for name, folder in places.items()}
        os.execve(sys.executable, [sys.executable, *sys.argv], cache | os.environ | MALLOC | OTHERS)


if __name__ == "__main__":
    settle()

import contenders  # noqa: E402
import limit  # noqa: E402
import numpy as np  # noqa: E402
import report  # noqa: E402
from contenders import Problem  # noqa: E402

from convnet_lib import ConvNet, data, deep, networks, training  # noqa: E402

#: The deep network of Part III, as benchmarks/deep_mnist.py trains it.
DEEP = "conv20x5 relu pool2 conv40x5 relu pool2 dense100 relu dense10 softmax"
RATES = {"book": 0.02, "deep": 0.002}
TOLERANCE = {"float32": 1e-3, "float64": 1e-9}  # of the largest move of a kind of parameter
# After many steps of the deep network, where rounding at times lets another neuron win.
DEEP_TOLERANCE = {"float32": 1e-2, "float64": 1e-8}
ENGINES = {"numpy": "fast", "compiled": "compiled"}  # who takes the steps of an engine
TURN = 0.02  # s, at least, that a contender works before the next one's turn
PAUSE = 0.004  # s, in which the threads of the one before go to sleep
WAKE = 0.03  # s, at least, that a contender works untimed, until its threads are on their cores


def cells(quick, dtypes=tuple(TOLERANCE)):
    """Return the (net, dtype, maps, batch) to be measured; the deep network has no `maps`."""
    if quick:
        book = [(1, 1), (1, 10), (1, 128), (20, 10), (20, 128)]
        return [("book", "float32", *one) for one in book] + [("deep", "float32", None, 32)]
    batches = {"float32": (1, 10, 32, 128, 1024), "float64": (1, 10, 128)}
    book = [("book", t, maps, batch) for t in dtypes for maps in (1, 20) for batch in batches[t]]
    return [*book, *itertools.product(["deep"], ["float32"], [None], (1, 10, 32, 128))]


def problems(dtype):
    """Return a function (net, maps, batch) → Problem on as many images as MNIST has.

    They are the digits of the book, fifteen times over: 60,000 images do not fit the cache.
    """
    digits = data.load_digits(dtype=dtype).train
    images = np.tile(digits.images, (15, 1, 1))
    y = np.tile(data.one_hot(digits.labels, dtype=dtype), (15, 1))

    def problem(net, maps, batch):
        kind, rate = np.dtype(dtype), RATES[net]
        if net == "deep":
            return Problem(deep.Network.random(DEEP, seed=0, dtype=kind), images, y, batch, rate)
        return Problem(ConvNet.random(maps, 0, dtype=kind), images, y, batch, rate)

    return problem


def shuffled(images, batch, seed=0):
    """Return an order of mini-batches, integers of shape (steps, batch), drawn without return."""
    steps = min(64, max(4, 2048 // batch))
    return np.random.default_rng(seed).permutation(images)[: steps * batch].reshape(-1, batch)


class Judge:
    """Knows where the plain steps lead in float64, and compares where a contender's lead."""

    def __init__(self, problem, dtype):
        self.problem, self.dtype, self.goals = problem, dtype, {}
        start = networks.parameters(problem.net)
        self.begun = {name: array.astype(float) for name, array in start.items()}

    def goal(self, order):
        """Return the parameters after the plain steps; an order is known by its length."""
        if len(order) not in self.goals:
            net, problem = networks.with_parameters(self.problem.net, self.begun), self.problem
            for rows in order:
                a0, y = problem.images[rows].astype(float), problem.y[rows].astype(float)
                net = training.step(net, a0, y, problem.learning_rate)
            self.goals[len(order)] = list(networks.parameters(net).values())
        return self.goals[len(order)]

    def disagreement(self, contender, order):
        """Return how far from the goal the contender comes out.

        Of each kind of parameter the largest difference, as a share of its largest move.
        """
        goal, shares = self.goal(order), []
        contender.run(order)
        found = [np.array(p, float) for p in contender.parameters()]
        for one, other, start in zip(found, goal, self.begun.values(), strict=True):
            if one.shape != other.shape:
                return np.inf
            shares.append(np.abs(one - other).max() / np.abs(other - start).max())
        return float(np.max(shares))  # a nan among them is handed on

    def must_agree(self, contender, order):
        """Raise an AssertionError that names a contender whose gradients are not the book's."""
        deep = self.problem.maps is None and len(order) > 2
        found = self.disagreement(contender, order)
        allowed = (DEEP_TOLERANCE if deep else TOLERANCE)[self.dtype]
        if not found <= allowed:
            raise AssertionError(
                f"{contender.name}: its steps are {found:.1e} of the largest move away from the "
                f"plain ones, more than {allowed:.0e}: nothing is timed"
            )


class Turns:
    """The turns of a contender at one piece of work.

    Attributes:
        times: µs a step, a number a turn.
    """

    def __init__(self, work, order, all_at_once):
        self.work, self.order, self.repeat = work, order if all_at_once else order[:1], 1
        seconds = min(self._seconds() for _ in range(3))
        if not all_at_once:
            self.order = order[: int(TURN / seconds) + 1]
            seconds *= len(self.order)
        self.repeat = int(TURN / seconds) + 1
        self.times = []

    def take(self):
        """Let the threads of the one before go to sleep, wake one's own, and work."""
        time.sleep(PAUSE)
        until = time.perf_counter() + WAKE
        while time.perf_counter() < until:
            self.work(self.order)
        self.times.append(self._seconds() * 1e6 / self.repeat / len(self.order))

    def _seconds(self):
        start = time.perf_counter()
        for _ in range(self.repeat):
            self.work(self.order)
        return time.perf_counter() - start


def interleave(turns, seconds, least=5, most=40):
    """Take turns in rounds, for so many seconds, but at least `least` and at most `most` rounds."""
    until = time.perf_counter() + seconds
    for done in range(most):
        if done >= least and time.perf_counter() > until:
            return
        for one in turns:
            one.take()


def choose(kind, problem, order, judge):
    """Return the contender in its fastest setting, and the setting; each is checked first."""
    found = []
    for setting in kind.settings:
        contender = kind(problem, **setting)
        judge.must_agree(contender, order if kind.all_at_once else order[:2])
        if len(kind.settings) == 1:
            return contender, setting
        trial = Turns(contender.run, order, kind.all_at_once)
        interleave([trial], 0, least=6)
        found.append((min(trial.times), len(found), contender, setting))
    return min(found)[2:]


def measure(kinds, problem, dtype, seconds):
    """Return the rows of all contenders on one problem, steps and forward passes.

    The row of the one that `training.sgd` takes with engine="auto" is marked as `ours`.
    """
    order, maps = shuffled(len(problem.images), problem.batch), problem.maps
    kinds = [kind for kind in kinds if problem.batch * (maps or 1) <= kind.most]
    judge = Judge(problem, dtype)
    chosen = [choose(kind, problem, order, judge) for kind in kinds]
    rows, engine = [], training.engine_for("auto", problem.net)
    for what, share in (("step", 0.7), ("forward", 0.3)):
        turns = [
            Turns(c.run if what == "step" else c.forward, order, c.all_at_once) for c, _ in chosen
        ]
        interleave(turns, share * seconds)
        for (contender, setting), turn in zip(chosen, turns, strict=True):
            low, median, high = np.percentile(turn.times, (25, 50, 75))
            rows.append(
                {
                    "contender": contender.name,
                    "ours": contender.name == ENGINES[engine],
                    "what": what,
                    "net": "deep" if maps is None else "book",
                    "maps": maps,
                    "batch": problem.batch,
                    "dtype": dtype,
                    "from_pixels": True,
                    "us_per_step": round(float(median), 2),
                    "spread": round(float(high - low), 2),
                    "setting": setting,
                }
            )
    return rows


def with_limits(rows, gemm, memory):
    """Return the rows with the machine's rates and the limit of each."""
    complete = []
    for row in rows:
        rates = gemm[row["dtype"]], memory
        bound = limit.limit_us(
            row["maps"], row["batch"], row["dtype"], *rates, row["what"] == "forward"
        )
        names = ("gemm_gflops", "memory_gb_per_s", "limit_us")
        values = (round(float(value), 2) for value in (*rates, bound))
        complete.append(row | dict(zip(names, values, strict=True)))
    return complete


def main(arguments=None):
    """Measure, write results.json, results.md and results.png; return what stopped it, or None."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="float32, some mini-batches")
    parser.add_argument("--dtype", choices=TOLERANCE, help="only this precision")
    parser.add_argument("--into", type=Path, default=HERE, help="folder of the results")
    options = parser.parse_args(arguments)
    kinds, missing = contenders.everyone()
    for line in missing:
        print(line)
    wanted = cells(options.quick, (options.dtype,) if options.dtype else tuple(TOLERANCE))
    watch = report.Watch()
    memory = limit.memory_rate()
    gemm = {dtype: limit.gemm_rate(dtype) for dtype in dict.fromkeys(c[1] for c in wanted)}
    rows, problem, last, stopped = [], None, None, None
    try:
        for net, dtype, maps, batch in wanted:
            if dtype != last:
                problem, last = problems(dtype), dtype
            start = time.perf_counter()
            seconds = 4 if options.quick else 6
            rows += measure(kinds[net], problem(net, maps, batch), dtype, seconds)
            took = time.perf_counter() - start
            what = "deep" if maps is None else f"maps {maps}"
            print(f"{dtype}, {what}, mini-batch {batch}: {took:.0f} s", flush=True)
    except (KeyboardInterrupt, AssertionError) as error:  # what was measured is not lost
        stopped = str(error) or "it was interrupted"
        missing.append(f"The sizes after the last one are not there: {stopped}")
    rows = with_limits(rows, gemm, memory)
    command = "make bench-quick" if options.quick else "make bench"
    if options.dtype:
        command = f"benchmarks/bench.py --dtype {options.dtype}"
    page = report.page(rows, watch.sentences(missing, command))
    print("\n" + page)
    options.into.mkdir(parents=True, exist_ok=True)
    lines = ",\n".join(json.dumps(row) for row in rows)
    (options.into / "results.json").write_text(f"[\n{lines}\n]\n", "utf-8")
    (options.into / "results.md").write_text(page, "utf-8")
    report.plot(rows).savefig(options.into / "results.png", dpi=150)
    return stopped


if __name__ == "__main__":
    sys.exit(main())
