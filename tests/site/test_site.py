"""Every page of the built site, opened from the disk in a browser that may ask for nothing else.

They run by `make test-site`, which builds the site and names its folder in CONVNET_SITE; without
it they are skipped, and say so.
"""

import html.parser
import itertools
import json
import os
import re
from pathlib import Path
from urllib.parse import unquote, urlsplit

import front_door
import pytest
import run_notebooks

BUILT = os.environ.get("CONVNET_SITE")
pytestmark = pytest.mark.skipif(not BUILT, reason="needs the built site: make test-site")
SITE = Path(BUILT or "site").resolve()
NOTEBOOKS = run_notebooks.in_order(run_notebooks.NOTEBOOKS)
PAGES = [path.stem for path in NOTEBOOKS]
LIBRARY = ["library", "library_training", "library_figures"]
OPTIONS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
OPTIONS += ["--disable-component-update", "--disable-sync"]


class Parsed(html.parser.HTMLParser):
    """The ids, the links and the images of a page."""

    def __init__(self, path):
        super().__init__()
        self.ids, self.links, self.images, self.classes = [], [], [], []
        self.text = path.read_text("utf-8")
        self.feed(self.text)

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        self.ids += [attrs["id"]] if "id" in attrs else []
        if tag in ("a", "link", "script", "img"):
            address = attrs.get("href") or attrs.get("src")
            self.links += [(tag, address, attrs.get("class") or "")] if address else []
        if tag == "img":
            self.images.append(attrs)


@pytest.fixture(scope="session")
def parsed():
    return {path.name: Parsed(path) for path in SITE.glob("*.html")}


@pytest.fixture(scope="session")
def browser():
    sync_api = pytest.importorskip("playwright.sync_api", reason="needs Chromium: make test-site")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=os.environ["CONVNET_BROWSER"], args=OPTIONS
        )
        yield browser
        browser.close()


@pytest.fixture
def open_page(browser):
    """open_page(address, **options); an error on it or a request to elsewhere fails the test."""
    contexts, wrong = [], []

    def open_page(address, width=1200, height=900, wait=True, **options):
        context = browser.new_context(viewport={"width": width, "height": height}, **options)
        contexts.append(context)
        context.set_offline(True)
        page = context.new_page()
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("console", lambda m: wrong.append(m.text) if m.type == "error" else None)
        page.on("requestfailed", lambda request: wrong.append(request.url[:200]))
        page.on("request", lambda r: None if _here(r.url) else wrong.append(r.url))
        page.goto(f"{SITE.as_uri()}/{address}")
        if wait:
            settle(page)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert wrong == []


def _here(address):
    return address.startswith((f"{SITE.as_uri()}/", "data:", "blob:"))


def settle(page):
    """Wait until the formulas are set and the widgets stand in their places."""
    page.evaluate("() => window.MathJax?.startup?.promise")
    views = page.locator('script[type="application/vnd.jupyter.widget-view+json"]').count()
    page.wait_for_function(
        "n => document.querySelectorAll('.cell_output .widget-subarea').length >= n", arg=views
    )
    page.wait_for_timeout(200)


def cells(name):
    return json.loads((run_notebooks.NOTEBOOKS / f"{name}.ipynb").read_text("utf-8"))["cells"]


def tags(name):
    prose = ["".join(c["source"]) for c in cells(name) if c["cell_type"] == "markdown"]
    return re.findall(r"\\tag\{(.+?)\}", "\n".join(prose))


# --- Without a browser ------------------------------------------------------------------------


@pytest.mark.parametrize("name", PAGES)
def test_each_notebook_is_a_page_and_a_download(name):
    assert (SITE / f"{name}.html").exists()
    notebook = run_notebooks.NOTEBOOKS / f"{name}.ipynb"
    assert (SITE / "notebooks" / notebook.name).read_bytes() == notebook.read_bytes()


def test_links_lead_to_a_page_and_to_a_place_on_it(parsed):
    broken = []
    for name, page in parsed.items():
        for _, address, _ in page.links:
            parts = urlsplit(address)
            if parts.scheme in ("http", "https", "data", "mailto"):
                continue
            target = unquote(parts.path) or name
            if not (SITE / target).exists():
                broken.append((name, address))
            elif parts.fragment and target in parsed:
                there = unquote(parts.fragment) in [*parsed[target].ids, "top"]
                broken += [] if there else [(name, address)]
    assert broken == []


