"""A JupyterHub for the book: each student has a copy of their own and a bound on memory.

    jupyterhub -f jupyterhub_config.py

Start from it; how students log in, and on what machines their servers run, is your hub's matter.
classroom.md says what was measured and tried.
"""

import os

c = get_config()  # noqa: F821 (JupyterHub provides it)

# A server with two open notebooks peaked at 840 MB; classroom.md has the figures. Spawners of
# systemd, Docker and Kubernetes enforce the bound. Those that start local processes only tell the
# server of it.
c.Spawner.mem_limit = "1G"
c.Spawner.cpu_limit = 1
c.Spawner.environment = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}

# Where the students find the book. Each needs a copy that they may write to; the environment can
# be one for all, with the book installed in it.
c.Spawner.notebook_dir = os.environ.get("CONVNET_BOOK", "~/convnet")
c.Spawner.default_url = "/lab/tree/notebooks/00_start_here.ipynb"

# An idle server keeps its memory: end it after an hour (package jupyterhub-idle-culler).
# c.JupyterHub.services = [{
#     "name": "idle-culler",
#     "command": ["python3", "-m", "jupyterhub_idle_culler", "--timeout=3600"],
# }]
