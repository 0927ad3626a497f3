"""Who takes the steps: the rules of the choice, and runs that agree whoever does."""

import subprocess
import sys

import numpy as np
import pytest

from convnet_lib import ConvNet, checkpoints, data, deep, fast, training
from convnet_lib.gradient_check import relative_error
from convnet_lib.training import deep_work, engines

NET = ConvNet.random(seed=3)
WIDE = ConvNet.random(kernel=(7, 7), seed=3)
DEEP = deep.Network.random("dense10 softmax", seed=0)
TRAIN, TEST = data.load_digits()
FEW = data.Digits(TRAIN.images[:150], TRAIN.labels[:150])
needs_numba = pytest.mark.skipif(not engines._is_installed(), reason="needs the extra `compiled`")


@pytest.fixture
def numba_is(monkeypatch):
    def numba_is(there, two_threads=True):
        monkeypatch.setattr(engines, "_is_installed", lambda: there)
        monkeypatch.setattr(engines, "_has_two_threads", lambda: two_threads)

    return numba_is


# --- The rules --------------------------------------------------------------------------------


@pytest.mark.parametrize("maps", [None, 1, 20, 2000])
@pytest.mark.parametrize("two_threads", [True, False])
def test_auto_takes_what_is_compiled_wherever_it_is(numba_is, maps, two_threads):
    net = ConvNet.random(maps, image=(4, 4), kernel=(1, 1))
    for there, expected in ((True, "compiled"), (False, "numpy")):
        numba_is(there, two_threads)
        assert training.engine_for("auto", net) == expected


@pytest.mark.parametrize(
    ("maps", "batch", "products"),
    [
        (None, 100, False),
        (None, 101, True),
        (1, 100, False),
        (1, 101, True),
        (20, 1, False),
        (50, 2, False),
        (51, 2, True),
        (101, 1, True),
    ],
)
def test_one_thread_of_loops_is_for_few_maps_of_a_mini_batch(numba_is, maps, batch, products):
    net = ConvNet.random(maps, image=(4, 4), kernel=(1, 1))
    numba_is(True, two_threads=False)
    assert engines._by_products(net, batch) == products
    numba_is(True)
    assert not engines._by_products(net, batch)


@pytest.mark.parametrize(
    ("maps", "batch", "products"),
    [
        (None, 10_000, False),
        (9, 10_000, False),
        (10, 400, False),
        (10, 401, True),
        (20, 128, False),
        (20, 200, False),
        (20, 201, True),
        (20, 1024, True),
        (4000, 1, False),
        (4001, 1, True),
    ],
)
def test_two_threads_of_loops_leave_many_maps_of_many_images_to_blas(
    numba_is, maps, batch, products
):
    numba_is(True)
    net = ConvNet.random(maps, image=(4, 4), kernel=(1, 1))
    assert engines._by_products(net, batch) == products


@pytest.mark.parametrize(("maps", "expected"), [(7, "numpy"), (8, "compiled")])
def test_auto_leaves_few_maps_of_a_deep_network_to_numpy(numba_is, maps, expected):
    numba_is(True)
    net = deep.Network.random(f"conv{maps}x5 relu pool2 dense4", (8, 8))
    assert training.engine_for("auto", net) == expected
    assert training.engine_for("compiled", net) == "compiled"


@pytest.mark.parametrize("batch", [1, 200, 201])
def test_channels_change_nothing_about_who_is_quicker(numba_is, batch):
    numba_is(True)
    net = ConvNet.random(maps=20, image=(4, 4), kernel=(1, 1), channels=3)
    assert engines._by_products(net, batch) == (batch > 200)


@pytest.mark.parametrize(("columns", "products"), [(1, False), (5, False), (6, True)])
def test_loops_leave_wide_filters_to_blas(numba_is, columns, products):
    numba_is(True)
    net = ConvNet.random(image=(8, 2 + columns - 1), kernel=(3, columns))
    for batch in (1, 1000):
        assert engines._by_products(net, batch) == products


