"""The formulas of the book, read from its own LaTeX and executed.

`latex` makes tokens of LaTeX and cuts them into statements, `reader` makes trees of these by
`grammar.lark`, `trees` says what a tree is made of. `worlds` has arrays for the symbols and a judge
for every ∂; `evaluator` says whether a tree is true in a world. `sources` finds the formulas,
`records` says in which worlds, of `atlas`, they are meant, and `mutants` makes wrong ones of them;
`judge` has the verdict, `terms` minds numbers on which no value hangs, `tally` counts.
"""
