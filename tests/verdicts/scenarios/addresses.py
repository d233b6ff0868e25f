"""Who has which address: a neighbour one that is free, a DHCP client the worst of a pool."""

from collections.abc import Iterable, Sequence

from config.checks.located import located_addresses, located_subnets
from config.ip import AddressRange, IpAddress, IpNetwork
from config.ipam import HOST_LOCAL
from config.networks import HomeNetwork
from config.site import Site
from config.subnet import Subnet


def neighbour(site: Site, subnet: Subnet) -> IpAddress | None:
    """An address of the subnet that nobody has in the site, or else a router's."""
    cidr = subnet.cidr
    if cidr.num_addresses == 1:
        # Its only address is the pod's: a neighbour has the next one.
        return None if cidr[0].packed == b"\xff" * len(cidr[0].packed) else cidr[0] + 1
    taken, near = _taken(site), _on_its_segment(site, subnet)

    def is_free(address: IpAddress, promised: Iterable[AddressRange]) -> bool:
        somebodys = address in taken or address.is_loopback or address.is_unspecified
        return not somebodys and not any(address in r for r in promised)

    ends = () if cidr.num_addresses == 2 else (cidr[0], *subnet.unassignable)
    # The first host comes last: host-local takes its address for the router's.
    numbers = (0, *range(2, min(cidr.num_addresses, 64)), 1)
    # What is promised on other segments is avoided where that can be.
    for promised in (
        _promised((s.network, s.subnet) for s in located_subnets(site)),
        _promised(near),
    ):
        for number in numbers:
            if cidr[number] not in ends and is_free(cidr[number], promised):
                return cidr[number]
    if (router := _router_near(site, cidr, [other for _, other in near])) is not None:
        return router
    # Of leases host-local keeps it for the router alone where that is said, or nothing is.
    if HOST_LOCAL.gateway(subnet) == cidr[1]:
        others = _promised((n, s) for n, s in near if s is not subnet)
        promised = others if subnet.dhcp_pool is None else [*others, subnet.dhcp_pool]
    return cidr[1] if cidr[1] not in ends and is_free(cidr[1], promised) else None


def leased(site: Site, network: HomeNetwork, subnet: Subnet) -> IpAddress | None:
    """The address of the pool that a device has: a pod's, a range's, or just the first."""
    pool = subnet.dhcp_pool
    if pool is None:
        return None
    wanted = [mine.address for mine in located_addresses(site) if mine.network is network]
    wanted += [*_leases_near(site, network, pool), pool.first, pool.last]
    # No DHCP server gives out the ends.
    ends = subnet.unassignable
    chosen = next((address for address in wanted if address in pool and address not in ends), None)
    others = {near.gateway for _, near in _on_its_segment(site, subnet)}
    others.add(neighbour(site, subnet))
    # A node that has its address of the pool has it reserved.
    for node in site.nodes.values():
        others |= set(node.own_addresses)
    if chosen is None or chosen in others:
        return None
    return chosen if chosen in subnet.cidr else None


def _promised(given: Iterable[tuple[HomeNetwork, Subnet]]) -> list[AddressRange]:
    """The networks' ranges and pools, and an IPv4 subnet of four, the router's and a pod's."""
    found: list[AddressRange | None] = []
    for network, subnet in given:
        hosts = network.ipam.leases(subnet)
        alone = hosts is not None and HOST_LOCAL.gateway(subnet) in hosts
        found += [hosts if alone else subnet.range, subnet.dhcp_pool]
    return [addresses for addresses in found if addresses is not None]


def _router_near(site: Site, cidr: IpNetwork, near: Sequence[Subnet]) -> IpAddress | None:
    """A router of the subnet that answers for just the address that it has as such."""
    # Routers of another subnet answer calls to the address of all of them by one of their own.
    of_all = {a for other in near if other.cidr != cidr for a in other.unassignable}
    for router in (other.gateway for other in near if other.cidr == cidr):
        if router is None or router in of_all or router not in cidr:
            continue
        if not _is_no_neighbours(site, cidr, router):
            return router
    return None


def _on_its_segment(site: Site, subnet: Subnet) -> list[tuple[HomeNetwork, Subnet]]:
    """The subnet itself, and all others of its segment, each with its network."""
    own = [other.segment for other in located_subnets(site) if other.subnet is subnet]
    near = [(o.network, o.subnet) for o in located_subnets(site) if o.segment in own]
    return sorted(near, key=lambda found: found[1] is not subnet)


def _taken(site: Site) -> set[IpAddress | None]:
    """What the site says to be a router's, the pod's, or a node's."""
    taken: set[IpAddress | None] = {s.subnet.gateway for s in located_subnets(site)}
    for interface in site.home_assistant.interfaces:
        taken |= {interface.address, interface.ipv6_address}
    for node in site.nodes.values():
        taken |= set(node.own_addresses)
    for located in located_subnets(site):
        taken |= set(located.subnet.unassignable)
    return taken


def _is_no_neighbours(site: Site, cidr: IpNetwork, router: IpAddress) -> bool:
    """Whether no neighbour has the router's address: it is the broadcast's, or a node's."""
    if any(router in node.own_addresses for node in site.nodes.values()):
        return True
    last = cidr.broadcast_address if cidr.num_addresses > 2 else None
    return cidr.version == 4 and router == last


def _leases_near(site: Site, network: HomeNetwork, pool: AddressRange) -> list[IpAddress]:
    """The first addresses of the pool that pods are given on the same segment."""
    found: list[IpAddress] = []
    for other in located_subnets(site):
        given = other.leases
        if given is None or other.segment != network.segment:
            continue
        if given.first.version == pool.first.version:
            start = max(int(given.first), int(pool.first))
            near = (type(pool.first)(start + step) for step in (0, 1))
            found += [a for a in near if a in given and a != other.gateway]
    return found
