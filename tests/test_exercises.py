"""The exercises: every one of them, and the engine that judges the answers."""

import ast
import contextlib
import dis
import html
import inspect
import itertools
import json
import multiprocessing
import os
import re
import threading
import time
from fractions import Fraction
from pathlib import Path

import nbformat
import numpy as np
import pytest

from convnet_lib import exercises
from convnet_lib.exercises import (
    answers,
    asking,
    catalogue,
    comparing,
    progress_file,
    running,
    showing,
)
from convnet_lib.exercises.asking import Case, Exercise, Function, Letter, Made, Mistake, Values

ALL = catalogue.exercises()
FUNCTIONS = {id: e for id, e in ALL.items() if isinstance(e.answer, Function)}
VALUES = [id for id, e in ALL.items() if isinstance(e.answer, Values)]
MISTAKES = [(id, name) for id, e in ALL.items() for name in e.mistakes]
NOTEBOOKS = Path(__file__).resolve().parent.parent / "notebooks"

#: Words and the chapter that introduces them; no message of an earlier chapter may use them.
INTRODUCED = {
    r"pool|window": 1,
    r"winner|tied\b|\bties?\b": 3,
    r"cross-entropy|quadratic|\bcost": 4,
    r"δ|delta|backprop|gradient|derivative|chain rule": 4,
    r"BP1": 6,
    r"BP2|switch": 7,
    r"BP3": 8,
    r"BP4": 9,
    r"mini-batch|learning rate|epoch": 10,
}
INTERNAL = r"Traceback|0x[0-9a-f]{4}|convnet_lib[./]exercises|<function|<lambda|object at|dtype"


@pytest.fixture(autouse=True)
def own_progress(tmp_path, monkeypatch):
    """No test writes into the reader's own file."""
    monkeypatch.setenv("CONVNET_PROGRESS", str(tmp_path / "progress.json"))
    monkeypatch.setattr(exercises, "_hints_shown", {})
    return tmp_path / "progress.json"


def flat(text):
    """A message without its line breaks."""
    return " ".join(str(text).split())


def solved(exercise):
    """An answer as the solution gives it."""
    if isinstance(exercise.answer, Function):
        return exercise.solution
    if isinstance(exercise.answer, Letter):
        return exercise.answer.right
    return exercise.solution()


def started(exercise):
    """What a reader hands in who has run the starter and done nothing else."""
    names = {"np": np}
    exec(exercise.starter, names)
    code = answers.starter_code(exercise.starter)
    return names.get(code.co_name if code else "answer", names.get("answer"))


def judged(exercise, answer):
    result = answers.judge(exercise, answer)
    assert not re.search(INTERNAL, result.message), result.message
    return result


# --- Every exercise -----------------------------------------------------------------------------


def test_there_are_enough_of_them():
    assert list(ALL) == exercises.ids()
    chapters = {e.chapter for e in ALL.values()}
    for chapter in chapters:
        names = [e.id for e in ALL.values() if e.chapter == chapter]
        assert names == [f"{chapter}.{n + 1}" for n in range(len(names))]
        assert 3 <= len(names) <= 6
    assert chapters == {int(path.name[:2]) for path in NOTEBOOKS.glob("*.ipynb")} - {0}
    assert len(ALL) == 103
    assert {e.asks for e in ALL.values()} == set(asking.ASKS)


@pytest.mark.parametrize("id", ALL)
def test_it_is_complete(id):
    exercise = ALL[id]
    assert exercise.asks in asking.ASKS
    assert exercise.title
    assert 2 <= len(exercise.hints) <= 4
    assert len(exercise.why) > 20
    assert len(exercise.mistakes) >= 3
    assert len(exercise.starter.splitlines()) <= 12
    if isinstance(exercise.answer, Letter):
        wrong = set(exercise.answer.of) - {exercise.answer.right}
        assert {m.wrong for m in exercise.mistakes.values()} == wrong


def _words(code):
    """What a function is made of, whichever words a version of Python has for a method."""
    steps = [step for step in dis.get_instructions(code) if not step.opname.startswith("JUMP")]
    ends = {*dis.hasjrel, *dis.hasjabs}
    return [
        (step.opname.replace("METHOD", "ATTR"), None if step.opcode in ends else step.argval)
        for step in steps
    ]


@pytest.mark.parametrize(("id", "name"), MISTAKES)
def test_a_mistake_is_not_the_starter_itself(id, name):
    """That one is 'not attempted', in the next version of Python if not in this one."""
    start, wrong = answers.starter_code(ALL[id].starter), ALL[id].mistakes[name].wrong
    if start and inspect.isfunction(wrong):
        assert _words(start) != _words(wrong.__code__)


@pytest.mark.parametrize("id", ALL)
def test_the_solution_passes(id):
    result = judged(ALL[id], solved(ALL[id]))
    assert result.passed, result
    assert str(result) == repr(result)
    assert str(result).startswith(f"{id}: right. ")


@pytest.mark.parametrize("id", ALL)
def test_the_starter_is_not_attempted(id):
    for starter in (started(ALL[id]), None, ...):
        result = judged(ALL[id], starter)
        assert not result.passed
        assert "not attempted" in result.message


