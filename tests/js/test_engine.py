"""The engine of the page against NumPy, over thousands of networks, images and labels."""

import json
from pathlib import Path

import numpy as np
import pytest

from convnet_lib import ConvNet, broken, conv, costs, dense, pool
from convnet_lib.activations import sigmoid_prime
from convnet_lib.widgets.base import STATIC

ENGINE = Path(str(STATIC)) / "parts" / "engine.js"
CLOSE = 1e-12
MANY, SOME = 4000, 250  # cases for the engine, and for each engine with a bug


# --- the cases ------------------------------------------------------------------------------


def drawn_case(rng):
    """A network and images: oblong, with and without maps, a batch or one, with ties or without."""
    maps = rng.choice([None, 1, 2, 3, 4, 5])
    kernel, pooled = rng.integers(1, 6, 2), rng.integers(1, 6, 2)
    axis = () if maps is None else (int(maps),)
    batch = () if rng.random() < 0.4 else (int(rng.integers(1, 5)),)
    outputs = int(rng.integers(1, 11))
    a0 = rng.random((*batch, *(2 * pooled + kernel - 1)))
    w1 = rng.standard_normal((*axis, *kernel)) * rng.choice([0.3, 1, 3])
    b1 = rng.standard_normal(axis)
    if rng.random() < 0.5:
        # Halves, so that sums are exact in every order, and ties are ties for both.
        a0, w1, b1 = (np.round(2 * x) / 2 for x in (a0, w1, b1))
    if rng.random() < 0.2:
        a0[..., : a0.shape[-2] // 2 + 1, :] = 0  # blank paper
    w3 = rng.standard_normal((outputs, *axis, *pooled)) / np.sqrt(pooled.prod())
    net = ConvNet(w1, np.asarray(b1), w3, rng.standard_normal(outputs))
    labels = rng.integers(0, outputs, batch)
    y = np.eye(outputs)[labels] if rng.random() < 0.7 else rng.random((*batch, outputs))
    if rng.random() < 0.15:
        # All outputs are sure and right: of 1 - a³ there are no digits left.
        y = rng.integers(0, 2, outputs) * rng.choice([0.0, 1.0]) + np.zeros((*batch, 1))
        sure = rng.choice([15, 40]) * (2 * y.reshape(-1, outputs)[0] - 1)
        net = ConvNet(net.w1, net.b1, net.w3, sure)
    return net, a0, y, str(rng.choice(list(costs.COSTS))), str(rng.choice(pool.TIES))


def expected(net, a0, y, cost, ties, eta):
    """{quantity: (NumPy's, scale)}; a sum's scale is that of the sum of its terms' sizes."""
    z1, a1, a2, z3, a3 = net.feedforward(a0)
    g = net.backprop(a0, y, cost, ties)
    mask, slope1 = pool.winners(a1, ties), sigmoid_prime(z1)
    # Of a label of 0 or 1 nothing cancels.
    size3 = np.where(
        (y == 0) | (y == 1), abs(costs.delta(z3, a3, y, "cross_entropy")), abs(a3) + abs(y)
    )
    size3 = size3 * (sigmoid_prime(z3) if cost == "quadratic" else 1)
    size2 = dense.backward(size3, abs(net.w3))
    size1 = pool.backward(size2, mask) * slope1
    all_of_them = {
        "z1": (z1, conv.forward(abs(a0), abs(net.w1), abs(net.b1))),
        "a1": (a1, a1),
        "a2": (a2, a2),
        "z3": (z3, dense.forward(a2, abs(net.w3), abs(net.b3))),
        "a3": (a3, a3),
        # Near 1, a³ has 16 decimals, and so has its logarithm.
        "C": (costs.COSTS[cost](a3, y), costs.COSTS[cost](a3, y) + 1e-3 * y.sum(axis=-1)),
        "tied": (pool.tied(a1), np.ones(1)),
        "nabla_mask": (mask, np.ones(1)),
        "nabla_slope1": (slope1, slope1),
        "nabla_delta3": (g.delta3, size3),
        "nabla_a2": (dense.backward(g.delta3, net.w3), size2),
        "nabla_delta1": (g.delta1, size1),
        "nabla_w1": (g.w1, conv.nabla_w(size1, abs(a0), net.w1)),
        "nabla_b1": (g.b1, conv.nabla_b(size1, net.w1)),
        "nabla_w3": (g.w3, dense.nabla_w(size3, a2, net.w3)),
        "nabla_b3": (g.b3, dense.nabla_b(size3, net.w3)),
    }
    for name in net.parameters:
        size = abs(getattr(net, name)) + eta * all_of_them[f"nabla_{name}"][1]
        all_of_them[f"next_{name}"] = getattr(net, name) - eta * getattr(g, name), size
    return {name: (x, float(np.max(size))) for name, (x, size) in all_of_them.items()}


class Numbers:
    """All arrays one after the other, and where each of them stands."""

    def __init__(self):
        self.parts, self.offset = [], 0

    def place(self, x, **more):
        x = np.asarray(x, float)
        self.parts.append(x.ravel())
        self.offset += x.size
        return {"shape": list(x.shape), "offset": self.offset - x.size, **more}


def write_cases(path, n, seed):
    """Write n drawn cases with all that NumPy makes of them."""
    rng, numbers, cases = np.random.default_rng(seed), Numbers(), []
    for _ in range(n):
        net, a0, y, cost, ties = drawn_case(rng)
        eta = float(rng.choice([0.01, 0.3]))
        given = {name: getattr(net, name) for name in net.parameters} | {"a0": a0, "y": y}
        truth = expected(net, a0, y, cost, ties, eta)
        cases.append(
            {
                "arrays": {name: numbers.place(x) for name, x in given.items()},
                "expected": {
                    name: numbers.place(x, scale=scale or 1.0) for name, (x, scale) in truth.items()
                },
                "cost": cost,
                "ties": ties,
                "eta": eta,
            }
        )
    path.write_text(json.dumps(cases))
    np.concatenate(numbers.parts).tofile(path.with_suffix(".bin"))
    return cases


def held(node, cases, *engines):
    """{engine: {quantity: largest difference, in units of its scale}}."""
    report = json.loads(node(Path(__file__).with_name("held_against_numpy.js"), cases, *engines))
    return {
        Path(engine): {name: float(str(x).replace("infinite", "inf")) for name, x in worst.items()}
        for engine, worst in report.items()
    }


def test_the_engine_is_numpys(node, tmp_path):
    cases = write_cases(tmp_path / "cases.json", MANY, seed=0)
    worst = held(node, tmp_path / "cases.json", ENGINE)[ENGINE]
    assert set(worst) == set(cases[0]["expected"])
    assert max(worst.values()) <= CLOSE, worst


def test_the_cases_have_all_that_can_go_wrong():
    rng = np.random.default_rng(0)
    drawn = [drawn_case(rng) for _ in range(MANY)]
    nets = [net for net, *_ in drawn]
    assert {net.b1.shape for net in nets} == {(), (1,), (2,), (3,), (4,), (5,)}
    assert {a0.ndim for _, a0, *_ in drawn} == {2, 3}
    assert {(cost, ties) for *_, cost, ties in drawn} == {
        (cost, ties) for cost in costs.COSTS for ties in pool.TIES
    }
    tied = sum(pool.tied(net.feedforward(a0).a1).any() for net, a0, *_ in drawn)
    oblong = sum(a0.shape[-1] != a0.shape[-2] for _, a0, *_ in drawn)
    assert tied > MANY / 3
    assert oblong > MANY / 2


def test_a_window_is_tied_as_numpys_is_whatever_is_in_it(node, tmp_path):
    """Not-a-number and the infinities too; so few kinds that most windows have ties."""
    words = np.array(["NaN", "Infinity", "-Infinity", "0.25", "1"])
    maps = np.random.default_rng(2).choice(words, (300, 4, 6))
    (tmp_path / "maps.json").write_text(json.dumps(maps.tolist()))
    script = Path(__file__).with_name("ties_of_numpy.js")
    found = json.loads(node(script, tmp_path / "maps.json", ENGINE))
    a = maps.astype(float)
    assert [one["tied"] for one in found] == pool.tied(a).reshape(300, -1).tolist()
    for ties in pool.TIES:
        assert [one[ties] for one in found] == pool.winners(a, ties).reshape(300, -1).tolist()


# --- the bugs of chapter 15, put into the engine one at a time ------------------------------

BP1 = 'cost === "quadratic" ? times(nabla_a, slope) : nabla_a'
BP4 = "nabla.values[l * w.columns + m]"
TRANSPOSED = "NDArray.make({0}.columns, {0}.rows, (j, k) => {0}.at(k, j))"
#: What the engine says, and what it says with the bug.
PARTS = (ENGINE.name, "activations.js", "costs.js", "arrays.js", "checks.js")
MISTAKES = {
    "BP1 without σ′": (BP1, "nabla_a"),
    "BP1 with the wrong sign": ("=> missedBy(", "=> -missedBy("),
    "BP2 without σ′": ("const slope1 = sigmoidPrime(z1)", "const slope1 = z1.map(() => 1)"),
    "BP2 with σ′(a¹)": ("const slope1 = sigmoidPrime(z1)", "const slope1 = sigmoidPrime(a1)"),
    "BP2 with = for +=": ("nabla_a.values[jk] += delta", "nabla_a.values[jk] = delta"),
    "BP2 with j′ and k′ swapped": (
        "return nabla_a;",
        f"return nabla_a.axes > 2 ? nabla_a : {TRANSPOSED.format('nabla_a')};",
    ),
    "BP2a with every tied maximum": ('of ties === "first" ? tied.slice(0, 1) : tied', "of tied"),
    "BP2a with the last tied maximum": ("tied.slice(0, 1)", "tied.slice(-1)"),
    "BP2a with the smallest": (
        "[largestOf(a, j, k), j * a.columns + k]",
        "[-largestOf(a.map((x) => -x), j, k), j * a.columns + k]",
    ),
    "BP2a with a quarter each": ("* mask.at(j, k)", "* 0.25"),
    "BP3 with the mean": ("NDArray.scalar(nabla)", "NDArray.scalar(nabla / delta.values.length)"),
    "BP3 once for each weight": (
        "NDArray.scalar(nabla)",
        "NDArray.scalar(nabla * w.values.length)",
    ),
    "BP4 rotated by 180°": (BP4, "nabla.values[w.values.length - 1 - l * w.columns - m]"),
    "BP4 transposed": (BP4, "nabla.values[m * w.rows + l]"),
    "BP4 off by one": (
        "delta.at(j, k) * a.at(j + l, k + m)",
        "delta.at(j, k) * a.values.at(a.columns * (j + l - 1) + k + m - 1)",
    ),
    "BP4 with = for +=": (
        "return sum(a, (image, n) => convNablaW(delta.part(n), image, w))",
        "return a.parts().map((image, n) => convNablaW(delta.part(n), image, w)).at(-1)",
    ),
    "BP4a with j and k swapped": (
        "a.map((a_jk) =>",
        f"(a.axes > 2 ? a : {TRANSPOSED.format('a')}).map((a_jk) =>",
    ),
    "the batch averaged twice": (
        "return total;",
        "return total.map((value) => value / x.shape[0]);",
    ),
}


def test_every_bug_of_the_menu_is_put_in():
    """But that of windows that overlap: the engine is the book's network, where they do not."""
    assert set(MISTAKES) == set(broken.BUGS) - {"BP2s with = for +="}


@pytest.fixture(scope="module")
def noticed(node, tmp_path_factory):
    """{bug: {quantity: largest difference}}, all from one run of Node."""
    folder, paths = tmp_path_factory.mktemp("engines"), {}
    (folder / "package.json").write_text('{"type": "module"}')
    parts = {name: ENGINE.with_name(name).read_text("utf-8") for name in PARTS}
    for i, (bug, (right, wrong)) in enumerate(MISTAKES.items()):
        found = sum(text.count(right) for text in parts.values())
        assert found == 1, f"{bug}: the engine says {right!r} {found} times"
        (folder / f"{i}").mkdir()
        for name, text in parts.items():
            (folder / f"{i}" / name).write_text(text.replace(right, wrong), "utf-8")
        paths[bug] = folder / f"{i}" / ENGINE.name
    write_cases(folder / "cases.json", SOME, seed=1)
    report = held(node, folder / "cases.json", *paths.values())
    return {bug: report[path] for bug, path in paths.items()}


@pytest.mark.parametrize("bug", MISTAKES)
def test_a_bug_is_noticed(noticed, bug):
    assert max(noticed[bug].values()) > 1e6 * CLOSE


@pytest.mark.parametrize("bug", MISTAKES)
def test_what_a_bug_does_not_touch_stays_right(noticed, bug):
    forward = [noticed[bug][name] for name in ("z1", "a1", "a2", "z3", "a3", "C")]
    assert max(forward) <= CLOSE
