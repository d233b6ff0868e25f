"""Sites that were once misjudged and are right: changes of the home's."""

from collections.abc import Mapping

from tests.cases.changes import (
    DUAL,
    IOT_ROUTED,
    LAN2,
    LAN6_TWICE,
    NODE2,
    NODE_AT_IOT_ADDRESS,
    PODS6,
    ROUTED,
    STATIC,
    TAGGED,
    THIRD,
    VLAN_TWICE,
    iot,
    spare,
)
from tests.cases.rules import CASES

REGRESSIONS: Mapping[str, Mapping[str, object]] = {
    "two addresses, IPv4": iot("192.168.32.2/31", "192.168.32.3"),
    "the first of two addresses, IPv4": iot("192.168.32.2/31", "192.168.32.2"),
    "two addresses, IPv6": iot("fd00:32::2/127", "fd00:32::2"),
    "the first address of a subnet": CASES["address-of-subnet"],
    "a link-local subnet": CASES["subnet-link-local"],
    "two IPv6 subnets": CASES["family-twice"],
    "two IPv6 subnets of one network, one in the other": {
        **CASES["family-twice"],
        "networks/lan/ipv6": {"subnet": "fd00::/48"},
        "home_assistant/interfaces/0/ipv6_address": "fd00:0:0:1::3",
    },
    "the same IPv6 subnet twice in one network": {
        **CASES["family-twice"],
        "networks/lan/ipv6": {"subnet": "fd00::/64"},
        "home_assistant/interfaces/0/ipv6_address": "fd00::4",
    },
    "an IPv6 route to the network that it is in": CASES["route-beside-link"],
    "an IPv6 route to another network of the pod": {
        **CASES["route-beside-link"],
        **iot("fd00:32::/64", "fd00:32::3"),
        "networks/lan/routes": ["fd00:32::/64"],
    },
    "a node that has the broadcast's address": CASES["subnet-ends-at-node"],
    "one MAC on two wires": CASES["mac-on-two-wires"],
    "the node's MAC on a VLAN of it": {
        "nodes/k3s-1/interfaces": [{"name": "eth0", "mac": "00:e0:4c:68:02:3d"}],
    },
    "a name of Multus' on another interface": CASES["interface-number"],
    "a gateway within the range": {"networks/lan/gateway": "192.168.18.50"},
    "the pod's address as the one that another network's host-local keeps for the router": {
        **STATIC,
        "home_assistant/interfaces/0/address": "192.168.18.1",
        **spare(ipam="host-local", range="192.168.18.1-192.168.18.5"),
    },
    "the broadcast's address of a smaller subnet on the wire": {
        **STATIC,
        "home_assistant/interfaces/0/address": "192.168.18.127",
        **spare(subnet="192.168.18.0/25"),
    },
    "one subnet and one gateway, untagged and in a VLAN": {
        "networks/plain": {
            **LAN2,
            "gateway": "192.168.60.1",
            "routing": "routed",
            "routes": ["10.9.0.0/16"],
        },
        "networks/tagged": {**LAN2, "type": "vlan", "vlan_id": 77, "gateway": "192.168.60.1"},
    },
    "a gateway that no route needs": CASES["gateway-of-nobody"],
    "the address of all routers as gateway": {
        **iot("fd00:32::/64", "fd00:32::3"),
        "networks/iot/gateway": "fd00:32::",
        "networks/iot/routing": "routed",
        "networks/iot/routes": ["2001:db8:5::/48"],
    },
    "routed, and no routes": CASES["routed-nowhere"],
    "a route that a network is a part of": {**ROUTED, "networks/lan/routes": ["192.168.0.0/16"]},
    "a network that nobody is in, over another": {
        "networks/spare": {
            "type": "vlan",
            "parent": "eth0",
            "vlan_id": 2,
            "subnet": "192.168.32.0/24",
            "ipam": "static",
        },
    },
    "discovery in an IPv6 network beside another's": {
        **iot("fd00:32::/64", "fd00:32::3"),
        "networks/iot/routing": "discovery",
        "networks/lan/routing": "discovery",
    },
    "static": STATIC,
    "a range from the router on, which is the node": {
        "networks/lan/range": "192.168.18.1-192.168.18.100",
        "nodes/k3s-1/host": "192.168.18.1",
    },
    "a node's IPv6 address in a VLAN": {
        **iot("fd00:32::/64", "fd00:32::3"),
        "nodes/k3s-1/addresses": ["fd00:32::5"],
    },
    "two IPv6 networks on one wire": {
        **STATIC,
        "networks/lan/subnet": "fd00:18::/64",
        "home_assistant/interfaces/0/address": "fd00:18::3",
        **iot("fd00:32::/64", "fd00:32::3"),
        "networks/iot/type": "macvlan",
        "networks/iot/vlan_id": None,
    },
    "a router's link-local address as gateway": {
        **iot("fd00:32::/64", "fd00:32::3"),
        "networks/iot/gateway": "fe80::1",
        "networks/iot/routing": "routed",
        "networks/iot/routes": ["2001:db8:5::/48"],
    },
    "a route to a network that nobody is in": {
        **ROUTED,
        "networks/lan/routes": ["192.168.60.0/24"],
        "networks/spare": LAN2,
    },
    "a parent called like a tunnel": {
        "nodes/k3s-1/interfaces": ["eth0", "wgroom"],
        "networks/iot/parent": "wgroom",
    },
    "a route that a node is in": CASES["route-meets-node"],
    "a subnet of two hosts without a range": {
        "networks/iot/subnet": "192.168.32.0/30",
        "networks/iot/range": None,
        "home_assistant/interfaces/1/address": "192.168.32.2",
    },
    "an end of four addresses as another network's router, which nothing reads": {
        "networks/iot/subnet": "192.168.32.0/30",
        "networks/iot/range": None,
        "home_assistant/interfaces/1/address": "192.168.32.2",
        "networks/spare": {**LAN2, "gateway": "192.168.32.0"},
    },
    "a network of IPv6 alone twice, beside IPv4 elsewhere": LAN6_TWICE,
    "a node's IPv6 address, the pod's in a VLAN": {
        **iot("fd00:32::/64", "fd00:32::3"),
        "nodes/k3s-1/addresses": ["fd00:32::3"],
    },
    "all of IPv6 as a subnet": CASES["subnet-of-all"],
    "the families of a network in another order": {
        **STATIC,
        "networks/lan/subnet": "fd00:18::/64",
        "networks/lan/ipv6": {"subnet": "192.168.18.0/24"},
        "home_assistant/interfaces/0/address": "fd00:18::3",
        "home_assistant/interfaces/0/ipv6_address": "192.168.18.32",
    },
    "discovery by a network's second family": {
        **STATIC,
        "networks/lan/subnet": "fd00:18::/64",
        "networks/lan/ipv6": {"subnet": "192.168.18.0/24"},
        "networks/lan/routing": "discovery",
        "home_assistant/interfaces/0/address": "fd00:18::5",
        "home_assistant/interfaces/0/ipv6_address": "192.168.18.5",
    },
    "a subnet of IPv4's last addresses": iot("240.0.0.0/4", "240.0.0.5"),
    "a subnet around IPv6's multicast": iot("e000::/3", "e000::5"),
    "a subnet around loopback": {
        **iot("64.0.0.0/2", "64.0.0.3"),
    },
    "one route by two networks, the pod in one of them": {
        **ROUTED,
        "networks/lan/routes": ["10.9.0.0/16"],
        "networks/spare": {
            **LAN2,
            "gateway": "192.168.60.1",
            "routing": "routed",
            "routes": ["10.9.0.0/16"],
        },
    },
    "a cluster of both IP versions": {
        "cluster/pod_networks": ["10.52.0.0/16", "fd00:42::/56"],
        "cluster/service_networks": ["10.53.0.0/16", "fd00:43::/112"],
    },
    "a gateway elsewhere, of a family without routes": {
        **DUAL,
        **ROUTED,
        "networks/lan/routes": ["10.9.0.0/16"],
        "networks/lan/ipv6": {"subnet": "fd00:18::/64", "gateway": "fd00:19::1"},
    },
    "a node as gateway of a family without routes": {
        **DUAL,
        **ROUTED,
        "networks/lan/routes": ["10.9.0.0/16"],
        "networks/lan/ipv6": {"subnet": "fd00:18::/64", "gateway": "fd00:18::10"},
        "nodes/k3s-1/addresses": ["fd00:18::10"],
    },
    "a gateway elsewhere, routed, and no routes": {
        **ROUTED,
        "networks/lan/gateway": "192.168.19.1",
    },
    "a route of an unused network to one that is used": {
        "networks/spare": {
            **LAN2,
            "gateway": "192.168.60.1",
            "routing": "routed",
            "routes": ["192.168.18.0/24"],
        },
    },
    "one range on two wires, the pod on one of them": {
        "nodes/k3s-1/interfaces": ["eth0", "eth1"],
        "networks/iot": None,
        "home_assistant/interfaces": [
            {
                "network": "lan",
                "name": "net1",
                "address": "192.168.18.32",
                "mac": "32:44:0b:5a:0e:2e",
            },
        ],
        **spare(parent="eth1", ipam="host-local", range="192.168.18.32-192.168.18.100"),
    },
    "an IPv6 default route where the pods have no IPv6": {
        **DUAL,
        "networks/lan/routing": "routed",
        "networks/lan/routes": ["::/0"],
        "networks/lan/ipv6": {"subnet": "fd00:18::/64", "gateway": "fe80::1"},
    },
    "the gateway, which is kept, in range and pool": {
        "networks/lan/gateway": "192.168.18.100",
        "networks/lan/dhcp_pool": "192.168.18.100-192.168.18.150",
    },
    "one VLAN by two networks, where there is one node": VLAN_TWICE,
    "two networks on one wire with ranges apart": {
        **spare(ipam="host-local", range="192.168.18.110-192.168.18.120"),
    },
    "an interface of a node that is named twice, with its MAC": {
        "nodes/k3s-1/interfaces": [{"name": "eth0", "mac": "52:54:00:00:00:01"}] * 2,
    },
    "a node whose host is one of its addresses": {
        "nodes/k3s-1/host": "192.168.18.5",
        "nodes/k3s-1/addresses": ["192.168.18.5", "192.168.18.5"],
    },
    "a VLAN's router that has the node's own address, where the pods lack its IP version": {
        **PODS6,
        "nodes/k3s-1/host": "192.168.32.1",
        **IOT_ROUTED,
    },
    "a VLAN's router that has the address of one of the pod's nodes, whose IP version pods lack": {
        **PODS6,
        "nodes/k3s-1/host": "192.168.32.1",
        "nodes/k3s-2": {**NODE2, "interfaces": ["eth0"]},
        **IOT_ROUTED,
    },
    "a VLAN's router that has the address of a node without pods, on another wire": {
        **spare(subnet="192.168.32.0/25"),
        "home_assistant/nodes": ["k3s-1"],
        "nodes/k3s-2": {**NODE2, "host": "192.168.32.1", "interfaces": []},
        **IOT_ROUTED,
    },
    "a pod in a VLAN alone that has the node's address, where the pods lack its IP version": {
        **NODE_AT_IOT_ADDRESS,
        "home_assistant/interfaces": [{**THIRD, "address": "192.168.32.3"}],
    },
    "a pod in a VLAN that has the node's address, on a wire that the pod is not on": {
        **NODE_AT_IOT_ADDRESS,
        **spare(subnet="192.168.32.0/29", parent="eth1"),
        "nodes/k3s-1/interfaces": ["eth0", "eth1"],
    },
    "two networks of one wire with one pool, of one subnet and a larger one": {
        **spare(subnet="192.168.18.0/23", dhcp_pool="192.168.18.120-192.168.18.122"),
        "networks/lan/dhcp_pool": "192.168.18.120-192.168.18.122",
    },
    "two VLANs whose router has one of the pod's nodes' address, whose IP version pods lack": {
        **PODS6,
        "nodes/k3s-1/host": "192.168.32.1",
        "nodes/k3s-2": {**NODE2, "interfaces": ["eth0"]},
        "networks/iot/gateway": "192.168.32.1",
        "networks/twin": {
            **TAGGED,
            "subnet": "192.168.32.0/25",
            "ipam": "static",
            "gateway": "192.168.32.1",
            "routing": "routed",
            "routes": ["203.0.113.0/24"],
        },
    },
    "leases in a subnet whose last address has a host that knows a smaller one": {
        "networks/smaller": {**LAN2, "subnet": "fd00:60::2/127"},
        "networks/larger": {
            **LAN2,
            "subnet": "fd00:60::/126",
            "ipam": "host-local",
            "range": "fd00:60::1-fd00:60::2",
            "gateway": "fe80::1",
        },
    },
}
