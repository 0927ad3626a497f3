"""Makes what a student handed in harmless to look at: text, pictures of pixels, nothing else.

Two layers. A notebook that is kept holds no markup and no output but text and PNG; and what is
made of its markdown, here and in the Formgrader, goes through bleach on its way into a page.
"""

import base64
import binascii
import html
import re

import bleach
from nbconvert.filters.highlight import Highlight2HTML
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

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
#: Classes that colour code. Others may mean something to the page around: a button of the
#: Formgrader's is whatever has its class.
CLASSES = re.compile(r"highlight|hl-\w+|[a-z][a-z0-9]{0,2}")


def coloured(_tag, name, value):
    """Return whether an attribute of a text does no more than to colour code."""
    return name == "class" and all(map(CLASSES.fullmatch, value.split()))


ATTRIBUTES = {"a": ["href", "title"], "span": coloured, "div": coloured, "td": ["align"]}
PROTOCOLS = frozenset({"http", "https", "mailto"})
MACROS = re.compile(
    r"\\(href|url|require|cssId|class|style|bbox|mmlToken|texttip|mathtip|tooltip|data|begingroup"
    r"|csname|unicode|includegraphics|def|let|newcommand|renewcommand|newenvironment)(?![A-Za-z])"
)
LETTERS = 20_000  # of a text; what is longer is cut
SHOWN = 400_000  # characters of all that the cells of a notebook showed
PICTURES = 12_000_000  # characters of their pictures
#: What code in a text may be coloured as. Of the 500 languages that there are, some take minutes
#: or for ever on a page of brackets.
LANGUAGES = {"python", "python3", "py", "ipython", "ipython3"}
COLOURED = 4_000  # characters; twice as many may take four times as long
PNG = b"\x89PNG\r\n\x1a\n"


class Renderer(IPythonRenderer):
    """Makes HTML of markdown, and colours code of a few languages only."""

    def block_code(self, code, info=None):
        """Return the HTML of a block of code."""
        known = info and info.split() and info.split()[0] in LANGUAGES and len(code) <= COLOURED
        return super().block_code(code, info=info if known else None)


def rendered(source):
    """Return the HTML of a markdown text, with nothing in it that could run or be fetched.

    >>> print(rendered("*a* [b](javascript:alert(1)) <img src=x onerror=alert(1)>").strip())
    <p><em>a</em> <a>b</a> </p>
    """
    page = MarkdownWithMath(renderer=Renderer(escape=False)).render(formulas(seen(source)))
    page = bleach.clean(
        page, tags=TAGS, attributes=ATTRIBUTES, protocols=PROTOCOLS, strip=True, strip_comments=True
    )
    return formulas(page)


def code(source, **named):
    """Return the HTML of a cell of code, coloured unless it is long."""
    source = seen(source)
    if len(source) <= COLOURED:
        return Highlight2HTML("python")(source, **named)
    return f'<div class=" highlight hl-python"><pre>{html.escape(source)}\n</pre></div>\n'


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


class Room:
    """How much the cells of a notebook may still show."""

    def __init__(self):
        self.letters, self.pictures = SHOWN, PICTURES

    def text(self, text):
        """Return what there is room for of a text."""
        text = text[: min(LETTERS, self.letters)]
        self.letters -= len(text)
        return text

    def picture(self, png):
        """Return a picture in base64, or None if it is none or there is no room."""
        if len(png) > self.pictures:
            return None
        self.pictures -= len(png)
        return _png(png)


def outputs(shown, room=None):
    """Return what a cell showed, as outputs of a notebook: texts, PNGs, an error.

    What is not of this form is left out.
    """
    found, room = [], room or Room()
    for one in shown[:40] if isinstance(shown, list) else ():
        if not isinstance(one, dict):
            continue
        if isinstance(one.get("text"), str):
            if text := room.text(one["text"]):
                found.append(_stream(text))
        elif isinstance(one.get("png"), str) and (picture := room.picture(one["png"])):
            data = {"image/png": picture, "text/plain": "a picture"}
            found.append({"output_type": "display_data", "metadata": {}, "data": data})
        elif isinstance(one.get("error"), list) and len(one["error"]) == 3:
            name, words, _ = one["error"]
            found.append(error(str(name)[:60], str(words)[:2000]))
    return found


def _stream(text):
    return {"output_type": "stream", "name": "stdout", "text": without_controls(text)}


def error(name, words):
    """Return an error as the output of a cell."""
    name, words = without_controls(name), without_controls(words)
    trace = [f"{name}: {words}"]
    return {"output_type": "error", "ename": name, "evalue": words, "traceback": trace}


def without_controls(text):
    """Return a text without the characters that steer a terminal or hide what stands there."""
    return "".join(c for c in text if c.isprintable() or c in "\n\t")


def on_one_line(text):
    r"""Return a text as it can be printed in a terminal, on one line.

    >>> on_one_line("a\x1b]0;b\n\ud800")
    'a\ufffd]0;b\ufffd\ufffd'
    """
    return "".join(c if c.isprintable() else "\ufffd" for c in text)


#: Characters that have text run in another direction, or that nobody sees.
UNSEEN = re.compile(
    "[\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\U000e0000-\U000e007f]"
)


def seen(text):
    r"""Return a text in which each character that reorders or hides is named.

    >>> seen("a\u202eb")
    'a[U+202E]b'
    """
    return UNSEEN.sub(lambda found: f"[U+{ord(found[0]):04X}]", text)


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


RUNS = re.compile(
    r"(?i)<(script|iframe|frame|object|embed|applet|svg|math|link|form|base|meta|style|template)\b"
)


def harmless(part):
    """Return a part of a page.

    Raises:
        ValueError: if there is something in it that could run, or act on the rest of the page.
    """
    if found := RUNS.search(part):
        raise ValueError(f"its page has a <{found[1]}> in it, which no cleaned text has")
    return part


def page(text):
    """Return a page of feedback that runs nothing and asks for nothing, whoever opens it."""
    policy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:"
    tag = f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
    text = re.sub(r"(?is)<script\b.*?</script\s*>", "", text)
    text = re.sub(r"(?i)<link\b[^>]*>", "", text)
    if re.search(r"(?i)<(script|iframe|object|embed|svg|link|form)\b", text):
        raise ValueError("the page of feedback has something in it that could run")
    return re.sub(r"(?i)<head>", f"<head>\n{tag}", text, count=1)
