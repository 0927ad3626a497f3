"""Training: a step by hand, then runs that learn, stop, are stopped, go on and go wrong."""

import io
import json
import os
import re
import signal
import subprocess
import sys
import textwrap
import threading
import tracemalloc
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from oracles import random

from convnet_lib import ConvNet, broken, checkpoints, data, deep, training, whole_files
from convnet_lib.data import Digits
from convnet_lib.training import progress

DIGITS = Digits(*(array[:400] for array in data.load_digits().train))
FEW = Digits(*(array[:53] for array in DIGITS))
TEST = Digits(*(array[:200] for array in data.load_digits().test))
NET = ConvNet.random(None, 0)


def curves(run):
    return [run.costs, run.train_accuracy, run.test_accuracy, run.validation_accuracy]


def assert_same_bits(one, other):
    assert len(one.nets) == len(other.nets)
    for first, second in zip(one.nets, other.nets, strict=True):
        for name in ConvNet.parameters:
            assert getattr(first, name).tobytes() == getattr(second, name).tobytes(), name
    for first, second in zip(curves(one), curves(other), strict=True):
        assert first.tobytes() == second.tobytes()


# --- Steps ------------------------------------------------------------------------------------


@pytest.mark.parametrize("train", ["step", "sgd"])
def test_a_step_by_hand(train):
    """One filter of 1 by 1, one window, two outputs, two images: the mean of two gradients."""
    net = ConvNet(np.array([[1.0]]), np.array(0.0), np.zeros((2, 1, 1)), np.zeros(2))
    images = np.array([[[0.0, 0.0], [0.0, np.log(3)]], np.zeros((2, 2))])
    labels = np.array([0, 1])
    if train == "step":
        after = training.step(net, images, data.one_hot(labels, 2), 0.5)
    else:
        after = training.sgd(net, Digits(images, labels), 1, 0.5, batch_size=2).net
    # a² is 3/4 and 1/2; a³ is 1/2, so δ³ is (-1/2, 1/2) and (1/2, -1/2); w³ = 0 leaves δ¹ = 0.
    close = {"rtol": 0, "atol": 1e-15}
    np.testing.assert_allclose(after.w3, [[[0.5 / 2 / 8]], [[-0.5 / 2 / 8]]], **close)
    np.testing.assert_allclose(after.b3, [0, 0], **close)
    np.testing.assert_allclose(after.w1, [[1]], **close)
    np.testing.assert_allclose(after.b1, 0, **close)


@pytest.mark.parametrize("batch_size", [1, 7, 10, 53, 1000])
def test_sgd_takes_every_digit_once_an_epoch(batch_size):
    """Also those of a last, short mini-batch: the plain step, in the order of the seed, agrees."""
    run = training.sgd(NET, FEW, 2, 0.1, batch_size=batch_size, seed=3)
    net, rng, y = NET, np.random.default_rng(3), data.one_hot(FEW.labels)
    for _ in range(2):
        order = rng.permutation(53)
        for start in range(0, 53, batch_size):
            rows = order[start : start + batch_size]
            net = training.step(net, FEW.images[rows], y[rows], 0.1)
    for name in net.parameters:
        np.testing.assert_allclose(getattr(run.net, name), getattr(net, name), rtol=0, atol=1e-12)


@pytest.mark.parametrize(
    ("cost", "maps", "learning_rate"),
    [
        ("quadratic", None, 1.0),
        ("quadratic", 3, 0.3),
        ("cross_entropy", None, 0.2),
        ("cross_entropy", 3, 0.05),
    ],
)
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_the_cost_falls(cost, maps, learning_rate, dtype):
    net = ConvNet.random(maps, 0, dtype=dtype)
    run = training.sgd(net, DIGITS, 6, learning_rate, cost=cost)
    assert run.costs[0] > run.costs[1] > run.costs[-1]
    assert run.train_accuracy[-1] > max(0.5, run.train_accuracy[0])
    assert run.net.w1.dtype == dtype
    assert run.ended == "epochs"


