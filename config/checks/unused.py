"""Rules about keys that change nothing: somebody expects something of each."""

from collections.abc import Iterator

from config.checks.rule import Finding, rule
from config.site import Site


@rule(
    "cluster-key-unused",
    because="without flannel the folders are the container runtime's own",
    source="docs/background/k3s.md#without-flannel",
    severity="warning",
)
def cluster_key_unused(site: Site) -> Iterator[Finding]:
    """Each key of the cluster is read with the other ones that are there."""
    for key in site.cluster.unused_keys:
        yield Finding(
            path=f"cluster.{key}",
            value=getattr(site.cluster, key),
            message="without flannel this key changes nothing; remove it",
        )


@rule("multus-key-unused", because="another Multus is left as it is", severity="warning")
def multus_key_unused(site: Site) -> Iterator[Finding]:
    """With `install: false` there are no other keys of Multus."""
    given = site.multus.model_fields_set - {"install"}
    for key in sorted(given) if not site.multus.install else ():
        yield Finding(
            path=f"multus.{key}",
            value="(present)",
            message="with `install: false` this key changes nothing; remove it",
        )


@rule("plugins-unused", because="the cluster brings every plugin that is used", severity="warning")
def plugins_unused(site: Site) -> Iterator[Finding]:
    """Keys of the plugins are there when a plugin is missing."""
    # The source alone is the project's default.
    given = site.plugins.model_fields_set - {"source"}
    for key in sorted(given) if not site.missing_plugins else ():
        yield Finding(
            path=f"plugins.{key}",
            value="(present)",
            message="no plugin has to be installed, so this key changes nothing; remove it",
        )


@rule(
    "archive-unused",
    because="no node has this architecture, so no node reads it",
    severity="warning",
)
def archive_unused(site: Site) -> Iterator[Finding]:
    """Archives and their digests are of architectures that nodes have."""
    for key in ("sha256", "archives") if site.missing_plugins else ():
        for architecture, value in getattr(site.plugins, key, {}).items():
            if architecture not in site.architectures:
                yield Finding(
                    path=f"plugins.{key}.{architecture}",
                    value=value,
                    message=f"no node of multihome:nodes is {architecture}; remove it, or correct"
                    " the `architecture` of a node",
                )
