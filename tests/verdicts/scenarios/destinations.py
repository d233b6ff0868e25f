"""Addresses that routes lead to."""

from collections.abc import Collection, Iterator

from config.checks.located import located_addresses
from config.ip import IpAddress, IpNetwork, is_part, overlap
from config.networks import HomeNetwork
from config.site import Site


def beyond(site: Site, route: IpNetwork) -> IpAddress | None:
    """An address of the route that is in no subnet of the site; None when they fill it."""
    subnets = [s.cidr for network in site.attached_networks.values() for s in network.subnets]
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


def sought_behind_a_router(site: Site, network: HomeNetwork) -> Iterator[IpAddress]:
    """A host of the network in each route that leads into it, other than the pod itself."""
    of_the_pod = {located.address for located in located_addresses(site)}
    for other in site.attached_networks.values():
        for route in other.routes:
            for subnet in network.subnets:
                host = _free_inside(route, {*of_the_pod, *subnet.unassignable})
                if is_part(route, subnet.cidr) and host is not None:
                    yield host


def _free_inside(network: IpNetwork, taken: Collection[IpAddress]) -> IpAddress | None:
    """An address of the network that is none of these; None when they are all that it has."""
    first = (network[n] for n in range(min(network.num_addresses, len(taken) + 1)))
    return next((address for address in (inside(network), *first) if address not in taken), None)
