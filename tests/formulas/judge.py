"""Whether a formula is true: all its statements, in every world that it is meant for."""

import itertools
from dataclasses import dataclass, replace

import numpy as np

from formulas import terms, trees
from formulas.evaluator import (
    COLUMNS,
    EXACT,
    RELATIONS,
    Evaluation,
    Misfit,
    OutOfRange,
    layer_letters,
    letters_of,
)
from formulas.latex import Unreadable
from formulas.worlds import Missing

#: What a wrong formula may end in, instead of two unequal numbers.
WRONG = (Misfit, Missing, OutOfRange, Unreadable, ArithmeticError, ValueError)


@dataclass
class Verdict:
    """Whether something is true, and if not, which part of it is not."""

    true: bool
    why: str = ""

    def __bool__(self):
        return bool(self.true)


@dataclass(frozen=True)
class Reading:
    r"""How a statement is meant, where that is more than what it says.

    only: a formula; the statement is held to be true where that is not 0.
    where: a formula; the statement is held to be true there, and false everywhere else. In it
        \text{it} is the left side of the statement, so that the letter may have any name.
    equals: formulas that the expressions without '=' are held against, one for each.
    within: a formula whose indices say how far the letters of an inequality run.
    rounded: the sides of '=' are rounded to the digits that they have.
    numbers: the terms of numbers that stand in each chain, in any order. Where a number hangs on
        nothing that is computed, as the smaller ones in a maximum do, and what is multiplied by 0,
        this alone says that it is the right one. A bar stands between those of several formulas.
    arrow: the function that a ⟶ or a ← stands for.
    """

    only: tuple = ()
    where: tuple = ()
    equals: tuple = ()
    within: tuple = ()
    rounded: bool = False
    numbers: tuple = ()
    arrow: object = None
    tolerance: float = EXACT

    def about(self, statement):
        """Return the reading with the letter on the left of a statement for the symbol `it`."""
        if not (self.where and isinstance(statement, trees.Chain)):
            return self
        where = self.where
        for part, rebuild in trees.places(where):
            if part == IT:
                where = rebuild(statement.sides[0])
        return replace(self, where=where)

    @property
    def context(self):
        """The formulas that have a say in where the letters run."""
        return self.only + self.where + self.equals + self.within


IT = trees.Symbol("it")
PLAIN = Reading()


def judge(statements, world, reading=PLAIN):
    """Return the verdict on the statements of one formula in one world."""
    printed = [r for s in statements if isinstance(s, trees.Ranges) for r in s.ranges]
    relations = [s for s in statements if not isinstance(s, trees.Ranges)]
    if printed and not relations and reading.within:
        relations = list(reading.within)
    unused = {trees.letter(r.letter) for r in printed} - {
        name for s in (*relations, *reading.context) for name in letters_of(s, world)
    }
    if unused or len(printed) != len({r.letter for r in printed}):
        return Verdict(
            False, f"a range is printed twice, or for a letter that is nowhere: {unused}"
        )
    bare = (s for s in relations if isinstance(s, trees.Chain) and not s.relations)
    equals = dict(zip(bare, reading.equals, strict=False))
    for statement, numbers in zip(relations, reading.numbers, strict=False):
        if not terms.are(statement, numbers):
            return Verdict(False, f"{trees.text(statement)} has not the numbers {numbers}")
    for statement in relations:
        own = replace(reading, equals=(equals[statement],) if statement in equals else ())
        verdict = judge_statement(statement, world, printed, own.about(statement))
        if not verdict:
            return verdict
    return Verdict(True)


def judge_statement(statement, world, printed, reading):
    """Return the verdict on one statement: in all layers, for + and −, over its whole range."""
    with np.errstate(all="ignore"):
        found = 0
        for layer in layers(statement, world):
            for sign in signs(statement):
                try:
                    make = maker(statement, world, printed, layer, sign, reading.context)
                    verdict = compare(make(), reading)
                except Missing:
                    if world.layers and layer_letters(statement):
                        continue
                    raise
                if verdict and printed:
                    verdict = widest(statement, make, printed)
                if not verdict:
                    return verdict
                found += 1
        if found < (world.layers - 1 if len(layers(statement, world)) > 1 else 1):
            raise Missing(f"too few layers of '{world.name}' have all of {trees.text(statement)}")
        return Verdict(True)


