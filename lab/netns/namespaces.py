"""A segment of network namespaces: a node, a neighbour on its LAN, and a pod on the node."""

import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Segment:
    """The names of the namespaces. `parent` is the node's interface on the LAN."""

    node: str
    neighbour: str
    pod: str
    parent: str

    @property
    def pod_path(self) -> str:
        """The file by which the pod's namespace is found."""
        return f"/var/run/netns/{self.pod}"


def missing() -> str | None:
    """Why no namespaces can be made here, or None when they can."""
    return None if os.geteuid() == 0 else "network namespaces need root"


def ip(namespace: str, *arguments: str) -> Any:
    """Runs `ip -json` in the namespace; returns what it printed, parsed."""
    done = subprocess.run(
        ["ip", "-json", "-netns", namespace, *arguments], check=True, capture_output=True, text=True
    )
    return json.loads(done.stdout or "[]")


@contextmanager
def start_segment(parent: str, mtu: int = 1500) -> Iterator[Segment]:
    """Makes the namespaces; the pod has an eth0 with the default route, as a cluster gives it."""
    names = [f"scenario-{os.getpid()}-{role}" for role in ("node", "neighbour", "pod")]
    segment = Segment(node=names[0], neighbour=names[1], pod=names[2], parent=parent)
    made: list[str] = []
    try:
        for name in names:
            subprocess.run(["ip", "netns", "add", name], check=True)
            made.append(name)
            ip(name, "link", "set", "lo", "up")
        _cable(segment.node, parent, segment.neighbour, "lan0", mtu)
        _cable(segment.node, "pod0", segment.pod, "eth0", 1500)
        ip(segment.pod, "address", "add", "10.42.0.5/24", "dev", "eth0")
        ip(segment.pod, "route", "add", "default", "via", "10.42.0.1")
        yield segment
    finally:
        for name in made:
            subprocess.run(["ip", "netns", "delete", name], check=True)


def _cable(one: str, one_end: str, other: str, other_end: str, mtu: int) -> None:
    link = ("link", "add", one_end, "mtu", str(mtu), "type", "veth")
    ip(one, *link, "peer", "name", other_end, "mtu", str(mtu), "netns", other)
    ip(one, "link", "set", one_end, "up")
    ip(other, "link", "set", other_end, "up")
