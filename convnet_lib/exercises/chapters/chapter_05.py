"""The exercises of chapter 5, on backpropagation in a fully connected network (FC1–FC4)."""

import numpy as np

from ... import by_definition
from ...activations import sigmoid, sigmoid_prime
from ..asking import Case, Exercise, Function, Letter, Mistake, Values

RNG = np.random.default_rng(5)

# --- 5.1 ---------------------------------------------------------------------------------------


def cut():
    delta2_0 = (1 / 2 - 1) * 1 / 4  # output 0 does not notice
    return (delta2_0 * 4 + 0) * 1 / 4


CUT = Exercise(
    id="5.1",
    title="A line is cut",
    asks="by hand",
    starter="answer = None",
    answer=Values(-1 / 8, within=5.1e-4),
    mistakes={
        "as before": Mistake(
            "That is δ1 of hidden neuron 0 with all lines in place. Without the line, one of the "
            "two terms of FC2 is gone.",
            -23 / 256,
        ),
        "the other line": Mistake(
            "The line that is left here is the one that was to be cut. The first index of a "
            "weight is where the line leads to: the line to output 1 has the weight 3.",
            9 / 256,
        ),
        "cut in one direction": Mistake(
            "The forward pass knows of the cut, and the backward pass does not: the weight of 3 is "
            "still in the sum. A line that is cut carries nothing back either.",
            -0.12165,
        ),
        "w transposed": Mistake(
            "That has the weights 4 and -4 in it, the two that lead to output 0. The sum in FC2 "
            "runs over the lines that leave hidden neuron 0.",
            -11 / 64,
        ),
        "both lines of output 0": Mistake(
            "That has the weights 4 and -4 in it, the two that lead to output 0, and δ2 of output "
            "1 after the cut. The sum in FC2 runs over the lines that leave hidden neuron 0.",
            -0.12947,
        ),
        "σ′ left out": Mistake(
            "Four times too large: one slope is missing. There are two of ¼ in it, that of output "
            "0 in its δ2, and that of hidden neuron 0.",
            -1 / 2,
        ),
        "σ′ of the activation": Mistake(
            "The slope was taken at the activation, 0.5. It is wanted at the weighted input, 0.",
            -0.11750,
        ),
        "weight left out": Mistake(
            "That is a quarter of it. The line that is left has a weight of 4, and the error comes "
            "back over it. (Or is a slope of ¼ in it once too often?)",
            -1 / 32,
        ),
        "sign": Mistake(
            "The sign is wrong: output 0 says too little, and the line to it has a weight above 0, "
            "so raising hidden neuron 0 lowers the cost.",
            1 / 8,
        ),
        "the other neuron": Mistake(
            "That is δ1 of hidden neuron 1, and without the cut. Asked for is hidden neuron 0.",
            39 / 512,
        ),
    },
    hints=(
        "FC2 has one term for each line that leaves the neuron. How many are left?",
        "Output 1 changes with the cut, and its error too. Does hidden neuron 0 hear of it?",
        "δ2 of output 0 is -1/8 as before, its line has the weight 4, and the slope is 1/4.",
    ),
    why="Output 1 says 0.07 in place of 0.25, and is less wrong than before; but a neuron hears "
    "only of outputs that it has a line to. By the way, the error has grown in size: the two terms "
    "were of opposite sign.",
    solution=cut,
)

# --- 5.2 ---------------------------------------------------------------------------------------


def awake():
    delta1 = np.array([-23 / 256, 39 / 512])  # as before: no weighted input has changed
    a0 = np.array([1, 1 / 2, 1])
    return np.outer(delta1, a0)


_DELTA1 = np.array([[-23 / 256], [39 / 512]])
_A0 = np.array([1, 0.5, 1])

