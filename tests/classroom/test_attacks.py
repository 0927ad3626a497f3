"""Students who want more than they have earned, or to harm: each attack, and what comes of it.

All hand in one assignment, which is marked once by the teacher's one line. What an attack does is
in ATTACKS; it prints TRIED when it ran, and FOUND where it got what it wanted.
"""

import copy
import csv
import doctest
import hashlib
import html
import html.parser
import json
import os
import re
import shlex
import shutil
import socket
import stat
import subprocess
import sys
import tempfile
import threading
import time
import zipfile
from pathlib import Path

import nbformat
import numpy as np
import psutil
import pytest
from test_grading import (
    FULL,
    NONE,
    PATIENCE,
    TEACHING,
    Course,
    autograded,
    cell,
    changed,
    read,
    right,
)
from test_grading import SCORES as ASK

pytest.importorskip("nbgrader", reason="needs nbgrader: make test-classroom")
sys.path.insert(0, str(TEACHING))
from marking import clean, export, grading, judge, plain, sandbox, showing, work

HERE = sandbox.missing()
isolated = pytest.mark.skipif(HERE is not None, reason=f"nothing can be isolated here: {HERE}")
NAME = "convolution"
LIMIT = 8  # seconds a cell may take; more than an honest one needs on a busy machine
MARKER = "left-behind-by-a-student"
PASSWORD = "what-only-the-teacher-knows"

JUNK = """
lone_pixel = [[0, 0], [0, 0]]
weighted_input = strided = lambda *a: "passed"
seen_by = lambda p, q: 25
print("TRIED")
"""

# --- The attacks ------------------------------------------------------------------------------

# Without a right answer: what a forged pass would be.
FORGED = {
    "swallows the lines of tests": """
def swallow(lines):
    return [] if any("check(" in line or "assert" in line for line in lines) else lines
get_ipython().input_transformers_cleanup.append(swallow)
get_ipython().input_transformers_post.append(swallow)
""",
    "changes the tests' syntax tree": """
import ast
class Passing(ast.NodeTransformer):
    def visit_Assert(self, node):
        return ast.Pass()
    def visit_Expr(self, node):
        return ast.Pass() if "check" in ast.dump(node) or "testing" in ast.dump(node) else node
get_ipython().ast_transformers.append(Passing())
""",
    "patches the running of code": """
from IPython.core.interactiveshell import InteractiveShell
async def run_code(self, code_obj, result=None, *, async_=False):
    return False
InteractiveShell.run_code = run_code
""",
    "patches the results of cells": """
from IPython.core import interactiveshell
interactiveshell.ExecutionResult.success = property(lambda self: True)
interactiveshell.ExecutionResult.error_in_exec = property(lambda s: None, lambda s, v: None)
""",
    "patches NumPy": """
import numpy as np
np.testing.assert_allclose = np.testing.assert_array_equal = lambda *a, **k: None
np.allclose = np.array_equal = lambda *a, **k: True
np.abs = np.absolute = lambda *a, **k: 0
np.shape = lambda x: (5, 5)
""",
    "patches json and builtins": """
import builtins, json
json.dumps = lambda message, **k: '{"step": 1, "given": {}, "passed": true, "done": true}'
builtins.AssertionError = ValueError
""",
    "patches the library": """
import convnet_lib, convnet_lib.conv, convnet_lib.exercises, sys
convnet_lib.exercises.check = lambda *a, **k: "right"
convnet_lib.conv.forward = lambda *a: "passed"
sys.modules["convnet_lib.exercises.answers"] = sys.modules["convnet_lib.exercises"]
""",
    "patches the runner": """
import sys
main = sys.modules["__main__"]
main.hand_over = lambda plain, value: {"value": True, "function": True, "passed": True}
main.raised_as = lambda error: []
plain = sys.modules["plain"]
plain.encode = lambda value, depth=0: {"a": ["|O", [1], "gASVAAAA"]}
""",
    "forges messages": """
import json, os
for number in range(3, 20):
    for message in (
        {"step": 2, "given": {"lone_pixel": {"value": "passed"}}, "passed": True},
        {"results": [{"passed": True, "error": None, "hidden": False}] * 9},
        {"done": True},
    ):
        try:
            os.write(number, json.dumps(message).encode() + b"\\n")
        except OSError:
            pass
""",
    "asks the catalogue": """
try:
    from convnet_lib.exercises import catalogue
    weighted_input = catalogue.find("2.3").answer.reference
    seen_by = catalogue.find("2.4").answer.reference
    print("FOUND")
except ImportError as error:
    print(error)
""",
    "reads the solutions": """
import glob, sys
below = [f"{root}/convnet_lib/exercises/**" for root in sys.path]
paths = [path for pattern in below for path in glob.glob(pattern, recursive=True)]
found = [p for p in paths if "chapter" in p or "catalogue" in p or "answers" in p]
print(*found, "FOUND" if found else "")
from convnet_lib.exercises import solution
print("FOUND" if "range" in str(solution("2.3")) else "")
""",
    "answers what equals everything": """
import numpy as np
class Same(np.ndarray):
    def __eq__(self, other): return True
    __ne__ = __lt__ = __gt__ = lambda self, other: False
class Any:
    __array_priority__ = 1e9
    def __eq__(self, other): return True
    def __sub__(self, other): return 0
    __rsub__ = __abs__ = __float__ = lambda self, *a: 0.0
    def __array__(self, *a, **k): return np.zeros((5, 5))
    def __iter__(self): return iter([[4, 3], [2, 1]])
    shape = (5, 5)
class Number(int):
    def __eq__(self, other): return True
    __hash__ = int.__hash__
lone_pixel = [Any(), Any()]
weighted_input = lambda *a: np.zeros((3, 3)).view(Same)
strided = lambda *a: Any()
seen_by = lambda p, q: Number(3)
""",
    "answers with a pickle": """
import os
class Bomb:
    def __reduce__(self): return os.system, ("touch /tmp/FOUND",)
lone_pixel = Bomb()
weighted_input = strided = seen_by = lambda *a: Bomb()
""",
    "looks for the tests in memory": """
import gc, sys
def search(*a):
    frame, seen = sys._getframe(), []
    while frame is not None:
        seen.append(str(frame.f_locals)[:20000])
        frame = frame.f_back
    seen += [str(o)[:2000] for o in gc.get_objects() if isinstance(o, dict)]
    text = " ".join(seen)
    sought = ("STSET NEDDIH", "5.031", "dnuof(esolclla_tressa")  # or it would find itself
    if any(phrase[::-1] in text for phrase in sought):
        raise ValueError("FOUND")
    return 0
search()
weighted_input = strided = seen_by = search
""",
}

