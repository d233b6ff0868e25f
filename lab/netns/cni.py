"""Runs a conflist by libcni with the arguments that Multus passes (docs/background/multus.md)."""

import json
import os
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lab.build.builder import build
from lab.netns.namespaces import Segment


@dataclass(frozen=True, kw_only=True)
class PodInterface:
    """One interface of the segment's pod, made from one conflist."""

    segment: Segment
    folder: Path
    conflist: Mapping[str, Any]
    interface: str
    addresses: Sequence[str]
    mac: str

    def add(self) -> None:
        """ADD; raises with the plugin's own words when it fails."""
        self._run("add")

    def delete(self) -> None:
        """DEL."""
        self._run("del")

    def _run(self, verb: str) -> None:
        self.folder.mkdir(exist_ok=True)
        name = str(self.conflist["name"])
        (self.folder / f"{name}.conflist").write_text(json.dumps(self.conflist))
        arguments = f"IgnoreUnknown=1;IP={','.join(self.addresses)};MAC={self.mac}"
        done = subprocess.run(
            [
                *("ip", "netns", "exec", self.segment.node),
                *(str(build("cnitool") / "cnitool"), verb, name, self.segment.pod_path),
            ],
            env={
                **os.environ,
                "NETCONFPATH": str(self.folder),
                "CNI_PATH": str(build("cni-plugins")),
                "CNI_ARGS": arguments,
                "CAP_ARGS": json.dumps({"ips": list(self.addresses), "mac": self.mac}),
                "CNI_IFNAME": self.interface,
            },
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            raise RuntimeError(done.stdout + done.stderr)
