"""What every room refuses at its door, and the one form in which it says so.

One name for one check, and every entrance uses it, so that none converts what another refuses:
`floats` for arrays, `finite` for those that must hold no not-a-number, `images` for pixels, `whole`
and `positive` for single numbers, `seed` for random ones. Each returns what it was given in the
form that the caller computes with.
"""

from collections.abc import Callable
from numbers import Integral, Real

import numpy as np

FLOATS = (np.float32, np.float64)

#: A decorator: what is too small for a float is 0, whatever the reader has set with np.seterr.
underflow_is_zero = np.errstate(under="ignore")


def refuse(name, expected, got):
    """Raise the ValueError that names the argument, what was expected and what came.

    >>> checks.refuse("b", "shape (5,)", "(4,)")
    Traceback (most recent call last):
        ...
    ValueError: b: expected shape (5,), got (4,)
    """
    raise ValueError(f"{name}: expected {expected}, got {got}")


def array(name, x, expected="an array"):
    """Return x as an array; one with masked entries is refused, and rows of unequal length.

    >>> checks.array("a0", [[0.5, 1.0], [0.5]])
    Traceback (most recent call last):
        ...
    ValueError: a0: expected an array, got a ragged list
    """
    if np.ma.is_masked(x):  # np.asarray would hand on what lies under the mask
        refuse(name, f"{expected}, all of it there", f"{np.ma.count_masked(x)} masked entries")
    try:
        return np.asarray(x)
    except (TypeError, ValueError):  # rows of unequal length; what is no array at all
        refuse(name, expected, f"a ragged {type(x).__name__}")


def floats(name, x):
    """Return x as an array of float32 or float64; anything else is refused.

    A Python float counts as float64. An image of integers is not converted here: whether its
    255 means 1 is for ``data`` to say.

    >>> checks.floats("a", [1.0, 0.5])
    array([1. , 0.5])
    >>> checks.floats("a", [0, 255])
    Traceback (most recent call last):
        ...
    ValueError: a: expected an array of float32 or float64, got int64
    """
    x = array(name, x, "an array of float32 or float64")
    if x.dtype not in FLOATS:
        refuse(name, "an array of float32 or float64", f"{x.dtype}")
    return x


def finite(name, x):
    """Return x as `floats`, refused if an entry is infinite or not a number.

    >>> checks.finite("w", [0.5, np.inf])
    Traceback (most recent call last):
        ...
    ValueError: w: expected finite numbers, got inf at (1,)
    """
    x = floats(name, x)
    with np.errstate(all="ignore"):
        total = x.sum()  # quicker than to look at every entry, and right if it is finite
    if not np.isfinite(total):
        _refuse_first(name, x, ~np.isfinite(x))
    return x


def images(name, x, expected):
    """Return x as `finite`, refused unless its last axes are `expected`.

    >>> checks.images("a0", np.zeros((7, 28, 28)), (28, 28)).shape
    (7, 28, 28)
    >>> checks.images("a0", np.zeros((28, 7)), (28, 28))
    Traceback (most recent call last):
        ...
    ValueError: a0: expected shape (..., 28, 28), got (28, 7)
    """
    x = floats(name, x)
    last_axes(name, x, expected)
    return finite(name, x)


def shape(name, x, expected):
    """Refuse x unless its shape is `expected`.

    >>> checks.shape("b", np.zeros(4), (5,))
    Traceback (most recent call last):
        ...
    ValueError: b: expected shape (5,), got (4,)
    """
    if x.shape != tuple(expected):
        refuse(name, f"shape {written(expected)}", written(x.shape))


def last_axes(name, x, expected):
    """Refuse x unless its last axes are `expected`; the axes before them are batch axes.

    >>> checks.last_axes("a0", np.zeros((7, 28, 28)), (28, 28))
    >>> checks.last_axes("a0", np.zeros((28, 7)), (28, 28))
    Traceback (most recent call last):
        ...
    ValueError: a0: expected shape (..., 28, 28), got (28, 7)
    """
    expected = tuple(expected)
    if x.ndim < len(expected) or x.shape[x.ndim - len(expected) :] != expected:
        refuse(name, f"shape {written(('...', *expected))}", written(x.shape))


