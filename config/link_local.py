"""The IPv6 address that an interface gives itself."""

import ipaddress


def link_local_of(mac: str) -> ipaddress.IPv6Address:
    """The link-local address of an interface with the MAC (RFC 4291 appendix A)."""
    octets = bytes.fromhex(mac.replace(":", ""))
    number = bytes([octets[0] ^ 2, *octets[1:3], 0xFF, 0xFE, *octets[3:]])
    return ipaddress.IPv6Address(b"\xfe\x80" + bytes(6) + number)
