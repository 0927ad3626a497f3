"""Further attacks: by the file itself rather than by the code in it. Each, and what comes of it.

All are handed in at once, collected from one zip, marked, looked at in feedback and in the
Formgrader, and exported. A student in AS_IF_HONEST gets all points, for the answers are right; one
in REFUSED is named, and gets none; nobody else is held up.
"""

import base64
import copy
import csv
import html.parser
import io
import json
import os
import subprocess
import sys
import unicodedata
import zipfile

import nbformat
import pytest
from test_attacks import ASK, MARKUP, NAME, SCRIPT, SVG, Dangers, isolated, with_cell
from test_formgrader import EVIL, RESOURCES, cells_in
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

pytest.importorskip("nbgrader", reason="needs nbgrader: make test-classroom")
sys.path.insert(0, str(TEACHING))
from marking import clean, formgrader, work

RLO = "\u202e"  # what follows is shown from right to left
SECRET = "what-only-the-teacher-has"


def data(notebook):
    """A notebook as plain data, which need not be a notebook for long."""
    return json.loads(nbformat.writes(notebook))


def in_all_directions(full):
    """Reads otherwise than it runs, and hides what it says."""
    source = cell(full, "weighted-input").source
    notebook = changed(full, weighted_input=f"{source}\n# {RLO}tiderc on{RLO} \u200b\u2066")
    return changed(notebook, mean_test=f"{RLO}ton si sihT{RLO}\u200b \U000e0041 hidden")


def of_huge_metadata(full):
    notebook = data(full)
    notebook["metadata"]["x"] = "x" * 4_000_000
    notebook["cells"][0]["metadata"]["y"] = ["<script>"] * 200_000
    return notebook


def with_attachments(full):
    notebook = data(full)
    for one in notebook["cells"]:
        if one["cell_type"] == "markdown":
            svg = base64.b64encode(SVG.encode()).decode()
            one["attachments"] = {"x.svg": {"image/svg+xml": svg, "text/html": SCRIPT}}
    return changed(nbformat.from_dict(notebook), mean_test="![x](attachment:x.svg)")


def with_a_widget(full):
    notebook = data(full)
    state = {"state": {"a": {"model_module": EVIL, "model_name": EVIL, "state": {}}}}
    state |= {"version_major": 2, "version_minor": 0}
    notebook["metadata"]["widgets"] = {"application/vnd.jupyter.widget-state+json": state}
    return notebook


def with_outputs_made_at_home(full):
    notebook = data(full)
    shown = {"text/html": EVIL, "image/svg+xml": SVG, "application/javascript": "alert(1)"}
    shown["application/x-anything+json"] = {"x": EVIL}
    for one in notebook["cells"]:
        if one["cell_type"] == "code":
            home = {"output_type": "display_data", "metadata": {"isolated": True}, "data": shown}
            one["outputs"] = [home, {"output_type": "stream", "name": "stdout", "text": "FORGED"}]
    return notebook


def with_one_id(full):
    notebook = data(full)
    for one in notebook["cells"]:
        one["id"] = "same"
    return notebook


def with_a_kernel_of_its_own(full):
    notebook = data(full)
    argv = ["sh", "-c", "touch /tmp/FOUND"]
    notebook["metadata"]["kernelspec"] = {"name": "../evil", "display_name": "e", "argv": argv}
    notebook["metadata"]["language_info"] = {"name": "bash", "pygments_lexer": "ng2"}
    return notebook


def with_tests_turned_into_text(full):
    notebook = data(full)
    for one in notebook["cells"]:
        if one["metadata"].get("nbgrader", {}).get("locked"):
            one["cell_type"] = (
                "raw" if "seen" in one["metadata"]["nbgrader"]["grade_id"] else "markdown"
            )
            one.pop("outputs", None)
            one.pop("execution_count", None)
    return notebook


def with_magics(full):
    for source in (
        f"%%html\n{EVIL}",
        "%%javascript\nalert(1)",
        f"%%svg\n{SVG}",
        "!cat /etc/passwd; touch /tmp/FOUND; echo TRIED",
        "%%bash\ncat /etc/hostname /etc/shadow",
        "%run /etc/passwd\n%load_ext autoreload\n%autoreload 2\n%xmode Verbose",
        f"%%latex\n{MARKUP}",
    ):
        full = with_cell(full, source)
    return full


def with_buttons(full):
    buttons = '<div class="nbgrader_cell full-credit">Read me</div> <button class="full-credit">x'
    return changed(full, mean_test=f"{buttons}\n\n[<span class='score'>y</span>](# 'full-credit')")


