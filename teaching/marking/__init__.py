"""Marking the work of people who need not be honest; ../grading.md says how it is used.

Nothing that a student wrote runs in a process that knows a solution, a hidden test or a mark. The
files, in the order of their distance from the student: ``inside`` runs the notebook in a
``sandbox``; ``plain`` is the only form in which values come out of it; ``judge`` holds the values
and functions against the teacher's tests; ``work`` reads what was handed in, as data; ``clean``
makes it harmless to look at, and ``showing`` makes a page of it, in a sandbox too; ``grading``
joins this to nbgrader; ``export`` doubts the marks.
"""
