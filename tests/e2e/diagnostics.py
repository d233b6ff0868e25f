"""What the machines of virtual labs printed last, and where their processors are."""

import time
from collections.abc import Iterator
from pathlib import Path

from lab.vm.monitor import asked

LINES = 30
SAMPLES, SAMPLE_SECONDS = 3, 0.5


def diagnostics(labs: Path) -> Iterator[tuple[str, str]]:
    """For each machine of each lab in the folder: the ends of its console and of QEMU's log.

    And its processors, which QEMU knows even of a machine that no longer answers.
    """
    for console in sorted(labs.glob("*/*.console")):
        for printed in (console, console.with_suffix(".log")):
            if printed.exists():
                lines = printed.read_text(errors="replace").splitlines()
                yield f"{printed.parent.name}: {printed.name}", "\n".join(lines[-LINES:])
        monitor = console.with_suffix(".monitor")
        if monitor.exists():
            yield f"{monitor.parent.name}: {monitor.name}", "\n".join(_processors(monitor))


def _processors(monitor: Path) -> Iterator[str]:
    """Where each processor is (`RIP`) and whether it waits (`HLT`), a few times.

    One that never wakes stays at one place, a busy one does not.
    """
    for sample in range(SAMPLES):
        time.sleep(SAMPLE_SECONDS if sample else 0)
        try:
            registers = asked(monitor, "info registers -a")
        except OSError as error:
            yield str(error)
            return
        yield from (line for line in registers.splitlines() if "IP=" in line)
