"""Whole sites, with the values on purpose at which kernels, plugins and people go wrong."""

import ipaddress
from collections.abc import Sequence
from typing import Any

from hypothesis import strategies as st

from config.ip import IpNetwork

Tree = dict[str, Any]

# Blocks that share no address with each other, nor with the cluster's own networks.
BLOCKS_V4 = ("192.168.0.0/16", "172.16.0.0/12", "10.64.0.0/10", "100.64.0.0/10")
BLOCKS_V6 = ("fd00:1::/32", "fd00:2::/32", "2001:db8:3::/48", "fd00:4::/32")
BLOCKS_V6_MORE = ("fd10:1::/32", "fd10:2::/32", "2001:db8:13::/48", "fd10:4::/32")
# What a cluster says of itself; only its networks reach the pods.
CLUSTERS: tuple[Tree, ...] = (
    {"distribution": "k3s", "version": "v1.34.3+k3s1"},
    {
        "distribution": "k3s",
        "version": "v1.33.1+k3s1",
        "pod_networks": ["10.63.0.0/16", "fd00:42::/56"],
        "service_networks": ["10.0.0.0/24", "fd00:43::/112"],
    },
    {
        "distribution": "k3s",
        "version": "v1.34.3+k3s1",
        "flannel": False,
        "default_conflist": "10-calico.conflist",
        "pod_networks": ["192.167.128.0/17"],
        "service_networks": ["172.15.255.0/24"],
    },
    {
        "distribution": "custom",
        "conf_dir": "/etc/cni/net.d",
        "bin_dir": "/opt/cni/bin",
        "default_conflist": "05-cilium.conflist",
        "pod_networks": ["fd00:42::/48"],
        "service_networks": ["fd00:43::/108"],
    },
)
# What the pod is told that no network depends on.
SETTINGS: Tree = {
    "image": "ghcr.io/home-assistant/home-assistant:2026.11.0",
    "time_zone": "Europe/Oslo",
}
PREFIXES_V4 = (24, 24, 24, 16, 23, 25, 28, 29, 30)
PREFIXES_V6 = (64, 64, 64, 48, 56, 112, 120, 126)
# Those of each network, by its position.
DESTINATIONS_V4 = (
    ("203.0.113.0/24", "192.0.2.1/32", "198.51.101.0/25"),
    ("198.51.100.7/32", "198.51.100.8/29"),
    ("198.18.0.0/15", "198.20.0.0/16"),
)
DESTINATIONS_V6 = (("2001:db8:5::/48", "2001:db8:7::/64"), ("2001:db8:6::7/128", "fd20::/32"))
PARENTS_MTU = (1500, 1500, 1500, 1280, 1496, 9000, 65535, 1000)
NAMES = ("lan", "iot", "net1.2", "a", "A-b_c.d-e", "fifteen.chars-x", "wlan0", "eth1", "tap0", "z9")
MACS = (
    *("02:00:00:00:00:00", "02:00:00:00:00:01", "fe:ff:ff:ff:ff:ff", "32:44:0b:5a:0e:2e"),
    *("00:e0:4c:68:02:3d", "00:00:00:00:00:01", "ae:00:00:00:00:ff", "00:50:56:00:00:01"),
)
VLAN_IDS = (1, 2, 3, 10, 100, 4093, 4094)
# A VLAN that the nodes have as an interface of their own.
TAGGED_PARENT = "eth0.30"
# The wires that networks of one site may lie on: each at most once.
WIRES = (
    *(("eth0", False), ("eth0", True), ("eth1", False), ("eth1", True), ("eth0", True)),
    (TAGGED_PARENT, False),
)


