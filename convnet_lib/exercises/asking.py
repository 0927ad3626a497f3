"""What an exercise is made of; the chapters' files are lists of these.

An answer is one of four kinds: ``Letter`` (one of several statements), ``Values`` (a number or
an array), ``Function`` (called on several cases) and ``Made`` (anything that has a property: a
digit to be drawn, a filter to be found).
"""

from collections.abc import Callable
from dataclasses import dataclass, field

ASKS = ("predict", "by hand", "derive", "implement", "explain", "debug")


@dataclass(frozen=True)
class Mistake:
    """A mistake that people make: what is said of it, and an answer that makes it.

    An answer is taken for this mistake if it is, or does on every case, what `wrong` is or does.
    """

    message: str
    wrong: object


@dataclass(frozen=True)
class Letter:
    """One of the letters `of`; every other letter is a mistake with a message of its own."""

    right: str
    of: str = "abcd"


@dataclass(frozen=True)
class Values:
    """A number or an array; `within` is how far off each entry may be."""

    right: object
    within: float = 1e-6


class Case:
    """The arguments of one call, and how they are called in a message."""

    def __init__(self, label, *arguments):
        self.label, self.arguments = label, arguments


@dataclass(frozen=True)
class Function:
    """A function that returns on every case what `reference` does.

    `within` is how far off an entry may be, relative to the largest, absolute below 1. Where the
    reference returns a tuple, `parts` names its entries.
    """

    reference: Callable
    cases: list
    within: float = 1e-9
    parts: tuple = ()


@dataclass(frozen=True)
class Made:
    """An array of numbers of one shape, judged by what it does rather than by what it is.

    `fault` is called with the array (of float64, finite) and returns None if it is right, the
    name of one of the exercise's mistakes, or a sentence.
    """

    shape: tuple
    fault: Callable


@dataclass(frozen=True, kw_only=True)
class Exercise:
    """One exercise; its text is in the notebook, all the rest is here.

    Args:
        id: "7.2".
        title: as in the notebook.
        asks: one of ASKS.
        starter: the source that the reader starts from, without the call of ``check``; it ends
            in the definition of what is handed in.
        answer: a Letter, Values, Function or Made.
        mistakes: name → Mistake, at least three.
        hints: two or three, each a step further; the last leaves only the writing down.
        why: what is said after 'right': why it matters, or what to look at next.
        solution: a function, shown by its source (for a value: one without arguments that
            returns it), or for a letter the worked answer as text.
    """

    id: str
    title: str
    asks: str
    starter: str
    answer: Letter | Values | Function | Made
    mistakes: dict = field(default_factory=dict)
    hints: tuple = ()
    why: str = ""
    solution: object = ""

    @property
    def chapter(self):
        """The chapter's number."""
        return int(self.id.split(".")[0])
