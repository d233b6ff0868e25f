"""The plugins make of each form of a network the interface that is planned."""

import pytest

from components.pod_networks.annotation import addresses
from lab.netns.namespaces import ip
from tests.cni.frames import Capture, is_answered, listening, packed
from tests.cni.planned import LEASED, Changes, attach, planned_site
from tests.cni.topology import Pod, Topology, hosts

ROUTES = {"10.9.0.0/16": "192.168.18.1", "fd00:9::/64": "fd00:18::1"}
# Each with the routes beside those of the subnets, by destination; "" is on the link.
CASES: dict[str, tuple[Changes, dict[str, str]]] = {
    "dual-stack": ({}, {}),
    "host-local": (LEASED, {}),
    "an MTU": ({"networks/lan/mtu": 1400}, {}),
    "private": ({"networks/lan/mode": "private"}, {}),
    "routes": ({"networks/lan/routes": list(ROUTES)}, ROUTES),
    "discovery": ({"networks/lan/discovery": True}, {"224.0.0.0/4": "", "255.255.255.255": ""}),
}


@pytest.mark.parametrize("case", CASES)
def test_the_interface_is_as_planned(pod: Pod, case: str) -> None:
    changes, expected = CASES[case]
    site = planned_site(changes)
    planned, network = site.home_assistant.interfaces[0], site.networks["lan"]
    attach(pod, changes)

    (link,) = ip(pod.namespace, "address", "show", "dev", planned.name)
    assert (link["address"], link["mtu"]) == (planned.mac, network.mtu or 1500)
    given = [a for a in link["addr_info"] if a["scope"] == "global"]
    assert [f"{a['local']}/{a['prefixlen']}" for a in given] == addresses(planned, network)
    routes = [r for v in "46" for r in ip(pod.namespace, f"-{v}", "route")]
    beside = {r["dst"]: r.get("gateway", "") for r in routes if r.get("protocol") != "kernel"}
    assert beside == {"default": "fd00:42::1", **expected}
    defaults = [r["dev"] for r in routes if r["dst"] == "default"]
    assert defaults == ["eth0", "eth0"]


def test_a_host_of_the_segment_is_reached_without_a_router(topology: Topology, pod: Pod) -> None:
    attach(pod, {})
    (host,) = ip(topology["lan"], "link", "show", "dev", "eth0")
    with listening(topology["lan"]), Capture(pod.namespace) as seen:
        for address in hosts("lan", 7):
            assert is_answered(pod.namespace, address)
            frames = seen.sent(packed(address))
            assert {f.interface for f in frames} == {"net1"}
            assert host["address"] in {f.macs[1] for f in frames}
