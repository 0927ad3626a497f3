"""Answers that nobody would hand in on purpose, or somebody does: a sentence, and all is as before.

Each is tried where calls run in a copy of the process, and most also where they run in a thread.
"""

import contextlib
import ctypes
import io
import os
import pickle
import random
import re
import stat
import subprocess
import sys
import time
import warnings
from fractions import Fraction

import numpy as np
import pytest

from convnet_lib.exercises import answers, plain, running
from convnet_lib.exercises.asking import Case, Exercise, Function, Letter, Made, Values

RIGHT = {
    "function": lambda a, b: np.einsum("ij,->ij", a, b),
    "values": [[1.0, 2], [3, 4]],
    "number": 8.5,
    "letter": "b",
    "made": np.ones((2, 2)),
}
KINDS = {
    "function": Function(lambda a, b: a * b, [Case("a row", np.array([[1.0, 2]]), 3.0)]),
    "values": Values(RIGHT["values"]),
    "number": Values(8.5),
    "letter": Letter("b"),
    "made": Made((2, 2), lambda a: None if a.sum() == 4 else "Too much or too little."),
}
EXERCISES = {
    kind: Exercise(
        id="0.1",
        title="",
        asks="implement",
        starter="def product(a, b):\n    ..." if kind == "function" else "answer = ...",
        answer=answer,
    )
    for kind, answer in KINDS.items()
}
INTERNAL = r"Traceback|0x[0-9a-f]{4}|<function|<lambda|object at|_pickle"

HAS_OPENMP = running._has_openmp
both_ways = pytest.mark.parametrize("forks", [True, False], ids=["copy", "thread"])
each_kind = pytest.mark.parametrize("kind", KINDS)


@pytest.fixture(autouse=True)
def way(request, monkeypatch):
    """Run the calls in a copy of the process, unless the test says otherwise."""
    forks = (
        request.node.callspec.params.get("forks", True)
        if hasattr(request.node, "callspec")
        else True
    )
    if forks and not running.FORKS:
        pytest.skip("there is no fork on this system")
    monkeypatch.setattr(running, "FORKS", forks)
    # Another test may have loaded it; nothing here computes with it.
    monkeypatch.setattr(running, "_has_openmp", lambda: False)
    monkeypatch.setattr(running, "LIMIT", 1.0)
    monkeypatch.setattr(running, "MEMORY", 1 << 28)


def judged(answer, kind="function"):
    """What is said of an answer, in time, and then of the right one."""
    begun = time.monotonic()
    with hostile():
        result = answers.judge(EXERCISES[kind], answer)
    took = time.monotonic() - begun
    message = " ".join(result.message.split())
    # What is not stopped takes a minute or never ends; a machine at work takes some seconds more.
    assert took < running.LIMIT + running.GRACE + 15, f"{took} s"
    assert len(message) < 500
    assert not re.search(INTERNAL, message), message
    after = answers.judge(EXERCISES[kind], RIGHT[kind])
    assert after.passed, after.message
    return message


@contextlib.contextmanager
def hostile():
    """While this lasts; afterwards whoever reports a failed test may look at an object."""
    hostile.now = True
    try:
        yield
    finally:
        hostile.now = False


ROWS = np.array([[1.0, 2], [3, 4]])


# --- Values that are no plain data ----------------------------------------------------------------


def itself():
    answer = []
    answer.append(answer)
    return answer


def itself_twice():
    answer = []
    answer += [answer, answer]
    return answer


def deep():
    answer = []
    for _ in range(100_000):
        answer = [answer]
    return answer


class Unwilling:
    """An object that does something else than it is asked, whatever it is asked."""

    def __init__(self, does):
        vars(type(self))  # the class alone is looked into
        object.__setattr__(self, "does", does)

    def _do(self, *arguments):
        if not hostile.now:
            raise RuntimeError("nobody judges it")
        return object.__getattribute__(self, "does")()

    __array__ = __len__ = __iter__ = __getitem__ = __float__ = __index__ = __repr__ = _do
    __str__ = __eq__ = __bool__ = __hash__ = __deepcopy__ = __reduce_ex__ = __getattr__ = _do
    __class__ = property(_do)


