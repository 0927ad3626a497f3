"""A process for a student's code: no network, no files but the library's, limits on all it takes.

Made by bubblewrap (Debian's package of that name): namespaces of its own for files, processes,
network, users and the rest, so that what is not put there is not there. Where it cannot be had,
nothing is run: `missing` says why.
"""

import contextlib
import json
import os
import secrets
import select
import shutil
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent

#: What a submission may take. Megabytes count a process, and there are no more than PROCESSES.
CELL = 60
TOTAL = 240
MEGABYTES = 1536
PROCESSES = 4
LINE = 24_000_000  # characters of a message
SAID = 64_000_000  # of all messages
#: The programs that run in it, and the modules that each needs.
PROGRAMS = {"inside.py": ("plain.py",), "showing.py": ("inside.py", "clean.py")}

UNSHARE = ("--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts")
SYSTEM = ("/usr", "/lib", "/lib64", "/lib32", "/bin", "/sbin")
SETTINGS = {
    "HOME": "/tmp",
    "IPYTHONDIR": "/tmp/ipython",
    "LANG": "C.UTF-8",
    "MPLBACKEND": "module://matplotlib_inline.backend_inline",
    "MPLCONFIGDIR": "/tmp/matplotlib",
    "PATH": "/usr/bin:/bin",
    "PYTHONDONTWRITEBYTECODE": "1",
    **dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1"),
}


class NoSandbox(RuntimeError):
    """There is no isolation here, so nothing was run."""


class Ended(Exception):
    """The process is gone, was too slow, or said what is no message."""


def library():
    """Return the folder of the library that the judge itself uses."""
    import convnet_lib

    return Path(convnet_lib.__file__).resolve().parent


def command(program="inside.py"):
    """Return the command line of the sandbox, up to the interpreter that runs the program."""
    root = os.geteuid() == 0
    made, parts = set(), [shutil.which("bwrap") or "bwrap", "--die-with-parent", "--new-session"]
    if root:
        # In a user namespace root would stay root, whom no limit of processes holds. So there is
        # none: `inside` becomes a user that nobody is, and for that alone keeps two rights.
        parts += [*UNSHARE, "--unshare-cgroup-try"]
        parts += ["--cap-drop", "ALL", "--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID"]
    else:
        parts += ["--unshare-all"]
    parts += ["--hostname", "marking", "--clearenv", "--chdir", "/tmp"]
    for name, value in SETTINGS.items():
        parts += ["--setenv", name, value]
    for path in SYSTEM:
        if os.path.islink(path):
            parts += ["--symlink", os.readlink(path), path]
        elif os.path.isdir(path):
            parts += ["--ro-bind", path, path]
    parts += ["--ro-bind-try", "/etc/ld.so.cache", "/etc/ld.so.cache"]
    parts += ["--proc", "/proc", "--dev", "/dev", "--remount-ro", "/dev"]
    parts += ["--size", str(64 * 2**20), "--perms", "1777", "--tmpfs", "/tmp"]
    exercises = library() / "exercises"
    for path in (sys.base_prefix, sys.prefix, library()):
        parts += [*_parents(path, made), "--ro-bind", str(path), str(path)]
    parts += ["--perms", "0755", "--tmpfs", str(exercises)]
    stand_in = HERE / "exercises_inside.py"
    parts += ["--ro-bind", str(stand_in), str(exercises / "__init__.py")]
    parts += ["--remount-ro", str(exercises)]
    for name in (program, *PROGRAMS[program]):
        parts += [*_parents("/marking/x", made), "--ro-bind", str(HERE / name), f"/marking/{name}"]
    return [*parts, "--remount-ro", "/"]


def _parents(path, made):
    """The options that make the folders above a path, for all to pass through."""
    parts = []
    for folder in reversed(Path(path).parents):
        if str(folder) != "/" and folder not in made and not str(folder).startswith("/usr"):
            made.add(folder)
            parts += ["--perms", "0755", "--dir", str(folder)]
    return parts


