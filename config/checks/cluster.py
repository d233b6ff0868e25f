"""Rules about the cluster's own networks, which no home network or route may overlap."""

from collections.abc import Iterator

from config.checks.rule import Finding, rule
from config.ip import NO_HOSTS, IpNetwork
from config.site import Site

# A node's own address, the pod's, and the ends.
_FEWEST_ADDRESSES = 4
_REMEDY = "write what the cluster was started with (k3s: --cluster-cidr, --service-cidr)"


@rule("cluster-network-without-hosts", because="no cluster has pods or services there")
def cluster_network_without_hosts(site: Site) -> Iterator[Finding]:
    """Networks of pods and services are not loopback, multicast or link-local networks.

    Nodes have the first part of the pods' network, which cannot be 0.0.0.0 or ::.
    """
    for kind, path, network in _networks(site, "pod_networks", "service_networks"):
        first = network.network_address
        unspecified = kind == "pod_networks" and first.is_unspecified
        if unspecified or any(first in n for n in NO_HOSTS):
            yield Finding(
                path=path, value=network, message=f"no pod or service can be in it; {_REMEDY}"
            )


@rule(
    "cluster-network-too-small",
    because="host-local needs four addresses",
    source="docs/background/cni.md#host-local",
)
def cluster_network_too_small(site: Site) -> Iterator[Finding]:
    """The pods' network has addresses for the pods of a node."""
    for _, path, network in _networks(site, "pod_networks"):
        if network.num_addresses < _FEWEST_ADDRESSES:
            yield Finding(
                path=path, value=network, message=f"no pod would get an address; {_REMEDY}"
            )


@rule(
    "services-without-pods",
    because="k3s does not start so",
    source="https://github.com/k3s-io/k3s/issues/5491",
)
def services_without_pods(site: Site) -> Iterator[Finding]:
    """Services have no IP version that pods lack: no pod could reach them."""
    for _, path, network in _networks(site, "service_networks"):
        if network.version not in site.cluster.pod_versions:
            yield Finding(
                path=path, value=network, message=f"pods have no IPv{network.version}; {_REMEDY}"
            )


@rule(
    "pods-without-services",
    because="k3s does not start so",
    source="https://github.com/k3s-io/k3s/issues/5491",
    severity="warning",
)
def pods_without_services(site: Site) -> Iterator[Finding]:
    """On k3s the services have each IP version of the pods; elsewhere one may be enough."""
    versions = {network.version for network in site.cluster.service_networks}
    for _, path, network in _networks(site, "pod_networks"):
        if network.version not in versions and site.cluster.services_follow_pods:
            yield Finding(
                path=path,
                value=network,
                message=f"multihome:cluster.service_networks has no IPv{network.version} network,"
                " so no check compares home networks with it; add it (k3s: --service-cidr)",
            )


def _networks(site: Site, *kinds: str) -> Iterator[tuple[str, str, IpNetwork]]:
    for kind in kinds:
        for position, network in enumerate(getattr(site.cluster, kind)):
            yield kind, f"cluster.{kind}[{position}]", network
