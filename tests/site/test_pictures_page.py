"""How pictures stand on a page: no lettering under eleven pixels, at no width."""

import base64
import io
import json
import os
from pathlib import Path

import nbformat
import numpy as np
import pictures
import pytest
import run_notebooks
from PIL import Image

from convnet_lib import figures

BUILT = os.environ.get("CONVNET_SITE")
needs_site = pytest.mark.skipif(not BUILT, reason="needs the built site: make test-site")
NOTEBOOKS = run_notebooks.in_order(run_notebooks.NOTEBOOKS)
# Whether the browser has chosen among the pictures that are there for the width of the window, and
# laid them out.
CHOSEN = """async () => {
    await new Promise(requestAnimationFrame);
    await new Promise(requestAnimationFrame);
    return [...document.images].every((image) => {
        const others = [...(image.closest("picture")?.querySelectorAll("source") ?? [])];
        const source = others.find((one) => matchMedia(one.media).matches);
        const meant = source ? source.srcset : image.getAttribute("src");
        return image.complete && image.currentSrc === new URL(meant, location.href).href;
    });
}"""
# Of each picture that can be seen: its name, how high its smallest letters are, and how wide the
# picture is and the room that it has.
MEASURE = """() => [...document.querySelectorAll("img.figure[data-smallest]")]
    .filter(image => image.checkVisibility())  // one above its live figure is not shown
    .map(image => {
    const narrow = image.currentSrc.endsWith("-narrow.png");
    const meant = narrow ? image.previousElementSibling : image;
    const box = image.getBoundingClientRect();
    return {
        name: image.currentSrc.split("/").at(-1),
        letters: (image.dataset.smallest * box.width) / meant.getAttribute("width"),
        ratio: box.width / box.height / (image.naturalWidth / image.naturalHeight),
        scrolls: Boolean(image.closest(".figure-scroll")),
        room: box.right <= image.closest(".cell_output").getBoundingClientRect().right + 1,
    };
})"""


def shown(picture):
    """Return a picture of the library as an output of a notebook."""
    data, metadata = picture._repr_mimebundle_()
    data = {"image/png": base64.b64encode(data["image/png"]).decode()}
    return nbformat.v4.new_output("display_data", data=data, metadata=metadata)


def test_tiles_follow_each_other_like_words():
    places, size = pictures.flow([[0, 0, 60, 20], [60, 0, 32, 30], [0, 30, 1, 5]], room=100)
    assert places == [(0, 0), (68, 0), (0, 38)]
    assert size == (100, 43)
    assert pictures.flow([[5, 5, 200, 10]], room=100) == ([(0, 0)], (200, 10))


def test_a_narrow_page_gets_the_panels_below_each_other(tmp_path):
    a, b = np.array([[0.0, 1.0]] * 2), np.eye(2)
    picture = figures.row(("left", a, "activation"), ("right", b), columns=2)
    output = shown(picture)
    markup = pictures.markup(output, tmp_path / "it-1.png")
    said = output.metadata["image/png"]
    (x, y, w, h), (x2, y2, w2, h2) = said["tiles"]
    assert x < x + w <= x2
    whole = np.asarray(Image.open(tmp_path / "it-1.png").convert("RGB"))
    narrow = np.asarray(Image.open(tmp_path / "it-1-narrow.png").convert("RGB"))
    np.testing.assert_array_equal(
        narrow[: 2 * h, : 2 * w], whole[2 * y : 2 * (y + h), 2 * x : 2 * (x + w)]
    )
    second = whole[2 * y2 : 2 * (y2 + h2), 2 * x2 : 2 * (x2 + w2)]
    left, top = pictures.flow(said["tiles"], 340 * said["smallest"] / 11)[0][1]
    np.testing.assert_array_equal(
        narrow[2 * top : 2 * (top + h2), 2 * left : 2 * (left + w2)], second
    )
    assert markup.startswith('<picture><source media="screen and (max-width: ')
    assert f'alt="{picture.alt}"' in markup
    least = -(-said["width"] * 11 // said["smallest"])
    assert f"(max-width: {least + pictures.MARGINS:.0f}px)" in markup


def test_a_picture_in_one_piece_is_moved_sideways_or_fits(tmp_path):
    wide = pictures.markup(shown(figures.ladder({"a": 1.0}, 0.5)), tmp_path / "a.png")
    assert wide.startswith('<div class="figure-scroll"><img ')
    assert 'style="min-width: 652px"' in wide  # 740 · 11 / 12.5 = 651.2
    small = pictures.markup(shown(figures.sigmoid_curve()), tmp_path / "b.png")
    assert small.startswith("<img ")
    assert not (tmp_path / "b-narrow.png").exists()


def test_a_picture_of_elsewhere_stands_as_it_is(tmp_path):
    file = io.BytesIO()
    Image.new("RGB", (30, 20), "white").save(file, "PNG")
    data = {"image/png": base64.b64encode(file.getvalue()).decode()}
    metadata = {"image/png": {"alt": 'A "white" sheet.'}}
    output = nbformat.v4.new_output("display_data", data=data, metadata=metadata)
    assert pictures.markup(output, tmp_path / "c.png") == (
        '<img class="figure" src="figures/c.png" width="30" height="20" '
        'alt="A &quot;white&quot; sheet." loading="lazy">'
    )


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_each_picture_of_a_notebook_can_be_read_in_the_column(path):
    """At 680 pixels whole, at 358 in its tiles or in a box that scrolls."""
    for cell in json.loads(path.read_text("utf-8"))["cells"]:
        for output in cell.get("outputs", []):
            said = output.get("metadata", {}).get("image/png", {})
            if "smallest" in said:
                assert pictures.least_width(said) <= 680, cell["id"]
                widest = max((tile[2] for tile in said.get("tiles", [])), default=0)
                assert widest * 10.95 <= 340 * said["smallest"], cell["id"]


@needs_site
@pytest.mark.parametrize("name", [path.stem for path in NOTEBOOKS])
def test_no_lettering_of_a_page_is_under_eleven_pixels(name, open_file):
    page = open_file(Path(BUILT).resolve(), f"{name}.html", 1200, 900, only_look=True)
    for width in (1600, 1280, 1000, 760, 704, 703, 600, 390):
        page.set_viewport_size({"width": width, "height": 900})
        page.wait_for_function(CHOSEN)
        page.wait_for_timeout(200)  # until what it has chosen has a size
        page.wait_for_function(CHOSEN)
        found = page.evaluate(MEASURE)
        for picture in found:
            assert picture["letters"] >= 10.95, (width, picture)
            assert picture["ratio"] == pytest.approx(1, abs=0.02), (width, picture)
            assert picture["room"] or picture["scrolls"], (width, picture)
    page.set_viewport_size({"width": 1200, "height": 900})
