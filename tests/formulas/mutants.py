"""Wrong formulas, made of the right ones: what a slip of the pen does to an index, a sign, a range.

A mutant is the trees of a formula with one place changed. Each way to change a tree is a function
that yields (what was done, the new tree); `WAYS` has them all. What was done is said by the place
alone, not by the whole formula, so that it stays the same when the rest is written in another way.
"""

from dataclasses import replace

from formulas import trees
from formulas.trees import (
    Add,
    Call,
    Cases,
    Chain,
    Derivative,
    Number,
    Power,
    Product,
    Range,
    Symbol,
    Vector,
)


def mutants(statements):
    """Yield (what was done, the trees of the wrong formula), each wrong formula once.

    What differs from the right formula by ·1 or +0, or says −0 for 0, is not wrong.
    """
    letters = index_letters(statements)
    seen = {statements, plain(statements)}
    for part, rebuild in trees.places(statements):
        for way in WAYS:
            for done, new in way(part, letters):
                wrong = rebuild(new)
                same = wrong if way is other_number else plain(wrong)
                if same not in seen:
                    seen |= {wrong, plain(wrong)}
                    yield done, wrong


def plain(tree):
    """Return a tree without what cannot change its value: ·1, +0, and what is multiplied by 0."""
    if isinstance(tree, tuple):
        return tuple(plain(part) for part in tree)
    if not hasattr(tree, "__dataclass_fields__"):
        return tree
    parts = {name: plain(getattr(tree, name)) for name in tree.__dataclass_fields__}
    kinds = {Add: plain_sum, Product: plain_product, Chain: plain_chain}
    return kinds.get(type(tree), lambda t: t)(type(tree)(**parts))


def plain_sum(tree):
    terms = tuple((sign, term) for sign, term in tree.terms if not is_zero(term))
    if not terms:
        return tree.terms[0][1]
    return terms[0][1] if len(terms) == 1 and terms[0][0] == "+" else Add(terms)


def plain_product(tree):
    if any(operation == "*" and is_number(factor, 0) for operation, factor in tree.factors):
        return Number("0")
    factors = tuple((o, factor) for o, factor in tree.factors if not is_number(factor, 1))
    if not factors:
        return Number("1")
    return factors[0][1] if len(factors) == 1 and factors[0][0] == "*" else Product(factors)


def plain_chain(tree):
    if not any(is_zero(side) for side in tree.sides):
        return tree
    return replace(tree, sides=tuple(without_minus(side) for side in tree.sides))


def is_zero(tree):
    return is_number(tree, 0) or (isinstance(tree, Vector) and all(map(is_zero, tree.entries)))


def without_minus(tree):
    single = isinstance(tree, Add) and len(tree.terms) == 1
    return without_minus(tree.terms[0][1]) if single else tree


def is_number(tree, value):
    return isinstance(tree, Number) and float(tree.text) == value


def index_letters(statements):
    """Return the letters that stand somewhere as an index."""
    symbols = [part for part in trees.walk(statements) if isinstance(part, Symbol)]
    inside = [i for s in symbols for index in s.indices for i in trees.walk(index)]
    return list(dict.fromkeys(i for i in inside if trees.letter(i)))


def named(part, new):
    return f"{trees.text(part)} → {trees.text(new)}"


def swapped_indices(part, letters):
    """w_{j,k} becomes w_{k,j}."""
    if isinstance(part, Symbol):
        for i in range(len(part.indices) - 1):
            indices = list(part.indices)
            indices[i], indices[i + 1] = indices[i + 1], indices[i]
            new = replace(part, indices=tuple(indices))
            yield named(part, new), new


def other_letter(part, letters):
    """w_{l,j} becomes w_{k,j}: one index letter stands for another."""
    if isinstance(part, Symbol):
        for i, index in enumerate(part.indices):
            if trees.letter(index):
                for letter in letters:
                    indices = (*part.indices[:i], letter, *part.indices[i + 1 :])
                    new = replace(part, indices=indices)
                    yield named(part, new), new


def other_sign(part, letters):
    """a + b becomes a − b, j + l becomes j − l; a whole side becomes negative."""
    if isinstance(part, Add):
        for i, (sign, term) in enumerate(part.terms):
            if sign != "±":
                other = {"+": "-", "-": "+"}[sign]
                new = Add((*part.terms[:i], (other, term), *part.terms[i + 1 :]))
                yield f"{other} {trees.text(term)}", new
    if isinstance(part, Chain) and part.relations:
        for i, side in enumerate(part.sides):
            negative = Add((("-", side),))
            new = replace(part, sides=(*part.sides[:i], negative, *part.sides[i + 1 :]))
            yield trees.text(negative), new


def no_term(part, letters):
    """a + b becomes a."""
    if isinstance(part, Add) and len(part.terms) > 1:
        for i, (_, term) in enumerate(part.terms):
            yield f"without {trees.text(term)}", Add(part.terms[:i] + part.terms[i + 1 :])


