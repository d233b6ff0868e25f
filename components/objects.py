"""Every Kubernetes object and every node script of a site, for `up` and `render` alike."""

import functools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from components.cni_plugins.scripts import NodeScripts, node_scripts
from components.home_assistant import objects as home_assistant
from components.home_assistant.seed import seed_plan
from components.multus.daemon_set import ManifestSettings
from components.multus.manifest import parse
from components.multus.transform import transform
from components.network_segment.conflist import attachment_definition, conflist
from components.pod_networks.plan import pod_plan
from components.workload.claim import claim
from components.workload.security import exceeds_baseline
from components.workload.stateful_set import Surroundings
from config.site import Site

KubernetesObject = dict[str, Any]
FIELD_MANAGER = "pulumi.com/patchFieldManager"


@dataclass(frozen=True, kw_only=True)
class SiteObjects:
    """The Kubernetes objects of a site, as they are applied.

    Namespace, CustomResourceDefinition and claim outlive `destroy`. `multus` and `home_assistant`
    are by kind (`Packages` is a ConfigMap), `networks` by the network's name. Where another Multus
    is used, `crd` is None and `multus` is empty. `claim` is None where the workload uses one that
    is there already.
    """

    namespace: KubernetesObject
    crd: KubernetesObject | None
    multus: dict[str, KubernetesObject]
    networks: dict[str, KubernetesObject]
    claim: KubernetesObject | None
    home_assistant: dict[str, KubernetesObject]

    def __iter__(self) -> Iterator[KubernetesObject]:
        """The objects in an order in which they can be created."""
        yield self.namespace
        if self.crd is not None:
            yield self.crd
        yield from self.multus.values()
        yield from self.networks.values()
        if self.claim is not None:
            yield self.claim
        yield from self.home_assistant.values()


def site_objects(
    site: Site, manifest: str | None, packages: Mapping[str, str] | None = None
) -> SiteObjects:
    """The objects of the site.

    `manifest` is the text of upstream's Multus manifest, or None where another Multus is used.
    `packages` are the texts of Home Assistant's packages by file name.
    Raises `ManifestError` for a manifest that this program does not understand.
    """
    settings, namespace, conflists = site.home_assistant, site.namespace, _conflists(site)
    multus = {} if manifest is None else _multus(site, manifest)
    around = Surroundings(
        namespace=namespace,
        networks=site.networks,
        conflists={name: conflists[name] for name in site.attached_networks},
        hostnames=site.pod_hostnames,
        plan=pod_plan(site) if settings.verify_after_apply else None,
    )
    workload = home_assistant.objects(
        settings,
        around,
        seed_plan(site),
        packages or {},
        probed_from_inside=not site.cluster.kubelet_calls_by_pod_network,
    )
    crd = multus.pop("CustomResourceDefinition", None)
    claimed = claim(home_assistant.NAME, settings.storage, namespace)
    return SiteObjects(
        namespace=_ours(_namespace(site)),
        crd=None if crd is None else _ours(crd),
        multus={kind: _ours(described) for kind, described in multus.items()},
        networks={
            name: _ours(attachment_definition(namespace, name, config))
            for name, config in conflists.items()
        },
        claim=None if claimed is None else _ours(claimed),
        home_assistant={_part(described): _ours(described) for described in workload},
    )


def _namespace(site: Site) -> KubernetesObject:
    """The namespace.

    Its label admits a pod that some clusters, as those of Talos, refuse by default.
    """
    metadata: dict[str, Any] = {"name": site.namespace}
    if exceeds_baseline(site.home_assistant):
        metadata["labels"] = {"pod-security.kubernetes.io/enforce": "privileged"}
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": metadata}


def _part(described: KubernetesObject) -> str:
    """What the component calls the object: its kind, but for the ConfigMap with the packages."""
    return "Packages" if described.get("immutable") else str(described["kind"])


def _multus(site: Site, manifest: str) -> dict[str, KubernetesObject]:
    settings = ManifestSettings(
        version=site.multus.version,
        image_digest=site.multus.image_digest,
        memory_limit=site.multus.memory_limit,
        reset=site.multus.reset,
        cni=site.cluster.cni,
        hostnames=site.hostnames,
    )
    return transform(_parsed(manifest), settings)


@functools.cache
def _parsed(manifest: str) -> tuple[KubernetesObject, ...]:
    return tuple(parse(manifest))


def _ours(described: KubernetesObject) -> KubernetesObject:
    """The object under one field manager.

    Objects of ours are adopted after the state is lost. A field of somebody else's object that has
    another value is a conflict, which stops `up` (docs/background/pulumi.md#field-managers).
    """
    metadata = described["metadata"]
    annotations = {**metadata.get("annotations", {}), FIELD_MANAGER: "multihome"}
    return {**described, "metadata": {**metadata, "annotations": annotations}}


def node_scripts_of(site: Site) -> dict[str, NodeScripts]:
    """The scripts of each node by its name; none where the cluster lacks no plugin."""
    cni = site.cluster.cni
    names = site.missing_plugins
    if not names:
        return {}
    return {
        name: node_scripts(
            site.plugins,
            node.architecture,
            names,
            cni,
            owner=name,
            cluster_release=site.cluster.release,
            multus_is_ours=site.multus.install,
        )
        for name, node in site.nodes.items()
    }


def _conflists(site: Site) -> dict[str, dict[str, object]]:
    return {
        name: conflist(site.namespace, name, site.conflist_plugins(name)) for name in site.networks
    }
