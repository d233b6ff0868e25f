"""Upstream's Multus manifest, made to fit the cluster: objects in, objects out."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any

from components.multus.daemon_set import ManifestSettings, fit
from components.multus.manifest import (
    CONFIG_HASH,
    DAEMON_SET,
    Manifest,
    ManifestError,
    by_kind,
    mapping,
)

CNI_VERSION = "1.0.0"
RESET = "multihome/reset"
OWNED = " Installed by multihome."


def transform(objects: Iterable[Mapping[str, Any]], settings: ManifestSettings) -> Manifest:
    """The objects by kind, in creation order, made to fit the cluster and pinned."""
    manifest = by_kind(objects)
    _own(manifest["CustomResourceDefinition"])
    _pin_kubeconfig(manifest["ConfigMap"], settings)
    fit(manifest["DaemonSet"], settings)
    _annotate(manifest["DaemonSet"], manifest["ConfigMap"], settings.reset)
    return manifest


def _own(definition: dict[str, Any]) -> None:
    """Makes a text of the definition our own.

    Every Multus has this definition. Server-side apply finds somebody else's by the other text, and
    refuses to take it over (docs/background/pulumi.md#field-managers).
    """
    try:
        schemas = [
            mapping(version["schema"], "openAPIV3Schema", "the CustomResourceDefinition")
            for version in definition["spec"]["versions"]
        ]
    except (AttributeError, KeyError, TypeError):
        raise ManifestError("the CustomResourceDefinition lacks a schema") from None
    for schema in schemas:
        text = str(schema.get("description", ""))
        schema["description"] = text if text.endswith(OWNED) else f"{text}{OWNED}"


def _pin_kubeconfig(config_map: dict[str, Any], settings: ManifestSettings) -> None:
    data = mapping(config_map, "data", "the ConfigMap multus-cni-config")
    if "cni-conf.json" not in data:
        raise ManifestError("the ConfigMap multus-cni-config lacks the key cni-conf.json")
    try:
        config = json.loads(data["cni-conf.json"])
        for delegate in config["delegates"]:
            delegate["cniVersion"] = CNI_VERSION
    except (KeyError, TypeError, ValueError):
        raise ManifestError("cni-conf.json is not the JSON of a Multus configuration") from None
    if "kubeconfig" not in config:
        raise ManifestError("cni-conf.json lacks the key kubeconfig")
    config["kubeconfig"] = settings.cni.multus_kubeconfig
    config_map["data"] = {**data, "cni-conf.json": json.dumps(config, indent=2) + "\n"}


def _annotate(daemon_set: dict[str, Any], config_map: Mapping[str, Any], reset: str | None) -> None:
    """Adds the hash of the configuration and the text of `reset`: a change makes the pods anew."""
    digest = hashlib.sha256(json.dumps(config_map["data"], sort_keys=True).encode()).hexdigest()
    metadata = mapping(daemon_set["spec"]["template"], "metadata", DAEMON_SET)
    metadata.setdefault("annotations", {})
    annotations = mapping(metadata, "annotations", DAEMON_SET)
    annotations[CONFIG_HASH] = digest[:16]
    if reset is not None:
        annotations[RESET] = reset
