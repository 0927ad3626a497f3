"""What the gallery of filters shows, and the strip of a training run."""

import re

import numpy as np
import pytest
from matplotlib.colors import to_rgb

from convnet_lib import ConvNet, data, figures, maps, pool, training

DIGITS = data.load_digits().test
A0 = DIGITS.images[5]
NET = ConvNet.random(7, seed=2)


def outlined(ax):
    """The cells with an outline, as a mask of the first image of the axes."""
    mask = np.zeros(ax.images[0].get_array().shape, bool)
    for path in ax.collections[0].get_paths():
        x, y = path.vertices[:4].min(axis=0) + 0.5
        mask[int(y), int(x)] = True
    return mask


def marked(ax):
    return [p.get_xy()[::-1] for p in ax.patches if p.get_edgecolor()[:3] == to_rgb(figures.ACCENT)]


@pytest.mark.parametrize("net", [NET, ConvNet.random(seed=2)], ids=["seven maps", "one filter"])
def test_gallery_draws_map_filter_and_patch_with_winners_and_the_neuron_pleased_most(net):
    picture = figures.gallery(net, A0)
    net = maps.with_maps(net)
    z1, a1, *_ = net.feedforward(A0)
    digit, *cards = picture.axes
    np.testing.assert_array_equal(digit.images[0].get_array(), A0)
    assert len(cards) == len(net.w1)
    largest = np.abs(net.w1).max()
    for f, ax in enumerate(cards):
        drawn = a1[f], net.w1[f], maps.pleasing(net.w1[f])
        for image, array in zip(ax.images, drawn, strict=True):
            np.testing.assert_allclose(image.get_array(), array)
        assert [image.get_clim() for image in ax.images] == [(0, 1), (-largest, largest), (0, 1)]
        assert [image.get_cmap().name for image in ax.images] == ["Greys", "RdBu_r", "Greys"]
        np.testing.assert_array_equal(outlined(ax), pool.winners(a1[f]))
        (place,) = marked(ax)
        assert np.add(place, 0.5).tolist() == maps.strongest(z1[f]).tolist()
        assert ax.get_title() == f"map {f}"
    best = z1.max(axis=(1, 2)).argmax()
    assert f"pleases filter {best} most: z1 = {z1.max():.2f}" in picture.alt


def test_gallery_keeps_the_order_that_it_is_given():
    cards = figures.gallery(NET, A0, order=[4, 1]).axes[1:]
    assert [ax.get_title() for ax in cards] == ["map 4", "map 1"]
    np.testing.assert_array_equal(cards[0].images[1].get_array(), NET.w1[4])


def test_gallery_draws_other_sizes():
    net = ConvNet.random(2, image=(6, 9), kernel=(3, 2))
    picture = figures.gallery(net, np.zeros((6, 9)))
    assert picture.axes[1].images[0].get_array().shape == (4, 8)
    assert picture.png().startswith(b"\x89PNG")


# --- the training film ------------------------------------------------------------------------

NETS = tuple(ConvNet.random(2, seed=seed) for seed in range(8))
CURVE = np.linspace(0.2, 0.9, 8)
RUN = training.Run(NETS, 2 - CURVE, CURVE, CURVE - 0.1, np.full(8, np.nan))


def strip(picture, name):
    """The axes of a row of the strip, by epoch."""
    labels = ((ax.get_label(), ax) for ax in picture.axes)
    return {int(label.split()[1]): ax for label, ax in labels if label.startswith(name)}


@pytest.mark.parametrize("f", [0, 1])
def test_training_film_draws_filter_map_and_errors_of_its_epochs(f):
    y = data.one_hot([4])[0]
    picture = figures.training_film(RUN, A0, 4, f, epochs=[0, 3, 7])
    errors = [net.backprop(A0, y, "cross_entropy") for net in NETS]
    largest = max(np.abs(errors[epoch].delta1).max() for epoch in (0, 3, 7))
    widest = max(np.abs(net.w1).max() for net in NETS)
    filters, activations, deltas = (strip(picture, f"${name}^1$") for name in ("w", "a", "δ"))
    assert list(filters) == list(activations) == list(deltas) == [0, 3, 7]
    for epoch in (0, 3, 7):
        a1 = NETS[epoch].feedforward(A0).a1[f]
        for ax, array, limits in (
            (filters[epoch], NETS[epoch].w1[f], (-widest, widest)),
            (activations[epoch], a1, (0, 1)),
            (deltas[epoch], errors[epoch].delta1[f], (-largest, largest)),
        ):
            np.testing.assert_allclose(ax.images[0].get_array(), array)
            assert ax.images[0].get_clim() == pytest.approx(limits)
        np.testing.assert_array_equal(outlined(activations[epoch]), pool.winners(a1))
    curves = {ax.get_label(): ax.lines for ax in picture.axes[:3]}
    sizes = curves["mean error of this digit"]
    for line, size in ((sizes[0], "delta3"), (sizes[2], "delta1")):
        expected = [np.abs(getattr(g, size)).mean() for g in errors]
        np.testing.assert_allclose(line.get_ydata(), expected)
    for line, expected in (
        (curves["mean cost"][0], RUN.costs),
        (curves["accuracy"][0], RUN.train_accuracy),
        (curves["accuracy"][2], RUN.test_accuracy),
    ):
        np.testing.assert_array_equal(line.get_ydata(), expected)
    np.testing.assert_array_equal(
        curves["mean cost"][1].get_data(), ([0, 3, 7], RUN.costs[[0, 3, 7]])
    )
    assert "from 1.800 to 1.100" in picture.alt
    assert re.search(r"w1 go to ±0\.\d+, those of δ1 to ±0\.\d+\.$", picture.alt)


def test_training_film_without_a_label_has_no_errors_and_spreads_six_frames():
    picture = figures.training_film(RUN, A0)
    assert list(strip(picture, "$w^1$")) == [0, 1, 3, 4, 6, 7]
    assert not strip(picture, "$δ^1$")
    assert len([ax for ax in picture.axes if ax.lines]) == 2


def test_training_film_of_one_network_with_one_filter():
    unknown = np.array([np.nan])
    run = training.Run((ConvNet.random(),), np.ones(1), np.ones(1), unknown, unknown)
    picture = figures.training_film(run, A0, 1)
    assert list(strip(picture, "$a^1$")) == [0]
    assert picture.png().startswith(b"\x89PNG")