AWAKE = Exercise(
    id="5.2",
    title="The silent input wakes up",
    asks="predict",
    starter="answer = [\n    [..., ..., ...],\n    [..., ..., ...],\n]",
    answer=Values((_DELTA1 * _A0).tolist(), within=6e-5),  # four decimals
    mistakes={
        "nothing changes": Mistake(
            "These are the slopes of before. The lines from the third input are silent no more: "
            "what comes in is 1 now.",
            (_DELTA1 * [1, 0.5, 0]).tolist(),
        ),
        "one line only": Mistake(
            "Only one of the two lines from the third input has a slope here. Both lead from a 1.",
            [[-23 / 256, -23 / 512, -23 / 256], [39 / 512, 39 / 1024, 0]],
        ),
        "the weight in it": Mistake(
            "The weights themselves are in the third column. FC4 asks what comes in, and the "
            "error; how heavy the line is does not matter.",
            (_DELTA1 * [[1, 0.5, 5], [1, 0.5, 1]]).tolist(),
        ),
        "δ without the input": Mistake(
            "Each row is the error of its neuron, three times. That is the slope of the bias; a "
            "weight's is multiplied by what comes in, and the second input is ½.",
            (_DELTA1 * [1, 1, 1]).tolist(),
        ),
        "δ of the outputs": Mistake(
            "The errors in it are those of the outputs. These lines end at the hidden neurons.",
            (np.array([[-1 / 8], [3 / 64]]) * _A0).tolist(),
        ),
        "σ′ left out": Mistake(
            "The slopes of the hidden neurons are missing: this has ∂C/∂a1 in it, not ∂C/∂z1.",
            (np.array([[-23 / 64], [26 / 64]]) * _A0).tolist(),
        ),
        "hidden activations": Mistake(
            "The activations in it are not those of the inputs. FC4 wants the number at the "
            "beginning of the line, here 1, ½ and 1.",
            (_DELTA1 * [0.5, 0.75, 1]).tolist(),
        ),
    },
    hints=(
        "Compute the two weighted inputs with the new input and the new biases. What has changed?",
        "Nothing has, so all activations behind the inputs and all errors are as before: δ1 is "
        "(-23/256, 39/512).",
        "FC4: the slope of the line from input k to neuron j is δ1[j] times a0[k].",
    ),
    why="Of the 14 slopes, two have changed, and no activation behind the inputs has. The biases "
    "took back what the input brought, so only the lines that it feeds can tell the difference.",
    solution=awake,
)

# --- 5.3 ---------------------------------------------------------------------------------------


def errors(z1, w2, z2, y):
    delta1, delta2 = np.zeros(len(z1)), np.zeros(len(z2))
    for k in range(len(z2)):
        delta2[k] = (sigmoid(z2)[k] - y[k]) * sigmoid_prime(z2)[k]
    for j in range(len(z1)):
        for k in range(len(z2)):
            delta1[j] += delta2[k] * w2[k, j] * sigmoid_prime(z1)[j]
    return delta1, delta2


def _errors(z1, w2, z2, y):
    delta2 = by_definition.delta(z2, by_definition.sigmoid(z2), y)
    return by_definition.dense_backward(delta2, w2) * by_definition.sigmoid_prime(z1), delta2


def _passed(first=sigmoid_prime, second=sigmoid_prime, wrong=lambda d, w: w.T @ d):
    """The errors with other slopes in FC1 and FC2, or another sum in FC2."""

    def answer(z1, w2, z2, y):
        delta2 = (sigmoid(z2) - y) * first(z2)
        return wrong(delta2, w2) * second(z1), delta2

    return answer


def _of_the_activation(z):
    return sigmoid_prime(sigmoid(z))


def _one(z):
    return np.ones(len(z))


def _slope_of_the_outputs(z1, w2, z2, y):
    delta2 = (sigmoid(z2) - y) * sigmoid_prime(z2)
    return (w2.T @ delta2) * sigmoid_prime(z2), delta2


def _skipped(z1, w2, z2, y):
    right = _errors(z1, w2, z2, y)[1]
    return (w2.T @ (sigmoid(z2) - y)) * sigmoid_prime(z1), right


def _weighted_input_compared(z1, w2, z2, y):
    delta2 = (z2 - y) * sigmoid_prime(z2)
    return (w2.T @ delta2) * sigmoid_prime(z1), delta2


def _cost_itself(z1, w2, z2, y):
    delta2 = (sigmoid(z2) - y) ** 2 / 2 * sigmoid_prime(z2)
    return (w2.T @ delta2) * sigmoid_prime(z1), delta2


def _first_only(z1, w2, z2, y):
    delta1, delta2 = _errors(z1, w2, z2, y)
    return delta1 * (np.arange(len(delta1)) == 0), delta2


def _network(label, hidden, outputs):
    w2 = 2 * RNG.standard_normal((outputs, hidden))
    z1, z2 = 2 * RNG.standard_normal(hidden), 2 * RNG.standard_normal(outputs)
    return Case(label, z1, w2, z2, np.eye(outputs)[0])


HIDDEN = [
    Case(
        "the chapter's network",
        np.array([0, np.log(3)]),
        np.array([[4.0, -4], [3, -2]]),
        np.array([0, -np.log(3)]),
        np.array([1.0, 0]),
    ),
    _network("three hidden neurons and three outputs", 3, 3),
    _network("five hidden neurons and two outputs", 5, 2),
]

