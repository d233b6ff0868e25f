"""The DaemonSet of Multus, made to fit the cluster."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from components.multus import clean_up
from components.multus.manifest import DAEMON_SET, ManifestError, mapping, named
from components.pod_networks.node_affinity import node_affinity
from config.cluster import CniPaths

IMAGE = "ghcr.io/k8snetworkplumbingwg/multus-cni"
CONTAINER = "kube-multus"
INSTALLER = "install-multus-binary"


@dataclass(frozen=True, kw_only=True)
class ManifestSettings:
    """What the site decides about Multus.

    `image_digest` is hexadecimal, without "sha256:"; `hostnames` are the labels
    kubernetes.io/hostname of the nodes that Multus runs on. Another text in `reset` starts Multus
    anew.
    """

    version: str
    image_digest: str | None
    memory_limit: str
    reset: str | None
    cni: CniPaths
    hostnames: tuple[str, ...]

    @property
    def image(self) -> str:
        """The image of the release that has a shell, by digest as well when one is given."""
        digest = f"@sha256:{self.image_digest}" if self.image_digest else ""
        return f"{IMAGE}:{self.version}-debug{digest}"


def fit(daemon_set: dict[str, Any], settings: ManifestSettings) -> None:
    """Pins and limits it, gives it the cluster's paths and binds it to the site's nodes."""
    spec = mapping(daemon_set, "spec", DAEMON_SET)
    pod = mapping(mapping(spec, "template", DAEMON_SET), "spec", DAEMON_SET)
    container = named(pod.get("containers"), CONTAINER, "container")
    if container.get("command") != ["/thin_entrypoint"]:
        raise ManifestError(f"the container {CONTAINER} does not run /thin_entrypoint: not thin")
    installer = named(pod.get("initContainers"), INSTALLER, "init container")
    container["image"] = installer["image"] = settings.image
    container["args"] = _with_flags(container.get("args"), _flags(settings))
    _limit_memory(mapping(container, "resources", CONTAINER), settings.memory_limit)
    for volume, path in (("cni", settings.cni.conf_dir), ("cnibin", settings.cni.bin_dir)):
        described = named(pod.get("volumes"), volume, "volume")
        # A wrong path must fail to mount; without a type it would be made, empty.
        mapping(described, "hostPath", f"the volume {volume}").update(path=path, type="Directory")
    clean_up.add_to(pod, settings.image, settings.cni)
    pod["priorityClassName"] = "system-node-critical"
    # A node that is off, and not of the site, would keep `up` waiting for its Multus.
    pod["affinity"] = node_affinity(settings.hostnames)
    # Never two on a node: the old one removes the new one's configuration when it ends, and the
    # clean-up runs between the two.
    spec["updateStrategy"] = {
        "type": "RollingUpdate",
        "rollingUpdate": {"maxSurge": 0, "maxUnavailable": 1},
    }


def _limit_memory(resources: dict[str, Any], limit: str) -> None:
    """Sets the limit; the API server refuses one below the request."""
    for group in ("requests", "limits"):
        if "memory" not in mapping(resources, group, CONTAINER):
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
