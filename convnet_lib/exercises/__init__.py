"""Exercises that answer back: ``check``, ``hint``, ``solution``, ``ids`` and ``progress``.

    check("7.2", answer)

Values and functions go in, a sentence comes out. Nothing here knows of a notebook's file or of
its cells, so a notebook may be renamed, copied and cut up. The files: ``chapter_NN`` holds the
exercises of a chapter as data, ``asking`` says what an exercise is made of, ``answers`` judges an
answer, ``plain`` makes data of it that is safe to look at, ``running`` calls a function that may
hang or raise, ``comparing`` finds the first difference, ``progress_file`` keeps what is done.
"""

from .. import checks
from . import answers, catalogue, progress_file, showing
from .showing import ExerciseError

__all__ = ["ExerciseError", "check", "hint", "ids", "progress", "solution"]

_hints_shown = {}


def check(id, answer=None, strict=False):
    """Return what is to be said of an answer: not attempted, right, or what is wrong.

    >>> from convnet_lib.exercises import check
    >>> check("7.2", 1)
    7.2: not yet. Then ties would do no harm. Count the neurons of one window that are equal
    to its maximum when all of z1 is b1.
    >>> check("7.2", 1).passed
    False

    Args:
        id: of the exercise, as "7.2".
        answer: a letter, a number, an array or a function, whatever the exercise asks for. A
            function is called on several inputs, each time on copies, for at most
            ``running.LIMIT`` seconds in all.
        strict: raise instead of returning, for whoever grades.

    Returns:
        A result whose text is the message, with ``passed``; for a function that was wrong also
        ``inputs``, the arguments with which it was.

    Raises:
        ExerciseError: if strict, and the answer is not right.
    """
    strict = checks.truth("strict", strict)
    exercise = catalogue.find(id)
    if exercise is None:
        result = showing.Result(False, catalogue.unknown(id))
    else:
        result = answers.judge(exercise, answer)
    if result.passed:
        result = result.with_note(progress_file.add(exercise.id))
    if strict and not result.passed:
        raise ExerciseError(result.message)
    return result


def hint(id, step=None):
    """Return the hints of an exercise, one more at each call, or the first `step` of them.

    >>> from convnet_lib.exercises import hint
    >>> hint("7.1", 1)
    7.1, hint 1 of 3: Mark the winner of each window first. There are four of them.
    hint("7.1") gives one more.
    """
    exercise = catalogue.find(id)
    if exercise is None:
        return showing.Text(catalogue.unknown(id))
    begun = _hints_shown.get(exercise.id, 0)
    shown = begun + 1 if step is None else checks.whole("step", step, 1)
    _hints_shown[exercise.id] = shown = min(max(shown, 1), len(exercise.hints))
    return showing.hints(exercise, shown)


def solution(id):
    """Return the solution of an exercise; a notebook shows it folded, a click opens it.

    >>> from convnet_lib.exercises import solution
    >>> solution("7.1").title
    'Solution of 7.1, Passed on'
    """
    exercise = catalogue.find(id)
    return showing.Text(catalogue.unknown(id)) if exercise is None else showing.solution(exercise)


def ids():
    """Return the ids of all exercises, in the order of the book.

    >>> from convnet_lib.exercises import ids
    >>> ids()[:6]
    ['1.1', '1.2', '1.3', '1.4', '1.5', '2.1']
    """
    return list(catalogue.exercises())


def progress():
    """Return what is done so far, chapter by chapter; ``progress().done`` is the list of ids.

    It is kept in one small file in the user's data folder, or in the one that the environment
    variable CONVNET_PROGRESS names.

    >>> import os, tempfile
    >>> from unittest import mock
    >>> from convnet_lib.exercises import progress
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     mine = os.path.join(folder, "mine.json")
    ...     with open(mine, "w") as file:
    ...         _ = file.write('{"done": ["2.1", "7.2"]}')
    ...     with mock.patch.dict(os.environ, CONVNET_PROGRESS=mine):
    ...         progress().done
    ['2.1', '7.2']
    """
    done, note = progress_file.read()
    return showing.progress(catalogue.exercises(), done, note)
