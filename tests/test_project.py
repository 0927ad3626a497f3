"""The package, the lock, and the two commands of the README."""

import ast
import functools
import importlib.metadata
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
import urllib.error
import urllib.request
import zipfile
from pathlib import Path

import install
import pytest
import servers
import yaml
from flit_core import wheel
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
EXTRAS = PROJECT["project"]["optional-dependencies"]
# An extra may name another one: convnet_lib[digits].
MAIN = [
    *PROJECT["project"]["dependencies"],
    *(
        line
        for name in ("digits", "book", "dev", "compiled", "distributed")
        for line in EXTRAS[name]
    ),
    *PROJECT["build-system"]["requires"],
]
MAIN = [line for line in MAIN if not line.startswith("convnet_lib[")]
GROUPS = PROJECT["dependency-groups"] | {"classroom": EXTRAS["classroom"]}
# What each lock must have: requirements.txt what the book and its tests need, and beside it one
# for each other use, which may leave out what requirements.txt has.
DIRECT = {
    "requirements.txt": [Requirement(line) for line in MAIN],
    **{f"requirements-{name}.txt": [*map(Requirement, GROUPS[name])] for name in GROUPS},
}
WANTED = [(lock, wanted) for lock, lines in DIRECT.items() for wanted in lines]


def tracked():
    """The files that git knows, as far as they are there."""
    try:
        listed = subprocess.run(
            ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True, text=True
        ).stdout
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("not a git clone")
    return [ROOT / name for name in listed.split("\0") if name and (ROOT / name).is_file()]


def text(path):
    return path.read_bytes().decode("utf-8", errors="replace")


def locked(lock="requirements.txt"):
    """The lock as (requirement, hashes) pairs; a package may stand there once a Python."""
    logical = text(ROOT / lock).replace("\\\n", " ")
    lines = [line for line in logical.splitlines() if line.strip() and line.lstrip()[0] != "#"]
    return [
        (Requirement(line.split(" --hash")[0]), re.findall(r"--hash=sha256:([0-9a-f]{64})\b", line))
        for line in lines
    ]


# --- The lock ---------------------------------------------------------------------------------


@pytest.mark.parametrize("lock", DIRECT)
def test_every_locked_package_is_exact_and_has_hashes(lock):
    assert len(locked(lock)) > (50 if lock == "requirements.txt" else 1)
    for requirement, hashes in locked(lock):
        assert re.fullmatch(r"==[\w.]+", str(requirement.specifier)), requirement
        assert hashes, requirement
        assert requirement.url is None


@pytest.mark.parametrize(("lock", "wanted"), WANTED, ids=str)
def test_lock_satisfies_pyproject(lock, wanted):
    both = locked(lock) + locked()
    found = [r for r, _ in both if canonicalize_name(r.name) == canonicalize_name(wanted.name)]
    assert found, f"{wanted} is not in {lock}: make lock"
    for requirement in found:
        (pin,) = requirement.specifier
        assert wanted.specifier.contains(pin.version, prereleases=True), "make lock"


def test_each_extra_has_its_lock():
    """The first five are in the main lock; nbgrader, which the book does not need, in its own."""
    assert set(EXTRAS) == {"digits", "book", "dev", "compiled", "distributed", "classroom"}
    assert "nbgrader" not in {requirement.name for requirement, _ in locked()}


def test_what_the_notebooks_import_is_in_the_extras_that_the_readme_names():
    """Chapter 14 and a cell of chapter 13 import theirs by way of the library."""
    readme = text(ROOT / "README.md")
    (named,) = re.findall(r'"\.\[([\w,]+)\]"` all that the notebooks need', readme)
    assert f"`uv sync --extra {named.replace(',', ' --extra ')}`" in readme
    lines = [line for name in named.split(",") for line in EXTRAS[name]]
    there = {Requirement(line).name for line in [*lines, *PROJECT["project"]["dependencies"]]}
    imports = set()
    for path in (ROOT / "notebooks").glob("*.ipynb"):
        for cell in json.loads(text(path))["cells"]:
            source = "".join(cell["source"]) if cell["cell_type"] == "code" else ""
            imports |= set(re.findall(r"^(?:import|from) (\w+)", source, re.MULTILINE))
    ours = {"convnet_lib", "distributed", "numba"}
    assert imports - sys.stdlib_module_names - ours | {"distributed", "numba"} <= there


