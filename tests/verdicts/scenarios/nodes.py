"""The other nodes, and observers who see who answers for the pod's own node."""

from collections.abc import Iterator

from config.networks import HomeNetwork
from config.nodes import Node
from config.site import Site
from lab.netns.channel import Request
from tests.verdicts.scenarios.cluster import CLUSTER_BRIDGE
from tests.verdicts.scenarios.hosts import lead_to, new_host
from tests.verdicts.scenarios.links import (
    link_elsewhere,
    network_of,
    node_addresses,
    visible_addresses,
)
from tests.verdicts.scenarios.ports import Port, port_of, port_of_link


def other_nodes(site: Site, node: Node) -> Iterator[Request]:
    """The nodes beside this one, each at the addresses by which it is on the same segments.

    One in a network's subnet is on its segment, by whatever interface. One with a MAC that is
    known is on that interface's segment, whatever address it has there.
    """
    for name, other in site.nodes.items():
        if other is node:
            continue
        known = {link for _, link in node_addresses(site, other)}
        for interface in other.own_interfaces:
            unknown = interface.mac and interface.name not in known and "." not in interface.name
            if unknown and node.interface(interface.name) is not None:
                port = Port(interface.name, [])
                yield new_host(f"{name}-{interface.name}", port, [], mac=interface.mac, router=True)
        yield from _of_node(site, node, name, other)


def _of_node(site: Site, node: Node, name: str, other: Node) -> Iterator[Request]:
    """The other node on each segment: it has all its addresses there by one interface."""
    hosts: dict[str, Request] = {}
    leads_to: list[tuple[Request, HomeNetwork]] = []
    for address in visible_addresses(other):
        network, text = network_of(site, address, tagged=True)
        if network is None:
            link, is_tagged = link_elsewhere(other, address), False
            port = Port(link, []) if node.interface(link) and "." not in link else None
        else:
            link, is_tagged = network.parent, network.segment.is_tagged
            port = port_of(node, network)
        if port is None:
            continue
        theirs = None if is_tagged else other.interface(link)
        mac = theirs.mac if theirs is not None and theirs.mac else ""
        new = new_host(
            f"{name}-{len(hosts)}", port, [], mac=mac, loopback=[], on_link=[], router=True
        )
        host = hosts.setdefault(str(port), new)
        host["addresses"].append(text)
        for led in site.attached_networks.values():
            if address in led.gateways.values() and port_of(node, led) == port:
                leads_to.append((host, led))
    for host, network in leads_to:
        lead_to(site, host, network)
    yield from hosts.values()


def observers(site: Site, node: Node) -> Iterator[Request]:
    """By each link that the node has an address on: a host without an address of its own."""
    for link in dict.fromkeys(link for _, link in node_addresses(site, node)):
        if node.interface(link) is not None and link != CLUSTER_BRIDGE:
            yield new_host(observer_by(link), port_of_link(node, link), [])


def observer_by(link: str) -> str:
    """The name of the observer on the segment of that interface of the node."""
    return f"observer-{link}"
