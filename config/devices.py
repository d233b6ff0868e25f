"""Devices of a node that a workload uses, as Zigbee sticks."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated, ClassVar

from pydantic import AfterValidator, Field

from config.label_forms import QUALIFIED_NAME
from config.model import refusal
from config.text import parsed, schema


@dataclass(frozen=True)
class HostDevice:
    """A character device of the node by its path. It lets only a privileged container open it."""

    is_of_the_host: ClassVar[bool] = True
    path: str

    def __str__(self) -> str:
        return self.path


@dataclass(frozen=True)
class PluginDevice:
    """A device that a device plugin of the cluster gives out, by the name of its resource."""

    is_of_the_host: ClassVar[bool] = False
    resource: str

    def __str__(self) -> str:
        return self.resource


# No colon: Kubernetes allows none in the path of a mount.
_PATH = r"/dev(?!.*/\.\.?(/|$))(/[A-Za-z0-9_.@+,#=-]+)+"
# Kubernetes keeps kubernetes.io for its own resources.
_RESOURCE = rf"(?!(.*\.)?kubernetes\.io/)(?!requests\.)(?=.*/){QUALIFIED_NAME}"
_FORM = "a path like /dev/serial/by-id/..., or a device plugin's resource like squat.ai/serial"


def _parse(text: str) -> HostDevice | PluginDevice:
    if re.fullmatch(_PATH, text):
        return HostDevice(text)
    if re.fullmatch(_RESOURCE, text):
        return PluginDevice(text)
    raise refusal("device", "invalid", f"expected {_FORM}")


def _each_once(
    devices: tuple[HostDevice | PluginDevice, ...],
) -> tuple[HostDevice | PluginDevice, ...]:
    for position, device in enumerate(devices):
        if device in devices[:position]:
            raise refusal("device-twice", f"it has {device} twice", "remove one of them")
    return devices


Device = Annotated[
    HostDevice | PluginDevice,
    parsed(_parse, "device", _FORM),
    schema(
        "The path of a character device of the node, or the name of a device plugin's resource.",
        f"^({_PATH}|{_RESOURCE})$",
    ),
]
Devices = Annotated[tuple[Device, ...], Field(strict=False), AfterValidator(_each_once)]


def of_the_host(devices: Iterable[HostDevice | PluginDevice]) -> list[HostDevice]:
    """Those that the node has by a path."""
    return [device for device in devices if isinstance(device, HostDevice)]
