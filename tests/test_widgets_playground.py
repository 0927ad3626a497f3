"""What Python hands to the playground and takes back; the learning is tested in tests/js."""

import base64

import numpy as np
import pytest

from convnet_lib import ConvNet, broken, data, widgets
from convnet_lib.widgets.playground import BUGS, digits

NET = ConvNet.random(3, seed=4)


def test_it_begins_with_the_network_that_it_is_given():
    figure = widgets.playground(NET)
    for name in NET.parameters:
        assert (getattr(figure.net, name) == getattr(NET, name)).all()
        assert (figure.given[name] == getattr(NET, name)).all()
    again = widgets.playground({name: getattr(NET, name) for name in NET.parameters})
    assert (again.w3 == NET.w3).all()
    assert not np.shares_memory(figure.w1, NET.w1)


def test_a_random_network_is_the_one_of_its_seed():
    assert (widgets.playground(maps=2, seed=5).w1 == ConvNet.random(2, seed=5).w1).all()
    assert widgets.playground().w1.shape == (5, 5)


def test_another_network_may_have_another_number_of_maps():
    figure = widgets.playground()
    figure.seen, figure.accuracy, figure.map = 20, 0.5, 0
    figure.net = NET
    assert figure.net.w1.shape == (3, 5, 5)
    assert (figure.seen, figure.accuracy) == (0, None)
    assert (figure.given["w3"] == NET.w3).all()


def test_what_the_network_is_shown():
    figure = widgets.playground()
    five = figure.a0[0]
    assert abs(figure.image - five).max() < 1e-6  # it is where MNIST has it
    figure.a0 = np.roll(figure.a0, (3, -4), axis=(1, 2))
    assert abs(figure.image - five).max() < 1e-6
    figure.centred = False
    assert (figure.image == np.roll(five, (3, -4), axis=(0, 1))).all()
    figure.centred, figure.a0 = True, np.zeros((1, 28, 28))
    assert not figure.image.any()


def test_the_five_is_none_that_it_learns_from():
    figure, split = widgets.playground(), digits()
    assert figure.label == 5
    assert (split.test.images == figure.a0[0]).all(axis=(1, 2)).any()
    assert not (split.train.images == figure.a0[0]).all(axis=(1, 2)).any()


def test_the_digits_are_those_of_the_book():
    assert (digits().train.images == data.load_digits().train.images[:2000]).all()


def test_the_menu_of_bugs():
    assert set(BUGS) == set(broken.BUGS) - {"BP2s with = for +="}
    figure = widgets.playground()
    figure.bug = BUGS[3]
    with pytest.raises(Exception, match="bug"):
        figure.bug = "BP2s with = for +="


def test_a_saved_notebook_has_one_still_picture():
    shown, about = widgets.playground(NET)._repr_mimebundle_()
    assert set(shown) == {
        "image/png",
        "text/plain",
        "application/vnd.jupyter.widget-view+json",
    }
    assert base64.b64encode(shown["image/png"]).startswith(b"iVBOR")
    assert about["image/png"]["alt"].startswith("The backward pass")
    assert shown["text/plain"] == "playground(w1 (3, 5, 5), w3 (10, 3, 12, 12))"


def test_without_a_label_there_is_a_still_picture_too():
    figure = widgets.playground()
    figure.label, figure.map = -1, 5
    assert figure.twin().alt


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"net": 5}, "net: expected a ConvNet"),
        ({"net": {"w1": NET.w1}}, "net: expected w1, b1, w3 and b3, got a mapping without b1"),
        ({"net": ConvNet.random(9)}, r"net: expected .* F at most 8, got w1 \(9, 5, 5\)"),
        ({"net": ConvNet.random(image=(12, 12))}, r"net: expected a network for images of 28"),
        ({"net": ConvNet.random(outputs=3)}, r"ten outputs.*w3 \(3, 12, 12\)"),
        ({"net": ConvNet.random(2, channels=3)}, "net: "),
        ({"maps": 0}, "maps: expected a whole number from 1 to 8, got 0"),
        ({"maps": 9}, "maps: expected a whole number from 1 to 8, got 9"),
        ({"maps": 2.5}, "maps: "),
        ({"seed": -1}, "seed: "),
    ],
)
def test_what_is_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        widgets.playground(**arguments)


@pytest.mark.parametrize(
    ("trait", "value"),
    [
        *(("label", value) for value in (-2, 10)),
        *(("speed", value) for value in (0, 11)),
        *(("batch", value) for value in (0, 2001)),
        *(("cost", "cubic"), ("ties", "none"), ("map", 8), ("rate", np.nan)),
    ],
)
def test_a_setting_that_there_is_not_is_refused(trait, value):
    figure = widgets.playground()
    with pytest.raises(Exception, match=trait):
        setattr(figure, trait, value)
