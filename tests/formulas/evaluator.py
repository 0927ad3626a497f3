"""Whether a statement is true in a world.

Every index letter has an axis of its own. The value of a tree is an array whose first axes are
those of the letters, in one order for the whole statement, and whose other axes, if any, are those
of a matrix. So a sum over j is a sum along the axis of j, and all values of the free letters are
computed at once.
"""

import numpy as np

from formulas import trees
from formulas.worlds import Missing

#: Sums of a few thousand products in float64 agree to this, relative to the largest entry.
EXACT = 1e-9
#: The letters that count columns; an oblong world has other ends for them.
COLUMNS = set("kmqv")


class Misfit(LookupError):
    """A symbol with the wrong number of indices, or a letter that nothing gives a range."""


class OutOfRange(IndexError):
    """An index that is below 0 or beyond the end of its axis."""


def letters_of(statement, world):
    """Return the index letters of a statement, free and bound, in the order of their appearance."""
    found = dict.fromkeys(filter(None, map(trees.letter, trees.walk(statement))))
    return [name for name in found if not known(name, world)]


def known(name, world):
    error = name == "delta" and ("z", None) in world.arrays
    return known_array(name, world) or error or name in ("e", "C")


def layer_letters(statement):
    """Return the letters that stand in an upper index, and so count layers."""
    symbols = [part for part in trees.walk(statement) if isinstance(part, trees.Symbol)]
    return {n for s in symbols for n in map(trees.letter, trees.walk(s.layer)) if n}


