"""Two segments with a router between them and the callers, and a node whose pods are on both.

The router and the node track connections and drop what belongs to none, as kube-proxy's rules do
on a node. The segment `iot` is an interface of its own on the node, `eth1`: the kernel that runs
the tests need not know VLANs.
"""

import os
import subprocess
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lab.netns.cni import PodInterface
from lab.netns.namespaces import Segment, ip
from tests.cni.frames import inside, set_sysctls

SEGMENTS = {"lan": 18, "iot": 32, "phone": 40, "vpn": 50}
# Namespace, its interface, the segment, and the number of its host there.
LEGS = (
    *(("router", segment, segment, 1) for segment in SEGMENTS),
    *((segment, "eth0", segment, 7) for segment in SEGMENTS),
    ("node", "eth0", "lan", 10),
    ("node", "eth1", "iot", None),
)
# The host `lan` is a Thread border router as well, with a device behind it.
BORDER_PREFIX, THREAD_PREFIX, THREAD_DEVICE = "fd00:7:1::/64", "fd00:7:2::/64", "fd00:7:2::1"
SERVICES = ("10.43.0.10", "fd00:43::10")
OTHERS = {
    "node": (("cni0", "10.42.0.1/24"), ("cni0", "fd00:42::1/64"), *(("lo", s) for s in SERVICES)),
    "lan": (("eth0", "fd00:7:1::1/64"), ("lo", THREAD_DEVICE)),
}
# Without it, the kernel looks for duplicates of an IPv6 address for a second or two.
NO_WAIT = {f"ipv6/conf/{name}/accept_dad": "0" for name in ("all", "default")}
FORWARD = {"ipv4/ip_forward": "1", "ipv6/conf/all/forwarding": "1"}
TRACK = (
    "table inet site { chain forward { type filter hook forward priority 0;"
    " ct state invalid drop; }; }"
)

Topology = Mapping[str, str]  # the namespace of each role


def hosts(segment: str, number: int) -> tuple[str, str]:
    """The host's addresses, IPv4 and IPv6."""
    return f"192.168.{SEGMENTS[segment]}.{number}", f"fd00:{SEGMENTS[segment]}::{number}"


@dataclass
class Pod:
    """A pod on the node: an `eth0` as a cluster gives it, and interfaces made by the plugins."""

    topology: Topology
    namespace: str
    folder: Path
    interfaces: list[PodInterface] = field(default_factory=list)

    def attach(
        self, conflist: Mapping[str, Any], interface: str, addresses: Sequence[str], mac: str
    ) -> None:
        """ADD. `detach` takes the interface away, whether ADD succeeds or not."""
        node, neighbour = self.topology["node"], self.topology["lan"]
        self.interfaces.append(
            PodInterface(
                segment=Segment(node=node, neighbour=neighbour, pod=self.namespace, parent="eth0"),
                folder=self.folder,
                conflist=conflist,
                interface=interface,
                addresses=addresses,
                mac=mac,
            )
        )
        self.interfaces[-1].add()

    def wait_until(self, is_so: Callable[[], bool]) -> None:
        """Asks again and again; TimeoutError when it is not so within 10 s."""
        deadline = time.monotonic() + 10
        while not is_so():
            if time.monotonic() > deadline:
                raise TimeoutError
            time.sleep(0.02)

    def detach(self) -> None:
        """DEL of every interface, the last one first."""
        while self.interfaces:
            self.interfaces.pop().delete()


@contextmanager
def start_topology() -> Iterator[Topology]:
    """Makes the namespaces and the cables."""
    topology = {role: f"site-{os.getpid()}-{role}" for role in ("switch", "router", "node")}
    topology |= {segment: f"site-{os.getpid()}-{segment}" for segment in SEGMENTS}
    with _namespaces(topology.values()):
        for role, namespace in topology.items():
            set_sysctls(namespace, NO_WAIT | (FORWARD if role in ("router", "node") else {}))
        for role, bridge in (*(("switch", segment) for segment in SEGMENTS), ("node", "cni0")):
            kind = ("type", "bridge", "mcast_snooping", "0")
            ip(topology[role], "link", "add", bridge, "up", *kind)
        for role, interface, segment, number in LEGS:
            _cable(topology["switch"], f"{segment}-{role}", segment, topology[role], interface)
            for version, address in enumerate(hosts(segment, number) if number else ()):
                prefix = f"{address}/{(24, 64)[version]}"
                ip(topology[role], "address", "add", prefix, "dev", interface)
                if role != "router":
                    gateway = hosts(segment, 1)[version]
                    ip(topology[role], "route", "add", "default", "via", gateway)
        for role, others in OTHERS.items():
            for interface, address in others:
                ip(topology[role], "address", "add", address, "dev", interface)
        for role in ("router", "node"):
            with inside(topology[role]):
                subprocess.run(["nft", TRACK], check=True)
        yield topology


@contextmanager
def start_pod(topology: Topology, folder: Path, number: int = 0) -> Iterator[Pod]:
    """A pod. Pods that run at the same time have different numbers."""
    name = f"site-{os.getpid()}-pod{number}"
    with _namespaces([name]):
        # A node forwards IPv4, and the namespaces of its pods inherit that.
        set_sysctls(name, NO_WAIT | {"ipv4/ip_forward": "1"})
        _cable(topology["node"], f"pod{number}", "cni0", name, "eth0")
        for address, router in (("10.42.0.{}/24", "10.42.0.1"), ("fd00:42::{}/64", "fd00:42::1")):
            ip(name, "address", "add", address.format(number + 20), "dev", "eth0")
            ip(name, "route", "add", "default", "via", router)
        yield Pod(topology, name, folder)
        # The kernel takes its time to end a namespace, and the next pod may have this name.
        ip(topology["node"], "link", "delete", f"pod{number}")


@contextmanager
def _namespaces(names: Iterable[str]) -> Iterator[None]:
    made: list[str] = []
    try:
        for name in names:
            subprocess.run(["ip", "netns", "add", name], check=True)
            made.append(name)
            ip(name, "link", "set", "lo", "up")
        yield
    finally:
        for name in made:
            subprocess.run(["ip", "netns", "delete", name], check=True)


def _cable(switch: str, port: str, bridge: str, namespace: str, interface: str) -> None:
    """An interface of the namespace, at a new port of the switch's bridge."""
    ends = ("peer", "name", interface, "netns", namespace)
    ip(switch, "link", "add", port, "up", "master", bridge, "type", "veth", *ends)
    ip(namespace, "link", "set", interface, "up")
