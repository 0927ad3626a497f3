"""The exercises of chapter 20, on the backward pass of a deep network as a loop."""

import numpy as np

from ... import dense
from ..asking import Case, Exercise, Function, Letter, Mistake, Values

RNG = np.random.default_rng(20)

# --- 20.1 --------------------------------------------------------------------------------------


def another_row():
    above = np.array([-3.0, 0])  # ∂C/∂a⁶ = 3 - 4, times 3, to the first of two: 4 is more than 3
    w3, w0 = np.array([2.0, -1]), np.array([1.0, 2])
    pooled = np.zeros(3)
    pooled[0:2] += above[0] * w3
    neurons = np.zeros(6)
    neurons[[1, 2]] = pooled[[0, 1]]  # the winners, both positive
    grad = np.zeros(7)
    for j in (1, 2):
        grad[j : j + 2] += neurons[j] * w0
    return grad


ANOTHER_ROW = Exercise(
    id="20.1",
    title="Another row of pixels",
    asks="by hand",
    starter="answer = [..., ..., ..., ..., ..., ..., ...]",
    answer=Values([0, -6, -9, 6, 0, 0, 0]),
    mistakes={
        "the wish forgotten": Mistake(
            "That is the gradient with y = 1. With y = 4 the output is too small, and everything "
            "that comes down changes: a⁶ - y is -1.",
            [0, 12, 18, -12, 0, 0, 0],
        ),
        "the sign": Mistake(
            "All signs are the other way round. ∂C/∂a⁶ is a⁶ - y, and not y - a⁶.",
            [0, 6, 9, -6, 0, 0, 0],
        ),
        "= where += is needed": Mistake(
            "Pixel 2 is seen by two neurons that pass something on, and has the word of the second "
            "of them alone. Add the two.",
            [0, -6, 3, 6, 0, 0, 0],
        ),
        "a filter rotated": Mistake(
            "The lower filter has been laid down the wrong way round. Neuron j sees pixel j "
            "through its first weight.",
            [0, -12, 0, 3, 0, 0, 0],
        ),
        "the upper filter rotated": Mistake(
            "The upper filter has been laid down the wrong way round: the first pooled neuron is "
            "seen through the 2.",
            [0, 3, 0, -12, 0, 0, 0],
        ),
        "to both of a window": Mistake(
            "The upper pooling has passed the error to both of its neurons. The 4 wins, and the 3 "
            "gets nothing.",
            [0, -6, -15, -6, 3, 6, 0],
        ),
        "the output weight forgotten": Mistake(
            "The output weight is missing: what comes down to a⁵ is 3 times what arrives at a⁶.",
            [0, -2, -3, 2, 0, 0, 0],
        ),
        "stopped at the neurons": Mistake(
            "That is what arrives at a¹, with a 0 put behind it. The lower filter is still to be "
            "laid down.",
            [0, -6, 3, 0, 0, 0, 0],
        ),
    },
    hints=(
        "Upwards first: a¹ is (-3, 3, 2, -2, 1, -1). Then the ReLU, and the larger of each two.",
        "a³ is (3, 2, 1), a⁴ is (4, 3), a⁵ is 4 and a⁶ is 3. What comes down to a⁴ is (-3, 0).",
        "Times the upper filter it is (-6, 3, 0) at a³, and the winners are neurons 1 and 2 of the "
        "lower layer. Lay the lower filter down at both.",
    ),
    why="The steepest slope, -9, is that of the pixel with the most ink, and not because of the "
    "ink: both errors of the lower layer reach it, -6 · 2 + 3 · 1. Pixel 5 has ink too, and its "
    "slope is 0.",
    solution=another_row,
)

# --- 20.2 --------------------------------------------------------------------------------------


def to_the_input(ws, a, grad):
    for i in reversed(range(len(ws))):
        grad = dense.backward(grad * (a[i + 1] > 0), ws[i])
    return grad


def _went_up(label, width, layers):
    """Square weights, and the activations of ReLU layers over them, from a drawn input on."""
    ws, a = RNG.normal(size=(layers, width, width)), [RNG.normal(size=width)]
    for w in ws:
        a.append(np.maximum(w @ a[-1], 0))
    return Case(label, ws, np.array(a), RNG.normal(size=width))


def _down(step, order=-1, skip=0):
    """The loop with another step, given w, the activations below and above, and grad."""

    def wrong(ws, a, grad):
        for i in list(range(skip, len(ws)))[::order]:
            grad = step(ws[i], a[i], a[i + 1], grad)
        return grad

    return wrong


