"""The edition that students get: all of the book, and nothing that gives the graded work away."""

import importlib.util
import json
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
import student

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("nbgrader") is None, reason="needs nbgrader: make test-classroom"
)
SOURCES = student.TEACHING / "assignments"
# A phrase of each kind that is in the sources: if one moved, the search below would find nothing.
KNOWN = {
    "hidden tests": "right = [[40.5, 50.5, 60.5], [110.5, 120.5, 130.5], [180.5, 190.5, 200.5]]",
    "a solution": "columns = (a0.shape[1] - w1.shape[1]) // step + 1",
    "an expected explanation": "A filter of ones looks the same after half a turn",
}


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    place = tmp_path_factory.mktemp("student") / "student"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(student, "MADE", place)
        student.main([])
    return place


def texts(folder):
    """{path: text} of all that can hold text, with the strings of a notebook as they are read."""
    kinds = {".ipynb", ".py", ".md", ".toml", ".txt", ".json", ".js", ".css", ""}
    found = {
        p: p.read_text("utf-8") for p in folder.rglob("*") if p.is_file() and p.suffix in kinds
    }
    for path in [p for p in found if p.suffix == ".ipynb"]:
        found[path] = student.source(path) + json.dumps(json.loads(found[path]))
    return found


def test_nothing_gives_the_graded_work_away(made):
    """Searched here anew: each longer line between the marks, in each file."""
    sources = [student.source(path) for path in SOURCES.glob("*/*.ipynb")]
    for what, phrase in KNOWN.items():
        assert any(phrase in text for text in sources), what
    hidden = [
        line.strip()
        for text in sources
        for part in re.findall(r"### BEGIN HIDDEN TESTS\n(.*?)### END", text, re.DOTALL)
        for line in part.splitlines()
        if len(line.strip()) > 25
    ]
    assert len(hidden) >= 30
    everything = texts(made)
    assert len(everything) > 80
    for path, text in everything.items():
        assert "### BEGIN" not in text, path
        assert [phrase for phrase in KNOWN.values() if phrase in text] == [], path
        assert [line for line in hidden if line in text] == [], path


def test_it_has_the_book_the_library_and_the_assignments(made):
    names = {path.name for path in made.iterdir()}
    wanted = {"README.md", "Makefile", "LICENSE", "LICENSE-TEXT", "CITATION.cff", "tools"}
    wanted |= {"notebooks", "convnet_lib", "assignments", "pyproject.toml", "requirements.txt"}
    assert names - {"requirements-pip.txt"} == wanted
    needed = re.findall(
        r"ROOT / \"(requirements[\w-]*\.txt)\"", (made / "tools/install.py").read_text()
    )
    assert set(needed) <= names
    chapters = [path.name for path in (student.ROOT / "notebooks").glob("[0-9]*.ipynb")]
    assert sorted(path.name for path in (made / "notebooks").glob("*.ipynb")) == sorted(chapters)
    found = {path.stem for path in (made / "assignments").iterdir()}
    assert found == {path.name for path in SOURCES.iterdir()}


def test_solutions_for_self_study_stay(made):
    code = "from convnet_lib.exercises import solution, ids; print(len(ids())); solution('2.3')"
    done = subprocess.run([sys.executable, "-c", code], cwd=made, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) >= 60


def test_the_zip_is_the_folder(made):
    with zipfile.ZipFile(made.with_suffix(".zip")) as archive:
        names = {name.removeprefix("convnet/") for name in archive.namelist()}
    files = {p.relative_to(made).as_posix() for p in made.rglob("*") if p.is_file()}
    # A test before this one may have run what is in the folder.
    assert names == {name for name in files if "__pycache__" not in name}
    assert not [name for name in names if "__pycache__" in name]


def test_its_commands_are_there(made):
    """`make lab` says what it would run, and both programs compile and import what they need."""
    done = subprocess.run(["make", "-n", "lab"], cwd=made, capture_output=True, text=True)
    programs = re.findall(r"tools/\w+\.py", done.stdout)
    assert programs == ["tools/install.py", "tools/lab.py"]
    for program in programs:
        code = f"import runpy; runpy.run_path({program!r})"
        command = [sys.executable, "-c", f"import sys; sys.path.insert(0, 'tools'); {code}"]
        subprocess.run(command, cwd=made, check=True)


def test_what_would_give_it_away_is_refused(made, tmp_path, monkeypatch):
    """A notebook with solutions under another name, as a teacher may leave it in release."""
    course = tmp_path / "course"
    shutil.copytree(SOURCES, course / "source")
    (course / "release" / "pooling").mkdir(parents=True)
    shutil.copy(course / "source" / "pooling" / "pooling.ipynb", course / "release" / "pooling")
    monkeypatch.setattr(student, "MADE", tmp_path / "student")
    with pytest.raises(SystemExit, match="what students should not have stands in"):
        student.main([str(course)])
    assert not (tmp_path / "student").exists()
    assert not (tmp_path / "student.zip").exists()


def test_only_what_a_course_has_released(tmp_path, monkeypatch):
    course = tmp_path / "course"
    shutil.copytree(SOURCES, course / "source")
    (course / "release").mkdir()
    monkeypatch.setattr(student, "MADE", tmp_path / "student")
    student.main([str(course)])
    assert list((tmp_path / "student" / "assignments").iterdir()) == []
    with pytest.raises(SystemExit, match="is it the folder of a course"):
        student.main([str(tmp_path / "nowhere")])


def test_the_page_says_to_give_this():
    page = (Path(student.TEACHING) / "classroom.md").read_text("utf-8")
    assert "make student" in page
    assert "git clone . ../stick/convnet" not in page
