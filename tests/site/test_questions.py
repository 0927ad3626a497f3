"""What the page says of an answer is what `check` says: the same answers through both.

The page's judge runs in Node, where there is one; NumPy and `convnet_lib.exercises` run here.
"""

import json
import shutil
import subprocess
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
import questions

from convnet_lib.exercises import asking, catalogue, check, comparing

ROOT = Path(__file__).parents[2]
EXERCISES = catalogue.exercises()
HERE = [e for e in EXERCISES.values() if questions.is_answered_here(e)]
VALUES = [e for e in HERE if isinstance(e.answer, asking.Values)]
NODE = shutil.which("node")
needs_node = pytest.mark.skipif(not NODE, reason="the page's judge needs Node")
ASK = """
import { judge, read, number } from %s;
let text = "";
for await (const piece of process.stdin) text += piece;
const typed = (x) => (Array.isArray(x) ? x.map(typed) : x === null ? null : read(x));
const { questions, sent, numbers } = JSON.parse(text);
const say = ([id, answer]) => {
  const { kind } = questions[id];
  return judge(questions[id], kind === "letter" ? answer : typed(answer));
};
const written = numbers.map((x) => number(Number(x)));
console.log(JSON.stringify({ said: sent.map(say), numbers: written }));
"""


@pytest.fixture(autouse=True)
def nothing_kept(monkeypatch, tmp_path):
    monkeypatch.setenv("CONVNET_PROGRESS", str(tmp_path / "progress.json"))


def on_the_page(sent, numbers=()):
    """What judge.js says of each (id, answer), an answer being texts as they are typed."""
    judge = json.dumps((ROOT / "site/exercises/judge.js").as_uri())
    data = {
        "questions": {e.id: questions.question(e) for e in HERE},
        "sent": sent,
        "numbers": [repr(x).replace("inf", "Infinity").replace("nan", "NaN") for x in numbers],
    }
    command = [NODE, "--input-type=module", "-e", ASK % judge]
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
    try:
        return Fraction(text)
    except (ValueError, ZeroDivisionError):
        return text


def answers_to(exercise):
    """Right, planted, turned, scaled, cut off, of other shapes, words, holes, without end."""
    if isinstance(exercise.answer, asking.Letter):
        yield from [*exercise.answer.of, "z", "", "ab", " A) ", "'b'", "don't", None]
        return
    right = np.asarray(exercise.answer.right)
    rng = np.random.default_rng(int(exercise.id.replace(".", "")))
    within = exercise.answer.within
    yield right.tolist()
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
    for word in ("four", "1 2", "1/0", "½", "0x10", "1e", "--1", "(3)"):
        yield word
        yield [word, 1]
        texts = [word, *map(str, right.astype(float).ravel()[1:])]
        yield np.array(texts, object).reshape(right.shape).tolist() if right.shape else word
    yield from [None, [], [[]], [None], [[None, None], [None, None]], [1, None], [1, [2]]]
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


@needs_node
def test_the_page_says_what_check_says():
    sent = [(e.id, typed(answer)) for e in HERE for answer in answers_to(e)]
    said = on_the_page(sent)["said"]
    assert len(sent) > 2500
    different = []
    for (id, answer), here in zip(sent, said, strict=True):
        letter = isinstance(EXERCISES[id].answer, asking.Letter)
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
    assert written == [comparing.number(x) for x in numbers]


def test_53_are_answered_on_the_page():
    assert (len(HERE), len(VALUES)) == (53, 33)


def test_what_the_page_cannot_judge_is_refused():
    odd = asking.Exercise(id="1.9", title="", asks="derive", starter="", answer=asking.Values((1,)))
    with pytest.raises(TypeError, match="expected a number or an array"):
        questions.question(odd)


@pytest.mark.parametrize("exercise", EXERCISES.values(), ids=lambda e: e.id)
def test_the_solution_is_in_no_visible_text(exercise):
    text = questions.form(exercise, "07_page")
    before, _, script = text.partition('<script type="application/json">')
    assert exercise.why not in before
    assert all(hint not in before for hint in exercise.hints)
    data = json.loads(script.partition("</script>")[0])
    assert data["id"] == exercise.id
    assert "</" not in script.partition("</script>")[0]


def test_the_page_does_not_speak_of_cells():
    text = "## Exercises\n\nDo it, and run the cell: `check` helps. Try more.\n\nA last one."
    shown = questions.introduced(text)
    assert shown.startswith(f"## Exercises\n\n{questions.INTRODUCTION}\n\nTry more.\n\nA last one.")
    assert questions.introduced("**7.1** run the cell") == "**7.1** run the cell"