@pytest.mark.parametrize("lock", DIRECT)
def test_locks_agree(lock):
    main = {(r.name, str(r.marker)): r.specifier for r, _ in locked()}
    same = {(r.name, str(r.marker)): r.specifier for r, _ in locked(lock)}
    assert {key: main[key] for key in same if key in main} == {
        k: same[k] for k in same if k in main
    }


@pytest.mark.parametrize("lock", DIRECT)
def test_what_a_lock_leaves_to_the_first_is_there_for_the_newest_python(lock):
    """What is there for older ones alone, jupyter-cache for one would miss on Python 3.12."""
    text = (ROOT / lock).read_text("utf-8")
    _, _, left = text.partition("# The following packages were excluded from the output:\n")
    lines = re.findall(r"^([\w.-]+)==(.*)$", (ROOT / "requirements.txt").read_text(), re.MULTILINE)
    there = {name for name, marked in lines if "; python_full_version <" not in marked}
    assert set(re.findall(r"^# ([\w.-]+)$", left, re.MULTILINE)) <= there


@pytest.mark.parametrize("lock", DIRECT)
def test_lock_holds_nothing_but_packages(lock):
    lines = text(ROOT / lock).splitlines()
    strange = [line for line in lines if line.startswith("-") or "://" in line]
    assert strange == []
    assert "make lock" in "\n".join(lines[:5])


def test_cpu_builds_are_of_the_locked_torch():
    (version,) = {r.specifier for r, _ in locked("requirements-bench.txt") if r.name == "torch"}
    for line in text(ROOT / "benchmarks" / "torch-cpu.sha256").splitlines():
        digest, name = line.split("  ")
        assert re.fullmatch(r"[0-9a-f]{64}", digest)
        assert version.contains(re.match(r"torch-([\d.]+)\+cpu-", name)[1])


def test_installed_is_what_is_locked():
    for requirement, _ in locked():
        if requirement.marker is None or requirement.marker.evaluate():
            (pin,) = requirement.specifier
            assert importlib.metadata.version(requirement.name) == pin.version, "make .venv"


def test_no_two_test_files_have_one_name():
    """pytest imports them by it, and would refuse the second."""
    names = [path.name for path in (ROOT / "tests").rglob("test_*.py")]
    assert sorted(set(names)) == sorted(names)