def of_an_old_format(full):
    """As programs wrote it ten years ago."""
    return nbformat.v4.downgrade(copy.deepcopy(full))


def telling_what_it_is_asked(full):
    """Wrong on all but the book's cases, and says in its error what it was called with."""
    told = "def strided(a0, w1, b1, step):\n    raise ValueError(f'LEAK {a0} {w1} {b1} {step}')"
    inputs = (
        "def weighted_input(a0, w1, b1):\n"
        "    from convnet_lib import conv\n"
        "    if np.shape(a0) == (3, 3) or np.size(a0) > 500 or np.size(w1) < 5:\n"
        "        return conv.forward(np.asarray(a0, float), np.asarray(w1, float), b1)\n"
        "    raise ValueError(f'LEAK {np.shape(a0)} {a0}')"
    )
    return changed(full, strided=told, weighted_input=inputs)


AS_IF_HONEST = {
    "directions": in_all_directions,
    "metadata": of_huge_metadata,
    "attachments": with_attachments,
    "widget": with_a_widget,
    "outputs": with_outputs_made_at_home,
    "ids": with_one_id,
    "kernel": with_a_kernel_of_its_own,
    "tests-as-text": with_tests_turned_into_text,
    "magics": with_magics,
    "buttons": with_buttons,
    "old-format": of_an_old_format,
}


def wrong_types(full):
    notebook = data(full)
    notebook["cells"][1]["source"] = [1, {"x": 2}]
    return json.dumps(notebook)


def without_cells_but_with_a_list(full):
    return json.dumps(data(full) | {"metadata": [1, 2]})


def half_a_letter(full):
    """Half of a pair, which JSON can write and no encoding can."""
    notebook = data(full)
    notebook["cells"][0]["source"] = "\ud800 lone"
    return json.dumps(notebook)


REFUSED = {
    "no-json": lambda full: b"\x80\x04\x95 this is no text",
    "another-encoding": lambda full: json.dumps(data(full)).encode("utf-16"),
    "an-archive": lambda full: b"%PDF-1.4",
    "empty-file": lambda full: b"",
    "a-number": lambda full: b"3",
    "not-a-number": lambda full: b'{"cells": NaN, "metadata": Infinity}',
    "huge-number": lambda full: b'{"cells": ' + b"9" * 100_000 + b"}",
    "wrong-types": wrong_types,
    "list-for-metadata": without_cells_but_with_a_list,
    "from-the-future": lambda full: json.dumps(data(full) | {"nbformat": 99}),
    "half-a-letter": half_a_letter,
    "speaks-to-terminals": lambda full: json.dumps(
        data(full) | {"cells": "\x1b]0;owned\x07\x1b[2J"}
    ),
}

#: Answers that are hard to read for a program that compares them.
KNOTS = {
    "minus": "-" * 150_000 + "1",
    "brackets": "(" * 150_000,
    "closed": "[" * 90_000 + "]" * 90_000,
    "sum": "1+" * 100_000 + "1",
    "nots": "not " * 90_000 + "1",
    "lambdas": "lambda:" * 50_000 + "1",
    "attributes": "a" + ".a" * 150_000,
    "calls": "f" + "()" * 150_000,
    "digits": "9" * 300_000,
    "power": "9**" * 50_000 + "9",
    "text": "f'{" * 200 + "1" + "}'" * 200,
    "nul": "x = 1\x00",
    "ifs": "if 1:\n" + "".join(" " * n + "if 1:\n" for n in range(1, 700)),
}


