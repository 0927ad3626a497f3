"""The exercises of chapter 21, on images and weights from elsewhere."""

import numpy as np

from ..asking import Case, Exercise, Function, Letter, Mistake, Values

RNG = np.random.default_rng(21)

# --- 21.1 --------------------------------------------------------------------------------------


def axes_of():
    first = [0, 0, 8, 3, 0, 0, 39, 16, 0, 0, 0, 28, 0, 0, 0, 20]
    return [int.from_bytes(bytes(first[i : i + 4])) for i in (4, 8, 12)]


SIXTEEN = Exercise(
    id="21.1",
    title="Sixteen bytes",
    asks="by hand",
    starter="answer = [..., ..., ...]",
    answer=Values([10_000, 28, 20]),
    mistakes={
        "added up": Mistake(
            "The bytes of the first number have been added up. Each place is worth 256 times the "
            "next one.",
            [55, 28, 20],
        ),
        "the smallest place first": Mistake(
            "The bytes have been read from the other end. In this format the largest place comes "
            "first.",
            [270_991_360, 469_762_048, 335_544_320],
        ),
        "tens": Mistake(
            "The places have been taken for decimal ones. A byte goes from 0 to 255, so a place is "
            "worth 256 of the next.",
            [406, 28, 20],
        ),
        "a hundred": Mistake(
            "The places have been taken as worth 100 each. A byte goes up to 255.",
            [3_916, 28, 20],
        ),
        "rows and columns": Mistake(
            "Rows and columns are the other way round: rows come first.",
            [10_000, 20, 28],
        ),
        "one byte too early": Mistake(
            "That begins with the byte 3, which counts the axes. The axes themselves begin after "
            "the first four bytes.",
            [3, 10_000, 28],
        ),
    },
    hints=(
        "Four bytes say what kind of file it is, then each axis has four bytes.",
        "0, 0, 39, 16 are 39 times 256 and 16 more.",
    ),
    why="That is how many test digits MNIST has; theirs are 28 by 28. The sizes stand in the "
    "file, so a program need not be told them.",
    solution=axes_of,
)

# --- 21.2 --------------------------------------------------------------------------------------


def filters_to_last(w):
    return w.transpose(2, 3, 1, 0)


FILTERS_OUT = Exercise(
    id="21.2",
    title="Filters out",
    asks="implement",
    starter="def filters_to_last(w):\n    # your lines\n    ...",
    answer=Function(
        filters_to_last,
        [
            Case("two maps, three channels, 4 by 5", RNG.normal(size=(2, 3, 4, 5))),
            Case("as many of each, 3", RNG.normal(size=(3, 3, 3, 3))),
        ],
    ),
    mistakes={
        "reshaped": Mistake(
            "The shape is right and the numbers are in the wrong places: `reshape` reads them in "
            "their old order. Axes change places with `transpose`.",
            lambda w: w.reshape(*w.shape[2:], w.shape[1], w.shape[0]),
        ),
        "the way in": Mistake(
            "That is the way in, (3, 2, 0, 1), once more. It is not its own way back: say for each "
            "new axis which old one it was.",
            lambda w: w.transpose(3, 2, 0, 1),
        ),
        "maps and channels": Mistake(
            "Rows and columns come first, as they should, but the maps belong last, after the "
            "channels.",
            lambda w: w.transpose(2, 3, 0, 1),
        ),
        "columns first": Mistake(
            "Rows and columns have changed places. Every filter is transposed.",
            lambda w: w.transpose(3, 2, 1, 0),
        ),
        "unchanged": Mistake(
            "That is the book's layout still, maps first.",
            lambda w: w,
        ),
    },
    hints=(
        "`w.transpose(p, q, r, s)` makes its first axis of the old axis p, and so on. Which old "
        "axis do the rows have?",
        "Rows are the old axis 2 and come first.",
        "w.transpose(2, 3, 1, 0)",
    ),
    why="With three maps of three channels and 3 by 3 places, all the wrong answers have the right "
    "shape. Test a layout on an array whose axes are all of different lengths.",
    solution=filters_to_last,
)

# --- 21.3 --------------------------------------------------------------------------------------


def dense_to_last(w):
    return w.transpose(2, 3, 1, 0).reshape(-1, len(w))


