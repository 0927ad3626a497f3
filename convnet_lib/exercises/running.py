"""Calling a function that may raise, hang, print or change what it is given.

The call runs in a thread of its own while the caller waits. When the time is over, an exception
is sent to that thread. This works from any thread, a notebook's main one too, and on every
system, and it leaves signals and timers alone. Three things it cannot do: an exception reaches
Python code only, so a call that sits inside one long operation of C (a sleep, a huge product) is
left behind, and ends when it ends; a call that holds Python's global lock (10**10**8) cannot be
timed by anyone in the same process; and where there are no threads, in a browser, there is no
limit.
"""

import contextlib
import contextvars
import copy
import ctypes
import linecache
import sys
import threading
import time
from dataclasses import dataclass

import numpy as np

#: Seconds that all the calls of one check may take together.
LIMIT = 5.0

#: Seconds that a call is given to end once it has been told to.
GRACE = 0.5

#: Characters that one call may print; a loop that prints and never ends would fill the notebook.
ROOM = 2000


class TimeIsUp(BaseException):
    """Sent into a call that takes too long; no ``except Exception`` holds it up."""


@dataclass
class Outcome:
    """What came of a call: a value, or an error, or too much time; and the inputs changed."""

    value: object = None
    error: BaseException | None = None
    late: bool = False
    changed: tuple = ()


def call(function, arguments, limit=None):
    """Return the Outcome of function(*arguments), called on copies, in at most `limit` seconds."""
    mine = copy.deepcopy(arguments)
    with _printing_little():
        outcome = _in_a_thread(function, mine, LIMIT if limit is None else limit)
    changed = [n for n in range(len(mine)) if not _same(mine[n], arguments[n])]
    outcome.changed = tuple(changed)
    return outcome


def plainly(function, arguments):
    """Return the Outcome of one of our own functions, without a thread or a limit."""
    try:
        with np.errstate(all="ignore"):
            return Outcome(value=function(*copy.deepcopy(arguments)))
    except Exception as error:
        return Outcome(error=error)


def where(function, error):
    """Return (line number, source line) at which `function` raised, or None."""
    found = None
    file = getattr(getattr(function, "__code__", None), "co_filename", None)
    trace = error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == file:
            line = trace.tb_lineno
            found = line, linecache.getline(file, line, trace.tb_frame.f_globals).strip()
        trace = trace.tb_next
    return found


class _Little:
    """A stream that passes on the first ROOM characters, and all of them once the call is over."""

    def __init__(self, stream):
        self.stream, self.room = stream, ROOM

    def write(self, text):
        """Write what there is room for, and three dots where it ends."""
        before, self.room = self.room, self.room - len(text)
        if before > 0:
            self.stream.write(text if self.room > 0 else text[: int(before)] + " …\n")
        return len(text)

    def __getattr__(self, name):
        return getattr(self.stream, name)


@contextlib.contextmanager
def _printing_little():
    before, little = sys.stdout, _Little(sys.stdout)
    sys.stdout = little
    try:
        yield
    finally:
        little.room = float("inf")
        if sys.stdout is little:  # else a check in another thread has its own in place
            sys.stdout = before


def _in_a_thread(function, arguments, limit):
    outcome, over, lock = Outcome(late=True), threading.Event(), threading.Lock()

    def work():
        result = Outcome()
        try:
            try:
                result = Outcome(value=function(*arguments))
            except BaseException as error:
                result = Outcome(error=error)
            with lock:
                over.set()
            for _ in range(10):  # an exception that is still on its way arrives here
                pass
        except TimeIsUp:
            result = Outcome(late=True)
        if isinstance(result.error, TimeIsUp):
            result = Outcome(late=True)
        outcome.__dict__.update(result.__dict__)
        over.set()

    # The caller's context, so that np.errstate means there what it means here.
    thread = threading.Thread(target=contextvars.copy_context().run, args=(work,), daemon=True)
    try:
        thread.start()
    except RuntimeError:
        work()
        return outcome
    try:
        thread.join(limit)
    finally:  # also when the reader interrupts the kernel
        _stop(thread, over, lock)
    return copy.copy(outcome)


def _stop(thread, over, lock):
    end = time.monotonic() + GRACE
    while thread.is_alive() and time.monotonic() < end:
        with lock:
            if not over.is_set():
                _send(thread, TimeIsUp)
        thread.join(0.05)


def _send(thread, exception):
    send = getattr(getattr(ctypes, "pythonapi", None), "PyThreadState_SetAsyncExc", None)
    if send is not None:
        send(ctypes.c_ulong(thread.ident), ctypes.py_object(exception))


def _same(a, b):
    if isinstance(a, np.ndarray) and isinstance(b, np.ndarray):
        if a.dtype != b.dtype or a.shape != b.shape:
            return False
        if a.dtype.kind in "fc":  # what was raised and lowered again is back to within rounding
            return np.allclose(a, b, rtol=1e-12, atol=1e-12, equal_nan=True)
        return np.array_equal(a, b)
    if isinstance(a, (list, tuple)) and isinstance(b, (list, tuple)):
        return len(a) == len(b) and all(_same(x, y) for x, y in zip(a, b, strict=True))
    if isinstance(a, dict) and isinstance(b, dict):
        return list(a) == list(b) and all(_same(a[key], b[key]) for key in a)
    return a is b or not isinstance(a, (int, float, str)) or a == b
