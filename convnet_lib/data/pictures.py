"""A picture, from a file or an array, as grey levels: what comes is not believed."""

import os
import warnings

import numpy as np

from .. import checks

# What is opened; other formats are rarer than the faults of their readers.
FORMATS = ("JPEG", "PNG", "GIF", "BMP", "TIFF", "WEBP", "PPM")
# The most pixels of a picture: no more is unpacked, whatever a file's header says.
LARGEST = 80_000_000
# The longer side that is worked with: enough for a digit that fills a tenth of it.
WORKING = 400


def grey(source):
    """Return a picture as grey levels, 0 black and 1 white, its longer side 400 at most.

    A larger picture is made smaller by averages. Colours become as light as they look, and what is
    transparent shows a sheet that its drawing stands out from. A file's note on which way up the
    camera was held (Exif) is followed.

    >>> grey(np.array([[0, 255], [51, 102]], np.uint8))
    array([[0. , 1. ],
           [0.2, 0.4]])
    >>> grey(np.zeros((3, 28, 28)))
    Traceback (most recent call last):
        ...
    ValueError: source: expected shape (H, W), (H, W, 3) or (H, W, 4), got (3, 28, 28)

    Args:
        source: a path of a JPEG, PNG, GIF, BMP, TIFF, WebP or PPM file; or an array of bools, of
            bytes (uint8), or of floats from 0 to 1, shape (H, W), (H, W, 3) or (H, W, 4).

    Returns:
        The levels, shape (H, W), float64.

    Raises:
        ValueError: if the source is something else, is broken, or has more than 80,000,000 pixels.
        OSError: if the file cannot be read; FileNotFoundError if there is none.
    """
    is_path = isinstance(source, str | os.PathLike)
    image = _opened(source) if is_path else _image(_bytes(source))
    longest = max(image.size)
    if longest > WORKING:
        size = [max(1, round(side * WORKING / longest)) for side in image.size]
        image = image.resize(size, _pillow().Resampling.BOX)
    return np.asarray(image) / 255


def resized(x, shape):
    """Return an array drawn in another shape: each new pixel is the mean of what it covers.

    >>> resized(np.array([[0.0, 1.0, 0.5, 0.5]]), (1, 2))
    array([[0.5, 0.5]])
    """
    image = _pillow().fromarray(np.asarray(x, np.float32))
    return np.asarray(image.resize(shape[::-1], _pillow().Resampling.BOX), float)


def _pillow():
    """Return Pillow's module Image; only who reads pictures waits for its import."""
    from PIL import Image

    return Image


def _opened(path):
    """Return the picture in a file as an Image of grey levels, the right way up."""
    from PIL import ImageOps

    with open(path, "rb") as file, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of a picture that is large, or odd and yet readable
        try:
            image = _pillow().open(file, formats=FORMATS)
        except _pillow().DecompressionBombError:
            checks.refuse("source", f"1 to {LARGEST:,} pixels", f"many more in {path}")
        except Exception:  # a reader of a strange file may stumble over anything
            file.seek(0)
            _no_picture(path, file.read(32))
        _check_size(image.size[::-1])
        try:
            image.draft(None, (2 * WORKING, 2 * WORKING))  # a JPEG may be read at a fraction
            ImageOps.exif_transpose(image, in_place=True)
            return _flattened(image)
        except Exception as error:
            checks.refuse("source", f"a whole picture in {path}", f"a broken one: {error}")


def _no_picture(path, start):
    """Refuse a file that is no picture, with its first bytes."""
    hint = "; save a HEIC picture as JPEG first" if start[4:8] == b"ftyp" else ""
    came = f"one that begins with {start!r}" if start else "an empty file"
    checks.refuse("source", f"a picture in {path}, such as JPEG or PNG", f"{came}{hint}")


def _check_size(shape):
    """Refuse a picture of more than LARGEST pixels, or of none."""
    if not 0 < shape[0] * shape[1] <= LARGEST:
        checks.refuse("source", f"1 to {LARGEST:,} pixels", f"{shape[0]:,} by {shape[1]:,}")


def _bytes(source):
    """Return an array's picture as bytes, (H, W), (H, W, 3) or (H, W, 4)."""
    x = checks.array("source", source, "a path, or an array")
    if x.dtype.kind not in "bf" and x.dtype != np.uint8:
        expected = "a path, or an array of bools, bytes (uint8) or floats from 0 to 1"
        checks.refuse("source", expected, f"{x.dtype}" if x.ndim else checks.plain(x[()]))
    if x.ndim not in (2, 3) or (x.ndim == 3 and x.shape[2] not in (3, 4)):
        checks.refuse("source", "shape (H, W), (H, W, 3) or (H, W, 4)", checks.written(x.shape))
    _check_size(x.shape)
    if x.dtype.kind == "f":
        if not (x.min() >= 0 and x.max() <= 1):  # of not-a-number neither holds
            wrong = x[~((x >= 0) & (x <= 1))]
            checks.refuse("source", "floats from 0 to 1, or bytes (uint8)", f"{wrong[0]}")
        levels = np.multiply(x, 255, dtype=float)
        return np.rint(levels, out=levels).astype(np.uint8)
    return x * np.uint8(255) if x.dtype.kind == "b" else x


def _image(x):
    """Return bytes as an Image of grey levels."""
    return _flattened(_pillow().fromarray(np.ascontiguousarray(x)))


def _flattened(image):
    """Return an Image in grey levels, what is transparent filled with a sheet."""
    times = max(image.size) // (2 * WORKING)
    if times > 1 and image.mode in ("L", "RGB") and "transparency" not in image.info:
        image = image.reduce(times)  # by whole pixels first, which is several times as fast
    if image.mode.startswith("I"):  # 16 bits a pixel
        return _image((np.asarray(image).clip(0, 65535) // 257).astype(np.uint8))
    if image.mode in ("LA", "PA", "RGBA", "La", "RGBa") or "transparency" in image.info:
        image = image.convert("RGBA")
        alpha = np.asarray(image.getchannel("A")) / 255
        light = np.asarray(image.convert("L")) * alpha
        # White behind a dark drawing, black behind a light one.
        sheet = 255 if light.sum() <= 127.5 * alpha.sum() else 0
        return _image(np.rint(light + sheet * (1 - alpha)).astype(np.uint8))
    return image.convert("L")
