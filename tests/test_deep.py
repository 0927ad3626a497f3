"""A network of any layers: by hand, as the book's network, by loops, differences and autograd."""

from dataclasses import dataclass

import autograd
import autograd.numpy as anp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from convnet_lib import (
    ConvNet,
    activations,
    by_definition,
    conv,
    costs,
    deep,
    gradient_check,
    layers,
)

RNG = np.random.default_rng(7)
TWO_BY_HAND = [
    # One pixel row (1, 2), a filter (3, -1) -> 1 neuron; ReLU; two outputs; softmax.
    deep.Conv(np.array([[[3.0, -1.0]]]), np.array([0.5])),
    deep.ReLU(),
    deep.Dense(np.array([[[[1.0]]], [[[-1.0]]]]) * np.log(2) / 1.5, np.zeros(2)),
    deep.Softmax(),
]


def total(net, a0, y):
    return float(net.cost_of(a0, y).sum())


def measured(net, a0, y, name, entries=12):
    """∂C/∂ of a parameter by central differences, at some entries."""
    x = net.parameters[name]
    places = gradient_check._some_entries(x.shape, entries, np.random.default_rng(0))
    return gradient_check.central_differences(
        lambda value: total(net.with_parameters({name: value}), a0, y), x, 1e-6, places
    )


def agree_with_differences(net, a0, y):
    nablas, grad = net.backprop(a0, y)
    for name in net.parameters:
        i, letter = name.split(".")
        found = np.asarray(nablas[int(i)][letter])
        error = gradient_check.relative_error(found, measured(net, a0, y, name))
        assert error < 1e-6, name
    slopes = gradient_check.central_differences(lambda x: total(net, x, y), a0, 1e-6)
    assert gradient_check.relative_error(grad[0], slopes) < 1e-6


# --- by hand ---------------------------------------------------------------------------------


def test_D1_each_layer_is_given_what_the_one_before_made():
    a = deep.Network(TWO_BY_HAND, "log_likelihood").feedforward(np.array([[1.0, 2.0]]))
    assert [x.tolist() for x in a[:3]] == [[[1.0, 2.0]], [[[1.5]]], [[[1.5]]]]
    assert_allclose(a[3], [np.log(2), -np.log(2)])
    assert_allclose(a[4], [0.8, 0.2])


def test_D2_D3_by_hand():
    net = deep.Network(TWO_BY_HAND, "log_likelihood")
    nablas, grad = net.backprop(np.array([[1.0, 2.0]]), np.array([0.0, 1.0]))
    c = np.log(2) / 1.5
    assert_allclose(grad[3], [0.8, -0.8])  # a - y
    assert_allclose(nablas[2]["b"], [0.8, -0.8])
    assert_allclose(nablas[2]["w"].ravel(), [1.2, -1.2])  # 0.8 · 1.5
    assert_allclose(grad[2], [[[1.6 * c]]])  # 0.8 c + (-0.8)(-c)
    assert_allclose(grad[1], [[[1.6 * c]]])  # the ReLU is open
    assert_allclose(nablas[0]["w"], [[[1.6 * c, 3.2 * c]]])
    assert_allclose(nablas[0]["b"], [1.6 * c])
    assert_allclose(grad[0], [[4.8 * c, -1.6 * c]])
    assert nablas[1] == nablas[3] == {}


def test_D2_through_two_convolutions_by_hand():
    first = deep.Conv(np.array([[[1.0, 2.0]]]), np.zeros(1))
    second = deep.Conv(np.array([[[[3.0, -1.0]]]]), np.zeros(1))
    a = np.array([[1.0, 0.0, 2.0]])
    assert_array_equal(second.forward(first.forward(a)), [[[1 * 3 - 4]]])  # maps (1, 4)
    back = second.backward(np.array([[[1.0]]]), first.forward(a))
    assert_array_equal(back, [[[3.0, -1.0]]])
    assert_array_equal(first.backward(back, a), [[3.0, 6 - 1, -2.0]])


# --- the book's network ----------------------------------------------------------------------


