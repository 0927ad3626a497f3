"""The exercises of chapter 4, on the output layer and the cost (F4, F5, C)."""

import numpy as np

from ... import by_definition, costs, dense
from ...activations import sigmoid, sigmoid_prime
from ..asking import Case, Exercise, Function, Made, Mistake, Values

RNG = np.random.default_rng(4)

#: The chapter's pencil case.
A2 = np.array([[0.5, 0.2], [0.1, 0.4]])
W3 = np.array([[[1.0, -1.0], [0.0, 2.0]], [[-2.0, 0.0], [1.0, 1.0]]])
B3 = np.array([-0.3, 0.1])

# --- 4.1 ---------------------------------------------------------------------------------------


def third_neuron():
    a2 = np.array([[0.5, 0.2], [0.1, 0.4]])
    w = np.array([[0.0, 3.0], [2.0, -1.0]])
    z = -0.2 + (w * a2).sum()
    a3 = sigmoid(np.array([0.8, -0.4, z]))
    return [z, ((a3 - [0, 1, 0]) ** 2).sum() / 2]


THIRD_NEURON = Exercise(
    id="4.1",
    title="A third neuron",
    asks="by hand",
    starter="answer = [..., ...]",
    answer=Values([0.2, 0.568], within=0.0051),  # 0.57 for C, and not 0.56
    mistakes={
        "weights transposed": Mistake(
            "Rows and columns of the weights are exchanged. The 3 stands in row 0 and column 1, so "
            "it multiplies the 0.2.",
            [0.1, 0.555],
        ),
        "bias left out": Mistake("The bias is missing in z.", [0.4, 0.596]),
        "bias counted once a weight": Mistake(
            "The bias was counted four times. In F4 it stands before the sums: once a neuron.",
            [-0.4, 0.498],
        ),
        "mean instead of sum": Mistake(
            "The four products were averaged in z. F4 adds them up and does not divide.",
            [-0.1, 0.530],
        ),
        "½ left out": Mistake(
            "z is right. C is twice as large as it should be: where is the ½?", [0.2, 1.137]
        ),
        "mean of the squares": Mistake(
            "z is right. C is the mean of the three squares here; it is half of their sum.",
            [0.2, 0.379],
        ),
        "mean and ½": Mistake(
            "z is right. C has been divided by the number of neurons; each of them counts in full.",
            [0.2, 0.1895],
        ),
        "the distance": Mistake(
            "z is right. In place of C this has the distance of a3 from y, with a root. C is "
            "half of its square.",
            [0.2, 1.066],
        ),
        "the first two only": Mistake(
            "z is right. C is the cost of the first two neurons; the third is missing. It ought "
            "to say 0 and does not.",
            [0.2, 0.417],
        ),
        "the third only": Mistake(
            "z is right. C is the share of the third neuron alone. All three count.",
            [0.2, 0.151],
        ),
        "σ left out": Mistake(
            "z is right. In C the weighted inputs were compared with y. What a neuron says "
            "is its activation, σ(z).",
            [0.2, 1.32],
        ),
        "another digit": Mistake(
            "z is right. That is C for y = (1, 0, 0). Here the second neuron ought to be 1.",
            [0.2, 0.280],
        ),
        "cross-entropy": Mistake(
            "z is right, and that is the cross-entropy. The quadratic cost is asked for.",
            [0.2, 2.882],
        ),
    },
    hints=(
        "Four products: each weight times the activation in the same place. Then the bias.",
        "z = -0.2 + 0·0.5 + 3·0.2 + 2·0.1 - 1·0.4. The third activation is σ(z), near 0.550.",
        "C = ½ ((0.690 - 0)² + (0.401 - 1)² + (0.550 - 0)²)",
    ),
    why="All three are wrong here: the one that should be 1 is below 0.5, the others above. C is "
    "half as much again as the 3/8 that three neurons in complete doubt, all at 0.5, would cost.",
    solution=third_neuron,
)

# --- 4.2 ---------------------------------------------------------------------------------------


def best(outputs):
    # quadratic: (x - 1) + (outputs - 1) x = 0;  cross-entropy: 1/x = (outputs - 1) / (1 - x)
    return 1 / outputs, 1 / outputs


