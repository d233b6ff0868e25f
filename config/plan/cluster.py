"""Rules about the cluster's own networks, which home networks and routes are held against."""

from collections.abc import Iterator

from config.ip import IpNetwork
from config.plan.families import NO_HOSTS
from config.plan.rule import Finding, rule
from config.site import Site

# A node's own address, the pod's, and the ends.
_FEWEST_ADDRESSES = 4


@rule(
    "cluster-network-not-local",
    "no cluster has pods or services there",
    shown="by lo instead of eth0",
)
def cluster_network_not_local(site: Site) -> Iterator[Finding]:
    """Networks of pods and services hold hosts: no loopback, multicast or link-local addresses.

    Nodes have the first part of the pods' network, which 0.0.0.0 and :: are not in.
    """
    for kind, path, network in _networks(site, "pod_networks", "service_networks"):
        first = network.network_address
        unspecified = kind == "pod_networks" and first.is_unspecified
        if unspecified or any(first in n for n in NO_HOSTS):
            yield Finding(
                path=path,
                value=network,
                message="there are no pods or services; write what the cluster was started with"
                " (k3s: --cluster-cidr, --service-cidr)",
            )


@rule(
    "cluster-network-too-small",
    "facts/cni.md section 2.1: host-local needs four addresses",
    shown="too small to allocate from",
)
def cluster_network_too_small(site: Site) -> Iterator[Finding]:
    """Each node needs addresses for its pods."""
    for _, path, network in _networks(site, "pod_networks"):
        if network.num_addresses < _FEWEST_ADDRESSES:
            yield Finding(
                path=path,
                value=network,
                message="no pod would get an address; write what the cluster was started with",
            )


def _networks(site: Site, *kinds: str) -> Iterator[tuple[str, str, IpNetwork]]:
    for kind in kinds:
        for position, network in enumerate(getattr(site.cluster, kind)):
            yield kind, f"cluster.{kind}[{position}]", network
