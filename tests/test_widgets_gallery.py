import io

import numpy as np
import pytest

from convnet_lib import ConvNet, data, deep, maps, training, widgets

DIGITS = data.load_digits().test
IMAGES, LABELS = DIGITS.images[:4], DIGITS.labels[:4]
NET = ConvNet.random(6, seed=3)


def test_it_holds_the_filters_and_how_much_they_matter():
    figure = widgets.gallery(NET, IMAGES, LABELS)
    expected = {
        "a0": IMAGES,
        "w1": NET.w1,
        "b1": NET.b1,
        "importance": maps.importance(NET, data.Digits(IMAGES, LABELS)),
    }
    for name, array in expected.items():
        np.testing.assert_allclose(getattr(figure, name), array, rtol=1e-12)
    assert set(figure.get_state()["_arrays"]) == {*expected, "order"}
    assert figure.labels == LABELS.tolist()
    assert (figure.measure, figure.measured_on) == ("cross_entropy", 4)


def test_without_labels_the_norm_of_the_weights_is_what_matters():
    figure = widgets.gallery(NET, IMAGES)
    assert (figure.measure, figure.labels) == ("norm", [])
    np.testing.assert_allclose(figure.importance, maps.norms(NET), rtol=1e-5)
    assert sorted(figure.order) == list(range(6))
    assert (np.diff(figure.importance[figure.order.astype(int)]) <= 0).all()


def test_it_begins_with_the_map_that_matters_most_where_it_is_pleased_most():
    figure = widgets.gallery(NET, IMAGES, LABELS)
    f = figure.importance.argmax()
    row, column = maps.strongest(NET.feedforward(IMAGES[0]).z1[f])
    assert figure.pinned == {"grid": f"map {f}", "row": row, "column": column}


def test_another_network_is_followed():
    figure = widgets.gallery(NET, IMAGES, LABELS)
    other = ConvNet.random(6, seed=8)
    figure.net = other
    np.testing.assert_array_equal(figure.w1, other.w1)
    expected = maps.importance(other, data.Digits(IMAGES, LABELS))
    np.testing.assert_allclose(figure.importance, expected, rtol=1e-5)
    with pytest.raises(ValueError, match="w1: expected shape"):
        figure.net = ConvNet.random(2)


def test_one_filter_and_one_image():
    net = ConvNet.random(seed=3)
    figure = widgets.gallery(net, IMAGES[0], LABELS[0])
    assert repr(figure) == "gallery(w1 (1, 5, 5), images (1, 28, 28))"
    np.testing.assert_array_equal(figure.w1[0], net.w1)
    assert figure.labels == [int(LABELS[0])]


def test_a_network_of_the_readers_own_comes_from_a_file():
    file = io.BytesIO()
    np.savez(file, **{name: getattr(NET, name) for name in NET.parameters})
    file.seek(0)
    figure = widgets.gallery(np.load(file), IMAGES)
    np.testing.assert_array_equal(figure.w1, NET.w1)


def test_of_many_images_the_first_are_shown_and_all_are_measured_on():
    figure = widgets.gallery(NET, DIGITS.images[:60], DIGITS.labels[:60])
    assert len(figure.a0) == len(figure.labels) == 24
    assert figure.note == "The first 24 of 60 images are shown."
    assert figure.measured_on == 60
    expected = maps.importance(NET, data.Digits(DIGITS.images[:60], DIGITS.labels[:60]))
    np.testing.assert_allclose(figure.importance, expected, rtol=1e-5)


def test_other_sizes():
    net = ConvNet.random(2, image=(6, 9), kernel=(3, 2), outputs=3)
    image = np.random.default_rng(0).random((6, 9), dtype=np.float32)
    figure = widgets.gallery(net, image, 2)
    assert figure.w1.shape == (2, 3, 2)
    assert figure.pinned["grid"].startswith("map")


def test_a_checkpoint_shows_its_last_network(tmp_path):
    digits = data.Digits(IMAGES, LABELS)
    run = training.sgd(NET, digits, 2, 0.1, checkpoint=tmp_path / "run.npz")
    with np.load(tmp_path / "run.npz") as archive:
        figure = widgets.gallery(archive, IMAGES)
    np.testing.assert_array_equal(figure.w1, run.net.w1)


@pytest.mark.parametrize("sort", ["number", "importance", "pleased"])
def test_the_twin_has_the_order_that_is_chosen(sort):
    figure = widgets.gallery(NET, IMAGES)
    figure.sort, figure.index = sort, 2
    pleased = np.argsort(-NET.feedforward(IMAGES[2]).z1.max(axis=(1, 2)), kind="stable")
    order = {"number": range(6), "importance": figure.order, "pleased": pleased}[sort]
    titles = [ax.get_title() for ax in figure.twin().axes[1:]]
    assert titles == [f"map {int(f)}" for f in order]


CHANNELS = ConvNet(np.zeros((2, 3, 5, 5)), np.zeros(2), np.zeros((10, 2, 12, 12)), np.zeros(10))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            (deep.Network([deep.ReLU()]), IMAGES, None, None, "maps"),
            r"net: .* got a deep\.Network; figures\.maps",
        ),
        ((NET, IMAGES, None, None, "filters"), "of: expected 'maps' or 'digits', got 'filters'"),
        ((None, IMAGES), "net: expected a ConvNet, or a mapping .*, got a NoneType"),
        (
            ({"w1": NET.w1, "b1": NET.b1}, IMAGES),
            "net: expected w1, b1, w3 and b3, got a .* without w3, b3",
        ),
        ((CHANNELS, IMAGES), "net: expected a network for images without channels"),
        ((NET, IMAGES[:, :20]), r"images: expected shape \(28, 28\) or \(N, .* got \(4, 20, 28\)"),
        ((NET, IMAGES[:0]), r"images: .* got \(0, 28, 28\)"),
        ((NET, []), r"images: .* got \(0,\)"),
        ((NET, np.where(IMAGES > 0, IMAGES, np.nan)), "images: expected finite numbers, got nan"),
        ((NET, 0.5), r"images: .* got \(\)"),
        (
            (NET, (255 * IMAGES).astype(np.uint8)),
            "images: expected an array of float32 .*, got uint8",
        ),
        ((NET, [[0.0], [0.0, 1.0]]), "images: .* ragged"),
        ((NET, IMAGES, LABELS[:3]), r"labels: expected shape \(4,\), got \(3,\)"),
        ((NET, IMAGES, data.one_hot(LABELS)), "labels: expected integers, got .* of type float64"),
        ((NET, IMAGES, [0, 1, 2, 10]), "labels: expected integers from 0 to 9, got 10"),
        ((NET, IMAGES, [[1], [2, 3]]), "labels: expected an array of integers, got"),
        ((NET, IMAGES, LABELS, "mse"), "cost: expected 'quadratic' or .*, got 'mse'"),
        (
            (ConvNet.random(1025, image=(2, 2), kernel=(1, 1)), np.ones((2, 2))),
            "net: .* at most 1024",
        ),
    ],
)
def test_bad_input_is_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        widgets.gallery(*arguments)
