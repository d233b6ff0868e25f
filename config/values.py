"""Types of single values that are no IP addresses: MACs, names, versions, paths."""

import ipaddress
import re
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from config.model import refusal
from config.text import matching, parsed, schema


def _parse_mac(text: str) -> str:
    if not re.fullmatch(r"([0-9a-fA-F]{2}:){5}[0-9a-fA-F]{2}", text):
        raise refusal(
            "mac-form",
            "invalid",
            'expected a MAC of six bytes like "02:00:00:00:00:01", in quotes',
        )
    mac = text.lower()
    if int(mac[:2], 16) & 1:
        raise refusal(
            "mac-unicast",
            "its first byte is odd, so it is a multicast address",
            f"did you mean {int(mac[:2], 16) & 0xFE:02x}{mac[2:]}?",
        )
    if mac == "00:00:00:00:00:00":
        raise refusal("mac-unicast", "no interface can have it", "write one like 02:00:00:00:00:01")
    return mac


Mac = Annotated[
    str,
    parsed(_parse_mac, "mac-form", 'a MAC like "02:00:00:00:00:01"'),
    schema(
        "A unicast MAC of six bytes, kept in lower case.", "^([0-9a-fA-F]{2}:){5}[0-9a-fA-F]{2}$"
    ),
]


