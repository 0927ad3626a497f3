"""The worlds: networks on a digit and on drawn images, and the examples for a pencil."""

from functools import cache

import numpy as np

from convnet_lib import ConvNet, data, training
from formulas.worlds import (
    COSTS,
    World,
    convolutional,
    correlated,
    correlated_maps,
    dense,
    largest,
    pooled,
    relu,
    sigmoid,
    softmax,
    weighted,
    windowed,
)

LN3 = np.log(3)
#: Where the columns end of an image of 28 by 20 and a filter of 5 by 3, and where they are printed.
OBLONG = {27: 19, 23: 17, 11: 8, 4: 2}


def drawn(seed, *shape):
    return np.random.default_rng(seed).normal(size=shape)


def one(number, outputs=10):
    return (np.arange(outputs) == number).astype(float)


@cache
def digit():
    """Return an image of a 4: most of it is blank, so many of its windows are tied."""
    return data.load_digits().train.images[2]


def wish(seed, cost):
    """Return desired activations that are not 0 and 1 alone; those of a softmax add up to 1."""
    values = softmax(drawn(seed, 10))
    return values if cost == "logarithm" else values / values.max() * 0.9


def network(name, image, cost, seed, filter_shape=(5, 5), y=None, **options):
    """Return the book's network on an image, its parameters drawn."""
    rows, columns = (n - m + 1 for n, m in zip(image.shape, filter_shape, strict=True))
    w3 = drawn(seed + 1, 10, rows // 2, columns // 2) / 6
    parameters = drawn(seed, *filter_shape) / 3, -0.3, w3, drawn(seed + 2, 10)
    y = wish(seed + 3, cost) if y is None else y
    return convolutional(name, image, *parameters, y, cost=cost, **options)


@cache
def networks(cost=None, output="sigmoid"):
    """Return the networks of one map: on a digit, on a drawn image, on an oblong one."""
    costs = [cost] if cost else ["quadratic", "cross-entropy"]
    return [
        world
        for kind in costs
        for world in (
            network(f"a digit, {kind}", digit(), kind, 10, y=one(4), output=output),
            network(f"drawn, {kind}", drawn(20, 28, 28) / 2, kind, 21, output=output),
            network(
                f"oblong, {kind}",
                drawn(30, 28, 20) / 2,
                kind,
                31,
                (5, 3),
                ends=OBLONG,
                output=output,
            ),
        )
    ]


@cache
def relu_networks():
    """Return networks of one map whose convolutional layer has ReLUs."""
    return [
        network("a digit, ReLU", digit(), "quadratic", 10, y=one(4), hidden=relu),
        network(
            "oblong, ReLU", drawn(30, 28, 20) / 2, "quadratic", 31, (5, 3), ends=OBLONG, hidden=relu
        ),
    ]


@cache
def maps():
    """Return networks of two filters on three channels: digits, drawn images, oblong ones."""
    digits = np.stack([digit(), digit()[::-1].T, digit()[:, ::-1]])
    return [
        network_of_maps("three digits, two maps", digits, (5, 5)),
        network_of_maps("drawn, two maps", drawn(44, 3, 28, 28) / 2, (5, 5)),
        network_of_maps("oblong, two maps", drawn(45, 3, 28, 20) / 2, (5, 3), ends=OBLONG),
    ]


def network_of_maps(name, a0, filter_shape, **options):
    rows, columns = (n - m + 1 for n, m in zip(a0.shape[1:], filter_shape, strict=True))
    w3 = drawn(42, 10, 2, rows // 2, columns // 2) / 9
    parameters = drawn(40, 2, 3, *filter_shape) / 4, drawn(41, 2) / 3, w3, drawn(43, 10)
    return convolutional(name, a0, *parameters, wish(46, "quadratic"), cost="quadratic", **options)


@cache
def fully_connected(cost=None):
    """Return fully connected networks of three and four layers, one with equally wide layers."""
    return [
        dense(
            f"layers of {sizes}, {kind}",
            drawn(50, sizes[0]),
            layers(sizes),
            one(1, sizes[-1]),
            kind,
        )
        for kind in ([cost] if cost else ["quadratic", "cross-entropy"])
        for sizes in ((3, 4, 2, 5), (4, 4, 4, 4, 4))
    ]


def layers(sizes):
    return [
        (drawn(60 + l, sizes[l], sizes[l - 1]), drawn(70 + l, sizes[l]))
        for l in range(1, len(sizes))
    ]


@cache
def numbers():
    """Return the world of formulas that have no symbols."""
    return [World("numbers alone", {})]


def letters(**values):
    """Return the worlds in which letters of no network have these values: one a world."""
    return lambda: [World("letters of the text", {}, letters=values)]


def with_letters(worlds, **functions):
    """Return worlds with letters more, each computed from the world."""

    def made():
        for world in worlds():
            more = {name: f(world) for name, f in functions.items()}
            yield World(
                f"{world.name}, more letters",
                world.givens,
                world.steps,
                tied=world.tied,
                letters=world.letters | more,
                ranges=world.ranges,
                primes=world.primes,
                layers=world.layers,
                ends=world.ends,
            )

    return cache(lambda: list(made()))


# Networks in a special state.


@cache
def blank():
    """Return the network of chapters 3, 4 and 7 on a blank page, its bias 0."""
    w3 = drawn(80, 10, 12, 12)
    page = np.zeros((28, 28))
    return [
        convolutional(
            "a blank page", page, drawn(81, 5, 5), 0.0, w3, drawn(82, 10), one(4), cost="quadratic"
        )
    ]


def blank_with_bias():
    """Return it with another bias."""
    return [
        convolutional(
            "a blank page, b = 0.7",
            w3=drawn(80, 10, 12, 12),
            a0=np.zeros((28, 28)),
            w1=drawn(81, 5, 5),
            b1=0.7,
            b3=drawn(82, 10),
            y=one(4),
            cost="quadratic",
        )
    ]


def one_digit_one_oblong():
    """Return the network of the book on its digit, and one on an oblong image."""
    return [networks()[0], networks()[2]]


def switch(world):
    """Return where a neuron's pooled neuron follows it, by the judge."""
    slope = world.slope(("a", 2), ("a", 1))
    return slope.sum(axis=(0, 1))


def changes(world):
    """Return Δb, Δw of a step with η = 0.5 and the Δz that they make, a² held still."""
    eta, v = 0.5, world.arrays
    moved = {key: -eta * world.slope(("C", None), key) for key in (("w", 3), ("b", 3))}
    new = weighted(v["a", 2], v["w", 3] + moved["w", 3], v["b", 3] + moved["b", 3], 3)
    return moved["w", 3], moved["b", 3], new - v["z", 3]


@cache
def one_step():
    """Return the networks of two maps, and what one step down the gradient changes."""
    made = []
    for world in maps():
        w, b, z = changes(world)
        steps = {
            **world.steps,
            ("Δw", 3): lambda v, w=w: w,
            ("Δb", 3): lambda v, b=b: b,
            ("Δz", 3): lambda v, z=z: z,
        }
        made.append(
            World(world.name, world.givens, steps, letters={"eta": 0.5, "F": 2}, ends=world.ends)
        )
    return made


@cache
def a_parameter():
    """Return worlds in which p is one parameter of the network, and C_n the cost of digit n."""
    images, numbers_ = data.load_digits().train.images[:3], data.load_digits().train.labels[:3]
    wishes = [one(n) for n in numbers_]
    given = {
        ("w", 1): drawn(90, 5, 5) / 3,
        ("b", 1): np.array(-0.2),
        ("w", 3): drawn(91, 10, 12, 12) / 6,
        ("b", 3): drawn(92, 10),
    }
    return [
        World(
            f"p is an entry of {key}",
            {("p", None): given[key][place]},
            {
                ("C", None): lambda v, k=key, i=place: costs_with(
                    v["p", None], k, i, given, images, wishes
                )
            },
            letters={"eta": 0.5, "B": 3, "after": stepped(given, images, wishes)[key][place]},
        )
        for key, place in (
            (("w", 1), (1, 2)),
            (("b", 1), ()),
            (("w", 3), (3, 4, 5)),
            (("b", 3), (6,)),
        )
    ]


def costs_with(p, key, place, given, images, wishes):
    """Return the cost of each image, with p in one place of one parameter."""
    unit = np.zeros(given[key].shape)
    unit[place] = 1
    own = given[key] + (p - given[key][place]).reshape(p.shape + (1,) * unit.ndim) * unit
    v = given | {key: own}
    costs = []
    for image, wish in zip(images, wishes, strict=True):
        a2 = pooled(sigmoid(correlated(image, v["w", 1], v["b", 1])))
        a3 = sigmoid(weighted(a2, v["w", 3], v["b", 3], 2))
        costs.append(COSTS["cross-entropy"](a3, wish))
    return np.stack(costs, axis=-1)


def stepped(given, images, wishes):
    """Return the parameters after one step of the library."""
    net = ConvNet(*(given[key] for key in (("w", 1), ("b", 1), ("w", 3), ("b", 3))))
    after = training.step(net, np.asarray(images), np.asarray(wishes), learning_rate=0.5)
    return {("w", 1): after.w1, ("b", 1): after.b1, ("w", 3): after.w3, ("b", 3): after.b3}


# Examples for a pencil: what the text gives, and what follows from it.


def convolved(name, a, w, b, **more):
    """Return an image and a filter without upper indices."""
    givens = {("a", None): a, ("w", None): w, ("b", None): b}
    steps = {("z", None): lambda v: correlated(v["a", None], v["w", None], v["b", None])}
    return World(name, givens, steps, **more)


@cache
def pencil_2():
    """Return the image of 4 by 4 of chapter 2 with its filter."""
    a = [[1, 2, 0, 1], [3, 1, 1, 0], [0, 2, 4, 1], [1, 0, 2, 3]]
    return [convolved("the pencil case of chapter 2", a, [[1, -1], [2, 0]], 0.5)]


@cache
def lone_pixel():
    """Return the image of chapter 2 with one pixel, at (5, 4), and a filter of 5 by 3."""
    image = np.zeros((11, 9))
    image[5, 4] = 1
    w = np.arange(1.0, 16).reshape(5, 3)
    return [convolved("a lone pixel", image, w, 0.0)]


def spread(image, w):
    """Return the convolution in the usual sense: each pixel lays the filter down, times itself."""
    out = np.zeros(np.add(image.shape, w.shape) - 1)
    for (row, column), pixel in np.ndenumerate(image):
        out[row : row + w.shape[0], column : column + w.shape[1]] += pixel * w
    return out


@cache
def lone_pixel_convolved():
    """Return it with its convolution in the usual sense, and where j and k then may run."""
    image, w = (lone_pixel()[0].arrays[letter, None] for letter in "aw")
    full = spread(image, w)
    ranges = {"j": np.arange(4, 11), "k": np.arange(2, 9)}
    return [
        convolved(
            "a lone pixel, convolved", image, w, 0.0, letters={"convolved": full}, ranges=ranges
        )
    ]


def output_layer(w3, b3, y):
    """Return the pooled map of chapter 4 with an output layer."""
    givens = {("a", 2): [[0.5, 0.2], [0.1, 0.4]], ("w", 3): w3, ("b", 3): b3, ("y", None): y}
    steps = {
        ("z", 3): lambda v: weighted(v["a", 2], v["w", 3], v["b", 3], 2),
        ("a", 3): lambda v: sigmoid(v["z", 3]),
        ("C", None): lambda v: COSTS["quadratic"](v["a", 3], v["y", None]),
    }
    return World("the pencil case of chapter 4", givens, steps)


TWO = [[[1, -1], [0, 2]], [[-2, 0], [1, 1]]]


@cache
def pencil_4():
    return [output_layer(TWO, [-0.3, 0.1], [1, 0])]


@cache
def pencil_4_three():
    """Return it with the third neuron of exercise 4.1."""
    return [output_layer([*TWO, [[0, 3], [2, -1]]], [-0.3, 0.1, -0.2], [0, 1, 0])]


def pencil_5_with(name, a0=(1, 0.5, 0), b1=(0, LN3), **more):
    weights = [([[1, -2, 5], [2, -4, 1]], b1), ([[4, -4], [3, -2]], (1, -LN3))]
    return dense(name, a0, weights, (1, 0), "quadratic", **more)


@cache
def pencil_5():
    return [pencil_5_with("the pencil case of chapter 5")]


@cache
def pencil_5_awake():
    """Return it with the third input 1, its biases such that no weighted input changes."""
    was = pencil_5()[0]
    b1 = was.arrays["z", 1] - was.arrays["w", 1] @ [1, 0.5, 1]
    return [pencil_5_with("the silent input awake", (1, 0.5, 1), b1)]


@cache
def pencil_5_shared():
    """Return it with one number β added to both hidden biases."""
    beta = 0.7
    return [pencil_5_with("a shared β", b1=(beta, LN3 + beta), letters={"beta": beta})]


@cache
def softmax_layer():
    givens = {("z", None): drawn(95, 5)}
    more = {"L": 1, "n": np.array([3, 5])}
    return [World("softmax", givens, {("a", None): lambda v: softmax(v["z", None])}, letters=more)]


def pooling(a1, size, stride, pool):
    """Return a map, its windows pooled, and a cost of what that makes."""
    a1 = np.asarray(a1, float)
    there = [(n - w) // d + 1 for n, w, d in zip(a1.shape, size, stride, strict=True)]
    letters = dict(zip("RSDEHW", (*size, *stride, *a1.shape), strict=True))
    steps = {
        ("a", 2): lambda v: pool(windowed(v["a", 1], size, stride)),
        ("C", None): lambda v: np.sum((v["a", 2] - v["y", None]) ** 2, (-2, -1)) / 2,
    }
    givens = {("a", 1): a1, ("y", None): drawn(100, *there)}
    letters |= {"H'": there[0], "W'": there[1]}
    places = {"r": range(size[0]), "s": range(size[1])}
    return World(
        f"windows of {size}, {stride} apart", givens, steps, letters=letters, ranges=places
    )


def poolings(pool):
    """Return maps with windows that overlap, tile, and leave gaps; none is square."""
    return [
        pooling(drawn(101, 7, 9), size, stride, pool)
        for size, stride in (((3, 2), (2, 1)), ((2, 3), (2, 3)), ((1, 2), (2, 4)))
    ]


@cache
def maxima():
    return poolings(largest)


@cache
def means():
    return poolings(lambda windows: windows.mean(axis=-1))


@cache
def pencil_18():
    a1 = [[1, 5, 2, 0, 3], [4, 2, 1, 6, 1], [0, 3, 8, 2, 4], [7, 1, 3, 5, 2], [2, 0, 9, 1, 6]]
    return [pooling(np.array(a1) / 10, (3, 3), (2, 2), largest)]


def shares(name, z, y, cost):
    """Return softmax outputs without a layer below, and the sum S of their powers."""
    steps = {
        ("a", None): lambda v: softmax(v["z", None]),
        ("C", None): lambda v: COSTS[cost](v["a", None], v["y", None]),
    }
    letters = {"S": np.sum(np.exp(z))}
    return World(name, {("z", None): z, ("y", None): y}, steps, letters=letters)


@cache
def softmax_outputs(*only):
    """Return ten softmax outputs under each cost, or under the one that is named."""
    return [
        shares(f"softmax, {cost}", drawn(94, 10), wish(46, "logarithm"), cost)
        for cost in (only or COSTS)
    ]


def log_likelihood():
    return softmax_outputs("logarithm")


@cache
def pencil_19():
    return [shares("the pencil case of chapter 19", np.log([1.0, 3, 4]), (0, 0, 1), "quadratic")]


@cache
def pencil_19_collapsed():
    z = np.log([1.0, 3, 4])
    return [shares("the pencil case, log-likelihood", z, (0, 0, 1), "logarithm")]


def errors_given(name, delta, a0=None):
    """Return a convolutional layer whose errors are given: the cost is Σ δ z."""
    delta = np.asarray(delta, float)
    if a0 is None:
        givens, steps = {("z", 1): np.zeros(delta.shape)}, {}
    else:
        filters = np.subtract(np.shape(a0), delta.shape) + 1
        givens = {("a", 0): a0, ("w", 1): np.zeros(filters), ("b", 1): 0}
        steps = {("z", 1): lambda v: correlated(v["a", 0], v["w", 1], v["b", 1])}
    return World(
        name, givens, {**steps, ("C", None): lambda v: np.sum(v["z", 1] * delta, (-2, -1))}
    )


@cache
def pencil_8():
    delta = [[0, 0, 0.2, 0], [-0.1, 0, 0, 0], [0, 0.4, 0, 0], [0, 0, -0.3, 0]]
    return [errors_given("the pencil case of chapter 8", delta)]


@cache
def pencil_9():
    a0 = [[0, 1, 1, 0], [1, 1, 0, 0], [0, 1, 1, 0], [0, 0, 0, 1]]
    delta = [[2, 0, -1], [1, 3, 0], [0, 0, -2]]
    return [errors_given("the pencil case of chapter 9", delta, a0)]


def pencil_10_with(y):
    a0 = [[0, 1, 1], [0, 1, 0], [1, 0, 0]]
    w1, w3 = [[1, 0], [-1, 2]], [[[2]], [[-2]]]
    name = "the pencil network of chapter 10"
    return [convolutional(name, a0, w1, -2, w3, [-1, 1], y, cost="quadratic")]


@cache
def pencil_10():
    return pencil_10_with([1, 0])


@cache
def pencil_10_other():
    return pencil_10_with([0, 1])


@cache
def pencil_14():
    """Return four digits whose gradients are 3, −1, 2 and 4."""
    slopes = np.array([3.0, -1, 2, 4])
    step = {("C", None): lambda v: v["p", None][..., None] * slopes}
    return [World("the pencil case of chapter 14", {("p", None): 1.0}, step)]


@cache
def squares():
    """Return the costs of exercise 11.2: parabolas of slope p − x_n that are 0 at x_n."""
    x = drawn(96, 4)
    step = {
        ("C", None): lambda v: (
            v["p", None][..., None] ** 2 / 2 - v["p", None][..., None] * x + x**2 / 2
        )
    }
    return [World("squares", {("p", None): 0.3}, step, letters={"x": x})]


def one_row(w, a, delta):
    """Return a filter of one row, without bias, whose errors are given."""
    delta = np.asarray(delta, float)
    steps = {
        ("z", None): lambda v: sum(
            v["w", None][..., l, None] * v["a", None][..., l : l + len(delta)]
            for l in range(len(w))
        ),
        ("C", None): lambda v: np.sum(v["z", None] * delta, axis=-1),
    }
    world = World(f"the pencil case with w = {w}", {("w", None): w, ("a", None): a}, steps)
    world.letters = {"nabla": world.slope(("C", None), ("w", None))}
    return [world]


@cache
def pencil_15():
    return one_row((1, -1), (2, 5, 3), (1, 10))


@cache
def exercise_15():
    return one_row((1, 2), (3, 0, 4), (5, -1))


@cache
def two_neurons():
    """Return a row of neurons and the filter of two weights that chapter 13 writes down twice."""
    w, a = drawn(97, 2), drawn(98, 11)
    z = np.array([w @ a[j : j + 2] for j in range(10)])
    return [
        World("two neurons of a row", {}, letters={"w": w, "a": a, "z": z}, ranges={"k'": range(5)})
    ]


@cache
def machines():
    """Return times and numbers of machines, B now above the threshold and now below."""
    rng = np.random.default_rng(99)
    t, c, W = rng.uniform(1, 9, 400), rng.uniform(0.1, 2, 400), rng.integers(2, 30, 400)
    B = t / (c - c / W) * rng.choice([0.5, 0.9, 0.999, 1.001, 1.1, 2], 400)
    return [World("machines", {}, letters={"t": t, "c": c, "W": W, "B": B})]


def saturated(wanted):
    """Return the whole number from which σ is 0 (downwards) or 1 (upwards) in float64."""
    numbers = range(0, -2000, -1) if wanted == 0 else range(2000)
    with np.errstate(under="ignore"):
        return next(
            z for z in numbers if (np.exp(z) if wanted == 0 else sigmoid(float(z))) == wanted
        )


def tied():
    """Return how many tied neurons make right what central differences one by one add up to."""
    h = 1e-6
    for n in (2, 3, 4):
        window = np.array([0.5] * n + [0.1] * (4 - n))
        alone = sum(np.max(window + h * e) - np.max(window - h * e) for e in np.eye(4))
        together = np.max(window + h) - np.max(window - h)
        if abs(alone / together - 1) < 1e-6:
            return n
    raise AssertionError("one by one is never right")


def slope_at(z):
    """Return σ′(z), by a central difference."""
    return (sigmoid(z + 1e-6) - sigmoid(z - 1e-6)) / 2e-6


def bias_of(b1):
    """Return the worlds of a network whose bias the text names."""
    return lambda: [World(f"a bias of {b1}", {("b", 1): b1})]


@cache
def pairs():
    """Return pairs of weighted inputs, and which of them are such that the first is larger."""
    z, other = (
        grid.ravel() for grid in np.meshgrid(np.linspace(-6, 6, 13), np.linspace(-5.5, 6, 9))
    )
    values = {"z": z, "z'": other, "larger": np.where(z > other, 1, 0)}
    return [World("pairs of weighted inputs", {}, letters=values)]


def layered(name, a1, w2, delta2, below=None, **more):
    """Return a convolution above another layer's a¹, or above an image, its errors given."""
    delta2 = np.asarray(delta2, float)
    convolved = correlated if np.ndim(w2) == 2 else correlated_maps
    maps = (-1,) * (np.ndim(w2) == 4)
    givens, steps = below or ({("a", 1): a1}, {})
    givens = {**givens, ("w", 2): w2, ("b", 2): np.full(np.shape(w2)[:1] if maps else (), 0.5)}
    steps = {
        **steps,
        ("z", 2): lambda v: convolved(v["a", 1], v["w", 2], v["b", 2]),
        ("C", None): lambda v: np.sum(v["z", 2] * delta2, axis=(-2, -1, -3)[: 2 + len(maps)]),
    }
    return World(name, givens, steps, **more)


def lower(a0, w1, b1=0.0):
    """Return the first of two convolutional layers, with its activations."""
    steps = {
        ("z", 1): lambda v: correlated(v["a", 0], v["w", 1], v["b", 1]),
        ("a", 1): lambda v: sigmoid(v["z", 1]),
    }
    return {("a", 0): a0, ("w", 1): w1, ("b", 1): b1}, steps


def two_convolutions(outside):
    """Return networks of two convolutional layers; `outside` is the letter that is 0 there."""
    more = {"outside": {(outside, 2)}}
    ends = {27: 19, 23: 17, 19: 15, 4: 2}
    digits_below = lower(digit(), drawn(101, 5, 5) / 3, -0.3)
    oblong_below = lower(drawn(102, 28, 20) / 2, drawn(103, 5, 3) / 3, 0.2)
    return [
        layered("two layers", None, drawn(104, 5, 5), drawn(105, 20, 20), digits_below, **more),
        layered(
            "two oblong layers",
            None,
            drawn(106, 5, 3),
            drawn(107, 20, 16),
            oblong_below,
            ends=ends,
            **more,
        ),
    ]


@cache
def filter_over_two_layers():
    """Return them with w² 0 outside of its places, for sums over neurons."""
    return two_convolutions("w")


@cache
def places_of_two_layers():
    """Return the square one, with where each letter runs that stands in no array by itself."""
    below = lower(digit(), drawn(101, 5, 5) / 3, -0.3)
    ranges = dict.fromkeys("jk", range(20)) | dict.fromkeys(["l", "m", "l'", "m'"], range(5))
    w2, delta2 = drawn(104, 5, 5), drawn(105, 20, 20)
    return [layered("two layers and their places", None, w2, delta2, below, ranges=ranges)]


@cache
def square_errors():
    """Return the square one alone, for a formula in which 4 is the end of rows and of columns."""
    return errors_of_two_layers()[:1]


@cache
def errors_of_two_layers():
    """Return them with δ² 0 outside of its neurons, for sums over weights."""
    return two_convolutions("delta")


@cache
def maps_over_channels():
    """Return three maps above two channels, δ² 0 outside."""
    w2, outside = drawn(108, 3, 2, 5, 5), {("delta", 2)}
    oblong, ends = drawn(109, 3, 2, 5, 3), {23: 17, 4: 2}
    a1 = drawn(110, 2, 24, 24)
    return [
        layered("maps above channels", a1, w2, drawn(111, 3, 20, 20), outside=outside),
        layered(
            "oblong maps above channels",
            a1[..., :18],
            oblong,
            drawn(112, 3, 20, 16),
            outside=outside,
            ends=ends,
        ),
    ]


@cache
def pencil_16():
    """Return the two layers of chapter 16 for a pencil."""
    below = lower([[0, 1, 1, 1], [1, 0, 1, 1], [0, 0, 1, 0]], LN3 * np.array([[1, -1], [0, 1]]))
    w2, delta2 = [[1, 2], [3, -1]], [[32, -16]]
    return [layered("the pencil case of chapter 16", None, w2, delta2, below)]


@cache
def pencil_16_any():
    """Return its upper layer on activations that are all different."""
    return [layered("the upper layer of chapter 16", drawn(114, 2, 3), [[1, 2], [3, -1]], [[1, 1]])]


@cache
def exercise_16():
    w2, delta2 = [[1, 2], [3, -1]], [[2, 0], [1, -3]]
    return [layered("exercise 16.1", drawn(113, 3, 3), w2, delta2)]


def strided(name, size, kernel, stride, padding, outside, **more):
    """Return a convolution with stride and padding, its errors given, and D, these spread out."""
    a, w = drawn(120, *size), drawn(121, *kernel)
    every = [n + 2 * padding - k + 1 for n, k in zip(size, kernel, strict=True)]
    kept = (..., slice(None, None, stride), slice(None, None, stride))
    D = np.zeros(every)
    D[kept] = delta = drawn(122, *D[kept].shape)
    zeros = [(padding, padding)] * 2
    steps = {
        ("z", None): lambda v: correlated(
            np.pad(v["a", None], [(0, 0)] * (v["a", None].ndim - 2) + zeros),
            v["w", None],
            v["b", None],
        )[kept],
        ("C", None): lambda v: np.sum(v["z", None] * delta, axis=(-2, -1)),
    }
    letters = dict(zip(("H", "W", "H'", "W'"), (*size, *delta.shape), strict=True))
    letters |= {"K": kernel[0], "S": stride, "P": padding}
    letters["R"] = every[0] - 1 - stride * (delta.shape[0] - 1)
    givens = {("a", None): a, ("w", None): w, ("b", None): 0.7, ("D", None): D}
    keys = {(outside, None)}
    return World(name, givens, steps, letters=letters, outside=keys, **more)


def strides(outside):
    """Return the worlds of chapter 17; `outside` is the letter that counts as 0 there."""
    ends = {3: 2, 13: 14}  # a filter of 4 by 3: m, and the columns v that stride 1 would have
    return cache(
        lambda: [
            strided("stride 2, padding 1", (9, 11), (3, 3), 2, 1, outside),
            strided("oblong, stride 3, padding 2", (7, 13), (4, 3), 3, 2, outside, ends=ends),
        ]
    )


IMAGE_AND_ZEROS, FILTER_AND_ZEROS, SPREAD_AND_ZEROS = map(strides, "awD")


@cache
def pencil_17():
    """Return the row of six pixels of chapter 17."""
    delta = np.array([5.0, -1, 4])
    steps = {
        ("z", None): lambda v: np.stack(
            [
                np.sum(
                    v["w", None]
                    * np.pad(v["a", None], [(0, 0)] * (v["a", None].ndim - 1) + [(1, 1)])[
                        ..., 2 * j : 2 * j + 3
                    ],
                    axis=-1,
                )
                + v["b", None]
                for j in range(3)
            ],
            axis=-1,
        ),
        ("C", None): lambda v: np.sum(v["z", None] * delta, axis=-1),
    }
    givens = {("a", None): [2, 1, 0, 3, 1, 1], ("w", None): [1, -1, 2], ("b", None): 0}
    return [World("the pencil case of chapter 17", givens, steps, letters={"K": 3, "P": 1})]


def in_a_row(function, *shape):
    """Return a function of maps as one of numbers in a row, the last axis; others come before."""

    def of_a_row(a):
        made = function(a.reshape(*a.shape[:-1], *shape))
        return made.reshape(*a.shape[:-1], -1)

    return of_a_row


def through(functions, a0):
    """Return the activations a^0, a^1, … of functions one after the other."""
    a = [np.asarray(a0, float)]
    for function in functions:
        a.append(function(a[-1]))
    return a


def row_of_layers(name, functions, a0, cost, givens=(), **more):
    """Return the world of layers that are counted from 0; each array of it is a row of numbers."""
    steps = {("a", i + 1): lambda v, f=f, i=i: f(v["a", i]) for i, f in enumerate(functions)}
    steps["C", None] = lambda v: cost(v["a", len(functions)])
    sizes = np.array([a.size for a in through(functions, a0)])
    return World(
        name,
        {("a", 0): a0, **dict(givens)},
        steps,
        layers=len(functions),
        letters={"n": sizes},
        functions=functions,
        **more,
    )


@cache
def deep_network(biases=1):
    """Return conv, relu, pool, conv, relu, pool, dense, softmax, on an oblong image."""
    b0, b3, b6 = (biases * drawn(seed, size) for seed, size in ((204, 2), (205, 3), (206, 4)))
    w0, w3, w6 = drawn(201, 2, 1, 3, 3), drawn(202, 3, 2, 3, 3) / 2, drawn(203, 4, 6) / 2
    functions = [
        in_a_row(lambda a: correlated_maps(a, w0, b0), 1, 14, 10),
        relu,
        in_a_row(pooled, 2, 12, 8),
        in_a_row(lambda a: correlated_maps(a, w3, b3), 2, 6, 4),
        relu,
        in_a_row(pooled, 3, 4, 2),
        lambda a: np.sum(w6 * a[..., None, :], axis=-1) + b6,
        softmax,
    ]
    y = np.array([0, 0.5, 0.2, 0.3])

    def cost(a):
        return -np.sum(y * np.log(a), axis=-1)

    image = drawn(207, 140)
    image[[0, -1]] = 5, -5  # so that the corners have a say
    return [row_of_layers("a deep network", functions, image, cost)]


def without_biases():
    """Return the same network with all biases 0."""
    return deep_network(biases=0)


@cache
def learning_layers():
    """Return three layers that all have weights, each given as a row: filters, and two matrices."""
    shapes = [(2, 1, 3, 2), (4, 24), (3, 4)]
    weights = [drawn(210 + i, *shape) / 3 for i, shape in enumerate(shapes)]

    def convolved(a, w):
        maps = correlated_maps(
            a.reshape(*a.shape[:-1], 1, 6, 4), w.reshape(*w.shape[:-1], *shapes[0]), np.zeros(2)
        )
        return maps.reshape(*maps.shape[:-3], -1)

    def multiplied(a, w):
        rows = int(w.shape[-1] / a.shape[-1])
        return sigmoid(np.sum(w.reshape(*w.shape[:-1], rows, -1) * a[..., None, :], axis=-1))

    made = [convolved, multiplied, multiplied]
    givens = {("a", 0): drawn(213, 24)} | {("w", i): w.ravel() for i, w in enumerate(weights)}
    steps = {("a", i + 1): lambda v, f=f, i=i: f(v["a", i], v["w", i]) for i, f in enumerate(made)}
    steps["C", None] = lambda v: np.sum(v["a", 3] ** 2, axis=-1)
    return [World("layers that learn", givens, steps, layers=3, letters={"n": [24, 24, 4, 3]})]


@cache
def pencil_20():
    """Return the six layers of chapter 20's pencil, on a row of seven pixels."""

    def laid(a, w, b):
        return w[..., 0, None] * a[..., :-1] + w[..., 1, None] * a[..., 1:] + b

    def larger(a):
        return np.where(np.real(a[..., ::2]) >= np.real(a[..., 1::2]), a[..., ::2], a[..., 1::2])

    weights = {("w", 0): [[1, 2]], ("w", 3): [[2, -1]], ("w", 5): 3}
    biases = {("b", 0): -3, ("b", 3): 0, ("b", 5): -9}
    steps = {
        ("a", 1): lambda v: laid(v["a", 0], v["w", 0], v["b", 0][..., None, None]),
        ("a", 2): lambda v: relu(v["a", 1]),
        ("a", 3): lambda v: larger(v["a", 2]),
        ("a", 4): lambda v: laid(v["a", 3], v["w", 3], v["b", 3][..., None, None]),
        ("a", 5): lambda v: larger(v["a", 4])[..., 0, 0],
        ("a", 6): lambda v: v["w", 5] * v["a", 5] + v["b", 5],
        ("C", None): lambda v: (v["a", 6] - v["y", None]) ** 2 / 2,
    }
    seven = {("a", 0): [[0, 1, 2, 0, 3, 1, 0]], ("y", None): 1}
    return [World("seven pixels", {**seven, **weights, **biases}, steps)]
