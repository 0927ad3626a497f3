"""The route of teaching/grading.md, for real: handed out, handed in, graded, scores compared.

nbgrader is an extra. `make test-classroom` installs it and runs this; without it these tests are
skipped, and say so.
"""

import copy
import csv
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import nbformat
import pytest

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("nbgrader") is None, reason="needs nbgrader: make test-classroom"
)
TEACHING = Path(__file__).resolve().parents[2] / "teaching"
ASSIGNMENTS = sorted(path.name for path in (TEACHING / "assignments").iterdir())
PATIENCE = 1800  # seconds for a command, which a busy machine may need: only against an endless one
LIMIT = 12  # seconds a cell may take here; check() itself stops a function after 5
DONE = '{"done": ["2.1"]}\n'

SCORES = """
import json
from nbgrader.api import Gradebook
with Gradebook("sqlite:///gradebook.db") as book:
    print(json.dumps({
        assignment.name: {
            submission.student.id: {
                grade.name: [grade.auto_score, grade.max_score, bool(grade.needs_manual_grade)]
                for notebook in submission.notebooks for grade in notebook.grades
            }
            for submission in assignment.submissions
        }
        for assignment in book.assignments
    }))
"""

# What a student who has understood half writes: {cell: its source}. The others are left alone.
HALF = {
    "convolution": {
        "lone-pixel": "lone_pixel = [[4, 3], [2, 1]]",
        "weighted-input": "from convnet_lib import conv\n\n"
        "def weighted_input(a0, w1, b1):\n    return conv.forward(a0, w1[::-1, ::-1], b1)",
        "seen-by": "def seen_by(p, q):\n    rows = min(p, 23) - max(p - 4, 0) + 1\n"
        "    return rows * (min(q, 23) - max(q - 4, 0) + 1)",
        "mean-test": "The filter should not be symmetric.",
    },
    "pooling": {
        "mask": "mask = [[0, 1, 1, 1], [0, 0, 1, 1]]",
        "pooled": "def pooled(a1):\n    h, w = a1.shape\n"
        "    return a1.reshape(h // 2, 2, w // 2, 2).max(axis=(1, 3))",
        "leftover": "def pooled_by(a1, size):\n    return np.array([[5.0, 8], [7, 6]])",
        "moved": "Peaks stay in their windows.",
    },
    "switch": {
        "blank-page": "factor = 4",
        "error": "from convnet_lib import dense, pool\nfrom convnet_lib.activations import *\n\n"
        "def error(delta3, w3, z1):\n    switch = pool.winners(z1, 'all')\n"
        "    return pool.backward(dense.backward(delta3, w3), switch) * sigmoid_prime(z1)",
        "tied": "def tied(a1):\n    return 1.0 if not a1.any() else 0.5",
        "who-notices": "The paper is blank.",
    },
}
HALF_SCORES = {
    "convolution": {"lone-pixel": 2, "weighted-input": 0, "seen-by": 2, "strided": 0},
    "pooling": {"mask": 0, "pooled": 4, "feeds": 0, "leftover": 0},
    "switch": {"passed-on": 0, "blank-page": 2, "error": 0, "tied": 0},
}


def cell(notebook, name):
    return next(c for c in notebook.cells if mark(c).get("grade_id") == name)


def mark(cell):
    return cell.metadata.get("nbgrader", {})


def read(path):
    return nbformat.read(path, as_version=4)


def right(course, assignment):
    """The notebook of a student who has everything right: the teacher's solutions filled in."""
    handed_out = read(course / "release" / assignment / f"{assignment}.ipynb")
    for solved in read(course / "source" / assignment / f"{assignment}.ipynb").cells:
        if mark(solved).get("solution"):
            text = re.sub(r"^ *### (?:BEGIN|END) SOLUTION\n?", "", solved.source, flags=re.M)
            cell(handed_out, mark(solved)["grade_id"]).source = text
    return handed_out


def changed(notebook, **sources):
    notebook = copy.deepcopy(notebook)
    for name, source in sources.items():
        cell(notebook, name.replace("_", "-")).source = source
    return notebook


def all_edited(notebook):
    """Every test says that all is well, and is worth 100 points."""
    notebook = copy.deepcopy(notebook)
    for tests in notebook.cells:
        if mark(tests).get("grade"):
            tests.source = "print('all tests passed')"
            mark(tests).update(points=100, locked=False)
    return notebook


def without(notebook, *names):
    notebook = copy.deepcopy(notebook)
    notebook.cells = [c for c in notebook.cells if mark(c).get("grade_id") not in names]
    return notebook


