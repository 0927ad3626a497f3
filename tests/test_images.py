"""Pictures of one's own: by hand, by their symmetries, as files, on hundreds of photographs."""

import functools
import gzip
import io
import os
import struct
import tracemalloc
import warnings
import zlib
from pathlib import Path

import numpy as np
import photographs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from PIL import Image

from convnet_lib import ConvNet, data, figures, training
from convnet_lib.data import paper

SHEET = np.full((90, 70), 0.85)


def with_ink(*rectangles, sheet=SHEET, level=0.15):
    """A sheet with rectangles (row, column, rows, columns) of ink."""
    drawn = sheet.copy()
    for row, column, rows, columns in rectangles:
        drawn[row : row + rows, column : column + columns] = level
    return drawn


# An F: nothing about it is symmetric.
STROKES = ((20, 16, 40, 6), (20, 16, 6, 24), (36, 16, 6, 16))
F = with_ink(*STROKES)
DIGIT = data.from_image(F)


def assert_is_a_digit_or_refused(source):
    try:
        digit = data.from_image(source)
    except ValueError as error:
        if not str(error).startswith("source: expected "):
            raise
    else:
        assert_is_a_digit(digit)


def assert_is_a_digit(digit):
    assert digit.shape == (28, 28)
    assert digit.min() >= 0
    assert digit.max() == 1
    for axis in (0, 1):
        ink = digit.sum(axis=1 - axis)
        at_border = ink[0] > 0 or ink[-1] > 0
        assert at_border or abs(ink @ np.arange(28) / ink.sum() - 14) < 0.5 + 2e-5


def file_of(tmp_path, image, name="picture.png", **options):
    path = tmp_path / name
    image.save(path, **options)
    return path


def bytes_of(x):
    return np.rint(255 * x).astype(np.uint8)


# ------------------------------------------------------------- by hand


def test_centred_by_hand():
    """Mean row (0 + 0 + 1 + 2) / 4 = 0.75 and mean column 3/4: both become 1, and 1 goes to 14."""
    field = data.centred(np.array([[0.5, 0.5], [0.0, 0.5], [0.0, 0.5]]))
    assert np.argwhere(field).tolist() == [[13, 13], [13, 14], [14, 14], [15, 14]]
    assert field.sum() == 2


@pytest.mark.parametrize(
    ("ink", "columns"),
    [
        ([1.0], [14]),
        ([1.0, 1.0], [13, 14]),  # a mean of 0.5 goes up
        ([1 / 3, 1 / 3, 1 / 3 - 1e-7, 1 / 3], [12, 13, 14, 15]),  # … even one 1e-7 short
        ([1.0, 0.99], [14, 15]),  # … and what is below it goes down
        ([1.0, 1.0, 1.0, 1.0], [12, 13, 14, 15]),
        ([1.0, 0.0, 0.0, 1.0, 1.0, 1.0], [11, 14, 15, 16]),  # 12 / 4 = 3
    ],
)
def test_centred_rounds_a_half_up(ink, columns):
    assert np.flatnonzero(data.centred(np.array([ink]))[14]).tolist() == columns
    assert np.flatnonzero(data.centred(np.array([ink]).T)[:, 14]).tolist() == columns


def test_what_would_leave_the_field_stays_at_its_border():
    heavy = np.full((20, 1), 1e-3)
    heavy[0] = 1.0  # the mean row is 0.19: row 0 would go to 14, and row 19 to 33
    assert np.flatnonzero(data.centred(heavy)[:, 14]).tolist() == list(range(8, 28))
    assert np.flatnonzero(data.centred(heavy[::-1])[:, 14]).tolist() == list(range(0, 20))


def test_boxed_by_hand():
    """Four by two pixels that are drawn five times as large: 20 by 10, each five times."""
    ink = np.array([[0.0, 1.0], [0.25, 0.0], [0.5, 0.0], [0.0, 0.75]])
    assert (data.boxed(ink) == np.kron(ink, np.ones((5, 5)))).all()
    # … and 40 by 20 half as large: each pixel the mean of four, and the largest becomes 1.
    fine = np.kron(ink, np.ones((10, 10)))
    fine[::2] *= 0.5
    np.testing.assert_allclose(data.boxed(fine), np.kron(ink, np.ones((5, 5))), atol=1e-7)


