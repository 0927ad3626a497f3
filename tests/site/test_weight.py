"""What a page weighs when it opens: all that it loads before the reader does anything.

Runs with the other tests of the site, by `make test-site`.
"""

import functools
import http.server
import os
import threading
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
import run_notebooks

BUILT = os.environ.get("CONVNET_SITE")
pytestmark = pytest.mark.skipif(not BUILT, reason="needs the built site: make test-site")
SITE = Path(BUILT or "site").resolve()
PAGES = [path.stem for path in run_notebooks.in_order(run_notebooks.NOTEBOOKS)]
OTHERS = ["glossary", "index", "library", "library_by_definition", "library_data"]
OTHERS += ["library_figures", "library_training", "playground", "search"]
# The largest, chapter 12, has 1.8 MB on a telephone; most have less than 0.8.
MOST = 2_200_000
WINDOWS = {"telephone": (390, 844), "desk": (1280, 800)}


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *args):
        pass


@pytest.fixture(scope="session")
def served():
    """The address of the site on a server of its own."""
    handler = functools.partial(Quiet, directory=str(SITE))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def opened(browser, address, window):
    """Open a page; return {file of the site: bytes} of all that it loads, and what went wrong."""
    width, height = WINDOWS[window]
    page = browser.new_page(viewport={"width": width, "height": height})
    requests, wrong = [], []
    page.on("requestfinished", lambda request: requests.append(request))
    page.on("requestfailed", lambda request: wrong.append(request.url))
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.goto(address)
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(500)  # for what begins by itself once all is there
    loaded = {}
    for request in requests:
        parts = urlsplit(request.url)
        if parts.scheme in ("http", "https", "file"):
            length = request.response().headers.get("content-length", 0)  # of a file there is none
            loaded[Path(unquote(parts.path)).name] = int(length)
    page.close()
    return loaded, wrong


def test_every_page_is_weighed():
    assert sorted(path.stem for path in SITE.glob("*.html")) == sorted(PAGES + OTHERS)


@pytest.mark.parametrize("window", WINDOWS)
@pytest.mark.parametrize("name", PAGES + OTHERS)
def test_a_page_is_light_when_it_opens(browser, served, name, window):
    asked = "?q=receptive" if name == "search" else ""
    loaded, wrong = opened(browser, f"{served}/{name}.html{asked}", window)
    assert wrong == []
    assert loaded[f"{name}.html"] == (SITE / f"{name}.html").stat().st_size
    heaviest = sorted(loaded.items(), key=lambda one: -one[1])[:5]
    assert sum(loaded.values()) < MOST, heaviest


@pytest.mark.parametrize("name", [PAGES[0], PAGES[2], PAGES[12], "library", "playground", "search"])
def test_a_page_loads_the_same_files_from_the_disk(browser, served, name):
    asked = "?q=receptive" if name == "search" else ""
    there, _ = opened(browser, f"{served}/{name}.html{asked}", "telephone")
    here, wrong = opened(browser, f"{SITE.as_uri()}/{name}.html{asked}", "telephone")
    assert wrong == []
    assert set(here) == set(there)


def test_the_formulas_of_equations_are_loaded_when_one_is_asked_for(browser, served):
    page = browser.new_page(viewport={"width": 1280, "height": 800})
    asked = []
    page.on("request", lambda request: asked.append(urlsplit(request.url).path))
    page.goto(f"{served}/10_whole_backward_pass.html")
    page.wait_for_load_state("networkidle")
    assert not any(path.endswith("/equations.js") for path in asked)
    page.locator("article a.equation", has_text="BP4").first.hover()
    page.locator("[role=tooltip] svg").wait_for()
    assert any(path.endswith("/equations.js") for path in asked)  # pictures in sight come as well
    page.close()
