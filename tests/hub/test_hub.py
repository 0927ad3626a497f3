"""Monday at nine: a class comes in at once, works, goes away and comes back to its work.

CONVNET_STUDENTS=12 CONVNET_CHAPTER=02 pytest -s tests/hub
"""

import asyncio
import json
import os
import random
import secrets
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request
from pathlib import Path

import pytest
import surroundings

if "CONVNET_STUDENTS" not in os.environ:
    pytest.skip("a class of students, for minutes: make test-hub", allow_module_level=True)
pytest.importorskip("jupyterhub", reason="make hub adds it")
pytest.importorskip("aiohttp", reason="make hub adds it")
if not shutil.which("npm"):
    pytest.skip("the hub's proxy needs npm", allow_module_level=True)

from hub_proxy import fetch
from visitor import Student

STUDENTS = int(os.environ["CONVNET_STUDENTS"])
CHAPTER = os.environ.get("CONVNET_CHAPTER", "02")
APART = float(os.environ.get("CONVNET_APART", "0"))  # seconds between two who come in
#: After so many seconds an idle kernel or server is ended: an hour in the recipe.
IDLE = int(os.environ.get("CONVNET_TEST_IDLE", "60"))
CHECK = """
from convnet_lib.exercises import catalogue, check, progress
exercise = next(e for e in catalogue.exercises().values() if e.chapter == CHAPTER)
answer = exercise.solution if hasattr(exercise.answer, "cases") else exercise.solution()
print(check(exercise.id, answer).passed, progress().done)
"""


class Hub:
    """A hub with the recipe, in a folder of its own."""

    def __init__(self, folder):
        self.folder, self.password = folder, secrets.token_hex(8)
        self.ports = free_ports(3)
        self.url = f"http://127.0.0.1:{self.ports[0]}"
        self.log = folder / "hub.log"
        self.run = Path(tempfile.mkdtemp(prefix="hub"))  # for sockets, whose paths must be short

    def __enter__(self):
        environment = {
            "CONVNET_HUB": self.folder,
            "CONVNET_RUN": self.run,
            "CONVNET_PORTS": ",".join(map(str, self.ports)),
            "CONVNET_PROXY": fetch(),
            "CONVNET_PASSWORD": self.password,
            "CONVNET_IDLE": IDLE,
        }
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                [
                    sys.executable,
                    "-m",
                    "jupyterhub",
                    "-f",
                    Path(__file__).with_name("hub_config.py"),
                ],
                cwd=self.folder,
                env=os.environ | {name: str(value) for name, value in environment.items()},
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        end = time.monotonic() + 60
        while not self._answers():
            assert self.process.poll() is None, self.log.read_text()
            assert time.monotonic() < end, self.log.read_text()
            time.sleep(0.2)
        return self

    def _answers(self):
        try:
            return urllib.request.urlopen(f"{self.url}/hub/api/", timeout=5).status == 200
        except OSError:
            return False

    def __exit__(self, *error):
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(60)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
        for name in self.servers():
            for pid in self.servers()[name]:
                os.kill(pid, signal.SIGKILL)
        shutil.rmtree(self.run, ignore_errors=True)  # kernels that end remove theirs

    def servers(self):
        """{student: process ids of the server and its kernels}, read from /proc."""
        found, home = {}, str(self.folder / "home") + os.sep
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                environment = (folder / "environ").read_bytes().split(b"\0")
                here = [v[5:].decode() for v in environment if v.startswith(b"HOME=")]
            except OSError:
                continue
            if here and here[0].startswith(home):
                found.setdefault(here[0].removeprefix(home), []).append(int(folder.name))
        return found

    def addresses(self):
        """{student: the address that the hub has given to the server}, read from /proc."""
        found = {}
        for name, pids in self.servers().items():
            environment = Path(f"/proc/{min(pids)}/environ").read_bytes().split(b"\0")
            (found[name],) = (
                v.partition(b"=")[2].decode()
                for v in environment
                if v.startswith(b"JUPYTERHUB_SERVICE_URL=")
            )
        return found

    def memory(self):
        """MB of each student: what is shared by several processes counts to each its part (PSS)."""
        totals = {}
        for name, pids in self.servers().items():
            totals[name] = sum(map(pss, pids)) / 1e3
        return totals


