"""Near misses: every single slip of a hand that fills in a stack file."""

import copy
import ipaddress
from collections.abc import Iterator
from typing import Any

from tests.prove.draws.sites import Tree

Path = tuple[str | int, ...]
ADDRESSES = ("address", "ipv6_address", "gateway", "host", "addresses")
RANGES = ("range", "dhcp_pool")
ROUTES = (
    *("0.0.0.0/0", "10.0.0.0/8", "10.43.0.0/16", "10.42.7.0/24", "224.0.0.0/4"),
    *("fd00::/16", "::/0"),
)


def mutants(tree: Tree) -> Iterator[tuple[str, Tree]]:
    """(what was changed, the changed tree) for each single change."""
    for path, value in _leaves(tree):
        key = path[-1] if isinstance(path[-1], str) else path[-2]
        # A node's interfaces have the names that its kernel gave them.
        kept = path[0] == "nodes" and key == "name"
        for label, other in () if kept else _other_values(str(key), value):
            if other != value and _kernels_make(mutant := _with(tree, path, other)):
                yield f"{key} {label}", mutant
    yield from _networks(tree)
    yield from _interfaces(tree)
    yield from _nodes(tree)
    yield from _cluster(tree)


def _other_values(key: str, value: Any) -> Iterator[tuple[str, Any]]:
    if key in ADDRESSES:
        yield from _addresses(value)
    elif key in RANGES:
        yield from _ranges(value)
    elif key in ("subnet", "routes", "pod_networks", "service_networks"):
        yield from _subnets(value)
    elif key == "mac":
        yield from _macs(value)
    elif key == "vlan_id":
        yield from (("-1", value - 1), ("+1", value + 1))
        yield from ((f"{other}", other) for other in (0, 1, 4094, 4095))
    elif key == "mtu":
        yield from (("-1", value - 1), ("+1", value + 1))
        yield from ((f"{other}", other) for other in (67, 68, 1279, 1280, 1500, 9000))
    elif key == "name":
        names = ("eth0", "lo", "all", "default", "net1", "net2", "net9", "sixteen.chars-xx", "a%d")
        yield from ((f"called {other}", other) for other in names)
    elif key == "parent":
        yield from ((f"{other}", other) for other in ("eth0", "eth1", "eth2", "wlan0", "cni0"))
    elif key == "mode":
        yield from ((f"{o}", o) for o in ("bridge", "private", "vepa", "passthru", "Bridge"))
    elif key == "routing":
        yield from ((f"{other}", other) for other in ("on_link", "discovery", "routed"))
    elif key == "ipam":
        yield "host-local", "host-local"


def _addresses(value: str) -> Iterator[tuple[str, str]]:
    try:
        number = int(ipaddress.ip_address(value))
    except ValueError:
        return
    for step in (-1, 1, -256, 256):
        yield f"{step:+}", _address(number + step, value)
    yield from _swapped(value)


def _address(number: int, like: str) -> str:
    known = ipaddress.ip_address(like)
    return str(type(known)(min(max(number, 0), (1 << known.max_prefixlen) - 1)))


def _swapped(value: str) -> Iterator[tuple[str, str]]:
    for position in range(len(value) - 1):
        here, there = value[position], value[position + 1]
        if here != there and here not in ".:/" and there not in ".:/":
            changed = f"{value[:position]}{there}{here}{value[position + 2 :]}"
            yield "digits swapped", changed


def _ranges(value: str) -> Iterator[tuple[str, str]]:
    first, last = value.split("-")
    start, end = (int(ipaddress.ip_address(text)) for text in (first, last))
    for step in (-1, 1, -256, 256):
        yield f"start {step:+}", f"{_address(start + step, first)}-{last}"
        yield f"end {step:+}", f"{first}-{_address(end + step, last)}"
    yield "turned round", f"{last}-{first}"


def _subnets(value: str) -> Iterator[tuple[str, str]]:
    address, _, length = value.partition("/")
    most = ipaddress.ip_address(address).max_prefixlen
    steps = [(f"{step:+}", int(length) + step) for step in (-1, 1, -8, 8)]
    for label, other in (*steps, ("0", 0), ("of one address", most)):
        if not 0 <= other <= most:
            continue
        moved = ipaddress.ip_network(f"{address}/{other}", strict=False)
        yield f"prefix {label}", f"{address}/{other}"
        yield f"prefix {label} in place", str(moved)
    for label, swapped in _swapped(address):
        yield label, f"{swapped}/{length}"


