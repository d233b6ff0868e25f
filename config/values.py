"""Types of single values: each is a text as typed in a stack file, checked and then parsed."""

import ipaddress
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, TypeAlias, TypeVar

from pydantic import BeforeValidator, Field, PlainSerializer, PlainValidator, WithJsonSchema

from config.model import refusal

IpAddress: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address
IpNetwork: TypeAlias = ipaddress.IPv4Network | ipaddress.IPv6Network

T = TypeVar("T")


def _text(value: Any, rule: str, form: str) -> str:
    if not isinstance(value, str):
        raise refusal(
            rule, f"this is a {type(value).__name__}, not a text", f"write {form} in quotes"
        )
    if not value.isascii():
        odd = next(character for character in value if not character.isascii())
        raise refusal(rule, f"it contains {odd!a}, which only looks right", f"type {form} anew")
    if value != value.strip() or not value.isprintable():
        raise refusal(
            rule, "it has a blank, tab or line break around or in it", f"write {form} alone"
        )
    return value


def _parsed(parse: Callable[[str], T], rule: str, form: str) -> Any:
    """Accepts the text form, or the parsed value itself when it is given in code."""

    def validate(value: Any) -> T:
        if not isinstance(value, str | int | float | list | dict | bool | type(None)):
            return value  # type: ignore[no-any-return] # parsed already
        return parse(_text(value, rule, form))

    return PlainValidator(validate)


def _schema(description: str, pattern: str | None = None, **more: Any) -> WithJsonSchema:
    schema: dict[str, Any] = {"type": "string", "description": description, **more}
    if pattern:
        schema["pattern"] = pattern
    return WithJsonSchema(schema)


def _parse_address(text: str) -> IpAddress:
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        raise refusal(
            "address-form", "this is no IP address", "write it like 192.168.18.32 or fd00::20"
        ) from None
    if address.version == 6 and address.scope_id:
        raise refusal("address-form", "it has a zone", f"write {text.split('%', maxsplit=1)[0]}")
    if address.version == 6 and address.ipv4_mapped is not None:
        raise refusal("address-form", "it is an IPv4 address", f"write {address.ipv4_mapped}")
    if address.is_unspecified or address.is_loopback or address.is_multicast:
        raise refusal("address-form", "no host can own it on a network", "choose a host's address")
    return address


def _parse_host_address(text: str) -> IpAddress:
    address = _parse_address(text)
    if address.version == 6 and address.is_link_local:
        raise refusal(
            "address-form", "it means nothing without an interface's name", "choose another"
        )
    return address


Address = Annotated[
    IpAddress,
    _parsed(_parse_host_address, "address-form", "an address like 192.168.18.32"),
    PlainSerializer(str),
    _schema("An IPv4 or IPv6 address without prefix length, for example 192.168.18.32."),
]
Gateway = Annotated[
    IpAddress,
    _parsed(_parse_address, "address-form", "a router's address like 192.168.18.1 or fe80::1"),
    PlainSerializer(str),
    _schema("The router's address in the network; for IPv6 its link-local one will do."),
]


def _parse_cluster_network(text: str) -> IpNetwork:
    """As Kubernetes reads it: the bits of a host are left out (Go's `net.ParseCIDR`)."""
    if "/" not in text:
        raise refusal("subnet-form", "it has no prefix length", f"write {text}/24 or what it is")
    try:
        network = ipaddress.ip_network(text, strict=False)
    except ValueError:
        raise refusal(
            "subnet-form", "this is no network", "write it like 192.168.18.0/24"
        ) from None
    if network.version == 6 and network.network_address.scope_id is not None:
        raise refusal("subnet-form", "a network has no zone", "leave out % and what follows")
    if network.version == 6 and network.network_address.ipv4_mapped is not None:
        raise refusal("subnet-form", "it is an IPv4 network", "write it as one")
    if not re.fullmatch(r"[0-9]+", text.split("/")[1]):
        raise refusal("subnet-form", "the prefix length is no number", f"write {network}")
    return network


def _parse_network(text: str) -> IpNetwork:
    network = _parse_cluster_network(text)
    if str(network.network_address) != str(ipaddress.ip_address(text.split("/", maxsplit=1)[0])):
        raise refusal("subnet-host-bits", "it has host bits set", f"did you mean {network}?")
    return network


