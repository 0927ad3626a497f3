"""For each cell in which a formula is more than it says: where it is meant, and how.

A formula without a record is evaluated in the first of `families` that has all its symbols. A
record is found by the cell, and where the cell has several by the left side of the formula (`of`)
or by something in it (`having`), as `trees.text` writes it. The first that fits is taken.
"""

import re
from dataclasses import dataclass
from fnmatch import fnmatch

import numpy as np

from formulas import atlas, reader, sources, trees
from formulas.evaluator import Misfit
from formulas.judge import PLAIN, WRONG, Reading, Verdict, judge
from formulas.worlds import Missing, pooled


@dataclass(frozen=True)
class Record:
    cells: str  # the ids of its cells; nb11-* is any of chapter 11
    of: str | None = None  # one or several left sides, with a bar between them
    having: str = ""
    lacking: str | None = None
    worlds: object = None
    reading: Reading = PLAIN
    ties: bool = True  # whether the formula is true at ties too
    given: str = ""  # why the formula is no claim but a choice; it is held against the record's own
    drawing: object = None  # for a picture written as a formula: whether its source is right

    def fits(self, formula, statements):
        line = sources.shown(statements)
        return (
            any(fnmatch(formula.place, cell) for cell in self.cells.split())
            and (self.of is None or subject(statements) in self.of.split("|"))
            and self.having in line
            and (self.lacking is None or self.lacking not in line)
        )


def subject(statements):
    """Return the left side of a formula's first statement, as one line."""
    first = statements[0]
    if isinstance(first, trees.Ranges):
        return ", ".join(trees.text(r.letter) for r in first.ranges)
    return trees.text((first.left if isinstance(first, trees.Either) else first).sides[0])


def tex(*sources_):
    return tuple(reader.read(source)[0] for source in sources_)


def windows(source):
    """Return whether a filter of 3, drawn by braces over a row of 6 pixels, is where it says."""
    for place, row in enumerate(re.split(r"\\q?quad", source.strip())):
        found = re.fullmatch(
            r"(.*)\\underbrace\{(.*?)\}_\{\\text\{[^}]*\}(.*?)\}(.*)", row, re.DOTALL
        )
        before, inside, below, after = (re.findall(r"\d", part) for part in found.groups())
        right = before + inside + after == list("012345") and len(inside) == 3
        if not right or not inside[0] == "".join(below) == str(place):
            return False
    return True


def best_patch(w):
    """Return the image of 0 and 1 with the largest sum of products with a filter of 2 by 2."""
    patches = [np.reshape(bits, (2, 2)) for bits in np.ndindex(2, 2, 2, 2)]
    return max(patches, key=lambda patch: np.sum(w * patch))


def largest_error():
    """Return the activation at which a²(1 − a) is largest, of 300,001 between 0 and 1."""
    a = np.linspace(0, 1, 300_001)
    return a[np.argmax(a**2 * (1 - a))]


def quadratic():
    return atlas.networks("quadratic")


def cross_entropy():
    return atlas.networks("cross-entropy")


def dense_quadratic():
    return atlas.fully_connected("quadratic")


def numbers(*each):
    return Reading(numbers=each)


def stepped(before, after, world):
    """Return whether a parameter is what it was, and then what the library's step makes of it."""
    was, becomes = world.arrays["p", None], world.letters["after"]
    return np.allclose(before, was, rtol=0, atol=0) and np.allclose(
        after, becomes, rtol=1e-12, atol=0
    )


FLAT = np.linspace(-6, 6, 13)
RIGHT = np.array([[1, 2], [3, 4]])
LIKED = np.array([[1, -2], [0.5, -1]])
LETTERS = atlas.letters

