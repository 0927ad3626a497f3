"""The benchmark's own logic, with nothing timed that counts."""

import json
import re
import sys
from pathlib import Path

import numpy as np
import pytest

from convnet_lib import ConvNet, data

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "benchmarks"))

import bench  # noqa: E402
import contenders  # noqa: E402
import deep_mnist  # noqa: E402
import limit  # noqa: E402
import report  # noqa: E402

KEYS = ["contender", "maps", "batch", "dtype", "from_pixels", "us_per_step", "spread"]
RATES = ["gemm_gflops", "memory_gb_per_s"]


def problem(maps=2, batch=3, dtype="float64", images=40):
    rng = np.random.default_rng(0)
    a0 = rng.random((images, 28, 28)).astype(dtype)
    y = np.eye(10, dtype=dtype)[rng.integers(0, 10, images)]
    net = ConvNet.random(maps, 0, dtype=np.dtype(dtype))
    return contenders.Problem(net, a0, y, batch, 0.02)


def order(batch=3):
    return np.random.default_rng(1).permutation(40)[: 2 * batch].reshape(2, batch)


@pytest.mark.parametrize("dtype", bench.TOLERANCE)
@pytest.mark.parametrize("kind", contenders.NUMPY, ids=lambda kind: kind.name)
def test_contenders_take_the_steps_of_the_book(kind, dtype):
    some = problem(dtype=dtype, maps=1 if kind is contenders.Loops else 2)
    bench.Judge(some, dtype).must_agree(kind(some, **kind.settings[0]), order())


class AllMaxima(contenders.Plain):
    """Switches on every maximum of a window."""

    name = "all maxima"

    def step(self, a0, y, rate):
        g = self.net.backprop(a0, y, "cross_entropy", ties="all")
        arrays = {
            name: getattr(self.net, name) - rate / len(a0) * getattr(g, name)
            for name in self.net.parameters
        }
        return ConvNet(**arrays)


class Forgetful(contenders.Fast):
    """Leaves out the last image of every mini-batch."""

    name = "forgetful"

    def run(self, order):
        super().run(order[:, :-1])


class NotANumber(contenders.Plain):
    name = "not a number"

    def parameters(self):
        return [np.full_like(p, np.nan) for p in super().parameters()]


@pytest.mark.parametrize("kind", [AllMaxima, Forgetful, NotANumber], ids=lambda kind: kind.name)
def test_one_broken_contender_stops_it_all(kind, monkeypatch):
    monkeypatch.setattr(bench, "shuffled", lambda images, batch: order(batch))
    some = problem()
    some.images[:, :10] = 0  # paper, where windows are tied
    monkeypatch.setattr(bench, "interleave", lambda *_: pytest.fail("timed nevertheless"))
    with pytest.raises(AssertionError, match=f"^{kind.name}: its steps are .* nothing is timed"):
        bench.measure([contenders.Plain, kind], some, "float64", 2, 0)


def test_a_kind_with_settings_is_checked_in_each(monkeypatch):
    class Sometimes(AllMaxima):
        settings = ({"ties": "first"}, {"ties": "all"})

        def __init__(self, problem, ties):
            super().__init__(problem)
            if ties == "first":
                self.step = super(AllMaxima, self).step

    some = problem()
    some.images[:, :10] = 0
    monkeypatch.setattr(bench, "interleave", lambda turns, *_, **__: turns[0].times.append(1.0))
    with pytest.raises(AssertionError, match="nothing is timed"):
        bench.choose(Sometimes, some, order(), bench.Judge(some, "float64"))


def measured(seconds=0.0):
    kinds = [contenders.Plain, contenders.Im2col, contenders.Fast]
    rows = bench.measure(kinds, problem(images=4000, batch=10), "float64", 2, seconds)
    return bench.with_limits(rows, {"float64": 100.0}, 10.0)


def test_rows_have_their_keys(monkeypatch):
    monkeypatch.setattr(bench, "TURN", 0.0)
    rows = measured()
    assert len(rows) == 6
    for row in rows:
        assert set(KEYS + RATES) <= set(row)
        assert json.loads(json.dumps(row)) == row
        assert row["us_per_step"] > 0
        assert row["what"] in ("step", "forward")
    assert [row["contender"] for row in rows if row["what"] == "step"] == [
        "plain",
        "im2col",
        "fast",
    ]


def test_cells_are_those_asked_for():
    assert len(bench.cells(quick=False)) == 20
    quick = bench.cells(quick=True)
    assert quick == [("float32", maps, batch) for maps in (1, 20) for batch in (10, 128)]


def test_an_order_has_no_image_twice():
    found = bench.shuffled(60_000, 128)
    assert found.shape[1] == 128
    assert len(np.unique(found)) == found.size
    assert (np.diff(found.ravel()) < 0).any()


def row(contender, us, batch=10):
    """A row as it is written."""
    names = {"contender": contender, "us_per_step": us, "batch": batch}
    names |= {"limit_us": {10: 10.0, 128: 100.0}[batch]}
    rest = {"maps": 1, "dtype": "float32", "what": "step", "from_pixels": True, "spread": 2.0}
    return names | rest