@pytest.mark.parametrize("cost", costs.COSTS)
@pytest.mark.parametrize("ties", ["first", "split", "all"])
@pytest.mark.parametrize("maps", [None, 3])
def test_the_same_layers_give_the_bits_of_the_reading_page(maps, ties, cost):
    book = ConvNet.random(maps=maps, seed=3, image=(12, 10), kernel=(3, 5))
    net = deep.Network(
        [
            deep.Conv(book.w1, book.b1),
            deep.Sigmoid(),
            deep.MaxPool(ties=ties),
            deep.Dense(book.w3, book.b3),
            deep.Sigmoid(),
        ],
        cost,
    )
    a0 = np.round(RNG.random((2, 3, 12, 10)))  # few different patches, and so ties
    y = np.eye(10)[[[3, 1, 4], [1, 5, 9]]]
    page, (nablas, grad) = book.backprop(a0, y, cost, ties), net.backprop(a0, y)
    for mine, theirs in zip(net.feedforward(a0)[1:], book.feedforward(a0), strict=True):
        assert_array_equal(mine, theirs)
    assert_array_equal(grad[4], page.delta3)
    assert_array_equal(grad[1], page.delta1)
    for mine, theirs in zip(
        (nablas[0]["w"], nablas[0]["b"], nablas[3]["w"], nablas[3]["b"]),
        (page.w1, page.b1, page.w3, page.b3),
        strict=True,
    ):
        assert_array_equal(mine, theirs)
    assert_array_equal(net.cost_of(a0, y), book.cost(a0, y, cost))


# --- central differences and autograd ---------------------------------------------------------

SPECS = [
    ("conv3x3x2s2p1 relu mean2x3s1 dense4 softmax", (9, 8), "log_likelihood"),
    ("conv2x3 sigmoid pool3s2 conv3x2p1 relu mean2 dense5 relu dense4 softmax", (13, 11), None),
    ("conv2x2x3 relu conv4x3s2 sigmoid pool2s1 dense4 sigmoid", (10, 12), "quadratic"),
    ("conv2x3s3p2 relu pool1x2 dense4 sigmoid", (3, 8, 9), "cross_entropy"),
    ("conv2x3 relu pool2 dense4", (8, 8), "quadratic"),
    ("dense6 sigmoid dense4 softmax", (2, 5), "quadratic"),
    ("dense6 sigmoid dense4 softmax", (5, 2), "cross_entropy"),
    ("dense4 sigmoid", (4, 3), "log_likelihood"),
    ("dense4 sigmoid dense4 relu dense4 softmax", (2, 3), None),  # what is given, as large as made
]


@pytest.mark.parametrize(("spec", "image", "cost"), SPECS)
def test_D2_D3_agree_with_central_differences(spec, image, cost):
    net = deep.Network.random(spec, image, seed=5, cost=cost)
    a0 = RNG.random((2, *image))
    agree_with_differences(net, a0, np.eye(4)[[2, 0]])


def test_desired_outputs_need_not_be_labels():
    net = deep.Network.random("dense4 softmax", (3, 2), seed=1)
    agree_with_differences(net, RNG.random((2, 3, 2)), np.array([[0.3, 0.2, 1.5, 0], [0, 0, 0, 0]]))


@pytest.mark.parametrize(("spec", "image", "cost"), SPECS)
def test_D1_D2_D3_are_the_loops(spec, image, cost):
    net = deep.Network.random(spec, image, seed=6, cost=cost)
    a0 = np.round(3 * RNG.random((2, *image))) / 3  # with ties
    y = np.eye(4)[[2, 0]]
    for mine, loops in zip(
        net.feedforward(a0), by_definition.deep_feedforward(net, a0), strict=True
    ):
        assert_allclose(mine, loops, rtol=1e-12, atol=1e-13)
    mine, loops = net.backprop(a0, y), by_definition.deep_backprop(net, a0, y)
    for one, other in zip(mine.grad, loops.grad, strict=True):
        assert_allclose(one, other, rtol=1e-11, atol=1e-13)
    for one, other in zip(mine.nablas, loops.nablas, strict=True):
        assert list(one) == list(other)
        for name, nabla in other.items():
            assert_allclose(one[name], nabla, rtol=1e-11, atol=1e-13)


