"""What the pages need beyond Sphinx: equations to link to, links to them, and what to download.

An equation `\\tag{F1}` gets the address PAGE.html#eq-F1 and its tag beside it as a link; wherever
the text names a tag, the name leads there.
"""

import json
import re
from pathlib import Path

import excerpts
import front_door
import margin
import plumbing
import typesetting
from docutils import nodes
from sphinx import addnodes

DISPLAYED = re.compile(r"\$\$(.+?)\$\$", re.DOTALL)
TAG = re.compile(r"\s*\\tag\{(.+?)\}")
# What is no mention of one equation of this book: a range of them, and the old four by their name.
NAME = r"(?:F[1-5][a-z]?|FC[1-4]|BP[1-5][a-z]?|Cl|D[1-3])"
MENTION = re.compile(
    rf"(?P<range>\b{NAME}(?:–| to ){NAME}\b)"
    rf"|(?P<old>\b{NAME}(?= of a fully connected))"
    rf"|\b(?P<tag>{NAME})\b"
)
NO_LINKS_IN = (nodes.title, nodes.reference, nodes.literal, nodes.literal_block, nodes.raw)
NO_LINKS_IN += (addnodes.desc_signature, addnodes.literal_strong)


def anchor(tag):
    """Return the id of an equation on its page."""
    return f"eq-{tag}"


def homes(folder):
    """Return {tag: page} of all equations that have a tag in the notebooks of a folder."""
    found = {}
    for path in sorted(Path(folder).glob("*.ipynb")):
        found |= {tag: path.stem for text in _prose(path) for tag in TAG.findall(text)}
    return found


def equations(folder):
    """Return {tag: its formula in TeX} of all equations that have a tag."""
    found = {}
    for path in sorted(Path(folder).glob("*.ipynb")):
        for text in _prose(path):
            for formula in DISPLAYED.findall(text):
                if tag := TAG.search(formula):
                    found[tag[1]] = TAG.sub("", formula).strip()
    return found


def _prose(path):
    cells = json.loads(path.read_text("utf-8"))["cells"]
    return ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown"]


def name_equations(doctree, home=None):
    """Put each equation that has a \\tag beside its name, a link to home(tag) or else to itself."""
    for node in list(doctree.findall(nodes.math_block)):
        if found := TAG.search(node.astext()):
            tag = found[1]
            name = _link(f"({tag})", home(tag) if home else f"#{anchor(tag)}", "equation-name")
            named = nodes.container(classes=["named-equation"])
            named["ids"] = [] if home else [anchor(tag)]
            node.parent.replace(node, named)
            node.children = [nodes.Text(TAG.sub("", node.astext()))]
            named += [node, nodes.paragraph("", "", name)]


def link_mentions(doctree, address):
    """Make each tag that the text names a link; address(tag) is where it leads, or None."""
    for node in list(doctree.findall(nodes.Text)):
        above = list(_ancestors(node))
        if isinstance(node.parent, nodes.math | nodes.math_block) or any(
            isinstance(a, NO_LINKS_IN) for a in above
        ):
            continue
        if node.astext() == "C" and any(isinstance(a, nodes.entry) for a in above):
            parts = [_link("C", address("C"))]
        else:
            parts = list(_parts(node.astext(), address))
        if any(isinstance(part, nodes.reference) for part in parts):
            node.parent.replace(node, parts)


def _ancestors(node):
    while node := node.parent:
        yield node


def _parts(text, address):
    at = 0
    for found in MENTION.finditer(text):
        if found["tag"]:
            yield nodes.Text(text[at : found.start()])
            yield _link(found["tag"], address(found["tag"]))
            at = found.end()
    yield nodes.Text(text[at:])


def _link(text, address, kind="equation"):
    if address is None:
        return nodes.Text(text)
    return nodes.reference("", text, refuri=address, internal=True, classes=[kind])


