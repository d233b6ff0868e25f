"""`python -m multihome render FILE`: what would be applied and run, as files, without an engine."""

import json
import os
import shutil
import sys
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from components.cni_plugins.needed import missing_plugins
from components.cni_plugins.scripts import node_scripts
from components.home_assistant import guard, objects
from components.multus.manifest import ManifestError, ManifestSettings, parse, transform
from components.multus.source import ManifestUnavailableError, read_manifest
from components.network_segment.conflist import conflist
from config.site import Site
from multihome.site_file import REFUSED, read_site_file

FOLDER = Path("rendered")


def render_file(path: Path) -> int:
    """Writes rendered/<stack>/, or prints one line per error; returns the exit status."""
    file = read_site_file(path)
    if file.site is None:
        file.print_errors()
        return file.exit_status
    try:
        texts = dict(rendered(file.site))
    except (ManifestError, ManifestUnavailableError) as error:
        print(f"{path}: {' '.join(str(error).split())}", file=sys.stderr)
        return REFUSED
    target = FOLDER / path.name.removeprefix("Pulumi.").removesuffix(".yaml")
    shutil.rmtree(target, ignore_errors=True)
    FOLDER.mkdir(mode=0o700, exist_ok=True)
    target.mkdir(mode=0o700)
    for name, text in texts.items():
        handle = os.open(target / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as out:
            out.write(text)
    print(f"{len(texts)} files in {target}")
    return file.exit_status


def rendered(site: Site) -> Iterator[tuple[str, str]]:
    """(file name, text) of every Kubernetes object and every node script. No secret is in any."""
    for described in kubernetes_objects(site):
        name = f"{described['kind']}-{described['metadata']['name']}.yaml".lower()
        yield name, _yaml(described)
    for node_name, node in site.nodes.items():
        scripts = node_scripts(site.plugins, node.architecture, _names(site), site.cluster.cni)
        yield f"node-{node_name}-install.sh", scripts.install
        yield f"node-{node_name}-remove.sh", scripts.remove


def kubernetes_objects(site: Site) -> Iterator[dict[str, Any]]:
    """The objects in the order of their creation."""
    settings = site.home_assistant
    conflists = _conflists(site)
    yield objects.namespace(settings.namespace)
    manifest_settings = ManifestSettings(
        version=site.multus.version,
        image_digest=site.multus.image_digest,
        memory_limit=site.multus.memory_limit,
        cni=site.cluster.cni,
    )
    yield from transform(parse(read_manifest(site.multus)), manifest_settings).values()
    for name, config in conflists.items():
        yield attachment_definition(settings.namespace, name, config)
    yield objects.claim(settings)
    for make in (guard.service_account, guard.role, guard.role_binding):
        yield make(settings.namespace)
    inside = not site.cluster.kubelet_calls_by_pod_network
    yield objects.stateful_set(settings, site.networks, conflists, probed_from_inside=inside)
    yield objects.service(settings)
    if settings.ingress is not None:
        yield objects.ingress(settings, settings.ingress)


def attachment_definition(namespace: str, name: str, config: dict[str, object]) -> dict[str, Any]:
    """The NetworkAttachmentDefinition of a network."""
    return {
        "apiVersion": "k8s.cni.cncf.io/v1",
        "kind": "NetworkAttachmentDefinition",
        "metadata": {"name": name, "namespace": namespace},
        "spec": {"config": json.dumps(config)},
    }


def _conflists(site: Site) -> dict[str, dict[str, object]]:
    namespace = site.home_assistant.namespace
    return {name: conflist(namespace, name, n) for name, n in site.networks.items()}


def _names(site: Site) -> tuple[str, ...]:
    return missing_plugins(_conflists(site).values(), site.cluster.cni.bundled_plugins)


def _yaml(described: dict[str, Any]) -> str:
    out = StringIO()
    yaml = YAML()
    yaml.default_flow_style = False
    yaml.dump(json.loads(json.dumps(described)), out)
    return out.getvalue()
