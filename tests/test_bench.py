"""The benchmark's own logic, with nothing timed that counts."""

import json
import re
import sys
from pathlib import Path

import numpy as np
import pytest

from convnet_lib import ConvNet, data, deep, networks, training

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "benchmarks"))

import accuracy  # noqa: E402
import bench  # noqa: E402
import contenders  # noqa: E402
import deep_mnist  # noqa: E402
import epoch  # noqa: E402
import limit  # noqa: E402
import report  # noqa: E402

KEYS = ["contender", "net", "maps", "batch", "dtype", "from_pixels", "us_per_step", "spread"]
RATES = ["gemm_gflops", "memory_gb_per_s"]


def problem(maps=2, batch=3, dtype="float64", images=40):
    """Of the book's network with so many maps; of a small deep one with None."""
    rng = np.random.default_rng(0)
    a0 = rng.random((images, 28, 28)).astype(dtype)
    y = np.eye(10, dtype=dtype)[rng.integers(0, 10, images)]
    net = ConvNet.random(maps or 1, 0, dtype=np.dtype(dtype))
    if maps is None:
        net = deep.Network.random(bench.DEEP, seed=0, dtype=np.dtype(dtype))
    return contenders.Problem(net, a0, y, batch, 0.02)


def order(batch=3):
    return np.random.default_rng(1).permutation(40)[: 2 * batch].reshape(2, batch)


@pytest.mark.parametrize("dtype", bench.TOLERANCE)
@pytest.mark.parametrize("kind", contenders.NUMPY["book"], ids=lambda kind: kind.name)
def test_contenders_take_the_steps_of_the_book(kind, dtype):
    some = problem(dtype=dtype, maps=1 if kind is contenders.Loops else 2)
    bench.Judge(some, dtype).must_agree(kind(some, **kind.settings[0]), order())


@pytest.mark.parametrize("kind", contenders.NUMPY["deep"], ids=lambda kind: kind.name)
def test_contenders_take_the_steps_of_a_deep_network(kind):
    some = problem(None)
    bench.Judge(some, "float64").must_agree(kind(some), order())


@pytest.mark.parametrize("batch", [1, 3])
def test_compiled_loops_take_an_order_whole(batch):
    pytest.importorskip("numba", reason="needs the extra `compiled`")
    (kind,) = __import__("with_numba").CONTENDERS["book"]
    some = problem(maps=1, batch=batch)
    assert kind.all_at_once
    one = kind(some)
    bench.Judge(some, "float64").must_agree(one, order(batch))
    one.forward(order(batch))


@pytest.mark.parametrize("batch", [1, 3])
def test_compiled_loops_take_the_steps_of_a_deep_network(batch):
    pytest.importorskip("numba", reason="needs the extra `compiled`")
    (kind,) = __import__("with_numba").CONTENDERS["deep"]
    one, some = kind(problem(None, batch)), problem(None, batch)
    bench.Judge(some, "float64").must_agree(one, order(batch))
    one.forward(order(batch))


def test_arrays_for_frameworks_come_back_in_the_shapes_of_the_network():
    net = problem(None).net
    arrays = contenders.for_frameworks(net)
    assert [a.shape for a in arrays[::2]] == [(20, 1, 5, 5), (40, 20, 5, 5), (100, 640), (10, 100)]
    back = contenders.in_shapes_of(net, arrays)
    for one, other in zip(back, networks.parameters(net).values(), strict=True):
        assert np.array_equal(one, other)
        assert not np.shares_memory(one, other)


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
        bench.measure([contenders.Plain, kind], some, "float64", 0)


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
    rows = bench.measure(kinds, problem(images=4000, batch=20), "float64", seconds)
    return bench.with_limits(rows, {"float64": 100.0}, 10.0)


