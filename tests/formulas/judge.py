"""Whether a formula is true: all its statements, in every world that it is meant for."""

from dataclasses import dataclass

import numpy as np

from formulas import trees
from formulas.evaluator import (
    EXACT,
    RELATIONS,
    Evaluation,
    Misfit,
    OutOfRange,
    Verdict,
    layer_letters,
    letters_of,
)
from formulas.latex import Unreadable
from formulas.worlds import Missing

#: What a wrong formula may end in, instead of two unequal numbers.
WRONG = (Misfit, Missing, OutOfRange, Unreadable, ArithmeticError)


@dataclass(frozen=True)
class Reading:
    """How a statement is meant, where that is more than what it says.

    only: a formula; the statement is held to be true where that is not 0.
    where: a formula; the statement is held to be true there, and false everywhere else.
    equals: a formula that an expression without '=' is held against.
    within: a formula whose indices say how far the letters of an inequality run.
    rounded: the sides of '=' are rounded to the digits that they have.
    arrow: the function that a ⟶ or a ← stands for.
    """

    only: tuple = ()
    where: tuple = ()
    equals: tuple = ()
    within: tuple = ()
    rounded: bool = False
    arrow: object = None
    tolerance: float = EXACT


PLAIN = Reading()


def judge(statements, world, reading=PLAIN):
    """Return the verdict on the statements of one formula in one world."""
    printed = [r for s in statements if isinstance(s, trees.Ranges) for r in s.ranges]
    relations = [s for s in statements if not isinstance(s, trees.Ranges)]
    if printed and not relations and reading.within:
        relations = list(reading.within)
    unused = {trees.letter(r.letter) for r in printed} - {
        name for s in relations for name in letters_of(s, world)
    }
    if unused:
        return Verdict(False, f"a range is printed for {', '.join(unused)}, which occurs nowhere")
    for statement in relations:
        verdict = judge_statement(statement, world, printed, reading)
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
                    make = maker(statement, world, printed, layer, sign)
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
        if not found:
            raise Missing(f"no layer of '{world.name}' has all symbols of {trees.text(statement)}")
        return Verdict(True)


def maker(statement, world, printed, layer, sign):
    """Return a function that makes the evaluation, a letter's range replaced if one is given."""

    def make(**replaced):
        ends = Evaluation(trees.Chain(()), world, layer=layer)
        own = letters_of(statement, world)
        spans = {trees.letter(r.letter): ends.span(r) for r in printed}
        spans = {name: numbers for name, numbers in spans.items() if name in own} | replaced
        return Evaluation(statement, world, spans, layer, sign)

    return make


def layers(statement, world):
    counted = layer_letters(statement) - set(world.letters)
    return range(world.layers + 1) if world.layers and counted else [None]


def signs(statement):
    terms = [t for s in trees.walk(statement) if isinstance(s, trees.Add) for t in s.terms]
    return (1, -1) if any(sign == "±" for sign, _ in terms) else (1,)


def widest(statement, make, printed):
    """Return whether the printed ranges go as far as they can: one further, an index is outside."""
    evaluation = make()
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
    if reading.where:
        return supports(evaluation, reading.where)
    if not statement.relations and reading.equals:
        return equal_to(evaluation, reading)
    mask = mask_of(evaluation, reading.only)
    if reading.within:
        return bounds(evaluation, reading.within)
    return chain(evaluation, reading, mask)


def chain(evaluation, reading, mask):
    """Return the verdict on a chain, each side held against every other (rounded: its neighbour)."""
    statement = evaluation.statement
    if not statement.relations:
        raise Misfit(f"{trees.text(statement)} says nothing that could be true")
    values = [evaluation.value(side) for side in statement.sides]
    for right in range(1, len(values)):
        relation = statement.relations[right - 1]
        near = relation != "=" or reading.rounded
        for left in range(right - 1 if near else 0, right):
            between = set(statement.relations[left:right])
            if len(between) == 1 and not related(evaluation, reading, mask, values, left, right):
                sides = (trees.text(statement.sides[i]) for i in (left, right))
                return Verdict(False, f" {relation} ".join(sides) + f" in '{evaluation.world.name}'")
    return Verdict(True)


def related(evaluation, reading, mask, values, left, right):
    """Return whether two sides of a chain stand in the relation printed before the right one."""
    relation, sides = evaluation.statement.relations[right - 1], evaluation.statement.sides
    if relation in ("\\longrightarrow", "\\leftarrow"):
        if reading.arrow is None:
            raise Misfit("nothing says what the arrow means")
        return bool(reading.arrow(values[left], values[right], evaluation.world))
    if relation == "\\approx" or (relation == "=" and reading.rounded):
        tolerance = max(doubt(evaluation, sides[right]), 0)
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
    left, right, mask = evaluation.together(left, right, mask)
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


def mask_of(evaluation, only):
    if not only:
        return evaluation.plain(True)
    return marks(evaluation, only) != 0


def marks(evaluation, formula):
    """Return the value of a formula's one expression, over the letters of an evaluation."""
    whole = trees.Chain((*evaluation.statement.sides, formula[0].sides[0]))
    other = Evaluation(whole, evaluation.world, evaluation.printed, sign=evaluation.sign)
    value = other.value(formula[0].sides[0])
    own = set(evaluation.axes)
    for name, axis in other.axes.items():
        if name not in own:
            value = np.any(value, axis=axis, keepdims=True)
    order = [other.axes[name] for name in evaluation.axes]
    rest = [axis for name, axis in other.axes.items() if name not in own]
    value = np.transpose(value, order + rest)
    return value.reshape(value.shape[: len(order)])


def supports(evaluation, where):
    """Return whether a statement is true exactly where a formula is not 0."""
    whole = trees.Chain((*evaluation.statement.sides, where[0].sides[0]))
    wide = Evaluation(whole, evaluation.world, evaluation.printed)
    narrow = Evaluation(evaluation.statement, evaluation.world, {**ranges_in(wide, evaluation)})
    holds = narrow.holds(evaluation.statement)
    found = marks(narrow, where) != 0
    holds, found = np.broadcast_arrays(holds, found)
    return Verdict(found.any() and np.array_equal(holds, found), "it is true in other places")


def ranges_in(wide, evaluation):
    return {
        name: np.unique(wide.values[name])
        for name in evaluation.free
        if name in wide.free and name not in wide.world.primes
    }


def equal_to(evaluation, reading):
    """Return the verdict on an expression: whether it equals the one that its reading names."""
    sides = (*evaluation.statement.sides, reading.equals[0].sides[0])
    whole = trees.Chain(sides, ("=",) * (len(sides) - 1))
    return compare(Evaluation(whole, evaluation.world, evaluation.printed), Reading())


def bounds(evaluation, within):
    r"""Return the verdict on j \le 23 or l = 4: true, and no smaller number would do."""
    statement = evaluation.statement
    whole = trees.Chain((*statement.sides, *(s.sides[0] for s in within)))
    wide = Evaluation(whole, evaluation.world, evaluation.printed)
    left, right = (np.max(wide.value(side)) for side in statement.sides)
    tight = set(statement.relations) <= {"\\le", "="} and left == right
    return Verdict(tight, f"the largest {trees.text(statement.sides[0])} is {left}, not {right}")