ERRORS = Exercise(
    id="5.3",
    title="FC1 and FC2 in loops",
    asks="implement",
    starter="def errors(z1, w2, z2, y):\n    # your lines\n    ...",
    answer=Function(_errors, HIDDEN, parts=("delta1", "delta2")),
    mistakes={
        "w transposed": Mistake(
            "δ2 is right. In δ1 the weights are the wrong way round: the line from hidden neuron j "
            "to output k is w2[k, j], in both directions. (Where the two layers have as many "
            "neurons, no shape tells.)",
            _passed(wrong=lambda d, w: w @ d),
        ),
        "σ′ left out of FC1": Mistake(
            "δ2 is a2 - y. The slope σ′(z2) is missing, so this is ∂C/∂a2; and δ1 inherits it.",
            _passed(first=_one),
        ),
        "σ′ left out of FC2": Mistake(
            "δ2 is right. In δ1 the slope σ′(z1) is missing: that is ∂C/∂a1.",
            _passed(second=_one),
        ),
        "σ′ left out of both": Mistake(
            "The slopes are missing in both: δ2 wants σ′(z2), and δ1 wants σ′(z1).",
            _passed(_one, _one),
        ),
        "σ′ of the activation": Mistake(
            "The slopes are taken at the activations, in both. Both want the weighted inputs: "
            "σ′(z2) and σ′(z1).",
            _passed(_of_the_activation, _of_the_activation),
        ),
        "σ′ of the activation in FC1": Mistake(
            "The slope in δ2 is taken at the activation. It wants the weighted input, σ′(z2).",
            _passed(first=_of_the_activation),
        ),
        "σ′ of the activation in FC2": Mistake(
            "δ2 is right. The slope in δ1 is taken at the activation; it wants σ′(z1).",
            _passed(second=_of_the_activation),
        ),
        "σ for its slope": Mistake(
            "The factors are σ(z2) and σ(z1). They have to be the slopes, σ′.",
            _passed(sigmoid, sigmoid),
        ),
        "σ for its slope in FC2": Mistake(
            "δ2 is right. The factor in δ1 is σ(z1). It has to be the slope, σ′(z1).",
            _passed(second=sigmoid),
        ),
        "z (1 - z)": Mistake(
            "The slopes are z (1 - z) here. σ′(z) is σ(z) (1 - σ(z)): it is the activation that "
            "stands there twice.",
            _passed(lambda z: z * (1 - z), lambda z: z * (1 - z)),
        ),
        "σ left out of a2": Mistake(
            "In δ2 the weighted input is compared with y. What the output says is σ(z2).",
            _weighted_input_compared,
        ),
        "the cost itself": Mistake(
            "δ2 has ½ (a2 - y)² in it: the cost itself. Its derivative is wanted, a2 - y.",
            _cost_itself,
        ),
        "return inside of the loop": Mistake(
            "δ2 is right, and so is the first δ1; the others are 0. Is the return inside of the "
            "loop over j?",
            _first_only,
        ),
        "z for the slope": Mistake(
            "The factors are z2 and z1 themselves. They have to be the slopes, σ′(z2) and σ′(z1).",
            _passed(lambda z: z, lambda z: z),
        ),
        "the slope of the outputs": Mistake(
            "δ2 is right. δ1 has σ′(z2) in it once more; its own slope is σ′(z1).",
            _slope_of_the_outputs,
        ),
        "y - a": Mistake(
            "Both have the wrong sign: δ2 has y - a2 in it. The derivative of ½ (a - y)² is a - y.",
            _passed(first=lambda z: -sigmoid_prime(z)),
        ),
        "a 2 too many": Mistake(
            "Everything is twice too large. The ½ in the cost takes the 2 of the square away.",
            _passed(first=lambda z: 2 * sigmoid_prime(z)),
        ),
        "= where += is needed": Mistake(
            "δ2 is right. In δ1 each output overwrites the one before it, so only the last is "
            "left. The sum in FC2 wants += over all k.",
            _passed(wrong=lambda d, w: w[-1] * d[-1]),
        ),
        "mean over the outputs": Mistake(
            "δ2 is right. In δ1 the sum over the outputs is divided by their number. FC2 adds up "
            "ways to the cost, and each counts in full.",
            _passed(wrong=lambda d, w: w.T @ d / len(d)),
        ),
        "weights left out": Mistake(
            "δ2 is right. In δ1 the errors are added up without their weights: δ2[k] comes back "
            "over the line w2[k, j].",
            _passed(wrong=lambda d, w: d.sum() * np.ones(w.shape[1])),
        ),
        "δ2 passed over": Mistake(
            "δ2 is right, but δ1 is made from a2 - y, without σ′(z2). The error that comes back is "
            "all of δ2.",
            _skipped,
        ),
        "the other way round": Mistake(
            "Both are right, and in the wrong order: delta1 first, then delta2.",
            lambda z1, w2, z2, y: _errors(z1, w2, z2, y)[::-1],
        ),
    },
    hints=(
        "The outputs first: δ2[k] is the difference of σ(z2)[k] and y[k], times σ′(z2)[k].",
        "Then two loops for δ1: over j, and inside of it over k, the outputs that j has a line to.",
        "delta1[j] += delta2[k] * w2[k, j] * sigmoid_prime(z1)[j]",
    ),
    why="In one line each: delta2 = (sigmoid(z2) - y) * sigmoid_prime(z2), and delta1 = (w2.T @ "
    "delta2) * sigmoid_prime(z1). Forwards it is w2 @ a1, backwards w2.T @ delta2: the same "
    "lines from the other end. Write them in place of the loops and check again.",
    solution=errors,
)

