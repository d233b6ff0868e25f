"""The nodes: how SSH reaches them, and the interfaces that networks may use as parents."""

import ipaddress
from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from config.ip import IpAddress, NodeAddress
from config.model import Model
from config.values import (
    DnsLabel,
    HostKey,
    HostName,
    InterfaceName,
    Mac,
    NodeHostname,
    UserName,
)

Architecture = Literal["amd64", "arm64", "arm"]


class Interface(Model):
    """One interface of a node that a network may use as parent."""

    name: InterfaceName = Field(description="The interface's name on the node.")
    mtu: int = Field(1500, ge=68, le=65535, description="Its MTU in bytes.")
    mac: Mac | None = Field(None, description="Its MAC, so that no pod gets the same.")


def _from_name(value: Any) -> Any:
    return {"name": value} if isinstance(value, str) else value


# A name alone stands for an interface of that name.
InterfaceOrName = Annotated[
    Interface, BeforeValidator(_from_name, json_schema_input_type=InterfaceName | Interface)
]


class Node(Model):
    """One node of the cluster."""

    host: HostName = Field(description="Where SSH reaches the node: an address or a name.")
    port: int = Field(22, ge=1, le=65535, description="The SSH port.")
    user: UserName = Field("root", description="The SSH user: root, or one with `sudo: true`.")
    sudo: bool = Field(default=False, description="Whether the SSH user becomes root by sudo.")
    sudo_password: DnsLabel | None = Field(
        None,
        description="The name in `secrets` of the user's password; without it sudo asks for none.",
    )
    hostname: NodeHostname | None = Field(
        None, description="The node's label kubernetes.io/hostname; its key when left out."
    )
    host_key: HostKey | None = Field(
        None, description="The node's public host key; `up` refuses a node without one."
    )
    architecture: Architecture = Field(description="The node's processor.")
    interfaces: Annotated[
        tuple[InterfaceOrName, ...],
        Field(strict=False, description="The interfaces that networks may use as parents."),
    ]
    ipv6: bool = Field(
        default=True, description="False on a node that starts with `ipv6.disable=1`."
    )
    addresses: Annotated[
        tuple[NodeAddress, ...],
        Field(strict=False, description="Further addresses of the node, beside `host`."),
    ] = ()

    @property
    def own_addresses(self) -> tuple[IpAddress, ...]:
        """Every address that is known to be the node's, each once."""
        try:
            host = ipaddress.ip_address(self.host)
        except ValueError:
            return tuple(dict.fromkeys(self.addresses))
        mapped = host.ipv4_mapped if host.version == 6 else None
        return tuple(dict.fromkeys((mapped or host, *self.addresses)))

    @property
    def own_interfaces(self) -> tuple[Interface, ...]:
        """The interfaces, each once: of those that are named twice the first one counts."""
        return tuple(reversed(self._by_name.values()))

    def interface(self, name: str) -> Interface | None:
        """The interface of that name, if the node has it."""
        return self._by_name.get(name)

    @cached_property
    def _by_name(self) -> dict[str, Interface]:
        return {known.name: known for known in reversed(self.interfaces)}
