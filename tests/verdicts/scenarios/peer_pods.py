"""Pods beside Home Assistant's that ask for what a network should promise least."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from config.checks.located import gateway_of_leases, leases
from config.checks.reach import routers_by_wire, wire_of
from config.ip import IpAddress
from config.networks import HomeNetwork
from config.site import Site
from tests.verdicts.scenarios.addresses import leased, neighbour


@dataclass(frozen=True)
class Guest:
    """Another pod in one of the networks, which asks for an address or takes what it is given."""

    network: str
    address: str | None


def doubtful_guests(site: Site) -> Iterable[Guest]:
    """Pods that ask for the addresses that a network should promise least."""
    for name, network in site.networks.items():
        mine = [a for a in site.home_assistant.interfaces if a.network == name]
        own = {str(address) for a in mine for address in (a.address, a.ipv6_address)}
        if network.ipam == "static":
            if any(family.range is not None for family in network.subnets):
                yield Guest(name, None)
            continue
        # host-local itself keeps the router's address, the first one when none is given.
        kept = own | {str(gateway_of_leases(network))}
        for address in dict.fromkeys(_doubtful(site, network)):
            promised = address in (leases(network, network) or network.subnet)
            if promised and str(address) not in kept:
                yield Guest(name, str(address))


def node_of(site: Site, nodes: Sequence[str], guest: Guest) -> str:
    """The node that runs a guest alone: in a VLAN none meets its own address."""

    def is_its_own(name: str) -> bool:
        return guest.address in [str(address) for address in site.nodes[name].own_addresses]

    return min(nodes, key=is_its_own)


def _doubtful(site: Site, network: HomeNetwork) -> Iterable[IpAddress]:
    """What a range must not hold, somebody's of another network, the ends of its wire's ranges."""
    subnet = network.subnet
    if network.range is None:
        # The whole subnet is promised, and so what somebody at home has.
        near = neighbour(site, network)
        yield from () if near is None else (near,)
    else:
        yield subnet.network_address
        yield subnet.broadcast_address
    yield from routers_by_wire(site)[wire_of(network)]
    for node in site.nodes.values():
        yield from node.own_addresses
    for attachment in site.home_assistant.interfaces:
        yield attachment.address
        if attachment.ipv6_address is not None:
            yield attachment.ipv6_address
    yield from (s.gateway for n in site.networks.values() for s in n.subnets if s.gateway)
    for other in site.networks.values():
        if wire_of(other) != wire_of(network):
            continue
        devices = [leased(site, other, family) for family in other.subnets]
        yield from (address for address in devices if address is not None)
        if (given := leases(other, other)) is not None:
            yield from (given.first, given.last)
