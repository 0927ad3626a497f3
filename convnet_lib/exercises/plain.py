"""Answers as plain data, that is safe to look at: whatever is none becomes a word for its kind.

An answer may be huge, contain itself, or be an object that never answers when it is asked for its
length. Only built-in types and NumPy's arrays are looked into here; anything else needs a
`convert`, which is called where it can be stopped (``running``).
"""

import types
from fractions import Fraction

import numpy as np

#: Entries of nested lists that are looked at; more are not what any exercise asks for.
ENTRIES = 200_000
#: Lists in lists in lists …; NumPy has as many axes.
DEPTH = 32
#: Characters that are kept of a text.
TEXT = 200
#: Bytes of an array that are kept.
ARRAY = 1 << 26

NUMBERS = (bool, int, float, complex)
FUNCTIONS = (
    types.FunctionType,
    types.BuiltinFunctionType,
    types.MethodType,
    np.ufunc,
    type(np.sum),
    type,
)
KINDS = "biufcUSMm"  # of arrays that are their bytes, and no pointers

# NumPy's own, also after a call that has put something else in its place.
as_array = np.asarray


class Strange:
    """What stands for a value that is no plain data: a few words for what it is.

    >>> from convnet_lib.exercises import plain
    >>> plain.Strange("a dict of 3").kind
    'a dict of 3'
    """

    def __init__(self, kind):
        self.kind = kind


class NotPlain(Exception):
    """There is something that must be converted first, where that can be stopped."""


def plain(value, convert=None):
    """Return numbers, texts and arrays as they are, in lists and tuples; for all else a Strange.

    >>> from convnet_lib.exercises import plain
    >>> plain.plain([1, "two", (3.5,)]), plain.plain({"a": 1, "b": 2}).kind
    ([1, 'two', (3.5,)], 'a dict of 2')

    Args:
        value: anything at all.
        convert: ``as_array``, or None if nothing may be asked of an object of unknown type.

    Raises:
        NotPlain: if there is such an object, and `convert` is None.
    """
    return _plain(value, convert, [ENTRIES], DEPTH)


def _plain(value, convert, room, depth):
    room[0] -= 1
    of = type(value)
    if value is None or value is ... or of in (bool, float, complex):
        return value
    if of is int or of is Fraction:
        return _number(value)
    if issubclass(of, str):
        # by str's own methods: a class derived from it may have others
        return str.__getitem__(value, slice(TEXT)) + " …" * (str.__len__(value) > TEXT)
    if issubclass(of, (list, tuple)):
        return _several(value, convert, room, depth)
    if issubclass(of, (dict, set, frozenset)):
        base = dict if issubclass(of, dict) else set if issubclass(of, set) else frozenset
        return Strange(f"a {base.__name__} of {base.__len__(value)}")
    if of is np.ndarray:
        return _array(value, convert, room, depth)
    if issubclass(of, np.generic) and of.__module__ == "numpy":
        return value if as_array(value).dtype.kind in KINDS else Strange(f"a {name_of(of)}")
    if issubclass(of, FUNCTIONS):
        return Strange("a function")
    if of is range and len(value) <= ENTRIES:
        return np.arange(value.start, value.stop, value.step)
    return _converted(value, convert, room, depth)


def _number(value):
    parts = (value,) if type(value) is int else (value.numerator, value.denominator)
    if all(part.bit_length() < 1000 for part in parts):
        return value
    return Strange("a number of hundreds of digits")


def _several(value, convert, room, depth):
    base = list if issubclass(type(value), list) else tuple
    size = base.__len__(value)
    if size > room[0] or depth == 0:
        room[0] = 0  # what stands beside it is not looked at either
        return Strange(f"a {base.__name__} of {size}" if depth else "a list in a list in a list …")
    entries = [_plain(entry, convert, room, depth - 1) for entry in base.__iter__(value)]
    return entries if base is list else tuple(entries)


def _array(value, convert, room, depth):
    if value.dtype.kind in KINDS:
        return value
    if value.dtype.kind != "O" or value.size > room[0]:
        return Strange(f"an array of shape {value.shape}")
    found = np.empty(value.shape, object)
    for index in np.ndindex(value.shape):
        found[index] = _plain(value[index], convert, room, depth - 1)
    return found


def _converted(value, convert, room, depth):
    if convert is None:
        raise NotPlain
    kind = f"a {name_of(type(value))}"
    if issubclass(type(value), range) or depth == 0:
        return Strange(kind)
    try:
        found = convert(value)
    except Exception:
        found = None
    if type(found) is np.ndarray and found.dtype.kind in "biufc":
        return found
    return Strange("a function" if callable(value) else kind)


def name_of(of):
    """Return the name of a type, and no more than 40 characters of it.

    >>> from convnet_lib.exercises import plain
    >>> plain.name_of(type("A" * 50, (), {})) == "A" * 40
    True
    """
    # type's own attribute: a metaclass may have another
    return str.__getitem__(type.__dict__["__name__"].__get__(of), slice(40))


def packed(value):
    """Return plain data as built-in types alone, for a pipe; large arrays as their shapes.

    >>> from convnet_lib.exercises import plain
    >>> plain.packed([Fraction(1, 2), "a"])
    ('list', [('fraction', (1, 2)), ('is', 'a')])
    """
    if type(value) in (list, tuple):
        return ("list" if type(value) is list else "tuple", [packed(entry) for entry in value])
    if type(value) is Strange:
        return ("strange", value.kind)
    if value is ...:
        return ("dots", None)
    if type(value) is Fraction:
        return ("fraction", (value.numerator, value.denominator))
    if isinstance(value, (np.ndarray, np.generic)):
        return _packed_array(value)
    return ("is", value)


def _packed_array(value):
    shape, array = value.shape, as_array(value)
    if array.dtype.kind == "O":
        return ("objects", (shape, [packed(entry) for entry in array.ravel()]))
    name = "array" if isinstance(value, np.ndarray) else "scalar"
    blank = array.nbytes > ARRAY
    return (name, (array.dtype.str, shape, None if blank else array.tobytes()))


def unpacked(pair):
    """Return what was packed.

    >>> from convnet_lib.exercises import plain
    >>> plain.unpacked(plain.packed([Fraction(1, 2), np.array([3.0, 5.0]), ...]))
    [Fraction(1, 2), array([3., 5.]), Ellipsis]
    """
    name, value = pair
    if name in ("list", "tuple"):
        entries = [unpacked(entry) for entry in value]
        return entries if name == "list" else tuple(entries)
    if name == "fraction":
        return Fraction(*value)
    if name == "objects":
        array = np.empty(value[0], object)
        array.ravel()[:] = [unpacked(entry) for entry in value[1]]
        return array
    if name in ("array", "scalar"):
        dtype, shape, content = value
        if content is None:  # an array of this shape that takes no memory
            return np.broadcast_to(np.zeros((), dtype), shape)
        array = np.frombuffer(content, dtype).reshape(shape).copy()
        return array if name == "array" else array[()]
    return {"strange": Strange, "dots": lambda _: ..., "is": lambda same: same}[name](value)
