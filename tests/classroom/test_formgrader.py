"""The pages in which a teacher looks at submissions, in the real Formgrader, with hostile ones.

Three layers keep a submission from acting on the teacher: it is cleaned when it is marked, its
page is made in a sandbox, and a policy lets no script of it run. Here the first is left out, so
that what comes into the page is as bad as can be; then the second too.
"""

import base64
import copy
import json
import re
import shutil
import sys

import nbformat
import pytest
from test_attacks import MARKUP, NAME, SCRIPT, SVG, Dangers, isolated
from test_grading import TEACHING, Course, cell, changed, read, right

pytest.importorskip("nbgrader", reason="needs nbgrader: make test-classroom")
sys.path.insert(0, str(TEACHING))
import teachers_lab
from marking import clean, formgrader, grading, sandbox

#: Asks for a terminal in the teacher's name, and for an address that the test would see.
TAKE = "fetch('/api/terminals',{method:'POST'});fetch('/stolen');alert(1)"
EVIL = f"""<script>{TAKE}</script><img src=/stolen0 onerror="{TAKE}"><svg onload="{TAKE}"></svg>
<iframe srcdoc="<script>parent.{TAKE}</script>"></iframe><base href="/stolen1/">
<iframe src="javascript:{TAKE}"></iframe><object data="/stolen2"></object><embed src="/stolen3">
<link rel="stylesheet" href="/stolen4"><style>@import '/stolen5';</style>
<video src="/stolen6"></video>
<details open ontoggle="{TAKE}">x</details><input autofocus onfocus="{TAKE}">
<a id="trap" href="javascript:{TAKE}">trap</a>
<form id="form" action="/stolen7"><button>go</button></form>
<math href="javascript:{TAKE}">m</math>
<script src="/files/submitted/evil.js"></script><script nonce="">{TAKE}</script>
<div style="background:url(/stolen9)">y</div>
<template><script>{TAKE}</script></template><body onload="{TAKE}">
"""
#: Asks for an address without a script, which no policy of a page forbids: so cleaning has to.
AWAY = '<link rel="prefetch" href="/stolen"><meta http-equiv="refresh" content="0;url=/stolen">'
TRICKS = "".join(
    f"\n\n{line}"
    for line in (
        f"[a](javascript:{TAKE})",
        f"![b](x){{onerror={TAKE}}}",
        "![c](/stolen)",
        f"$\\href{{javascript:{TAKE}}}{{d}}$",
        f"```mermaid\ngraph TD; A[<img src=x onerror={TAKE}>]\n```",
        "[e](data:text/html;base64," + base64.b64encode(SCRIPT.encode()).decode() + ")",
        '<div class="nbgrader_cell full-credit"><input class="score" value="3">f</div>',
        '<span id="mean-test" class="score">g</span>',
    )
)


def hostile(marked):
    """A marked notebook as bad as can be, as if nothing had cleaned it."""
    notebook = copy.deepcopy(marked)
    new = nbformat.v4.new_output
    shown = {"text/html": EVIL, "image/svg+xml": SVG, "application/javascript": TAKE}
    shown |= {"text/latex": MARKUP, "text/markdown": EVIL, "text/plain": EVIL}
    widget = {"application/vnd.jupyter.widget-view+json": {"model_id": "a", "version_major": 2}}
    outputs = [new("display_data", data) for data in ({k: v} for k, v in shown.items())]
    outputs += [new("display_data", {"text/html": AWAY}), new("stream", text=AWAY)]
    outputs += [new("display_data", shown), new("display_data", widget)]
    outputs += [new("stream", text=EVIL + "\x1b[31m\x1b]8;;javascript:alert(1)\x07"), bad_error()]
    code = nbformat.v4.new_code_cell(EVIL, outputs=outputs)
    code.metadata.tags = [f'"><img/src=x/onerror={TAKE.replace(",", ";")}>']
    raw = nbformat.v4.new_raw_cell(EVIL, metadata={"raw_mimetype": "text/html"})
    texts = [nbformat.v4.new_markdown_cell(text) for text in (AWAY + EVIL, MARKUP, TRICKS)]
    texts[0]["attachments"] = {"x.svg": {"image/svg+xml": SVG}}
    notebook.cells[2:2] = [code, raw, *texts]
    explained = cell(notebook, "mean-test")
    explained.source = EVIL + AWAY + TRICKS
    explained.metadata.nbgrader["points"] = 3
    notebook.metadata.title = f"</title>{EVIL}"
    notebook.metadata.language_info = {"name": EVIL, "pygments_lexer": "ng2", "mimetype": EVIL}
    state = {"version_major": 2, "version_minor": 0, "state": {"a": {"model_name": EVIL}}}
    notebook.metadata.widgets = {"application/vnd.jupyter.widget-state+json": state}
    return notebook


