"""What this machine can do, measured, and the time that no step of either network can beat."""

import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from contenders import CORES, limited

PIXELS, OUTPUTS, POOLED, NEURONS, FILTER = 784, 10, 144, 576, 25


def best(work, seconds=0.5):
    """Return the shortest time of `work` in s, over so many seconds."""
    work()
    times, until = [], time.perf_counter() + seconds
    while time.perf_counter() < until or len(times) < 5:
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return min(times)


def gemm_rate(dtype, size=1536):
    """Return how many 10⁹ additions and multiplications a second a matrix product does."""
    a = np.random.default_rng(0).random((size, size)).astype(dtype)
    b, out = a.T.copy(), np.empty_like(a)
    rates = []
    for threads in (1, CORES):
        with limited(threads)():
            rates.append(2e-9 * size**3 / best(lambda: np.matmul(a, b, out=out)))
    return max(rates)


def memory_rate(megabytes=256):
    """Return how many 10⁹ bytes a second are read and written by a copy, all cores at work."""
    source = np.ones((CORES, megabytes * 2**20 // CORES), np.uint8)
    target = np.empty_like(source)
    with ThreadPoolExecutor(CORES) as pool:
        seconds = best(lambda: list(pool.map(np.copyto, target, source)))
    return 2e-9 * source.nbytes / seconds


def products(maps, forward=False):
    """Return how many products with a weight or an error the sums of the equations have an image.

    F1, F4, the sum in BP2, BP4a, and BP4 over the winners alone, as δ¹ of the others is 0. With
    maps None the same of the deep network, whose second convolution has BP5 as well.
    """
    if maps is None:
        first, second, dense = 20 * 576 * 25, 40 * 64 * 500, 640 * 100 + 100 * 10
        ahead, back = first + second + dense, first // 4 + 2 * (second // 4) + 2 * dense
    else:
        ahead = maps * (NEURONS * FILTER + POOLED * OUTPUTS)
        back = maps * (2 * POOLED * OUTPUTS + POOLED * FILTER)
    return ahead if forward else ahead + back


def flops(maps, forward=False):
    """Return how many additions and multiplications that is."""
    return 2 * products(maps, forward)


def numbers(maps, batch, forward=False):
    """Return how many numbers a step must move: pixels, y, and the parameters in and out."""
    if maps is None:
        parameters = 20 * 26 + 40 * 501 + 100 * 641 + 10 * 101
    else:
        parameters = maps * (FILTER + 1) + OUTPUTS * (maps * POOLED + 1)
    return batch * (PIXELS + OUTPUTS) + parameters * (1 if forward else 2)


def limit_us(maps, batch, dtype, gemm_gflops, memory_gb_per_s, forward=False):
    """Return the limit in µs: the flops at the GEMM's rate or the bytes at the memory's."""
    computing = batch * flops(maps, forward) / gemm_gflops / 1e3
    moving = numbers(maps, batch, forward) * np.dtype(dtype).itemsize / memory_gb_per_s / 1e3
    return max(computing, moving)
