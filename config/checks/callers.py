"""Rules about callers from other subnets: who is answered, and by which routing table."""

from collections.abc import Iterator

from config.checks.located import LocatedNetwork, located_networks, located_subnets
from config.checks.rule import Finding, rule
from config.site import Site


@rule(
    "callers-unanswered",
    because="the answer would leave by the cluster, whose firewall drops it",
    source="docs/background/pod_interfaces.md#callers",
    severity="warning",
)
def callers_unanswered(site: Site) -> Iterator[Finding]:
    """A network with a gateway says which callers from other subnets the pod answers."""
    for located in located_networks(site):
        network = located.network
        led = {destination.version for destination in network.routes}
        for version, gateway in network.gateways.items():
            if not network.source_based_routing and version not in led:
                subnets = " and ".join(
                    str(s.cidr) for s in network.subnets if s.cidr.version == version
                )
                yield located.finding(
                    "gateway",
                    gateway,
                    f"nobody outside {subnets} gets an answer from the pod's address there: no"
                    " phone in another VLAN, no VPN; write their subnets into `routes`, or"
                    " `source_based_routing: true` for callers from anywhere",
                )


@rule("source-based-routing-without-gateway", because="the answers have nowhere to go")
def source_based_routing_without_gateway(site: Site) -> Iterator[Finding]:
    """A network with `source_based_routing` has a gateway."""
    for located in _source_based(site):
        if not located.network.gateways:
            yield located.finding(
                "source_based_routing", "true", "it needs the router's address; add `gateway`"
            )


@rule(
    "source-based-routing-one-version",
    because="answers by an IP version without a gateway leave by the cluster, whose firewall drops"
    " them",
    source="docs/background/pod_interfaces.md#callers",
    severity="warning",
)
def source_based_routing_one_version(site: Site) -> Iterator[Finding]:
    """A network with `source_based_routing` has a gateway for each of its IP versions."""
    for located in located_subnets(site):
        network, version = located.network, located.cidr.version
        if network.source_based_routing and network.gateways and version not in network.gateways:
            yield located.finding(
                "gateway",
                "(absent)",
                f"callers by IPv{version} from other subnets get no answer; add the router's"
                f" IPv{version} address",
            )


@rule(
    "source-based-routing-ipam",
    because="the routes of the network's own table would become the pod's",
    source="docs/background/pod_interfaces.md#callers",
)
def source_based_routing_ipam(site: Site) -> Iterator[Finding]:
    """The IPAM keeps routes apart by their table.

    host-local adds a gateway to IPv6 routes on the link, and before release 1.6 of the plugins it
    ignores `table`.
    """
    for located in _source_based(site):
        network = located.network
        if not network.ipam.gives_out_addresses:
            continue
        if 6 in network.ip_versions:
            yield located.finding(
                "ipam",
                network.ipam,
                "it cannot keep IPv6 routes apart; write `ipam: static`",
            )
        elif not site.cluster.host_local_keeps_tables:
            yield located.finding(
                "ipam",
                network.ipam,
                "this cluster's own host-local may put the routes of `source_based_routing` into"
                " the main table; write `ipam: static`",
            )


@rule(
    "routing-table-twice",
    because="answers of one network would leave by the other",
    source="docs/background/pod_interfaces.md#callers",
)
def routing_table_twice(site: Site) -> Iterator[Finding]:
    """Each network has a routing table of its own; names give the numbers."""
    owners: dict[int, str] = {}
    for located in _source_based(site):
        owner = owners.setdefault(site.routing_table(located.name), located.name)
        if owner != located.name:
            yield located.finding(
                "source_based_routing",
                "true",
                f"by its name the network has the routing table of multihome:networks.{owner};"
                " give one of them another name",
            )


def _source_based(site: Site) -> Iterator[LocatedNetwork]:
    return (located for located in located_networks(site) if located.network.source_based_routing)
