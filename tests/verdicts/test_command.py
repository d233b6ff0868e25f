"""`python -m tests.verdicts` tells what it executes, and ends what it has started."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.cases.sites import ROOT
from tests.verdicts import __main__ as command
from tests.verdicts.execution import Outcome
from tests.verdicts.runners import Runners

COMMAND = [sys.executable, "-m", "tests.verdicts", "--seed", "4", "--sites"]


def test_the_command_prints_its_seed_and_its_counts(runners: Runners) -> None:
    assert runners
    done = subprocess.run([*COMMAND, "2"], cwd=ROOT, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.startswith("seed 4\n")
    assert done.stdout.endswith("2 sites of seed 4 were executed, 0 failed\n")


def test_a_site_that_fails_is_printed_with_its_failures(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    failed = Outcome(stack={"nodes": {}}, failures=("the pod does not reach 192.168.18.2",))
    monkeypatch.setattr(signal, "signal", lambda *_: None)
    monkeypatch.setattr(command, "missing", lambda: None)
    monkeypatch.setattr(command, "execute", lambda *_: [failed])
    monkeypatch.setattr(sys, "argv", ["", "--sites", "1", "--seed", "5"])

    assert command.main() == 1
    printed = capsys.readouterr().out
    assert '{"nodes": {}}\n  the pod does not reach 192.168.18.2\n' in printed
    assert printed.endswith("1 sites of seed 5 were executed, 1 failed\n")


def test_the_command_ends_the_machines_that_it_has_started(runners: Runners) -> None:
    assert runners
    with subprocess.Popen([*COMMAND, "25"], cwd=ROOT, stdout=subprocess.PIPE) as process:
        before: set[Path] = set()
        # Seen twice: the command knows of the machine by then.
        while not (machines := before & _machines(process.pid)):
            assert process.poll() is None
            before = _machines(process.pid)
            time.sleep(0.05)
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=60) == 128 + signal.SIGTERM
    assert not [machine for machine in machines if _is_machine(machine)]


def _machines(process: int) -> set[Path]:
    """The folders in /proc of the virtual machines that the process has started."""
    children = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    return {folder for child in children if _is_machine(folder := Path(f"/proc/{child}"))}


def _is_machine(folder: Path) -> bool:
    try:
        # Empty where it has ended and nobody has asked how.
        return "qemu" in (folder / "cmdline").read_text()
    except OSError:
        return False
