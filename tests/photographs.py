"""Photographs that are computed: a digit on uneven paper, in a shadow, out of focus, as a JPEG."""

import io
from pathlib import Path

import matplotlib
import numpy as np
from PIL import Image, ImageDraw, ImageFont


def smooth_noise(rng, shape, cells):
    """Noise of size about 1 that changes slowly: `cells` numbers a side, drawn large."""
    few = Image.fromarray(rng.normal(size=(cells, cells)).astype(np.float32))
    return np.asarray(few.resize(shape[::-1], Image.Resampling.BICUBIC))


def light(rng, shape):
    """How much light falls on each pixel: a slope, unevenness, and the edge of a shadow."""
    rows, columns = np.ogrid[-1 : 1 : shape[0] * 1j, -1 : 1 : shape[1] * 1j]
    way = rng.uniform(0, 2 * np.pi)
    slope = 1 + rng.uniform(0, 0.2) * (np.cos(way) * rows + np.sin(way) * columns)
    uneven = 1 + 0.03 * smooth_noise(rng, shape, 5)
    way, where, soft = rng.uniform(0, 2 * np.pi), rng.uniform(-0.7, 0.7), rng.uniform(0.01, 0.3)
    across = (np.cos(way) * rows + np.sin(way) * columns - where) / soft
    shadow = 1 - rng.uniform(0.1, 0.45) / (1 + np.exp(-np.clip(4 * across, -50, 50)))
    return slope * uneven * shadow


def placed(rng, ink, shape, size, degrees):
    """Ink drawn `size` times as large, turned, anywhere on a sheet of this shape."""
    picture = Image.fromarray((255 * ink).round().astype(np.uint8))
    picture = picture.resize(
        [round(size * side) for side in picture.size], Image.Resampling.BICUBIC
    )
    picture = picture.rotate(degrees, Image.Resampling.BICUBIC, expand=True)
    sheet = Image.new("L", shape[::-1])
    spare = [sheet.size[n] - picture.size[n] for n in range(2)]
    sheet.paste(picture, [int(rng.integers(0, max(1, n))) for n in spare])
    return np.asarray(sheet) / 255


def photograph(rng, ink, dark=True, size=None, degrees=0.0, grain=0.02, lines=False):
    """Ink on paper, seen by a camera: bytes (H, W)."""
    size = size or rng.uniform(6, 12)
    shape = [round(size * max(ink.shape) * rng.uniform(1.15, 2.2)) for _ in range(2)]
    ink = placed(rng, ink, shape, size, degrees)
    paper, pen = (rng.uniform(0.7, 0.9), rng.uniform(0.05, 0.3))
    if not dark:
        paper, pen = rng.uniform(0.08, 0.2), rng.uniform(0.6, 0.85)
    sheet = paper * ruled(rng, shape) if lines else paper
    seen = (sheet + (pen - sheet) * ink) * light(rng, shape)
    seen = seen * (1 + grain * rng.normal(size=shape)) + 0.01 * rng.normal(size=shape)
    return (255 * seen.clip(0, 1)).round().astype(np.uint8)


def jpeg(pixels, quality=80):
    """The bytes of a JPEG file."""
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "JPEG", quality=quality)
    return file.getvalue()


# Ten digits as lines through points (right, down) of a sheet 10 by 16, drawn by hand here.
STROKES = {
    0: [[(5, 0), (2, 2), (0, 7), (1, 13), (5, 16), (9, 13), (10, 7), (8, 2), (5, 0)]],
    1: [[(3, 3), (6, 0), (5, 8), (4, 16)]],
    2: [[(0, 4), (2, 1), (6, 0), (9, 3), (8, 7), (4, 11), (0, 15), (4, 15), (10, 15)]],
    3: [[(0, 2), (4, 0), (8, 2), (8, 5), (4, 7.5), (9, 10), (8, 14), (4, 16), (0, 14)]],
    4: [[(3, 0), (1, 5), (0, 9), (5, 9), (10, 8.5)], [(8, 1), (7.5, 8), (7, 16)]],
    5: [[(9, 0), (5, 0.3), (2, 0.5), (1, 7), (5, 6), (9, 9), (8, 14), (4, 16), (0, 14)]],
    6: [[(7, 0), (3, 4), (0, 10), (2, 15), (6, 16), (9, 12), (6, 8.5), (3, 9), (0.5, 12)]],
    7: [[(0, 1), (5, 0.5), (10, 0), (7, 7), (4, 16)]],
    8: [
        [(8, 2), (4, 0), (1, 3), (4, 7), (8, 11), (7, 15), (4, 16), (1, 14), (2, 10)],
        [(2, 10), (5, 7), (8.5, 4), (8, 2)],
    ],
    9: [[(9, 3), (5, 0), (1, 3), (1, 6), (5, 8), (9, 4), (8.5, 9), (7, 16)]],
}
FONTS = [f"DejaVu{name}.ttf" for name in ("Sans", "Sans-Bold", "Sans-Oblique", "SansMono", "Serif")]