@pytest.mark.parametrize("there", [True, False])
def test_what_is_asked_for_is_taken(numba_is, there):
    numba_is(there)
    assert training.engine_for("numpy", NET) == "numpy"
    assert training.engine_for("compiled", NET) == "compiled"


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        ("conv8x5 relu pool2 dense4", "compiled"),
        ("conv8x5x6 sigmoid pool2 dense4", "compiled"),
        ("conv8x5 pool2 relu dense4", "numpy"),
        ("conv8x5 relu dense4", "numpy"),
        ("conv8x5s2 relu pool2 dense4", "numpy"),
        ("conv8x5s2 relu pool2 conv8x2 relu pool1 dense4", "compiled"),
        ("conv8x5s2 relu pool2 conv7x2 relu pool1 dense4", "numpy"),
        ("dense10 sigmoid dense4", "numpy"),
        ("mean2 dense4", "numpy"),
    ],
)
def test_auto_asks_a_deep_network_for_a_layer_with_loops(numba_is, spec, expected):
    net = deep.Network.random(spec, (14, 14))
    numba_is(True, two_threads=False)
    assert training.engine_for("auto", net) == expected
    numba_is(False)
    assert training.engine_for("auto", net) == "numpy"


@pytest.mark.parametrize("stride", [1, (1, 1), (2, 1), (1, 2), 2])
def test_loops_are_for_a_stride_of_1(stride):
    layer = deep.Conv(np.zeros((2, 3, 3)), np.zeros(2), stride=stride)
    found = deep_work.has_loops([layer, deep.ReLU(), deep.MaxPool(2)])
    assert found == (stride in (1, (1, 1)))


@needs_numba
def test_the_stepper_of_a_deep_network_is_the_one_that_was_chosen():
    from convnet_lib.training import compiled_deep

    conv = deep.Network.random("conv8x5 relu pool2 dense4", (8, 8))
    assert type(training.stepper(conv)) is training.DeepStepper
    for engine in ("auto", "compiled"):
        assert type(training.stepper(conv, None, engine)) is compiled_deep.Stepper
    assert type(training.stepper(DEEP, engine="auto")) is training.DeepStepper


@pytest.mark.parametrize("wrong", ["numba", "fast", "AUTO", "", None, True, ["auto"]])
def test_other_words_are_refused_by_name(wrong):
    said = r"^engine: expected 'numpy' or 'compiled' or 'auto', got "
    for call in (
        lambda: training.engine_for(wrong, NET),
        lambda: training.stepper(NET, engine=wrong),
        lambda: training.sgd(NET, FEW, 1, 0.1, engine=wrong),
        lambda: training.predict(NET, FEW.images, engine=wrong),
    ):
        with pytest.raises(ValueError, match=said):
            call()


def test_steps_are_numpys_unless_others_are_asked_for():
    assert type(training.stepper(NET)) is fast.Stepper
    assert type(training.stepper(DEEP)) is training.DeepStepper


class Seen(Exception):
    """What a function was called with; nothing more is computed."""


@needs_numba
@pytest.mark.parametrize(("batch_size", "room"), [(100, "compiled"), (101, "compiled_passes")])
def test_a_run_chooses_by_its_mini_batch_when_it_goes_on_too(
    monkeypatch, numba_is, tmp_path, batch_size, room
):
    made, stepper = [], training.descent.stepper

    def noted(*arguments):
        made.append(stepper(*arguments))
        return made[-1]

    numba_is(True, two_threads=False)
    monkeypatch.setattr(training.descent, "stepper", noted)
    settings = {"batch_size": batch_size, "seed": 1, "checkpoint": tmp_path / "run.npz"}
    for epochs in (1, 2):
        training.sgd(NET, FEW, epochs, 0.1, **settings, engine="auto")
        kinds = {type(steps) for steps in made} - {fast.Stepper}  # which measures
        assert {kind.__module__ for kind in kinds} == {f"convnet_lib.training.{room}"}
        made.clear()


