"""The pod's routes in the main table: those of the plan, and the default route by eth0."""

from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_network

from components.pod_networks.plan import conflist_routes
from multihome.doctor.cluster_facts import ClusterFacts
from multihome.doctor.finding import Finding
from multihome.doctor.plan import Plan

Network = IPv4Network | IPv6Network
_REJECTS = 0x0200  # RTF_REJECT of linux/route.h


@dataclass(frozen=True)
class Route:
    """A route: its destination, the interface, and the gateway unless it is on-link."""

    to: Network
    interface: str
    gateway: IPv4Address | IPv6Address | None

    def __str__(self) -> str:
        by = "" if self.gateway is None else f" via {self.gateway}"
        return f"{self.to}{by} dev {self.interface}"


def pod_routes(plan: Plan, facts: ClusterFacts) -> Iterator[Finding]:
    """Planned routes that are missing, and IPv4 routes and default routes that are not planned.

    The kernel lists the IPv6 routes of all tables together, with those of router advertisements, so
    of those only a missing one or a default route tells something.
    """
    if facts.routes is None:
        return
    main, any_table = set(_planned(plan)), set(_planned(plan, any_table=True))
    names = {interface.name for interface in plan.site.home_assistant.interfaces}
    ipv4, ipv6 = set(ipv4_routes(facts.routes[0])), set(ipv6_routes(facts.routes[1]))
    added = ipv4 - main | {route for route in ipv6 - any_table if route.to.prefixlen == 0}
    wrong = [f"it lacks {route}" for route in main - ipv4 - ipv6]
    wrong += [
        f"it has {route}, which is not planned" for route in added if route.interface in names
    ]
    for said in sorted(wrong):
        yield Finding(
            name="route-wrong",
            where=f"pod {plan.site.namespace}/{plan.pod}",
            what=said,
            why="its packets take another way than planned; with another default route it loses"
            " the cluster's DNS and services",
            cure="see the finding attachment-drifted if there is one; then delete the pod",
        )


def _planned(plan: Plan, *, any_table: bool = False) -> Iterator[Route]:
    """The on-link routes of the addresses, and the routes of the conflist in the main table."""
    for interface in plan.site.home_assistant.interfaces:
        network = plan.site.networks[interface.network]
        for subnet in network.subnets[: len(interface.addresses)]:
            yield Route(ip_network(subnet.cidr), interface.name, None)
        for to, gateway, table in conflist_routes(plan.conflists[interface.network]["plugins"]):
            if any_table or table is None:
                yield Route(to, interface.name, gateway)


def ipv4_routes(text: str) -> Iterator[Route]:
    """The routes of a /proc/net/route, which has the main table; numbers are in host order."""
    for line in text.splitlines()[1:]:
        interface, to, gateway, _, _, _, _, mask = line.split()[:8]
        bits = int(mask, 16).bit_count()
        network = IPv4Network((_ipv4(to), bits))
        yield Route(network, interface, _ipv4(gateway) if int(gateway, 16) else None)


def _ipv4(digits: str) -> IPv4Address:
    return IPv4Address(bytes.fromhex(digits)[::-1])


def ipv6_routes(text: str) -> Iterator[Route]:
    """The routes of a /proc/net/ipv6_route, without those that refuse packets."""
    for line in filter(None, text.splitlines()):
        to, bits, _, _, gateway, *_, flags, interface = line.split()
        if int(flags, 16) & _REJECTS:
            continue
        via = IPv6Address(bytes.fromhex(gateway))
        network = IPv6Network((bytes.fromhex(to), int(bits, 16)))
        yield Route(network, interface, None if via.is_unspecified else via)
