"""What the pages for teachers name is there, and the files for Binder and JupyterHub fit."""

import os
import re
import runpy
import socket
from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
PAGES = ["teaching/grading.md", "teaching/classroom.md", "teaching/first_lesson.md"]
COMMAND = "-m pip install --no-deps --no-build-isolation -e ."


def text(name):
    return (ROOT / name).read_text("utf-8")


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_somewhere(page):
    links = re.findall(r"\]\((?!https?:|#)([^)#\s]+)", text(page))
    folder = (ROOT / page).parent
    assert [link for link in links if not (folder / link).exists()] == []


@pytest.mark.parametrize("page", PAGES)
def test_commands_exist(page):
    targets = set(re.findall(r"^([.\w-]+):", text("Makefile"), re.M))
    commands = set(re.findall(r"(?:`|^)(?:PIP_\S+ )*make ([.\w-]+)", text(page), re.M))
    assert commands
    assert commands <= targets


def test_every_assignment_is_in_the_guide():
    named = re.findall(r"^\| `(\w+)` \|.*\| (\d+) \|$", text("teaching/grading.md"), re.M)
    found = {path.name for path in (ROOT / "teaching" / "assignments").iterdir()}
    assert {name for name, _ in named} == found
    for name, points in named:
        assert f"{points} points" in text(f"teaching/assignments/{name}/{name}.ipynb")


def test_binder_installs_what_the_book_needs():
    """By the same lock, the same Python and the same command as conda and the README."""
    assert text(".binder/requirements.txt") == "-r ../requirements.txt\n"
    conda = yaml.safe_load(text("environment.yml"))["dependencies"][0]
    assert text(".binder/runtime.txt").strip().replace("-", "=") == conda
    assert COMMAND in text(".binder/postBuild")
    assert COMMAND in text("README.md")
    assert os.name == "nt" or os.access(ROOT / ".binder" / "postBuild", os.X_OK)


def recipe():
    """What the recipe for JupyterHub sets, read anew as by a hub that starts."""
    names = ("Authenticator", "JupyterHub", "LocalProcessSpawner", "Spawner")
    c = SimpleNamespace(**{name: SimpleNamespace() for name in names})
    path = ROOT / "teaching" / "jupyterhub" / "jupyterhub_config.py"
    runpy.run_path(str(path), {"get_config": lambda: c})
    return c


def test_jupyterhub_bounds_memory_and_opens_the_book():
    c = recipe()
    assert c.Spawner.mem_limit == "1G"
    page = c.Spawner.default_url.removeprefix("/lab/tree/")
    assert (ROOT / page).exists()


def given(hub, count):
    """The ports of so many servers that start one after the other, before any has bound its own."""
    spawners = [SimpleNamespace(port=0) for _ in range(count)]
    for spawner in spawners:
        hub.LocalProcessSpawner.pre_spawn_hook(spawner)
    return [spawner.port for spawner in spawners]


def test_no_two_servers_are_given_the_same_port():
    ports = given(recipe(), 100)
    assert len(set(ports)) == 100
    # The system gives these to nobody who asks for any port, nor to a connection that goes out.
    system = Path("/proc/sys/net/ipv4/ip_local_port_range")
    lowest = int(system.read_text().split()[0]) if system.exists() else 32768
    assert max(ports) < lowest


def test_a_hub_that_starts_anew_gives_no_port_at_which_a_server_still_listens():
    (port,) = given(recipe(), 1)
    with socket.socket() as server:
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        server.bind(("127.0.0.1", port))
        server.listen()
        assert port not in given(recipe(), 10)
    assert "--ServerApp.port_retries=0" in recipe().Spawner.args


def test_the_time_limit_is_the_one_that_the_guide_names():
    settings = text("teaching/nbgrader_config.py")
    (limit,) = re.findall(r"c\.Isolated\.cell = (\d+)", settings)
    assert f"stopped after {limit} seconds (`c.Isolated.cell`)" in text(PAGES[0])


def test_the_sandbox_s_limits_are_those_that_the_guide_names(monkeypatch):
    monkeypatch.syspath_prepend(ROOT / "teaching")
    from marking import judge, sandbox

    from convnet_lib.exercises import running

    page, count = text(PAGES[0]), {4: "four"}[sandbox.PROCESSES]
    assert (
        f"`check` after {running.LIMIT:.0f} seconds, in the fourth task after {judge.CALL}" in page
    )
    gigabytes = sandbox.MEGABYTES / 1024
    limits = f"{sandbox.TOTAL} seconds, {count} processes of {gigabytes:.1f} GB"
    assert limits in page
    memory = f"{gigabytes * sandbox.PROCESSES:.0f} GB of memory"
    assert f"It can keep {count} cores busy, and {memory} ({count} processes)" in page


def test_what_is_written_elsewhere_is_said_in_the_readme_and_to_the_students():
    said = "which exercises you have solved, in {} data folder, and the whole of MNIST, in {} cache"
    assert said.format("the user's", "the user's") in text("README.md")
    assert said.format("your", "your") in text("teaching/student/README.md")
