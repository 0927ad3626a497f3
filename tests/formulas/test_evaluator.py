"""The evaluator and the judge, on worlds small enough for a pencil."""

import numpy as np
import pytest

from convnet_lib import ConvNet
from formulas import atlas, mutants, reader, trees, worlds
from formulas.evaluator import Misfit, OutOfRange
from formulas.judge import Reading, judge
from formulas.worlds import Missing, World

A = np.array([[1.0, 2, 3], [4, 5, 6]])
SMALL = World(
    "small",
    {("a", 0): A, ("w", 1): [1.0, -1], ("b", 1): 0.5, ("x", None): 2.0},
    {("z", 1): lambda v: v["x", None][..., None, None] * v["a", 0]},
    letters={"h": 0.5},
)


EDGED = World("edged", {("a", None): [1.0, 2, 3], ("w", None): [5.0, 7]}, outside={("a", None)})


def true(source, world=SMALL, **reading):
    return bool(judge(reader.read(source), world, Reading(**reading)))


@pytest.mark.parametrize(
    "source",
    [
        "1 + 2 = 3",
        r"2\cdot 3 - 4/2 = 4",
        r"-\tfrac12\cdot(-4) = 2",
        r"\max(1, 3, 2) = 3",
        r"\lfloor 7/2\rfloor = 3",
        r"\sqrt{16} = 2^2",
        r"\sigma(\ln 3) = \tfrac34",
        r"\sigma'(\pm\ln 3) = \tfrac{3}{16}",
        "a^0_{0,2} = 3",
        r"\sum_{j=0}^{1}\sum_{k=0}^{2} a^0_{j,k} = 21",
        r"\sum_{j,k} a^0_{j,k} = 21",
        r"\sum_{j=0}^{1} a^0_{j,k} = 5 + 2k",
        r"z^1_{j,k} = x\,a^0_{j,k} = 2a^0_{j,k}",
        r"\frac{\partial z^1_{j,k}}{\partial x} = a^0_{j,k}",
        r"\sum_{j=0}^{1}\sum_{k=0}^{2}\frac{\partial z^1_{j,k}}{\partial a^0_{l,m}} = 2",
        r"a^0 = \begin{pmatrix}1&2&3\\4&5&6\end{pmatrix}",
        r"w^1 = (1, -1)",
        r"a^0_{j,k} = \begin{cases}k + 1 & \text{if } j = 0\\ k + 4 & \text{otherwise}\end{cases}",
        r"a^0_{j,k+1} - a^0_{j,k} = 1 \qquad 0\le j\le 1, \quad 0\le k\le 1",
        r"\begin{pmatrix}1&2\\0&1\end{pmatrix}\begin{pmatrix}3\\4\end{pmatrix}"
        r" = \begin{pmatrix}11\\4\end{pmatrix}",
        r"1 < 2 \le 2",
    ],
)
def test_it_is_true(source):
    assert true(source)


@pytest.mark.parametrize(
    "source",
    [
        "1 + 2 = 4",
        "1 = 1 = 2",
        "1 = 2 = 1",
        r"a^0_{j,k} = 1 + k",
        r"\sum_{j=0}^{1}\sum_{k=0}^{1} a^0_{j,k} = 21",
        r"z^1_{j,k} = 3a^0_{j,k}",
        "2 < 1",
        r"w^1 = (1, 1)",
        r"w^1 = (1, -1, 0)",
    ],
)
def test_it_is_false(source):
    assert not true(source)


def test_every_side_of_a_chain_is_held_against_every_other():
    assert not true(r"\tfrac13 = 0.3333333 = \tfrac13")


