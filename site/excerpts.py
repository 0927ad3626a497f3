"""The texts of the pages for the search, as a script: a page on the disk may read no other file."""

import json
from pathlib import Path

from docutils import nodes

SCRIPT = "texts.js"
UNREAD = (nodes.raw, nodes.comment, nodes.title)


def sections(doctree):
    """Return [[id, title, text]] of the sections of a page; the text of one is its own alone."""
    return [
        [section["ids"][0], section.next_node(nodes.title).astext(), _text(section)]
        for section in doctree.findall(nodes.section)
    ]


def _text(section):
    own = [one for one in section.children if not isinstance(one, (nodes.section, *UNREAD))]
    blocks = [
        block.astext()
        for node in own
        for block in node.findall(nodes.TextElement)
        if not isinstance(block.parent, nodes.TextElement) and not isinstance(block, UNREAD)
    ]
    return " ".join(" ".join(blocks).split())


def collect(app, doctree, docname):
    """Keep the texts of a page until all are known."""
    if not hasattr(app, "book_texts"):
        app.book_texts = {}
    app.book_texts[docname] = sections(doctree)


def on_the_search_page(app, page, template, context, doctree):
    """Give the texts to the page of the search alone."""
    if page == "search":
        app.add_js_file(SCRIPT)
        app.add_js_file("search.js")


def write(app, exception):
    """Write the script beside the other ones."""
    if exception is None:
        texts = json.dumps(app.book_texts, ensure_ascii=False, separators=(",", ":"))
        Path(app.outdir, "_static", SCRIPT).write_text(f"const TEXTS = {texts};\n", "utf-8")
