"""Every equation has one name: in a notebook, in a docstring and in the name of a test."""

import importlib
import inspect
import json
import re
from pathlib import Path

import pytest

import convnet_lib

ROOT = Path(__file__).parents[1]
TAGS = (
    *("F1", "F2", "F3", "F4", "F5", "C", "FC1", "FC2", "FC3", "FC4"),
    *("BP1", "BP2a", "BP2", "BP3a", "BP3", "BP4a", "BP4"),
    *("BP5", "F1s", "BP4s", "BP5s"),
    *("F3s", "F3m", "BP2s", "BP2m"),
    *("F2r", "F5s", "F5j", "Cl", "BP1l"),
    *("D1", "D2", "D3"),
)

ROOMS = ("activations", "conv", "pool", "dense", "costs", "network", "deep")
#: Where the functions of a room are the methods of a class.
CLASSES = {"network": convnet_lib.ConvNet, "deep": convnet_lib.deep.Network}


def notebooks():
    """Return the markdown of each notebook by its file name, code and outputs left out."""
    texts = {}
    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        markdown = ["".join(c["source"]) for c in cells if c["cell_type"] == "markdown"]
        texts[path.name] = "\n\n".join(markdown)
    return texts


def homes():
    """Return the notebook that each tag stands in, as a list: it should have one entry."""
    found = {}
    for name, text in notebooks().items():
        for tag in re.findall(r"\\tag\{(.+?)\}", text):
            found.setdefault(tag, []).append(name)
    return found


def functions():
    """Return the public functions, as room.name, that carry each tag in their first lines."""
    found = {}
    for room in ROOMS:
        module = importlib.import_module(f"convnet_lib.{room}")
        members = dict(inspect.getmembers(module, inspect.isfunction))
        if room in CLASSES:
            members = dict(inspect.getmembers(CLASSES[room], inspect.isfunction))
        where = "deep.Network" if room == "deep" else room
        for name, function in members.items():
            if function.__module__ == module.__name__ and not name.startswith("_"):
                for tag in tags_of(function):
                    found.setdefault(tag, set()).add(f"{where}.{name}")
    return found


def tags_of(function):
    """Return the tags in parentheses in the first paragraph of a docstring; F1–F5 is all five."""
    first = (inspect.getdoc(function) or "").split("\n\n")[0]
    tags = []
    for group in re.findall(r"\(([^()]*)\)", first):
        for name in re.split(r"[,;]\s*", group.replace("the sum in ", "")):
            ends = [TAGS.index(end) for end in name.split("–") if end in TAGS]
            tags += TAGS[ends[0] : ends[-1] + 1] if ends else ()
    return tags


def names_of_tests():
    """Return the names of all test functions of the project."""
    text = "\n".join(p.read_text(encoding="utf-8") for p in (ROOT / "tests").glob("test_*.py"))
    return re.findall(r"^def (test_\w+)", text, flags=re.M)


@pytest.mark.parametrize("tag", TAGS)
def test_the_tag_has_one_home_among_the_notebooks(tag):
    assert len(homes().get(tag, [])) == 1, homes().get(tag)


@pytest.mark.parametrize("tag", TAGS)
def test_the_tag_is_in_the_docstring_of_a_function(tag):
    assert functions().get(tag)


@pytest.mark.parametrize("tag", TAGS)
def test_the_tag_is_in_the_name_of_a_test(tag):
    assert [name for name in names_of_tests() if tag in name.split("_")]


def test_there_are_no_other_tags():
    assert set(homes()) == set(TAGS)
    assert set(functions()) == set(TAGS)


@pytest.mark.parametrize("tag", TAGS)
def test_the_map_on_the_start_page_leads_to_the_equation(tag):
    page = notebooks()["00_start_here.ipynb"].splitlines()
    rows = [line for line in page if line.startswith(f"| {tag} |")]
    assert len(rows) == 1
    assert homes()[tag][0] in rows[0]
    assert set(re.findall(r"`([\w.]+)`", rows[0])) & functions()[tag]