def test_nothing_is_loaded_from_elsewhere(parsed):
    for page in parsed.values():
        assert [a for tag, a, _ in page.links if tag != "a" and urlsplit(a).scheme] == []


@pytest.mark.parametrize("name", PAGES)
def test_each_tagged_equation_has_one_place(name, parsed):
    page = parsed[f"{name}.html"]
    assert [i for i in page.ids if i.startswith("eq-")] == [f"eq-{tag}" for tag in tags(name)]
    assert "\\tag" not in re.sub(r"(?s)<pre.*?</pre>|<script.*?</script>", "", page.text)


def test_mentions_lead_to_their_equation(parsed):
    homes = {tag: f"{name}.html" for name in PAGES for tag in tags(name)}
    texts = {}
    for name, page in parsed.items():
        for address, tag in re.findall(
            r'<a class="equation reference internal" href="([^"]+)">(.+?)</a>', page.text
        ):
            texts.setdefault(tag, set()).add(name)
            parts = urlsplit(address)
            assert (parts.path or name, parts.fragment) == (homes[tag], f"eq-{tag}"), (name, tag)
    # The map on the first page has them all.
    assert [tag for tag in homes if "00_start_here.html" not in texts.get(tag, ())] == []


@pytest.mark.parametrize("name", PAGES)
def test_each_picture_has_its_text(name, parsed):
    pictures = [
        (output["metadata"].get("image/png", {}).get("alt"), cell["metadata"].get("tags", []))
        for cell in cells(name)
        for output in cell.get("outputs", [])
        if "image/png" in output.get("data", {})
    ]
    shown = [image for image in parsed[f"{name}.html"].images if "figures/" in image["src"]]
    assert all(image["alt"] for image in shown)
    for image, (alt, tags) in zip(shown, pictures, strict=True):
        # What a cell with this tag measures is different every time.
        assert "nbval-ignore-output" in tags or image["alt"] == alt


def test_the_notebooks_own_links_are_left_out(parsed):
    for name in PAGES:
        assert not re.search(r"<p>← |→</p>", parsed[f"{name}.html"].text), name


def test_each_function_of_the_library_stands_with_its_equation(parsed):
    """The name of each equation follows the function that names it, and leads to its chapter."""
    text = parsed["library.html"].text
    for room, name, tags in (
        ("conv", "forward", ["F1"]),
        ("activations", "sigmoid", ["F2", "F5"]),
        ("dense", "backward", ["BP2", "FC2"]),
        ("network.ConvNet", "feedforward", ["F1", "F2", "F3", "F4", "F5"]),
        ("by_definition", "conv_nabla_w", ["BP4"]),
    ):
        part = text.split(f'id="convnet_lib.{room}.{name}"')[1].split('<dt class="sig')[0]
        shown = re.findall(
            r'class="equation-name reference internal" href="([^"]+)">\((.+?)\)', part
        )
        assert [tag for _, tag in shown] == tags
        assert all(href.endswith(f".html#eq-{tag}") for href, tag in shown)
        assert part.count('class="named-equation') == len(tags)


def test_the_library_is_whole(parsed):
    """Each tagged function of the rooms, and each public name of figures and training."""
    from convnet_lib import figures, training, widgets

    everywhere = set().union(*(parsed[f"{name}.html"].ids for name in LIBRARY))
    for package in (figures, training, widgets):
        for name in package.__all__:
            member = getattr(package, name)
            if callable(member):
                assert f"{member.__module__}.{name}" in everywhere


def test_pages_open_elsewhere_only_if_the_project_has_an_address(parsed):
    known = front_door.address() is not None
    for name in PAGES:
        assert ("mybinder.org" in parsed[f"{name}.html"].text) == known


# --- In the browser ---------------------------------------------------------------------------


@pytest.mark.parametrize("name", PAGES + LIBRARY)
def test_page_opens_from_the_disk(name, open_page):
    page = open_page(f"{name}.html")
    if page.locator(".math").count():
        assert page.locator("mjx-container").count() >= page.locator("div.math").count()
    assert page.locator("mjx-merror, [data-mml-node=merror]").count() == 0
    for picture in page.locator("article img").all():
        assert picture.evaluate("image => image.complete && image.naturalWidth > 0")


