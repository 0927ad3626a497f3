"""Makes what a student handed in harmless to look at: text, pictures of pixels, nothing else.

Two layers. A notebook that is kept holds no markup and no output but text and PNG; and what is
made of its markdown, here and in the Formgrader, goes through bleach on its way into a page.
"""

import base64
import binascii
import re

import bleach
from nbconvert.filters.markdown_mistune import markdown2html_mistune

#: What a rendered explanation may consist of. No pictures: looking at one could call home.
TAGS = {
    "p",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "em",
    "strong",
    "del",
    "sup",
    "sub",
    "a",
    "hr",
    "br",
}
TAGS |= {"code", "pre", "blockquote", "ul", "ol", "li", "span", "div"}
TAGS |= {"table", "thead", "tbody", "tr", "th", "td"}
ATTRIBUTES = {"a": ["href", "title"], "span": ["class"], "div": ["class"], "td": ["align"]}
PROTOCOLS = frozenset({"http", "https", "mailto"})
MACROS = re.compile(
    r"\\(href|url|require|cssId|class|style|bbox|mmlToken|texttip|mathtip|tooltip|data|begingroup"
    r"|csname|unicode|includegraphics|def|let|newcommand|renewcommand|newenvironment)(?![A-Za-z])"
)
LETTERS = 20_000  # of a text; what is longer is cut
PNG = b"\x89PNG\r\n\x1a\n"


def rendered(source):
    """Return the HTML of a markdown text, with nothing in it that could run or be fetched.

    >>> print(rendered("*a* [b](javascript:alert(1)) <img src=x onerror=alert(1)>").strip())
    <p><em>a</em> <a>b</a> </p>
    """
    html = markdown2html_mistune(formulas(source))
    html = bleach.clean(
        html, tags=TAGS, attributes=ATTRIBUTES, protocols=PROTOCOLS, strip=True, strip_comments=True
    )
    return formulas(html)


def formulas(text):
    r"""Return a text in whose formulas MathJax makes no link, style or markup.

    >>> print(formulas(r"$\frac{1}{2}$ $\href{javascript:alert(1)}{x}$ &#92;href{x}{y}"))
    $\frac{1}{2}$ $\text{href}{javascript:alert(1)}{x}$ \text{href}{x}{y}
    """
    return MACROS.sub(r"\\text{\1}", re.sub(r"(?i)&(?:#0*92|#x0*5c|bsol);?", r"\\", text))


def markdown(source):
    r"""Return a markdown text in which no markup can begin: each '<' that could is followed by ' '.

    >>> print(markdown("if $a<b$ then <script>alert(1)</script> and 1 < 2"))
    if $a< b$ then < script>alert(1)< /script> and 1 < 2
    """
    return re.sub(r"<(?=[A-Za-z/!?])", "< ", formulas(source[:LETTERS]))


def outputs(shown):
    """Return what a cell showed, as outputs of a notebook: texts, PNGs, an error.

    What is not of this form is left out.
    """
    found = []
    for one in shown[:40] if isinstance(shown, list) else ():
        if not isinstance(one, dict):
            continue
        if isinstance(one.get("text"), str):
            found.append(_stream(one["text"]))
        elif isinstance(one.get("png"), str) and (picture := _png(one["png"])):
            data = {"image/png": picture, "text/plain": "a picture"}
            found.append({"output_type": "display_data", "metadata": {}, "data": data})
        elif isinstance(one.get("error"), list) and len(one["error"]) == 3:
            name, words, _ = one["error"]
            found.append(error(str(name)[:60], str(words)[:2000]))
    return found


def _stream(text):
    return {"output_type": "stream", "name": "stdout", "text": without_controls(text[:20_000])}


def error(name, words):
    """Return an error as the output of a cell."""
    name, words = without_controls(name), without_controls(words)
    trace = [f"{name}: {words}"]
    return {"output_type": "error", "ename": name, "evalue": words, "traceback": trace}


def without_controls(text):
    """Return a text without the characters that steer a terminal or hide what stands there."""
    return "".join(c for c in text if c.isprintable() or c in "\n\t")


def _png(text):
    try:
        data = base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        return None
    return base64.b64encode(data).decode() if data.startswith(PNG) else None


def notebook(nb, released):
    """Change a submitted notebook so that looking at it is safe, and only that.

    The text of a cell that is as it was handed out is left alone. Of metadata only what the
    grader wrote stays; raw cells, which go into a page as they are, become code that does not run.
    """
    trusted = {cell.source for cell in released.cells if cell.cell_type == "markdown"}
    nb.metadata = type(nb.metadata)(released.metadata)
    nb.nbformat_minor = 5  # the first in which cells have ids
    for number, cell in enumerate(nb.cells):
        mark = cell.metadata.get("nbgrader")
        cell.metadata = type(cell.metadata)({"nbgrader": mark} if isinstance(mark, dict) else {})
        cell.pop("attachments", None)
        cell["id"] = f"cell-{number}"
        if cell.cell_type == "raw":
            cell.cell_type = "markdown"
            cell.source = "    " + cell.source.replace("\n", "\n    ")
        if cell.cell_type == "markdown" and cell.source not in trusted:
            cell.source = markdown(cell.source)
    return nb


def page(html):
    """Return a page of feedback that runs nothing and asks for nothing, whoever opens it."""
    policy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:"
    tag = f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
    html = re.sub(r"(?is)<script\b.*?</script\s*>", "", html)
    html = re.sub(r"(?i)<link\b[^>]*>", "", html)
    if re.search(r"(?i)<(script|iframe|object|embed|svg|link|form)\b", html):
        raise ValueError("the page of feedback has something in it that could run")
    return re.sub(r"(?i)<head>", f"<head>\n{tag}", html, count=1)