class Evaluation:
    """One statement in one world, in one layer and with one sign of ±."""

    def __init__(self, statement, world, printed=None, layers=None, sign=1, context=()):
        self.statement, self.world, self.sign = statement, world, sign
        self.printed = printed or {}
        names = letters_of(statement, world)
        self.own = set(names)
        statement = (statement, *context)  # what else has letters, and says where they run
        names = letters_of(statement, world)
        names += [n.rstrip("'") for n in names if n in world.primes]
        names += [n for n in self.printed if n not in names]
        self.axes = {name: i for i, name in enumerate(dict.fromkeys(names))}
        bound = [r for s in trees.walk(statement) if isinstance(s, trees.Sum) for r in s.ranges]
        self.bound = {trees.letter(r.letter) for r in bound}
        self.values = {}
        for name, layer in (layers or {}).items():
            self.values[name] = np.full((1,) * len(self.axes), layer)
        self.free = []
        for name in self.axes:
            if name not in self.values and name not in self.bound:
                self.free.append(name)
        for name in sorted(self.free, key=lambda n: n in world.primes):
            if self.base(name) not in self.bound:
                self.set_range(name, self.range_of(name, statement))

    def base(self, name):
        """Return the j of a j' that is no letter by itself, else None."""
        own = name in self.printed or name in self.bound or name not in self.world.primes
        return None if own else self.world.primes[name][0]

    def set_range(self, name, numbers):
        """Let a letter run over numbers, along its axis."""
        shape = [1] * len(self.axes)
        shape[self.axes[self.base(name) or name]] = len(numbers)
        self.values[name] = np.asarray(numbers).reshape(shape)
        for primed in self.axes:
            if self.base(primed) == name in self.bound:
                self.set_range(primed, self.range_of(primed, None))

    def range_of(self, name, tree):
        """Return the numbers that a free letter runs over.

        They are the printed ones; or what the world says; or all of the axis at which the letter
        stands bare, the first such axis counting.
        """
        if name in self.printed:
            return self.printed[name]
        if name in self.world.primes:
            base, feeds = self.world.primes[name]
            numbers = np.ravel(self.values[base])
            if numbers.min() < 0 or numbers.max() >= len(feeds):
                raise OutOfRange(f"{base} reaches beyond the neurons")
            return feeds[numbers]
        if name in self.world.ranges:
            return np.asarray(self.world.ranges[name])
        for part in trees.walk(tree):
            size = self.size_at(name, part)
            if size is not None:
                return np.arange(size)
        for base, feeds in self.world.primes.values():
            if base == name:
                return np.arange(len(feeds))
        raise Misfit(f"nothing says where {name} runs in '{self.world.name}'")

    def size_at(self, name, part):
        """Return the length of the axis at which a letter is an index of a symbol, else None."""
        if isinstance(part, trees.Symbol) and name in map(trees.letter, part.indices):
            array = self.array(part)
            place = list(map(trees.letter, part.indices)).index(name)
            return array.shape[place] if place < array.ndim else None
        return None

    # The value of each kind of tree.

    def value(self, tree):
        return getattr(self, type(tree).__name__.lower())(tree)

    def plain(self, number):
        return np.full((1,) * len(self.axes), number)

    def number(self, tree):
        return self.plain(float(tree.text) if "." in tree.text else int(tree.text))

    def symbol(self, tree):
        name = trees.letter(tree)
        if name in self.values:
            return self.values[name]
        if name == "e" and not known_array(name, self.world):
            return self.plain(np.e)
        try:
            beyond = name not in self.world.letters and self.key(tree) in self.world.outside
            return self.entries(self.array(tree), tree.indices, trees.text(tree), beyond)
        except OutOfRange as error:
            if tree.name == "n" and self.world.layers:
                raise Missing("no such layer") from error
            raise

    def array(self, tree):
        """Return the whole array that a symbol is a part of."""
        name = tree.name + "'" * tree.primes
        if tree.layer is None and name in self.world.letters:
            return np.asarray(self.world.letters[name])
        return self.world.value(self.key(tree))

    def key(self, tree):
        if tree.layer is None:
            return tree.name + "'" * tree.primes, None
        return tree.name, int(self.scalar(tree.layer))

    def scalar(self, tree):
        """Return a number that hangs on no index: a layer, or the end of a range."""
        for part in trees.walk(tree):
            name = trees.letter(part)
            if name and name not in self.values and name not in self.world.letters:
                raise Misfit(f"{name} is no number in '{self.world.name}'")
        found = self.value(tree)
        if found.size != 1:
            raise Misfit(f"{trees.text(tree)} is not one number")
        return found.item()

    def entries(self, array, indices, shown, beyond=False):
        """Return the entries of an array at index trees; all of the array if there are none.

        `beyond` is whether the array has entries outside too, all of them 0.
        """
        if len(indices) != array.ndim and any(not constant(i) for i in indices):
            raise Misfit(f"{shown} has {len(indices)} indices, its array {array.ndim}")
        if not indices:
            return array.reshape((1,) * len(self.axes) + array.shape)
        found = [self.value(i) for i in indices]
        inside = np.array(True)
        for index, size in zip(found, array.shape, strict=False):
            within = (index == np.floor(index)) & (index >= 0) & (index < size)
            if not (np.all(within) or beyond):
                raise OutOfRange(f"{shown} reaches beyond its array")
            inside = inside & within
        at = tuple(np.where(inside, index, 0).astype(int) for index in found)
        return np.where(inside, array[at], 0) if beyond else array[at]

    def derivative(self, tree):
        array = self.world.slope(self.key(tree.of), self.key(tree.by))
        for part in (tree.of, tree.by):
            whole = self.world.value(self.key(part)).ndim
            if part.indices and len(part.indices) != whole:
                raise Misfit(f"{trees.text(part)} has {len(part.indices)} indices, not {whole}")
        return self.entries(array, tree.of.indices + tree.by.indices, trees.text(tree))

    def together(self, *arrays):
        """Return arrays with as many axes each: a number meets all entries of a matrix."""
        most = max(a.ndim for a in arrays)
        n = len(self.axes)
        return [a.reshape(a.shape[:n] + (1,) * (most - a.ndim) + a.shape[n:]) for a in arrays]

    def add(self, tree):
        total = self.plain(0)
        for sign, part in tree.terms:
            total, value = self.together(total, self.value(part))
            total = total + {"+": 1, "-": -1, "±": self.sign}[sign] * value
        return total

    def product(self, tree):
        result, last = self.plain(1), None
        for operation, part in tree.factors:
            result, value = self.together(result, self.value(part))
            if isinstance(last, trees.Table) and isinstance(part, trees.Table):
                if operation == "/":
                    raise Misfit("a matrix is divided by a matrix")
                result = result @ value
            else:
                result = result * value if operation == "*" else result / value
            last = part
        return result

    def power(self, tree):
        base, exponent = self.together(self.value(tree.base), self.value(tree.exponent))
        return np.asarray(base, float) ** exponent

    def call(self, tree):
        if tree.name == "f":
            return self.made(*tree.arguments)
        arguments = self.together(*map(self.value, tree.arguments))
        if tree.name in ("max", "min"):
            pick = np.maximum if tree.name == "max" else np.minimum
            result = arguments[0]
            for argument in arguments[1:]:
                result = pick(result, argument)
            return result
        return FUNCTIONS[tree.name + "'" * tree.primes](arguments[0])

    def made(self, index, argument):
        """Return what the layer of an index makes of the whole array that it is given."""
        i, given = int(self.scalar(index)), self.value(argument)
        if not 0 <= i < len(self.world.functions):
            raise Missing("no such layer")
        found = self.world.functions[i](given.reshape(given.shape[len(self.axes) :]))
        return found.reshape((1,) * len(self.axes) + found.shape)

    def sum(self, tree):
        return self.over(tree, np.sum)

    def largest(self, tree):
        return self.over(tree, np.max)

    def over(self, tree, together):
        """Return what a sum, or a maximum, makes of its body along the axes of its letters."""
        for span in tree.ranges:
            name = trees.letter(span.letter)
            self.set_range(name, self.span(span, tree.body))
        body = self.value(tree.body)
        for span in tree.ranges:
            name = trees.letter(span.letter)
            axis, count = self.axes[name], self.values[name].size
            shape = list(body.shape)
            shape[axis] = max(shape[axis], count)
            body = together(np.broadcast_to(body, shape), axis=axis, keepdims=True)
        return body

    def span(self, span, body=None):
        """Return the numbers of a range, as printed; those of its axis if no ends are printed."""
        name = trees.letter(span.letter)
        if span.low is None:
            return self.range_of(name, body)
        low, high = int(self.scalar(span.low)), int(self.scalar(span.high))
        if name[0] in COLUMNS:
            high = self.world.ends.get(high, high)
        if high < low:
            raise OutOfRange(f"the range of {name} is empty")
        return np.arange(low, high + 1)

    def table(self, tree):
        return self.stacked([self.stacked(map(self.value, row)) for row in tree.rows])

    def vector(self, tree):
        return self.stacked(map(self.value, tree.entries))

    def stacked(self, parts):
        """Return values as the entries of a matrix's first free axis."""
        parts = np.broadcast_arrays(*parts)
        return np.stack(parts, axis=len(self.axes))

    def cases(self, tree):
        """Return the value of the branch that holds; exactly one has to hold everywhere."""
        conditions, values, rest = [], [], np.array(True)
        for branch, chain in tree.branches:
            condition = rest if chain is None else self.holds(chain)
            conditions.append(condition)
            values.append(self.value(branch))
            rest = rest & ~condition
        if np.any(np.sum(np.broadcast_arrays(*conditions), axis=0) != 1):
            raise Misfit("not exactly one of the cases holds")
        return np.select(np.broadcast_arrays(*conditions), np.broadcast_arrays(*values))

    def holds(self, chain):
        """Return where a chain is true, entry for entry, to the last bit."""
        sides = self.together(*map(self.value, chain.sides))
        found = np.array(True)
        for i, relation in enumerate(chain.relations):
            found = found & RELATIONS[relation](sides[i], sides[i + 1])
        return found


def known_array(name, world):
    return name in world.letters or (name, None) in world.arrays


def constant(tree):
    return all(isinstance(part, trees.Number | trees.Add) for part in trees.walk(tree))


def slope_of_sigmoid(z):
    """Return σ′, by the judge and not by σ(1 − σ)."""
    return np.imag(1 / (1 + np.exp(-(z + 1e-20j)))) / 1e-20


FUNCTIONS = {
    "σ": lambda z: 1 / (1 + np.exp(-z)),
    "σ'": slope_of_sigmoid,
    "ln": np.log,
    "exp": np.exp,
    "sqrt": np.sqrt,
    "floor": np.floor,
    "ceil": np.ceil,
}
RELATIONS = {
    "=": np.equal,
    "\\ne": np.not_equal,
    "\\le": np.less_equal,
    "\\ge": np.greater_equal,
    "<": np.less,
    ">": np.greater,
}
