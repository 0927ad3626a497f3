"""The rooms stand in the order that CONTRIBUTING gives: an import points to a room above only."""

import ast
import re
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
LIBRARY = ROOT / "convnet_lib"


def floors():
    """Room → its row in CONTRIBUTING's table; a folder is one room."""
    text = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    table = text.split("## The rooms of the library")[1].split("\n\n")[1]
    rows = [re.findall(r"`(\w+)(?:\.py|/)`", row.split("|")[1]) for row in table.splitlines()[2:]]
    return {room: number for number, row in enumerate(rows) for room in row}


def modules(library):
    """Dotted name, without the library's own → path."""
    paths = [path for path in library.rglob("*.py") if path != library / "__init__.py"]
    return {
        ".".join(path.relative_to(library).with_suffix("").parts).removesuffix(".__init__"): path
        for path in paths
    }


def imports(name, path, known):
    """The modules of the library that this one imports, anywhere in its text."""
    package = name if path.name == "__init__.py" else name.rpartition(".")[0]
    above = package.split(".") if package else []
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.level:
            base = above[: len(above) - node.level + 1]
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("convnet_lib"):
            base = []
        else:
            assert not (isinstance(node, ast.Import) and "convnet_lib" in ast.unparse(node)), name
            continue
        within = (node.module or "").removeprefix("convnet_lib").strip(".")
        base = [*base, *filter(None, within.split("."))]
        for alias in node.names:
            longer = ".".join([*base, alias.name])
            yield longer if longer in known else ".".join(base)


def arrows(library):
    known = modules(library)
    return {
        name: {target for target in imports(name, path, known) if target}
        for name, path in known.items()
    }


def misplaced(library, floors):
    """The imports that do not point to a room higher up in the table."""
    for name, targets in arrows(library).items():
        here = name.split(".")[0]
        for there in sorted({target.split(".")[0] for target in targets} - {here}):
            if floors[there] >= floors[here]:
                yield f"{name} imports {there}"


def test_every_room_is_in_the_table():
    there = {path.stem for path in LIBRARY.iterdir() if path.suffix == ".py" or path.is_dir()}
    assert set(floors()) == there - {"__init__", "__pycache__"}


def test_imports_point_up_the_table():
    assert list(misplaced(LIBRARY, floors())) == []


def test_no_import_runs_in_a_circle():
    # A folder's face hands names on, and a room inside it may name the folder: from . import …
    order = TopologicalSorter({name: targets - {name} for name, targets in arrows(LIBRARY).items()})
    assert list(order.static_order())


def test_only_a_notebook_needs_the_broken_rooms_and_dask():
    for name, targets in arrows(LIBRARY).items():
        assert not targets & {"broken", "training.distributed"}, name


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("from . import figures", "conv imports figures"),
        ("def f():\n    from .network import ConvNet", "conv imports network"),
        ("from .dense import forward", "conv imports dense"),
        ("from convnet_lib.training import fast", "conv imports training"),
    ],
)
def test_an_import_that_runs_down_is_noticed(tmp_path, text, said):
    for room in ("conv", "dense", "network", "figures", "training"):
        (tmp_path / f"{room}.py").touch()
    (tmp_path / "conv.py").write_text(text)
    assert list(misplaced(tmp_path, floors())) == [said]


def test_a_circle_is_noticed(tmp_path):
    (tmp_path / "figures").mkdir()
    (tmp_path / "figures" / "a.py").write_text("from .b import x")
    (tmp_path / "figures" / "b.py").write_text("def f():\n    from . import a")
    with pytest.raises(CycleError):
        TopologicalSorter(arrows(tmp_path)).prepare()
