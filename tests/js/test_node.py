"""The unit tests of the JavaScript, which Node runs itself."""

import re
from pathlib import Path

HERE = Path(__file__).parent


def test_all_unit_tests_pass(node):
    files = sorted(HERE.glob("*.test.js"))
    assert files
    report = node("--test", "--test-reporter=tap", *files)
    counts = dict(re.findall(r"^# (pass|fail) (\d+)$", report, re.MULTILINE))
    assert counts["fail"] == "0"
    assert int(counts["pass"]) > len(files)
