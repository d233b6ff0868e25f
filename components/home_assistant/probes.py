"""How kubelet asks Home Assistant whether it answers."""

from typing import Any

from components.workload.image_python import PYTHON

PROBED = "/manifest.json"
PROBE_SECONDS = 10


def probes(start_minutes: int, port: int, *, from_inside: bool) -> dict[str, Any]:
    """The probes of the container, which may take so many minutes to answer for the first time.

    `from_inside` is for clusters where the pod's answers to kubelet would take another way back
    (`kubelet_calls_by_pod_network` of the cluster), and for a pod that does not listen on eth0.
    """
    probe = _probe_inside(port) if from_inside else _probe()
    return {
        "startupProbe": {
            **probe,
            "periodSeconds": PROBE_SECONDS,
            "failureThreshold": start_minutes * 60 // PROBE_SECONDS,
        },
        "readinessProbe": {**probe, "periodSeconds": 10},
        "livenessProbe": {**probe, "periodSeconds": 30, "failureThreshold": 6},
    }


def url_inside(port: int) -> str:
    """The URL that is asked from inside the pod; Home Assistant always listens on 127.0.0.1."""
    return f"http://127.0.0.1:{port}{PROBED}"


def _probe() -> dict[str, Any]:
    return {"httpGet": {"path": PROBED, "port": "http"}, "timeoutSeconds": 5}


def _probe_inside(port: int) -> dict[str, Any]:
    """The same question by the image's Python, which needs a moment to start."""
    ask = f"import urllib.request as r; r.urlopen('{url_inside(port)}', timeout=5)"
    return {"exec": {"command": [*PYTHON, ask]}, "timeoutSeconds": 10}
