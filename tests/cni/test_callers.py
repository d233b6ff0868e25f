"""Callers from other subnets are answered by the interface that they asked."""

import socket
import subprocess

import pytest

from lab.netns.namespaces import ip
from tests.cni.frames import (
    PORT,
    Capture,
    inside,
    is_answered,
    listening,
    open_socket,
    packed,
    set_sysctls,
)
from tests.cni.planned import IOT, LAN, Changes, attach
from tests.cni.topology import SERVICES, Pod, Topology, hosts

ASKED = {"net1": ("lan", LAN), "net1.2": ("iot", IOT)}
BOTH_NETWORKS: Changes = {f"networks/{name}/source_based_routing": True for name in ("lan", "iot")}


def mac(namespace: str, interface: str) -> str:
    (link,) = ip(namespace, "link", "show", "dev", interface)
    return str(link["address"])


@pytest.mark.parametrize("version", [0, 1], ids=["IPv4", "IPv6"])
def test_without_the_key_the_answer_goes_to_the_cluster_which_drops_it(
    topology: Topology, pod: Pod, version: int
) -> None:
    attach(pod, {})
    answer = packed(LAN[version], hosts("phone", 7)[version])

    with (
        listening(pod.namespace),
        Capture(pod.namespace) as seen,
        Capture(topology["node"]) as node,
    ):
        assert not is_answered(topology["phone"], LAN[version], seconds=1.5)
        assert {frame.interface for frame in seen.sent(answer)} == {"eth0"}
        assert not node.sent(answer)


@pytest.mark.parametrize("rp_filter", ["0", "1"], ids=["no rp_filter", "strict rp_filter"])
def test_with_the_key_the_interface_that_was_asked_answers(
    topology: Topology, pod: Pod, rp_filter: str
) -> None:
    attach(pod, BOTH_NETWORKS)
    names = ("all", *ASKED)
    set_sysctls(pod.namespace, {f"ipv4/conf/{name}/rp_filter": rp_filter for name in names})

    with listening(pod.namespace), Capture(pod.namespace) as seen:
        for interface, (segment, addresses) in ASKED.items():
            router = mac(topology["router"], segment)
            neighbour = mac(topology[segment], "eth0")
            for caller, by in (("phone", router), ("vpn", router), (segment, neighbour)):
                for address, source in zip(addresses, hosts(caller, 7), strict=True):
                    assert is_answered(topology[caller], address)
                    frames = seen.sent(packed(address, source))
                    assert {(f.interface, f.macs[1]) for f in frames} == {(interface, by)}


def test_with_the_key_services_and_names_are_asked_by_the_cluster(
    topology: Topology, pod: Pod
) -> None:
    attach(pod, BOTH_NETWORKS)
    with listening(topology["node"]), Capture(pod.namespace) as seen:
        for service in SERVICES:
            assert is_answered(pod.namespace, service)
            with (
                open_socket(topology["node"], service, socket.SOCK_DGRAM) as names,
                open_socket(pod.namespace, service, socket.SOCK_DGRAM) as asker,
            ):
                names.bind((service, 53))
                asker.sendto(b"question", (service, 53))
                names.sendto(b"answer", names.recvfrom(100)[1])
                assert asker.recv(100) == b"answer"
            assert {f.interface for f in seen.sent(packed(service))} == {"eth0"}


@pytest.mark.parametrize("keeps_caller", [True, False], ids=["Local", "Cluster"])
def test_a_service_that_keeps_the_caller_s_address_is_answered_past_the_node(
    topology: Topology, pod: Pod, *, keeps_caller: bool
) -> None:
    attach(pod, {})
    (link,) = ip(pod.namespace, "address", "show", "dev", "eth0")
    own, node, neighbour = link["addr_info"][0]["local"], hosts("lan", 10)[0], hosts("lan", 7)[0]
    # As kube-proxy's rules send the node's port to the pod.
    service = f"""
        table ip service {{
            chain to {{
                type nat hook prerouting priority dstnat
                ip daddr {node} tcp dport {PORT} dnat to {own}
            }}
            chain from {{
                type nat hook postrouting priority srcnat
                oifname cni0 {"accept" if keeps_caller else "masquerade"}
            }}
        }}
    """
    with inside(topology["node"]):
        subprocess.run(["nft", service], check=True)
    try:
        with listening(pod.namespace), Capture(pod.namespace) as seen:
            assert is_answered(topology["lan"], node, seconds=1.5) is not keeps_caller
            past_the_node = {frame.interface for frame in seen.sent(packed(own, neighbour))}
            assert past_the_node == ({"net1"} if keeps_caller else set())
    finally:
        with inside(topology["node"]):
            subprocess.run(["nft", "delete table ip service"], check=True)
