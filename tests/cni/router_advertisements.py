"""Router advertisements of networks /64 (RFC 4861, RFC 4191), sent again and again."""

import ipaddress
import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from tests.cni.frames import inside

_HIGH = 0x08
_FOR_LINK_AND_ADDRESSES = 0xC0
_SECONDS = 1800


def advertisement(*, lifetime: int, prefix: str, route: str | None = None) -> bytes:
    """An advertisement of high preference; a `lifetime` of 0 s makes it no default router."""
    message = struct.pack("!BxHBBHII", 134, 0, 64, _HIGH, lifetime, 0, 0)
    lifetimes = (_FOR_LINK_AND_ADDRESSES, _SECONDS, _SECONDS)
    message += struct.pack("!BBBBIIxxxx", 3, 4, 64, *lifetimes) + _packed(prefix)
    if route is not None:
        message += struct.pack("!BBBBI", 24, 3, 64, _HIGH, _SECONDS) + _packed(route)
    return message


def _packed(network: str) -> bytes:
    return ipaddress.IPv6Network(network).network_address.packed


@contextmanager
def advertise(namespace: str, interface: str, message: bytes, seconds: float) -> Iterator[None]:
    """Sends the message on the interface, at once and every `seconds`."""
    with inside(namespace):
        sender = socket.socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_ICMPV6)
        index = socket.if_nametoindex(interface)
    sender.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_HOPS, 255)
    ended = threading.Event()

    def send() -> None:
        while True:
            sender.sendto(message, ("ff02::1", 0, 0, index))
            if ended.wait(seconds):
                return

    thread = threading.Thread(target=send)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
        sender.close()
