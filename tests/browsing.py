"""One browser for all tests that need one, and how a page is opened in it without a network."""

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


def left(request):
    """Whether a request was given up since its page was left."""
    return request.failure == "net::ERR_ABORTED"


@pytest.fixture(scope="session")
def browser():
    """The browser that CONVNET_BROWSER names, as `make test-browser` and its like do."""
    program = os.environ.get("CONVNET_BROWSER")
    if not program:
        pytest.skip("needs Chromium: make test-browser, test-site, test-slides or test-classroom")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=OPTIONS)
        yield browser
        browser.close()


def settle(page):
    """Wait until the formulas of a page are set and its figures stand in their places."""
    page.evaluate("() => window.MathJax?.startup?.promise")
    views = page.locator('script[type="application/vnd.jupyter.widget-view+json"]').count()
    page.wait_for_function(
        "n => document.querySelectorAll('.cell_output .widget-subarea').length >= n", arg=views
    )
    page.wait_for_function(
        "() => [...document.querySelectorAll('.tag_live, .tag_explore')]"
        ".every((cell) => cell.querySelector('.cn-figure'))"
    )
    page.wait_for_timeout(200)


def assert_no_barrier(page, **asked):
    """Have axe-core look for what keeps somebody out; `asked` is its context or its options."""
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page, **asked)
    assert not found.violations_count, found.generate_report()


@pytest.fixture
def open_file(browser):
    """open_file(folder, address) opens a page of a folder on the disk, offline.

    An error on the page, or a request to anywhere but the folder, fails the test. A script given
    as `before` runs in it before its own.
    """
    contexts, wrong = [], []

    def open_file(folder, address, width, height, before="", **options):
        def here(url):
            return url.startswith((f"{folder.as_uri()}/", "data:", "blob:"))

        context = browser.new_context(viewport={"width": width, "height": height}, **options)
        contexts.append(context)
        context.set_offline(True)
        page = context.new_page()
        page.add_init_script(before)
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("console", lambda m: wrong.append(m.text) if m.type == "error" else None)
        page.on(
            "requestfailed", lambda request: None if left(request) else wrong.append(request.url)
        )
        page.on("request", lambda r: None if here(r.url) else wrong.append(r.url))
        page.goto(f"{folder.as_uri()}/{address}")
        return page

    yield open_file
    for context in contexts:
        context.close()
    assert wrong == []
