"""Rules about segments: what networks of one parent share."""

import re
from collections.abc import Iterator

from config.checks.located import (
    LocatedNetwork,
    located_interfaces,
    located_networks,
)
from config.checks.rule import Finding, rule
from config.segment import Segment
from config.site import Site

_NAMED_VLAN = re.compile(r"vlan[.-]?([0-9]{1,4})")


@rule(
    "segment-twice",
    because="Linux answers ARP for each address by every interface, and makes a VLAN once",
    source="docs/background/pod_interfaces.md#arp",
)
def segment_twice(site: Site) -> Iterator[Finding]:
    """The pod is on each segment once.

    By IPv6 alone it may be there twice: each interface answers for its own address. A VLAN is made
    once in any case.
    """
    owners: dict[Segment, str] = {}
    asked = {n.segment for n in site.attached_networks.values() if 4 in n.ip_versions}
    for located in located_interfaces(site):
        segment = located.segment
        if segment in owners and (located.network.one_pod_per_node or segment in asked):
            yield located.finding(
                "network",
                located.interface.network,
                f"multihome:{owners[segment]} is in the same segment already ({segment.label}), and"
                " neighbours would find an address of the pod at both MACs; keep one of them",
            )
        owners.setdefault(segment, located.path)


@rule(
    "vlan-exists",
    because="the plugin fails with `file exists`",
    source="docs/background/cni.md#vlan",
)
def vlan_exists(site: Site) -> Iterator[Finding]:
    """A VLAN that a node has as an interface (eth0.2) is not made a second time."""
    for located, vlan_id, node_name, existing in _beside_vlans(site):
        parent, _, suffix = existing.rpartition(".")
        if parent == located.network.parent and suffix.isdigit() and int(suffix) == vlan_id:
            yield located.finding(
                "vlan_id",
                vlan_id,
                f"node {node_name} has {existing} already; write `type: macvlan` with"
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
    for located, vlan_id, node_name, existing in _beside_vlans(site):
        match = _NAMED_VLAN.fullmatch(existing)
        if match and int(match[1]) == vlan_id:
            yield located.finding(
                "vlan_id",
                vlan_id,
                f"node {node_name} has {existing}; if it is that VLAN of {located.network.parent},"
                f" write `type: macvlan` with `parent: {existing}`",
            )


def _beside_vlans(site: Site) -> Iterator[tuple[LocatedNetwork, int, str, str]]:
    """(network, its VLAN id, node's name, interface's name) for tagged networks."""
    for located in located_networks(site):
        vlan_id = located.network.segment.vlan_id
        if vlan_id is not None:
            for node_name, node in site.pod_nodes.items():
                for interface in node.interfaces:
                    yield located, vlan_id, node_name, interface.name
