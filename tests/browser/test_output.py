import driver
import numpy as np
import pytest
from matplotlib import colormaps

from convnet_lib import activations, costs, data, dense, widgets

RNG = np.random.default_rng(1)
A2 = RNG.random((3, 12, 12))
W3 = RNG.normal(size=(10, 12, 12)) / 12
B3 = RNG.normal(size=10)
LABELS = [4, 0, 9]
Y = data.one_hot(LABELS)
Z3 = dense.forward(A2, W3, B3)
A3 = activations.sigmoid(Z3)


@pytest.fixture
def figure():
    return widgets.output(A2, W3, B3, Y)


def table(live):
    rows = live.root.locator("tbody tr").all()
    return np.array(
        [
            [driver.numbers(cell)[0] for cell in row.locator("td").all_inner_texts() if cell]
            for row in rows
        ]
    )


def shares(a3, y, cost):
    """What each neuron adds to the cost, by the cost of that neuron alone."""
    return [costs.COSTS[cost](a3[q : q + 1], y[q : q + 1]) for q in range(10)]


@pytest.mark.parametrize("cost", ["quadratic", "cross_entropy"])
def test_the_table_is_numpys(show, figure, cost):
    live = show(figure)
    live.root.get_by_label("Cost").select_option(cost)
    for index in range(3):
        live.root.get_by_label("Image").select_option(str(index))
        sums = (W3 * A2[index]).sum(axis=(1, 2))
        expected = [sums, B3, Z3[index], A3[index], Y[index], shares(A3[index], Y[index], cost)]
        assert table(live) == pytest.approx(np.transpose(expected), abs=6e-4)


def test_the_cost_follows_the_label(show, figure):
    live = show(figure)
    for label in (0, 7):
        live.root.get_by_label("Label").select_option(str(label))
        expected = costs.quadratic(A3[0], data.one_hot([label])[0])
        assert live.results()[-1] == pytest.approx(expected, abs=6e-4)
    live.root.get_by_label("Label").select_option("none")
    assert "needs a label" in live.formulas()


def test_a_neuron_is_written_out(show, figure):
    live = show(figure)
    for q in range(10):
        live.hover(f"neuron {q}", 3, 7)
        product = W3[q, 3, 7] * A2[0, 3, 7]
        assert live.results()[:3] == pytest.approx([product, Z3[0, q], A3[0, q]], abs=6e-4)
    assert "Neuron 9" in live.words()


def test_the_products_are_coloured_on_one_scale(show, figure):
    live = show(figure)
    products = W3 * A2[0]
    largest = np.abs(products).max()
    for q in (2, 5):
        expected = colormaps["RdBu_r"]((products[q] + largest) / (2 * largest), bytes=True)[..., :3]
        assert np.abs(live.colours(f"neuron {q}") - expected).max() <= 8


def test_a_line_of_the_table_picks_its_neuron(show, figure):
    live = show(figure)
    live.root.get_by_role("button", name="6").focus()
    live.page.keyboard.press("Enter")
    live.page.mouse.move(0, 0)
    assert live.results()[1] == pytest.approx(Z3[0, 6], abs=6e-4)
    assert figure.labels == LABELS