@pytest.mark.parametrize(("id", "name"), MISTAKES)
def test_a_planted_mistake_is_named(id, name):
    mistake = ALL[id].mistakes[name]
    message = flat(judged(ALL[id], mistake.wrong))
    assert message == f"{id}: not yet. {mistake.message}"
    assert 20 < len(mistake.message) < 400


@pytest.mark.parametrize("id", ALL)
def test_each_mistake_has_its_own_message(id):
    messages = [m.message for m in ALL[id].mistakes.values()]
    assert len(set(messages)) == len(messages)


@pytest.mark.parametrize("id", ALL)
def test_no_word_comes_before_its_chapter(id):
    exercise = ALL[id]
    said = [m.message for m in exercise.mistakes.values()]
    said += [*exercise.hints, exercise.title]
    for word, chapter in INTRODUCED.items():
        if exercise.chapter < chapter:
            assert not re.search(word, " ".join(said), re.IGNORECASE), word


@pytest.mark.parametrize("id", ALL)
def test_hints_come_one_by_one_and_the_solution_is_code(id):
    exercise = ALL[id]
    hints = [flat(hint) for hint in exercise.hints]
    for shown in range(1, len(hints) + 2):
        text = flat(exercises.hint(id))
        assert [hint in text for hint in hints] == [n < shown for n in range(len(hints))]
    assert hints[0] in flat(exercises.hint(id, 1))
    solution = exercises.solution(id)
    assert solution._repr_html_().startswith("<details><summary>Solution of")
    if not isinstance(exercise.answer, Letter):
        compile(solution.body, id, "exec")
        assert "return" in solution.body


@pytest.mark.parametrize("id", [id for id, e in ALL.items() if isinstance(e.answer, Letter)])
def test_the_paragraphs_of_a_solution_break_where_a_narrow_page_does(id):
    solution, printed = exercises.solution(id), str(exercises.solution(id))
    assert "\n" not in solution.body
    assert solution.body in html.unescape(solution._repr_html_())
    assert flat(solution.body) == flat(printed.removeprefix(f"{solution.title}\n\n"))
    assert max(map(len, printed.splitlines())) <= showing.WIDTH


# --- Every function exercise --------------------------------------------------------------------


def everywhere(change):
    """Apply a change to what a reference returns, to its first part if it is a tuple."""

    def function(exercise):
        def answer(*arguments):
            value = exercise.answer.reference(*arguments)
            if isinstance(value, tuple):
                return (change(value[0]), *value[1:])
            return change(value)

        return answer

    return function


def raises(exercise):
    def answer(*arguments):
        return [][3 + len(arguments)]

    return answer


def hangs(exercise):
    def answer(*arguments):
        while True:
            pass

    return answer


def changes_its_input(exercise):
    def answer(*arguments):
        value = exercise.answer.reference(*arguments)
        for argument in arguments:
            if isinstance(argument, np.ndarray):
                argument *= argument.dtype.type(0)
        return value

    return answer


BAD = {
    "raised IndexError: list index out of range": raises,
    "was not ready after": hangs,
    "changed its argument": changes_its_input,
    "is a text": everywhere(lambda value: "a string"),
    "shape": everywhere(lambda value: np.asarray(value)[None]),
    "no finite number": everywhere(lambda value: np.full(np.shape(value), np.nan)),
    "nothing else": everywhere(lambda value: -np.asarray(value, float)),
}


@pytest.mark.parametrize("said", BAD)
@pytest.mark.parametrize("id", FUNCTIONS)
def test_a_function_that_misbehaves_is_told_so(id, said, monkeypatch):
    monkeypatch.setattr(running, "LIMIT", 0.2 if BAD[said] is hangs else 20)
    exercise = FUNCTIONS[id]
    arrays = [x for c in exercise.answer.cases for x in c.arguments if isinstance(x, np.ndarray)]
    if BAD[said] is changes_its_input and not arrays:
        pytest.skip("it is called with numbers")
    result = judged(exercise, BAD[said](exercise))
    assert not result.passed
    if said != "nothing else":  # a wrong sign may be one of the planted mistakes
        assert said in flat(result)


@pytest.mark.parametrize("id", FUNCTIONS)
def test_it_is_called_with_more_than_one_shape_of_input(id):
    cases = FUNCTIONS[id].answer.cases
    assert len(cases) >= 2
    assert len({case.label for case in cases}) == len(cases)


@pytest.mark.parametrize("id", FUNCTIONS)
def test_a_mean_that_agrees_is_not_enough(id):
    exercise, cases = FUNCTIONS[id], FUNCTIONS[id].answer.cases
    turned = everywhere(lambda value: np.asarray(value)[..., ::-1] if np.ndim(value) else -value)
    levelled = everywhere(lambda value: np.full(np.shape(value), np.mean(value) + 0.0))
    values = [running.plainly(exercise.answer.reference, c.arguments).value for c in cases]
    if max(np.size(v[0] if isinstance(v, tuple) else v) for v in values) > 1:
        assert not judged(exercise, turned(exercise)).passed
        assert not judged(exercise, levelled(exercise)).passed


