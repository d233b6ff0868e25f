"""What the kernel says of this network namespace, by rtnetlink; reading needs no capability.

Left out is what the kernel makes by itself: loopback, link-local IPv6 addresses, its own routes,
the table `local`, and the rules that every namespace has. Numbers are those of linux/rtnetlink.h.
"""

import socket
import struct
from collections.abc import Iterator
from ipaddress import ip_address
from typing import NamedTuple

_LINKS, _ADDRESSES, _ROUTES, _RULES = 18, 22, 26, 34
_REQUEST_DUMP, _ERROR, _DONE = 0x301, 2, 3
# The bytes before the attributes of each kind of message.
_HEADER = {_LINKS: 16, _ADDRESSES: 8, _ROUTES: 12, _RULES: 12}
_UP, _LOOPBACK = 0x1, 0x8
_DAD_FAILED, _TENTATIVE, _PERMANENT = 0x08, 0x40, 0x80
_CLONED, _BY_KERNEL, _UNICAST, _TO_TABLE = 0x200, 2, 1, 1
# Older kernels do not mark their multicast route in the table `local` as theirs.
_MAIN, _LOCAL = 254, 255
# Priority and table.
_KERNEL_RULES = {(0, _LOCAL), (32766, _MAIN), (32767, 253)}
_VERSIONS = {socket.AF_INET: 4, socket.AF_INET6: 6}
_EVERYWHERE = {4: "0.0.0.0", 6: "::"}  # noqa: S104 - a destination
# The metric that a route has when none was asked for.
_METRIC = {4: 0, 6: 1024}
_TIMEOUT_SECONDS = 10

Attributes = dict[int, bytes]


class Link(NamedTuple):
    """An interface; `up` is how it is set, with a carrier or without."""

    mac: str
    mtu: int
    up: bool


class Address(NamedTuple):
    """`text` has the prefix length, and the state of an address that cannot be used (yet)."""

    interface: str
    text: str
    is_advertised: bool


class Route(NamedTuple):
    """`destination` names the table unless it is the main one; `way` is all the rest."""

    interface: str
    destination: str
    way: str
    metric: int
    protocol: int


class Rule(NamedTuple):
    """Which packets a rule is for, and where it sends them."""

    selector: str
    action: str


class State(NamedTuple):
    """A network namespace; links by name."""

    links: dict[str, Link]
    addresses: list[Address]
    routes: list[Route]
    rules: list[Rule]


def read_state() -> State:
    """Asks the kernel; raises `OSError` when it refuses."""
    names: dict[int, str] = {}
    links: dict[str, Link] = {}
    for header, found in _dump(_LINKS):
        _, _, index, flags, _ = struct.unpack("=BxHiII", header)
        if not flags & _LOOPBACK:
            name = names[index] = found[3].rstrip(b"\0").decode()
            links[name] = Link(found.get(1, b"").hex(":"), _number(found[4]), bool(flags & _UP))
    return State(
        links,
        [each for message in _dump(_ADDRESSES) for each in _address(*message, names)],
        [each for message in _dump(_ROUTES) for each in _route(*message, names)],
        [each for message in _dump(_RULES) for each in _rule(*message)],
    )


def _address(header: bytes, found: Attributes, names: dict[int, str]) -> Iterator[Address]:
    family, length, flags, _, index = struct.unpack("=BBBBI", header)
    if family not in _VERSIONS or index not in names:
        return
    flags = _number(found[8]) if 8 in found else flags
    address = ip_address(found.get(2) or found[1])
    if address.version == 6 and address.is_link_local:
        return
    state = " tentative" if flags & _TENTATIVE else ""
    state = " dadfailed" if flags & _DAD_FAILED else state
    is_advertised = family == socket.AF_INET6 and not flags & _PERMANENT
    yield Address(names[index], f"{address}/{length}{state}", is_advertised)


