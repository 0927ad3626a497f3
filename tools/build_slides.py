"""Build a deck of slides from each notebook, in build/slides.

    python tools/build_slides.py                     all of notebooks/
    python tools/build_slides.py notebooks/07_*      these only

What becomes of a cell is said in its metadata (slideshow.slide_type, as JupyterLab's property
inspector writes it). The cells of the exercises become one slide, and the links none. A notebook
with a live figure is run, as for the site; every other deck is made of the outputs as committed.
"""

import argparse
import ast
import copy
import re
import shutil
from pathlib import Path

import build_site
import nbformat
import page_scripts
import run_notebooks
import surroundings
from build_site import STATE
from nbconvert import SlidesExporter
from run_notebooks import WIDGET_VIEW
from traitlets.config import Config

ROOT = surroundings.ROOT
SLIDES = ROOT / "teaching" / "slides"
BUILD = ROOT / "build" / "slides"
TITLE = re.compile(r"^\*\*(\d+\.\d+ .+?)\*\*", re.MULTILINE)
DOCSTRING = re.compile(r' *""".*?"""\n', re.DOTALL)
HEADING = re.compile(r"\n(?=## )")
DRAWS = ("figures.", "widgets.", "draw", "inspect.", "before_and_after(")


# --- From notebook to deck --------------------------------------------------------------------


def slide_type(cell):
    """Return what a cell says that becomes of it, or None."""
    return cell.metadata.get("slideshow", {}).get("slide_type")


def is_exercise(cell):
    return "exercise" in cell.metadata.get("tags", [])


def is_live(output):
    """Whether an output is a figure that moves without Python."""
    text = output.get("data", {}).get("text/plain", "")
    widget = output.get("metadata", {}).get("widget") or WIDGET_VIEW in output.get("data", {})
    return bool(widget) and re.match(r"\w+\(", text) is not None


def prepared(nb):
    """Return the notebook as its slides show it."""
    nb = copy.deepcopy(nb)
    cells, exercises = [], []
    for cell in nb.cells:
        if run_notebooks.is_nav(cell):
            continue
        if is_exercise(cell):
            exercises.append(cell)
            continue
        if exercises:
            cells.append(exercise_slide(exercises))
            exercises = []
        cells += at_headings(cell) if cell.cell_type == "markdown" else [drawn(cell)]
    nb.cells = cells
    return nb


def at_headings(cell):
    """Return a cell of prose cut before each heading in it; the later parts begin a slide."""
    source = re.sub(r"\]\((\d\d_\w+)\.ipynb", r"](\1.html", cell.source)
    parts = []
    for n, text in enumerate(HEADING.split(source)):
        part = copy.deepcopy(cell)
        part.source = text.strip()
        if n:
            part.id = f"{cell.id}-{n}"
            part.metadata["slideshow"] = {"slide_type": "slide"}
        parts.append(part)
    return parts


def exercise_slide(cells):
    """Return one slide that names the exercises of a chapter."""
    titles = [title for cell in cells for title in TITLE.findall(cell.source)]
    first = titles[0].split()[0] if titles else ""
    text = "\n".join(["## Exercises", "", *(f"- {title.rstrip('.')}" for title in titles)])
    text += f'\n\nIn the notebook, at its end: `hint("{first}")`, `solution("{first}")`.'
    cell = nbformat.v4.new_markdown_cell(text, id="exercises")
    cell.metadata["slideshow"] = nbformat.from_dict({"slide_type": "slide"})
    return cell


def drawn(cell):
    """Return a cell of code as one looks at it: the lines that only draw are left out."""
    cell = copy.deepcopy(cell)
    shown = []
    for output in cell.outputs:
        data = output.get("data", {})
        if is_live(output) and WIDGET_VIEW in data:
            output.data = nbformat.from_dict({WIDGET_VIEW: data[WIDGET_VIEW]})
        elif WIDGET_VIEW in data or output.get("metadata", {}).get("widget"):
            continue
        elif "image/png" in data:
            data.pop("text/plain", None)
        elif "inspect.getsource" in cell.source and "text" in output:
            output.text = DOCSTRING.sub("", output.text)
        shown.append(output)
    cell.outputs = shown
    pictures = any({"image/png", WIDGET_VIEW} & set(o.get("data", {})) for o in shown)
    if pictures or "inspect.getsource" in cell.source:
        live = any(WIDGET_VIEW in o.get("data", {}) for o in shown)
        cell.source = "" if live else without_drawing(cell.source)
    return cell


def without_drawing(source):
    """Return code without the statements that draw, or print a function's source."""
    lines, kept = source.splitlines(), []
    for node in ast.parse(source).body:
        text = "\n".join(lines[node.lineno - 1 : node.end_lineno])
        draws = isinstance(node, ast.Expr) and any(word in text for word in DRAWS)
        if not draws and not (isinstance(node, ast.FunctionDef) and node.name.startswith("draw")):
            kept.append(text)
    return "\n".join(kept)


# --- The pages --------------------------------------------------------------------------------


def exporter():
    return SlidesExporter(
        config=Config(
            TemplateExporter={
                "extra_template_basedirs": [str(SLIDES.parent)],
                "template_name": SLIDES.name,
            },
            HTMLExporter={"exclude_anchor_links": True},
        )
    )


def page(nb, title):
    """Return the HTML of a deck."""
    state = nb.metadata.get("widgets", {}).get(STATE) if has_live(nb) else None
    deck = {"title": title, "state": state, "head": page_scripts.head("scripts") if state else ""}
    html, _ = exporter().from_notebook_node(prepared(nb), resources={"deck": deck})
    return html


def has_live(nb):
    return any(is_live(output) for cell in nb.cells for output in cell.get("outputs", []))


def with_outputs(path):
    """Return a notebook with what its slides show: run, if it holds a live figure."""
    nb = run_notebooks.parse(path.read_text("utf-8"))
    return build_site.executed(path) if has_live(nb) else nb


def contents(names):
    """Return the page that leads to the decks."""
    items = "".join(f'<li><a href="{name}.html">{title}</a>' for name, title in names)
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8"><title>Slides</title>'
        "<style>body{font:20px/1.6 sans-serif;max-width:40em;margin:3em auto}</style>"
        f"<h1>Slides</h1><ol start=0>{items}</ol></html>\n"
    )


def scripts():
    """Lay the scripts and the stylesheets beside the decks."""
    folder = BUILD / "scripts"
    shutil.copytree(page_scripts.fetch(), folder, dirs_exist_ok=True)
    own = [path for path in SLIDES.iterdir() if path.suffix in (".css", ".js")]
    for file in [*page_scripts.fetch_reveal(), *own]:
        shutil.copyfile(file, folder / file.name)


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("notebooks", nargs="*", type=Path)
    asked = parser.parse_args(arguments).notebooks
    surroundings.enter(one_thread=True)
    build_site.RUN.mkdir(parents=True, exist_ok=True)
    BUILD.mkdir(parents=True, exist_ok=True)
    scripts()
    paths = run_notebooks.in_order(run_notebooks.NOTEBOOKS)
    for path in asked or paths:
        html = page(with_outputs(path), run_notebooks.title(path))
        (BUILD / f"{path.stem}.html").write_text(html, "utf-8")
    names = [(path.stem, run_notebooks.title(path)) for path in paths]
    (BUILD / "index.html").write_text(contents(names), "utf-8")
    print(f"The slides: {BUILD.relative_to(ROOT) / 'index.html'}")


if __name__ == "__main__":
    main()