LOOP = Exercise(
    id="20.2",
    title="Down to the input",
    asks="implement",
    starter="def to_the_input(ws, a, grad):\n    # your lines\n    ...",
    answer=Function(
        to_the_input,
        [
            _went_up("one layer of three neurons", 3, 1),
            _went_up("two layers of four neurons", 4, 2),
            _went_up("five layers of six neurons", 6, 5),
        ],
    ),
    mistakes={
        "no ReLU": Mistake(
            "The weights are right, but nothing has been stopped at a neuron that the ReLU holds "
            "at 0.",
            _down(lambda w, below, above, grad: grad @ w),
        ),
        "not transposed": Mistake(
            "The weights have been used as on the way up. Downwards neuron k hears from each "
            "neuron j above through w[j, k], so the sum goes over the rows.",
            _down(lambda w, below, above, grad: w @ (grad * (above > 0))),
        ),
        "the activations below": Mistake(
            "Whether a neuron passes anything on is a matter of its own activation, the one above "
            "its weights: a[i + 1] for the weights ws[i], and not a[i].",
            _down(lambda w, below, above, grad: (grad * (below > 0)) @ w),
        ),
        "from the bottom": Mistake(
            "The loop goes up. The error comes from the output: begin with the last layer.",
            _down(lambda w, below, above, grad: (grad * (above > 0)) @ w, order=1),
        ),
        "the first layer left out": Mistake(
            "That is the gradient of a[1]. Go through the layer of ws[0] too.",
            _down(lambda w, below, above, grad: (grad * (above > 0)) @ w, skip=1),
        ),
        "the mask below the weights": Mistake(
            "The ReLU of a layer lies above its weights. On the way down it comes first: stop what "
            "arrives at the neurons that are 0, then multiply by w.",
            _down(lambda w, below, above, grad: (grad @ w) * (above > 0)),
        ),
    },
    hints=(
        "One turn of the loop is a layer: first its ReLU, then its weights. Which activations tell "
        "what its ReLU has done?",
        "for i in reversed(range(len(ws))): what arrives counts where a[i + 1] > 0.",
        "grad = (grad * (a[i + 1] > 0)) @ ws[i], and after the loop return grad.",
    ),
    why="The activations are all that the way down needs of the way up. That is what a training "
    "program keeps in memory, and why its memory grows with the number of layers.",
    solution=to_the_input,
)

# --- 20.3 --------------------------------------------------------------------------------------


def field(layers):
    size = 1
    for window, stride in reversed(layers):
        size = stride * (size - 1) + window
    return size


FIELD = Exercise(
    id="20.3",
    title="What a deep neuron sees",
    asks="derive",
    starter="def field(layers):\n    # your lines\n    ...",
    answer=Function(
        field,
        [
            Case("one convolution, [(5, 1)]", [(5, 1)]),
            Case("the network of this chapter", [(5, 1), (2, 2), (5, 1), (2, 2)]),
            Case("strides of 2, [(3, 2), (3, 2), (3, 1)]", [(3, 2), (3, 2), (3, 1)]),
            Case("[(3, 1), (3, 3), (4, 2), (1, 1)]", [(3, 1), (3, 3), (4, 2), (1, 1)]),
        ],
    ),
    mistakes={
        "no stride": Mistake(
            "That would be right if every stride were 1. Above a stride of 2 the windows of "
            "neighbours begin two places apart, not one.",
            lambda layers: 1 + sum(window - 1 for window, _ in layers),
        ),
        "added up": Mistake(
            "The windows have been added up. Neighbouring windows overlap, or lie side by side; "
            "and one neuron alone sees one.",
            lambda layers: sum(window for window, _ in layers),
        ),
        "multiplied": Mistake(
            "The windows have been multiplied. That is right where they lie side by side, each "
            "stride as long as its window; here some overlap.",
            lambda layers: int(np.prod([window for window, _ in layers])),
        ),
        "from below": Mistake(
            "The layers have been gone through from the image upwards, with the rule for going "
            "down. Begin at the neuron: the last layer first.",
            lambda layers: field(layers[::-1]),
        ),
        "size for size - 1": Mistake(
            "From the first to the last of n neighbours there are n - 1 steps, not n.",
            lambda layers: _grown(layers, 0),
        ),
        "the last alone": Mistake(
            "That is what the neuron sees of the layer below it. Go on down to the image.",
            lambda layers: layers[-1][0],
        ),
    },
    hints=(
        "Go down from the neuron. Say it sees n neurons side by side of some layer. The first of "
        "them sees a window; where does the window of the last one begin?",
        "n - 1 strides further. So they see stride · (n - 1) + window together.",
        "Begin with size = 1 and go through the layers from the last to the first.",
    ),
    why="In the network of this chapter it is 16 of 28 pixels on a side. No error spreads "
    "further on its way down than its neuron sees.",
    solution=field,
)


