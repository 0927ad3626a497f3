"""The numbers in the sentences of chapter 19."""

import numpy as np

from convnet_lib import conv, data, deep, gradient_check, pool, training
from convnet_lib.activations import relu, softmax, softmax_jacobian
from prose import near, output, shown
from prose.book import A0, DIGITS, Y

PENCIL = np.log([1.0, 3.0, 4.0])
NET = deep.Network.random("conv1x5 relu pool2 dense10 softmax", seed=7)
START = deep.Network.random("conv3x5 relu pool2 dense10 softmax", seed=7)


def mapped(number):
    """What the chapter prints of a map after the pass: b, % tied, ∂C/∂b by first and by all."""
    line = f"map {number}: b = #, #% of the windows tied; dC/db of 1,000 digits: first #, all #"
    return shown("nb19-032", line)()


def three_biases():
    """For b = −0.1, 0 and 0.1 what the chapter prints: b, % tied, ∂C/∂b by first, split, all."""
    line = "b = {}: #% of the windows tied; dC/db by first # split # all #"
    return [shown("nb19-027", line.format(b))() for b in ("-0.1", "0.0", "0.1")]


def largest(w, b):
    """The largest weighted input of a filter over all patches of 0 and 1."""
    patches = np.array(list(np.ndindex(*[2] * w.size))).reshape(-1, *w.shape)
    return max(conv.forward(p.astype(float), w, b).item() for p in patches)


def sizes():
    """The root mean squares of the activations of a new network, layer by layer."""
    net = deep.Network.random("dense100 relu dense100 relu dense100 relu dense10 softmax", seed=7)
    a = net.feedforward(DIGITS.images[:100])
    return [np.sqrt(np.mean(x**2)) for x in (a[2], a[4], a[6])]


def after_a_step():
    """The largest error of a check after one step from biases of 0."""
    images, wanted = DIGITS.images[:10], data.one_hot(DIGITS.labels[:10])
    return max(gradient_check.check(training.step(NET, images, wanted, 0.1), A0, Y).values())


def zeros_after_relu():
    """Whether some window of the digit is tied at 0, four ways, at a bias below 0."""
    a1 = NET.with_parameters({"0.b": np.array([-0.1])}).feedforward(A0)[2]
    return bool((pool.windows(a1).max(axis=-1) == 0).mean() > 0.5)


def opens_further_right():
    """Whether one closed neuron opens in the picture right of 0, and the cost bends only there."""
    z1 = NET.feedforward(A0)[1]
    (opens,) = -z1[(z1 < 0) & (z1 > -0.0025)]
    at = np.array([0.5, 0.9, 1.1, 2.0]) * opens
    first, beside, after, last = (
        NET.with_parameters({"0.b": np.array([b])}).backprop(A0, Y).nablas[0]["b"][0] for b in at
    )
    return bool(
        np.allclose([first, after], [beside, last], atol=0.001) and abs(first - after) > 0.05
    )


def woken():
    """How many neurons of map 0 are closed on all digits before a pass, if all open in it."""
    after = training.sgd(START, DIGITS, epochs=1, learning_rate=0.1).net
    was, now = (net.feedforward(DIGITS.images)[1][:, 0].max(axis=0) for net in (START, after))
    closed = was <= 0
    return closed.sum() if (now[closed] > 0).all() else None


def needs_the_bias():
    """Whether those two stay closed on most digits with the new weights alone, without the bias."""
    after = training.sgd(START, DIGITS, epochs=1, learning_rate=0.1).net
    closed = START.feedforward(DIGITS.images)[1][:, 0].max(axis=0) <= 0
    alone = after.with_parameters({"0.b": np.zeros(3)})
    with_it, without = (x.feedforward(DIGITS.images)[1][:, 0, closed] > 0 for x in (after, alone))
    return bool(with_it.mean() > 0.5 and without.mean() < 0.1)


W = np.array([[0.5, -1.0], [0.25, -0.25]])

