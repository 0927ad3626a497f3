"""The tool behind `make notebooks`, on small notebooks of its own."""

import base64
import io
import json
import subprocess
import sys

import nbformat
import numpy as np
import pytest
import run_notebooks as tool
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from PIL import Image


def save(folder, name, *cells, **metadata):
    path = folder / name
    nb = new_notebook(cells=list(cells), metadata=metadata)
    path.write_text(nbformat.writes(nb), "utf-8")
    return path


def load(path):
    return nbformat.read(path, as_version=4)


def run(*arguments):
    command = [sys.executable, tool.__file__, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def png(pixels, **text):
    from PIL.PngImagePlugin import PngInfo

    info = PngInfo()
    for key, value in text.items():
        info.add_text(key, value)
    file = io.BytesIO()
    Image.fromarray(np.asarray(pixels, dtype=np.uint8)).save(file, "png", pnginfo=info)
    return base64.b64encode(file.getvalue()).decode()


def picture(pixels, **text):
    return new_output("display_data", {"image/png": png(pixels, **text)})


@pytest.fixture(scope="module")
def book(tmp_path_factory):
    """Three notebooks, run once; with all that differs from run to run."""
    folder = tmp_path_factory.mktemp("book")
    save(folder, "00_start_here.ipynb", new_markdown_cell("# Start"), new_code_cell("1 + 1"))
    save(
        folder,
        "01_one.ipynb",
        new_markdown_cell("# One thing"),
        new_code_cell("import ipywidgets as widgets\nslider = widgets.IntSlider(3)\nslider"),
        new_code_cell("widgets.interactive(lambda n: print(n), n=(0, 3))"),
        new_code_cell("import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.show()"),
        new_code_cell("import sys\nfor i in range(200):\n    print(i, flush=True)"),
        new_code_cell("1 / 0", metadata={"tags": ["raises-exception"], "scrolled": True}),
        language_info={"name": "python", "version": "3.1"},
        widgets={"state": {}},
    )
    save(folder, "02_two.ipynb", new_markdown_cell("Words\n\n# Two *things*"))
    done = run("--jobs", 1, *tool.in_order(folder))
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


def test_committed_form(book):
    nb = load(book / "01_one.ipynb")
    assert nb.metadata == tool.NOTEBOOK_METADATA
    assert [c.execution_count for c in nb.cells if c.cell_type == "code"] == [1, 2, 3, 4, 5]
    slider, _interactive, figure, lines, error = (c for c in nb.cells if c.cell_type == "code")
    assert dict(slider.outputs[0].data) == {"text/plain": "IntSlider(value=3)"}
    assert slider.outputs[0].metadata == {"widget": True}
    assert "Figure" in figure.outputs[0].data["text/plain"]
    assert b"matplotlib" not in base64.b64decode(figure.outputs[0].data["image/png"]).lower()
    assert len(lines.outputs) == 1
    assert lines.outputs[0].text.split() == [str(i) for i in range(200)]
    assert error.outputs[0].traceback == ["ZeroDivisionError: division by zero"]
    assert error.metadata == {"tags": ["raises-exception"]}


def test_second_run_changes_nothing(book):
    before = {path: (path.read_bytes(), path.stat().st_ino) for path in tool.in_order(book)}
    done = run(*tool.in_order(book))
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("unchanged") == 3
    assert {path: (path.read_bytes(), path.stat().st_ino) for path in before} == before
    assert sorted(p.name for p in book.iterdir()) == sorted(p.name for p in before)


def test_check_is_content(book):
    assert [list(tool.faults(path)) for path in tool.in_order(book)] == [[], [], []]
    assert run("--check", *tool.in_order(book)).returncode == 0


def test_navigation(book):
    links = [load(path).cells[1].source for path in tool.in_order(book)]
    contents = "[Contents](00_start_here.ipynb)"
    assert links == [
        "[One thing](01_one.ipynb) →",
        f"← [Start](00_start_here.ipynb) | {contents} | [Two *things*](02_two.ipynb) →",
        f"← [One thing](01_one.ipynb) | {contents}",
    ]
    for path, link in zip(tool.in_order(book), links, strict=True):
        assert load(path).cells[-1].source == link


def test_nav_alone_runs_nothing(tmp_path):
    save(tmp_path, "00_start_here.ipynb", new_markdown_cell("# Start"))
    path = save(tmp_path, "01_one.ipynb", new_markdown_cell("# One"), new_code_cell("1 / 0"))
    assert run("--nav", path).returncode == 0
    nb = load(path)
    assert [c.cell_type for c in nb.cells] == ["markdown", "markdown", "code", "markdown"]
    assert nb.cells[2].execution_count is None


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("x = 1\nassert x == 2, 'not two'", ["cell 2: x = 1", "AssertionError: not two"]),
        ("object()", ["cell 2: a memory address"]),
        ("import warnings\nwarnings.warn('beware')", ["cell 2: something on stderr", "beware"]),
        ("import os\nos._exit(1)", ["cell 2: import os", "died"]),
        ("import time\ntime.sleep(60)", ["cell 2: import time", "timed out"]),
        ("print('/home/' + 'me/x')", ["cell 2: a place on this machine", "me/x)"]),
    ],
    ids=["assert", "address", "warning", "dead-kernel", "timeout", "place"],
)
def test_failure_leaves_the_file(tmp_path, source, said):
    bad = save(tmp_path, "00_bad.ipynb", new_markdown_cell("# Bad"), new_code_cell(source))
    good = save(tmp_path, "01_good.ipynb", new_markdown_cell("# Good"), new_code_cell("1"))
    before = bad.read_bytes()
    done = run("--timeout", 5, bad, good)
    assert done.returncode == 1
    assert "00_bad.ipynb: FAILED, left as it was" in done.stdout
    for words in said:
        assert words in done.stdout
    assert bad.read_bytes() == before
    assert "01_good.ipynb: written" in done.stdout
    assert sorted(p.name for p in tmp_path.iterdir()) == ["00_bad.ipynb", "01_good.ipynb"]


