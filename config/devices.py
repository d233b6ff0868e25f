"""Devices of a node that a workload uses, as Zigbee sticks."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated

from pydantic import AfterValidator, Field

from config.label_forms import QUALIFIED_NAME
from config.model import refusal
from config.text import parsed, schema


@dataclass(frozen=True)
class Device:
    """One device, which has either a path or a resource.

    `path` is that of a character device of the node, which only a privileged container may open.
    `resource` is what a device plugin of the cluster calls it.
    """

    path: str | None = None
    resource: str | None = None

    def __str__(self) -> str:
        return self.path or self.resource or ""


# No colon: Kubernetes allows none in the path of a mount.
_PATH = r"/dev(?!.*/\.\.?(/|$))(/[A-Za-z0-9_.@+,#=-]+)+"
# Kubernetes keeps kubernetes.io for its own resources.
_RESOURCE = rf"(?!(.*\.)?kubernetes\.io/)(?!requests\.)(?=.*/){QUALIFIED_NAME}"
_FORM = "a path like /dev/serial/by-id/..., or a device plugin's resource like squat.ai/serial"


def _parse(text: str) -> Device:
    if re.fullmatch(_PATH, text):
        return Device(path=text)
    if re.fullmatch(_RESOURCE, text):
        return Device(resource=text)
    raise refusal("device", "invalid", f"expected {_FORM}")


def _each_once(devices: tuple[Device, ...]) -> tuple[Device, ...]:
    for position, device in enumerate(devices):
        if device in devices[:position]:
            raise refusal("device-twice", f"it has {device} twice", "remove one of them")
    return devices


DeviceText = Annotated[
    Device,
    parsed(_parse, "device", _FORM),
    schema(
        "The path of a character device of the node, or the name of a device plugin's resource.",
        f"^({_PATH}|{_RESOURCE})$",
    ),
]
Devices = Annotated[tuple[DeviceText, ...], Field(strict=False), AfterValidator(_each_once)]


def paths(devices: Iterable[Device]) -> list[str]:
    """The paths of those that have one."""
    return [device.path for device in devices if device.path is not None]


def resources(devices: Iterable[Device]) -> list[str]:
    """The resources of those that have one."""
    return [device.resource for device in devices if device.resource is not None]
