"""What a site's pod must have, from the values of its annotation and its conflists.

Each value stands under the words by which verify_interfaces.py names it, for example `net1 MTU`.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from ipaddress import ip_address, ip_network
from typing import Any, NamedTuple

from components.pod_networks.annotation import addresses
from components.pod_networks.verify_interfaces import ETH0, SYSCTL, Plan
from config.ip import IpAddress, IpNetwork
from config.pod_interface import PodInterface
from config.routing import ON_LINK
from config.site import Site

Plugins = Sequence[Mapping[str, Any]]


class ConflistRoute(NamedTuple):
    """A route to `to`: on-link without a gateway, in the main table without a table."""

    to: IpNetwork
    gateway: IpAddress | None
    table: int | None


def conflist_routes(plugins: Plugins) -> Iterator[ConflistRoute]:
    """The routes that the plugins of a conflist are told."""
    for plugin in plugins:
        for route in plugin.get("ipam", {}).get("routes", []):
            gateway = ip_address(route.get("gw", ON_LINK))
            via = None if gateway.is_unspecified else gateway
            yield ConflistRoute(ip_network(route["dst"]), via, route.get("table"))


def pod_plan(site: Site) -> Plan:
    """The plan of the pod of a site that was checked."""
    interfaces = site.home_assistant.interfaces
    chains = {one.name: site.conflist_plugins(one.network) for one in interfaces}
    expected: dict[str, list[str]] = {}
    for interface in interfaces:
        for what, value in _values(site, interface, chains[interface.name]):
            expected.setdefault(what, []).append(value)
    for version in sorted(site.cluster.pod_versions):
        expected[f"IPv{version} default route"] = [f"by {ETH0}"]
    sysctls = {name: _sysctls(plugins) for name, plugins in chains.items()}
    return Plan(
        interfaces=list(sysctls),
        take_advertisements=[n for n, keys in sysctls.items() if _last(keys, "accept_ra") == "2"],
        take_default_route=[
            n for n, keys in sysctls.items() if _last(keys, "accept_ra_defrtr") == "1"
        ],
        expected=expected,
    )


def _values(site: Site, interface: PodInterface, plugins: Plugins) -> Iterator[tuple[str, str]]:
    name = interface.name
    asked = addresses(interface, site.networks[interface.network])
    yield f"{name} MAC", interface.mac
    yield f"{name} state", "up"
    for mtu in _mtus(site, interface, plugins):
        yield f"{name} MTU", str(mtu)
    for address in asked:
        yield f"{name} IPv{6 if ':' in address else 4} address", address
    for to, gateway, table in conflist_routes(plugins):
        where = "" if table is None else f" table {table}"
        yield f"{name} route {to}{where}", "on link" if gateway is None else f"via {gateway}"
    for plugin in plugins:
        if plugin["type"] == "sbr":
            for address in asked:
                yield f"rule from {address.partition('/')[0]}", f"lookup {plugin['table']}"
    for key, value in _sysctls(plugins).items():
        path = key.replace(".", "/")
        for scope in ("all", name) if "/all/" in path else (name,):
            yield f"{name}{SYSCTL}{re.sub('/(all|default)/', f'/{scope}/', path)}", value


def _mtus(site: Site, interface: PodInterface, plugins: Plugins) -> set[int]:
    """The conflist's MTU, else the parent's; none where the parent's differs between nodes."""
    given = {plugin["mtu"] for plugin in plugins if "mtu" in plugin}
    parent = site.networks[interface.network].parent
    parents = (node.interface(parent) for node in site.pod_nodes.values())
    found = given or {one.mtu for one in parents if one is not None}
    return found if len(found) == 1 else set()


def _sysctls(plugins: Plugins) -> dict[str, str]:
    """The sysctls of the pod (`all`) and of the interface, which starts with those of `default`."""
    return {key: value for plugin in plugins for key, value in plugin.get("sysctl", {}).items()}


def _last(sysctls: Mapping[str, str], name: str) -> str | None:
    return next((value for key, value in sysctls.items() if key.endswith(f".{name}")), None)