def curve(points, steps=12):
    """Points on a smooth line through these (a Catmull–Rom spline)."""
    points = np.array([points[0], *points, points[-1]])
    t = np.linspace(0, 1, steps)[:, None]
    for a, b, c, d in zip(points, points[1:], points[2:], points[3:], strict=False):
        yield from (
            b
            + (c - a) * t / 2
            + (a - 2.5 * b + 2 * c - d / 2) * t**2
            + (1.5 * (b - c) + (d - a) / 2) * t**3
        )


def drawn(rng, digit, tall=160):
    """A digit drawn with a pen: each time with other corners, another slant and another pen."""
    side = 2 * tall
    picture = Image.new("L", (side, side))
    pen, slant = tall * rng.uniform(0.05, 0.14), rng.uniform(-0.25, 0.1)
    wide, high = tall / 16 * rng.uniform(0.8, 1.2), tall / 16
    brush = ImageDraw.Draw(picture)
    for stroke in STROKES[digit]:
        points = np.array(stroke) + rng.normal(0, 0.45, (len(stroke), 2))
        points = np.array(list(curve(points))) - (5, 8)
        x = side / 2 + wide * points[:, 0] + slant * high * points[:, 1]
        y = side / 2 + high * points[:, 1]
        brush.line(list(zip(x, y, strict=True)), fill=255, width=round(pen), joint="curve")
        for at in zip(x, y, strict=True):
            brush.circle(at, pen / 2, fill=255)
    return trimmed(picture)


def printed(rng, digit, tall=160):
    """A digit of one of the fonts that matplotlib brings."""
    name = FONTS[rng.integers(len(FONTS))]
    font = ImageFont.truetype(str(Path(matplotlib.get_data_path(), "fonts", "ttf", name)), tall)
    picture = Image.new("L", (2 * tall, 2 * tall))
    ImageDraw.Draw(picture).text((tall, tall), str(digit), fill=255, font=font, anchor="mm")
    return trimmed(picture)


def trimmed(picture):
    """The part of a picture that is not black, as ink in [0, 1]."""
    return np.asarray(picture.crop(picture.getbbox())) / 255


def askew(rng, ink, most=0.12):
    """Ink seen from aside: each corner moved inwards by up to `most` of the side."""
    h, w = ink.shape
    moved = rng.uniform(0, most, (4, 2)) * (w, h)
    corners = np.array([(0, 0), (w, 0), (w, h), (0, h)], float)
    seen = corners + moved * np.sign((w, h) / np.array(2) - corners)
    rows = []
    for (x, y), (u, v) in zip(seen, corners, strict=True):
        rows += [(x, y, 1, 0, 0, 0, -u * x, -u * y), (0, 0, 0, x, y, 1, -v * x, -v * y)]
    numbers = np.linalg.solve(np.array(rows), corners.ravel())
    picture = Image.fromarray((255 * ink).round().astype(np.uint8))
    return trimmed(picture.transform((w, h), Image.Transform.PERSPECTIVE, list(numbers), 2))


def ruled(rng, shape):
    """Pale lines across a sheet, 1 where there is none."""
    rows = np.arange(shape[0])[:, None] + rng.uniform(0, 0.03) * np.arange(shape[1])
    apart = rng.uniform(0.1, 0.2) * shape[0]
    return 1 - rng.uniform(0.1, 0.25) * (rows % apart < max(1.5, shape[0] / 250))
