"""The numbers that are printed in a formula, for what no value hangs on.

0·1 is 0·2, and max(0.7, 0.2) is max(0.7, 0.3); a reader who follows with a pencil minds all the
same.
"""

import math

from formulas import trees

ARITHMETIC = (trees.Number, trees.Product, trees.Add)


def are(statement, written):
    """Return whether the terms of a statement are those that are written, or one choice of them."""
    found = sorted(terms_in(statement))
    return any(found == sorted(terms_of(choice)) for choice in written.split("|"))


def terms_in(tree, sign=1):
    """Return the terms of a tree that are made of numbers, each as its sign and its sorted numbers.

    (−1)·2, −1·2 and −2·1 are one and the same term.
    """
    if isinstance(tree, trees.Symbol):
        return []
    if isinstance(tree, trees.Number):
        return [(sign, (float(tree.text),))]
    if isinstance(tree, trees.Add):
        return [t for s, part in tree.terms for t in terms_in(part, -sign if s == "-" else sign)]
    if isinstance(tree, trees.Product):
        return terms_of_product(tree, sign)
    parts = tree if isinstance(tree, tuple) else vars(tree).values() if is_tree(tree) else ()
    return [term for part in parts for term in terms_in(part)]


def terms_of_product(tree, sign):
    """Return a product's terms: its numbers as one, and what is inside its other factors."""
    terms, signs, numbers = [], [sign], []
    for _, factor in tree.factors:
        inside = terms_in(factor)
        if len(inside) == 1 and all(isinstance(p, ARITHMETIC) for p in trees.walk(factor)):
            signs.append(inside[0][0])
            numbers += inside[0][1]
        else:
            terms += inside
    return terms + [(math.prod(signs), tuple(sorted(numbers)))] * bool(numbers)


def is_tree(tree):
    return hasattr(tree, "__dataclass_fields__")


def terms_of(written):
    """Return the terms of a record, written as "0.5 -1·2"."""
    return [
        (-1 if term.startswith("-") else 1, tuple(sorted(map(float, term.strip("-").split("·")))))
        for term in written.split()
    ]
