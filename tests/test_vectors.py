"""Numbers side by side: of every length that loops ask for, the same as NumPy's."""

import numpy as np
import pytest
from numpy.testing import assert_array_equal

pytest.importorskip("numba", reason="needs the extra `compiled`")

from convnet_lib.training import deep_loops, vectors
from convnet_lib.training.compiled import njit

KINDS = [np.float32, np.float64]


def compiled(N):
    """Functions of x, (4·N,), and what follows it, for vectors of N numbers."""

    @njit
    def hat(x):
        one, other = vectors.load(x, N, N), vectors.load(x, 2 * N, N)
        vectors.store(x, 0, vectors.where_greater(one, other, one, vectors.same(x[-1], N)))

    @njit
    def sum_up(x):
        total = vectors.load(x, 0, N)
        for k in range(1, 4):
            total = vectors.add(total, x[k], vectors.load(x, k * N, N))
        vectors.store(x, 1, total)  # which is no address that 8 numbers begin at

    return hat, sum_up


@pytest.mark.parametrize("dtype", KINDS)
@pytest.mark.parametrize("N", [8, 16, 24, 40, 104])
def test_all_numbers_of_a_vector_are_worked_out_and_no_other(N, dtype):
    x = np.random.default_rng(0).integers(-9, 9, 4 * N + 1).astype(dtype)
    hat, sum_up = compiled(N)
    parts, found = x[:-1].reshape(4, N), x.copy()
    hat(found)
    assert_array_equal(found[:N], np.where(parts[1] > parts[2], parts[1], x[-1]))
    assert_array_equal(found[N:], x[N:])
    found = x.copy()
    sum_up(found)
    assert_array_equal(found[1 : N + 1], parts[0] + x[1:4] @ parts[1:])
    assert_array_equal(np.delete(found, slice(1, N + 1)), np.delete(x, slice(1, N + 1)))


def test_neither_what_is_equal_nor_what_is_no_number_is_greater():
    x = np.array(
        [*[0.0] * 8, 1, 2, np.nan, 3, 4, np.inf, 5, 6, 1, 1, 3, np.nan, 4, 5, 5, 5] + [9] * 9
    )
    compiled(8)[0](x)
    assert_array_equal(x[:8], [9, 2, 9, 9, 9, np.inf, 9, 6])


@pytest.mark.parametrize("registers", [12, 20])
@pytest.mark.parametrize("sums", [1, 4])
def test_widths_fit_the_registers_and_the_slack(monkeypatch, registers, sums):
    monkeypatch.setattr(vectors, "REGISTERS", registers)
    for length in range(1, 2000):
        vector, padded = vectors.widths(length, sums)
        assert vector % vectors.AT_ONCE == padded % vector == 0
        assert vector * sums <= registers * vectors.AT_ONCE
        assert length <= padded < length + min(deep_loops.slack(0), registers * vectors.AT_ONCE)
