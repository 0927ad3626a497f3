"""Where files are looked for, and how they come there: a folder, the cache, a mirror."""

import errno
import os
import threading
import time
from pathlib import Path
from typing import NamedTuple

from .. import whole_files
from . import idx

# Tried in this order, so that one of them may be down.
MIRRORS = (
    "https://ossci-datasets.s3.amazonaws.com/mnist/",
    "https://storage.googleapis.com/cvdf-datasets/mnist/",
)
# How long a mirror may be silent, in seconds, before the next one is tried.
TIMEOUT = 30.0
# … and how slow, in bytes a second, once it has had twice that time to begin.
SLOWEST = 10_000
MISSING = 'expected this package, which the digits need: pip install "convnet_lib[digits]"'
WAY_OUT = (
    "With the four files in a folder of yours, set the environment variable CONVNET_DATA to that "
    "folder."
)


class _DiskError(Exception):
    """What the disk said while a download was written to it: no fault of the mirror's."""


class Place(NamedTuple):
    """A folder to look in, and the name of the setting that chose it, for the messages."""

    setting: str
    folder: Path


def place_of(folder):
    """Return where to look: `folder`, else what CONVNET_DATA names, else the user's cache.

    >>> place_of("digits").setting
    'folder'

    Args:
        folder: a path, or None.

    Returns:
        A Place.

    Raises:
        ValueError: if folder is no path.
        ModuleNotFoundError: if it is the cache and pooch is not installed.
    """
    if folder is not None:
        if not isinstance(folder, str | os.PathLike) or not os.fspath(folder):
            raise ValueError(f"folder: expected a path, got {folder!r}")
        return Place("folder", Path(folder).expanduser())
    if os.environ.get("CONVNET_DATA"):
        return Place("CONVNET_DATA", Path(os.environ["CONVNET_DATA"]).expanduser())
    return Place("cache", Path(_pooch().os_cache("convnet_lib")))


def _pooch():
    """Return the package pooch; only who wants the cache waits for its import."""
    try:
        import pooch
    except ModuleNotFoundError:
        raise ModuleNotFoundError(f"pooch: {MISSING}", name="pooch") from None
    return pooch


def find(file, place, mirrors):
    """Return the path of the file in the folder, downloaded first if need be and allowed.

    >>> find(idx.IdxFile("labels", (5,), None), Place("folder", Path("nowhere")), mirrors=())
    Traceback (most recent call last):
        ...
    FileNotFoundError: folder: expected labels.gz or labels in the folder nowhere, got no such ...

    Args:
        file: an IdxFile.
        place: where to look, a Place.
        mirrors: addresses to download from, tried in this order; none for no download.

    Returns:
        The path.

    Raises:
        FileNotFoundError: if the file is missing and there are no mirrors.
        ConnectionError: if no mirror gave a good copy.
        OSError: that names the place, if it may not be read or written to, or the disk is full.
    """
    packed, plain = place.folder / f"{file.name}.gz", place.folder / file.name
    for path in (packed, plain):
        try:
            if path.is_file():
                return path
            if path.is_dir():
                raise IsADirectoryError(errno.EISDIR, "There is a folder in the place of the file")
        except OSError as error:
            raise with_a_way_out(error, path) from None
    if not mirrors:
        raise FileNotFoundError(
            f"{place.setting}: expected {packed.name} or {plain.name} in the folder "
            f"{place.folder}, got {'neither' if place.folder.is_dir() else 'no such folder'}"
        )
    _download(file, packed, mirrors)
    return packed


