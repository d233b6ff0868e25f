"""What a hand writes in the place of a value: a digit swapped, one more or less, another's."""

import ipaddress
from collections.abc import Iterator
from typing import Any

ADDRESSES = ("address", "ipv6_address", "gateway", "host", "addresses")
RANGES = ("range", "dhcp_pool")


def other_values(key: str, value: Any) -> Iterator[tuple[str, Any]]:
    """(how it was changed, the changed value) for the value of a key."""
    if key in ADDRESSES:
        yield from _addresses(value)
    elif key in RANGES:
        yield from _ranges(value)
    elif key in ("subnet", "routes", "pod_networks", "service_networks"):
        yield from _subnets(value)
    elif key == "mac":
        yield from _macs(value)
    elif key == "vlan_id":
        yield from (("-1", value - 1), ("+1", value + 1))
        yield from ((f"{other}", other) for other in (0, 1, 4094, 4095))
    elif key == "mtu":
        yield from (("-1", value - 1), ("+1", value + 1))
        yield from ((f"{other}", other) for other in (67, 68, 1279, 1280, 1500, 9000))
    elif key == "name":
        names = ("eth0", "lo", "all", "default", "net1", "net2", "net9", "sixteen.chars-xx", "a%d")
        yield from ((f"called {other}", other) for other in names)
    elif key == "parent":
        yield from ((f"{other}", other) for other in ("eth0", "eth1", "eth2", "wlan0", "cni0"))
    elif key == "mode":
        yield from ((f"{o}", o) for o in ("bridge", "private", "vepa", "passthru", "Bridge"))
    elif key == "routing":
        yield from ((f"{other}", other) for other in ("on_link", "discovery", "routed"))
    elif key == "ipam":
        yield "host-local", "host-local"


def is_address(host: str) -> bool:
    """Whether a host is known by an address, and not by a name."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _addresses(value: str) -> Iterator[tuple[str, str]]:
    if not is_address(value):
        return
    number = int(ipaddress.ip_address(value))
    for step in (-1, 1, -256, 256):
        yield f"{step:+}", moved(number + step, value)
    yield from _swapped(value)


def moved(number: int, like: str) -> str:
    """The address of that number, of the IP version of the other; the nearest that there is."""
    known = ipaddress.ip_address(like)
    return str(type(known)(min(max(number, 0), (1 << known.max_prefixlen) - 1)))


def _swapped(value: str) -> Iterator[tuple[str, str]]:
    for position in range(len(value) - 1):
        here, there = value[position], value[position + 1]
        if here != there and here not in ".:/" and there not in ".:/":
            changed = f"{value[:position]}{there}{here}{value[position + 2 :]}"
            yield "digits swapped", changed


def _ranges(value: str) -> Iterator[tuple[str, str]]:
    first, last = value.split("-")
    start, end = (int(ipaddress.ip_address(text)) for text in (first, last))
    for step in (-1, 1, -256, 256):
        yield f"start {step:+}", f"{moved(start + step, first)}-{last}"
        yield f"end {step:+}", f"{first}-{moved(end + step, last)}"
    yield "turned round", f"{last}-{first}"


def _subnets(value: str) -> Iterator[tuple[str, str]]:
    address, _, length = value.partition("/")
    most = ipaddress.ip_address(address).max_prefixlen
    steps = [(f"{step:+}", int(length) + step) for step in (-1, 1, -8, 8)]
    for label, other in (*steps, ("0", 0), ("of one address", most)):
        if not 0 <= other <= most:
            continue
        around = ipaddress.ip_network(f"{address}/{other}", strict=False)
        yield f"prefix {label}", f"{address}/{other}"
        yield f"prefix {label} in place", str(around)
    for label, swapped in _swapped(address):
        yield label, f"{swapped}/{length}"
    size = 1 << (most - int(length))
    for step in (-1, 1):
        beside = moved(int(ipaddress.ip_address(address)) + step * size, address)
        yield f"beside, {step:+}", f"{beside}/{length}"


def _macs(value: str) -> Iterator[tuple[str, str]]:
    first = int(value[:2], 16)
    yield "of a group", f"{first | 1:02x}{value[2:]}"
    yield "of nobody", "00:00:00:00:00:00"
    yield "of everybody", "ff:ff:ff:ff:ff:ff"
    yield "one off", f"{value[:-2]}{(int(value[-2:], 16) + 1) % 256:02x}"
    yield from _swapped(value)
