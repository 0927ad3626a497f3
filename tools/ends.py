"""Test the library with the oldest or the newest versions of what pyproject.toml promises.

    python tools/ends.py lowest-direct    makes .venv-ends with the oldest ones
    python tools/ends.py highest          with the newest
    python tools/ends.py pre-releases     with what is not released yet
    .venv-ends/bin/python tools/ends.py --test

uv chooses the versions; it is fetched into the same environment. What is tested is the library:
its examples, and the tests of its rooms. Notebooks are compared with the versions of the lock
alone, for their numbers may differ in the last printed digit.
"""

import os
import shutil
import subprocess
import sys

from surroundings import ROOT, enter

VENV = ROOT / ".venv-ends"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
CHOICES = {
    "lowest-direct": ["--resolution=lowest-direct"],
    "highest": ["--upgrade"],
    "pre-releases": ["--upgrade", "--prerelease=allow"],
}
# What says something about the lock, the pages or a build with it, and not about the library.
LEFT_OUT = ("project", "notebooks", "run_notebooks", "package", "bench", "teaching", "rooms")
LEFT_OUT += ("front_door", "docstrings", "tags", "glossary", "prose", "workflows", "mutants")


def install(choice):
    """Make the environment anew, with the versions of the choice."""
    shutil.rmtree(VENV, ignore_errors=True)
    subprocess.run([sys.executable, "-m", "venv", VENV], check=True)
    pip = [PYTHON, "-m", "pip", "--disable-pip-version-check", "install", "-q"]
    subprocess.run([*pip, "uv"], check=True)
    uv = [PYTHON, "-m", "uv", "pip", "install", "-q", f"--python={PYTHON}", *CHOICES[choice]]
    subprocess.run([*uv, f"{ROOT}[book,compiled,distributed,dev]"], check=True)


def test():
    """Run the tests of the rooms; return pytest's word on them."""
    ignored = [f"--ignore=tests/test_{name}.py" for name in LEFT_OUT]
    folders = ("browser", "classroom", "faults", "formulas", "hub", "js", "prose", "site", "slides")
    ignored += [f"--ignore=tests/{name}" for name in folders]
    command = [sys.executable, "-m", "pytest", "-q", "--doctest-modules", "convnet_lib", "tests"]
    return subprocess.run([*command, *ignored], cwd=ROOT).returncode


def main():
    enter(one_thread=True)
    if sys.argv[1:] == ["--test"]:
        versions = "import numpy, matplotlib; print(numpy.__version__, matplotlib.__version__)"
        subprocess.run([sys.executable, "-c", versions], check=True)
        sys.exit(test())
    if len(sys.argv) != 2 or sys.argv[1] not in CHOICES:
        sys.exit(__doc__)
    install(sys.argv[1])


if __name__ == "__main__":
    main()
