"""A JupyterHub for the book: each student has a copy of their own, and what idles makes room.

    jupyterhub -f jupyterhub_config.py

Start from it; how students log in, and on what machines their servers run, is your hub's matter.
`make test-hub` starts a hub from this file and lets a class in. ../classroom.md says what was
measured and tried.
"""

import itertools
import os
import socket
import sys
from pathlib import Path

c = get_config()  # noqa: F821 (JupyterHub provides it)

# Who may come in: everybody with an account on this machine. Or name them:
# c.Authenticator.allowed_users = {"ada", "bob"}
c.Authenticator.allow_all = True

# A class comes in the same minute: on two cores, thirty starts at once took up to 91 s each.
# One that takes longer than these seconds is given up; the defaults are 60 and 30.
c.Spawner.start_timeout = 300
c.Spawner.http_timeout = 300

# Where the students find the book. Each needs a copy that they may write to; the environment can
# be one for all, with the book installed in it.
c.Spawner.notebook_dir = os.environ.get("CONVNET_BOOK", "~/convnet")
c.Spawner.default_url = "/lab/tree/notebooks/00_start_here.ipynb"

# One thread each: thirty kernels with as many threads as there are cores wait for one another.
c.Spawner.environment = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
}
# The whole of MNIST, once for all: make data FOLDER=/srv/convnet
DATA = os.environ.get("CONVNET_DATA", "/srv/convnet")
if Path(DATA).is_dir():
    c.Spawner.environment["CONVNET_DATA"] = DATA

# Servers on this machine: each start has a port of its own. By default the hub asks the system for
# any free port, and the server takes it seconds later: of thirty that start at once, two get the
# same one on some mornings, and one student comes to the other's server, which answers 404. These
# ports the system gives to nobody by itself: on Linux it takes 32768 and above.
PORTS = itertools.cycle(range(20_000, 30_000))


def is_free(port):
    """Return whether nothing on this machine listens at a port of the loopback."""
    with socket.socket() as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def give_port(spawner):
    """Let a student's server listen at the next port that is free."""
    spawner.port = next(filter(is_free, PORTS))


# Only for spawners that start processes of this machine: a container's ports are its own, and
# systemd's spawner chooses by itself.
c.LocalProcessSpawner.pre_spawn_hook = give_port

# A bound for each student's server with all its kernels. Spawners of systemd, Docker and
# Kubernetes enforce it; those that start local processes only tell the server of it.
c.Spawner.mem_limit = "1G"
c.Spawner.cpu_limit = 1

# What idles makes room. A kernel that has done nothing for an hour is ended, also when its tab is
# open, and a server that nobody has used for an hour too. Notebooks are files, and stay; what a
# kernel had in memory is computed anew by running the cells again.
IDLE = int(os.environ.get("CONVNET_IDLE", "3600"))
c.Spawner.args = [
    # A kernel and its server speak by sockets in the student's own runtime folder, which no other
    # student may enter. As ports of the machine, which they are by default, another process can
    # have taken one before the kernel does. A socket's path may have 107 characters: for homes
    # of more than 28, set JUPYTER_RUNTIME_DIR to a shorter folder of the student's own.
    "--KernelManager.transport=ipc",
    # A server whose port is taken says so and ends; another port is not where the hub looks for it.
    "--ServerApp.port_retries=0",
    f"--MappingKernelManager.cull_idle_timeout={IDLE}",
    f"--MappingKernelManager.cull_interval={max(1, IDLE // 12)}",
    "--MappingKernelManager.cull_connected=True",
]
c.JupyterHub.services = [
    {
        "name": "idle-culler",
        "command": [sys.executable, "-m", "jupyterhub_idle_culler", f"--timeout={IDLE}"],
    }
]
# Without this role, the culler's requests are refused (403), and nothing is ever ended.
c.JupyterHub.load_roles = [
    {
        "name": "idle-culler",
        "scopes": ["list:users", "read:users:activity", "read:servers", "delete:servers"],
        "services": ["idle-culler"],
    }
]
