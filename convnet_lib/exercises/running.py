"""Calling a function that may raise, hang, print, eat memory or change what it finds.

Where the system can (Linux), the calls run in a copy of this process (`os.fork`): it has all that
the reader's function needs, without a copy being made of it, and whatever the function does there
(to NumPy, to the random state, to the recursion limit, to the environment) goes with it. When the
time is over it is killed, whatever it sits in. What it returned comes back through a pipe, as
plain data.

Elsewhere the calls run in a thread of their own, while the caller waits. When the time is over, an
exception is sent to that thread, and what was changed is put back. Three things a thread cannot
do: an exception reaches Python code only, so a call that sits inside one long operation of C (a
sleep, a huge product) is left behind, and ends when it ends; a call that holds Python's global
lock (10**10**8) cannot be timed by anyone in the same process; and where there are no threads, in
a browser, there is no limit.
"""

import contextlib
import contextvars
import copy
import ctypes
import faulthandler
import io
import linecache
import os
import pickle
import random
import select
import signal
import struct
import sys
import threading
import time
import warnings
from dataclasses import dataclass

import numpy as np
import threadpoolctl

from . import plain

#: Seconds that all the calls of one check may take together.
LIMIT = 5.0

#: Seconds that a call is given to end once it has been told to.
GRACE = 0.5

#: Characters that one check may print; a loop that prints and never ends would fill the notebook.
ROOM = 2000

#: Bytes that a copy of this process may take beyond what this one has.
MEMORY = 2 << 30

#: Whether calls run in a copy of this process; macOS and Windows have no fork that is safe.
FORKS = sys.platform == "linux" and hasattr(os, "fork")


#: Bytes of results that come back from one call.
RESULT = 128 << 20


class TimeIsUp(BaseException):
    """Sent into a call that takes too long; no ``except Exception`` holds it up.

    >>> from convnet_lib.exercises import running
    >>> issubclass(running.TimeIsUp, Exception)
    False
    """


@dataclass
class Raised:
    """An exception in words: its type, its text, the line (number, source) of the function.

    >>> from convnet_lib.exercises import running
    >>> running.plainly(lambda a: 1 // a, (0,)).error.name
    'ZeroDivisionError'
    """

    name: str
    text: str
    place: tuple | None = None


@dataclass
class Outcome:
    """What came of a call: a value, or what it raised, or too much time; the inputs changed.

    A value is plain data (``plain``); ``ended`` says that the process was gone before the call was
    over.

    >>> from convnet_lib.exercises import running
    >>> running.plainly(max, (2, 5))
    Outcome(value=5, error=None, late=False, changed=(), ended=False)
    """

    value: object = None
    error: Raised | None = None
    late: bool = False
    changed: tuple = ()
    ended: bool = False


def call(function, arguments, limit=None):
    """Return the Outcome of function(*arguments), called on copies, in at most `limit` seconds.

    >>> from convnet_lib.exercises import running
    >>> running.call(max, (2, 5)).value
    5
    """
    return calls(function, [arguments], limit)[0]


def calls(function, several, limit=None):
    """Return the Outcomes of calls in a row, up to the first that does not come to its end.

    >>> from convnet_lib.exercises import running
    >>> def turned(numbers):
    ...     numbers.reverse()
    ...     return numbers
    >>> [outcome.value for outcome in running.calls(turned, [([2, 5, 1],), ([7, 3],)])]
    [[1, 5, 2], [3, 7]]
    >>> running.call(turned, ([2, 5, 1],)).changed
    (0,)

    Args:
        function: the reader's.
        several: the arguments of each call; it gets copies.
        limit: seconds for all of them together, LIMIT if None.
    """
    end = time.monotonic() + (LIMIT if limit is None else limit)
    if FORKS and not _has_openmp():
        with contextlib.suppress(OSError):  # no process to be had: then a thread
            return _in_a_copy(function, several, end)
    outcomes = []
    with _printing_little():
        for arguments in several:
            with _put_back():  # at once: no thread can be begun where `len` is another function
                outcomes.append(_in_a_thread(function, arguments, end - time.monotonic()))
            if outcomes[-1].late:
                break
    return outcomes


def read(value):
    """Return the Outcome of making plain data of a value, which may be an object of any kind.

    >>> from convnet_lib.exercises import running
    >>> running.read([2, 5]).value
    [2, 5]
    """
    try:
        return Outcome(value=plain.plain(value))
    except plain.NotPlain:
        return call(lambda: value, ())


