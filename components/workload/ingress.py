"""The ingress of a workload."""

from typing import Any

from components.workload.metadata import object_metadata
from config.ingress import Ingress


def ingress(workload: str, wanted: Ingress, namespace: str) -> dict[str, Any]:
    """The ingress that the site asks for."""
    backend = {"service": {"name": workload, "port": {"name": "http"}}}
    spec: dict[str, Any] = {
        "rules": [
            {
                "host": wanted.host,
                "http": {"paths": [{"path": "/", "pathType": "Prefix", "backend": backend}]},
            }
        ]
    }
    if wanted.ingress_class is not None:
        spec["ingressClassName"] = wanted.ingress_class
    if wanted.tls_secret is not None:
        spec["tls"] = [{"hosts": [wanted.host], "secretName": wanted.tls_secret}]
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "Ingress",
        "metadata": object_metadata(workload, namespace, wanted),
        "spec": spec,
    }