def test_the_seed_fixes_the_bits():
    one, other = (training.sgd(NET, FEW, 2, 0.1, test=TEST, seed=5) for _ in range(2))
    assert_same_bits(one, other)
    third = training.sgd(NET, FEW, 2, 0.1, test=TEST, seed=6)
    assert third.net.w1.tobytes() != one.net.w1.tobytes()


# As a file with the images along the last axis has them, turned about, and every other one.
LAID = {
    "pixel by pixel": lambda images: np.moveaxis(np.moveaxis(images, 0, -1).copy(), -1, 0),
    "column by column": lambda images: images.swapaxes(1, 2).copy().swapaxes(1, 2),
    "backwards": lambda images: images[::-1].copy()[::-1],
    "every other one": lambda images: np.repeat(images, 2, axis=0)[::2],
}


@pytest.mark.parametrize("lay", LAID.values(), ids=LAID)
def test_how_images_lie_in_memory_changes_neither_bits_nor_what_a_step_copies(lay, monkeypatch):
    images, given = lay(FEW.images), []
    assert not images.flags.c_contiguous
    assert (images == FEW.images).all()
    step = training.fast.Stepper.step
    monkeypatch.setattr(
        training.fast.Stepper,
        "step",
        lambda self, images, *rest: given.append(images) or step(self, images, *rest),
    )
    run = training.sgd(NET, Digits(images, FEW.labels), 1, 0.5, engine="numpy")
    assert_same_bits(run, training.sgd(NET, FEW, 1, 0.5, engine="numpy"))
    assert all(images.flags.c_contiguous for images in given)  # a mini-batch is a copy of itself


def test_no_epochs_leave_the_network_as_it_is():
    run = training.sgd(NET, FEW, 0, 0.1)
    assert len(run.nets) == len(run.costs) == 1
    assert run.net.w1.tobytes() == NET.w1.tobytes()


def test_sgd_does_not_change_the_network_it_is_given():
    before = NET.w3.copy()
    training.sgd(NET, FEW, 1, 0.5)
    assert NET.w3.tobytes() == before.tobytes()


# --- Measuring --------------------------------------------------------------------------------


def test_a_run_is_measured_as_the_plain_network_would():
    run = training.sgd(NET, FEW, 2, 0.1, test=TEST, validation=DIGITS)
    y = data.one_hot(FEW.labels)
    for k, net in enumerate(run.nets):
        assert run.costs[k] == pytest.approx(net.cost(FEW.images, y, "cross_entropy").mean())
        for digits, curve in zip((FEW, TEST, DIGITS), curves(run)[1:], strict=True):
            predicted = net.feedforward(digits.images).z3.argmax(axis=-1)
            assert curve[k] == np.mean(predicted == digits.labels)
    again = training.measured(run.nets, FEW, TEST, validation=DIGITS)
    assert_same_bits(run, again)


def test_without_digits_held_out_there_is_no_accuracy_of_them():
    run = training.measured([NET], FEW)
    assert np.isnan(run.test_accuracy).all()
    assert np.isnan(run.validation_accuracy).all()
    assert run.best is run.net


def test_accuracy_cost_and_confusion_of_known_answers():
    """A network of biases alone takes every image for a 2."""
    net = replace(NET, w3=np.zeros((10, 12, 12)), b3=np.where(np.arange(10) == 2, 0.0, -1.0))
    digits = Digits(FEW.images[:4], np.array([2, 2, 7, 0]))
    assert training.predict(net, digits.images).tolist() == [2, 2, 2, 2]
    assert training.accuracy(net, digits) == 0.5
    right = np.log(2) + 9 * np.log1p(np.exp(-1))
    wrong = right + 1  # -ln σ(-1) is 1 more than -ln(1 - σ(-1))
    assert training.mean_cost(net, digits) == pytest.approx((right + wrong) / 2)
    counts = training.confusion(net, digits)
    assert counts[2, 2] == 2
    assert counts[7, 2] == counts[0, 2] == 1
    assert counts.sum() == 4


