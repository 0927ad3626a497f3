"""What stands for convnet_lib.exercises where a student's notebook is run to be marked.

The real one holds the solutions and the reference functions. Nothing here can be asked for them:
a student's own call of ``check`` says that the answer will be judged, and that is true.
"""

__all__ = ["ExerciseError", "check", "hint", "ids", "progress", "solution"]


class ExerciseError(AssertionError):
    """Never raised here."""


class Text(str):
    """A text that shows itself without quotes."""

    __slots__ = ()
    __repr__ = str.__str__
    passed = False
    inputs = None
    done = ()


def check(id, answer=None, strict=False):
    """Return that the answer is judged elsewhere."""
    return Text(f"{id}: judged when the notebook is marked.")


def hint(id, step=None):
    """Return nothing that helps."""
    return Text(f"{id}: there are no hints while a notebook is marked.")


def solution(id):
    """Return nothing that helps."""
    return Text(f"{id}: there are no solutions where a notebook is marked.")


def ids():
    """Return that none is known."""
    return []


def progress():
    """Return that none is kept."""
    return Text("No progress is kept while a notebook is marked.")