@pytest.mark.parametrize(
    ("shape", "boxed"),
    [((40, 8), (20, 4)), ((8, 40), (4, 20)), ((3, 3), (20, 20)), ((500, 1), (20, 1))],
)
def test_the_box_keeps_the_aspect(shape, boxed):
    assert data.boxed(np.ones(shape)).shape == boxed


@pytest.mark.parametrize("level", [0.85, 0.2])
def test_a_square_by_hand(level):
    """10 by 10 pixels become 20 by 20; their mean, 9.5, goes to 14 as a 10: rows 4 to 23."""
    digit = data.from_image(with_ink((12, 20, 10, 10), sheet=SHEET * 0 + level, level=1 - level))
    expected = np.zeros((28, 28))
    expected[4:24, 4:24] = 1
    np.testing.assert_allclose(digit, expected, atol=1e-6)


def test_an_f_by_hand():
    """40 by 24 pixels, all strokes even: 20 by 12, and means that a pencil gives."""
    small = np.zeros((20, 12))
    small[:, :3] = small[:3] = small[8:11, :8] = 1
    # 60 pixels in the stem, 27 and 15 in the arms: rows 570, 27 and 135, columns 60, 189 and 75.
    assert (small.sum(axis=1) @ np.arange(20), small.sum(axis=0) @ np.arange(12)) == (732, 324)
    # 732 / 102 = 7.2 goes to 14, so row 0 to 7; 324 / 102 = 3.2, so column 0 to 11.
    np.testing.assert_allclose(DIGIT[7:27, 11:23], small, atol=1e-6)
    assert DIGIT.sum() == pytest.approx(102)


# ------------------------------------------------------------- MNIST's own rule


def cut_out(image):
    row, column, rows, columns = paper.extent(image > 0)
    return image[row : row + rows, column : column + columns]


def test_each_digit_comes_back_where_mnist_has_it():
    for image in data.load_digits().test.images:
        assert (data.centred(cut_out(image)) == image).all()


def test_all_but_one_of_mnist_come_back(mnist):
    images = np.concatenate([part.images for part in mnist]).astype(float)
    back = sum((data.centred(cut_out(image)) == image).all() for image in images)
    assert back == 69_999


# ------------------------------------------------------------- symmetries


@given(st.integers(-15, 25), st.integers(-12, 25))
def test_where_it_stands_does_not_matter(down, right):
    moved = with_ink(*((j + down, k + right, h, w) for j, k, h, w in STROKES))
    np.testing.assert_allclose(data.from_image(moved), DIGIT, atol=1e-6)


@pytest.mark.parametrize("times", [2, 3, 4])
def test_how_large_it_is_does_not_matter(times):
    large = np.kron(F, np.ones((times, times)))
    np.testing.assert_allclose(data.from_image(large), DIGIT, atol=1e-6)


