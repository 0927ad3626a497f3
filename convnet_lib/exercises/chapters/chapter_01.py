"""The exercises of chapter 1, on the network and its shapes."""

import numpy as np

from ...network import ConvNet
from ..asking import Case, Exercise, Function, Letter, Mistake, Values

# --- 1.1 ---------------------------------------------------------------------------------------


def five_numbers():
    net = ConvNet.random(maps=6, image=(32, 32))
    z1, _, a2, _, _ = net.feedforward(np.zeros((32, 32)))
    without_pooling = 10 * (6 * 28 * 28 + 1)
    below, above = net.w1.size + net.b1.size, net.w3.size + net.b3.size
    return [z1.shape[-1], a2.shape[-1], below, above, without_pooling]


FIVE_NUMBERS = Exercise(
    id="1.1",
    title="Five numbers",
    asks="by hand",
    starter="answer = [..., ..., ..., ..., ...]",
    answer=Values([28, 14, 156, 11770, 47050]),
    mistakes={
        "off by one": Mistake(
            "The map is too small by one row and one column. A filter of 5 fits on 32 pixels in "
            "more than 32 - 5 places: it can begin at 0 as well.",
            [27, 13.5, 156, 10 * (6 * 13.5**2 + 1), 10 * (6 * 27**2 + 1)],
        ),
        "off by one, rounded": Mistake(
            "The map is too small by one row and one column, and an odd number of rows cannot be "
            "cut into pairs. Count the places again: the filter can begin at 0 as well.",
            [27, 13, 156, 10 * (6 * 13**2 + 1), 10 * (6 * 27**2 + 1)],
        ),
        "one filter": Mistake(
            "That is a network with a single filter. There are six of them, each with weights and "
            "a bias of its own, and each makes a map for the outputs to look at.",
            [28, 14, 26, 1970, 7850],
        ),
        "one map for the outputs": Mistake(
            "The filters are counted right, but each output looks at one map. It has a weight for "
            "every pooled neuron of all six.",
            [28, 14, 156, 1970, 7850],
        ),
        "biases left out": Mistake(
            "These are the weights. Each filter and each output has a bias besides.",
            [28, 14, 150, 11760, 47040],
        ),
        "one bias for all filters": Mistake(
            "The six filters share one bias in this count. A bias is shared by the neurons of one "
            "map; each filter brings its own.",
            [28, 14, 151, 11770, 47050],
        ),
        "biases of the filters left out": Mistake(
            "The weights of the six filters are counted, and not their biases. Each filter has "
            "one; the outputs have theirs already.",
            [28, 14, 150, 11770, 47050],
        ),
        "one bias for all outputs": Mistake(
            "The ten outputs share one bias in this count. No output shares a bias, or a weight, "
            "with another.",
            [28, 14, 156, 11761, 47041],
        ),
        "biases of the outputs left out": Mistake(
            "Right up to the filters. In the output layer the biases are missing: one for each of "
            "the ten outputs.",
            [28, 14, 156, 11760, 47040],
        ),
        "one output": Mistake(
            "The output layer is counted for one output. There are ten.",
            [28, 14, 156, 1177, 4705],
        ),
        "a bias a neuron": Mistake(
            "Each neuron of the convolutional layer has a bias of its own in this count. The bias "
            "is shared as the weights are: one for a filter.",
            [28, 14, 4854, 11770, 47050],
        ),
        "the whole network": Mistake(
            "The fourth and the fifth are sums over the whole network. They are asked for the "
            "output layer alone.",
            [28, 14, 156, 11926, 47206],
        ),
        "padded": Mistake(
            "The map is as large as the image here, as if the filter could reach beyond the edge. "
            "It is laid only where all of it has pixels under it: count these places.",
            [32, 16, 156, 15370, 61450],
        ),
        "pooling left out twice": Mistake(
            "The last two numbers are the same. The fourth counts the network as it is: its "
            "outputs look at the pooled neurons, a quarter of those below.",
            [28, 14, 156, 47050, 47050],
        ),
        "four times": Mistake(
            "The last number is four times the one before it. Four times as many weights, yes; "
            "but the ten biases do not get more.",
            [28, 14, 156, 11770, 47080],
        ),
    },
    hints=(
        "A filter of 5 has 32 - 5 + 1 places in one direction, and pooling halves.",
        "A filter has 25 weights and a bias. An output has one weight for each pooled neuron of "
        "each of the six maps, and a bias.",
        "28, 14, 6·26, 10·(6·14·14 + 1), and 28 in place of 14 for the last.",
    ),
    why="Let ConvNet.random(maps=6, image=(32, 32)) judge it too. Pooling has nothing to learn, "
    "and still decides how much the layer above it has to.",
    solution=five_numbers,
)

