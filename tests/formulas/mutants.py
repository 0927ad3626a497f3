"""Wrong formulas, made of the right ones: what a slip of the pen does to an index, a sign, a range.

A mutant is the trees of a formula with one place changed. Each way to change a tree is a function
that yields (what was done, the new tree); `WAYS` has them all.
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
)


def mutants(statements):
    """Yield (what was done, the trees of the wrong formula), each wrong formula once."""
    letters = index_letters(statements)
    seen = {statements}
    for part, rebuild in trees.places(statements):
        for way in WAYS:
            for done, new in way(part, letters):
                wrong = rebuild(new)
                if wrong not in seen:
                    seen.add(wrong)
                    yield done, wrong


def index_letters(statements):
    """Return the letters that stand somewhere as an index."""
    symbols = [part for part in trees.walk(statements) if isinstance(part, Symbol)]
    inside = [i for s in symbols for index in s.indices for i in trees.walk(index)]
    return list(dict.fromkeys(i for i in inside if trees.letter(i)))


def swapped_indices(part, letters):
    """w_{j,k} becomes w_{k,j}."""
    if isinstance(part, Symbol):
        for i in range(len(part.indices) - 1):
            new = list(part.indices)
            new[i], new[i + 1] = new[i + 1], new[i]
            yield "indices exchanged", replace(part, indices=tuple(new))


def other_letter(part, letters):
    """w_{l,j} becomes w_{k,j}: one index letter stands for another."""
    if isinstance(part, Symbol):
        for i, index in enumerate(part.indices):
            if trees.letter(index):
                for letter in letters:
                    new = (*part.indices[:i], letter, *part.indices[i + 1 :])
                    yield "another letter", replace(part, indices=new)


def other_sign(part, letters):
    """a + b becomes a − b, j + l becomes j − l."""
    if isinstance(part, Add):
        for i, (sign, term) in enumerate(part.terms):
            flipped = {"+": "-", "-": "+", "±": "+"}[sign]
            yield "sign", Add((*part.terms[:i], (flipped, term), *part.terms[i + 1 :]))
    if isinstance(part, Product):
        yield "sign", Add((("-", part),))


def no_term(part, letters):
    """a + b becomes a."""
    if isinstance(part, Add) and len(part.terms) > 1:
        for i in range(len(part.terms)):
            yield "a term left out", Add(part.terms[:i] + part.terms[i + 1 :])


def no_factor(part, letters):
    """a·b becomes a."""
    if isinstance(part, Product) and len(part.factors) > 1:
        for i in range(len(part.factors)):
            yield "a factor left out", Product(part.factors[:i] + part.factors[i + 1 :])


def division(part, letters):
    """a/b becomes a·b."""
    if isinstance(part, Product):
        for i, (operation, factor) in enumerate(part.factors):
            other = "*" if operation == "/" else "/"
            if i:
                new = (*part.factors[:i], (other, factor), *part.factors[i + 1 :])
                yield "times for divided by", Product(new)


def shorter_range(part, letters):
    """0 ≤ j ≤ 23 becomes 0 ≤ j ≤ 22 and 1 ≤ j ≤ 23, and longer by one."""
    if isinstance(part, Range) and part.low is not None:
        for end in ("low", "high"):
            for sign in "+-":
                moved = Add((("+", getattr(part, end)), (sign, Number("1"))))
                yield "a range one off", replace(part, **{end: moved})


def no_prime(part, letters):
    """σ′ becomes σ, j' becomes j; and the other way round."""
    if isinstance(part, Call | Symbol) and part.primes:
        yield "a prime left out", replace(part, primes=part.primes - 1)
    if isinstance(part, Call) and part.name == "σ" and not part.primes:
        yield "a prime too many", replace(part, primes=1)


def other_layer(part, letters):
    """a³ becomes a² and a⁴."""
    if isinstance(part, Symbol) and part.layer is not None:
        for sign in "+-":
            yield "another layer", replace(part, layer=neighbour(part.layer, sign))


def neighbour(tree, sign):
    if isinstance(tree, Number):
        return Number(str(int(tree.text) + {"+": 1, "-": -1}[sign]))
    return Add((("+", tree), (sign, Number("1"))))


def other_number(part, letters):
    """0.5 becomes 0.6 and 0.4, 9 becomes 10 and 8: the last digit is off by one."""
    if isinstance(part, Number):
        digits = len(part.text.partition(".")[2])
        for step in (1, -1):
            new = float(part.text) + step * 10.0**-digits
            yield "another number", signed(f"{new:.{digits}f}")


def signed(text):
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
        yield "another function", replace(part, name=others[part.name])
    if isinstance(part, Call) and part.name in ("max", "min") and len(part.arguments) > 1:
        for i in range(len(part.arguments)):
            fewer = part.arguments[:i] + part.arguments[i + 1 :]
            yield "an argument left out", replace(part, arguments=fewer)


def no_power(part, letters):
    """(a − y)² becomes a − y."""
    if isinstance(part, Power):
        yield "a power left out", part.base


def other_cases(part, letters):
    """The values of two cases are exchanged; = and ≠ are."""
    if isinstance(part, Cases):
        values, conditions = zip(*part.branches, strict=True)
        exchanged = tuple(zip(reversed(values), conditions, strict=True))
        yield "cases exchanged", Cases(exchanged)
        for i, chain in enumerate(conditions):
            if chain is not None:
                other = tuple({"=": "\\ne", "\\ne": "="}.get(r, r) for r in chain.relations)
                branches = list(part.branches)
                branches[i] = values[i], replace(chain, relations=other)
                yield "= for ≠", Cases(tuple(branches))


def turned_derivative(part, letters):
    """∂a/∂z becomes ∂z/∂a."""
    if isinstance(part, Derivative):
        yield "a derivative upside down", Derivative(part.by, part.of)


def other_relation(part, letters):
    """< becomes >, ≤ becomes ≥."""
    others = {"<": ">", ">": "<", "\\le": "\\ge", "\\ge": "\\le"}
    if isinstance(part, Chain):
        for i, relation in enumerate(part.relations):
            if relation in others:
                new = (*part.relations[:i], others[relation], *part.relations[i + 1 :])
                yield "another relation", replace(part, relations=new)


WAYS = [
    swapped_indices,
    other_letter,
    other_sign,
    no_term,
    no_factor,
    division,
    shorter_range,
    no_prime,
    other_layer,
    other_number,
    other_function,
    no_power,
    other_cases,
    turned_derivative,
    other_relation,
]