def _macs(value: str) -> Iterator[tuple[str, str]]:
    first = int(value[:2], 16)
    yield "of a group", f"{first | 1:02x}{value[2:]}"
    yield "of nobody", "00:00:00:00:00:00"
    yield "of everybody", "ff:ff:ff:ff:ff:ff"
    yield "one off", f"{value[:-2]}{(int(value[-2:], 16) + 1) % 256:02x}"
    yield from _swapped(value)


def _networks(tree: Tree) -> Iterator[tuple[str, Tree]]:
    for name, network in tree["networks"].items():
        path: Path = ("networks", name)
        for key in ("range", "gateway", "ipv6", "vlan_id", "mtu", "routing", "routes", "ipam"):
            if key in network:
                yield f"{key} left out", _without(tree, (*path, key))
        yield "type turned", _with(tree, path, _turned(network))
        for label, key, value in _more_keys(network):
            yield label, _with(tree, (*path, key), value)
        for other_name, other in tree["networks"].items():
            for key in ("subnet", "vlan_id", "parent", "gateway") if other_name != name else ():
                if key in other:
                    yield f"{key} of another network", _with(tree, (*path, key), other[key])
        yield "the network twice", _with(tree, ("networks", f"{name}-twin"), dict(network))


def _more_keys(network: Tree) -> Iterator[tuple[str, str, Any]]:
    """(what, key, value) for what is added to a network, or said otherwise."""
    subnet = ipaddress.ip_network(network["subnet"])
    if "routing" not in network:
        yield from ((f"routing {mode}", "routing", mode) for mode in ("discovery", "routed"))
    if "mtu" not in network:
        yield from ((f"mtu {mtu}", "mtu", mtu) for mtu in (67, 68, 1279, 1500, 1501, 9001))
    if "dhcp_pool" not in network:
        yield "a pool of the whole subnet", "dhcp_pool", f"{subnet[0]}-{subnet[-1]}"
    if "gateway" not in network and subnet.num_addresses > 1:
        yield from ((f"a gateway {n}", "gateway", str(subnet[n])) for n in (0, 1, -1))
    if "range" in network:
        yield "range beside static", "ipam", "static"
        yield "range of the whole subnet", "range", f"{subnet[0]}-{subnet[-1]}"
    if "ipv6" not in network:
        yield "an ipv6 subnet without addresses", "ipv6", {"subnet": "fd00:77::/64"}
        yield "ipv4 for ipv6", "ipv6", {"subnet": "192.168.250.0/24"}
    if network.get("routing") == "routed":
        own = (("it", str(subnet)), ("its last half", str(list(subnet.subnets())[-1])))
        for label, route in (*own, *((known, known) for known in ROUTES)):
            yield f"a route to {label}", "routes", [*network["routes"], route]


def _turned(network: Tree) -> Tree:
    turned = {key: value for key, value in network.items() if key not in ("mode", "vlan_id")}
    if network["type"] == "vlan":
        return {**turned, "type": "macvlan"}
    return {**turned, "type": "vlan", "vlan_id": 77}


def _interfaces(tree: Tree) -> Iterator[tuple[str, Tree]]:
    interfaces = tree["home_assistant"]["interfaces"]
    base: Path = ("home_assistant", "interfaces")
    for position, interface in enumerate(interfaces):
        path: Path = (*base, position)
        for label, key, value in _taken(tree, interface):
            yield label, _with(tree, (*path, key), value)
        for name in tree["networks"]:
            address, where = interface["address"], ("networks", name)
            yield "a pod's address as gateway", _with(tree, (*where, "gateway"), address)
            pool = f"{address}-{address}"
            yield "a pod's address as pool", _with(tree, (*where, "dhcp_pool"), pool)
        for other in interfaces[:position] + interfaces[position + 1 :]:
            for key in ("mac", "name", "address", "network"):
                yield f"{key} of another", _with(tree, (*path, key), other[key])
        if "ipv6_address" in interface:
            yield "ipv6_address left out", _without(tree, (*path, "ipv6_address"))
        else:
            yield "an ipv6_address", _with(tree, (*path, "ipv6_address"), "fd00:88::5")
        near = int(ipaddress.ip_address(interface["address"])) + 1
        address = _address(near, interface["address"])
        again = {**interface, "name": "again", "mac": "02:00:00:00:aa:aa", "address": address}
        yield "in a network twice", _with(tree, base, [*interfaces, again])
    if len(interfaces) > 1:
        yield "one interface less", _with(tree, base, interfaces[1:])
        yield "in another order", _with(tree, base, interfaces[::-1])


