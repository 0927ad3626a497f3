"""The tests of the tests: every bug of `convnet_lib.broken` must be noticed by them.

Each bug is switched on in the library itself, in a pytest of its own (tests/mutant.py), and each
of the test files that are responsible for it must fail, with an assertion.
"""

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import mutant
import pytest

from convnet_lib import broken

TESTS = Path(__file__).parent
# A bug must be noticed by the test file of its room and, on its own, by that of the network.
ROOMS = {
    "delta": "costs",
    "dense_backward": "dense",
    "winners": "pool",
    "pool_backward": "pool",
    "pool_scatter": "pool",
    "sigmoid_prime": "network",
    "conv_nabla_w": "conv",
    "conv_nabla_b": "conv",
    "dense_nabla_w": "dense",
    "dense_nabla_b": "dense",
}
ALL = sorted({f"test_{room}.py" for room in (*ROOMS.values(), "deep")})


def responsible(bug):
    """Return the test files that must notice a bug."""
    if bug == mutant.NOTHING:
        return ALL
    # The windows of the book's network do not overlap: nothing is wrong in it, as broken.py says.
    whole = "test_deep.py" if "pool_scatter" in broken.BUGS[bug] else "test_network.py"
    return sorted({f"test_{ROOMS[part]}.py" for part in broken.BUGS[bug]} | {whole})


def run(bug, folder):
    """Run the responsible test files with a bug switched on; return what came of it."""
    verdict = folder / f"{sum(map(ord, bug))}.json"
    command = [sys.executable, "-m", "pytest", "-p", "mutant", "-q"]
    # The plugins of notebooks and servers take longer to load than the tests take to run.
    command += ["-o", "addopts=", "-p", "no:nbval", "-p", "no:anyio", "-o", f"cache_dir={folder}"]
    done = subprocess.run(
        [*command, *(str(TESTS / name) for name in responsible(bug))],
        cwd=TESTS.parent,
        env={
            **os.environ,
            "PYTHONPATH": str(TESTS),
            "PYTHONUTF8": "1",
            "CONVNET_BUG": bug,
            "CONVNET_VERDICT": str(verdict),
        },
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=300,
    )
    found = json.loads(verdict.read_text("utf-8")) if verdict.exists() else {}
    return {"exit": done.returncode, "output": done.stdout + done.stderr, **found}


def faults(bug, outcome):
    """Say in words what is wrong with how the tests took a bug; nothing is wrong if it is empty."""
    tail = "\n".join(outcome["output"].splitlines()[-25:])
    if outcome["exit"] not in (0, 1) or outcome.get("broken"):
        yield f"{bug}: pytest did not run its tests, {outcome.get('broken')}\n{tail}"
        return
    if not outcome["replaced"]:
        yield f"{bug}: nothing was replaced in the library"
    for name in responsible(bug):
        test, error = outcome["failed"].get(name, (None, None))
        if test is None:
            yield f"{bug}: survived {name}, {outcome['passed'].count(name)} tests passed"
        elif error != "AssertionError":
            yield f"{bug}: {name}::{test} fell over a {error} and not over an assertion"


@pytest.fixture(scope="module")
def outcomes(request, tmp_path_factory):
    """What came of each bug that is asked for, two at a time: {bug: future}."""
    items = [item for item in request.session.items if item.path == Path(__file__)]
    bugs = dict.fromkeys(b for i in items if "outcomes" in i.fixturenames for b in [bug_of(i)])
    folder = tmp_path_factory.mktemp("mutants")
    with ThreadPoolExecutor(2) as pool:
        futures = {bug: pool.submit(run, bug, folder) for bug in bugs}
        yield futures
        for future in futures.values():
            future.cancel()


def bug_of(item):
    return item.callspec.params["bug"] if hasattr(item, "callspec") else mutant.NOTHING


@pytest.mark.parametrize("bug", broken.BUGS)
def test_the_tests_notice(bug, outcomes):
    outcome = outcomes[bug].result()
    for name, (test, error) in outcome.get("failed", {}).items():
        print(f"{bug}: noticed by {name}::{test}, {error}")  # shown by a failure, or by -rP
    complaints = list(faults(bug, outcome))
    assert complaints == [], "\n".join(complaints)


def test_without_a_bug_they_pass_and_a_bug_that_does_nothing_is_found_out(outcomes):
    outcome = outcomes[mutant.NOTHING].result()
    assert outcome["exit"] == 0, outcome["output"]
    assert outcome["failed"] == {}
    assert set(outcome["replaced"]) == set(broken.Parts._fields) == set(mutant.PLACES)
    assert set(outcome["passed"]) == set(ALL)
    complaints = list(faults(mutant.NOTHING, outcome))
    assert len(complaints) == len(ALL)
    assert all("survived" in complaint for complaint in complaints)


def test_the_places_hold_the_parts():
    for part, function in broken.RIGHT._asdict().items():
        assert getattr(*mutant.PLACES[part]) is function


NOTICED = {"test_pool.py": ["test_a", "AssertionError"], "test_network.py": ["b", "AssertionError"]}
OUTCOME = {"exit": 1, "output": "", "broken": [], "replaced": ["winners"], "passed": []}


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"exit": 2}, "did not run its tests"),
        ({"exit": 5}, "did not run its tests"),
        ({"broken": ["tests/test_pool.py"]}, "did not run its tests"),
        ({"replaced": []}, "nothing was replaced"),
        ({"failed": {}}, "survived test_network.py"),
        ({"failed": {**NOTICED, "test_pool.py": ["a", "TypeError"]}}, "fell over a TypeError"),
    ],
)
def test_what_is_no_proof_is_not_taken_for_one(change, complaint):
    bug = "BP2a with the smallest"
    assert list(faults(bug, {**OUTCOME, "failed": NOTICED})) == []
    (first, *_) = faults(bug, {**OUTCOME, "failed": NOTICED, **change})
    assert complaint in first
