"""What was expected and what was found: do they agree, and if not, where first and how?"""

import itertools
from fractions import Fraction
from numbers import Real

import numpy as np

from .plain import Strange

#: What is said of a result that is right but for its sign.
SIGN = " The sign is wrong, and nothing else."


def array(value):
    """Return the value as an array of numbers, or None if it is not one.

    >>> from convnet_lib.exercises import comparing
    >>> comparing.array([Fraction(1, 2), 3]), comparing.array(["a text"])
    (array([0.5, 3. ]), None)
    """
    try:
        found = np.asarray(value)
    except Exception:
        return None
    if found.dtype == object and found.size and all(isinstance(x, Real) for x in found.flat):
        found = found.astype(float)  # fractions
    return found if found.dtype.kind in "biuf" else None


def agree(expected, found, within):
    """Return whether every entry is near enough; `within` counts from the largest entry, or 1.

    >>> from convnet_lib.exercises import comparing
    >>> comparing.agree([1.0, 100.0], [1.5, 100.0], within=0.01)
    True
    >>> comparing.agree([1.0, 100.0], [1.5, 103.0], within=0.01)
    False
    """
    if isinstance(expected, tuple):
        found = _as_tuple(found, expected)
        return (
            isinstance(found, tuple)
            and len(found) == len(expected)
            and all(agree(e, f, within) for e, f in zip(expected, found, strict=True))
        )
    expected, found = array(expected), array(found)
    return (
        found is not None
        and found.shape == expected.shape
        and not np.any(_differs(expected, found, within))
    )


def scale(value):
    """Return the size of the largest entry, or 1 if that is larger.

    >>> from convnet_lib.exercises import comparing
    >>> comparing.scale([3, -40.0]), comparing.scale(0.25)
    (40.0, 1.0)
    """
    return max(1.0, float(np.abs(array(value)).max(initial=0)))


def difference(expected, found, within, parts=(), subject="the result", tell=True):
    """Return in words how found differs from expected, or None if they agree.

    With `tell=False` the expected numbers are kept back, since they are what is asked for.

    >>> from convnet_lib.exercises import comparing
    >>> comparing.difference(np.array([1.0, 2.0, 4.0]), np.array([1.0, 3.0, 4.0]), 1e-9)
    '1 of 3 entries differs; the first difference in the result is at [1]: expected 2, found 3.'
    """
    if not isinstance(expected, tuple):
        return _difference(array(expected), found, within, subject, tell)
    names = parts or [f"result {n}" for n in range(len(expected))]
    given, found = found, _as_tuple(found, expected)
    if not isinstance(found, tuple) or len(found) != len(expected):
        return f"{len(expected)} results are expected ({', '.join(names)}), and {kind(given)} came."
    if agree(expected, found, within):
        return None
    if any(agree(expected, order, within) for order in itertools.permutations(found)):
        return f"The results are right, and in another order: {', '.join(names)} is expected."
    for name, e, f in zip(names, expected, found, strict=True):
        text = difference(e, f, within, subject=name)
        if text is not None:
            return text
    return None


def kind(value):
    """Return what a value is, in a few words.

    >>> from convnet_lib.exercises import comparing
    >>> comparing.kind(np.zeros((4, 6))), comparing.kind([1, 2, 3]), comparing.kind(max)
    ('an array of shape (4, 6)', 'a list of 3', 'a function')
    """
    if isinstance(value, Strange):
        return value.kind
    if value is None:
        return "nothing (None)"
    if value is ...:
        return "three dots"
    if isinstance(value, np.ndarray) and value.dtype.kind == "c":
        return "an array of complex numbers"
    if isinstance(value, np.ndarray):
        return f"an array of shape {shape(value.shape)}" if value.shape else "a number"
    if isinstance(value, (complex, np.complexfloating)):
        return "a complex number"
    if isinstance(value, (bool, int, float, np.number)):
        return f"the number {number(value)}"
    if isinstance(value, (tuple, list, dict, set)):
        return f"a {type(value).__name__} of {len(value)}"
    if isinstance(value, str):
        return "a text"
    return "a function" if callable(value) else f"a {type(value).__name__}"


