"""The report at the end: how many formulas were evaluated, and what became of the wrong ones."""

from formulas import tally


def pytest_terminal_summary(terminalreporter):
    lines = tally.lines()
    if lines:
        terminalreporter.section("the formulas of the book")
        for line in lines:
            terminalreporter.write_line(line)