def plainly(function, arguments):
    """Return the Outcome of one of our own functions, without a thread or a limit.

    >>> from convnet_lib.exercises import running
    >>> running.plainly(max, (2, 5)).value, running.plainly(int, ("two",)).error.name
    (5, 'ValueError')
    """
    try:
        with np.errstate(all="ignore"):
            return Outcome(value=function(*copy.deepcopy(arguments)))
    except Exception as error:
        return Outcome(error=_in_words(function, error))


def _attempt(function, arguments):
    """Call the function here and now; whatever it does but hang, an Outcome of plain data."""
    mine = copy.deepcopy(arguments)
    try:
        try:
            outcome = Outcome(value=plain.plain(function(*mine), plain.as_array))
        except TimeIsUp:
            raise
        except BaseException as error:
            outcome = Outcome(error=_in_words(function, error))
        outcome.changed = tuple(n for n in range(len(mine)) if not _same(mine[n], arguments[n]))
    except TimeIsUp:
        return Outcome(late=True)
    except BaseException as error:  # an error whose text is an error, say
        return Outcome(error=Raised(plain.name_of(type(error)), ""))
    return outcome


def _in_words(function, error):
    try:
        text = str.__getitem__(str(error), slice(1000))
    except Exception:
        text = ""
    return Raised(plain.name_of(type(error)), text, where(function, error))


def where(function, error):
    """Return (line number, source line) at which `function` raised, or None.

    >>> from convnet_lib.exercises import running
    >>> def third(a):
    ...     return a[2]
    >>> try:
    ...     third([2, 5])
    ... except IndexError as error:
    ...     running.where(third, error)
    (2, 'return a[2]')
    """
    found = None
    file = getattr(getattr(function, "__code__", None), "co_filename", None)
    trace = error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == file:
            line = trace.tb_lineno
            found = line, linecache.getline(file, line, trace.tb_frame.f_globals).strip()
        trace = trace.tb_next
    return found


# --- In a copy of this process --------------------------------------------------------------------


def _has_openmp():
    """Whether OpenMP is loaded, whose threads a copy of the process would wait for in vain."""
    return any(pool.get("user_api") == "openmp" for pool in threadpoolctl.threadpool_info())


def _in_a_copy(function, several, end):
    ours, theirs = os.pipe()
    with warnings.catch_warnings():
        # Python 3.12 warns of threads. The copy has none, and takes no lock that one may hold: it
        # calls the function, writes to the pipe and is gone.
        warnings.simplefilter("ignore", DeprecationWarning)
        try:
            child = os.fork()
        except OSError:
            os.close(ours)
            os.close(theirs)
            raise
    if child == 0:
        _be_the_copy(function, several, theirs)
    os.close(theirs)
    outcomes = []
    try:
        for kind, content in _messages(ours, end):
            if kind == "print":
                sys.stdout.write(content)
            elif kind == "outcome":
                outcomes.append(content)
            elif kind == "late":
                outcomes.append(Outcome(late=True))
    finally:  # also when the reader interrupts the kernel
        os.close(ours)
        for kill in (os.killpg, os.kill):
            with contextlib.suppress(OSError):
                kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    late = outcomes and outcomes[-1].late
    if len(outcomes) < len(several) and not late:
        outcomes.append(Outcome(ended=True))
    return outcomes


def _be_the_copy(function, several, pipe):
    """Make the calls and write what comes of them to the pipe; never return."""
    try:
        os.setpgid(0, 0)  # so that what it starts ends with it
        _be_quiet()
        _bound_memory()
        sys.stdout = sys.stderr = _Told(pipe, [ROOM])
        for arguments in several:
            outcome = _attempt(function, arguments)
            _tell(pipe, "outcome", _content(outcome))
    finally:
        os._exit(0)


def _be_quiet():
    """Let nothing but the pipe be heard: a crash would print over the reader's terminal."""
    faulthandler.disable()
    with open(os.devnull, "w") as nothing:
        for number in (1, 2):
            os.dup2(nothing.fileno(), number)


def _content(outcome):
    error = outcome.error and (outcome.error.name, outcome.error.text, outcome.error.place)
    value = plain.packed(outcome.value)
    if len(pickle.dumps(value)) > RESULT:
        value = plain.packed(plain.Strange("too large to be looked at"))
    return value, error, outcome.changed


