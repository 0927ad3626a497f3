"""Judging an answer: not attempted, right, one of the known mistakes, or where it differs first."""

import copy
import dis
import types

import numpy as np

from . import comparing, running
from .asking import Function, Letter, Made, Values
from .showing import Result


def judge(exercise, answer):
    """Return the Result of an answer to an exercise.

    >>> from convnet_lib.exercises import answers, catalogue
    >>> answers.judge(catalogue.find("7.2"), None)
    7.2: not attempted yet. hint("7.2") gives a first step.
    """
    if not callable(answer):
        outcome = running.read(answer)
        if outcome.late or outcome.error or outcome.ended:
            return _say(exercise, _unreadable(outcome))
        answer = outcome.value
    if not_attempted(exercise, answer):
        begun = isinstance(answer, (list, tuple, np.ndarray)) and not _all_holes(answer)
        return _say(exercise, None, holes=begun)
    return JUDGES[type(exercise.answer)](exercise, answer)


def not_attempted(exercise, answer):
    """Return whether the answer is the starter: None, ..., or its function unchanged.

    >>> from convnet_lib.exercises import answers, catalogue
    >>> exercise = catalogue.find("7.2")
    >>> answers.not_attempted(exercise, [3, ...]), answers.not_attempted(exercise, [3, 5])
    (True, False)
    """
    if answer is None or answer is ...:
        return True
    if type(answer) is types.FunctionType:
        start = starter_code(exercise.starter)
        return start is not None and _steps(start) == _steps(answer.__code__)
    if callable(answer):
        return False
    if isinstance(answer, (list, tuple)) or _of_objects(answer):
        return any(not_attempted(exercise, entry) for entry in answer)
    return False


def starter_code(starter):
    """Return the code of the function that a starter defines last, or None.

    >>> from convnet_lib.exercises import answers
    >>> answers.starter_code("answer = lambda a, axis: ...").co_name
    '<lambda>'
    """
    codes = [c for c in compile(starter, "starter", "exec").co_consts if hasattr(c, "co_code")]
    return codes[-1] if codes else None


def called(exercise):
    """Return how the function is called: weighted_input(a0, w1, b1).

    >>> from convnet_lib.exercises import answers, catalogue
    >>> answers.called(catalogue.find("7.3"))
    'error(delta3, w3, z1)'
    """
    code = starter_code(exercise.starter)
    name = code.co_name if code.co_name != "<lambda>" else "answer"
    return f"{name}({', '.join(code.co_varnames[: code.co_argcount])})"


def _letter(exercise, answer):
    of = exercise.answer.of
    choice = answer.strip().strip("().'\"").lower() if isinstance(answer, str) else None
    if choice is None or choice not in of or len(choice) != 1:
        letters = ", ".join(f"'{letter}'" for letter in of)
        shown = repr(answer[:60]) if isinstance(answer, str) else comparing.kind(answer)
        return _say(exercise, f"The answer is one of {letters}; this is {shown}.")
    if choice == exercise.answer.right:
        return _say(exercise, "")
    return _say(exercise, _known(exercise, lambda wrong: wrong == choice))


def _values(exercise, answer):
    asked, right = exercise.answer, exercise.answer.right
    if callable(answer):
        return _say(exercise, "This is a function. What is asked for is its value: call it.")
    # An allowance for numbers written down by hand is the same for large and small ones.
    allowed = asked.within / comparing.scale(right)
    if comparing.agree(right, answer, allowed):
        return _say(exercise, "")
    text = _known(exercise, lambda w: comparing.agree(w, answer, allowance(asked, w)))
    return _say(exercise, text or _how_values_differ(right, answer, allowed))


