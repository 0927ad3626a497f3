"""How a page is laid out: the width of prose and figures, the rail, folded code, the search.

Runs with the other tests of the site, by `make test-site`.
"""

import itertools
import json
import os
import re
from pathlib import Path
from urllib.parse import quote

import pytest
import run_notebooks
from browsing import rest, settle, wait_for_results

BUILT = os.environ.get("CONVNET_SITE")
pytestmark = pytest.mark.skipif(not BUILT, reason="needs the built site: make test-site")
SITE = Path(BUILT or "site").resolve()
PAGES = [path.stem for path in run_notebooks.in_order(run_notebooks.NOTEBOOKS)]
HEART = "10_whole_backward_pass"
PROSE, FIGURE, RAIL = 680, 1500, 44
USUAL = 1200, 900  # the window of most tests of a page
BOX = "e => (({left, right, top, bottom, width}) => ({left, right, top, bottom, width}))"
BOX += "(e.getBoundingClientRect())"
# Where a section stood at each frame in which it could be seen.
NOTE_PLACES = """() => {
    window.places = [];
    const note = () => {
        const top = document.querySelector("#summary")?.getBoundingClientRect().top;
        if (top >= 0 && top < innerHeight) window.places.push(Math.round(top));
        requestAnimationFrame(note);
    };
    requestAnimationFrame(note);
}"""
# How far what is in sight was moved, from the first moment on, by anything but the reader.
NOTE_SHIFTS = """() => {
    window.shifts = [];
    new PerformanceObserver((list) => {
        for (const one of list.getEntries()) if (!one.hadRecentInput) window.shifts.push(one.value);
    }).observe({type: "layout-shift", buffered: true});
}"""


@pytest.fixture
def open_page(open_file):
    """open_page(name, width) opens a page, its formulas set and its figures in their places.

    With `only_look` it may have been opened before, and this test is to leave it as it was.
    """

    def open_page(address, width=1280, height=800, **options):
        page = open_file(SITE, address, width, height, **options)
        if not options.get("only_look") and options.get("java_script_enabled", True):
            settle(page)
        return page

    return open_page


def boxes(page, selector):
    """Where those of some elements stand that are visible."""
    found = page.locator(selector).evaluate_all(
        f"all => all.map((e) => [({BOX})(e), e.getBoundingClientRect().height,"
        " getComputedStyle(e).visibility])"
    )
    return [box for box, height, seen in found if box["width"] and height and seen == "visible"]


# --- Widths -----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", PAGES)
def test_up_to_four_grids_stand_in_one_line(open_page, name):
    page = open_page(f"{name}.html", 1280, 720, only_look=True)
    for row in page.locator(".cn-explore .cn-row:has(> .cn-block)").all():
        tops = row.locator(".cn-block").evaluate_all(
            "all => all.map((block) => block.getBoundingClientRect().top)"
        )
        assert len(tops) > 4 or len(set(tops)) == 1, tops


@pytest.mark.parametrize("width", [390, 1280, 1600])
def test_the_link_below_the_playground_begins_where_the_prose_begins(open_page, width):
    page = open_page("00_start_here.html", width)
    link = page.locator("p.alone").bounding_box()
    prose = page.locator("article section > p:not(.downloads)").first.bounding_box()
    assert link["x"] == pytest.approx(prose["x"], abs=1)


@pytest.mark.parametrize("width", [390, 768, 1100, 1280, 1440, 1600, 2200])
def test_prose_is_a_column_and_a_figure_takes_what_room_there_is(open_page, width):
    page = open_page(f"{HEART}.html", width)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    for paragraph in boxes(page, "article section > p"):
        assert paragraph["width"] <= PROSE + 0.5
        assert width < 750 or paragraph["width"] == pytest.approx(PROSE)
    chapters = page.locator(".sidebar-drawer")
    left = chapters.evaluate(BOX)["right"] if width >= 1400 else 0
    right = width - (RAIL if width >= 1100 else 0)
    (figure,) = boxes(page, ".tag_live > .cell_output")
    assert left <= figure["left"]
    assert figure["right"] <= right
    assert figure["width"] == pytest.approx(min(right - left - 32, FIGURE), abs=1)


