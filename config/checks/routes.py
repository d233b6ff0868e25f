"""Rules about routes: the cluster's default route and networks stay the cluster's."""

from collections.abc import Iterable, Iterator

from config.checks.located import (
    ENDS,
    NO_HOSTS,
    attachments,
    families,
    is_part,
    overlap,
    used_networks,
)
from config.checks.rule import Finding, rule
from config.ip import IpNetwork
from config.networks import HomeNetwork, Subnet
from config.site import Site


@rule("routes-without-routed", "`routes` is read in one mode only", shown="by eth0 instead of net1")
def routes_without_routed(site: Site) -> Iterator[Finding]:
    """Destinations are given only when the routing is `routed`."""
    for name, network in site.networks.items():
        if network.routes and network.routing != "routed":
            yield Finding(
                path=f"networks.{name}.routes",
                value=", ".join(map(str, network.routes)),
                message=f"with `routing: {network.routing}` they would be ignored; write"
                " `routing: routed` or remove them",
            )


@rule("routed-nowhere", "it is the same as `on_link`", severity="warning")
def routed_nowhere(site: Site) -> Iterator[Finding]:
    """When the routing is `routed` there are destinations."""
    for name, network in site.networks.items():
        if network.routing == "routed" and not network.routes:
            yield Finding(
                path=f"networks.{name}.routes",
                value="(absent)",
                message="`routing: routed` needs the destinations; name them",
            )


@rule("route-without-gateway", "facts/cni.md section 9 row 26", shown="the program fails: KeyError")
def route_without_gateway(site: Site) -> Iterator[Finding]:
    """A route leads over the gateway of its own family."""
    for name, network in site.networks.items():
        for destination in network.routes:
            if network.routing == "routed" and destination.version not in network.gateways:
                yield Finding(
                    path=f"networks.{name}.routes",
                    value=destination,
                    message=f"the network has no IPv{destination.version} gateway; give `gateway`",
                )


@rule("default-route", "facts/cni.md section 9 row 25", shown="the default route is by")
def default_route(site: Site) -> Iterator[Finding]:
    """The pod's default route is the cluster's: ClusterIPs and DNS go by it.

    Where the pods' network lacks an IP version, there is none of that version.
    """
    for name, network in site.networks.items():
        for destination in network.routes:
            if destination.prefixlen == 0 and destination.version in site.cluster.pod_versions:
                yield Finding(
                    path=f"networks.{name}.routes",
                    value=destination,
                    message="it would replace the cluster's default route; name the destinations",
                )


@rule("route-meets-cluster", "pods would lose their own cluster", shown="by net1 instead of eth0")
def route_meets_cluster(site: Site) -> Iterator[Finding]:
    """No route covers pods or services of the cluster."""
    own = (*site.cluster.pod_networks, *site.cluster.service_networks)
    for name, network in site.networks.items():
        for destination in network.routes:
            for cluster in own:
                if destination.prefixlen and overlap(destination, cluster):
                    yield Finding(
                        path=f"networks.{name}.routes",
                        value=destination,
                        message=f"it meets the cluster's {cluster}; name a smaller destination",
                    )


@rule(
    "route-into-network",
    "what the article does: facts/cni.md section 10b",
    shown="via 192.168.18.1 instead of the link",
)
def route_into_network(site: Site) -> Iterator[Finding]:
    """No route leads to hosts of its own network or of the pod's others: they are on the link."""
    for name, destination, path, family in _routes_onto_links(site):
        if not _is_beside_link(destination, family):
            yield Finding(
                path=f"networks.{name}.routes",
                value=destination,
                message=f"multihome:{path}.subnet is on the link already, and would be sought"
                " behind the router; remove the route",
            )


