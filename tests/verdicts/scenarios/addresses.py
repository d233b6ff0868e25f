"""Who has which address: a neighbour one that is free, a DHCP client the worst of a pool."""

from collections.abc import Iterable, Iterator, Sequence

from config.checks.located import families, gateway_of_leases, leases, nobodys, pod_addresses
from config.checks.reach import answered_on, pod_wires, routers_by_wire
from config.ip import AddressRange, IpAddress, IpNetwork
from config.networks import HomeNetwork, Subnet
from config.site import Site
from tests.verdicts.scenarios.segments import Segment, segment_of


def neighbour(site: Site, subnet: Subnet) -> IpAddress | None:
    """An address of the subnet that nobody has in the site, or else a router's."""
    cidr = subnet.subnet
    if cidr.num_addresses == 1:
        # Its only address is the pod's: a neighbour has the next one.
        return None if cidr[0].packed == b"\xff" * len(cidr[0].packed) else cidr[0] + 1
    taken, near = _taken(site), _on_its_segment(site, subnet)

    def is_free(address: IpAddress, promised: Iterable[AddressRange]) -> bool:
        somebodys = address in taken or address.is_loopback or address.is_unspecified
        return not somebodys and not any(address in r for r in promised)

    ends = () if cidr.num_addresses == 2 else (cidr[0], *nobodys(cidr))
    # The first host comes last: host-local takes its address for the router's.
    numbers = (0, *range(2, min(cidr.num_addresses, 64)), 1)
    # What is promised on other segments is avoided where that can be.
    for promised in (_promised((n, s) for _, _, n, s in families(site)), _promised(near)):
        for number in numbers:
            if cidr[number] not in ends and is_free(cidr[number], promised):
                return cidr[number]
    if (router := _router_near(site, cidr, [other for _, other in near])) is not None:
        return router
    # Of leases host-local keeps it for the router alone where that is said, or nothing is.
    if gateway_of_leases(subnet) == cidr[1]:
        others = _promised((n, s) for n, s in near if s is not subnet)
        promised = others if subnet.dhcp_pool is None else [*others, subnet.dhcp_pool]
    return cidr[1] if cidr[1] not in ends and is_free(cidr[1], promised) else None


def leased(site: Site, network: HomeNetwork, subnet: Subnet) -> IpAddress | None:
    """The address of the pool that a device has: a pod's, a range's, or just the first."""
    pool = subnet.dhcp_pool
    if pool is None:
        return None
    wanted = [*_pod_addresses_on(site, segment_of(network))]
    wanted += [*_leases_near(site, network, pool), pool.first, pool.last]
    # No DHCP server gives out the ends.
    ends = nobodys(subnet.subnet)
    chosen = next((address for address in wanted if address in pool and address not in ends), None)
    others = {near.gateway for _, near in _on_its_segment(site, subnet)}
    others.add(neighbour(site, subnet))
    # A node that has its address of the pool has it reserved.
    for node in site.nodes.values():
        others |= set(node.own_addresses)
    if chosen is None or chosen in others:
        return None
    return chosen if chosen in subnet.subnet else None


def _promised(given: Iterable[tuple[HomeNetwork, Subnet]]) -> list[AddressRange]:
    """The networks' ranges and pools, and an IPv4 subnet of four, the router's and a pod's."""
    found: list[AddressRange | None] = []
    for network, subnet in given:
        hosts = leases(network, subnet)
        alone = hosts is not None and gateway_of_leases(subnet) in hosts
        found += [hosts if alone else subnet.range, subnet.dhcp_pool]
    return [addresses for addresses in found if addresses is not None]


def _router_near(site: Site, cidr: IpNetwork, near: Sequence[Subnet]) -> IpAddress | None:
    """A router of the subnet that answers for just the address that it has as such."""
    # Routers of another subnet answer calls to the address of all of them by one of their own.
    of_all = {a for other in near if other.subnet != cidr for a in nobodys(other.subnet)}
    for router in (other.gateway for other in near if other.subnet == cidr):
        if router is None or router in of_all or router not in cidr:
            continue
        if not _is_no_neighbours(site, cidr, router):
            return router
    return None


def _on_its_segment(site: Site, subnet: Subnet) -> list[tuple[HomeNetwork, Subnet]]:
    """The subnet itself, and all others of its segment, each with its network."""
    own = [segment_of(network) for _, _, network, other in families(site) if other is subnet]
    near = [(n, other) for _, _, n, other in families(site) if segment_of(n) in own]
    return sorted(near, key=lambda found: found[1] is not subnet)


def _taken(site: Site) -> set[IpAddress | None]:
    """What the site says to be a router's, the pod's, or a node's."""
    taken: set[IpAddress | None] = {subnet.gateway for _, _, _, subnet in families(site)}
    for interface in site.home_assistant.interfaces:
        taken |= {interface.address, interface.ipv6_address}
    for node in site.nodes.values():
        taken |= set(node.own_addresses)
    for routers in routers_by_wire(site).values():
        taken |= set(routers)
    return taken


def _is_no_neighbours(site: Site, cidr: IpNetwork, router: IpAddress) -> bool:
    """Whether no neighbour has the router's address: it is the broadcast's, or a node's."""
    if any(router in node.own_addresses for node in site.nodes.values()):
        return True
    return cidr.version == 4 and router in nobodys(cidr)


def _pod_addresses_on(site: Site, segment: Segment) -> Iterator[IpAddress]:
    of_the_pod = pod_wires(site)
    for _, address, network, _ in pod_addresses(site):
        if segment in answered_on(address, network, of_the_pod):
            yield address


def _leases_near(site: Site, network: HomeNetwork, pool: AddressRange) -> list[IpAddress]:
    """The first addresses of the pool that pods are given on the same segment."""
    found: list[IpAddress] = []
    for _, _, other, subnet in families(site):
        given = leases(other, subnet)
        if given is None or segment_of(other) != segment_of(network):
            continue
        if given.first.version == pool.first.version:
            start = max(int(given.first), int(pool.first))
            near = (type(pool.first)(start + step) for step in (0, 1))
            found += [a for a in near if a in given and a != gateway_of_leases(subnet)]
    return found