def _taken(tree: Tree, interface: Tree) -> Iterator[tuple[str, str, str]]:
    """(whose, key, value) for MACs and addresses that are somebody else's."""
    for node in tree["nodes"].values():
        for other in node["interfaces"]:
            if "mac" in other:
                yield "mac of a node", "mac", other["mac"]
        if node["host"][0].isdigit():
            yield "address of a node", "address", node["host"]
    network = tree["networks"][interface["network"]]
    subnet = ipaddress.ip_network(network["subnet"])
    yield "address of the network", "address", str(subnet[0])
    yield "address of the broadcast", "address", str(subnet[-1])
    if "gateway" in network:
        yield "address of the gateway", "address", network["gateway"]
    if "dhcp_pool" in network:
        yield "address of the pool", "address", network["dhcp_pool"].split("-")[0]
    yield "a network that is not there", "network", "nowhere"


def _nodes(tree: Tree) -> Iterator[tuple[str, Tree]]:
    for name, node in tree["nodes"].items():
        path: Path = ("nodes", name)
        interfaces = node["interfaces"]
        for other in tree["nodes"].values():
            if other is not node:
                yield "a node at another's address", _with(tree, (*path, "host"), other["host"])
        for position, interface in enumerate(interfaces):
            rest = interfaces[:position] + interfaces[position + 1 :]
            yield f"a node without {interface['name']}", _with(tree, (*path, "interfaces"), rest)
            slow = _with(tree, (*path, "interfaces", position), {**interface, "mtu": 1000})
            if _kernels_make(slow):
                yield "a node with an MTU of 1000", slow
        for network in tree["networks"].values():
            subnet = ipaddress.ip_network(network["subnet"])
            for number in {1, subnet.num_addresses // 2}:
                host = str(subnet[number])
                yield "a node in a network", _with(tree, (*path, "host"), host)
                more_addresses = [*node.get("addresses", []), host]
                yield (
                    "a node with one address more",
                    _with(tree, (*path, "addresses"), more_addresses),
                )
            if network["type"] == "vlan":
                tagged = f"{network['parent']}.{network['vlan_id']}"
                mtu = next((i["mtu"] for i in interfaces if i["name"] == network["parent"]), 1500)
                more = [*interfaces, {"name": tagged, "mtu": mtu}]
                yield (
                    "a node with the VLAN as an interface",
                    _with(tree, (*path, "interfaces"), more),
                )
    where: Path = ("home_assistant", "nodes")
    yield "a pod on a node that is not there", _with(tree, where, ["nobody"])
    if "nodes" in tree["home_assistant"]:
        yield "a pod on any node", _without(tree, where)


def _kernels_make(tree: Tree) -> bool:
    """No kernel has a VLAN interface with a larger MTU than its parent's."""
    for node in tree["nodes"].values():
        sizes = {interface["name"]: interface["mtu"] for interface in node["interfaces"]}
        for name, mtu in sizes.items():
            if mtu > sizes.get(name.rpartition(".")[0], mtu):
                return False
    return True


def _cluster(tree: Tree) -> Iterator[tuple[str, Tree]]:
    for network in tree["networks"].values():
        for key in ("pod_networks", "service_networks"):
            more = [*tree["cluster"].get(key, []), network["subnet"]]
            yield f"a home's subnet in {key}", _with(tree, ("cluster", key), more)
    for key in ("pod_networks", "service_networks"):
        if key in tree["cluster"]:
            yield f"{key} left out", _without(tree, ("cluster", key))


def _leaves(node: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    if isinstance(node, dict):
        for key, inner in node.items():
            yield from _leaves(inner, (*path, key))
    elif isinstance(node, list):
        for position, inner in enumerate(node):
            yield from _leaves(inner, (*path, position))
    else:
        yield path, node


def _with(tree: Tree, path: Path, value: Any) -> Tree:
    changed = copy.deepcopy(tree)
    here: Any = changed
    for key in path[:-1]:
        here = here[key]
    here[path[-1]] = value
    return changed


def _without(tree: Tree, path: Path) -> Tree:
    changed = copy.deepcopy(tree)
    here: Any = changed
    for key in path[:-1]:
        here = here[key]
    del here[path[-1]]
    return changed
