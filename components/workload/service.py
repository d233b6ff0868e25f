"""The service in front of a workload's pod."""

from typing import Any

from components.workload.labels import labels
from components.workload.metadata import object_metadata
from config.service import Service


def service(workload: str, wanted: Service, namespace: str, port: int) -> dict[str, Any]:
    """The service; `port` is its own, the pod's port is called `http`."""
    spec: dict[str, Any] = {
        "type": wanted.type,
        "selector": labels(workload),
        # No other pod could answer, and a person mends one that differs from its plan by its pages.
        "publishNotReadyAddresses": True,
        "ports": [{"name": "http", "port": port, "targetPort": "http"}],
    }
    if wanted.external_traffic_policy is not None:
        spec["externalTrafficPolicy"] = wanted.external_traffic_policy
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": object_metadata(workload, namespace, wanted),
        "spec": spec,
    }
