"""What is reported with a failed test."""

import subprocess
from pathlib import Path

from tests.e2e.diagnostics import LINES, SAMPLES, diagnostics
from tests.e2e.running_site import wait_for


def test_the_last_lines_of_every_machine_of_every_lab_are_reported(tmp_path: Path) -> None:
    for lab, machine in (("a", "k3s-1"), ("a", "switch"), ("b", "k3s-1")):
        folder = tmp_path / lab
        folder.mkdir(exist_ok=True)
        lines = [f"{machine} {number}" for number in range(LINES + 1)]
        (folder / f"{machine}.console").write_text("\n".join(lines))
    (tmp_path / "b" / "k3s-1.log").write_text("qemu: no memory\n")

    reported = dict(diagnostics(tmp_path))

    assert list(reported) == [
        "a: k3s-1.console",
        "a: switch.console",
        "b: k3s-1.console",
        "b: k3s-1.log",
    ]
    assert reported["a: switch.console"].splitlines()[0] == "switch 1"
    assert reported["a: switch.console"].splitlines()[-1] == f"switch {LINES}"
    assert reported["b: k3s-1.log"] == "qemu: no memory"


def test_the_processors_of_a_machine_that_prints_nothing_are_reported(tmp_path: Path) -> None:
    folder = tmp_path / "a"
    folder.mkdir()
    (folder / "k3s-1.console").touch()
    monitor = folder / "k3s-1.monitor"
    machine = ["qemu-system-x86_64", "-nodefaults", "-display", "none", "-accel", "tcg", "-m", "32"]
    with subprocess.Popen([*machine, "-smp", "2", "-qmp", f"unix:{monitor},server=on"]) as qemu:
        try:
            wait_for(monitor.exists, "the monitor", 60)
            running = dict(diagnostics(tmp_path))["a: k3s-1.monitor"].splitlines()
        finally:
            qemu.kill()
    ended = dict(diagnostics(tmp_path))["a: k3s-1.monitor"]

    assert len(running) == 2 * SAMPLES
    assert all("IP=" in line and "HLT=" in line for line in running)
    assert "Connect" in ended
