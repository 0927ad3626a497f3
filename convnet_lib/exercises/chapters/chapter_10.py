"""The exercises of chapter 10, on the whole backward pass (BP1–BP4) and its judges."""

import numpy as np

from ... import by_definition, conv, costs, dense, gradient_check, pool
from ...activations import sigmoid_prime
from ...network import ConvNet
from ..asking import Case, Exercise, Function, Letter, Mistake, Values

RNG = np.random.default_rng(10)

# --- 10.1 --------------------------------------------------------------------------------------


def other_answer():
    delta3 = np.array([1 / 2 - 0, 1 / 2 - 1]) * 1 / 4  # the signs are exchanged, nothing else
    delta1 = (delta3[0] * 2 + delta3[1] * -2) * 1 / 4
    return [0, delta1, 0, delta1, delta1]


OTHER_ANSWER = Exercise(
    id="10.1",
    title="The other answer",
    asks="predict",
    starter="answer = [..., ..., ..., ..., ...]",
    answer=Values([0, 1 / 8, 0, 1 / 8, 1 / 8], within=0.0051),
    mistakes={
        "nothing changes": Mistake(
            "These are the gradients for y = (1, 0). Both errors of the output have to change when "
            "the answer that is wanted does.",
            [0, -1 / 8, 0, -1 / 8, -1 / 8],
        ),
        "a slope left out": Mistake(
            "Four times too large. Between a3 - y and δ1 there are two slopes of ¼: one in BP1, "
            "one in BP2. One of them is missing.",
            [0, 1 / 2, 0, 1 / 2, 1 / 2],
        ),
        "both slopes left out": Mistake(
            "Sixteen times too large. There is a slope of ¼ in BP1, and another one in BP2; or "
            "are these numbers of sixteenths, as the cell above prints them?",
            [0, 2, 0, 2, 2],
        ),
        "the minus in w3": Mistake(
            "In this answer the two terms of the sum in BP2 have cancelled, and they should not: "
            "the second weight of w3 is negative, and now the second error is, too.",
            [0, 0, 0, 0, 0],
        ),
        "the switch left out": Mistake(
            "Here all four neurons have got the error. Three of them lost, and get none.",
            [2 / 8, 3 / 8, 2 / 8, 1 / 8, 1 / 2],
        ),
        "turned": Mistake(
            "The filter's gradient is rotated by 180°. Neuron (0, 0) multiplies weight (l, m) by "
            "pixel (l, m): no minus, no rotation. Or was ∂C/∂b1 written first? It comes last.",
            [1 / 8, 0, 1 / 8, 0, 1 / 8],
        ),
        "transposed": Mistake(
            "Rows and columns of the filter are exchanged: write down row 0 first.",
            [0, 0, 1 / 8, 1 / 8, 1 / 8],
        ),
        "mean instead of sum": Mistake(
            "The filter is right. The slope of the bias was divided by the four neurons. BP3 adds "
            "up and does not divide.",
            [0, 1 / 8, 0, 1 / 8, 1 / 32],
        ),
        "the forward pass once more": Mistake(
            "The pattern is right, and everything is half of what it should be. What is a3 - y for "
            "each of the two outputs?",
            [0, 1 / 16, 0, 1 / 16, 1 / 16],
        ),
    },
    hints=(
        "The forward pass does not know y: a3 is (½, ½) still. What becomes of a3 - y?",
        "It was (-½, ½) and is (½, -½) now. Everything after it is a product with δ3, or a sum of "
        "such products.",
        "So every gradient keeps its size and changes its sign.",
    ),
    why="The backward pass is linear in δ3. Both outputs stood at ½, so either answer was as far "
    "away as the other, and the two gradients are opposite.",
    solution=other_answer,
)

# --- 10.2 --------------------------------------------------------------------------------------

