"""Build the book as pages that need neither Python nor a network, in site/_build/html.

    python tools/build_site.py               the pages, and the PDFs where there is a Chromium
    python tools/build_site.py --no-pdf      the pages only
    python tools/build_site.py --pdf         fail where there is no Chromium

The notebooks are run in site/_build/source, never in notebooks/. One that was run before is not
run again, unless its code, the library or the locked packages changed.
"""

import argparse
import asyncio
import base64
import copy
import hashlib
import io
import itertools
import json
import os
import re
import shutil
import subprocess
import sys

import nbformat
import run_notebooks
import surroundings
from PIL import Image
from run_notebooks import WIDGET_VIEW

from convnet_lib.widgets.explore import DRAW_AHEAD

ROOT = surroundings.ROOT
SITE = ROOT / "site"
sys.path.append(str(SITE))

# From the folder site, which is no package.
import named_cells  # noqa: E402
import pictures  # noqa: E402
import playground_page  # noqa: E402
import plumbing  # noqa: E402
import questions  # noqa: E402
import reference  # noqa: E402
import states  # noqa: E402
from margin import PLAYGROUND  # noqa: E402

BUILD = SITE / "_build"
NEXT = BUILD / "next"  # takes the place of the old pages when it is whole
RUN = surroundings.CACHE / "site"
STATE = "application/vnd.jupyter.widget-state+json"
GLOSSARY = "01_the_network"  # the chapter that ends in the glossary
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
OF_OUTPUTS = ("still", "live", "explore")  # tags of a cell that say what it shows


# --- Running ----------------------------------------------------------------------------------


