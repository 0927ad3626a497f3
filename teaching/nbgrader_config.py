"""The settings of a course; grading.md says how it is run.

nbgrader reads this file in the folder of the course, with the folder `marking` beside it. That is
not a folder of the book: the work of students does not belong in a repository.
"""

import os
import sys
from pathlib import Path

from nbgrader import preprocessors

COURSE = Path(__file__).resolve().parent
if str(COURSE) not in sys.path:
    sys.path.insert(0, str(COURSE))
os.environ["CONVNET_COURSE"] = str(COURSE)

from marking import clean, export, formgrader, grading, work  # noqa: E402 (it lies beside this file)

c = get_config()  # noqa: F821 (nbgrader provides it)

# Who handed a file in, told by where it lies. The first line that fits is taken.
c.OneNotebook.students = [
    r"(?P<student>[^/]+_\d+)_assignsubmission_file",  # Moodle: name, number, this word
    r"(?P<student>[^/_]+)_[^/]*$",  # ada_convolution.ipynb
]
# Seconds a cell may take. Then it is stopped, and the next one is run.
c.Isolated.cell = 60
# Whether students see the hidden tests in their feedback, and what these found. Once one class
# has seen them, the next one knows them.
c.HiddenTests.shown = False

# What a student sees in place of a solution; the book's check() takes it for 'not attempted'.
c.ClearSolutions.code_stub = {"python": "# your lines\n..."}
c.ClearSolutions.text_stub = "*Your answer.*"

# From here on: what keeps students' work apart from everything else.
c.CourseDirectory.course_id = "convnet"
c.CourseDirectory.root = str(COURSE)
c.ZipCollectApp.extractor_plugin = work.Unpack
c.ZipCollectApp.collector_plugin = work.OneNotebook
c.Autograde.exporter_class = grading.Careful
c.Autograde.sanitize_preprocessors = [
    preprocessors.ClearOutput,
    work.AsHandedOut,
    preprocessors.OverwriteKernelspec,
    preprocessors.OverwriteCells,
    preprocessors.CheckCellMetadata,
    grading.Cleaned,
]
c.Autograde.autograde_preprocessors = [
    grading.Isolated,
    preprocessors.SaveAutoGrades,
    preprocessors.AssignLatePenalties,
    preprocessors.CheckCellMetadata,
]
c.GenerateFeedback.exporter_class = grading.FeedbackPage
c.GenerateFeedback.preprocessors = [preprocessors.GetGrades, grading.HiddenTests]
c.ExportApp.plugin_class = export.CheckedExport
grading.protect()
formgrader.protect()
# What is made of texts and code, where a page is made.
c.HTMLExporter.filters = {"markdown2html": clean.rendered, "highlight_code": clean.code}
c.HTMLExporter.sanitize_html = True

# check() notes a right answer in the reader's own file: not while others' work is graded.
os.environ["CONVNET_PROGRESS"] = str(COURSE / ".progress-while-grading.json")
# Sums in the same order on every machine.
os.environ.update(dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1"))
