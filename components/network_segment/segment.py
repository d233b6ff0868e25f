"""NetworkSegment: one home network, declared to Multus."""

import json
from dataclasses import dataclass

import pulumi
from pulumi_kubernetes.apiextensions import CustomResource
from pulumi_kubernetes.meta.v1 import ObjectMetaArgs

from components.network_segment.conflist import conflist
from config.networks import HomeNetwork


@dataclass(frozen=True, kw_only=True)
class NetworkSegmentArgs:
    """`network_name` is the site's name of the network; `namespace` is that of its pods."""

    namespace: str
    network_name: str
    network: HomeNetwork


class NetworkSegment(pulumi.ComponentResource):
    """One NetworkAttachmentDefinition. Needs Multus' CustomResourceDefinition and the namespace."""

    config: pulumi.Output[str]

    def __init__(
        self, name: str, args: NetworkSegmentArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("multihome:networkSegment:NetworkSegment", name, None, opts)
        text = json.dumps(conflist(args.namespace, args.network_name, args.network))
        attachment = CustomResource(
            f"{name}-attachment",
            api_version="k8s.cni.cncf.io/v1",
            kind="NetworkAttachmentDefinition",
            metadata=ObjectMetaArgs(name=args.network_name, namespace=args.namespace),
            spec={"config": text},
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.config = attachment.urn.apply(lambda _: text)
        self.register_outputs({"config": self.config})