PIXEL = Exercise(
    id="10.2",
    title="A pixel is wiped out",
    asks="predict",
    starter="answer = None",
    answer=Letter("c"),
    mistakes={
        "all": Mistake(
            "z1 changes in one neuron, (1, 0), from -3 to -2. Does a2 hear of it? The largest of "
            "the four is 0.",
            "a",
        ),
        "w1 alone": Mistake(
            "BP4 does multiply by the pixels: each by the error of a neuron that sees it. Which "
            "neuron sees this pixel, and what is its error?",
            "b",
        ),
        "w1 and b1": Mistake(
            "The layer sees the pixel, but through a neuron that loses in its window. What is the "
            "error of such a neuron, before and after?",
            "d",
        ),
    },
    hints=(
        "Which of the four neurons see pixel (2, 0)? Lay the filter on each place.",
        "Only neuron (1, 0) does. Its weighted input rises from -3 to -2. Who wins the window?",
        "Neuron (0, 0) wins as before. So the other three errors are 0 as before.",
    ),
    why="A pixel that only losers see has no say: not in the cost, and not in a gradient. A change "
    "that makes a loser win is another matter: then the error moves to another place.",
    solution="c. Only neuron (1, 0) sees pixel (2, 0). Its weighted input rises from -3 to -2, "
    "and neuron (0, 0) wins with 0 all the same. So a2, z3, a3 and δ3 are what they were, and "
    "so is δ1, with its one entry at (0, 0). In BP4 the pixel (2, 0) is multiplied by the error of "
    "neuron (1, 0), which is 0.",
)

# --- 10.3 --------------------------------------------------------------------------------------


def backward(a0, y, w1, b1, w3, b3):
    z1, a1, a2, z3, a3 = ConvNet(w1, b1, w3, b3).feedforward(a0)
    delta3 = (a3 - y) * sigmoid_prime(z3)  # BP1
    nabla_a2 = dense.backward(delta3, w3)  # the sum in BP2
    delta1 = pool.backward(nabla_a2, pool.winners(a1)) * sigmoid_prime(z1)  # BP2
    nabla_w1 = np.zeros(w1.shape)
    rows, columns = z1.shape
    for l, m in np.ndindex(*w1.shape):
        nabla_w1[l, m] = (delta1 * a0[l : l + rows, m : m + columns]).sum()  # BP4
    return nabla_w1, delta1.sum(), delta3[:, None, None] * a2, delta3  # BP3, BP4a, BP3a


def _four(a0, y, w1, b1, w3, b3):
    found = by_definition.backprop(ConvNet(w1, b1, w3, b3), a0, y)
    return found.w1, found.b1, found.w3, found.b3


def _broken(
    slope3=lambda z3, a3: sigmoid_prime(z3),
    slope1=lambda z1, a1: sigmoid_prime(z1),
    ties="first",
    share=None,
    nabla_a2=dense.backward,
    switch=None,
    sign=1,
    nabla_w=conv.nabla_w,
    nabla_b=conv.nabla_b,
    nabla_w3=lambda delta3, a2, w3: dense.nabla_w(delta3, a2, w3),
):
    """The whole pass with a line or two exchanged."""

    def answer(a0, y, w1, b1, w3, b3):
        z1, a1, a2, z3, a3 = ConvNet(w1, b1, w3, b3).feedforward(a0)
        delta3 = sign * costs.quadratic_prime(a3, y) * slope3(z3, a3)
        on = pool.winners(a1, ties) if switch is None else switch(a1)
        passed = nabla_a2(delta3, w3).repeat(2, axis=-2).repeat(2, axis=-1)
        passed = passed * (on if share is None else share)
        delta1 = passed * slope1(z1, a1)
        return nabla_w(delta1, a0, w1), nabla_b(delta1, w1), nabla_w3(delta3, a2, w3), delta3

    return answer


def _last_neuron(delta, a, w):
    KH, KW = w.shape
    return delta[-1, -1] * a[-KH:, -KW:]


def _network(label, image, size, outputs):
    a0 = RNG.random(image)
    w1, b1 = RNG.standard_normal(size), np.array(RNG.standard_normal())
    P, Q = (image[0] - size[0] + 1) // 2, (image[1] - size[1] + 1) // 2
    w3, b3 = RNG.standard_normal((outputs, P, Q)), RNG.standard_normal(outputs)
    return Case(label, a0, np.eye(outputs)[0], w1, b1, w3, b3)


def _half_blank():
    case = _network("a page that is blank on the right", (9, 9), (2, 2), 2)
    case.arguments[0][:, 4:] = 0
    return case


