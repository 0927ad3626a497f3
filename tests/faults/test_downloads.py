"""The digits on bad days: a full disk, a read-only one, no rights. Servers are in test_data.py."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from disks import fill

from convnet_lib import data

sys.path.append(str(Path(__file__).parents[1]))

from test_data import CONTENTS, FILES, load_from, mirror, names_in  # noqa: F401


@pytest.fixture
def server(mirror):  # noqa: F811
    return mirror().url


def test_a_full_disk_is_told_with_the_way_out(small_disk, server):
    fill(small_disk, leave=4096)
    with pytest.raises(OSError, match="No space left on device") as told:
        load_from(small_disk, [server])
    assert str(small_disk) in str(told.value)
    assert "CONVNET_DATA" in str(told.value)
    assert names_in(small_disk) == ["full"]


def test_a_full_disk_that_is_freed_is_filled(small_disk, server):
    ballast = fill(small_disk)
    with pytest.raises(OSError, match="No space left on device"):
        load_from(small_disk, [server])
    ballast.unlink()
    assert len(load_from(small_disk, [server]).train.labels) == 12


def test_a_read_only_disk_is_told_and_serves_what_it_has(small_disk, server):
    load_from(small_disk, [server])
    (small_disk / f"{FILES[3].name}.gz").rename(small_disk / "hidden")
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    with pytest.raises(OSError, match=r"Read-only file system: .*CONVNET_DATA"):
        load_from(small_disk, [server])
    subprocess.run(["mount", "-o", "remount,rw", str(small_disk)], check=True)
    (small_disk / "hidden").rename(small_disk / f"{FILES[3].name}.gz")
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    assert len(load_from(small_disk, [server]).train.labels) == 12


CODE = """
from pathlib import Path
from convnet_lib.data.downloads import Place
from convnet_lib.data.idx import IdxFile
from convnet_lib.data.mnist import load_split
try:
    load_split({files!r}, Place("cache", Path({folder!r})), [{server!r}], float)
except OSError as error:
    print(type(error).__name__, error)
"""


@pytest.mark.parametrize(("mode", "there"), [(0o755, False), (0o700, False), (0o755, True)])
def test_a_missing_right_is_told_with_the_way_out(tmp_path, other, nobody, server, mode, there):
    folder = tmp_path / "cache"
    folder.mkdir()
    if there:
        for name, content in CONTENTS.items():
            (folder / name).write_bytes(content)
            (folder / name).chmod(0o600)
    for each in (tmp_path, *tmp_path.parents[:2]):
        each.chmod(0o755)
    folder.chmod(mode)
    out = other(nobody + CODE.format(files=FILES, folder=str(folder), server=server)).end()
    assert out.startswith("PermissionError [Errno 13] Permission denied: ")
    assert str(folder) in out
    assert "CONVNET_DATA" in out


def test_a_filled_folder_is_read_by_another_user(tmp_path, other, nobody, server, monkeypatch):
    monkeypatch.setattr(data.mnist, "MNIST", FILES)
    monkeypatch.setattr(data.downloads, "MIRRORS", (server,))
    folder = data.fill(tmp_path / "shared")[0].parent
    for each in (tmp_path, *tmp_path.parents[:2]):
        each.chmod(0o755)
    code = CODE + "else:\n    print('read')\n"
    out = other(nobody + code.format(files=FILES, folder=str(folder), server=server)).end()
    assert out.strip() == "read"


def test_the_names_stand_for_what_they_stand_for_elsewhere():
    """The tests above use the made files of test_data.py."""
    assert [file.name for file in FILES] == list(CONTENTS)
    assert np.prod(FILES[0].shape) + 16 == len(CONTENTS[FILES[0].name])
