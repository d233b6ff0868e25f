"""Rules about releases: of Multus, of the plugins, of k3s."""

from collections.abc import Iterator

from config.checks.rule import Finding, rule
from config.cluster import K3s
from config.plugins import ArchivedPlugins, BuiltPlugins
from config.releases import KNOWN_ARCHIVES, KNOWN_MANIFESTS
from config.site import Site


@rule(
    "manifest-unknown",
    "manifest and image are one version, verified by digest",
    shown="nodes run kube-multus and forged",
)
def manifest_unknown(site: Site) -> Iterator[Finding]:
    """A release whose manifest is not known by digest needs it given."""
    if site.multus.manifest is None and site.multus.version not in KNOWN_MANIFESTS:
        yield Finding(
            path="multus.version",
            value=site.multus.version,
            message=f"its manifest is not known by digest; take one of {', '.join(KNOWN_MANIFESTS)}"
            " or give multihome:multus.manifest",
        )


@rule(
    "archive-unknown",
    "what is run as root on nodes is verified by digest",
    shown="nothing was installed",
)
def archive_unknown(site: Site) -> Iterator[Finding]:
    """Every node's archive has a known or a given digest."""
    plugins = site.plugins
    if isinstance(plugins, BuiltPlugins):
        return
    for architecture in sorted({node.architecture for node in site.nodes.values()}):
        known = (plugins.version, architecture) in KNOWN_ARCHIVES
        if not known and architecture not in plugins.sha256:
            yield Finding(
                path=f"plugins.sha256.{architecture}",
                value="(absent)",
                message=f"the {architecture} archive of {plugins.version} is not known by digest;"
                " give its sha256",
            )


@rule(
    "archive-missing",
    "a node would be left without plugins",
    shown="the program fails: KeyError('amd64')",
)
def archive_missing(site: Site) -> Iterator[Finding]:
    """With `source: archive` every architecture of the site has its archive."""
    if not isinstance(site.plugins, ArchivedPlugins):
        return
    for architecture in sorted({node.architecture for node in site.nodes.values()}):
        if architecture not in site.plugins.archives:
            yield Finding(
                path=f"plugins.archives.{architecture}",
                value="(absent)",
                message="a node of this architecture has no archive; give its path",
            )


@rule(
    "conflist-missing",
    "facts/multus.md section 2.2: the master is found by name",
    shown="another conflist becomes the master",
)
def conflist_missing(site: Site) -> Iterator[Finding]:
    """Without flannel the program cannot know the cluster's own network configuration."""
    cluster = site.cluster
    if isinstance(cluster, K3s) and not cluster.flannel and cluster.default_conflist is None:
        yield Finding(
            path="cluster.default_conflist",
            value="(absent)",
            message="without flannel it is needed; write the file's name in /etc/cni/net.d",
        )


@rule(
    "conflist-of-flannel",
    "k3s writes 10-flannel.conflist itself (facts/multus.md 4.2)",
    shown="the key changes nothing",
)
def conflist_of_flannel(site: Site) -> Iterator[Finding]:
    """With flannel the file's name is k3s' own."""
    cluster = site.cluster
    if isinstance(cluster, K3s) and cluster.flannel and cluster.default_conflist is not None:
        yield Finding(
            path="cluster.default_conflist",
            value=cluster.default_conflist,
            message="with flannel k3s writes 10-flannel.conflist; remove the key, or write"
            " `flannel: false`",
        )


@rule("k3s-loses-plugins", "facts/multus.md section 4.1", severity="warning")
def k3s_loses_plugins(site: Site) -> Iterator[Finding]:
    """Older k3s releases leave added plugins behind at each upgrade."""
    cluster = site.cluster
    if isinstance(cluster, K3s) and cluster.flannel and not cluster.bin_dir_outlives_upgrades:
        yield Finding(
            path="cluster.version",
            value=cluster.version,
            message="this release loses added plugins at each upgrade; run `pulumi up` after one,"
            " or go to v1.31.2+k3s1 or later",
        )
