"""What the tests of faults share: other processes, a small disk that fills, a user with no rights.

Nothing leaves this machine. What needs rights that the one who runs the tests has not is skipped,
and says so.
"""

import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from disks import AS_NOBODY

ROOT = Path(__file__).resolve().parents[2]


def pytest_collection_modifyitems(items):
    """Leave the faults to who asks for them: they take minutes."""
    if "CONVNET_FAULTS" not in os.environ:
        for item in items:
            if item.path.parent == Path(__file__).parent:
                item.add_marker(pytest.mark.skip(reason="minutes of faults: make test-faults"))


class Other:
    """Another Python in the repository."""

    def __init__(self, code, *arguments, **environment):
        self.process = subprocess.Popen(
            [sys.executable, "-c", textwrap.dedent(code), *map(str, arguments)],
            cwd=ROOT,
            env=os.environ | {name: str(value) for name, value in environment.items()},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def line(self):
        """Wait for a line of its output."""
        line = self.process.stdout.readline()
        assert line, self.process.stderr.read()
        return line.strip()

    def kill(self):
        self.process.kill()
        self.process.communicate(timeout=30)

    def end(self, seconds=120):
        """Wait for its end; return what it wrote."""
        out, err = self.process.communicate(timeout=seconds)
        assert self.process.returncode == 0, err
        return out


@pytest.fixture
def other():
    """Give a function that starts another Python; what is left of them is killed."""
    started = []

    def start(code, *arguments, **environment):
        started.append(Other(code, *arguments, **environment))
        return started[-1]

    yield start
    for one in started:
        if one.process.poll() is None:
            one.kill()


@pytest.fixture
def small_disk(tmp_path):
    """Give the folder of a disk of one MB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder)]
    try:
        done = subprocess.run(command, capture_output=True, text=True)
    except OSError as error:
        pytest.skip(f"no disk can be mounted here: {error}")
    if done.returncode:
        pytest.skip(f"no disk can be mounted here: {done.stderr.strip()}")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


@pytest.fixture
def nobody():
    """Skip the test where we are not root, who alone can become nobody."""
    if os.geteuid() != 0:
        pytest.skip("only root can become another user")
    return AS_NOBODY
