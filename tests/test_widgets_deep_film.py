from dataclasses import dataclass, replace

import numpy as np
import pytest

from convnet_lib import ConvNet, data, deep, layers, training, widgets

DIGITS = data.load_digits().test
IMAGES, LABELS = DIGITS.images[:3], DIGITS.labels[:3]
WORDS = "conv3x5 relu pool2 conv4x5 relu pool2 dense10 softmax"


def run_of(n, words=WORDS, image=(28, 28)):
    """A run of n networks that were not trained: each is drawn anew."""
    nets = tuple(deep.Network.random(words, image, seed) for seed in range(n))
    curve = np.linspace(0.1, 0.9, n)
    return training.Run(nets, 3 - curve, curve, curve - 0.05, np.full(n, np.nan))


RUN = run_of(4)


def test_it_holds_the_layers_up_to_the_second_convolution():
    film = widgets.training_film(RUN, IMAGES, LABELS)
    assert [(one["conv"], one["at"], one["kind"]) for one in film.shown] == [
        (0, 2, "sequential"),
        (3, 5, "sequential"),
    ]
    assert [layer["kind"] for layer in film.layers] == ["Conv", "ReLU", "MaxPool", "Conv", "ReLU"]
    assert list(film.parameters) == ["0.w", "0.b", "3.w", "3.b"]
    for name, array in film.parameters.items():
        assert array.dtype == np.float32
        for t, net in enumerate(RUN.nets):
            np.testing.assert_allclose(array[t], net.parameters[name], rtol=1e-6)
    assert film.epochs.tolist() == [0, 1, 2, 3]
    assert repr(film) == "training_film(nets (4,), w (3, 5, 5), images (3, 28, 28))"


def test_of_outputs_that_have_both_rounded_to_1_the_weighted_inputs_decide():
    layers = deep.Network.random("conv2x5 dense10 sigmoid", image=IMAGES.shape[1:]).layers
    sure = deep.Dense(0 * layers[1].w, np.arange(40.0, 50.0))
    run = training.measured(
        [deep.Network([layers[0], sure, layers[2]], "cross_entropy")] * 2, DIGITS
    )
    film = widgets.training_film(run, IMAGES, LABELS)
    assert (film.outputs == 1).all()
    assert (film.taken == 9).all()


def test_outputs_curves_and_gradients_are_those_of_the_networks():
    film = widgets.training_film(RUN, IMAGES, LABELS)
    y = data.one_hot(LABELS)
    for t, net in enumerate(RUN.nets):
        a, grad = net.feedforward(IMAGES), net.backprop(IMAGES, y).grad
        np.testing.assert_allclose(film.outputs[t], a[-1], rtol=1e-12)
        assert film.taken[t].tolist() == training.predict(net, IMAGES).tolist()
        assert film.sizes[:, t] == pytest.approx([np.abs(grad[i]).mean() for i in (1, 4)])
    for one in film.shown:
        at = [net.feedforward(IMAGES)[one["at"]].max(axis=(1, 2, 3)) for net in RUN.nets]
        assert one["largest"] == pytest.approx(np.max(at, axis=0))
    np.testing.assert_array_equal(film.costs, RUN.costs)


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        ("conv2x5 pool2 dense10 softmax", [(0, 1, "diverging")]),
        ("mean2 conv2x3 sigmoid dense10 sigmoid", [(1, 3, "sequential")]),
        ("conv2x5 relu conv60x5 relu conv9x3 dense10 softmax", [(0, 2), (2, 4)]),
        ("conv9x5 relu conv300x5 relu dense10 softmax", [(0, 2)]),
    ],
)
def test_which_convolutions_are_shown(words, shown):
    film = widgets.training_film(run_of(2, words), IMAGES)
    found = [tuple(one[key] for key in ("conv", "at", "kind")) for one in film.shown]
    assert [one[: len(shown[0])] for one in found] == shown


def test_a_sigmoid_has_the_scale_from_0_to_1():
    film = widgets.training_film(run_of(2, "conv2x5 sigmoid dense10 softmax"), IMAGES)
    assert film.shown[0]["largest"] == [1, 1, 1]