def through_autograd(net, parameters, a):
    """The outputs, in operations that autograd can follow: convolution and pooling unrolled."""
    names = iter(parameters)
    for layer in net.layers:
        if isinstance(layer, deep.Conv):
            w, b = parameters[next(names)], parameters[next(names)]
            s, p = layer.stride, layer.padding
            a = a if w.ndim == 4 else a[:, None]
            w = w if w.ndim == 4 else w[:, None]
            a = anp.pad(a, ((0, 0), (0, 0), (p, p), (p, p)), "constant")
            rows, columns = w.shape[-2:]
            high, wide = ((n - k) // s + 1 for n, k in zip(a.shape[-2:], w.shape[-2:], strict=True))
            a = b[:, None, None] + sum(
                anp.einsum(
                    "ncjk,fc->nfjk",
                    a[:, :, l : l + s * high : s, m : m + s * wide : s][:, :, :high, :wide],
                    w[:, :, l, m],
                )
                for l in range(rows)
                for m in range(columns)
            )
        elif isinstance(layer, deep.Dense):
            w, b = parameters[next(names)], parameters[next(names)]
            a = anp.dot(a.reshape(len(a), -1), w.reshape(len(w), -1).T) + b
        elif isinstance(layer, deep.MeanPool | deep.MaxPool):
            (r, c), s = (layer.size,) * 2, layer.stride or layer.size
            high, wide = ((n - k) // s + 1 for n, k in zip(a.shape[-2:], (r, c), strict=True))
            parts = [
                a[:, :, x : x + s * high : s, v : v + s * wide : s][:, :, :high, :wide]
                for x in range(r)
                for v in range(c)
            ]
            join = anp.max if isinstance(layer, deep.MaxPool) else anp.mean
            a = join(anp.array(parts), axis=0)
        elif isinstance(layer, deep.ReLU):
            a = anp.where(a > 0, a, 0)
        elif isinstance(layer, deep.Sigmoid):
            a = 1 / (1 + anp.exp(-a))
        else:
            e = anp.exp(a - anp.max(a, axis=1, keepdims=True))
            a = e / anp.sum(e, axis=1, keepdims=True)
    return a


@pytest.mark.parametrize("seed", range(4))
def test_D2_D3_agree_with_automatic_differentiation(seed):
    spec = "conv3x3s2p1 relu pool3s1 conv2x2p2 sigmoid mean2 dense5 relu dense4 softmax"
    net = deep.Network.random(spec, (12, 15), seed)
    a0, y = np.random.default_rng(seed).random((3, 12, 15)), np.eye(4)[[2, 0, 2]]

    def cost(parameters, a):
        return -anp.sum(y * anp.log(through_autograd(net, parameters, a)))

    nablas, grad = net.backprop(a0, y)
    wanted = autograd.grad(cost)(net.parameters, a0)
    for name, nabla in wanted.items():
        i, letter = name.split(".")
        assert_allclose(nablas[int(i)][letter], nabla, rtol=0, atol=1e-12 * np.abs(nabla).max())
    pixels = autograd.grad(cost, 1)(net.parameters, a0)
    assert_allclose(grad[0], pixels, rtol=0, atol=1e-12 * np.abs(pixels).max())


# --- properties ------------------------------------------------------------------------------


@given(st.integers(0, 2**20), st.sampled_from(SPECS))
def test_a_batch_is_its_examples_one_by_one(seed, drawn):
    spec, image, cost = drawn
    rng = np.random.default_rng(seed)
    net = deep.Network.random(spec, image, seed, cost)
    a0, y = rng.random((2, 3, *image)), np.eye(4)[rng.integers(0, 4, (2, 3))]
    nablas, grad = net.backprop(a0, y)
    singles = [net.backprop(a0[at], y[at]) for at in np.ndindex(2, 3)]
    for i in range(len(net.layers)):
        one_by_one = np.stack([single.grad[i] for single in singles]).reshape(grad[i].shape)
        assert_allclose(grad[i], one_by_one, rtol=1e-12, atol=1e-14)
        for name, nabla in nablas[i].items():
            added = sum(single.nablas[i][name] for single in singles)
            assert_allclose(nabla, added, rtol=1e-11, atol=1e-13)


@pytest.mark.parametrize(("spec", "image", "cost"), SPECS)
def test_float32_stays_float32(spec, image, cost):
    net = deep.Network.random(spec, image, 0, cost, np.float32)
    a0, y = RNG.random((2, *image), np.float32), np.eye(4, dtype=np.float32)[[1, 3]]
    nablas, grad = net.backprop(a0, y)
    found = [*net.feedforward(a0), *grad, net.cost_of(a0, y)]
    found += [nabla for layer in nablas for nabla in layer.values()]
    assert {x.dtype for x in found} == {np.dtype(np.float32)}


def test_an_output_of_which_the_network_is_sure_keeps_its_digits():
    net = deep.Network([deep.Softmax()], "log_likelihood")
    z, y = np.array([50.0, 0.0]), np.array([1.0, 0.0])
    assert_allclose(net.backprop(z, y).grad[0], [-np.exp(-50), np.exp(-50)], rtol=1e-12)
    assert_allclose(net.cost_of(z, y), np.log1p(np.exp(-50)), rtol=1e-12, atol=1e-16)
    assert_allclose(net.cost_of(z, 1 - y), 50)


@pytest.mark.parametrize("place", [(0, 0), (1, 2)])
def test_a_receptive_field_is_where_a_pixel_makes_a_difference(place):
    spec = "conv2x3x2s2p1 sigmoid mean2x3s1 conv3x2x3 sigmoid mean2s1 dense4 softmax"
    net = deep.Network.random(spec, (16, 15), seed=3)
    a0 = RNG.random((16, 15))
    for i in range(7):
        at = (..., *place)
        before = net.feedforward(a0)[i][at]
        seen = np.zeros(a0.shape, bool)
        for pixel in np.ndindex(a0.shape):
            moved = a0.copy()
            moved[pixel] += 1
            seen[pixel] = np.any(net.feedforward(moved)[i][at] != before)
        rows, columns = net.receptive_field(i, place)
        wanted = np.zeros(a0.shape, bool)
        wanted[max(rows[0], 0) : rows[-1] + 1, max(columns[0], 0) : columns[-1] + 1] = True
        assert_array_equal(seen, wanted, err_msg=str(i))


def test_above_a_dense_layer_each_neuron_sees_all():
    net = deep.Network.random("conv2x3 dense4 relu dense4 softmax", (6, 5))
    with pytest.raises(ValueError, match=r"^i: expected activations of maps.*above layers\[1\]$"):
        net.receptive_field(2, (0, 0))
    with pytest.raises(ValueError, match=r"^i: expected 0 to 5, got 6$"):
        net.receptive_field(6, (0, 0))


# --- parameters, files, words ------------------------------------------------------------------


def test_other_parameters_make_another_network():
    net = deep.Network.random("conv2x3 relu dense3 softmax", (6, 8))
    other = net.with_parameters({"2.b": np.ones(3)})
    assert_array_equal(other.layers[2].b, 1)
    assert_array_equal(net.layers[2].b, 0)
    assert other.layers[0] is net.layers[0]
    with pytest.raises(ValueError, match=r"^2\.b: expected shape \(3,\), got \(4,\)$"):
        net.with_parameters({"2.b": np.ones(4)})
    with pytest.raises(ValueError, match=r"^parameters: expected '0\.w' or .*, got '1\.w'$"):
        net.with_parameters({"1.w": np.ones(4)})


def test_a_saved_network_is_the_same(tmp_path):
    spec = "conv2x3x2s2p1 relu pool3x2s1 sigmoid mean2s1 dense4 relu dense3 softmax"
    net = deep.Network.random(spec, (3, 12, 11), seed=4, dtype=np.float32)
    net.save(tmp_path / "net.npz")
    again = deep.Network.load(tmp_path / "net.npz")
    assert repr(again.layers) == repr(net.layers)
    assert again.cost == net.cost
    for name, array in net.parameters.items():
        assert again.parameters[name].dtype == np.float32
        assert_array_equal(again.parameters[name], array)


def test_a_pair_stays_a_pair_in_a_file(tmp_path):
    layers = [deep.Conv(np.ones((1, 2)), 0.0, stride=(1, 2), padding=(0, 1))]
    deep.Network([*layers, deep.MaxPool((1, 2), ties="split")]).save(tmp_path / "net.npz")
    first, second = deep.Network.load(tmp_path / "net.npz").layers
    assert (first.stride, first.padding, second.size, second.ties) == (
        (1, 2),
        (0, 1),
        (1, 2),
        "split",
    )


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"cost": "quadratic", "layers": [{"kind": "os"}]}']
)
def test_a_file_of_something_else_is_refused(tmp_path, text):
    np.savez(tmp_path / "net.npz", layers=np.array(text))
    with pytest.raises(ValueError, match=r"^path: expected a deep network in a NumPy archive, got"):
        deep.Network.load(tmp_path / "net.npz")


