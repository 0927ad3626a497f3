"""Who takes the steps of a network: NumPy alone, or what Numba has compiled.

Nothing here imports Numba before compiled steps are asked for, since that takes half a second.
"""

from importlib.util import find_spec

from .. import checks, networks
from ..network import ConvNet
from . import fast
from .deep_step import DeepStepper
from .deep_work import has_loops

#: "numpy" is `fast` and `deep_step`; "compiled" is `compiled`, where there are many feature maps
#: `compiled_passes`, and `compiled_deep`; "auto" the quicker of the two.
ENGINES = ("numpy", "compiled", "auto")
#: The feature maps of a mini-batch, all images together, up to which one thread of compiled loops
#: is quicker than matrix products: until then most of their time goes by between the calls.
LOOPS_UP_TO = 100
#: The same for two threads; and the maps of an image from which there is a size at which matrix
#: products are quicker than two threads of loops.
LOOPS_BY_TWO_UP_TO, MAPS = 4000, 10
#: The feature maps from which the loops of a deep network fill the registers, and are quicker.
DEEP_MAPS = 8
#: The columns of the widest filter whose sums the compiler keeps in the processor's registers.
COLUMNS = 5


def engine_for(engine, net):
    """Return "numpy" or "compiled": who is to take the steps of a network, or its forward passes.

    >>> training.engine_for("auto", deep.Network.random("dense10 softmax", seed=0))
    'numpy'

    Args:
        engine: "numpy"; "compiled", which needs the extra `compiled`; or "auto", compiled where
            that was quicker when it was measured: where Numba is installed, for every ConvNet; for
            a deep network wherever a layer of 8 maps or more has loops (`deep_work.has_loops`).
        net: a ConvNet or a deep.Network.

    Raises:
        ValueError: if the word is unknown.
    """
    checks.one_of("engine", engine, ENGINES)
    net = networks.given("net", net)
    if engine != "auto":
        return engine
    quicker = isinstance(net, ConvNet) or _quicker_compiled_deep(net)
    return "compiled" if _is_installed() and quicker else "numpy"


def stepper(net, cost=None, engine="numpy", batch_size=1):
    """Return the object that takes the steps of a network: a `Stepper` or a `DeepStepper`.

    Compiled steps of a ConvNet are loops (`compiled`), or matrix products with compiled passes
    between them (`compiled_passes`): these where there are many feature maps, and where the loops
    are slow, with filters of more than five columns, or lack a second thread.

    >>> type(training.stepper(ConvNet.random())).__name__
    'Stepper'

    Args:
        net: a ConvNet or a deep.Network.
        cost: its name, or None as in `sgd`.
        engine: "numpy", "compiled" or "auto", as in `engine_for`.
        batch_size: images a step, by which loops or products are chosen.

    Raises:
        ValueError: if net is none, its parameters have two dtypes, or the cost is unknown.
        ImportError: if compiled steps are asked for and Numba is not installed.
    """
    chosen, is_deep = engine_for(engine, net), not isinstance(net, ConvNet)
    if chosen == "compiled" and is_deep:
        from .compiled_deep import Stepper
    elif chosen == "compiled" and _by_products(net, batch_size):
        from .compiled_passes import Stepper
    elif chosen == "compiled":
        from .compiled import Stepper
    else:
        Stepper = DeepStepper if is_deep else fast.Stepper
    return Stepper(net, networks.cost_name(net, cost))


def _by_products(net, batch_size):
    """Return whether matrix products and compiled passes are quicker than compiled loops."""
    sizes = fast.Sizes.of(net)
    maps = sizes.F * batch_size
    if sizes.KW > COLUMNS or maps <= LOOPS_UP_TO:
        return sizes.KW > COLUMNS
    many = sizes.F >= MAPS and maps > LOOPS_BY_TWO_UP_TO
    return many or not _has_two_threads()


def _quicker_compiled_deep(net):
    threes = [net.layers[i : i + 3] for i in range(len(net.layers))]
    return any(has_loops(three) and three[0].b.size >= DEEP_MAPS for three in threes)


def _has_two_threads():
    from .compiled import OPENMP

    return OPENMP


def _is_installed():
    return find_spec("numba") is not None