RECORDS = [
    Record("nb01-011", having="0·1·2", drawing=windows),
    # 2: the pencil case, and the lone pixel
    Record("nb02-007", worlds=atlas.pencil_2),
    Record(
        "nb02-009", of="z_{0,0}", worlds=atlas.pencil_2, reading=numbers("0.5 1·1 -1·2 2·3 0·1 5.5")
    ),
    Record(
        "nb02-009", of="z_{1,2}", worlds=atlas.pencil_2, reading=numbers("0.5 1·1 -1·0 2·4 0·1 9.5")
    ),
    Record("nb02-011", of="z^1_{j,k}"),
    Record(
        "nb02-011",
        worlds=atlas.one_digit_one_oblong,
        reading=Reading(within=tex(r"z^1_{j,k} w^1_{l,m} a^0_{j+l,k+m}")),
    ),
    Record(
        "nb02-026",
        lacking="_",
        worlds=atlas.lone_pixel,
        reading=Reading(where=tex(r"\frac{\partial z_{j,k}}{\partial w_{l,m}}")),
    ),
    Record("nb02-026", of="z_{j,k}", worlds=atlas.lone_pixel),
    Record(
        "nb02-026",
        worlds=atlas.lone_pixel_convolved,
        reading=Reading(equals=tex(r"\text{convolved}_{j,k}")),
    ),
    Record("nb02-x08", reading=Reading(within=tex("a^0_{u,v}"))),
    # 3 and 4
    Record(
        "nb03-006",
        having="longrightarrow",
        reading=Reading(
            arrow=lambda left, right, _: np.array_equal(pooled(left), right),
            numbers=(
                "0.1 0.2 0.8 0.3 0.6 0.4 0.1 0.5 0.3 0.7 0.2 0.2 0.0 0.5 0.9 0.1 0.6 0.8 0.7 0.9",
            ),
        ),
    ),
    Record("nb03-030", reading=numbers("1 0 0 0 0 1 0 0 2", "1 1 0 0 1")),
    Record("nb03-020 nb04-020", worlds=atlas.blank),
    Record(
        "nb04-006",
        worlds=atlas.pencil_4,
        reading=numbers("0.5 0.2 0.1 0.4", "1 -1 0 2", "-0.3 0.5 -0.2 0 0.8 0.8"),
    ),
    Record("nb04-022", having="Σ", worlds=quadratic),
    Record(
        "nb04-022",
        worlds=atlas.pencil_4,
        reading=Reading(
            rounded=True, numbers=("1·2 0.690 -1 2 0.401 -0 2 1·2 0.0961 0.1608 0.128",)
        ),
    ),
    Record("nb04-024", having="Σ", worlds=cross_entropy),
    Record(
        "nb04-024", reading=Reading(rounded=True, numbers=("0.690 1 -0.401 0.371 0.512 0.883",))
    ),
    Record("nb04-036", having="-", worlds=LETTERS(z=atlas.saturated(0))),
    Record("nb04-036", worlds=LETTERS(z=atlas.saturated(1))),
    Record("nb04-x02", worlds=atlas.pencil_4_three),
    # 5
    Record("nb05-006", of="σ'(z)", worlds=LETTERS(z=FLAT)),
    Record(
        "nb05-007", of="C", worlds=atlas.pencil_5, reading=numbers("1·2 1·2 -1 2 1·4 -0 2 5·32")
    ),
    Record(
        "nb05-007",
        worlds=atlas.pencil_5,
        reading=numbers(
            "0 1·1 -2·1·2 5·0 0 | 3 2·1 -4·1·2 1·0 3 | 1 4·1·2 -4·3·4 0 | 3 3·1·2 -2·3·4 3"
        ),
    ),
    Record("nb05-010", of="z^1_{0}", worlds=atlas.pencil_5),
    Record(
        "nb05-012 nb05-x10",
        of="k",
        worlds=atlas.fully_connected,
        reading=Reading(where=tex(r"\frac{\partial a^L_k}{\partial z^L_j}")),
    ),
    Record("nb05-013", of="∂C/∂a^L_{j}", worlds=dense_quadratic),
    Record(
        "nb05-013", worlds=atlas.pencil_5, reading=numbers("1·2 -1 1·4 -1·8", "1·4 -0 3·16 3·64")
    ),
    Record("nb05-017", worlds=atlas.pencil_5),
    Record("nb05-020", having="Σ", reading=Reading(equals=tex("z^l_j"))),
    Record(
        "nb05-022",
        of="∂C/∂w^1",
        worlds=atlas.pencil_5,
        reading=numbers(
            "-23·256·1 -23·256·1·2 -23·256·0 39·512·1 39·512·1·2 39·512·0"
            " -23·256 -23·512 0 39·512 39·1024 0"
        ),
    ),
    Record("nb05-022", having="[", worlds=atlas.pencil_5),
    Record("nb05-x04", worlds=atlas.pencil_5_awake),
    Record("nb05-x10", worlds=atlas.softmax_layer),
    Record("nb05-x12", of="beta", worlds=LETTERS(beta=0), given="where the slope is asked for"),
    Record("nb05-x12", worlds=atlas.pencil_5_shared),
    # 6
    Record(
        "nb06-006", of="i", reading=Reading(where=tex(r"\frac{\partial a^3_i}{\partial z^3_l}"))
    ),
    Record(
        "nb06-007",
        of="L",
        worlds=LETTERS(L=3),
        given="which layer of the book's network is the last",
    ),
    Record(
        "nb06-009 nb06-013",
        of="y_{l}",
        worlds=LETTERS(y=np.zeros(10)),
        given="the wish that the text supposes",
    ),
    Record("nb06-009", worlds=quadratic, having="_"),
    Record("nb06-013", of="a", worlds=LETTERS(a=largest_error()), reading=Reading(tolerance=1e-6)),
    Record("nb06-014", worlds=cross_entropy),
    Record(
        "nb06-017", of="z", worlds=LETTERS(z=np.log(0.99 / 0.01)), reading=Reading(rounded=True)
    ),
    Record("nb06-019", of="z", worlds=LETTERS(z=6), given="where the neuron starts"),
    Record(
        "nb06-021",
        of="delta",
        worlds=lambda: [
            w for z in (9, 14) for w in LETTERS(z=z, delta=atlas.sigmoid(z) * atlas.slope_at(z))()
        ],
        reading=Reading(tolerance=1e-3),
    ),
    Record("nb06-x04", of="z", worlds=LETTERS(z=40), given="a neuron to think of"),
    Record("nb06-x06", of="z", worlds=LETTERS(z=10), given="where the neuron starts"),
    Record("nb06-x08", worlds=lambda: atlas.networks("quadratic", "linear")),
    Record("nb06-x10", worlds=lambda: atlas.networks("logarithm", "softmax")),
    # 7
    Record("nb07-008", of="∂a^2_{j',k'}/∂a^1_{j,k}", ties=False),
    Record(
        "nb07-008",
        of="a^2_{j',k'}",
        having="= a^1",
        reading=Reading(only=tex(r"\frac{\partial a^2_{j',k'}}{\partial a^1_{j,k}}")),
    ),
    Record(
        "nb07-012",
        of="u|p",
        lacking="_",
        reading=Reading(where=tex(r"\frac{\partial a^2_{\text{it},m}}{\partial a^2_{j',k'}}")),
    ),
    Record(
        "nb07-012",
        of="v|q",
        lacking="_",
        reading=Reading(where=tex(r"\frac{\partial a^2_{l,\text{it}}}{\partial a^2_{j',k'}}")),
    ),
    Record("nb07-014", of="delta^1_{j,k}", ties=False),
    Record("nb07-024", worlds=atlas.blank_with_bias),
    Record("nb07-028", reading=Reading(equals=tex("z^1_{j,k}"))),
    Record(
        "nb07-031 nb09-042", reading=Reading(equals=tex(r"\frac{\partial C}{\partial w^1_{l,m}}"))
    ),
    Record("nb07-043", reading=Reading(equals=tex(r"\frac{\partial C}{\partial a^2_{j',k'}}"))),
    Record("nb07-006", reading=numbers("0.2 0.7 0.4 0.1 0.7")),
    # 8
    Record("nb08-010", of="delta^1", worlds=atlas.pencil_8),
    Record("nb08-020", of="n", worlds=LETTERS(n=atlas.tied())),
    # 9
    Record("nb09-008", of="a^0", worlds=atlas.pencil_9),
    Record(
        "nb09-008",
        worlds=atlas.pencil_9,
        reading=numbers("2·0 0·1 -1·1 1·1 3·1 0·0 0·0 0·1 -2·1 1"),
    ),
    Record(
        "nb09-009",
        of="∂C/∂w^1_{0,1}",
        worlds=atlas.pencil_9,
        reading=numbers("2·1 0·1 -1·0 1·1 3·0 0·0 0·1 0·1 -2·0 3"),
    ),
    Record(
        "nb09-009",
        worlds=atlas.pencil_9,
        reading=numbers(
            "2·1 0·1 -1·0 1·0 3·1 0·1 0·0 0·0 -2·0 5", "2·1 0·0 -1·0 1·1 3·1 0·0 0·0 0·0 -2·1 4"
        ),
    ),
    Record(
        "nb09-013",
        of="l'",
        reading=Reading(where=tex(r"\frac{\partial w^1_{l',m'}}{\partial w^1_{l,m}}")),
    ),
    Record(
        "nb09-013",
        of="m'",
        reading=Reading(where=tex(r"\frac{\partial w^1_{l',m'}}{\partial w^1_{l,m}}")),
    ),
    # 10
    Record(
        "nb10-008", having="switch", worlds=atlas.with_letters(atlas.networks, switch=atlas.switch)
    ),
    Record(
        "nb10-010", of="z^1_{0,0}", worlds=atlas.pencil_10, reading=numbers("-2 1·0 0·1 -1·0 2·1 0")
    ),
    Record(
        "nb10-011",
        of="delta^3",
        worlds=atlas.pencil_10,
        reading=numbers("1·2 -1 1·2 -0 1·4 -1·8 1·8"),
    ),
    Record("nb10-010 nb10-011 nb10-x04", worlds=atlas.pencil_10),
    Record("nb10-040", of="h", worlds=LETTERS(h=1e-5), given="the step that the library takes"),
    Record("nb10-x02", having="(0, 1)", worlds=atlas.pencil_10_other),
    Record("nb10-x10", worlds=cross_entropy),
    # 11
    Record(
        "nb11-009 nb11-x02",
        of="eta",
        worlds=LETTERS(eta=0.5),
        given="the learning rate of the example",
    ),
    Record(
        "nb11-009",
        of="eta·g^2",
        worlds=LETTERS(eta=0.5, g=0.51 - 1),
        reading=Reading(rounded=True, numbers=("2 0.5 0.49 2 0.12",)),
    ),
    Record(
        "nb11-009",
        of="g",
        worlds=atlas.with_letters(cross_entropy, g=lambda w: w.value(("delta", 3))[4]),
    ),
    Record("nb11-009", having="_", worlds=cross_entropy),
    Record(
        "nb11-009",
        reading=Reading(rounded=True, numbers=("0 -0.5 0.51 -1 0.25 | 0.03 0.25 0.28",)),
    ),
    Record("nb11-033", reading=Reading(rounded=True, numbers=("0.5·0.49·29 7",))),
    Record("nb11-038", reading=Reading(rounded=True, numbers=("0.88·0.12·1000 0.01",))),
    Record("nb11-011", worlds=atlas.a_parameter, reading=Reading(arrow=stepped)),
    Record("nb11-*", of="Δz^3_{l}", worlds=atlas.one_step),
    Record("nb11-*", of="sqrt(32)/2", reading=Reading(rounded=True, numbers=("32 2 2.8",))),
    Record(
        "nb11-031",
        of="b^1",
        worlds=atlas.bias_of(-5.5),
        given="the bias that a run in the text ends at",
    ),
    Record("nb11-x04", worlds=atlas.squares),
    # 12 and 13
    Record(
        "nb12-008",
        worlds=LETTERS(w=LIKED, best=best_patch(LIKED)),
        reading=Reading(equals=tex(r"\text{best}")),
    ),
    Record("nb13-004", worlds=LETTERS(flops=1)),
    Record(
        "nb13-017", having=">", worlds=atlas.pairs, reading=Reading(where=tex(r"\text{larger}"))
    ),
    Record("nb13-017", of="b^1", worlds=atlas.bias_of(1), given="the bias of the example"),
    Record(
        "nb13-017",
        having="max",
        reading=numbers("-1 1 0 1 -3 1 -1 1 1 -1 0 -3 -1 1"),
    ),
    Record("nb13-024", of=None, having="[", worlds=atlas.two_neurons),
    Record("nb13-031", worlds=LETTERS(**{"flops/s": 6.0, "flops/byte": 1.5, "bytes/s": 4.0})),
    # 14 and 15
    Record("nb14-006", worlds=atlas.pencil_14),
    Record("nb14-022", worlds=atlas.machines),
    Record("nb15-012", worlds=atlas.pencil_15),
    Record(
        "nb15-014",
        worlds=LETTERS(right=RIGHT, rotated=RIGHT[::-1, ::-1], transposed=RIGHT.T),
        reading=Reading(equals=tex(r"\text{right}", r"\text{rotated}", r"\text{transposed}")),
    ),
    Record(
        "nb15-046",
        having="Σ[j",
        worlds=atlas.exercise_15,
        reading=Reading(equals=tex(r"\sum_{l=0}^{1} w_l \nabla_l")),
    ),
    Record(
        "nb15-046",
        worlds=atlas.exercise_15,
        reading=Reading(equals=tex(r"\sum_{j=0}^{1} z_j \delta_j")),
    ),
    # 16: sums over neurons, where w² is 0 outside; sums over weights, where δ² is; a pencil case
    Record(
        "nb16-013",
        of="j + l'|l'",
        worlds=atlas.places_of_two_layers,
        reading=Reading(where=tex(r"\frac{\partial a^1_{j+l',0}}{\partial a^1_{p,0}}")),
    ),
    Record(
        "nb16-013",
        of="k + m'|m'",
        worlds=atlas.places_of_two_layers,
        reading=Reading(where=tex(r"\frac{\partial a^1_{0,k+m'}}{\partial a^1_{0,q}}")),
    ),
    Record(
        "nb16-015",
        of="l|j",
        worlds=atlas.places_of_two_layers,
        reading=Reading(where=tex(r"\frac{\partial a^1_{j+l,0}}{\partial a^1_{p,0}}")),
    ),
    Record(
        "nb16-015",
        of="m|k",
        worlds=atlas.places_of_two_layers,
        reading=Reading(where=tex(r"\frac{\partial a^1_{0,k+m}}{\partial a^1_{0,q}}")),
    ),
    Record(
        "nb16-016",
        worlds=atlas.filter_over_two_layers,
        reading=Reading(equals=tex(r"\frac{\partial C}{\partial a^1_{p,q}}")),
    ),
    Record(
        "nb16-049",
        worlds=atlas.errors_of_two_layers,
        reading=Reading(equals=tex(r"\frac{\partial C}{\partial a^1_{p,q}}")),
    ),
    Record("nb16-007 nb16-013 nb16-029", worlds=atlas.filter_over_two_layers),
    Record("nb16-015", worlds=atlas.errors_of_two_layers),
    Record("nb16-018", worlds=atlas.square_errors),
    Record("nb16-033", worlds=atlas.maps_over_channels),
    Record("nb16-009 nb16-020 nb16-031", worlds=atlas.pencil_16),
    Record("nb16-022", worlds=atlas.pencil_16_any),
    Record("nb16-x02", worlds=atlas.exercise_16),
    # 17: a is 0 outside in F1s and BP4s, w in BP5s, and the errors where they are spread out
    Record(
        "nb17-007",
        of="P",
        worlds=LETTERS(K=5, P=2),
        given="the padding that leaves the size as it is",
    ),
    Record("nb17-006 nb17-007 nb17-011 nb17-014", worlds=atlas.IMAGE_AND_ZEROS),
    Record("nb17-015", worlds=atlas.FILTER_AND_ZEROS),
    Record("nb17-016", having="Σ[u", worlds=atlas.IMAGE_AND_ZEROS),
    Record("nb17-016", worlds=atlas.SPREAD_AND_ZEROS),
    Record("nb17-009", lacking="_", having="floor", reading=numbers("6 2·1 -3 2 1 3")),
    Record(
        "nb17-009",
        of="z_{0}",
        worlds=atlas.pencil_17,
        reading=numbers("1·0 -1·2 2·1 0", "1·1 -1·0 2·3 7", "1·3 -1·1 2·1 4"),
    ),
    Record(
        "nb17-012",
        of="∂C/∂w_{0}",
        worlds=atlas.pencil_17,
        reading=numbers("5·0 -1·1 4·3 11"),
    ),
    Record(
        "nb17-012",
        of="∂C/∂w_{1}",
        worlds=atlas.pencil_17,
        reading=numbers("5·2 -1·0 4·1 14", "5·1 -1·3 4·1 6", "5 -1 4 8"),
    ),
    Record("nb17-009 nb17-012 nb17-017", worlds=atlas.pencil_17),
    Record("nb17-027", worlds=atlas.blank),
    # 18
    Record("nb18-018 nb18-019", worlds=atlas.means),
    Record("nb18-006", of="a^1", worlds=atlas.pencil_18),
    Record("nb18-006 nb18-010 nb18-011", worlds=atlas.maxima),
    # 19
    Record("nb19-006", of="z|a", worlds=atlas.pencil_19),
    Record("nb19-011", of="y|delta_{0}", worlds=atlas.pencil_19),
    Record("nb19-014", of="delta", worlds=atlas.pencil_19_collapsed),
    Record("nb19-013", worlds=atlas.log_likelihood),
    Record("nb19-006 nb19-007 nb19-010 nb19-046", worlds=atlas.softmax_outputs),
    Record("nb19-019 nb19-028", having="_", worlds=atlas.relu_networks),
    # 20: layers counted from 0, each array a row of numbers; six layers for a pencil
    Record("nb20-006 nb20-012", of="a^i + 1|a^(i + 1)", worlds=atlas.deep_network),
    Record("nb20-012", of="∂C/∂a^i_{p}", worlds=atlas.deep_network),
    Record("nb20-012", of="∂C/∂w^i_{r}", worlds=atlas.learning_layers),
    Record("nb20-008 nb20-009", worlds=atlas.pencil_20),
    Record("nb20-038", worlds=atlas.without_biases),
    Record("nb20-051", worlds=atlas.deep_network),
    Record("nb20-x02", of="y", worlds=LETTERS(y=4), given="the wish of the exercise"),
]


