"""A course from beginning to end, by the two pages that a teacher has, in one piece.

The commands are read from grading.md and classroom.md and typed in their order. What the pages
leave to people is done here as people do it: students unpack the edition that they got, work in it
and save; the teacher gives points for explanations in the Formgrader, and decides about the hidden
tests. Three of the students mean harm, and do all that they know in one notebook each.
"""

import csv
import json
import os
import re
import shutil
import subprocess
import sys
import urllib.request
import zipfile

import nbformat
import pytest
import teachers_lab
from test_attacks import (
    ASK,
    FORGED,
    HARMFUL,
    JUNK,
    LIMIT,
    PASSWORD,
    Dangers,
    Listener,
    fingerprints,
    forged,
    full_of_markup,
    isolated,
    with_cell,
)
from test_formgrader import cells_in
from test_grading import (
    FULL,
    HALF,
    HALF_SCORES,
    NONE,
    PATIENCE,
    SECRET,
    TEACHING,
    autograded,
    changed,
    mark,
    read,
    right,
)

ROOT, NAME = TEACHING.parent, "convolution"
NOT_IN_A_CLONE = shutil.ignore_patterns(
    ".venv*", ".git", ".cache", "node_modules", "build", "_build", "__pycache__", "*.egg-info"
)
#: Cells that end, of students whose answers are right all the same.
QUIET = ["fills the disk", "reads what is not its own", "reads the environment", "sleeps"]
QUIET += ["changes the library", "uses the network", "asks for more rights", "steers the terminal"]
QUIET += ["puts files beside itself", "leaves a process behind", "asks for all memory at once"]
LOUD = ["leaves at once", "is a memory bomb", "ignores the clock", "kills everything"]
WHERE = "import convnet_lib\n\nprint(convnet_lib.__file__)"
EXPLAINED = {
    "ada": "The bias is 0, so one that is left out passes. So does a filter that is turned.",
    "ben": "A mean hides where the entries are. I would compare all of them.",
    "cem": "Ones look alike after half a turn: $w_{i,j} = w_{4-i,4-j}$.",
}
POINTS = {"ada": 3, "ben": 1.5, "cem": 2, "half": 1}


def commands(page):
    """The lines that a page tells to type."""
    blocks = re.findall(r"^```\n(.*?)^```", (TEACHING / page).read_text("utf-8"), re.M | re.S)
    return "".join(blocks).splitlines()


class Teacher:
    """Who types the lines of the guide, one after the other, in a shell that stays open."""

    def __init__(self, folder):
        self.home = folder / "teacher"
        self.book, self.course = self.home / "convnet", self.home / "course"
        shutil.copytree(ROOT, self.book, ignore=NOT_IN_A_CLONE)
        self.lines, self.at, self.log = commands("grading.md"), self.book, {}

    def up_to(self, line, leaving_out=()):
        """Type all lines up to one."""
        number = self.lines.index(line)
        for typed in self.lines[: number + 1]:
            if typed.startswith(("make classroom", "source ", "jupyter lab", *leaving_out)):
                continue
            if typed.startswith("cd "):
                self.at = (self.at / typed.removeprefix("cd ")).resolve()
            else:
                self.log[typed] = self.type(typed)
        self.lines = self.lines[number + 1 :]

    def type(self, line):
        done = subprocess.run(
            ["bash", "-c", line],
            cwd=self.at,
            env=os.environ | {"HOME": str(self.home), "TEACHERS_PASSWORD": PASSWORD},
            capture_output=True,
            text=True,
            timeout=PATIENCE,
        )
        assert done.returncode == 0, f"{line}\n{done.stdout[-3000:]}{done.stderr[-3000:]}"
        return done.stdout + done.stderr

    @property
    def folder(self):
        return self.course

    def scores(self):
        done = subprocess.run(
            [sys.executable, "-c", ASK], cwd=self.course, capture_output=True, text=True, check=True
        )
        return json.loads(done.stdout.splitlines()[-1])[NAME]

    def table(self):
        with open(self.course / "grades.csv", encoding="utf-8", newline="") as file:
            return {row["student_id"]: row for row in csv.DictReader(file)}


RUN = """
import sys, nbclient, nbformat
path = sys.argv[1]
notebook = nbformat.read(path, as_version=4)
nbclient.NotebookClient(notebook, timeout=600, allow_errors=True, kernel_name="python3").execute()
nbformat.write(notebook, path)
"""


class Student:
    """Who unpacks what the teacher gave out, and works in it."""

    def __init__(self, folder, name, packed):
        self.name, self.home = name, folder / "students" / name
        with zipfile.ZipFile(packed) as archive:
            archive.extractall(self.home)
        self.book = self.home / "convnet"
        self.path = self.book / "assignments" / f"{NAME}.ipynb"

    def works(self, **answers):
        """Fill in the answers, run all cells and save."""
        notebook = with_cell(changed(read(self.path), **answers), WHERE)
        nbformat.write(notebook, self.path)
        subprocess.run(
            [sys.executable, "-c", RUN, self.path.name],
            cwd=self.path.parent,
            env=os.environ
            | {"HOME": str(self.home), "PYTHONPATH": str(self.book)}
            | {"CONVNET_PROGRESS": str(self.home / "progress.json")},
            check=True,
            timeout=PATIENCE,
        )

    def seen(self):
        """What the cells showed on the student's own screen."""
        return "".join(
            str(o.get("text", "")) + str(o.get("data", "")) + str(o.get("evalue", ""))
            for c in read(self.path).cells
            for o in c.get("outputs", ())
        )


