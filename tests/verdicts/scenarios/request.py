"""A site as the request of a scenario, which lab/netns/runner/scenario.go describes.

Conflists and annotation are the program's own.
"""

import json
from collections.abc import Sequence

from components.network_segment.conflist import conflist
from components.pod_networks.annotation import networks_annotation
from config.site import Site
from lab.netns.channel import Request
from tests.verdicts.scenarios.calls import POD, calls, owners
from tests.verdicts.scenarios.cluster import cluster
from tests.verdicts.scenarios.hosts import devices, neighbours
from tests.verdicts.scenarios.links import links
from tests.verdicts.scenarios.nodes import observers, other_nodes
from tests.verdicts.scenarios.peer_pods import PeerPod


def request(site: Site, node_name: str, peers: Sequence[PeerPod] = ()) -> Request:
    """The scenario in which Home Assistant's pod runs on that node, with peer pods beside it."""
    settings = site.home_assistant
    annotation = networks_annotation(settings.interfaces, site.networks)
    return _request(site, node_name, [{"name": POD, "annotation": annotation}, *_pods(peers)])


def peer_request(site: Site, node_name: str, peer: PeerPod) -> Request:
    """The scenario in which just the peer pod runs: a VLAN has room for one pod on a node."""
    return _request(site, node_name, _pods([peer]))


def _pods(peers: Sequence[PeerPod]) -> list[dict[str, str]]:
    return [
        {
            "name": f"peer-{number}",
            "annotation": json.dumps(
                [
                    {"name": peer.network, "interface": "net1"}
                    | ({} if peer.address is None else {"ips": [peer.address]})
                ]
            ),
        }
        for number, peer in enumerate(peers)
    ]


def _request(site: Site, node_name: str, pods: list[dict[str, str]]) -> Request:
    node, namespace = site.nodes[node_name], site.namespace
    return {
        "node": list(links(site, node)),
        "hosts": [
            *neighbours(site, node),
            *devices(site, node),
            *other_nodes(site, node),
            *observers(site, node),
        ],
        "cluster": cluster(site),
        "namespace": namespace,
        "networks": {
            name: json.dumps(conflist(namespace, name, network))
            for name, network in site.attached_networks.items()
        },
        "pods": pods,
        "calls": list(calls(site, node, pods)),
        "owners": list(owners(site, node, pods)),
    }


def needs_vlans(wanted: Request) -> bool:
    """Whether the kernel must know 802.1Q."""
    tagged = any(host["vlans"] for host in wanted["hosts"])
    links = any(link["parent"] for link in wanted["node"])
    return tagged or links or any('"vlan"' in config for config in wanted["networks"].values())
