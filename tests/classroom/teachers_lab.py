"""JupyterLab as a teacher starts it, in the folder of a course, with nbgrader's Formgrader."""

import contextlib
import json
import os
import secrets
import subprocess
import sys
import time
import urllib.error
import urllib.request

import servers


class Lab:
    """A server that answers; what it is asked for comes with the teacher's token."""

    def __init__(self, address, token):
        self.address, self.token = address, token

    def get(self, path):
        """Return (status, headers, text)."""
        request = urllib.request.Request(
            self.address + path, headers={"Authorization": f"token {self.token}"}
        )
        try:
            with urllib.request.urlopen(request, timeout=600) as answer:
                return answer.status, answer.headers, answer.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.headers, error.read().decode()

    def submissions(self, assignment):
        """Return {student: the address of the Formgrader's page}."""
        _, _, found = self.get(f"/formgrader/api/submitted_notebooks/{assignment}/{assignment}")
        return {
            one["student"]: f"/formgrader/submissions/{one['id']}/" for one in json.loads(found)
        }


@contextlib.contextmanager
def started(course, environ=()):
    """Start JupyterLab in a course; yields a Lab."""
    runtime = course.folder / "home"
    token = secrets.token_hex(16)
    options = {
        "ServerApp.port": 0,
        "ServerApp.open_browser": False,
        "IdentityProvider.token": token,
        "LabApp.news_url": "",
        "LabApp.check_for_updates_class": "jupyterlab.NeverCheckForUpdate",
        "LabApp.workspaces_dir": course.folder / "home" / "workspaces",
        "LabApp.user_settings_dir": course.folder / "home" / "settings",
    }
    command = [sys.executable, "-m", "jupyterlab", "--allow-root"]
    log = runtime / "lab.log"
    with log.open("w") as said:
        server = subprocess.Popen(
            [*command, *(f"--{key}={value}" for key, value in options.items())],
            cwd=course.folder,
            env=os.environ
            | {
                "HOME": str(course.folder / "home"),
                "JUPYTER_RUNTIME_DIR": str(runtime),
            }
            | dict(environ),
            stdout=said,
            stderr=said,
        )
    end = time.monotonic() + 400
    try:
        lab = Lab(servers.address(server, runtime, 400, log), token)
        while not answers(lab):
            assert server.poll() is None, log.read_text()
            assert time.monotonic() < end, log.read_text()
            time.sleep(0.2)
        yield lab
    finally:
        servers.stop(server)


def answers(lab):
    """Return whether the server answers."""
    try:
        return lab.get("/api/status")[0] == 200
    except OSError:
        return False
