"""The pictures of wrong gradients, by what is drawn and said in them."""

import numpy as np
import pytest

from convnet_lib import ConvNet, broken, data, figures

TABLE = {"bug one": {"shape": False, "mean": True}, "bug two": {"shape": True, "mean": False}}


def texts(picture):
    return [text.get_text() for text in picture.axes[0].texts]


def test_noticed_has_a_cell_a_check_and_a_bug():
    picture = figures.noticed(TABLE, written={("bug one", "mean"): "0.80"})
    (ax,) = picture.axes
    np.testing.assert_array_equal(ax.images[0].get_array(), [[0, 1], [1, 0]])
    assert texts(picture) == ["–", "✓ 0.80", "✓", "–"]
    assert [label.get_text() for label in ax.get_xticklabels()] == ["shape", "mean"]
    assert [label.get_text() for label in ax.get_yticklabels()] == ["bug one", "bug two"]
    said = "Which checks notice which bug. bug one: mean (mean 0.80); bug two: shape."
    assert picture.alt == said
    assert ax.patches[:] == []
    assert ax.get_xlabel() == ""


def test_a_wrong_prediction_is_framed_and_marked_and_a_right_one_is_not():
    predictions = {"bug one": {"shape": True, "mean": True}, "bug two": {"shape": None}}
    picture = figures.noticed(TABLE, predictions)
    assert texts(picture) == ["– ?", "✓", "✓", "–"]
    (frame,) = picture.axes[0].patches
    assert frame.get_x() < 0 < frame.get_x() + frame.get_width() < 0.5
    assert frame.get_y() < 0 < frame.get_y() + frame.get_height() < 0.5
    assert picture.axes[0].get_xlabel() == "1 of 2 predictions were right"
    assert picture.alt.endswith("bug two: shape. 1 of 2 predictions were right.")


def test_a_bug_that_none_notices_is_said():
    assert "bug: none." in figures.noticed({"bug": {"shape": False}}).alt


def test_accuracies_are_bars_and_say_their_numbers():
    picture = figures.accuracies({"turned": 0.784, "sign": 0.05}, right=0.8, enough=0.5)
    (ax,) = picture.axes
    assert [bar.get_width() for bar in ax.patches] == [0.784, 0.05]
    assert texts(picture) == ["0.784", "0.050"]
    assert [float(line.get_xdata()[0]) for line in ax.lines] == [0.8, 0.5]
    said = "Bars of accuracies: turned 0.784; sign 0.050. The right gradient reaches 0.800."
    assert picture.alt == f"{said} What stays below 0.5 is noticed."
    alone = figures.accuracies({"A": 0.5}, right=None)
    assert not alone.axes[0].lines
    assert alone.axes[0].get_legend() is None
    assert alone.alt == "Bars of accuracies: A 0.500."


@pytest.mark.parametrize("n", [2, slice(2, 5)], ids=["one digit", "three"])
def test_wrong_gradient_stands_beside_the_right_one_and_their_difference_on_one_scale(n):
    net, train = ConvNet.random(seed=7), data.load_digits().train
    a0, y = train.images[n], data.one_hot(train.labels[n])
    right = net.backprop(a0, y)
    wrong = broken.break_it(net, "BP2a with the smallest").backprop(a0, y)
    picture = figures.wrong_gradient(right, wrong, {"mean": True, "shape": False})
    first, other = (g.delta1.reshape(-1, 24, 24)[0] for g in (right, wrong))
    expected = [
        ("$δ^1$, right", first),
        ("$δ^1$, broken", other),
        ("broken − right", other - first),
        (r"$\partial C/\partial w^1$, right", right.w1),
        (r"$\partial C/\partial w^1$, broken", wrong.w1),
        ("broken − right", wrong.w1 - right.w1),
    ]
    grids = [ax for ax in picture.axes if ax.get_title()]
    assert [ax.get_title() for ax in grids] == [name for name, _ in expected]
    assert [panel["name"] for panel in picture.panels] == [name for name, _ in expected]
    assert np.abs(wrong.w1).max() != np.abs(right.w1).max()
    for n, (ax, panel) in enumerate(zip(grids, picture.panels, strict=True)):
        np.testing.assert_array_equal(ax.images[0].get_array(), expected[n][1])
        np.testing.assert_array_equal(panel["array"], expected[n][1])
        limit = np.abs(first if n < 3 else right.w1).max()
        assert ax.images[0].get_clim() == pytest.approx((-limit, limit))
        assert panel["limit"] == pytest.approx(limit)
    # In a pair the second is what the first should be.
    for one, its in picture.pairs:
        assert expected[one][0].replace("broken", "right") == expected[its][0]
    assert f"should be {right.b1:.3g} and is {wrong.b1:.3g}. Noticed by: mean." in picture.alt
    (text,) = picture.texts
    said = f"{right.b1:.3g} right, {wrong.b1:.3g} broken{{}}noticed by: mean"
    assert text.get_text().replace("−", "-").endswith(said.format("\n"))
    assert picture.caption.replace("−", "-").endswith(said.format("; "))
    assert "Noticed by: none." in figures.wrong_gradient(right, right, {"mean": False}).alt
