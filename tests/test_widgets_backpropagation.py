"""The figure of the whole network: it holds the network, and gets it back from the page."""

import numpy as np
import pytest

from convnet_lib import ConvNet, data, deep, pool, widgets
from convnet_lib.costs import COSTS
from convnet_lib.widgets.base import MOST_IMAGES

TEST = data.load_digits().test
WHICH = [3, 205, 610]
A0, Y = TEST.images[WHICH], data.one_hot(TEST.labels[WHICH])
NET = ConvNet.random(seed=1)
MAPS = ConvNet.random(3, seed=4)
SMALL = ConvNet.random(image=(6, 8), kernel=(3, 3), outputs=2, seed=2)
BOTH = [(cost, ties) for cost in COSTS for ties in pool.TIES]


@pytest.fixture
def figure():
    return widgets.backpropagation(NET, A0, Y)


def same(found, expected):
    for name in NET.parameters:
        np.testing.assert_allclose(getattr(found, name), getattr(expected, name), rtol=1e-12)


def after(net, steps, index=0, cost="quadratic", ties="first", rate=0.05):
    """The networks before and after each of some gradient steps."""
    nets = [net]
    for _ in range(steps):
        net, g = nets[-1], nets[-1].backprop(A0[index], Y[index], cost, ties)
        moved = {name: getattr(net, name) - rate * getattr(g, name) for name in net.parameters}
        nets.append(ConvNet(**moved))
    return nets


def received(figure, **arrays):
    """Let the page set arrays."""
    state = {
        name: {
            "shape": list(np.shape(array)),
            "dtype": "float64",
            "data": memoryview(np.asarray(array, float).tobytes()),
        }
        for name, array in arrays.items()
    }
    figure.set_state(state)


def test_it_holds_the_network_and_nothing_that_depends_on_it(figure):
    same(figure.net, NET)
    arrays = {"a0", "y", "w1", "b1", "w3", "b3", "past", "given"}
    assert set(figure.get_state()["_arrays"]) == arrays
    assert figure.past.shape == (0, 3, 10)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_one_image_of_a_small_network(dtype):
    net = ConvNet(**{name: getattr(SMALL, name).astype(dtype) for name in SMALL.parameters})
    a0 = np.random.default_rng(0).random((6, 8)).astype(dtype)
    figure = widgets.backpropagation(net, a0, np.array([0.25, 1.0]), "cross_entropy", "split")
    same(figure.net, net)
    assert (figure.cost, figure.ties, figure.index) == ("cross_entropy", "split", 0)


def test_the_page_gives_back_what_it_has_changed(figure):
    first, second = after(NET, 1)
    moved = {name: getattr(second, name) for name in NET.parameters}
    received(figure, **moved, past=[first.feedforward(A0).a3])
    same(figure.net, second)
    assert figure.past.shape == (1, 3, 10)
    figure.take_step()
    same(figure.net, after(NET, 2)[-1])


def test_another_network(figure):
    figure.take_step()
    other = ConvNet.random(seed=5)
    figure.net = other
    same(figure.net, other)
    assert len(figure.past) == 0


def test_another_image_begins_a_new_history(figure):
    figure.take_step()
    figure.a0 = A0[::-1]
    assert len(figure.past) == 0


@pytest.mark.parametrize(("cost", "ties"), BOTH)
def test_a_step_moves_every_parameter_against_its_gradient(figure, cost, ties):
    figure.index, figure.rate, figure.cost, figure.ties = 1, 0.03, cost, ties
    figure.take_step()
    same(figure.net, after(NET, 1, 1, cost, ties, 0.03)[-1])


@pytest.mark.parametrize("cost", COSTS)
def test_the_outputs_on_the_way_are_kept_and_their_cost_falls(figure, cost):
    figure.cost, figure.rate = cost, 0.01
    for _ in range(3):
        figure.take_step()
    nets = after(NET, 3, cost=cost, rate=0.01)
    np.testing.assert_allclose(figure.past, [net.feedforward(A0).a3 for net in nets[:-1]])
    costs = [COSTS[cost](a3, Y)[0] for a3 in (*figure.past, figure.net.feedforward(A0).a3)]
    assert (np.diff(costs) < 0).all()


def test_ten_steps_at_once_are_ten_steps(figure):
    other = widgets.backpropagation(NET, A0, Y)
    figure.take_step(10)
    for _ in range(10):
        other.take_step()
    np.testing.assert_array_equal(figure.past, other.past)
    np.testing.assert_array_equal(figure.w3, other.w3)


def test_start_again(figure):
    figure.take_step(3)
    figure.start_again()
    same(figure.net, NET)
    assert len(figure.past) == 0


def test_not_a_number_is_refused():
    a0 = A0[0].copy()
    a0[4, 4] = np.nan
    with pytest.raises(ValueError, match=r"a0: expected finite numbers, got nan at \(4, 4\)$"):
        widgets.backpropagation(NET, a0, Y[0])


def test_a_full_load_of_images_stays_small():
    figure = widgets.backpropagation(
        NET, TEST.images[:MOST_IMAGES], data.one_hot(TEST.labels[:MOST_IMAGES])
    )
    sent = sum(array.nbytes for array in _arrays(figure.get_state()))
    assert sent < 0.2e6


def _arrays(state):
    for value in state.values():
        if isinstance(value, dict):
            yield from ([value["data"]] if "data" in value else _arrays(value))


def test_it_says_what_it_is(figure):
    assert repr(figure) == "backpropagation(a0 (3, 28, 28), y (3, 10))"


