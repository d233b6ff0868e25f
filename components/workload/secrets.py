"""The Secret that holds the values that a workload uses, by their names in the site."""

from collections.abc import Iterable
from typing import Any

from components.workload.labels import labels

# The component puts the values in their place.
HIDDEN = "[secret]"
# It changes with the values, so that the pod is replaced.
HASH_ANNOTATION = "multihome/secrets-hash"


def secret_name(workload: str) -> str:
    """The name of the Secret."""
    return f"{workload}-secrets"


def secret(workload: str, names: Iterable[str], namespace: str) -> dict[str, Any]:
    """The Secret; no value is in what this program prints."""
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {
            "name": secret_name(workload),
            "namespace": namespace,
            "labels": labels(workload),
        },
        "stringData": dict.fromkeys(names, HIDDEN),
    }


def reference(workload: str, name: str) -> dict[str, Any]:
    """The value of the secret called `name`, as an environment variable's `valueFrom`."""
    return {"secretKeyRef": {"name": secret_name(workload), "key": name}}
