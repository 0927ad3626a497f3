"""Docstrings: an example that runs, one style, and no types in the signatures, where shapes stand.

The examples themselves are run by `--doctest-modules convnet_lib`, with every other test.
"""

import ast
import doctest
import importlib
import inspect
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
# Every file of the library, but the chapters' exercises: their functions are solutions, which the
# reader is shown as they are.
LIBRARY = ROOT / "convnet_lib"
ROOMS = sorted(
    ".".join(path.relative_to(LIBRARY).with_suffix("").parts).removesuffix(".__init__")
    for path in LIBRARY.rglob("*.py")
    if path != LIBRARY / "__init__.py" and path.parent.name != "chapters"
)
# Rooms that bring together what others hold, and have no function of their own.
HALLS = {"by_definition", "data", "figures", "training", "widgets"}
SOURCES = sorted(
    path
    for folder in ("benchmarks", "convnet_lib", "site", "tests", "tools")
    for path in (ROOT / folder).rglob("*.py")
    if not {"_build", "__pycache__"} & set(path.parts)
)


def public(room):
    """Return {name: function or method} of a room; named tuples and errors are left out."""
    module, found = importlib.import_module(f"convnet_lib.{room}"), {}
    for name, member in vars(module).items():
        if name.startswith("_") or getattr(member, "__module__", None) != module.__name__:
            continue
        if inspect.isfunction(inspect.unwrap(member)):  # one that is cached is wrapped
            found[name] = member
        elif inspect.isclass(member) and not issubclass(member, tuple | Exception):
            found[name] = member
            parts = {f"{name}.{key}": part for key, part in vars(member).items() if key[0] != "_"}
            found |= {key: part for key, part in parts.items() if callable_part(part, module)}
    return found


def callable_part(part, module):
    """Whether a part of a class is a method; matplotlib puts a `set` of its own into a Figure's."""
    if inspect.isfunction(part):
        return part.__module__ == module.__name__
    return isinstance(part, classmethod | staticmethod | property)


EVERY = [(room, name) for room in ROOMS for name in public(room)]


def test_the_rooms_are_not_empty():
    assert {room for room, _ in EVERY} == set(ROOMS) - HALLS
    assert ("network", "ConvNet.random") in EVERY
    assert ("network", "ConvNet.image_shape") in EVERY
    assert ("exercises", "check") in EVERY
    assert ("figures.grids", "cells") in EVERY
    assert ("training.fast", "Stepper.step") in EVERY
    assert ("widgets.base", "Array.validate") in EVERY


@pytest.mark.parametrize(("room", "name"), EVERY)
def test_each_public_docstring_has_an_example_with_an_answer(room, name):
    examples = doctest.DocTestParser().get_examples(inspect.getdoc(public(room)[name]) or "")
    assert [e for e in examples if e.want or e.exc_msg], "no example: >>> "
    assert not [e for e in examples if doctest.SKIP in e.options]


@pytest.mark.parametrize(("room", "name"), EVERY)
def test_what_is_returned_and_raised_stands_in_a_section(room, name):
    """Google style, as in conv.py: never 'Raises ValueError if …' in a sentence."""
    text = inspect.getdoc(public(room)[name])
    assert not [line for line in text.splitlines() if line.startswith(("Raises ", "Shapes: "))]


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_no_signature_has_types(path):
    annotated = []
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            arguments = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
            arguments += [a for a in (node.args.vararg, node.args.kwarg) if a]
            if node.returns or any(a.annotation for a in arguments):
                annotated.append(f"line {node.lineno}: {node.name}")
    assert annotated == []