SAME_FOR_ALL = Exercise(
    id="4.2",
    title="The same for all",
    asks="predict",
    starter="def best(outputs):\n    return ..., ...",
    answer=Function(
        lambda outputs: (1 / outputs, 1 / outputs),
        [Case(f"{n} outputs", n) for n in (10, 4, 2, 100)],
        parts=("the best x by the quadratic cost", "the best x by the cross-entropy"),
    ),
    mistakes={
        "in doubt": Mistake(
            "½ is for neurons of which half are wanted at 1. Here one is wanted at 1 and "
            "all the others at 0. Let x be a little smaller: who pays, and who gains?",
            lambda n: (0.5, 0.5),
        ),
        "in doubt by the cross-entropy": Mistake(
            "The first is right. By the cross-entropy ½ costs ln 2 a neuron. Let x be smaller: one "
            "neuron pays more, and all the others less. Where does it balance?",
            lambda n: (1 / n, 0.5),
        ),
        "silent": Mistake(
            "0 is right for all neurons but one. That one pays: ½ by the quadratic cost, and by "
            "the cross-entropy without a limit. A little more than 0 is cheaper for both.",
            lambda n: (0, 0),
        ),
        "silent by the quadratic cost": Mistake(
            "The second is right. By the quadratic cost, x = 0 costs ½. Try x = 0.05 for ten "
            "outputs.",
            lambda n: (0, 1 / n),
        ),
        "for ten only": Mistake(
            "Right for ten outputs. Where does the number come from when there are others?",
            lambda n: (0.1, 0.1),
        ),
        "the odds": Mistake(
            "That is x / (1 - x), one against all the others. Solve for x once more.",
            lambda n: (1 / (n - 1), 1 / (n - 1)),
        ),
        "the odds by the cross-entropy": Mistake(
            "The first is right. For the cross-entropy, 1/x = (outputs - 1) / (1 - x) says what x "
            "/ (1 - x) is. Solve for x itself.",
            lambda n: (1 / n, 1 / (n - 1)),
        ),
        "the others": Mistake(
            "That is 1 minus the best x. One neuron is wanted at 1, so x is small.",
            lambda n: ((n - 1) / n, (n - 1) / n),
        ),
        "the cost": Mistake(
            "These are the lowest costs. Asked for is the x that has them.",
            lambda n: ((n - 1) / (2 * n), -np.log(1 / n) - (n - 1) * np.log(1 - 1 / n)),
        ),
    },
    hints=(
        "With ten outputs the quadratic cost of (x, x, …, x) is ½ ((x - 1)² + 9x²). Where does it "
        "stop falling?",
        "Its slope in x is (x - 1) + 9x. For the cross-entropy, -ln x - 9 ln(1 - x), the slope is "
        "-1/x + 9/(1 - x).",
        "Both slopes are 0 at the same x. Put outputs - 1 in place of 9.",
    ),
    why="The two costs rank the two answers of the chapter's question differently, and agree here: "
    "say as much as is true on average. That is the first thing that training finds, as the mean "
    "output of 0.10 after ten steps showed.",
    solution=best,
)

# --- 4.3 ---------------------------------------------------------------------------------------


def output(a2, w3, b3):
    z3 = b3.copy()
    for l in range(len(b3)):
        for j, k in np.ndindex(a2.shape):
            z3[l] += w3[l, j, k] * a2[j, k]
    return z3, 1 / (1 + np.exp(-z3))


def _both(z3):
    return z3, sigmoid(z3)


def _softmax(a2, w3, b3):
    e = np.exp(dense.forward(a2, w3, b3))
    return dense.forward(a2, w3, b3), e / e.sum()


LAYERS = [
    Case("the chapter's pencil case", A2, W3, B3),
    Case(
        "a map of 4 by 4 and three outputs",
        RNG.random((4, 4)),
        RNG.standard_normal((3, 4, 4)),
        RNG.standard_normal(3),
    ),
    Case(
        "a map of 3 by 5 and ten outputs",
        RNG.random((3, 5)),
        RNG.standard_normal((10, 3, 5)),
        RNG.standard_normal(10),
    ),
]

