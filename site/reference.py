"""The pages on the library: its docstrings, each with the equation that its first lines name.

`write` lays out what Sphinx reads; `setup` lets autodoc see docstrings as they are meant: a star
in a shape begins no emphasis, a word between backticks is code, and after the first lines stand
the formulas of the tags that they name.
"""

import importlib
import inspect
import json
import re
from pathlib import Path

TAG = re.compile(r"\$\$((?:(?!\$\$).)+?)\\tag\{([^}]+)\}\s*\$\$", re.DOTALL)
NAME = r"(?:F[1-5][a-z]?|FC[1-4]|BP[1-5][a-z]?|Cl?|D[1-3])"
# What the first lines of a docstring name, in their parentheses: (F1), (the sum in BP2; FC2).
GROUP = re.compile(rf"\(((?:the sum in )?{NAME}(?:[,;–] ?(?:the sum in )?{NAME})*)(?:, [^()]*)?\)")
COLON = "\ue000"
PAGES = {
    "library": (
        "The library: the equations",
        "Each function with its equation, its arguments and an example. Take for granted "
        "``import numpy as np`` and ``from convnet_lib import ConvNet, conv, pool, dense, …``.",
        (
            *("activations", "conv", "pool", "dense", "costs", "network", "layers", "deep"),
            *("networks", "gradient_check", "maps", "batches", "checks", "archives"),
        ),
    ),
    "library_by_definition": (
        "The library: the equations as loops",
        "Every sum once more, index by index, which the library is held against. All are at hand "
        "by the name of their folder: ``by_definition.conv_forward``.",
        (
            *("by_definition.activations", "by_definition.conv", "by_definition.pool"),
            *("by_definition.dense", "by_definition.costs", "by_definition.network"),
            *("by_definition.deep", "by_definition.batches"),
        ),
    ),
    "library_data": (
        "The library: the digits",
        "Where they come from, and how a picture of your own becomes one. All are at hand by the "
        "name of their folder: ``data.load_digits``, ``data.from_image``.",
        (
            *("data.digits", "data.mnist", "data.images", "data.pictures", "data.paper"),
            *("data.idx", "data.downloads"),
        ),
    ),
    "library_training": (
        "The library: training",
        "How the network learns, and what a long run needs.",
        (
            *("training.descent", "training.engines", "training.fast", "training.compiled"),
            *("training.compiled_passes", "training.deep_step", "training.compiled_deep"),
            "training.halves",
            *("training.checkpoints", "training.progress", "training.distributed"),
        ),
    ),
    "library_figures": (
        "The library: figures",
        "Pictures, and figures that move. All are at hand by the names of their folders: "
        "``figures.convolution``, ``widgets.convolution``.",
        (
            *("figures.picture", "figures.grids", "figures.forward", "figures.backward"),
            *("figures.learning", "figures.speed", "figures.images", "figures.broken"),
            *(
                "widgets.convolution",
                "widgets.pooling",
                "widgets.output",
                "widgets.backpropagation",
                "widgets.playground",
            ),
            *("widgets.training_film", "widgets.gallery"),
            *("widgets.explore", "widgets.recipes", "broken"),
        ),
    ),
}


def rooms(page):
    """Return the rooms of a page; one that is not there, or was moved, is an error."""
    names = [f"convnet_lib.{room}" for room in PAGES[page][2]]
    if lost := [name for name in names if not importlib.util.find_spec(name)]:
        raise ModuleNotFoundError(f"site/reference.py lists what is not there: {lost}")
    return names


def formulas(folder):
    """Return {tag: formula} of all equations that have a tag in the notebooks of a folder."""
    found = {}
    for path in sorted(Path(folder).glob("*.ipynb")):
        for cell in json.loads(path.read_text("utf-8"))["cells"]:
            if cell["cell_type"] == "markdown":
                found |= {tag: tex.strip() for tex, tag in TAG.findall("".join(cell["source"]))}
    return found


def tags_of(first, known):
    """Return the tags in the first lines of a docstring; F1–F5 is five."""
    tags, order = [], list(known)
    for group in GROUP.findall(" ".join(first)):
        for name in re.split(r"[,;] ?", group.replace("the sum in ", "")):
            ends = [order.index(end) for end in name.split("–")]
            tags += order[ends[0] : ends[-1] + 1]
    return tags


def as_meant(lines):
    """Return a docstring as reStructuredText in which only what is meant as a mark is one."""
    text = "\n".join(lines)
    # Examples up to the next empty line, and tables, are left as they are.
    parts = re.split(r"(?m)(^ *>>>(?:.|\n)*?(?=\n *$|\Z)|^[= ]*==[= ]*$)", text)
    parts[::2] = [prose(part) for part in parts[::2]]
    return "".join(parts).split("\n")


def prose(text):
    """Return prose with its code and its strings in double backticks, and no other mark."""
    text = re.sub(r'(?<![\w`])"(\w+)"', r'``"\1"``', text)
    parts = re.split(r"(``.*?``)", re.sub(r"(?<!`)`([^`]+)`(?!`)", r"``\1``", text))
    parts[::2] = [re.sub(r"([*|\\])", r"\\\1", part) for part in parts[::2]]
    # A letter at the end of code would undo it: `Run`s.
    return re.sub(r"``(?=\w)(?<=\w``)", r"``\\ ", "".join(parts))


def keep_colons(lines):
    """Hide the colons below Returns, where napoleon would take what is before one for a type."""
    inside = False
    for number, line in enumerate(lines):
        inside = line == "Returns:" or (inside and line.startswith((" ", "\t")))
        if inside and line != "Returns:":
            lines[number] = line.replace(":", COLON)


def give_back(app, what, name, obj, options, lines):
    """Show the colons again, once napoleon is done."""
    lines[:] = [line.replace(COLON, ":") for line in lines]


def process(app, what, name, obj, options, lines):
    """Show a docstring as it is meant, with its formulas."""
    gap = lines.index("") if "" in lines else len(lines)
    tags = tags_of(lines[:gap], app.env.book_formulas) if what != "module" else []
    shown = as_meant(lines)
    for tag in reversed(tags):
        tex = app.env.book_formulas[tag].replace("\n", " ")
        shown[gap:gap] = ["", ".. math::", "", rf"   {tex} \tag{{{tag}}}", ""]
    keep_colons(shown)
    lines[:] = shown


def begin(app):
    app.env.book_formulas = formulas(app.srcdir)


def write(folder):
    """Write the pages into the folder that Sphinx reads; return their names."""
    for page, (title, about, _) in PAGES.items():
        text = f"{title}\n{'=' * len(title)}\n\n{about}\n"
        for name in rooms(page):
            heading = name.removeprefix("convnet_lib.").replace(".", "/") + ".py"
            text += f"\n{heading}\n{'-' * len(heading)}\n\n.. automodule:: {name}\n   :members:\n"
        (Path(folder) / f"{page}.rst").write_text(text, "utf-8")
    return list(PAGES)


def leave_out(app, what, name, obj, skip, options):
    """Leave out what a named tuple has by itself, and the inside of a figure."""
    said = (inspect.getdoc(obj) or "").startswith(("Return", "Refuse"))
    if isinstance(obj, property):
        said = "widgets" not in obj.fget.__module__  # those list their traits themselves
    return skip or (what == "class" and not said) or None


def setup(app):
    app.connect("builder-inited", begin)
    # Before napoleon, which turns Args, Returns and Raises into lists.
    app.connect("autodoc-process-docstring", process, priority=100)
    app.connect("autodoc-process-docstring", give_back, priority=900)
    app.connect("autodoc-skip-member", leave_out)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
