from dataclasses import replace

import numpy as np
import pytest

from convnet_lib import ConvNet, data, deep, training, widgets

DIGITS = data.load_digits().test
IMAGES, LABELS = DIGITS.images[:3], DIGITS.labels[:3]


def run_of(n, *, maps=None, test=True, **sizes):
    """A run of n networks that were not trained: each is drawn anew."""
    nets = tuple(ConvNet.random(maps, seed=seed, **sizes) for seed in range(n))
    curve = np.linspace(0.1, 0.9, n)
    held_out = curve - 0.05 if test else np.full(n, np.nan)
    return training.Run(nets, 3 - curve, curve, held_out, np.full(n, np.nan))


RUN = run_of(5, maps=4)


def test_each_frame_is_a_network_and_the_curves_are_of_all_images():
    film = widgets.training_film(RUN, IMAGES, LABELS)
    assert film.epochs.tolist() == [0, 1, 2, 3, 4]
    errors = [net.backprop(IMAGES, data.one_hot(LABELS), "cross_entropy") for net in RUN.nets]
    for t, (net, g) in enumerate(zip(RUN.nets, errors, strict=True)):
        for name in net.parameters:
            assert getattr(film, name).dtype == np.float32
            np.testing.assert_allclose(getattr(film, name)[t], getattr(net, name), rtol=1e-6)
        assert film.delta1_size[t] == pytest.approx(np.abs(g.delta1).mean(), rel=1e-5)
        assert film.delta3_size[t] == pytest.approx(np.abs(g.delta3).mean(), rel=1e-5)
    largest = np.max([np.abs(g.delta1).max(axis=(1, 2, 3)) for g in errors], axis=0)
    np.testing.assert_allclose(film.largest, largest)
    for name in ("costs", "train_accuracy", "test_accuracy"):
        np.testing.assert_allclose(getattr(film, name), getattr(RUN, name), rtol=1e-6)


def test_the_errors_are_those_of_the_cost_that_is_asked_for():
    film = widgets.training_film(RUN, IMAGES, LABELS, cost="quadratic")
    g = RUN.nets[2].backprop(IMAGES, data.one_hot(LABELS), "quadratic")
    assert film.delta3_size[2] == pytest.approx(np.abs(g.delta3).mean(), rel=1e-5)


def test_without_labels_there_are_no_errors():
    film = widgets.training_film(RUN, IMAGES)
    assert film.labels == []
    assert film.largest.size == film.delta1_size.size == film.delta3_size.size == 0


def test_one_filter_one_image_one_network():
    film = widgets.training_film(run_of(1, test=False), IMAGES[0], LABELS[0])
    assert repr(film) == "training_film(nets (1,), w1 (1, 5, 5), images (1, 28, 28))"
    assert film.w3.shape == (1, 10, 1, 12, 12)
    assert np.isnan(film.test_accuracy).all()
    assert film.labels == [int(LABELS[0])]


def test_of_many_networks_frames_are_spread_over_the_run_and_the_curves_have_all():
    film = widgets.training_film(run_of(31), IMAGES, LABELS)
    assert len(film.epochs) == 21
    assert (film.epochs[0], film.epochs[-1]) == (0, 30)
    assert set(np.diff(film.epochs)) == {1, 2}
    assert len(film.costs) == len(film.delta1_size) == 31
    net = run_of(31).nets[int(film.epochs[7])]
    np.testing.assert_allclose(film.w1[7, 0], net.w1, rtol=1e-6)


SMALL = {"image": (4, 4), "kernel": (3, 3)}


@pytest.mark.parametrize(
    ("maps", "frames"), [(None, 21), (20, 21), (30, 14), (100, 6)], ids=lambda n: f"{n}"
)
def test_large_networks_take_frames_until_six_are_left(maps, frames):
    net = ConvNet.random(maps, seed=0)
    film = widgets.training_film(replace(run_of(22, **SMALL), nets=(net,) * 22), IMAGES[0])
    assert len(film.epochs) == frames
    sent = sum(getattr(film, name).nbytes for name in net.parameters)
    assert sent < (2.6e6 if frames > 6 else 8e6)


def test_an_image_that_is_no_number():
    image = IMAGES[0].copy()
    image[3, 3] = np.nan
    with pytest.raises(ValueError, match=r"images: expected finite numbers, got nan at \(3, 3\)$"):
        widgets.training_film(RUN, image, LABELS[0])


def test_it_begins_where_the_last_network_is_pleased_most():
    film = widgets.training_film(RUN, IMAGES)
    row, column = film.pinned["row"], film.pinned["column"]
    a1 = RUN.nets[-1].feedforward(IMAGES[0]).a1[0]
    assert a1[row, column] == a1.max()


def test_the_twin_is_of_the_map_and_the_image_that_are_shown():
    film = widgets.training_film(run_of(31, maps=2), IMAGES, LABELS)
    film.map, film.index = 1, 2
    picture = film.twin()
    axes = {ax.get_label(): ax for ax in picture.axes}
    np.testing.assert_allclose(axes["$a^0$"].images[0].get_array(), IMAGES[2], atol=1e-6)
    strip = [ax for label, ax in axes.items() if label.startswith("$w^1$")]
    assert len(strip) == 6
    for ax in strip:
        epoch = int(ax.get_label().split()[1])
        assert epoch in film.epochs
        np.testing.assert_allclose(
            ax.images[0].get_array(), run_of(31, maps=2).nets[epoch].w1[1], rtol=1e-6
        )


MIXED = replace(RUN, nets=(*RUN.nets[:4], ConvNet.random(3)))
CHANNELS = ConvNet(np.zeros((2, 3, 5, 5)), np.zeros(2), np.zeros((10, 2, 12, 12)), np.zeros(10))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((RUN.nets, IMAGES), "run: expected a training.Run, got a tuple"),
        ((replace(RUN, nets=()), IMAGES), "run: expected at least one network, got none"),
        (
            (replace(RUN, nets=(*RUN.nets[:4], deep.Network([deep.ReLU()]))), IMAGES),
            r"run.nets\[4\]: .* got a deep\.Network; figures\.maps",
        ),
        ((replace(RUN, nets=(1, 2)), IMAGES), r"run.nets\[0\]: expected a ConvNet, .* got a int"),
        ((MIXED, IMAGES), r"run.nets\[4\].w1: expected shape \(4, 5, 5\), got \(3, 5, 5\)"),
        ((replace(RUN, nets=(CHANNELS,)), IMAGES), "net: expected a network for images without"),
        ((replace(RUN, costs=RUN.costs[:2]), IMAGES), r"run.costs: expected shape \(5,\)"),
        ((RUN, IMAGES[:0]), r"images: .* got \(0, 28, 28\)"),
        ((RUN, IMAGES[..., :20]), r"images: .* got \(3, 28, 20\)"),
        (
            (RUN, DIGITS.images[:100]),
            r"images: expected at most 24, as in images\[:24\], got 100",
        ),
        (
            (replace(run_of(9, **SMALL), nets=(ConvNet.random(240),) * 9), IMAGES),
            "run: expected networks of at most 333,333 weights and biases, got 351,850",
        ),
        ((RUN, IMAGES, LABELS[:2]), r"labels: expected shape \(3,\), got \(2,\)"),
        ((RUN, IMAGES, LABELS, "mse"), "cost: expected 'quadratic'"),
    ],
)
def test_bad_input_is_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        widgets.training_film(*arguments)
