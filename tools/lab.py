"""Open JupyterLab on the start page of the book: on this machine alone, with a token."""

import os
import subprocess
import sys

import surroundings

START = "/lab/tree/notebooks/00_start_here.ipynb"


def command():
    """The command line of JupyterLab; whatever follows on ours is handed on."""
    options = [
        "--ServerApp.ip=127.0.0.1",
        "--ServerApp.port_retries=100",
        "--ServerApp.answer_yes=True",  # Ctrl-C ends it without a question
        f"--LabApp.default_url={START}",
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
        "--LabApp.news_url=",
        "--LanguageServerManager.autodetect=False",  # it would start npm, which writes to HOME
        "--ServerApp.log_level=ERROR",
        "--LabApp.log_level=ERROR",
    ]
    options += [f"--KernelManager.{k}={v}" for k, v in surroundings.kernel_manager().items()]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        # In a container one is often root. The server is on loopback and asks for its token.
        options.append("--allow-root")
    return [sys.executable, "-m", "jupyterlab", *options, *sys.argv[1:]]


def main():
    surroundings.enter()
    os.umask(0o077)  # what the server and its kernels write is the reader's own: tokens, notebooks
    print("JupyterLab is starting. To end it, press Ctrl-C here.", flush=True)
    os.chdir(surroundings.ROOT)
    if os.name != "nt":
        os.execv(sys.executable, command())
    try:
        return subprocess.run(command()).returncode
    except KeyboardInterrupt:
        return 0


if __name__ == "__main__":
    sys.exit(main())