def test_rows_have_their_keys(monkeypatch):
    monkeypatch.setattr(bench, "TURN", 0.0)
    monkeypatch.setattr(training.engines, "_is_installed", lambda: False)
    rows = measured()
    assert len(rows) == 6
    for row in rows:
        assert set(KEYS + RATES) <= set(row)
        assert json.loads(json.dumps(row)) == row
        assert row["us_per_step"] > 0
        assert row["what"] in ("step", "forward")
    steps = {row["contender"]: row["ours"] for row in rows if row["what"] == "step"}
    assert steps == {"plain": False, "im2col": False, "fast": True}


@pytest.mark.parametrize(("there", "name"), [(True, "compiled"), (False, "fast")])
def test_ours_is_the_one_that_a_run_would_choose(monkeypatch, there, name):
    monkeypatch.setattr(training.engines, "_is_installed", lambda: there)
    monkeypatch.setattr(bench, "Turns", lambda *_: None)
    monkeypatch.setattr(bench, "interleave", lambda *_: None)
    monkeypatch.setattr(bench, "choose", lambda kind, *_: (kind, {}))
    kinds = []
    for title in ("fast", "compiled"):
        kind = type(title, (contenders.Contender,), {"name": title, "run": 0, "forward": 0})
        kinds.append(kind)

    class Turn:
        times = (1.0,)

    monkeypatch.setattr(bench, "Turns", lambda *_: Turn)
    rows = bench.measure(kinds, problem(maps=1, images=4000, batch=10), "float64", 0)
    assert {row["contender"] for row in rows if row["ours"]} == {name}


def test_cells_are_those_asked_for():
    whole = bench.cells(quick=False)
    assert len(set(whole)) == len(whole) == 20
    assert [c for c in whole if c[0] == "deep"] == [
        ("deep", "float32", None, batch) for batch in (1, 10, 32, 128)
    ]
    assert set(bench.cells(quick=True)) < set(bench.cells(quick=False, dtypes=("float32",)))


def test_after_many_steps_of_a_deep_network_rounding_has_more_room():
    some = problem(maps=None, dtype="float32")
    judge = bench.Judge(some, "float32")

    class Rounded(contenders.Plain):
        def parameters(self):
            moves = zip(super().parameters(), judge.begun.values(), strict=True)
            return [end + 0.005 * np.abs(end - start).max() for end, start in moves]

    judge.must_agree(Rounded(some), np.tile(order(), (2, 1)))
    with pytest.raises(AssertionError, match="nothing is timed"):
        judge.must_agree(Rounded(some), order())
    book = problem(dtype="float32")
    judge = bench.Judge(book, "float32")
    with pytest.raises(AssertionError, match="nothing is timed"):
        judge.must_agree(Rounded(book), np.tile(order(), (2, 1)))


def test_what_was_measured_is_written_when_a_contender_disagrees(monkeypatch, tmp_path):
    """The rows of the sizes before it are kept, the page says why it ends, and so does main."""
    measured = bench.measure
    left = iter([True, False])

    def measure(kinds, *arguments):
        if next(left):
            return measured(kinds[:2], *arguments)
        raise AssertionError("somebody: its steps are others")

    monkeypatch.setattr(bench, "measure", measure)
    monkeypatch.setattr(bench, "TURN", 0.0)
    monkeypatch.setattr(bench, "WAKE", 0.0)
    monkeypatch.setattr(bench.limit, "memory_rate", lambda: 10.0)
    monkeypatch.setattr(bench.limit, "gemm_rate", lambda dtype: 100.0)
    stopped = bench.main(["--quick", "--into", str(tmp_path)])
    assert stopped == "somebody: its steps are others"
    rows = json.loads((tmp_path / "results.json").read_text("utf-8"))
    assert {row["contender"] for row in rows} == {"index loops", "plain"}
    assert stopped in (tmp_path / "results.md").read_text("utf-8")


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
    return names | rest | {"net": "book", "ours": contender == "fast"}


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
        "ours / limit": {10: 5.0, 128: 4.0},
        "best JAX, plain convolution": {10: 3.0},
        "best JAX, our tiles": {10: 1.5},
    }