def _vlan_id(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= 4094:
        raise refusal(
            "vlan-id", "invalid", "expected the switch's VLAN id, a number from 1 to 4094"
        )
    return value


VlanId = Annotated[int, Field(ge=1, le=4094), BeforeValidator(_vlan_id)]

InterfaceName = matching(
    "interface-name",
    r"(?!(lo|all|default|\.\.?)$)[a-zA-Z0-9_.-]{1,15}",
    "1 to 15 letters, digits, '_', '.', '-', not lo, all, default, '.' or '..'",
    "A network interface's name, at most 15 characters; the kernel keeps lo, all and default.",
)
DnsLabel = matching(
    "dns-label",
    r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?",
    "lower-case letters, digits and '-', at most 63",
    "A DNS label: lower-case letters, digits and '-', at most 63 characters.",
)
_SUBDOMAIN = r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?(\.[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?)*"
DnsSubdomain = matching(
    "dns-subdomain",
    rf"(?=.{{1,253}}$){_SUBDOMAIN}",
    "DNS labels of lower-case letters, digits and '-', with dots between them",
    "A DNS subdomain, as Kubernetes names most objects: DNS labels with dots between them.",
)
NetworkName = matching(
    "network-name",
    r"(?!cbr0$)[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?",
    "a DNS label other than cbr0, which is the cluster's own",
    "The network's name, a DNS label; its NetworkAttachmentDefinition is called the same.",
)
_HOST = r"[A-Za-z0-9]([-.:A-Za-z0-9]{0,251}([A-Za-z0-9]|::))?"


def _parse_host(text: str) -> str:
    if not re.fullmatch(_HOST, text):
        raise refusal("host-name", "invalid", "expected an address or a host's name")
    # No domain has a last label of digits alone (RFC 3696 section 2).
    if ":" in text or text.rpartition(".")[2].isdigit():
        try:
            ipaddress.ip_address(text)
        except ValueError:
            raise refusal(
                "host-name", "invalid", "expected an address like 192.168.18.10, or a host's name"
            ) from None
    return text


HostName = Annotated[
    str,
    parsed(_parse_host, "host-name", "an address or a host's name"),
    schema("Where SSH reaches the node: an address or a name.", f"^{_HOST}$"),
]
_LABEL = r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?"
_INGRESS_HOST = rf"{_LABEL}(\.{_LABEL})*"


def _parse_ingress_host(text: str) -> str:
    form = "expected a host's name like home.example.org"
    if not re.fullmatch(_INGRESS_HOST, text) or len(text) > 253:
        raise refusal("ingress-host", "invalid", f"{form}, in lower case")
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return text
    raise refusal("ingress-host", "an ingress cannot have an address", form)


IngressHost = Annotated[
    str,
    parsed(_parse_ingress_host, "ingress-host", "a host's name like home.example.org"),
    schema("The host name that browsers use, in lower case.", f"^{_INGRESS_HOST}$"),
]
UserName = matching(
    "user-name", r"[a-z_][a-z0-9_-]{0,31}", "a Linux user's name", "The user SSH logs in as; root."
)
HostKey = matching(
    "host-key",
    r"(ssh-ed25519|ssh-rsa|ecdsa-sha2-nistp(256|384|521)) [A-Za-z0-9+/]+={0,2}( [!-~]+)?",
    "a line of ssh-keyscan without the host: ssh-ed25519 AAAA...",
    "The node's public SSH host key, as ssh-keyscan prints it: ssh-ed25519 AAAA...",
)
AbsolutePath = matching(
    "absolute-path",
    r"(?!.*/\.\.?(/|$))(/[A-Za-z0-9_.@+-]+)+",
    "an absolute path without '..', blanks or a '/' at its end",
    "An absolute path of letters, digits and _.@+-",
)
ContextName = matching(
    "context-name",
    r"[!-~]{1,253}",
    "a name that `kubectl config get-contexts` prints",
    "A context of a kubeconfig.",
)
PluginName = matching(
    "plugin-name", r"[a-z0-9][a-z0-9-]{0,62}", "a CNI plugin's name", "A CNI plugin's type."
)
ConflistName = matching(
    "conflist-name",
    r"(?!.*multus)[A-Za-z0-9][A-Za-z0-9_.-]*\.(conf|conflist)",
    "the file name of the cluster's own network configuration, not one of Multus'",
    "File name of the cluster's own CNI configuration, for example 10-flannel.conflist.",
)
K3sVersion = matching(
    "k3s-version",
    r"v1\.[0-9]{1,4}\.[0-9]{1,4}\+k3s[0-9]{1,4}",
    "a release like v1.34.3+k3s1",
    "A k3s release.",
)
MultusVersion = matching(
    "multus-version",
    r"v(4\.[1-9][0-9]*|[5-9]\.[0-9]+)\.[0-9]+",
    "a release from v4.1.0 on, like v4.2.4 (tags such as latest change, and v4.0 can call itself)",
    "A release of Multus from v4.1.0 on (docs/background/multus.md#releases).",
)
PluginsVersion = matching(
    "plugins-version",
    r"v1\.(([6-9]|[1-9][0-9])\.[0-9]+)",
    "a release from v1.6.0 on, for example v1.9.1",
    "A release of the CNI reference plugins from v1.6.0 on.",
)
Sha256 = matching("sha256", r"[0-9a-f]{64}", "64 lower-case hexadecimal digits", "A sha256 digest.")
HttpsUrl = matching(
    "https-url",
    r"https://[!-~]+",
    "a URL that starts with https://",
    "A URL that starts with https://",
)
DownloadUrl = matching(
    "download-url",
    r"https?://[A-Za-z0-9._~:/?#@%&=+,\[\]{}-]+",
    "a URL that starts with https:// (or http:// for a mirror at home: the sha256 is checked)",
    "Where nodes download the archive; {version} and {architecture} are filled in.",
)
Quantity = matching(
    "quantity",
    r"[1-9][0-9]*(Ki|Mi|Gi|Ti)",
    "a size like 256Mi",
    "A Kubernetes quantity, like 256Mi.",
)
TimeZone = matching(
    "time-zone",
    r"[A-Z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+)*",
    "a zone like Europe/Berlin",
    "A tz zone.",
)
Image = matching(
    "image",
    r"[a-z0-9.-]+(:[0-9]+)?(/[a-z0-9._-]+)+((:(?!latest$|stable$|beta$|dev$|rc$)[A-Za-z0-9_.-]+)"
    r"|(:[A-Za-z0-9_.-]+)?@sha256:[0-9a-f]{64})",
    "registry/name:version (or @sha256:...), with a version that does not move",
    "A container image with a version that does not move.",
)