def no_factor(part, letters):
    """a·b becomes a."""
    if isinstance(part, Product) and len(part.factors) > 1:
        for i, (_, factor) in enumerate(part.factors):
            yield f"without {trees.text(factor)}", Product(part.factors[:i] + part.factors[i + 1 :])


def division(part, letters):
    """a/b becomes a·b."""
    if isinstance(part, Product):
        for i, (operation, factor) in enumerate(part.factors):
            other = "*" if operation == "/" else "/"
            if i:
                new = (*part.factors[:i], (other, factor), *part.factors[i + 1 :])
                yield f"{other} {trees.text(factor)}", Product(new)


def other_range(part, letters):
    """0 ≤ j ≤ 23 becomes 0 ≤ j ≤ 22 and 1 ≤ j ≤ 23, or longer by one."""
    if isinstance(part, Range) and part.low is not None:
        for end in ("low", "high"):
            for sign in "+-":
                new = replace(part, **{end: neighbour(getattr(part, end), sign)})
                yield named(part, new), new


def neighbour(tree, sign):
    """Return a tree that is larger or smaller by 1."""
    if isinstance(tree, Number):
        return signed(f"{float(tree.text) + {'+': 1, '-': -1}[sign]:.0f}")
    return Add((("+", tree), (sign, Number("1"))))


def no_prime(part, letters):
    """σ′ becomes σ, j' becomes j; and the other way round."""
    if isinstance(part, Call | Symbol) and part.primes:
        new = replace(part, primes=part.primes - 1)
        yield named(part, new), new
    if isinstance(part, Call) and part.name == "σ" and not part.primes:
        new = replace(part, primes=1)
        yield named(part, new), new


def other_layer(part, letters):
    """a³ becomes a² and a⁴."""
    if isinstance(part, Symbol) and part.layer is not None:
        for sign in "+-":
            new = replace(part, layer=neighbour(part.layer, sign))
            yield named(part, new), new


def other_number(part, letters):
    """0.5 becomes 0.6 and 0.4, 9 becomes 10 and 8: the last digit is off by one."""
    if isinstance(part, Number):
        digits = len(part.text.partition(".")[2])
        for step in (1, -1):
            new = signed(f"{float(part.text) + step * 10.0**-digits:.{digits}f}")
            yield named(part, new), new


def signed(text):
    """Return the tree of a number that may be negative."""
    return Add((("-", Number(text[1:])),)) if text.startswith("-") else Number(text)


def other_function(part, letters):
    """max becomes min, ⌊ ⌋ becomes ⌈ ⌉; an argument of max is left out."""
    others = {
        "max": "min",
        "min": "max",
        "floor": "ceil",
        "ceil": "floor",
        "ln": "exp",
        "exp": "ln",
    }
    if isinstance(part, Call) and part.name in others:
        new = replace(part, name=others[part.name])
        yield named(part, new), new
    if isinstance(part, Call) and part.name in ("max", "min") and len(part.arguments) > 1:
        for i in range(len(part.arguments)):
            new = replace(part, arguments=part.arguments[:i] + part.arguments[i + 1 :])
            yield named(part, new), new


def no_power(part, letters):
    """(a − y)² becomes a − y."""
    if isinstance(part, Power):
        yield named(part, part.base), part.base


def other_cases(part, letters):
    """The values of two cases are exchanged; = and ≠ are."""
    if isinstance(part, Cases):
        values, conditions = zip(*part.branches, strict=True)
        yield "cases exchanged", Cases(tuple(zip(reversed(values), conditions, strict=True)))
        for i, chain in enumerate(conditions):
            if chain is not None:
                other = tuple({"=": "\\ne", "\\ne": "="}.get(r, r) for r in chain.relations)
                branches = list(part.branches)
                branches[i] = values[i], replace(chain, relations=other)
                yield "= for ≠", Cases(tuple(branches))


def turned_derivative(part, letters):
    """∂a/∂z becomes ∂z/∂a."""
    if isinstance(part, Derivative):
        new = Derivative(part.by, part.of)
        yield named(part, new), new


def other_relation(part, letters):
    """< becomes >, ≤ becomes ≥."""
    others = {"<": ">", ">": "<", "\\le": "\\ge", "\\ge": "\\le"}
    if isinstance(part, Chain):
        for i, relation in enumerate(part.relations):
            if relation in others:
                new = (*part.relations[:i], others[relation], *part.relations[i + 1 :])
                yield f"{others[relation]} for {relation}", replace(part, relations=new)


WAYS = [
    swapped_indices,
    other_letter,
    other_sign,
    no_term,
    no_factor,
    division,
    other_range,
    no_prime,
    other_layer,
    other_number,
    other_function,
    no_power,
    other_cases,
    turned_derivative,
    other_relation,
]
