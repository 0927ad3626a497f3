"""The tests with the lowest versions that pyproject.toml promises, in an environment of its own.

uv chooses them: of each package that the project names, the lowest that its bound allows; of what
those need in turn, the newest that goes with them, as pip would choose today. What is left out
needs a browser, Node or another environment.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

import install
from install import ROOT

VENV = ROOT / ".venv-oldest"
PYTHON = VENV / "bin" / "python"
EXTRAS = ("dev", "distributed")


def make():
    """Make the environment anew and return the versions, {name: version}, of what is named."""
    with tempfile.TemporaryDirectory() as folder:
        install.run(sys.executable, "-I", "-m", "venv", "--clear", VENV)
        install.run(sys.executable, "-I", "-m", "venv", folder)
        pip = [Path(folder) / "bin" / "python", "-I", "-m", "pip", "--disable-pip-version-check"]
        install.run(*pip, "install", "--quiet", "uv")
        uv, lock = Path(folder) / "bin" / "uv", Path(folder) / "oldest.txt"
        options = ["--quiet", f"--python={PYTHON}"]
        extras = [f"--extra={name}" for name in EXTRAS]
        named = ["--resolution=lowest-direct", *extras, "pyproject.toml", f"--output-file={lock}"]
        install.run(uv, "pip", "compile", *options, *named)
        install.run(uv, "pip", "install", *options, "-r", lock)
        install.run(uv, "pip", "install", *options, "--no-deps", "--no-build-isolation", "-e", ".")
        return lock.read_text("utf-8")


def main():
    print("Making .venv-oldest …", flush=True)
    for line in make().splitlines():
        if "==" in line:
            print(line, flush=True)
    left_out = ["browser", "classroom", "faults", "hub", "site", "slides"]
    ignored = [f"--ignore=tests/{name}" for name in left_out]
    # Not what is locked, nor the numbers in the outputs, which are those of the locked versions.
    chosen = "not installed_is_what_is_locked"
    command = [PYTHON, "-m", "pytest", "-q", "tests", *ignored, "-k", chosen, *sys.argv[1:]]
    return subprocess.run([str(part) for part in command], cwd=ROOT).returncode


if __name__ == "__main__":
    sys.exit(main())
