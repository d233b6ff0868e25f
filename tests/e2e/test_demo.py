"""`make demo` and `make demo-down`: the second removes everything that the first made."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from lab.vm.demo import NAME
from lab.vm.process import is_running
from lab.vm.requirements import missing
from lab.vm.virtual_lab import labs_folder
from tests.cases.sites import ROOT
from tests.e2e.running_site import wait_for


@pytest.fixture
def name() -> Iterator[str]:
    why = missing()
    if why:
        pytest.skip(why)
    given = f"multihome-demo-{os.getpid()}"
    yield given
    run(given, "down")


def run(name: str, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "lab.vm", *words],
        cwd=ROOT,
        env={**os.environ, NAME: name},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=1500,
    )


def traces(name: str) -> dict[str, list[str]]:
    """What there is on this machine that has the demo's name, and every network link."""
    namespaces = subprocess.run(
        ["ip", "netns", "list"], check=True, capture_output=True, text=True
    ).stdout.splitlines()
    links = subprocess.run(
        ["ip", "-brief", "link"], check=True, capture_output=True, text=True
    ).stdout.splitlines()
    mounts = Path("/proc/mounts").read_text().splitlines()
    processes = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            words = (folder / "cmdline").read_bytes().decode(errors="replace")
        except OSError:
            continue
        if name in words and folder.name != str(os.getpid()):
            processes.append(words)
    return {
        "namespaces": sorted(line for line in namespaces if name in line),
        "links": sorted(line.split()[0] for line in links),
        "mounts": sorted(line for line in mounts if name in line),
        "processes": processes,
        "files": sorted(str(path) for path in labs_folder().glob(f"{name}*")),
    }


@pytest.mark.parametrize("sign", ["switch.pid", "scheduler.pid"])
def test_a_demo_that_was_killed_while_it_started_is_removed(name: str, sign: str) -> None:
    before, folder = traces(name), labs_folder() / name
    process = subprocess.Popen(
        [sys.executable, "-m", "lab.vm", "up"],
        cwd=ROOT,
        env={**os.environ, NAME: name},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    wait_for((folder / sign).exists, "the demo", 300)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert traces(name) != before
    started = {path.stem: int(path.read_text() or 0) for path in folder.glob("*.pid")}

    done = run(name, "down")

    assert [machine for machine, process in started.items() if is_running(process)] == []
    assert done.returncode == 0, done.stderr
    for machine, number in started.items():
        assert f"{machine} ({number})" in done.stdout
    assert "have ended" in done.stdout
    assert traces(name) == before


def test_without_a_demo_its_commands_say_how_to_start_one(name: str) -> None:
    for command in ("node", "pod", "iot", "pulumi"):
        done = run(name, command)
        assert done.returncode == 1
        assert done.stderr == "no demo is running; start one: make demo\n"
    done = run(name, "down")
    assert (done.returncode, done.stdout) == (0, "no demo is running\n")


@pytest.mark.long
@pytest.mark.timeout(1800)
def test_a_running_demo_is_found_again_answers_and_is_removed(name: str) -> None:
    before = traces(name)
    first = run(name, "up")
    assert first.returncode == 0, first.stdout + first.stderr
    again = run(name, "up")
    assert again.returncode == 0, again.stdout + again.stderr
    assert "the virtual machines are up already" in again.stdout
    assert " unchanged" in again.stdout
    assert " created" not in again.stdout

    assert run(name, "node", "hostname").stdout == "k3s-1\n"
    assert "192.168.18.32/24" in run(name, "pod").stdout
    assert run(name, "iot").stdout == "an IoT device\n"
    assert "unchanged" in run(name, "pulumi").stdout

    assert run(name, "down").returncode == 0
    assert traces(name) == before
