"""Multicast and limited broadcast leave by the discovery network, and by no other."""

import socket

import pytest

from tests.cni.frames import Capture, open_socket
from tests.cni.planned import IOT_MAC, LAN_MAC, Changes, attach
from tests.cni.topology import Pod, Topology

GROUPS = {
    "255.255.255.255": "ff:ff:ff:ff:ff:ff",  # Wake-on-LAN
    "224.0.0.251": "01:00:5e:00:00:fb",  # mDNS
    "239.255.255.250": "01:00:5e:7f:ff:fa",  # SSDP
}
ONE: Changes = {"networks/lan/discovery": True}
SECOND: Changes = {
    **ONE,
    **{f"networks/{name}/source_based_routing": True for name in ("lan", "iot")},
    "networks/iot/discovery": True,
    "home_assistant/discovery_default": "iot",
}


@pytest.mark.parametrize(
    ("changes", "segment", "expected"),
    [(ONE, "lan", ("net1", LAN_MAC)), (SECOND, "iot", ("net1.2", IOT_MAC))],
    ids=["one network", "the second of two, by default"],
)
def test_discovery_reaches_its_network_with_the_pod_s_mac(
    topology: Topology,
    pod: Pod,
    changes: Changes,
    segment: str,
    expected: tuple[str, str],
) -> None:
    interface, mac = expected
    attach(pod, changes)
    for group, group_mac in GROUPS.items():
        with (
            Capture(topology[segment]) as heard,
            Capture(pod.namespace) as seen,
            open_socket(pod.namespace, group, socket.SOCK_DGRAM) as sender,
        ):
            sender.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
            sender.sendto(b"discovery", (group, 9))
            assert heard.wait_for(b"discovery").macs == (mac, group_mac)
            assert {f.interface for f in seen.sent(b"discovery")} == {interface}