def test_hold_out_gives_views_of_all_digits():
    train, held = training.hold_out(FEW, 13)
    assert [len(train.labels), len(held.labels)] == [40, 13]
    assert np.shares_memory(train.images, FEW.images)
    assert np.concatenate([train.labels, held.labels]).tolist() == FEW.labels.tolist()


# --- Stopping early ---------------------------------------------------------------------------


@pytest.mark.parametrize("patience", [1, 3])
def test_early_stopping_waits_for_patience_and_keeps_the_best(patience):
    train, held = training.hold_out(DIGITS, 100)
    run = training.sgd(NET, train, 200, 0.5, validation=held, patience=patience)
    best = int(run.validation_accuracy.argmax())
    assert run.ended == "early"
    assert len(run.nets) == best + patience + 1
    assert run.best is run.nets[best]


def test_without_patience_validation_stops_nothing():
    train, held = training.hold_out(FEW, 13)
    run = training.sgd(NET, train, 6, 1e-9, validation=held)
    assert len(run.nets) == 7
    assert run.ended == "epochs"
    assert run.best is run.nets[0]


# --- Interrupts -------------------------------------------------------------------------------


def interrupt_at(monkeypatch, count):
    """Press Control-C in the course of the step with this number."""
    step, steps = training.Stepper.step, []

    def interrupted(self, *arguments, **more):
        steps.append(step(self, *arguments, **more))
        if len(steps) == count:
            raise KeyboardInterrupt

    monkeypatch.setattr(training.Stepper, "step", interrupted)


@pytest.mark.parametrize(("at", "nets"), [(1, 2), (6, 2), (9, 3)])
def test_an_interrupt_keeps_what_was_learned(monkeypatch, at, nets):
    """6 steps an epoch: in the first step, after the last of an epoch, in the second epoch."""
    interrupt_at(monkeypatch, at)
    run = training.sgd(NET, FEW, 5, 0.1, test=TEST)
    assert run.ended == "interrupted"
    assert len(run.nets) == len(run.costs) == len(run.test_accuracy) == nets
    assert run.costs[-1] < run.costs[0]


def test_an_interrupt_between_epochs_adds_no_network(monkeypatch, tmp_path):
    def interrupted(*arguments):
        raise KeyboardInterrupt

    monkeypatch.setattr(checkpoints, "save", interrupted)
    run = training.sgd(NET, FEW, 5, 0.1, checkpoint=tmp_path / "run.npz")
    assert run.ended == "interrupted"
    assert len(run.nets) == 2


def test_a_real_control_c():
    """A signal at any moment of a long run in a process of its own."""
    code = """
        import signal
        from convnet_lib import ConvNet, data, whole_files, training
        from convnet_lib.data import Digits
        signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's '&' has it ignored
        few = Digits(*(array[:200] for array in data.load_digits().train))
        run = training.sgd(ConvNet.random(None, 0), few, 10**6, 0.1, progress=True)
        print(run.ended, len(run.nets) > 1, run.costs[-1] < run.costs[0])
    """
    process = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(code)],
        cwd=Path(__file__).parents[1],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    watchdog = threading.Timer(60, process.kill)
    watchdog.start()
    assert "epoch 1" in process.stderr.readline()
    process.send_signal(signal.SIGINT)
    out, err = process.communicate()
    watchdog.cancel()
    assert out.strip() == "interrupted True True", err


# --- Checkpoints ------------------------------------------------------------------------------

ABOUT = {"test": TEST, "validation": DIGITS, "seed": 7}


@pytest.mark.parametrize("maps", [None, 2])
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_a_run_goes_on_to_the_same_bits(tmp_path, maps, dtype):
    net, path = ConvNet.random(maps, 0, dtype=dtype), tmp_path / "run.npz"
    straight = training.sgd(net, FEW, 4, 0.1, **ABOUT)
    training.sgd(net, FEW, 1, 0.1, checkpoint=path, **ABOUT)
    training.sgd(net, FEW, 3, 0.1, checkpoint=str(path), **ABOUT)
    assert_same_bits(training.sgd(net, FEW, 4, 0.1, checkpoint=path, **ABOUT), straight)
    # and once more, when nothing is left to do
    assert_same_bits(training.sgd(net, FEW, 4, 0.1, checkpoint=path, **ABOUT), straight)