def test_without_a_framework_its_ratios_are_left_out():
    numpy_alone = [r for r in ROWS if not r["contender"].startswith(("PyTorch", "JAX"))]
    assert set(report.ratios(numpy_alone)) == {"ours / limit"}
    assert "PyTorch is left out: no torch." in report.page(
        numpy_alone, report.Watch().sentences(["PyTorch is left out: no torch"], "make bench-quick")
    )


def test_page_and_plot():
    page = report.page(ROWS, ["A sentence."])
    assert "## one map, one step, float32" in page
    assert "| fast | **50.0 ± 1.0** | **400 ± 1** |" in page
    assert "| limit | 10.0 | 100.0 |" in page
    assert "| **best PyTorch / ours** | 4.0× | 5.0× |" in page
    assert "| JAX jit | 150 ± 1 |  |" in page
    (axes,) = report.plot(ROWS).axes
    lines = {line.get_label(): line.get_xydata().tolist() for line in axes.lines}
    assert lines["fast"] == [[10, 5], [128, 400 / 128]]
    assert lines["limit of the machine"] == [[10, 1], [128, 100 / 128]]


def test_aims_are_held_against_the_best_rival_of_all():
    found = {(line[3], line[4]): line[5:] for line in report.aims(ROWS)}
    assert found[10, "PyTorch / ours"] == ("≥", 8, 4.0)
    assert found[10, "JAX / ours"] == ("≥", 1.8, 1.5)
    assert found[128, "PyTorch / ours"] == ("≥", 5, 5.0)
    assert found[128, "ours / limit"] == ("≤", 6, 4.0)
    assert (128, "JAX / ours") not in found  # of whom there is no time
    table = "\n".join(report.aims_table(ROWS))
    assert "| step | book, one map | 10 | PyTorch / ours | ≥ 8 | 4.00 | **missed** |" in table
    assert "| step | book, one map | 128 | PyTorch / ours | ≥ 5 | 5.00 | reached |" in table
    assert "| step | book, one map | 128 | ours / limit | ≤ 6 | 4.00 | reached |" in table


def test_every_aim_is_about_something_that_is_measured():
    cells = {(net, maps, batch) for net, _, maps, batch in bench.cells(quick=False)}
    aimed = {(net, maps, batch) for _, net, maps, batches, *_ in report.AIMS for batch in batches}
    assert aimed <= cells
    assert {(net, maps, 128) for net, maps, _ in report.LIMITS} <= cells


def test_limit_by_hand():
    """Two multiplications and additions each: 576·25 + 3·1440 + 144·25 a map."""
    assert limit.flops(1) == 2 * (14_400 + 4_320 + 3_600)
    assert limit.flops(1, forward=True) == 2 * (14_400 + 1_440)
    assert limit.numbers(1, 10) == 7_940 + 2 * (26 + 1_450)
    assert limit.limit_us(1, 10, "float32", 1.0, 1e9) == pytest.approx(446.4)
    assert limit.limit_us(1, 10, "float32", 1e9, 1.0) == pytest.approx(4 * 10_892 / 1e3)
    ahead, back = 288_000 + 1_280_000 + 65_000, 72_000 + 640_000 + 130_000
    assert limit.flops(None) == 2 * (ahead + back)
    assert limit.flops(None, forward=True) == 2 * ahead


def test_the_limit_of_the_deep_network_is_that_of_its_layers():
    """The products of each layer, counted from the network itself."""
    some = problem(None)
    made = some.net.feedforward(some.images[0])[1:]
    layers = [(x, z) for x, z in zip(some.net.layers, made, strict=True) if hasattr(x, "w")]
    assert limit.products(None, forward=True) == sum(
        x.w.size // x.b.size * z.size for x, z in layers
    )
    weights = sum(p.size for p in networks.parameters(some.net).values())
    assert limit.numbers(None, 1, forward=True) == 784 + 10 + weights