OUTPUT = Exercise(
    id="4.3",
    title="F4 and F5 in loops",
    asks="implement",
    starter="def output(a2, w3, b3):\n    # your lines\n    ...",
    answer=Function(
        lambda a2, w3, b3: _both(by_definition.dense_forward(a2, w3, b3)),
        LAYERS,
        parts=("z3", "a3"),
    ),
    mistakes={
        "= where += is needed": Mistake(
            "Each product overwrites the one before it, so only the last place of the map is in "
            "z3. The sums in F4 want += over all j and k.",
            lambda a, w, b: _both(b + w[:, -1, -1] * a[-1, -1]),
        ),
        "bias overwritten": Mistake(
            "Only the last product is left in z3, and the bias is gone as well: = where += is "
            "needed.",
            lambda a, w, b: _both(w[:, -1, -1] * a[-1, -1]),
        ),
        "bias left out": Mistake(
            "The products are added up right. The bias of each neuron is missing.",
            lambda a, w, b: _both(dense.forward(a, w, 0 * b)),
        ),
        "bias counted once a weight": Mistake(
            "The bias is added inside of the sums, once a weight. In F4 it stands before them.",
            lambda a, w, b: _both(dense.forward(a, w, b * a.size)),
        ),
        "bias once a row": Mistake(
            "The bias is added once a row of the map. In F4 it stands before both sums.",
            lambda a, w, b: _both(dense.forward(a, w, b * len(a))),
        ),
        "mean instead of sum": Mistake(
            "The products are averaged. F4 adds them up, however large the map is.",
            lambda a, w, b: _both(dense.forward(a, w / a.size, b)),
        ),
        "bias with a minus": Mistake(
            "The bias is subtracted. F4 adds it.", lambda a, w, b: _both(dense.forward(a, w, -b))
        ),
        "off by one": Mistake(
            "The last row and the last column of the map are missing in the sums: j and k run to "
            "the end. In range(n) it is the n itself that is left out.",
            lambda a, w, b: _both(dense.forward(a[:-1, :-1], w[:, :-1, :-1], b)),
        ),
        "return inside of the loop": Mistake(
            "The first neuron is right, and the others have got no further than their bias. Is "
            "the return inside of the loop over l?",
            lambda a, w, b: _both(np.append(dense.forward(a, w, b)[:1], b[1:])),
        ),
        "weights rotated": Mistake(
            "The weights are rotated by 180° here. Each lies on its own place: w3[l, j, k] on "
            "a2[j, k].",
            lambda a, w, b: _both(dense.forward(a, w[:, ::-1, ::-1], b)),
        ),
        "weights transposed": Mistake(
            "Rows and columns of the weights are exchanged: it is w3[l, j, k], not w3[l, k, j]. "
            "(On a map that is not square it is an error: the array has no such place, or the "
            "shapes do not fit.)",
            lambda a, w, b: _both(dense.forward(a, w.transpose(0, 2, 1), b)),
        ),
        "never set back": Mistake(
            "The first neuron is right; each of the others begins with the sum of those before "
            "it. Start anew from the bias for every l.",
            lambda a, w, b: _both(np.cumsum(dense.forward(a, w, b))),
        ),
        "the weights of neuron 0": Mistake(
            "All neurons use the weights of neuron 0. These weights are not shared: each l has "
            "its own w3[l].",
            lambda a, w, b: _both((w[0] * a).sum() + b),
        ),
        "all neurons together": Mistake(
            "Every neuron has the products of all neurons in its sum. The sums of F4 run over j "
            "and k; l stays.",
            lambda a, w, b: _both((w * a).sum() + b),
        ),
        "the diagonal only": Mistake(
            "Only the places with j = k are in the sum. F4 has two sums: each j meets each k.",
            lambda a, w, b: _both(np.einsum("ljj,jj->l", w, a) + b),
        ),
        "σ left out": Mistake(
            "z3 is right, and a3 is z3 once more. F5 is missing: the sigmoid of each.",
            lambda a, w, b: (dense.forward(a, w, b), dense.forward(a, w, b)),
        ),
        "σ twice": Mistake(
            "The first result is to be z3, without σ; and then a3 = σ(z3), once.",
            lambda a, w, b: _both(sigmoid(dense.forward(a, w, b))),
        ),
        "σ of minus z": Mistake(
            "z3 is right. a3 is σ(-z3): look at the sign in the exponent. A large z3 should give "
            "an activation near 1.",
            lambda a, w, b: (dense.forward(a, w, b), sigmoid(-dense.forward(a, w, b))),
        ),
        "brackets left out": Mistake(
            "z3 is right. 1 / 1 + e is not 1 / (1 + e): in σ the sum stands below the line.",
            lambda a, w, b: (dense.forward(a, w, b), 1 + np.exp(-dense.forward(a, w, b))),
        ),
        "the slope of σ": Mistake(
            "z3 is right. The second result is the slope of the sigmoid, a3 (1 - a3), and not a3.",
            lambda a, w, b: (dense.forward(a, w, b), sigmoid_prime(dense.forward(a, w, b))),
        ),
        "made to add up to 1": Mistake(
            "z3 is right. The activations have been made to add up to 1 (that is called softmax). "
            "The ten sigmoids of F5 know nothing of each other.",
            _softmax,
        ),
        "the other way round": Mistake(
            "Both are right, and in the wrong order: z3 first, then a3.",
            lambda a, w, b: _both(dense.forward(a, w, b))[::-1],
        ),
    },
    hints=(
        "One number for each output: begin with a copy of the biases, z3 = b3.copy().",
        "Three loops: over l, and inside of it over j and k; np.ndindex(a2.shape) gives all "
        "(j, k).",
        "z3[l] += w3[l, j, k] * a2[j, k], and after the loops a3 = 1 / (1 + np.exp(-z3)).",
    ),
    why='In one line the loops are np.einsum("jk,ljk->l", a2, w3) + b3: l stays, j and k are '
    'summed over. Write that in their place and check again. With dots, "...jk,ljk->...l", it '
    "takes a batch too.",
    solution=output,
)

