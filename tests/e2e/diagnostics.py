"""What a house's machines have printed last: why a test failed, when a machine was the cause."""

import time
from collections.abc import Iterator
from pathlib import Path

from lab.vm.monitor import asked

LINES = 30
LOOKS, LOOK_SECONDS = 3, 0.5


def last_words(houses: Path) -> Iterator[tuple[str, str]]:
    """Each machine of each house in the folder: its console, QEMU's log, its processors."""
    for console in sorted(houses.glob("box-*/*.console")):
        for printed in (console, console.with_suffix(".log")):
            if printed.exists():
                lines = printed.read_text(errors="replace").splitlines()
                yield f"{printed.parent.name}: {printed.name}", "\n".join(lines[-LINES:])
        monitor = console.with_suffix(".monitor")
        if monitor.exists():
            yield f"{monitor.parent.name}: {monitor.name}", "\n".join(_processors(monitor))


def _processors(monitor: Path) -> Iterator[str]:
    """Where each processor is (`RIP`) and whether it waits (`HLT`), a few times.

    One that never wakes stands still at one place, a busy one does not.
    """
    for look in range(LOOKS):
        time.sleep(LOOK_SECONDS if look else 0)
        try:
            registers = asked(monitor, "info registers -a")
        except OSError as error:
            yield str(error)
            return
        yield from (line for line in registers.splitlines() if "IP=" in line)