@pytest.mark.parametrize("id", ALL)
def test_the_notebook_has_the_starter(id):
    """Where a notebook asks for an exercise, its cell is the starter and the call of check."""
    cells = [c for c in notebook(ALL[id].chapter).cells if f'check("{id}"' in c.source]
    if not cells:
        pytest.skip("the notebook does not have it yet")
    (cell,) = cells
    assert ALL[id].starter in cell.source
    assert len(cell.source.splitlines()) <= 15
    assert cell.source.splitlines()[-1].startswith(f'check("{id}", ')
    (output,) = cell.outputs
    assert output["data"]["text/plain"] == repr(answers.judge(ALL[id], None))


def _kinds(starter):
    """What a reader finds in a starter: None, a gap, a function to write, an empty one, to mend."""
    tree = ast.parse(starter)
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
    holes = [n for n in ast.walk(tree) if isinstance(n, ast.Constant) and n.value is ...]
    kinds = {"a gap"} if holes else set()
    if not functions:
        return kinds or {"None"}
    if not holes:
        return {"to mend"}
    (line, *others) = functions[-1].body
    empty = not others and isinstance(line, ast.Expr)
    return kinds | {"to write"} | ({"empty"} if empty else set())


@pytest.mark.parametrize(
    ("starter", "kinds"),
    [
        ("answer = None", {"None"}),
        ("answer = [..., ...]", {"a gap"}),
        ("def f(a):\n    # your lines\n    ...", {"a gap", "to write", "empty"}),
        ("def f(a):\n    return ..., ...", {"a gap", "to write"}),
        ("def f(a):\n    b = 2 * a\n    return b, ...", {"a gap", "to write"}),
        ("def f(a):\n    return 2 * a", {"to mend"}),
    ],
)
def test_what_a_starter_has(starter, kinds):
    assert _kinds(starter) == kinds


@pytest.mark.parametrize("chapter", sorted({e.chapter for e in ALL.values()}))
def test_the_sentence_above_the_exercises_fits_their_starters(chapter):
    """It names what there is to fill in, and no function to write or to mend that is not there."""
    (cell,) = [c for c in notebook(chapter).cells if "## Exercises" in c.source]
    (sentence,) = re.findall(
        r"[Pp]ut your answer where .*?run the cell|Fill in, run the cell", cell.source
    )
    if sentence.startswith("Fill in"):
        return
    words = {
        "None": "`None`",
        "a gap": "`...`",
        "to write": "to write",
        "empty": "an empty function",
        "to mend": "to mend",
    }
    named = {kind for kind, word in words.items() if word in sentence}
    there = set().union(*(_kinds(e.starter) for e in ALL.values() if e.chapter == chapter))
    # It may speak of None or of a gap where there is none, but of no function that is not there.
    assert named - {"None", "a gap"} <= there
    # An empty function is one to write, and a gap in a function is a gap.
    assert there - named <= {"to write", "empty"}
    assert "empty" not in there or named & {"to write", "empty"}


def notebook(chapter):
    (path,) = NOTEBOOKS.glob(f"{chapter:02}_*.ipynb")
    return nbformat.read(path, as_version=4)


# --- The engine: what check says ----------------------------------------------------------------


def total(a, b):
    return a.sum() + b


TOTAL = Exercise(
    id="0.1",
    title="A total",
    asks="implement",
    starter="def total(a, b):\n    ...",
    answer=Function(
        lambda a, b: a + b,
        [Case("two numbers", np.array([[1.0, 2]]), 1.0), Case("six", np.eye(2, 3), 2.0)],
    ),
    mistakes={"minus": Mistake("That is a minus.", lambda a, b: a - b)},
    hints=("Plus.", "a + b"),
    why="It adds up.",
    solution=total,
)


def said(answer, exercise=TOTAL):
    return flat(answers.judge(exercise, answer))


def test_the_line_of_an_exception_is_shown():
    def answer(a, b):
        return helper(a)

    def helper(a):
        return a[7]

    message = said(answer)
    assert "With two numbers, total(a, b) raised IndexError: index 7 is out of bounds" in message
    assert message.endswith("return a[7]) Shapes: a is (1, 2).")


def test_a_call_with_other_arguments_is_explained():
    assert "total(a, b) raised TypeError" in said(lambda a: a)


@pytest.mark.parametrize("error", [SystemExit, KeyboardInterrupt, GeneratorExit, StopIteration])
def test_no_exception_gets_out(error):
    def answer(a, b):
        raise error("now")

    assert f"raised {error.__name__}: now" in said(answer)


def test_endless_recursion_is_an_exception_like_others():
    def answer(a, b):
        return answer(a, b)

    assert "raised RecursionError" in said(answer)


@pytest.fixture
def in_threads(monkeypatch):
    """As where there is no fork: on Windows and macOS."""
    monkeypatch.setattr(running, "FORKS", False)


