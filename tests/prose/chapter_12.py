"""The numbers in the sentences of chapter 12."""

from prose import near, shown

E0, E1, E3 = (
    shown("nb12-015", f"epoch {e}: sum of |delta3| #, of |delta1| #, mean |w3| #")
    for e in (0, 1, 3)
)
SHARE = "worst tenth of the digits hold #% of delta1"

CLAIMS = {
    "The accuracy of this network on the digits held out is #": shown("nb12-005", "twenty maps #"),
    "Of # real patches": lambda: 500 * 576,
    "in the third the filter still moves by a # of its length": lambda: near(
        shown("nb12-013", "epoch 3: 9 of them change their winner, the filter #%")()[0] / 100
    ),
    "in # of ten windows that see ink": lambda: round(
        10 * shown("nb12-013", "epoch 3: # of")()[0] / shown("nb12-013", "a digit, # see ink")()[0]
    ),
    "δ³ falls to about an #": lambda: near(E3()[0] / E0()[0], 0.15),
    "δ¹ falls by less than a third in the first epoch": lambda: 0.6 < E1()[1] / E0()[1] < 0.72,
    "after the third it is back where it began": lambda: abs(E3()[1] - E0()[1]) < 0.2,
    "grown about as much as δ³ has shrunk": lambda: (
        0.7 < (E3()[2] / E0()[2]) / (E0()[0] / E3()[0]) < 1.25
    ),
    "makes up a third of the errors, or more": lambda: (
        min(
            shown("nb12-017", f"one map, epoch 3: the {SHARE}")()[0],
            shown("nb12-017", f"twenty maps, epoch 3: the {SHARE}")()[0],
        )
        >= 32
    ),
    "recognise # digits of 100": shown("nb12-022", "the other 18    0.#"),
    "fell from # to #": lambda: (
        *shown("nb12-022", "all twenty      #")(),
        *shown("nb12-022", "1 and 8 alone   #")(),
    ),
}
PLAIN = {
    "train the twenty maps at 0.1 instead of 0.3": "rates to try",
    "of three maps recognises 0.92": "given in an exercise",
    "it is 0.80, without map 1 it is 0.92, and without map 2 it is 0.92": "given in an exercise",
    "together, and 0.92 will be left": "an answer to choose from",
    "Map 0 contributes 0.12, and the other 0.80 are": "an answer to choose from",
}
