"""The StatefulSet of a workload."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from components.pod_networks import interface_check, verification
from components.pod_networks.annotation import NETWORKS_ANNOTATION, networks_annotation
from components.pod_networks.networks_hash import HASH_ANNOTATION, networks_hash
from components.pod_networks.node_affinity import node_affinity
from components.pod_networks.verify_interfaces import Plan
from components.workload import tolerations
from components.workload.container import checking_container, volume_container
from components.workload.devices import volumes
from components.workload.labels import labels
from components.workload.security import pod_security
from config.networks import HomeNetwork
from config.workload import Workload

Json = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Pod:
    """What is the workload's own in its pod. Containers start in the order of the lists."""

    init_containers: Sequence[Json] = ()
    containers: Sequence[Json]
    volumes: Sequence[Json]
    grace_seconds: int
    annotations: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Surroundings:
    """What a workload's pod is in.

    `conflists` are those of the networks that the pod has an interface in: a change of one makes
    another pod. `hostnames` are the labels kubernetes.io/hostname of the nodes that may run it.
    With a `plan` it is ready only when its interfaces are as planned.
    """

    namespace: str
    networks: Mapping[str, HomeNetwork]
    conflists: Mapping[str, Mapping[str, object]]
    hostnames: Sequence[str]
    plan: Plan | None = None


def stateful_set(workload: str, settings: Workload, around: Surroundings, pod: Pod) -> Json:
    """One pod, never two. Its interfaces are checked before anything of its own starts."""
    annotations = {
        **settings.pod.annotations,
        NETWORKS_ANNOTATION: networks_annotation(settings.interfaces, around.networks),
        HASH_ANNOTATION: networks_hash(around.conflists),
        **pod.annotations,
    }
    check = interface_check.init_container(
        settings.image, settings.interfaces, macs=around.plan is None
    )
    verified = [] if around.plan is None else [verification.container(settings.image, around.plan)]
    prepared = [volume_container(settings, container) for container in pod.init_containers]
    spec: Json = {
        "serviceAccountName": workload,
        "automountServiceAccountToken": False,
        "terminationGracePeriodSeconds": pod.grace_seconds,
        "securityContext": pod_security(settings),
        "initContainers": [checking_container(check), *prepared],
        "containers": [*pod.containers, *map(checking_container, verified)],
        "volumes": [*pod.volumes, *volumes(settings), interface_check.volume()],
        "affinity": node_affinity(around.hostnames),
    }
    if settings.tolerations:
        spec["tolerations"] = tolerations.described(settings.tolerations)
    if not settings.host_users:
        spec["hostUsers"] = False
    return {
        "apiVersion": "apps/v1",
        "kind": "StatefulSet",
        "metadata": {
            "name": workload,
            "namespace": around.namespace,
            "labels": labels(workload),
        },
        "spec": {
            "replicas": 1,
            "serviceName": workload,
            "selector": {"matchLabels": labels(workload)},
            "template": {
                "metadata": {
                    "labels": {**settings.pod.labels, **labels(workload)},
                    "annotations": annotations,
                },
                "spec": spec,
            },
        },
    }
