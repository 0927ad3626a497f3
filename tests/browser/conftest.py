"""Pages without a kernel and JupyterLab with one, for the tests of the figures.

They run by `make test-browser`, which names the browser in CONVNET_BROWSER; without it they are
skipped, and say so.
"""

import browsing
import driver
import pytest


@pytest.fixture
def new_page(browser):
    """new_page(**options) opens an empty page; what went wrong on it fails the test."""
    pages, wrong = [], []

    def new_page(width=1000, height=900, **options):
        page = browser.new_page(viewport={"width": width, "height": height}, **options)
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.add_init_script(browsing.LATE)
        pages.append(page)
        return page

    yield new_page
    for page in pages:
        page.close()
    assert not wrong


@pytest.fixture
def show(new_page, tmp_path):
    """show(figure, **options) opens a page without kernel and network, and returns its Live.

    The page begins its figures as the book's own do. Under Jupyter's manager, as in a saved
    notebook, they are the same (test_live.py), and the slides run them there.
    """

    def show(figure, **options):
        path = tmp_path / "page.html"
        driver.write_page(path, [figure], in_the_book=True)
        page = new_page(**options)
        outside = []
        page.on(
            "request",
            lambda r: r.url.startswith(("file:", "blob:", "data:")) or outside.append(r.url),
        )
        page.goto(path.as_uri())
        page.wait_for_selector(".cn-figure")
        page.wait_for_timeout(100)
        assert not outside
        live = driver.Live(page, page.locator(".cn-figure"))
        live.frame()  # in which it hears of its size
        live.frame()  # and is drawn
        return live

    return show


@pytest.fixture(scope="session")
def lab(browser, tmp_path_factory):
    """(folder, address): a JupyterLab server on a folder, and the address of a notebook in it."""
    folder = tmp_path_factory.mktemp("lab")
    with driver.jupyter_lab(folder) as address:
        yield folder, address
