"""HomeAssistantStack: one site, composed of the components."""

from collections.abc import Mapping
from typing import NotRequired, TypedDict

import pulumi
from pulumi_kubernetes.apiextensions.v1 import CustomResourceDefinition
from pulumi_kubernetes.core.v1 import Namespace, PersistentVolumeClaim

from components.cni_plugins.binaries import (
    CniPluginBinaries,
    CniPluginBinariesArgs,
    NodeArgs,
)
from components.cni_plugins.scripts import NodeScripts
from components.home_assistant.objects import url
from components.home_assistant.workload import HomeAssistant
from components.multus.install import MultusInstall
from components.network_segment.segment import NetworkSegment
from components.objects import SiteObjects
from components.pod_networks.annotation import addresses
from components.typed_resource import arguments
from config.nodes import Node
from config.site import Site


class HomeAssistantStackArgs(TypedDict):
    """A site, with what `components.objects` makes of it."""

    site: Site
    """The checked site."""
    objects: SiteObjects
    """What is put into the cluster."""
    scripts: Mapping[str, NodeScripts]
    """What is run on the nodes, by their names."""
    private_key: pulumi.Input[str]
    """The SSH key of the nodes."""
    private_key_password: NotRequired[pulumi.Input[str]]
    """The passphrase of the SSH key, if it has one."""
    passwords: NotRequired[Mapping[str, pulumi.Input[str]]]
    """The passwords that sudo asks for, by the nodes' names."""
    secrets: NotRequired[Mapping[str, pulumi.Input[str]]]
    """The values that the workload uses, by the secrets' names."""


class HomeAssistantStack(pulumi.ComponentResource):
    """Everything of one site, in an order that needs no second `up`.

    Multus' CustomResourceDefinition comes first: `up` ends there when it is somebody else's, or
    when no cluster answers, and no node has been touched.
    `destroy` removes what is in the cluster first, for the same reason.

    The stack makes the protected resources itself, since `destroy --exclude-protected` keeps
    everything that a protected resource or its component depends on.
    """

    url: pulumi.Output[str]
    """Where Home Assistant is reached."""
    addresses: pulumi.Output[dict[str, list[str]]]
    """The pod's addresses by network and interface."""
    plugins: pulumi.Output[dict[str, list[str]]]
    """The plugins that each node is given."""
    multus_version: pulumi.Output[str | None]
    """The release of Multus; None where another Multus is used."""

    def __init__(
        self, name: str, args: HomeAssistantStackArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("multihome:stack:HomeAssistantStack", name, None, opts)
        site, objects = args["site"], args["objects"]
        definitions: list[pulumi.Resource] = []
        if objects.crd is not None:
            definitions.append(
                CustomResourceDefinition(
                    f"{name}-multus-crd",
                    # With it every network of the cluster would go, those of others as well.
                    opts=pulumi.ResourceOptions(parent=self, retain_on_delete=True),
                    **arguments(objects.crd),
                )
            )
        namespace = Namespace(
            f"{name}-namespace",
            opts=pulumi.ResourceOptions(parent=self, protect=True, depends_on=definitions),
            **arguments(objects.namespace),
        )
        claims: list[pulumi.Resource] = []
        if objects.claim is not None:
            claims.append(
                PersistentVolumeClaim(
                    f"{name}-home-assistant-claim",
                    opts=pulumi.ResourceOptions(parent=self, protect=True, depends_on=[namespace]),
                    **arguments(objects.claim),
                )
            )
        binaries = CniPluginBinaries(
            f"{name}-plugins",
            _binaries_args(site, args),
            pulumi.ResourceOptions(parent=self, depends_on=[namespace]),
        )
        multus: list[pulumi.Resource] = [binaries]
        if objects.multus:
            install = MultusInstall(
                f"{name}-multus",
                {"objects": objects.multus},
                pulumi.ResourceOptions(parent=self, depends_on=[*definitions, binaries]),
            )
            multus.append(install)
        segments = [
            NetworkSegment(
                f"{name}-{key}",
                {"definition": definition},
                pulumi.ResourceOptions(parent=self, depends_on=[namespace]),
            )
            for key, definition in objects.networks.items()
        ]
        HomeAssistant(
            f"{name}-home-assistant",
            {
                "objects": objects.home_assistant,
                "start_timeout": f"{site.home_assistant.start_minutes}m",
                "secrets": args.get("secrets", {}),
            },
            pulumi.ResourceOptions(parent=self, depends_on=[*claims, *multus, *segments]),
        )
        self.url = pulumi.Output.from_input(url(site.home_assistant, site.namespace))
        self.addresses = pulumi.Output.from_input(_addresses(site))
        self.plugins = binaries.plugins
        self.multus_version = pulumi.Output.from_input(
            site.multus.version if site.multus.install else None
        )
        self.register_outputs(self.exports())

    def exports(self) -> dict[str, pulumi.Output[object]]:
        """What the stack tells."""
        return {
            "url": self.url,
            "addresses": self.addresses,
            "plugins": self.plugins,
            "multus_version": self.multus_version,
        }


def _binaries_args(site: Site, args: HomeAssistantStackArgs) -> CniPluginBinariesArgs:
    passwords = args.get("passwords", {})
    described: CniPluginBinariesArgs = {
        "nodes": {
            key: _node_args(site.nodes[key], scripts, passwords.get(key))
            for key, scripts in args["scripts"].items()
        },
        "bin_dir": site.cluster.cni.bin_dir,
        "private_key": args["private_key"],
    }
    if "private_key_password" in args:
        described["private_key_password"] = args["private_key_password"]
    return described


def _node_args(node: Node, scripts: NodeScripts, password: pulumi.Input[str] | None) -> NodeArgs:
    described: NodeArgs = {
        "host": node.host,
        "port": node.port,
        "user": node.user,
        "sudo": node.sudo,
        "plugins": list(scripts.plugins),
        "install": scripts.install,
        "remover": scripts.remover,
    }
    if password is not None:
        described["sudo_password"] = password
    if node.host_key is not None:
        described["host_key"] = node.host_key
    if scripts.archive is not None and scripts.copied is not None:
        described |= {"archive": scripts.archive, "copied": scripts.copied}
    return described


def _addresses(site: Site) -> dict[str, list[str]]:
    return {
        f"{interface.network}/{interface.name}": addresses(
            interface, site.networks[interface.network]
        )
        for interface in site.home_assistant.interfaces
    }