def twice(notebook):
    notebook = copy.deepcopy(notebook)
    notebook.cells += copy.deepcopy(notebook.cells)
    for n, copied in enumerate(notebook.cells):
        copied.id = f"cell-{n}"
    return notebook


def strange_marks(notebook):
    """What the grader wrote into the cells is of a version that there is not, or a word."""
    notebook = copy.deepcopy(notebook)
    cell(notebook, "strided")["metadata"]["nbgrader"]["schema_version"] = 1
    notebook.cells[0].metadata["nbgrader"] = "none"
    return notebook


SECRET = "### BEGIN (?:SOLUTION|HIDDEN TESTS)\\n(.*?)### END (?:SOLUTION|HIDDEN TESTS)"
PATCH = "import convnet_lib.exercises\n\nconvnet_lib.exercises.check = lambda *a, **k: 'right'"


def handed_in(course):
    """{assignment: {file name: notebook}}, as the students send it."""
    work = {}
    for name in ASSIGNMENTS:
        full, empty = right(course, name), read(course / "release" / name / f"{name}.ipynb")
        half = copy.deepcopy(empty)
        for answer, source in HALF[name].items():
            cell(half, answer).source = source
        work[name] = {f"{w}_{name}.ipynb": n for w, n in zip(WHO, (full, half, empty), strict=True)}
    full, empty = (n for w, n in work["convolution"].items() if not w.startswith("half"))
    hidden = copy.deepcopy(empty)
    hidden.cells[1].source += "\n" + PATCH
    endless = "def weighted_input(a0, w1, b1):\n    while True:\n        pass"
    work["convolution"] |= {
        "endless_convolution.ipynb": changed(full, weighted_input=endless),
        "hanging_convolution.ipynb": changed(full, strided="while True:\n    pass"),
        "leaving_convolution.ipynb": changed(full, strided="raise SystemExit"),
        "killing_convolution.ipynb": changed(full, strided="import os\n\nos._exit(0)"),
        "editing_convolution.ipynb": all_edited(empty),
        "patching_convolution.ipynb": hidden,
        "renaming_my work (final 2).ipynb": full,
        "deleting_convolution.ipynb": without(
            full, "lone-pixel-tests", "weighted-input", "weighted-input-tests", "mean-test"
        ),
        "copying_convolution.ipynb": twice(full),
        "marking_convolution.ipynb": strange_marks(full),
        "Ada Lovelace_17_assignsubmission_file/my_file.ipynb": full,
        "__MACOSX/._right_convolution.ipynb": empty,
    }
    return work


WHO = ("right", "half", "empty")
FULL = {"lone-pixel": 2, "weighted-input": 4, "seen-by": 2, "strided": 4}
NONE = dict.fromkeys(FULL, 0)
EXPECTED = {
    "endless": FULL | {"weighted-input": 0},
    "hanging": FULL | {"strided": 0},
    "leaving": FULL | {"strided": 0},
    "killing": FULL | {"strided": 0},
    "editing": NONE,
    "patching": NONE,
    "renaming": FULL,
    "deleting": FULL | {"weighted-input": 0},
    "copying": FULL,
    "marking": FULL,
    "Ada-Lovelace_17": FULL,
}


class Course:
    """A course in a folder, graded; what the commands printed, and the scores."""

    def __init__(self, folder):
        self.folder, self.log, self.status = folder, {}, {}
        self.progress = folder / "home" / "progress.json"
        self.progress.parent.mkdir()
        self.progress.write_text(DONE)
        shutil.copytree(TEACHING / "assignments", folder / "source")
        settings = (TEACHING / "nbgrader_config.py").read_text("utf-8")
        settings += f"\nc.Isolated.cell = {LIMIT}\n"
        shutil.copytree(TEACHING / "marking", folder / "marking")
        (folder / "nbgrader_config.py").write_text(settings, "utf-8")

    def run(self, *arguments, wanted=0, timeout=PATIENCE, environ=()):
        home = {"HOME": str(self.progress.parent), "CONVNET_PROGRESS": str(self.progress)}
        home |= dict(environ)
        done = subprocess.run(
            [sys.executable, *arguments],
            cwd=self.folder,
            env=os.environ | home,
            capture_output=True,
            text=True,
            timeout=timeout,
        )
        assert done.returncode == wanted, done.stderr + done.stdout
        return done.stdout + done.stderr

    def nbgrader(self, *arguments, wanted=0):
        return self.run("-m", "nbgrader", *arguments, wanted=wanted)


