"""For each rule the changes of the article's house that it refuses, or warns of."""

ROUTED: dict[str, object] = {
    "networks/lan/routing": "routed",
    "networks/lan/gateway": "192.168.18.1",
}
STATIC: dict[str, object] = {"networks/lan/ipam": "static", "networks/lan/range": None}
V6: dict[str, object] = {**STATIC, "networks/lan/ipv6": {"subnet": "fd00::/64"}}
LAN2: dict[str, object] = {
    "type": "macvlan",
    "parent": "eth0",
    "subnet": "192.168.60.0/24",
    "ipam": "static",
}
TAGGED: dict[str, object] = {"type": "vlan", "parent": "eth0", "vlan_id": 10}
NODE2: dict[str, object] = {
    "host": "192.168.18.11",
    "host_key": "ssh-ed25519 AAAA",
    "architecture": "arm64",
    "interfaces": ["end0"],
}
THIRD: dict[str, object] = {
    "network": "iot",
    "name": "third",
    "address": "192.168.32.9",
    "mac": "02:00:00:00:00:09",
}
FOURTH: dict[str, object] = {
    "network": "iot",
    "name": "fourth",
    "address": "192.168.32.10",
    "mac": "02:00:00:00:00:0a",
}


def iot(subnet: str, address: str) -> dict[str, object]:
    """The IoT network with another subnet, static."""
    return {
        "networks/iot/ipam": "static",
        "networks/iot/range": None,
        "networks/iot/subnet": subnet,
        "home_assistant/interfaces/1/address": address,
    }


def spare(**keys: object) -> dict[str, object]:
    """Another network in the LAN's subnet and on its wire, that the pod is not in."""
    return {"networks/spare": {**LAN2, "subnet": "192.168.18.0/24", **keys}}


DUAL: dict[str, object] = {
    **V6,
    "networks/lan/ipv6": {"subnet": "fd00:18::/64"},
    "home_assistant/interfaces/0/ipv6_address": "fd00:18::3",
}
LAN6: dict[str, object] = {
    **STATIC,
    "networks/lan/subnet": "fd00:18::/64",
    "home_assistant/interfaces/0/address": "fd00:18::3",
}
RANGE6: dict[str, object] = {
    **LAN6,
    "networks/lan/ipam": None,
    "networks/lan/range": "fd00:18::3-fd00:18::9",
}
ROUTED6: dict[str, object] = {
    "networks/lan/routing": "routed",
    "networks/lan/routes": ["2001:db8:5::/48"],
}


VLAN_TWICE: dict[str, object] = {
    "networks/spare": {
        "type": "vlan",
        "parent": "eth0",
        "vlan_id": 2,
        "subnet": "192.168.32.0/24",
        "range": "192.168.32.3-192.168.32.100",
    },
}


