"""All exercises by id: whatever the files chapter_NN hold."""

import functools
import importlib
import pkgutil


@functools.cache
def exercises():
    """Return the exercises of all chapters, id → Exercise, in the order of the book."""
    package = importlib.import_module(__package__)
    names = sorted(m.name for m in pkgutil.iter_modules(package.__path__))
    chapters = [
        importlib.import_module(f"{__package__}.{name}")
        for name in names
        if name.startswith("chapter_")
    ]
    return {exercise.id: exercise for chapter in chapters for exercise in chapter.EXERCISES}


def find(id):
    """Return the exercise, or None; 7.2 will do for "7.2"."""
    return exercises().get(str(id).strip())


def unknown(id):
    """Return what is said of an id that no exercise has."""
    chapter = str(id).strip().split(".")[0]
    there = [name for name in exercises() if name.split(".")[0] == chapter]
    near = f"chapter {chapter} has {', '.join(there)}" if there else "ids() lists those there are"
    return f"There is no exercise {str(id)!r}: {near}."