def test_a_layer_from_elsewhere_is_kept_in_a_file_too(tmp_path):
    """A new kind of layer is one module: nothing else has to hear of it."""

    @dataclass(frozen=True, eq=False, repr=False)
    class Scaled(layers.Layer):
        s: np.ndarray
        power: int = 1
        learned = ("s",)

        def forward(self, a):
            return a * self.s**self.power

    deep.Network([Scaled(np.array([2.0, 3.0]), 2)]).save(tmp_path / "net.npz")
    (again,) = deep.Network.load(tmp_path / "net.npz").layers
    assert_array_equal(again.forward(np.ones(2)), [4, 9])
    text = '{"cost": "quadratic", "layers": [{"kind": "Unheard"}]}'
    np.savez(tmp_path / "other.npz", layers=np.array(text))
    with pytest.raises(
        ValueError, match=r"layers\[0\] is of no kind that is known here, 'Unheard'"
    ):
        deep.Network.load(tmp_path / "other.npz")


def test_the_network_of_the_book_is_no_deep_one(tmp_path):
    ConvNet.random().save(tmp_path / "net.npz")
    with pytest.raises(ValueError, match=r"without layers$"):
        deep.Network.load(tmp_path / "net.npz")


def test_weights_are_drawn_as_the_activation_wants_them():
    net = deep.Network.random("conv50x5 relu conv60x5 sigmoid dense100 relu dense10 softmax")
    for name, gain in (("0.w", 2), ("2.w", 1), ("4.w", 2), ("6.w", 1)):
        w = net.parameters[name]
        assert_allclose(w.std() * np.sqrt(w[0].size / gain), 1, atol=0.05)
    assert not any(net.parameters[f"{i}.b"].any() for i in (0, 2, 4, 6))