# --- 4.4 ---------------------------------------------------------------------------------------


def both_costs(a3, y):
    quadratic = ((a3 - y) ** 2).sum(axis=-1) / 2
    cross_entropy = -(y * np.log(a3) + (1 - y) * np.log(1 - a3)).sum(axis=-1)
    return quadratic, cross_entropy


def _changed(quadratic=costs.quadratic, cross_entropy=costs.cross_entropy):
    return lambda a3, y: (quadratic(a3, y), cross_entropy(a3, y))


def _squares(a3, y, axis=-1):
    return ((a3 - y) ** 2).sum(axis=axis) / 2


def _logarithms(a3, y, axis=-1):
    return -(y * np.log(a3) + (1 - y) * np.log(1 - a3)).sum(axis=axis)


def _answers(label, *shape):
    a3 = 1 / (1 + np.exp(-2 * RNG.standard_normal(shape)))
    rights = RNG.integers(0, shape[-1], shape[:-1])
    return Case(label, a3, (np.arange(shape[-1]) == rights[..., None]).astype(float))


ANSWERS = [
    Case("the answer of the pencil case", sigmoid(np.array([0.8, -0.4])), np.array([1.0, 0.0])),
    _answers("one image and ten outputs", 10),
    _answers("a batch of four images and ten outputs", 4, 10),
    _answers("a batch of five images and five outputs", 5, 5),
]