def missing():
    """Return why nothing can be isolated here, in a sentence, or None if it can."""
    if not sys.platform.startswith("linux"):
        return "marking needs bubblewrap, which is for Linux alone: mark on a Linux machine"
    if shutil.which("bwrap") is None:
        return "the program bwrap is missing: on Debian and Ubuntu, apt-get install bubblewrap"
    try:
        with Sandbox([{"names": []}], probe=True) as box:
            while "done" not in box.hear(60):
                pass
    except Ended as error:
        reason = str(error).strip() or "it ended without a word"
        return f"bwrap is here, but could not make a sandbox: {reason}"
    return None


class Sandbox:
    """A process that runs steps of a notebook, then answers calls. Use it in a `with` block.

    Or one that makes a page of a notebook, with another program.

    Args:
        steps: a list of {"run": source} and {"names": [name, ...]}.
        cell: seconds that a step may take.
        probe: keep what bubblewrap says, to tell why it fails.
        program: what runs in it, one of PROGRAMS.
        total: seconds it may take in all.
    """

    def __init__(self, steps, cell=CELL, probe=False, program="inside.py", total=TOTAL):
        nobody = 2_000_000_000 + secrets.randbelow(100_000_000)
        # Without root, bubblewrap's own process in there is counted too.
        most = PROCESSES if os.geteuid() == 0 else PROCESSES + 1
        limits = {"memory": MEGABYTES, "processes": most, "seconds": total}
        limits |= {"cell": cell, "uid": nobody}
        python = [os.path.abspath(sys.executable), "-I", f"/marking/{program}"]
        self.end, self.rest, self.said = time.monotonic() + total, b"", 0
        self.process = subprocess.Popen(
            [*command(program), *python],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE if probe else subprocess.DEVNULL,
            env={"PATH": os.defpath},
            cwd="/",
        )
        self.probe = probe
        try:
            self.say(limits=limits, steps=steps)
            first = self.hear(60)
            if first.get("ready") is not True:
                raise Ended(f"in it, {first.get('wrong') or 'nothing is as it should be'}")
        except Ended as error:
            self.close()
            raise (error if probe else NoSandbox(str(error))) from None

    def say(self, **message):
        """Send a message."""
        try:
            self.process.stdin.write(json.dumps(message).encode() + b"\n")
            self.process.stdin.flush()
        except OSError:
            raise Ended(self._why()) from None

    def hear(self, seconds):
        """Return the next message, within some seconds.

        Raises:
            Ended: if there is none, or what came is no message. The process is then gone.
        """
        try:
            return self._hear(min(self.end, time.monotonic() + seconds))
        except BaseException:
            self.close()
            raise

    def _hear(self, end):
        line = self.process.stdout.fileno()
        while b"\n" not in self.rest:
            if time.monotonic() > end:
                raise Ended("It was stopped: it took too long")
            # Short waits: an exception that is sent to this thread arrives between two of them.
            if not select.select([line], [], [], 0.1)[0]:
                continue
            part = os.read(line, 1 << 20)
            self.rest, self.said = self.rest + part, self.said + len(part)
            if not part:
                raise Ended(self._why())
            if len(self.rest) > LINE or self.said > SAID:
                raise Ended("It was stopped: it handed over too much")
        first, _, self.rest = self.rest.partition(b"\n")
        try:
            message = json.loads(first)
        except (ValueError, RecursionError):
            raise Ended("It said what could not be read") from None
        if not isinstance(message, dict):
            raise Ended("It said what could not be read")
        return message

    def _why(self):
        if not self.probe:
            return "The process ended by itself"
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(5)
        said = self.process.stderr.read(2000).decode(errors="replace") if self.probe else ""
        return said.strip().splitlines()[-1] if said.strip() else ""

    def close(self):
        """End it, with everything that was started in it."""
        self.process.kill()
        self.process.wait()
        for stream in (self.process.stdin, self.process.stdout, self.process.stderr):
            if stream:
                with contextlib.suppress(OSError):
                    stream.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
