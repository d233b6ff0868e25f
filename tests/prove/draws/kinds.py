"""The kind of a near miss: what was changed, and in what kind of network."""

from collections.abc import Iterator, Sequence

from tests.prove.draws.sites import Tree

Kind = tuple[str, ...]


def kind_of(label: str, before: Tree, after: Tree) -> Kind:
    """Equal for changes of one label in networks of one type, one IPAM, and the same families."""
    name = next(_changed_networks(before, after), None)
    return (label,) if name is None else (label, *_network_kind(before, name))


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


def _interfaces(tree: Tree) -> Sequence[Tree]:
    found: Sequence[Tree] = tree["home_assistant"]["interfaces"]
    return found
