"""Which lines of the notebooks are folded on the pages: the rule of site/plumbing.py."""

import ast
import json

import plumbing
import pytest
import run_notebooks

NOTEBOOKS = run_notebooks.in_order(run_notebooks.NOTEBOOKS)
WORK = (ast.Assert, ast.For, ast.While, ast.If, ast.With, ast.Try, ast.ClassDef)


def sources(path):
    cells = json.loads(path.read_text("utf-8"))["cells"]
    code = [cell for cell in cells if cell["cell_type"] == "code"]
    return [
        "".join(cell["source"])
        for cell in code
        if "exercise" not in cell["metadata"].get("tags", [])
    ]


def lines(text):
    return [line for line in text.split("\n") if line.strip()]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("import a\nimport b\n\nnet = a.net()", [True]),
        ("import a\nimport b\n\nassert a.x == 1", [True, False]),
        ("import a\nx = a.x\nprint(x)", [False]),  # one import is a line already
        ("z = f(a)\nfigures.row(\n    z,\n    a,\n)", [False, True]),
        ("z = f(a)\nfigures.row(z)", [False]),
        ("figures.row(\n    z,\n)\nx = 1\ny = 2", [True, False]),
        ("def draw(x):\n    return figures.row(x)\n\n\ndraw(1)", [True]),
        ("def delta(x):\n    return x\n\n\nfigures.row(\n    x\n)", [False, True]),
        ("menu = [1]\nwidgets.explore(draw, x=menu)", [True]),
        ("x = 1\nfigures.row(x)", [False]),
        ("a1 = net(a0)\na2 = pool(a1)", [False]),
        ("import inspect\n\nprint(inspect.getsource(f))", [True]),
        ("print(1)\nprint(2)", [False]),
        ("# nothing but a comment", [False]),
        ("%matplotlib inline\nfigures.row(\n    x\n)", [False]),
        ("", [False]),
    ],
)
def test_what_is_folded(source, expected):
    parts = plumbing.parts(source)
    assert [folded for folded, _ in parts] == expected
    assert lines("\n".join(text for _, text in parts)) == lines(source)


def test_the_line_says_what_is_behind_it():
    assert plumbing.summary("import a\nimport b") == "Imports and set-up"
    said = plumbing.summary("def draw(x):\n    pass\n\n\ndraw(1)\nfigures.row(\n    x\n)")
    assert said == "Code that draws: <code>draw(…)</code>, <code>figures.row(…)</code>"


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_no_line_of_a_notebook_is_lost(path):
    for source in sources(path):
        kept = "\n".join(text for _, text in plumbing.parts(source))
        assert lines(kept) == lines(source)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_what_computes_stays_open(path):
    """No assertion, loop or printed number is folded, nor a function but one that draws."""
    for source in sources(path):
        for folded, text in plumbing.parts(source):
            if not folded:
                continue
            assert len(lines(text)) > 1
            for statement in ast.parse(text).body:
                assert not isinstance(statement, WORK), text
                if isinstance(statement, ast.FunctionDef):
                    returned = [n for n in ast.walk(statement) if isinstance(n, ast.Return)]
                    assert all("figures." in ast.unparse(one) for one in returned), text
                elif isinstance(statement, ast.Expr):
                    words = ("figures.", "explore(", "widgets.", "draw", "getsource")
                    assert any(word in ast.unparse(statement) for word in words), text


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_the_set_up_of_a_chapter_is_folded(path):
    (folded, text), *_ = plumbing.parts(sources(path)[0])
    assert folded == (len(lines(text)) > 1)
    assert "import" in text


def test_each_chapter_has_open_code():
    for path in NOTEBOOKS:
        parts = [part for source in sources(path) for part in plumbing.parts(source)]
        opened = sum(not folded for folded, _ in parts)
        assert opened > len(parts) / 2, path.stem