def record_of(formula, statements):
    """Return the record of a formula, or None."""
    return next((record for record in RECORDS if record.fits(formula, statements)), None)


def families():
    """Return the worlds in which a formula without a record is evaluated: the first that has it."""
    return [atlas.numbers, atlas.networks, atlas.maps, atlas.fully_connected]


@dataclass(frozen=True)
class Meaning:
    """The worlds in which a formula is held to be true, those in which it is false, and how."""

    true_in: tuple
    false_in: tuple = ()
    reading: Reading = PLAIN
    given: str = ""
    drawing: object = None

    def verdict(self, statements):
        """Return whether statements are true in all worlds in which they should be."""
        for world in self.true_in:
            verdict = judge(statements, world, self.reading)
            if not verdict:
                return verdict
        return Verdict(True)

    def noticed(self, statements):
        """Return whether statements are found to be wrong, or to be no statements at all."""
        try:
            return not self.verdict(statements)
        except WRONG:
            return True


def meaning(formula, statements):
    """Return what a formula means, by its record or by its symbols.

    Raises:
        LookupError: if there is no record and no family of worlds has all the symbols.
    """
    record = record_of(formula, statements)
    if record and record.drawing:
        return Meaning((), drawing=record.drawing)
    if record and record.worlds:
        worlds = record.worlds()
    else:
        worlds = first_family(statements, record.reading if record else PLAIN)
    if not record:
        return Meaning(tuple(worlds))
    false_in = () if record.ties else tuple(world for world in worlds if world.tied)
    true_in = tuple(world for world in worlds if world not in false_in)
    return Meaning(true_in, false_in, record.reading, record.given)


