"""A training run on disk, from which it goes on to the same bits.

A checkpoint is a NumPy archive (.npz) of plain arrays: nothing in it can run code when it is read.
"""

import json
import os
import zlib
from pathlib import Path

import numpy as np

from .. import archives, checks, networks, whole_files
from ..network import ConvNet

#: Goes up when what a checkpoint holds changes its meaning.
VERSION = 1

#: Numbers that are measured of each network: its cost and three accuracies.
CURVES = 4


def place(path):
    """Return where a checkpoint goes, once it is certain that one can be written there.

    A missing folder is made, `~` is the home folder, and a link leads to its file, so that it
    stays a link. What an earlier run that was killed has left half written is removed.

    >>> import os, tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = checkpoints.place(os.path.join(folder, "new", "run.npz"))
    ...     path.name, path.parent.is_dir(), path.exists()
    ('run.npz', True, False)

    Args:
        path: of the file, as the caller gave it.

    Raises:
        ValueError: if no checkpoint can be written there; it says why.
    """
    if not isinstance(path, str | os.PathLike) or not os.fspath(path):
        checks.refuse("checkpoint", "the path of a file", repr(path))
    try:
        found = Path(os.path.realpath(Path(path).expanduser()))
        if found.exists() and not found.is_file():
            what = "a folder" if found.is_dir() else "no regular file"
            checks.refuse("checkpoint", "the path of a file", f"that of {what}, {str(found)!r}")
        found.parent.mkdir(parents=True, exist_ok=True)
        with whole_files.part(
            found
        ):  # a file beside it can be made: then it can be moved there too
            pass
        if found.exists() and not os.access(found, os.W_OK):
            checks.refuse("checkpoint", "a file that may be replaced", f"{str(found)!r}, read-only")
    except (OSError, RuntimeError) as error:
        reason = getattr(error, "strerror", None) or error
        checks.refuse("checkpoint", "a place that can be written", f"{os.fspath(path)!r}: {reason}")
    return found


def save(path, rows, rng, settings):
    """Write a checkpoint, whole or not at all: a crash leaves the one that was there.

    >>> import os, tempfile
    >>> net, rng = ConvNet.random(seed=0), np.random.default_rng(0)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = os.path.join(folder, "run.npz")
    ...     checkpoints.save(path, [(net, 2.5, 0.5, 0.25, 0.75)], rng, {"batch_size": 10})
    ...     os.listdir(folder)
    ['run.npz']

    Args:
        path: of the file, as `place` gives it; by custom ending in .npz.
        rows: a tuple for each network so far: itself, of either kind, and numbers measured of it.
        rng: the numpy Generator that orders the digits.
        settings: what the run depends on, a dict that JSON can hold.

    Raises:
        OSError: if it cannot be written.
    """
    nets, *curves = zip(*rows, strict=True)
    each = [networks.parameters(net) for net in nets]
    arrays = {name: np.stack([arrays[name] for arrays in each]) for name in each[0]}
    about = {"version": VERSION, "rng": rng.bit_generator.state, "settings": settings}
    with whole_files.part(path) as file:
        np.savez(file, about=np.array(json.dumps(about)), curves=np.array(curves), **arrays)
        whole_files.put(file, path)


def load(path, settings, net=None):
    """Return the rows and the random generator of a checkpoint, as `save` was given them.

    >>> import os, tempfile
    >>> net, rng = ConvNet.random(seed=0), np.random.default_rng(0)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = os.path.join(folder, "run.npz")
    ...     checkpoints.save(path, [(net, 2.5, 0.5, 0.25, 0.75)], rng, {"batch_size": 10})
    ...     rows, again = checkpoints.load(path, {"batch_size": 10})
    >>> rows[0][1:], bool(again.random() == rng.random())
    ((2.5, 0.5, 0.25, 0.75), True)

    Args:
        path: of the file.
        settings: of the run that wants to go on; they must be those of the run that wrote it.
        net: a network such as those of the run; None if they are ConvNets.

    Returns:
        A list of tuples and a numpy Generator.

    Raises:
        ValueError: if the file is no checkpoint, or one of another run (it names the setting).
        OSError: if it cannot be read.
    """
    path = os.fspath(path)
    names = ConvNet.parameters if net is None else tuple(networks.parameters(net))
    try:
        arrays = archives.stored(path, (*names, "curves", "about"))
        version, found, rng = _about(arrays["about"])
        rows = _rows(arrays, names, net)
    except ValueError as error:
        checks.refuse("checkpoint", f"a training checkpoint at {path!r}", f"another file: {error}")
    for name, value in {"version": VERSION, **settings}.items():
        was = version if name == "version" else found.get(name)
        if was != value:
            was = str(was)[:100]
            checks.refuse("checkpoint", f"a run with {name} {value} at {path!r}", f"{name} {was}")
    return rows, rng


def _about(array):
    """Return the version, the settings and the generator that a checkpoint tells of."""
    try:
        about = json.loads(str(array))
        rng = np.random.default_rng()
        rng.bit_generator.state = about["rng"]
        # Those of before 0.4 do not say which engine, as there was but one.
        return about["version"], {"engine": "numpy"} | dict(about["settings"]), rng
    except Exception as error:  # it may hold anything that JSON can
        raise ValueError(f"its run is not told: {str(error)[:200]}") from None


def _rows(arrays, names, like):
    """Return the networks of a checkpoint, each with what was measured of it."""
    curves = arrays["curves"]
    if curves.ndim != 2 or curves.shape[0] != CURVES or not curves.size or curves.dtype != float:
        raise ValueError(f"its curves have shape {curves.shape}")
    epochs = curves.shape[1]
    if any(len(np.atleast_1d(arrays[name])) != epochs for name in names):
        raise ValueError(f"its parameters are not those of {epochs} networks")
    each = ({name: np.array(arrays[name][n]) for name in names} for n in range(epochs))
    nets = [ConvNet(**one) if like is None else networks.with_parameters(like, one) for one in each]
    return list(zip(nets, *curves.tolist(), strict=True))


def fingerprint(*arrays):
    """Return a number that tells data sets apart, from every byte of the arrays.

    >>> a = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
    >>> checkpoints.fingerprint(a) == checkpoints.fingerprint(a.copy())
    True
    >>> checkpoints.fingerprint(a) == checkpoints.fingerprint(a.reshape(3, 2))
    False
    """
    crc = 0
    for array in arrays:
        array = np.atleast_1d(array)
        crc = zlib.crc32(f"{array.dtype}{array.shape}".encode(), crc)
        for start in range(0, len(array), 1000):  # in parts, since each may be copied
            crc = zlib.crc32(np.ascontiguousarray(array[start : start + 1000]), crc)
    return crc