def fingerprint(nb):
    """Return a hash of all that the outputs of a notebook follow from."""
    digest = hashlib.sha256((ROOT / "requirements.txt").read_bytes())
    for path in sorted((ROOT / "convnet_lib").rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts:
            digest.update(path.relative_to(ROOT).as_posix().encode() + path.read_bytes())
    for cell in nb.cells:
        if cell.cell_type == "code":
            digest.update(json.dumps([cell.source, cell.metadata.get("tags")]).encode())
    return digest.hexdigest()


def kept(path, nb):
    """Return the file that keeps what came of running a notebook."""
    return RUN / f"{path.stem}-{fingerprint(nb)[:20]}.json"


async def run(path):
    """Run a notebook and keep its outputs and the state of its widgets."""
    print(f"Running {path.name} …", flush=True)
    nb = run_notebooks.parse(path.read_text("utf-8"))
    for cell in nb.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    try:
        await run_notebooks.execute(nb, RUN, 600)
    except run_notebooks.Fault as fault:
        sys.exit(f"{path.name}, {fault}")
    for old in RUN.glob(f"{path.stem}-*.json"):
        old.unlink()
    outputs = {cell.id: cell.outputs for cell in nb.cells if cell.cell_type == "code"}
    widgets = nb.metadata.get("widgets", {})
    kept(path, nb).write_text(json.dumps({"outputs": outputs, "widgets": widgets}), "utf-8")


async def run_all(paths):
    """Run those notebooks that have changed, as many at a time as there are processors, up to 4."""
    turn = asyncio.Semaphore(min(4, os.cpu_count() or 1))

    async def one(path):
        async with turn:
            if not kept(path, run_notebooks.parse(path.read_text("utf-8"))).exists():
                await run(path)

    os.environ[DRAW_AHEAD] = "1"
    await asyncio.gather(*map(one, paths))


def executed(path):
    """Return a notebook with its outputs and the state of its widgets, run if need be."""
    asyncio.run(run_all([path]))
    nb = run_notebooks.parse(path.read_text("utf-8"))
    found = json.loads(kept(path, nb).read_text("utf-8"))
    for cell in nb.cells:
        if cell.cell_type == "code":
            cell.outputs = [nbformat.from_dict(output) for output in found["outputs"][cell.id]]
    nb.metadata["widgets"] = nbformat.from_dict(found["widgets"])
    return nb


# --- From notebook to page --------------------------------------------------------------------


def page(nb, name, others, figures):
    """Return the notebook as Sphinx is to read it; its pictures go into the folder `figures`."""
    nb = copy.deepcopy(nb)
    nb.cells = [
        asked(cell, name) if "exercise" in cell.metadata.get("tags", []) else cell
        for cell in nb.cells
        if not run_notebooks.is_nav(cell)
    ]
    widgets = nb.metadata.get("widgets", {}).get(STATE, {"state": {}})
    hand_out_frames(widgets["state"], name, figures.parent)
    number = 0
    mark(nb.cells)
    nb.cells = [part for cell in nb.cells for part in folded(cell)]
    for cell in nb.cells:
        if cell.cell_type == "markdown":
            cell.source = named_cells.linked(cell.source)
        outputs = []
        for output in cell.get("outputs", []):
            data, still = output.get("data", {}), ""
            if "image/png" in data:
                number += 1
                still = pictures.markup(output, figures / f"{name}-{number}.png")
            if WIDGET_VIEW in data:
                view = data[WIDGET_VIEW]
                bar = states.progress(widgets, view["model_id"])
                if bar:
                    outputs.append(markup(bar))
                    continue
                output.data = nbformat.from_dict({WIDGET_VIEW: view})
                outputs += [output, markup(f"<noscript>{still}</noscript>")] if still else [output]
            else:
                outputs.append(markup(still) if still else output)
        if "widgets.playground(" in cell.source:
            outputs.append(markup(playground_page.LINK))
        if "outputs" in cell:
            cell.outputs = outputs
    if widgets["state"]:
        nb.metadata["widgets"] = nbformat.from_dict({STATE: states.lighter(widgets)})
    if others:
        nb.cells.append(nbformat.v4.new_markdown_cell(toctree(*others), id="toctree"))
    return nb


def mark(cells):
    """Tag live figures, the still picture that one begins with, and printed source, for the CSS."""
    for before, cell in itertools.pairwise([nbformat.v4.new_markdown_cell(), *cells]):
        if is_live(cell):
            tag(cell, "explore" if shows(cell, "Controls:") else "live")
            pictures = ["image/png" in one.get("data", {}) for one in before.get("outputs", [])]
            if pictures == [True]:
                tag(before, "still")
        elif "inspect.getsource" in cell.source:
            tag(cell, "source")


def is_live(cell):
    """Whether a cell shows a figure that moves; a progress bar draws nothing."""
    return shows(cell, r"\w+\(|Controls:")


def shows(cell, begins):
    """Whether a cell has a widget that says of itself what begins like this."""
    shown = [one.data for one in cell.get("outputs", []) if WIDGET_VIEW in one.get("data", {})]
    return any(re.match(begins, data.get("text/plain", "")) for data in shown)


def tag(cell, name):
    cell.metadata["tags"] = [*cell.metadata.get("tags", []), name]


def folded(cell):
    """Return a cell as several, if lines of it are plumbing; the last one has the outputs."""
    if cell.cell_type != "code" or "exercise" in cell.metadata.get("tags", []):
        return [cell]
    parts = []
    for n, (folds, source) in enumerate(plumbing.parts(cell.source)):
        part = copy.copy(cell)
        part.update(id=f"{cell.id}-{n}", source=source, outputs=[])
        part.metadata = copy.deepcopy(cell.metadata)
        if folds:
            tag(part, "plumbing")
        parts.append(part)
    for part in parts[:-1]:  # what the outputs are tagged with is the last one's alone
        part.metadata["tags"] = [t for t in part.metadata.get("tags", []) if t not in OF_OUTPUTS]
    parts[-1].update(id=cell.id, outputs=cell.outputs)
    return parts


def asked(cell, name):
    """Return a cell of the exercises as the page asks them, with Python or without."""
    if cell.cell_type == "markdown":
        cell.source = questions.introduced(cell.source)
    elif exercise := questions.of_cell(cell.source):
        cell.outputs = [markup(questions.form(exercise, name))]
        if questions.is_answered_here(exercise):
            cell.metadata.tags = [*cell.metadata.tags, "remove-input"]
    return cell


def toctree(chapters, library):
    """Return the tables of contents that the reader sees in the margin."""
    first = ["```{toctree}", ":hidden:", ":numbered: 1", "", *chapters, "```", ""]
    return "\n".join([*first, "```{toctree}", ":hidden:", "", "glossary", *library, "```"])


def glossary(nb):
    """Return the end of chapter 1, from the heading Glossary on, as a page of its own."""
    prose = [cell.source for cell in nb.cells if cell.cell_type == "markdown"]
    first = next(i for i, text in enumerate(prose) if text.startswith("## Glossary"))
    return "\n\n".join(prose[first:]).removeprefix("#") + "\n"


def markup(text):
    data = nbformat.from_dict({"text/html": text})
    return nbformat.v4.new_output("display_data", data=data)


def hand_out_frames(state, name, extra):
    """Take what was drawn ahead out of the page, into scripts that it loads when they are wanted.

    They lie in extra/frames, one for a picture whose states were all drawn or are computed, else
    one a control. A page on the disk may run a script, but not read a file.
    """
    (extra / "frames").mkdir(exist_ok=True)
    drawn = [m["state"]["_ahead"] for m in state.values() if m["state"].get("_ahead")]
    for number, ahead in enumerate(drawn):
        if "arrays" in ahead:
            groups = [ahead.pop("arrays")]
        else:
            groups = by_control(ahead.pop("frames"), ahead["start"])
        ahead["scripts"] = [f"frames/{name}-{number}-{n}.js" for n in range(len(groups))]
        for address, frames in zip(ahead["scripts"], groups, strict=True):
            text = json.dumps({at: lighter(frame) for at, frame in frames.items()})
            script = f"(globalThis.convnetFrames ??= {{}})['{address}'] = {text};\n"
            (extra / address).write_text(script, "utf-8")


def by_control(frames, start):
    """Return the frames in one group, or a group for each control that alone has been moved."""
    moved = {}  # at → which controls have left their start
    for at in frames:
        pairs = zip(map(int, at.split(",")), start, strict=True)
        moved[at] = {n for n, (here, begun) in enumerate(pairs) if here != begun}
    if any(len(which) > 1 for which in moved.values()):
        return [frames]
    return [{at: f for at, f in frames.items() if moved[at] <= {n}} for n in range(len(start))]


def lighter(frame):
    """Return a frame with its picture in 256 colours, which makes a third of it."""
    if "png" not in frame:
        return frame
    picture, small = Image.open(io.BytesIO(base64.b64decode(frame["png"]))), io.BytesIO()
    picture.convert("RGB").quantize(256).save(small, "PNG", optimize=True)
    return frame | {"png": base64.b64encode(small.getvalue()).decode()}


# --- Pages and PDFs ---------------------------------------------------------------------------


def stage(notebooks):
    """Lay out what Sphinx reads, and what it only copies."""
    for old in ("source", "scripts", "extra", "doctrees", "next"):
        shutil.rmtree(BUILD / old, ignore_errors=True)
    asyncio.run(run_all(notebooks))
    source, scripts, extra = BUILD / "source", BUILD / "scripts", BUILD / "extra"
    for folder in (source, scripts, extra / "figures", extra / "notebooks"):
        folder.mkdir(parents=True)
    (scripts / "exercises.js").write_text(questions.script(), "utf-8")
    names = [path.stem for path in notebooks]
    library = reference.write(source)
    for path in notebooks:
        others = (names[1:], library) if path is notebooks[0] else ()
        nb = page(executed(path), path.stem, others, extra / "figures")
        (source / path.name).write_text(nbformat.writes(nb), "utf-8")
        if path.stem == GLOSSARY:
            (source / "glossary.md").write_text(glossary(nb), "utf-8")
        shutil.copyfile(path, extra / "notebooks" / path.name)
        # A page on the disk may run a script, but not read a file: see static/book.js.
        text = f"keep({json.dumps(path.name)}, {json.dumps(path.read_text('utf-8'))});\n"
        (extra / "notebooks" / f"{path.stem}.js").write_text(text, "utf-8")
    address = f"{names[0]}.html"
    title = run_notebooks.title(notebooks[0])
    alone = playground_page.written(title, address, extra / "figures")
    (extra / PLAYGROUND).write_text(alone, "utf-8")
    (extra / "index.html").write_text(
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{address}</title>'
        f'<meta http-equiv="refresh" content="0; url={address}">'
        f'<p><a href="{address}">The book begins here</a></p></html>\n',
        "utf-8",
    )


def sphinx(pdf):
    """Write the pages; a warning is a failure."""
    command = [sys.executable, "-m", "sphinx", "-b", "html", "-W", "--keep-going", "-q"]
    command += ["-c", SITE, "-d", BUILD / "doctrees", "-D", f"book_pdf={int(pdf)}"]
    if subprocess.run([*command, BUILD / "source", NEXT], cwd=ROOT).returncode:
        sys.exit("The pages have the faults above.")


def browser():
    """Return the program that prints the pages, or None."""
    wanted = [os.environ.get("CONVNET_BROWSER"), *BROWSERS]
    return next((found for name in wanted if name and (found := shutil.which(name))), None)


def print_pages(program, names):
    """Print each page to a PDF beside it."""
    folder = NEXT / "pdf"
    folder.mkdir()
    for name in names:
        command = [program, "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run"]
        command += ["--disable-background-networking", "--disable-component-update"]
        command += ["--disable-sync", f"--user-data-dir={RUN / 'browser'}"]
        command += ["--no-pdf-header-footer", "--generate-pdf-document-outline"]
        command += ["--virtual-time-budget=30000", f"--print-to-pdf={folder / name}.pdf"]
        page = (NEXT / f"{name}.html").as_uri()
        subprocess.run([*command, page], check=True, capture_output=True)
        if not (folder / f"{name}.pdf").read_bytes().startswith(b"%PDF"):
            raise SystemExit(f"{name}.html could not be printed")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    choice = parser.add_mutually_exclusive_group()
    choice.add_argument("--pdf", action="store_true", help="fail where there is no Chromium")
    choice.add_argument("--no-pdf", action="store_true", help="leave the PDFs out")
    choice = parser.parse_args()
    surroundings.enter(one_thread=True)
    RUN.mkdir(parents=True, exist_ok=True)
    program = None if choice.no_pdf else browser()
    if choice.pdf and not program:
        sys.exit("No Chromium was found; CONVNET_BROWSER may name one.")
    notebooks = run_notebooks.in_order(run_notebooks.NOTEBOOKS)
    stage(notebooks)
    sphinx(bool(program))
    if program:
        print("Printing the pages …", flush=True)
        print_pages(program, [path.stem for path in notebooks])
    elif not choice.no_pdf:
        print("No Chromium was found, so the pages are not printed to PDF.")
    shutil.rmtree(BUILD / "html", ignore_errors=True)
    NEXT.rename(BUILD / "html")
    print(f"The book: {BUILD.relative_to(ROOT) / 'html' / 'index.html'}")


if __name__ == "__main__":
    main()