def test_an_interrupted_run_goes_on_from_its_last_whole_epoch(tmp_path, monkeypatch):
    straight = training.sgd(NET, FEW, 3, 0.1)
    with monkeypatch.context() as patch:
        interrupt_at(patch, 9)
        assert training.sgd(NET, FEW, 3, 0.1, checkpoint=tmp_path / "c").ended == "interrupted"
    assert_same_bits(training.sgd(NET, FEW, 3, 0.1, checkpoint=tmp_path / "c"), straight)


def test_a_run_that_stopped_early_stays_stopped(tmp_path):
    train, held = training.hold_out(DIGITS, 100)
    more = {"validation": held, "patience": 1, "checkpoint": tmp_path / "c"}
    once = training.sgd(NET, train, 200, 0.5, **more)
    again = training.sgd(NET, train, 200, 0.5, **more)
    assert again.ended == "early"
    assert_same_bits(once, again)


@pytest.mark.parametrize("fails", ["savez", "fsync", "replace"])
def test_a_run_survives_a_disk_that_is_full(tmp_path, monkeypatch, caplog, fails):
    path = tmp_path / "run.npz"
    training.sgd(NET, FEW, 1, 0.1, checkpoint=path)
    before = path.read_bytes()

    def full(*arguments, **more):
        raise OSError("no space left on device")

    straight = training.sgd(NET, FEW, 3, 0.1)
    with monkeypatch.context() as patch:
        patch.setattr(np if fails == "savez" else os, fails, full)
        run = training.sgd(NET, FEW, 3, 0.1, checkpoint=path)
    assert_same_bits(run, straight)
    assert [record.getMessage().partition(" to ")[0] for record in caplog.records] == [
        f"checkpoint: epoch {epoch} could not be written" for epoch in (2, 3)
    ]
    assert "no space left on device" in caplog.text
    assert path.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["run.npz"]
    assert_same_bits(training.sgd(NET, FEW, 3, 0.1, checkpoint=path), straight)


def test_a_checkpoint_holds_no_pickle(tmp_path):
    training.sgd(NET, FEW, 1, 0.1, checkpoint=tmp_path / "run.npz")
    with np.load(tmp_path / "run.npz", allow_pickle=False) as archive:
        assert all(archive[name].dtype.kind in "fU" for name in archive.files)


OTHER = {
    "learning_rate": ({"learning_rate": 0.2}, "learning_rate 0.2"),
    "batch_size": ({"batch_size": 5}, "batch_size 5"),
    "cost": ({"cost": "quadratic"}, "cost quadratic"),
    "seed": ({"seed": 1}, "seed 1"),
    "digits": ({"digits": TEST}, "digits "),
    "test": ({"test": TEST}, "test "),
    "validation": ({"validation": TEST}, "validation "),
    "net": ({"net": ConvNet.random(None, 1)}, "net "),
}


@pytest.mark.parametrize(("change", "named"), OTHER.values(), ids=OTHER.keys())
def test_a_checkpoint_of_another_run_is_refused(tmp_path, change, named):
    asked = {"net": NET, "digits": FEW, "epochs": 1, "learning_rate": 0.1}
    training.sgd(**asked, checkpoint=tmp_path / "c")
    before = (tmp_path / "c").read_bytes()
    with pytest.raises(ValueError, match=re.escape(f"checkpoint: expected a run with {named}")):
        training.sgd(**{**asked, **change}, checkpoint=tmp_path / "c")
    assert (tmp_path / "c").read_bytes() == before


