"""Which connections the stand-in of the command plugin may make, by what it was started for.

A preview connects to nothing, tests to loopback only, and the virtual machines only from within
their network namespace. The stand-in never logs in to somebody's node.
"""

import ipaddress
from collections.abc import Mapping
from pathlib import Path
from typing import Literal, get_args

from lab.build.versions import COMMAND_PLUGIN

PURPOSE_VARIABLE = "MULTIHOME_LAB_COMMAND"
Purpose = Literal["preview", "tests", "vm"]
PURPOSES: tuple[Purpose, ...] = get_args(Purpose)
REMEDY = f"install Pulumi's own: `pulumi plugin install resource command {COMMAND_PLUGIN}`"


class RefusedError(Exception):
    """The stand-in does not do this; the message is one line."""


def purpose(environment: Mapping[str, str]) -> Purpose:
    """What this process was started for; raises `RefusedError` when that is none of `PURPOSES`."""
    given = environment.get(PURPOSE_VARIABLE)
    for known in PURPOSES:
        if given == known:
            return known
    raise RefusedError(f"this command plugin is a stand-in for previews and tests; {REMEDY}")


def allow_connection(served: Purpose, host: str) -> None:
    """Raises `RefusedError` unless a process of this purpose may connect to the host."""
    if served == "tests" and _is_loopback(host):
        return
    if served == "vm" and _in_a_closed_namespace():
        return
    raise RefusedError(f"the stand-in of the command plugin does not log in to {host}; {REMEDY}")


def _in_a_closed_namespace() -> bool:
    """Whether this process is in a namespace that `ip netns` names, without a default route."""
    own = Path("/proc/self/ns/net").stat().st_ino
    named = any(path.stat().st_ino == own for path in Path("/run/netns").glob("*"))
    routes = Path("/proc/net/route").read_text(encoding="ascii").splitlines()[1:]
    return named and not any(line.split()[1] == "00000000" for line in routes)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