def test_an_answer_that_holds_on_to_its_exceptions_is_stopped(monkeypatch, in_threads):
    monkeypatch.setattr(running, "LIMIT", 0.2)
    stopped = threading.Event()

    def answer(a, b):
        try:
            while True:
                with contextlib.suppress(Exception):
                    time.sleep(0.001)
        finally:
            stopped.set()

    assert "was not ready after 0.2 s." in said(answer)
    assert stopped.wait(30)


def test_an_answer_that_sleeps_is_left_behind(monkeypatch, in_threads):
    monkeypatch.setattr(running, "LIMIT", 0.1)
    monkeypatch.setattr(running, "GRACE", 0.1)
    wakes, awake = threading.Event(), threading.Event()

    def answer(a, b):
        try:
            wakes.wait(60)
        finally:
            awake.set()

    assert "was not ready" in said(answer)
    assert not awake.is_set()
    wakes.set()
    assert awake.wait(30)


def test_the_limit_holds_for_all_calls_together(monkeypatch):
    """Each call alone would be ready in time, on any machine; both together are not."""
    monkeypatch.setattr(running, "LIMIT", 3)
    assert "With six, total(a, b) was not ready after 3 s" in said(
        lambda a, b: time.sleep(1.6) or a + b
    )


def test_it_works_outside_of_the_main_thread(monkeypatch):
    monkeypatch.setattr(running, "LIMIT", 0.2)
    messages = []
    for answer in (lambda a, b: a + b, hangs(TOTAL)):
        thread = threading.Thread(target=lambda answer=answer: messages.append(said(answer)))
        thread.start()
        thread.join(5)
    assert messages[0].startswith("0.1: right.")
    assert "was not ready" in messages[1]


def test_without_threads_there_is_no_limit_but_an_answer(monkeypatch, in_threads):
    def refuse(self):
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", refuse)
    assert said(lambda a, b: a + b).startswith("0.1: right.")
    assert "raised ZeroDivisionError" in said(lambda a, b: 1 / 0)


def test_an_answer_may_print(capsys):
    assert said(lambda a, b: print("looking") or a + b).startswith("0.1: right.")
    assert "looking" in capsys.readouterr().out


def test_a_flood_of_print_is_cut_short(capsys, monkeypatch):
    monkeypatch.setattr(running, "LIMIT", 0.2)

    def answer(a, b):
        while True:
            print("looping")

    assert "was not ready" in said(answer)
    assert 1000 < len(capsys.readouterr().out) < running.ROOM + 100
    print("x" * 3000)
    assert len(capsys.readouterr().out) == 3001


def test_a_function_with_nothing_but_a_docstring_is_not_attempted():
    def mine(a, b):
        """Add."""

    assert "not attempted" in said(mine)
    assert "not attempted" not in said(lambda a, b: 0)


def test_an_answer_that_remembers_is_found_out():
    kept = []

    def answer(a, b):
        kept.append(1)
        return a + b if len(kept) <= 2 else a + b + 1

    assert "It keeps something from one call to the next" in said(answer)


def test_the_first_difference_has_its_place_and_both_values():
    def answer(a, b):
        c = a + b
        c[-1, -1] += 0.5 * (len(a) > 1)
        return c

    result = answers.judge(TOTAL, answer)
    message = flat(result)
    assert "With six: 1 of 6 entries differs" in message
    assert "is at [1, 2]: expected 2, found 2.5." in message
    np.testing.assert_array_equal(result.inputs[0], np.eye(2, 3))


@pytest.mark.parametrize(
    ("found", "words"),
    [
        ([[1.0, 2], [4, 3]], "left and right exchanged|entries differ"),
        ([[1.0, 3], [2, 4]], "transposed"),
        ([[4.0, 3], [2, 1]], "rotated by 180°"),
        ([[3.0, 4], [1, 2]], "upside down"),
        ([[2.0, 1], [4, 3]], "left and right exchanged"),
        ([[2.5, 5], [7.5, 10]], "2.5 times what is expected"),
        ([[1.5, 2.5], [3.5, 4.5]], "off by the same 0.5"),
        ([[-1.0, -2], [-3, -4]], "sign is wrong"),
        ([1.0, 2, 3, 4], r"shape \(4,\); shape \(2, 2\) is expected"),
        ([[1.0, 2], [3, np.inf]], r"inf at \[1, 1\]"),
        ([[1, 0], [0, 0]], "right at the beginning, and 0 after that"),
        ("four", "should be an array of shape .2, 2., and is a text"),
        ([[1, 2], [3, "four"]], r"2., and holds a text at \[1, 1\]: 'four'\."),
        ([[1, 2], [3]], "is a list of 2 of different shapes"),
        ([[1, 2], [3, None]], "is a list of 2\\."),
        ({}, "is a dict of 0"),
        (np.sum, "is a function"),
    ],
)
def test_how_an_array_differs(found, words):
    assert re.search(words, comparing.difference(np.array([[1.0, 2], [3, 4]]), found, 1e-9))


