"""Node, for the JavaScript that needs no page. Without it these tests are skipped, and say so."""

import shutil
import subprocess

import pytest


@pytest.fixture(scope="session")
def node():
    """node(*arguments) runs Node and returns what it printed; what it complains of fails."""
    program = shutil.which("node")
    if not program:
        pytest.skip("needs Node: apt-get install nodejs")

    def run(*arguments):
        done = subprocess.run(
            [program, *map(str, arguments)], capture_output=True, text=True, encoding="utf-8"
        )
        assert not done.returncode, done.stdout + done.stderr
        return done.stdout

    return run
