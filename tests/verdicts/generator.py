"""Generates sites, with the values on purpose at which kernels, plugins and people go wrong."""

import ipaddress
import itertools
from collections.abc import Iterator, Sequence
from random import Random
from typing import Any

from config.ip import IpNetwork
from config.reading.site import read_site
from tests.cases.changes import HOST_KEY

# The plain values of a stack file.
Stack = dict[str, Any]

# Blocks that share no address with each other, nor with the cluster's own networks.
BLOCKS_V4 = ("192.168.0.0/16", "172.16.0.0/12", "10.64.0.0/10", "100.64.0.0/10")
BLOCKS_V6 = ("fd00:1::/32", "fd00:2::/32", "2001:db8:3::/48", "fd00:4::/32")
BLOCKS_V6_MORE = ("fd10:1::/32", "fd10:2::/32", "2001:db8:13::/48", "fd10:4::/32")
# What a cluster says of itself; only its networks reach the pods.
CLUSTERS: tuple[Stack, ...] = (
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
SETTINGS: Stack = {
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
# (parent, whether tagged) of the segments of a site: each entry at most once, so two VLANs of eth0.
SEGMENTS = (
    *(("eth0", False), ("eth0", True), ("eth1", False), ("eth1", True), ("eth0", True)),
    (TAGGED_PARENT, False),
)


def accepted_sites(number: int, seed: int) -> list[Stack]:
    """That many different sites that the checks accept; the same ones for the same seed."""
    return list(itertools.islice(_accepted(seed), number))


def _accepted(seed: int) -> Iterator[Stack]:
    random = Random(seed)  # noqa: S311 - repeatable on purpose
    generated: set[str] = set()
    while True:
        stack = generated_site(random)
        site = read_site(stack).site
        if site is None:
            continue
        # The same for sites that differ only in that they write a default.
        meaning = site.model_dump_json()
        if meaning not in generated:
            generated.add(meaning)
            yield stack


def generated_site(random: Random) -> Stack:
    """A site that is meant to be right; the checks have the last word."""
    only_untagged = [("eth0", False), ("eth1", False)]
    possible = SEGMENTS if _coin(random) else only_untagged
    segments = random.sample(possible, random.randint(1, min(3, len(possible))))
    nodes = _nodes(random, tagged=(TAGGED_PARENT, False) in segments)
    macs = random.sample(MACS, len(segments))
    names = random.sample(NAMES, len(segments))
    ids = random.sample(VLAN_IDS, len(segments))
    networks: dict[str, Stack] = {}
    interfaces: list[Stack] = []
    discovered = False
    for position, (parent, tagged) in enumerate(segments):
        name = f"n{position}"
        network: Stack = {"type": "vlan" if tagged else "macvlan", "parent": parent}
        if tagged:
            network["vlan_id"] = ids[position]
        else:
            network["mode"] = random.choice(("bridge", "bridge", "private", "vepa"))
        interface: Stack = {
            "network": name,
            "name": random.choice((f"net{position + 1}", names[position])),
            "mac": macs[position],
        }
        _addresses(random, network, interface, position)
        _routing(random, network, discovered=discovered, position=position)
        discovered = discovered or network.get("routing") == "discovery"
        _mtu(random, network, nodes)
        networks[name] = network
        interfaces.append(interface)
    _node_addresses(random, nodes, networks)
    chosen = random.choice(([], [], [max(nodes)]))
    if chosen and _coin(random):
        nodes["apart"] = {
            "host": "10.250.0.1",
            "host_key": HOST_KEY,
            "architecture": "arm64",
            "interfaces": [],
        }
    return {
        "cluster": random.choice((CLUSTERS[0], *CLUSTERS)),
        "nodes": nodes,
        "networks": networks,
        "home_assistant": {
            **SETTINGS,
            "interfaces": interfaces,
            **({"nodes": chosen} if chosen else {}),
        },
    }


def _coin(random: Random) -> bool:
    return random.choice((False, True))


def _nodes(random: Random, *, tagged: bool) -> dict[str, Stack]:
    nodes: dict[str, Stack] = {}
    for number in range(random.choice((1, 1, 2))):
        interfaces: list[Any] = []
        for position, name in enumerate(("eth0", "eth1")):
            interface: Stack = {"name": name, "mtu": random.choice(PARENTS_MTU)}
            if _coin(random):
                interface["mac"] = f"52:54:00:00:{number:02x}:{position:02x}"
            interfaces.append(interface)
        if tagged:
            interfaces.append({"name": TAGGED_PARENT, "mtu": interfaces[0]["mtu"]})
        nodes[f"node-{number}"] = {
            "host": f"node-{number}.home",
            "host_key": HOST_KEY,
            "architecture": "amd64",
            "interfaces": interfaces,
        }
    return nodes


def _addresses(random: Random, network: Stack, interface: Stack, position: int) -> None:
    leases = _coin(random)
    six = random.choice((False, False, True))
    subnet = _subnet(random, six=six, position=position, leases=leases)
    network["subnet"] = str(subnet)
    host = _host(random, subnet, taken=(1,) if leases else ())
    interface["address"] = str(subnet[host])
    if leases:
        first, last = _around(random, subnet, host)
        network["range"] = f"{subnet[first]}-{subnet[last]}"
        if subnet.num_addresses - last > 12 and _coin(random):
            network["dhcp_pool"] = f"{subnet[last + 1]}-{subnet[last + 9]}"
        return
    network["ipam"] = "static"
    if _coin(random):
        other = _subnet(random, six=True, position=position, leases=False, second=six)
        network["ipv6"] = {"subnet": str(other)}
        host_six = _host(random, other, taken=())
        interface["ipv6_address"] = str(other[host_six])
        if other.num_addresses >= 64 and not 40 <= host_six <= 50 and _coin(random):
            network["ipv6"]["dhcp_pool"] = f"{other[40]}-{other[50]}"
    if subnet.num_addresses >= 16 and _coin(random):
        pool = [n for n in (8, 9, 10, 11) if n != host]
        low, high = min(pool), max(n for n in pool if all(m != host for m in range(min(pool), n)))
        network["dhcp_pool"] = f"{subnet[low]}-{subnet[high]}"


def _subnet(
    random: Random, *, six: bool, position: int, leases: bool, second: bool = False
) -> IpNetwork:
    blocks = BLOCKS_V6_MORE if second else BLOCKS_V6 if six else BLOCKS_V4
    block = ipaddress.ip_network(blocks[position])
    prefixes = PREFIXES_V6 if six else PREFIXES_V4
    tight = () if leases else ((127,) if six else (31,))
    prefix = random.choice((*prefixes, *tight))
    prefix = max(prefix, block.prefixlen)
    count = 1 << (prefix - block.prefixlen)
    number = random.choice(sorted({0, count - 1, count // 2, min(18, count - 1)}))
    size = 1 << (block.max_prefixlen - prefix)
    return ipaddress.ip_network((int(block.network_address) + number * size, prefix))


def _host(random: Random, subnet: IpNetwork, taken: Sequence[int]) -> int:
    """The number of a host in its subnet: the first, the last, or one between."""
    tight = subnet.num_addresses == 2
    first = 0 if tight else 1
    last = subnet.num_addresses - (1 if tight or subnet.version == 6 else 2)
    choices = {first, last, first + 1, (first + last) // 2, min(32, last)}
    allowed = sorted(n for n in choices if first <= n <= last and n not in taken)
    return random.choice(allowed)


def _around(random: Random, subnet: IpNetwork, host: int) -> tuple[int, int]:
    """First and last of a range that holds the host."""
    most = subnet.num_addresses - (1 if subnet.version == 6 else 2)
    first = random.choice(sorted({host, max(1, host - 3), min(host, 2)}))
    last = random.choice(sorted({host, min(host + 5, most), most}))
    return first, last


def _routing(random: Random, network: Stack, *, discovered: bool, position: int) -> None:
    modes = ["on_link", "routed"] if discovered else ["on_link", "discovery", "routed"]
    mode = random.choice(modes)
    subnet = ipaddress.ip_network(network["subnet"])
    if mode == "routed" and subnet.num_addresses >= 8:
        network["gateway"] = str(subnet[random.choice((1, 6))])
        destinations = DESTINATIONS_V6 if subnet.version == 6 else DESTINATIONS_V4
        if position < len(destinations):
            network["routes"] = _some(random, destinations[position])
            network["routing"] = "routed"
        if "ipv6" in network and position < len(DESTINATIONS_V6) and _coin(random):
            network["ipv6"]["gateway"] = "fe80::1"
            more = _some(random, DESTINATIONS_V6[position])
            network["routes"] = [*network.get("routes", []), *more]
            network["routing"] = "routed"
        return
    if mode == "discovery":
        network["routing"] = "discovery"


def _some(random: Random, destinations: Sequence[str]) -> list[str]:
    return list(destinations[: random.randint(1, len(destinations))])


def _mtu(random: Random, network: Stack, nodes: dict[str, Stack]) -> None:
    most = min(
        interface["mtu"]
        for node in nodes.values()
        for interface in node["interfaces"]
        if interface["name"] == network["parent"]
    )
    six = "ipv6" in network or ":" in network["subnet"]
    choices = [m for m in (68, 576, 1279, 1280, 1400, most) if (1280 if six else 68) <= m <= most]
    mtu = random.choice((None, None, *choices))
    if mtu is not None:
        network["mtu"] = mtu


def _node_addresses(random: Random, nodes: dict[str, Stack], networks: dict[str, Stack]) -> None:
    """Some nodes are known by an address in a network of theirs, some by name alone."""
    for number, node in enumerate(nodes.values()):
        for network in networks.values():
            subnet = ipaddress.ip_network(network["subnet"])
            if network["type"] == "macvlan" and subnet.num_addresses >= 256:
                if _coin(random):
                    node["host"] = str(subnet[240 + number])
                elif _coin(random):
                    node["addresses"] = [str(subnet[240 + number])]
                break
        if random.choice((False, False, True)):
            more = (f"10.251.0.{number + 1}", f"fd00:251::{number + 1}")
            node["addresses"] = [*node.get("addresses", []), random.choice(more)]