def test_without_labels_there_are_no_gradients():
    film = widgets.training_film(RUN, IMAGES)
    assert (film.sizes.size, film.labels) == (0, [])


def test_of_many_networks_frames_are_spread_over_the_run():
    film = widgets.training_film(run_of(30, "conv2x5 relu dense10 softmax"), IMAGES)
    assert len(film.epochs) == 21
    assert (film.epochs[0], film.epochs[-1], len(film.costs)) == (0, 29, 30)
    large = widgets.training_film(run_of(30, "conv40x5 relu conv40x5 relu dense10 softmax"), IMAGES)
    assert len(large.epochs) == 630_000 // (40 * 26 + 40 * (40 * 25 + 1))


def test_channels():
    rng = np.random.default_rng(0)
    film = widgets.training_film(
        run_of(2, "conv2x3 relu dense3 softmax", (3, 6, 8)), rng.random((2, 3, 6, 8)), [0, 2]
    )
    assert film.parameters["0.w"].shape == (2, 2, 3, 3, 3)
    assert film.a0.shape == (2, 3, 6, 8)


def test_it_begins_at_the_strongest_neuron_of_the_last_network():
    film = widgets.training_film(RUN, IMAGES)
    a = RUN.nets[-1].feedforward(IMAGES[0])[2][0]
    assert film.pinned["grid"] == "map"
    assert a[film.pinned["row"], film.pinned["column"]] == a.max()


def test_the_twin_is_of_the_map_that_is_shown():
    film = widgets.training_film(RUN, IMAGES, LABELS)
    film.layer, film.map, film.index = 1, 2, 1
    panels = film.twin().panels
    assert [panel["name"] for panel in panels] == [f"epoch {t}" for t in range(4)]
    for panel, net in zip(panels, RUN.nets, strict=True):
        expected = net.feedforward(IMAGES[1])[5][2] / film.shown[1]["largest"][1]
        np.testing.assert_allclose(panel["array"], expected)
    with pytest.raises(ValueError, match="layer: expected a number from 0 to 1, got 2"):
        film.layer = 2


@dataclass(frozen=True, eq=False, repr=False)
class Halved(layers.Layer):
    """A layer of the reader's own, which the page does not know."""

    def forward(self, a):
        return a / 2

    def backward(self, grad, a):
        return grad / 2


OWN = deep.Network([Halved(), *RUN.nets[0].layers], "log_likelihood")
OTHER = run_of(1, "conv3x5 relu pool2 conv4x5 sigmoid pool2 dense10 softmax").nets
SMALLER = run_of(1, WORDS.replace("conv3", "conv2")).nets


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            (replace(RUN, nets=(*RUN.nets[:3], ConvNet.random())), IMAGES),
            r"run.nets\[3\]: expected a",
        ),
        ((replace(RUN, nets=RUN.nets[:3] + OTHER), IMAGES), r"run.nets\[3\]: expected the layers"),
        (
            (replace(RUN, nets=RUN.nets[:3] + SMALLER), IMAGES),
            r"run.nets\[3\], 0.w: expected shape",
        ),
        ((replace(RUN, costs=RUN.costs[:2]), IMAGES), r"run.costs: expected shape \(4,\)"),
        ((replace(RUN, nets=(OWN,) * 4), IMAGES), "run: expected networks that begin .* Halved"),
        ((run_of(2, "dense10 softmax"), IMAGES), "run: expected networks that begin .* Dense fir"),
        ((RUN, IMAGES[..., :20]), r"images: .* fit the network, got \(28, 20\)"),
        ((RUN, DIGITS.images[:25]), r"images: expected at most 24, as in images\[:24\], got 25"),
        ((RUN, IMAGES, LABELS[:2]), r"labels: expected shape \(3,\)"),
        ((RUN, IMAGES, LABELS, "quadratic"), "cost: expected None or 'log_likelihood'"),
    ],
)
def test_bad_input_is_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        widgets.training_film(*arguments)
