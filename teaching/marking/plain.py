"""Values as plain data, the only thing that passes between a student's process and the judge's.

JSON, and the raw bytes of arrays of numbers: no pickle, no names of classes to look up, nothing
that runs when it is read. `encode` is called where the student's code has run and may have been
tampered with; whatever it made, `decode` gives values of a dozen harmless types, or Unreadable.
"""

import base64
import math
import re

import numpy as np

DEPTH = 20
ENTRIES = 100_000
BYTES = 8_000_000
LETTERS = 100_000
DIGITS = 300
NUMBERS = re.compile(r"[<>|=]?(?:b1|[iu][1248]|f[248]|c8|c16)")


class Unreadable(ValueError):
    """What came is not what `encode` makes."""


class Opaque:
    """Stands for a value that is no plain data; it is only ever wrong."""

    def __init__(self, name):
        self.name = name

    def __repr__(self):
        return f"<an object of the type {self.name}>"


def encode(value, depth=0):
    """Return a value as JSON can hold it.

    >>> decode(encode({"a": (1, 2.5, None)}))
    {'a': (1, 2.5, None)}
    """
    if value is None or type(value) in (bool, float):
        return value
    if type(value) is int and abs(value) < 10**DIGITS:
        return value
    if isinstance(value, str):
        return {"s": str(value)[:LETTERS]}
    if value is ...:
        return {"e": 1}
    if type(value) is complex:
        return {"c": [value.real, value.imag]}
    if isinstance(value, np.ndarray | np.generic):
        return _array(np.asarray(value), depth)
    if isinstance(value, list | tuple | dict) and depth < DEPTH and len(value) <= ENTRIES:
        if isinstance(value, dict):
            return {"d": [[str(k), encode(v, depth + 1)] for k, v in value.items()]}
        parts = [encode(entry, depth + 1) for entry in value]
        return parts if isinstance(value, list) else {"t": parts}
    return {"o": type(value).__name__}


def _array(array, depth):
    if array.dtype == object:
        return encode(array.tolist(), depth + 1)
    if not NUMBERS.fullmatch(array.dtype.str) or array.nbytes > BYTES:
        return {"o": f"array of {array.dtype}"}
    data = base64.b64encode(np.ascontiguousarray(array).tobytes()).decode()
    return {"a": [array.dtype.str, list(array.shape), data]}


def decode(data):
    """Return the value of what `encode` made.

    Raises:
        Unreadable: if it is anything else.

    >>> decode({"a": ["<f8", [2], "AAAAAAAA8D8AAAAAAAAAQA=="]})
    array([1., 2.])
    >>> decode({"a": ["|O", [1], "gASVAAAA"]})
    Traceback (most recent call last):
        ...
    marking.plain.Unreadable: no array of numbers: '|O'
    """
    return _decode(data, 0, [ENTRIES])


def _decode(data, depth, left):
    left[0] -= 1
    if depth > DEPTH + 2 or left[0] < 0:
        raise Unreadable("too deep or too long")
    if data is None or type(data) in (bool, float):
        return data
    if type(data) is int and abs(data) < 10**DIGITS:
        return data
    if type(data) is list:
        return [_decode(entry, depth + 1, left) for entry in data]
    if type(data) is not dict or len(data) != 1:
        raise Unreadable(f"not a value: {type(data).__name__}")
    ((kind, inner),) = data.items()
    if kind not in KINDS:
        raise Unreadable(f"no such kind: {kind[:20]!r}")
    try:
        return KINDS[kind](inner, depth + 1, left)
    except Unreadable:
        raise
    except (TypeError, ValueError, OverflowError, AttributeError) as error:
        raise Unreadable(f"not a {kind!r}: {error}") from None


def _text(inner, depth, left):
    return str(_only(str, inner))[:LETTERS]


def _complex(inner, depth, left):
    real, imaginary = (float(_only((int, float), part)) for part in inner)
    return complex(real, imaginary)


def _tuple(inner, depth, left):
    return tuple(_decode(entry, depth, left) for entry in _only(list, inner))


def _dict(inner, depth, left):
    pairs = _only(list, inner)
    return {str(_only(str, k))[:200]: _decode(v, depth, left) for k, v in pairs}


def _numbers(inner, depth, left):
    kind, shape, text = inner
    if not NUMBERS.fullmatch(_only(str, kind)):
        raise Unreadable(f"no array of numbers: {kind[:20]!r}")
    shape = [_only(int, length) for length in _only(list, shape)]
    if len(shape) > 16 or any(not 0 <= length <= BYTES for length in shape):
        raise Unreadable("not a shape")
    wanted = math.prod(shape) * np.dtype(kind).itemsize
    if wanted > BYTES or len(_only(str, text)) > 2 * BYTES:
        raise Unreadable("too large")
    data = base64.b64decode(text, validate=True)
    if len(data) != wanted:
        raise Unreadable("the shape and the bytes do not fit")
    array = np.frombuffer(data, kind).reshape(shape).copy()
    return array if shape else array[()]


def _opaque(inner, depth, left):
    name = re.sub(r"\W+", " ", _only(str, inner))[:60].strip()
    return Opaque(name or "unknown")


def _only(kind, value):
    kinds = kind if isinstance(kind, tuple) else (kind,)
    if type(value) not in kinds:
        raise Unreadable(f"expected {kinds[0].__name__}, got {type(value).__name__}")
    return value


KINDS = {
    "s": _text,
    "e": lambda inner, depth, left: ...,
    "c": _complex,
    "t": _tuple,
    "d": _dict,
    "a": _numbers,
    "o": _opaque,
}