@pytest.fixture(scope="module")
def released(tmp_path_factory):
    course = Course(tmp_path_factory.mktemp("course"))
    for name in ASSIGNMENTS:
        course.nbgrader("generate_assignment", name)
    return course


@pytest.fixture(scope="module")
def graded(released):
    for name, files in handed_in(released.folder).items():
        archive = released.folder / "downloaded" / name / "archive"
        archive.mkdir(parents=True)
        with zipfile.ZipFile(archive / "all.zip", "w") as bundle:
            for file, notebook in files.items():
                bundle.writestr(file, nbformat.writes(notebook))
        released.nbgrader("zip_collect", name)
        start = time.monotonic()
        released.log[name] = released.nbgrader("autograde", name)
        released.seconds = time.monotonic() - start
    released.nbgrader("export")
    released.scores = json.loads(released.run("-c", SCORES).splitlines()[-1])
    return released


def autograded(cells):
    """{task: score} of the cells that a machine grades."""
    return {n.removesuffix("-tests"): s[0] for n, s in cells.items() if n.endswith("-tests")}


# --- What is handed out -----------------------------------------------------------------------


def test_there_are_assignments():
    assert {"convolution", "pooling", "switch"} <= set(ASSIGNMENTS) == set(HALF)


@pytest.mark.parametrize("name", ASSIGNMENTS)
def test_source_is_one_notebook_without_outputs(name):
    (path,) = (TEACHING / "assignments" / name).iterdir()
    assert path.name == f"{name}.ipynb"
    notebook = read(path)
    assert not any(c.get("outputs") or c.get("execution_count") for c in notebook.cells)
    assert set(notebook.metadata) == {"kernelspec", "language_info"}
    tasks = [mark(c) for c in notebook.cells if mark(c)]
    points = sum(task["points"] for task in tasks if task["grade"])
    assert f"{points} points" in notebook.cells[0].source
    assert sum(task["grade"] and task["solution"] for task in tasks) == 1
    strict = [c.source for c in notebook.cells if "strict=True" in c.source]
    assert len(strict) >= 3
    for asked in (re.search(r'check\("(.+?)"', source)[1] for source in strict):
        assert any(f"exercise {asked})" in c.source for c in notebook.cells)


@pytest.mark.parametrize("name", ASSIGNMENTS)
def test_release_gives_nothing_away(released, name):
    handed_out = read(released.folder / "release" / name / f"{name}.ipynb")
    text = "\n".join(c.source for c in handed_out.cells)
    for source in read(TEACHING / "assignments" / name / f"{name}.ipynb").cells:
        secret = re.findall(SECRET, source.source, re.S)
        assert secret or not mark(source).get("solution")
        public = re.sub(SECRET, "", source.source, flags=re.S)
        for line in map(str.strip, "\n".join(secret).splitlines()):
            assert len(line) < 8 or line in public or line not in text
    assert "BEGIN" not in text
    to_do = [c for c in handed_out.cells if mark(c).get("solution") and c.cell_type == "code"]
    assert len(to_do) == 4
    assert all("# your lines\n" in c.source for c in to_do)


# --- What comes back --------------------------------------------------------------------------


@pytest.mark.parametrize("name", ASSIGNMENTS)
def test_right_half_and_empty(graded, name):
    scores = graded.scores[name]
    for cells in (scores["right"], scores["half"], scores["empty"]):
        assert len(autograded(cells)) == 4
    assert autograded(scores["right"]) == {
        n.removesuffix("-tests"): s[1] for n, s in scores["right"].items() if n.endswith("-tests")
    }
    assert autograded(scores["half"]) == HALF_SCORES[name]
    assert set(autograded(scores["empty"]).values()) == {0}


@pytest.mark.parametrize("name", ASSIGNMENTS)
def test_explanations_wait_for_the_teacher(graded, name):
    for who, waits in zip(WHO, (True, True, False), strict=True):
        cells = graded.scores[name][who]
        (explained,) = [s for n, s in cells.items() if not n.endswith("-tests")]
        assert explained == [None if waits else 0, 3, waits]


@pytest.mark.parametrize("name", ASSIGNMENTS)
def test_export_is_the_sum(graded, name):
    with open(graded.folder / "grades.csv", encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["assignment"] == name]
    found = {row["student_id"]: (float(row["score"]), float(row["max_score"])) for row in rows}
    full = {"right": 12, "empty": 0, "half": sum(HALF_SCORES[name].values())}
    assert {who: found[who] for who in WHO} == {who: (full[who], 15) for who in WHO}


