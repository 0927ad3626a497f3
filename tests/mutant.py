"""A pytest plugin that breaks the library for one run, and writes down who noticed.

`test_mutants.py` starts pytest with `-p mutant` and two variables in its environment:
CONVNET_BUG is the name of a bug of `convnet_lib.broken`, or NOTHING, and CONVNET_VERDICT the file
to write to. The library itself knows nothing of this. A test file that has failed once has
noticed the bug; the rest of it is skipped.
"""

import json
import os
from pathlib import Path

import pytest

from convnet_lib import broken, conv, costs, dense, network, pool

NOTHING = "nothing"
# Where the library keeps each part of its backward pass.
PLACES = {
    "delta": (costs, "delta"),
    "dense_backward": (dense, "backward"),
    "winners": (pool, "winners"),
    "pool_backward": (pool, "backward"),
    "pool_scatter": (pool, "scatter"),
    "sigmoid_prime": (network, "sigmoid_prime"),
    "conv_nabla_w": (conv, "nabla_w"),
    "conv_nabla_b": (conv, "nabla_b"),
    "dense_nabla_w": (dense, "nabla_w"),
    "dense_nabla_b": (dense, "nabla_b"),
}


def replacements(bug):
    """Return {part: function}; for NOTHING every part in a wrapper that changes nothing."""
    if bug != NOTHING:
        return broken.BUGS[bug]
    return {name: unchanged(function) for name, function in broken.RIGHT._asdict().items()}


def unchanged(function):
    def wrapper(*arguments, **named):
        return function(*arguments, **named)

    wrapper.__wrapped__ = function  # whoever asks for the signature is told the function's
    return wrapper


def pytest_configure(config):
    config.pluginmanager.register(Verdict(os.environ["CONVNET_BUG"]))


class Verdict:
    """What became of a run: which tests passed, which failed and with what, what did not run."""

    def __init__(self, bug):
        self.passed, self.failed, self.broken = [], {}, []
        self.replaced = replacements(bug)
        for part, function in self.replaced.items():
            setattr(*PLACES[part], function)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self, item):
        if item.path.name in self.failed:
            pytest.skip("this file has noticed")

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, item, call):
        report = yield
        if report.failed and call.when == "call":
            self.failed[item.path.name] = [item.name, call.excinfo.type.__name__]
        elif report.failed:
            self.broken.append(item.nodeid)
        elif call.when == "call" and report.passed:
            self.passed.append(item.path.name)
        return report

    def pytest_collectreport(self, report):
        if report.failed:
            self.broken.append(report.nodeid)

    def pytest_sessionfinish(self):
        verdict = {name: getattr(self, name) for name in ("passed", "failed", "broken")}
        verdict["replaced"] = list(self.replaced)
        Path(os.environ["CONVNET_VERDICT"]).write_text(json.dumps(verdict), encoding="utf-8")