def test_a_run_takes_numpys_steps_unless_others_are_asked_for(monkeypatch, numba_is):
    def course(*arguments):
        raise Seen(arguments[-1])

    numba_is(True)
    monkeypatch.setattr(training.descent, "_Course", course)
    with pytest.raises(Seen, match=r"^numpy$"):
        training.sgd(NET, FEW, 1, 0.1)


@pytest.mark.parametrize(
    ("net", "many", "expected"),
    [
        (NET, 33, "compiled"),
        (deep.Network.random("conv8x5 relu pool2 dense10"), 33, "compiled"),
        (deep.Network.random("conv7x5 relu pool2 dense10"), 1, "numpy"),
    ],
    ids=["33", "deep-8", "deep-7"],
)
def test_a_prediction_chooses_by_the_number_of_its_images(
    monkeypatch, numba_is, net, many, expected
):
    """For a deep network it is its maps that count."""

    def stepper(*arguments):
        raise Seen(arguments[2:])

    numba_is(True, two_threads=False)
    monkeypatch.setattr(training.descent, "stepper", stepper)
    with pytest.raises(Seen) as seen:
        training.predict(net, TEST.images[:many], "auto")
    assert seen.value.args[0] == (expected, many)


@needs_numba
def test_the_stepper_is_the_one_that_was_chosen(numba_is):
    from convnet_lib.training import compiled, compiled_passes

    numba_is(True)
    for engine in ("compiled", "auto"):
        assert type(training.stepper(NET, engine=engine, batch_size=999)) is compiled.Stepper
        assert type(training.stepper(WIDE, engine=engine)) is compiled_passes.Stepper
        many = training.stepper(ConvNet.random(20), engine=engine, batch_size=201)
        assert type(many) is compiled_passes.Stepper
    assert training.stepper(NET, "quadratic", "compiled").cost == "quadratic"


def test_without_numba_auto_is_numpy_and_compiled_names_the_extra():
    code = "import sys; sys.modules['numba'] = None; sys.modules.pop('numba')\n"
    code += "import importlib.util as u; old = u.find_spec\n"
    code += "u.find_spec = lambda name, *more: None if name == 'numba' else old(name, *more)\n"
    code += "from convnet_lib import ConvNet, training\n"
    code += "print(training.engine_for('auto', ConvNet.random()))\n"
    code += "sys.modules['numba'] = None\n"
    code += "try:\n    training.stepper(ConvNet.random(), engine='compiled')\n"
    code += "except ImportError as error:\n    print(error)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    first, second = done.stdout.splitlines()
    assert first == "numpy"
    assert "the extra `compiled`" in second


# --- Runs -------------------------------------------------------------------------------------


def runs(net=NET, **settings):
    given = {"epochs": 2, "learning_rate": 0.5, "seed": 1, **settings}
    return training.sgd(net, FEW, **given)


@needs_numba
@pytest.mark.parametrize("net", [NET, ConvNet.random(5, seed=3)], ids=["one map", "five"])
@pytest.mark.parametrize("batch_size", [1, 7, 40, 150])
@pytest.mark.parametrize("cost", ["quadratic", "cross_entropy"])
def test_a_run_is_the_same_whoever_takes_the_steps(net, batch_size, cost):
    """By loops, or five maps in mini-batches of 40 and 150 by products and passes."""
    settings = {"batch_size": batch_size, "cost": cost, "learning_rate": 0.1}
    plain, other = (runs(net, engine=engine, **settings) for engine in ("numpy", "compiled"))
    for name in ConvNet.parameters:
        assert relative_error(getattr(other.net, name), getattr(plain.net, name)) < 1e-9
    np.testing.assert_allclose(other.costs, plain.costs, rtol=1e-9)


