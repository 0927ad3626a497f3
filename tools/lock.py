"""Write requirements.txt anew from pyproject.toml: exact versions, hashes, no index address.

What only the tests in a browser need goes to requirements-browser.txt, beside the same versions;
what only the pages, only JupyterLite, only the benchmark or only a teacher who grades need, and
requirements.txt does not have, to requirements-site.txt, requirements-lite.txt,
requirements-bench.txt and requirements-classroom.txt.

uv resolves for every system and every Python from 3.11 on. It is fetched into a throw-away
environment and is no dependency of the project. Versions that still fit are kept, as uv reads the
file that it overwrites; with --upgrade it takes the newest.
"""

import os
import re
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
        options = ["--universal", "--python-version=3.11", "--generate-hashes", "--quiet"]
        options += ["--no-emit-index-url", "--no-emit-find-links"]
        options += ["--custom-compile-command=make lock"]
        compile_ = [scripts / "uv", "pip", "compile", *options, *sys.argv[1:]]
        main_ = [
            "--extra=book",
            "--extra=dev",
            "--extra=compiled",
            "--extra=distributed",
            "--output-file=requirements.txt",
            "pyproject.toml",
        ]
        browser = ["--group=browser", "--constraints=requirements.txt"]
        browser += ["--output-file=requirements-browser.txt"]
        site = ["--group=site", "--constraints=requirements.txt"]
        site += ["--output-file=requirements-site.txt", "pyproject.toml"]
        lite = ["--group=lite", "--constraints=requirements.txt"]
        lite += ["--output-file=requirements-lite.txt"]
        bench = ["--group=bench", "--constraints=requirements.txt"]
        bench += ["--output-file=requirements-bench.txt"]
        classroom = ["--extra=classroom", "--constraints=requirements.txt"]
        classroom += ["--output-file=requirements-classroom.txt", "pyproject.toml"]
        hub = ["--group=hub", "--constraints=requirements.txt"]
        hub += ["--output-file=requirements-hub.txt"]
        # What tools/install.py installs first.
        pip_ = ["--group=pip", "--output-file=requirements-pip.txt"]
        for arguments in (main_, browser, site, lite, bench, classroom, hub, pip_):
            if arguments in (site, lite, bench, classroom, hub):
                arguments += [f"--no-emit-package={name}" for name in names("requirements.txt")]
            subprocess.run([*compile_, *arguments], cwd=ROOT, check=True)


def names(lock):
    """Return the names of the packages that a lock file has for the newest Python, and so for all.

    What it has for older ones alone, another file may want for the newer ones.
    """
    lines = re.findall(r"^([\w.-]+)==(.*)$", (ROOT / lock).read_text("utf-8"), re.MULTILINE)
    return sorted({name for name, marked in lines if "; python_full_version <" not in marked})


if __name__ == "__main__":
    main()
