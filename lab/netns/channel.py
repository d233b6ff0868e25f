"""A channel to one runner: a scenario goes in as a line of JSON, its report comes out as one."""

import json
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from lab.build.builder import build

CONNECT_SECONDS = 60.0
# A scenario or a part of one, and what was seen in it; runner/scenario.go describes both.
Request = dict[str, Any]
Report = dict[str, Any]


class Channel:
    """Runs scenarios, one after the other."""

    def __init__(self, connection: socket.socket) -> None:
        with connection:
            # It keeps the connection open until it is closed itself.
            self._stream = connection.makefile("rwb")

    def run(self, scenario: Request) -> Report:
        """Raises EOFError where the runner has ended."""
        self._stream.write(json.dumps(scenario).encode() + b"\n")
        self._stream.flush()
        line = self._stream.readline()
        if not line:
            raise EOFError("the runner has ended")
        report: Report = json.loads(line)
        return report

    def close(self) -> None:
        """Ends the runner, where it is not another's, by the end of its input."""
        self._stream.close()


@contextmanager
def start_runner() -> Iterator[Channel]:
    """A runner on this machine's kernel, in a mount namespace of its own; needs root."""
    script = (
        "mount -t tmpfs none /run && mkdir -p /run/netns /var/lib/cni"
        ' && mount -t tmpfs none /var/lib/cni && exec "$@"'
    )
    runner = (str(build("runner") / "runner"), str(build("cni-plugins")))
    command = ["unshare", "--mount", "sh", "-c", script, "sh", *runner]
    ours, theirs = socket.socketpair()
    end = theirs.fileno()
    with theirs, subprocess.Popen(command, stdin=end, stdout=end):
        theirs.close()
        with closing(Channel(ours)) as channel:
            yield channel


def connected(path: Path) -> Channel:
    """The channel of a runner behind a machine's socket, when it listens there."""
    connection = socket.socket(socket.AF_UNIX)
    deadline = time.monotonic() + CONNECT_SECONDS
    while connection.connect_ex(str(path)) != 0:
        if time.monotonic() > deadline:
            raise TimeoutError(f"nothing listens at {path}")
        time.sleep(0.05)
    return Channel(connection)
