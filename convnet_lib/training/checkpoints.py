"""A training run on disk, from which it goes on to the same bits.

A checkpoint is a NumPy archive (.npz) of plain arrays: nothing in it can run code when it is read.
"""

import json
import os
import tempfile
import zipfile
import zlib
from pathlib import Path

import numpy as np

from .. import checks
from ..network import ConvNet

#: Goes up when what a checkpoint holds changes its meaning.
VERSION = 1

# What reading a damaged or foreign file raises.
UNREADABLE = (
    AttributeError,
    EOFError,
    KeyError,
    TypeError,
    ValueError,
    zipfile.BadZipFile,
    zlib.error,
)


def save(path, rows, rng, settings):
    """Write a checkpoint, whole or not at all: a crash leaves the one that was there.

    Args:
        path: of the file, by custom ending in .npz.
        rows: a tuple for each network so far: the ConvNet, and numbers measured of it.
        rng: the numpy Generator that orders the digits.
        settings: what the run depends on, a dict that JSON can hold.
    """
    path = Path(path)
    nets, *curves = zip(*rows, strict=True)
    arrays = {name: np.stack([getattr(net, name) for net in nets]) for name in ConvNet.parameters}
    about = {"version": VERSION, "rng": rng.bit_generator.state, "settings": settings}
    handle, part = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            np.savez(file, about=np.array(json.dumps(about)), curves=np.array(curves), **arrays)
            file.flush()
            os.fsync(file.fileno())
        os.replace(part, path)
    except BaseException:
        os.unlink(part)
        raise


def load(path, settings):
    """Return the rows and the random generator of a checkpoint, as `save` was given them.

    Args:
        path: of the file.
        settings: of the run that wants to go on; they must be those of the run that wrote it.

    Returns:
        A list of tuples and a numpy Generator.

    Raises:
        ValueError: if the file is no checkpoint, or one of another run (it names the setting).
    """
    path = os.fspath(path)
    try:
        with open(path, "rb") as file, np.load(file, allow_pickle=False) as archive:
            parameters = [archive[name] for name in ConvNet.parameters]
            curves, about = archive["curves"].tolist(), json.loads(str(archive["about"]))
        rng, found, version = _generator(about["rng"]), about["settings"], about["version"]
        nets = [ConvNet(*arrays) for arrays in zip(*parameters, strict=True)]
        rows = list(zip(nets, *curves, strict=True))
    except UNREADABLE as error:
        checks.refuse("checkpoint", f"a training checkpoint at {path!r}", f"another file: {error}")
    for name, value in {"version": VERSION, **settings}.items():
        was = version if name == "version" else found.get(name)
        if was != value:
            checks.refuse("checkpoint", f"a run with {name} {value} at {path!r}", f"{name} {was}")
    return rows, rng


def fingerprint(*arrays):
    """Return a number that tells data sets apart, from every byte of the arrays."""
    crc = 0
    for array in arrays:
        array = np.atleast_1d(array)
        crc = zlib.crc32(f"{array.dtype}{array.shape}".encode(), crc)
        for start in range(0, len(array), 1000):  # in parts, since each may be copied
            crc = zlib.crc32(np.ascontiguousarray(array[start : start + 1000]), crc)
    return crc


def _generator(state):
    rng = np.random.default_rng()
    rng.bit_generator.state = state
    return rng
