"""Where the programs that the project starts keep their files: all in .cache, none elsewhere.

The reader's own Jupyter, IPython and matplotlib settings are neither read nor written, so that a
notebook looks and runs the same on every machine.
"""

import contextlib
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CACHE = ROOT / ".cache"

FOLDERS = {
    "JUPYTER_CONFIG_DIR": CACHE / "jupyter" / "config",
    "JUPYTER_DATA_DIR": CACHE / "jupyter" / "data",
    "JUPYTER_RUNTIME_DIR": CACHE / "jupyter" / "runtime",
    "JUPYTERLAB_SETTINGS_DIR": CACHE / "jupyter" / "settings",
    "JUPYTERLAB_WORKSPACES_DIR": CACHE / "jupyter" / "workspaces",
    "IPYTHONDIR": CACHE / "ipython",
    "MPLCONFIGDIR": CACHE / "matplotlib",
    "NUMBA_CACHE_DIR": CACHE / "numba",
}
SETTINGS = {
    "JUPYTER_CONFIG_PATH": str(ROOT / "tools" / "jupyter"),
    "JUPYTER_PLATFORM_DIRS": "1",
    "PYDEVD_DISABLE_FILE_VALIDATION": "1",
}
# Sums in the same order everywhere, and two notebooks at once without a fight over two cores.
ONE_THREAD = {name: "1" for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")}
UNWANTED = (
    "JUPYTER_NO_CONFIG",
    "JUPYTER_PATH",
    "JUPYTER_TOKEN",
    "MATPLOTLIBRC",
    "MPLBACKEND",
    "PYTHONHOME",
    "PYTHONPATH",
    "PYTHONSTARTUP",
    "PYTHONWARNINGS",
)


# Here a running server keeps its token, and a kernel the key of its connection.
PRIVATE = ("JUPYTER_RUNTIME_DIR",)


def keep_to_oneself(folder):
    """Leave a folder and the files in it to their owner: 0700 and 0600, also those of before."""
    folder.chmod(0o700)
    for path in folder.iterdir():
        # Another server may take its own file away at this moment.
        with contextlib.suppress(FileNotFoundError):
            if path.is_file() and not path.is_symlink():
                path.chmod(0o600)


def enter(one_thread=False):
    """Change this process's environment, which its children inherit."""
    for name in UNWANTED:
        os.environ.pop(name, None)
    for name, folder in FOLDERS.items():
        folder.mkdir(parents=True, exist_ok=True)
        os.environ[name] = str(folder)
    for name in PRIVATE:
        keep_to_oneself(FOLDERS[name])
    os.environ.update(SETTINGS)
    if one_thread:
        os.environ.update(ONE_THREAD)
    scripts = str(Path(sys.executable).parent)
    if scripts not in os.environ.get("PATH", "").split(os.pathsep):
        os.environ["PATH"] = scripts + os.pathsep + os.environ.get("PATH", os.defpath)
    # Otherwise the first figure ever drawn may print that the font cache is being built.
    if not any(FOLDERS["MPLCONFIGDIR"].glob("fontlist*.json")):
        subprocess.run([sys.executable, "-c", "import matplotlib.font_manager"], check=False)


def kernel_manager():
    """The one setting of kernels: talk to them in cipher where that is built in."""
    import zmq

    return {"transport_encryption": "auto" if zmq.has("curve") else "disabled"}