def test_the_twin_is_of_the_image_that_is_shown(figure):
    figure.index, figure.cost = 2, "cross_entropy"
    g = NET.backprop(A0[2], Y[2], "cross_entropy")
    assert f"{g.b1:.3f}" in figure.twin().alt


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            (deep.Network([deep.ReLU()]), A0, Y),
            r"net: expected a ConvNet, got a deep\.Network; figures\.maps and figures\.row show",
        ),
        ((None, A0, Y), "net: expected a ConvNet, got a NoneType"),
        (
            (ConvNet.random(2, channels=3), A0, Y),
            r"net: expected a network for images without channels.*\(2, 3, 5, 5\)",
        ),
        ((NET, A0, Y, "quadratic", "first", 1), "map: expected a whole number from 0 to 0, got 1"),
        ((MAPS, A0, Y, "quadratic", "first", 3), "map: expected a whole number from 0 to 2, got 3"),
        ((MAPS, A0, Y, "quadratic", "first", -1), "map: expected a whole number from 0 to 2"),
        ((MAPS, A0, Y, "quadratic", "first", 1.0), "map: expected a whole number from 0 to 2"),
        ((MAPS, A0, Y, "quadratic", "first", True), "map: expected a whole number from 0 to 2"),
        ((NET, A0[0, :20], Y[0]), r"a0: expected shape \(..., 28, 28\), got \(1, 20, 28\)"),
        ((NET, A0[0, 0], Y[0]), r"a0: expected shape \(H, W\) or \(N, H, W\)"),
        ((NET, A0[:0], Y[:0]), "a0: expected shape"),
        ((NET, (255 * A0).astype(int), Y), "a0: expected an array of float32 or float64"),
        ((NET, np.zeros((25, 28, 28)), np.zeros((25, 10))), "a0: expected at most 24 images"),
        ((NET, A0, Y[0]), r"y: expected shape \(3, 10\), got \(10,\)"),
        ((NET, A0[0], Y[0, :9]), r"y: expected shape \(10,\), got \(9,\)"),
        ((NET, A0[0], np.array(4.0)), r"y: expected shape \(1, 10\), got \(\)"),
        ((NET, A0, TEST.labels[WHICH]), "y: expected an array of float32 or float64"),
        ((NET, A0, Y + 1), "y: expected numbers between 0 and 1, got 1.0 to 2.0"),
        ((NET, A0, Y * np.nan), "y: expected numbers between 0 and 1"),
        ((NET, A0, Y, "mean"), "cost: expected 'quadratic' or 'cross_entropy', got 'mean'"),
        ((NET, A0, Y, "quadratic", "last"), "ties: expected 'first' or 'split' or 'all'"),
    ],
)
def test_bad_input_is_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        widgets.backpropagation(*arguments)


def test_one_map_of_several_is_chosen():
    figure = widgets.backpropagation(MAPS, A0, Y, map=2)
    same(figure.net, MAPS)
    assert figure.map == figure.get_state()["map"] == 2
    figure.map = 1
    assert figure.twin().alt.startswith("The backward pass, map 1 of 3 counted from 0:")
    for wrong in (-1, 3):
        with pytest.raises(ValueError, match=f"map: expected a number from 0 to 2, got {wrong}"):
            figure.map = wrong
    assert figure.map == 1


@pytest.mark.parametrize("net", [NET, ConvNet.random(1, seed=1)], ids=["no axis", "an axis"])
def test_of_one_filter_there_is_one_map(net):
    figure = widgets.backpropagation(net, A0, Y)
    with pytest.raises(ValueError, match="map: expected a number from 0 to 0, got 1"):
        figure.map = 1
    assert "map" not in figure.twin().alt


def test_it_is_pinned_where_the_error_of_the_map_is_largest():
    sizes = np.abs(MAPS.backprop(A0[0], Y[0]).delta1)
    places = [np.unravel_index(one.argmax(), one.shape) for one in sizes]
    assert len(set(places)) == 3
    for f, (row, column) in enumerate(places):
        pinned = widgets.backpropagation(MAPS, A0, Y, map=f).pinned
        assert pinned == {"grid": "delta1", "row": row, "column": column}


@pytest.mark.parametrize(("cost", "ties"), BOTH)
def test_a_step_moves_all_maps_whichever_is_shown(cost, ties):
    figure = widgets.backpropagation(MAPS, A0, Y, cost, ties, map=2)
    figure.index = 1
    figure.take_step(2)
    nets = after(MAPS, 2, 1, cost, ties)
    same(figure.net, nets[-1])
    np.testing.assert_allclose(figure.past, [net.feedforward(A0).a3 for net in nets[:-1]])
    figure.start_again()
    same(figure.net, MAPS)
    assert (len(figure.past), figure.map) == (0, 2)


def test_a_network_of_another_number_of_maps_is_refused():
    figure = widgets.backpropagation(MAPS, A0, Y)
    with pytest.raises(ValueError, match=r"w1: expected shape \(3, 5, 5\), got \(2, 5, 5\)"):
        figure.net = ConvNet.random(2)
    with pytest.raises(ValueError, match="net: expected a network for images without channels"):
        figure.net = ConvNet.random(3, channels=1)


def test_a_network_of_another_shape_is_refused(figure):
    with pytest.raises(ValueError, match=r"w1: expected shape \(5, 5\), got \(3, 3\)"):
        figure.net = SMALL
    with pytest.raises(ValueError, match="net: expected a ConvNet"):
        figure.net = None
