"""HomeAssistantStack: one home, composed of the components."""

from dataclasses import dataclass

import pulumi
import pulumi_kubernetes as kubernetes

from components.cni_plugins.binaries import CniPluginBinaries, CniPluginBinariesArgs
from components.cni_plugins.needed import missing_plugins
from components.home_assistant import annotation, objects
from components.home_assistant.workload import HomeAssistant, HomeAssistantArgs
from components.multus.install import MultusInstall, MultusInstallArgs
from components.multus.manifest import ManifestSettings, parse, transform
from components.network_segment.conflist import conflist
from components.network_segment.segment import NetworkSegment, NetworkSegmentArgs
from config.site import Site


@dataclass(frozen=True, kw_only=True)
class HomeAssistantStackArgs:
    """`manifest` is the text of upstream's Multus manifest.

    Without `kubeconfig` the ambient one is used. `private_key` is the SSH key of the nodes.
    """

    site: Site
    manifest: str
    private_key: pulumi.Input[str]
    kubeconfig: pulumi.Input[str] | None


class HomeAssistantStack(pulumi.ComponentResource):
    """Everything of one home, in the order that needs no second `up`.

    The cluster's namespace comes before any node is touched: with no cluster in reach, `up`
    ends there. On destroy what lies in the cluster goes first, for the same reason.
    """

    url: pulumi.Output[str]
    addresses: pulumi.Output[dict[str, list[str]]]
    plugins: pulumi.Output[dict[str, list[str]]]
    multus_version: pulumi.Output[str]

    def __init__(
        self, name: str, args: HomeAssistantStackArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("multihome:stack:HomeAssistantStack", name, None, opts)
        site = args.site
        settings = site.home_assistant
        conflists = {
            key: conflist(site.namespace, key, network) for key, network in site.networks.items()
        }
        provider = kubernetes.Provider(
            f"{name}-cluster",
            kubeconfig=args.kubeconfig,
            # A renewed kubeconfig must not look like another cluster, which replaces everything.
            cluster_identifier=name,
            opts=pulumi.ResourceOptions(parent=self),
        )
        in_cluster = pulumi.ResourceOptions(parent=self, provider=provider)
        namespace = kubernetes.core.v1.Namespace(
            f"{name}-namespace",
            metadata=objects.home_namespace(site.namespace)["metadata"],
            opts=pulumi.ResourceOptions.merge(in_cluster, pulumi.ResourceOptions(protect=True)),
        )
        binaries = CniPluginBinaries(
            f"{name}-plugins",
            CniPluginBinariesArgs(
                nodes=site.nodes,
                plugins=site.plugins,
                names=missing_plugins(conflists.values(), site.cluster.cni.bundled_plugins),
                cni=site.cluster.cni,
                private_key=args.private_key,
            ),
            pulumi.ResourceOptions(parent=self, depends_on=[namespace]),
        )
        multus = MultusInstall(
            f"{name}-multus",
            MultusInstallArgs(
                manifest=transform(
                    parse(args.manifest),
                    ManifestSettings(
                        version=site.multus.version,
                        image_digest=site.multus.image_digest,
                        memory_limit=site.multus.memory_limit,
                        cni=site.cluster.cni,
                    ),
                ),
                version=site.multus.version,
                after=binaries.commands,
            ),
            pulumi.ResourceOptions.merge(
                in_cluster, pulumi.ResourceOptions(depends_on=[namespace])
            ),
        )
        segments = [
            NetworkSegment(
                f"{name}-{key}",
                NetworkSegmentArgs(namespace=site.namespace, network_name=key, network=network),
                pulumi.ResourceOptions.merge(
                    in_cluster, pulumi.ResourceOptions(depends_on=[namespace, multus.crd])
                ),
            )
            for key, network in site.networks.items()
        ]
        workload = HomeAssistant(
            f"{name}-home-assistant",
            HomeAssistantArgs(
                settings=settings,
                namespace_name=site.namespace,
                namespace=namespace.metadata["name"],
                networks=site.networks,
                conflists=conflists,
                probed_from_inside=not site.cluster.kubelet_calls_by_pod_network,
                after=[multus.daemon_set, *segments],
            ),
            in_cluster,
        )
        planned = {
            f"{attachment.network}/{attachment.name}": annotation.addresses(
                attachment, site.networks[attachment.network]
            )
            for attachment in settings.interfaces
        }
        self.url = workload.url
        self.addresses = workload.url.apply(lambda _: planned)
        self.plugins = binaries.plugins
        self.multus_version = multus.version
        self.register_outputs(self.exports())

    def exports(self) -> dict[str, pulumi.Output[object]]:
        """What the stack tells: where Home Assistant is, who has which address, what was put."""
        return {
            "url": self.url,
            "addresses": self.addresses,
            "plugins": self.plugins,
            "multus_version": self.multus_version,
        }
