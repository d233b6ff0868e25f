"""Generates sites, with the values on purpose at which kernels, plugins and people go wrong."""

import ipaddress
from collections.abc import Sequence
from random import Random
from typing import Any

from config.ip import IpNetwork
from config.reading.site import read_site
from tests.cases.changes import HOST_KEY

# The plain values of a stack file.
Stack = dict[str, Any]

# For each network of a site, by its position: blocks and destinations that share no address with
# each other, nor with the cluster's own networks. An IPv6 subnet beside another has one of its own.
BLOCKS = {
    4: ("192.168.0.0/16", "172.16.0.0/12", "10.64.0.0/10"),
    6: ("fd00:1::/32", "2001:db8:3::/48", "fd00:4::/32"),
    66: ("fd10:1::/32", "2001:db8:13::/48", "fd10:4::/32"),
}
DESTINATIONS = {
    4: (
        ("203.0.113.0/24", "192.0.2.1/32", "198.51.101.0/25"),
        ("198.51.100.7/32", "198.51.100.8/29"),
        ("198.18.0.0/15", "198.20.0.0/16"),
    ),
    6: (("2001:db8:5::/48", "2001:db8:7::/64"), ("2001:db8:6::7/128", "fd20::/32"), ("fd30::/32",)),
}
PREFIXES = {
    4: (24, 24, 24, 16, 23, 25, 28, 29, 30, 31),
    6: (64, 64, 64, 48, 56, 112, 120, 126, 127),
}
# What a cluster says of itself; only its networks reach the pods.
_K3S: Stack = {"distribution": "k3s", "version": "v1.34.3+k3s1"}
CLUSTERS: tuple[Stack, ...] = (
    _K3S,
    {
        **_K3S,
        "pod_networks": ["10.63.0.0/16", "fd00:42::/56"],
        "service_networks": ["10.0.0.0/24", "fd00:43::/112"],
    },
    {
        **_K3S,
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
# What the pod and all nodes are told that no network depends on.
WORKLOAD: Stack = {
    "image": "ghcr.io/home-assistant/home-assistant:2026.11.0",
    "time_zone": "Europe/Oslo",
}
NODE: Stack = {"host_key": HOST_KEY, "architecture": "amd64"}
PARENTS_MTU = (1500, 1500, 1500, 1280, 1496, 9000, 65535, 1000)
NAMES = ("lan", "iot", "net1.2", "a", "A-b_c.d-e", "fifteen.chars-x", "wlan0", "eth1", "tap0", "z9")
MACS = (
    *("02:00:00:00:00:00", "02:00:00:00:00:01", "fe:ff:ff:ff:ff:ff", "32:44:0b:5a:0e:2e"),
    *("00:e0:4c:68:02:3d", "00:00:00:00:00:01", "ae:00:00:00:00:ff", "00:50:56:00:00:01"),
)
MODES = ("bridge", "bridge", "private", "vepa")
VLAN_IDS = (1, 2, 3, 10, 100, 4093, 4094)
# A VLAN that the nodes have as an interface of their own.
TAGGED_PARENT = "eth0.30"
# (parent, whether tagged) of a site's networks: each entry at most once. Two are untagged on eth0.
UNTAGGED = (("eth0", False), ("eth0", False), ("eth1", False))
SEGMENTS = (*UNTAGGED, ("eth0", True), ("eth1", True), ("eth0", True), (TAGGED_PARENT, False))


def accepted_sites(number: int, seed: int) -> list[Stack]:
    """That many different sites that the checks accept; the same ones for the same seed."""
    random = Random(seed)  # noqa: S311 - repeatable on purpose
    found: dict[str, Stack] = {}
    while len(found) < number:
        stack = generated_site(random)
        # The same for sites that differ only in that they write a default.
        if (site := read_site(stack).site) is not None:
            found.setdefault(site.model_dump_json(), stack)
    return list(found.values())


def generated_site(random: Random) -> Stack:
    """A site that is meant to be right; the checks have the last word."""
    segments = random.sample(SEGMENTS if _coin(random) else UNTAGGED, random.randint(1, 3))
    macs, names, ids = (random.sample(of, len(segments)) for of in (MACS, NAMES, VLAN_IDS))
    cluster = random.choice((CLUSTERS[0], *CLUSTERS))
    nodes = _nodes(random, ipv6=":" in str(cluster) or random.choice((True, False)))
    networks: dict[str, Stack] = {}
    interfaces: list[Stack] = []
    for position, (parent, tagged) in enumerate(segments):
        macvlan = {"type": "macvlan", "mode": random.choice(MODES)}
        kind = {"type": "vlan", "vlan_id": ids[position]} if tagged else macvlan
        network: Stack = {"parent": parent, **kind}
        name = random.choice((f"net{position + 1}", names[position]))
        interface: Stack = {"network": f"n{position}", "name": name, "mac": macs[position]}
        _addresses(random, network, interface, position)
        _ways(random, network, position)
        _mtu(random, network, nodes)
        networks[f"n{position}"] = network
        interfaces.append(interface)
    _node_addresses(random, nodes, networks)
    workload = {**WORKLOAD, "interfaces": interfaces}
    if random.choice((False, False, True)):
        workload["nodes"] = [max(nodes)]
        nodes["apart"] = {**NODE, "host": "10.250.0.1", "interfaces": []}
    found = [name for name, network in networks.items() if network["discovery"]]
    if found and _coin(random):
        workload["discovery_default"] = random.choice(found)
    return {"cluster": cluster, "nodes": nodes, "networks": networks, "home_assistant": workload}


def _coin(random: Random) -> bool:
    return random.choice((False, True))


def _nodes(random: Random, *, ipv6: bool) -> dict[str, Stack]:
    nodes: dict[str, Stack] = {}
    for number in range(random.choice((1, 1, 2))):
        mtus = random.choices(PARENTS_MTU, k=2)
        interfaces: list[Stack] = [
            {"name": "eth0", "mtu": mtus[0], "mac": f"52:54:00:00:{number:02x}:00"},
            {"name": "eth1", "mtu": mtus[1]},
            {"name": TAGGED_PARENT, "mtu": mtus[0]},
        ]
        if _coin(random):
            del interfaces[0]["mac"]
        host = f"node-{number}.home"
        nodes[f"node-{number}"] = {**NODE, "host": host, "ipv6": ipv6, "interfaces": interfaces}
    return nodes


def _addresses(random: Random, network: Stack, interface: Stack, position: int) -> None:
    leases, six = _coin(random), random.choice((False, False, True))
    subnet = _subnet(random, 6 if six else 4, position)
    host = _host(random, subnet, least=2 if leases else 1)
    network["subnet"], interface["address"] = str(subnet), str(subnet[host])
    if leases:
        network["ipam"] = "host-local"
        most = subnet.num_addresses - (1 if six else 2)
        first = random.choice(sorted({host, max(1, host - 3), min(host, 2)}))
        last = random.choice(sorted({host, min(host + 5, most), most}))
        network["range"] = f"{subnet[first]}-{subnet[last]}"
        if subnet.num_addresses - last > 12 and _coin(random):
            network["dhcp_pool"] = f"{subnet[last + 1]}-{subnet[last + 9]}"
        return
    if _coin(random):
        other = _subnet(random, 66 if six else 6, position)
        host_six = _host(random, other, least=1)
        network["ipv6"] = {"subnet": str(other)}
        interface["ipv6_address"] = str(other[host_six])
        if other.num_addresses >= 64 and not 40 <= host_six <= 50 and _coin(random):
            network["ipv6"]["dhcp_pool"] = f"{other[40]}-{other[50]}"
    if subnet.num_addresses >= 16 and not 8 <= host <= 11 and _coin(random):
        network["dhcp_pool"] = f"{subnet[8]}-{subnet[11]}"


def _subnet(random: Random, blocks: int, position: int) -> IpNetwork:
    block = ipaddress.ip_network(BLOCKS[blocks][position])
    prefix = max(random.choice(PREFIXES[block.version]), block.prefixlen)
    count = 1 << (prefix - block.prefixlen)
    number = random.choice(sorted({0, count - 1, count // 2, min(18, count - 1)}))
    size = 1 << (block.max_prefixlen - prefix)
    return ipaddress.ip_network((int(block.network_address) + number * size, prefix))


def _host(random: Random, subnet: IpNetwork, least: int) -> int:
    """The number of a host in its subnet: the first, the last, or one between."""
    tight = subnet.num_addresses == 2
    first = 0 if tight else least
    last = subnet.num_addresses - (1 if tight or subnet.version == 6 else 2)
    choices = {first, last, first + 1, (first + last) // 2, min(32, last)}
    return random.choice(sorted(n for n in choices if first <= n <= last))


def _ways(random: Random, network: Stack, position: int) -> None:
    """By which ways the pod and others find each other."""
    subnet = ipaddress.ip_network(network["subnet"])
    network["discovery"] = subnet.version == 4 and _coin(random)
    network["router_advertisements"] = random.choice(("ignore", "no_default_route", "accept"))
    routes: list[str] = []
    if subnet.num_addresses >= 8 and _coin(random):
        network["gateway"] = str(subnet[random.choice((1, 6))])
        network["source_based_routing"] = _coin(random)
        routes += _some(random, DESTINATIONS[subnet.version][position])
    if "ipv6" in network and subnet.version == 4 and _coin(random):
        network["ipv6"]["gateway"] = "fe80::1"
        routes += _some(random, DESTINATIONS[6][position])
    network["routes"] = routes


def _some(random: Random, destinations: Sequence[str]) -> list[str]:
    return list(destinations[: random.randint(0, len(destinations))])


def _mtu(random: Random, network: Stack, nodes: dict[str, Stack]) -> None:
    known = [interface for node in nodes.values() for interface in node["interfaces"]]
    most = min(entry["mtu"] for entry in known if entry["name"] == network["parent"])
    least = 1280 if "ipv6" in network or ":" in network["subnet"] else 68
    choices = [mtu for mtu in (68, 576, 1279, 1280, 1400, most) if least <= mtu <= most]
    if (mtu := random.choice((None, None, *choices))) is not None:
        network["mtu"] = mtu


def _node_addresses(random: Random, nodes: dict[str, Stack], networks: dict[str, Stack]) -> None:
    """Some nodes are known by an address in a network of theirs, some by name alone."""
    for number, node in enumerate(nodes.values()):
        subnets = [ipaddress.ip_network(n["subnet"]) for n in networks.values() if "mode" in n]
        large = [subnet for subnet in subnets if subnet.num_addresses >= 256]
        more = [f"10.251.0.{number + 1}", f"fd00:251::{number + 1}"]
        node["addresses"] = random.sample(more, random.choice((0, 0, 1)))
        if large:
            own = str(large[0][240 + number])
            known: Stack = {"addresses": [*node["addresses"], own]}
            node.update(random.choice(({}, {"host": own}, known)))
