"""Rules about releases: of Multus, of the plugins, of the cluster."""

from collections.abc import Iterable, Iterator

from config.checks.rule import Finding, rule
from config.nodes import Architecture
from config.plugins import UPSTREAM_RELEASE
from config.releases import KNOWN_ARCHIVES, KNOWN_MANIFESTS
from config.site import Site


@rule(
    "manifest-unknown",
    because="manifest and image are one version, verified by sha256",
    source="docs/background/multus.md#releases",
)
def manifest_unknown(site: Site) -> Iterator[Finding]:
    """A release of Multus whose manifest this program does not know comes with its sha256."""
    multus = site.multus
    if multus.install and multus.manifest_file is None and not multus.manifest_digest:
        yield Finding(
            path="multus.version",
            value=multus.version,
            message="this program does not know the sha256 of its manifest; write one of"
            f" {', '.join(KNOWN_MANIFESTS)}, or give multihome:multus.manifest the key sha256, with"
            f" what `{_digest_of(multus.manifest_url)}` prints",
        )


@rule("archive-unknown", because="what runs as root on nodes is verified by sha256")
def archive_unknown(site: Site) -> Iterator[Finding]:
    """The archive of every node's architecture has a sha256."""
    plugins = site.plugins
    for architecture in _unpacked(site):
        if not plugins.digest(architecture):
            yield Finding(
                path=f"plugins.sha256.{architecture}",
                value="(absent)",
                message=f"this program does not know the sha256 of the {architecture} archive of"
                f" {plugins.version}; add it, as `{_upstream(site, architecture)}` prints it",
            )


@rule(
    "archive-of-another-release",
    because="nodes that have the plugins of this digest keep them, and new nodes get none",
)
def archive_of_another_release(site: Site) -> Iterator[Finding]:
    """No given sha256 is the one that this program knows of another release."""
    plugins = site.plugins
    releases = {digest: version for (version, _), digest in KNOWN_ARCHIVES.items()}
    for architecture in _unpacked(site):
        digest = plugins.digest(architecture)
        release = releases.get(digest, plugins.version)
        if release != plugins.version:
            command = _upstream(site, architecture)
            yield Finding(
                path=f"plugins.sha256.{architecture}",
                value=digest,
                message=f"this is the archive of {release}, and multihome:plugins.version is"
                f" {plugins.version}; write that release, or what `{command}` prints",
            )


@rule("archive-missing", because="a node would be left without plugins")
def archive_missing(site: Site) -> Iterator[Finding]:
    """With `source: archive` every node's architecture has an archive."""
    wanted = site.architectures if site.missing_plugins else ()
    for architecture in site.plugins.without_archive(wanted):
        yield Finding(
            path=f"plugins.archives.{architecture}",
            value="(absent)",
            message="a node of this architecture has no archive; add its path",
        )


@rule("archive-twice", because="a node cannot run the programs of another architecture")
def archive_twice(site: Site) -> Iterator[Finding]:
    """Nodes of each architecture get an archive of their own."""
    owners: dict[str, Architecture] = {}
    for architecture in site.architectures if site.missing_plugins else ():
        url, file = site.plugins.download_url(architecture), site.plugins.archive(architecture)
        source = url or file
        if source is not None and owners.setdefault(source, architecture) != architecture:
            yield Finding(
                path=f"plugins.archives.{architecture}" if url is None else "plugins.url",
                value=source,
                message=f"nodes of {owners[source]} and of {architecture} would get this archive; "
                + ("write the path of its own" if url is None else "write {architecture} in it"),
            )


@rule(
    "k3s-loses-plugins",
    because="its plugin folder is made anew at each upgrade",
    source="docs/background/k3s.md#plugin-directory",
    severity="warning",
)
def k3s_loses_plugins(site: Site) -> Iterator[Finding]:
    """Older k3s releases leave added plugins behind at each upgrade."""
    if site.missing_plugins and not site.cluster.keeps_plugins_across_upgrades:
        yield Finding(
            path="cluster.version",
            value=site.cluster.release,
            message="this release loses added plugins at each upgrade; after each, write the new"
            " release here and run `pulumi up`, or upgrade to v1.31.2+k3s1 or later",
        )


def _unpacked(site: Site) -> Iterable[Architecture]:
    """The architectures for which a node unpacks an archive."""
    return site.architectures if site.plugins.has_archive and site.missing_plugins else ()


def _upstream(site: Site, architecture: Architecture) -> str:
    """The command that prints the sha256 of upstream's archive of the release."""
    version = site.plugins.version
    return _digest_of(UPSTREAM_RELEASE.format(version=version, architecture=architecture))


def _digest_of(url: str) -> str:
    """The command that prints the sha256; without an error's page in the place of the file."""
    return f"curl -fsSL {url} | sha256sum"