# --- what is refused -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("spec", "image", "message"),
    [
        ("", (28, 28), "spec: expected layers in words, as 'conv20x5 relu pool2 dense10', got ''"),
        (5, (28, 28), "spec: expected layers in words, as 'conv20x5 relu pool2 dense10', got 5"),
        ("conv20x5 rule", (28, 28), "layers[1], rule: spec: expected a layer as conv20x5, "),
        ("dense10s2", (28, 28), "layers[0], dense10s2: spec: expected a layer as conv20x5, "),
        ("conv20", (28, 28), "layers[0], conv20: spec: expected a layer as conv20x5, "),
        ("conv0x5", (28, 28), "layers[0], conv0x5: w: expected shape "),
        ("conv2x5 pool2 conv4x5", (10, 28), "layers[2], conv4x5: w: expected a filter no larger"),
        ("pool5", (4, 28), "layers[0], pool5: "),
        (
            "conv2x5s0",
            (28, 28),
            "layers[0], conv2x5s0: stride: expected a whole number, at least 1",
        ),
        (
            "conv2x5 softmax",
            (28, 28),
            "layers[1]: expected a Dense layer between maps and a softmax",
        ),
        ("dense10", 28, "image: expected (rows, columns) or (channels, rows, columns), got 28"),
    ],
)
def test_words_that_make_no_network_are_refused(spec, image, message):
    with pytest.raises(ValueError) as caught:
        deep.Network.random(spec, image)
    assert str(caught.value).startswith(message)


