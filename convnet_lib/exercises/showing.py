"""What the reader gets to see: results, hints, solutions and the list of what is done."""

import html
import inspect
import textwrap

WIDTH = 88


class ExerciseError(AssertionError):
    """Raised by ``check(…, strict=True)`` when an answer is not right."""


class Text:
    """A text that shows itself.

    >>> from convnet_lib.exercises import showing
    >>> showing.Text("There is no such exercise.")
    There is no such exercise.
    """

    def __init__(self, message):
        self.message = message

    def __repr__(self):
        return self.message

    __str__ = __repr__


class Result(Text):
    """What ``check`` says: `message`, `passed`, and the `inputs` on which a function was wrong.

    >>> from convnet_lib.exercises import showing
    >>> result = showing.Result(True, "7.2: right.")
    >>> result
    7.2: right.
    >>> bool(result)
    True
    """

    def __init__(self, passed, message, inputs=None):
        super().__init__(wrapped(message))
        self.passed, self.inputs = passed, inputs

    def __bool__(self):
        return self.passed

    def with_note(self, note):
        """Return the same with a sentence more.

        >>> from convnet_lib.exercises import showing
        >>> showing.Result(True, "7.2: right.").with_note("The disk is full.")
        7.2: right.
        The disk is full.
        """
        return Result(self.passed, f"{self.message}\n{note}", self.inputs) if note else self


class Solution(Text):
    """A solution: folded in a notebook, plain text elsewhere.

    Where it is folded, a paragraph breaks where the page does; `printed` is the body in lines.

    >>> from convnet_lib.exercises import showing
    >>> showing.Solution("Solution of 7.2", "Four.").title
    'Solution of 7.2'
    """

    def __init__(self, title, body, printed=None):
        super().__init__(f"{title}\n\n{printed or body}")
        self.title, self.body = title, body

    def _repr_html_(self):
        """Return the solution folded: one click opens it."""
        title, body = html.escape(self.title), html.escape(self.body)
        style = "white-space: pre-wrap; max-width: 100ch"
        return f'<details><summary>{title}</summary><pre style="{style}">{body}</pre></details>'


class Progress(Text):
    """What is done: `done`, the ids, and a line a chapter.

    >>> from convnet_lib.exercises import showing
    >>> showing.Progress("1 of 60 exercises is done.", ["7.2"]).done
    ['7.2']
    """

    def __init__(self, message, done):
        super().__init__(message)
        self.done = done


def hints(exercise, shown):
    """Return the first `shown` hints.

    >>> from convnet_lib.exercises import catalogue, showing
    >>> showing.hints(catalogue.find("7.1"), 1)
    7.1, hint 1 of 3: Mark the winner of each window first. There are four of them.
    hint("7.1") gives one more.
    """
    total = len(exercise.hints)
    lines = [f"{exercise.id}, hint {n + 1} of {total}: {exercise.hints[n]}" for n in range(shown)]
    more = f'hint("{exercise.id}") gives one more.' if shown < total else None
    last = f'That was the last one; there is also solution("{exercise.id}").'
    return Text("\n".join(wrapped(line) for line in [*lines, more or last]))


def solution(exercise):
    """Return the solution: text as it is, a function by its source.

    >>> from convnet_lib.exercises import catalogue, showing
    >>> showing.solution(catalogue.find("7.1")).body.split("(")[0]
    'def passed_on'
    """
    answer, title = exercise.solution, f"Solution of {exercise.id}, {exercise.title}"
    if callable(answer):
        return Solution(title, inspect.getsource(answer).strip())
    return Solution(title, answer, printed=wrapped(answer))


def progress(exercises, done, note):
    """Return the ids that are done, chapter by chapter; □ is one to do, ■ one done.

    >>> from convnet_lib.exercises import showing
    >>> from convnet_lib.exercises.asking import Exercise, Letter
    >>> rest = {"title": "", "asks": "explain", "starter": "", "answer": Letter("b")}
    >>> three = {id: Exercise(id=id, **rest) for id in ("1.1", "1.2", "2.1")}
    >>> showing.progress(three, {"1.2"}, None)
    chapter  1  □■     1 of 2
    chapter  2  □      0 of 1
    1 of 3 exercises are done.
    """
    chapters = {}
    for exercise in exercises.values():
        chapters.setdefault(exercise.chapter, []).append(exercise.id)
    lines = []
    for chapter, names in chapters.items():
        boxes = "".join("■" if name in done else "□" for name in names)
        count = sum(name in done for name in names)
        lines.append(f"chapter {chapter:2}  {boxes:6} {count} of {len(names)}")
    known = [name for name in exercises if name in done]
    lines.append(f"{len(known)} of {len(exercises)} exercises are done.")
    return Progress("\n".join([*lines, wrapped(note)] if note else lines), known)


def wrapped(text):
    """Return the text in lines of at most WIDTH characters, its own line breaks kept.

    >>> from convnet_lib.exercises import showing
    >>> [len(line) for line in showing.wrapped("twelve chars " * 10).splitlines()]
    [84, 44]
    """
    filled = [
        textwrap.fill(line, WIDTH, break_long_words=False, break_on_hyphens=False)
        for line in text.splitlines()
    ]
    return "\n".join(filled)