def shape(axes):
    """Return a shape in words: a single number, (3,), (4, 6).

    >>> from convnet_lib.exercises import comparing
    >>> comparing.shape((4, 6)), comparing.shape(())
    ('(4, 6)', '() (a single number)')
    """
    return str(tuple(axes)) if len(axes) else "() (a single number)"


def number(x):
    """Return a number at a precision that shows a difference and no more.

    >>> from convnet_lib.exercises import comparing
    >>> comparing.number(2.0), comparing.number(1 / 3)
    ('2', '0.333333')
    """
    if isinstance(x, (bool, np.bool_)):
        return str(bool(x))
    return f"{x:.6g}" if abs(x) < 1e15 else f"{x:.3e}"


def side(expected, found):
    """Return on which side of what is expected a number lies, and do not tell that.

    >>> from convnet_lib.exercises import comparing
    >>> comparing.side(12.5, 9.0), comparing.side(12.5, 12.500002)
    ('9 is too small', '12.500002 is too large')
    """
    told = number(found)
    if told == number(expected):
        told = f"{found:.12g}"
    return f"{told} is too {'small' if found < expected else 'large'}"


def _difference(expected, found, within, subject, tell):
    wanted = "a number" if expected.ndim == 0 else f"an array of shape {shape(expected.shape)}"
    given, found = found, array(found)
    one_for_many = isinstance(given, str) and expected.ndim
    text = _number_in_quotes(given) if found is None and not one_for_many else None
    if text is not None:
        return f"{text!r} is a text. Write the number without quotation marks."
    if found is None:
        return f"{_first_capital(subject)} should be {wanted}, and {_instead(given)}."
    if expected.ndim == 0 and found.ndim and found.size == 1:
        given = f"has shape {shape(found.shape)}, with brackets around it"
        return f"{_first_capital(subject)} {given}; a number alone is expected."
    if found.shape != expected.shape:
        text = f"{_first_capital(subject)} has shape {shape(found.shape)}"
        text += f"; shape {shape(expected.shape)} is expected."
        if found.ndim == 2 and found.shape == expected.shape[::-1]:
            text += " Rows and columns seem to be exchanged."
        return text
    wrong = _differs(expected, found, within)
    if not wrong.any():
        return None
    index = tuple(int(n) for n in np.argwhere(wrong)[0])
    at = f" at [{', '.join(map(str, index))}]" if index else ""
    if not np.isfinite(found[index]):
        text = f"{_first_capital(subject)} is {number(found[index])}{at}, which is no finite number"
        return f"{text}; {number(expected[index])} is expected." if tell else f"{text}."
    text = pattern(expected, found, within, tell)
    values = _both(expected[index], found[index]) if tell else side(expected[index], found[index])
    if expected.ndim == 0:
        return f"{_first_capital(subject)} differs: {values}.{text}"
    few = int(wrong.sum())
    differ = "differs" if few == 1 else "differ"
    count = f"{few} of {wrong.size} entries {differ}" if few < wrong.size else "Every entry differs"
    place = f"the first difference in {subject} is{at}: {values}"
    return f"{count}; {place}.{text}"


