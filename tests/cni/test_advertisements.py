"""What a pod takes from the routers of its networks, which advertise often and with preference."""

import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from components.pod_networks.annotation import addresses
from lab.netns.namespaces import ip
from tests.cases.rules import CASES
from tests.cases.sites import unchecked_site
from tests.cni.frames import Capture, is_answered, listening, open_socket, packed, set_sysctls
from tests.cni.planned import IPV4_ALONE, LAN, Changes, attach, planned_conflist, planned_site
from tests.cni.router_advertisements import advertise, advertisement
from tests.cni.topology import (
    BORDER_PREFIX,
    THREAD_DEVICE,
    THREAD_PREFIX,
    Pod,
    Topology,
    hosts,
    start_pod,
)

STARTS = 24
ROUTER_PREFIX = "fd00:99::/64"
TO_ALL_NODES = packed("ff02::1") + b"\x86"  # the type of an advertisement
# While the kernel looks for duplicates of the leased address, the plugin waits for it.
HOST_LOCAL: Changes = {
    **IPV4_ALONE,
    "networks/lan/ipam": "host-local",
    "networks/lan/subnet": "fd00:18::/64",
    "networks/lan/range": "fd00:18::20-fd00:18::3f",
    "networks/lan/gateway": "fd00:18::1",
    "home_assistant/interfaces/0/address": LAN[1],
}


def taken(pod: Pod) -> list[str]:
    """The addresses and the destinations of routes that `net1` has from advertisements."""
    (link,) = ip(pod.namespace, "address", "show", "dev", "net1")
    routes = ip(pod.namespace, "-6", "route", "show", "table", "all", "dev", "net1")
    return [a["local"] for a in link["addr_info"] if a.get("dynamic")] + [
        route["dst"] for route in routes if route["protocol"] == "ra" or "expires" in route
    ]


@pytest.fixture
def router(topology: Topology) -> Iterator[None]:
    """The router says every 20 ms that it is the default one, with a prefix of its own."""
    message = advertisement(lifetime=1800, prefix=ROUTER_PREFIX)
    with advertise(topology["router"], "lan", message, seconds=0.02):
        yield


@pytest.mark.usefixtures("router")
@pytest.mark.parametrize(
    ("changes", "address"),
    [
        ({}, "fd00:18::{:x}/64"),
        (HOST_LOCAL, "fd00:18::{:x}/64"),
        (IPV4_ALONE, "192.168.18.{}/24"),
    ],
    ids=["static", "host-local", "IPv4"],
)
def test_of_24_pods_that_ignore_advertisements_none_takes_one(
    topology: Topology, tmp_path: Path, changes: Changes, address: str
) -> None:
    config = planned_conflist(planned_site(changes), "lan")

    def start(number: int) -> list[str]:
        with start_pod(topology, tmp_path / str(number), number) as pod:
            set_sysctls(pod.namespace, {"ipv6/conf/default/accept_dad": "1"})
            pod.attach(
                config, "net1", [address.format(32 + number)], f"02:00:00:00:00:{number:02x}"
            )
            with Capture(pod.namespace) as seen:
                seen.wait_for(TO_ALL_NODES)
                # By the second one, the kernel is done with the first.
                seen.wait_for(TO_ALL_NODES)
            found = taken(pod)
            pod.detach()
            return found

    with ThreadPoolExecutor(12) as starting:
        assert list(starting.map(start, range(STARTS))) == [[]] * STARTS


@pytest.mark.usefixtures("router")
def test_behind_a_border_router_a_device_answers_a_pod_that_takes_no_default_route(
    topology: Topology, pod: Pod
) -> None:
    attach(pod, {**IPV4_ALONE, "networks/lan/router_advertisements": "no_default_route"})
    message = advertisement(lifetime=0, prefix=BORDER_PREFIX, route=THREAD_PREFIX)
    with advertise(topology["lan"], "eth0", message, seconds=0.02):
        pod.wait_until(lambda: {ROUTER_PREFIX, BORDER_PREFIX, THREAD_PREFIX} <= set(taken(pod)))

    with listening(topology["lan"]), Capture(pod.namespace) as seen:
        assert is_answered(pod.namespace, THREAD_DEVICE)
        assert {f.interface for f in seen.sent(packed(THREAD_DEVICE))} == {"net1"}
    assert "default" not in taken(pod)


@pytest.mark.usefixtures("router")
def test_the_cluster_s_default_route_stays_first_where_a_router_s_is_accepted(pod: Pod) -> None:
    attach(pod, {"networks/lan/router_advertisements": "accept"})
    pod.wait_until(lambda: "default" in taken(pod))

    with Capture(pod.namespace) as seen, open_socket(pod.namespace, "::", socket.SOCK_DGRAM) as s:
        s.sendto(b"to anywhere", (hosts("phone", 7)[1], 9))
        assert seen.wait_for(b"to anywhere").interface == "eth0"


@pytest.mark.usefixtures("router")
def test_without_the_settings_of_ipv6_the_pod_takes_a_router_s_default_route(pod: Pod) -> None:
    site = unchecked_site(CASES["nodes-differ-in-ipv6"])
    lan, network = site.home_assistant.interfaces[0], site.networks["lan"]
    # The cluster of this site has no IPv6.
    ip(pod.namespace, "-6", "route", "delete", "default")
    pod.attach(planned_conflist(site, "lan"), lan.name, addresses(lan, network), lan.mac)
    pod.wait_until(lambda: "default" in taken(pod))

    with Capture(pod.namespace) as seen, open_socket(pod.namespace, "::", socket.SOCK_DGRAM) as s:
        s.sendto(b"to anywhere", (hosts("phone", 7)[1], 9))
        assert seen.wait_for(b"to anywhere").interface == "net1"
