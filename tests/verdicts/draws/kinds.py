"""The kinds of a near miss: what was changed, in what kind of network and of scenario."""

from collections.abc import Iterator, Sequence

from tests.verdicts.draws.sites import Tree

Kind = tuple[str, ...]


def kinds_of(label: str, rules: Sequence[str], before: Tree, after: Tree) -> Iterator[Kind]:
    """The kinds that a change is of, by what was changed, where, and which rules refuse it.

    What the plan accepts: each change in each kind of network, and in each kind of scenario. What it
    refuses: each rule by each change, and in each kind of network. Where no network is said
    otherwise the pod's first one counts.
    """
    first = _interfaces(before)[0]["network"]
    network = _network_kind(before, next(_changed_networks(before, after), first))
    if rules:
        yield (*rules, label)
        yield (*rules, *network)
    else:
        yield (label, *network)
        yield (label, *_house_kind(before))


def _changed_networks(before: Tree, after: Tree) -> Iterator[str]:
    """Networks that are said otherwise, and then those whose interfaces in the pod are."""
    for name, network in before["networks"].items():
        if after["networks"].get(name) != network:
            yield name
    old, new = (_interfaces(tree) for tree in (before, after))
    for interface in old:
        if interface not in new:
            yield interface["network"]
    for interface in new:
        if interface not in old and interface["network"] in before["networks"]:
            yield interface["network"]


def _network_kind(tree: Tree, name: str) -> Kind:
    network = tree["networks"][name]
    subnets = (network["subnet"], *([network["ipv6"]["subnet"]] if "ipv6" in network else []))
    used = any(interface["network"] == name for interface in _interfaces(tree))
    return (
        network["type"],
        network.get("ipam", "host-local"),
        " and ".join("IPv6" if ":" in subnet else "IPv4" for subnet in subnets),
        "used" if used else "unused",
    )


def _house_kind(tree: Tree) -> Kind:
    pods = tree["cluster"].get("pod_networks", ["10.42.0.0/16"])
    nodes = tree["home_assistant"].get("nodes", tree["nodes"])
    return (
        "pods with " + " and ".join("IPv6" if ":" in network else "IPv4" for network in pods),
        "on one node" if len(nodes) == 1 else "on several",
    )


def _interfaces(tree: Tree) -> Sequence[Tree]:
    found: Sequence[Tree] = tree["home_assistant"]["interfaces"]
    return found
