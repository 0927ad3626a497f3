"""The playground on a page of its own, and where the book leads to it.

Runs with the other tests of the site, by `make test-site`.
"""

import os
from pathlib import Path

import pytest
from browsing import assert_no_barrier, rest, settle

expect = pytest.importorskip("playwright.sync_api", reason="needs a browser").expect

BUILT = os.environ.get("CONVNET_SITE")
pytestmark = pytest.mark.skipif(not BUILT, reason="needs the built site: make test-site")
SITE = Path(BUILT or "site").resolve()
START = "00_start_here.html"
SIZES = [(390, 844), (768, 1024), (1280, 720), (1600, 1000)]


@pytest.fixture
def alone(open_file):
    """alone(width, height, **options) opens playground.html, measured once."""

    def alone(width=1280, height=720, **options):
        page = open_file(SITE, "playground.html", width, height, **options)
        expect(page.locator("[data-value=accuracy]")).not_to_have_text("–", timeout=30_000)
        page.locator(".cn-figure").nth(1).wait_for()
        return page

    return alone


@pytest.mark.parametrize(("width", "height"), SIZES)
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_it_fits_the_window_and_has_no_barrier(alone, width, height, theme):
    page = alone(width, height, color_scheme=theme)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.locator(".pg-figure").bounding_box()["height"] <= height
    assert_no_barrier(page, context={"exclude": [[".cn-figure:not(.pg-figure)"]]})


def test_it_learns_from_the_disk_and_hands_the_network_on(alone):
    page = alone()
    other = page.locator(".cn-figure:not(.pg-figure)")
    pictures = "all => all.map((canvas) => canvas.toDataURL()).join()"
    before = other.locator("canvas").evaluate_all(pictures)
    page.get_by_role("button", name="Play", exact=True).click()
    page.wait_for_function("() => +document.querySelector('[data-value=seen]').textContent > 2000")
    page.get_by_role("button", name="Pause", exact=True).click()
    assert float(page.locator("[data-value=accuracy]").inner_text()) > 0.4
    page.locator(".pg-settings summary").click()
    page.get_by_role("button", name="Into the other figures").click()
    expect(page.locator(".pg-told")).to_contain_text("One figure on this page has this network")
    rest(page)
    assert other.locator("canvas").evaluate_all(pictures) != before


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_without_scripts_one_picture_stands_for_each_figure(open_file, width, height):
    page = open_file(SITE, "playground.html", width, height, java_script_enabled=False)
    images = page.locator("noscript img")
    assert images.count() == 2
    for image in images.all():
        image.scroll_into_view_if_needed()
        expect(image).to_have_js_property("complete", True)
        assert image.bounding_box()["height"] > 150  # and not of a picture that is missing
        assert len(image.get_attribute("alt")) >= 15
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_it_has_the_theme_of_the_book(open_file, theme):
    page = open_file(SITE, START, 1280, 720)
    page.evaluate("theme => localStorage.setItem('theme', theme)", theme)
    page.goto(f"{SITE.as_uri()}/playground.html")
    page.locator(".pg-figure").wait_for()
    paper = page.locator(".pg-figure").evaluate("f => getComputedStyle(f).backgroundColor")
    assert (paper == "rgb(255, 255, 255)") == (theme == "light")


def test_the_book_begins_with_it_and_leads_to_it(open_file):
    page = open_file(SITE, START, 1280, 900)
    settle(page)  # of several figures the first may come last
    assert "pg-figure" in page.locator(".cn-figure").first.get_attribute("class")
    first = page.locator("article").locator(".cn-figure, img.figure").first
    assert "pg-figure" in first.get_attribute("class")
    page.get_by_role("button", name="Chapters").click()
    for link in ("Playground", "The playground on a page of its own"):
        there = page.get_by_role("link", name=link, exact=True).first
        assert there.get_attribute("href") == "playground.html"
