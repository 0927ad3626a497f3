"""Every page of the built site, opened from the disk in a browser that may ask for nothing else.

They run by `make test-site`, which builds the site and names its folder in CONVNET_SITE; without
it they are skipped, and say so.
"""

import html
import html.parser
import itertools
import json
import os
import re
from pathlib import Path
from urllib.parse import unquote, urlsplit

import front_door
import named_cells
import pytest
import run_notebooks
from browsing import assert_no_barrier, rest, settle, wait_for_results

BUILT = os.environ.get("CONVNET_SITE")
pytestmark = pytest.mark.skipif(not BUILT, reason="needs the built site: make test-site")
SITE = Path(BUILT or "site").resolve()
NOTEBOOKS = run_notebooks.in_order(run_notebooks.NOTEBOOKS)
PAGES = [path.stem for path in NOTEBOOKS]
LIBRARY = [
    "library",
    "library_by_definition",
    "library_data",
    "library_training",
    "library_figures",
]
# Glyphs of formulas that are not on the page, or nothing.
UNDRAWN = """() => [...document.querySelectorAll("mjx-container use")]
    .filter((use) => !document.querySelector(`path${use.getAttribute("href")}`))
    .map((use) => use.outerHTML)"""
LARGE, NIGHTLY = ("library", "library_figures"), pytest.mark.nightly


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


@pytest.fixture
def open_page(open_file):
    """open_page(address, **options) opens a page of the site, its formulas set.

    With `only_look` it may have been opened before, and this test is to leave it as it was.
    """

    def open_page(address, width=1200, height=900, wait=True, **options):
        page = open_file(SITE, address, width, height, **options)
        if wait and not options.get("only_look"):
            settle(page)
        return page

    return open_page


def cells(name):
    return json.loads((run_notebooks.NOTEBOOKS / f"{name}.ipynb").read_text("utf-8"))["cells"]


def code_of(name):
    return "\n".join("".join(c["source"]) for c in cells(name) if c["cell_type"] == "code")


def prose_of(name):
    return "\n".join("".join(c["source"]) for c in cells(name) if c["cell_type"] == "markdown")


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
        for _, address, kind in page.links:
            parts = urlsplit(address)
            # A cell has no place of its own: it is shown in a figure, which a test below tries.
            if parts.scheme in ("http", "https", "data", "mailto") or kind == "cell-link":
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
        loaded = [urlsplit(a).scheme for tag, a, _ in page.links if tag != "a"]
        assert set(loaded) <= {"", "data"}


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


@pytest.mark.parametrize("name", PAGES)
def test_a_figure_begins_with_the_picture_that_it_hides(name, parsed):
    text = parsed[f"{name}.html"].text
    pairs = re.findall(r'(?s)tag_still.*?alt="([^"]*)".*?"model_id": "(\w+)"', text)
    state = re.search(r'(?s)widget-state\+json">(.*?)</script>', text) if pairs else None
    models = json.loads(state[1])["state"] if state else {}
    for alt, model in pairs:
        assert models[model]["state"]["_shown"]["alt"] == html.unescape(alt)


def test_the_notebooks_own_links_are_left_out(parsed):
    for name in PAGES:
        assert not re.search(r"<p>← |→</p>", parsed[f"{name}.html"].text), name


