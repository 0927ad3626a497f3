"""What PyTorch and JAX say of one network, kept for chapter 21, is what they say and what we do."""

import importlib.util

import frameworks
import numpy as np
import pytest
from numpy.testing import assert_allclose

from convnet_lib import deep

FILE = frameworks.kept()
GIVEN = FILE["given"]
LEARNED = {"conv1": 0, "conv2": 3, "dense": 6}


def network(given=GIVEN):
    layers = [deep.Conv(given["conv1.w"], given["conv1.b"]), deep.ReLU(), deep.MaxPool(2)]
    layers += [deep.Conv(given["conv2.w"], given["conv2.b"]), deep.ReLU(), deep.MaxPool(2)]
    layers += [deep.Dense(given["dense.w"], given["dense.b"]), deep.Softmax()]
    return deep.Network(layers, "log_likelihood")


def ours(given=GIVEN):
    """The book's cost and gradients by the names of the file."""
    net = network(given)
    nablas, grad = net.backprop(given["image"], given["wish"])
    found = {"cost": net.cost_of(given["image"], given["wish"]), "image": grad[0]}
    for name, i in LEARNED.items():
        found |= {f"{name}.{letter}": nabla for letter, nabla in nablas[i].items()}
    return found


def as_the_book_has_it(framework, name, array):
    """A framework's array in the book's layout: maps, channels, rows, columns."""
    if framework == "torch":
        return array.reshape(GIVEN[name].shape if name in GIVEN else ())
    if name == "image":
        return array.transpose(2, 0, 1)
    if name == "dense.w":
        maps, rows, columns = GIVEN["dense.w"].shape[1:]
        return array.reshape(rows, columns, maps, -1).transpose(3, 2, 0, 1)
    return array.transpose(3, 2, 0, 1) if array.ndim == 4 else array


@pytest.mark.parametrize("framework", frameworks.FRAMEWORKS)
def test_every_entry_is_the_books(framework):
    mine = ours()
    assert set(FILE[framework]) == set(mine)
    for name, array in FILE[framework].items():
        its = as_the_book_has_it(framework, name, array)
        assert_allclose(its, mine[name], rtol=0, atol=1e-13 * np.abs(mine[name]).max())


@pytest.mark.parametrize("name", ["conv1.w", "conv2.w", "dense.w", "image"])
def test_no_two_axes_are_of_one_length(name):
    assert len(set(GIVEN[name].shape)) == GIVEN[name].ndim


def test_many_entries_are_not_0():
    for name, array in ours().items():
        assert np.mean(np.asarray(array) != 0) > 0.2, name


def test_another_order_of_the_inputs_is_noticed():
    w = GIVEN["dense.w"]
    mixed = w.transpose(2, 3, 1, 0).reshape(-1, len(w)).T.reshape(w.shape)
    other = ours(GIVEN | {"dense.w": mixed})
    assert abs(other["cost"] - FILE["torch"]["cost"]) > 1e-3


@pytest.mark.parametrize("framework", frameworks.FRAMEWORKS)
def test_the_framework_still_says_so(framework):
    if not importlib.util.find_spec(framework):
        pytest.skip(f"{framework} is not installed; .venv-bench has it (make .venv-bench)")
    assert frameworks.furthest(framework, FILE) <= frameworks.AGREE
