"""The HTTPRoute of a workload, by a Gateway that is there already."""

from typing import Any

from components.workload.labels import labels
from config.http_route import HttpRoute


def http_route(workload: str, wanted: HttpRoute, namespace: str, port: int) -> dict[str, Any]:
    """The route to the service; `port` is the service's."""
    parent = {"group": "gateway.networking.k8s.io", "kind": "Gateway", "name": wanted.gateway}
    if wanted.gateway_namespace is not None:
        parent["namespace"] = wanted.gateway_namespace
    if wanted.section is not None:
        parent["sectionName"] = wanted.section
    backend = {"group": "", "kind": "Service", "name": workload, "port": port, "weight": 1}
    return {
        "apiVersion": "gateway.networking.k8s.io/v1",
        "kind": "HTTPRoute",
        "metadata": {"name": workload, "namespace": namespace, "labels": labels(workload)},
        "spec": {
            "parentRefs": [parent],
            "hostnames": [wanted.host],
            "rules": [
                {
                    "matches": [{"path": {"type": "PathPrefix", "value": "/"}}],
                    "backendRefs": [backend],
                }
            ],
        },
    }
