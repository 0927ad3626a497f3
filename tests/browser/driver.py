"""A figure in a browser, driven as a reader does it: with the pointer and with the keyboard."""

import contextlib
import html
import json
import os
import re
import secrets
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import nbformat
import numpy as np
import page_scripts
import servers
import states
import surroundings
from ipywidgets.embed import dependency_state, embed_data

PAGE = """\
<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>A figure</title>{head}</head>
<body><main><h1>A figure</h1>
<script type="application/vnd.jupyter.widget-state+json">{state}</script>
{views}</main></body>
</html>
"""


# How the pages of the book let their figures live, in place of Jupyter's own manager.
LIVE = f'<script src="{(surroundings.ROOT / "site/static/live.js").as_uri()}" defer></script>'


def write_page(path, figures, in_the_book=False):
    """Write a page with live figures and no kernel, `in_the_book` as a page of the book is."""
    # anywidget's own code is the default of a trait, and defaults would be dropped. Of all widgets
    # that this process has made, those of the tests before as well, the page gets these figures'.
    state = dependency_state(figures, drop_defaults=False)
    data = embed_data(views=figures, drop_defaults=False, state=state)
    held = states.lighter(data["manager_state"]) if in_the_book else data["manager_state"]
    mime = "application/vnd.jupyter.widget-view+json"
    text = PAGE.format(
        head=LIVE if in_the_book else page_scripts.head(page_scripts.fetch().as_uri()),
        state=json.dumps(held).replace("</", "<\\/"),
        views="".join(
            f'<script type="{mime}">{html.escape(json.dumps(view), quote=False)}</script>'
            for view in data["view_specs"]
        ),
    )
    Path(path).write_text(text, "utf-8")


# Each frame tells that it comes 50 ms after the one before, however long it was under way.
EVEN_FRAMES = """() => {
    const ask = window.requestAnimationFrame.bind(window);
    let now = performance.now();
    const tick = () => {
        now += 50;
        ask(tick);
    };
    ask(tick);
    window.requestAnimationFrame = (work) => ask(() => work(now));
}"""


# What each cell says as the keyboard goes through a grid, row by row or down the stairs.
WALK = """(field, whole) => {
    const press = (key, ctrlKey = false) => field.dispatchEvent(
        new KeyboardEvent("keydown", { key, ctrlKey, bubbles: true, cancelable: true }));
    const told = () =>
        document.getElementById(field.getAttribute("aria-activedescendant")).textContent;
    const [rows, columns] = ["row", "col"].map((axis) => +field.getAttribute(`aria-${axis}count`));
    const found = [];
    const go = (...keys) => {
        press(...keys);
        found.push(told());
    };
    go("Home", true);
    for (let n = 0; n < (whole ? rows : Math.max(rows, columns)); n++) {
        for (let k = 1; k < (whole ? columns : 2); k++) go("ArrowRight");
        if (whole) go("Home");
        go("ArrowDown");
    }
    return found;
}"""


class Live:
    """One figure on a page."""

    def __init__(self, page, root):
        self.page = page
        self.root = root

    def grid(self, name):
        return self.root.locator(f'[data-grid="{name}"] .cn-field')

    def shape(self, name):
        grid = self.grid(name)
        return tuple(int(grid.get_attribute(f"aria-{axis}count")) for axis in ("row", "col"))

    def place(self, name, row, column):
        """The middle of a cell, on the page."""
        grid = self.grid(name)
        grid.scroll_into_view_if_needed()
        box = grid.bounding_box()
        rows, columns = self.shape(name)
        return (
            box["x"] + (column + 0.5) / columns * box["width"],
            box["y"] + (row + 0.5) / rows * box["height"],
        )

    def hover(self, name, row, column):
        self.page.mouse.move(*self.place(name, row, column))
        self.frame()

    def click(self, name, row, column):
        self.page.mouse.click(*self.place(name, row, column))
        self.frame()

    def frame(self):
        """Wait for the next frame: the browser hands on a move of the mouse with it."""
        self.page.evaluate(
            "() => new Promise((done) => requestAnimationFrame(() => setTimeout(done)))"
        )

    def told(self):
        """Wait until what has changed is drawn, in the next frame, and told of, after one more."""
        self.frame()
        self.frame()

    def resize(self, width, height=900):
        """Give the window another size, and wait until the figure has laid itself out in it."""
        self.page.set_viewport_size({"width": width, "height": height})
        self.frame()  # in which what watches its own size hears of the new one
        self.frame()  # for which it may have left some of the work

    def formulas(self):
        self.frame()  # after which a changed array is explained
        return self.root.locator(".cn-formulas").first.inner_text()

    def results(self):
        """The numbers in bold, each the right side of a formula."""
        self.frame()
        return [number(text) for text in self.root.locator(".cn-formulas b").all_inner_texts()]

    def words(self):
        """What a screen reader is told, once the pointer has rested."""
        # In the page, where what is due earlier is done earlier.
        self.page.evaluate("() => new Promise((done) => setTimeout(done, 250))")
        return self.root.locator("[role=status]").inner_text()

    def cursor(self, name):
        """What a screen reader says of the cell that the keyboard is on."""
        grid = self.grid(name)
        return grid.locator(f"#{grid.get_attribute('aria-activedescendant')}").inner_text()

    def numbers(self, name, whole=True):
        """The numbers of a grid, as the keyboard finds them from cell to cell, (rows, columns).

        Not the `whole` of it: those along the stairs from the first cell to the last; the others
        are not a number.
        """
        told = self.grid(name).evaluate(WALK, whole)
        values = np.full(self.shape(name), np.nan)
        for words in told:
            place, value = words.split(": ")
            row, column = map(int, re.findall(r"\d+", place))
            values[row, column] = number(value)
        return values

    def colours(self, name):
        """The colour of each cell of a grid without numbers, (rows, columns, 3)."""
        rows, columns = self.shape(name)
        pixels = self.grid(name).evaluate(
            """(field, [rows, columns]) => {
                const canvas = field.querySelector("canvas");
                const pen = canvas.getContext("2d");
                const middle = (i, n, size) => Math.floor(((i + 0.5) * size) / n);
                return Array.from({ length: rows * columns }, (_, i) => {
                    const x = middle(i % columns, columns, canvas.width);
                    const y = middle(Math.floor(i / columns), rows, canvas.height);
                    return [...pen.getImageData(x, y, 1, 1).data].slice(0, 3);
                });
            }""",
            [rows, columns],
        )
        return np.array(pixels).reshape(rows, columns, 3)

    def outlined(self, name):
        """A fingerprint of the outlines over a grid, or None if there are none."""
        return self.grid(name).evaluate(
            """async (field) => {
                await new Promise(requestAnimationFrame);
                const canvas = field.querySelectorAll("canvas")[1];
                const { width, height } = canvas;
                const { data } = canvas.getContext("2d").getImageData(0, 0, width, height);
                return data.some((x) => x) ? canvas.toDataURL() : null;
            }"""
        )


