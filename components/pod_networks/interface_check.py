"""The interface check: an init container that deletes its pod when an interface is missing.

docs/decisions/interface_check.md says why. All objects but the ConfigMap have the workload's name.
The workload is a StatefulSet of one pod, and its image has Python.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from components.workload.image_python import PYTHON
from config.pod_interface import PodInterface

SCRIPT = Path(__file__).with_name("check_interfaces.py")
VOLUME = "account"
# Kubernetes takes 600 s or more; kubelet renews the token before it ends.
TOKEN_SECONDS = 3600


def service_account(workload: str, namespace: str) -> dict[str, Any]:
    """The account that the check uses; no token of it is mounted anywhere else."""
    return {
        "apiVersion": "v1",
        "kind": "ServiceAccount",
        "metadata": {"name": workload, "namespace": namespace},
        "automountServiceAccountToken": False,
    }


def role(workload: str, namespace: str) -> dict[str, Any]:
    """Allows what the check does to the workload's one pod and to its count, and new Events.

    It must not allow to change the StatefulSet: that could make the pod privileged.
    """
    return {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "Role",
        "metadata": {"name": workload, "namespace": namespace},
        "rules": [
            _rule("pods", ["get", "delete"], f"{workload}-0"),
            _rule("configmaps", ["get", "patch"], count_name(workload)),
            {"apiGroups": [""], "resources": ["events"], "verbs": ["create"]},
        ],
    }


def _rule(resource: str, verbs: list[str], name: str) -> dict[str, Any]:
    return {"apiGroups": [""], "resources": [resource], "resourceNames": [name], "verbs": verbs}


def count_name(workload: str) -> str:
    """The name of the ConfigMap that keeps how many pods were given up."""
    return f"{workload}-interface-check"


def count(workload: str, namespace: str) -> dict[str, Any]:
    """The ConfigMap; its data are the check's own."""
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": count_name(workload), "namespace": namespace},
    }


def role_binding(workload: str, namespace: str) -> dict[str, Any]:
    """Gives the account the role."""
    return {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "RoleBinding",
        "metadata": {"name": workload, "namespace": namespace},
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": workload},
        "subjects": [{"kind": "ServiceAccount", "name": workload, "namespace": namespace}],
    }


def init_container(
    image: str, interfaces: Sequence[PodInterface], *, macs: bool = True
) -> dict[str, Any]:
    """Runs check_interfaces.py with the Python of the workload's image.

    It leaves the MACs alone where verify-interfaces compares them: Pulumi prints what that one
    says, and another pod does not help against another MAC.
    """
    planned = {interface.name: interface.mac if macs else None for interface in interfaces}
    return {
        "name": "check-interfaces",
        "image": image,
        "command": [*PYTHON, SCRIPT.read_text(encoding="utf-8"), json.dumps(planned)],
        "env": [
            {"name": name, "valueFrom": {"fieldRef": {"fieldPath": f"metadata.{field}"}}}
            for name, field in (
                ("POD_NAME", "name"),
                ("POD_NAMESPACE", "namespace"),
                ("POD_UID", "uid"),
            )
        ],
        "volumeMounts": [
            {"name": VOLUME, "mountPath": "/var/run/secrets/multihome", "readOnly": True}
        ],
    }


def volume() -> dict[str, Any]:
    """A token of the account, and the authority by which to trust the API server."""
    authority = {"name": "kube-root-ca.crt", "items": [{"key": "ca.crt", "path": "ca.crt"}]}
    token = {"path": "token", "expirationSeconds": TOKEN_SECONDS}
    sources = [{"serviceAccountToken": token}, {"configMap": authority}]
    return {"name": VOLUME, "projected": {"sources": sources}}