@pytest.mark.parametrize("side", [401, 777, 2000, 5000])
def test_a_large_picture_is_much_the_same(side):
    large = Image.fromarray(bytes_of(F)).resize((side * 7 // 9, side), Image.Resampling.NEAREST)
    assert np.abs(data.from_image(np.asarray(large)) - DIGIT).mean() < 0.02


def test_dark_on_light_or_light_on_dark_does_not_matter():
    np.testing.assert_allclose(data.from_image(1 - F), DIGIT, atol=1e-6)


@given(st.floats(0.2, 1), st.floats(0, 0.7))
def test_how_light_paper_and_ink_are_does_not_matter(light, ratio):
    seen = np.where(F > 0.5, light, light * ratio)
    np.testing.assert_allclose(data.from_image(seen), DIGIT, atol=1e-6)


def test_transposed_or_flipped_it_is_so_afterwards():
    steps = data.steps_from_image(F)
    for turn in (np.transpose, np.flipud, np.fliplr, np.rot90):
        turned = data.steps_from_image(turn(F))
        np.testing.assert_allclose(turned.ink, turn(steps.ink), atol=1e-9)
        np.testing.assert_allclose(turned.box, turn(steps.box), atol=1e-6)
    np.testing.assert_allclose(data.from_image(F.T), DIGIT.T, atol=1e-6)


@pytest.mark.parametrize("channels", [3, 4])
@pytest.mark.parametrize("as_bytes", [True, False])
def test_a_grey_picture_in_colour_is_the_same(channels, as_bytes):
    colour = np.dstack([F, F, F, np.ones(F.shape)][:channels])
    colour = bytes_of(colour) if as_bytes else colour
    np.testing.assert_allclose(data.from_image(colour), DIGIT, atol=1e-6)


def test_bytes_bools_and_floats_are_the_same():
    for same in (bytes_of(F), F > 0.5, F.astype(np.float32), F.astype(np.float16), F.tolist()):
        np.testing.assert_allclose(data.from_image(same), DIGIT, atol=1e-6)
    assert data.from_image(F, dtype=np.float32).dtype == np.float32


def test_blue_ink_and_yellow_chalk():
    blue = np.where(F[..., None] > 0.5, [0.9, 0.9, 0.85], [0.1, 0.15, 0.7])
    yellow = np.where(F[..., None] > 0.5, [0.1, 0.2, 0.15], [0.9, 0.9, 0.4])
    for picture in (blue, yellow):
        np.testing.assert_allclose(data.from_image(picture), DIGIT, atol=1e-6)


def test_the_source_is_not_changed():
    before = F.copy()
    data.from_image(F)
    assert (before == F).all()


def test_a_digit_of_mnist_is_itself():
    """Nothing is drawn larger or smaller, and nothing moved, if it is there already."""
    images = data.load_digits().test.images[:200]
    difference = [np.abs(data.from_image(image) - image).mean() for image in images]
    assert np.median(difference) < 0.005
    assert np.mean(np.array(difference) < 0.02) > 0.9


# ------------------------------------------------------------- what is on the sheet


def test_a_shadow_and_a_slope_of_light_are_no_ink():
    rows, columns = np.mgrid[:90, :70]
    shadow = 1 - 0.4 / (1 + np.exp((80 - rows - columns) / 4))
    light = (1 - 0.004 * rows - 0.002 * columns) * shadow
    np.testing.assert_allclose(data.from_image(F * light), DIGIT, atol=0.15)
    assert np.abs(data.from_image(F * light) - DIGIT).mean() < 0.01


def test_parts_that_are_near_are_one_figure():
    steps = data.steps_from_image(with_ink((20, 20, 40, 6), (20, 30, 6, 16)))
    assert steps.place == (20, 20, 40, 26)
    assert steps.box.shape == (20, 13)


def test_dust_is_no_second_figure():
    dust = with_ink(*STROKES, (80, 60, 1, 1), (5, 60, 2, 2), (70, 30, 1, 2))
    np.testing.assert_allclose(data.from_image(dust), DIGIT, atol=1e-6)


def test_dust_beside_the_strokes_is_no_ink():
    """It lies within the box around the figure, which is cut out with all that is in it."""
    dust = with_ink(*STROKES, (55, 36, 1, 1))
    np.testing.assert_allclose(data.from_image(dust), DIGIT, atol=1e-6)


def test_light_that_fades_towards_the_border_is_no_ink():
    """The last row has half of the light: what a lamp at the other end gives."""
    rows = np.arange(90)[:, None]
    low = with_ink(*((j + 28, k, h, w) for j, k, h, w in STROKES)) * (1 - 0.0055 * rows)
    steps = data.steps_from_image(low)
    assert steps.place == (48, 16, 40, 24)
    assert steps.flat[-1].max() < 0.05
    assert np.abs(steps.digit - DIGIT).mean() < 0.01


def test_what_the_border_cuts_is_left_out():
    """The edge of a table, and the last stroke of another figure."""
    cut = with_ink(*STROKES, (0, 62, 90, 8), (50, 0, 30, 3))
    np.testing.assert_allclose(data.from_image(cut), DIGIT, atol=1e-6)


def test_alone_it_may_end_at_the_border():
    """The foot of the stem is the last row of the picture."""
    np.testing.assert_allclose(data.from_image(F[:60]), DIGIT, atol=1e-6)


def test_steps_are_what_they_say():
    steps = data.steps_from_image(F)
    assert [len(part) for part in steps] == [90, 90, 90, 4, 20, 28]
    np.testing.assert_allclose(steps.grey, F, atol=0.002)
    np.testing.assert_allclose(steps.ink, F < 0.5, atol=1e-6)
    assert steps.place == (20, 16, 40, 24)
    assert steps.box.shape == (20, 12)
    assert (steps.digit == data.centred(steps.box)).all()


def test_the_figure_shows_the_steps():
    steps = data.steps_from_image(F)
    picture = figures.from_image_steps(steps)
    shown = [ax.images[0].get_array() for ax in picture.axes]
    expected = (1 - steps.grey, steps.flat, steps.ink, steps.box, steps.digit)
    for array, step in zip(shown, expected, strict=True):
        assert (array == step).all()
    mark = picture.axes[2].patches[0]
    assert (mark.get_xy(), mark.get_height(), mark.get_width()) == ((15.5, 19.5), 40, 24)
    assert picture.axes[4].lines[0].get_xydata().tolist() == [[14, 14]]
    for part in ("90 by 70", "40 by 24 pixels from row 20 and column 16", "20 by 12", "28 by 28"):
        assert part in picture.alt
    with pytest.raises(ValueError, match=r"^steps: expected data.Steps, got an ndarray"):
        figures.from_image_steps(F)


# ------------------------------------------------------------- components


def flooded(mask):
    """The same by a flood, pixel by pixel."""
    found, number = np.zeros(mask.shape, int), 0
    for start in map(tuple, np.argwhere(mask)):
        number += found[start] == 0
        wet = [start] if found[start] == 0 else []
        while wet:
            j, k = wet.pop()
            if 0 <= j < mask.shape[0] and 0 <= k < mask.shape[1] and mask[j, k] and not found[j, k]:
                found[j, k] = number
                wet += [(j + m, k + n) for m in (-1, 0, 1) for n in (-1, 0, 1)]
    return found


@given(hnp.arrays(bool, hnp.array_shapes(min_dims=2, max_dims=2, max_side=12)))
def test_components_are_those_of_a_flood(mask):
    assert (paper.components(mask) == flooded(mask)).all()


def test_a_long_snake_is_one():
    snake = np.zeros((41, 41), bool)
    snake[::2] = True
    snake[1::4, -1] = snake[3::4, 0] = True
    assert paper.components(snake).max() == 1


@given(hnp.arrays(np.int8, hnp.array_shapes(min_dims=2, max_dims=2, max_side=9)), st.integers(1, 4))
def test_the_largest_of_each_window(x, size):
    if size <= min(x.shape):
        windows = np.lib.stride_tricks.sliding_window_view(x, (size, size))
        assert (paper._largest(x, size) == windows.max(axis=(2, 3))).all()


@given(
    hnp.arrays(
        float, hnp.array_shapes(min_dims=2, max_dims=2, max_side=9), elements=st.floats(0, 1)
    ),
    st.sampled_from([1, 3, 5]),
)
def test_the_mean_around_each_pixel(x, size):
    wide = np.pad(x, size // 2, mode="symmetric")
    windows = np.lib.stride_tricks.sliding_window_view(wide, (size, size))
    np.testing.assert_allclose(paper._mean(x, size), windows.mean(axis=(2, 3)), atol=1e-12)


# ------------------------------------------------------------- files


@pytest.mark.parametrize("name", ["a.png", "a.jpg", "a.bmp", "a.gif", "a.tif", "a.webp", "a.ppm"])
def test_files_of_each_kind(tmp_path, name):
    path = file_of(tmp_path, Image.fromarray(bytes_of(F)), name)
    for source in (path, str(path)):
        np.testing.assert_allclose(data.from_image(source), DIGIT, atol=0.1)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "I;16", "I"])
def test_files_in_each_mode(tmp_path, mode):
    image = Image.fromarray(bytes_of(F))
    if mode.startswith("I"):
        image = Image.fromarray((bytes_of(F).astype(np.uint16) * 257).astype(np.uint16))
    image = image if mode.startswith("I;") else image.convert(mode, dither=Image.Dither.NONE)
    path = file_of(tmp_path, image, "a.tif" if mode in ("CMYK", "I") else "a.png")
    np.testing.assert_allclose(data.from_image(path), DIGIT, atol=1e-6)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_the_camera_may_be_held_any_way(tmp_path, orientation):
    """The pixels are stored turned, and Exif says how to turn them back."""
    back = Image.Transpose
    turned = {
        **{1: None, 2: back.FLIP_LEFT_RIGHT, 3: back.ROTATE_180, 4: back.FLIP_TOP_BOTTOM},
        **{5: back.TRANSPOSE, 6: back.ROTATE_90, 7: back.TRANSVERSE, 8: back.ROTATE_270},
    }[orientation]
    image, exif = Image.fromarray(bytes_of(F)), Image.Exif()
    image = image if turned is None else image.transpose(turned)
    exif[0x0112] = orientation
    path = file_of(tmp_path, image, "a.jpg", exif=exif, quality=95)
    np.testing.assert_allclose(data.from_image(path), DIGIT, atol=0.1)


@pytest.mark.parametrize("ink", [0, 255])
def test_strokes_on_nothing(tmp_path, ink):
    """Of a drawing program: the sheet is transparent, whatever colour it has there."""
    rgba = np.zeros((*F.shape, 4), np.uint8)
    rgba[..., :3], rgba[..., 3] = ink, 255 * (F < 0.5)
    np.testing.assert_allclose(data.from_image(rgba), DIGIT, atol=1e-6)
    path = file_of(tmp_path, Image.fromarray(rgba))
    np.testing.assert_allclose(data.from_image(path), DIGIT, atol=1e-6)


# ------------------------------------------------------------- refusals

NAN = with_ink(*STROKES)
NAN[3, 5] = np.nan
REFUSED = {
    "blank": (SHEET, "expected ink that differs by 25% from its paper, got a blank sheet"),
    "black": (SHEET * 0, "got a blank sheet"),
    "one pixel": (np.ones((1, 1)), "got a blank sheet"),
    "too faint": (with_ink(*STROKES, level=0.78), "got a blank sheet"),
    "two": (with_ink((20, 8, 30, 5), (20, 50, 30, 5)), "expected one figure on a sheet, got 2 far"),
    "three": (
        with_ink((5, 8, 20, 4), (5, 55, 20, 4), (60, 30, 20, 4)),
        "expected one figure on a sheet, got 3 far apart",
    ),
    "not a number": (NAN, "expected floats from 0 to 1, or bytes (uint8), got nan"),
    "infinite": (np.full((5, 5), np.inf), "expected floats from 0 to 1, or bytes (uint8), got inf"),
    "255 as floats": (255 * F, "expected floats from 0 to 1, or bytes (uint8), got 216.75"),
    "below 0": (-F, "expected floats from 0 to 1, or bytes (uint8), got -0.85"),
    "int64": (
        (255 * F).astype(int),
        "bools, bytes (uint8) or floats from 0 to 1, got int",
    ),
    "complex": (F + 0j, "got complex128"),
    "words": (np.array([["a"]]), "got <U1"),
    "None": (None, "expected a path, or an array of bools, bytes (uint8) or floats from 0 to 1"),
    "a number": (3, "from 0 to 1, got 3"),
    "ragged": ([[0.5], [0.5, 1.0]], "expected a path, or an array, got a ragged list"),
    "masked": (np.ma.masked_array(F, F > 0.5), "masked entries"),
    "channels first": (np.zeros((3, 28, 28)), "(H, W, 3) or (H, W, 4), got (3, 28, 28)"),
    "two channels": (np.zeros((28, 28, 2)), "(H, W, 3) or (H, W, 4), got (28, 28, 2)"),
    "a row": (np.zeros(784), "(H, W, 3) or (H, W, 4), got (784,)"),
    "many": (np.zeros((2, 28, 28, 3)), "(H, W, 3) or (H, W, 4), got (2, 28, 28, 3)"),
    "nothing": (np.zeros((0, 28)), "expected 1 to 80,000,000 pixels, got 0 by 28"),
    "a bomb": (np.broadcast_to(np.uint8(9), (10**5, 10**5)), "got 100,000 by 100,000"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_refused(name):
    source, message = REFUSED[name]
    for function in (data.from_image, data.steps_from_image):
        with pytest.raises(ValueError, match=r"^source: expected ") as refused:
            function(source)
        assert message in str(refused.value)


def png(width, height, body=b""):
    """A PNG that says how large it is and holds what it holds."""

    def chunk(name, data):
        return (
            struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        )

    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    chunks = chunk(b"IHDR", header) + chunk(b"IDAT", body) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + chunks


BAD_FILES = {
    "empty": (b"", "such as JPEG or PNG, got an empty file"),
    "a web page": (b"<!DOCTYPE html>" * 9, "got one that begins with b'<!DOCTYPE html>"),
    "HEIC": (b"\0\0\0\x18ftypheic" + bytes(99), "; save a HEIC picture as JPEG first"),
    "EPS": (
        b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n",
        "one that begins with b'%!P",
    ),
    "NumPy's": (b"\x93NUMPY" + bytes(99), "got one that begins with b'\\x93NUMPY"),
    "a bomb": (
        png(40_000, 40_000, zlib.compress(bytes(5_001 * 40_000), 1)),
        "got many more in ",
    ),
    "a large one": (png(9_001, 9_000), "expected 1 to 80,000,000 pixels, got 9,000 by 9,001"),
    "a lying header": (png(2**31 - 1, 2**31 - 1), "source: expected "),
    "no pixels": (png(50, 50, zlib.compress(b"")), "a broken one: "),
}


@pytest.mark.parametrize("name", BAD_FILES)
def test_a_file_that_is_no_picture_or_a_bomb(tmp_path, name):
    content, message = BAD_FILES[name]
    path = tmp_path / "picture.png"
    path.write_bytes(content)
    tracemalloc.start()
    with pytest.raises(ValueError, match=r"^source: expected ") as refused:
        data.from_image(path)
    assert tracemalloc.get_traced_memory()[1] < 20e6
    tracemalloc.stop()
    assert message in str(refused.value)


@pytest.mark.parametrize("name", ["a.png", "a.jpg"])
def test_a_file_cut_short(tmp_path, name):
    noise = np.random.default_rng(0).integers(0, 256, (200, 200), np.uint8)
    path = file_of(tmp_path, Image.fromarray(noise), name)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(ValueError, match=r"^source: expected a whole picture in .*a broken one: "):
        data.from_image(path)


def test_no_file_and_a_folder(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"nowhere\.png"):
        data.from_image(tmp_path / "nowhere.png")
    with pytest.raises(OSError, match=r"directory|denied"):
        data.from_image(tmp_path)


@pytest.mark.parametrize("dtype", [int, None, np.float16, "x"])
def test_a_wrong_dtype(dtype):
    with pytest.raises(ValueError, match=r"^dtype: expected float32 or float64, got "):
        data.from_image(F, dtype=dtype)


@pytest.mark.parametrize(
    ("ink", "message"),
    [
        (np.zeros((3, 3)), "numbers from 0 to 1, one above 0, got 0.0 to 0.0"),
        (
            np.array([[-0.5, 1.0]]),
            "numbers from 0 to 1, one above 0, got -0.5 to 1.0",
        ),
        (np.array([[1.5]]), "numbers from 0 to 1, one above 0, got 1.5 to 1.5"),
        (np.ones(3), "shape (H, W), got (3,)"),
        (np.ones((0, 3)), "shape (H, W), got (0, 3)"),
        (np.array([[np.nan]]), "finite numbers, got nan at (0, 0)"),
        (np.ones((3, 3), int), "an array of float32 or float64, got int64"),
    ],
)
def test_ink_that_is_none(ink, message):
    for function in (data.boxed, data.centred):
        with pytest.raises(ValueError, match=r"^ink: ") as refused:
            function(ink)
        assert str(refused.value) == f"ink: expected {message}"


def test_ink_that_is_too_large_for_the_field():
    with pytest.raises(ValueError, match=r"^ink: expected at most 28 rows and columns, got"):
        data.centred(np.ones((29, 3)))


# ------------------------------------------------------------- whatever comes


PICTURES = st.one_of(
    hnp.arrays(np.uint8, hnp.array_shapes(min_dims=2, max_dims=2, max_side=40)),
    hnp.arrays(
        np.uint8, st.tuples(st.integers(1, 20), st.integers(1, 20), st.sampled_from([3, 4]))
    ),
    hnp.arrays(
        float,
        hnp.array_shapes(min_dims=2, max_dims=2, max_side=40),
        elements=st.sampled_from([0.0, 0.3, 0.9, 1.0]),
    ),
    hnp.arrays(bool, hnp.array_shapes(min_dims=2, max_dims=2, max_side=60)),
)


@given(PICTURES)
def test_any_picture_is_a_digit_or_refused(picture):
    assert_is_a_digit_or_refused(picture)


@functools.cache
def small_jpeg():
    return photographs.jpeg(bytes_of(F))


@settings(max_examples=150)
@given(st.data())
def test_any_file_is_a_digit_or_refused(tmp_path_factory, data_):
    """A good file with some of its bytes changed."""
    content = bytearray(small_jpeg())
    for _ in range(data_.draw(st.integers(1, 4))):
        content[data_.draw(st.integers(0, len(content) - 1))] = data_.draw(st.integers(0, 255))
    path = tmp_path_factory.getbasetemp() / "changed.jpg"
    path.write_bytes(content)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert_is_a_digit_or_refused(path)


# ------------------------------------------------------------- photographs


@pytest.fixture(scope="module")
def net():
    """The network of chapter 12, twenty maps and three epochs: 0.924 of the test digits."""
    return training.sgd(ConvNet.random(20, seed=7), data.load_digits().train, 3, 0.3).net


def from_camera(tmp_path, pixels):
    path = tmp_path / "photograph.jpg"
    path.write_bytes(photographs.jpeg(pixels))
    return data.from_image(path)


def read_again(tmp_path, images, **options):
    """Digits printed large, photographed, and read, one half of them light on dark."""
    rng = np.random.default_rng(0)
    for number, image in enumerate(images):
        size = rng.uniform(6, 12)
        seen = photographs.photograph(rng, image, dark=number % 2 == 0, size=size, **options)
        yield from_camera(tmp_path, seen)


def test_photographs_of_digits_are_recognised_as_the_digits_are(tmp_path, net):
    test = data.Digits(*(part[:300] for part in data.load_digits().test))
    read = data.Digits(np.stack(list(read_again(tmp_path, test.images))), test.labels)
    assert training.accuracy(net, test) > 0.9
    assert training.accuracy(net, read) > training.accuracy(net, test) - 0.05
    # … and one by one they are nearly what they were.
    assert np.abs(read.images - test.images).mean() < 0.05


@pytest.mark.parametrize("options", [{"degrees": 6.0}, {"lines": True}, {"grain": 0.05}])
def test_turned_on_ruled_paper_or_grainy(tmp_path, net, options):
    test = data.Digits(*(part[300:360] for part in data.load_digits().test))
    read = data.Digits(np.stack(list(read_again(tmp_path, test.images, **options))), test.labels)
    assert training.accuracy(net, read) >= training.accuracy(net, test) - 0.05


def seen_askew(rng, ink):
    options = {"size": rng.uniform(1, 2.5), "degrees": rng.uniform(-8, 8)}
    lines, dark = rng.random() < 0.5, rng.random() < 0.7
    return photographs.photograph(rng, photographs.askew(rng, ink), dark, lines=lines, **options)


@pytest.mark.parametrize(("make", "least"), [("drawn", 0.9), ("printed", 0.7)])
def test_our_own_digits(tmp_path, net, make, least):
    """Drawn with a pen, and printed in fonts, which no one in MNIST writes."""
    rng = np.random.default_rng(1)
    labels = np.arange(60) % 10
    inks = [getattr(photographs, make)(rng, digit) for digit in labels]
    read = np.stack([from_camera(tmp_path, seen_askew(rng, ink)) for ink in inks])
    clean = np.stack([data.centred(data.boxed(ink)) for ink in inks])
    found, at_best = (training.accuracy(net, data.Digits(x, labels)) for x in (read, clean))
    assert found > least
    assert found > at_best - 0.05


@pytest.mark.parametrize("lines", [False, True])
def test_blank_sheets_are_blank(lines):
    rng = np.random.default_rng(4)
    for number in range(30):
        blank = photographs.photograph(rng, np.zeros((28, 28)), number % 3 > 0, lines=lines)
        with pytest.raises(ValueError, match="got a blank sheet"):
            data.from_image(np.asarray(Image.open(io.BytesIO(photographs.jpeg(blank)))))


# ------------------------------------------------------------- the whole of MNIST


@pytest.fixture(scope="module")
def mnist():
    """MNIST's own files, or a skip; none of them is downloaded."""
    beside = Path(__file__).parents[2] / "shared" / "data" / "mnist"
    folder = Path(os.environ.get("CONVNET_DATA") or beside)
    if not folder.is_dir():
        pytest.skip("the whole of MNIST is not here: CONVNET_DATA names no folder that has it")
    return data.load_mnist(folder=folder)


def test_a_thousand_photographs_of_mnists_test_digits(tmp_path, net, mnist):
    test = data.Digits(*(part[:1000] for part in mnist.test))
    read = data.Digits(np.stack(list(read_again(tmp_path, test.images))), test.labels)
    assert training.accuracy(net, read) > training.accuracy(net, test) - 0.05


# ------------------------------------------------------------- other IDX files


def idx(array):
    lengths = b"".join(struct.pack(">I", n) for n in array.shape)
    return bytes([0, 0, 8, array.ndim]) + lengths + array.tobytes()


@pytest.mark.parametrize("packed", [True, False])
@pytest.mark.parametrize("shape", [(5,), (5, 4, 3), (5, 2, 4, 3), (0, 28, 28)])
def test_an_idx_file_is_read(tmp_path, packed, shape):
    array = np.random.default_rng(0).integers(0, 256, shape, np.uint8)
    path = tmp_path / "some-images"
    path.write_bytes(gzip.compress(idx(array)) if packed else idx(array))
    for source in (path, str(path)):
        read = data.load_idx(source)
        assert read.shape == shape
        assert read.dtype == (np.int64 if len(shape) == 1 else np.float32)
        expected = array if len(shape) == 1 else array / 255
        np.testing.assert_allclose(read, expected, rtol=1e-6)
    assert data.load_idx(path, dtype=np.float64).dtype == (
        np.int64 if len(shape) == 1 else np.float64
    )


GOOD = idx(np.arange(24, dtype=np.uint8).reshape(2, 4, 3))
BAD_IDX = {
    "empty": (b"", "expected an IDX file (it begins with two zeros), got an empty file"),
    "a web page": (
        b"<html>",
        "(it begins with two zeros), got one that begins",
    ),
    "two bytes": (b"\0\0", "expected an IDX file"),
    "floats": (
        bytes([0, 0, 13, 1]) + bytes(8),
        "got entries of type 0x0d and axes: 1",
    ),
    "two axes": (bytes([0, 0, 8, 2]) + bytes(20), "got entries of type 0x08 and axes: 2"),
    "a header cut": (GOOD[:10], "expected a header of 16 bytes, got 10"),
    "cut": (GOOD[:-1], "expected 40 bytes, got 39"),
    "a byte more": (GOOD + b"x", "expected 40 bytes, got more"),
    "too much": (bytes([0, 0, 8, 3]) + b"\xff" * 12, "expected at most 2,147,483,648 bytes, got a"),
    "broken gzip": (gzip.compress(GOOD)[:-9], "expected a whole gzip file, got a broken one"),
}


@pytest.mark.parametrize("name", BAD_IDX)
def test_an_idx_file_that_is_not_what_it_says(tmp_path, name):
    content, message = BAD_IDX[name]
    path = tmp_path / "some-images"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=r"^.*some-images: expected ") as refused:
        data.load_idx(path)
    assert message in str(refused.value)


def test_an_idx_bomb_is_not_unpacked(tmp_path):
    path = tmp_path / "some-images.gz"
    path.write_bytes(gzip.compress(GOOD + bytes(100_000_000), 1))
    tracemalloc.start()
    with pytest.raises(ValueError, match="expected 40 bytes, got more"):
        data.load_idx(path)
    assert tracemalloc.get_traced_memory()[1] < 10e6
    tracemalloc.stop()


@pytest.mark.parametrize("path", [None, 3, "", b"x", ["x"]])
def test_an_idx_file_needs_a_path(path):
    with pytest.raises(ValueError, match=r"^path: expected a path, got "):
        data.load_idx(path)


def test_no_idx_file(tmp_path):
    with pytest.raises(FileNotFoundError, match="nowhere"):
        data.load_idx(tmp_path / "nowhere")
    with pytest.raises(ValueError, match=r"^dtype: "):
        data.load_idx(tmp_path / "nowhere", dtype=int)


def test_the_classes_of_fashion_mnist():
    assert len(set(data.FASHION)) == 10
    assert (data.FASHION[0], data.FASHION[5], data.FASHION[9]) == (
        *("T-shirt/top", "Sandal"),
        "Ankle boot",
    )