@needs_numba
@pytest.mark.parametrize("in_one_call", [1, 40, 10_000])
def test_how_many_steps_are_in_one_call_changes_no_bit(monkeypatch, in_one_call):
    whole = runs(engine="compiled", batch_size=7)
    monkeypatch.setattr(training.descent, "IN_ONE_CALL", in_one_call)
    parts = runs(engine="compiled", batch_size=7)
    assert np.array_equal(whole.net.w3, parts.net.w3)


@needs_numba
@pytest.mark.parametrize(("engine", "batch"), [("numpy", 7), ("compiled", 7), ("compiled", 100)])
def test_an_order_is_taken_whole_in_parts_that_end_with_a_mini_batch(monkeypatch, engine, batch):
    monkeypatch.setattr(training.descent, "IN_ONE_CALL", 50)
    course = training.descent._Course(NET, FEW, None, None, None, batch, engine)
    parts = course.parts(np.arange(150), batch)
    assert np.array_equal(np.concatenate(parts), np.arange(150))
    assert {len(part) % batch for part in parts[:-1]} == {0}
    most = 50 if (engine, batch) == ("compiled", 7) else batch
    assert max(map(len, parts)) <= most
    assert engine == "numpy" or batch > 50 or max(map(len, parts)) > batch


@needs_numba
def test_predictions_are_the_same():
    for net in (runs().net, ConvNet.random(5, seed=3)):
        plain = training.predict(net, TEST.images)
        for engine in ("compiled", "auto"):
            assert np.array_equal(training.predict(net, TEST.images, engine=engine), plain)
            assert training.predict(net, TEST.images[:1], engine=engine) == plain[:1]


@needs_numba
def test_a_compiled_run_goes_on_from_its_checkpoint_to_the_same_bits(tmp_path):
    settings = {"engine": "compiled", "batch_size": 20}
    whole = runs(epochs=3, **settings)
    runs(epochs=1, **settings, checkpoint=tmp_path / "run.npz")
    parts = runs(epochs=3, **settings, checkpoint=tmp_path / "run.npz")
    assert np.array_equal(parts.net.w3, whole.net.w3)
    with pytest.raises(ValueError, match=r"^checkpoint: expected a run with engine numpy at .*got"):
        runs(epochs=3, batch_size=20, checkpoint=tmp_path / "run.npz")


def test_a_checkpoint_that_does_not_say_who_took_the_steps_is_numpys(tmp_path):
    rng, path = np.random.default_rng(0), tmp_path / "run.npz"
    checkpoints.save(path, [(NET, 2.5, 0.5, 0.25, 0.75)], rng, {"batch_size": 10})
    rows, _ = checkpoints.load(path, {"batch_size": 10, "engine": "numpy"})
    assert len(rows) == 1
    with pytest.raises(ValueError, match=r"expected a run with engine compiled .*got engine numpy"):
        checkpoints.load(path, {"batch_size": 10, "engine": "compiled"})


@needs_numba
def test_the_bar_counts_every_image_and_a_lost_run_says_so(monkeypatch):
    class Display:
        total = 0

        def images(self, count):
            self.total += count

        def epoch(self, text):
            pass

        def close(self):
            pass

    display = Display()
    monkeypatch.setattr(training.descent, "_display", lambda *_: display)
    runs(engine="compiled", batch_size=7, progress=True)
    assert display.total == 300
    with pytest.raises(training.DivergedError, match="try a smaller learning_rate"):
        runs(engine="compiled", learning_rate=1e200)


@needs_numba
def test_control_c_between_two_calls_loses_nothing(monkeypatch):
    monkeypatch.setattr(training.descent, "IN_ONE_CALL", 50)

    def interrupt(display, count):
        raise KeyboardInterrupt

    monkeypatch.setattr(training.progress.Silent, "images", interrupt)
    run = runs(engine="compiled")
    assert run.ended == "interrupted"
    assert len(run.nets) == 2
