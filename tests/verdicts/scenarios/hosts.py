"""The hosts around a pod: neighbours, which are routers as well, and devices with leases."""

import ipaddress
from collections.abc import Iterable, Iterator
from typing import Any

from config.checks.reach import link_local_of
from config.ip import IpAddress
from config.networks import HomeNetwork
from config.nodes import Node
from config.site import Site
from config.subnet import Subnet
from lab.netns.channel import Request
from tests.verdicts.scenarios.addresses import leased, neighbour
from tests.verdicts.scenarios.destinations import beyond
from tests.verdicts.scenarios.links import network_of
from tests.verdicts.scenarios.ports import Port, port_of


def new_host(name: str, port: Port, addresses: list[str], **more: Any) -> Request:
    """One host by its port, and its addresses with prefix lengths."""
    return {"name": name, "link": port.link, "vlans": port.vlans, "addresses": addresses, **more}


def is_at(host: Request, port: Port | None) -> bool:
    """Whether the host is at the port."""
    return (host["link"], host["vlans"]) == port


def lead_to(site: Site, router: Request, network: HomeNetwork) -> None:
    """Gives a router what it leads to: the network's routes, and its subnets by the link alone."""
    found = [beyond(site, route) for route in network.routes]
    behind = [f"{a}/{a.max_prefixlen}" for a in dict.fromkeys(found) if a is not None]
    router["loopback"] += [a for a in behind if a not in router["loopback"]]
    router["on_link"] += list(_without_address(network, router))


def neighbours(site: Site, node: Node) -> list[Request]:
    """In each network one host, which is its router as well.

    An address of a segment has one host: who has the gateway's is the router of all networks there
    that name it.
    """
    hosts: list[Request] = []
    owners: dict[tuple[str, IpAddress], Request] = {}
    for name, network in site.attached_networks.items():
        port = port_of(node, network)
        if port is None:
            continue
        host = new_host(f"n-{name}", port, [], loopback=[], on_link=[], router=True)
        prefixes: dict[IpAddress, int] = {}
        for subnet in network.subnets:
            for address in (neighbour(site, subnet), subnet.gateway):
                if address is not None and _is_theirs(site, node, network, subnet, address):
                    prefix = min(subnet.cidr.prefixlen, address.max_prefixlen - 1)
                    prefixes[address] = min(prefix, prefixes.get(address, prefix))
        for address, prefix in prefixes.items():
            if owners.setdefault((str(port), address), host) is host:
                host["addresses"].append(f"{address}/{prefix}")
        gateways = [a for a in network.gateways.values() if a in prefixes]
        for router in [owners[str(port), address] for address in gateways] or [host]:
            lead_to(site, router, network)
        hosts.append(host)
    return hosts


def _is_theirs(
    site: Site, node: Node, network: HomeNetwork, subnet: Subnet, address: IpAddress
) -> bool:
    """Whether a neighbour may have it: it is no gateway that is elsewhere, or a node here."""
    if address != subnet.gateway:
        return True
    for name, other in site.nodes.items():
        if _is_apart(site, node, network, address, name):
            continue
        parent = other.interface(network.parent)
        mac = None if parent is None else parent.mac
        if address in other.own_addresses or (mac and address == link_local_of(mac)):
            return False
    return address in subnet.cidr or address.is_link_local


def _is_apart(site: Site, node: Node, network: HomeNetwork, address: IpAddress, name: str) -> bool:
    """Whether that node, if it has the address, has it on another segment where no pod calls it.

    The pod's node is in no VLAN.
    """
    own, _ = network_of(site, address, tagged=True)
    elsewhere = own is not None and own.segment != network.segment
    if network.segment.is_tagged and address.version not in site.cluster.pod_versions:
        return elsewhere or site.nodes[name] is node
    return elsewhere and name not in site.pod_nodes


def devices(site: Site, node: Node) -> Iterable[Request]:
    """Devices with a lease of the DHCP server: the worst ones for the pods' addresses.

    What several pools of a segment give out has one of them.
    """
    hosts: dict[tuple[str, IpAddress], Request] = {}
    for name, network in site.attached_networks.items():
        port = port_of(node, network)
        for number, subnet in enumerate(network.subnets):
            chosen = leased(site, network, subnet)
            if port is not None and chosen is not None:
                addresses = [f"{chosen}/{subnet.cidr.prefixlen}"]
                host = new_host(f"d{number}-{name}", port, addresses)
                hosts.setdefault((str(port), chosen), host)
    return hosts.values()


def _without_address(network: HomeNetwork, router: Request) -> Iterator[str]:
    """The subnets that a router leads to by its link alone: it has no address in them."""
    own = [ipaddress.ip_interface(text).ip for text in router["addresses"]]
    for cidr in dict.fromkeys(subnet.cidr for subnet in network.subnets):
        if not any(address in cidr for address in own) and str(cidr) not in router["on_link"]:
            yield str(cidr)
