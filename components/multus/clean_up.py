"""The clean-up: an init container that removes what an earlier Multus left on its node.

docs/decisions/clean_up.md says why.
"""

from pathlib import Path
from typing import Any

from components.multus.manifest import without
from config.cluster import CniPaths
from config.ipam import LEASE_FOLDER

SCRIPT = Path(__file__).with_name("clean_up.sh")
NAME = "clean-up"
# Of the image whose tag ends in -debug.
SHELL = "/busybox/sh"
# kubelet gives up the start of a pod after twice its `runtimeRequestTimeout`, which is 2 minutes.
PATIENCE_SECONDS = 240
# What thin_entrypoint calls its configuration, by the cniVersion of the default conflist.
CONFIGURATIONS = {"1.0.0": "00-multus.conflist"}
LEASES, CONTAINERS = "leases", "running-containers"


def add_to(pod: dict[str, Any], image: str, cni: CniPaths) -> None:
    """Makes it the first init container of Multus' pod, which has a volume `cni`."""
    folders = {
        "CONF_DIR": ("cni", "/host/etc/cni/net.d"),
        "LEASES": (LEASES, f"/host{LEASE_FOLDER}"),
        "CONTAINERS": (CONTAINERS, "/host/run/containers"),
    }
    container = {
        "name": NAME,
        "image": image,
        "command": [SHELL, "-c", SCRIPT.read_text(encoding="utf-8")],
        "env": [
            *({"name": name, "value": path} for name, (_, path) in folders.items()),
            {"name": "KEPT", "value": CONFIGURATIONS.get(cni.conflist_version or "", "")},
            {"name": "PATIENCE", "value": str(PATIENCE_SECONDS)},
            {"name": "POD_UID", "valueFrom": {"fieldRef": {"fieldPath": "metadata.uid"}}},
        ],
        "resources": {"requests": {"cpu": "10m", "memory": "15Mi"}},
        # As upstream's own: SELinux keeps others from files of the node.
        "securityContext": {"privileged": True},
        "terminationMessagePolicy": "FallbackToLogsOnError",
        "volumeMounts": [{"name": volume, "mountPath": path} for volume, path in folders.values()],
    }
    # Both lie below /run: what is made there is gone at the next boot.
    volumes = {LEASES: LEASE_FOLDER, CONTAINERS: cni.running_containers}
    pod["initContainers"] = [container, *without([NAME], pod["initContainers"])]
    pod["volumes"] = [
        *without(list(volumes), pod["volumes"]),
        *(
            {"name": name, "hostPath": {"path": path, "type": "DirectoryOrCreate"}}
            for name, path in volumes.items()
        ),
    ]