def test_of_several_differences_the_first_is_shown():
    found = np.array([[1.0, 7], [8, 4]])
    text = comparing.difference(np.array([[1.0, 2], [3, 4]]), found, 1e-9)
    assert text.startswith("2 of 4 entries differ; the first difference in the result is at [0, 1]")


@pytest.mark.parametrize(
    ("expected", "found", "said"),
    [
        ([1.5, 2.5], [1, 2], True),
        ([1.7, -2.2, 0.4], [1, -2, 0], True),
        ([0.7, -0.2, 0.4], [0, 0, 0], False),  # zeros may be anything else
        (-0.125, 0, False),
    ],
)
def test_whole_numbers_are_noticed(expected, found, said):
    text = comparing.difference(np.array(expected), np.array(found), 1e-9)
    assert ("It holds whole numbers" in text) == said


def test_fractions_are_numbers():
    assert comparing.agree([0.5, -0.125], [Fraction(1, 2), Fraction(-1, 8)], 1e-9)
    assert comparing.agree(0.75, Fraction(3, 4), 1e-9)
    assert not comparing.agree([0.5, 1], [Fraction(1, 2), None], 1e-9)


def test_a_factor_is_one_of_all_entries():
    """With a large allowance, entries that are right are some multiple as well."""
    text = comparing.difference(np.array([0.2, 0.568]), np.array([0.2, 0.55]), 0.01)
    assert "1 of 2 entries differs" in text
    assert "times" not in text


@pytest.mark.parametrize(
    "found", [[4692800, 46.9, 4692800], [4.75, 46.94, 4.73], [4693, 46900, 500], [5e-4, 5e-3, 9e-4]]
)
def test_a_factor_and_an_offset_are_allowed_no_more_than_an_answer(found):
    text = comparing.difference(np.array([4.69, 46.9, 4.69]), np.array(found), 0.05 / 46.9)
    assert "entries differ" in text or "Every entry differs" in text
    assert "Everything is" not in text


def test_rows_and_columns_of_a_shape():
    assert "seem to be exchanged" in comparing.difference(np.ones((2, 3)), np.ones((3, 2)), 1e-9)


def test_several_results_are_compared_one_by_one():
    expected = (np.ones(2), np.float64(3))
    assert comparing.difference(expected, [np.ones(2), 3.0], 1e-9) is None
    assert "b differs: expected 3" in comparing.difference(expected, (np.ones(2), 4), 1e-9, "ab")
    assert "2 results are expected" in comparing.difference(expected, np.ones((3, 3)), 1e-9, "ab")


def test_a_number_that_is_wrong_is_not_answered_with_the_right_one():
    exercise = Exercise(id="0.2", title="", asks="by hand", starter="", answer=Values(8.5))
    assert said(7, exercise) == "0.2: not yet. 7 is too small."
    assert "without quotation marks" in said("7", exercise)
    assert said("b", exercise) == "0.2: not yet. The answer should be a number, and is a text."
    assert "a number alone" in said([8.5], exercise)
    assert "call it" in said(lambda: 8.5, exercise)
    assert "no finite number" in said(float("nan"), exercise)


def test_a_wrong_number_that_rounds_to_the_right_one_is_told_in_full():
    exercise = Exercise(id="0.2", title="", asks="by hand", starter="", answer=Values(12.5))
    assert said(12.500002, exercise) == "0.2: not yet. 12.500002 is too large."
    assert said(12.51, exercise) == "0.2: not yet. 12.51 is too large."
    exercise = Exercise(id="0.2", title="", asks="by hand", starter="", answer=Values([12.5, 3]))
    assert said([12.499998, 3], exercise).endswith("at [0]: 12.499998 is too small.")


def test_a_text_is_no_number_where_several_are_expected():
    exercise = Exercise(id="0.2", title="", asks="by hand", starter="", answer=Values([4, 3]))
    assert said("43", exercise).endswith("should be an array of shape (2,), and is a text.")


def test_a_sign_of_one_number_is_wrong_only_if_it_is_so_in_every_case():
    cases = [Case("a 3", 3.0), Case("a 5", 5.0), Case("a 0", 0.0)]
    asked = Function(lambda a: a, cases)
    exercise = Exercise(
        id="0.6", title="", asks="derive", starter="def f(a):\n    ...", answer=asked
    )
    assert said(lambda a: -a, exercise).endswith("found -3. The sign is wrong, and nothing else.")
    assert said(lambda a: a - 6, exercise).endswith("found -3.")
    assert said(lambda a: -3 if a else [][1], exercise).endswith("found -3.")


@pytest.mark.parametrize("answer", [1j, np.complex64(1j), np.complex128(1j)])
def test_a_complex_number_is_called_so(answer):
    exercise = Exercise(id="0.2", title="", asks="by hand", starter="", answer=Values(12.5))
    assert said(answer, exercise).endswith("should be a number, and is a complex number.")


def test_numbers_in_quotation_marks_are_told_apart_from_other_texts():
    exercise = Exercise(id="0.2", title="", asks="by hand", starter="", answer=Values([0.5, 1]))
    assert "'0.5' is a text" in said(["0.5", "1"], exercise)
    assert "'1' is a text" in said([0.5, "1"], exercise)
    assert "quotation marks" not in said(["half", 1.0], exercise)
    assert "quotation marks" not in said("nan", exercise)


