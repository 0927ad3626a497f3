"""What a stranger asks of the project first: its version, its date, its address, and what opens it.

The version and the address stand in pyproject.toml, the date of a version in CHANGELOG.md, and in
no other file that a person edits:

    python tools/front_door.py            prints them
    python tools/front_door.py --write    writes them into CITATION.cff
"""

import html
import os
import re
import sys
import tomllib
from pathlib import Path
from urllib.parse import quote

ROOT = Path(__file__).resolve().parent.parent
PLACEHOLDER = "OWNER/REPOSITORY"
CITED = {"version": "version", "date-released": "date", "repository-code": "address"}


def project():
    """Return the table [project] of pyproject.toml."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]


def address():
    """Return where the repository is, or None while pyproject.toml has only a placeholder.

    GitHub's own machines say whose repository it is that they work for, so the pages of a copy
    lead to that copy.
    """
    written = project()["urls"]["Repository"]
    if PLACEHOLDER not in written:
        return written.rstrip("/")
    owner = os.environ.get("GITHUB_REPOSITORY")
    return f"https://github.com/{owner}" if owner else None


def dates():
    """Return {version: date} of the headings of CHANGELOG.md, the newest first."""
    text = (ROOT / "CHANGELOG.md").read_text("utf-8")
    return dict(re.findall(r"^## (\d\S*) – (\d{4}-\d\d-\d\d)$", text, re.MULTILINE))


def launches(page, repository):
    """Return {name: address} of what opens a notebook on somebody else's machine.

    Both know no other host than GitHub by such an address, so elsewhere there are none.
    """
    found = re.fullmatch(r"https://github\.com/([\w.-]+/[\w.-]+)", repository or "")
    if not found:
        return {}
    path = f"notebooks/{page}.ipynb"
    return {
        "Binder": f"https://mybinder.org/v2/gh/{found[1]}/HEAD?labpath={quote(path, safe='')}",
        "Colab": f"https://colab.research.google.com/github/{found[1]}/blob/HEAD/{path}",
    }


def launch_line(page, repository):
    """Return the line of a page that opens its notebook elsewhere; empty without an address.

    Colab knows nothing of the library, so the line says what its first cell has to be.
    """
    links = [f'<a href="{url}">{name}</a>' for name, url in launches(page, repository).items()]
    if not links:
        return ""
    cell = f'%pip install "convnet_lib[digits] @ git+{repository}"'
    return (
        f'<p class="downloads">Run it, changes are not kept: {" · ".join(links)} '
        f"(in Colab after <code>{html.escape(cell, quote=False)}</code>)</p>"
    )


def facts():
    """Return what a citation names."""
    version = project()["version"]
    return {
        "version": version,
        "date": dates()[version],
        "address": project()["urls"]["Repository"],
    }


def citation(text):
    """Return the text of CITATION.cff with the version, the date and the address as they are."""
    for key, fact in CITED.items():
        text, count = re.subn(rf"(?m)^{key}: .*$", f"{key}: {facts()[fact]}", text)
        if count != 1:
            raise ValueError(f"CITATION.cff: expected one line {key!r}, got {count}")
    return text


def main():
    path = ROOT / "CITATION.cff"
    if sys.argv[1:] == ["--write"]:
        path.write_text(citation(path.read_text("utf-8")), "utf-8")
    for name, fact in facts().items():
        print(f"{name:8} {fact}")
    if address() is None:
        print("The address is a placeholder: put yours into [project.urls] of pyproject.toml.")


if __name__ == "__main__":
    main()
