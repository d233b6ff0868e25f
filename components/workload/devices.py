"""The devices and sockets of a node in a workload's container."""

from typing import Any

from config import devices
from config.workload import Workload

Json = dict[str, Any]
# The node's BlueZ has the Bluetooth adapter and is called over D-Bus
# (https://www.home-assistant.io/integrations/bluetooth/). The capabilities NET_ADMIN and NET_RAW,
# by which Home Assistant could call the adapter itself, would change nothing: Linux has Bluetooth
# sockets in the node's own network namespace alone
# (https://github.com/torvalds/linux/blob/v6.12/net/bluetooth/af_bluetooth.c).
DBUS = "/run/dbus"


def volumes(settings: Workload) -> list[Json]:
    """The volumes of the pod. A pod waits while its node lacks one of the paths."""
    return [
        {"name": name, "hostPath": {"path": path, "type": kind}}
        for name, path, kind in _paths(settings)
    ]


def mounts(settings: Workload) -> list[Json]:
    """Where the container has the volumes: at the node's own paths."""
    return [
        {"name": name, "mountPath": path, **({"readOnly": True} if path == DBUS else {})}
        for name, path, _ in _paths(settings)
    ]


def plugin_resources(settings: Workload) -> dict[str, str]:
    """One of each device that a device plugin gives out."""
    return dict.fromkeys(devices.resources(settings.devices), "1")


def _paths(settings: Workload) -> list[tuple[str, str, str]]:
    """The name of the volume, the path and what must be there."""
    found = [
        (f"device-{number}", path, "CharDevice")
        for number, path in enumerate(devices.paths(settings.devices))
    ]
    return [*found, ("dbus", DBUS, "Directory")] if settings.bluetooth else found
