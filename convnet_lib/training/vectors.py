"""Numbers side by side, which a processor multiplies and adds at once, held in its registers.

Needs Numba. A compiler finds by itself what it can do to eight numbers at once, but in an innermost
loop alone; a sum whose next product comes a turn of an outer loop later is fetched and put back
each time. With a `Vector` the loop says what lies side by side, and a sum of vectors stays in
registers until it is stored. What there is to do with vectors are seven functions, for compiled
code alone.

Of the code that it keeps in files Numba asks only whether the file of the loop itself has changed:
after a change here, take `compiled` and `deep_loops` out of `__pycache__`.
"""

from llvmlite import ir
from numba import types
from numba.core.codegen import get_host_cpu_features
from numba.core.datamodel import models
from numba.extending import intrinsic, register_model

#: A product and the addition that follows may be rounded once.
FUSED = {"contract"}
#: Numbers that are handled at once; a vector has some times as many.
AT_ONCE = 8
#: The registers that vectors may fill, with as many numbers each: there are 32, or 16.
REGISTERS = 20 if "+avx512vl" in get_host_cpu_features() else 12


def widths(length, sums):
    """Return how long the vectors are to be, all alike, that make up a length, and their length.

    >>> from convnet_lib.training import vectors
    >>> vectors.widths(5, 1), vectors.widths(20, 4)
    ((8, 8), (24, 24))
    >>> vector, padded = vectors.widths(1000, 4)
    >>> vector * 4 <= 8 * vectors.REGISTERS, padded >= 1000, padded % vector
    (True, True, 0)

    Args:
        length: how many numbers there are.
        sums: how many vectors are summed up at a time.

    Returns:
        The length of one, and that of all: the last of their numbers may be nobody's.
    """
    few = -(-length // AT_ONCE)
    many = -(-few // (REGISTERS // sums))
    vector = -(-few // many) * AT_ONCE
    return vector, vector * many


class Vector(types.Type):
    """The type of `count` numbers side by side, a multiple of 8.

    >>> from convnet_lib.training import vectors
    >>> vectors.Vector(types.float32, 24)
    Vector(float32, 24)
    """

    def __init__(self, dtype, count):
        """Take Numba's type of a number, and how many there are."""
        self.dtype, self.count = dtype, count
        # LLVM copes with a power of two; where 16 go into it, with AVX-512 they are one register.
        self.at_once = AT_ONCE if count % 16 else 16
        super().__init__(name=f"Vector({dtype}, {count})")


@register_model(Vector)
class _InRegisters(models.PrimitiveModel):
    """What a vector is to LLVM: an array of vectors of its own, of 8 or 16 numbers."""

    def __init__(self, manager, vector):
        number = manager.lookup(vector.dtype).get_value_type()
        few = ir.VectorType(number, vector.at_once)
        super().__init__(manager, vector, ir.ArrayType(few, vector.count // vector.at_once))


@intrinsic(prefer_literal=True)
def load(context, x, at, count):
    """Return the vector of x[at] to x[at + count - 1]; count is a constant.

    >>> from convnet_lib.training import vectors
    >>> from convnet_lib.training.compiled import njit
    >>> x = np.arange(16.0)
    >>> njit(lambda x: vectors.store(x, 0, vectors.load(x, 4, 8)))(x)
    >>> x[:9]
    array([ 4.,  5.,  6.,  7.,  8.,  9., 10., 11.,  8.])
    """
    vector = Vector(x.dtype, count.literal_value)

    def generate(target, builder, signature, given):
        parts = _loaded(target, builder, signature, given, vector)
        return _joined(builder, target.get_value_type(vector), parts)

    return vector(x, types.intp, count), generate


@intrinsic(prefer_literal=True)
def load_every_other(context, x, at, count):
    """Return the vector of x[at], x[at + 2], x[at + 4], …; count is a constant.

    Of those between, it reads the one behind the last too.

    >>> from convnet_lib.training import vectors
    >>> from convnet_lib.training.compiled import njit
    >>> x = np.arange(18.0)
    >>> njit(lambda x: vectors.store(x, 0, vectors.load_every_other(x, 1, 8)))(x)
    >>> x[:8]
    array([ 1.,  3.,  5.,  7.,  9., 11., 13., 15.])
    """
    vector = Vector(x.dtype, count.literal_value)
    n = vector.at_once

    def generate(target, builder, signature, given):
        (x, at, _), whole, parts = given, target.get_value_type(vector), []
        for _ in range(whole.count):
            one, other = _loaded(target, builder, signature, [x, at], vector, 2)
            parts.append(_picked(builder, one, other, range(0, 2 * n, 2)))
            at = builder.add(at, ir.Constant(at.type, 2 * n))
        return _joined(builder, whole, parts)

    return vector(x, types.intp, count), generate


@intrinsic(prefer_literal=True)
def load_runs(context, x, at, leap, count):
    """Return a vector of runs of 8 numbers: the first from x[at] on, each next one a leap later.

    >>> from convnet_lib.training import vectors
    >>> from convnet_lib.training.compiled import njit
    >>> x = np.arange(40.0)
    >>> njit(lambda x: vectors.store(x, 0, vectors.load_runs(x, 20, 10, 16)))(x)
    >>> x[:16].reshape(2, 8)
    array([[20., 21., 22., 23., 24., 25., 26., 27.],
           [30., 31., 32., 33., 34., 35., 36., 37.]])
    """
    vector, run = Vector(x.dtype, count.literal_value), Vector(x.dtype, AT_ONCE)

    def generate(target, builder, signature, given):
        x, at, leap, _ = given
        runs = []
        for _ in range(0, vector.count, AT_ONCE):
            runs += _loaded(target, builder, signature, [x, at], run)
            at = builder.add(at, leap)
        if vector.at_once == 2 * AT_ONCE:
            pairs = zip(runs[::2], runs[1::2], strict=True)
            runs = [_picked(builder, *pair, range(vector.at_once)) for pair in pairs]
        return _joined(builder, target.get_value_type(vector), runs)

    return vector(x, types.intp, types.intp, count), generate


@intrinsic
def store(context, x, at, vector):
    """Write a vector to x[at] and what follows.

    >>> from convnet_lib.training import vectors
    >>> from convnet_lib.training.compiled import njit
    >>> x = np.arange(9.0)
    >>> njit(lambda x: vectors.store(x, 1, vectors.load(x, 0, 8)))(x)
    >>> x
    array([0., 0., 1., 2., 3., 4., 5., 6., 7.])
    """

    def generate(target, builder, signature, given):
        places = _places(target, builder, signature, given, vector)
        for place, part in zip(places, _parts(builder, given[2]), strict=True):
            builder.store(part, place, align=x.dtype.bitwidth // 8)
        return target.get_dummy_value()

    return types.void(x, types.intp, vector), generate


@intrinsic(prefer_literal=True)
def same(context, number, count):
    """Return a vector of one number, count times; count is a constant.

    >>> from convnet_lib.training import vectors
    >>> from convnet_lib.training.compiled import njit
    >>> x = np.zeros(9)
    >>> njit(lambda x, number: vectors.store(x, 0, vectors.same(number, 8)))(x, 3.0)
    >>> x
    array([3., 3., 3., 3., 3., 3., 3., 3., 0.])
    """
    number = types.unliteral(number)
    vector = Vector(number, count.literal_value)

    def generate(target, builder, signature, given):
        whole = target.get_value_type(vector)
        return _joined(builder, whole, [_same(builder, given[0], whole.element)] * whole.count)

    return vector(number, count), generate


@intrinsic
def add(context, total, number, vector):
    """Return total + number · vector, rounded once where the processor can.

    >>> from convnet_lib.training import vectors
    >>> from convnet_lib.training.compiled import njit
    >>> @njit
    ... def eleven_times(x):
    ...     vectors.store(x, 0, vectors.add(vectors.load(x, 0, 8), 10.0, vectors.load(x, 0, 8)))
    >>> x = np.arange(8.0)
    >>> eleven_times(x)
    >>> x
    array([ 0., 11., 22., 33., 44., 55., 66., 77.])
    """

    def generate(target, builder, signature, given):
        whole = target.get_value_type(total)
        factor = _same(builder, given[1], whole.element)
        parts = [
            builder.fadd(start, builder.fmul(factor, other, flags=tuple(FUSED)), flags=tuple(FUSED))
            for start, other in zip(
                _parts(builder, given[0]), _parts(builder, given[2]), strict=True
            )
        ]
        return _joined(builder, whole, parts)

    return total(total, total.dtype, vector), generate


@intrinsic
def where_greater(context, x, y, one, other):
    """Return the numbers of `one` where x > y, and those of `other` elsewhere.

    >>> from convnet_lib.training import vectors
    >>> from convnet_lib.training.compiled import njit
    >>> @njit
    ... def hat(x):
    ...     up, down = vectors.load(x, 0, 8), vectors.load(x, 8, 8)
    ...     vectors.store(x, 0, vectors.where_greater(up, down, down, up))
    >>> x = np.hstack([np.arange(8.0), np.arange(8.0)[::-1]])
    >>> hat(x)
    >>> x[:8]
    array([0., 1., 2., 3., 3., 2., 1., 0.])
    """

    def generate(target, builder, signature, given):
        fours = zip(*(_parts(builder, vector) for vector in given), strict=True)
        parts = [builder.select(builder.fcmp_ordered(">", a, b), c, d) for a, b, c, d in fours]
        return _joined(builder, given[2].type, parts)

    return one(x, x, one, one), generate


def _places(target, builder, signature, given, vector, count=None):
    """Return the addresses in x, from x[at] on, of the parts of a vector, or of so many parts."""
    x, at = target.make_array(signature.args[0])(target, builder, given[0]), given[1]
    parts = target.get_value_type(vector)
    starts = [ir.Constant(at.type, i * vector.at_once) for i in range(count or parts.count)]
    numbers = [builder.gep(x.data, [builder.add(at, start)]) for start in starts]
    return [builder.bitcast(number, parts.element.as_pointer()) for number in numbers]


def _loaded(target, builder, signature, given, vector, count=None):
    """Return what stands at `_places`."""
    places = _places(target, builder, signature, given, vector, count)
    return [builder.load(place, align=vector.dtype.bitwidth // 8) for place in places]


def _parts(builder, vector):
    return [builder.extract_value(vector, i) for i in range(vector.type.count)]


def _joined(builder, whole, parts):
    vector = ir.Constant(whole, ir.Undefined)
    for i, part in enumerate(parts):
        vector = builder.insert_value(vector, part, i)
    return vector


def _picked(builder, one, other, numbers):
    """Return a part of these numbers of two parts, which are counted through."""
    many = ir.VectorType(ir.IntType(32), len(numbers))
    return builder.shuffle_vector(one, other, ir.Constant(many, list(numbers)))


def _same(builder, number, part):
    """Return a part whose numbers are all the same."""
    empty = ir.Constant(part, ir.Undefined)
    first = builder.insert_element(empty, number, ir.Constant(ir.IntType(32), 0))
    return _picked(builder, first, empty, [0] * part.count)
