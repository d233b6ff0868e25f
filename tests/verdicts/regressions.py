"""Changes of the article's site that were misjudged once: each is accepted, and works."""

from collections.abc import Mapping

from tests.cases.changes import (
    BOTH_VERSIONS,
    DUAL,
    IOT_ROUTED,
    LAN6,
    LAN6_TWICE,
    NODE2,
    NODE_AT_IOT_ADDRESS,
    PODS6,
    ROUTED,
    STATIC,
    iot,
)
from tests.cases.rules import CASES

_IOT6 = iot("fd00:32::/64", "fd00:32::3")
_IOT6_ROUTED = {
    **_IOT6,
    "networks/iot/gateway": "fe80::1",
    "networks/iot/routes": ["2001:db8:5::/48"],
}
_IOT_UNTAGGED = {"networks/iot/type": "macvlan", "networks/iot/vlan_id": None}
_LAN_ROUTES = {**ROUTED, "networks/lan/routes": ["10.9.0.0/16"]}
_IPV6_FIRST = {
    **LAN6,
    "networks/lan/ipv6": {"subnet": "192.168.18.0/24"},
    "home_assistant/interfaces/0/ipv6_address": "192.168.18.32",
}
_NODE_IS_ROUTER = {**PODS6, "nodes/k3s-1/host": "192.168.32.1", **IOT_ROUTED}


def _beside_fd00(subnet: str, address: str) -> Mapping[str, object]:
    """The LAN with `fd00::/64` and another IPv6 subnet."""
    own = "home_assistant/interfaces/0/ipv6_address"
    return {**CASES["subnet-beside-ipv6"], "networks/lan/ipv6": {"subnet": subnet}, own: address}


def _dual_by(gateway: str) -> Mapping[str, object]:
    """The LAN with an IPv6 subnet and its gateway."""
    return {**DUAL, "networks/lan/ipv6": {"subnet": "fd00:18::/64", "gateway": gateway}}


