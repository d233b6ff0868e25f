"""The claim of a workload's volume."""

from typing import Any

from components.workload.labels import labels
from config.storage import Storage


def claim_name(workload: str, storage: Storage) -> str:
    """The name of the claim: ours, or that of one that is there already."""
    return storage.existing_claim or f"{workload}-config"


def claim(workload: str, storage: Storage, namespace: str) -> dict[str, Any] | None:
    """The claim of the volume that keeps the data; None where one is there already."""
    if storage.existing_claim is not None:
        return None
    spec: dict[str, Any] = {
        "accessModes": [storage.access_mode],
        "resources": {"requests": {"storage": storage.size}},
    }
    if storage.storage_class is not None:
        spec["storageClassName"] = storage.storage_class
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": {
            "name": claim_name(workload, storage),
            "namespace": namespace,
            "labels": labels(workload),
        },
        "spec": spec,
    }
