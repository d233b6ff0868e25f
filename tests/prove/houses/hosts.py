"""The hosts in the home around a pod: neighbours and routers, devices, the other nodes."""

import ipaddress
from collections.abc import Iterable, Iterator
from typing import Any

from config.ip import IpAddress
from config.networks import HomeNetwork, Subnet, VlanNetwork
from config.nodes import Node
from config.plan.families import leases, pod_addresses, used_networks
from config.plan.reach import link_local_of, pods_meet, wire_of
from config.site import Site
from lab.sandbox.channel import Request
from tests.prove.houses.addresses import leased, neighbour
from tests.prove.houses.cluster import CLUSTER_BRIDGE
from tests.prove.houses.destinations import beyond
from tests.prove.houses.wires import (
    addresses_on_wires,
    home_of,
    home_prefix,
    link_elsewhere,
    link_of,
    node_addresses,
    wire_of_link,
)


def _host(name: str, wire: tuple[str, list[int]], addresses: list[str], **more: Any) -> Request:
    return {"name": name, "wire": wire[0], "vlans": wire[1], "addresses": addresses, **more}


def neighbours(site: Site, node: Node) -> list[Request]:
    """In each network one host, which is its router as well.

    Of networks on one wire those that the pod is in come first: an address has one host, and who
    has the gateway's is the router of all of them.
    """
    hosts: list[Request] = []
    owners: dict[tuple[str, IpAddress], Request] = {}
    for name, network in {**used_networks(site), **site.networks}.items():
        wire = link_of(node, network)
        if wire is None:
            continue
        host = _host(f"n-{name}", wire, [], loopback=[], on_link=[], router=True)
        prefixes: dict[IpAddress, int] = {}
        for family in network.subnets:
            for address in (neighbour(site, family), family.gateway):
                if address is not None and _is_theirs(site, node, network, family, address):
                    prefix = min(home_prefix(site, family.subnet), address.max_prefixlen - 1)
                    prefixes[address] = min(prefix, prefixes.get(address, prefix))
        for address, prefix in prefixes.items():
            if owners.setdefault((str(wire), address), host) is host:
                host["addresses"].append(f"{address}/{prefix}")
        gateways = [a for a in network.gateways.values() if a in prefixes]
        for router in [owners[str(wire), address] for address in gateways] or [host]:
            router["loopback"] += [a for a in _behind(site, network) if a not in router["loopback"]]
            router["on_link"] += list(_without_address(network, router))
        hosts.append(host)
    return hosts


def _without_address(network: HomeNetwork, router: Request) -> Iterator[str]:
    """The subnets that a router leads to by its link alone: it has no address in them."""
    own = [ipaddress.ip_interface(text).ip for text in router["addresses"]]
    for subnet in dict.fromkeys(family.subnet for family in network.subnets):
        if not any(address in subnet for address in own) and str(subnet) not in router["on_link"]:
            yield str(subnet)


def _is_theirs(
    site: Site, node: Node, network: HomeNetwork, family: Subnet, address: IpAddress
) -> bool:
    """Whether a neighbour may have it: a gateway elsewhere, or this wire's node, is not there."""
    if address != family.gateway:
        return True
    for name, other in site.nodes.items():
        if _is_apart(site, node, network, address, name):
            continue
        parent = other.interface(network.parent)
        mac = None if parent is None else parent.mac
        if address in other.own_addresses or (mac and address == link_local_of(mac)):
            return False
    return address in family.subnet or address.is_link_local


def _is_apart(site: Site, node: Node, network: HomeNetwork, address: IpAddress, name: str) -> bool:
    """Whether that node, if it has the address, has it on another wire, and no pod calls it there.

    The pod's node is in no VLAN.
    """
    home, _ = home_of(site, address, tagged=True)
    elsewhere = home is not None and wire_of(home) != wire_of(network)
    if isinstance(network, VlanNetwork) and address.version not in site.cluster.pod_versions:
        return elsewhere or site.nodes[name] is node
    return elsewhere and name not in site.pod_nodes


def devices(site: Site, node: Node) -> Iterable[Request]:
    """Devices with a lease of the home's DHCP server: the worst ones for the pods' addresses.

    What several pools of a wire give out has one of them, of a network that the pod is in first.
    """
    hosts: dict[tuple[str, IpAddress], Request] = {}
    for name, network in {**used_networks(site), **site.networks}.items():
        wire = link_of(node, network)
        for number, family in enumerate(network.subnets):
            chosen = leased(site, network, family)
            if wire is not None and chosen is not None:
                addresses = [f"{chosen}/{family.subnet.prefixlen}"]
                host = _host(f"d{number}-{name}", wire, addresses)
                hosts.setdefault((str(wire), chosen), host)
    return hosts.values()


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
                yield _host(f"{name}-{interface.name}", own, [], mac=interface.mac, router=True)
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
        new = _host(f"{name}-{len(hosts)}", wire, [], mac=mac, loopback=[], on_link=[], router=True)
        host = hosts.setdefault(str(wire), new)
        host["addresses"].append(text)
        for led in site.networks.values():
            if address in led.gateways.values() and link_of(node, led) == wire:
                leads_to.append((host, led))
    for host, network in leads_to:
        host["loopback"] += [a for a in _behind(site, network) if a not in host["loopback"]]
        host["on_link"] += list(_without_address(network, host))
    yield from hosts.values()


def pods_elsewhere(
    site: Site, node: Node, name: str, address: IpAddress | None
) -> Iterator[Request]:
    """A pod on another node, of another network of the wire, that was given the same address."""
    network = site.networks[name]
    wire = link_of(node, network)
    if wire is None or address is None or not pods_meet(site, wire_of(network)):
        return
    near = {
        other_name: other
        for other_name, other in site.networks.items()
        if other_name != name and wire_of(other) == wire_of(network)
    }
    given = [leases(other, family) for other in near.values() for family in other.subnets]
    pods = [a for a in site.home_assistant.interfaces if a.network in near]
    fixed = any(address in (a.address, a.ipv6_address) for a in pods)
    if fixed or any(address in addresses for addresses in given if addresses is not None):
        prefix = next(f.subnet.prefixlen for f in network.subnets if address in f.subnet)
        yield _host("elsewhere", wire, [f"{address}/{prefix}"])


def bystanders(site: Site, node: Node) -> Iterator[Request]:
    """Without an address of its own, one who sees who answers for the node's.

    On a VLAN interface of the node there is one where the node has an address of the pod's.
    """
    of_the_pod = {address for _, address, _, _ in pod_addresses(site)}
    found = list(node_addresses(site, node))
    shared = {link for text, link in found if ipaddress.ip_interface(text).ip in of_the_pod}
    for link in dict.fromkeys(link for _, link in found):
        known = node.interface(link) is not None and link != CLUSTER_BRIDGE
        if known and ("." not in link or link in shared):
            yield _host(bystander_on(link), wire_of_link(node, link), [])


def bystander_on(link: str) -> str:
    """The name of the one who is on the wire of that interface of the node."""
    return f"by-{link}"


def _behind(site: Site, network: HomeNetwork) -> list[str]:
    """Where a network's routes lead to, one address of each, at its router."""
    found = [beyond(site, route) for route in network.routes]
    return list(dict.fromkeys(f"{a}/{a.max_prefixlen}" for a in found if a is not None))
