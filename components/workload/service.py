"""The service in front of a workload's pod."""

from typing import Any

from components.workload.labels import labels


def service(workload: str, namespace: str, port: int) -> dict[str, Any]:
    """The service; `port` is its own, the pod's port is called `http`."""
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": workload, "namespace": namespace, "labels": labels(workload)},
        "spec": {
            "selector": labels(workload),
            "ports": [{"name": "http", "port": port, "targetPort": "http"}],
        },
    }
