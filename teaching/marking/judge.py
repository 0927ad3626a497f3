"""Holds what a student's notebook answers against the teacher's tests.

The tests run here, where no line of the student's ever has. The names that a test uses and does
not make itself are the answers: a value comes out of the student's process as plain data, and a
function stays there. What a test calls is a `Function`, which hands the arguments to a new
process of the student's, where the notebook has been run up to this place, and brings back what
it returned.
"""

import ast
import builtins
import contextlib
import io
import json
import sys
import time

from . import plain
from .sandbox import Ended, NoSandbox, Sandbox

CALL = 10  # seconds that a function may take for one call
TEST = 60  # and all calls of a test together
AGAIN = 2  # seconds for a cell that took too long the first time
RUNS = 4  # a notebook that kills its process is run again without the cell that did it
HIDDEN = "### BEGIN HIDDEN TESTS"
LETTERS = 4000


class Wrong(Exception):
    """An error that a student's function raised; a subclass has the error's own name."""


def mark(job):
    """Return what came of each cell of a notebook.

    Args:
        job: a dict with
            "cells": a list of {"role": "student" or "test", "source": ..., "untouched": names
            that the cell would make, if it is as it was handed out, else []};
            "setup": what the teacher's own cells import, run before each test;
            "cell": seconds that a cell may take.

    Returns:
        A list with a dict for each cell: {"shown": outputs} for a student's, {"passed": ...,
        "error": [type, message] or None, "hidden": whether it was a hidden test that failed} for
        a test.
    """
    cells, setup, seconds = job["cells"], job["setup"], job["cell"]
    tests = {n: Test(c["source"], setup) for n, c in enumerate(cells) if c["role"] == "test"}
    shown, given, skip = run_through(cells, tests, seconds)
    late = {number for number, outputs in shown.items() if was_late(outputs)}
    results = []
    for number, cell in enumerate(cells):
        if cell["role"] == "test":
            session = Session(steps(cells[:number], tests, skip, late), seconds)
            with contextlib.closing(session):
                left = {name for c in cells[:number] for name in c["untouched"]}
                answers = named(given.get(number, {}), session, left)
                if any(isinstance(answer, Function) for answer in answers.values()):
                    session.start()
                results.append(tests[number].judge(answers))
        else:
            results.append({"shown": shown.get(number, [])})
    return results


def was_late(outputs):
    """Return whether a cell says that it was stopped by the clock."""
    found = [one["error"] for one in outputs if isinstance(one, dict) and "error" in one]
    return any(isinstance(error, list) and error[:1] == ["Late"] for error in found)


def steps(cells, tests, skip, late=()):
    """Return what the student's process is to do for some cells, in their order."""
    found = []
    for number, cell in enumerate(cells):
        if cell["role"] == "test":
            found.append({"run": tests[number].imports})
            found.append({"names": tests[number].needed})
        else:
            found.append({"run": "" if number in skip else cell["source"]})
            if number in late:
                found[-1]["seconds"] = AGAIN
    return found


def run_through(cells, tests, seconds):
    """Run a notebook once; return what its cells showed, what was handed over, whom to skip."""
    shown, given, skip = {}, {}, {}
    for _ in range(RUNS):
        numbers = [n for n, c in enumerate(cells) for _ in range(1 + (c["role"] == "test"))]
        at = None
        try:
            with Sandbox(steps(cells, tests, skip), seconds) as box:
                while "done" not in (message := box.hear(seconds + 5)):
                    step = message.get("step")
                    if type(step) is not int or not 0 <= step < len(numbers):
                        raise Ended("It said what could not be read")
                    at = numbers[step]
                    if isinstance(message.get("shown"), list):
                        shown.setdefault(at, message["shown"])
                    if "given" in message:
                        given[at] = message["given"]
            break
        except Ended as error:
            if at is None or at in skip or cells[at]["role"] == "test":
                break
            skip[at] = str(error)
    for number, reason in skip.items():
        shown[number] = [{"error": ["Ended", f"{reason} in this cell", 0]}]
    return shown, given, skip


def named(given, session, left):
    """Return the answers by their names, as a test can use them."""
    answers = {}
    for name, said in given.items() if isinstance(given, dict) else ():
        if not (isinstance(name, str) and isinstance(said, dict)):
            continue
        if name in left:
            answers[name] = None  # as it was handed out: not attempted
        elif "function" in said:
            answers[name] = Function(session, name)
        else:
            try:
                answers[name] = plain.decode(said.get("value"))
            except plain.Unreadable as error:
                answers[name] = plain.Opaque(str(error)[:60])
    return answers


def made_by(source):
    r"""Return the names that a cell of the teacher's makes.

    >>> made_by("import os\nfactor = None\ndef error(z1):\n    ...")
    ['error', 'factor']
    """
    tree = ast.parse(source)
    names = {n.name for n in tree.body if isinstance(n, ast.FunctionDef)}
    stored = (n for n in ast.walk(tree) if isinstance(n, ast.Name))
    return sorted(names | {n.id for n in stored if isinstance(n.ctx, ast.Store)})