REGRESSIONS: Mapping[str, Mapping[str, object]] = {
    "two addresses, IPv4": iot("192.168.32.2/31", "192.168.32.3"),
    "the first of two addresses, IPv4": iot("192.168.32.2/31", "192.168.32.2"),
    "two addresses, IPv6": iot("fd00:32::2/127", "fd00:32::2"),
    "the first address of a subnet": CASES["address-first-of-subnet"],
    "a link-local subnet": CASES["subnet-link-local"],
    "two IPv4 subnets": CASES["ipv6-subnet"],
    "two IPv6 subnets": CASES["subnet-beside-ipv6"],
    "two IPv6 subnets of one network, one in the other": _beside_fd00("fd00::/48", "fd00:0:0:1::3"),
    "the same IPv6 subnet twice in one network": _beside_fd00("fd00::/64", "fd00::4"),
    "an IPv6 route to its own subnet": CASES["route-beside-link"],
    "an IPv6 route to another network of the pod": {
        **CASES["route-beside-link"],
        **_IOT6,
        "networks/lan/routes": ["fd00:32::/64"],
    },
    "a node that has the broadcast's address": CASES["subnet-ends-at-node"],
    "one MAC on two segments": CASES["mac-on-two-segments"],
    "the node's MAC on a VLAN of it": {
        "nodes/k3s-1/interfaces": [{"name": "eth0", "mac": "00:e0:4c:68:02:3d"}]
    },
    "a name of Multus' on another interface": CASES["interface-number"],
    "a gateway within the range": {"networks/lan/gateway": "192.168.18.50"},
    "a gateway that no route needs": CASES["unused-gateway-outside-subnet"],
    "the address of all routers as gateway": {**_IOT6_ROUTED, "networks/iot/gateway": "fd00:32::"},
    "a route that a network is a part of": {**ROUTED, "networks/lan/routes": ["192.168.0.0/16"]},
    "a static network": STATIC,
    "a range from the router on, which is the node": {
        "networks/lan/range": "192.168.18.1-192.168.18.100",
        "nodes/k3s-1/host": "192.168.18.1",
    },
    "a node's IPv6 address in a VLAN": {**_IOT6, "nodes/k3s-1/addresses": ["fd00:32::5"]},
    "two IPv6 networks on one segment": {**LAN6, **_IOT6, **_IOT_UNTAGGED},
    "a router's link-local address as gateway": _IOT6_ROUTED,
    "a parent called like a tunnel": {
        "nodes/k3s-1/interfaces": ["eth0", "wgroom"],
        "networks/iot/parent": "wgroom",
    },
    "a route that a node is in": CASES["route-to-node"],
    "an IPv4 subnet of four addresses without a range": {
        "networks/iot/subnet": "192.168.32.0/30",
        "networks/iot/range": None,
        "home_assistant/interfaces/1/address": "192.168.32.2",
    },
    "a pod twice in a network of IPv6 alone, beside IPv4 elsewhere": LAN6_TWICE,
    "a node's IPv6 address that the pod has in a VLAN": {
        **_IOT6,
        "nodes/k3s-1/addresses": ["fd00:32::3"],
    },
    "all of IPv6 as a subnet": CASES["subnet-everything"],
    "the subnets of a network in the other order": _IPV6_FIRST,
    "discovery by a network's second subnet": {**_IPV6_FIRST, "networks/lan/discovery": True},
    "a subnet of IPv4's last addresses": iot("240.0.0.0/4", "240.0.0.5"),
    "a subnet around IPv6's multicast": iot("e000::/3", "e000::5"),
    "a subnet around loopback": iot("64.0.0.0/2", "64.0.0.3"),
    "a cluster of both IP versions": BOTH_VERSIONS,
    "a gateway outside a subnet without routes": {**_LAN_ROUTES, **_dual_by("fd00:19::1")},
    "a node as gateway of a subnet without routes": {
        **_LAN_ROUTES,
        **_dual_by("fd00:18::10"),
        "nodes/k3s-1/addresses": ["fd00:18::10"],
    },
    "a gateway outside its subnet, routed without routes": {
        **ROUTED,
        "networks/lan/gateway": "192.168.19.1",
    },
    "an IPv6 default route where the pods have no IPv6": {
        **_dual_by("fe80::1"),
        "networks/lan/routes": ["::/0"],
    },
    "the gateway in range and pool": {
        "networks/lan/gateway": "192.168.18.100",
        "networks/lan/dhcp_pool": "192.168.18.100-192.168.18.150",
    },
    "an interface of a node that is named twice, with its MAC": {
        "nodes/k3s-1/interfaces": [{"name": "eth0", "mac": "52:54:00:00:00:01"}] * 2
    },
    "a node whose host is one of its addresses": {
        "nodes/k3s-1/host": "192.168.18.5",
        "nodes/k3s-1/addresses": ["192.168.18.5", "192.168.18.5"],
    },
    "a VLAN's router at the node's own address, by an IP version that pods lack": _NODE_IS_ROUTER,
    "a VLAN's router at the address of one of the pod's nodes, by an IP version that pods lack": {
        **_NODE_IS_ROUTER,
        "nodes/k3s-2": {**NODE2, "interfaces": ["eth0"]},
    },
    "a pod twice in an IPv4 network": CASES["network-twice"],
    "two IPv4 networks on one segment": {**_IOT_UNTAGGED, **IOT_ROUTED},
    "a node's IPv4 address that the pod has in a VLAN": NODE_AT_IOT_ADDRESS,
    "a node's address that the pod has in a VLAN, beside a LAN on a VLAN interface": {
        **NODE_AT_IOT_ADDRESS,
        "nodes/k3s-1/interfaces": ["eth0", "eth0.30"],
        "networks/lan/parent": "eth0.30",
    },
}
