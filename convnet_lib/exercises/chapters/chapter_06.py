"""The exercises of chapter 6, on the error of the output layer (BP1)."""

import numpy as np

from ... import costs
from ...activations import sigmoid, sigmoid_prime
from ..asking import Case, Exercise, Function, Letter, Mistake, Values

RNG = np.random.default_rng(6)

# --- 6.1 ---------------------------------------------------------------------------------------


def largest_error():
    a = np.linspace(0, 1, 3001)
    return a[np.argmax(abs((a - 1) * a * (1 - a)))]


LARGEST = Exercise(
    id="6.1",
    title="The largest error",
    asks="by hand",
    starter="answer = None",
    answer=Values(1 / 3, within=0.01),
    mistakes={
        "for the other y": Mistake(
            "That is the place for a neuron that ought to say 0. This one ought to say 1: put y = "
            "1 into the error, and take the slope again.",
            2 / 3,
        ),
        "where σ is steepest": Mistake(
            "There the sigmoid is steepest. But the error has the factor a - y as well, and on "
            "one side of ½ the neuron is more wrong: a little less slope, and a larger difference.",
            1 / 2,
        ),
        "where it is most wrong": Mistake(
            "There the neuron is as wrong as can be. But the sigmoid is flat there, and an error "
            "of the quadratic cost has the slope in it.",
            0,
        ),
        "where it is right": Mistake(
            "There the neuron says what it should, and the error is 0.", 1
        ),
        "the error": Mistake(
            "That is the size of the error. Asked for is the activation at which it is reached.",
            4 / 27,
        ),
        "the error with its sign": Mistake(
            "That is the error itself. Asked for is the activation at which it is reached.",
            -4 / 27,
        ),
        "the weighted input": Mistake(
            "That is the weighted input. What is its σ?",
            -np.log(2),
        ),
    },
    hints=(
        "With y = 1 the error is (a - 1) a (1 - a) = -a (1 - a)².",
        "The slope of a (1 - a)² in a is (1 - a)² - 2a (1 - a). Where is it 0?",
        "(1 - a) (1 - 3a) = 0, and at a = 1 the error is 0.",
    ),
    why="A mirror of the neuron that ought to say 0, whose error is largest at 2/3. Further out, "
    "the more wrong the neuron is, the smaller is its error by the quadratic cost.",
    solution=largest_error,
)

# --- 6.2 ---------------------------------------------------------------------------------------


def output_errors(z3, y):
    a3 = sigmoid(z3)
    return (a3 - y) * sigmoid_prime(z3), a3 - y


def _right(z3, y):
    a3 = sigmoid(z3)
    return costs.delta(z3, a3, y), costs.delta(z3, a3, y, "cross_entropy")


def _with(quadratic=None, cross_entropy=None):
    """The two errors, one or both of them replaced by a function of z, a and y."""

    def answer(z3, y):
        right, a3 = _right(z3, y), sigmoid(z3)
        found = [
            right[n] if error is None else error(z3, a3, y)
            for n, error in enumerate((quadratic, cross_entropy))
        ]
        if not np.isfinite(found).all():
            raise FloatingPointError("an infinite error is compared with nothing")
        return tuple(found)

    return answer


def _left_in(z, a, y):
    return (a - y) * sigmoid_prime(z)


def _left_out(z, a, y):
    return a - y


def _of_the_activation(z, a, y):
    return (a - y) * sigmoid_prime(a)


def _quotient(z, a, y):
    with np.errstate(divide="ignore", invalid="ignore"):
        return (a - y) / (a * (1 - a))


def _outputs(label, *shape):
    z3 = 2 * RNG.standard_normal(shape)
    rights = RNG.integers(0, shape[-1], shape[:-1])
    return Case(label, z3, (np.arange(shape[-1]) == rights[..., None]).astype(float))


OUTPUTS = [
    Case("the two neurons of the question", np.log([0.6 / 0.4, 0.99 / 0.01]), np.zeros(2)),
    _outputs("ten outputs", 10),
    _outputs("a batch of three images and ten outputs", 3, 10),
    Case(
        "neurons at z = 40 and -40, sure and wrong", np.array([40.0, -40.0]), np.array([0.0, 1.0])
    ),
]