NETWORKS = [
    Case(
        "the pencil network",
        np.array([[0.0, 1, 1], [0, 1, 0], [1, 0, 0]]),
        np.array([1.0, 0]),
        np.array([[1.0, 0], [-1, 2]]),
        np.array(-2.0),
        np.array([[[2.0]], [[-2.0]]]),
        np.array([-1.0, 1]),
    ),
    _network("an image of 5 by 8, a filter of 2 by 3 and three outputs", (5, 8), (2, 3), 3),
    _half_blank(),
]

BACKWARD = Exercise(
    id="10.3",
    title="All of it",
    asks="implement",
    starter="def backward(a0, y, w1, b1, w3, b3):\n"
    "    z1, a1, a2, z3, a3 = ConvNet(w1, b1, w3, b3).feedforward(a0)\n"
    "    # your lines\n"
    "    return ..., ..., ..., ...",
    answer=Function(_four, NETWORKS, parts=("nabla_w1", "nabla_b1", "nabla_w3", "nabla_b3")),
    mistakes={
        "σ′ left out of BP1": Mistake(
            "The slope is missing in BP1: δ3 is a3 - y here. That would be right for the "
            "cross-entropy; the cost is the quadratic one.",
            _broken(slope3=lambda z3, a3: 1.0),
        ),
        "σ′ of the activation in BP1": Mistake(
            "The slope in BP1 is taken at the activation. It wants the weighted input z3.",
            _broken(slope3=lambda z3, a3: sigmoid_prime(a3)),
        ),
        "σ′ left out of BP2": Mistake(
            "The output layer is right. In δ1 the slope σ′(z1) is missing: that is ∂C/∂a1.",
            _broken(slope1=lambda z1, a1: 1.0),
        ),
        "σ′ of the activation in BP2": Mistake(
            "The output layer is right. In δ1 the slope is taken at the activation; it wants z1.",
            _broken(slope1=lambda z1, a1: sigmoid_prime(a1)),
        ),
        "σ′ left out of both": Mistake(
            "Both slopes are missing: BP1 wants σ′(z3), and BP2 wants σ′(z1).",
            _broken(lambda z3, a3: 1.0, lambda z1, a1: 1.0),
        ),
        "σ′ of the activation in both": Mistake(
            "Both slopes are taken at the activations. BP1 wants σ′(z3), and BP2 wants σ′(z1).",
            _broken(lambda z3, a3: sigmoid_prime(a3), lambda z1, a1: sigmoid_prime(a1)),
        ),
        "the switch left out": Mistake(
            "The output layer is right. In δ1 all four neurons of a window get the error. The "
            "cost depends on the winner alone.",
            _broken(share=1.0),
        ),
        "a quarter for each": Mistake(
            "The output layer is right. In δ1 each neuron of a window gets a quarter of the "
            "error: so it would be if a2 were the mean of the four. It is their maximum.",
            _broken(share=0.25),
        ),
        "every tied maximum switched on": Mistake(
            "Right where no window is tied. On the blank half of a page all four neurons of a "
            "window share the maximum, and here each of them gets the whole error. Let one win.",
            _broken(ties="all"),
        ),
        "the errors added up first": Mistake(
            "The output layer is right. In the sum of BP2 each error goes with the weights of its "
            "own output: Σ δ3[l] w3[l], and not the two sums multiplied.",
            _broken(nabla_a2=lambda delta3, w3: delta3.sum() * w3.sum(axis=0)),
        ),
        "a1 for the switch": Mistake(
            "The output layer is right. In δ1 the error is multiplied by a1. The switch is 1 for "
            "the winner and 0 for the others, as the pooling mask has it: pool.winners(a1).",
            _broken(switch=lambda a1: a1),
        ),
        "y - a": Mistake(
            "All four have the wrong sign. The derivative of ½ (a - y)² is a - y.",
            _broken(sign=-1),
        ),
        "a 2 too many": Mistake(
            "All four are twice too large. The ½ in the cost takes the 2 of the square away.",
            _broken(sign=2),
        ),
        "kernel rotated": Mistake(
            "All is right but for nabla_w1, which is rotated by 180°. In BP4 a larger l means a "
            "pixel further down: a0[j + l, k + m], with plus.",
            _broken(nabla_w=lambda d, a, w: conv.nabla_w(d, a, w)[::-1, ::-1]),
        ),
        "mean instead of sum in BP3": Mistake(
            "All is right but for nabla_b1, which is a mean over the neurons of z1. Each of them "
            "uses the bias, and each counts in full: a sum.",
            _broken(nabla_b=lambda d, w: d.mean()),
        ),
        "mean instead of sum in BP4": Mistake(
            "All is right but for nabla_w1, which is a mean over the neurons of z1. Each of them "
            "uses the weight, and each counts in full: a sum.",
            _broken(nabla_w=lambda d, a, w: conv.nabla_w(d, a, w) / d.size),
        ),
        "mean instead of sum in BP3 and BP4": Mistake(
            "The output layer is right. nabla_w1 and nabla_b1 are means over the neurons of z1. "
            "Sharing adds up, and does not divide.",
            _broken(
                nabla_w=lambda d, a, w: conv.nabla_w(d, a, w) / d.size,
                nabla_b=lambda d, w: d.mean(),
            ),
        ),
        "= where += is needed": Mistake(
            "All is right but for nabla_w1: only the last neuron of z1 is in it. The sum in BP4 "
            "wants += over all (j, k).",
            _broken(nabla_w=_last_neuron),
        ),
        "a2 left out of BP4a": Mistake(
            "All is right but for nabla_w3, which has the error of its neuron in every place. BP4a "
            "multiplies it by what comes in over the line: a2.",
            _broken(nabla_w3=lambda d, a2, w3: d[:, None, None] * np.ones(w3.shape)),
        ),
    },
    hints=(
        "Three lines in the order of the book: BP1, the sum in BP2, then the switch and the "
        "slope. The four gradients are made from what these three have left.",
        "The modules pool and dense have backward functions; pool.winners(a1) is the pooling mask. "
        "nabla_a2 = dense.backward(delta3, w3) has the shape of a2.",
        "delta1 = pool.backward(nabla_a2, pool.winners(a1)) * sigmoid_prime(z1)",
        "For BP4, conv.nabla_w(delta1, a0, w1), or for each (l, m) the sum of delta1 times the "
        "piece of a0 from row l and column m on.",
    ),
    why="That is the whole of it, ties included. Compare with ConvNet.backprop: yours has an "
    "image and a filter; there the leading axes are carried along.",
    solution=backward,
)

