"""The reader: trees by hand, spellings that say the same, and what it refuses."""

import re

import pytest

from formulas import latex, reader, sources, trees
from formulas.latex import Unreadable
from formulas.trees import (
    Add,
    Call,
    Chain,
    Derivative,
    Largest,
    Number,
    Power,
    Product,
    Range,
    Sum,
    Symbol,
    text,
)


def expression(source):
    """Return the tree of a single expression."""
    (statement,) = reader.read(source)
    (side,) = statement.sides
    return side


def symbol(name, layer=None, *indices):
    number = None if layer is None else Number(layer)
    return Symbol(name, 0, number, tuple(Symbol(i) for i in indices))


def test_a_symbol_has_its_layer_and_its_indices():
    assert expression("w^3_{l,j,k}") == symbol("w", "3", "l", "j", "k")
    assert expression("w_{l,j,k}^{3}") == symbol("w", "3", "l", "j", "k")
    assert expression("b^1") == symbol("b", "1")


def test_indices_without_a_comma_are_two_but_2j_is_a_product():
    assert expression("w_{jk}").indices == (Symbol("j"), Symbol("k"))
    two_j = Product((("*", Number("2")), ("*", Symbol("j"))))
    assert expression("a_{2j,k}").indices == (two_j, Symbol("k"))
    assert expression("a_{j'}").indices == (Symbol("j", primes=1),)


def test_between_commas_an_index_is_a_product_even_of_letters():
    row, column = (Product((("*", Symbol("S")), ("*", Symbol(i)))) for i in "jk")
    assert expression(r"D_{Sj,\,Sk}").indices == (row, column)


def test_over_a_layered_letter_stands_a_layer_and_over_others_a_power():
    assert expression("a^2") == symbol("a", "2")
    assert expression("g^2") == Power(Symbol("g"), Number("2"))
    assert expression("(a^2)^2") == Power(symbol("a", "2"), Number("2"))
    assert expression("10^{-5}") == Power(Number("10"), Add((("-", Number("5")),)))


def test_a_sum_reaches_to_the_next_plus():
    tree = expression(r"b + \sum_{j=0}^{2} w_j a_j + c")
    assert [sign for sign, _ in tree.terms] == ["+", "+", "+"]
    span = Range(Symbol("j"), Number("0"), Number("2"))
    product = Product((("*", symbol("w", None, "j")), ("*", symbol("a", None, "j"))))
    assert tree.terms[1][1] == Sum((span,), product)


def test_a_maximum_has_ranges_as_a_sum():
    tree = expression(r"\max_{0\le r\le 2,\,0\le s\le 1} a_{r,s}")
    spans = tuple(Range(Symbol(n), Number("0"), Number(end)) for n, end in (("r", "2"), ("s", "1")))
    assert tree == Largest(spans, symbol("a", None, "r", "s"))
    assert text(tree) == "max[r=0..2, s=0..1] a_{r,s}"


def test_a_sum_may_come_after_factors_and_after_a_slash():
    tree = expression(r"\tfrac12\sum_{l=0}^{9} y_l")
    assert isinstance(tree.factors[1][1], Sum)
    tree = expression(r"a\big/\sum_{k=0}^{4} a_k")
    assert tree.factors[1][0] == "/"
    assert isinstance(tree.factors[1][1], Sum)


def test_a_derivative_is_read_in_both_forms():
    expected = Derivative(Symbol("C"), symbol("b", "1"))
    assert expression(r"\frac{\partial C}{\partial b^1}") == expected
    assert expression(r"\partial C/\partial b^1") == expected
    both = expression(r"\frac{\partial C}{\partial z}\,\partial z/\partial w")
    assert both.factors[1][1] == Derivative(Symbol("z"), Symbol("w"))


def test_functions_and_primes():
    assert expression(r"\sigma'(z)") == Call("σ", (Symbol("z"),), primes=1)
    assert expression(r"\max\{a, b\}") == Call("max", (Symbol("a"), Symbol("b")))
    assert expression(r"\lfloor j/2\rfloor").name == "floor"
    assert expression(r"-\ln 3").terms == (("-", Call("ln", (Number("3"),))),)


def test_numbers_keep_their_digits():
    assert expression("28{,}810") == Number("28810")
    assert expression("0.690") == Number("0.690")


def test_tex_takes_one_digit_where_no_brace_stands():
    assert expression(r"\tfrac1{16}") == expression(r"\frac{1}{16}")
    assert expression(r"\frac12") == expression(r"\frac{1}{2}")
    with pytest.raises(Unreadable):
        reader.read(r"\frac1\sqrt2")


@pytest.mark.parametrize(
    "source",
    [
        r"0\le j,k\le 23",
        r"0 \leq j, k \leq 23",
        r"j, k = 0, \dots, 23",
        r"(0\le j,k\le 23)",
    ],
)
def test_ranges(source):
    (found,) = reader.read(source)
    ends = Number("0"), Number("23")
    assert found == trees.Ranges((Range(Symbol("j"), *ends), Range(Symbol("k"), *ends)))


