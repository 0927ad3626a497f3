"""Write the digits that the playground learns from as one picture, or check the one that is there.

    python tools/digits_picture.py           write convnet_lib/widgets/static/playground/digits.png
    python tools/digits_picture.py --check   say whether the picture is these digits, byte for byte

The picture is a PNG of grey levels: the first 2,000 digits of `data.load_digits().train`, then the
first 500 of its `.test`, which the playground holds out; 50 in a row, each 28 by 28. Below them two
lines of pixels hold their labels, in the same order. `playground.digits` reads it in Python, and
`static/playground/digits.js` in the page.
"""

import argparse
import io
import sys

import numpy as np
import surroundings
from PIL import Image

from convnet_lib import data
from convnet_lib.widgets.playground import ACROSS, HELD_OUT, PICTURE, TRAIN

PATH = surroundings.ROOT / "convnet_lib" / "widgets" / "static" / PICTURE


def picture():
    """Return the levels of the picture, (1402, 1400) bytes."""
    train, test = data.load_digits()
    images = np.concatenate([train.images[:TRAIN], test.images[:HELD_OUT]])
    labels = np.concatenate([train.labels[:TRAIN], test.labels[:HELD_OUT]])
    levels = np.rint(images * 255).astype(np.uint8)
    rows = levels.reshape(-1, ACROSS, 28, 28).swapaxes(1, 2)
    rows = rows.reshape(-1, ACROSS * 28)
    below = np.zeros(2 * rows.shape[1], np.uint8)
    below[: len(labels)] = labels
    return np.concatenate([rows, below.reshape(2, -1)])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="write nothing")
    levels = picture()
    if parser.parse_args().check:
        if not np.array_equal(np.asarray(Image.open(PATH)), levels):
            sys.exit(f"{PATH.name} does not hold these digits: python tools/digits_picture.py")
        return
    file = io.BytesIO()
    Image.fromarray(levels).save(file, "PNG", optimize=True)
    PATH.write_bytes(file.getvalue())
    print(f"{PATH.name}: {len(file.getvalue()):,} bytes")


if __name__ == "__main__":
    main()