def test_a_printed_range_goes_as_far_as_the_indices_let_it():
    assert true(r"z^1_{j,k} = 2a^0_{j,k} \qquad 0\le j\le 1, \quad 0\le k\le 2")
    assert not true(r"z^1_{j,k} = 2a^0_{j,k} \qquad 0\le j\le 0, \quad 0\le k\le 2")
    assert not true(r"z^1_{j,k} = 2a^0_{j,k} \qquad 0\le j\le 1")
    with pytest.raises(OutOfRange):
        true(r"z^1_{j,k} = 2a^0_{j,k} \qquad 0\le j\le 1, \quad 0\le k\le 3")


def test_no_index_is_counted_from_the_end():
    with pytest.raises(OutOfRange):
        true("a^0_{0,0-1} = 3")


@pytest.mark.parametrize("source", ["a^0_{j} = 1", "q = 3", "a^0_{j,k} = a^0_{j,k}", "3"])
def test_what_says_nothing_or_does_not_fit_is_refused(source):
    with pytest.raises(Misfit):
        true(source)


def test_a_symbol_that_the_world_has_not_is_named():
    with pytest.raises(Missing, match=r"y\^1 is not in 'small'|y is not in 'small'"):
        true("y_j = 1")


def test_rounded_numbers():
    assert true(r"\tfrac13 \approx 0.333")
    assert not true(r"\tfrac13 \approx 0.334")
    assert not true(r"\tfrac13 = 0.333")
    assert true(r"\tfrac13 = 0.333", rounded=True)
    assert true("0.3711 + 0.5124 = 0.371 + 0.512 = 0.883", rounded=True)
    assert not true("0.3711 + 0.5124 = 0.373 + 0.512 = 0.885", rounded=True)


def test_the_numbers_of_a_record_are_a_bag_of_signed_terms():
    assert true(r"1\cdot 0 + (-1)\cdot 2 = -2", numbers=("-2·1 0·1 -2",))
    assert not true(r"2\cdot 0 + (-1)\cdot 2 = -2", numbers=("-2·1 0·1 -2",))
    assert not true(r"-1\cdot 0 + (-1)\cdot 2 = -2", numbers=("-2·1 0·1 -2",))


def test_only_where_and_equals():
    marks = reader.read(r"\frac{\partial a^0_{l,m}}{\partial a^0_{j,k}}")
    assert true("l = j", where=marks)
    assert not true("l = k", where=marks)
    assert true(r"2a^0_{j,k}", equals=reader.read("z^1_{j,k}"))
    assert not true(r"a^0_{j,k}", equals=reader.read("z^1_{j,k}"))


def test_an_inequality_is_tight():
    within = reader.read("a^0_{j,k}")
    assert true(r"k \le 2", within=within)
    assert not true(r"k \le 3", within=within)
    assert not true(r"k \le 1", within=within)


def test_the_judge_gives_the_derivative_to_the_last_digits():
    z = np.linspace(-3, 3, 7)
    world = World("σ", {("z", 1): z}, {("a", 1): lambda v: worlds.sigmoid(v["z", 1])})
    a = world.arrays["a", 1]
    found = world.slope(("a", 1), ("z", 1))
    np.testing.assert_allclose(found, np.diag(a * (1 - a)), rtol=0, atol=1e-15)
    assert np.array_equal(world.slope(("z", 1), ("z", 1)), np.eye(7))
    assert not world.slope(("z", 1), ("a", 1)).any()


def test_the_judge_agrees_with_central_differences():
    """On an untied network; h² and rounding leave 1e-9."""
    world = atlas.networks("quadratic")[1]
    for key, place in (
        (("w", 1), (3, 1)),
        (("b", 1), ()),
        (("w", 3), (2, 5, 7)),
        (("a", 0), (9, 4)),
    ):
        costs = []
        for h in (1e-5, -1e-5):
            moved = {k: a.copy() for k, a in world.givens.items()}
            moved[key][place] += h
            costs.append(World("moved", moved, world.steps).arrays["C", None])
        slope = world.slope(("C", None), key)[place]
        assert slope == pytest.approx((costs[0] - costs[1]) / 2e-5, rel=0, abs=1e-9)