def test_several_numbers_that_are_wrong_are_not_answered_with_the_right_ones():
    exercise = Exercise(id="0.2", title="", asks="by hand", starter="", answer=Values([0.3, -1]))
    assert said([0.3, 2], exercise) == (
        "0.2: not yet. 1 of 2 entries differs; the first difference in the answer is at [1]: "
        "2 is too large."
    )
    for answer in ([0.3, float("nan")], [0.3, float("inf")]):
        assert said(answer, exercise).endswith("at [1], which is no finite number.")


def test_no_loop_is_asked_for_where_numbers_were_written_down():
    """Whoever has left out the last of them had none."""
    exercise = Exercise(id="0.2", title="", asks="by hand", starter="", answer=Values([3, -1, 2]))
    assert said([3, 0, 0], exercise) == (
        "0.2: not yet. 2 of 3 entries differ; the first difference in the answer is at [1]: "
        "0 is too large."
    )


def test_results_in_another_order_are_told_so():
    expected = (np.ones(2), np.zeros(2), 3.0)
    found = (3.0, np.ones(2), np.zeros(2))
    assert "in another order: a, b, c is" in comparing.difference(expected, found, 1e-9, "abc")


def test_an_array_is_taken_for_several_results_only_if_it_has_a_row_for_each():
    expected = (np.array([1.0, 2]), np.array([3.0, 4]))
    assert comparing.agree(expected, np.array([[1.0, 2], [3, 4]]), 1e-9)
    text = comparing.difference(expected, np.array([1.0, 2]), 1e-9, ("a", "b"))
    assert text == "2 results are expected (a, b), and an array of shape (2,) came."


def test_a_difference_behind_the_sixth_digit_is_shown():
    text = comparing.difference(np.float64(1 / 3), np.float32(1 / 3), 1e-9)
    assert "found 0.333333343267 (float32 has about seven digits)" in text


def test_what_is_raised_and_lowered_again_has_not_changed():
    def answer(w):
        w += 1e-5
        w -= 1e-5
        return 0

    w = np.array([0.3, 1.7, 1e-3])
    assert running.call(answer, (w,)).changed == ()
    assert running.call(lambda w: w.__iadd__(1e-5), (w,)).changed == (0,)


def test_nothing_but_zeros_are_no_right_beginning():
    assert comparing.pattern(np.array([0.0, 0, 1, 2]), np.zeros(4), 1e-9, of_code=True) == ""


def test_an_answer_with_holes_left_is_told_so():
    exercise = Exercise(id="0.5", title="", asks="by hand", starter="", answer=Values([1, 2]))
    assert "places to fill in" in said([1, ...], exercise)
    assert "first step" in said([None, ...], exercise)


@pytest.mark.parametrize("answer", ["b", "B", " b ", "b)", "(b)"])
def test_a_letter_may_be_written_as_one_likes(answer):
    exercise = Exercise(id="0.3", title="", asks="explain", starter="", answer=Letter("b"))
    assert answers.judge(exercise, answer).passed
    assert "one of 'a', 'b', 'c', 'd'; this is 'e'" in said("e", exercise)
    assert "this is the number 2" in said(2, exercise)


def test_a_made_array_is_judged_by_what_it_does():
    made = Made((2, 2), lambda a: None if a.sum() == 1 else "zero" if a.sum() == 0 else "Too much.")
    mistakes = {"zero": Mistake("All is 0.", np.zeros((2, 2)))}
    exercise = Exercise(
        id="0.4", title="", asks="predict", starter="", answer=made, mistakes=mistakes
    )
    assert said([[0, 0], [1, 0]], exercise).startswith("0.4: right.")
    assert said(np.zeros((2, 2)), exercise) == "0.4: not yet. All is 0."
    assert said(np.ones((2, 2)), exercise) == "0.4: not yet. Too much."
    assert "shape (2, 2) is expected" in said(np.ones((2, 3)), exercise)
    assert "no finite numbers" in said(np.full((2, 2), np.nan), exercise)


def test_what_is_wrong_with_a_made_array_may_go_into_a_sentence():
    made = Made(
        (2,),
        lambda a: ("at", a.argmax(), f"{a.max():g}") if a.any() else "nothing",
        says={"at": "At [{}] is {}.", "nothing": "All is 0."},
    )
    exercise = Exercise(id="0.4", title="", asks="predict", starter="", answer=made)
    assert said([1, 2.5], exercise) == "0.4: not yet. At [1] is 2.5."
    assert said([0, 0], exercise) == "0.4: not yet. All is 0."


@pytest.mark.parametrize("id", [id for id, e in ALL.items() if isinstance(e.answer, Made)])
def test_no_number_is_too_large_or_too_small_for_a_made_array(id):
    right = np.asarray(solved(ALL[id]), float)
    for size in (1e308, 1e200, 1e-200, 5e-324):
        for array in (size * np.sign(right), np.full(right.shape, size)):
            judged(ALL[id], array)
            judged(ALL[id], -array)


