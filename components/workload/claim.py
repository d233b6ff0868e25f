"""The claim of a workload's volume."""

from typing import Any

from components.workload.labels import labels
from config.storage import Storage


def claim_name(workload: str) -> str:
    """The name of the claim."""
    return f"{workload}-config"


def claim(workload: str, storage: Storage, namespace: str) -> dict[str, Any]:
    """The claim of the volume that keeps the data."""
    spec: dict[str, Any] = {
        "accessModes": ["ReadWriteOnce"],
        "resources": {"requests": {"storage": storage.size}},
    }
    if storage.storage_class is not None:
        spec["storageClassName"] = storage.storage_class
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": {
            "name": claim_name(workload),
            "namespace": namespace,
            "labels": labels(workload),
        },
        "spec": spec,
    }
