"""The exercises of chapter 17, on stride and padding."""

import itertools

import numpy as np

from ... import by_definition, conv
from ..asking import Case, Exercise, Function, Letter, Mistake, Values

RNG = np.random.default_rng(17)

# --- 17.1 --------------------------------------------------------------------------------------


def seven_pixels():
    w, delta = np.array([1.0, 3, -2]), np.array([2.0, -1, 4])
    padded = np.zeros(9)
    for j in range(3):
        padded[3 * j : 3 * j + 3] += delta[j] * w
    return padded[1:8]


SEVEN_PIXELS = Exercise(
    id="17.1",
    title="Seven pixels",
    asks="by hand",
    starter="answer = [..., ..., ..., ..., ..., ..., ...]",
    answer=Values([6, -4, -1, -3, 2, 4, 12]),
    mistakes={
        "the padding kept": Mistake(
            "The first of your numbers belongs to the zero at the left end. Neuron 0 begins at "
            "column -1: its first weight lies on the zero, its second on pixel 0.",
            [2, 6, -4, -1, -3, 2, 4],
        ),
        "the filter rotated": Mistake(
            "The filter is the wrong way round. A neuron lays it down as it is; whoever gathers "
            "from the errors, spread out, has to rotate it.",
            [6, 2, 2, -3, -1, -8, 12],
        ),
        "stride 1": Mistake(
            "The neurons have been moved on by one pixel, not by three.",
            [5, -3, 14, -8, 0, 0, 0],
        ),
        "the errors alone": Mistake(
            "These are the errors of the neurons that see each pixel. On the way down each is "
            "multiplied by the weight that lies on the pixel.",
            [2, 2, -1, -1, -1, 4, 4],
        ),
        "without the sign": Mistake(
            "The sign of the second error is lost. Its neuron lays down -1, -3 and 2.",
            [6, -4, 1, 3, -2, 4, 12],
        ),
        "the last pixel left out": Mistake(
            "The last pixel is seen by neuron 2, through its second weight; the third one lies on "
            "the zero at the right end.",
            [6, -4, -1, -3, 2, 4, 0],
        ),
    },
    hints=(
        "Neuron j begins at column 3j - 1. Which pixels does each of the three see?",
        "Neuron 0 sees the zero and pixels 0, 1; neuron 1 sees 2, 3, 4; neuron 2 sees 5, 6 and "
        "the zero. No pixel is seen twice.",
        "So each number is one product: pixel 0 gets 2 · 3, pixel 1 gets 2 · (-2).",
    ),
    why="With a stride as long as the filter no two receptive fields overlap, and there is nothing "
    "to add up: = would do as well as +=. A test with such sizes does not notice the difference.",
    solution=seven_pixels,
)

# --- 17.2 --------------------------------------------------------------------------------------


def places(length, kernel, stride, padding):
    return divmod(length + 2 * padding - kernel + stride, stride)


def _size(length, kernel, stride, padding):
    found = conv.size(length, kernel, stride, padding)
    return found, length + 2 * padding - kernel - stride * (found - 1)


def _of(formula):
    """The answer with another number of places, what is left over following from it."""

    def wrong(length, kernel, stride, padding):
        found = formula(length, kernel, stride, padding)
        return found, length + 2 * padding - kernel - stride * (found - 1)

    return wrong


def _left(formula):
    """The answer with the right places, and something else left over."""

    def wrong(length, kernel, stride, padding):
        found = conv.size(length, kernel, stride, padding)
        return found, formula(length, kernel, stride, padding, found)

    return wrong


