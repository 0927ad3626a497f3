"""What the gallery of filters shows, and the strip of a training run."""

import numpy as np
import pytest
from matplotlib.colors import to_rgb

from convnet_lib import ConvNet, data, figures, maps, pool

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