@pytest.mark.parametrize("cost", ["quadratic", "cross-entropy"])
def test_the_worlds_are_what_the_library_computes(cost):
    """So a formula that is true in them is what the code does, forward and backward."""
    for world in [*atlas.networks(cost), *(atlas.maps() if cost == "quadratic" else ())]:
        v = world.arrays
        net = ConvNet(v["w", 1], v["b", 1], v["w", 3], v["b", 3])
        layers = net.feedforward(v["a", 0])
        for name, key in (("z1", ("z", 1)), ("a2", ("a", 2)), ("z3", ("z", 3)), ("a3", ("a", 3))):
            np.testing.assert_allclose(getattr(layers, name), v[key], rtol=0, atol=1e-12)
        gradients = net.backprop(v["a", 0], v["y", None], cost.replace("-", "_"))
        for name, key in (("delta1", ("delta", 1)), ("delta3", ("delta", 3))):
            np.testing.assert_allclose(
                getattr(gradients, name), world.value(key), rtol=0, atol=1e-12
            )
        for name, key in (("w1", ("w", 1)), ("b1", ("b", 1)), ("w3", ("w", 3)), ("b3", ("b", 3))):
            slope = world.slope(("C", None), key)
            np.testing.assert_allclose(getattr(gradients, name), slope, rtol=0, atol=1e-12)


def test_the_digit_has_ties_and_the_drawn_images_have_none():
    assert [world.tied for world in atlas.networks("quadratic")] == [True, False, False]


def shown(source):
    return {trees.text(wrong[0]) for _, wrong in mutants.mutants(reader.read(source))}


def test_the_mutants_of_a_small_formula():
    made = shown(r"z_j = \sum_{k=0}^{2} w_{j,k}\,a_{j+k}")
    assert {
        "z_{j} = Σ[k=0..2] w_{k,j}·a_{j + k}",
        "z_{j} = Σ[k=0..2] w_{j,k}·a_{j - k}",
        "z_{j} = Σ[k=0..2] w_{j,j}·a_{j + k}",
        "z_{j} = Σ[k=0..1] w_{j,k}·a_{j + k}",
        "z_{j} = Σ[k=1..2] w_{j,k}·a_{j + k}",
        "z_{j} = Σ[k=0..2] a_{j + k}",
        "z_{j} = Σ[k=0..2] w_{j,k}",
        "z_{j} = Σ[k=0..2] w_{j,k}/a_{j + k}",
        "z_{k} = Σ[k=0..2] w_{j,k}·a_{j + k}",
    } <= made


def test_the_mutants_of_functions_layers_and_numbers():
    assert "σ(z^1) = 1" in shown(r"\sigma'(z^1) = 1")
    assert "σ'(z^2) = 1" in shown(r"\sigma'(z^1) = 1")
    assert "max(a, b) = 0.4" in shown(r"\max(a, b) = 0.5")
    assert "min(a, b) = 0.5" in shown(r"\max(a, b) = 0.5")
    assert "∂z/∂C = 1" in shown(r"\partial C/\partial z = 1")
    assert "j = floor(j/2)" in shown(r"j' = \lfloor j/2\rfloor")


def test_a_factor_1_and_a_term_0_are_no_mistake():
    made = shown(r"a\cdot 1 + 0 = b")
    assert "a + 0 = b" not in made
    assert "a·1 - 0 = b" not in made
    assert "- (a·1 + 0) = b" in made


def test_an_array_counts_as_0_outside_where_the_text_says_so():
    assert true(r"a_{-1} + a_2 + a_3 = 3", EDGED)
    assert true(r"\sum_{j=0}^{3} a_j = 6", EDGED)
    assert not true(r"\sum_{j=0}^{1} a_j = 6", EDGED)
    with pytest.raises(OutOfRange):
        true("w_2 = 0", EDGED)
    with pytest.raises(OutOfRange):
        true("a^0_{2,0} = 0")