def test_a_range_with_dots():
    assert reader.read(r"l = 0, \dots, 4") == reader.read(r"0 \le l \le 4")
    with pytest.raises(Unreadable):
        reader.read(r"a_0, a_1, \dots = 3")


def test_statements_are_parted_where_a_reader_parts_them():
    texts = {
        r"a = 1, \qquad b = 2": 2,
        r"a = 1 \quad\text{but}\quad b = 2.": 2,
        r"1\le j\le 5,\; 2\le k\le 4": 2,
        r"0\le j,k\le 23": 1,
        r"a = \max(b, c)": 1,
        r"\begin{aligned}a &= b\\ &= c\end{aligned}": 1,
        r"\begin{aligned}a = {}& b\\ &{} + c\end{aligned}": 1,
        r"\begin{aligned}a &= b\\ c &= d\end{aligned}": 2,
        r"\underbrace{(3 - 1)}_{\text{one: }2} + 2 = 4": 2,
    }
    assert {source: len(latex.statements(source)) for source in texts} == texts


def test_a_sum_is_the_same_with_its_ranges_in_any_form():
    expected = reader.read(r"\sum_{0\le j,k\le 23} a_{j,k} = 1")
    for ranges in (
        r"_{j,k=0}^{23}",
        r"^{23}_{j,k=0}",
        r"_{\substack{0\le j\le 23\\ 0\le k\le 23}}",
    ):
        assert reader.read(rf"\sum{ranges} a_{{j,k}} = 1") == expected


def test_a_word_ends_a_statement_and_a_name_does_not():
    assert len(reader.read(r"a_j = 1 \text{ for } 0\le j\le 3")) == 2
    assert len(reader.read(r"\text{flops/s} = \text{flops/byte}\cdot\text{bytes/s}")) == 1
    assert len(reader.read(r"a_j = \text{switch}_j\, b_j")) == 1


def test_cases_have_their_conditions():
    source = r"\begin{cases}1 & \text{if } a = b\\[2pt] 0 & \text{otherwise}\end{cases}"
    first, second = expression(source).branches
    assert first == (Number("1"), Chain((Symbol("a"), Symbol("b")), ("=",)))
    assert second == (Number("0"), None)


def test_a_matrix_has_rows():
    source = r"\left(\begin{array}{cc|cc}1 & 2\\ \hline 3 & 4\end{array}\right)"
    assert trees.text(expression(source)) == "[1 2; 3 4]"
    assert expression(source) == expression(r"\begin{pmatrix}1&2\\3&4\end{pmatrix}")


@pytest.mark.parametrize(
    "source",
    ["a +", r"\frac{\partial C}{2}", r"\sum a_j", r"\unknown a = 1", "a = {b", "a^1^2 = 3"],
)
def test_what_it_cannot_read_is_refused(source):
    with pytest.raises(Unreadable):
        reader.read(source)


#: What may be written instead, everywhere, and says the same.
SPELLINGS = [
    (r"\tfrac", r"\frac"),
    (r"\frac", r"\dfrac"),
    (r"\,", " "),
    (r"\;", r"\:"),
    (r"\cdot", r"\times"),
    (r"\le", r"\leq"),
    (r"\ne", r"\neq"),
    ("(", r"\left("),
    (r"\sum", r"\displaystyle\sum\limits"),
    ("=", r"\;=\;"),
    (r"\sum_{0\le j,k\le 23}", r"\sum_{j,k=0}^{23}"),
    (r"_{", r" _ {"),
    (r"\qquad", r"\quad"),
    (r"\bigl(", "("),
]


@pytest.mark.parametrize(("old", "new"), SPELLINGS)
def test_another_spelling_of_the_books_formulas_is_the_same_tree(old, new):
    changed = [
        claim for claim in sources.claims() if old in claim.source.replace(r"\left", r"\LEFT")
    ]
    for claim in changed:
        whole = claim.source.replace(r"\leftarrow", r"\gets").replace(r"\left\lfloor", r"\lfloor")
        other = respelled(whole, old, new)
        assert reader.read(other) == sources.read(claim), claim


def respelled(source, old, new):
    r"""Replace a spelling, but not where it is only the beginning of another command."""
    end = r"(?![A-Za-z])" if old[-1].isalpha() else ""
    parts = re.split(r"(\\text\{[^}]*\})", source)
    return "".join(
        part if part.startswith(r"\text") else re.sub(re.escape(old) + end, lambda _: new, part)
        for part in parts
    )


def test_a_formula_set_in_lines_is_the_same_tree():
    for claim in sources.claims():
        if "=" in claim.source and "begin" not in claim.source and "{=" not in claim.source:
            head, tail = claim.source.replace(r"\tag", r"\label").split("=", 1)
            if head.count("{") == head.count("}") and head.count("(") == head.count(")"):
                lines = rf"\begin{{aligned}}{head} &= {tail}\end{{aligned}}"
                assert reader.read(lines) == sources.read(claim), claim