@pytest.fixture(scope="module")
def day(tmp_path_factory):
    """The course up to the marks, all done."""
    folder = tmp_path_factory.mktemp("dry")
    teacher = Teacher(folder)
    teacher.up_to("nbgrader generate_assignment convolution")
    settings = teacher.course / "nbgrader_config.py"
    settings.write_text(settings.read_text("utf-8") + f"\nc.Isolated.cell = {LIMIT}\n", "utf-8")
    # classroom.md: make student COURSE=../course, which is this program in the book's environment.
    assert "`make student COURSE=../course`" in (TEACHING / "classroom.md").read_text("utf-8")
    teacher.at = teacher.book
    teacher.type(f"{sys.executable} tools/student.py ../course")
    teacher.at = teacher.course
    packed = teacher.book / "build" / "student.zip"

    answers = {
        mark(c)["grade_id"].replace("-", "_"): c.source
        for c in right(teacher.course, NAME).cells
        if mark(c).get("solution")
    }
    students = {name: Student(folder, name, packed) for name in (*EXPLAINED, "half")}
    for name, words in EXPLAINED.items():
        mine = {k: f"{v}\n# {name}\nassert '{name}'" for k, v in answers.items()}
        students[name].works(**mine | {"mean_test": words})
    students["half"].works(**{k.replace("-", "_"): v for k, v in HALF[NAME].items()})
    sent = {name: read(student.path) for name, student in students.items()}
    listener = Listener()
    sent |= malicious(read(teacher.course / "release" / NAME / f"{NAME}.ipynb"), teacher, listener)
    archive = teacher.course / "downloaded" / NAME / "archive"
    archive.mkdir(parents=True)
    with zipfile.ZipFile(archive / "class.zip", "w") as bundle:
        for name, notebook in sent.items():
            bundle.writestr(f"{name}_{NAME}.ipynb", json.dumps(notebook))
        bundle.writestr("mallory_readme.txt", "\x1b]0;owned\x07")

    teacher.up_to(f"nbgrader zip_collect {NAME}", leaving_out=("mkdir -p downloaded", "cp "))
    kept = [teacher.course / name for name in ("source", "release", "submitted", "marking")]
    kept += [teacher.book, *(student.home for student in students.values())]
    before = fingerprints(*kept)
    teacher.up_to(f"nbgrader autograde {NAME}")
    teacher.changed = {p for p, h in fingerprints(*kept).items() if before.get(p) != h}
    teacher.heard, teacher.students = listener.heard, students
    listener.close()
    return teacher


def malicious(empty, teacher, listener):
    """{name: notebook} of three who do all that they know."""
    full = right(teacher.course, NAME)
    mallory = forged(empty, "")
    for source in FORGED.values():
        mallory = with_cell(mallory, JUNK + source)
    for one in mallory.cells:
        if mark(one).get("grade"):
            mark(one).update(points=100, locked=False)
    trudy, oscar = full, full_of_markup(full)
    places = {"COURSE": str(teacher.course), "HOME": str(teacher.home), "PASSWORD": PASSWORD}
    places |= {"PORT": str(listener.port), "SOCKET": listener.name_}
    for what in QUIET:
        source = HARMFUL[what]
        for name, value in places.items():
            source = source.replace(name, value)
        trudy = with_cell(trudy, source)
    for what in LOUD:
        oscar = with_cell(oscar, HARMFUL[what])
    explained = {name: "Read my answers." for name in ("mean_test",)}
    return {"mallory": mallory, "trudy": changed(trudy, **explained), "oscar": oscar}


@pytest.fixture(scope="module")
def marked(day):
    """And the explanations marked, in the Formgrader: looked at, and points and a word typed."""
    day.pages = {}
    with teachers_lab.started(Marking(day.course, day.home)) as lab:
        for name, place in lab.submissions(NAME).items():
            status, _, page = lab.get(place)
            assert status == 200
            day.pages[name] = cells_in(page)
            if name in POINTS:
                number = place.split("/")[-2]
                grades = json.loads(lab.get(f"/formgrader/api/grades?submission_id={number}")[2])
                (one,) = (g for g in grades if g["name"] == "mean-test")
                put(lab, f"/formgrader/api/grade/{one['id']}", {"manual_score": POINTS[name]})
                words = json.loads(lab.get(f"/formgrader/api/comments?submission_id={number}")[2])
                (one,) = (w for w in words if w["name"] == "mean-test")
                said = {"manual_comment": f"For {name}."}
                put(lab, f"/formgrader/api/comment/{one['id']}", said)
    return day


class Marking:
    """What the lab needs to know of a course."""

    def __init__(self, folder, home):
        self.folder = folder
        (folder / "home").mkdir(exist_ok=True)