def test_a_wide_figure_stands_beside_chapters_and_rail(open_page):
    page = open_page(f"{HEART}.html", 1600)
    (figure,) = boxes(page, ".tag_live > .cell_output")
    for other in (".sidebar-drawer", ".toc-sticky"):
        box = page.locator(other).evaluate(BOX)
        assert box["right"] <= figure["left"] or figure["right"] <= box["left"], other


@pytest.mark.parametrize("width", [390, 1280, 1600])
@pytest.mark.parametrize("name", ["00_start_here", "02_convolution", HEART, "18_other_poolings"])
def test_nothing_jumps_when_the_figures_come(open_file, name, width):
    page = open_file(SITE, f"{name}.html", width, 800, before=f"({NOTE_SHIFTS})()")
    settle(page)
    assert sum(page.evaluate("window.shifts")) < 0.1


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("name", ["02_convolution", HEART, "18_other_poolings"])
def test_a_section_stays_where_its_link_has_led(open_file, name, width):
    """Though figures come above it, and take more room than the page had kept for them."""
    page = open_file(SITE, f"{name}.html#summary", width, 800, before=f"({NOTE_PLACES})()")
    settle(page)
    page.wait_for_timeout(500)
    page.wait_for_function("() => window.places.length > 10")
    places = page.evaluate("window.places")
    assert max(places) - min(places) <= 2


# --- The rail and the chapters ----------------------------------------------------------------


@pytest.mark.parametrize("name", PAGES)
def test_the_rail_has_a_link_to_each_section(open_page, name):
    page = open_page(f"{name}.html", *USUAL, only_look=True)
    headings = page.locator("article h2").all_inner_texts()
    assert headings
    links = page.locator(".toc-tree > ul > li > ul > li > a")
    said = [text.strip() for text in links.all_text_contents()]
    assert said == [heading.removesuffix("#").strip() for heading in headings]
    for width in (1100, 1280, 1600):
        page.set_viewport_size({"width": width, "height": 800})
        for link in boxes(page, ".toc-tree ul ul a"):
            assert width - RAIL <= link["left"] < link["right"] <= width
            assert link["bottom"] - link["top"] >= 24
    page.set_viewport_size(dict(zip(("width", "height"), USUAL, strict=True)))


def test_the_rail_says_its_words_to_keyboard_and_pointer_and_moves_nothing(open_page):
    page = open_page(f"{HEART}.html")
    rail, paragraph = page.locator(".toc-sticky"), page.locator("article section > p").first
    before = paragraph.evaluate(BOX)
    assert rail.evaluate(BOX)["width"] == RAIL
    page.locator(".toc-tree ul ul a").nth(1).focus()
    assert rail.evaluate(BOX)["width"] > 200
    text = page.locator(".toc-tree ul ul a").nth(1)
    assert text.evaluate("e => getComputedStyle(e).textIndent") == "0px"
    assert paragraph.evaluate(BOX) == before
    page.keyboard.press("Enter")
    assert page.evaluate("location.hash") == text.get_attribute("href")
    page.locator("article h2").first.evaluate("e => document.activeElement.blur()")
    page.mouse.move(600, 400)
    assert rail.evaluate(BOX)["width"] == RAIL
    page.mouse.move(1270, 400)
    assert rail.evaluate(BOX)["width"] > 200


def test_below_1100_pixels_the_contents_are_a_drawer(open_page):
    page = open_page(f"{HEART}.html", 1080)
    assert not page.locator(".toc-drawer").is_visible()
    page.locator(".toc-header-icon").click()
    page.locator(".toc-tree ul ul a").first.wait_for(state="visible")


