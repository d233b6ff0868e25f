"""What the article's site becomes with further keys of its workload."""

import functools
import json
from collections.abc import Mapping
from typing import Any

import kubernetes_validate

from components.objects import SiteObjects, site_objects
from lab.build.manifests import upstream_file
from tests.cases.sites import changed

Json = dict[str, Any]
Keys = Mapping[str, object]
# What the workload's keys change.
_CHANGED = {"Namespace", "PersistentVolumeClaim", "StatefulSet", "Service", "Ingress", "Secret"}


def changes(keys: Keys) -> dict[str, object]:
    """The keys as changes of the site; a key with a slash in front is not the workload's."""
    return {
        key[1:] if key.startswith("/") else f"home_assistant/{key}": value
        for key, value in keys.items()
    }


def made(keys: Keys) -> SiteObjects:
    """The objects, each valid."""
    return _made(json.dumps(dict(keys)))


@functools.cache
def _made(keys: str) -> SiteObjects:
    reading = changed("home", changes(json.loads(keys)))
    assert reading.site is not None, [problem.line() for problem in reading.problems]
    manifest = upstream_file(reading.site.multus.version).read_text()
    objects = site_objects(reading.site, manifest)
    for one in objects:
        if one["kind"] in _CHANGED:
            kubernetes_validate.validate(one, "1.34", strict=True)
    return objects


def pod(keys: Keys) -> Json:
    """The template of the pod."""
    template: Json = made(keys).home_assistant["StatefulSet"]["spec"]["template"]
    return template


def main(keys: Keys) -> Json:
    """Home Assistant's own container."""
    containers: list[Json] = pod(keys)["spec"]["containers"]
    return containers[0]


def contexts(keys: Keys) -> dict[str, Json]:
    """The security context of each container, by its name."""
    spec = pod(keys)["spec"]
    return {c["name"]: c["securityContext"] for c in (*spec["initContainers"], *spec["containers"])}


def refused(keys: Keys) -> set[str]:
    """The names of the rules that refuse the site."""
    return {problem.rule for problem in changed("home", changes(keys)).of("error")}


ROOTLESS: Keys = {
    "image": "ghcr.io/home-operations/home-assistant:2026.11.0",
    "run_as": {"user": 65534, "groups": [20]},
    "fs_group": 65534,
}
