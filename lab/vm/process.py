"""Programs that outlive the process that starts them; each is ended by its process id."""

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Iterable, Sequence
from pathlib import Path

END_SECONDS = 30.0


def start_detached(folder: Path, name: str, command: Sequence[str | Path]) -> int:
    """Starts a program with `<name>.log` and `<name>.pid` in the folder; gives its process id."""
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


def is_running(process: int) -> bool:
    """Whether the process runs; a zombie does not."""
    with contextlib.suppress(ChildProcessError):
        os.waitpid(process, os.WNOHANG)
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def end_processes(processes: Iterable[int]) -> None:
    """Kills the processes and returns when none runs; raises `TimeoutError` after 30 seconds."""
    killed = list(processes)
    for process in killed:
        with contextlib.suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)
    deadline = time.monotonic() + END_SECONDS
    while running := [process for process in killed if is_running(process)]:
        if time.monotonic() > deadline:
            raise TimeoutError(f"processes {running} have not ended after {END_SECONDS:.0f} s")
        time.sleep(0.05)