def first_family(statements, reading):
    """Return the worlds of the first family that has all symbols of some statements."""
    reasons = []
    for family in families():
        try:
            judge(statements, family()[0], reading)
        except (Missing, Misfit) as reason:
            reasons.append(str(reason))
        else:
            return family()
    raise LookupError("; ".join(reasons))


#: Mutants that are as true as the formula, by cell and by what was done, with the reason.
EQUAL = {
    ("nb04-020", "a^2 → a^1"): "on a blank page a¹ is σ(b¹) too",
    ("nb05-010", "z^1_{0} → z^2_{0}"): "z² of the pencil case is 0 there too",
    ("nb05-012", "a^L_{k} → a^L_{j}"): "the only term that is not 0 has k = j",
    ("nb05-020", "without ∂z^l_{j}/∂b^l_{j}"): "the factor is 1",
    ("nb05-020", "/ ∂z^l_{j}/∂b^l_{j}"): "the factor is 1",
    ("nb06-006", "a^3_{i} → a^3_{l}"): "the only term that is not 0 has i = l",
    ("nb07-024", "z^1_{j,k} → z^1_{k,j}"): "it is so at every neuron of a blank page",
    ("nb07-024", "z^1_{j,k} → z^1_{k,k}"): "it is so at every neuron of a blank page",
    ("nb07-024", "z^1_{j,k} → z^1_{j,j}"): "it is so at every neuron of a blank page",
    ("nb08-008", "without ∂z^3_{l}/∂b^3_{l}"): "the factor is 1",
    ("nb08-008", "/ ∂z^3_{l}/∂b^3_{l}"): "the factor is 1",
    ("nb08-013", "without ∂z^1_{j,k}/∂b^1"): "the factor is 1",
    ("nb08-013", "/ ∂z^1_{j,k}/∂b^1"): "the factor is 1",
    ("nb08-013", "z^1_{j,k} → z^1_{k,k}"): "the factor is 1 at every neuron",
    ("nb10-010", "a^2 → a^3"): "a² and a³ of the pencil network are all ½",
    ("nb10-010", "a^3 → a^2"): "a² and a³ of the pencil network are all ½",
    ("nb10-011", "a^2 → a^3"): "a² and a³ of the pencil network are all ½",
    ("nb10-011", "a^0_{l,m} → a^0_{m,m}"): "the two rows of these four pixels are equal",
    ("nb13-004", "without flops"): "a unit",
    ("nb13-004", "/ flops"): "a unit",
    ("nb13-017", "σ(- 1 + 1) → σ'(- 1 + 1)"): "no maximum hangs on its smaller numbers",
    ("nb13-017", "σ(- 3 + 1) → σ'(- 3 + 1)"): "no maximum hangs on its smaller numbers",
    ("nb16-009", "/ - 1"): "to divide by −1 is to multiply by it",
    ("nb17-012", "/ - 1"): "to divide by −1 is to multiply by it",
    ("nb17-027", "a^1 → a^2"): "on a blank page a² is σ(b¹) too",
    ("nb20-009", "a^2 → a^1"): "the ReLU lets both errors pass: the two gradients are equal",
    ("nb20-009", "a^1 → a^2"): "the ReLU lets both errors pass: the two gradients are equal",
    ("nb13-017", "- max(- 1, 0, - 3, - 1)"): "the maximum is 0",
    ("nb18-019", "without r"): "all neurons of a window have the same share",
    ("nb18-019", "without s"): "all neurons of a window have the same share",
    ("nb19-007", "z_{l} → z_{m}"): "in the first case m is l",
    ("nb19-007", "a_{l} → a_{m}"): "in the first case m is l",
    ("nb19-013", "without Σ[l=0..9] y_{l}"): "the sum is 1",
    ("nb19-013", "/ Σ[l=0..9] y_{l}"): "the sum is 1",
}