def test_unknown_file_is_named(tmp_path):
    done = run(tmp_path / "07_none.ipynb")
    assert done.returncode != 0
    assert "07_none.ipynb: no such notebook" in done.stderr


def test_write_is_whole_or_not_at_all(tmp_path, monkeypatch):
    path = tmp_path / "a"
    path.write_text("old")
    path.chmod(0o640)
    with pytest.raises(UnicodeEncodeError):
        tool.write(path, "new \ud800")
    assert path.read_text() == "old"
    tool.write(path, "new")
    assert path.read_text() == "new"
    assert path.stat().st_mode & 0o777 == 0o640
    assert [p.name for p in tmp_path.iterdir()] == ["a"]


def changed(book, tmp_path, change):
    """The faults of a copy of the book's middle notebook after a change to it."""
    for path in tool.in_order(book):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    path = tmp_path / "01_one.ipynb"
    nb = load(path)
    change(nb)
    path.write_text(nbformat.writes(nb).rstrip("\n") + "\n", "utf-8")
    return list(tool.faults(path))


def strip(nb):
    for cell in nb.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None


def swap(nb):
    nb.cells[2].execution_count, nb.cells[3].execution_count = 2, 1


def relink(nb):
    nb.cells[-1].source = "[elsewhere](03_else.ipynb)"


def forget_nav(nb):
    del nb.cells[-1]


def version(nb):
    nb.metadata.language_info.version = "3.14"


def fail(nb):
    nb.cells[-2].metadata.tags = []


def address(nb):
    nb.cells[2].outputs[0].data["text/plain"] = "<x at 0x7f00deadbeef>"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (strip, "cell 2: not run"),
        (swap, "cell 2: run out of order ([2], not [1])"),
        (relink, "the links are not"),
        (forget_nav, "the second and the last cell"),
        (version, "not in its committed form"),
        (fail, "cell 6: an error, ZeroDivisionError: division by zero"),
        (address, "cell 2: a memory address"),
    ],
)
def test_check_notices(book, tmp_path, change, said):
    assert any(fault.startswith(said) for fault in changed(book, tmp_path, change))


