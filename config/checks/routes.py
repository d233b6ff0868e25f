"""Rules about routes: the cluster's default route and networks stay the cluster's."""

from collections.abc import Iterator

from config.checks.located import (
    LocatedNetwork,
    LocatedSubnet,
    located_interfaces,
    located_networks,
    located_subnets,
)
from config.checks.rule import Finding, rule
from config.ip import ENDS, NO_HOSTS, IpNetwork, overlap
from config.site import Site


@rule(
    "route-without-gateway",
    because="the route has nowhere to lead",
    source="docs/background/cni.md#routes",
)
def route_without_gateway(site: Site) -> Iterator[Finding]:
    """The network has a gateway of the destination's IP version."""
    for located, destination in _routes(site):
        version = destination.version
        if version not in located.network.gateways:
            yield located.finding(
                "routes", destination, f"the network has no IPv{version} gateway; add `gateway`"
            )


@rule(
    "default-route",
    because="ClusterIPs and DNS would leave by the home network",
    source="docs/background/cni.md#routes",
)
def default_route(site: Site) -> Iterator[Finding]:
    """The pod's default route is the cluster's: ClusterIPs and DNS need it.

    Where the pods' network lacks an IP version, there is none of that version.
    """
    for located, destination in _routes(site):
        if destination.prefixlen == 0 and destination.version in site.cluster.pod_versions:
            yield located.finding(
                "routes",
                destination,
                "this route would replace the cluster's default route; write the destinations that"
                " you need",
            )


@rule(
    "route-overlaps-cluster",
    because="the pod would lose its own cluster",
    source="docs/background/cni.md#routes",
)
def route_overlaps_cluster(site: Site) -> Iterator[Finding]:
    """No destination overlaps the networks of the cluster's pods or services."""
    own = (*site.cluster.pod_networks, *site.cluster.service_networks)
    for located, destination in _routes(site):
        for cluster in own:
            if destination.prefixlen and overlap(destination, cluster):
                yield located.finding(
                    "routes",
                    destination,
                    f"the destination overlaps the cluster's {cluster}; write a smaller one",
                )


@rule(
    "route-into-network",
    because="the pod would reach its neighbours by the router, or not at all",
    source="docs/background/cni.md#routes",
)
def route_into_network(site: Site) -> Iterator[Finding]:
    """No route leads to hosts of its own network or of the pod's others: they are on the link."""
    for located, destination, other in _routes_onto_links(site):
        if not _loses_to_link(destination, other):
            yield located.finding(
                "routes",
                destination,
                f"multihome:{other.path}.subnet is on the link already, and the route would send"
                " its traffic to the gateway; remove the route",
            )


@rule(
    "route-beside-link",
    because="of two equal IPv6 routes the kernel prefers the link's",
    severity="warning",
)
def route_beside_link(site: Site) -> Iterator[Finding]:
    """No IPv6 destination is exactly a subnet on the link: the route is never used."""
    for located, destination, other in _routes_onto_links(site):
        if _loses_to_link(destination, other):
            yield located.finding(
                "routes",
                destination,
                f"multihome:{other.path}.subnet is on the link already; remove the route",
            )


@rule(
    "route-without-hosts",
    because="multicast would go to the router",
    source="docs/background/cni.md#routes",
)
def route_without_hosts(site: Site) -> Iterator[Finding]:
    """A destination has no multicast, loopback or link-local addresses."""
    for located, destination in _routes(site):
        included = any(overlap(destination, n) for n in NO_HOSTS) or destination in ENDS
        if destination.prefixlen and included:
            yield located.finding(
                "routes",
                destination,
                "the destination includes multicast, loopback or link-local addresses, which no"
                " router leads to; write a smaller one, or `discovery: true`",
            )


@rule("route-to-node", because="the pod would reach the node by the router", severity="warning")
def route_to_node(site: Site) -> Iterator[Finding]:
    """The cluster's network leads to the nodes."""
    for located, destination in _routes(site):
        for node_name, node in site.pod_nodes.items():
            if any(address in destination for address in node.own_addresses):
                yield located.finding(
                    "routes",
                    destination,
                    f"the destination includes node {node_name}; write smaller ones",
                )


@rule(
    "route-twice",
    because="the plugin fails with `file exists`",
    source="docs/background/cni.md#routes",
)
def route_twice(site: Site) -> Iterator[Finding]:
    """One of the pod's networks leads to a destination, and names it once."""
    owners: dict[IpNetwork, str] = {}
    for found in located_interfaces(site):
        located = LocatedNetwork(name=found.interface.network, network=found.network)
        for destination in located.network.routes:
            if destination in owners:
                yield located.finding(
                    "routes",
                    destination,
                    f"multihome:{owners[destination]} has this destination already; remove one of"
                    " them, or the pod's second interface there",
                )
            owners.setdefault(destination, f"networks.{located.name}.routes")


def _routes(site: Site) -> Iterator[tuple[LocatedNetwork, IpNetwork]]:
    """(network, destination) for every route of the pod's networks."""
    for located in located_networks(site):
        for destination in located.network.routes:
            yield located, destination


def _routes_onto_links(site: Site) -> Iterator[tuple[LocatedNetwork, IpNetwork, LocatedSubnet]]:
    """(network, destination, subnet that the destination is part of)."""
    on_link: dict[IpNetwork, LocatedSubnet] = {}
    for other in located_subnets(site):
        on_link.setdefault(other.cidr, other)
    lengths = sorted({cidr.prefixlen for cidr in on_link})
    for located, destination in _routes(site):
        for length in (each for each in lengths if each <= destination.prefixlen):
            larger = on_link.get(destination.supernet(new_prefix=length))
            if larger is not None:
                yield located, destination, larger


def _loses_to_link(destination: IpNetwork, other: LocatedSubnet) -> bool:
    """By the kernel's metrics: 256 for the link of IPv6, 1024 for a route by a router."""
    return destination.version == 6 and destination == other.cidr
