"""Gradients summed up by several processes: those of one, and none the worse for a kill."""

import os
import signal
import subprocess
import sys
import threading
import urllib.request

import numpy as np
import psutil
import pytest

from convnet_lib import ConvNet, data, gradient_check, training
from convnet_lib.data import Digits, one_hot

pytest.importorskip("distributed", reason="needs the extra `distributed`")
import dask

from convnet_lib.training import distributed

# Dask leaves it to the interpreter to close what a killed process held open.
pytestmark = pytest.mark.filterwarnings("default")


def load():
    images, labels = data.load_digits().train
    return Digits(images[:203], labels[:203])


@pytest.fixture(scope="module")
def client():
    with distributed.connect(workers=2) as client:
        yield client


@pytest.fixture(scope="module")
def shards(client):
    return distributed.hold(client, load, 3)


def same(net, other, tolerance):
    pairs = [(getattr(net, p), getattr(other, p)) for p in ConvNet.parameters]
    return max(gradient_check.relative_error(*pair) for pair in pairs) <= tolerance


def test_shards_are_the_digits_in_their_order(client, shards):
    parts = client.gather(list(shards.parts))
    assert shards.ends.tolist() == [0, 67, 135, 203]
    assert np.array_equal(np.concatenate([part.images for part in parts]), load().images)
    assert np.array_equal(np.concatenate([part.labels for part in parts]), load().labels)


def test_as_many_shards_as_workers(client):
    assert len(distributed.hold(client, load).parts) == 2


def test_the_workers_are_counted_whatever_else_the_client_asks_for(client):
    """A client asks for the state of its cluster now and then: here as often as it can."""
    often = dask.config.set({"distributed.client.scheduler-info-interval": "1ms"})
    with often, distributed.connect(client.scheduler.address, security=client.security) as other:
        assert {len(distributed.hold(other, load).parts) for _ in range(40)} == {2}


@pytest.mark.parametrize("maps", [None, 3])
@pytest.mark.parametrize("cost", ["quadratic", "cross_entropy"])
@pytest.mark.parametrize(
    "rows", [[5], [202, 0, 70, 70], list(range(203))], ids=["one", "four", "all"]
)
def test_sums_are_those_of_one_process(client, shards, maps, cost, rows):
    net, digits = ConvNet.random(maps, seed=7), load()
    whole = net.backprop(digits.images[rows], one_hot(digits.labels[rows]), cost)
    found = distributed.gradients(client, shards, net, rows, cost)
    assert same(found, whole, 1e-12)
    assert found.b1.shape == net.b1.shape


def test_training_is_that_of_one_process(client, shards):
    net = ConvNet.random(seed=7)
    first, *_, last = distributed.sgd(client, shards, net, 2, 0.5, batch_size=20)
    expected = training.sgd(net, load(), 2, 0.5, batch_size=20)
    assert first is net
    assert same(last, expected.net, 1e-10)


def test_float32_stays_float32(client, shards):
    light = ConvNet.random(seed=7, dtype=np.float32)
    assert distributed.sgd(client, shards, light, 1, 0.5, 203)[-1].w1.dtype == np.float32


@pytest.mark.parametrize("seconds", [0, 0.002], ids=["before a step", "in a step"])
def test_a_killed_worker_costs_time_alone(client, monkeypatch, seconds):
    net, shards = ConvNet.random(seed=7), distributed.hold(client, load, 2)
    undisturbed = distributed.sgd(client, shards, net, 2, 0.5, batch_size=10)
    killed, honest, steps = next(iter(client.run(os.getpid).values())), distributed.gradients, []

    def gradients(*arguments):
        steps.append(1)
        if len(steps) == 15:
            threading.Timer(seconds, kill).start() if seconds else kill()
        return honest(*arguments)

    def kill():
        os.kill(killed, getattr(signal, "SIGKILL", signal.SIGTERM))

    monkeypatch.setattr(distributed, "gradients", gradients)
    disturbed = distributed.sgd(client, shards, net, 2, 0.5, batch_size=10)
    for one, other in zip(disturbed, undisturbed, strict=True):
        assert same(one, other, 0)
    client.wait_for_workers(2, timeout=60)
    assert killed not in client.run(os.getpid).values()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda c, s, n: distributed.connect(workers=0), "workers: expected a whole number"),
        (lambda c, s, n: distributed.connect(security=True), "security: expected None without"),
        (lambda c, s, n: distributed.hold(c, load, 0), "count: expected a whole number"),
        (lambda c, s, n: distributed.hold(c, load, 204), "count: expected at most the number"),
        (lambda c, s, n: distributed.gradients(c, s, n, []), "rows: expected at least one"),
        (lambda c, s, n: distributed.gradients(c, s, n, [0.5]), "rows: expected at least one"),
        (lambda c, s, n: distributed.gradients(c, s, n, [203]), "rows: expected numbers from 0 to"),
        (lambda c, s, n: distributed.gradients(c, s, n, [-1]), "rows: expected numbers from 0 to"),
        (lambda c, s, n: distributed.sgd(c, s, n, 1, 0.0), "learning_rate: expected a positive"),
        (lambda c, s, n: distributed.sgd(c, s, n, 1, 0.5, 0), "batch_size: expected a whole"),
    ],
)
def test_bad_input(client, shards, call, message):
    with pytest.raises(ValueError, match=message):
        call(client, shards, ConvNet.random(seed=7))


