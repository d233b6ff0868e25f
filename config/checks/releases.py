"""Rules about releases: of Multus, of the plugins, of the cluster."""

from collections.abc import Iterator

from config.checks.rule import Finding, rule
from config.releases import KNOWN_MANIFESTS
from config.site import Site


@rule(
    "manifest-unknown",
    because="manifest and image are one version, verified by sha256",
    source="docs/background/multus.md#releases",
)
def manifest_unknown(site: Site) -> Iterator[Finding]:
    """A release of Multus whose manifest this program does not know comes with its manifest."""
    if site.multus.manifest is None and site.multus.version not in KNOWN_MANIFESTS:
        yield Finding(
            path="multus.version",
            value=site.multus.version,
            message="this program does not know the sha256 of its manifest; write one of"
            f" {', '.join(KNOWN_MANIFESTS)}, or give multihome:multus.manifest",
        )


@rule("archive-unknown", because="what runs as root on nodes is verified by sha256")
def archive_unknown(site: Site) -> Iterator[Finding]:
    """The archive of every node's architecture has a sha256."""
    plugins = site.plugins
    for architecture in site.architectures if plugins.has_archive else ():
        if not plugins.digest(architecture):
            yield Finding(
                path=f"plugins.sha256.{architecture}",
                value="(absent)",
                message="this program does not know the sha256 of the"
                f" {architecture} archive of {plugins.version}; add it",
            )


@rule("archive-missing", because="a node would be left without plugins")
def archive_missing(site: Site) -> Iterator[Finding]:
    """With `source: archive` every node's architecture has an archive."""
    for architecture in site.plugins.without_archive(site.architectures):
        yield Finding(
            path=f"plugins.archives.{architecture}",
            value="(absent)",
            message="a node of this architecture has no archive; add its path",
        )


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
    because="k3s writes 10-flannel.conflist itself",
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
    "k3s-loses-plugins",
    because="its plugin folder is made anew at each upgrade",
    source="docs/background/k3s.md#plugin-directory",
    severity="warning",
)
def k3s_loses_plugins(site: Site) -> Iterator[Finding]:
    """Older k3s releases leave added plugins behind at each upgrade."""
    if not site.cluster.keeps_plugins_across_upgrades:
        yield Finding(
            path="cluster.version",
            value=site.cluster.release,
            message="this release loses added plugins at each upgrade; run `pulumi up` after each"
            " upgrade, or upgrade to v1.31.2+k3s1 or later",
        )
