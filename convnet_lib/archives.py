"""Arrays in a file: a NumPy archive (.npz), written whole or not at all, read without belief.

`numpy.load` believes what a file says of itself: a header of a hundred bytes can ask for a
terabyte, and a compressed entry can grow a thousandfold. Here an array must be in the file, byte
for byte, as `numpy.savez` writes it; nothing in the file is run.
"""

import math
import os
import stat
import zipfile
from pathlib import Path

import numpy as np

from . import checks, whole_files


class Unreadable(ValueError):
    """The file is no archive of such arrays; the text says why."""


def write(path, arrays):
    """Write arrays by their names to a file, whole or not at all: a crash leaves what was there.

    >>> import os, tempfile
    >>> from convnet_lib import archives
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     archives.write(os.path.join(folder, "a.npz"), {"a": np.array([3.0, 5.0])})
    ...     with np.load(os.path.join(folder, "a.npz")) as archive:
    ...         archive["a"]
    array([3., 5.])

    Args:
        path: of the file; its folder is made if need be.
        arrays: a dict of arrays.

    Raises:
        ValueError: if path is no path, or that of a folder.
        OSError: if the file cannot be written there.
    """
    path = Path(os.path.realpath(_path(path)))  # a link stays a link
    if path.is_dir():
        checks.refuse("path", "the name of a file", f"that of a folder, {str(path)!r}")
    path.parent.mkdir(parents=True, exist_ok=True)
    with whole_files.part(path) as file:
        np.savez(file, **arrays)
        whole_files.put(file, path)


def read(path, names, what):
    """Return the arrays of a file as a dict; nothing in the file is run.

    >>> import os, tempfile
    >>> from convnet_lib import archives
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = os.path.join(folder, "a.npz")
    ...     archives.write(path, {"a": np.array([3.0, 5.0]), "b": np.array(7)})
    ...     archives.read(path, ["a"], "a few numbers")["a"]
    array([3., 5.])

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
        found = stored(path)
    except Unreadable as error:
        checks.refuse("path", expected, f"another file, {str(path)!r}: {error}")
    missing = [name for name in names if name not in found]
    if missing:
        checks.refuse("path", expected, f"{str(path)!r} without {', '.join(missing)}")
    return found


def stored(path, names=None):
    """Return the arrays of an archive by their names, a dict.

    >>> import os, tempfile
    >>> from convnet_lib import archives
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = os.path.join(folder, "a.npz")
    ...     archives.write(path, {"a": np.array([3.0, 5.0]), "b": np.array(7)})
    ...     sorted(archives.stored(path)), sorted(archives.stored(path, ["b"]))
    (['a', 'b'], ['b'])

    Args:
        path: of the file.
        names: of the arrays that must be there, others are left out; with None, all of them.

    Raises:
        Unreadable: if the file is no archive of plain arrays, or one of the names is not in it.
        OSError: if there is no such file or it cannot be read.
    """
    # A pipe would be waited for without end, so its kind is looked at first.
    if not stat.S_ISREG(os.stat(path).st_mode):
        raise Unreadable("this is no regular file")
    with open(path, "rb") as file:
        size = os.fstat(file.fileno()).st_size
        try:
            with zipfile.ZipFile(file) as archive:
                entries = {entry.filename: entry for entry in archive.infolist()}
                wanted = [f"{name}.npy" for name in names] if names else list(entries)
                return {
                    name.removesuffix(".npy"): _array(archive, entries.get(name), name, size)
                    for name in wanted
                }
        except Unreadable:
            raise
        except OSError:
            raise
        except Exception as error:  # zipfile and ast find many words for a file that is none
            text = str(error)[:200] or type(error).__name__
            raise Unreadable(text) from None


def _array(archive, entry, name, size):
    if entry is None:
        raise Unreadable(f"{name[:60]!r} is not in it")
    if entry.compress_type != zipfile.ZIP_STORED or entry.file_size > size:
        raise Unreadable(f"{name[:60]!r} is compressed")
    with archive.open(entry) as file:
        shape, fortran, dtype = _header(file, name)
        count = math.prod(shape)
        left = entry.file_size - file.tell()
        if dtype.hasobject or count * dtype.itemsize != left:
            raise Unreadable(f"{name[:60]!r} does not hold the array of which it speaks")
        content = bytearray(file.read())  # to its end, where its checksum is compared
    array = np.frombuffer(content, dtype, count=count)
    return array.reshape(shape[::-1]).T if fortran else array.reshape(shape)


def _header(file, name):
    version = np.lib.format.read_magic(file)
    readers = {
        (1, 0): np.lib.format.read_array_header_1_0,
        (2, 0): np.lib.format.read_array_header_2_0,
    }
    if version not in readers:
        raise Unreadable(f"{name[:60]!r} is of another format")
    return readers[version](file)


def _path(path):
    given = os.fspath(path) if isinstance(path, str | os.PathLike) else None
    if not isinstance(given, str) or not given:
        checks.refuse("path", "the path of a file", repr(path))
    return Path(path).expanduser()
