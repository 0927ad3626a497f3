"""Joins the marking to nbgrader: its commands, its gradebook and its Formgrader stay as they are.

Whatever asks nbgrader to autograde, the command line or a button, comes through `Isolated`, and
where there is no sandbox nothing is marked.
"""

import functools
import json
import subprocess
import sys
from pathlib import Path

from nbconvert.exporters import Exporter, HTMLExporter, NotebookExporter
from nbgrader.converters import Autograde
from nbgrader.preprocessors import NbGraderPreprocessor
from traitlets import Bool, Integer

from . import clean, judge, sandbox, work

PROGRAM = "import sys; sys.path.insert(0, sys.argv[1]); from marking import judge; judge.main()"


_fit = []


def not_here():
    """Return why nothing can be isolated, or None; once it can, it is not asked again."""
    if not _fit:
        reason = sandbox.missing()
        if reason:
            return reason
        _fit.append(True)
    return None


class Careful(NotebookExporter):
    """Begins with a notebook only where it can be marked, and if it is a file to be read."""

    def from_filename(self, filename, resources=None, **kw):
        """Return the notebook, after a look at the file.

        Raises:
            SystemExit: if nothing can be isolated here. Raised before anything of the student's is
                written, it ends the command for all, and leaves nobody as if marked.
            work.Refused: if the file should not be read.
        """
        reason = not_here()
        if reason:
            raise SystemExit(f"Nothing was marked. {reason[0].upper()}{reason[1:]}.")
        work.read(filename)
        return super().from_filename(filename, resources=resources, **kw)


def protect():
    """Let nbgrader look at what was handed in before it copies any of it."""
    if not hasattr(Autograde.init_assignment, "__wrapped__"):
        Autograde.init_assignment = plain_files_first(Autograde.init_assignment)


def plain_files_first(init):
    """Return a beginning of a student's marking that stops where there is a link or a device."""

    @functools.wraps(init)
    def looked_at(self, assignment_id, student_id):
        work.plain_files(work.course() / self._format_source(assignment_id, student_id))
        init(self, assignment_id, student_id)

    return looked_at


class Cleaned(NbGraderPreprocessor):
    """Takes out of a submission whatever could act on the one who looks at it."""

    def preprocess(self, nb, resources):
        """Return the notebook in a form that is safe to look at."""
        return clean.notebook(nb, work.handed_out(resources)), resources


class Isolated(NbGraderPreprocessor):
    """Runs the student's cells in a sandbox, and the tests where none of them has run."""

    cell = Integer(sandbox.CELL, help="Seconds that a cell may take.").tag(config=True)

    def preprocess(self, nb, resources):
        """Return the notebook with what its cells showed and what the tests found.

        Raises:
            RuntimeError: if nothing can be isolated here.
        """
        if not_here():
            raise RuntimeError(not_here())
        source, released = (work.handed_out(resources, kind) for kind in ("source", "release"))
        code = [cell for cell in nb.cells if cell.cell_type == "code"]
        results = judged(
            {
                "cells": [described(cell, released) for cell in code],
                "setup": [cell.source for cell in source.cells if of_the_teacher(cell)],
                "cell": self.cell,
            }
        )
        marks, room = {}, clean.Room()
        for cell, result in zip(code, results, strict=True):
            cell.execution_count = None
            if "shown" in result:
                cell.outputs = [nb_output(one) for one in clean.outputs(result["shown"], room)]
                continue
            marks[work.grade_id(cell)] = result["passed"]
            cell.outputs = []
            if not result["passed"]:
                cell.outputs = [nb_output(clean.error(*result["error"]))]
                cell.metadata["marking"] = {"hidden": result["hidden"]}
        names = resources["nbgrader"]
        place = "submitted", names["student"], names["assignment"], names["notebook"] + ".ipynb"
        sha256 = work.sha256(work.course().joinpath(*place))
        nb.metadata["marking"] = {"sha256": sha256, "passed": marks}
        return nb, resources


def described(cell, released):
    """Return what the judge needs to know of a cell."""
    mark = cell.metadata.get("nbgrader", {})
    if mark.get("grade") and mark.get("locked") and not mark.get("solution"):
        return {"role": "test", "source": cell.source, "untouched": []}
    before = {work.grade_id(c): c.source for c in released.cells if work.solved(c)}
    as_it_was = before.get(mark.get("grade_id"))
    same = as_it_was is not None and as_it_was.strip() == cell.source.strip()
    return {
        "role": "student",
        "source": cell.source,
        "untouched": judge.made_by(as_it_was) if same else [],
    }


