"""The ConfigMap of the user's packages, and how containers get it and its secrets."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from components.workload.labels import labels
from components.workload.secrets import secret_name
from config.home_assistant import HomeAssistant

Json = dict[str, Any]
# Outside /config: Home Assistant must be able to remove all of that.
PACKAGES, SECRETS = "/multihome/packages", "/multihome/secrets"


def packages_name(workload: str, packages: Mapping[str, str]) -> str:
    """The name changes with the content: a pod that was not replaced keeps what it was made with,
    also when it starts again.
    """
    content = json.dumps(dict(packages), sort_keys=True).encode()
    return f"{workload}-packages-{hashlib.sha256(content).hexdigest()[:10]}"


def packages_map(workload: str, packages: Mapping[str, str], namespace: str) -> Json:
    """The ConfigMap."""
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {
            "name": packages_name(workload, packages),
            "namespace": namespace,
            "labels": labels(workload),
        },
        "immutable": True,
        "data": dict(packages),
    }


def volumes(workload: str, settings: HomeAssistant, packages: Mapping[str, str]) -> list[Json]:
    """The volumes that `mounts` mounts."""
    found: list[Json] = []
    if packages:
        named = {"name": packages_name(workload, packages)}
        found.append({"name": "packages", "configMap": named})
    if settings.configuration_secrets:
        items = [
            {"key": name, "path": key}
            for key, name in sorted(settings.configuration_secrets.items())
        ]
        of_secret = {"secretName": secret_name(workload), "items": items}
        found.append({"name": "configuration-secrets", "secret": of_secret})
    return found


def mounts(settings: HomeAssistant, packages: Mapping[str, str]) -> list[Json]:
    """Where a script finds packages and secrets."""
    found: list[Json] = []
    if packages:
        found.append({"name": "packages", "mountPath": PACKAGES, "readOnly": True})
    if settings.configuration_secrets:
        found.append({"name": "configuration-secrets", "mountPath": SECRETS, "readOnly": True})
    return found
