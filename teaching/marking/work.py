"""What is handed in, read as data: unpacked, given to its student, brought into the known form."""

import ast
import copy
import hashlib
import io
import os
import re
import stat
import unicodedata
import zipfile
import zlib
from pathlib import Path

import nbformat
from nbgrader.plugins import ExtractorPlugin, FileNameCollectorPlugin
from nbgrader.preprocessors import NbGraderPreprocessor
from traitlets import List

from .clean import on_one_line

FILE = 10_000_000  # bytes a notebook may have
ALL = 1_000_000_000  # bytes that all notebooks of an archive may have
CELLS = 500
LETTERS = 400_000  # characters that its cells may have; an assignment has 20,000
INNER = 20_000_000  # bytes that what a student packed may have, unpacked
ENTRIES, INNER_ENTRIES = 10_000, 100  # files in an archive, and in what a student packed


class Refused(ValueError):
    """What was handed in is not read."""


def read(path):
    """Return a notebook that a student sent.

    Raises:
        Refused: if it is no plain file, too large or no notebook.
    """
    path = Path(path)
    if not stat.S_ISREG(path.lstat().st_mode):
        raise Refused(f"{path.name} is a link or a device, not a file")
    if path.stat().st_size > FILE:
        raise Refused(f"{path.name} has more than {FILE:,} bytes")
    try:
        notebook = nbformat.read(path, as_version=4)
        nbformat.validate(notebook)
        for cell in notebook.cells:
            cell.source.encode()  # half of a pair of surrogates is no text
    except Exception as error:  # whatever stops nbformat is in the file
        words = on_one_line(str(error))[:200]
        raise Refused(f"{path.name} is no notebook: {words}") from None
    if len(notebook.cells) > CELLS:
        raise Refused(f"{path.name} has more than {CELLS} cells")
    if sum(len(cell.source) for cell in notebook.cells) > LETTERS:
        raise Refused(f"{path.name} has more than {LETTERS:,} characters in its cells")
    return notebook


def plain_files(folder):
    """Look at what was handed in, before any of it is copied.

    Raises:
        Refused: if there are links or devices in it: a copy would be of what they lead to, which
            is the teacher's.
    """
    for path in [Path(folder), *Path(folder).rglob("*")]:
        if path.is_symlink() or not (path.is_dir() or path.is_file()):
            raise Refused(f"{on_one_line(path.name)} is a link or a device, not a file")


def sha256(path):
    """Return the SHA-256 of a file."""
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()


def answers(notebook, released):
    """Return what a student wrote, as a text by which two submissions can be compared.

    Spaces, comments and the order of the cells do not count, nor do cells that are as they were
    handed out. Two students who changed nothing have both "".
    """
    given = {grade_id(cell): normal(cell) for cell in released.cells}
    mine = {grade_id(cell): normal(cell) for cell in notebook.cells if solved(cell)}
    changed = {name: text for name, text in mine.items() if text != given.get(name)}
    return "\n".join(f"{name}: {text}" for name, text in sorted(changed.items()))


def normal(cell):
    """Return the source of a cell without its spaces and comments."""
    if cell.cell_type == "code":
        try:
            return ast.unparse(ast.parse(cell.source))
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            pass
    return " ".join(cell.source.split())


def grade_id(cell):
    """Return the name that a cell has for the grader, or None."""
    mark = cell.metadata.get("nbgrader")
    return mark.get("grade_id") if isinstance(mark, dict) else None


def solved(cell):
    """Return whether a cell is one that a student fills in."""
    mark = cell.metadata.get("nbgrader")
    return isinstance(mark, dict) and bool(mark.get("solution"))


def student_name(text):
    """Return a name that is safe as a folder, in a page and in a table; may be empty.

    However an é was typed, it is the same é; and two long names do not become one.

    >>> student_name("Ada Lovelace_17"), student_name("../../x"), student_name("=1+1")
    ('Ada-Lovelace_17', 'x', '1-1')
    """
    text = unicodedata.normalize("NFKC", text).strip()
    name = re.sub(r"[^\w.@-]+", "-", text).strip("-.@")
    if len(name) <= 60:
        return name
    return f"{name[:50]}-{hashlib.sha256(name.encode()).hexdigest()[:9]}"


def no_work(name):
    """Return whether the name of a file says that a system or a program left it behind."""
    parts = name.split("/")
    return parts[-1].startswith(".") or bool({"__MACOSX", ".ipynb_checkpoints"} & set(parts))