def allowance(asked, wrong):
    """Return how far off a mistake may be given, counted as `comparing.agree` does.

    It is as far as the right answer may be, so that a mistake is known if it is rounded as the
    exercise asks; one with larger numbers may be given to as many digits. One that would be
    rounded to 0 has to be given to its first digit: everything small would be taken for it.

    >>> from convnet_lib.exercises import answers
    >>> from convnet_lib.exercises.asking import Values
    >>> asked = Values(50, within=0.05)
    >>> [answers.allowance(asked, wrong) for wrong in (0.5, 500, 0.04)]
    [0.05, 0.001, 0.008]
    """
    allowed = asked.within / comparing.scale(asked.right)
    largest = float(np.abs(comparing.array(wrong)).max(initial=0))
    if asked.relative:
        return allowed
    if 0 < largest <= asked.within:
        return max(allowed, largest / 5)
    return max(allowed, asked.within / comparing.scale(wrong))


def _how_values_differ(right, answer, within):
    expected, found = comparing.array(right), comparing.array(answer)
    if expected.ndim or found is None or found.ndim or not np.isfinite(found):
        return comparing.difference(right, answer, within, subject="the answer", tell=False)
    # A lone number that is wrong is not answered with the right one: that would end the exercise.
    return f"{comparing.side(expected, found)}.{comparing.pattern(expected, found, within)}"


@np.errstate(all="ignore")
def _made(exercise, answer):
    given = comparing.array(answer)
    if given is None or given.shape != exercise.answer.shape or not np.isfinite(given).all():
        blank = np.zeros(exercise.answer.shape)
        if given is not None and given.shape == blank.shape:
            return _say(exercise, "There are entries that are no finite numbers.")
        return _say(exercise, comparing.difference(blank, answer, 1, subject="the answer"))
    fault = exercise.answer.fault(given.astype(float))
    known = exercise.mistakes.get(fault)
    if fault is None:
        return _say(exercise, "")
    return _say(exercise, known.message if known else exercise.answer.say(fault))


def _function(exercise, answer):
    if not callable(answer):
        text = f"What is handed in should be the function {called(exercise)} itself, not called"
        return _say(exercise, f"{text}; this is {comparing.kind(answer)}.")
    cases, asked = exercise.answer.cases, exercise.answer
    # The first once more at the end, for what an answer may have kept.
    outcomes = running.calls(answer, [case.arguments for case in [*cases, cases[0]]])
    outcomes, again = outcomes[: len(cases)], outcomes[len(cases) :]
    if not again:
        return _say(exercise, *_no_end(exercise, outcomes))
    rights = [running.plainly(asked.reference, case.arguments).value for case in cases]
    bad = [n for n, outcome in enumerate(outcomes) if _wrong(outcome, rights[n], asked)]
    if not bad:
        if not again[0].late and _wrong(again[0], rights[0], asked):
            text = f"Called a second time with {cases[0].label}, {called(exercise)} returned "
            text += "something else. It keeps something from one call to the next: begin with "
            return _say(exercise, text + "new arrays inside of the function.", cases[0])
        return _say(exercise, "")
    return _say(exercise, *_what_is_wrong(exercise, outcomes, rights, bad[0]))


def _no_end(exercise, outcomes):
    case = exercise.answer.cases[len(outcomes) - 1]
    if outcomes[-1].late:
        text = f"With {case.label}, {called(exercise)} was not ready after {running.LIMIT:g} s."
        return f"{text} Is there a loop that never ends?", case
    text = f"With {case.label}, {called(exercise)} did not return: the process that called it"
    return f"{text} ended. Does it call exit, or ask for very much memory?", case


def _unreadable(outcome):
    if outcome.late:
        return f"What is handed in could not be read within {running.LIMIT:g} s."
    if outcome.error:
        return f"What is handed in could not be read: it raised {_raised(outcome.error)}."
    return "What is handed in could not be read: the process that read it ended."


def _raised(error):
    text = _one_line(error.text)
    return f"{error.name}: {text}" if text else error.name


