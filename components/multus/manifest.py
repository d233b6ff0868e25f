"""Upstream's Multus manifest, made to fit the cluster: objects in, objects out.

Everything is found by kind, name and container. What is missing is named, never guessed
(docs/background/multus.md#manifest).
"""

import copy
import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from components.pod_networks.node_affinity import node_affinity
from config.cluster import CniPaths

IMAGE = "ghcr.io/k8snetworkplumbingwg/multus-cni"
CRD_NAME = "network-attachment-definitions.k8s.cni.cncf.io"
CONTAINER = "kube-multus"
INIT_CONTAINER = "install-multus-binary"
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
CNI_VERSION = "1.0.0"
OWNED = " Installed by multihome."
CONFIG_HASH = "multihome/config-hash"

Manifest = dict[str, dict[str, Any]]


class ManifestError(ValueError):
    """The manifest is not one that this program understands; the message names what is wrong."""


@dataclass(frozen=True, kw_only=True)
class ManifestSettings:
    """What the site decides about Multus.

    `image_digest` is hexadecimal, without "sha256:"; `hostnames` are the labels
    kubernetes.io/hostname of the nodes that Multus runs on.
    """

    version: str
    image_digest: str | None
    memory_limit: str
    cni: CniPaths
    hostnames: tuple[str, ...]

    @property
    def image(self) -> str:
        """The image of the release, by digest as well when one is given."""
        digest = f"@sha256:{self.image_digest}" if self.image_digest else ""
        return f"{IMAGE}:{self.version}{digest}"


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


def transform(objects: Iterable[Mapping[str, Any]], settings: ManifestSettings) -> Manifest:
    """The objects by kind, in creation order, made to fit the cluster and pinned."""
    manifest = _by_kind(objects)
    _own(manifest["CustomResourceDefinition"])
    _pin_kubeconfig(manifest["ConfigMap"], settings)
    _fit_daemon_set(manifest["DaemonSet"], settings)
    _annotate(manifest["DaemonSet"], manifest["ConfigMap"])
    return manifest


def _mapping(holder: Mapping[str, Any], key: str, where: str) -> dict[str, Any]:
    """The mapping at the key; raises `ManifestError` when there is none."""
    found = holder.get(key)
    if not isinstance(found, dict):
        raise ManifestError(f"{where} lacks the mapping {key}")
    return found


def _by_kind(objects: Iterable[Mapping[str, Any]]) -> Manifest:
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


def _own(definition: dict[str, Any]) -> None:
    """Makes a text of the definition our own.

    Every Multus has this definition. Server-side apply finds somebody else's by the other text, and
    refuses to take it over (docs/background/pulumi.md#field-managers).
    """
    try:
        schemas = [
            _mapping(version["schema"], "openAPIV3Schema", "the CustomResourceDefinition")
            for version in definition["spec"]["versions"]
        ]
    except (AttributeError, KeyError, TypeError):
        raise ManifestError("the CustomResourceDefinition lacks a schema") from None
    for schema in schemas:
        text = str(schema.get("description", ""))
        schema["description"] = text if text.endswith(OWNED) else f"{text}{OWNED}"


def _pin_kubeconfig(config_map: dict[str, Any], settings: ManifestSettings) -> None:
    data = _mapping(config_map, "data", "the ConfigMap multus-cni-config")
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


