"""The small file that keeps what a reader has done: {"done": ["2.1", …]}.

It may be missing, broken, read-only, on a slow disk, or written by many kernels at once. None of
that raises or loses anything: nothing is written without the lock, what cannot be written now is
said, waits in memory and is tried again (with the next answer, when progress() is asked, when the
kernel ends), and a broken file is kept under a name of its own.
"""

import atexit
import contextlib
import errno
import json
import os
import random
import tempfile
import threading
import time
from pathlib import Path

import platformdirs

#: Seconds that an answer waits to be written before it goes on in the background.
PATIENCE = 2.0

#: Seconds that the background waits for another process to let go of the lock.
LONGEST = 60.0

#: Bytes; a file that is longer is not one of ours.
ROOM = 1 << 20

# What a file system says that has no locks.
NO_LOCKS = (errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP, errno.EINVAL)

_guard = threading.Lock()
_waiting = {}  # path: the ids that are not in the file yet
_writers = {}  # path: the thread that is writing them
_said = {}  # path: what there was to say of the last attempt


def path():
    """Return where the file is: CONVNET_PROGRESS, or in the user's data folder.

    >>> from unittest import mock
    >>> from convnet_lib.exercises import progress_file
    >>> with mock.patch.dict(os.environ, CONVNET_PROGRESS="my-progress.json"):
    ...     progress_file.path().name
    'my-progress.json'
    """
    named = os.environ.get("CONVNET_PROGRESS")
    if named:
        return Path(named).expanduser()
    return platformdirs.user_data_path("convnet_lib", appauthor=False) / "progress.json"


def read():
    """Return (the ids that are done, None or a sentence on what is wrong with the file).

    >>> from unittest import mock
    >>> from convnet_lib.exercises import progress_file
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     mine = Path(folder, "mine.json")
    ...     with mock.patch.dict(os.environ, CONVNET_PROGRESS=str(mine)):
    ...         progress_file.read()
    ...         _ = mine.write_text('{"done": ["2.1"]}')
    ...         progress_file.read()
    (set(), None)
    ({'2.1'}, None)
    """
    try:
        place = path()
    except RuntimeError as error:
        return set(), f"Your progress could not be read: {_reason(error)}."
    note = _keep(place) if _waits(place) else None
    try:
        return _content(place) | _waits(place), note
    except OSError as error:
        note = f"Your progress in {place} could not be read: {_reason(error)}."
    except ValueError:
        note = f"The file {place} does not hold what progress() writes. Your next right answer "
        note += "puts it aside, and begins a new one."
    return _waits(place), note


def add(id):
    """Add an exercise to those that are done; return None, or a sentence if that failed.

    >>> from unittest import mock
    >>> from convnet_lib.exercises import progress_file
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     with mock.patch.dict(os.environ, CONVNET_PROGRESS=os.path.join(folder, "mine.json")):
    ...         progress_file.add("2.1"), progress_file.read()
    (None, ({'2.1'}, None))
    """
    try:
        place = path()
    except RuntimeError as error:
        return f"That you have done {id} could not be kept: {_reason(error)}."
    with contextlib.suppress(OSError, ValueError):
        if id in _content(place) and not _waits(place):
            return None
    with _guard:
        _waiting.setdefault(place, set()).add(id)
    return _keep(place)


def _keep(place):
    """Write what waits, in a thread that is given PATIENCE; return what there is to say of it."""
    with _guard:
        writer = _writers.get(place)
        if writer is None:
            _said.pop(place, None)
            # No daemon: a kernel that is shut down lets it come to its end.
            writer = _writers[place] = threading.Thread(target=_write_waiting, args=(place,))
            try:
                writer.start()
            except RuntimeError:  # there are no threads in a browser
                writer = None
    if writer is None:
        _write_waiting(place)
    else:
        writer.join(PATIENCE)
    left = sorted(_waits(place), key=_order)
    if not left:
        return _said.get(place)
    why = _said.get(place, "the disk is slow, or another notebook is writing")
    what = f"That you have done {', '.join(left)} could not be kept yet in {place}: {why}."
    return f"{what} It is tried again."


def _waits(place):
    with _guard:
        return set(_waiting.get(place, ()))


def _write_waiting(place):
    """Write until nothing waits or something fails, and leave in _said what there is to say."""
    failed = False
    while True:
        with _guard:
            if failed or not _waiting.get(place):
                _writers.pop(place, None)
                return
            wanted = set(_waiting[place])
        try:
            note = _write_once(place, wanted)
        except Exception as error:  # whatever the disk or its driver can think of
            note, failed = _reason(error), True
        with _guard:
            if not failed:
                _waiting[place] -= wanted
            if note:
                _said[place] = note