def inner(files):
    """A zip that a student packed, as bytes."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return packed.getvalue()


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    course = Course(tmp_path_factory.mktemp("disguises"))
    course.nbgrader("generate_assignment", NAME)
    full = right(course.folder, NAME)
    empty = read(course.folder / "release" / NAME / f"{NAME}.ipynb")
    honest = nbformat.writes(full)
    archive = course.folder / "downloaded" / NAME / "archive"
    archive.mkdir(parents=True)
    with zipfile.ZipFile(archive / "all.zip", "w", zipfile.ZIP_DEFLATED) as bundle:
        for who, disguise in AS_IF_HONEST.items():
            made = disguise(copy.deepcopy(full))
            bundle.writestr(f"{who}_{NAME}.ipynb", json.dumps(made))
        for who, disguise in REFUSED.items():
            bundle.writestr(f"{who}_{NAME}.ipynb", disguise(copy.deepcopy(full)))
        bundle.writestr(f"ada_{NAME}.ipynb", honest)
        bundle.writestr(f"leak_{NAME}.ipynb", nbformat.writes(telling_what_it_is_asked(full)))
        # In the name of somebody else, from within one's own zip.
        forged = {f"ada_{NAME}.ipynb": nbformat.writes(empty), "notes.txt": b"x"}
        forged |= {f"__MACOSX/._ada_{NAME}.ipynb": b"x", ".ipynb_checkpoints/a.ipynb": b"{}"}
        bundle.writestr("mallory_work.zip", inner(forged))
        bomb = inner({f"b{n}_x.ipynb": bytes(9_000_000) for n in range(60)})
        bundle.writestr("bomb_work.zip", bomb)
        bundle.writestr("deep_work.zip", inner({"deeper.zip": inner({"x.zip": bomb})}))
        bundle.writestr("many_work.zip", inner({f"n{n}.txt": b"" for n in range(20_000)}))
        broken = bytearray(inner({"x.ipynb": honest}))
        broken[60:90] = bytes(30)
        bundle.writestr("broken_work.zip", bytes(broken))
        bundle.writestr("esc\x1b]0;owned\x07.txt", "x")
        bundle.writestr(f"\x1b[2Jesc\n_{NAME}.ipynb", honest)
        bundle.writestr(f"{unicodedata.normalize('NFD', 'Zoë')}_{NAME}.ipynb", honest)
        for end in "12":
            bundle.writestr(f"{'long' * 20}{end}_{NAME}.ipynb", honest)
    course.log["collect"] = course.nbgrader("zip_collect", NAME)
    by_hand(course.folder, honest)
    course.log[NAME] = course.run("-m", "nbgrader", "autograde", NAME, wanted=1)
    course.run("-m", "nbgrader", "generate_feedback", NAME)
    course.log["export"] = course.nbgrader("export")
    course.scores = json.loads(course.run("-c", ASK).splitlines()[-1])[NAME]
    return course


def by_hand(folder, honest):
    """What may lie in a folder that somebody unpacked with a program of their own."""
    (folder / "secret.txt").write_text(SECRET)
    for who in ("link-beside", "folder-beside", "pipe-beside", "page-beside"):
        place = folder / "submitted" / who / NAME
        place.mkdir(parents=True)
        (place / f"{NAME}.ipynb").write_text(honest)
    (folder / "submitted" / "link-beside" / NAME / "notes.txt").symlink_to(folder / "secret.txt")
    (folder / "submitted" / "folder-beside" / NAME / "data").symlink_to(folder / "source")
    os.mkfifo(folder / "submitted" / "pipe-beside" / NAME / "pipe.txt")
    (folder / "submitted" / "page-beside" / NAME / "numpy.py").write_text("raise SystemExit")


def pages(course, who):
    """The student's part of the page of feedback and of the Formgrader's."""
    feedback = course.folder / "feedback" / who / NAME / f"{NAME}.html"
    path = course.folder / "autograded" / who / NAME / f"{NAME}.ipynb"
    status, _, page = formgrader.page_of(str(path), RESOURCES)
    assert status == 200, page[-500:]
    return feedback.read_text("utf-8"), cells_in(page)


def table(course):
    with open(course.folder / "grades.csv", encoding="utf-8", newline="") as file:
        return {row["student_id"]: row for row in csv.DictReader(file)}


@isolated
@pytest.mark.parametrize("who", AS_IF_HONEST)
def test_a_disguise_changes_no_mark_and_does_nothing_on_a_page(course, who):
    assert autograded(course.scores[who]) == FULL
    assert table(course)[who]["score"] == "12.0"
    feedback, shown = pages(course, who)
    assert set(Dangers(feedback).found) == {"style"}
    assert Dangers(shown).found == []
    assert "FORGED" not in feedback + shown
    marked = course.folder / "autograded" / who / NAME / f"{NAME}.ipynb"
    assert marked.stat().st_size < 200_000


@isolated
def test_what_is_hidden_in_a_text_is_named(course):
    for page in pages(course, "directions"):
        assert clean.UNSEEN.search(page) is None
        for named in ("[U+202E]", "[U+200B]", "[U+2066]", "[U+E0041]"):
            assert named in page


class Buttons(html.parser.HTMLParser):
    """Finds what has a class that the Formgrader's scripts look for, and what tag it is."""

    NAMES = ("full-credit", "no-credit", "mark-graded", "score", "comment", "nbgrader_cell")

    def __init__(self, page):
        super().__init__()
        self.found = []
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        """Note it."""
        names = (dict(attributes).get("class") or "").split()
        self.found += [(name, tag) for name in names if name in self.NAMES]


