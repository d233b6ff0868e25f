"""Rules about the cluster's own network configuration: its file, and who else writes there."""

from collections.abc import Iterator

from config.checks.rule import Finding, rule
from config.site import Site


@rule(
    "conflist-missing",
    because="Multus finds the cluster's own configuration by its name",
    source="docs/background/multus.md#master",
)
def conflist_missing(site: Site) -> Iterator[Finding]:
    """Without flannel the stack file names the cluster's own network configuration."""
    if not site.cluster.cni.default_conflist:
        yield Finding(
            path="cluster.default_conflist",
            value="(absent)",
            message="without flannel this key is required; write the name of the cluster's file in"
            f" {site.cluster.cni.conf_dir}",
        )


@rule(
    "conflist-with-flannel",
    because="Multus is given k3s' own 10-flannel.conflist, and does not start without it",
    source="docs/background/k3s.md#flannel-conflist",
)
def conflist_with_flannel(site: Site) -> Iterator[Finding]:
    """With flannel the name of the file is k3s' own."""
    cluster = site.cluster
    if cluster.names_default_conflist and cluster.default_conflist is not None:
        yield Finding(
            path="cluster.default_conflist",
            value=cluster.default_conflist,
            message=f"with flannel k3s writes {cluster.cni.default_conflist}; remove the key, or"
            " write `flannel: false`",
        )


@rule(
    "cilium-exclusive",
    because="by default Cilium renames every other configuration, and Multus' with them",
    source="https://docs.cilium.io/en/stable/network/kubernetes/configuration/",
    severity="warning",
)
def cilium_exclusive(site: Site) -> Iterator[Finding]:
    """Cilium leaves other configurations alone when it runs with cni.exclusive=false."""
    name = site.cluster.cni.default_conflist
    if "cilium" in name:
        yield Finding(
            path="cluster.default_conflist",
            value=name,
            message="unless Cilium runs with cni.exclusive=false, it removes Multus'"
            " configuration, and pods get eth0 alone; set that value of Cilium's chart",
        )
