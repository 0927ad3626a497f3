"""A statement of LaTeX as a tree."""

import re
from pathlib import Path

from lark import Lark, Token, Transformer
from lark.exceptions import LarkError, VisitError

from formulas import latex, trees
from formulas.latex import Unreadable

#: The letters whose upper index counts layers; over any other letter it is a power.
LAYERED = {"a", "z", "w", "b", "delta", "Δz", "Δw", "Δb", "Δa"}
IFF = "\\Longleftrightarrow"


def read(source):
    """Return the trees of the statements of a formula."""
    return tuple(tree_of(piece) for piece in latex.statements(source))


def tree_of(piece):
    """Return the tree of one statement, given as tokens."""
    if IFF in piece:
        middle = piece.index(IFF)
        return trees.Either(tree_of(piece[:middle]), tree_of(piece[middle + 1 :]))
    line = " ".join(prepared(piece))
    try:
        return as_ranges(Builder().transform(PARSER.parse(line)))
    except VisitError as error:
        raise Unreadable(f"{line}: {error.orig_exc}") from error
    except LarkError as error:
        raise Unreadable(f"{line}: {str(error).splitlines()[0]}") from error


def prepared(piece):
    """Yield the tokens with the names that the grammar has for tables, cases and their words."""
    for token in piece:
        if found := re.fullmatch(r"\\(begin|end)\{(\w+)\*?\}", token):
            which, name = found.groups()
            yield which.upper() + ("CASES" if name.endswith("cases") else "TABLE")
        elif re.fullmatch(r"\\text\{\s*(if|where|for)\s*\}", token):
            yield "IF"
        elif re.fullmatch(r"\\text\{\s*(otherwise|else)\s*\}", token):
            yield "OTHERWISE"
        else:
            yield token


def as_ranges(chain):
    r"""Return 0 \le j,k \le 23 and l = 0, \dots, 4 as Ranges, any other chain as it is."""
    sides, relations = chain.sides, chain.relations
    if len(sides) == 3 and set(relations) <= {"\\le"} and letters(sides[1]):
        return trees.Ranges(spans(letters(sides[1]), sides[0], sides[2]))
    if relations == ("=",) and isinstance(sides[1], trees.Vector) and ... in sides[1].entries:
        ends = sides[1].entries
        return trees.Ranges(spans(letters(sides[0]), ends[0], ends[-1]))
    if any(part is ... for side in sides for part in getattr(side, "entries", ())):
        raise Unreadable("dots in a list that is no range")
    return chain


def letters(side):
    """Return the letters of a side that is nothing but letters, else nothing."""
    entries = side.entries if isinstance(side, trees.Vector) else (side,)
    return entries if all(part is not ... and trees.letter(part) for part in entries) else ()


def spans(names, low, high):
    return tuple(trees.Range(name, low, high) for name in names)


