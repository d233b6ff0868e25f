"""Runs in the pod beside Home Assistant: ends with what Home Assistant says of recovery mode.

Home Assistant answers its probes in recovery mode, and of what it answers without a login nothing
tells the mode. Its log does (docs/background/home-assistant.md#recovery-mode).

Arguments: the URL that is asked; the folder of the log; the file of the termination message; the
file that is made when Home Assistant runs as it should.
"""

import re
import signal
import sys
import time
import urllib.request
from collections.abc import Callable
from http.client import HTTPException
from pathlib import Path

# The second one ends where recovery mode begins.
LOGS = ("home-assistant.log", "home-assistant.log.1")
# Home Assistant writes it first of all at each start.
LOCK = ".ha_run.lock"
PAUSE_SECONDS = 1.0
# The log of a start; that of months may be far longer.
LONGEST_START = 1_000_000
# Kubernetes keeps 4096 bytes of a message.
LONGEST_REASON = 3000
RECORD = re.compile(r"^(?=\d{4}-\d\d-\d\d \d\d:)", re.MULTILINE)
# Of devices others may say as much.
SIGN, WHO = "activating recovery mode", " [homeassistant.bootstrap] "


def answers(url: str) -> bool:
    """Whether Home Assistant answers."""
    try:
        with urllib.request.urlopen(url, timeout=5):  # noqa: S310 - a URL of this pod
            return True
    except (OSError, HTTPException):
        return False


def reason(log: str) -> str | None:
    """Why Home Assistant has gone into recovery mode, in its own words; None if it has not."""
    errors: list[str] = []
    for record in RECORD.split(log):
        first = record.partition("\n")[0]
        is_sign = WHO in first and SIGN in record.lower()
        if is_sign or " ERROR " in first:
            errors.append(record.strip())
        if is_sign:
            return "\n".join(errors).encode()[-LONGEST_REASON:].decode(errors="ignore")
    return None


def verdict(folder: Path) -> str | None:
    """What is wrong, or None. An image that writes no log gets no verdict."""
    for name in LOGS:
        log = folder / name
        # An earlier start may have been killed, or have been the last one with a log.
        if _changed(log) < _changed(folder / LOCK):
            continue
        if (found := reason(_beginning(log))) is not None:
            return (
                "Home Assistant is in recovery mode: it answers, and runs no automation. Mend what"
                f" it says, then run `kubectl delete pod`. It says:\n{found}"
            )
    return None


def _changed(file: Path) -> int:
    try:
        return file.stat().st_mtime_ns
    except OSError:
        return 0


def _beginning(log: Path) -> str:
    try:
        with log.open("rb") as file:
            return file.read(LONGEST_START).decode(errors="replace")
    except OSError:
        return ""


def wait_for(is_so: Callable[[], bool]) -> None:
    """Asks until it is so; the startup probe ends a start that takes too long."""
    while not is_so():
        time.sleep(PAUSE_SECONDS)


def main() -> int:
    """Returns 1 in recovery mode; else it goes on until it is ended."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    url, folder, told, verified = sys.argv[1], *map(Path, sys.argv[2:])
    wait_for(lambda: answers(url))
    if (text := verdict(folder)) is not None:
        print(text, flush=True)
        told.write_text(text, encoding="utf-8")
        return 1
    verified.touch()
    print("Home Assistant runs", flush=True)
    # A signal that comes just before `signal.pause` would be waited for in vain.
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
    signal.sigwait({signal.SIGTERM})
    return 0


if __name__ == "__main__":
    sys.exit(main())
