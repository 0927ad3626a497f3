"""The version, the date and the address: written in one place each, and the same wherever named."""

import re
import subprocess
import sys
from pathlib import Path

import front_door
import pytest

ROOT = Path(__file__).resolve().parent.parent
PLACE = "https://github.com/somebody/a-book"


def text(name):
    return (ROOT / name).read_text("utf-8")


def test_citation_names_version_date_and_address():
    assert front_door.citation(text("CITATION.cff")) == text("CITATION.cff"), "make citation"


def test_citation_is_valid():
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema"]
    command += ["vendor.citation-file-format", ROOT / "CITATION.cff"]
    run = subprocess.run(command, capture_output=True, text=True)
    assert run.returncode == 0, run.stdout + run.stderr


@pytest.mark.parametrize("lost", ["version", "date-released", "repository-code"])
def test_citation_without_a_line_to_write_is_refused(lost):
    shorter = re.sub(rf"(?m)^{lost}: .*\n", "", text("CITATION.cff"))
    with pytest.raises(ValueError, match=rf"one line '{lost}', got 0"):
        front_door.citation(shorter)


def test_the_newest_heading_of_the_changes_is_the_version():
    dates = front_door.dates()
    assert next(iter(dates)) == front_door.project()["version"]
    assert list(dates.values()) == sorted(dates.values(), reverse=True)


def test_the_address_stands_in_pyproject_and_what_is_written_from_it():
    known = front_door.project()["urls"]["Repository"]
    pages = [*ROOT.glob("*.md"), *ROOT.glob("*.yml"), *ROOT.glob("teaching/**/*.md")]
    pages += [
        *ROOT.glob(".github/**/*.yml"),
        *ROOT.glob("site/*.py"),
        *ROOT.glob("notebooks/*.ipynb"),
    ]
    assert [path.name for path in pages if known in path.read_text("utf-8")] == []


def test_a_placeholder_is_no_address_but_a_copy_on_github_knows_its_own(monkeypatch):
    monkeypatch.setattr(
        front_door,
        "project",
        lambda: {"urls": {"Repository": "https://github.com/OWNER/REPOSITORY"}},
    )
    monkeypatch.delenv("GITHUB_REPOSITORY", raising=False)
    assert front_door.address() is None
    monkeypatch.setenv("GITHUB_REPOSITORY", "somebody/a-book")
    assert front_door.address() == PLACE
    monkeypatch.setattr(front_door, "project", lambda: {"urls": {"Repository": PLACE + "/"}})
    monkeypatch.setenv("GITHUB_REPOSITORY", "another/copy")
    assert front_door.address() == PLACE


def test_a_page_is_opened_in_binder_and_colab():
    assert front_door.launches("02_convolution", PLACE) == {
        "Binder": "https://mybinder.org/v2/gh/somebody/a-book/HEAD"
        "?labpath=notebooks%2F02_convolution.ipynb",
        "Colab": "https://colab.research.google.com/github/somebody/a-book/blob/HEAD/"
        "notebooks/02_convolution.ipynb",
    }
    line = front_door.launch_line("02_convolution", PLACE)
    assert line.count("<a href=") == 2
    assert f'%pip install "convnet_lib[digits] @ git+{PLACE}"' in line


@pytest.mark.parametrize("elsewhere", [None, "https://codeberg.org/somebody/a-book", "nonsense"])
def test_a_page_is_opened_nowhere_without_an_address_that_they_know(elsewhere):
    assert front_door.launches("02_convolution", elsewhere) == {}
    assert front_door.launch_line("02_convolution", elsewhere) == ""
