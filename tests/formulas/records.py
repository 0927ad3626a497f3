"""For each cell in which a formula is more than it says: where it is meant, and how."""

from formulas import atlas, reader, sources
from formulas.judge import PLAIN, WRONG, Reading, judge
from formulas.evaluator import Misfit
from formulas.worlds import Missing


def families():
    """Return the worlds in which a formula without a record is evaluated: the first that has it."""
    return [atlas.numbers, atlas.networks, atlas.maps, atlas.fully_connected]
