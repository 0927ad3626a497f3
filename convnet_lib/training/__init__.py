"""How the network learns: mini-batch gradient descent, and what a long run needs.

=================  ===========================================================================
room               what is in it
=================  ===========================================================================
descent.py         a step, a run of many, and how good a network is
fast.py            the step that a run takes: the same gradients, much sooner
deep_step.py       the same for a deep network; deep_work.py, what a layer has to do in it
compiled.py        loops compiled by Numba
compiled_passes.py with many maps: matrix products, and compiled passes between them
compiled_deep.py   and for the pooled convolutions of a deep network; the loops are in
                   deep_loops.py. What all hold in registers is in vectors.py, and σ of many
                   numbers at once in exponential.py. None of the six is loaded here, they alone
                   need Numba
engines.py         which of them takes the steps
halves.py          the two threads that all of them work with
checkpoints.py     a run kept in a file, and gone on from
progress.py        the bar, or the lines, that tell how far a run is
distributed.py     gradients summed up by several processes; not loaded here, it alone needs Dask
=================  ===========================================================================
"""

from . import checkpoints, deep_step, deep_work, engines, fast, halves, progress
from .deep_step import DeepStepper
from .descent import (
    DivergedError,
    Run,
    accuracy,
    confusion,
    hold_out,
    mean_cost,
    measured,
    predict,
    sgd,
    step,
)
from .engines import engine_for, stepper
from .fast import Stepper

__all__ = [
    "DeepStepper",
    "DivergedError",
    "Run",
    "Stepper",
    "accuracy",
    "checkpoints",
    "confusion",
    "deep_step",
    "deep_work",
    "engine_for",
    "engines",
    "fast",
    "halves",
    "hold_out",
    "mean_cost",
    "measured",
    "predict",
    "progress",
    "sgd",
    "step",
    "stepper",
]
