"""No figure is taller than the window, and what is pointed at is explained in sight."""

import numpy as np
import pytest
from test_everyone import A0, CURVE, FIGURES

from convnet_lib import ConvNet, broken, data, deep, figures, training, widgets

WINDOWS = [(390, 844), (1280, 720), (1440, 900), (1600, 1000)]
DIGITS = data.load_digits().test


def run(*nets):
    return training.Run(nets, 3 - CURVE, CURVE, CURVE, CURVE)


def deep_nets(maps):
    words = f"conv{maps}x5 relu pool2 conv{maps}x5 relu pool2 dense10 softmax"
    return [deep.Network.random(words, seed=seed) for seed in range(3)]


def with_maps(maps):
    return [ConvNet.random(maps, seed=seed) for seed in range(3)]


def difference(bug="BP4 rotated by 180°"):
    """What chapter 15 shows of a wrong gradient: the right one, it, and the difference."""
    net, images, wanted = ConvNet.random(seed=7), A0, data.one_hot([4, 0])
    wrong = broken.break_it(net, bug)
    gradients = net.backprop(images, wanted), wrong.backprop(images, wanted)
    return figures.wrong_gradient(*gradients, broken.noticed(wrong, images, wanted))


# Of one map, and of as many as the book has anywhere.
MANY = {
    **{name: make for name, make in FIGURES.items() if name != "backpropagation"},
    "playground with one map": lambda: widgets.playground(ConvNet.random(1, seed=1)),
    "playground with eight": lambda: widgets.playground(ConvNet.random(8, seed=1)),
    "gallery of one": lambda: widgets.gallery(with_maps(1)[0], A0, [4, 0]),
    "gallery of twenty": lambda: widgets.gallery(with_maps(20)[0], A0, [4, 0]),
    "gallery of 130 digits": lambda: widgets.gallery(
        deep_nets(2)[0], DIGITS.images[:130], DIGITS.labels[:130]
    ),
    "film of one": lambda: widgets.training_film(run(*with_maps(1)), A0, [4, 0]),
    "film of twenty": lambda: widgets.training_film(run(*with_maps(20)), A0, [4, 0]),
    "deep film of one": lambda: widgets.training_film(run(*deep_nets(1)), A0, [4, 0]),
    "difference": lambda: widgets.explore(difference, bug=list(broken.BUGS)),
    "deep film of twenty": lambda: widgets.training_film(run(*deep_nets(20)), A0, [4, 0]),
}
EXPLAINED = ".cn-formulas:visible, .cn-reading:visible"


def pointed_at(live):
    """The names of the grids whose cells the figure can be about."""
    names = live.root.locator("[data-grid]:visible").evaluate_all("a => a.map(e => e.dataset.grid)")
    return names[:: max(1, len(names) // 4)]


def box_of(locator):
    box = locator.bounding_box()
    return box["y"], box["y"] + box["height"]


@pytest.mark.parametrize(("width", "height"), WINDOWS)
@pytest.mark.parametrize("name", MANY)
def test_it_fits_the_window_with_the_explanation_of_what_is_pointed_at(show, name, width, height):
    live = show(MANY[name](), width=width, height=height)
    for grid in pointed_at(live):
        live.hover(grid, 3, 2)
        assert live.root.bounding_box()["height"] <= height, grid
        live.root.evaluate("figure => figure.scrollIntoView({block: 'start'})")
        live.page.wait_for_timeout(100)
        top, bottom = box_of(live.root.locator(EXPLAINED).first)
        assert bottom > top >= 0, grid
        assert bottom <= height, grid