def test_the_page_tells_what_is_counted_and_on_how_many_digits():
    page, split = (bench.HERE / "README.md").read_text("utf-8"), data.load_digits()
    assert len(bench.problems("float32")("book", 1, 10).images) == 60_000
    assert f"(the {len(split.train.labels):,} digits that the book trains on, fifteen times" in page
    assert "each parameter once, in a step twice: read and written" in page
    assert limit.numbers(1, 1) - limit.numbers(1, 1, forward=True) == 1_476
    assert f"{accuracy.HELD_OUT:,} held out of the 60,000" in page
    assert f"the digits in float32 are {70_000 * 784 * 4 / 2**20:.0f}." in page


def test_the_page_tells_from_when_on_compiled_loops_have_two_threads():
    pytest.importorskip("numba", reason="needs the extra `compiled`")
    one, twenty = (
        training.stepper(ConvNet.random(maps, seed=0, dtype=np.float32), engine="compiled")
        for maps in (1, 20)
    )
    told = (
        f"with one map it has two threads from {one.two_from} images a mini-batch on, in a forward "
        f"pass alone from {one.forward_two_from}, with twenty maps from {twenty.two_from};"
    )
    assert told in (bench.HERE / "README.md").read_text("utf-8")


def test_frameworks_that_are_not_there_are_named(monkeypatch):
    for name in contenders.OTHERS.values():
        monkeypatch.setitem(sys.modules, name, None)
    kinds, missing = contenders.everyone()
    assert {net: tuple(found) for net, found in kinds.items()} == contenders.NUMPY
    left_out = [line.split(" is left out:")[0] for line in missing]
    assert left_out == ["Numba", "PyTorch", "JAX"]


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


# --- epoch.py ---------------------------------------------------------------------------------


def test_each_epoch_has_another_order_of_whole_mini_batches():
    first, second = (order for order, _ in zip(epoch.orders(20, 6), range(2), strict=False))
    assert first.shape == second.shape == (3, 6)
    assert (first != second).any()
    for taken in (first, second):
        assert len(set(taken.ravel()) & set(range(20))) == 18


def test_who_is_not_asked_for_is_not_imported(monkeypatch):
    monkeypatch.setattr(contenders, "OTHERS", {"PyTorch": "no_such_room", "JAX": "nor_this"})
    found, missing = contenders.everyone(["PyTorch"])
    assert found == {net: list(kinds) for net, kinds in contenders.NUMPY.items()}
    assert [line.split(":")[0] for line in missing] == ["PyTorch is left out"]
    assert contenders.everyone([])[1] == []


def test_an_epoch_by_ours_alone_tells_its_accuracy_and_its_memory(monkeypatch, capsys):
    """What it prints is what the plain steps of the same order lead to."""
    digits = data.load_digits(dtype=np.float32)
    few = digits._replace(
        train=data.Digits(digits.train.images[:96], digits.train.labels[:96]),
        test=data.Digits(digits.test.images[:100], digits.test.labels[:100]),
    )
    monkeypatch.setattr(data, "load_mnist", lambda dtype: few)
    monkeypatch.setattr(bench, "shuffled", lambda images, batch: np.arange(96).reshape(3, 32))
    epoch.main(["--alone", "--epochs", "2", "--batch", "32"])
    lines = capsys.readouterr().out.splitlines()
    net = deep.Network.random(bench.DEEP, seed=0, dtype=np.dtype("float32"))
    y = data.one_hot(few.train.labels, dtype="float32")
    for order, line in zip(epoch.orders(96, 32), lines[:2], strict=False):
        for rows in order:
            net = training.step(net, few.train.images[rows], y[rows], 0.1)
        assert f"test {training.accuracy(net, few.test):.2%}" in line
    assert int(re.search(r"peak of the memory: (\d+) MB", lines[2])[1]) > 30
