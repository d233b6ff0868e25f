"""The containers of a workload's pod, with what the keys of every workload give them."""

from typing import Any

from components.workload.devices import mounts, plugin_resources
from components.workload.secrets import reference
from components.workload.security import checking_security, main_security, volume_security
from config.environment import secret_of
from config.workload import Workload

Json = dict[str, Any]
# Containers of ours beside the workload's own run one short Python script each.
SCRIPT_RESOURCES = {
    "requests": {"cpu": "10m", "memory": "32Mi"},
    "limits": {"memory": "256Mi"},
}


def main_container(workload: str, settings: Workload, container: Json) -> Json:
    """The workload's own container, with all that the site's keys give it."""
    resources = settings.resources
    limits = {**resources.limits.model_dump(exclude_none=True), **plugin_resources(settings)}
    return {
        **container,
        "env": [*container.get("env", []), *_environment(workload, settings)],
        "resources": {"requests": resources.requests.model_dump(), "limits": limits},
        "volumeMounts": [*container.get("volumeMounts", []), *mounts(settings)],
        "securityContext": main_security(settings),
    }


def checking_container(container: Json) -> Json:
    """A container of ours that looks at its pod, and has no right to anything else."""
    return {"resources": SCRIPT_RESOURCES, "securityContext": checking_security(), **container}


def volume_container(settings: Workload, container: Json) -> Json:
    """A container of ours that writes the workload's volume, as the image's own user."""
    context = volume_security(settings)
    return {"resources": SCRIPT_RESOURCES, "securityContext": context, **container}


def _environment(workload: str, settings: Workload) -> list[Json]:
    """The variables by their names. Secrets come first, so that texts may refer to them."""
    secrets, texts = [], []
    for name, value in sorted(settings.environment.items()):
        if (secret := secret_of(value)) is not None:
            secrets.append({"name": name, "valueFrom": reference(workload, secret)})
        else:
            texts.append({"name": name, "value": value})
    return [*secrets, *texts]
