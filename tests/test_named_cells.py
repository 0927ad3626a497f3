"""Cells that a chapter names: on a page a link to its figure, unless there is a reason."""

import re

import named_cells
import pytest
import run_notebooks

PATHS = run_notebooks.in_order(run_notebooks.NOTEBOOKS)
#: What is no text: formulas of their own, code, and the cells that are links already.
HIDDEN = rf"{named_cells.CELL.pattern}|\$\$.*?\$\$|```.*?```|`[^`\n]+`"
#: A pair of numbers, an indexed symbol, a row and a column.
MENTION = re.compile(
    r"\$?\(\d+, ?\d+\)\$?|[\wδσ^\\]+_\{\d+, ?\d+\}|\brows? \d+ and (?:in )?columns? \d+"
)
#: What comes before a pair that is a shape or a value.
NO_CELL = re.compile(r"(\bshape|\bdesired|\bin place of|=|\$ is|\| +#[ ,#]*\|)\s*\$?$")

PENCIL = "an example with a pencil, which no figure of the page shows"
STILL = "of the picture right there; no figure of the page has these numbers"
#: The mentions that stay words on the page: how many a cell has, and why.
WORDS = {
    "nb01-013": (2, STILL),
    "nb01-015": (1, STILL),
    "nb02-009": (2, PENCIL),
    "nb02-026": (1, STILL),
    "nb02-028": (2, STILL),
    "nb02-x02": (1, PENCIL),
    "nb08-010": (4, PENCIL),
    "nb09-004": (1, "the weight: the question asks what the figure shows of it"),
    "nb09-008": (2, PENCIL),
    "nb09-009": (3, PENCIL),
    "nb09-x02": (2, PENCIL),
    "nb09-x10": (3, "the exercise asks what the figure shows of them"),
    "nb10-010": (1, PENCIL),
    "nb10-011": (3, PENCIL),
    "nb10-x04": (1, PENCIL),
    "nb16-004": (1, STILL),
    "nb16-009": (8, PENCIL),
    "nb16-012": (6, PENCIL),
    "nb16-020": (2, PENCIL),
    "nb16-031": (3, PENCIL),
    "nb17-007": (1, "of one of five maps in a table"),
    "nb18-x04": (1, PENCIL),
    "nb20-025": (1, STILL),
}


def mentions(text):
    """The cells that a text names without a link."""
    plain = re.sub(HIDDEN, " # ", text, flags=re.DOTALL)
    found = [m for m in MENTION.finditer(plain) if not NO_CELL.search(plain[: m.start()])]
    return [m[0].strip("$") for m in found]


def prose():
    """Yield (id, text) of all cells of prose."""
    for path in PATHS:
        for cell in run_notebooks.parse(path.read_text("utf-8")).cells:
            if cell.cell_type == "markdown":
                yield cell.id, cell.source


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("look at neuron (8, 14), then", ["(8, 14)"]),
        ("pixel $(13,13)$ by 25", ["(13,13)"]),
        ("the weight $w^1_{0,0}$ lies", ["w^1_{0,0}"]),
        ("in row 2 and column 1", ["row 2 and column 1"]),
        ('<span data-cell="z1-8-14">neuron (8, 14)</span> and (8, 15)', ["(8, 15)"]),
        ("has the shape (3, 2), and $w^1$ is (2, 3)", []),
        ("desired $(1, 0)$, $y=(0,1)$ in place of $(1,0)$", []),
        ("`a[1, 2]`, `(1, 2)` and $$z_{0,0} = (1, 2)$$", []),
    ],
)
def test_a_mention_is_found(text, found):
    assert mentions(text) == found


def test_each_cell_that_a_chapter_names_is_a_link_or_has_a_reason():
    there = {name: found for name, text in prose() if (found := mentions(text))}
    excepted = {name: number for name, (number, _) in WORDS.items()}
    assert {n: found for n, found in there.items() if len(found) != excepted.pop(n, 0)} == {}
    assert excepted == {}, "they name no cell any more"