# --- Who may not come in ----------------------------------------------------------------------

STRANGER = """
import sys
from distributed import Client, Security

address, ways = sys.argv[1], {
    "without TLS": lambda a: Client(a.replace("tls://", "tcp://"), timeout=3),
    "without a certificate": lambda a: Client(a, timeout=3),
    "with a certificate of its own": lambda a: Client(a, security=Security.temporary(), timeout=3),
}
try:
    client = ways[sys.argv[2]](address)
    print("in:", client.submit(max, 2, 3).result(5))
except Exception as error:
    print("refused:", type(error).__name__)
"""


@pytest.mark.parametrize(
    "way", ["without TLS", "without a certificate", "with a certificate of its own"]
)
@pytest.mark.parametrize("whose", ["scheduler", "worker"])
def test_a_process_that_knows_the_address_is_refused(client, way, whose):
    address = client.scheduler.address
    if whose == "worker":
        address = next(iter(client.nthreads()))
    command = [sys.executable, "-c", STRANGER, address, way]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.stdout.startswith("refused: "), done.stdout + done.stderr
    assert client.submit(max, 2, 3).result() == 3


def test_it_serves_no_page_of_what_it_does(client):
    """Dask's own pages would be open to all users: no port answers to HTTP with one of them."""
    mine = [psutil.Process(), *psutil.Process().children(recursive=True)]
    ports = {c.laddr.port for p in mine for c in p.net_connections("inet") if c.status == "LISTEN"}
    assert len(ports) >= 4
    for port in ports:
        for page in ("info/main/workers.html", "json/identity.json", "api/v1/get_workers"):
            with pytest.raises(OSError, match=r"404|reset|closed|disconnected"):
                urllib.request.urlopen(f"http://127.0.0.1:{port}/{page}", timeout=5)


def test_certificates_are_of_one_session(client):
    """Those of one cluster do not open another, and none of them lies in a file."""
    with distributed.connect(workers=1) as other:
        one, two = client.security, other.security
        assert one.tls_client_key != two.tls_client_key
        for security in (one, two):
            assert security.require_encryption
            assert "BEGIN" in security.tls_client_key  # the key itself, where a path might stand


SCRIPT = """
from convnet_lib import data
from convnet_lib.training import distributed

def load():
    images, labels = data.load_digits().test
    return data.Digits(images[:10], labels[:10])

def main():
    with distributed.connect(workers=1) as client:
        print(distributed.hold(client, load).ends.tolist())

"""


def run_script(tmp_path, ending):
    path = tmp_path / "chapter.py"
    path.write_text(SCRIPT + ending)
    done = [sys.executable, str(path)]
    return subprocess.run(done, capture_output=True, text=True, timeout=120, check=False)


@pytest.mark.parametrize(
    "ending", ["main()", "import logging\nlogging.getLogger(__name__)\nmain()"]
)
def test_a_script_without_a_guard_is_told_so_in_one_sentence(ending, tmp_path):
    done = run_script(tmp_path, ending)
    assert done.returncode == 1
    assert done.stderr.count("Traceback") == 1
    assert len(done.stderr.splitlines()) < 20
    *_, last = done.stderr.splitlines()
    assert last.startswith("ValueError: connect: expected a script to call it below `if __name__ ")
    assert last.endswith("chapter.py without")


@pytest.mark.parametrize(
    ("source", "guarded"),
    [
        (b"if __name__ == '__main__':\n    main()", True),
        (b"'__main__' == __name__ and main()", True),
        (b"print(__name__)\nmain()", False),
        (b"# if __name__ == '__main__':\nmain()", False),
        (b"\0 no text", True),
    ],
)
def test_a_guard_is_a_comparison_and_not_a_mention(source, guarded):
    assert distributed._guarded(source) is guarded


def test_a_script_with_a_guard_runs(tmp_path):
    done = run_script(tmp_path, "if __name__ == '__main__':\n    main()")
    assert (done.returncode, done.stdout.strip()) == (0, "[0, 10]"), done.stderr


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"epochs": 1.5}, "epochs: expected a whole number"),
        ({"batch_size": 0}, "batch_size: expected a whole number, at least 1, got 0"),
        ({"learning_rate": np.nan}, "learning_rate: expected a positive number, got nan"),
        ({"seed": -1}, "seed: expected a whole number from 0 on"),
        ({"net": None}, "net: expected a ConvNet, got a NoneType"),
        ({"cost": "mse"}, "cost: expected 'quadratic' or 'cross_entropy', got 'mse'"),
    ],
)
def test_what_it_is_asked_is_looked_at_before_it_is_sent(client, shards, change, message):
    asked = {"net": ConvNet.random(), "epochs": 1, "learning_rate": 0.1, **change}
    with pytest.raises(ValueError, match=f"^{message}"):
        distributed.sgd(client, shards, **asked)


def no_digits():
    return [1, 2, 3]


def test_what_a_worker_loads_is_looked_at(client):
    with pytest.raises(ValueError, match=r"^load\(\): expected data.Digits"):
        distributed.hold(client, no_digits)
    with pytest.raises(ValueError, match=r"^load: expected a function, got "):
        distributed.hold(client, load())