def forever():
    while True:
        pass


def raising(error):
    def raises():
        raise error

    return raises


class Text(str):
    """A text that never ends when it is looked at."""

    def strip(self, *arguments):
        while hostile.now:
            pass
        return ""

    lower = __len__ = __iter__ = __repr__ = __str__ = __getitem__ = split = strip


class Unprintable(Exception):
    def __str__(self):
        raise RuntimeError("no text")


ODD = {
    "itself": itself,
    "itself twice": itself_twice,
    "deep": deep,
    "a dict of itself": lambda: {"a": itself()},
    "a tuple of itself": lambda: (itself(), itself_twice()),
    "a large list": lambda: [0.0] * 5_000_000,
    "a large array": lambda: np.zeros(200_000_000),
    "a large array of objects": lambda: np.full(3_000_000, None),
    "a huge range": lambda: range(10**12),
    "a huge number": lambda: 10**20_000,
    "a list of huge numbers": lambda: [[10**400, 1], [2, 3]],
    "a huge fraction": lambda: Fraction(1, 10**2000),
    "a long text": lambda: "x" * 50_000_000,
    "a text of digits": lambda: "9" * 10_000_000,
    "a number with a huge exponent": lambda: "1e999999999",
    "a text that never ends": lambda: Text("q"),
    "bytes": lambda: b"b" * 10_000_000,
    "a generator": lambda: (n for n in iter(int, 1)),
    "infinity": lambda: float("inf"),
    "a complex number": lambda: 1j,
    "a date": lambda: np.datetime64("2026-01-01"),
    "texts": lambda: np.array(["a", "b"]),
    "a record": lambda: np.zeros(3, [("a", float), ("b", object)]),
    "a module": lambda: np,
    "a class": lambda: Unwilling,
    "a masked array": lambda: np.ma.array(np.zeros((2, 2)), mask=True),
    "never": lambda: Unwilling(forever),
    "raises": lambda: Unwilling(raising(RuntimeError("no"))),
    "raises an odd error": lambda: Unwilling(raising(Unprintable())),
    "raises with a long text": lambda: Unwilling(raising(ValueError("x" * 10_000_000))),
    "exits": lambda: Unwilling(raising(SystemExit(3))),
    "interrupts": lambda: Unwilling(raising(KeyboardInterrupt())),
    "is itself when converted": lambda: Unwilling(itself),
    "None in a list": lambda: [[None, 1], [Unwilling(forever), 2]],
}


@both_ways
@each_kind
@pytest.mark.parametrize("odd", ODD)
def test_an_odd_answer_gets_a_sentence(kind, odd, forks):
    message = judged(ODD[odd](), kind)
    assert message.startswith(("0.1: not yet. ", "0.1: not attempted yet"))


@both_ways
@pytest.mark.parametrize("odd", ODD)
def test_a_function_may_return_what_is_odd(odd, forks):
    message = judged(lambda a, b: ODD[odd]())
    assert message.startswith("0.1: not yet. With a row")


def test_a_time_limit_that_comes_while_garbage_is_collected_is_told_to_nobody(monkeypatch):
    """There Python ignores an exception, and says so to whoever listens; the next one is heard."""
    told = []
    monkeypatch.setattr(sys, "unraisablehook", told.append)

    class Busy:
        def __del__(self):
            while not told and time.monotonic() < end:
                pass

    def endless(a, b):
        busy = Busy()
        del busy
        while True:
            pass

    end = time.monotonic() + 3
    outcome = running._in_a_thread(endless, (1, 2), 0.2)
    assert outcome.late
    assert told == []
    assert sys.unraisablehook == told.append  # and whoever listened goes on listening


