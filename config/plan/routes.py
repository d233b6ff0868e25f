"""Rules about routes: the cluster's default route and networks stay the cluster's."""

from collections.abc import Iterator

from config.plan.families import overlap
from config.plan.rule import Finding, rule
from config.site import Site


@rule("routes-without-routed", "`routes` is read in one mode only")
def routes_without_routed(site: Site) -> Iterator[Finding]:
    """Destinations are given exactly when the routing is `routed`."""
    for name, network in site.networks.items():
        if network.routes and network.routing != "routed":
            yield Finding(
                path=f"networks.{name}.routes",
                value=", ".join(map(str, network.routes)),
                message=f"with `routing: {network.routing}` they would be ignored; write"
                " `routing: routed` or remove them",
            )
        if network.routing == "routed" and not network.routes:
            yield Finding(
                path=f"networks.{name}.routes",
                value="(absent)",
                message="`routing: routed` needs the destinations; name them",
            )


@rule("route-without-gateway", "facts/cni.md section 9 row 26")
def route_without_gateway(site: Site) -> Iterator[Finding]:
    """A route leads over the gateway of its own family."""
    for name, network in site.networks.items():
        gateways = {s.subnet.version for s in network.subnets if s.gateway is not None}
        for destination in network.routes:
            if network.routing == "routed" and destination.version not in gateways:
                yield Finding(
                    path=f"networks.{name}.routes",
                    value=destination,
                    message=f"the network has no IPv{destination.version} gateway; give `gateway`",
                )


@rule("default-route", "facts/cni.md section 9 row 25")
def default_route(site: Site) -> Iterator[Finding]:
    """The pod's default route is the cluster's: ClusterIPs and DNS go by it."""
    for name, network in site.networks.items():
        for destination in network.routes:
            if destination.prefixlen == 0:
                yield Finding(
                    path=f"networks.{name}.routes",
                    value=destination,
                    message="it would replace the cluster's default route; name the destinations",
                )


@rule("route-meets-cluster", "pods would lose their own cluster")
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


@rule("route-twice", "facts/cni.md section 9 row 26: `file exists`")
def route_twice(site: Site) -> Iterator[Finding]:
    """A destination is reached by one network, and is not one of the networks itself."""
    owners = {
        subnet.subnet: f"networks.{name}.subnet"
        for name, network in site.networks.items()
        for subnet in network.subnets
    }
    for name, network in site.networks.items():
        for destination in network.routes:
            if destination in owners:
                yield Finding(
                    path=f"networks.{name}.routes",
                    value=destination,
                    message=f"house:{owners[destination]} has it already; remove one of them",
                )
            owners.setdefault(destination, f"networks.{name}.routes")


@rule("discovery-twice", "multicast leaves by one interface: the last route would be refused")
def discovery_twice(site: Site) -> Iterator[Finding]:
    """At most one of the pod's networks has `routing: discovery`."""
    used = [attachment.network for attachment in site.home_assistant.interfaces]
    found = [
        name
        for name in used
        if name in site.networks and site.networks[name].routing == "discovery"
    ]
    for name in found[1:]:
        yield Finding(
            path=f"networks.{name}.routing",
            value="discovery",
            message=f"house:networks.{found[0]}.routing has it already; keep one of them",
        )