def channels_not_last(name, x):
    """Refuse x, (N, H, W), if it looks like one image (H, W, 1) or (H, W, 3), channels last.

    >>> checks.channels_not_last("a0", np.zeros((28, 28, 1)))
    Traceback (most recent call last):
        ...
    ValueError: a0: expected rows and columns as the last axes, got (28, 28, 1), which has ...
    """
    if x.ndim > 2 and x.shape[-1] in (1, 3) and min(x.shape[-3:-1]) > 4:
        expected = "rows and columns as the last axes"
        refuse(name, expected, f"{written(x.shape)}, which has channels there, as {name}[..., 0]")


def one_of(name, x, allowed):
    """Refuse x unless it is one of the `allowed` words.

    >>> checks.one_of("cost", "cubic", ("quadratic", "cross_entropy"))
    Traceback (most recent call last):
        ...
    ValueError: cost: expected 'quadratic' or 'cross_entropy', got 'cubic'
    """
    if not isinstance(x, str) or x not in allowed:
        refuse(name, " or ".join(repr(word) for word in allowed), repr(x))


def whole(name, x, least=0, expected=None):
    """Return x as an int, refused unless it is a whole number and at least `least`.

    2.0 is refused like 2.5, and True like "2": what was meant is for the caller to say.

    >>> checks.whole("epochs", 3, least=1)
    3
    >>> checks.whole("epochs", 2.0, least=1)
    Traceback (most recent call last):
        ...
    ValueError: epochs: expected a whole number, at least 1, got 2.0
    """
    if not _is_single(x, Integral) or x < least:
        refuse(name, expected or f"a whole number, at least {least}", plain(x))
    return int(x)


def below(name, x, size):
    """Return x as an int, refused unless it is one of `size` things that are counted from 0.

    >>> checks.below("map", 2, 3)
    2
    >>> checks.below("map", 3, 3)
    Traceback (most recent call last):
        ...
    ValueError: map: expected a whole number from 0 to 2, got 3
    """
    if not _is_single(x, Integral) or not 0 <= x < size:
        refuse(name, f"a whole number from 0 to {size - 1}", plain(x))
    return int(x)


def number(name, x):
    """Return x as a float, refused unless it is a number, and finite.

    >>> checks.number("b", 2)
    2.0
    >>> checks.number("b", "2")
    Traceback (most recent call last):
        ...
    ValueError: b: expected a finite number, got '2'
    """
    if not _is_single(x, Real) or not np.isfinite(float(x)):
        refuse(name, "a finite number", plain(x))
    return float(x)


def positive(name, x):
    """Return x as a float, refused unless it is a number above 0 and below infinity.

    >>> checks.positive("h", 1e-5)
    1e-05
    >>> checks.positive("h", 0)
    Traceback (most recent call last):
        ...
    ValueError: h: expected a positive number, got 0
    """
    if not _is_single(x, Real) or not 0 < float(x) < np.inf:
        refuse(name, "a positive number", plain(x))
    return float(x)


def seed(name, x):
    """Return the numpy Generator of a seed; a Generator is returned as it is.

    >>> type(checks.seed("seed", 0)).__name__
    'Generator'
    >>> checks.seed("seed", -1)
    Traceback (most recent call last):
        ...
    ValueError: seed: expected a whole number from 0 on, or a Generator, got -1
    """
    if isinstance(x, np.random.Generator):
        return x
    return np.random.default_rng(whole(name, x, 0, "a whole number from 0 on, or a Generator"))


def position(name, x, sizes):
    """Return x as a tuple of ints, a place in an array of these sizes, counted from 0.

    >>> checks.position("place", (2, 3), (4, 5))
    (2, 3)
    >>> checks.position("place", (2, 5), (4, 5))
    Traceback (most recent call last):
        ...
    ValueError: place: expected a place in an array of shape (4, 5), counted from 0, got (2, 5)
    """
    expected = f"a place in an array of shape {written(sizes)}, counted from 0"
    try:
        place = tuple(x)
    except TypeError:
        refuse(name, expected, repr(x))
    fits = len(place) == len(sizes) and all(_is_single(n, Integral) for n in place)
    if not fits or not all(0 <= n < size for n, size in zip(place, sizes, strict=True)):
        refuse(name, expected, repr(x))
    return tuple(int(n) for n in place)


def pair(name, x, expected="(rows, columns)"):
    """Return x as a tuple of two whole numbers, each at least 1.

    >>> checks.pair("kernel", [5, 3])
    (5, 3)
    >>> checks.pair("kernel", 5)
    Traceback (most recent call last):
        ...
    ValueError: kernel: expected (rows, columns), got 5
    """
    try:
        sizes = tuple(x)
    except TypeError:
        refuse(name, expected, repr(x))
    if len(sizes) != 2 or not all(_is_single(n, Integral) and n >= 1 for n in sizes):
        refuse(name, expected, repr(x))
    return tuple(int(n) for n in sizes)


