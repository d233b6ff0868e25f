"""Names and addresses of hosts: where SSH reaches a node, and what browsers ask an ingress for."""

import ipaddress
import re

from config.model import refusal

_LABEL = r"[A-Za-z0-9]([-A-Za-z0-9]{0,61}[A-Za-z0-9])?"
_LOWER_LABEL = r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?"
_NAME = re.compile(rf"{_LABEL}(\.{_LABEL})*")
_LONGEST = 253
# What an editor can check; the parsers are stricter.
HOST_PATTERN = rf"([0-9A-Fa-f:]*:[0-9A-Fa-f:.]*|(?=.{{1,{_LONGEST}}}$){_LABEL}(\.{_LABEL})*)"
INGRESS_HOST_PATTERN = rf"(?=.{{1,{_LONGEST}}}$){_LOWER_LABEL}(\.{_LOWER_LABEL})*"
_OF_THE_INGRESS = "expected a host's name like home.example.org"


def parse_host(text: str) -> str:
    """An address that one host can have, or a name, as it is."""
    expected = "expected an address like 192.168.18.10, or a host's name"
    if ":" in text or _ends_in_digits(text):
        try:
            address = ipaddress.ip_address(text)
        except ValueError:
            raise refusal("host-name", "invalid", expected) from None
        if address.is_unspecified or address.is_multicast or str(address) == "255.255.255.255":
            raise refusal("host-name", "no host can have this address", expected)
    elif not _NAME.fullmatch(text) or len(text) > _LONGEST:
        raise refusal("host-name", "invalid", expected)
    return text


def parse_ingress_host(text: str) -> str:
    """A host's name in lower case, as it is."""
    if not re.fullmatch(INGRESS_HOST_PATTERN, text):
        raise refusal("ingress-host", "invalid", f"{_OF_THE_INGRESS}, in lower case")
    if _ends_in_digits(text):
        raise refusal("ingress-host", "an ingress cannot have an address", _OF_THE_INGRESS)
    return text


def _ends_in_digits(text: str) -> bool:
    """Whether it can be no name: none has a last label of digits alone (RFC 3696 section 2)."""
    return text.rpartition(".")[2].isdigit()
