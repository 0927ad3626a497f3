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

    >>> from convnet_lib.exercises.asking import Mistake
    >>> Mistake("The sign is wrong.", -4).wrong
    -4
    """

    message: str
    wrong: object


@dataclass(frozen=True)
class Letter:
    """One of the letters `of`; every other letter is a mistake with a message of its own.

    >>> from convnet_lib.exercises.asking import Letter
    >>> Letter("b")
    Letter(right='b', of='abcd')
    """

    right: str
    of: str = "abcd"


@dataclass(frozen=True)
class Values:
    """A number or an array; `within` is how far off each entry may be.

    A mistake is given with the same allowance, as one decimal is the same for all numbers; where
    an estimate is asked for, `relative` lets it grow and shrink with the mistake.

    >>> from convnet_lib.exercises.asking import Values
    >>> Values([28, 14], within=0.5)
    Values(right=[28, 14], within=0.5, relative=False)
    """

    right: object
    within: float = 1e-6
    relative: bool = False


class Case:
    """The arguments of one call, and how they are called in a message.

    >>> from convnet_lib.exercises.asking import Case
    >>> Case("a row", (np.array([1.0, 2.0, 4.0]), 0)).label
    'a row'
    """

    def __init__(self, label, *arguments):
        self.label, self.arguments = label, arguments


@dataclass(frozen=True)
class Function:
    """A function that returns on every case what `reference` does.

    `within` is how far off an entry may be, relative to the largest, absolute below 1. Where the
    reference returns a tuple, `parts` names its entries.

    >>> from convnet_lib.exercises.asking import Case, Function
    >>> asked = Function(np.sum, [Case("a row", (np.array([1.0, 2.0, 4.0]),))])
    >>> float(asked.reference(*asked.cases[0].arguments)), asked.within
    (7.0, 1e-09)
    """

    reference: Callable
    cases: list
    within: float = 1e-9
    parts: tuple = ()


@dataclass(frozen=True)
class Made:
    """An array of numbers of one shape, judged by what it does rather than by what it is.

    `fault` is called with the array (of float64, finite) and returns None if it is right, the
    name of one of the exercise's mistakes, a sentence, or what a sentence of `says` is about: its
    name, and in a tuple after it what goes into its braces. The page has these sentences too, and
    what `fault` does once more in site/exercises/made.js.

    >>> from convnet_lib.exercises.asking import Made
    >>> asked = Made(
    ...     (2, 3),
    ...     lambda a: None if a.sum() == 0 else ("sum", f"{a.sum():g}"),
    ...     says={"sum": "It sums to {}, and not to 0."},
    ... )
    >>> asked.fault(np.ones(asked.shape)), asked.say(("sum", "6"))
    (('sum', '6'), 'It sums to 6, and not to 0.')
    """

    shape: tuple
    fault: Callable
    says: dict = field(default_factory=dict)

    def say(self, fault):
        """Return the sentence of a fault that is none of the mistakes.

        >>> from convnet_lib.exercises.asking import Made
        >>> Made((2,), max, says={"at": "Look at ({}, {})."}).say(("at", 0, 1))
        'Look at (0, 1).'
        """
        name, *rest = fault if isinstance(fault, tuple) else (fault,)
        return self.says[name].format(*rest) if name in self.says else name


@dataclass(frozen=True, kw_only=True)
class Exercise:
    """One exercise; its text is in the notebook, all the rest is here.

    >>> from convnet_lib.exercises.asking import Exercise, Values
    >>> rest = {"title": "Twice", "asks": "by hand", "starter": "answer = None"}
    >>> one = Exercise(id="12.3", answer=Values(8), **rest)
    >>> one.answer.right, one.chapter
    (8, 12)

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
        """The chapter's number.

        >>> from convnet_lib.exercises.asking import Exercise, Letter
        >>> Exercise(id="12.3", title="", asks="explain", starter="", answer=Letter("b")).chapter
        12
        """
        return int(self.id.split(".")[0])
