"""Write requirements.txt anew from pyproject.toml: exact versions, hashes, no index address.

uv resolves for every system and every Python from 3.11 on. It is fetched into a throw-away
environment and is no dependency of the project. Versions that still fit are kept, as uv reads the
file that it overwrites; with --upgrade it takes the newest.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def main():
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        scripts = Path(folder) / ("Scripts" if os.name == "nt" else "bin")
        pip = [scripts / "python", "-m", "pip", "--disable-pip-version-check", "install", "-q"]
        subprocess.run([*pip, "uv"], check=True)
        options = ["--universal", "--python-version=3.11", "--extra=dev", "--generate-hashes"]
        options += ["--no-emit-index-url", "--no-emit-find-links", "--quiet"]
        options += ["--custom-compile-command=make lock"]
        files = ["--output-file=requirements.txt", "pyproject.toml"]
        compile_ = [scripts / "uv", "pip", "compile", *options, *sys.argv[1:], *files]
        subprocess.run(compile_, cwd=ROOT, check=True)


if __name__ == "__main__":
    main()