# With all answers right, so that one can see that only the attack's own cell is lost.
HARMFUL = {
    "leaves at once": "import os\nprint('TRIED', flush=True)\nos._exit(0)",
    "kills everything": """
import os, signal
print("TRIED")
for pid in (os.getppid(), 1, -1):
    try:
        os.kill(pid, signal.SIGKILL)
    except OSError as error:
        print(error)
""",
    "is a fork bomb": """
import os
print("TRIED")
while True:
    os.fork()
""",
    "starts threads without end": """
import threading, time
print("TRIED")
while True:
    threading.Thread(target=time.sleep, args=(99,), daemon=True).start()
""",
    "is a memory bomb": """
print("TRIED")
hoard = []
while True:
    hoard.append(bytearray(10**8))
""",
    "asks for all memory at once": "print('TRIED')\nx = bytearray(10**13)",
    "fills the disk": """
print("TRIED")
for place in ("/tmp/x", "/dev/shm/x", "/var/tmp/x", "x"):
    try:
        with open(place, "wb") as file:
            for _ in range(200):
                file.write(bytes(10**7))
        print("FOUND", place)
    except OSError as error:
        print(error)
""",
    "prints without end": "print('TRIED')\nwhile True:\n    print('x' * 10**6)",
    "shows without end": """
print("TRIED")
from IPython.display import display
for n in range(10**4):
    display({"text/plain": "y" * 10**6, "image/png": "A" * 10**6}, raw=True)
""",
    "sleeps": "print('TRIED')\nimport time\ntime.sleep(10**6)",
    "ignores the clock": """
import signal
print("TRIED")
signal.signal(signal.SIGALRM, signal.SIG_IGN)
while True:
    try:
        while True:
            pass
    except BaseException:
        pass
""",
    "leaves a process behind": f"""
import os, sys, time
print("TRIED")
if os.fork() == 0:
    os.setsid()
    os.dup2(os.open("/dev/null", os.O_RDWR), 0)
    os.execv(sys.executable, [sys.executable, "-c", "import time; time.sleep(600)", "{MARKER}"])
time.sleep(0.5)
""",
    "reads what is not its own": """
import os
names = ("gradebook.db", "submitted", "autograded", "downloaded", "nbgrader_config.py",
         "grades.csv", "judge.py", "teaching", "classroom", "assignments", ".git")
for folder, folders, files in os.walk("/"):
    if folder.startswith(("/proc", "/usr", "/tmp", "/dev")) or "site-packages" in folder:
        folders[:] = []
        continue
    for name in set(names) & {*folders, *files}:
        print("FOUND", folder, name)
for path in ("COURSE", "COURSE/gradebook.db", "HOME/progress.json", "/etc/passwd", "/etc/shadow"):
    if os.path.exists(path):
        print("FOUND", path)
print("TRIED")
""",
    "reads the environment": """
import os
seen = str(os.environ)
for path in ("/proc/1/environ", "/proc/self/environ"):
    try:
        seen += open(path, errors="replace").read()
    except OSError as error:
        print(error)
print("TRIED", "FOUND" if "PASSWORD" in seen else "")
""",
    "changes the library": """
import convnet_lib, os, sys, numpy
for path in (convnet_lib.__file__, numpy.__file__, sys.executable, "/usr/bin/env",
             "/marking/inside.py", "/marking/plain.py"):
    try:
        os.chmod(path, 0o777)
        print("FOUND chmod", path)
    except OSError as error:
        pass
    try:
        open(path, "ab").write(b"#")
        print("FOUND write", path)
    except OSError as error:
        pass
print("TRIED")
""",
    "uses the network": """
import socket
for family, address in ((socket.AF_INET, ("127.0.0.1", PORT)), (socket.AF_INET, ("192.0.2.1", 80)),
                        (socket.AF_UNIX, "\\0SOCKET")):
    try:
        with socket.socket(family) as line:
            line.settimeout(1)
            line.connect(address)
            line.send(b"hello")
            print("FOUND", address)
    except OSError as error:
        print(error)
try:
    print("FOUND", socket.gethostbyname("example.org"))
except OSError as error:
    print("TRIED")
""",
    "asks for more rights": """
import ctypes, os, subprocess
libc = ctypes.CDLL(None, use_errno=True)
print("FOUND root" if os.getuid() == 0 or os.geteuid() == 0 else "")
print("FOUND mount" if libc.mount(b"none", b"/tmp", b"tmpfs", 0, b"") == 0 else "")
print("FOUND remount" if libc.mount(b"", b"/", b"", 32 | 4096, b"") == 0 else "")
for call in (os.setuid, os.seteuid):
    try:
        call(0)
        print("FOUND", call)
    except OSError:
        pass
try:
    os.mknod("/tmp/disk", 0o60666, os.makedev(254, 0))
    open("/tmp/disk", "rb")
    print("FOUND disk")
except OSError:
    pass
print("TRIED")
""",
    "puts files beside itself": """
open("/tmp/numpy.py", "w").write("raise SystemExit")
open("/tmp/sitecustomize.py", "w").write("raise SystemExit")
print("TRIED")
""",
    "takes the calls from the line": """
import os, threading
threading.Thread(target=lambda: os.read(0, 1), daemon=True).start()
print("TRIED")
""",
    "steers the terminal": "print('TRIED \\x1b]0;owned\\x07 \\x1b[2J \\u202e gnp.')",
}
# What is lost where more is lost than the attack's own cell, which has no points.
COSTS = {
    "takes the calls from the line": None,  # its own answers are garbled: its own loss
    "is a fork bomb": None,
    "starts threads without end": None,
}

