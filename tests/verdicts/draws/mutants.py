"""Near misses: every single slip of a hand that fills in a stack file."""

import copy
import ipaddress
from collections.abc import Iterator
from typing import Any

from tests.verdicts.draws.sites import Tree
from tests.verdicts.draws.values import is_address, moved, other_values

Path = tuple[str | int, ...]
OPTIONAL = (
    *("range", "gateway", "dhcp_pool", "ipv6", "vlan_id", "mode", "mtu", "routing", "routes"),
    "ipam",
)
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
        for label, other in () if kept else other_values(str(key), value):
            if other != value and _kernels_make(mutant := _with(tree, path, other)):
                yield f"{_keys(path)} {label}", mutant
    yield from _networks(tree)
    yield from _interfaces(tree)
    yield from _nodes(tree)
    yield from _cluster(tree)


def _keys(path: Path) -> str:
    """The keys of the schema on the way, without the names that the site gave."""
    named = path[0] in ("nodes", "networks")
    return ".".join(
        str(key) for key in (path[:1] + path[2:] if named else path[1:]) if isinstance(key, str)
    )


def _networks(tree: Tree) -> Iterator[tuple[str, Tree]]:
    for name, network in tree["networks"].items():
        path: Path = ("networks", name)
        for key in OPTIONAL:
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
        yield from _routes(tree, (*path, "routes"), network.get("routes", []))
        yield from _second_family(tree, path, network)


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


def _routes(tree: Tree, path: Path, routes: list[str]) -> Iterator[tuple[str, Tree]]:
    for position, route in enumerate(routes):
        yield "a route less", _with(tree, path, routes[:position] + routes[position + 1 :])
        yield "a route twice", _with(tree, path, [*routes, route])


def _second_family(tree: Tree, path: Path, network: Tree) -> Iterator[tuple[str, Tree]]:
    if "ipv6" not in network:
        family = {"subnet": "fd00:77::/64"}
        if "range" in network:
            family["range"] = "fd00:77::2-fd00:77::ff"
        added = _with(tree, (*path, "ipv6"), family)
        for position, interface in enumerate(added["home_assistant"]["interfaces"]):
            if interface["network"] == path[-1]:
                interface["ipv6_address"] = f"fd00:77::{position + 1:x}5"
        yield "an ipv6 subnet with addresses", added
        return
    where: Path = (*path, "ipv6")
    subnet = ipaddress.ip_network(network["ipv6"]["subnet"])
    more = (
        ("gateway", str(subnet[1])),
        ("dhcp_pool", f"{subnet[0]}-{subnet[-1]}"),
        ("dhcp_pool", f"{subnet[-1]}-{subnet[-1]}"),
        ("range", f"{subnet[1]}-{subnet[-1]}"),
    )
    for key, value in more:
        if key in network["ipv6"]:
            yield f"ipv6.{key} left out", _without(tree, (*where, key))
        else:
            yield f"an ipv6.{key}", _with(tree, (*where, key), value)


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
        again = {**interface, "name": "again", "mac": "02:00:00:00:aa:aa"}
        for key in {"address", "ipv6_address"} & interface.keys():
            again[key] = moved(int(ipaddress.ip_address(interface[key])) + 1, interface[key])
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
        for address in (node["host"], *node.get("addresses", [])):
            if is_address(address):
                yield "address of a node", "address", address
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
        if len(tree["nodes"]) > 1:
            yield "a node less", _without(tree, path)
        for position, interface in enumerate(interfaces):
            yield (
                "a node's interface twice",
                _with(tree, (*path, "interfaces"), [*interfaces, interface]),
            )
            for attachment in tree["home_assistant"]["interfaces"]:
                owned = {**interface, "mac": attachment["mac"]}
                yield "a node with a pod's MAC", _with(tree, (*path, "interfaces", position), owned)
            rest = interfaces[:position] + interfaces[position + 1 :]
            yield f"a node without {interface['name']}", _with(tree, (*path, "interfaces"), rest)
            slow = _with(tree, (*path, "interfaces", position), {**interface, "mtu": 1000})
            if _kernels_make(slow):
                yield "a node with an MTU of 1000", slow
        for named, network in tree["networks"].items():
            if network["parent"] != "cni0":
                bridged = _with(
                    tree, (*path, "interfaces"), [*interfaces, {"name": "cni0", "mtu": 1500}]
                )
                yield (
                    "a parent of the cluster's",
                    _with(bridged, ("networks", named, "parent"), "cni0"),
                )
            if network["type"] == "vlan":
                tagged = f"{network['parent']}.{network['vlan_id']}"
                mtu = next((i["mtu"] for i in interfaces if i["name"] == network["parent"]), 1500)
                more = [*interfaces, {"name": tagged, "mtu": mtu}]
                yield (
                    "a node with the VLAN as an interface",
                    _with(tree, (*path, "interfaces"), more),
                )
        yield from _addresses_of_node(tree, path, node)
    where: Path = ("home_assistant", "nodes")
    yield "a pod on a node that is not there", _with(tree, where, ["nobody"])
    if "nodes" in tree["home_assistant"]:
        yield "a pod on any node", _without(tree, where)


def _addresses_of_node(tree: Tree, path: Path, node: Tree) -> Iterator[tuple[str, Tree]]:
    known, where = node.get("addresses", []), (*path, "addresses")
    if is_address(node["host"]):
        yield "a node's host as an address", _with(tree, where, [*known, node["host"]])
    for network in tree["networks"].values():
        subnet = ipaddress.ip_network(network["subnet"])
        for number in {1, subnet.num_addresses // 2}:
            host = str(subnet[number])
            yield "a node in a network", _with(tree, (*path, "host"), host)
            yield "a node with one address more", _with(tree, where, [*known, host])


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
