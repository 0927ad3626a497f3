"""One browser for all tests that need one, and how a page is opened in it without a network.

With CONVNET_LATE_FRAMES=60 each frame comes 60 ms late, as it does on a busy machine: a test that
does not wait for what it looks at then fails.
"""

import os

import pytest

OPTIONS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
# How long `expect` waits, in milliseconds: as long as Playwright waits for all else.
PATIENCE = 30_000

LATE_FRAMES = os.environ.get("CONVNET_LATE_FRAMES")
# Run in a page before its own scripts.
LATE = """{
  const [ask, forget] = [requestAnimationFrame, cancelAnimationFrame];
  const waiting = new Map();
  window.requestAnimationFrame = (work) => {
    const id = setTimeout(() => {
      waiting.set(id, ask((now) => {
        waiting.delete(id);
        work(now);
      }));
    }, MILLISECONDS);
    return id;
  };
  window.cancelAnimationFrame = (id) => {
    clearTimeout(id);
    forget(waiting.get(id) ?? 0);
    waiting.delete(id);
  };
}"""
LATE = LATE.replace("MILLISECONDS", LATE_FRAMES) if LATE_FRAMES else ""


def left(request):
    """Whether a request was given up since its page was left."""
    return request.failure == "net::ERR_ABORTED"


@pytest.fixture(scope="session")
def browser():
    """The browser that CONVNET_BROWSER names, as `make test-browser` and its like do."""
    program = os.environ.get("CONVNET_BROWSER")
    if not program:
        pytest.skip("needs Chromium: make test-browser, test-site, test-slides or test-classroom")
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=OPTIONS)
        yield browser
        browser.close()


def settle(page):
    """Wait until the figures of a page stand in their places, and all its pictures are there.

    A reader gets a picture when the window comes near it.
    """
    page.evaluate(
        """async () => {
            for (const image of document.images) image.loading = "eager";
            await Promise.all([...document.images].map((image) => image.decode().catch(() => {})));
        }"""
    )
    views = page.locator('script[type="application/vnd.jupyter.widget-view+json"]').count()
    page.wait_for_function(
        "n => document.querySelectorAll('.cell_output .widget-subarea').length >= n", arg=views
    )
    page.wait_for_function(
        "() => [...document.querySelectorAll('.tag_live, .tag_explore')]"
        ".every((cell) => cell.querySelector('.cn-figure'))"
    )
    page.wait_for_timeout(200)


def rest(page, pause=0):
    """Wait until a page has drawn what it was asked for, and done what it does after a pause.

    A picture that was drawn ahead may have to be loaded first. What is due earlier is done earlier,
    so that a timer of the page's own waits longer than the pause on a machine that is slow.
    """
    page.wait_for_function("() => !document.querySelector('script[src^=\"frames/\"]')")
    page.evaluate(
        """pause => new Promise((done) =>
            setTimeout(() => requestAnimationFrame(() => setTimeout(done)), pause))""",
        pause,
    )


def wait_for_results(page):
    """Wait until a search has shown all that it found: it adds its results one by one."""
    summary = page.locator("#search-results .search-summary")
    summary.filter(has_text="Search finished").wait_for()


def assert_no_barrier(page, context=None, options=None):
    """Have axe-core look for what keeps somebody out."""
    from axe_playwright_python.sync_playwright import Axe

    # All violations, but not each of the thousands of places where there is none.
    options = {"resultTypes": ["violations"]} | (options or {})
    found = Axe().run(page, context=context, options=options)
    assert not found.violations_count, found.generate_report()


# All that a test of a page could leave behind on it, in one text.
STATE = """() => JSON.stringify([
    location.href, innerWidth, innerHeight, scrollX, scrollY, matchMedia("print").matches,
    document.documentElement.outerHTML,
    [...document.querySelectorAll("input, select, textarea")].map((e) => [e.value, e.checked]),
    [...document.querySelectorAll("canvas")].map((canvas) => canvas.toDataURL()),
    [...document.images].map((image) => [image.currentSrc, image.complete]),
    [...document.querySelectorAll("*")].filter((e) => e.scrollTop || e.scrollLeft).length,
    document.activeElement?.outerHTML, {...localStorage}, {...sessionStorage},
])"""
KEEP_STATE = f"() => {{ window.stateAtFirst = ({STATE})(); }}"
SAME_STATE = f"() => window.stateAtFirst === ({STATE})()"


class Opened:
    """A page of a folder on the disk, offline, and what went wrong on it.

    That is an error on the page, or a request to anywhere but the folder.
    """

    def __init__(self, browser, folder, address, width, height, before="", **options):
        self.wrong, inside = [], (f"{folder.as_uri()}/", "data:", "blob:")
        self.context = browser.new_context(viewport={"width": width, "height": height}, **options)
        self.context.set_offline(True)
        self.page = page = self.context.new_page()
        page.add_init_script(before)
        page.add_init_script(LATE)
        page.on("pageerror", lambda error: self.wrong.append(str(error)))
        page.on("console", lambda m: self.wrong.append(m.text) if m.type == "error" else None)
        page.on("requestfailed", lambda r: None if left(r) else self.wrong.append(r.url))
        page.on("request", lambda r: None if r.url.startswith(inside) else self.wrong.append(r.url))
        page.goto(f"{folder.as_uri()}/{address}")


class Shelf:
    """Settled pages that tests have only looked at, for the next test that wants the same one."""

    SIZE = 3

    def __init__(self):
        self.pages = {}

    def take(self, key):
        return self.pages.pop(key, None)

    def put(self, key, opened):
        self.pages[key] = opened
        while len(self.pages) > self.SIZE:
            self.pages.pop(next(iter(self.pages))).context.close()


@pytest.fixture(scope="session")
def shelf(browser):
    shelf = Shelf()
    yield shelf
    for opened in shelf.pages.values():
        opened.context.close()


def as_it_was(page):
    """Whether nothing on a page differs from what it was when it was opened, or soon does not."""
    for _ in range(3):
        if page.evaluate(SAME_STATE):
            return True
        page.wait_for_timeout(100)
    return False


@pytest.fixture
def open_file(browser, shelf):
    """open_file(folder, address, width, height) opens a page of a folder on the disk, offline.

    An error on the page, or a request to anywhere but the folder, fails the test. A script given
    as `before` runs in it before its own.

    With `only_look` the page is settled, and the test promises to leave it as it was. If nothing
    is found to be changed then, the next test that opens the same page has this one.
    """
    pages, looked_at = [], {}

    def open_file(folder, address, width, height, before="", only_look=False, **options):
        key = (folder, address, width, height, before, *sorted(options.items()))
        opened = shelf.take(key)
        if opened is None:
            opened = Opened(browser, folder, address, width, height, before, **options)
            if only_look:
                settle(opened.page)
                opened.page.evaluate(KEEP_STATE)
        pages.append(opened)
        if only_look:
            looked_at[key] = opened
        return opened.page

    yield open_file
    for key, opened in looked_at.items():
        if not opened.wrong and as_it_was(opened.page):
            shelf.put(key, opened)
            pages.remove(opened)
    wrong = [text for opened in (*pages, *looked_at.values()) for text in opened.wrong]
    for opened in pages:
        opened.context.close()
    assert wrong == []