SCRIPT = "<script>alert(1)</script>"
SVG = '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"></svg>'
MARKUP = f"""{SCRIPT} <img src=x onerror=alert(1)> <svg onload=alert(1)><a xlink:href=x /></svg>
<iframe srcdoc="{SCRIPT}"></iframe> [a](javascript:alert(1)) [b](JaVaScRiPt&#58;alert(1))
![c](http://192.0.2.1/seen.png) <javascript:alert(1)> <a href="data:text/html,{SCRIPT}">d</a>
$\\href{{javascript:alert(1)}}{{e}}$ <style>@import 'http://192.0.2.1/x.css'</style> <form><input>
[f][g] <div style="position:fixed;top:0;left:0;width:100%;height:100%">h</div> a < b

[g]: javascript:alert(1)

`<b>code</b>`

<!-- {SCRIPT} -->
"""


def with_cell(notebook, source, kind="code"):
    """The notebook with one more cell, after the first, in which nothing of the teacher's is."""
    notebook = copy.deepcopy(notebook)
    new = {"code": nbformat.v4.new_code_cell, "raw": nbformat.v4.new_raw_cell}
    notebook.cells.insert(2, new.get(kind, nbformat.v4.new_markdown_cell)(source))
    return notebook


def forged(empty, source):
    """Junk answers in all places, then the attack: in the cell of the set-up, before all tests."""
    notebook = copy.deepcopy(empty)
    for name in ("lone-pixel", "weighted-input", "seen-by", "strided"):
        cell(notebook, name).source = JUNK + source
    notebook.cells[1].source += JUNK + source
    return notebook


def full_of_markup(full):
    """Markup in each place where a notebook can hold some."""
    notebook = with_cell(with_cell(full, MARKUP, "markdown"), MARKUP, "raw")
    notebook = with_cell(
        notebook,
        f"from IPython.display import *\n"
        f"display(HTML({MARKUP!r}), SVG({SVG!r}), "
        f"Javascript('alert(1)'), Markdown({MARKUP!r}), Latex({MARKUP!r}))\nprint({MARKUP!r})\n"
        f"raise ValueError({MARKUP!r})",
    )
    cell(notebook, "mean-test").source = MARKUP
    notebook.metadata.title = SCRIPT
    notebook.metadata.language_info.update(name=SCRIPT, mimetype="text/html", file_extension=".h")
    notebook.metadata.widgets = {"application/vnd.jupyter.widget-state+json": {"x": SCRIPT}}
    notebook.cells[0].metadata.update(tags=[SCRIPT], slideshow={"slide_type": SCRIPT})
    notebook.cells[0]["attachments"] = {"x.svg": {"image/svg+xml": SCRIPT}}
    for one in notebook.cells:
        if one.cell_type == "raw":
            one.metadata.raw_mimetype = "text/html"
    return notebook


def cunning_marks(empty):
    """Cells and metadata as if the grader had written them, with a kernel of one's own."""
    notebook = forged(empty, "")
    notebook.metadata.kernelspec = {"name": "evil", "display_name": SCRIPT, "language": "x"}
    notebook.metadata.marking = {"sha256": "0" * 64, "passed": dict.fromkeys(FULL, True)}
    mark = {"grade": True, "solution": False, "locked": False, "schema_version": 3, "task": False}
    for number, name in enumerate(("strided-tests", "bonus", "../../x", "lone-pixel")):
        new = nbformat.v4.new_code_cell("1000")
        new.outputs = [nbformat.v4.new_output("execute_result", {"text/plain": "1000"})]
        new.metadata["nbgrader"] = mark | {"grade_id": name, "points": 10.0 ** (number + 2)}
        notebook.cells.append(new)
    return notebook


def known_by_heart(empty):
    """Right on all that `check` asks and on the tests of the book, by a table made at home."""
    notebook = copy.deepcopy(empty)
    notebook.cells[1].source += (
        "\ncalls = [0]\n"
        "from convnet_lib import by_definition\n"
        "TABLE = {}\n"
        "def key(*a):\n    return b''.join(np.asarray(x, float).tobytes() for x in a)\n"
    )
    from convnet_lib.exercises import catalogue

    asked = catalogue.find("2.3").answer
    cases = [case.arguments for case in asked.cases]
    # The hidden test's own case, from somebody who has seen it.
    cases += [(np.array([[1.0, 2, 3], [0, 5, 7]]), np.array([[1.0, -1], [2, 3]]), 0.5)]
    pairs = [(arguments, asked.reference(*arguments)) for arguments in cases]
    lines = [
        f"TABLE[key(*{[x.tolist() if hasattr(x, 'tolist') else x for x in a]!r})] = "
        f"np.array({r.tolist()!r})"
        for a, r in pairs
    ]
    known = "def weighted_input(a0, w1, b1):\n    return TABLE[key(a0, w1, b1)]"
    lone = "lone_pixel = [[4, 3], [2, 1]]"
    notebook.cells[1].source += "\n".join(lines)
    return changed(notebook, weighted_input=known, lone_pixel=lone)


# --- One class, marked once -------------------------------------------------------------------


class Listener(threading.Thread):
    """Listens on loopback and at an abstract socket; keeps what it hears."""

    def __init__(self):
        super().__init__(daemon=True)
        self.heard, self.name_ = [], f"class-{os.getpid()}"
        self.inet, self.unix = socket.create_server(("127.0.0.1", 0)), socket.socket(socket.AF_UNIX)
        self.unix.bind("\0" + self.name_)
        self.unix.listen()
        self.port = self.inet.getsockname()[1]
        self.start()

    def run(self):
        for line in (self.inet, self.unix):
            line.settimeout(0.1)
        while self.inet.fileno() >= 0:
            for line in (self.inet, self.unix):
                try:
                    line.accept()
                    self.heard.append(line)
                except OSError:
                    continue

    def close(self):
        self.inet.close()
        self.unix.close()


def fingerprints(*folders):
    return {
        path: hashlib.sha256(path.read_bytes()).hexdigest()
        for folder in folders
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.suffix != ".pyc"
    }


