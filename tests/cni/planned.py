"""The plan of the site that the topology is, and its interfaces for a pod."""

import os
from typing import Any

from components.network_segment.conflist import conflist
from components.pod_networks.annotation import addresses
from config.site import Site
from tests.cases.sites import changed
from tests.cni.topology import SEGMENTS, Pod

LAN, LAN_MAC = ("192.168.18.32", "fd00:18::32"), "32:44:0b:5a:0e:2e"
IOT, IOT_MAC = ("192.168.32.3", "fd00:32::3"), "00:e0:4c:68:02:3d"
Changes = dict[str, object]
IPV4_ALONE: Changes = {
    "networks/lan/ipv6": None,
    "home_assistant/interfaces/0/ipv6_address": None,
}
LEASED: Changes = {
    **IPV4_ALONE,
    "networks/lan/ipam": "host-local",
    "networks/lan/range": "192.168.18.32-192.168.18.63",
}


def planned_site(changes: Changes) -> Site:
    """The site `home` with IPv6 and a router in both networks, and changed."""
    base: Changes = {
        "cluster/pod_networks": ["10.42.0.0/16", "fd00:42::/56"],
        "cluster/service_networks": ["10.43.0.0/16", "fd00:43::/112"],
        "nodes/k3s-1/interfaces": ["eth0", "eth1"],
        "home_assistant/interfaces/0/ipv6_address": LAN[1],
        "home_assistant/interfaces/1/ipv6_address": IOT[1],
    }
    for name, parent in (("lan", "eth0"), ("iot", "eth1")):
        number = SEGMENTS[name]
        base[f"networks/{name}"] = {
            "type": "macvlan",
            "parent": parent,
            "subnet": f"192.168.{number}.0/24",
            "gateway": f"192.168.{number}.1",
            "ipv6": {"subnet": f"fd00:{number}::/64", "gateway": f"fd00:{number}::1"},
        }
    reading = changed("home", {**base, **changes})
    assert reading.site is not None, [problem.line() for problem in reading.problems]
    return reading.site


def planned_conflist(site: Site, network: str) -> dict[str, Any]:
    """The network's conflist; its name, and so its leases, belong to this process."""
    return conflist(f"site-{os.getpid()}", network, site.conflist_plugins(network))


def attach(pod: Pod, changes: Changes) -> None:
    """Gives the pod the interfaces that the changed site plans, in their order."""
    site = planned_site(changes)
    for interface in site.home_assistant.interfaces:
        pod.attach(
            planned_conflist(site, interface.network),
            interface.name,
            addresses(interface, site.networks[interface.network]),
            interface.mac,
        )