def _download(file, path, mirrors):
    """Put a checked copy of the file at `path`, from the first mirror that has a good one."""
    failures = []
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with whole_files.part(path) as part:
            for mirror in mirrors:
                url = mirror + path.name
                try:
                    _fetch(url, part, file.most)
                    idx.read(Path(part.name), file)
                except (ConnectionError, ValueError) as error:
                    failures.append(f"{url}: {error}")
                else:
                    _move(part, path)
                    return
    except (OSError, _DiskError) as error:
        raise with_a_way_out(getattr(error, "__cause__", None) or error, path) from None
    raise ConnectionError(
        f"{path.name}: expected a good copy from one of {len(mirrors)} mirrors, got\n  "
        + "\n  ".join(failures)
        + f"\n{WAY_OUT}"
    )


def with_a_way_out(error, path):
    """Return the error of a disk with the place by its name, and what can be done about it.

    >>> with_a_way_out(PermissionError(errno.EACCES, "Not allowed"), "digits")
    PermissionError(13, 'Not allowed: digits. With the four files in a folder of yours, set ...
    """
    reason = error.strerror or str(error)
    # With its number, OSError becomes the class that it was: PermissionError and so on.
    return OSError(error.errno or errno.EIO, f"{reason}: {path}. {WAY_OUT}")


def _fetch(url, part, most):
    """Write what the URL gives to the part, and no more than `most` bytes of it.

    Raises ConnectionError if the mirror gives nothing, too much, or too slowly. A mirror that
    sends a byte now and then is never silent for long, not even in the middle of a header: so the
    transfer runs in a thread, and is left behind if it falls short of SLOWEST.
    """
    transfer = _Transfer(url, part, most)
    thread = threading.Thread(target=transfer.run, daemon=True)
    begun = time.monotonic()
    try:
        thread.start()
    except RuntimeError:  # there are no threads in a browser
        transfer.run()
        begun = None
    try:
        while begun is not None and thread.is_alive():
            thread.join(0.05)
            seconds = time.monotonic() - begun
            if thread.is_alive() and transfer.count < SLOWEST * (seconds - 2 * TIMEOUT):
                raise ConnectionError(
                    f"expected at least {SLOWEST:,} bytes a second, got {transfer.count:,} in "
                    f"{seconds:.0f} s"
                )
    finally:
        transfer.give_up()
    if transfer.error is not None:
        raise transfer.error


class _Transfer:
    """A download under way: `count` bytes are written; `error` is what ended it too early."""

    def __init__(self, url, part, most):
        self.url, self.part, self.most = url, part, most
        self.count, self.error, self.wanted = 0, None, threading.Lock()
        self.given_up = False
        part.seek(0)
        part.truncate()

    def run(self):
        """Fetch the file, whatever comes of it."""
        import requests
        import urllib3

        try:
            self._fetch(requests)
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as error:
            self.error = ConnectionError(str(error))
        except Exception as error:
            self.error = error

    def give_up(self):
        """Let nothing more be written: the part is somebody else's from now on."""
        with self.wanted:
            self.given_up = True

    def _fetch(self, requests):
        # As it lies there: what is unpacked on the way could be a thousand times as much.
        ask = {"Accept-Encoding": "identity"}
        with requests.get(self.url, stream=True, timeout=TIMEOUT, headers=ask) as answer:
            answer.raise_for_status()
            said = answer.headers.get("Content-Length", "")
            if said.isdecimal() and int(said) > self.most:
                raise ConnectionError(f"expected at most {self.most:,} bytes, got {int(said):,}")
            for piece in answer.raw.stream(1 << 16, decode_content=False):
                self._write(piece)
                if self.given_up:
                    return

    def _write(self, piece):
        self.count += len(piece)
        if self.count > self.most:
            raise ConnectionError(f"expected at most {self.most:,} bytes, got more")
        with self.wanted:
            if self.given_up:
                return
            try:
                self.part.write(piece)
                self.part.flush()
            except OSError as error:
                raise _DiskError from error


def _move(part, path):
    """Give the file its final name, in one step for whoever is looking."""
    try:
        whole_files.put(part, path)
    except PermissionError:
        # Windows, when another process has just put its copy there and is reading it.
        if not path.is_file():
            raise
