"""The hosts in the home around a pod: neighbours and routers, devices, the other nodes."""

from collections.abc import Iterator
from typing import Any

from config.networks import HomeNetwork, Subnet, VlanNetwork
from config.nodes import Node
from config.plan.families import gateway_of_leases, nobodys, used_networks
from config.site import Site
from config.values import IpAddress, IpNetwork
from lab.sandbox.channel import Request
from tests.prove.cluster import CLUSTER_BRIDGE
from tests.prove.wires import home_of, node_addresses, wire_of


def neighbour(site: Site, family: Subnet) -> IpAddress | None:
    """An address of the subnet that is nobody's in the plan, or else the router's."""
    taken = {family.gateway} | {
        address
        for attachment in site.home_assistant.interfaces
        for address in (attachment.address, attachment.ipv6_address)
    }
    for node in site.nodes.values():
        taken |= set(node.own_addresses)
    subnet = family.subnet
    ends = {subnet.network_address}
    if subnet.version == 4:
        ends |= {subnet.broadcast_address}
    if subnet.num_addresses > 2:
        taken |= ends
    if subnet.num_addresses == 1:
        # Whoever is near is outside the subnet.
        return subnet[0] + 1
    # The first address comes last: host-local takes it for the router's.
    few = min(subnet.num_addresses, 64)
    for number in (0, *range(2, few), 1) if few > 1 else (0,):
        address = subnet[number]
        pooled = family.dhcp_pool is not None and address in family.dhcp_pool
        ranged = family.range is not None and address in family.range
        hostless = address.is_loopback or address.is_unspecified
        if address not in taken and not pooled and not ranged and not hostless:
            return address
    broadcast = subnet.version == 4 and family.gateway in nobodys(subnet)
    if family.gateway is not None and family.gateway in subnet and not broadcast:
        return family.gateway
    leased = family.range is not None and subnet[1] in family.range
    if subnet[1] in taken or (leased and gateway_of_leases(family) != subnet[1]):
        return None
    return subnet[1]


def _host(name: str, wire: tuple[str, list[int]], addresses: list[str], **more: Any) -> Request:
    return {"name": name, "wire": wire[0], "vlans": wire[1], "addresses": addresses, **more}


def neighbours(site: Site, node: Node) -> Iterator[Request]:
    """In each network one host, which is its router as well.

    Of networks on one wire those that the pod is in come first: an address has one host.
    """
    used = used_networks(site)
    placed: set[tuple[str, str]] = set()
    for name, network in {**used, **site.networks}.items():
        wire = wire_of(node, network)
        if wire is None:
            continue
        addresses = {
            f"{address}/{min(family.subnet.prefixlen, address.max_prefixlen - 1)}": None
            for family in network.subnets
            for address in (neighbour(site, family), family.gateway)
            if address is not None and _is_theirs(site, family, address)
        }
        free = [a for a in addresses if (str(wire), a.partition("/")[0]) not in placed]
        placed |= {(str(wire), a.partition("/")[0]) for a in free}
        yield _host(f"n-{name}", wire, free, loopback=_behind(site, network), router=True)


def _is_theirs(site: Site, family: Subnet, address: IpAddress) -> bool:
    """Whether a neighbour may have it: a gateway elsewhere, or a node's, is not there."""
    if address != family.gateway:
        return True
    if any(address in node.own_addresses for node in site.nodes.values()):
        return False
    return address in family.subnet or address.is_link_local


def devices(site: Site, node: Node) -> Iterator[Request]:
    """A device with a lease of the home's DHCP server: the worst one for the pods' addresses."""
    for name, network in site.networks.items():
        wire = wire_of(node, network)
        for number, family in enumerate(network.subnets):
            chosen = _leased(site, family)
            if wire is not None and chosen is not None:
                addresses = [f"{chosen}/{family.subnet.prefixlen}"]
                yield _host(f"d{number}-{name}", wire, addresses)


def _leased(site: Site, family: Subnet) -> IpAddress | None:
    """The address of the pool that a device has: a pod's, a range's, or just the first."""
    pool, leases = family.dhcp_pool, family.range
    if pool is None:
        return None
    given = [(a.address, a.ipv6_address) for a in site.home_assistant.interfaces]
    wanted = [address for pair in given for address in pair if address is not None]
    if leases is not None:
        wanted.append(leases.first)
    chosen = next((address for address in wanted if address in pool), pool.first)
    others = {family.gateway, neighbour(site, family)}
    # A node that has its address of the pool has it reserved.
    for node in site.nodes.values():
        others |= set(node.own_addresses)
    return chosen if chosen in family.subnet and chosen not in others else None


def other_nodes(site: Site, node: Node) -> Iterator[Request]:
    """The nodes beside this one, each at the addresses by which it is on the same wires.

    One in a network's subnet is on its wire, by whatever interface.
    """
    for name, other in site.nodes.items():
        if other is node:
            continue
        for number, address in enumerate(other.own_addresses):
            network, text = home_of(site, address, tagged=True)
            if network is None:
                link = next((i.name for i in other.interfaces), "")
                wire = (link, list[int]()) if node.interface(link) and "." not in link else None
            else:
                link, wire = network.parent, wire_of(node, network)
            theirs = None if isinstance(network, VlanNetwork) else other.interface(link)
            if wire is not None:
                mac = theirs.mac if theirs is not None else None
                behind = _behind(site, network) if _is_gateway(site, address) else []
                yield _host(
                    f"{name}-{number}", wire, [text], mac=mac or "", loopback=behind, router=True
                )


def bystanders(site: Site, node: Node) -> Iterator[Request]:
    """Without an address of its own, one who sees who answers for the node's."""
    for link in dict.fromkeys(link for _, link in node_addresses(site, node)):
        if node.interface(link) is not None and "." not in link and link != CLUSTER_BRIDGE:
            yield _host(f"by-{link}", (link, []), [])


def _behind(site: Site, network: HomeNetwork | None) -> list[str]:
    """Where a network's routes lead to, one address of each, at its router."""
    routes = () if network is None else network.routes
    return list(dict.fromkeys(f"{beyond(site, r)}/{r.max_prefixlen}" for r in routes))


def _is_gateway(site: Site, address: IpAddress) -> bool:
    return any(address == s.gateway for n in site.networks.values() for s in n.subnets)


def beyond(site: Site, route: IpNetwork) -> IpAddress:
    """An address of the route that is in no subnet of the site, if there is one."""
    subnets = [s.subnet for network in site.networks.values() for s in network.subnets]
    last = route[max(0, route.num_addresses - 2)]
    for address in (inside(route), last):
        if not any(address in subnet for subnet in subnets):
            return address
    return inside(route)


def inside(network: IpNetwork) -> IpAddress:
    """An address of the network, the same for the same network."""
    return network[0] if network.num_addresses == 1 else network[min(9, network.num_addresses - 1)]
