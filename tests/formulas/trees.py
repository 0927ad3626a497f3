"""What the tree of a formula is made of. Trees are values: equal where they say the same."""

from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Number:
    text: str  # as printed: its digits say how exact it is


@dataclass(frozen=True)
class Symbol:
    name: str  # a letter, a Greek one as a word; "Δz" for a change of z
    primes: int = 0
    layer: object = None  # the tree of the upper index
    indices: tuple = ()


@dataclass(frozen=True)
class Add:
    terms: tuple  # of (sign, tree); the sign is "+", "-" or "±"


@dataclass(frozen=True)
class Product:
    factors: tuple  # of (operation, tree); the operation is "*" or "/"


@dataclass(frozen=True)
class Power:
    base: object
    exponent: object


@dataclass(frozen=True)
class Call:
    name: str  # σ, ln, sqrt, floor, ceil, max, min, exp
    arguments: tuple
    primes: int = 0


@dataclass(frozen=True)
class Sum:
    ranges: tuple  # of Range; its ends are None where nothing is printed
    body: object


class Largest(Sum):
    """The largest of what a sum adds up."""


@dataclass(frozen=True)
class Derivative:
    of: Symbol
    by: Symbol


@dataclass(frozen=True)
class Table:
    rows: tuple  # of tuples of trees: a matrix


@dataclass(frozen=True)
class Vector:
    entries: tuple


@dataclass(frozen=True)
class Cases:
    branches: tuple  # of (tree, Chain or None for 'otherwise')


@dataclass(frozen=True)
class Range:
    letter: Symbol
    low: object
    high: object


@dataclass(frozen=True)
class Ranges:
    ranges: tuple  # a statement that says where letters run


@dataclass(frozen=True)
class Chain:
    sides: tuple
    relations: tuple = ()


@dataclass(frozen=True)
class Either:
    """Two chains that are both true or both false."""

    left: Chain
    right: Chain


def walk(tree):
    """Yield a tree and all that it is made of, from left to right."""
    if isinstance(tree, tuple):
        for part in tree:
            yield from walk(part)
    elif hasattr(tree, "__dataclass_fields__"):
        yield tree
        for field in tree.__dataclass_fields__:
            yield from walk(getattr(tree, field))


def letter(tree):
    """Return the name of an index letter with its primes, or None if the tree is no bare letter."""
    if isinstance(tree, Symbol) and tree.layer is None and not tree.indices:
        return tree.name + "'" * tree.primes
    return None


def text(tree):
    """Return a tree as one plain line, for messages and lists."""
    return WRITERS[type(tree)](tree)


def wrapped(tree):
    return f"({text(tree)})" if isinstance(tree, Add | Product | Sum) else text(tree)


def text_symbol(tree):
    upper = "" if tree.layer is None else "^" + wrapped(tree.layer)
    lower = "_{" + ",".join(map(text, tree.indices)) + "}" if tree.indices else ""
    return tree.name + "'" * tree.primes + upper + lower


def text_add(tree):
    def term(part):
        return f"({text(part)})" if isinstance(part, Add) else text(part)

    out = "".join(f" {sign} {term(part)}" for sign, part in tree.terms)
    return out[3:] if out.startswith(" + ") else out.strip()


def text_product(tree):
    out = ""
    for operation, part in tree.factors:
        shown = f"({text(part)})" if isinstance(part, Add | Product) else text(part)
        out += ("·" if operation == "*" else "/") + shown
    return out[1:] if out.startswith("·") else "1" + out


def text_sum(tree):
    ranges = ", ".join(map(text, tree.ranges))
    return f"Σ[{ranges}] {text(tree.body)}"


def text_largest(tree):
    return "max" + text_sum(tree)[1:]


def text_range(tree):
    if tree.low is None:
        return text(tree.letter)
    return f"{text(tree.letter)}={text(tree.low)}..{text(tree.high)}"


def text_cases(tree):
    def condition(chain):
        return "otherwise" if chain is None else text(chain)

    return "{" + "; ".join(f"{text(v)} if {condition(c)}" for v, c in tree.branches) + "}"


def text_chain(tree):
    out = text(tree.sides[0])
    for relation, side in zip(tree.relations, tree.sides[1:], strict=True):
        out += f" {relation} {text(side)}"
    return out


WRITERS = {
    Number: lambda tree: tree.text,
    Symbol: text_symbol,
    Add: text_add,
    Product: text_product,
    Power: lambda tree: f"{wrapped(tree.base)}^{wrapped(tree.exponent)}",
    Call: lambda t: f"{t.name}{chr(39) * t.primes}({', '.join(map(text, t.arguments))})",
    Sum: text_sum,
    Largest: text_largest,
    Derivative: lambda tree: f"∂{text(tree.of)}/∂{text(tree.by)}",
    Table: lambda tree: "[" + "; ".join(" ".join(map(text, row)) for row in tree.rows) + "]",
    Vector: lambda tree: "(" + ", ".join(map(text, tree.entries)) + ")",
    Cases: text_cases,
    Range: text_range,
    Ranges: lambda tree: "range " + ", ".join(map(text, tree.ranges)),
    Chain: text_chain,
    Either: lambda tree: f"{text(tree.left)} ⟺ {text(tree.right)}",
}


def places(tree, rebuild=lambda new: new):
    """Yield every part of a tree, with the function that puts another one in its place."""
    if isinstance(tree, tuple):
        for i, part in enumerate(tree):
            yield from places(part, lambda new, i=i: rebuild((*tree[:i], new, *tree[i + 1 :])))
    elif hasattr(tree, "__dataclass_fields__"):
        yield tree, rebuild
        for field in tree.__dataclass_fields__:
            yield from places(
                getattr(tree, field),
                lambda new, field=field: rebuild(replace(tree, **{field: new})),
            )