def _bound_memory():
    import resource

    with contextlib.suppress(OSError, ValueError), open("/proc/self/statm") as file:
        now = int(file.read().split()[0]) * resource.getpagesize()
        _, hard = resource.getrlimit(resource.RLIMIT_AS)
        most = now + MEMORY if hard == resource.RLIM_INFINITY else min(now + MEMORY, hard)
        resource.setrlimit(resource.RLIMIT_AS, (most, hard))


class _Told(io.TextIOBase):
    """A stream that sends the first ROOM characters through the pipe."""

    def __init__(self, pipe, room):
        self.pipe, self.room = pipe, room

    def write(self, text):
        """Send what there is room for, and three dots where it ends."""
        before, self.room[0] = self.room[0], self.room[0] - len(text)
        if before > 0:
            _tell(self.pipe, "print", text if self.room[0] > 0 else text[:before] + " …\n")
        return len(text)


def _tell(pipe, kind, content):
    content = pickle.dumps((kind, content))
    content = struct.pack("<Q", len(content)) + content
    while content:
        content = content[os.write(pipe, content) :]


def _messages(pipe, end):
    """Give what the copy says until it is silent, and ("late", None) when the time is over."""
    buffer = bytearray()
    while True:
        left = end - time.monotonic()
        if left <= 0 or not select.select([pipe], [], [], left)[0]:
            yield "late", None
            return
        piece = os.read(pipe, 1 << 20)
        if not piece:
            return
        buffer += piece
        while len(buffer) >= 8 and len(buffer) >= 8 + (size := struct.unpack_from("<Q", buffer)[0]):
            try:
                yield _read_message(buffer[8 : 8 + size])
            except Exception:  # the call has written into the pipe itself: it may be anything
                return
            del buffer[: 8 + size]


def _read_message(content):
    kind, content = _Plain(io.BytesIO(content)).load()
    if kind == "outcome":
        value, error, changed = content
        content = Outcome(plain.unpacked(value), error and Raised(*error), changed=changed)
    return kind, content


class _Plain(pickle.Unpickler):
    """Reads built-in types, and refuses to look for any other."""

    def find_class(self, module, name):
        """Refuse."""
        raise pickle.UnpicklingError(f"{module}.{name} is no plain data")


# --- In a thread ----------------------------------------------------------------------------------


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
        # Else a check in another thread has its own in place.
        if sys.stdout is little or not isinstance(sys.stdout, _Little):
            sys.stdout = before


@contextlib.contextmanager
def _put_back():
    """Afterwards, put back what a call may have changed under everybody's feet."""
    roots = ("numpy", __name__.partition(".")[0], "builtins", "random", "math", "time")
    modules = {name: m for name, m in sys.modules.items() if name.partition(".")[0] in roots}
    kept = [(vars(module), dict(vars(module))) for module in modules.values()]
    # The legacy state is the one that there is to be put back.
    states = np.random.get_state(), random.getstate()  # noqa: NPY002
    limit, printing = sys.getrecursionlimit(), np.get_printoptions()
    environment, filters, folder = dict(os.environ), list(warnings.filters), None
    with contextlib.suppress(OSError):
        folder = os.getcwd()
    try:
        yield
    finally:
        for now, before in kept:
            changed = [name for name in before if now.get(name) is not before[name]]
            now.update((name, before[name]) for name in changed)
        sys.setrecursionlimit(limit)
        np.set_printoptions(**printing)
        np.random.set_state(states[0])  # noqa: NPY002
        random.setstate(states[1])
        if dict(os.environ) != environment:
            os.environ.clear()
            os.environ.update(environment)
        if folder is not None:
            os.chdir(folder)
        warnings.filters[:] = filters


def _in_a_thread(function, arguments, limit):
    outcome, over, lock = Outcome(late=True), threading.Event(), threading.Lock()

    def work():
        result = Outcome()
        try:
            result = _attempt(function, arguments)
            with lock:
                over.set()
            for _ in range(10):  # an exception that is still on its way arrives here
                pass
        except TimeIsUp:
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
        with _quietly():
            _stop(thread, over, lock)
    return copy.copy(outcome)


@contextlib.contextmanager
def _quietly():
    """Let nobody be told of a `TimeIsUp` that comes where Python has to ignore exceptions.

    As it has to in what the collector of garbage calls; a little later the next one comes.
    """
    told = sys.unraisablehook
    hook = sys.unraisablehook = lambda what: what.exc_type is TimeIsUp or told(what)
    try:
        yield
    finally:
        if sys.unraisablehook is hook:
            sys.unraisablehook = told


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