def damaged(path):
    """Ways in which a file at `path` is no checkpoint, made one after another."""
    whole = path.read_bytes()
    yield path.write_bytes(b"")
    yield path.write_bytes(b"not an archive")
    yield path.write_bytes(whole[: len(whole) // 2])
    middle = len(whole) // 2
    yield path.write_bytes(whole[:middle] + bytes([whole[middle] ^ 255]) + whole[middle + 1 :])
    with path.open("wb") as file:
        yield np.save(file, np.zeros(3))
    with path.open("wb") as file:
        yield np.savez(file, w1=np.zeros(3))
    with path.open("wb") as file:
        yield np.savez(file, about=np.array([{}], object), w1=np.zeros(3))
    with zipfile.ZipFile(path, "w") as archive:
        yield archive.writestr("about.npy", b"nothing")


def test_a_damaged_checkpoint_is_refused_and_left_alone(tmp_path):
    path = tmp_path / "run.npz"
    training.sgd(NET, FEW, 1, 0.1, checkpoint=path)
    ways = 0
    for _ in damaged(path):
        before = path.read_bytes()
        with pytest.raises(ValueError, match=r"^checkpoint: expected a training checkpoint at "):
            training.sgd(NET, FEW, 2, 0.1, checkpoint=path)
        assert path.read_bytes() == before
        ways += 1
    assert ways == 8


def entries(**more):
    """The arrays of a checkpoint, with some of them replaced."""
    about = {"version": 1, "rng": np.random.default_rng(0).bit_generator.state, "settings": {}}
    arrays = {name: np.stack([getattr(NET, name)]) for name in NET.parameters}
    return arrays | {"curves": np.zeros((4, 1)), "about": np.array(json.dumps(about))} | more


def header_of_a_terabyte():
    return b"\x93NUMPY\x01\x00v\x00" + (
        b"{'descr': '<f8', 'fortran_order': False, 'shape': (137438953472,), }".ljust(117) + b"\n"
    )


def zipped(path, contents, method=zipfile.ZIP_STORED):
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, content in contents.items():
            archive.writestr(f"{name}.npy", content)


FOREIGN = {
    "a header that asks for a terabyte": lambda path: zipped(
        path, dict.fromkeys(entries(), header_of_a_terabyte())
    ),
    "an entry that grows a thousandfold": lambda path: zipped(
        path, dict.fromkeys(entries(), bytes(1 << 28)), zipfile.ZIP_DEFLATED
    ),
    "about is a number": lambda path: np.savez(path, **entries(about=np.array(3))),
    "about is deep": lambda path: np.savez(path, **entries(about=np.array("[" * 100_000))),
    "about has settings that are a list": lambda path: np.savez(
        path, **entries(about=np.array('{"version": 1, "rng": {}, "settings": [1]}'))
    ),
    "no network at all": lambda path: np.savez(
        path, **{name: value[:0] for name, value in entries(about=np.zeros(1)).items()}
    ),
    "too few curves": lambda path: np.savez(path, **entries(curves=np.zeros((3, 1)))),
    "curves of whole numbers": lambda path: np.savez(path, **entries(curves=np.zeros((4, 1), int))),
    "more curves than networks": lambda path: np.savez(path, **entries(curves=np.zeros((4, 2)))),
    "weights of another shape": lambda path: np.savez(path, **entries(w3=np.zeros((1, 7)))),
    "a network of text": lambda path: np.savez(path, **entries(w1=np.array(["a"]))),
    "an encrypted archive": lambda path: path.write_bytes(
        re.sub(
            rb"(PK\x01\x02....).",
            lambda found: found[1] + b"\x01",
            path.read_bytes(),
            flags=re.DOTALL,
        )
    ),
    "ones": lambda path: path.write_bytes(b"\xff" * 100_000),
    "a file of a terabyte": lambda path: os.truncate(path, 1 << 40),
}


@pytest.mark.parametrize("what", FOREIGN)
def test_a_foreign_file_is_refused_and_takes_no_memory(tmp_path, what):
    path = tmp_path / "run.npz"
    training.sgd(NET, FEW, 1, 0.1, checkpoint=path)
    FOREIGN[what](path)
    size = path.stat().st_size
    tracemalloc.start()
    with pytest.raises(ValueError, match=r"^checkpoint: expected a training checkpoint at "):
        training.sgd(NET, FEW, 2, 0.1, checkpoint=path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 20e6
    assert path.stat().st_size == size


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes by name here")
def test_a_place_that_is_no_file_is_refused_before_the_first_step(tmp_path, monkeypatch):
    monkeypatch.setattr(training.Stepper, "step", lambda *_: pytest.fail("a step was taken"))
    (tmp_path / "file").write_text("")
    os.mkfifo(tmp_path / "pipe")
    places = {
        tmp_path: "got that of a folder",
        tmp_path / "pipe": "got that of no regular file",
        tmp_path / "file" / "run.npz": "a place that can be written, got",
        tmp_path / ("x" * 300): "a place that can be written, got .*File name too long",
        "": "the path of a file, got ''",
        7: "the path of a file, got 7",
        "nul\0": "embedded null",
    }
    for place, message in places.items():
        with pytest.raises(ValueError, match=message):
            training.sgd(NET, FEW, 1, 0.1, checkpoint=place)


@pytest.mark.parametrize("fails", ["open", "mkdir"])
def test_a_place_without_rights_is_refused_before_the_first_step(tmp_path, monkeypatch, fails):
    def forbidden(*arguments, **more):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(training.Stepper, "step", lambda *_: pytest.fail("a step was taken"))
    if fails == "open":
        monkeypatch.setattr(whole_files, "_new", forbidden)
    else:
        monkeypatch.setattr(Path, "mkdir", forbidden)
    with pytest.raises(ValueError, match=r"^checkpoint: expected a place .*: Permission denied$"):
        training.sgd(NET, FEW, 1, 0.1, checkpoint=tmp_path / "run.npz")


def test_home_is_understood_and_a_missing_folder_is_made(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    training.sgd(NET, FEW, 1, 0.1, checkpoint="~/runs/today/run.npz")
    assert (tmp_path / "runs" / "today" / "run.npz").is_file()


def test_a_link_stays_a_link(tmp_path):
    (tmp_path / "disk").mkdir()
    (tmp_path / "run.npz").symlink_to(tmp_path / "disk" / "large.npz")
    for epochs in (1, 2):
        training.sgd(NET, FEW, epochs, 0.1, checkpoint=tmp_path / "run.npz")
        assert (tmp_path / "run.npz").is_symlink()
    assert [p.name for p in (tmp_path / "disk").iterdir()] == ["large.npz"]


# --- Divergence -------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("batch_size", [10, 200])
def test_a_diverging_run_names_the_epoch_and_the_learning_rate(dtype, batch_size, tmp_path):
    """No warning comes before the error, from either of the two threads of a large batch."""
    net = ConvNet.random(None, 0, dtype=dtype)
    rate = float(np.finfo(dtype).max) / 1e3
    message = r"^epoch \d: .* a smaller learning_rate than .*, such as "
    with pytest.raises(training.DivergedError, match=message):
        training.sgd(net, DIGITS, 5, rate, batch_size=batch_size, checkpoint=tmp_path / "c")


def test_a_divergence_leaves_the_last_good_checkpoint(tmp_path, monkeypatch):
    training.sgd(NET, FEW, 2, 0.1, checkpoint=tmp_path / "c")
    before = (tmp_path / "c").read_bytes()
    step = training.Stepper.step

    def lost(self, *arguments):
        step(self, *arguments)
        self.parameters.all[7] = np.nan

    monkeypatch.setattr(training.Stepper, "step", lost)
    with pytest.raises(training.DivergedError, match=r"^epoch 3: "):
        training.sgd(NET, FEW, 9, 0.1, checkpoint=tmp_path / "c")
    assert (tmp_path / "c").read_bytes() == before


# --- Progress ---------------------------------------------------------------------------------


class Terminal(io.StringIO):
    def isatty(self):
        return True


def shown(monkeypatch, stream, **more):
    monkeypatch.setattr(sys, "stderr", stream)
    training.sgd(NET, FEW, 2, 0.1, progress=True, test=TEST, validation=DIGITS, **more)
    return stream.getvalue()


def test_in_a_file_it_is_a_line_an_epoch(monkeypatch):
    lines = shown(monkeypatch, io.StringIO()).splitlines()
    assert len(lines) == 2
    line = (
        r" 50 %, epoch 1, cost \d+\.\d+, train \d+\.\d%, test \d+\.\d%, validation \d+\.\d%, "
        r"[\d,]+ images/s"
    )
    assert re.fullmatch(line, lines[0])
    assert lines[1].startswith("100 %, epoch 2, ")


def test_in_a_terminal_it_is_a_bar(monkeypatch):
    text = shown(monkeypatch, Terminal())
    assert text.count("\r") > 1
    assert re.search(r"106/106 .*images/s, epoch 2, cost \d", text)


def test_in_a_notebook_it_is_a_bar():
    stream = type("OutStream", (io.StringIO,), {"__module__": "ipykernel.iostream"})()
    bar = progress.show(10, stream=stream)
    bar.close()
    assert isinstance(bar, progress.Bar)


def test_a_run_that_goes_on_counts_on(monkeypatch, tmp_path):
    more = {"test": TEST, "validation": DIGITS, "checkpoint": tmp_path / "c"}
    training.sgd(NET, FEW, 1, 0.1, **more)
    lines = shown(monkeypatch, io.StringIO(), checkpoint=tmp_path / "c").splitlines()
    assert [line[:14] for line in lines] == ["100 %, epoch 2"]


def test_without_progress_nothing_is_written(capfd):
    training.sgd(NET, FEW, 1, 0.1)
    assert capfd.readouterr() == ("", "")


# --- Bad input --------------------------------------------------------------------------------

EMPTY = Digits(FEW.images[:0], FEW.labels[:0])
BAD = [
    ({"epochs": -1}, "epochs: expected a whole number, at least 0, got -1"),
    ({"learning_rate": 0}, "learning_rate: expected a positive number, got 0"),
    ({"learning_rate": -0.5}, "learning_rate: expected a positive number, got -0.5"),
    ({"learning_rate": np.nan}, "learning_rate: expected a positive number, got nan"),
    ({"learning_rate": np.inf}, "learning_rate: expected a positive number, got inf"),
    ({"batch_size": 0}, "batch_size: expected a whole number, at least 1, got 0"),
    ({"cost": "hinge"}, "cost: expected 'quadratic' or 'cross_entropy', got 'hinge'"),
    (
        {"digits": EMPTY},
        "digits: expected as many images as labels, and at least one, got no image",
    ),
    (
        {"digits": Digits(FEW.images, FEW.labels[1:])},
        "digits.labels: expected shape (53,), got (52,)",
    ),
    (
        {"digits": Digits(FEW.images[:, 1:], FEW.labels)},
        "digits.images: expected shape (N, 28, 28), got",
    ),
    (
        {"digits": Digits(FEW.images, FEW.labels + 5)},
        "digits.labels: expected integers from 0 to 9, got",
    ),
    ({"patience": 0, "validation": FEW}, "patience: expected None, or at least 1"),
    ({"patience": 2}, "patience: expected None, or at least 1 with digits for validation, got 2"),
    (
        {"net": replace(NET, w3=np.full((10, 12, 12), 1e308))},
        "net: expected a network with a finite cost, got nan",
    ),
    ({"net": replace(NET, b1=random().astype(np.float32))}, "net: expected parameters of one dty"),
]


@pytest.mark.parametrize(("change", "message"), BAD, ids=[message[:45] for _, message in BAD])
def test_bad_input_is_refused_by_name(change, message):
    asked = {"net": NET, "digits": FEW, "epochs": 1, "learning_rate": 0.1}
    with pytest.raises(ValueError, match="^" + re.escape(message)):
        training.sgd(**{**asked, **change})


@pytest.mark.parametrize("count", [0, 53, -1])
def test_hold_out_refuses_to_leave_a_part_empty(count):
    with pytest.raises(ValueError, match=re.escape(f"count: expected 1 to 52, got {count}")):
        training.hold_out(FEW, count)


# --- A network of a class of one's own ----------------------------------------------------------


class Negative(ConvNet):
    """A network that looks at the negative of each image."""

    def feedforward(self, a0):
        return super().feedforward(1 - np.asarray(a0))


class Timid(ConvNet):
    """A network whose gradient is too small, and nothing else."""

    def backprop(self, a0, y, *others):
        found = super().backprop(a0, y, *others)
        return found._replace(w1=found.w1 / 2)


@pytest.mark.parametrize(
    ("net", "own"),
    [
        (Negative.random(seed=0), "a Negative with a feedforward of its own"),
        (Timid.random(seed=0), "a Timid with a backprop of its own"),
        (broken.break_it(NET, "BP4 transposed"), "a BrokenNet with a feedforward and a backprop"),
    ],
)
@pytest.mark.parametrize("engine", ["numpy", "auto"])
def test_a_run_does_not_go_past_the_passes_of_a_class_of_ones_own(net, own, engine):
    with pytest.raises(ValueError, match=f"^net: expected a network with the passes.*got {own}"):
        training.sgd(net, FEW, 1, 0.5, engine=engine)


def test_a_step_takes_the_gradient_of_a_class_of_ones_own():
    net, y = Timid.random(seed=0), data.one_hot(FEW.labels)
    right = training.step(ConvNet.random(seed=0), FEW.images, y, 0.5)
    moved = training.step(net, FEW.images, y, 0.5)
    np.testing.assert_allclose(moved.w1 - net.w1, (right.w1 - net.w1) / 2, rtol=1e-9)
    assert np.array_equal(moved.w3, right.w3)


def test_what_is_measured_goes_by_the_forward_pass_of_a_class_of_ones_own():
    rng, plain = np.random.default_rng(0), ConvNet.random(seed=0)
    plain = replace(plain, w1=rng.normal(size=(5, 5)), w3=rng.normal(size=(10, 12, 12)))
    net = Negative(*(getattr(plain, name) for name in ConvNet.parameters))
    many = Digits(np.concatenate([DIGITS.images] * 3), np.concatenate([DIGITS.labels] * 3))
    turned = Digits(1 - many.images, many.labels)
    expected = training.predict(plain, turned.images)
    assert len(set(expected)) > 3
    assert (expected != training.predict(plain, many.images)).any()
    assert np.array_equal(training.predict(net, many.images), expected)
    assert np.array_equal(training.confusion(net, many), training.confusion(plain, turned))
    assert training.accuracy(net, many) == training.accuracy(plain, turned)
    assert training.mean_cost(net, many) == pytest.approx(
        training.mean_cost(plain, turned), rel=1e-12
    )
    ones, others = (training.measured([n], d) for n, d in ((net, many), (plain, turned)))
    assert ones.train_accuracy == others.train_accuracy
    np.testing.assert_allclose(ones.costs, others.costs, rtol=1e-12)


def test_the_measures_of_a_wrong_gradient_are_those_of_its_network():
    wrong = broken.break_it(NET, "BP4 transposed")
    assert np.array_equal(training.predict(wrong, TEST.images), training.predict(NET, TEST.images))


def test_a_deep_network_with_passes_of_its_own_is_refused():
    class Deeper(deep.Network):
        def feedforward(self, a0):
            return super().feedforward(a0)

    net = Deeper(deep.Network.random("dense10 sigmoid", seed=0).layers)
    for call in (training.predict, lambda net, images: training.sgd(net, FEW, 1, 0.5)):
        with pytest.raises(ValueError, match=r"^net: expected .* got a Deeper with a feedforward"):
            call(net, FEW.images)