@rule("route-beside-link", "of two equal IPv6 routes the link's comes first", severity="warning")
def route_beside_link(site: Site) -> Iterator[Finding]:
    """No IPv6 route leads to just what is on the link: nothing ever takes it."""
    for name, destination, path, family in _routes_onto_links(site):
        if _is_beside_link(destination, family):
            yield Finding(
                path=f"networks.{name}.routes",
                value=destination,
                message=f"multihome:{path}.subnet is on the link already; remove the route",
            )


def _routes_onto_links(site: Site) -> Iterator[tuple[str, IpNetwork, str, Subnet]]:
    """(network, destination, path and family of the network that it leads into)."""
    used = used_networks(site)
    for name, network in site.networks.items():
        for destination in network.routes:
            for other, path, _, family in families(site):
                on_link = other == name or (name in used and other in used)
                if on_link and is_part(destination, family.subnet):
                    yield name, destination, path, family


def _is_beside_link(destination: IpNetwork, family: Subnet) -> bool:
    """By the kernel's metrics: 256 for the link of IPv6, 1024 for a route by a router."""
    return destination.version == 6 and destination == family.subnet


@rule(
    "route-to-no-hosts",
    "facts/cni.md section 10b: multicast would go to the router",
    shown="224.0.0.251 by net1 instead of eth0",
)
def route_to_no_hosts(site: Site) -> Iterator[Finding]:
    """A destination holds hosts alone: no multicast, loopback or link-local addresses."""
    for name, network in site.networks.items():
        for destination in network.routes:
            held = any(overlap(destination, n) for n in NO_HOSTS) or destination in ENDS
            if destination.prefixlen and held:
                yield Finding(
                    path=f"networks.{name}.routes",
                    value=destination,
                    message="it holds multicast or loopback addresses, which no router leads to;"
                    " name a smaller destination, or write `routing: discovery`",
                )


@rule("route-meets-node", "the pod would seek it behind the router", severity="warning")
def route_meets_node(site: Site) -> Iterator[Finding]:
    """The nodes are reached by the cluster's network."""
    for name, network in site.networks.items():
        for destination in network.routes:
            for node_name, node in site.pod_nodes.items():
                if any(address in destination for address in node.own_addresses):
                    yield Finding(
                        path=f"networks.{name}.routes",
                        value=destination,
                        message=f"node {node_name} is in it; name smaller destinations",
                    )


@rule("route-twice", "facts/cni.md section 9 row 26: `file exists`", shown="file exists")
def route_twice(site: Site) -> Iterator[Finding]:
    """A destination is reached by one of the pod's networks, and named once in it."""
    used = used_networks(site)
    in_the_pod = [(attachment.network, network) for _, attachment, network in attachments(site)]
    yield from _named_twice(in_the_pod)
    for name, network in site.networks.items():
        # Another pod may be in it.
        if name not in used:
            yield from _named_twice([(name, network)])


@rule(
    "discovery-twice",
    "multicast leaves by one interface, that of the first route",
    shown="224.0.0.251 by net1.2 instead of net1",
)
def discovery_twice(site: Site) -> Iterator[Finding]:
    """At most one of the pod's IPv4 networks has `routing: discovery`."""
    found = [
        attachment.network
        for _, attachment, network in attachments(site)
        if network.routing == "discovery" and any(s.subnet.version == 4 for s in network.subnets)
    ]
    for name in found[1:]:
        yield Finding(
            path=f"networks.{name}.routing",
            value="discovery",
            message=f"multihome:networks.{found[0]}.routing has it already; keep one of them",
        )


def _named_twice(networks: Iterable[tuple[str, HomeNetwork]]) -> Iterator[Finding]:
    owners: dict[IpNetwork, str] = {}
    for name, network in networks:
        for destination in network.routes:
            if destination in owners:
                yield Finding(
                    path=f"networks.{name}.routes",
                    value=destination,
                    message=f"multihome:{owners[destination]} has it already; remove one of them, or"
                    " the pod's second interface there",
                )
            owners.setdefault(destination, f"networks.{name}.routes")
