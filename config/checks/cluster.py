"""Rules about the cluster's own networks, which home networks and routes are held against."""

from collections.abc import Iterator

from config.checks.located import NO_HOSTS
from config.checks.rule import Finding, rule
from config.cluster import K3s
from config.ip import IpNetwork
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


@rule(
    "services-without-pods",
    "k3s does not start so: https://github.com/k3s-io/k3s/issues/5491",
    shown="reaches 10.43.0.10 by nothing instead of eth0",
)
def services_without_pods(site: Site) -> Iterator[Finding]:
    """Services have no IP version that pods lack: none would reach them."""
    for _, path, network in _networks(site, "service_networks"):
        if network.version not in site.cluster.pod_versions:
            yield Finding(
                path=path,
                value=network,
                message=f"pods have no IPv{network.version}; write what the cluster was started"
                " with (k3s: --cluster-cidr, --service-cidr)",
            )


@rule("pods-without-services", "k3s does not start so", severity="warning")
def pods_without_services(site: Site) -> Iterator[Finding]:
    """On k3s the services have each IP version of the pods; elsewhere one may be enough."""
    versions = {network.version for network in site.cluster.service_networks}
    for _, path, network in _networks(site, "pod_networks"):
        if network.version not in versions and isinstance(site.cluster, K3s):
            yield Finding(
                path=path,
                value=network,
                message=f"no IPv{network.version} network of services is named, so home networks"
                " are held against none; add it (k3s: --service-cidr)",
            )


def _networks(site: Site, *kinds: str) -> Iterator[tuple[str, str, IpNetwork]]:
    for kind in kinds:
        for position, network in enumerate(getattr(site.cluster, kind)):
            yield kind, f"cluster.{kind}[{position}]", network
