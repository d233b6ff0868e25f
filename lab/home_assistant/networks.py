"""The networks of the seed article's pod, with one host at the other end of each."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from lab.netns.namespaces import ip

POD, POD_IN_LAN, POD_IN_IOT = "10.42.0.5", "192.168.18.32", "192.168.32.3"
# The addresses of the host in the pod network: the node's, and a proxy's.
NODE, PROXY = "10.42.0.1", "10.42.0.9"
# The pod's interface, its address, the host, and its addresses.
INTERFACES = (
    ("eth0", POD, "cluster", (NODE, PROXY)),
    ("net1", POD_IN_LAN, "lan", ("192.168.18.50",)),
    ("net1.2", POD_IN_IOT, "iot", ("192.168.32.50",)),
)


@dataclass(frozen=True, kw_only=True)
class Networks:
    """The namespaces: the pod's, and those of the hosts."""

    pod: str
    cluster: str
    lan: str
    iot: str


@contextmanager
def start_networks() -> Iterator[Networks]:
    """Makes the namespaces and their interfaces."""
    names = {role: f"ha-{os.getpid()}-{role}" for role in ("pod", "cluster", "lan", "iot")}
    made: list[str] = []
    try:
        for name in names.values():
            subprocess.run(["ip", "netns", "add", name], check=True)
            made.append(name)
            ip(name, "link", "set", "lo", "up")
        for interface, address, host, others in INTERFACES:
            ends = ("peer", "name", interface, "netns", names["pod"])
            ip(names[host], "link", "add", "eth0", "type", "veth", *ends)
            ip(names["pod"], "address", "add", f"{address}/24", "dev", interface)
            ip(names["pod"], "link", "set", interface, "up")
            for other in others:
                ip(names[host], "address", "add", f"{other}/24", "dev", "eth0")
            ip(names[host], "link", "set", "eth0", "up")
        ip(names["pod"], "route", "add", "default", "via", NODE)
        yield Networks(**names)
    finally:
        for name in made:
            subprocess.run(["ip", "netns", "delete", name], check=True)
