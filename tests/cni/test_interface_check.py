"""The script that verifies a pod, in a pod that the plugins made: what it says of each change."""

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from components.network_segment.conflist import conflist
from components.pod_networks import verification
from components.pod_networks.annotation import addresses
from components.pod_networks.plan import pod_plan
from components.pod_networks.verify_interfaces import Plan
from config.routing import routing_table
from config.site import Site
from lab.netns.cni import PodInterface
from lab.netns.namespaces import Segment, ip, missing, start_segment
from tests.cases.sites import changed

NAME = "net1.2"
ADVERTISEMENTS = "networks/lan/router_advertisements"
DUAL: dict[str, object] = {
    "nodes/k3s-1/interfaces": ["eth0"],
    "networks/lan": {
        "type": "macvlan",
        "parent": "eth0",
        "ipam": "static",
        "subnet": "192.168.18.0/24",
        "gateway": "192.168.18.1",
        "ipv6": {"subnet": "fd00:18::/64", "gateway": "fd00:18::1"},
        "routes": ["10.9.0.0/16", "fd00:9::/48"],
        "discovery": True,
        "source_based_routing": True,
    },
    "home_assistant/interfaces": [
        {
            "network": "lan",
            "name": NAME,
            "address": "192.168.18.32",
            "ipv6_address": "fd00:18::32",
            "mac": "32:44:0b:5a:0e:2e",
        }
    ],
}
HEALTHY = "the pod is as planned"


@dataclass(frozen=True, kw_only=True)
class Pod:
    """A pod on a segment, and the plan that it was made from."""

    segment: Segment
    folder: Path
    plan: Plan

    def change(self, command: str) -> None:
        """Runs a command of `ip`, or sets a sysctl, `path=value`."""
        path, is_sysctl, value = command.partition("=")
        if is_sysctl:
            write = f"open('/proc/sys/{path}', 'w').write('{value}')"
            inside = ("ip", "netns", "exec", self.segment.pod, sys.executable, "-c", write)
            subprocess.run(inside, check=True)
        else:
            ip(self.segment.pod, *command.split())

    def verdict(self, patience: int) -> list[str]:
        """What the script says, run as in the pod; its exit status is 0 for nothing to say."""
        told, verified = self.folder / "told", self.folder / "verified"
        told.unlink(missing_ok=True)
        *_, plan, _, _, _ = verification.container("image", self.plan)["command"]
        script = verification.script()
        words = [sys.executable, "-I", "-c", script, plan, str(patience), str(told), str(verified)]
        inside = ["setpriv", "--bounding-set=-all", "--inh-caps=-all", *words]
        with subprocess.Popen(
            ["ip", "netns", "exec", self.segment.pod, *inside], stdout=subprocess.PIPE, text=True
        ) as process:
            assert process.stdout is not None
            try:
                first = process.stdout.readline().strip()
                if first == HEALTHY:
                    assert verified.exists()
                    process.send_signal(signal.SIGTERM)
                lines = [first, *process.stdout.read().splitlines()]
                process.wait()
            finally:
                process.kill()
        if first == HEALTHY:
            assert process.returncode == 0
            return []
        assert process.returncode == 1
        assert told.read_text().splitlines() == lines
        return lines


def site_with(advertisements: str) -> Site:
    site = changed("home", {**DUAL, ADVERTISEMENTS: advertisements}).site
    assert site is not None
    return site


@contextmanager
def start_pod(
    folder: Path, advertisements: str = "ignore", *, detects_duplicates: bool = True
) -> Iterator[Pod]:
    """A pod whose IPv6 addresses are usable at once when it detects no duplicates."""
    why = missing()
    if why:
        pytest.skip(why)
    site = site_with(advertisements)
    (interface,) = site.home_assistant.interfaces
    with start_segment("eth0") as segment:
        cni = PodInterface(
            segment=segment,
            folder=folder / "net.d",
            conflist=conflist(f"test-{segment.node}", "lan", site.conflist_plugins("lan")),
            interface=interface.name,
            addresses=addresses(interface, site.networks["lan"]),
            mac=interface.mac,
        )
        pod = Pod(segment=segment, folder=folder, plan=pod_plan(site))
        if not detects_duplicates:
            pod.change("net/ipv6/conf/default/accept_dad=0")
        cni.add()
        try:
            yield pod
        finally:
            cni.delete()


def test_a_healthy_pod_is_as_planned_once_its_ipv6_address_is_usable(tmp_path: Path) -> None:
    with start_pod(tmp_path) as pod:
        assert pod.verdict(patience=0) == [
            f"{NAME} IPv6 address: expected fd00:18::32/64, found fd00:18::32/64 tentative"
        ]
        assert pod.verdict(patience=15) == []


