"""Runs a student's notebook inside of the sandbox, and answers calls of its functions.

One line of JSON a message, both ways. From outside come the steps (code to run, names to hand
over), then calls, one by one; what goes out is plain data. After the first step nothing that this
process says can be trusted: the student's code may have changed everything in it. Nothing needs
to be: what it says are answers, and answers are judged elsewhere.
"""

import json
import os
import resource
import signal
import socket
import sys

MEGABYTE = 2**20
ROOM = 20_000  # characters of output a cell


def settle(limits):
    """Give up root, where we are root, and all that a limit can be set on."""
    if os.getuid() == 0:
        nobody = limits["uid"]
        os.setgroups([])
        os.setresgid(nobody, nobody, nobody)
        os.setresuid(nobody, nobody, nobody)
    memory, seconds = limits["memory"] * MEGABYTE, limits["seconds"]
    for what, most in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_NPROC, limits["processes"]),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_FSIZE, 32 * MEGABYTE),
        (resource.RLIMIT_NOFILE, 128),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (most, most))


def private_line():
    """Return a function that sends a message, by a line that printing does not reach."""
    line = os.fdopen(os.dup(1), "w", encoding="ascii")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)

    def say(**message):
        line.write(json.dumps(message) + "\n")
        line.flush()

    return say


def not_apart():
    """Return what is within reach here and should not be, in words, or "" if nothing is."""
    if [name for _, name in socket.if_nameindex()] != ["lo"]:
        return "there is a network"
    others = [name for name in os.listdir("/proc") if name.isdigit()]
    if len(others) > 3:
        return "processes of others are in sight"
    if not os.statvfs("/").f_flag & os.ST_RDONLY or set(os.listdir("/tmp")) - ways():
        return "files of others are in reach"
    with open("/proc/self/status", encoding="ascii", errors="replace") as file:
        status = file.read()
    if os.getuid() == 0 or "CapEff:\t0000000000000000" not in status:
        return "it has rights that it should not have"
    return ""


def ways():
    """Return the folders of /tmp on the way to Python and the library, where they lie in there."""
    known = (path.split(os.sep) for path in (sys.prefix, sys.base_prefix, *sys.path))
    return {parts[2] for parts in known if parts[:2] == ["", "tmp"] and len(parts) > 2}


class Late(BaseException):
    """Raised in a cell that takes too long; no `except Exception` holds it up."""


def ring(*_):
    """Say that the time is over."""
    raise Late("The cell was stopped: it took too long")


def make_shell():
    """Return what runs the cells: IPython, with pictures shown where they are drawn."""
    from IPython.core.interactiveshell import InteractiveShell
    from traitlets.config import Config

    settings = Config()
    settings.HistoryManager.enabled = False
    settings.InteractiveShell.colors = "nocolor"
    shell = InteractiveShell.instance(config=settings)
    shell.displayhook.write_output_prompt = lambda: None
    return shell


def run(shell, source, seconds):
    """Return what a cell printed, showed and raised, after running it."""
    from IPython.utils.capture import capture_output

    shell.showtraceback = shell.showsyntaxerror = lambda *a, **k: None
    error = None
    signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        with capture_output() as captured:
            result = shell.run_cell(source)
            error = result.error_before_exec or result.error_in_exec
    except BaseException as raised:
        error, captured = raised, None
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
    found = []
    if captured is not None:
        printed = (captured.stdout + captured.stderr)[:ROOM]
        found += [{"text": printed}] if printed else []
        found += [shown for rich in captured.outputs[:20] for shown in picture(rich.data)]
    if error is not None:
        found.append({"error": raised_as(error)})
    return found


def picture(data):
    """Yield what of a shown value is kept: a PNG, else its text."""
    png = data.get("image/png")
    if isinstance(png, str) and len(png) < 2 * MEGABYTE:
        yield {"png": png}
    elif isinstance(data.get("text/plain"), str):
        yield {"text": data["text/plain"][:ROOM] + "\n"}


def raised_as(error):
    """Return an error as [type, message, line of the cell or 0]."""
    line, trace = 0, error.__traceback__
    while trace is not None:
        if "ipykernel" in (name := trace.tb_frame.f_code.co_filename) or "ipython-input" in name:
            line = trace.tb_lineno
        trace = trace.tb_next
    return [type(error).__name__[:60], str(error)[:2000], line]


def main():
    """Run the steps, then answer calls until there are none."""
    order = json.loads(sys.stdin.readline())
    say = private_line()
    settle(order["limits"])
    if wrong := not_apart():
        say(ready=False, wrong=wrong)
        return
    sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
    import plain

    shell = make_shell()
    say(ready=True)
    for number, step in enumerate(order["steps"]):
        if "names" in step:
            space = shell.user_ns
            given = {n: hand_over(plain, space[n]) for n in step["names"] if n in space}
            say(step=number, given=given)
        else:
            say(step=number, begun=True)
            seconds = step.get("seconds", order["limits"]["cell"])
            say(step=number, shown=run(shell, step["run"], seconds))
    say(done=True)
    for line in sys.stdin:
        answer_call(say, plain, shell.user_ns, json.loads(line))


def hand_over(plain, value):
    """Return a value as plain data; of a function, that it is one."""
    if callable(value) and not isinstance(value, type):
        return {"function": True}
    try:
        return {"value": plain.encode(value)}
    except Exception as error:
        return {"value": {"o": type(error).__name__}}


def answer_call(say, plain, space, request):
    """Call a function of the notebook, and say what came of it."""
    arguments = [plain.decode(one) for one in request["arguments"]]
    named = {name: plain.decode(one) for name, one in request["named"].items()}
    try:
        value = space[request["call"]](*arguments, **named)
        say(value=plain.encode(value), arguments=[plain.encode(one) for one in arguments])
    except BaseException as error:
        say(raised=raised_as(error))


if __name__ == "__main__":
    main()