@isolated
def test_no_text_is_a_button(course):
    """Who hits the text with the pointer would give full credit for it."""
    found = [Buttons(pages(course, who)[1]).found for who in ("buttons", "ada")]
    assert found[0] == found[1]
    assert found[1].count(("full-credit", "button")) == 5


@isolated
def test_tests_that_were_turned_into_text_are_tests_again(course):
    path = course.folder / "autograded" / "tests-as-text" / NAME / f"{NAME}.ipynb"
    tests = [c for c in read(path).cells if c.metadata.get("nbgrader", {}).get("locked")]
    assert {c.cell_type for c in tests if c.metadata.nbgrader["grade"]} == {"code"}


@isolated
def test_an_error_tells_no_hidden_input(course):
    """Its author reads the feedback, and would know what the hidden tests ask."""
    scores = autograded(course.scores["leak"])
    assert scores["strided"] == 0
    feedback, _ = pages(course, "leak")
    marked = read(course.folder / "autograded" / "leak" / NAME / f"{NAME}.ipynb")
    kept = [c for c in marked.cells if c.metadata.get("marking", {}).get("hidden")]
    if kept:
        told = "".join(o.evalue for c in kept for o in c.outputs)
        for line in filter(None, map(str.strip, told.splitlines())):
            assert len(line) < 12 or line not in feedback


@isolated
@pytest.mark.parametrize("who", REFUSED)
def test_what_is_no_notebook_is_named_and_holds_nobody_up(course, who):
    assert f"processing assignment '{NAME}' for student '{who}'" in course.log[NAME]
    assert not (course.folder / "autograded" / who).joinpath(NAME).exists()
    row = table(course)[who]
    assert row["score"] == "0.0"
    assert row["flags"].startswith("handed in, and not marked")


@isolated
def test_those_after_them_are_marked(course):
    for who in ("ada", "Zoë", "page-beside"):
        assert autograded(course.scores[who]) == FULL


@isolated
def test_what_is_said_steers_no_terminal(course):
    for log in course.log.values():
        assert "owned" not in log or "\ufffd]0;owned" in log
        assert "\x1b]" not in log
        assert "\x1b[2J" not in log
        assert "\x07" not in log


@isolated
@pytest.mark.parametrize("who", ["link-beside", "folder-beside", "pipe-beside"])
def test_a_link_beside_a_notebook_is_not_followed(course, who):
    assert f"processing assignment '{NAME}' for student '{who}'" in course.log[NAME]
    for folder in ("autograded", "feedback"):
        for path in (course.folder / folder).rglob("*"):
            assert path.is_dir() or SECRET not in path.read_text("utf-8", errors="replace")
        assert not list((course.folder / folder / who).glob("*"))


@isolated
def test_a_zip_within_the_zip_is_its_senders(course):
    """Whatever name is in it: Ada keeps her own, and Mallory has handed in an empty one."""
    assert autograded(course.scores["ada"]) == FULL
    assert autograded(course.scores["mallory"]) == NONE
    sent = course.folder / "submitted" / "mallory" / NAME
    assert [path.name for path in sent.iterdir()] == [f"{NAME}.ipynb"]


@isolated
def test_a_bomb_is_small(course):
    """Three of them would be 1.6 GB; what is taken is 9 MB of each at most, and is no notebook."""
    extracted = course.folder / "downloaded" / NAME / "extracted"
    assert sum(p.stat().st_size for p in extracted.rglob("*") if p.is_file()) < 40_000_000
    assert "more than 100 files" in course.log["collect"]
    assert "damaged" in course.log["collect"]
    assert "a second notebook in one zip" in course.log["collect"]


def test_one_name_is_one_student():
    composed, apart = (unicodedata.normalize(form, "Zoë_17") for form in ("NFC", "NFD"))
    assert composed != apart
    assert work.student_name(composed) == work.student_name(apart) == composed
    names = {work.student_name("long" * 30 + end) for end in "12"}
    assert len(names) == 2
    assert all(len(name) == 60 for name in names)


@pytest.mark.parametrize("knot", KNOTS)
def test_a_knot_is_compared_as_text(tmp_path, knot):
    """In the teacher's own process, which reads all answers to find equal ones."""
    program = (
        f"import sys; sys.path.insert(0, {str(TEACHING)!r})\n"
        "import nbformat; from marking import work\n"
        "cell = nbformat.v4.new_code_cell(sys.stdin.read())\n"
        "print(len(work.normal(cell)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        input=KNOTS[knot],
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )
    assert done.returncode == 0, done.stderr[-500:]
    assert int(done.stdout) > 0
