"""NetworkSegment: one home network, declared to Multus."""

from typing import Any, TypedDict

import pulumi
from pulumi_kubernetes.apiextensions import CustomResource


class NetworkSegmentArgs(TypedDict):
    """What Multus is told of the network."""

    definition: dict[str, Any]
    """The NetworkAttachmentDefinition."""


class NetworkSegment(pulumi.ComponentResource):
    """One NetworkAttachmentDefinition.

    It needs Multus' CustomResourceDefinition and the namespace: name them in `depends_on`.
    """

    network: pulumi.Output[str]
    """`namespace/name`, by which a pod asks Multus for the network."""

    def __init__(
        self, name: str, args: NetworkSegmentArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("multihome:networkSegment:NetworkSegment", name, None, opts)
        described = args["definition"]
        definition = CustomResource(
            f"{name}-attachment",
            api_version=described["apiVersion"],
            kind=described["kind"],
            metadata=described["metadata"],
            spec=described["spec"],
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.network = definition.id
        self.register_outputs({"network": self.network})
