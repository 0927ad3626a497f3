"""The numbers in the sentences of chapter 6."""

from prose import shown

CLAIMS = {
    "And #, most of them spent on the plateau": shown("nb06-020", "quadratic #"),
}
PLAIN = {}