def _what_is_wrong(exercise, outcomes, rights, first):
    asked, case, outcome = exercise.answer, exercise.answer.cases[first], outcomes[first]
    known = _known(exercise, lambda wrong: _does_the_same(wrong, outcomes, rights, asked))
    if known:
        return known, case
    changed = next((n for n, outcome in enumerate(outcomes) if outcome.changed), None)
    if changed is not None:
        names = called(exercise).partition("(")[2].rstrip(")").split(", ")
        name = names[outcomes[changed].changed[0]]
        text = f"{called(exercise)} changed its argument {name}. Whoever calls it still needs the "
        return f"{text}old values: work on a copy, or make a new array.", asked.cases[changed]
    if outcome.error is not None:
        place = outcome.error.place
        line = f" (Line {place[0]}: {place[1]})".replace(": )", ")") if place else ""
        raised, shapes = _raised(outcome.error), _shapes(exercise, case)
        return f"With {case.label}, {called(exercise)} raised {raised}.{line}{shapes}", case
    if outcome.value is None:
        return f"{called(exercise)} returned None. Is there a return at its end?", case
    texts = [
        comparing.difference(right, mine.value, asked.within, asked.parts) or comparing.SIGN
        for right, mine in zip(rights, outcomes, strict=True)
    ]
    text = texts[first]
    # The sign of a lone number may be wrong in one case by chance.
    if _lone(rights[first]) and not all(one.endswith(comparing.SIGN) for one in texts):
        text = text.removesuffix(comparing.SIGN)
    before = " (The simpler inputs before it were right.)" if first else ""
    return f"With {case.label}: {text}{before}", case


def _lone(right):
    return all(np.ndim(part) == 0 for part in (right if isinstance(right, tuple) else (right,)))


def _shapes(exercise, case):
    """The shapes of the arguments, in a sentence: an exception is often about them."""
    names = called(exercise).partition("(")[2].rstrip(")").split(", ")
    pairs = zip(names, case.arguments, strict=True)
    arrays = [f"{name} is {x.shape}" for name, x in pairs if isinstance(x, np.ndarray) and x.ndim]
    return f" Shapes: {', '.join(arrays)}." if arrays else ""


def _does_the_same(wrong, outcomes, rights, asked):
    """Whether a planted mistake and the answer return the same, and something wrong.

    Cases on which either raises are left out: rows and columns exchanged, say, returns wrong
    numbers for a square image and runs out of another one.
    """
    theirs = [running.plainly(wrong, case.arguments) for case in asked.cases]
    values = [
        (mine.value, planted.value, right)
        for mine, planted, right in zip(outcomes, theirs, rights, strict=True)
        if mine.error is None and planted.error is None
    ]
    same = all(_agree(planted, mine, asked) for mine, planted, _ in values)
    return same and any(not _agree(right, mine, asked) for mine, _, right in values)


def _agree(expected, found, asked):
    readable = expected if isinstance(expected, tuple) else comparing.array(expected)
    return readable is not None and comparing.agree(expected, found, asked.within)


def _wrong(outcome, right, asked):
    failed = outcome.late or outcome.ended or outcome.error is not None or outcome.changed
    return failed or not _agree(right, outcome.value, asked)


def _known(exercise, matches):
    return next((m.message for m in exercise.mistakes.values() if matches(m.wrong)), None)


def _say(exercise, text, case=None, holes=False):
    if text is None:
        words = f'not attempted yet. hint("{exercise.id}") gives a first step.'
        if holes:
            words = "not attempted yet: there are still places to fill in."
        return Result(False, f"{exercise.id}: {words}")
    if text == "":
        return Result(True, f"{exercise.id}: right. {exercise.why}")
    # Copies: what the reader does with them must not reach the next answer.
    inputs = case and copy.deepcopy(case.arguments)
    return Result(False, f"{exercise.id}: not yet. {text}", inputs)


def _all_holes(answer):
    if isinstance(answer, (list, tuple)) or _of_objects(answer):
        return all(_all_holes(entry) for entry in answer)
    return answer is None or answer is ...


def _of_objects(answer):
    return isinstance(answer, np.ndarray) and answer.dtype == object


def _one_line(text):
    text = " ".join(text.split())
    return (text[:160] + " …" if len(text) > 160 else text).rstrip(".")


def _steps(code):
    """What a function does, apart from its name, its lines and its docstring."""
    return [
        (step.opname, _steps(step.argval) if hasattr(step.argval, "co_code") else step.argval)
        for step in dis.get_instructions(code)
    ]


JUDGES = {Letter: _letter, Values: _values, Made: _made, Function: _function}