@pytest.mark.parametrize("width", [390, 1280])
def test_the_chapters_open_by_keyboard(open_page, width):
    page = open_page(f"{HEART}.html", width)
    menu, drawer = page.get_by_role("button", name="Chapters"), page.locator(".sidebar-drawer")
    assert not drawer.is_visible()  # and so no key leads to what cannot be seen
    menu.focus()
    page.keyboard.press("Enter")
    assert menu.get_attribute("aria-expanded") == "true"
    drawer.wait_for(state="visible")
    # It comes from the side.
    page.wait_for_function(f"drawer => ({BOX})(drawer).left === 0", arg=drawer.element_handle())
    assert drawer.evaluate("e => e.contains(document.activeElement)")
    page.keyboard.press("Escape")
    assert menu.get_attribute("aria-expanded") == "false"
    assert menu.evaluate("e => e === document.activeElement")
    drawer.wait_for(state="hidden")


@pytest.mark.parametrize("width", [390, 1080, 1280, 1600])
def test_back_to_top_covers_nothing(open_page, width):
    page = open_page(f"{HEART}.html", width)
    page.evaluate(
        "() => { window.ended = new Promise((done) => addEventListener('scrollend', done)); }"
    )
    page.mouse.wheel(0, 4000)
    page.evaluate("() => window.ended.then(() => true)")
    rest(page)  # the theme compares where the page is at its frames
    page.mouse.wheel(0, -300)
    button = page.locator(".back-to-top")
    button.wait_for(state="visible")
    box = button.evaluate(BOX)
    if width >= 1100:
        assert box["left"] >= width - RAIL
    else:
        header = page.locator(".mobile-header").evaluate(BOX)
        assert box["bottom"] <= header["bottom"]
        for other in boxes(page, ".header-center a, .header-right :is(button, label)"):
            assert other["right"] <= box["left"] or box["right"] <= other["left"]


# --- Code -------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", PAGES)
def test_no_code_is_cut_off_on_a_telephone(open_page, name):
    page = open_page(f"{name}.html", 390, 844, only_look=True)
    page.evaluate(
        """() => {
            window.folded = [...document.querySelectorAll("details:not([open])")];
            for (const one of window.folded) one.open = true;
        }"""
    )
    cut = page.evaluate(
        """() => [...document.querySelectorAll(".cell_input pre, .tag_source pre")]
            .filter((pre) => pre.scrollWidth > pre.clientWidth + 1).map((pre) => pre.innerText)"""
    )
    assert cut == []
    page.evaluate("() => { for (const one of window.folded) one.open = false; }")


@pytest.mark.parametrize("scripts", [True, False])
def test_folded_code_opens_with_and_without_scripts(open_page, scripts):
    page = open_page("02_convolution.html", java_script_enabled=scripts)
    folded = page.locator("details.plumbing").first
    code = folded.locator("pre")
    assert folded.locator("summary").inner_text() == "Imports and set-up"
    assert not code.is_visible()
    folded.locator("summary").click()
    assert code.is_visible()
    assert "from convnet_lib import" in code.inner_text()


def test_a_function_is_not_folded(open_page):
    page = open_page("02_convolution.html")
    assert page.get_by_text("weighted_input", exact=True).first.is_visible()


# --- A picture once ---------------------------------------------------------------------------


def twice(name):
    """The number of pictures of a notebook that a live figure right below them begins with."""
    path = run_notebooks.NOTEBOOKS / f"{name}.ipynb"
    cells = json.loads(path.read_text("utf-8"))["cells"]
    found = 0
    for one, other in itertools.pairwise(cells):
        shown = [output.get("data", {}) for output in one.get("outputs", [])]
        live = [o for o in other.get("outputs", []) if o.get("metadata", {}).get("widget")]
        found += bool(live and len(shown) == 1 and "image/png" in shown[0])
    return found