def put(lab, path, body):
    """Send what the Formgrader's page sends when a teacher has typed."""
    request = urllib.request.Request(
        lab.address + path,
        json.dumps(body).encode(),
        {"Authorization": f"token {lab.token}", "Content-Type": "application/json"},
        method="PUT",
    )
    with urllib.request.urlopen(request, timeout=60) as answer:
        assert answer.status == 200


@pytest.fixture(scope="module")
def given_back(marked):
    """And feedback and the table."""
    marked.up_to("nbgrader export")
    return marked


def hidden_lines():
    """Lines that stand in hidden tests alone."""
    source = read(TEACHING / "assignments" / NAME / f"{NAME}.ipynb")
    parts = [re.findall(SECRET, c.source, re.S) for c in source.cells if mark(c).get("locked")]
    lines = {line.strip() for found in parts for part in found for line in part.splitlines()}
    public = re.sub(SECRET, "", "\n".join(c.source for c in source.cells), flags=re.S)
    return {line for line in lines if len(line) > 25 and line not in public}


def feedback(teacher, name):
    return (teacher.course / "feedback" / name / NAME / f"{NAME}.html").read_text("utf-8")


@isolated
def test_students_work_in_what_they_got(day):
    """In their own copy of the library; it answers them, and keeps their own progress."""
    for name, student in day.students.items():
        assert str(student.book) in student.seen()
        assert (student.home / "progress.json").exists()
        done = json.loads((student.home / "progress.json").read_text())["done"]
        assert set(done) == ({"2.2", "2.4"} if name == "half" else {"2.2", "2.3", "2.4"})


@isolated
def test_everybody_gets_what_the_work_is_worth(day):
    scores = {name: autograded(cells) for name, cells in day.scores().items()}
    assert set(scores) == {*EXPLAINED, "half", "mallory", "trudy", "oscar"}
    for name in EXPLAINED:
        assert scores[name] == FULL
    assert scores["half"] == HALF_SCORES[NAME]
    assert scores["mallory"] == NONE
    assert scores["trudy"] == FULL  # her answers are right; of her attacks nothing came
    assert all(0 <= points <= FULL[task] for task, points in scores["oscar"].items())


@isolated
def test_nothing_of_the_teachers_or_of_other_students_is_touched(day):
    assert day.changed == set()
    assert day.heard == []
    for name in ("mallory", "trudy", "oscar"):
        notebook = read(day.course / "autograded" / name / NAME / f"{NAME}.ipynb")
        shown = str([c.get("outputs", ()) for c in notebook.cells])
        assert "FOUND" not in shown
        assert PASSWORD not in shown
    tried = str(read(day.course / "autograded" / "trudy" / NAME / f"{NAME}.ipynb"))
    assert tried.count("TRIED") >= len(QUIET)


@isolated
def test_looking_at_it_runs_nothing(marked):
    for page in marked.pages.values():
        assert Dangers(page).found == []


@isolated
def test_feedback_says_what_the_teacher_said(given_back):
    for name, points in POINTS.items():
        page = feedback(given_back, name)
        assert f"For {name}." in page
        got = 12 if name in EXPLAINED else sum(HALF_SCORES[NAME].values())
        assert f"Score: {float(got + points)} / 15.0" in " ".join(page.split())
        assert set(Dangers(page).found) == {"style"}
    for name in ("mallory", "trudy", "oscar"):
        assert set(Dangers(feedback(given_back, name)).found) == {"style"}
        for other in EXPLAINED.values():
            assert other.split(":")[0] not in feedback(given_back, name)


@isolated
def test_the_table_has_a_line_for_each_and_no_mark_that_cannot_be(given_back):
    rows = given_back.table()
    for name in EXPLAINED:
        assert float(rows[name]["score"]) == 12 + POINTS[name]
        assert rows[name]["flags"] == ""
    assert float(rows["half"]["score"]) == sum(HALF_SCORES[NAME].values()) + POINTS["half"]
    assert float(rows["mallory"]["score"]) == 0
    assert float(rows["trudy"]["score"]) == 12
    assert {row["max_score"] for row in rows.values()} == {"15.0"}


@isolated
def test_hidden_tests_are_shown_if_the_teacher_says_so_and_not_before(given_back):
    hidden = hidden_lines()
    assert len(hidden) > 5
    for name in (*POINTS, "mallory", "trudy", "oscar"):
        assert [line for line in hidden if line in as_text(feedback(given_back, name))] == []
    settings = given_back.course / "nbgrader_config.py"
    before = settings.read_text("utf-8")
    line = "c.HiddenTests.shown = "
    assert f"{line}True" in (TEACHING / "grading.md").read_text("utf-8")
    settings.write_text(before.replace(f"{line}False", f"{line}True"), "utf-8")
    try:
        given_back.type(f"nbgrader generate_feedback {NAME} --student=half --force")
        shown = as_text(feedback(given_back, "half"))
        assert [line for line in hidden if line not in shown] == []
    finally:
        settings.write_text(before, "utf-8")


def as_text(page):
    """A page without its markup."""
    import html

    return html.unescape(re.sub(r"<[^>]*>", "", page))
