"""IP addresses, networks and ranges, as typed in a stack file."""

import ipaddress
import re
from dataclasses import dataclass
from typing import Annotated, TypeAlias

from pydantic import PlainSerializer
from pydantic_core import PydanticCustomError

from config.model import refusal
from config.text import parsed, schema

IpAddress: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address
IpNetwork: TypeAlias = ipaddress.IPv4Network | ipaddress.IPv6Network


_CHARACTERS = "[0-9A-Fa-f:.]+"
# What an editor can check; the parsers are stricter.
ADDRESS_PATTERN, NETWORK_PATTERN, RANGE_PATTERN = (
    f"^{_CHARACTERS}$",
    f"^{_CHARACTERS}/[0-9]+$",
    f"^{_CHARACTERS}-{_CHARACTERS}$",
)


def _parse_address(text: str) -> IpAddress:
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        raise refusal(
            "address-form", "invalid", "expected an IP address like 192.168.18.32 or fd00::20"
        ) from None
    if address.version == 6 and address.scope_id:
        raise refusal("address-form", "it has a zone", f"write {text.split('%', maxsplit=1)[0]}")
    if address.version == 6 and address.ipv4_mapped is not None:
        raise refusal(
            "address-form", "it is an IPv4 address in IPv6 form", f"write {address.ipv4_mapped}"
        )
    if address.is_unspecified or address.is_multicast:
        raise _no_host()
    return address


def _of_a_network(address: IpAddress) -> IpAddress:
    if address.is_loopback:
        raise _no_host()
    return address


def _of_any_interface(address: IpAddress) -> IpAddress:
    if address.version == 6 and address.is_link_local:
        raise refusal(
            "address-form",
            "it is link-local, so it needs an interface to mean anything",
            "write another",
        )
    return address


def _parse_gateway(text: str) -> IpAddress:
    return _of_a_network(_parse_address(text))


def parse_node_address(text: str) -> IpAddress:
    """The address of an interface; loopback has one, too."""
    return _of_any_interface(_parse_address(text))


def _parse_host_address(text: str) -> IpAddress:
    return _of_any_interface(_of_a_network(_parse_address(text)))


def _no_host() -> PydanticCustomError:
    return refusal("address-form", "no host of a network can have it", "write a host's address")


Address = Annotated[
    IpAddress,
    parsed(_parse_host_address, "address-form", "an address like 192.168.18.32"),
    PlainSerializer(str),
    schema(
        "An IPv4 or IPv6 address without prefix length, for example 192.168.18.32.", ADDRESS_PATTERN
    ),
]
NodeAddress = Annotated[
    IpAddress,
    parsed(parse_node_address, "address-form", "an address like 192.168.18.10"),
    PlainSerializer(str),
    schema(
        "An IPv4 or IPv6 address without prefix length, for example 192.168.18.10.", ADDRESS_PATTERN
    ),
]
Gateway = Annotated[
    IpAddress,
    parsed(_parse_gateway, "address-form", "a router's address like 192.168.18.1 or fe80::1"),
    PlainSerializer(str),
    schema(
        "The router's address in the network; for IPv6 its link-local one will do.", ADDRESS_PATTERN
    ),
]


def _parse_cluster_network(text: str) -> IpNetwork:
    """As Kubernetes reads it: the bits of a host are left out (Go's `net.ParseCIDR`)."""
    if "/" not in text:
        raise refusal(
            "subnet-form",
            "it has no prefix length",
            f"write {text}/24, or the prefix length that it has",
        )
    try:
        network = ipaddress.ip_network(text, strict=False)
    except ValueError:
        raise refusal("subnet-form", "invalid", "expected a network like 192.168.18.0/24") from None
    if network.version == 6 and network.network_address.scope_id is not None:
        raise refusal("subnet-form", "a network has no zone", "remove % and what follows")
    if network.version == 6 and network.network_address.ipv4_mapped is not None:
        raise refusal("subnet-form", "it is an IPv4 network in IPv6 form", "write it in IPv4 form")
    if not re.fullmatch(r"[0-9]+", text.split("/")[1]):
        raise refusal("subnet-form", "the prefix length is not a number", f"write {network}")
    return network


def parse_network(text: str) -> IpNetwork:
    """The network as it is; refused with host bits."""
    network = _parse_cluster_network(text)
    if str(network.network_address) != str(ipaddress.ip_address(text.split("/", maxsplit=1)[0])):
        raise refusal("subnet-host-bits", "it has host bits set", f"did you mean {network}?")
    return network


Network = Annotated[
    IpNetwork,
    parsed(parse_network, "subnet-form", "a network like 192.168.18.0/24"),
    PlainSerializer(str),
    schema(
        "An IPv4 or IPv6 network with its prefix length, for example 192.168.18.0/24.",
        NETWORK_PATTERN,
    ),
]


ClusterNetwork = Annotated[
    IpNetwork,
    parsed(_parse_cluster_network, "subnet-form", "a network like 10.42.0.0/16"),
    PlainSerializer(str),
    schema(
        "An IPv4 or IPv6 network as the cluster is given it, for example 10.42.0.0/16.",
        NETWORK_PATTERN,
    ),
]


@dataclass(frozen=True)
class AddressRange:
    """First and last address, both included."""

    first: IpAddress
    last: IpAddress

    def __contains__(self, address: object) -> bool:
        return (
            isinstance(address, ipaddress.IPv4Address | ipaddress.IPv6Address)
            and address.version == self.first.version
            and int(self.first) <= int(address) <= int(self.last)
        )

    def is_within(self, subnet: IpNetwork) -> bool:
        """Whether both ends lie in the subnet."""
        return self.first in subnet and self.last in subnet

    def __str__(self) -> str:
        return f"{self.first}-{self.last}"


def _parse_range(text: str) -> AddressRange:
    first, dash, last = text.partition("-")
    if not dash:
        raise refusal(
            "range-form", "invalid", "expected first-last, like 192.168.18.32-192.168.18.100"
        )
    start, end = _parse_host_address(first), _parse_host_address(last)
    if start.version != end.version:
        raise refusal(
            "range-form", "its ends have different IP versions", "write both as IPv4 or as IPv6"
        )
    if int(start) > int(end):
        raise refusal("range-order", "its start is after its end", f"did you mean {last}-{first}?")
    return AddressRange(start, end)


Range = Annotated[
    AddressRange,
    parsed(_parse_range, "range-form", "a range like 192.168.18.32-192.168.18.100"),
    PlainSerializer(str),
    schema(
        "First and last address, both included, for example 192.168.18.32-192.168.18.100.",
        RANGE_PATTERN,
    ),
]


def overlap(one: IpNetwork, other: IpNetwork) -> bool:
    """Whether two networks share an address; those of two IP versions never do."""
    if one.version != other.version:
        return False
    return int(one.network_address) <= int(other.broadcast_address) and int(
        other.network_address
    ) <= int(one.broadcast_address)


# Loopback, multicast, and addresses that mean nothing without an interface's name.
NO_HOSTS: tuple[IpNetwork, ...] = tuple(
    ipaddress.ip_network(text)
    for text in ("127.0.0.0/8", "224.0.0.0/4", "::1/128", "fe80::/10", "ff00::/8")
)
# The ends of IPv4 are no host's, wherever a subnet ends.
ENDS: tuple[IpNetwork, ...] = tuple(
    ipaddress.ip_network(text) for text in ("0.0.0.0/32", "255.255.255.255/32")
)
