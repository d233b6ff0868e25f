"""A site as scenarios on one of its nodes, as lab/netns/runner/scenario.go describes them.

Conflists and annotation are the program's own.
"""

import json
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from components.network_segment.conflist import conflist
from components.pod_networks.annotation import networks_annotation
from config.ip import IpAddress
from config.site import Site
from tests.verdicts.calls import POD, Request, calls, questions, service_addresses
from tests.verdicts.segments import (
    CLUSTER_BRIDGE,
    Segments,
    kept_for_router,
    leases,
    link_addresses,
    link_port,
)

# The part of the pods' networks that one node has, as clusters cut them by default.
PREFIX_OF_A_NODE = {4: 24, 6: 64}


def scenarios(site: Site, node: str) -> Iterator[Request]:
    """Home Assistant's pod with peer pods beside it; a peer pod in a VLAN is there alone.

    A node has room for one pod in each VLAN.
    """
    segments = Segments(site, node)
    peers = list(_peers(segments))
    annotation = networks_annotation(site.home_assistant.interfaces, site.networks)
    pods = [{"name": POD, "annotation": annotation}]
    for number, (network, address) in enumerate(peers):
        element = {"name": network, "interface": "net1", "ips": [str(address)]}
        pod = {"name": f"peer-{number}", "annotation": json.dumps([element])}
        if site.networks[network].type == "vlan":
            yield _request(site, segments, [pod])
        else:
            pods.append(pod)
    yield _request(site, segments, pods)


def needs_vlans(wanted: Request) -> bool:
    """Whether the kernel must know 802.1Q."""
    tagged = any(host["vlans"] for host in wanted["hosts"])
    links = any(link["parent"] for link in wanted["node"])
    return tagged or links or any('"vlan"' in config for config in wanted["networks"].values())


def _request(site: Site, segments: Segments, pods: list[dict[str, str]]) -> Request:
    used, namespace = site.attached_networks, site.namespace
    conflists = {n: conflist(namespace, n, site.conflist_plugins(n)) for n in used}
    return {
        "node": list(_links(site, segments)),
        "hosts": [asdict(host) for host in segments.hosts],
        **_cluster(site),
        "without_ipv6": not segments.node.ipv6,
        "namespace": namespace,
        "networks": {name: json.dumps(found) for name, found in conflists.items()},
        "pods": pods,
        "calls": list(calls(site, segments, pods)),
        "questions": list(questions(segments, pods)),
    }


def _peers(segments: Segments) -> Iterator[tuple[str, IpAddress]]:
    """(network, address) of pods that ask for what their network should promise least.

    That is what anybody else has on its segment, and the ends of subnet and range.
    """
    for name, port in segments.ports.items():
        network = segments.site.networks[name]
        given = leases(network, network)
        if given is None or str(network.ipam) != "host-local":
            continue
        pods = segments.site.home_assistant.interfaces
        mine = {address for pod in pods if pod.network == name for address in pod.addresses}
        mine.add(kept_for_router(network, network) or given.first)
        ends = network.cidr[0], network.cidr[-1], given.first, given.last
        asked = dict.fromkeys((*segments.owned(port), *ends))
        yield from ((name, a) for a in asked if a in given and a not in mine)


def _links(site: Site, segments: Segments) -> Iterator[dict[str, Any]]:
    """The node's own interfaces, parents first; `eth0.30` is a VLAN of eth0."""
    addresses = link_addresses(site, segments.node)
    for known in sorted(segments.node.own_interfaces, key=lambda interface: "." in interface.name):
        if known.name != CLUSTER_BRIDGE:
            port = link_port(segments.node, known.name)
            yield {
                "name": known.name,
                "parent": port.link if port.vlans else "",
                "vlan": port.vlans[0] if port.vlans else 0,
                "mtu": known.mtu,
                "mac": known.mac or "",
                "addresses": addresses[known.name],
            }


def _cluster(site: Site) -> dict[str, Any]:
    """eth0's conflist, and the service addresses that the node answers.

    The plugin `bridge` stands in for the cluster's own.
    """
    pods = {network.version: network for network in reversed(site.cluster.pod_networks)}
    lengths = {v: max(PREFIX_OF_A_NODE[v], network.prefixlen) for v, network in pods.items()}
    ipam = {
        "type": "host-local",
        "ranges": [[{"subnet": f"{network[0]}/{lengths[v]}"}] for v, network in pods.items()],
        "routes": [{"dst": "0.0.0.0/0" if version == 4 else "::/0"} for version in pods],
    }
    bridge = {"type": "bridge", "bridge": CLUSTER_BRIDGE, "isGateway": True, "ipam": ipam}
    return {
        "conflist": json.dumps({"name": "cbr0", "cniVersion": "1.0.0", "plugins": [bridge]}),
        "services": [f"{a}/{a.max_prefixlen}" for a in service_addresses(site)],
    }