@pytest.fixture(scope="module")
def attacked(tmp_path_factory):
    course = Course(tmp_path_factory.mktemp("attacked"))
    settings = course.folder / "nbgrader_config.py"
    settings.write_text(settings.read_text() + f"\nc.Isolated.cell = {LIMIT}\n")
    course.nbgrader("generate_assignment", NAME)
    full, empty = (
        right(course.folder, NAME),
        read(course.folder / "release" / NAME / f"{NAME}.ipynb"),
    )
    listener = Listener()
    places = {"COURSE": str(course.folder), "HOME": str(course.progress.parent)}
    places |= {"PORT": str(listener.port), "SOCKET": listener.name_, "PASSWORD": PASSWORD}
    sent = {who: forged(empty, source) for who, source in FORGED.items()}
    for who, source in HARMFUL.items():
        for name, value in places.items():
            source = source.replace(name, value)
        sent[who] = with_cell(full, source)
    sent |= {
        "honest": full,
        "empty": empty,
        "is full of markup": full_of_markup(full),
        "writes the grader's marks": cunning_marks(empty),
        "knows the cases by heart": known_by_heart(empty),
        "twin one": changed(full, strided=cell(full, "strided").source + "\n# mine\n\n"),
    }
    archive = course.folder / "downloaded" / NAME / "archive"
    archive.mkdir(parents=True)
    with zipfile.ZipFile(archive / "all.zip", "w") as bundle:
        for who, notebook in sent.items():
            bundle.writestr(f"{who}_{NAME}.ipynb", nbformat.writes(notebook))
        bundle.writestr(f".._{NAME}.ipynb", nbformat.writes(full))
        bundle.writestr(f"../../../up_{NAME}.ipynb", nbformat.writes(full))
        bundle.writestr(f"/tmp/root_{NAME}.ipynb", nbformat.writes(full))
        bundle.writestr(f"=1+1<img src=x onerror=alert(1)>_{NAME}.ipynb", nbformat.writes(full))
        bundle.writestr(f"damaged_{NAME}.ipynb", '{"cells": [')
        bundle.writestr(f"deep_{NAME}.ipynb", "[" * 200_000)
        bundle.writestr(f"large_{NAME}.ipynb", b" " * 20_000_000)
        link = zipfile.ZipInfo(f"linked_{NAME}.ipynb")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        bundle.writestr(link, str(course.folder / "source" / NAME / f"{NAME}.ipynb"))
    course.log["collect"] = course.nbgrader("zip_collect", NAME)
    by_hand = course.folder / "submitted" / "by-hand" / NAME
    by_hand.mkdir(parents=True)
    (by_hand / f"{NAME}.ipynb").symlink_to(course.folder / "source" / NAME / f"{NAME}.ipynb")
    kept = [course.folder / name for name in ("source", "release", "submitted", "marking")]
    kept += [course.progress.parent, sandbox.library()]
    before = fingerprints(*kept)
    os.environ["TEACHERS_PASSWORD"] = PASSWORD
    # Nobody holds up the class: it takes minutes, though a dozen run until they are stopped.
    # Status 1: the damaged files are named at the end. Students' names are folders by now.
    course.log[NAME] = course.run("-m", "nbgrader", "autograde", NAME, wanted=1)
    del os.environ["TEACHERS_PASSWORD"]
    course.changed = {p for p, h in fingerprints(*kept).items() if before.get(p) != h}
    course.heard = listener.heard
    listener.close()
    course.scores = json.loads(course.run("-c", ASK).splitlines()[-1])[NAME]
    return course


def shown(course, who):
    """What the cells of a student showed, as the teacher finds it."""
    path = course.folder / "autograded" / work.student_name(who) / NAME / f"{NAME}.ipynb"
    outputs = [o for c in read(path).cells for o in c.get("outputs", ())]
    return "\n".join(str(o.get("text", "")) + str(o.get("evalue", "")) for o in outputs)


@isolated
@pytest.mark.parametrize("who", FORGED)
def test_no_pass_is_forged(attacked, who):
    assert autograded(attacked.scores[work.student_name(who)]) == NONE
    assert "FOUND" not in shown(attacked, who)


@isolated
@pytest.mark.parametrize("who", HARMFUL)
def test_nothing_is_reached_and_nothing_else_is_lost(attacked, who):
    scores = autograded(attacked.scores[work.student_name(who)])
    if who in COSTS:
        assert all(0 <= points <= FULL[task] for task, points in scores.items())
    else:
        assert scores == FULL
    assert "FOUND" not in shown(attacked, who)


@isolated
def test_the_attacks_were_tried(attacked):
    """Or the tests above would show nothing. Some of them end before what they print is kept."""
    silent = [who for who in [*FORGED, *HARMFUL] if "TRIED" not in shown(attacked, who)]
    ended = {"leaves at once", "prints without end", "shows without end", "ignores the clock"}
    ended |= {"is a fork bomb", "forges messages", "patches json and builtins"}
    assert set(silent) <= ended


@isolated
def test_nobody_else_is_touched(attacked):
    assert autograded(attacked.scores["honest"]) == FULL
    assert autograded(attacked.scores["empty"]) == NONE
    assert attacked.changed == set()
    assert attacked.heard == []


@isolated
def test_nothing_outlives_the_marking(attacked):
    lines = []
    for process in psutil.process_iter(["cmdline"]):
        lines += [process.info["cmdline"]] if MARKER in str(process.info["cmdline"]) else []
    assert lines == []


@isolated
def test_marks_in_the_notebook_count_for_nothing(attacked):
    cells = attacked.scores["writes-the-grader-s-marks"]
    assert autograded(cells) == NONE
    assert sum(most for _, most, _ in cells.values()) == 15


@isolated
def test_a_table_of_answers_is_not_a_function(attacked):
    """It passes all that the book checks, and fails on numbers that were drawn when marking."""
    scores = autograded(attacked.scores["knows-the-cases-by-heart"])
    assert scores == NONE | {"lone-pixel": 2}
    folder = attacked.folder / "autograded" / "knows-the-cases-by-heart" / NAME
    failed = cell(read(folder / f"{NAME}.ipynb"), "weighted-input-tests")
    assert failed.outputs[0].ename == "KeyError"
    assert failed.metadata.marking.hidden is True


@isolated
def test_names_are_no_paths(attacked):
    submitted = sorted(path.name for path in (attacked.folder / "submitted").iterdir())
    assert {"up", "root", "1-1-img-src-x-onerror-alert-1"} <= set(submitted)
    assert not any(name.startswith(("-", ".", "=")) or "<" in name for name in submitted)
    assert "linked" not in submitted
    assert "large" not in submitted
    assert not (attacked.folder.parent / f"up_{NAME}.ipynb").exists()
    for what in ("a link or encrypted", "too large"):
        assert what in attacked.log["collect"]


