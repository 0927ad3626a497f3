"""Makes a page of a student's notebook, inside of the sandbox.

One line of JSON comes in, with the notebook as it is to be shown, and one goes out, with the page.
What a student wrote may take long, or much memory, to be made into a page: such a text is shown as
it was typed, and the rest of the page is as it would have been.
"""

import html
import json
import os
import signal
import sys
import time

TEXT = 5  # seconds a text may take
TEXTS = 20  # seconds all of them may take; those that are then left are shown as typed
CELLS = 'id="notebook-container">'  # where they begin in a page of the Formgrader
NOTE = "This text is shown as it was typed: to set it took too long, or too much memory."


def as_typed(source):
    """Return the HTML of a text that is not set.

    >>> print(as_typed("<b>"))
    <p><em>This text is shown as it was typed: to set it took too long, or too much memory.</em></p>
    <pre>&lt;b&gt;</pre>
    """
    return f"<p><em>{NOTE}</em></p>\n<pre>{html.escape(source)}</pre>"


class Careful:
    """A filter of nbconvert that gives up after some seconds, and then shows the text as typed."""

    left = TEXTS

    def __init__(self, filter):
        self.filter = filter

    def __call__(self, source, **named):
        """Return what the filter makes of a text, or the text."""
        import inside

        start = time.monotonic()
        if Careful.left <= 0:
            return as_typed(source)
        signal.signal(signal.SIGALRM, inside.ring)
        signal.setitimer(signal.ITIMER_REAL, min(TEXT, Careful.left))
        try:
            return self.filter(source, **named)
        except (inside.Late, Exception):
            return as_typed(source)
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            Careful.left -= time.monotonic() - start


def place_of_cells(page):
    """Return where the cells begin in a page of the Formgrader, and where they end.

    What a student wrote stands between: the first of these words and the last are the Formgrader's.
    """
    begin, end = page.index(CELLS) + len(CELLS), page.rindex('<div class="help">')
    for _ in range(5):  # what closes the boxes around the cells
        end = page.rindex("</div>", begin, end)
    return begin, end


def page(notebook, resources, settings, cells=False):
    """Return the page of a notebook, as nbconvert makes it with these settings.

    Or only the part of it with the cells, for a page of the Formgrader.
    """
    import clean
    import nbformat
    from nbconvert.exporters import HTMLExporter
    from traitlets.config import Config

    notebook = nbformat.from_dict(notebook)
    filters = {"markdown2html": Careful(clean.rendered), "highlight_code": Careful(clean.code)}
    exporter = HTMLExporter(config=Config(HTMLExporter={**settings, "filters": filters}))
    whole = exporter.from_notebook_node(notebook, resources)[0]
    if not cells:
        return whole
    begin, end = place_of_cells(whole)
    return whole[begin:end]


def main():
    """Make the page that is asked for."""
    sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
    import inside

    limits = json.loads(sys.stdin.readline())["limits"]
    say = inside.private_line()
    inside.settle(limits)
    if wrong := inside.not_apart():
        say(ready=False, wrong=wrong)
        return
    say(ready=True)
    try:
        say(page=page(**json.loads(sys.stdin.readline())["page"]))
    except Exception as error:
        say(wrong=f"{type(error).__name__}: {error}"[:500])


if __name__ == "__main__":
    main()
