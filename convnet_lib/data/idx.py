"""IDX, the format of MNIST's files: read without believing what they say of themselves."""

import gzip
import hashlib
import math
import struct
import zlib
from typing import NamedTuple

import numpy as np

# The most bytes that an IDX file may unpack to, whatever its header says.
LARGEST = 2**31


class IdxFile(NamedTuple):
    """What an IDX file of bytes must be: its name, its shape, the SHA-256 of what it holds.

    The digest is that of the uncompressed contents, so it holds whoever compressed them. None
    stands for a length or a digest that is not known beforehand.
    """

    name: str
    shape: tuple[int | None, ...]
    sha256: str | None

    @property
    def most(self):
        """The bytes of a download, compressed or not; what cannot be compressed grows a little."""
        size = 4 + 4 * len(self.shape) + math.prod(self.shape)
        return size + size // 1000 + 1024


class OtherContentsError(ValueError):
    """A file that may be whole, and is not the known one."""


def read(path, file):
    """Return the array in a file of bytes, once header, length and digest are right.

    The IDX format: a magic number (0, 0, 8 for unsigned bytes, the number of axes), the length
    of each axis as a big-endian 32-bit integer, then the bytes in row-major order.

    >>> import tempfile
    >>> from pathlib import Path
    >>> path = Path(tempfile.mkdtemp(), "labels")
    >>> path.write_bytes(bytes([0, 0, 8, 1, 0, 0, 0, 2, 7, 3]))
    10
    >>> read(path, IdxFile("labels", (None,), None))
    array([7, 3], dtype=uint8)

    Args:
        path: of the file, compressed with gzip or not, a Path.
        file: what it must be, an IdxFile.

    Returns:
        The array, uint8.

    Raises:
        ValueError: if the file holds something else.
        OtherContentsError: which is a ValueError, if it is a good file with other contents.
    """
    header = struct.Struct(f">{1 + len(file.shape)}I")
    shape = _shape(contents(path, header.size), header, file)
    size = header.size + math.prod(shape)
    raw = contents(path, size + 1)
    if len(raw) != size:
        raise ValueError(f"expected {size} bytes, got {'more' if len(raw) > size else len(raw)}")
    if file.sha256 is not None:
        check_sha256(raw, file.sha256)
    return np.frombuffer(raw, np.uint8, offset=header.size).reshape(shape)


def axes(path):
    """Return how many axes a file of images or labels has: 1, 3 or 4.

    >>> import tempfile
    >>> from pathlib import Path
    >>> path = Path(tempfile.mkdtemp(), "labels")
    >>> path.write_bytes(bytes([0, 0, 8, 1, 0, 0, 0, 2, 7, 3]))
    10
    >>> axes(path)
    1

    Args:
        path: of the file, compressed with gzip or not, a Path.

    Returns:
        The number of axes.

    Raises:
        ValueError: if the file begins as no such file does.
    """
    raw = contents(path, 32)
    if raw[:2] != b"\0\0" or len(raw) < 4:
        raise ValueError(f"expected an IDX file (it begins with two zeros), got {_start(raw)}")
    if raw[2] != 8 or raw[3] not in (1, 3, 4):
        came = f"entries of type 0x{raw[2]:02x} and axes: {raw[3]}"
        raise ValueError(f"expected bytes (type 0x08) and 1, 3 or 4 axes, got {came}")
    return raw[3]


def _shape(raw, header, file):
    """Return the shape that the first bytes of an IDX file tell, refused if it is not the file's.

    Where they are too few to tell, it is the file's.
    """
    axes = len(file.shape)
    if raw[:4] != struct.pack(">I", 0x800 + axes):
        raise ValueError(
            f"expected an IDX file of {axes} axes (magic 0x80{axes}), got {_start(raw)}"
        )
    known = None not in file.shape
    if len(raw) < header.size and not known:
        raise ValueError(f"expected a header of {header.size} bytes, got {len(raw)}")
    shape = header.unpack(raw)[1:] if len(raw) == header.size else file.shape
    if known and shape != file.shape:
        raise OtherContentsError(f"expected shape {file.shape} in its header, got {shape}")
    if math.prod(shape) > LARGEST:
        raise ValueError(f"expected at most {LARGEST:,} bytes, got a header of shape {shape}")
    return shape


def contents(path, limit):
    """Return the first `limit` bytes of what the file holds, whether compressed or not.

    >>> import tempfile
    >>> from pathlib import Path
    >>> path = Path(tempfile.mkdtemp(), "labels.gz")
    >>> path.write_bytes(gzip.compress(b"unpacked", mtime=0))
    28
    >>> contents(path, 6)
    b'unpack'

    Args:
        path: of the file, a Path.
        limit: how many bytes are wanted at most; no more are unpacked.

    Returns:
        The bytes.

    Raises:
        ValueError: if the file is a broken gzip file.
    """
    # The first bytes tell, not the name: some servers and browsers unpack on the way.
    with path.open("rb") as file:
        is_packed = file.read(2) == b"\x1f\x8b"
    try:
        with gzip.open(path) if is_packed else path.open("rb") as file:
            return file.read(limit)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise ValueError(f"expected a whole gzip file, got a broken one: {error}") from None


def check_sha256(raw, expected):
    """Refuse the contents unless their SHA-256 is the expected one.

    >>> check_sha256(b"", hashlib.sha256(b"").hexdigest())
    >>> check_sha256(b"", "0" * 64)
    Traceback (most recent call last):
        ...
    convnet_lib.data.idx.OtherContentsError: expected SHA-256 000...
    """
    found = hashlib.sha256(raw).hexdigest()
    if found != expected:
        raise OtherContentsError(f"expected SHA-256 {expected} of its contents, got {found}")


def _start(raw):
    """Return the first bytes for a message, enough to tell an HTML page at a glance."""
    return f"one that begins with {raw[:32]!r}" if raw else "an empty file"