# rule: changes of the article's house that it must find.
CASES: dict[str, dict[str, object]] = {
    "network-unknown": {"home_assistant/interfaces/0/network": "wan"},
    "address-outside-subnet": {"home_assistant/interfaces/0/address": "192.168.19.32"},
    "address-ends-of-subnet": {**STATIC, "home_assistant/interfaces/0/address": "192.168.18.255"},
    "address-outside-range": {"home_assistant/interfaces/0/address": "192.168.18.101"},
    "address-in-dhcp-pool": {
        **STATIC,
        "networks/lan/dhcp_pool": "192.168.18.30-192.168.18.40",
    },
    "address-is-gateway": {"networks/lan/gateway": "192.168.18.32"},
    "address-twice": {**STATIC, "home_assistant/interfaces/0/address": "192.168.18.10"},
    "mac-twice": {
        "nodes/k3s-1/interfaces": [{"name": "eth0", "mac": "32:44:0b:5a:0e:2e"}],
    },
    "mac-on-two-wires": {"home_assistant/interfaces/1/mac": "32:44:0B:5A:0E:2E"},
    "address-of-subnet": {**STATIC, "home_assistant/interfaces/0/address": "192.168.18.0"},
    "address-of-family-missing": V6,
    "interface-twice": {"home_assistant/interfaces/1/name": "eth0"},
    "interface-number": {"home_assistant/interfaces/0/name": "net2"},
    "network-unused": {"networks/spare": LAN2},
    "manifest-unknown": {"multus/version": "v4.9.0"},
    "archive-unknown": {"plugins/version": "v1.8.0"},
    "archive-missing": {"plugins": {"source": "archive", "archives": {"arm64": "/a.tgz"}}},
    "conflist-missing": {"cluster/flannel": False},
    "conflist-of-flannel": {"cluster/default_conflist": "10-calico.conflist"},
    "k3s-loses-plugins": {"cluster/version": "v1.31.1+k3s1"},
    "nodes-unknown": {"home_assistant/nodes": ["k3s-9"]},
    "node-unknown": {"home_assistant/nodes": ["k3s-1", "k3s-9"]},
    "parent-missing": {"nodes/k3s-2": NODE2},
    "node-twice": {
        "nodes/k3s-1/host": "k3s.home",
        "nodes/k3s-2": {**NODE2, "host": "K3S.home", "interfaces": ["eth0"]},
    },
    "interface-of-node-twice": {
        "nodes/k3s-1/interfaces": ["eth0", {"name": "eth0", "mtu": 1400}],
    },
    "address-of-node-loopback": {"nodes/k3s-1/addresses": ["127.16.18.10"]},
    "parent-wireless": {
        "networks/lan/parent": "wlan0",
        "nodes/k3s-1/interfaces": ["eth0", "wlan0"],
    },
    "parent-virtual": {
        "networks/lan/parent": "cni0",
        "nodes/k3s-1/interfaces": ["eth0", "cni0"],
    },
    "host-key-missing": {"nodes/k3s-1/host_key": None},
    "user-not-root": {"nodes/k3s-1/user": "pi"},
    "leases-per-node": {"nodes/k3s-2": {**NODE2, "interfaces": ["eth0"]}},
    "node-beside-macvlan": {},
    "routes-without-routed": {
        "networks/lan/gateway": "192.168.18.1",
        "networks/lan/routes": ["10.9.0.0/16"],
    },
    "routed-nowhere": ROUTED,
    "route-without-gateway": {
        "networks/lan/routing": "routed",
        "networks/lan/routes": ["10.9.0.0/16"],
    },
    "default-route": {**ROUTED, "networks/lan/routes": ["0.0.0.0/0"]},
    "route-meets-cluster": {**ROUTED, "networks/lan/routes": ["10.0.0.0/8"]},
    "route-twice": {**ROUTED, "networks/lan/routes": ["10.9.0.0/16", "10.9.0.0/16"]},
    "route-into-network": {**ROUTED, "networks/lan/routes": ["192.168.18.0/25"]},
    "route-beside-link": {
        **LAN6,
        **ROUTED6,
        "networks/lan/gateway": "fd00:18::1",
        "networks/lan/routes": ["fd00:18::/64"],
    },
    "route-to-no-hosts": {**ROUTED, "networks/lan/routes": ["224.0.0.0/4"]},
    "discovery-twice": {"networks/lan/routing": "discovery", "networks/iot/routing": "discovery"},
    "subnet-too-small": iot("192.168.32.3/32", "192.168.32.3"),
    "subnet-not-local": iot("0.0.0.0/24", "0.0.0.5"),
    "subnet-of-all": iot("::/0", "fd00::3"),
    "subnet-link-local": iot("169.254.0.0/16", "169.254.7.3"),
    "family-order": {
        **STATIC,
        "networks/lan/ipv6": {"subnet": "192.168.50.0/24"},
        "home_assistant/interfaces/0/ipv6_address": "192.168.50.3",
    },
    "family-twice": {
        **STATIC,
        "networks/lan/subnet": "fd00::/64",
        "networks/lan/ipv6": {"subnet": "fd01::/64"},
        "home_assistant/interfaces/0/address": "fd00::3",
        "home_assistant/interfaces/0/ipv6_address": "fd01::3",
    },
    "host-local-dual-stack": {
        "networks/lan/ipv6": {"subnet": "fd00::/64", "range": "fd00::2-fd00::9"},
        "home_assistant/interfaces/0/ipv6_address": "fd00::3",
    },
    "range-missing": {"networks/lan/range": None},
    "range-without-leases": {"networks/lan/ipam": "static"},
    "range-outside-subnet": {"networks/iot/range": "192.168.31.250-192.168.32.100"},
    "range-ends-of-subnet": {"networks/lan/range": "192.168.18.32-192.168.18.255"},
    "range-of-gateway": {
        "networks/spare": {
            **LAN2,
            "ipam": "host-local",
            "range": "192.168.60.1-192.168.60.1",
        },
    },
    "range-holds-gateway": spare(gateway="192.168.18.100"),
    "range-meets-dhcp-pool": {"networks/lan/dhcp_pool": "192.168.18.100-192.168.18.200"},
    "range-holds-node": {"networks/lan/range": "192.168.18.10-192.168.18.100"},
    "pool-outside-subnet": {"networks/lan/dhcp_pool": "192.168.19.2-192.168.19.9"},
    "pool-fills-subnet": {
        "networks/spare": {**LAN2, "dhcp_pool": "192.168.60.1-192.168.60.254"},
    },
    "gateway-outside-subnet": {
        **ROUTED,
        "networks/lan/gateway": "192.168.19.1",
        "networks/lan/routes": ["10.9.0.0/16"],
    },
    "gateway-is-node": {
        **ROUTED,
        "nodes/k3s-1/host": "192.168.18.1",
        "networks/lan/routes": ["10.9.0.0/16"],
    },
    "route-meets-node": {
        **ROUTED,
        "nodes/k3s-1/host": "10.9.0.5",
        "networks/lan/routes": ["10.9.0.0/16"],
    },
    "ranges-meet": {
        "networks/spare": {
            **LAN2,
            "ipam": "host-local",
            "subnet": "192.168.18.0/24",
            "range": "192.168.18.90-192.168.18.100",
        },
    },
    "gateway-of-nobody": {"networks/lan/gateway": "192.168.19.1"},
    "cluster-network-not-local": {"cluster/service_networks": ["127.43.0.0/16"]},
    "cluster-network-too-small": {"cluster/pod_networks": ["10.42.0.0/16", "fd00:42::/127"]},
    "meets-cluster-network": iot("10.42.3.0/24", "10.42.3.3"),
    "networks-overlap": iot("192.168.18.128/25", "192.168.18.130"),
    "nodes-network-elsewhere": {"nodes/k3s-1/host": "192.168.32.200"},
    "subnet-ends-at-node": {"nodes/k3s-1/host": "192.168.18.255"},
    "mtu-range": {"networks/lan/mtu": 9000},
    "parent-mtu": {
        **STATIC,
        "networks/lan/subnet": "fd00::/64",
        "home_assistant/interfaces/0/address": "fd00::3",
        "nodes/k3s-1/interfaces": [{"name": "eth0", "mtu": 1000}],
    },
    "wire-twice": {"home_assistant/interfaces": [THIRD, FOURTH]},
    "vlan-on-vlan": {"nodes/k3s-1/interfaces": ["eth0", "eth0.2"]},
    "vlan-by-name": {"nodes/k3s-1/interfaces": ["eth0", "vlan2"]},
}