CLAIMS = {
    "the powers are #, # and #, their sum is #": lambda: (*np.exp(PENCIL), np.exp(PENCIL).sum()),
    "it has # entries, all with the denominator #": lambda: (softmax_jacobian(PENCIL).size, 64),
    "All three change": lambda: bool(np.all(softmax_jacobian(PENCIL)[:, 0] != 0)),
    "the changes add up to #": lambda: round(softmax_jacobian(PENCIL)[:, 0].sum(), 12),
    "Each row adds up to #": lambda: round(softmax_jacobian(PENCIL).sum(axis=1).max(), 12),
    "The quadratic cost runs into a plateau": lambda: bool(
        shown("nb19-015", "quadratic: δ = #, slope #")()[0] < 0.02
    ),
    "like a straight line, with a slope near #": lambda: near(
        softmax(np.array([0, 0, 5.0]))[2], 0.02
    ),
    "with a step of # one might think": lambda: gradient_check.check.__defaults__[2],
    "The bias of the filter, `0.b`, fails": lambda: (
        "dC/d 0.b: agrees to a millionth: False" in output("nb19-022")
        and output("nb19-022").count("True") == 3
    ),
    "On this digit the cost rises on both sides": lambda: bool(
        shown("nb19-024", "left: #")()[0] < 0 < shown("nb19-024", "right: #")()[0]
    ),
    "and passes after one step": lambda: bool(after_a_step() < 1e-6),
    "At the corner further right one more neuron opens": opens_further_right,
    "In a window of zeros": zeros_after_relu,
    "the mean of ReLUs is not the ReLU of the mean": lambda: bool(
        relu(np.array([-1.0, 1.0])).mean() != relu(np.array([-1.0, 1.0]).mean())
    ),
    "The wrong slope comes where the *fewest* windows are tied": lambda: (
        sorted(row[0] for row in three_biases())[0] == three_biases()[2][0]
        and [row[1] == row[3] for row in three_biases()] == [True, True, False]
    ),
    "One of the biases has become positive": lambda: (
        [mapped(f)[0] > 0 for f in range(3)] == [True, False, False]
    ),
    "gives $\\partial C/\\partial b$ the wrong sign once more": lambda: bool(
        mapped(0)[2] * mapped(0)[3] < 0
    ),
    "there `all` is off by a little only": lambda: bool(
        all(0 < abs(mapped(f)[2] / mapped(f)[3] - 1) < 0.01 for f in (1, 2))
    ),
    "the ReLU then has a # of the work": lambda: 12 * 12 / (24 * 24),
    "starts at −1, where the ReLU says #": lambda: relu(np.array(-1.0)),
    "after ten steps of ten digits at # learning rates": lambda: output("nb19-040").count(
        "learning rate"
    ),
    "they move the weights and the bias that it shares": needs_the_bias,
    "of map 0, # were closed on all # digits": lambda: (woken(), len(DIGITS.images)),
    "and open on most of them after it": needs_the_bias,
    "# ReLU neurons on the # pixels": lambda: (100, A0.size),
    "keep the activations of a new network at about one size": lambda: bool(
        max(sizes()) < 1.5 * min(sizes())
    ),
    "with 1,000 outputs it would have a million entries": lambda: 1000 * 1000 == 10**6,
    "z = # + b at most": lambda: largest(W, 0.0),
    "a patch of ink everywhere": lambda: bool(W.sum() + 0.5 == 0),
    "The first row is 6/25, -4/25, -2/25": lambda: bool(
        np.allclose(25 * softmax_jacobian(np.log([2.0, 2, 1]))[0], [6, -4, -2])
    ),
}
PLAIN = {
    "Guess, for the biases −0.1, 0 and 0.1": "chosen in the cell below",
    "All of them can say 0.9 at once": "a number that any sigmoid can say",
    "in place of 0, say 0.01": "chosen in the cell below",
    "a bias of −10": "chosen in the cell below",
    "The share is that of 1,000 digits": "how many the cell takes",
    "Nobody sets a bias to −10": "chosen in the cell above",
    "train on 1,000 digits": "how many the cell takes",
    "Here are 100 ReLU neurons": "how many the cell makes",
    "a central difference with the step 0.01 say there? And at 0.005, and at 0.02?": "of the cell",
    "With a learning rate of 0.5, how many": "chosen in the cell below",
}