def dense(outputs, *inputs):
    return deep.Dense(np.ones((outputs, *inputs)), np.zeros(outputs))


@pytest.mark.parametrize(
    ("made", "message"),
    [
        (lambda: deep.Network([]), "layers: expected at least one, got none"),
        (
            lambda: deep.Network([deep.ReLU]),
            "layers[0]: expected a layer, as deep.ReLU(), got a type",
        ),
        (
            lambda: deep.Network([deep.ReLU()], "l2"),
            "cost: expected 'quadratic' or 'cross_entropy'",
        ),
        (lambda: deep.Conv(np.ones((5, 5)), np.zeros(2)), "b: expected shape (), got (2,)"),
        (lambda: deep.Conv(np.full((5, 5), np.nan), 0.0), "w: expected finite numbers, got nan"),
        (lambda: deep.Conv(np.ones((5, 5)), 0.0, padding=-1), "padding: expected a whole number"),
        (lambda: deep.Dense(np.ones((3, 2)), np.zeros(2)), "b: expected shape (3,), got (2,)"),
        (lambda: deep.MaxPool(0), "size: expected a whole number, at least 1"),
        (lambda: deep.MaxPool(stride=(1, 0)), "stride: expected a whole number, at least 1"),
        (
            lambda: deep.MaxPool(ties="both"),
            "ties: expected 'first' or 'split' or 'all', got 'both'",
        ),
        (lambda: deep.MeanPool("2"), "size: expected a whole number, at least 1"),
    ],
)
def test_layers_that_are_none_are_refused(made, message):
    with pytest.raises(ValueError) as caught:
        made()
    assert str(caught.value).startswith(message)


@pytest.mark.parametrize(
    ("a0", "y", "message"),
    [
        (
            np.ones((4, 5)),
            np.ones(3),
            "layers[1], Dense: a: expected shape (..., 4, 6), got (4, 5)",
        ),
        (np.ones((4, 6)), np.ones(4), "y: expected shape (3,), got (4,)"),
        (np.ones((2, 4, 6)), np.ones(3), "y: expected shape (2, 3), got (3,)"),
        (
            np.array([np.inf] + [1.0] * 23).reshape(4, 6),
            np.ones(3),
            "a0: expected finite numbers, got inf at (0, 0)",
        ),
        (
            np.ones((4, 6), int),
            np.ones(3),
            "a0: expected an array of float32 or float64, got int64",
        ),
    ],
)
def test_images_that_do_not_fit_name_the_layer(a0, y, message):
    net = deep.Network([deep.ReLU(), dense(3, 4, 6), deep.Softmax()], "log_likelihood")
    with pytest.raises(ValueError) as caught:
        net.backprop(a0, y)
    assert str(caught.value) == message


def test_an_error_that_does_not_fit_is_refused_by_each_layer():
    for layer in (deep.ReLU(), deep.Sigmoid(), deep.Softmax()):
        with pytest.raises(ValueError, match=r"^grad: expected shape \(2, 3\), got \(3,\)$"):
            layer.backward(np.ones(3), np.ones((2, 3)))


# --- the activations and costs of Part III ----------------------------------------------


def test_F2r_relu_by_hand():
    z = np.array([[-2.0, 0.0, 0.5], [3.0, -0.0, np.inf]])
    assert_array_equal(activations.relu(z), [[0, 0, 0.5], [3, 0, np.inf]])
    assert_array_equal(activations.relu_prime(z), [[0, 0, 1], [1, 0, 1]])
    assert np.isnan(activations.relu(np.array(np.nan)))
    assert np.isnan(activations.relu_prime(np.array(np.nan)))
    assert activations.relu_prime(np.float32([-1, 2])).dtype == np.float32


