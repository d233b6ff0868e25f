"""The Job that looks, beside the running pod, whether the new one could start.

docs/decisions/check_before_replacing.md says why.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from components.home_assistant import seed
from components.home_assistant.data.containers import CONFIG, MESSAGE, wanted
from components.home_assistant.data.packages import PACKAGES, SECRETS, mounts, volumes
from components.home_assistant.data.scripts import script
from components.home_assistant.seed_config import Plan
from components.pod_networks.node_affinity import node_affinity
from components.workload import tolerations
from components.workload.claim import claim_name
from components.workload.container import SCRIPT_RESOURCES, volume_container
from components.workload.image_python import PYTHON
from components.workload.labels import labels
from components.workload.security import pod_security
from components.workload.stateful_set import Surroundings
from config.home_assistant import HomeAssistant

Json = dict[str, Any]
# /config itself is a folder that Home Assistant may write, since a configuration may name it.
VOLUME = "/multihome/volume"
# The second try is for what the first one could not help; and Pulumi has then printed its words.
TRIES = 2


def check_job(
    workload: str,
    settings: HomeAssistant,
    around: Surroundings,
    packages: Mapping[str, str],
    seeded: Plan,
    *,
    environment: Sequence[Json] = (),
) -> Json:
    """The Job; its name changes with all that it checks.

    `environment` is that of the pod's own container. The Job's pod has no address to listen on, so
    the seed writes none.
    """
    claim = claim_name(workload, settings.storage)
    variables = [*seed.location(workload, settings), *environment]
    plan = {
        "config": VOLUME,
        "scratch": CONFIG,
        "packages": PACKAGES,
        "secrets": SECRETS,
        "wanted": json.loads(wanted(settings)),
        "seed": seed.command(Plan(**{**seeded, "listen": None})),
        "hidden": [each["name"] for each in variables if "valueFrom" in each],
    }
    container: Json = {
        "name": "check-config",
        "image": settings.image,
        "command": [*PYTHON, script("check_config"), json.dumps(plan), MESSAGE],
        "terminationMessagePath": MESSAGE,
        "terminationMessagePolicy": "FallbackToLogsOnError",
        "env": [
            {"name": "HOME", "value": CONFIG},
            *variables,
        ],
        "resources": _resources(settings),
        "volumeMounts": [
            {"name": "config", "mountPath": VOLUME, "readOnly": True},
            {"name": "scratch", "mountPath": CONFIG},
            *mounts(settings, packages),
        ],
    }
    spec: Json = {
        "restartPolicy": "Never",
        "automountServiceAccountToken": False,
        "securityContext": pod_security(settings),
        "affinity": _affinity(workload, around.hostnames),
        "containers": [volume_container(settings, container)],
        "volumes": [
            {"name": "config", "persistentVolumeClaim": {"claimName": claim}},
            {"name": "scratch", "emptyDir": {}},
            *volumes(workload, settings, packages),
        ],
    }
    if settings.tolerations:
        spec["tolerations"] = tolerations.described(settings.tolerations)
    if not settings.host_users:
        spec["hostUsers"] = False
    return _job(workload, around.namespace, spec)


def _resources(settings: HomeAssistant) -> Json:
    """Home Assistant's own limits: it loads as many integrations as the pod will."""
    limits = settings.resources.limits.model_dump(exclude_none=True)
    return {"requests": SCRIPT_RESOURCES["requests"], "limits": limits}


def _job(workload: str, namespace: str, spec: Json) -> Json:
    digest = hashlib.sha256(json.dumps(spec, sort_keys=True).encode()).hexdigest()[:10]
    described = labels(f"{workload}-check")
    return {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {
            "name": f"{workload}-check-{digest}",
            "namespace": namespace,
            "labels": labels(workload),
            # A Job that failed is made again by the next `up`.
            "annotations": {"pulumi.com/replaceUnready": "true"},
        },
        "spec": {
            "backoffLimit": TRIES - 1,
            "template": {"metadata": {"labels": described}, "spec": spec},
        },
    }


def _affinity(workload: str, hostnames: Sequence[str]) -> Json:
    """The pod's nodes, since the first one to mount the volume may keep it; beside the running pod
    if there is one, since only one node may have the volume.
    """
    beside = {"labelSelector": {"matchLabels": labels(workload)}}
    term = {**beside, "topologyKey": "kubernetes.io/hostname"}
    preferred = [{"weight": 100, "podAffinityTerm": term}]
    return {
        **node_affinity(hostnames),
        "podAffinity": {"preferredDuringSchedulingIgnoredDuringExecution": preferred},
    }
