"""All exercises by id: whatever the files of `chapters` hold."""

import functools
import importlib
import pkgutil

from . import chapters


@functools.cache
def exercises():
    """Return the exercises of all chapters, id → Exercise, in the order of the book.

    >>> from convnet_lib.exercises import catalogue
    >>> catalogue.exercises()["7.2"].title, list(catalogue.exercises())[:2]
    ('A blank page', ['1.1', '1.2'])
    """
    names = sorted(module.name for module in pkgutil.iter_modules(chapters.__path__))
    modules = [importlib.import_module(f"{chapters.__name__}.{name}") for name in names]
    return {exercise.id: exercise for module in modules for exercise in module.EXERCISES}


def find(id):
    """Return the exercise, or None; 7.2 will do for "7.2".

    >>> from convnet_lib.exercises import catalogue
    >>> catalogue.find(7.2).title, catalogue.find("7.99")
    ('A blank page', None)
    """
    return exercises().get(str(id).strip())


def unknown(id):
    """Return what is said of an id that no exercise has.

    >>> from convnet_lib.exercises import catalogue
    >>> catalogue.unknown("99.1")
    "There is no exercise '99.1': ids() lists those there are."
    """
    chapter = str(id).strip().split(".")[0]
    there = [name for name in exercises() if name.split(".")[0] == chapter]
    near = f"chapter {chapter} has {', '.join(there)}" if there else "ids() lists those there are"
    return f"There is no exercise {str(id)!r}: {near}."
