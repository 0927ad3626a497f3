"""The playground of the page against NumPy: the digits, the learning, its files, the centring."""

import json
import struct
import zlib
from dataclasses import replace
from pathlib import Path

import digits_picture
import numpy as np
import pytest

from convnet_lib import ConvNet, broken, by_definition, costs, data, pool, training
from convnet_lib.widgets.base import STATIC
from convnet_lib.widgets.playground import BUGS, HELD_OUT, PICTURE, TRAIN, digits

CLOSE = 1e-9
FLOAT32 = 2e-7  # Pillow rounds to float32, row by row and then column by column or the other way
FILE = Path(str(STATIC)) / PICTURE
RULES = {"cost": "cross_entropy", "ties": "first", "rate": 0.25, "batch": 7, "bug": ""}


@pytest.fixture(scope="module")
def split():
    return digits()


@pytest.fixture
def run(node, tmp_path):
    """run(*tasks) has Node do the tasks and returns the numbers of all answers in one array."""

    def run(*tasks):
        work = {"picture": str(FILE), "train": TRAIN, "held": HELD_OUT, "tasks": tasks}
        path = tmp_path / "work.json"
        path.write_text(json.dumps(work))
        node(Path(__file__).with_name("learn.js"), path)
        return np.fromfile(path.with_suffix(".bin"))

    return run


def sent(x):
    x = np.asarray(x, float)
    return {"shape": list(x.shape), "values": x.ravel().tolist()}


def sent_net(net):
    return {name: sent(getattr(net, name)) for name in net.parameters}


def numbers(net):
    return np.concatenate([np.ravel(getattr(net, name)) for name in net.parameters])


# --- the digits -----------------------------------------------------------------------------


def test_the_picture_is_the_book_s_digits_byte_for_byte(split):
    train, test = data.load_digits()
    assert FILE.stat().st_size <= 700_000
    for found, given, count in ((split.train, train, TRAIN), (split.test, test, HELD_OUT)):
        assert (found.images == given.images[:count]).all()
        assert (found.labels == given.labels[:count]).all()


def test_the_tool_makes_this_picture(monkeypatch, capsys):
    monkeypatch.setattr("sys.argv", ["digits_picture.py", "--check"])
    digits_picture.main()
    wrong = digits_picture.picture().copy()
    wrong[5, 5] += 1
    monkeypatch.setattr(digits_picture, "picture", lambda: wrong)
    with pytest.raises(SystemExit, match="does not hold these digits"):
        digits_picture.main()


def test_the_page_reads_the_same_digits(run, split):
    found = run({"what": "digits"})
    images = np.concatenate([split.train.images, split.test.images])
    labels = np.concatenate([split.train.labels, split.test.labels])
    assert (found[: images.size] == images.ravel()).all()
    assert (found[images.size :] == labels).all()