def without_number(figure, name, *at):
    """The figure with a not-a-number in an array, which its constructor would refuse."""
    array = getattr(figure, name).copy()
    array[(..., *at)] = np.nan
    setattr(figure, name, array)
    return figure


def number(text):
    """Read a number as the page writes it: −1.25, 3.10×10⁻⁴."""
    plain = (
        text.replace("−", "-")
        .replace("⁻", "-")
        .translate(str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789"))
    )
    return float(plain.replace("×10", "e"))


def numbers(text):
    """All numbers of a text."""
    return [number(found) for found in re.findall(r"−?\d+(?:\.\d+)?(?:×10[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)?", text)]


# --- JupyterLab with a kernel ---------------------------------------------------------------


@contextlib.contextmanager
def jupyter_lab(folder):
    """Start a JupyterLab server on a folder; yields address(notebook)."""
    runtime = Path(folder) / ".runtime"
    token = secrets.token_hex(16)
    options = {
        "ServerApp.ip": "127.0.0.1",
        "ServerApp.port": 0,
        "ServerApp.open_browser": False,
        "ServerApp.root_dir": folder,
        "IdentityProvider.token": token,
        "LabApp.news_url": "",
        "LabApp.check_for_updates_class": "jupyterlab.NeverCheckForUpdate",
        "LabApp.workspaces_dir": Path(folder) / ".workspaces",
        "LabApp.user_settings_dir": Path(folder) / ".settings",
    }
    command = [sys.executable, "-m", "jupyterlab", "--allow-root", "--log-level=ERROR"]
    server = subprocess.Popen(
        [*command, *(f"--{key}={value}" for key, value in options.items())],
        env={
            **os.environ,
            "JUPYTER_RUNTIME_DIR": str(runtime),
            "JUPYTER_CONFIG_PATH": surroundings.SETTINGS["JUPYTER_CONFIG_PATH"],
        },
    )
    try:
        address = servers.address(server, runtime)
        _wait_for(f"{address}/api/status?token={token}", server)
        yield lambda notebook: f"{address}/lab/tree/{notebook}?token={token}&reset"
    finally:
        servers.stop(server)


def _wait_for(address, server, seconds=60):
    deadline = time.monotonic() + seconds
    while server.poll() is None and time.monotonic() < deadline:
        with contextlib.suppress(OSError), urllib.request.urlopen(address):
            return
        time.sleep(0.2)
    raise RuntimeError("JupyterLab did not start")


def write_notebook(path, *sources):
    """Write a notebook of code cells."""
    notebook = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(source) for source in sources],
        metadata={
            "kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"},
            "language_info": {"name": "python"},
        },
    )
    nbformat.write(notebook, path)


def run_all(page, address):
    """Open a notebook in JupyterLab and run all its cells."""
    page.goto(address)
    page.wait_for_selector(".jp-NotebookPanel .jp-Cell", timeout=60_000)
    # Before the kernel is there, 'Run all' would ask which one to start.
    page.get_by_text("| Idle").wait_for(timeout=60_000)
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name="Run All Cells", exact=True).click()


# --- the drawing pad ---------------------------------------------------------------------------

CORE, RIM = 0.7, 1.7  # of the pen, in pixels: full ink up to here, none from there on


def drawn(image, *cells):
    """The image after a pen has gone from the middle of a cell to that of the next, and so on."""
    pixels = np.stack(np.mgrid[: image.shape[0], : image.shape[1]], axis=-1)
    for start, end in zip(cells[:1] + cells[:-1], cells, strict=True):
        way = np.subtract(end, start)
        along = np.clip((pixels - start) @ way / max(way @ way, 1), 0, 1)
        distance = np.linalg.norm(pixels - start - along[..., None] * way, axis=-1)
        image = np.maximum(image, np.clip((RIM - distance) / (RIM - CORE), 0, 1))
    return image
