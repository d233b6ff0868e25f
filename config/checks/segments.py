"""Rules about segments: what networks of one parent share."""

import re
from collections.abc import Callable, Iterator

from config.checks.located import located_interfaces, located_networks
from config.checks.rule import Finding, rule
from config.segment import Segment
from config.site import Site

_NAMED_VLAN = re.compile(r"vlan[.-]?([0-9]{1,4})")


@rule(
    "vlan-twice",
    because="the plugin fails with `file exists`",
    source="docs/background/cni.md#vlan",
)
def vlan_twice(site: Site) -> Iterator[Finding]:
    """The pod is in each VLAN once, since a node makes its interface once."""
    owners: dict[Segment, str] = {}
    for located in located_interfaces(site):
        segment = located.segment
        if segment in owners and located.network.one_pod_per_node:
            yield located.finding(
                "network",
                located.interface.network,
                f"multihome:{owners[segment]} is in {segment.label} already; keep one of them",
            )
        owners.setdefault(segment, located.path)


@rule(
    "network-twice",
    because="a strict reverse path filter drops what comes in by the second interface",
    source="https://docs.kernel.org/networking/ip-sysctl.html",
    severity="warning",
)
def network_twice(site: Site) -> Iterator[Finding]:
    """The pod has one interface in an IPv4 network: what it sends leaves by the first one."""
    owners: dict[str, str] = {}
    for located in located_interfaces(site):
        name = located.interface.network
        if name in owners and 4 in located.network.ip_versions:
            yield located.finding(
                "network",
                name,
                f"multihome:{owners[name]} is in this network already, and the pod sends by that"
                " one alone; keep one of them",
            )
        owners.setdefault(name, located.path)


@rule(
    "vlan-exists",
    because="the plugin fails with `file exists`",
    source="docs/background/cni.md#vlan",
)
def vlan_exists(site: Site) -> Iterator[Finding]:
    """A VLAN that a node has as an interface (eth0.2) is not made a second time."""
    known = _node_interfaces(site, _segment_of)
    for located in located_networks(site):
        segment = located.network.segment
        for node, existing in known.get(segment, ()):
            yield located.finding(
                "vlan_id",
                segment.vlan_id,
                f"node {node} has {existing} already; write `type: macvlan` with"
                f" `parent: {existing}`",
            )


@rule(
    "vlan-may-exist",
    because="a VLAN is made once on its parent",
    source="docs/background/cni.md#vlan",
    severity="warning",
)
def vlan_may_exist(site: Site) -> Iterator[Finding]:
    """A node's interface with a name like `vlan30` is most likely that VLAN."""
    known = _node_interfaces(site, _named_vlan)
    for located in located_networks(site):
        vlan_id = located.network.segment.vlan_id
        for node, existing in known.get(vlan_id, ()):
            yield located.finding(
                "vlan_id",
                vlan_id,
                f"node {node} has {existing}; if it is that VLAN of {located.network.parent},"
                f" write `type: macvlan` with `parent: {existing}`",
            )


def _segment_of(interface: str) -> Segment | None:
    """The VLAN that an interface like `eth0.2` is."""
    parent, _, suffix = interface.rpartition(".")
    return Segment(parent, int(suffix)) if parent and suffix.isdigit() else None


def _named_vlan(interface: str) -> int | None:
    """The id that a name like `vlan30` has."""
    match = _NAMED_VLAN.fullmatch(interface)
    return int(match[1]) if match else None


def _node_interfaces(
    site: Site, vlan: Callable[[str], Segment | int | None]
) -> dict[Segment | int | None, list[tuple[str, str]]]:
    """The names of nodes and their interfaces, by the VLAN that an interface's name tells."""
    found: dict[Segment | int | None, list[tuple[str, str]]] = {}
    for name, node in site.pod_nodes.items():
        for interface in node.interfaces:
            found.setdefault(vlan(interface.name), []).append((name, interface.name))
    # The names that tell of no VLAN.
    found.pop(None, None)
    return found
