import numpy as np
import pytest

from convnet_lib import ConvNet, data, deep, networks, training, widgets

DIGITS = data.load_digits().test
IMAGES, LABELS = DIGITS.images[:7], DIGITS.labels[:7]
WORDS = "conv3x5 relu pool2 conv4x5 relu pool2 dense10 softmax"
DEEP = deep.Network.random(WORDS, seed=4)
BOOK = ConvNet.random(3, seed=6)


def by_hand():
    """A network that passes its two pixels on, with a softmax: 3/4 and 1/4, 1/10 and 9/10."""
    net = deep.Network(
        [deep.Dense(np.eye(2)[:, None], np.zeros(2)), deep.Softmax()], "log_likelihood"
    )
    return net, np.log([[[3.0, 1.0]], [[1.0, 9.0]], [[1.0, 1.0]]])


def test_answers_by_hand():
    net, images = by_hand()
    figure = widgets.gallery(net, images, [0, 0, 1])
    np.testing.assert_allclose(figure.outputs, [[0.1, 0.9], [0.5, 0.5], [0.75, 0.25]])
    np.testing.assert_allclose(figure.costs, np.log([10, 2, 4 / 3]))
    assert figure.numbers.tolist() == [1, 2, 0]
    assert figure.labels == [0, 1, 0]
    # Of two equal outputs the first is the answer, and the label of image 2 is the second.
    assert figure.note == "1 of 3 images is recognised."
    assert (figure.layer, figure.cost, figure.sort) == (2, "log_likelihood", "cost")


def saturated():
    """Two pixels times 40 and 41, whose sigmoids are both 1 in float64, and two images."""
    z = deep.Dense(np.diag([40.0, 41.0])[:, None], np.zeros(2))
    return deep.Network([z, deep.Sigmoid()], "cross_entropy"), np.array([[[1.0, 1]], [[1, 0.9]]])


def test_of_outputs_that_have_both_rounded_to_1_the_weighted_inputs_decide():
    net, images = saturated()
    assert net.feedforward(images)[-1].tolist() == [[1, 1], [1, 1]]
    digits = data.Digits(images, np.array([1, 0]))
    figure = widgets.gallery(net, *digits)
    by_number = dict(zip(figure.numbers.tolist(), figure.taken, strict=True))
    assert [by_number[n] for n in (0, 1)] == training.predict(net, images).tolist() == [1, 0]
    assert figure.note == "2 of 2 images are recognised."
    assert "→" not in figure.twin().alt


def test_without_labels_the_least_sure_come_first():
    net, images = by_hand()
    figure = widgets.gallery(net, images)
    assert figure.numbers.tolist() == [2, 0, 1]
    assert figure.costs.size == 0
    assert (figure.labels, figure.note, figure.sort) == ([], "", "unsure")


@pytest.mark.parametrize("net", [DEEP, BOOK], ids=["deep", "book"])
@pytest.mark.parametrize("cost", [None, "quadratic"])
def test_a_network_of_either_kind_is_asked(net, cost):
    if cost and net is DEEP:
        net = deep.Network(DEEP.layers, cost)
    figure = widgets.gallery(net, IMAGES, LABELS, cost, of="digits")
    kept = figure.numbers.astype(int)
    assert sorted(kept) == list(range(7))
    a = net.feedforward(IMAGES)[-1]
    np.testing.assert_allclose(figure.outputs, a[kept], rtol=1e-12)
    z = networks.weighted_outputs(net, IMAGES)
    costs = networks.cost_of_outputs(net, z, data.one_hot(LABELS), cost)
    np.testing.assert_allclose(figure.costs, costs[kept], rtol=1e-12)
    assert (np.diff(figure.costs) <= 0).all()
    np.testing.assert_allclose(figure.a0, IMAGES[kept], atol=1e-7)
    assert set(figure.get_state()["_arrays"]) == {"a0", "numbers", "outputs", "costs"}


def test_of_many_those_are_kept_that_cost_most():
    digits = data.Digits(DIGITS.images[:250], DIGITS.labels[:250])
    figure = widgets.gallery(DEEP, *digits)
    costs = DEEP.cost_of(digits.images, data.one_hot(digits.labels))
    assert figure.costs.tolist() == pytest.approx(sorted(costs, reverse=True)[:120])
    right = (DEEP.feedforward(digits.images)[-1].argmax(-1) == digits.labels).sum()
    assert figure.note.startswith(f"{right} of 250 images are recognised. Of 250 images the 120 ")


def test_another_network_is_followed():
    figure = widgets.gallery(DEEP, IMAGES, LABELS)
    other = deep.Network.random("conv2x5 sigmoid pool2 dense10 softmax", seed=1)
    figure.net = other
    kept = figure.numbers.astype(int)
    np.testing.assert_allclose(figure.outputs, other.feedforward(IMAGES)[-1][kept])
    assert figure.labels == LABELS[kept].tolist()
    assert figure.layer == 5
    with pytest.raises(ValueError, match="net: expected a ConvNet"):
        figure.net = 5


def test_of_channels_the_mean_is_shown():
    net = deep.Network.random("conv2x5 relu dense3 softmax", image=(3, 6, 8))
    images = np.random.default_rng(0).random((2, 3, 6, 8))
    figure = widgets.gallery(net, images)
    np.testing.assert_allclose(
        figure.a0, images.mean(axis=1)[figure.numbers.astype(int)], rtol=1e-6
    )


def test_one_image_and_one_output():
    net = deep.Network([deep.Dense(np.ones((1, 2, 3)), np.zeros(1)), deep.Sigmoid()])
    figure = widgets.gallery(net, np.zeros((2, 3)), 0)
    assert repr(figure) == "gallery(outputs (1, 1), images (1, 2, 3))"
    assert figure.outputs.tolist() == [[0.5]]


@pytest.mark.parametrize(
    ("shows", "sort", "order"),
    [
        ("all", "cost", [1, 2, 0]),
        ("all", "number", [0, 1, 2]),
        ("all", "sure", [1, 0, 2]),
        ("wrong", "unsure", [2, 1]),
        ("right", "cost", [0]),
    ],
)
def test_the_twin_has_what_hangs_there(shows, sort, order):
    net, images = by_hand()
    figure = widgets.gallery(net, images, [0, 0, 1])
    figure.shows, figure.sort = shows, sort
    words = ["0", "0 → 1", "1 → 0"]
    titles = [ax.get_title() for ax in figure.twin().axes]
    assert [title for title in titles if title] == [words[n] for n in order]


MAPS = deep.Network([deep.ReLU()])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((MAPS, IMAGES), r"net: expected a row of outputs for each image, got \(28, 28\)"),
        ((DEEP, IMAGES[:, :20]), r"images: .* fit the network, got \(20, 28\): layers\[6\]"),
        ((DEEP, IMAGES[0, 0]), r"images: expected shape \(H, W\) or \(N, H, W\), got \(28,\)"),
        ((DEEP, IMAGES[:0]), r"images: .* got \(0, 28, 28\)"),
        ((DEEP, IMAGES, LABELS[:3]), r"labels: expected shape \(7,\), got \(3,\)"),
        ((DEEP, IMAGES, LABELS, "quadratic"), "cost: expected None or 'log_likelihood'"),
        ((DEEP, IMAGES, LABELS, None, "maps"), "net: .* got a deep.Network"),
        (
            (deep.Network([deep.Dense(np.eye(3), np.zeros(3))]), np.ones((2, 3))),
            "net: expected a network for images of rows and columns, got one for 1 axis",
        ),
    ],
)
def test_bad_input_is_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        widgets.gallery(*arguments)
