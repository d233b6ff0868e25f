"""Who calls whom in a scenario, by which interface, and who asks for whose addresses."""

import ipaddress
import json
from collections.abc import Iterator
from itertools import combinations
from typing import Any

from config.ip import IpAddress, IpNetwork, overlap
from config.site import Site
from tests.verdicts.segments import CALLERS, Segments, beyond, inside, node_addresses

POD = "home-assistant-0"
# Where mDNS is spoken, and where magic packets go: by one interface devices are discovered.
DISCOVERY = ("224.0.0.251", "255.255.255.255")

Request = dict[str, Any]


def questions(segments: Segments, pods: list[dict[str, str]]) -> Iterator[Request]:
    """On each segment somebody without an address asks for every address that is anybody's.

    Other nodes ask for the pods' addresses: one with the MAC of a pod would hear no answer.
    """
    of_pods: list[tuple[str, str]] = []
    for pod in pods:
        for element in json.loads(pod["annotation"]):
            given = element.get("ips", ())
            of_pods += [(element["name"], text.partition("/")[0]) for text in given]
    for port, observer in segments.observers.items():
        here = [host for host in segments.hosts if host.port == port]
        there = {text for name, text in of_pods if segments.ports.get(name) == port}
        owned = {str(a) for a in segments.owned(port) if a not in segments.of_all_routers}
        asked = [(observer, text) for text in there | owned]
        asked += [(host, text) for host in here if host.mac for text in there]
        # Linux never answers a question from no address for one of another interface.
        elsewhere = {text for _, text in of_pods} - there
        asked += [(host, text) for host in here if host.name[:2] == "n-" for text in elsewhere]
        for host, text in asked:
            own = [a.partition("/")[0] for a in host.addresses if ":" not in a]
            source = own[0] if own and text in elsewhere else "0.0.0.0"  # noqa: S104 - from no address
            yield {"host": host.name, "source": source, "address": text, "expected": text in there}


def calls(site: Site, segments: Segments, pods: list[dict[str, str]]) -> Iterator[Request]:
    """The pods call neighbours, Home Assistant also what routes lead to, and the cluster."""
    for number, pod in enumerate(pods):
        if pod["name"] == POD:
            yield from _by_networks(site, segments)
            yield from _by_the_cluster(site, segments)
            yield from _contested(site)
            continue
        (element,) = json.loads(pod["annotation"])
        found = segments.near.get(element["name"], [None])[0]
        if found is not None and str(found[1]) not in element["ips"]:
            yield {"pod": number, "to": str(found[1]), "by": "net1"}


def service_addresses(site: Site) -> list[IpAddress]:
    """The cluster's DNS, by each IP version that its services have."""
    networks = {network.version: network for network in reversed(site.cluster.service_networks)}
    return [network[min(10, network.num_addresses - 2)] for network in networks.values()]


def _by_networks(site: Site, segments: Segments) -> Iterator[Request]:
    by_network: dict[str, str] = {}
    for interface in site.home_assistant.interfaces:
        name = interface.network
        # A pod that is in a network twice goes by the first of its interfaces.
        by = by_network.setdefault(name, interface.name)
        if name not in segments.ports:
            continue
        network = site.networks[name]
        by_source = network.source_based_routing
        for found, own in zip(segments.near[name], interface.addresses, strict=False):
            if found is not None and found[1].version == own.version:
                yield {"host": found[0].name, "to": str(own)}
                # The way of the answer.
                answer = {"to": str(found[1]), "source": str(own)}
                yield {**answer, "by": interface.name if by_source else by, "route_only": True}
        for found in segments.near[name]:
            if found is not None and found[1] not in interface.addresses:
                yield {"to": str(found[1]), "by": by}
        for destination in network.routes:
            via, far = network.gateways.get(destination.version), beyond(site, destination)
            if far is not None:
                yield {"to": str(far), "by": by, "via": str(via)}
        for own in interface.addresses if network.source_based_routing else ():
            # Of an IP version without a gateway nothing is promised, unless there is none at all.
            if own.version in network.gateways or not network.gateways:
                router = segments.routers.get((name, own.version), segments.neighbours[name])
                source = str(CALLERS[own.version])
                yield {"host": router.name, "source": source, "to": str(own)}


def _by_the_cluster(site: Site, segments: Segments) -> Iterator[Request]:
    """Services, and the node's addresses unless a macvlan of the pod hides them."""
    for address in service_addresses(site):
        yield {"to": str(address), "by": "eth0"}
    used = site.attached_networks.values()
    tagged = [s.cidr for n in used if n.type == "vlan" for s in n.subnets]
    untagged = [s.cidr for n in used if n.type != "vlan" for s in n.subnets]
    routes = [route for n in used for route in n.routes]
    for text, _ in node_addresses(site, segments.node):
        own = ipaddress.ip_interface(text).ip
        # A VLAN that takes the node's address is closer than a route that leads to it.
        led_away = any(own in n for n in routes) and not any(own in n for n in tagged)
        hidden = led_away or any(own in n for n in untagged)
        if not hidden and own.version in site.cluster.pod_versions:
            yield {"to": str(own), "by": "eth0"}


def _contested(site: Site) -> Iterator[Request]:
    """What two want by different ways is the cluster's, else a subnet's, else a route's."""
    cluster = (*site.cluster.pod_networks, *site.cluster.service_networks)
    wanted: list[tuple[IpNetwork, str, str]] = [(network, "eth0", "") for network in cluster]
    first = {i.network: i.name for i in reversed(site.home_assistant.interfaces)}
    used = [(first[name], network) for name, network in site.attached_networks.items()]
    wanted += [(s.cidr, name, "") for name, network in used for s in network.subnets]
    for name, network in used:
        for route in network.routes:
            wanted.append((route, name, str(network.gateways.get(route.version))))
    of_pod = {a for i in site.home_assistant.interfaces for a in i.addresses}
    for (one, name, via), (other, *way) in combinations(wanted, 2):
        if [name, via] != way and overlap(one, other):
            for address in inside(max(one, other, key=lambda n: n.prefixlen)):
                if address not in of_pod:
                    yield {"to": str(address), "by": name, "via": via, "route_only": True}
    by = discovery_interface(site)
    # Nothing is promised of a limited broadcast that no network is to discover by.
    for text in DISCOVERY[: 0 if by is None else 1 if by == "eth0" else 2]:
        yield {"to": text, "by": by, "route_only": True}


def discovery_interface(site: Site) -> str | None:
    """The interface by which the pod's multicast and limited broadcast leave; None if none."""
    able = {
        interface.network: interface.name
        for interface in reversed(site.home_assistant.interfaces)
        if (network := site.networks[interface.network]).discovery
        and any(subnet.cidr.version == 4 for subnet in network.subnets)
    }
    first = next(iter(reversed(able.values())), "eth0" if 4 in site.cluster.pod_versions else None)
    return able.get(site.home_assistant.discovery_default or "", first)