def test_F5s_softmax_by_hand():
    assert_allclose(
        activations.softmax(np.log([[1.0, 3.0], [4.0, 1.0]])), [[0.25, 0.75], [0.8, 0.2]]
    )
    assert_array_equal(activations.softmax(np.array([1e9, 0.0])), [1, 0])
    assert_allclose(
        activations.softmax(np.array([3.0, 1.0]) + 700), activations.softmax(np.array([3.0, 1.0]))
    )
    with pytest.raises(ValueError, match=r"^z: expected shape \(..., outputs\), got \(\)$"):
        activations.softmax(np.array(1.0))


def test_F5j_the_jacobian_by_central_differences():
    z = RNG.normal(size=(2, 4))
    found = activations.softmax_jacobian(z)
    for n, l in np.ndindex(2, 4):
        slopes = gradient_check.central_differences(lambda x, l=l: activations.softmax(x)[l], z[n])
        assert_allclose(found[n, l], slopes, atol=1e-9)
    assert_allclose(found.sum(axis=-1), 0, atol=1e-15)


def test_Cl_log_likelihood_by_hand():
    a, y = np.array([[0.125, 0.375, 0.5], [1.0, 0.0, 0.0]]), np.array([[0, 0, 1.0], [1, 0, 0]])
    assert_allclose(costs.log_likelihood(a, y), [np.log(2), 0])
    assert_allclose(costs.log_likelihood_prime(a, y), [[0, 0, -2], [-1, 0, 0]])
    assert_allclose(costs.log_likelihood_prime(np.array([1e-9]), np.ones(1)), [-1e9])
    assert costs.log_likelihood(a[1], y[0]) > 700  # as large as a float can tell, not infinite
    with pytest.raises(ValueError, match=r"^a: expected activations from 0 to 1, got 1\.5$"):
        costs.log_likelihood(np.array([1.5]), np.array([1.0]))


def test_BP1l_is_the_sum_of_FC1():
    z, y = RNG.normal(size=(5, 4)), np.eye(4)[[0, 3, 2, 2, 1]]
    a = activations.softmax(z)
    jacobian = activations.softmax_jacobian(z)
    by_sum = np.einsum("nl,nlm->nm", costs.log_likelihood_prime(a, y), jacobian)
    assert_allclose(costs.softmax_delta(z, y), by_sum, atol=1e-14)
    assert_allclose(costs.softmax_delta(z, y), a - y, atol=1e-15)


def test_Cl_of_softmax_input_is_the_cost_of_the_softmax():
    z, y = RNG.normal(size=(5, 4)), np.eye(4)[[0, 3, 2, 2, 1]]
    assert_allclose(costs.of_softmax_input(z, y), costs.log_likelihood(activations.softmax(z), y))


@pytest.mark.filterwarnings("error")
def test_Cl_of_softmax_input_at_the_ends_of_the_numbers():
    """An output that is not asked for costs nothing, also if its a is 0: 0 times ∞ is no number."""
    z = np.array([1e308, -1e308, 0.0])
    assert costs.of_softmax_input(z, np.array([1.0, 0.0, 0.0])) == 0
    assert costs.of_softmax_input(z, np.array([0.0, 0.0, 1.0])) == 1e308
    assert costs.of_softmax_input(np.array([-np.inf, 0.0]), np.array([0.0, 1.0])) == 0
    assert costs.of_softmax_input(np.array([-np.inf, 0.0]), np.array([1.0, 0.0])) == np.inf
    assert conv.size(28, 5) == 24


# --- Layers of a reader's own -----------------------------------------------------------------


@dataclass(frozen=True, eq=False, repr=False)
class Gain(layers.Layer):
    """Each number times a gain, which is learned: right, or wrong in one of four ways."""

    gain: np.ndarray
    wrong: str = ""
    learned = ("gain",)

    def forward(self, a):
        return self.gain * a

    def backward(self, grad, a):
        return self.gain * grad if self.wrong != "backward" else np.float64(1.0)

    def nabla(self, grad, a):
        nabla = (grad * a).reshape(-1, len(self.gain)).sum(axis=0)
        if self.wrong == "shape":
            return {"gain": nabla.sum()}  # which would be spread over all three
        return {"none": {}, "another": {"scale": nabla}}.get(self.wrong, {"gain": nabla})


