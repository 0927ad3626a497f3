"""MNIST's four files, and others under their names: which they are, and what is read from them."""

import os
from pathlib import Path

import numpy as np

from .. import checks, whole_files
from . import downloads, idx
from .digits import Digits, Split, grey_levels
from .downloads import Place
from .idx import IdxFile

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

#: What the labels 0 to 9 of Fashion-MNIST stand for.
FASHION = (
    *("T-shirt/top", "Trouser", "Pullover", "Dress", "Coat"),
    *("Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"),
)


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
    download, place = checks.truth("download", download), downloads.place_of(folder)
    mirrors = downloads.MIRRORS if download and place.setting == "cache" else ()
    return load_split(MNIST, place, mirrors, dtype)


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
    place = downloads.place_of(folder)
    split = load_split(files, place, (), dtype)
    for file, part in zip(files[::2], split, strict=True):
        if len(part.images) != len(part.labels):
            came = f"{len(part.images)} and {len(part.labels)}"
            checks.refuse(str(place.folder / file.name), "as many images as labels", came)
    return split


def load_idx(path, dtype=np.float32):
    """Return the images or the labels that one IDX file holds, whichever they are.

    The file is read as it is: nobody here knows what it ought to hold. `load_other` reads four that
    belong together. Fashion-MNIST has the names and the shapes of MNIST's: train-images-idx3-ubyte,
    train-labels-idx1-ubyte, t10k-images-idx3-ubyte and t10k-labels-idx1-ubyte, each perhaps with
    .gz; what its labels mean stands in `data.FASHION`. Nothing is downloaded. Source: H. Xiao,
    K. Rasul and R. Vollgraf, Fashion-MNIST: a novel image dataset for benchmarking machine learning
    algorithms, 2017.

    >>> import tempfile
    >>> from pathlib import Path
    >>> path = Path(tempfile.mkdtemp(), "labels")
    >>> path.write_bytes(bytes([0, 0, 8, 1, 0, 0, 0, 2, 7, 3]))
    10
    >>> data.load_idx(path), data.FASHION[7]
    (array([7, 3]), 'Sneaker')

    Args:
        path: of the file, compressed with gzip or not.
        dtype: of images, float32 or float64.

    Returns:
        Images (N, H, W), or (N, C, H, W) if the file has four axes, grey levels in [0, 1]; or
        labels (N,) int64, if it has one.

    Raises:
        ValueError: if path is none, dtype no float type, or the file no whole IDX file of bytes
            with 1, 3 or 4 axes and 2,147,483,648 bytes at most; it names the file.
        OSError: if the file cannot be read; FileNotFoundError if there is none.
    """
    dtype = checks.float_dtype("dtype", dtype)
    if not isinstance(path, str | os.PathLike) or not os.fspath(path):
        checks.refuse("path", "a path", repr(path))
    path = Path(path).expanduser()
    try:
        axes = idx.axes(path)
        read = idx.read(path, IdxFile(path.name, (None,) * axes, None))
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from None
    return read.astype(np.int64) if axes == 1 else grey_levels(read, dtype)


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
    place = downloads.place_of(folder)
    paths = [
        downloads.find(file, Place("folder", place.folder), downloads.MIRRORS) for file in MNIST
    ]
    for path, file in zip(paths, MNIST, strict=True):
        _read_trusted(path, file)
        path.chmod(0o644)
    place.folder.chmod(0o755)
    return paths


def load_split(files, place, mirrors, dtype):
    """Return the split that four IDX files hold, missing ones downloaded if there are mirrors.

    `load_mnist` is this function with MNIST's files.

    >>> load_split(MNIST, Place("folder", Path("nowhere")), mirrors=(), dtype=np.float32)
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
    paths = [downloads.find(file, place, mirrors) for file in files]
    arrays = []
    for path, file in zip(paths, files, strict=True):
        read = _read_trusted(path, file)
        is_images = len(file.shape) == 3
        arrays.append(grey_levels(read, dtype) if is_images else read.astype(np.int64))
    return Split(Digits(*arrays[:2]), Digits(*arrays[2:]))


def _read_trusted(path, file):
    """Return the array in the file at `path`; a bad file is refused by its path."""
    try:
        return idx.read(path, file)
    except idx.OtherContentsError as error:
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
        raise downloads.with_a_way_out(error, path) from None
