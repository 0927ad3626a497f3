"""Formulas are set while the pages are built: a page has them as drawings, and loads no MathJax.

They are what MathJax would make in the browser, its MathML for a screen reader included. A glyph is
drawn once a page; formulas.css is what MathJax adds to a page's style. What a script shows later,
the formulas of the equations, comes with its own glyphs in equations.js.
"""

import contextlib
import functools
import html
import json
import re
import shutil
import subprocess
from pathlib import Path

import page_scripts
import sphinx.util.logging
from docutils import nodes
from sphinx.errors import ExtensionError
from sphinx.ext import mathjax

STYLE = "formulas.css"
EQUATIONS = "equations.js"
GLYPH = re.compile(r'href="#(MJX-[^"]+)"')
LOGGER = sphinx.util.logging.getLogger(__name__)


class Typesetter:
    """MathJax in Node: formulas in TeX go in, markup comes out."""

    def __init__(self):
        node = shutil.which("node")
        if node is None:
            raise ExtensionError("The formulas are set by Node, which was not found.")
        command = [node, Path(__file__).with_name("typeset.js"), page_scripts.fetch_mathjax()]
        ends = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
        self.process = subprocess.Popen(command, encoding="utf-8", **ends)
        self.style = self._answer()["style"]
        self.paths, self.known = {}, {}

    def _answer(self):
        line = self.process.stdout.readline()
        if not line:
            raise ExtensionError("MathJax gave no answer.")
        return json.loads(line)

    def markup(self, tex, display):
        """Return a formula as HTML."""
        if (tex, display) not in self.known:
            request = json.dumps({"tex": tex, "display": display})
            self.process.stdin.write(f"{request}\n")
            self.process.stdin.flush()
            answer = self._answer()
            self.paths |= answer["glyphs"]
            self.known[tex, display] = answer["markup"]
            if "merror" in answer["markup"]:
                LOGGER.warning("MathJax cannot set %s", tex)
        return self.known[tex, display]

    def glyphs(self, text):
        """Return the drawings of the glyphs that the formulas in a text are made of, as HTML."""
        found = sorted(set(GLYPH.findall(text)))
        paths = "".join(f'<path id="{one}" d="{self.paths[one]}"></path>' for one in found)
        return f'<svg style="display: none" aria-hidden="true"><defs>{paths}</defs></svg>'


@functools.cache
def typesetter():
    """Return the one of this process."""
    return Typesetter()


def setting(visit, display):
    """Return what writes a formula where Sphinx would write its TeX."""

    def write(self, node):
        at = len(self.body)
        with contextlib.suppress(nodes.SkipNode):
            visit(self, node)
        config = self.builder.config
        opens, closes = config.mathjax_display if display else config.mathjax_inline
        before, _, rest = "".join(self.body[at:]).partition(opens)
        tex, _, after = rest.rpartition(closes)
        markup = typesetter().markup(html.unescape(tex).strip(), display)
        self.body[at:] = [before, markup, after]
        raise nodes.SkipNode

    return write


def add_glyphs(app, page, template, context, doctree):
    """Put the glyphs of a page before its text."""
    body = context.get("body", "")
    shown = body + context.get("toc", "")
    if GLYPH.search(shown):
        context["body"] = typesetter().glyphs(shown) + body


def equations(formulas):
    """Return the script that has the formulas of the equations, given as {tag: TeX}."""
    shown = {tag: typesetter().markup(tex, True) for tag, tex in formulas.items()}
    glyphs = typesetter().glyphs("".join(shown.values()))
    text = json.dumps({"glyphs": glyphs, "formulas": shown}, ensure_ascii=False)
    # A page has glyphs of its own, by the names that they have here.
    return f"globalThis.EQUATIONS = {text.replace('MJX-', 'EQ-')};\n"


def write_style(app, exception):
    """Write the style sheet beside the other ones."""
    if exception is None:
        Path(app.outdir, "_static", STYLE).write_text(typesetter().style, "utf-8")


def setup(app):
    inline = setting(mathjax.html_visit_math, False), None
    block = setting(mathjax.html_visit_displaymath, True), None
    app.add_html_math_renderer("set", inline, block)
    app.connect("html-page-context", add_glyphs)
    app.connect("build-finished", write_style)
    return {"parallel_read_safe": True, "parallel_write_safe": False}