OUTPUT_ERRORS = Exercise(
    id="6.2",
    title="BP1 for two costs",
    asks="implement",
    starter="def output_errors(z3, y):\n    # your lines\n    ...",
    answer=Function(_right, OUTPUTS, parts=("δ3 of the quadratic cost", "δ3 of the cross-entropy")),
    mistakes={
        "σ′ left in beside the cross-entropy": Mistake(
            "The first is right, and the second is the first once more. With the cross-entropy "
            "∂C/∂a3 has a3 (1 - a3) below the line, and σ′(z3) cancels it.",
            _with(cross_entropy=_left_in),
        ),
        "σ′ left out": Mistake(
            "The second is right. With the quadratic cost nothing cancels σ′(z3): it is missing in "
            "the first.",
            _with(quadratic=_left_out),
        ),
        "the other way round": Mistake(
            "Both are right, and in the wrong order: the quadratic cost comes first.",
            _with(_left_out, _left_in),
        ),
        "σ′ of the activation": Mistake(
            "In the first, σ′ is taken of the activation. It wants the weighted input: σ′(a3) is "
            "0.1966 or more for every neuron, and none ever looks saturated.",
            _with(quadratic=_of_the_activation),
        ),
        "σ′ of the activation in both": Mistake(
            "σ′ is taken of the activation, in both. The first wants σ′(z3); and in the second it "
            "has cancelled.",
            _with(_of_the_activation, _of_the_activation),
        ),
        "y - a": Mistake(
            "Both have the wrong sign: they say y - a3. Gradient descent subtracts, so a neuron "
            "that says too much needs a positive error.",
            _with(lambda z, a, y: (y - a) * sigmoid_prime(z), lambda z, a, y: y - a),
        ),
        "∂C/∂a": Mistake(
            "The first is right. The second is ∂C/∂a3, the first of the two factors in BP1: σ′(z3) "
            "is missing, and cancels what is below the line.",
            _with(cross_entropy=_quotient),
        ),
        "absolute values": Mistake(
            "The errors have lost their signs. A neuron that says too little has a negative one, "
            "so that it is pushed up.",
            _with(lambda z, a, y: np.abs(a - y) * sigmoid_prime(z), lambda z, a, y: np.abs(a - y)),
        ),
        "∂C/∂a twice": Mistake(
            "Both are ∂C/∂a3, the first of the two factors in BP1. The second factor is σ′(z3).",
            _with(_left_out, _quotient),
        ),
        "one term only": Mistake(
            "The first is right. The second has only y ln a3 of the cross-entropy in it; the "
            "neurons that ought to say 0 have an error too, from (1 - y) ln (1 - a3).",
            _with(cross_entropy=lambda z, a, y: -y * (1 - a)),
        ),
        "σ for its slope": Mistake(
            "In the first, the last factor is σ(z3). Its slope is σ(z3) (1 - σ(z3)).",
            _with(quadratic=lambda z, a, y: (a - y) * a),
        ),
        "z (1 - z)": Mistake(
            "In the first, the slope is z3 (1 - z3). It is the activation that stands there twice: "
            "a3 (1 - a3).",
            _with(quadratic=lambda z, a, y: (a - y) * z * (1 - z)),
        ),
        "σ left out": Mistake(
            "The weighted inputs are compared with y. What a neuron says is its activation, σ(z3).",
            _with(lambda z, a, y: (z - y) * sigmoid_prime(z), lambda z, a, y: z - y),
        ),
        "a 2 too many": Mistake(
            "The first is twice too large: the ½ in the quadratic cost takes the 2 of the square "
            "away.",
            _with(quadratic=lambda z, a, y: 2 * (a - y) * sigmoid_prime(z)),
        ),
        "the square": Mistake(
            "The first has (a3 - y)² in it, as the cost has. BP1 wants the derivative of the cost.",
            _with(quadratic=lambda z, a, y: (a - y) ** 2 / 2 * sigmoid_prime(z)),
        ),
        "mean over the outputs": Mistake(
            "Both are divided by the number of outputs. The cost is a sum over them, and each "
            "error counts in full.",
            _with(
                lambda z, a, y: (a - y) * sigmoid_prime(z) / z.shape[-1],
                lambda z, a, y: (a - y) / z.shape[-1],
            ),
        ),
        "batch summed": Mistake(
            "Right for one image. For a batch the errors of all images are added up; δ3 is a "
            "matter of one image, and only the gradients are summed.",
            lambda z, y: tuple(d.sum(axis=0) if d.ndim > 1 else d for d in _right(z, y)),
        ),
        "batch averaged": Mistake(
            "Right for one image. For a batch the mean of the errors was taken; δ3 is a matter of "
            "one image.",
            lambda z, y: tuple(d.mean(axis=0) if d.ndim > 1 else d for d in _right(z, y)),
        ),
    },
    hints=(
        "a3 = sigmoid(z3). Then BP1 for each cost: ∂C/∂a3 times σ′(z3).",
        "For the quadratic cost ∂C/∂a3 is a3 - y. For the cross-entropy it is that, divided by a3 "
        "(1 - a3): cancel before you compute.",
        "(a3 - y) * sigmoid_prime(z3), and a3 - y.",
    ),
    why="One line each, without a loop, for one image and for a batch. The last input had z = 40: "
    "there a3 (1 - a3) is 0 in float64, and whoever divides by it gets inf or nan.",
    solution=output_errors,
)

