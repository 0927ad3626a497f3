"""A file that is written beside its place and moved there once it is whole.

Whoever looks at the place sees the old file or the new one. A process that is killed leaves its
part behind; the next one that writes to the same place removes it, and tells by a lock of the
system that its writer is gone.
"""

import contextlib
import errno
import glob
import os
import secrets
import time
from pathlib import Path

#: Seconds after which a part is nobody's any more, where the file system has no locks.
FORGOTTEN = 24 * 3600


@contextlib.contextmanager
def part(path):
    """Give a new empty file beside `path`, open for bytes; it is gone afterwards unless `put`.

    >>> import os, tempfile
    >>> from convnet_lib import whole_files
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = os.path.join(folder, "new.txt")
    ...     with whole_files.part(path) as file:
    ...         os.listdir(folder) == [os.path.basename(file.name)], os.path.exists(path)
    ...     os.listdir(folder)
    (True, False)
    []

    Args:
        path: where the file will be; its folder must be there.
    """
    path = Path(path)
    sweep(path)
    file = _new(path)
    try:
        with file:
            yield file
    finally:
        with contextlib.suppress(OSError):
            os.unlink(file.name)


def put(file, path):
    """Move a part to its place, in one step for whoever is looking, its bytes on the disk.

    >>> import os, tempfile
    >>> from convnet_lib import whole_files
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = os.path.join(folder, "new.txt")
    ...     with whole_files.part(path) as file:
    ...         _ = file.write(b"whole")
    ...         whole_files.put(file, path)
    ...     os.listdir(folder), os.path.getsize(path)
    (['new.txt'], 5)
    """
    file.flush()
    # Else a power cut after the move could leave the name with nothing behind it.
    os.fsync(file.fileno())
    if os.name == "nt":  # Windows moves no file that is open
        file.close()
    os.replace(file.name, path)


def sweep(path):
    """Remove the parts of `path` whose writers are gone.

    >>> import os, tempfile
    >>> from convnet_lib import whole_files
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = os.path.join(folder, "new.txt")
    ...     open(f"{path}.1a2b3c4d.part", "wb").close()  # of a writer that was killed
    ...     whole_files.sweep(path)
    ...     os.listdir(folder)
    []
    """
    path = Path(path)
    for left in path.parent.glob(f"{glob.escape(path.name)}.*.part"):
        with contextlib.suppress(OSError):
            if _is_forgotten(left):
                left.unlink()


def _new(path):
    while True:
        # Not by tempfile, whose files are for their owner alone, whatever the umask says.
        name = path.with_name(f"{path.name}.{secrets.token_hex(4)}.part")
        try:
            file = open(name, "xb")  # noqa: SIM115 (closed by part)
        except FileExistsError:
            continue
        with contextlib.suppress(OSError):  # where there are no locks, age tells
            _lock(file.fileno())
        if os.name == "nt" or name.exists():  # else it was swept before it was locked
            return file
        file.close()


def _is_forgotten(part):
    if os.name == "nt":
        return True  # one that is open cannot be removed
    with open(part, "rb") as file:
        try:
            _lock(file.fileno())
        except BlockingIOError:
            return False
        except OSError:
            return time.time() - os.fstat(file.fileno()).st_mtime > FORGOTTEN
    return True


def _lock(handle):
    """Lock an open file until it is closed; BlockingIOError if another process has."""
    if os.name == "nt":
        return
    try:
        import fcntl
    except ImportError:
        raise OSError(errno.ENOSYS, "no locks") from None
    fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