# --- 5.4 ---------------------------------------------------------------------------------------


def gradients(delta, a):
    return delta.sum(axis=0), delta.T @ a


def _summed(nabla_b=lambda d, a: d.sum(axis=0), nabla_w=lambda d, a: d.T @ a):
    return lambda delta, a: (nabla_b(delta, a), nabla_w(delta, a))


def _batch(label, examples, neurons, inputs):
    return Case(label, RNG.standard_normal((examples, neurons)), RNG.random((examples, inputs)))


BATCHES = [
    Case(
        "the chapter's network, a batch of one",
        np.array([[-23 / 256, 39 / 512]]),
        np.array([[1, 0.5, 0]]),
    ),
    _batch("three examples, three neurons and three inputs", 3, 3, 3),
    _batch("five examples, two neurons and four inputs", 5, 2, 4),
]

GRADIENTS = Exercise(
    id="5.4",
    title="FC3 and FC4 for a batch",
    asks="implement",
    starter="def gradients(delta, a):\n    return ..., ...",
    answer=Function(
        lambda d, a: (by_definition.dense_nabla_b(d), by_definition.dense_nabla_w(d, a)),
        BATCHES,
        parts=("nabla_b", "nabla_w"),
    ),
    mistakes={
        "batch averaged": Mistake(
            "Right for a batch of one. For more, both are means over the examples; here the cost "
            "of a batch is the sum of theirs, and so is each gradient.",
            _summed(lambda d, a: d.mean(axis=0), lambda d, a: d.T @ a / len(d)),
        ),
        "bias averaged": Mistake(
            "nabla_w is right. nabla_b is the mean over the examples, and should be their sum.",
            _summed(nabla_b=lambda d, a: d.mean(axis=0)),
        ),
        "weights averaged": Mistake(
            "nabla_b is right. nabla_w is the mean over the examples, and should be their sum.",
            _summed(nabla_w=lambda d, a: d.T @ a / len(d)),
        ),
        "batch averaged twice": Mistake(
            "Right for a batch of one. For more, both have been divided by the number of examples "
            "twice. Here it should not be done at all: gradients are summed over the batch.",
            _summed(lambda d, a: d.mean(axis=0) / len(d), lambda d, a: d.T @ a / len(d) ** 2),
        ),
        "batch not summed": Mistake(
            "nabla_b has a row for each example. Each of them wants something of the same bias: "
            "sum over the batch.",
            _summed(nabla_b=lambda d, a: d),
        ),
        "neither summed": Mistake(
            "Both still have an axis of examples. They all want something of the same biases and "
            "weights: sum over the batch, the first axis.",
            _summed(lambda d, a: d, lambda d, a: np.einsum("nq,nk->nqk", d, a)),
        ),
        "weights not summed": Mistake(
            "nabla_b is right. nabla_w still has an axis of examples: sum over it.",
            _summed(nabla_w=lambda d, a: np.einsum("nq,nk->nqk", d, a)),
        ),
        "summed too early": Mistake(
            "nabla_b is right. In nabla_w, errors and activations are each summed over the batch "
            "before they are multiplied. So the error of one example meets the input of another.",
            _summed(nabla_w=lambda d, a: np.outer(d.sum(axis=0), a.sum(axis=0))),
        ),
        "np.outer of the batch": Mistake(
            "Right for a batch of one. np.outer writes all its numbers in one row first, so for "
            "more it multiplies the error of each example with the inputs of all.",
            _summed(nabla_w=np.outer),
        ),
        "first example only": Mistake(
            "Right for a batch of one. For more, only the first example is in it.",
            _summed(lambda d, a: d[0], lambda d, a: np.outer(d[0], a[0])),
        ),
        "= where += is needed": Mistake(
            "Right for a batch of one. For more, only the last example is left: in a loop over the "
            "batch, += is needed.",
            _summed(lambda d, a: d[-1], lambda d, a: np.outer(d[-1], a[-1])),
        ),
        "factors swapped": Mistake(
            "nabla_b is right. In nabla_w, neurons and inputs are exchanged: the first index is "
            "the neuron that the line leads to, as in w.",
            _summed(nabla_w=lambda d, a: a.T @ d),
        ),
        "the wrong axis": Mistake(
            "In nabla_b the neurons are summed, and the examples are left. The examples are the "
            "first axis: axis=0.",
            _summed(nabla_b=lambda d, a: d.sum(axis=1)),
        ),
        "one number": Mistake(
            "nabla_b is one number. Each neuron has a bias of its own here: sum over the examples "
            "only.",
            _summed(nabla_b=lambda d, a: d.sum()),
        ),
        "matrix product without transposing": Mistake(
            "nabla_b is right. delta @ a pairs neurons with examples: it runs when their numbers "
            "are equal, and then adds up the wrong things. It is the examples that pair.",
            _summed(nabla_w=lambda d, a: d @ a),
        ),
        "activation in the bias": Mistake(
            "nabla_b has activations in it. The bias is multiplied by nothing: FC3 has a 1 there.",
            _summed(nabla_b=lambda d, a: (d.T @ a).sum(axis=1)),
        ),
        "the other way round": Mistake(
            "Both are right, and in the wrong order: nabla_b first, then nabla_w.",
            lambda d, a: (d.T @ a, d.sum(axis=0)),
        ),
    },
    hints=(
        "For one example FC3 is delta, and FC4 is np.outer(delta, a). Do that for each, and add.",
        'In einsum, n the example, q the neuron, k the input: "nq->q", and for the weights a '
        "string with two inputs and no n behind the arrow.",
        'delta.sum(axis=0), and np.einsum("nq,nk->qk", delta, a).',
    ),
    why='np.einsum("nq,nk->qk", delta, a) is FC4 read aloud, and the same as delta.T @ a. '
    "Whether one divides by the number of examples is a convention, but it is done once, by "
    "whoever takes the step.",
    solution=gradients,
)

