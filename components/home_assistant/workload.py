"""HomeAssistant: the pod and its service."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any, NotRequired, TypedDict

import pulumi
from pulumi_kubernetes.apiextensions import CustomResource
from pulumi_kubernetes.apps.v1 import StatefulSet
from pulumi_kubernetes.batch.v1 import Job
from pulumi_kubernetes.core.v1 import ConfigMap, Secret, Service, ServiceAccount
from pulumi_kubernetes.networking.v1 import Ingress, NetworkPolicy
from pulumi_kubernetes.rbac.v1 import Role, RoleBinding

from components.typed_resource import arguments
from components.workload.secrets import HASH_ANNOTATION


class HomeAssistantArgs(TypedDict):
    """What Home Assistant consists of."""

    objects: dict[str, Any]
    """The objects by kind: ServiceAccount, Role, RoleBinding, ConfigMap, StatefulSet, Service and,
    where they are wanted, Secret, Ingress, HTTPRoute, NetworkPolicy, Job, and a ConfigMap as
    `Packages`."""
    secrets: NotRequired[Mapping[str, pulumi.Input[str]]]
    """The values of the Secret, by their names."""
    start_timeout: NotRequired[str]
    """How long the pod may take to be ready, for example 15m."""


class HomeAssistant(pulumi.ComponentResource):
    """A StatefulSet of one with a service and, if wanted, an ingress or a route.

    It needs the claim of its data, which outlives it, Multus and the networks: name them in
    `depends_on`.
    """

    service: pulumi.Output[str]
    """The name of the service."""

    def __init__(
        self, name: str, args: HomeAssistantArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("multihome:homeAssistant:HomeAssistant", name, None, opts)
        parts = {kind: arguments(described) for kind, described in args["objects"].items()}
        patience = args.get("start_timeout")
        needed: list[pulumi.Resource] = []
        here = pulumi.ResourceOptions(parent=self)
        service = Service(f"{name}-service", opts=here, **parts["Service"])
        account = ServiceAccount(f"{name}-account", opts=here, **parts["ServiceAccount"])
        role = Role(f"{name}-role", opts=here, **parts["Role"])
        binding = RoleBinding(
            f"{name}-role-binding",
            opts=pulumi.ResourceOptions(parent=self, depends_on=[account, role]),
            **parts["RoleBinding"],
        )
        count = ConfigMap(
            f"{name}-interface-check",
            # The interface check counts there.
            opts=pulumi.ResourceOptions(parent=self, ignore_changes=["data"]),
            **parts["ConfigMap"],
        )
        if "Secret" in parts:
            values: pulumi.Output[dict[str, str]] = pulumi.Output.secret(
                pulumi.Output.all(**args.get("secrets", {}))
            )
            parts["Secret"]["string_data"] = values
            needed.append(Secret(f"{name}-secret", opts=here, **parts["Secret"]))
            digest = values.apply(_digest)
            # Other values need another pod, and another Job before it.
            for kind in ("StatefulSet", "Job"):
                if kind in parts:
                    parts[kind]["spec"] = _annotated(parts[kind]["spec"], digest)
        if "NetworkPolicy" in parts:
            # Before the pod, which would be open meanwhile.
            needed.append(NetworkPolicy(f"{name}-policy", opts=here, **parts["NetworkPolicy"]))
        if "Packages" in parts:
            # A name per content: the old one stays until the pod that uses it is gone.
            named = args["objects"]["Packages"]["metadata"]["name"]
            needed.append(ConfigMap(f"{name}-{named}", opts=here, **parts["Packages"]))
        if "Job" in parts:
            check = Job(
                f"{name}-check",
                opts=pulumi.ResourceOptions(
                    parent=self,
                    depends_on=[*needed],
                    custom_timeouts=pulumi.CustomTimeouts(create=patience, update=patience),
                ),
                **parts["Job"],
            )
            needed.append(check)
        StatefulSet(
            f"{name}-stateful-set",
            opts=pulumi.ResourceOptions(
                parent=self,
                depends_on=[account, role, binding, count, *needed],
                # After an update the provider takes the old pod's readiness for the new one's
                # (docs/background/pulumi.md#waiting), so a changed pod replaces the set. The old
                # pod goes first, since the new one has the same addresses.
                replace_on_changes=["spec.template"],
                delete_before_replace=True,
                custom_timeouts=pulumi.CustomTimeouts(
                    create=patience, update=patience, delete="10m"
                ),
            ),
            **parts["StatefulSet"],
        )
        if "Ingress" in parts:
            Ingress(
                f"{name}-ingress",
                opts=pulumi.ResourceOptions(parent=self, depends_on=[service]),
                **parts["Ingress"],
            )
        if "HTTPRoute" in args["objects"]:
            route = args["objects"]["HTTPRoute"]
            CustomResource(
                f"{name}-route",
                api_version=route["apiVersion"],
                kind=route["kind"],
                metadata=route["metadata"],
                spec=route["spec"],
                opts=pulumi.ResourceOptions(parent=self, depends_on=[service]),
            )
        self.service = service.metadata["name"]
        self.register_outputs({"service": self.service})


def _annotated(spec: dict[str, Any], digest: pulumi.Output[str]) -> dict[str, Any]:
    """The spec with the digest among the annotations of its pod."""
    template = spec["template"]
    metadata = template["metadata"]
    annotations = {**metadata.get("annotations", {}), HASH_ANNOTATION: digest}
    return {**spec, "template": {**template, "metadata": {**metadata, "annotations": annotations}}}


def _digest(values: Mapping[str, str]) -> str:
    """A digest that is slow to compute: whoever reads pods cannot try short secrets by it."""
    text = json.dumps(values, sort_keys=True).encode()
    return hashlib.scrypt(text, salt=HASH_ANNOTATION.encode(), n=2**14, r=8, p=1, dklen=16).hex()
