"""The small file that keeps what a reader has done: {"done": ["2.1", …]}.

It may be missing, broken, read-only or written by two kernels at once. None of that raises:
each function returns a sentence for the reader where something could not be done.
"""

import contextlib
import json
import os
import tempfile
import time
from pathlib import Path

import platformdirs

#: Seconds to wait for another process that is writing.
PATIENCE = 2.0


def path():
    """Return where the file is: CONVNET_PROGRESS, or in the user's data folder."""
    named = os.environ.get("CONVNET_PROGRESS")
    if named:
        return Path(named).expanduser()
    return platformdirs.user_data_path("convnet_lib", appauthor=False) / "progress.json"


def read():
    """Return (the ids that are done, None or a sentence on what is wrong with the file)."""
    try:
        content = path().read_bytes()
    except FileNotFoundError:
        return set(), None
    except OSError as error:
        return set(), f"Your progress in {path()} could not be read: {_reason(error)}."
    try:
        done = json.loads(content)["done"]
        return {name for name in done if isinstance(name, str)}, None
    except (ValueError, KeyError, TypeError, RecursionError):
        note = f"The file {path()} does not hold what progress() writes; what was done is lost."
        return set(), note


def add(id):
    """Add an exercise to those that are done; return None, or a sentence if that failed."""
    try:
        path().parent.mkdir(parents=True, exist_ok=True)
        with _alone():
            done, note = read()
            if note is not None:
                note = _put_aside() or note
            if id not in done:
                _write(done | {id})
            return note
    except (OSError, ValueError, RuntimeError) as error:
        return f"That you have done {id} could not be kept in {path()}: {_reason(error)}."


def _write(done):
    # Written beside it and moved over it: a reader sees the old file or the new one, whole.
    text = json.dumps({"done": sorted(done, key=_order)}, indent=1) + "\n"
    target = path()
    if target.exists() and not os.access(target, os.W_OK):
        raise PermissionError(13, "the file is read-only")
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=target.name, suffix=".new")
    try:
        with open(handle, "w", encoding="utf-8") as file:
            file.write(text)
        os.replace(name, target)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(name)
        raise


def _put_aside():
    aside = path().with_name(path().name + ".broken")
    try:
        os.replace(path(), aside)
    except OSError:
        return None
    return f"Your progress file could not be read; it was put aside as {aside}, a new one begun."


@contextlib.contextmanager
def _alone():
    """Hold the lock file, or go on without it when whoever left it seems to be gone."""
    lock, end, mine = path().with_name(path().name + ".lock"), time.monotonic() + PATIENCE, False
    while not mine and time.monotonic() < end:
        try:
            os.close(os.open(lock, os.O_CREAT | os.O_EXCL | os.O_WRONLY))
            mine = True
        except FileExistsError:
            time.sleep(0.01)
    try:
        yield
    finally:
        with contextlib.suppress(OSError):
            os.unlink(lock)


def _order(id):
    return [int(n) if n.isdigit() else 0 for n in id.split(".")]


def _reason(error):
    return getattr(error, "strerror", None) or str(error)
