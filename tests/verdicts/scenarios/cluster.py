"""The cluster's own network: eth0 of every pod; the plugin `bridge` stands in for the cluster's."""

import ipaddress
import json
from typing import Any

from config.ip import IpAddress, IpNetwork
from config.site import Site

CLUSTER_BRIDGE = "cni0"
# The part of the pods' networks that one node has, as clusters cut them by default.
PREFIX_OF_A_NODE = {4: 24, 6: 64}


def cluster(site: Site) -> dict[str, Any]:
    """eth0's conflist, and the service addresses that the node answers."""
    pods = _by_version(site.cluster.pod_networks).values()
    ipam = {
        "type": "host-local",
        "ranges": [[{"subnet": str(_of_the_node(network))}] for network in pods],
        "routes": [{"dst": "0.0.0.0/0" if n.version == 4 else "::/0"} for n in pods],
    }
    bridge = {"type": "bridge", "bridge": CLUSTER_BRIDGE, "isGateway": True, "ipam": ipam}
    return {
        "conflist": json.dumps({"name": "cbr0", "cniVersion": "1.0.0", "plugins": [bridge]}),
        "services": [f"{a}/{a.max_prefixlen}" for a in service_addresses(site)],
    }


def service_addresses(site: Site) -> list[IpAddress]:
    """The cluster's DNS, by each IP version that its services have."""
    networks = _by_version(site.cluster.service_networks).values()
    return [network[min(10, network.num_addresses - 2)] for network in networks]


def _by_version(networks: tuple[IpNetwork, ...]) -> dict[int, IpNetwork]:
    """The first of each IP version: a pod has one address of each."""
    found: dict[int, IpNetwork] = {}
    for network in networks:
        found.setdefault(network.version, network)
    return found


def _of_the_node(network: IpNetwork) -> IpNetwork:
    prefix = max(PREFIX_OF_A_NODE[network.version], network.prefixlen)
    return ipaddress.ip_network((int(network.network_address), prefix))
