"""Make or mend the project's own environment, .venv, from the lock file.

Needs nothing but Python's standard library. Does nothing when .venv already fits the lock.
"""

import contextlib
import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
STAMP = VENV / "installed.json"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


# First the installer itself: a new environment has that of the system's Python, often years old
# and with known holes.
LOCKS = ("requirements-pip.txt", "requirements.txt")


def state():
    """What .venv depends on: where it stands, its Python, the lock, and what is being packaged."""
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    packaged = {key: project.get(key) for key in ("build-system", "project")}
    return {
        "folder": str(ROOT),
        "python": ".".join(map(str, sys.version_info[:3])),
        "lock": hashlib.sha256(b"".join((ROOT / name).read_bytes() for name in LOCKS)).hexdigest(),
        "package": hashlib.sha256(json.dumps(packaged).encode()).hexdigest(),
    }


def installed():
    """The state that .venv was last made for, or an empty one."""
    if not PYTHON.exists():
        return {}
    try:
        return dict(json.loads(STAMP.read_text("utf-8")))
    except (OSError, TypeError, ValueError):
        return {}


@contextlib.contextmanager
def one_at_a_time():
    """Hold a lock that the system drops by itself when this process ends, however it ends."""
    cache = ROOT / ".cache"
    cache.mkdir(exist_ok=True)
    with open(cache / "install.lock", "a+b") as handle:
        if os.name == "nt":
            import msvcrt

            while True:
                with contextlib.suppress(OSError):
                    handle.seek(0)
                    msvcrt.locking(handle.fileno(), msvcrt.LK_LOCK, 1)
                    break
                time.sleep(1)
        else:
            import fcntl

            fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def run(*arguments):
    """Run a command to its end, untouched by the reader's own Python and pip settings."""
    hindrances = ("PYTHONHOME", "PYTHONPATH", "PIP_USER", "PIP_TARGET", "PIP_PREFIX")
    environ = {k: v for k, v in os.environ.items() if k not in hindrances}
    subprocess.run([str(a) for a in arguments], cwd=ROOT, env=environ, check=True)


def install(wanted, found):
    """Bring .venv from the state found to the state wanted."""
    place = {key: wanted[key] for key in ("folder", "python")}
    if any(found.get(key) != place[key] for key in place):
        print(f"Making .venv for Python {wanted['python']} …", flush=True)
        shutil.rmtree(VENV, ignore_errors=True)
        base = getattr(sys, "_base_executable", None) or sys.executable
        run(base, "-I", "-m", "venv", VENV)
    STAMP.write_text(json.dumps(place), "utf-8")
    pip = (PYTHON, "-I", "-m", "pip", "--disable-pip-version-check", "--no-input", "install")
    pip += ("--quiet", "--no-cache-dir")
    print("Installing the packages of requirements.txt (about half a minute) …", flush=True)
    for lock in LOCKS:
        run(*pip, "--require-hashes", "-r", ROOT / lock)
    run(*pip, "--no-deps", "--no-build-isolation", "-e", ROOT)
    STAMP.write_text(json.dumps(wanted, indent=1), "utf-8")
    print("Ready.", flush=True)


def main():
    if sys.version_info < (3, 11):  # noqa: UP036 (run by whatever python3 the reader has)
        sys.exit(
            f"Python 3.11 or newer is needed; {sys.executable} is {sys.version.split()[0]}.\n"
            "If you have a newer one under another name: make PYTHON=python3.12 lab"
        )
    try:
        if installed() == state():
            return
        with one_at_a_time():
            if installed() != state():
                install(state(), installed())
    except subprocess.CalledProcessError as error:
        hint = "Is the network there, and is the disk not full?"
        if "venv" in error.cmd:
            hint = "On Debian and Ubuntu this needs the package python3-venv."
        sys.exit(f"This failed: {' '.join(error.cmd)}\n{hint}")


if __name__ == "__main__":
    main()
