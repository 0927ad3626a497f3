"""The steps of both networks with what Numba compiles."""

import numpy as np
from contenders import Contender, Fast

from convnet_lib import networks, training
from convnet_lib.training import compiled, compiled_deep


class Compiled(Contender):
    """What `training.sgd` uses with engine="compiled": an order a call.

    That is `compiled.Stepper`, or with many feature maps and images `compiled_passes.Stepper`.
    """

    name = "compiled"
    all_at_once = True

    def __init__(self, problem):
        super().__init__(problem)
        net, cost, batch = problem.net, "cross_entropy", problem.batch
        made = (training.stepper(net, cost, "compiled", batch) for _ in range(2))
        self.stepper, self.alone = made
        # An order of small mini-batches is not for two threads, though all its images would be.
        self.alone.forward_two_from = np.inf

    def run(self, order):
        images, y, batch, rate = self.problem[1:]
        self.stepper.steps(images, y, rate, order.ravel(), batch, checked=True)

    def forward(self, order):
        loops = isinstance(self.stepper, compiled.Stepper)
        if loops and self.problem.batch < self.stepper.forward_two_from:
            self.alone.forward(self.problem.images, order.ravel())
            return
        for rows in order:
            self.stepper.forward(self.problem.images, rows)

    def parameters(self):
        return list(networks.parameters(self.stepper.net).values())


class DeepCompiled(Fast):
    """`compiled_deep.Stepper`, as `training.sgd` uses it with engine="compiled"."""

    name = "compiled"
    all_at_once = True

    def __init__(self, problem):
        super().__init__(problem)
        self.stepper = compiled_deep.Stepper(problem.net)

    def run(self, order):
        images, y, batch, rate = self.problem[1:]
        self.stepper.steps(images, y, rate, order.ravel(), batch, checked=True)


CONTENDERS = {"book": (Compiled,), "deep": (DeepCompiled,)}
