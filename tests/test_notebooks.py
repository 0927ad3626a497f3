"""The rules of the notebooks that can be seen without running them.

That they run, and print what they show, is nbval's to say.
"""

import ast
import itertools
import re
import urllib.parse
from pathlib import Path

import pytest
import run_notebooks as tool

PATHS = tool.in_order(tool.NOTEBOOKS)
CHAPTERS = [
    "00_start_here",
    "01_the_network",
    "02_convolution",
    "03_max_pooling",
    "04_output_and_cost",
    "05_backprop_fully_connected",
    "06_bp1_output_error",
    "07_bp2_pooling_switch",
    "08_bp3_shared_bias",
    "09_bp4_shared_weights",
    "10_whole_backward_pass",
    "11_training",
    "12_looking_inside",
    "13_from_loops_to_the_limit",
    "14_many_machines",
    "15_break_it",
    "16_through_a_convolution",
    "17_stride_and_padding",
    "18_other_poolings",
    "19_relu_and_softmax",
    "20_a_deep_network",
    "21_yours",
]


@pytest.fixture(params=PATHS, ids=[path.stem for path in PATHS])
def path(request):
    return request.param


@pytest.fixture
def nb(path):
    return tool.parse(path.read_text("utf-8"))


def code(nb):
    return [cell for cell in nb.cells if cell.cell_type == "code"]


def prose(nb):
    return [cell for cell in nb.cells if cell.cell_type == "markdown" and not tool.is_nav(cell)]


def tags(cell):
    return cell.metadata.get("tags", [])


def pictures(cell):
    """The pictures that a cell shows: [(kind, bytes in base64, alternative text)]."""
    return [
        (kind, "".join(value), output.metadata.get(kind, {}).get("alt", ""))
        for output in cell.get("outputs", [])
        for kind, value in output.get("data", {}).items()
        if kind.startswith("image/")
    ]


def live_figures(nb):
    """Yield a cell that shows a live figure and the cell before it; a progress bar is none."""
    for before, cell in itertools.pairwise(nb.cells):
        widgets = [o for o in cell.get("outputs", []) if o.get("metadata", {}).get("widget")]
        if any(re.match(r"\w+\(|Controls:", one.data["text/plain"]) for one in widgets):
            yield before, cell


def has_widget(cell):
    return any(output.get("metadata", {}).get("widget") for output in cell.outputs)


def words(nb):
    """The number of words in the prose, without exercises, glossary and displayed formulas."""
    text = "\n".join(cell.source for cell in prose(nb) if "exercise" not in tags(cell))
    text = text.partition("## Glossary")[0]
    text = re.sub(r"\$\$.*?\$\$|```.*?```", " ", text, flags=re.DOTALL)
    return len(re.findall(r"\S*\w\S*", text))


def python(source):
    """A cell's source without the lines that are IPython's own."""
    return re.sub(r"^(\s*)[%!].*$", r"\1pass", source, flags=re.MULTILINE)


def test_every_chapter_is_there():
    assert [path.stem for path in PATHS] == CHAPTERS
    assert sorted(path.name for path in tool.NOTEBOOKS.glob("*.ipynb")) == [p.name for p in PATHS]


def test_in_good_order(path):
    assert list(tool.faults(path)) == []


def test_size(path, nb):
    start = path.name == tool.CONTENTS
    read = [cell for cell in nb.cells if "exercise" not in tags(cell)]
    assert (8 if start else 25) <= len(read) <= 48
    assert (300 if start else 600) <= words(nb) <= 2600


def test_each_cell_says_what_becomes_of_it_on_a_slide(nb):
    """In JupyterLab's property inspector, or by hand; links and exercises need none."""
    known = {"slide", "subslide", "fragment", "-", "notes", "skip"}
    silent = [
        cell.source[:60]
        for cell in nb.cells
        if not tool.is_nav(cell)
        and "exercise" not in tags(cell)
        and cell.metadata.get("slideshow", {}).get("slide_type") not in known
    ]
    assert silent == []


def test_code_cells_are_short(nb):
    long = [cell.source for cell in code(nb) if len(cell.source.splitlines()) > 15]
    assert long == []


def test_no_class_is_defined(nb):
    trees = [ast.parse(python(cell.source)) for cell in code(nb)]
    classes = [n.name for tree in trees for n in ast.walk(tree) if isinstance(n, ast.ClassDef)]
    assert classes == []


def test_has_a_title(path):
    assert tool.title(path) != path.stem


