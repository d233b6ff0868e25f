"""HomeAssistant: the pod, its data and its service."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pulumi
from pulumi_kubernetes.apps.v1 import StatefulSet
from pulumi_kubernetes.core.v1 import PersistentVolumeClaim, Service, ServiceAccount
from pulumi_kubernetes.networking.v1 import Ingress
from pulumi_kubernetes.rbac.v1 import Role, RoleBinding

from components.home_assistant import guard, objects
from config.home_assistant import HomeAssistant as Settings
from config.networks import HomeNetwork


@dataclass(frozen=True, kw_only=True)
class HomeAssistantArgs:
    """`conflists` are the networks' configurations by name; `namespace` is the Namespace's name.

    The namespace is an output, so that the claim depends on it and keeps it when it is kept.
    `after` is what the pod waits for; the protected claim does not, or it would keep all of it.
    """

    settings: Settings
    namespace_name: str
    namespace: pulumi.Input[str]
    networks: Mapping[str, HomeNetwork]
    conflists: Mapping[str, Mapping[str, object]]
    probed_from_inside: bool
    after: Sequence[pulumi.Resource] = ()


class HomeAssistant(pulumi.ComponentResource):
    """A StatefulSet of one with its protected claim, a service and, if wanted, an ingress."""

    url: pulumi.Output[str]

    def __init__(
        self, name: str, args: HomeAssistantArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("multihome:homeAssistant:HomeAssistant", name, None, opts)
        settings = args.settings
        patience = f"{settings.start_minutes}m"
        claim = PersistentVolumeClaim(
            f"{name}-claim",
            opts=pulumi.ResourceOptions(parent=self, protect=True),
            **_inputs(objects.claim(settings, args.namespace_name), args.namespace),
        )
        service = Service(
            f"{name}-service",
            opts=pulumi.ResourceOptions(parent=self),
            **_inputs(objects.service(args.namespace_name), args.namespace),
        )
        allowed = self._guard(name, args)
        StatefulSet(
            f"{name}-stateful-set",
            opts=pulumi.ResourceOptions(
                parent=self,
                depends_on=[claim, *allowed, *args.after],
                # A roll of one pod is a replacement in all but name, and the provider does not wait
                # for a roll: it takes the old pod's readiness for the new one's. The old pod is
                # gone before the new one comes, for the addresses are fixed.
                replace_on_changes=["spec.template"],
                delete_before_replace=True,
                custom_timeouts=pulumi.CustomTimeouts(
                    create=patience, update=patience, delete="10m"
                ),
            ),
            **_inputs(
                objects.stateful_set(
                    settings,
                    args.namespace_name,
                    args.networks,
                    args.conflists,
                    probed_from_inside=args.probed_from_inside,
                ),
                args.namespace,
            ),
        )
        if settings.ingress is not None:
            Ingress(
                f"{name}-ingress",
                opts=pulumi.ResourceOptions(parent=self, depends_on=[service]),
                **_inputs(objects.ingress(settings.ingress, args.namespace_name), args.namespace),
            )
        self.url = service.metadata.apply(lambda _: objects.url(settings, args.namespace_name))
        self.register_outputs({"url": self.url})

    def _guard(self, name: str, args: HomeAssistantArgs) -> list[pulumi.Resource]:
        """What lets the pod delete itself when it was made without its networks."""
        namespace = args.namespace_name
        account = ServiceAccount(
            f"{name}-account",
            opts=pulumi.ResourceOptions(parent=self),
            **_inputs(guard.service_account(namespace), args.namespace),
        )
        role = Role(
            f"{name}-role",
            opts=pulumi.ResourceOptions(parent=self),
            **_inputs(guard.role(namespace), args.namespace),
        )
        binding = RoleBinding(
            f"{name}-role-binding",
            opts=pulumi.ResourceOptions(parent=self, depends_on=[account, role]),
            **_inputs(guard.role_binding(namespace), args.namespace),
        )
        return [account, role, binding]


# The resources' arguments, where they are not called as in the manifest; the type says the rest.
_SNAKE = {"roleRef": "role_ref", "automountServiceAccountToken": "automount_service_account_token"}


def _inputs(described: dict[str, Any], namespace: pulumi.Input[str]) -> dict[str, Any]:
    metadata = {**described["metadata"], "namespace": namespace}
    rest = {
        _SNAKE.get(key, key): value
        for key, value in described.items()
        if key not in {"apiVersion", "kind"}
    }
    return {**rest, "metadata": metadata}