class Unpack(ExtractorPlugin):
    """Takes the notebooks out of archives: plain files of a bounded size, and nothing else."""

    def extract(self, archive_path, extracted_path):
        """Copy or unpack what lies in a folder into another."""
        left = [ALL]
        for path in sorted(Path(archive_path).rglob("*")):
            place = Path(extracted_path) / path.parent.relative_to(archive_path)
            if path.is_symlink() or not path.is_file():
                if not path.is_dir() or path.is_symlink():
                    self._skip("it is a link", path.name)
            elif zipfile.is_zipfile(path):
                with zipfile.ZipFile(path) as archive:
                    for name, data in self._members(archive, ENTRIES, left):
                        self._take(place / path.stem, name, data, left)
            elif path.suffix == ".ipynb":
                with path.open("rb") as file:
                    self._write(place / on_one_line(path.name), file.read(FILE + 1), left)
            else:
                self._skip("no notebook", path.name)

    def _take(self, place, name, data, left):
        """Write a file of the archive, or what is in it if it is one that a student packed.

        What a student packed is that student's, whatever the names in it, and one notebook.
        """
        if not (name.endswith(".zip") and zipfile.is_zipfile(io.BytesIO(data))):
            self._write(place / name, data, left)
            return
        own = [min(INNER, left[0])]
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            taken = False
            for inner, content in self._members(archive, INNER_ENTRIES, own):
                left[0] -= len(content)
                if no_work(inner):
                    continue
                if taken and inner.endswith(".ipynb"):
                    self._skip("a second notebook in one zip", f"{name}: {inner}")
                    continue
                sent_as = f"{name.removesuffix('.zip')}_{inner.rpartition('/')[2]}"
                taken = self._write(place / sent_as, content, own) or taken

    def _members(self, archive, most, left):
        """Yield (name, bytes) of each file, as many as may be; of a large one the beginning."""
        entries = [one for one in archive.infolist() if not one.is_dir()]
        if len(entries) > most:
            self._skip(f"more than {most} files", "all after these")
        for member in entries[:most]:
            parts = [p for p in re.split(r"[/\\]", member.filename) if p.strip(". ")]
            name = "/".join(map(on_one_line, parts))
            if stat.S_ISLNK(member.external_attr >> 16) or member.flag_bits & 1:
                self._skip("a link or encrypted", name)
                continue
            try:
                with archive.open(member) as file:  # what is said of its size need not be true
                    yield name, file.read(max(0, min(FILE, left[0])) + 1)
            except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, OSError):
                self._skip("damaged", name)

    def _write(self, path, data, left):
        if path.suffix != ".ipynb":
            self._skip("no notebook", path.name)
        elif len(data) > min(FILE, left[0]):
            self._skip("too large", path.name)
        elif path.exists():
            self._skip("there is one of this name", path.name)
        else:
            left[0] -= len(data)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
            return True
        return False

    def _skip(self, why, name):
        self.log.warning("Skipped submission, %s: %s", why, on_one_line(name))


class OneNotebook(FileNameCollectorPlugin):
    """Takes whatever notebook a student hands in for the one that the assignment has."""

    students = List(help="Regular expressions; the first that fits tells the student.").tag(
        config=True
    )

    def collect(self, submitted_file):
        """Return whose file it is and what it is called in the course, or None for no one's."""
        path = Path(submitted_file)
        place = path.relative_to(self.parent._format_collect_path("extracted")).as_posix()
        if path.suffix != ".ipynb" or no_work(place) or path.is_symlink():
            return None
        found = (re.search(pattern, place) for pattern in self.students)
        name = next((student_name(m["student"]) for m in found if m), "")
        return (
            {"student_id": name, "file_id": self.parent.coursedir.assignment_id} if name else None
        )


class AsHandedOut(NbGraderPreprocessor):
    """Makes the grader's cells what they were when the notebook was handed out.

    A cell that has been deleted comes back in its place; of a cell that has been copied the last
    counts; points and other marks are the released ones. Without it, nbgrader 0.9.6 ends the whole
    run, for all students, at one notebook with a copied cell.
    """

    def preprocess(self, nb, resources):
        """Return the notebook with one cell for each that the released one has for the grader."""
        released = handed_out(resources)
        wanted = {grade_id(cell): cell for cell in released.cells if grade_id(cell)}
        last = {grade_id(cell): cell for cell in nb.cells}
        for cell in nb.cells:
            name, mark = grade_id(cell), cell.metadata.pop("nbgrader", None)
            if name in wanted and last[name] is cell:
                cell.metadata["nbgrader"] = copy.deepcopy(wanted[name].metadata["nbgrader"])
            elif mark and name:
                self.log.warning("A copy of the cell %s does not count", name)
        place = 0
        for name, cell in wanted.items():
            if name not in last:
                self.log.warning("The cell %s had been deleted; it is put back", name)
                nb.cells.insert(place, copy.deepcopy(cell))
            place = next(n for n, mine in enumerate(nb.cells) if grade_id(mine) == name) + 1
        return nb, resources


def handed_out(resources, kind="release"):
    """Return the released (or the source) notebook of what nbgrader is working on."""
    names = resources["nbgrader"]["assignment"], resources["nbgrader"]["notebook"] + ".ipynb"
    return nbformat.read(course().joinpath(kind, *names), as_version=4)


def course():
    """Return the folder of the course: the one that the commands are called in."""
    return Path(os.environ.get("CONVNET_COURSE") or Path.cwd())