def maker(statement, world, printed, layer, sign, context):
    """Return a function that makes the evaluation, a letter's range replaced if one is given."""

    def make(**replaced):
        ends = Evaluation(trees.Chain(()), world, layers=layer)
        own = letters_of((statement, *context), world)
        spans = {trees.letter(r.letter): ends.span(r) for r in printed}
        spans = {name: numbers for name, numbers in spans.items() if name in own} | replaced
        return Evaluation(statement, world, spans, layer, sign, context)

    return make


def layers(statement, world):
    """Yield a layer for each letter that counts layers, in every combination."""
    names = sorted(layer_letters(statement) - set(world.letters)) if world.layers else []
    numbers = itertools.product(range(world.layers + 1), repeat=len(names))
    return [dict(zip(names, each, strict=True)) for each in numbers]


def signs(statement):
    terms = [t for s in trees.walk(statement) if isinstance(s, trees.Add) for t in s.terms]
    return (1, -1) if any(sign == "±" for sign, _ in terms) else (1,)


def widest(statement, make, printed):
    """Return whether the printed ranges go as far as they can: one further, an index is outside."""
    evaluation = make()
    rest = set(evaluation.free) & set(letters_of(statement, evaluation.world))
    rest -= {trees.letter(span.letter) for span in printed} | set(evaluation.world.primes)
    if rest and statement.relations:
        return Verdict(False, f"no range is printed for {', '.join(sorted(rest))}")
    for span in printed:
        name = trees.letter(span.letter)
        if name not in evaluation.free:
            continue
        numbers = evaluation.printed[name]
        for beyond in (numbers[0] - 1, numbers[-1] + 1):
            try:
                further = make(**{name: np.array([beyond])})
                for side in statement.sides:
                    further.value(side)
            except OutOfRange:
                continue
            return Verdict(False, f"the range of {name} stops before {beyond}, which it could have")
    return Verdict(True)


def compare(evaluation, reading):
    """Return the verdict on a statement whose letters have their ranges."""
    statement = evaluation.statement
    if isinstance(statement, trees.Either):
        left, right = evaluation.holds(statement.left), evaluation.holds(statement.right)
        mixed = left.any() and not left.all()
        return Verdict(mixed and np.array_equal(left, right), "one holds where the other does not")
    if reading.within and statement in reading.within:
        for side in statement.sides:
            evaluation.value(side)
        return Verdict(True)
    if reading.within:
        return tight(evaluation)
    if reading.where:
        found = np.broadcast_arrays(evaluation.holds(statement), marks(evaluation, reading.where))
        true = np.array_equal(*found) and not np.all(found[0])
        return Verdict(true, f"{trees.text(statement)} is not where the term is that is not 0")
    if reading.equals:
        return equal_to(evaluation, reading.equals[0])
    mask = marks(evaluation, reading.only) if reading.only else evaluation.plain(True)
    return chain(evaluation, reading, mask)


def chain(evaluation, reading, mask):
    """Return the verdict on a chain.

    Each side is held against every other before it; where numbers are rounded, and for a relation
    that is not =, against the one before it.
    """
    statement = evaluation.statement
    if len(set(statement.sides)) == 1:
        raise Misfit(f"{trees.text(statement)} says nothing that could be true")
    values = [evaluation.value(side) for side in statement.sides]
    for right in range(1, len(values)):
        relation = statement.relations[right - 1]
        first = right - 1
        while (
            relation == "="
            and not reading.rounded
            and statement.relations[first - 1 : first] == ("=",)
        ):
            first -= 1
        for left in range(first, right):
            if not related(evaluation, reading, mask, values, left, right):
                sides = (trees.text(statement.sides[i]) for i in (left, right))
                return Verdict(
                    False, f" {relation} ".join(sides) + f" in '{evaluation.world.name}'"
                )
    return Verdict(True)