# --- 5.5 ---------------------------------------------------------------------------------------

SOFTMAX = Exercise(
    id="5.5",
    title="Another last layer",
    asks="explain",
    starter="answer = None",
    answer=Letter("a"),
    mistakes={
        "FC2": Mistake(
            "FC2 asks how the error of one layer becomes that of the layer before. How the last "
            "layer makes activations of its weighted inputs is not in it: look at its three "
            "factors.",
            "b",
        ),
        "FC3 and FC4": Mistake(
            "A bias of the last layer is still a term of one weighted input. That this z is then "
            "in all the activations, δ has taken care of already.",
            "c",
        ),
        "all four": Mistake(
            "FC2, FC3 and FC4 need δ, but they take it as it comes and do not ask how it was "
            "computed. Which one computes it at the last layer?",
            "d",
        ),
    },
    hints=(
        "What each equation takes for granted stands in the chapter's table.",
        "Which output activations contain the weighted input z of output j now? Which derivation "
        "said that only one does?",
    ),
    why="So FC1 has to keep its sum, and that is all: with another way to the δ of the last layer "
    "the three others go on as before. The next chapter comes back to it.",
    solution="a. With softmax each activation of the last layer contains the weighted inputs of "
    "all outputs, in the sum below the line. So ∂a_k/∂z_j is not 0 for k ≠ j, and no term of the "
    "sum in FC1 drops out for that reason any more. FC2 goes from δ of a layer to δ of the layer "
    "before, whose neurons still have σ; FC3 and FC4 go from δ to the biases and weights of its "
    "own layer. None of them asks what the last activations are.",
)

EXERCISES = [CUT, AWAKE, ERRORS, GRADIENTS, SOFTMAX]
