"""MultusInstall: upstream's manifest as typed resources, in the order that uninstalls cleanly."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pulumi
from pulumi_kubernetes.apiextensions.v1 import CustomResourceDefinition
from pulumi_kubernetes.apps.v1 import DaemonSet
from pulumi_kubernetes.core.v1 import ConfigMap, ServiceAccount
from pulumi_kubernetes.rbac.v1 import ClusterRole, ClusterRoleBinding

from components.multus.manifest import Manifest

CONFIG_HASH = "multihome/config-hash"


@dataclass(frozen=True, kw_only=True)
class MultusInstallArgs:
    """`manifest` is the transformed manifest; `version` the release that it pins.

    `after` is what the DaemonSet waits for. The protected CRD does not: what a protected
    resource depends on survives `destroy --exclude-protected` with it.
    """

    manifest: Manifest
    version: str
    after: Sequence[pulumi.Resource] = ()


class MultusInstall(pulumi.ComponentResource):
    """Installs Multus; `crd` is there first, `daemon_set` last, awaited.

    On destroy the DaemonSet goes before its RBAC, so that it can clean up after itself
    (facts/multus.md section 6). The CRD is protected: without it all attachments are gone.
    """

    version: pulumi.Output[str]
    crd: CustomResourceDefinition
    daemon_set: DaemonSet

    def __init__(
        self, name: str, args: MultusInstallArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("multihome:multus:MultusInstall", name, None, opts)
        parts = {kind: _inputs(described) for kind, described in args.manifest.items()}
        here = pulumi.ResourceOptions(parent=self)
        self.crd = CustomResourceDefinition(
            f"{name}-crd",
            opts=pulumi.ResourceOptions(parent=self, protect=True),
            **parts["CustomResourceDefinition"],
        )
        account = ServiceAccount(f"{name}-account", opts=here, **parts["ServiceAccount"])
        role = ClusterRole(f"{name}-role", opts=here, **parts["ClusterRole"])
        binding = ClusterRoleBinding(
            f"{name}-role-binding",
            opts=pulumi.ResourceOptions(parent=self, depends_on=[account, role]),
            **parts["ClusterRoleBinding"],
        )
        config_map = ConfigMap(f"{name}-config", opts=here, **parts["ConfigMap"])
        self.daemon_set = DaemonSet(
            f"{name}-daemon-set",
            opts=pulumi.ResourceOptions(
                parent=self,
                depends_on=[self.crd, account, role, binding, config_map, *args.after],
                custom_timeouts=pulumi.CustomTimeouts(create="10m", update="10m", delete="5m"),
            ),
            **_rolled_by(parts["DaemonSet"], args.manifest["ConfigMap"]),
        )
        self.version = self.daemon_set.metadata.apply(lambda _: args.version)
        self.register_outputs({"version": self.version})


def _inputs(described: Mapping[str, Any]) -> dict[str, Any]:
    return {
        {"roleRef": "role_ref", "apiVersion": "api_version"}.get(key, key): value
        for key, value in described.items()
        if key not in {"apiVersion", "kind"}
    }


def _rolled_by(daemon_set: dict[str, Any], config_map: Mapping[str, Any]) -> dict[str, Any]:
    """The DaemonSet with the hash of its configuration, so that a changed one rolls the pods."""
    digest = hashlib.sha256(json.dumps(config_map["data"], sort_keys=True).encode()).hexdigest()
    template = daemon_set["spec"]["template"]
    metadata = {**template["metadata"], "annotations": {CONFIG_HASH: digest[:16]}}
    spec = {**daemon_set["spec"], "template": {**template, "metadata": metadata}}
    return {**daemon_set, "spec": spec}
