"""Programs that go on after the one that started them ends; each is ended by its id."""

import subprocess
from collections.abc import Sequence
from pathlib import Path


def start_detached(folder: Path, name: str, command: Sequence[str | Path]) -> int:
    """Starts it with `<name>.log` and `<name>.pid` in the folder; gives its process id."""
    with (folder / f"{name}.log").open("ab") as log:
        process = subprocess.Popen(
            [str(word) for word in command],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    (folder / f"{name}.pid").write_text(str(process.pid), encoding="ascii")
    return process.pid
