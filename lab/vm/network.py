"""A lab's network: a namespace with the LAN and a trunk per node, and one for a neighbour."""

import ctypes
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from lab.vm.process import end_processes

LINK = "eth0"
ROUTER, CLUSTER, NEIGHBOUR = "192.168.18.1", "192.168.18.2", "192.168.18.7"
DEVICE = "192.168.32.50"
_CLONE_NEWNET = 0x40000000


def neighbour_of(lab: str) -> str:
    """The namespace of another machine on the LAN."""
    return f"{lab}-neighbour"


def has_network(lab: str) -> bool:
    """Whether the lab's namespace exists."""
    return Path(f"/run/netns/{lab}").exists()


def make_network(lab: str, nodes: list[str]) -> None:
    """Makes both namespaces, and the cables: LAN to switch, device to switch, a trunk per node."""
    for name in (lab, neighbour_of(lab)):
        _run("ip", "netns", "add", name)
        _run("ip", "-n", name, "link", "set", "lo", "up")
    _cable(lab, "lan", "lan-switch")
    for address in (ROUTER, CLUSTER):
        _run("ip", "-n", lab, "address", "add", f"{address}/24", "dev", "lan")
    _cable(lab, "iot", "iot-switch", "iot-device")
    for number, _ in enumerate(nodes):
        _cable(lab, f"trunk{number}", f"trunk{number}-sw", f"trunk{number}-node")
    other = neighbour_of(lab)
    _run(
        *("ip", "-n", lab, "link", "add", "lan-neighbour", "type", "veth"),
        *("peer", "name", "eth0", "netns", other),
    )
    _run("ip", "-n", lab, "link", "set", "lan-neighbour", "master", "lan", "up")
    _run("ip", "-n", other, "address", "add", f"{NEIGHBOUR}/24", "dev", "eth0")
    _run("ip", "-n", other, "link", "set", "eth0", "up")


def remove_network(lab: str) -> list[int]:
    """Ends every process in both namespaces, then removes these; gives the ids of the ended.

    Raises `TimeoutError` when a process does not end.
    """
    ended: list[int] = []
    for name in (lab, neighbour_of(lab)):
        if not has_network(name):
            continue
        # A process may have started another before it was killed.
        while found := _processes(name):
            end_processes(found)
            ended += found
        _run("ip", "netns", "delete", name)
    return ended


@contextmanager
def inside(lab: str) -> Iterator[None]:
    """This thread, and what it starts, is in the lab's namespace until the block ends."""
    with Path("/proc/self/ns/net").open("rb") as before:
        with Path(f"/run/netns/{lab}").open("rb") as namespace:
            _setns(namespace.fileno())
        try:
            yield
        finally:
            _setns(before.fileno())


def _processes(namespace: str) -> list[int]:
    """The processes in the namespace, without this one."""
    found = subprocess.run(
        ["ip", "netns", "pids", namespace], check=True, capture_output=True, text=True
    ).stdout.split()
    return [int(process) for process in found if int(process) != os.getpid()]


def _setns(descriptor: int) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.setns(descriptor, _CLONE_NEWNET) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


def _cable(lab: str, name: str, *taps: str) -> None:
    """A bridge between machines; it forwards tagged frames unchanged."""
    _run("ip", "-n", lab, "link", "add", name, "type", "bridge", "mcast_snooping", "0")
    _run("ip", "-n", lab, "link", "set", name, "up")
    for tap in taps:
        _run("ip", "-n", lab, "tuntap", "add", tap, "mode", "tap")
        _run("ip", "-n", lab, "link", "set", tap, "master", name, "up")


def _run(*words: str) -> None:
    subprocess.run(words, check=True)
