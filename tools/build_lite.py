"""Build the book for JupyterLite, in build/lite: a folder that any server of files can hand out.

Python then runs in the reader's browser. Each notebook gets a first cell that installs the
library, whose wheel lies in the folder; NumPy, matplotlib and the kernel itself come from the
network of their makers, so this is no way for a machine without one.
"""

import shutil
import subprocess
import sys

import nbformat
import run_notebooks
import surroundings
from flit_core import wheel

ROOT = surroundings.ROOT
BUILD = ROOT / "build"
INSTALL = '%pip install -q "convnet_lib[digits]" tqdm'


def begun(nb):
    """Return a notebook that installs the library in its first cell of code."""
    first = next(i for i, cell in enumerate(nb.cells) if cell.cell_type == "code")
    nb.cells.insert(first, nbformat.v4.new_code_cell(INSTALL, id="install"))
    return nb


def main():
    surroundings.enter()
    work, lite = BUILD / "lite-source", BUILD / "lite"
    for folder in (work, lite):
        shutil.rmtree(folder, ignore_errors=True)
    (work / "files" / "notebooks").mkdir(parents=True)
    built = wheel.make_wheel_in(ROOT / "pyproject.toml", work).file
    for path in run_notebooks.in_order(run_notebooks.NOTEBOOKS):
        nb = begun(run_notebooks.parse(path.read_text("utf-8")))
        (work / "files" / "notebooks" / path.name).write_text(nbformat.writes(nb), "utf-8")
    command = [sys.executable, "-m", "jupyter", "lite", "build", f"--lite-dir={work}"]
    command += [f"--contents={work / 'files'}", f"--output-dir={lite}", f"--piplite-wheels={built}"]
    subprocess.run(command, cwd=work, check=True, stdout=subprocess.DEVNULL)
    start = "lab/index.html?path=notebooks/00_start_here.ipynb"
    print(f"The book for JupyterLite: {lite.relative_to(ROOT)}, from a server of files: {start}")


if __name__ == "__main__":
    main()