def pss(pid):
    """KB of a process."""
    try:
        text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except OSError:
        return 0
    return int(next(line for line in text.splitlines() if line.startswith("Pss:")).split()[1])


def free_ports(count):
    """Ports for the hub itself: of those that the system gives to nobody, and not the recipe's."""
    ports = random.sample(range(10_000, 20_000), 100)
    return [port for port in ports if is_free(port)][:count]


def is_free(port):
    with socket.socket() as trial:
        return trial.connect_ex(("127.0.0.1", port)) != 0


@pytest.fixture(scope="module")
def hub(tmp_path_factory):
    folder = tmp_path_factory.mktemp("hub")
    for name in names():
        book = folder / "home" / name / "convnet"
        book.mkdir(parents=True)
        # What a student gets: the notebooks; the library is in the environment of all.
        shutil.copytree(surroundings.ROOT / "notebooks", book / "notebooks")
    with Hub(folder) as started:
        yield started
    said = started.log.read_text().splitlines()
    errors = [line for line in said if line.startswith("[E ") or "Error: " in line]
    say("\n".join(["the hub and the servers said of errors:", *(errors[-20:] or ["nothing"])]))


def names():
    return [f"student{n:02}" for n in range(STUDENTS)]


def say(text):
    print(text, flush=True)


def spread(values):
    values = sorted(values)
    return f"median {statistics.median(values):.1f}, largest {values[-1]:.1f}"


async def lesson(hub, name, wait):
    """One student's hour: come in, run the chapter, check an answer, save."""
    await asyncio.sleep(wait)
    async with Student(name, hub.url, hub.password) as student:
        await student.get_in()
        (path,) = (hub.folder / "home" / name / "convnet" / "notebooks").glob(f"{CHAPTER}_*.ipynb")
        path = f"notebooks/{path.name}"
        notebook, begun = await student.read(path), time.monotonic()
        kernel = await student.open(path)
        cells = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
        texts = await student.run(kernel, [cell["source"] for cell in cells])
        for cell, text in zip(cells, texts, strict=True):
            if "raises-exception" not in cell["metadata"].get("tags", []):
                assert "RAISED " not in text, text
        (said,) = await student.run(kernel, [f"CHAPTER = {int(CHAPTER)}\n{CHECK}"])
        student.seconds["chapter"] = time.monotonic() - begun
        assert said.startswith("True ['"), said
        notebook["cells"][0]["source"] += f"\n\nThis is the work of {name}."
        await student.save(path, notebook)
        return student, path, said


async def whole_class(hub):
    return await asyncio.gather(
        *(lesson(hub, name, APART * n) for n, name in enumerate(names())), return_exceptions=True
    )


def test_all_get_in_work_and_find_their_work_again(hub):
    asyncio.run(monday(hub))
    culler = [line for line in hub.log.read_text().splitlines() if "(idle-culler@" in line]
    assert any(" 204 DELETE " in line or " 202 DELETE " in line for line in culler)
    assert not [line for line in culler if " 403 " in line], "the culler lacks a role"


async def monday(hub):
    begun = time.monotonic()
    memory = asyncio.create_task(watch_memory(hub))
    results = await whole_class(hub)
    failed = [result for result in results if isinstance(result, BaseException)]
    if failed:
        pytest.fail(f"{len(failed)} of {STUDENTS} failed, first: {failed[0]!r}"[:2000])
    memory.cancel()
    took = time.monotonic() - begun
    students = [student for student, _, _ in results]
    ports = {urllib.parse.urlparse(address).port for address in hub.addresses().values()}
    assert len(ports) == STUDENTS
    assert ports <= set(range(20_000, 30_000)), "not those of the recipe"
    say(f"\n{STUDENTS} students, {os.cpu_count()} cores, chapter {CHAPTER}: {took:.0f} s in all")
    say(f"seconds to get in: {spread([s.seconds['start'] for s in students])}")
    say(f"seconds for the chapter: {spread([s.seconds['chapter'] for s in students])}")
    slowest = max((cell for s in students for cell in s.cells), key=lambda cell: cell[0])
    say(f"slowest cell: {slowest[0]:.1f} s: {slowest[1].splitlines()[0][:60]}")
    say(f"MB a student, at the end: {spread(PEAK['last'].values())}; in all {PEAK['most']:.0f}")
    await goes_away_and_comes_back(hub, results)
    broken = [why for student in students for why in student.broken]
    say(f"connections that broke and were opened again: {broken or 'none'}")
    assert len(broken) <= 1 + STUDENTS // 10


