"""Where the formulas of the book stand, and which of them say something that can be true."""

import ast
import json
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from formulas import latex, reader, trees

ROOT = Path(__file__).parents[2]
CODE = re.compile(r"```.*?```|`[^`\n]*`", re.DOTALL)
MATH = re.compile(
    r"\$\$(?P<displayed>.+?)\$\$|(?<![\\$])\$(?P<inline>[^$\n]+(?:\n[^$\n]+)*?)\$", re.DOTALL
)


@dataclass(frozen=True)
class Formula:
    place: str  # the id of the cell, or the file
    number: int  # the how-manieth of its place
    displayed: bool
    source: str

    def __str__(self):
        return f"{self.place} {'$$' if self.displayed else '$'}{self.source.strip()}"


@cache
def formulas():
    """Return all formulas, displayed and inline, of notebooks, exercises and teaching pages."""
    found = []
    for place, text in texts():
        for number, match in enumerate(MATH.finditer(CODE.sub("", text))):
            displayed = match["displayed"] is not None
            found.append(Formula(place, number, displayed, match["displayed"] or match["inline"]))
    return found


def texts():
    """Yield (place, Markdown) of all that a reader reads as Markdown."""
    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            if cell["cell_type"] == "markdown":
                yield cell["id"], "".join(cell["source"])
    for path in sorted((ROOT / "convnet_lib" / "exercises").rglob("*.py")):
        yield path.stem, "\n\n".join(strings(path))
    for path in sorted((ROOT / "teaching").rglob("*.md")):
        yield path.stem, path.read_text(encoding="utf-8")


def strings(path):
    """Return the string constants of a module: the questions, hints and reasons of exercises."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    constants = (node.value for node in ast.walk(tree) if isinstance(node, ast.Constant))
    return [value for value in constants if isinstance(value, str)]


def says_something(formula):
    """Return whether a formula is displayed, has a relation, or is a sum: it is to be evaluated."""
    if formula.displayed:
        return True
    try:
        found = latex.tokens(formula.source)
    except latex.Unreadable:
        return True
    return "\\sum" in found or bool(latex.RELATIONS & set(found))


@cache
def read(formula):
    """Return the trees of a formula."""
    return reader.read(formula.source)


@cache
def claims():
    """Return the formulas that are to be evaluated."""
    return [formula for formula in formulas() if says_something(formula)]


def shown(statements):
    """Return statements as one plain line."""
    return " | ".join(map(trees.text, statements))