def one_or_two(name, x, least=0):
    """Return x as a tuple of two whole numbers, each at least `least`; one number counts for both.

    >>> checks.one_or_two("stride", 2, least=1), checks.one_or_two("padding", (0, 1))
    ((2, 2), (0, 1))
    >>> checks.one_or_two("stride", (2, 0), least=1)
    Traceback (most recent call last):
        ...
    ValueError: stride: expected a whole number, at least 1, or a pair of such, got (2, 0)
    """
    if type(x) is int and x >= least:  # as nearly every call has it: not a microsecond for it
        return x, x
    both = tuple(x) if isinstance(x, tuple | list) else (x, x)
    if len(both) != 2 or not all(_is_single(n, Integral) and n >= least for n in both):
        refuse(name, f"a whole number, at least {least}, or a pair of such", plain(x))
    return tuple(int(n) for n in both)


def image_shape(name, x):
    """Return the shape of an image, (rows, columns) or (channels, rows, columns), as a tuple.

    >>> checks.image_shape("image", [3, 32, 32])
    (3, 32, 32)
    >>> checks.image_shape("image", 28)
    Traceback (most recent call last):
        ...
    ValueError: image: expected (rows, columns) or (channels, rows, columns), got 28
    """
    sizes = tuple(x) if isinstance(x, tuple | list) else ()
    if len(sizes) not in (2, 3) or not all(_is_single(n, Integral) and n >= 1 for n in sizes):
        refuse(name, "(rows, columns) or (channels, rows, columns)", plain(x))
    return tuple(int(n) for n in sizes)


def truth(name, x):
    """Return x as a bool, refused unless it is True or False: the word "no" would be true as well.

    >>> checks.truth("progress", "no")
    Traceback (most recent call last):
        ...
    ValueError: progress: expected True or False, got 'no'
    """
    if not isinstance(x, bool | np.bool_):
        refuse(name, "True or False", plain(x))
    return bool(x)


def function(name, x):
    """Return x, refused unless it can be called.

    >>> checks.function("f", 3)
    Traceback (most recent call last):
        ...
    ValueError: f: expected a function, got 3
    """
    if not isinstance(x, Callable):
        refuse(name, "a function", repr(x))
    return x


def float_dtype(name, x):
    """Return x as a NumPy dtype, refused unless it is float32 or float64.

    >>> checks.float_dtype("dtype", "float32")
    dtype('float32')
    >>> checks.float_dtype("dtype", int)
    Traceback (most recent call last):
        ...
    ValueError: dtype: expected float32 or float64, got <class 'int'>
    """
    try:
        found = None if x is None else np.dtype(x)  # None would silently mean float64
    except TypeError:
        found = None
    if found not in FLOATS:
        refuse(name, "float32 or float64", repr(x))
    return found


def written(axes):
    """Return a shape as it is written in a message: (..., 24, 24).

    >>> checks.written(("...", 24, 24)), checks.written((5,))
    ('(..., 24, 24)', '(5,)')
    """
    axes = [str(n) for n in axes]
    return f"({axes[0]},)" if len(axes) == 1 else f"({', '.join(axes)})"


def kind(x):
    """Return what something is, as it is named in a message: an int.

    >>> checks.kind(5), checks.kind("5")
    ('an int', 'a str')
    """
    name = type(x).__name__
    return f"{'an' if name == 'ndarray' or name[0] in 'aeioAEIO' else 'a'} {name}"


def plain(x):
    """Return x as it is written in a message: 'np.float64(nan)' as nan, a word in its marks.

    >>> checks.plain(np.float64(0.5)), checks.plain("two")
    ('0.5', "'two'")
    """
    return repr(x.item() if isinstance(x, np.generic) else x)


def _is_single(x, kind):
    """Whether x is one number of a kind, be it Python's or NumPy's; True and False are none."""
    if isinstance(x, np.ndarray) and x.ndim == 0:
        x = x[()]
    return isinstance(x, kind) and not isinstance(x, bool | np.bool_)


def _refuse_first(name, x, bad):
    """Refuse x for its first bad entry, if it has one."""
    places = np.argwhere(bad)
    if len(places):
        first = tuple(places[0].tolist())
        at = f" at {first}" if first else ""
        more = f", and {len(places) - 1:,} more such" if len(places) > 1 else ""
        refuse(name, "finite numbers", f"{x[first]}{at}{more}")
