"""Two threads for the halves of a mini-batch: NumPy lets go of the interpreter while it computes.

BLAS then has one thread for each of them (`blas`), as its own would wait for each other at every
small product.
"""

import os
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import suppress
from functools import cache

import numpy as np
from threadpoolctl import ThreadpoolController


def second_thread():
    """Return an executor with the thread that works on second halves; it begins when it is needed.

    >>> training.halves.second_thread().submit(lambda: 3).result()
    3
    """
    return ThreadPoolExecutor(1, initializer=_settle)


def both(second_thread, work, rows):
    """Return [work(0, first half), work(1, second half)] of the rows, the second by its thread.

    >>> second = training.halves.second_thread()
    >>> training.halves.both(second, lambda half, rows: (half, sum(rows)), [1, 2, 4, 8])
    [(0, 3), (1, 12)]
    """
    middle = len(rows) // 2
    second = second_thread.submit(work, 1, rows[middle:])
    try:
        return [work(0, rows[:middle]), second.result()]
    finally:  # an interrupted first half must not leave the second one at work
        wait([second])


@cache
def blas():
    """Return what tells NumPy's BLAS how many threads it may use.

    >>> with training.halves.blas().limit(limits=1):
    ...     (np.eye(2) @ np.eye(2)).tolist()
    [[1.0, 0.0], [0.0, 1.0]]
    """
    return ThreadpoolController().select(user_api="blas")


def _settle():
    """Prepare the second thread for its work."""
    np.seterr(all="ignore")  # overflow in a run that diverges is for the caller's errstate
    # Two threads that hand the interpreter to and fro look as if one waited for the other, and
    # Linux at times leaves both on one core for seconds. So this one, alone, has a fixed core;
    # not the same one in every process.
    if hasattr(os, "sched_setaffinity"):
        cores = sorted(os.sched_getaffinity(0))
        with suppress(OSError):  # where the system refuses, the step is right all the same
            os.sched_setaffinity(0, {cores[os.getpid() % len(cores)]})