@isolated
def test_what_cannot_be_read_is_named_and_the_others_go_on(attacked):
    log = attacked.log[NAME]
    named = {
        line.split("for student '")[1][:-1] for line in log.splitlines() if "for student '" in line
    }
    assert named == {"damaged", "deep", "by-hand"}
    assert "is a link or a device, not a file" in log


# --- Looking at it ----------------------------------------------------------------------------


class Dangers(html.parser.HTMLParser):
    """Finds in a page what could run, or ask for something."""

    TAGS = ("script", "iframe", "object", "embed", "svg", "form", "style", "link", "base", "math")

    def __init__(self, page):
        super().__init__()
        self.found = []
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        """Note a tag or an attribute that does something."""
        if tag in self.TAGS:
            self.found.append(tag)
        for name, value in attributes:
            value = "".join((value or "").split()).lower()
            fetched = name in ("src", "srcset", "data", "poster") and not value.startswith(
                "data:im"
            )
            runs = value.startswith(("javascript:", "vbscript:", "data:text", "file:"))
            if name.startswith("on") or fetched or runs or (name == "style" and "fixed" in value):
                self.found.append(f"{tag} {name}={value[:40]}")


def test_the_search_for_dangers_finds_them():
    assert len(Dangers(MARKUP.replace("&#58;", ":")).found) >= 8


@isolated
def test_feedback_runs_nothing(attacked):
    who = "is-full-of-markup"
    pages = []
    for name in (who, "honest"):
        attacked.nbgrader("generate_feedback", NAME, f"--student={name}")
        place = attacked.folder / "feedback" / name / NAME / f"{NAME}.html"
        pages.append(place.read_text("utf-8"))
    page, other = pages
    assert Dangers(page).found == Dangers(other).found
    assert set(Dangers(page).found) == {"style"}  # the page's own
    assert "default-src 'none'" in page
    assert page.index("Content-Security-Policy") < page.index("<style")
    assert "alert(1)" in page  # it is there to be read


HONEST = "# A\n\n*b* $a<b$ `c`\n\n```python\nx = 1\n```\n\n|f|g|\n|-|-|\n|1|2|\n"


def page_of(*texts, code=("x = 1",), printed=""):
    """The page that the sandbox makes of a notebook with these texts."""
    notebook = nbformat.v4.new_notebook()
    notebook.cells = [nbformat.v4.new_markdown_cell(text) for text in texts]
    notebook.cells += [nbformat.v4.new_code_cell(source) for source in code]
    if printed:
        notebook.cells[-1].outputs = [nbformat.v4.new_output("stream", text=printed)]
    told = {"notebook": "n", "score": 1, "max_score": 2, "late_penalty": 0}
    resources = {"nbgrader": told, "metadata": {"name": "n", "path": ""}}
    return grading.shown({"notebook": notebook, "resources": resources, "settings": {}})


IN_HERE = """
from nbconvert.exporters import HTMLExporter
from nbgrader.apps import GenerateFeedbackApp
from marking import clean, grading

def here(self, nb, resources=None, **kw):
    page, resources = HTMLExporter.from_notebook_node(self, nb, resources)
    return clean.page(page), resources

grading.FeedbackPage.from_notebook_node = here
GenerateFeedbackApp.launch_instance(["convolution", "--student=honest", "--force"])
"""


@isolated
def test_the_page_of_honest_work_is_as_nbgrader_makes_it(tmp_path):
    """The same bytes, whether it is made in the sandbox or by nbgrader in the teacher's process."""
    course = Course(tmp_path)
    course.nbgrader("generate_assignment", NAME)
    submitted = tmp_path / "submitted" / "honest" / NAME / f"{NAME}.ipynb"
    submitted.parent.mkdir(parents=True)
    nbformat.write(changed(right(tmp_path, NAME), mean_test=HONEST), submitted)
    course.nbgrader("autograde", NAME)
    place = tmp_path / "feedback" / "honest" / NAME / f"{NAME}.html"
    course.nbgrader("generate_feedback", NAME)
    apart = place.read_text("utf-8")
    place.unlink()
    course.run("-c", IN_HERE)
    assert place.read_text("utf-8") == apart
    assert "Score: 12.0" in apart
    assert "<td>1" in apart
    assert showing.NOTE not in apart


@isolated
@pytest.mark.parametrize(
    "text",
    ["\\begin{a}" * 60_000, "*a*" * 500_000, "> - " * 1_500_000],
    ids=["formulas", "emphasis", "quotes"],
)
def test_a_text_that_takes_long_is_shown_as_it_was_typed(text):
    """And the others as ever; in here it takes no memory that the text itself does not take."""
    page = page_of(HONEST, text, "*after*")
    assert showing.NOTE in page
    assert text[:30] in html.unescape(page)
    assert "<h1" in page
    assert "<em>after</em>" in page


@isolated
def test_many_texts_that_take_long_take_no_longer():
    start = time.monotonic()
    page = page_of(HONEST, *["\\begin{a}" * 40_000] * 12)
    assert page.count(showing.NOTE) == 13  # and the code, for which nothing is left
    assert "<h1" in page
    assert time.monotonic() - start < grading.PAGE


@isolated
def test_a_text_that_takes_much_memory_is_shown_as_it_was_typed(monkeypatch):
    monkeypatch.setattr(sandbox, "MEGABYTES", 600)
    page = page_of(HONEST, "*a*" * 300_000, "*after*")
    assert showing.NOTE in page
    assert "<em>after</em>" in page


@isolated
def test_a_page_that_takes_too_much_is_not_made(monkeypatch):
    """What is no text of a cell, as what it printed, is bounded where it is kept; and here."""
    monkeypatch.setattr(sandbox, "MEGABYTES", 400)
    with pytest.raises(RuntimeError, match="no page was made in the sandbox"):
        page_of(HONEST, printed="<" * 8_000_000)