def test_what_is_right_stays_right_however_it_is_given():
    for value in ([[1, 2], [3, 4]], ((1.0, 2), [3, Fraction(4)]), memoryview(ROWS)):
        assert answers.judge(EXERCISES["values"], value).passed
    for value in (8.5, np.float32(8.5), Fraction(17, 2), np.array(8.5)):
        assert answers.judge(EXERCISES["number"], value).passed
    masked = np.ma.array(ROWS, mask=False)
    assert answers.judge(EXERCISES["values"], masked).passed


def test_the_shape_of_a_huge_result_is_told():
    message = judged(lambda a, b: np.zeros((10_000, 12_000), np.int8))
    assert "has shape (10000, 12000); shape (1, 2) is expected" in message


# --- Plain data and the pipe ----------------------------------------------------------------------


@pytest.mark.parametrize(
    "value",
    [
        None,
        ...,
        True,
        3,
        -2.5,
        1j,
        "text",
        Fraction(1, 3),
        [1, (2, [3.5, None])],
        np.float32(0.1),
        np.array(3),
        np.arange(6.0).reshape(2, 3),
        np.arange(3)[::-1],
        np.array(["a", "bc"]),
        np.array([1, Fraction(1, 2), None], object),
        np.zeros((0, 3), np.uint8),
    ],
    ids=repr,
)
def test_plain_data_comes_through_the_pipe_as_it_is(value):
    found = plain.unpacked(plain.packed(plain.plain(value)))
    assert type(found) is type(value)
    if isinstance(value, (np.ndarray, np.generic)):
        assert found.dtype == value.dtype
        np.testing.assert_array_equal(found, value)
    else:
        assert found == value


def test_a_large_array_comes_through_as_its_shape(monkeypatch):
    monkeypatch.setattr(plain, "ARRAY", 100)
    found = plain.unpacked(plain.packed(np.ones((4, 5))))
    assert found.shape == (4, 5)
    assert not found.any()
    assert found.strides == (0, 0)


def test_the_pipe_takes_built_in_types_alone():
    with pytest.raises(pickle.UnpicklingError, match="is no plain data"):
        running._Plain(io.BytesIO(pickle.dumps(Fraction(1, 2)))).load()


# --- What a call may change -----------------------------------------------------------------------


def patch_numpy(a, b):
    np.einsum = np.abs = np.sum = np.asarray = np.array = lambda *_, **__: np.float64(7)
    np.errstate = None
    return a * b


def patch_comparing(a, b):
    from convnet_lib.exercises import comparing

    comparing.agree = lambda *_, **__: False
    comparing.array = lambda *_, **__: None
    return a + b


def patch_builtins(a, b):
    import builtins

    builtins.isinstance = builtins.len = lambda *_: 0
    return a * b


def patch_time(a, b):
    time.monotonic = lambda: 1e12
    return a * b


CHANGES = {
    "NumPy": patch_numpy,
    "the judge": patch_comparing,
    "the clock": patch_time,
    "the random state": lambda a, b: np.random.seed(1) or random.seed(1) or a * b,  # noqa: NPY002
    "the recursion limit": lambda a, b: sys.setrecursionlimit(90) or a * b,
    "the environment": lambda a, b: os.environ.clear() or a * b,
    "the folder": lambda a, b: os.chdir("/") or a * b,
    "the filters of warnings": lambda a, b: warnings.simplefilter("ignore") or a * b,
    "how errors of floats are told": lambda a, b: np.seterr(all="ignore") and a * b,
    "how arrays are printed": lambda a, b: np.set_printoptions(precision=1) or a * b,
    "the output": lambda a, b: setattr(sys, "stdout", None) or a * b,
}


def surroundings():
    return {
        "random": (np.random.get_state()[1].tolist(), random.getstate()),  # noqa: NPY002
        "limit": sys.getrecursionlimit(),
        "environment": dict(os.environ),
        "folder": os.getcwd(),
        "filters": list(warnings.filters),
        "errors": np.geterr(),
        "printed": np.get_printoptions(),
        "output": sys.stdout,
        "numpy": [np.einsum, np.abs, np.sum, np.asarray, np.array, np.errstate],
        "time": time.monotonic,
    }


