"""Run every test: those in tests/, and every cell of every notebook, its outputs compared."""

import subprocess
import sys

import surroundings

NBVAL = ["--nbval", "--nbval-current-env", "--nbval-cell-timeout=300"]


def main():
    surroundings.enter(one_thread=True)
    command = [sys.executable, "-m", "pytest", *NBVAL, *(sys.argv[1:] or ["tests", "notebooks"])]
    return subprocess.run(command, cwd=surroundings.ROOT).returncode


if __name__ == "__main__":
    sys.exit(main())
