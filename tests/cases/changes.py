"""Changes to the article's site that several tests make: a second node, a network, addresses."""

ROUTED: dict[str, object] = {
    "networks/lan/gateway": "192.168.18.1",
}
STATIC: dict[str, object] = {"networks/lan/ipam": "static", "networks/lan/range": None}
V6: dict[str, object] = {**STATIC, "networks/lan/ipv6": {"subnet": "fd00::/64"}}
PODS6: dict[str, object] = {
    "cluster/pod_networks": ["fd00:42::/56"],
    "cluster/service_networks": ["fd00:43::/112"],
}
BOTH_VERSIONS: dict[str, object] = {
    "cluster/pod_networks": ["10.52.0.0/16", "fd00:42::/56"],
    "cluster/service_networks": ["10.53.0.0/16", "fd00:43::/112"],
}
# The node has what is the pod's address in the VLAN, by an IP version that pods lack.
NODE_AT_IOT_ADDRESS: dict[str, object] = {**PODS6, "nodes/k3s-1/addresses": ["192.168.32.3"]}
IOT_ROUTED: dict[str, object] = {
    "networks/iot/gateway": "192.168.32.1",
    "networks/iot/routes": ["203.0.113.0/24"],
}
LAN2: dict[str, object] = {
    "type": "macvlan",
    "parent": "eth0",
    "subnet": "192.168.60.0/24",
    "ipam": "static",
}
TAGGED: dict[str, object] = {
    "type": "vlan",
    "parent": "eth0",
    "vlan_id": 10,
    "ipam": "host-local",
}
HOST_KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAINodeTwoExampleKeyNodeTwoExampleKeyNodeTwoEx"
NODE2: dict[str, object] = {
    "host": "192.168.18.11",
    "host_key": HOST_KEY,
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
# A cluster that lacks no plugin, so that SSH reaches none of its nodes.
EVERYTHING_BUNDLED: dict[str, object] = {
    "distribution": "custom",
    "conf_dir": "/etc/cni/net.d",
    "bin_dir": "/opt/cni/bin",
    "default_conflist": "10-kindnet.conflist",
    "bundled_plugins": ["macvlan", "vlan", "tuning", "host-local"],
}


# By their names both networks have the routing table 389360.
TABLE_TWICE: dict[str, object] = {
    "networks": {
        name: {
            "type": "macvlan",
            "parent": "eth0",
            "subnet": f"192.168.{number}.0/24",
            "gateway": f"192.168.{number}.1",
            "source_based_routing": True,
        }
        for name, number in (("net-6", 6), ("net-851", 51))
    },
    "home_assistant/interfaces": [
        {"network": "net-6", "name": "one", "address": "192.168.6.3", "mac": "02:00:00:00:00:06"},
        {
            "network": "net-851",
            "name": "two",
            "address": "192.168.51.3",
            "mac": "02:00:00:00:00:33",
        },
    ],
}


def iot(subnet: str, address: str) -> dict[str, object]:
    """The IoT network with another subnet, static."""
    return {
        "networks/iot/ipam": "static",
        "networks/iot/range": None,
        "networks/iot/subnet": subnet,
        "home_assistant/interfaces/1/address": address,
    }


def in_vlan(address: str) -> dict[str, object]:
    """The pod's interface in a network called `vlan`."""
    return {**THIRD, "network": "vlan", "name": "net1.2", "address": address}


def spare(**keys: object) -> dict[str, object]:
    """Another network in the LAN's subnet and segment."""
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
LAN6_TWICE: dict[str, object] = {
    **LAN6,
    "home_assistant/interfaces": [
        {"network": "lan", "name": "lan", "address": "fd00:18::3", "mac": "02:00:00:00:00:07"},
        {"network": "iot", "name": "iot", "address": "192.168.32.3", "mac": "02:00:00:00:00:09"},
        {"network": "lan", "name": "again", "address": "fd00:18::4", "mac": "02:00:00:00:00:0b"},
    ],
}
RANGE6: dict[str, object] = {
    **LAN6,
    "networks/lan/ipam": "host-local",
    "networks/lan/range": "fd00:18::3-fd00:18::9",
}
ROUTED6: dict[str, object] = {
    "networks/lan/routes": ["2001:db8:5::/48"],
}
MAC_IS_GATEWAY: dict[str, object] = {
    **LAN6,
    **ROUTED6,
    "networks/lan/gateway": "fe80::3044:bff:fe5a:e2e",
}
