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
# One key further: the next fragment, the next stage of a figure, or the next slide.
ON = "() => Reveal.next()"
AT_THE_END = "() => Reveal.isLastSlide() && !Reveal.availableFragments().next"
# The sizes of all letters that are seen, in pixels of the slide: [kind, size, the text].
LETTERS = """async () => {
    const slide = Reveal.getCurrentSlide(), found = [];
    // What has just come into sight hears of its size in this frame, and is drawn before the next.
    for (let i = 0; i < 2 && slide.querySelector("canvas"); i++)
        await new Promise(requestAnimationFrame);
    const kinds = {code: "pre, code", index: "sub, sup", table: "table", figure: ".live"};
    const walker = document.createTreeWalker(slide, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
        const {parentElement: parent, data} = walker.currentNode;
        const unseen = ".cn-unseen, mjx-container, aside, option, .fragment:not(.visible)";
        if (!data.trim() || parent.closest(unseen) || !parent.checkVisibility()) continue;
        const scale = parent.ownerSVGElement ? parent.getScreenCTM().a : parent.currentCSSZoom;
        const beside = slide.querySelector("table") ? "table" : "words";
        const kind = Object.keys(kinds).find((one) => parent.closest(kinds[one])) ?? beside;
        const size = scale * parseFloat(getComputedStyle(parent).fontSize);
        found.push([kind, Math.round(10 * size) / 10, data.trim().slice(0, 40)]);
    }
    for (const canvas of slide.querySelectorAll("canvas")) {
        if (!canvas.letters || !canvas.checkVisibility()) continue;
        const size = canvas.letters * canvas.getBoundingClientRect().width / canvas.width;
        const grid = canvas.closest("[data-grid]")?.dataset.grid;
        found.push(["figure", Math.round(10 * size) / 10, `the numbers of ${grid}`]);
    }
    return found;
}"""
# A canvas keeps no text: what is written on it is noted, the smallest since it was last resized.
NOTE_NUMBERS = """() => {
    const pen = CanvasRenderingContext2D.prototype, write = pen.fillText;
    pen.fillText = function (...text) {
        const {canvas} = this, size = parseFloat(/([\\d.]+)px/.exec(this.font)[1]);
        const same = canvas.lettersOf === canvas.width;
        canvas.letters = same ? Math.min(canvas.letters, size) : size;
        canvas.lettersOf = canvas.width;
        return write.apply(this, text);
    };
}"""
LEAST = 18
# What may be smaller, to what size, and why.
SMALLER = {
    "code": (13, "a function is printed whole, and a line of 100 letters is never broken"),
    "index": (12, "it belongs to a letter of its own, which is measured"),
    "table": (16, "one of many rows is looked up, not read out; so are the words beside it"),
}


@pytest.fixture
def open_deck(open_file):
    """open_deck(name) opens a deck, its slides laid out."""

    def open_deck(name):
        page = open_file(DECKS, f"{name}.html", 1280, 720, before=f"({NOTE_NUMBERS})()")
        page.wait_for_selector("body[data-ready]", timeout=120_000)
        return page

    return open_deck


@pytest.mark.parametrize("name", NAMES)
def test_no_slide_is_cut_off(name, open_deck):
    page, faults = open_deck(name), {}
    for number in steps(page):
        if found := page.evaluate(FAULTS):
            faults.setdefault(number, found)
    assert page.evaluate("Reveal.getTotalSlides()") >= 10
    assert faults == {}


def steps(page):
    """Walk through a deck key by key; yields the number of the slide that is shown."""
    for _ in range(1000):
        yield page.evaluate("Reveal.getSlidePastCount() + 1")
        if page.evaluate(AT_THE_END):
            return
        page.evaluate(ON)
    raise AssertionError("the deck has no end")


@pytest.mark.parametrize("name", NAMES)
def test_all_letters_can_be_read_from_the_back_row(name, open_deck):
    page, small, kinds = open_deck(name), {}, set()
    for number in steps(page):
        for kind, size, text in page.evaluate(LETTERS):
            kinds.add(kind)
            if size < SMALLER.get(kind, (LEAST,))[0]:
                small.setdefault(number, []).append((kind, size, text))
    assert "words" in kinds
    assert small == {}