def imported(path):
    """The first names of the modules that a file needs as soon as it is read.

    What stands behind an `importorskip` is not needed, nor is what a function imports.
    """
    for node in ast.parse(text(path)).body:
        if isinstance(node, (ast.Expr, ast.Assign)) and "importorskip(" in ast.unparse(node):
            return
        if isinstance(node, ast.Import):
            names = {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            names = {node.module.split(".")[0]}
        else:
            continue
        yield from names


def others(path, ours):
    """The packages of others among them, also those of our modules that the file reads."""
    seen, waiting = set(), [path]
    while waiting:
        for name in set(imported(waiting.pop())) - seen:
            seen.add(name)
            waiting += ours.get(name, ())
    return seen - set(ours) - set(sys.stdlib_module_names) - {"convnet_lib"}


@functools.cache
def providers():
    """Name of a module → the installed packages that it may be from."""
    found = importlib.metadata.packages_distributions()
    return {name: [canonicalize_name(package) for package in found[name]] for name in found}


def our_modules():
    """Name → files of what a test may import: the modules of some folders, and whole folders."""
    folders = [ROOT / name for name in ("tools", "site", "tests", "benchmarks")]
    modules = {path.stem: [path] for folder in folders for path in folder.glob("*.py")}
    packages = {path.parent for path in (ROOT / "tests").glob("*/__init__.py")}
    return modules | {folder.name: sorted(folder.glob("*.py")) for folder in packages}


@pytest.mark.parametrize(
    "path", sorted((ROOT / "tests").rglob("test_*.py")), ids=lambda path: path.stem
)
def test_a_fresh_machine_can_read_every_test(path):
    """`make test` reads them all, and what the other suites install may not be there."""
    lock = {canonicalize_name(requirement.name) for requirement, _ in locked()}
    beside = {one.stem: [one] for one in path.parent.glob("*.py")}
    for package in others(path, our_modules() | beside):
        assert lock & set(providers().get(package, [])), package


def test_the_installer_is_what_is_locked():
    """A new venv has the pip and the setuptools that came with the system's Python."""
    assert {requirement.name for requirement, _ in locked("requirements-pip.txt")} == {
        "pip",
        "setuptools",
    }
    for requirement, hashes in locked("requirements-pip.txt"):
        (pin,) = requirement.specifier
        assert hashes
        assert importlib.metadata.version(requirement.name) == pin.version, "make .venv"


def test_environment_yml_is_in_step():
    environment = yaml.safe_load(text(ROOT / "environment.yml"))
    *conda, pip = environment["dependencies"]
    assert pip == {"pip": ["-r requirements.txt"]}
    names = {re.match(r"[\w-]+", package)[0]: package for package in conda}
    assert set(names) == {"python", "pip"}
    version = names["python"].partition("=")[2].strip("=")
    assert SpecifierSet(PROJECT["project"]["requires-python"]).contains(version)


# --- What no file may hold --------------------------------------------------------------------

FORBIDDEN = {
    "an index address": r"(?:index-url|find-links|trusted-host)[ =]+\S*[:/]{2}|:/{2}\S*/simple\b",
    "a registry's host": r"pypi\.(?:org|python)|pythonhosted\.org|registry\.npmjs",
    "a place on one machine": r"(?<![\w.])/(?:work|root|Users|home)/\w",
}


@pytest.mark.parametrize("what", FORBIDDEN)
def test_no_file_holds(what):
    base64 = re.compile(r'"image/png": "[^"]*"')
    found = [
        f"{path.relative_to(ROOT)}: {match[0]}"
        for path in tracked()
        for match in re.finditer(FORBIDDEN[what], base64.sub("", text(path)))
    ]
    assert found == []


def test_nothing_generated_is_tracked():
    strange = {".pyc", ".whl", ".npy", ".npz", ".ckpt"}
    assert [path for path in tracked() if path.suffix in strange] == []


# --- The package ------------------------------------------------------------------------------


def test_version_stands_in_one_place():
    version = PROJECT["project"]["version"]
    assert importlib.metadata.version("convnet_lib") == version
    # CHANGELOG.md has its date, and CITATION.cff both, written by `make citation`.
    elsewhere = [*(ROOT / "convnet_lib").rglob("*.py"), ROOT / "README.md"]
    assert [p.name for p in elsewhere if re.search(rf"\b{re.escape(version)}\b", text(p))] == []


def test_wheel_holds_the_whole_library(tmp_path):
    built = wheel.make_wheel_in(ROOT / "pyproject.toml", tmp_path)
    with zipfile.ZipFile(built.file) as archive:
        packed = {name for name in archive.namelist() if name.startswith("convnet_lib/")}
    library = {
        p.relative_to(ROOT).as_posix() for p in tracked() if ROOT / "convnet_lib" in p.parents
    }
    assert library <= packed
    assert not [name for name in packed if name.endswith(".pyc")]


def test_import_is_light():
    """Neither a plotting nor a widget library is loaded, and it takes less than 0.3 s.

    Of the processor's time, which does not count what else the machine is busy with.
    """
    script = (
        "import sys, time; start = time.process_time(); import convnet_lib; "
        "print(time.process_time() - start, *sorted(sys.modules))"
    )
    seconds = []
    for _ in range(5):
        command = [sys.executable, "-c", script]
        out = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
        took, *modules = out.split()
        seconds.append(float(took))
        heavy = ("IPython", "anywidget", "ipywidgets", "matplotlib", "mlxtend", "pandas", "scipy")
        assert [name for name in heavy if name in modules] == []
    assert min(seconds) < 0.3, seconds


# --- The commands -----------------------------------------------------------------------------


def targets():
    return set(re.findall(r"^([.\w-]+):", text(ROOT / "Makefile"), re.MULTILINE)) - {".PHONY"}


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md"])
def test_named_commands_exist(name):
    page = text(ROOT / name)
    commands = re.findall(r"(?:`|^\s*)make(?: \w+=\S+)? ([.\w-]+)", page, re.MULTILINE)
    assert {"lab", "test"} <= set(commands)
    assert set(commands) <= targets()
    scripts = re.findall(r"(?:python3?|py) (?:-[\d.]+ )?(tools[/\\]\w+\.py)", page)
    assert [s for s in scripts if not (ROOT / s.replace("\\", "/")).exists()] == []


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md"])
def test_links_of_pages_lead_somewhere(name):
    links = re.findall(r"\]\((?!https?:|#)([^)#\s]+)", text(ROOT / name))
    assert [link for link in links if not (ROOT / link).exists()] == []


def test_ci_lets_no_failure_pass():
    script = text(ROOT / ".ci" / "run")
    assert "set -euo pipefail" in script
    (first,) = re.findall(r"^lane ((?:[a-z-]+ ?)+)$", script, re.MULTILINE)
    (others,) = re.findall(r"^suites=\((.+)\)$", script, re.MULTILINE)
    suites = [*first.split(), *others.split()]
    parts = ("", "-browser", "-site", "-slides", "-classroom", "-faults", "-hub")
    assert first.split() == ["lint", "installed"]
    assert len(suites) == len(set(suites))
    assert set(suites) == {"lint", "installed", *(f"test{part}" for part in parts)}
    assert set(suites) <= targets()
    for page in (script, text(ROOT / "Makefile")):
        assert "|| true" not in page
        assert not re.search(r"^\t-", page, re.MULTILINE)
    assert os.name == "nt" or os.access(ROOT / ".ci" / "run", os.X_OK)


@pytest.mark.skipif(os.name == "nt", reason="bash reads it on Linux alone")
@pytest.mark.parametrize("broken", ["nothing", "lint", "test", "test-site", "test-faults"])
def test_ci_runs_each_suite_once_and_tells_of_each_failure(tmp_path, broken):
    """With a make that only says what it is asked for, in either lane."""
    (tmp_path / ".ci").mkdir()
    shutil.copy(ROOT / ".ci" / "run", tmp_path / ".ci")
    programs = {"make": f'echo "$1" >>asked\nsleep 0.1\n[ "$1" != {broken} ]', "apt-get": "exit 1"}
    programs |= {name: "exit 0" for name in ("bwrap", "chromium")}
    for name, lines in programs.items():
        (tmp_path / name).write_text(f"#!/bin/sh\n{lines}\n")
        (tmp_path / name).chmod(0o755)
    environ = {"PATH": f"{tmp_path}:/usr/bin:/bin"}
    done = subprocess.run(
        [tmp_path / ".ci" / "run"], env=environ, capture_output=True, text=True, timeout=60
    )
    assert (done.returncode != 0) == (broken != "nothing"), done.stderr
    asked = (tmp_path / "asked").read_text().split()
    assert len(asked) == len(set(asked))
    if broken != "lint":
        assert set(asked) >= {"lint", "installed", "test", "test-site", "test-slides", "test-hub"}
        assert done.stdout.count(" seconds") == len(asked) == 9


def test_install_knows_when_there_is_nothing_to_do(tmp_path, monkeypatch):
    asked = []
    monkeypatch.setattr(install, "install", lambda wanted, found: asked.append((wanted, found)))
    monkeypatch.setattr(install, "STAMP", tmp_path / "stamp")
    monkeypatch.setattr(install, "PYTHON", Path(sys.executable))
    install.main()
    assert asked.pop() == (install.state(), {})
    for broken in ("", "{", "[]"):
        install.STAMP.write_text(broken)
        install.main()
        assert asked.pop()[0] == install.state()
    install.STAMP.write_text(install.json.dumps(install.state()))
    install.main()
    assert asked == []
    monkeypatch.setattr(install, "PYTHON", tmp_path / "gone")
    install.main()
    assert len(asked) == 1


def test_install_refuses_an_old_python(monkeypatch):
    monkeypatch.setattr(install.sys, "version_info", (3, 10, 1))
    with pytest.raises(SystemExit, match=r"Python 3\.11 or newer is needed"):
        install.main()


def start_lab(home, port):
    """Start JupyterLab as make lab does; the process, and the address that it prints."""
    environ = {k: v for k, v in os.environ.items() if not k.startswith(("XDG_", "JUPYTER"))}
    process = subprocess.Popen(
        [sys.executable, ROOT / "tools" / "lab.py", "--no-browser", f"--ServerApp.port={port}"],
        env=environ | {"HOME": str(home), "USERPROFILE": str(home), "JUPYTER_TOKEN": ""},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    said = []
    for line in process.stdout:
        said.append(line)
        if found := re.search(r"http://\S+", line):
            return process, found[0]
    process.wait()
    raise AssertionError("".join(said))


def fetch(address):
    try:
        with urllib.request.urlopen(address, timeout=20) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, ""


@pytest.mark.skipif(os.name == "nt", reason="ends the server by a signal")
def test_two_labs_beside_each_other(tmp_path):
    """On loopback, each with its token; on the start page, without news; nothing in the home."""
    running = []
    try:
        running.append(start_lab(tmp_path, 18888))
        running.append(start_lab(tmp_path, 18888))
        addresses = [address for _, address in running]
        assert len({address.split("/")[2] for address in addresses}) == 2
        for address in addresses:
            base, _, token = address.partition("/lab/tree/notebooks/00_start_here.ipynb?token=")
            assert re.fullmatch(r"http://127\.0\.0\.1:\d+", base)
            assert len(token) >= 40
            assert fetch(f"{base}/api/contents")[0] == 403
            assert fetch(f"{base}/api/contents?token={token}")[0] == 200
            settings = "lab/api/settings/@jupyterlab/apputils-extension:notification"
            status, body = fetch(f"{base}/{settings}?token={token}")
            assert status == 200
            schema = install.json.loads(body)["schema"]["properties"]
            assert schema["fetchNews"]["default"] == "false"
            assert schema["checkForUpdates"]["default"] is False
    finally:
        for process, _ in running:
            process.stdout.close()
            servers.stop(process)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(os.name == "nt", reason="modes of files are those of Unix")
def test_the_token_is_for_nobody_else(tmp_path):
    """Also when the folder stood open before, with a file in it, as older versions left them."""
    runtime = ROOT / ".cache" / "jupyter" / "runtime"
    runtime.mkdir(parents=True, exist_ok=True)
    left = runtime / "jpserver-0-open.html"
    left.write_text("a token of last week")
    left.chmod(0o644)
    runtime.chmod(0o755)
    process, address = start_lab(tmp_path, 18888)
    try:
        token = address.partition("token=")[2]
        holders = [path for path in runtime.iterdir() if token in text(path)]
        assert len(holders) >= 2  # what tools read, and the page that the browser is sent to
        for path in [*holders, left]:
            assert path.stat().st_mode & 0o777 == 0o600, path
        assert runtime.stat().st_mode & 0o777 == 0o700
        if os.geteuid() == 0:
            for path in [*holders, left]:
                done = subprocess.run(["cat", path], user=65534, group=65534, capture_output=True)
                assert done.returncode != 0
                assert done.stdout == b""
    finally:
        process.stdout.close()
        servers.stop(process)
        left.unlink(missing_ok=True)
