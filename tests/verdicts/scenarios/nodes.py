"""The other nodes on the home's wires, and who sees there who answers for the pod's own node."""

from collections.abc import Iterator

from config.networks import HomeNetwork, VlanNetwork
from config.nodes import Node
from config.site import Site
from lab.netns.channel import Request
from tests.verdicts.scenarios.cluster import CLUSTER_BRIDGE
from tests.verdicts.scenarios.hosts import lead_to, new_host
from tests.verdicts.scenarios.links import (
    addresses_on_wires,
    home_of,
    link_elsewhere,
    link_of,
    node_addresses,
    wire_of_link,
)


def other_nodes(site: Site, node: Node) -> Iterator[Request]:
    """The nodes beside this one, each at the addresses by which it is on the same wires.

    One in a network's subnet is on its wire, by whatever interface. One with a MAC that is known
    is on that interface's wire, whatever address it has there.
    """
    for name, other in site.nodes.items():
        if other is node:
            continue
        known = {link for _, link in node_addresses(site, other)}
        for interface in other.own_interfaces:
            unknown = interface.mac and interface.name not in known and "." not in interface.name
            if unknown and node.interface(interface.name) is not None:
                own = (interface.name, list[int]())
                yield new_host(f"{name}-{interface.name}", own, [], mac=interface.mac, router=True)
        yield from _of_node(site, node, name, other)


def _of_node(site: Site, node: Node, name: str, other: Node) -> Iterator[Request]:
    """The other node on each wire: it has all its addresses there by one interface."""
    hosts: dict[str, Request] = {}
    leads_to: list[tuple[Request, HomeNetwork]] = []
    for address in addresses_on_wires(other):
        network, text = home_of(site, address, tagged=True)
        if network is None:
            link = link_elsewhere(other, address)
            wire = (link, list[int]()) if node.interface(link) and "." not in link else None
        else:
            link, wire = network.parent, link_of(node, network)
        if wire is None:
            continue
        theirs = None if isinstance(network, VlanNetwork) else other.interface(link)
        mac = theirs.mac if theirs is not None and theirs.mac else ""
        new = new_host(
            f"{name}-{len(hosts)}", wire, [], mac=mac, loopback=[], on_link=[], router=True
        )
        host = hosts.setdefault(str(wire), new)
        host["addresses"].append(text)
        for led in site.networks.values():
            if address in led.gateways.values() and link_of(node, led) == wire:
                leads_to.append((host, led))
    for host, network in leads_to:
        lead_to(site, host, network)
    yield from hosts.values()


def bystanders(site: Site, node: Node) -> Iterator[Request]:
    """Without an address of its own, one who sees who answers for the node's, on each wire."""
    for link in dict.fromkeys(link for _, link in node_addresses(site, node)):
        if node.interface(link) is not None and link != CLUSTER_BRIDGE:
            yield new_host(bystander_on(link), wire_of_link(node, link), [])


def bystander_on(link: str) -> str:
    """The name of the one who is on the wire of that interface of the node."""
    return f"by-{link}"