@pytest.mark.parametrize("who", EXPECTED)
def test_strange_and_malicious_work(graded, who):
    cells = graded.scores["convolution"][who]
    assert autograded(cells) == EXPECTED[who]
    assert sum(s[1] for s in cells.values()) == 15


def test_everyone_is_in_the_book_once(graded):
    assert set(graded.scores["convolution"]) == {*WHO, *EXPECTED}


def test_who_kills_the_process_loses_one_cell(graded):
    notebook = read(graded.folder / "autograded" / "killing" / "convolution" / "convolution.ipynb")
    (output,) = cell(notebook, "strided").outputs
    assert output.evalue == "The process ended by itself in this cell"


def test_a_hang_is_cut(graded):
    notebook = read(graded.folder / "autograded" / "hanging" / "convolution" / "convolution.ipynb")
    (output,) = cell(notebook, "strided").outputs
    assert output.evalue == "The cell was stopped: it took too long"
    endless = read(graded.folder / "autograded" / "endless" / "convolution" / "convolution.ipynb")
    (output,) = cell(endless, "weighted-input-tests").outputs
    assert "Is there a loop that never ends?" in " ".join(output.evalue.split())


def test_tests_are_the_teachers(graded):
    """Whatever a student did to them, each notebook was graded with the source's own tests."""
    source = read(TEACHING / "assignments" / "convolution" / "convolution.ipynb")
    for who in EXPECTED:
        path = graded.folder / "autograded" / who / "convolution" / "convolution.ipynb"
        for tests in (c for c in source.cells if mark(c).get("locked")):
            assert cell(read(path), mark(tests)["grade_id"]).source == tests.source


def test_deleted_cells_are_back_in_their_places(graded):
    released = read(graded.folder / "release" / "convolution" / "convolution.ipynb")
    path = graded.folder / "autograded" / "deleting" / "convolution" / "convolution.ipynb"
    orders = [[mark(c)["grade_id"] for c in n.cells if mark(c)] for n in (read(path), released)]
    assert orders[0] == orders[1]


def test_feedback_says_what_was_wrong(graded):
    graded.nbgrader("generate_feedback", "convolution", "--student=half")
    page = graded.folder / "feedback" / "half" / "convolution" / "convolution.html"
    assert "The filter is rotated by 180°" in page.read_text("utf-8")


def test_grading_leaves_progress_and_home_alone(graded):
    assert graded.progress.read_text() == DONE
    assert [path.name for path in graded.progress.parent.iterdir()] == ["progress.json"]


def test_two_files_of_one_student_are_refused(graded):
    """Nothing says which is the later one: nbgrader stops at the second, and names it."""
    archive = graded.folder / "downloaded" / "pooling" / "archive"
    shutil.copy(graded.folder / "release" / "pooling" / "pooling.ipynb", archive / "half_new.ipynb")
    said = graded.nbgrader("zip_collect", "pooling", "--force", wanted=1)
    assert "Duplicate submission file" in said
    assert re.findall(r"Parsing file: .*/(.*)", said)[-1].startswith("half_")


# --- The guide --------------------------------------------------------------------------------


@pytest.mark.skipif(os.name == "nt", reason="the guide's commands are for a Unix shell")
def test_the_guide_command_by_command(tmp_path):
    """All that grading.md tells a teacher to type, but what installs and what opens a window."""
    blocks = re.findall(
        r"^```\n(.*?)^```", (TEACHING / "grading.md").read_text("utf-8"), re.M | re.S
    )
    lines = "".join(blocks).splitlines()
    left_out = ["make classroom", "source .venv/bin/activate", "jupyter lab"]
    assert [line for line in lines if line in left_out] == left_out
    book = tmp_path / "book"
    book.mkdir()
    shutil.copytree(TEACHING, book / "teaching")
    script = "\n".join(["set -e", *(line for line in lines if line not in left_out)])
    done = subprocess.run(
        ["bash", "-c", script], cwd=book, capture_output=True, text=True, timeout=PATIENCE
    )
    assert done.returncode == 0, done.stderr
    with open(tmp_path / "course" / "grades.csv", encoding="utf-8", newline="") as file:
        scores = {row["student_id"]: row["score"] for row in csv.DictReader(file)}
    assert scores == {"ada": "12.0", "bob": "0.0"}
    assert (tmp_path / "course" / "feedback" / "ada" / "convolution" / "convolution.html").exists()
    assert sorted(path.name for path in book.iterdir()) == ["teaching"]
