"""Other sites that a rule is for, each seen to fail where it was run without the rule."""

from tests.cases.changes import (
    BOTH_VERSIONS,
    FOURTH,
    LAN6,
    NODE2,
    RANGE6,
    ROUTED,
    ROUTED6,
    STATIC,
    TAGGED,
    THIRD,
    in_vlan,
    iot,
)

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
    (
        "route-into-network",
        {
            **STATIC,
            **ROUTED,
            "networks/lan/subnet": "192.168.18.0/29",
            "networks/lan/routes": ["192.168.18.4/30"],
            "home_assistant/interfaces/0/address": "192.168.18.6",
        },
    ),
    (
        "route-twice",
        {
            **STATIC,
            "networks/lan/subnet": "fd00:18::/64",
            "networks/lan/gateway": "fe80::1",
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
    (
        "address-in-dhcp-pool",
        {
            **LAN6,
            "networks/lan/ipv6": {
                "subnet": "fd00:18::/48",
                "dhcp_pool": "fd00:18::3-fd00:18::9",
            },
            "home_assistant/interfaces/0/ipv6_address": "fd00:18:0:1::3",
        },
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
        "address-unassignable",
        {
            **LAN6,
            "networks/lan/subnet": "fd00:18::/48",
            "networks/lan/ipv6": {"subnet": "fd00:18:0:1::/64"},
            "home_assistant/interfaces/0/address": "fd00:18:0:1::",
            "home_assistant/interfaces/0/ipv6_address": "fd00:18:0:1::3",
        },
    ),
    ("range-unassignable", {**RANGE6, "networks/lan/range": "fd00:18::-fd00:18::9"}),
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
        "node-in-vlan-subnet",
        {
            "networks": {
                "vlan": {
                    **TAGGED,
                    "ipam": "static",
                    "subnet": "192.168.18.8/29",
                    "gateway": "192.168.18.14",
                    "routes": ["192.168.18.0/24"],
                }
            },
            "home_assistant/interfaces": [in_vlan("192.168.18.13")],
        },
    ),
    (
        "range-includes-node",
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
            "home_assistant/interfaces": [in_vlan("fd00:32::2")],
        },
    ),
    (
        "address-outside-range",
        {
            "networks/lan/range": "192.168.18.32-192.168.18.32",
            "home_assistant/interfaces/1": {**THIRD, "network": "lan", "address": "192.168.18.33"},
        },
    ),
    (
        "address-outside-range",
        {
            "networks/iot/subnet": "192.168.32.0/30",
            "networks/iot/range": None,
            "home_assistant/interfaces/1/address": "192.168.32.0",
        },
    ),
    (
        "range-includes-node",
        {
            "networks": {
                "vlan": {
                    **TAGGED,
                    "subnet": "192.168.60.0/24",
                    "range": "192.168.60.2-192.168.60.9",
                }
            },
            "nodes/k3s-2": {**NODE2, "host": "192.168.60.2", "interfaces": ["eth0"]},
            "home_assistant/interfaces": [in_vlan("192.168.60.3")],
            "home_assistant/nodes": ["k3s-1"],
        },
    ),
    (
        "address-twice",
        {
            "nodes/k3s-2": {**NODE2, "host": "192.168.32.3", "interfaces": ["eth0"]},
            "home_assistant/nodes": ["k3s-1"],
        },
    ),
    (
        "node-address-twice",
        {
            **LAN6,
            "networks/lan/parent": "eth0.30",
            "nodes/k3s-1/interfaces": ["eth0", "eth0.30"],
            "nodes/k3s-1/addresses": ["fd00:18::f0"],
            "nodes/k3s-2": {
                **NODE2,
                "host": "fd00:18::f0",
                "interfaces": [{"name": "eth0", "mac": "52:54:00:00:01:00"}, "eth0.30"],
            },
        },
    ),
    (
        "archive-twice",
        {
            "plugins": {
                "source": "archive",
                "archives": dict.fromkeys(("amd64", "arm64"), "/a.tgz"),
            },
            "nodes/k3s-2": {**NODE2, "interfaces": ["eth0"]},
        },
    ),
    (
        "listen-on-without-cluster",
        {"home_assistant/service": {"type": "LoadBalancer"}, "home_assistant/listen_on": ["lan"]},
    ),
    (
        "listen-on-without-cluster",
        {"home_assistant/service": {"type": "NodePort"}, "home_assistant/listen_on": []},
    ),
    ("node-without-ipv6", {**BOTH_VERSIONS, "nodes/k3s-1/ipv6": False}),
    ("services-without-pods", {"cluster/service_networks": ["10.43.0.0/16", "fd00:43::/112"]}),
    ("k3s-version", {"cluster/version": f"v1.{'9' * 5000}.1+k3s1"}),
    ("subnet-form", {**RANGE6, "networks/lan/subnet": "fd00:18::%eth0/64"}),
    ("too-short", {"cluster/pod_networks": []}),
    ("cluster-network-without-hosts", {"cluster/pod_networks": ["10.42.0.0/16", "::/0"]}),
    (
        "cluster-network-without-hosts",
        {
            "cluster/pod_networks": ["10.42.0.0/16", "fd00:42::/56"],
            "cluster/service_networks": ["10.43.0.0/16", "fe80::/9"],
        },
    ),
    ("vlan-exists", {"nodes/k3s-1/interfaces": ["eth0", "eth0.002"]}),
    ("subnet-without-hosts", iot("fe80::/9", "fec0::3")),
    ("subnet-without-hosts", iot("255.255.255.254/31", "255.255.255.254")),
    (
        "subnet-without-hosts",
        {
            "networks/lan/subnet": "255.255.255.255/32",
            "networks/lan/range": "255.255.255.255-255.255.255.255",
        },
    ),
    ("route-without-hosts", {**ROUTED, "networks/lan/routes": ["255.255.255.255/32"]}),
    ("address-form", {**STATIC, "home_assistant/interfaces/0/address": "::ffff:192.168.18.32"}),
    ("address-form", {"home_assistant/interfaces/0/address": "fe80::20"}),
    ("subnet-form", {"networks/lan/subnet": "::ffff:192.168.18.0/120"}),
]