# --- 10.4 --------------------------------------------------------------------------------------


def differences(cost, w):
    slopes = np.zeros(w.shape)
    for place in np.ndindex(*w.shape):
        raised, lowered = w.copy(), w.copy()
        raised[place] += 1e-5
        lowered[place] -= 1e-5
        slopes[place] = cost(raised) - cost(lowered)
    return slopes / 2e-5


def _nudged(up=1e-5, down=1e-5, over=2e-5, keep=0.0):
    """Differences with other steps; `keep` is what is left of a step in its place."""

    def answer(cost, w):
        slopes, w = np.zeros(w.shape), w.copy()
        for place in np.ndindex(*w.shape):
            middle = w[place]
            w[place] = middle + up
            above = cost(w)
            w[place] = middle - down
            slopes[place] = above - cost(w)
            w[place] = middle + keep
        return slopes / over

    return answer


def _bowl(w):
    return ((w - 1) ** 2).sum()


def _steep(w):
    return np.exp(20 * w).sum()


def _twisted(w):
    return (w**3).sum() + (w * w[::-1]).sum() + np.sin(w.sum())


DIFFERENCES = Exercise(
    id="10.4",
    title="The judge is wrong",
    asks="debug",
    starter="def differences(cost, w):\n"
    "    slopes = np.zeros(w.shape)\n"
    "    for place in np.ndindex(*w.shape):\n"
    "        w[place] += 1e-5\n"
    "        slopes[place] = cost(w)\n"
    "        w[place] -= 2e-5\n"
    "        slopes[place] -= cost(w)\n"
    "    return slopes / 1e-5",
    answer=Function(
        gradient_check.central_differences,
        [
            Case("a cost that is a bowl, and two weights", _bowl, np.array([0.0, 3.0])),
            Case(
                "a cost in which the weights depend on each other",
                _twisted,
                RNG.standard_normal((3, 4)),
            ),
            Case("a cost that bends strongly", _steep, np.array([0.1, -0.2, 0.3])),
        ],
        within=1e-7,
    ),
    mistakes={
        "h for 2h": Mistake(
            "Every slope is twice too large. How far apart are the two places at which the cost is "
            "measured?",
            _nudged(over=1e-5),
        ),
        "not put back": Mistake(
            "The first slope is right. When the second weight is asked, the first one is still "
            "lowered: the next question has to start from w as it was.",
            _nudged(keep=-1e-5),
        ),
        "not put back, and h for 2h": Mistake(
            "The weights asked before are still lowered when the next one is asked; and the two "
            "places at which the cost is measured are not 1e-5 apart.",
            _nudged(keep=-1e-5, over=1e-5),
        ),
        "raised twice": Mistake(
            "The weights asked before are still raised when the next one is asked: a step too many "
            "was taken back up.",
            _nudged(keep=1e-5),
        ),
        "to one side": Mistake(
            "These are differences to one side, w and w + h. Their error shrinks with h; that of "
            "the two sides together shrinks with h², which is why the chapter uses both.",
            _nudged(down=0.0, over=1e-5),
        ),
        "downwards only": Mistake(
            "These are differences to one side, w - h and w. Measure on both sides of w, and "
            "divide by the distance of the two.",
            _nudged(up=0.0, over=1e-5),
        ),
        "sign": Mistake(
            "All slopes have the wrong sign. Which of the two costs is subtracted from which?",
            _nudged(up=-1e-5, down=-1e-5),
        ),
    },
    hints=(
        "There are two faults. Try it on a cost that you can differentiate: cost = lambda w: "
        "(w**2).sum().",
        "One fault is in the last line: from w + 1e-5 to w - 1e-5, how far is it?",
        "The other is what is missing at the end of the loop; and whoever called the function "
        "would like to have their w back as it was. With a copy for each question, w itself "
        "never moves.",
    ),
    why="The two faults are of different kinds. The factor of 2 shows in the first check. The "
    "weights that were left 1e-5 too low change the slopes measured after them by about as "
    "little, and a generous tolerance would have let that pass.",
    solution=differences,
)