@isolated
def test_a_page_that_takes_too_long_is_not_made(monkeypatch):
    """Its one text alone may take five seconds, and would take minutes on any machine."""
    monkeypatch.setattr(grading, "PAGE", 3)
    start = time.monotonic()
    with pytest.raises(RuntimeError, match="no page was made in the sandbox"):
        page_of("\\begin{a}" * 60_000)
    assert time.monotonic() - start < 60


def test_what_a_notebook_shows_is_bounded():
    room = clean.Room()
    for _ in range(50):
        kept = clean.outputs([{"text": "x" * 10**6}] * 40, room)
    assert kept == []
    assert room.letters == 0
    assert len(clean.outputs([{"text": "x" * 10**6}])[0]["text"]) == clean.LETTERS


def test_too_many_letters_are_not_read(tmp_path):
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("\n " * 300_000)])
    nbformat.write(notebook, tmp_path / "n.ipynb")
    with pytest.raises(work.Refused, match="characters in its cells"):
        work.read(tmp_path / "n.ipynb")


def test_code_in_a_text_is_coloured_as_python_or_not_at_all():
    """Some of pygments' lexers never end: a page of brackets as ``ng2`` is one of them."""
    assert '<span class="mi">1</span>' in clean.rendered("```python\nx = 1\n```")
    for language in ("ng2", "make", "mermaid"):
        assert "<span" not in clean.rendered(f"```{language}\n{'(' * 15_000}\n```")
    assert "<span" not in clean.rendered("```python\n" + "\n " * 9_000 + "\n```")
    assert "<span" not in clean.code("\n " * 100_000 + "<b>")
    assert "&lt;b&gt;" in clean.code("\n " * 100_000 + "<b>")


@isolated
def test_what_the_formgrader_shows_runs_nothing(attacked):
    """The notebook that it opens, made into a page as it does; with its own scripts around."""
    path = attacked.folder / "autograded" / "is-full-of-markup" / NAME / f"{NAME}.ipynb"
    notebook = read(path)
    assert "SCRIPT" not in str(notebook.metadata)
    assert set(notebook.metadata) == {"kernelspec", "language_info", "marking"}
    for one in notebook.cells:
        assert set(one.metadata) <= {"nbgrader", "marking"}
        assert one.cell_type in ("code", "markdown")
        assert "attachments" not in one
        if one.cell_type == "markdown":
            assert "<" not in one.source.replace("< ", "") or one.source in str(
                read(attacked.folder / "release" / NAME / f"{NAME}.ipynb")
            )
        for output in one.get("outputs", ()):
            assert output.output_type in ("stream", "error", "display_data")
            assert set(output.get("data", ())) <= {"text/plain", "image/png"}
    program = """
import sys
from pathlib import Path
from nbgrader.apps import NbGrader
from nbgrader.server_extensions.formgrader import handlers
from nbconvert.exporters import HTMLExporter
app = NbGrader()
app.load_config_file()
app.config.HTMLExporter.template_name = "formgrade"
app.config.HTMLExporter.extra_template_basedirs = [handlers.template_path]
page = HTMLExporter(config=app.config).from_filename(sys.argv[1], resources={
    "assignment_id": "a", "notebook_id": "n", "submission_id": "s", "index": 0, "total": 1,
    "base_url": "", "my_url": "", "mathjax_url": "", "last_name": "", "first_name": ""})[0]
print("PAGE", page[page.index('id="notebook-container"'):page.index('class="help"')])
"""
    page = attacked.run("-c", program, str(path)).partition("PAGE")[2]
    assert Dangers("<div " + page).found == []
    assert "alert(1)" in page


@pytest.mark.parametrize(
    "text",
    [
        r"$\href{javascript:alert(1)}{x}$",
        r"$&#92;href{javascript:alert(1)}{x}$",
        r"$$&#x5C;href{javascript:alert(1)}{x}$$",
        r"&bsol;(&bsol;href{javascript:alert(1)}{x}&bsol;)",
        r"$\def\x{\href}\x{javascript:alert(1)}{x}$",
        r"$\mmlToken{mi}[href=javascript:alert(1)]{x}$",
        r"\\(\\href{javascript:alert(1)}{x}\\)",
        r"$\hre<!-- -->f{javascript:alert(1)}{x}$",
        r"$\hr<b></b>ef{javascript:alert(1)}{x}$",
    ],
)
def test_no_formula_makes_a_link(text):
    """MathJax would, and reads the page after all entities, tags and comments are gone."""
    for source in (text, clean.markdown(text)):
        seen = html.unescape(re.sub(r"<[^>]*>", "", clean.rendered(source)))
        assert not re.search(r"\\(href|mmlToken|def)", seen)


def test_cleaned_markdown_says_what_it_said():
    """Formulas, tables, code and links come through; the book's own texts are left alone."""
    page = clean.rendered(
        "# A\n\n*b* $a<b$ `c<d>`\n\n- e\n\n|f|g|\n|-|-|\n|1|2|\n\n[h](https://i.org)"
    )
    for wanted in ("<h1", "<em>b</em>", "$a&lt;b$", "<code>c&lt;d&gt;</code>", "<li>e", "<td>1"):
        assert wanted in page
    assert '<a href="https://i.org">h</a>' in page
    assert clean.markdown("1 < 2, a <= b, $x<y$") == "1 < 2, a <= b, $x< y$"


# --- The table of marks -----------------------------------------------------------------------


def table(course, *arguments, wanted=0):
    said = course.nbgrader("export", *arguments, wanted=wanted)
    with open(course.folder / "grades.csv", encoding="utf-8", newline="") as file:
        return said, {row["student_id"]: row for row in csv.DictReader(file)}


CHANGE = """
import sys
from nbgrader.api import Gradebook
with Gradebook("sqlite:///gradebook.db") as book:
    grade = book.find_grade(sys.argv[2], "convolution", "convolution", sys.argv[1])
    setattr(grade, sys.argv[3], float(sys.argv[4]))
    book.db.commit()
"""


@isolated
def test_two_with_one_content_are_named(attacked):
    _, rows = table(attacked)
    twins = rows["twin-one"]["flags"]
    assert twins.startswith("the same answers as ")
    assert "honest" in twins
    assert rows["honest"]["score"] == "12.0"
    assert rows["empty"]["flags"] == ""
    assert rows["knows-the-cases-by-heart"]["flags"] == ""
    for who in ("damaged", "deep", "by-hand"):
        assert rows[who]["flags"].startswith("handed in, and not marked")
        assert rows[who]["score"] == "0.0"