def test_ids_stay_and_missing_ones_are_made(tmp_path):
    path = save(tmp_path, "00_a.ipynb", *map(new_markdown_cell, ("# A", "b", "c", "d")))
    data = json.loads(path.read_text("utf-8"))
    data["cells"][0]["id"] = data["cells"][2]["id"] = "mine"
    del data["cells"][1]["id"]
    path.write_text(json.dumps(data), "utf-8")
    assert "2 cells with the id mine" in list(tool.faults(path))
    tool.main(["--nav", str(path)])
    nb = load(path)
    ids = [cell.id for cell in nb.cells]
    assert ids[0] == "mine"
    assert ids[4] == data["cells"][3]["id"]
    assert len(set(ids)) == len(ids) == 6
    assert ids == [cell.id for cell in tool.parse(json.dumps(data | {"cells": nb.cells})).cells]


@pytest.mark.parametrize(("step", "same"), [(0, True), (2, True), (3, False)])
def test_pictures_that_look_alike_keep_their_bytes(step, same):
    old, new = np.full((4, 6, 3), 100), np.full((4, 6, 3), 100)
    new[1, 2, 0] += step
    before, after = (
        new_notebook(cells=[new_code_cell("f()", id="f", outputs=[picture(pixels, Software=text)])])
        for pixels, text in ((old, "one"), (new, "two"))
    )
    before = tool.normalise(before)
    kept = tool.normalise(after, before).cells[0].outputs[0].data["image/png"]
    assert (kept == before.cells[0].outputs[0].data["image/png"]) is same


def test_pictures_of_another_size_differ():
    assert not tool.look_alike(png(np.zeros((4, 6))), png(np.zeros((6, 4))))


def test_what_a_cell_is_on_a_slide_stays(tmp_path):
    said = {"slideshow": {"slide_type": "subslide"}}
    path = save(tmp_path, "00_a.ipynb", new_markdown_cell("# A", metadata=said | {"old": 1}))
    assert run(path).returncode == 0
    assert load(path).cells[0].metadata == said


def measured(text, tags=("nbval-ignore-output",), reason="It holds times.", pixels=None):
    """A notebook of one cell that has measured something and drawn it."""
    outputs = [new_output("stream", name="stdout", text=text)]
    outputs += [] if pixels is None else [picture(pixels)]
    metadata = {"tags": list(tags), "nbval_reason": reason}
    cell = new_code_cell("f()", id="f", metadata=metadata, outputs=outputs)
    return tool.normalise(new_notebook(cells=[cell]))


@pytest.mark.parametrize(
    ("old", "new", "stays"),
    [
        ("f  1.52 µs", "f 12.1 µs", True),
        ("f 1e-05 s,  1,200 times", "f 0.3 s, 7 times", True),
        ("f 1.52 µs", "g 1.52 µs", False),
        ("f 1.52 µs", "f 1.52 µs, g 2 µs", False),
        ("f 1.52 µs", "f is slower", False),
    ],
)
def test_a_cell_that_measures_keeps_its_old_numbers(old, new, stays):
    old = measured(old)
    kept = tool.normalise(measured(new), old)
    assert kept == (old if stays else measured(new))


def test_a_cell_that_measures_keeps_its_old_picture():
    old, new = (measured("1 s", pixels=np.full((4, size, 3), size)) for size in (6, 7))
    assert tool.normalise(new, old) == old
    assert tool.normalise(measured("1 s"), old) == measured("1 s")


@pytest.mark.parametrize("metadata", [{"tags": ()}, {"reason": ""}])
def test_another_cell_keeps_no_old_numbers(metadata):
    old, new = (measured(text, **metadata) for text in ("1 s", "2 s"))
    assert tool.normalise(new, old) == new
