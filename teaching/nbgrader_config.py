"""The settings of a course; grading.md says how it is run.

nbgrader reads this file in the folder of the course. That is not a folder of the book: the work
of students does not belong in a repository.
"""

import copy
import os
import re
from pathlib import Path

import nbformat
import zmq
from nbgrader import preprocessors
from nbgrader.plugins import FileNameCollectorPlugin

c = get_config()  # noqa: F821 (nbgrader provides it)
COURSE = Path.cwd()

# Who handed a file in, told by where it lies. The first line that fits is taken.
STUDENT = (
    r"(?P<student>[^/]+_\d+)_assignsubmission_file",  # Moodle: name, number, this word
    r"(?P<student>[^/_]+)_[^/]*$",  # ada_convolution.ipynb
)


class OneNotebook(FileNameCollectorPlugin):
    """Takes whatever notebook a student hands in for the one that the assignment has."""

    def collect(self, submitted_file):
        """Return whose file it is and what it is called in the course, or None for no one's."""
        path = Path(submitted_file)
        place = path.relative_to(self.parent._format_collect_path("extracted")).as_posix()
        rubbish = path.name.startswith(".") or "__MACOSX" in place or "_checkpoints" in place
        if path.suffix != ".ipynb" or rubbish:
            return None
        found = next(filter(None, (re.search(pattern, place) for pattern in STUDENT)), None)
        if found is None:
            return None
        student = found["student"].strip().replace(" ", "-")
        return {"student_id": student, "file_id": self.parent.coursedir.assignment_id}


class AsHandedOut(preprocessors.NbGraderPreprocessor):
    """Makes the grader's cells what they were when the notebook was handed out.

    A cell that has been deleted comes back in its place; of a cell that has been copied the last
    counts; points and other marks are the released ones. Without it, nbgrader 0.9.6 ends the whole
    run, for all students, at one notebook with a copied cell.
    """

    def preprocess(self, nb, resources):
        """Return the notebook with one cell for each that the released one has for the grader."""
        names = resources["nbgrader"]["assignment"], resources["nbgrader"]["notebook"] + ".ipynb"
        released = nbformat.read(COURSE.joinpath("release", *names), as_version=4)
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
                nb.cells.insert(place, cell)
            place = next(n for n, mine in enumerate(nb.cells) if grade_id(mine) == name) + 1
        return nb, resources


def grade_id(cell):
    """Return the name that a cell has for the grader, or None."""
    mark = cell.metadata.get("nbgrader")
    return mark.get("grade_id") if isinstance(mark, dict) else None


c.CourseDirectory.course_id = "convnet"
c.CourseDirectory.root = str(COURSE)
c.ZipCollectApp.collector_plugin = OneNotebook
c.Autograde.sanitize_preprocessors = [
    preprocessors.ClearOutput,
    AsHandedOut,
    preprocessors.OverwriteKernelspec,
    preprocessors.OverwriteCells,
    preprocessors.CheckCellMetadata,
]

c.KernelManager.transport_encryption = "auto" if zmq.has("curve") else "disabled"
# Seconds a cell may take. Then it is interrupted, and the next one is run.
c.ExecutePreprocessor.timeout = 60

# What a student sees in place of a solution; the book's check() takes it for 'not attempted'.
c.ClearSolutions.code_stub = {"python": "# your lines\n..."}
c.ClearSolutions.text_stub = "*Your answer.*"

# check() notes a right answer in the reader's own file: not while others' work is graded.
os.environ["CONVNET_PROGRESS"] = str(COURSE / ".progress-while-grading.json")
# Sums in the same order on every machine.
os.environ.update(dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1"))
