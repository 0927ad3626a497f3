"""The workflows of GitHub: valid, pinned, allowed no more than they need, and in step with make.

They cannot run here. What can: their schema, the scripts that they call, and the program that asks
the addresses of the book.
"""

import http.server
import os
import re
import subprocess
import sys
import threading
from pathlib import Path

import ends
import outside_links
import pytest
import yaml

ROOT = Path(__file__).resolve().parent.parent
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
SETTINGS = {
    **{path: "vendor.github-workflows" for path in WORKFLOWS},
    ROOT / ".github" / "dependabot.yml": "vendor.dependabot",
}
MAKE = set(re.findall(r"^([.\w-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))


def jobs(path):
    return yaml.safe_load(path.read_text("utf-8"))["jobs"]


def steps(path):
    return [step for job in jobs(path).values() for step in job["steps"]]


def test_there_are_the_four():
    assert [path.stem for path in WORKFLOWS] == ["links", "nightly", "site", "tests"]


@pytest.mark.parametrize("path", SETTINGS, ids=lambda path: path.name)
def test_settings_fit_their_schema(path):
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", SETTINGS[path]]
    run = subprocess.run([*command, path], capture_output=True, text=True)
    assert run.returncode == 0, run.stdout + run.stderr


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_each_action_is_pinned_to_a_commit_and_says_its_version(path):
    lines = [line for line in path.read_text("utf-8").splitlines() if "uses:" in line]
    assert lines
    for line in lines:
        assert re.search(r"uses: [\w-]+/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$", line), line


def test_one_action_has_one_pin():
    text = "".join(path.read_text("utf-8") for path in WORKFLOWS)
    pins = set(re.findall(r"uses: (\S+)@(\w+) # (\S+)", text))
    assert len({name for name, _, _ in pins}) == len(pins)


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_a_workflow_may_only_read_and_ends_by_itself(path):
    workflow = yaml.safe_load(path.read_text("utf-8"))
    assert workflow["permissions"] == {"contents": "read"}
    for name, job in jobs(path).items():
        assert job["timeout-minutes"] <= 120
        assert set(job.get("permissions", {})) <= (
            {"pages", "id-token"} if name == "deploy" else set()
        )
    for step in steps(path):
        if step.get("uses", "").startswith("actions/checkout@"):
            assert step["with"]["persist-credentials"] is False
        assert "${{ github.event" not in step.get("run", "")


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_what_a_workflow_calls_is_there(path):
    said = "\n".join(step.get("run", "") for step in steps(path))
    assert set(re.findall(r"^make ([\w-]+)$", said, re.MULTILINE)) <= MAKE
    for script in re.findall(r"(tools/\w+\.py|\.ci/\w+)", said):
        assert (ROOT / script).is_file(), script
    for choice in re.findall(r"tools/ends\.py ([a-z-]+)", said):
        assert choice.startswith("--") or choice in ends.CHOICES


def test_the_ends_are_those_that_are_promised():
    classifiers = (ROOT / "pyproject.toml").read_text("utf-8")
    promised = re.findall(r'Python :: (3\.\d+)"', classifiers)
    tried = {(part["python"], part["versions"]) for part in matrix("ends")["include"]}
    assert tried == {(promised[0], "oldest"), (promised[-1], "newest")}
    assert {"test-oldest", "test-newest"} <= MAKE
    assert {part.split("-")[0] for part in matrix("systems")["os"]} == {"macos", "windows"}


def matrix(job):
    return jobs(ROOT / ".github" / "workflows" / "tests.yml")[job]["strategy"]["matrix"]


def test_what_the_newest_leave_out_is_there_to_be_left_out():
    missing = [name for name in ends.LEFT_OUT if not (ROOT / "tests" / f"test_{name}.py").exists()]
    assert missing == []


@pytest.mark.skipif(os.name == "nt", reason="bash reads them on Linux alone")
@pytest.mark.parametrize("name", ["run", "nightly"])
def test_scripts_of_ci_can_be_read_by_bash(name):
    subprocess.run(["bash", "-n", ROOT / ".ci" / name], check=True)
    assert os.access(ROOT / ".ci" / name, os.X_OK)


# --- The addresses outside ---------------------------------------------------------------------


class Answers(http.server.BaseHTTPRequestHandler):
    """/200 answers with 200, and so on; /first fails once."""

    asked = 0

    def do_GET(self):
        code = int(self.path[1:]) if self.path[1:].isdigit() else (200 if Answers.asked else 500)
        Answers.asked += self.path == "/first"
        self.send_response(code)
        self.end_headers()

    def log_message(self, *args):
        pass


@pytest.fixture
def server():
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answers) as running:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{running.server_port}"
        running.shutdown()


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/200", None),
        ("/403", None),
        ("/429", None),
        ("/404", "404"),
        ("/500", "500"),
        ("/first", None),
    ],
)
def test_an_address_is_told_of_if_it_does_not_answer_twice(server, path, expected):
    found = outside_links.fault(server + path, timeout=5, pause=0)
    assert found is None if expected is None else found.startswith(expected)


def test_nobody_there_is_told_of(server):
    assert outside_links.fault("http://127.0.0.1:9/", timeout=2, pause=0)


def test_addresses_are_found_without_what_follows_them(monkeypatch):
    text = "see https://a.org/x_(y), [b](https://b.org/p#part). http://localhost:1 `https://c.org`"
    monkeypatch.setattr(outside_links, "texts", lambda: [("page.md", text)])
    assert set(outside_links.addresses()) == {
        "https://a.org/x_(y)",
        "https://b.org/p",
        "https://c.org",
    }


def test_the_book_names_addresses_outside():
    found = outside_links.addresses()
    assert any("readthedocs" in address for address in found)
    assert not [address for address in found if "OWNER" in address]