def test_each_function_of_the_library_stands_with_its_equation(parsed):
    """The name of each equation follows the function that names it, and leads to its chapter."""
    text = parsed["library.html"].text + parsed["library_by_definition.html"].text
    for room, name, tags in (
        ("conv", "forward", ["F1", "F1s"]),
        ("conv", "backward", ["BP5", "BP5s"]),
        ("pool", "scatter", ["BP2s"]),
        ("activations", "sigmoid", ["F2", "F5"]),
        ("dense", "backward", ["BP2", "FC2"]),
        ("network.ConvNet", "feedforward", ["F1", "F2", "F3", "F4", "F5"]),
        ("by_definition.conv", "conv_nabla_w", ["BP4", "BP4s"]),
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
    page = open_page(f"{name}.html", only_look=True)
    assert page.locator("mjx-container > svg").count() == page.locator(".math").count()
    assert page.locator("mjx-merror, [data-mml-node=merror]").count() == 0
    assert page.evaluate(UNDRAWN) == []
    page.wait_for_function(
        "() => [...document.querySelectorAll('article img')].every((image) => image.complete)"
    )
    for picture in page.locator("article img").all():
        assert picture.evaluate("image => image.naturalWidth > 0")


@pytest.mark.parametrize("name", PAGES + LIBRARY)
def test_page_fits_a_telephone(name, open_page):
    page = open_page(f"{name}.html", width=390, height=844, only_look=True)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    # What is wider scrolls by itself: a table, a formula, a line of code, a figure of its own.
    outside = page.evaluate(
        """() => [...document.querySelectorAll("article *")].filter(e => {
            const box = e.getBoundingClientRect();
            if (!box.width || box.right <= innerWidth + 1) return false;
            if (!e.checkVisibility()) return false; // folded away, with a box all the same
            for (let a = e; a.id !== "furo-main-content"; a = a.parentElement)
                if (getComputedStyle(a).overflowX !== "visible") return false;
            return true;
        }).map(e => e.outerHTML.slice(0, 120))"""
    )
    assert outside == []


@pytest.mark.parametrize("name", PAGES)
def test_widgets_stand_in_the_page(name, open_page):
    expected = [
        "".join(output["data"]["text/plain"])
        for cell in cells(name)
        for output in cell.get("outputs", [])
        if output.get("metadata", {}).get("widget")
    ]
    page = open_page(f"{name}.html", only_look=True)
    live = [text for text in expected if re.match(r"\w+\(|Controls:", text)]
    assert page.locator(".cell_output .widget-subarea").count() == len(live)
    # A bar of progress has come to its end, and stands there as such.
    ended = page.locator(".cell_output p.run progress").evaluate_all(
        "all => all.map(b => b.position)"
    )
    assert ended == [1] * (len(expected) - len(live))
    for view in page.locator(".cell_output:has(.widget-subarea)").all():
        assert view.locator(":is(input, select, button)").count()
        assert view.locator(".cn-figure").count() == 1
        assert not view.locator(":disabled:not(option)").count()
        assert "Python" not in view.inner_text()


@pytest.mark.parametrize("name", PAGES)
def test_live_figures_answer_without_a_kernel(name, open_page):
    page = open_page(f"{name}.html")
    # A picture that was drawn in Python has controls alone: they are moved in a test below.
    for figure in page.locator(".cn-figure:has(.cn-field)").all():
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


@pytest.mark.parametrize(
    ("name", "width", "theme"),
    [
        # A change is tried on every second page, in the one look and the other in turn; the figures
        # by themselves are tried in both (tests/browser). The two largest pages are made of the
        # same parts as the rest of the library, and take axe a minute each.
        pytest.param(name, *look, marks=[] if at % 4 == 2 * n and name not in LARGE else NIGHTLY)
        for at, name in enumerate(PAGES + LIBRARY)
        for n, look in enumerate([(1200, "light"), (390, "dark")])
    ],
)
def test_axe_finds_nothing(name, width, theme, open_page):
    page = open_page(f"{name}.html", width=width, color_scheme=theme, only_look=True)
    # Thousands of words of code look as they do in the chapters, where axe sees to them.
    context = {"exclude": [[".highlight"]]} if name in LIBRARY else None
    # It would fetch the style sheets for a rule on how a screen is held; no file may be fetched.
    assert_no_barrier(page, context=context, options={"preload": False})


def test_previous_and_next_walk_through_the_book(open_page):
    page = open_page("index.html", wait=False)
    page.wait_for_url(f"**/{PAGES[0]}.html")
    for before, name in itertools.pairwise([*PAGES, "glossary", *LIBRARY]):
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
    page.get_by_role("button", name="Chapters").click()
    page.get_by_placeholder("Search").first.fill("receptive")
    page.keyboard.press("Enter")
    wait_for_results(page)
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


# --- Controls without Python ------------------------------------------------------------------

EXPLORERS = [name for name in PAGES if "widgets.explore(" in code_of(name)]
SHOWN = """explorer => {
  const canvases = [...explorer.querySelectorAll("canvas:not([aria-hidden=false])")];
  const image = explorer.querySelector("img.cn-picture");
  return image ? image.src : canvases.map(canvas => canvas.toDataURL()).join();
}"""


@pytest.mark.parametrize("name", EXPLORERS)
def test_each_control_of_a_page_answers(open_page, name):
    page = open_page(f"{name}.html")
    explorers = page.locator(".cn-explore")
    assert explorers.count() == code_of(name).count("widgets.explore(")
    for explorer in explorers.all():
        controls = explorer.locator(".cn-controls :is(input, select):visible")
        assert controls.count()
        for control in controls.all():
            seen = {explorer.evaluate(SHOWN)}
            box = control.get_attribute("type") == "checkbox"
            begins = control.input_value()
            for key in ("Space",) if box else ("End", "Home"):
                control.focus()
                page.keyboard.press(key)
                rest(page)
                seen.add(explorer.evaluate(SHOWN))
            assert len(seen) > 1, control.get_attribute("aria-label")
            # Another control may have nothing to say where this one stands at an end.
            if control.evaluate("control => control.tagName") == "SELECT":
                control.select_option(begins)
            elif not box:
                control.fill(begins)
            rest(page)


def test_the_site_is_not_too_heavy():
    """Of its pages one by one see test_weight.py."""
    assert sum(path.stat().st_size for path in SITE.rglob("*") if path.is_file()) < 120e6


@pytest.mark.parametrize("how", ["hover", "focus"])
def test_the_name_of_an_equation_shows_its_formula(open_page, how):
    page = open_page("10_whole_backward_pass.html")
    link = page.locator("article a.equation", has_text="BP4").first
    getattr(link, how)()
    card = page.locator("[role=tooltip]")
    card.wait_for()
    assert card.locator("svg").count() == 1
    assert link.get_attribute("aria-describedby") == card.get_attribute("id")
    page.keyboard.press("Escape")
    assert card.count() == 0


# Of each equation the panel of the heart that it makes.
MADE = {"F1": "z1", "F2": "a1", "F3": "a2", "F4": "z3", "F5": "a3", "BP1": "delta3"}
MADE |= {"BP2": "delta1", "BP3a": "nabla_b3", "BP3": "nabla_b1", "BP4a": "nabla_w3"}
MADE |= {"BP4": "nabla_w1"}
OUTLINED = "all => all.map((panel) => panel.dataset.grid)"


def test_the_name_of_an_equation_outlines_the_panel_that_it_makes(open_page):
    page = open_page("10_whole_backward_pass.html", width=1440)
    outlined, card = page.locator(".equation-made"), page.locator("[role=tooltip]")
    page.locator("article a.equation:text-is('BP2')").first.focus()
    card.wait_for()
    assert not outlined.count()  # the figure is further down
    heart = page.locator('.cn-figure:has([data-grid="nabla_w1"])').first
    panel = '[data-grid="{}"]:visible'
    there = {name for name in MADE.values() if heart.locator(panel.format(name)).count()}
    assert {"z1", "a1", "a2", "delta1", "delta3", "nabla_w1"} <= there
    for tag, name in MADE.items():
        link = page.locator(f"article a.equation:text-is('{tag}')")
        if not link.count():
            continue
        if name in there:
            made = heart.locator(panel.format(name)).first
            made.evaluate("made => made.scrollIntoView({block: 'center'})")
        link.first.evaluate("link => link.focus({preventScroll: true})")
        page.wait_for_function(
            "link => link.getAttribute('aria-describedby')", arg=link.first.element_handle()
        )
        assert outlined.evaluate_all(OUTLINED) == ([name] if name in there else []), tag
        told = "It makes the outlined panel" in card.inner_text()
        assert told == (name in there), tag
    page.keyboard.press("Escape")
    assert not outlined.count()


NAMED = [(name, *found) for name in PAGES for found in named_cells.CELL.findall(prose_of(name))]
each_named_cell = pytest.mark.parametrize(
    ("name", "cell", "words"), NAMED, ids=[f"{n[:2]}-{c}" for n, c, _ in NAMED]
)


PLACE = "figure => [...document.querySelectorAll('.cn-figure')].indexOf(figure)"


def telling(page, cell):
    """The figure that speaks of a cell of one of its grids, once there is one."""
    grid, row, column = cell.split("-")
    shows = page.locator(f"[data-grid={grid}]")
    said = re.compile(rf"( at (\d+, )?|row ){row}, (column )?{column}\b")
    speaks = page.locator("[role=status]").filter(has_text=said)
    figure = page.locator(".cn-figure").filter(has=shows).filter(has=speaks)
    figure.wait_for(state="attached", timeout=15_000)
    return figure


def test_cells_are_named_wherever_a_figure_can_show_them():
    assert len(NAMED) >= 14
    assert {name[:2] for name, _, _ in NAMED} == {"02", "03", "04", "07", "09", "10", "12"}


@each_named_cell
def test_a_cell_that_the_text_names_is_shown_by_its_figure(open_page, name, cell, words):
    page = open_page(f"{name}.html")
    link = page.locator(f'a.cell-link[href="#{cell}"]', has_text=words)
    link.click()
    assert page.evaluate("location.hash") == f"#{cell}"
    grid = telling(page, cell).locator(f"[data-grid={cell.split('-')[0]}]")
    assert grid.locator(".cn-field").count() == 1
    assert (
        grid.locator("canvas")
        .nth(1)
        .evaluate(
            """async (outlines) => {
            await new Promise(requestAnimationFrame);
            const { width, height } = outlines;
            return outlines.getContext("2d").getImageData(0, 0, width, height).data.some((x) => x);
        }"""
        )
    )


@each_named_cell
def test_an_address_that_was_shared_shows_the_same(open_page, name, cell, words):
    page = open_page(f"{name}.html")
    page.locator(f'a.cell-link[href="#{cell}"]', has_text=words).click()
    there = telling(page, cell).evaluate(PLACE)
    assert telling(open_page(f"{name}.html#{cell}"), cell).evaluate(PLACE) == there


@pytest.mark.parametrize(("width", "height"), [(390, 844), (1280, 720)])
@each_named_cell
def test_an_address_brings_its_figure_into_sight(open_file, name, cell, words, width, height):
    """Below what stays at the head of the window; before it is laid out a page is too wide."""
    phone = {"is_mobile": True, "has_touch": True} if width < 500 else {}
    page = open_file(SITE, f"{name}.html#{cell}", width, height, **phone)
    figure = telling(page, cell)
    page.wait_for_function(
        """figure => {
            const { top, bottom } = figure.getBoundingClientRect();
            const header = document.querySelector("header").getBoundingClientRect().bottom;
            const high = bottom - top > innerHeight - header - 24;
            return top >= header - 1 && (bottom <= innerHeight + 1 || (high && top < header + 24));
        }""",
        arg=figure.element_handle(),
    )


def test_an_address_may_name_a_cell(open_page):
    page = open_page("02_convolution.html#z1-5-7")
    telling(page, "z1-5-7")