def _fit_daemon_set(daemon_set: dict[str, Any], settings: ManifestSettings) -> None:
    spec = _mapping(daemon_set, "spec", DAEMON_SET)
    pod = _mapping(_mapping(spec, "template", DAEMON_SET), "spec", DAEMON_SET)
    container = _named(pod.get("containers"), CONTAINER, "container")
    if container.get("command") != ["/thin_entrypoint"]:
        raise ManifestError(f"the container {CONTAINER} does not run /thin_entrypoint: not thin")
    installer = _named(pod.get("initContainers"), INIT_CONTAINER, "init container")
    container["image"] = installer["image"] = settings.image
    container["args"] = _with_flags(container.get("args"), _flags(settings))
    _limit_memory(_mapping(container, "resources", CONTAINER), settings.memory_limit)
    for volume, path in (("cni", settings.cni.conf_dir), ("cnibin", settings.cni.bin_dir)):
        described = _named(pod.get("volumes"), volume, "volume")
        # A wrong path must fail to mount; without a type it would be made, empty.
        _mapping(described, "hostPath", f"the volume {volume}").update(path=path, type="Directory")
    pod["priorityClassName"] = "system-node-critical"
    # A node that is off, and not of the site, would keep `up` waiting for its Multus.
    pod["affinity"] = node_affinity(settings.hostnames)
    # Never two on a node: the old one removes the new one's configuration when it ends.
    spec["updateStrategy"] = {
        "type": "RollingUpdate",
        "rollingUpdate": {"maxSurge": 0, "maxUnavailable": 1},
    }


def _limit_memory(resources: dict[str, Any], limit: str) -> None:
    """Sets the limit; the API server refuses one below the request."""
    for group in ("requests", "limits"):
        if "memory" not in _mapping(resources, group, CONTAINER):
            raise ManifestError(f"the container {CONTAINER} lacks resources.{group}.memory")
    requested = str(resources["requests"]["memory"])
    if _bytes(limit) < _bytes(requested):
        raise ManifestError(
            f"the memory limit {limit} is below the {requested} that Multus requests; write at"
            " least that in multihome:multus.memory_limit"
        )
    resources["limits"]["memory"] = limit


def _bytes(quantity: str) -> int:
    found = re.fullmatch(r"([0-9]{1,15})(Ki|Mi|Gi|Ti)", quantity)
    if found is None:
        raise ManifestError(f"the container {CONTAINER} has the memory {quantity}")
    return int(found[1]) << 10 * ("Ki", "Mi", "Gi", "Ti").index(found[2])


def _annotate(daemon_set: dict[str, Any], config_map: Mapping[str, Any]) -> None:
    """Adds the hash of the configuration, so that a changed one makes the pods anew."""
    digest = hashlib.sha256(json.dumps(config_map["data"], sort_keys=True).encode()).hexdigest()
    metadata = _mapping(daemon_set["spec"]["template"], "metadata", DAEMON_SET)
    metadata.setdefault("annotations", {})
    _mapping(metadata, "annotations", DAEMON_SET)[CONFIG_HASH] = digest[:16]


def _flags(settings: ManifestSettings) -> dict[str, str]:
    flags = {
        "--multus-kubeconfig-file-host": settings.cni.multus_kubeconfig,
        "--multus-master-cni-file-name": settings.cni.default_conflist,
        "--cleanup-config-on-exit": "true",
        "--additional-bin-dir": settings.cni.bin_dir,
    }
    if settings.cni.conflist_version is not None:
        # It must equal the default conflist's own version (docs/background/multus.md#flags).
        flags["--cni-version"] = settings.cni.conflist_version
    return flags


def _with_flags(arguments: object, flags: Mapping[str, str]) -> list[str]:
    known: dict[str, str] = {}
    for argument in arguments if isinstance(arguments, list) else []:
        flag, equals, value = str(argument).partition("=")
        if not flag.startswith("--") or not equals:
            raise ManifestError(f"the container {CONTAINER} has the argument {argument!r}")
        known[flag] = value
    for flag in ("--multus-conf-file", "--multus-autoconfig-dir", "--cni-conf-dir"):
        if flag not in known:
            raise ManifestError(f"the container {CONTAINER} lacks the argument {flag}")
    return [f"{flag}={value}" for flag, value in {**known, **flags}.items()]


def _named(items: object, name: str, what: str) -> dict[str, Any]:
    for item in items if isinstance(items, list) else []:
        if isinstance(item, dict) and item.get("name") == name:
            return item
    raise ManifestError(f"{DAEMON_SET} lacks the {what} {name}")
