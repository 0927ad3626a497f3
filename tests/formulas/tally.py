"""What the tests of the formulas have counted, for the last lines of a run."""

from collections import Counter

COUNTS = Counter()
EQUAL = []


def lines():
    """Return the report, as lines; none if no formula was evaluated."""
    if not COUNTS["displayed"]:
        return []
    out = [
        f"{COUNTS['displayed']} displayed formulas and {COUNTS['inline']} inline ones are true; "
        f"{COUNTS['given']} more are numbers that the text chooses, "
        f"{COUNTS['drawing']} is a drawing; {COUNTS['ties']} are false at ties, as the book says"
    ]
    if COUNTS["made"]:
        out.append(
            f"{COUNTS['made']} wrong formulas made of them: {COUNTS['noticed']} noticed, "
            f"{len(EQUAL)} true all the same:"
        )
        out += [f"    {place}: {done} ({reason})" for place, done, reason in EQUAL]
    return out
