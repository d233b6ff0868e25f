"""Who calls whom in a scenario, and by which interface the call is to go."""

import ipaddress
import json
from collections.abc import Iterable, Iterator

from config.checks.located import located_interfaces
from config.ip import IpAddress, overlap
from config.networks import HomeNetwork
from config.nodes import Node
from config.site import Site
from lab.netns.channel import Request
from tests.verdicts.scenarios.addresses import neighbour
from tests.verdicts.scenarios.cluster import service_addresses
from tests.verdicts.scenarios.destinations import beyond, inside, sought_behind_a_router
from tests.verdicts.scenarios.hosts import is_at
from tests.verdicts.scenarios.links import node_addresses
from tests.verdicts.scenarios.nodes import observer_by, observers, other_nodes
from tests.verdicts.scenarios.ports import Port, port_of

POD = "home-assistant-0"
# Where mDNS is spoken: a route there decides by which interface devices are discovered.
DISCOVERY = "224.0.0.251"


def owners(site: Site, node: Node, pods: list[dict[str, str]]) -> Iterator[Request]:
    """Who has the addresses of pods and nodes: a neighbour on the segment of each asks.

    So does each other node there whose MAC is known.
    """
    nodes = [host for host in other_nodes(site, node) if host["mac"]]
    for pod in pods:
        for element in json.loads(pod["annotation"]):
            name = element["name"]
            port = port_of(node, site.networks[name])
            near = [host["name"] for host in nodes if is_at(host, port)]
            for text in element.get("ips", ()) if port is not None else ():
                for asking in (f"n-{name}", *near):
                    yield {"host": asking, "network": name, "address": text.partition("/")[0]}
    for host in observers(site, node):
        for text, link in node_addresses(site, node):
            if host["name"] == observer_by(link):
                yield {"host": host["name"], "address": text.partition("/")[0]}


def calls(site: Site, node: Node, pods: list[dict[str, str]]) -> Iterator[Request]:
    """Who calls whom: the pods call neighbours, Home Assistant also routes and cluster."""
    for number, pod in enumerate(pods):
        if pod["name"] == POD:
            yield from _calls_to_networks(site, node)
            yield from _calls_to_the_cluster(site, node)
            continue
        (element,) = json.loads(pod["annotation"])
        network = site.networks[element["name"]]
        near = neighbour(site, network)
        if port_of(node, network) is None or near is None:
            continue
        if str(near) not in element.get("ips", ()):
            yield {"pod": number, "to": str(near), "by": "net1"}


def _calls_to_networks(site: Site, node: Node) -> Iterator[Request]:
    by_network: dict[str, str] = {}
    for located in located_interfaces(site):
        interface, network = located.interface, located.network
        # A pod that is in a network twice goes by the first of its interfaces.
        by = by_network.setdefault(interface.network, interface.name)
        if port_of(node, network) is None:
            continue
        given = (interface.address, interface.ipv6_address)
        for subnet, own in zip(network.subnets, given, strict=False):
            near = neighbour(site, subnet)
            if near is None or near == own:
                continue
            yield {"to": str(near), "by": by}
            if own is not None and subnet.cidr.version == own.version:
                yield {"host": f"n-{interface.network}", "to": str(own)}
        for destination in network.routes:
            via, far = network.gateways.get(destination.version), beyond(site, destination)
            if far is not None:
                yield {"to": str(far), "by": by, "via": str(via)}
            elif via is not None and _is_called(network, via):
                # Behind the router are other networks of the site alone.
                yield {"to": str(via), "by": by}
        if network.has_multicast_route:
            yield {"to": DISCOVERY, "by": by, "route_only": True}
        for address in _claimed_twice(site, interface.network):
            yield {"to": str(address), "by": by, "route_only": True}
        for address in sought_behind_a_router(site, network):
            yield {"to": str(address), "by": by, "route_only": True}


def _is_called(network: HomeNetwork, router: IpAddress) -> bool:
    """Whether it is an address of the subnet that just one router answers for."""
    of_all = [address for subnet in network.subnets for address in subnet.unassignable]
    return _is_in([network], router) and router not in of_all


def _calls_to_the_cluster(site: Site, node: Node) -> Iterator[Request]:
    for address in (*service_addresses(site), *_reached_by_the_cluster(site, node)):
        yield {"to": str(address), "by": "eth0"}
    for address in contested(site):
        yield {"to": str(address), "by": "eth0", "route_only": True}
    if 4 in site.cluster.pod_versions and not any(
        located.network.has_multicast_route for located in located_interfaces(site)
    ):
        yield {"to": DISCOVERY, "by": "eth0", "route_only": True}
    for other in other_nodes(site, node):
        for text, link in node_addresses(site, node):
            near = any(_in_one_subnet(text, theirs) for theirs in other["addresses"])
            if near and is_at(other, Port(link, [])):
                yield {"host": other["name"], "to": text.partition("/")[0]}


def contested(site: Site) -> Iterator[IpAddress]:
    """In every network or route that reaches into the cluster the first and the last of its hosts.

    The first may be on the pod's own node, which has a closer route.
    """
    own = (*site.cluster.pod_networks, *site.cluster.service_networks)
    for network in site.attached_networks.values():
        claimed = [s.cidr for s in network.subnets]
        for mine in (*claimed, *(network.routes if network.routing == "routed" else ())):
            for theirs in own:
                if overlap(mine, theirs):
                    shared = max(mine, theirs, key=lambda n: n.prefixlen)
                    yield from (inside(shared), shared[max(0, shared.num_addresses - 2)])


def _reached_by_the_cluster(site: Site, node: Node) -> Iterator[IpAddress]:
    """The node's addresses, unless a macvlan of the pod hides them (docs/background/cni.md)."""
    used = site.attached_networks.values()
    untagged = [n for n in used if not n.segment.is_tagged]
    tagged = [n for n in used if n.segment.is_tagged]
    for text, _ in node_addresses(site, node):
        address = ipaddress.ip_interface(text).ip
        behind_a_router = any(address in route for n in used for route in n.routes)
        # A VLAN that takes the node's address is closer than a route that leads to it.
        hidden = _is_in(untagged, address) or (behind_a_router and not _is_in(tagged, address))
        if not hidden and address.version in site.cluster.pod_versions:
            yield address


def _is_in(networks: Iterable[HomeNetwork], address: IpAddress) -> bool:
    return any(address in subnet.cidr for network in networks for subnet in network.subnets)


def _claimed_twice(site: Site, name: str) -> Iterator[IpAddress]:
    """An address in each subnet of the network that another network of the pod has as well."""
    used = site.attached_networks
    for other in used.keys() - {name}:
        for mine in used[name].subnets:
            for theirs in used[other].subnets:
                if overlap(mine.cidr, theirs.cidr):
                    yield inside(max(mine.cidr, theirs.cidr, key=lambda n: n.prefixlen))


def _in_one_subnet(one: str, other: str) -> bool:
    return ipaddress.ip_interface(one).network == ipaddress.ip_interface(other).network