# --- 1.2 ---------------------------------------------------------------------------------------


def count(rows, columns, size, maps, outputs):
    filters = maps * (size * size + 1)
    pooled = ((rows - size + 1) // 2) * ((columns - size + 1) // 2)
    return filters + outputs * (maps * pooled + 1)


def _counted(rows, columns, size, maps, outputs):
    net = ConvNet.random(maps, image=(rows, columns), kernel=(size, size), outputs=outputs)
    return sum(getattr(net, name).size for name in net.parameters)


def _places(rows, columns, size):
    return (rows - size + 1) * (columns - size + 1)


NETWORKS = [
    Case("the network of the book", 28, 28, 5, 1, 10),
    Case("the network of the book with twenty maps", 28, 28, 5, 20, 10),
    Case("18 by 30 pixels, a filter of 3 and seven outputs", 18, 30, 3, 1, 7),
    Case("9 by 15 pixels, four filters of 4 and two outputs", 9, 15, 4, 4, 2),
]

COUNT = Exercise(
    id="1.2",
    title="Count them",
    asks="implement",
    starter="def count(rows, columns, size, maps, outputs):\n    # your lines\n    ...",
    answer=Function(_counted, NETWORKS),
    mistakes={
        "one filter": Mistake(
            "Right for one map. With several, each map has a filter and a bias of its own; here "
            "the filter was counted once.",
            lambda r, c, n, f, q: n * n + 1 + q * (f * _places(r, c, n) / 4 + 1),
        ),
        "one map for the outputs": Mistake(
            "Right for one map. With several, an output has a weight for every pooled neuron of "
            "every map; here it looks at one of them.",
            lambda r, c, n, f, q: f * (n * n + 1) + q * (_places(r, c, n) / 4 + 1),
        ),
        "maps left out": Mistake(
            "The number of maps is not in it. More maps: more filters, and more pooled neurons "
            "for each output to look at.",
            lambda r, c, n, f, q: n * n + 1 + q * (_places(r, c, n) / 4 + 1),
        ),
        "all times the maps": Mistake(
            "Nearly: everything has been multiplied by the number of maps, also the biases of the "
            "outputs. An output has one bias, however many maps it looks at.",
            lambda r, c, n, f, q: f * (n * n + 1) + q * f * (_places(r, c, n) / 4 + 1),
        ),
        "pooling left out": Mistake(
            "The outputs look at the neurons of the convolutional layer here. Between them is "
            "pooling, which leaves a quarter of the neurons.",
            lambda r, c, n, f, q: f * (n * n + 1) + q * (f * _places(r, c, n) + 1),
        ),
        "halved once": Mistake(
            "Pooling halves the rows and the columns, so a quarter of the neurons is left, not "
            "half of them.",
            lambda r, c, n, f, q: f * (n * n + 1) + q * (f * _places(r, c, n) // 2 + 1),
        ),
        "off by one": Mistake(
            "N - n places instead of N - n + 1: the filter can begin at 0 as well as at N - n.",
            lambda r, c, n, f, q: f * (n * n + 1) + q * (f * ((r - n) // 2) * ((c - n) // 2) + 1),
        ),
        "off by one, not rounded": Mistake(
            "N - n places instead of N - n + 1, and then half a row is left over. The filter can "
            "begin at 0 as well as at N - n.",
            lambda r, c, n, f, q: f * (n * n + 1) + q * (f * (r - n) * (c - n) / 4 + 1),
        ),
        "the image is pooled": Mistake(
            "Half the rows and columns of the image. What is pooled is the map, which is smaller "
            "than the image.",
            lambda r, c, n, f, q: f * (n * n + 1) + q * (f * (r // 2) * (c // 2) + 1),
        ),
        "a square image": Mistake(
            "Right as long as the image is square. Rows and columns are counted each by itself.",
            lambda r, c, n, f, q: f * (n * n + 1) + q * (f * ((r - n + 1) // 2) ** 2 + 1),
        ),
        "no biases": Mistake(
            "These are the weights alone. Each filter and each output has a bias besides.",
            lambda r, c, n, f, q: f * n * n + q * f * _places(r, c, n) / 4,
        ),
        "no bias of a filter": Mistake(
            "The filters have no bias in this count. Each has one.",
            lambda r, c, n, f, q: f * n * n + q * (f * _places(r, c, n) / 4 + 1),
        ),
        "no bias of an output": Mistake(
            "The outputs have no bias in this count. Each has one.",
            lambda r, c, n, f, q: f * (n * n + 1) + q * f * _places(r, c, n) / 4,
        ),
        "one bias for all filters": Mistake(
            "Right for one map. With several, each filter has a bias; here there is one for all.",
            lambda r, c, n, f, q: f * n * n + 1 + q * (f * _places(r, c, n) / 4 + 1),
        ),
        "a bias a neuron": Mistake(
            "Each neuron of the convolutional layer has a bias of its own here. The bias is "
            "shared as the weights are: one for a filter.",
            lambda r, c, n, f, q: (
                f * (n * n + _places(r, c, n)) + q * (f * _places(r, c, n) / 4 + 1)
            ),
        ),
        "not shared": Mistake(
            "Each neuron of the convolutional layer has weights and a bias of its own here, as in "
            "the second answer to the chapter's question. They are shared by the whole map.",
            lambda r, c, n, f, q: (
                f * _places(r, c, n) * (n * n + 1) + q * (f * _places(r, c, n) / 4 + 1)
            ),
        ),
        "ten outputs": Mistake(
            "Right for ten outputs. Their number is one of the arguments.",
            lambda r, c, n, f, q: f * (n * n + 1) + 10 * (f * _places(r, c, n) / 4 + 1),
        ),
        "filters only": Mistake(
            "That is the convolutional layer. The outputs have weights and biases too, and in the "
            "book's network most of the numbers are theirs.",
            lambda r, c, n, f, q: f * (n * n + 1),
        ),
        "outputs only": Mistake(
            "That is the output layer. The filters and their biases are missing.",
            lambda r, c, n, f, q: q * (f * _places(r, c, n) / 4 + 1),
        ),
    },
    hints=(
        "Two layers learn something. A filter of `size` has size · size weights and a bias.",
        "An output has a bias, and a weight for each pooled neuron of each map. How many rows "
        "has a map, and how many are left after pooling?",
        "maps · (size² + 1), and outputs · (maps · ((rows - size + 1) // 2) · ((columns - size + "
        "1) // 2) + 1).",
    ),
    why="Of the numbers of the book's network, 98 % are in the output layer, and with twenty maps "
    "it is the same. Sharing makes the filters small; nothing is shared above them.",
    solution=count,
)

# --- 1.3 ---------------------------------------------------------------------------------------


def fewest():
    sizes = range(1, 28, 2)  # the odd ones, which leave an even map
    nets = {n: ConvNet.random(kernel=(n, n)) for n in sizes}
    counts = {n: sum(getattr(net, p).size for p in net.parameters) for n, net in nets.items()}
    return min(counts, key=counts.get)


FEWEST = Exercise(
    id="1.3",
    title="The smallest network",
    asks="predict",
    starter="answer = None",
    answer=Values(21),
    mistakes={
        "the smallest filter": Mistake(
            "A filter of 1 by 1 has one weight, but its map is as large as the image: each output "
            "gets 196 weights. It is the network with the most numbers of all.",
            1,
        ),
        "the smallest map": Mistake(
            "A filter of 27 leaves one pooled neuron, so the outputs have next to nothing to "
            "learn. But the filter itself has 729 weights. Go back a little.",
            27,
        ),
        "of even size": Mistake(
            "A filter of even size leaves a map with an odd number of rows, which windows of 2 do "
            "not tile. The best odd size is near.",
            20,
        ),
        "as few as that": Mistake(
            "That is how many numbers the smallest network has. Which size of filter has it?", 612
        ),
        "the filter of the book": Mistake(
            "The network of the book has 1,476 numbers. A filter of 7 has 24 weights more, and "
            "spares each of ten outputs 23. It pays to go on, for how long?",
            5,
        ),
        "one step too early": Mistake(
            "One step too early. From 19 to 21 the filter grows by 80 weights, and each of ten "
            "outputs is spared 9. Does that pay?",
            19,
        ),
        "one step too far": Mistake(
            "One step too far: from 21 to 23 the filter grows by 88 weights, and ten outputs are "
            "spared 7 each.",
            23,
        ),
    },
    hints=(
        "A larger filter has more weights itself, and leaves a smaller map for the ten outputs.",
        "With a filter of n there are n² + 1 numbers in one layer, and with p = (29 - n) / 2 rows "
        "of pooled neurons 10·(p² + 1) in the other. Make a table.",
        "From 17 on: 290 + 370, 362 + 260, 442 + 170, 530 + 100.",
    ),
    why="So a larger filter makes fewer numbers to learn, from 1 up to 21: the ten outputs save "
    "more than it adds. Fewer is not better, though: with 16 pooled neurons little is left to "
    "judge by.",
    solution=fewest,
)

# --- 1.4 ---------------------------------------------------------------------------------------


def pixels(j, k):
    # its window is rows 2j and 2j + 1 of the map, and a neuron sees four pixels further
    return 2 * j, 2 * j + 1 + 4, 2 * k, 2 * k + 1 + 4


def _measured(j, k):
    """By the largest and the smallest offset that any of the four neurons has."""
    rows = [2 * j + r + l for r in range(2) for l in range(5)]
    columns = [2 * k + s + m for s in range(2) for m in range(5)]
    return min(rows), max(rows), min(columns), max(columns)


POOLED = [(0, 0), (11, 11), (3, 7), (10, 2)]

PIXELS = Exercise(
    id="1.4",
    title="Down to the pixels",
    asks="derive",
    starter="def pixels(j, k):\n    return ..., ..., ..., ...",
    answer=Function(
        _measured,
        [Case(f"the pooled neuron ({j}, {k})", j, k) for j, k in POOLED],
        parts=("the first row", "the last row", "the first column", "the last column"),
    ),
    mistakes={
        "one of the four": Mistake(
            "That is what the first neuron of the window sees. The three others begin one row or "
            "one column further on, or both, so the block ends one row and one column later.",
            lambda j, k: (2 * j, 2 * j + 4, 2 * k, 2 * k + 4),
        ),
        "the window only": Mistake(
            "These are the rows and columns of its window, on the map below. Each neuron of the "
            "window looks at 5 by 5 pixels: go one layer further down.",
            lambda j, k: (2 * j, 2 * j + 1, 2 * k, 2 * k + 1),
        ),
        "not doubled": Mistake(
            "Right for (0, 0). The window of pooled neuron (j, k) begins in row 2j and column 2k: "
            "windows do not overlap.",
            lambda j, k: (j, j + 5, k, k + 5),
        ),
        "a neuron of the map": Mistake(
            "That is what neuron (j, k) of the convolutional layer sees. A pooled neuron sees "
            "through four of them, and its window begins in row 2j.",
            lambda j, k: (j, j + 4, k, k + 4),
        ),
        "one past the end": Mistake(
            "The last row and the last column are one too large. In Python a range ends before "
            "its second number; here the last pixel itself is asked for.",
            lambda j, k: (2 * j, 2 * j + 6, 2 * k, 2 * k + 6),
        ),
        "ten rows": Mistake(
            "That is ten rows, as if the two rows of a window had five each for themselves. "
            "Their fields overlap: those of the second begin one row further on.",
            lambda j, k: (2 * j, 2 * j + 9, 2 * k, 2 * k + 9),
        ),
        "five times": Mistake(
            "The fields lie side by side here, each five further on than the one before. "
            "Neighbours see nearly the same: the next field begins one pixel further on.",
            lambda j, k: (10 * j, 10 * j + 9, 10 * k, 10 * k + 9),
        ),
        "counted from 1": Mistake(
            "All four are one too large. Rows and columns count from 0, so pixel (0, 0) is seen by "
            "the pooled neuron (0, 0).",
            lambda j, k: (2 * j + 1, 2 * j + 6, 2 * k + 1, 2 * k + 6),
        ),
        "around the middle": Mistake(
            "The field is laid around its neuron here, two pixels to each side. In the book it "
            "begins at (j, k) and goes down and to the right.",
            lambda j, k: (2 * j - 2, 2 * j + 3, 2 * k - 2, 2 * k + 3),
        ),
        "rows and columns in another order": Mistake(
            "The numbers are right, and in another order: first the two of the rows, then the two "
            "of the columns.",
            lambda j, k: (2 * j, 2 * k, 2 * j + 5, 2 * k + 5),
        ),
        "j and k swapped": Mistake(
            "Rows and columns are exchanged: j is the row.",
            lambda j, k: (2 * k, 2 * k + 5, 2 * j, 2 * j + 5),
        ),
    },
    hints=(
        "First which neurons of the convolutional layer are in its window, then what each of them "
        "sees.",
        "The window has rows 2j and 2j + 1. The neuron in row 2j sees the pixel rows 2j to 2j + "
        "4. And the one in row 2j + 1?",
        "2j and 2j + 5 are the first and the last row.",
    ),
    why="A pooled neuron sees 6 by 6 pixels, and its neighbour begins two further on, so they "
    "share 6 by 4. With each further layer of filters or windows a neuron would see more of the "
    "image: in chapter 20, after two of each, it sees 16 by 16.",
    solution=pixels,
)

# --- 1.5 ---------------------------------------------------------------------------------------

SHUFFLED = Exercise(
    id="1.5",
    title="Shuffled pixels",
    asks="explain",
    starter="answer = None",
    answer=Letter("b"),
    mistakes={
        "both would mind": Mistake(
            "A person could not read it any more, but does a fully connected neuron know which of "
            "its pixels are neighbours? Give each weight to the place its pixel has moved to.",
            "a",
        ),
        "ours looks everywhere": Mistake(
            "The filter is laid everywhere, yes. But it sees 25 pixels at once, and which 25? "
            "What used to lie side by side lies anywhere now.",
            "c",
        ),
        "sharing helps": Mistake(
            "Sharing has its price here: one filter has to do for all places. What use is it when "
            "the pixels under it have nothing to do with each other?",
            "d",
        ),
    },
    hints=(
        "Take one fully connected neuron: a weight for each pixel. The pixels change places, "
        "always in the same way. Can its weights change places too?",
        "Now the filter: its 25 weights are the same at all places. What does it see of a stroke "
        "whose pixels have been scattered?",
    ),
    why="That neighbouring pixels belong together, and that a stroke is a stroke wherever it is: "
    "this is what the network of the book knows before it has seen a single digit. It is not lost "
    "without it: its output layer still has a weight for every place. In trials of four epochs, "
    "with three seeds, shuffling cost two or three of a hundred digits with one filter, and three "
    "or four with five.",
    solution="b. A fully connected neuron adds up 784 products. Give each weight to the place to "
    "which its pixel has moved, and it computes the same sum as before, so there are weights "
    "with which the layer does what it did. A neuron of ours sees 25 pixels of one small square, "
    "and all neurons through the same weights. After shuffling, a square holds 25 pixels from "
    "anywhere, and the same stroke leaves another pattern at each place: a filter that knows it at "
    "one does not know it at another, and what sharing its weights was good for is gone.",
)

EXERCISES = [FIVE_NUMBERS, COUNT, FEWEST, PIXELS, SHUFFLED]