TABLE = routing_table("homeassistant", "lan")
GATEWAY = "via 192.168.18.1"
# What is changed in the pod, by the lines that the script ends with.
DIFFERENCES = {
    f"{NAME} IPv4 address: expected 192.168.18.32/24, found 192.168.18.33/24": [
        f"net/ipv4/conf/{NAME}/promote_secondaries=1",
        f"address add 192.168.18.33/24 dev {NAME}",
        f"address delete 192.168.18.32/24 dev {NAME}",
    ],
    f"{NAME} IPv4 address: expected 192.168.18.32/24, found 192.168.18.32/25": [
        f"address add 192.168.18.32/25 dev {NAME}",
        f"address delete 192.168.18.32/24 dev {NAME}",
    ],
    f"{NAME} MAC: expected 32:44:0b:5a:0e:2e, found 02:00:00:00:00:01": [
        f"link set {NAME} address 02:00:00:00:00:01"
    ],
    f"{NAME} MTU: expected 1500, found 1400": [f"link set {NAME} mtu 1400"],
    f"{NAME} route 10.9.0.0/16: expected {GATEWAY}, found none": ["route delete 10.9.0.0/16"],
    f"{NAME} route fd00:9::/48: expected via fd00:18::1, found none": [
        "-6 route delete fd00:9::/48"
    ],
    f"{NAME} route 10.9.0.0/16: expected {GATEWAY}, found via 192.168.18.2": [
        f"route replace 10.9.0.0/16 via 192.168.18.2 dev {NAME}"
    ],
    f"{NAME} route 0.0.0.0/0 table {TABLE}: expected {GATEWAY}, found none": [
        f"route delete default table {TABLE}"
    ],
    f"{NAME} route 10.8.0.0/16: expected none, found {GATEWAY}": [
        f"route add 10.8.0.0/16 {GATEWAY} dev {NAME}"
    ],
    "eth0 route 10.9.0.0/16: expected none, found via 10.42.0.1 metric 5": [
        "route add 10.9.0.0/16 via 10.42.0.1 dev eth0 metric 5"
    ],
    f"IPv4 default route: expected by eth0, found by {NAME}": [
        f"route replace default {GATEWAY} dev {NAME}"
    ],
    f"IPv4 default route: expected by eth0, found by eth0 and by {NAME}": [
        f"route replace default nexthop {GATEWAY} dev {NAME} nexthop via 10.42.0.1 dev eth0"
    ],
    f"{NAME} route 0.0.0.0/0: expected none, found {GATEWAY} metric 50": [
        f"route add default {GATEWAY} dev {NAME} metric 50"
    ],
    f"{NAME} IPv6 address: expected none, found fd00:bad::5/64": [
        f"address add fd00:bad::5/64 dev {NAME} valid_lft 3600 preferred_lft 3600"
    ],
    "eth0 IPv4 address: expected none, found 192.168.18.32/24": [
        "address add 192.168.18.32/24 dev eth0"
    ],
    f"rule from 192.168.18.32: expected lookup {TABLE}, found none": [
        f"rule delete table {TABLE} from 192.168.18.32"
    ],
    "rule from 192.168.18.0/24 iif eth0 fwmark 0x5: expected none, found lookup 100": [
        "rule add from 192.168.18.0/24 iif eth0 fwmark 5 lookup 100"
    ],
    f"{NAME} sysctl net/ipv4/conf/{NAME}/arp_ignore: expected 1, found 0": [
        f"net/ipv4/conf/{NAME}/arp_ignore=0"
    ],
    "net2 MAC: expected none, found 02:00:00:00:00:02": [
        "link add net2 address 02:00:00:00:00:02 type veth peer name net3",
        "link set net2 up",
    ],
    f"{NAME}: expected an interface, found none": [f"link delete {NAME}"],
}

# A router that advertises itself, the prefix fd00:5:: and a route to fd00:6::/64.
ROUTER = """
import socket, struct
router = socket.socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_ICMPV6)
router.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_HOPS, 255)
prefix = struct.pack("!BBBBIII", 3, 4, 64, 0xC0, 9000, 9000, 0)
prefix += socket.inet_pton(socket.AF_INET6, "fd00:5::")
route = struct.pack("!BBBBI", 24, 2, 64, 0, 9000) + bytes.fromhex("fd00000600000000")
said = struct.pack("!BBHBBHII", 134, 0, 0, 64, 0, 9000, 0, 0) + prefix + route
router.bind(("fe80::9", 0, 0, socket.if_nametoindex("lan0")))
router.sendto(said, ("ff02::1", 0, 0, socket.if_nametoindex("lan0")))
"""


@pytest.mark.parametrize("line", DIFFERENCES)
def test_one_line_names_what_differs(tmp_path: Path, line: str) -> None:
    with start_pod(tmp_path, detects_duplicates=False) as pod:
        assert pod.verdict(patience=0) == []
        for command in DIFFERENCES[line]:
            pod.change(command)

        assert pod.verdict(patience=0) == [line]


FROM_ROUTER = "via fe80::9"
TAKEN = [
    f"{NAME} IPv6 address: expected none, found fd00:5::3044:bff:fe5a:e2e/64",
    f"{NAME} route ::/0: expected none, found {FROM_ROUTER}",
    f"{NAME} route fd00:6::/64: expected none, found {FROM_ROUTER}",
]


@pytest.mark.parametrize(
    ("taken", "planned", "lines"),
    [
        ("no_default_route", "no_default_route", []),
        ("accept", "accept", []),
        ("accept", "ignore", TAKEN),
        ("accept", "no_default_route", TAKEN[1:2]),
    ],
)
def test_a_pod_has_from_routers_what_its_network_takes_and_no_more(
    tmp_path: Path, taken: str, planned: str, lines: list[str]
) -> None:
    with start_pod(tmp_path, taken, detects_duplicates=False) as pod:
        assert pod.verdict(patience=0) == []
        ip(pod.segment.neighbour, "address", "add", "fe80::9/64", "dev", "lan0", "nodad")
        subprocess.run(
            ["ip", "netns", "exec", pod.segment.neighbour, sys.executable, "-c", ROUTER], check=True
        )
        wait_for_route(pod, "fd00:6::/64")

        plan: Plan = {**pod_plan(site_with(planned)), "expected": pod.plan["expected"]}
        assert sorted(replace(pod, plan=plan).verdict(patience=0)) == lines


def wait_for_route(pod: Pod, destination: str) -> None:
    deadline = time.monotonic() + 20
    while not ip(pod.segment.pod, "-6", "route", "show", destination):
        assert time.monotonic() < deadline, f"no route to {destination}"
        time.sleep(0.05)
