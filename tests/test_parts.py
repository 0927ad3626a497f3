"""The three parts of the book, named alike wherever a reader looks for a chapter."""

import re
from pathlib import Path

import margin
import pytest

ROOT = Path(__file__).resolve().parent.parent


def entry(number, current=False):
    more, address = (" current current-page", "#") if current else ("", f"{number:02}_x.html")
    kind = "current reference internal" if current else "reference internal"
    return (
        f'<li class="toctree-l1{more}"><a class="{kind}" href="{address}">{number}. One</a></li>\n'
    )


@pytest.mark.parametrize("here", [0, 1, 9, 16])
def test_the_margin_has_each_part_once_above_its_first_chapter(here):
    tree = "<ul>\n" + "".join(entry(n, n == here) for n in range(1, 22)) + "</ul>"
    found = re.findall(
        r'<li class="part">(.+?)</li><li[^>]*><a[^>]*>(\d+)\. ', margin.with_parts(tree)
    )
    assert found == [(name, str(number)) for number, name in margin.PARTS.items()]


def test_a_page_of_the_library_gets_no_part():
    tree = '<li class="toctree-l1"><a class="reference internal" href="library.html">x</a></li>'
    assert margin.with_parts(tree) == tree


def test_the_readme_names_the_same_parts_above_the_same_chapters():
    text = (ROOT / "README.md").read_text("utf-8")
    found = re.findall(r"^\| \| \*\*(Part .+?)\*\* \| \|\n\| (\d+) \|", text, flags=re.MULTILINE)
    first = {number or 1: name for number, name in ((int(n), name) for name, n in found)}
    assert first == margin.PARTS
