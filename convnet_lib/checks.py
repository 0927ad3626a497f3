"""What every room refuses at its door, and the one form in which it says so."""

import numpy as np

FLOATS = (np.float32, np.float64)


def refuse(name, expected, got):
    """Raise the ValueError that names the argument, what was expected and what came.

    >>> checks.refuse("b", "shape (5,)", "(4,)")
    Traceback (most recent call last):
        ...
    ValueError: b: expected shape (5,), got (4,)
    """
    raise ValueError(f"{name}: expected {expected}, got {got}")


def floats(name, x):
    """Return x as an array of float32 or float64; anything else is refused.

    A Python number counts as float64. An image of integers is not converted here: whether its
    255 means 1 is for ``data`` to say.

    >>> checks.floats("a", [1.0, 0.5])
    array([1. , 0.5])
    >>> checks.floats("a", [0, 255])
    Traceback (most recent call last):
        ...
    ValueError: a: expected an array of float32 or float64, got int64
    """
    try:
        x = np.asarray(x)
    except ValueError:  # rows of unequal length
        refuse(name, "an array of float32 or float64", f"a ragged {type(x).__name__}")
    if x.dtype not in FLOATS:
        refuse(name, "an array of float32 or float64", f"{x.dtype}")
    return x


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


def one_of(name, x, allowed):
    """Refuse x unless it is one of the `allowed` words.

    >>> checks.one_of("cost", "cubic", ("quadratic", "cross_entropy"))
    Traceback (most recent call last):
        ...
    ValueError: cost: expected 'quadratic' or 'cross_entropy', got 'cubic'
    """
    if not isinstance(x, str) or x not in allowed:
        refuse(name, " or ".join(repr(word) for word in allowed), repr(x))


def written(axes):
    """Return a shape as it is written in a message: (..., 24, 24).

    >>> checks.written(("...", 24, 24)), checks.written((5,))
    ('(..., 24, 24)', '(5,)')
    """
    axes = [str(n) for n in axes]
    return f"({axes[0]},)" if len(axes) == 1 else f"({', '.join(axes)})"