def png(levels, filters):
    """A PNG whose rows have these filters; written after the specification of the format."""
    before, rows = np.zeros_like(levels[:1]).astype(int), []
    for row, kind in zip(levels.astype(int), filters, strict=True):
        left = np.r_[0, row[:-1]]
        up = before.ravel()
        corner = np.r_[0, up[:-1]]
        guess = left + up - corner
        apart = [abs(guess - x) for x in (left, up, corner)]
        nearest = np.select(
            [(apart[0] <= apart[1]) & (apart[0] <= apart[2]), apart[1] <= apart[2]],
            [left, up],
            corner,
        )
        taken = [0, left, up, (left + up) // 2, nearest][kind]
        rows.append(bytes([kind]) + ((row - taken) % 256).astype(np.uint8).tobytes())
        before = row
    header = struct.pack(">IIBBBBB", levels.shape[1], levels.shape[0], 8, 0, 0, 0, 0)
    packed = zlib.compress(b"".join(rows))
    parts = [(b"IHDR", header), (b"IDAT", packed[:9]), (b"IDAT", packed[9:]), (b"IEND", b"")]
    chunks = (
        struct.pack(">I", len(x)) + name + x + struct.pack(">I", zlib.crc32(name + x))
        for name, x in parts
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def test_each_filter_of_a_png_is_undone(run):
    levels = np.random.default_rng(0).integers(0, 256, (10, 7))
    file = png(levels, [0, 1, 2, 3, 4, 4, 3, 2, 1, 0])
    found = run({"what": "png", "file": list(file)})
    assert found[:2].tolist() == [7, 10]
    assert (found[2:] == levels.ravel()).all()


# --- learning -------------------------------------------------------------------------------


def learned(net, digits, rules, orders):
    """The network after these orders of digits; NumPy's gradients, mini-batch by mini-batch."""
    y = data.one_hot(digits.labels)
    for order in orders:
        for start in range(0, len(order), rules["batch"]):
            rows = order[start : start + rules["batch"]]
            g = net.backprop(digits.images[rows], y[rows], rules["cost"], rules["ties"])
            rate = rules["rate"] / len(rows)
            moved = {p: getattr(net, p) - rate * getattr(g, p) for p in net.parameters}
            net = replace(net, **moved)
    return net


def courses():
    """Several maps, both costs, three rules, mini-batches of which the last is short."""
    drawn = np.random.default_rng(0)
    for maps in (None, 1, 3, 8):
        for cost in costs.COSTS:
            for ties in pool.TIES:
                orders = [drawn.choice(TRAIN, 30, replace=False).tolist() for _ in range(2)]
                rate = 0.25 if maps is None else 0.1
                yield maps, {**RULES, "cost": cost, "ties": ties, "rate": rate}, orders
    for batch in (1, 30, 100):
        yield None, {**RULES, "batch": batch}, [drawn.permutation(TRAIN)[:300].tolist()]


def test_the_page_learns_what_numpy_learns(run, split):
    all_of_them = list(courses())
    nets = [ConvNet.random(maps, seed=n) for n, (maps, *_) in enumerate(all_of_them)]
    found = run(
        *(
            {"what": "course", "net": sent_net(net), "rules": rules, "orders": orders}
            for net, (_, rules, orders) in zip(nets, all_of_them, strict=True)
        )
    )
    y = data.one_hot(split.test.labels)
    at = 0
    for net, (maps, rules, orders) in zip(nets, all_of_them, strict=True):
        expected = learned(net, split.train, rules, orders)
        p = numbers(expected)
        assert abs(found[at : at + p.size] - p).max() <= CLOSE, (maps, rules)
        assert abs(p - numbers(net)).max() > 0.01
        accuracy, cost = found[at + p.size : at + p.size + 2]
        assert accuracy == pytest.approx(training.accuracy(expected, split.test))
        a3 = expected.feedforward(split.test.images).a3
        assert cost == pytest.approx(costs.COSTS[rules["cost"]](a3, y).mean())
        at += p.size + 2
    assert at == found.size


def test_the_page_learns_what_the_loops_learn(run, split):
    """And not only what the library makes of them."""
    net, rows = ConvNet.random(2, seed=4), [3, 141, 59]
    rules = {**RULES, "batch": 3, "ties": "split"}
    found = run({"what": "course", "net": sent_net(net), "rules": rules, "orders": [rows]})
    y = data.one_hot(split.train.labels[rows])
    g = by_definition.backprop(net, split.train.images[rows], y, "cross_entropy", "split")
    moved = {p: getattr(net, p) - 0.25 / 3 * getattr(g, p) for p in net.parameters}
    assert abs(found[:-2] - numbers(replace(net, **moved))).max() <= CLOSE


def test_the_steps_are_those_of_training_step(run, split):
    net, order = ConvNet.random(seed=5), np.random.default_rng(5).permutation(TRAIN)[:205]
    found = run(
        {"what": "course", "net": sent_net(net), "rules": RULES, "orders": [order.tolist()]}
    )
    y = data.one_hot(split.train.labels)
    for start in range(0, len(order), 7):
        rows = order[start : start + 7]
        net = training.step(net, split.train.images[rows], y[rows], 0.25)
    assert abs(found[:-2] - numbers(net)).max() <= CLOSE


# --- the wrong gradients of chapter 15 ------------------------------------------------------


def test_the_menu_is_that_of_the_lab():
    text = (FILE.parent / "bugs.js").read_text("utf-8")
    assert set(BUGS) == set(broken.BUGS) - {"BP2s with = for +="}
    assert all(f'  "{bug}": ' in text for bug in BUGS)


@pytest.mark.parametrize("maps", [None, 2])
@pytest.mark.parametrize("ties", pool.TIES)
def test_each_wrong_gradient_is_that_of_the_lab(run, split, maps, ties):
    net, rows = ConvNet.random(maps, seed=7), [[8, 1, 30, 77, 5, 6, 90, 12, 400, 33]]
    rules = [{**RULES, "ties": ties, "cost": "quadratic", "bug": bug} for bug in BUGS]
    looks = [{"what": "look", "net": sent_net(net), "rules": r, "n": 3} for r in rules]
    tasks = [{"what": "course", "net": sent_net(net), "rules": r, "orders": rows} for r in rules]
    found = run(*tasks, *looks)
    size, right = numbers(net).size, learned(net, split.train, RULES | rules[0] | {"bug": ""}, rows)
    for n, bug in enumerate(BUGS):
        expected = numbers(learned(broken.break_it(net, bug), split.train, rules[n], rows))
        part = found[n * (size + 2) : (n + 1) * (size + 2)]
        assert abs(part[:-2] - expected).max() <= CLOSE, bug
        # Neurons that are tied see the same pixels: whichever of them wins, the weights learn the
        # same. And by the other rules all of them win or share with the bug and without.
        if "tied" not in bug or (ties == "first" and "every" in bug):
            assert abs(part[:-2] - numbers(right)).max() > 1e3 * CLOSE, bug
    shown = found[len(BUGS) * (size + 2) :].reshape(len(BUGS), -1)
    a0, y = split.test.images[3], data.one_hot(split.test.labels[3])
    for bug, part in zip(BUGS, shown, strict=True):
        g = broken.break_it(net, bug).backprop(a0, y, "quadratic", ties)
        expected = [np.ravel(g.delta1), g.delta3, numbers(ConvNet(g.w1, g.b1, g.w3, g.b3))]
        assert abs(part - np.concatenate(expected)).max() <= CLOSE, bug


# --- taken home -----------------------------------------------------------------------------


@pytest.mark.parametrize("maps", [None, 1, 8])
def test_the_file_is_read_to_the_last_bit(run, tmp_path, maps):
    net = ConvNet.random(maps, seed=1)
    net = replace(net, b3=np.array([0.1, -0.0, 5e-324, 1e300, *range(6)]), b1=net.b1 + 1 / 3)
    run({"what": "npz", "net": sent_net(net), "file": str(tmp_path / "net.npz")})
    again = ConvNet.load(tmp_path / "net.npz")
    for name in net.parameters:
        found, expected = getattr(again, name), getattr(net, name)
        assert found.shape == expected.shape
        assert found.tobytes() == expected.tobytes()
    with np.load(tmp_path / "net.npz") as archive:
        assert set(archive) == set(net.parameters)


# --- the pad --------------------------------------------------------------------------------


def drawings(n=200):
    """Drawings of a pad: strokes of any length, blots, single pixels, full ink and none."""
    drawn = np.random.default_rng(2)
    for _ in range(n):
        image = np.zeros((28, 28))
        for _ in range(drawn.integers(1, 5)):
            (j0, k0), (j1, k1) = drawn.uniform(0, 27, (2, 2))
            for t in np.linspace(0, 1, drawn.integers(1, 40)):
                j, k = round(j0 + t * (j1 - j0)), round(k0 + t * (k1 - k0))
                width = drawn.integers(1, 4)
                part = image[j : j + width, k : k + width]
                part[:] = np.maximum(part, drawn.choice([0.1, 0.3, 1.0, drawn.random()]))
        yield image
    for corner in ((0, 0), (27, 27), (3, 20)):
        image = np.zeros((28, 28))
        image[corner] = 0.4
        yield image


def mnists(image):
    rows, columns = (np.flatnonzero((image > 0).any(axis=axis)) for axis in (1, 0))
    return data.centred(data.boxed(image[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]))


def test_the_pad_centres_as_from_image_does(run):
    images = [*drawings(), *data.load_digits().test.images[:100]]
    found = run(*({"what": "centred", "image": sent(image)} for image in images))
    found = found.reshape(len(images), 28, 28)
    for image, one in zip(images, found, strict=True):
        assert abs(one - mnists(image)).max() <= FLOAT32
    assert (run({"what": "centred", "image": sent(np.zeros((28, 28)))}) == 0).all()


def test_a_box_of_any_shape_is_the_same(run):
    drawn = np.random.default_rng(3)
    for rows, columns in (
        (1, 1),
        (28, 1),
        (8, 1),
        (3, 8),
        (3, 28),
        (19, 20),
        (21, 8),
        (5, 2),
        (20, 20),
        (27, 26),
    ):
        ink = drawn.random((rows, columns))
        found = run({"what": "boxed", "image": sent(ink)})
        assert abs(found - data.boxed(ink).ravel()).max() <= FLOAT32


def test_most_digits_of_mnist_stay_where_they_are(run):
    images = data.load_digits().train.images[:200]
    found = run(*({"what": "centred", "image": sent(image)} for image in images))
    same = [(a == b).all() for a, b in zip(found.reshape(-1, 28, 28), images, strict=True)]
    assert np.mean(same) > 0.9


# A pixel away there is ink of (rim - 1) / (rim - core). On an image of 9 pixels instead of 28 the
# pen is thinner, but not so thin that it could pass between two pixels: core 0.35 and rim 0.85.
@pytest.mark.parametrize(("size", "beside"), [(28, (1.7 - 1) / (1.7 - 0.7)), (9, 0)])
def test_a_soft_stroke_has_a_grey_edge_and_a_black_core(run, size, beside):
    image = np.zeros((size, size))
    image[0, 0] = 0.5
    ends = {"from": {"x": 2.5, "y": 4.5}, "to": {"x": 6.5, "y": 4.5}}
    found = run({"what": "stroke", "image": sent(image), **ends}).reshape(size, size)
    assert (found[4, 2:7] == 1).all()  # the way itself
    assert found[3, 4] == found[5, 4] == pytest.approx(beside)
    assert (found[[2, 6]] == 0).all()
    assert (found[4, [0, 8]] == 0).all()  # beyond its ends
    assert found[0, 0] == 0.5


def test_what_is_moved_aside_may_leave_the_paper(run):
    image = np.zeros((28, 28))
    image[5, 7], image[20, 2] = 1.0, 0.5
    found = run({"what": "moved", "image": sent(image), "down": 4, "right": -6}).reshape(28, 28)
    assert np.argwhere(found).tolist() == [[9, 1]]
