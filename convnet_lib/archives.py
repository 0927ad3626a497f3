"""Arrays in a file: a NumPy archive (.npz), written whole or not at all, read without pickle."""

import os
import secrets
import zipfile
import zlib
from pathlib import Path

import numpy as np

from . import checks

# What reading a damaged or foreign file raises.
UNREADABLE = (
    AttributeError,
    EOFError,
    KeyError,
    NotImplementedError,
    TypeError,
    ValueError,
    zipfile.BadZipFile,
    zlib.error,
)


def write(path, arrays):
    """Write arrays by their names to a file, whole or not at all: a crash leaves what was there.

    Args:
        path: of the file; its folder is made if need be.
        arrays: a dict of arrays.

    Raises:
        ValueError: if path is no path, or that of a folder.
        OSError: if the file cannot be written there.
    """
    path = _path(path)
    if path.is_dir():
        checks.refuse("path", "the name of a file", f"that of a folder, {str(path)!r}")
    path.parent.mkdir(parents=True, exist_ok=True)
    # Not by tempfile, whose files nobody but their owner may read.
    part = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        with part.open("xb") as file:
            np.savez(file, **arrays)
            file.flush()
            os.fsync(file.fileno())  # else a power cut could leave the name with nothing behind it
        os.replace(part, path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def read(path, names, what):
    """Return the arrays of a file as a dict; nothing in the file is run.

    Args:
        path: of the file.
        names: of the arrays that must be there.
        what: the file ought to hold, for the message.

    Raises:
        ValueError: if path is no path, or the file is no archive with these arrays.
        OSError: if there is no such file or it cannot be read.
    """
    path, expected = _path(path), f"{what} ({', '.join(names)}) in a NumPy archive"
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as archive:
            arrays = {name: archive[name] for name in archive.files}
    except UNREADABLE as error:
        checks.refuse("path", expected, f"another file, {str(path)!r}: {error}")
    missing = [name for name in names if name not in arrays]
    if missing:
        checks.refuse("path", expected, f"{str(path)!r} without {', '.join(missing)}")
    return arrays


def _path(path):
    given = os.fspath(path) if isinstance(path, str | os.PathLike) else None
    if not isinstance(given, str) or not given:
        checks.refuse("path", "the path of a file", repr(path))
    return Path(path).expanduser()