def of_the_teacher(cell):
    """Return whether a cell of the source is code that is neither a task nor a test."""
    return cell.cell_type == "code" and work.grade_id(cell) is None


def nb_output(output):
    """Return an output as nbformat has it."""
    from nbformat import from_dict

    return from_dict(output)


def judged(job):
    """Return what the judge says, from a process of its own.

    Raises:
        RuntimeError: if it says nothing; then this submission is not marked.
    """
    folder = str(Path(__file__).resolve().parents[1])
    tests = sum(cell["role"] == "test" for cell in job["cells"])
    seconds = (tests + judge.RUNS) * (sandbox.TOTAL + judge.TEST)
    done = subprocess.run(
        [sys.executable, "-I", "-c", PROGRAM, folder],
        input=json.dumps(job),
        capture_output=True,
        text=True,
        timeout=seconds,
    )
    try:
        answer = json.loads(done.stdout)
    except ValueError:
        raise RuntimeError(f"the judge failed: {done.stderr[-2000:]}") from None
    if "no sandbox" in answer:
        raise RuntimeError(f"the sandbox failed: {answer['no sandbox']}")
    return answer["results"]


class HiddenTests(NbGraderPreprocessor):
    """Leaves the hidden tests out of what a student is to see."""

    shown = Bool(False, help="Whether feedback shows them, and what they found.").tag(config=True)

    def preprocess(self, nb, resources):
        """Return the notebook, without hidden tests unless they are to be shown."""
        for cell in nb.cells:
            if self.shown or cell.cell_type != "code" or judge.HIDDEN not in cell.source:
                continue
            cell.source = without_hidden(cell.source)
            if cell.metadata.get("marking", {}).get("hidden"):
                words = "a test that is not shown here did not pass"
                cell.outputs = [nb_output(clean.error("HiddenTest", words))]
        return nb, resources


def without_hidden(source):
    r"""Return the source of a cell of tests without the hidden ones.

    >>> print(without_hidden("a\n### BEGIN HIDDEN TESTS\nb\n### END HIDDEN TESTS\nc"))
    a
    # Further tests are not shown.
    c
    """
    kept, hidden = [], False
    for line in source.splitlines():
        if judge.HIDDEN in line:
            hidden = True
            kept.append("# Further tests are not shown.")
        elif "### END HIDDEN TESTS" in line:
            hidden = False
        elif not hidden:
            kept.append(line)
    return "\n".join(kept)


class FeedbackPage(HTMLExporter):
    """A page of feedback that runs nothing and fetches nothing, made in a sandbox.

    What the gradebook says of a notebook is added here; what a student wrote becomes a page in
    there, where it can take neither the teacher's time nor the memory.
    """

    def from_filename(self, filename, resources=None, **kw):
        """Return the page of a file.

        Raises:
            SystemExit: if nothing can be isolated here; it ends the command for all.
        """
        reason = not_here()
        if reason:
            raise SystemExit(f"No feedback was made. {reason[0].upper()}{reason[1:]}.")
        return super().from_filename(filename, resources=resources, **kw)

    def from_notebook_node(self, nb, resources=None, **kw):
        """Return the page.

        Raises:
            RuntimeError: if the sandbox made none.
        """
        nb, resources = Exporter.from_notebook_node(self, nb, resources)
        told = {k: resources["nbgrader"].get(k) for k in ("notebook", *SCORES)}
        resources_inside = {"nbgrader": told, "metadata": {"name": told["notebook"], "path": ""}}
        page = shown({"notebook": nb, "resources": resources_inside, "settings": plain_of(self)})
        return clean.page(page), resources


SCORES = ("score", "max_score", "late_penalty")
PAGE = 90  # seconds a page may take


def plain_of(exporter):
    """Return the settings of an exporter that can be told to another process."""
    settings = {k: v for k, v in exporter.config.HTMLExporter.items() if is_plain(v)}
    settings.pop("preprocessors", None)
    return settings


def is_plain(value):
    """Return whether a setting is a text, a number or a list of these."""
    many = value if isinstance(value, list) else [value]
    return all(isinstance(one, str | int | float) for one in many)


def shown(page):
    """Return the page that a sandbox makes of a notebook.

    Raises:
        RuntimeError: if it makes none.
    """
    try:
        with sandbox.Sandbox([], program="showing.py", total=PAGE) as box:
            box.say(page=page)
            answer = box.hear(PAGE)
    except (sandbox.Ended, sandbox.NoSandbox) as error:
        raise RuntimeError(f"no page was made in the sandbox: {error}") from None
    if not isinstance(answer.get("page"), str):
        raise RuntimeError(f"no page was made in the sandbox: {str(answer.get('wrong'))[:500]}")
    return answer["page"]