@pytest.mark.parametrize("name", NAMES)
def test_a_slide_with_a_figure_has_one_sentence_and_the_prose_in_its_notes(name, open_deck):
    """Words beside a figure are few: headings, lists, tables and formulas apart."""
    page = open_deck(name)
    slides = page.evaluate(
        """() => [...document.querySelectorAll(".slides section")].filter((slide) =>
            !slide.querySelector("section") && slide.querySelector(".live, .outputs > img")
        ).map((slide) => ({
            said: [...slide.querySelectorAll(":scope .prose > p")].filter((p) =>
                !p.closest("aside") && !p.querySelector("mjx-container[display=true]")
            ).map((p) => p.textContent),
            notes: [...slide.querySelectorAll("aside .prose > p")].map((p) => p.textContent),
        }))"""
    )
    assert slides
    for slide in slides:
        assert len(slide["said"]) <= 1, slide["said"]
        # What is said on the slide stands in the notes, with what comes before and after it.
        for sentence in slide["said"]:
            whole = "".join("".join(slide["notes"]).split())
            assert "".join(sentence.split()) in whole, sentence


def test_the_sentence_of_a_slide():
    told = build_slides.telling
    assert told("One $a. b$ (so. it) is. Two.") == "One $a. b$ (so. it) is."
    assert told("The bias is 0.5 here. Two.") == "The bias is 0.5 here."
    assert told("Call `a.b()` now. Is it so? Yes.", asks=True) == "Is it so?"
    assert told("No question. None.", asks=True) == "No question."
    assert told("*All of it.* The rest.") == "*All of it.*"
    assert told("See [chapter 3. And](a.html) and go on. End.").endswith("go on.")
    kept, has = build_slides.shortened("## Title\n\nOne. Two.\n\n$$a = b$$\n\n- x\n\nThree.")
    assert (kept, has) == ("## Title\n\nOne.\n\n$$a = b$$\n\n- x", True)
    assert build_slides.shortened("Another. More.", has_sentence=True) == ("", True)


@pytest.mark.parametrize("name", NAMES)
def test_each_live_figure_answers_on_its_slide(name, open_deck):
    nb = nbformat.read(run_notebooks.NOTEBOOKS / f"{name}.ipynb", as_version=4)
    cells = [c for c in nb.cells if c.metadata.get("slideshow", {}).get("slide_type") != "skip"]
    expected = sum(build_slides.is_live(o) for c in cells for o in c.get("outputs", []))
    page = open_deck(name)
    assert page.locator(".live .cn-figure").count() == expected
    for number in range(expected):
        page.evaluate(
            """n => { const section = document.querySelectorAll(".live")[n].closest("section");
            const { h, v } = Reveal.getIndices(section); Reveal.slide(h, v, -1); }""",
            number,
        )
        figure = page.locator(".live .cn-figure").nth(number)
        field = figure.locator(".cn-field:visible").first
        box, before = field.bounding_box(), figure.inner_text()
        for part in (0.3, 0.62, 0.9):
            page.mouse.move(box["x"] + part * box["width"], box["y"] + part * box["height"])
            page.wait_for_timeout(300)
            if figure.inner_text() != before:
                break
        assert figure.inner_text() != before


STAGES = 8  # of the backward pass: from the forward pass to the step
TOLD = "() => Reveal.getCurrentSlide().querySelector('.bp-tale b')?.innerText ?? ''"


def test_the_keys_lead_through_all_stages_of_the_backward_pass(open_deck):
    page = open_deck("10_whole_backward_pass")

    def told(act):
        """The stage that is told of, once an act has changed it."""
        before = page.evaluate(TOLD)
        act()
        page.wait_for_function(f"before => ({TOLD})() !== before", arg=before)
        return page.evaluate(TOLD)

    def key(name):
        return told(lambda: page.keyboard.press(name))

    while not page.evaluate(TOLD):
        page.keyboard.press("PageDown")
    there = [page.evaluate(TOLD), *(key("ArrowRight") for _ in range(STAGES - 1))]
    assert len(set(there)) == STAGES
    assert (there[0], there[-1]) == ("The forward pass.", "The gradient step.")
    assert key("ArrowRight") == ""  # the next slide
    assert [key("ArrowLeft") for _ in there] == there[::-1]
    # Its own button and a clicker go on from where the other is.
    button = page.locator(".present .cn-button:visible")
    assert told(button.click) == there[1]
    assert key("PageDown") == there[2]
    assert key("PageUp") == there[1]
    assert told(button.click) == there[2]


def test_the_contents_lead_to_every_deck():
    text = (DECKS / "index.html").read_text("utf-8")
    assert re.findall(r'href="(.+?)\.html"', text) == NAMES
    assert all((DECKS / f"{name}.html").exists() for name in NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_links_between_decks_hold(name):
    text = (DECKS / f"{name}.html").read_text("utf-8")
    targets = re.findall(r'<a href="([^"#:]+)(?:#[^"]*)?"', text)
    assert [target for target in targets if not (DECKS / target).exists()] == []
