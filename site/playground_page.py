"""The playground on a page of its own, playground.html: as wide as the window, and nothing else.

It follows the theme that was chosen in the book. Below stands the figure of the whole backward
pass, which takes over the network of the playground when it is asked to.
"""

import base64
import html
import json

import nbformat
import pictures
import states
from ipywidgets.embed import embed_data
from margin import PLAYGROUND

from convnet_lib import ConvNet, data, widgets
from convnet_lib.widgets.playground import digits

VIEW = "application/vnd.jupyter.widget-view+json"
STATE = "application/vnd.jupyter.widget-state+json"
#: Below the figure on the page of a chapter.
LINK = f'<p class="alone"><a href="{PLAYGROUND}">The playground on a page of its own</a></p>'
PAGE = """\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Playground – {book}</title>
<link rel="icon" href="data:,">
<script src="_static/live.js" defer></script>
<style>
  body {{ margin: 0; background: #fff; color: #1a1a1a; font: 15px/1.5 system-ui, sans-serif; }}
  a {{ color: #0b5cad; }}
  @media (prefers-color-scheme: dark) {{
    body:not([data-theme="light"]) {{ background: #16181c; color: #ececec; }}
    body:not([data-theme="light"]) a {{ color: #8ec5ff; }}
  }}
  body[data-theme="dark"] {{ background: #16181c; color: #ececec; }}
  body[data-theme="dark"] a {{ color: #8ec5ff; }}
  header, main {{ box-sizing: border-box; max-width: 1500px; margin: 0 auto; }}
  header {{ display: flex; flex-wrap: wrap; gap: 0 1.5rem; align-items: baseline; }}
  header, main > p, main > h2 {{ padding: 0.3rem 0.75rem 0; margin-block: 0; }}
  main > h2 {{ margin-top: 2rem; }}
  h1, h2 {{ margin: 0; font-size: 1.25rem; }}
  .figure {{ margin: 0.3rem 0.75rem; max-width: calc(100% - 1.5rem); height: auto; }}
  .figure-scroll {{ overflow-x: auto; }}
  .figure-scroll .figure {{ max-width: none; }}
  @media print {{ body, body[data-theme] {{ background: #fff; color: #1a1a1a; }} }}
</style>
</head>
<body>
<script>
  // The theme that the pages of the book keep under this name.
  try {{ document.body.dataset.theme = localStorage.getItem("theme") ?? "auto"; }} catch {{}}
</script>
<header><h1>Playground</h1><a href="{start}">{book}</a></header>
<main>
<script type="{kind}">{state}</script>
{playground}
<h2>The whole backward pass</h2>
<p>Each gradient under its quantity, of one digit. <em>Settings</em> above, and there <em>Into the
other figures</em>, hand it the network that has learned.</p>
{backpropagation}
</main>
</body>
</html>
"""


def written(book, start, folder):
    """Return the text of the page, and write its still pictures into a folder.

    Args:
        book: the title of the book.
        start: the address of its first page.
        folder: the path of the folder figures/ of the pages.
    """
    shown = digits().test
    rows = [int((shown.labels == digit).nonzero()[0][0]) for digit in range(10)]
    images, y = shown.images[rows], data.one_hot(shown.labels[rows])
    figures = [widgets.playground(), widgets.backpropagation(ConvNet.random(seed=0), images, y)]
    stills = [still(f, folder / f"playground-{n}.png") for n, f in enumerate(figures, 1)]
    found = embed_data(views=figures, drop_defaults=False)
    views = [
        f'<script type="{VIEW}">{html.escape(json.dumps(view), quote=False)}</script>\n{still}'
        for view, still in zip(found["view_specs"], stills, strict=True)
    ]
    return PAGE.format(
        book=html.escape(book),
        start=start,
        kind=STATE,
        state=json.dumps(states.lighter(found["manager_state"])).replace("</", "<\\/"),
        playground=views[0],
        backpropagation=views[1],
    )


def still(figure, path):
    """Return what shows a figure's picture where there are no scripts; write it into a file.

    To show a figure draws the twin that stands for it in print as well.
    """
    shown, about = figure._repr_mimebundle_()
    data = {"image/png": base64.b64encode(shown["image/png"]).decode()}
    output = nbformat.v4.new_output("display_data", data, metadata=about)
    return f"<noscript>{pictures.markup(output, path)}</noscript>"
