"""Who claims which addresses: pods, nodes, routers, DHCP pools, ranges, subnets."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

from config.checks.located import (
    about_node,
    located_addresses,
    located_interfaces,
    located_networks,
    located_subnets,
)
from config.checks.rule import Finding
from config.ip import AddressRange, IpAddress, IpNetwork
from config.link_local import link_local_of
from config.nodes import Node
from config.segment import Segment
from config.site import Site


@dataclass(frozen=True, kw_only=True)
class Claim:
    """Somebody claims addresses on a segment.

    Where `segment` is None the pod itself tells addresses apart, in all its networks. `owner` is
    the path of the claim's key below the namespace, `value` what it says. Claims of one group do
    not conflict.
    """

    addresses: AddressRange
    owner: str
    value: object
    segment: Segment | None = None
    group: str = ""
    finding: Callable[[str], Finding] | None = None

    @property
    def place(self) -> tuple[Segment | None, int]:
        """The segment and IP version in which its addresses are compared with others."""
        return self.segment, self.addresses.first.version


Claims = Callable[[Site], Iterator[Claim]]


def pod_addresses(site: Site) -> Iterator[Claim]:
    """The fixed addresses of the pod."""
    for located in located_addresses(site):
        yield Claim(
            addresses=_one(located.address),
            owner=located.address_path,
            value=located.address,
            segment=located.segment,
            group=located.address_path,
            finding=located.about,
        )


def pod_link_local_addresses(site: Site) -> Iterator[Claim]:
    """The addresses that the pod's interfaces give themselves by their MACs."""
    for located in located_interfaces(site):
        mac = located.interface.mac
        yield Claim(
            addresses=_one(link_local_of(mac)),
            owner=f"{located.path}.mac",
            value=mac,
            segment=located.segment,
            finding=partial(located.finding, "mac", mac),
        )


def node_addresses(site: Site) -> Iterator[Claim]:
    """The addresses of nodes, on each segment of the pod where they may be seen."""
    segments = dict.fromkeys(network.segment for network in site.attached_networks.values())
    for name, node in site.nodes.items():
        for address in _in_networks(node):
            for segment in segments:
                if not _is_apart(site, segment, name, address):
                    yield _of_node(name, address, segment)


def nodes_own_addresses(site: Site) -> Iterator[Claim]:
    """The addresses of nodes, by which the whole site knows them.

    A router that leads to each node by a port of its own has the address itself.
    """
    for name, node in site.nodes.items():
        for address in _in_networks(node):
            known = address in node.addresses
            key = f"addresses[{node.addresses.index(address)}]" if known else "host"
            yield Claim(
                addresses=_one(address),
                owner=f"nodes.{name}",
                value=address,
                group=node.host,
                finding=partial(about_node, name, key, address),
            )


def pod_nodes_addresses(site: Site) -> Iterator[Claim]:
    """The addresses of the nodes that may run the pod, by the IP versions of the cluster."""
    for name, node in site.pod_nodes.items():
        for address in node.own_addresses:
            if address.version in site.cluster.pod_versions:
                yield _of_node(name, address, None)


def isolated_nodes(site: Site) -> Iterator[Claim]:
    """What a node has on a segment where the pod cannot reach it, its link-local one included."""
    for located in located_networks(site):
        for name, node in site.pod_nodes.items() if located.network.isolates_node else ():
            parent = node.interface(located.network.parent)
            own: tuple[IpAddress, ...] = node.own_addresses
            if parent is not None and parent.mac is not None:
                own = (*own, link_local_of(parent.mac))
            for address in own:
                yield _of_node(name, address, located.network.segment)


def routers(site: Site) -> Iterator[Claim]:
    """The routers' addresses, also the one that an IPAM reserves where none is given."""
    for located in located_subnets(site):
        if located.gateway is not None:
            yield Claim(
                addresses=_one(located.gateway),
                owner=f"{located.path}.gateway",
                value=located.gateway,
                segment=located.segment,
            )


def gateways_in_use(site: Site) -> Iterator[Claim]:
    """The routers' addresses that a route leads to."""
    for located in located_subnets(site):
        gateway = located.subnet.gateway
        if gateway is not None and located.uses_gateway:
            yield Claim(
                addresses=_one(gateway),
                owner=f"{located.path}.gateway",
                value=gateway,
                segment=located.segment,
                finding=partial(located.finding, "gateway", gateway),
            )


def dhcp_pools(site: Site) -> Iterator[Claim]:
    """The addresses that DHCP servers give out."""
    for located in located_subnets(site):
        pool = located.subnet.dhcp_pool
        if pool is not None:
            yield Claim(
                addresses=pool,
                owner=f"{located.path}.dhcp_pool",
                value=pool,
                segment=located.segment,
            )


def ranges(site: Site) -> Iterator[Claim]:
    """The addresses that IPAM plugins give out: the ranges without the routers' addresses."""
    for located in located_subnets(site):
        for part in () if located.leases is None else _without(located.leases, located.gateway):
            yield Claim(
                addresses=part,
                owner=f"{located.path}.range",
                value=located.leases,
                segment=located.segment,
                finding=partial(located.finding, "range", located.leases),
            )


def subnets(site: Site) -> Iterator[Claim]:
    """The subnets of the pod's networks: its routes on the link."""
    for located in located_subnets(site):
        yield Claim(
            addresses=_whole(located.cidr),
            owner=f"{located.path}.subnet",
            value=located.cidr,
            group=located.name,
            finding=partial(located.finding, "subnet", located.cidr),
        )


def tagged_subnets(site: Site) -> Iterator[Claim]:
    """The subnets of the pod's VLANs."""
    tagged = {name for name, network in site.attached_networks.items() if network.segment.is_tagged}
    return (claim for claim in subnets(site) if claim.group in tagged)


def cluster_networks(site: Site) -> Iterator[Claim]:
    """The networks of the cluster's pods and services."""
    for kind in ("pod_networks", "service_networks"):
        for network in getattr(site.cluster, kind):
            yield Claim(addresses=_whole(network), owner=f"cluster.{kind}", value=network)


def _of_node(name: str, address: IpAddress, segment: Segment | None) -> Claim:
    return Claim(addresses=_one(address), owner=f"nodes.{name}", value=address, segment=segment)


def _in_networks(node: Node) -> list[IpAddress]:
    """Nodes behind tunnels of the operator's share a loopback address."""
    return [address for address in node.own_addresses if not address.is_loopback]


def _is_apart(site: Site, segment: Segment, node: str, address: IpAddress) -> bool:
    """Whether the node's address is on the untagged parent alone, where the pod does not seek it.

    Another node may be a host of the VLAN.
    """
    alone = segment.is_tagged and list(site.pod_nodes) == [node]
    return alone and address.version not in site.cluster.pod_versions


def _one(address: IpAddress) -> AddressRange:
    return AddressRange(address, address)


def _whole(network: IpNetwork) -> AddressRange:
    return AddressRange(network[0], network[-1])


def _without(leases: AddressRange, reserved: IpAddress | None) -> Iterator[AddressRange]:
    if reserved is None or reserved not in leases:
        yield leases
        return
    if reserved != leases.first:
        yield AddressRange(leases.first, reserved - 1)
    if reserved != leases.last:
        yield AddressRange(reserved + 1, leases.last)
