"""A channel to one runner: a scenario goes in as a line of JSON, its report comes out as one."""

import json
import socket
import subprocess
import time
from pathlib import Path
from typing import Any

from lab.build.builder import build

CONNECT_SECONDS = 60.0
# A scenario or a part of one, and what was seen in it; runner/scenario.go describes both.
Request = dict[str, Any]
Report = dict[str, Any]


class Channel:
    """Runs scenarios, one after the other."""

    def __init__(self, requests: Any, reports: Any) -> None:
        self._requests, self._reports = requests, reports

    def run(self, scenario: Request) -> Report:
        """Raises EOFError where the runner has ended."""
        self._requests.write(json.dumps(scenario).encode() + b"\n")
        self._requests.flush()
        line = self._reports.readline()
        if not line:
            raise EOFError("the runner has ended")
        report: Report = json.loads(line)
        return report


class LocalRunner(Channel):
    """A runner on this machine's kernel, in a mount namespace of its own; needs root."""

    def __init__(self) -> None:
        script = (
            "mount -t tmpfs none /run && mkdir -p /run/netns /var/lib/cni"
            ' && mount -t tmpfs none /var/lib/cni && exec "$@"'
        )
        command = [build("runner") / "runner", build("cni-plugins")]
        self._process = subprocess.Popen(
            ["unshare", "--mount", "sh", "-c", script, "sh", *command],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        super().__init__(self._process.stdin, self._process.stdout)

    def close(self) -> None:
        """Ends the runner, by the end of its input."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(timeout=60)


class SocketRunner(Channel):
    """A runner behind a machine's channel."""

    def __init__(self, path: Path) -> None:
        self._socket = socket.socket(socket.AF_UNIX)
        deadline = time.monotonic() + CONNECT_SECONDS
        while self._socket.connect_ex(str(path)) != 0:
            if time.monotonic() > deadline:
                raise TimeoutError(f"nothing listens at {path}")
            time.sleep(0.05)
        stream = self._socket.makefile("rwb")
        super().__init__(stream, stream)

    def close(self) -> None:
        """Lets go of the channel."""
        self._socket.close()
