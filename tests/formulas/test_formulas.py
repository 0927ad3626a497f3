"""Every formula of the book is evaluated, and true; and none is written wrong without notice.

The first test says of a formula that fails what is not equal to what. Where the formula is right,
and stands for something that the worlds do not have, give it a record in `records.py`; CONTRIBUTING
has a section on it.
"""

import fnmatch

import pytest
from test_tags import TAGS

from formulas import latex, mutants, records, sources, tally
from formulas.judge import WRONG, Verdict, judge

CLAIMS = sources.claims()
NAMES = [f"{claim.place}-{claim.number}" for claim in CLAIMS]
WHAT_TO_DO = """
    {formula}
        {why}
    If the formula is wrong, mend the notebook. If it is right, tell tests/formulas/records.py what
    it is about: the worlds in which its symbols have values, or how it is to be read.
    The records of this cell: {records}
"""


def complaint(formula, why):
    """Return what a reader of the failure needs to know."""
    here = [r for r in records.RECORDS if formula.place in r.cells]
    shown = "; ".join(f"of={r.of!r} having={r.having!r}" for r in here) or "none"
    return WHAT_TO_DO.format(formula=formula, why=why, records=shown)


def read(formula):
    """Return the trees of a formula and what it means, or fail with what to do."""
    try:
        statements = sources.read(formula)
        return statements, records.meaning(formula, statements)
    except (latex.Unreadable, LookupError) as error:
        reason = error
    pytest.fail(complaint(formula, reason), pytrace=False)


@pytest.mark.parametrize("formula", CLAIMS, ids=NAMES)
def test_it_is_true(formula):
    statements, meaning = read(formula)
    if meaning.drawing:
        tally.COUNTS["drawing"] += 1
        assert meaning.drawing(formula.source), complaint(formula, "the drawing is not right")
        return
    try:
        verdict = meaning.verdict(statements)
    except WRONG as error:
        verdict = Verdict(False, str(error))
    if not verdict:
        pytest.fail(complaint(formula, f"not true: {verdict.why}"), pytrace=False)
    kind = "displayed" if formula.displayed else "inline"
    tally.COUNTS["given" if meaning.given else kind] += 1


@pytest.mark.parametrize("formula", CLAIMS, ids=NAMES)
def test_what_is_made_wrong_in_it_is_noticed(formula):
    statements, meaning = read(formula)
    if meaning.drawing:
        return
    missed = []
    for done, wrong in mutants.mutants(statements):
        tally.COUNTS["made"] += 1
        if meaning.noticed(wrong):
            tally.COUNTS["noticed"] += 1
        elif reason := records.EQUAL.get((formula.place, done)):
            tally.EQUAL.append((formula.place, done, reason))
        else:
            missed.append(f"{done}    gives    {sources.shown(wrong)}")
    if missed:
        why = "these wrong forms of it pass:\n        " + "\n        ".join(missed)
        why += "\n    If they are true too, list them in EQUAL of tests/formulas/records.py."
        pytest.fail(complaint(formula, why), pytrace=False)


def tied():
    """Return the formulas that are true only where no window is tied."""
    found = [(claim, *read(claim)) for claim in CLAIMS]
    return [
        (claim, statements, meaning) for claim, statements, meaning in found if meaning.false_in
    ]


def test_what_is_true_only_without_ties_is_false_at_ties_BP2a_BP2():
    found = tied()
    for formula, statements, meaning in found:
        for world in meaning.false_in:
            verdict = judge(statements, world, meaning.reading)
            assert not verdict, complaint(formula, f"true at ties, in '{world.name}'")
        tally.COUNTS["ties"] += 1
    assert [f.place for f, *_ in found if f.displayed] == ["nb07-008", "nb07-014"]


def test_every_record_is_of_a_cell_that_there_is():
    """A record without a formula does no harm; the report at the end names it, to be taken out."""
    used = {id(records.record_of(claim, sources.read(claim))) for claim in CLAIMS}
    tally.IDLE[:] = [(r.cells, r.of or r.having) for r in records.RECORDS if id(r) not in used]
    places = {place for place, _ in sources.texts()}
    gone = [
        r.cells
        for r in records.RECORDS
        if not any(fnmatch.filter(places, c) for c in r.cells.split())
    ]
    assert not gone, f"no cell has these ids any more: {gone}"


def test_what_the_text_chooses_is_little():
    """A choice is no claim. The list is short, and each has its reason."""
    chosen = [r for r in records.RECORDS if r.given]
    assert len(chosen) <= 15
    assert all(len(r.given) > 10 for r in chosen)


def test_the_book_has_its_formulas():
    """The search for formulas finds them: those with tags by their number, the others roughly."""
    assert sum(claim.displayed for claim in CLAIMS) >= 70
    assert sum(not claim.displayed for claim in CLAIMS) >= 130
    assert sum("\\tag" in claim.source for claim in CLAIMS) == len(TAGS)


def formula(source):
    """Return a formula of a cell that no record knows."""
    return sources.Formula("nb99-001", 0, True, source)


@pytest.mark.parametrize(
    "source",
    [
        r"a^2_{j,k} = \min(a^1_{2j,2k}, a^1_{2j,2k+1}, a^1_{2j+1,2k}, a^1_{2j+1,2k+1})",
        r"\delta^3_l = -\frac{\partial C}{\partial z^3_l}",
        "28 - 5 + 1 = 23",
    ],
)
def test_a_new_formula_that_is_false_fails_without_a_record(source):
    statements, meaning = read(formula(source))
    assert not meaning.verdict(statements)


@pytest.mark.parametrize(
    "source", [r"\kappa_j = 3", "g_j = h_j", r"\frac{a}{b", r"\oint a = 1", r"z^1_{j,k} + b^1"]
)
def test_a_new_formula_that_nothing_is_known_of_fails(source):
    with pytest.raises(pytest.fail.Exception, match=r"records\.py"):
        read(formula(source))


def test_what_stands_in_code_is_no_formula_and_what_has_a_relation_is():
    def claims(text):
        return [m[0] for m in sources.MATH.finditer(sources.CODE.sub("", text))]

    assert claims("`$a = 1$` and ```\n$b = 2$\n``` and $c = 3$ and $$d\n= 4$$") == [
        "$c = 3$",
        "$$d\n= 4$$",
    ]
    said = [
        sources.says_something(sources.Formula("", 0, False, s)) for s in ("a^1", "j < 3", "a = b")
    ]
    assert said == [False, True, True]
    assert sources.says_something(sources.Formula("", 0, True, "a^1"))