OUTPUTS_OUT = Exercise(
    id="21.3",
    title="The output layer out",
    asks="implement",
    starter="def dense_to_last(w):\n    # your lines\n    ...",
    answer=Function(
        dense_to_last,
        [
            Case("three outputs, two maps of 2 by 4", RNG.normal(size=(3, 2, 2, 4))),
            Case("four outputs, three maps of 5 by 2", RNG.normal(size=(4, 3, 5, 2))),
        ],
    ),
    mistakes={
        "map by map": Mistake(
            "The inputs are in a row map by map, as PyTorch has them. Here the row goes from place "
            "to place, and at each place through all maps.",
            lambda w: w.reshape(len(w), -1).T,
        ),
        "reshaped at once": Mistake(
            "The shape is right, but the outputs' weights are mixed: the outputs' axis has to "
            "change places before the row is made.",
            lambda w: w.reshape(-1, len(w)),
        ),
        "the outputs first": Mistake(
            "The row of inputs is in the right order. The outputs are to come last.",
            lambda w: w.transpose(0, 2, 3, 1).reshape(len(w), -1),
        ),
        "column by column": Mistake(
            "The places are gone through column by column. Rows come first: all columns of row 0, "
            "then those of row 1.",
            lambda w: w.transpose(3, 2, 1, 0).reshape(-1, len(w)),
        ),
    },
    hints=(
        "First bring the axes into the order rows, columns, maps, outputs. Then make one axis of "
        "the first three.",
        "w.transpose(2, 3, 1, 0) has that order.",
        "reshape(-1, len(w)) keeps the last axis and makes one row of the others.",
    ),
    why="It is the transposition of the filters with a `reshape` behind it: to Keras the output "
    "layer has no places, only a row.",
    solution=dense_to_last,
)

# --- 21.4 --------------------------------------------------------------------------------------

HEAPS = """
def as_input(picture):
    rows, columns, channels = picture.shape
    light = picture.reshape(channels, rows, columns) / 255
    return light
""".strip()


def as_input(picture):
    light = np.moveaxis(picture, -1, 0) / 255
    return 1 - light


def _reshaped(picture):
    rows, columns, channels = picture.shape
    return picture.reshape(channels, rows, columns) / 255


COLOURS = Exercise(
    id="21.4",
    title="A colour picture",
    asks="debug",
    starter=HEAPS,
    answer=Function(
        as_input,
        [
            Case("two rows, four columns", RNG.integers(0, 256, (2, 4, 3), dtype=np.uint8)),
            Case("five rows, three columns", RNG.integers(0, 256, (5, 3, 3), dtype=np.uint8)),
        ],
    ),
    mistakes={
        "nothing changed": Mistake(
            "Both are still there. Try a picture that is all red: what should the three channels "
            "be?",
            _reshaped,
        ),
        "still in heaps": Mistake(
            "Ink is 1 now, but `reshape` still cuts the picture into three heaps of numbers, with "
            "all colours in each.",
            lambda picture: 1 - _reshaped(picture),
        ),
        "still light": Mistake(
            "The channels are right now. Ink is the other way round: full light is 0.",
            lambda picture: np.moveaxis(picture, -1, 0) / 255,
        ),
        "rows and columns": Mistake(
            "The channels come first, but rows and columns have changed places: the picture is "
            "mirrored, its upper right corner is at the lower left.",
            lambda picture: 1 - picture.T / 255,
        ),
        "bytes": Mistake(
            "The ink goes from 0 to 255. The network was trained on numbers from 0 to 1.",
            lambda picture: 255.0 - np.moveaxis(picture, -1, 0),
        ),
    },
    hints=(
        "Which function puts an axis somewhere else, and leaves each number with its neighbours?",
        "np.moveaxis(picture, -1, 0) has the channels first.",
        "Then full light, 255, is to become 0, and no light 1.",
    ),
    why="`picture.T` reverses the order of the axes, and a square picture whose rows are its "
    "columns is refused by nobody. Draw one picture after it was prepared, before you train on "
    "all.",
    solution=as_input,
)

# --- 21.5 --------------------------------------------------------------------------------------

LAST_DIGIT = Exercise(
    id="21.5",
    title="The sixteenth digit",
    asks="explain",
    starter="answer = None",
    answer=Letter("c"),
    mistakes={
        "a bug": Mistake(
            "A bug would hardly spare the first fifteen digits. A difference of a few units in "
            "the sixteenth is what rounding makes.",
            "a",
        ),
        "a vote": Mistake(
            "Rounding is no matter of votes. Run PyTorch with another number of threads, and its "
            "own last digit may change.",
            "b",
        ),
        "a tie": Mistake(
            "Another winner would put a whole term somewhere else. The difference would be as "
            "large as the terms, unless they happened to be nearly equal.",
            "d",
        ),
    },
    hints=(
        "How many digits has a float64?",
        "Add 0.1, 0.2 and 0.3 in Python, then 0.3, 0.2 and 0.1. Compare the two sums.",
    ),
    why="So do not compare gradients of two programs with ==. A test says how far off they may "
    "be, and why that far.",
    solution="c. A float64 has nearly sixteen digits, and each addition rounds the last. Sums of "
    "the same terms in another order are rounded elsewhere, and may differ by a few units there. "
    "Neither need be the exact sum.",
)

EXERCISES = [SIXTEEN, FILTERS_OUT, OUTPUTS_OUT, COLOURS, LAST_DIGIT]
