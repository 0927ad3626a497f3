"""The exercises of chapter 15, on wrong gradients and the checks that notice them."""

import numpy as np

from ... import conv
from ..asking import Case, Exercise, Function, Letter, Made, Mistake, Values

RNG = np.random.default_rng(15)

# --- 15.1 --------------------------------------------------------------------------------------


def both_ways():
    a, w, delta = np.array([[3.0, 0, 4]]), np.array([[1.0, 2]]), np.array([[5.0, -1]])
    forward = np.vdot(conv.forward(a, w, 0.0), delta)
    nabla = conv.nabla_w(delta, a, w)
    return [forward, *nabla.flat, np.vdot(w, nabla)]


BOTH_WAYS = Exercise(
    id="15.1",
    title="Both ways",
    asks="by hand",
    starter="answer = [..., ..., ..., ...]",
    answer=Values([7, 15, -4, 7]),
    mistakes={
        "gradient turned": Mistake(
            "Your two gradients have changed places, and your own first and last numbers say so: "
            "they differ. Which pixels does w_0 lie on?",
            [7, -4, 15, 26],
        ),
        "filter turned": Mistake(
            "The first number comes from a filter laid on the other way round. In this book it is "
            "laid on as it is: z_0 = w_0 a_0 + w_1 a_1.",
            [26, 15, -4, 7],
        ),
        "errors left out": Mistake(
            "The gradients are sums of pixels only. Each pixel comes with the error of the neuron "
            "that sees it.",
            [7, 3, 4, 11],
        ),
        "a mean": Mistake(
            "The gradients are means over the two neurons. A weight that is used twice moves the "
            "cost twice.",
            [7, 7.5, -2, 3.5],
        ),
        "sign lost": Mistake(
            "The second error is -1, and somewhere its sign was lost.", [23, 15, 4, 23]
        ),
    },
    hints=(
        "Forward first: z has two entries, one for each place of the filter.",
        "z = (3, 8). For BP4, write down which pixel each neuron sees through w_0, and which "
        "through w_1.",
        "Through w_0 the neurons see the pixels 3 and 0, through w_1 the pixels 0 and 4. Times the "
        "errors 5 and -1.",
    ),
    why="The first and the last number agree though nobody took a derivative. If you had rotated "
    "the gradient, the last would be 26: a check that costs four products.",
    solution=both_ways,
)

# --- 15.2 --------------------------------------------------------------------------------------


def the_same_when_turned():
    return np.array([[1.0, 2, 3], [4, 5, 4], [3, 2, 1]])


def _unseen(gradient):
    if (gradient == gradient.flat[0]).all():
        return "all the same"
    if not np.array_equal(gradient, gradient[::-1, ::-1]):
        if np.array_equal(gradient, gradient.T):
            return "the wrong one of the two"
        return "turned differs"
    return "transposed alike" if np.array_equal(gradient, gradient.T) else None


UNSEEN = Exercise(
    id="15.2",
    title="Unseen when rotated",
    asks="predict",
    starter="answer = [\n" + "    [..., ..., ...],\n" * 3 + "]",
    answer=Made((3, 3), _unseen),
    mistakes={
        "all the same": Mistake(
            "All nine entries are equal, so nobody can see where any of them went. Transposing it "
            "would not be noticed either.",
            np.ones((3, 3)),
        ),
        "turned differs": Mistake(
            "Rotated by 180° it is another gradient, and can be noticed. Where does the entry of "
            "the first row and column go?",
            np.arange(9.0).reshape(3, 3),
        ),
        "the wrong one of the two": Mistake(
            "It is transposing that does not change yours, and rotating that does. It was to be "
            "the other way round.",
            np.array([[1.0, 2, 3], [2, 4, 5], [3, 5, 6]]),
        ),
        "transposed alike": Mistake(
            "Rotated it stays what it is, but transposed too. Make an entry differ from the one "
            "across the diagonal.",
            np.array([[1.0, 2, 3], [2, 4, 2], [3, 2, 1]]),
        ),
    },
    hints=(
        "Rotating by 180° swaps the first entry with the last, the second with the last but one, "
        "and so on. Which entry stays?",
        "Choose the first four entries and the middle one; the other four must repeat the first "
        "four backwards.",
        "Now see that the second entry of the first row differs from the first of the second row.",
    ),
    why="Gradients of real digits have no such symmetry, but the filters and images that people "
    "put into tests often do: all ones, an identity, a cross.",
    solution=the_same_when_turned,
)

