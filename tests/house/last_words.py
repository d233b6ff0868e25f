"""What a house's machines have printed last: why a test failed, when a machine was the cause."""

from collections.abc import Iterator
from pathlib import Path

LINES = 30


def last_words(houses: Path) -> Iterator[tuple[str, str]]:
    """Each machine of each house in the folder, and the last lines of its console and of QEMU."""
    for console in sorted(houses.glob("box-*/*.console")):
        for printed in (console, console.with_suffix(".log")):
            if printed.exists():
                lines = printed.read_text(errors="replace").splitlines()
                yield f"{printed.parent.name}: {printed.name}", "\n".join(lines[-LINES:])
