"""The recipe of teaching/jupyterhub as it is, with what a test needs beside it."""

import os
import sys
from pathlib import Path

c = get_config()  # noqa: F821 (JupyterHub provides it)

FOLDER = Path(os.environ["CONVNET_HUB"])
ROOT = Path(__file__).resolve().parents[2]
RUN = Path(os.environ["CONVNET_RUN"])
load_subconfig(str(ROOT / "teaching" / "jupyterhub" / "jupyterhub_config.py"))  # noqa: F821

# Everything on loopback, on ports that the test has chosen.
hub, api, proxy = os.environ["CONVNET_PORTS"].split(",")
c.JupyterHub.bind_url = f"http://127.0.0.1:{hub}"
c.JupyterHub.hub_bind_url = f"http://127.0.0.1:{api}"
c.ConfigurableHTTPProxy.api_url = f"http://127.0.0.1:{proxy}"
c.ConfigurableHTTPProxy.command = os.environ["CONVNET_PROXY"]
c.ConfigurableHTTPProxy.pid_file = str(FOLDER / "proxy.pid")
c.JupyterHub.db_url = f"sqlite:///{FOLDER / 'hub.sqlite'}"
c.JupyterHub.cookie_secret_file = str(FOLDER / "cookie_secret")

# Students without accounts on this machine: each has a folder, and all the same password.
c.JupyterHub.authenticator_class = "dummy"
c.DummyAuthenticator.password = os.environ["CONVNET_PASSWORD"]
c.JupyterHub.spawner_class = "simple"
c.SimpleLocalProcessSpawner.home_dir_template = str(FOLDER / "home" / "{username}")
# The homes of this test have paths too long for a kernel's sockets, as the recipe says.
c.Spawner.environment["JUPYTER_RUNTIME_DIR"] = lambda spawner: str(RUN / spawner.user.name)
c.Spawner.cmd = [str(Path(sys.executable).with_name("jupyterhub-singleuser"))]
# The test runs as root in a container.
c.Spawner.args = [*c.Spawner.args, "--allow-root"]

# So that a test need not wait for an hour, and hears of what idles in time.
c.Spawner.environment["JUPYTERHUB_ACTIVITY_INTERVAL"] = "5"
c.JupyterHub.last_activity_interval = 5
c.Spawner.env_keep = ["PATH", "LANG", "LC_ALL"]