@pytest.mark.parametrize("name", PAGES + LIBRARY)
def test_page_fits_a_telephone(name, open_page):
    page = open_page(f"{name}.html", width=390, height=844)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    # What is wider scrolls by itself: a table, a formula, a line of code, a figure of its own.
    outside = page.evaluate(
        """() => [...document.querySelectorAll("article *")].filter(e => {
            const box = e.getBoundingClientRect();
            if (!box.width || box.right <= innerWidth + 1) return false;
            for (let a = e; a.id !== "furo-main-content"; a = a.parentElement)
                if (getComputedStyle(a).overflowX !== "visible") return false;
            return true;
        }).map(e => e.outerHTML.slice(0, 120))"""
    )
    assert outside == []


@pytest.mark.parametrize("name", PAGES)
def test_widgets_stand_in_the_page(name, open_page):
    expected = [
        output["data"]["text/plain"]
        for cell in cells(name)
        for output in cell.get("outputs", [])
        if output.get("metadata", {}).get("widget")
    ]
    page = open_page(f"{name}.html")
    assert page.locator(".cell_output .widget-subarea").count() == len(expected)
    for view in page.locator(".cell_output:has(.widget-subarea)").all():
        controls = view.locator(":is(input, select, button):not(.cn-figure *)")
        if controls.count():
            assert view.locator("img[alt], .cn-figure").count() >= 1
            assert "need Python" in view.inner_text()
            assert not any(control.is_enabled() for control in controls.all())


@pytest.mark.parametrize("name", PAGES)
def test_live_figures_answer_without_a_kernel(name, open_page):
    page = open_page(f"{name}.html")
    figures = page.locator(".cn-figure")
    for figure in figures.all():
        field = figure.locator(".cn-field").first
        field.scroll_into_view_if_needed()
        box = field.bounding_box()
        before = figure.inner_text()
        for part in (0.3, 0.62, 0.9):
            page.mouse.move(box["x"] + part * box["width"], box["y"] + part * box["height"])
            page.wait_for_timeout(300)
            if figure.inner_text() != before:
                break
        assert figure.inner_text() != before


@pytest.mark.parametrize(("width", "theme"), [(1200, "light"), (390, "dark")])
@pytest.mark.parametrize("name", PAGES + LIBRARY)
def test_axe_finds_nothing(name, width, theme, open_page):
    from axe_playwright_python.sync_playwright import Axe

    page = open_page(f"{name}.html", width=width, color_scheme=theme)
    # It would fetch the style sheets for a rule on how a screen is held; no file may be fetched.
    found = Axe().run(page, options={"preload": False})
    assert not found.violations_count, found.generate_report()


def test_previous_and_next_walk_through_the_book(open_page):
    page = open_page("index.html", wait=False)
    page.wait_for_url(f"**/{PAGES[0]}.html")
    for before, name in itertools.pairwise(PAGES + LIBRARY):
        page.locator("a.next-page").click()
        page.wait_for_url(f"**/{name}.html")
        assert page.locator("a.prev-page").get_attribute("href") in (f"{before}.html", "#")
    assert page.locator("a.next-page").count() == 0


def test_equation_is_where_its_link_leads(open_page):
    page = open_page("00_start_here.html")
    page.locator("a.equation:text-is('BP4')").first.click()
    page.wait_for_url("**#eq-BP4")
    settle(page)
    box = page.locator("#eq-BP4").bounding_box()
    assert 0 <= box["y"] < 900
    assert page.locator("#eq-BP4").inner_text().endswith("(BP4)")


def test_search_finds_a_chapter(open_page):
    page = open_page("02_convolution.html")
    page.get_by_placeholder("Search").first.fill("receptive")
    page.keyboard.press("Enter")
    page.wait_for_selector("#search-results li a")
    found = [
        urlsplit(a.get_attribute("href")).path for a in page.locator("#search-results a").all()
    ]
    assert "02_convolution.html" in found


def test_notebook_is_downloaded(open_page):
    page = open_page("02_convolution.html")
    link = page.locator(".downloads a").first
    assert link.get_attribute("href") == "notebooks/02_convolution.ipynb"
    with page.expect_download() as download:
        link.click()
    assert download.value.suggested_filename == "02_convolution.ipynb"
    notebook = SITE / "notebooks" / "02_convolution.ipynb"
    assert Path(download.value.path()).read_bytes() == notebook.read_bytes()


@pytest.mark.parametrize("name", PAGES)
def test_page_is_printed(name):
    pdf = SITE / "pdf" / f"{name}.pdf"
    assert pdf.read_bytes().startswith(b"%PDF-")
    assert pdf.stat().st_size > 50_000