# --- 15.3 --------------------------------------------------------------------------------------

A_TEST = Exercise(
    id="15.3",
    title="A test in the wild",
    asks="explain",
    starter="answer = None",
    answer=Letter("c"),
    mistakes={
        "sees all": Mistake(
            "They see all that the cost can feel on this image. What does the cost not feel where "
            "no two neurons of a window are equal, and where there is one image?",
            "a",
        ),
        "square": Mistake(
            "Squares make the check of shapes blind. Here every entry has its own central "
            "difference, in its own place.",
            "b",
        ),
        "no derivative": Mistake(
            "They know no derivative, and that is their strength: what they measure has σ′ in it, "
            "whether the code has or not.",
            "d",
        ),
    },
    hints=(
        "Ask of each bug: on which inputs does it change a number at all?",
        "One kind of bug needs ties, another needs more than one image. Does the test have either?",
        "Neurons that see random pixels are hardly ever tied, and a batch of one is divided by 1.",
    ),
    why="The check was one of the two that see every fault that the menu has for this network, and "
    "what it was shown made it blind. Two real digits would have been enough to show it both bugs.",
    solution="c. On random pixels two neurons of a window are hardly ever equal. So each window "
    "has one maximum, and 'every tied maximum' is the right switch. With one image the mean over "
    "the batch is the sum. The bugs of b and d change numbers on one image of noise too, and "
    "central differences measure each number by itself.",
)

# --- 15.4 --------------------------------------------------------------------------------------


def agreement(wrong, right):
    lengths = np.sqrt((wrong**2).sum()) * np.sqrt((right**2).sum())
    return (wrong * right).sum() / lengths


def _cosine(wrong, right):
    return np.vdot(wrong, right) / np.sqrt(np.vdot(wrong, wrong) * np.vdot(right, right))


FIVE = RNG.standard_normal((5, 5))

AGREEMENT = Exercise(
    id="15.4",
    title="Downhill enough?",
    asks="implement",
    starter="def agreement(wrong, right):\n    # your lines\n    ...",
    answer=Function(
        _cosine,
        [
            Case("the gradients (3, 4) and (4, 3)", np.array([3.0, 4]), np.array([4.0, 3])),
            Case("a gradient of 5×5 and the same rotated", FIVE, FIVE[::-1, ::-1]),
            Case("two of 3×2×4", RNG.standard_normal((3, 2, 4)), RNG.standard_normal((3, 2, 4))),
        ],
    ),
    mistakes={
        "not divided": Mistake(
            "That is the sum of the products. It grows with the gradients; divide it by the length "
            "of each, the root of the sum of its squares.",
            lambda wrong, right: (wrong * right).sum(),
        ),
        "without roots": Mistake(
            "You have divided by the squares of the lengths. Take the root of each.",
            lambda wrong, right: (wrong * right).sum() / ((wrong**2).sum() * (right**2).sum()),
        ),
        "one length only": Mistake(
            "Divided by the length of one of the two. The angle must not depend on how long either "
            "is.",
            lambda wrong, right: (wrong * right).sum() / np.sqrt((right**2).sum()),
        ),
        "the angle itself": Mistake(
            "That is the angle. Its cosine was asked for, which is 1 for the same direction and "
            "negative for one that leads uphill.",
            lambda wrong, right: np.arccos(np.clip(_cosine(wrong, right), -1, 1)),
        ),
        "a mean of ratios": Mistake(
            "You have compared entry by entry. A direction is one thing for the whole gradient: "
            "add up first, then divide.",
            lambda wrong, right: (wrong * right / (np.abs(wrong) * np.abs(right))).mean(),
        ),
    },
    hints=(
        "Three sums: of the products, of the squares of the one, of the squares of the other.",
        "The length of a gradient of any shape is np.sqrt((gradient**2).sum()).",
        "(wrong * right).sum() divided by both lengths.",
    ),
    why="Try it on the first 100 digits, with all four gradients laid end to end: 18 of the 19 "
    "bugs come out above 0.7. 'BP4a with j and k swapped' is among them, at 0.997, and it hardly "
    "learns; 'BP3 once for each weight' comes out lowest of the 18, at 0.72, and learns. The angle "
    "is one number too, and does not tell which network will learn.",
    solution=agreement,
)

EXERCISES = [BOTH_WAYS, UNSEEN, A_TEST, AGREEMENT]
