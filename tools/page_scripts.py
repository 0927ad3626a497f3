"""What Jupyter has for a page with live figures and no kernel: one folder, no network.

`fetch` takes the scripts from three npm packages of a fixed version and content, and from anywidget
as it is installed; `head` is what a page says to load them. The slides do, and the pages on which
the figures are tested; the book's pages have site/static/live.js in their place.
"""

import base64
import hashlib
import shutil
import subprocess
import tarfile
import tempfile
from importlib import resources
from pathlib import Path

from surroundings import CACHE

FOLDER = CACHE / "page_scripts"
MATHJAX = (
    "mathjax@3.2.2",
    "Bt+SSVU8eBG27zChVewOicYs7Xsdt40qm4+UpHyX7k0/O9NliPc+x77k1/FEsPsjKPZGJvtRZM1vO+geW0OhGw==",
)
# Package, SHA-512 of its archive, the one file of it that is wanted.
PACKAGES = (
    (
        "requirejs@2.3.8",
        "7/cTSLOdYkNBNJcDMWf+luFvMriVm7eYxp4BcFCsAX0wF421Vyce5SXP17c+Jd5otXKGNehIonFlyQXSowL6Mw==",
        "package/require.js",
    ),
    (
        "@jupyter-widgets/html-manager@1.0.15",
        "5thBIV6ymNgmPVOHvzx+gGy8ZSKmSazhtGw4/c4xJDVzRhG9PTeQsRjF3FUTopvFi//SABeNz1yp47bCrJ3CQA==",
        "package/dist/embed-amd.js",
    ),
    (*MATHJAX, "package/es5/tex-svg-full.js"),
)
# What sets the formulas of the pages while they are built.
TYPESETTER = (
    "package/es5/node-main.js",
    "package/es5/input/tex-full.js",
    "package/es5/output/svg.js",
    "package/es5/output/svg/fonts/tex.js",
    "package/es5/a11y/assistive-mml.js",
)
# What moves the slides, beside the three.
REVEAL = (
    "reveal.js@5.2.1",
    "r7//6mIM5p34hFiDMvYfXgyjXqGRta+/psd9YtytsgRlrpRzFv4RbH76TXd2qD+7ZPZEbpBDhdRhJaFgfQ7zNQ==",
    ("package/dist/reveal.js", "package/dist/reveal.css", "package/plugin/notes/notes.js"),
)
HEAD = """\
<script src="{folder}/require.js"></script>
<script>requirejs.config({{paths: {{anywidget: "{folder}/anywidget"}}}});</script>
<script src="{folder}/embed-amd.js"></script>
"""


def fetch():
    """Return the folder of the scripts; what is not there yet is fetched with npm."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for package, sha512, member in PACKAGES:
        script = FOLDER / Path(member).name
        if not script.exists():
            script.write_bytes(*_from_npm(package, sha512, [member]))
    installed = resources.files("anywidget") / "nbextension" / "index.js"
    shutil.copyfile(installed, FOLDER / "anywidget.js")
    return FOLDER


def fetch_reveal():
    """Return the files of Reveal; what is not there yet is fetched with npm."""
    package, sha512, members = REVEAL
    folder = FOLDER.with_name("slides_scripts")
    folder.mkdir(parents=True, exist_ok=True)
    files = [folder / Path(member).name for member in members]
    _fill(files, package, sha512, members)
    return files


def fetch_mathjax():
    """Return the folder in which Node finds MathJax; what is not there yet is fetched with npm."""
    folder = FOLDER.with_name("mathjax")
    files = [folder / Path(member).relative_to("package/es5") for member in TYPESETTER]
    _fill(files, *MATHJAX, TYPESETTER)
    return folder


def head(folder):
    """Return the lines of HTML that load the scripts from a folder, given as the page sees it."""
    return HEAD.format(folder=folder)


def _fill(files, package, sha512, members):
    """Write members of a package into files, unless all are there."""
    if all(file.exists() for file in files):
        return
    for file, content in zip(files, _from_npm(package, sha512, members), strict=True):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)


def _from_npm(package, sha512, members):
    """Return the contents of members of a package."""
    with tempfile.TemporaryDirectory() as place:
        # Only the archive: what the package depends on is already inside its embed-amd.js.
        subprocess.run(
            ["npm", "pack", "--silent", package],
            cwd=place,
            check=True,
            stdout=subprocess.DEVNULL,
        )
        (archive,) = Path(place).iterdir()
        digest = base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
        if digest != sha512:
            raise ValueError(f"{package}: expected SHA-512 {sha512}, got {digest}")
        with tarfile.open(archive) as files:
            return [files.extractfile(member).read() for member in members]