def bad_error():
    return nbformat.v4.new_output("error", ename=EVIL, evalue=EVIL, traceback=[EVIL])


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    course = Course(tmp_path_factory.mktemp("formgrader"))
    course.nbgrader("generate_assignment", NAME)
    full = right(course.folder, NAME)
    for who in ("ada", "mallory", "slow"):
        place = course.folder / "submitted" / who / NAME
        place.mkdir(parents=True)
        wrong = "def strided(a0, w1, b1, step):\n    return 0"
        sent = changed(full, strided=wrong) if who == "slow" else full
        nbformat.write(sent, place / f"{NAME}.ipynb")
    (course.folder / "submitted" / "evil.js").write_text(TAKE)
    course.nbgrader("autograde", NAME)
    for who in ("mallory", "slow"):
        path = course.folder / "autograded" / who / NAME / f"{NAME}.ipynb"
        path.chmod(0o644)
        bad = hostile(read(path))
        if who == "slow":
            bad = read(path)
            bad.cells.insert(2, nbformat.v4.new_markdown_cell("\\begin{a}" * 40_000))
        nbformat.write(bad, path)
        (path.parent / "page.html").write_text(f"<p>beside</p>{EVIL}")
    return course


@pytest.fixture(scope="module")
def lab(course):
    with teachers_lab.started(course) as lab:
        yield lab


def cells_in(page):
    """The part of a page that is the student's."""
    begin, end = page.index('id="notebook-container">'), page.rindex('<div class="help">')
    return page[begin + len('id="notebook-container">') : end]


@isolated
def test_honest_work_is_shown_with_all_that_a_teacher_needs(lab):
    status, _, page = lab.get(lab.submissions(NAME)["ada"])
    assert status == 200
    cells = cells_in(page)
    assert cells.count('class="score tabbable"') == 5
    assert cells.count('class="comment tabbable"') == 5
    for wanted in ('id="mean-test"', "/ 3.0", "Student's answer", '<span class="k">def</span>'):
        assert wanted in cells
    frame = page.replace(cells, "")
    for script in ("jquery.min.js", "backbone-min.js", "formgrade.js", "formgrade_models.js"):
        assert re.search(rf'<script nonce="[\w-]+" src="/formgrader/static/.*{script}"', frame)
    assert not re.search("https?:", "".join(re.findall("<(?:script|link|img).*?>", page)))


@isolated
def test_of_hostile_work_only_text_is_shown(lab):
    status, headers, page = lab.get(lab.submissions(NAME)["mallory"])
    assert status == 200
    assert Dangers(cells_in(page)).found == []
    assert "alert(1)" in cells_in(page)  # to be read
    assert 'class="nbgrader_cell full-credit"' not in cells_in(page)
    assert page.count('id="mean-test"') == 1
    word = re.search("'nonce-([^']+)'", headers["Content-Security-Policy"])[1]
    assert word not in cells_in(page)
    again = lab.get(lab.submissions(NAME)["mallory"])[1]["Content-Security-Policy"]
    assert word not in again


@isolated
def test_a_text_that_takes_long_holds_nobody_up(lab):
    """The page of the slow one is made; while it is, the server answers others."""
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(1) as other:
        slow = other.submit(lab.get, lab.submissions(NAME)["slow"])
        answered = 0
        while not slow.done():
            assert lab.get("/api/status")[0] == 200
            answered += 1
        assert answered > 1
        status, _, page = slow.result()
    assert status == 200
    assert "This text is shown as it was typed" in page


@isolated
def test_files_beside_a_submission_are_data(lab):
    place = lab.submissions(NAME)["mallory"]
    status, headers, page = lab.get(place + "page.html")
    assert status == 200
    assert "beside" in page
    assert headers["Content-Security-Policy"] == "default-src 'none'; sandbox"


@isolated
def test_only_the_teacher_sees_it(lab):
    """Who has no token gets no page, and nothing of one."""
    stranger = copy.copy(lab)
    stranger.token = "none"
    status, _, page = stranger.get(lab.submissions(NAME)["mallory"])
    assert status == 403 or "password" in page.lower()
    assert "alert(1)" not in page


def test_without_a_sandbox_the_page_says_what_is_missing(course, tmp_path):
    """And nothing else: no text of a student's; the way to the next one is still there."""
    tools = tmp_path / "tools"
    tools.mkdir()
    (tools / "alembic").symlink_to(shutil.which("alembic"))
    with teachers_lab.started(course, {"PATH": str(tools)}) as lab:
        status, headers, page = lab.get(lab.submissions(NAME)["ada"])
    assert status == 503
    assert (
        "This submission is not shown: its page is made in a sandbox, and the program bwrap" in page
    )
    assert "apt-get install bubblewrap." in page
    assert "script-src 'nonce-" in headers["Content-Security-Policy"]
    assert "weighted_input" not in page
    assert "/next" in page


