"""The Kubernetes objects of Home Assistant (docs/background/home-assistant.md)."""

from collections.abc import Mapping, Sequence
from typing import Any

from components.pod_networks import interface_check, verification
from components.pod_networks.annotation import NETWORKS_ANNOTATION, networks_annotation
from components.pod_networks.networks_hash import HASH_ANNOTATION, networks_hash
from components.pod_networks.node_affinity import node_affinity
from components.pod_networks.verify_interfaces import Plan
from config.home_assistant import HomeAssistant, Ingress
from config.networks import HomeNetwork

NAME = "home-assistant"
CLAIM = "home-assistant-config"
PORT = 8123
PROBED = "/manifest.json"
PROBE_SECONDS = 10
LABELS = {"app.kubernetes.io/name": NAME}
# Home Assistant may take 210 s to stop cleanly (docs/background/home-assistant.md#stopping).
GRACE_SECONDS = 300


def claim(settings: HomeAssistant, namespace: str) -> dict[str, Any]:
    """The claim of the volume that keeps the data."""
    spec: dict[str, Any] = {
        "accessModes": ["ReadWriteOnce"],
        "resources": {"requests": {"storage": settings.storage.size}},
    }
    if settings.storage.storage_class is not None:
        spec["storageClassName"] = settings.storage.storage_class
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": {"name": CLAIM, "namespace": namespace, "labels": LABELS},
        "spec": spec,
    }


def stateful_set(
    settings: HomeAssistant,
    namespace: str,
    networks: Mapping[str, HomeNetwork],
    conflists: Mapping[str, Mapping[str, object]],
    *,
    hostnames: Sequence[str],
    probed_from_inside: bool,
    plan: Plan | None = None,
) -> dict[str, Any]:
    """One pod, never two: its addresses and MACs are fixed.

    `conflists` are those of the networks that the pod has an interface in: a change of one makes
    another pod. `hostnames` are the labels kubernetes.io/hostname of the nodes that may run it.
    It is probed from inside where the pod's answers to kubelet would take another way back
    (`kubelet_calls_by_pod_network` of the cluster). With a `plan` it is ready only when its
    interfaces are as planned.
    """
    annotations = {
        NETWORKS_ANNOTATION: networks_annotation(settings.interfaces, networks),
        HASH_ANNOTATION: networks_hash(conflists),
    }
    return {
        "apiVersion": "apps/v1",
        "kind": "StatefulSet",
        "metadata": {"name": NAME, "namespace": namespace, "labels": LABELS},
        "spec": {
            "replicas": 1,
            "serviceName": NAME,
            "selector": {"matchLabels": LABELS},
            "template": {
                "metadata": {"labels": LABELS, "annotations": annotations},
                "spec": {
                    **_pod(settings, _probe_inside() if probed_from_inside else _probe(), plan),
                    "affinity": node_affinity(hostnames),
                },
            },
        },
    }


def _pod(settings: HomeAssistant, probe: Mapping[str, Any], plan: Plan | None) -> dict[str, Any]:
    verified = [] if plan is None else [verification.container(settings.image, plan)]
    return {
        "serviceAccountName": NAME,
        "automountServiceAccountToken": False,
        "terminationGracePeriodSeconds": GRACE_SECONDS,
        "initContainers": [interface_check.init_container(settings.image, settings.interfaces)],
        "containers": [
            {
                "name": NAME,
                "image": settings.image,
                "env": [{"name": "TZ", "value": settings.time_zone}],
                "ports": [{"name": "http", "containerPort": PORT}],
                "volumeMounts": [{"name": "config", "mountPath": "/config"}],
                "startupProbe": {
                    **probe,
                    "periodSeconds": PROBE_SECONDS,
                    "failureThreshold": settings.start_minutes * 60 // PROBE_SECONDS,
                },
                "readinessProbe": {**probe, "periodSeconds": 10},
                "livenessProbe": {**probe, "periodSeconds": 30, "failureThreshold": 6},
            },
            *verified,
        ],
        "volumes": [
            {"name": "config", "persistentVolumeClaim": {"claimName": CLAIM}},
            interface_check.volume(),
        ],
    }


def _probe() -> dict[str, Any]:
    return {"httpGet": {"path": PROBED, "port": "http"}, "timeoutSeconds": 5}


def _probe_inside() -> dict[str, Any]:
    """The same question by the image's Python, which needs a moment to start."""
    ask = f"import urllib.request as r; r.urlopen('http://127.0.0.1:{PORT}{PROBED}', timeout=5)"
    return {"exec": {"command": ["python3", "-c", ask]}, "timeoutSeconds": 10}


def service(namespace: str) -> dict[str, Any]:
    """The service in front of the pod."""
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": NAME, "namespace": namespace, "labels": LABELS},
        "spec": {
            "selector": LABELS,
            "ports": [{"name": "http", "port": PORT, "targetPort": "http"}],
        },
    }


def ingress(wanted: Ingress, namespace: str) -> dict[str, Any]:
    """The ingress that the site asks for."""
    backend = {"service": {"name": NAME, "port": {"name": "http"}}}
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
        "metadata": {"name": NAME, "namespace": namespace, "labels": LABELS},
        "spec": spec,
    }


def url(settings: HomeAssistant, namespace: str) -> str:
    """Where Home Assistant is reached: by the ingress if there is one, else in the first network.

    IPv6 addresses stand in brackets.
    """
    if settings.ingress is not None:
        scheme = "https" if settings.ingress.tls_secret else "http"
        return f"{scheme}://{settings.ingress.host}"
    if not settings.interfaces:
        return f"http://{NAME}.{namespace}.svc:{PORT}"
    address = settings.interfaces[0].address
    return f"http://[{address}]:{PORT}" if address.version == 6 else f"http://{address}:{PORT}"
