"""What is told with a failure."""

import subprocess
from pathlib import Path

from tests.e2e.diagnostics import LINES, LOOKS, last_words
from tests.e2e.running_site import wait_for


def test_the_last_lines_of_every_machine_of_every_house_are_told(tmp_path: Path) -> None:
    for house, machine in (("a", "k3s-1"), ("a", "switch"), ("b", "k3s-1")):
        folder = tmp_path / f"box-{house}"
        folder.mkdir(exist_ok=True)
        lines = [f"{machine} {number}" for number in range(LINES + 1)]
        (folder / f"{machine}.console").write_text("\n".join(lines))
    (tmp_path / "box-b" / "k3s-1.log").write_text("qemu: no memory\n")

    told = dict(last_words(tmp_path))

    assert list(told) == [
        "box-a: k3s-1.console",
        "box-a: switch.console",
        "box-b: k3s-1.console",
        "box-b: k3s-1.log",
    ]
    assert told["box-a: switch.console"].splitlines()[0] == "switch 1"
    assert told["box-a: switch.console"].splitlines()[-1] == f"switch {LINES}"
    assert told["box-b: k3s-1.log"] == "qemu: no memory"


def test_the_processors_of_a_machine_that_prints_nothing_are_told(tmp_path: Path) -> None:
    folder = tmp_path / "box-a"
    folder.mkdir()
    (folder / "k3s-1.console").touch()
    monitor = folder / "k3s-1.monitor"
    machine = ["qemu-system-x86_64", "-nodefaults", "-display", "none", "-accel", "tcg", "-m", "32"]
    with subprocess.Popen([*machine, "-smp", "2", "-qmp", f"unix:{monitor},server=on"]) as qemu:
        try:
            wait_for(monitor.exists, "the monitor", 60)
            told = dict(last_words(tmp_path))["box-a: k3s-1.monitor"].splitlines()
        finally:
            qemu.kill()
    gone = dict(last_words(tmp_path))["box-a: k3s-1.monitor"]

    assert len(told) == 2 * LOOKS
    assert all("IP=" in line and "HLT=" in line for line in told)
    assert "Connect" in gone