@pytest.mark.parametrize("name", PAGES)
def test_a_picture_is_shown_once_on_screen_and_on_paper(open_page, name):
    page = open_page(f"{name}.html", *USUAL, only_look=True)
    stills = page.locator(".tag_still")
    assert stills.count() == twice(name)
    live = page.locator(".tag_still + :is(.tag_live, .tag_explore)")
    assert live.count() == stills.count()
    alone = page.locator(":not(.tag_still) + .tag_live")
    for still, figure in zip(stills.all(), live.all(), strict=True):
        assert not still.locator("img").is_visible()
        assert figure.locator(".cn-figure").is_visible()
    for figure in alone.all():
        assert figure.locator(".cn-figure").is_visible()
        assert not figure.locator(".cn-twin, noscript img").is_visible()
    page.emulate_media(media="print")
    for still, figure in zip(stills.all(), live.all(), strict=True):
        assert still.locator("img").is_visible()
        assert not figure.locator(".cn-figure").is_visible()
    for figure in alone.all():
        assert figure.locator(".cn-twin, noscript img").is_visible()
        assert not figure.locator(".cn-live").is_visible()
    page.emulate_media(media="null")


@pytest.mark.parametrize("name", PAGES)
def test_without_scripts_one_picture_stands_for_each_figure(open_page, name):
    page = open_page(f"{name}.html", *USUAL, java_script_enabled=False)
    for image in page.locator(".tag_still img").all():
        assert image.is_visible()
    assert page.locator(".tag_still + .tag_explore").count() == page.locator(".tag_explore").count()
    for figure in page.locator(".tag_live").all():
        image = figure.locator("noscript img")
        assert image.is_visible()
        assert len(image.get_attribute("alt")) >= 15
        assert image.bounding_box()["width"] <= PROSE
    assert not page.locator(".tag_still + .tag_live").count()


# --- The search -------------------------------------------------------------------------------


@pytest.mark.parametrize("words", ["receptive", "pooling mask", "gradient"])
def test_the_search_shows_passages_from_the_disk(open_page, words):
    page = open_page(f"search.html?q={words}")
    wait_for_results(page)
    passages = page.locator("#search-results li .context")
    assert passages.count() >= 2
    beginnings = tuple(word[:4].lower() for word in words.split())
    for passage in passages.all():
        marked = passage.locator("mark").all_inner_texts()
        assert marked
        assert all(mark.lower().startswith(beginnings) for mark in marked)
        assert 40 < len(passage.inner_text()) < 500


def test_a_passage_leads_to_its_section(open_page):
    page = open_page("search.html?q=receptive")
    wait_for_results(page)
    links = page.locator("#search-results .context a")
    assert links.count() >= 2
    for address in {link.get_attribute("href") for link in links.all()}:
        name, place = re.search(r"([^/]+\.html)#(.+)$", address).groups()
        assert f'id="{place}"' in (SITE / name).read_text("utf-8"), address


@pytest.mark.parametrize("words", ["light", "menu", "contents", "sigmoid prime"])
def test_the_words_that_led_here_are_marked_and_nothing_is_changed(open_page, words):
    """Some stand in the names of icons too, where nothing can be marked."""
    page = open_page(f"search.html?q={quote(words)}")
    wait_for_results(page)
    page.reload()  # and once more, while the words of the first time are still kept
    wait_for_results(page)
    if page.locator("#search-results li a").count():
        page.locator("#search-results li a").first.click()
    else:
        page.goto(page.url.replace("search.html", "02_convolution.html"))
    page.locator("article h1").wait_for()
    marked = page.evaluate(
        """[...(CSS.highlights.get("sought") ?? [])].map(
            ({startContainer: text, startOffset, endOffset}) =>
                text.nodeValue.slice(startOffset, endOffset).toLowerCase())"""
    )
    assert set(marked) <= set(words.split())
    assert "light" not in words or marked
    assert not page.locator("article .highlighted").count()
    settle(page)


def test_the_texts_are_loaded_by_the_search_alone():
    for name in PAGES:
        assert "texts.js" not in (SITE / f"{name}.html").read_text("utf-8")
    assert (SITE / "_static" / "texts.js").stat().st_size < 2e6
