"""What the tests of the formulas have counted, for the last lines of a run."""

from collections import Counter

COUNTS = Counter()
EQUAL = []
IDLE = []
OTHERS = {
    "ties": "false at ties, as the book says",
    "given": "numbers that the text chooses",
    "drawing": "a drawing, checked as one",
}


def lines():
    """Return the report, as lines; none if no formula was evaluated."""
    if not COUNTS["displayed"]:
        return []
    out = [f"true: {COUNTS['displayed']} displayed formulas, {COUNTS['inline']} inline ones"]
    for what, said in OTHERS.items():
        out += [f"{said}: {COUNTS[what]}"] if COUNTS[what] else []
    if COUNTS["made"]:
        out.append(
            f"wrong formulas made of them: {COUNTS['made']}, noticed: {COUNTS['noticed']}, "
            f"true all the same: {len(EQUAL)}"
        )
        out += [f"    {place}: {done} ({reason})" for place, done, reason in EQUAL]
    out += [f"a record without a formula: {cells} {of}" for cells, of in IDLE]
    return out
