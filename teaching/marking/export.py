"""Exports marks, and doubts each: a mark has to follow from what was handed in.

A row with a fault has no score, and the command ends with status 1; a row with a remark has its
score, and is worth a look.
"""

import csv
import io
import sys

import nbformat
from nbgrader.api import MissingEntry
from nbgrader.plugins import CsvExportPlugin
from nbgrader.utils import determine_grade

from . import work

UNMARKED = "handed in, and not marked: look at the file, mark it with --force"


class CheckedExport(CsvExportPlugin):
    """Writes grades.csv as nbgrader does, with a column of doubts."""

    def export(self, gradebook):
        """Write the table.

        Raises:
            SystemExit: after it is written, if a mark in it cannot be right.
        """
        destination = self.to or "grades.csv"
        super().export(gradebook)
        with open(destination, encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        rows += unseen(rows)
        twins = {a.name: same_content(gradebook, a.name) for a in gradebook.assignments}
        bad = []
        for row in rows:
            name, student = row["assignment"], row["student_id"]
            faults, remarks = doubts(gradebook, name, student)
            remarks += twins[name].get(student, [])
            row["flags"] = "; ".join(faults + remarks)
            if faults:
                row["raw_score"] = row["score"] = ""
                bad.append(f"{student}, {name}: {'; '.join(faults)}")
            for one in remarks:
                self.log.warning("%s, %s: %s", work.on_one_line(student), name, one)
        write(destination, rows)
        if bad:
            sys.exit("These marks are not exported:\n" + "\n".join(bad))


def unseen(rows):
    """Return a row, with no points, for each who handed in and of whom the gradebook knows nothing.

    Such is a student whose folder was refused before anything in it was read, as one with a link.
    """
    some = {row["assignment"]: row for row in rows}
    there = {(row["assignment"], row["student_id"]) for row in rows}
    found = sorted(work.course().joinpath("submitted").glob("*/*"))
    sent = [(place.name, place.parent.name) for place in found if place.name in some]
    nothing = {"raw_score": "0.0", "score": "0.0"}
    return [
        dict.fromkeys(some[name], "") | nothing | {"assignment": name, "student_id": student}
        for name, student in sent
        if (name, student) not in there
    ]


def doubts(gradebook, assignment, student):
    """Return ([what cannot be right], [what is worth a look]) about the marks of a submission."""
    try:
        submission = gradebook.find_submission(assignment, student)
    except MissingEntry:
        handed_in = work.course().joinpath("submitted", student, assignment)
        return [], [UNMARKED] if handed_in.exists() else []
    faults, remarks = [], []
    for notebook in submission.notebooks:
        place = student, assignment, notebook.name + ".ipynb"
        cells, marked = marked_notebook(work.course().joinpath("autograded", *place))
        sent = work.course().joinpath("submitted", *place)
        if any(grade.score for grade in notebook.grades):
            faults += beginnings(marked, sent)
        elif not marked and sent.exists():
            remarks.append(UNMARKED)
        for grade in notebook.grades:
            faults += of_grade(grade, cells.get(grade.name))
            if grade.manual_score is not None and grade.auto_score is not None:
                change = f"{grade.auto_score:g} to {grade.manual_score:g}"
                remarks.append(f"{grade.name} was changed by hand, {change}")
    if submission.score > submission.max_score:
        faults.append(f"{submission.score:g} of {submission.max_score:g} points")
    return faults, remarks


def of_grade(grade, cell):
    """Return what cannot be right about the points of one cell."""
    faults, most = [], grade.max_score
    for kind in ("auto_score", "manual_score"):
        points = getattr(grade, kind)
        if points is not None and not 0 <= points <= most:
            faults.append(f"{grade.name}: {points:g} of {most:g} points")
    follows = determine_grade(cell)[0] if cell is not None else 0
    if grade.auto_score is not None and grade.auto_score != (follows or 0) and not faults:
        faults.append(f"{grade.name}: {grade.auto_score:g} points, the tests give {follows or 0:g}")
    return faults


def marked_notebook(path):
    """Return ({name: cell}, the marking's own record) of a marked notebook, empty if none is."""
    if not path.exists():
        return {}, {}
    notebook = nbformat.read(path, as_version=4)
    cells = {work.grade_id(cell): cell for cell in notebook.cells if work.grade_id(cell)}
    return cells, notebook.metadata.get("marking", {})


def beginnings(marked, sent):
    """Return what cannot be right about where points come from."""
    if not marked:
        return ["points without a marking in the sandbox"]
    if not sent.exists():
        return ["points, and nothing handed in"]
    if work.sha256(sent) != marked.get("sha256"):
        return ["what is handed in is not what was marked: mark it again, with --force"]
    return []


def same_content(gradebook, assignment):
    """Return {student: [remarks]} for those who handed in the same answers."""
    found = {}
    for path in sorted(work.course().glob(f"submitted/*/{assignment}/*.ipynb")):
        released = work.course().joinpath("release", assignment, path.name)
        try:
            text = work.answers(work.read(path), nbformat.read(released, as_version=4))
        except (OSError, ValueError):
            continue
        if text:
            found.setdefault(text, []).append(path.parts[-3])
    return {
        one: [f"the same answers as {', '.join(w for w in group if w != one)}"]
        for group in found.values()
        if len(group) > 1
        for one in group
    }


def write(destination, rows):
    """Write the rows; no cell of the table begins a formula where it is opened."""
    text = io.StringIO()
    table = csv.DictWriter(text, list(rows[0]) if rows else ["assignment"], lineterminator="\n")
    table.writeheader()
    for row in rows:
        table.writerow({k: f"'{v}" if v[:1] in ("=", "+", "@") else v for k, v in row.items()})
    with open(destination, "w", encoding="utf-8", newline="") as file:
        file.write(text.getvalue())
