"""Types of single values that are no IP addresses: MACs, names, versions, paths."""

import hashlib
import re
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from config import host_key, host_names, urls
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
# A label's value is shorter than a name.
NodeHostname = matching(
    "node-hostname",
    rf"(?=.{{1,63}}$){_SUBDOMAIN}",
    "what `kubectl get nodes --show-labels` shows as kubernetes.io/hostname, at most 63 characters",
    "A node's label kubernetes.io/hostname: DNS labels with dots between them, 63 characters.",
)
NetworkName = matching(
    "network-name",
    r"(?!cbr0$)[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?",
    "a DNS label other than cbr0, which is the cluster's own",
    "The network's name, a DNS label; its NetworkAttachmentDefinition is called the same.",
)
HostName = Annotated[
    str,
    parsed(host_names.parse_host, "host-name", "an address or a host's name"),
    schema("Where SSH reaches the node: an address or a name.", f"^{host_names.HOST_PATTERN}$"),
]
IngressHost = Annotated[
    str,
    parsed(host_names.parse_ingress_host, "ingress-host", "a host's name like home.example.org"),
    schema(
        "The host name that browsers use, in lower case.", f"^{host_names.INGRESS_HOST_PATTERN}$"
    ),
]
UserName = matching(
    "user-name",
    r"[A-Za-z_][A-Za-z0-9_.-]{0,31}",
    "a Linux user's name",
    "The user that SSH logs in as.",
)
HostKey = Annotated[
    str,
    parsed(host_key.parse_host_key, host_key.RULE, "a line of ssh-keyscan without the host"),
    schema(
        "The node's public SSH host key, as ssh-keyscan prints it after the host.",
        f"^{host_key.PATTERN}$",
    ),
]
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


def _parse_conflist_name(text: str) -> str:
    if not re.fullmatch(_CONFLIST, text):
        raise refusal("conflist-name", "invalid", "expected a file name like 10-flannel.conflist")
    if "multus" in text:
        raise refusal("conflist-name", "it is Multus' own", "write the cluster's own file")
    if text < _OF_MULTUS:
        raise refusal(
            "conflist-name",
            f"runtimes take the first file of the folder, and it comes before {_OF_MULTUS}",
            "rename it on every node, to 10-... for example",
        )
    return text


_CONFLIST = r"[A-Za-z0-9][A-Za-z0-9_.-]*\.(conf|conflist)"
_OF_MULTUS = "00-multus.conf"
ConflistName = Annotated[
    str,
    parsed(_parse_conflist_name, "conflist-name", "a file name like 10-flannel.conflist"),
    schema(
        "File name of the cluster's own CNI configuration, for example 10-flannel.conflist.",
        f"^(?!.*multus){_CONFLIST}$",
    ),
]
# No leading zero, as in semantic versions; short, so that it is a number everywhere.
_NUMBER = "(0|[1-9][0-9]{0,3})"
K3sVersion = matching(
    "k3s-version",
    rf"v1\.{_NUMBER}\.{_NUMBER}\+k3s[1-9][0-9]{{0,3}}",
    "a release like v1.34.3+k3s1",
    "A k3s release.",
)
MultusVersion = matching(
    "multus-version",
    rf"v(4\.[1-9][0-9]{{0,3}}|[5-9]\.{_NUMBER})\.{_NUMBER}",
    "a release from v4.1.0 on, like v4.2.4 (tags such as latest change, and v4.0 can call itself)",
    "A release of Multus from v4.1.0 on (docs/background/multus.md#releases).",
)
PluginsVersion = matching(
    "plugins-version",
    rf"v1\.([6-9]|[1-9][0-9]{{1,3}})\.{_NUMBER}",
    "a release from v1.6.0 on, for example v1.9.1",
    "A release of the CNI reference plugins from v1.6.0 on.",
)
# What sha256sum prints when a download gave it nothing.
_EMPTY = hashlib.sha256().hexdigest()


def _parse_sha256(text: str) -> str:
    if not re.fullmatch("[0-9a-f]{64}", text):
        raise refusal("sha256", "invalid", "expected 64 lower-case hexadecimal digits")
    if text in {"0" * 64, _EMPTY}:
        raise refusal("sha256", "it is the digest of no file", "write that of the file itself")
    return text


Sha256 = Annotated[
    str,
    parsed(_parse_sha256, "sha256", "64 lower-case hexadecimal digits"),
    schema("A sha256 digest.", "^(?!0{64})[0-9a-f]{64}$"),
]
HttpsUrl = Annotated[
    str,
    parsed(urls.parse_https_url, "url", "a URL that starts with https://"),
    schema("A URL that starts with https://", f"^{urls.HTTPS_PATTERN}$"),
]
DownloadUrl = Annotated[
    str,
    # http:// will do for a mirror at home: the archive is verified by its sha256.
    parsed(urls.parse_download_url, "url", "a URL that starts with https:// or http://"),
    schema(
        "Where nodes download the archive; {version} and {architecture} are filled in.",
        f"^{urls.DOWNLOAD_PATTERN}$",
    ),
]
BaseUrl = Annotated[
    str,
    parsed(urls.parse_base_url, "url", "a URL that starts with https:// or http://"),
    schema("A URL of a host and perhaps a port.", f"^{urls.BASE_PATTERN}$"),
]
Quantity = matching(
    "quantity",
    r"[1-9][0-9]{0,6}(Ki|Mi|Gi|Ti)",
    "a size like 256Mi",
    "A Kubernetes quantity, like 256Mi.",
)
ResetText = matching(
    "reset-text",
    r"[A-Za-z0-9]([A-Za-z0-9 _.:+-]{0,61}[A-Za-z0-9])?",
    'a text like "after the move"',
    "Letters, digits, blanks and _.:+- between them, at most 63 characters.",
)
