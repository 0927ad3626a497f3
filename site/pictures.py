"""How a picture stands on a page: whole where its lettering can be read, else in its panels.

A picture of `figures` says in its output's metadata how it is to be shown: `width`, and in pixels
of that width the height of its `smallest` lettering and the boxes of its `tiles`. Where the column
is too narrow for the whole, a browser takes a second picture, in which the tiles stand one below
the other, as many side by side as there is room for. It does so by itself, without a script.
What has no tiles, or one that is too wide, scrolls sideways.
"""

import base64
import html
import io
import math

from PIL import Image

READABLE = 11  # pixels: no lettering is shown smaller
TELEPHONE = 340  # pixels, a little less than the column of a page that is 390 wide
MARGINS = 36  # pixels left and right of the column of a narrow page
GAP = 8  # pixels between tiles
LARGER = 1.35  # times at most, so that narrow panels fill a telephone and stay sharp


def least_width(said):
    """Return how many pixels wide a picture is to be shown, so that its lettering can be read."""
    return math.ceil(said["width"] * READABLE / said["smallest"])


def flow(tiles, room):
    """Return where tiles go that follow each other like words: [(x, y), …], and the size.

    >>> flow([[0, 0, 50, 20], [50, 0, 30, 30], [80, 0, 40, 10]], room=100)
    ([(0, 0), (58, 0), (0, 38)], (88, 48))
    """
    x = y = tall = wide = 0
    places = []
    for *_, width, height in tiles:
        if x and x + width > room:
            x, y, tall = 0, y + tall + GAP, 0
        places.append((x, y))
        wide, tall = max(wide, x + width), max(tall, height)
        x += width + GAP
    return places, (wide, y + tall)


def stacked(png, said):
    """Return the PNG of a picture's tiles for a narrow page, and the width to show it at, or None.

    Args:
        png: the bytes of the picture.
        said: its metadata.
    """
    tiles, room = said.get("tiles", []), TELEPHONE * said.get("smallest", 0) / READABLE
    if not tiles or max(width for *_, width, _ in tiles) > room:
        return None
    whole = Image.open(io.BytesIO(png)).convert("RGB")
    scale = whole.width / said["width"]
    places, size = flow(tiles, room)
    sheet = Image.new("RGB", [round(n * scale) for n in size], "white")
    for (left, top, width, height), place in zip(tiles, places, strict=True):
        box = [round(n * scale) for n in (left, top, left + width, top + height)]
        sheet.paste(whole.crop(box), [round(n * scale) for n in place])
    file = io.BytesIO()
    sheet.save(file, "PNG", optimize=True)
    return file.getvalue(), round(max(size[0], min(TELEPHONE, LARGER * size[0])))


def markup(output, path):
    """Write an output's PNG into a file, and its tiles beside it; return what shows them."""
    png = base64.b64decode(output.data["image/png"])
    path.write_bytes(png)
    said = output.metadata.get("image/png", {})
    width = int(said.get("width", _size(png)[0]))
    text = html.escape(said.get("alt", ""))
    image = f'<img class="figure" {_sized("src", path, png, width)} alt="{text}" loading="lazy"'
    if "smallest" not in said:
        return f"{image}>"
    image += f' data-smallest="{said["smallest"]}"'
    least = least_width(said)
    if narrow := stacked(png, said):
        below = path.with_stem(f"{path.stem}-narrow")
        below.write_bytes(narrow[0])
        media = f'media="screen and (max-width: {least + MARGINS}px)"'
        source = f"<source {media} {_sized('srcset', below, *narrow)}>"
        return f"<picture>{source}{image}></picture>"
    if least <= TELEPHONE:
        return f"{image}>"
    return f'<div class="figure-scroll">{image} style="min-width: {least}px"></div>'


def _size(png):
    return [int.from_bytes(png[at : at + 4]) for at in (16, 20)]


def _sized(name, path, png, shown):
    """The attributes of an image that is shown so many pixels wide."""
    width, height = _size(png)
    return f'{name}="figures/{path.name}" width="{shown}" height="{round(height * shown / width)}"'