BOTH_COSTS = Exercise(
    id="4.4",
    title="Two costs, two lines",
    asks="implement",
    starter="def both_costs(a3, y):\n    return ..., ...",
    answer=Function(
        lambda a3, y: (by_definition.quadratic(a3, y), by_definition.cross_entropy(a3, y)),
        ANSWERS,
        parts=("the quadratic cost", "the cross-entropy"),
    ),
    mistakes={
        "½ left out": Mistake(
            "The quadratic cost is twice too large: the ½ is missing. Without it the slope of C "
            "would have a 2 in it.",
            _changed(lambda a, y: 2 * costs.quadratic(a, y)),
        ),
        "mean instead of sum": Mistake(
            "Both are averaged over the outputs. C adds them up: with ten outputs the mean is a "
            "tenth of it, and so is every slope.",
            lambda a, y: (_squares(a, y) / a.shape[-1], _logarithms(a, y) / a.shape[-1]),
        ),
        "mean in the quadratic cost": Mistake(
            "The quadratic cost is averaged over the outputs. C is half of the sum of the squares.",
            _changed(lambda a, y: _squares(a, y) / a.shape[-1]),
        ),
        "mean of the squares": Mistake(
            "The quadratic cost is the mean of the squares here. C is half of their sum.",
            _changed(lambda a, y: 2 * _squares(a, y) / a.shape[-1]),
        ),
        "mean in the cross-entropy": Mistake(
            "The cross-entropy is averaged over the outputs. It is the sum over all of them.",
            _changed(cross_entropy=lambda a, y: _logarithms(a, y) / a.shape[-1]),
        ),
        "mean of everything": Mistake(
            "np.mean averages over outputs and images alike. C is a sum over the outputs, and each "
            "image has its own.",
            lambda a, y: (
                np.mean((a - y) ** 2) / 2,
                -np.mean(y * np.log(a) + (1 - y) * np.log(1 - a)),
            ),
        ),
        "1 // 2": Mistake(
            "The quadratic cost is 0 whatever the answer. Is there a 1 // 2 in it? That is 0.",
            _changed(lambda a, y: 0 * _squares(a, y)),
        ),
        "ln a in both terms": Mistake(
            "The second term of the cross-entropy has the logarithm of a3 too. A neuron that "
            "should be 0 is asked for 1 - a3.",
            _changed(cross_entropy=lambda a, y: -np.log(a).sum(axis=-1)),
        ),
        "brackets left out": Mistake(
            "Brackets are missing in the cross-entropy: 1 - y as a whole multiplies its logarithm.",
            _changed(
                cross_entropy=lambda a, y: -(y * np.log(a) + 1 - y * np.log(1 - a)).sum(axis=-1)
            ),
        ),
        "batch summed": Mistake(
            "Right for one image. For a batch the costs of all images are added up; each has one "
            "of its own. Sum over the last axis only.",
            lambda a, y: (_squares(a, y, None), _logarithms(a, y, None)),
        ),
        "batch averaged": Mistake(
            "Right for one image. For a batch the mean of the costs was taken; here each image "
            "has a cost of its own.",
            lambda a, y: (np.mean(_squares(a, y)), np.mean(_logarithms(a, y))),
        ),
        "summed over the images": Mistake(
            "Right for one image. For a batch this sums over the first axis, the images. The "
            "outputs are the last axis: axis=-1.",
            lambda a, y: (_squares(a, y, 0), _logarithms(a, y, 0)),
        ),
        "the distance": Mistake(
            "In place of the quadratic cost there is the distance, with a root. C is half of its "
            "square.",
            _changed(lambda a, y: np.sqrt(2 * _squares(a, y))),
        ),
        "no squares": Mistake(
            "In the first, the differences are added up without their squares.",
            _changed(lambda a, y: np.abs(a - y).sum(axis=-1) / 2),
        ),
        "differences of both signs": Mistake(
            "In the first, differences of both signs are added up, and cancel each other. Square "
            "each of them before the sum.",
            _changed(lambda a, y: (a - y).sum(axis=-1) / 2),
        ),
        "square of the sum": Mistake(
            "In the first, the sum was squared. Square each difference, and sum then.",
            _changed(lambda a, y: (a - y).sum(axis=-1) ** 2 / 2),
        ),
        "one term only": Mistake(
            "The cross-entropy asks the neuron of the right digit only. Those that should be 0 are "
            "asked too: for the logarithm of 1 - a3.",
            _changed(cross_entropy=lambda a, y: -(y * np.log(a)).sum(axis=-1)),
        ),
        "the other term only": Mistake(
            "The cross-entropy asks only the neurons that should be 0. The term of the right "
            "digit is missing: y ln a3.",
            _changed(cross_entropy=lambda a, y: -((1 - y) * np.log(1 - a)).sum(axis=-1)),
        ),
        "minus left out": Mistake(
            "The cross-entropy is negative. Logarithms of numbers below 1 are, so there is a minus "
            "before the sum.",
            _changed(cross_entropy=lambda a, y: -_logarithms(a, y)),
        ),
        "minus on one term": Mistake(
            "The minus of the cross-entropy stands before the first term only. It belongs to both: "
            "before the bracket.",
            _changed(
                cross_entropy=lambda a, y: (-y * np.log(a) + (1 - y) * np.log(1 - a)).sum(axis=-1)
            ),
        ),
        "½ in the cross-entropy": Mistake(
            "The ½ belongs to the squares. The cross-entropy has none.",
            _changed(cross_entropy=lambda a, y: _logarithms(a, y) / 2),
        ),
        "base 2": Mistake(
            "The logarithm of the cross-entropy is the natural one, np.log. This is np.log2.",
            _changed(cross_entropy=lambda a, y: _logarithms(a, y) / np.log(2)),
        ),
        "base 10": Mistake(
            "The logarithm of the cross-entropy is the natural one, np.log. This is np.log10.",
            _changed(cross_entropy=lambda a, y: _logarithms(a, y) / np.log(10)),
        ),
        "the other way round": Mistake(
            "Both are right, and in the wrong order: the quadratic cost comes first.",
            lambda a, y: (_logarithms(a, y), _squares(a, y)),
        ),
    },
    hints=(
        "For one image: all differences at once are a3 - y, and .sum() adds up an array.",
        "The outputs are the last axis, of one image as of a batch: .sum(axis=-1).",
        "((a3 - y) ** 2).sum(axis=-1) / 2, and for the other -(y * np.log(a3) + …).sum(axis=-1).",
    ),
    why="A line can do each, for one image and for any batch. On an activation of exactly 0 or 1 "
    "the logarithms as they stand in C give inf or nan; look at what the library does about it.",
    solution=both_costs,
)

