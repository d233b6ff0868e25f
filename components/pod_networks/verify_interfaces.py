"""Runs in a pod beside its workload: ends with a line for each difference from the plan.

Pulumi prints what an ordinary container of the pod said when it ended, and nothing of init
containers (docs/decisions/interface_check.md). The script asks the kernel, and nobody on the wire.

Arguments: the plan (plan.py) as JSON; how many seconds the pod may take until it is as planned; the
file of the termination message; the file that is made when nothing differs.
"""

import json
import signal
import sys
import time
from collections.abc import Callable, Iterator
from itertools import zip_longest
from pathlib import Path
from typing import TypedDict

from components.pod_networks.netlink import Route, State, read_state

ETH0 = "eth0"
SYSCTLS = Path("/proc/sys")
SYSCTL = " sysctl "
PAUSE_SECONDS = 0.5
# Kubernetes keeps 4096 bytes.
LONGEST_MESSAGE = 4000
EVERYWHERE = {"IPv4 default route": "0.0.0.0/0", "IPv6 default route": "::/0"}
BY_ADVERTISEMENT = 9


class Plan(TypedDict):
    """What the pod must have; the lists are names of interfaces."""

    interfaces: list[str]
    take_advertisements: list[str]
    take_default_route: list[str]
    """Those that may have a default route by router advertisement."""
    expected: dict[str, list[str]]
    """Values by what has them, for example `net1 MTU`."""


def differences(plan: Plan, state: State, sysctl: Callable[[str], str]) -> list[str]:
    """A line for each: what, expected, found. `sysctl` reads the value of a path in /proc/sys."""
    lost = [name for name in plan["interfaces"] if name not in state.links]
    expected = plan["expected"]
    found: dict[str, list[str]] = {}
    for what, value in _found(plan, state, sysctl):
        found.setdefault(what, []).append(value)
    lines = [f"{name}: expected an interface, found none" for name in lost]
    for what in {**expected, **found}:
        if not what.startswith(tuple(f"{name} " for name in lost)):
            lines += _lines(what, expected.get(what, []), found.get(what, []))
    return lines


def _lines(what: str, expected: list[str], found: list[str]) -> list[str]:
    missing = [value for value in expected if value not in found]
    unplanned = [value for value in found if value not in expected]
    pairs = zip_longest(missing, unplanned, fillvalue="none")
    return [f"{what}: expected {one}, found {other}" for one, other in pairs]


def _found(plan: Plan, state: State, sysctl: Callable[[str], str]) -> Iterator[tuple[str, str]]:
    """What the pod has and the plan speaks of."""
    for name, link in state.links.items():
        if name in plan["interfaces"]:
            yield f"{name} MAC", link.mac
            yield f"{name} state", "up" if link.up else "down"
            if f"{name} MTU" in plan["expected"]:
                yield f"{name} MTU", str(link.mtu)
        # Linux makes interfaces for tunnels in every namespace, and leaves them down.
        elif name != ETH0 and link.up:
            yield f"{name} MAC", link.mac
    yield from _addresses(plan, state)
    yield from _routes(plan, state)
    for rule in state.rules:
        yield f"rule {rule.selector}", rule.action
    for what in plan["expected"]:
        if SYSCTL in what:
            yield what, sysctl(what.partition(SYSCTL)[2])


def _addresses(plan: Plan, state: State) -> Iterator[tuple[str, str]]:
    """Of other interfaces only the addresses that one of ours should have."""
    planned = {
        address
        for what, addresses in plan["expected"].items()
        if what.endswith(" address")
        for address in addresses
    }
    for interface, text, is_advertised in state.addresses:
        allowed = is_advertised and interface in plan["take_advertisements"]
        if (interface in plan["interfaces"] and not allowed) or text in planned:
            yield f"{interface} IPv{6 if ':' in text else 4} address", text


def _routes(plan: Plan, state: State) -> Iterator[tuple[str, str]]:
    """Of other interfaces only the default route, and routes to destinations that ours lead to."""
    said: set[Route] = set()
    for what, everywhere in EVERYWHERE.items():
        defaults = [route for route in state.routes if route.destination == everywhere]
        if what in plan["expected"] and defaults:
            least = min(route.metric for route in defaults)
            used = [route for route in defaults if route.metric == least]
            yield what, " and ".join(sorted({f"by {route.interface}" for route in used}))
            said.update(used)
    planned = {what.partition(" route ")[2] for what in plan["expected"]}
    for route in state.routes:
        if route in said or _is_advertised(plan, route):
            continue
        if route.interface in plan["interfaces"] or route.destination in planned:
            yield f"{route.interface} route {route.destination}", route.way


def _is_advertised(plan: Plan, route: Route) -> bool:
    """Whether a router advertised the route, and the interface may take it."""
    is_default = route.destination in EVERYWHERE.values()
    takers = plan["take_default_route"] if is_default else plan["take_advertisements"]
    return route.protocol == BY_ADVERTISEMENT and route.interface in takers


def wait(look: Callable[[], list[str]], patience: float) -> list[str]:
    """The differences that are left after so many seconds; none as soon as there are none.

    An IPv6 address is tentative until Linux has seen that nobody else has it.
    """
    end = time.monotonic() + patience
    while (lines := look()) and time.monotonic() < end:
        time.sleep(PAUSE_SECONDS)
    return lines


def message(lines: list[str]) -> str:
    """The lines, as many as Kubernetes keeps."""
    text = "\n".join(lines)
    if len(text.encode()) <= LONGEST_MESSAGE:
        return text
    kept = text.encode()[:LONGEST_MESSAGE].decode(errors="ignore").split("\n")[:-1]
    return "\n".join([*kept, f"and {len(lines) - len(kept)} more"])


def read_sysctl(path: str) -> str:
    """The value, or what the kernel says of the path."""
    try:
        return (SYSCTLS / path).read_text(encoding="ascii").strip()
    except OSError as error:
        return str(error.strerror)


def main() -> int:
    """Returns 1 when the pod is not as planned; else it goes on until it is ended."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    plan: Plan = json.loads(sys.argv[1])
    patience, told, verified = float(sys.argv[2]), Path(sys.argv[3]), Path(sys.argv[4])
    lines = wait(lambda: differences(plan, read_state(), read_sysctl), patience)
    if lines:
        text = message(lines)
        print(text, flush=True)
        told.write_text(text, encoding="utf-8")
        return 1
    verified.touch()
    print("the pod is as planned", flush=True)
    # A signal that comes just before `signal.pause` would be waited for in vain.
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
    signal.sigwait({signal.SIGTERM})
    return 0


if __name__ == "__main__":
    sys.exit(main())
