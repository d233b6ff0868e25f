"""Rules about wires: what networks of one parent share."""

import re
from collections.abc import Iterator

from config.checks.located import attachments, pod_addresses
from config.checks.reach import Wire, families_by_wire, wire_of
from config.checks.rule import Finding, rule
from config.networks import VlanNetwork
from config.site import Site

_NAMED_VLAN = re.compile(r"vlan[.-]?([0-9]{1,4})")


@rule(
    "wire-twice",
    "facts/cni.md section 9 row 5; Linux answers ARP by every interface of a wire",
    shown="failed to create vlan: file exists",
)
def wire_twice(site: Site) -> Iterator[Finding]:
    """The pod is on each wire once, a wire being a parent with or without a VLAN id.

    IPv6 alone is answered for by its own interface, where no subnet of the wire holds an IPv4
    address that the pod has elsewhere; a VLAN is made once in any case.
    """
    owners: dict[Wire, str] = {}
    seeking = _seeking_the_pod_by_arp(site)
    for path, attachment, network in attachments(site):
        wire = wire_of(network)
        if wire in owners and (isinstance(network, VlanNetwork) or wire in seeking):
            yield Finding(
                path=f"{path}.network",
                value=attachment.network,
                message=f"multihome:{owners[wire]} is on {_named(wire)} already, and neighbours would"
                " find an address of the pod at both MACs; keep one of them",
            )
        owners.setdefault(wire, path)


@rule(
    "vlan-on-vlan",
    "the node has that VLAN already (facts/cni.md section 9 row 5)",
    shown="failed to create vlan: file exists",
)
def vlan_on_vlan(site: Site) -> Iterator[Finding]:
    """A VLAN that a node has as an interface (eth0.2) is not made a second time."""
    for name, network, node_name, existing in _beside_vlans(site):
        parent, _, vlan_id = existing.rpartition(".")
        if parent == network.parent and vlan_id.isdigit() and int(vlan_id) == network.vlan_id:
            yield Finding(
                path=f"networks.{name}.vlan_id",
                value=network.vlan_id,
                message=f"node {node_name} has {existing} already; write `type: macvlan` with"
                f" `parent: {existing}`",
            )


@rule(
    "vlan-by-name",
    "a VLAN is made once on its parent (facts/cni.md section 9 row 5)",
    severity="warning",
)
def vlan_by_name(site: Site) -> Iterator[Finding]:
    """A node's interface with a name like `vlan30` is most likely that VLAN."""
    for name, network, node_name, existing in _beside_vlans(site):
        match = _NAMED_VLAN.fullmatch(existing)
        if match and int(match[1]) == network.vlan_id:
            yield Finding(
                path=f"networks.{name}.vlan_id",
                value=network.vlan_id,
                message=f"node {node_name} has {existing}; if it is that VLAN of {network.parent},"
                f" write `type: macvlan` with `parent: {existing}`",
            )


def _seeking_the_pod_by_arp(site: Site) -> set[Wire]:
    """The wires on which the pod has IPv4, or a subnet holds an IPv4 address that it has."""
    own = {
        wire_of(network)
        for _, _, network in attachments(site)
        if any(family.subnet.version == 4 for family in network.subnets)
    }
    addresses = [address for _, address, _, _ in pod_addresses(site) if address.version == 4]
    return own | {
        wire
        for wire, near in families_by_wire(site).items()
        if any(address in family.subnet for _, family in near for address in addresses)
    }


def _beside_vlans(site: Site) -> Iterator[tuple[str, VlanNetwork, str, str]]:
    """(network's name, network, node's name, interface's name) for tagged networks."""
    for name, network in site.networks.items():
        if isinstance(network, VlanNetwork):
            for node_name, node in site.pod_nodes.items():
                for interface in node.interfaces:
                    yield name, network, node_name, interface.name


def _named(wire: Wire) -> str:
    parent, vlan_id = wire
    return parent if vlan_id is None else f"VLAN {vlan_id} of {parent}"
