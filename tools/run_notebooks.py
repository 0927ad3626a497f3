"""Run notebooks in place, and leave them in the one form in which they are committed.

    python tools/run_notebooks.py                     run all of notebooks/
    python tools/run_notebooks.py notebooks/02_*      run these only
    python tools/run_notebooks.py --nav               refresh the links, run nothing
    python tools/run_notebooks.py --check             change nothing, say what is wrong

A notebook in which a cell fails is left as it was. A second run changes nothing: no times, no
machine's names, no widget ids are kept. The previous / contents / next links, in the two cells
tagged `nav`, are the only text that this program writes.

What a cell measures differs at every run. If the cell says so (the tag nbval-ignore-output, with
a reason under nbval_reason) and its new outputs differ from the old ones in numbers and pictures
alone, the old ones stay. To take new ones, clear the outputs of the cell first.
"""

import argparse
import asyncio
import base64
import copy
import hashlib
import io
import json
import os
import re
import sys
import tempfile
from collections import Counter
from pathlib import Path

import nbformat
import surroundings
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from traitlets.config import Config

NOTEBOOKS = surroundings.ROOT / "notebooks"
CONTENTS = "00_start_here.ipynb"
CELL_METADATA = ("jupyter", "nbval_reason", "slideshow", "tags")
NOTEBOOK_METADATA = {
    "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
    # What nbconvert and editors need to know a script of it is a .py; a version would differ.
    "language_info": {
        "codemirror_mode": {"name": "ipython", "version": 3},
        "file_extension": ".py",
        "mimetype": "text/x-python",
        "name": "python",
        "nbconvert_exporter": "python",
        "pygments_lexer": "ipython3",
    },
}
WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
ADDRESS = re.compile(r"\bat 0x[0-9A-Fa-f]{6,}")
COLOURS = re.compile(r"\x1b\[[0-9;]*m")
PLACE = re.compile(r"(?:/home/|/root/|/Users/|[A-Z]:\\Users\\|/tmp/)\S*")
NUMBER = re.compile(r"\d[\d.,]*(?:e[+-]?\d+)?")
SAME_PICTURE = 2  # of 255: what another machine's rounding may do to a pixel's colour


class Fault(Exception):
    """What stops a notebook from being written, said so that its author can mend it."""


# --- Reading, writing, order ------------------------------------------------------------------


def in_order(folder):
    """The notebooks of a folder, NN_slug.ipynb, in reading order."""
    return sorted(p for p in Path(folder).glob("*.ipynb") if re.match(r"\d\d_", p.name))


def parse(text):
    """A notebook from its JSON, every cell with an id of its own that the text alone decides."""
    data, taken = json.loads(text), set()
    for number, cell in enumerate(data.get("cells", [])):
        if not cell.get("id") or cell["id"] in taken:
            what = f"{number} {''.join(cell['source'])}"
            cell["id"] = "cell-" + hashlib.sha256(what.encode()).hexdigest()[:12]
        taken.add(cell["id"])
    data["nbformat_minor"] = max(data.get("nbformat_minor", 0), 5)
    return nbformat.reads(json.dumps(data), as_version=4)


def serialise(nb):
    return nbformat.writes(nb, version=4).rstrip("\n") + "\n"


def write(path, text):
    """Replace the file whole, or not at all."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with open(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
        os.chmod(name, path.stat().st_mode & 0o777)
        os.replace(name, path)
    except BaseException:
        os.unlink(name)
        raise


# --- Navigation -------------------------------------------------------------------------------


def is_nav(cell):
    return cell.cell_type == "markdown" and "nav" in cell.metadata.get("tags", [])


def title(path):
    """The text of the first heading, without the mathematics of its formulas' dollars."""
    for cell in parse(path.read_text("utf-8")).cells:
        if cell.cell_type == "markdown" and not is_nav(cell):
            found = re.search(r"^#\s+(.+?)\s*#*$", cell.source, re.MULTILINE)
            if found:
                return found[1]
    return path.stem


def navigation(path):
    """The links of one notebook, to the one before, the contents and the one after."""
    paths = in_order(path.parent)
    here = [p.name for p in paths].index(path.name)
    before = paths[here - 1] if here > 0 else None
    after = paths[here + 1] if here + 1 < len(paths) else None
    links = []
    if before:
        links.append(f"← [{title(before)}]({before.name})")
    if path.name != CONTENTS and (path.parent / CONTENTS).exists():
        links.append(f"[Contents]({CONTENTS})")
    if after:
        links.append(f"[{title(after)}]({after.name}) →")
    return " | ".join(links)


def set_navigation(nb, links):
    """Write the cells tagged nav: one below the title, which comes first, and one at the end."""
    top, bottom = (
        nbformat.v4.new_markdown_cell(links, id=name, metadata={"tags": ["nav"]})
        for name in ("nav-top", "nav-bottom")
    )
    cells = [cell for cell in nb.cells if not is_nav(cell)]
    nb.cells = [*cells[:1], top, *cells[1:], bottom]


# --- The committed form -----------------------------------------------------------------------


