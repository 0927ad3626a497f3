"""Long runs on bad days: kill -9, a disk that fills, a folder without rights."""

import time

import numpy as np
import pytest
from disks import fill

from convnet_lib import ConvNet, data, training
from convnet_lib.data import Digits

FEW = Digits(*(array[:53] for array in data.load_digits().train))
NET = ConvNet.random(None, 0)
RUN = """
import sys
from convnet_lib import ConvNet, data, training
from convnet_lib.data import Digits
few = Digits(*(array[:53] for array in data.load_digits().train))
print("begun", flush=True)
training.sgd(ConvNet.random(None, 0), few, int(sys.argv[2]), 0.1, checkpoint=sys.argv[1])
"""


def assert_same_bits(run, other):
    for one, two in zip(run.nets, other.nets, strict=True):
        for name in ConvNet.parameters:
            np.testing.assert_array_equal(getattr(one, name), getattr(two, name))


def test_a_run_that_is_killed_again_and_again_ends_with_the_same_bits(tmp_path, other):
    path = tmp_path / "run.npz"
    for kill in range(6):
        victim = other(RUN, path, 10_000)
        victim.line()
        while not path.exists():
            time.sleep(0.01)
        time.sleep(0.1 + 0.05 * kill)
        victim.kill()
    done = training.sgd(NET, FEW, 0, 0.1, checkpoint=path)
    assert len(done.nets) > 6
    again = training.sgd(NET, FEW, len(done.nets), 0.1, checkpoint=path)
    assert_same_bits(again, training.sgd(NET, FEW, len(done.nets), 0.1))
    assert [p.name for p in tmp_path.iterdir()] == ["run.npz"]


def test_two_processes_with_one_checkpoint_leave_a_whole_one(tmp_path, other):
    path = tmp_path / "run.npz"
    both = [other(RUN, path, 30) for _ in range(2)]
    for one in both:
        one.end()
    assert_same_bits(
        training.sgd(NET, FEW, 30, 0.1, checkpoint=path), training.sgd(NET, FEW, 30, 0.1)
    )
    assert [p.name for p in tmp_path.iterdir()] == ["run.npz"]


def test_a_disk_that_fills_costs_no_run(small_disk, caplog):
    """A checkpoint of 80 epochs has 0.9 MB; the disk has one, and there must be room for two."""
    path = small_disk / "run.npz"
    run = training.sgd(NET, FEW, 80, 0.1, checkpoint=path)
    assert_same_bits(run, training.sgd(NET, FEW, 80, 0.1))
    assert "No space left on device" in caplog.text
    assert [p.name for p in small_disk.iterdir()] == ["run.npz"]
    kept = len(training.sgd(NET, FEW, 0, 0.1, checkpoint=path).nets)
    assert 2 <= kept < 80


def test_a_disk_that_is_full_from_the_start_costs_no_run(small_disk, caplog):
    fill(small_disk)
    run = training.sgd(NET, FEW, 2, 0.1, checkpoint=small_disk / "run.npz")
    assert len(run.nets) == 3
    assert "No space left on device" in caplog.text


@pytest.mark.parametrize("place", ["run.npz", "new/run.npz"])
def test_a_folder_without_rights_is_refused_before_the_first_step(tmp_path, other, nobody, place):
    tmp_path.chmod(0o755)
    code = f"""
training.Stepper.step = None
try:
    training.sgd(ConvNet.random(None, 0), few, 1, 0.1, checkpoint={str(tmp_path / place)!r})
except ValueError as error:
    print(error)
"""
    for folder in tmp_path.parents[:2]:
        folder.chmod(0o755)
    out = other(nobody + code).end()
    assert out.startswith("checkpoint: expected a place that can be written, got ")
    assert "Permission denied" in out