@st.composite
def sites(draw: st.DrawFn) -> Tree:
    """The tree of a site that is meant to be right; the plan has the last word."""
    count = draw(st.integers(1, 3))
    tagged_too = draw(st.booleans())
    possible = [w for w in WIRES if tagged_too or w in (("eth0", False), ("eth1", False))]
    wires = draw(st.permutations(possible))[:count]
    nodes = _nodes(draw, tagged=(TAGGED_PARENT, False) in wires)
    macs = list(draw(st.permutations(MACS)))
    names = list(draw(st.permutations(NAMES)))
    ids = list(draw(st.permutations(VLAN_IDS)))
    networks: dict[str, Tree] = {}
    interfaces: list[Tree] = []
    discovered = False
    for position, (parent, tagged) in enumerate(wires):
        name = f"n{position}"
        network: Tree = {"type": "vlan" if tagged else "macvlan", "parent": parent}
        if tagged:
            network["vlan_id"] = ids.pop()
        else:
            network["mode"] = draw(st.sampled_from(["bridge", "bridge", "private", "vepa"]))
        attachment: Tree = {
            "network": name,
            "name": draw(st.sampled_from([f"net{position + 1}", names.pop()])),
            "mac": macs.pop(),
        }
        _addresses(draw, network, attachment, position)
        _routing(draw, network, discovered=discovered, position=position)
        discovered = discovered or network.get("routing") == "discovery"
        _mtu(draw, network, nodes)
        networks[name] = network
        interfaces.append(attachment)
    idle = draw(st.sampled_from([None, None, None, 0, 1, 2]))
    if idle is not None and len(interfaces) > 1:
        interfaces.pop(idle % len(interfaces))
    if draw(st.sampled_from([False, False, False, True])):
        networks["spare"] = _spare(draw, networks["n0"])
    _name_nodes(draw, nodes, networks)
    chosen = draw(st.sampled_from([[], [], [max(nodes)]]))
    apart = draw(st.booleans())
    if chosen and apart:
        nodes["apart"] = {
            "host": "10.250.0.1",
            "host_key": "ssh-ed25519 AAAA",
            "architecture": "arm64",
            "interfaces": [],
        }
    return {
        "cluster": draw(st.sampled_from([CLUSTERS[0], *CLUSTERS])),
        "nodes": nodes,
        "networks": networks,
        "home_assistant": {
            **SETTINGS,
            "interfaces": interfaces,
            **({"nodes": chosen} if chosen else {}),
        },
    }


def is_tagged(tree: Tree) -> bool:
    """Whether frames carry tags: the kernel must know 802.1Q."""
    if any("." in n["parent"] or n["type"] == "vlan" for n in tree["networks"].values()):
        return True
    interfaces = [i for node in tree["nodes"].values() for i in node["interfaces"]]
    return any("." in (i if isinstance(i, str) else i["name"]) for i in interfaces)


def _nodes(draw: st.DrawFn, *, tagged: bool) -> dict[str, Tree]:
    nodes: dict[str, Tree] = {}
    for number in range(draw(st.sampled_from([1, 1, 2]))):
        interfaces: list[Any] = []
        for position, name in enumerate(("eth0", "eth1")):
            interface: Tree = {"name": name, "mtu": draw(st.sampled_from(PARENTS_MTU))}
            if draw(st.booleans()):
                interface["mac"] = f"52:54:00:00:{number:02x}:{position:02x}"
            interfaces.append(interface)
        if tagged:
            interfaces.append({"name": TAGGED_PARENT, "mtu": interfaces[0]["mtu"]})
        nodes[f"node-{number}"] = {
            "host": f"node-{number}.home",
            "host_key": "ssh-ed25519 AAAA",
            "architecture": "amd64",
            "interfaces": interfaces,
        }
    return nodes


def _addresses(draw: st.DrawFn, network: Tree, attachment: Tree, position: int) -> None:
    leases = draw(st.booleans())
    six = draw(st.sampled_from([False, False, True]))
    subnet = _subnet(draw, six=six, position=position, leases=leases)
    network["subnet"] = str(subnet)
    host = _host(draw, subnet, taken=(1,) if leases else ())
    attachment["address"] = str(subnet[host])
    if leases:
        first, last = _around(draw, subnet, host)
        network["range"] = f"{subnet[first]}-{subnet[last]}"
        if subnet.num_addresses - last > 12 and draw(st.booleans()):
            network["dhcp_pool"] = f"{subnet[last + 1]}-{subnet[last + 9]}"
        return
    network["ipam"] = "static"
    if draw(st.booleans()):
        other = _subnet(draw, six=True, position=position, leases=False, second=six)
        network["ipv6"] = {"subnet": str(other)}
        host_six = _host(draw, other, taken=())
        attachment["ipv6_address"] = str(other[host_six])
        if other.num_addresses >= 64 and not 40 <= host_six <= 50 and draw(st.booleans()):
            network["ipv6"]["dhcp_pool"] = f"{other[40]}-{other[50]}"
    if subnet.num_addresses >= 16 and draw(st.booleans()):
        pool = [n for n in (8, 9, 10, 11) if n != host]
        low, high = min(pool), max(n for n in pool if all(m != host for m in range(min(pool), n)))
        network["dhcp_pool"] = f"{subnet[low]}-{subnet[high]}"


def _spare(draw: st.DrawFn, network: Tree) -> Tree:
    """Another network of the same wire and subnet, that nobody is in."""
    kept = ("type", "parent", "vlan_id", "mode", "subnet", "mtu", "dhcp_pool")
    spare: Tree = {key: network[key] for key in kept if key in network}
    subnet = ipaddress.ip_network(network["subnet"])
    if subnet.num_addresses >= 256 and draw(st.booleans()):
        spare["range"] = f"{subnet[100]}-{subnet[draw(st.sampled_from([100, 101, 120]))]}"
    else:
        spare["ipam"] = "static"
    if subnet.num_addresses >= 256 and "dhcp_pool" not in spare and draw(st.booleans()):
        spare["dhcp_pool"] = f"{subnet[200]}-{subnet[210]}"
    if draw(st.booleans()):
        spare["gateway"] = network.get("gateway", str(subnet[1]))
    return spare


