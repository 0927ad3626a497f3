"""The numbers in the sentences of chapter 14.

The times are those of one machine: the page keeps them with its outputs.
"""

from convnet_lib import ConvNet
from prose import near, shown
from prose.book import NET

TWENTY = ConvNet.random(20, seed=7)

CLAIMS = {
    "In that time one process does a thousand digits or more": lambda: (
        shown("nb14-021", "2 digits: one process # ms, shared # ms")()[1]
        > shown("nb14-021", "4000 digits: one process # ms")()[0] / 4
    ),
    "took the network to # above": shown("nb14-015", "both recognise #"),
    "one in mini-batches of 10, at # the rate, to # ([training]": lambda: (
        0.25 / 0.5,
        shown("nb11-007", "accuracy #")()[0],
    ),
    "hundreds of times the mini-batch of 10": lambda: (
        150 < shown("nb14-023", "100 machines: from # digits")()[0] / 10 < 999
    ),
    "pays only where a digit is hundreds of times as much work": lambda: all(
        100 < shown("nb14-023", f"{machines} machines: from # digits")()[0] / 10 < 999
        for machines in (2, 10, 100)
    ),
    "three digits, two of one shard and one of the other": lambda: (
        [row < shown("nb14-011", "ending at [#, #]")()[0] for row in (0, 3999, 17)]
        == [True, False, True]
    ),
    "$a + b$ and $b + a$ are rounded alike. Of three it does": lambda: (
        0.1 + 0.2 == 0.2 + 0.1 and 0.1 + 0.2 + 0.3 != 0.3 + 0.2 + 0.1
    ),
    "about # for this network (above)": lambda: near(
        shown("nb14-021", "4000 digits: one process # ms")()[0] / 4, 0.15
    ),
    "The parameters of twenty maps are # numbers": lambda: sum(
        getattr(TWENTY, p).size for p in NET.parameters
    ),
}
PLAIN = {
    "address, 127.0.0.1,": "the name of this computer to itself",
    "whose gradients are 3, −1, 2 and 4": "chosen for the example",
    "With 3, −1, 2 on one machine": "chosen for the example",
    "One gradient of 100 digits": "chosen",
    "And an epoch, in mini-batches of 200": "chosen",
    "an epoch in mini-batches of 200 took": "the epoch above",
    "1,000 or 10,000 for larger ones": "settings of the slider",
    "the learning rate is 0.5. Of a": "given in an exercise",
    "at 100 MB a second": "given in an exercise",
    "a mini-batch of 2,000 digits": "given in an exercise",
}