@np.errstate(all="ignore")
def pattern(expected, found, within, of_code=False):
    """Return a sentence (with a space before it) on how all of found relates to expected.

    Of what a function returned, `of_code`, it may ask for a loop that ends too early.

    >>> from convnet_lib.exercises import comparing
    >>> a = np.array([[1.0, 2.0, 0.0], [4.0, 0.0, 3.0]])
    >>> comparing.pattern(a, a[::-1, ::-1], 1e-9)
    ' All of it is the expected result rotated by 180°.'
    >>> comparing.pattern(a, 3 * a, 1e-9)
    ' Everything is 3 times what is expected.'
    >>> comparing.pattern(np.array([0.0, 0.0, 3.0]), np.array([0.0, 0.0, 1.0]), 1e-9)
    ''
    """
    for name, turned in _turned(expected) if expected.dtype.kind != "b" else ():
        if turned.shape == found.shape and not _differs(turned, found, within).any():
            return f" All of it is the expected result {name}."
    if expected.dtype.kind == "b" or not np.isfinite(found).all():
        return ""
    if (
        expected.ndim
        and found.dtype.kind in "iu"
        and found.any()
        and not _differs(np.trunc(expected), found, within).any()
    ):
        return " It holds whole numbers: what is expected, without what is behind the point."
    expected, found = expected.astype(float), found.astype(float)
    if not _differs(-expected, found, within).any():
        return SIGN
    if expected.size == 1:  # any number is some multiple of any other
        return ""
    begun, rest = ~_differs(expected, found, within).ravel(), found.ravel()
    right = int(begun.size if begun.all() else begun.argmin())
    zeros = 0 < right < rest.size - 1 and rest[:right].any() and not rest[right:].any()
    if of_code and zeros:
        text = " It is right at the beginning, and 0 after that. Is the return inside of a loop,"
        return f"{text} or does a loop end too early?"
    largest = np.unravel_index(np.abs(expected).argmax(), expected.shape)
    if expected[largest] != 0:
        factor = found[largest] / expected[largest]
        if (
            factor
            and np.count_nonzero(expected) > 1  # one number is some multiple of any other
            and not begun[expected.ravel() != 0].any()
            and not _differs(expected, found / factor, within).any()
        ):
            return f" Everything is {number(factor)} times what is expected."
    offset = (found - expected).ravel()[0]
    if offset and not begun.any() and not _differs(expected, found - offset, within).any():
        return f" Everything is off by the same {number(offset)}."
    return ""


def _number_in_quotes(value):
    """Return the first number that is written as a text, in a list of any depth, or None."""
    if isinstance(value, (list, tuple)):
        return next((t for t in map(_number_in_quotes, value) if t is not None), None)
    try:
        # Fraction would write out all the digits of "1e999999999".
        read = float if "e" in str(value).lower() else Fraction
        return value if isinstance(value, str) and read(value) is not None else None
    except (ValueError, ZeroDivisionError):
        return None


def _instead(value):
    """Return in words what a value is that is no array of numbers, and the first text in it."""
    index, text = _first_text(value) or ((), "")
    if index:
        return f"holds a text at [{', '.join(map(str, index))}]: {text[:60]!r}"
    parts = value if isinstance(value, (list, tuple)) else ()
    uneven = parts and all(array(part) is not None for part in parts)
    return f"is {kind(value)} of different shapes" if uneven else f"is {kind(value)}"


def _first_text(value, index=()):
    """Return where the first text stands in a list of any depth, and the text, or None."""
    if isinstance(value, (list, tuple)):
        found = (_first_text(entry, (*index, n)) for n, entry in enumerate(value))
        return next(filter(None, found), None)
    return (index, value) if isinstance(value, str) else None


def _as_tuple(value, expected):
    """Several results may come as a list too, several of one shape as an array of them."""
    if isinstance(value, np.ndarray):
        several = all(np.ndim(part) == value.ndim - 1 for part in expected)
    else:
        several = isinstance(value, list)
    return tuple(value) if several else value


def _both(expected, found):
    wanted = expected if found.dtype.kind == "b" else expected + 0  # 1 for True
    digits = [number(wanted), number(found)]
    if digits[0] != digits[1]:
        return f"expected {digits[0]}, found {digits[1]}"
    single = " (float32 has about seven digits)" if found.dtype == np.float32 else ""
    return f"expected {wanted:.12g}, found {found:.12g}{single}"


def _turned(expected):
    if expected.ndim < 2 or expected.size < 3:
        return
    yield "rotated by 180°", expected[..., ::-1, ::-1]
    yield "transposed", expected.swapaxes(-1, -2)
    yield "upside down", expected[..., ::-1, :]
    yield "with left and right exchanged", expected[..., ::-1]


@np.errstate(all="ignore")
def _differs(expected, found, within):
    expected, found = expected.astype(float), found.astype(float)
    return ~(np.abs(found - expected) <= within * scale(expected))


def _first_capital(text):
    return text[:1].upper() + text[1:] if text.startswith("the ") else text