def _write_once(place, wanted):
    """Add the ids to what the file has, alone with it; return None or a sentence."""
    place = Path(os.path.realpath(place))  # a link stays a link
    place.parent.mkdir(parents=True, exist_ok=True)
    note = None
    with _alone(place):
        try:
            done = _content(place)
        except ValueError:
            done, note = set(), _put_aside(place)
        if not wanted <= done:
            _replace(place, done | wanted)
    return note


def _content(place):
    """Return the ids in the file; OSError if it cannot be read, ValueError if it is not ours."""
    try:
        with open(place, "rb") as file:
            text = file.read(ROOM + 1)
    except FileNotFoundError:
        return set()
    if len(text) > ROOM:
        raise ValueError("longer than any that progress() writes")
    try:
        return {name for name in json.loads(text)["done"] if isinstance(name, str)}
    except (KeyError, TypeError, RecursionError) as error:
        raise ValueError(error) from None


def _replace(place, done):
    # Written beside it and moved over it: a reader sees the old file or the new one, whole.
    text = json.dumps({"done": sorted(done, key=_order)}, indent=1) + "\n"
    if place.exists() and not os.access(place, os.W_OK):
        raise PermissionError(errno.EACCES, "the file is read-only")
    for left_behind in place.parent.glob(f"{place.name}*.new"):  # we are alone: its writer is gone
        left_behind.unlink(missing_ok=True)
    handle, name = tempfile.mkstemp(dir=place.parent, prefix=place.name, suffix=".new")
    try:
        with open(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.replace(name, place)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(name)
        raise


def _put_aside(place):
    """Give a broken file a name that no other has."""
    aside, count = place.with_name(f"{place.name}.broken"), 1
    while os.path.lexists(aside):
        count += 1
        aside = place.with_name(f"{place.name}.broken-{count}")
    os.rename(place, aside)
    return f"Your progress file could not be read; it was put aside as {aside}, a new one begun."


@contextlib.contextmanager
def _alone(place):
    """Hold the lock; TimeoutError if others hold it for LONGEST seconds."""
    end = time.monotonic() + LONGEST
    while not (taken := _lock(place)):
        if time.monotonic() > end:
            raise TimeoutError("another notebook has been writing for too long")
        time.sleep(random.uniform(0.01, 0.05))
    handle, name = taken
    try:
        yield
    finally:
        with contextlib.suppress(OSError):  # Windows removes no file that is open
            os.unlink(name)
        os.close(handle)


def _lock(place):
    """Return the lock file, open and with its name, once it is ours, else None.

    The lock is the system's, so that it is gone with a process that is killed.
    """
    name = place.with_name(f"{place.name}.lock")
    handle = os.open(name, os.O_CREAT | os.O_RDWR, 0o600)
    try:
        if _locked(handle) and os.path.samestat(os.fstat(handle), os.stat(name)):
            return handle, name
    except FileNotFoundError:  # whoever had it before has just removed it
        pass
    except OSError as error:
        os.close(handle)
        if error.errno in NO_LOCKS:
            return _lock_by_name(place.with_name(f"{place.name}.held"))
        raise
    os.close(handle)
    return None


def _lock_by_name(name):
    """The same where the file system has no locks: nobody else could create the file.

    A kill leaves it behind. It is not taken over, since its owner may only be slow: the message
    names it, and the reader knows whether another notebook is open.
    """
    try:
        return os.open(name, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600), name
    except FileExistsError:
        with contextlib.suppress(FileNotFoundError):
            if time.time() - os.stat(name).st_mtime > LONGEST:
                text = f"another notebook is writing; if none is, delete {name}"
                raise TimeoutError(text) from None
        return None


def _locked(handle):
    """Return whether the system's lock on an open file is ours now."""
    try:
        if os.name == "nt":
            import msvcrt

            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):
        return False
    return True


@atexit.register
def _last_try():
    for place in list(_waiting):
        _write_waiting(place)


def _forget():
    """In a process that was forked off: what waits is its parent's to write."""
    global _guard
    _guard = threading.Lock()
    for memory in (_waiting, _writers, _said):
        memory.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)


def _order(id):
    return [int(n) if n.isdigit() else 0 for n in id.split(".")]


def _reason(error):
    return getattr(error, "strerror", None) or str(error)
