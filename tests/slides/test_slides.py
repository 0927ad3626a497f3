"""Every slide of every deck, looked at in a browser of 1280 by 720 that may ask for nothing else.

They run by `make test-slides`, which builds the decks and names their folder in CONVNET_SLIDES;
without it they are skipped, and say so.
"""

import os
import re
from pathlib import Path

import build_slides
import nbformat
import pytest
import run_notebooks

BUILT = os.environ.get("CONVNET_SLIDES")
pytestmark = pytest.mark.skipif(not BUILT, reason="needs the built decks: make test-slides")
DECKS = Path(BUILT or "build").resolve()
NOTEBOOKS = run_notebooks.in_order(run_notebooks.NOTEBOOKS)
NAMES = [path.stem for path in NOTEBOOKS]
# What is wrong with the slide that is shown; a fragment takes its place before it is seen.
FAULTS = """() => {
    const slide = Reveal.getCurrentSlide(), faults = [];
    const edge = slide.getBoundingClientRect();
    if (slide.scrollHeight > 721 || slide.scrollWidth > 1281) faults.push("overflows");
    for (const part of slide.querySelectorAll("p, li, pre, table, img, h1, h2, .cn-figure, svg")) {
        const box = part.getBoundingClientRect();
        const cut = box.bottom > edge.bottom - 24 || box.right > edge.right - 8 || box.left < 8;
        if (box.width && cut) faults.push(`cut off: ${part.outerHTML.slice(0, 80)}`);
        if (part.tagName === "PRE" && part.scrollWidth > part.clientWidth + 1)
            faults.push(`a line too long: ${part.innerText.slice(0, 80)}`);
    }
    const letters = parseFloat(getComputedStyle(slide).fontSize);
    const least = slide.querySelector("table") ? 16 : 18;
    if (letters < least) faults.push(`letters of ${letters} pixels`);
    for (const image of slide.querySelectorAll(".outputs > img")) {
        const { width, height } = image.getBoundingClientRect();
        if (!image.alt) faults.push("a picture without its text");
        if (height < 180 && width < 900) faults.push(`a picture of ${width} by ${height}`);
    }
    if (slide.querySelector("[data-mml-node=merror]")) faults.push("a formula in error");
    for (const text of slide.querySelectorAll("p, li, td, h2")) {
        const words = text.cloneNode(true);
        words.querySelectorAll("code, mjx-container").forEach((node) => node.remove());
        if (/\\$|\\\\[a-z]{2}/.test(words.textContent)) faults.push(`unset: ${words.textContent}`);
    }
    const drawn = "p, li, pre, img, h1, table, mjx-container, .cn-figure";
    if (!slide.querySelector(drawn)) faults.push("empty");
    return faults;
}"""
ON = """() => {
    const before = Reveal.getCurrentSlide();
    for (let keys = 0; Reveal.getCurrentSlide() === before && keys < 30; keys++) Reveal.next();
}"""


@pytest.fixture
def open_deck(open_file):
    """open_deck(name) opens a deck, its slides laid out."""

    def open_deck(name):
        page = open_file(DECKS, f"{name}.html", 1280, 720)
        page.wait_for_selector("body[data-ready]", timeout=120_000)
        return page

    return open_deck


@pytest.mark.parametrize("name", NAMES)
def test_no_slide_is_cut_off(name, open_deck):
    page, faults = open_deck(name), {}
    total = page.evaluate("Reveal.getTotalSlides()")
    for number in range(1, total + 1):
        if found := page.evaluate(FAULTS):
            faults[number] = found
        page.evaluate(ON)
    assert page.evaluate("Reveal.isLastSlide()")
    assert total >= 10
    assert faults == {}


@pytest.mark.parametrize("name", NAMES)
def test_each_live_figure_answers_on_its_slide(name, open_deck):
    nb = nbformat.read(run_notebooks.NOTEBOOKS / f"{name}.ipynb", as_version=4)
    expected = sum(build_slides.is_live(o) for c in nb.cells for o in c.get("outputs", []))
    page = open_deck(name)
    assert page.locator(".live .cn-figure").count() == expected
    for number in range(expected):
        page.evaluate(
            """n => { const section = document.querySelectorAll(".live")[n].closest("section");
            const { h, v } = Reveal.getIndices(section); Reveal.slide(h, v, 99); }""",
            number,
        )
        figure = page.locator(".live .cn-figure").nth(number)
        box, before = figure.locator(".cn-field").first.bounding_box(), figure.inner_text()
        for part in (0.3, 0.62, 0.9):
            page.mouse.move(box["x"] + part * box["width"], box["y"] + part * box["height"])
            page.wait_for_timeout(300)
            if figure.inner_text() != before:
                break
        assert figure.inner_text() != before


def test_the_contents_lead_to_every_deck():
    text = (DECKS / "index.html").read_text("utf-8")
    assert re.findall(r'href="(.+?)\.html"', text) == NAMES
    assert all((DECKS / f"{name}.html").exists() for name in NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_links_between_decks_hold(name):
    text = (DECKS / f"{name}.html").read_text("utf-8")
    targets = re.findall(r'<a href="([^"#:]+)(?:#[^"]*)?"', text)
    assert [target for target in targets if not (DECKS / target).exists()] == []
