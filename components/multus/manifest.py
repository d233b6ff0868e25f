"""Upstream's Multus manifest: its text as objects, each found by kind and name.

What is missing is named, never guessed (docs/background/multus.md#manifest).
"""

import copy
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

CRD_NAME = "network-attachment-definitions.k8s.cni.cncf.io"
DAEMON_SET = "the DaemonSet kube-multus-ds"
# kind: name; the order in which the objects are created.
EXPECTED = {
    "CustomResourceDefinition": CRD_NAME,
    "ServiceAccount": "multus",
    "ClusterRole": "multus",
    "ClusterRoleBinding": "multus",
    "ConfigMap": "multus-cni-config",
    "DaemonSet": "kube-multus-ds",
}
# kind: apiVersion, and the keys beside apiVersion, kind and metadata, which the SDK's class takes.
FORMS = {
    "CustomResourceDefinition": ("apiextensions.k8s.io/v1", {"spec"}),
    "ServiceAccount": ("v1", {"automountServiceAccountToken", "imagePullSecrets", "secrets"}),
    "ClusterRole": ("rbac.authorization.k8s.io/v1", {"aggregationRule", "rules"}),
    "ClusterRoleBinding": ("rbac.authorization.k8s.io/v1", {"roleRef", "subjects"}),
    "ConfigMap": ("v1", {"binaryData", "data", "immutable"}),
    "DaemonSet": ("apps/v1", {"spec"}),
}
# The annotation of the DaemonSet's pods that has the hash of their configuration.
CONFIG_HASH = "multihome/config-hash"

Manifest = dict[str, dict[str, Any]]


class ManifestError(ValueError):
    """The manifest is not one that this program understands; the message names what is wrong."""


def parse(text: str) -> list[dict[str, Any]]:
    """The objects of a manifest's text: plain JSON, as the API server takes it."""
    try:
        documents = list(YAML(typ="safe", pure=True).load_all(text))
    except (YAMLError, ValueError, RecursionError) as error:
        said = " ".join(str(error).split())
        raise ManifestError(f"the Multus manifest is not YAML: {said}") from error
    try:
        plain = json.loads(json.dumps(documents, allow_nan=False))
    except (TypeError, ValueError, RecursionError) as error:
        raise ManifestError(f"the Multus manifest is not an API object: {error}") from error
    return [document for document in plain if document is not None]


def by_kind(objects: Iterable[Mapping[str, Any]]) -> Manifest:
    """The objects by kind, in creation order; raises `ManifestError` for any other set."""
    found: Manifest = {}
    for described in objects:
        if not isinstance(described, Mapping):
            raise ManifestError("the Multus manifest holds something that is no object")
        kind = str(described.get("kind"))
        metadata = described.get("metadata")
        name = str(metadata.get("name")) if isinstance(metadata, dict) else "without metadata"
        if name in {"multus-daemon-config", "kube-multus-ds-thick"}:
            raise ManifestError("this is the thick manifest; use multus-daemonset.yml (thin)")
        if EXPECTED.get(kind) != name or kind in found:
            raise ManifestError(f"the Multus manifest has an unexpected {kind} {name}")
        version, keys = FORMS[kind]
        if described.get("apiVersion") != version:
            raise ManifestError(f"the {kind} {name} is not of the version {version}")
        if unknown := set(described) - {"apiVersion", "kind", "metadata"} - keys:
            raise ManifestError(f"the {kind} {name} has the unknown key {min(unknown)}")
        found[kind] = copy.deepcopy(dict(described))
    for kind, name in EXPECTED.items():
        if kind not in found:
            raise ManifestError(f"the Multus manifest lacks the {kind} {name}")
    return {kind: found[kind] for kind in EXPECTED}


def mapping(holder: Mapping[str, Any], key: str, where: str) -> dict[str, Any]:
    """The mapping at the key; raises `ManifestError` when there is none."""
    found = holder.get(key)
    if not isinstance(found, dict):
        raise ManifestError(f"{where} lacks the mapping {key}")
    return found


def named(items: object, name: str, what: str) -> dict[str, Any]:
    """The item of the DaemonSet by that name; raises `ManifestError` when there is none."""
    for item in items if isinstance(items, list) else []:
        if isinstance(item, dict) and item.get("name") == name:
            return item
    raise ManifestError(f"{DAEMON_SET} lacks the {what} {name}")


def without(names: Sequence[str], items: list[Any]) -> list[Any]:
    """The items that have none of the names."""
    return [item for item in items if not (isinstance(item, dict) and item.get("name") in names)]