def test_strict_raises():
    id = exercises.ids()[0]
    with pytest.raises(exercises.ExerciseError, match="not attempted"):
        exercises.check(id, None, strict=True)
    with pytest.raises(AssertionError, match=r"There is no exercise '99\.1'"):
        exercises.check("99.1", 3, strict=True)
    assert exercises.check(id, solved(ALL[id]), strict=True).passed


@pytest.mark.parametrize("id", ["99.1", "", None, 7, "2.99", "two"])
def test_an_id_that_does_not_exist(id):
    for answer in (exercises.check(id, 3), exercises.hint(id), exercises.solution(id)):
        assert str(answer).startswith("There is no exercise")


# --- The file of what is done -------------------------------------------------------------------

FIRST = exercises.ids()[0]


def done():
    return exercises.progress().done


def test_progress_is_kept(own_progress):
    assert done() == []
    exercises.check(FIRST, None)
    assert not own_progress.exists()
    message = str(exercises.check(FIRST, solved(ALL[FIRST])))
    assert message == str(answers.judge(ALL[FIRST], solved(ALL[FIRST])))
    assert json.loads(own_progress.read_text("utf-8")) == {"done": [FIRST]}
    assert done() == [FIRST]
    assert f"1 of {len(ALL)} exercises are done." in str(exercises.progress())
    assert [p.name for p in own_progress.parent.iterdir()] == [own_progress.name]


def test_an_answer_that_is_right_later_wrong_stays_done():
    exercises.check(FIRST, solved(ALL[FIRST]))
    exercises.check(FIRST, "nonsense")
    assert done() == [FIRST]


def test_a_missing_folder_is_made(monkeypatch, tmp_path):
    monkeypatch.setenv("CONVNET_PROGRESS", str(tmp_path / "new" / "folder" / "p.json"))
    exercises.check(FIRST, solved(ALL[FIRST]))
    assert done() == [FIRST]


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b"3", b'{"done": 3}', b"\xff\xfe", b"[" * 100_000, b"null"]
)
def test_a_broken_file_is_put_aside(own_progress, content):
    own_progress.write_bytes(content)
    assert "does not hold what progress() writes" in flat(exercises.progress())
    result = exercises.check(FIRST, solved(ALL[FIRST]))
    assert result.passed
    assert "put aside" in result.message
    assert own_progress.with_name("progress.json.broken").read_bytes() == content
    assert done() == [FIRST]
    assert "aside" not in str(exercises.check(FIRST, solved(ALL[FIRST])))


def test_ids_that_are_gone_do_no_harm(own_progress):
    own_progress.write_text(json.dumps({"done": ["99.9", 3, FIRST]}))
    assert done() == [FIRST]
    exercises.check(FIRST, solved(ALL[FIRST]))
    assert "99.9" in json.loads(own_progress.read_text("utf-8"))["done"]


def test_a_read_only_file_is_told_of(own_progress, monkeypatch):
    own_progress.write_text('{"done": []}')
    monkeypatch.setattr(os, "access", lambda path, mode: False)  # root may write anything
    result = exercises.check(FIRST, solved(ALL[FIRST]))
    assert result.passed
    assert "could not be kept" in result.message
    assert own_progress.read_text() == '{"done": []}'


@pytest.mark.parametrize("step", ["mkstemp", "replace"])
def test_a_disk_that_refuses_is_told_of(own_progress, monkeypatch, step):
    def refuse(*args, **kwargs):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(progress_file.tempfile if step == "mkstemp" else os, step, refuse)
    result = exercises.check(FIRST, solved(ALL[FIRST]))
    assert result.passed
    assert "No space left on device" in flat(result)
    assert list(own_progress.parent.iterdir()) == []


def test_a_folder_in_the_place_of_the_file_is_told_of(own_progress):
    own_progress.mkdir()
    assert exercises.progress().done == []
    assert exercises.check(FIRST, solved(ALL[FIRST])).passed


def test_a_lock_left_behind_does_not_stop_anyone(own_progress, monkeypatch):
    monkeypatch.setattr(progress_file, "PATIENCE", 0.05)
    own_progress.with_name("progress.json.lock").touch()
    exercises.check(FIRST, solved(ALL[FIRST]))
    assert done() == [FIRST]
    assert not own_progress.with_name("progress.json.lock").exists()


def test_what_is_done_already_is_not_written_again(own_progress, monkeypatch):
    exercises.check(FIRST, solved(ALL[FIRST]))
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    assert "could not be kept" not in flat(exercises.check(FIRST, solved(ALL[FIRST])))


def _add(path, names, start):
    os.environ["CONVNET_PROGRESS"] = path
    start.wait(60)
    for name in names:
        progress_file.add(name)


def test_two_processes_at_once_lose_nothing(own_progress):
    halves = [f"{n}.1" for n in range(20)], [f"{n}.2" for n in range(20)]
    spawn = multiprocessing.get_context("spawn")
    start = spawn.Barrier(2)
    writers = [spawn.Process(target=_add, args=(str(own_progress), h, start)) for h in halves]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(60)
    assert set(json.loads(own_progress.read_text("utf-8"))["done"]) == {*halves[0], *halves[1]}


