"""The containers of a workload's pod, with what the keys of every workload give them."""

from typing import Any

from components.workload.secrets import reference
from config.environment import SecretReference
from config.workload import Workload

Json = dict[str, Any]
# Containers of ours beside the workload's own run one short Python script each.
SCRIPT_RESOURCES = {
    "requests": {"cpu": "10m", "memory": "32Mi"},
    "limits": {"memory": "256Mi"},
}


def main_container(workload: str, settings: Workload, container: Json) -> Json:
    """The workload's own container, with the site's environment and resources."""
    return {
        **container,
        "env": [*container.get("env", []), *_environment(workload, settings)],
        "resources": {
            "requests": settings.resources.requests.model_dump(),
            "limits": settings.resources.limits.model_dump(exclude_none=True),
        },
    }


def script_container(container: Json) -> Json:
    """A container that runs a script of ours, with the resources that it does not name itself."""
    return {"resources": SCRIPT_RESOURCES, **container}


def _environment(workload: str, settings: Workload) -> list[Json]:
    """The variables by their names. Secrets come first, so that texts may refer to them."""
    secrets, texts = [], []
    for name, value in sorted(settings.environment.items()):
        if isinstance(value, SecretReference):
            secrets.append({"name": name, "valueFrom": reference(workload, value.secret)})
        else:
            texts.append({"name": name, "value": value})
    return [*secrets, *texts]
