"""What the sentences of the book say in numbers, and from where each number can be had again.

A chapter has its table in chapter_NN.py, and tests/test_prose.py goes through all tables:

    CLAIMS = {
        "`#` steps, most of them": shown("nb06-020", "quadratic #"),   # as a cell prints it
        "# of the 144 windows": lambda: tied(a1).sum(),                # computed again
        "about a # of the other": lambda: near(0.0098 / 0.144),        # 'about': within a tenth
        "Fewer than half.": lambda: same.sum() < 72,                   # no number: must be true
    }
    PLAIN = {"Determination Press, 2015": "a year"}                    # numbers that nothing gives

A phrase is copied from the chapter's markdown or from a text of its exercises, wherever its lines
break there, with a # for each number. A number may be written in digits or as a word.
"""

import functools
import json
import math
import re
from pathlib import Path
from typing import NamedTuple

from convnet_lib.exercises import catalogue

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
COUNTED = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
    "sixteen seventeen eighteen nineteen twenty"
)
WORDS = {word: float(value) for value, word in enumerate(COUNTED.split())}
WORDS |= {"once": 1.0, "twice": 2.0, "thirty": 30.0, "hundred": 100.0, "thousand": 1000.0}
WORDS |= {
    "half": 1 / 2,
    "third": 1 / 3,
    "quarter": 1 / 4,
    "fifth": 1 / 5,
    "sixth": 1 / 6,
    "seventh": 1 / 7,
}
WORDS |= {"eighth": 1 / 8, "tenth": 1 / 10, "fifteenth": 1 / 15, "twentieth": 1 / 20}
WORDS |= {"two thirds": 2 / 3, "three quarters": 3 / 4, "½": 1 / 2, "¼": 1 / 4, "¾": 3 / 4}
DIGITS = r"[-−+]?\d+(?:(?:,|\{,\})\d{3})*(?:\.\d+)?"
NUMBER = rf"({DIGITS}|\b(?i:{'|'.join(sorted(WORDS, key=len, reverse=True))})\b|[½¼¾])"


class Span(NamedTuple):
    """The numbers that a sentence may print: from low to high."""

    low: float
    high: float


def near(value, share=0.1):
    """Return the span for an 'about', within a share of the value (a tenth) on either side."""
    return Span(*sorted((value * (1 - share), value * (1 + share))))


def read(text):
    """Return the span of the numbers that round to the one written here.

    '0.53' stands for 0.525 to 0.535. A whole number, and one in words, stands for itself and for
    what rounds to it: 426 may be 426.3, and a percentage is a whole number as a rule.
    """
    if text.lower() in WORDS:
        value, unit = WORDS[text.lower()], 0.0
    else:
        plain = text.replace("{,}", "").replace(",", "").replace("−", "-")
        value, unit = float(plain), 10.0 ** -len(plain.partition(".")[2])
    slack = unit / 2 + 1e-9 * max(1.0, abs(value))
    return Span(value - slack, value + slack)


def agrees(text, value):
    """Whether the number written is the value, or lies in the span, that it should be."""
    written = read(text)
    if isinstance(value, Span):
        middle = (written.low + written.high) / 2
        return value.low <= middle <= value.high
    return written.low <= float(value) <= written.high


def pattern(phrase):
    """Return the regular expression of a phrase: a # is a number, a space any white space.

    The number is a whole one, not the 0 of 0.5, unless the phrase itself goes on with a digit.
    """
    first, *rest = (
        r"\s+".join(re.escape(word) for word in re.split(r"\s+", part))
        for part in phrase.split("#")
    )
    for part in rest:
        begins = "" if re.search(r"[\d.)]$", first) else r"(?<![\d.])"
        ends = "" if not part or re.match(r"\\?\.?\d", part) else r"(?!\.?\d)"
        first += begins + NUMBER + ends + part
    return re.compile(first)


@functools.cache
def notebook(number):
    """Return the cells of a chapter's notebook, without the links."""
    path = next(NOTEBOOKS.glob(f"{number:02}_*.ipynb"))
    cells = json.loads(path.read_text("utf-8"))["cells"]
    return [cell for cell in cells if "nav" not in cell["metadata"].get("tags", [])]


@functools.cache
def markdown(number):
    """Return the prose of a chapter as one text, a paragraph mark between two cells."""
    cells = notebook(number)
    return "\n\n".join("".join(c["source"]) for c in cells if c["cell_type"] == "markdown")


@functools.cache
def exercises(number):
    """Return what the exercises of a chapter say, one text: hints, reasons, messages, answers."""
    texts = []
    for exercise in catalogue.exercises().values():
        if exercise.chapter == number:
            solution = exercise.solution if isinstance(exercise.solution, str) else ""
            said = [mistake.message for mistake in exercise.mistakes.values()]
            texts += [*exercise.hints, exercise.why, solution, *said]
    return "\n\n".join(texts)


def shown(cell, phrase):
    """Return a function that reads the numbers of a phrase in what a cell shows, by its id."""

    def values():
        found = pattern(phrase).search(output(cell))
        if not found:
            raise LookupError(f"{cell} does not show {phrase!r}")
        return tuple(_middle(text) for text in found.groups())

    return values


def output(cell):
    """Return all text that a cell shows, the alternative texts of its pictures among it."""
    found = next(c for c in notebook(int(cell[2:4])) if c["id"] == cell)
    texts = []
    for one in found["outputs"]:
        texts.append("".join(one.get("text", "")))
        texts.append("".join(one.get("data", {}).get("text/plain", "")))
        texts += [data.get("alt", "") for data in one.get("metadata", {}).values() if data]
    return "\n".join(texts)


def values_of(given):
    """Return what a claim is held against, as a tuple: its function is called here."""
    value = given()
    return tuple(value) if isinstance(value, tuple) and not isinstance(value, Span) else (value,)


def _middle(text):
    span = read(text)
    middle = (span.low + span.high) / 2
    return round(middle, 12) if math.isfinite(middle) else middle
