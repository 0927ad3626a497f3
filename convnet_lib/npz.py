"""Reading a NumPy archive (.npz) that may be anything: nothing is run, and no more is allocated.

`numpy.load` believes what a file says of itself: a header of a hundred bytes can ask for a
terabyte, and a compressed entry can grow a thousandfold. Here an array must be in the file, byte
for byte, as `numpy.savez` writes it.
"""

import math
import os
import stat
import zipfile

import numpy as np


class Unreadable(ValueError):
    """The file is no archive of such arrays; the text says why."""


def read(path, names=None):
    """Return the arrays of an archive by their names, a dict.

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
