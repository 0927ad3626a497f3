"""Who takes the steps of a network: NumPy alone, or loops that Numba has compiled.

Nothing here imports Numba before compiled steps are asked for, since that takes half a second.
"""

from importlib.util import find_spec

from .. import checks, networks
from ..network import ConvNet
from . import fast
from .deep_step import DeepStepper
from .deep_work import has_loops

#: "numpy" is `fast` and `deep_step`, "compiled" is `compiled` and `compiled_deep`, "auto" the
#: quicker of the two.
ENGINES = ("numpy", "compiled", "auto")
#: The feature maps of a mini-batch, all images together, up to which one thread of compiled loops
#: is quicker: until then most of NumPy's time goes by between its calls, however few the numbers.
ONE_THREAD_UP_TO = 32
#: The same for two threads, but with up to MAPS feature maps, too few for BLAS at any size.
TWO_THREADS_UP_TO, MAPS = 2000, 8
#: The feature maps from which the loops of a deep network fill the registers, and are quicker.
DEEP_MAPS = 8
#: The columns of the widest filter whose sums the compiler keeps in the processor's registers.
COLUMNS = 5


def engine_for(engine, net, batch_size, forward=False):
    """Return "numpy" or "compiled": who is to take the steps of a network, or its forward passes.

    >>> training.engine_for("auto", ConvNet.random(kernel=(7, 7)), 128)
    'numpy'

    Args:
        engine: "numpy"; "compiled", which needs the extra `compiled`; or "auto", compiled where
            that was quicker when it was measured: where Numba is installed, for a ConvNet with
            filters of at most five columns, in mini-batches with up to 32 feature maps in all, and
            with up to 2,000, or in any with up to 8 maps an image, if the images
            have one channel and Numba has OpenMP for its second thread; for a deep network wherever
            a layer of 8 maps or more has loops (`deep_work.has_loops`).
        net: a ConvNet or a deep.Network.
        batch_size: images a step.
        forward: whether it is the forward pass alone.

    Raises:
        ValueError: if the word is unknown.
    """
    checks.one_of("engine", engine, ENGINES)
    net = networks.given("net", net)
    if engine != "auto":
        return engine
    quicker = _quicker_compiled if isinstance(net, ConvNet) else _quicker_compiled_deep
    return "compiled" if _is_installed() and quicker(net, batch_size, forward) else "numpy"


def stepper(net, cost=None, engine="numpy", batch_size=1):
    """Return the object that takes the steps of a network: a `Stepper` or a `DeepStepper`.

    >>> type(training.stepper(ConvNet.random())).__name__
    'Stepper'

    Args:
        net: a ConvNet or a deep.Network.
        cost: its name, or None as in `sgd`.
        engine: "numpy", "compiled" or "auto", as in `engine_for`.
        batch_size: images a step, by which "auto" chooses.

    Raises:
        ValueError: if net is none, its parameters have two dtypes, or the cost is unknown.
        ImportError: if compiled steps are asked for and Numba is not installed.
    """
    chosen, is_deep = engine_for(engine, net, batch_size), not isinstance(net, ConvNet)
    if chosen == "compiled" and is_deep:
        from .compiled_deep import Stepper
    elif chosen == "compiled":
        from .compiled import Stepper
    else:
        Stepper = DeepStepper if is_deep else fast.Stepper
    return Stepper(net, networks.cost_name(net, cost))


def _quicker_compiled(net, batch_size, _forward):
    sizes = fast.Sizes.of(net)
    maps = sizes.F * batch_size
    if sizes.KW > COLUMNS:
        return False
    if maps <= ONE_THREAD_UP_TO:
        return True
    few = maps <= TWO_THREADS_UP_TO or sizes.F <= MAPS
    return few and sizes.C == 1 and _has_two_threads()


def _quicker_compiled_deep(net, _batch_size, _forward):
    threes = [net.layers[i : i + 3] for i in range(len(net.layers))]
    return any(has_loops(three) and three[0].b.size >= DEEP_MAPS for three in threes)


def _has_two_threads():
    from .compiled import OPENMP

    return OPENMP


def _is_installed():
    return find_spec("numba") is not None
