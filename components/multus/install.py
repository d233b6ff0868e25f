"""MultusInstall: upstream's manifest as typed resources, in the order that uninstalls cleanly."""

from typing import Any, TypedDict

import pulumi
from pulumi_kubernetes.apps.v1 import DaemonSet
from pulumi_kubernetes.core.v1 import ConfigMap, ServiceAccount
from pulumi_kubernetes.rbac.v1 import ClusterRole, ClusterRoleBinding

from components.typed_resource import arguments


class MultusInstallArgs(TypedDict):
    """What Multus consists of."""

    objects: dict[str, Any]
    """The transformed manifest's objects by kind: ServiceAccount, ClusterRole, ClusterRoleBinding,
    ConfigMap and DaemonSet."""


class MultusInstall(pulumi.ComponentResource):
    """Multus on every node, awaited.

    It needs the CustomResourceDefinition, which outlives it, and the plugins: name them in
    `depends_on`. `destroy` removes the DaemonSet before its RBAC, so that it can clean up after
    itself (docs/background/multus.md#removal).
    """

    image: pulumi.Output[str]
    """The image that runs."""

    def __init__(
        self, name: str, args: MultusInstallArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("multihome:multus:MultusInstall", name, None, opts)
        parts = {kind: arguments(described) for kind, described in args["objects"].items()}
        here = pulumi.ResourceOptions(parent=self)
        account = ServiceAccount(f"{name}-account", opts=here, **parts["ServiceAccount"])
        role = ClusterRole(f"{name}-role", opts=here, **parts["ClusterRole"])
        binding = ClusterRoleBinding(
            f"{name}-role-binding",
            opts=pulumi.ResourceOptions(parent=self, depends_on=[account, role]),
            **parts["ClusterRoleBinding"],
        )
        config_map = ConfigMap(f"{name}-config", opts=here, **parts["ConfigMap"])
        daemon_set = DaemonSet(
            f"{name}-daemon-set",
            opts=pulumi.ResourceOptions(
                parent=self,
                depends_on=[account, role, binding, config_map],
                custom_timeouts=pulumi.CustomTimeouts(create="10m", update="10m", delete="5m"),
            ),
            **parts["DaemonSet"],
        )
        self.image = daemon_set.spec["template"]["spec"]["containers"][0]["image"]
        self.register_outputs({"image": self.image})
