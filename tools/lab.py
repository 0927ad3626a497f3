"""Open JupyterLab on the start page of the book: on this machine alone, with a token."""

import os
import subprocess
import sys

import surroundings

START = "notebooks/00_start_here.ipynb"


def command():
    """The command line of JupyterLab; whatever follows on ours is handed on."""
    options = [
        "--ServerApp.ip=127.0.0.1",
        "--ServerApp.port_retries=100",
        "--ServerApp.answer_yes=True",  # Ctrl-C ends it without a question
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
        "--LabApp.news_url=",
        "--log-level=WARN",
    ]
    options += [f"--KernelManager.{k}={v}" for k, v in surroundings.kernel_manager().items()]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        # In a container one is often root. The server is on loopback and asks for its token.
        options.append("--allow-root")
    return [sys.executable, "-m", "jupyterlab", *options, *sys.argv[1:], START]


def main():
    surroundings.enter()
    print("JupyterLab is starting. To end it, press Ctrl-C here.", flush=True)
    try:
        return subprocess.run(command(), cwd=surroundings.ROOT).returncode
    except KeyboardInterrupt:
        return 0


if __name__ == "__main__":
    sys.exit(main())
