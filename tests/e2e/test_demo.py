"""`make demo` and `make demo-down`: what the one makes, the other takes away."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from lab.build.cache import cache_folder
from lab.vm.__main__ import NAME
from lab.vm.virtual_lab import missing
from tests.cases.sites import ROOT
from tests.e2e.running_site import wait_for


@pytest.fixture
def name() -> Iterator[str]:
    why = missing()
    if why:
        pytest.skip(why)
    called = f"box-{os.getpid()}"
    yield called
    run(called, "down")


def run(name: str, command: str, timeout: float = 500) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "lab.vm", command],
        cwd=ROOT,
        env={**os.environ, NAME: name},
        capture_output=True,
        text=True,
        check=False,
        timeout=timeout,
    )


def machine(name: str) -> dict[str, list[str]]:
    """What a house could leave behind on this machine: nothing that bears its name."""
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
        "files": sorted(str(path) for path in cache_folder().glob(f"box-{name}*")),
    }


@pytest.mark.parametrize("sign", ["switch.pid", "scheduler.pid"])
def test_a_killed_house_is_taken_away_whole(name: str, sign: str) -> None:
    before = machine(name)
    process = subprocess.Popen(
        [sys.executable, "-m", "lab.vm", "up"],
        cwd=ROOT,
        env={**os.environ, NAME: name},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    wait_for((cache_folder() / f"box-{name}" / sign).exists, "the house", 60)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert machine(name) != before

    assert run(name, "down").returncode == 0
    assert machine(name) == before
    assert run(name, "down").returncode == 0


@pytest.mark.long
@pytest.mark.timeout(900)
def test_a_house_that_is_up_is_found_again_and_taken_away(name: str) -> None:
    before = machine(name)
    first = run(name, "up")
    assert first.returncode == 0, first.stdout + first.stderr
    again = run(name, "up")
    assert again.returncode == 0, again.stdout + again.stderr
    assert "the house is up already" in again.stdout
    assert "22 unchanged" in again.stdout or "25 unchanged" in again.stdout
    told = [line.strip() for line in again.stdout.splitlines() if "/run " in line]
    for line in told:
        done = subprocess.run(
            ["sh", "-c", line], cwd=ROOT, capture_output=True, text=True, check=False, timeout=120,
            stdin=subprocess.DEVNULL,
        )  # fmt: skip
        assert done.returncode == 0, line + done.stdout + done.stderr
        if "192.168.32.50" in line:
            assert done.stdout == "a lamp\n"

    assert run(name, "down").returncode == 0
    assert machine(name) == before