class Builder(Transformer):
    """Makes the trees of `trees` out of what the grammar finds; a method for each of its rules."""

    def start(self, parts):
        if any(isinstance(p, Partial) for p in parts):
            raise Unreadable("a ∂ without its other half")
        relations = tuple(str(p) for p in parts if isinstance(p, Token))
        return trees.Chain(tuple(p for p in parts if not isinstance(p, Token)), relations)

    range = start

    def side(self, parts):
        return parts[0] if len(parts) == 1 else trees.Vector(tuple(parts))

    def dots(self, parts):
        return ...

    def number(self, parts):
        return trees.Number(parts[0].replace("{,}", ""))

    def sum(self, parts):
        terms, sign = [], "+"
        for part in parts:
            if isinstance(part, Token):
                sign = "±" if part == "\\pm" else str(part)
            else:
                terms.append((sign, part))
        return terms[0][1] if len(terms) == 1 and terms[0][0] == "+" else trees.Add(tuple(terms))

    def factors(self, parts):
        """Return a list of (operation, tree); `product` makes one tree of it."""
        if len(parts) == 1:
            return [("*", parts[0])]
        operation = "/" if any(isinstance(p, Token) and p == "/" for p in parts) else "*"
        return [*parts[0], (operation, parts[-1])]

    def product(self, parts):
        flat = parts[0] if isinstance(parts[0], list) else [("*", parts[0])]
        if len(parts) > 1:
            flat = self.factors(parts)
        flat = tuple(slopes(flat))
        return flat[0][1] if len(flat) == 1 else trees.Product(flat)

    def sigma(self, parts):
        chain, body = parts[0], parts[-1]
        return trees.Sum(ranges_of(chain, parts[1] if len(parts) == 3 else None), body)

    def sigma_upside_down(self, parts):
        return self.sigma([parts[1], parts[0], parts[2]])

    def largest(self, parts):
        return trees.Largest(ranges_of(parts[0], None), parts[1])

    def power(self, parts):
        return trees.Power(*parts)

    def partial(self, parts):
        return Partial(parts[0])

    def fraction(self, parts):
        if all(isinstance(p, Partial) for p in parts):
            return trees.Derivative(parts[0].symbol, parts[1].symbol)
        if any(isinstance(p, Partial) for p in parts):
            raise Unreadable("a ∂ without its other half")
        return trees.Product((("*", parts[0]), ("/", parts[1])))

    def root(self, parts):
        return trees.Call("sqrt", tuple(parts))

    def floor(self, parts):
        return trees.Call("floor", tuple(parts))

    def ceil(self, parts):
        return trees.Call("ceil", tuple(parts))

    def activation(self, parts):
        return trees.Call("σ", (parts[-1],), primes=parts.count("'"))

    def applied(self, parts):
        return trees.Call("f", tuple(parts[1:]))

    def maximum(self, parts):
        return trees.Call("max", parts[1])

    def minimum(self, parts):
        return trees.Call("min", parts[1])

    def logarithm(self, parts):
        return trees.Call("ln", (parts[-1],))

    def exponential(self, parts):
        return trees.Call("exp", (parts[1],))

    def brackets(self, parts):
        inside = next((p for p in parts if isinstance(p, tuple)), parts[0])
        if not isinstance(inside, tuple):
            return inside
        return inside[0] if len(inside) == 1 else trees.Vector(inside)

    def list(self, parts):
        return tuple(parts)

    def open(self, parts):
        return ""

    close = open

    def row(self, parts):
        return list(parts)

    def table(self, parts):
        return trees.Table(tuple(tuple(p) for p in parts if isinstance(p, list)))

    def case_if(self, parts):
        return [tuple(p for p in parts if not isinstance(p, Token))]

    def case_otherwise(self, parts):
        return [(parts[0], None)]

    def cases(self, parts):
        return trees.Cases(tuple(p[0] for p in parts if isinstance(p, list)))

    def prime(self, parts):
        return "'"

    def lower(self, parts):
        return ("_", parts[0])

    def upper(self, parts):
        return ("^", parts[0])

    def symbol(self, parts):
        tokens = [p for p in parts if isinstance(p, Token)]
        scripts = [p for p in parts if not isinstance(p, Token)]
        name = ("Δ" if len(tokens) == 2 else "") + plain(tokens[-1])
        lower = [s[1] for s in scripts if s[0] == "_"]
        upper = [s[1] for s in scripts if s[0] == "^"]
        if len(lower) > 1 or len(upper) > 1:
            raise Unreadable(f"{name} has two upper or two lower indices")
        indices = parted(lower[0]) if lower else ()
        primes = scripts.count("'")
        if upper and name not in LAYERED:
            return trees.Power(trees.Symbol(name, primes, None, indices), upper[0])
        return trees.Symbol(name, primes, upper[0] if upper else None, indices)


class Partial:
    """∂x, one half of a derivative."""

    def __init__(self, symbol):
        self.symbol = symbol


def plain(token):
    r"""Return a name without its LaTeX: \delta is delta, \text{switch} is switch."""
    inside = re.fullmatch(r"\\text\{(.*)\}", token)
    return inside.group(1).strip() if inside else token.lstrip("\\")


def parted(side):
    """Return the indices of a lower index; kj is k and j; 2j is a product, and Sj in Sj, Sk."""
    if isinstance(side, trees.Vector):
        return side.entries
    factors = [tree for _, tree in getattr(side, "factors", ())]
    return tuple(factors) if factors and all(map(trees.letter, factors)) else (side,)


def slopes(factors):
    """Yield the factors with ∂x / ∂y, written with a slash, made into a derivative."""
    rest = list(factors)
    while rest:
        operation, tree = rest.pop(0)
        if isinstance(tree, Partial):
            if rest and rest[0][0] == "/" and isinstance(rest[0][1], Partial):
                tree = trees.Derivative(tree.symbol, rest.pop(0)[1].symbol)
            elif len(factors) > 1:
                raise Unreadable("a ∂ without its other half")
        yield operation, tree


def ranges_of(chain, high):
    """Return the ranges below and above a Σ: j=0 with 23 above, 0 ≤ j,k ≤ 23, or letters alone."""
    parts = [as_ranges(part) for part in parted_chain(chain)]
    if all(isinstance(part, trees.Ranges) for part in parts):
        return tuple(span for part in parts for span in part.ranges)
    names = letters(chain.sides[0])
    if not chain.relations and names and high is None:
        return spans(names, None, None)
    if chain.relations == ("=",) and names and high is not None:
        return spans(names, chain.sides[1], high)
    raise Unreadable("the range of a sum")


def parted_chain(chain):
    r"""Return 0 \le j \le 23, 0 \le k \le 23 as the two chains that it is."""
    middle = next((i for i, s in enumerate(chain.sides[:-1]) if ends_and_begins(s)), None)
    if middle is None or middle < 2:
        return [chain]
    end, start = chain.sides[middle].entries
    first = trees.Chain((*chain.sides[:middle], end), chain.relations[:middle])
    rest = trees.Chain((start, *chain.sides[middle + 1 :]), chain.relations[middle:])
    return [first, *parted_chain(rest)]


def ends_and_begins(side):
    return isinstance(side, trees.Vector) and len(side.entries) == 2 and not letters(side)


PARSER = Lark(
    (Path(__file__).parent / "grammar.lark").read_text(encoding="utf-8"),
    parser="lalr",
    maybe_placeholders=False,
)
