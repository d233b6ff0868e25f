"""The metadata of a workload's objects: its own labels, and what the site adds."""

from typing import Any

from components.workload.labels import labels
from config.metadata import Metadata


def object_metadata(workload: str, namespace: str, given: Metadata) -> dict[str, Any]:
    """Name, namespace, labels and annotations of an object that has the workload's name."""
    found: dict[str, Any] = {
        "name": workload,
        "namespace": namespace,
        "labels": {**given.labels, **labels(workload)},
    }
    if given.annotations:
        found["annotations"] = given.annotations
    return found
