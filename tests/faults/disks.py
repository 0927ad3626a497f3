"""Disks that are full, and users who may not write to them."""


def fill(folder, leave=0):
    """Fill a disk, but for `leave` bytes; return the file that does."""
    path = folder / "full"
    with path.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(4096))
        except OSError:
            pass
        file.truncate(max(0, file.tell() - leave) // 4096 * 4096)
    return path


#: Put before the code of a process that is to have no rights.
AS_NOBODY = """
import os
from convnet_lib import ConvNet, data, exercises, training
from convnet_lib.exercises import progress_file
few = data.load_digits().train
os.setgroups([])
os.setgid(65534)
os.setuid(65534)
"""
