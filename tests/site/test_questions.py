"""What the page says of an answer is what `check` says: the same answers through both.

The page's judge runs in Node, where there is one; NumPy and `convnet_lib.exercises` run here.
"""

import functools
import html
import json
import re
import shutil
import subprocess
import unicodedata
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
import questions

from convnet_lib.exercises import asking, catalogue, check, comparing, showing

ROOT = Path(__file__).parents[2]
EXERCISES = catalogue.exercises()
HERE = [e for e in EXERCISES.values() if questions.is_answered_here(e)]
VALUES = [e for e in HERE if isinstance(e.answer, asking.Values)]
MADE = [e for e in HERE if isinstance(e.answer, asking.Made)]
NODE = shutil.which("node")
needs_node = pytest.mark.skipif(not NODE, reason="the page's judge needs Node")
ASK = """
import { judge } from "%(folder)s/judge.js";
import { misprint, misread, read, readArray } from "%(folder)s/reading.js";
import { fixed, number } from "%(folder)s/words.js";
import { FAULTS } from "%(folder)s/made.js";
let text = "";
for await (const piece of process.stdin) text += piece;
const typed = (x) => (Array.isArray(x) ? x.map(typed) : x === null ? null : read(x));
const { questions, sent, numbers, arrays, fields } = JSON.parse(text);
const say = ([id, answer]) => {
  const { kind } = questions[id];
  if (kind === "made") return judge(questions[id], readArray(answer));
  return judge(questions[id], kind === "letter" ? answer : typed(answer));
};
const plain = (x) => (Array.isArray(x) ? x.map(plain) : x?.x ?? x);
console.log(JSON.stringify({
  said: sent.map(say),
  numbers: numbers.map((x) => [number(Number(x)), fixed(Number(x), 3)]),
  arrays: arrays.map((text) => misprint(text) ?? plain(readArray(text))),
  made: Object.keys(FAULTS),
  fields: fields.map((text) => misread(text) ?? null),
}));
"""


@pytest.fixture(autouse=True)
def nothing_kept(monkeypatch, tmp_path):
    monkeypatch.setenv("CONVNET_PROGRESS", str(tmp_path / "progress.json"))