def test_a_layer_of_ones_own_is_taken():
    """By hand: a = (2, 6, 12), a - y = (1, 5, 11); times the input and times the gain."""
    net = deep.Network([Gain(np.array([2.0, 3.0, 4.0]))])
    nablas, grad = net.backprop(np.array([1.0, 2.0, 3.0]), np.ones(3))
    assert_array_equal(nablas[0]["gain"], [1, 10, 33])
    assert_array_equal(grad[0], [2, 15, 44])


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ("none", r"nabla: expected gradients of \['gain'\], got \[\]"),
        ("another", r"nabla: expected gradients of \['gain'\], got \['scale'\]"),
        ("shape", r"nabla of gain: expected shape \(3,\), got \(\)"),
        ("backward", r"backward: expected shape \(3,\), got \(\)"),
    ],
)
def test_what_a_layer_of_ones_own_hands_back_is_refused_by_name(wrong, said):
    net = deep.Network([deep.ReLU(), Gain(np.ones(3), wrong)])
    with pytest.raises(ValueError, match=rf"^layers\[1\], Gain: {said}"):
        net.backprop(np.ones(3), np.ones(3))


def test_no_receptive_field_and_no_loops_are_guessed_for_a_layer_of_ones_own():
    class Half(deep.Conv):
        def forward(self, a):
            return super().forward(a) / 2

    half = Half(np.ones((2, 2)), np.array(0.0))
    net = deep.Network([Gain(np.ones(3)), deep.ReLU()])
    with pytest.raises(ValueError, match=r"^i: expected activations above layers that this book"):
        net.receptive_field(2, (0, 0))
    for layer in (half, Gain(np.ones(3))):
        for call in (
            lambda layer=layer: by_definition.layer_forward(layer, np.ones((3, 3))),
            lambda layer=layer: by_definition.layer_backward(
                layer, np.ones((2, 2)), np.ones((3, 3))
            ),
            lambda layer=layer: by_definition.layer_nabla(layer, np.ones((2, 2)), np.ones((3, 3))),
        ):
            with pytest.raises(ValueError, match=r"^layer: expected one that has loops \(Conv, "):
                call()


def test_a_stride_that_numpy_computed_is_kept_in_a_file(tmp_path):
    conv = deep.Conv(np.ones((2, 2)), np.array(0.0), np.int64(2), (np.int32(1), np.int64(0)))
    deep.Network([conv, deep.ReLU()]).save(tmp_path / "net.npz")
    kept = deep.Network.load(tmp_path / "net.npz").layers[0]
    assert (kept.stride, tuple(kept.padding)) == (2, (1, 0))
    assert_array_equal(kept.forward(np.ones((4, 6))), conv.forward(np.ones((4, 6))))


@dataclass(frozen=True, eq=False, repr=False)
class Quieter(Gain):
    """A kind made from a reader's own."""

    def forward(self, a):
        return super().forward(a) / 2


def test_a_kind_made_from_ones_own_is_read_again(tmp_path):
    net = deep.Network([Quieter(np.array([2.0, 4.0, 6.0]))])
    net.save(tmp_path / "net.npz")
    again = deep.Network.load(tmp_path / "net.npz")
    assert type(again.layers[0]) is Quieter
    assert_array_equal(again.feedforward(np.ones(3))[-1], [1, 2, 3])


def test_a_kind_of_ones_own_with_a_name_of_the_book_s_is_not_saved_as_the_book_s(tmp_path):
    own = type("ReLU", (layers.Layer,), {"__module__": "mine", "forward": lambda self, a: -a})
    assert layers.kinds()["ReLU"] is deep.ReLU
    said = r"^layers\[1\]: expected a kind with a name of its own, got that of convnet_lib\.layers"
    with pytest.raises(ValueError, match=said):
        deep.Network([deep.ReLU(), own()]).save(tmp_path / "net.npz")
    assert not list(tmp_path.iterdir())
