"""Sockets inside network namespaces, and the frames that a namespace sends and receives."""

import ctypes
import ipaddress
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

PORT = 8123
_NEW_NETWORK = 0x40000000
_ALL_PROTOCOLS = 0x0003
_LIBC = ctypes.CDLL(None, use_errno=True)


@contextmanager
def inside(namespace: str) -> Iterator[None]:
    """Puts this thread into the namespace; a socket that it opens there stays there."""
    with (
        Path("/proc/thread-self/ns/net").open() as home,
        Path(f"/var/run/netns/{namespace}").open() as there,
    ):
        _enter(there.fileno())
        try:
            yield
        finally:
            _enter(home.fileno())


def _enter(handle: int) -> None:
    if _LIBC.setns(handle, _NEW_NETWORK) != 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def set_sysctls(namespace: str, values: dict[str, str]) -> None:
    """Writes files below /proc/sys/net of the namespace."""
    with inside(namespace):
        for path, value in values.items():
            (Path("/proc/sys/net") / path).write_text(value)


def open_socket(namespace: str, address: str, kind: socket.SocketKind) -> socket.socket:
    """A socket of the namespace, for the IP version of the address, that waits 10 s."""
    with inside(namespace):
        made = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, kind)
    made.settimeout(10)
    return made


@contextmanager
def listening(namespace: str) -> Iterator[None]:
    """Accepts TCP connections to every address of the namespace, at PORT."""
    with open_socket(namespace, "::", socket.SOCK_STREAM) as server:
        server.bind(("::", PORT))
        server.listen()
        yield


def is_answered(namespace: str, address: str, seconds: float = 10) -> bool:
    """Whether a TCP connection from the namespace is accepted; False when nothing comes back."""
    with open_socket(namespace, address, socket.SOCK_STREAM) as caller:
        caller.settimeout(seconds)
        try:
            caller.connect((address, PORT))
        except TimeoutError:
            return False
        return True


def packed(*addresses: str) -> bytes:
    """The addresses as they follow each other in a packet: source, destination."""
    return b"".join(ipaddress.ip_address(address).packed for address in addresses)


class Frame(NamedTuple):
    """A frame on an interface of a namespace; `is_sent` when the namespace sent it."""

    interface: str
    is_sent: bool
    content: bytes

    @property
    def macs(self) -> tuple[str, str]:
        """The MACs of source and destination."""
        return self.content[6:12].hex(":"), self.content[:6].hex(":")


class Capture:
    """Every frame on every interface of a namespace but `lo`, from its making on."""

    def __init__(self, namespace: str) -> None:
        with inside(namespace):
            protocol = socket.htons(_ALL_PROTOCOLS)
            self._socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, protocol)
        self._frames: list[Frame] = []

    def __enter__(self) -> "Capture":
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def wait_for(self, part: bytes) -> Frame:
        """The next frame that holds the bytes; TimeoutError when none comes within 10 s."""
        self._socket.settimeout(10)
        while part not in (frame := self._receive()).content:
            pass
        return frame

    def sent(self, part: bytes) -> list[Frame]:
        """What the namespace has sent until now, of the frames that hold the bytes."""
        self._socket.settimeout(0)
        try:
            while True:
                self._receive()
        except BlockingIOError:
            return [f for f in self._frames if f.is_sent and part in f.content]

    def _receive(self) -> Frame:
        while True:
            content, (interface, _, kind, _, _) = self._socket.recvfrom(4096)
            if interface != "lo":
                self._frames.append(Frame(interface, kind == socket.PACKET_OUTGOING, content))
                return self._frames[-1]