def normalise(nb, old=None):
    """Bring a notebook to the form in which it is committed; what is as good as in old stays."""
    nb = copy.deepcopy(nb)
    nb.metadata = nbformat.from_dict(NOTEBOOK_METADATA)
    nb.nbformat, nb.nbformat_minor = 4, 5
    cells = {} if old is None else {cell.get("id"): cell for cell in old.cells}
    for cell in nb.cells:
        cell.metadata = nbformat.from_dict(
            {k: cell.metadata[k] for k in CELL_METADATA if cell.metadata.get(k)}
        )
        if cell.cell_type == "code":
            cell.outputs = merge_streams([normalise_output(output) for output in cell.outputs])
            if cell.id in cells:
                before = cells[cell.id].get("outputs", [])
                keep_pictures(cell.outputs, before)
                keep_measurements(cell, merge_streams([normalise_output(o) for o in before]))
    return nb


def normalise_output(output):
    """One output without what differs from run to run.

    A widget lives only as long as its kernel: a page that holds its view and no kernel shows an
    error in its place. So the view is left out, the text that the widget gives of itself is kept,
    and the output's metadata remember that it was a widget.
    """
    output = copy.deepcopy(output)
    if output.output_type == "error":
        output.traceback = [f"{output.ename}: {output.evalue}"]
    if "data" in output:
        if output.data.pop(WIDGET_VIEW, None) is not None:
            output.metadata["widget"] = True
        for kind, value in output.data.items():
            if kind == "image/png" and isinstance(value, str):
                output.data[kind] = without_text(value)
    return output


def without_text(png):
    """A base64 PNG without its text chunks, where matplotlib writes its version."""
    data = base64.b64decode(png)
    kept, at = [data[:8]], 8
    while at < len(data):
        after = at + 12 + int.from_bytes(data[at : at + 4])
        if data[at + 4 : at + 8] not in (b"tEXt", b"zTXt", b"iTXt", b"tIME"):
            kept.append(data[at:after])
        at = after
    return base64.b64encode(b"".join(kept)).decode() + "\n"


def merge_streams(outputs):
    """Prints that follow each other as one output: how they arrive cut up is chance."""
    merged = []
    for output in outputs:
        last = merged[-1] if merged else None
        if last and output.output_type == "stream" == last.output_type and output.name == last.name:
            last.text += output.text
        else:
            merged.append(output)
    return merged


def keep_pictures(outputs, old):
    """Where a new picture looks like the old one in the same place, keep the old one's bytes."""
    for new, before in zip(outputs, old, strict=False):
        png, png_before = (o.get("data", {}).get("image/png") for o in (new, before))
        if png and png_before and png != png_before and look_alike(png, png_before):
            new.data["image/png"] = without_text(png_before)


def keep_measurements(cell, old):
    """Let old outputs stay where a cell measures something and has measured it once more."""
    measures = "nbval-ignore-output" in cell.metadata.get("tags", [])
    if measures and cell.metadata.get("nbval_reason") and gist(cell.outputs) == gist(old):
        cell.outputs = old


def gist(outputs):
    """What outputs say, without their numbers, their spaces and the pixels of their pictures."""
    said = []
    for output in outputs:
        kinds = sorted(output.get("data", {}))
        words = " ".join(NUMBER.sub("#", " ".join(texts(output))).split())
        said.append((output.output_type, output.get("name"), kinds, words))
    return said


def look_alike(one, other):
    """Whether two base64 PNGs have the same size and, to SAME_PICTURE, the same colours."""
    import numpy as np
    from PIL import Image

    pixels = []
    for text in (one, other):
        with Image.open(io.BytesIO(base64.b64decode(text))) as picture:
            pixels.append(np.asarray(picture.convert("RGBA"), dtype=int))
    same_size = pixels[0].shape == pixels[1].shape
    return bool(same_size and np.abs(pixels[0] - pixels[1]).max(initial=0) <= SAME_PICTURE)


# --- What may be wrong ------------------------------------------------------------------------


def texts(output):
    """Whatever of an output is read as text."""
    yield output.get("text", "")
    yield output.get("evalue", "")
    for kind, value in output.get("data", {}).items():
        if isinstance(value, str) and not kind.startswith("image/png"):
            yield value


def output_faults(nb):
    """What outputs must not hold, cell by cell."""
    for number, cell in enumerate(nb.cells):
        for output in cell.get("outputs", []):
            where = f"cell {number}"
            if output.output_type == "error" and "raises-exception" not in cell.metadata.get(
                "tags", []
            ):
                yield f"{where}: an error, {output.ename}: {output.evalue}"
            if output.get("name") == "stderr":
                yield f"{where}: something on stderr: {output.text.strip()[:200]}"
            for text in texts(output):
                if found := ADDRESS.search(text):
                    yield (
                        f"{where}: a memory address, different every time ({found[0]}): "
                        "end the cell with plt.show() or give the object a __repr__"
                    )
                if found := PLACE.search(text):
                    yield f"{where}: a place on this machine ({found[0][:60]})"