# --- 6.3 ---------------------------------------------------------------------------------------


def two_units_more():
    steps_from_8, a_unit_more = 3011, 3011 / 1123
    return steps_from_8 * a_unit_more**2


WAITING = Exercise(
    id="6.3",
    title="Two units further out",
    asks="predict",
    starter="answer = None",
    answer=Values(22063, within=0.05 * 22063, relative=True),
    mistakes={
        "one unit": Mistake(
            "That is about what it takes from z = 9. From 8 to 10 it is two units, and each of "
            "them multiplies.",
            8137,
        ),
        "a straight line": Mistake(
            "That goes on in a straight line: as many steps more for each unit as from 7 to 8. In "
            "the table, which stays nearly the same from row to row: the step, or the ratio?",
            3011 + 2 * (3011 - 1123),
        ),
        "in proportion": Mistake(
            "That is in proportion to z. Try it on the table: from 4 to 8 it would be twice as "
            "many, and it is 42 times as many.",
            3011 * 10 / 8,
        ),
        "three units": Mistake(
            "Once too often: from 8 to 10 the number is multiplied twice.", 60479
        ),
        "the cross-entropy": Mistake(
            "That may be the cross-entropy, for which the way is short. Here it is the quadratic "
            "cost, and 3,011 steps were needed from z = 8 already.",
            11,
        ),
        "squared": Mistake(
            "Far too large. Not the number of steps is squared, but the ratio of one row to the "
            "next.",
            3011**2,
        ),
    },
    hints=(
        "Divide each number in the table by the one above it.",
        "The ratios are 2.4, 2.5, 2.6, 2.7, and come near to e. What are two units more?",
        "3,011 times 2.7, and times 2.7 again.",
    ),
    why='Now run steps_to_half(10.0, "quadratic"): it is 22,063, and with the cross-entropy 11. '
    "The error is about e to the power of -z, so waiting multiplies where the way adds.",
    solution=two_units_more,
)

# --- 6.4 ---------------------------------------------------------------------------------------

NO_SIGMOID = Exercise(
    id="6.4",
    title="Without a sigmoid",
    asks="explain",
    starter="answer = None",
    answer=Letter("b"),
    mistakes={
        "σ′ all the same": Mistake(
            "The factor a (1 - a) is the slope of the sigmoid, and there is none. BP1 has there "
            "the slope of whatever makes a3 of z3. What is it for a3 = z3?",
            "a",
        ),
        "no slope, no error": Mistake(
            "No sigmoid does not mean slope 0. If z3 rises by a little, by how much does a3 = z3 "
            "rise?",
            "c",
        ),
        "BP1 does not hold": Mistake(
            "BP1 asks for two facts: the cost sees the activations only, and each depends on its "
            "own weighted input alone. Which of them fails for a3 = z3?",
            "d",
        ),
    },
    hints=(
        "Write BP1 with ∂a3/∂z3 in place of σ′(z3). What is it when a3 = z3?",
        "∂C/∂a3 of the quadratic cost is a3 - y, and the other factor is 1.",
    ),
    why="Two ways to the same error: no sigmoid and the quadratic cost, or a sigmoid and the cost "
    "whose derivative undoes it. In each the cost fits what makes the activation.",
    solution="b. BP1 is ∂C/∂a times ∂a/∂z, and for a = z the second factor is 1. With the "
    "quadratic cost δ is a - y, which is also what the sigmoid and the cross-entropy give, where "
    "σ′ has cancelled. With a = z no neuron is ever saturated.",
)

# --- 6.5 ---------------------------------------------------------------------------------------


