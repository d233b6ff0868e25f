"""Forms that no plugin of a home network reads: the words of the programs that do."""

import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from config.cluster import K3s
from lab.build.builder import build

LONG_VERSION = f"v1.{'9' * 5000}.1+k3s1"


@dataclass(frozen=True)
class Said:
    """A form that no plugin of a home network reads: `said` are the words of who does."""

    changes: Mapping[str, object]
    said: Callable[[], str]
    shown: str


def _in_a_net(script: str) -> Callable[[], str]:
    return lambda: _words(["unshare", "--net", "sh", "-c", script])


def _of_api_server(flag: str) -> Callable[[], str]:
    return lambda: _words([build("kubernetes") / "kube-apiserver", flag])


def _mtu(size: int) -> Callable[[], str]:
    return _in_a_net(f"ip link add eth0 type veth && ip link set eth0 mtu {size}")


def _version_of_5000_digits() -> str:
    try:
        return str(K3s.model_construct(distribution="k3s", version=LONG_VERSION).cni)
    except ValueError as error:
        return f"the program fails: {error!r}"


SAID: Mapping[str, Said] = {
    "a node's MTU of 67": Said(
        {"nodes/k3s-1/interfaces": [{"name": "eth0", "mtu": 67}]},
        *(_mtu(67), "mtu less than device minimum"),
    ),
    "a node's MTU of 65536": Said(
        {"nodes/k3s-1/interfaces": [{"name": "eth0", "mtu": 65536}]},
        *(_mtu(65536), "mtu greater than device maximum"),
    ),
    "a node's address that is none": Said(
        {"nodes/k3s-1/addresses": ["10.521.0.1"]},
        *(_in_a_net("ip address add 10.521.0.1/24 dev lo"), "any valid prefix is expected"),
    ),
    "a node's address that is nobody's": Said(
        {"nodes/k3s-1/addresses": ["::"]},
        *(_in_a_net("ip address add ::/64 dev lo"), "Invalid address"),
    ),
    "a node's address that is a group's": Said(
        {"nodes/k3s-1/addresses": ["ff02::5"]},
        *(_in_a_net("ip address add ff02::5/64 dev lo"), "Cannot assign multicast address"),
    ),
    "a node at an address that is none": Said(
        {"nodes/k3s-1/host": "912.168.18.10"},
        *(_in_a_net("ssh -o BatchMode=yes root@912.168.18.10"), "Could not resolve hostname"),
    ),
    "services in a network that is none": Said(
        {"cluster/service_networks": ["912.43.0.0/16"]},
        _of_api_server("--service-cluster-ip-range=912.43.0.0/16"),
        "is not a valid cidr",
    ),
    "a k3s release of 5000 digits": Said(
        {"cluster/version": LONG_VERSION}, _version_of_5000_digits, "Exceeds the limit"
    ),
}


def _words(command: Sequence[str | Path]) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60).stderr
