"""Make the benchmark's environment, .venv-bench: the book's packages, PyTorch and JAX.

Each package is held to the hashes of requirements.txt or requirements-bench.txt; PyTorch's own CPU
build for Linux, which its package index lacks and which spares several GB, to those that PyTorch
publishes, in benchmarks/torch-cpu.sha256. A framework that cannot be had is no error: the
benchmark leaves its rows out.
"""

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import install
from install import ROOT

VENV = ROOT / ".venv-bench"
STAMP = VENV / "installed.json"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
# What only a CUDA build of PyTorch needs: several GB.
CUDA = re.compile(r"(?:cuda|nvidia|triton)\b")


def packages(lock):
    """Return [(name, its lines)] of the text of a lock file; one may stand there once a Python."""
    parts = re.findall(r"^[\w.-]+==.*(?:\n +--hash.*)*", lock, re.MULTILINE)
    return [(re.match(r"[\w.-]+", part)[0], part) for part in parts]


def pip(*arguments):
    options = ("--disable-pip-version-check", "--no-input", "install", "--quiet")
    install.run(PYTHON, "-I", "-m", "pip", *options, "--no-cache-dir", "--no-deps", *arguments)


def add(lines):
    """Install what the lines of a lock name."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "requirements.txt"
        path.write_text("\n".join(lines) + "\n", "utf-8")
        pip("--require-hashes", "-r", path)


def add_all(found):
    add([lines for _, lines in found])


def cpu_build():
    """Return PyTorch's own CPU build as a line of a lock."""
    listed = (ROOT / "benchmarks" / "torch-cpu.sha256").read_text("utf-8").split()
    hashes = "".join(f" --hash=sha256:{digest}" for digest in listed[0::2])
    return f"torch=={listed[1].split('-')[1]}{hashes}"


def add_torch(found):
    """Install PyTorch: its CPU build where pip finds that, else, with all it needs, the index's."""
    cuda = [lines for name, lines in found if CUDA.match(name)]
    torch = [lines for name, lines in found if name == "torch"]
    add([lines for _, lines in found if lines not in (*cuda, *torch)])
    if sys.platform == "linux":
        try:
            add([cpu_build()])
        except subprocess.CalledProcessError:
            print("pip finds no CPU build of PyTorch; taking several GB with CUDA …", flush=True)
        else:
            return
    add([*torch, *cuda])


def state():
    lock = hashlib.sha256((ROOT / "requirements-bench.txt").read_bytes()).hexdigest()
    return install.state() | {"bench": lock}


def make(wanted):
    print("Making .venv-bench, with PyTorch and JAX (a few minutes) …", flush=True)
    shutil.rmtree(VENV, ignore_errors=True)
    base = getattr(sys, "_base_executable", None) or sys.executable
    install.run(base, "-I", "-m", "venv", VENV)
    pip("--require-hashes", "-r", ROOT / "requirements.txt")
    pip("--no-build-isolation", "-e", ROOT)
    found = packages((ROOT / "requirements-bench.txt").read_text("utf-8"))
    jax = [part for part in found if re.match(r"jax|ml-dtypes|opt-einsum", part[0])]
    torch = [part for part in found if part not in jax]
    complete = True
    for name, work, parts in (("JAX", add_all, jax), ("PyTorch", add_torch, torch)):
        try:
            work(parts)
        except subprocess.CalledProcessError:
            print(f"{name} could not be installed: its rows will be left out.", flush=True)
            complete = False
    if complete:
        STAMP.write_text(json.dumps(wanted, indent=1), "utf-8")


def main():
    if not STAMP.exists() or json.loads(STAMP.read_text("utf-8")) != state():
        with install.one_at_a_time():
            make(state())


if __name__ == "__main__":
    main()