# --- 10.5 --------------------------------------------------------------------------------------

SLOPE = Exercise(
    id="10.5",
    title="The slope that is not missed",
    asks="explain",
    starter="answer = None",
    answer=Letter("a"),
    mistakes={
        "both costs": Mistake(
            "With the quadratic cost, yes. For the cross-entropy, write BP1 out and cancel: what "
            "is left of the slope?",
            "b",
        ),
        "autograd alone": Mistake(
            "The loops have a BP1 of their own, with its slope, and central differences ask for "
            "the cost, which the fault does not touch. Where it changes a gradient, both see it.",
            "c",
        ),
        "none": Mistake(
            "A slope of about ¼ that is left out makes the gradients about four times too large. "
            "Is the relative error of 4x against x small?",
            "d",
        ),
    },
    hints=(
        "Write BP1 for both costs, with ∂C/∂a3 put in. In which of them is σ′(z3) still there?",
        "For the cross-entropy, δ3 = a3 - y is no fault but the right answer.",
        "So nothing is to be noticed there. With the quadratic cost, which of the judges share "
        "the line that is wrong?",
    ),
    why="A fault can be invisible because the question does not touch it. That is why the check "
    "in this chapter asks about both costs.",
    solution="a. With the cross-entropy the slope cancels and δ3 = a3 - y is BP1 itself, so "
    "there is nothing to notice. With the quadratic cost each entry of δ3 is at least four times "
    "too large, since no slope is above ¼, and all four gradients are made from δ3. The loops "
    "compute BP1 with its slope; the cost and the second forward pass know nothing of the line "
    "that is wrong. All three notice.",
)

EXERCISES = [OTHER_ANSWER, PIXEL, BACKWARD, DIFFERENCES, SLOPE]