def on_the_page(sent=(), numbers=(), arrays=(), fields=()):
    """What judge.js says of each (id, answer), an answer being texts as they are typed."""
    ask = ASK % {"folder": (ROOT / "site/exercises").as_uri()}
    data = {
        "questions": {e.id: questions.question(e) for e in HERE},
        "sent": list(sent),
        "arrays": list(arrays),
        "fields": list(fields),
        "numbers": [repr(x).replace("inf", "Infinity").replace("nan", "NaN") for x in numbers],
    }
    command = [NODE, "--input-type=module", "-e", ask]
    done = subprocess.run(command, input=json.dumps(data), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def typed(value):
    """An answer as a reader types it into the fields of the page."""
    if isinstance(value, (list, tuple, np.ndarray)):
        return [typed(entry) for entry in value]
    if value is None or value is ...:
        return None
    return value if isinstance(value, str) else str(value)


def brackets(value):
    """An array as a reader types it into the field of the page that has several lines."""
    if isinstance(value, (list, tuple, np.ndarray)):
        return f"[{', '.join(map(brackets, value))}]"
    return "..." if value is None else str(value)


def handed_in(text):
    """What the same reader writes into the cell of the notebook."""
    if isinstance(text, list):
        return [handed_in(entry) for entry in text]
    if text is None:
        return None
    for number in (int, float):
        try:
            return number(text)
        except ValueError:
            pass
    if re.fullmatch("[+-]?[¼-¾⅐-⅞]", text):
        text = unicodedata.normalize("NFKC", text).replace("⁄", "/")
    try:
        return Fraction(text)
    except (ValueError, ZeroDivisionError):
        return text


def answers_to(exercise):
    """Right, planted, turned, scaled, cut off, of other shapes, words, holes, without end."""
    if isinstance(exercise.answer, asking.Letter):
        yield from [*exercise.answer.of, "z", "", "ab", " A) ", "'b'", "don't", None]
        return
    made = isinstance(exercise.answer, asking.Made)
    right = np.asarray(exercise.solution() if made else exercise.answer.right)
    rng = np.random.default_rng(int(exercise.id.replace(".", "")))
    within = 0.01 if made else exercise.answer.within
    yield right.tolist()
    if made:
        yield from arrays(right, rng)
    for mistake in exercise.mistakes.values():
        yield np.asarray(mistake.wrong).tolist()
    for factor in (-1, 2, 0.5, 10, -3, 1e-3, 1e9):
        yield (factor * right).tolist()
    for offset in (1, -1, 0.25, within / 2, 0.999 * within, 1.001 * within, 1e-9, 100 * within):
        yield (right + offset).tolist()
    yield np.trunc(right).astype(int).tolist()
    yield np.rint(right).astype(int).tolist()
    for near in (1.5 * within, 1e-5, -1e-5, 1e-8):
        yield (right + near * np.sign(rng.standard_normal(right.shape))).tolist()
    for odd in (np.inf, -np.inf, np.nan, 0.0, 1e300, -1e-300, 123456.5, 1234567.5, 0.08984375):
        yield odd
        yield np.full(right.shape, odd).tolist()
        one = right.astype(float).copy()
        one.flat[rng.integers(one.size)] = odd
        yield one.tolist()
    words = [
        "four",
        "1 2",
        "1/0",
        "½",
        "-⅞",
        "1½",
        "33%",
        "1e",
        "--1",
        "(3)",
        "it's",
        "\\",
        '"',
        "a\u00a0b",
    ]
    for word in words:
        yield word
        yield [word, 1]
        texts = [word, *map(str, right.astype(float).ravel()[1:])]
        yield np.array(texts, object).reshape(right.shape).tolist() if right.shape else word
    yield from [None, [], [[]], [None], [[None, None], [None, None]], [1, None], [1, [2]]]
    yield from [[[1, 2], 3], [[1, 2], [3, "x"]], [[1, [2, 3]], [4, 5]], [[[1]], [['it\'s "it"']]]]
    yield from [3, "3/64", "-7/2", [3], [[3]], [1, 2], [1, 2, 3], [[1, 2], [3, 4]], [[1], [2, 3]]]
    if right.ndim:
        yield right[..., :-1].tolist()
        yield right.T.tolist()
        yield right.ravel().tolist()
        yield right[::-1].tolist()
        yield right[..., ::-1].tolist()
        yield right[..., ::-1, ::-1].tolist() if right.ndim > 1 else [right.tolist()]
        cut = right.copy().astype(float)
        for n in range(1, right.size):
            cut = right.astype(float).copy()
            cut.flat[n:] = 0
            yield cut.tolist()
            holes = right.astype(object).copy()
            holes.flat[n] = None
            yield holes.tolist()
    for _ in range(12):
        noise = rng.integers(-3, 4, right.shape) * rng.choice([0, 0.5, 1, 2])
        yield (right + noise).tolist()


def arrays(right, rng):
    """Arrays like the right one, near it, with its symmetries, of ink and paper, and any at all."""
    for _ in range(60):
        noise = rng.standard_normal(right.shape)
        yield (right + 0.1 * noise).tolist()
        yield (noise / np.sqrt((noise**2).sum())).tolist()
        yield (abs(noise) / np.sqrt((noise**2).sum()) * rng.choice([1, 0.99, 1.004])).tolist()
        yield (abs(right) / abs(right).sum() + 0.01 * noise).tolist()
        yield rng.choice([-1.0, 0, 0.5, 1], right.shape).round(1).tolist()
        yield (right * rng.choice([0.0, 1, 1, 1, -1], right.shape)).tolist()
        some = rng.integers(0, 4, right.shape) / 4
        yield some.tolist()
        yield from ((some + some.T).tolist(), (some / 2 + some[::-1, ::-1] / 2).tolist())
        yield from ((some + some[::-1]).tolist(), (some + some[:, ::-1]).tolist())
        only = np.zeros(right.shape)
        only.flat[rng.integers(only.size)] = rng.choice([0.25, 0.5, 0.125, 1, 2, 0.0625])
        yield only.tolist()
        yield (only + only[::-1, ::-1] / 2).tolist()
        yield np.where(rng.random(right.shape) < 0.1, -right, right).tolist()
        yield (10.0 ** rng.integers(-160, 160) * right).tolist()
        little = 10.0 ** rng.uniform(-4, -0.5) * noise
        near = right + little
        yield (near * np.sqrt((right**2).sum() / (near**2).sum())).tolist()
        for about in (0, 0.4, 0.4 * only / only.max()):
            yield (about + little).tolist()


def given_as(exercise, answer):
    """What a reader types into the field or the fields of an exercise."""
    return brackets(answer) if exercise in MADE else typed(answer)


def can_be_given(exercise, answer):
    """Where a field is for an array, a blank parts two entries, and brackets are no part of one."""
    return exercise not in MADE or not re.search(r'1 2|\(3\)|a\sb|it\'s "', brackets(answer))


@needs_node
def test_the_page_says_what_check_says():
    """Of every right answer and every planted mistake, of words, holes, other shapes, no end."""
    sent = [(e, answer) for e in HERE for answer in answers_to(e) if can_be_given(e, answer)]
    said = on_the_page([(e.id, given_as(e, answer)) for e, answer in sent])["said"]
    assert len(sent) > 8000
    different = []
    for (exercise, answer), here in zip(sent, said, strict=True):
        id, answer = exercise.id, typed(answer)
        letter = isinstance(exercise.answer, asking.Letter)
        result = check(id, answer if letter else handed_in(answer))
        there = " ".join(result.message.split())
        # A page has a button for what is a function in Python.
        there = there.replace(f'hint("{id}") gives', "The button Hint gives")
        if (here["passed"], " ".join(here["message"].split())) != (result.passed, there):
            different.append((id, answer, here["message"], there))
    assert not different, f"{len(different)} of {len(sent)}: {different[:5]}"


@needs_node
def test_numbers_are_written_as_python_writes_them():
    rng = np.random.default_rng(5)
    drawn = rng.standard_normal(3000) * 10.0 ** rng.integers(-20, 20, 3000)
    ties = rng.integers(1, 2**24, 3000) / 2.0 ** rng.integers(0, 24, 3000)
    some = [0.0, -0.0, 1e15, 1e16, 999999.5, 0.0001, 0.00001, 9.999995e-5, 5e-324, np.inf, np.nan]
    numbers = [float(x) for x in (*some, *drawn, *ties, *-ties)]
    written = on_the_page([], numbers)["numbers"]
    assert [one for one, _ in written] == [comparing.number(x) for x in numbers]
    usual = [(x, y) for x, (_, y) in zip(numbers, written, strict=True) if 0 < x < 1000]
    assert len(usual) > 2000
    assert [y for _, y in usual] == [f"{x:.3f}" for x, _ in usual]


def test_58_are_answered_on_the_page():
    assert (len(HERE), len(VALUES), len(MADE)) == (58, 33, 5)


@needs_node
def test_every_array_that_is_asked_for_has_its_judge_on_the_page():
    assert sorted(on_the_page()["made"]) == sorted(e.id for e in MADE)


@pytest.mark.parametrize("exercise", MADE, ids=lambda e: e.id)
def test_the_arrays_sent_through_both_meet_every_sentence(exercise):
    """So that none of them can be another on the page without being noticed."""
    rng = np.random.default_rng(int(exercise.id.replace(".", "")))
    faults = [m.wrong for m in exercise.mistakes.values()]
    some = [*arrays(exercise.solution(), rng), *faults]
    with np.errstate(all="ignore"):
        found = [exercise.answer.fault(np.asarray(one, float)) for one in some]
    named = {one[0] if isinstance(one, tuple) else one for one in found}
    assert named == {None, *exercise.mistakes, *exercise.answer.says}


FORMS = {
    "[[0.5, -1], [3/4, 1e-3]]": [[0.5, -1], [0.75, 0.001]],
    "[[ 0.5   -1.   ]\n [ 0.75   0.001]]": [[0.5, -1], [0.75, 0.001]],
    "array([[ 0.5  , -1.   ],\n       [ 0.75 ,  0.001]])": [[0.5, -1], [0.75, 0.001]],
    "np.array([[1, 2], [3, 4]], dtype=float)": [[1, 2], [3, 4]],
    "array([[1., 2.],\n       [3., 4.]], dtype=float32)": [[1, 2], [3, 4]],
    "answer = [\n    [1, 2],\n    [3, 4],\n]\n": [[1, 2], [3, 4]],
    "answer = [\n    [..., ...],\n    [3, None],\n]": [[None, None], [3, None]],
    "0.5 -1\n3/4 0.001\n": [[0.5, -1], [0.75, 0.001]],
    "0.5, -1\n\n3 / 4, .001": [[0.5, -1], [0.75, 0.001]],
    "0.5\t−1\r\n3/4\t0.001": [[0.5, -1], [0.75, 0.001]],
    "1 2; 3 4": [[1, 2], [3, 4]],
    "1,2,3\n4,5,6": [[1, 2, 3], [4, 5, 6]],
    "[1, 2]\n[3, 4]": [[1, 2], [3, 4]],
    "[1 2],\n[3 4]": [[1, 2], [3, 4]],
    "(1, 2), (3, 4)": [[1, 2], [3, 4]],
    "[[np.float64(0.5), np.float64(-1.0)]]": [[0.5, -1]],
    "[Fraction(3, 64), Fraction(-1, 2)]": [0.046875, -0.5],
    "[[False  True]\n [ True False]]": [[0, 1], [1, 0]],
    "1 2 3": [1, 2, 3],
    "[1, 2, 3,]": [1, 2, 3],
    "[[]]": [[]],
    "7": 7,
    " ": None,
    "...": None,
    "four": "four",
    "np.zeros(4)": ["np.zeros", [4]],
    "[[1, 2], [3]]": [[1, 2], [3]],
    "[[1, 2], [3, 4]": "The brackets do not match: each needs one that closes it.",
    "1, 2], [3, 4]": "The brackets do not match: each needs one that closes it.",
    "0,5 1,5\n1 2": "0,5 has a comma. Is it 0.5?",
    "–0,5 1,5\n1 2": "–0,5 has a comma. Is it –0.5?",
    "1 2\n1 0,25": "0,25 has a comma. Is it 0.25?",
    "1,2, 3,4": [1, 2, 3, 4],
    "50% 25%\n1 2": "50% has a percent sign. Is it 0.5?",
    "[[1, 2], [3, 4%]]": "4% has a percent sign. Is it 0.04?",
    "½ -¼": [0.5, -0.25],
    "1½ 2": "1½ is a whole number and a fraction. Is it 3/2?",
    "25.2µs 3": "25.2µs has a word or a unit behind the number. Is it 25.2?",
    "1'000 2": "1'000 has an apostrophe in it. Is it 1000?",
    "4.5×10⁻³ −2·10⁴": [0.0045, -20000],
    "[[.5*10**-3, 7×10^-2], [3⋅10¹², 1e-3]]": [[0.0005, 0.07], [3e12, 0.001]],
    "3⁄64 1∕2": [0.046875, 0.5],
    "—1 ‐2 ‑3": [-1, -2, -3],
    "4×10 ×10⁻³ 2×11⁻³": ["4×10", "×10⁻³", "2×11⁻³"],
    "1,250 2": "1,250 has a comma. Is it 1250 or 1.250?",
    "100,200,300 400,500,600": [100, 200, 300, 400, 500, 600],
}


@needs_node
def test_how_an_array_may_be_written():
    assert dict(zip(FORMS, on_the_page(arrays=FORMS)["arrays"], strict=True)) == FORMS


MISREAD = {
    "0,5": "0,5 has a comma. Is it 0.5?",
    " +0,5 ": "+0,5 has a comma. Is it +0.5?",
    "−0,5": "−0,5 has a comma. Is it −0.5?",
    "–0,5": "–0,5 has a comma. Is it –0.5?",
    "34,476": "34,476 has a comma. Is it 34476 or 34.476?",
    "33%": "33% has a percent sign. Is it 0.33?",
    "-12.5 %": "-12.5 % has a percent sign. Is it -0.125?",
    "0.07%": "0.07% has a percent sign. Is it 0.0007?",
    "12½": "12½ is a whole number and a fraction. Is it 25/2?",
    "− 1 ⅔": "−1 ⅔ is a whole number and a fraction. Is it −5/3?",
    "—1 1⁄2": "—1 1⁄2 is a whole number and a fraction. Is it —3/2?",
    "‐0,5": "‐0,5 has a comma. Is it ‐0.5?",
    "2 3 / 4": "2 3 / 4 is a whole number and a fraction. Is it 11/4?",
    "11 770": "11 770 has a space in it. Is it 11770?",
    "1\u202f234\u202f567.5": "1\u202f234\u202f567.5 has a space in it. Is it 1234567.5?",
    "−11'770": "−11'770 has an apostrophe in it. Is it −11770?",
    "11’770": "11’770 has an apostrophe in it. Is it 11770?",
    "- 0,5": "-0,5 has a comma. Is it -0.5?",
    "4 times": "4 times has a word or a unit behind the number. Is it 4?",
    " -25.2 µs": "-25.2 µs has a word or a unit behind the number. Is it -25.2?",
    "4.7MB": "4.7MB has a word or a unit behind the number. Is it 4.7?",
}


@needs_node
def test_a_number_as_people_write_it_is_asked_about():
    assert dict(zip(MISREAD, on_the_page(fields=MISREAD)["fields"], strict=True)) == MISREAD
    plain = ["0.5", "1,2,3", "a,5", "--0,5", "%", "a%", "1 2", "11 77", "0 770", "1'2", "11 770'5"]
    plain += ["- four", "4x", "34.5k", "1e5", "3h/4", "2 by 2", "- 1/8"]
    assert on_the_page(fields=plain)["fields"] == [None] * len(plain)


@needs_node
def test_a_blank_after_a_sign_is_nothing():
    fields = ["- 1/8", "− 0.125", "-  ⅛", "– .125"]
    said = on_the_page([("5.1", text) for text in [*fields, "+ 1/8", "- - 1/8", "- x"]])["said"]
    assert [one["passed"] for one in said] == [True] * 4 + [False] * 3
    assert "The sign is wrong" in said[4]["message"]
    assert all("is a text" in one["message"] for one in said[5:])


@needs_node
def test_what_numpy_and_python_print_is_read_as_it_was():
    rng, texts, there = np.random.default_rng(12), [], []
    for _ in range(200):
        shape = tuple(rng.integers(1, 6, rng.integers(1, 4)))
        scale = 10.0 ** rng.integers(-8, 12, shape if rng.random() < 0.5 else ())
        a = rng.standard_normal(shape) * scale
        a = np.where(rng.random(shape) < 0.1, rng.choice([0, 1, -0.0, 1e20]), a)
        with np.printoptions(precision=17, floatmode="unique", threshold=10**6):
            texts += [str(a), repr(a), str(a.tolist()), repr(list(a)), f"answer = {a.tolist()}"]
        if a.ndim == 2 and len(a) > 1:
            texts += ["\n".join(gap.join(map(str, row)) for row in a.tolist()) for gap in " ,\t"]
        there += [a.tolist()] * (len(texts) - len(there))
    assert on_the_page(arrays=texts)["arrays"] == there


@needs_node
def test_the_scripts_are_one_script(tmp_path):
    """All of them are in it, and no two use a name for two things."""
    assert sorted(questions.SCRIPTS) == sorted(path.name for path in questions.FOLDER.glob("*.js"))
    (tmp_path / "exercises.js").write_text(questions.script(), "utf-8")
    subprocess.run([NODE, "--check", tmp_path / "exercises.js"], check=True)


@pytest.mark.parametrize("name", questions.SCRIPTS)
def test_what_a_script_hands_out_is_described(name):
    lines = (questions.FOLDER / name).read_text("utf-8").splitlines()
    for n, line in enumerate(lines):
        if line.startswith("export "):
            begins = max(i for i in range(n) if lines[i].startswith("/**"))
            assert lines[n - 1].endswith("*/"), line
            assert re.search(r"[a-z]{2,} [a-z]", "".join(lines[begins:n]).split("@")[0]), line


def test_what_the_page_cannot_judge_is_refused():
    odd = asking.Exercise(id="1.9", title="", asks="derive", starter="", answer=asking.Values((1,)))
    with pytest.raises(TypeError, match="expected a number or an array"):
        questions.question(odd)


def bare(text):
    return re.sub(r"\s+", "", text)


def lines_of(exercise):
    """What a solution has beyond its starter, line by line, or sentence by sentence."""
    body = showing.solution(exercise).body
    if callable(exercise.solution):
        lines = [one for one in body.splitlines() if not one.strip().startswith(("def ", "@"))]
    else:
        lines = re.split(r"(?<=[.:;])\s+", body)
    return [one for one in map(bare, lines) if len(one) > 3 and one not in bare(exercise.starter)]


@functools.cache
def visible_on(chapter):
    """The text of a chapter's page: of its cells, and of its exercises before a click."""
    (path,) = (ROOT / "notebooks").glob(f"{chapter:02}_*.ipynb")
    parts = []
    for cell in json.loads(path.read_text("utf-8"))["cells"]:
        parts += cell["source"]
        for output in cell.get("outputs", []):
            parts += output.get("text", output.get("data", {}).get("text/plain", []))
    forms = [questions.form(e, path.stem) for e in EXERCISES.values() if e.chapter == chapter]
    parts += [html.unescape(text.partition("<script")[0]) for text in forms]
    return bare("".join(parts))


# A solution that is the chapter's own code: the exercise asks for these loops as a function.
IN_THE_CHAPTER = {"2.3"}


@pytest.mark.parametrize("exercise", EXERCISES.values(), ids=lambda e: e.id)
def test_the_solution_is_in_no_visible_text(exercise):
    text = questions.form(exercise, "07_page")
    before, _, script = text.partition('<script type="application/json">')
    visible = bare(html.unescape(before))
    assert bare(exercise.why) not in visible
    assert all(bare(hint) not in visible for hint in exercise.hints)
    lines = lines_of(exercise)
    assert lines
    assert not [line for line in lines if line in visible]
    # Of a chapter it may use a line, and is not to be had there as a whole.
    shown = [line in visible_on(exercise.chapter) for line in lines]
    assert all(shown) == (exercise.id in IN_THE_CHAPTER)
    whole = bare(showing.solution(exercise).body) in visible_on(exercise.chapter)
    assert whole == (exercise.id in IN_THE_CHAPTER)
    data = json.loads(script.partition("</script>")[0])
    assert data["id"] == exercise.id
    assert data["solution"] == showing.solution(exercise).body
    assert "</" not in script.partition("</script>")[0]


def test_a_solution_that_is_shown_is_noticed():
    """Of a page as it would be with a solution that is open from the start."""
    exercise = EXERCISES["7.3"]
    before = questions.form(exercise, "07_page").partition("<script")[0]
    shown = before.replace("<pre>", f"<pre>{html.escape(showing.solution(exercise).body)}")
    assert [line for line in lines_of(exercise) if line in bare(html.unescape(shown))]


def test_the_page_does_not_speak_of_cells():
    text = "## Exercises\n\nDo it, and run the cell: `check` helps. Try more.\n\nA last one."
    shown = questions.introduced(text)
    assert shown.startswith(f"## Exercises\n\n{questions.INTRODUCTION}\n\nTry more.\n\nA last one.")
    assert questions.introduced("**7.1** run the cell") == "**7.1** run the cell"
