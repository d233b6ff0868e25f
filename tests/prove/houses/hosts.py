"""The hosts in the home around a pod: neighbours and routers, devices, the other nodes."""

import ipaddress
from collections.abc import Iterable, Iterator
from typing import Any

from config.networks import HomeNetwork, Subnet, VlanNetwork
from config.nodes import Node
from config.plan.families import (
    families,
    gateway_of_leases,
    leases,
    nobodys,
    overlap,
    pod_addresses,
    used_networks,
)
from config.plan.reach import (
    Wire,
    answered_on,
    link_local_of,
    pod_wires,
    pods_meet,
    routers_by_wire,
    wire_of,
)
from config.site import Site
from config.values import AddressRange, IpAddress, IpNetwork
from lab.sandbox.channel import Request
from tests.prove.houses.cluster import CLUSTER_BRIDGE
from tests.prove.houses.wires import home_of, link_of, node_addresses


def neighbour(site: Site, family: Subnet) -> IpAddress | None:
    """An address of the subnet that is nobody's in the plan, or else a router's."""
    subnet = family.subnet
    if subnet.num_addresses == 1:
        # Whoever is near is outside the subnet.
        return None if subnet[0].packed == b"\xff" * len(subnet[0].packed) else subnet[0] + 1
    taken, near = _taken(site), _wire_mates(site, family)

    def is_free(address: IpAddress, promising: Iterable[Subnet], kept: object = None) -> bool:
        somebodys = address in taken or address.is_loopback or address.is_unspecified
        promised = [r for f in promising for r in (f.range, f.dhcp_pool) if r and r is not kept]
        return not somebodys and not any(address in r for r in promised)

    ends = () if subnet.num_addresses == 2 else (subnet[0], *nobodys(subnet))
    # The first address comes last: host-local takes it for the router's.
    numbers = (0, *range(2, min(subnet.num_addresses, 64)), 1)
    # What is promised on other wires is avoided where that can be.
    for promising in ([f for _, _, _, f in families(site)], near):
        for number in numbers:
            if subnet[number] not in ends and is_free(subnet[number], promising):
                return subnet[number]
    # Routers of another subnet answer calls to the address of all of them by one of their own.
    of_all = {a for other in near if other.subnet != subnet for a in nobodys(other.subnet)}
    for router in (other.gateway for other in near if other.subnet == subnet):
        if router is None or router in of_all or router not in subnet:
            continue
        if not _is_nobodys(site, subnet, router):
            return router
    # Of leases host-local keeps it for the router alone where that is said, or nothing is.
    kept = family.range if gateway_of_leases(family) == subnet[1] else None
    return subnet[1] if subnet[1] not in ends and is_free(subnet[1], near, kept) else None


def _wire_mates(site: Site, family: Subnet) -> list[Subnet]:
    """The family itself, and all others on its wire."""
    wires = [wire_of(network) for _, _, network, other in families(site) if other is family]
    near = [other for _, _, network, other in families(site) if wire_of(network) in wires]
    return [family, *(other for other in near if other is not family)]


def _taken(site: Site) -> set[IpAddress | None]:
    """What the plan says to be a router's, the pod's, or a node's."""
    taken: set[IpAddress | None] = {family.gateway for _, _, _, family in families(site)}
    for attachment in site.home_assistant.interfaces:
        taken |= {attachment.address, attachment.ipv6_address}
    for node in site.nodes.values():
        taken |= set(node.own_addresses)
    for routers in routers_by_wire(site).values():
        taken |= set(routers)
    return taken


def _is_nobodys(site: Site, subnet: IpNetwork, router: IpAddress) -> bool:
    """Whether no neighbour has the router's address: it is the broadcast's, or a node's."""
    if any(router in node.own_addresses for node in site.nodes.values()):
        return True
    return subnet.version == 4 and router in nobodys(subnet)


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
                if address is not None and _is_theirs(site, network, family, address):
                    prefix = min(family.subnet.prefixlen, address.max_prefixlen - 1)
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
    told = router.get("on_link", ())
    for subnet in dict.fromkeys(family.subnet for family in network.subnets):
        if not any(address in subnet for address in own) and str(subnet) not in told:
            yield str(subnet)


def _is_theirs(site: Site, network: HomeNetwork, family: Subnet, address: IpAddress) -> bool:
    """Whether a neighbour may have it: a gateway elsewhere, or a node's, is not there."""
    if address != family.gateway:
        return True
    for node in site.nodes.values():
        parent = node.interface(network.parent)
        mac = None if parent is None else parent.mac
        if address in node.own_addresses or (mac and address == link_local_of(mac)):
            return False
    return address in family.subnet or address.is_link_local


def devices(site: Site, node: Node) -> Iterator[Request]:
    """A device with a lease of the home's DHCP server: the worst one for the pods' addresses."""
    for name, network in site.networks.items():
        wire = link_of(node, network)
        for number, family in enumerate(network.subnets):
            chosen = leased(site, network, family)
            if wire is not None and chosen is not None:
                addresses = [f"{chosen}/{family.subnet.prefixlen}"]
                yield _host(f"d{number}-{name}", wire, addresses)


