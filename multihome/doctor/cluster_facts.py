"""What the API server knows of the site: networks, Multus' pods, the pod and its events."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from components.multus.transform import OWNED

Json = dict[str, Any]

STATUS = "k8s.v1.cni.cncf.io/network-status"
HOSTNAME = "kubernetes.io/hostname"
FAILED_SANDBOX = "FailedCreatePodSandBox"
# Upstream's image and those of distributions, but not the controllers for Multus.
_MULTUS = re.compile(r"multus(-cni)?(-thick)?([:@]|$)")


@dataclass(frozen=True, kw_only=True)
class MultusPod:
    """A pod of Multus: the Kubernetes name of its node, its uid, and whether it runs."""

    node: str
    uid: str
    runs: bool


@dataclass(frozen=True, kw_only=True)
class Pod:
    """The workload's pod. `networks` is its network-status by interface, None until it has one.

    `has_address` is set once kubelet has its sandbox; `reasons` are why its containers wait.
    """

    phase: str
    has_address: bool
    reasons: tuple[str, ...]
    networks: dict[str, Json] | None


@dataclass(frozen=True, kw_only=True)
class ClusterFacts:
    """What is in the cluster.

    `nodes` maps the label kubernetes.io/hostname to the node's name; `definition_is_ours` says
    whose Multus' CustomResourceDefinition is, None where there is none; `attachments` has the text
    `spec.config` of each NetworkAttachmentDefinition of the namespace. `routes` are the files
    /proc/net/route and ipv6_route of the pod, None where nobody could read them.
    """

    nodes: dict[str, str]
    definition_is_ours: bool | None
    attachments: dict[str, str]
    multus: tuple[MultusPod, ...]
    pod: Pod | None
    sandbox_failures: tuple[str, ...]
    routes: tuple[str, str] | None

    def multus_of(self, hostname: str) -> tuple[MultusPod, ...]:
        """The pods of Multus on the node of that label."""
        return tuple(pod for pod in self.multus if pod.node == self.nodes.get(hostname))


def nodes_of(answer: Json) -> dict[str, str]:
    """The nodes' names by their label."""
    found = (item["metadata"] for item in answer["items"])
    return {each.get("labels", {}).get(HOSTNAME, each["name"]): each["name"] for each in found}


def definition_is_ours(answer: Json) -> bool | None:
    """Whether `up` made the CustomResourceDefinition in a list of at most one."""
    for item in answer["items"]:
        schemas = (version["schema"]["openAPIV3Schema"] for version in item["spec"]["versions"])
        return all(schema.get("description", "").endswith(OWNED) for schema in schemas)
    return None


def attachments_of(answer: Json) -> dict[str, str]:
    """The texts of the NetworkAttachmentDefinitions by name."""
    return {
        item["metadata"]["name"]: item.get("spec", {}).get("config", "") for item in answer["items"]
    }


def multus_of(answer: Json) -> tuple[MultusPod, ...]:
    """The pods that run an image of Multus."""
    return tuple(
        MultusPod(
            node=item["spec"].get("nodeName", ""),
            uid=item["metadata"]["uid"],
            runs=_runs(item),
        )
        for item in answer["items"]
        if any(_MULTUS.search(container["image"]) for container in item["spec"]["containers"])
    )


def _runs(pod: Json) -> bool:
    statuses = pod.get("status", {}).get("containerStatuses", [])
    return bool(statuses) and all("running" in status.get("state", {}) for status in statuses)


def pod_of(answer: Json, namespace: str, name: str) -> Pod | None:
    """The pod of that name."""
    for item in answer["items"]:
        metadata, status = item["metadata"], item.get("status", {})
        if (metadata["namespace"], metadata["name"]) == (namespace, name):
            return Pod(
                phase=status.get("phase", "Unknown"),
                has_address="podIP" in status,
                reasons=tuple(_reasons(status)),
                networks=_networks(metadata.get("annotations", {})),
            )
    return None


def _reasons(status: Json) -> list[str]:
    containers = (*status.get("initContainerStatuses", []), *status.get("containerStatuses", []))
    waiting = (container.get("state", {}).get("waiting", {}) for container in containers)
    return [each["reason"] for each in waiting if "reason" in each]


def _networks(annotations: Mapping[str, str]) -> dict[str, Json] | None:
    if STATUS not in annotations:
        return None
    return {
        each["interface"]: each for each in json.loads(annotations[STATUS]) if "interface" in each
    }


def failures_of(answer: Json, namespace: str, pod: str) -> tuple[str, ...]:
    """The messages of the pod's failed sandboxes, the latest last, each once."""
    events = [
        item
        for item in answer["items"]
        if item.get("reason") == FAILED_SANDBOX
        and item.get("involvedObject", {}).get("name") == pod
        and item["metadata"]["namespace"] == namespace
    ]
    events.sort(key=lambda item: item.get("lastTimestamp") or item.get("eventTime") or "")
    return tuple(dict.fromkeys(item.get("message", "") for item in events))