# Other sites that a rule is for, each seen to fail where it was run without the rule.
MORE: list[tuple[str, dict[str, object]]] = [
    (
        "mac-twice",
        {
            "nodes/k3s-1/interfaces": [
                {"name": "eth0", "mac": "32:44:0b:5a:0e:2e"},
                "eth0.30",
            ],
            "networks/lan/parent": "eth0.30",
        },
    ),
    ("wire-twice", {"home_assistant/interfaces/1/network": "lan"}),
    (
        "route-into-network",
        {
            "networks/spare": {
                **LAN2,
                "gateway": "192.168.60.1",
                "routing": "routed",
                "routes": ["192.168.60.0/25"],
            },
        },
    ),
    (
        "route-twice",
        {
            "networks/spare": {
                **LAN2,
                "gateway": "192.168.60.1",
                "routing": "routed",
                "routes": ["10.9.0.0/16", "10.9.0.0/16"],
            },
        },
    ),
    (
        "route-twice",
        {
            **STATIC,
            "networks/lan/subnet": "fd00:18::/64",
            "networks/lan/gateway": "fe80::1",
            "networks/lan/routing": "routed",
            "networks/lan/routes": ["2001:db8:5::/48"],
            "home_assistant/interfaces": [
                {**THIRD, "network": "lan", "address": "fd00:18::3"},
                {**FOURTH, "network": "lan", "address": "fd00:18::4"},
            ],
        },
    ),
    (
        "mac-twice",
        {
            **LAN6,
            **iot("fd00:32::/64", "fd00:32::3"),
            "networks/iot/type": "macvlan",
            "networks/iot/vlan_id": None,
            "home_assistant/interfaces/1/mac": "32:44:0b:5a:0e:2e",
        },
    ),
    ("address-in-dhcp-pool", spare(dhcp_pool="192.168.18.30-192.168.18.40")),
    ("address-is-gateway", spare(gateway="192.168.18.32")),
    ("range-meets-dhcp-pool", spare(dhcp_pool="192.168.18.100-192.168.18.150")),
    (
        "range-meets-dhcp-pool",
        {
            **STATIC,
            "networks/lan/dhcp_pool": "192.168.18.100-192.168.18.150",
            **spare(ipam="host-local", range="192.168.18.60-192.168.18.100"),
        },
    ),
    (
        "range-holds-gateway",
        {
            **STATIC,
            **ROUTED,
            "networks/lan/routes": ["10.9.0.0/16"],
            "networks/lan/gateway": "192.168.18.254",
            **spare(ipam="host-local", range="192.168.18.60-192.168.18.254"),
        },
    ),
    (
        "address-is-gateway",
        {**DUAL, "networks/spare": {**LAN2, "subnet": "fd00:18::/64", "gateway": "fd00:18::3"}},
    ),
    (
        "ranges-meet",
        {
            **DUAL,
            "networks/spare": {
                **LAN2,
                "ipam": "host-local",
                "subnet": "fd00:18::/64",
                "range": "fd00:18::3-fd00:18::9",
            },
        },
    ),
    *(
        (
            "ranges-meet",
            {
                **STATIC,
                "home_assistant/interfaces/0/address": "192.168.18.3",
                **spare(
                    ipam="host-local",
                    range="192.168.18.2-192.168.18.5",
                    gateway=f"192.168.18.{last}",
                ),
            },
        )
        for last in (2, 5)
    ),
    (
        "ranges-meet",
        {
            "nodes/k3s-2": {**NODE2, "interfaces": ["eth0"]},
            **VLAN_TWICE,
        },
    ),
    (
        "address-is-gateway",
        {**LAN6, **ROUTED6, "networks/lan/gateway": "fe80::3044:bff:fe5a:e2e"},
    ),
    (
        "address-is-gateway",
        {
            **STATIC,
            **ROUTED6,
            "networks/lan/subnet": "fd00:0:0:5::/64",
            "networks/lan/ipv6": {"subnet": "fd00::/48", "gateway": "fd00:0:0:5::3"},
            "home_assistant/interfaces/0/address": "fd00:0:0:5::3",
            "home_assistant/interfaces/0/ipv6_address": "fd00:0:0:1::3",
        },
    ),
    (
        "address-ends-of-subnet",
        {
            **LAN6,
            "networks/lan/subnet": "fd00:18::/48",
            "home_assistant/interfaces/0/address": "fd00:18:0:1::",
            "networks/spare": {**LAN2, "subnet": "fd00:18:0:1::/64"},
        },
    ),
    (
        "range-ends-of-subnet",
        {
            **LAN6,
            "networks/lan/ipam": None,
            "networks/lan/subnet": "fd00:18::/48",
            "networks/lan/range": "fd00:18:0:1::-fd00:18:0:1::9",
            "home_assistant/interfaces/0/address": "fd00:18:0:1::3",
            "networks/spare": {**LAN2, "subnet": "fd00:18:0:1::/64"},
        },
    ),
    (
        "gateway-is-node",
        {
            **LAN6,
            **ROUTED6,
            "networks/lan/gateway": "fe80::5054:ff:fe00:1",
            "nodes/k3s-1/interfaces": [{"name": "eth0", "mac": "52:54:00:00:00:01"}],
        },
    ),
    (
        "range-missing",
        {
            "networks/lan/subnet": "192.168.18.0/30",
            "networks/lan/range": None,
            "networks/lan/gateway": "192.168.19.1",
            "home_assistant/interfaces/0/address": "192.168.18.1",
            "nodes/k3s-1/host": "192.168.18.2",
        },
    ),
    (
        "nodes-network-elsewhere",
        {
            "networks": {
                "vlan": {
                    **TAGGED,
                    "ipam": "static",
                    "subnet": "192.168.18.8/29",
                    "gateway": "192.168.18.14",
                    "routing": "routed",
                    "routes": ["192.168.18.0/24"],
                }
            },
            "home_assistant/interfaces": [],
        },
    ),
    (
        "range-holds-node",
        {
            "networks": {
                "vlan": {
                    **TAGGED,
                    "subnet": "fd00:32::/126",
                    "range": "fd00:32::1-fd00:32::3",
                }
            },
            "nodes/k3s-1/host": "fd00:32::3",
            "nodes/k3s-2": {**NODE2, "interfaces": ["eth0"]},
            "home_assistant/interfaces": [],
        },
    ),
    (
        "address-outside-range",
        {
            "networks/lan/range": "192.168.18.32-192.168.18.32",
            "home_assistant/interfaces/1": {**THIRD, "network": "lan", "address": "192.168.18.33"},
        },
    ),
    ("k3s-version", {"cluster/version": f"v1.{'9' * 5000}.1+k3s1"}),
    ("subnet-form", {**RANGE6, "networks/lan/subnet": "fd00:18::%eth0/64"}),
    ("too-short", {"cluster/pod_networks": []}),
    ("cluster-network-not-local", {"cluster/pod_networks": ["10.42.0.0/16", "::/0"]}),
    (
        "cluster-network-not-local",
        {
            "cluster/pod_networks": ["10.42.0.0/16", "fd00:42::/56"],
            "cluster/service_networks": ["10.43.0.0/16", "fe80::/9"],
        },
    ),
    ("vlan-on-vlan", {"nodes/k3s-1/interfaces": ["eth0", "eth0.002"]}),
    ("subnet-not-local", iot("fe80::/9", "fec0::3")),
    ("subnet-not-local", iot("255.255.255.254/31", "255.255.255.254")),
    (
        "subnet-not-local",
        {
            "networks/lan/subnet": "255.255.255.255/32",
            "networks/lan/range": "255.255.255.255-255.255.255.255",
        },
    ),
    ("route-to-no-hosts", {**ROUTED, "networks/lan/routes": ["255.255.255.255/32"]}),
    ("address-form", {**STATIC, "home_assistant/interfaces/0/address": "::ffff:192.168.18.32"}),
    ("address-form", {"home_assistant/interfaces/0/address": "fe80::20"}),
    ("subnet-form", {"networks/lan/subnet": "::ffff:192.168.18.0/120"}),
]
