"""The exponential function of σ, in a form that a processor can take of many numbers at once.

Needs Numba. The exponential function of the C library is right to the last digit, and called for
one number after the other: for 144 windows it took longer than all their convolutions. This one has
no call and no branch, so that a loop over it is done eight numbers at a time or more:

- x = n·ln 2 + r with a whole n and |r| ≤ ½ ln 2, so that eˣ = 2ⁿ·eʳ;
- eʳ is the sum of the first terms of Σ rᵏ/k!, of which so few are needed as r is small;
- 2ⁿ is written into the exponent of a number, which is in a place of its own.

It is right to within one unit in the last place. Below about e⁻⁸⁸ (in float64 e⁻⁷⁰⁹) it is 0, and
above about e⁸⁸ (e⁷⁰⁹) infinite, which makes σ 1 and 0.
"""

from math import factorial

import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic, overload

from .vectors import FUSED

LOG2_E = 1.4426950408889634
#: ln 2 in two parts. The first has so few digits that its product with any n is exact.
LN2 = {32: (0.693359375, -2.1219444005469058e-4), 64: (0.6931471803691238, 1.9082149292705877e-10)}
#: The last k whose rᵏ/k! is more than half a unit in the last place of 1.
LAST_TERM = {32: 7, 64: 13}
#: The bits that hold the digits of a number, and what is added to its exponent.
DIGITS, BIAS = {32: 23, 64: 52}, {32: 127, 64: 1023}


@intrinsic
def nearest(context, x):
    """Return the whole number nearest to x.

    >>> from convnet_lib.training import compiled, exponential
    >>> compiled.njit(lambda x: exponential.nearest(x))(-1.7)
    -2.0
    """

    def generate(target, builder, signature, given):
        return builder.call(builder.module.declare_intrinsic("llvm.rint", [given[0].type]), given)

    return x(x), generate


@intrinsic
def power_of_two(context, n):
    """Return 2ⁿ of a whole number n, 0 for the least exponent and inf for the largest.

    >>> from convnet_lib.training import compiled, exponential
    >>> two_to = compiled.njit(lambda n: exponential.power_of_two(n))
    >>> two_to(-2.0), two_to(np.float32(-127)), two_to(np.float32(128))
    (0.25, 0.0, inf)
    """
    bits = n.bitwidth

    def generate(target, builder, signature, given):
        whole = ir.IntType(bits)
        exponent = builder.add(builder.fptosi(given[0], whole), ir.Constant(whole, BIAS[bits]))
        digits = builder.shl(exponent, ir.Constant(whole, DIGITS[bits]))
        return builder.bitcast(digits, given[0].type)

    return n(n), generate


def exponential(x):
    """Return eˣ, for x in float32 or float64; in compiled code as this room says.

    >>> from convnet_lib.training import compiled, exponential
    >>> e = compiled.njit(lambda x: exponential.exponential(x))
    >>> e(0.0), e(1.0), e(-1e9), e(np.float32(1e9)), e(np.nan)
    (1.0, 2.718281828459045, 0.0, inf, nan)
    """
    return np.exp(x)


@overload(
    exponential,
    jit_options={"fastmath": FUSED, "error_model": "numpy", "forceinline": True},
)
def _exponential(x):
    if not isinstance(x, types.Float):
        return None
    bits = x.bitwidth
    number = np.float32 if bits == 32 else np.float64
    log2_e, last = number(LOG2_E), LAST_TERM[bits]
    high, low = (number(part) for part in LN2[bits])
    most, least = (number(n / LOG2_E) for n in (BIAS[bits] + 1, -BIAS[bits]))
    terms = tuple(number(1 / factorial(k)) for k in range(last + 1))

    def compiled(x):
        x = most if x > most else x  # nan is neither, and stays what it is
        x = least if x < least else x
        n = nearest(x * log2_e)
        r = (x - n * high) - n * low
        power = terms[last]
        for k in range(last - 1, -1, -1):
            power = power * r + terms[k]
        return power * power_of_two(n)

    return compiled
