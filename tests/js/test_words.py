"""What the page says of grids and numbers, against `figures.words` and Python's own formats."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from convnet_lib.figures import words
from convnet_lib.widgets.base import STATIC

HERE = Path(__file__).parent
WORDS = Path(str(STATIC)) / "parts" / "words.js"


def sent(x):
    """A number as JavaScript reads it."""
    return {"inf": "Infinity", "-inf": "-Infinity", "nan": "NaN"}.get(repr(x), repr(x))


def numbers():
    """Of all sizes, and such as lie in the middle between two that could be written."""
    rng = np.random.default_rng(0)
    drawn = rng.standard_normal(2000) * 10.0 ** rng.integers(-8, 9, 2000)
    extreme = rng.standard_normal(500) * 10.0 ** rng.integers(-300, 301, 500)
    ties = [n / 2**k for k in range(1, 9) for n in range(-40, 41)]
    edges = [0.0, -0.0, 999.4, 999.5, 999.6, 9.995, 0.0001, 0.00009999, 1e7, 9999999.0, 5e-324]
    more = [1e20, 1e21, -1e21, 2.0**1023, 123456.5, 1.5, 2.5, -0.004]
    more += [float("nan"), float("inf"), -float("inf")]
    return [*map(float, [*drawn, *extreme]), *ties, *edges, *more]


def grids():
    """Small and large, all alike, nearly all 0, with one extreme or several, not finite."""
    rng, made = np.random.default_rng(1), []
    for n in range(600):
        shape = (6, 6) if n % 40 == 0 else tuple(rng.integers(1, 5 if n % 2 else 13, 2))
        kinds = {
            0: lambda s: rng.standard_normal(s) * 10.0 ** rng.integers(-5, 8),
            1: lambda s: rng.integers(-2, 3, s) / 4.0,
            2: lambda s: np.full(s, rng.choice([0.0, 0.5, -3.0])),
            3: lambda s: (rng.random(s) < 0.08) * rng.choice([1.0, 0.25, -7.0], s),
            4: lambda s: 0.1 + 1e-9 * rng.standard_normal(s),
            5: lambda s: np.where(rng.random(s) < 0.1, rng.choice([np.nan, np.inf], s), 1.5),
        }
        x = kinds[int(rng.integers(6))](shape)
        outline = rng.random(shape) < 0.3 if rng.random() < 0.5 else None
        mark = [int(i) for i in rng.integers(1, 4, 4)] if rng.random() < 0.3 else None
        made.append((x, outline, mark))
    return [*made, (np.linspace(-3, 999.7, 49).reshape(7, 7), None, None)]


@pytest.fixture(scope="module")
def said(node, tmp_path_factory):
    """said(text): what a module with this text says of all numbers and grids."""
    folder = tmp_path_factory.mktemp("words")
    (folder / "package.json").write_text('{"type": "module"}')
    shutil.copy(WORDS.with_name("arrays.js"), folder)
    cases = [
        {
            "rows": [[sent(float(v)) for v in row] for row in x],
            "outline": None if outline is None else outline.astype(int).tolist(),
            "mark": mark,
        }
        for x, outline, mark in grids()
    ]
    told = {"numbers": [sent(x) for x in numbers()], "grids": cases}
    (folder / "cases.json").write_text(json.dumps(told))

    def said(text):
        (folder / "words.js").write_text(text, "utf-8")
        script = HERE / "words_against_python.js"
        return json.loads(node(script, folder / "words.js", folder / "cases.json"))

    return said


def right():
    return {
        "numbers": [[f"{x:.0f}", f"{x:.3f}", f"{x:.3g}", words.number(x)] for x in numbers()],
        "grids": [words.in_words(*one) for one in grids()],
    }


def test_the_page_says_what_python_says(said):
    made, wanted = said(WORDS.read_text("utf-8")), right()
    for kind in wanted:
        for one, other in zip(wanted[kind], made[kind], strict=True):
            assert other == one


@pytest.mark.parametrize(
    ("good", "bad"),
    [
        ("/[02468]\\.?$/", "/[13579]\\.?$/"),
        ("exponent < -4", "exponent < -5"),
        ("[36, 9, 1e-6]", "[36, 9, 1e-12]"),
        ("[36, 9, 1e-6]", "[35, 9, 1e-6]"),
        ("[36, 9, 1e-6]", "[36, 8, 1e-6]"),
        (">= 999.5", ">= 1000"),
        ("first + count - 1", "first + count"),
        ("cells.length === 1", "cells.length > 0"),
        ('small ? "; " : ", "', '", "'),
    ],
)
def test_a_mistake_is_noticed(said, good, bad):
    text = WORDS.read_text("utf-8")
    assert text.count(good) == 1
    assert said(text.replace(good, bad)) != right()