@isolated
@pytest.mark.parametrize(
    "part", ["<ScRiPt>x", "<iframe\nsrc=x>", "<svg/onload=x>", "<base href=x>"]
)
def test_what_no_cleaned_text_has_is_not_sent(course, monkeypatch, part):
    """If the sandbox hands over what could run, its word is not believed."""
    monkeypatch.setattr(grading, "shown", lambda page: f"<p>ada</p>{part}")
    path = course.folder / "autograded" / "ada" / NAME / f"{NAME}.ipynb"
    status, _, page = formgrader.page_of(str(path), RESOURCES)
    assert status == 503
    assert "which no cleaned text has" in page
    assert part not in page
    assert "<p>ada" not in page


RESOURCES = {"assignment_id": NAME, "notebook_id": NAME, "submission_id": "0", "base_url": ""}
RESOURCES |= {"index": 0, "total": 2, "student": "ada", "first_name": None, "notebook_path": "x"}
RESOURCES |= {"last_name": None}


@isolated
@pytest.mark.parametrize("text", ["", "[]", "{", "x" * 100, '{"cells": 3}'])
def test_a_damaged_marked_notebook_is_a_sentence(tmp_path, text):
    (tmp_path / "n.ipynb").write_text(text)
    status, _, page = formgrader.page_of(str(tmp_path / "n.ipynb"), RESOURCES)
    assert status == 503
    assert "This submission is not shown: " in page


@isolated
def test_a_page_that_cannot_be_made_is_a_sentence(tmp_path, monkeypatch):
    monkeypatch.setattr(sandbox, "MEGABYTES", 40)  # not enough for Python itself
    nbformat.write(nbformat.v4.new_notebook(), tmp_path / "n.ipynb")
    status, _, page = formgrader.page_of(str(tmp_path / "n.ipynb"), RESOURCES)
    assert status == 503
    assert "no page was made in the sandbox" in page


def test_a_name_in_the_frame_is_no_markup():
    """Names are the teacher's to type; they stand in the frame, whose scripts may run."""
    names = {"last_name": SCRIPT, "first_name": '"><b>', "student": SCRIPT}
    before, after = formgrader.frame(RESOURCES | names)
    assert SCRIPT not in before + after
    assert "<b>" not in before
    assert "&lt;script&gt;alert(1)" in before


def test_the_policy_names_what_the_frame_does_and_nothing_else():
    before, after = formgrader.frame(RESOURCES)
    policy = formgrader.policy("word", before + after)
    assert policy.count("sha256-") == 2  # to show a name, to hide it
    for never in ("'unsafe-inline' 'self'", "unsafe-eval", "https:", "*", "script-src 'self'"):
        assert never not in policy
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    assert rules["default-src"] == "'none'"
    assert rules["img-src"] == "data:"
    assert rules["base-uri"] == rules["form-action"] == "'none'"
    assert formgrader.sha256("") == "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="  # known


def test_classes_of_a_text_are_those_of_coloured_code():
    """Or a text could be a button of the Formgrader's, that gives full credit where it is hit."""
    page = clean.rendered('<div class="full-credit">a</div><span class="score k">b</span>')
    assert "class" not in page
    assert '<span class="k">def</span>' in clean.rendered("```python\ndef f(): pass\n```")
    assert 'class="highlight"' in clean.rendered("```python\nx\n```")


# --- In a browser -----------------------------------------------------------------------------


class Visit:
    """A page in a browser that the teacher is logged in with, and what happened on it."""

    def __init__(self, browser, lab):
        self.lab, self.dialogs, self.said = lab, [], []
        self.asked, self.answered = [], []
        self.context = browser.new_context(viewport={"width": 1200, "height": 900})
        self.page = self.context.new_page()
        self.page.set_default_timeout(120_000)
        self.page.on("dialog", self._dialog)
        self.context.on("request", lambda request: self.asked.append(request.url))
        self.context.on("response", lambda answer: self.answered.append(answer.url))
        self.page.on("console", lambda message: self.said.append(message.text))
        self.page.goto(f"{lab.address}/api/status?token={lab.token}")
        self.asked.clear()
        self.answered.clear()

    def _dialog(self, dialog):
        self.dialogs.append(dialog.message)
        dialog.dismiss()

    def open(self, path):
        self.page.goto(self.lab.address + path)
        self.page.wait_for_load_state("networkidle")
        return self.page

    def outside(self, urls):
        """What is not the Formgrader's own."""
        own = (f"{self.lab.address}/formgrader/", f"{self.lab.address}/favicon.ico", "data:")
        return [url for url in urls if not url.startswith(own)]


