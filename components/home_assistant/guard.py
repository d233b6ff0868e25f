"""No Home Assistant without its networks: what may delete the pod that lacks one, and does.

docs/decisions/guard.md says why.
"""

import json
from pathlib import Path
from typing import Any

from config.home_assistant import PodInterface

NAME = "home-assistant"
POD = f"{NAME}-0"
SCRIPT = Path(__file__).with_name("check_interfaces.py")
VOLUME = "account"
# Kubernetes takes 600 s or more; kubelet renews the token before it ends.
TOKEN_SECONDS = 3600


def service_account(namespace: str) -> dict[str, Any]:
    """Whom the guard speaks for; no token of it is mounted anywhere else."""
    return {
        "apiVersion": "v1",
        "kind": "ServiceAccount",
        "metadata": {"name": NAME, "namespace": namespace},
        "automountServiceAccountToken": False,
    }


def role(namespace: str) -> dict[str, Any]:
    """Allows just one thing: to delete this one pod."""
    rule = {"apiGroups": [""], "resources": ["pods"], "resourceNames": [POD], "verbs": ["delete"]}
    return {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "Role",
        "metadata": {"name": NAME, "namespace": namespace},
        "rules": [rule],
    }


def role_binding(namespace: str) -> dict[str, Any]:
    """Gives the account the role."""
    return {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "RoleBinding",
        "metadata": {"name": NAME, "namespace": namespace},
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": NAME},
        "subjects": [{"kind": "ServiceAccount", "name": NAME, "namespace": namespace}],
    }


def init_container(image: str, interfaces: tuple[PodInterface, ...]) -> dict[str, Any]:
    """Runs the check with the Python that Home Assistant's image has."""
    planned = {interface.name: interface.mac for interface in interfaces}
    return {
        "name": "check-interfaces",
        "image": image,
        "command": ["python3", "-c", SCRIPT.read_text(encoding="utf-8"), json.dumps(planned)],
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
    """A token of the account, and whom to trust."""
    authority = {"name": "kube-root-ca.crt", "items": [{"key": "ca.crt", "path": "ca.crt"}]}
    token = {"path": "token", "expirationSeconds": TOKEN_SECONDS}
    sources = [{"serviceAccountToken": token}, {"configMap": authority}]
    return {"name": VOLUME, "projected": {"sources": sources}}
