"""The unit tests of the JavaScript, which Node runs itself."""

from pathlib import Path

HERE = Path(__file__).parent


def test_all_unit_tests_pass(node):
    files = sorted(HERE.glob("*.test.js"))
    assert files
    report = node("--test", "--test-reporter=tap", *files)
    counts = dict(line[2:].split() for line in report.splitlines() if line.startswith("# "))
    assert counts["fail"] == "0"
    assert int(counts["pass"]) > len(files)
