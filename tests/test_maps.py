from dataclasses import replace

import numpy as np
import pytest

from convnet_lib import ConvNet, data, maps, pool, training

DIGITS = data.load_digits().test
NET = ConvNet.random(3, seed=4)
RNG = np.random.default_rng(0)


def test_with_maps_gives_a_single_filter_its_axis_and_changes_no_output():
    net = ConvNet.random(seed=4)
    wide = maps.with_maps(net)
    assert (wide.w1.shape, wide.b1.shape, wide.w3.shape) == ((1, 5, 5), (1,), (10, 1, 12, 12))
    a0 = DIGITS.images[:2]
    np.testing.assert_allclose(wide.feedforward(a0).a3, net.feedforward(a0).a3)
    assert maps.with_maps(NET) is NET


def test_with_maps_refuses_channels():
    net = ConvNet(np.zeros((2, 3, 5, 5)), np.zeros(2), np.zeros((10, 2, 12, 12)), np.zeros(10))
    with pytest.raises(ValueError, match=r"^net: expected a network for images without channels"):
        maps.with_maps(net)


@pytest.mark.parametrize("seed", range(5))
def test_no_patch_without_negative_pixels_and_of_norm_1_pleases_more(seed):
    w1 = np.random.default_rng(seed).normal(size=(5, 5))
    patch = maps.pleasing(w1)
    assert patch.min() >= 0
    assert np.linalg.norm(patch) == pytest.approx(1)
    others = np.abs(RNG.normal(size=(1000, 5, 5)))
    others /= np.linalg.norm(others, axis=(1, 2), keepdims=True)
    assert (w1 * patch).sum() >= (w1 * others).sum(axis=(1, 2)).max()
    assert (w1 * patch).sum() == pytest.approx(np.linalg.norm(np.maximum(w1, 0)))


def test_a_filter_without_a_positive_weight_is_hurt_least_by_one_pixel():
    w1 = np.array([[-3.0, -2.0], [-0.5, -0.5]])
    np.testing.assert_array_equal(maps.pleasing(w1), [[0, 0], [1, 0]])
    np.testing.assert_array_equal(maps.pleasing(np.zeros((2, 2))), [[1, 0], [0, 0]])


@pytest.mark.parametrize("scale", [1e-300, 1e-30, 1e30, 1e300])
def test_pleasing_does_not_care_for_the_size_of_the_weights(scale):
    w1 = np.array([[3.0, -1.0], [4.0, 0.0]]) * scale
    np.testing.assert_allclose(maps.pleasing(w1), [[0.6, 0], [0.8, 0]])


def test_pleasing_keeps_the_axis_of_maps_and_the_dtype():
    patches = maps.pleasing(NET.w1.astype(np.float32))
    assert (patches.shape, patches.dtype) == ((3, 5, 5), np.float32)
    np.testing.assert_allclose(patches[1], maps.pleasing(NET.w1[1]), rtol=1e-5)


def test_strongest_is_the_first_of_the_largest():
    z1 = np.array([[[0.0, 2.0], [2.0, 1.0]], [[np.nan, -1.0], [0.0, np.nan]]])
    np.testing.assert_array_equal(maps.strongest(z1), [[0, 1], [1, 0]])


def test_winner_is_the_switch_by_number():
    a1 = NET.feedforward(DIGITS.images[:2]).a1  # blank paper: many ties
    winner = maps.winner(a1)
    assert winner.shape == (2, 3, 12, 12)
    switch = np.zeros_like(a1, bool)
    n, f, j, k = np.indices(winner.shape)
    switch[n, f, 2 * j + winner // 2, 2 * k + winner % 2] = True
    np.testing.assert_array_equal(switch, pool.winners(a1))


@pytest.mark.parametrize("cost", ["quadratic", "cross_entropy"])
def test_importance_is_the_rise_of_the_mean_cost_without_the_map(cost, monkeypatch):
    monkeypatch.setattr(maps, "CHUNK", 7)
    digits = data.Digits(DIGITS.images[:20], DIGITS.labels[:20])
    expected = []
    for f in range(3):
        w3 = NET.w3.copy()
        w3[:, f] = 0
        without = training.mean_cost(replace(NET, w3=w3), digits, cost)
        expected.append(without - training.mean_cost(NET, digits, cost))
    np.testing.assert_allclose(maps.importance(NET, digits, cost), expected, rtol=1e-9)


def test_importance_of_a_single_filter():
    digits = data.Digits(DIGITS.images[:3], DIGITS.labels[:3])
    assert maps.importance(ConvNet.random(seed=1), digits).shape == (1,)


def test_norms_are_those_of_w3():
    np.testing.assert_allclose(maps.norms(NET), [np.linalg.norm(NET.w3[:, f]) for f in range(3)])


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: maps.pleasing(np.zeros(5)), r"w1: expected shape \(\.\.\., KH, KW\), got \(5,\)"),
        (lambda: maps.pleasing(np.zeros((5, 5), int)), "w1: expected an array of float32"),
        (lambda: maps.pleasing(np.float64(1)), r"w1: .* got \(\)"),
        (lambda: maps.pleasing(np.zeros((5, 0))), r"w1: .* got \(5, 0\)"),
        (lambda: maps.importance(NET, DIGITS, "mse"), "cost: expected 'quadratic'"),
    ],
)
def test_bad_input_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()