def _grown(layers, less):
    size = 1
    for window, stride in reversed(layers):
        size = stride * (size - less) + window
    return size


# --- 20.4 --------------------------------------------------------------------------------------

ORDER = """
def nabla_ws(ws, a, grad):
    found = []
    for i in reversed(range(len(ws))):
        grad = dense.backward(grad, ws[i])
        found.append(dense.nabla_w(grad, a[i]))
    return np.array(found)
""".strip()


def nabla_ws(ws, a, grad):
    found = []
    for i in reversed(range(len(ws))):
        found.append(dense.nabla_w(grad, a[i]))
        grad = dense.backward(grad, ws[i])
    return np.array(found[::-1])


def _linear(label, width, layers):
    ws, a = RNG.normal(size=(layers, width, width)), [RNG.normal(size=width)]
    for w in ws:
        a.append(w @ a[-1])
    return Case(label, ws, np.array(a), RNG.normal(size=width))


def _collected(early=True, upright=True, shift=0, turned=False):
    """The gradients of all weights: D3 before D2 or after it, in the order of ws or not."""

    def wrong(ws, a, grad):
        found = []
        for i in reversed(range(len(ws))):
            below = dense.backward(grad, ws[i])
            nabla = np.outer(grad if early else below, a[i + shift])
            found.append(nabla.T if turned else nabla)
            grad = below
        return np.array(found[::-1] if upright else found)

    return wrong


TWO_BUGS = Exercise(
    id="20.4",
    title="All right in shape",
    asks="debug",
    starter=ORDER,
    answer=Function(
        nabla_ws,
        [
            _linear("two layers of two neurons", 2, 2),
            _linear("three layers of three neurons", 3, 3),
        ],
    ),
    mistakes={
        "nothing changed": Mistake(
            "Both bugs are still there. Take a network of one layer, and say in words what `grad` "
            "is when `nabla_w` is called.",
            _collected(early=False, upright=False),
        ),
        "the order of the list": Mistake(
            "Each gradient is right now, but the list begins with the last layer. Its first entry "
            "is to be that of ws[0].",
            _collected(upright=False),
        ),
        "D2 before D3": Mistake(
            "The list is in order now, but each layer still gets what comes out of it at the "
            "bottom. D3 wants what arrives at its top: take it before `grad` is replaced.",
            _collected(early=False),
        ),
        "the wrong activations": Mistake(
            "D3 wants what the layer was given, a[i], and not what it made of it.",
            _collected(shift=1),
        ),
        "transposed": Mistake(
            "Each gradient is transposed. w[j, k] goes from k to j: its slope is the error of j "
            "times the activation of k.",
            _collected(turned=True),
        ),
    },
    hints=(
        "In D3 the first factor is ∂C/∂a^{i+1}. What is `grad` in the line that calls `nabla_w`?",
        "Exchange the two lines of the loop. Then try a network of two layers: which of its two "
        "gradients comes first in the list?",
        "found[::-1], or insert each gradient at the front.",
    ),
    why="All layers of this network have the same width, and so both bugs keep every shape. With "
    "layers of different widths some gradient would not have the shape of its weights, and a test "
    "of the shapes would see it.",
    solution=nabla_ws,
)

# --- 20.5 --------------------------------------------------------------------------------------

PALE = Exercise(
    id="20.5",
    title="A pale picture",
    asks="explain",
    starter="answer = None",
    answer=Letter("c"),
    mistakes={
        "no pixel mattered": Mistake(
            "Erase the digit and the answer changes. A slope of nearly 0 says that a *small* "
            "change does little to the cost, and nothing of a large one.",
            "a",
        ),
        "not learned": Mistake(
            "A network that has not learned is not sure of anything: it gives the right class far "
            "less than 0.9999, its errors are large, and its picture is not pale.",
            "b",
        ),
        "dead": Mistake(
            "Neurons at 0 would stop ∂C/∂a⁰, but not ∂C/∂a⁷, which stands above all of them; "
            "and here it is small already.",
            "d",
        ),
    },
    hints=(
        "Follow the way down from the top. What is the first array that it begins with, and how "
        "large is it for this digit?",
        "a - y. Every ∂C/∂a^i below it is made of it by sums and products.",
    ),
    why="To ask what the answer hangs on, and not what the cost hangs on, begin the way down with "
    "a 1 at the output's weighted input instead of a - y. Then nothing in the picture is small "
    "because the network is sure.",
    solution="c. The network gives 0.9999 to the right class, so a - y is at most 0.0001 in every "
    "output, and all that comes down is small with it. The picture says how steep the cost is in "
    "each pixel, and about a right and sure answer it is nearly level; further off it may rise.",
)

EXERCISES = [ANOTHER_ROW, LOOP, FIELD, TWO_BUGS, PALE]