@both_ways
@pytest.mark.parametrize("what", CHANGES)
def test_what_a_call_changed_is_as_before(what, forks):
    before = surroundings()
    judged(CHANGES[what])
    assert surroundings() == before


@both_ways
def test_builtins_that_a_call_replaced_are_as_before(forks):
    before = isinstance, len
    judged(patch_builtins)
    assert (isinstance, len) == before


def test_the_inputs_that_are_given_back_are_a_copy():
    wrong = answers.judge(EXERCISES["function"], lambda a, b: a + b)
    wrong.inputs[0][:] = 99
    assert answers.judge(EXERCISES["function"], RIGHT["function"]).passed
    np.testing.assert_array_equal(KINDS["function"].cases[0].arguments[0], [[1.0, 2]])


# --- What only a process of its own can hold ------------------------------------------------------


def crash(a, b):
    ctypes.string_at(0)


def fill(a, b):
    kept = []
    while True:
        kept.append(bytearray(1 << 26))


def overflow(a, b):
    sys.setrecursionlimit(10**9)
    return overflow(a, b)


HELD = {
    "a sleep in C": (lambda a, b: time.sleep(60), "was not ready"),
    "a product of C that holds the lock": (lambda a, b: 10**10**9, "was not ready"),
    "an end": (lambda a, b: os._exit(0), "the process that called it ended"),
    "a kill": (lambda a, b: os.kill(os.getpid(), 9), "the process that called it ended"),
    "a crash": (crash, "the process that called it ended"),
    "an overflow of the stack": (
        overflow,
        "the process that called it ended|RecursionError|not ready",
    ),
    "more memory than there is": (
        fill,
        "raised MemoryError|the process that called it ended|not ready",  # on a busy machine
    ),
    "rubbish in the pipe": (
        lambda a, b: [os.write(n, b"\xff" * 64) for n in range(3, 99) if _is_new_pipe(n)],
        "0.1: not yet",
    ),
    "output without end": (lambda a, b: [print("x" * 10**6) for _ in iter(int, 1)], "not ready"),
}


OPEN = set()


def _is_new_pipe(n):
    with contextlib.suppress(OSError):
        return n not in OPEN and stat.S_ISFIFO(os.fstat(n).st_mode)


@pytest.mark.parametrize(("answer", "words"), HELD.values(), ids=HELD.keys())
def test_a_process_of_its_own_holds(answer, words, monkeypatch):
    monkeypatch.setattr(f"{__name__}.OPEN", {int(n) for n in os.listdir("/proc/self/fd")})
    assert re.search(words, judged(answer))


def test_what_a_call_started_ends_with_it(tmp_path):
    mark = tmp_path / "still here"
    code = f"import time; time.sleep(2); open({str(mark)!r}, 'w')"
    judged(lambda a, b: subprocess.Popen([sys.executable, "-c", code]) and a * b)
    time.sleep(2.5)
    assert not mark.exists()


def test_no_process_to_be_had_is_no_error(monkeypatch):
    def refuse():
        raise BlockingIOError(11, "Resource temporarily unavailable")

    monkeypatch.setattr(os, "fork", refuse)
    assert answers.judge(EXERCISES["function"], RIGHT["function"]).passed


def test_with_openmp_there_is_no_copy(monkeypatch):
    monkeypatch.setattr(running, "_has_openmp", HAS_OPENMP)
    monkeypatch.setattr(running.threadpoolctl, "threadpool_info", lambda: [{"user_api": "openmp"}])
    monkeypatch.setattr(os, "fork", lambda: pytest.fail("forked"))
    assert answers.judge(EXERCISES["function"], RIGHT["function"]).passed


def test_nothing_is_left_open():
    def count():
        return len(os.listdir("/proc/self/fd"))

    answers.judge(EXERCISES["function"], RIGHT["function"])
    before = count()
    for answer in (RIGHT["function"], HELD["an end"][0], lambda a, b: 1 / 0):
        answers.judge(EXERCISES["function"], answer)
    assert count() == before