def leased(site: Site, network: HomeNetwork, family: Subnet) -> IpAddress | None:
    """The address of the pool that a device has: a pod's, a range's, or just the first."""
    pool = family.dhcp_pool
    if pool is None:
        return None
    wanted = [*_pod_addresses_on(site, wire_of(network))]
    wanted += [*_leases_near(site, network, pool), pool.first, pool.last]
    # No DHCP server gives out the ends.
    ends = nobodys(family.subnet)
    chosen = next((address for address in wanted if address in pool and address not in ends), None)
    others = {near.gateway for near in _wire_mates(site, family)} | {neighbour(site, family)}
    # A node that has its address of the pool has it reserved.
    for node in site.nodes.values():
        others |= set(node.own_addresses)
    if chosen is None or chosen in others:
        return None
    return chosen if chosen in family.subnet else None


def _pod_addresses_on(site: Site, wire: Wire) -> Iterator[IpAddress]:
    of_the_pod = pod_wires(site)
    for _, address, network, _ in pod_addresses(site):
        if wire in answered_on(address, network, of_the_pod):
            yield address


def _leases_near(site: Site, network: HomeNetwork, pool: AddressRange) -> list[IpAddress]:
    """The first addresses of the pool that pods are given on the same wire."""
    found: list[IpAddress] = []
    for _, _, other, family in families(site):
        given = leases(other, family)
        if given is None or wire_of(other) != wire_of(network):
            continue
        if given.first.version == pool.first.version:
            start = max(int(given.first), int(pool.first))
            near = (type(pool.first)(start + step) for step in (0, 1))
            found += [a for a in near if a in given and a != gateway_of_leases(family)]
    return found


def other_nodes(site: Site, node: Node) -> Iterator[Request]:
    """The nodes beside this one, each at the addresses by which it is on the same wires.

    One in a network's subnet is on its wire, by whatever interface. One with a MAC that is known
    is on that interface's wire, whatever address it has there.
    """
    for name, other in site.nodes.items():
        if other is node:
            continue
        known = {link for _, link in node_addresses(site, other)}
        for interface in other.interfaces:
            unknown = interface.mac and interface.name not in known and "." not in interface.name
            if unknown and node.interface(interface.name) is not None:
                own = (interface.name, list[int]())
                yield _host(f"{name}-{interface.name}", own, [], mac=interface.mac, router=True)
        for number, address in enumerate(other.own_addresses):
            network, text = home_of(site, address, tagged=True)
            if network is None:
                link = next((i.name for i in other.interfaces), "")
                wire = (link, list[int]()) if node.interface(link) and "." not in link else None
            else:
                link, wire = network.parent, link_of(node, network)
            theirs = None if isinstance(network, VlanNetwork) else other.interface(link)
            if wire is not None:
                mac = theirs.mac if theirs is not None else None
                host = _host(f"{name}-{number}", wire, [text], mac=mac or "", router=True)
                if network is not None and _is_gateway(site, address):
                    host["loopback"] = _behind(site, network)
                    host["on_link"] = list(_without_address(network, host))
                yield host


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
    """Without an address of its own, one who sees who answers for the node's."""
    for link in dict.fromkeys(link for _, link in node_addresses(site, node)):
        if node.interface(link) is not None and "." not in link and link != CLUSTER_BRIDGE:
            yield _host(f"by-{link}", (link, []), [])


def _behind(site: Site, network: HomeNetwork) -> list[str]:
    """Where a network's routes lead to, one address of each, at its router."""
    found = [beyond(site, route) for route in network.routes]
    return list(dict.fromkeys(f"{a}/{a.max_prefixlen}" for a in found if a is not None))


def _is_gateway(site: Site, address: IpAddress) -> bool:
    return any(address == s.gateway for n in site.networks.values() for s in n.subnets)


def beyond(site: Site, route: IpNetwork) -> IpAddress | None:
    """An address of the route that is in no subnet of the site; None when they fill it."""
    subnets = [s.subnet for network in site.networks.values() for s in network.subnets]
    near = [subnet for subnet in subnets if overlap(subnet, route)]
    sides = [side for subnet in near for side in _beside(subnet)]
    for address in (inside(route), route[max(0, route.num_addresses - 2)], *sides):
        if address in route and not any(address in subnet for subnet in near):
            return address
    return None


def _beside(subnet: IpNetwork) -> Iterator[IpAddress]:
    """The addresses before and after a subnet, where there are any."""
    first, last = subnet[0], subnet[-1]
    if int(first) > 0:
        yield first - 1
    if int(last) < (1 << last.max_prefixlen) - 1:
        yield last + 1


def inside(network: IpNetwork) -> IpAddress:
    """An address of the network, the same for the same network."""
    return network[0] if network.num_addresses == 1 else network[min(9, network.num_addresses - 1)]
