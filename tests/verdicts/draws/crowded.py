"""Sites whose networks, addresses and nodes meet by chance: several slips at once."""

import ipaddress
import random
from collections.abc import Iterator
from typing import Any

from config.ip import IpAddress, IpNetwork
from tests.verdicts.draws.sites import CLUSTERS, SETTINGS, Tree

# Few and near to each other, so that what is drawn twice is equal, or one in the other.
SUBNETS_V4 = (
    *("192.168.18.0/24", "192.168.18.0/25", "192.168.18.128/25", "192.168.0.0/18"),
    *("192.168.32.0/29", "192.168.32.0/30", "192.168.32.2/31"),
)
SUBNETS_V6 = (
    *("fd00:18::/64", "fd00:18::/48", "fd00:18:0:1::/64"),
    *("fd00:32::/126", "fd00:32::/127", "fd00:32::2/127"),
)
DESTINATIONS = (
    *("10.9.0.0/16", "10.9.5.0/24", "192.168.0.0/16", "192.168.18.0/24", "203.0.113.7/32"),
    *("2001:db8:5::/48", "2001:db8::/32", "fd00:18::/32", "fd00:32::/64"),
)
NUMBERS = (0, 1, 2, 3, 5, 9, 12, -2, -1)
ROUTER_BY_LINK = "fe80::1"


def crowded_sites(seed: int) -> Iterator[Tree]:
    """Without end, the same ones for the same seed; the plan accepts few of them."""
    drawn = random.Random(seed)  # noqa: S311 - repeatable on purpose
    while True:
        yield _site(drawn)


def _site(drawn: random.Random) -> Tree:
    networks: dict[str, Tree] = {}
    interfaces: list[Tree] = []
    for position in range(drawn.choice((2, 2, 3))):
        name = f"n{position}"
        networks[name] = _network(drawn)
        if position == 0 or _chance(drawn, 0.5):
            interfaces.append(_interface(drawn, name, networks[name], position))
    nodes = {f"node-{number}": _node(drawn, number) for number in range(drawn.choice((1, 1, 2)))}
    chosen = {"nodes": ["node-0"]} if len(nodes) > 1 and _chance(drawn, 0.5) else {}
    return {
        "cluster": drawn.choice((*CLUSTERS[:1] * 4, *CLUSTERS)),
        "nodes": nodes,
        "networks": networks,
        "home_assistant": {
            **SETTINGS,
            "interfaces": interfaces,
            **chosen,
        },
    }


def _network(drawn: random.Random) -> Tree:
    six = _chance(drawn, 0.5)
    subnet = drawn.choice(SUBNETS_V6 if six else SUBNETS_V4)
    network: Tree = {
        "type": "macvlan",
        "parent": drawn.choice(("eth0", "eth0", "eth1")),
        "subnet": subnet,
    }
    if _chance(drawn, 0.5):
        network["range"] = _some_range(drawn, subnet)
    else:
        network["ipam"] = "static"
        if _chance(drawn, 0.35):
            network["ipv6"] = _ipv6(drawn)
    if _chance(drawn, 0.4):
        by_link = six and _chance(drawn, 0.4)
        network["gateway"] = ROUTER_BY_LINK if by_link else _some_address(drawn, subnet)
    if _chance(drawn, 0.2):
        network["dhcp_pool"] = _some_range(drawn, subnet)
    if _chance(drawn, 0.35):
        network["routing"] = "routed"
        network["routes"] = drawn.sample(DESTINATIONS, drawn.choice((1, 1, 2)))
    elif _chance(drawn, 0.25):
        network["routing"] = "discovery"
    if _chance(drawn, 0.15):
        network["mtu"] = drawn.choice((1500, 1280, 1400))
    if _chance(drawn, 0.15):
        network |= {"type": "vlan", "vlan_id": drawn.choice((10, 10, 11))}
    elif _chance(drawn, 0.15):
        network["mode"] = drawn.choice(("private", "vepa"))
    return network


def _ipv6(drawn: random.Random) -> Tree:
    subnet = drawn.choice(SUBNETS_V6)
    family: Tree = {"subnet": subnet}
    if _chance(drawn, 0.4):
        family["gateway"] = drawn.choice((ROUTER_BY_LINK, _some_address(drawn, subnet)))
    if _chance(drawn, 0.2):
        family["dhcp_pool"] = _some_range(drawn, subnet)
    return family


def _interface(drawn: random.Random, name: str, network: Tree, position: int) -> Tree:
    ends = network.get("range", "").split("-")
    leased = "range" in network and _chance(drawn, 0.8)
    interface: Tree = {
        "network": name,
        "name": f"x{position}",
        "mac": f"02:00:00:00:00:0{drawn.choice((position, position, position, 0)) + 1}",
        "address": drawn.choice(ends) if leased else _some_address(drawn, network["subnet"]),
    }
    if "ipv6" in network:
        interface["ipv6_address"] = _some_address(drawn, network["ipv6"]["subnet"])
    return interface


def _node(drawn: random.Random, number: int) -> Tree:
    near = _some_address(drawn, drawn.choice((*SUBNETS_V4, *SUBNETS_V6)))
    interfaces: list[Any] = ["eth0", "eth1"]
    if _chance(drawn, 0.15):
        interfaces[0] = {"name": "eth0", "mac": f"02:00:00:00:00:0{number + 1}"}
    return {
        "host": drawn.choice((f"node-{number}.home", near)),
        "host_key": "ssh-ed25519 AAAA",
        "architecture": "amd64",
        "interfaces": interfaces,
    }


def _some_address(drawn: random.Random, subnet: str) -> str:
    return str(_numbered(ipaddress.ip_network(subnet), drawn.choice(NUMBERS)))


def _some_range(drawn: random.Random, subnet: str) -> str:
    known = ipaddress.ip_network(subnet)
    numbers = sorted(abs(drawn.choice(NUMBERS)) for _ in range(2))
    first, last = (_numbered(known, number) for number in numbers)
    return f"{first}-{last}"


def _numbered(subnet: IpNetwork, number: int) -> IpAddress:
    most = subnet.num_addresses - 1
    return subnet[max(number, -most - 1) if number < 0 else min(number, most)]


def _chance(drawn: random.Random, part: float) -> bool:
    return drawn.random() < part