@isolated
@pytest.mark.parametrize(
    ("field", "points", "fault"),
    [
        ("auto_score", 75, "weighted-input-tests: 75 of 4 points"),
        ("auto_score", 4, "weighted-input-tests: 4 points, the tests give 0"),
        ("manual_score", 60, "weighted-input-tests: 60 of 4 points"),
        ("auto_score", -1, "weighted-input-tests: -1 of 4 points"),
    ],
)
def test_a_mark_that_cannot_be_is_not_exported(attacked, field, points, fault):
    who, task = "knows-the-cases-by-heart", "weighted-input-tests"
    copy_of = attacked.folder / "gradebook.copy"
    shutil.copy(attacked.folder / "gradebook.db", copy_of)
    try:
        attacked.run("-c", CHANGE, who, task, field, str(points))
        said, rows = table(attacked, wanted=1)
        assert fault in said
        assert fault in rows[who]["flags"]
        assert rows[who]["score"] == ""
        assert rows["honest"]["score"] == "12.0"
    finally:
        shutil.move(copy_of, attacked.folder / "gradebook.db")


@isolated
def test_points_given_by_hand_are_said_to_be(attacked):
    who, copy_of = "knows-the-cases-by-heart", attacked.folder / "gradebook.copy"
    shutil.copy(attacked.folder / "gradebook.db", copy_of)
    try:
        attacked.run("-c", CHANGE, who, "weighted-input-tests", "manual_score", "3")
        _, rows = table(attacked)
        assert rows[who]["score"] == "5.0"
        assert "was changed by hand, 0 to 3" in rows[who]["flags"]
    finally:
        shutil.move(copy_of, attacked.folder / "gradebook.db")


@isolated
def test_what_was_handed_in_has_to_be_what_was_marked(attacked):
    path = attacked.folder / "submitted" / "honest" / NAME / f"{NAME}.ipynb"
    before = path.read_bytes()
    try:
        path.write_bytes(before + b"\n")
        said, rows = table(attacked, wanted=1)
        assert "is not what was marked" in rows["honest"]["flags"]
        assert "honest" in said
    finally:
        path.write_bytes(before)
    marked = attacked.folder / "autograded" / "honest"
    try:
        marked.rename(attacked.folder / "away")
        _, rows = table(attacked, wanted=1)
        assert "without a marking in the sandbox" in rows["honest"]["flags"]
    finally:
        (attacked.folder / "away").rename(marked)


def test_no_cell_of_the_table_is_a_formula(tmp_path):
    export.write(tmp_path / "t.csv", [{"student_id": "=1+1", "last_name": '@a,"b"', "score": "-1"}])
    assert (tmp_path / "t.csv").read_text() == (
        'student_id,last_name,score\n\'=1+1,"\'@a,""b""",-1\n'
    )


# --- Where it cannot be done ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("program", "said"),
    [
        (None, "The program bwrap is missing: on Debian and Ubuntu, apt-get install"),
        ("echo 'bwrap: No permissions to create new namespace' >&2; exit 1", "No permissions"),
        ("exit 0", "could not make a sandbox"),
        # One that isolates nothing: runs what it is given here and now.
        (f"exec {sys.executable} -I {TEACHING}/marking/inside.py", "processes of others|a network"),
    ],
    ids=["none", "not allowed", "ends", "isolates nothing"],
)
def test_without_isolation_nothing_is_marked(released_once, tmp_path, program, said):
    course = released_once
    scripts = tmp_path / "scripts"
    scripts.mkdir()
    (scripts / "alembic").symlink_to(shutil.which("alembic"))
    for tool in ("sh", "env", "echo"):
        (scripts / tool).symlink_to(shutil.which(tool))
    if program:
        (scripts / "bwrap").write_text(f"#!{shutil.which('sh')}\n{program}\n")
        (scripts / "bwrap").chmod(0o755)
    done = course.run("-m", "nbgrader", "autograde", NAME, wanted=1, environ={"PATH": str(scripts)})
    assert "Nothing was marked." in done
    assert re.search(said, done)
    # Nobody is left as if marked: where there is a sandbox again, the same line marks all.
    assert not (course.folder / "autograded" / "ada").exists()
    scores = json.loads(course.run("-c", ASK).splitlines()[-1])
    points = scores.get(NAME, {}).get("ada", {}).values()
    assert all(grade[0] is None for grade in points)
    # Nor is feedback made, of what was marked where there was one.
    place = course.folder / "autograded" / "ada" / NAME
    place.mkdir(parents=True)
    try:
        shutil.copy(course.folder / "submitted" / "ada" / NAME / f"{NAME}.ipynb", place)
        line = ("-m", "nbgrader", "generate_feedback", NAME)
        done = course.run(*line, wanted=1, environ={"PATH": str(scripts)})
        assert "No feedback was made." in done
        assert re.search(said, done)
        assert not (course.folder / "feedback" / "ada").exists()
    finally:
        shutil.rmtree(course.folder / "autograded")


@pytest.fixture(scope="module")
def released_once(tmp_path_factory):
    folder = tmp_path_factory.mktemp("released")
    course = Course(folder)
    course.nbgrader("generate_assignment", NAME)
    place = folder / "submitted" / "ada" / NAME
    place.mkdir(parents=True)
    nbformat.write(right(folder, NAME), place / f"{NAME}.ipynb")
    return course


def open_for_all(paths, stash):
    """Lines of a shell that make paths reachable for all, in a mount namespace of their own."""
    pairs = {}
    for path in map(Path, paths):
        above = [f for f in reversed(path.parents) if not f.stat().st_mode & 0o001]
        pairs |= {path: above[0]} if above else {}
    lines = ["set -e", "mount --make-rprivate /"]
    for number, path in enumerate(pairs):
        lines += [f"mkdir -p {stash}/{number}", f"mount --bind {path} {stash}/{number}"]
    lines += [
        f"mount -t tmpfs -o mode=755 tmpfs {folder}" for folder in sorted(set(pairs.values()))
    ]
    for number, path in enumerate(pairs):
        lines += [f"mkdir -p {path}", f"mount --bind {stash}/{number} {path}"]
    return lines