def downloads(page, extra):
    """Return the lines under a page's title: its notebook, its PDF if there is to be one, and
    what opens it on another machine, if the project has an address.
    """
    links = [f'<a href="notebooks/{page}.ipynb" download>Notebook</a>']
    if extra:
        links.append(f'<a href="pdf/{page}.pdf" type="application/pdf">PDF</a>')
    line = f'<p class="downloads">Download this page: {" · ".join(links)}</p>'
    return line + front_door.launch_line(page, front_door.address())


def short_names(doctree):
    """Let each function be called as a reader does: conv.forward, figures.convolution."""
    for node in doctree.findall(addnodes.desc_addname):
        name = node.astext().removeprefix("convnet_lib.")
        name = re.sub(r"^(figures|widgets|training(?=\.descent))\.\w+", r"\1", name)
        node.children = [nodes.Text(name)]


def fold(doctree):
    """Put the code that tools/build_site.py found to be plumbing behind a line that opens."""
    for cell in list(doctree.findall(nodes.container)):
        if "tag_plumbing" not in cell["classes"]:
            continue
        for code in [one for one in cell.children if "cell_input" in one["classes"]]:
            line = plumbing.summary(code.astext())
            begins = f'<details class="plumbing"><summary>{line}</summary>'
            at = cell.index(code)
            cell.insert(at, nodes.raw("", begins, format="html"))
            cell.insert(at + 2, nodes.raw("", "</details>", format="html"))


def name_parts(app, page, template, context, doctree):
    """Put the name of each part above its first chapter, in the margin of every page."""
    if tree := context.get("furo_navigation_tree"):
        context["furo_navigation_tree"] = margin.with_playground(margin.with_parts(tree))


def keep_notes(app, page, template, context, doctree):
    """Load static/notes.js in the head: the theme's first line asks for what the browser keeps."""
    script = f'<script src="{context["pathto"]("_static/notes.js", 1)}"></script>'
    context["metatags"] = context.get("metatags", "") + script


def mark_by_ourselves(app, page, template, context, doctree):
    """Leave out Sphinx's marking of the words sought: it fails at icons, and writes into scripts.

    static/book.js marks them. The search itself needs the script for its results.
    """
    if page != "search":
        scripts = context["script_files"]
        context["script_files"] = [s for s in scripts if "sphinx_highlight" not in str(s.filename)]


def finish(app, doctree, docname):
    pages = app.env.book_homes

    def address(tag):
        if tag not in pages:
            return None
        page = "" if pages[tag] == docname else app.builder.get_relative_uri(docname, pages[tag])
        return f"{page}#{anchor(tag)}"

    is_notebook = (Path(app.srcdir) / f"{docname}.ipynb").exists()
    name_equations(doctree, None if is_notebook else address)
    link_mentions(doctree, address)
    short_names(doctree)
    excerpts.collect(app, doctree, docname)
    fold(doctree)
    title = next(doctree.findall(nodes.title), None)
    if title is not None and is_notebook:
        line = nodes.raw("", downloads(docname, app.config.book_pdf), format="html")
        title.parent.insert(title.parent.index(title) + 1, line)


def begin(app):
    app.env.book_homes = homes(app.srcdir)


def write_equations(app, exception):
    """Write the script that the name of an equation loads to show its formula."""
    if exception is None:
        script = typesetting.equations(equations(app.srcdir))
        Path(app.outdir, "_static", typesetting.EQUATIONS).write_text(script, "utf-8")


def setup(app):
    app.add_config_value("book_pdf", False, "env", [bool])
    app.connect("builder-inited", begin)
    app.connect("doctree-resolved", finish)
    app.connect("html-page-context", name_parts, priority=900)  # after the theme has made the tree
    app.connect("html-page-context", mark_by_ourselves, priority=900)
    app.connect("html-page-context", keep_notes, priority=900)
    app.connect("html-page-context", excerpts.on_the_search_page)
    app.connect("build-finished", excerpts.write)
    app.connect("build-finished", write_equations)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