def _subnet(
    draw: st.DrawFn, *, six: bool, position: int, leases: bool, second: bool = False
) -> IpNetwork:
    blocks = BLOCKS_V6_MORE if second else BLOCKS_V6 if six else BLOCKS_V4
    block = ipaddress.ip_network(blocks[position])
    prefixes = PREFIXES_V6 if six else PREFIXES_V4
    tight = () if leases else ((127,) if six else (31,))
    prefix = draw(st.sampled_from((*prefixes, *tight)))
    prefix = max(prefix, block.prefixlen)
    count = 1 << (prefix - block.prefixlen)
    number = draw(st.sampled_from(sorted({0, count - 1, count // 2, min(18, count - 1)})))
    size = 1 << (block.max_prefixlen - prefix)
    return ipaddress.ip_network((int(block.network_address) + number * size, prefix))


def _host(draw: st.DrawFn, subnet: IpNetwork, taken: Sequence[int]) -> int:
    """The number of a host in its subnet: the first, the last, or one between."""
    tight = subnet.num_addresses == 2
    first = 0 if tight else 1
    last = subnet.num_addresses - (1 if tight or subnet.version == 6 else 2)
    choices = {first, last, first + 1, (first + last) // 2, min(32, last)}
    allowed = sorted(n for n in choices if first <= n <= last and n not in taken)
    return draw(st.sampled_from(allowed))


def _around(draw: st.DrawFn, subnet: IpNetwork, host: int) -> tuple[int, int]:
    """First and last of a range that holds the host."""
    most = subnet.num_addresses - (1 if subnet.version == 6 else 2)
    first = draw(st.sampled_from(sorted({host, max(1, host - 3), min(host, 2)})))
    last = draw(st.sampled_from(sorted({host, min(host + 5, most), most})))
    return first, last


def _routing(draw: st.DrawFn, network: Tree, *, discovered: bool, position: int) -> None:
    modes = ["on_link", "routed"] if discovered else ["on_link", "discovery", "routed"]
    mode = draw(st.sampled_from(modes))
    subnet = ipaddress.ip_network(network["subnet"])
    if mode == "routed" and subnet.num_addresses >= 8:
        network["gateway"] = str(subnet[draw(st.sampled_from([1, 6]))])
        destinations = DESTINATIONS_V6 if subnet.version == 6 else DESTINATIONS_V4
        if position < len(destinations):
            network["routes"] = _some(draw, destinations[position])
            network["routing"] = "routed"
        if "ipv6" in network and position < len(DESTINATIONS_V6) and draw(st.booleans()):
            network["ipv6"]["gateway"] = "fe80::1"
            more = _some(draw, DESTINATIONS_V6[position])
            network["routes"] = [*network.get("routes", []), *more]
            network["routing"] = "routed"
        return
    if mode == "discovery":
        network["routing"] = "discovery"


def _some(draw: st.DrawFn, destinations: Sequence[str]) -> list[str]:
    return list(destinations[: draw(st.integers(1, len(destinations)))])


def _mtu(draw: st.DrawFn, network: Tree, nodes: dict[str, Tree]) -> None:
    most = min(
        interface["mtu"]
        for node in nodes.values()
        for interface in node["interfaces"]
        if interface["name"] == network["parent"]
    )
    six = "ipv6" in network or ":" in network["subnet"]
    choices = [m for m in (68, 576, 1279, 1280, 1400, most) if (1280 if six else 68) <= m <= most]
    mtu = draw(st.sampled_from([None, None, *choices]))
    if mtu is not None:
        network["mtu"] = mtu


def _name_nodes(draw: st.DrawFn, nodes: dict[str, Tree], networks: dict[str, Tree]) -> None:
    """Some nodes are known by an address in a network of theirs, some by name alone."""
    for number, node in enumerate(nodes.values()):
        for network in networks.values():
            subnet = ipaddress.ip_network(network["subnet"])
            if network["type"] == "macvlan" and subnet.num_addresses >= 256:
                if draw(st.booleans()):
                    node["host"] = str(subnet[240 + number])
                elif draw(st.booleans()):
                    node["addresses"] = [str(subnet[240 + number])]
                break
        if draw(st.sampled_from([False, False, True])):
            more = (f"10.251.0.{number + 1}", f"fd00:251::{number + 1}")
            node["addresses"] = [*node.get("addresses", []), draw(st.sampled_from(more))]