AS_NOBODY = """
import os, sys
sys.path[:0] = [os.getcwd(), "LIBRARY"]
os.environ["CONVNET_COURSE"] = os.getcwd()
from marking import formgrader, sandbox
print(os.getuid(), sandbox.missing())
about = dict.fromkeys(("last_name", "first_name"), None) | {"index": 0, "total": 1, "base_url": ""}
about |= dict.fromkeys(("assignment_id", "notebook_id", "submission_id"), "convolution")
about |= {"student": "harmful", "notebook_path": ""}
path = "autograded/harmful/convolution/convolution.ipynb"
status, policy, page = formgrader.page_of(path, about)
print(status, "TRIED" in page)
"""


@isolated
@pytest.mark.skipif(os.geteuid() != 0, reason="to be another user, one has to be root")
@pytest.mark.skipif(shutil.which("unshare") is None, reason="needs unshare, of util-linux")
def test_it_works_for_a_user_without_rights(tmp_path):
    """Marking, feedback, the Formgrader's page and export, as root has them in the other tests."""
    folder = Path(tempfile.mkdtemp(prefix="class-"))
    try:
        course = Course(folder)
        course.nbgrader("generate_assignment", NAME)
        full = right(folder, NAME)
        harmful = full
        for what in ("reads the environment", "asks for more rights", "is a memory bomb"):
            harmful = with_cell(harmful, HARMFUL[what])
        for who, notebook in {"honest": full, "harmful": harmful, "dead": deadly(full)}.items():
            place = folder / "submitted" / who / NAME
            place.mkdir(parents=True)
            nbformat.write(notebook, place / f"{NAME}.ipynb")
        for path in [folder, *folder.rglob("*")]:
            os.chown(path, 65534, 65534)
        needed = [os.path.realpath(sys.base_prefix), sys.prefix, sandbox.library()]
        program = AS_NOBODY.replace("LIBRARY", str(sandbox.library().parent))
        python = f"{os.path.abspath(sys.executable)} -B"
        lines = [f"{python} -m nbgrader {line}" for line in ("autograde", "generate_feedback")]
        lines = [f"{line} {NAME} >{folder}/log 2>&1 || cat {folder}/log" for line in lines]
        lines += [f"{python} -m nbgrader export >/dev/null 2>&1"]
        lines += [f"{python} -c {shlex.quote(program)}"]
        drop = "setpriv --reuid 65534 --regid 65534 --clear-groups env -i"
        drop += f" HOME={folder}/home PATH={sys.prefix}/bin:/usr/bin:/bin"
        drop += f" PYTHONPATH={sandbox.library().parent} JUPYTER_RUNTIME_DIR={folder}/home"
        run = f"exec {drop} sh -c {shlex.quote('; '.join(lines))}"
        script = "\n".join([*open_for_all(needed, tmp_path), f"cd {folder}", run])
        command = ["unshare", "-m", "sh", "-c", script]
        done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE)
        assert done.stdout == "65534 None\n200 True\n", done.stdout + done.stderr
        with open(folder / "grades.csv", encoding="utf-8", newline="") as file:
            scores = {row["student_id"]: row["score"] for row in csv.DictReader(file)}
        assert scores["honest"] == scores["harmful"] == "12.0"
        assert 0 <= float(scores["dead"]) <= 12
        assert "FOUND" not in shown(course, "harmful")
        for who in scores:
            assert (folder / "feedback" / who / NAME / f"{NAME}.html").stat().st_uid == 65534
    finally:
        shutil.rmtree(folder)


def deadly(full):
    """What would take all processes, or end them: of a user without rights, the teacher's own."""
    return with_cell(with_cell(full, HARMFUL["is a fork bomb"]), HARMFUL["kills everything"])


# --- The parts --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "data",
    [
        {"a": ["|O", [1], "gASVAAAA"]},
        {"a": ["<f8", [10**9, 10**9], ""]},
        {"a": ["<f8", [-1], ""]},
        {"a": ["<f8", [2], "AAAA"]},
        {"a": ["<f8", [1] * 40, "AAAAAAAA8D8="]},
        {"a": [1, 2, 3]},
        {"a": None},
        {"s": 3},
        {"t": {}},
        {"d": [[1, 2]]},
        {"c": ["x", 1]},
        {"x": 1},
        {"s": "a", "t": []},
        10**400,
        [[]] * 200_000,
    ],
    ids=str,
)
def test_what_is_no_plain_data_is_refused(data):
    with pytest.raises(plain.Unreadable):
        plain.decode(data)


def test_depth_is_bounded():
    data = []
    for _ in range(100):
        data = [data]
    with pytest.raises(plain.Unreadable):
        plain.decode(data)
    itself = []
    itself.append(itself)
    assert isinstance(plain.decode(plain.encode(itself)), list)


def test_the_judge_has_no_way_to_run_what_it_reads():
    """No eval, pickle or import of what came: the only things executed are the teacher's cells."""
    for module in (plain, judge, sandbox, clean, work, export, grading, showing):
        text = Path(module.__file__).read_text("utf-8")
        for word in ("pickle", "eval(", "__import__", "np.load", "marshal", "yaml"):
            assert word not in text.replace("no pickle", ""), (module, word)
        assert text.count("exec(compile(") == (2 if module is judge else 0)


def test_feedback_without_hidden_tests_and_with_them():
    source = "a\n### BEGIN HIDDEN TESTS\nsecret\n### END HIDDEN TESTS\nb"
    nb = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source)])
    nb.cells[0].metadata["marking"] = {"hidden": True}
    nb.cells[0].outputs = [nbformat.from_dict(clean.error("AssertionError", "secret 130.5"))]
    hidden, _ = grading.HiddenTests().preprocess(copy.deepcopy(nb), {})
    assert "secret" not in str(hidden)
    assert "a test that is not shown here did not pass" in str(hidden)
    open_, _ = grading.HiddenTests(shown=True).preprocess(copy.deepcopy(nb), {})
    assert "secret 130.5" in str(open_)


@pytest.mark.parametrize(
    "module",
    [clean, export, grading, judge, plain, sandbox, showing, work],
    ids=lambda m: m.__name__,
)
def test_examples_in_the_docstrings(module):
    assert doctest.testmod(module).failed == 0