def softmax_error(z3, y):
    a3 = np.exp(z3) / np.exp(z3).sum()
    # i = l gives -y_l (1 - a_l), each other i gives + y_i a_l, and the y_i add up to 1
    return a3 - y


def _softmax(z3):
    return np.exp(z3) / np.exp(z3).sum()


def _all_terms(z3, y):
    """The sum over i of ∂C/∂a_i · ∂a_i/∂z_l, term by term."""
    a3 = _softmax(z3)
    jacobian = np.diag(a3) - np.outer(a3, a3)
    return (-y / a3) @ jacobian


SOFTMAXES = [
    Case("three outputs", np.array([0.0, 1.0, -1.0]), np.array([0.0, 0.0, 1.0])),
    Case("ten outputs", RNG.standard_normal(10), np.eye(10)[4]),
    Case(
        "four outputs, and desired activations of 0.1, 0.2, 0.3, 0.4",
        RNG.standard_normal(4),
        np.arange(1, 5) / 10,
    ),
]

SOFTMAX_ERROR = Exercise(
    id="6.5",
    title="Ten terms",
    asks="derive",
    starter="def softmax_error(z3, y):\n    return ...",
    answer=Function(_all_terms, SOFTMAXES),
    mistakes={
        "nine terms left out": Mistake(
            "That is the term i = l alone, as in BP1. With softmax every activation has z3[l] in "
            "it, in the sum below the line, so the terms with other i count too.",
            lambda z, y: -y * (1 - _softmax(z)),
        ),
        "the own term left out": Mistake(
            "These are the terms with i ≠ l. The term i = l is missing: -y_l (1 - a_l).",
            lambda z, y: _softmax(z) * (1 - y),
        ),
        "sign of the others": Mistake(
            "The terms with i ≠ l have the wrong sign. ∂a_i/∂z_l is -a_i a_l, and ∂C/∂a_i is -y_i "
            "/ a_i: minus times minus.",
            lambda z, y: -y * (1 - _softmax(z)) - _softmax(z) * (1 - y),
        ),
        "sigmoids": Mistake(
            "The activations in it are sigmoids. Here they are softmax, and add up to 1.",
            lambda z, y: sigmoid(z) - y,
        ),
        "not divided": Mistake(
            "The powers of e are not divided by their sum, as softmax does it.",
            lambda z, y: np.exp(z) - y,
        ),
        "σ′ left in": Mistake(
            "There is a factor a (1 - a) too many. Write down all the terms: nothing of the kind "
            "is left when they are added up.",
            lambda z, y: (_softmax(z) - y) * _softmax(z) * (1 - _softmax(z)),
        ),
        "y - a": Mistake(
            "That is y - a: the sign is wrong. Who says too much needs a positive error.",
            lambda z, y: y - _softmax(z),
        ),
        "the quadratic cost": Mistake(
            "That is the error of softmax with the quadratic cost. The cost here is the sum of "
            "-y_i ln a_i, so ∂C/∂a_i is -y_i / a_i.",
            lambda z, y: _softmax(z) * (_softmax(z) - y - (_softmax(z) - y) @ _softmax(z)),
        ),
        "∂C/∂a": Mistake(
            "That is ∂C/∂a, without the step from a to z.",
            lambda z, y: -y / _softmax(z),
        ),
        "the activations": Mistake(
            "These are the activations, as softmax makes them. The error compares them with y.",
            lambda z, y: _softmax(z),
        ),
        "mean over the outputs": Mistake(
            "The terms are averaged. The chain rule adds them up.",
            lambda z, y: (_softmax(z) - y) / len(z),
        ),
    },
    hints=(
        "∂C/∂a_i is -y_i / a_i. For ∂a_i/∂z_l there are two cases: i = l, and the others.",
        "∂a_l/∂z_l = a_l (1 - a_l), and ∂a_i/∂z_l = -a_i a_l for the others. So the terms are -y_l "
        "(1 - a_l), and y_i a_l for each other i.",
        "Together -y_l + a_l times the sum of all y_i, and that sum is 1.",
    ),
    why="The third time that an error is a - y. Here no slope ∂a_i/∂z_l was 0, and the terms add "
    "up to it all the same; BP1 in its short form is not needed for that, the chain rule is.",
    solution=softmax_error,
)

EXERCISES = [LARGEST, OUTPUT_ERRORS, WAITING, NO_SIGMOID, SOFTMAX_ERROR]