class Test:
    """The tests of one cell, in the teacher's words."""

    def __init__(self, source, setup):
        self.source, self.space = source, {"__name__": "tests"}
        for cell in setup:
            exec(compile(cell, "<setup>", "exec"), self.space)
        tree = ast.parse(source)
        imports = [n for n in ast.walk(tree) if isinstance(n, ast.Import | ast.ImportFrom)]
        self.imports = "\n".join(ast.unparse(node) for node in imports)
        names = [n for n in ast.walk(tree) if isinstance(n, ast.Name)]
        bound = {n.id for n in names if not isinstance(n.ctx, ast.Load)} | set(self.space)
        bound |= {(a.asname or a.name).partition(".")[0] for node in imports for a in node.names}
        bound |= {n.arg for n in ast.walk(tree) if isinstance(n, ast.arg)} | set(dir(builtins))
        bound |= {n.name for n in ast.walk(tree) if isinstance(n, ast.FunctionDef | ast.ClassDef)}
        self.needed = sorted({n.id for n in names} - bound)
        self.first_hidden = next(
            (n for n, line in enumerate(source.splitlines(), 1) if HIDDEN in line), float("inf")
        )

    def judge(self, answers):
        """Return whether the tests pass for the answers, and if not, why."""
        space = self.space | answers
        try:
            with contextlib.redirect_stdout(io.StringIO()):
                exec(compile(self.source, "<tests>", "exec"), space)
        except NoSandbox:
            raise
        except BaseException as error:
            line, trace = 0, error.__traceback__
            while trace is not None:
                line = trace.tb_lineno if trace.tb_frame.f_code.co_filename == "<tests>" else line
                trace = trace.tb_next
            said = [type(error).__name__, str(error)[:LETTERS]]
            return {"passed": False, "error": said, "hidden": line >= self.first_hidden}
        return {"passed": True, "error": None, "hidden": False}


class Session:
    """A process in which a notebook has been run up to a test, and whose functions can be called.

    Started by the main thread, before the first call: the system ends the sandbox together with
    the thread that started it, and `check` calls from threads that do not last.
    """

    def __init__(self, steps, seconds):
        self.steps = [step for step in steps if "run" in step]
        self.seconds, self.box, self.over = seconds, None, None
        self.left = TEST

    def start(self):
        """Run the notebook, up to the place where the calls begin."""
        self.box = Sandbox(self.steps, self.seconds)
        try:
            while "done" not in self.box.hear(self.seconds + 5):
                pass
        except Ended as error:
            self.over = str(error)

    def call(self, name, arguments, named):
        """Return what the function `name` returns there; arrays that it changes are changed."""
        if self.over:
            raise Wrong(self.over)
        start = time.monotonic()
        try:
            self.box.say(
                call=name,
                arguments=[handed_in(one) for one in arguments],
                named={key: handed_in(one) for key, one in named.items()},
            )
            reply = self.box.hear(min(CALL, self.left))
        except BaseException as error:
            self.over = str(error) or "It was stopped: it took too long"
            self.close()
            if isinstance(error, Ended):
                raise Wrong(self.over) from None
            raise
        finally:
            self.left -= time.monotonic() - start
        if "raised" in reply:
            raise error_of(reply["raised"])
        return read(reply, arguments)

    def close(self):
        """End the process, if there is one."""
        if self.box is not None:
            self.box.close()


class Function:
    """A student's function, for a test to call; it runs elsewhere."""

    def __init__(self, session, name):
        self._session, self.__name__ = session, name

    def __call__(self, *arguments, **named):
        """Return what the student's function returns."""
        return self._session.call(self.__name__, arguments, named)


def handed_in(argument):
    """Return an argument as plain data.

    Raises:
        TypeError: if it is none; then the teacher's test asks for more than can be marked here.
    """
    data = plain.encode(argument)
    if isinstance(data, dict) and "o" in data:
        raise TypeError(f"a test can hand over numbers, texts and arrays, not a {data['o']}")
    return data


def read(reply, arguments):
    """Return the value of a reply, after doing to the arguments what was done to them there."""
    try:
        value, after = plain.decode(reply.get("value")), reply.get("arguments")
        after = [plain.decode(one) for one in after] if isinstance(after, list) else []
    except plain.Unreadable as error:
        raise Wrong(f"it returned what could not be read: {error}") from None
    for mine, theirs in zip(arguments, after, strict=False):
        alike = type(mine) is type(theirs) and hasattr(mine, "dtype") and mine.shape
        if alike and (mine.shape, mine.dtype) == (theirs.shape, theirs.dtype):
            mine[...] = theirs
        elif isinstance(mine, list) and isinstance(theirs, list):
            mine[:] = theirs
    return value


def error_of(raised):
    """Return an error with the name and the words of the one that a student's function raised."""
    try:
        name, words, line = raised
        name = name if name.isidentifier() else "Error"
        words = f"{str(words)[:500]} (line {int(line)} of the cell)" if line else str(words)[:500]
    except (TypeError, ValueError, AttributeError):
        name, words = "Error", "what was raised could not be read"
    known = getattr(builtins, name, None)
    plain_error = isinstance(known, type) and issubclass(known, ArithmeticError | LookupError)
    return known(words) if plain_error else type(name, (Wrong,), {})(words)


def main():
    """Read a job, write the results."""
    # A test may print, and so may what it calls: the results have a line of their own.
    line, sys.stdout = sys.stdout, sys.stderr
    try:
        answer = {"results": mark(json.load(sys.stdin))}
    except NoSandbox as error:
        answer = {"no sandbox": str(error)}
    json.dump(answer, line)
