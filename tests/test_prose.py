"""The numbers in the sentences of the book: each is read from the page and had again.

The tables are in tests/prose; its __init__ says how they are written.
"""

import importlib
import re
from pathlib import Path

import numpy as np
import prose
import pytest
from prose import book

FOLDER = Path(prose.__file__).parent
TABLES = {
    int(path.stem[-2:]): importlib.import_module(f"prose.{path.stem}")
    for path in sorted(FOLDER.glob("chapter_*.py"))
}
CLAIMS = [(n, phrase) for n, table in TABLES.items() for phrase in table.CLAIMS]
#: Sizes that follow from 28 pixels, a filter of 5, windows of 2 and ten outputs, and of the data.
SIZES = {*range(13), 23, 24, 25, 26, 27, 28, 144, 145, 576, 784}
SIZES |= {sum(x.size for x in (book.NET.w1, book.NET.b1, book.NET.w3, book.NET.b3))}
SIZES |= {len(book.DIGITS.labels), len(book.TEST.labels), 60_000, 70_000}


def places(chapter, phrase):
    """Where the phrase stands in the chapter's markdown and in its exercises."""
    texts = prose.markdown(chapter), prose.exercises(chapter)
    return [found for text in texts for found in prose.pattern(phrase).finditer(text)]


@pytest.mark.parametrize(("chapter", "phrase"), CLAIMS)
def test_the_number_in_the_sentence_is_the_number(chapter, phrase):
    found = places(chapter, phrase)
    assert found, "this is not in the chapter (any more)"
    values = prose.values_of(TABLES[chapter].CLAIMS[phrase])
    if "#" not in phrase:
        assert len(values) == 1
        assert values[0] is True or (isinstance(values[0], np.bool_) and values[0])
        return
    for match in found:
        pairs = list(zip(match.groups(), values, strict=True))
        wrong = [(text, value) for text, value in pairs if not prose.agrees(text, value)]
        assert wrong == []


@pytest.mark.parametrize(("chapter", "phrase"), [c for c in CLAIMS if "#" in c[1]])
def test_another_number_in_the_sentence_is_noticed(chapter, phrase):
    """In digits it may not be off by one in the last place; an 'about' is not wider than a half."""
    values = prose.values_of(TABLES[chapter].CLAIMS[phrase])
    for match in places(chapter, phrase):
        for text, value in zip(match.groups(), values, strict=True):
            if isinstance(value, prose.Span):
                assert value.high < 1.5 * abs(value.low) or value.high - value.low <= 1
            elif text.lower() not in prose.WORDS:
                last = int(text[-1])
                for other in {(last + 1) % 10, (last - 1) % 10}:
                    assert not prose.agrees(f"{text[:-1]}{other}", value)


def without_mathematics(text):
    """The prose with formulas, code, addresses and the names of cells blanked out."""
    hidden = r"<span data-cell=.*?</span>|\$\$.*?\$\$|\$[^$]+\$|```.*?```|`[^`\n]+`"
    hidden += r"|\]\([^)\s]+\)|<[^>]+>"
    return re.sub(hidden, lambda m: " " * len(m[0]), text, flags=re.DOTALL)


#: What stands before a number that is a name: F1, BP4, δ³, chapter 7, digit 2, exercise **3.5.
NAMES = re.compile(r"([A-Za-zδσ_^*]|\b([Cc]hapters?|[Dd]igits?|[Nn]eurons?|[Ll]ayers?) )$")


def is_a_size_or_a_name(found, plain):
    """Whether a number in the prose is one that no claim need give."""
    written, after = found[0].replace(",", ""), plain[found.end() : found.end() + 2]
    if NAMES.search(plain[: found.start()]):
        return True
    return written.isdigit() and int(written) in SIZES and "%" not in after


def loose(chapter, text):
    """The numbers in digits that no claim and no exemption of the table covers."""
    table, covered = TABLES[chapter], set()
    for phrase in (*table.CLAIMS, *table.PLAIN):
        for found in prose.pattern(phrase).finditer(text):
            covered |= set(range(*found.span()))
    plain = without_mathematics(text)
    for found in re.finditer(prose.DIGITS, plain):
        if not covered & set(range(*found.span())) and not is_a_size_or_a_name(found, plain):
            yield text[max(0, found.start() - 40) : found.end() + 25]


@pytest.mark.parametrize("chapter", TABLES)
def test_every_number_of_the_chapter_has_a_claim(chapter):
    assert list(loose(chapter, prose.markdown(chapter))) == []


@pytest.mark.parametrize("chapter", TABLES)
def test_what_is_exempt_stands_in_the_chapter_and_has_a_reason(chapter):
    for phrase, reason in TABLES[chapter].PLAIN.items():
        assert places(chapter, phrase), phrase
        assert len(reason) >= 5


@pytest.mark.parametrize(
    ("text", "value", "right"),
    [
        ("0.53", 0.5349, True),
        ("0.53", 0.5351, False),
        ("426", 426, True),
        ("426", 427, False),
        ("1,476", 1476, True),
        ("28{,}810", 28810, True),
        ("−23.24", -23.243, True),
        ("-0.1", 0.1, False),
        ("seven", 7, True),
        ("Seven", 8, False),
        ("third", 0.34, False),
        ("third", prose.near(0.34), True),
        ("third", prose.near(0.4), False),
        ("½", 0.5, True),
    ],
)
def test_a_number_is_read_as_it_is_written(text, value, right):
    assert prose.agrees(text, value) is right


def test_a_phrase_finds_its_numbers_over_the_end_of_a_line():
    found = prose.pattern("about # of the # windows (so)").search(
        "about\n47 of the 1,440 windows (so)"
    )
    assert found.groups() == ("47", "1,440")
    assert not prose.pattern("about #").search("about many")
    assert not prose.pattern("about #.").search("about 0.5")
    assert prose.pattern("about #00").search("about 800")[1] == "8"