def test_something_moves(path, nb):
    if path.name == tool.CONTENTS:
        pytest.skip("the start page needs no control")
    assert any(has_widget(cell) for cell in code(nb))


def test_a_picture_comes_before_the_widget(path, nb):
    """A page without a kernel must make sense: a still picture before the first control."""
    if path.name == tool.CONTENTS:
        pytest.skip("the start page needs no control")
    first = next(i for i, cell in enumerate(nb.cells) if cell.get("outputs") and has_widget(cell))
    kinds = {k for c in nb.cells[:first] for o in c.get("outputs", []) for k in o.get("data", {})}
    assert kinds & {"image/png", "image/svg+xml"}


LARGEST_STILL = 90_000  # bytes


def test_each_live_figure_has_one_still_picture(nb):
    """Where no script runs: its own, or for `explore` the one right before, its first state."""
    for before, cell in live_figures(nb):
        explored = "explore(" in cell.source
        assert len(pictures(cell)) == (not explored), cell.source
        assert len(pictures(before)) == explored, cell.source
        (picture,) = pictures(before if explored else cell)
        assert len(picture[2]) >= 15, cell.source
        assert explored or len(picture[1]) * 3 // 4 <= LARGEST_STILL, cell.source
        if explored:  # the page hides all that such a cell shows
            assert len(before.outputs) == 1, before.source


def test_live_figures_are_found():
    """So that the test above has something to ask of."""
    books = [tool.parse(path.read_text("utf-8")) for path in PATHS]
    figures = [cell.source for nb in books for _, cell in live_figures(nb)]
    called = {name for source in figures for name in re.findall(r"widgets\.(\w+)\(", source)}
    assert called - {"in_page"} == {  # by which a page computes what `explore` shows
        "backpropagation",
        "convolution",
        "explore",
        "gallery",
        "output",
        "playground",
        "pooling",
        "training_film",
    }
    written = [c for nb in books for c in code(nb) if re.search(r"\bwidgets\.\w+\(", c.source)]
    assert {c.source for c in written} <= set(figures)


def test_only_widgets_skip_the_comparison(nb):
    """Or a cell whose metadata give a reason, under the key nbval_reason."""
    for cell in code(nb):
        assert "nbval-skip" not in tags(cell)
        assert not re.search(r"#\s*(NBVAL|PYTEST_VALIDATE)_", cell.source), "say it with a tag"
        if "nbval-ignore-output" in tags(cell):
            reason = cell.metadata.get("nbval_reason", "")
            assert has_widget(cell) or len(reason) >= 20, cell.source


def test_pictures_have_alternative_text(nb):
    for cell in code(nb):
        for output in cell.outputs:
            for kind in output.get("data", {}):
                if kind.startswith("image/"):
                    alt = output.metadata.get(kind, {}).get("alt", "")
                    assert len(alt) >= 15, cell.source
    for cell in prose(nb):
        for alt, target in re.findall(r"!\[([^\]]*)\]\(([^)\s]+)", cell.source):
            assert len(alt) >= 15, target
            assert "//" not in target, f"{target}: a picture from elsewhere"


def anchors(path):
    """The names by which JupyterLab knows the headings of a notebook."""
    nb = tool.parse(path.read_text("utf-8"))
    headings = [re.findall(r"^#+\s+(.+?)\s*$", cell.source, re.MULTILINE) for cell in prose(nb)]
    return {heading.replace(" ", "-") for found in headings for heading in found}


def broken_links(path, nb):
    for cell in nb.cells:
        if cell.cell_type != "markdown":
            continue
        for target in re.findall(r"\]\(([^)\s]+)", cell.source):
            place, _, anchor = urllib.parse.unquote(target).partition("#")
            if re.match(r"[a-z]+:", target):
                continue
            there = Path(path.parent, place) if place else path
            if not there.exists() or (
                anchor and there.suffix == ".ipynb" and anchor not in anchors(there)
            ):
                yield target


def test_links_lead_somewhere(path, nb):
    assert list(broken_links(path, nb)) == []


def test_what_is_said_of_solution_is_what_it_does(nb):
    """`solution` shows a folded text (test_exercises.py); a chapter says so, or points back."""
    for cell in prose(nb):
        for sentence in re.findall(r"[^.;]*`solution\(\"[\d.]+\"\)`[^\n]*", cell.source):
            assert "folded until you click on it" in sentence or "as before" in sentence, sentence
