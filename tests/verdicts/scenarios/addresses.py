"""Who in the home has which address: neighbours one that is free, devices the worst of a pool."""

from collections.abc import Iterable, Iterator, Sequence

from config.checks.located import (
    families,
    gateway_of_leases,
    leases,
    nobodys,
    pod_addresses,
)
from config.checks.reach import Wire, answered_on, pod_wires, routers_by_wire, wire_of
from config.ip import AddressRange, IpAddress, IpNetwork
from config.networks import HomeNetwork, Subnet
from config.site import Site


def neighbour(site: Site, family: Subnet) -> IpAddress | None:
    """An address of the subnet that is nobody's in the plan, or else a router's."""
    subnet = family.subnet
    if subnet.num_addresses == 1:
        # Whoever is near is outside the subnet.
        return None if subnet[0].packed == b"\xff" * len(subnet[0].packed) else subnet[0] + 1
    taken, near = _taken(site), _wire_mates(site, family)

    def is_free(address: IpAddress, promised: Iterable[AddressRange]) -> bool:
        somebodys = address in taken or address.is_loopback or address.is_unspecified
        return not somebodys and not any(address in r for r in promised)

    ends = () if subnet.num_addresses == 2 else (subnet[0], *nobodys(subnet))
    # The first address comes last: host-local takes it for the router's.
    numbers = (0, *range(2, min(subnet.num_addresses, 64)), 1)
    # What is promised on other wires is avoided where that can be.
    for promised in (_promised((n, f) for _, _, n, f in families(site)), _promised(near)):
        for number in numbers:
            if subnet[number] not in ends and is_free(subnet[number], promised):
                return subnet[number]
    if (router := _router_near(site, subnet, [other for _, other in near])) is not None:
        return router
    # Of leases host-local keeps it for the router alone where that is said, or nothing is.
    if gateway_of_leases(family) == subnet[1]:
        others = _promised((n, f) for n, f in near if f is not family)
        promised = others if family.dhcp_pool is None else [*others, family.dhcp_pool]
    return subnet[1] if subnet[1] not in ends and is_free(subnet[1], promised) else None


def _promised(given: Iterable[tuple[HomeNetwork, Subnet]]) -> list[AddressRange]:
    """The networks' ranges and pools, and an IPv4 subnet of four, the router's and a pod's."""
    found: list[AddressRange | None] = []
    for network, family in given:
        hosts = leases(network, family)
        alone = hosts is not None and gateway_of_leases(family) in hosts
        found += [hosts if alone else family.range, family.dhcp_pool]
    return [addresses for addresses in found if addresses is not None]


def _router_near(site: Site, subnet: IpNetwork, near: Sequence[Subnet]) -> IpAddress | None:
    """A router of the subnet that answers for just the address that it has as such."""
    # Routers of another subnet answer calls to the address of all of them by one of their own.
    of_all = {a for other in near if other.subnet != subnet for a in nobodys(other.subnet)}
    for router in (other.gateway for other in near if other.subnet == subnet):
        if router is None or router in of_all or router not in subnet:
            continue
        if not _is_nobodys(site, subnet, router):
            return router
    return None


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
    others = {mate.gateway for _, mate in _wire_mates(site, family)} | {neighbour(site, family)}
    # A node that has its address of the pool has it reserved.
    for node in site.nodes.values():
        others |= set(node.own_addresses)
    if chosen is None or chosen in others:
        return None
    return chosen if chosen in family.subnet else None


def _wire_mates(site: Site, family: Subnet) -> list[tuple[HomeNetwork, Subnet]]:
    """The family itself, and all others on its wire, each with its network."""
    wires = [wire_of(network) for _, _, network, other in families(site) if other is family]
    near = [(n, other) for _, _, n, other in families(site) if wire_of(n) in wires]
    return sorted(near, key=lambda mate: mate[1] is not family)


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
