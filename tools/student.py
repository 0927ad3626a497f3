"""Make the edition of the book that students get: without what gives the graded work away.

    make student                     with the book's own assignments, as nbgrader releases them
    make student COURSE=../course    with what has been released in a course, and only that

Writes build/student, a folder, and build/student.zip, the same. In it are the book, its library
and the released assignments; the solutions of the exercises for self-study stay, in the library.
What is made is searched for the solutions and the hidden tests before it is called ready.
"""

import argparse
import json
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

import surroundings

ROOT = surroundings.ROOT
TEACHING = ROOT / "teaching"
MADE = ROOT / "build" / "student"
FOLDERS = ("convnet_lib", "notebooks", "tools/jupyter")
FILES = ("tools/install.py", "tools/lab.py", "tools/surroundings.py", "pyproject.toml")
FILES += ("requirements.txt", "requirements-pip.txt", "LICENSE", "LICENSE-TEXT", "CITATION.cff")
SECRET = re.compile(r"### BEGIN (SOLUTION|HIDDEN TESTS)\n(.*?)### END", re.DOTALL)


def tracked():
    """Return the files that students get, relative to the repository: no draft lying about."""
    listed = ["git", "-C", str(ROOT), "ls-files", "-z", "--", *FOLDERS, *FILES]
    try:
        found = subprocess.run(listed, capture_output=True, text=True, check=True).stdout
        return sorted(name for name in found.split("\0") if (ROOT / name).is_file())
    except (OSError, subprocess.CalledProcessError):  # no git, or no repository: a plain copy
        files = (path for folder in FOLDERS for path in (ROOT / folder).rglob("*"))
        names = [path.relative_to(ROOT) for path in files if path.is_file()]
        kept = [n for n in names if not any(p.startswith((".", "__pycache__")) for p in n.parts)]
        there = [name for name in FILES if (ROOT / name).is_file()]
        return sorted([name.as_posix() for name in kept] + there)


def source(path):
    """Return the text of the cells of a notebook."""
    return "\n".join("".join(c["source"]) for c in json.loads(path.read_text("utf-8"))["cells"])


def secrets(sources):
    """Return ({lines of hidden tests}, {lines of solutions}) that the released text has not."""
    lines = {"HIDDEN TESTS": set(), "SOLUTION": set()}
    for path in sources.glob("*/*.ipynb"):
        text = source(path)
        for kind, part in SECRET.findall(text):
            lines[kind] |= {line.strip() for line in part.splitlines()}
        public = set(map(str.strip, re.sub(SECRET, "", text).splitlines()))
        for found in lines.values():
            found -= {line for line in found if len(line) < 8 or line in public}
    return lines["HIDDEN TESTS"], lines["SOLUTION"]


def given_away(folder, sources):
    """Return [(file, line)] of what students should not have, in a folder.

    A line of a hidden test is nowhere; a line of a solution is in no notebook. Some lines of
    solutions stand in the library too, as those of exercises that everybody may look up.
    """
    hidden, solutions = secrets(sources)
    found = []
    for path in sorted(folder.rglob("*")):
        if path.suffix not in (".ipynb", ".py", ".md", ".toml", ".json"):
            continue
        notebook = path.suffix == ".ipynb" and "assignments" in path.parts
        text = source(path) if path.suffix == ".ipynb" else path.read_text("utf-8")
        wrong = hidden | (solutions if notebook else set())
        for line in map(str.strip, text.splitlines()):
            marked = line.startswith(("### BEGIN SOLUTION", "### BEGIN HIDDEN"))
            if line in wrong or marked:
                found.append((path.relative_to(folder).as_posix(), line))
    return found


def release(folder):
    """Have nbgrader release the book's own assignments in a folder, and return where they are."""
    shutil.copytree(TEACHING / "assignments", folder / "source")
    shutil.copytree(TEACHING / "marking", folder / "marking")
    shutil.copy(TEACHING / "nbgrader_config.py", folder)
    for path in sorted((folder / "source").iterdir()):
        command = [sys.executable, "-m", "nbgrader", "generate_assignment", path.name]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
        if done.returncode:
            sys.exit(f"This failed: {' '.join(command[1:])}\n{done.stderr[-2000:]}")
    return folder / "release"


def make(released):
    """Lay out the folder anew, with the notebooks that are released."""
    shutil.rmtree(MADE, ignore_errors=True)
    for name in tracked():
        (MADE / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, MADE / name)
    for path in (TEACHING / "student").iterdir():
        shutil.copy(path, MADE)
    (MADE / "assignments").mkdir()
    for path in sorted(released.glob("*/*.ipynb")):
        shutil.copy(path, MADE / "assignments")


def pack():
    """Write the zip beside the folder; the same files give the same bytes."""
    with zipfile.ZipFile(MADE.with_suffix(".zip"), "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(path for path in MADE.rglob("*") if path.is_file()):
            name = (Path("convnet") / path.relative_to(MADE)).as_posix()
            entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o100644 << 16
            archive.writestr(entry, path.read_bytes())


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("course", nargs="?", type=Path, help="the folder of a course")
    course = parser.parse_args(arguments).course
    surroundings.enter()
    with tempfile.TemporaryDirectory() as folder:
        course = course or Path(folder) / "course"
        if not (course / "source").is_dir():
            if course.parent != Path(folder):
                sys.exit(f"There is no folder `source` in {course}: is it the folder of a course?")
            course.mkdir()
            release(course)
        make(course / "release")
        away = given_away(MADE, course / "source")
        away += given_away(MADE, TEACHING / "assignments")
    if away:
        shutil.rmtree(MADE)
        lines = "\n".join(f"{name}: {line}" for name, line in away)
        sys.exit(f"Not made: what students should not have stands in\n{lines}")
    pack()
    count = len(list((MADE / "assignments").iterdir()))
    print(f"{MADE} and {MADE.name}.zip are ready: the book, and {count} assignments.")


if __name__ == "__main__":
    main()