Network = Annotated[
    IpNetwork,
    _parsed(_parse_network, "subnet-form", "a network like 192.168.18.0/24"),
    PlainSerializer(str),
    _schema("An IPv4 or IPv6 network with its prefix length, for example 192.168.18.0/24."),
]


ClusterNetwork = Annotated[
    IpNetwork,
    _parsed(_parse_cluster_network, "subnet-form", "a network like 10.42.0.0/16"),
    PlainSerializer(str),
    _schema("An IPv4 or IPv6 network as the cluster is given it, for example 10.42.0.0/16."),
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
        raise refusal("range-form", "it has no '-'", "write it like 192.168.18.32-192.168.18.100")
    start, end = _parse_host_address(first), _parse_host_address(last)
    if start.version != end.version:
        raise refusal("range-form", "its ends are of two families", "write both as IPv4 or as IPv6")
    if int(start) > int(end):
        raise refusal("range-order", "its start is after its end", f"did you mean {last}-{first}?")
    return AddressRange(start, end)


Range = Annotated[
    AddressRange,
    _parsed(_parse_range, "range-form", "a range like 192.168.18.32-192.168.18.100"),
    PlainSerializer(str),
    _schema("First and last address, both included, for example 192.168.18.32-192.168.18.100."),
]


def _matching(rule: str, pattern: str, form: str, description: str) -> Any:
    """A text that matches the whole pattern."""
    expression = re.compile(pattern)

    def parse(text: str) -> str:
        if not expression.fullmatch(text):
            raise refusal(rule, "it has another form", f"write {form}")
        return text

    return Annotated[str, _parsed(parse, rule, form), _schema(description, f"^{pattern}$")]


def _parse_mac(text: str) -> str:
    if not re.fullmatch(r"([0-9a-fA-F]{2}:){5}[0-9a-fA-F]{2}", text):
        raise refusal(
            "mac-form",
            "this is no MAC of six bytes",
            'write it like "02:00:00:00:00:01", in quotes',
        )
    mac = text.lower()
    if int(mac[:2], 16) & 1:
        raise refusal(
            "mac-unicast",
            "its first octet is odd, which makes it a group's address",
            f"did you mean {int(mac[:2], 16) & 0xFE:02x}{mac[2:]}?",
        )
    if mac == "00:00:00:00:00:00":
        raise refusal("mac-unicast", "all zero is no address", "choose one like 02:00:00:00:00:01")
    return mac


Mac = Annotated[
    str,
    _parsed(_parse_mac, "mac-form", 'a MAC like "02:00:00:00:00:01"'),
    _schema(
        "A unicast MAC of six bytes, kept in lower case.", "^([0-9a-fA-F]{2}:){5}[0-9a-fA-F]{2}$"
    ),
]


def _vlan_id(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= 4094:
        raise refusal("vlan-id", "a VLAN id is a number from 1 to 4094", "write the switch's id")
    return value


VlanId = Annotated[int, BeforeValidator(_vlan_id), Field(ge=1, le=4094)]

InterfaceName = _matching(
    "interface-name",
    r"(?!(lo|all|default|\.\.?)$)[a-zA-Z0-9_.-]{1,15}",
    "1 to 15 letters, digits, '_', '.', '-', not lo, all, default, '.' or '..'",
    "A network interface's name, at most 15 characters; the kernel keeps lo, all and default.",
)
DnsLabel = _matching(
    "dns-label",
    r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?",
    "lower-case letters, digits and '-', at most 63",
    "A DNS label: lower-case letters, digits and '-', at most 63 characters.",
)
NetworkName = _matching(
    "network-name",
    r"(?!cbr0$)[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?",
    "a DNS label other than cbr0, which is the cluster's own",
    "The network's name, a DNS label; its NetworkAttachmentDefinition is called the same.",
)
_HOST = r"[A-Za-z0-9]([-.:A-Za-z0-9]{0,251}([A-Za-z0-9]|::))?"


def _parse_host(text: str) -> str:
    if not re.fullmatch(_HOST, text):
        raise refusal("host-name", "it has another form", "write an address or a host's name")
    # No domain has a last label of digits alone (RFC 3696 section 2).
    if ":" in text or text.rpartition(".")[2].isdigit():
        try:
            ipaddress.ip_address(text)
        except ValueError:
            raise refusal(
                "host-name", "it is neither an address nor a name", "write it like 192.168.18.10"
            ) from None
    return text


HostName = Annotated[
    str,
    _parsed(_parse_host, "host-name", "an address or a host's name"),
    _schema("Where SSH reaches the node: an address or a name.", f"^{_HOST}$"),
]
_LABEL = r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?"
_INGRESS_HOST = rf"{_LABEL}(\.{_LABEL})*"


def _parse_ingress_host(text: str) -> str:
    form = "write a host's name like home.example.org"
    if not re.fullmatch(_INGRESS_HOST, text) or len(text) > 253:
        raise refusal("ingress-host", "it has another form", f"{form}, in lower case")
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return text
    raise refusal("ingress-host", "an ingress takes no address", form)


IngressHost = Annotated[
    str,
    _parsed(_parse_ingress_host, "ingress-host", "a host's name like home.example.org"),
    _schema("The host name that browsers use, in lower case.", f"^{_INGRESS_HOST}$"),
]
UserName = _matching(
    "user-name", r"[a-z_][a-z0-9_-]{0,31}", "a Linux user's name", "The user SSH logs in as; root."
)
HostKey = _matching(
    "host-key",
    r"(ssh-ed25519|ssh-rsa|ecdsa-sha2-nistp(256|384|521)) [A-Za-z0-9+/]+={0,2}( [!-~]+)?",
    "a line of ssh-keyscan without the host: ssh-ed25519 AAAA...",
    "The node's public SSH host key, as ssh-keyscan prints it: ssh-ed25519 AAAA...",
)
AbsolutePath = _matching(
    "absolute-path",
    r"(?!.*/\.\.?(/|$))(/[A-Za-z0-9_.@+-]+)+",
    "an absolute path without '..', blanks or a '/' at its end",
    "An absolute path of letters, digits and _.@+-",
)
PluginName = _matching(
    "plugin-name", r"[a-z0-9][a-z0-9-]{0,62}", "a CNI plugin's name", "A CNI plugin's type."
)
ConflistName = _matching(
    "conflist-name",
    r"(?!.*multus)[A-Za-z0-9][A-Za-z0-9_.-]*\.(conf|conflist)",
    "the file name of the cluster's own network configuration, not one of Multus'",
    "File name of the cluster's own CNI configuration, for example 10-flannel.conflist.",
)
K3sVersion = _matching(
    "k3s-version",
    r"v1\.[0-9]{1,4}\.[0-9]{1,4}\+k3s[0-9]{1,4}",
    "a release like v1.34.3+k3s1",
    "A k3s release.",
)
MultusVersion = _matching(
    "multus-version",
    r"v(4\.[1-9][0-9]*|[5-9]\.[0-9]+)\.[0-9]+",
    "a release from v4.1.0 on, like v4.2.4: moving tags change, and v4.0 delegates to itself",
    "A release of Multus from v4.1.0 on (facts/multus.md sections 1.5 and 2.3).",
)
PluginsVersion = _matching(
    "plugins-version",
    r"v1\.(([6-9]|[1-9][0-9])\.[0-9]+)",
    "a release from v1.6.0 on, for example v1.9.1",
    "A release of the CNI reference plugins from v1.6.0 on.",
)
Sha256 = _matching(
    "sha256", r"[0-9a-f]{64}", "64 lower-case hexadecimal digits", "A sha256 digest."
)
HttpsUrl = _matching(
    "https-url",
    r"https://[!-~]+",
    "a URL that starts with https://",
    "A URL that starts with https://",
)
DownloadUrl = _matching(
    "download-url",
    r"https?://[A-Za-z0-9._~:/?#@%&=+,\[\]{}-]+",
    "a URL that starts with https:// (or http:// for a mirror at home: the sha256 is checked)",
    "Where nodes download the archive; {version} and {architecture} are filled in.",
)
Quantity = _matching(
    "quantity",
    r"[1-9][0-9]*(Ki|Mi|Gi|Ti)",
    "a size like 256Mi",
    "A Kubernetes quantity, like 256Mi.",
)
TimeZone = _matching(
    "time-zone",
    r"[A-Z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+)*",
    "a zone like Europe/Berlin",
    "A tz zone.",
)
Image = _matching(
    "image",
    r"[a-z0-9.-]+(:[0-9]+)?(/[a-z0-9._-]+)+((:(?!latest$|stable$|beta$|dev$|rc$)[A-Za-z0-9_.-]+)"
    r"|(:[A-Za-z0-9_.-]+)?@sha256:[0-9a-f]{64})",
    "registry/name:version (or @sha256:...), with a version that does not move",
    "A container image with a version that does not move.",
)