def test_without_the_variable_it_is_in_the_users_folder(monkeypatch):
    monkeypatch.delenv("CONVNET_PROGRESS")
    assert progress_file.path().name == "progress.json"
    assert progress_file.path().parent.name == "convnet_lib"


@pytest.mark.parametrize(
    ("id", "rounded", "off"),
    [
        ("10.1", [0, 0.13, 0, 0.13, 0.13], [0, 0.13, 0, 0.13, 0.1]),
        ("11.1", [0.46, 0.49, 0.62], [0.46, 0.49, 0.61]),
        ("11.1", [0.47, 0.5, 0.62], [0.48, 0.5, 0.62]),
        ("11.4", [0.9, 0.009, 4000], [0.9, 0.010, 4000]),
        ("11.4", [0.9, 0.0095, 4000], [0.9, 0.008, 4000]),
        ("13.4", [25.2, 25.2, 12.6], [25.2, 25.3, 12.6]),
        ("14.4", [4.7, 46.9, 4.7], [4.6, 46.9, 4.6]),
        ("14.4", [4.7, 47, 4.7], [4.8, 47, 4.8]),
    ],
)
def test_an_answer_may_be_rounded_as_the_exercise_says_and_no_further(id, rounded, off):
    assert judged(ALL[id], rounded).passed
    assert not judged(ALL[id], off).passed


DECIMALS = {"one": 1, "two": 2, "three": 3, "four": 4}


def decimals_of(id):
    """How many decimals the text of an exercise asks for, or None."""
    (text,) = [c.source for c in notebook(ALL[id].chapter).cells if f"**{id} " in c.source]
    found = re.search(rf"\b({'|'.join(DECIMALS)}) decimals?\b", text, re.IGNORECASE)
    return found and DECIMALS[found[1].lower()]


ROUNDED = [id for id in VALUES if decimals_of(id)]


def rounded_as_asked(value, places):
    """A number or an array with so many decimals; a tie may be rounded either way."""
    value = np.asarray(value, float) * 10**places
    for to in (np.floor(value + 0.500001), np.ceil(value - 0.500001)):
        yield (to / 10**places).tolist()


def test_these_are_to_be_rounded():
    assert ROUNDED == ["4.1", "5.1", "5.2", "11.1", "11.4", "13.4", "14.4"]


@pytest.mark.parametrize("id", ROUNDED)
def test_rounded_as_asked_the_answer_is_right_and_each_mistake_is_named(id):
    places = decimals_of(id)
    for given in rounded_as_asked(ALL[id].answer.right, places):
        if id not in ("11.1", "11.4"):  # 0.465 and 0.0095: rounded one way alone, as tested above
            assert judged(ALL[id], given).passed, given
    for name, mistake in ALL[id].mistakes.items():
        for given in rounded_as_asked(mistake.wrong, places):
            named = flat(judged(ALL[id], given)) == f"{id}: not yet. {mistake.message}"
            # All of it rounded away: anything small would have this name.
            assert named == np.any(given), (name, given)


@pytest.mark.parametrize("id", VALUES)
def test_no_answer_is_near_enough_to_two_mistakes(id):
    """Nor to a mistake and to the right one: the order in which they are looked through is none."""
    asked = ALL[id].answer
    known = [(asked.right, asked.within)]
    for mistake in ALL[id].mistakes.values():
        allowed = answers.allowance(asked, mistake.wrong) * comparing.scale(mistake.wrong)
        known.append((mistake.wrong, allowed))
    for (one, near), (other, by) in itertools.combinations(known, 2):
        one, other = np.asarray(one, float), np.asarray(other, float)
        assert one.shape != other.shape or np.any(np.abs(one - other) > near + by), (one, other)


def test_a_mistake_in_an_estimate_may_be_off_by_a_part_of_itself():
    mistakes = ALL["6.3"].mistakes
    assert flat(judged(ALL["6.3"], 8000)).endswith(mistakes["one unit"].message)
    assert flat(judged(ALL["6.3"], 9_000_000)).endswith(mistakes["squared"].message)
    assert flat(judged(ALL["6.3"], 100)) == "6.3: not yet. 100 is too small."


def test_the_loops_of_f1_take_a_bias_that_is_a_whole_number():
    image, filter = np.array([[0.5, 1.0], [0.25, 0.0]]), np.array([[0.5, -1.0]])
    assert ALL["2.3"].solution(image, filter, 1).tolist() == [[0.25], [1.125]]


def test_a_slice_with_one_zero_too_many_is_told_so():
    """It raises in the cases in which the errors do not fit, as a reader's slice does."""

    def spread(delta, stride, shape):
        out = np.zeros(shape)
        out[:: stride + 1, :: stride + 1] = delta
        return out

    mistake = ALL["17.4"].mistakes["one zero too many"]
    assert flat(judged(ALL["17.4"], spread)) == f"17.4: not yet. {mistake.message}"
