"""The routes that a network gives the pod, as IPAM plugins take them.

Every IPv4 route names its gateway, since host-local would fill in its own.
"""

import hashlib
from collections.abc import Iterable, Mapping

from config.ip import IpAddress, IpNetwork

ON_LINK = "0.0.0.0"  # noqa: S104 - the gateway that means "no gateway" to the plugins
# Multicast and limited broadcast, by which devices are found.
DISCOVERY = ("224.0.0.0/4", "255.255.255.255/32")
# Linux' RT_SCOPE_LINK: what is on the link needs no router.
_LINK_SCOPE = 253
_EVERYWHERE = {4: "0.0.0.0/0", 6: "::/0"}
# Tables below are Linux' own, or those that the plugin `sbr` numbers by itself.
_FIRST_TABLE, _TABLES = 10_000, 1_000_000

Route = dict[str, object]


def routing_table(namespace: str, network: str) -> int:
    """The number of the network's own routing table: 10,000 to 1,009,999, by its name."""
    digest = hashlib.sha256(f"{namespace}/{network}".encode()).digest()
    return _FIRST_TABLE + int.from_bytes(digest[:8]) % _TABLES


def discovery_routes() -> list[Route]:
    """Multicast and limited broadcast of IPv4, on the link; IPv6 needs no route for it."""
    return [{"dst": destination, "gw": ON_LINK} for destination in DISCOVERY]


def routes_by_gateway(
    destinations: Iterable[IpNetwork], gateways: Mapping[int, IpAddress]
) -> list[Route]:
    """A route to each destination whose IP version has a gateway."""
    return [
        {"dst": str(destination), "gw": str(gateways[destination.version])}
        for destination in destinations
        if destination.version in gateways
    ]


def table_routes(
    subnets: Iterable[IpNetwork],
    gateways: Mapping[int, IpAddress],
    mirrored: Iterable[Route],
    table: int,
) -> list[Route]:
    """The routes of the network's own table: its links, its default routes, those of `mirrored`.

    An answer finds there what it would find in the main table, and else the router.
    """
    links: list[Route] = [
        {"dst": str(subnet), "gw": ON_LINK, "scope": _LINK_SCOPE}
        if subnet.version == 4
        else {"dst": str(subnet)}
        for subnet in subnets
    ]
    defaults: list[Route] = [
        {"dst": _EVERYWHERE[version], "gw": str(gateway)} for version, gateway in gateways.items()
    ]
    return [{**route, "table": table} for route in (*links, *defaults, *mirrored)]
