"""What the tests of Jupyter servers share."""

import json
import subprocess
import time
from pathlib import Path


def address(server, runtime, seconds=60, log=None):
    """Return the address at which a Jupyter server listens, told `--ServerApp.port=0`.

    A port that a test looks for beforehand may be another's when the server takes it. `runtime` is
    the server's JUPYTER_RUNTIME_DIR, where it writes down what the system gave it; a `log` is shown
    if it does not start.
    """
    told, end = Path(runtime) / f"jpserver-{server.pid}.json", time.monotonic() + seconds
    while time.monotonic() < end and server.poll() is None:
        try:
            return json.loads(told.read_text())["url"].rstrip("/")
        except (OSError, ValueError):  # not there yet, or not to its end
            time.sleep(0.1)
    said = Path(log).read_text() if log else ""
    raise RuntimeError(f"the Jupyter server did not start: {server.args}\n{said}")


def stop(server, seconds=30):
    """Stop a process that serves, by force if it does not end.

    At its end a Jupyter server may wait for ever for a thread that read a file and that its loop,
    stopped before, no longer tells to go. Nothing is served then, and no test is about that.
    """
    server.terminate()
    try:
        server.wait(seconds)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()