def faults(path):
    """All that is wrong with a committed notebook, one line for each."""
    text = path.read_text("utf-8")
    nb = parse(text)
    yield from output_faults(nb)
    expected = 1
    for number, cell in enumerate(nb.cells):
        if cell.cell_type != "code":
            continue
        if not cell.source.strip():
            yield f"cell {number}: empty"
        elif cell.execution_count is None:
            yield f"cell {number}: not run"
        elif cell.execution_count != expected:
            yield f"cell {number}: run out of order ([{cell.execution_count}], not [{expected}])"
        expected += 1
    ids = Counter(cell.get("id") for cell in json.loads(text)["cells"])
    yield from (f"{times} cells with the id {name}" for name, times in ids.items() if times > 1)
    if [i for i, cell in enumerate(nb.cells) if is_nav(cell)] != [1, len(nb.cells) - 1]:
        yield "the second and the last cell, and no others, are to be tagged nav"
    elif not nb.cells[1].source == nb.cells[-1].source == navigation(path):
        yield f"the links are not\n    {navigation(path)}"
    if serialise(normalise(nb)) != text:
        yield "not in its committed form"


# --- Running ----------------------------------------------------------------------------------


async def execute(nb, folder, timeout):
    """Run all cells in one fresh kernel, as JupyterLab's 'Run all' does."""
    client = NotebookClient(
        nb,
        config=Config(KernelManager=surroundings.kernel_manager()),
        kernel_name="python3",
        record_timing=False,
        resources={"metadata": {"path": str(folder)}},
        store_widget_state=True,  # Output widgets need it; normalise drops it
        timeout=timeout,
    )
    try:
        await client.async_execute()
    except CellExecutionError as error:
        raise Fault(f"{failed_cell(nb)}\n{COLOURS.sub('', error.traceback)}") from None
    except Exception as error:  # a dead kernel, a cell that takes too long, a fault of the client
        causes = [error]
        while causes[-1].__context__:
            causes.append(causes[-1].__context__)
        known = [c for c in causes if isinstance(c, (CellTimeoutError, DeadKernelError))]
        cause = (known or causes)[0]
        said = (str(cause).splitlines() or [""])[0]
        raise Fault(f"{failed_cell(nb)}\n{type(cause).__name__}: {said}") from None


def failed_cell(nb):
    """Which cell was the last to be begun, and its first line."""
    code = [(i, cell) for i, cell in enumerate(nb.cells) if cell.cell_type == "code"]
    begun = [(i, cell) for i, cell in code if cell.execution_count or cell.outputs]
    number, cell = (begun or code)[-1]
    return f"cell {number}: {(cell.source.splitlines() or [''])[0]}"


async def rerun(path, timeout=600, run=True):
    """Run one notebook and write it; True if that changed the file."""
    before = path.read_text("utf-8")
    old = parse(before)
    nb = copy.deepcopy(old)
    set_navigation(nb, navigation(path))
    if run:
        for cell in nb.cells:
            if cell.cell_type == "code":
                cell.outputs, cell.execution_count = [], None
        await execute(nb, path.parent, timeout)
    nb = normalise(nb, old)
    wrong = list(output_faults(nb)) if run else []
    if wrong:
        raise Fault("\n".join(wrong))
    after = serialise(nb)
    if after == before:
        return False
    if path.read_text("utf-8") != before:
        raise Fault("somebody wrote this file while it ran; it is left as it is")
    write(path, after)
    return True


async def rerun_all(paths, jobs, timeout, run):
    """Run notebooks, a few at a time; the number of those that failed."""
    turn = asyncio.Semaphore(jobs)

    async def one(path):
        async with turn:
            try:
                changed = await rerun(path, timeout, run)
            except Fault as fault:
                print(f"{path.name}: FAILED, left as it was\n{fault}\n", flush=True)
                return 1
            print(f"{path.name}: {'written' if changed else 'unchanged'}", flush=True)
            return 0

    return sum(await asyncio.gather(*(one(path) for path in paths)))


def arguments(argv):
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("files", nargs="*", type=Path, help="all of notebooks/ unless given")
    parser.add_argument("--check", action="store_true", help="change nothing, say what is wrong")
    parser.add_argument("--nav", action="store_true", help="refresh the links, run nothing")
    parser.add_argument("--jobs", type=int, default=2, help="how many at a time (2)")
    parser.add_argument("--timeout", type=int, default=600, help="seconds for a cell (600)")
    return parser.parse_args(argv)


def main(argv=None):
    options = arguments(argv)
    paths = [path.resolve() for path in options.files] or in_order(NOTEBOOKS)
    for path in paths:
        if path not in in_order(path.parent):
            sys.exit(f"{path}: no such notebook (their names are NN_slug.ipynb)")
    if options.check:
        wrong = [f"{path.name}: {fault}" for path in paths for fault in faults(path)]
        print("\n".join(wrong) or f"{len(paths)} notebooks in good order")
        return bool(wrong)
    surroundings.enter(one_thread=True)
    return bool(asyncio.run(rerun_all(paths, options.jobs, options.timeout, not options.nav)))


if __name__ == "__main__":
    sys.exit(main())