def _route(header: bytes, found: Attributes, names: dict[int, str]) -> Iterator[Route]:
    family, length, _, _, table, protocol, _, kind, flags = struct.unpack("=BBBBBBBBI", header)
    table = _number(found[15]) if 15 in found else table
    if family not in _VERSIONS or protocol == _BY_KERNEL or table == _LOCAL or flags & _CLONED:
        return
    version = _VERSIONS[family]
    destination = f"{ip_address(found[1]) if 1 in found else _EVERYWHERE[version]}/{length}"
    destination += "" if table == _MAIN else f" table {table}"
    metric = _number(found[6]) if 6 in found else 0
    rest = "" if kind == _UNICAST else f" type {kind}"
    rest += f" src {ip_address(found[7])}" if 7 in found else ""
    rest += "" if metric == _METRIC[version] else f" metric {metric}"
    for index, hop in _hops(found):
        if index in names:
            yield Route(names[index], destination, f"{_way(hop)}{rest}", metric, protocol)


def _hops(found: Attributes) -> Iterator[tuple[int, Attributes]]:
    """Each next hop of a route: the number of its interface, and its attributes."""
    if 4 in found:
        yield _number(found[4]), found
    several = found.get(9, b"")
    while several:
        size, _, _, index = struct.unpack_from("=HBBi", several)
        yield index, dict(_attributes(several[8:size]))
        several = several[size:]


def _way(hop: Attributes) -> str:
    # The second is an IPv6 router of an IPv4 route, after its family.
    gateway = hop.get(5) or hop.get(18, b"")[2:]
    return f"via {ip_address(gateway)}" if gateway else "on link"


def _rule(header: bytes, found: Attributes) -> Iterator[Rule]:
    family, to_length, from_length, _, table, _, _, action, _ = struct.unpack("=BBBBBBBBI", header)
    if family not in _VERSIONS:
        return
    table = _number(found[15]) if 15 in found else table
    whole = 8 * len(socket.inet_pton(family, _EVERYWHERE[_VERSIONS[family]]))
    parts = []
    for word, attribute, length in (("from", 2, from_length), ("to", 1, to_length)):
        if attribute in found:
            size = "" if length == whole else f"/{length}"
            parts.append(f"{word} {ip_address(found[attribute])}{size}")
    for word, attribute in (("iif", 3), ("oif", 17)):
        if attribute in found:
            parts.append(f"{word} {found[attribute].rstrip(bytes(1)).decode()}")
    if 10 in found:
        parts.append(f"fwmark {_number(found[10]):#x}")
    if parts or (_number(found.get(6, bytes(4))), table) not in _KERNEL_RULES:
        sends = f"lookup {table}" if action == _TO_TABLE else f"action {action}"
        yield Rule(" ".join(parts) or f"from all IPv{_VERSIONS[family]}", sends)


def _dump(kind: int) -> Iterator[tuple[bytes, Attributes]]:
    """Each message of the answer: its header, and its attributes by number."""
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0) as kernel:
        kernel.settimeout(_TIMEOUT_SECONDS)
        kernel.bind((0, 0))
        # Zeros ask for every family.
        kernel.send(struct.pack("=IHHII16x", 32, kind, _REQUEST_DUMP, 1, 0))
        while True:
            answer = kernel.recv(1 << 16)
            while answer:
                size, what = struct.unpack_from("=IH", answer)
                body, answer = answer[16:size], answer[_aligned(size) :]
                if what == _DONE:
                    return
                if what == _ERROR:
                    raise OSError(-struct.unpack_from("=i", body)[0], "netlink refused")
                header = _HEADER[kind]
                yield body[:header], dict(_attributes(body[header:]))


def _attributes(data: bytes) -> Iterator[tuple[int, bytes]]:
    while data:
        size, kind = struct.unpack_from("=HH", data)
        # The two highest bits are flags.
        yield kind & 0x3FFF, data[4:size]
        data = data[_aligned(size) :]


def _aligned(size: int) -> int:
    return (size + 3) & ~3


def _number(data: bytes) -> int:
    found: int = struct.unpack("=I", data)[0]
    return found
