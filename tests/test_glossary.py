"""The glossary at the end of chapter 1: each word and each letter once, and where it comes from."""

import re

import prose
import pytest
from test_tags import TAGS

HOME = re.compile(r"\[(\d+)\]\((\d\d)_\w+\.ipynb\)")
#: What stands in a formula and is no letter of the book's mathematics.
COMMANDS = re.compile(
    r"\\(?:text|mathrm|tag|begin|end|operatorname)\{[^}]*\}|\[\d+pt\]|\\[A-Za-z]+"
)
GREEK = ("beta", "delta", "Delta", "eta", "nabla", "sigma")
#: How a chapter gives something a name: '… is called its *adjoint*', 'call it the *pooling mask*'.
NAMED = re.compile(r"\b[Cc]all(?:ed)?\b[^.*]{0,40}\*{1,2}([a-z][a-z0-9 -]+)\*{1,2}")


def tables():
    """Return the rows of the two tables, terms and letters, without their heads."""
    text = prose.markdown(1).partition("## Glossary")[2]
    found = re.findall(r"(?:^\|.*\n?)+", text, flags=re.M)
    return [[[cell.strip() for cell in re.split(r"(?<!\\)\|", row)[1:-1]] for row in
             table.strip().splitlines()[2:]] for table in found]  # fmt: skip


TERMS, LETTERS = tables()


def plain(text):
    """Return text in small letters, white space and the marks of markdown made one space."""
    return re.sub(r"[\s*`_]+", " ", text).lower()


def letters_in(formulas):
    """Return the letters of formulas, Greek ones by their LaTeX names."""
    found = set()
    for formula in formulas:
        found |= {name for name in GREEK if re.search(rf"\\{name}(?![A-Za-z])", formula)}
        found |= set(re.findall(r"[A-Za-z]", COMMANDS.sub(" ", formula)))
    return found


def formulas(text):
    text = re.sub(r"```.*?```|`[^`\n]*`", " ", text, flags=re.S)
    return [a or b for a, b in re.findall(r"\$\$(.+?)\$\$|\$([^$]+)\$", text, flags=re.S)]


def test_each_term_stands_once_and_in_order():
    names = [row[0].lower() for row in TERMS]
    assert len(names) == len(set(names)) >= 25
    assert names == sorted(names)


def test_what_a_chapter_calls_by_a_name_is_in_it():
    names = {name for n in range(1, 22) for name in NAMED.findall(prose.markdown(n))}
    assert {"adjoint", "saturated", "pooling mask", "tied", "awake"} <= names
    assert names - {row[0].lower() for row in TERMS} - {"same"} == set()  # *same* in frameworks


def test_each_letter_stands_once():
    names = [name for row in LETTERS for name in re.findall(r"\$([^$]+)\$", row[0])]
    assert len(names) == len(set(names)) >= 25


@pytest.mark.parametrize("row", TERMS, ids=[row[0] for row in TERMS])
def test_a_term_is_used_in_the_chapter_that_it_leads_to(row):
    number, file = HOME.fullmatch(row[3]).groups()
    assert int(number) == int(file)
    text = prose.markdown(int(number)).partition("## Glossary")[0]
    assert plain(row[0]) in plain(text)


@pytest.mark.parametrize("row", TERMS, ids=[row[0] for row in TERMS])
def test_the_tags_of_a_term_are_tags(row):
    tags = [end for part in row[2].split(",") for end in part.strip().split("–") if end]
    assert set(tags) <= set(TAGS)


def test_every_letter_of_the_formulas_of_the_book_is_in_it():
    known = letters_in(formulas(" ".join(row[0] for row in LETTERS)))
    used = letters_in(f for n in range(22) for f in formulas(prose.markdown(n)))
    assert used - known - {"e"} == set()


def test_a_letter_with_two_meanings_says_so():
    said = {row[0]: row[1] for row in LETTERS}
    assert "three meanings" in said["$l$"]
    assert "channels" in said["$C$"]
    assert "cost" in said["$C$"]
    for row, chapters in {"$D$, $E$": "17 18", "$P$, $R$, $S$": "17 18 19", "$i$": "20"}.items():
        assert set(chapters.split()) <= set(re.findall(r"\d+", said[row]))


def chapters_of(letter, like="{}"):
    """Return the chapters in whose formulas a letter stands, in a place that is `like` this."""
    written = re.compile(like.format(letter))
    return {n for n in range(22) if any(written.search(f) for f in of_chapter(n))}


def of_chapter(n):
    """Return the formulas of a chapter, without its glossary and without commands."""
    text = prose.markdown(n).partition("## Glossary")[0]
    return [COMMANDS.sub(" ", formula) for formula in formulas(text)]


@pytest.mark.parametrize(
    ("row", "letter"),
    [
        *(("$D$, $E$", x) for x in "DE"),
        *(("$P$, $R$, $S$", x) for x in "PRS"),
        *(("$r$, $s$", x) for x in "rs"),
        *(("$H$, $W$, $H'$, $W'$", x) for x in "HW"),
        *((f"${x}$", x) for x in "KLt"),
        (r"$g$, $\lVert g\rVert$", "g"),
    ],
)
def test_a_letter_whose_meanings_all_name_chapters_stands_in_no_other(row, letter):
    said = {int(n) for n in re.findall(r"\b\d+\b", dict(row[:2] for row in LETTERS)[row])}
    assert chapters_of(letter) <= said


def test_the_chapters_in_which_l_is_a_layer_are_said():
    said = dict(row[:2] for row in LETTERS)["$l$"]
    layers = chapters_of("l", r"\^\{{?{}\b")
    assert layers == {int(n) for n in re.findall(r"\b\d+\b", said)}
