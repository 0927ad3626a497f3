"""What the tests of Jupyter servers share."""

import subprocess


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
