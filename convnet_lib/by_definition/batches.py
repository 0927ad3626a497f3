"""What the loops of several layers ask of a batch."""

from .. import checks


def examples_of(name, batch):
    """The places of the examples of a batch; of none there is nothing to stack or to add up.

    >>> list(by_definition.batches.examples_of("a", np.zeros((2, 4, 4))))
    [0, 1]
    """
    if not len(batch):
        checks.refuse(name, "at least one example", checks.written(batch.shape))
    return range(len(batch))
