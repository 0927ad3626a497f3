"""The proxy that JupyterHub needs, from npm, of locked versions: .cache/hub-proxy."""

import shutil
import subprocess

import surroundings

HERE = surroundings.ROOT / "teaching" / "jupyterhub"
FOLDER = surroundings.CACHE / "hub-proxy"
SCRIPT = FOLDER / "node_modules" / ".bin" / "configurable-http-proxy"


def fetch():
    """Return the path of the proxy's script; what is not there yet is fetched with npm."""
    lock = HERE / "package-lock.json"
    done = FOLDER / "done.json"
    if not done.exists() or done.read_bytes() != lock.read_bytes():
        shutil.rmtree(FOLDER, ignore_errors=True)
        FOLDER.mkdir(parents=True)
        for name in ("package.json", "package-lock.json"):
            shutil.copyfile(HERE / name, FOLDER / name)
        options = ["--ignore-scripts", "--no-audit", "--no-fund", "--silent"]
        subprocess.run(["npm", "ci", *options], cwd=FOLDER, check=True)
        shutil.copyfile(lock, done)
    return SCRIPT


if __name__ == "__main__":
    print(fetch())