PEAK = {"most": 0, "last": {}}


async def watch_memory(hub):
    while True:
        PEAK["last"] = await asyncio.to_thread(hub.memory)
        PEAK["most"] = max(PEAK["most"], sum(PEAK["last"].values()))
        await asyncio.sleep(3)


async def goes_away_and_comes_back(hub, results):
    begun, end = time.monotonic(), time.monotonic() + 6 * IDLE + 60
    while hub.servers():
        assert time.monotonic() < end, f"{len(hub.servers())} servers were never culled"
        await asyncio.sleep(1)
    say(f"all servers are culled after {time.monotonic() - begun:.0f} s, {IDLE} s being idle")
    begun = time.monotonic()
    back = await asyncio.gather(*(comes_back(hub, *result) for result in results))
    for (student, _, _), again in zip(results, back, strict=True):
        student.broken += again.broken
    say(f"all are back with their work after {time.monotonic() - begun:.0f} s")


async def comes_back(hub, student, path, said):
    async with Student(student.name, hub.url, hub.password) as again:
        await again.get_in()
        notebook = await again.read(path)
        assert notebook["cells"][0]["source"].endswith(f"the work of {student.name}.")
        kernel = await again.open(path)
        (now,) = await again.run(
            kernel, ["from convnet_lib.exercises import progress\nprint(progress().done)"]
        )
        assert now.strip() == said.partition(" ")[2].strip()
        return again


def test_a_kernel_listens_at_no_port_but_in_a_folder_of_its_students_own(hub):
    """Ports are every student's, and another kernel may have taken one in between."""

    async def one():
        async with Student(names()[0], hub.url, hub.password) as student:
            await student.get_in()
            kernel = await student.open(f"notebooks/{notebooks(hub)[0]}")
            await student.run(kernel, ["1 + 1"])
            return kernel

    kernel, folder = asyncio.run(one()), hub.run / names()[0]
    assert json.loads((folder / f"kernel-{kernel}.json").read_text())["transport"] == "ipc"
    assert len(list(folder.glob(f"kernel-{kernel}-ipc-*"))) == 5
    assert folder.stat().st_mode & 0o777 == 0o700


def test_an_idle_kernel_is_culled_while_its_server_is_in_use(hub):
    """The student reads on, in the browser; the kernel does nothing, and its memory is freed."""

    async def one():
        async with Student(names()[0], hub.url, hub.password) as student:
            await student.get_in()
            await student.open(f"notebooks/{next(iter(notebooks(hub)))}")
            assert len(await student.kernels()) >= 1
            end = time.monotonic() + 4 * IDLE
            while await student.kernels():  # each question is a sign of life to the server
                assert time.monotonic() < end, "the kernel was never culled"
                await asyncio.sleep(2)
            assert await student.is_running()

    asyncio.run(one())


def notebooks(hub):
    folder = hub.folder / "home" / names()[0] / "convnet" / "notebooks"
    return [path.name for path in folder.glob(f"{CHAPTER}_*.ipynb")]


def test_another_students_server_is_out_of_reach(hub):
    async def one():
        async with Student(names()[0], hub.url, hub.password) as student:
            await student.get_in()
            for address in (
                f"{hub.url}/user/{names()[1]}/api/contents",
                f"{hub.url}/hub/api/users",
            ):
                async with student.web.get(address) as answer:
                    assert answer.status in (403, 404, 424)

    asyncio.run(one())
