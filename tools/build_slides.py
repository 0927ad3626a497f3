"""Build a deck of slides from each notebook, in build/slides.

    python tools/build_slides.py                     all of notebooks/
    python tools/build_slides.py notebooks/07_*      these only

What becomes of a cell is said in its metadata (slideshow.slide_type, as JupyterLab's property
inspector writes it). Where there is a picture or a live figure, a slide keeps one sentence of its
prose, and all of it goes into the speaker's notes (the key S). The cells of the exercises become
one slide, and the links none. A notebook with a live figure is run, as for the site; every other
deck is made of the outputs as committed.
"""

import argparse
import ast
import copy
import itertools
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
# What is no plain paragraph: a heading, a list, a table, a quotation, a formula, code, HTML.
NO_PARAGRAPH = re.compile(r"#|[-*+>|] |\||\d+\. |\$\$|```|<(?!span)|    ")
# The end of a sentence, but for one in a formula, in code or in brackets.
UNBROKEN = re.compile(r"\$[^$]*\$|`[^`]*`|\([^()]*\)|\[[^\]]*\]\([^)]*\)|<[^>]*>")
SENTENCE = re.compile(r"[^.?!]*(?:[.?!](?![*_]*(?:\s|$))[^.?!]*)*[.?!:]?[*_]*\s*")
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
    nb.cells = [cell for slide in slides(cells) for cell in presented(slide)]
    return nb


def slides(cells):
    """Return the cells slide by slide; those that are left out stand where they stood."""
    found = [[]]
    for cell in cells:
        if slide_type(cell) in ("slide", "subslide"):
            found.append([])
        found[-1].append(cell)
    return found


def presented(cells):
    """Return a slide that has a figure with one sentence of its prose, and the rest as notes."""
    if not any(shows_figure(cell) for cell in cells):
        return cells
    kept, said, has_sentence = [], [], False
    for cell in cells:
        if cell.cell_type != "markdown" or slide_type(cell) == "skip":
            kept.append(cell)
            continue
        said.append(cell.source)
        cell = copy.deepcopy(cell)
        cell.source, has_sentence = shortened(cell.source, has_sentence)
        # The first cell of a slide begins it, even if it has nothing to say.
        if cell.source or slide_type(cell) in ("slide", "subslide"):
            kept.append(cell)
    return [*kept, notes(said, cells[0].id)] if said else kept


def shows_figure(cell):
    shown = [output.get("data", {}) for output in cell.get("outputs", [])]
    return slide_type(cell) != "skip" and any({"image/png", WIDGET_VIEW} & set(o) for o in shown)


def notes(texts, id):
    cell = nbformat.v4.new_markdown_cell("\n\n".join(texts), id=f"{id}-notes")
    cell.metadata["slideshow"] = nbformat.from_dict({"slide_type": "notes"})
    return cell


def shortened(source, has_sentence=False):
    """Return prose with one sentence of its paragraphs, if it has none yet, and whether it has."""
    kept, asks = [], source.startswith("## A question")
    for block in re.split(r"\n\s*\n", source):
        if NO_PARAGRAPH.match(block):
            kept.append(block)
        elif not has_sentence:
            kept.append(telling(block, asks))
            has_sentence = True
    return "\n\n".join(kept).strip(), has_sentence


def telling(paragraph, asks=False):
    """Return the first sentence of a paragraph, or its first question where it is to ask one."""
    held = UNBROKEN.findall(paragraph)
    # Letters of a private area stand for what no sentence ends in.
    text = UNBROKEN.sub("\ue000", " ".join(paragraph.split()))
    sentences = [found.strip() for found in SENTENCE.findall(text) if found.strip()]
    starts = itertools.accumulate((one.count("\ue000") for one in sentences), initial=0)
    told = [_with(one, held[at:]) for one, at in zip(sentences, starts, strict=False)]
    return next((one for one in told if asks and one.endswith("?")), told[0])


def _with(sentence, held):
    for text in held[: sentence.count("\ue000")]:
        sentence = sentence.replace("\ue000", text, 1)
    return sentence


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