ROWS = [
    row("fast", 50.0),
    row("PyTorch eager", 300.0),
    row("PyTorch compiled, pooled first", 200.0),
    row("JAX jit", 150.0),
    row("JAX jit, our tiles", 75.0),
    row("fast", 400.0, batch=128),
    row("PyTorch eager", 2000.0, batch=128),
]


def test_ratios_are_those_to_the_best_rival():
    assert report.ratios(ROWS) == {
        "best PyTorch": {10: 4.0, 128: 5.0},
        "fast / limit": {10: 5.0, 128: 4.0},
        "best JAX, plain convolution": {10: 3.0},
        "best JAX, our tiles": {10: 1.5},
    }


def test_without_a_framework_its_ratios_are_left_out():
    numpy_alone = [r for r in ROWS if not r["contender"].startswith(("PyTorch", "JAX"))]
    assert set(report.ratios(numpy_alone)) == {"fast / limit"}
    assert "PyTorch is left out: no torch." in report.page(
        numpy_alone, report.Watch().sentences(["PyTorch is left out: no torch"], quick=True)
    )


def test_page_and_plot():
    page = report.page(ROWS, ["A sentence."])
    assert "## one map, one step, float32" in page
    assert "| fast | 50.0 ± 1.0 | 400 ± 1 |" in page
    assert "| limit | 10.0 | 100.0 |" in page
    assert "| **best PyTorch / fast** | 4.0× | 5.0× |" in page
    assert "| JAX jit | 150 ± 1 |  |" in page
    (axes,) = report.plot(ROWS).axes
    lines = {line.get_label(): line.get_xydata().tolist() for line in axes.lines}
    assert lines["fast"] == [[10, 5], [128, 400 / 128]]
    assert lines["limit of the machine"] == [[10, 1], [128, 100 / 128]]


def test_limit_by_hand():
    """Two multiplications and additions each: 576·25 + 3·1440 + 144·25 a map."""
    assert limit.flops(1) == 2 * (14_400 + 4_320 + 3_600)
    assert limit.flops(1, forward=True) == 2 * (14_400 + 1_440)
    assert limit.numbers(1, 10) == 7_940 + 2 * (26 + 1_450)
    assert limit.limit_us(1, 10, "float32", 1.0, 1e9) == pytest.approx(446.4)
    assert limit.limit_us(1, 10, "float32", 1e9, 1.0) == pytest.approx(4 * 10_892 / 1e3)


def test_frameworks_that_are_not_there_are_named(monkeypatch):
    for name in ("with_torch", "with_jax"):
        monkeypatch.setitem(sys.modules, name, None)
    kinds, missing = contenders.everyone()
    assert tuple(kinds) == contenders.NUMPY
    assert [line.split(":")[0] for line in missing] == ["PyTorch is left out", "JAX is left out"]


def test_results_are_those_of_this_benchmark():
    """What is committed has the keys, and the page beside it says on what machine it came about."""
    rows = json.loads((ROOT / "benchmarks" / "results.json").read_text("utf-8"))
    assert {row["contender"] for row in rows} >= {"index loops", "plain", "im2col", "fast"}
    for row in rows:
        assert set(KEYS + RATES) <= set(row)
    page = (ROOT / "benchmarks" / "results.md").read_text("utf-8")
    assert re.search(r"\d cores; Python", page)


# --- deep_mnist.py ----------------------------------------------------------------------------


@pytest.mark.parametrize("epochs", [1, 2, 3, 7, 20])
def test_the_rates_of_a_deep_run_fall_and_there_is_one_an_epoch(epochs):
    for candidates in deep_mnist.STAGES.values():
        for stages in candidates:
            rates = deep_mnist.rates(stages, epochs)
            assert len(rates) == epochs
            assert rates == sorted(rates, reverse=True)
            assert set(rates) <= {rate for rate, _ in stages}


def test_digits_are_moved_by_up_to_a_pixel_and_blank_paper_comes_in():
    lone = np.zeros((400, 5, 7), np.float32)
    lone[:, 2, 0] = 1
    moved = deep_mnist.moved(data.Digits(lone, np.arange(400)), np.random.default_rng(0))
    places = {tuple(int(n) for n in place) for place in np.argwhere(moved.images)[:, 1:]}
    assert places == {(row, column) for row in (1, 2, 3) for column in (0, 1)}
    assert moved.images.sum(axis=(1, 2)).max() == 1  # off the page, or moved whole
    assert moved.images.dtype == np.float32
    assert np.array_equal(moved.labels, np.arange(400))


def test_the_best_epoch_is_chosen_by_digits_that_are_not_those_trained_on():
    whole = data.load_digits(dtype=np.float32).train
    part = data.Digits(whole.images[:60], whole.labels[:60])
    split = data.Split(part, data.Digits(part.images[::-1], 9 - part.labels[::-1]))
    spec = "dense10 softmax"
    _, reached = deep_mnist.train(spec, 0, split, [(0.1, 1.0)], 3, still=True)
    assert reached < 0.5
