"""What is done is kept: many processes, slow disks, kills, full disks, no locks."""

import json
import os
import signal
import subprocess
import sys
import time

import pytest
from disks import fill

from convnet_lib.exercises import progress_file

# A process that has right answers, on a disk that is slow where it says so.
ANSWERS = """
import os, sys, time
from convnet_lib.exercises import progress_file
delay, names = float(sys.argv[1]), sys.argv[2].split(",")
for slow in ("replace", "fsync"):
    real = getattr(os, slow)
    setattr(os, slow, lambda *a, real=real: (time.sleep(delay / 2), real(*a))[1])
print("ready", flush=True)
for name in names:
    begun = time.monotonic()
    note = progress_file.add(name)
    assert time.monotonic() - begun < progress_file.PATIENCE + 5
    assert note is None or "is tried again" in note, note
print("answered", flush=True)
"""


def kept(path):
    return set(json.loads(path.read_text("utf-8"))["done"])


@pytest.mark.parametrize(("delay", "processes"), [(0, 2), (0, 4), (0.3, 2), (3, 4)])
def test_forty_answers_of_several_processes_are_all_kept(tmp_path, other, delay, processes):
    path, names = tmp_path / "progress.json", [f"{n}.1" for n in range(40)]
    shares = [names[n::processes] for n in range(processes)]
    writers = [other(ANSWERS, delay, ",".join(s), CONVNET_PROGRESS=path) for s in shares]
    for writer in writers:
        writer.end(200)
    assert kept(path) == set(names)
    assert [p.name for p in tmp_path.iterdir()] == [path.name]


def test_a_kill_in_the_middle_leaves_a_whole_file_and_no_lock(tmp_path, other):
    path = tmp_path / "progress.json"
    other(ANSWERS, 0, "1.1", CONVNET_PROGRESS=path).end()
    for _ in range(5):
        victim = other(ANSWERS, 3, "2.1,2.2", CONVNET_PROGRESS=path)
        victim.line()
        while not (tmp_path / "progress.json.lock").exists():
            time.sleep(0.01)
        time.sleep(0.2)
        victim.kill()
        assert kept(path) == {"1.1"}
    other(ANSWERS, 0, "3.1", CONVNET_PROGRESS=path).end()
    assert kept(path) == {"1.1", "3.1"}
    assert [p.name for p in tmp_path.iterdir()] == [path.name]


def test_a_process_that_stands_still_is_waited_for_and_nothing_is_written(tmp_path, other):
    path = tmp_path / "progress.json"
    other(ANSWERS, 0, "1.1", CONVNET_PROGRESS=path).end()
    still = other(ANSWERS, 3, "2.1", CONVNET_PROGRESS=path)
    still.line()
    while not (tmp_path / "progress.json.lock").exists():
        time.sleep(0.01)
    still.process.send_signal(signal.SIGSTOP)
    waiting = other(ANSWERS, 0, "3.1", CONVNET_PROGRESS=path)
    waiting.line()
    assert waiting.line() == "answered"  # the reader has the answer, and is told
    assert kept(path) == {"1.1"}
    still.process.send_signal(signal.SIGCONT)
    still.end()
    waiting.end()
    assert kept(path) == {"1.1", "2.1", "3.1"}


@pytest.fixture
def here(small_disk, monkeypatch):
    """The progress of this process, on a small disk."""
    monkeypatch.setenv("CONVNET_PROGRESS", str(small_disk / "progress.json"))
    return small_disk / "progress.json"


def test_a_full_disk_keeps_what_was_there_and_the_rest_is_tried_again(here):
    assert progress_file.add("1.1") is None
    ballast = fill(here.parent)
    note = progress_file.add("1.2")
    assert "No space left on device" in note
    assert "It is tried again" in note
    assert kept(here) == {"1.1"}
    assert progress_file.read()[0] == {"1.1", "1.2"}
    assert "1.2, 1.3 could not be kept yet" in progress_file.add("1.3")
    ballast.unlink()
    assert progress_file.add("1.4") is None
    assert kept(here) == {"1.1", "1.2", "1.3", "1.4"}
    assert [p.name for p in here.parent.iterdir()] == [here.name]


def test_a_disk_that_is_freed_is_written_to_when_the_kernel_ends(small_disk, other):
    path = small_disk / "progress.json"
    ballast = fill(small_disk)
    code = """
    import sys
    from convnet_lib.exercises import progress_file
    print(progress_file.add("4.2"), flush=True)
    sys.stdin.read(1)
    """
    process = subprocess.Popen(
        [sys.executable, "-c", "\n".join(line.strip() for line in code.splitlines())],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"CONVNET_PROGRESS": str(path)},
    )
    assert "could not be kept yet" in process.stdout.readline()
    ballast.unlink()
    process.communicate("\n", timeout=60)
    assert kept(path) == {"4.2"}


def test_broken_files_are_kept_each_under_a_name_of_its_own(tmp_path, monkeypatch):
    path = tmp_path / "progress.json"
    monkeypatch.setenv("CONVNET_PROGRESS", str(path))
    contents = [b"{", b'{"done": 3}', b"\xff" * 2_000_000]
    for n, content in enumerate(contents):
        path.write_bytes(content)
        assert "put aside" in progress_file.add(f"1.{n}")
    names = ["progress.json.broken", "progress.json.broken-2", "progress.json.broken-3"]
    assert [(tmp_path / name).read_bytes() for name in names] == contents
    assert kept(path) == {"1.2"}


def test_where_the_disk_has_no_locks_a_file_is_one(tmp_path, monkeypatch):
    path, held = tmp_path / "progress.json", tmp_path / "progress.json.held"
    monkeypatch.setenv("CONVNET_PROGRESS", str(path))
    monkeypatch.setattr(progress_file, "PATIENCE", 0.3)

    def no_locks(handle):
        raise OSError(95, "Operation not supported")

    monkeypatch.setattr(progress_file, "_locked", no_locks)
    assert progress_file.add("1.1") is None
    assert not held.exists()
    held.touch()
    assert "another notebook is writing" in progress_file.add("1.2")
    assert kept(path) == {"1.1"}
    os.utime(held, (0, 0))  # who left it behind is long gone, or very slow: the reader knows
    time.sleep(0.3)
    assert f"delete {held}" in progress_file.add("1.3")
    held.unlink()
    assert progress_file.add("1.4") is None
    assert kept(path) == {"1.1", "1.2", "1.3", "1.4"}


def test_a_link_stays_a_link(tmp_path, monkeypatch):
    (tmp_path / "link.json").symlink_to(tmp_path / "progress.json")
    monkeypatch.setenv("CONVNET_PROGRESS", str(tmp_path / "link.json"))
    assert progress_file.add("1.1") is None
    assert (tmp_path / "link.json").is_symlink()
    assert kept(tmp_path / "progress.json") == {"1.1"}


def test_a_home_that_may_not_be_written_is_told(tmp_path, other, nobody):
    tmp_path.chmod(0o755)
    for folder in tmp_path.parents[:2]:
        folder.chmod(0o755)
    code = nobody + "print(progress_file.add('1.1'))"
    out = other(code, CONVNET_PROGRESS=tmp_path / "progress.json").end()
    assert "could not be kept yet" in out
    assert "Permission denied" in out
    assert list(tmp_path.iterdir()) == []