PLACES = Exercise(
    id="17.2",
    title="Places, and what is left over",
    asks="implement",
    starter="def places(length, kernel, stride, padding):\n"
    "    # places, left over\n    return ..., ...",
    answer=Function(
        _size,
        [
            Case("28 rows, a filter of 5, stride 3", 28, 5, 3, 0),
            Case("30 rows, a filter of 5, stride 5, padding 1", 30, 5, 5, 1),
            Case("9 rows, a filter of 4, stride 3, padding 2", 9, 4, 3, 2),
            Case("6 rows, a filter of 5, stride 4", 6, 5, 4, 0),
        ],
        parts=("places", "left over"),
    ),
    mistakes={
        "no 1 added": Mistake(
            "One place is missing: the filter stands somewhere before it has moved at all. "
            "Dividing counts the steps.",
            _of(lambda n, k, s, p: (n + 2 * p - k) // s),
        ),
        "no 1 added to a quotient": Mistake(
            "What is left over is right, and one place is missing: the filter stands somewhere "
            "before it has moved at all. Dividing counts the steps.",
            lambda n, k, s, p: divmod(n + 2 * p - k, s),
        ),
        "padding once": Mistake(
            "The padding has been counted once. It stands at both ends.",
            lambda n, k, s, p: _size(n + p, k, s, 0),
        ),
        "padding left out": Mistake(
            "The padding has been left out: the filter may begin on the zeros.",
            lambda n, k, s, p: _size(n, k, s, 0),
        ),
        "rounded up": Mistake(
            "Rounded up. A place at which the filter hangs over the end is none.",
            _of(lambda n, k, s, p: -(-(n + 2 * p - k) // s) + 1),
        ),
        "a quotient rounded up": Mistake(
            "What is left over is right, and the places are rounded up. One at which the filter "
            "hangs over the end is none.",
            lambda n, k, s, p: (-(-(n + 2 * p - k) // s) + 1, (n + 2 * p - k) % s),
        ),
        "the 1 added too early": Mistake(
            "The 1 has been added before the division. That is right with stride 1 and sometimes "
            "otherwise: H + 2P - K is divided by S, and then 1 is added.",
            _of(lambda n, k, s, p: (n + 2 * p - k + 1) // s),
        ),
        "the 1 added to what is divided": Mistake(
            "What is left over is right. For the places the 1 has been added before the division: "
            "H + 2P - K is divided by S, and then 1 is added.",
            lambda n, k, s, p: ((n + 2 * p - k + 1) // s, (n + 2 * p - k) % s),
        ),
        "remainder of another division": Mistake(
            "The places are right. Left over is the remainder of the same division, of H + 2P - K "
            "by S.",
            lambda n, k, s, p: (_size(n, k, s, p)[0], (n + 2 * p) % s),
        ),
        "places where steps are meant": Mistake(
            "The places are right. In what is left over S multiplies H' - 1, the steps, not the "
            "places.",
            _left(lambda n, k, s, p, found: n + 2 * p - k - s * found),
        ),
        "zeros not left over": Mistake(
            "The places are right. The zeros have been left out of what is left over: the filter "
            "moves over H + 2P rows, not H.",
            _left(lambda n, k, s, p, found: n - k - s * (found - 1)),
        ),
        "a remainder without the zeros": Mistake(
            "The places are right. What is left over is the remainder of the same division, of "
            "H + 2P - K with the zeros.",
            _left(lambda n, k, s, p, found: (n - k) % s),
        ),
        "whether there is a remainder": Mistake(
            "The places are right. For what is left over you say 1 if there is a remainder, and 0 "
            "if not: it is the remainder itself.",
            _left(lambda n, k, s, p, found: min((n + 2 * p - k) % s, 1)),
        ),
    },
    hints=(
        "How far can the filter move, from the first place to the last row? H + 2P - K rows.",
        "It moves by S at a time: H + 2P - K, divided by S and rounded down, are its steps. The "
        "remainder is what it cannot use.",
        "divmod gives both. The places are one more than the steps.",
    ),
    why="With 9 rows, a filter of 4, stride 3 and padding 2 nothing is left over, and with 10 rows "
    "one is. Both have 4 places.",
    solution=places,
)

# --- 17.3 --------------------------------------------------------------------------------------


def grad_a(delta, w, stride, padding, shape):
    grad = np.zeros(shape)
    for j, k in np.ndindex(delta.shape):
        for l, m in np.ndindex(w.shape):
            p, q = stride * j + l - padding, stride * k + m - padding
            if 0 <= p < shape[0] and 0 <= q < shape[1]:
                grad[p, q] += delta[j, k] * w[l, m]
    return grad


def _laid(place, guard=True):
    """BP5s with another place, given j, l and S, P; without the guard as Python's indices go."""

    def wrong(delta, w, stride, padding, shape):
        grad = np.zeros(shape)
        for j, k in np.ndindex(delta.shape):
            for l, m in np.ndindex(w.shape):
                p, q = place(j, l, stride, padding), place(k, m, stride, padding)
                inside = p < shape[0] and q < shape[1] and (min(p, q) >= 0 or not guard)
                if inside and p >= -shape[0] and q >= -shape[1]:
                    grad[p, q] += delta[j, k] * w[l, m]
        return grad

    return wrong


def _strided(label, shape, kernel, stride, padding):
    rows, columns = (conv.size(n, k, stride, padding) for n, k in zip(shape, kernel, strict=True))
    delta, w = RNG.normal(size=(rows, columns)), RNG.normal(size=kernel)
    return Case(label, delta, w, stride, padding, shape)


def _replaced(delta, w, stride, padding, shape):
    grad = np.zeros(shape)
    for j, k in np.ndindex(delta.shape):
        for l, m in np.ndindex(w.shape):
            p, q = stride * j + l - padding, stride * k + m - padding
            if 0 <= p < shape[0] and 0 <= q < shape[1]:
                grad[p, q] = delta[j, k] * w[l, m]
    return grad


def _gathered(neuron):
    """BP5s gathered, with a neuron for every weight: where there is none, one beside it."""

    def wrong(delta, w, stride, padding, shape):
        grad = np.zeros(shape)
        for p, q in np.ndindex(*shape):
            for l, m in np.ndindex(w.shape):
                j, k = neuron(p + padding - l, stride), neuron(q + padding - m, stride)
                if 0 <= j < delta.shape[0] and 0 <= k < delta.shape[1]:
                    grad[p, q] += delta[j, k] * w[l, m]
        return grad

    return wrong


def _weights_from_the_far_edge(delta, w, stride, padding, shape):
    """BP5s as it stands, its indices left to Python below 0 and caught above."""
    grad = np.zeros(shape)
    for (p, q), (j, k) in itertools.product(np.ndindex(*shape), np.ndindex(delta.shape)):
        l, m = p + padding - stride * j, q + padding - stride * k
        if -w.shape[0] <= l < w.shape[0] and -w.shape[1] <= m < w.shape[1]:
            grad[p, q] += delta[j, k] * w[l, m]
    return grad


STRIDED = Exercise(
    id="17.3",
    title="BP5s in loops",
    asks="implement",
    starter="def grad_a(delta, w, stride, padding, shape):\n    # your lines\n    ...",
    answer=Function(
        by_definition.conv_backward,
        [
            _strided("6 by 5 pixels, stride 1, padding 0", (6, 5), (3, 2), 1, 0),
            _strided("6 by 7 pixels, stride 2, padding 1", (6, 7), (3, 4), 2, 1),
            _strided("8 by 6 pixels, stride 3, padding 2", (8, 6), (4, 3), 3, 2),
        ],
    ),
    mistakes={
        "negative indices": Mistake(
            "What lands on the zeros above and to the left has leaked in at the far edge: Python "
            "counts negative indices from the end. Leave such places out.",
            _laid(lambda j, l, s, p: s * j + l - p, guard=False),
        ),
        "weights from the far edge": Mistake(
            "Where p + P - S·j is below 0 the neuron does not see the pixel. Python takes a weight "
            "from the other end of the filter, without a complaint: leave such terms out.",
            _weights_from_the_far_edge,
        ),
        "stride left out": Mistake(
            "The neurons have been moved on by one row and column, not by the stride.",
            _laid(lambda j, l, s, p: j + l - p),
        ),
        "padding left out": Mistake(
            "The padding has been left out, or cut off at the lower right end alone: neuron (0, 0) "
            "begins at row -P, not at row 0.",
            _laid(lambda j, l, s, p: s * j + l),
        ),
        "the offset stretched": Mistake(
            "The stride multiplies the offset in the filter, l and m. It is the neurons that are "
            "further apart; the weights lie side by side.",
            _laid(lambda j, l, s, p: j + s * l - p),
        ),
        "padding added": Mistake(
            "The padding has the wrong sign. The filter begins before the image: - P.",
            _laid(lambda j, l, s, p: s * j + l + p),
        ),
        "the filter rotated": Mistake(
            "Each neuron lays down the filter rotated by 180°. A loop over the neurons must not "
            "rotate it; a cross-correlation of the errors, spread out, must.",
            lambda d, w, s, p, shape: conv.backward(d, w[::-1, ::-1], s, p, shape),
        ),
        "= where += is needed": Mistake(
            "Where receptive fields overlap, the last neuron has wiped out the others: +=, not =.",
            _replaced,
        ),
        "gathered from a rounded place": Mistake(
            "You go from pixel to pixel and round (p + P - l) / S, or repeat each error into the "
            "gaps. Where the division leaves a remainder, no neuron sees the pixel through this "
            "weight: add nothing.",
            _gathered(lambda way, stride: way // stride),
        ),
        "gathered from the nearest place": Mistake(
            "You go from pixel to pixel and take (p + P - l) / S to the nearest whole number. "
            "Where the division leaves a remainder, no neuron sees the pixel through this weight: "
            "add nothing.",
            _gathered(lambda way, stride: round(way / stride)),
        ),
        "gathered without what is behind the point": Mistake(
            "You go from pixel to pixel and cut off what is behind the point of (p + P - l) / S. "
            "Where there is something, no neuron sees the pixel through this weight: add nothing.",
            _gathered(lambda way, stride: int(way / stride)),
        ),
    },
    hints=(
        "Begin with np.zeros(shape). Two loops over the neurons, two over the weights.",
        "Weight (l, m) of neuron (j, k) lies on row S·j + l - P and column S·k + m - P.",
        "If this is a row and a column of the image, add error times weight there. If not, it "
        "lies on the padding: leave it out.",
    ),
    why="A loop that scatters needs nothing spread out: it visits the neurons there are. The "
    "zeros between the errors belong to the reading from below.",
    solution=grad_a,
)

# --- 17.4 --------------------------------------------------------------------------------------


def spread(delta, stride, shape):
    out = np.zeros(shape)
    out[::stride, ::stride] = delta
    return out


def _reference(delta, stride, shape):
    out = np.zeros(shape)
    for j, k in np.ndindex(delta.shape):
        out[stride * j, stride * k] = delta[j, k]
    return out


def _repeated(delta, stride, shape):
    out = np.zeros(shape)
    big = delta.repeat(stride, axis=0).repeat(stride, axis=1)[: shape[0], : shape[1]]
    out[: big.shape[0], : big.shape[1]] = big
    return out


def _at(place):
    def wrong(delta, stride, shape):
        out = np.zeros(shape)
        for j, k in np.ndindex(delta.shape):
            out[place(j, k, stride, shape)] = delta[j, k]
        return out

    return wrong


def _too_far(delta, stride, shape):
    """S zeros between two errors; those that lie outside are left out, where a slice raises."""
    out = np.zeros(shape)
    for j, k in np.ndindex(delta.shape):
        r, c = (stride + 1) * j, (stride + 1) * k
        if r < shape[0] and c < shape[1]:
            out[r, c] = delta[j, k]
    return out


def _errors(label, errors, stride, left_over):
    rows, columns = (stride * (n - 1) + 1 + r for n, r in zip(errors, left_over, strict=True))
    return Case(label, RNG.normal(size=errors), stride, (rows, columns))


SPREAD = Exercise(
    id="17.4",
    title="Spread out",
    asks="implement",
    starter="def spread(delta, stride, shape):\n    # your lines\n    ...",
    answer=Function(
        _reference,
        [
            _errors("2 by 3 errors, stride 2", (2, 3), 2, (0, 0)),
            _errors("3 by 2 errors, stride 3, a row left over", (3, 2), 3, (1, 0)),
            _errors("3 by 4 errors, stride 3, two columns left over", (3, 4), 3, (0, 2)),
            _errors("2 by 2 errors, stride 3, a row and a column left over", (2, 2), 3, (1, 1)),
        ],
    ),
    mistakes={
        "repeated": Mistake(
            "The errors have been repeated into the gaps. The neurons that the stride drops do "
            "not reach the cost: zeros.",
            _repeated,
        ),
        "not spread": Mistake(
            "The errors stand side by side in the upper left corner. Between two of them are the "
            "neurons that were dropped.",
            _at(lambda j, k, s, shape: (j, k)),
        ),
        "one zero too many": Mistake(
            "There are S zeros between two errors; the neurons that are kept are S apart, so "
            "there are S - 1 between them.",
            _too_far,
        ),
        "at the lower end": Mistake(
            "The errors have been counted from the lower right end. What is left over lies "
            "there: the first place is row 0, column 0.",
            _at(lambda j, k, s, shape: (s * j + (shape[0] - 1) % s, s * k + (shape[1] - 1) % s)),
        ),
        "rows alone": Mistake(
            "The rows are spread out and the columns are not.",
            _at(lambda j, k, s, shape: (s * j, k)),
        ),
    },
    hints=(
        "Begin with np.zeros(shape). In which row of it does row j of the errors stand?",
        "In row S·j, and column k in column S·k.",
        "A loop, or one slice with a step in each direction: out[::stride, ::stride]. It has as "
        "many rows as delta, since fewer than S are left over.",
    ),
    why="conv.backward and conv.nabla_w with stride 1 give on this array what they give with the "
    "stride on δ. So a test can hold the one against the other, with no loop and no formula.",
    solution=spread,
)

# --- 17.5 --------------------------------------------------------------------------------------

WHICH_CALL = Exercise(
    id="17.5",
    title="Which call?",
    asks="explain",
    starter="answer = None",
    answer=Letter("c"),
    mistakes={
        "forwards again": Mistake(
            "These are stride and padding of the way forward, on errors that are not spread out. "
            "What comes out is smaller than δ; the layer below is larger.",
            "a",
        ),
        "the same padding": Mistake(
            "Spread out, with stride 1: right. But count what a pixel in the corner hears: with "
            "P = 1 it asks rows 1, 0, -1, -2 and -3 of D, so three rows of zeros are needed.",
            "b",
        ),
        "the padding kept": Mistake(
            "With K - 1 = 4 rows of zeros what comes out has the rows of the padded image. What "
            "arrived on the padding is to be cut off.",
            "d",
        ),
    },
    hints=(
        "The errors are spread out, and the way back has stride 1. How many rows come out, and "
        "how many should?",
        "Without padding there would be K - 1 rows of zeros on each side. P less are needed.",
    ),
    why="K - 1 - P. Where P is larger than K - 1, rows of D are cut off instead: their neurons see "
    "nothing but zeros, and send nothing down.",
    solution="c. On D everything has stride 1. With K - 1 = 4 rows of zeros on each side, as in "
    "chapter 16, the padded image would come out; the P = 1 rows at each end that are padding are "
    "left out, by 3 rows of zeros instead of 4.",
)

EXERCISES = [SEVEN_PIXELS, PLACES, STRIDED, SPREAD, WHICH_CALL]