def related(evaluation, reading, mask, values, left, right):
    """Return whether two sides of a chain stand in the relation printed before the right one."""
    relation, sides = evaluation.statement.relations[right - 1], evaluation.statement.sides
    if relation in ("\\longrightarrow", "\\leftarrow"):
        if reading.arrow is None:
            raise Misfit("nothing says what the arrow means")
        return bool(reading.arrow(values[left], values[right], evaluation.world))
    if relation == "\\approx" or (relation == "=" and reading.rounded):
        tolerance = doubt(evaluation, sides[right])
        if relation == "\\approx" and not tolerance:
            return near(evaluation, values[left], values[right], mask, reading.tolerance)
        return near(evaluation, values[left], values[right], mask, 1e-12, tolerance)
    if relation == "=":
        return near(evaluation, values[left], values[right], mask, reading.tolerance)
    return bool(np.all(RELATIONS[relation](*evaluation.together(values[left], values[right]))))


def near(evaluation, left, right, mask, relative, absolute=0.0):
    """Return whether two values are equal, to a part of the largest entry and a bit."""
    n = len(evaluation.axes)
    left, right = (squeezed(a, n) for a in (left, right))
    if left.ndim != right.ndim and min(left.ndim, right.ndim) > n:
        return False
    left, right, mask = evaluation.together(
        left, right, np.reshape(mask, np.shape(mask) or (1,) * n)
    )
    try:
        left, right, mask = np.broadcast_arrays(left, right, mask)
    except ValueError:
        return False
    left, right = left[mask], right[mask]
    if not left.size or not np.all(np.isfinite(left) & np.isfinite(right)):
        return False
    scale = max(np.abs(left).max(), np.abs(right).max())
    return bool(np.all(np.abs(left - right) <= relative * scale + absolute + 1e-300))


def squeezed(array, n):
    """Return an array without the axes of length 1 after the first n."""
    return array.reshape(array.shape[:n] + tuple(s for s in array.shape[n:] if s != 1))


def doubt(evaluation, side):
    """Return how far a side may be from the truth, if its numbers are rounded as printed.

    Each decimal is moved by half of its last digit, and what that does is added up. A whole number
    is rounded only where it stands alone.
    """
    total = 0.0
    for part, rebuild in trees.places(side):
        if isinstance(part, trees.Number) and ("." in part.text or part is side):
            digits = len(part.text.partition(".")[2])
            moved = repr(float(part.text) + 0.5 * 10.0**-digits)
            nudged = evaluation.value(rebuild(trees.Number(moved)))
            total += float(np.max(np.abs(nudged - evaluation.value(side))))
    return total


def marks(evaluation, formula):
    """Return where a formula is not 0, for any value of the letters that the statement has not."""
    value = evaluation.value(formula[0].sides[0]) != 0
    own = evaluation.own | {evaluation.base(name) for name in evaluation.own}
    for name, axis in evaluation.axes.items():
        if name not in own:
            value = np.any(value, axis=axis, keepdims=True)
    return value


def equal_to(evaluation, expected):
    """Return the verdict on an expression: whether it equals the one that its reading names."""
    left, right = evaluation.statement.sides[0], expected.sides[0]
    true = near(evaluation, evaluation.value(left), evaluation.value(right), True, EXACT)
    return Verdict(true, f"{trees.text(left)} is not {trees.text(right)}")


def tight(evaluation):
    r"""Return the verdict on j \le 23 or l = 4: true, and no smaller number would do."""
    statement = evaluation.statement
    left, right = (np.max(evaluation.value(side)) for side in statement.sides)
    if trees.letter(statement.sides[0]) in COLUMNS:
        right = evaluation.world.ends.get(right, right)
    true = statement.relations in (("\\le",), ("=",)) and left == right
    return Verdict(true, f"the largest {trees.text(statement.sides[0])} is {left}, not {right}")
