"""Peer pods: they ask for the addresses that a network should promise least."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from config.ip import IpAddress
from config.ipam import HOST_LOCAL
from config.networks import HomeNetwork
from config.site import Site
from tests.verdicts.scenarios.addresses import leased, neighbour


@dataclass(frozen=True)
class PeerPod:
    """Another pod in one of the networks, which asks for an address or takes what it is given."""

    network: str
    address: str | None


def peer_pods(site: Site) -> Iterable[PeerPod]:
    """In each network one pod for each address that the network should promise least."""
    for name, network in site.attached_networks.items():
        mine = [i for i in site.home_assistant.interfaces if i.network == name]
        own = {str(address) for i in mine for address in (i.address, i.ipv6_address)}
        if not network.ipam.gives_out_addresses:
            if any(subnet.range is not None for subnet in network.subnets):
                yield PeerPod(name, None)
            continue
        # host-local itself keeps the router's address, the first one when none is given. A pod asks
        # for it only where the range has no other.
        given, router = network.ipam.leases(network), HOST_LOCAL.gateway(network)
        reserved = own if given and given.first == given.last else own | {str(router)}
        for address in dict.fromkeys(_doubtful(site, network)):
            promised = address in (given or network.cidr)
            if promised and str(address) not in reserved:
                yield PeerPod(name, str(address))


def node_of(site: Site, nodes: Sequence[str], pod: PeerPod) -> str:
    """The node that runs a peer pod alone: in a VLAN a node never meets its own address."""

    def is_its_own(name: str) -> bool:
        return pod.address in [str(address) for address in site.nodes[name].own_addresses]

    return min(nodes, key=is_its_own)


def _doubtful(site: Site, network: HomeNetwork) -> Iterable[IpAddress]:
    """What a range must not hold, what others have, and the ends of the range."""
    cidr = network.cidr
    if network.range is None:
        # The whole subnet is promised, and so what a neighbour has.
        near = neighbour(site, network)
        yield from () if near is None else (near,)
    else:
        yield cidr.network_address
        yield cidr.broadcast_address
    for node in site.nodes.values():
        yield from node.own_addresses
    for interface in site.home_assistant.interfaces:
        yield interface.address
        if interface.ipv6_address is not None:
            yield interface.ipv6_address
    yield from (subnet.gateway for subnet in network.subnets if subnet.gateway)
    devices = [leased(site, network, subnet) for subnet in network.subnets]
    yield from (address for address in devices if address is not None)
    if (given := network.ipam.leases(network)) is not None:
        yield from (given.first, given.last)
