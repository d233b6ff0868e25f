"""The ports of the lab's switch by which hosts are on a network's segment."""

from typing import NamedTuple

from config.networks import HomeNetwork
from config.nodes import Node
from tests.verdicts.scenarios.cluster import CLUSTER_BRIDGE


class Port(NamedTuple):
    """A link of the pod's node whose cable a host shares, and its VLAN ids, the outer one first."""

    link: str
    vlans: list[int]


def port_of(node: Node, network: HomeNetwork) -> Port | None:
    """Where the network's frames leave the node; None where the node lacks the parent."""
    if network.parent == CLUSTER_BRIDGE and node.interfaces:
        # Whatever the site says, the LAN stays where it is.
        return Port(node.interfaces[0].name, [])
    if node.interface(network.parent) is None:
        return None
    port = port_of_link(node, network.parent)
    vlan_id = network.segment.vlan_id
    return port if vlan_id is None else Port(port.link, [*port.vlans, vlan_id])


def port_of_link(node: Node, link: str) -> Port:
    """Where the frames of one of the node's own links leave it; `eth0.30` is a VLAN of eth0."""
    parent, _, vlan_id = link.rpartition(".")
    stacked = node.interface(parent) is not None and vlan_id.isdigit()
    return Port(parent, [int(vlan_id)]) if stacked else Port(link, [])