# --- 4.5 ---------------------------------------------------------------------------------------


def largest_z():
    a2 = np.array([[0.5, 0.2], [0.1, 0.4]])
    return a2 / np.sqrt((a2**2).sum())


def _fault(w):
    squares, z, largest = (w**2).sum(), (w * A2).sum(), np.sqrt((A2**2).sum())
    if squares > 1.01:  # two decimals may round up a little
        return "too much"
    if z > 0.998 * largest:
        return None
    if z < 0:
        return "against"
    if abs(w.sum() - 1) < 0.01 and np.allclose(w / w.sum(), A2 / A2.sum(), atol=0.01):
        return "add up to 1"
    if squares > 0 and z > 0.998 * largest * np.sqrt(squares):
        return "too little"
    if squares < 1e-3:
        return "nothing"
    if np.ptp(w) < 0.01:
        return "all the same"
    if (np.abs(w) > 0.01).sum() == 1:
        return "all on one"
    j, k = np.unravel_index((np.sqrt(squares) * A2 / largest - w).argmax(), w.shape)
    return "not yet", f"{z:.3f}", j, k, A2[j, k]


LARGEST_Z = Exercise(
    id="4.5",
    title="What a neuron likes to see",
    asks="derive",
    starter="answer = [\n    [..., ...],\n    [..., ...],\n]",
    answer=Made(
        (2, 2),
        _fault,
        says={
            "nothing": "The weights are 0 or nearly 0, and so is z. There is room for more.",
            "not yet": "Allowed, and z is {}; it can be larger. The weight at [{}, {}] gets too "
            "little for the {} that it multiplies, compared with the others.",
        },
    ),
    mistakes={
        "too much": Mistake(
            "The squares of the weights add up to more than 1. (Without a limit no z would be "
            "the largest: doubling all weights doubles z.)",
            np.ones((2, 2)),
        ),
        "against": Mistake(
            "z is negative: these weights speak against what they see. Activations are positive; "
            "which sign should a weight have?",
            -A2 / np.sqrt((A2**2).sum()),
        ),
        "add up to 1": Mistake(
            "The weights add up to 1. It is their squares that may, and the sum of these is still "
            "below 1: there is room for more.",
            A2 / A2.sum(),
        ),
        "too little": Mistake(
            "The weights are in the right proportion to each other. But their squares add up to "
            "less than 1, so all of them can be larger.",
            A2,
        ),
        "all the same": Mistake(
            "All weights are the same. A weight on the 0.5 earns more than one on the 0.1: take "
            "some from the second, and give it to the first.",
            np.full((2, 2), 0.5),
        ),
        "all on one": Mistake(
            "All is on one place. The squares make the first bit of a weight cheap and the last "
            "bit expensive, so it pays to give something to the other places.",
            np.array([[1.0, 0], [0, 0]]),
        ),
    },
    hints=(
        "Begin with two places, activations 0.5 and 0.4, and write the weights as cos φ and sin φ: "
        "their squares add up to 1 for every φ. For which φ is z largest?",
        "tan φ = 0.4 / 0.5: the weights are in proportion to the activations. So are four.",
        "Divide a2 by a number, so that the squares add up to 1. The squares of a2 add up to 0.46.",
    ),
    why="It is true the other way round as well: of all maps of numbers whose squares add up to "
    "the same, the one in proportion to a neuron's weights gives it the largest z. (Activations "
    "are not below 0; the best that they can do on a negative weight is 0.) That is a way to read "
    "the pictures of w3 in this book.",
    solution=largest_z,
)

EXERCISES = [THIRD_NEURON, SAME_FOR_ALL, OUTPUT, BOTH_COSTS, LARGEST_Z]
