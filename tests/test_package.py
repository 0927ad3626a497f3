"""What a stranger gets by `pip install`: the wheel, the sdist, and a library that works by itself.

The empty environment gets the wheel and, from this one, the packages that the wheel says it needs
and no other. `make test-package` has pip fetch them instead.
"""

import importlib.metadata
import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest
from flit_core import buildapi
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
JUPYTER = ("jupyterlab", "jupyter_server", "notebook", "nbformat", "pandas", "sklearn", "mlxtend")
# What the library does with nothing but its own dependencies.
DRAW = """
import sys, tempfile
import numpy as np
import convnet_lib
from convnet_lib import ConvNet, figures, gradient_check, training, widgets
from convnet_lib.exercises import catalogue

assert {prefix!r} in convnet_lib.__file__, convnet_lib.__file__
rng = np.random.default_rng(0)
net, a0, y = ConvNet.random(seed=0), rng.random((28, 28)), np.eye(10)[3]
assert max(gradient_check.check(net, a0, y, entries=5).values()) < 1e-6
picture = figures.convolution(a0, net.w1, net.b1)
assert picture.png().startswith(b"\\x89PNG") and picture.alt
figure = widgets.convolution(a0, net.w1, net.b1)
assert any("export" in text for text in figure._modules.values())
loaded = sorted(set({jupyter!r}) & set(sys.modules))
assert not loaded, loaded
try:
    convnet_lib.data.load_digits()
except ModuleNotFoundError as error:
    print(error)
"""


def python(*arguments, cwd):
    """Run this Python on the arguments, cut off from the reader's own settings."""
    environ = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "MPL"))}
    run = subprocess.run(
        [str(a) for a in arguments],
        cwd=cwd,
        env=environ | {"MPLCONFIGDIR": str(cwd)},
        capture_output=True,
        text=True,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    return run.stdout


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """The wheel and the sdist, as pip has them built from the tree."""
    folder, here = tmp_path_factory.mktemp("dist"), Path.cwd()
    os.chdir(ROOT)
    try:
        return [folder / make(str(folder)) for make in (buildapi.build_wheel, buildapi.build_sdist)]
    finally:
        os.chdir(here)


def contents(wheel):
    """Return {name: bytes} of a wheel, without the record of its own hashes."""
    with zipfile.ZipFile(wheel) as archive:
        return {n: archive.read(n) for n in archive.namelist() if not n.endswith("/RECORD")}


def closure(wheel):
    """Return the names of all packages that the wheel needs, by what each says that it needs."""
    found, waiting = {}, [Requirement(line) for line in requirements(wheel)]
    while waiting:
        wanted = waiting.pop()
        if wanted.marker and not wanted.marker.evaluate({"extra": ""}):
            continue
        name = canonicalize_name(wanted.name)
        if name not in found:
            found[name] = importlib.metadata.distribution(name)
            waiting += map(Requirement, found[name].requires or ())
    return found


def requirements(wheel):
    """Return the lines Requires-Dist of a wheel."""
    (metadata,) = [text for name, text in contents(wheel).items() if name.endswith("/METADATA")]
    lines = metadata.decode().split("\n\n")[0].splitlines()
    return [line.partition(": ")[2] for line in lines if line.startswith("Requires-Dist: ")]


def environment(folder):
    """Make an empty environment; return its Python and its folder of packages."""
    python(sys.executable, "-m", "venv", "--without-pip", folder, cwd=ROOT)
    program = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    place = python(program, "-c", "import site; print(site.getsitepackages()[-1])", cwd=folder)
    return program, Path(place.strip())


def install(program, *arguments):
    """Have this environment's pip install into another one."""
    pip = [sys.executable, "-m", "pip", "--python", program, "--disable-pip-version-check"]
    python(*pip, "install", "-q", *arguments, cwd=program.parent)


def test_wheel_holds_the_library_with_its_scripts_and_nothing_else(built):
    names = set(contents(built[0]))
    packed = {name for name in names if not name.startswith("convnet_lib-")}
    here = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "convnet_lib").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert packed == here
    assert sum(name.endswith(".js") for name in packed) > 10
    assert [name for name in names if "test" in name.split("/")[0]] == []


def test_sdist_builds_the_same_wheel(built, tmp_path):
    with tarfile.open(built[1]) as archive:
        archive.extractall(tmp_path, filter="data")
    (unpacked,) = tmp_path.iterdir()
    assert {"CHANGELOG.md", "CITATION.cff", "LICENSE", "LICENSE-TEXT"} <= {
        path.name for path in unpacked.iterdir()
    }
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "wheel", "-q", "--no-index"]
    python(*pip, "--no-deps", "--no-build-isolation", "-w", tmp_path, unpacked, cwd=tmp_path)
    (again,) = tmp_path.glob("*.whl")
    assert contents(again) == contents(built[0])


def test_wheel_asks_for_no_notebook_and_no_digits(built):
    names = {canonicalize_name(name) for name in JUPYTER} | {"scikit-learn"}
    assert closure(built[0]).keys() & names == set()
    extras = {line.split("extra == ")[-1].strip('"') for line in requirements(built[0])}
    assert {"digits", "book", "classroom", "compiled", "distributed", "dev"} <= extras


def test_wheel_works_with_what_it_asks_for(built, tmp_path):
    """Equations, a picture and a control; only the digits are missing, and it says which extra."""
    program, place = environment(tmp_path / "empty")
    for package in closure(built[0]).values():
        for file in package.files:
            if ".." not in file.parts and "__pycache__" not in file.parts:
                (place / file).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(file.locate(), place / file)
    install(program, "--no-index", "--no-deps", built[0])
    script = DRAW.format(prefix=str(place), jupyter=JUPYTER)
    said = python(program, "-W", "error", "-c", script, cwd=tmp_path)
    assert "convnet_lib[digits]" in said


@pytest.mark.registry
@pytest.mark.parametrize("extra", ["", "[digits]"])
def test_pip_installs_the_wheel(extra, built, tmp_path):
    program, place = environment(tmp_path / "empty")
    install(program, f"convnet_lib{extra} @ {built[0].as_uri()}")
    script = DRAW.format(prefix=str(place), jupyter=JUPYTER[:4])
    said = python(program, "-c", script, cwd=tmp_path)
    assert ("convnet_lib[digits]" in said) == (extra == "")