@pytest.fixture
def visit(browser):
    visits = []

    def visit(lab):
        visits.append(Visit(browser, lab))
        return visits[-1]

    yield visit
    for one in visits:
        one.context.close()


def touched(visit):
    """Point at, press and follow whatever a student could have put there."""
    page = visit.page
    for one in page.locator("#notebook-container a, #trap").all()[:40]:
        one.dispatch_event("mouseover")
        one.dispatch_event("focus")
        if (one.get_attribute("href") or "").startswith(("javascript", "data")):
            one.dispatch_event("click")
    page.keyboard.press("Tab")
    page.wait_for_timeout(500)


@isolated
def test_honest_work_is_marked_in_the_formgrader(lab, visit):
    """Points and a comment are typed and kept, the name is shown at a click, the next one comes."""
    on = visit(lab)
    page = on.open(lab.submissions(NAME)["ada"])
    assert on.said == []  # the policy forbids nothing that the Formgrader does
    with page.expect_response(lambda answer: answer.request.method == "PUT", timeout=60_000):
        page.fill("#mean-test-comment", "Well said.")
        page.keyboard.press("Tab")
    page.fill("#mean-test", "2.5")
    with page.expect_response(lambda answer: answer.request.method == "PUT", timeout=60_000):
        page.keyboard.press("Tab")
    number = lab.submissions(NAME)["ada"].split("/")[-2]
    grades = json.loads(lab.get(f"/formgrader/api/grades?submission_id={number}")[2])
    assert [g["manual_score"] for g in grades if g["name"] == "mean-test"] == [2.5]
    comments = json.loads(lab.get(f"/formgrader/api/comments?submission_id={number}")[2])
    assert [c["manual_comment"] for c in comments if c["name"] == "mean-test"] == ["Well said."]
    assert not page.get_by_text("ada", exact=True).first.is_visible()
    page.locator(".glyphicon-eye-open").click()
    assert page.locator("a.name-shown").is_visible()
    page.get_by_text("Next").click()
    page.wait_for_url(lambda url: number not in url)
    assert on.outside(on.asked) == []


@isolated
def test_hostile_work_does_nothing_in_the_browser(lab, visit):
    on = visit(lab)
    for who in ("mallory", "slow"):
        on.open(lab.submissions(NAME)[who])
        touched(on)
    assert on.dialogs == []
    assert on.outside(on.asked) == []
    assert lab.get("/api/terminals")[2] == "[]"
    assert on.page.locator("#mean-test").count() == 1


BROKEN = f"""
from marking import clean, formgrader, grading
clean.harmless = lambda part: part
grading.shown = lambda page: {EVIL!r} + open({{path!r}}).read()
"""


@isolated
def test_the_policy_alone_lets_nothing_run(course, visit, tmp_path):
    """As if cleaning and sandbox had failed, and the page were all the student's own."""
    settings = course.folder / "nbgrader_config.py"
    before = settings.read_text("utf-8")
    (tmp_path / "more.html").write_text(f"<p id=end>end</p><script>{TAKE}</script>")
    settings.write_text(before + BROKEN.replace("{path!r}", repr(str(tmp_path / "more.html"))))
    try:
        with teachers_lab.started(course) as lab:
            on = visit(lab)
            place = lab.submissions(NAME)["mallory"]
            on.open(place)
            assert on.page.locator("#end").count() == 1
            assert on.page.locator("#trap").count() == 1
            touched(on)
            on.page.locator("#form button").dispatch_event("click")
            on.page.wait_for_timeout(500)
            refused = " ".join(on.said)
            assert on.dialogs == []
            assert on.outside(on.answered) == []  # what is asked for and refused has no answer
            assert lab.get("/api/terminals")[2] == "[]"
            assert "Content Security Policy" in refused
            beside = visit(lab)
            beside.open(place + "page.html")
            beside.page.wait_for_timeout(500)
            assert beside.dialogs == []
            assert lab.get("/api/terminals")[2] == "[]"
            assert "beside" in beside.page.content()
    finally:
        settings.write_text(before)


def test_the_attacks_do_run_where_nothing_keeps_them(browser, tmp_path):
    """Or the tests above would show nothing."""
    (tmp_path / "page.html").write_text(EVIL)
    page = browser.new_page()
    dialogs = []
    page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    page.goto((tmp_path / "page.html").as_uri())
    page.wait_for_timeout(500)
    page.close()
    assert len(dialogs) >= 3
