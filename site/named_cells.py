"""Cells that a chapter names: words in a notebook, on a page a link that shows them in a figure."""

import re

CELL = re.compile(r'<span data-cell="([a-z]\w*-\d+-\d+)">(.*?)</span>')


def linked(text):
    """Return a text with its named cells as links: #z1-8-14 is neuron (8, 14) of the grid z1."""
    return CELL.sub(r'<a class="cell-link" href="#\1">\2</a>', text)
