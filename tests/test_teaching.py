"""The pages for teachers, held to the book: what they name is there."""

import re
import urllib.parse
from pathlib import Path

import nbformat
import pytest
import run_notebooks
import surroundings
from test_notebooks import anchors

from convnet_lib import exercises

TEACHING = surroundings.ROOT / "teaching"
GUIDE = TEACHING / "guide.md"
PAGES = [GUIDE, TEACHING / "README.md"]
LINK = re.compile(r"\[([^\]]+)\]\(([^)\s]+)\)")
PLAN = re.compile(r"^\*\*(Aim|90 minutes|They have got it|Answers)\b", re.MULTILINE)


def lessons():
    """{heading: text} of the lessons in the guide."""
    parts = re.split(r"^## (.+)$", GUIDE.read_text("utf-8"), flags=re.MULTILINE)
    found = dict(zip(parts[1::2], parts[2::2], strict=True))
    return {heading: text for heading, text in found.items() if heading.startswith("Lesson")}


def is_taught(chapter):
    """Whether a chapter has a lesson: all but the start page, and 13 to 15, which are read."""
    return 1 <= chapter <= 12 or chapter >= 16


def place(heading):
    """The anchor that a heading of a Markdown page gets on the web."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.name)
def test_links_lead_to_a_page_and_to_a_heading_on_it(page):
    for text, target in LINK.findall(page.read_text("utf-8")):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = urllib.parse.unquote(target).partition("#")
        there = (page.parent / path).resolve()
        assert there.exists(), target
        if there.suffix == ".ipynb" and anchor:
            assert anchor in anchors(there), target
            assert text.partition(" · ")[2].replace(" ", "-") == anchor, "it says where it leads"
        elif anchor:
            other = there.read_text("utf-8") if path else page.read_text("utf-8")
            headings = re.findall(r"^#+ (.+)$", other, re.MULTILINE)
            assert anchor in {place(heading) for heading in headings}, target


def test_each_chapter_has_a_place_in_the_lessons():
    text = "\n".join(lessons().values())
    named = set(re.findall(r"notebooks/(\d\d_\w+\.ipynb)#", text))
    chapters = run_notebooks.in_order(run_notebooks.NOTEBOOKS)
    assert named == {path.name for n, path in enumerate(chapters) if is_taught(n)}


def test_exercises_that_are_named_are_there_and_all_are_answered():
    text = GUIDE.read_text("utf-8")
    answered = set(re.findall(r'solution\("(\d+\.\d+)"\)', text))
    runs = re.findall(r"exercises? (\d+\.\d+(?:(?:, | and )\d+\.\d+)*)", text, re.IGNORECASE)
    named = {name for run in runs for name in re.findall(r"\d+\.\d+", run)}
    assert answered | named <= set(exercises.ids())
    taught = {name for name in exercises.ids() if is_taught(int(name.split(".")[0]))}
    assert taught <= answered


#: Minutes of a plan, and what is named by a number: they are no numbers of a chapter.
TIMES = r"\| \d+[–\d]* (minutes )?\||\d+ minutes|(after|After|before|Before) \d+"
TIMES += r"|exercises? [\d., and]+"
NUMBER = re.compile(r"(?<![\w.])\d+(?:\.\d+)?")


def numbers(text):
    """Return the numbers of two digits or more in a text, without what groups their digits."""
    plain = re.sub(r"(?<=\d)(?:,|_|\{,\})(?=\d{3})", "", text)
    return {n for n in NUMBER.findall(plain) if len(n) > 1}


def all_of(chapter):
    """Return what a chapter says, computes, prints and asks, in one text."""
    (path,) = [p for p in run_notebooks.in_order(run_notebooks.NOTEBOOKS) if p.stem[:2] == chapter]
    said = []
    for cell in nbformat.read(path, as_version=4).cells:
        said.append(cell.source)
        for output in cell.get("outputs", []):
            said += [output.get("text", ""), output.get("data", {}).get("text/plain", "")]
    asked = Path(exercises.__file__).parent / "chapters" / f"chapter_{chapter}.py"
    return "\n".join([*said, asked.read_text("utf-8")])


@pytest.mark.parametrize("heading", lessons())
def test_the_numbers_of_a_lesson_stand_in_its_chapters(heading):
    text = lessons()[heading]
    chapters = sorted(set(re.findall(r"notebooks/(\d\d)_", text)))
    plain = re.sub(TIMES, " ", re.sub(r"\]\([^)]*\)|`[^`]*`", " ", text))
    assert numbers(plain) <= numbers("\n".join(map(all_of, chapters)))


@pytest.mark.parametrize("heading", lessons())
def test_a_lesson_is_whole(heading):
    text = lessons()[heading]
    assert PLAN.findall(text) == ["Aim", "90 minutes", "They have got it", "Answers"]
    assert "*Pencil:*" in text
    stumbles = re.search(r"what to ask\*\*\n\n(.+?)\n\n", text, re.DOTALL)[1].splitlines()
    assert len(stumbles) >= 3
    assert all(re.search(r"\*[^*]+\?\*", line) for line in stumbles), "a question for each"
    ends = [int(n) for n in re.findall(r"^\| \d+–(\d+) \|", text, re.MULTILINE)]
    starts = [int(n) for n in re.findall(r"^\| (\d+)–\d+ \|", text, re.MULTILINE)]
    assert starts == [0, *ends[:-1]]
    assert ends[-1] == 50


def named(text):
    """Return the chapters that a text has links to, by number."""
    return {int(number) for number in re.findall(r"notebooks/(\d\d)_", text)}


def test_with_two_lessons_fewer_chapters_1_to_12_take_six():
    text = GUIDE.read_text("utf-8")
    left_out = re.search(
        r"With six lessons for chapters 1 to 12, leave out (\d+) .*?give (\d+) ", text
    )
    there = [n for n, lesson in enumerate(lessons().values(), 1) if max(named(lesson)) <= 12]
    # Lesson 7 names the lab of chapter 15, for those who want more.
    assert len({*there, 7} - set(map(int, left_out.groups()))) == 6


def test_the_decks_of_the_single_lecture_are_those_it_names():
    (_, lecture) = GUIDE.read_text("utf-8").split("## One lecture only")
    assert "from decks 1, 2, 5 and 7 to 10; the 90 minutes use 3 and 12 too" in lecture
    short, long = lecture.split("**90 minutes.**")
    assert named(short) == {1, 2, 5, 7, 8, 9, 10}
    assert named(long) - named(short) == {3, 12}


def test_the_derivation_of_bp2_has_four_slides_and_five_sentences_in_bold():
    assert "four slides, five sentences in bold" in GUIDE.read_text("utf-8")
    cells = nbformat.read(
        run_notebooks.NOTEBOOKS / "07_bp2_pooling_switch.ipynb", as_version=4
    ).cells
    begins = next(n for n, cell in enumerate(cells) if "## The derivation" in cell.source)
    ends = next(n for n, cell in enumerate(cells) if "## From the formula" in cell.source)
    section = cells[begins:ends]
    kinds = [cell.metadata["slideshow"]["slide_type"] for cell in section]
    assert kinds == ["slide", *["subslide"] * 3]
    bold = re.findall(r"^\*\*[^*]+\*\*", "\n".join(cell.source for cell in section), re.MULTILINE)
    assert len(bold) == 5
