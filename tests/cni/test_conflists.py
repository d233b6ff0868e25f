"""The plugins run the program's conflists with the values of its annotation."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from components.network_segment.conflist import conflist
from components.pod_networks.annotation import addresses
from lab.netns.cni import PodInterface
from lab.netns.namespaces import Segment, ip, missing, start_segment
from tests.cases.sites import changed

CASES: dict[str, tuple[str, int, dict[str, object]]] = {
    "the LAN": ("home", 0, {}),
    "the LAN with an MTU": ("home", 0, {"networks/lan/mtu": 1400}),
    "the LAN, private": ("home", 0, {"networks/lan/mode": "private"}),
    "the LAN with discovery": ("home", 0, {"networks/lan/discovery": True}),
    "the LAN with routes": (
        "home",
        0,
        {
            "networks/lan/gateway": "192.168.18.1",
            "networks/lan/routes": ["10.9.0.0/16"],
        },
    ),
    "the LAN, static": (
        "home",
        0,
        {"networks/lan/ipam": "static", "networks/lan/range": None},
    ),
    "the cabin's dual-stack network": ("cabin", 0, {}),
}
ROUTES: dict[str, set[tuple[str, str]]] = {
    "the LAN with discovery": {("224.0.0.0/4", ""), ("255.255.255.255", "")},
    "the LAN with routes": {("10.9.0.0/16", "192.168.18.1")},
    "the cabin's dual-stack network": {("224.0.0.0/4", ""), ("255.255.255.255", "")},
}


class Planned:
    """One pod interface of a site, on a segment of its own."""

    def __init__(self, case: str, segment: Segment, folder: Path) -> None:
        stack, position, changes = CASES[case]
        site = changed(stack, changes).site
        assert site is not None
        self.interface = site.home_assistant.interfaces[position]
        self.network = site.networks[self.interface.network]
        self.segment = segment
        self.cni = PodInterface(
            segment=segment,
            folder=folder / "net.d",
            conflist=conflist(
                f"test-{segment.node}",
                self.interface.network,
                site.conflist_plugins(self.interface.network),
            ),
            interface=self.interface.name,
            addresses=addresses(self.interface, self.network),
            mac=self.interface.mac,
        )

    def link(self) -> dict[str, Any]:
        (found,) = ip(self.segment.pod, "address", "show", "dev", self.interface.name)
        assert isinstance(found, dict)
        return found


@pytest.fixture
def planned(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Planned]:
    why = missing()
    if why:
        pytest.skip(why)
    parent = "eno1" if CASES[request.param][0] == "cabin" else "eth0"
    with start_segment(parent) as segment:
        yield Planned(request.param, segment, tmp_path)


@pytest.mark.parametrize("planned", CASES, indirect=True)
def test_the_interface_is_as_planned_and_leaves_nothing(
    planned: Planned, request: pytest.FixtureRequest
) -> None:
    before = ip(planned.segment.pod, "route")
    planned.cni.add()

    link = planned.link()
    assert link["address"] == planned.interface.mac
    assert link["mtu"] == (planned.network.mtu or 1500)
    found = [
        f"{entry['local']}/{entry['prefixlen']}"
        for entry in link["addr_info"]
        if entry["scope"] == "global"
    ]
    assert found == addresses(planned.interface, planned.network)
    case = next(name for name in CASES if request.node.callspec.params["planned"] == name)
    routes = [r for r in ip(planned.segment.pod, "route") if r["dev"] == planned.interface.name]
    subnets = {str(s.cidr) for s in planned.network.subnets}
    extra = {(r["dst"], r.get("gateway", "")) for r in routes if r["dst"] not in subnets}
    assert extra == ROUTES.get(case, set())
    (default,) = ip(planned.segment.pod, "route", "show", "default")
    assert default["dev"] == "eth0"

    planned.cni.delete()
    assert ip(planned.segment.pod, "route") == before
    assert len(ip(planned.segment.pod, "link")) == 2
    name = str(planned.cni.conflist["name"])
    leases = Path("/run/cni/multihome") / name
    assert not [p for p in leases.glob("*") if p.name[0].isdigit() and ":" not in p.name]
    assert not list(Path("/var/lib/cni/results").glob(f"{name}-*"))


CAPTURE = """
import socket, sys
s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(0x0800))
s.bind(("lan0", 0)); s.settimeout(20); print("ready", flush=True)
while True:
    frame = s.recv(2048)
    if frame[30:34] == socket.inet_aton("224.0.0.251"):
        print(frame[:6].hex(":"), frame[6:12].hex(":"), flush=True); break
"""
SEND = """
import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.sendto(b"discovery", ("224.0.0.251", 5353))
"""


@pytest.mark.parametrize("planned", ["the LAN with discovery"], indirect=True)
def test_a_multicast_frame_leaves_with_a_multicast_mac_and_the_pod_s_own(
    planned: Planned,
) -> None:
    planned.cni.add()
    inside = ("ip", "netns", "exec")
    with subprocess.Popen(
        [*inside, planned.segment.neighbour, sys.executable, "-c", CAPTURE],
        stdout=subprocess.PIPE,
        text=True,
    ) as capture:
        assert capture.stdout is not None
        assert capture.stdout.readline() == "ready\n"
        subprocess.run([*inside, planned.segment.pod, sys.executable, "-c", SEND], check=True)
        destination, source = capture.stdout.readline().split()
    planned.cni.delete()

    assert destination == "01:00:5e:00:00:fb"
    assert source == planned.interface.mac


@pytest.mark.parametrize("planned", ["the LAN"], indirect=True)
def test_a_host_on_the_lan_is_reached_without_a_router(planned: Planned) -> None:
    planned.cni.add()
    ip(planned.segment.neighbour, "address", "add", "192.168.18.7/24", "dev", "lan0")
    (route,) = ip(planned.segment.pod, "route", "get", "192.168.18.7")
    send = "import socket; socket.create_connection(('192.168.18.7', 9), 10)"
    done = subprocess.run(
        ["ip", "netns", "exec", planned.segment.pod, sys.executable, "-c", send],
        check=False,
        capture_output=True,
        text=True,
    )
    planned.cni.delete()

    assert "gateway" not in route
    assert route["dev"] == "net1"
    # The host answered by a refusal: nothing listens there.
    assert "ConnectionRefusedError" in done.stderr
