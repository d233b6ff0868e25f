"""The house's wires: a namespace with the LAN, trunks to the nodes, and a neighbour."""

import ctypes
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

LINK = "eth0"
ROUTER, CLUSTER, NEIGHBOUR = "192.168.18.1", "192.168.18.2", "192.168.18.7"
DEVICE = "192.168.32.50"
_CLONE_NEWNET = 0x40000000


def neighbour_of(house: str) -> str:
    """The namespace of another machine on the LAN."""
    return f"{house}-neighbour"


def make_network(house: str, nodes: list[str]) -> None:
    """Makes both namespaces, and the cables: LAN to switch, device to switch, a trunk per node."""
    for name in (house, neighbour_of(house)):
        _run("ip", "netns", "add", name)
        _run("ip", "-n", name, "link", "set", "lo", "up")
    _bridge(house, "lan", "lan-switch")
    for address in (ROUTER, CLUSTER):
        _run("ip", "-n", house, "address", "add", f"{address}/24", "dev", "lan")
    _bridge(house, "iot", "iot-switch", "iot-device")
    for number, _ in enumerate(nodes):
        _bridge(house, f"trunk{number}", f"trunk{number}-sw", f"trunk{number}-node")
    other = neighbour_of(house)
    _run(
        *("ip", "-n", house, "link", "add", "lan-neighbour", "type", "veth"),
        *("peer", "name", "eth0", "netns", other),
    )
    _run("ip", "-n", house, "link", "set", "lan-neighbour", "master", "lan", "up")
    _run("ip", "-n", other, "address", "add", f"{NEIGHBOUR}/24", "dev", "eth0")
    _run("ip", "-n", other, "link", "set", "eth0", "up")


def remove_network(house: str) -> None:
    """Takes both namespaces away, with every process and link in them."""
    for name in (house, neighbour_of(house)):
        if not Path(f"/run/netns/{name}").exists():
            continue
        found = subprocess.run(
            ["ip", "netns", "pids", name], check=True, capture_output=True, text=True
        ).stdout.split()
        own = str(os.getpid())
        for process in found:
            if process != own:
                subprocess.run(["kill", "-9", process], check=False, capture_output=True)
        _run("ip", "netns", "delete", name)


@contextmanager
def inside(house: str) -> Iterator[None]:
    """This thread, and what it starts, is in the house's namespace until the block ends."""
    with Path("/proc/self/ns/net").open("rb") as before:
        with Path(f"/run/netns/{house}").open("rb") as namespace:
            _setns(namespace.fileno())
        try:
            yield
        finally:
            _setns(before.fileno())


def _setns(descriptor: int) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.setns(descriptor, _CLONE_NEWNET) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


def _bridge(house: str, name: str, *taps: str) -> None:
    """A cable between machines; it passes tagged frames as they are."""
    _run("ip", "-n", house, "link", "add", name, "type", "bridge", "mcast_snooping", "0")
    _run("ip", "-n", house, "link", "set", name, "up")
    for tap in taps:
        _run("ip", "-n", house, "tuntap", "add", tap, "mode", "tap")
        _run("ip", "-n", house, "link", "set", tap, "master", name, "up")


def _run(*words: str) -> None:
    subprocess.run(words, check=True)
