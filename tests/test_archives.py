"""A network in a file: the same bits come back, whole or not at all, and nothing in it is run."""

import io
import os
import pickle
import stat
from dataclasses import replace

import numpy as np
import pytest

from convnet_lib import ConvNet, archives, data, training

NETS = {
    "one filter": ConvNet.random(seed=1),
    "float32": ConvNet.random(3, seed=2, dtype=np.float32),
    "channels": ConvNet.random(2, seed=3, channels=3, image=(9, 12), kernel=(2, 3), outputs=4),
    "two dtypes": replace(ConvNet.random(seed=4), b1=np.float32(0.1)),
}


def assert_same(found, expected):
    for name in ConvNet.parameters:
        ours, theirs = getattr(found, name), getattr(expected, name)
        assert (ours.dtype, ours.shape) == (theirs.dtype, theirs.shape)
        np.testing.assert_array_equal(ours, theirs)


@pytest.mark.parametrize("net", NETS.values(), ids=list(NETS))
@pytest.mark.parametrize("name", ["net.npz", "net", "a folder/of mine/net.npz", "ä.npz"])
def test_what_is_saved_comes_back(tmp_path, net, name):
    assert net.save(tmp_path / name) is None
    assert_same(ConvNet.load(str(tmp_path / name)), net)
    assert [path.name for path in (tmp_path / name).parent.iterdir()] == [(tmp_path / name).name]


def test_home_is_understood(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    NETS["float32"].save("~/net.npz")
    assert_same(ConvNet.load("~/net.npz"), NETS["float32"])
    assert (tmp_path / "net.npz").is_file()


def test_numpy_alone_can_read_it(tmp_path):
    NETS["one filter"].save(tmp_path / "net.npz")
    with np.load(tmp_path / "net.npz", allow_pickle=False) as archive:
        assert sorted(archive.files) == ["b1", "b3", "w1", "w3"]
        np.testing.assert_array_equal(archive["w3"], NETS["one filter"].w3)


@pytest.mark.parametrize("broken", ["fsync", "replace"])
def test_a_crash_leaves_what_was_there(tmp_path, monkeypatch, broken):
    path = tmp_path / "net.npz"
    NETS["one filter"].save(path)

    def fail(*arguments):
        raise OSError("no space left on device")

    monkeypatch.setattr(os, broken, fail)
    with pytest.raises(OSError, match="no space left"):
        NETS["float32"].save(path)
    monkeypatch.undo()
    assert_same(ConvNet.load(path), NETS["one filter"])
    assert [file.name for file in tmp_path.iterdir()] == ["net.npz"]


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such permissions")
def test_others_may_read_what_they_may_read_of_any_file(tmp_path):
    (tmp_path / "plain").write_text("")
    NETS["one filter"].save(tmp_path / "net.npz")
    modes = {stat.S_IMODE((tmp_path / name).stat().st_mode) for name in ("plain", "net.npz")}
    assert len(modes) == 1


def test_of_a_checkpoint_the_last_network_is_taken(tmp_path):
    part = data.Digits(*(array[:20] for array in data.load_digits().train))
    run = training.sgd(NETS["one filter"], part, 2, 0.5, checkpoint=tmp_path / "run.npz")
    assert_same(ConvNet.load(tmp_path / "run.npz"), run.net)


class Evil:
    """What runs when it is unpickled."""

    def __reduce__(self):
        return os.mkdir, ("hacked",)


def spoilt(net, **change):
    arrays = {name: getattr(net, name) for name in net.parameters}
    return {**arrays, **change}


NET = NETS["one filter"]
FOREIGN = {
    "text": lambda path: path.write_text("w1 = 0.5"),
    "nothing": lambda path: path.write_bytes(b""),
    "a pickle": lambda path: path.write_bytes(pickle.dumps(Evil())),
    "one array": lambda path: path.write_bytes(_written(np.save, NET.w1)),
    "another archive": lambda path: path.write_bytes(_written(np.savez, x=NET.w1)),
    "an archive with a pickle": lambda path: path.write_bytes(
        _written(np.savez, **spoilt(NET, w1=np.array([Evil()], object)))
    ),
    "a zip cut off": lambda path: _cut(path),
}


def _written(save, *arrays, **named):
    file = io.BytesIO()
    save(file, *arrays, **named)
    return file.getvalue()


def _cut(path):
    NET.save(path)
    path.write_bytes(path.read_bytes()[:-100])


@pytest.mark.parametrize("write", FOREIGN.values(), ids=list(FOREIGN))
def test_what_is_no_network_is_refused_and_nothing_of_it_is_run(tmp_path, monkeypatch, write):
    monkeypatch.chdir(tmp_path)
    write(tmp_path / "net.npz")
    message = r"^path: expected a network \(w1, b1, w3, b3\) in a NumPy archive, got .*net\.npz"
    with pytest.raises(ValueError, match=message):
        ConvNet.load(tmp_path / "net.npz")
    assert not (tmp_path / "hacked").exists()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"w1": NET.w1 * np.nan}, "w1: expected finite numbers, got nan"),
        ({"b3": NET.b3[1:]}, r"b3: expected shape \(10,\), got \(9,\)"),
        ({"w1": (255 * NET.w1).astype(int)}, "w1: expected an array of float32 or float64"),
    ],
)
def test_arrays_that_make_no_network_are_refused_by_name(tmp_path, change, message):
    np.savez(tmp_path / "net.npz", **spoilt(NET, **change))
    with pytest.raises(ValueError, match=message):
        ConvNet.load(tmp_path / "net.npz")


@pytest.mark.parametrize("path", [None, 3, b"net.npz", "", ["net.npz"]])
def test_what_is_no_path_is_refused(path):
    for call in (NET.save, ConvNet.load):
        with pytest.raises(ValueError, match=r"^path: expected the path of a file, got "):
            call(path)


def test_a_folder_is_refused_and_a_missing_file_is_missed(tmp_path):
    with pytest.raises(
        ValueError, match=r"^path: expected the name of a file, got that of a folde"
    ):
        NET.save(tmp_path)
    with pytest.raises(FileNotFoundError):
        ConvNet.load(tmp_path / "nowhere.npz")


# NumPy 2.0 leaves its own zip open then, and older pytests hear of it.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_crash_in_the_middle_of_an_array_leaves_nothing(tmp_path):
    class Stops:
        def __array__(self, dtype=None, copy=None):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        archives.write(tmp_path / "new.npz", {"w1": NET.w1, "b1": Stops()})
    assert list(tmp_path.iterdir()) == []
