"""PyTorch's step: eager as most write it, eager with pooling first, and that compiled."""

import torch
from contenders import THREADS, Contender, for_frameworks, in_shapes_of
from torch.nn import functional

torch.set_num_interop_threads(1)


class Eager(Contender):
    """Convolution, σ, max-pooling, and autograd."""

    name = "PyTorch eager"
    settings = THREADS
    pool_first = False

    def __init__(self, problem, threads):
        super().__init__(problem)
        self.threads = threads
        torch.set_num_threads(threads)
        self.images = torch.from_numpy(problem.images)[:, None]
        self.y = torch.from_numpy(problem.y)
        self.p = [torch.from_numpy(array).requires_grad_() for array in self.arrays()]
        self.plain_z3, self.plain_cost = self.z3, self.cost
        self.z3, self.cost = self.compiled(self.z3), self.compiled(self.cost)

    def arrays(self):
        """Return copies of the parameters in the shapes that `z3` takes."""
        w1, b1, w3, b3 = (p.copy() for p in super().parameters())
        return w1[:, None], b1, w3.reshape(10, -1), b3

    def compiled(self, function):
        return function

    def z3(self, a0, w1, b1, w3, b3):
        z1 = functional.conv2d(a0, w1, b1)
        if self.pool_first:
            a2 = torch.sigmoid(functional.max_pool2d(z1, 2))
        else:
            a2 = functional.max_pool2d(torch.sigmoid(z1), 2)
        return functional.linear(a2.flatten(1), w3, b3)

    def cost(self, a0, y, *p):
        return self.of_outputs(self.plain_z3(a0, *p), y)

    def of_outputs(self, z3, y):
        return functional.binary_cross_entropy_with_logits(z3, y, reduction="sum")

    def run(self, order):
        torch.set_num_threads(self.threads)
        rate = -self.problem.learning_rate / self.problem.batch
        for rows in torch.from_numpy(order):
            cost = self.cost(self.images[rows], self.y[rows], *self.p)
            gradients = torch.autograd.grad(cost, self.p)
            with torch.no_grad():
                torch._foreach_add_(self.p, gradients, alpha=rate)

    def forward(self, order):
        torch.set_num_threads(self.threads)
        with torch.no_grad():
            for rows in torch.from_numpy(order):
                self.z3(self.images[rows], *self.p)

    def parameters(self):
        w1, b1, w3, b3 = (p.detach().numpy() for p in self.p)
        return [w1[:, 0], b1, w3.reshape(10, -1, 12, 12), b3]


class PoolFirst(Eager):
    """Max-pooling before σ, as the fast step does it."""

    name = "PyTorch eager, pooled first"
    pool_first = True


class Compiled(PoolFirst):
    """The same, compiled for its one size: cost and gradients, or the whole step at once."""

    name = "PyTorch compiled, pooled first"
    settings = tuple(s | {"whole_step": whole} for s in THREADS for whole in (False, True))

    def __init__(self, problem, threads, whole_step):
        torch._dynamo.reset()
        super().__init__(problem, threads)
        self.step = self.compiled(self.step) if whole_step else None

    def compiled(self, function):
        return torch.compile(function, dynamic=False)

    def step(self, p, images, y, rows):
        gradients = torch.func.grad(self.plain_cost, argnums=tuple(range(2, 2 + len(p))))
        rate = self.problem.learning_rate / self.problem.batch
        moves = gradients(images[rows], y[rows], *p)
        # Not a.add(g, alpha=-rate): compiled by PyTorch 2.13 that loses its alpha.
        return [a - rate * g for a, g in zip(p, moves, strict=True)]

    def run(self, order):
        if self.step is None:
            super().run(order)
            return
        torch.set_num_threads(self.threads)
        with torch.no_grad():
            for rows in torch.from_numpy(order):
                self.p = self.step(self.p, self.images, self.y, rows)


class Deep:
    """What differs for the deep network: conv, pool, conv, pool, dense, dense, with ReLU."""

    def arrays(self):
        return for_frameworks(self.net)

    def z3(self, a0, w1, b1, w2, b2, w3, b3, w4, b4):
        a = a0
        for w, b in ((w1, b1), (w2, b2)):
            a = functional.conv2d(a, w, b)
            if self.pool_first:
                a = functional.relu(functional.max_pool2d(a, 2))
            else:
                a = functional.max_pool2d(functional.relu(a), 2)
        a = functional.relu(functional.linear(a.flatten(1), w3, b3))
        return functional.linear(a, w4, b4)

    def of_outputs(self, z, y):
        return functional.cross_entropy(z, y, reduction="sum")

    def parameters(self):
        return in_shapes_of(self.net, [p.detach().numpy() for p in self.p])


class DeepEager(Deep, Eager):
    """The deep network, as most write it."""


class DeepPoolFirst(Deep, PoolFirst):
    """The deep network with pooling before ReLU."""


class DeepCompiled(Deep, Compiled):
    """The same, compiled."""


CONTENDERS = {
    "book": (Eager, PoolFirst, Compiled),
    "deep": (DeepEager, DeepPoolFirst, DeepCompiled),
}
