"""The exercises as a page asks them: what `convnet_lib.exercises` holds, for the reader's browser.

An exercise that asks for a letter, for numbers or for an array is answered on the page, with the
sentences of `check`: exercises/judge.js says them. For a function the page has the hints, the
solution and the way to the notebook. All of it is read from the catalogue when the pages are
built; what is wrong with an array that a reader makes is found by exercises/made.js, and a test
holds that to the functions of the catalogue.
"""

import html
import json
import re
from pathlib import Path

import numpy as np

from convnet_lib.exercises import answers, asking, catalogue, showing

FOLDER = Path(__file__).parent / "exercises"
SCRIPTS = [f"{name}.js" for name in ("words", "reading", "comparing", "made", "judge", "form")]
ROWS = (
    "A row of numbers on each line, or all of it in brackets, as Python writes it; fractions such "
    "as 3/64 will do."
)
OF_CELLS = re.compile(r"run the cell|a small file outside of|`(check|hint|solution|progress)\b")
INTRODUCTION = (
    "Where a letter or numbers are asked for, answer here: *Check* says whether it is right, and "
    "if not, what may have gone wrong; a fraction such as 3/64 will do for a number. Where code "
    "is asked for, take the notebook to where Python runs. Hints open one at a time, the solution "
    "at a click."
)


def introduced(text):
    """Return the text above the exercises without what it says of cells, for a page has none."""
    if not text.startswith("## Exercises"):
        return text
    heading, *rest = text.split("\n\n")
    kept = [
        " ".join(
            one for one in re.split(r"(?<=[.:?]) (?=[A-Z`])", part) if not OF_CELLS.search(one)
        )
        for part in rest
    ]
    return "\n\n".join(filter(None, (heading, INTRODUCTION, *kept, marks())))


def marks():
    """Return the line that counts what is done, with a way to delete it."""
    total = sum(map(is_answered_here, catalogue.exercises().values()))
    return (
        f'<details class="exercises-done" data-total="{total}" open><summary>Done so far</summary>'
        '<span role="status"></span> <button type="button">Delete these marks</button></details>'
    )


def question(exercise):
    """Return what the page needs to know of an exercise, as plain lists and texts."""
    answer = exercise.answer
    said = {
        "id": exercise.id,
        "title": exercise.title,
        "kind": type(answer).__name__.lower(),
        "hints": list(exercise.hints),
        "solution": showing.solution(exercise).body,
        "why": exercise.why,
    }
    if isinstance(answer, asking.Letter):
        said |= {"of": answer.of, "right": answer.right, "mistakes": _mistakes(exercise)}
    if isinstance(answer, asking.Values):
        said |= {"right": _plain(answer.right, "iuf"), "within": answer.within}
        said["mistakes"] = [
            one | {"within": answers.allowance(answer, one["wrong"])} for one in _mistakes(exercise)
        ]
    if isinstance(answer, asking.Made):
        named = {name: mistake.message for name, mistake in exercise.mistakes.items()}
        said |= {"shape": answer.shape, "mistakes": named, "says": answer.says}
    return said


def _mistakes(exercise):
    found = exercise.mistakes.values()
    return [{"message": one.message, "wrong": _plain(one.wrong, "biufU")} for one in found]


def _plain(value, kinds):
    """Numbers as nested lists; what the page would judge otherwise than check is refused."""
    array = np.asarray(value)
    if isinstance(value, tuple) or array.dtype.kind not in kinds:
        raise TypeError(f"expected a number or an array of numbers, got {value!r}")
    return (array + 0 if array.dtype.kind == "b" else array).tolist()


def is_answered_here(exercise):
    """Return whether the page itself can judge an answer."""
    return not isinstance(exercise.answer, asking.Function)


def form(exercise, page):
    """Return the HTML of an exercise: its fields, and what exercises/form.js makes them do."""
    data = json.dumps(question(exercise), ensure_ascii=False, allow_nan=False).replace(
        "<", "\\u003c"
    )
    here = is_answered_here(exercise)
    parts = [_fields(exercise) if here else _elsewhere(exercise, page), '<p class="buttons">']
    if here:
        parts.append('<button type="submit">Check</button>')
    parts += ['<button type="button" class="hint">Hint</button></p>']
    parts += ['<p role="status"></p>', '<ol class="hints" aria-live="polite"></ol>']
    parts += ["<details><summary>Solution</summary><pre></pre></details>"]
    return (
        f'<div class="exercise" data-exercise="{exercise.id}"><form>{"".join(parts)}</form>'
        f'<script type="application/json">{data}</script></div>'
    )


def _fields(exercise):
    answer, legend = exercise.answer, f"<legend>Your answer to {exercise.id}</legend>"
    if isinstance(answer, asking.Letter):
        name = f"exercise-{exercise.id}"
        radios = (
            f'<label><input type="radio" name="{name}" value="{letter}"> {letter}</label>'
            for letter in answer.of
        )
        return f'<fieldset class="letters">{legend}{"".join(radios)}</fieldset>'
    if isinstance(answer, asking.Made):
        return f"<fieldset>{legend}{_rows(exercise)}</fieldset>"
    shape = np.shape(answer.right)
    columns = shape[-1] if shape else 1
    fields = (_field(index, shape) for index in np.ndindex(shape))
    grid = f'<div class="numbers" style="--columns: {columns}">{"".join(fields)}</div>'
    return f'<fieldset data-shape="{html.escape(json.dumps(shape))}">{legend}{grid}</fieldset>'


def _field(index, shape):
    """A field for one number; it is named by its place, counted from 0 as everywhere."""
    names = {0: "the number", 1: "number {}", 2: "row {}, column {}"}
    name = names[len(shape)].format(*index)
    options = 'type="text" inputmode="text" autocomplete="off" autocapitalize="off"'
    return f'<input {options} spellcheck="false" aria-label="{name}">'


def _rows(exercise):
    """A field for an array."""
    rows, columns = exercise.answer.shape
    name, help = f"{rows} rows of {columns} numbers", f"rows-{exercise.id}"
    options = 'autocomplete="off" autocapitalize="off" spellcheck="false" wrap="off"'
    return (
        f'<textarea rows="{rows + 1}" {options} aria-label="{name}" aria-describedby="{help}">'
        f'</textarea><p class="help" id="{help}">{ROWS}</p>'
    )


def _elsewhere(exercise, page):
    return (
        f'<p class="elsewhere">{exercise.id} asks for a function, which Python has to try: '
        f'<a href="notebooks/{page}.ipynb" download>download the notebook</a> and run the cell '
        "above there.</p>"
    )


def script():
    """Return the modules of exercises/ as one script: a page from the disk loads no modules."""
    parts = [(FOLDER / name).read_text("utf-8") for name in SCRIPTS]
    lines = [line for part in parts for line in part.splitlines() if not line.startswith("import ")]
    body = "\n".join(line.removeprefix("export ") for line in lines)
    return f"(() => {{\n{body}\n}})();\n"


def of_cell(source):
    """Return the exercise whose answer a cell hands in, or None."""
    found = [e for e in catalogue.exercises().values() if f'check("{e.id}"' in source]
    return found[0] if len(found) == 1 else None
